// SPDX-License-Identifier: Apache-2.0
/* Two ways of putting the same identifiers together, compared: who would be parted, and who would
 * be joined. */
#include "profiles/preview.h"

#include <stdlib.h>
#include <string.h>

/* One side's persons: the first person of the other side that theirs are of, and whether there is a
 * second. */
typedef struct Side {
    uint32_t *first; /* by person */
    uint8_t *mark;   /* by person: 0: of one; else of several: EXAMPLE + its place, or NO_EXAMPLE */
    uint64_t several; /* persons */
    size_t shown;
} Side;

enum { EXAMPLE = 1, NO_EXAMPLE = 255 };

static PtStatus side_new(uint32_t last, Side *side, PtError *err)
{
    *side = (Side){.first = calloc((size_t)last + 1, sizeof *side->first),
                   .mark = calloc((size_t)last + 1, sizeof *side->mark)};
    return side->first != NULL && side->mark != NULL
               ? PT_OK
               : pt_fail(err, PT_NO_MEMORY, "no memory to compare %u persons", last);
}

static void side_done(Side *side)
{
    free(side->first);
    free(side->mark);
}

static void meet(Side *side, uint32_t person, uint32_t other)
{
    if (side->first[person] == 0) {
        side->first[person] = other;
    } else if (side->first[person] != other && side->mark[person] == 0) {
        const bool room = side->shown < PROFILE_PREVIEW_EXAMPLES;
        side->mark[person] = room ? (uint8_t)(EXAMPLE + side->shown) : NO_EXAMPLE;
        side->shown += room;
        side->several++;
    }
}

/* ---- Examples ----------------------------------------------------------------------------------
 */

static size_t place_of(CompareExample *e, uint32_t person)
{
    size_t i = 0;
    while (i < e->count && e->several[i] != person) {
        i++;
    }
    if (i == e->count && i < PROFILE_PREVIEW_PERSONS) {
        e->several[e->count++] = person;
    }
    return i;
}

static void add_node(CompareExample *e, uint32_t node, uint32_t one, uint32_t other)
{
    const size_t at = place_of(e, other);
    e->one = one;
    e->nodes++;
    if (e->shown < PROFILE_PREVIEW_NODES) {
        e->list[e->shown++] = node;
    }
    if (at == PROFILE_PREVIEW_PERSONS) {
        e->others += other != e->last_other;
        e->last_other = other;
    } else if (e->several_nodes[at]++ < PROFILE_PREVIEW_NODES) {
        e->several_list[at][e->several_nodes[at] - 1] = node;
    }
}

static void show(const Side *side, uint32_t person, uint32_t other, uint32_t node,
                 CompareExample *examples)
{
    if (side->mark[person] >= EXAMPLE && side->mark[person] != NO_EXAMPLE) {
        add_node(&examples[side->mark[person] - EXAMPLE], node, person, other);
    }
}

static void show_all(const CompareNode *nodes, uint32_t count, const Side *before,
                     const Side *after, Compared *compared)
{
    CompareExample *parted = compared->examples;
    CompareExample *joined = compared->examples + PROFILE_PREVIEW_EXAMPLES;
    for (uint32_t n = 1; n <= count; n++) {
        if (nodes[n].before != 0 && nodes[n].after != 0) {
            show(before, nodes[n].before, nodes[n].after, n, parted);
            show(after, nodes[n].after, nodes[n].before, n, joined);
        }
    }
    for (size_t i = 0; i < PROFILE_PREVIEW_EXAMPLES; i++) {
        joined[i].joined = true;
    }
}

PtStatus preview_compare(const CompareNode *nodes, uint32_t count, uint32_t last_before,
                         uint32_t last_after, Compared *ret_compared, PtError *err)
{
    PT_CLEANUP(side_done) Side before = {NULL, NULL, 0, 0}, after = {NULL, NULL, 0, 0};
    PtStatus st = side_new(last_before, &before, err);
    st = st == PT_OK ? side_new(last_after, &after, err) : st;
    if (st != PT_OK) {
        return st;
    }
    for (uint32_t n = 1; n <= count; n++) {
        if (nodes[n].before != 0 && nodes[n].after != 0) {
            meet(&before, nodes[n].before, nodes[n].after);
            meet(&after, nodes[n].after, nodes[n].before);
        }
    }
    memset(ret_compared, 0, sizeof *ret_compared);
    ret_compared->parted = before.several;
    ret_compared->joined = after.several;
    ret_compared->parted_shown = before.shown;
    ret_compared->joined_shown = after.shown;
    show_all(nodes, count, &before, &after, ret_compared);
    return PT_OK;
}
