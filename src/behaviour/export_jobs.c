// SPDX-License-Identifier: Apache-2.0
/* Exports by a schedule: the object, and what people define. */
#include "base/json.h"
#include "base/rng.h"
#include "base/uuid.h"
#include "behaviour/export_jobs_internal.h"
#include "export_jobs.sql.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    NAME_MAX = 200, /* characters */
    CELL_BYTES = 4 << 10,
    HOUR_MIN = 60,
    DAY_MIN = 1440,
    WEEK = 7,
    DETAIL_BYTES = 16 << 10,
    ARENA_BYTES = 16 << 20,
    JSON_DEPTH = 32,
    ZONE_BYTES = 64,
    OUTBOX_MODE = 0700,
};

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for exports");
}

/* ---- The object -------------------------------------------------------------------------------
 */

void export_jobs_wake(BehaviourJobs *jobs)
{
    (void)pthread_mutex_lock(&jobs->lock);
    jobs->woken = true;
    (void)pthread_cond_broadcast(&jobs->wake);
    (void)pthread_mutex_unlock(&jobs->lock);
}

static void set_running(BehaviourJobs *jobs, PtStr job)
{
    atomic_store(&jobs->halt, atomic_load(&jobs->stop)); // of this one, from here on
    atomic_store(&jobs->erased, false);
    (void)pt_str_copy(jobs->running, sizeof jobs->running, job);
    (void)pthread_cond_broadcast(&jobs->wake); // an erasure may wait for it
}

void export_jobs_under_way(BehaviourJobs *jobs, PtStr job)
{
    (void)pthread_mutex_lock(&jobs->lock);
    set_running(jobs, job);
    (void)pthread_mutex_unlock(&jobs->lock);
}

bool export_jobs_may_send(BehaviourJobs *jobs, PtStr job)
{
    (void)pthread_mutex_lock(&jobs->lock);
    const bool may = jobs->erasures == 0;
    while (jobs->erasures > 0 && !atomic_load(&jobs->stop)) {
        (void)pthread_cond_wait(&jobs->wake, &jobs->lock);
    }
    if (may) {
        set_running(jobs, job);
    }
    (void)pthread_mutex_unlock(&jobs->lock);
    return may;
}

static PtStatus on_timers(void *ctx, const PtTimer *timers, size_t count, PtError *err)
{
    (void)timers;
    (void)count;
    (void)err;
    export_jobs_wake(ctx);
    return PT_OK;
}

static void init_locks(BehaviourJobs *jobs)
{
    pthread_condattr_t attr;
    (void)pthread_mutex_init(&jobs->lock, NULL);
    (void)pthread_condattr_init(&attr); // these cannot fail with glibc
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&jobs->wake, &attr);
    (void)pthread_condattr_destroy(&attr);
}

static PtStatus make_outbox(const BehaviourJobs *jobs, PtError *err)
{
    const char *dir = jobs->outbox;
    return dir[0] == '\0' || mkdir(dir, OUTBOX_MODE) == 0 || errno == EEXIST
               ? PT_OK
               : pt_fail(err, pt_status_of_errno(errno), "cannot make the folder \"%s\": %s", dir,
                         strerror(errno));
}

PtStatus behaviour_jobs_open(const BehaviourJobsConfig *config, BehaviourJobs **ret_jobs,
                             PtError *err)
{
    BehaviourJobs *jobs = calloc(1, sizeof *jobs);
    if (jobs == NULL) {
        return no_memory(err);
    }
    jobs->c = *config;
    jobs->woken = true; // what waits from before
    init_locks(jobs);
    pt_timers_kind(config->timers, BEHAVIOUR_JOB_TIMERS, "exports", on_timers, jobs);
    jobs->c.root = jobs->root = strdup(config->root);
    jobs->c.outbox = jobs->outbox = strdup(config->outbox != NULL ? config->outbox : "");
    PtStatus st =
        jobs->root != NULL && jobs->outbox != NULL ? make_outbox(jobs, err) : no_memory(err);
    st = st == PT_OK ? export_jobs_recover(jobs, err) : st;
    st = st == PT_OK ? export_jobs_arm(jobs, err) : st;
    if (st != PT_OK) {
        behaviour_jobs_free(jobs);
        return st;
    }
    *ret_jobs = jobs;
    return PT_OK;
}

