// SPDX-License-Identifier: Apache-2.0
/* One rule of the router after another, on both sides of each instant; bounds; memory that runs
 * out. */
#include "base/test_rows.h"
#include "work/work.h"

#include <stdio.h>
#include <string.h>

enum { START = 100000, TEXT = 4096 };

typedef struct Rig {
    Route *router;
    char text[TEXT]; /* decisions since the last look: "item>agent " */
    RouteDecision last;
} Rig;

static void decided(void *ctx, const RouteDecision *decision)
{
    Rig *rig = ctx;
    const size_t len = strlen(rig->text);
    static const char *const marks[] = {"?", ">", "!"}; /* offered, assigned, set away */
    (void)snprintf(rig->text + len, sizeof rig->text - len, "%lld%s%lld ",
                   (long long)decision->item, marks[decision->kind], (long long)decision->agent);
    rig->last = *decision;
}

static void must(PtStatus st, const PtError *err)
{
    if (st != PT_OK) {
        fail_msg("%s", err->message);
    }
}

static int set_up(void **state)
{
    static Rig rig;
    PtError err;
    rig = (Rig){0};
    must(route_new(&(RouteSink){&rig, decided}, &rig.router, &err), &err);
    *state = &rig;
    return 0;
}

static int tear_down(void **state)
{
    const Rig *rig = *state;
    route_free(rig->router);
    return 0;
}

/* What was decided since the last look; the rule holds. */
static void expect(Rig *rig, const char *want)
{
    PtError err;
    assert_string_equal(rig->text, want);
    rig->text[0] = '\0';
    must(route_check(rig->router, &err), &err);
}

static void put_queue(Rig *rig, RouteQueue queue)
{
    PtError err;
    queue.id = queue.id != 0 ? queue.id : 1;
    must(route_queue_put(rig->router, &queue, START, &err), &err);
}

static void put_agent(Rig *rig, RouteAgent agent, int64_t now_ms)
{
    static const int64_t first_queue = 1;
    PtError err;
    if (agent.queues == NULL) {
        agent.queues = &first_queue;
        agent.queue_count = 1;
    }
    must(route_agent_put(rig->router, &agent, now_ms, &err), &err);
}

/* Online in queue 1, with room for `units` in channel 0. */
static RouteAgent agent_of(int64_t id, uint16_t units)
{
    return (RouteAgent){.id = id, .presence = ROUTE_ONLINE, .capacity = {units}, .total = units};
}

static RouteItem item_of(int64_t id, uint8_t priority, int64_t since_ms)
{
    return (RouteItem){
        .id = id, .queue = 1, .weight = 1, .priority = priority, .since_ms = since_ms};
}

static void put_item(Rig *rig, RouteItem item, int64_t now_ms)
{
    PtError err;
    must(route_item_put(rig->router, &item, now_ms, &err), &err);
}

static void presence(Rig *rig, int64_t agent, RoutePresence to, int64_t now_ms)
{
    PtError err;
    must(route_agent_presence(rig->router, agent, to, pt_str(""), now_ms, &err), &err);
}

/* ---- Strategies ------------------------------------------------------------------------------ */

/* Agents 1, 2 and 3 have room for 6, 3 and 6, were idle since 30, 10 and 20 ms before the start,
 * and have the skill at 2, 4 and 4. Five items come, one a millisecond. */
static struct StrategyCase {
    const char *name;
    RouteStrategy strategy;
    int64_t last_agent;
    const char *want;
} strategy_cases[] = {
    {"longest idle", ROUTE_LONGEST_IDLE, 0, "1>1 2>3 3>2 4>1 5>3 "},
    {"least loaded", ROUTE_LEAST_LOADED, 0, "1>1 2>3 3>2 4>1 5>3 "},
    {"round robin", ROUTE_ROUND_ROBIN, 0, "1>1 2>2 3>3 4>1 5>2 "},
    {"round robin after a restart", ROUTE_ROUND_ROBIN, 2, "1>3 2>1 3>2 4>3 5>1 "},
    {"round robin after one who left", ROUTE_ROUND_ROBIN, 7, "1>1 2>2 3>3 4>1 5>2 "},
    {"proficiency", ROUTE_PROFICIENCY, 0, "1>3 2>2 3>3 4>2 5>3 "},
};

