// SPDX-License-Identifier: Apache-2.0
/* Imports as jobs: what people do with them. */
#include "connect/job_internal.h"

#include "base/rng.h"
#include "base/uuid.h"
#include "platform/diag.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* ---- The object -------------------------------------------------------------------------------
 */

static PtStatus put_back_all(ConnectJobs *jobs, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(jobs->c.sql, true, &tx, err);
    if (st == PT_OK) {
        st = job_put_back(tx, err);
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

static PtStatus start_threads(ConnectJobs *jobs, PtError *err)
{
    jobs->run_due = jobs->check_due = true;
    jobs->runner_on = pthread_create(&jobs->runner, NULL, job_runner_main, jobs) == 0;
    jobs->keeper_on =
        jobs->runner_on && pthread_create(&jobs->keeper, NULL, job_keeper_main, jobs) == 0;
    return jobs->keeper_on ? PT_OK
                           : pt_fail(err, PT_UNAVAILABLE, "cannot start the threads of imports");
}

static void init_locks(ConnectJobs *jobs)
{
    pthread_condattr_t attr;
    (void)pthread_mutex_init(&jobs->lock, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&jobs->wake, &attr);
    (void)pthread_condattr_destroy(&attr);
}

PtStatus connect_jobs_open(const ConnectJobsConfig *config, ConnectJobs **ret_jobs, PtError *err)
{
    ConnectJobs *jobs = calloc(1, sizeof *jobs);
    if (jobs == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for imports");
    }
    init_locks(jobs);
    jobs->c = *config;
    jobs->dir = strdup(config->dir);
    PtStatus st = jobs->dir != NULL ? config->fs->ops->mkdir(config->fs, config->dir, err)
                                    : pt_fail(err, PT_NO_MEMORY, "no memory for imports");
    if (st == PT_OK) {
        st = put_back_all(jobs, err);
    }
    if (st == PT_OK) {
        st = job_files_sweep(jobs, err);
    }
    if (st == PT_OK) {
        st = start_threads(jobs, err);
    }
    if (st != PT_OK) {
        connect_jobs_free(jobs);
        return st;
    }
    *ret_jobs = jobs;
    return PT_OK;
}

void connect_jobs_stop(ConnectJobs *jobs)
{
    if (jobs == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&jobs->lock);
    atomic_store(&jobs->stop, true);
    (void)pthread_cond_broadcast(&jobs->wake);
    (void)pthread_mutex_unlock(&jobs->lock);
    if (jobs->runner_on) {
        (void)pthread_join(jobs->runner, NULL);
    }
    if (jobs->keeper_on) {
        (void)pthread_join(jobs->keeper, NULL);
    }
    jobs->runner_on = jobs->keeper_on = false;
}

void connect_jobs_free(ConnectJobs *jobs)
{
    if (jobs == NULL) {
        return;
    }
    connect_jobs_stop(jobs);
    (void)pthread_cond_destroy(&jobs->wake);
    (void)pthread_mutex_destroy(&jobs->lock);
    free(jobs->dir);
    free(jobs);
}

bool job_sleep(ConnectJobs *jobs, int64_t ms, const _Atomic bool *halt)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    (void)pthread_mutex_lock(&jobs->lock);
    bool on = !atomic_load(&jobs->stop) && (halt == NULL || !atomic_load(halt));
    while (on && pthread_cond_timedwait(&jobs->wake, &jobs->lock, &until) == 0) {
        on = !atomic_load(&jobs->stop) && (halt == NULL || !atomic_load(halt));
    }
    (void)pthread_mutex_unlock(&jobs->lock);
    return on;
}

/* ---- What is new ------------------------------------------------------------------------------
 */

void job_changed(ConnectJobs *jobs, const char *id)
{
    (void)pthread_mutex_lock(&jobs->lock);
    (void)snprintf(jobs->changes[jobs->change_count++ % CONNECT_CHANGES_KEPT], CONNECT_JOB_ID, "%s",
                   id);
    (void)pthread_mutex_unlock(&jobs->lock);
    if (jobs->c.on_change != NULL) {
        jobs->c.on_change(jobs->c.ctx);
    }
}

static bool is_there(char ids[static CONNECT_CHANGES_KEPT][CONNECT_JOB_ID], size_t count,
                     const char *id)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(ids[i], id) == 0) {
            return true;
        }
    }
    return false;
}

