// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "profiles/profiles_internal.h"

#include <events/intake_rig.h>

/* For tests: profiles over a real log on the fault layer's disk, with tables on SQLite, and a feed;
 * driven by hand. */
typedef struct ViewRig {
    RigBase *base;
    Rig rig;
    EventFeed *feed;
    PtSql *views;
    Profiles *profiles;
    PtLogReader *reader;
    uint64_t next;       /* where the view continues */
    char dir[64];        /* of views.db */
    unsigned fail_steps; /* so many transactions to come are rolled back at their end */
    bool rebuild_asked;  /* by the view: view_rig_run does it */
} ViewRig;

/* fs: a disk that may hold a log and an index already. */
void view_rig_open(ViewRig *r, RigBase *base, PtFs *fs);
/* The process alone ends: tables, log and index stay. And begins again. */
void view_rig_close(ViewRig *r);
void view_rig_reopen(ViewRig *r);
void view_rig_done(ViewRig *r); /* and the tables go */

/* A track, identify, ... as the HTTP API takes it. */
void view_rig_send(ViewRig *r, EventType type, const char *body);
/* One transaction of the view; the status of a failing one. */
PtStatus view_rig_step(ViewRig *r, PtError *err);
/* Carries the feed's rows into the log, and the view to its end. */
void view_rig_run(ViewRig *r);
/* Drops the view and replays it, as events/views.c does; and drops it only. */
void view_rig_rebuild(ViewRig *r);
void view_rig_reset(ViewRig *r);
void view_rig_start(ViewRig *r);

/* The id of whoever has the identifier; "" for nobody. Static memory, a few at a time. */
const char *view_rig_person(ViewRig *r, const char *type, const char *value);
/* All that the graph and its tables say, as text: equal means the same view. free() it. */
char *view_rig_dump(ViewRig *r);
