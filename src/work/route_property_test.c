// SPDX-License-Identifier: Apache-2.0
/* Random arrivals, breaks, shifts, rejections and edits: the router decides what the plain one
 * does, its rule holds after every event, it asks to be called whenever time alone decides
 * something, and rebuilt from what was put it goes on alike. A seed that fails is printed;
 * PATRON_SEED runs it again. */
#include "base/rng.h"
#include "base/test_rows.h"
#include "work/route_naive.h"

#include <fault/seeds.h>

#include <inttypes.h>
#include <string.h>

enum { STEPS = 400, QUEUES = 4, AGENTS = 7, SKILLS = 4, ITEMS = 60, BEGIN = 1000 };

typedef struct World {
    PtRng rng;
    Route *router;
    Naive naive;
    RouteDecision decisions[NAIVE_DECISIONS];
    size_t decision_count;
    int64_t now_ms;
} World;

static uint64_t below(World *w, uint64_t bound)
{
    return pt_rng_below(&w->rng, bound);
}

static bool one_in(World *w, uint64_t n)
{
    return below(w, n) == 0;
}

static void decided(void *ctx, const RouteDecision *decision)
{
    World *w = ctx;
    assert_true(w->decision_count < NAIVE_DECISIONS);
    w->decisions[w->decision_count++] = *decision;
}

static void must(PtStatus st, const PtError *err)
{
    if (st != PT_OK) {
        fail_msg("%s", err->message);
    }
}

static bool same(const RouteDecision *a, const RouteDecision *b)
{
    return a->kind == b->kind && a->at_ms == b->at_ms && a->item == b->item &&
           a->agent == b->agent && a->queue == b->queue && a->strategy == b->strategy &&
           a->priority == b->priority && a->waited_ms == b->waited_ms &&
           a->candidates == b->candidates && a->steps == b->steps && a->relaxed == b->relaxed &&
           a->sticky == b->sticky && a->again == b->again;
}

static void say(const char *who, const RouteDecision *d)
{
    print_message("%s: kind %d at %" PRId64 " item %" PRId64 " agent %" PRId64 " queue %" PRId64
                  " strategy %d priority %d waited %" PRId64
                  " candidates %u steps %d relaxed %d sticky %d again %d\n",
                  who, d->kind, d->at_ms, d->item, d->agent, d->queue, d->strategy, d->priority,
                  d->waited_ms, d->candidates, d->steps, d->relaxed, d->sticky, d->again);
}

static void compare(World *w)
{
    PtError err;
    const size_t count =
        w->decision_count < w->naive.decision_count ? w->decision_count : w->naive.decision_count;
    for (size_t i = 0; i < count; i++) {
        if (!same(&w->decisions[i], &w->naive.decisions[i])) {
            say("router", &w->decisions[i]);
            say("plain ", &w->naive.decisions[i]);
            fail_msg("decision %zu differs", i);
        }
    }
    if (w->decision_count != w->naive.decision_count) {
        const bool more = w->decision_count > count;
        say(more ? "router" : "plain ", more ? &w->decisions[count] : &w->naive.decisions[count]);
        fail_msg("%zu decisions, not %zu", w->decision_count, w->naive.decision_count);
    }
    w->decision_count = w->naive.decision_count = 0;
    must(route_check(w->router, &err), &err);
}

/* ---- What happens ---------------------------------------------------------------------------- */

static void put_queue(World *w, int64_t id)
{
    PtError err;
    RouteStep steps[3] = {0};
    RouteQueue queue = {.id = id,
                        .on = !one_in(w, 8),
                        .strategy = (RouteStrategy)below(w, ROUTE_STRATEGIES),
                        .offer = one_in(w, 2),
                        .ageing_ms = one_in(w, 2) ? 1 + (int64_t)below(w, 10) : 0,
                        .ageing_best = (uint8_t)below(w, 3),
                        .refused_ms = (int64_t)below(w, 3) * 7,
                        .away_after = (uint16_t)below(w, 3),
                        .steps = steps,
                        .step_count = below(w, 4)};
    int64_t after_ms = 0;
    for (size_t i = 0; i < queue.step_count; i++) {
        after_ms += 1 + (int64_t)below(w, 8);
        steps[i] = (RouteStep){.after_ms = after_ms,
                               .skill = (int64_t)below(w, SKILLS + 1),
                               .level = (uint8_t)below(w, 4)};
        steps[i].last_skill = one_in(w, 3) ? steps[i].skill + (int64_t)below(w, SKILLS) : 0;
    }
    must(route_queue_put(w->router, &queue, w->now_ms, &err), &err);
    naive_queue_put(&w->naive, &queue, w->now_ms);
}

