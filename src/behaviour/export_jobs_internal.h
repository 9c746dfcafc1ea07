// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"
#include "behaviour/behaviour_internal.h"

#include <pthread.h>
#include <stdatomic.h>

/* Exports by a schedule, inside of the module. By file:
 *
 * export_jobs.c        the object, what people define
 * export_jobs_when.c   when the next one is due
 * export_jobs_store.c  jobs and runs as rows
 * export_jobs_place.c  folders and files
 * export_jobs_run.c    the thread that writes them
 * export_jobs_send.c   files to destinations
 * export_jobs_erase.c  files that hold somebody who was erased
 */
struct BehaviourJobs {
    BehaviourJobsConfig c;
    char *root, *outbox; /* c.root, c.outbox */
    pthread_mutex_t lock;
    pthread_cond_t wake; /* on the monotonic clock */
    bool woken;
    _Atomic bool stop;
    _Atomic bool halt; /* the run that is under way is to end: it was stopped, changed or removed */
    _Atomic bool erased; /* as somebody was erased */
    char running[37];    /* its job; "": none */
    unsigned erasures;   /* that look through files: none is sent meanwhile */
    pthread_t worker;
    bool started;
};

/* ---- export_jobs.c --------------------------------------------------------------------------- */

void export_jobs_wake(BehaviourJobs *jobs);
/* From here on a change of this job halts what the thread does; "": of none. */
void export_jobs_under_way(BehaviourJobs *jobs, PtStr job);
/* The same for a file that is to be sent. False: an erasure was looking through them (it waits
 * until that has ended), or it stops. */
bool export_jobs_may_send(BehaviourJobs *jobs, PtStr job);

/* ---- export_jobs_when.c ---------------------------------------------------------------------- */

/* The first instant of the schedule behind after_ms. A time of day that a change of clocks leaves
 * out is that long later; one that comes twice is the first. */
int64_t export_job_next(const BehaviourJobEdit *edit, const PtZone *zone, int64_t after_ms);

/* ---- export_jobs_store.c: within the caller's transaction -------------------------------------
 */

PT_NODISCARD PtStatus export_job_read(PtSqlTx *tx, PtStr id, PtArena *arena, BehaviourJob *ret_job,
                                      PtError *err);
PT_NODISCARD PtStatus export_jobs_read(PtSqlTx *tx, PtArena *arena, BehaviourJob **ret_list,
                                       size_t *ret_count, PtError *err);
PT_NODISCARD PtStatus export_runs_read(PtSqlTx *tx, PtStr job, PtArena *arena,
                                       BehaviourJobRun **ret_runs, size_t *ret_count, PtError *err);
PT_NODISCARD PtStatus export_run_read(PtSqlTx *tx, PtStr job, int64_t number, PtArena *arena,
                                      BehaviourJobRun *ret_run, PtError *err);
PT_NODISCARD PtStatus export_run_put(PtSqlTx *tx, PtStr job, const BehaviourJobRun *run,
                                     PtError *err);
/* Of runs with a file: number, file, sending, what, format; one without a number ends them. The
 * statement takes the job and a number. */
PT_NODISCARD PtStatus export_files_read(PtSqlTx *tx, const char *statement, PtStr job,
                                        int64_t number, PtArena *arena, BehaviourJobRun **ret_runs,
                                        PtError *err);
/* runs, failures and due_ms. */
PT_NODISCARD PtStatus export_job_place(PtSqlTx *tx, const BehaviourJob *job, PtError *err);
/* The statement takes what a definition binds: export_job_add, export_job_save. */
PT_NODISCARD PtStatus export_job_write(PtSqlTx *tx, const char *statement, const BehaviourJob *job,
                                       PtError *err);
/* Leaves the newest BEHAVIOUR_JOB_RUNS_KEPT, and those whose files are there. */
PT_NODISCARD PtStatus export_runs_trim(PtSqlTx *tx, PtStr job, PtError *err);
/* Of one that cannot be begun: a run as failed; the job, which is due, until later, with a run that
 * failed. */
