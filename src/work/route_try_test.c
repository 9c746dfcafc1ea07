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
    PtStatus st = PT_NO_MEMORY;
    unsigned failures = 0;
    for (uint64_t nth = 1; st == PT_NO_MEMORY; nth++) {
        fault_alloc_fail(nth, 0);
        st = route_try(&try, &by_queue, &nobody, &err);
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
        cmocka_unit_test(worked_by_hand),
        cmocka_unit_test(work_at_hand),
        cmocka_unit_test(like_erlang_c),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
