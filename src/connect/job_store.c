// SPDX-License-Identifier: Apache-2.0
/* Imports as rows. */
#include "connect/job_internal.h"

#include "base/json.h"
#include "base/uuid.h"
#include "job.sql.h"

#include <stdlib.h>

void job_say(char *out, size_t size, const char *text)
{
    const char *p = text, *end = text + strlen(text);
    size_t len = 0;
    while (p < end) {
        size_t n = pt_utf8_step(p, end);
        if (len + (n > 0 ? n : 1) >= size) {
            break;
        }
        if (n > 0) {
            memcpy(out + len, p, n);
        } else {
            out[len] = '?';
        }
        len += n > 0 ? n : 1;
        p += n > 0 ? n : 1;
    }
    out[len] = '\0';
}

static uint64_t count_of(PtSqlTx *tx, int column)
{
    int64_t value = pt_sql_i64(tx, column);
    return value > 0 ? (uint64_t)value : 0;
}

/* Columns in the order of import_get. */
static PtStatus read_row(PtSqlTx *tx, ConnectJob *j, PtError *err)
{
    *j = (ConnectJob){.bytes = count_of(tx, 8),
                      .uploaded = count_of(tx, 9),
                      .file_kept = pt_sql_i64(tx, 10) != 0,
                      .has_mapping = pt_sql_i64(tx, 11) != 0,
                      .created_ms = pt_sql_i64(tx, 15),
                      .queued_ms = pt_sql_i64(tx, 16),
                      .started_ms = pt_sql_i64(tx, 17),
                      .changed_ms = pt_sql_i64(tx, 18),
                      .finished_ms = pt_sql_i64(tx, 19),
                      .rows_per_s = -1,
                      .events_per_s = -1};
    j->progress = (ConnectProgress){.bytes_read = count_of(tx, 20),
                                    .rows = {.rows = count_of(tx, 21),
                                             .rejected = count_of(tx, 22),
                                             .skipped = count_of(tx, 23)},
                                    .acked = count_of(tx, 24),
                                    .landed = count_of(tx, 25),
                                    .duplicates = count_of(tx, 26),
                                    .resent = count_of(tx, 27),
                                    .quarantined = count_of(tx, 28),
                                    .sent_max = count_of(tx, 29),
                                    .refusals = count_of(tx, 30)};
    bool whole = pt_str_copy(j->id, sizeof j->id, pt_sql_text(tx, 0)) &&
                 pt_str_copy(j->name, sizeof j->name, pt_sql_text(tx, 1)) &&
                 pt_str_copy(j->source, sizeof j->source, pt_sql_text(tx, 2)) &&
                 pt_str_copy(j->source_id, sizeof j->source_id, pt_sql_text(tx, 3)) &&
                 connect_job_state_of(pt_sql_text(tx, 4), &j->state) &&
                 pt_str_copy(j->reason, sizeof j->reason, pt_sql_text(tx, 5)) &&
                 pt_str_copy(j->promised, sizeof j->promised, pt_sql_text(tx, 6)) &&
                 pt_str_copy(j->digest, sizeof j->digest, pt_sql_text(tx, 7)) &&
                 pt_str_copy(j->recipe, sizeof j->recipe, pt_sql_text(tx, 12)) &&
                 pt_str_copy(j->note, sizeof j->note, pt_sql_text(tx, 13)) &&
                 pt_str_copy(j->created_by, sizeof j->created_by, pt_sql_text(tx, 14));
    return whole ? PT_OK
                 : pt_fail(err, PT_CORRUPT, "import %s in the database does not read", j->id);
}

/* Begins a statement whose ?1 is an id. What is none is not asked for: it may not even be text. */
static PtStatus use_id(PtSqlTx *tx, const char *statement, PtStr id, PtError *err)
{
    PtUuid uuid;
    if (!pt_uuid_parse(id, &uuid)) {
        return pt_fail(err, PT_NOT_FOUND, "no such import");
    }
    PtStatus st = pt_sql_use(tx, statement, err);
    if (st == PT_OK) {
        pt_sql_bind_text(tx, 1, id);
    }
    return st;
}