PtStatus behaviour_jobs_start(BehaviourJobs *jobs, PtError *err)
{
    if (pthread_create(&jobs->worker, NULL, export_jobs_main, jobs) != 0) {
        return pt_fail(err, PT_UNAVAILABLE, "cannot start the thread of exports");
    }
    jobs->started = true;
    return PT_OK;
}

void behaviour_jobs_stop(BehaviourJobs *jobs)
{
    if (jobs == NULL || !jobs->started) {
        return;
    }
    (void)pthread_mutex_lock(&jobs->lock);
    atomic_store(&jobs->stop, true);
    atomic_store(&jobs->halt, true);
    (void)pthread_cond_broadcast(&jobs->wake);
    (void)pthread_mutex_unlock(&jobs->lock);
    (void)pthread_join(jobs->worker, NULL);
    jobs->started = false;
}

void behaviour_jobs_free(BehaviourJobs *jobs)
{
    if (jobs == NULL) {
        return;
    }
    behaviour_jobs_stop(jobs);
    (void)pthread_cond_destroy(&jobs->wake);
    (void)pthread_mutex_destroy(&jobs->lock);
    free(jobs->root);
    free(jobs->outbox);
    free(jobs);
}

/* ---- Reading ----------------------------------------------------------------------------------
 */

bool behaviour_jobs_possible(const BehaviourJobs *jobs)
{
    return jobs->root[0] != '\0';
}

PtStatus behaviour_jobs_list(BehaviourJobs *jobs, PtArena *arena, BehaviourJob **ret_list,
                             size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(jobs->c.core, false, &tx, err);
    return st == PT_OK ? export_jobs_read(tx, arena, ret_list, ret_count, err) : st;
}

PtStatus behaviour_job_get(BehaviourJobs *jobs, PtStr id, PtArena *arena, BehaviourJob *ret_job,
                           PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(jobs->c.core, false, &tx, err);
    return st == PT_OK ? export_job_read(tx, id, arena, ret_job, err) : st;
}

PtStatus behaviour_job_runs(BehaviourJobs *jobs, PtStr id, PtArena *arena,
                            BehaviourJobRun **ret_runs, size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    BehaviourJob job;
    PtStatus st = pt_sql_begin(jobs->c.core, false, &tx, err);
    st = st == PT_OK ? export_job_read(tx, id, arena, &job, err) : st;
    return st == PT_OK ? export_runs_read(tx, id, arena, ret_runs, ret_count, err) : st;
}

PtStatus behaviour_job_file(BehaviourJobs *jobs, PtStr id, int64_t number, PtArena *arena,
                            BehaviourJobFile *ret_file, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    BehaviourJobFile *f = ret_file;
    PtStatus st = pt_sql_begin(jobs->c.core, false, &tx, err);
    st = st == PT_OK ? export_job_read(tx, id, arena, &f->job, err) : st;
    st = st == PT_OK ? export_run_read(tx, id, number, arena, &f->run, err) : st;
    if (st != PT_OK) {
        return st;
    }
    return f->run.outcome == BEHAVIOUR_RUN_DONE && f->run.file.len > 0
               ? export_file_open(export_run_root(jobs, &f->run), f->run.file, &f->fd, err)
               : pt_fail(err, PT_NOT_FOUND, "the run has no file, or it was removed since");
}

/* ---- An edit, checked -------------------------------------------------------------------------
 */

