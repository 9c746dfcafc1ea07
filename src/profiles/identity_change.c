// SPDX-License-Identifier: Apache-2.0
/* Other rules of identity, and rebuilds by them: decided in SQL core, carried into the log by the
 * feed, in effect where the view meets them there (identity_book.c). */
#include "base/json.h"
#include "identity.sql.h"
#include "platform/feed.h"
#include "profiles/identity_book.h"
#include "profiles/view_internal.h"

enum { RULES_MAX = 512 << 10, DETAIL_MAX = 16 << 10 };

/* ---- Reading -----------------------------------------------------------------------------------
 */

static PtStatus copy(PtArena *arena, PtStr text, PtStr *ret_copy, PtError *err)
{
    *ret_copy = pt_arena_str(arena, text);
    return ret_copy->data != NULL ? PT_OK
                                  : pt_fail(err, PT_NO_MEMORY, "no memory for rules of identity");
}

static PtStatus read_newest(PtSqlTx *tx, PtArena *arena, ProfileRules *rules, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_IDENTITY_RULES_NEWEST, err);
    st = st == PT_OK ? pt_sql_step(tx, &row, err) : st;
    if (st == PT_OK && row) {
        rules->version = (uint32_t)pt_sql_i64(tx, 0);
        rules->changed_ms = pt_sql_i64(tx, 2);
        rules->placed = !pt_sql_is_null(tx, 4);
        rules->position = (uint64_t)pt_sql_i64(tx, 4);
        st = copy(arena, pt_sql_text(tx, 1), &rules->json, err);
        st = st == PT_OK ? copy(arena, pt_sql_text(tx, 3), &rules->changed_by, err) : st;
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus read_rebuild(PtSqlTx *tx, PtArena *arena, ProfileRebuild *rebuild, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_IDENTITY_REBUILD_NEWEST, err);
    st = st == PT_OK ? pt_sql_step(tx, &row, err) : st;
    if (st == PT_OK && row) {
        rebuild->number = (uint32_t)pt_sql_i64(tx, 0);
        rebuild->version = (uint32_t)pt_sql_i64(tx, 1);
        rebuild->at_ms = pt_sql_i64(tx, 2);
        st = copy(arena, pt_sql_text(tx, 3), &rebuild->by, err);
        st = st == PT_OK ? copy(arena, pt_sql_text(tx, 4), &rebuild->reason, err) : st;
    }
    pt_sql_done(tx);
    return st;
}

/* Stored by an earlier version they lack members that are the defaults'. */
static PtStatus complete(PtArena *arena, PtStr *json, PtError *err)
{
    IdentityRules *rules = NULL;
    PtBuf all;
    PtStatus st = identity_rules_read(*json, &rules, err);
    if (st != PT_OK) {
        return st;
    }
    pt_buf_init(&all, RULES_MAX);
    identity_rules_write(rules, &all);
    identity_rules_free(rules);
    st = pt_buf_status(&all) == PT_OK
             ? copy(arena, pt_buf_str(&all), json, err)
             : pt_fail(err, pt_buf_status(&all), "the rules have over %d bytes", RULES_MAX);
    pt_buf_done(&all);
    return st;
}

PtStatus profiles_rules(Profiles *p, PtArena *arena, ProfileRules *ret_rules, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    ProfileRules rules = {.version = 0};
    PtStatus st = pt_sql_begin(p->core, false, &tx, err);
    st = st == PT_OK ? read_newest(tx, arena, &rules, err) : st;
    st = st == PT_OK ? read_rebuild(tx, arena, &rules.rebuild, err) : st;
    st = st == PT_OK ? complete(arena, &rules.json, err) : st;
    if (st == PT_OK) {
        rules.rebuild.begun = rules.rebuild.number <= book_rebuild(p);
        *ret_rules = rules;
    }
    return st;
}

/* ---- Deciding ----------------------------------------------------------------------------------
 */