static void put_agent(World *w)
{
    PtError err;
    int64_t queues[QUEUES];
    RouteSkill skills[SKILLS];
    RouteShift shifts[3];
    RouteAgent agent = {.id = 1 + (int64_t)below(w, AGENTS),
                        .presence = one_in(w, 4) ? ROUTE_AWAY : ROUTE_ONLINE,
                        .total = (uint16_t)(1 + below(w, 5)),
                        .queues = queues,
                        .skills = skills,
                        .shifts = shifts,
                        .idle_since_ms = one_in(w, 6) ? w->now_ms - 5 : 0,
                        .missed = (uint16_t)below(w, 2)};
    for (size_t i = 0; i < 3; i++) {
        agent.capacity[i] = (uint16_t)below(w, 4);
    }
    for (int64_t q = 1; q <= QUEUES; q++) {
        if (!one_in(w, 3)) {
            queues[agent.queue_count++] = q;
        }
    }
    for (int64_t s = 1; s <= SKILLS; s++) {
        if (one_in(w, 2)) {
            skills[agent.skill_count++] = (RouteSkill){s, (uint8_t)(1 + below(w, ROUTE_LEVELS))};
        }
    }
    int64_t at_ms = w->now_ms - 5;
    for (uint64_t left = one_in(w, 3) ? 1 + below(w, 3) : 0; left > 0; left--) {
        const int64_t from_ms = at_ms + 1 + (int64_t)below(w, 10);
        at_ms = from_ms + 1 + (int64_t)below(w, 15);
        shifts[agent.shift_count++] = (RouteShift){from_ms, at_ms};
    }
    must(route_agent_put(w->router, &agent, w->now_ms, &err), &err);
    naive_agent_put(&w->naive, &agent, w->now_ms);
}

static void put_item(World *w, int64_t id)
{
    PtError err;
    RouteRefusal refusals[2];
    RouteItem item = {.id = id,
                      .queue = 1 + (int64_t)below(w, QUEUES),
                      .channel = (uint8_t)below(w, 3),
                      .weight = (uint16_t)(one_in(w, 4) ? below(w, 3) : 1),
                      .priority = (uint8_t)(1 + below(w, 5)),
                      .since_ms = w->now_ms - (one_in(w, 3) ? (int64_t)below(w, 20) : 0)};
    for (int64_t s = 1; s <= SKILLS; s++) {
        if (one_in(w, 4)) {
            item.needs[item.need_count++] = (RouteSkill){s, (uint8_t)(1 + below(w, 4))};
        }
    }
    if (one_in(w, 3)) {
        item.sticky_agent = 1 + (int64_t)below(w, AGENTS);
        item.sticky_until_ms = w->now_ms + (int64_t)below(w, 15);
    }
    if (one_in(w, 8)) {
        item.agent = 1 + (int64_t)below(w, AGENTS);
        item.offered = one_in(w, 2);
        item.given_ms = one_in(w, 2) ? w->now_ms - 2 : 0;
    }
    if (one_in(w, 8)) {
        item.refusals = refusals;
        item.refusal_count = below(w, 3);
        refusals[0] = (RouteRefusal){AGENTS, w->now_ms + 3};
        refusals[1] = (RouteRefusal){1, w->now_ms + (int64_t)below(w, 9)};
    }
    must(route_item_put(w->router, &item, w->now_ms, &err), &err);
    naive_item_put(&w->naive, &item, w->now_ms);
}

/* An offered one where there is one. */
static const NaiveItem *any_item(World *w, bool offered)
{
    const Naive *n = &w->naive;
    const size_t from = n->item_count > 0 ? below(w, n->item_count) : 0;
    for (size_t i = 0; i < n->item_count; i++) {
        const NaiveItem *item = &n->items[(from + i) % n->item_count];
        if (!offered || item->set.offered) {
            return item;
        }
    }
    return NULL;
}

static void answer_offer(World *w)
{
    PtError err;
    const NaiveItem *item = any_item(w, true);
    if (item == NULL) {
        return;
    }
    const int64_t id = item->set.id;
    switch (below(w, 3)) {
    case 0:
        must(route_accepted(w->router, id, w->now_ms, &err), &err);
        naive_accepted(&w->naive, id, w->now_ms);
        break;
    case 1:
        must(route_rejected(w->router, id, w->now_ms, &err), &err);
        naive_not_taken(&w->naive, id, false, w->now_ms);
        break;
    default:
        must(route_unanswered(w->router, id, w->now_ms, &err), &err);
        naive_not_taken(&w->naive, id, true, w->now_ms);
        break;
    }
}

static void change_presence(World *w)
{
    PtError err;
    const int64_t id = 1 + (int64_t)below(w, AGENTS);
    const RoutePresence presence = one_in(w, 3) ? (RoutePresence)below(w, 3) : ROUTE_ONLINE;
    const PtStatus st =
        route_agent_presence(w->router, id, presence, pt_str("break"), w->now_ms, &err);
    assert_int_equal(st, naive_agent(&w->naive, id) != NULL ? PT_OK : PT_NOT_FOUND);
    if (st == PT_OK) {
        naive_agent_presence(&w->naive, id, presence, w->now_ms);
    }
}

