// SPDX-License-Identifier: Apache-2.0
/* Plans on the embedded engine: checked, then one pass over the runs; for a drill two of them. */
#include "platform/columns/columns_pass.h"

#include <string.h>

enum { THREADS_MAX = 64 };

static const FoldKind *const kinds[PLAN_KINDS] = {
    [PLAN_SEGMENTATION] = &fold_segmentation, [PLAN_FUNNEL] = &fold_funnel,
    [PLAN_RETENTION] = &fold_retention,       [PLAN_PATHS] = &fold_paths,
    [PLAN_STICKINESS] = &fold_stickiness,     [PLAN_LIFECYCLE] = &fold_lifecycle,
    [PLAN_SESSIONS] = &fold_sessions,         [PLAN_WALK] = &fold_walk,
};

/* The one value of what is not broken down. */
static const PtStr whole = {"", 0};

/* ---- Check ----------------------------------------------------------------------------------- */

static PtStatus check_sets(const ColumnsPlan *plan, PtError *err)
{
    if (plan->set_count < 1 || plan->set_count > PLAN_SETS) {
        return pt_fail(err, PT_INVALID, "%zu event sets, not 1 to %d", plan->set_count, PLAN_SETS);
    }
    for (size_t i = 0; i < plan->set_count; i++) {
        const PtProgram *program = plan->sets[i].program;
        if (program != NULL && pt_program_slots(program) > plan->slot_count) {
            return pt_fail(err, PT_INVALID, "set %zu reads slot %u of %zu", i,
                           pt_program_slots(program) - 1, plan->slot_count);
        }
    }
    return PT_OK;
}

PtStatus plan_check(const ColumnsPlan *plan, PtError *err)
{
    if ((unsigned)plan->kind >= PLAN_KINDS) {
        return pt_fail(err, PT_INVALID, "no such kind of plan: %d", (int)plan->kind);
    }
    if (plan->from_ms >= plan->to_ms) {
        return pt_fail(err, PT_INVALID, "the range of time is empty");
    }
    if (plan->slot_count > PLAN_SLOTS) {
        return pt_fail(err, PT_INVALID, "%zu slots, not up to %d", plan->slot_count, PLAN_SLOTS);
    }
    if (plan->node_count > 0 && plan->person_of == NULL) {
        return pt_fail(err, PT_INVALID, "%u nodes without their persons", plan->node_count);
    }
    PtStatus st = check_sets(plan, err);
    return st == PT_OK ? kinds[plan->kind]->check(plan, err) : st;
}

static PtStatus check_run(const ColumnsPlan *plan, const PlanRun *run, PtError *err)
{
    if (run->threads < 1 || run->threads > THREADS_MAX) {
        return pt_fail(err, PT_INVALID, "%zu threads, not 1 to %d", run->threads, THREADS_MAX);
    }
    if (plan->kind == PLAN_WALK && run->drill != NULL) {
        return pt_fail(err, PT_INVALID, "a walk has no cell to drill into");
    }
    return PT_OK;
}

/* ---- Run ------------------------------------------------------------------------------------- */

/* All rows, into the pass's first state. */
static PtStatus read_all(Pass *p, PtError *err)
{
    PtStatus st = pass_parallel(p, pass_mark_moved, err);
    st = st == PT_OK ? pass_parallel(p, scan_work, err) : st;
    st = st == PT_OK ? later_sort(p, err) : st;
    return st == PT_OK && p->later_pieces > 0 ? pass_parallel(p, later_work, err) : st;
}

static PtStatus answer(const ColumnsPlan *plan, ColumnsSnapshot *snapshot, const PlanRun *run,
                       PtArena *arena, PlanAnswer *ret_answer, PtError *err)
{
    const FoldKind *kind = kinds[plan->kind];
    Pass *p = NULL;
    PlanAnswer found = {.values = &whole, .value_count = 1};
    PtStatus st = pass_open(plan, snapshot, run, kind, &p, err);
    st = st == PT_OK ? read_all(p, err) : st;
    st = st == PT_OK ? kind->answer(p->states[0], plan, arena, &found, err) : st;
    if (st == PT_OK) {
        found.rows = p->rows;
        found.persons = p->persons;
        *ret_answer = found;
    }
    pass_close(p);
    return st;
}

static PtStatus drill(const ColumnsPlan *plan, ColumnsSnapshot *snapshot, const PlanRun *run,
                      PtStr value, PtError *err)
{
    Pass *p = NULL;
    PtStatus st = pass_open(plan, snapshot, run, kinds[plan->kind], &p, err);
    if (st == PT_OK) {
        p->drill = run->drill;
        p->drill_value = value;
        st = read_all(p, err);
    }
    pass_close(p);
    return st;
}

PtStatus columns_run_plan(const ColumnsPlan *plan, ColumnsSnapshot *snapshot, const PlanRun *run,
                          PtArena *arena, PlanAnswer *ret_answer, PtError *err)
{
    PtStatus st = plan_check(plan, err);
    st = st == PT_OK ? check_run(plan, run, err) : st;
    if (st != PT_OK) {
        return st;
    }
    PlanAnswer found;
    st = answer(plan, snapshot, run, arena, &found, err);
    if (st == PT_OK && run->drill != NULL) {
        if (run->drill->value >= found.value_count &&
            (found.value_count > 0 || run->drill->value > 0)) {
            return pt_fail(err, PT_INVALID, "no value %u of %zu", run->drill->value,
                           found.value_count);
        }
        const PtStr value = found.value_count > 0 ? found.values[run->drill->value] : PT_STR("");
        st = drill(plan, snapshot, run, value, err);
    }
    if (st == PT_OK) {
        *ret_answer = found;
    }
    return st;
}
