// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "desk/desk.h"
#include "platform/clock.h"
#include "platform/sql.h"
#include "work/work.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Insight: the door of the module. The desk's four figures in tandem, first contact resolution,
 * time to resolve, promises kept and satisfaction, by what and when one likes, down to the tickets
 * behind each: docs/figures.md.
 *
 * Truth    One row of facts a ticket, written in the transaction of each of its changes: right
 *          after a crash, a merge, a reopening and an erasure, without a view that lags. A ticket
 *          that the rows lack (of a version before this one) is folded from its history at open.
 *          Verdicts of clocks follow within a second, on a thread of their own.
 * Errors   PT_INVALID names member and bound; PT_TOO_LARGE: periods or groups over their bound;
 *          PT_UNAVAILABLE: the question was stopped.
 * Threads  Any.
 */
typedef struct Insight Insight;

/* Rounds of a ticket's clocks that ended. */
typedef struct InsightVerdict {
    uint32_t met[WORK_CLOCKS], breached[WORK_CLOCKS];
} InsightVerdict;

typedef struct InsightConfig {
    PtSql *core;
    const PtClock *clock;
    const char *zone_dir; /* NULL: the system's */
    /* Open hours of the ticket's store, else of its queue, in [from, to). NULL: never closed. */
    int64_t (*business_ms)(void *ctx, PtStr store, PtStr queue, int64_t from_ms, int64_t to_ms);
    /* What its clocks say now; PT_NOT_FOUND: it has none. NULL: nobody promises anything. */
    PtStatus (*verdict)(void *ctx, int64_t ticket, InsightVerdict *ret_verdict, PtError *err);
    void *ctx;
} InsightConfig;

PT_NODISCARD PtStatus insight_open(const InsightConfig *config, Insight **ret_insight,
                                   PtError *err);
/* Folds tickets of `desk` that there are no facts of, and begins to ask for verdicts. */
PT_NODISCARD PtStatus insight_start(Insight *n, Desk *desk, PtError *err);
void insight_stop(Insight *n);  /* asks the clocks no more; accepts NULL */
void insight_close(Insight *n); /* stops first; accepts NULL */
/* A collector for pt_metric_collector; ctx is the Insight. */
void insight_metrics(void *ctx, PtBuf *out);

/* ---- What is followed, each in its own transaction; ctx is the Insight ------------------------
 */

/* A DeskListener's. */
PT_NODISCARD PtStatus insight_changed(void *ctx, PtSqlTx *tx, const DeskTold *told, PtError *err);
/* A clock of the ticket was breached, and nothing else changed: its clocks are asked again. */
PT_NODISCARD PtStatus insight_late(void *ctx, PtSqlTx *tx, int64_t ticket, PtError *err);
/* A SurveyListener's. */
PT_NODISCARD PtStatus insight_asked(void *ctx, PtSqlTx *tx, int64_t ticket, PtError *err);
PT_NODISCARD PtStatus insight_scored(void *ctx, PtSqlTx *tx, int64_t ticket, int64_t score,
                                     PtError *err);

/* ---- Questions --------------------------------------------------------------------------------
 */

typedef enum InsightUnit { INSIGHT_DAY, INSIGHT_WEEK, INSIGHT_MONTH, INSIGHT_UNITS } InsightUnit;
extern const char *const insight_units[]; /* "day", "week", "month", NULL */
typedef enum InsightBy {
    INSIGHT_NONE,
    INSIGHT_QUEUE,
    INSIGHT_STORE,
    INSIGHT_CATEGORY,
    INSIGHT_CHANNEL,
    INSIGHT_PRIORITY,
    INSIGHT_TYPE,
    INSIGHT_BYS
} InsightBy;
extern const char *const insight_bys[]; /* "none", "queue", ..., NULL */

enum {
    INSIGHT_PERIODS_MAX = 1000,
    INSIGHT_GROUPS_MAX = 2000,
    INSIGHT_INCIDENTS_MAX = 200,
    INSIGHT_WINDOW_DAYS = 7, /* of a repeated contact */
    INSIGHT_PAGE_MAX = 500,
};

/* Tickets that were resolved in [from_ms, to_ms), incidents and service requests. */
typedef struct InsightAsk {
    int64_t from_ms, to_ms;
    const char *zone; /* days, weeks (from Monday) and months are civil ones of it */
    InsightUnit unit;
    InsightBy by;
    PtStr queue, store, category, channel; /* data NULL: any; "": without one */
    unsigned priorities, types;            /* bits by value; 0: any */
    const _Atomic bool *stop;              /* or NULL */
} InsightAsk;

