// SPDX-License-Identifier: Apache-2.0
/* What SQL knows, put before the router. */
#include "desk/route_internal.h"
#include "route.sql.h"

#include <stdlib.h>
#include <string.h>

enum {
    MINUTE_MS = 60000,
    DAY_MS = 86400000,
    SHIFT_DAYS = 8, /* known to the router ahead of time */
    PAGE_ROWS = 1000,
    PAGE_BYTES = 64 << 20,
    SETTING_BYTES = 4 << 20,
    REFUSED_MAX = 20000, /* newer ones are kept */
};

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory to route tickets");
}

typedef struct Filling {
    Desk *desk;
    PtSqlTx *tx;
    int64_t now_ms;
} Filling;

/* ---- Settings ---------------------------------------------------------------------------------
 */

static PtStatus put_queue(DeskRouting *r, const DeskRouteQueue *q, int64_t now_ms, PtError *err)
{
    RouteStep steps[ROUTE_STEPS];
    const RouteQueue queue = desk_book_as_queue(&r->book, q, steps);
    return route_queue_put(r->route, &queue, now_ms, err);
}

static PtStatus tell_agent(DeskRouting *r, const DeskRouteAgent *a, const DeskTakes *takes,
                           int64_t idle_ms, int64_t now_ms, PtError *err)
{
    DeskAgentRoom room;
    RouteAgent agent = desk_book_as_agent(&r->book, a, now_ms - DAY_MS,
                                          now_ms + SHIFT_DAYS * (int64_t)DAY_MS, &room);
    agent.presence = (RoutePresence)takes->taking;
    agent.reason = takes->reason;
    agent.idle_since_ms = idle_ms;
    agent.missed = (uint16_t)takes->missed;
    return route_agent_put(r->route, &agent, now_ms, err);
}

/* idle: as the rows say, else as the router knows. */
static PtStatus put_agent(const Filling *f, DeskRouteAgent *a, bool idle, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(SETTING_BYTES);
    DeskTakes takes;
    PtStatus st =
        arena != NULL ? desk_route_takes(f->tx, a->id, arena, &takes, err) : no_memory(err);
    if (st != PT_OK) {
        return st;
    }
    a->on_shift = a->calendar == NULL || pt_calendar_is_open(a->calendar, f->now_ms);
    // coming online begins idle time
    const int64_t idle_ms = takes.since_ms > a->memory ? takes.since_ms : a->memory;
    return tell_agent(f->desk->router, a, &takes, idle ? idle_ms : 0, f->now_ms, err);
}

static PtStatus put_book(const Filling *f, PtError *err)
{
    DeskRouting *r = f->desk->router;
    const RouteQueue elsewhere = {.id = DESK_ROUTE_ELSEWHERE};
    PtStatus st = route_queue_put(r->route, &elsewhere, f->now_ms, err);
    for (size_t i = 0; st == PT_OK && i < r->book.queue_count; i++) {
        st = put_queue(r, r->book.queues[i], f->now_ms, err);
    }
    for (size_t i = 0; st == PT_OK && i < r->book.agent_count; i++) {
        st = put_agent(f, r->book.agents[i], true, err);
    }
    return st;
}

PtStatus desk_route_shifts(Desk *d, int64_t now_ms, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(PAGE_BYTES);
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskRouting *r = d->router;
    PtStatus st = arena != NULL ? pt_sql_begin(d->c.core, false, &tx, err) : no_memory(err);
    for (size_t i = 0; st == PT_OK && i < r->book.agent_count; i++) {
        DeskTakes takes;
        if (r->book.agents[i]->calendar == NULL) {
            continue;
        }
        st = desk_route_takes(tx, r->book.agents[i]->id, arena, &takes, err);
        st = st == PT_OK ? tell_agent(r, r->book.agents[i], &takes, 0, now_ms, err) : st;
    }
    r->shifts_until_ms = now_ms + (SHIFT_DAYS - 1) * (int64_t)DAY_MS;
    return st;
}

/* ---- Tickets ----------------------------------------------------------------------------------
 */

typedef struct Facts {
    int64_t number, opened_ms;
    bool live; /* in somebody's hands, or to be given */
    unsigned priority;
    PtStr queue, assignee, requester, language, of[DESK_NEED_FIELDS];
} Facts;

/* number, state, priority, opened_ms, queue, assignee, channel, category, store, requester,
 * language. */
