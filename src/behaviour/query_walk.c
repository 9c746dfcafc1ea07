// SPDX-License-Identifier: Apache-2.0
#include "behaviour/query_walk.h"

#include <stdlib.h>

/* The engine takes the other half of the memory: and two walks may be kept beside each other. */
enum { SHARE = 4 };

PtStatus query_walk_charge(QueryWalk *w, size_t bytes, PtError *err)
{
    size_t left = atomic_load_explicit(&w->left, memory_order_relaxed);
    do {
        if (left < bytes) {
            return pt_fail(err, PT_TOO_LARGE, "what is kept of persons takes over %zu bytes",
                           w->a->world->memory_bytes / SHARE);
        }
    } while (!atomic_compare_exchange_weak_explicit(&w->left, &left, left - bytes,
                                                    memory_order_relaxed, memory_order_relaxed));
    return PT_OK;
}

void query_walk_found(QueryWalk *w, uint32_t person)
{
    if (person / 64 < w->found->words) {
        (void)__atomic_fetch_or(&w->found->bits[person / 64], UINT64_C(1) << (person % 64),
                                __ATOMIC_RELAXED);
    }
}

static PtStatus part_new(void *ctx, void **ret_part, PtError *err)
{
    QueryWalk *w = ctx;
    PtStatus st = query_walk_charge(w, w->part_bytes, err);
    QueryPart *part = st == PT_OK ? calloc(1, w->part_bytes) : NULL;
    if (part == NULL) {
        return st != PT_OK ? st : query_no_memory(err);
    }
    part->w = w;
    *ret_part = part;
    return PT_OK;
}

static void part_keep(void *part)
{
    QueryPart *p = part;
    p->next = p->w->parts;
    p->w->parts = p;
    p->w->people += p->people;
}

PtStatus query_walk(QueryWalk *w, int64_t from_ms, int64_t to_ms, PlanAnswer *ret_answer,
                    PtError *err)
{
    const QueryAsking *a = w->a;
    PlanRun run = query_plan_run(a->world, a->p);
    ColumnsPlan plan = a->p->plan;
    run.memory_bytes /= 2;
    plan.kind = PLAN_WALK;
    plan.from_ms = from_ms;
    plan.to_ms = to_ms;
    plan.walk = (PlanWalk){part_new, w->row, w->end, part_keep, w};
    w->people = 0;
    atomic_store(&w->left, a->world->memory_bytes / SHARE);
    return columns_run_plan(&plan, a->world->snapshot, &run, a->arena, ret_answer, err);
}

void query_walk_done(QueryWalk *w)
{
    while (w->parts != NULL) {
        QueryPart *part = w->parts;
        w->parts = part->next;
        if (w->part_done != NULL) {
            w->part_done(part);
        }
        free(part);
    }
}