static void strategy_picks(void **state)
{
    const struct StrategyCase *c = *state;
    void *rig_state;
    (void)set_up(&rig_state);
    Rig *rig = rig_state;
    static const uint16_t units[] = {6, 3, 6};
    static const uint8_t levels[] = {2, 4, 4};
    static const int64_t idle_ms[] = {30, 10, 20};
    put_queue(rig, (RouteQueue){.on = true, .strategy = c->strategy, .last_agent = c->last_agent});
    for (int64_t i = 0; i < 3; i++) {
        const RouteSkill skill = {9, levels[i]};
        RouteAgent agent = agent_of(i + 1, units[i]);
        agent.skills = &skill;
        agent.skill_count = 1;
        agent.idle_since_ms = START - idle_ms[i];
        put_agent(rig, agent, START);
    }
    for (int64_t i = 1; i <= 5; i++) {
        RouteItem item = item_of(i, 3, START + i);
        item.needs[item.need_count++] = (RouteSkill){9, 1};
        put_item(rig, item, START + i);
    }
    assert_true(rig->last.candidates >= 2);
    assert_int_equal(rig->last.strategy, c->strategy);
    expect(rig, c->want);
    (void)tear_down(&rig_state);
}

/* Load, not count: 2 of 6 is less than 1 of 2. */
static void least_loaded_is_a_share(void **state)
{
    Rig *rig = *state;
    put_queue(rig, (RouteQueue){.on = true, .strategy = ROUTE_LEAST_LOADED});
    put_agent(rig, agent_of(1, 6), START);
    put_agent(rig, agent_of(2, 2), START);
    for (int64_t i = 1; i <= 2; i++) {
        RouteItem item = item_of(i, 3, START);
        item.agent = 1;
        put_item(rig, item, START);
    }
    RouteItem item = item_of(3, 3, START);
    item.agent = 2;
    put_item(rig, item, START);
    put_item(rig, item_of(4, 3, START), START);
    expect(rig, "4>1 ");
}

/* ---- Rank ------------------------------------------------------------------------------------ */

static struct RankCase {
    const char *name;
    int64_t ageing_ms;
    uint8_t ageing_best;
    struct {
        uint8_t priority;
        int64_t waited_ms;
    } items[3];
    const char *want;
} rank_cases[] = {
    {"priority first", 0, 0, {{2, 500}, {1, 1}, {3, 900}}, "2>1 1>1 3>1 "},
    {"then the longer wait", 0, 0, {{2, 1}, {2, 3}, {2, 2}}, "2>1 3>1 1>1 "},
    {"then the lower id", 0, 0, {{2, 5}, {2, 5}, {2, 5}}, "1>1 2>1 3>1 "},
    {"ageing, just not", 100, 0, {{2, 0}, {3, 99}, {1, 0}}, "3>1 1>1 2>1 "},
    {"ageing by one", 100, 0, {{2, 0}, {3, 100}, {1, 0}}, "3>1 2>1 1>1 "},
    {"ageing up to 1", 100, 0, {{1, 0}, {5, 900}, {1, 1}}, "2>1 3>1 1>1 "},
    {"ageing not above 2", 100, 2, {{1, 0}, {5, 900}, {2, 1}}, "1>1 2>1 3>1 "},
    {"ageing lowers nothing", 100, 3, {{1, 900}, {5, 900}, {2, 800}}, "1>1 3>1 2>1 "},
};

