// SPDX-License-Identifier: Apache-2.0
#include "work/route_naive.h"

#include <stdlib.h>
#include <string.h>

NaiveItem *naive_item(Naive *n, int64_t id)
{
    for (size_t i = 0; i < n->item_count; i++) {
        if (n->items[i].set.id == id) {
            return &n->items[i];
        }
    }
    return NULL;
}

NaiveAgent *naive_agent(Naive *n, int64_t id)
{
    for (size_t i = 0; i < n->agent_count; i++) {
        if (n->agents[i].set.id == id) {
            return &n->agents[i];
        }
    }
    return NULL;
}

static RouteQueue *find_queue(Naive *n, int64_t id)
{
    for (size_t i = 0; i < n->queue_count; i++) {
        if (n->queues[i].id == id) {
            return &n->queues[i];
        }
    }
    return NULL;
}

static RouteQueue *queue_of(Naive *n, int64_t id)
{
    RouteQueue *queue = find_queue(n, id);
    if (queue == NULL) {
        abort();
    }
    return queue;
}

static NaiveItem *item_of(Naive *n, int64_t id)
{
    NaiveItem *item = naive_item(n, id);
    if (item == NULL) {
        abort();
    }
    return item;
}

/* ---- What holds ------------------------------------------------------------------------------ */

static bool there(const Naive *n, const NaiveAgent *a)
{
    bool in_shift = a->set.shift_count == 0;
    for (size_t i = 0; i < a->set.shift_count; i++) {
        in_shift |= a->shifts[i].from_ms <= n->now_ms && n->now_ms < a->shifts[i].to_ms;
    }
    return in_shift && a->set.presence == ROUTE_ONLINE;
}

static unsigned level_of(const NaiveAgent *a, int64_t skill)
{
    for (size_t i = 0; i < a->set.skill_count; i++) {
        if (a->skills[i].skill == skill) {
            return a->skills[i].level;
        }
    }
    return 0;
}

static unsigned steps_in_force(Naive *n, const RouteItem *item)
{
    const RouteQueue *queue = queue_of(n, item->queue);
    unsigned count = 0;
    for (size_t i = 0; i < queue->step_count; i++) {
        count += item->since_ms + queue->steps[i].after_ms <= n->now_ms;
    }
    return count;
}

static bool able(Naive *n, const RouteItem *item, const NaiveAgent *a, unsigned steps)
{
    const RouteQueue *queue = queue_of(n, item->queue);
    bool serves = false, has = true;
    for (size_t i = 0; i < a->set.queue_count; i++) {
        serves |= a->queues[i] == item->queue;
    }
    for (size_t i = 0; i < item->need_count; i++) {
        unsigned level = item->needs[i].level;
        for (unsigned s = 0; s < steps; s++) {
            const RouteStep *step = &queue->steps[s];
            const int64_t last = step->last_skill != 0 ? step->last_skill : step->skill;
            const int64_t skill = item->needs[i].skill;
            if ((step->skill == 0 || (step->skill <= skill && skill <= last)) &&
                level > step->level) {
                level = step->level;
            }
        }
        has &= level_of(a, item->needs[i].skill) >= level;
    }
    return serves && has;
}

static bool refuses(const Naive *n, const NaiveItem *item, int64_t agent)
{
    for (size_t i = 0; i < item->refusal_count; i++) {
        if (item->refusals[i].agent == agent && item->refusals[i].until_ms > n->now_ms) {
            return true;
        }
    }
    return false;
}

static bool room(const Naive *n, const NaiveAgent *a, const RouteItem *item)
{
    uint32_t load = item->weight > 0 ? item->weight : 1, all = load;
    for (size_t i = 0; i < n->item_count; i++) {
        const RouteItem *other = &n->items[i].set;
        if (other->agent == a->set.id) {
            all += other->weight;
            load += other->channel == item->channel ? other->weight : 0;
        }
    }
    return load <= a->set.capacity[item->channel] && all <= a->set.total;
}

