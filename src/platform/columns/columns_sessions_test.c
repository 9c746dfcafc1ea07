// SPDX-License-Identifier: Apache-2.0
/* Sessions, worked by hand: what the engine says, and the oracle too. */
#include "base/test_rows.h"
#include "platform/columns/columns_history_rig.h"
#include "platform/columns/columns_spans.h"

#include <fault/fault_alloc.h>

#include <stdio.h>
#include <stdlib.h>

enum {
    DAYS = 3,
    MINUTE_MS = 60000,
    HOUR_MS = 60 * MINUTE_MS,
    DAY_MS = 24 * HOUR_MS,
    ANSWER = 256,
    MEMORY = 1 << 26,
    NODES = 64
};

/* Three days from hour `from` on; sessions of rows of a end at an hour without one. Answers:
 * "day:sessions/persons/rows sum,median" in minutes, days without any left out. moved: node 2 is of
 * person 1 by now. */
static struct SessionCase {
    const char *name, *rows, *want;
    int from;
    bool moved;
} cases[] = {
    {"nobody", "1b0 0a1", .want = ""},
    {"one row", "1a0", .want = "0:1/1/1 0,0"},
    {"two rows at one instant", "1a0 1a0", .want = "0:1/1/2 0,0"},
    {"a gap of an hour is none", "1a0 1a1 1a2", .want = "0:1/1/3 120,120"},
    {"a millisecond more is one", "1a0 1a1.00000028 1a2", .want = "0:2/1/3 60,0"},
    {"two sessions of a day are one person", "1a0 1a0.5 1a9", .want = "0:2/1/3 30,0"},
    {"of the day that it begins in", "1a23.5 1a24 1a24.5", .want = "0:1/1/3 60,60"},
    {"begins with the day", "1a24 1a24.5", .want = "1:1/1/2 30,30"},
    {"one on each of two days", "1a0 1a30 1a30.25", .want = "0:1/1/1 0,0 1:1/1/2 15,15"},
    {"a person of two days and back", "1a0 1a30 1a50 2a30",
     .want = "0:1/1/1 0,0 1:2/2/2 0,0 2:1/1/1 0,0"},
    {"other rows do not bridge a gap", "1a0 1b0.75 1a1.5", .want = "0:2/1/2 0,0"},
    {"late rows do", "1a2 1a0 1a1", .want = "0:1/1/3 120,120"},
    {"late rows at the edges", "1a1 1a0.5 1a1.25", .want = "0:1/1/3 45,45"},
    {"persons are apart", "1a0 2a0.5", .want = "0:2/2/2 0,0"},
    {"merged since: one session", "1a0 2a0.5 1a1.5", .want = "0:1/1/3 90,90", .moved = true},
    {"merged since, with ties", "2a1 1a1 2a1 1a5 2a5", .want = "0:2/1/5 0,0", .moved = true},
    {"the lower of two middle lengths", "1a0 1a0.5 2a0 2a0.75", .want = "0:2/2/4 75,30"},
    {"lengths of none count", "1a0 1a0.5 2a0 2a0.75 3a0", .want = "0:3/3/5 75,30"},
    {"most are of none", "1a0 1a0.5 2a0 2a0.75 3a0 4a0", .want = "0:4/4/6 75,0"},
    {"five lengths", "1a0 1a0.5 2a0 2a0.25 3a0 3a0.75 4a0 4a1 5a0", .want = "0:5/5/9 150,30"},
    {"the range cuts the first", "1a0.5 1a1.25 1a2", .want = "0:1/1/2 45,45", .from = 1},
    {"and the last", "1a71.5 1a72 1a72.5", .want = "2:1/1/1 0,0"},
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

/* Set 0: rows of a; set 1: all. */
static void make_plan(Asked *a, int from)
{
    a->plan = (ColumnsPlan){
        .kind = PLAN_SESSIONS,
        .from_ms = HISTORY_BEGIN_MS + from * (int64_t)HOUR_MS,
        .to_ms = HISTORY_BEGIN_MS + DAYS * (int64_t)DAY_MS,
        .sets = a->sets,
        .set_count = 2,
        .person_of = a->person_of,
        .node_count = NODES,
        .sessions = {.gap_ms = HOUR_MS},
    };
    assert_int_equal(plan_periods(&a->plan.sessions.periods, PLAN_DAY, a->plan.from_ms,
                                  a->plan.to_ms, NULL, NULL),
                     PT_OK);
}

static Asked *tell(const char *rows, int from, bool moved)
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
    make_plan(a, from);
    return a;
}