typedef struct InsightCell {
    uint64_t resolved;    /* tickets */
    uint64_t first;       /* of them resolved at the first contact */
    uint64_t provisional; /* counted in `first`, and may yet fail: resolved under 7 days ago */
    uint64_t reopened, transferred, switched, repeated, contacted; /* why not, each for itself */
    int64_t sum_ms, p50_ms, p90_ms; /* to resolve, without waits for the requester, by the wall */
    int64_t business_sum_ms;        /* in business hours */
    int64_t wait_sum_ms;            /* for the requester */
    uint64_t met[WORK_CLOCKS], breached[WORK_CLOCKS]; /* rounds of clocks */
    uint64_t unjudged;                                /* tickets whose clocks were not asked yet */
    uint64_t invited, answered, satisfied;            /* satisfied: 4 or 5 of 5 */
    uint64_t scores[5];                               /* answers by score, from 1 */
} InsightCell;

typedef struct InsightPeriod {
    int64_t from_ms, to_ms;
    InsightCell cell;
} InsightPeriod;
typedef struct InsightGroup {
    PtStr value;
    InsightCell cell, before;
} InsightGroup;
typedef struct InsightIncident {
    int64_t number, opened_ms, resolved_ms; /* 0: still open */
    unsigned priority;
    PtStr category, store;
} InsightIncident;

/* All is in the arena. */
typedef struct InsightAnswer {
    int64_t from_ms, to_ms, before_ms, now_ms; /* the period before: [before_ms, from_ms) */
    InsightCell total, before;
    InsightPeriod *periods;
    InsightGroup *groups;       /* most resolved first; of by NONE none */
    InsightIncident *incidents; /* major ones that were open then, oldest first */
    size_t period_count, group_count, incident_count;
    uint64_t open, open_breached; /* now, of the same filter */
    int64_t open_oldest_ms;       /* opened; 0: none is open */
} InsightAnswer;

PT_NODISCARD PtStatus insight_figures(Insight *n, const InsightAsk *ask, PtArena *arena,
                                      InsightAnswer *ret_answer, PtError *err);

/* Major incidents that were open in [from_ms, to_ms), oldest first, at most INSIGHT_INCIDENTS_MAX;
 * all is in the arena. */
PT_NODISCARD PtStatus insight_incidents(Insight *n, int64_t from_ms, int64_t to_ms, PtArena *arena,
                                        InsightIncident **ret_list, size_t *ret_count,
                                        PtError *err);

/* 95 % interval of a share by Wilson; n 0: 0 and 1. */
typedef struct InsightInterval {
    double low, high;
} InsightInterval;
InsightInterval insight_wilson(uint64_t hits, uint64_t n);

/* ---- The tickets behind a number --------------------------------------------------------------
 */

#define INSIGHT_BEHIND_MAP(X)                                                                      \
    X(RESOLVED, "resolved")                                                                        \
    X(FIRST, "first")                                                                              \
    X(NOT_FIRST, "not_first")                                                                      \
    X(PROVISIONAL, "provisional")                                                                  \
    X(MET, "met")           /* some round of `clock` */                                            \
    X(BREACHED, "breached") /* likewise */                                                         \
    X(ANSWERED, "answered")                                                                        \
    X(SATISFIED, "satisfied")                                                                      \
    X(UNSATISFIED, "unsatisfied") /* 1 to 3 of 5 */
#define INSIGHT_BEHIND_ENUM(id, name) INSIGHT_##id,
typedef enum InsightBehind {
    INSIGHT_BEHIND_MAP(INSIGHT_BEHIND_ENUM) INSIGHT_BEHINDS
} InsightBehind;
#undef INSIGHT_BEHIND_ENUM

typedef struct InsightDrill {
    InsightAsk ask; /* unit and by are not looked at */
    InsightBehind behind;
    WorkClockKind clock;
    int64_t after; /* number of the last of the page before; 0: the first page */
    size_t max;    /* 1..INSIGHT_PAGE_MAX */
} InsightDrill;

typedef struct InsightTicket {
    int64_t number;
    DeskType type;
    unsigned priority;
    PtStr store, queue, category, channel;
    int64_t opened_ms, resolved_ms, took_ms, business_ms, wait_ms;
    int64_t contacts, reopened, transferred, switched, repeats;
    bool first, provisional, judged;
    int64_t score; /* 0: none */
    InsightVerdict verdict;
} InsightTicket;

/* By number. */
PT_NODISCARD PtStatus insight_tickets(Insight *n, const InsightDrill *drill, PtArena *arena,
                                      InsightTicket **ret_list, size_t *ret_count, PtError *err);