static bool held_for(Naive *n, const NaiveItem *item, const NaiveAgent *a)
{
    return a != NULL && item->set.sticky_agent == a->set.id &&
           item->set.sticky_until_ms > n->now_ms && there(n, a) &&
           able(n, &item->set, a, steps_in_force(n, &item->set)) && !refuses(n, item, a->set.id);
}

static bool others(Naive *n, const NaiveItem *item)
{
    bool any = false;
    for (size_t i = 0; i < n->agent_count; i++) {
        const NaiveAgent *a = &n->agents[i];
        any |= there(n, a) && able(n, &item->set, a, steps_in_force(n, &item->set)) &&
               !refuses(n, item, a->set.id);
    }
    return any;
}

static bool fits(Naive *n, const NaiveItem *item, const NaiveAgent *a)
{
    const NaiveAgent *sticky = naive_agent(n, item->set.sticky_agent);
    return item->set.agent == 0 && queue_of(n, item->set.queue)->on && there(n, a) &&
           able(n, &item->set, a, steps_in_force(n, &item->set)) && room(n, a, &item->set) &&
           (sticky == a || !held_for(n, item, sticky)) &&
           (!refuses(n, item, a->set.id) || !others(n, item));
}

static int64_t rank(Naive *n, const RouteItem *item)
{
    const RouteQueue *queue = queue_of(n, item->queue);
    const int64_t best = queue->ageing_best > 0 ? queue->ageing_best : 1;
    int64_t priority = item->priority;
    for (int64_t at_ms = item->since_ms + queue->ageing_ms;
         queue->ageing_ms > 0 && at_ms <= n->now_ms && priority > best; at_ms += queue->ageing_ms) {
        priority--;
    }
    return priority;
}

/* ---- The rule -------------------------------------------------------------------------------- */

static int64_t load_ppm(const Naive *n, const NaiveAgent *a)
{
    int64_t load = 0;
    for (size_t i = 0; i < n->item_count; i++) {
        load += n->items[i].set.agent == a->set.id ? n->items[i].set.weight : 0;
    }
    return load * 1000000 / a->set.total;
}

static int64_t skill_sum(const RouteItem *item, const NaiveAgent *a)
{
    int64_t sum = 0;
    for (size_t i = 0; i < item->need_count; i++) {
        sum += level_of(a, item->needs[i].skill);
    }
    return sum;
}

/* Less is better: three numbers in turn. */
static void strategy_key(Naive *n, const RouteItem *item, const NaiveAgent *a, int64_t *key)
{
    const RouteQueue *queue = queue_of(n, item->queue);
    key[0] = 0;
    key[1] = a->set.idle_since_ms;
    key[2] = a->set.id;
    if (queue->strategy == ROUTE_LEAST_LOADED) {
        key[0] = load_ppm(n, a);
    } else if (queue->strategy == ROUTE_PROFICIENCY) {
        key[0] = -skill_sum(item, a);
    } else if (queue->strategy == ROUTE_ROUND_ROBIN) {
        key[0] = a->set.id > queue->last_agent ? 0 : 1;
        key[1] = 0;
    }
}

static bool less(const int64_t *a, const int64_t *b)
{
    size_t i = 0;
    while (i < 2 && a[i] == b[i]) {
        i++;
    }
    return a[i] < b[i];
}

static NaiveAgent *choose(Naive *n, const NaiveItem *item, uint32_t *ret_candidates)
{
    NaiveAgent *best = NULL;
    *ret_candidates = 0;
    for (size_t i = 0; i < n->agent_count; i++) {
        NaiveAgent *a = &n->agents[i];
        int64_t key[3], best_key[3];
        if (!fits(n, item, a)) {
            continue;
        }
        ++*ret_candidates;
        strategy_key(n, &item->set, a, key);
        if (best != NULL) {
            strategy_key(n, &item->set, best, best_key);
        }
        if (best == NULL || less(key, best_key)) {
            best = a;
        }
    }
    return best;
}

