// SPDX-License-Identifier: Apache-2.0
/* Queues, agents and items as they are put: bounds first, then room, then what cannot fail. */
#include "work/route_internal.h"

#include <stdlib.h>
#include <string.h>

static const int64_t span_max_ms = INT64_C(10) * 366 * 86400000; /* ten years */
static const int64_t instant_max_ms = INT64_C(1) << 53;

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for routing");
}

/* A number of the caller's within its bounds. */
typedef struct Field {
    const char *name;
    int64_t value, least, most;
} Field;

static PtStatus check_fields(const Field *fields, size_t count, PtError *err)
{
    for (size_t i = 0; i < count; i++) {
        const Field *f = &fields[i];
        if (f->value < f->least || f->value > f->most) {
            return pt_fail(err, PT_INVALID, "%s is %lld, not %lld..%lld", f->name,
                           (long long)f->value, (long long)f->least, (long long)f->most);
        }
    }
    return PT_OK;
}

#define CHECK_FIELDS(err, ...)                                                                     \
    check_fields((const Field[]){__VA_ARGS__},                                                     \
                 sizeof((const Field[]){__VA_ARGS__}) / sizeof(Field), err)

static PtStatus check_count(const char *name, size_t count, size_t most, PtError *err)
{
    return count <= most ? PT_OK
                         : pt_fail(err, PT_TOO_LARGE, "%s has %zu entries, at most %zu are taken",
                                   name, count, most);
}

/* ---- Queues ---------------------------------------------------------------------------------- */

static PtStatus check_queue(const RouteQueue *q, PtError *err)
{
    PtStatus st = CHECK_FIELDS(
        err, {"queue", q->id, 1, INT64_MAX}, {"strategy", q->strategy, 0, ROUTE_STRATEGIES - 1},
        {"ageing_ms", q->ageing_ms, 0, span_max_ms},
        {"ageing_best", q->ageing_best, 0, ROUTE_PRIORITIES},
        {"refused_ms", q->refused_ms, 0, span_max_ms}, {"last_agent", q->last_agent, 0, INT64_MAX});
    if (st == PT_OK) {
        st = check_count("steps", q->step_count, ROUTE_STEPS, err);
    }
    int64_t after_ms = 1;
    for (size_t i = 0; st == PT_OK && i < q->step_count; i++) {
        const RouteStep *step = &q->steps[i];
        st = CHECK_FIELDS(err, {"steps.after_ms", step->after_ms, after_ms, span_max_ms},
                          {"steps.skill", step->skill, 0, INT64_MAX},
                          {"steps.level", step->level, 0, ROUTE_LEVELS},
                          {"steps.last_skill", step->last_skill, 0, INT64_MAX});
        after_ms = step->after_ms;
    }
    return st;
}

PtStatus route_queue_put(Route *r, const RouteQueue *queue, int64_t now_ms, PtError *err)
{
    const PtStatus st = check_queue(queue, err);
    if (st != PT_OK) {
        return st;
    }
    uint32_t place = route_find_queue(r, queue->id);
    if (place == ROUTE_NONE && r->queue_count == ROUTE_QUEUES) {
        return pt_fail(err, PT_TOO_LARGE, "more than %d queues", ROUTE_QUEUES);
    }
    if (place == ROUTE_NONE && !route_reserve_queue(r)) {
        return no_memory(err);
    }
    route_pass(r, now_ms);
    if (place == ROUTE_NONE) {
        place = route_new_queue(r, queue->id);
    }
    RouteQueuePlace *q = &r->queues[place];
    const int64_t last_agent = queue->last_agent != 0 ? queue->last_agent : q->set.last_agent;
    q->set = *queue;
    q->set.steps = NULL; /* the copy is */
    q->set.last_agent = last_agent;
    q->set.ageing_best = queue->ageing_best > 0 ? queue->ageing_best : 1;
    for (size_t i = 0; i < queue->step_count; i++) {
        q->steps[i] = queue->steps[i];
    }
    for (uint32_t i = 0; i < r->item_count && q->waiting > 0; i++) {
        if (r->items[i].id != 0 && r->items[i].queue == place && r->items[i].agent == ROUTE_NONE) {
            route_item_regroup(r, i);
            route_group_dirty(r, r->items[i].group);
        }
    }
    route_settle(r);
    return PT_OK;
}

