// SPDX-License-Identifier: Apache-2.0
/* The audit chain: /api/v1/audit. */
#include "api/api_internal.h"

#include "base/time.h"

#include <stdio.h>
#include <stdlib.h>

enum { FETCH_RECORDS = 256, EXPORT_PAGE = 500, FILTER_TEXT = 801 };

PtStatus api_audit(ApiCall *call, const char *action, const char *subject_type, PtStr subject,
                   PtStr detail, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const AuditEntry entry = {.by = &call->who.actor,
                              .action = action,
                              .subject_type = subject_type,
                              .subject = subject,
                              .detail = detail};
    PtStatus st = pt_sql_begin_shared(call->api->c.core, &tx, err);
    if (st == PT_OK) {
        st = audit_write(tx, pt_clock_now_ms(pt_clock_real()), &entry, err);
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

/* -- one entry --------------------------------------------------------------------------------- */

static void put_content(PtJsonOut *out, const AuditRecord *r)
{
    static const struct {
        const char *key;
        AuditField field;
    } texts[] = {{"action", AUDIT_ACTION},
                 {"subject_type", AUDIT_SUBJECT_TYPE},
                 {"subject", AUDIT_SUBJECT},
                 {"subject_name", AUDIT_SUBJECT_NAME}};
    if (r->erased) {
        api_put_null(out, "actor");
    } else {
        pt_json_out_key(out, PT_STR("actor"));
        pt_json_out_object(out);
        pt_json_put_str(out, "kind", r->fields[AUDIT_ACTOR_KIND]);
        pt_json_put_str(out, "id", r->fields[AUDIT_ACTOR]);
        pt_json_put_str(out, "name", r->fields[AUDIT_ACTOR_NAME]);
        pt_json_put_str(out, "peer", r->fields[AUDIT_PEER]);
        pt_json_out_object_end(out);
    }
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (r->erased) {
            api_put_null(out, texts[i].key);
        } else {
            pt_json_put_str(out, texts[i].key, r->fields[texts[i].field]);
        }
    }
    // checked when it was written; somebody may have written into the table since
    if (!r->erased && pt_json_check(r->fields[AUDIT_DETAIL], 64, NULL) == PT_OK) {
        api_put_raw(out, "detail", r->fields[AUDIT_DETAIL]);
    } else {
        api_put_null(out, "detail");
    }
}

static void put_hex(PtJsonOut *out, const char *key, PtStr bytes)
{
    char hex[2 * 64 + 1];
    const size_t len = bytes.len < 64 ? bytes.len : 64;
    pt_hex((const uint8_t *)bytes.data, len, hex);
    pt_json_put_str(out, key, pt_str(hex));
}

static void entry_json(PtJsonOut *out, const AuditRecord *r, bool with_chain)
{
    pt_json_out_object(out);
    pt_json_put_i64(out, "seq", r->seq);
    api_put_time(out, "at", r->time_ms);
    pt_json_put_bool(out, "erased", r->erased);
    put_content(out, r);
    if (with_chain) {
        put_hex(out, "salt", r->salt);
        put_hex(out, "commitment", r->commitment);
        put_hex(out, "link", r->link);
    }
    pt_json_out_object_end(out);
}

/* -- list -------------------------------------------------------------------------------------- */

typedef struct Page {
    PtJsonOut out;
    int64_t left, last;
    bool more;
} Page;

static bool add_to_page(void *ctx, const AuditRecord *r)
{
    Page *page = ctx;
    if (page->left == 0) {
        page->more = true;
        return false;
    }
    page->left--;
    page->last = r->seq;
    entry_json(&page->out, r, false);
    return true;
}

void api_audit_list(ApiCall *call)
{
    const ApiValue *q = call->query;
    const int64_t limit = q[Q_AUDIT_LIST_LIMIT].number;
    uint64_t before = INT64_MAX;
    char cursor[24];
    Page page = {.out = pt_json_out(&call->body), .left = limit};
    PtStatus st = api_cursor_u64(&q[Q_AUDIT_LIST_CURSOR], INT64_MAX, &before, &call->error);
    const AuditFilter filter = {
        .actor = q[Q_AUDIT_LIST_ACTOR].text,
        .action = q[Q_AUDIT_LIST_ACTION].text,
        .subject = q[Q_AUDIT_LIST_SUBJECT].text,
        .since_ms = q[Q_AUDIT_LIST_SINCE].given ? q[Q_AUDIT_LIST_SINCE].number : INT64_MIN,
        .until_ms = q[Q_AUDIT_LIST_UNTIL].given ? q[Q_AUDIT_LIST_UNTIL].number : INT64_MAX,
        .from_seq = before < INT64_MAX ? (int64_t)before : INT64_MAX,
        .limit = limit + 1};
    api_page_begin(&page.out);
    if (st == PT_OK) {
        st = audit_read(call->api->c.core, &filter, add_to_page, &page, &call->error);
    }
    if (api_failed(call, st)) {
        return;
    }
    (void)snprintf(cursor, sizeof cursor, "%lld", (long long)page.last);
    api_page_end(&page.out, page.more ? cursor : NULL);
    api_answer(call, 200);
}

/* -- verify ------------------------------------------------------------------------------------ */

/* Walks the log by its headers, and reads the payload of what the feed wrote alone. */
typedef struct Anchors {
    PtLogReader *headers, *payloads;
    uint64_t end;
    const PtRecord *records; /* of headers' last fetch */
    size_t count, at;
} Anchors;

static void anchors_done(Anchors *a)
{
    pt_log_reader_close(a->headers);
    pt_log_reader_close(a->payloads);
}

static PtStr properties_of(PtStr event)
{
    PtJson j;
    PtStr raw;
    pt_json_init(&j, event, 64);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return (PtStr){NULL, 0};
    }
    while (pt_json_next(&j) == PT_JSON_KEY) {
        const bool hit = pt_json_raw_eq(j.raw, j.flags, PT_STR("properties"));
        if (!pt_json_skip(&j, &raw, NULL, NULL)) {
            break;
        }
        if (hit) {
            return raw;
        }
    }
    return (PtStr){NULL, 0};
}

