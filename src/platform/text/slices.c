// SPDX-License-Identifier: Apache-2.0
/* A query of several words: the documents that may say all of them, as bits; each is then looked
 * at. */
#include "platform/text/text_internal.h"

#include <stdlib.h>
#include <string.h>

/* Documents that are scored at most: beyond, a query of common beginnings says too little for the
 * order to mean much, and those of the lowest numbers are taken. */
enum { SCORED_MAX = 3000 };

/* Documents that are sooner looked at than crossed with the next word's. */
enum { FEW_ENOUGH = 1000 };

/* A set of documents while a query runs. */
typedef struct Bits {
    uint64_t **slices; /* NULL: none of the slice */
    uint32_t count;
} Bits;

static void bits_done(Bits *bits)
{
    for (uint32_t i = 0; bits->slices != NULL && i < bits->count; i++) {
        free(bits->slices[i]);
    }
    free(bits->slices);
    bits->slices = NULL;
}

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory to search");
}

static PtStatus bits_init(Bits *bits, const TextIndex *index, PtError *err)
{
    bits->count = index->page_count / (TEXT_SLICE / TEXT_PAGE) + 1;
    bits->slices = calloc(bits->count, sizeof *bits->slices);
    return bits->slices != NULL ? PT_OK : no_memory(err);
}

static PtStatus bits_or_set(Bits *bits, const TextSet *set, PtError *err)
{
    return text_set_or_all(set, bits->slices, bits->count) ? PT_OK : no_memory(err);
}

static PtStatus bits_or_filter(Bits *bits, const TextFilter *filter, PtError *err)
{
    uint64_t some[TEXT_SLICE_WORDS];
    for (uint32_t s = text_filter_slice_from(filter, 0); s < bits->count;
         s = text_filter_slice_from(filter, s + 1)) {
        if (!text_filter_slice(filter, s, some)) {
            continue;
        }
        uint64_t *slice = text_slice_made(bits->slices, bits->count, s);
        if (slice == NULL) {
            return no_memory(err);
        }
        for (size_t w = 0; w < TEXT_SLICE_WORDS; w++) {
            slice[w] |= some[w];
        }
    }
    return PT_OK;
}

/* Takes `more`, which is empty afterwards. */
static void bits_or(Bits *bits, Bits *more)
{
    for (uint32_t s = 0; s < bits->count; s++) {
        if (bits->slices[s] == NULL) {
            bits->slices[s] = more->slices[s];
            more->slices[s] = NULL;
            continue;
        }
        for (size_t w = 0; more->slices[s] != NULL && w < TEXT_SLICE_WORDS; w++) {
            bits->slices[s][w] |= more->slices[s][w];
        }
    }
}

/* How many are left. */
static size_t bits_and(Bits *bits, const Bits *other)
{
    size_t left = 0;
    for (uint32_t s = 0; s < bits->count; s++) {
        if (bits->slices[s] != NULL && other->slices[s] == NULL) {
            free(bits->slices[s]);
            bits->slices[s] = NULL;
        }
        for (size_t w = 0; bits->slices[s] != NULL && w < TEXT_SLICE_WORDS; w++) {
            bits->slices[s][w] &= other->slices[s][w];
            left += (size_t)__builtin_popcountll(bits->slices[s][w]);
        }
    }
    return left;
}

static size_t bits_count(const Bits *bits)
{
    size_t count = 0;
    for (uint32_t s = 0; s < bits->count; s++) {
        for (size_t w = 0; bits->slices[s] != NULL && w < TEXT_SLICE_WORDS; w++) {
            count += (size_t)__builtin_popcountll(bits->slices[s][w]);
        }
    }
    return count;
}

typedef struct WordBits {
    const TextQuery *query;
    const TextAsked *asked;
    TextTier tier;
    Bits *bits;
} WordBits;

static PtStatus or_word(void *ctx, uint32_t word, PtError *err)
{
    const WordBits *w = ctx;
    const TextIndex *index = w->query->index;
    if (text_match_word(index, w->asked, word, w->tier).tier == TEXT_TIERS) {
        return PT_OK;
    }
    PtStatus st = PT_OK;
    for (unsigned left = text_entry(&index->lexicon, word)->fields; left != 0 && st == PT_OK;
         left &= left - 1) {
        unsigned field = (unsigned)__builtin_ctz(left);
        const TextSet *set = text_table_get(&index->table, text_key(TEXT_OF_WORD, field, word));
        st = set != NULL ? bits_or_set(w->bits, set, err) : PT_OK;
    }
    return st;
}

static PtStatus or_codes(const WordBits *w, TextTier tier, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t s = 0; s < w->asked->spellings; s++) {
        for (unsigned left = w->query->index->fields_used; left != 0 && st == PT_OK;
             left &= left - 1) {
            TextFilter filter;
            text_filter_code(w->query->index, &w->asked->spelling[s], (unsigned)__builtin_ctz(left),
                             tier, &filter);
            st = bits_or_filter(w->bits, &filter, err);
        }
    }
    return st;
}

/* One or two letters begin thousands of words: their documents have a set of their own. */
static PtStatus or_beginning(const WordBits *w, PtError *err)
{
    TextKeysOfOne room;
    TextKeys *keys = text_keys_of_one(&room);
    text_say_keys((PtStr){w->asked->spelling[0].bytes, w->asked->spelling[0].len}, keys);
    const TextSet *set = text_table_get(&w->query->index->table, keys->at[keys->count - 1]);
    return w->asked->plain && set != NULL ? bits_or_set(w->bits, set, err) : PT_OK;
}

