// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/access.h" // AuditActor
#include "base/buf.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "events/events.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "platform/log.h"
#include "platform/sql.h"
#include "profiles/profiles.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Behaviour: the door of the module. What customers did, in columns (platform/columns.h), and the
 * questions about it: segmentation, funnel, retention, paths and what stands beside them in
 * docs/analytics.md. Columns are a view of the log, "behaviour", behind "profiles".
 *
 * Errors   PT_INVALID names the place in a query as a JSON pointer and the bound. PT_UNAVAILABLE:
 *          the view or the profiles are loading, or the question was stopped.
 * Threads  Any, but for the view's own step.
 */
typedef struct Behaviour Behaviour;

typedef struct BehaviourConfig {
    PtFs *fs;
    const PtClock *clock;
    const char *dir; /* of the columns; made when missing. Beside it stands dir.numbering */
    PtLog *log;
    PtSql *core; /* reports */
    Profiles *profiles;
    EventSources *sources; /* texts of the field `source`; NULL: none */
    size_t memory_bytes;   /* of rows before they are written */
    size_t query_bytes;    /* of one question */
    size_t threads;        /* of one question */
    size_t questions;      /* at once; more wait their turn */
} BehaviourConfig;

PT_NODISCARD PtStatus behaviour_open(const BehaviourConfig *config, Behaviour **ret_behaviour,
                                     PtError *err);
/* Before the log and the profiles are closed: stops what is being asked, takes no more questions.
 * Accepts NULL. */
void behaviour_stop(Behaviour *b);
void behaviour_close(Behaviour *b); /* after the views' threads; accepts NULL */

/* ---- The view (view.c) ----------------------------------------------------------------------- */

extern const char behaviour_view[]; /* "behaviour" */
/* What an EventViewDef wants, after "profiles"; ctx: the Behaviour. */
PtStatus behaviour_start(void *ctx, PtLogReader *reader, uint64_t next, const _Atomic bool *stop,
                         PtError *err);
PtStatus behaviour_step(void *ctx, PtLogReader *reader, PtSqlTx *tx, uint64_t *ret_next,
                        PtError *err);
PtStatus behaviour_committed(void *ctx, uint64_t next, PtError *err);
PtStatus behaviour_reset(PtSqlTx *tx, PtError *err);
bool behaviour_more(void *ctx); /* runs to merge, or rows that are to be made anew */
/* Who rebuilds the view (event_views_rebuild): called by behaviour_erase and behaviour_renew on
 * their threads. */
void behaviour_rebuilds(Behaviour *b, void (*fn)(void *ctx), void *ctx);

typedef struct BehaviourState {
    bool loading; /* it comes to where it was, after a start or a rebuild: no questions */
    uint64_t rows, memory_rows, bytes, next; /* next: rows below this offset can be asked about */
    uint64_t left_out;                       /* values over a bound, since the start */
    uint32_t runs, events, properties;
    uint64_t asked, failed; /* questions since the start */
} BehaviourState;
BehaviourState behaviour_state(Behaviour *b);
/* A collector for pt_metric_collector; ctx is the Behaviour. */
void behaviour_metrics(void *ctx, PtBuf *out);

/* Erasure (platform/columns.h, columns_erase): once it returns PT_OK no file and nothing in memory
 * holds what these identifiers did as theirs, or a text that `finds` says yes to. Waits for the
 * view's step. A kill in the middle: to be called again. */
PT_NODISCARD PtStatus behaviour_erase(Behaviour *b, const uint32_t *nodes, size_t count,
                                      bool (*finds)(void *ctx, PtStr text), void *ctx,
                                      PtError *err);

/* Rows of many events are to be somebody else's or nobody's (retention): all are made anew from the
 * log. Durable: no file holds the old ones when it returns PT_OK. */
PT_NODISCARD PtStatus behaviour_renew(Behaviour *b, PtError *err);

/* ---- Questions (query.c): docs/analytics.md ---------------------------------------------------
 */