/* *ret_found: the record is an anchor. */
static PtStatus read_anchor(Anchors *a, uint64_t offset, AuditAnchor *ret_anchor, bool *ret_found,
                            PtError *err)
{
    const PtRecord *record;
    size_t count = 0;
    EventView v;
    *ret_found = false;
    pt_log_seek(a->payloads, offset);
    PtStatus st = pt_log_fetch(a->payloads, 1, true, &record, &count, err);
    if (st != PT_OK || count == 0) {
        return st;
    }
    st = event_payload_read(record, &v, err);
    if (st == PT_OK && pt_str_eq(v.name, PT_STR(AUDIT_ANCHOR_EVENT))) {
        *ret_found = audit_anchor_parse(properties_of(v.raw), ret_anchor);
    }
    return st;
}

static PtStatus next_anchor(void *ctx, AuditAnchor *ret_anchor, bool *ret_more, PtError *err)
{
    Anchors *a = ctx;
    *ret_more = false;
    for (;;) {
        while (a->at < a->count) {
            const PtRecord *r = &a->records[a->at++];
            if (r->source != 0 || r->klass != PT_RECORD_EVENT) {
                continue;
            }
            PtStatus st = read_anchor(a, r->position.offset, ret_anchor, ret_more, err);
            if (st != PT_OK || *ret_more) {
                return st;
            }
        }
        const uint64_t from = pt_log_tell(a->headers);
        if (from >= a->end) {
            return PT_OK;
        }
        const size_t most = a->end - from < FETCH_RECORDS ? (size_t)(a->end - from) : FETCH_RECORDS;
        PtStatus st = pt_log_fetch(a->headers, most, false, &a->records, &a->count, err);
        a->at = 0;
        if (st != PT_OK || a->count == 0) {
            return st;
        }
    }
}

static void verdict_json(PtJsonOut *out, const AuditVerdict *v)
{
    pt_json_out_object(out);
    pt_json_put_bool(out, "ok", v->ok);
    pt_json_put_i64(out, "entries", v->entries);
    pt_json_put_i64(out, "erased", v->erased);
    pt_json_put_i64(out, "anchors", v->anchors);
    if (v->entries > 0) {
        put_hex(out, "last_link", (PtStr){(const char *)v->last_link, AUDIT_HASH});
    } else {
        api_put_null(out, "last_link");
    }
    if (v->ok) {
        api_put_null(out, "problem");
    } else {
        pt_json_out_key(out, PT_STR("problem"));
        pt_json_out_object(out);
        pt_json_put_i64(out, "seq", v->bad_seq);
        pt_json_put_str(out, "reason", pt_str(v->problem));
        pt_json_out_object_end(out);
    }
    pt_json_out_object_end(out);
}

