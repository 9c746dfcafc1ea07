// SPDX-License-Identifier: Apache-2.0
/* Incidents that nobody acknowledges in time go to the lead of their queue. */
#include "desk.sql.h"
#include "desk/desk_internal.h"

#include "base/json.h"
#include "platform/diag.h"

enum { MINUTE_MS = 60000, LOAD_ROWS = 5000, LIST_BYTES = 16 << 10 };

/* ---- Who --------------------------------------------------------------------------------------
 */

PtStatus desk_lead_of(DeskWriting *w, const DeskTicket *t, PtStr *ret_account)
{
    DeskRecord queue;
    PtError none = {0};
    *ret_account = PT_STR("");
    PtStatus st = desk_record_load(w->tx, DESK_QUEUE, t->f[DESK_F_QUEUE], w->arena, &queue, &none);
    if (st == PT_NOT_FOUND) {
        return PT_OK;
    }
    return st == PT_OK ? desk_record_member(queue.json, "lead", w->arena, ret_account, w->err)
                       : pt_fail(w->err, st, "%s", none.message);
}

static PtStatus add_watcher(DeskWriting *w, DeskTicket *t, const PtStr *items, size_t count,
                            PtStr account)
{
    PT_CLEANUP(pt_buf_done) PtBuf buf;
    pt_buf_init(&buf, LIST_BYTES);
    PtJsonOut out = pt_json_out(&buf);
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_str(&out, items[i]);
    }
    pt_json_out_str(&out, account);
    pt_json_out_array_end(&out);
    const PtStr list =
        pt_buf_status(&buf) == PT_OK ? pt_arena_str(w->arena, pt_buf_str(&buf)) : (PtStr){NULL, 0};
    return list.data == NULL
               ? pt_fail(w->err, PT_NO_MEMORY, "no memory for a ticket")
               : desk_field_check(DESK_F_WATCHERS, list, w->arena, &t->f[DESK_F_WATCHERS], w->err);
}

PtStatus desk_watch(DeskWriting *w, DeskTicket *t, PtStr account)
{
    PtStr *items = NULL;
    size_t count = 0;
    PtStatus st = desk_field_items(t->f[DESK_F_WATCHERS], w->arena, &items, &count, w->err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        if (pt_str_eq(items[i], account)) {
            return PT_OK;
        }
    }
    const bool fits = account.len <= DESK_NAME_MAX && count < DESK_LIST_MAX;
    return st == PT_OK && fits ? add_watcher(w, t, items, count, account) : st;
}

/* ---- When -------------------------------------------------------------------------------------
 */

/* WORK_NEVER: it does not. */
static int64_t lead_ms(const DeskWriting *w, const DeskTicket *t)
{
    const DeskCategory *category = desk_rules_category(&w->policy->rules, t->f[DESK_F_CATEGORY]);
    const bool waits =
        t->type == DESK_INCIDENT && t->acknowledged_ms == 0 && desk_state_open(t->state);
    return waits && category != NULL && category->escalate_min >= 0
               ? t->opened_ms + category->escalate_min * MINUTE_MS
               : WORK_NEVER;
}

static PtStatus run(DeskWriting *w, const char *statement, int64_t ticket, const int64_t *at_ms)
{
    PtStatus st = pt_sql_use(w->tx, statement, w->err);
    if (st == PT_OK) {
        pt_sql_bind_i64(w->tx, 1, ticket);
        if (at_ms != NULL) {
            pt_sql_bind_i64(w->tx, 2, *at_ms);
        }
        st = pt_sql_finish(w->tx, w->err);
    }
    return st;
}

static void note(DeskWriting *w, int64_t ticket, int64_t at_ms, bool is_new)
{
    size_t i = 0;
    while (i < w->lead_count && w->leads[i].ticket != ticket) {
        i++;
    }
    if (i < DESK_TOUCHED_MAX) { // no more tickets than are touched
        w->leads[i].ticket = ticket;
        w->leads[i].at_ms = at_ms;
        w->leads[i].is_new = is_new || (i < w->lead_count && w->leads[i].is_new);
        w->lead_count += i == w->lead_count;
    }
}

PtStatus desk_lead_row(DeskWriting *w, const DeskRow *before, DeskRow *after)
{
    const int64_t was = before != NULL ? lead_ms(w, &before->t) : WORK_NEVER;
    const int64_t is = lead_ms(w, &after->t);
    if (was == is) {
        return PT_OK;
    }
    PtStatus st = before != NULL ? run(w, SQL_DESK_LEAD_DELETE, after->t.number, NULL) : PT_OK;
    st = st == PT_OK && is != WORK_NEVER ? run(w, SQL_DESK_LEAD_SET, after->t.number, &is) : st;
    note(w, after->t.number, is, before == NULL);
    return st;
}

/* WORK_NEVER: there is no row. */
static PtStatus get(PtSqlTx *tx, int64_t ticket, int64_t *ret_at_ms, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_DESK_LEAD_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, ticket);
    st = pt_sql_step(tx, &row, err);
    *ret_at_ms = st == PT_OK && row ? pt_sql_i64(tx, 0) : WORK_NEVER;
    pt_sql_done(tx);
    return st;
}