static PtStatus copy_facts(PtSqlTx *tx, PtArena *arena, Facts *f, PtError *err)
{
    const int state = desk_choice(desk_states, pt_sql_text(tx, 1));
    const struct {
        PtStr *text;
        int column;
    } texts[] = {{&f->assignee, 5}, {&f->queue, 4},     {&f->of[1], 6},    {&f->of[0], 7},
                 {&f->of[2], 8},    {&f->requester, 9}, {&f->language, 10}};
    *f = (Facts){.number = pt_sql_i64(tx, 0),
                 .opened_ms = pt_sql_i64(tx, 3),
                 .live = state == DESK_NEW || state == DESK_IN_PROGRESS,
                 .priority = (unsigned)pt_sql_i64(tx, 2)};
    for (size_t i = 0; i < sizeof texts / sizeof *texts && (f->live || i < 1); i++) {
        *texts[i].text = pt_arena_str(arena, pt_sql_text(tx, texts[i].column));
        if (texts[i].text->data == NULL) {
            return no_memory(err);
        }
    }
    return PT_OK;
}

/* Who spoke with the requester last has a head start. */
static PtStatus find_sticky(const DeskRouting *r, PtSqlTx *tx, const DeskQueueSet *set,
                            const Facts *f, int64_t now_ms, RouteItem *item, PtError *err)
{
    bool there = false;
    const int64_t until_ms = f->opened_ms + set->head_start_s * 1000;
    if (set->sticky_min == 0 || f->requester.len == 0 || until_ms <= now_ms) {
        return PT_OK;
    }
    PtStatus st = pt_sql_use(tx, SQL_DESK_ROUTE_SPOKE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, f->requester);
    pt_sql_bind_i64(tx, 2, f->opened_ms - set->sticky_min * MINUTE_MS);
    st = pt_sql_step(tx, &there, err);
    const DeskRouteAgent *a =
        st == PT_OK && there ? pt_map_get(r->book.agent_ids, pt_sql_text(tx, 0)) : NULL;
    pt_sql_done(tx);
    if (a != NULL) {
        item->sticky_agent = a->number;
        item->sticky_until_ms = until_ms;
    }
    return st;
}

typedef struct Refusals {
    const RouteRefusal *list; /* NULL: as known */
    size_t count;
} Refusals;

static PtStatus put_ticket(DeskRouting *r, PtSqlTx *tx, const Facts *f, Refusals refusals,
                           int64_t now_ms, PtError *err)
{
    const DeskRouteQueue *q = f->live ? pt_map_get(r->book.queue_ids, f->queue) : NULL;
    DeskRouteAgent *a = f->assignee.len > 0 ? pt_map_get(r->book.agent_ids, f->assignee) : NULL;
    const DeskStanding *offer = desk_route_standing(r, f->number);
    if (a != NULL && !f->live) {
        a->finished = true;
    }
    if (!f->live || (f->assignee.len > 0 ? a == NULL : q == NULL)) {
        route_item_remove(r->route, f->number, now_ms);
        return PT_OK;
    }
    RouteItem item = {.id = f->number,
                      .queue = q != NULL ? q->number : DESK_ROUTE_ELSEWHERE,
                      .channel = desk_route_channel_of(f->of[1]),
                      .weight = 1,
                      .priority = (uint8_t)f->priority,
                      .since_ms = f->opened_ms,
                      .agent = a != NULL       ? a->number
                               : offer != NULL ? offer->agent
                                               : 0,
                      .offered = a == NULL && offer != NULL,
                      .refusals = refusals.list,
                      .refusal_count = refusals.count};
    PtStatus st = PT_OK;
    if (q != NULL) {
        st = desk_book_needs(&r->book, &q->set, f->of, f->language, &item, err);
        st = st == PT_OK && item.agent == 0 ? find_sticky(r, tx, &q->set, f, now_ms, &item, err)
                                            : st;
    }
    return st == PT_OK ? route_item_put(r->route, &item, now_ms, err) : st;
}

PtStatus desk_route_item(Desk *d, PtSqlTx *tx, int64_t ticket, int64_t now_ms, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    Facts facts = {.number = ticket};
    bool there = false;
    PtStatus st = arena != NULL ? pt_sql_use(tx, SQL_DESK_ROUTE_TICKET, err) : no_memory(err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, ticket);
    st = pt_sql_step(tx, &there, err);
    st = st == PT_OK && there ? copy_facts(tx, arena, &facts, err) : st;
    pt_sql_done(tx);
    return st == PT_OK ? put_ticket(d->router, tx, &facts, (Refusals){NULL, 0}, now_ms, err) : st;
}

/* ---- All --------------------------------------------------------------------------------------
 */

typedef struct Refused {
    int64_t ticket;
    RouteRefusal refusal;
} Refused;

static int by_ticket(const void *a, const void *b)
{
    const int64_t x = ((const Refused *)a)->ticket, y = ((const Refused *)b)->ticket;
    return (x > y) - (x < y);
}