static void rank_decides(void **state)
{
    const struct RankCase *c = *state;
    void *rig_state;
    (void)set_up(&rig_state);
    Rig *rig = rig_state;
    put_queue(rig,
              (RouteQueue){.on = true, .ageing_ms = c->ageing_ms, .ageing_best = c->ageing_best});
    for (size_t i = 0; i < PT_COUNT(c->items); i++) {
        put_item(rig, item_of((int64_t)i + 1, c->items[i].priority, START - c->items[i].waited_ms),
                 START);
    }
    int64_t first[3];
    assert_int_equal(route_queue_first(rig->router, 1, first, 3), 3);
    assert_int_equal(first[0], c->want[0] - '0');
    assert_int_equal(first[1], c->want[4] - '0');
    assert_int_equal(first[2], c->want[8] - '0');
    assert_int_equal(route_queue_first(rig->router, 1, first, 1), 1);
    assert_int_equal(first[0], c->want[0] - '0');
    put_agent(rig, agent_of(1, 3), START);
    expect(rig, c->want);
    (void)tear_down(&rig_state);
}

/* ---- Capacity -------------------------------------------------------------------------------- */

static void capacity_per_channel_and_in_all(void **state)
{
    Rig *rig = *state;
    put_queue(rig, (RouteQueue){.on = true});
    put_agent(rig, (RouteAgent){.id = 1, .presence = ROUTE_ONLINE, .capacity = {3, 2}, .total = 4},
              START);
    RouteItem heavy = item_of(1, 3, START);
    heavy.weight = 2;
    put_item(rig, heavy, START);
    heavy.id = 2; /* 2 + 2 > 3 */
    put_item(rig, heavy, START);
    put_item(rig, item_of(3, 3, START), START);
    RouteItem other = item_of(4, 3, START);
    other.channel = 1;
    put_item(rig, other, START);
    other.id = 5; /* room in its channel, none in all */
    put_item(rig, other, START);
    other.id = 6; /* a channel that nobody takes */
    other.channel = 2;
    put_item(rig, other, START);
    expect(rig, "1>1 3>1 4>1 ");
    RouteAgentState agent;
    PtError err;
    must(route_agent_state(rig->router, 1, &agent, &err), &err);
    assert_int_equal(agent.load[0], 3);
    assert_int_equal(agent.load[1], 1);
    assert_int_equal(agent.total, 4);
    assert_int_equal(agent.items, 3);
    route_item_remove(rig->router, 1, START + 1);
    expect(rig, "2>1 ");
    route_item_remove(rig->router, 3, START + 2);
    expect(rig, "5>1 ");
}

/* What a person assigned ends the idle time where its instant is told. */
static void assigned_ends_idle_time(void **state)
{
    Rig *rig = *state;
    put_queue(rig, (RouteQueue){.on = true});
    for (int64_t id = 1; id <= 3; id++) {
        RouteAgent agent = agent_of(id, 5);
        agent.idle_since_ms = START - 10 + id;
        put_agent(rig, agent, START);
        RouteItem item = item_of(id, 3, START);
        item.agent = id;
        item.given_ms = id == 1 ? START : 0;
        put_item(rig, item, START);
        put_item(rig, item, START + 5); /* once: it is theirs already */
    }
    put_item(rig, item_of(9, 3, START), START + 6);
    expect(rig, "9>2 ");
    route_item_remove(rig->router, 3, START + 7);
    put_item(rig, item_of(10, 3, START), START + 8);
    expect(rig, "10>1 ");
}

