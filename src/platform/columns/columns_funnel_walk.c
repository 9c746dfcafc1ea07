// SPDX-License-Identifier: Apache-2.0
#include "platform/columns/columns_funnel.h"

#include <stdlib.h>
#include <string.h>

enum { NO_VALUE = UINT32_MAX };

PtStatus funnel_walk_open(FunnelWalk *w, const PlanFunnel *plan, PtError *err)
{
    *w = (FunnelWalk){.plan = plan};
    for (size_t i = 0; i < plan->step_count; i++) {
        w->steps[i] = 1ull << plan->steps[i];
        w->any_step |= w->steps[i];
    }
    const bool same = plan->same != UINT32_MAX;
    w->plain = plan->order == PLAN_ORDERED && plan->exclusion_count == 0 && !same;
    return same ? values_new(&w->same, err) : PT_OK;
}

void funnel_walk_done(FunnelWalk *w)
{
    free(w->list);
    free(w->values);
    free(w->next);
    free(w->before);
    free(w->follow);
    values_free(w->same);
}

/* ---- Plain ----------------------------------------------------------------------------------- */

/* Moves the steps of the attempt that begins at at[0]; returns how far it goes. */
static size_t follow_plain(const FunnelWalk *w, const ScanRow *rows, size_t count, uint32_t *at)
{
    const int64_t end = rows[at[0]].time_ms + w->plan->window_ms;
    size_t depth = 1;
    for (; depth < w->plan->step_count; depth++) {
        uint32_t i = at[depth] > at[depth - 1] ? at[depth] : at[depth - 1] + 1;
        while (i < count && (rows[i].sets & w->steps[depth]) == 0) {
            i++;
        }
        at[depth] = i;
        if (i == count || rows[i].time_ms >= end) {
            break;
        }
    }
    return depth;
}

static void walk_plain(const FunnelWalk *w, const ScanRow *rows, size_t count, Attempt *best)
{
    uint32_t at[PLAN_STEPS] = {0};
    const size_t steps = w->plan->step_count;
    for (uint32_t i = 0; i < count; i++) {
        if ((rows[i].sets & w->steps[0]) == 0) {
            continue;
        }
        at[0] = i;
        const size_t depth = follow_plain(w, rows, count, at);
        if (depth > best->depth) {
            best->depth = depth;
            memcpy(best->at, at, depth * sizeof *at);
        }
        if (w->plan->first || best->depth == steps || at[best->depth] == count) {
            return; // all the way, or no row is left for the step that would be further
        }
    }
}

/* ---- Tables of a person ---------------------------------------------------------------------- */

static PtStatus make_room(FunnelWalk *w, Scan *scan, size_t count, PtError *err)
{
    if (count <= w->cap) {
        return PT_OK;
    }
    const size_t cap = count + count / 2 + 16;
    const size_t next = (cap + 1) * w->plan->step_count;
    const size_t before = (cap + 1) * (w->plan->exclusion_count + 1);
    const size_t bytes = (3 * cap + next + before) * sizeof(uint32_t);
    PtStatus st = scan_charge(scan, (int64_t)(bytes - w->bytes), err);
    if (st != PT_OK) {
        return st;
    }
    w->bytes = bytes;
    w->cap = 0;
    struct {
        uint32_t **table;
        size_t items;
    } tables[] = {{&w->list, cap},
                  {&w->values, cap},
                  {&w->follow, cap},
                  {&w->next, next},
                  {&w->before, before}};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        free(*tables[i].table);
        *tables[i].table = calloc(tables[i].items, sizeof(uint32_t));
        if (*tables[i].table == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for a funnel");
        }
    }
    w->cap = cap;
    return PT_OK;
}

/* The table of values is begun anew before it can be full: numbers of one person only matter. */
static PtStatus renew_values(FunnelWalk *w, size_t count, PtError *err)
{
    if (values_count(w->same) + count <= PLAN_VALUES || values_count(w->same) == 0) {
        return PT_OK;
    }
    values_free(w->same);
    w->same = NULL;
    return values_new(&w->same, err);
}

