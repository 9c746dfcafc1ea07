// SPDX-License-Identifier: Apache-2.0
/* Walks: what was told, in the order in which ranges were done with, beside the oracle's rows. */
#include "platform/columns/columns_oracle_internal.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct Range {
    OracleWalk *walk;
    OracleWalkRow *rows;
    size_t count, cap, ends;
    uint32_t person, last; /* whose rows come; whose came before; 0: nobody's */
} Range;

/* ---- Listening ------------------------------------------------------------------------------- */

static PtStatus begin(void *ctx, void **ret_range, PtError *err)
{
    Range *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to listen to a walk");
    }
    r->walk = ctx;
    *ret_range = r;
    return PT_OK;
}

static PtStatus row(void *range, uint32_t person, uint64_t sets, int64_t time_ms, uint64_t offset,
                    PtError *err)
{
    Range *r = range;
    if (person == 0 || (r->person != 0 && r->person != person) || person <= r->last) {
        return pt_fail(err, PT_CONFLICT, "person %u comes behind %u, and %u has not ended", person,
                       r->last, r->person);
    }
    if (r->count == r->cap) {
        const size_t cap = r->cap * 2 + 16;
        OracleWalkRow *rows = realloc(r->rows, cap * sizeof *rows);
        if (rows == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory to listen to a walk");
        }
        r->rows = rows;
        r->cap = cap;
    }
    r->person = person;
    r->rows[r->count++] = (OracleWalkRow){person, time_ms, sets, offset};
    return PT_OK;
}

static PtStatus end(void *range, uint32_t person, PtError *err)
{
    Range *r = range;
    if (person == 0 || person != r->person) {
        return pt_fail(err, PT_CONFLICT, "person %u ends, and not %u", person, r->person);
    }
    r->last = person;
    r->person = 0;
    r->ends++;
    return PT_OK;
}

static bool append(OracleWalk *w, const Range *r)
{
    const size_t need = w->count + r->count;
    if (need > w->cap) {
        OracleWalkRow *rows = realloc(w->rows, need * 2 * sizeof *rows);
        if (rows == NULL) {
            return false;
        }
        w->rows = rows;
        w->cap = need * 2;
    }
    for (size_t i = 0; i < r->count; i++) {
        w->rows[w->count++] = r->rows[i];
    }
    return true;
}

/* What goes wrong is said when the walk is compared. */
static void done(void *range)
{
    Range *r = range;
    OracleWalk *w = r->walk;
    const bool alone = !atomic_exchange(&w->busy, true);
    w->torn = !alone || !append(w, r) || w->torn;
    w->ends += r->ends;
    w->ranges++;
    atomic_store(&w->busy, false);
    free(r->rows);
    free(r);
}

PlanWalk oracle_walk(OracleWalk *w)
{
    return (PlanWalk){.begin = begin, .row = row, .end = end, .done = done, .ctx = w};
}

void oracle_walk_forget(OracleWalk *w)
{
    free(w->rows);
    free(w->before);
    *w = (OracleWalk){0};
}

/* ---- Comparing ------------------------------------------------------------------------------- */

static bool same(const OracleWalkRow *a, const OracleWalkRow *b)
{
    return a->person == b->person && a->time_ms == b->time_ms && a->sets == b->sets &&
           a->offset == b->offset;
}

static int by_person(const void *a, const void *b)
{
    const OracleWalkRow *x = *(OracleWalkRow *const *)a, *y = *(OracleWalkRow *const *)b;
    if (x->person != y->person) {
        return x->person < y->person ? -1 : 1;
    }
    return (x > y) - (x < y); // as they came
}

static uint64_t bits_of(const Seen *s)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < PLAN_SETS; i++) {
        bits |= (uint64_t)s->sets[i] << i;
    }
    return bits;
}

static void compare_rows(const Oracle *o, const OracleWalk *w, char words[static ORACLE_WORDS])
{
    const Seen *seen = o->seen;
    size_t count = o->seen_count;
    while (count > 0 && seen->person == 0) { // they come first
        seen++;
        count--;
    }
    if (w->count != count || w->ends != o->answer.persons) {
        (void)snprintf(words, ORACLE_WORDS, "%zu rows of %zu persons told, not %zu of %llu",
                       w->count, w->ends, count, (unsigned long long)o->answer.persons);
        return;
    }
    const OracleWalkRow **told = oracle_must(calloc(count + 1, sizeof *told));
    for (size_t i = 0; i < count; i++) {
        told[i] = &w->rows[i];
    }
    qsort(told, count, sizeof *told, by_person);
    for (size_t i = 0; words[0] == 0 && i < count; i++) {
        const ColumnsRow *row = &seen[i].row->row;
        const OracleWalkRow want = {seen[i].person, row->time_ms, bits_of(&seen[i]), row->offset};
        if (!same(told[i], &want)) {
            (void)snprintf(words, ORACLE_WORDS,
                           "row %zu: person %u sets %llx offset %llu, not %u, %llx, %llu", i,
                           told[i]->person, (unsigned long long)told[i]->sets,
                           (unsigned long long)told[i]->offset, want.person,
                           (unsigned long long)want.sets, (unsigned long long)want.offset);
        }
    }
    free(told);
}

void oracle_compare_walk(const Oracle *o, const PlanAnswer *got, char words[static ORACLE_WORDS])
{
    OracleWalk *w = o->plan->walk.ctx;
    (void)got;
    if (w->torn) {
        (void)snprintf(words, ORACLE_WORDS, "two ranges were done with at a time");
    } else {
        compare_rows(o, w, words);
    }
    for (size_t i = 0; words[0] == 0 && w->before != NULL && i < w->count; i++) {
        if (!same(&w->rows[i], &w->before[i])) {
            (void)snprintf(words, ORACLE_WORDS, "row %zu came at another place before", i);
        }
    }
    free(w->before);
    *w = (OracleWalk){.before = w->rows};
}
