// SPDX-License-Identifier: Apache-2.0
/* Reports: saved questions, staff's, in the core database, audited. */
#include "base/json.h"
#include "base/rng.h"
#include "base/uuid.h"
#include "behaviour/behaviour_internal.h"
#include "behaviour/query_internal.h"
#include "reports.sql.h"

#include <string.h>

enum {
    NAME_MAX = 200, /* characters */
    DESCRIPTION_MAX = 2000,
    QUERY_BYTES = 64 << 10, /* with all members */
    SHOWN_BYTES = 16 << 10,
    ALL_BYTES = 4 << 20, /* of all reports: they are listed whole */
    DETAIL_QUERY_MAX = 8 << 10,
    DETAIL_BYTES = 16 << 10,
    JSON_DEPTH = 64,
    READING_BYTES = 64 << 20, /* of memory, for one query */
};

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for reports");
}

/* ---- Reading ----------------------------------------------------------------------------------
 */

/* id, name, description, kind, query, shown, changed_by, created_ms, changed_ms, version */
static PtStatus copy_row(PtSqlTx *tx, PtArena *arena, BehaviourReport *report, PtError *err)
{
    PtStr *const texts[] = {&report->id,    &report->name,  &report->description, &report->kind,
                            &report->query, &report->shown, &report->changed_by};
    *report = (BehaviourReport){.created_ms = pt_sql_i64(tx, 7),
                                .changed_ms = pt_sql_i64(tx, 8),
                                .version = pt_sql_i64(tx, 9)};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i] = pt_arena_str(arena, pt_sql_text(tx, (int)i));
        if (texts[i]->data == NULL) {
            return no_memory(err);
        }
    }
    return PT_OK;
}

static PtStatus get_row(PtSqlTx *tx, PtStr id, PtArena *arena, BehaviourReport *report,
                        PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_REPORT_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, id);
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        st = row ? copy_row(tx, arena, report, err)
                 : pt_fail(err, PT_NOT_FOUND, "no report has that id");
    }
    pt_sql_done(tx);
    return st;
}

PtStatus behaviour_report(Behaviour *b, PtStr id, PtArena *arena, BehaviourReport *ret_report,
                          PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    BehaviourReport report;
    PtStatus st = pt_sql_begin(b->c.core, false, &tx, err);
    st = st == PT_OK ? get_row(tx, id, arena, &report, err) : st;
    if (st == PT_OK) {
        *ret_report = report;
    }
    return st;
}

PtStatus behaviour_reports(Behaviour *b, PtArena *arena, BehaviourReport **ret_reports,
                           size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    BehaviourReport *reports = pt_arena_alloc(arena, BEHAVIOUR_REPORTS_MAX, sizeof *reports);
    size_t count = 0;
    bool row = true;
    if (reports == NULL) {
        return no_memory(err);
    }
    PtStatus st = pt_sql_begin(b->c.core, false, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_REPORT_LIST, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, BEHAVIOUR_REPORTS_MAX);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row &&
           (st = copy_row(tx, arena, &reports[count], err)) == PT_OK) {
        count++;
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_reports = reports;
        *ret_count = count;
    }
    return st;
}

/* ---- An edit, checked -------------------------------------------------------------------------
 */

typedef struct Change {
    PtSqlTx *tx;
    PtArena *arena; /* its own */
    const AuditActor *by;
    int64_t now_ms;
    PtStr id, name, description, kind, shown;
    PtBuf query;
} Change;

static size_t characters(PtStr text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        count += ((unsigned char)text.data[i] & 0xc0U) != 0x80;
    }
    return count;
}

static PtStatus check_texts(const Change *c, PtError *err)
{
    for (size_t i = 0; i < c->name.len; i++) {
        if ((unsigned char)c->name.data[i] < ' ') {
            return pt_fail(err, PT_INVALID, "name: holds control characters");
        }
    }
    if (c->name.len == 0 || !pt_utf8_valid(c->name) || characters(c->name) > NAME_MAX) {
        return pt_fail(err, PT_INVALID, "name: not 1 to %d characters of UTF-8", NAME_MAX);
    }
    if (!pt_utf8_valid(c->description) || characters(c->description) > DESCRIPTION_MAX ||
        memchr(c->description.data, '\0', c->description.len) != NULL) {
        return pt_fail(err, PT_INVALID, "description: not up to %d characters of UTF-8",
                       DESCRIPTION_MAX);
    }
    if (c->shown.len > SHOWN_BYTES) {
        return pt_fail(err, PT_TOO_LARGE, "shown: is over %d bytes", SHOWN_BYTES);
    }
    if (pt_json_check(c->shown, JSON_DEPTH, NULL) != PT_OK || c->shown.data[0] != '{') {
        return pt_fail(err, PT_INVALID, "shown: not a JSON object");
    }
    return PT_OK;
}

