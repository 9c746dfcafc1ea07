// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "work/route.h"

#include <stdlib.h>

/* How the router keeps things; not part of the door.
 *
 * Items that the same agents fit (queue, channel, weight, priority, needs as they are now, head
 * start) form a group, a tree by waiting time; declined ones are stepped over. So an agent who
 * becomes free looks at the first of each group, and an item at the agents' bits: a row of one bit
 * per agent for each queue, each level of each skill and room in each channel.
 *
 * What changed is noted as dirty agents and groups; route_settle then applies the rule to those.
 * All arrays over items and groups grow when an item is put, so that nothing later can fail.
 */
#define ROUTE_NONE UINT32_MAX /* no place in an array */

typedef struct RouteNeed {
    uint16_t skill; /* place */
    uint8_t level;
} RouteNeed;

/* ---- Parts: route_parts.c -------------------------------------------------------------------- */

/* From hashes to places. The owner compares what stands there. */
typedef struct RouteBucket {
    uint32_t hash, place; /* place + 1; 0: empty */
} RouteBucket;
typedef struct RouteTable {
    RouteBucket *buckets;
    uint32_t count, live; /* count: a power of two, or 0 */
} RouteTable;
bool route_table_reserve(RouteTable *t, uint32_t live);
void route_table_add(RouteTable *t, uint32_t hash, uint32_t place);
void route_table_remove(RouteTable *t, uint32_t hash, uint32_t place);
uint32_t route_hash(uint64_t value);

/* Places by instant: a heap. `of` has one for each place of the array that it goes with. */
typedef struct RouteTime {
    int64_t when_ms;
    uint32_t at; /* in the heap; ROUTE_NONE: not there */
} RouteTime;
typedef struct RouteTimes {
    RouteTime *of;
    uint32_t *heap, count;
} RouteTimes;
void route_times_set(RouteTimes *t, uint32_t place, int64_t when_ms); /* ROUTE_NEVER takes it out */
int64_t route_times_next(const RouteTimes *t);

/* Rows of bits, all of one width. */
typedef struct RouteBits {
    uint64_t *words;
    uint32_t rows, width; /* width in words */
} RouteBits;
bool route_bits_reserve(RouteBits *b, uint32_t rows, uint32_t width);
static inline uint64_t *route_row(const RouteBits *b, size_t row)
{
    return b->words + row * b->width;
}
static inline bool route_bit(const RouteBits *b, size_t row, uint32_t place)
{
    return (route_row(b, row)[place / 64] >> (place % 64) & 1) != 0;
}
void route_bit_set(RouteBits *b, size_t row, uint32_t place, bool on);

/* The array gets room for count elements; false: it is as it was. */
#define ROUTE_GROW(array, count)                                                                   \
    __extension__({                                                                                \
        void *grown_ = realloc((array), (count) * sizeof *(array));                                \
        if (grown_ != NULL) {                                                                      \
            (array) = grown_;                                                                      \
        }                                                                                          \
        grown_ != NULL;                                                                            \
    })

/* ---- What it holds --------------------------------------------------------------------------- */

/* Rows of Route.free: one per channel (there, and room for a unit), then: */
enum { ROUTE_THERE = ROUTE_CHANNELS, ROUTE_FREE_ROWS };

typedef struct RouteAgentPlace {
    bool known; /* put, and not removed: others are only mentioned by items */
    bool in_shift, dirty;
    RoutePresence presence;
    char reason[ROUTE_REASON_BYTES + 1];
    uint16_t capacity[ROUTE_CHANNELS], total, missed;
    uint32_t load[ROUTE_CHANNELS], loads, items, offers;
    uint32_t mentions; /* by items, as holder or with a head start */
    uint32_t held;     /* groups of items within a head start of theirs */
    uint32_t sticky;   /* waiting items that name them */
    uint32_t next_free;
    RouteShift *shifts;
    size_t shift_count;
} RouteAgentPlace;

/* What strategies compare, packed for the scan. */
typedef struct RouteAgentKey {
    int64_t id, idle_since_ms;
    uint32_t load_ppm;
} RouteAgentKey;

typedef struct RouteQueuePlace {
    RouteQueue set; /* but for its steps: */
    RouteStep steps[ROUTE_STEPS];
    uint32_t groups;  /* without a head start */
    uint32_t refused; /* waiting items that somebody declined */
    uint32_t waiting;
    bool seen; /* while settling */
} RouteQueuePlace;

typedef struct RouteRefusals {
    size_t count;
    RouteRefusal rows[ROUTE_REFUSALS];
} RouteRefusals;

typedef struct RouteLink {
    uint32_t prev, next;
} RouteLink;
enum { ROUTE_LINK_STICKY, ROUTE_LINK_REFUSED, ROUTE_LINKS };

typedef struct RouteItemPlace {
    int64_t id, since_ms, sticky_until_ms;
    RouteRefusals *refused;        /* NULL: nobody in force */
    uint32_t queue, agent, sticky; /* agent ROUTE_NONE: waits */
    uint32_t group, left, right;   /* in the group's tree; left is also the list of free places */
    RouteLink links[ROUTE_LINKS];
    uint16_t weight;
    uint8_t channel, priority, need_count;
    bool offered;
    RouteNeed needs[ROUTE_NEEDS]; /* by skill */
} RouteItemPlace;