void api_audit_verify(ApiCall *call)
{
    PtLog *log = call->api->c.log;
    PT_CLEANUP(anchors_done) Anchors a = {.end = pt_log_end(log, 0)};
    const AuditAnchors anchors = {next_anchor, &a};
    const uint64_t begin = pt_log_begin(log, 0);
    AuditVerdict verdict;
    PtStatus st = pt_log_reader_open(log, NULL, 0, begin, &a.headers, &call->error);
    if (st == PT_OK) {
        st = pt_log_reader_open(log, NULL, 0, begin, &a.payloads, &call->error);
    }
    if (st == PT_OK) {
        st = audit_verify(call->api->c.core, &anchors, &verdict, &call->error);
    }
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    verdict_json(&out, &verdict);
    api_answer(call, 200);
}

/* -- export ------------------------------------------------------------------------------------ */

typedef struct Export {
    AuditFilter filter;
    char actor[FILTER_TEXT], action[FILTER_TEXT], subject[FILTER_TEXT];
    bool csv;
    PtBuf out; /* of one page */
    int64_t count;
} Export;

static void put_csv(PtBuf *out, const AuditRecord *r)
{
    char at[PT_TIME_TEXT];
    pt_buf_printf(out, "%lld,%s,%s,", (long long)r->seq, pt_time_format(r->time_ms, at).data,
                  r->erased ? "true" : "false");
    for (int i = 0; i < AUDIT_FIELDS; i++) {
        pt_buf_add_csv(out, r->fields[i]);
        pt_buf_add_str(out, i == AUDIT_FIELDS - 1 ? PT_STR("\r\n") : PT_STR(","));
    }
}

static bool add_to_export(void *ctx, const AuditRecord *r)
{
    Export *e = ctx;
    if (e->csv) {
        put_csv(&e->out, r);
    } else {
        PtJsonOut out = pt_json_out(&e->out);
        entry_json(&out, r, true);
        pt_buf_add_char(&e->out, '\n');
    }
    e->filter.from_seq = r->seq;
    e->count++;
    return true;
}

/* Page by page, so that no transaction waits for the client. */
static PtStatus export_pages(ApiStream *s, Export *e, PtError *err)
{
    PtStatus st = PT_OK;
    e->count = EXPORT_PAGE;
    if (e->csv) {
        pt_buf_add_str(&e->out, PT_STR("seq,at,erased,actor_kind,actor,actor_name,peer,action,"
                                       "subject_type,subject,subject_name,detail\r\n"));
    }
    while (st == PT_OK && e->count == EXPORT_PAGE && !atomic_load(&s->ended)) {
        e->count = 0;
        st = audit_read(s->api->c.core, &e->filter, add_to_export, e, err);
        if (st == PT_OK && pt_buf_status(&e->out) != PT_OK) {
            st = pt_fail(err, pt_buf_status(&e->out), "a page of the audit chain does not fit");
        }
        if (st == PT_OK && e->out.len > 0) {
            st = http_stream_write(s->http, pt_buf_str(&e->out));
        }
        pt_buf_clear(&e->out, 1 << 20);
    }
    return st == PT_OK && atomic_load(&s->ended) ? PT_UNAVAILABLE : st;
}

static PtStatus run_export(ApiStream *s, void *ctx, PtError *err)
{
    Export *e = ctx;
    e->filter.actor = pt_str(e->actor);
    e->filter.action = pt_str(e->action);
    e->filter.subject = pt_str(e->subject);
    pt_buf_init(&e->out, 64 << 20);
    PtStatus st = export_pages(s, e, err);
    pt_buf_done(&e->out);
    return st;
}

void api_audit_export(ApiCall *call)
{
    const ApiValue *q = call->query;
    Export *e = calloc(1, sizeof *e);
    if (e == NULL) {
        (void)pt_fail(&call->error, PT_NO_MEMORY, "no memory for an export");
        api_problem(call, PT_NO_MEMORY, &call->error);
        return;
    }
    e->csv = q[Q_AUDIT_EXPORT_FORMAT].choice == 1;
    e->filter = (AuditFilter){
        .since_ms = q[Q_AUDIT_EXPORT_SINCE].given ? q[Q_AUDIT_EXPORT_SINCE].number : INT64_MIN,
        .until_ms = q[Q_AUDIT_EXPORT_UNTIL].given ? q[Q_AUDIT_EXPORT_UNTIL].number : INT64_MAX,
        .oldest_first = true,
        .limit = EXPORT_PAGE};
    (void)pt_str_copy(e->actor, FILTER_TEXT, q[Q_AUDIT_EXPORT_ACTOR].text);
    (void)pt_str_copy(e->action, FILTER_TEXT, q[Q_AUDIT_EXPORT_ACTION].text);
    (void)pt_str_copy(e->subject, FILTER_TEXT, q[Q_AUDIT_EXPORT_SUBJECT].text);
    api_stream_start(call, e->csv ? "text/csv; charset=utf-8" : "application/x-ndjson", run_export,
                     e);
}
