// SPDX-License-Identifier: Apache-2.0
/* Paths, worked by hand: what the engine says, and the oracle too. */
#include "base/test_rows.h"
#include "platform/columns/columns_history_rig.h"
#include "platform/columns/columns_scan.h"

#include <stdio.h>
#include <stdlib.h>

enum { HOUR_MS = 3600000, DAY_MS = 86400000, ANSWER = 512 };

/* Sessions end at an hour without a row. Answers: paths, then "depth from>to count", "." for an
 * end. */
static struct PathCase {
    const char *name, *rows, *nodes, *anchor;
    uint32_t depth;
    const char *want;
    bool backwards, fold;
} cases[] = {
    {"no rows of the anchor", "1b0 1c0.5", "abc", "a", 5, .want = "0"},
    {"one row", "1a0", "abc", "a", 5, .want = "1 1a>.1"},
    {"one session", "1a0 1b0.5 1c1", "abc", "a", 5, .want = "1 1a>b1 2b>c1 3c>.1"},
    {"cut at the depth, without an end", "1a0 1b0.1 1c0.2 1a0.3", "abc", "a", 3,
     .want = "1 1a>b1 2b>c1"},
    {"as deep as it is long", "1a0 1b0.1", "abc", "a", 2, .want = "1 1a>b1"},
    {"a gap of an hour is none", "1a0 1b1 1c2", "abc", "a", 5, .want = "1 1a>b1 2b>c1 3c>.1"},
    {"over an hour is one", "1a0 1b1.001 1a2.002", "abc", "a", 5, .want = "2 1a>.2"},
    {"begins at the first anchor", "1b0 1a0.1 1c0.2 1a0.3", "abc", "a", 5,
     .want = "1 1a>c1 2c>a1 3a>.1"},
    {"other events are not seen, nor do they bridge a gap", "1a0 1c0.6 1b1.2", "ab", "a", 5,
     .want = "1 1a>.1"},
    {"an anchor that is no node", "1a0 1b0.5", "b", "a", 5, .want = "0"},
    {"several anchors", "1a0 2b0 2c0.5", "abc", "ab", 5, .want = "2 1a>.1 1b>c1 2c>.1"},
    {"counts come first", "1a0 1c0.1 2a0 2b0.1 3a0 3b0.1", "abc", "a", 2, .want = "3 1a>b2 1a>c1"},
    {"folded", "1a0 1a0.1 1b0.2 1b0.3 1a0.4", "abc", "a", 5, .want = "1 1a>b1 2b>a1 3a>.1",
     .fold = true},
    {"not folded", "1a0 1a0.1 1b0.2", "abc", "a", 5, .want = "1 1a>a1 2a>b1 3b>.1"},
    {"folded, depth counts what is left", "1a0 1b0.1 1b0.2 1b0.3 1c0.4", "abc", "a", 3,
     .want = "1 1a>b1 2b>c1", .fold = true},
    {"folded over other events", "1a0 1b0.1 1a0.2", "a", "a", 5, .want = "1 1a>.1", .fold = true},
    {"backwards from the last", "1b0 1c0.1 1a0.2 1b0.3", "abc", "a", 5,
     .want = "1 1a>c1 2c>b1 3b>.1", .backwards = true},
    {"backwards, the last of two", "1a0 1b0.1 1a0.2", "abc", "a", 5, .want = "1 1a>b1 2b>a1 3a>.1",
     .backwards = true},
    {"backwards, cut", "1b0 1c0.1 1a0.2", "abc", "a", 2, .want = "1 1a>c1", .backwards = true},
    {"backwards over a gap", "1b0 1a1.5", "abc", "a", 5, .want = "1 1a>.1", .backwards = true},
    {"backwards, folded", "1c0 1b0.1 1b0.2 1a0.3 1a0.4", "abc", "a", 5,
     .want = "1 1a>b1 2b>c1 3c>.1", .backwards = true, .fold = true},
    {"ties go by their place in the log", "1c0 1a0 1b0", "abc", "a", 5, .want = "1 1a>b1 2b>.1"},
    {"late rows", "1b0.5 1a0", "abc", "a", 5, .want = "1 1a>b1 2b>.1"},
    {"nobody has no path", "0a0 0b0.1", "abc", "a", 5, .want = "0"},
    {"persons are apart", "1a0 2b0.1", "abc", "a", 5, .want = "1 1a>.1"},
};

