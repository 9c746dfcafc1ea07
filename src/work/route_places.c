// SPDX-License-Identifier: Apache-2.0
/* Places of agents, queues, skills and items: found by id, begun, given back. */
#include "work/route_internal.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_PLACES = 64 };

/* The first place under the hash whose id, `stride` bytes apart from `ids` on, is the one. */
static uint32_t find(const RouteTable *t, int64_t id, const void *ids, size_t stride)
{
    const uint32_t hash = route_hash((uint64_t)id), mask = t->count - 1;
    for (uint32_t b = hash & mask; t->count > 0 && t->buckets[b].place != 0; b = (b + 1) & mask) {
        const uint32_t place = t->buckets[b].place - 1;
        int64_t there;
        memcpy(&there, (const char *)ids + place * stride, sizeof there);
        if (t->buckets[b].hash == hash && there == id) {
            return place;
        }
    }
    return ROUTE_NONE;
}

uint32_t route_find_agent(const Route *r, int64_t id)
{
    return find(&r->agent_table, id, r->keys, sizeof *r->keys);
}

uint32_t route_find_queue(const Route *r, int64_t id)
{
    return find(&r->queue_table, id, r->queues, sizeof *r->queues);
}

uint32_t route_find_item(const Route *r, int64_t id)
{
    return find(&r->item_table, id, r->items, sizeof *r->items);
}

static uint32_t more_room(uint32_t room)
{
    return room > 0 ? 2 * room : FIRST_PLACES;
}

static uint32_t width_for(uint32_t agents)
{
    return (agents + 63) / 64;
}

bool route_reserve_agents(Route *r, uint32_t more)
{
    const uint32_t want = r->agent_count + more; /* free places are not counted: it is simple */
    if (!route_table_reserve(&r->agent_table, want)) {
        return false;
    }
    if (want <= r->agent_room) {
        return true;
    }
    uint32_t room = more_room(r->agent_room);
    while (room < want) {
        room *= 2;
    }
    if (!ROUTE_GROW(r->agents, room) || !ROUTE_GROW(r->keys, room) ||
        !ROUTE_GROW(r->shifts.of, room) || !ROUTE_GROW(r->shifts.heap, room) ||
        !ROUTE_GROW(r->dirty_agents, room) ||
        !route_bits_reserve(&r->free, ROUTE_FREE_ROWS, width_for(room)) ||
        !route_bits_reserve(&r->serves, r->queue_room, width_for(room)) ||
        !route_bits_reserve(&r->skilled, ROUTE_LEVELS * r->skill_room, width_for(room))) {
        return false;
    }
    r->agent_room = room;
    return true;
}

bool route_reserve_items(Route *r)
{
    if (r->item_free != ROUTE_NONE || r->item_count < r->item_room) {
        return true;
    }
    const uint32_t room = more_room(r->item_room);
    if (!ROUTE_GROW(r->items, room) || !ROUTE_GROW(r->times.of, room) ||
        !ROUTE_GROW(r->times.heap, room) || !ROUTE_GROW(r->groups, room) ||
        !ROUTE_GROW(r->dirty_groups, room) || !ROUTE_GROW(r->todo, room) ||
        !route_table_reserve(&r->item_table, room) || !route_table_reserve(&r->group_table, room)) {
        return false;
    }
    r->item_room = room;
    return true;
}

bool route_reserve_queue(Route *r)
{
    if (r->queue_count < r->queue_room) {
        return true;
    }
    const uint32_t room = more_room(r->queue_room);
    if (!ROUTE_GROW(r->queues, room) || !route_table_reserve(&r->queue_table, room) ||
        !route_bits_reserve(&r->serves, room, r->serves.width)) {
        return false;
    }
    r->queue_room = room;
    return true;
}

uint32_t route_agent_at(Route *r, int64_t id)
{
    uint32_t place = route_find_agent(r, id);
    if (place != ROUTE_NONE) {
        return place;
    }
    bool dirty = false;
    if (r->agent_free != ROUTE_NONE) {
        place = r->agent_free;
        r->agent_free = r->agents[place].next_free;
        dirty = r->agents[place].dirty; /* it stands in the list still */
    } else {
        place = r->agent_count++;
    }
    r->agents[place] = (RouteAgentPlace){
        .held = ROUTE_NONE, .sticky = ROUTE_NONE, .in_shift = true, .dirty = dirty};
    r->keys[place] = (RouteAgentKey){.id = id};
    r->shifts.of[place].at = ROUTE_NONE;
    route_table_add(&r->agent_table, route_hash((uint64_t)id), place);
    return place;
}

void route_drop_agent(Route *r, uint32_t place)
{
    RouteAgentPlace *agent = &r->agents[place];
    if (agent->known || agent->mentions > 0) {
        return;
    }
    route_table_remove(&r->agent_table, route_hash((uint64_t)r->keys[place].id), place);
    agent->next_free = r->agent_free;
    r->agent_free = place;
}

uint32_t route_new_item(Route *r, int64_t id)
{
    uint32_t place = r->item_free;
    if (place != ROUTE_NONE) {
        r->item_free = r->items[place].left;
    } else {
        place = r->item_count++;
    }
    r->items[place] = (RouteItemPlace){.id = id};
    r->times.of[place].at = ROUTE_NONE;
    route_table_add(&r->item_table, route_hash((uint64_t)id), place);
    r->item_live++;
    return place;
}

void route_drop_item(Route *r, uint32_t place)
{
    RouteItemPlace *item = &r->items[place];
    route_table_remove(&r->item_table, route_hash((uint64_t)item->id), place);
    free(item->refused);
    *item = (RouteItemPlace){.left = r->item_free};
    r->item_free = place;
    r->item_live--;
}

uint32_t route_new_queue(Route *r, int64_t id)
{
    const uint32_t place = r->queue_count++;
    r->queues[place] = (RouteQueuePlace){.set.id = id, .groups = ROUTE_NONE, .refused = ROUTE_NONE};
    route_table_add(&r->queue_table, route_hash((uint64_t)id), place);
    return place;
}

static bool reserve_skill(Route *r)
{
    if (r->skill_count < r->skill_room) {
        return true;
    }
    const uint32_t room = more_room(r->skill_room);
    if (!ROUTE_GROW(r->skills, room) || !route_table_reserve(&r->skill_table, room) ||
        !route_bits_reserve(&r->skilled, ROUTE_LEVELS * room, r->skilled.width)) {
        return false;
    }
    r->skill_room = room;
    return true;
}

PtStatus route_skill_at(Route *r, int64_t skill, uint16_t *ret_skill, PtError *err)
{
    uint32_t place = find(&r->skill_table, skill, r->skills, sizeof *r->skills);
    if (place == ROUTE_NONE) {
        if (r->skill_count == ROUTE_SKILLS) {
            return pt_fail(err, PT_TOO_LARGE, "more than %d skills", ROUTE_SKILLS);
        }
        if (!reserve_skill(r)) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for a skill");
        }
        place = r->skill_count++;
        r->skills[place] = skill;
        route_table_add(&r->skill_table, route_hash((uint64_t)skill), place);
    }
    *ret_skill = (uint16_t)place;
    return PT_OK;
}