bool connect_jobs_changes(ConnectJobs *jobs, uint64_t *at,
                          char ids[static CONNECT_CHANGES_KEPT][CONNECT_JOB_ID], size_t *ret_count)
{
    size_t count = 0;
    (void)pthread_mutex_lock(&jobs->lock);
    uint64_t now = jobs->change_count, from = *at == 0 ? now : *at - 1; // so that 0 is no position
    bool known = now - from <= CONNECT_CHANGES_KEPT;
    for (uint64_t i = from; known && i < now; i++) {
        const char *id = jobs->changes[i % CONNECT_CHANGES_KEPT];
        if (!is_there(ids, count, id)) {
            memcpy(ids[count++], id, CONNECT_JOB_ID);
        }
    }
    (void)pthread_mutex_unlock(&jobs->lock);
    *at = now + 1;
    *ret_count = count;
    return known;
}

void job_overlay(ConnectJobs *jobs, ConnectJob *job)
{
    if (job->state != CONNECT_RUNNING) {
        return;
    }
    (void)pthread_mutex_lock(&jobs->lock);
    const JobLive *live = &jobs->live;
    if (live->shown && strcmp(live->id, job->id) == 0) {
        uint64_t sent_max = job->progress.sent_max;
        job->progress = live->progress;
        job->progress.sent_max = sent_max;
        job->rows_per_s = live->rows_per_s;
        job->events_per_s = live->events_per_s;
        job->end_ms = live->end_ms;
        (void)snprintf(job->reason, sizeof job->reason, "%s", live->waits);
    }
    (void)pthread_mutex_unlock(&jobs->lock);
}

/* ---- Changes ----------------------------------------------------------------------------------
 */

PtStatus job_change(ConnectJobs *jobs, const JobChange *change, ConnectJob *ret_job, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    ConnectJob job;
    int64_t now_ms = pt_clock_now_ms(jobs->c.clock);
    PtStatus st = pt_sql_begin(jobs->c.sql, true, &tx, err);
    if (st == PT_OK) {
        st = job_read(tx, change->id, &job, err);
    }
    if (st == PT_OK) {
        st = change->fn(jobs, tx, &job, change->ctx, err);
    }
    if (st == PT_OK) {
        job.changed_ms = now_ms;
        st = job_save(tx, &job, err);
    }
    if (st == PT_OK && change->what != NULL) {
        st = job_audit(tx, now_ms, &job, change->by, change->what, err);
    }
    if (st == PT_OK) {
        st = pt_sql_commit(&tx, err);
    }
    if (st != PT_OK) {
        return st;
    }
    job_changed(jobs, job.id);
    job_overlay(jobs, &job);
    *ret_job = job;
    return PT_OK;
}

void job_stir(ConnectJobs *jobs, const char *id)
{
    (void)pthread_mutex_lock(&jobs->lock);
    if (strcmp(jobs->live.id, id) == 0) {
        atomic_store(&jobs->live.halt, true);
    }
    jobs->run_due = jobs->check_due = true;
    (void)pthread_cond_broadcast(&jobs->wake);
    (void)pthread_mutex_unlock(&jobs->lock);
}

/* Name and id of the source that a person means; one that is not there yet keeps its name. */
static PtStatus take_source(ConnectJobs *jobs, ConnectJob *job, PtStr ref, PtError *err)
{
    EventSource source;
    if (!event_source_by_ref(jobs->c.sources, ref, &source)) {
        if (ref.len >= sizeof job->source) {
            return pt_fail(err, PT_INVALID, "source: over %d characters", EVENT_SOURCE_NAME_MAX);
        }
        job->source_id[0] = '\0';
        (void)pt_str_copy(job->source, sizeof job->source, ref);
        return PT_OK;
    }
    if (!source.historical) {
        return pt_fail(err, PT_CONFLICT,
                       "source \"%.100s\" may not write the past: its timestamps would be "
                       "corrected; choose another",
                       source.name);
    }
    memcpy(job->source_id, source.id, sizeof job->source_id);
    memcpy(job->source, source.name, sizeof job->source);
    return PT_OK;
}

