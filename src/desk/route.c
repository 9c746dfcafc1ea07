// SPDX-License-Identifier: Apache-2.0
/* The router beside the desk: what it hears, and when it decides. */
#include "desk/route_internal.h"

#include "platform/diag.h"
#include "platform/metrics.h"
#include "route.sql.h"

#include <stdlib.h>
#include <string.h>

enum {
    SET_BACK_MS = 60000, /* farther back the clock was set: the router begins anew */
    AGAIN_MS = 1000,     /* after a fault */
    ROUNDS = 100,        /* of a turn; what is left waits for the next */
    CHECK_BYTES = 1 << 20,
};

/* ---- Noted ------------------------------------------------------------------------------------
 */

/* Caller holds pending_lock. */
static void wake(Desk *d, int64_t at_ms)
{
    PtError err = {0};
    if (d->c.timers != NULL &&
        pt_timers_set(d->c.timers, DESK_ROUTE_TIMERS, 0, at_ms, &err) != PT_OK) {
        pt_diag(PT_DIAG_WARN, "desk", "tickets are routed late",
                PT_F_STR("problem", pt_str(err.message)));
    }
}

void desk_route_note(Desk *d, DeskRouteWhat what, int64_t number)
{
    DeskRouting *r = d->router;
    if (r == NULL || !atomic_load(&r->any)) {
        return;
    }
    (void)pthread_mutex_lock(&r->pending_lock);
    if (r->pending_count < DESK_ROUTE_PENDING) {
        r->pending[r->pending_count] = (DeskPending){what, number};
    }
    r->pending_count += r->pending_count <= DESK_ROUTE_PENDING;
    wake(d, pt_clock_now_ms(d->c.clock));
    (void)pthread_mutex_unlock(&r->pending_lock);
}

void desk_routing_changed(Desk *d, int64_t ticket)
{
    desk_route_note(d, DESK_ROUTED_TICKET, ticket);
}

void desk_routing_settle(const DeskWriting *w)
{
    for (size_t i = 0; i < w->touched_count; i++) {
        desk_routing_changed(w->desk, w->touched[i].t.number);
    }
}

/* What was noted since, into heard; over the bound: all. */
static size_t take_noted(DeskRouting *r)
{
    (void)pthread_mutex_lock(&r->pending_lock);
    size_t count = r->pending_count;
    if (count > DESK_ROUTE_PENDING) {
        r->heard[0] = (DeskPending){DESK_ROUTED_ALL, 0};
        count = 1;
    } else if (count > 0) {
        memcpy(r->heard, r->pending, count * sizeof *r->heard);
    }
    r->pending_count = 0;
    (void)pthread_mutex_unlock(&r->pending_lock);
    return count;
}

/* ---- Heard ------------------------------------------------------------------------------------
 */

/* An offer whose ticket somebody took, closed or moved no longer stands. */
static PtStatus look_at_offer(Desk *d, const DeskStanding *offer, int64_t now_ms, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(DESK_ARENA);
    DeskRouting *r = d->router;
    const int64_t ticket = offer->ticket;
    DeskTicket t;
    const DeskRouteAgent *agent = desk_book_agent_of(&r->book, offer->agent);
    PtStatus st = arena != NULL ? desk_ticket(d, ticket, arena, &t, err)
                                : pt_fail(err, PT_NO_MEMORY, "no memory to route tickets");
    if (st != PT_OK) {
        return st;
    }
    if (agent != NULL && pt_str_eq(t.f[DESK_F_ASSIGNEE], agent->id)) {
        desk_route_unstand(r, ticket);
        st = route_accepted(r->route, ticket, now_ms, err);
        return st == PT_CONFLICT || st == PT_NOT_FOUND ? PT_OK : st;
    }
    const DeskRouteQueue *q = desk_book_queue_of(&r->book, offer->queue);
    const bool stands =
        agent != NULL && q != NULL && desk_route_awaits(&t) && pt_str_eq(t.f[DESK_F_QUEUE], q->id);
    return stands ? PT_OK : desk_route_withdraw(d, ticket, err);
}

static PtStatus hear_ticket(Desk *d, int64_t ticket, int64_t now_ms, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const DeskStanding *offer = desk_route_standing(d->router, ticket);
    PtStatus st = offer != NULL ? look_at_offer(d, offer, now_ms, err) : PT_OK;
    st = st == PT_OK ? pt_sql_begin(d->c.core, false, &tx, err) : st;
    return st == PT_OK ? desk_route_item(d, tx, ticket, now_ms, err) : st;
}

static PtStatus hear_rejected(Desk *d, int64_t ticket, int64_t now_ms, PtError *err)
{
    DeskRouting *r = d->router;
    if (desk_route_standing(r, ticket) == NULL) {
        return PT_OK;
    }
    desk_route_unstand(r, ticket);
    atomic_fetch_add(&r->rejected, 1);
    PtStatus st = route_rejected(r->route, ticket, now_ms, err);
    return st == PT_CONFLICT || st == PT_NOT_FOUND ? PT_OK : st;
}

