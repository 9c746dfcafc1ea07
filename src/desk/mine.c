// SPDX-License-Identifier: Apache-2.0
/* What whoever reported sees and says: reports of their own and of their stores, an answer, that it
 * is solved or not. */
#include "desk.sql.h"
#include "desk/desk_internal.h"

#include <stdlib.h>

enum { MERGES_MAX = 16, REPORTS_MAX = 200 };

static const PtStr portal = PT_STR_INIT("portal");

bool desk_party_sees(const DeskParty *party, PtStr requester, PtStr store, PtStr channel)
{
    if (requester.len > 0 && pt_str_eq(requester, party->requester)) {
        return true;
    }
    for (size_t i = 0; store.len > 0 && i < party->store_count; i++) {
        if (pt_str_eq(store, party->stores[i])) {
            return requester.len == 0 || pt_str_eq(channel, portal);
        }
    }
    return false;
}

bool desk_event_is_note(const DeskEvent *event)
{
    static const char *const kinds[] = {"note", "changed", "acknowledged"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (pt_str_eq(event->kind, pt_str(kinds[i]))) {
            return event->text.len > 0;
        }
    }
    return false;
}

/* ---- Their reports ----------------------------------------------------------------------------
 */

typedef struct Rows {
    DeskMine *list;
    size_t count, cap;
    int64_t from; /* older reports are none of the page */
} Rows;

/* The row that the statement stands at: a report, number of its ticket, when it was confirmed. */
static PtStatus take(PtSqlTx *tx, PtArena *arena, Rows *rows, PtError *err)
{
    DeskMine *mine = &rows->list[rows->count];
    PtStatus st = desk_report_copy(tx, arena, &mine->report, err);
    mine->ticket.number = pt_sql_i64(tx, 11);
    mine->confirmed_ms = pt_sql_i64(tx, 12);
    rows->count += st == PT_OK;
    return st;
}

static PtStatus read_some(PtSqlTx *tx, const char *statement, PtStr of, const DeskMineQuery *q,
                          PtArena *arena, Rows *rows, PtError *err)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, statement, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, of);
    pt_sql_bind_i64(tx, 2, q->before > 0 ? q->before : INT64_MAX);
    pt_sql_bind_i64(tx, 3, q->open);
    pt_sql_bind_i64(tx, 4, (int64_t)q->max);
    while (rows->count < rows->cap && (st = pt_sql_step(tx, &row, err)) == PT_OK && row &&
           pt_sql_i64(tx, 0) >= rows->from && (st = take(tx, arena, rows, err)) == PT_OK) {
    }
    pt_sql_done(tx);
    return st;
}

static int newest_first(const void *a, const void *b)
{
    const int64_t x = ((const DeskMine *)a)->report.number;
    const int64_t y = ((const DeskMine *)b)->report.number;
    return (x < y) - (x > y);
}

/* In order, each once, q->max at most: one that is theirs and their store's was read twice. */
static void keep_first(Rows *rows, size_t max)
{
    size_t kept = 0;
    qsort(rows->list, rows->count, sizeof *rows->list, newest_first);
    for (size_t i = 0; i < rows->count && kept < max; i++) {
        if (kept == 0 || rows->list[kept - 1].report.number != rows->list[i].report.number) {
            rows->list[kept++] = rows->list[i];
        }
    }
    rows->count = kept;
    rows->from = kept == max ? rows->list[kept - 1].report.number : 0;
}

static PtStatus load_tickets(PtSqlTx *tx, PtArena *arena, Rows *rows, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < rows->count; i++) {
        DeskRow row;
        st = desk_load(tx, rows->list[i].ticket.number, arena, &row, err);
        rows->list[i].ticket = st == PT_OK ? row.t : rows->list[i].ticket;
    }
    return st;
}

PtStatus desk_mine(Desk *d, const DeskParty *party, const DeskMineQuery *q, PtArena *arena,
                   DeskMine **ret_rows, size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    if (q->max < 1 || q->max > DESK_PAGE_MAX || party->store_count > ACCESS_STORES_MAX) {
        return pt_fail(err, PT_INVALID, "limit: not 1..%d", DESK_PAGE_MAX);
    }
    Rows rows = {.cap = 2 * q->max};
    rows.list = pt_arena_alloc(arena, rows.cap, sizeof *rows.list);
    if (rows.list == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for reports");
    }
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    if (st == PT_OK && party->requester.len > 0) {
        st = read_some(tx, SQL_DESK_MINE_OWN, party->requester, q, arena, &rows, err);
    }
    for (size_t i = 0; st == PT_OK && i < party->store_count; i++) {
        st = read_some(tx, SQL_DESK_MINE_STORE, party->stores[i], q, arena, &rows, err);
        keep_first(&rows, q->max);
    }
    keep_first(&rows, q->max);
    st = st == PT_OK ? load_tickets(tx, arena, &rows, err) : st;
    if (st == PT_OK) {
        *ret_rows = rows.list;
        *ret_count = rows.count;
    }
    return st;
}

/* ---- One ticket -------------------------------------------------------------------------------
 */

/* What became of a ticket that was merged, and so on. */
static PtStatus follow(PtSqlTx *tx, int64_t number, PtArena *arena, DeskRow *ret_row, PtError *err)
{
    PtStatus st = desk_load(tx, number, arena, ret_row, err);
    for (int i = 0; st == PT_OK && ret_row->t.merged_into != 0 && i < MERGES_MAX; i++) {
        st = desk_load(tx, ret_row->t.merged_into, arena, ret_row, err);
    }
    return st;
}

