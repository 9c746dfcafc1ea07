// SPDX-License-Identifier: Apache-2.0
/* What routing shows: the board of a lead, and what an agent sees of themselves. */
#include "desk/route_internal.h"

#include <assert.h>
#include <stdlib.h>

const char *const desk_waits[] = {
    "queue_off", "nobody_serves", "nobody_there", "no_skill",    "all_full",
    "declined",  "held",          "turn",         "no_language", NULL};
static_assert(DESK_WAITS_TURN == (DeskWaits)ROUTE_WAIT_TURN, "in the router's order");

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for an answer");
}

/* The router is there: after a fault, or before the timers' first turn, it is made. */
static PtStatus have_router(Desk *d, PtError *err)
{
    DeskRouting *r = d->router;
    (void)pthread_mutex_lock(&r->lock);
    const bool there = r->route != NULL;
    (void)pthread_mutex_unlock(&r->lock);
    return there ? PT_OK : desk_route_turn(d, err);
}

/* ---- Why a ticket waits -----------------------------------------------------------------------
 */

/* Those that triage tells apart; of others the code. */
static PtStr language_name(PtStr skill)
{
    static const char *const names[][2] = {
        {"ar", "Arabic"},  {"de", "German"},     {"el", "Greek"},   {"en", "English"},
        {"es", "Spanish"}, {"fr", "French"},     {"he", "Hebrew"},  {"hi", "Hindi"},
        {"it", "Italian"}, {"ja", "Japanese"},   {"ko", "Korean"},  {"nl", "Dutch"},
        {"pl", "Polish"},  {"pt", "Portuguese"}, {"ru", "Russian"}, {"sv", "Swedish"},
        {"th", "Thai"},    {"zh", "Chinese"}};
    const size_t before = sizeof DESK_TONGUE_PREFIX - 1;
    const PtStr code = {skill.data + before, skill.len - before};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (pt_str_eq(code, pt_str(names[i][0]))) {
            return pt_str(names[i][1]);
        }
    }
    return code;
}

static PtStatus say(DeskBoardTicket *t, PtArena *arena, PtError *err)
{
    static const char *const texts[] = {
        [DESK_WAITS_OFF] = "the queue is off",
        [DESK_WAITS_SERVED] = "no agent serves the queue",
        [DESK_WAITS_THERE] = "nobody who serves the queue is online and within a shift",
        [DESK_WAITS_FULL] = "everybody who could take it has as much as they can have",
        [DESK_WAITS_DECLINED] = "everybody who could take it has declined it",
        [DESK_WAITS_HELD] = "held for the agent who spoke with the requester last",
        [DESK_WAITS_TURN] = "about to be given"};
    PtBuf buf;
    if (t->reason != DESK_WAITS_SKILL && t->reason != DESK_WAITS_LANGUAGE) {
        t->why = pt_str(texts[t->reason]);
        return PT_OK;
    }
    const bool speaks = t->reason == DESK_WAITS_LANGUAGE;
    const PtStr skill = t->skill.len > 0 ? t->skill : PT_STR("and level together");
    pt_buf_init(&buf, 512);
    pt_buf_add_str(&buf,
                   speaks ? PT_STR("nobody online speaks ") : PT_STR("nobody online has skill "));
    pt_buf_add_str(&buf, speaks ? language_name(t->skill) : skill);
    if (t->level > 1) {
        pt_buf_printf(&buf, " at level %lld", (long long)t->level);
    }
    t->why =
        pt_buf_status(&buf) == PT_OK ? pt_arena_str(arena, pt_buf_str(&buf)) : (PtStr){NULL, 0};
    pt_buf_done(&buf);
    return t->why.data != NULL ? PT_OK : no_memory(err);
}

