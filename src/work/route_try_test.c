// SPDX-License-Identifier: Apache-2.0
/* The router over past items: waits and loads that can be worked out by hand, and by queueing
 * theory. */
#include "base/rng.h"
#include "base/test_rows.h"
#include "work/work.h"

#include <fault/fault_alloc.h>
#include <math.h>

enum { START = 1000000, MANY = 20000 };

static const int64_t queue_ids[] = {1, 2};

static void must(PtStatus st, const PtError *err)
{
    if (st != PT_OK) {
        fail_msg("%s", err->message);
    }
}

static RouteTryItem item_of(int64_t id, int64_t queue, int64_t since_ms, int64_t handle_ms)
{
    return (RouteTryItem){
        .item = {.id = id, .queue = queue, .weight = 1, .priority = 3, .since_ms = since_ms},
        .handle_ms = handle_ms};
}

/* One agent at one item at a time, in a shift from 0 to 100: items of 30 ms at 10 (twice), 20 and
 * 80 in the first queue, one of another queue that nobody serves. */
static void worked_by_hand(void **state)
{
    (void)state;
    PtError err;
    const RouteQueue queues[] = {{.id = 2, .on = true}, {.id = 1, .on = true, .offer = true}};
    const RouteShift shift = {START, START + 100};
    const RouteAgent agent = {.id = 5,
                              .presence = ROUTE_ONLINE,
                              .capacity = {1},
                              .total = 1,
                              .queues = queue_ids,
                              .queue_count = 1,
                              .shifts = &shift,
                              .shift_count = 1};
    const RouteTryItem items[] = {
        item_of(9, 1, START + 80, 30), item_of(8, 1, START + 20, 30), item_of(3, 1, START + 10, 30),
        item_of(2, 1, START + 10, 30), item_of(1, 2, START + 10, 30),
    };
    const RouteTry try = {.queues = queues,
                          .queue_count = 2,
                          .agents = &agent,
                          .agent_count = 1,
                          .items = items,
                          .item_count = 5,
                          .from_ms = START,
                          .to_ms = START + 200,
                          .answer_ms = 30};
    RouteTryQueue by_queue[2];
    RouteTryAgent by_agent;
    must(route_try(&try, by_queue, &by_agent, &err), &err);
    assert_int_equal(by_queue[0].queue, 2);
    assert_int_equal(by_queue[0].arrived, 1);
    assert_int_equal(by_queue[0].left, 1);
    assert_int_equal(by_queue[0].given, 0);
    /* Given at 10, 40 and 70; the shift ends at 100, when the one of 80 waits still. */
    assert_int_equal(by_queue[1].arrived, 4);
    assert_int_equal(by_queue[1].given, 3);
    assert_int_equal(by_queue[1].left, 1);
    assert_int_equal(by_queue[1].in_time, 2); /* waits 0, 30, 50 */
    assert_int_equal(by_queue[1].mean_ms, 26);
    assert_int_equal(by_queue[1].p50_ms, 30);
    assert_int_equal(by_queue[1].p90_ms, 50);
    assert_int_equal(by_queue[1].max_ms, 50);
    assert_int_equal(by_agent.agent, 5);
    assert_int_equal(by_agent.given, 3);
    assert_int_equal(by_agent.there_ms, 100);
    assert_int_equal(by_agent.busy_ms, 90);
    assert_int_equal(by_agent.units_ms, 90);
}

/* What came before from_ms runs, but does not count as a wait. */
static void work_at_hand(void **state)
{
    (void)state;
    PtError err;
    const RouteQueue queue = {.id = 1, .on = true};
    const RouteAgent agent = {.id = 5,
                              .presence = ROUTE_ONLINE,
                              .capacity = {1},
                              .total = 1,
                              .queues = queue_ids,
                              .queue_count = 1};
    const RouteTryItem items[] = {item_of(1, 1, START - 50, 80), item_of(2, 1, START + 10, 80)};
    const RouteTry try = {.queues = &queue,
                          .queue_count = 1,
                          .agents = &agent,
                          .agent_count = 1,
                          .items = items,
                          .item_count = 2,
                          .from_ms = START,
                          .to_ms = START + 60};
    RouteTryQueue by_queue;
    RouteTryAgent by_agent;
    must(route_try(&try, &by_queue, &by_agent, &err), &err);
    assert_int_equal(by_queue.arrived, 1);
    assert_int_equal(by_queue.given, 1);
    assert_int_equal(by_queue.max_ms, 20);
    assert_int_equal(by_agent.there_ms, 60);
    assert_int_equal(by_agent.busy_ms, 60);
}

