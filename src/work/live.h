// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/access.h" // AuditActor
#include "base/buf.h"
#include "platform/clock.h"
#include "platform/sql.h"

/* Live clocks: all open items' clocks in memory, a durable event for each deadline, and the stored
 * policies that they follow. Part of the door: include work/work.h.
 *
 * Truth     SQL: the rows of an item's history as work knows them (facts, no texts of people), the
 *           versions of policies, and what was fired. Due instants are not stored: they are
 *           computed at the start and whenever something they depend on changes (decision 13).
 * Write     work_opened and work_changed go into the owner's transaction: item and clocks are there
 *           after a crash, or neither is. After the commit work_settled takes it into memory and
 *           arms its timers (after a rollback nothing needs to be called; a settling that was
 *           missed is made up for by the next one or by the start).
 * Fired     at risk (once a clock, round and deadline), breached (once), steps (once each): a row
 *           and a feed event ("SLA At Risk", "SLA Breached", "SLA Escalated") in one transaction,
 *           in which the listener runs too: what it changes is there if and only if the firing is.
 *           Many that are due together share a transaction.
 * Threads   any; of one item one change at a time (the write transaction sees to that).
 */
typedef struct Work Work;

/* Whose item: the kind and the owner's number name it. */
typedef enum WorkOwner { WORK_TICKET, WORK_CONVERSATION, WORK_OWNERS } WorkOwner;
typedef struct WorkItem {
    WorkOwner owner;
    int64_t number;
} WorkItem;

/* Calendars of stores, services, queues and ids as they are now. What is had through what `hold`
 * returns stays valid until it is released. */
typedef struct WorkCalendarSource {
    void *ctx;
    const WorkCalendars *(*hold)(void *ctx); /* NULL: no memory */
    void (*release)(void *ctx, const WorkCalendars *held);
} WorkCalendarSource;

typedef enum WorkFiredKind { WORK_AT_RISK, WORK_BREACHED, WORK_STEP } WorkFiredKind;
typedef struct WorkFired {
    WorkItem item;
    WorkFiredKind kind;
    WorkClockKind clock;
    uint8_t step; /* of WORK_STEP */
    uint32_t round;
    int64_t due_ms; /* the instant that came */
    PtStr name;     /* the step's; borrowed for the call */
    uint32_t reads; /* bits by WorkFact: what its condition reads */
} WorkFired;

/* The nearest deadline of the clocks of an item that are open, breached ones first: those stay at
 * the top of lists. */
typedef struct WorkDue {
    int64_t due_ms;     /* WORK_NEVER: nothing is promised now */
    int64_t at_risk_ms; /* of that clock; may be behind now */
    WorkClockKind clock;
    bool paused; /* due_ms WORK_NEVER: a clock waits */
} WorkDue;

typedef struct WorkListener {
    void *ctx;
    /* In the write transaction that makes it durable; it may call work_changed of the same item,
     * whose settling is seen to. A failure rolls all of it back, and it is fired again. */
    PtStatus (*fired)(void *ctx, PtSqlTx *tx, const WorkFired *fired, PtError *err);
    /* The transaction of these firings is there: what the owner keeps in memory can be brought up
     * to date. */
    void (*committed)(void *ctx, WorkItem item);
    /* What lists by time to breach show of the item. From any thread, also from work_open; must be
     * quick and must not call back. */
    void (*due)(void *ctx, WorkItem item, const WorkDue *due);
} WorkListener;

typedef struct WorkConfig {
    PtSql *core;
    const PtClock *clock;
    WorkCalendarSource calendars;
    WorkListener listener[WORK_OWNERS]; /* fired NULL: nobody listens */
} WorkConfig;

/* Reads all open items and computes their clocks (rows of 1 million in under 10 s); nothing fires
 * before work_start. */
PT_NODISCARD PtStatus work_open(const WorkConfig *config, Work **ret_work, PtError *err);
PT_NODISCARD PtStatus work_start(Work *w, PtError *err);
void work_close(Work *w);                 /* accepts NULL; stops first */
void work_metrics(void *ctx, PtBuf *out); /* for pt_metric_collector; ctx is the Work */

/* ---- Items */

/* A new item with its first row. */
PT_NODISCARD PtStatus work_opened(Work *w, PtSqlTx *tx, WorkItem item, const WorkRow *first,
                                  PtError *err);