static PtStatus their_reports(PtSqlTx *tx, const DeskParty *party, int64_t number, PtArena *arena,
                              Rows *rows, PtError *err)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_DESK_MINE_TICKET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, number);
    while (rows->count < rows->cap && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        if (desk_party_sees(party, pt_sql_text(tx, 2), pt_sql_text(tx, 3), pt_sql_text(tx, 5)) &&
            (st = take(tx, arena, rows, err)) != PT_OK) {
            break;
        }
    }
    pt_sql_done(tx);
    return st;
}

/* The ticket and their reports of it; none: there is no such ticket for them. */
static PtStatus find(PtSqlTx *tx, const DeskParty *party, int64_t number, PtArena *arena,
                     DeskRow *ret_row, Rows *rows, PtError *err)
{
    *rows = (Rows){.cap = REPORTS_MAX};
    rows->list = pt_arena_alloc(arena, rows->cap, sizeof *rows->list);
    if (rows->list == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for reports");
    }
    PtStatus st = follow(tx, number, arena, ret_row, err);
    st = st == PT_OK ? their_reports(tx, party, ret_row->t.number, arena, rows, err) : st;
    for (size_t i = 0; st == PT_OK && i < rows->count; i++) {
        rows->list[i].ticket = ret_row->t;
    }
    return st == PT_OK && rows->count == 0
               ? pt_fail(err, PT_NOT_FOUND, "no ticket has the number %lld", (long long)number)
               : st;
}

PtStatus desk_mine_ticket(Desk *d, const DeskParty *party, int64_t number, PtArena *arena,
                          DeskMine **ret_rows, size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskRow row;
    Rows rows;
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    st = st == PT_OK ? find(tx, party, number, arena, &row, &rows, err) : st;
    if (st == PT_OK) {
        *ret_rows = rows.list;
        *ret_count = rows.count;
    }
    return st;
}

/* ---- What they say ----------------------------------------------------------------------------
 */

static PtStatus confirm_reports(DeskWriting *w, const Rows *rows, int64_t since_ms,
                                int64_t *ret_left)
{
    PtStatus st = PT_OK;
    bool row = false;
    for (size_t i = 0; st == PT_OK && i < rows->count; i++) {
        st = pt_sql_use(w->tx, SQL_DESK_REPORT_CONFIRM, w->err);
        if (st == PT_OK) {
            pt_sql_bind_i64(w->tx, 1, rows->list[i].report.number);
            pt_sql_bind_i64(w->tx, 2, w->now_ms);
            st = pt_sql_finish(w->tx, w->err);
        }
    }
    st = st == PT_OK ? pt_sql_use(w->tx, SQL_DESK_REPORT_UNCONFIRMED, w->err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(w->tx, 1, rows->list[0].ticket.number);
    pt_sql_bind_i64(w->tx, 2, since_ms);
    st = pt_sql_step(w->tx, &row, w->err);
    *ret_left = st == PT_OK ? pt_sql_i64(w->tx, 0) : 0;
    pt_sql_done(w->tx);
    return st;
}

/* Confirmed by all who reported, it is closed. */
static PtStatus confirm(DeskWriting *w, const DeskParty *party, int64_t number,
                        DeskTicket *ret_ticket)
{
    static const DeskSaid said = {.kind = "confirmed", .text = PT_STR_INIT(""), .is_public = true};
    DeskRow before, after;
    Rows rows;
    int64_t left = 0;
    PtStatus st = find(w->tx, party, number, w->arena, &before, &rows, w->err);
    if (st == PT_OK && before.t.state != DESK_RESOLVED) {
        st = pt_fail(w->err, PT_CONFLICT, "state: only what is resolved can be confirmed");
    }
    st = st == PT_OK ? confirm_reports(w, &rows, before.t.resolved_ms, &left) : st;
    if (st != PT_OK) {
        return st;
    }
    after = before;
    after.t.state = left == 0 ? DESK_CLOSED : DESK_RESOLVED;
    st = desk_update(w, &before, &after, &said);
    *ret_ticket = after.t;
    return st;
}

PtStatus desk_confirm(Desk *d, const AuditActor *by, const DeskParty *party, int64_t number,
                      PtArena *arena, DeskTicket *ret_ticket, PtError *err)
{
    DeskWriting w;
    DeskTicket ticket = {0};
    PtStatus st = desk_writing_begin(&w, d, by, arena, err);
    if (st == PT_OK) {
        st = desk_writing_end(&w, confirm(&w, party, number, &ticket));
    }
    if (st == PT_OK) {
        *ret_ticket = ticket;
    }
    return st;
}

PtStatus desk_say(Desk *d, const AuditActor *by, int64_t number, const DeskAnswer *answer,
                  PtArena *arena, DeskTicket *ret_ticket, PtError *err)
{
    static const DeskEdit again = {DESK_F_STATE, PT_STR_INIT("in_progress")};
    DeskMine *mine = NULL;
    size_t count = 0;
    PtStatus st = desk_mine_ticket(d, answer->party, number, arena, &mine, &count, err);
    if (st != PT_OK) {
        return st;
    }
    const DeskTicket *t = &mine[0].ticket;
    if (answer->unsolved && t->state != DESK_RESOLVED && t->state != DESK_CLOSED) {
        return pt_fail(err, PT_CONFLICT, "state: only what is resolved or closed can be unsolved");
    }
    const DeskChange change = {.version = answer->unsolved ? t->version : 0,
                               .edits = &again,
                               .edit_count = answer->unsolved,
                               .note = answer->note,
                               .from_requester = true};
    return desk_change(d, by, t->number, &change, arena, ret_ticket, err);
}