static PtStatus check_name(PtStr name, PtError *err)
{
    size_t characters = 0;
    bool plain = name.len > 0 && pt_utf8_valid(name);
    for (size_t i = 0; i < name.len; i++) {
        const unsigned char c = (unsigned char)name.data[i];
        plain = plain && c >= ' ' && c != 0x7f;
        characters += (c & 0xc0U) != 0x80;
    }
    return plain && characters <= NAME_MAX
               ? PT_OK
               : pt_fail(err, PT_INVALID, "name: not 1 to %d characters of UTF-8", NAME_MAX);
}

static PtStatus check_cell(const BehaviourJobEdit *e, PtError *err)
{
    if (e->cell.len > CELL_BYTES) {
        return pt_fail(err, PT_TOO_LARGE, "cell: is over %d bytes", CELL_BYTES);
    }
    return pt_json_check(e->cell, JSON_DEPTH, NULL) == PT_OK && e->cell.data[0] == '{'
               ? PT_OK
               : pt_fail(err, PT_INVALID, "cell: not a JSON object");
}

static PtStatus check_when(const BehaviourJobEdit *e, PtError *err)
{
    const int64_t minutes = e->every == BEHAVIOUR_HOURLY ? HOUR_MIN : DAY_MIN;
    if (e->at_min < 0 || e->at_min >= minutes) {
        return pt_fail(err, PT_INVALID, "at_min: not 0..%lld", (long long)minutes - 1);
    }
    return e->weekday >= 1 && e->weekday <= WEEK
               ? PT_OK
               : pt_fail(err, PT_INVALID, "weekday: not 1..%d", WEEK);
}

static PtStatus check_place(const BehaviourJobs *jobs, const BehaviourJobEdit *e, PtError *err)
{
    if (e->destination.len == 0 && !behaviour_jobs_possible(jobs)) {
        return pt_fail(err, PT_CONFLICT,
                       "export.root is not set: whoever runs the server says where exports may be "
                       "written");
    }
    if (!export_folder_ok(e->folder)) {
        return pt_fail(err, PT_INVALID, "folder: not a path below export.root of up to %d bytes",
                       BEHAVIOUR_JOB_FOLDER_MAX);
    }
    if (e->keep_files < 1 || e->keep_files > BEHAVIOUR_JOB_FILES_MAX) {
        return pt_fail(err, PT_INVALID, "keep_files: not 1..%d", BEHAVIOUR_JOB_FILES_MAX);
    }
    return e->destination.len > 0 ? export_target_check(jobs, e, err) : PT_OK;
}

static PtStatus check_edit(const BehaviourJobs *jobs, const BehaviourJobEdit *e, PtError *err)
{
    PtStatus st = check_place(jobs, e, err);
    st = st == PT_OK ? check_name(e->name, err) : st;
    st = st == PT_OK ? check_cell(e, err) : st;
    return st == PT_OK ? check_when(e, err) : st;
}

/* Its next instant from now on. */
static PtStatus next_due(const BehaviourJobs *jobs, const BehaviourJobEdit *e, int64_t *ret_ms,
                         PtError *err)
{
    PT_CLEANUP(pt_zone_freep) PtZone *zone = NULL;
    char name[ZONE_BYTES];
    PtStatus st = pt_str_copy(name, sizeof name, e->zone)
                      ? pt_zone_load(name, NULL, &zone, err)
                      : pt_fail(err, PT_INVALID, "over %d bytes", ZONE_BYTES - 1);
    if (st == PT_INVALID || st == PT_NOT_FOUND) {
        return pt_fail(err, PT_INVALID, "zone: \"%s\" is none of the IANA time zones", name);
    }
    if (st == PT_OK) {
        *ret_ms = export_job_next(e, zone, pt_clock_now_ms(jobs->c.clock));
    }
    return st;
}

/* ---- Changes ----------------------------------------------------------------------------------
 */

typedef struct Change {
    BehaviourJobs *jobs;
    const AuditActor *by;
    PtArena *arena;
    PtSqlTx *tx;
    BehaviourJob job;
} Change;

static PtStatus begin_change(Change *c, PtError *err)
{
    c->arena = pt_arena_new(ARENA_BYTES);
    return c->arena != NULL ? PT_OK : no_memory(err);
}