static PtStatus take_name(ConnectJob *job, PtStr name, PtError *err)
{
    if (name.len == 0 || name.len >= sizeof job->name || !pt_utf8_valid(name)) {
        return pt_fail(err, PT_INVALID, "name: not a text of 1..200 characters");
    }
    (void)pt_str_copy(job->name, sizeof job->name, name);
    return PT_OK;
}

static PtStatus take_promise(ConnectJob *job, PtStr sha256, PtError *err)
{
    bool ok = sha256.len == CONNECT_DIGEST_TEXT - 1;
    for (size_t i = 0; ok && i < sha256.len; i++) {
        ok = pt_hex_digit(sha256.data[i]) >= 0 && sha256.data[i] == pt_ascii_lower(sha256.data[i]);
    }
    if (sha256.len > 0 && !ok) {
        return pt_fail(err, PT_INVALID, "sha256: not 64 lower-case hex digits");
    }
    (void)pt_str_copy(job->promised, sizeof job->promised, sha256);
    return PT_OK;
}

static PtStatus check_room(ConnectJobs *jobs, PtSqlTx *tx, uint64_t bytes, PtError *err)
{
    uint64_t files = 0, kept = 0;
    PtStatus st = job_kept(tx, &files, &kept, err);
    if (st == PT_OK && files >= CONNECT_JOBS_KEPT) {
        return pt_fail(err, PT_TOO_LARGE, "%d imports keep a file: delete some", CONNECT_JOBS_KEPT);
    }
    if (st == PT_OK && (bytes > jobs->c.disk_bytes || kept > jobs->c.disk_bytes - bytes)) {
        return pt_fail(err, PT_TOO_LARGE,
                       "files of imports would be %llu bytes, over import.disk_gib: delete some",
                       (unsigned long long)(kept + bytes));
    }
    return st;
}

