// SPDX-License-Identifier: Apache-2.0
/* The audit chain: appending and reading. */
#include "access/audit_internal.h"

#include "audit.sql.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/rng.h"
#include "platform/feed.h"

enum { DETAIL_MAX = 16384, SUBJECT_MAX = 200, NAME_MAX_BYTES = 1000, CONTENT_MAX = 1 << 16 };

PtStr audit_actor_kind(AuditActorKind kind)
{
    static const PtStr kinds[] = {[AUDIT_SYSTEM] = PT_STR_INIT("system"),
                                  [AUDIT_SOCKET] = PT_STR_INIT("socket"),
                                  [AUDIT_ACCOUNT] = PT_STR_INIT("account"),
                                  [AUDIT_TOKEN] = PT_STR_INIT("token")};
    return kinds[kind];
}

PtStr audit_actor_name(const AuditActor *by)
{
    return by == NULL                 ? PT_STR("")
           : by->name[0] != '\0'      ? pt_str(by->name)
           : by->id[0] != '\0'        ? pt_str(by->id)
           : by->kind == AUDIT_SOCKET ? PT_STR("command line")
                                      : PT_STR("server");
}

static void put_i64(uint8_t out[static 8], int64_t value)
{
    for (int i = 0; i < 8; i++) {
        out[i] = (uint8_t)((uint64_t)value >> (56 - 8 * i));
    }
}

PtStatus audit_commitment(PtStr salt, const PtStr fields[static AUDIT_FIELDS],
                          uint8_t out[static AUDIT_HASH], PtError *err)
{
    PtBuf text;
    pt_buf_init(&text, CONTENT_MAX);
    pt_buf_add_str(&text, salt);
    for (int i = 0; i < AUDIT_FIELDS; i++) {
        uint8_t len[8];
        put_i64(len, (int64_t)fields[i].len);
        pt_buf_add(&text, len + 4, 4);
        pt_buf_add_str(&text, fields[i]);
    }
    PtStatus st = pt_buf_status(&text);
    if (st == PT_OK) {
        pt_sha256(pt_buf_str(&text), out);
    } else {
        st = pt_fail(err, st, "an audit entry does not fit");
    }
    pt_buf_done(&text);
    return st;
}

void audit_link(const uint8_t before[static AUDIT_HASH], int64_t seq, int64_t time_ms,
                const uint8_t commitment[static AUDIT_HASH], uint8_t out[static AUDIT_HASH])
{
    uint8_t bytes[AUDIT_HASH + 8 + 8 + AUDIT_HASH];
    memcpy(bytes, before, AUDIT_HASH);
    put_i64(bytes + AUDIT_HASH, seq);
    put_i64(bytes + AUDIT_HASH + 8, time_ms);
    memcpy(bytes + AUDIT_HASH + 16, commitment, AUDIT_HASH);
    pt_sha256((PtStr){(const char *)bytes, sizeof bytes}, out);
}

static PtStatus check_field(PtStr text, size_t max, const char *what, PtError *err)
{
    if (text.len > max) {
        return pt_fail(err, PT_TOO_LARGE, "%s of an audit entry is over %zu bytes", what, max);
    }
    if (text.len > 0 && (!pt_utf8_valid(text) || memchr(text.data, '\0', text.len) != NULL)) {
        return pt_fail(err, PT_INVALID, "%s of an audit entry is no text", what);
    }
    return PT_OK;
}

static PtStatus check_detail(PtStr detail, PtError *err)
{
    PtStatus st = check_field(detail, DETAIL_MAX, "the detail", err);
    if (st == PT_OK && detail.data[0] != '{') {
        st = pt_fail(err, PT_INVALID, "the detail of an audit entry is no object");
    }
    return st == PT_OK ? pt_json_check(detail, 32, err) : st;
}

/* The fields of an entry, borrowed from it; empty text where there is none. */
static PtStatus collect(const AuditEntry *e, PtStr fields[static AUDIT_FIELDS], PtError *err)
{
    static const AuditActor server = {.kind = AUDIT_SYSTEM};
    const AuditActor *by = e->by != NULL ? e->by : &server;
    const PtStr none = PT_STR("");
    fields[AUDIT_ACTOR_KIND] = audit_actor_kind(by->kind);
    fields[AUDIT_ACTOR] = pt_str(by->id);
    fields[AUDIT_ACTOR_NAME] = pt_str(by->name);
    fields[AUDIT_PEER] = pt_str(by->peer);
    fields[AUDIT_ACTION] = pt_str(e->action);
    fields[AUDIT_SUBJECT_TYPE] = pt_str(e->subject_type);
    fields[AUDIT_SUBJECT] = e->subject.len > 0 ? e->subject : none;
    fields[AUDIT_SUBJECT_NAME] = e->subject_name.len > 0 ? e->subject_name : none;
    fields[AUDIT_DETAIL] = e->detail.len > 0 ? e->detail : PT_STR("{}");
    PtStatus st = check_field(fields[AUDIT_ACTOR_NAME], sizeof by->name, "the actor's name", err);
    if (st == PT_OK) {
        st = check_field(fields[AUDIT_SUBJECT], SUBJECT_MAX, "the subject", err);
    }
    if (st == PT_OK) {
        st = check_field(fields[AUDIT_SUBJECT_NAME], NAME_MAX_BYTES, "the subject's name", err);
    }
    return st == PT_OK ? check_detail(fields[AUDIT_DETAIL], err) : st;
}

typedef struct Place {
    int64_t seq;
    uint8_t link[AUDIT_HASH]; /* of the entry before; zeros for the first */
} Place;