/* The member "kind" of a query as behaviour_query_read writes it. */
static PtStr kind_of(PtStr query)
{
    PtJson j;
    pt_json_init(&j, query, JSON_DEPTH);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return (PtStr){NULL, 0};
    }
    while (pt_json_next(&j) == PT_JSON_KEY) {
        if (pt_json_raw_eq(j.raw, j.flags, PT_STR("kind"))) {
            return pt_json_next(&j) == PT_JSON_STRING ? j.raw : (PtStr){NULL, 0};
        }
        if (!pt_json_skip(&j, NULL, NULL, NULL)) {
            break;
        }
    }
    return (PtStr){NULL, 0};
}

static PtStatus read_edit(Change *c, Behaviour *b, const BehaviourReportEdit *edit, PtError *err)
{
    c->name = edit->name;
    c->description = edit->description.data != NULL ? edit->description : PT_STR("");
    c->shown = edit->shown.data != NULL ? edit->shown : PT_STR("{}");
    PtStatus st = check_texts(c, err);
    st = st == PT_OK ? behaviour_query_read(b, edit->query, c->arena, &c->query, err) : st;
    if (st == PT_OK && pt_buf_status(&c->query) != PT_OK) {
        st = pt_fail(err, pt_buf_status(&c->query), "the query has over %d bytes", QUERY_BYTES);
    }
    if (st == PT_OK) {
        c->kind = kind_of(pt_buf_str(&c->query));
        st = c->kind.data != NULL ? PT_OK : pt_fail(err, PT_CORRUPT, "a query without a kind");
    }
    return st;
}

/* ---- Rules of saved questions -----------------------------------------------------------------
 */

static PtStatus saved_who(void *ctx, PtStr id, PtArena *arena, PtStr *ret_who, PtError *err)
{
    PT_CLEANUP(query_freep) Query *q = NULL;
    PT_CLEANUP(pt_buf_done) PtBuf rule;
    BehaviourReport report;
    pt_buf_init(&rule, QUERY_JSON);
    PtStatus st = behaviour_report(ctx, id, arena, &report, err);
    st = st == PT_OK ? query_read(report.query, arena, &q, err) : st;
    if (st != PT_OK) {
        return st == PT_NOT_FOUND ? pt_fail(err, PT_INVALID, "no saved question has that id") : st;
    }
    if (q->who == NULL) {
        return pt_fail(err, PT_INVALID, "\"%.*s\" is about everybody: it has no \"who\"",
                       PT_STR_ARG(report.name));
    }
    rule_who_write(q->who, &rule);
    *ret_who = pt_arena_str(arena, pt_buf_str(&rule));
    return pt_buf_status(&rule) == PT_OK && ret_who->data != NULL ? PT_OK : query_no_memory(err);
}

PtStatus reports_read_query(Behaviour *b, PtStr json, PtArena *arena, Query **ret_query,
                            PtError *err)
{
    const QuerySaved saved = {saved_who, b};
    return query_read_saved(json, &saved, arena, ret_query, err);
}

/* ---- Changes ----------------------------------------------------------------------------------
 */

/* edit NULL: it is to be deleted. */
static PtStatus begin_change(Change *c, Behaviour *b, const AuditActor *by,
                             const BehaviourReportEdit *edit, PtError *err)
{
    pt_buf_init(&c->query, QUERY_BYTES);
    c->by = by;
    c->now_ms = pt_clock_now_ms(b->c.clock);
    c->arena = pt_arena_new(READING_BYTES);
    PtStatus st = c->arena != NULL ? PT_OK : no_memory(err);
    st = st == PT_OK && edit != NULL ? read_edit(c, b, edit, err) : st;
    return st == PT_OK ? pt_sql_begin(b->c.core, true, &c->tx, err) : st;
}

static void done_change(Change *c)
{
    pt_sql_rollback(PT_TAKE(c->tx));
    pt_buf_done(&c->query);
    pt_arena_free(c->arena);
}

static int64_t bytes_of(const Change *c)
{
    return (int64_t)(c->name.len + c->description.len + c->kind.len + c->query.len + c->shown.len);
}

