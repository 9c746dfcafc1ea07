// SPDX-License-Identifier: Apache-2.0
/* Versions of policies: all in SQL, compiled in memory. */
#include "access/access.h"
#include "work.sql.h"
#include "work/live_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RULES_ARENA = 128 << 20, /* the most that WORK_POLICY_VERSIONS of them take */
    DETAIL_BYTES = 1024,
    ID_MAX = 64,
    DEFAULT_RANK = 1000,
    NEW_RANK = 100,
};

static const int64_t latest_from_ms = INT64_C(253402300800000); /* the year 10000 */

/* ---- Reading ----------------------------------------------------------------------------------
 */

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for policies");
}

static PtStatus copy_row(PtSqlTx *tx, PtArena *arena, WorkStoredPolicy *ret, PtError *err)
{
    const WorkStoredPolicy p = {.version = pt_sql_i64(tx, 0),
                                .id = pt_arena_str(arena, pt_sql_text(tx, 1)),
                                .rank = pt_sql_i64(tx, 2),
                                .from_ms = pt_sql_i64(tx, 3),
                                .until_ms = pt_sql_i64(tx, 4),
                                .json = pt_arena_str(arena, pt_sql_text(tx, 5)),
                                .changed_ms = pt_sql_i64(tx, 6),
                                .changed_by = pt_arena_str(arena, pt_sql_text(tx, 7))};
    if (p.id.data == NULL || p.json.data == NULL || p.changed_by.data == NULL) {
        return no_memory(err);
    }
    *ret = p;
    return PT_OK;
}

/* *ret_list has room for one more. */
static PtStatus read_all(PtSqlTx *tx, PtArena *arena, WorkStoredPolicy **ret_list,
                         size_t *ret_count, PtError *err)
{
    WorkStoredPolicy *list = pt_arena_alloc(arena, WORK_POLICY_VERSIONS, sizeof *list);
    size_t count = 0;
    bool row = true;
    if (list == NULL) {
        return no_memory(err);
    }
    PtStatus st = pt_sql_use(tx, SQL_WORK_POLICY_LIST, err);
    if (st != PT_OK) {
        return st;
    }
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row && count < WORK_POLICY_VERSIONS &&
           (st = copy_row(tx, arena, &list[count], err)) == PT_OK) {
        count++;
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_list = list;
        *ret_count = count;
    }
    return st;
}

/* ---- Compiled ---------------------------------------------------------------------------------
 */

void live_rules_release(LiveRules *r)
{
    if (r != NULL && atomic_fetch_sub(&r->holders, 1) == 1) {
        for (size_t i = 0; i < r->count; i++) {
            work_policy_free(r->policies[i]);
        }
        pt_arena_free(r->arena);
        free(r);
    }
}

int64_t live_rules_next_ms(const LiveRules *r, int64_t at_ms)
{
    int64_t next = WORK_NEVER;
    for (size_t i = 0; i < r->count; i++) {
        const int64_t ends[] = {r->versions[i].from_ms, r->versions[i].until_ms};
        for (unsigned k = 0; k < 2; k++) {
            next = ends[k] > at_ms && ends[k] < next ? ends[k] : next;
        }
    }
    return next;
}

const WorkStoredPolicy *live_rules_stored(const LiveRules *r, int64_t version)
{
    for (size_t i = 0; i < r->count; i++) {
        if (r->stored[i].version == version) {
            return &r->stored[i];
        }
    }
    return NULL;
}

/* One that was never in force is left out. */
static PtStatus compile_one(LiveRules *r, const WorkStoredPolicy *p, PtError *err)
{
    if (p->from_ms >= p->until_ms) {
        return PT_OK;
    }
    WorkPolicy *policy = NULL;
    const PtStatus st = work_policy_read(p->json, &policy, err);
    if (st != PT_OK) {
        return st;
    }
    r->policies[r->count] = policy;
    r->stored[r->count] = *p;
    r->versions[r->count] = (WorkVersion){policy, p->from_ms, p->until_ms, p->version};
    r->count++;
    for (unsigned k = 0; k < WORK_CLOCKS; k++) {
        r->kinds |= (unsigned)policy->clocks[k].there << k;
    }
    return PT_OK;
}

