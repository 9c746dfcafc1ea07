// SPDX-License-Identifier: Apache-2.0
/* What the router shows: why an item waits, how agents and queues stand; and its own check. */
#include "work/route_internal.h"

#include <string.h>

static const RouteAgentPlace *known_agent(const Route *r, uint32_t place)
{
    return place != ROUTE_NONE && r->agents[place].known ? &r->agents[place] : NULL;
}

/* ---- Why ------------------------------------------------------------------------------------- */

static void count_agent(const Route *r, const RouteItemPlace *item, const RouteGroupKey *key,
                        uint32_t agent, RouteWhy *why)
{
    if (!r->agents[agent].known || !route_bit(&r->serves, item->queue, agent)) {
        return;
    }
    why->serving++;
    if (!route_bit(&r->free, ROUTE_THERE, agent)) {
        return;
    }
    why->there++;
    if (!route_has(r, key->needs, key->need_count, agent)) {
        return;
    }
    why->skilled++;
    if (!route_room(r, agent, item->channel, key->weight)) {
        return;
    }
    why->room++;
    why->willing += !route_refuses(r, item, r->keys[agent].id);
}

/* The first need for which nobody is there. */
static void find_missing(const Route *r, const RouteItemPlace *item, const RouteGroupKey *key,
                         RouteWhy *why)
{
    for (size_t i = 0; i < key->need_count; i++) {
        uint64_t any = 0;
        for (uint32_t w = 0; w < r->free.width; w++) {
            any |= route_row(&r->free, ROUTE_THERE)[w] & route_row(&r->serves, item->queue)[w] &
                   route_row(&r->skilled, (size_t)key->needs[i].skill * ROUTE_LEVELS +
                                              key->needs[i].level - 1)[w];
        }
        if (any == 0) {
            why->missing_skill = r->skills[key->needs[i].skill];
            why->missing_level = key->needs[i].level;
            return;
        }
    }
}

PtStatus route_why(const Route *r, int64_t id, RouteWhy *ret_why, PtError *err)
{
    const uint32_t place = route_find_item(r, id);
    if (place == ROUTE_NONE) {
        return pt_fail(err, PT_NOT_FOUND, "item %lld is not known", (long long)id);
    }
    const RouteItemPlace *item = &r->items[place];
    RouteGroupKey key = {.weight = item->weight > 0 ? item->weight : 1};
    RouteWhy why = {
        .waits = item->agent == ROUTE_NONE,
        .queue_on = r->queues[item->queue].set.on,
        .priority = route_priority_now(r, item->queue, item->priority, item->since_ms),
        .steps = route_needs_now(r, item, &key),
    };
    if (why.waits && r->groups[item->group].key.only != ROUTE_NONE) {
        why.head_start_of = r->keys[item->sticky].id;
        why.head_start_until_ms = item->sticky_until_ms;
    }
    for (uint32_t agent = 0; agent < r->agent_count; agent++) {
        count_agent(r, item, &key, agent, &why);
    }
    if (why.there > 0 && why.skilled == 0) {
        find_missing(r, item, &key, &why);
    }
    *ret_why = why;
    return PT_OK;
}

RouteWait route_wait_of(const RouteWhy *why)
{
    return !why->queue_on            ? ROUTE_WAIT_OFF
           : why->head_start_of != 0 ? ROUTE_WAIT_HELD
           : why->serving == 0       ? ROUTE_WAIT_SERVED
           : why->there == 0         ? ROUTE_WAIT_THERE
           : why->skilled == 0       ? ROUTE_WAIT_SKILL
           : why->room == 0          ? ROUTE_WAIT_FULL
           : why->willing == 0       ? ROUTE_WAIT_DECLINED
                                     : ROUTE_WAIT_TURN;
}

/* ---- Agents and queues ----------------------------------------------------------------------- */

PtStatus route_agent_state(const Route *r, int64_t id, RouteAgentState *ret_state, PtError *err)
{
    const uint32_t place = route_find_agent(r, id);
    const RouteAgentPlace *a = known_agent(r, place);
    if (a == NULL) {
        return pt_fail(err, PT_NOT_FOUND, "agent %lld is not known", (long long)id);
    }
    *ret_state = (RouteAgentState){
        .presence = a->presence,
        .in_shift = a->in_shift,
        .shift_edge_ms =
            r->shifts.of[place].at != ROUTE_NONE ? r->shifts.of[place].when_ms : ROUTE_NEVER,
        .idle_since_ms = r->keys[place].idle_since_ms,
        .missed = a->missed,
        .total = a->loads,
        .items = a->items,
        .offers = a->offers,
    };
    memcpy(ret_state->reason, a->reason, sizeof a->reason);
    memcpy(ret_state->load, a->load, sizeof a->load);
    return PT_OK;
}

PtStatus route_queue_state(const Route *r, int64_t id, RouteQueueState *ret_state, PtError *err)
{
    const uint32_t queue = route_find_queue(r, id);
    if (queue == ROUTE_NONE) {
        return pt_fail(err, PT_NOT_FOUND, "queue %lld is not known", (long long)id);
    }
    *ret_state = (RouteQueueState){.waiting = r->queues[queue].waiting,
                                   .oldest_since_ms = ROUTE_NEVER,
                                   .last_agent = r->queues[queue].set.last_agent};
    for (uint32_t i = 0; i < r->group_count; i++) {
        const RouteGroup *g = &r->groups[i];
        if (g->count > 0 && g->key.queue == queue) {
            ret_state->by_priority[g->key.priority] += g->count;
            if (g->first_since_ms < ret_state->oldest_since_ms) {
                ret_state->oldest_since_ms = g->first_since_ms;
            }
        }
    }
    return PT_OK;
}

