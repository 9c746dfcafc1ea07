// SPDX-License-Identifier: Apache-2.0
/* The rule: items in order of rank choose agents. Only what changed is looked at, since before the
 * change nothing that waited fitted anybody. */
#include "work/route_internal.h"

enum {
    FEW_AGENTS = 4,
    FEW_GROUPS = 64
}; /* beyond them all groups in question are ordered at once */

/* ---- Who gets an item ------------------------------------------------------------------------ */

static bool longer_idle(const Route *r, uint32_t a, uint32_t b)
{
    const RouteAgentKey *x = &r->keys[a], *y = &r->keys[b];
    return x->idle_since_ms != y->idle_since_ms ? x->idle_since_ms < y->idle_since_ms
                                                : x->id < y->id;
}

static uint32_t proficiency(const Route *r, const RouteItemPlace *item, uint32_t agent)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < item->need_count; i++) {
        for (size_t level = 0; level < ROUTE_LEVELS; level++) {
            sum +=
                route_bit(&r->skilled, (size_t)item->needs[i].skill * ROUTE_LEVELS + level, agent);
        }
    }
    return sum;
}

/* Agent a goes before the best one so far. */
static bool better(const Route *r, const RouteItemPlace *item, uint32_t a, uint32_t best)
{
    const RouteQueue *queue = &r->queues[item->queue].set;
    const RouteAgentKey *x = &r->keys[a], *y = &r->keys[best];
    switch (queue->strategy) {
    case ROUTE_LEAST_LOADED:
        return x->load_ppm != y->load_ppm ? x->load_ppm < y->load_ppm : longer_idle(r, a, best);
    case ROUTE_ROUND_ROBIN: {
        const bool ahead_x = x->id > queue->last_agent, ahead_y = y->id > queue->last_agent;
        return ahead_x != ahead_y ? ahead_x : x->id < y->id;
    }
    case ROUTE_PROFICIENCY: {
        const uint32_t sum_x = proficiency(r, item, a), sum_y = proficiency(r, item, best);
        return sum_x != sum_y ? sum_x > sum_y : longer_idle(r, a, best);
    }
    case ROUTE_LONGEST_IDLE:
    case ROUTE_STRATEGIES:
        break;
    }
    return longer_idle(r, a, best);
}

uint32_t route_pick(const Route *r, uint32_t place, uint32_t *ret_candidates)
{
    const RouteItemPlace *item = &r->items[place];
    const RouteGroupKey *key = &r->groups[item->group].key;
    uint32_t best = ROUTE_NONE, count = 0;
    if (!r->queues[key->queue].set.on) {
        return ROUTE_NONE;
    }
    if (key->only != ROUTE_NONE) {
        *ret_candidates = 1;
        return route_room(r, key->only, key->channel, key->weight) ? key->only : ROUTE_NONE;
    }
    const bool barred = item->refused != NULL && route_others(r, item);
    for (uint32_t w = 0; w < r->free.width; w++) {
        for (uint64_t m = route_able(r, key, key->channel, w); m != 0; m &= m - 1) {
            const uint32_t agent = w * 64 + (uint32_t)__builtin_ctzll(m);
            if ((key->weight > 1 && !route_room(r, agent, key->channel, key->weight)) ||
                (barred && route_refuses(r, item, r->keys[agent].id))) {
                continue;
            }
            count++;
            if (best == ROUTE_NONE || better(r, item, agent, best)) {
                best = agent;
            }
        }
    }
    *ret_candidates = count;
    return best;
}

/* What was needed at first, beside what is needed now. */
static uint8_t tell_needs(const Route *r, const RouteItemPlace *item, const RouteGroupKey *now,
                          RouteNeeded *needs)
{
    for (size_t i = 0; i < item->need_count; i++) {
        const RouteNeed *need = &item->needs[i];
        needs[i] = (RouteNeeded){.skill = r->skills[need->skill], .level = need->level};
        for (size_t k = 0; k < now->need_count; k++) {
            if (now->needs[k].skill == need->skill) {
                needs[i].still = now->needs[k].level;
            }
        }
    }
    return item->need_count;
}

static void give(Route *r, uint32_t place, uint32_t agent, uint32_t candidates)
{
    RouteItemPlace *item = &r->items[place];
    RouteQueue *queue = &r->queues[item->queue].set;
    RouteGroupKey now = {0};
    const uint8_t steps = route_needs_now(r, item, &now);
    RouteDecision decision = {
        .kind = queue->offer ? ROUTE_OFFERED : ROUTE_ASSIGNED,
        .at_ms = r->now_ms,
        .item = item->id,
        .agent = r->keys[agent].id,
        .queue = queue->id,
        .strategy = queue->strategy,
        .priority = route_priority_now(r, item->queue, item->priority, item->since_ms),
        .waited_ms = r->now_ms > item->since_ms ? r->now_ms - item->since_ms : 0,
        .candidates = candidates,
        .steps = steps,
        .relaxed = !route_has(r, item->needs, item->need_count, agent),
        .sticky = r->groups[item->group].key.only != ROUTE_NONE,
        .again = route_refuses(r, item, r->keys[agent].id),
    };
    decision.need_count = tell_needs(r, item, &now, decision.needs);
    route_item_stops(r, place);
    r->keys[agent].idle_since_ms = r->now_ms;
    queue->last_agent = decision.agent;
    route_item_given(r, place, agent, queue->offer);
    r->sink.decided(r->sink.ctx, &decision);
}

