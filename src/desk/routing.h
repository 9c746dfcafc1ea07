// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/access.h" // AuditActor
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "platform/sql.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Routing: open tickets that nobody has, given to agents who can take them (docs/routing.md). Part
 * of the door desk.h.
 *
 * Truth    SQL: settings, who takes work, each decision. A ticket is given in the desk's own
 *          transaction: its row, its history and the decision are there together. The router's
 *          memory follows the rows, and is read from them at the start.
 * When     On the timers' thread (kind DESK_ROUTE_TIMERS), as soon as something has changed.
 */
typedef struct Desk Desk;

enum {
    DESK_ROUTE_TIMERS = 10,    /* kind of timer */
    DESK_ROUTE_AGENTS = 10000, /* with settings */
    DESK_ROUTE_QUEUES = 999,
    DESK_ROUTE_SKILLS = 1000,
    DESK_ROUTE_BYTES = 64 << 10, /* of a document */
    DESK_ROUTE_LISTED = 10,      /* of a queue's waiting tickets that the board explains */
    DESK_ROUTE_OFFERS = 100,     /* of an agent, shown */
};

/* ---- Settings ---------------------------------------------------------------------------------
 * Documents of JSON: docs/routing.md says what stands in them. In force as soon as they are saved.
 */
typedef enum DeskRouteKind {
    DESK_ROUTE_SKILLS_DOC,
    DESK_ROUTE_QUEUE,
    DESK_ROUTE_AGENT
} DeskRouteKind;

typedef struct DeskRouteSetting {
    PtStr id;   /* a queue's name, an account; empty of the skills */
    PtStr json; /* in full, with what was left out */
    PtStr changed_by;
    int64_t version, changed_ms; /* 0: nobody has set anything */
} DeskRouteSetting;

/* What holds, also where nothing was set. */
PT_NODISCARD PtStatus desk_route_setting(Desk *d, DeskRouteKind kind, PtStr id, PtArena *arena,
                                         DeskRouteSetting *ret_setting, PtError *err);
/* All that were set, by id. */
PT_NODISCARD PtStatus desk_route_settings(Desk *d, DeskRouteKind kind, PtArena *arena,
                                          DeskRouteSetting **ret_list, size_t *ret_count,
                                          PtError *err);
/* setting.version: as it was read, else PT_CONFLICT. PT_INVALID names the place. Audited. */
PT_NODISCARD PtStatus desk_route_put(Desk *d, const AuditActor *by, DeskRouteKind kind,
                                     const DeskRouteSetting *setting, PtArena *arena,
                                     DeskRouteSetting *ret_setting, PtError *err);
/* Switches queues on or off, whose other settings stay; none named: all that the desk has records
 * of. Audited, one entry each. */
PT_NODISCARD PtStatus desk_route_switch(Desk *d, const AuditActor *by, const PtStr *queues,
                                        size_t count, bool on, size_t *ret_changed, PtError *err);

/* ---- Agents -----------------------------------------------------------------------------------
 */
typedef enum DeskTaking { DESK_TAKING_OFFLINE, DESK_TAKING_AWAY, DESK_TAKING_ONLINE } DeskTaking;
extern const char *const desk_takings[]; /* "offline", "away", "online", NULL */

typedef struct DeskOffer {
    int64_t number, ticket, at_ms, expires_ms;
    PtStr queue, why;
} DeskOffer;

typedef struct DeskRouteMe {
    PtStr account;
    DeskTaking taking;
    PtStr reason;           /* as they said it, or "no answer" */
    int64_t since_ms;       /* 0: never said */
    bool known, on_shift;   /* somebody has set what they do; now within their shifts */
    int64_t load, capacity; /* units */
    int64_t edge_ms;        /* the shift begins or ends; INT64_MAX: does not */
    DeskOffer *offers;      /* open ones, oldest first */
    size_t offer_count;
} DeskRouteMe;

PT_NODISCARD PtStatus desk_route_me(Desk *d, PtStr account, PtArena *arena, DeskRouteMe *ret_me,
                                    PtError *err);
/* reason: ..60 bytes. Audited where `by` is somebody else. */
PT_NODISCARD PtStatus desk_route_take(Desk *d, const AuditActor *by, PtStr account,
                                      DeskTaking taking, PtStr reason, PtError *err);
/* Whoever may work no longer: within the caller's transaction on the core database they are
 * offline, if they were not. After its commit *ret_number is told to desk_route_dismissed. Audited.
 */
PT_NODISCARD PtStatus desk_route_dismiss(Desk *d, PtSqlTx *tx, const AuditActor *by, PtStr account,
                                         PtStr reason, int64_t *ret_number, PtError *err);
void desk_route_dismissed(Desk *d, int64_t number);
/* Of an offer to the account: PT_NOT_FOUND. PT_CONFLICT: it no longer stands, and how it ended. */
PT_NODISCARD PtStatus desk_route_answer(Desk *d, const AuditActor *by, PtStr account, int64_t offer,
                                        bool accept, PtError *err);

/* ---- Seen -------------------------------------------------------------------------------------
 */
typedef struct DeskRouted {
    int64_t number, ticket, at_ms, expires_ms, ended_ms;
    PtStr queue, account, state, why;
} DeskRouted;

/* Of a ticket, newest first, at most max. */
PT_NODISCARD PtStatus desk_route_decisions(Desk *d, int64_t ticket, size_t max, PtArena *arena,
                                           DeskRouted **ret_list, size_t *ret_count, PtError *err);