/* What a person assigns counts, also beyond the capacity, and of a queue that is off. */
static void assigned_by_people(void **state)
{
    Rig *rig = *state;
    put_queue(rig, (RouteQueue){.on = true});
    put_queue(rig, (RouteQueue){.id = 2});
    put_agent(rig, agent_of(1, 2), START);
    for (int64_t i = 1; i <= 3; i++) {
        RouteItem item = item_of(i, 3, START);
        item.queue = 2;
        item.agent = 1;
        put_item(rig, item, START);
    }
    put_item(rig, item_of(4, 3, START), START);
    RouteItem unassigned = item_of(2, 3, START); /* waits in the queue that is off */
    unassigned.queue = 2;
    put_item(rig, unassigned, START);
    expect(rig, "");
    route_item_remove(rig->router, 1, START + 1);
    expect(rig, "4>1 ");
    route_item_remove(rig->router, 4, START + 2);
    const int64_t queues[] = {1, 2};
    RouteAgent both = agent_of(1, 2);
    both.queues = queues;
    both.queue_count = 2;
    put_agent(rig, both, START + 3);
    expect(rig, "");
    put_queue(rig, (RouteQueue){.id = 2, .on = true});
    expect(rig, "2>1 ");
}

/* ---- Time ------------------------------------------------------------------------------------ */

static void steps_lower_then_drop(void **state)
{
    Rig *rig = *state;
    const RouteStep steps[] = {{10, 9, 3, 0}, {20, 9, 1, 0}, {.after_ms = 30}};
    put_queue(rig, (RouteQueue){.on = true, .steps = steps, .step_count = 3});
    const RouteSkill skills[] = {{9, 3}, {9, 2}};
    for (int64_t id = 1; id <= 3; id++) {
        RouteAgent agent = agent_of(id, 1);
        agent.skills = id < 3 ? &skills[id - 1] : NULL;
        agent.skill_count = id < 3;
        put_agent(rig, agent, START);
    }
    for (int64_t id = 1; id <= 3; id++) {
        RouteItem item = item_of(id, 3, START);
        item.needs[item.need_count++] = (RouteSkill){9, 4};
        put_item(rig, item, START);
    }
    static const int64_t ends_ms[] = {10, 20, 30};
    static const char *const want[] = {"1>1 ", "2>2 ", "3>3 "};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(route_next_ms(rig->router), START + ends_ms[i]);
        route_advance(rig->router, START + ends_ms[i] - 1);
        expect(rig, "");
        route_advance(rig->router, START + ends_ms[i]);
        expect(rig, want[i]);
        assert_int_equal(rig->last.steps, i + 1);
        assert_true(rig->last.relaxed);
    }
    assert_int_equal(route_next_ms(rig->router), ROUTE_NEVER);
}

static void head_start(void **state)
{
    Rig *rig = *state;
    put_queue(rig, (RouteQueue){.on = true});
    put_agent(rig, agent_of(1, 1), START);
    put_agent(rig, agent_of(2, 1), START);
    RouteItem busy = item_of(1, 3, START);
    busy.agent = 1;
    put_item(rig, busy, START);
    RouteItem item = item_of(2, 1, START);
    item.sticky_agent = 1;
    item.sticky_until_ms = START + 50;
    put_item(rig, item, START); /* waits for 1, who is full, while 2 is free */
    RouteWhy why;
    PtError err;
    must(route_why(rig->router, 2, &why, &err), &err);
    assert_int_equal(why.head_start_of, 1);
    assert_int_equal(why.head_start_until_ms, START + 50);
    assert_int_equal(route_next_ms(rig->router), START + 50);
    route_advance(rig->router, START + 49);
    expect(rig, "");
    route_advance(rig->router, START + 50);
    expect(rig, "2>2 ");
    assert_false(rig->last.sticky);

    item.id = 3;
    item.sticky_until_ms = START + 90;
    put_item(rig, item, START + 60);
    put_item(rig, item_of(4, 1, START), START + 60);
    route_item_remove(rig->router, 2, START + 61); /* 3 goes before 4, but is not for 2 */
    expect(rig, "4>2 ");
    route_item_remove(rig->router, 1, START + 62);
    expect(rig, "3>1 ");
    assert_true(rig->last.sticky);
}

