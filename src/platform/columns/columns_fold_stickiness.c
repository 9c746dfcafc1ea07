// SPDX-License-Identifier: Apache-2.0
/* Stickiness and lifecycle: both are counts over the periods that a person has rows in, which are
 * bits; so one state serves both. */
#include "platform/columns/columns_scan.h"

#include <stdlib.h>

typedef struct State {
    const PlanPeriods *periods;
    uint64_t set; /* bit of ScanRow.sets */
    bool lifecycle, drilling;
    uint64_t *counts; /* [k], or [period][stage] */
    size_t count;
    TimesSeen seen; /* of one person */
} State;

/* ---- Check, lifetime ------------------------------------------------------------------------- */

static PtStatus check_fold(const ColumnsPlan *plan, uint32_t set, const PlanPeriods *periods,
                           const char *of, PtError *err)
{
    if (set >= plan->set_count) {
        return pt_fail(err, PT_INVALID, "%s names set %u of %zu", of, set, plan->set_count);
    }
    return periods_check(periods, plan, of, err);
}

static PtStatus check_stickiness(const ColumnsPlan *plan, PtError *err)
{
    return check_fold(plan, plan->stickiness.set, &plan->stickiness.periods, "a stickiness", err);
}

static PtStatus check_lifecycle(const ColumnsPlan *plan, PtError *err)
{
    return check_fold(plan, plan->lifecycle.set, &plan->lifecycle.periods, "a lifecycle", err);
}

static void state_free(void *state)
{
    State *s = state;
    if (s != NULL) {
        free(s->counts);
        free(s);
    }
}

static PtStatus state_new(const ColumnsPlan *plan, const PlanRun *run, void **ret_state,
                          PtError *err)
{
    const bool lifecycle = plan->kind == PLAN_LIFECYCLE;
    const PlanPeriods *periods = lifecycle ? &plan->lifecycle.periods : &plan->stickiness.periods;
    const size_t count = lifecycle ? periods->count * PLAN_STAGES : periods->count + 1;
    State *s = calloc(1, sizeof *s);
    uint64_t *counts = calloc(count, sizeof *counts);
    if (s == NULL || counts == NULL) {
        free(s);
        free(counts);
        return pt_fail(err, PT_NO_MEMORY, "no memory for counts by period");
    }
    *s = (State){
        .periods = periods,
        .set = 1ull << (lifecycle ? plan->lifecycle.set : plan->stickiness.set),
        .lifecycle = lifecycle,
        .drilling = run->drill != NULL,
        .counts = counts,
        .count = count,
    };
    *ret_state = s;
    return PT_OK;
}

/* ---- One person ------------------------------------------------------------------------------ */

/* In how many periods there are rows. */
static void count_periods(State *s)
{
    size_t k = 0;
    for (size_t w = s->seen.from; w < s->seen.to; w++) {
        k += (size_t)__builtin_popcountll(s->seen.once[w]);
    }
    s->counts[k]++;
}

static void count_stages(State *s)
{
    uint64_t (*counts)[PLAN_STAGES] = (uint64_t (*)[PLAN_STAGES])s->counts;
    size_t next = SIZE_MAX; // behind the last period with a row
    for (size_t w = s->seen.from; w < s->seen.to; w++) {
        for (uint64_t bits = s->seen.once[w]; bits != 0; bits &= bits - 1) {
            const size_t at = w * 64 + (size_t)__builtin_ctzll(bits);
            if (next == SIZE_MAX) {
                counts[at][PLAN_NEW]++;
            } else if (next == at) {
                counts[at][PLAN_RETURNING]++;
            } else {
                counts[next][PLAN_DORMANT]++;
                counts[at][PLAN_RESURRECTING]++;
            }
            next = at + 1;
        }
    }
    if (next < s->periods->count) {
        counts[next][PLAN_DORMANT]++;
    }
}

