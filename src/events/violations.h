// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "events/record.h"
#include "platform/log.h"
#include "platform/sql.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Violations of tracking plans over time: a view of the log, counted by hour of receipt, source,
 * plan, event and by what was violated where.
 *
 * Bounds   EVENT_VIOLATION_ROWS different ones an hour and source; further ones count under the
 * name
 *          "(other)". An event that is redriven later stays counted: it came in wrong.
 */
enum { EVENT_VIOLATION_ROWS = 500, EVENT_VIOLATION_HOURS = 2200 };

extern const char event_violations_view[]; /* its name */
PT_NODISCARD PtStatus event_violations_step(void *ctx, PtLogReader *reader, PtSqlTx *tx,
                                            uint64_t *ret_next, PtError *err);
PT_NODISCARD PtStatus event_violations_reset(PtSqlTx *tx, PtError *err);

typedef struct EventViolationFilter {
    int64_t since_ms, until_ms; /* hours that begin in [since, until) */
    uint32_t source;            /* 0: any */
    PtStr plan;                 /* id; empty: any */
    EventType type;             /* EVENT_UNKNOWN: any */
    PtStr name;                 /* empty: any */
    PtStr path, keyword;        /* of event_violations_walk: data NULL: any */
} EventViolationFilter;

typedef struct EventViolationPoint {
    int64_t at_ms;
    int64_t warned, quarantined, unplanned; /* events */
} EventViolationPoint;

/* By hour, those that have any, oldest first; at most EVENT_VIOLATION_HOURS, in the arena. */
PT_NODISCARD PtStatus event_violations_series(PtSql *views, const EventViolationFilter *filter,
                                              PtArena *arena, EventViolationPoint **ret_points,
                                              size_t *ret_count, PtError *err);

typedef struct EventViolations {
    uint32_t source;
    EventType type;
    PtStr plan, name, path, keyword;
    int64_t warned, quarantined, first_ms, last_ms;
    uint64_t sample; /* offset of one of them */
} EventViolations;

/* Most first, at most limit (1..500), in the arena. */
PT_NODISCARD PtStatus event_violations_top(PtSql *views, const EventViolationFilter *filter,
                                           size_t limit, PtArena *arena, EventViolations **ret_rows,
                                           size_t *ret_count, PtError *err);

/* The records themselves, newest first, below offset `before`: calls `take` for at most `limit`.
 * *ret_next: the offset to go on below, 0 when there are no more. Reads a bounded part of the log,
 * so that there may be fewer than limit, and more all the same. */
PT_NODISCARD PtStatus event_violations_walk(
    PtLog *log, PtSql *views, const EventViolationFilter *filter, uint64_t before, size_t limit,
    PtStatus (*take)(void *ctx, const PtRecord *record, const EventView *event, PtError *err),
    void *ctx, uint64_t *ret_next, PtError *err);
