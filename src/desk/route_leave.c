// SPDX-License-Identifier: Apache-2.0
/* Who leaves gives back what they have in queues that say so. That they leave is a row before it is
 * done and until it is, so that a stop of the server at any instant loses nothing. */
#include "desk/route_internal.h"
#include "route.sql.h"

#include <string.h>

enum { GIVEN_BACK_MAX = DESK_PAGE_MAX, LEAVING_ROWS = 1000, BACK_DAYS = 35, PASSED = 1 };
static const int64_t day_ms = 86400000;

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory to route tickets");
}

/* ---- Rows -------------------------------------------------------------------------------------
 */

PtStatus desk_route_set_leaving(PtSqlTx *tx, PtStr account, bool leaving, int64_t now_ms,
                                PtError *err)
{
    PtStatus st =
        pt_sql_use(tx, leaving ? SQL_DESK_ROUTE_LEAVING_ADD : SQL_DESK_ROUTE_LEAVING_DELETE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, account);
    if (leaving) {
        pt_sql_bind_i64(tx, 2, now_ms);
    }
    return pt_sql_finish(tx, err);
}

static PtStatus set_passed(PtSqlTx *tx, int64_t at_ms, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_DESK_ROUTE_PASSED_SET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, PASSED);
    pt_sql_bind_i64(tx, 2, at_ms);
    return pt_sql_finish(tx, err);
}

/* *ret_ms 0: never. */
static PtStatus passed(PtSqlTx *tx, int64_t *ret_ms, PtError *err)
{
    bool there = false;
    PtStatus st = pt_sql_use(tx, SQL_DESK_ROUTE_PASSED_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, PASSED);
    st = pt_sql_step(tx, &there, err);
    *ret_ms = st == PT_OK && there ? pt_sql_i64(tx, 0) : 0;
    pt_sql_done(tx);
    return st;
}

/* ---- Given back -------------------------------------------------------------------------------
 */

static PtStatus take_back(Desk *d, int64_t ticket, PtStr account, PtArena *arena, PtError *err)
{
    DeskWriting w;
    DeskRow row;
    PtStatus st = desk_writing_begin(&w, d, NULL, arena, err);
    if (st != PT_OK) {
        return st;
    }
    st = desk_load(w.tx, ticket, arena, &row, err);
    const bool theirs = st == PT_OK && pt_str_eq(row.t.f[DESK_F_ASSIGNEE], account) &&
                        (row.t.state == DESK_NEW || row.t.state == DESK_IN_PROGRESS);
    if (theirs) {
        st = desk_route_give(&w, &row, PT_STR(""),
                             PT_STR("given back: who had it does not work now"));
    }
    return desk_writing_end(&w, st);
}

/* What they have in queues that say so. */
static PtStatus give_back(Desk *d, const DeskRouteAgent *agent, PtError *err)
{
    char cursor[DESK_CURSOR_MAX] = "";
    PtStatus st = PT_OK;
    do {
        PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new((size_t)256 << 20);
        const DeskQuery query = {.states = 1U << DESK_NEW | 1U << DESK_IN_PROGRESS,
                                 .assignee = agent->id,
                                 .cursor = pt_str(cursor),
                                 .max = GIVEN_BACK_MAX};
        DeskPage page = {.count = 0};
        st = arena != NULL ? desk_list(d, &query, arena, &page, err) : no_memory(err);
        for (size_t i = 0; st == PT_OK && i < page.count; i++) {
            const DeskTicket *t = &page.tickets[i];
            const DeskRouteQueue *q = pt_map_get(d->router->book.queue_ids, t->f[DESK_F_QUEUE]);
            st = q != NULL && q->set.give_back ? take_back(d, t->number, agent->id, arena, err)
                                               : PT_OK;
        }
        memcpy(cursor, page.next, sizeof cursor);
    } while (st == PT_OK && cursor[0] != '\0');
    return st;
}