static void remove_agent(World *w)
{
    const int64_t id = 1 + (int64_t)below(w, AGENTS);
    route_agent_remove(w->router, id, w->now_ms);
    naive_agent_remove(&w->naive, id, w->now_ms);
}

static void remove_item(World *w)
{
    const NaiveItem *item = any_item(w, false);
    if (item != NULL) {
        const int64_t id = item->set.id;
        route_item_remove(w->router, id, w->now_ms);
        naive_item_remove(&w->naive, id, w->now_ms);
    }
}

/* Step by step: the router is called only when it asked to be. */
static void pass_time(World *w)
{
    for (uint64_t left = below(w, 6); left > 0; left--) {
        w->now_ms++;
        naive_advance(&w->naive, w->now_ms);
        if (route_next_ms(w->router) <= w->now_ms) {
            route_advance(w->router, w->now_ms);
            assert_true(route_next_ms(w->router) > w->now_ms);
        } else {
            assert_int_equal(w->naive.decision_count, 0);
        }
        compare(w);
    }
    route_advance(w->router, w->now_ms);
}

static Route *new_router(World *w)
{
    PtError err;
    Route *router = NULL;
    must(route_new(&(RouteSink){w, decided}, &router, &err), &err);
    return router;
}

static void rebuild(World *w)
{
    PtError err;
    Route *router = new_router(w);
    route_begin(router);
    for (size_t i = 0; i < w->naive.queue_count; i++) {
        must(route_queue_put(router, &w->naive.queues[i], w->now_ms, &err), &err);
    }
    for (size_t i = w->naive.agent_count; i-- > 0;) {
        must(route_agent_put(router, &w->naive.agents[i].set, w->now_ms, &err), &err);
    }
    for (size_t i = w->naive.item_count; i-- > 0;) {
        const NaiveItem *item = &w->naive.items[i];
        RouteItem set = item->set;
        set.given_ms = 0; /* the agent's idle time has it */
        set.refusals = item->refusals;
        set.refusal_count = item->refusal_count;
        must(route_item_put(router, &set, w->now_ms, &err), &err);
    }
    route_end(router, w->now_ms);
    route_free(w->router);
    w->router = router;
}

/* ---- The test -------------------------------------------------------------------------------- */

/* One event that decides at once, or is a part of many. */
static void happens(World *w)
{
    const uint64_t what = 20 + below(w, 77);
    if (what < 60) {
        put_item(w, 1 + (int64_t)below(w, ITEMS));
    } else if (what < 70) {
        remove_item(w);
    } else if (what < 83) {
        answer_offer(w);
    } else if (what < 88) {
        change_presence(w);
    } else if (what < 93) {
        put_agent(w);
    } else if (what < 94) {
        remove_agent(w);
    } else {
        put_queue(w, 1 + (int64_t)below(w, QUEUES));
    }
}

static void happen_together(World *w)
{
    route_begin(w->router);
    w->naive.begun = true;
    for (uint64_t left = 2 + below(w, 30); left > 0; left--) {
        happens(w);
    }
    w->now_ms += (int64_t)below(w, 2);
    route_end(w->router, w->now_ms);
    naive_advance(&w->naive, w->now_ms);
}

static void step(World *w)
{
    const uint64_t what = below(w, 100);
    if (what < 25) {
        pass_time(w);
    } else if (what < 28) {
        rebuild(w);
    } else if (what < 32) {
        happen_together(w);
    } else {
        happens(w);
    }
    compare(w);
}

/* Agents who are never there: those who are get places far apart. */
static void put_strangers(World *w)
{
    PtError err;
    for (int64_t i = 1; i <= 200; i++) {
        const RouteAgent stranger = {.id = 1000 + i, .presence = ROUTE_AWAY};
        must(route_agent_put(w->router, &stranger, w->now_ms, &err), &err);
        if (i % 30 == 0) {
            put_agent(w);
        }
    }
}

static void run(uint64_t seed)
{
    static World w;
    memset(&w, 0, sizeof w);
    w.now_ms = BEGIN;
    pt_rng_init(&w.rng, seed);
    w.router = new_router(&w);
    for (int64_t q = 1; q <= QUEUES; q++) {
        put_queue(&w, q);
    }
    if (seed % 2 == 0) {
        put_strangers(&w);
    }
    for (size_t i = 0; i < AGENTS; i++) {
        put_agent(&w);
    }
    compare(&w);
    for (size_t i = 0; i < STEPS; i++) {
        step(&w);
    }
    route_free(w.router);
}

static void decides_what_the_plain_one_does(void **state)
{
    (void)state;
    const FaultSeeds seeds = fault_seeds(40, 4000);
    for (uint64_t i = 0; i < seeds.count; i++) {
        print_message("seed %" PRIu64 "\n", seeds.first + i);
        run(seeds.first + i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decides_what_the_plain_one_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
