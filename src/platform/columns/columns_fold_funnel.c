// SPDX-License-Identifier: Apache-2.0
/* Funnels: of each person the conversion, counted at the value of the row that it began with. */
#include "platform/columns/columns_funnel.h"
#include "platform/columns/columns_spans.h"

#include <stdlib.h>
#include <string.h>

typedef struct Cell {
    uint64_t reached[PLAN_STEPS];
    int64_t time_sum_ms[PLAN_STEPS];
    Spans times[PLAN_STEPS]; /* that a step took, one for each person */
} Cell;

typedef struct State {
    const PlanFunnel *plan;
    FunnelWalk walk;
    bool broken_down;
    ValueTable *values;
    size_t values_bytes; /* charged */
    Cell *cells;         /* by value */
    size_t cell_cap;
    size_t time_bytes;
} State;

/* ---- Check, lifetime ------------------------------------------------------------------------- */

static bool slot_is_there(const ColumnsPlan *plan, uint32_t slot)
{
    return slot == UINT32_MAX || slot < plan->slot_count;
}

static PtStatus check_exclusions(const ColumnsPlan *plan, PtError *err)
{
    enum { EXCLUSIONS = 10 };
    const PlanFunnel *f = &plan->funnel;
    if (f->exclusion_count > EXCLUSIONS) {
        return pt_fail(err, PT_INVALID, "%zu exclusions, not up to %d", f->exclusion_count,
                       EXCLUSIONS);
    }
    if (f->order == PLAN_ANY && f->exclusion_count > 0) {
        return pt_fail(err, PT_INVALID, "a funnel in any order has no exclusions");
    }
    for (size_t i = 0; i < f->exclusion_count; i++) {
        const PlanExclusion *x = &f->exclusions[i];
        if (x->set >= plan->set_count ||
            (x->after != UINT8_MAX && (size_t)x->after + 1 >= f->step_count)) {
            return pt_fail(err, PT_INVALID, "exclusion %zu names a set or a step that is not there",
                           i);
        }
    }
    return PT_OK;
}

static PtStatus check(const ColumnsPlan *plan, PtError *err)
{
    const PlanFunnel *f = &plan->funnel;
    if (f->step_count < 2 || f->step_count > PLAN_STEPS) {
        return pt_fail(err, PT_INVALID, "a funnel of %zu steps, not 2 to %d", f->step_count,
                       PLAN_STEPS);
    }
    for (size_t i = 0; i < f->step_count; i++) {
        if (f->steps[i] >= plan->set_count) {
            return pt_fail(err, PT_INVALID, "step %zu names set %u of %zu", i, f->steps[i],
                           plan->set_count);
        }
    }
    if (f->window_ms <= 0 || f->window_ms > INT64_MAX - plan->to_ms) {
        return pt_fail(err, PT_INVALID, "the window of a funnel is not over 0, or too long");
    }
    if ((unsigned)f->order > PLAN_ANY) {
        return pt_fail(err, PT_INVALID, "no such order: %d", (int)f->order);
    }
    if (f->first && (f->order != PLAN_ORDERED || f->exclusion_count > 0 || f->same != UINT32_MAX)) {
        return pt_fail(err, PT_INVALID, "only a plain funnel counts first attempts alone");
    }
    if (!slot_is_there(plan, f->same) || !slot_is_there(plan, f->breakdown.slot)) {
        return pt_fail(err, PT_INVALID, "a funnel names a slot that is not there");
    }
    return check_exclusions(plan, err);
}

static void state_free(void *state)
{
    State *s = state;
    if (s == NULL) {
        return;
    }
    for (size_t i = 0; i < s->cell_cap; i++) {
        for (size_t k = 0; k < s->plan->step_count; k++) {
            spans_done(&s->cells[i].times[k]);
        }
    }
    free(s->cells);
    funnel_walk_done(&s->walk);
    values_free(s->values);
    free(s);
}

static void state_freep(State **s)
{
    state_free(*s);
}

static size_t state_bytes(const void *state)
{
    const State *s = state;
    return values_bytes(s->values) + s->cell_cap * sizeof *s->cells + s->time_bytes + s->walk.bytes;
}

/* Room for values [0, count), zeroed. scan NULL: not charged. */
static PtStatus make_room(State *s, Scan *scan, size_t count, PtError *err)
{
    if (count <= s->cell_cap) {
        return PT_OK;
    }
    const size_t cap = count > s->cell_cap * 2 ? count : s->cell_cap * 2;
    const size_t more = (cap - s->cell_cap) * sizeof *s->cells;
    PtStatus st = scan != NULL ? scan_charge(scan, (int64_t)more, err) : PT_OK;
    Cell *cells = st == PT_OK ? realloc(s->cells, cap * sizeof *cells) : NULL;
    if (cells == NULL) {
        return st != PT_OK ? st : pt_fail(err, PT_NO_MEMORY, "no memory for a funnel");
    }
    memset(cells + s->cell_cap, 0, more);
    s->cells = cells;
    s->cell_cap = cap;
    return PT_OK;
}

static PtStatus state_new(const ColumnsPlan *plan, const PlanRun *run, void **ret_state,
                          PtError *err)
{
    PT_CLEANUP(state_freep) State *s = calloc(1, sizeof *s);
    (void)run;
    if (s == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a funnel");
    }
    s->plan = &plan->funnel;
    s->broken_down = plan->funnel.breakdown.slot != UINT32_MAX;
    PtStatus st = funnel_walk_open(&s->walk, s->plan, err);
    st = st == PT_OK ? values_new(&s->values, err) : st;
    uint32_t none;
    if (st == PT_OK && !s->broken_down) {
        st = values_of(s->values, &(PtValue){.kind = PT_VALUE_NONE}, &none, err);
        st = st == PT_OK ? make_room(s, NULL, 1, err) : st;
    }
    if (st == PT_OK) {
        *ret_state = PT_TAKE(s);
    }
    return st;
}

