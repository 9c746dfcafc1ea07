// SPDX-License-Identifier: Apache-2.0
/* Decisions in SQL; what agents say to an offer. */
#include "desk/route_internal.h"
#include "route.sql.h"

#include "platform/feed.h"

enum { PROPERTIES_BYTES = 16 << 10 };

/* ---- Rows -------------------------------------------------------------------------------------
 */

static PtStatus copy_decision(PtSqlTx *tx, PtArena *arena, DeskRouted *d, PtError *err)
{
    const struct {
        PtStr *text;
        int column;
    } texts[] = {{&d->queue, 2}, {&d->account, 3}, {&d->state, 6}, {&d->why, 8}};
    *d = (DeskRouted){.number = pt_sql_i64(tx, 0),
                      .ticket = pt_sql_i64(tx, 1),
                      .at_ms = pt_sql_i64(tx, 4),
                      .expires_ms = pt_sql_i64(tx, 5),
                      .ended_ms = pt_sql_i64(tx, 7)};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i].text = pt_arena_str(arena, pt_sql_text(tx, texts[i].column));
        if (texts[i].text->data == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for decisions");
        }
    }
    return PT_OK;
}

/* Of the statement that is bound. */
static PtStatus copy_decisions(PtSqlTx *tx, PtArena *arena, DeskRouted *list, size_t *ret_count,
                               PtError *err)
{
    bool there = true;
    PtStatus st = PT_OK;
    *ret_count = 0;
    while ((st = pt_sql_step(tx, &there, err)) == PT_OK && there &&
           (st = copy_decision(tx, arena, &list[*ret_count], err)) == PT_OK) {
        (*ret_count)++;
    }
    pt_sql_done(tx);
    return st;
}

PtStatus desk_route_decided(PtSqlTx *tx, const DeskRouteAsk *ask, PtArena *arena, DeskRouted *list,
                            size_t *ret_count, PtError *err)
{
    PtStatus st = pt_sql_use(tx, ask->statement, err);
    for (size_t i = 0; st == PT_OK && i < ask->count; i++) {
        pt_sql_bind_i64(tx, (int)i + 1, ask->numbers[i]);
    }
    return st == PT_OK ? copy_decisions(tx, arena, list, ret_count, err) : st;
}

PtStatus desk_route_offers(PtSqlTx *tx, PtStr account, PtArena *arena, DeskRouted *list,
                           size_t *ret_count, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_DESK_ROUTE_DECISION_MINE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, account);
    pt_sql_bind_i64(tx, 2, DESK_ROUTE_OFFERS);
    return copy_decisions(tx, arena, list, ret_count, err);
}

PtStatus desk_route_decision(PtSqlTx *tx, int64_t number, PtArena *arena, DeskRouted *ret_decision,
                             PtError *err)
{
    const DeskRouteAsk ask = {SQL_DESK_ROUTE_DECISION_GET, {number}, 1};
    DeskRouted found;
    size_t count = 0;
    PtStatus st = desk_route_decided(tx, &ask, arena, &found, &count, err);
    if (st == PT_OK && count == 0) {
        st = pt_fail(err, PT_NOT_FOUND, "no offer has the number %lld", (long long)number);
    }
    if (st == PT_OK) {
        *ret_decision = found;
    }
    return st;
}

PtStatus desk_route_decisions(Desk *d, int64_t ticket, size_t max, PtArena *arena,
                              DeskRouted **ret_list, size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const DeskRouteAsk ask = {SQL_DESK_ROUTE_DECISION_OF_TICKET, {ticket, (int64_t)max}, 2};
    DeskRouted *list = pt_arena_alloc(arena, max + 1, sizeof *list);
    size_t count = 0;
    if (list == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for decisions");
    }
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    st = st == PT_OK ? desk_route_decided(tx, &ask, arena, list, &count, err) : st;
    if (st == PT_OK) {
        *ret_list = list;
        *ret_count = count;
    }
    return st;
}

PtStatus desk_route_add(DeskWriting *w, DeskRouted *decision)
{
    int64_t last = 0;
    PtStatus st = desk_last_number(w, SQL_DESK_ROUTE_DECISION_LAST, &last);
    st = st == PT_OK ? pt_sql_use(w->tx, SQL_DESK_ROUTE_DECISION_ADD, w->err) : st;
    if (st != PT_OK) {
        return st;
    }
    decision->number = last + 1;
    pt_sql_bind_i64(w->tx, 1, decision->number);
    pt_sql_bind_i64(w->tx, 2, decision->ticket);
    pt_sql_bind_text(w->tx, 3, decision->queue);
    pt_sql_bind_text(w->tx, 4, decision->account);
    pt_sql_bind_i64(w->tx, 5, decision->at_ms);
    pt_sql_bind_i64(w->tx, 6, decision->expires_ms);
    pt_sql_bind_text(w->tx, 7, decision->state);
    pt_sql_bind_text(w->tx, 8, decision->why);
    return pt_sql_finish(w->tx, w->err);
}