static PtStatus put_audit(const Change *c, const char *action, PtError *err)
{
    const BehaviourJobEdit *e = &c->job.edit;
    PT_CLEANUP(pt_buf_done) PtBuf detail;
    pt_buf_init(&detail, DETAIL_BYTES);
    PtJsonOut out = pt_json_out(&detail);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "name", e->name);
    pt_json_put_str(&out, "report", e->report);
    pt_json_put_str(&out, "what", pt_str(behaviour_export_names[e->what]));
    pt_json_put_str(&out, "format", pt_str(behaviour_format_names[e->format]));
    pt_json_put_str(&out, "every", pt_str(behaviour_every_names[e->every]));
    pt_json_put_str(&out, "folder", e->folder);
    pt_json_put_str(&out, "destination", e->destination);
    pt_json_put_bool(&out, "enabled", e->enabled);
    pt_json_out_object_end(&out);
    const AuditEntry entry = {.by = c->by,
                              .action = action,
                              .subject_type = "export",
                              .subject = c->job.id,
                              .subject_name = e->name,
                              .detail = pt_buf_str(&detail)};
    return pt_buf_status(&detail) == PT_OK
               ? audit_write(c->tx, pt_clock_now_ms(c->jobs->c.clock), &entry, err)
               : no_memory(err);
}

/* What is under way of it is to end; the thread looks anew. */
static PtStatus end_change(Change *c, const char *action, bool halts, PtError *err)
{
    BehaviourJobs *jobs = c->jobs;
    PtStatus st = put_audit(c, action, err);
    st = st == PT_OK ? pt_sql_commit(&c->tx, err) : st;
    if (st != PT_OK) {
        return st;
    }
    (void)pthread_mutex_lock(&jobs->lock);
    if (halts && pt_str_eq(c->job.id, pt_str(jobs->running))) {
        atomic_store(&jobs->halt, true);
    }
    (void)pthread_mutex_unlock(&jobs->lock);
    export_jobs_wake(jobs);
    return PT_OK;
}

static void done_change(Change *c)
{
    pt_sql_rollback(PT_TAKE(c->tx));
    pt_arena_free(c->arena);
}

static PtStatus there_is_room(const Change *c, PtError *err)
{
    int64_t count = 0;
    PtStatus st = export_number(c->tx, SQL_EXPORT_JOB_COUNT, 0, &count, err);
    return st == PT_OK && count >= BEHAVIOUR_JOBS_MAX
               ? pt_fail(err, PT_TOO_LARGE, "there are %d exports, and no room for more",
                         BEHAVIOUR_JOBS_MAX)
               : st;
}

/* The definition, with when it is due, as it is to stand; then the transaction. */
static PtStatus take_edit(Change *c, const BehaviourJobEdit *edit, PtError *err)
{
    BehaviourReport report;
    PtStatus st = check_edit(c->jobs, edit, err);
    st = st == PT_OK ? next_due(c->jobs, edit, &c->job.due_ms, err) : st;
    if (st != PT_OK) {
        return st;
    }
    st = behaviour_report(c->jobs->c.behaviour, edit->report, c->arena, &report, err);
    if (st != PT_OK) {
        return st == PT_NOT_FOUND ? pt_fail(err, PT_INVALID, "report: none has that id") : st;
    }
    c->job.edit = *edit;
    c->job.changed_ms = pt_clock_now_ms(c->jobs->c.clock);
    c->job.changed_by = audit_actor_name(c->by);
    return pt_sql_begin(c->jobs->c.core, true, &c->tx, err);
}

