// SPDX-License-Identifier: Apache-2.0
#include "platform/text/text_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- a word of a query -------------------------------------------------------------------------
 */

/* People say a phone number as they dial it at home, "07700 900123"; it is kept with its country's
 * code, without the zero: "447700900123". */
static void add_without_zeros(TextAsked *asked)
{
    const struct TextSpelling *s = &asked->spelling[0];
    size_t zeros = 0;
    for (size_t i = 0; i < s->len; i++) {
        if (s->bytes[i] < '0' || s->bytes[i] > '9') {
            return;
        }
        zeros += zeros == i && s->bytes[i] == '0';
    }
    if (zeros > 0 && s->len - zeros >= TEXT_PART_MIN) {
        struct TextSpelling *bare = &asked->spelling[asked->spellings++];
        bare->len = bare->letters = s->len - zeros;
        memcpy(bare->bytes, s->bytes + zeros, bare->len);
    }
}

void text_asked_init(TextAsked *asked, const uint32_t *letters, size_t count)
{
    *asked = (TextAsked){.count = count < TEXT_WORD_MAX ? count : TEXT_WORD_MAX, .plain = true};
    for (size_t i = 0; i < asked->count; i++) {
        asked->letters[i] = letters[i];
        asked->plain = asked->plain && text_class(letters[i]) == TEXT_LETTER;
    }
    asked->spelling[0].letters = asked->count;
    asked->spelling[0].len = text_spell(letters, asked->count, asked->spelling[0].bytes);
    asked->spellings = 1;
    add_without_zeros(asked);
}

void text_asked_done(TextAsked *asked)
{
    free(asked->near);
    asked->near = NULL;
}

/* ---- errors ------------------------------------------------------------------------------------
 */

enum { FAR = 100 };

typedef struct Row {
    unsigned at[TEXT_WORD_MAX + 2];
} Row;

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

unsigned text_errors(const uint32_t *a, size_t a_len, const uint32_t *b, size_t b_len,
                     unsigned most)
{
    while (a_len > 0 && b_len > 0 && a[0] == b[0]) {
        a++, b++, a_len--, b_len--;
    }
    while (a_len > 0 && b_len > 0 && a[a_len - 1] == b[b_len - 1]) {
        a_len--, b_len--;
    }
    size_t apart = a_len > b_len ? a_len - b_len : b_len - a_len;
    if (apart > most || a_len > TEXT_WORD_MAX || b_len > TEXT_WORD_MAX) {
        return most + 1;
    }
    Row rows[3];
    for (size_t j = 0; j <= b_len; j++) {
        rows[0].at[j] = j <= most ? (unsigned)j : FAR;
    }
    for (size_t i = 1; i <= a_len; i++) {
        const Row *before = &rows[(i + 1) % 3], *above = &rows[(i + 2) % 3];
        Row *row = &rows[i % 3];
        size_t from = i > most ? i - most : 1, to = i + most < b_len ? i + most : b_len;
        unsigned best = row->at[from - 1] = from == 1 && i <= most ? (unsigned)i : FAR;
        for (size_t j = from; j <= to; j++) {
            unsigned d = above->at[j - 1] + (a[i - 1] != b[j - 1]);
            d = least(d, row->at[j - 1] + 1);
            d = least(d, (j < i + most ? above->at[j] : FAR) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                d = least(d, before->at[j - 2] + 1);
            }
            row->at[j] = d;
            best = least(best, d);
        }
        if (best > most) {
            return most + 1;
        }
    }
    return least(rows[a_len % 3].at[b_len], most + 1);
}

/* ---- filters -----------------------------------------------------------------------------------
 */

static void filter_sets(const TextIndex *index, const TextKeys *keys, TextFilter *ret_filter)
{
    ret_filter->count = 0;
    for (size_t i = 0; i < keys->count; i++) {
        const TextSet *set = text_table_get(&index->table, keys->at[i]);
        if (set == NULL) {
            ret_filter->count = 0;
            return;
        }
        size_t at = ret_filter->count++;
        for (; at > 0 && ret_filter->sets[at - 1]->count > set->count; at--) {
            ret_filter->sets[at] = ret_filter->sets[at - 1];
        }
        ret_filter->sets[at] = set;
    }
}

uint32_t text_filter_slice_from(const TextFilter *filter, uint32_t from)
{
    return filter->count > 0 ? text_set_slice_from(filter->sets[0], from) : UINT32_MAX;
}

