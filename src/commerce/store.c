// SPDX-License-Identifier: Apache-2.0
/* Stores in SQL, and found by words. */
#include "commerce.sql.h"
#include "commerce/commerce_internal.h"

#include <stdio.h>
#include <string.h>

enum { C_VERSION = 10, C_CHANGED, C_NUMBER, C_TILLS, TEXT_FIELDS = 4 };

/* ---- Reading ----------------------------------------------------------------------------------
 */

static PtStatus copy_store(PtSqlTx *tx, PtArena *arena, CommerceStore *store, int64_t *ret_number,
                           PtError *err)
{
    PtStr *texts[COMMERCE_STORE_FIELDS + 2] = {&store->code};
    *store = (CommerceStore){.version = pt_sql_i64(tx, C_VERSION),
                             .changed_ms = pt_sql_i64(tx, C_CHANGED),
                             .tills = pt_sql_i64(tx, C_TILLS)};
    for (size_t i = 0; i < COMMERCE_STORE_FIELDS; i++) {
        texts[i + 1] = &store->f[i];
    }
    texts[COMMERCE_STORE_FIELDS + 1] = &store->changed_by;
    *ret_number = pt_sql_i64(tx, C_NUMBER);
    return commerce_copy(tx, 0, texts, COMMERCE_STORE_FIELDS + 2, arena, err);
}

/* The row of kept calendars that a step gave, for the store of it among `list` (by code). */
static PtStatus take_kept(PtSqlTx *tx, CommerceStore *list, size_t count, size_t *at,
                          PtArena *arena, PtError *err)
{
    const PtStr code = pt_sql_text(tx, 0);
    while (*at < count && pt_str_order(list[*at].code, code) < 0) {
        (*at)++;
    }
    if (*at == count || !pt_str_eq(list[*at].code, code)) {
        return PT_OK; // of a store between two of the page
    }
    CommerceStore *store = &list[*at];
    CommerceKept *kept = (CommerceKept *)(uintptr_t)store->kept; // NOLINT: made here
    if (kept == NULL) {
        kept = pt_arena_alloc(arena, COMMERCE_VERSIONS_MAX, sizeof *kept);
    }
    if (kept == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for stores");
    }
    store->kept = kept;
    if (store->kept_count == COMMERCE_VERSIONS_MAX) {
        return PT_OK; // a write lets no more in
    }
    kept += store->kept_count++;
    kept->from_ms = pt_sql_i64(tx, 1);
    return commerce_copy(tx, 2, (PtStr *[]){&kept->calendar}, 1, arena, err);
}

/* Which calendars the stores, by code, keep. */
static PtStatus read_kept(PtSqlTx *tx, CommerceStore *list, size_t count, PtArena *arena,
                          PtError *err)
{
    bool row = false;
    size_t at = 0;
    PtStatus st = count > 0 ? pt_sql_use(tx, SQL_COMMERCE_KEPT_LIST, err) : PT_OK;
    if (st != PT_OK || count == 0) {
        return st;
    }
    pt_sql_bind_text(tx, 1, list[0].code);
    pt_sql_bind_text(tx, 2, list[count - 1].code);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        if ((st = take_kept(tx, list, count, &at, arena, err)) != PT_OK) {
            break;
        }
    }
    pt_sql_done(tx);
    return st;
}

PtStr commerce_kept_at(const CommerceKept *kept, size_t count, int64_t at_ms)
{
    size_t i = 0;
    while (i + 1 < count && kept[i + 1].from_ms <= at_ms) {
        i++;
    }
    return count > 0 ? kept[i].calendar : (PtStr){NULL, 0};
}

PtStatus commerce_store_load(PtSqlTx *tx, PtStr code, PtArena *arena, CommerceStore *ret_store,
                             int64_t *ret_number, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_COMMERCE_STORE_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, code);
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        st = row ? copy_store(tx, arena, ret_store, ret_number, err)
                 : pt_fail(err, PT_NOT_FOUND, "there is no store \"%.*s\"",
                           (int)(code.len < COMMERCE_CODE_MAX ? code.len : COMMERCE_CODE_MAX),
                           code.data);
    }
    pt_sql_done(tx);
    return st == PT_OK ? read_kept(tx, ret_store, 1, arena, err) : st;
}

