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
#include "platform/timers.h"
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
    const char *scratch;   /* folder of files without a name: Parquet before it is sent; NULL: the
                              system's */
    const char *duckdb;    /* file of DuckDB's library; "" or NULL: as the system finds it */
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

/* ---- Exports (export.c): docs/analytics.md, "Export" ------------------------------------------
 */

typedef enum BehaviourExportWhat {
    BEHAVIOUR_EXPORT_ANSWER, /* as a flat table */
    BEHAVIOUR_EXPORT_PEOPLE, /* behind a cell */
    BEHAVIOUR_EXPORT_EVENTS, /* of persons, that the query's event sets hold, in log order */
    BEHAVIOUR_EXPORTS,
} BehaviourExportWhat;
typedef enum BehaviourFormat {
    BEHAVIOUR_CSV,     /* RFC 4180 with a head; texts that a spreadsheet would run get a ' */
    BEHAVIOUR_JSONL,   /* an object a line; events as in the log's export */
    BEHAVIOUR_PARQUET, /* needs DuckDB's library; the first piece comes when all is written */
    BEHAVIOUR_FORMATS,
} BehaviourFormat;
extern const char *const behaviour_export_names[BEHAVIOUR_EXPORTS]; /* "answer" ... */
extern const char *const behaviour_format_names[BEHAVIOUR_FORMATS]; /* "csv" ... */
extern const char *const behaviour_format_types[BEHAVIOUR_FORMATS]; /* of HTTP */

typedef struct BehaviourExportAsk {
    BehaviourAsk ask; /* of people and events `impersonal` is not looked at */
    BehaviourExportWhat what;
    BehaviourFormat format;
    PtStr cell;    /* of PEOPLE */
    uint64_t from; /* of EVENTS: at this offset of the log or behind it */
} BehaviourExportAsk;

/* What was asked for, held while it is written out: an answer, or a bit a person or event. */
typedef struct BehaviourExport BehaviourExport;

/* Asks the question. PT_TOO_LARGE names the bound; PT_UNAVAILABLE what Parquet needs. */
PT_NODISCARD PtStatus behaviour_export_open(Behaviour *b, const BehaviourExportAsk *ask,
                                            BehaviourExport **ret_export, PtError *err);
/* The next piece, about 256 KiB; none where *ret_more is false. `stop` (or NULL) as in the ask. */
PT_NODISCARD PtStatus behaviour_export_next(BehaviourExport *e, const _Atomic bool *stop,
                                            PtBuf *out, bool *ret_more, PtError *err);
/* Rows that it will have (of people, some may be gone), and have been written. */
uint64_t behaviour_export_rows(const BehaviourExport *e);
uint64_t behaviour_export_done(const BehaviourExport *e);
/* Of EVENTS: what it holds lies below this offset of the log. */
uint64_t behaviour_export_end(const BehaviourExport *e);
void behaviour_export_close(BehaviourExport *e); /* accepts NULL */

/* An answer's rows: appends a JSON array of flat objects, and gives the names of their members,
 * which live as long as the program. ret_names holds BEHAVIOUR_TABLE_COLUMNS; NULL ends them. */
enum { BEHAVIOUR_TABLE_COLUMNS = 25 };
PT_NODISCARD PtStatus behaviour_answer_table(PtStr answer, const char **ret_names, PtBuf *out,
                                             PtError *err);

/* ---- Live questions (live.c): docs/analytics.md, "Live" ---------------------------------------
 */

/* One who listens. All who ask the same share one answer, which is found on the thread of one of
 * them; all of them together take at most a quarter of one core. */
typedef struct BehaviourLive BehaviourLive;

/* Finds the first answer, or takes the others'. every_ms: the least between two answers. Errors as
 * behaviour_query's; PT_TOO_LARGE: an answer of over 8 MiB. */
PT_NODISCARD PtStatus behaviour_live_open(Behaviour *b, const BehaviourAsk *ask, int64_t every_ms,
                                          BehaviourLive **ret_live, PtError *err);
/* Waits until there is an answer that this one was not given, the instant (pt_mono_ms) or *stop,
 * which is looked at every 200 ms. With *ret_new the answer is appended, and stands at the
 * watermark *ret_position; or, where it could not be found, its failing status is returned: there
 * may be another one later. PT_UNAVAILABLE without *ret_new: it was stopped. */
PT_NODISCARD PtStatus behaviour_live_next(BehaviourLive *l, int64_t until_mono_ms,
                                          const _Atomic bool *stop, PtBuf *out,
                                          uint64_t *ret_position, bool *ret_new, PtError *err);
void behaviour_live_close(BehaviourLive *l); /* accepts NULL; before behaviour_close */

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
 * BEHAVIOUR_REPORTS_MAX. One that an export needs is not deleted: PT_CONFLICT. */
PT_NODISCARD PtStatus behaviour_report_add(Behaviour *b, const AuditActor *by,
                                           const BehaviourReportEdit *edit, char ret_id[static 37],
                                           PtError *err);