static bool any_bit(const uint64_t bits[static TEXT_SLICE_WORDS])
{
    uint64_t any = 0;
    for (size_t w = 0; w < TEXT_SLICE_WORDS; w++) {
        any |= bits[w];
    }
    return any != 0;
}

bool text_filter_slice(const TextFilter *filter, uint32_t slice,
                       uint64_t bits[static TEXT_SLICE_WORDS])
{
    memset(bits, 0, TEXT_SLICE / 8);
    text_set_or(filter->sets[0], slice, bits);
    for (size_t i = 1; i < filter->count; i++) {
        text_set_and(filter->sets[i], slice, bits);
        if (!any_bit(bits)) {
            return false;
        }
    }
    return true;
}

/* The keys of a spelling that a match in a tier has too. */
static void keep_keys_of_tier(TextKeys *keys, size_t letters, TextTier tier)
{
    size_t n = 0;
    for (size_t i = 0; i < keys->count; i++) {
        TextKind kind = text_key_kind(keys->at[i]);
        bool begin = letters == 1 ? kind == TEXT_BEGIN_1 || kind == TEXT_WORD_BEGIN_1
                                  : kind == TEXT_BEGIN_2 || kind == TEXT_WORD_BEGIN_2;
        bool three = kind == TEXT_THREE || kind == TEXT_WORD_THREE;
        bool whole = kind == TEXT_SHORT || kind == TEXT_END_3 || kind == TEXT_WORD_END_2;
        if ((tier != TEXT_PART && begin) || three || (tier == TEXT_EQUAL && whole)) {
            keys->at[n++] = keys->at[i];
        }
    }
    keys->count = tier == TEXT_PART && letters < TEXT_PART_MIN ? 0 : n;
}

void text_filter_code(const TextIndex *index, const struct TextSpelling *spelling, unsigned field,
                      TextTier tier, TextFilter *ret_filter)
{
    TextKeysOfOne room;
    TextKeys *keys = text_keys_of_one(&room);
    if (tier != TEXT_ERROR) {
        text_code_keys((PtStr){spelling->bytes, spelling->len}, field, keys);
    }
    text_keys_sort(keys);
    keep_keys_of_tier(keys, spelling->letters, tier);
    filter_sets(index, keys, ret_filter);
}

static PtStatus each_word(const TextFilter *filter, TextWordFn fn, void *ctx, PtError *err)
{
    uint64_t bits[TEXT_SLICE_WORDS];
    for (uint32_t slice = text_filter_slice_from(filter, 0); slice != UINT32_MAX;
         slice = text_filter_slice_from(filter, slice + 1)) {
        bool any = text_filter_slice(filter, slice, bits);
        for (size_t w = 0; any && w < TEXT_SLICE_WORDS; w++) {
            for (uint64_t left = bits[w]; left != 0; left &= left - 1) {
                uint32_t low = (uint32_t)(w * 64 + (size_t)__builtin_ctzll(left));
                PtStatus st = fn(ctx, slice << 16 | low, err);
                if (st != PT_OK) {
                    return st;
                }
            }
        }
    }
    return PT_OK;
}

PtStatus text_words_of_tier(const TextIndex *index, const TextAsked *asked, TextTier tier,
                            TextWordFn fn, void *ctx, PtError *err)
{
    PtStr text = {asked->spelling[0].bytes, asked->spelling[0].len};
    PtStatus st = PT_OK;
    if (!asked->plain) {
        return PT_OK;
    }
    if (tier == TEXT_EQUAL) {
        uint32_t word = text_lexicon_find(&index->lexicon, text);
        return word != 0 ? fn(ctx, word, err) : PT_OK;
    }
    for (size_t i = 0; tier == TEXT_ERROR && i < asked->near_count && st == PT_OK; i++) {
        st = fn(ctx, asked->near[i].word, err);
    }
    if (tier == TEXT_BEGIN || tier == TEXT_PART) {
        TextKeysOfOne room;
        TextFilter filter;
        TextKeys *keys = text_keys_of_one(&room);
        text_word_keys(text, keys);
        text_keys_sort(keys);
        keep_keys_of_tier(keys, asked->count, tier);
        filter_sets(index, keys, &filter);
        st = each_word(&filter, fn, ctx, err);
    }
    return st;
}

/* ---- words with errors -------------------------------------------------------------------------
 */

typedef struct Near {
    const TextIndex *index;
    TextAsked *asked;
    unsigned most;
} Near;