/* ---- One person ------------------------------------------------------------------------------ */

static PtStatus value_of(State *s, Scan *scan, const ScanRow *row, uint32_t *ret_value,
                         PtError *err)
{
    *ret_value = 0;
    if (!s->broken_down) {
        return PT_OK;
    }
    PtStatus st = scan_number(scan, row, s->plan->breakdown.slot, s->values, ret_value, err);
    if (st == PT_OK && *ret_value >= s->cell_cap) {
        st = make_room(s, scan, (size_t)*ret_value + 1, err);
        const size_t bytes = values_bytes(s->values);
        st = st == PT_OK ? scan_charge(scan, (int64_t)(bytes - s->values_bytes), err) : st;
        s->values_bytes = bytes;
    }
    return st;
}

static PtStatus drill_person(State *s, Scan *scan, uint32_t person, const ScanRow *rows,
                             const Attempt *a, PtError *err)
{
    PtStr value;
    uint32_t number;
    const PlanDrill *drill = scan_drill(scan, &value);
    const bool in_cell = drill->dropped ? a->depth == drill->series : a->depth > drill->series;
    if (!in_cell || drill->series >= s->plan->step_count) {
        return PT_OK;
    }
    PtStatus st = value_of(s, scan, &rows[a->at[0]], &number, err);
    if (st == PT_OK && pt_str_eq(values_text(s->values, number), value)) {
        st = scan_tell(scan, person, err);
    }
    return st;
}

static PtStatus person(void *state, Scan *scan, uint32_t person, const ScanRow *rows, size_t count,
                       PtError *err)
{
    State *s = state;
    Attempt a;
    PtStr value;
    uint32_t number;
    PtStatus st = funnel_walk(&s->walk, scan, rows, count, &a, err);
    if (st != PT_OK || a.depth == 0) {
        return st;
    }
    if (scan_drill(scan, &value) != NULL) {
        return drill_person(s, scan, person, rows, &a, err);
    }
    st = value_of(s, scan, &rows[a.at[0]], &number, err);
    if (st != PT_OK) {
        return st;
    }
    Cell *cell = &s->cells[number];
    cell->reached[0]++;
    for (size_t k = 1; st == PT_OK && k < a.depth; k++) {
        const int64_t took = rows[a.at[k]].time_ms - rows[a.at[k - 1]].time_ms;
        cell->reached[k]++;
        cell->time_sum_ms[k] += took;
        st = spans_add(&cell->times[k], scan, &took, 1, &s->time_bytes, err);
    }
    return st;
}

/* ---- Merging, answer ------------------------------------------------------------------------- */

static PtStatus merge(void *state, void *other, PtError *err)
{
    State *s = state, *o = other;
    PtStatus st = PT_OK;
    for (uint32_t i = 0; st == PT_OK && i < values_count(o->values); i++) {
        uint32_t number;
        const PtValue v = {.kind = PT_VALUE_TEXT, .text = values_text(o->values, i)};
        const Cell *from = &o->cells[i];
        st = values_of(s->values, &v, &number, err);
        st = st == PT_OK ? make_room(s, NULL, (size_t)number + 1, err) : st;
        for (size_t k = 0; st == PT_OK && k < s->plan->step_count; k++) {
            Cell *into = &s->cells[number];
            into->reached[k] += from->reached[k];
            into->time_sum_ms[k] += from->time_sum_ms[k];
            st = spans_add(&into->times[k], NULL, from->times[k].ms, from->times[k].count,
                           &s->time_bytes, err);
        }
    }
    return st;
}

static PtStatus answer(void *state, const ColumnsPlan *plan, PtArena *arena, PlanAnswer *ret_answer,
                       PtError *err)
{
    State *s = state;
    const uint32_t *numbers;
    (void)plan;
    const size_t count = values_count(s->values);
    uint64_t *weights = calloc(count + 1, sizeof *weights);
    if (weights == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a funnel");
    }
    for (size_t i = 0; i < count; i++) {
        weights[i] = s->cells[i].reached[0];
    }
    PtStatus st = values_rank(s->values, weights, s->broken_down, arena, &numbers, ret_answer, err);
    free(weights);
    if (st != PT_OK) {
        return st;
    }
    PlanFunnelRow *rows = pt_arena_alloc(arena, ret_answer->value_count + 1, sizeof *rows);
    if (rows == NULL) {
        return pt_fail(err, PT_TOO_LARGE, "the answer is over its bound of memory");
    }
    for (size_t i = 0; i < ret_answer->value_count; i++) {
        Cell *cell = &s->cells[numbers[i]];
        for (size_t k = 0; k < s->plan->step_count; k++) {
            rows[i].reached[k] = cell->reached[k];
            rows[i].time_sum_ms[k] = (double)cell->time_sum_ms[k];
            rows[i].time_median_ms[k] = spans_median(&cell->times[k], cell->times[k].count);
        }
    }
    ret_answer->funnel = rows;
    return PT_OK;
}

const FoldKind fold_funnel = {
    .check = check,
    .new = state_new,
    .free = state_free,
    .person = person,
    .merge = merge,
    .bytes = state_bytes,
    .answer = answer,
};
