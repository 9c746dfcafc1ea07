// SPDX-License-Identifier: Apache-2.0
/* What staff decide: checked, audited and fed into the log; decided.c carries it out. */
#include "base/json.h"
#include "base/rng.h"
#include "base/uuid.h"
#include "platform/feed.h"
#include "profiles/view_internal.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { SETTLE_FIRST_MS = 1, SETTLE_LAST_MS = 20 };

/* What this thread decided last: profiles_settle waits for it. */
static _Thread_local PtUuid last_decision;
static _Thread_local bool has_decided;

typedef struct Decided {
    const char *event, *action;
    PtStr subject_type, subject;
    PtBuf properties, detail;
    PtJsonOut event_out, audit_out;
} Decided;

static void done_decided(Decided *d)
{
    pt_buf_done(&d->properties);
    pt_buf_done(&d->detail);
}

static void put_both(Decided *d, const char *key, PtStr value)
{
    pt_json_out_key(&d->event_out, pt_str(key));
    pt_json_out_str(&d->event_out, value);
    pt_json_out_key(&d->audit_out, pt_str(key));
    pt_json_out_str(&d->audit_out, value);
}

/* In place: the writers point into it. */
static void begin_decided(Decided *d, const AuditActor *by, PtUuid id)
{
    char text[PT_UUID_TEXT];
    pt_buf_init(&d->properties, PT_FEED_PROPERTIES_MAX);
    pt_buf_init(&d->detail, 16 << 10);
    d->event_out = pt_json_out(&d->properties);
    d->audit_out = pt_json_out(&d->detail);
    pt_json_out_object(&d->event_out);
    pt_json_out_object(&d->audit_out);
    pt_json_put_str(&d->event_out, "decision", pt_uuid_format(id, text));
    pt_json_put_str(&d->event_out, "by", audit_actor_name(by));
}

static PtStatus end_decided(Decided *d, PtError *err)
{
    pt_json_out_object_end(&d->event_out);
    pt_json_out_object_end(&d->audit_out);
    const PtStatus st = pt_buf_status(&d->properties) != PT_OK ? pt_buf_status(&d->properties)
                                                               : pt_buf_status(&d->detail);
    return st == PT_OK ? PT_OK : pt_fail(err, st, "the decision does not fit into an event");
}