static PtStatus hear_taking(Desk *d, int64_t number, int64_t now_ms, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(CHECK_BYTES);
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskRouting *r = d->router;
    const DeskRouteAgent *agent = desk_book_agent_of(&r->book, number);
    DeskTakes takes = {.missed = 0};
    if (agent == NULL) {
        return PT_OK;
    }
    PtStatus st = arena != NULL ? pt_sql_begin(d->c.core, false, &tx, err)
                                : pt_fail(err, PT_NO_MEMORY, "no memory to route tickets");
    st = st == PT_OK ? desk_route_takes(tx, agent->id, arena, &takes, err) : st;
    pt_sql_rollback(PT_TAKE(tx));
    st = st == PT_OK ? route_agent_presence(r->route, number, (RoutePresence)takes.taking,
                                            takes.reason, now_ms, err)
                     : st;
    return st == PT_OK && takes.taking != DESK_TAKING_ONLINE
               ? desk_route_leave(d, agent, takes.taking == DESK_TAKING_OFFLINE, err)
               : st;
}

static PtStatus hear(Desk *d, const DeskPending *p, int64_t now_ms, PtError *err)
{
    switch (p->what) {
    case DESK_ROUTED_TICKET:
        return hear_ticket(d, p->number, now_ms, err);
    case DESK_ROUTED_REJECTED:
        return hear_rejected(d, p->number, now_ms, err);
    case DESK_ROUTED_TAKING:
        return hear_taking(d, p->number, now_ms, err);
    case DESK_ROUTED_QUEUE:
    case DESK_ROUTED_AGENT:
        return desk_route_refill(d, p, now_ms, err);
    default:
        return PT_OK; // all was read again
    }
}

/* ---- A turn -----------------------------------------------------------------------------------
 */

static bool is_working(const DeskRouteAgent *a, int64_t now_ms)
{
    return a->calendar == NULL || pt_calendar_is_open(a->calendar, now_ms);
}

static void find_edge(DeskRouting *r, int64_t now_ms)
{
    r->edge_ms = INT64_MAX;
    for (size_t i = 0; i < r->book.agent_count; i++) {
        const DeskRouteAgent *a = r->book.agents[i];
        int64_t at_ms = INT64_MAX;
        if (a->calendar != NULL &&
            (a->on_shift ? pt_calendar_next_close(a->calendar, now_ms, &at_ms)
                         : pt_calendar_next_open(a->calendar, now_ms, &at_ms)) == PT_OK &&
            at_ms < r->edge_ms) {
            r->edge_ms = at_ms;
        }
    }
}

/* All from SQL, which offers no longer stand, and who left before. */
static PtStatus begin_anew(Desk *d, int64_t now_ms, PtError *err)
{
    DeskRouting *r = d->router;
    PtStatus st = desk_route_fill(d, now_ms, err);
    for (size_t i = r->standing_count; st == PT_OK && i-- > 0;) {
        if (i >= r->standing_count) { // went with those of an agent who left
            continue;
        }
        const DeskStanding offer = r->standing[i];
        st = hear_taking(d, offer.agent, now_ms, err);
        st = st == PT_OK ? hear_ticket(d, offer.ticket, now_ms, err) : st;
    }
    r->edge_ms = now_ms; // what ended before is looked at in this turn
    return st;
}

static PtStatus hear_all(Desk *d, size_t count, int64_t now_ms, PtError *err)
{
    DeskRouting *r = d->router;
    bool anew = r->route == NULL || r->lost || now_ms < r->now_ms - SET_BACK_MS, edited = false;
    PtStatus st = PT_OK;
    for (size_t i = 0; i < count; i++) {
        anew = anew || r->heard[i].what == DESK_ROUTED_ALL;
    }
    if (anew) {
        st = begin_anew(d, now_ms, err);
    }
    if (st == PT_OK && count > 0) {
        route_begin(r->route);
        for (size_t i = 0; st == PT_OK && i < count; i++) {
            const DeskRouteWhat what = r->heard[i].what;
            const bool read = anew && (what == DESK_ROUTED_TICKET || what == DESK_ROUTED_QUEUE ||
                                       what == DESK_ROUTED_AGENT);
            st = read ? PT_OK : hear(d, &r->heard[i], now_ms, err);
            edited = edited || what == DESK_ROUTED_AGENT;
        }
        route_end(r->route, now_ms);
    }
    if (edited && !anew) {
        r->edge_ms = now_ms; // shifts that are over by now are looked at in this turn
    }
    r->now_ms = now_ms;
    return st;
}

static PtStatus pass_edges(Desk *d, int64_t now_ms, PtError *err)
{
    DeskRouting *r = d->router;
    PtStatus st = now_ms >= r->shifts_until_ms ? desk_route_shifts(d, now_ms, err) : PT_OK;
    if (st != PT_OK || now_ms < r->edge_ms) {
        return st;
    }
    for (size_t i = 0; i < r->book.agent_count; i++) {
        r->book.agents[i]->on_shift = is_working(r->book.agents[i], now_ms);
    }
    find_edge(r, now_ms);
    return desk_route_ends(d, now_ms, err);
}