static PtStatus has_left(Desk *d, PtStr account, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(d->c.core, true, &tx, err);
    st = st == PT_OK ? desk_route_set_leaving(tx, account, false, 0, err) : st;
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

PtStatus desk_route_leave(Desk *d, const DeskRouteAgent *agent, bool all, PtError *err)
{
    DeskRouting *r = d->router;
    PtStatus st = PT_OK;
    for (size_t i = r->standing_count; st == PT_OK && i-- > 0;) {
        if (i < r->standing_count && r->standing[i].agent == agent->number) {
            const int64_t ticket = r->standing[i].ticket;
            st = desk_route_withdraw(d, ticket, err);
            desk_route_note(d, DESK_ROUTED_TICKET, ticket);
        }
    }
    st = st == PT_OK && all ? give_back(d, agent, err) : st;
    return st == PT_OK && all ? has_left(d, agent->id, err) : st;
}

/* ---- Shifts that end, and what a start finds --------------------------------------------------
 */

/* Whether a shift of theirs ended after from_ms, and none lasts at now_ms. */
static bool ended(const DeskRouteAgent *a, int64_t from_ms, int64_t now_ms)
{
    int64_t at_ms = from_ms;
    if (a->calendar == NULL || pt_calendar_is_open(a->calendar, now_ms)) {
        return false;
    }
    if (!pt_calendar_is_open(a->calendar, from_ms) &&
        pt_calendar_next_open(a->calendar, from_ms, &at_ms) != PT_OK) {
        return false;
    }
    return at_ms < now_ms;
}

/* Since the last time: whose shift ended leaves, as a row; they are let go after the commit. */
static PtStatus note_ends(Desk *d, int64_t now_ms, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const DeskRouteBook *b = &d->router->book;
    int64_t from_ms = 0;
    PtStatus st = pt_sql_begin(d->c.core, true, &tx, err);
    st = st == PT_OK ? passed(tx, &from_ms, err) : st;
    const int64_t least_ms = now_ms - BACK_DAYS * day_ms;
    from_ms = from_ms == 0 ? now_ms : from_ms > least_ms ? from_ms : least_ms;
    for (size_t i = 0; st == PT_OK && i < b->agent_count; i++) {
        if (ended(b->agents[i], from_ms, now_ms)) {
            st = desk_route_set_leaving(tx, b->agents[i]->id, true, now_ms, err);
        }
    }
    st = st == PT_OK ? set_passed(tx, now_ms, err) : st;
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

/* One page of those whose row stands; more: there may be others. */
static PtStatus let_go(Desk *d, bool *ret_more, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new((size_t)16 << 20);
    PtStr *accounts = arena != NULL ? pt_arena_alloc(arena, LEAVING_ROWS, sizeof *accounts) : NULL;
    PtSqlTx *tx = NULL;
    size_t count = 0;
    bool there = true;
    PtStatus st = accounts != NULL ? pt_sql_begin(d->c.core, false, &tx, err) : no_memory(err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_DESK_ROUTE_LEAVING_LIST, err) : st;
    if (st == PT_OK) {
        pt_sql_bind_i64(tx, 1, LEAVING_ROWS);
        while (st == PT_OK && (st = pt_sql_step(tx, &there, err)) == PT_OK && there) {
            accounts[count] = pt_arena_str(arena, pt_sql_text(tx, 0));
            st = accounts[count++].data != NULL ? PT_OK : no_memory(err);
        }
        pt_sql_done(tx);
    }
    pt_sql_rollback(tx);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        const DeskRouteAgent *a = pt_map_get(d->router->book.agent_ids, accounts[i]);
        st = a != NULL ? desk_route_leave(d, a, true, err) : has_left(d, accounts[i], err);
    }
    *ret_more = st == PT_OK && count == LEAVING_ROWS;
    return st;
}

PtStatus desk_route_ends(Desk *d, int64_t now_ms, PtError *err)
{
    bool more = true;
    PtStatus st = note_ends(d, now_ms, err);
    while (st == PT_OK && more) {
        st = let_go(d, &more, err);
    }
    return st;
}
