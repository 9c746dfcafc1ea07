// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "profiles/profiles_internal.h"

/* What other rules of identity would change: the job (preview.c) and the comparison of two graphs
 * (preview_compare.c).
 *
 * Exact    Which node is whose is copied from the view in one go when the job begins, with the
 *          position it stands at; the log is then read up to there and no further. So persons are
 *          compared at one instant, however long it takes.
 * Same     The scratch graph is driven by the code that a rebuild runs (identity_claims,
 *          identity_apply, decided_apply): what is shown is what a rebuild would do.
 * Bounds   PREVIEW_BYTES for the scratch graph; one preview at a time; it stops between records.
 */
enum { PREVIEW_BYTES = 1 << 30 };

PtStatus preview_new(Profiles *p, PtError *err);
void preview_free(Profiles *p); /* ends what runs; accepts one that preview_new has not made */

/* ---- Comparing ---------------------------------------------------------------------------------
 */

/* Nodes by number, from 1; person 0: the other side does not have the identifier. */
typedef struct CompareNode {
    uint32_t before, after; /* persons */
} CompareNode;

typedef struct CompareExample { /* nodes and persons by number */
    bool joined;
    uint32_t one;   /* of `before` where parted, of `after` where joined */
    uint64_t nodes; /* that were compared, of all */
    uint64_t shown; /* of them, in `list` */
    uint32_t list[PROFILE_PREVIEW_NODES];
    uint32_t several[PROFILE_PREVIEW_PERSONS];
    uint64_t several_nodes[PROFILE_PREVIEW_PERSONS];
    uint32_t several_list[PROFILE_PREVIEW_PERSONS][PROFILE_PREVIEW_NODES];
    size_t count;    /* of `several` */
    uint64_t others; /* persons that found no place in it, counted as their nodes follow */
    uint32_t last_other;
} CompareExample;

typedef struct Compared {
    uint64_t parted, joined;
    CompareExample examples[2 * PROFILE_PREVIEW_EXAMPLES]; /* parted ones first */
    size_t parted_shown, joined_shown; /* joined ones begin at PROFILE_PREVIEW_EXAMPLES */
} Compared;

/* nodes[1..count]; persons are numbers up to the two lasts. */
PT_NODISCARD PtStatus preview_compare(const CompareNode *nodes, uint32_t count,
                                      uint32_t last_before, uint32_t last_after,
                                      Compared *ret_compared, PtError *err);