/* ---- Agents ---------------------------------------------------------------------------------- */

static PtStatus check_shifts(const RouteAgent *a, PtError *err)
{
    PtStatus st = check_count("shifts", a->shift_count, ROUTE_AGENT_SHIFTS, err);
    int64_t from_ms = -instant_max_ms;
    for (size_t i = 0; st == PT_OK && i < a->shift_count; i++) {
        const RouteShift *shift = &a->shifts[i];
        st = CHECK_FIELDS(err, {"shifts.from_ms", shift->from_ms, from_ms, instant_max_ms},
                          {"shifts.to_ms", shift->to_ms, shift->from_ms + 1, instant_max_ms});
        from_ms = shift->to_ms;
    }
    return st;
}

static PtStatus check_agent(const Route *r, const RouteAgent *a, PtError *err)
{
    PtStatus st = CHECK_FIELDS(err, {"agent", a->id, 1, INT64_MAX},
                               {"presence", a->presence, 0, ROUTE_PRESENCES - 1},
                               {"reason bytes", (int64_t)a->reason.len, 0, ROUTE_REASON_BYTES},
                               {"total", a->total, 0, ROUTE_UNITS},
                               {"idle_since_ms", a->idle_since_ms, 0, instant_max_ms});
    for (size_t i = 0; st == PT_OK && i < ROUTE_CHANNELS; i++) {
        st = CHECK_FIELDS(err, {"capacity", a->capacity[i], 0, ROUTE_UNITS});
    }
    if (st == PT_OK) {
        st = check_count("skills", a->skill_count, ROUTE_AGENT_SKILLS, err);
    }
    for (size_t i = 0; st == PT_OK && i < a->skill_count; i++) {
        st = CHECK_FIELDS(err, {"skills.skill", a->skills[i].skill, 1, INT64_MAX},
                          {"skills.level", a->skills[i].level, 1, ROUTE_LEVELS});
    }
    if (st == PT_OK) {
        st = check_count("queues", a->queue_count, ROUTE_QUEUES, err);
    }
    for (size_t i = 0; st == PT_OK && i < a->queue_count; i++) {
        if (route_find_queue(r, a->queues[i]) == ROUTE_NONE) {
            st = pt_fail(err, PT_NOT_FOUND, "queue %lld is not known", (long long)a->queues[i]);
        }
    }
    return st == PT_OK ? check_shifts(a, err) : st;
}

static PtStatus agents_fit(const Route *r, uint32_t more, PtError *err)
{
    return r->agent_table.live + more <= ROUTE_AGENTS
               ? PT_OK
               : pt_fail(err, PT_TOO_LARGE, "more than %d agents", ROUTE_AGENTS);
}

static void no_queues_no_skills(Route *r, uint32_t place)
{
    route_agent_gone(r, place);
    for (uint32_t q = 0; q < r->queue_count; q++) {
        route_bit_set(&r->serves, q, place, false);
    }
    for (uint32_t row = 0; row < r->skill_count * ROUTE_LEVELS; row++) {
        route_bit_set(&r->skilled, row, place, false);
    }
}

