// SPDX-License-Identifier: Apache-2.0
/* Which events of the log a question reads: a walk over its rows that keeps a bit for each. */
#include "behaviour/export_internal.h"

#include <stdlib.h>

enum { WORD = 64 };

static PtStatus take_row(void *ctx, uint32_t person, uint64_t sets, int64_t time_ms,
                         uint64_t offset, PtError *err)
{
    ExportOffsets *o = ctx;
    (void)person;
    (void)sets;
    (void)time_ms;
    (void)err;
    if (offset >= o->first && offset < o->end) { // else it came while the question was asked
        const uint64_t at = offset - o->first;
        atomic_fetch_or_explicit(&o->bits[at / WORD], UINT64_C(1) << at % WORD,
                                 memory_order_relaxed);
    }
    return PT_OK;
}

static size_t words_of(const ExportOffsets *o)
{
    return o->end > o->first ? (size_t)((o->end - o->first) / WORD) + 1 : 1;
}

PtStatus query_events(const Query *q, const QueryWorld *world, PtArena *arena,
                      ExportOffsets *offsets, PtError *err)
{
    const size_t words = words_of(offsets);
    QueryPlan *p = pt_arena_alloc(arena, 1, sizeof *p);
    PlanAnswer answer;
    if (words > world->memory_bytes / sizeof *offsets->bits / 2) {
        return pt_fail(err, PT_TOO_LARGE,
                       "the events of %llu positions of the log take over the memory of a "
                       "question: export a shorter range of it",
                       (unsigned long long)(offsets->end - offsets->first));
    }
    offsets->bits = calloc(words, sizeof *offsets->bits);
    if (p == NULL || offsets->bits == NULL) {
        return query_no_memory(err);
    }
    PtStatus st = query_plan_make(q, world, arena, p, err);
    if (st == PT_OK) {
        p->plan.kind = PLAN_WALK;
        p->plan.walk = (PlanWalk){.row = take_row, .ctx = offsets};
        PlanRun run = query_plan_run(world, p);
        const size_t taken = words * sizeof *offsets->bits;
        run.memory_bytes = run.memory_bytes > taken ? run.memory_bytes - taken : 0;
        st = columns_run_plan(&p->plan, world->snapshot, &run, arena, &answer, err);
    }
    query_plan_done(p);
    for (size_t i = 0; st == PT_OK && i < words; i++) {
        offsets->count += (uint64_t)__builtin_popcountll(atomic_load(&offsets->bits[i]));
    }
    return st;
}