static PtStatus compile(const WorkStoredPolicy *list, size_t count, LiveRules *r, PtError *err)
{
    r->versions = pt_arena_alloc(r->arena, count + 1, sizeof *r->versions);
    r->policies = pt_arena_alloc(r->arena, count + 1, sizeof *r->policies);
    r->stored = pt_arena_alloc(r->arena, count + 1, sizeof *r->stored);
    PtStatus st =
        r->versions != NULL && r->policies != NULL && r->stored != NULL ? PT_OK : no_memory(err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = compile_one(r, &list[i], err);
    }
    return st;
}

/* As the transaction has them. */
static PtStatus read_rules(PtSqlTx *tx, LiveRules **ret_rules, PtError *err)
{
    WorkStoredPolicy *list;
    size_t count;
    LiveRules *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return no_memory(err);
    }
    atomic_init(&r->holders, 1);
    r->arena = pt_arena_new(RULES_ARENA);
    PtStatus st = r->arena != NULL ? read_all(tx, r->arena, &list, &count, err) : no_memory(err);
    st = st == PT_OK ? compile(list, count, r, err) : st;
    if (st != PT_OK) {
        live_rules_release(r);
        return st;
    }
    *ret_rules = r;
    return PT_OK;
}

/* ---- Writing ----------------------------------------------------------------------------------
 */

static PtStatus write_version(PtSqlTx *tx, const WorkStoredPolicy *p, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_WORK_POLICY_ADD, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, p->version);
    pt_sql_bind_text(tx, 2, p->id);
    pt_sql_bind_i64(tx, 3, p->rank);
    pt_sql_bind_i64(tx, 4, p->from_ms);
    pt_sql_bind_i64(tx, 5, p->until_ms);
    pt_sql_bind_text(tx, 6, p->json);
    pt_sql_bind_i64(tx, 7, p->changed_ms);
    pt_sql_bind_text(tx, 8, p->changed_by);
    return pt_sql_finish(tx, err);
}

/* Its versions end there. */
static PtStatus write_until(PtSqlTx *tx, PtStr id, int64_t until_ms, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_WORK_POLICY_UNTIL, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, id);
    pt_sql_bind_i64(tx, 2, until_ms);
    return pt_sql_finish(tx, err);
}

static PtStatus audit(PtSqlTx *tx, const AuditActor *by, const char *action,
                      const WorkStoredPolicy *p, PtError *err)
{
    char detail[DETAIL_BYTES];
    (void)snprintf(detail, sizeof detail,
                   "{\"version\":%lld,\"rank\":%lld,\"from_ms\":%lld,\"bytes\":%zu}",
                   (long long)p->version, (long long)p->rank, (long long)p->from_ms, p->json.len);
    const AuditEntry entry = {.by = by,
                              .action = action,
                              .subject_type = "sla_policy",
                              .subject = p->id,
                              .subject_name = p->name,
                              .detail = pt_str(detail)};
    return audit_write(tx, p->changed_ms, &entry, err);
}

static PtStatus last_version(PtSqlTx *tx, int64_t *ret_version, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_WORK_POLICY_LAST, err);
    if (st != PT_OK) {
        return st;
    }
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        *ret_version = pt_sql_i64(tx, 0);
    }
    pt_sql_done(tx);
    return st;
}

/* The newest version of the policy; version 0: there is none. */
static PtStatus latest_of(PtSqlTx *tx, PtStr id, WorkStoredPolicy *ret, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_WORK_POLICY_LATEST, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, id);
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        *ret = (WorkStoredPolicy){.id = id};
        if (row) {
            ret->version = pt_sql_i64(tx, 0);
            ret->from_ms = pt_sql_i64(tx, 1);
            ret->rank = pt_sql_i64(tx, 2);
        }
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus latest_expected(PtSqlTx *tx, PtStr id, int64_t expected, WorkStoredPolicy *ret,
                                PtError *err)
{
    const PtStatus st = latest_of(tx, id, ret, err);
    if (st != PT_OK || ret->version == expected) {
        return st;
    }
    return pt_fail(
        err, PT_CONFLICT,
        "version: %lld is not the newest, which is %lld: somebody saved the policy since",
        (long long)expected, (long long)ret->version);
}

