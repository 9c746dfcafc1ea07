// SPDX-License-Identifier: Apache-2.0
/* Stickiness and lifecycle, worked by hand: what the engine says, and the oracle too. */
#include "base/test_rows.h"
#include "platform/columns/columns_history_rig.h"

#include <fault/fault_alloc.h>

#include <stdio.h>
#include <stdlib.h>

enum { DAYS = 5, DAY_MS = 86400000, ANSWER = 256, MEMORY = 1 << 26, NODES = 64 };

/* Five days; rows of a count. Answers: persons with 1, 2, ... 5 days; of each day new, returning,
 * resurrecting, dormant. moved: node 2 is of person 1 by now. */
static struct PeriodCase {
    const char *name, *rows, *stickiness, *lifecycle;
    bool moved;
} cases[] = {
    {"nobody", "1b0 2b30", "0,0,0,0,0", .lifecycle = "0000 0000 0000 0000 0000"},
    {"one row", "1a0", "1,0,0,0,0", .lifecycle = "1000 0001 0000 0000 0000"},
    {"a day counts once", "1a0 1a0 1a5 1a23.999", "1,0,0,0,0",
     .lifecycle = "1000 0001 0000 0000 0000"},
    {"on the edge of a day", "1a23.999 1a24", "0,1,0,0,0", .lifecycle = "1000 0100 0001 0000 0000"},
    {"each day", "1a0 1a24 1a48 1a72 1a96", "0,0,0,0,1", .lifecycle = "1000 0100 0100 0100 0100"},
    {"away for a day", "1a0 1a48", "0,1,0,0,0", .lifecycle = "1000 0001 0010 0001 0000"},
    {"away for two", "1a0 1a72", "0,1,0,0,0", .lifecycle = "1000 0001 0000 0010 0001"},
    {"away twice", "1a1 1a50 1a97", "0,0,1,0,0", .lifecycle = "1000 0001 0010 0001 0010"},
    {"back, then there, then away", "1a0 1a49 1a73", "0,0,1,0,0",
     .lifecycle = "1000 0001 0010 0100 0001"},
    {"nothing behind the last day", "1a119", "1,0,0,0,0", .lifecycle = "0000 0000 0000 0000 1000"},
    {"several persons", "1a0 1a24 2a0 2a48 3a24 4a24 4a50", "1,3,0,0,0",
     .lifecycle = "2000 2101 0112 0002 0000"},
    {"late rows, out of order", "1a50 1a25 1a1", "0,0,1,0,0",
     .lifecycle = "1000 0100 0100 0001 0000"},
    {"other rows do not count", "1b0 1a24 1b48", "1,0,0,0,0",
     .lifecycle = "0000 1000 0001 0000 0000"},
    {"nobody's rows are no person", "0a0 0a24 1a24", "1,0,0,0,0",
     .lifecycle = "0000 1000 0001 0000 0000"},
    {"outside of the range", "1a119 1a120 2a120", "1,0,0,0,0",
     .lifecycle = "0000 0000 0000 0000 1000"},
    {"apart", "1a0 2a24", "2,0,0,0,0", .lifecycle = "1000 1001 0001 0000 0000"},
    {"merged since", "1a0 2a24", "0,1,0,0,0", .lifecycle = "1000 0100 0001 0000 0000",
     .moved = true},
    {"merged since, on one day", "2a1 1a0 1a48 3a0", "1,1,0,0,0",
     .lifecycle = "2000 0002 0010 0001 0000", .moved = true},
};

typedef struct Asked {
    History *h;
    ColumnsSnapshot *snapshot;
    OracleRows rows;
    PtArena *arena;
    uint64_t codes[COLUMNS_EVENTS_MAX / 64];
    PlanSet sets[2];
    uint32_t person_of[NODES];
    ColumnsPlan plan;
} Asked;

static PlanPeriods *periods_of(ColumnsPlan *plan)
{
    return plan->kind == PLAN_STICKINESS ? &plan->stickiness.periods : &plan->lifecycle.periods;
}

/* Set 0: rows of a. */
static void make_plan(Asked *a, PlanKind kind, size_t set_count)
{
    a->plan = (ColumnsPlan){
        .kind = kind,
        .from_ms = HISTORY_BEGIN_MS,
        .to_ms = HISTORY_BEGIN_MS + DAYS * (int64_t)DAY_MS,
        .sets = a->sets,
        .set_count = set_count,
        .person_of = a->person_of,
        .node_count = NODES,
    };
    assert_int_equal(
        plan_periods(periods_of(&a->plan), PLAN_DAY, a->plan.from_ms, a->plan.to_ms, NULL, NULL),
        PT_OK);
}