PT_NODISCARD PtStatus behaviour_report_save(Behaviour *b, const AuditActor *by, PtStr id,
                                            int64_t version, const BehaviourReportEdit *edit,
                                            PtArena *arena, PtError *err);
PT_NODISCARD PtStatus behaviour_report_delete(Behaviour *b, const AuditActor *by, PtStr id,
                                              PtArena *arena, PtError *err);

/* ---- Exports by a schedule (export_jobs.c): docs/analytics.md, "By a schedule" -----------------
 *
 * A job writes what a report says to a new file below a folder of the server, over and over. Truth:
 * tables export_job and export_run; a file is there whole or not at all, and a run that a kill
 * broke off begins again. One runs at a time.
 */
enum {
    BEHAVIOUR_JOBS_MAX = 100,
    BEHAVIOUR_JOB_TIMERS = 9, /* kind of timer */
    BEHAVIOUR_JOB_RUNS_KEPT = 100,
    BEHAVIOUR_JOB_FILES_MAX = 100,
    BEHAVIOUR_JOB_FOLDER_MAX = 400, /* bytes */
};

typedef enum BehaviourEvery {
    BEHAVIOUR_HOURLY, /* at_min: 0..59 */
    BEHAVIOUR_DAILY,  /* at_min: 0..1439 */
    BEHAVIOUR_WEEKLY, /* and weekday: 1 Monday .. 7 */
    BEHAVIOUR_EVERIES,
} BehaviourEvery;
typedef enum BehaviourJobCause { BEHAVIOUR_BY_SCHEDULE, BEHAVIOUR_BY_PERSON } BehaviourJobCause;
typedef enum BehaviourJobOutcome {
    BEHAVIOUR_RUN_WAITING,
    BEHAVIOUR_RUN_RUNNING,
    BEHAVIOUR_RUN_DONE,
    BEHAVIOUR_RUN_FAILED,
    BEHAVIOUR_RUN_INTERRUPTED, /* by a stop or kill of the server, or a change of the job */
} BehaviourJobOutcome;
/* Of a run's file on its way to the job's destination. */
typedef enum BehaviourSending {
    BEHAVIOUR_SEND_NONE, /* it has none: the folder is the end */
    BEHAVIOUR_SEND_WAITING,
    BEHAVIOUR_SEND_SENT,
    BEHAVIOUR_SEND_FAILED,
} BehaviourSending;
extern const char *const behaviour_sending_names[]; /* "none" ... */
extern const char *const behaviour_every_names[];   /* "hour", "day", "week" */
extern const char *const behaviour_cause_names[];   /* "schedule", "person" */
extern const char *const behaviour_outcome_names[]; /* "waiting" ... */

typedef struct BehaviourJobEdit {
    PtStr name;   /* 1..200 characters */
    PtStr report; /* id */
    BehaviourExportWhat what;
    BehaviourFormat format;
    PtStr cell; /* of PEOPLE; JSON */
    BehaviourEvery every;
    int64_t at_min, weekday;
    PtStr zone, folder; /* folder: below the root, made when missing; "": the root itself. With a
                           destination: in front of the file's name there */
    PtStr destination;  /* "": files stay in the folder */
    int64_t keep_files; /* 1..BEHAVIOUR_JOB_FILES_MAX */
    bool enabled;
} BehaviourJobEdit;

typedef struct BehaviourJobRun {
    int64_t number; /* 0: there is none */
    BehaviourJobCause cause;
    BehaviourJobOutcome outcome;
    PtStr reason, file; /* file: below the root; "": none, or removed since */
    int64_t due_ms, started_ms, finished_ms, rows, bytes;
    int64_t took_ms; /* of the machine's time */
    BehaviourSending sending;
    int64_t tries;            /* to send it, that failed */
    int64_t try_ms;           /* of WAITING: when next; of SENT: when it was */
    PtStr place, trouble;     /* where it was sent to; why the last try failed */
    BehaviourExportWhat what; /* of its file: what its export said then */
    BehaviourFormat format;
} BehaviourJobRun;

typedef struct BehaviourJob {
    PtStr id;
    BehaviourJobEdit edit;
    PtStr report_name;
    int64_t version, created_ms, changed_ms;
    PtStr changed_by;
    int64_t runs, failures, due_ms;
    BehaviourJobRun last;
} BehaviourJob;

/* Where files can be sent; a module that this one does not know. All NULL: nowhere. */
typedef struct BehaviourFile {
    int fd;
    int64_t bytes;
    PtStr name, id; /* id: equal when it is sent again */
    BehaviourFormat format;
    bool people; /* it tells of persons */
} BehaviourFile;
typedef struct BehaviourSent {
    bool sent, again; /* not sent: whether trying again can help */
    int64_t wait_ms;  /* the receiver asked for so long; 0: it did not */
    char place[601], why[256];
} BehaviourSent;
typedef struct BehaviourTarget {
    PtStr id, name, kind;
} BehaviourTarget;
typedef struct BehaviourTargets {
    void *ctx;
    PtStatus (*list)(void *ctx, PtArena *arena, BehaviourTarget **ret_list, size_t *ret_count,
                     PtError *err);
    /* PT_INVALID: it may not get such files. */
    PtStatus (*takes)(void *ctx, PtStr id, bool people, PtError *err);
    /* PT_UNAVAILABLE: *stop. */
    PtStatus (*put)(void *ctx, PtStr id, const BehaviourFile *file, const _Atomic bool *stop,
                    BehaviourSent *ret_sent, PtError *err);
} BehaviourTargets;