PtStatus commerce_store(Commerce *c, PtStr code, PtArena *arena, CommerceStore *ret_store,
                        PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    CommerceStore store;
    int64_t number = 0;
    PtStatus st = pt_sql_begin(c->c.core, false, &tx, err);
    st = st == PT_OK ? commerce_store_load(tx, code, arena, &store, &number, err) : st;
    if (st == PT_OK) {
        *ret_store = store;
    }
    return st;
}

/* ---- Words ------------------------------------------------------------------------------------
 */

static PtStatus fill_text(Commerce *c, PtSqlTx *tx, PtError *err)
{
    static const int columns[TEXT_FIELDS] = {0, 1, 3, 4}; /* code, name, region, address */
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_COMMERCE_STORE_ALL, err);
    if (st != PT_OK) {
        return st;
    }
    pt_text_clear(c->text);
    pt_sql_bind_i64(tx, 1, COMMERCE_STORES_MAX);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        PtTextField fields[TEXT_FIELDS];
        for (unsigned i = 0; i < TEXT_FIELDS; i++) {
            fields[i] = (PtTextField){i, pt_sql_text(tx, columns[i])};
        }
        st = pt_text_put(c->text, (uint32_t)pt_sql_i64(tx, 7), fields, TEXT_FIELDS, err);
        if (st != PT_OK) {
            break;
        }
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus find(Commerce *c, PtStr words, PtTextHit *hits, size_t *ret_count, PtError *err)
{
    PtStatus st = PT_OK;
    (void)pthread_mutex_lock(&c->loading);
    if (atomic_load(&c->text_stale)) {
        PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
        atomic_store(&c->text_stale, false); // a change from here on is seen by the next one
        st = pt_sql_begin(c->c.core, false, &tx, err);
        st = st == PT_OK ? fill_text(c, tx, err) : st;
        if (st != PT_OK) {
            atomic_store(&c->text_stale, true);
        }
    }
    st = st == PT_OK ? pt_text_search(c->text, words, COMMERCE_SEARCH_MAX, hits, ret_count, err)
                     : st;
    (void)pthread_mutex_unlock(&c->loading);
    return st;
}

/* ---- Lists ------------------------------------------------------------------------------------
 */

typedef struct Listing {
    const CommerceStoreQuery *query;
    PtSqlTx *tx;
    char today[11];
    CommerceStore *list;
    size_t count;
    PtArena *arena;
    PtError *err;
} Listing;

static PtStatus begin_list(Listing *l, const char *statement)
{
    const CommerceStoreQuery *q = l->query;
    const PtStr any[] = {q->country, q->region, q->format, q->calendar};
    PtStatus st = pt_sql_use(l->tx, statement, l->err);
    if (st == PT_OK) {
        for (int i = 0; i < 4; i++) {
            pt_sql_bind_text(l->tx, i + 2, any[i].data != NULL ? any[i] : PT_STR(""));
        }
        pt_sql_bind_i64(l->tx, 6, q->state);
        pt_sql_bind_text(l->tx, 7, pt_str(l->today));
    }
    return st;
}

static PtStatus take_rows(Listing *l, size_t max)
{
    bool row = false;
    int64_t number = 0;
    PtStatus st = PT_OK;
    while (l->count < max && (st = pt_sql_step(l->tx, &row, l->err)) == PT_OK && row) {
        st = copy_store(l->tx, l->arena, &l->list[l->count], &number, l->err);
        if (st != PT_OK) {
            break;
        }
        l->count++;
    }
    pt_sql_done(l->tx);
    return st;
}

static PtStatus by_code(Listing *l)
{
    PtStatus st = begin_list(l, SQL_COMMERCE_STORE_LIST);
    if (st != PT_OK) {
        return st;
    }
    const PtStr after = l->query->after;
    pt_sql_bind_text(l->tx, 1, after.data != NULL ? after : PT_STR(""));
    pt_sql_bind_i64(l->tx, 8, (int64_t)l->query->max + 1);
    st = take_rows(l, l->query->max + 1);
    return st == PT_OK ? read_kept(l->tx, l->list, l->count, l->arena, l->err) : st;
}