/* ---- One thing has changed, or a few --------------------------------------------------------- */

typedef struct Best {
    uint32_t item; /* ROUTE_NONE: nothing so far */
    uint8_t rank;
    int64_t since_ms, id;
} Best;

static bool ranks_before(uint8_t rank, int64_t since_ms, int64_t id, const Best *best)
{
    if (best->item == ROUTE_NONE || rank != best->rank) {
        return best->item == ROUTE_NONE || rank < best->rank;
    }
    return since_ms != best->since_ms ? since_ms < best->since_ms : id < best->id;
}

/* Takes the first item of the group that the agent did not decline, if it ranks before the best. */
static void consider(const Route *r, const RouteGroup *g, uint32_t agent, Best *best)
{
    const RouteGroupKey *key = &g->key;
    const uint8_t rank = route_priority_now(r, key->queue, key->priority, g->first_since_ms);
    if (!ranks_before(rank, g->first_since_ms, g->first_id, best) ||
        !route_room(r, agent, key->channel, key->weight) ||
        !route_has(r, key->needs, key->need_count, agent)) {
        return;
    }
    uint32_t at = g->first;
    while (at != ROUTE_NONE && route_refuses(r, &r->items[at], r->keys[agent].id) &&
           route_others(r, &r->items[at])) {
        at = route_group_after(r, (uint32_t)(g - r->groups), at);
    }
    if (at == ROUTE_NONE) {
        return;
    }
    const RouteItemPlace *item = &r->items[at];
    const uint8_t own = route_priority_now(r, key->queue, key->priority, item->since_ms);
    if (ranks_before(own, item->since_ms, item->id, best)) {
        *best = (Best){.item = at, .rank = own, .since_ms = item->since_ms, .id = item->id};
    }
}

static void best_for(const Route *r, uint32_t agent, Best *best)
{
    for (uint32_t q = 0; q < r->queue_count; q++) {
        if (!r->queues[q].set.on || !route_bit(&r->serves, q, agent)) {
            continue;
        }
        for (uint32_t g = r->queues[q].groups; g != ROUTE_NONE; g = r->groups[g].link.next) {
            consider(r, &r->groups[g], agent, best);
        }
    }
    for (uint32_t g = r->agents[agent].held; g != ROUTE_NONE; g = r->groups[g].link.next) {
        if (r->queues[r->groups[g].key.queue].set.on) {
            consider(r, &r->groups[g], agent, best);
        }
    }
}

static bool any_room(const Route *r, uint32_t agent)
{
    bool any = false;
    for (unsigned channel = 0; !any && channel < ROUTE_CHANNELS; channel++) {
        any = route_bit(&r->free, channel, agent);
    }
    return any;
}

/* The first item of a group that somebody fits. Where one that nobody declined fits nobody, no
 * later one does. */
static void consider_group(const Route *r, uint32_t place, Best *best)
{
    const RouteGroup *g = &r->groups[place];
    uint32_t at = g->count > 0 && r->queues[g->key.queue].set.on ? g->first : ROUTE_NONE;
    while (at != ROUTE_NONE) {
        const RouteItemPlace *item = &r->items[at];
        const uint8_t rank = route_priority_now(r, g->key.queue, g->key.priority, item->since_ms);
        uint32_t candidates;
        if (!ranks_before(rank, item->since_ms, item->id, best)) {
            return;
        }
        if (route_pick(r, at, &candidates) != ROUTE_NONE) {
            *best = (Best){.item = at, .rank = rank, .since_ms = item->since_ms, .id = item->id};
            return;
        }
        at = item->refused != NULL ? route_group_after(r, place, at) : ROUTE_NONE;
    }
}

/* The best-ranked item that fits a dirty agent, or waits in a dirty group and fits anybody. */
static Best best_of_dirty(const Route *r)
{
    Best best = {.item = ROUTE_NONE};
    for (uint32_t i = 0; i < r->dirty_agent_count; i++) {
        if (any_room(r, r->dirty_agents[i])) {
            best_for(r, r->dirty_agents[i], &best);
        }
    }
    for (uint32_t i = 0; i < r->dirty_group_count; i++) {
        consider_group(r, r->dirty_groups[i], &best);
    }
    return best;
}

