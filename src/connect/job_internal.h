// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connect/job.h"

#include <pthread.h>
#include <stdatomic.h>

/* What the files of the jobs share. */

enum {
    JOB_PATH = 4300,
    JOB_UPLOADS_MAX = 64, /* parts being written at once: the most that api.workers may be */
    JOB_SAMPLES = 40,     /* of the rate, one a JOB_SHOW_MS */
    JOB_SHOW_MS = 250,
};

/* The job that runs, as it is right now. Under jobs->lock, but halt. */
typedef struct JobLive {
    char id[CONNECT_JOB_ID]; /* "": none runs */
    _Atomic bool halt;       /* its state was changed by a person */
    bool shown;              /* the figures below hold */
    ConnectProgress progress;
    double rows_per_s, events_per_s;
    int64_t end_ms;
    char waits[PT_ERROR_MESSAGE_MAX]; /* what it waits for; "" */
} JobLive;

struct ConnectJobs {
    ConnectJobsConfig c;
    char *dir; /* owned */
    pthread_mutex_t lock;
    pthread_cond_t wake; /* of both threads; on the monotonic clock */
    _Atomic bool stop;
    bool run_due, check_due;
    JobLive live;
    char uploads[JOB_UPLOADS_MAX][CONNECT_JOB_ID]; /* whose part is being written */
    char changes[CONNECT_CHANGES_KEPT][CONNECT_JOB_ID];
    uint64_t change_count;
    pthread_t runner, keeper;
    bool runner_on, keeper_on;
};

/* ---- job.c ---- */
void job_changed(ConnectJobs *jobs, const char *id);
/* Tells the threads that the state of this job is another now. */
void job_stir(ConnectJobs *jobs, const char *id);
/* Sleeps on jobs->wake; false once the jobs stop, or *halt (may be NULL) is true. */
bool job_sleep(ConnectJobs *jobs, int64_t ms, const _Atomic bool *halt);
void job_overlay(ConnectJobs *jobs, ConnectJob *job); /* live figures over the checkpoint's */

/* ---- job_store.c: within the caller's transaction ---- */
PT_NODISCARD PtStatus job_read(PtSqlTx *tx, PtStr id, ConnectJob *ret_job, PtError *err);
PT_NODISCARD PtStatus job_insert(PtSqlTx *tx, const ConnectJob *job, PtError *err);
PT_NODISCARD PtStatus job_save(PtSqlTx *tx, const ConnectJob *job, PtError *err);
PT_NODISCARD PtStatus job_checkpoint(PtSqlTx *tx, const char *id, const ConnectProgress *p,
                                     PtError *err);
PT_NODISCARD PtStatus job_put_mapping(PtSqlTx *tx, const char *id, PtStr mapping, PtStr recipe,
                                      PtError *err);
PT_NODISCARD PtStatus job_get_mapping(PtSqlTx *tx, PtStr id, PtArena *arena, PtStr *ret_mapping,
                                      PtStr *ret_recipe, PtError *err);
PT_NODISCARD PtStatus job_kept(PtSqlTx *tx, uint64_t *ret_files, uint64_t *ret_bytes, PtError *err);
PT_NODISCARD PtStatus job_put_refusal(PtSqlTx *tx, const char *id, const ConnectRefusal *r,
                                      PtError *err);
PT_NODISCARD PtStatus job_drop_refusals(PtSqlTx *tx, const char *id, PtError *err);
PT_NODISCARD PtStatus job_put_back(PtSqlTx *tx, PtError *err);
/* PT_CONFLICT when the job's file went into its source under another mapping. */
PT_NODISCARD PtStatus job_check_mapping(PtSqlTx *tx, const ConnectJob *job, PtError *err);

typedef enum JobQuery { JOB_QUEUED, JOB_UNCHECKED, JOB_LEFTOVER } JobQuery;
/* Its id, "" when there is none. before_ms: of leftovers. */
PT_NODISCARD PtStatus job_first(PtSqlTx *tx, JobQuery query, int64_t before_ms,
                                char ret_id[static CONNECT_JOB_ID], PtError *err);
PT_NODISCARD PtStatus job_read_list(PtSqlTx *tx, const ConnectJobsQuery *query, PtArena *arena,
                                    ConnectJob **ret_list, size_t *ret_count, PtError *err);
PT_NODISCARD PtStatus job_read_refusals(PtSqlTx *tx, PtStr id, uint64_t after, size_t limit,
                                        PtArena *arena, ConnectRefusals *ret_page, PtError *err);
/* A message as text for people: what is not UTF-8 becomes '?', cut between characters. */
void job_say(char *out, size_t size, const char *text);
/* Into the audit chain: action "import.<what>". */
PT_NODISCARD PtStatus job_audit(PtSqlTx *tx, int64_t now_ms, const ConnectJob *job,
                                const AuditActor *by, const char *what, PtError *err);

/* ---- job_file.c ---- */
typedef struct JobFile { /* a file as bytes in order */
    PtFs *fs;
    PtFile *file;
    uint64_t at;
    const _Atomic bool *stop; /* reading fails once it is true; may be NULL */
} JobFile;
PT_NODISCARD PtStatus job_path(const ConnectJobs *jobs, const char *id, char out[static JOB_PATH],
                               PtError *err);
PT_NODISCARD PtStatus job_file_make(ConnectJobs *jobs, const char *id, PtError *err);
PT_NODISCARD PtStatus job_file_write(ConnectJobs *jobs, const char *id, uint64_t at, PtStr bytes,
                                     PtError *err);
PT_NODISCARD PtStatus job_file_remove(ConnectJobs *jobs, const char *id, PtError *err);
PT_NODISCARD PtStatus job_file_open(ConnectJobs *jobs, const char *id, JobFile *ret_file,
                                    PtError *err);
void job_file_close(JobFile *file); /* accepts a zeroed one */
ConnectSource job_file_source(JobFile *file);
/* Removes files that no job keeps. */
PT_NODISCARD PtStatus job_files_sweep(ConnectJobs *jobs, PtError *err);

/* ---- threads ---- */
void *job_runner_main(void *ctx); /* job_run.c */
void *job_keeper_main(void *ctx); /* job_keep.c */

/* A transaction that reads the job, lets fn change it, saves it and says so in the audit. */
typedef struct JobChange {
    PtStr id;
    PtStatus (*fn)(ConnectJobs *jobs, PtSqlTx *tx, ConnectJob *job, void *ctx, PtError *err);
    void *ctx;
    const AuditActor *by;
    const char *what; /* NULL: nothing for the audit */
} JobChange;
PT_NODISCARD PtStatus job_change(ConnectJobs *jobs, const JobChange *change, ConnectJob *ret_job,
                                 PtError *err);