/* One more row; one that is behind the latest instant is taken at that instant; one that changes no
 * fact is passed over where there are WORK_ROWS / 2. PT_NOT_FOUND: the item was never opened (it is
 * older than its clocks: open it). */
PT_NODISCARD PtStatus work_changed(Work *w, PtSqlTx *tx, WorkItem item, const WorkRow *row,
                                   PtError *err);
PT_NODISCARD PtStatus work_settled(Work *w, WorkItem item, PtError *err);

/* What an item's page shows, as of now. PT_NOT_FOUND: no such item. */
PT_NODISCARD PtStatus work_item_clocks(Work *w, WorkItem item,
                                       WorkClock ret_clocks[static WORK_CLOCKS], PtArena *arena,
                                       PtError *err);
/* Every second of one clock; texts are the arena's. */
PT_NODISCARD PtStatus work_item_explain(Work *w, WorkItem item, WorkClockKind kind, PtArena *arena,
                                        WorkExplained *ret_explained, PtError *err);

/* Items that were opened in [from_ms, to_ms), newest first: their histories, and the clock of the
 * first response as of now. Borrowed for the call; what it fails with ends the walk. */
typedef struct WorkEach {
    WorkOwner owner;
    int64_t from_ms, to_ms;
    PtStatus (*item)(void *ctx, WorkItem item, const WorkHistory *history,
                     const WorkClock *response, PtError *err);
    void *ctx;
} WorkEach;
PT_NODISCARD PtStatus work_items_each(Work *w, const WorkEach *each, PtError *err);

/* ---- Policies: stored, effective-dated ---------------------------------------------------------
 * A policy has an id and versions, each in force from an instant until the next one's. Items are
 * under the first by `rank` that applies. An edit holds for all open items at once, for whoever
 * asks about them; their deadlines are computed anew on another thread (a million in under 5 s).
 * What was fired stays fired, and what it corrects is a feed event of its own ("SLA Corrected").
 * Audited.
 */
enum {
    WORK_POLICY_VERSIONS = 1000, /* of all policies together; over it PT_TOO_LARGE */
    WORK_POLICY_RANK_MAX = 1000000,
    WORK_POLICY_RANK_KEPT = -1, /* as the version before; 100 for a new policy */
    WORK_TRIAL_ITEMS = 100000,
};

typedef struct WorkStoredPolicy {
    PtStr id;         /* 1..64 of a-z, 0-9 and _, the first a letter */
    int64_t version;  /* unique over all policies: WorkVersion.id */
    int64_t rank;     /* lower first */
    int64_t from_ms;  /* in force from; 0: always was */
    int64_t until_ms; /* WORK_NEVER: no end */
    int64_t changed_ms;
    PtStr json, name, changed_by; /* the arena's */
} WorkStoredPolicy;

/* All versions, by rank, id and from_ms. */
PT_NODISCARD PtStatus work_policies(Work *w, PtArena *arena, WorkStoredPolicy **ret_list,
                                    size_t *ret_count, PtError *err);
/* A new version from `policy->from_ms` (0: from now on; not in the past before the latest version's
 * begin), of id, rank and json; versions that were to begin later are put aside. expected: the
 * version it was read at, 0 for a new policy; else PT_CONFLICT. */
PT_NODISCARD PtStatus work_policy_put(Work *w, const AuditActor *by, const WorkStoredPolicy *policy,
                                      int64_t expected, PtArena *arena,
                                      WorkStoredPolicy *ret_policy, PtError *err);
/* From now on it is no longer in force. PT_NOT_FOUND: it is not. */
PT_NODISCARD PtStatus work_policy_end(Work *w, const AuditActor *by, PtStr id, int64_t expected,
                                      PtError *err);
/* Calendars have changed: all open items anew, on another thread. */
PT_NODISCARD PtStatus work_calendars_changed(Work *w, PtError *err);

/* What a policy would have made of the items opened since from_ms (the newest WORK_TRIAL_ITEMS of
 * them): by clock, how many were promised
 * something, and how many of them breached, as it was and as it would have been. */
typedef struct WorkTrial {
    uint64_t items;
    struct {
        uint64_t promised, breached;
    } was[WORK_CLOCKS], would[WORK_CLOCKS];
} WorkTrial;
PT_NODISCARD PtStatus work_policy_try(Work *w, PtStr json, int64_t from_ms, WorkTrial *ret_trial,
                                      PtError *err);