PtStatus job_read(PtSqlTx *tx, PtStr id, ConnectJob *ret_job, PtError *err)
{
    bool row = false;
    PtStatus st = use_id(tx, SQL_IMPORT_GET, id, err);
    if (st != PT_OK) {
        return st;
    }
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        st = row ? read_row(tx, ret_job, err) : pt_fail(err, PT_NOT_FOUND, "no such import");
    }
    pt_sql_done(tx);
    return st;
}

PtStatus job_read_list(PtSqlTx *tx, const ConnectJobsQuery *query, PtArena *arena,
                       ConnectJob **ret_list, size_t *ret_count, PtError *err)
{
    const size_t limit = query->limit;
    ConnectJob *list = pt_arena_alloc(arena, limit > 0 ? limit : 1, sizeof *list);
    bool any = query->state == CONNECT_STATES, row = false;
    size_t count = 0;
    if (list == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for %zu imports", limit);
    }
    PtStatus st = pt_sql_use(tx, any ? SQL_IMPORT_LIST : SQL_IMPORT_LIST_STATE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, query->after.len > 0 ? query->after : PT_STR("z")); // behind every id
    pt_sql_bind_i64(tx, 2, (int64_t)limit);
    if (!any) {
        pt_sql_bind_text(tx, 3, pt_str(connect_job_state_name(query->state)));
    }
    while (count < limit && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        st = read_row(tx, &list[count], err);
        if (st != PT_OK) {
            break;
        }
        count++;
    }
    pt_sql_done(tx);
    *ret_list = list;
    *ret_count = count;
    return st;
}

static void bind_optional(PtSqlTx *tx, int index, const char *text)
{
    pt_sql_bind_text(tx, index, text[0] != '\0' ? pt_str(text) : (PtStr){NULL, 0});
}

static void bind_time(PtSqlTx *tx, int index, int64_t ms)
{
    if (ms != 0) {
        pt_sql_bind_i64(tx, index, ms);
    } else {
        pt_sql_bind_null(tx, index);
    }
}

PtStatus job_insert(PtSqlTx *tx, const ConnectJob *job, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_IMPORT_ADD, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(job->id));
    pt_sql_bind_text(tx, 2, pt_str(job->name));
    pt_sql_bind_text(tx, 3, pt_str(job->source));
    bind_optional(tx, 4, job->source_id);
    bind_optional(tx, 5, job->promised);
    pt_sql_bind_i64(tx, 6, (int64_t)job->bytes);
    pt_sql_bind_text(tx, 7, pt_str(job->created_by));
    pt_sql_bind_i64(tx, 8, job->created_ms);
    return pt_sql_finish(tx, err);
}

PtStatus job_save(PtSqlTx *tx, const ConnectJob *job, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_IMPORT_SAVE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(job->id));
    pt_sql_bind_text(tx, 2, pt_str(job->name));
    pt_sql_bind_text(tx, 3, pt_str(job->source));
    bind_optional(tx, 4, job->source_id);
    pt_sql_bind_text(tx, 5, pt_str(connect_job_state_name(job->state)));
    bind_optional(tx, 6, job->reason);
    bind_optional(tx, 7, job->digest);
    pt_sql_bind_i64(tx, 8, (int64_t)job->uploaded);
    pt_sql_bind_i64(tx, 9, job->file_kept);
    bind_optional(tx, 10, job->note);
    bind_time(tx, 11, job->queued_ms);
    bind_time(tx, 12, job->started_ms);
    pt_sql_bind_i64(tx, 13, job->changed_ms);
    bind_time(tx, 14, job->finished_ms);
    return pt_sql_finish(tx, err);
}

PtStatus job_checkpoint(PtSqlTx *tx, const char *id, const ConnectProgress *p, PtError *err)
{
    const uint64_t counts[] = {p->bytes_read,  p->rows.rows, p->rows.rejected, p->rows.skipped,
                               p->acked,       p->landed,    p->duplicates,    p->resent,
                               p->quarantined, p->sent_max,  p->refusals};
    PtStatus st = pt_sql_use(tx, SQL_IMPORT_CHECKPOINT, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(id));
    for (int i = 0; i < (int)(sizeof counts / sizeof *counts); i++) {
        pt_sql_bind_i64(tx, i + 2, (int64_t)counts[i]);
    }
    return pt_sql_finish(tx, err);
}

