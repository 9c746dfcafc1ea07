// SPDX-License-Identifier: Apache-2.0
/* The keeper's thread: hashes files that came in whole, and removes those that nobody wants. */
#include "connect/job_internal.h"

#include "platform/diag.h"
#include "platform/loop.h"

#include <stdio.h>

enum { LOOK_MS = 3600000, RETRY_MS = 5000, DAY_MS = 86400000 };

static const AuditActor server_itself = {.kind = AUDIT_SYSTEM};

static PtStatus first(ConnectJobs *jobs, JobQuery query, int64_t before_ms, ConnectJob *ret_job,
                      bool *ret_any, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    char id[CONNECT_JOB_ID] = "";
    PtStatus st = pt_sql_begin(jobs->c.sql, false, &tx, err);
    if (st == PT_OK) {
        st = job_first(tx, query, before_ms, id, err);
    }
    *ret_any = st == PT_OK && id[0] != '\0';
    return *ret_any ? job_read(tx, pt_str(id), ret_job, err) : st;
}

/* ---- Digests ----------------------------------------------------------------------------------
 */

/* A polite source: between two reads others may run. */
static PtStatus read_politely(void *ctx, char *bytes, size_t cap, size_t *ret_len, PtError *err)
{
    pt_background_offer();
    ConnectSource from = job_file_source(ctx);
    return from.read(from.ctx, bytes, cap, ret_len, err);
}

typedef struct Checked {
    PtStatus status; /* of reading */
    PtError why;
    char digest[CONNECT_DIGEST_TEXT];
    uint64_t size;
} Checked;

static Checked hash_file(ConnectJobs *jobs, const char *id)
{
    Checked c = {.status = PT_OK};
    JobFile file = {0};
    c.status = job_file_open(jobs, id, &file, &c.why);
    if (c.status == PT_OK) {
        file.stop = &jobs->stop;
        c.status = connect_digest((ConnectSource){read_politely, &file}, c.digest, &c.why);
        c.size = file.at;
    }
    job_file_close(&file);
    return c;
}

static PtStatus settle(ConnectJobs *jobs, PtSqlTx *tx, ConnectJob *job, void *ctx, PtError *err)
{
    const Checked *c = ctx;
    bool good = c->status == PT_OK && c->size == job->bytes &&
                (job->promised[0] == '\0' || strcmp(job->promised, c->digest) == 0);
    (void)tx;
    PtStatus st = connect_job_step(job->state, good ? CONNECT_STEP_CHECKED : CONNECT_STEP_FAIL,
                                   &job->state, err);
    if (good) {
        memcpy(job->digest, c->digest, sizeof job->digest);
    } else if (c->status != PT_OK) {
        job_say(job->reason, sizeof job->reason, c->why.message);
    } else if (c->size != job->bytes) {
        (void)snprintf(job->reason, sizeof job->reason, "the file has %llu bytes, not %llu",
                       (unsigned long long)c->size, (unsigned long long)job->bytes);
    } else {
        (void)snprintf(job->reason, sizeof job->reason,
                       "the file's SHA-256 is %s, not %s as announced", c->digest, job->promised);
    }
    job->finished_ms = good ? 0 : pt_clock_now_ms(jobs->c.clock);
    return st;
}

/* *ret_any: there was one, so that there may be another. */
static PtStatus check_one(ConnectJobs *jobs, bool *ret_any, PtError *err)
{
    ConnectJob job;
    PtStatus st = first(jobs, JOB_UNCHECKED, 0, &job, ret_any, err);
    if (st != PT_OK || !*ret_any) {
        return st;
    }
    Checked c = hash_file(jobs, job.id);
    if (c.status == PT_UNAVAILABLE || c.status == PT_NO_MEMORY) { // stopped, or later
        return pt_fail(err, c.status, "%s", c.why.message);
    }
    const JobChange change = {.id = pt_str(job.id), .fn = settle, .ctx = &c};
    st = job_change(jobs, &change, &job, err);
    return st == PT_CONFLICT ? PT_OK : st; // cancelled meanwhile
}

/* ---- Leftovers --------------------------------------------------------------------------------
 */

static PtStatus drop(ConnectJobs *jobs, PtSqlTx *tx, ConnectJob *job, void *ctx, PtError *err)
{
    (void)tx;
    (void)ctx;
    ConnectJobState before = job->state;
    PtStatus st = connect_job_step(before, CONNECT_STEP_REMOVE, &job->state, err);
    bool ended = before == job->state;
    job->file_kept = false;
    if (!ended) {
        job->finished_ms = pt_clock_now_ms(jobs->c.clock);
        (void)snprintf(job->reason, sizeof job->reason,
                       "the file was removed: nothing was done with it for %d days",
                       CONNECT_LEFTOVER_DAYS);
    }
    return st;
}

static PtStatus drop_one(ConnectJobs *jobs, bool *ret_any, PtError *err)
{
    ConnectJob job;
    int64_t before_ms = pt_clock_now_ms(jobs->c.clock) - (int64_t)CONNECT_LEFTOVER_DAYS * DAY_MS;
    PtStatus st = first(jobs, JOB_LEFTOVER, before_ms, &job, ret_any, err);
    if (st != PT_OK || !*ret_any) {
        return st;
    }
    const JobChange change = {
        .id = pt_str(job.id), .fn = drop, .by = &server_itself, .what = "expired"};
    st = job_change(jobs, &change, &job, err);
    if (st == PT_CONFLICT) {
        return PT_OK; // begun meanwhile
    }
    if (st == PT_OK) {
        pt_diag(PT_DIAG_INFO, "import", "a leftover file was removed",
                PT_F_STR("import", pt_str(job.id)), PT_F_INT("bytes", job.uploaded));
        st = job_file_remove(jobs, job.id, err);
    }
    return st;
}

/* ---- The thread -------------------------------------------------------------------------------
 */

static PtStatus keep(ConnectJobs *jobs, PtError *err)
{
    PtStatus st = PT_OK;
    bool any = true;
    while (st == PT_OK && any && !atomic_load(&jobs->stop)) {
        st = check_one(jobs, &any, err);
    }
    for (any = true; st == PT_OK && any && !atomic_load(&jobs->stop);) {
        st = drop_one(jobs, &any, err);
    }
    return st;
}

/* Until there is something to check, or an hour later. */
static void wait_due(ConnectJobs *jobs)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += LOOK_MS / 1000;
    (void)pthread_mutex_lock(&jobs->lock);
    while (!atomic_load(&jobs->stop) && !jobs->check_due &&
           pthread_cond_timedwait(&jobs->wake, &jobs->lock, &until) == 0) {
    }
    jobs->check_due = false;
    (void)pthread_mutex_unlock(&jobs->lock);
}

void *job_keeper_main(void *ctx)
{
    ConnectJobs *jobs = ctx;
    pt_background();
    while (!atomic_load(&jobs->stop)) {
        wait_due(jobs);
        PtError err = {0};
        PtStatus st = keep(jobs, &err);
        if (st != PT_OK && !atomic_load(&jobs->stop)) {
            pt_diag(PT_DIAG_WARN, "import", "files cannot be checked",
                    PT_F_STR("problem", pt_str(err.message)));
            (void)job_sleep(jobs, RETRY_MS, NULL);
            (void)pthread_mutex_lock(&jobs->lock);
            jobs->check_due = true;
            (void)pthread_mutex_unlock(&jobs->lock);
        }
    }
    return NULL;
}