static void asked_free(Asked *a)
{
    columns_snapshot_free(a->snapshot);
    history_free(a->h);
    pt_arena_free(a->arena);
    free(a);
}

static void say(const PlanAnswer *answer, char out[static ANSWER])
{
    size_t len = 0;
    out[0] = 0;
    for (size_t i = 0; i < DAYS; i++) {
        const PlanSessionsRow *r = &answer->sessions[i];
        if (r->sessions > 0) {
            len += (size_t)snprintf(out + len, ANSWER - len, "%s%zu:%d/%d/%d %g,%g",
                                    len > 0 ? " " : "", i, (int)r->sessions, (int)r->persons,
                                    (int)r->rows, r->length_sum_ms / (double)MINUTE_MS,
                                    (double)r->length_median_ms / (double)MINUTE_MS);
        }
    }
}

static void session_case(void **state)
{
    const struct SessionCase *c = *state;
    Asked *a = tell(c->rows, c->from, c->moved);
    Oracle *oracle = oracle_new(&a->plan, &a->rows);
    PlanAnswer answer;
    char words[ORACLE_WORDS], said[ANSWER];
    say(oracle_answer(oracle), said);
    assert_string_equal(said, c->want);
    history_ask(&a->plan, a->snapshot, oracle, a->arena, &answer, words);
    assert_string_equal(words, "");
    say(&answer, said);
    assert_string_equal(said, c->want);
    for (uint32_t day = 0; day <= DAYS; day++) { // nobody is in the day behind the last
        const PlanDrill cell = {.period = day};
        history_drill(&a->plan, a->snapshot, oracle, &cell, a->arena, words);
        assert_string_equal(words, "");
    }
    oracle_free(oracle);
    asked_free(a);
}

/* ---- Bounds ---------------------------------------------------------------------------------- */

static struct BadCase {
    const char *name;
    uint32_t set;
    int64_t gap_ms, first_edge_ms, last_edge_ms; /* edges: moved by */
    PtStatus want;
} bad_cases[] = {
    {"a good one", 1, 1, 0, 0, PT_OK},
    {"no set", 2, 1, 0, 0, PT_INVALID},
    {"no gap", 0, 0, 0, 0, PT_INVALID},
    {"as long a gap as may be", 0, INT64_MAX, 0, 0, PT_OK},
    {"periods that begin late", 0, 1, 1, 0, PT_INVALID},
    {"periods that end early", 0, 1, 0, -1, PT_INVALID},
    {"periods that are wider", 0, 1, -1, 1, PT_OK},
    {"an empty period", 0, 1, DAY_MS, 0, PT_INVALID},
};

static PtStatus run_plan(Asked *a, size_t memory_bytes, PtError *err)
{
    const PlanRun run = {.threads = 1, .memory_bytes = memory_bytes};
    PlanAnswer answer;
    return columns_run_plan(&a->plan, a->snapshot, &run, a->arena, &answer, err);
}

static void bad_case(void **state)
{
    const struct BadCase *c = *state;
    Asked *a = tell("1a0", 0, false);
    a->plan.sessions.set = c->set;
    a->plan.sessions.gap_ms = c->gap_ms;
    a->plan.sessions.periods.edges[0] += c->first_edge_ms;
    a->plan.sessions.periods.edges[DAYS] += c->last_edge_ms;
    assert_int_equal(run_plan(a, MEMORY, NULL), c->want);
    asked_free(a);
}

/* Times whose differences are no int64_t. */
static void test_a_range_has_a_bound(void **state)
{
    (void)state;
    Asked *a = tell("1a0", 0, false);
    PlanPeriods *periods = &a->plan.sessions.periods;
    PtError err = {0};
    a->plan.from_ms = INT64_MIN / 2;
    a->plan.to_ms = INT64_MAX / 2;
    assert_int_equal(plan_periods(periods, PLAN_WHOLE, a->plan.from_ms, a->plan.to_ms, NULL, &err),
                     PT_OK);
    assert_int_equal(run_plan(a, MEMORY, &err), PT_OK);
    periods->edges[0]--;
    assert_int_equal(run_plan(a, MEMORY, &err), PT_INVALID);
    assert_int_equal(
        plan_periods(periods, PLAN_WHOLE, a->plan.from_ms - 1, a->plan.to_ms, NULL, &err),
        PT_INVALID);
    assert_string_equal(err.message, "the range is over 63 bits of milliseconds");
    asked_free(a);
}