PtStatus behaviour_job_add(BehaviourJobs *jobs, const AuditActor *by, const BehaviourJobEdit *edit,
                           char ret_id[static 37], PtError *err)
{
    uint8_t random[10];
    char id[PT_UUID_TEXT];
    Change c = {.jobs = jobs, .by = by};
    pt_random_bytes(random, sizeof random);
    c.job.id = pt_uuid_format(pt_uuid7(pt_clock_now_ms(pt_clock_real()), random), id);
    PtStatus st = begin_change(&c, err);
    st = st == PT_OK ? take_edit(&c, edit, err) : st;
    st = st == PT_OK ? there_is_room(&c, err) : st;
    st = st == PT_OK ? export_job_write(c.tx, SQL_EXPORT_JOB_ADD, &c.job, err) : st;
    st = st == PT_OK ? end_change(&c, "export.added", false, err) : st;
    done_change(&c);
    if (st == PT_OK) {
        memcpy(ret_id, id, sizeof id);
    }
    return st;
}

PtStatus behaviour_job_save(BehaviourJobs *jobs, const AuditActor *by, PtStr id, int64_t version,
                            const BehaviourJobEdit *edit, PtError *err)
{
    Change c = {.jobs = jobs, .by = by, .job.id = id};
    BehaviourJob before;
    PtStatus st = begin_change(&c, err);
    st = st == PT_OK ? take_edit(&c, edit, err) : st;
    st = st == PT_OK ? export_job_read(c.tx, id, c.arena, &before, err) : st;
    if (st == PT_OK && before.version != version) {
        st = pt_fail(err, PT_CONFLICT,
                     "version: %lld is not the newest: the export was saved by somebody else since",
                     (long long)version);
    }
    st = st == PT_OK ? export_job_write(c.tx, SQL_EXPORT_JOB_SAVE, &c.job, err) : st;
    st = st == PT_OK ? end_change(&c, "export.changed", true, err) : st;
    done_change(&c);
    return st;
}

/* A statement whose only parameter is the job. */
static PtStatus run_on_job(const Change *c, const char *statement, PtError *err)
{
    PtStatus st = pt_sql_use(c->tx, statement, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(c->tx, 1, c->job.id);
    return pt_sql_finish(c->tx, err);
}

static PtStatus begin_known(Change *c, PtStr id, PtError *err)
{
    PtStatus st = begin_change(c, err);
    st = st == PT_OK ? pt_sql_begin(c->jobs->c.core, true, &c->tx, err) : st;
    return st == PT_OK ? export_job_read(c->tx, id, c->arena, &c->job, err) : st;
}

PtStatus behaviour_job_delete(BehaviourJobs *jobs, const AuditActor *by, PtStr id, PtError *err)
{
    Change c = {.jobs = jobs, .by = by};
    PtStatus st = begin_known(&c, id, err);
    st = st == PT_OK ? export_outbox_clear(jobs, c.tx, id, c.arena, err) : st;
    st = st == PT_OK ? run_on_job(&c, SQL_EXPORT_RUN_DELETE_ALL, err) : st;
    st = st == PT_OK ? run_on_job(&c, SQL_EXPORT_JOB_DELETE, err) : st;
    st = st == PT_OK ? end_change(&c, "export.removed", true, err) : st;
    done_change(&c);
    return st;
}

PtStatus behaviour_job_run(BehaviourJobs *jobs, const AuditActor *by, PtStr id, PtError *err)
{
    Change c = {.jobs = jobs, .by = by};
    const int64_t now_ms = pt_clock_now_ms(jobs->c.clock);
    PtStatus st = begin_known(&c, id, err);
    const bool busy =
        st == PT_OK && c.job.last.number > 0 && c.job.last.outcome <= BEHAVIOUR_RUN_RUNNING;
    st = busy ? pt_fail(err, PT_CONFLICT, "the export runs already") : st;
    if (st == PT_OK) {
        const BehaviourJobRun run = {.number = ++c.job.runs,
                                     .cause = BEHAVIOUR_BY_PERSON,
                                     .outcome = BEHAVIOUR_RUN_WAITING,
                                     .due_ms = now_ms,
                                     .started_ms = now_ms};
        st = export_run_put(c.tx, id, &run, err);
        st = st == PT_OK ? export_job_place(c.tx, &c.job, err) : st;
    }
    st = st == PT_OK ? end_change(&c, "export.started", false, err) : st;
    done_change(&c);
    return st;
}
