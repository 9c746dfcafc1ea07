// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/calendar.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Work items of any kind and the clocks that keep promises about them: the door of the module.
 *
 * A work item is known by its history alone: rows that say when which facts changed. Whoever owns
 * the item (desk, inbox) keeps the rows; nothing here knows a ticket. What a clock shows is a pure
 * fold over rows, policies and calendars: no clock of the machine and no SQL is in it, and it can
 * account for every millisecond (docs/sla.md).
 *
 * Instants UTC ms. Stretches are half open: [from, to). What a row says holds from its instant on.
 */

/* ---- Facts ----------------------------------------------------------------------------------- */

/* What conditions read as {"property": NAME}. Texts of at most WORK_FACT_BYTES; some are truths
 * ("true", or empty) or numbers (of JSON). Empty: not there. Stored by number: add at the end. */
#define WORK_FACT_MAP(X)                                                                           \
    X(TYPE, "type")               /* "incident", "service_request", ... */                         \
    X(STATE, "state")             /* "new", "in_progress", "waiting", "resolved", "closed",        \
                                     "cancelled", ...: the owner's words */                        \
    X(WAITING_FOR, "waiting_for") /* "requester", "vendor", "change"; empty unless waiting */      \
    X(PRIORITY, "priority")       /* "P1" .. "P5": picks the target */                             \
    X(QUEUE, "queue")             /* picks the calendar "queue" */                                 \
    X(STORE, "store")             /* picks the calendar "store" */                                 \
    X(SERVICE, "service")                                                                          \
    X(CATEGORY, "category")                                                                        \
    X(CHANNEL, "channel")                                                                          \
    X(ASSIGNEE, "assignee")                                                                        \
    X(ACKNOWLEDGED, "acknowledged")         /* an agent has taken note */                          \
    X(REPLIED, "replied")                   /* a first public reply went out; stays true */        \
    X(AWAITS_REPLY, "awaits_reply")         /* the requester spoke last */                         \
    X(SENTIMENT, "sentiment")               /* -1 .. 1: of what the requester said last */         \
    X(SENTIMENT_LOWEST, "sentiment_lowest") /* of all they said */                                 \
    X(TONE_URGENCY, "tone_urgency")         /* 0 .. 1: of what they said last */

#define WORK_FACT_ENUM(id, name) WORK_##id,
typedef enum WorkFact { WORK_FACT_MAP(WORK_FACT_ENUM) WORK_FACTS } WorkFact;
#undef WORK_FACT_ENUM

enum {
    WORK_FACT_BYTES = 100,
    WORK_EVENT_BYTES = 40,
    WORK_ROWS = 10000, /* rows of one item; over it PT_TOO_LARGE */
};

typedef struct WorkChange {
    WorkFact fact;
    PtStr value; /* empty: no longer there */
} WorkChange;

/* One row of history. Rows are in order of at_ms; of equal instants in the order given. */
typedef struct WorkRow {
    int64_t at_ms;
    PtStr event; /* what happened, {"field": "event"}: "opened", "requester_replied", "reopened",
                    ...: the owner's words; may be empty */
    const WorkChange *changes;
    size_t change_count;
} WorkRow;

typedef struct WorkHistory {
    const WorkRow *rows;
    size_t count; /* 1..WORK_ROWS */
} WorkHistory;

typedef enum WorkFactKind { WORK_FACT_TEXT, WORK_FACT_TRUTH, WORK_FACT_NUMBER } WorkFactKind;
WorkFactKind work_fact_kind(WorkFact fact);
const char *work_fact_name(WorkFact fact);
bool work_fact_of(PtStr name, WorkFact *ret_fact);

/* ---- Calendars ------------------------------------------------------------------------------- */

typedef enum WorkCalendarOf {
    WORK_CALENDAR_ID, /* a calendar's own id */
    WORK_CALENDAR_STORE,
    WORK_CALENDAR_SERVICE,
    WORK_CALENDAR_QUEUE,
} WorkCalendarOf;

/* Who knows calendars, told by the owner's wiring. */
typedef struct WorkCalendars {
    void *ctx;
    /* What is in force at at_ms for this store, service, queue or id, and until when (over at_ms;
     * INT64_MAX: no end is known). NULL: it has none. Of one (of, name) the answers tile all time.
     * Must not fail; what it returns stays valid until the fold is done. */
    const PtCalendar *(*in_force)(void *ctx, WorkCalendarOf of, PtStr name, int64_t at_ms,
                                  int64_t *ret_until_ms);
} WorkCalendars;