typedef struct BehaviourJobs BehaviourJobs;
typedef struct BehaviourJobsConfig {
    Behaviour *behaviour;
    PtSql *core;
    const PtClock *clock;
    PtTimers *timers;   /* not yet started: the kind is registered */
    const char *root;   /* "": there is none, and no job without a destination can be made */
    const char *outbox; /* files of those with one, until they are sent and as long as they are
                           kept; made when missing; "" or NULL: none can have one */
    BehaviourTargets targets;
} BehaviourJobsConfig;

/* Ends what a kill left, and sets the timer. */
PT_NODISCARD PtStatus behaviour_jobs_open(const BehaviourJobsConfig *config,
                                          BehaviourJobs **ret_jobs, PtError *err);
PT_NODISCARD PtStatus behaviour_jobs_start(BehaviourJobs *jobs, PtError *err); /* the thread */
void behaviour_jobs_stop(BehaviourJobs *jobs); /* before behaviour_stop; accepts NULL */
void behaviour_jobs_free(BehaviourJobs *jobs); /* behind the timers; accepts NULL; stops first */

bool behaviour_jobs_possible(const BehaviourJobs *jobs); /* there is a root */
PT_NODISCARD PtStatus behaviour_jobs_targets(BehaviourJobs *jobs, PtArena *arena,
                                             BehaviourTarget **ret_list, size_t *ret_count,
                                             PtError *err);
/* Sends a file of one line there, now; audited. PT_INVALID: it takes no files. */
PT_NODISCARD PtStatus behaviour_jobs_try(BehaviourJobs *jobs, const AuditActor *by, PtStr target,
                                         const _Atomic bool *stop, BehaviourSent *ret_sent,
                                         PtError *err);
/* A run's file that waits or failed to be sent is tried at once. PT_CONFLICT: it is neither. */
PT_NODISCARD PtStatus behaviour_job_send(BehaviourJobs *jobs, const AuditActor *by, PtStr id,
                                         int64_t number, PtError *err);
/* All is in the arena; by name. */
PT_NODISCARD PtStatus behaviour_jobs_list(BehaviourJobs *jobs, PtArena *arena,
                                          BehaviourJob **ret_list, size_t *ret_count, PtError *err);
PT_NODISCARD PtStatus behaviour_job_get(BehaviourJobs *jobs, PtStr id, PtArena *arena,
                                        BehaviourJob *ret_job, PtError *err);
/* Audited. PT_INVALID names the field; PT_CONFLICT: the name is in use, there is no root, or
 * `version` is not the newest; PT_TOO_LARGE: there are BEHAVIOUR_JOBS_MAX. A run that is under way
 * ends interrupted. */
PT_NODISCARD PtStatus behaviour_job_add(BehaviourJobs *jobs, const AuditActor *by,
                                        const BehaviourJobEdit *edit, char ret_id[static 37],
                                        PtError *err);
PT_NODISCARD PtStatus behaviour_job_save(BehaviourJobs *jobs, const AuditActor *by, PtStr id,
                                         int64_t version, const BehaviourJobEdit *edit,
                                         PtError *err);
PT_NODISCARD PtStatus
behaviour_job_delete(BehaviourJobs *jobs, const AuditActor *by, PtStr id,
                     PtError *err); /* its files stay in a folder, and go from the outbox */
/* As soon as no other runs, also where it is disabled. PT_CONFLICT: it waits or runs. */
PT_NODISCARD PtStatus behaviour_job_run(BehaviourJobs *jobs, const AuditActor *by, PtStr id,
                                        PtError *err);
/* Newest first: BEHAVIOUR_JOB_RUNS_KEPT. */
PT_NODISCARD PtStatus behaviour_job_runs(BehaviourJobs *jobs, PtStr id, PtArena *arena,
                                         BehaviourJobRun **ret_runs, size_t *ret_count,
                                         PtError *err);
/* The file of a run that is done, open to be read; texts in the arena. PT_NOT_FOUND: no such run,
 * or its file is gone. */
typedef struct BehaviourJobFile {
    BehaviourJob job;
    BehaviourJobRun run;
    int fd; /* the caller closes it */
} BehaviourJobFile;
PT_NODISCARD PtStatus behaviour_job_file(BehaviourJobs *jobs, PtStr id, int64_t number,
                                         PtArena *arena, BehaviourJobFile *ret_file, PtError *err);
/* Somebody was erased: kept files of people and events in which one of the texts stands are
 * removed, and Parquet ones, which nobody can look into; what is being written begins anew.
 * *ret_count: how many. */
PT_NODISCARD PtStatus behaviour_jobs_erase(BehaviourJobs *jobs,
                                           bool (*finds)(const void *ctx, PtStr text),
                                           const void *ctx, size_t *ret_count, PtError *err);