static PtStatus next_place(PtSqlTx *tx, Place *ret_place, PtError *err)
{
    bool row = false;
    Place place = {.seq = 1};
    PtStatus st = pt_sql_use(tx, SQL_AUDIT_LAST, err);
    if (st == PT_OK) {
        st = pt_sql_step(tx, &row, err);
    }
    if (st == PT_OK && row) {
        PtStr link = pt_sql_blob(tx, 1);
        place.seq = pt_sql_i64(tx, 0) + 1;
        if (link.len == AUDIT_HASH) {
            memcpy(place.link, link.data, AUDIT_HASH);
        } else {
            st = pt_fail(err, PT_CORRUPT, "the last audit entry has no link");
        }
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_place = place;
    }
    return st;
}

static PtStr bytes_of(const uint8_t *bytes, size_t len)
{
    return (PtStr){(const char *)bytes, len};
}

static PtStatus insert_entry(PtSqlTx *tx, int64_t seq, int64_t now_ms,
                             const uint8_t commitment[static AUDIT_HASH],
                             const uint8_t link[static AUDIT_HASH], PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_AUDIT_ADD_ENTRY, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, seq);
    pt_sql_bind_i64(tx, 2, now_ms);
    pt_sql_bind_blob(tx, 3, bytes_of(commitment, AUDIT_HASH));
    pt_sql_bind_blob(tx, 4, bytes_of(link, AUDIT_HASH));
    return pt_sql_finish(tx, err);
}

static PtStatus insert_content(PtSqlTx *tx, int64_t seq, PtStr salt,
                               const PtStr fields[static AUDIT_FIELDS], PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_AUDIT_ADD_CONTENT, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, seq);
    pt_sql_bind_blob(tx, 2, salt);
    for (int i = 0; i < AUDIT_FIELDS; i++) {
        pt_sql_bind_text(tx, 3 + i, fields[i]);
    }
    return pt_sql_finish(tx, err);
}

/* The anchor holds nothing personal: the log keeps it when the content is erased. */
static PtStatus feed_anchor(PtSqlTx *tx, int64_t seq, int64_t now_ms,
                            const uint8_t link[static AUDIT_HASH], PtError *err)
{
    char hex[2 * AUDIT_HASH + 1], subject[24], properties[128];
    pt_hex(link, AUDIT_HASH, hex);
    (void)snprintf(subject, sizeof subject, "%lld", (long long)seq);
    (void)snprintf(properties, sizeof properties, "{\"seq\":%s,\"link\":\"%s\"}", subject, hex);
    const PtFeedEvent event = {PT_STR(AUDIT_ANCHOR_EVENT), pt_str(subject), pt_str(properties)};
    return pt_feed_put(tx, now_ms, &event, err);
}

PtStatus audit_write(PtSqlTx *tx, int64_t now_ms, const AuditEntry *entry, PtError *err)
{
    PtStr fields[AUDIT_FIELDS];
    uint8_t salt[AUDIT_SALT], commitment[AUDIT_HASH], link[AUDIT_HASH];
    Place place;
    pt_random_bytes(salt, sizeof salt);
    PtStatus st = collect(entry, fields, err);
    if (st == PT_OK) {
        st = next_place(tx, &place, err);
    }
    if (st == PT_OK) {
        st = audit_commitment(bytes_of(salt, sizeof salt), fields, commitment, err);
    }
    if (st != PT_OK) {
        return st;
    }
    audit_link(place.link, place.seq, now_ms, commitment, link);
    st = insert_entry(tx, place.seq, now_ms, commitment, link, err);
    if (st == PT_OK) {
        st = insert_content(tx, place.seq, bytes_of(salt, sizeof salt), fields, err);
    }
    return st == PT_OK ? feed_anchor(tx, place.seq, now_ms, link, err) : st;
}

/* -- reading ----------------------------------------------------------------------------------- */

static AuditRecord record_of(PtSqlTx *tx)
{
    AuditRecord r = {.seq = pt_sql_i64(tx, 0),
                     .time_ms = pt_sql_i64(tx, 1),
                     .commitment = pt_sql_blob(tx, 2),
                     .link = pt_sql_blob(tx, 3),
                     .erased = pt_sql_is_null(tx, 4),
                     .salt = pt_sql_blob(tx, 4)};
    for (int i = 0; i < AUDIT_FIELDS; i++) {
        r.fields[i] = pt_sql_text(tx, 5 + i);
    }
    return r;
}

static PtStr text_or_empty(PtStr text)
{
    return text.data != NULL ? text : PT_STR("");
}

PtStatus audit_read(PtSql *sql, const AuditFilter *f,
                    bool (*fn)(void *ctx, const AuditRecord *record), void *ctx, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(sql, false, &tx, err);
    if (st == PT_OK) {
        st = pt_sql_use(tx, f->oldest_first ? SQL_AUDIT_OLDEST : SQL_AUDIT_NEWEST, err);
    }
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, f->from_seq);
    pt_sql_bind_i64(tx, 2, f->since_ms);
    pt_sql_bind_i64(tx, 3, f->until_ms);
    pt_sql_bind_text(tx, 4, text_or_empty(f->actor));
    pt_sql_bind_text(tx, 5, text_or_empty(f->action));
    pt_sql_bind_text(tx, 6, text_or_empty(f->subject));
    pt_sql_bind_i64(tx, 7, f->limit);
    for (bool row = true; (st = pt_sql_step(tx, &row, err)) == PT_OK && row;) {
        const AuditRecord record = record_of(tx);
        if (!fn(ctx, &record)) {
            break;
        }
    }
    pt_sql_done(tx);
    return st;
}

PtStatus audit_erase_content(PtSqlTx *tx, int64_t seq, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_AUDIT_DROP_CONTENT, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, seq);
    return pt_sql_finish(tx, err);
}
