// SPDX-License-Identifier: Apache-2.0
/* Files and refused rows of imports that hold somebody who is erased. */
#include "connect/job_internal.h"

#include "job.sql.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    PIECE = 256 << 10,
    OVERLAP = 4096, /* more than any text that is looked for */
    PAGE = 50,
    ARENA = 8 << 20,
};

typedef struct Search {
    ConnectFindsFn *finds;
    const void *ctx;
} Search;

static PtStatus search_source(const Search *s, ConnectSource from, bool *ret_found, PtError *err)
{
    PT_CLEANUP(pt_free_charp) char *piece = malloc(PIECE + OVERLAP);
    size_t kept = 0, got = 1;
    PtStatus st = PT_OK;
    *ret_found = false;
    if (piece == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to search a file");
    }
    while (st == PT_OK && got > 0 && !*ret_found) {
        st = from.read(from.ctx, piece + kept, PIECE, &got, err);
        if (st == PT_OK) {
            const size_t len = kept + got;
            *ret_found = s->finds(s->ctx, (PtStr){piece, len});
            kept = len < OVERLAP ? len : OVERLAP;
            memmove(piece, piece + len - kept, kept);
        }
    }
    return st;
}

/* As it stands, and decompressed. A file that does not decompress has told what it could. */
static PtStatus search_file(ConnectJobs *jobs, const Search *s, const char *id, bool *ret_found,
                            PtError *err)
{
    JobFile file = {0};
    ConnectInput *input = NULL;
    PtError why = {0};
    *ret_found = false;
    PtStatus st = job_file_open(jobs, id, &file, err);
    if (st != PT_OK) {
        return st == PT_NOT_FOUND ? PT_OK : st;
    }
    st = connect_input_over(job_file_source(&file), 0, &input, &why);
    if (st == PT_OK) {
        st = search_source(s, connect_input_source(input), ret_found, &why);
    }
    connect_input_close(input);
    job_file_close(&file);
    return st == PT_OK || st == PT_CORRUPT || st == PT_INVALID
               ? PT_OK
               : pt_fail(err, st, "%s", why.message);
}

static PtStatus forget_file(ConnectJobs *jobs, PtSqlTx *tx, ConnectJob *job, void *ctx,
                            PtError *err)
{
    (void)tx;
    (void)ctx;
    const ConnectJobState before = job->state;
    PtStatus st = connect_job_step(before, CONNECT_STEP_REMOVE, &job->state, err);
    job->file_kept = false;
    if (st == PT_OK && before != job->state) {
        job->finished_ms = pt_clock_now_ms(jobs->c.clock);
        (void)snprintf(job->reason, sizeof job->reason,
                       "the file was removed: it held somebody who was erased");
    }
    return st;
}

static PtStatus erase_file(ConnectJobs *jobs, const Search *s, const ConnectJob *job,
                           ConnectErased *sum, PtError *err)
{
    static const AuditActor server = {.kind = AUDIT_SYSTEM};
    const JobChange change = {
        .id = pt_str(job->id), .fn = forget_file, .by = &server, .what = "erased"};
    ConnectJob after;
    bool found = false;
    if (!job->file_kept) { // an unlink that failed may have left it
        return job_file_remove(jobs, job->id, err);
    }
    PtStatus st = search_file(jobs, s, job->id, &found, err);
    if (st != PT_OK || !found) {
        return st;
    }
    PtError why = {0};
    st = job_change(jobs, &change, &after, &why);
    if (st == PT_CONFLICT) { // it runs, or is being checked
        sum->waiting++;
        return PT_OK;
    }
    sum->files += st == PT_OK;
    return st == PT_OK ? job_file_remove(jobs, job->id, err) : pt_fail(err, st, "%s", why.message);
}

static PtStatus drop_refusal(ConnectJobs *jobs, const char *id, uint64_t number, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(jobs->c.sql, true, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_IMPORT_REFUSAL_DROP, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(id));
    pt_sql_bind_i64(tx, 2, (int64_t)number);
    st = pt_sql_finish(tx, err);
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

static PtStatus erase_refusals(ConnectJobs *jobs, const Search *s, const ConnectJob *job,
                               PtArena *arena, ConnectErased *sum, PtError *err)
{
    ConnectRefusals page = {.count = PAGE};
    uint64_t after = 0;
    PtStatus st = PT_OK;
    while (st == PT_OK && page.count == PAGE) {
        pt_arena_clear(arena);
        st = connect_job_refusals(jobs, pt_str(job->id), after, PAGE, arena, &page, err);
        for (size_t i = 0; st == PT_OK && i < page.count; i++) {
            after = page.rows[i].number;
            if (s->finds(s->ctx, page.rows[i].text) || s->finds(s->ctx, page.rows[i].reason)) {
                st = drop_refusal(jobs, job->id, after, err);
                sum->refusals += st == PT_OK;
            }
        }
    }
    return st;
}

PtStatus connect_jobs_erase(ConnectJobs *jobs, ConnectFindsFn *finds, const void *ctx,
                            ConnectErased *ret_erased, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *list_arena = pt_arena_new(ARENA);
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA);
    const Search s = {finds, ctx};
    ConnectErased sum = {0};
    char after[CONNECT_JOB_ID] = "";
    size_t count = PAGE;
    PtStatus st = list_arena != NULL && arena != NULL
                      ? PT_OK
                      : pt_fail(err, PT_NO_MEMORY, "no memory to search imports");
    while (st == PT_OK && count == PAGE) {
        const ConnectJobsQuery query = {
            .state = CONNECT_STATES, .after = pt_str(after), .limit = PAGE};
        ConnectJob *list = NULL;
        pt_arena_clear(list_arena);
        st = connect_jobs_list(jobs, &query, list_arena, &list, &count, err);
        for (size_t i = 0; st == PT_OK && i < count; i++) {
            (void)snprintf(after, sizeof after, "%s", list[i].id);
            st = erase_file(jobs, &s, &list[i], &sum, err);
            st = st == PT_OK ? erase_refusals(jobs, &s, &list[i], arena, &sum, err) : st;
        }
    }
    if (st == PT_OK) {
        *ret_erased = sum;
    }
    return st;
}