static PtStatus by_words(Listing *l, const PtTextHit *hits, size_t count)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < count && l->count <= l->query->max; i++) {
        const size_t before = l->count;
        st = begin_list(l, SQL_COMMERCE_STORE_FOUND);
        if (st == PT_OK) {
            pt_sql_bind_i64(l->tx, 1, hits[i].document);
            st = take_rows(l, before + 1);
        }
        st = st == PT_OK ? read_kept(l->tx, &l->list[before], l->count - before, l->arena, l->err)
                         : st;
    }
    return st;
}

PtStatus commerce_stores(Commerce *c, const CommerceStoreQuery *query, PtArena *arena,
                         CommerceStore **ret_list, size_t *ret_count, bool *ret_more, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtTextHit hits[COMMERCE_SEARCH_MAX];
    size_t hit_count = 0;
    Listing l = {.query = query, .arena = arena, .err = err};
    const PtCivil now = pt_civil_of_ms(pt_clock_now_ms(c->c.clock));
    (void)snprintf(l.today, sizeof l.today, "%04u-%02u-%02u", (unsigned)now.year % 10000U,
                   now.month % 100U, now.day % 100U);
    l.list = pt_arena_alloc(arena, query->max + 1, sizeof *l.list);
    PtStatus st = l.list != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for stores");
    if (st == PT_OK && query->search.len > 0) {
        st = find(c, query->search, hits, &hit_count, err);
    }
    st = st == PT_OK ? pt_sql_begin(c->c.core, false, &tx, err) : st;
    l.tx = tx;
    if (st == PT_OK) {
        st = query->search.len > 0 ? by_words(&l, hits, hit_count) : by_code(&l);
    }
    if (st == PT_OK) {
        *ret_more = l.count > query->max;
        *ret_count = *ret_more ? query->max : l.count;
        *ret_list = l.list;
    }
    return st;
}

/* ---- Changes ----------------------------------------------------------------------------------
 */

static PtStatus expect(const CommerceStorePut *put, bool there, int64_t version, PtError *err)
{
    if (put->expected == COMMERCE_ANY_VERSION || put->expected == (there ? version : 0)) {
        return PT_OK;
    }
    return there ? pt_fail(err, PT_CONFLICT, "version: %lld is not the newest, which is %lld",
                           (long long)put->expected, (long long)version)
                 : pt_fail(err, PT_NOT_FOUND, "there is no such store to change");
}

static PtStatus may_add(CommerceWriting *w, int64_t *ret_number)
{
    const PtStr none = {NULL, 0};
    int64_t count = 0;
    PtStatus st = commerce_count(w->tx, SQL_COMMERCE_STORE_COUNT, none, none, &count, w->err);
    if (st == PT_OK && count >= COMMERCE_STORES_MAX) {
        st = pt_fail(w->err, PT_TOO_LARGE, "there are %d stores, and no room for more",
                     COMMERCE_STORES_MAX);
    }
    st = st == PT_OK
             ? commerce_count(w->tx, SQL_COMMERCE_STORE_LAST, none, none, ret_number, w->err)
             : st;
    *ret_number += st == PT_OK;
    return st;
}

/* Of `before`, what holds on when `calendar` holds from from_ms on: a count of its rows, and
 * whether a row follows them. */
typedef struct KeptPlan {
    size_t stays;
    bool adds;
    int64_t from_ms;
} KeptPlan;

static KeptPlan plan_kept(const CommerceStore *before, PtStr calendar, int64_t from_ms)
{
    KeptPlan plan = {.from_ms = from_ms};
    while (plan.stays < before->kept_count && before->kept[plan.stays].from_ms < from_ms) {
        plan.stays++;
    }
    const PtStr last = plan.stays > 0 ? before->kept[plan.stays - 1].calendar : PT_STR("");
    plan.adds = !pt_str_eq(last, calendar);
    plan.from_ms = plan.stays > 0 ? from_ms : 0;
    return plan;
}

static bool plan_changes(const CommerceStore *before, const KeptPlan *plan, PtStr calendar)
{
    const size_t goes = before->kept_count - plan->stays;
    const CommerceKept *next = goes > 0 ? &before->kept[plan->stays] : NULL;
    return plan->adds
               ? goes != 1 || next->from_ms != plan->from_ms || !pt_str_eq(next->calendar, calendar)
               : goes > 0;
}

