// SPDX-License-Identifier: Apache-2.0
/* The thread that writes exports which are due or wait.
 *
 * A run's row says "running", with the file's name, before the file is begun; its figures are
 * committed before the file gets its name; then it says "done". So a start that finds a "running"
 * one knows from the file alone what became of it, and nothing is written twice or by halves.
 */
#include "base/json.h"
#include "behaviour/export_jobs_internal.h"
#include "export_jobs.sql.h"
#include "platform/diag.h"
#include "platform/loop.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    PIECE_BYTES = 64 << 20,
    ARENA_BYTES = 8 << 20,
    DETAIL_BYTES = 4 << 10, /* a path of quotes takes twice its bytes */
    AGAIN_MS = 1000,        /* of the machine's time, where there is no answer yet */
    RETRY_MS = 5 * 60000,   /* after a run that failed */
    RETRIES = 3,            /* in a row; then the schedule */
    PUT_OFF_MS = 3600000,   /* what cannot even be begun */
    RUNNING_MAX = 100,
    ZONE_BYTES = 65,
};

static const AuditActor server_itself = {.kind = AUDIT_SYSTEM};

/* One run. */
typedef struct Task {
    BehaviourJobs *jobs;
    PtArena *arena;
    PtStr id;       /* of the job, before it is read; data NULL: without memory */
    int64_t waited; /* the number of the run, where somebody asked for it; 0: it is due */
    PtZone *zone;
    BehaviourJob job;
    BehaviourJobRun run;
    char path[EXPORT_PATH_BYTES];
    PtError why; /* of a failure */
} Task;

static void warn(const char *what, const PtError *err)
{
    pt_diag(PT_DIAG_WARN, "export", what, PT_F_STR("problem", pt_str(err->message)));
}

PtStatus export_jobs_arm(BehaviourJobs *jobs, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    int64_t due_ms = INT64_MAX, try_ms = INT64_MAX;
    PtStatus st = pt_sql_begin(jobs->c.core, false, &tx, err);
    st = st == PT_OK ? export_number(tx, SQL_EXPORT_JOB_NEXT, INT64_MAX, &due_ms, err) : st;
    st = st == PT_OK ? export_number(tx, SQL_EXPORT_RUN_UNSENT_NEXT, INT64_MAX, &try_ms, err) : st;
    due_ms = try_ms < due_ms ? try_ms : due_ms;
    return st == PT_OK ? pt_timers_set(jobs->c.timers, BEHAVIOUR_JOB_TIMERS, 0, due_ms, err) : st;
}

/* ---- Beginning --------------------------------------------------------------------------------
 */

static PtStatus load_zone(Task *t, PtError *err)
{
    char name[ZONE_BYTES];
    (void)pt_str_copy(name, sizeof name, t->job.edit.zone);
    return pt_zone_load(name, NULL, &t->zone, err);
}

static void name_file(Task *t)
{
    char name[EXPORT_FILE_BYTES];
    export_file_name(&t->job, &t->run, t->zone, name);
    (void)snprintf(t->path, sizeof t->path, "%.*s%s%s", PT_STR_ARG(t->job.edit.folder),
                   t->job.edit.folder.len > 0 ? "/" : "", name);
    t->run.file = pt_str(t->path);
}

/* The row of one that is due by its schedule. */
static void plan_due(Task *t)
{
    t->run = (BehaviourJobRun){
        .number = ++t->job.runs, .cause = BEHAVIOUR_BY_SCHEDULE, .due_ms = t->job.due_ms};
}

/* Makes it "running", in one transaction with when the next is due. */
static PtStatus begin_run(Task *t, PtSqlTx *tx, PtError *err)
{
    const int64_t now_ms = pt_clock_now_ms(t->jobs->c.clock);
    t->run.outcome = BEHAVIOUR_RUN_RUNNING;
    t->run.started_ms = now_ms;
    t->run.what = t->job.edit.what;
    t->run.format = t->job.edit.format;
    t->run.sending = t->job.edit.destination.len > 0 ? BEHAVIOUR_SEND_WAITING : BEHAVIOUR_SEND_NONE;
    PtStatus st = load_zone(t, err);
    if (st != PT_OK) {
        return st;
    }
    if (t->run.cause == BEHAVIOUR_BY_SCHEDULE) {
        t->job.due_ms = export_job_next(&t->job.edit, t->zone, now_ms);
    }
    name_file(t);
    st = export_run_put(tx, t->job.id, &t->run, err);
    return st == PT_OK ? export_job_place(tx, &t->job, err) : st;
}

