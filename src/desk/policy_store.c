// SPDX-License-Identifier: Apache-2.0
/* Versions of the policy of priorities: the newest in memory, all in SQL. */
#include "desk.sql.h"
#include "desk/route_internal.h"

#include "base/calendar.h"

#include <stdio.h>
#include <stdlib.h>

enum { RULES_BYTES = 4 << 20, DETAIL_BYTES = 1024 };

/* ---- In memory --------------------------------------------------------------------------------
 */

void desk_policy_release(DeskHeldPolicy *p)
{
    if (p != NULL && atomic_fetch_sub(&p->holders, 1) == 1) {
        pt_arena_free(p->arena);
        free(p);
    }
}

DeskHeldPolicy *desk_policy_hold(Desk *d)
{
    (void)pthread_mutex_lock(&d->lock);
    DeskHeldPolicy *p = d->policy;
    atomic_fetch_add(&p->holders, 1);
    (void)pthread_mutex_unlock(&d->lock);
    return p;
}

static PtStatus compile(PtStr json, int64_t version, DeskHeldPolicy **ret_policy, PtError *err)
{
    DeskHeldPolicy *p = calloc(1, sizeof *p);
    if (p == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the policy");
    }
    p->version = version;
    atomic_init(&p->holders, 1);
    p->arena = pt_arena_new(RULES_BYTES);
    PtStatus st = p->arena != NULL ? desk_rules_read(json, p->arena, &p->rules, err)
                                   : pt_fail(err, PT_NO_MEMORY, "no memory for the policy");
    if (st != PT_OK) {
        desk_policy_release(p);
        return st;
    }
    *ret_policy = p;
    return PT_OK;
}

/* Takes it over, unless a newer one is there. */
static void install(Desk *d, DeskHeldPolicy *p)
{
    (void)pthread_mutex_lock(&d->lock);
    DeskHeldPolicy *drop = p;
    if (d->policy == NULL || d->policy->version < p->version) {
        drop = d->policy;
        d->policy = p;
    }
    (void)pthread_mutex_unlock(&d->lock);
    desk_policy_release(drop);
}

/* ---- In SQL -----------------------------------------------------------------------------------
 */

static PtStatus copy_version(PtSqlTx *tx, PtArena *arena, DeskPolicyVersion *ret, PtError *err)
{
    *ret = (DeskPolicyVersion){.version = pt_sql_i64(tx, 0),
                               .json = pt_arena_str(arena, pt_sql_text(tx, 1)),
                               .changed_ms = pt_sql_i64(tx, 2),
                               .changed_by = pt_arena_str(arena, pt_sql_text(tx, 3))};
    return ret->json.data != NULL && ret->changed_by.data != NULL
               ? PT_OK
               : pt_fail(err, PT_NO_MEMORY, "no memory for the policy");
}

/* version 0: the newest. Version 1 is nobody's edit and needs no row. */
static PtStatus read_version(PtSqlTx *tx, int64_t version, PtArena *arena, DeskPolicyVersion *ret,
                             PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, version == 0 ? SQL_DESK_POLICY_NEWEST : SQL_DESK_POLICY_GET, err);
    if (st != PT_OK) {
        return st;
    }
    if (version != 0) {
        pt_sql_bind_i64(tx, 1, version);
    }
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK && row) {
        st = copy_version(tx, arena, ret, err);
    } else if (st == PT_OK && version <= 1) {
        *ret = (DeskPolicyVersion){
            .version = 1, .json = pt_str(desk_policy_default), .changed_by = PT_STR("")};
    } else if (st == PT_OK) {
        st = pt_fail(err, PT_NOT_FOUND, "the policy has no version %lld", (long long)version);
    }
    pt_sql_done(tx);
    return st;
}

PtStatus desk_policy(Desk *d, int64_t version, PtArena *arena, DeskPolicyVersion *ret_policy,
                     PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskPolicyVersion found;
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    st = st == PT_OK ? read_version(tx, version, arena, &found, err) : st;
    if (st == PT_OK) {
        *ret_policy = found;
    }
    return st;
}

PtStatus desk_policy_load(Desk *d, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(RULES_BYTES);
    DeskPolicyVersion newest;
    DeskHeldPolicy *p = NULL;
    PtStatus st = arena != NULL ? desk_policy(d, 0, arena, &newest, err)
                                : pt_fail(err, PT_NO_MEMORY, "no memory for the policy");
    st = st == PT_OK ? compile(newest.json, newest.version, &p, err) : st;
    if (st == PT_OK) {
        install(d, p);
    }
    return st;
}

