// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/access.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "connect/import.h"
#include "connect/preview.h"
#include "events/events.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "platform/sql.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Imports as jobs of the server: a file comes in by parts, a person chooses a mapping, and a thread
 * beside the intake makes its rows events.
 *
 * Truth    table import_job; files in the folder, named by the job's id.
 * Once     messageId = file digest + row, as `patron import` makes them. A checkpoint in SQL tells
 *          how many events, from the first, are durable; the file is read again from its start and
 *          those are passed over. Events between the checkpoint and a kill are sent again and
 *          dropped by dedupe (counted as resent).
 * One      job runs at a time; others are queued in the order of their start.
 * Stop     connect_jobs_stop writes a checkpoint and leaves the job queued: it goes on by itself
 *          after the next open, as it does after a kill.
 * Errors   PT_NOT_FOUND: no such import. PT_CONFLICT: not in this state; the message tells it.
 * Threads  Any, but open, stop and free.
 */
enum {
    CONNECT_JOB_ID = 37,
    CONNECT_JOB_NAME = 801,       /* 200 characters and a NUL */
    CONNECT_PART_MAX = 2 << 20,   /* bytes of one part */
    CONNECT_JOBS_KEPT = 1000,     /* imports whose file is kept, at once */
    CONNECT_REFUSALS_MAX = 10000, /* rows kept of one import */
    CONNECT_REFUSAL_TEXT = 1000,  /* bytes kept of such a row */
    CONNECT_LEFTOVER_DAYS = 7,    /* after which a file that nothing is done with is removed */
    CONNECT_CHANGES_KEPT = 256,   /* of connect_jobs_changes */
};
#define CONNECT_JOB_BYTES_MAX (INT64_C(20) << 30) /* of one file */

/* The states, and what may be done in each (job_state.c). */
typedef enum ConnectJobState {
    CONNECT_UPLOADING, /* parts come in */
    CONNECT_CHECKING,  /* whole; its digest is being computed */
    CONNECT_READY,     /* wants a mapping and a start */
    CONNECT_QUEUED,
    CONNECT_RUNNING,
    CONNECT_PAUSED,
    CONNECT_DONE,
    CONNECT_FAILED, /* see reason; may be started again */
    CONNECT_CANCELLED,
    CONNECT_STATES
} ConnectJobState;

typedef enum ConnectJobStep {
    CONNECT_STEP_UPLOADED, /* the last byte is there */
    CONNECT_STEP_CHECKED,
    CONNECT_STEP_START,
    CONNECT_STEP_PICK,     /* the runner begins it */
    CONNECT_STEP_PUT_BACK, /* the server stops */
    CONNECT_STEP_PAUSE,
    CONNECT_STEP_RESUME,
    CONNECT_STEP_CANCEL,
    CONNECT_STEP_REMOVE, /* its file */
    CONNECT_STEP_FINISH,
    CONNECT_STEP_FAIL,
    CONNECT_STEPS
} ConnectJobStep;

const char *connect_job_state_name(ConnectJobState state);
bool connect_job_state_of(PtStr name, ConnectJobState *ret_state);
/* PT_CONFLICT says why the step is not possible. */
PT_NODISCARD PtStatus connect_job_step(ConnectJobState from, ConnectJobStep step,
                                       ConnectJobState *ret_to, PtError *err);

/* What came of the file so far. acked events are those before the checkpoint. */
typedef struct ConnectProgress {
    uint64_t bytes_read; /* of the file as stored */
    ConnectCounts rows;  /* as read; .events as made of them */
    uint64_t acked;      /* landed + duplicates + resent + quarantined */
    uint64_t landed, duplicates, resent, quarantined;
    uint64_t sent_max; /* events up to here may have been sent before the checkpoint was noted */
    uint64_t refusals; /* rows of table import_refusal */
} ConnectProgress;

typedef struct ConnectJob {
    char id[CONNECT_JOB_ID], name[CONNECT_JOB_NAME];
    char source[EVENT_SOURCE_NAME_MAX * 4 + 1];
    char source_id[CONNECT_JOB_ID]; /* "": the source is made at the start */
    ConnectJobState state;
    char reason[PT_ERROR_MESSAGE_MAX]; /* why it failed, waits or was ended; "" */
    char promised[CONNECT_DIGEST_TEXT], digest[CONNECT_DIGEST_TEXT]; /* "" when unknown */
    uint64_t bytes, uploaded;
    bool file_kept, has_mapping;
    char recipe[65]; /* "" */
    ConnectProgress progress;
    char note[160]; /* of the reader; "" */
    char created_by[160];
    int64_t created_ms, queued_ms, started_ms, changed_ms, finished_ms; /* 0: never */
    /* while it runs, over the last seconds; -1 otherwise */
    double rows_per_s, events_per_s;
    int64_t end_ms; /* estimate; 0 when there is none */
} ConnectJob;

typedef struct ConnectJobs ConnectJobs;

typedef struct ConnectJobsConfig {
    PtFs *fs;
    const char *dir; /* made when missing */
    PtSql *sql;      /* core database */
    const PtClock *clock;
    PtLog *log;
    EventIntake *intake;
    EventSources *sources;
    uint64_t disk_bytes; /* all files together */
    /* Runs when something of connect_jobs_changes is new, on any thread. May be NULL. */
    void (*on_change)(void *ctx);
    void *ctx;
} ConnectJobsConfig;

