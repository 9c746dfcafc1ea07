// SPDX-License-Identifier: Apache-2.0
/* Jobs and runs as rows. */
#include "base/uuid.h"
#include "behaviour/export_jobs_internal.h"
#include "export_jobs.sql.h"

const char *const behaviour_every_names[] = {"hour", "day", "week", NULL};
const char *const behaviour_cause_names[] = {"schedule", "person", NULL};
const char *const behaviour_outcome_names[] = {"waiting", "running",     "done",
                                               "failed",  "interrupted", NULL};
enum { FILES_READ = 2 * BEHAVIOUR_JOB_FILES_MAX };

const char *const behaviour_sending_names[] = {"none", "waiting", "sent", "failed", NULL};
static const char *const whats[] = {"answer", "people", "events", NULL};
static const char *const formats[] = {"csv", "jsonl", "parquet", NULL};

/* ---- Reading ----------------------------------------------------------------------------------
 */

/* The row's columns from left to right; the first thing wrong with one ends the reading. */
typedef struct Columns {
    PtSqlTx *tx;
    PtArena *arena;
    int at;
    bool out_of_memory, corrupt;
} Columns;

static PtStr next_text(Columns *c)
{
    const PtStr stored = pt_sql_text(c->tx, c->at++);
    if (stored.data == NULL) {
        return PT_STR("");
    }
    const PtStr copy = pt_arena_str(c->arena, stored);
    c->out_of_memory |= copy.data == NULL;
    return copy;
}

static int64_t next_number(Columns *c)
{
    return pt_sql_i64(c->tx, c->at++);
}

static int next_choice(Columns *c, const char *const *names)
{
    const PtStr stored = pt_sql_text(c->tx, c->at++);
    for (int i = 0; names[i] != NULL; i++) {
        if (pt_str_eq(stored, pt_str(names[i]))) {
            return i;
        }
    }
    c->corrupt = true;
    return 0;
}

static PtStatus columns_status(const Columns *c, PtError *err)
{
    if (c->out_of_memory) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for exports");
    }
    return c->corrupt ? pt_fail(err, PT_CORRUPT, "an export in the database does not read") : PT_OK;
}

static void read_edit(Columns *c, BehaviourJobEdit *e)
{
    e->name = next_text(c);
    e->report = next_text(c);
    e->what = (BehaviourExportWhat)next_choice(c, whats);
    e->format = (BehaviourFormat)next_choice(c, formats);
    e->cell = next_text(c);
    e->every = (BehaviourEvery)next_choice(c, behaviour_every_names);
    e->at_min = next_number(c);
    e->weekday = next_number(c);
    e->zone = next_text(c);
    e->folder = next_text(c);
    e->keep_files = next_number(c);
    e->enabled = next_number(c) != 0;
    e->destination = next_text(c);
}

/* Columns in the order of export_run_get. */
static void read_run(Columns *c, BehaviourJobRun *r)
{
    r->number = next_number(c);
    r->cause = (BehaviourJobCause)next_choice(c, behaviour_cause_names);
    r->outcome = (BehaviourJobOutcome)next_choice(c, behaviour_outcome_names);
    r->reason = next_text(c);
    r->due_ms = next_number(c);
    r->started_ms = next_number(c);
    r->finished_ms = next_number(c);
    r->rows = next_number(c);
    r->bytes = next_number(c);
    r->took_ms = next_number(c);
    r->file = next_text(c);
    r->sending = (BehaviourSending)next_choice(c, behaviour_sending_names);
    r->tries = next_number(c);
    r->try_ms = next_number(c);
    r->place = next_text(c);
    r->trouble = next_text(c);
    r->what = (BehaviourExportWhat)next_choice(c, whats);
    r->format = (BehaviourFormat)next_choice(c, formats);
}

/* Columns in the order of export_job_get. */
static PtStatus read_job(PtSqlTx *tx, PtArena *arena, BehaviourJob *ret_job, PtError *err)
{
    Columns c = {.tx = tx, .arena = arena};
    BehaviourJob j = {0};
    j.id = next_text(&c);
    read_edit(&c, &j.edit);
    j.version = next_number(&c);
    j.created_ms = next_number(&c);
    j.changed_ms = next_number(&c);
    j.changed_by = next_text(&c);
    j.runs = next_number(&c);
    j.failures = next_number(&c);
    j.due_ms = next_number(&c);
    j.report_name = next_text(&c);
    if (!pt_sql_is_null(tx, c.at)) { // it ran
        read_run(&c, &j.last);
    }
    PtStatus st = columns_status(&c, err);
    if (st == PT_OK) {
        *ret_job = j;
    }
    return st;
}

PtStatus export_job_read(PtSqlTx *tx, PtStr id, PtArena *arena, BehaviourJob *ret_job, PtError *err)
{
    PtUuid uuid;
    bool row = false;
    PtStatus st = pt_uuid_parse(id, &uuid) ? pt_sql_use(tx, SQL_EXPORT_JOB_GET, err)
                                           : pt_fail(err, PT_NOT_FOUND, "no such export");
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, id);
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        st = row ? read_job(tx, arena, ret_job, err) : pt_fail(err, PT_NOT_FOUND, "no such export");
    }
    pt_sql_done(tx);
    return st;
}