/* It holds while the agent is there: not while they are away, and again when they are back. */
static void head_start_of_one_who_leaves(void **state)
{
    Rig *rig = *state;
    put_queue(rig, (RouteQueue){.on = true});
    put_agent(rig, agent_of(1, 0), START);
    put_agent(rig, agent_of(2, 1), START);
    RouteItem item = item_of(1, 3, START);
    item.sticky_agent = 1;
    item.sticky_until_ms = START + 50;
    presence(rig, 2, ROUTE_AWAY, START);
    put_item(rig, item, START);
    presence(rig, 1, ROUTE_AWAY, START + 1);
    presence(rig, 1, ROUTE_ONLINE, START + 2);
    presence(rig, 2, ROUTE_ONLINE, START + 3);
    expect(rig, "");
    presence(rig, 1, ROUTE_OFFLINE, START + 4);
    expect(rig, "1>2 ");
}

static void shifts_begin_and_end(void **state)
{
    Rig *rig = *state;
    PtError err;
    put_queue(rig, (RouteQueue){.on = true});
    const RouteShift shifts[] = {{START + 10, START + 20}, {START + 20, START + 30}};
    RouteAgent agent = agent_of(1, 1);
    agent.shifts = shifts;
    agent.shift_count = 2;
    put_agent(rig, agent, START);
    put_item(rig, item_of(1, 3, START), START);
    RouteAgentState seen;
    must(route_agent_state(rig->router, 1, &seen, &err), &err);
    assert_false(seen.in_shift);
    assert_int_equal(seen.shift_edge_ms, START + 10);
    route_advance(rig->router, START + 9);
    expect(rig, "");
    route_advance(rig->router, START + 10);
    expect(rig, "1>1 ");
    route_item_remove(rig->router, 1, START + 29);
    put_item(rig, item_of(2, 3, START), START + 29);
    expect(rig, "2>1 ");
    route_item_remove(rig->router, 2, START + 30);
    put_item(rig, item_of(3, 3, START), START + 30);
    expect(rig, "");
    assert_int_equal(route_next_ms(rig->router), ROUTE_NEVER);
}

/* ---- Offers ---------------------------------------------------------------------------------- */

static void rejected_goes_to_others(void **state)
{
    Rig *rig = *state;
    PtError err;
    put_queue(rig, (RouteQueue){.on = true, .offer = true, .refused_ms = 100});
    put_agent(rig, agent_of(1, 1), START);
    put_agent(rig, agent_of(2, 1), START);
    RouteItem busy = item_of(9, 3, START);
    busy.agent = 2;
    put_item(rig, busy, START);
    put_item(rig, item_of(1, 3, START), START);
    expect(rig, "1?1 ");
    must(route_rejected(rig->router, 1, START + 1, &err), &err);
    expect(rig, ""); /* 2 is there, though full */
    RouteWhy why;
    must(route_why(rig->router, 1, &why, &err), &err);
    assert_int_equal(why.skilled, 2);
    assert_int_equal(why.room, 1);
    assert_int_equal(why.willing, 0);
    route_advance(rig->router, START + 100);
    expect(rig, "");
    assert_int_equal(route_next_ms(rig->router), START + 101);
    route_advance(rig->router, START + 101);
    expect(rig, "1?1 ");
    assert_false(rig->last.again);
    must(route_rejected(rig->router, 1, START + 102, &err), &err);
    expect(rig, "");
    presence(rig, 2, ROUTE_AWAY, START + 103); /* nobody else is there */
    expect(rig, "1?1 ");
    assert_true(rig->last.again);
    must(route_accepted(rig->router, 1, START + 104, &err), &err);
    assert_int_equal(route_accepted(rig->router, 1, START + 105, &err), PT_CONFLICT);
    assert_int_equal(route_rejected(rig->router, 7, START + 105, &err), PT_NOT_FOUND);
}