static PtStatus store(Profiles *p, const AuditActor *by, const Decided *d, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const int64_t now_ms = pt_clock_now_ms(pt_clock_real());
    const AuditEntry entry = {.by = by,
                              .action = d->action,
                              .subject_type = d->subject_type.data,
                              .subject = d->subject,
                              .detail = pt_buf_str(&d->detail)};
    const PtFeedEvent event = {pt_str(d->event), d->subject, pt_buf_str(&d->properties)};
    PtStatus st = pt_sql_begin(p->core, true, &tx, err);
    st = st == PT_OK ? audit_write(tx, now_ms, &entry, err) : st;
    st = st == PT_OK ? pt_feed_put(tx, pt_clock_now_ms(p->clock), &event, err) : st;
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

PtUuid decide_id(void)
{
    uint8_t random[10];
    pt_random_bytes(random, sizeof random);
    return pt_uuid7(pt_clock_now_ms(pt_clock_real()), random);
}

void decide_settles(PtUuid id)
{
    last_decision = id;
    has_decided = true;
}

static PtStatus decide(Profiles *p, const AuditActor *by, Decided *d, PtUuid id, PtError *err)
{
    PtStatus st = end_decided(d, err);
    st = st == PT_OK ? store(p, by, d, err) : st;
    if (st == PT_OK) {
        decide_settles(id);
    }
    done_decided(d);
    return st;
}

static PtStatus check_reason(PtStr reason, PtError *err)
{
    if (reason.len > DECISION_REASON_MAX) {
        return pt_fail(err, PT_INVALID, "reason has %zu bytes, the most is %d", reason.len,
                       DECISION_REASON_MAX);
    }
    return reason.len == 0 || pt_utf8_valid(reason)
               ? PT_OK
               : pt_fail(err, PT_INVALID, "reason is not UTF-8");
}

static PtStatus find_person(const Profiles *p, PtStr id, uint32_t *ret_person, PtError *err)
{
    *ret_person = profile_person_find(p, id);
    return *ret_person != 0 ? PT_OK
                            : pt_fail(err, PT_NOT_FOUND, "there is no person \"%.*s\"",
                                      (int)(id.len < 40 ? id.len : 40), id.len > 0 ? id.data : "");
}

/* ---- Merge -------------------------------------------------------------------------------------
 */

typedef struct PairNode { /* the first identifier of one; type "": not known */
    char type[IDENTITY_TYPE_NAME_MAX + 1], value[IDENTITY_VALUE_MAX + 1];
} PairNode;

typedef struct Pair {
    char person[PT_UUID_TEXT], other[PT_UUID_TEXT]; /* as they are called now */
    PairNode person_node, other_node;
} Pair;

static void copy_node(const Profiles *p, uint32_t person, PairNode *node)
{
    IdentityNode n;
    if (identity_node(p->graph, profile_first_node(p, person), &n)) {
        (void)pt_str_copy(node->type, sizeof node->type, n.type);
        memcpy(node->value, n.value.data, n.value.len); // may hold any byte but NUL
        node->value[n.value.len] = '\0';
    }
}

/* Other rules may know no such person in a rebuild: the identifier then tells who was meant. */
static void put_node(PtJsonOut *out, const char *key, const PairNode *node)
{
    if (node->type[0] != '\0') {
        pt_json_out_key(out, pt_str(key));
        pt_json_out_object(out);
        pt_json_put_str(out, "type", pt_str(node->type));
        pt_json_put_str(out, "value", pt_str(node->value));
        pt_json_out_object_end(out);
    }
}

/* The graph keeps notes while it checks: under the lock for writing. */
static PtStatus check_merge(Profiles *p, PtStr id, PtStr other, Pair *pair, PtError *err)
{
    uint32_t a = 0, b = 0;
    if (atomic_load(&p->loading)) {
        return pt_fail(err, PT_UNAVAILABLE, "profiles are being loaded");
    }
    (void)pthread_rwlock_wrlock(&p->lock);
    PtStatus st = find_person(p, id, &a, err);
    st = st == PT_OK ? find_person(p, other, &b, err) : st;
    st = st == PT_OK ? identity_merge_check(p->graph, a, b, err) : st;
    if (st == PT_OK) {
        profile_person_id(p, a, pair->person);
        profile_person_id(p, b, pair->other);
        copy_node(p, a, &pair->person_node);
        copy_node(p, b, &pair->other_node);
    }
    (void)pthread_rwlock_unlock(&p->lock);
    return st;
}

PtStatus decide_merge_check(Profiles *p, PtStr id, PtStr other, PtError *err)
{
    Pair pair;
    return check_merge(p, id, other, &pair, err);
}

static PtStatus decide_pair(Profiles *p, const AuditActor *by, const char *event,
                            const char *action, const Pair *pair, const DecidedDuplicate *why,
                            PtError *err)
{
    const PtUuid decision = decide_id();
    Decided d = {.event = event,
                 .action = action,
                 .subject_type = PT_STR("profile"),
                 .subject = pt_str(pair->person)};
    begin_decided(&d, by, decision);
    put_both(&d, "person", pt_str(pair->person));
    put_both(&d, "other", pt_str(pair->other));
    put_both(&d, "reason", why->reason);
    put_node(&d.event_out, "person_node", &pair->person_node);
    put_node(&d.event_out, "other_node", &pair->other_node);
    if (why->id.len > 0) {
        pt_json_out_key(&d.event_out, PT_STR("duplicate"));
        pt_json_out_raw(&d.event_out, why->proposal);
        pt_json_put_str(&d.audit_out, "duplicate", why->id);
    }
    return decide(p, by, &d, decision, err);
}

PtStatus decide_merge(Profiles *p, const AuditActor *by, PtStr id, PtStr other,
                      const DecidedDuplicate *why, PtError *err)
{
    Pair pair = {.person = ""};
    PtStatus st = check_reason(why->reason, err);
    st = st == PT_OK ? check_merge(p, id, other, &pair, err) : st;
    return st == PT_OK ? decide_pair(p, by, decided_merge, "profile.merged", &pair, why, err) : st;
}

PtStatus profiles_merge(Profiles *p, const AuditActor *by, PtStr id, PtStr other, PtStr reason,
                        PtError *err)
{
    return decide_merge(p, by, id, other, &(DecidedDuplicate){.reason = reason}, err);
}

PtStatus decide_refusal(Profiles *p, const AuditActor *by, PtStr id, PtStr other,
                        const DecidedDuplicate *why, PtError *err)
{
    Pair pair = {.person = ""};
    uint32_t a = 0, b = 0;
    PtStatus st = check_reason(why->reason, err);
    st = st == PT_OK ? profiles_lock_read(p, err) : st;
    if (st != PT_OK) {
        return st;
    }
    st = find_person(p, id, &a, err);
    st = st == PT_OK ? find_person(p, other, &b, err) : st;
    profile_person_id(p, a, pair.person);
    profile_person_id(p, b, pair.other);
    profiles_unlock(p);
    return st == PT_OK
               ? decide_pair(p, by, decided_refusal, "profile.duplicate_refused", &pair, why, err)
               : st;
}

/* ---- Split -------------------------------------------------------------------------------------
 */

static PtStatus check_split(const Profiles *p, PtStr id, const uint32_t *nodes, size_t count,
                            char ret_id[static PT_UUID_TEXT], PtError *err)
{
    uint32_t person = 0;
    if (count > DECISION_NODES_MAX) {
        return pt_fail(err, PT_INVALID, "%zu identifiers are given to part, the most is %d", count,
                       DECISION_NODES_MAX);
    }
    PtStatus st = find_person(p, id, &person, err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        if (identity_person(p->graph, nodes[i]) != person) {
            st = pt_fail(err, PT_INVALID, "identifier %u is not this person's", nodes[i]);
        }
    }
    st = st == PT_OK ? identity_split_check(p->graph, nodes, count, err) : st;
    profile_person_id(p, person, ret_id);
    return st;
}

static void put_nodes(const Profiles *p, PtJsonOut *out, const uint32_t *nodes, size_t count)
{
    pt_json_out_key(out, PT_STR("nodes"));
    pt_json_out_array(out);
    for (size_t i = 0; i < count; i++) {
        IdentityNode n;
        if (identity_node(p->graph, nodes[i], &n)) {
            pt_json_out_object(out);
            pt_json_put_str(out, "type", n.type);
            pt_json_put_str(out, "value", n.value);
            pt_json_out_object_end(out);
        }
    }
    pt_json_out_array_end(out);
}

PtStatus profiles_split(Profiles *p, const AuditActor *by, PtStr id, const uint32_t *nodes,
                        size_t count, PtStr reason, PtError *err)
{
    char person[PT_UUID_TEXT];
    PtStatus st = check_reason(reason, err);
    st = st == PT_OK ? profiles_lock_read(p, err) : st;
    if (st != PT_OK) {
        return st;
    }
    const PtUuid decision = decide_id();
    Decided d = {
        .event = decided_split, .action = "profile.split", .subject_type = PT_STR("profile")};
    begin_decided(&d, by, decision);
    st = check_split(p, id, nodes, count, person, err);
    if (st == PT_OK) {
        d.subject = pt_str(person);
        put_both(&d, "person", pt_str(person));
        put_both(&d, "reason", reason);
        put_nodes(p, &d.event_out, nodes, count);
        put_nodes(p, &d.audit_out, nodes, count);
    }
    profiles_unlock(p);
    if (st != PT_OK) {
        done_decided(&d);
        return st;
    }
    return decide(p, by, &d, decision, err);
}

/* ---- Barriers ----------------------------------------------------------------------------------
 */

static PtStatus check_barrier(Profiles *p, uint32_t barrier, char ret_person[static PT_UUID_TEXT],
                              PtError *err)
{
    IdentityBarrier there;
    PtStatus st = profiles_lock_read(p, err);
    if (st != PT_OK) {
        return st;
    }
    if (!identity_barrier(p->graph, barrier, &there)) {
        st = pt_fail(err, PT_NOT_FOUND, "there is no do-not-link %u", barrier);
    } else {
        profile_person_id(p, identity_person(p->graph, there.node), ret_person);
    }
    profiles_unlock(p);
    return st;
}

PtStatus profiles_lift(Profiles *p, const AuditActor *by, uint32_t barrier, PtError *err)
{
    char person[PT_UUID_TEXT], number[16];
    PtStatus st = check_barrier(p, barrier, person, err);
    if (st != PT_OK) {
        return st;
    }
    const PtUuid decision = decide_id();
    Decided d = {.event = decided_lift,
                 .action = "profile.barrier_lifted",
                 .subject_type = PT_STR("profile"),
                 .subject = pt_str(person)};
    begin_decided(&d, by, decision);
    (void)snprintf(number, sizeof number, "%u", barrier);
    pt_json_out_key(&d.event_out, PT_STR("barrier"));
    pt_json_out_raw(&d.event_out, pt_str(number));
    pt_json_out_key(&d.audit_out, PT_STR("barrier"));
    pt_json_out_raw(&d.audit_out, pt_str(number));
    return decide(p, by, &d, decision, err);
}

/* ---- Waiting -----------------------------------------------------------------------------------
 */

/* Its offset once the view has carried it out. */
static bool carried_out(Profiles *p, uint64_t *ret_offset)
{
    bool found = false;
    if (profiles_lock_read(p, NULL) != PT_OK) {
        return false;
    }
    const uint64_t count =
        p->decided_count < PROFILES_DECIDED ? p->decided_count : PROFILES_DECIDED;
    for (uint64_t i = 0; !found && i < count; i++) {
        found = memcmp(&p->decided[i], last_decision.bytes, sizeof p->decided[i]) == 0;
        *ret_offset = found ? p->decided_at[i] : *ret_offset;
    }
    profiles_unlock(p);
    return found;
}

static bool in_tables(Profiles *p, uint64_t offset)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    uint64_t next = 0;
    return pt_sql_begin(p->views, false, &tx, NULL) == PT_OK &&
           profiles_position(tx, &next, NULL) == PT_OK && next != PROFILES_NOWHERE && next > offset;
}

PtStatus profiles_settle(Profiles *p, int64_t timeout_ms, PtError *err)
{
    const int64_t until_ms = pt_mono_ms() + timeout_ms;
    int64_t pause_ms = SETTLE_FIRST_MS;
    uint64_t offset = 0;
    while (has_decided && !(carried_out(p, &offset) && in_tables(p, offset))) {
        if (pt_mono_ms() >= until_ms) {
            return pt_fail(err, PT_UNAVAILABLE, "the decision is stored and not in effect yet");
        }
        const struct timespec pause = {.tv_nsec = pause_ms * 1000000};
        (void)nanosleep(&pause, NULL);
        pause_ms = 2 * pause_ms < SETTLE_LAST_MS ? 2 * pause_ms : SETTLE_LAST_MS;
    }
    has_decided = false;
    return PT_OK;
}