static size_t letters_of_word(const TextEntry *e, uint32_t out[static TEXT_WORD_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < e->bytes && n < TEXT_WORD_MAX; n++) {
        uint8_t lead = (uint8_t)e->text[i++];
        uint32_t c = lead < 0x80 ? lead : lead < 0xE0 ? lead & 0x1FU : lead & 0x0FU;
        while (i < e->bytes && ((uint8_t)e->text[i] & 0xC0) == 0x80) {
            c = c << 6 | ((uint8_t)e->text[i++] & 0x3F);
        }
        out[n] = c;
    }
    return n;
}

static PtStatus try_word(void *ctx, uint32_t word, PtError *err)
{
    Near *near = ctx;
    TextAsked *asked = near->asked;
    const TextEntry *e = text_entry(&near->index->lexicon, word);
    if (e->letters > asked->count + near->most || e->letters + near->most < asked->count) {
        return PT_OK;
    }
    uint32_t letters[TEXT_WORD_MAX];
    size_t count = letters_of_word(e, letters);
    unsigned errors = text_errors(asked->letters, asked->count, letters, count, near->most);
    if (errors == 0 || errors > near->most) {
        return PT_OK;
    }
    if (asked->near_count == asked->near_cap) {
        size_t cap = asked->near_cap * 2 + 16;
        TextNear *grown = realloc(asked->near, cap * sizeof *grown);
        if (grown == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory to search for words with errors");
        }
        asked->near = grown;
        asked->near_cap = cap;
    }
    asked->near[asked->near_count++] = (TextNear){word, errors};
    return PT_OK;
}

/* Where a part of the asked word stands unharmed. */
typedef enum Place { PLACE_BEGIN, PLACE_MIDDLE, PLACE_END } Place;

static PtStatus try_part(Near *near, const uint32_t *letters, size_t count, Place place,
                         PtError *err)
{
    char bytes[TEXT_WORD_BYTES];
    TextKeysOfOne room;
    TextFilter filter;
    TextKeys *keys = text_keys_of_one(&room);
    text_word_keys((PtStr){bytes, text_spell(letters, count, bytes)}, keys);
    text_keys_sort(keys);
    size_t n = 0;
    for (size_t i = 0; i < keys->count; i++) {
        TextKind kind = text_key_kind(keys->at[i]);
        if (kind == TEXT_WORD_THREE || (kind == TEXT_WORD_BEGIN_2 && place == PLACE_BEGIN) ||
            (kind == TEXT_WORD_END_2 && place == PLACE_END)) {
            keys->at[n++] = keys->at[i];
        }
    }
    keys->count = n;
    filter_sets(near->index, keys, &filter);
    return each_word(&filter, try_word, near, err);
}

static void swap_at(uint32_t *letters, size_t second)
{
    uint32_t moved = letters[second];
    letters[second] = letters[second - 1];
    letters[second - 1] = moved;
}

/* Words with one error more than `letters`, which may be the asked word with two letters swapped:
 * one half is unharmed, or the two letters at the border of the halves are swapped. */
static PtStatus try_halves(Near *near, const uint32_t *letters, PtError *err)
{
    size_t count = near->asked->count, half = count / 2;
    PtStatus st = try_part(near, letters, half, PLACE_BEGIN, err);
    if (st == PT_OK) {
        st = try_part(near, letters + half, count - half, PLACE_END, err);
    }
    if (st != PT_OK) {
        return st;
    }
    uint32_t swapped[TEXT_WORD_MAX];
    memcpy(swapped, letters, count * sizeof *letters);
    swap_at(swapped, half);
    char bytes[TEXT_WORD_BYTES];
    PtStr text = {bytes, text_spell(swapped, count, bytes)};
    uint32_t word = text_lexicon_find(&near->index->lexicon, text);
    return word != 0 ? try_word(near, word, err) : PT_OK;
}

/* Two errors harm at most two of three parts, but for swaps at their borders: there the asked word
 * is tried as if that error were none. */
