// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/status.h"
#include "base/str.h"
#include "events/dedupe.h"
#include "events/erased.h"
#include "events/plans.h"
#include "events/record.h"
#include "events/sources.h"
#include "platform/clock.h"
#include "platform/log.h"

#include <stdbool.h>
#include <stdint.h>

/* Intake: one call of a client becomes log records. Knows nothing of HTTP: the routes in api/ give
 * it a decoded body.
 *
 * The table of docs/decisions.md ("Intake: inputs and answers") is implemented here, exactly.
 * One pass: the whole body is checked as JSON and cut into events before anything is appended, so
 * that a 400 stores nothing. All or nothing: when the log or dedupe refuses midway, what the call
 * appended so far stays pending or is taken back such that a retry of the client doubles nothing.
 *
 * An event without a messageId and without a time of its own cannot be known again: of a call that
 * failed midway, a retry doubles those that were appended.
 *
 * Flush    The owner's: pt_log_flush once after the calls of a loop round.
 * Threads  events_intake and event_redrive: the owner's one thread (the loop) or several, one at a
 * time (a lock inside).
 */
typedef struct EventIntake EventIntake;

/* The most that one call may put into the log, since each event is kept with what its batch adds:
 * over it the call is PT_TOO_LARGE. No batch within EVENT_BODY_MAX comes near it unless its own
 * members are kilobytes.
 */
enum { EVENT_CALL_LOG_MAX = 48 << 20 };

typedef struct EventIntakeConfig {
    PtLog *log;
    Dedupe *dedupe;
    EventSources *sources;
    const PtClock *clock;
    EventPlans *plans;             /* tracking plans; NULL: none */
    uint8_t hash_key[PT_HASH_KEY]; /* from the data folder */
} EventIntakeConfig;

PT_NODISCARD PtStatus event_intake_new(const EventIntakeConfig *config, EventIntake **ret_intake,
                                       PtError *err);
void event_intake_free(EventIntake *intake); /* accepts NULL */

/* How the route reads the body. */
typedef enum EventCallKind {
    EVENT_CALL_TYPED, /* one event of call->type; a `type` in the body is ignored */
    EVENT_CALL_BATCH, /* {"batch": [...], ...}: items carry their type. A single event object with a
                         `type` and no batch is taken as a batch of one */
} EventCallKind;

typedef struct EventCall {
    EventCallKind kind;
    EventType type; /* of a typed call */
    PtStr body;     /* JSON text, decompressed */
    PtStr key;      /* write key from header or query; empty: the body's writeKey */
    PtStr peer;     /* address of the connection, "" when unknown */
    bool keep_peer; /* beacon, pixel: store the address without being asked */
    PtStr refused;  /* not empty: its events are quarantined as UNMAPPED_DELIVERY, with this detail
                       (cut at 150 bytes) */
} EventCall;

typedef struct EventOutcome {
    uint32_t source; /* number; 0 when unknown */
    uint64_t
        round; /* the answer must wait until this log round has finished (0: nothing to wait for) */
    uint32_t accepted, duplicates, quarantined, discarded; /* events; discarded: disabled source */
    uint32_t suppressed; /* of persons who were erased after the event: nothing of it is stored */
} EventOutcome;

/* PT_OK: answer 200 once the round is durable (503 if it failed). PT_INVALID (400), PT_TOO_LARGE
 * (413), PT_UNAUTHENTICATED (401), PT_BUSY (429), PT_UNAVAILABLE / PT_NO_MEMORY (503): answer at
 * once; nothing will be stored beyond what a retry deduplicates.
 */
PT_NODISCARD PtStatus events_intake(EventIntake *intake, const EventCall *call,
                                    EventOutcome *ret_outcome, PtError *err);

/* Tells of a call that succeeded how many of its events were dropped, their ids being known: on the
 * caller's thread, and it must not block. Set before calls come; one listener. */
void event_intake_on_duplicates(EventIntake *intake,
                                void (*fn)(void *ctx, uint32_t source, uint32_t events), void *ctx);

/* The register of erasures, held against every event that is to be stored: one of whose identifiers
 * was erased after the event's corrected time is suppressed, quarantined or not, in calls, imports
 * and redrives alike (a redrive: PT_CONFLICT). names tells an event's identifiers, those that it
 * may have under any rules in force; it is not called while the register is empty. Before calls
 * come; NULL: nobody was erased. Borrowed. */
enum { EVENT_NAMES_MAX = 40 };
typedef PtStatus EventNamesFn(void *ctx, const EventView *event, PtArena *arena,
                              ErasedName names[static EVENT_NAMES_MAX], size_t *ret_count,
                              PtError *err);
void event_intake_erased(EventIntake *intake, const ErasedRegister *erased, EventNamesFn *names,
                         void *ctx);

/* Events suppressed since the start, by number of the source; at 0 those of sources from
 * EVENT_SUPPRESSED_SOURCES on. */
enum { EVENT_SUPPRESSED_SOURCES = 1024 };
uint64_t event_intake_suppressed(const EventIntake *intake, uint32_t source);

/* Returns once no call is under way that began before: what the register was told before holds for
 * all that is appended from now on. */
void event_intake_settle_calls(EventIntake *intake);

/* The log's callback (PtLogConfig.on_round), on any thread: settles dedupe. Call it for every round
 * and before clients are answered: calls may wait for it. */
void event_intake_round(EventIntake *intake, uint64_t round, PtStatus status);

/* For callers with a thread of their own: waits until the round of an outcome is settled (0: it
 * is). PT_UNAVAILABLE: it failed, or one behind it did; make the call again, dedupe drops what
 * landed. Not on the loop's or the log's thread. */
PT_NODISCARD PtStatus event_intake_wait(EventIntake *intake, uint64_t round, PtError *err);

/* Judges a quarantined record again under today's rules, with its original key's source, received
 * time and id; appends the event when it passes (flag REDRIVEN, redrive_of set; id check skipped).
 * `patch` replaces the raw text when not empty (a person's correction). PT_INVALID: it would be
 * quarantined again (the reason in err); PT_CONFLICT: this position was redriven before. `done`
 * (position → was redriven) is the caller's durable knowledge; those of this process in flight are
 * remembered here.
 */
PT_NODISCARD PtStatus event_redrive(EventIntake *intake, const PtRecord *quarantined, PtStr patch,
                                    uint64_t *ret_round, PtError *err);

/* Feeds dedupe from the log after open: from dedupe_open's offset to the log's end. */
PT_NODISCARD PtStatus event_intake_restore(PtLog *log, Dedupe *dedupe, uint64_t from, PtError *err);

/* E-commerce v2 name of a v1 alias ("Viewed Product" → "Product Viewed"); the name itself when it
 * is none. */
PtStr event_canonical_name(PtStr name);