static bool ranks_before(const Route *r, uint32_t a, uint32_t b)
{
    const RouteItemPlace *x = &r->items[a], *y = &r->items[b];
    const uint8_t rank_x = route_priority_now(r, x->queue, x->priority, x->since_ms);
    const uint8_t rank_y = route_priority_now(r, y->queue, y->priority, y->since_ms);
    if (rank_x != rank_y) {
        return rank_x < rank_y;
    }
    return x->since_ms != y->since_ms ? x->since_ms < y->since_ms : x->id < y->id;
}

/* Places of the first, best first. */
typedef struct First {
    uint32_t places[ROUTE_FIRST];
    size_t count, room;
} First;

static bool keep(const Route *r, First *first, uint32_t item)
{
    size_t at = first->count;
    while (at > 0 && ranks_before(r, item, first->places[at - 1])) {
        at--;
    }
    if (at == first->room) {
        return false;
    }
    first->count += first->count < first->room;
    memmove(&first->places[at + 1], &first->places[at],
            (first->count - at - 1) * sizeof *first->places);
    first->places[at] = item;
    return true;
}

size_t route_queue_first(const Route *r, int64_t id, int64_t *ret_items, size_t room)
{
    const uint32_t queue = route_find_queue(r, id);
    First first = {.room = room < ROUTE_FIRST ? room : ROUTE_FIRST};
    for (uint32_t i = 0; queue != ROUTE_NONE && first.room > 0 && i < r->group_count; i++) {
        if (r->groups[i].count == 0 || r->groups[i].key.queue != queue) {
            continue;
        }
        uint32_t at = r->groups[i].first;
        while (at != ROUTE_NONE && keep(r, &first, at)) {
            at = route_group_after(r, i, at);
        }
    }
    for (size_t i = 0; i < first.count; i++) {
        ret_items[i] = r->items[first.places[i]].id;
    }
    return first.count;
}

/* ---- Check ----------------------------------------------------------------------------------- */

static PtStatus check_item(const Route *r, uint32_t place, PtError *err)
{
    const RouteItemPlace *item = &r->items[place];
    RouteGroupKey key = {0};
    (void)route_needs_now(r, item, &key);
    const RouteGroup *g = &r->groups[item->group];
    if (!route_same_needs(key.needs, key.need_count, g->key.needs, g->key.need_count)) {
        return pt_fail(err, PT_CORRUPT, "item %lld stands in a group of other needs",
                       (long long)item->id);
    }
    if (route_group_after(r, item->group, place) == g->first) {
        return pt_fail(err, PT_CORRUPT, "item %lld stands before the first", (long long)item->id);
    }
    if (r->times.of[place].at != ROUTE_NONE && r->times.of[place].when_ms <= r->now_ms) {
        return pt_fail(err, PT_CORRUPT, "item %lld: an instant was missed", (long long)item->id);
    }
    uint32_t candidates;
    const uint32_t agent = route_pick(r, place, &candidates);
    return agent == ROUTE_NONE ? PT_OK
                               : pt_fail(err, PT_CORRUPT, "item %lld waits while agent %lld fits",
                                         (long long)item->id, (long long)r->keys[agent].id);
}

static PtStatus check_agent(const Route *r, uint32_t place, PtError *err)
{
    const RouteAgentPlace *a = &r->agents[place];
    uint32_t load[ROUTE_CHANNELS] = {0}, items = 0, offers = 0, mentions = 0;
    for (uint32_t i = 0; i < r->item_count; i++) {
        const RouteItemPlace *item = &r->items[i];
        if (item->id == 0) {
            continue;
        }
        mentions += (uint32_t)(item->sticky == place) + (uint32_t)(item->agent == place);
        if (item->agent == place) {
            load[item->channel] += item->weight;
            items++;
            offers += item->offered;
        }
    }
    const bool same = memcmp(load, a->load, sizeof load) == 0 && items == a->items &&
                      offers == a->offers && mentions == a->mentions;
    return same ? PT_OK
                : pt_fail(err, PT_CORRUPT, "agent %lld has another load than their items",
                          (long long)r->keys[place].id);
}

PtStatus route_check(const Route *r, PtError *err)
{
    PtStatus st = PT_OK;
    uint32_t waiting = 0, counted = 0;
    for (uint32_t i = 0; st == PT_OK && i < r->item_count; i++) {
        if (r->items[i].id != 0 && r->items[i].agent == ROUTE_NONE) {
            waiting++;
            st = check_item(r, i, err);
        }
    }
    for (uint32_t i = 0; st == PT_OK && i < r->agent_count; i++) {
        if (r->agents[i].known) {
            st = check_agent(r, i, err);
        }
    }
    for (uint32_t q = 0; q < r->queue_count; q++) {
        counted += r->queues[q].waiting;
    }
    return st != PT_OK || waiting == counted
               ? st
               : pt_fail(err, PT_CORRUPT, "%u items wait, queues count %u", waiting, counted);
}