typedef struct Change {
    const AuditActor *by;
    PtUuid id;
    const char *event, *action;
    uint32_t version, number; /* of the rules; of the rebuild, 0: none */
    PtStr reason;
    int64_t now_ms;
} Change;

/* For the audit chain, and with who and id for the log. */
static void put_change(const Change *c, bool event, PtBuf *json)
{
    char id[PT_UUID_TEXT];
    PtJsonOut out = pt_json_out(json);
    pt_json_out_object(&out);
    if (event) {
        pt_json_put_str(&out, "decision", pt_uuid_format(c->id, id));
        pt_json_put_str(&out, "by", audit_actor_name(c->by));
    }
    if (c->number != 0) {
        pt_json_put_u64(&out, "number", c->number);
    }
    pt_json_put_u64(&out, "version", c->version);
    pt_json_put_str(&out, "reason", c->reason);
    pt_json_out_object_end(&out);
}

static PtStatus tell(PtSqlTx *tx, const Change *c, PtError *err)
{
    PtBuf properties, detail;
    pt_buf_init(&properties, PT_FEED_PROPERTIES_MAX);
    pt_buf_init(&detail, DETAIL_MAX);
    put_change(c, true, &properties);
    put_change(c, false, &detail);
    const PtStr subject = PT_STR("identity");
    const AuditEntry entry = {.by = c->by,
                              .action = c->action,
                              .subject_type = "identity",
                              .subject = PT_STR("rules"),
                              .detail = pt_buf_str(&detail)};
    const PtFeedEvent event = {pt_str(c->event), subject, pt_buf_str(&properties)};
    PtStatus st =
        pt_buf_status(&properties) != PT_OK ? pt_buf_status(&properties) : pt_buf_status(&detail);
    st = st == PT_OK ? audit_write(tx, c->now_ms, &entry, err)
                     : pt_fail(err, st, "the decision does not fit into an event");
    st = st == PT_OK ? pt_feed_put(tx, c->now_ms, &event, err) : st;
    pt_buf_done(&properties);
    pt_buf_done(&detail);
    return st;
}

static PtStatus check_reason(PtStr reason, PtError *err)
{
    if (reason.len > DECISION_REASON_MAX * 4) {
        return pt_fail(err, PT_INVALID, "reason has %zu bytes, the most is %d", reason.len,
                       DECISION_REASON_MAX * 4);
    }
    return reason.len == 0 || pt_utf8_valid(reason)
               ? PT_OK
               : pt_fail(err, PT_INVALID, "reason is not UTF-8");
}

static PtStatus check_newest(PtSqlTx *tx, uint32_t version, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_IDENTITY_RULES_NEWEST, err);
    st = st == PT_OK ? pt_sql_step(tx, &row, err) : st;
    const int64_t newest = st == PT_OK && row ? pt_sql_i64(tx, 0) : 0;
    pt_sql_done(tx);
    return st != PT_OK ? st
           : newest == version
               ? PT_OK
               : pt_fail(err, PT_CONFLICT, "version is %u, and the newest rules are version %lld",
                         version, (long long)newest);
}

static PtStatus step(PtSqlTx *tx, PtError *err)
{
    return pt_sql_finish(tx, err);
}

static PtStatus add_rules(PtSqlTx *tx, const Change *c, PtStr json, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_IDENTITY_RULES_ADD, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, c->version);
    pt_sql_bind_text(tx, 2, json);
    pt_sql_bind_i64(tx, 3, c->now_ms);
    pt_sql_bind_text(tx, 4, audit_actor_name(c->by));
    return step(tx, err);
}