/* ---- Policies -------------------------------------------------------------------------------- */

#define WORK_CLOCK_MAP(X)                                                                          \
    X(RESPONSE, "response")                                                                        \
    X(NEXT_RESPONSE, "next_response")                                                              \
    X(RESOLUTION, "resolution")                                                                    \
    X(OLA, "ola")                                                                                  \
    X(VENDOR, "vendor")

#define WORK_CLOCK_ENUM(id, name) WORK_CLOCK_##id,
typedef enum WorkClockKind { WORK_CLOCK_MAP(WORK_CLOCK_ENUM) WORK_CLOCKS } WorkClockKind;
#undef WORK_CLOCK_ENUM

const char *work_clock_name(WorkClockKind kind);

/* A policy (JSON; C is a condition of src/rules on facts and on the row's event)
 *   {"name": "Default", "applies": C,              applies left out: to every item
 *    "clocks": {"resolution": {
 *      "targets": {"P1": {"hours": 1, "in": "24x7"}, "P3": {"days": 3, "in": "queue"}},
 *      "start": C, "pause": C, "resume": C, "stop": C, "reset": C, "cancel": C,
 *      "again": "never" | "on" | "anew",  "retroactive": true,
 *      "warn": {"minutes": 15, "wall": true},
 *      "steps": [{"name": "lead", "after": {"minutes": 10}, "if": C}, {"name": "half", "percent":
 *                50}, {"name": "late", "over": {"hours": 1}},
 *                {"name": "raise", "when": C, "times": 2}]}}}
 * Target    seconds, minutes, hours (added): a span of the calendar's time; or days: business days
 *           (decision 12). in: "24x7", "store" (the store's trading hours; without a store the
 *           service's, else 24x7), "queue" (its business hours, else 24x7), or a calendar's id. A
 *           priority without a target is promised nothing.
 * Conditions are asked at every row, and where a policy begins to be in force.
 *   start   the clock begins where it first holds. Left out: at the item's first row.
 *   pause   with resume: paused from where it holds until resume holds and it does not; without
 *           resume: as long as it holds.
 *   stop    met, or breached. Needed. again: what follows where it no longer holds: never
 * (default): nothing; on: the clock runs on with what had elapsed; anew: a new round begins at zero
 *           once start holds.
 *   reset   where it holds, a clock that began is at zero and begins anew if start holds.
 *   cancel  no promise as long as it holds.
 *           cancel, pause without resume, and stop unless again is never, hold over time: they may
 *           not read the event, which is said of one row only.
 *   retroactive  once it starts, the life since the first row is counted by this definition.
 * warn      lead before the target, of the clock's own time, or of wall time; 15 minutes. A target
 *           not longer than twice the lead warns at half of it.
 * steps     escalation, at most WORK_STEPS of different names, as the clock reaches: a span, a
 *           percentage of the target, or a span over it. if: asked as of the latest row. Or when:
 *           as C holds for the first time in a round, or at the n-th row (times; C reads the event)
 *           at which it holds, while the clock is not stopped; it stays come when C ends.
 * Bounds    those of rules; spans 1 s .. 3650 days, 1 .. 1000 business days. PT_INVALID names the
 *           place as a JSON pointer.
 */
enum {
    WORK_STEPS = 8,
    WORK_TIMES_MAX = 100,
    WORK_POLICY_JSON = 65536,
    WORK_NAME_BYTES = 100,
    WORK_PRIORITIES = 5,
    WORK_DAYS_MAX = 1000,
};

typedef struct WorkPolicy WorkPolicy; /* compiled, immutable */
PT_NODISCARD PtStatus work_policy_read(PtStr json, WorkPolicy **ret_policy, PtError *err);
void work_policy_free(WorkPolicy *p); /* accepts NULL */
/* As it was given, without white space around it. */
PtStr work_policy_json(const WorkPolicy *p);
PtStr work_policy_name(const WorkPolicy *p);
/* The table of decision 12, for when nobody has said anything yet. */
PtStr work_policy_default(void);

/* What was in force when. An item is under the first, in this order, that is in force and applies;
 * of one policy at most one version is in force at an instant. */
typedef struct WorkVersion {
    const WorkPolicy *policy;
    int64_t from_ms, until_ms; /* in force in [from, until); INT64_MAX: no end */
    int64_t id;                /* whose it is, for explanations */
} WorkVersion;

typedef struct WorkRules {
    const WorkVersion *versions;
    size_t count;
    WorkCalendars calendars;
} WorkRules;