static void set_agent(Route *r, uint32_t place, const RouteAgent *agent, const uint16_t *skills)
{
    RouteAgentPlace *a = &r->agents[place];
    const bool came = !a->known || (agent->presence == ROUTE_ONLINE && a->presence != ROUTE_ONLINE);
    if (agent->idle_since_ms != 0) {
        r->keys[place].idle_since_ms = agent->idle_since_ms;
    } else if (came) {
        r->keys[place].idle_since_ms = r->now_ms;
    }
    a->missed = a->known ? a->missed : agent->missed;
    if (came && a->known) {
        a->missed = 0;
    }
    a->known = true;
    a->presence = agent->presence;
    memcpy(a->capacity, agent->capacity, sizeof a->capacity);
    a->total = agent->total;
    no_queues_no_skills(r, place);
    for (size_t i = 0; i < agent->queue_count; i++) {
        route_bit_set(&r->serves, route_find_queue(r, agent->queues[i]), place, true);
    }
    for (size_t i = 0; i < agent->skill_count; i++) {
        for (size_t level = 0; level < agent->skills[i].level; level++) {
            route_bit_set(&r->skilled, (size_t)skills[i] * ROUTE_LEVELS + level, place, true);
        }
    }
}

static void set_reason(RouteAgentPlace *a, PtStr reason)
{
    if (reason.len > 0) {
        memcpy(a->reason, reason.data, reason.len);
    }
    a->reason[reason.len] = '\0';
}

PtStatus route_agent_put(Route *r, const RouteAgent *agent, int64_t now_ms, PtError *err)
{
    PtStatus st = check_agent(r, agent, err);
    if (st == PT_OK && route_find_agent(r, agent->id) == ROUTE_NONE) {
        st = agents_fit(r, 1, err);
    }
    uint16_t skills[ROUTE_AGENT_SKILLS];
    for (size_t i = 0; st == PT_OK && i < agent->skill_count; i++) {
        st = route_skill_at(r, agent->skills[i].skill, &skills[i], err);
    }
    if (st != PT_OK) {
        return st;
    }
    RouteShift *shifts = NULL;
    if (agent->shift_count > 0) {
        shifts = malloc(agent->shift_count * sizeof *shifts);
    }
    if ((agent->shift_count > 0 && shifts == NULL) || !route_reserve_agents(r, 1)) {
        free(shifts);
        return no_memory(err);
    }
    if (shifts != NULL) {
        memcpy(shifts, agent->shifts, agent->shift_count * sizeof *shifts);
    }
    route_pass(r, now_ms);
    const uint32_t place = route_agent_at(r, agent->id);
    set_agent(r, place, agent, skills);
    RouteAgentPlace *a = &r->agents[place];
    set_reason(a, agent->reason);
    free(a->shifts);
    a->shifts = shifts;
    a->shift_count = agent->shift_count;
    route_agent_now(r, place);
    route_settle(r);
    return PT_OK;
}

void route_agent_remove(Route *r, int64_t agent, int64_t now_ms)
{
    route_pass(r, now_ms);
    const uint32_t place = route_find_agent(r, agent);
    if (place != ROUTE_NONE && r->agents[place].known) {
        RouteAgentPlace *a = &r->agents[place];
        a->known = false;
        a->presence = ROUTE_OFFLINE;
        free(a->shifts);
        a->shifts = NULL;
        a->shift_count = 0;
        no_queues_no_skills(r, place);
        route_agent_now(r, place);
        route_drop_agent(r, place);
    }
    route_settle(r);
}

PtStatus route_agent_presence(Route *r, int64_t agent, RoutePresence presence, PtStr reason,
                              int64_t now_ms, PtError *err)
{
    const uint32_t place = route_find_agent(r, agent);
    if (place == ROUTE_NONE || !r->agents[place].known) {
        return pt_fail(err, PT_NOT_FOUND, "agent %lld is not known", (long long)agent);
    }
    const PtStatus st = CHECK_FIELDS(err, {"presence", presence, 0, ROUTE_PRESENCES - 1},
                                     {"reason bytes", (int64_t)reason.len, 0, ROUTE_REASON_BYTES});
    if (st != PT_OK) {
        return st;
    }
    route_pass(r, now_ms);
    RouteAgentPlace *a = &r->agents[place];
    if (presence == ROUTE_ONLINE && a->presence != ROUTE_ONLINE) {
        r->keys[place].idle_since_ms = r->now_ms;
        a->missed = 0;
    }
    a->presence = presence;
    set_reason(a, reason);
    route_agent_now(r, place);
    route_settle(r);
    return PT_OK;
}