static char letter(const ColumnsEvent *events, uint16_t code)
{
    return code == PLAN_END ? '.' : events[code].name.data[0];
}

static void say(const PlanAnswer *answer, const ColumnsSnapshot *s, char out[static ANSWER])
{
    const ColumnsEvent *events;
    (void)columns_snapshot_events(s, &events);
    int len = snprintf(out, ANSWER, "%d", (int)answer->paths);
    for (size_t i = 0; i < answer->edge_count; i++) {
        const PlanEdge *e = &answer->edges[i];
        len += snprintf(out + len, ANSWER - (size_t)len, " %u%c>%c%d", e->depth,
                        letter(events, e->from), letter(events, e->to), (int)e->count);
    }
}

static void set_codes(uint64_t codes[static COLUMNS_EVENTS_MAX / 64], const ColumnsSnapshot *s,
                      const char *events)
{
    for (const char *e = events; *e != 0; e++) {
        const uint16_t code = history_code(s, 1, (PtStr){e, 1});
        if (code != UINT16_MAX) {
            codes[code / 64] |= 1ull << (code % 64);
        }
    }
}

static ColumnsPlan plan_of(const PlanSet sets[static 2])
{
    return (ColumnsPlan){
        .kind = PLAN_PATHS,
        .from_ms = HISTORY_BEGIN_MS,
        .to_ms = HISTORY_BEGIN_MS + DAY_MS,
        .sets = sets,
        .set_count = 2,
        .paths = {.nodes = 0, .anchor = 1, .gap_ms = HOUR_MS, .depth = 5},
    };
}

static void path_case(void **state)
{
    const struct PathCase *c = *state;
    History *h = history_new(1, 0);
    history_tell(h, "9c9 9a9"); // so that events have codes that are not in the order of letters
    history_tell(h, c->rows);
    OracleRows rows;
    ColumnsSnapshot *s = history_snapshot(h, &rows);
    uint64_t codes[2][COLUMNS_EVENTS_MAX / 64] = {{0}}, who = ~(1ull << 9);
    set_codes(codes[0], s, c->nodes);
    set_codes(codes[1], s, c->anchor);
    const PlanSet sets[2] = {{.codes = codes[0]}, {.codes = codes[1]}};
    ColumnsPlan plan = plan_of(sets);
    plan.who = &who;
    plan.who_count = 64;
    plan.paths.depth = c->depth;
    plan.paths.backwards = c->backwards;
    plan.paths.fold = c->fold;
    PtArena *arena = pt_arena_new(SIZE_MAX);
    Oracle *oracle = oracle_new(&plan, &rows);
    PlanAnswer answer;
    char words[ORACLE_WORDS], said[ANSWER];
    history_ask(&plan, s, oracle, arena, &answer, words);
    assert_string_equal(words, "");
    say(&answer, s, said);
    assert_string_equal(said, c->want);
    oracle_free(oracle);
    pt_arena_free(arena);
    columns_snapshot_free(s);
    history_free(h);
}

/* ---- Plans that are not well formed -----------------------------------------------------------
 */

static struct BadCase {
    const char *name;
    PlanPaths paths;
    PtStatus want;
} bad_cases[] = {
    {"a good one", {.anchor = 1, .gap_ms = 1, .depth = 2}, PT_OK},
    {"as deep as may be", {.anchor = 1, .gap_ms = 1, .depth = PLAN_DEPTH}, PT_OK},
    {"deeper", {.anchor = 1, .gap_ms = 1, .depth = PLAN_DEPTH + 1}, PT_INVALID},
    {"of one row", {.anchor = 1, .gap_ms = 1, .depth = 1}, PT_INVALID},
    {"no gap", {.anchor = 1, .gap_ms = 0, .depth = 2}, PT_INVALID},
    {"nodes are no set", {.nodes = 2, .gap_ms = 1, .depth = 2}, PT_INVALID},
    {"the anchor is no set", {.anchor = 2, .gap_ms = 1, .depth = 2}, PT_INVALID},
};