PtStatus job_put_mapping(PtSqlTx *tx, const char *id, PtStr mapping, PtStr recipe, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_IMPORT_SET_MAPPING, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(id));
    pt_sql_bind_text(tx, 2, mapping);
    pt_sql_bind_text(tx, 3, recipe.len > 0 ? recipe : (PtStr){NULL, 0});
    return pt_sql_finish(tx, err);
}

PtStatus job_get_mapping(PtSqlTx *tx, PtStr id, PtArena *arena, PtStr *ret_mapping,
                         PtStr *ret_recipe, PtError *err)
{
    bool row = false;
    PtStr texts[2] = {{NULL, 0}, {NULL, 0}};
    PtStatus st = use_id(tx, SQL_IMPORT_MAPPING, id, err);
    if (st != PT_OK) {
        return st;
    }
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK && !row) {
        st = pt_fail(err, PT_NOT_FOUND, "no such import");
    }
    for (int i = 0; st == PT_OK && i < 2; i++) {
        if (!pt_sql_is_null(tx, i)) {
            texts[i] = pt_arena_str(arena, pt_sql_text(tx, i));
            st = texts[i].data != NULL ? PT_OK
                                       : pt_fail(err, PT_NO_MEMORY, "no memory for the mapping");
        }
    }
    pt_sql_done(tx);
    *ret_mapping = texts[0];
    *ret_recipe = texts[1];
    return st;
}

PtStatus job_kept(PtSqlTx *tx, uint64_t *ret_files, uint64_t *ret_bytes, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_IMPORT_KEPT, err);
    st = st == PT_OK ? pt_sql_step(tx, &row, err) : st;
    *ret_files = st == PT_OK && row ? count_of(tx, 0) : 0;
    *ret_bytes = st == PT_OK && row ? count_of(tx, 1) : 0;
    pt_sql_done(tx);
    return st;
}

PtStatus job_first(PtSqlTx *tx, JobQuery query, int64_t before_ms,
                   char ret_id[static CONNECT_JOB_ID], PtError *err)
{
    static const char *const statements[] = {[JOB_QUEUED] = SQL_IMPORT_FIRST_QUEUED,
                                             [JOB_UNCHECKED] = SQL_IMPORT_FIRST_UNCHECKED,
                                             [JOB_LEFTOVER] = SQL_IMPORT_FIRST_LEFTOVER};
    bool row = false;
    PtStatus st = pt_sql_use(tx, statements[query], err);
    if (st != PT_OK) {
        return st;
    }
    if (query == JOB_LEFTOVER) {
        pt_sql_bind_i64(tx, 1, before_ms);
    }
    st = pt_sql_step(tx, &row, err);
    (void)pt_str_copy(ret_id, CONNECT_JOB_ID,
                      st == PT_OK && row ? pt_sql_text(tx, 0) : (PtStr){NULL, 0});
    pt_sql_done(tx);
    return st;
}

PtStatus job_put_refusal(PtSqlTx *tx, const char *id, const ConnectRefusal *r, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_IMPORT_REFUSAL_ADD, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(id));
    pt_sql_bind_i64(tx, 2, (int64_t)r->number);
    pt_sql_bind_i64(tx, 3, (int64_t)r->row);
    pt_sql_bind_i64(tx, 4, (int64_t)r->line);
    pt_sql_bind_text(tx, 5, r->column.len > 0 ? r->column : (PtStr){NULL, 0});
    pt_sql_bind_text(tx, 6, r->reason);
    pt_sql_bind_text(tx, 7, r->text.len > 0 ? r->text : PT_STR(""));
    return pt_sql_finish(tx, err);
}

