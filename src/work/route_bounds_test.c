// SPDX-License-Identifier: Apache-2.0
/* What the router takes and what not; names; memory that runs out. */
#include "base/test_rows.h"
#include "work/work.h"

#include <fault/fault_alloc.h>
#include <string.h>

enum { START = 100000 };

typedef struct Rig {
    Route *router;
    unsigned decisions;
    RouteDecision last;
} Rig;

static void decided(void *ctx, const RouteDecision *decision)
{
    Rig *rig = ctx;
    rig->decisions++;
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

/* ---- Bounds ---------------------------------------------------------------------------------- */

static struct BoundCase {
    const char *name;
    PtStatus want;
    const char *message;
    RouteItem item;
} bound_cases[] = {
    {"id", PT_INVALID, "item is 0, not 1..", {.id = 0, .queue = 1, .priority = 1}},
    {"queue", PT_NOT_FOUND, "queue 2 is not known", {.id = 1, .queue = 2, .priority = 1}},
    {"channel",
     PT_INVALID,
     "channel is 8, not 0..7",
     {.id = 1, .queue = 1, .channel = 8, .priority = 1}},
    {"channel 7", PT_OK, "", {.id = 1, .queue = 1, .channel = 7, .priority = 1}},
    {"weight",
     PT_INVALID,
     "weight is 10001, not 0..10000",
     {.id = 1, .queue = 1, .weight = 10001, .priority = 1}},
    {"priority 0", PT_INVALID, "priority is 0, not 1..99", {.id = 1, .queue = 1}},
    {"priority 100",
     PT_INVALID,
     "priority is 100, not 1..99",
     {.id = 1, .queue = 1, .priority = 100}},
    {"priority 99", PT_OK, "", {.id = 1, .queue = 1, .priority = 99}},
    {"needs",
     PT_TOO_LARGE,
     "needs has 9 entries, at most 8",
     {.id = 1, .queue = 1, .priority = 1, .need_count = 9}},
    {"level",
     PT_INVALID,
     "needs.level is 6, not 1..5",
     {.id = 1, .queue = 1, .priority = 1, .needs = {{1, 6}}, .need_count = 1}},
    {"skill twice",
     PT_OK,
     "",
     {.id = 1, .queue = 1, .priority = 1, .needs = {{1, 2}, {2, 1}, {1, 3}}, .need_count = 3}},
};

static void bounds_of_items(void **state)
{
    const struct BoundCase *c = *state;
    void *rig_state;
    PtError err = {0};
    (void)set_up(&rig_state);
    Rig *rig = rig_state;
    must(route_queue_put(rig->router, &(RouteQueue){.id = 1, .on = true}, START, &err), &err);
    assert_int_equal(route_item_put(rig->router, &c->item, START, &err), c->want);
    if (c->want != PT_OK) {
        assert_non_null(strstr(err.message, c->message));
    }
    must(route_check(rig->router, &err), &err);
    (void)tear_down(&rig_state);
}

static void bounds_of_settings(void **state)
{
    Rig *rig = *state;
    PtError err;
    const RouteStep down[] = {{.after_ms = 20, .level = 1}, {.after_ms = 10}};
    RouteQueue queue = {.id = 1, .steps = down, .step_count = 2};
    assert_int_equal(route_queue_put(rig->router, &queue, START, &err), PT_INVALID);
    assert_string_equal(err.message, "steps.after_ms is 10, not 20..316224000000");
    queue.step_count = ROUTE_STEPS + 1;
    assert_int_equal(route_queue_put(rig->router, &queue, START, &err), PT_TOO_LARGE);
    RouteAgent agent = {.id = 1};
    const int64_t unknown = 5;
    agent.queues = &unknown;
    agent.queue_count = 1;
    assert_int_equal(route_agent_put(rig->router, &agent, START, &err), PT_NOT_FOUND);
    agent.queue_count = 0;
    const RouteShift overlap[] = {{10, 20}, {19, 30}};
    agent.shifts = overlap;
    agent.shift_count = 2;
    assert_int_equal(route_agent_put(rig->router, &agent, START, &err), PT_INVALID);
    agent.shift_count = 0;
    agent.reason = (PtStr){"", ROUTE_REASON_BYTES + 1};
    assert_int_equal(route_agent_put(rig->router, &agent, START, &err), PT_INVALID);
    assert_int_equal(route_agent_presence(rig->router, 1, ROUTE_ONLINE, pt_str(""), START, &err),
                     PT_NOT_FOUND);
}

static void names_read_back(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ROUTE_STRATEGIES; i++) {
        RouteStrategy strategy;
        assert_true(route_strategy_of(pt_str(route_strategy_name((RouteStrategy)i)), &strategy));
        assert_int_equal(strategy, i);
    }
    for (unsigned i = 0; i < ROUTE_PRESENCES; i++) {
        RoutePresence presence;
        assert_true(route_presence_of(pt_str(route_presence_name((RoutePresence)i)), &presence));
        assert_int_equal(presence, i);
    }
    RouteStrategy strategy;
    RoutePresence presence;
    assert_false(route_strategy_of(pt_str("random"), &strategy));
    assert_false(route_presence_of(pt_str("here"), &presence));
}