static double unit_exponential(PtRng *rng)
{
    return -log(1 - pt_rng_unit(rng));
}

/* Erlang's C: three agents, offered load 2 (M/M/3): 4/9 of the arrivals wait, on average 4/9 of a
 * handling time. */
static void like_erlang_c(void **state)
{
    (void)state;
    enum { AGENTS = 3 };
    PtError err;
    PtRng rng;
    static RouteTryItem items[MANY];
    double at_ms = START;
    pt_rng_init(&rng, 7);
    for (int64_t i = 0; i < MANY; i++) {
        at_ms += 30000 * unit_exponential(&rng);
        items[i] = item_of(i + 1, 1, (int64_t)at_ms, 1 + (int64_t)(60000 * unit_exponential(&rng)));
    }
    const RouteQueue queue = {.id = 1, .on = true};
    RouteAgent agents[AGENTS];
    for (size_t i = 0; i < AGENTS; i++) {
        agents[i] = (RouteAgent){.id = (int64_t)i + 1,
                                 .presence = ROUTE_ONLINE,
                                 .capacity = {1},
                                 .total = 1,
                                 .queues = queue_ids,
                                 .queue_count = 1};
    }
    const RouteTry try = {.queues = &queue,
                          .queue_count = 1,
                          .agents = agents,
                          .agent_count = AGENTS,
                          .items = items,
                          .item_count = MANY,
                          .from_ms = START,
                          .to_ms = (int64_t)at_ms + 3600000};
    RouteTryQueue by_queue;
    RouteTryAgent by_agent[AGENTS];
    must(route_try(&try, &by_queue, by_agent, &err), &err);
    assert_int_equal(by_queue.given, MANY);
    assert_int_equal(by_queue.left, 0);
    const double waits = 1 - (double)by_queue.in_time / (double)MANY;
    assert_true(fabs(waits - 4.0 / 9) < 0.02);
    assert_true(fabs((double)by_queue.mean_ms - 60000 * 4.0 / 9) < 2500);
    for (size_t i = 0; i < AGENTS; i++) {
        assert_true(fabs((double)by_agent[i].busy_ms / (double)by_agent[i].there_ms - 2.0 / 3) <
                    0.02);
    }
}

/* Two shifts of 100 ms, a night between them: handling times pass in shifts only, a time to be
 * given by is each item's own, and who waited longest says what for. */
