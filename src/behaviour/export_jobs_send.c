// SPDX-License-Identifier: Apache-2.0
/* Files on their way to destinations, from the outbox. The row says "waiting" until the destination
 * has said that it has the file: so it gets there at least once, under the same name and id.
 */
#include "base/json.h"
#include "behaviour/export_jobs_internal.h"
#include "export_jobs.sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    ARENA_BYTES = 4 << 20,
    DETAIL_BYTES = 4 << 10,
    ID_BYTES = 80,
    TRIES_MAX = 14, /* a day and a half */
    WAIT_MS = 60000,
    WAIT_MOST_MS = 6 * 3600000,
    ASKED_MOST_MS = 24 * 3600000, /* what a receiver may ask for */
};

static const AuditActor server_itself = {.kind = AUDIT_SYSTEM};

/* ---- Where ------------------------------------------------------------------------------------
 */

const char *export_run_root(const BehaviourJobs *jobs, const BehaviourJobRun *run)
{
    return run->sending == BEHAVIOUR_SEND_NONE ? jobs->root : jobs->outbox;
}

/* Names of objects and of files of webhooks are plain. */
static bool folder_is_plain(PtStr folder)
{
    static const char more[] = "-_./";
    bool ok = true;
    for (size_t i = 0; i < folder.len; i++) {
        const char c = folder.data[i];
        ok = ok && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    (c != '\0' && strchr(more, c) != NULL));
    }
    return ok;
}

PtStatus export_target_check(const BehaviourJobs *jobs, const BehaviourJobEdit *e, PtError *err)
{
    const BehaviourTargets *t = &jobs->c.targets;
    if (t->takes == NULL || jobs->outbox[0] == '\0') {
        return pt_fail(err, PT_INVALID, "destination: this server sends no files");
    }
    if (!folder_is_plain(e->folder)) {
        return pt_fail(err, PT_INVALID,
                       "folder: with a destination only letters, digits and - _ . /");
    }
    return t->takes(t->ctx, e->destination, e->what != BEHAVIOUR_EXPORT_ANSWER, err);
}

PtStatus behaviour_jobs_targets(BehaviourJobs *jobs, PtArena *arena, BehaviourTarget **ret_list,
                                size_t *ret_count, PtError *err)
{
    const BehaviourTargets *t = &jobs->c.targets;
    *ret_count = 0;
    return t->list != NULL ? t->list(t->ctx, arena, ret_list, ret_count, err) : PT_OK;
}

PtStatus export_outbox_clear(const BehaviourJobs *jobs, PtSqlTx *tx, PtStr job, PtArena *arena,
                             PtError *err)
{
    BehaviourJobRun *runs = NULL;
    int64_t after = 0;
    size_t i = 0;
    PtStatus st = PT_OK;
    do {
        st = export_files_read(tx, SQL_EXPORT_RUN_FILES, job, after, arena, &runs, err);
        for (i = 0; st == PT_OK && runs[i].number > 0; i++) {
            after = runs[i].number;
            if (runs[i].sending != BEHAVIOUR_SEND_NONE) {
                st = export_file_remove(jobs->outbox, runs[i].file, err);
            }
        }
    } while (st == PT_OK && i > 0);
    return st;
}

/* ---- One file ---------------------------------------------------------------------------------
 */

typedef struct Sending {
    BehaviourJobs *jobs;
    PtArena *arena;
    PtStr id; /* of the job */
    int64_t number;
    BehaviourJob job;
    BehaviourJobRun run;
    BehaviourSent sent;
} Sending;

static PtStatus find(Sending *s, bool *ret_found, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool row = false;
    PtStatus st = pt_sql_begin(s->jobs->c.core, false, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_EXPORT_RUN_UNSENT, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, pt_clock_now_ms(s->jobs->c.clock));
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK && row) {
        s->id = pt_arena_str(s->arena, pt_sql_text(tx, 0));
        s->number = pt_sql_i64(tx, 1);
    }
    pt_sql_done(tx);
    if (st != PT_OK || !row) {
        return st;
    }
    st = s->id.data != NULL ? export_job_read(tx, s->id, s->arena, &s->job, err)
                            : pt_fail(err, PT_NO_MEMORY, "no memory to send an export");
    st = st == PT_OK ? export_run_read(tx, s->id, s->number, s->arena, &s->run, err) : st;
    *ret_found = st == PT_OK;
    return st;
}

/* What no further try can mend. */
static PtStatus give_up(Sending *s, const char *why)
{
    s->sent = (BehaviourSent){.again = false};
    (void)snprintf(s->sent.why, sizeof s->sent.why, "%s", why);
    return PT_OK;
}