static PtStatus show_ticket(DeskRouting *r, int64_t ticket, PtArena *arena, DeskBoardTicket *t,
                            PtError *err)
{
    RouteWhy why;
    PtStatus st = route_why(r->route, ticket, &why, err);
    if (st != PT_OK) {
        return st;
    }
    static const PtStr prefix = PT_STR_INIT(DESK_TONGUE_PREFIX);
    const DeskRouteAgent *held = desk_book_agent_of(&r->book, why.head_start_of);
    const PtStr missing = desk_book_skill_name(&r->book, why.missing_skill);
    const RouteWait wait = route_wait_of(&why);
    const bool tongue = wait == ROUTE_WAIT_SKILL && pt_str_starts(missing, prefix);
    *t = (DeskBoardTicket){.ticket = ticket,
                           .priority = why.priority,
                           .reason = tongue ? DESK_WAITS_LANGUAGE : (DeskWaits)wait,
                           .skill = pt_arena_str(arena, missing),
                           .level = why.missing_level,
                           .held_for = pt_arena_str(arena, held != NULL ? held->id : PT_STR("")),
                           .held_until_ms = why.head_start_of != 0 ? why.head_start_until_ms : 0,
                           .serving = why.serving,
                           .there = why.there,
                           .skilled = why.skilled,
                           .room = why.room};
    return t->skill.data != NULL && t->held_for.data != NULL ? say(t, arena, err) : no_memory(err);
}

/* ---- The board --------------------------------------------------------------------------------
 */

static PtStatus show_queue(DeskRouting *r, const DeskRouteQueue *q, PtArena *arena,
                           DeskBoardQueue *to, PtError *err)
{
    RouteQueueState state;
    int64_t items[DESK_ROUTE_LISTED];
    PtStatus st = route_queue_state(r->route, q->number, &state, err);
    if (st != PT_OK) {
        return st;
    }
    *to = (DeskBoardQueue){.id = pt_arena_str(arena, q->id),
                           .on = q->set.on,
                           .waiting = state.waiting,
                           .oldest_ms = state.waiting > 0 ? state.oldest_since_ms : 0,
                           .first_count =
                               route_queue_first(r->route, q->number, items, DESK_ROUTE_LISTED)};
    for (size_t i = 0; i < 5; i++) {
        to->by_priority[i] = state.by_priority[i + 1];
    }
    to->first = pt_arena_alloc(arena, to->first_count + 1, sizeof *to->first);
    st = to->id.data != NULL && to->first != NULL ? PT_OK : no_memory(err);
    for (size_t i = 0; st == PT_OK && i < to->first_count; i++) {
        st = show_ticket(r, items[i], arena, &to->first[i], err);
    }
    return st;
}

static PtStatus show_agent(DeskRouting *r, const DeskRouteAgent *a, PtArena *arena,
                           DeskBoardAgent *to, PtError *err)
{
    RouteAgentState state;
    PtStatus st = route_agent_state(r->route, a->number, &state, err);
    if (st != PT_OK) {
        return st;
    }
    *to = (DeskBoardAgent){.account = pt_arena_str(arena, a->id),
                           .reason = pt_arena_str(arena, pt_str(state.reason)),
                           .taking = (DeskTaking)state.presence,
                           .on_shift = state.in_shift,
                           .idle_ms = state.idle_since_ms,
                           .edge_ms = state.shift_edge_ms,
                           .load = state.total,
                           .capacity = a->set.total,
                           .items = state.items,
                           .offers = state.offers,
                           .missed = state.missed};
    return to->account.data != NULL && to->reason.data != NULL ? PT_OK : no_memory(err);
}

static int by_id(const void *a, const void *b)
{
    const PtStr x = ((const DeskBoardQueue *)a)->id, y = ((const DeskBoardQueue *)b)->id;
    return pt_str_order(x, y);
}

static int by_account(const void *a, const void *b)
{
    const PtStr x = ((const DeskBoardAgent *)a)->account, y = ((const DeskBoardAgent *)b)->account;
    return pt_str_order(x, y);
}