static void record(Naive *n, const RouteDecision *decision)
{
    if (n->decision_count < NAIVE_DECISIONS) {
        n->decisions[n->decision_count++] = *decision;
    }
}

static void settle(Naive *n)
{
    for (;;) {
        NaiveItem *best = NULL;
        uint32_t candidates;
        for (size_t i = 0; i < n->item_count; i++) {
            NaiveItem *item = &n->items[i];
            const int64_t key[3] = {rank(n, &item->set), item->set.since_ms, item->set.id};
            const int64_t best_key[3] = {best != NULL ? rank(n, &best->set) : 0,
                                         best != NULL ? best->set.since_ms : 0,
                                         best != NULL ? best->set.id : 0};
            if ((best == NULL || less(key, best_key)) && choose(n, item, &candidates) != NULL) {
                best = item;
            }
        }
        if (best == NULL) {
            return;
        }
        NaiveAgent *agent = choose(n, best, &candidates);
        RouteQueue *queue = queue_of(n, best->set.queue);
        record(n,
               &(RouteDecision){
                   .kind = queue->offer ? ROUTE_OFFERED : ROUTE_ASSIGNED,
                   .at_ms = n->now_ms,
                   .item = best->set.id,
                   .agent = agent->set.id,
                   .queue = queue->id,
                   .strategy = queue->strategy,
                   .priority = (uint8_t)rank(n, &best->set),
                   .waited_ms = n->now_ms > best->set.since_ms ? n->now_ms - best->set.since_ms : 0,
                   .candidates = candidates,
                   .steps = (uint8_t)steps_in_force(n, &best->set),
                   .relaxed = !able(n, &best->set, agent, 0),
                   .sticky = held_for(n, best, agent),
                   .again = refuses(n, best, agent->set.id),
               });
        best->set.agent = agent->set.id;
        best->set.offered = queue->offer;
        agent->set.idle_since_ms = n->now_ms;
        queue->last_agent = agent->set.id;
    }
}

/* ---- Events ---------------------------------------------------------------------------------- */

void naive_advance(Naive *n, int64_t now_ms)
{
    n->begun = false;
    n->now_ms = now_ms;
    settle(n);
}

static void after_event(Naive *n, int64_t now_ms)
{
    n->now_ms = now_ms;
    if (!n->begun) {
        settle(n);
    }
}

void naive_queue_put(Naive *n, const RouteQueue *queue, int64_t now_ms)
{
    RouteQueue *q = find_queue(n, queue->id);
    const int64_t last = q != NULL ? q->last_agent : 0;
    q = q != NULL ? q : &n->queues[n->queue_count++];
    *q = *queue;
    q->last_agent = queue->last_agent != 0 ? queue->last_agent : last;
    RouteStep *steps = n->steps[q - n->queues];
    memcpy(steps, queue->steps, queue->step_count * sizeof *steps);
    q->steps = steps;
    after_event(n, now_ms);
}

void naive_agent_put(Naive *n, const RouteAgent *agent, int64_t now_ms)
{
    NaiveAgent *a = naive_agent(n, agent->id);
    const bool came =
        a == NULL || (agent->presence == ROUTE_ONLINE && a->set.presence != ROUTE_ONLINE);
    const uint16_t missed = a == NULL ? agent->missed : came ? 0 : a->set.missed;
    const int64_t idle_ms = came ? now_ms : a->set.idle_since_ms;
    a = a != NULL ? a : &n->agents[n->agent_count++];
    a->set = *agent;
    a->set.missed = missed;
    a->set.idle_since_ms = agent->idle_since_ms != 0 ? agent->idle_since_ms : idle_ms;
    memcpy(a->queues, agent->queues, agent->queue_count * sizeof *a->queues);
    memcpy(a->skills, agent->skills, agent->skill_count * sizeof *a->skills);
    memcpy(a->shifts, agent->shifts, agent->shift_count * sizeof *a->shifts);
    a->set.queues = a->queues;
    a->set.skills = a->skills;
    a->set.shifts = a->shifts;
    after_event(n, now_ms);
}

