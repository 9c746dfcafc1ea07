// SPDX-License-Identifier: Apache-2.0
/* Text into words, words into n-grams, n-grams into counted features. */
#include "language/language_internal.h"

#include "platform/text.h"

#include <string.h>
#include <utf8proc.h>

enum { FOLDED_MAX = 96 }; /* bytes of what one letter becomes */

/* The seed of all n-grams: another number is another hash space. */
#define LANGUAGE_SEED UINT64_C(0x5061747267616e31)

LanguageReader *language_reader_new(void)
{
    LanguageReader *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return NULL;
    }
    r->features = malloc(LANGUAGE_GRAMS_MAX * sizeof *r->features);
    r->entries = malloc(LANGUAGE_GRAMS_MAX * sizeof *r->entries);
    r->slots = malloc(LANGUAGE_SLOTS * sizeof *r->slots);
    if (r->features == NULL || r->entries == NULL || r->slots == NULL) {
        language_reader_free(r);
        return NULL;
    }
    return r;
}

void language_reader_free(LanguageReader *r)
{
    if (r != NULL) {
        free(r->features);
        free(r->entries);
        free(r->slots);
        free(r);
    }
}

/* ---- Words ------------------------------------------------------------------------------------
 */

static bool is_word_letter(uint32_t c)
{
    if (c < 0x80) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    }
    switch (utf8proc_category((utf8proc_int32_t)c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return true;
    default:
        return false;
    }
}

/* Whether the letter is one of a word; it is added where there is room. */
static bool add_letter(LanguageReader *r, LanguageWord *word, uint32_t c)
{
    if (!is_word_letter(c)) {
        return false;
    }
    if (word->len < LANGUAGE_WORD_LETTERS) {
        r->letters[r->letter_count++] = c;
        word->len++;
    }
    return true;
}

/* What the character of `step` bytes becomes. */
static bool add_folded(LanguageReader *r, LanguageWord *word, PtStr one)
{
    char folded[FOLDED_MAX];
    const char *p = folded, *end = folded + pt_text_fold(one, folded, sizeof folded);
    bool any = false;
    while (p < end) {
        utf8proc_int32_t c = 0;
        const utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)p, end - p, &c);
        if (n <= 0 || r->letter_count == LANGUAGE_TEXT_MAX) {
            break;
        }
        p += n;
        any = add_letter(r, word, (uint32_t)c) || any;
    }
    return any;
}

static void end_word(LanguageReader *r, LanguageWord *word, size_t at)
{
    if (word->len > 0) {
        r->words[r->word_count++] = *word;
    }
    *word = (LanguageWord){.at = (uint32_t)r->letter_count, .from = (uint32_t)at};
}

void language_read_words(LanguageReader *r, PtStr text)
{
    const size_t len = text.len < UINT32_MAX / 2 ? text.len : UINT32_MAX / 2;
    const char *const end = len > 0 ? text.data + len : NULL;
    LanguageWord word = {0};
    r->letter_count = r->word_count = 0;
    for (size_t at = 0; at < len && r->letter_count < LANGUAGE_TEXT_MAX &&
                        r->word_count < LANGUAGE_WORDS_MAX - 1;) {
        const char *p = text.data + at;
        const size_t valid = pt_utf8_step(p, end), step = valid > 0 ? valid : 1;
        const bool tie = *p == '\'' || (step == 3 && memcmp(p, "\u2019", 3) == 0);
        if (word.len == 0) {
            word.from = (uint32_t)at;
        }
        const bool in_word = (uint8_t)*p < 0x80 ? add_letter(r, &word, (uint8_t)pt_ascii_lower(*p))
                                                : add_folded(r, &word, (PtStr){p, step});
        at += step;
        if (in_word) {
            word.to = (uint32_t)at;
        } else if (!tie) { // "what's" is one word, without its mark
            end_word(r, &word, at);
        }
    }
    end_word(r, &word, len);
}

/* ---- N-grams ----------------------------------------------------------------------------------
 */

static uint32_t bucket_of(uint64_t hash, unsigned kind)
{
    return (uint32_t)(language_mix(hash, kind) >> (64 - LANGUAGE_BITS));
}

