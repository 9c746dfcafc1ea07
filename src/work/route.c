// SPDX-License-Identifier: Apache-2.0
/* The router's life, and what becomes of offers. */
#include "work/route_internal.h"

#include <stdlib.h>
#include <string.h>

#define ROUTE_NAME(id, name) name,
static const char *const strategy_names[] = {ROUTE_STRATEGY_MAP(ROUTE_NAME)};
static const char *const presence_names[] = {ROUTE_PRESENCE_MAP(ROUTE_NAME)};
#undef ROUTE_NAME

const char *route_strategy_name(RouteStrategy strategy)
{
    return strategy_names[strategy];
}

bool route_strategy_of(PtStr name, RouteStrategy *ret_strategy)
{
    for (unsigned i = 0; i < ROUTE_STRATEGIES; i++) {
        if (pt_str_eq(name, pt_str(strategy_names[i]))) {
            *ret_strategy = (RouteStrategy)i;
            return true;
        }
    }
    return false;
}

const char *route_presence_name(RoutePresence presence)
{
    return presence_names[presence];
}

bool route_presence_of(PtStr name, RoutePresence *ret_presence)
{
    for (unsigned i = 0; i < ROUTE_PRESENCES; i++) {
        if (pt_str_eq(name, pt_str(presence_names[i]))) {
            *ret_presence = (RoutePresence)i;
            return true;
        }
    }
    return false;
}

PtStatus route_new(const RouteSink *sink, Route **ret_route, PtError *err)
{
    Route *r = calloc(1, sizeof *r);
    if (r != NULL) {
        r->sink = *sink;
        r->agent_free = r->item_free = r->group_free = ROUTE_NONE;
    }
    if (r == NULL || !route_reserve_agents(r, 1) || !route_reserve_items(r)) {
        route_free(r);
        return pt_fail(err, PT_NO_MEMORY, "no memory for the router");
    }
    *ret_route = r;
    return PT_OK;
}

void route_free(Route *r)
{
    if (r == NULL) {
        return;
    }
    for (uint32_t i = 0; i < r->agent_count; i++) {
        free(r->agents[i].shifts);
    }
    for (uint32_t i = 0; i < r->item_count; i++) {
        free(r->items[i].refused);
    }
    void *const all[] = {r->agents,
                         r->keys,
                         r->agent_table.buckets,
                         r->shifts.of,
                         r->shifts.heap,
                         r->free.words,
                         r->serves.words,
                         r->skilled.words,
                         r->queues,
                         r->queue_table.buckets,
                         r->skills,
                         r->skill_table.buckets,
                         r->items,
                         r->item_table.buckets,
                         r->times.of,
                         r->times.heap,
                         r->groups,
                         r->group_table.buckets,
                         r->dirty_groups,
                         r->dirty_agents,
                         r->todo};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        free(all[i]);
    }
    free(r);
}

void route_begin(Route *r)
{
    r->begun = true;
}

void route_end(Route *r, int64_t now_ms)
{
    r->begun = false;
    route_advance(r, now_ms);
}

void route_advance(Route *r, int64_t now_ms)
{
    route_pass(r, now_ms);
    route_settle(r);
}

int64_t route_next_ms(const Route *r)
{
    const int64_t item_ms = route_times_next(&r->times), shift_ms = route_times_next(&r->shifts);
    return item_ms < shift_ms ? item_ms : shift_ms;
}

/* ---- Offers ---------------------------------------------------------------------------------- */

static PtStatus offered(const Route *r, int64_t id, uint32_t *ret_item, PtError *err)
{
    const uint32_t item = route_find_item(r, id);
    if (item == ROUTE_NONE) {
        return pt_fail(err, PT_NOT_FOUND, "item %lld is not known", (long long)id);
    }
    if (!r->items[item].offered) {
        return pt_fail(err, PT_CONFLICT, "item %lld is not offered", (long long)id);
    }
    *ret_item = item;
    return PT_OK;
}

PtStatus route_accepted(Route *r, int64_t item, int64_t now_ms, PtError *err)
{
    uint32_t place;
    const PtStatus st = offered(r, item, &place, err);
    if (st != PT_OK) {
        return st;
    }
    route_pass(r, now_ms);
    RouteAgentPlace *a = &r->agents[r->items[place].agent];
    r->items[place].offered = false;
    a->offers--;
    a->missed = 0;
    route_settle(r);
    return PT_OK;
}

static void note_refusal(RouteRefusals *refused, int64_t agent, int64_t until_ms)
{
    size_t at = 0;
    while (at < refused->count && refused->rows[at].agent != agent) {
        at++;
    }
    if (at == ROUTE_REFUSALS) { /* of too many the one that ends first */
        at = 0;
        for (size_t i = 1; i < refused->count; i++) {
            at = refused->rows[i].until_ms < refused->rows[at].until_ms ? i : at;
        }
    } else if (at == refused->count) {
        refused->count++;
    }
    refused->rows[at] = (RouteRefusal){.agent = agent, .until_ms = until_ms};
}

/* The item waits again, not for the agent who had it. */
static void give_back(Route *r, uint32_t place)
{
    RouteItemPlace *item = &r->items[place];
    const int64_t refused_ms = r->queues[item->queue].set.refused_ms;
    if (refused_ms > 0) {
        note_refusal(item->refused, r->keys[item->agent].id, r->now_ms + refused_ms);
    }
    route_item_taken(r, place);
    route_item_waits(r, place);
}

static void note_missed(Route *r, uint32_t place)
{
    const RouteItemPlace *item = &r->items[place];
    const RouteQueue *queue = &r->queues[item->queue].set;
    RouteAgentPlace *a = &r->agents[item->agent];
    a->missed = a->missed < UINT16_MAX ? a->missed + 1 : a->missed;
    if (queue->away_after == 0 || a->missed < queue->away_after || a->presence != ROUTE_ONLINE) {
        return;
    }
    static const char reason[] = "no answer";
    a->presence = ROUTE_AWAY;
    memcpy(a->reason, reason, sizeof reason);
    route_agent_now(r, item->agent);
    const RouteDecision decision = {.kind = ROUTE_SET_AWAY,
                                    .at_ms = r->now_ms,
                                    .item = item->id,
                                    .agent = r->keys[item->agent].id,
                                    .queue = queue->id,
                                    .strategy = queue->strategy};
    r->sink.decided(r->sink.ctx, &decision);
}

static PtStatus not_taken(Route *r, int64_t item, bool missed, int64_t now_ms, PtError *err)
{
    uint32_t place;
    const PtStatus st = offered(r, item, &place, err);
    if (st != PT_OK) {
        return st;
    }
    RouteItemPlace *i = &r->items[place];
    RouteRefusals *refused = i->refused != NULL ? i->refused : calloc(1, sizeof *refused);
    if (refused == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for routing");
    }
    i->refused = refused;
    route_pass(r, now_ms);
    if (missed) {
        note_missed(r, place);
    }
    give_back(r, place);
    route_settle(r);
    return PT_OK;
}

PtStatus route_rejected(Route *r, int64_t item, int64_t now_ms, PtError *err)
{
    return not_taken(r, item, false, now_ms, err);
}

PtStatus route_unanswered(Route *r, int64_t item, int64_t now_ms, PtError *err)
{
    return not_taken(r, item, true, now_ms, err);
}