static PtStatus put_file(Sending *s, int fd, PtError *err)
{
    struct stat status;
    char id[ID_BYTES];
    const BehaviourTargets *t = &s->jobs->c.targets;
    if (fstat(fd, &status) != 0) {
        return give_up(s, "its file cannot be read");
    }
    (void)snprintf(id, sizeof id, "export_%.*s_%lld", PT_STR_ARG(s->id), (long long)s->number);
    const BehaviourFile file = {.fd = fd,
                                .bytes = status.st_size,
                                .name = s->run.file,
                                .id = pt_str(id),
                                .format = s->run.format,
                                .people = s->run.what != BEHAVIOUR_EXPORT_ANSWER};
    PtStatus st = t->put(t->ctx, s->job.edit.destination, &file, &s->jobs->halt, &s->sent, err);
    return st == PT_INVALID ? give_up(s, err->message) : st;
}

static PtStatus send_it(Sending *s, PtError *err)
{
    int fd = -1;
    if (s->job.edit.destination.len == 0 || s->jobs->c.targets.put == NULL) {
        return give_up(s, "the export has no destination any more");
    }
    PtStatus st = export_file_open(s->jobs->outbox, s->run.file, &fd, err);
    if (st != PT_OK) {
        return st == PT_NOT_FOUND ? give_up(s, "its file is gone") : st;
    }
    st = put_file(s, fd, err);
    (void)close(fd);
    return st;
}

/* ---- What became of it ------------------------------------------------------------------------
 */

static int64_t wait_of(const BehaviourSent *sent, int64_t tries)
{
    int64_t wait_ms = WAIT_MS;
    for (int64_t i = 1; i < tries && wait_ms < WAIT_MOST_MS; i++) {
        wait_ms *= 2;
    }
    wait_ms = wait_ms < WAIT_MOST_MS ? wait_ms : WAIT_MOST_MS;
    const int64_t asked = sent->wait_ms < ASKED_MOST_MS ? sent->wait_ms : ASKED_MOST_MS;
    return asked > wait_ms ? asked : wait_ms;
}

static void judge(const Sending *s, int64_t now_ms, BehaviourJobRun *r)
{
    if (s->sent.sent) {
        r->sending = BEHAVIOUR_SEND_SENT;
        r->try_ms = now_ms;
        r->place = pt_str(s->sent.place);
        r->trouble = PT_STR("");
        return;
    }
    r->tries++;
    r->trouble = pt_str(s->sent.why);
    r->sending =
        s->sent.again && r->tries < TRIES_MAX ? BEHAVIOUR_SEND_WAITING : BEHAVIOUR_SEND_FAILED;
    r->try_ms = now_ms + wait_of(&s->sent, r->tries);
}

static PtStatus put_audit(const Sending *s, const BehaviourJobRun *r, PtSqlTx *tx, int64_t now_ms,
                          PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf detail;
    pt_buf_init(&detail, DETAIL_BYTES);
    PtJsonOut out = pt_json_out(&detail);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "what", pt_str(behaviour_export_names[r->what]));
    pt_json_put_str(&out, "destination", s->job.edit.destination);
    pt_json_put_str(&out, "place", r->place);
    pt_json_put_i64(&out, "rows", r->rows);
    pt_json_out_object_end(&out);
    const AuditEntry entry = {.by = &server_itself,
                              .action = "export.sent",
                              .subject_type = "export",
                              .subject = s->id,
                              .subject_name = s->job.edit.name,
                              .detail = pt_buf_str(&detail)};
    return pt_buf_status(&detail) == PT_OK
               ? audit_write(tx, now_ms, &entry, err)
               : pt_fail(err, PT_NO_MEMORY, "no memory for an audit entry");
}