static PtStatus carry_all(Desk *d, PtError *err)
{
    DeskRouting *r = d->router;
    PtStatus st = PT_OK;
    size_t i = 0;
    for (; st == PT_OK && i < r->decided_count; i++) { // some bring others
        const RouteDecision decision = r->decided[i];
        st = desk_route_carry(d, &decision, err);
    }
    r->decided_count = 0;
    return st;
}

static PtStatus turn(Desk *d, int64_t now_ms, PtError *err)
{
    DeskRouting *r = d->router;
    PtStatus st = PT_OK;
    size_t count = take_noted(r), rounds = 0;
    do {
        st = hear_all(d, count, now_ms, err);
        if (st == PT_OK) {
            route_advance(r->route, now_ms);
            st = pass_edges(d, now_ms, err);
        }
        st = st == PT_OK ? carry_all(d, err) : st;
        st = st == PT_OK ? desk_route_expire(d, now_ms, err) : st;
        st = st == PT_OK ? carry_all(d, err) : st;
        count = st == PT_OK && ++rounds < ROUNDS ? take_noted(r) : 0;
    } while (st == PT_OK && rounds < ROUNDS && (count > 0 || r->lost));
    return st == PT_OK ? desk_route_remember(d, err) : st;
}

static int64_t next_ms(const DeskRouting *r)
{
    int64_t at_ms = route_next_ms(r->route);
    at_ms = r->edge_ms < at_ms ? r->edge_ms : at_ms;
    at_ms = r->shifts_until_ms < at_ms ? r->shifts_until_ms : at_ms;
    for (size_t i = 0; i < r->standing_count; i++) {
        at_ms = r->standing[i].expires_ms < at_ms ? r->standing[i].expires_ms : at_ms;
    }
    return at_ms;
}

PtStatus desk_route_turn(Desk *d, PtError *err)
{
    DeskRouting *r = d->router;
    const int64_t now_ms = pt_clock_now_ms(d->c.clock);
    if (!atomic_load(&r->any)) {
        return PT_OK;
    }
    (void)pthread_mutex_lock(&r->lock);
    PtStatus st = turn(d, now_ms, err);
    if (st != PT_OK) { // what the router took as done is not: from the rows, the next time
        desk_route_empty(r);
    }
    (void)pthread_mutex_lock(&r->pending_lock);
    wake(d, st != PT_OK ? now_ms + AGAIN_MS : r->pending_count > 0 ? now_ms : next_ms(r));
    (void)pthread_mutex_unlock(&r->pending_lock);
    (void)pthread_mutex_unlock(&r->lock);
    return st;
}

static PtStatus on_timers(void *ctx, const PtTimer *timers, size_t count, PtError *err)
{
    (void)timers;
    (void)count;
    return desk_route_turn(ctx, err);
}

/* ---- Life -------------------------------------------------------------------------------------
 */

PtStatus desk_routing_open(Desk *d, PtError *err)
{
    DeskRouting *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to route tickets");
    }
    d->router = r;
    (void)pthread_mutex_init(&r->lock, NULL); // does not fail on Linux with default attributes
    (void)pthread_mutex_init(&r->pending_lock, NULL);
    r->zones = pt_zones_new(NULL);
    r->edge_ms = INT64_MAX;
    if (d->c.timers != NULL) {
        pt_timers_kind(d->c.timers, DESK_ROUTE_TIMERS, "desk routing", on_timers, d);
    }
    return r->zones != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory to route tickets");
}

void desk_routing_close(Desk *d)
{
    DeskRouting *r = d->router;
    if (r != NULL) {
        desk_route_empty(r);
        free(r->standing);
        free(r->decided);
        pt_zones_free(r->zones);
        (void)pthread_mutex_destroy(&r->pending_lock);
        (void)pthread_mutex_destroy(&r->lock);
        free(r);
    }
}

PtStatus desk_routing_start(Desk *d, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool there = false;
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_DESK_ROUTE_SETTING_LAST, err) : st;
    if (st != PT_OK) {
        return st;
    }
    st = pt_sql_step(tx, &there, err);
    atomic_store(&d->router->any, st == PT_OK && there && pt_sql_i64(tx, 0) > 1);
    pt_sql_done(tx);
    desk_route_note(d, DESK_ROUTED_ALL, 0);
    return st;
}

void desk_routing_metrics(Desk *d, PtBuf *out)
{
    DeskRouting *r = d->router;
    const struct {
        const char *label;
        _Atomic uint64_t *count;
    } done[] = {{"what=\"assigned\"", &r->given},
                {"what=\"offered\"", &r->offered},
                {"what=\"rejected\"", &r->rejected},
                {"what=\"expired\"", &r->expired}};
    for (size_t i = 0; i < sizeof done / sizeof *done; i++) {
        pt_metric_line(out, "patron_desk_routed_total", "counter",
                       "Tickets given and offered by routing, and offers not taken", i == 0,
                       done[i].label, (double)atomic_load(done[i].count));
    }
}