static PtStatus read_job(Task *t, PtSqlTx *tx, PtError *err)
{
    return t->id.data != NULL ? export_job_read(tx, t->id, t->arena, &t->job, err)
                              : pt_fail(err, PT_NO_MEMORY, "no memory for an export");
}

/* The job that is due first; *ret_found false: none is. */
static PtStatus find_due(Task *t, PtSqlTx *tx, bool *ret_found, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_EXPORT_JOB_DUE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, pt_clock_now_ms(t->jobs->c.clock));
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK && row) {
        t->id = pt_arena_str(t->arena, pt_sql_text(tx, 0));
    }
    pt_sql_done(tx);
    if (st != PT_OK || !row) {
        return st;
    }
    *ret_found = true;
    st = read_job(t, tx, err);
    if (st == PT_OK) {
        plan_due(t);
    }
    return st;
}

/* One that somebody asked for. */
static PtStatus find_waiting(Task *t, PtSqlTx *tx, bool *ret_found, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_EXPORT_RUN_WAITING, err);
    st = st == PT_OK ? pt_sql_step(tx, &row, err) : st;
    if (st == PT_OK && row) {
        t->id = pt_arena_str(t->arena, pt_sql_text(tx, 0));
        t->waited = pt_sql_i64(tx, 1);
    }
    pt_sql_done(tx);
    if (st != PT_OK || !row) {
        return st;
    }
    *ret_found = true;
    st = read_job(t, tx, err);
    return st == PT_OK ? export_run_read(tx, t->id, t->waited, t->arena, &t->run, err) : st;
}

/* ---- What cannot be begun ---------------------------------------------------------------------
 */

/* The trouble is that of one job, which must not keep the others from running. */
static bool is_of_one(PtStatus st)
{
    return st == PT_CORRUPT || st == PT_INVALID || st == PT_NOT_FOUND;
}