/* Changes that share a commit settle in any order: who comes last sets what SQL says. */
static PtStatus set_timer(Desk *d, int64_t ticket, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    int64_t at_ms = WORK_NEVER;
    (void)pthread_mutex_lock(&d->leads);
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    st = st == PT_OK ? get(tx, ticket, &at_ms, err) : st;
    st = st == PT_OK ? pt_timers_set(d->c.timers, DESK_TIMERS, (uint64_t)ticket, at_ms, err) : st;
    (void)pthread_mutex_unlock(&d->leads);
    return st;
}

/* A timer that could not be set is set by the next start. */
void desk_lead_settle(const DeskWriting *w)
{
    Desk *d = w->desk;
    for (size_t i = 0; d->c.timers != NULL && i < w->lead_count; i++) {
        const int64_t ticket = w->leads[i].ticket, at_ms = w->leads[i].at_ms;
        PtError err = {0};
        const PtStatus st = w->leads[i].is_new ? pt_timers_set(d->c.timers, DESK_TIMERS,
                                                               (uint64_t)ticket, at_ms, &err)
                                               : set_timer(d, ticket, &err);
        if (st != PT_OK) {
            pt_diag(PT_DIAG_WARN, "desk", "a ticket will go to its lead late",
                    PT_F_INT("ticket", ticket), PT_F_STR("problem", pt_str(err.message)));
        }
    }
}

/* ---- Going ------------------------------------------------------------------------------------
 */

static PtStatus tell_lead(DeskWriting *w, int64_t ticket)
{
    DeskRow before, after;
    PtStr lead = {NULL, 0};
    PtStatus st = desk_load(w->tx, ticket, w->arena, &before, w->err);
    st = st == PT_OK ? run(w, SQL_DESK_LEAD_DELETE, ticket, NULL) : st;
    if (st != PT_OK || lead_ms(w, &before.t) == WORK_NEVER) {
        return st;
    }
    after = before;
    st = desk_lead_of(w, &after.t, &lead);
    st = st == PT_OK && lead.len > 0 ? desk_watch(w, &after.t, lead) : st;
    const DeskSaid said = {.kind = "sla_escalated",
                           .text = lead.len > 0 ? PT_STR("acknowledgement: lead")
                                                : PT_STR("acknowledgement: nobody leads the queue"),
                           .to = lead};
    st = st == PT_OK ? desk_update(w, &before, &after, &said) : st;
    atomic_fetch_add(&w->desk->to_lead, st == PT_OK);
    return st;
}

static PtStatus one_due(Desk *d, const PtTimer *timer, PtArena *arena, PtError *err)
{
    DeskWriting w;
    int64_t at_ms = WORK_NEVER;
    PtStatus st = desk_writing_begin(&w, d, NULL, arena, err);
    if (st != PT_OK) {
        return st;
    }
    st = get(w.tx, (int64_t)timer->key, &at_ms, err);
    if (st == PT_OK && at_ms <= w.now_ms) {
        st = tell_lead(&w, (int64_t)timer->key);
    }
    st = desk_writing_end(&w, st);
    return st == PT_OK && at_ms != WORK_NEVER && at_ms > w.now_ms // the clock was set back
               ? pt_timers_set(d->c.timers, DESK_TIMERS, timer->key, at_ms, err)
               : st;
}

/* One that fails holds up no others: all come again, and those that went find nothing to do. */
PtStatus desk_timers_each(Desk *d, DeskTimerDue *one, const PtTimer *timers, size_t count,
                          PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(DESK_ARENA);
    PtStatus worst = arena != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for a ticket");
    for (size_t i = 0; arena != NULL && i < count; i++) {
        const PtStatus st = one(d, &timers[i], arena, err);
        worst = st != PT_OK ? st : worst;
        pt_arena_clear(arena);
    }
    return worst;
}

static PtStatus on_timers(void *ctx, const PtTimer *timers, size_t count, PtError *err)
{
    return desk_timers_each(ctx, one_due, timers, count, err);
}

void desk_lead_timers(Desk *d)
{
    if (d->c.timers != NULL) {
        pt_timers_kind(d->c.timers, DESK_TIMERS, "desk leads", on_timers, d);
    }
}

static PtStatus load_some(Desk *d, PtSqlTx *tx, uint32_t kind, const char *statement, int64_t *last,
                          size_t *ret_rows, PtError *err)
{
    bool row = true;
    *ret_rows = 0;
    PtStatus st = pt_sql_use(tx, statement, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, *last);
    pt_sql_bind_i64(tx, 2, LOAD_ROWS);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        *last = pt_sql_i64(tx, 0);
        (*ret_rows)++;
        st = pt_timers_set(d->c.timers, kind, (uint64_t)*last, pt_sql_i64(tx, 1), err);
        if (st != PT_OK) {
            break;
        }
    }
    pt_sql_done(tx);
    return st;
}

PtStatus desk_timers_load(Desk *d, uint32_t kind, const char *statement, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    int64_t last = 0;
    size_t rows = LOAD_ROWS;
    PtStatus st = d->c.timers != NULL ? pt_sql_begin(d->c.core, false, &tx, err) : PT_OK;
    while (tx != NULL && st == PT_OK && rows == LOAD_ROWS) {
        st = load_some(d, tx, kind, statement, &last, &rows, err);
    }
    return st;
}

PtStatus desk_lead_start(Desk *d, PtError *err)
{
    return desk_timers_load(d, DESK_TIMERS, SQL_DESK_LEAD_LIST, err);
}