static PtStatus insert(ConnectJobs *jobs, const ConnectJob *job, const AuditActor *by, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(jobs->c.sql, true, &tx, err);
    if (st == PT_OK) {
        st = check_room(jobs, tx, job->bytes, err);
    }
    if (st == PT_OK) {
        st = job_insert(tx, job, err);
    }
    if (st == PT_OK) {
        st = job_audit(tx, job->created_ms, job, by, "added", err);
    }
    // the file before the commit: a row always has its file, and a file without a row is swept
    if (st == PT_OK) {
        st = job_file_make(jobs, job->id, err);
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

PtStatus connect_job_add(ConnectJobs *jobs, const ConnectJobNew *made, const AuditActor *by,
                         ConnectJob *ret_job, PtError *err)
{
    ConnectJob job = {.state = CONNECT_UPLOADING,
                      .bytes = made->bytes,
                      .file_kept = true,
                      .created_ms = pt_clock_now_ms(jobs->c.clock),
                      .rows_per_s = -1,
                      .events_per_s = -1};
    uint8_t random[10];
    pt_random_bytes(random, sizeof random);
    (void)pt_uuid_format(pt_uuid7(job.created_ms, random), job.id);
    job.changed_ms = job.created_ms;
    (void)pt_str_copy(job.created_by, sizeof job.created_by, audit_actor_name(by));
    if (made->bytes < 1 || made->bytes > (uint64_t)CONNECT_JOB_BYTES_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "bytes: not 1..%lld", (long long)CONNECT_JOB_BYTES_MAX);
    }
    PtStatus st = take_name(&job, made->name, err);
    if (st == PT_OK) {
        st = take_source(jobs, &job, made->source, err);
    }
    if (st == PT_OK) {
        st = take_promise(&job, made->sha256, err);
    }
    if (st == PT_OK) {
        st = insert(jobs, &job, by, err);
    }
    if (st == PT_OK) {
        job_changed(jobs, job.id);
        *ret_job = job;
    }
    return st;
}

/* ---- Name, source, mapping --------------------------------------------------------------------
 */

/* What decides about the events may change until the first one was sent. */
static PtStatus check_unsent(const ConnectJob *job, PtError *err)
{
    bool open = job->state == CONNECT_UPLOADING || job->state == CONNECT_CHECKING ||
                job->state == CONNECT_READY || job->state == CONNECT_FAILED;
    if (!open || job->progress.sent_max > 0) {
        return pt_fail(err, PT_CONFLICT, "the import is %s: source and mapping stand",
                       open ? "begun" : connect_job_state_name(job->state));
    }
    return PT_OK;
}

typedef struct Edit {
    PtStr name, source;
} Edit;

static PtStatus edit(ConnectJobs *jobs, PtSqlTx *tx, ConnectJob *job, void *ctx, PtError *err)
{
    const Edit *e = ctx;
    PtStatus st = e->name.data != NULL ? take_name(job, e->name, err) : PT_OK;
    (void)tx;
    if (st == PT_OK && e->source.data != NULL) {
        st = check_unsent(job, err);
        st = st == PT_OK ? take_source(jobs, job, e->source, err) : st;
    }
    return st;
}

PtStatus connect_job_edit(ConnectJobs *jobs, PtStr id, PtStr name, PtStr source,
                          const AuditActor *by, ConnectJob *ret_job, PtError *err)
{
    Edit e = {name, source};
    const JobChange change = {.id = id, .fn = edit, .ctx = &e, .by = by, .what = "changed"};
    return job_change(jobs, &change, ret_job, err);
}

static PtStatus set_mapping(ConnectJobs *jobs, PtSqlTx *tx, ConnectJob *job, void *ctx,
                            PtError *err)
{
    const ConnectPreview *p = ctx;
    (void)jobs;
    PtStatus st = check_unsent(job, err);
    if (st == PT_OK) {
        st = job_put_mapping(tx, job->id, p->mapping, p->recipe, err);
    }
    if (st == PT_OK) { // what an earlier run found wrong was so under another mapping
        st = job_drop_refusals(tx, job->id, err);
    }
    if (st == PT_OK) {
        job->progress = (ConnectProgress){0};
        st = job_checkpoint(tx, job->id, &job->progress, err);
    }
    job->has_mapping = true;
    (void)pt_str_copy(job->recipe, sizeof job->recipe, p->recipe);
    return st;
}

/* It is a mapping, and one of this file where that is there. */
static PtStatus try_mapping(ConnectJobs *jobs, const ConnectJob *job, PtStr mapping, PtError *err)
{
    char path[JOB_PATH];
    ConnectMapping *parsed = NULL;
    PtStatus st = connect_mapping_parse(mapping, &parsed, err);
    connect_mapping_free(parsed);
    if (st != PT_OK || job->digest[0] == '\0' || !job->file_kept) {
        return st;
    }
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(16 << 20);
    ConnectPreview *tried = arena != NULL ? pt_arena_alloc(arena, 1, sizeof *tried) : NULL;
    if (tried == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to try a mapping");
    }
    st = job_path(jobs, job->id, path, err);
    return st == PT_OK ? connect_preview(jobs->c.fs, path, mapping, job->digest, arena, tried, err)
                       : st;
}

PtStatus connect_job_map(ConnectJobs *jobs, PtStr id, PtStr recipe, PtStr mapping,
                         const AuditActor *by, ConnectJob *ret_job, PtError *err)
{
    ConnectJob job;
    ConnectPreview chosen = {.recipe = recipe, .mapping = mapping};
    if ((recipe.len > 0) == (mapping.len > 0)) {
        return pt_fail(err, PT_INVALID, "one of recipe and mapping is wanted");
    }
    if (recipe.len > 0) {
        chosen.mapping = connect_recipe_text(recipe);
    }
    if (chosen.mapping.data == NULL) {
        return pt_fail(err, PT_INVALID, "no recipe \"%.*s\"",
                       (int)(recipe.len < 64 ? recipe.len : 64), recipe.data);
    }
    PtStatus st = connect_job_get(jobs, id, &job, err);
    if (st == PT_OK) {
        st = check_unsent(&job, err);
    }
    if (st == PT_OK) {
        st = try_mapping(jobs, &job, chosen.mapping, err);
    }
    const JobChange change = {
        .id = id, .fn = set_mapping, .ctx = &chosen, .by = by, .what = "mapped"};
    return st == PT_OK ? job_change(jobs, &change, ret_job, err) : st;
}

/* ---- Steps ------------------------------------------------------------------------------------
 */

static PtStatus check_startable(const ConnectJob *job, PtError *err)
{
    if (job->digest[0] == '\0' || !job->file_kept) {
        return pt_fail(err, PT_CONFLICT, "the import has no file: it cannot be started");
    }
    if (!job->has_mapping) {
        return pt_fail(err, PT_CONFLICT, "the import has no mapping: choose one first");
    }
    return PT_OK;
}

static PtStatus step(ConnectJobs *jobs, PtSqlTx *tx, ConnectJob *job, void *ctx, PtError *err)
{
    const ConnectJobStep *s = ctx;
    int64_t now_ms = pt_clock_now_ms(jobs->c.clock);
    PtStatus st = connect_job_step(job->state, *s, &job->state, err);
    if (st == PT_OK && *s == CONNECT_STEP_START) {
        st = check_startable(job, err);
        st = st == PT_OK ? job_check_mapping(tx, job, err) : st;
        job->reason[0] = '\0';
        job->finished_ms = 0;
    }
    if (*s == CONNECT_STEP_START || *s == CONNECT_STEP_RESUME) {
        job->queued_ms = now_ms;
    }
    if (job->state == CONNECT_CANCELLED && job->finished_ms == 0) {
        job->finished_ms = now_ms;
    }
    if (*s == CONNECT_STEP_REMOVE) {
        job->file_kept = false;
    }
    return st;
}

/* Before a start: its source is there, made if need be, and takes events. */
static PtStatus ready_source(ConnectJobs *jobs, PtStr id, const AuditActor *by, PtError *err)
{
    ConnectJob job;
    EventSource source;
    ConnectJobState to;
    PtStatus st = connect_job_get(jobs, id, &job, err);
    if (st == PT_OK) {
        st = connect_job_step(job.state, CONNECT_STEP_START, &to, err);
    }
    if (st == PT_OK) {
        st = check_startable(&job, err);
    }
    if (st != PT_OK) {
        return st;
    }
    bool known = job.source_id[0] != '\0';
    PtStr ref = pt_str(known ? job.source_id : job.source);
    const EventSourceEdit made = {ref, true, true, EVENT_SKEW_CORRECT};
    st = event_source_find_or_add(jobs->c.sources, &made, by, &source, err);
    if (st == PT_OK && !source.enabled) {
        st = pt_fail(err, PT_CONFLICT, "source \"%.100s\" is disabled", source.name);
    }
    return st == PT_OK && !known
               ? connect_job_edit(jobs, id, (PtStr){NULL, 0}, pt_str(source.id), by, &job, err)
               : st;
}

PtStatus connect_job_act(ConnectJobs *jobs, PtStr id, ConnectJobStep what, const AuditActor *by,
                         ConnectJob *ret_job, PtError *err)
{
    static const char *const words[CONNECT_STEPS] = {[CONNECT_STEP_START] = "started",
                                                     [CONNECT_STEP_PAUSE] = "paused",
                                                     [CONNECT_STEP_RESUME] = "resumed",
                                                     [CONNECT_STEP_CANCEL] = "cancelled",
                                                     [CONNECT_STEP_REMOVE] = "deleted"};
    if (words[what] == NULL) {
        return pt_fail(err, PT_INVALID, "not a step that people take");
    }
    PtStatus st = what == CONNECT_STEP_START ? ready_source(jobs, id, by, err) : PT_OK;
    const JobChange change = {.id = id, .fn = step, .ctx = &what, .by = by, .what = words[what]};
    if (st == PT_OK) {
        st = job_change(jobs, &change, ret_job, err);
    }
    if (st != PT_OK) {
        return st;
    }
    job_stir(jobs, ret_job->id);
    if (what == CONNECT_STEP_REMOVE) {
        PtError why = {0};
        if (job_file_remove(jobs, ret_job->id, &why) != PT_OK) { // swept at the next start
            pt_diag(PT_DIAG_WARN, "import", "a file could not be removed",
                    PT_F_STR("problem", pt_str(why.message)));
        }
    }
    return PT_OK;
}

/* ---- Reading ----------------------------------------------------------------------------------
 */

PtStatus connect_job_get(ConnectJobs *jobs, PtStr id, ConnectJob *ret_job, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(jobs->c.sql, false, &tx, err);
    if (st == PT_OK) {
        st = job_read(tx, id, ret_job, err);
    }
    if (st == PT_OK) {
        job_overlay(jobs, ret_job);
    }
    return st;
}

PtStatus connect_jobs_list(ConnectJobs *jobs, const ConnectJobsQuery *query, PtArena *arena,
                           ConnectJob **ret_list, size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(jobs->c.sql, false, &tx, err);
    if (st == PT_OK) {
        st = job_read_list(tx, query, arena, ret_list, ret_count, err);
    }
    for (size_t i = 0; st == PT_OK && i < *ret_count; i++) {
        job_overlay(jobs, &(*ret_list)[i]);
    }
    return st;
}

PtStatus connect_job_mapping(ConnectJobs *jobs, PtStr id, PtArena *arena, PtStr *ret_mapping,
                             PtStr *ret_recipe, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(jobs->c.sql, false, &tx, err);
    return st == PT_OK ? job_get_mapping(tx, id, arena, ret_mapping, ret_recipe, err) : st;
}

PtStatus connect_job_refusals(ConnectJobs *jobs, PtStr id, uint64_t after, size_t limit,
                              PtArena *arena, ConnectRefusals *ret_page, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    ConnectJob job;
    PtStatus st = pt_sql_begin(jobs->c.sql, false, &tx, err);
    if (st == PT_OK) {
        st = job_read(tx, id, &job, err); // a page of nothing is not an import
    }
    return st == PT_OK ? job_read_refusals(tx, id, after, limit, arena, ret_page, err) : st;
}

PtStatus connect_job_preview(ConnectJobs *jobs, PtStr id, PtArena *arena,
                             ConnectPreview *ret_preview, PtError *err)
{
    ConnectJob job;
    PtStr mapping = {NULL, 0}, recipe = {NULL, 0};
    char path[JOB_PATH];
    PtError why = {0};
    PtStatus st = connect_job_get(jobs, id, &job, err);
    if (st == PT_OK && (job.digest[0] == '\0' || !job.file_kept)) {
        st = pt_fail(err, PT_CONFLICT, "the import is %s: there is no file to look at",
                     job.file_kept ? connect_job_state_name(job.state) : "deleted");
    }
    if (st == PT_OK) {
        st = connect_job_mapping(jobs, id, arena, &mapping, &recipe, err);
    }
    if (st == PT_OK) {
        st = job_path(jobs, job.id, path, err);
    }
    if (st != PT_OK) {
        return st;
    }
    st = connect_preview(jobs->c.fs, path, mapping, job.digest, arena, ret_preview, &why);
    if (st == PT_OK) {
        ret_preview->recipe = recipe;
        return PT_OK;
    }
    bool file = st == PT_INVALID || st == PT_TOO_LARGE; // it is the file, not the request
    return pt_fail(err, file ? PT_CONFLICT : st, "%s", why.message);
}
