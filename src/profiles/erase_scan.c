// SPDX-License-Identifier: Apache-2.0
/* The log read once for records that name somebody and are not filed under them; and what is left
 * of such a record. */
#include "base/json.h"
#include "erase.sql.h"
#include "profiles/consent_internal.h"
#include "profiles/erase_internal.h"
#include "profiles/identity_book.h"
#include "profiles/read_internal.h"
#include "profiles/view_internal.h"

#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = 4 << 20, TEXTS = 8 };

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory to look for a person in the log");
}

/* ---- Records -----------------------------------------------------------------------------------
 */

typedef struct Texts { /* of an event; all but the first two as they are worked out of those */
    PtStr items[TEXTS];
    size_t count;
} Texts;

static bool is_part(PtStr whole, PtStr part)
{
    const uintptr_t p = (uintptr_t)part.data, w = (uintptr_t)whole.data;
    return part.len == 0 || (p >= w && p + part.len <= w + whole.len);
}

static Texts texts_of(const EventView *v)
{
    const PtStr more[] = {v->message_id,   v->name, v->user_id,
                          v->anonymous_id, v->ip,   v->reason_detail};
    Texts t = {.items = {v->raw, v->common}, .count = 2};
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        if (!is_part(v->raw, more[i]) && !is_part(v->common, more[i])) {
            t.items[t.count++] = more[i];
        }
    }
    return t;
}

typedef struct Found {
    bool text;  /* one that nobody else has */
    bool token; /* a short one: it may mean anything */
} Found;

static Found look_for(const EraseMatch *m, const EventView *v)
{
    const Texts t = texts_of(v);
    Found found = {false, false};
    for (size_t i = 0; i < t.count && !found.text; i++) {
        EraseHit hit;
        for (size_t from = 0; !found.text && erase_match_find(m, t.items[i], from, true, &hit);) {
            found.text = !hit.token;
            found.token = found.token || hit.token;
            from = hit.at + hit.len;
        }
    }
    return found;
}

typedef struct Scan {
    ErasePlan *plan;
    PtArena *arena;
    EventAhead *ahead; // unpacking costs as much as looking
} Scan;

/* Filed under one of theirs it is known already; else it names them where their text stands in it,
 * or one of their identifiers was dropped. */
static PtStatus look_at_event(Scan *s, const PtRecord *r, const EventView *v, Found found,
                              PtError *err)
{
    Profiles *p = s->plan->p;
    IdentityClaims claims;
    pt_arena_clear(s->arena);
    PtStatus st = profiles_lock_read(p, err);
    if (st != PT_OK) {
        return st;
    }
    st = identity_claims(book_at(p, r->position.offset), p->graph, v, s->arena, &claims, err);
    const uint32_t node = st == PT_OK ? profile_node_of_event(p, &claims, v->message_id) : 0;
    bool named = found.text;
    for (size_t i = 0; st == PT_OK && !named && i < claims.count; i++) {
        named = erase_is_theirs(
            s->plan, identity_find(p->graph, claims.items[i].type, claims.items[i].value));
    }
    profiles_unlock(p);
    // what retention left of an event is filed under nobody after a rebuild
    const bool residue = (r->flags & EVENT_ERASED) != 0;
    if (st != PT_OK || !named || (erase_is_theirs(s->plan, node) && !residue)) {
        return st;
    }
    return erase_note(s->plan, r->position.offset, ERASE_NAMED, err);
}

/* The server's own that are about no person: an identifier in one means something else (a number of
 * an entry), or is the name of staff. What reads them wants all of what they say. */
static bool is_nobodys(PtStr name)
{
    const char *const names[] = {erase_event, AUDIT_ANCHOR_EVENT, consent_purpose_changed,
                                 book_changed, book_rebuilt};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (pt_str_eq(name, pt_str(names[i]))) {
            return true;
        }
    }
    return false;
}

static PtStatus look_at(Scan *s, const PtRecord *r, PtError *err)
{
    const ErasePlan *plan = s->plan;
    EventView v;
    PtStatus st = r->key_id == 0 && r->klass != PT_RECORD_CONTROL ? PT_OK : PT_NOT_FOUND;
    if (st != PT_OK) {
        return PT_OK;
    }
    st = event_payload_read(r, &v, err);
    if (st != PT_OK) {
        return st;
    }
    Found found = look_for(plan->match, &v);
    if (r->klass == PT_RECORD_QUARANTINE) {
        return found.text ? erase_note(s->plan, r->position.offset, ERASE_QUARANTINE, err) : PT_OK;
    }
    if (r->source == 0) {
        found.text = !is_nobodys(v.name) && (found.text || look_for(plan->ids, &v).text);
        return found.text ? erase_note(s->plan, r->position.offset, ERASE_SERVER, err) : PT_OK;
    }
    return found.text || found.token ? look_at_event(s, r, &v, found, err) : PT_OK;
}