static PtStatus write_kept(CommerceWriting *w, PtStr code, const KeptPlan *plan, PtStr calendar)
{
    int64_t there = 0;
    if (plan->adds && plan->stays >= COMMERCE_VERSIONS_MAX) {
        return pt_fail(w->err, PT_TOO_LARGE, "calendar: it changed %d times, which is the most",
                       COMMERCE_VERSIONS_MAX);
    }
    PtStatus st = calendar.len == 0 ? PT_OK
                                    : commerce_count(w->tx, SQL_COMMERCE_CALENDAR_THERE, calendar,
                                                     (PtStr){NULL, 0}, &there, w->err);
    if (st == PT_OK && calendar.len > 0 && there == 0) {
        st = pt_fail(w->err, PT_INVALID, "calendar: there is none of that id");
    }
    st = st == PT_OK ? pt_sql_use(w->tx, SQL_COMMERCE_KEPT_DROP, w->err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(w->tx, 1, code);
    pt_sql_bind_i64(w->tx, 2, plan->stays > 0 ? plan->from_ms : INT64_MIN);
    st = pt_sql_finish(w->tx, w->err);
    st = st == PT_OK && plan->adds ? pt_sql_use(w->tx, SQL_COMMERCE_KEPT_ADD, w->err) : st;
    if (st != PT_OK || !plan->adds) {
        return st;
    }
    pt_sql_bind_text(w->tx, 1, code);
    pt_sql_bind_i64(w->tx, 2, plan->from_ms);
    pt_sql_bind_text(w->tx, 3, calendar);
    return pt_sql_finish(w->tx, w->err);
}

static PtStatus write_row(CommerceWriting *w, const CommerceStore *store, int64_t number, bool add)
{
    PtStatus st = pt_sql_use(w->tx, add ? SQL_COMMERCE_STORE_ADD : SQL_COMMERCE_STORE_SET, w->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(w->tx, 1, store->code);
    for (int i = 0; i < COMMERCE_STORE_FIELDS; i++) {
        pt_sql_bind_text(w->tx, i + 2, store->f[i]);
    }
    pt_sql_bind_i64(w->tx, C_VERSION, store->version);
    pt_sql_bind_i64(w->tx, C_CHANGED, w->now_ms);
    pt_sql_bind_text(w->tx, C_NUMBER, audit_actor_name(w->by));
    pt_sql_bind_i64(w->tx, C_TILLS, number);
    return pt_sql_finish(w->tx, w->err);
}

static PtStatus told(CommerceWriting *w, const CommerceStore *before, const CommerceStore *after,
                     PtStr calendar, bool add)
{
    enum { ALL = COMMERCE_STORE_FIELDS + 1 };
    const char *names[ALL];
    PtStr from[ALL], to[ALL];
    PtBuf detail;
    for (size_t i = 0; i < COMMERCE_STORE_FIELDS; i++) {
        names[i] = commerce_store_fields[i];
        from[i] = before->f[i];
        to[i] = after->f[i];
    }
    const PtStr kept = commerce_kept_at(before->kept, before->kept_count, w->now_ms);
    names[ALL - 1] = "calendar";
    from[ALL - 1] = kept.data != NULL ? kept : PT_STR("");
    to[ALL - 1] = calendar.data != NULL ? calendar : from[ALL - 1];
    commerce_detail(&detail, names, from, to, ALL);
    PtStatus st = pt_buf_status(&detail) == PT_OK
                      ? commerce_audit(w, add ? "store.added" : "store.changed", after->code,
                                       after->f[COMMERCE_S_NAME], pt_buf_str(&detail))
                      : pt_fail(w->err, PT_NO_MEMORY, "no memory for the audit chain");
    pt_buf_done(&detail);
    return st;
}

PtStatus commerce_store_write(CommerceWriting *w, const CommerceStorePut *put, bool *ret_changed,
                              bool *ret_added)
{
    CommerceStore before = {0};
    PtError why = {0};
    int64_t number = 0;
    PtStatus st = commerce_code_check("code", put->code, w->err);
    st = st == PT_OK ? commerce_store_load(w->tx, put->code, w->arena, &before, &number, &why) : st;
    const bool there = st == PT_OK;
    if (st != PT_OK && st != PT_NOT_FOUND) {
        return why.message[0] != '\0' ? pt_fail(w->err, st, "%s", why.message) : st;
    }
    CommerceStore after = {.code = put->code, .version = before.version + 1};
    bool changes = !there;
    for (size_t i = 0; i < COMMERCE_STORE_FIELDS; i++) {
        before.f[i] = there ? before.f[i] : PT_STR("");
        after.f[i] = put->f[i].data != NULL ? put->f[i] : before.f[i];
        changes = changes || !pt_str_eq(before.f[i], after.f[i]);
    }
    const KeptPlan plan = plan_kept(&before, put->calendar, there ? put->from_ms : 0);
    const bool keeps = put->calendar.data != NULL && plan_changes(&before, &plan, put->calendar);
    st = expect(put, there, before.version, w->err);
    st = st == PT_OK ? commerce_store_check(w->c, after.f, w->err) : st;
    *ret_changed = changes || keeps;
    *ret_added = !there;
    if (st != PT_OK || !*ret_changed) {
        return st;
    }
    st = there ? PT_OK : may_add(w, &number);
    st = st == PT_OK && keeps ? write_kept(w, put->code, &plan, put->calendar) : st;
    st = st == PT_OK ? write_row(w, &after, number, !there) : st;
    return st == PT_OK ? told(w, &before, &after, put->calendar, !there) : st;
}

PtStatus commerce_store_put(Commerce *c, const AuditActor *by, const CommerceStorePut *put,
                            PtArena *arena, CommerceStore *ret_store, PtError *err)
{
    CommerceWriting w;
    CommerceStore store;
    int64_t number = 0;
    bool changed = false, added = false;
    PtStatus st = commerce_write(&w, c, by, arena, err);
    st = st == PT_OK ? commerce_store_write(&w, put, &changed, &added) : st;
    st = st == PT_OK ? commerce_store_load(w.tx, put->code, arena, &store, &number, err) : st;
    if (st == PT_OK && changed) {
        st = pt_sql_commit(&w.tx, err);
    }
    pt_sql_rollback(w.tx);
    if (st == PT_OK) {
        *ret_store = store;
        if (changed) {
            commerce_changed(c);
        }
    }
    return st;
}

PtStatus commerce_store_delete(Commerce *c, const AuditActor *by, PtStr code, PtError *err)
{
    static const char *const statements[] = {SQL_COMMERCE_STORE_DELETE, SQL_COMMERCE_TILL_DROP,
                                             SQL_COMMERCE_KEPT_DROP};
    CommerceWriting w;
    PtStatus st = commerce_write(&w, c, by, NULL, err);
    for (size_t i = 0; st == PT_OK && i < sizeof statements / sizeof *statements; i++) {
        st = pt_sql_use(w.tx, statements[i], err);
        if (st == PT_OK) {
            pt_sql_bind_text(w.tx, 1, code);
            if (i == 2) {
                pt_sql_bind_i64(w.tx, 2, INT64_MIN);
            }
            st = pt_sql_finish(w.tx, err);
        }
        if (st == PT_OK && i == 0 && pt_sql_changes(w.tx) == 0) {
            st = pt_fail(err, PT_NOT_FOUND, "there is no store of that code");
        }
    }
    st = st == PT_OK ? commerce_audit(&w, "store.removed", code, PT_STR(""), PT_STR("")) : st;
    st = st == PT_OK ? pt_sql_commit(&w.tx, err) : st;
    pt_sql_rollback(w.tx);
    if (st == PT_OK) {
        commerce_changed(c);
    }
    return st;
}

PtStatus commerce_known(PtSqlTx *tx, PtStr store, PtStr till, bool *ret_known, PtError *err)
{
    PtStatus st =
        pt_sql_use(tx, till.len > 0 ? SQL_COMMERCE_TILL_GET : SQL_COMMERCE_STORE_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, store);
    if (till.len > 0) {
        pt_sql_bind_text(tx, 2, till);
    }
    st = pt_sql_step(tx, ret_known, err);
    pt_sql_done(tx);
    return st;
}