static PtStatus show_all(DeskRouting *r, PtArena *arena, DeskBoard *board, PtError *err)
{
    PtStatus st = PT_OK;
    if (r->route == NULL) { // nobody has set anything
        return PT_OK;
    }
    board->queues = pt_arena_alloc(arena, r->book.queue_count + 1, sizeof *board->queues);
    board->agents = pt_arena_alloc(arena, r->book.agent_count + 1, sizeof *board->agents);
    if (board->queues == NULL || board->agents == NULL) {
        return no_memory(err);
    }
    for (size_t i = 0; st == PT_OK && i < r->book.queue_count; i++) {
        st = show_queue(r, r->book.queues[i], arena, &board->queues[board->queue_count++], err);
    }
    for (size_t i = 0; st == PT_OK && i < r->book.agent_count; i++) {
        st = show_agent(r, r->book.agents[i], arena, &board->agents[board->agent_count++], err);
    }
    if (st == PT_OK) {
        qsort(board->queues, board->queue_count, sizeof *board->queues, by_id);
        qsort(board->agents, board->agent_count, sizeof *board->agents, by_account);
    }
    return st;
}

PtStatus desk_route_board(Desk *d, PtArena *arena, DeskBoard *ret_board, PtError *err)
{
    DeskRouting *r = d->router;
    DeskBoard board = {.queues = NULL};
    PtStatus st = have_router(d, err);
    (void)pthread_mutex_lock(&r->lock);
    st = st == PT_OK ? show_all(r, arena, &board, err) : st;
    (void)pthread_mutex_unlock(&r->lock);
    if (st == PT_OK) {
        *ret_board = board;
    }
    return st;
}

/* ---- An agent ---------------------------------------------------------------------------------
 */

static PtStatus copy_offers(PtSqlTx *tx, PtStr account, PtArena *arena, DeskRouteMe *me,
                            PtError *err)
{
    DeskRouted *list = pt_arena_alloc(arena, DESK_ROUTE_OFFERS, sizeof *list);
    size_t count = 0;
    me->offers = pt_arena_alloc(arena, DESK_ROUTE_OFFERS, sizeof *me->offers);
    if (list == NULL || me->offers == NULL) {
        return no_memory(err);
    }
    PtStatus st = desk_route_offers(tx, account, arena, list, &count, err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        me->offers[me->offer_count++] = (DeskOffer){.number = list[i].number,
                                                    .ticket = list[i].ticket,
                                                    .at_ms = list[i].at_ms,
                                                    .expires_ms = list[i].expires_ms,
                                                    .queue = list[i].queue,
                                                    .why = list[i].why};
    }
    return st;
}

/* What only the router knows: nothing where it has not heard of them. */
static PtStatus copy_state(Desk *d, int64_t number, DeskRouteMe *me, PtError *err)
{
    DeskRouting *r = d->router;
    RouteAgentState state;
    PtError why = {0};
    if (have_router(d, &why) != PT_OK) { // the rows say the rest; the timers tell of the fault
        return PT_OK;
    }
    (void)pthread_mutex_lock(&r->lock);
    const DeskRouteAgent *a = desk_book_agent_of(&r->book, number);
    PtStatus st = a != NULL ? route_agent_state(r->route, number, &state, err) : PT_OK;
    if (st == PT_OK && a != NULL) {
        me->on_shift = state.in_shift;
        me->edge_ms = state.shift_edge_ms;
        me->load = state.total;
        me->capacity = a->set.total;
    }
    (void)pthread_mutex_unlock(&r->lock);
    return st;
}

PtStatus desk_route_me(Desk *d, PtStr account, PtArena *arena, DeskRouteMe *ret_me, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskRouteMe me = {.account = account, .edge_ms = INT64_MAX};
    DeskTakes takes = {.missed = 0};
    DeskRouteRow row = {.number = 0};
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    st = st == PT_OK ? desk_route_takes(tx, account, arena, &takes, err) : st;
    st = st == PT_OK ? desk_route_row(tx, DESK_ROUTE_AGENT, account, arena, &row, err) : st;
    st = st == PT_OK ? copy_offers(tx, account, arena, &me, err) : st;
    pt_sql_rollback(PT_TAKE(tx));
    me.taking = takes.taking;
    me.reason = takes.reason;
    me.since_ms = takes.since_ms;
    me.known = row.number != 0;
    st = st == PT_OK && me.known ? copy_state(d, row.number, &me, err) : st;
    if (st == PT_OK) {
        *ret_me = me;
    }
    return st;
}
