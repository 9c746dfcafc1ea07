// SPDX-License-Identifier: Apache-2.0
/* Tills of stores in SQL. */
#include "commerce.sql.h"
#include "commerce/commerce_internal.h"

#include <stdio.h>

enum { TEXTS = 2 + COMMERCE_TILL_FIELDS + 1 };

static PtStatus copy_till(PtSqlTx *tx, PtArena *arena, CommerceTill *till, PtError *err)
{
    PtStr *texts[TEXTS] = {&till->store,
                           &till->code,
                           &till->f[COMMERCE_T_NAME],
                           &till->f[COMMERCE_T_KIND],
                           &till->f[COMMERCE_T_STATE],
                           &till->changed_by};
    *till =
        (CommerceTill){.version = pt_sql_i64(tx, TEXTS), .changed_ms = pt_sql_i64(tx, TEXTS + 1)};
    return commerce_copy(tx, 0, texts, TEXTS, arena, err);
}

static PtStatus load(PtSqlTx *tx, PtStr store, PtStr code, PtArena *arena, CommerceTill *ret_till,
                     bool *ret_there, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_COMMERCE_TILL_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, store);
    pt_sql_bind_text(tx, 2, code);
    st = pt_sql_step(tx, ret_there, err);
    st = st == PT_OK && *ret_there ? copy_till(tx, arena, ret_till, err) : st;
    pt_sql_done(tx);
    return st;
}

static PtStatus store_is_there(PtSqlTx *tx, PtStr store, PtError *err)
{
    int64_t there = 0;
    PtStatus st =
        commerce_count(tx, SQL_COMMERCE_STORE_THERE, store, (PtStr){NULL, 0}, &there, err);
    return st == PT_OK && there == 0
               ? pt_fail(err, PT_NOT_FOUND, "there is no store \"%.*s\"",
                         (int)(store.len < COMMERCE_CODE_MAX ? store.len : COMMERCE_CODE_MAX),
                         store.data)
               : st;
}

PtStatus commerce_tills(Commerce *c, PtStr store, PtArena *arena, CommerceTill **ret_list,
                        size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    CommerceTill *list = pt_arena_alloc(arena, COMMERCE_TILLS_MAX, sizeof *list);
    size_t count = 0;
    bool row = false;
    PtStatus st = list != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for tills");
    st = st == PT_OK ? pt_sql_begin(c->c.core, false, &tx, err) : st;
    st = st == PT_OK ? store_is_there(tx, store, err) : st;
    st = st == PT_OK ? pt_sql_use(tx, SQL_COMMERCE_TILL_LIST, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, store);
    pt_sql_bind_i64(tx, 2, COMMERCE_TILLS_MAX);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        if ((st = copy_till(tx, arena, &list[count], err)) != PT_OK) {
            break;
        }
        count++;
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_list = list;
        *ret_count = count;
    }
    return st;
}

/* ---- Changes ----------------------------------------------------------------------------------
 */

static PtStatus may_write(CommerceWriting *w, const CommerceTill *put, bool there, int64_t version)
{
    int64_t count = 0;
    if (put->version != COMMERCE_ANY_VERSION && put->version != (there ? version : 0)) {
        return there
                   ? pt_fail(w->err, PT_CONFLICT, "version: %lld is not the newest, which is %lld",
                             (long long)put->version, (long long)version)
                   : pt_fail(w->err, PT_NOT_FOUND, "there is no such till to change");
    }
    if (there) {
        return PT_OK;
    }
    PtStatus st = store_is_there(w->tx, put->store, w->err);
    st = st == PT_OK ? commerce_count(w->tx, SQL_COMMERCE_TILL_COUNT, put->store, (PtStr){NULL, 0},
                                      &count, w->err)
                     : st;
    return st == PT_OK && count >= COMMERCE_TILLS_MAX
               ? pt_fail(w->err, PT_TOO_LARGE, "the store has %d tills, and no room for more",
                         COMMERCE_TILLS_MAX)
               : st;
}

