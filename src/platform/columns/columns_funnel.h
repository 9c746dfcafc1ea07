// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/columns/columns_scan.h"

/* A person's conversion in a funnel (columns_funnel_walk.c), for the fold (columns_fold_funnel.c).
 *
 * The plain funnel (ordered, no exclusion, no `same`) takes one walk over the rows: a later attempt
 * never takes an earlier row for a step, so the place of each step only moves on. All others look
 * up the next row of each step in a table that is made for the person.
 */
typedef struct Attempt {
    uint32_t at[PLAN_STEPS]; /* row that is step i */
    size_t depth;            /* steps reached; 0: none */
} Attempt;

typedef struct FunnelWalk {
    const PlanFunnel *plan;
    uint64_t steps[PLAN_STEPS]; /* bits of ScanRow.sets */
    uint64_t any_step;
    bool plain;
    /* Of one person. */
    uint32_t *list;   /* rows that may be steps; one value of `same` after another */
    uint32_t *values; /* of each row, with `same`; UINT32_MAX: none */
    uint32_t *next;   /* [place in list][step]: place of the next one */
    uint32_t *before; /* [exclusion][row]: how many there are before */
    uint32_t *follow; /* the next row of any step */
    size_t cap;       /* rows that there is room for */
    size_t count;
    ValueTable *same; /* NULL: not asked */
    size_t bytes;     /* charged */
} FunnelWalk;

PT_NODISCARD PtStatus funnel_walk_open(FunnelWalk *w, const PlanFunnel *plan, PtError *err);
void funnel_walk_done(FunnelWalk *w);
/* The attempt that goes furthest; of those the one that began first. */
PT_NODISCARD PtStatus funnel_walk(FunnelWalk *w, Scan *scan, const ScanRow *rows, size_t count,
                                  Attempt *ret_best, PtError *err);