/* ---- The fold -------------------------------------------------------------------------------- */

#define WORK_STATE_MAP(X)                                                                          \
    X(NOT_STARTED, "not_started")                                                                  \
    X(RUNNING, "running")                                                                          \
    X(PAUSED, "paused")                                                                            \
    X(MET, "met")                                                                                  \
    X(BREACHED, "breached")                                                                        \
    X(CANCELLED, "cancelled")

#define WORK_STATE_ENUM(id, name) WORK_CLOCK_IS_##id,
typedef enum WorkClockState { WORK_STATE_MAP(WORK_STATE_ENUM) WORK_CLOCK_STATES } WorkClockState;
#undef WORK_STATE_ENUM

const char *work_state_name(WorkClockState state);

#define WORK_NEVER INT64_MAX /* an instant that does not come, or is not known */

typedef struct WorkClock {
    WorkClockKind kind;
    WorkClockState state; /* breached: from the first ms after due_ms, stopped or not */
    bool open;            /* may still count: not stopped, not cancelled, begun */
    bool paused;          /* also of one that is breached */
    int64_t started_ms;   /* of this round; WORK_NEVER: not begun */
    int64_t due_ms;       /* the last instant that is in time; WORK_NEVER while a pause is open, or
                             where the calendar never opens again */
    int64_t at_risk_ms;   /* as due_ms */
    int64_t stopped_ms;   /* WORK_NEVER: it was not */
    int64_t target_ms;    /* of the clock's own time; 0: promised nothing */
    int64_t elapsed_ms;   /* likewise, until now or where it stopped */
    int64_t remaining_ms; /* target - elapsed: negative when late */
    uint32_t round;       /* from 1; 0: not begun */
    uint32_t met, breached;          /* rounds that ended so, this one too once stopped */
    int64_t policy;                  /* WorkVersion.id it is under; 0: none */
    uint8_t step_count;              /* steps of the policy */
    int64_t step_ms[WORK_STEPS];     /* as due_ms; WORK_NEVER also where `if` does not hold */
    PtStr step_names[WORK_STEPS];    /* borrowed from the policy */
    uint32_t step_reads[WORK_STEPS]; /* bits by WorkFact: what its condition reads */
} WorkClock;

/* The clock as of now_ms: of rows behind it none is read. PT_INVALID where the rows are out of
 * order, over WORK_ROWS, or a text is over its bound. */
PT_NODISCARD PtStatus work_clock_fold(const WorkRules *rules, const WorkHistory *history,
                                      WorkClockKind kind, int64_t now_ms, WorkClock *ret_clock,
                                      PtError *err);

#define WORK_WHY_MAP(X)                                                                            \
    X(COUNTED, "counted")                                                                          \
    X(CLOSED, "closed") /* outside of the calendar's hours */                                      \
    X(PAUSED, "paused") /* what for: the state, and whom it waits for */                           \
    X(BEFORE_START, "before_start")                                                                \
    X(AFTER_STOP, "after_stop")                                                                    \
    X(CANCELLED, "cancelled")                                                                      \
    X(NO_PROMISE, "no_promise") /* no policy applies, or none for this priority */

#define WORK_WHY_ENUM(id, name) WORK_WHY_##id,
typedef enum WorkWhy { WORK_WHY_MAP(WORK_WHY_ENUM) WORK_WHYS } WorkWhy;
#undef WORK_WHY_ENUM

const char *work_why_name(WorkWhy why);

/* Stretches tile the item's life [first row, now). Those that count, of the last round, sum to
 * elapsed_ms exactly. */
typedef struct WorkStretch {
    int64_t from_ms, to_ms;
    WorkWhy why;
    uint32_t round;
    int64_t target_ms; /* in force */
    int64_t policy;    /* WorkVersion.id; 0: none */
    size_t row;        /* the latest row as of from_ms */
    PtStr in;          /* the calendar: "24x7", "store 0412", "queue tills", ...; the arena's */
    PtStr state, waiting_for; /* facts then; borrowed from the rows */
} WorkStretch;

enum { WORK_STRETCHES = 100000 }; /* over it PT_TOO_LARGE */

typedef struct WorkExplained {
    const WorkStretch *list; /* the arena's */
    size_t count;
} WorkExplained;

PT_NODISCARD PtStatus work_clock_explain(const WorkRules *rules, const WorkHistory *history,
                                         WorkClockKind kind, int64_t now_ms, PtArena *arena,
                                         WorkExplained *ret_explained, PtError *err);

#include "work/live.h"  // live clocks
#include "work/route.h" // the router