PtStatus export_jobs_read(PtSqlTx *tx, PtArena *arena, BehaviourJob **ret_list, size_t *ret_count,
                          PtError *err)
{
    BehaviourJob *list = pt_arena_alloc(arena, BEHAVIOUR_JOBS_MAX, sizeof *list);
    size_t count = 0;
    bool row = true;
    PtStatus st = list != NULL ? pt_sql_use(tx, SQL_EXPORT_JOB_LIST, err)
                               : pt_fail(err, PT_NO_MEMORY, "no memory for exports");
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, BEHAVIOUR_JOBS_MAX);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row &&
           (st = read_job(tx, arena, &list[count], err)) == PT_OK) {
        count++;
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_list = list;
        *ret_count = count;
    }
    return st;
}

static PtStatus copy_run(PtSqlTx *tx, PtArena *arena, BehaviourJobRun *ret_run, PtError *err)
{
    Columns c = {.tx = tx, .arena = arena};
    read_run(&c, ret_run);
    return columns_status(&c, err);
}

PtStatus export_run_read(PtSqlTx *tx, PtStr job, int64_t number, PtArena *arena,
                         BehaviourJobRun *ret_run, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_EXPORT_RUN_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, job);
    pt_sql_bind_i64(tx, 2, number);
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        st = row ? copy_run(tx, arena, ret_run, err) : pt_fail(err, PT_NOT_FOUND, "no such run");
    }
    pt_sql_done(tx);
    return st;
}

PtStatus export_runs_read(PtSqlTx *tx, PtStr job, PtArena *arena, BehaviourJobRun **ret_runs,
                          size_t *ret_count, PtError *err)
{
    BehaviourJobRun *runs = pt_arena_alloc(arena, BEHAVIOUR_JOB_RUNS_KEPT, sizeof *runs);
    size_t count = 0;
    bool row = true;
    PtStatus st = runs != NULL ? pt_sql_use(tx, SQL_EXPORT_RUN_LIST, err)
                               : pt_fail(err, PT_NO_MEMORY, "no memory for exports");
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, job);
    pt_sql_bind_i64(tx, 2, BEHAVIOUR_JOB_RUNS_KEPT);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row &&
           (st = copy_run(tx, arena, &runs[count], err)) == PT_OK) {
        count++;
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_runs = runs;
        *ret_count = count;
    }
    return st;
}

static PtStatus copy_file(PtSqlTx *tx, PtArena *arena, BehaviourJobRun *ret_run, PtError *err)
{
    Columns c = {.tx = tx, .arena = arena};
    *ret_run = (BehaviourJobRun){0};
    ret_run->number = next_number(&c);
    ret_run->file = next_text(&c);
    ret_run->sending = (BehaviourSending)next_choice(&c, behaviour_sending_names);
    ret_run->what = (BehaviourExportWhat)next_choice(&c, whats);
    ret_run->format = (BehaviourFormat)next_choice(&c, formats);
    return columns_status(&c, err);
}

PtStatus export_files_read(PtSqlTx *tx, const char *statement, PtStr job, int64_t number,
                           PtArena *arena, BehaviourJobRun **ret_runs, PtError *err)
{
    BehaviourJobRun *runs = pt_arena_alloc(arena, FILES_READ + 1, sizeof *runs);
    size_t count = 0;
    bool row = true;
    PtStatus st = runs != NULL ? pt_sql_use(tx, statement, err)
                               : pt_fail(err, PT_NO_MEMORY, "no memory for exports");
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, job);
    pt_sql_bind_i64(tx, 2, number);
    while (count < FILES_READ && (st = pt_sql_step(tx, &row, err)) == PT_OK && row &&
           (st = copy_file(tx, arena, &runs[count], err)) == PT_OK) {
        count++;
    }
    pt_sql_done(tx);
    *ret_runs = runs;
    return st;
}

PtStatus export_number(PtSqlTx *tx, const char *statement, int64_t none, int64_t *ret_number,
                       PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, statement, err);
    st = st == PT_OK ? pt_sql_step(tx, &row, err) : st;
    if (st == PT_OK) {
        *ret_number = row && !pt_sql_is_null(tx, 0) ? pt_sql_i64(tx, 0) : none;
    }
    pt_sql_done(tx);
    return st;
}

/* ---- Writing ----------------------------------------------------------------------------------
 */

static PtStr or_empty(PtStr text)
{
    return text.data != NULL ? text : PT_STR("");
}