/* Queues again what was running, removes files without a job, starts the threads. */
PT_NODISCARD PtStatus connect_jobs_open(const ConnectJobsConfig *config, ConnectJobs **ret_jobs,
                                        PtError *err);
/* Ends the threads, the running job with a checkpoint: while log and intake still work. What is
 * asked for behind it is answered, but runs no more. Accepts NULL. */
void connect_jobs_stop(ConnectJobs *jobs);
void connect_jobs_free(ConnectJobs *jobs); /* accepts NULL; stops first */

/* ---- Making and feeding ---------------------------------------------------------------------- */

typedef struct ConnectJobNew {
    PtStr name, source; /* source: id or name; an unknown name is made at the start */
    uint64_t bytes;     /* 1..CONNECT_JOB_BYTES_MAX */
    PtStr sha256;       /* 64 lower-case hex digits, or empty */
} ConnectJobNew;

/* PT_TOO_LARGE: over disk_bytes or CONNECT_JOBS_KEPT. PT_CONFLICT: the source may not write the
 * past. */
PT_NODISCARD PtStatus connect_job_add(ConnectJobs *jobs, const ConnectJobNew *job,
                                      const AuditActor *by, ConnectJob *ret_job, PtError *err);

/* Bytes at offset, durable on return. What is there already is passed over. PT_CONFLICT: a gap, or
 * no part is taken in this state; *ret_job is set then too. PT_BUSY: another part of the import is
 * being written. PT_UNAVAILABLE: disk full; the same part may be sent again. */
PT_NODISCARD PtStatus connect_job_part(ConnectJobs *jobs, PtStr id, uint64_t offset, PtStr bytes,
                                       ConnectJob *ret_job, PtError *err);

/* data NULL: stays. The source may change until the first event was sent. */
PT_NODISCARD PtStatus connect_job_edit(ConnectJobs *jobs, PtStr id, PtStr name, PtStr source,
                                       const AuditActor *by, ConnectJob *ret_job, PtError *err);

/* One of recipe and mapping is not empty. PT_INVALID: not a mapping, or not one of this file, or no
 * such recipe. Until the first event was sent. */
PT_NODISCARD PtStatus connect_job_map(ConnectJobs *jobs, PtStr id, PtStr recipe, PtStr mapping,
                                      const AuditActor *by, ConnectJob *ret_job, PtError *err);

/* START, PAUSE, RESUME, CANCEL or REMOVE, by a person. */
PT_NODISCARD PtStatus connect_job_act(ConnectJobs *jobs, PtStr id, ConnectJobStep step,
                                      const AuditActor *by, ConnectJob *ret_job, PtError *err);

/* ---- Reading --------------------------------------------------------------------------------- */

PT_NODISCARD PtStatus connect_job_get(ConnectJobs *jobs, PtStr id, ConnectJob *ret_job,
                                      PtError *err);
typedef struct ConnectJobsQuery {
    ConnectJobState state; /* CONNECT_STATES: any */
    PtStr after;           /* behind the import of this id; empty: from the newest */
    size_t limit;
} ConnectJobsQuery;

/* Newest first, in the arena. */
PT_NODISCARD PtStatus connect_jobs_list(ConnectJobs *jobs, const ConnectJobsQuery *query,
                                        PtArena *arena, ConnectJob **ret_list, size_t *ret_count,
                                        PtError *err);
/* data NULL: none was chosen. */
PT_NODISCARD PtStatus connect_job_mapping(ConnectJobs *jobs, PtStr id, PtArena *arena,
                                          PtStr *ret_mapping, PtStr *ret_recipe, PtError *err);
/* Under its mapping or a guessed one. PT_CONFLICT: the file is not whole, was removed, or does not
 * read. */
PT_NODISCARD PtStatus connect_job_preview(ConnectJobs *jobs, PtStr id, PtArena *arena,
                                          ConnectPreview *ret_preview, PtError *err);

typedef struct ConnectRefusal {
    uint64_t number, row, line; /* number: from 1 in the file's order */
    PtStr column, reason, text; /* column may be empty */
} ConnectRefusal;

typedef struct ConnectRefusals {
    ConnectRefusal *rows;
    size_t count;
} ConnectRefusals;

/* Behind the number `after`, at most limit, in the arena. */
PT_NODISCARD PtStatus connect_job_refusals(ConnectJobs *jobs, PtStr id, uint64_t after,
                                           size_t limit, PtArena *arena, ConnectRefusals *ret_page,
                                           PtError *err);

/* Ids of imports that changed behind *at, each once, at most CONNECT_CHANGES_KEPT, and moves *at to
 * now. False: *at lies too far back, look at all. *at 0 at the start: now, no ids. */
bool connect_jobs_changes(ConnectJobs *jobs, uint64_t *at,
                          char ids[static CONNECT_CHANGES_KEPT][CONNECT_JOB_ID], size_t *ret_count);

/* ---- Erasure --------------------------------------------------------------------------------- */

/* Whether a piece of text holds one of those who are erased. */
typedef bool ConnectFindsFn(const void *ctx, PtStr text);

typedef struct ConnectErased {
    uint64_t files, refusals; /* removed */
    uint64_t waiting;         /* files of imports that run or are checked: not removed */
} ConnectErased;

/* Removes kept files that hold them, and their rows among the refused ones. May be done twice. */
PT_NODISCARD PtStatus connect_jobs_erase(ConnectJobs *jobs, ConnectFindsFn *finds, const void *ctx,
                                         ConnectErased *ret_erased, PtError *err);