/* Those that still keep an agent from a ticket, by ticket. */
static PtStatus load_refused(const Filling *f, PtArena *arena, PtArena *scratch, Refused *list,
                             size_t *count, PtError *err)
{
    const DeskRouting *r = f->desk->router;
    DeskRouted *page = pt_arena_alloc(arena, PAGE_ROWS, sizeof *page);
    DeskRouteAsk ask = {SQL_DESK_ROUTE_DECISION_REFUSED, {f->now_ms - DAY_MS, 0, PAGE_ROWS}, 3};
    size_t found = PAGE_ROWS;
    PtStatus st = page != NULL ? PT_OK : no_memory(err);
    while (st == PT_OK && found == PAGE_ROWS) {
        pt_arena_clear(scratch);
        st = desk_route_decided(f->tx, &ask, scratch, page, &found, err);
        for (size_t i = 0; st == PT_OK && i < found; i++) {
            const DeskRouteQueue *q = pt_map_get(r->book.queue_ids, page[i].queue);
            const DeskRouteAgent *a = pt_map_get(r->book.agent_ids, page[i].account);
            ask.numbers[0] = page[i].ended_ms;
            ask.numbers[1] = page[i].number;
            const int64_t until_ms =
                q != NULL ? page[i].ended_ms + q->set.again_min * MINUTE_MS : 0;
            if (a != NULL && until_ms > f->now_ms) {
                list[(*count)++ % REFUSED_MAX] = (Refused){page[i].ticket, {a->number, until_ms}};
            }
        }
    }
    *count = *count < REFUSED_MAX ? *count : REFUSED_MAX;
    qsort(list, *count, sizeof *list, by_ticket);
    return st;
}

static PtStatus load_standing(const Filling *f, PtArena *arena, PtError *err)
{
    DeskRouting *r = f->desk->router;
    DeskRouted *page = pt_arena_alloc(arena, PAGE_ROWS, sizeof *page);
    DeskRouteAsk ask = {SQL_DESK_ROUTE_DECISION_OFFERED, {0, PAGE_ROWS}, 2};
    size_t found = PAGE_ROWS;
    PtStatus st = page != NULL ? PT_OK : no_memory(err);
    while (st == PT_OK && found == PAGE_ROWS) {
        st = desk_route_decided(f->tx, &ask, arena, page, &found, err);
        for (size_t i = 0; st == PT_OK && i < found; i++) {
            const DeskRouteAgent *a = pt_map_get(r->book.agent_ids, page[i].account);
            const DeskRouteQueue *q = pt_map_get(r->book.queue_ids, page[i].queue);
            const DeskStanding offer = {page[i].ticket, page[i].number, a != NULL ? a->number : 0,
                                        page[i].expires_ms, q != NULL ? q->number : 0};
            ask.numbers[0] = page[i].number;
            st = desk_route_stand(r, &offer, err);
        }
    }
    return st;
}

typedef struct Loaded {
    PtArena *arena; /* cleared for each page */
    PtStr queue;    /* those of this one; "": all */
    const Refused *refused;
    size_t refused_count;
} Loaded;

/* One page behind *last, which moves on; where it stays, there are no more. */
static PtStatus load_page(const Filling *f, const Loaded *l, int64_t *last, PtError *err)
{
    Facts *page = pt_arena_alloc(l->arena, PAGE_ROWS, sizeof *page);
    RouteRefusal mine[ROUTE_REFUSALS];
    size_t count = 0, at = 0;
    bool there = true;
    PtStatus st = page != NULL ? pt_sql_use(f->tx, SQL_DESK_ROUTE_TICKETS, err) : no_memory(err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(f->tx, 1, *last);
    pt_sql_bind_i64(f->tx, 2, PAGE_ROWS);
    pt_sql_bind_text(f->tx, 3, l->queue);
    while ((st = pt_sql_step(f->tx, &there, err)) == PT_OK && there &&
           (st = copy_facts(f->tx, l->arena, &page[count], err)) == PT_OK) {
        *last = page[count++].number;
    }
    pt_sql_done(f->tx);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        size_t got = 0;
        for (; at < l->refused_count && l->refused[at].ticket <= page[i].number; at++) {
            if (l->refused[at].ticket == page[i].number && got < ROUTE_REFUSALS) {
                mine[got++] = l->refused[at].refusal;
            }
        }
        st = page[i].live ? put_ticket(f->desk->router, f->tx, &page[i],
                                       (Refusals){got > 0 ? mine : NULL, got}, f->now_ms, err)
                          : PT_OK;
    }
    return st;
}

static PtStatus load_tickets(const Filling *f, const Loaded *l, PtError *err)
{
    PtStatus st = PT_OK;
    int64_t last = 0, before = -1;
    while (st == PT_OK && last != before) {
        before = last;
        pt_arena_clear(l->arena);
        st = load_page(f, l, &last, err);
    }
    return st;
}