static void no_answer_sets_away(void **state)
{
    Rig *rig = *state;
    PtError err;
    put_queue(rig, (RouteQueue){.on = true, .offer = true, .refused_ms = 5, .away_after = 2});
    put_agent(rig, agent_of(1, 1), START);
    put_item(rig, item_of(1, 3, START), START);
    must(route_unanswered(rig->router, 1, START + 1, &err), &err);
    must(route_accepted(rig->router, 1, START + 2, &err), &err); /* forgets the one before */
    route_item_remove(rig->router, 1, START + 3);
    put_item(rig, item_of(2, 3, START), START + 3);
    must(route_unanswered(rig->router, 2, START + 4, &err), &err);
    expect(rig, "1?1 1?1 2?1 2?1 ");
    must(route_unanswered(rig->router, 2, START + 5, &err), &err);
    expect(rig, "2!1 ");
    RouteAgentState agent;
    must(route_agent_state(rig->router, 1, &agent, &err), &err);
    assert_int_equal(agent.presence, ROUTE_AWAY);
    assert_string_equal(agent.reason, "no answer");
    assert_int_equal(agent.missed, 2);
    presence(rig, 1, ROUTE_ONLINE, START + 6);
    expect(rig, "2?1 ");
}

/* One more than are kept: of the others nobody is asked again, the first who declined is. */
static void refusals_beyond_the_bound(void **state)
{
    Rig *rig = *state;
    PtError err;
    put_queue(
        rig,
        (RouteQueue){.on = true, .offer = true, .refused_ms = 1000, .strategy = ROUTE_ROUND_ROBIN});
    for (int64_t id = 1; id <= ROUTE_REFUSALS + 2; id++) {
        put_agent(rig, agent_of(id, 1), START);
    }
    put_item(rig, item_of(1, 3, START), START);
    for (int i = 1; i <= ROUTE_REFUSALS + 1; i++) {
        must(route_rejected(rig->router, 1, START + i, &err), &err);
    }
    assert_int_equal(rig->last.agent, ROUTE_REFUSALS + 2);
    must(route_rejected(rig->router, 1, START + 50, &err), &err);
    assert_in_range(rig->last.agent, 1, 2);
    assert_false(rig->last.again);
}

/* ---- Many things as one ---------------------------------------------------------------------- */

static void together_in_order_of_rank(void **state)
{
    Rig *rig = *state;
    put_queue(rig, (RouteQueue){.on = true});
    route_begin(rig->router);
    put_agent(rig, agent_of(1, 1), START);
    put_item(rig, item_of(1, 3, START), START);
    put_item(rig, item_of(2, 1, START), START);
    assert_string_equal(rig->text, "");
    route_end(rig->router, START);
    expect(rig, "2>1 ");
}

/* Many agents come at once while many items wait: each of the best-ranked has one. */
static void many_at_once(void **state)
{
    enum { AGENTS = 200, ITEMS = 500 };
    Rig *rig = *state;
    put_queue(rig, (RouteQueue){.on = true});
    const RouteShift shift = {START + 10, START + 20};
    for (int64_t id = 1; id <= AGENTS; id++) {
        RouteAgent agent = agent_of(id, 1);
        agent.shifts = &shift;
        agent.shift_count = 1;
        put_agent(rig, agent, START);
    }
    for (int64_t id = 1; id <= ITEMS; id++) {
        put_item(rig, item_of(id, (uint8_t)(1 + id % 5), START - id), START);
    }
    route_advance(rig->router, START + 10);
    PtError err;
    RouteQueueState queue;
    must(route_check(rig->router, &err), &err);
    must(route_queue_state(rig->router, 1, &queue, &err), &err);
    assert_int_equal(queue.waiting, ITEMS - AGENTS);
    assert_int_equal(queue.by_priority[1], 0);
    assert_int_equal(queue.by_priority[2], 0);
    assert_int_equal(queue.by_priority[3], 100);
    assert_int_equal(queue.oldest_since_ms, START - 499);
    assert_int_equal(queue.last_agent, AGENTS);
}

