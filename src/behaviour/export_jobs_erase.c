// SPDX-License-Identifier: Apache-2.0
/* Kept files that hold somebody who was erased. Files that left (another folder's owner, a
 * destination) are out of reach; what the server still has is looked through.
 */
#include "behaviour/export_jobs_internal.h"
#include "export_jobs.sql.h"
#include "platform/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    ARENA_BYTES = 16 << 20,
    PIECE = 256 << 10,
    OVERLAP = 4 << 10, /* what is looked for may lie across two pieces */
    WAIT_MS = 10000,   /* for what is under way to end */
};

typedef struct Erasing {
    BehaviourJobs *jobs;
    bool (*finds)(const void *ctx, PtStr text);
    const void *ctx;
    PtArena *arena;
    size_t count;
} Erasing;

/* What is being written or sent ends: its rows may be older than the erasure. */
static PtStatus halt(BehaviourJobs *jobs, PtError *err)
{
    const int64_t until_ms = pt_mono_ms() + WAIT_MS;
    const struct timespec until = {until_ms / 1000, until_ms % 1000 * 1000000};
    (void)pthread_mutex_lock(&jobs->lock);
    jobs->erasures++;
    while (jobs->running[0] != '\0' && pt_mono_ms() < until_ms) {
        atomic_store(&jobs->erased, true);
        atomic_store(&jobs->halt, true);
        (void)pthread_cond_timedwait(&jobs->wake, &jobs->lock, &until);
    }
    const bool ended = jobs->running[0] == '\0';
    (void)pthread_mutex_unlock(&jobs->lock);
    return ended ? PT_OK : pt_fail(err, PT_UNAVAILABLE, "an export does not end yet");
}

static void let_go(BehaviourJobs *jobs)
{
    (void)pthread_mutex_lock(&jobs->lock);
    jobs->erasures--;
    (void)pthread_cond_broadcast(&jobs->wake);
    (void)pthread_mutex_unlock(&jobs->lock);
}

/* A piece with the end of the one before it. */
static PtStatus look_through(const Erasing *e, int fd, bool *ret_found, PtError *err)
{
    PT_CLEANUP(pt_free_charp) char *text = malloc(OVERLAP + PIECE);
    size_t kept = 0;
    ssize_t got = 1;
    if (text == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to look through an export");
    }
    while (!*ret_found && got != 0) {
        got = read(fd, text + kept, PIECE);
        if (got < 0 && errno != EINTR) {
            return pt_fail(err, pt_status_of_errno(errno), "cannot read an export: %s",
                           strerror(errno));
        }
        if (got > 0) {
            const size_t len = kept + (size_t)got;
            *ret_found = e->finds(e->ctx, (PtStr){text, len});
            kept = len < OVERLAP ? len : OVERLAP;
            memmove(text, text + len - kept, kept);
        }
    }
    return PT_OK;
}

static PtStatus holds(const Erasing *e, const BehaviourJobRun *run, bool *ret_found, PtError *err)
{
    int fd = -1;
    if (run->format == BEHAVIOUR_PARQUET) { // packed: nobody can look into it
        *ret_found = run->what != BEHAVIOUR_EXPORT_ANSWER;
        return PT_OK;
    }
    PtStatus st = export_file_open(export_run_root(e->jobs, run), run->file, &fd, err);
    if (st == PT_NOT_FOUND) {
        return PT_OK;
    }
    st = st == PT_OK ? look_through(e, fd, ret_found, err) : st;
    if (fd >= 0) {
        (void)close(fd);
    }
    return st;
}

/* The file goes before the row forgets it. */
static PtStatus remove_file(Erasing *e, const BehaviourJob *job, const BehaviourJobRun *run,
                            PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = export_file_remove(export_run_root(e->jobs, run), run->file, err);
    st = st == PT_NOT_FOUND ? PT_OK : st; // its root is gone
    st = st == PT_OK ? pt_sql_begin(e->jobs->c.core, true, &tx, err) : st;
    st = st == PT_OK ? pt_sql_use(tx, SQL_EXPORT_RUN_LOSE_FILE, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, job->id);
    pt_sql_bind_i64(tx, 2, run->number);
    pt_sql_bind_text(tx, 3, PT_STR("the file was removed: it held somebody who was erased"));
    st = pt_sql_finish(tx, err);
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    e->count += st == PT_OK;
    return st;
}

static PtStatus erase_job(Erasing *e, const BehaviourJob *job, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    BehaviourJobRun *runs = NULL;
    int64_t after = 0;
    size_t i = 0;
    PtStatus st = PT_OK;
    do {
        st = pt_sql_begin(e->jobs->c.core, false, &tx, err);
        st = st == PT_OK
                 ? export_files_read(tx, SQL_EXPORT_RUN_FILES, job->id, after, e->arena, &runs, err)
                 : st;
        pt_sql_rollback(PT_TAKE(tx));
        for (i = 0; st == PT_OK && runs[i].number > 0; i++) {
            bool found = false;
            after = runs[i].number;
            st = holds(e, &runs[i], &found, err);
            st = st == PT_OK && found ? remove_file(e, job, &runs[i], err) : st;
        }
    } while (st == PT_OK && i > 0);
    return st;
}

PtStatus behaviour_jobs_erase(BehaviourJobs *jobs, bool (*finds)(const void *ctx, PtStr text),
                              const void *ctx, size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA_BYTES);
    Erasing e = {.jobs = jobs, .finds = finds, .ctx = ctx, .arena = arena};
    BehaviourJob *list = NULL;
    size_t count = 0;
    PtStatus st = arena != NULL ? halt(jobs, err)
                                : pt_fail(err, PT_NO_MEMORY, "no memory to look through exports");
    st = st == PT_OK ? behaviour_jobs_list(jobs, arena, &list, &count, err) : st;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = erase_job(&e, &list[i], err);
    }
    if (arena != NULL) { // halt() was called
        let_go(jobs);
    }
    if (st == PT_OK) {
        *ret_count = e.count;
    }
    return st;
}