static void shifts_and_reasons(void **state)
{
    (void)state;
    PtError err;
    const RouteQueue queue = {.id = 1, .on = true};
    const RouteShift shifts[] = {{START, START + 100}, {START + 1000, START + 1100}};
    const RouteAgent agent = {.id = 5,
                              .presence = ROUTE_ONLINE,
                              .capacity = {1},
                              .total = 1,
                              .queues = queue_ids,
                              .queue_count = 1,
                              .shifts = shifts,
                              .shift_count = 2};
    /* Given at 50 until 1030 (80 ms in shifts), then until 1050; the third needs what nobody has.
     */
    RouteTryItem items[] = {item_of(1, 1, START + 50, 80), item_of(2, 1, START + 60, 20),
                            item_of(3, 1, START + 500, 20)};
    items[2].item.needs[0] = (RouteSkill){.skill = 7, .level = 1};
    items[2].item.need_count = 1;
    items[0].by_ms = START + 49;
    items[1].by_ms = START + 1030;
    RouteTry try = {.queues = &queue,
                    .queue_count = 1,
                    .agents = &agent,
                    .agent_count = 1,
                    .items = items,
                    .item_count = 3,
                    .from_ms = START,
                    .to_ms = START + 2000,
                    .answer_ms = 1000,
                    .in_shifts = true};
    RouteTryQueue by_queue;
    RouteTryAgent by_agent;
    RouteTryLong longest[ROUTE_TRY_LONGEST];
    size_t count = 0;
    must(route_try_longest(&try, 2, &by_queue, &by_agent, longest, &count, &err), &err);
    assert_int_equal(by_queue.arrived, 3);
    assert_int_equal(by_queue.given, 2);
    assert_int_equal(by_queue.left, 1);
    assert_int_equal(by_queue.in_time, 1);
    assert_int_equal(by_queue.max_ms, 970);
    assert_int_equal(by_agent.there_ms, 200);
    assert_int_equal(by_agent.busy_ms, 100);
    assert_int_equal(by_agent.units_ms, 100);
    assert_int_equal(count, 2);
    assert_int_equal(longest[0].item, 3);
    assert_false(longest[0].given);
    assert_int_equal(longest[0].wait_ms, 1500);
    assert_int_equal(longest[0].why_ms[ROUTE_WAIT_SKILL], 100);
    assert_int_equal(longest[0].why_ms[ROUTE_WAIT_THERE], 1400);
    assert_int_equal(longest[1].item, 2);
    assert_true(longest[1].given);
    assert_int_equal(longest[1].wait_ms, 970);
    assert_int_equal(longest[1].why_ms[ROUTE_WAIT_FULL], 40 + 30);
    assert_int_equal(longest[1].why_ms[ROUTE_WAIT_THERE], 900);
    try.in_shifts = false;
    must(route_try(&try, &by_queue, &by_agent, &err), &err);
    assert_int_equal(by_queue.max_ms, 940); /* done at 130, in the night */
}

static bool at_once(void *ctx)
{
    (void)ctx;
    return true;
}

static void it_is_stopped(void **state)
{
    (void)state;
    PtError err;
    static RouteTryItem items[MANY];
    for (int64_t i = 0; i < MANY; i++) {
        items[i] = item_of(i + 1, 1, START + i, 1);
    }
    const RouteQueue queue = {.id = 1, .on = true};
    const RouteTry try = {.queues = &queue,
                          .queue_count = 1,
                          .items = items,
                          .item_count = MANY,
                          .from_ms = START,
                          .to_ms = START + MANY,
                          .stop = at_once};
    RouteTryQueue by_queue;
    RouteTryAgent nobody;
    assert_int_equal(route_try(&try, &by_queue, &nobody, &err), PT_UNAVAILABLE);
}

static void memory_runs_out(void **state)
{
    (void)state;
    PtError err;
    const RouteQueue queue = {.id = 1, .on = true};
    const RouteTryItem item = item_of(1, 1, START, 5);
    const RouteTry try = {.queues = &queue,
                          .queue_count = 1,
                          .items = &item,
                          .item_count = 1,
                          .from_ms = START,
                          .to_ms = START + 10};
    RouteTryQueue by_queue;
    RouteTryAgent nobody;
    RouteTryLong longest[ROUTE_TRY_LONGEST];
    size_t count = 0;
    PtStatus st = PT_NO_MEMORY;
    unsigned failures = 0;
    for (uint64_t nth = 1; st == PT_NO_MEMORY; nth++) {
        fault_alloc_fail(nth, 0);
        st = route_try_longest(&try, 1, &by_queue, &nobody, longest, &count, &err);
        fault_alloc_fail(0, 0);
        failures += st == PT_NO_MEMORY;
    }
    must(st, &err);
    assert_true(failures > 10);
    assert_int_equal(by_queue.left, 1);
    RouteTry too_many = try;
    too_many.item_count = ROUTE_TRY_ITEMS + 1;
    assert_int_equal(route_try(&too_many, &by_queue, &nobody, &err), PT_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(worked_by_hand), cmocka_unit_test(work_at_hand),
        cmocka_unit_test(like_erlang_c),  cmocka_unit_test(shifts_and_reasons),
        cmocka_unit_test(it_is_stopped),  cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