/* Item 1 was declined by all who come back at once, and waits for the one who is full; what stands
 * behind it does not. */
static void declined_is_passed_over(void **state)
{
    enum { AGENTS = 8 };
    Rig *rig = *state;
    put_queue(rig, (RouteQueue){.on = true});
    put_agent(rig, agent_of(AGENTS + 1, 0), START);
    RouteRefusal refusals[AGENTS];
    for (int64_t id = 1; id <= AGENTS; id++) {
        put_agent(rig, agent_of(id, 1), START);
        presence(rig, id, ROUTE_AWAY, START);
        refusals[id - 1] = (RouteRefusal){id, START + 100};
    }
    RouteItem item = item_of(1, 3, START);
    item.refusals = refusals;
    item.refusal_count = AGENTS;
    put_item(rig, item, START);
    put_item(rig, item_of(2, 3, START), START);
    put_item(rig, item_of(3, 3, START), START);
    route_begin(rig->router);
    for (int64_t id = AGENTS; id >= 1; id--) {
        presence(rig, id, ROUTE_ONLINE, START + id);
    }
    route_end(rig->router, START + AGENTS);
    expect(rig, "2>1 3>2 ");
    route_agent_remove(rig->router, AGENTS + 1, START + AGENTS + 1);
    expect(rig, "1>3 ");
}

/* ---- Why ------------------------------------------------------------------------------------- */

static void why_it_waits(void **state)
{
    Rig *rig = *state;
    PtError err;
    RouteWhy why;
    put_queue(rig, (RouteQueue){.on = true});
    const RouteSkill skills[] = {{8, 5}, {9, 2}};
    RouteAgent agent = agent_of(1, 1);
    agent.skills = skills;
    agent.skill_count = 2;
    put_agent(rig, agent, START);
    agent.id = 2;
    agent.presence = ROUTE_AWAY;
    put_agent(rig, agent, START);
    RouteItem item = item_of(1, 3, START);
    item.needs[item.need_count++] = (RouteSkill){8, 5};
    item.needs[item.need_count++] = (RouteSkill){9, 3};
    put_item(rig, item, START);
    must(route_why(rig->router, 1, &why, &err), &err);
    assert_true(why.waits && why.queue_on);
    assert_int_equal(why.serving, 2);
    assert_int_equal(why.there, 1);
    assert_int_equal(why.skilled, 0);
    assert_int_equal(why.missing_skill, 9);
    assert_int_equal(why.missing_level, 3);
    assert_int_equal(route_why(rig->router, 2, &why, &err), PT_NOT_FOUND);
    item.need_count = 1;
    put_item(rig, item, START);
    expect(rig, "1>1 ");
    must(route_why(rig->router, 1, &why, &err), &err);
    assert_false(why.waits);
}

#define WITH_RIG(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
    struct CMUnitTest tests[64] = {
        WITH_RIG(least_loaded_is_a_share),
        WITH_RIG(capacity_per_channel_and_in_all),
        WITH_RIG(assigned_by_people),
        WITH_RIG(assigned_ends_idle_time),
        WITH_RIG(steps_lower_then_drop),
        WITH_RIG(head_start),
        WITH_RIG(head_start_of_one_who_leaves),
        WITH_RIG(shifts_begin_and_end),
        WITH_RIG(rejected_goes_to_others),
        WITH_RIG(no_answer_sets_away),
        WITH_RIG(refusals_beyond_the_bound),
        WITH_RIG(together_in_order_of_rank),
        WITH_RIG(many_at_once),
        WITH_RIG(declined_is_passed_over),
        WITH_RIG(why_it_waits),
    };
    size_t n = 15;
    PT_TEST_ROWS(tests, n, strategy_cases, strategy_picks);
    PT_TEST_ROWS(tests, n, rank_cases, rank_decides);
    return _cmocka_run_group_tests("work/route", tests, n, NULL, NULL);
}
