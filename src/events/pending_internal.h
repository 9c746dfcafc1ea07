// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/map.h"
#include "base/status.h"
#include "events/dedupe.h"
#include "platform/log.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is appended and not yet settled: keeps the log's rounds and the dedupe of one story.
 *
 * The trouble: a round fails on the writer's thread, and only afterwards its callback takes the ids
 * back. Between the two a call may (1) see a duplicate of an id that is about to be taken back,
 * (2) land events in a later round, whose ids dedupe_rollback would take back too, or (3) have one
 * part of its events in the failed round and the rest in the next. So:
 *   - one lock stands around check, append and assign of a call, and around each settlement;
 *   - a call that saw a duplicate while a round was finished and not settled waits for the
 *     settlement and looks again (1);
 *   - ids of unsettled rounds are also kept here, and those of later rounds are put back after a
 *     rollback (2). While that is not possible, nothing is taken in: PT_UNAVAILABLE;
 *   - dedupe takes the ids of a call under its last round: those of an earlier one stay here until
 *     that is settled too, since its failure makes dedupe forget them all;
 *   - a call over several rounds of which the first is finished already waits for its settlement,
 *     and fails when that failed (3).
 * The log's part: once it accepts appends behind a failed round, pt_log_finished_round has reached
 * that round. Waits are short: the settlement is on its way and needs this lock only.
 */
typedef struct EventPendingId {
    PtHash128 id;
    int64_t time_ms;
    uint64_t round, offset;
    uint64_t held_round; /* under which dedupe holds it: its own, or the last of its call */
} EventPendingId;

typedef struct EventPending {
    PtLog *log;
    Dedupe *dedupe;
    pthread_mutex_t lock;
    pthread_cond_t settled;
    uint64_t settled_round, failed_round, durable_round;
    EventPendingId *ids;              /* [head, len), by round */
    size_t head, held, len, cap;      /* dedupe holds those before `held` */
    uint64_t first_round, last_round; /* of the call at hand; 0: it depends on none */
    PtMap *redriven;                  /* by offset: redriven by this process */
    EventPendingId *redrives;         /* of unsettled rounds: offset is the quarantined record's */
    size_t redrive_count, redrive_cap;
} EventPending;

PT_NODISCARD PtStatus event_pending_init(EventPending *p, PtLog *log, Dedupe *dedupe, PtError *err);
void event_pending_done(EventPending *p);

/* One call: enter, then any number of check, landed, seal; then leave. */
void event_pending_enter(EventPending *p);
void event_pending_leave(EventPending *p);

/* Which of the ids are new, adding them. May let go of the lock for a moment. */
PT_NODISCARD PtStatus event_pending_check(EventPending *p, const PtHash128 *ids, size_t count,
                                          int64_t time_ms, DedupeVerdict *verdicts, PtError *err);
/* One of them was appended (at most as many as were checked). */
void event_pending_landed(EventPending *p, PtHash128 id, int64_t time_ms, uint64_t round,
                          uint64_t offset);
/* After the appends of a check. whole: all that were new have landed; else the others' ids are
 * forgotten, so that a retry lands them. */
PT_NODISCARD PtStatus event_pending_seal(EventPending *p, bool whole, PtError *err);

/* At the end: what to wait for, 0 when all is settled. PT_UNAVAILABLE when a part has failed. */
PT_NODISCARD PtStatus event_pending_outcome(EventPending *p, uint64_t *ret_round, PtError *err);

/* Redrives, within enter and leave. True when the offset was redriven by this process. */
bool event_pending_redriven(const EventPending *p, uint64_t offset);
/* Room for one more, so that noting it cannot fail; then, once appended, note it. */
PT_NODISCARD PtStatus event_pending_redrive(EventPending *p, uint64_t offset, PtError *err);
void event_pending_redrive_landed(EventPending *p, uint64_t round);
void event_pending_redrive_failed(EventPending *p);

/* Outside of a call: sleeps until the round is settled. PT_UNAVAILABLE: it or a later one failed.
 */
PT_NODISCARD PtStatus event_pending_wait(EventPending *p, uint64_t round, PtError *err);

/* The log's callback. */
void event_pending_round(EventPending *p, uint64_t round, PtStatus status);