static PtStatus try_thirds(Near *near, PtError *err)
{
    const uint32_t *letters = near->asked->letters;
    size_t count = near->asked->count, first = count / 3, last = (count - first) / 2;
    size_t middle = count - first - last;
    PtStatus st = try_part(near, letters, first, PLACE_BEGIN, err);
    if (st == PT_OK) {
        st = try_part(near, letters + first, middle, PLACE_MIDDLE, err);
    }
    if (st == PT_OK) {
        st = try_part(near, letters + first + middle, last, PLACE_END, err);
    }
    const size_t borders[] = {first, first + middle};
    for (size_t i = 0; i < 2 && st == PT_OK; i++) {
        uint32_t swapped[TEXT_WORD_MAX];
        memcpy(swapped, letters, count * sizeof *letters);
        swap_at(swapped, borders[i]);
        st = try_halves(near, swapped, err);
    }
    return st;
}

static int by_word(const void *a, const void *b)
{
    const TextNear *x = a, *y = b;
    return (x->word > y->word) - (x->word < y->word);
}

PtStatus text_asked_near(const TextIndex *index, TextAsked *asked, PtError *err)
{
    if (!asked->plain || asked->count < TEXT_ERROR_MIN) {
        return PT_OK;
    }
    Near near = {index, asked, asked->count < TEXT_ERRORS_MIN ? 1 : 2};
    PtStatus st = near.most == 1 ? try_halves(&near, asked->letters, err) : try_thirds(&near, err);
    if (st != PT_OK || asked->near_count == 0) {
        return st;
    }
    qsort(asked->near, asked->near_count, sizeof *asked->near, by_word);
    size_t n = 1;
    for (size_t i = 1; i < asked->near_count; i++) {
        if (asked->near[i].word != asked->near[n - 1].word) {
            asked->near[n++] = asked->near[i];
        }
    }
    asked->near_count = n;
    return PT_OK;
}

/* ---- what kind of match ------------------------------------------------------------------------
 */

static TextTier tier_of(const struct TextSpelling *asked, PtStr text, TextTier most)
{
    if (text.len < asked->len) {
        return TEXT_TIERS;
    }
    if (text.data[0] == asked->bytes[0] && memcmp(text.data, asked->bytes, asked->len) == 0) {
        TextTier tier = text.len == asked->len ? TEXT_EQUAL : TEXT_BEGIN;
        return tier <= most ? tier : TEXT_TIERS;
    }
    bool part = most >= TEXT_PART && asked->letters >= TEXT_PART_MIN &&
                memmem(text.data, text.len, asked->bytes, asked->len) != NULL;
    return part ? TEXT_PART : TEXT_TIERS;
}

static unsigned errors_of(const TextAsked *asked, uint32_t word)
{
    size_t low = 0, high = asked->near_count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (asked->near[mid].word == word) {
            return asked->near[mid].errors;
        }
        if (asked->near[mid].word < word) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return 0;
}

TextMatch text_match_word(const TextIndex *index, const TextAsked *asked, uint32_t word,
                          TextTier most)
{
    static const float of_tier[] = {[TEXT_EQUAL] = 1.0F, [TEXT_BEGIN] = 0.6F, [TEXT_PART] = 0.3F};
    const TextEntry *e = text_entry(&index->lexicon, word);
    if (!asked->plain || e->text == NULL) {
        return (TextMatch){.tier = TEXT_TIERS};
    }
    TextTier tier = tier_of(&asked->spelling[0], (PtStr){e->text, e->bytes}, most);
    if (tier < TEXT_TIERS) {
        float share = (float)asked->count / (float)e->letters; // of the word that was typed
        return (TextMatch){tier, of_tier[tier] + (tier == TEXT_EQUAL ? 0.0F : 0.3F * share)};
    }
    unsigned errors = most == TEXT_ERROR ? errors_of(asked, word) : 0;
    return errors == 0 ? (TextMatch){.tier = TEXT_TIERS}
                       : (TextMatch){TEXT_ERROR, errors == 1 ? 0.5F : 0.3F};
}

float text_code_quality(const struct TextSpelling *spelling, TextTier tier)
{
    float typed = (float)(spelling->letters < 12 ? spelling->letters : 12) / 12.0F;
    return tier == TEXT_EQUAL ? 1.0F : (tier == TEXT_BEGIN ? 0.6F : 0.3F) + 0.3F * typed;
}

TextMatch text_match_code(const TextAsked *asked, PtStr code, TextTier most)
{
    TextMatch best = {.tier = TEXT_TIERS};
    for (size_t i = 0; i < asked->spellings; i++) {
        TextTier tier = tier_of(&asked->spelling[i], code, most);
        if (tier < best.tier) {
            best = (TextMatch){tier, text_code_quality(&asked->spelling[i], tier)};
        }
    }
    return best;
}
