// SPDX-License-Identifier: Apache-2.0
/* What was decided is carried out: tickets given and offered, offers that end. */
#include "desk/route_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WHY_BYTES = 4096 };

static PtArena *arena_of(PtError *err)
{
    PtArena *arena = pt_arena_new(DESK_ARENA);
    if (arena == NULL) {
        (void)pt_fail(err, PT_NO_MEMORY, "no memory to route tickets");
    }
    return arena;
}

/* ---- Offers that stand ------------------------------------------------------------------------
 */

DeskStanding *desk_route_standing(DeskRouting *r, int64_t ticket)
{
    for (size_t i = 0; i < r->standing_count; i++) {
        if (r->standing[i].ticket == ticket) {
            return &r->standing[i];
        }
    }
    return NULL;
}

PtStatus desk_route_stand(DeskRouting *r, const DeskStanding *offer, PtError *err)
{
    if (r->standing_count == r->standing_room) {
        const size_t more = r->standing_room > 0 ? 2 * r->standing_room : 64;
        DeskStanding *list = realloc(r->standing, more * sizeof *list);
        if (list == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for offers");
        }
        r->standing = list;
        r->standing_room = more;
    }
    r->standing[r->standing_count++] = *offer;
    return PT_OK;
}

void desk_route_unstand(DeskRouting *r, int64_t ticket)
{
    DeskStanding *offer = desk_route_standing(r, ticket);
    if (offer != NULL) {
        *offer = r->standing[--r->standing_count];
    }
}

/* ---- Giving -----------------------------------------------------------------------------------
 */

static int64_t level_of(const DeskAgentSet *set, PtStr skill)
{
    static const PtStr prefix = PT_STR_INIT(DESK_TONGUE_PREFIX);
    for (size_t i = 0; i < set->skills.count; i++) {
        if (pt_str_eq(set->skills.list[i].skill, skill)) {
            return set->skills.list[i].level;
        }
    }
    for (size_t i = 0; i < set->languages.count && pt_str_starts(skill, prefix); i++) {
        const PtStr code = {skill.data + prefix.len, skill.len - prefix.len};
        if (pt_str_eq(set->languages.list[i], code)) {
            return 1;
        }
    }
    return 0;
}

