// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/rng.h"
#include "base/status.h"
#include "base/str.h"
#include "platform/sql.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The outbox: what a sender of calls that leave the building has to remember, so that nothing is
 * lost, and what was on its way at a crash is known. A queue is a reader of the log with a position
 * of its own: there is no row for an event. Rows stand for what failed, and name its offset only:
 * what is erased from the log is erased here.
 *
 * Before   a call leaves, doubt_end is stored past its offset; after a crash [position, doubt_end)
 *          is what may have been sent, and the owner settles it.
 * Time     ..._ms is UTC ms of the machine's clock, given by the caller, but where named otherwise.
 * Threads  Within the caller's transaction. The owner's thread writes position, figures, breaker
 *          and items; people's decisions (state, job, replay) come from other threads: the
 *          statements are made so that neither overwrites the other's.
 */
enum {
    PT_OUTBOX_NAME = 64, /* bytes with the NUL, as of the others */
    PT_OUTBOX_REASON = 41,
    PT_OUTBOX_ERROR = 301,
    PT_OUTBOX_FIGURES = 4096,
    PT_OUTBOX_REASONS = 100, /* counts that pt_outbox_counts gives */
};

/* ---- Policies: values without I/O (policy.c) ---------------------------------------------------
 */

typedef struct PtBackoff {
    int64_t first_ms, max_ms;
} PtBackoff;

/* Exponential with full jitter: uniform in [0, min(max_ms, first_ms * 2^(attempts - 1))].
 * attempts 0 is taken as 1. */
int64_t pt_backoff_ms(const PtBackoff *policy, uint32_t attempts, PtRng *rng);

/* A circuit breaker: `failures_max` failures in a row open it; then one call at a time is let
 * through when its pause is over, and the first that succeeds closes it. */
typedef struct PtBreaker {
    uint32_t failures; /* in a row */
    uint32_t trips;    /* openings in a row; 0: closed */
    bool probing;      /* the one call is under way */
    int64_t until_ms;  /* nothing before; also set by Retry-After while it is closed */
} PtBreaker;

typedef struct PtBreakerPolicy {
    uint32_t failures_max;
    int64_t least_ms; /* of a pause, added to the jitter */
    PtBackoff pause;
} PtBreakerPolicy;

static inline bool pt_breaker_is_open(const PtBreaker *b)
{
    return b->trips > 0;
}

/* Whether a call may leave now; pt_breaker_begin when it does. */
bool pt_breaker_may(const PtBreaker *b, int64_t now_ms);
void pt_breaker_begin(PtBreaker *b);
void pt_breaker_succeeded(PtBreaker *b);
/* after_ms: what the other side asked for, from now; 0: nothing. True: it has opened just now. */
bool pt_breaker_failed(PtBreaker *b, const PtBreakerPolicy *policy, int64_t now_ms,
                       int64_t after_ms, PtRng *rng);
/* A call that says nothing about the other side (it was broken off). */
void pt_breaker_passed(PtBreaker *b);

/* ---- Queues ------------------------------------------------------------------------------------
 */

typedef enum PtOutboxState {
    PT_OUTBOX_RUNNING,
    PT_OUTBOX_PAUSED,  /* by a person */
    PT_OUTBOX_BROKEN,  /* the breaker is open */
    PT_OUTBOX_STOPPED, /* it cannot work until a person has seen to it */
    PT_OUTBOX_STATES
} PtOutboxState;
const char *pt_outbox_state_name(PtOutboxState state);

typedef enum PtOutboxJobKind {
    PT_OUTBOX_NO_JOB,
    PT_OUTBOX_REDRIVE,
    PT_OUTBOX_DISCARD,
    PT_OUTBOX_JOBS
} PtOutboxJobKind;
const char *pt_outbox_job_name(PtOutboxJobKind kind); /* "" for none */

typedef struct PtOutboxJob { /* over dead letters, by position */
    PtOutboxJobKind kind;
    int64_t number;                /* of the job; rises */
    char reason[PT_OUTBOX_REASON]; /* of these only; "": all */
    int64_t before_ms;             /* that failed before */
    int64_t after;                 /* behind this position; -1: from the first */
    int64_t total, done;
} PtOutboxJob;

typedef enum PtOutboxReplayState {
    PT_OUTBOX_NO_REPLAY,
    PT_OUTBOX_REPLAYING,
    PT_OUTBOX_REPLAYED,
    PT_OUTBOX_REPLAY_CANCELLED,
    PT_OUTBOX_REPLAY_STATES
} PtOutboxReplayState;
const char *pt_outbox_replay_name(PtOutboxReplayState state); /* "" for none */

typedef struct PtOutboxReplay { /* of [from, until) */
    PtOutboxReplayState state;
    int64_t number;
    uint64_t from, until, next;
    int64_t sent;
} PtOutboxReplay;

typedef struct PtOutboxQueue {
    char name[PT_OUTBOX_NAME];
    PtOutboxState state;
    char reason[PT_ERROR_MESSAGE_MAX];
    uint64_t position, doubt_end;
    uint32_t trips;
    int64_t hold_ms;
    char figures[PT_OUTBOX_FIGURES]; /* the owner's */
    PtOutboxJob job;
    PtOutboxReplay replay;
} PtOutboxQueue;

/* PT_CONFLICT: there is one of that name. */
PT_NODISCARD PtStatus pt_outbox_add(PtSqlTx *tx, const char *name, uint64_t position, PtError *err);
/* With its items. A chunk at a time: *ret_more says that it is to be called again, in another
 * transaction. */
