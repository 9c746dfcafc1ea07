// SPDX-License-Identifier: Apache-2.0
/* What holds at an instant: needs, head starts, refusals, who is there and has room. All of it
 * follows from what was put and the instant, so that a rebuilt router agrees. */
#include "work/route_internal.h"

#include <stdlib.h>

/* ---- Needs and ranks ------------------------------------------------------------------------- */

static bool is_of(const RouteStep *step, int64_t skill)
{
    const int64_t last = step->last_skill != 0 ? step->last_skill : step->skill;
    return step->skill == 0 || (skill >= step->skill && skill <= last);
}

static void limit_needs(RouteGroupKey *key, const Route *r, const RouteStep *step)
{
    size_t kept = 0;
    for (size_t i = 0; i < key->need_count; i++) {
        RouteNeed need = key->needs[i];
        if (is_of(step, r->skills[need.skill]) && need.level > step->level) {
            need.level = step->level;
        }
        if (need.level > 0) {
            key->needs[kept++] = need;
        }
    }
    key->need_count = (uint8_t)kept;
}

uint8_t route_needs_now(const Route *r, const RouteItemPlace *item, RouteGroupKey *key)
{
    const RouteQueuePlace *queue = &r->queues[item->queue];
    key->need_count = item->need_count;
    for (size_t i = 0; i < item->need_count; i++) {
        key->needs[i] = item->needs[i];
    }
    uint8_t steps = 0;
    while (steps < queue->set.step_count &&
           item->since_ms + queue->steps[steps].after_ms <= r->now_ms) {
        limit_needs(key, r, &queue->steps[steps++]);
    }
    return steps;
}

uint8_t route_priority_now(const Route *r, uint32_t queue, uint8_t priority, int64_t since_ms)
{
    const RouteQueue *set = &r->queues[queue].set;
    if (set->ageing_ms == 0 || priority <= set->ageing_best || since_ms >= r->now_ms) {
        return priority;
    }
    const int64_t raised = priority - (r->now_ms - since_ms) / set->ageing_ms;
    return (uint8_t)(raised > set->ageing_best ? raised : set->ageing_best);
}

/* ---- Who could take what --------------------------------------------------------------------- */

bool route_has(const Route *r, const RouteNeed *needs, size_t count, uint32_t agent)
{
    bool has = true;
    for (size_t i = 0; has && i < count; i++) {
        has = route_bit(&r->skilled, (size_t)needs[i].skill * ROUTE_LEVELS + needs[i].level - 1,
                        agent);
    }
    return has;
}

bool route_room(const Route *r, uint32_t agent, unsigned channel, uint32_t weight)
{
    const RouteAgentPlace *a = &r->agents[agent];
    return a->load[channel] + weight <= a->capacity[channel] && a->loads + weight <= a->total;
}

bool route_refuses(const Route *r, const RouteItemPlace *item, int64_t agent_id)
{
    for (size_t i = 0; item->refused != NULL && i < item->refused->count; i++) {
        const RouteRefusal *row = &item->refused->rows[i];
        if (row->agent == agent_id && row->until_ms > r->now_ms) {
            return true;
        }
    }
    return false;
}

uint64_t route_able(const Route *r, const RouteGroupKey *key, unsigned free_row, uint32_t w)
{
    uint64_t m = route_row(&r->free, free_row)[w] & route_row(&r->serves, key->queue)[w];
    for (size_t i = 0; m != 0 && i < key->need_count; i++) {
        m &= route_row(&r->skilled,
                       (size_t)key->needs[i].skill * ROUTE_LEVELS + key->needs[i].level - 1)[w];
    }
    return m;
}

bool route_others(const Route *r, const RouteItemPlace *item)
{
    const RouteGroupKey *key = &r->groups[item->group].key;
    for (uint32_t w = 0; w < r->free.width; w++) {
        for (uint64_t m = route_able(r, key, ROUTE_THERE, w); m != 0; m &= m - 1) {
            const uint32_t agent = w * 64 + (uint32_t)__builtin_ctzll(m);
            if (!route_refuses(r, item, r->keys[agent].id)) {
                return true;
            }
        }
    }
    return false;
}