static PtStatus find_values(FunnelWalk *w, Scan *scan, const ScanRow *rows, size_t count,
                            PtError *err)
{
    PtStatus st = renew_values(w, count, err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        w->values[i] = NO_VALUE;
        if ((rows[i].sets & w->any_step) != 0) {
            PtValue v;
            st = scan_value(scan, &rows[i], w->plan->same, &v, err);
            if (st == PT_OK && v.kind != PT_VALUE_NONE) {
                st = values_of(w->same, &v, &w->values[i], err);
            }
        }
    }
    return st;
}

static int by_value(const void *a, const void *b, void *ctx)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b, *values = ctx;
    if (values[x] != values[y]) {
        return values[x] < values[y] ? -1 : 1;
    }
    return (x > y) - (x < y);
}

static PtStatus list_steps(FunnelWalk *w, Scan *scan, const ScanRow *rows, size_t count,
                           PtError *err)
{
    PtStatus st = w->same != NULL ? find_values(w, scan, rows, count, err) : PT_OK;
    w->count = 0;
    for (uint32_t i = 0; st == PT_OK && i < count; i++) {
        if ((rows[i].sets & w->any_step) != 0 && (w->same == NULL || w->values[i] != NO_VALUE)) {
            w->list[w->count++] = i;
        }
    }
    if (st == PT_OK && w->same != NULL) {
        qsort_r(w->list, w->count, sizeof *w->list, by_value, w->values);
    }
    return st;
}

static bool same_value(const FunnelWalk *w, uint32_t row, uint32_t other)
{
    return w->same == NULL || w->values[row] == w->values[other];
}

/* next: from the end, beginning anew where another value of `same` begins. */
static void fill_next(FunnelWalk *w, const ScanRow *rows)
{
    const size_t steps = w->plan->step_count;
    const uint32_t none = (uint32_t)w->count;
    for (size_t k = 0; k < steps; k++) {
        w->next[w->count * steps + k] = none;
    }
    for (size_t i = w->count; i-- > 0;) {
        const bool last = i + 1 == w->count || !same_value(w, w->list[i], w->list[i + 1]);
        for (size_t k = 0; k < steps; k++) {
            const bool is = (rows[w->list[i]].sets & w->steps[k]) != 0;
            w->next[i * steps + k] = is ? (uint32_t)i : last ? none : w->next[(i + 1) * steps + k];
        }
    }
}

static void fill_before(FunnelWalk *w, const ScanRow *rows, size_t count)
{
    for (size_t e = 0; e < w->plan->exclusion_count; e++) {
        const uint64_t set = 1ull << w->plan->exclusions[e].set;
        uint32_t *before = w->before + e * (count + 1), sum = 0;
        for (size_t i = 0; i < count; i++) {
            before[i] = sum;
            sum += (rows[i].sets & set) != 0;
        }
        before[count] = sum;
    }
    uint32_t next = (uint32_t)count;
    for (size_t i = count; i-- > 0;) {
        w->follow[i] = next;
        next = (rows[i].sets & w->any_step) != 0 ? (uint32_t)i : next;
    }
}

/* ---- Attempts by the tables ------------------------------------------------------------------ */

/* Whether a row that ends the attempt lies between these two, the first of which is step `after`.
 */
static bool excluded(const FunnelWalk *w, size_t count, size_t after, uint32_t from, uint32_t to)
{
    for (size_t e = 0; e < w->plan->exclusion_count; e++) {
        const PlanExclusion *x = &w->plan->exclusions[e];
        const uint32_t *before = w->before + e * (count + 1);
        if ((x->after == UINT8_MAX || x->after == after) && before[to] > before[from + 1]) {
            return true;
        }
    }
    return false;
}

/* The place in the list of the next one behind `place` of step k with its value; w->count: none. */
static uint32_t next_of(const FunnelWalk *w, uint32_t place, size_t k)
{
    if (place + 1 >= w->count || !same_value(w, w->list[place], w->list[place + 1])) {
        return (uint32_t)w->count;
    }
    return w->next[(place + 1) * w->plan->step_count + k];
}