/* What was needed, what of that still, and what they have. */
static void put_needs(PtJsonOut *out, const DeskRouting *r, const RouteDecision *d,
                      const DeskAgentSet *set)
{
    pt_json_out_key(out, PT_STR("needs"));
    pt_json_out_array(out);
    for (size_t i = 0; i < d->need_count; i++) {
        const PtStr skill = desk_book_skill_name(&r->book, d->needs[i].skill);
        pt_json_out_object(out);
        pt_json_put_str(out, "skill", skill);
        pt_json_put_i64(out, "level", d->needs[i].level);
        pt_json_put_i64(out, "still", d->needs[i].still);
        pt_json_put_i64(out, "has", level_of(set, skill));
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

static PtStatus put_why(const DeskRouting *r, const RouteDecision *d, const DeskAgentSet *set,
                        PtArena *arena, PtStr *ret_json, PtError *err)
{
    PtBuf buf;
    pt_buf_init(&buf, WHY_BYTES);
    PtJsonOut out = pt_json_out(&buf);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "strategy", pt_str(desk_strategies[d->strategy]));
    pt_json_put_i64(&out, "priority", d->priority);
    pt_json_put_i64(&out, "waited_s", d->waited_ms / 1000);
    pt_json_put_i64(&out, "candidates", d->candidates);
    pt_json_put_i64(&out, "steps", d->steps);
    pt_json_put_bool(&out, "relaxed", d->relaxed);
    pt_json_put_bool(&out, "sticky", d->sticky);
    pt_json_put_bool(&out, "again", d->again);
    put_needs(&out, r, d, set);
    pt_json_out_object_end(&out);
    *ret_json =
        pt_buf_status(&buf) == PT_OK ? pt_arena_str(arena, pt_buf_str(&buf)) : (PtStr){NULL, 0};
    pt_buf_done(&buf);
    return ret_json->data != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for a decision");
}

static PtStr say_why(const RouteDecision *d, char *text, size_t size)
{
    char name[32];
    (void)snprintf(name, sizeof name, "%s", desk_strategies[d->strategy]);
    for (char *c = name; *c != '\0'; c++) {
        *c = *c == '_' ? ' ' : *c;
    }
    (void)snprintf(text, size, "%s: %u could take it, it waited %lld s%s%s%s", name, d->candidates,
                   (long long)(d->waited_ms / 1000),
                   d->sticky ? "; spoke with the requester last" : "",
                   d->relaxed ? "; less skill than was asked at first" : "",
                   d->again ? "; had declined it, and nobody else is there" : "");
    return pt_str(text);
}

typedef struct Giving {
    const RouteDecision *decision;
    const DeskRouteAgent *agent;
    const DeskRouteQueue *queue;
    DeskRouted row;
} Giving;

/* The rows may be ahead of what the router knew. */
static PtStatus still_so(DeskWriting *w, const Giving *g, DeskRow *row, bool *ret_so)
{
    DeskTakes takes = {.missed = 0};
    PtStatus st = desk_load(w->tx, g->decision->item, w->arena, row, w->err);
    st = st == PT_OK ? desk_route_takes(w->tx, g->agent->id, w->arena, &takes, w->err) : st;
    *ret_so = st == PT_OK && desk_route_awaits(&row->t) && takes.taking == DESK_TAKING_ONLINE &&
              desk_route_standing(w->desk->router, g->decision->item) == NULL &&
              pt_str_eq(row->t.f[DESK_F_QUEUE], g->queue->id);
    return st;
}

static PtStatus give_in(DeskWriting *w, Giving *g, bool *ret_so)
{
    char text[256];
    const bool offered = g->decision->kind == ROUTE_OFFERED;
    DeskRow row = {.apart = false};
    PtStatus st = still_so(w, g, &row, ret_so);
    if (st != PT_OK || !*ret_so) {
        return st;
    }
    g->row = (DeskRouted){.ticket = row.t.number,
                          .queue = g->queue->id,
                          .account = g->agent->id,
                          .at_ms = w->now_ms,
                          .expires_ms = offered ? w->now_ms + g->queue->set.answer_s * 1000 : 0,
                          .state = offered ? PT_STR("offered") : PT_STR("assigned")};
    st = put_why(w->desk->router, g->decision, &g->agent->set, w->arena, &g->row.why, w->err);
    st = st == PT_OK ? desk_route_add(w, &g->row) : st;
    st = st == PT_OK ? desk_route_set_memory(w->tx, DESK_ROUTE_QUEUE, g->queue->id,
                                             g->agent->number, w->err)
                     : st;
    st = st == PT_OK ? desk_route_set_memory(w->tx, DESK_ROUTE_AGENT, g->agent->id,
                                             g->decision->at_ms, w->err)
                     : st;
    st = st == PT_OK && !offered
             ? desk_route_give(w, &row, g->agent->id, say_why(g->decision, text, sizeof text))
             : st;
    st = st == PT_OK
             ? desk_route_tell(w, offered ? "Work Offered" : "Work Assigned", &row.t, &g->row)
             : st;
    const DeskConfig *c = &w->desk->c;
    return st == PT_OK && offered && c->offered != NULL
               ? c->offered(c->offered_ctx, w->tx, row.t.number, g->agent->id, w->err)
               : st;
}

static PtStatus give(Desk *d, Giving *g, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = arena_of(err);
    DeskRouting *r = d->router;
    DeskWriting w;
    bool so = false;
    PtStatus st = arena != NULL ? desk_writing_begin(&w, d, NULL, arena, err) : PT_NO_MEMORY;
    st = st == PT_OK ? desk_writing_end(&w, give_in(&w, g, &so)) : st;
    if (st != PT_OK) {
        return st;
    }
    if (!so) { // the router is to hear how it is now
        desk_route_note(d, DESK_ROUTED_TICKET, g->decision->item);
        return PT_OK;
    }
    const DeskStanding offer = {g->row.ticket, g->row.number, g->agent->number, g->row.expires_ms,
                                g->queue->number};
    const bool offered = g->decision->kind == ROUTE_OFFERED;
    atomic_fetch_add(offered ? &r->offered : &r->given, 1);
    return offered ? desk_route_stand(r, &offer, err) : PT_OK;
}

static PtStatus set_away(Desk *d, const DeskRouteAgent *agent, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = arena_of(err);
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskTakes takes = {.missed = 0};
    PtStatus st = arena != NULL ? pt_sql_begin(d->c.core, true, &tx, err) : PT_NO_MEMORY;
    st = st == PT_OK ? desk_route_takes(tx, agent->id, arena, &takes, err) : st;
    if (st == PT_OK && takes.taking == DESK_TAKING_ONLINE) {
        takes.taking = DESK_TAKING_AWAY;
        takes.reason = PT_STR("no answer");
        takes.since_ms = pt_clock_now_ms(d->c.clock);
        st = desk_route_set_takes(tx, &takes, true, err);
    }
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    return st == PT_OK ? desk_route_leave(d, agent, false, err) : st;
}

PtStatus desk_route_carry(Desk *d, const RouteDecision *decision, PtError *err)
{
    Giving g = {.decision = decision,
                .agent = desk_book_agent_of(&d->router->book, decision->agent),
                .queue = desk_book_queue_of(&d->router->book, decision->queue)};
    if (g.agent == NULL) {
        return pt_fail(err, PT_CORRUPT, "the router chose an agent that it was not told of");
    }
    if (decision->kind == ROUTE_SET_AWAY) {
        return set_away(d, g.agent, err);
    }
    return g.queue != NULL
               ? give(d, &g, err)
               : pt_fail(err, PT_CORRUPT, "the router chose from a queue that it was not told of");
}

/* ---- Offers that end --------------------------------------------------------------------------
 */

static PtStatus end_in(DeskWriting *w, int64_t number, const char *state, const char *event,
                       bool *ret_done)
{
    DeskRouted offer;
    DeskTakes takes;
    DeskRow row;
    PtStatus st = desk_route_end_offer(w, number, state, ret_done);
    if (st != PT_OK || !*ret_done) {
        return st;
    }
    st = desk_route_decision(w->tx, number, w->arena, &offer, w->err);
    st = st == PT_OK ? desk_load(w->tx, offer.ticket, w->arena, &row, w->err) : st;
    if (st == PT_OK && pt_str_eq(pt_str(state), PT_STR("expired"))) {
        st = desk_route_takes(w->tx, offer.account, w->arena, &takes, w->err);
        if (st == PT_OK) {
            takes.missed++;
            st = desk_route_set_takes(w->tx, &takes, false, w->err);
        }
    }
    return st == PT_OK ? desk_route_tell(w, event, &row.t, &offer) : st;
}

static PtStatus end_offer(Desk *d, int64_t number, const char *state, const char *event,
                          bool *ret_done, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = arena_of(err);
    DeskWriting w;
    PtStatus st = arena != NULL ? desk_writing_begin(&w, d, NULL, arena, err) : PT_NO_MEMORY;
    return st == PT_OK ? desk_writing_end(&w, end_in(&w, number, state, event, ret_done)) : st;
}

PtStatus desk_route_withdraw(Desk *d, int64_t ticket, PtError *err)
{
    const DeskStanding *offer = desk_route_standing(d->router, ticket);
    bool done = false;
    PtStatus st = offer != NULL
                      ? end_offer(d, offer->number, "withdrawn", "Work Withdrawn", &done, err)
                      : PT_OK;
    if (st == PT_OK) {
        desk_route_unstand(d->router, ticket);
    }
    return st;
}

static PtStatus expire_one(Desk *d, DeskStanding *offer, int64_t now_ms, PtError *err)
{
    DeskRouting *r = d->router;
    const int64_t ticket = offer->ticket;
    bool done = false;
    PtStatus st = end_offer(d, offer->number, "expired", "Work Expired", &done, err);
    if (st != PT_OK) {
        return st;
    }
    if (!done) { // it was answered: that will be heard
        offer->expires_ms = INT64_MAX;
        return PT_OK;
    }
    atomic_fetch_add(&r->expired, 1);
    desk_route_unstand(r, ticket);
    st = route_unanswered(r->route, ticket, now_ms, err);
    return st == PT_CONFLICT || st == PT_NOT_FOUND ? PT_OK : st;
}

PtStatus desk_route_expire(Desk *d, int64_t now_ms, PtError *err)
{
    DeskRouting *r = d->router;
    PtStatus st = PT_OK;
    for (size_t i = r->standing_count; st == PT_OK && i-- > 0;) {
        if (i < r->standing_count && r->standing[i].expires_ms <= now_ms) {
            st = expire_one(d, &r->standing[i], now_ms, err);
        }
    }
    return st;
}

/* ---- What a start has to know -----------------------------------------------------------------
 */

PtStatus desk_route_remember(Desk *d, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskRouting *r = d->router;
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < r->book.agent_count; i++) {
        DeskRouteAgent *a = r->book.agents[i];
        RouteAgentState state;
        if (!a->finished) {
            continue;
        }
        st = tx == NULL ? pt_sql_begin(d->c.core, true, &tx, err) : PT_OK;
        st = st == PT_OK ? route_agent_state(r->route, a->number, &state, err) : st;
        st = st == PT_OK
                 ? desk_route_set_memory(tx, DESK_ROUTE_AGENT, a->id, state.idle_since_ms, err)
                 : st;
        a->finished = false;
    }
    return st == PT_OK && tx != NULL ? pt_sql_commit(&tx, err) : st;
}
