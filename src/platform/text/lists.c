// SPDX-License-Identifier: Apache-2.0
/* A query of one word: the lists of documents in which it matches in the same way, best lists
 * first, until no list can bring a better document. */
#include "platform/text/text_internal.h"

#include <stdlib.h>

typedef struct List {
    float total;   /* of its documents, unless another match of theirs is better */
    uint32_t word; /* 0: a code */
    uint16_t field, spelling;
} List;

typedef struct Lists {
    const TextQuery *query;
    TextTier tier;
    List *at; /* a heap: none before its parent (i - 1) / 2 */
    size_t count, cap;
} Lists;

static PtStatus add_list(Lists *lists, List list, PtError *err)
{
    if (lists->count == lists->cap) {
        size_t cap = lists->cap * 2 + 64;
        List *grown = realloc(lists->at, cap * sizeof *grown);
        if (grown == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory to search");
        }
        lists->at = grown;
        lists->cap = cap;
    }
    lists->at[lists->count++] = list;
    return PT_OK;
}

static PtStatus add_word(void *ctx, uint32_t word, PtError *err)
{
    Lists *lists = ctx;
    const TextIndex *index = lists->query->index;
    TextMatch match = text_match_word(index, lists->query->groups[0].whole, word, lists->tier);
    if (match.tier != lists->tier) {
        return PT_OK;
    }
    const TextEntry *e = text_entry(&index->lexicon, word);
    PtStatus st = PT_OK;
    for (unsigned left = e->fields; left != 0 && st == PT_OK; left &= left - 1) {
        unsigned field = (unsigned)__builtin_ctz(left);
        float score = text_word_score(lists->query, e, field, match.quality);
        st = add_list(
            lists,
            (List){.total = text_total(match.tier, score), .word = word, .field = (uint16_t)field},
            err);
    }
    return st;
}

static PtStatus add_codes(Lists *lists, PtError *err)
{
    const TextAsked *asked = lists->query->groups[0].whole;
    PtStatus st = PT_OK;
    for (size_t s = 0; s < asked->spellings; s++) {
        float quality = text_code_quality(&asked->spelling[s], lists->tier);
        for (unsigned left = lists->query->index->fields_used; left != 0 && st == PT_OK;
             left &= left - 1) {
            unsigned field = (unsigned)__builtin_ctz(left);
            float score = text_code_score(lists->query, field, quality);
            st = add_list(lists,
                          (List){.total = text_total(lists->tier, score),
                                 .field = (uint16_t)field,
                                 .spelling = (uint16_t)s},
                          err);
        }
    }
    return st;
}

static void sink(Lists *lists, size_t at)
{
    for (;;) {
        size_t best = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < lists->count; child++) {
            best = lists->at[child].total > lists->at[best].total ? child : best;
        }
        if (best == at) {
            return;
        }
        List moved = lists->at[at];
        lists->at[at] = lists->at[best];
        lists->at[best] = moved;
        at = best;
    }
}

static List take_best(Lists *lists)
{
    List best = lists->at[0];
    lists->at[0] = lists->at[--lists->count];
    sink(lists, 0);
    return best;
}

static void filter_of(const Lists *lists, const List *list, TextFilter *ret_filter)
{
    const TextIndex *index = lists->query->index;
    if (list->word == 0) {
        const TextAsked *asked = lists->query->groups[0].whole;
        text_filter_code(index, &asked->spelling[list->spelling], list->field, lists->tier,
                         ret_filter);
        return;
    }
    const TextSet *set =
        text_table_get(&index->table, text_key(TEXT_OF_WORD, list->field, list->word));
    *ret_filter = (TextFilter){.sets = {set}, .count = set != NULL};
}

/* False when the rest of the list, of higher numbers, cannot be among the best. */
static bool offer_slice(const Lists *lists, float total, uint32_t slice,
                        const uint64_t bits[static TEXT_SLICE_WORDS], TextTop *top)
{
    for (size_t w = 0; w < TEXT_SLICE_WORDS; w++) {
        for (uint64_t left = bits[w]; left != 0; left &= left - 1) {
            uint32_t document = slice << 16 | (uint32_t)(w * 64 + (size_t)__builtin_ctzll(left));
            if (!text_top_takes(top, document, total)) {
                return false;
            }
            float score =
                text_top_may(top, document) ? text_score(lists->query, document, lists->tier) : 0;
            if (score > 0) {
                text_top_offer(top, document, score);
            }
        }
    }
    return true;
}

static void offer_list(const Lists *lists, const List *list, TextTop *top)
{
    uint64_t bits[TEXT_SLICE_WORDS];
    TextFilter filter;
    filter_of(lists, list, &filter);
    for (uint32_t slice = text_filter_slice_from(&filter, 0); slice != UINT32_MAX;
         slice = text_filter_slice_from(&filter, slice + 1)) {
        if (text_filter_slice(&filter, slice, bits) &&
            !offer_slice(lists, list->total, slice, bits, top)) {
            return;
        }
    }
}

PtStatus text_find_one(const TextQuery *query, TextTier tier, TextTop *top, PtError *err)
{
    Lists lists = {.query = query, .tier = tier};
    PtStatus st =
        text_words_of_tier(query->index, query->groups[0].whole, tier, add_word, &lists, err);
    if (st == PT_OK && tier != TEXT_ERROR) {
        st = add_codes(&lists, err);
    }
    for (size_t i = lists.count / 2; st == PT_OK && i-- > 0;) {
        sink(&lists, i);
    }
    while (st == PT_OK && lists.count > 0) {
        List best = take_best(&lists);
        if (!text_top_takes(top, 0, best.total)) {
            break;
        }
        offer_list(&lists, &best, top);
    }
    free(lists.at);
    return st;
}