/* The row as it is now: it may have been removed, or lost its file, meanwhile. */
static PtStatus note(Sending *s, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const int64_t now_ms = pt_clock_now_ms(s->jobs->c.clock);
    BehaviourJobRun now;
    PtStatus st = pt_sql_begin(s->jobs->c.core, true, &tx, err);
    st = st == PT_OK ? export_run_read(tx, s->id, s->number, s->arena, &now, err) : st;
    if (st != PT_OK || now.sending != BEHAVIOUR_SEND_WAITING) {
        return st == PT_NOT_FOUND ? PT_OK : st;
    }
    judge(s, now_ms, &now);
    st = export_run_put(tx, s->id, &now, err);
    if (st == PT_OK && now.sending == BEHAVIOUR_SEND_SENT) {
        st = put_audit(s, &now, tx, now_ms, err);
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

/* Also what went wrong here, as no memory, is a try that failed. */
static PtStatus send_found(Sending *s, PtError *err)
{
    PtError why = {0};
    if (!export_jobs_may_send(s->jobs, s->id)) { // it is found again, as it is behind the erasure
        return atomic_load(&s->jobs->stop) ? pt_fail(err, PT_UNAVAILABLE, "stopped") : PT_OK;
    }
    PtStatus st = send_it(s, &why);
    if (st != PT_OK && atomic_load(&s->jobs->halt)) { // of a job that was changed, too
        st = atomic_load(&s->jobs->stop) ? pt_fail(err, PT_UNAVAILABLE, "stopped") : PT_OK;
    } else {
        if (st != PT_OK) {
            s->sent = (BehaviourSent){.again = true};
            (void)snprintf(s->sent.why, sizeof s->sent.why, "%s", why.message);
        }
        st = note(s, err);
    }
    export_jobs_under_way(s->jobs, PT_STR(""));
    return st;
}

PtStatus export_jobs_send_due(BehaviourJobs *jobs, bool *ret_found, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA_BYTES);
    Sending s = {.jobs = jobs, .arena = arena};
    PtStatus st = arena != NULL ? find(&s, ret_found, err)
                                : pt_fail(err, PT_NO_MEMORY, "no memory to send an export");
    return st == PT_OK && *ret_found ? send_found(&s, err) : st;
}

/* ---- What people do ---------------------------------------------------------------------------
 */

static PtStatus audit_person(BehaviourJobs *jobs, PtSqlTx *tx, const AuditActor *by,
                             const char *action, PtStr subject, PtError *err)
{
    const AuditEntry entry = {.by = by,
                              .action = action,
                              .subject_type = "export",
                              .subject = subject,
                              .detail = PT_STR("{}")};
    return audit_write(tx, pt_clock_now_ms(jobs->c.clock), &entry, err);
}

PtStatus behaviour_job_send(BehaviourJobs *jobs, const AuditActor *by, PtStr id, int64_t number,
                            PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA_BYTES);
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    BehaviourJob job;
    BehaviourJobRun run = {0};
    PtStatus st = arena != NULL ? pt_sql_begin(jobs->c.core, true, &tx, err)
                                : pt_fail(err, PT_NO_MEMORY, "no memory to send an export");
    st = st == PT_OK ? export_job_read(tx, id, arena, &job, err) : st;
    st = st == PT_OK ? export_run_read(tx, id, number, arena, &run, err) : st;
    const bool open =
        run.outcome == BEHAVIOUR_RUN_DONE && run.file.len > 0 &&
        (run.sending == BEHAVIOUR_SEND_WAITING || run.sending == BEHAVIOUR_SEND_FAILED);
    if (st == PT_OK && !open) {
        st = pt_fail(err, PT_CONFLICT, "the run has no file that waits or failed to be sent");
    }
    run.sending = BEHAVIOUR_SEND_WAITING;
    run.tries = 0;
    run.try_ms = pt_clock_now_ms(jobs->c.clock);
    st = st == PT_OK ? export_run_put(tx, id, &run, err) : st;
    st = st == PT_OK ? audit_person(jobs, tx, by, "export.resent", id, err) : st;
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    if (st == PT_OK) {
        export_jobs_wake(jobs);
    }
    return st;
}

static PtStatus note_try(BehaviourJobs *jobs, const AuditActor *by, PtStr target, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(jobs->c.core, true, &tx, err);
    st = st == PT_OK ? audit_person(jobs, tx, by, "export.tested", target, err) : st;
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

static PtStatus put_sample(BehaviourJobs *jobs, PtStr target, FILE *sample,
                           const _Atomic bool *stop, BehaviourSent *ret_sent, PtError *err)
{
    static const char text[] = "patron\ntest\n";
    char id[ID_BYTES];
    const BehaviourTargets *t = &jobs->c.targets;
    if (fputs(text, sample) < 0 || fflush(sample) != 0) {
        return pt_fail(err, PT_UNAVAILABLE, "the test's file cannot be written");
    }
    (void)snprintf(id, sizeof id, "export_test_%lld", (long long)pt_clock_now_ms(jobs->c.clock));
    const BehaviourFile file = {.fd = fileno(sample),
                                .bytes = sizeof text - 1,
                                .name = PT_STR("patron-test.csv"),
                                .id = pt_str(id),
                                .format = BEHAVIOUR_CSV};
    return t->put(t->ctx, target, &file, stop, ret_sent, err);
}

PtStatus behaviour_jobs_try(BehaviourJobs *jobs, const AuditActor *by, PtStr target,
                            const _Atomic bool *stop, BehaviourSent *ret_sent, PtError *err)
{
    const BehaviourTargets *t = &jobs->c.targets;
    PtStatus st = t->takes != NULL
                      ? t->takes(t->ctx, target, false, err)
                      : pt_fail(err, PT_INVALID, "destination: this server sends no files");
    st = st == PT_OK ? note_try(jobs, by, target, err) : st;
    if (st != PT_OK) {
        return st;
    }
    FILE *sample = tmpfile();
    st = sample != NULL ? put_sample(jobs, target, sample, stop, ret_sent, err)
                        : pt_fail(err, PT_UNAVAILABLE, "the test's file cannot be written");
    if (sample != NULL) {
        (void)fclose(sample); // nothing of it is needed
    }
    return st;
}