typedef struct BehaviourAsk {
    PtStr query;     /* JSON */
    bool impersonal; /* PT_FORBIDDEN where a value that somebody gave would stand in the answer: of
                        a breakdown by a property or a context */
    const _Atomic bool *stop;   /* or NULL */
    _Atomic uint64_t *progress; /* rows read; or NULL */
} BehaviourAsk;

/* Appends the answer, one JSON object. PT_TOO_LARGE names the bound (memory, values, edges). */
PT_NODISCARD PtStatus behaviour_query(Behaviour *b, const BehaviourAsk *ask, PtArena *arena,
                                      PtBuf *out, PtError *err);
/* The query as it is understood: all members, normalised. */
PT_NODISCARD PtStatus behaviour_query_read(Behaviour *b, PtStr query, PtArena *arena, PtBuf *out,
                                           PtError *err);

typedef struct BehaviourCell {
    PtStr cell;   /* JSON as docs/analytics.md says */
    PtStr cursor; /* of the page before; "": the first one */
    size_t limit; /* of the page: 1..10,000 */
} BehaviourCell;
typedef struct BehaviourPerson {
    char id[37];
    PtStr name, detail;
} BehaviourPerson;
typedef struct BehaviourPeople {
    uint64_t count; /* behind the cell */
    BehaviourPerson *people;
    size_t people_count;
    PtStr next; /* cursor of the next page; "": none */
} BehaviourPeople;
/* The people behind a cell of the answer, by number of the person, so that pages are stable. A
 * person who is gone since (merged, erased) is counted and not named. */
PT_NODISCARD PtStatus behaviour_people(Behaviour *b, const BehaviourAsk *ask,
                                       const BehaviourCell *cell, PtArena *arena,
                                       BehaviourPeople *ret_people, PtError *err);

typedef struct BehaviourName { /* of an event or property, for whoever builds a query */
    PtStr kind;                /* events: "track", "page" ...; properties: "number|text|truth" */
    PtStr name;                /* or path: "properties.total", "context.device.type" */
} BehaviourName;
typedef struct BehaviourNames {
    BehaviourName *events, *properties; /* by name */
    size_t event_count, property_count;
} BehaviourNames;
PT_NODISCARD PtStatus behaviour_names(Behaviour *b, PtArena *arena, BehaviourNames *ret_names,
                                      PtError *err);

/* ---- Reports (reports.c): saved questions -----------------------------------------------------
 */

enum { BEHAVIOUR_REPORTS_MAX = 1000 };

typedef struct BehaviourReportEdit {
    PtStr name, description; /* 1..200, 0..2000 characters */
    PtStr query;             /* JSON, checked as behaviour_query_read */
    PtStr shown;             /* JSON of the console's: chart, notes on dates; up to 16 KiB */
} BehaviourReportEdit;

typedef struct BehaviourReport {
    PtStr id, name, description, kind, query, shown, changed_by;
    int64_t created_ms, changed_ms;
    int64_t version; /* rises with every change */
} BehaviourReport;

/* All is in the arena. By name. */
PT_NODISCARD PtStatus behaviour_reports(Behaviour *b, PtArena *arena, BehaviourReport **ret_reports,
                                        size_t *ret_count, PtError *err);
PT_NODISCARD PtStatus behaviour_report(Behaviour *b, PtStr id, PtArena *arena,
                                       BehaviourReport *ret_report, PtError *err);
/* Audited. PT_CONFLICT: the name is in use, or `version` is not the newest; PT_TOO_LARGE: there are
 * BEHAVIOUR_REPORTS_MAX. */
PT_NODISCARD PtStatus behaviour_report_add(Behaviour *b, const AuditActor *by,
                                           const BehaviourReportEdit *edit, char ret_id[static 37],
                                           PtError *err);
PT_NODISCARD PtStatus behaviour_report_save(Behaviour *b, const AuditActor *by, PtStr id,
                                            int64_t version, const BehaviourReportEdit *edit,
                                            PtArena *arena, PtError *err);
PT_NODISCARD PtStatus behaviour_report_delete(Behaviour *b, const AuditActor *by, PtStr id,
                                              PtArena *arena, PtError *err);