static PtStatus set_aside(Task *t, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const int64_t now_ms = pt_clock_now_ms(t->jobs->c.clock);
    PtStatus st = pt_sql_begin(t->jobs->c.core, true, &tx, err);
    warn("an export cannot be run", &t->why);
    if (st == PT_OK && t->waited > 0) {
        st = export_run_fail(tx, t->id, t->waited, now_ms, pt_str(t->why.message), err);
    } else if (st == PT_OK) {
        st =
            export_job_put_off(tx, t->id, now_ms, now_ms + PUT_OFF_MS, pt_str(t->why.message), err);
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

/* The next one as "running"; *ret_found false: there is none. */
static PtStatus begin_next(Task *t, bool *ret_found, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    BehaviourJobs *jobs = t->jobs;
    PtStatus st = pt_sql_begin(jobs->c.core, true, &tx, err);
    st = st == PT_OK ? find_waiting(t, tx, ret_found, err) : st;
    st = st == PT_OK && !*ret_found ? find_due(t, tx, ret_found, err) : st;
    if (st != PT_OK || !*ret_found) {
        return st;
    }
    st = begin_run(t, tx, err);
    export_jobs_under_way(jobs, t->job.id);
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

/* *ret_ready: it is begun; else it was set aside. */
static PtStatus take_next(Task *t, bool *ret_found, bool *ret_ready, PtError *err)
{
    PtStatus st = begin_next(t, ret_found, &t->why);
    *ret_ready = st == PT_OK && *ret_found;
    if (st == PT_OK) {
        return PT_OK;
    }
    if (*ret_found && t->id.data != NULL && is_of_one(st)) {
        return set_aside(t, err);
    }
    return pt_fail(err, st, "%s", t->why.message);
}

/* ---- Writing ----------------------------------------------------------------------------------
 */

static PtStatus copy_pieces(Task *t, BehaviourExport *e, ExportFile *file, PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf out;
    bool more = true;
    PtStatus st = PT_OK;
    pt_buf_init(&out, PIECE_BYTES);
    while (st == PT_OK && more) {
        pt_buf_clear(&out, PIECE_BYTES);
        st = atomic_load(&t->jobs->halt)
                 ? pt_fail(err, PT_UNAVAILABLE, "stopped")
                 : behaviour_export_next(e, &t->jobs->halt, &out, &more, err);
        st = st == PT_OK ? export_file_write(file, pt_buf_str(&out), err) : st;
        pt_background_offer();
    }
    t->run.rows = (int64_t)behaviour_export_done(e);
    t->run.bytes = file->bytes;
    return st;
}

static PtStatus save_run(Task *t, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    BehaviourJob now;
    PtStatus st = pt_sql_begin(t->jobs->c.core, true, &tx, err);
    st = st == PT_OK ? export_job_read(tx, t->job.id, t->arena, &now, err) : st; // it may be gone
    st = st == PT_OK ? export_run_put(tx, t->job.id, &t->run, err) : st;
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

static PtStatus write_file(Task *t, BehaviourExport *e, PtError *err)
{
    ExportFile file;
    PtStatus st = export_file_create(export_run_root(t->jobs, &t->run), t->run.file, &file, err);
    if (st != PT_OK) {
        return st;
    }
    st = copy_pieces(t, e, &file, err);
    st = st == PT_OK ? export_file_sync(&file, err) : st;
    st = st == PT_OK ? save_run(t, err) : st;
    st = st == PT_OK ? export_file_finish(&file, err) : st;
    export_file_close(&file);
    return st;
}

static PtStatus write_export(Task *t, PtError *err)
{
    const BehaviourJobEdit *e = &t->job.edit;
    Behaviour *b = t->jobs->c.behaviour;
    BehaviourReport report;
    BehaviourExport *out = NULL;
    PtStatus st = behaviour_report(b, e->report, t->arena, &report, err);
    if (st == PT_OK && report.changed_ms > t->job.changed_ms) {
        st = pt_fail(err, PT_CONFLICT,
                     "the report was changed by %.*s after the export was saved: saving the export "
                     "again agrees to it",
                     PT_STR_ARG(report.changed_by));
    }
    if (st == PT_OK) {
        const BehaviourExportAsk ask = {.ask = {.query = report.query, .stop = &t->jobs->halt},
                                        .what = e->what,
                                        .format = e->format,
                                        .cell = e->cell};
        st = behaviour_export_open(b, &ask, &out, err);
    }
    st = st == PT_OK ? write_file(t, out, err) : st;
    behaviour_export_close(out);
    return st;
}

/* ---- Ending -----------------------------------------------------------------------------------
 */

static PtStatus put_audit(const Task *t, PtSqlTx *tx, PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf detail;
    pt_buf_init(&detail, DETAIL_BYTES);
    PtJsonOut out = pt_json_out(&detail);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "what", pt_str(behaviour_export_names[t->job.edit.what]));
    pt_json_put_str(&out, "format", pt_str(behaviour_format_names[t->job.edit.format]));
    pt_json_put_i64(&out, "rows", t->run.rows);
    pt_json_put_str(&out, "file", t->run.file);
    pt_json_out_object_end(&out);
    const AuditEntry entry = {.by = &server_itself,
                              .action = "analytics.exported",
                              .subject_type = "export",
                              .subject = t->job.id,
                              .subject_name = t->job.edit.name,
                              .detail = pt_buf_str(&detail)};
    return pt_buf_status(&detail) == PT_OK
               ? audit_write(tx, t->run.finished_ms, &entry, err)
               : pt_fail(err, PT_NO_MEMORY, "no memory for an audit entry");
}

static PtStatus forget_file(const Task *t, PtSqlTx *tx, int64_t number, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_EXPORT_RUN_FORGET_FILE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, t->job.id);
    pt_sql_bind_i64(tx, 2, number);
    return pt_sql_finish(tx, err);
}

/* Removed before the rows forget them: what a kill leaves in between is removed again. */
static PtStatus drop_old(const Task *t, PtSqlTx *tx, PtError *err)
{
    BehaviourJobRun *old = NULL;
    PtStatus st = export_files_read(tx, SQL_EXPORT_RUN_OLD_FILES, t->job.id, t->job.edit.keep_files,
                                    t->arena, &old, err);
    for (size_t i = 0; st == PT_OK && old[i].number > 0; i++) {
        PtError why = {0};
        if (old[i].sending == BEHAVIOUR_SEND_WAITING) {
            continue; // until it is sent, or given up
        }
        if (export_file_remove(export_run_root(t->jobs, &old[i]), old[i].file, &why) != PT_OK) {
            warn("an old file was not removed", &why); // it is tried again
        } else {
            st = forget_file(t, tx, old[i].number, err);
        }
    }
    return st == PT_OK ? export_runs_trim(tx, t->job.id, err) : st;
}

/* After a failure it is tried again before the schedule says so, a few times. */
static void plan_next(const Task *t, BehaviourJob *now)
{
    const int64_t again_ms = t->run.finished_ms + RETRY_MS;
    const bool failed = t->run.outcome == BEHAVIOUR_RUN_FAILED;
    now->failures = failed                                 ? now->failures + 1
                    : t->run.outcome == BEHAVIOUR_RUN_DONE ? 0
                                                           : now->failures;
    if (failed && t->run.cause == BEHAVIOUR_BY_SCHEDULE && now->failures <= RETRIES &&
        again_ms < now->due_ms) {
        now->due_ms = again_ms;
    }
}

/* With what follows from it, in the caller's transaction. */
static PtStatus put_end(Task *t, PtSqlTx *tx, BehaviourJob *now, PtError *err)
{
    plan_next(t, now);
    if (t->run.outcome != BEHAVIOUR_RUN_DONE) {
        t->run.sending = BEHAVIOUR_SEND_NONE;
    }
    t->run.try_ms = t->run.sending == BEHAVIOUR_SEND_WAITING ? t->run.finished_ms : 0;
    PtStatus st = export_run_put(tx, t->job.id, &t->run, err);
    st = st == PT_OK ? export_job_place(tx, now, err) : st;
    if (st == PT_OK && t->run.outcome == BEHAVIOUR_RUN_DONE) {
        st = t->job.edit.what != BEHAVIOUR_EXPORT_ANSWER ? put_audit(t, tx, err) : PT_OK;
    }
    return st == PT_OK ? drop_old(t, tx, err) : st; // rows of failures must not pile up either
}

static PtStatus end_run(Task *t, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    BehaviourJob now;
    PtStatus st = pt_sql_begin(t->jobs->c.core, true, &tx, err);
    st = st == PT_OK ? export_job_read(tx, t->job.id, t->arena, &now, err) : st;
    st = st == PT_OK ? put_end(t, tx, &now, err) : st;
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

/* False: the server stops, and the row is left as a kill would leave it. */
static bool judge(Task *t, PtStatus st)
{
    BehaviourJobRun *r = &t->run;
    r->finished_ms = pt_clock_now_ms(t->jobs->c.clock);
    if (st == PT_OK) {
        r->outcome = BEHAVIOUR_RUN_DONE;
        return true;
    }
    if (atomic_load(&t->jobs->stop)) {
        return false;
    }
    const bool halted = atomic_load(&t->jobs->halt);
    r->outcome = halted ? BEHAVIOUR_RUN_INTERRUPTED : BEHAVIOUR_RUN_FAILED;
    if (halted && atomic_load(&t->jobs->erased)) {
        const bool asked = r->cause == BEHAVIOUR_BY_PERSON; // waits again; else is tried again soon
        r->outcome = asked ? BEHAVIOUR_RUN_WAITING : BEHAVIOUR_RUN_FAILED;
        r->finished_ms = asked ? 0 : r->finished_ms;
        r->reason = asked ? PT_STR("") : PT_STR("somebody was erased while it was written");
    } else {
        r->reason = halted ? PT_STR("the export was changed") : pt_str(t->why.message);
    }
    r->file = PT_STR("");
    r->rows = r->bytes = 0;
    return true;
}

static PtStatus run_one(Task *t, PtError *err)
{
    const int64_t begin_ms = pt_mono_ms();
    PtStatus st = write_export(t, &t->why);
    t->run.took_ms = pt_mono_ms() - begin_ms;
    if (!judge(t, st)) {
        return pt_fail(err, PT_UNAVAILABLE, "stopped");
    }
    st = end_run(t, err);
    return st == PT_NOT_FOUND ? PT_OK : st; // it was removed meanwhile
}

static PtStatus run_next(BehaviourJobs *jobs, bool *ret_found, PtError *err)
{
    Task t = {.jobs = jobs, .arena = pt_arena_new(ARENA_BYTES)};
    bool ready = false;
    *ret_found = false;
    PtStatus st = t.arena != NULL ? take_next(&t, ret_found, &ready, err)
                                  : pt_fail(err, PT_NO_MEMORY, "no memory for an export");
    st = st == PT_OK && ready ? run_one(&t, err) : st;
    export_jobs_under_way(jobs, PT_STR(""));
    pt_zone_free(t.zone);
    pt_arena_free(t.arena);
    return st;
}

PtStatus export_jobs_run_due(BehaviourJobs *jobs, PtError *err)
{
    bool found = true;
    PtStatus st = PT_OK;
    while (st == PT_OK && found && !atomic_load(&jobs->stop)) {
        st = run_next(jobs, &found, err);
        if (st == PT_OK && !found) {
            st = export_jobs_send_due(jobs, &found, err);
        }
    }
    return st == PT_OK ? export_jobs_arm(jobs, err) : st;
}

/* ---- The thread -------------------------------------------------------------------------------
 */

/* Under the lock: until woken, or where it is to look again, for a while. */
static void wait_for_work(BehaviourJobs *jobs, bool again)
{
    const int64_t until = pt_mono_ms() + AGAIN_MS;
    const struct timespec at = {until / 1000, until % 1000 * 1000000};
    while (!jobs->woken && !atomic_load(&jobs->stop) && (!again || pt_mono_ms() < until)) {
        if (again) {
            (void)pthread_cond_timedwait(&jobs->wake, &jobs->lock, &at);
        } else {
            (void)pthread_cond_wait(&jobs->wake, &jobs->lock);
        }
    }
    jobs->woken = false;
}

void *export_jobs_main(void *ctx)
{
    BehaviourJobs *jobs = ctx;
    bool again = false;
    pt_background();
    (void)pthread_mutex_lock(&jobs->lock);
    while (!atomic_load(&jobs->stop)) {
        wait_for_work(jobs, again);
        (void)pthread_mutex_unlock(&jobs->lock);
        PtError err = {0};
        again = behaviour_state(jobs->c.behaviour).loading;
        if (!again && !atomic_load(&jobs->stop) && export_jobs_run_due(jobs, &err) != PT_OK) {
            again = true;
            if (!atomic_load(&jobs->stop)) {
                warn("a run was not written down", &err);
            }
        }
        (void)pthread_mutex_lock(&jobs->lock);
    }
    (void)pthread_mutex_unlock(&jobs->lock);
    return NULL;
}

/* ---- After a kill -----------------------------------------------------------------------------
 */

typedef struct Left {
    PtStr job;
    int64_t number;
} Left;

static PtStatus find_left(PtSqlTx *tx, PtArena *arena, Left left[static RUNNING_MAX],
                          size_t *ret_count, PtError *err)
{
    size_t count = 0;
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_EXPORT_RUN_RUNNING, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, RUNNING_MAX);
    while (count < RUNNING_MAX && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        left[count] = (Left){pt_arena_str(arena, pt_sql_text(tx, 0)), pt_sql_i64(tx, 1)};
        if (left[count++].job.data == NULL) {
            st = pt_fail(err, PT_NO_MEMORY, "no memory for exports");
            break;
        }
    }
    pt_sql_done(tx);
    *ret_count = count;
    return st;
}

/* By its schedule it is due at once; what a person asked for waits again. */
static PtStatus begin_again(Task *t, PtSqlTx *tx, PtError *err)
{
    const BehaviourJobRun again = {.number = t->job.runs + 1,
                                   .cause = BEHAVIOUR_BY_PERSON,
                                   .due_ms = t->run.due_ms,
                                   .started_ms = t->run.finished_ms};
    if (t->run.cause == BEHAVIOUR_BY_SCHEDULE) {
        t->job.due_ms = t->run.finished_ms;
        return PT_OK;
    }
    t->job.runs++;
    return export_run_put(tx, t->job.id, &again, err);
}

static PtStatus end_left(BehaviourJobs *jobs, PtSqlTx *tx, PtArena *arena, const Left *l,
                         PtError *err)
{
    Task t = {.jobs = jobs, .arena = arena};
    bool whole = false;
    PtStatus st = export_job_read(tx, l->job, arena, &t.job, err);
    st = st == PT_OK ? export_run_read(tx, l->job, l->number, arena, &t.run, err) : st;
    if (st != PT_OK) {
        return st;
    }
    if (export_file_settle(export_run_root(jobs, &t.run), t.run.file, &whole, &t.why) != PT_OK) {
        warn("a broken file was not removed", &t.why); // its folder cannot be reached
    }
    t.run.finished_ms = pt_clock_now_ms(jobs->c.clock);
    t.run.outcome = BEHAVIOUR_RUN_DONE;
    if (!whole) {
        t.run.outcome = BEHAVIOUR_RUN_INTERRUPTED;
        t.run.reason = PT_STR("the server ended");
        t.run.file = PT_STR("");
        t.run.rows = t.run.bytes = 0;
        st = begin_again(&t, tx, err);
    }
    return st == PT_OK ? put_end(&t, tx, &t.job, err) : st;
}

PtStatus export_jobs_recover(BehaviourJobs *jobs, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA_BYTES);
    Left left[RUNNING_MAX];
    size_t count = 0;
    PtStatus st = arena != NULL ? pt_sql_begin(jobs->c.core, true, &tx, err)
                                : pt_fail(err, PT_NO_MEMORY, "no memory for exports");
    st = st == PT_OK ? find_left(tx, arena, left, &count, err) : st;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = end_left(jobs, tx, arena, &left[i], err);
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}