/* The first of all, in force since ever: it comes with the program, nobody has added it. */
static PtStatus write_default(PtSqlTx *tx, int64_t now_ms, PtError *err)
{
    const WorkStoredPolicy p = {.id = PT_STR("default"),
                                .version = 1,
                                .rank = DEFAULT_RANK,
                                .until_ms = WORK_NEVER,
                                .changed_ms = now_ms,
                                .json = work_policy_default(),
                                .name = PT_STR("Default"),
                                .changed_by = PT_STR("server")};
    return write_version(tx, &p, err);
}

PtStatus live_rules_load(Work *w, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    LiveRules *rules = NULL;
    int64_t last = 0;
    PtStatus st = pt_sql_begin(w->c.core, true, &tx, err);
    st = st == PT_OK ? last_version(tx, &last, err) : st;
    if (st == PT_OK && last == 0) {
        st = write_default(tx, pt_clock_now_ms(w->c.clock), err);
    }
    st = st == PT_OK ? read_rules(tx, &rules, err) : st;
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    if (st == PT_OK) {
        live_take_rules(w, rules);
    } else {
        live_rules_release(rules);
    }
    return st;
}

/* ---- The door ---------------------------------------------------------------------------------
 */

static bool valid_id(PtStr id)
{
    bool valid = id.len >= 1 && id.len <= ID_MAX && id.data[0] >= 'a' && id.data[0] <= 'z';
    for (size_t i = 1; valid && i < id.len; i++) {
        const char c = id.data[i];
        valid = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    }
    return valid;
}

static PtStatus check_policy(const WorkStoredPolicy *p, PtError *err)
{
    if (!valid_id(p->id)) {
        return pt_fail(err, PT_INVALID, "id: not 1..%d of a-z, 0-9 and _ that begin with a letter",
                       ID_MAX);
    }
    if (p->rank < WORK_POLICY_RANK_KEPT || p->rank > WORK_POLICY_RANK_MAX) {
        return pt_fail(err, PT_INVALID, "rank: not 0..%d", WORK_POLICY_RANK_MAX);
    }
    return p->from_ms >= 0 && p->from_ms < latest_from_ms
               ? PT_OK
               : pt_fail(err, PT_INVALID, "from: not between 1970 and the year 10000");
}

static PtStatus name_of(PtStr json, PtArena *arena, PtStr *ret_name, PtError *err)
{
    WorkPolicy *policy = NULL;
    PtStatus st = work_policy_read(json, &policy, err);
    if (st != PT_OK) {
        return st;
    }
    const PtStr name = pt_arena_str(arena, work_policy_name(policy));
    work_policy_free(policy);
    if (name.data == NULL) {
        return no_memory(err);
    }
    *ret_name = name;
    return PT_OK;
}

PtStatus work_policies(Work *w, PtArena *arena, WorkStoredPolicy **ret_list, size_t *ret_count,
                       PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    WorkStoredPolicy *list = NULL;
    size_t count = 0;
    PtStatus st = pt_sql_begin(w->c.core, false, &tx, err);
    st = st == PT_OK ? read_all(tx, arena, &list, &count, err) : st;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = name_of(list[i].json, arena, &list[i].name, err);
    }
    if (st == PT_OK) {
        *ret_list = list;
        *ret_count = count;
    }
    return st;
}

/* Where the new version begins, and what it is called. */
static PtStatus place_version(PtSqlTx *tx, const WorkStoredPolicy *latest, WorkStoredPolicy *p,
                              PtError *err)
{
    int64_t last = 0;
    PtStatus st = last_version(tx, &last, err);
    if (st != PT_OK) {
        return st;
    }
    if (last >= WORK_POLICY_VERSIONS) {
        return pt_fail(err, PT_TOO_LARGE, "policies have %d versions, the most that are kept",
                       WORK_POLICY_VERSIONS);
    }
    p->version = last + 1;
    if (p->rank == WORK_POLICY_RANK_KEPT) {
        p->rank = latest->version != 0 ? latest->rank : NEW_RANK;
    }
    p->from_ms = p->from_ms == 0 ? p->changed_ms : p->from_ms;
    p->until_ms = WORK_NEVER;
    return p->from_ms >= latest->from_ms || p->from_ms >= p->changed_ms
               ? PT_OK
               : pt_fail(err, PT_INVALID, "from: before version %lld began",
                         (long long)latest->version);
}

