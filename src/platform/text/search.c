// SPDX-License-Identifier: Apache-2.0
#include "platform/text/text_internal.h"

#include <assert.h>
#include <stdlib.h>

/* What is over the bound goes, with the word that it cuts in two. */
static PtStr cut_query(PtStr query)
{
    if (query.len <= PT_TEXT_QUERY_MAX) {
        return query;
    }
    size_t len = PT_TEXT_QUERY_MAX;
    while (len > 0 && (uint8_t)query.data[len] > ' ') {
        len--;
    }
    return (PtStr){query.data, len > 0 ? len : PT_TEXT_QUERY_MAX};
}

static void add_group(TextQuery *q, const TextWords *w, const TextGroup *g)
{
    const TextRun *first = &w->runs[g->first];
    TextAskedGroup *group = &q->groups[q->group_count++];
    group->whole = &q->asked[q->asked_count++];
    if (g->count == 1) {
        text_asked_init(group->whole, w->letters + first->at, first->len);
        return;
    }
    text_asked_init(group->whole, w->letters + first->at, g->joined);
    group->runs = &q->asked[q->asked_count];
    group->count = g->count;
    for (size_t i = 0; i < g->count; i++) {
        const TextRun *run = &w->runs[g->first + i];
        text_asked_init(&q->asked[q->asked_count++], w->letters + run->at, run->len);
    }
}

static void read_query(TextQuery *q, PtStr text)
{
    TextWords words;
    text_words(cut_query(text), &words);
    size_t runs = 0;
    for (size_t i = 0; i < words.group_count; i++) {
        TextGroup group = words.groups[i];
        size_t room = TEXT_ASKED_MAX - runs;
        if (room == 0) {
            return;
        }
        while (group.count > room) {
            group.count--;
            group.joined = (uint16_t)(group.joined - words.runs[group.first + group.count].len);
        }
        runs += group.count;
        add_group(q, &words, &group);
    }
}

/* The longest first: few documents have it, and the rest need not be looked up for them. */
static void order_groups(TextQuery *q)
{
    for (size_t i = 0; i < q->group_count; i++) {
        size_t at = i;
        for (; at > 0 && q->groups[q->order[at - 1]].whole->count < q->groups[i].whole->count;
             at--) {
            q->order[at] = q->order[at - 1];
        }
        q->order[at] = i;
    }
}

static void free_query(TextQuery *q)
{
    for (size_t i = 0; i < q->asked_count; i++) {
        text_asked_done(&q->asked[i]);
    }
    free(q);
}

static PtStatus find_tier(TextQuery *q, TextTier tier, TextTop *top, PtError *err)
{
    for (size_t i = 0; tier == TEXT_ERROR && i < q->asked_count; i++) {
        PtStatus st = text_asked_near(q->index, &q->asked[i], err);
        if (st != PT_OK) {
            return st;
        }
    }
    bool one = q->group_count == 1 && q->groups[0].count == 0;
    return one ? text_find_one(q, tier, top, err) : text_find_all(q, tier, top, err);
}

/* A lower tier ranks first, so that a higher one is needed only while there is room. */
static PtStatus find(TextQuery *q, TextTop *top, PtError *err)
{
    PtStatus st = PT_OK;
    for (TextTier tier = TEXT_EQUAL; tier < TEXT_TIERS && st == PT_OK && top->count < top->max;
         tier++) {
        st = find_tier(q, tier, top, err);
    }
    return st;
}

PtStatus pt_text_search(PtText *t, PtStr query, size_t max, PtTextHit *ret_hits, size_t *ret_count,
                        PtError *err)
{
    const PtTextAsk ask = {.query = query, .max = max};
    return pt_text_find(t, &ask, ret_hits, ret_count, err);
}

PtStatus pt_text_find(PtText *t, const PtTextAsk *ask, PtTextHit *ret_hits, size_t *ret_count,
                      PtError *err)
{
    if (ask->max > PT_TEXT_RESULTS_MAX) {
        return pt_fail(err, PT_INVALID, "%zu results, not at most %d", ask->max,
                       PT_TEXT_RESULTS_MAX);
    }
    TextQuery *q = calloc(1, sizeof *q);
    if (q == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to search");
    }
    q->index = &t->index;
    q->weights = t->weights;
    read_query(q, ask->query);
    order_groups(q);
    TextTop top = {.max = ask->max, .takes = ask->takes, .ctx = ask->ctx};
    PtStatus st = PT_OK;
    if (q->group_count > 0) {
        int rc = pthread_rwlock_rdlock(&t->lock);
        assert(rc == 0);
        (void)rc;
        st = find(q, &top, err);
        (void)pthread_rwlock_unlock(&t->lock);
    }
    free_query(q);
    for (size_t i = 0; st == PT_OK && i < top.count; i++) {
        ret_hits[i] = top.hits[i];
    }
    if (st == PT_OK) {
        *ret_count = top.count;
    }
    return st;
}