static void try_ordered(const FunnelWalk *w, const ScanRow *rows, size_t count, uint32_t place,
                        Attempt *a)
{
    const int64_t end = rows[a->at[0]].time_ms + w->plan->window_ms;
    while (a->depth < w->plan->step_count) {
        const uint32_t before = a->at[a->depth - 1];
        place = next_of(w, place, a->depth);
        if (place == w->count || rows[w->list[place]].time_ms >= end ||
            excluded(w, count, a->depth - 1, before, w->list[place])) {
            return;
        }
        a->at[a->depth++] = w->list[place];
    }
}

static void try_strict(const FunnelWalk *w, const ScanRow *rows, size_t count, Attempt *a)
{
    const int64_t end = rows[a->at[0]].time_ms + w->plan->window_ms;
    while (a->depth < w->plan->step_count) {
        const uint32_t before = a->at[a->depth - 1], row = w->follow[before];
        if (row == count || rows[row].time_ms >= end ||
            (rows[row].sets & w->steps[a->depth]) == 0 || !same_value(w, before, row) ||
            excluded(w, count, a->depth - 1, before, row)) {
            return;
        }
        a->at[a->depth++] = row;
    }
}

/* The first step of the row that is not taken; step_count: none. */
static size_t take_step(const FunnelWalk *w, const ScanRow *row, uint32_t *taken)
{
    size_t k = 0;
    while (k < w->plan->step_count && ((*taken >> k & 1) != 0 || (row->sets & w->steps[k]) == 0)) {
        k++;
    }
    *taken |= k < w->plan->step_count ? 1u << k : 0;
    return k;
}

static void try_any(const FunnelWalk *w, const ScanRow *rows, uint32_t place, Attempt *a)
{
    const int64_t end = rows[a->at[0]].time_ms + w->plan->window_ms;
    uint32_t taken = 0;
    (void)take_step(w, &rows[a->at[0]], &taken);
    while (a->depth < w->plan->step_count) {
        uint32_t next = (uint32_t)w->count;
        for (size_t k = 0; k < w->plan->step_count; k++) {
            if ((taken >> k & 1) == 0) {
                const uint32_t of_step = next_of(w, place, k);
                next = of_step < next ? of_step : next;
            }
        }
        if (next == w->count || rows[w->list[next]].time_ms >= end) {
            return;
        }
        place = next;
        (void)take_step(w, &rows[w->list[place]], &taken);
        a->at[a->depth++] = w->list[place];
    }
}

static bool better(const Attempt *a, const Attempt *best)
{
    return a->depth > best->depth || (a->depth == best->depth && a->at[0] < best->at[0]);
}

static void walk_list(const FunnelWalk *w, const ScanRow *rows, size_t count, Attempt *best)
{
    for (uint32_t place = 0; place < w->count; place++) {
        const uint32_t row = w->list[place];
        const bool any = w->plan->order == PLAN_ANY;
        if (!any && (rows[row].sets & w->steps[0]) == 0) {
            continue;
        }
        if (best->depth == w->plan->step_count && row >= best->at[0]) {
            continue; // began later and cannot go further
        }
        Attempt a = {.depth = 1};
        a.at[0] = row;
        if (any) {
            try_any(w, rows, place, &a);
        } else if (w->plan->order == PLAN_STRICT) {
            try_strict(w, rows, count, &a);
        } else {
            try_ordered(w, rows, count, place, &a);
        }
        if (better(&a, best)) {
            *best = a;
        }
    }
}

PtStatus funnel_walk(FunnelWalk *w, Scan *scan, const ScanRow *rows, size_t count,
                     Attempt *ret_best, PtError *err)
{
    ret_best->depth = 0;
    if (w->plain) {
        walk_plain(w, rows, count, ret_best);
        return PT_OK;
    }
    PtStatus st = make_room(w, scan, count, err);
    st = st == PT_OK ? list_steps(w, scan, rows, count, err) : st;
    if (st == PT_OK) {
        fill_next(w, rows);
        fill_before(w, rows, count);
        walk_list(w, rows, count, ret_best);
    }
    return st;
}