static Asked *tell(const char *rows, bool moved)
{
    Asked *a = calloc(1, sizeof *a);
    assert_non_null(a);
    a->h = history_new(1, 0);
    a->arena = pt_arena_new(SIZE_MAX);
    history_tell(a->h, rows);
    a->snapshot = history_snapshot(a->h, &a->rows);
    const uint16_t code = history_code(a->snapshot, 1, PT_STR("a"));
    if (code != UINT16_MAX) {
        a->codes[code / 64] = 1ull << (code % 64);
    }
    a->sets[0].codes = a->codes;
    for (uint32_t i = 0; i < NODES; i++) {
        a->person_of[i] = i == 2 && moved ? 1 : i;
    }
    return a;
}

static void asked_free(Asked *a)
{
    columns_snapshot_free(a->snapshot);
    history_free(a->h);
    pt_arena_free(a->arena);
    free(a);
}

static void say(const ColumnsPlan *plan, const PlanAnswer *answer, char out[static ANSWER])
{
    size_t len = 0;
    for (size_t i = 0; plan->kind == PLAN_STICKINESS && i < DAYS; i++) {
        len += (size_t)snprintf(out + len, ANSWER - len, "%s%d", i > 0 ? "," : "",
                                (int)answer->stickiness[i + 1]);
    }
    for (size_t i = 0; plan->kind == PLAN_LIFECYCLE && i < DAYS; i++) {
        const uint64_t *n = answer->lifecycle[i];
        len += (size_t)snprintf(out + len, ANSWER - len, "%s%d%d%d%d", i > 0 ? " " : "",
                                (int)n[PLAN_NEW], (int)n[PLAN_RETURNING], (int)n[PLAN_RESURRECTING],
                                (int)n[PLAN_DORMANT]);
    }
}

/* Each cell is drilled into, and those beside the last, which nobody is in. */
static void drill_into_all(Asked *a, Oracle *oracle)
{
    const uint32_t series = a->plan.kind == PLAN_LIFECYCLE ? PLAN_STAGES : 1;
    char words[ORACLE_WORDS];
    for (uint32_t i = 0; i < series * (DAYS + 2); i++) {
        const PlanDrill cell = {.series = i % series, .period = i / series};
        history_drill(&a->plan, a->snapshot, oracle, &cell, a->arena, words);
        assert_string_equal(words, "");
    }
}

/* With one set by times alone, with two by rows. */
static void period_case(void **state)
{
    const struct PeriodCase *c = *state;
    Asked *a = tell(c->rows, c->moved);
    for (int i = 0; i < 4; i++) {
        make_plan(a, i % 2 == 0 ? PLAN_STICKINESS : PLAN_LIFECYCLE, 1 + i / 2);
        Oracle *oracle = oracle_new(&a->plan, &a->rows);
        PlanAnswer answer;
        char words[ORACLE_WORDS], said[ANSWER];
        const char *want = a->plan.kind == PLAN_STICKINESS ? c->stickiness : c->lifecycle;
        say(&a->plan, oracle_answer(oracle), said);
        assert_string_equal(said, want);
        history_ask(&a->plan, a->snapshot, oracle, a->arena, &answer, words);
        assert_string_equal(words, "");
        say(&a->plan, &answer, said);
        assert_string_equal(said, want);
        drill_into_all(a, oracle);
        oracle_free(oracle);
    }
    asked_free(a);
}

/* ---- Many periods ---------------------------------------------------------------------------- */