static PtStatus scan_up_to(Scan *s, const ErasePlanOptions *options, PtError *err)
{
    const uint64_t to = s->plan->sum.upto;
    uint64_t at = pt_log_begin(s->plan->p->log, 0);
    PtStatus st = PT_OK;
    size_t count = 1;
    while (st == PT_OK && count > 0 && at < to) {
        const PtRecord *records;
        if (options->stop != NULL && atomic_load(options->stop)) {
            return pt_fail(err, PT_UNAVAILABLE, "stopped while looking through the log");
        }
        st = event_ahead_fetch(s->ahead, at, &records, &count, err);
        for (size_t i = 0; st == PT_OK && i < count; i++) {
            at = records[i].position.offset + 1;
            st = at <= to ? look_at(s, &records[i], err) : PT_OK;
        }
        if (st == PT_OK && options->progress != NULL) {
            atomic_store(options->progress, at);
        }
    }
    return st;
}

PtStatus erase_scan(ErasePlan *plan, const ErasePlanOptions *options, PtError *err)
{
    Profiles *p = plan->p;
    Scan s = {.plan = plan, .arena = pt_arena_new(ARENA_BYTES)};
    PtStatus st = s.arena != NULL ? event_ahead_new(p->log, &s.ahead, err) : no_memory(err);
    st = st == PT_OK ? scan_up_to(&s, options, err) : st;
    event_ahead_free(s.ahead);
    pt_arena_free(s.arena);
    return st;
}

/* ---- What is left of one -----------------------------------------------------------------------
 */

/* In the arena; the same text where nothing is found. */
static PtStatus cut(const EraseMatch *m, PtStr text, PtArena *arena, PtStr *ret_text, PtError *err)
{
    PtBuf out;
    pt_buf_init(&out, PT_LOG_PAYLOAD_MAX);
    PtStatus st = PT_OK;
    if (erase_match_cut(m, text, true, &out)) {
        const PtStr copy = pt_arena_str(arena, pt_buf_str(&out));
        st = pt_buf_status(&out) == PT_OK && copy.data != NULL ? PT_OK : no_memory(err);
        *ret_text = st == PT_OK ? copy : *ret_text;
    } else {
        *ret_text = text;
    }
    pt_buf_done(&out);
    return st;
}

/* Of a decision: whom it is about, and no word more. */
static bool is_kept(PtStr key)
{
    static const char *const keys[] = {"decision", "person",     "other", "person_node",
                                       "nodes",    "other_node", "by",    "barrier"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (pt_str_eq(key, pt_str(keys[i]))) {
            return true;
        }
    }
    return false;
}

static void put_properties(PtStr object, PtJsonOut *out)
{
    PtJson j;
    pt_json_init(&j, object, EVENT_MAX_DEPTH);
    pt_json_out_object(out);
    pt_json_put_bool(out, "erased", true);
    if (object.len > 0 && pt_json_next(&j) == PT_JSON_OBJECT) {
        while (pt_json_next(&j) == PT_JSON_KEY) {
            const PtStr key = j.raw;
            PtStr value;
            if (!pt_json_skip(&j, &value, NULL, NULL)) {
                break;
            }
            if (is_kept(key)) {
                pt_json_out_key(out, key);
                pt_json_out_raw(out, value);
            }
        }
    }
    pt_json_out_object_end(out);
}

static PtStatus strip_decision(PtStr raw, PtArena *arena, PtStr *ret_raw, PtError *err)
{
    PtBuf text;
    PtJson j;
    pt_buf_init(&text, PT_LOG_PAYLOAD_MAX);
    PtJsonOut out = pt_json_out(&text);
    pt_json_init(&j, raw, EVENT_MAX_DEPTH);
    pt_json_out_object(&out);
    if (raw.len > 0 && pt_json_next(&j) == PT_JSON_OBJECT) {
        while (pt_json_next(&j) == PT_JSON_KEY) {
            const PtStr key = j.raw;
            PtStr value;
            if (!pt_json_skip(&j, &value, NULL, NULL)) {
                break;
            }
            pt_json_out_key(&out, key);
            if (pt_str_eq(key, PT_STR("properties"))) {
                put_properties(value, &out);
            } else {
                pt_json_out_raw(&out, value);
            }
        }
    }
    pt_json_out_object_end(&out);
    const PtStr copy = pt_arena_str(arena, pt_buf_str(&text));
    const PtStatus st = pt_buf_status(&text) == PT_OK && copy.data != NULL ? PT_OK : no_memory(err);
    pt_buf_done(&text);
    *ret_raw = st == PT_OK ? copy : *ret_raw;
    return st;
}

typedef struct Left { /* claims of an event, without theirs */
    uint32_t filed;
    uint32_t nodes[IDENTITY_CLAIMS_MAX]; /* 0: nobody's */
    bool same[IDENTITY_CLAIMS_MAX];      /* of the same person today */
    size_t count;
} Left;