/* ---- Items ----------------------------------------------------------------------------------- */

static PtStatus check_item(const RouteItem *i, PtError *err)
{
    PtStatus st = CHECK_FIELDS(
        err, {"item", i->id, 1, INT64_MAX}, {"channel", i->channel, 0, ROUTE_CHANNELS - 1},
        {"weight", i->weight, 0, ROUTE_UNITS}, {"priority", i->priority, 1, ROUTE_PRIORITIES},
        {"since_ms", i->since_ms, -instant_max_ms, instant_max_ms},
        {"sticky_agent", i->sticky_agent, 0, INT64_MAX},
        {"sticky_until_ms", i->sticky_until_ms, -instant_max_ms, instant_max_ms},
        {"agent", i->agent, 0, INT64_MAX}, {"given_ms", i->given_ms, 0, instant_max_ms});
    if (st == PT_OK) {
        st = check_count("needs", i->need_count, ROUTE_NEEDS, err);
    }
    for (size_t n = 0; st == PT_OK && n < i->need_count; n++) {
        st = CHECK_FIELDS(err, {"needs.skill", i->needs[n].skill, 1, INT64_MAX},
                          {"needs.level", i->needs[n].level, 1, ROUTE_LEVELS});
    }
    if (st == PT_OK && i->refusals != NULL) {
        st = check_count("refusals", i->refusal_count, ROUTE_REFUSALS, err);
        for (size_t n = 0; st == PT_OK && n < i->refusal_count; n++) {
            st = CHECK_FIELDS(
                err, {"refusals.agent", i->refusals[n].agent, 1, INT64_MAX},
                {"refusals.until_ms", i->refusals[n].until_ms, -instant_max_ms, instant_max_ms});
        }
    }
    return st;
}

/* In order of skills, so that equal needs are equal; of a skill named twice the higher level. */
static PtStatus read_needs(Route *r, const RouteItem *item, RouteNeed *needs, uint8_t *ret_count,
                           PtError *err)
{
    uint8_t count = 0;
    for (size_t i = 0; i < item->need_count; i++) {
        uint16_t skill;
        const PtStatus st = route_skill_at(r, item->needs[i].skill, &skill, err);
        if (st != PT_OK) {
            return st;
        }
        uint8_t at = 0;
        while (at < count && needs[at].skill < skill) {
            at++;
        }
        if (at < count && needs[at].skill == skill) {
            const uint8_t level = item->needs[i].level;
            needs[at].level = needs[at].level > level ? needs[at].level : level;
            continue;
        }
        memmove(&needs[at + 1], &needs[at], (size_t)(count - at) * sizeof *needs);
        needs[at] = (RouteNeed){.skill = skill, .level = item->needs[i].level};
        count++;
    }
    *ret_count = count;
    return PT_OK;
}

static void detach(Route *r, uint32_t place)
{
    RouteItemPlace *item = &r->items[place];
    if (item->agent != ROUTE_NONE) {
        route_item_taken(r, place);
    } else {
        route_item_stops(r, place);
    }
    if (item->sticky != ROUTE_NONE) {
        r->agents[item->sticky].mentions--;
        route_drop_agent(r, item->sticky);
        item->sticky = ROUTE_NONE;
    }
}

static void finished(Route *r, uint32_t agent)
{
    RouteAgentKey *key = &r->keys[agent];
    key->idle_since_ms = key->idle_since_ms > r->now_ms ? key->idle_since_ms : r->now_ms;
}