static PtStatus store_rules(Profiles *p, const Change *c, PtStr json, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(p->core, true, &tx, err);
    st = st == PT_OK ? check_newest(tx, c->version - 1, err) : st;
    st = st == PT_OK ? add_rules(tx, c, json, err) : st;
    st = st == PT_OK ? tell(tx, c, err) : st;
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

PtStatus profile_rules_check(const Profiles *p, const IdentityRules *rules, PtError *err)
{
    EventSource source;
    PtStr id;
    for (size_t trait = 0; p->sources != NULL && trait < IDENTITY_PREFER_MAX; trait++) {
        for (size_t at = 0; identity_preferred_source(rules, trait, at, &id); at++) {
            if (!event_source_by_ref(p->sources, id, &source) ||
                !pt_str_eq(id, pt_str(source.id))) {
                return pt_fail(err, PT_INVALID, "traits[%zu].sources[%zu]: no source has this id",
                               trait, at);
            }
        }
    }
    return PT_OK;
}

PtStatus profiles_rules_change(Profiles *p, const AuditActor *by, uint32_t version, PtStr json,
                               PtStr reason, PtError *err)
{
    IdentityRules *rules = NULL;
    PtBuf all;
    PtStatus st = check_reason(reason, err);
    if (st == PT_OK && version >= BOOK_VERSIONS_MAX) {
        st = pt_fail(err, PT_TOO_LARGE, "rules were changed %d times, which is the most",
                     BOOK_VERSIONS_MAX);
    }
    st = st == PT_OK ? identity_rules_read(json, &rules, err) : st;
    st = st == PT_OK ? profile_rules_check(p, rules, err) : st;
    if (st != PT_OK) {
        identity_rules_free(rules);
        return st;
    }
    const Change c = {.by = by,
                      .id = decide_id(),
                      .event = book_changed,
                      .action = "identity.rules_changed",
                      .version = version + 1,
                      .reason = reason,
                      .now_ms = pt_clock_now_ms(pt_clock_real())};
    pt_buf_init(&all, RULES_MAX);
    identity_rules_write(rules, &all);
    identity_rules_free(rules);
    st = pt_buf_status(&all) == PT_OK
             ? store_rules(p, &c, pt_buf_str(&all), err)
             : pt_fail(err, pt_buf_status(&all), "the rules have over %d bytes", RULES_MAX);
    pt_buf_done(&all);
    if (st == PT_OK) {
        decide_settles(c.id);
    }
    return st;
}

/* ---- Rebuild -----------------------------------------------------------------------------------
 */

static PtStatus next_number(PtSqlTx *tx, uint32_t *ret_number, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_IDENTITY_REBUILD_NEWEST, err);
    st = st == PT_OK ? pt_sql_step(tx, &row, err) : st;
    if (st == PT_OK) {
        *ret_number = row ? (uint32_t)pt_sql_i64(tx, 0) + 1 : 1;
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus add_rebuild(PtSqlTx *tx, const Change *c, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_IDENTITY_REBUILD_ADD, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, c->number);
    pt_sql_bind_i64(tx, 2, c->version);
    pt_sql_bind_i64(tx, 3, c->now_ms);
    pt_sql_bind_text(tx, 4, audit_actor_name(c->by));
    pt_sql_bind_text(tx, 5, c->reason);
    return step(tx, err);
}

PtStatus profiles_rebuild(Profiles *p, const AuditActor *by, uint32_t version, PtStr reason,
                          PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    Change c = {.by = by,
                .id = decide_id(),
                .event = book_rebuilt,
                .action = "identity.rebuilt",
                .version = version,
                .reason = reason,
                .now_ms = pt_clock_now_ms(pt_clock_real())};
    PtStatus st = check_reason(reason, err);
    if (st == PT_OK && reason.len == 0) {
        st = pt_fail(err, PT_INVALID, "a rebuild wants a reason");
    }
    st = st == PT_OK ? pt_sql_begin(p->core, true, &tx, err) : st;
    st = st == PT_OK ? check_newest(tx, version, err) : st;
    st = st == PT_OK ? next_number(tx, &c.number, err) : st;
    st = st == PT_OK ? add_rebuild(tx, &c, err) : st;
    st = st == PT_OK ? tell(tx, &c, err) : st;
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}
