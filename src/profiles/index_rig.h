// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/rng.h"
#include "profiles/index.h"

#include <fault/fault_layer.h>

/* A person index beside a naive model, for tests: over a disk in memory (tests/fault). */
enum { RIG_LOG_MAX = 30000, RIG_NODES = 160, RIG_NONE = -1 };

typedef struct IndexRig {
    PtFs *disk;
    FaultLayer layer;
    ProfileIndexConfig config;
    ProfileIndex *x;
    PtRng rng;
    uint32_t nodes[RIG_NODES];
    int16_t log[RIG_LOG_MAX]; /* offset -> index into nodes, RIG_NONE: filed nowhere */
    uint64_t given;           /* all below was given to the index */
} IndexRig;

/* Over a fresh disk; not yet open. */
void rig_init(IndexRig *r, uint64_t seed, size_t memory_bytes);
void rig_done(IndexRig *r);
void rig_open(IndexRig *r); /* the index holds what lies below profile_index_next */
/* Adds the next `count` records of the log. */
PtStatus rig_add(IndexRig *r, unsigned count, PtError *err);
PtStatus rig_add_up_to(IndexRig *r, uint64_t offset, PtError *err);
/* Random questions; answers must be those of the model for all below r->given. PT_OK, or why a
 * question could not be answered. A wrong answer fails the test. */
PtStatus rig_ask(IndexRig *r, unsigned questions, PtError *err);
/* Every node, all its records. */
void rig_check_all(IndexRig *r);