static PtStatus load_work(const Filling *f, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *kept = pt_arena_new(PAGE_BYTES);
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(PAGE_BYTES);
    Refused *refused = kept != NULL ? pt_arena_alloc(kept, REFUSED_MAX, sizeof *refused) : NULL;
    Loaded l = {.arena = arena, .queue = PT_STR(""), .refused = refused};
    PtStatus st = arena != NULL && refused != NULL ? load_standing(f, arena, err) : no_memory(err);
    st = st == PT_OK ? load_refused(f, kept, arena, refused, &l.refused_count, err) : st;
    return st == PT_OK ? load_tickets(f, &l, err) : st;
}

static void decided(void *ctx, const RouteDecision *decision)
{
    DeskRouting *r = ctx;
    if (r->decided_count == r->decided_room) {
        const size_t more = r->decided_room > 0 ? 2 * r->decided_room : 256;
        RouteDecision *list = realloc(r->decided, more * sizeof *list);
        if (list == NULL) {
            r->lost = true;
            return;
        }
        r->decided = list;
        r->decided_room = more;
    }
    r->decided[r->decided_count++] = *decision;
}

void desk_route_empty(DeskRouting *r)
{
    desk_book_done(&r->book);
    route_free(PT_TAKE(r->route));
    r->standing_count = r->decided_count = 0;
    r->lost = false;
}

static PtStatus fill(Filling *f, PtError *err)
{
    DeskRouting *r = f->desk->router;
    PtStatus st = pt_sql_begin(f->desk->c.core, false, &f->tx, err);
    st = st == PT_OK ? desk_book_load(&r->book, f->tx, r->zones, err) : st;
    st = st == PT_OK ? put_book(f, err) : st;
    st = st == PT_OK ? load_work(f, err) : st;
    pt_sql_rollback(PT_TAKE(f->tx));
    return st;
}

PtStatus desk_route_fill(Desk *d, int64_t now_ms, PtError *err)
{
    DeskRouting *r = d->router;
    const RouteSink sink = {r, decided};
    Filling f = {.desk = d, .now_ms = now_ms};
    desk_route_empty(r);
    PtStatus st = desk_book_open(&r->book, err);
    st = st == PT_OK ? route_new(&sink, &r->route, err) : st;
    if (st == PT_OK) {
        route_begin(r->route);
        st = fill(&f, err);
        r->shifts_until_ms = now_ms + (SHIFT_DAYS - 1) * (int64_t)DAY_MS;
        if (st == PT_OK) {
            route_end(r->route, now_ms);
        }
    }
    if (st != PT_OK) {
        desk_route_empty(r);
    }
    return st;
}

/* ---- What of it has changed -------------------------------------------------------------------
 */

static PtStatus load_one(const Filling *f, DeskRouteKind kind, PtStr id, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(SETTING_BYTES);
    DeskRouting *r = f->desk->router;
    DeskRouteRow row;
    PtStatus st =
        arena != NULL ? desk_route_row(f->tx, kind, id, arena, &row, err) : no_memory(err);
    return st != PT_OK                ? st
           : kind == DESK_ROUTE_QUEUE ? desk_book_queue(&r->book, &row, err)
                                      : desk_book_agent(&r->book, &row, r->zones, err);
}

/* The queue as the router knows it, then its tickets, whose needs and head starts follow. */
static PtStatus refill_queue(const Filling *f, DeskRouteQueue *q, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(PAGE_BYTES);
    PtStatus st = arena != NULL ? load_one(f, DESK_ROUTE_QUEUE, q->id, err) : no_memory(err);
    q->memory = 0; // the router remembers whom it gave to last
    st = st == PT_OK ? put_queue(f->desk->router, q, f->now_ms, err) : st;
    const Loaded all = {.arena = arena, .queue = q->id}; // what was read has other texts
    return st == PT_OK ? load_tickets(f, &all, err) : st;
}

PtStatus desk_route_refill(Desk *d, const DeskPending *changed, int64_t now_ms, PtError *err)
{
    DeskRouting *r = d->router;
    Filling f = {.desk = d, .now_ms = now_ms};
    DeskRouteQueue *q = desk_book_queue_of(&r->book, changed->number);
    DeskRouteAgent *a = desk_book_agent_of(&r->book, changed->number);
    PtStatus st = pt_sql_begin(d->c.core, false, &f.tx, err);
    if (st == PT_OK && q != NULL) {
        st = refill_queue(&f, q, err);
    } else if (st == PT_OK && a != NULL) {
        st = load_one(&f, DESK_ROUTE_AGENT, a->id, err);
        st = st == PT_OK ? put_agent(&f, a, false, err) : st;
    }
    pt_sql_rollback(PT_TAKE(f.tx));
    return st;
}