static PtStatus read_refusal(PtSqlTx *tx, PtArena *arena, ConnectRefusal *r, PtError *err)
{
    PtStr *const texts[] = {&r->column, &r->reason, &r->text};
    *r = (ConnectRefusal){count_of(tx, 0), count_of(tx, 1), count_of(tx, 2),
                          {NULL, 0},       {NULL, 0},       {NULL, 0}};
    for (int i = 0; i < 3; i++) {
        if (pt_sql_is_null(tx, i + 3)) {
            continue;
        }
        *texts[i] = pt_arena_str(arena, pt_sql_text(tx, i + 3));
        if (texts[i]->data == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for refused rows");
        }
    }
    return PT_OK;
}

PtStatus job_read_refusals(PtSqlTx *tx, PtStr id, uint64_t after, size_t limit, PtArena *arena,
                           ConnectRefusals *ret_page, PtError *err)
{
    ConnectRefusal *list = pt_arena_alloc(arena, limit > 0 ? limit : 1, sizeof *list);
    bool row = false;
    size_t count = 0;
    if (list == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for refused rows");
    }
    PtStatus st = pt_sql_use(tx, SQL_IMPORT_REFUSAL_LIST, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, id);
    pt_sql_bind_i64(tx, 2, (int64_t)after);
    pt_sql_bind_i64(tx, 3, (int64_t)limit);
    while (count < limit && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        st = read_refusal(tx, arena, &list[count], err);
        if (st != PT_OK) {
            break;
        }
        count++;
    }
    pt_sql_done(tx);
    *ret_page = (ConnectRefusals){list, count};
    return st;
}

PtStatus job_drop_refusals(PtSqlTx *tx, const char *id, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_IMPORT_REFUSALS_DROP, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(id));
    return pt_sql_finish(tx, err);
}

PtStatus job_put_back(PtSqlTx *tx, PtError *err)
{
    return pt_sql_run(tx, SQL_IMPORT_PUT_BACK, err);
}

PtStatus job_check_mapping(PtSqlTx *tx, const ConnectJob *job, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_IMPORT_OTHER_MAPPING, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(job->digest));
    pt_sql_bind_text(tx, 2, pt_str(job->source_id));
    pt_sql_bind_text(tx, 3, pt_str(job->id));
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK && row) {
        PtStr name = pt_sql_text(tx, 0);
        st = pt_fail(err, PT_CONFLICT,
                     "this file went into source \"%.60s\" with another mapping (import "
                     "\"%.*s\"): its events would be dropped as duplicates; choose another source",
                     job->source, (int)(name.len < 60 ? name.len : 60), name.data);
    }
    pt_sql_done(tx);
    return st;
}

PtStatus job_audit(PtSqlTx *tx, int64_t now_ms, const ConnectJob *job, const AuditActor *by,
                   const char *what, PtError *err)
{
    const struct {
        PtStr key, value;
    } texts[] = {{PT_STR("source"), pt_str(job->source)},
                 {PT_STR("sha256"), pt_str(job->digest)},
                 {PT_STR("recipe"), pt_str(job->recipe)},
                 {PT_STR("reason"), pt_str(job->reason)}};
    PtBuf detail;
    char action[32];
    pt_buf_init(&detail, 8192);
    PtJsonOut o = pt_json_out(&detail);
    pt_json_out_object(&o);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (texts[i].value.len > 0) {
            pt_json_out_key(&o, texts[i].key);
            pt_json_out_str(&o, texts[i].value);
        }
    }
    pt_json_put_u64(&o, "bytes", job->bytes);
    pt_json_put_u64(&o, "events", job->progress.acked);
    pt_json_out_object_end(&o);
    (void)snprintf(action, sizeof action, "import.%s", what);
    const AuditEntry entry = {.by = by,
                              .action = action,
                              .subject_type = "import",
                              .subject = pt_str(job->id),
                              .subject_name = pt_str(job->name),
                              .detail = pt_buf_str(&detail)};
    PtStatus st = pt_buf_status(&detail) == PT_OK
                      ? audit_write(tx, now_ms, &entry, err)
                      : pt_fail(err, pt_buf_status(&detail), "no memory for an audit entry");
    pt_buf_done(&detail);
    return st;
}