static void attach(Route *r, uint32_t place, const RouteItem *item, uint32_t had)
{
    if (item->sticky_agent != 0) {
        r->items[place].sticky = route_agent_at(r, item->sticky_agent);
        r->agents[r->items[place].sticky].mentions++;
    }
    if (item->agent == 0) {
        route_item_waits(r, place);
        return;
    }
    const uint32_t agent = route_agent_at(r, item->agent);
    route_item_given(r, place, agent, item->offered);
    RouteAgentKey *key = &r->keys[agent];
    if (agent != had && item->given_ms > key->idle_since_ms) {
        key->idle_since_ms = item->given_ms;
    }
}

static uint32_t put_place(Route *r, const RouteItem *item, uint32_t *ret_had)
{
    uint32_t place = route_find_item(r, item->id);
    *ret_had = ROUTE_NONE;
    if (place == ROUTE_NONE) {
        return route_new_item(r, item->id);
    }
    const uint32_t agent = r->items[place].agent;
    if (agent != ROUTE_NONE && r->keys[agent].id == item->agent) {
        *ret_had = agent;
    } else if (agent != ROUTE_NONE) {
        finished(r, agent);
    }
    detach(r, place);
    return place;
}

PtStatus route_item_put(Route *r, const RouteItem *item, int64_t now_ms, PtError *err)
{
    PtStatus st = check_item(item, err);
    const uint32_t queue = route_find_queue(r, item->queue);
    if (st == PT_OK && queue == ROUTE_NONE) {
        st = pt_fail(err, PT_NOT_FOUND, "queue %lld is not known", (long long)item->queue);
    }
    if (st == PT_OK && r->item_live >= ROUTE_ITEMS && route_find_item(r, item->id) == ROUTE_NONE) {
        st = pt_fail(err, PT_TOO_LARGE, "more than %d items", ROUTE_ITEMS);
    }
    RouteNeed needs[ROUTE_NEEDS + 1];
    uint8_t need_count = 0;
    if (st == PT_OK) {
        st = agents_fit(r, 2, err);
    }
    if (st == PT_OK) {
        st = read_needs(r, item, needs, &need_count, err);
    }
    if (st != PT_OK) {
        return st;
    }
    RouteRefusals *refused = NULL;
    if (item->refusals != NULL && item->refusal_count > 0) {
        refused = malloc(sizeof *refused);
    }
    if ((item->refusals != NULL && item->refusal_count > 0 && refused == NULL) ||
        !route_reserve_items(r) || !route_reserve_agents(r, 2)) {
        free(refused);
        return no_memory(err);
    }
    if (refused != NULL) {
        refused->count = item->refusal_count;
        memcpy(refused->rows, item->refusals, item->refusal_count * sizeof *refused->rows);
    }
    route_pass(r, now_ms);
    uint32_t had;
    const uint32_t place = put_place(r, item, &had);
    RouteItemPlace *i = &r->items[place];
    if (item->refusals != NULL) {
        free(i->refused);
        i->refused = refused;
    }
    *i = (RouteItemPlace){.id = item->id,
                          .since_ms = item->since_ms,
                          .sticky_until_ms = item->sticky_until_ms,
                          .refused = i->refused,
                          .queue = queue,
                          .agent = ROUTE_NONE,
                          .sticky = ROUTE_NONE,
                          .group = ROUTE_NONE,
                          .weight = item->weight,
                          .channel = item->channel,
                          .priority = item->priority,
                          .need_count = need_count};
    memcpy(i->needs, needs, need_count * sizeof *needs);
    attach(r, place, item, had);
    route_settle(r);
    return PT_OK;
}

void route_item_remove(Route *r, int64_t item, int64_t now_ms)
{
    route_pass(r, now_ms);
    const uint32_t place = route_find_item(r, item);
    if (place != ROUTE_NONE) {
        if (r->items[place].agent != ROUTE_NONE) {
            finished(r, r->items[place].agent);
        }
        detach(r, place);
        route_drop_item(r, place);
    }
    route_settle(r);
}
