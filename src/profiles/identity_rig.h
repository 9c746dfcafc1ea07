// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "profiles/identity.h"

/* For tests of the graph: what a listener was told, kept as whoever stores it would, and put back
 * into a new graph.
 */
enum { MIRROR_MAX = 20000 };

typedef struct MirrorNode {
    char type[IDENTITY_TYPE_NAME_MAX + 1], value[IDENTITY_VALUE_MAX + 1];
    uint32_t person;
} MirrorNode;

typedef struct Mirror {
    const Identity *graph;
    MirrorNode *nodes;       /* by number */
    uint32_t *merged_into;   /* by person */
    uint32_t (*barriers)[2]; /* by number; 0: lifted */
    uint32_t node_count, person_count, barrier_count;
    uint32_t merges; /* told */
    IdentityChange last_merge;
} Mirror;

void mirror_init(Mirror *m, Identity *g); /* listens to g, which is empty */
void mirror_done(Mirror *m);
/* A new graph of what was told. */
Identity *mirror_load(const Mirror *m, const IdentityRules *rules);

/* Fails the test unless both have the same nodes, persons and barriers under the same numbers. */
void rig_require_equal(const Identity *a, const Identity *b);

IdentityRules *rig_rules(const char *json); /* NULL: the defaults */