/* The documents in which a word may match in a tier or a lower one. */
static PtStatus word_bits(const TextQuery *query, const TextAsked *asked, TextTier tier,
                          Bits *ret_bits, PtError *err)
{
    // whatever begins with the word has it as a part, and what is equal begins with it
    TextTier exact = tier < TEXT_PART               ? tier
                     : asked->count < TEXT_PART_MIN ? TEXT_BEGIN
                                                    : TEXT_PART;
    WordBits w = {query, asked, tier, ret_bits};
    PtStatus st = bits_init(ret_bits, query->index, err);
    if (st == PT_OK && exact == TEXT_BEGIN && asked->count <= 2) {
        st = or_beginning(&w, err);
    } else if (st == PT_OK) {
        st = text_words_of_tier(query->index, asked, exact, or_word, &w, err);
    }
    if (st == PT_OK && tier == TEXT_ERROR) {
        st = text_words_of_tier(query->index, asked, tier, or_word, &w, err);
    }
    return st == PT_OK ? or_codes(&w, exact, err) : st;
}

/* *bits and what the word allows; *ret_left: how many that are. */
static PtStatus and_word(const TextQuery *query, const TextAsked *asked, TextTier tier, Bits *bits,
                         size_t *ret_left, PtError *err)
{
    Bits more = {.slices = NULL};
    PtStatus st = word_bits(query, asked, tier, &more, err);
    if (st == PT_OK && bits->slices != NULL) {
        *ret_left = bits_and(bits, &more);
    } else if (st == PT_OK) {
        *bits = more;
        *ret_left = bits_count(bits);
        more.slices = NULL;
    }
    bits_done(&more);
    return st;
}

/* The documents that may have all runs of a group: the longest run first, until few are left. */
static PtStatus runs_bits(const TextQuery *query, const TextAskedGroup *group, TextTier tier,
                          Bits *ret_bits, PtError *err)
{
    size_t longest = 0, left = 0;
    for (size_t i = 1; i < group->count; i++) {
        longest = group->runs[i].count > group->runs[longest].count ? i : longest;
    }
    PtStatus st = and_word(query, &group->runs[longest], tier, ret_bits, &left, err);
    for (size_t i = 0; i < group->count && st == PT_OK && left > FEW_ENOUGH; i++) {
        st = i != longest ? and_word(query, &group->runs[i], tier, ret_bits, &left, err) : st;
    }
    return st;
}

static PtStatus group_bits(const TextQuery *query, const TextAskedGroup *group, TextTier tier,
                           Bits *ret_bits, PtError *err)
{
    Bits runs = {.slices = NULL};
    PtStatus st = word_bits(query, group->whole, tier, ret_bits, err);
    if (st == PT_OK && group->count > 0) {
        st = runs_bits(query, group, tier, &runs, err);
    }
    if (st == PT_OK && group->count > 0) {
        bits_or(ret_bits, &runs);
    }
    bits_done(&runs);
    return st;
}

/* Documents that are scored one after another; their memory is asked for together. */
typedef struct Batch {
    uint32_t documents[32];
    size_t count;
    size_t scored;
} Batch;

/* False when enough were scored. */
static bool score_batch(const TextQuery *query, TextTier tier, Batch *batch, TextTop *top)
{
    for (size_t i = 0; i < batch->count; i++) {
        __builtin_prefetch(text_document(query->index, batch->documents[i]));
    }
    for (size_t i = 0; i < batch->count && batch->scored < SCORED_MAX; i++) {
        float score = text_score(query, batch->documents[i], tier);
        if (score > 0) {
            text_top_offer(top, batch->documents[i], score);
            batch->scored++;
        }
    }
    batch->count = 0;
    return batch->scored < SCORED_MAX;
}

static void score_bits(const TextQuery *query, TextTier tier, const Bits *bits, TextTop *top)
{
    Batch batch = {.count = 0};
    for (uint32_t s = 0; s < bits->count; s++) {
        for (size_t w = 0; bits->slices[s] != NULL && w < TEXT_SLICE_WORDS; w++) {
            for (uint64_t left = bits->slices[s][w]; left != 0; left &= left - 1) {
                const uint32_t document =
                    s << 16 | (uint32_t)(w * 64 + (size_t)__builtin_ctzll(left));
                if (!text_top_may(top, document)) {
                    continue;
                }
                batch.documents[batch.count++] = document;
                if (batch.count == sizeof batch.documents / sizeof *batch.documents &&
                    !score_batch(query, tier, &batch, top)) {
                    return;
                }
            }
        }
    }
    (void)score_batch(query, tier, &batch, top);
}

PtStatus text_find_all(const TextQuery *query, TextTier tier, TextTop *top, PtError *err)
{
    Bits all = {.slices = NULL};
    PtStatus st = group_bits(query, &query->groups[query->order[0]], tier, &all, err);
    size_t left = st == PT_OK ? bits_count(&all) : 0;
    for (size_t i = 1; i < query->group_count && st == PT_OK && left > FEW_ENOUGH; i++) {
        Bits more = {.slices = NULL};
        st = group_bits(query, &query->groups[query->order[i]], tier, &more, err);
        left = st == PT_OK ? bits_and(&all, &more) : 0;
        bits_done(&more);
    }
    if (st == PT_OK) {
        score_bits(query, tier, &all, top);
    }
    bits_done(&all);
    return st;
}