static PtStatus add_version(PtSqlTx *tx, const AuditActor *by, const DeskPolicyVersion *new,
                            PtError *err)
{
    char detail[DETAIL_BYTES], version[24];
    (void)snprintf(version, sizeof version, "%lld", (long long)new->version);
    (void)snprintf(detail, sizeof detail, "{\"version\":%s,\"bytes\":%zu}", version, new->json.len);
    const AuditEntry entry = {.by = by,
                              .action = "desk_policy.changed",
                              .subject_type = "desk_policy",
                              .subject = pt_str(version),
                              .detail = pt_str(detail)};
    PtStatus st = pt_sql_use(tx, SQL_DESK_POLICY_ADD, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, new->version);
    pt_sql_bind_text(tx, 2, new->json);
    pt_sql_bind_i64(tx, 3, new->changed_ms);
    pt_sql_bind_text(tx, 4, new->changed_by);
    st = pt_sql_finish(tx, err);
    return st == PT_OK ? audit_write(tx, new->changed_ms, &entry, err) : st;
}

/* What can only be said with the zones of the machine at hand. */
static PtStatus check_zone(Desk *d, const DeskRules *rules, PtError *err)
{
    const PtZone *zone = NULL;
    PtError why = {0};
    const PtStatus st = pt_zones_get(d->router->zones, rules->major.zone, &zone, &why);
    return st == PT_OK || st == PT_NO_MEMORY
               ? st
               : pt_fail(err, PT_INVALID, "/major/zone: %s", why.message);
}

PtStatus desk_policy_put(Desk *d, const AuditActor *by, int64_t version, PtStr json, PtArena *arena,
                         DeskPolicyVersion *ret_policy, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskHeldPolicy *p = NULL;
    DeskPolicyVersion newest;
    PtStatus st = compile(json, version + 1, &p, err);
    st = st == PT_OK ? check_zone(d, &p->rules, err) : st;
    st = st == PT_OK ? pt_sql_begin(d->c.core, true, &tx, err) : st;
    st = st == PT_OK ? read_version(tx, 0, arena, &newest, err) : st;
    if (st == PT_OK && newest.version != version) {
        st = pt_fail(err, PT_CONFLICT,
                     "version: %lld is not the newest: somebody saved another policy since",
                     (long long)version);
    }
    const DeskPolicyVersion new = {.version = version + 1,
                                   .json = json,
                                   .changed_ms = pt_clock_now_ms(d->c.clock),
                                   .changed_by = audit_actor_name(by)};
    st = st == PT_OK ? add_version(tx, by, &new, err) : st;
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    if (st != PT_OK) {
        desk_policy_release(p);
        return st;
    }
    install(d, p);
    *ret_policy = new;
    return PT_OK;
}

/* ---- Trying -----------------------------------------------------------------------------------
 */

static PtStatus trial_facts(const DeskTrial *trial, PtArena *arena, DeskFacts *ret, PtError *err)
{
    DeskTicket as = {.stores = trial->stores, .tills = trial->tills, .customers = trial->customers};
    const DeskEdit edits[] = {{DESK_F_CATEGORY, trial->category},
                              {DESK_F_TOUCHPOINTS, trial->touchpoints},
                              {DESK_F_IMPACT, trial->impact},
                              {DESK_F_URGENCY, trial->urgency},
                              {DESK_F_LABEL, trial->label}};
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < sizeof edits / sizeof *edits; i++) {
        const PtStr value = edits[i].value.data != NULL ? edits[i].value : PT_STR("");
        st = desk_field_check(edits[i].field, value, arena, &as.f[edits[i].field], err);
    }
    return st == PT_OK ? desk_facts_of(&as, arena, ret, err) : st;
}

PtStatus desk_policy_try(Desk *d, const DeskTrial *trial, PtArena *arena, PtBuf *out, PtError *err)
{
    DeskHeldPolicy *policy = NULL;
    DeskFacts facts;
    PtStatus st = trial_facts(trial, arena, &facts, err);
    if (st == PT_OK && trial->policy.data != NULL) {
        st = compile(trial->policy, 0, &policy, err);
    } else if (st == PT_OK) {
        policy = desk_policy_hold(d);
    }
    if (st == PT_OK) {
        (void)desk_priority(&policy->rules, &facts, trial->at_ms, out);
        st = pt_buf_status(out) == PT_OK
                 ? PT_OK
                 : pt_fail(err, PT_NO_MEMORY, "no memory for an explanation");
    }
    desk_policy_release(policy);
    return st;
}