PT_NODISCARD PtStatus pt_outbox_drop(PtSqlTx *tx, const char *name, bool *ret_more, PtError *err);
PT_NODISCARD PtStatus pt_outbox_get(PtSqlTx *tx, const char *name, PtOutboxQueue *ret_queue,
                                    PtError *err);

/* The owner's: position, doubt_end, trips, hold_ms and figures; and the state where it is running
 * or broken, there and here. */
PT_NODISCARD PtStatus pt_outbox_save(PtSqlTx *tx, const PtOutboxQueue *queue, PtError *err);
/* Only where the job or replay is still that of its number and running. Its progress, or its end:
 * kind NO_JOB, state REPLAYED. */
PT_NODISCARD PtStatus pt_outbox_save_job(PtSqlTx *tx, const char *name, const PtOutboxJob *job,
                                         PtError *err);
PT_NODISCARD PtStatus pt_outbox_save_replay(PtSqlTx *tx, const char *name,
                                            const PtOutboxReplay *replay, PtError *err);
/* Of people, or of an owner that stops. */
PT_NODISCARD PtStatus pt_outbox_set_state(PtSqlTx *tx, const char *name, PtOutboxState state,
                                          const char *reason, PtError *err);
/* Leaves what lies between for good. */
PT_NODISCARD PtStatus pt_outbox_set_position(PtSqlTx *tx, const char *name, uint64_t position,
                                             PtError *err);
/* PT_CONFLICT: one runs. Counts what it will meet into *ret_total. */
PT_NODISCARD PtStatus pt_outbox_start_job(PtSqlTx *tx, const char *name, PtOutboxJobKind kind,
                                          PtStr reason, int64_t now_ms, int64_t *ret_total,
                                          PtError *err);
PT_NODISCARD PtStatus pt_outbox_start_replay(PtSqlTx *tx, const char *name, uint64_t from,
                                             uint64_t until, PtError *err);
/* PT_CONFLICT: none runs. */
PT_NODISCARD PtStatus pt_outbox_cancel_replay(PtSqlTx *tx, const char *name, PtError *err);

/* ---- Items -------------------------------------------------------------------------------------
 */

typedef enum PtOutboxItemState { PT_OUTBOX_RETRY, PT_OUTBOX_DEAD } PtOutboxItemState;

typedef struct PtOutboxItem {
    uint64_t position;
    PtOutboxItemState state;
    uint32_t attempts;
    int64_t due_ms; /* of a retry */
    int64_t failed_ms;
    char reason[PT_OUTBOX_REASON]; /* for people and programs: "http_500", "refused" */
    char error[PT_OUTBOX_ERROR];
} PtOutboxItem;

/* In place of an item of the same position. */
PT_NODISCARD PtStatus pt_outbox_put(PtSqlTx *tx, const char *queue, const PtOutboxItem *item,
                                    PtError *err);
/* It is settled. *ret_was (may be NULL): there was one. */
PT_NODISCARD PtStatus pt_outbox_settle(PtSqlTx *tx, const char *queue, uint64_t position,
                                       bool *ret_was, PtError *err);
/* PT_NOT_FOUND. */
PT_NODISCARD PtStatus pt_outbox_item(PtSqlTx *tx, const char *queue, uint64_t position,
                                     PtOutboxItem *ret_item, PtError *err);
/* Retries that are due, the earliest first, at most max. *ret_next_ms: when the first that was not
 * given is due; INT64_MAX: there is none, or more are due already (then now_ms). */
typedef struct PtOutboxDue {
    const char *queue;
    int64_t now_ms;
    size_t max;
} PtOutboxDue;
PT_NODISCARD PtStatus pt_outbox_due(PtSqlTx *tx, const PtOutboxDue *query, PtOutboxItem *items,
                                    size_t *ret_count, int64_t *ret_next_ms, PtError *err);
/* Dead letters by position, behind `after` (-1: from the first), at most max; of one reason where
 * it is not empty; that failed before before_ms. */
typedef struct PtOutboxDead {
    const char *queue;
    PtStr reason;
    int64_t after, before_ms;
    size_t max;
} PtOutboxDead;
PT_NODISCARD PtStatus pt_outbox_dead(PtSqlTx *tx, const PtOutboxDead *query, PtOutboxItem *items,
                                     size_t *ret_count, PtError *err);

/* Empties the errors of items, and with the last page the reasons of queues' states, that hold what
 * is looked for: a receiver's answer may repeat a person's data. A page of items behind the place,
 * which moves on; *ret_more: there are others. */
typedef struct PtOutboxPlace { /* the first: zeros, position -1 */
    char queue[PT_OUTBOX_NAME];
    int64_t position;
} PtOutboxPlace;
PT_NODISCARD PtStatus pt_outbox_blank(PtSqlTx *tx, bool (*finds)(const void *ctx, PtStr text),
                                      const void *ctx, PtOutboxPlace *place, bool *ret_more,
                                      PtError *err);

typedef struct PtOutboxCount {
    PtOutboxItemState state;
    char reason[PT_OUTBOX_REASON];
    int64_t items;
} PtOutboxCount;
/* By state and reason, from kept sums: cheap also with a million. */
PT_NODISCARD PtStatus pt_outbox_counts(PtSqlTx *tx, const char *queue,
                                       PtOutboxCount counts[static PT_OUTBOX_REASONS],
                                       size_t *ret_count, PtError *err);