PtStatus export_job_write(PtSqlTx *tx, const char *statement, const BehaviourJob *j, PtError *err)
{
    const BehaviourJobEdit *e = &j->edit;
    PtStatus st = pt_sql_use(tx, statement, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, j->id);
    pt_sql_bind_text(tx, 2, e->name);
    pt_sql_bind_text(tx, 3, e->report);
    pt_sql_bind_text(tx, 4, pt_str(whats[e->what]));
    pt_sql_bind_text(tx, 5, pt_str(formats[e->format]));
    pt_sql_bind_text(tx, 6, e->cell);
    pt_sql_bind_text(tx, 7, pt_str(behaviour_every_names[e->every]));
    pt_sql_bind_i64(tx, 8, e->at_min);
    pt_sql_bind_i64(tx, 9, e->weekday);
    pt_sql_bind_text(tx, 10, e->zone);
    pt_sql_bind_text(tx, 11, e->folder);
    pt_sql_bind_i64(tx, 12, e->keep_files);
    pt_sql_bind_i64(tx, 13, e->enabled);
    pt_sql_bind_i64(tx, 14, j->due_ms);
    pt_sql_bind_i64(tx, 15, j->changed_ms);
    pt_sql_bind_text(tx, 16, j->changed_by);
    pt_sql_bind_text(tx, 17, or_empty(e->destination));
    st = pt_sql_finish(tx, err);
    return st == PT_CONFLICT ? pt_fail(err, PT_CONFLICT, "an export has the name \"%.*s\" already",
                                       PT_STR_ARG(e->name))
                             : st;
}

PtStatus export_job_place(PtSqlTx *tx, const BehaviourJob *j, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_EXPORT_JOB_PLACE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, j->id);
    pt_sql_bind_i64(tx, 2, j->runs);
    pt_sql_bind_i64(tx, 3, j->failures);
    pt_sql_bind_i64(tx, 4, j->due_ms);
    return pt_sql_finish(tx, err);
}

PtStatus export_run_put(PtSqlTx *tx, PtStr job, const BehaviourJobRun *r, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_EXPORT_RUN_PUT, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, job);
    pt_sql_bind_i64(tx, 2, r->number);
    pt_sql_bind_text(tx, 3, pt_str(behaviour_cause_names[r->cause]));
    pt_sql_bind_text(tx, 4, pt_str(behaviour_outcome_names[r->outcome]));
    pt_sql_bind_text(tx, 5, r->reason.len > 0 ? r->reason : (PtStr){NULL, 0});
    pt_sql_bind_i64(tx, 6, r->due_ms);
    pt_sql_bind_i64(tx, 7, r->started_ms);
    pt_sql_bind_i64(tx, 8, r->finished_ms);
    pt_sql_bind_i64(tx, 9, r->rows);
    pt_sql_bind_i64(tx, 10, r->bytes);
    pt_sql_bind_i64(tx, 11, r->took_ms);
    pt_sql_bind_text(tx, 12, or_empty(r->file));
    pt_sql_bind_text(tx, 13, pt_str(behaviour_sending_names[r->sending]));
    pt_sql_bind_i64(tx, 14, r->tries);
    pt_sql_bind_i64(tx, 15, r->try_ms);
    pt_sql_bind_text(tx, 16, or_empty(r->place));
    pt_sql_bind_text(tx, 17, or_empty(r->trouble));
    pt_sql_bind_text(tx, 18, pt_str(behaviour_export_names[r->what]));
    pt_sql_bind_text(tx, 19, pt_str(behaviour_format_names[r->format]));
    return pt_sql_finish(tx, err);
}

PtStatus export_runs_trim(PtSqlTx *tx, PtStr job, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_EXPORT_RUN_TRIM, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, job);
    pt_sql_bind_i64(tx, 2, BEHAVIOUR_JOB_RUNS_KEPT);
    return pt_sql_finish(tx, err);
}

/* ---- What cannot be begun ---------------------------------------------------------------------
 */

PtStatus export_run_fail(PtSqlTx *tx, PtStr job, int64_t number, int64_t now_ms, PtStr reason,
                         PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_EXPORT_RUN_FAIL, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, job);
    pt_sql_bind_i64(tx, 2, number);
    pt_sql_bind_text(tx, 3, reason);
    pt_sql_bind_i64(tx, 4, now_ms);
    return pt_sql_finish(tx, err);
}

static PtStatus add_failed(PtSqlTx *tx, PtStr job, int64_t now_ms, PtStr reason, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_EXPORT_RUN_ADD_FAILED, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, job);
    pt_sql_bind_text(tx, 2, reason);
    pt_sql_bind_i64(tx, 3, now_ms);
    return pt_sql_finish(tx, err);
}

PtStatus export_job_put_off(PtSqlTx *tx, PtStr job, int64_t now_ms, int64_t until_ms, PtStr reason,
                            PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_EXPORT_JOB_PUT_OFF, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, job);
    pt_sql_bind_i64(tx, 2, until_ms);
    st = pt_sql_finish(tx, err);
    st = st == PT_OK ? add_failed(tx, job, now_ms, reason, err) : st;
    return st == PT_OK ? export_runs_trim(tx, job, err) : st;
}