static PtStatus find_left(const ErasePlan *plan, const PtRecord *r, const EventView *v,
                          PtArena *arena, Left *left, PtError *err)
{
    Profiles *p = plan->p;
    IdentityClaims claims;
    PtStatus st = profiles_lock_read(p, err);
    if (st != PT_OK) {
        return st;
    }
    st = identity_claims(book_at(p, r->position.offset), p->graph, v, arena, &claims, err);
    left->filed = st == PT_OK ? profile_node_of_event(p, &claims, v->message_id) : 0;
    const uint32_t person = identity_person(p->graph, left->filed);
    for (size_t i = 0; st == PT_OK && i < claims.count; i++) {
        const uint32_t node = identity_find(p->graph, claims.items[i].type, claims.items[i].value);
        if (!erase_is_theirs(plan, node)) {
            left->same[left->count] = person != 0 && identity_person(p->graph, node) == person;
            left->nodes[left->count++] = node;
        }
    }
    profiles_unlock(p);
    return st;
}

/* Whether claim i was of the person that the event is filed under, then. */
static PtStatus was_same(PtSqlTx *tx, const Left *left, size_t i, uint64_t offset, bool *ret_same,
                         PtError *err)
{
    bool row = false;
    *ret_same = left->nodes[i] != 0 && left->nodes[i] == left->filed;
    if (*ret_same || left->nodes[i] == 0) {
        return PT_OK;
    }
    PtStatus st = pt_sql_use(tx, left->same[i] ? SQL_ERASE_APART : SQL_ERASE_PARTED_SINCE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, left->nodes[i]);
    pt_sql_bind_i64(tx, 2, left->filed);
    pt_sql_bind_i64(tx, 3, (int64_t)offset);
    st = pt_sql_step(tx, &row, err);
    pt_sql_done(tx);
    *ret_same = row != left->same[i];
    return st;
}

/* What stands behind the last claim that its person had then was dropped. */
static PtStatus count_kept(const ErasePlan *plan, const PtRecord *r, const EventView *v,
                           PtArena *arena, uint64_t *ret_node, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    Left left = {.count = 0};
    size_t kept = 0;
    PtStatus st = find_left(plan, r, v, arena, &left, err);
    st = st == PT_OK ? pt_sql_begin(plan->p->views, false, &tx, err) : st;
    for (size_t i = left.count; st == PT_OK && kept == 0 && i > 0; i--) {
        bool same = false;
        st = was_same(tx, &left, i - 1, r->position.offset, &same, err);
        kept = same ? i : 0;
    }
    if (st == PT_OK) {
        *ret_node = kept < left.count ? kept + 1 : 0;
    }
    return st;
}

PtStatus erase_plan_redact(const ErasePlan *plan, const PtRecord *record, EraseWhat what,
                           PtArena *arena, PtBuf *out, uint64_t *ret_node, PtError *err)
{
    EventView v;
    uint64_t node = 0;
    PtStatus st = event_payload_read(record, &v, err);
    if (st == PT_OK && what == ERASE_NAMED) {
        st = count_kept(plan, record, &v, arena, &node, err);
    }
    if (st == PT_OK && what == ERASE_SERVER) {
        st = strip_decision(v.raw, arena, &v.raw, err);
    }
    PtStr *const texts[] = {&v.raw,          &v.common,        &v.message_id, &v.name, &v.user_id,
                            &v.anonymous_id, &v.reason_detail, &v.ip,         &v.plan};
    for (size_t i = 0; st == PT_OK && i < sizeof texts / sizeof *texts; i++) {
        st = cut(plan->match, *texts[i], arena, texts[i], err);
    }
    const size_t before = out->len;
    if (st == PT_OK) {
        event_payload_write(out, &v);
        st = pt_buf_status(out) == PT_OK ? PT_OK : no_memory(err);
    }
    out->len = st == PT_OK ? out->len : before;
    *ret_node = st == PT_OK ? node : *ret_node;
    return st;
}

/* ---- What their own events say of others -------------------------------------------------------
 */

PtStatus erase_plan_others(const ErasePlan *plan, const PtRecord *record, PtArena *arena,
                           PtBuf *out, PtError *err)
{
    Profiles *p = plan->p;
    EventView v;
    IdentityClaims claims;
    PtJsonOut json = pt_json_out(out);
    size_t found = 0;
    PtStatus st = event_payload_read(record, &v, err);
    st = st == PT_OK ? profiles_lock_read(p, err) : st;
    if (st != PT_OK) {
        return st;
    }
    st = identity_claims(book_at(p, record->position.offset), p->graph, &v, arena, &claims, err);
    for (size_t i = 0; st == PT_OK && i < claims.count; i++) {
        const IdentityClaim *c = &claims.items[i];
        const uint32_t node = identity_find(p->graph, c->type, c->value);
        if (!erase_is_parted(plan, node)) {
            continue;
        }
        if (found++ == 0) {
            pt_json_out_array(&json);
        }
        pt_json_out_object(&json);
        pt_json_put_str(&json, "type", c->type);
        pt_json_put_str(&json, "id", c->value);
        pt_json_out_object_end(&json);
    }
    profiles_unlock(p);
    if (found > 0) {
        pt_json_out_array_end(&json);
    }
    return st == PT_OK && pt_buf_status(out) != PT_OK ? no_memory(err) : st;
}
