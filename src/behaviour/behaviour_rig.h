// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "behaviour/behaviour_internal.h"

#include <profiles/view_rig.h>

/* For tests: the view of event columns behind the profiles' (view_rig.h), driven by hand, on the
 * same disk. */
typedef struct BehaviourRig {
    ViewRig view;
    Behaviour *b;
    PtLogReader *reader;
    uint64_t next;       /* what the tables would say of the view */
    unsigned fail_steps; /* so many transactions to come are rolled back at their end */
    bool rebuild_asked;
} BehaviourRig;

/* memory_bytes 0: 64 MiB. */
void behaviour_rig_open(BehaviourRig *r, RigBase *base, PtFs *fs, size_t memory_bytes);
/* The columns' own end and begin; profiles, tables and log go on. keep false: as a kill. */
void behaviour_rig_reopen(BehaviourRig *r, bool keep);
void behaviour_rig_done(BehaviourRig *r);

/* One transaction; the status of a failing one. */
PtStatus behaviour_rig_step(BehaviourRig *r, PtError *err);
/* Profiles first, then the columns, to their end. */
void behaviour_rig_run(BehaviourRig *r);
/* As the framework: reset, start, run. */
void behaviour_rig_rebuild(BehaviourRig *r);

/* All rows by offset, as text: "offset node person type:name time source channel store amount
 * currency path=value ..."; equal means the same columns. free() it. */
char *behaviour_rig_dump(BehaviourRig *r);