static PtStatus put(Work *w, const AuditActor *by, int64_t expected, WorkStoredPolicy *p,
                    PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    WorkStoredPolicy latest;
    LiveRules *rules = NULL;
    PtStatus st = pt_sql_begin(w->c.core, true, &tx, err);
    st = st == PT_OK ? latest_expected(tx, p->id, expected, &latest, err) : st;
    st = st == PT_OK ? place_version(tx, &latest, p, err) : st;
    st = st == PT_OK ? write_until(tx, p->id, p->from_ms, err) : st;
    st = st == PT_OK ? write_version(tx, p, err) : st;
    st = st == PT_OK
             ? audit(tx, by, expected == 0 ? "sla_policy.added" : "sla_policy.changed", p, err)
             : st;
    st = st == PT_OK ? read_rules(tx, &rules, err) : st;
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    if (st == PT_OK) {
        live_take_rules(w, rules);
    } else {
        live_rules_release(rules);
    }
    return st;
}

PtStatus work_policy_put(Work *w, const AuditActor *by, const WorkStoredPolicy *policy,
                         int64_t expected, PtArena *arena, WorkStoredPolicy *ret_policy,
                         PtError *err)
{
    WorkStoredPolicy p = {.id = pt_arena_str(arena, policy->id),
                          .rank = policy->rank,
                          .from_ms = policy->from_ms,
                          .changed_ms = pt_clock_now_ms(w->c.clock),
                          .json = pt_arena_str(arena, policy->json),
                          .changed_by = pt_arena_str(arena, audit_actor_name(by))};
    if (p.id.data == NULL || p.json.data == NULL || p.changed_by.data == NULL) {
        return no_memory(err);
    }
    PtStatus st = check_policy(&p, err);
    st = st == PT_OK ? name_of(p.json, arena, &p.name, err) : st;
    if (st != PT_OK) {
        return st;
    }
    (void)pthread_mutex_lock(&w->editing);
    st = put(w, by, expected, &p, err);
    (void)pthread_mutex_unlock(&w->editing);
    if (st == PT_OK) {
        *ret_policy = p;
    }
    return st;
}

static PtStatus end(Work *w, const AuditActor *by, PtStr id, int64_t expected, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    WorkStoredPolicy latest;
    LiveRules *rules = NULL;
    const int64_t now_ms = pt_clock_now_ms(w->c.clock);
    PtStatus st = pt_sql_begin(w->c.core, true, &tx, err);
    st = st == PT_OK ? latest_of(tx, id, &latest, err) : st;
    st = st == PT_OK && latest.version != 0 ? latest_expected(tx, id, expected, &latest, err) : st;
    st = st == PT_OK ? write_until(tx, id, now_ms, err) : st;
    if (st == PT_OK && pt_sql_changes(tx) == 0) {
        st = pt_fail(err, PT_NOT_FOUND, "no policy \"%.*s\" is in force", PT_STR_ARG(id));
    }
    latest.changed_ms = now_ms;
    latest.name = latest.json = PT_STR("");
    st = st == PT_OK ? audit(tx, by, "sla_policy.ended", &latest, err) : st;
    st = st == PT_OK ? read_rules(tx, &rules, err) : st;
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    if (st == PT_OK) {
        live_take_rules(w, rules);
    } else {
        live_rules_release(rules);
    }
    return st;
}

PtStatus work_policy_end(Work *w, const AuditActor *by, PtStr id, int64_t expected, PtError *err)
{
    if (!valid_id(id)) {
        return pt_fail(err, PT_NOT_FOUND, "no policy has such an id");
    }
    (void)pthread_mutex_lock(&w->editing);
    const PtStatus st = end(w, by, id, expected, err);
    (void)pthread_mutex_unlock(&w->editing);
    return st;
}