/* ---- Memory ---------------------------------------------------------------------------------- */

/* Each call is tried until it succeeds, with the next allocation failing, then the one after, ...
 */
#define UNTIL_IT_SUCCEEDS(call)                                                                    \
    do {                                                                                           \
        PtStatus st_ = PT_NO_MEMORY;                                                               \
        for (uint64_t nth_ = 1; st_ == PT_NO_MEMORY; nth_++) {                                     \
            fault_alloc_fail(nth_, 1);                                                             \
            st_ = (call);                                                                          \
            fault_alloc_fail(0, 0);                                                                \
            failures += st_ == PT_NO_MEMORY;                                                       \
            must(route_check(rig->router, &err), &err);                                            \
        }                                                                                          \
        must(st_, &err);                                                                           \
    } while (0)

enum { MANY = 70 };

static unsigned put_queues(Rig *rig)
{
    PtError err;
    unsigned failures = 0;
    for (int64_t id = 1; id <= MANY; id++) {
        const RouteQueue queue = {.id = id, .on = true, .offer = true, .refused_ms = 5};
        UNTIL_IT_SUCCEEDS(route_queue_put(rig->router, &queue, START, &err));
    }
    return failures;
}

static unsigned put_agents(Rig *rig)
{
    PtError err;
    unsigned failures = 0;
    for (int64_t id = 1; id <= MANY; id++) {
        const RouteSkill skill = {id, 3};
        const RouteShift shift = {START - 5, START + 500};
        const RouteAgent agent = {.id = id,
                                  .presence = ROUTE_ONLINE,
                                  .capacity = {1},
                                  .total = 1,
                                  .queues = &id,
                                  .queue_count = 1,
                                  .skills = &skill,
                                  .skill_count = 1,
                                  .shifts = &shift,
                                  .shift_count = 1};
        UNTIL_IT_SUCCEEDS(route_agent_put(rig->router, &agent, START, &err));
    }
    return failures;
}

static unsigned put_items(Rig *rig)
{
    PtError err;
    unsigned failures = 0;
    for (int64_t id = 1; id <= 2 * MANY; id++) {
        const RouteRefusal refusal = {id, START + 3};
        const RouteItem item = {.id = id,
                                .queue = 1 + id % MANY,
                                .weight = 1,
                                .priority = 3,
                                .since_ms = START,
                                .needs = {{1 + id % MANY, 3}},
                                .need_count = 1,
                                .sticky_agent = 1000 + id, /* nobody who is known */
                                .sticky_until_ms = START + 10,
                                .refusals = &refusal,
                                .refusal_count = 1};
        UNTIL_IT_SUCCEEDS(route_item_put(rig->router, &item, START, &err));
    }
    return failures;
}

static void memory_runs_out(void **state)
{
    Rig *rig = *state;
    PtError err;
    unsigned failures = put_queues(rig) + put_agents(rig) + put_items(rig);
    assert_int_equal(rig->decisions, MANY);
    UNTIL_IT_SUCCEEDS(route_rejected(rig->router, 1, START + 1, &err));
    assert_int_equal(rig->last.item, 1); /* nobody else is there */
    assert_int_equal(rig->last.agent, 2);
    assert_true(rig->last.again);
    assert_true(failures > 200);
}

static void no_memory_to_begin(void **state)
{
    (void)state;
    PtError err;
    Route *router = NULL;
    PtStatus st = PT_NO_MEMORY;
    unsigned failures = 0;
    for (uint64_t nth = 1; st == PT_NO_MEMORY; nth++) {
        fault_alloc_fail(nth, 0);
        st = route_new(&(RouteSink){NULL, decided}, &router, &err);
        fault_alloc_fail(0, 0);
        failures += st == PT_NO_MEMORY;
    }
    must(st, &err);
    assert_true(failures > 10);
    route_free(router);
    route_free(NULL);
}

int main(void)
{
    struct CMUnitTest tests[32] = {
        cmocka_unit_test_setup_teardown(bounds_of_settings, set_up, tear_down),
        cmocka_unit_test_setup_teardown(memory_runs_out, set_up, tear_down),
        cmocka_unit_test(names_read_back),
        cmocka_unit_test(no_memory_to_begin),
    };
    size_t n = 4;
    PT_TEST_ROWS(tests, n, bound_cases, bounds_of_items);
    return _cmocka_run_group_tests("work/route_bounds", tests, n, NULL, NULL);
}