static void settle_few(Route *r)
{
    for (Best best = best_of_dirty(r); best.item != ROUTE_NONE; best = best_of_dirty(r)) {
        uint32_t candidates = 0;
        const uint32_t agent = route_pick(r, best.item, &candidates);
        give(r, best.item, agent, candidates);
    }
    for (uint32_t i = 0; i < r->dirty_agent_count; i++) {
        r->agents[r->dirty_agents[i]].dirty = false;
    }
    for (uint32_t i = 0; i < r->dirty_group_count; i++) {
        r->groups[r->dirty_groups[i]].dirty = false;
    }
    r->dirty_agent_count = r->dirty_group_count = 0;
}

/* ---- Many things have changed ---------------------------------------------------------------- */

static bool group_before(const Route *r, uint32_t a, uint32_t b)
{
    const RouteGroup *x = &r->groups[a], *y = &r->groups[b];
    const Best best = {.item = y->at,
                       .rank = y->rank,
                       .since_ms = r->items[y->at].since_ms,
                       .id = r->items[y->at].id};
    return ranks_before(x->rank, r->items[x->at].since_ms, r->items[x->at].id, &best);
}

static void sink_group(Route *r, uint32_t at)
{
    const uint32_t group = r->todo[at];
    for (uint32_t child = 2 * at + 1; child < r->todo_count; child = 2 * at + 1) {
        if (child + 1 < r->todo_count && group_before(r, r->todo[child + 1], r->todo[child])) {
            child++;
        }
        if (!group_before(r, r->todo[child], group)) {
            break;
        }
        r->todo[at] = r->todo[child];
        at = child;
    }
    r->todo[at] = group;
}

static void look_at(Route *r, RouteGroup *g, uint32_t item)
{
    g->at = item;
    g->rank = route_priority_now(r, g->key.queue, g->key.priority, r->items[item].since_ms);
}

static void queue_group(Route *r, uint32_t place)
{
    RouteGroup *g = &r->groups[place];
    if (g->count > 0 && !g->queued && r->queues[g->key.queue].set.on) {
        g->queued = true;
        look_at(r, g, g->first);
        r->todo[r->todo_count++] = place;
    }
}

static void queue_list(Route *r, uint32_t head)
{
    for (uint32_t g = head; g != ROUTE_NONE; g = r->groups[g].link.next) {
        queue_group(r, g);
    }
}

static void queue_of_agent(Route *r, uint32_t agent)
{
    for (uint32_t q = 0; q < r->queue_count; q++) {
        if (!r->queues[q].seen && route_bit(&r->serves, q, agent)) {
            r->queues[q].seen = true;
            queue_list(r, r->queues[q].groups);
        }
    }
    queue_list(r, r->agents[agent].held);
}

static void collect(Route *r)
{
    for (uint32_t q = 0; q < r->queue_count; q++) {
        r->queues[q].seen = false;
    }
    for (uint32_t i = 0; i < r->dirty_group_count; i++) {
        r->groups[r->dirty_groups[i]].dirty = false;
        queue_group(r, r->dirty_groups[i]);
    }
    for (uint32_t i = 0; i < r->dirty_agent_count; i++) {
        const uint32_t agent = r->dirty_agents[i];
        r->agents[agent].dirty = false;
        if (r->agents[agent].known && any_room(r, agent)) {
            queue_of_agent(r, agent);
        }
    }
    r->dirty_group_count = r->dirty_agent_count = 0;
    for (uint32_t at = r->todo_count / 2; at-- > 0;) {
        sink_group(r, at);
    }
}

/* Of the first group its item gets an agent, or is passed over. Where one that nobody declined fits
 * nobody, no later one of its group does. */
static void settle_first(Route *r)
{
    RouteGroup *g = &r->groups[r->todo[0]];
    const uint32_t item = g->at;
    uint32_t candidates = 0;
    const uint32_t agent = route_pick(r, item, &candidates);
    uint32_t next = ROUTE_NONE;
    if (agent != ROUTE_NONE || r->items[item].refused != NULL) {
        next = route_group_after(r, r->todo[0], item);
    }
    if (agent != ROUTE_NONE) {
        give(r, item, agent, candidates);
    }
    if (next != ROUTE_NONE) {
        look_at(r, g, next);
    } else {
        g->queued = false;
        r->todo[0] = r->todo[--r->todo_count];
    }
    if (r->todo_count > 0) {
        sink_group(r, 0);
    }
}

void route_settle(Route *r)
{
    if (r->begun) {
        return;
    }
    if (r->dirty_agent_count <= FEW_AGENTS && r->dirty_group_count <= FEW_GROUPS) {
        settle_few(r);
        return;
    }
    collect(r);
    while (r->todo_count > 0) {
        settle_first(r);
    }
}