typedef struct RouteGroupKey {
    uint32_t queue, only; /* only: the agent with a head start, or ROUTE_NONE */
    uint16_t weight;
    uint8_t channel, priority, need_count;
    RouteNeed needs[ROUTE_NEEDS];
} RouteGroupKey;

typedef struct RouteGroup {
    RouteGroupKey key;
    uint32_t hash, root, count;
    uint32_t first; /* of the tree, */
    int64_t first_since_ms, first_id;
    RouteLink link; /* in the queue's list or the agent's; next is also the list of free places */
    bool dirty, queued;
    uint8_t rank; /* while settling: the priority, */
    uint32_t at;  /* and the item that is looked at */
} RouteGroup;

struct Route {
    RouteSink sink;
    int64_t now_ms;
    bool begun;

    RouteAgentPlace *agents;
    RouteAgentKey *keys;
    uint32_t agent_count, agent_room, agent_free;
    RouteTable agent_table;
    RouteTimes shifts;
    RouteBits free, serves, skilled; /* skilled: ROUTE_LEVELS rows per skill, "at least" */

    RouteQueuePlace *queues;
    uint32_t queue_count, queue_room;
    RouteTable queue_table;

    int64_t *skills;
    uint32_t skill_count, skill_room;
    RouteTable skill_table;

    RouteItemPlace *items;
    uint32_t item_count, item_room, item_free, item_live;
    RouteTable item_table;
    RouteTimes times;

    RouteGroup *groups;
    uint32_t group_count, group_free;
    RouteTable group_table;

    uint32_t *dirty_groups, dirty_group_count;
    uint32_t *dirty_agents, dirty_agent_count;
    uint32_t *todo, todo_count; /* groups to settle: a heap by rank */
};

/* ---- Places: route_places.c ------------------------------------------------------------------ */

uint32_t route_find_agent(const Route *r, int64_t id); /* ROUTE_NONE: not there */
uint32_t route_find_queue(const Route *r, int64_t id);
uint32_t route_find_item(const Route *r, int64_t id);
bool route_reserve_agents(Route *r, uint32_t more);
bool route_reserve_items(Route *r);
bool route_reserve_queue(Route *r);
/* The place of one that is there or begins; room was reserved. */
uint32_t route_agent_at(Route *r, int64_t id);
uint32_t route_new_item(Route *r, int64_t id);
uint32_t route_new_queue(Route *r, int64_t id);
PT_NODISCARD PtStatus route_skill_at(Route *r, int64_t skill, uint16_t *ret_skill, PtError *err);
void route_drop_item(Route *r, uint32_t place);
void route_drop_agent(Route *r, uint32_t place); /* if nobody knows it */

/* ---- Groups: route_groups.c ------------------------------------------------------------------ */

bool route_same_needs(const RouteNeed *a, size_t a_count, const RouteNeed *b, size_t b_count);
void route_link(Route *r, uint32_t *head, unsigned which, uint32_t item);
void route_unlink(Route *r, uint32_t *head, unsigned which, uint32_t item);
void route_group_join(Route *r, uint32_t item, const RouteGroupKey *key);
void route_group_leave(Route *r, uint32_t item);
uint32_t route_group_after(const Route *r, uint32_t group,
                           uint32_t item); /* ROUTE_NONE: the last */
void route_group_dirty(Route *r, uint32_t group);
void route_agent_dirty(Route *r, uint32_t agent);

/* ---- What holds now: route_state.c ----------------------------------------------------------- */

/* The needs of a waiting item with the steps in force; returns how many of those there are. */
uint8_t route_needs_now(const Route *r, const RouteItemPlace *item, RouteGroupKey *key);
uint8_t route_priority_now(const Route *r, uint32_t queue, uint8_t priority, int64_t since_ms);
bool route_has(const Route *r, const RouteNeed *needs, size_t count, uint32_t agent);
bool route_room(const Route *r, uint32_t agent, unsigned channel, uint32_t weight);
bool route_refuses(const Route *r, const RouteItemPlace *item, int64_t agent_id);
/* 64 agents from place 64 w on: who has the bit in the row of Route.free, serves and is skilled. */
uint64_t route_able(const Route *r, const RouteGroupKey *key, unsigned free_row, uint32_t w);
/* Someone is there who could take the waiting item and did not decline it. */
bool route_others(const Route *r, const RouteItemPlace *item);
void route_item_waits(Route *r, uint32_t place);   /* takes its place among those that wait */
void route_item_regroup(Route *r, uint32_t place); /* what holds now may be another group */
void route_item_stops(Route *r, uint32_t place);   /* no longer waits */
void route_item_given(Route *r, uint32_t place, uint32_t agent, bool offered);
void route_item_taken(Route *r, uint32_t place); /* from its agent */
/* Before an agent's queues or skills change: of what they might have taken, whoever declined it may
 * be the only one left. */
void route_agent_gone(Route *r, uint32_t place);
void route_agent_room_now(Route *r, uint32_t place);
void route_agent_now(Route *r, uint32_t place); /* presence, shift, queues or skills changed */
void route_pass(Route *r, int64_t now_ms);      /* what time alone changes */

/* ---- The rule: route_settle.c ---------------------------------------------------------------- */

void route_settle(Route *r);
/* Who gets a waiting item as things are; ROUTE_NONE: nobody fits. */
uint32_t route_pick(const Route *r, uint32_t place, uint32_t *ret_candidates);
