// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/sql/sql_rig.h"
#include "work/clock_rig.h"
#include "work/live_internal.h"

/* For tests: live clocks over tables of either engine, on a clock that stands. Failures fail the
 * test. Without its threads (no work_start) everything happens when it is asked for. */
enum { LIVE_RIG_HEARD = 4096 };

typedef struct LiveRig {
    SqlRig *sql;
    PtClock *clock;
    ClockRig calendars;
    WorkCalendars held;
    int holders; /* of calendars: 0 once all gave them back */
    Work *work;
    WorkFired heard[LIVE_RIG_HEARD]; /* committed or not; names are not kept */
    size_t heard_count, committed;
    int64_t due_ms[2]; /* of tickets 1 and 2, as told */
    PtStatus (*answer)(struct LiveRig *rig, PtSqlTx *tx, const WorkFired *fired, PtError *err);
} LiveRig;

/* Tables are emptied. */
void live_rig_init(LiveRig *rig, SqlRig *sql, int64_t start_ms);
void live_rig_done(LiveRig *rig);
void live_rig_open(LiveRig *rig);
void live_rig_restart(LiveRig *rig);

/* Rows as clock_rig_history has them, from base_ms on, in one transaction; the first opens the
 * item. The clock is moved to the last one's instant where it is behind it. */
void live_rig_write(LiveRig *rig, int64_t number, int64_t base_ms, const char *rows);
/* In a policy of its own in place of the default. */
void live_rig_policy(LiveRig *rig, const char *json);
/* All that is due now is fired, as the timers would. */
void live_rig_fire(LiveRig *rig);
/* The clock is moved to at_ms in steps of at most step_ms, and what is due is fired at each. */
void live_rig_move(LiveRig *rig, int64_t at_ms, int64_t step_ms);

/* "resolution at_risk @2700000; ...": what stands, by item, clock, round, kind, step and instant
 * from base_ms; the arena's. */
const char *live_rig_fired(LiveRig *rig, int64_t base_ms, PtArena *arena);
WorkClock live_rig_clock(LiveRig *rig, int64_t number, WorkClockKind kind);