/* The least that 40,000 sessions of two rows do with, nearly. */
static size_t least_memory(int64_t length_ms)
{
    Asked *a = tell("", 0, false);
    for (uint32_t i = 0; i < 80000; i++) {
        history_add(a->h, &(ColumnsRow){.time_ms = HISTORY_BEGIN_MS + i / 2 * 100 +
                                                   (i % 2 == 0 ? 0 : length_ms),
                                        .node = 1 + i / 2 % 2000,
                                        .type = 1,
                                        .event = PT_STR("a")});
    }
    columns_snapshot_free(a->snapshot);
    a->snapshot = history_snapshot(a->h, &a->rows);
    a->plan.sessions.set = 1;
    a->plan.sessions.gap_ms = 1;
    size_t least = 1 << 18;
    while (run_plan(a, least, NULL) == PT_TOO_LARGE) {
        least += least / 64;
    }
    assert_int_equal(run_plan(a, least, NULL), PT_OK);
    asked_free(a);
    return least;
}

static void test_lengths_over_0_are_charged(void **state)
{
    (void)state;
    assert_true(least_memory(1) > least_memory(0) + 30000 * sizeof(int64_t));
}

static void test_allocations_fail(void **state)
{
    (void)state;
    Asked *a = tell("1a0 1a0.5 2a24 1a48 3a0 3a0.75 4a0 4a0.1", 0, true);
    PtStatus st = PT_NO_MEMORY;
    uint64_t nth = 0;
    while (st != PT_OK) {
        pt_arena_free(a->arena);
        a->arena = pt_arena_new(SIZE_MAX);
        fault_alloc_fail(++nth, 0);
        st = run_plan(a, MEMORY, NULL);
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || st == PT_NO_MEMORY || st == PT_TOO_LARGE);
    }
    assert_true(nth > 20);
    asked_free(a);
}

/* ---- Medians --------------------------------------------------------------------------------- */

static int by_length(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static Spans spans_of(const int64_t *ms, size_t count)
{
    Spans spans = {0};
    size_t bytes = 0;
    assert_int_equal(spans_add(&spans, NULL, ms, count, &bytes, NULL), PT_OK);
    assert_int_equal(bytes, spans.cap * sizeof *ms);
    return spans;
}

static void check_ranks(const int64_t *ms, size_t count)
{
    int64_t *sorted = calloc(count, sizeof *sorted);
    assert_non_null(sorted);
    memcpy(sorted, ms, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_length);
    for (size_t rank = 1; rank <= count; rank++) {
        Spans spans = spans_of(ms, count);
        assert_int_equal(spans_at(&spans, rank), sorted[rank - 1]);
        spans_done(&spans);
    }
    for (size_t none = 0; none <= count; none++) {
        Spans spans = spans_of(ms, count);
        const size_t rank = (count + none + 1) / 2;
        assert_int_equal(spans_median(&spans, count + none),
                         rank > none ? sorted[rank - none - 1] : 0);
        spans_done(&spans);
    }
    free(sorted);
}

/* Lengths that rise, fall, are mixed or all the same. */
static void test_each_rank(void **state)
{
    enum { MOST = 40, KINDS = 4 };
    (void)state;
    for (size_t count = 1; count <= MOST; count++) {
        int64_t ms[KINDS][MOST];
        for (size_t i = 0; i < count; i++) {
            const int64_t n = (int64_t)i;
            ms[0][i] = n;
            ms[1][i] = MOST - n;
            ms[2][i] = n * 7919 % 13;
            ms[3][i] = 5;
        }
        for (size_t kind = 0; kind < KINDS; kind++) {
            check_ranks(ms[kind], count);
        }
    }
    Spans none = {0};
    assert_int_equal(spans_median(&none, 0), 0);
    assert_int_equal(spans_median(&none, 7), 0);
}

int main(void)
{
    struct CMUnitTest tests[PT_COUNT(cases) + PT_COUNT(bad_cases) + 4];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, cases, session_case);
    PT_TEST_ROWS(tests, n, bad_cases, bad_case);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_a_range_has_a_bound);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_lengths_over_0_are_charged);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_allocations_fail);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_each_rank);
    return _cmocka_run_group_tests("platform/columns_sessions", tests, n, NULL, NULL);
}