static PtStatus run_paths(const PlanPaths *paths, int64_t from_ms, int64_t to_ms)
{
    History *h = history_new(1, 0);
    history_tell(h, "1a0");
    OracleRows plain;
    ColumnsSnapshot *s = history_snapshot(h, &plain);
    const PlanSet sets[2] = {{0}};
    ColumnsPlan plan = plan_of(sets);
    plan.paths = *paths;
    plan.from_ms = from_ms;
    plan.to_ms = to_ms;
    PtArena *arena = pt_arena_new(SIZE_MAX);
    const PlanRun run = {.threads = 1, .memory_bytes = 64 << 20};
    PlanAnswer answer = {0};
    const PtStatus st = columns_run_plan(&plan, s, &run, arena, &answer, NULL);
    pt_arena_free(arena);
    columns_snapshot_free(s);
    history_free(h);
    return st;
}

static void bad_case(void **state)
{
    const struct BadCase *c = *state;
    assert_int_equal(run_paths(&c->paths, HISTORY_BEGIN_MS, HISTORY_BEGIN_MS + DAY_MS), c->want);
}

/* Times whose differences are no int64_t. */
static void test_a_range_has_a_bound(void **state)
{
    const PlanPaths paths = {.anchor = 1, .gap_ms = 1, .depth = 2};
    (void)state;
    assert_int_equal(run_paths(&paths, INT64_MIN / 2, INT64_MAX / 2), PT_OK);
    assert_int_equal(run_paths(&paths, INT64_MIN / 2 - 1, INT64_MAX / 2), PT_INVALID);
}

/* ---- The bound ------------------------------------------------------------------------------- */

/* Edges of codes that nobody else's are: sessions of two rows, `first` and on. The fold alone. */
static PtStatus edges_from(void *state, uint32_t first, uint32_t count)
{
    enum { CODES = 1000 };
    PtStatus st = PT_OK;
    for (uint32_t i = first; st == PT_OK && i < first + count; i++) {
        const ScanRow rows[2] = {{.sets = 3, .code = (uint16_t)(i / CODES)},
                                 {.sets = 3, .code = (uint16_t)(i % CODES)}};
        st = fold_paths.person(state, NULL, 1, rows, 2, NULL);
    }
    return st;
}

static void test_edges_have_a_bound(void **state)
{
    enum { HALF = PLAN_EDGES / 2 };
    (void)state;
    const PlanSet sets[2] = {{0}};
    ColumnsPlan plan = plan_of(sets);
    plan.paths.depth = 2;
    const PlanRun run = {.threads = 1};
    void *a = NULL, *b = NULL;
    assert_int_equal(fold_paths.new(&plan, &run, &a, NULL), PT_OK);
    assert_int_equal(fold_paths.new(&plan, &run, &b, NULL), PT_OK);
    assert_int_equal(edges_from(a, 0, HALF), PT_OK);
    assert_int_equal(edges_from(b, HALF, HALF), PT_OK);
    assert_int_equal(fold_paths.merge(a, b, NULL), PT_OK);
    assert_int_equal(fold_paths.merge(a, b, NULL), PT_OK); // none of them is new
    assert_int_equal(edges_from(a, 2 * HALF, 1), PT_TOO_LARGE);
    assert_int_equal(edges_from(b, 2 * HALF, 1), PT_OK);
    assert_int_equal(fold_paths.merge(a, b, NULL), PT_TOO_LARGE);
    fold_paths.free(a);
    fold_paths.free(b);
}

int main(void)
{
    struct CMUnitTest tests[PT_COUNT(cases) + PT_COUNT(bad_cases) + 2];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, cases, path_case);
    PT_TEST_ROWS(tests, n, bad_cases, bad_case);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_a_range_has_a_bound);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_edges_have_a_bound);
    return _cmocka_run_group_tests("platform/columns_paths", tests, n, NULL, NULL);
}