PT_NODISCARD PtStatus export_run_fail(PtSqlTx *tx, PtStr job, int64_t number, int64_t now_ms,
                                      PtStr reason, PtError *err);
PT_NODISCARD PtStatus export_job_put_off(PtSqlTx *tx, PtStr job, int64_t now_ms, int64_t until_ms,
                                         PtStr reason, PtError *err);
/* A number that a statement without parameters gives; of no row, or of NULL, `none`. */
PT_NODISCARD PtStatus export_number(PtSqlTx *tx, const char *statement, int64_t none,
                                    int64_t *ret_number, PtError *err);

/* ---- export_jobs_place.c ----------------------------------------------------------------------
 */

bool export_folder_ok(PtStr folder);
enum { EXPORT_FILE_BYTES = 160, EXPORT_PATH_BYTES = BEHAVIOUR_JOB_FOLDER_MAX + EXPORT_FILE_BYTES };
/* "weekly-orders-20261123-0600-12.csv", of its local time and the run's number. */
void export_file_name(const BehaviourJob *job, const BehaviourJobRun *run, const PtZone *zone,
                      char out[static EXPORT_FILE_BYTES]);

/* A file that is being written, under another name until it is whole. */
typedef struct ExportFile {
    int folder, fd;
    char name[EXPORT_FILE_BYTES], part[EXPORT_FILE_BYTES + 8];
    int64_t bytes;
} ExportFile;
/* path: folder and name below the root. PT_CONFLICT: there is such a file. */
PT_NODISCARD PtStatus export_file_create(const char *root, PtStr path, ExportFile *ret_file,
                                         PtError *err);
PT_NODISCARD PtStatus export_file_write(ExportFile *file, PtStr bytes, PtError *err);
PT_NODISCARD PtStatus export_file_sync(ExportFile *file, PtError *err);
/* Gives it its name, durably. */
PT_NODISCARD PtStatus export_file_finish(ExportFile *file, PtError *err);
void export_file_close(ExportFile *file); /* what is not finished is removed */
/* Whether the whole file is there; the part of it is removed. */
PT_NODISCARD PtStatus export_file_settle(const char *root, PtStr path, bool *ret_whole,
                                         PtError *err);
/* To be read, by the caller; PT_NOT_FOUND. */
PT_NODISCARD PtStatus export_file_open(const char *root, PtStr path, int *ret_fd, PtError *err);
/* One that is gone already is fine. */
PT_NODISCARD PtStatus export_file_remove(const char *root, PtStr path, PtError *err);

/* ---- export_jobs_send.c -----------------------------------------------------------------------
 */

/* Where the run's file lies. */
const char *export_run_root(const BehaviourJobs *jobs, const BehaviourJobRun *run);
/* That a job's files may go to its destination. */
PT_NODISCARD PtStatus export_target_check(const BehaviourJobs *jobs, const BehaviourJobEdit *e,
                                          PtError *err);
/* Removes the files of a job that lie in the outbox, before its rows go. */
PT_NODISCARD PtStatus export_outbox_clear(const BehaviourJobs *jobs, PtSqlTx *tx, PtStr job,
                                          PtArena *arena, PtError *err);
/* Sends the file that is due first; *ret_found false: none is. PT_UNAVAILABLE: it was stopped. */
PT_NODISCARD PtStatus export_jobs_send_due(BehaviourJobs *jobs, bool *ret_found, PtError *err);

/* ---- export_jobs_run.c ------------------------------------------------------------------------
 */

void *export_jobs_main(void *ctx);
/* Runs that were under way when the server ended: done where their file is whole, else they are due
 * again. */
PT_NODISCARD PtStatus export_jobs_recover(BehaviourJobs *jobs, PtError *err);
/* What is due or waits, in the caller's thread, until nothing is. PT_UNAVAILABLE: later. */
PT_NODISCARD PtStatus export_jobs_run_due(BehaviourJobs *jobs, PtError *err);
/* Sets the timer to the next one that is due. */
PT_NODISCARD PtStatus export_jobs_arm(BehaviourJobs *jobs, PtError *err);