/* ---- Items ----------------------------------------------------------------------------------- */

static bool in_head_start(const Route *r, const RouteItemPlace *item, const RouteGroupKey *key)
{
    const uint32_t agent = item->sticky;
    return agent != ROUTE_NONE && item->sticky_until_ms > r->now_ms &&
           route_bit(&r->free, ROUTE_THERE, agent) && route_bit(&r->serves, item->queue, agent) &&
           route_has(r, key->needs, key->need_count, agent) &&
           !route_refuses(r, item, r->keys[agent].id);
}

static void drop_refusals(Route *r, uint32_t place)
{
    RouteItemPlace *item = &r->items[place];
    if (item->agent == ROUTE_NONE) {
        route_unlink(r, &r->queues[item->queue].refused, ROUTE_LINK_REFUSED, place);
    }
    free(item->refused);
    item->refused = NULL;
}

/* Those that have ended go. */
static void end_refusals(Route *r, uint32_t place)
{
    RouteRefusals *refused = r->items[place].refused;
    if (refused == NULL) {
        return;
    }
    size_t kept = 0;
    for (size_t i = 0; i < refused->count; i++) {
        if (refused->rows[i].until_ms > r->now_ms) {
            refused->rows[kept++] = refused->rows[i];
        }
    }
    if (kept < refused->count && r->items[place].group != ROUTE_NONE) {
        route_group_dirty(r, r->items[place].group);
    }
    refused->count = kept;
    if (kept == 0) {
        drop_refusals(r, place);
    }
}

static int64_t sooner(int64_t a_ms, int64_t b_ms)
{
    return a_ms < b_ms ? a_ms : b_ms;
}

/* When time alone changes something for it; steps: those in force. */
static int64_t next_of(const Route *r, const RouteItemPlace *item, uint8_t steps)
{
    const RouteQueuePlace *queue = &r->queues[item->queue];
    int64_t next_ms = ROUTE_NEVER;
    if (steps < queue->set.step_count && item->need_count > 0) {
        next_ms = item->since_ms + queue->steps[steps].after_ms;
    }
    if (item->sticky != ROUTE_NONE && item->sticky_until_ms > r->now_ms) {
        next_ms = sooner(next_ms, item->sticky_until_ms);
    }
    for (size_t i = 0; item->refused != NULL && i < item->refused->count; i++) {
        next_ms = sooner(next_ms, item->refused->rows[i].until_ms);
    }
    return next_ms;
}

void route_item_regroup(Route *r, uint32_t place)
{
    end_refusals(r, place);
    RouteItemPlace *item = &r->items[place];
    RouteGroupKey key = {.queue = item->queue,
                         .only = ROUTE_NONE,
                         .weight = item->weight > 0 ? item->weight : 1,
                         .channel = item->channel,
                         .priority = item->priority};
    const uint8_t steps = route_needs_now(r, item, &key);
    if (in_head_start(r, item, &key)) {
        key.only = item->sticky;
    }
    route_group_join(r, place, &key);
    route_times_set(&r->times, place, next_of(r, item, steps));
}

void route_item_waits(Route *r, uint32_t place)
{
    RouteItemPlace *item = &r->items[place];
    item->agent = item->group = ROUTE_NONE;
    item->offered = false;
    if (item->sticky != ROUTE_NONE) {
        route_link(r, &r->agents[item->sticky].sticky, ROUTE_LINK_STICKY, place);
    }
    if (item->refused != NULL) {
        route_link(r, &r->queues[item->queue].refused, ROUTE_LINK_REFUSED, place);
    }
    route_item_regroup(r, place);
}

void route_item_stops(Route *r, uint32_t place)
{
    const RouteItemPlace *item = &r->items[place];
    route_group_leave(r, place);
    if (item->sticky != ROUTE_NONE) {
        route_unlink(r, &r->agents[item->sticky].sticky, ROUTE_LINK_STICKY, place);
    }
    if (item->refused != NULL) {
        route_unlink(r, &r->queues[item->queue].refused, ROUTE_LINK_REFUSED, place);
    }
    route_times_set(&r->times, place, ROUTE_NEVER);
}

/* ---- Agents ---------------------------------------------------------------------------------- */