/* 1,000 periods of an hour, and rows around the words of 64 bits. */
static void test_as_many_periods_as_there_may_be(void **state)
{
    static const char *const rows = "1a0 1a62 1a63 1a64 1a65 1a127 1a129 1a999 2a63 3a64 4a998 "
                                    "5a999 6a0 6a999 7a959 7a960 7a961";
    (void)state;
    Asked *a = tell(rows, false);
    for (int i = 0; i < 2; i++) {
        make_plan(a, i == 0 ? PLAN_STICKINESS : PLAN_LIFECYCLE, 1);
        a->plan.to_ms = HISTORY_BEGIN_MS + PLAN_PERIODS * INT64_C(3600000);
        assert_int_equal(plan_periods(periods_of(&a->plan), PLAN_HOUR, a->plan.from_ms,
                                      a->plan.to_ms, NULL, NULL),
                         PT_OK);
        Oracle *oracle = oracle_new(&a->plan, &a->rows);
        PlanAnswer answer;
        char words[ORACLE_WORDS];
        history_ask(&a->plan, a->snapshot, oracle, a->arena, &answer, words);
        assert_string_equal(words, "");
        oracle_free(oracle);
        if (i == 0) {
            assert_int_equal(answer.stickiness[0], 0);
            assert_int_equal(answer.stickiness[1], 4);
            assert_int_equal(answer.stickiness[2], 1);
            assert_int_equal(answer.stickiness[3], 1);
            assert_int_equal(answer.stickiness[8], 1);
        } else {
            assert_int_equal(answer.lifecycle[64][PLAN_NEW], 1);
            assert_int_equal(answer.lifecycle[64][PLAN_RETURNING], 1);
            assert_int_equal(answer.lifecycle[64][PLAN_DORMANT], 1);
            assert_int_equal(answer.lifecycle[129][PLAN_RESURRECTING], 1);
            assert_int_equal(answer.lifecycle[999][PLAN_NEW], 1);
            assert_int_equal(answer.lifecycle[999][PLAN_DORMANT], 1);
        }
    }
    asked_free(a);
}

/* ---- Plans that are not well formed, and what fails on the way --------------------------------
 */

static struct BadCase {
    const char *name;
    uint32_t set;
    int64_t first_edge_ms, last_edge_ms; /* moved by */
    PtStatus want;
} bad_cases[] = {
    {"a good one", 1, 0, 0, PT_OK},
    {"no set", 2, 0, 0, PT_INVALID},
    {"periods that begin late", 0, 1, 0, PT_INVALID},
    {"periods that end early", 0, 0, -1, PT_INVALID},
    {"periods that are wider", 0, -1, 1, PT_OK},
    {"an empty period", 0, DAY_MS, 0, PT_INVALID},
};

static void bad_case(void **state)
{
    const struct BadCase *c = *state;
    Asked *a = tell("1a0", false);
    for (int i = 0; i < 2; i++) {
        make_plan(a, i == 0 ? PLAN_STICKINESS : PLAN_LIFECYCLE, 2);
        *(i == 0 ? &a->plan.stickiness.set : &a->plan.lifecycle.set) = c->set;
        periods_of(&a->plan)->edges[0] += c->first_edge_ms;
        periods_of(&a->plan)->edges[DAYS] += c->last_edge_ms;
        const PlanRun run = {.threads = 1, .memory_bytes = MEMORY};
        PlanAnswer answer;
        assert_int_equal(columns_run_plan(&a->plan, a->snapshot, &run, a->arena, &answer, NULL),
                         c->want);
    }
    asked_free(a);
}

static void test_allocations_fail(void **state)
{
    (void)state;
    Asked *a = tell("1a0 2a24 1a48 3a0", true);
    for (int i = 0; i < 2; i++) {
        make_plan(a, i == 0 ? PLAN_STICKINESS : PLAN_LIFECYCLE, 1);
        const PlanRun run = {.threads = 1, .memory_bytes = MEMORY};
        PlanAnswer answer;
        PtStatus st = PT_NO_MEMORY;
        uint64_t nth = 0;
        while (st != PT_OK) {
            PtArena *arena = pt_arena_new(SIZE_MAX);
            fault_alloc_fail(++nth, 0);
            st = columns_run_plan(&a->plan, a->snapshot, &run, arena, &answer, NULL);
            fault_alloc_fail(0, 0);
            assert_true(st == PT_OK || st == PT_NO_MEMORY || st == PT_TOO_LARGE);
            pt_arena_free(arena);
        }
        assert_true(nth > 20);
    }
    asked_free(a);
}

int main(void)
{
    struct CMUnitTest tests[PT_COUNT(cases) + PT_COUNT(bad_cases) + 2];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, cases, period_case);
    PT_TEST_ROWS(tests, n, bad_cases, bad_case);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_as_many_periods_as_there_may_be);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_allocations_fail);
    return _cmocka_run_group_tests("platform/columns_stickiness", tests, n, NULL, NULL);
}