static PtStatus write_row(CommerceWriting *w, const CommerceTill *till, bool add)
{
    PtStatus st = pt_sql_use(w->tx, add ? SQL_COMMERCE_TILL_ADD : SQL_COMMERCE_TILL_SET, w->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(w->tx, 1, till->store);
    pt_sql_bind_text(w->tx, 2, till->code);
    for (int i = 0; i < COMMERCE_TILL_FIELDS; i++) {
        pt_sql_bind_text(w->tx, i + 3, till->f[i]);
    }
    pt_sql_bind_i64(w->tx, 6, till->version);
    pt_sql_bind_i64(w->tx, 7, w->now_ms);
    pt_sql_bind_text(w->tx, 8, audit_actor_name(w->by));
    return pt_sql_finish(w->tx, w->err);
}

/* "0042/3": a till is its store's. */
static PtStatus told(CommerceWriting *w, const char *action, PtStr store, PtStr code, PtStr name,
                     PtStr detail)
{
    char subject[2 * COMMERCE_CODE_MAX + 2];
    (void)snprintf(subject, sizeof subject, "%.*s/%.*s", PT_STR_ARG(store), PT_STR_ARG(code));
    return commerce_audit(w, action, pt_str(subject), name, detail);
}

PtStatus commerce_till_write(CommerceWriting *w, const CommerceTill *put, bool *ret_changed,
                             bool *ret_added)
{
    static const PtStr fallback[COMMERCE_TILL_FIELDS] = {PT_STR_INIT(""), PT_STR_INIT("staffed"),
                                                         PT_STR_INIT("in_service")};
    static const PtStr nothing[COMMERCE_TILL_FIELDS] = {PT_STR_INIT(""), PT_STR_INIT(""),
                                                        PT_STR_INIT("")};
    CommerceTill before = {0};
    PtBuf detail;
    bool there = false;
    PtStatus st = commerce_code_check("store", put->store, w->err);
    st = st == PT_OK ? commerce_code_check("code", put->code, w->err) : st;
    st = st == PT_OK ? load(w->tx, put->store, put->code, w->arena, &before, &there, w->err) : st;
    st = st == PT_OK ? may_write(w, put, there, before.version) : st;
    if (st != PT_OK) {
        return st;
    }
    CommerceTill after = {.store = put->store, .code = put->code, .version = before.version + 1};
    *ret_changed = !there;
    *ret_added = !there;
    for (size_t i = 0; i < COMMERCE_TILL_FIELDS; i++) {
        after.f[i] = put->f[i].data != NULL ? put->f[i] : there ? before.f[i] : fallback[i];
        *ret_changed = *ret_changed || !pt_str_eq(before.f[i], after.f[i]);
    }
    st = commerce_till_check(after.f, w->err);
    if (st != PT_OK || !*ret_changed) {
        return st;
    }
    st = write_row(w, &after, !there);
    commerce_detail(&detail, commerce_till_fields, there ? before.f : nothing, after.f,
                    COMMERCE_TILL_FIELDS);
    if (st == PT_OK) {
        st = pt_buf_status(&detail) == PT_OK
                 ? told(w, there ? "till.changed" : "till.added", after.store, after.code,
                        after.f[COMMERCE_T_NAME], pt_buf_str(&detail))
                 : pt_fail(w->err, PT_NO_MEMORY, "no memory for the audit chain");
    }
    pt_buf_done(&detail);
    return st;
}

PtStatus commerce_till_put(Commerce *c, const AuditActor *by, const CommerceTill *put,
                           PtArena *arena, CommerceTill *ret_till, PtError *err)
{
    CommerceWriting w;
    CommerceTill till;
    bool changed = false, added = false, there = false;
    PtStatus st = commerce_write(&w, c, by, arena, err);
    st = st == PT_OK ? commerce_till_write(&w, put, &changed, &added) : st;
    st = st == PT_OK ? load(w.tx, put->store, put->code, arena, &till, &there, err) : st;
    if (st == PT_OK && changed) {
        st = pt_sql_commit(&w.tx, err);
    }
    pt_sql_rollback(w.tx);
    if (st == PT_OK) {
        *ret_till = till;
    }
    return st;
}

PtStatus commerce_till_delete(Commerce *c, const AuditActor *by, PtStr store, PtStr code,
                              PtError *err)
{
    CommerceWriting w;
    PtStatus st = commerce_write(&w, c, by, NULL, err);
    st = st == PT_OK ? pt_sql_use(w.tx, SQL_COMMERCE_TILL_DELETE, err) : st;
    if (st == PT_OK) {
        pt_sql_bind_text(w.tx, 1, store);
        pt_sql_bind_text(w.tx, 2, code);
        st = pt_sql_finish(w.tx, err);
    }
    if (st == PT_OK && pt_sql_changes(w.tx) == 0) {
        st = pt_fail(err, PT_NOT_FOUND, "the store has no such till");
    }
    st = st == PT_OK ? told(&w, "till.removed", store, code, PT_STR(""), PT_STR("")) : st;
    st = st == PT_OK ? pt_sql_commit(&w.tx, err) : st;
    pt_sql_rollback(w.tx);
    return st;
}