void route_agent_room_now(Route *r, uint32_t place)
{
    const RouteAgentPlace *a = &r->agents[place];
    const bool there = route_bit(&r->free, ROUTE_THERE, place);
    r->keys[place].load_ppm =
        a->total > 0 ? (uint32_t)((uint64_t)a->loads * 1000000 / a->total) : UINT32_MAX;
    for (unsigned channel = 0; channel < ROUTE_CHANNELS; channel++) {
        route_bit_set(&r->free, channel, place, there && route_room(r, place, channel, 1));
    }
}

static void load(Route *r, uint32_t place, bool add)
{
    const RouteItemPlace *item = &r->items[place];
    RouteAgentPlace *a = &r->agents[item->agent];
    const uint32_t by = add ? item->weight : 0U - item->weight, one = add ? 1U : 0U - 1U;
    a->load[item->channel] += by;
    a->loads += by;
    a->items += one;
    a->mentions += one;
    a->offers += item->offered ? one : 0;
    route_agent_room_now(r, item->agent);
}

void route_item_given(Route *r, uint32_t place, uint32_t agent, bool offered)
{
    r->items[place].agent = agent;
    r->items[place].offered = offered;
    load(r, place, true);
}

void route_item_taken(Route *r, uint32_t place)
{
    const uint32_t agent = r->items[place].agent;
    load(r, place, false);
    r->items[place].agent = ROUTE_NONE;
    route_agent_dirty(r, agent);
    route_drop_agent(r, agent);
}

/* The shift that lasts or comes; sets in_shift and when that changes. */
static int64_t shift_edge(const Route *r, RouteAgentPlace *a)
{
    size_t i = 0, end = a->shift_count;
    while (i < end) { /* the first that has not ended */
        const size_t middle = (i + end) / 2;
        if (a->shifts[middle].to_ms <= r->now_ms) {
            i = middle + 1;
        } else {
            end = middle;
        }
    }
    if (i == a->shift_count) {
        a->in_shift = a->shift_count == 0;
        return ROUTE_NEVER;
    }
    a->in_shift = a->shifts[i].from_ms <= r->now_ms;
    return a->in_shift ? a->shifts[i].to_ms : a->shifts[i].from_ms;
}

void route_agent_gone(Route *r, uint32_t place)
{
    if (!route_bit(&r->free, ROUTE_THERE, place)) {
        return;
    }
    route_bit_set(&r->free, ROUTE_THERE, place, false);
    for (uint32_t q = 0; q < r->queue_count; q++) {
        uint32_t at = route_bit(&r->serves, q, place) ? r->queues[q].refused : ROUTE_NONE;
        for (; at != ROUTE_NONE; at = r->items[at].links[ROUTE_LINK_REFUSED].next) {
            const RouteItemPlace *item = &r->items[at];
            const RouteGroupKey *key = &r->groups[item->group].key;
            if (route_has(r, key->needs, key->need_count, place) &&
                !route_refuses(r, item, r->keys[place].id) && !route_others(r, item)) {
                route_group_dirty(r, item->group);
            }
        }
    }
}

void route_agent_now(Route *r, uint32_t place)
{
    RouteAgentPlace *a = &r->agents[place];
    route_times_set(&r->shifts, place, shift_edge(r, a));
    const bool there = a->known && a->presence == ROUTE_ONLINE && a->in_shift;
    if (!there) {
        route_agent_gone(r, place);
    }
    route_bit_set(&r->free, ROUTE_THERE, place, there);
    route_agent_room_now(r, place);
    route_agent_dirty(r, place);
    for (uint32_t at = a->sticky; at != ROUTE_NONE;
         at = r->items[at].links[ROUTE_LINK_STICKY].next) {
        route_item_regroup(r, at);
    }
}

void route_pass(Route *r, int64_t now_ms)
{
    r->now_ms = now_ms > r->now_ms ? now_ms : r->now_ms;
    while (route_times_next(&r->shifts) <= r->now_ms) {
        route_agent_now(r, r->shifts.heap[0]);
    }
    while (route_times_next(&r->times) <= r->now_ms) {
        route_item_regroup(r, r->times.heap[0]);
    }
}