PtStatus desk_route_end_offer(DeskWriting *w, int64_t number, const char *state, bool *ret_done)
{
    PtStatus st = pt_sql_use(w->tx, SQL_DESK_ROUTE_DECISION_END, w->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(w->tx, 1, number);
    pt_sql_bind_text(w->tx, 2, pt_str(state));
    pt_sql_bind_i64(w->tx, 3, w->now_ms);
    st = pt_sql_finish(w->tx, w->err);
    *ret_done = st == PT_OK && pt_sql_changes(w->tx) == 1;
    return st;
}

PtStatus desk_route_tell(DeskWriting *w, const char *name, const DeskTicket *t,
                         const DeskRouted *decision)
{
    char key[DESK_KEY_MAX];
    PtBuf buf;
    pt_buf_init(&buf, PROPERTIES_BYTES);
    PtJsonOut out = pt_json_out(&buf);
    pt_json_out_object(&out);
    pt_json_put_i64(&out, "ticket", t->number);
    pt_json_put_i64(&out, "decision", decision->number);
    pt_json_put_str(&out, "queue", decision->queue);
    pt_json_put_str(&out, "account", decision->account);
    pt_json_put_i64(&out, "priority", t->priority);
    if (decision->expires_ms != 0) {
        pt_json_put_i64(&out, "expires_ms", decision->expires_ms);
    }
    pt_json_out_key(&out, PT_STR("why"));
    pt_json_out_raw(&out, decision->why);
    pt_json_out_object_end(&out);
    const PtFeedEvent event = {.name = pt_str(name),
                               .subject = desk_key(t->type, t->number, key),
                               .properties = pt_buf_str(&buf)};
    PtStatus st = pt_buf_status(&buf) == PT_OK
                      ? pt_feed_put(w->tx, w->now_ms, &event, w->err)
                      : pt_fail(w->err, PT_NO_MEMORY, "no memory for a decision");
    pt_buf_done(&buf);
    return st;
}

PtStatus desk_route_give(DeskWriting *w, DeskRow *row, PtStr account, PtStr text)
{
    const DeskRow before = *row;
    const DeskSaid said = {.kind = "routed", .text = text, .to = account};
    row->t.f[DESK_F_ASSIGNEE] = account;
    return desk_update(w, &before, row, &said);
}

/* ---- Said to an offer -------------------------------------------------------------------------
 */

bool desk_route_awaits(const DeskTicket *t)
{
    return (t->state == DESK_NEW || t->state == DESK_IN_PROGRESS) && t->f[DESK_F_ASSIGNEE].len == 0;
}

static PtStatus find_offer(DeskWriting *w, PtStr account, int64_t number, DeskRouted *ret_offer)
{
    PtStatus st = desk_route_decision(w->tx, number, w->arena, ret_offer, w->err);
    if (st != PT_OK) {
        return st;
    }
    if (!pt_str_eq(ret_offer->account, account) ||
        pt_str_eq(ret_offer->state, PT_STR("assigned"))) {
        return pt_fail(w->err, PT_NOT_FOUND, "no offer to you has the number %lld",
                       (long long)number);
    }
    if (!pt_str_eq(ret_offer->state, PT_STR("offered"))) {
        return pt_fail(w->err, PT_CONFLICT, "the offer no longer stands: it was %.*s",
                       PT_STR_ARG(ret_offer->state));
    }
    return ret_offer->expires_ms <= w->now_ms
               ? pt_fail(w->err, PT_CONFLICT, "the offer no longer stands: its time is over")
               : PT_OK;
}

static PtStatus answer_in(DeskWriting *w, PtStr account, int64_t number, bool accept,
                          DeskRouted *offer)
{
    DeskRow row = {.apart = false};
    DeskTakes takes = {.missed = 0};
    bool done = false;
    PtStatus st = find_offer(w, account, number, offer);
    st = st == PT_OK ? desk_load(w->tx, offer->ticket, w->arena, &row, w->err) : st;
    if (st == PT_OK && accept &&
        (!desk_route_awaits(&row.t) || !pt_str_eq(row.t.f[DESK_F_QUEUE], offer->queue))) {
        st = pt_fail(w->err, PT_CONFLICT, "the ticket is no longer to be given");
    }
    st =
        st == PT_OK ? desk_route_end_offer(w, number, accept ? "accepted" : "rejected", &done) : st;
    st = st == PT_OK ? desk_route_takes(w->tx, account, w->arena, &takes, w->err) : st;
    takes.missed = 0;
    st = st == PT_OK ? desk_route_set_takes(w->tx, &takes, false, w->err) : st;
    st = st == PT_OK && accept
             ? desk_route_give(w, &row, account, PT_STR("accepted what was offered"))
             : st;
    return st == PT_OK
               ? desk_route_tell(w, accept ? "Work Assigned" : "Work Rejected", &row.t, offer)
               : st;
}

PtStatus desk_route_answer(Desk *d, const AuditActor *by, PtStr account, int64_t number,
                           bool accept, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(DESK_ARENA);
    DeskWriting w;
    DeskRouted offer = {.ticket = 0};
    if (arena == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for an offer");
    }
    PtStatus st = desk_writing_begin(&w, d, by, arena, err);
    st = st == PT_OK ? desk_writing_end(&w, answer_in(&w, account, number, accept, &offer)) : st;
    if (st == PT_OK && !accept) { // of a ticket that is given the desk's writing tells
        desk_route_note(d, DESK_ROUTED_REJECTED, offer.ticket);
    }
    return st;
}