/* Why a ticket waits, of those of its queue that wait longest by rank. */
typedef enum DeskWaits {
    DESK_WAITS_OFF,      /* the queue is off */
    DESK_WAITS_SERVED,   /* no agent serves the queue */
    DESK_WAITS_THERE,    /* none of them is online and within a shift */
    DESK_WAITS_SKILL,    /* nobody there has the skill */
    DESK_WAITS_FULL,     /* those with the skills have no room */
    DESK_WAITS_DECLINED, /* those with room have declined it */
    DESK_WAITS_HELD,     /* for the agent who has a head start */
    DESK_WAITS_TURN,     /* it is about to be given */
    DESK_WAITS_LANGUAGE, /* nobody there speaks its language */
} DeskWaits;
extern const char *const desk_waits[]; /* "queue_off", "nobody_serves", ..., NULL */

typedef struct DeskBoardTicket {
    int64_t ticket;
    unsigned priority; /* with ageing */
    DeskWaits reason;
    PtStr why;   /* the same in words */
    PtStr skill; /* of DESK_WAITS_SKILL and _LANGUAGE: what is missing; a language as "lang:de" */
    int64_t level;
    PtStr held_for; /* account */
    int64_t held_until_ms;
    int64_t serving, there, skilled, room; /* agents, each number a part of the one before */
} DeskBoardTicket;

typedef struct DeskBoardQueue {
    PtStr id;
    bool on;
    int64_t waiting, oldest_ms; /* oldest_ms: opened; 0: none waits */
    int64_t by_priority[5];     /* P1 first */
    DeskBoardTicket *first;
    size_t first_count;
} DeskBoardQueue;

typedef struct DeskBoardAgent {
    PtStr account, reason;
    DeskTaking taking;
    bool on_shift;
    int64_t idle_ms, edge_ms; /* idle since; the shift begins or ends, INT64_MAX: does not */
    int64_t load, capacity, items, offers, missed;
} DeskBoardAgent;

typedef struct DeskBoard {
    DeskBoardQueue *queues; /* that have settings, in the order of names */
    size_t queue_count;
    DeskBoardAgent *agents; /* likewise, in the order of their accounts */
    size_t agent_count;
} DeskBoard;
PT_NODISCARD PtStatus desk_route_board(Desk *d, PtArena *arena, DeskBoard *ret_board, PtError *err);

/* ---- Tried on what was ------------------------------------------------------------------------
 * The tickets of the last days, once more: as the settings in force would give them, as changed
 * ones would, and beside them what was. docs/routing.md says what the model leaves out.
 */
enum {
    DESK_TRIAL_DAYS = 92,
    DESK_TRIAL_TICKETS = 200000,
    DESK_TRIAL_CHANGES = 200,     /* of each kind */
    DESK_TRIAL_BYTES = 256 << 10, /* of the changes of each kind */
    DESK_TRIAL_MS = 30000,        /* of the machine's time */
    DESK_TRIAL_LONGEST = 3,       /* of a queue */
};

typedef struct DeskRouteTry {
    int64_t days;   /* 1..DESK_TRIAL_DAYS until now */
    int64_t goal_s; /* a ticket is given in time within this, where no response was promised */
    PtStr queues;   /* JSON: [{"queue": NAME, "settings": {...}}]; data NULL: none */
    PtStr agents;   /* [{"account": ID, "settings": {...}}]; null: without them; an id that nobody
                       has: one agent more */
    const PtStr *dropped; /* skills that would no longer be there */
    size_t dropped_count;
    const _Atomic bool *stop;
} DeskRouteTry;

typedef struct DeskTrialWaits {
    bool on;                                 /* false: nothing is given, all else is 0 */
    int64_t arrived, given, in_time, left;   /* left: waiting at the end */
    int64_t mean_ms, p50_ms, p90_ms, max_ms; /* of those given */
} DeskTrialWaits;

typedef struct DeskTrialQueue {
    PtStr id;
    DeskTrialWaits was, now, would; /* what was; by the settings in force; by the changed ones */
} DeskTrialQueue;

typedef struct DeskTrialLoad {
    bool there; /* takes part */
    int64_t given, there_ms, busy_ms;
    double used; /* 0..1: of their capacity while they are there */
} DeskTrialLoad;

typedef struct DeskTrialAgent {
    PtStr account;
    int64_t was; /* tickets they were the first to have */
    DeskTrialLoad now, would;
} DeskTrialAgent;

typedef struct DeskTrialLong {
    int64_t ticket, wait_ms, was_ms; /* was_ms: -1, nobody has it yet */
    PtStr queue;
    bool given;
    DeskWaits reason; /* what kept it longest, and for how long */
    int64_t reason_ms;
} DeskTrialLong;

typedef struct DeskRouteTrial {
    int64_t from_ms, to_ms;
    int64_t tickets;        /* that came in queues with settings */
    int64_t elsewhere;      /* in other queues: left out */
    int64_t unassigned;     /* ended without anybody: left out */
    int64_t assumed;        /* not done yet: handling times are at least their queue's median */
    int64_t always;         /* agents without shifts, who count as there at any time */
    DeskTrialQueue *queues; /* by name */
    DeskTrialAgent *agents; /* by account */
    DeskTrialLong *longest; /* by the changed settings, longest first */
    size_t queue_count, agent_count, longest_count;
} DeskRouteTrial;

/* PT_UNAVAILABLE: another one runs, or its time is over. PT_TOO_LARGE: over DESK_TRIAL_TICKETS.
 * PT_INVALID names the place. Nothing is changed. */
PT_NODISCARD PtStatus desk_route_try(Desk *d, const DeskRouteTry *ask, PtArena *arena,
                                     DeskRouteTrial *ret_trial, PtError *err);