static void count_person(State *s)
{
    if (s->seen.from < s->seen.to) {
        s->lifecycle ? count_stages(s) : count_periods(s);
        times_forget(&s->seen);
    }
}

/* Of each period one row will do. */
static void see(State *s, const ScanRow *rows, size_t count)
{
    bool any = false;
    int64_t end_ms = 0; // of the period seen last
    for (size_t i = 0; i < count; i++) {
        if ((rows[i].sets & s->set) != 0 && (!any || rows[i].time_ms >= end_ms)) {
            times_put(&s->seen, s->periods, rows[i].time_ms);
            end_ms = s->periods->edges[plan_period_of(s->periods, rows[i].time_ms) + 1];
            any = true;
        }
    }
}

/* What the cell that is drilled into counts so far. */
static uint64_t cell_count(const State *s, const PlanDrill *drill)
{
    if (!s->lifecycle) {
        return drill->period < s->count ? s->counts[drill->period] : 0;
    }
    return drill->period < s->periods->count && drill->series < PLAN_STAGES
               ? s->counts[(size_t)drill->period * PLAN_STAGES + drill->series]
               : 0;
}

static PtStatus person(void *state, Scan *scan, uint32_t number, const ScanRow *rows, size_t count,
                       PtError *err)
{
    State *s = state;
    PtStr text;
    const PlanDrill *drill = s->drilling ? scan_drill(scan, &text) : NULL;
    const uint64_t before = drill != NULL ? cell_count(s, drill) : 0;
    see(s, rows, count);
    count_person(s);
    return drill != NULL && cell_count(s, drill) != before ? scan_tell(scan, number, err) : PT_OK;
}

static const PlanPeriods *times_of(const ColumnsPlan *plan)
{
    const bool lifecycle = plan->kind == PLAN_LIFECYCLE;
    return plan->set_count != 1 ? NULL
           : lifecycle          ? &plan->lifecycle.periods
                                : &plan->stickiness.periods;
}

static TimesSeen *seen(void *state)
{
    State *s = state;
    return &s->seen;
}

static PtStatus end(void *state, Scan *scan, PtError *err)
{
    (void)scan;
    (void)err;
    count_person(state);
    return PT_OK;
}

/* ---- Ranges together, answer ----------------------------------------------------------------- */

static PtStatus merge(void *into, void *from, PtError *err)
{
    State *a = into;
    const State *b = from;
    (void)err;
    for (size_t i = 0; i < a->count; i++) {
        a->counts[i] += b->counts[i];
    }
    return PT_OK;
}

static size_t bytes_of(const void *state)
{
    const State *s = state;
    return s->count * sizeof *s->counts;
}

static PtStatus answer(void *state, const ColumnsPlan *plan, PtArena *arena, PlanAnswer *ret_answer,
                       PtError *err)
{
    const State *s = state;
    (void)plan;
    uint64_t *counts = pt_arena_alloc(arena, s->count, sizeof *counts);
    if (counts == NULL) {
        return pt_fail(err, PT_TOO_LARGE, "the answer is over its bound of memory");
    }
    memcpy(counts, s->counts, s->count * sizeof *counts);
    if (s->lifecycle) {
        ret_answer->lifecycle = (const uint64_t (*)[PLAN_STAGES])counts;
    } else {
        ret_answer->stickiness = counts;
    }
    return PT_OK;
}

const FoldKind fold_stickiness = {
    .check = check_stickiness,
    .new = state_new,
    .free = state_free,
    .person = person,
    .times_of = times_of,
    .seen = seen,
    .end = end,
    .merge = merge,
    .bytes = bytes_of,
    .answer = answer,
};

const FoldKind fold_lifecycle = {
    .check = check_lifecycle,
    .new = state_new,
    .free = state_free,
    .person = person,
    .times_of = times_of,
    .seen = seen,
    .end = end,
    .merge = merge,
    .bytes = bytes_of,
    .answer = answer,
};