void naive_agent_remove(Naive *n, int64_t id, int64_t now_ms)
{
    NaiveAgent *a = naive_agent(n, id);
    if (a != NULL) {
        *a = n->agents[--n->agent_count];
        a->set.queues = a->queues;
        a->set.skills = a->skills;
        a->set.shifts = a->shifts;
    }
    after_event(n, now_ms);
}

void naive_agent_presence(Naive *n, int64_t id, RoutePresence presence, int64_t now_ms)
{
    NaiveAgent *a = naive_agent(n, id);
    if (presence == ROUTE_ONLINE && a->set.presence != ROUTE_ONLINE) {
        a->set.idle_since_ms = now_ms;
        a->set.missed = 0;
    }
    a->set.presence = presence;
    after_event(n, now_ms);
}

static void touch(Naive *n, int64_t agent, int64_t at_ms)
{
    NaiveAgent *a = naive_agent(n, agent);
    if (a != NULL && a->set.idle_since_ms < at_ms) {
        a->set.idle_since_ms = at_ms;
    }
}

void naive_item_put(Naive *n, const RouteItem *item, int64_t now_ms)
{
    NaiveItem *i = naive_item(n, item->id);
    const int64_t had = i != NULL ? i->set.agent : 0;
    if (i == NULL) {
        i = &n->items[n->item_count++];
        i->refusal_count = 0;
    }
    if (had != 0 && had != item->agent) {
        touch(n, had, now_ms);
    }
    if (item->agent != 0 && item->agent != had) {
        touch(n, item->agent, item->given_ms);
    }
    i->set = *item;
    i->set.offered = item->agent != 0 && item->offered;
    if (item->refusals != NULL) {
        memcpy(i->refusals, item->refusals, item->refusal_count * sizeof *i->refusals);
        i->refusal_count = item->refusal_count;
    }
    after_event(n, now_ms);
}

void naive_item_remove(Naive *n, int64_t id, int64_t now_ms)
{
    NaiveItem *i = naive_item(n, id);
    if (i != NULL) {
        touch(n, i->set.agent, now_ms);
        *i = n->items[--n->item_count];
    }
    after_event(n, now_ms);
}

void naive_accepted(Naive *n, int64_t id, int64_t now_ms)
{
    NaiveItem *i = item_of(n, id);
    i->set.offered = false;
    NaiveAgent *a = naive_agent(n, i->set.agent);
    if (a != NULL) {
        a->set.missed = 0;
    }
    after_event(n, now_ms);
}

static void refuse(NaiveItem *i, int64_t agent, int64_t until_ms)
{
    size_t at = 0;
    while (at < i->refusal_count && i->refusals[at].agent != agent) {
        at++;
    }
    i->refusals[at] = (RouteRefusal){.agent = agent, .until_ms = until_ms};
    i->refusal_count += at == i->refusal_count;
}

void naive_not_taken(Naive *n, int64_t id, bool missed, int64_t now_ms)
{
    NaiveItem *i = item_of(n, id);
    NaiveAgent *a = naive_agent(n, i->set.agent);
    const RouteQueue *queue = queue_of(n, i->set.queue);
    n->now_ms = now_ms;
    if (missed && a != NULL) {
        a->set.missed++;
        if (queue->away_after > 0 && a->set.missed >= queue->away_after &&
            a->set.presence == ROUTE_ONLINE) {
            a->set.presence = ROUTE_AWAY;
            record(n, &(RouteDecision){.kind = ROUTE_SET_AWAY,
                                       .at_ms = now_ms,
                                       .item = id,
                                       .agent = a->set.id,
                                       .queue = queue->id,
                                       .strategy = queue->strategy});
        }
    }
    if (queue->refused_ms > 0) {
        refuse(i, i->set.agent, now_ms + queue->refused_ms);
    }
    i->set.agent = 0;
    i->set.offered = false;
    after_event(n, now_ms);
}