enum { KIND_WORD = 101, KIND_PAIR, KIND_LETTERS };

uint64_t language_word_hash(const LanguageReader *r, size_t word)
{
    uint64_t hash = LANGUAGE_SEED;
    const LanguageWord *w = &r->words[word];
    for (uint32_t i = 0; i < w->len; i++) {
        hash = language_mix(hash, r->letters[w->at + i]);
    }
    return hash;
}

/* Runs of letters of one word, with a space before and behind it. */
static void each_run(const LanguageReader *r, uint32_t index,
                     void (*each)(void *ctx, const LanguageGram *gram), void *ctx)
{
    const LanguageWord *w = &r->words[index];
    const uint32_t count = w->len + 2;
    uint32_t letters[LANGUAGE_WORD_LETTERS + 2];
    letters[0] = letters[count - 1] = ' ';
    memcpy(letters + 1, r->letters + w->at, w->len * sizeof *letters);
    for (uint32_t from = 0; from + LANGUAGE_GRAM_LEAST <= count; from++) {
        uint64_t hash = LANGUAGE_SEED;
        for (uint32_t n = 1; n <= LANGUAGE_GRAM_MOST && from + n <= count; n++) {
            hash = language_mix(hash, letters[from + n - 1]);
            if (n >= LANGUAGE_GRAM_LEAST) {
                each(ctx, &(LanguageGram){bucket_of(hash, KIND_LETTERS), LANGUAGE_OF_LETTERS, index,
                                          index});
            }
        }
    }
}

void language_each_gram(const LanguageReader *r, void (*each)(void *ctx, const LanguageGram *gram),
                        void *ctx)
{
    uint64_t before = 0; // the text's begin and end stand as words of their own in pairs
    for (uint32_t i = 0; i < r->word_count; i++) {
        const uint64_t hash = language_word_hash(r, i);
        each(ctx, &(LanguageGram){bucket_of(hash, KIND_WORD), LANGUAGE_OF_WORDS, i, i});
        each(ctx, &(LanguageGram){bucket_of(language_mix(before, hash), KIND_PAIR),
                                  LANGUAGE_OF_PAIRS, i > 0 ? i - 1 : 0, i});
        each_run(r, i, each, ctx);
        before = hash;
    }
    if (r->word_count > 0) {
        const uint32_t last = (uint32_t)r->word_count - 1;
        each(ctx, &(LanguageGram){bucket_of(language_mix(before, 0), KIND_PAIR), LANGUAGE_OF_PAIRS,
                                  last, last});
    }
}

/* ---- Features ---------------------------------------------------------------------------------
 */

/* Where the bucket's feature is noted, or could be. */
static uint32_t slot_of(const LanguageReader *r, uint32_t bucket)
{
    uint32_t slot = bucket & r->mask;
    while (r->slots[slot] != 0 && r->features[r->slots[slot] - 1].bucket != bucket) {
        slot = (slot + 1) & r->mask;
    }
    return slot;
}

LanguageFeature *language_feature(const LanguageReader *r, uint32_t bucket)
{
    const uint32_t feature = r->slots[slot_of(r, bucket)];
    return feature > 0 ? &r->features[feature - 1] : NULL;
}

static void count_gram(void *ctx, const LanguageGram *gram)
{
    LanguageReader *r = ctx;
    const uint32_t slot = slot_of(r, gram->bucket);
    if (r->slots[slot] > 0) {
        r->features[r->slots[slot] - 1].count++;
        return;
    }
    r->features[r->feature_count++] = (LanguageFeature){gram->bucket, 1, gram->block};
    r->slots[slot] = (uint32_t)r->feature_count;
}

void language_read(LanguageReader *r, PtStr text)
{
    language_read_words(r, text);
    const size_t most = 3 * r->letter_count + 2 * r->word_count + 1;
    uint32_t slots = 64;
    while (slots < 2 * most) {
        slots *= 2;
    }
    memset(r->slots, 0, slots * sizeof *r->slots);
    r->mask = slots - 1;
    r->feature_count = 0;
    language_each_gram(r, count_gram, r);
}
