// SPDX-License-Identifier: Apache-2.0
/* Walks: each person's rows to who asks. The state is no more than the asker's context of the
 * range, and whether it is done with. */
#include "platform/columns/columns_scan.h"

#include <stdlib.h>

typedef struct State {
    const PlanWalk *walk;
    void *range;
    bool done;
} State;

static PtStatus check(const ColumnsPlan *plan, PtError *err)
{
    return plan->walk.row != NULL ? PT_OK
                                  : pt_fail(err, PT_INVALID, "a walk tells its rows to nobody");
}

static void range_done(State *s)
{
    if (!s->done && s->walk->done != NULL) {
        s->walk->done(s->range);
    }
    s->done = true;
}

static void state_free(void *state)
{
    if (state != NULL) {
        range_done(state);
        free(state);
    }
}

static PtStatus state_new(const ColumnsPlan *plan, const PlanRun *run, void **ret_state,
                          PtError *err)
{
    const PlanWalk *walk = &plan->walk;
    State *s = malloc(sizeof *s);
    (void)run;
    if (s == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a walk");
    }
    *s = (State){.walk = walk, .range = walk->ctx};
    PtStatus st = walk->begin != NULL ? walk->begin(walk->ctx, &s->range, err) : PT_OK;
    if (st != PT_OK) {
        free(s);
        return st;
    }
    *ret_state = s;
    return PT_OK;
}

static PtStatus person(void *state, Scan *scan, uint32_t number, const ScanRow *rows, size_t count,
                       PtError *err)
{
    const State *s = state;
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        uint64_t offset;
        st = scan_offset(scan, &rows[i], &offset, err);
        if (st == PT_OK) {
            st = s->walk->row(s->range, number, rows[i].sets, rows[i].time_ms, offset, err);
        }
    }
    return st == PT_OK && s->walk->end != NULL ? s->walk->end(s->range, number, err) : st;
}

/* So ranges are done with in their order, the first one's before the second's. */
static PtStatus merge(void *into, void *from, PtError *err)
{
    (void)from;
    (void)err;
    range_done(into);
    return PT_OK;
}

static PtStatus answer(void *state, const ColumnsPlan *plan, PtArena *arena, PlanAnswer *ret_answer,
                       PtError *err)
{
    (void)state;
    (void)plan;
    (void)arena;
    (void)ret_answer;
    (void)err;
    return PT_OK;
}

const FoldKind fold_walk = {
    .check = check,
    .new = state_new,
    .free = state_free,
    .person = person,
    .merge = merge,
    .answer = answer,
};