static PtStatus name_is_free(const Change *c, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(c->tx, SQL_REPORT_NAMED, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(c->tx, 1, c->name);
    pt_sql_bind_text(c->tx, 2, c->id);
    st = pt_sql_step(c->tx, &row, err);
    pt_sql_done(c->tx);
    return st == PT_OK && row ? pt_fail(err, PT_CONFLICT, "a report has the name \"%.*s\" already",
                                        PT_STR_ARG(c->name))
                              : st;
}

static PtStatus there_is_room(const Change *c, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(c->tx, SQL_REPORT_SIZE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(c->tx, 1, c->id);
    st = pt_sql_step(c->tx, &row, err);
    const int64_t count = row ? pt_sql_i64(c->tx, 0) : 0, bytes = row ? pt_sql_i64(c->tx, 1) : 0;
    pt_sql_done(c->tx);
    if (st == PT_OK && count >= BEHAVIOUR_REPORTS_MAX) {
        st = pt_fail(err, PT_TOO_LARGE, "there are %d reports, and no room for more",
                     BEHAVIOUR_REPORTS_MAX);
    } else if (st == PT_OK && bytes + bytes_of(c) > ALL_BYTES) {
        st = pt_fail(err, PT_TOO_LARGE, "all reports together would have over %d bytes", ALL_BYTES);
    }
    return st;
}

static void bind_edit(const Change *c)
{
    pt_sql_bind_text(c->tx, 1, c->id);
    pt_sql_bind_text(c->tx, 2, c->name);
    pt_sql_bind_text(c->tx, 3, c->description);
    pt_sql_bind_text(c->tx, 4, c->kind);
    pt_sql_bind_text(c->tx, 5, pt_buf_str(&c->query));
    pt_sql_bind_text(c->tx, 6, c->shown);
    pt_sql_bind_i64(c->tx, 7, bytes_of(c));
    pt_sql_bind_i64(c->tx, 8, c->now_ms);
    pt_sql_bind_text(c->tx, 9, audit_actor_name(c->by));
}

/* The statement takes what bind_edit binds. */
static PtStatus write_edit(const Change *c, const char *statement, PtError *err)
{
    PtStatus st = name_is_free(c, err);
    st = st == PT_OK ? there_is_room(c, err) : st;
    st = st == PT_OK ? pt_sql_use(c->tx, statement, err) : st;
    if (st != PT_OK) {
        return st;
    }
    bind_edit(c);
    return pt_sql_finish(c->tx, err);
}

static PtStatus end_change(Change *c, const char *action, PtError *err)
{
    PtBuf detail;
    pt_buf_init(&detail, DETAIL_BYTES);
    PtJsonOut out = pt_json_out(&detail);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "name", c->name);
    if (c->query.len > 0 && c->query.len <= DETAIL_QUERY_MAX) {
        pt_json_out_key(&out, PT_STR("query"));
        pt_json_out_raw(&out, pt_buf_str(&c->query));
    }
    pt_json_out_object_end(&out);
    const AuditEntry entry = {.by = c->by,
                              .action = action,
                              .subject_type = "report",
                              .subject = c->id,
                              .subject_name = c->name,
                              .detail = pt_buf_str(&detail)};
    PtStatus st = pt_buf_status(&detail) == PT_OK ? audit_write(c->tx, c->now_ms, &entry, err)
                                                  : no_memory(err);
    pt_buf_done(&detail);
    return st == PT_OK ? pt_sql_commit(&c->tx, err) : st;
}

PtStatus behaviour_report_add(Behaviour *b, const AuditActor *by, const BehaviourReportEdit *edit,
                              char ret_id[static 37], PtError *err)
{
    uint8_t random[10];
    char id[PT_UUID_TEXT];
    Change c = {0};
    pt_random_bytes(random, sizeof random);
    c.id = pt_uuid_format(pt_uuid7(pt_clock_now_ms(pt_clock_real()), random), id);
    PtStatus st = begin_change(&c, b, by, edit, err);
    st = st == PT_OK ? write_edit(&c, SQL_REPORT_ADD, err) : st;
    st = st == PT_OK ? end_change(&c, "report.added", err) : st;
    done_change(&c);
    if (st == PT_OK) {
        memcpy(ret_id, id, sizeof id);
    }
    return st;
}

PtStatus behaviour_report_save(Behaviour *b, const AuditActor *by, PtStr id, int64_t version,
                               const BehaviourReportEdit *edit, PtArena *arena, PtError *err)
{
    Change c = {.id = id};
    BehaviourReport before = {0};
    PtStatus st = begin_change(&c, b, by, edit, err);
    st = st == PT_OK ? get_row(c.tx, id, arena, &before, err) : st;
    if (st == PT_OK && before.version != version) {
        st = pt_fail(err, PT_CONFLICT,
                     "version: %lld is not the newest: the report was saved by somebody else since",
                     (long long)version);
    }
    st = st == PT_OK ? write_edit(&c, SQL_REPORT_SAVE, err) : st;
    st = st == PT_OK ? end_change(&c, "report.changed", err) : st;
    done_change(&c);
    return st;
}

static PtStatus is_not_exported(const Change *c, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(c->tx, SQL_REPORT_EXPORTED, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(c->tx, 1, c->id);
    st = pt_sql_step(c->tx, &row, err);
    if (st == PT_OK && row) {
        st = pt_fail(err, PT_CONFLICT, "the export \"%.*s\" needs the report: remove that first",
                     PT_STR_ARG(pt_sql_text(c->tx, 0)));
    }
    pt_sql_done(c->tx);
    return st;
}

PtStatus behaviour_report_delete(Behaviour *b, const AuditActor *by, PtStr id, PtArena *arena,
                                 PtError *err)
{
    Change c = {.id = id};
    BehaviourReport before = {0};
    PtStatus st = begin_change(&c, b, by, NULL, err);
    st = st == PT_OK ? get_row(c.tx, id, arena, &before, err) : st;
    st = st == PT_OK ? is_not_exported(&c, err) : st;
    st = st == PT_OK ? pt_sql_use(c.tx, SQL_REPORT_DELETE, err) : st;
    if (st == PT_OK) {
        c.name = before.name;
        pt_sql_bind_text(c.tx, 1, id);
        st = pt_sql_finish(c.tx, err);
    }
    st = st == PT_OK ? end_change(&c, "report.removed", err) : st;
    done_change(&c);
    return st;
}
