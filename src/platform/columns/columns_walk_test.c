// SPDX-License-Identifier: Apache-2.0
/* Walks, worked by hand: what is told, in which order, and that each range is done with. */
#include "base/test_rows.h"
#include "platform/columns/columns_history_rig.h"

#include <fault/fault_alloc.h>

#include <stdio.h>
#include <stdlib.h>

enum { HOUR_MS = 3600000, RANGE_HOURS = 48, MEMORY = 1 << 26, NODES = 256, SAID = 512 };

typedef struct Asked {
    History *h;
    ColumnsSnapshot *snapshot;
    OracleRows rows;
    PtArena *arena;
    uint64_t codes[2][COLUMNS_EVENTS_MAX / 64];
    PlanSet sets[2]; /* a; b and c */
    uint32_t person_of[NODES];
    ColumnsPlan plan;
} Asked;

/* Rows in words, a run for each; "|" ends it. "3>1": whose node 3 is now. */
static Asked *tell_runs(const char *rows, const char *moves)
{
    Asked *a = calloc(1, sizeof *a);
    assert_non_null(a);
    a->h = history_new(1, 0);
    a->arena = pt_arena_new(SIZE_MAX);
    PtStr rest = pt_str(rows), word;
    while (pt_str_cut(&rest, '|', &word)) {
        char text[ORACLE_WORDS];
        assert_true(pt_str_copy(text, sizeof text, word));
        history_tell(a->h, text);
        if (rest.data != NULL) {
            history_flush(a->h, true);
        }
    }
    for (uint32_t i = 0; i < NODES; i++) {
        a->person_of[i] = i;
    }
    rest = pt_str(moves);
    while (*moves != 0 && pt_str_cut(&rest, ' ', &word)) {
        char *end;
        const unsigned long node = strtoul(word.data, &end, 10);
        a->person_of[node] = (uint32_t)strtoul(end + 1, NULL, 10);
    }
    return a;
}

static void set_codes(uint64_t *codes, const ColumnsSnapshot *s, const char *events)
{
    for (const char *e = events; *e != 0; e++) {
        const uint16_t code = history_code(s, 1, (PtStr){e, 1});
        if (code != UINT16_MAX) {
            codes[code / 64] |= 1ull << (code % 64);
        }
    }
}

static void look(Asked *a)
{
    a->snapshot = history_snapshot(a->h, &a->rows);
    set_codes(a->codes[0], a->snapshot, "a");
    set_codes(a->codes[1], a->snapshot, "bc");
    a->sets[0].codes = a->codes[0];
    a->sets[1].codes = a->codes[1];
    a->plan = (ColumnsPlan){
        .kind = PLAN_WALK,
        .from_ms = HISTORY_BEGIN_MS,
        .to_ms = HISTORY_BEGIN_MS + RANGE_HOURS * (int64_t)HOUR_MS,
        .sets = a->sets,
        .set_count = 2,
        .person_of = a->person_of,
        .node_count = NODES,
    };
}

static void asked_free(Asked *a)
{
    columns_snapshot_free(a->snapshot);
    history_free(a->h);
    pt_arena_free(a->arena);
    free(a);
}

static PtStatus run_plan(Asked *a, const PlanRun *run, PtError *err)
{
    PlanAnswer answer;
    return columns_run_plan(&a->plan, a->snapshot, run, a->arena, &answer, err);
}

/* ---- What is told ---------------------------------------------------------------------------- */

static PtStatus say_row(void *ctx, uint32_t person, uint64_t sets, int64_t time_ms, uint64_t offset,
                        PtError *err)
{
    char *said = ctx;
    const size_t len = strlen(said);
    (void)err;
    (void)snprintf(said + len, SAID - len, "%u:%s%s@%g#%d ", person, (sets & 1) != 0 ? "A" : "",
                   (sets & 2) != 0 ? "B" : "",
                   (double)(time_ms - HISTORY_BEGIN_MS) / (double)HOUR_MS, (int)offset);
    return PT_OK;
}

static PtStatus say_end(void *ctx, uint32_t person, PtError *err)
{
    char *said = ctx;
    const size_t len = strlen(said);
    (void)err;
    (void)snprintf(said + len, SAID - len, "%u. ", person);
    return PT_OK;
}

/* Offsets begin at 5 and grow by 2, 3, 1 and so on. */
static struct ToldCase {
    const char *name, *rows, *moves;
    uint64_t who; /* 0: all */
    const char *want;
} told_cases[] = {
    {"nothing", "", "", 0, ""},
    {"nothing of these sets", "1d0 2d1|1d3", "", 0, ""},
    {"rows of two sets", "1a0 1b1 1d2 1c3", "", 0, "1:A@0#5 1:B@1#7 1:B@3#11 1. "},
    {"persons by number", "3a0 1a1 2a2", "", 0, "1:A@1#7 1. 2:A@2#10 2. 3:A@0#5 3. "},
    {"by time, late ones too", "1a5 1a2|1a9 1a1", "", 0, "1:A@1#11 1:A@2#7 1:A@5#5 1:A@9#10 1. "},
    {"ties by their place in the log", "1a1 1b1|1a1 1b1", "", 0,
     "1:A@1#5 1:B@1#7 1:A@1#10 1:B@1#11 1. "},
    {"nobody is not told of", "0a0 1a1|0a2", "", 0, "1:A@1#7 1. "},
    {"those who are asked for", "1a0 2a0 3a0", "", 1 << 2, "2:A@0#7 2. "},
    {"the first instant of the range and the last", "1a0 1a47.999 1a48", "", 0,
     "1:A@0#5 1:A@47.999#7 1. "},
    {"merged since: their rows in one order, behind the others", "1a0 2a1 3a2|2b3 1b4", "2>1", 0,
     "3:A@2#10 3. 1:A@0#5 1:A@1#7 1:B@3#11 1:B@4#13 1. "},
    {"merged, with ties", "2b1 1a1|1a1 2a1", "2>1", 0, "1:B@1#5 1:A@1#7 1:A@1#10 1:A@1#11 1. "},
    {"of nobody any more", "1a0 2a1", "1>0", 0, "2:A@1#7 2. "},
};

static void told_case(void **state)
{
    const struct ToldCase *c = *state;
    Asked *a = tell_runs(c->rows, c->moves);
    look(a);
    a->plan.who = c->who != 0 ? &c->who : NULL;
    a->plan.who_count = 64;
    char said[SAID] = "";
    a->plan.walk = (PlanWalk){.row = say_row, .end = say_end, .ctx = said};
    const PlanRun run = {.threads = 1, .memory_bytes = MEMORY};
    assert_int_equal(run_plan(a, &run, NULL), PT_OK);
    assert_string_equal(said, c->want);

    OracleWalk walk = {0};
    a->plan.walk = oracle_walk(&walk);
    Oracle *oracle = oracle_new(&a->plan, &a->rows);
    PlanAnswer answer;
    char words[ORACLE_WORDS];
    history_ask(&a->plan, a->snapshot, oracle, a->arena, &answer, words);
    assert_string_equal(words, "");
    oracle_free(oracle);
    oracle_walk_forget(&walk);
    asked_free(a);
}

/* ---- Ranges ---------------------------------------------------------------------------------- */

/* Everything that is asked of it, counted; fails at the nth. */
typedef struct Counted {
    _Atomic int begun, calls;
    int done, fails_at;
} Counted;

static PtStatus count_call(Counted *c, PtError *err)
{
    return atomic_fetch_add(&c->calls, 1) + 1 == c->fails_at
               ? pt_fail(err, PT_CONFLICT, "call %d is not wanted", c->fails_at)
               : PT_OK;
}

static PtStatus count_begin(void *ctx, void **ret_range, PtError *err)
{
    Counted *c = ctx;
    PtStatus st = count_call(c, err);
    if (st == PT_OK) {
        atomic_fetch_add(&c->begun, 1);
        *ret_range = c;
    }
    return st;
}

static PtStatus count_row(void *range, uint32_t person, uint64_t sets, int64_t time_ms,
                          uint64_t offset, PtError *err)
{
    (void)person;
    (void)sets;
    (void)time_ms;
    (void)offset;
    return count_call(range, err);
}

static PtStatus count_end(void *range, uint32_t person, PtError *err)
{
    (void)person;
    return count_call(range, err);
}

static void count_done(void *range)
{
    Counted *c = range;
    c->done++;
}

static Asked *tell_many(void)
{
    Asked *a = tell_runs("", "");
    for (uint32_t i = 0; i < 4 * NODES; i++) {
        history_add(a->h, &(ColumnsRow){.time_ms = HISTORY_BEGIN_MS + i * 60000,
                                        .node = 1 + i * 7 % (NODES - 1),
                                        .type = 1,
                                        .event = {&"abcd"[i % 4], 1}});
        if (i % NODES == NODES - 1) {
            history_flush(a->h, true);
        }
    }
    for (uint32_t i = 1; i < NODES; i++) { // some have moved
        a->person_of[i] = i % 5 == 0 ? i / 5 : i;
    }
    look(a);
    return a;
}

/* Whichever call fails, its failure is the run's, and what began is done with. */
static void test_a_failure_is_the_runs(void **state)
{
    (void)state;
    Asked *a = tell_many();
    for (size_t threads = 1; threads <= 3; threads += 2) {
        const PlanRun run = {.threads = threads, .memory_bytes = MEMORY};
        PtStatus st = PT_CONFLICT;
        int failures = 0;
        for (int nth = 1; st != PT_OK; nth += 1 + nth / 8) {
            Counted c = {.fails_at = nth};
            PtError err = {0};
            a->plan.walk = (PlanWalk){count_begin, count_row, count_end, count_done, &c};
            st = run_plan(a, &run, &err);
            assert_true(st == PT_OK || st == PT_CONFLICT);
            assert_int_equal(c.done, c.begun);
            assert_true(c.begun <= 80);
            failures += st != PT_OK;
            if (st != PT_OK) {
                char want[SAID];
                (void)snprintf(want, sizeof want, "call %d is not wanted", nth);
                assert_string_equal(err.message, want);
            } else {
                assert_true(c.begun > 16); // those who have moved among them
            }
        }
        assert_true(failures > 20);
    }
    asked_free(a);
}

static void test_the_same_order_with_any_threads(void **state)
{
    (void)state;
    Asked *a = tell_many();
    OracleWalk walk = {0};
    a->plan.walk = oracle_walk(&walk);
    Oracle *oracle = oracle_new(&a->plan, &a->rows);
    for (int i = 0; i < 20; i++) {
        PlanAnswer answer;
        char words[ORACLE_WORDS];
        history_ask(&a->plan, a->snapshot, oracle, a->arena, &answer, words);
        assert_string_equal(words, "");
    }
    oracle_free(oracle);
    oracle_walk_forget(&walk);
    asked_free(a);
}

/* Where nobody has moved persons rise through all that was told. */
static void test_ranges_are_done_with_in_their_order(void **state)
{
    (void)state;
    Asked *a = tell_many();
    a->plan.person_of = NULL;
    a->plan.node_count = 0;
    for (size_t threads = 1; threads <= 3; threads++) {
        OracleWalk walk = {0};
        a->plan.walk = oracle_walk(&walk);
        const PlanRun run = {.threads = threads, .memory_bytes = MEMORY};
        assert_int_equal(run_plan(a, &run, NULL), PT_OK);
        assert_int_equal(walk.ranges, 16);
        for (size_t i = 1; i < walk.count; i++) {
            assert_true(walk.rows[i].person >= walk.rows[i - 1].person);
        }
        oracle_walk_forget(&walk);
    }
    asked_free(a);
}

static void test_what_is_refused(void **state)
{
    (void)state;
    Asked *a = tell_many();
    PtError err = {0};
    char said[SAID] = "";
    PlanRun run = {.threads = 1, .memory_bytes = MEMORY};
    assert_int_equal(run_plan(a, &run, &err), PT_INVALID);
    assert_string_equal(err.message, "a walk tells its rows to nobody");
    a->plan.walk = (PlanWalk){.row = say_row, .ctx = said};
    const PlanDrill drill = {0};
    run.drill = &drill;
    assert_int_equal(run_plan(a, &run, &err), PT_INVALID);
    assert_string_equal(err.message, "a walk has no cell to drill into");
    assert_string_equal(said, "");
    run.drill = NULL;
    assert_int_equal(run_plan(a, &run, &err), PT_OK); // nobody wants to know of ends
    assert_int_not_equal(said[0], 0);
    asked_free(a);
}

/* Each allocation fails once. */
static void test_allocations_fail(void **state)
{
    (void)state;
    Asked *a = tell_runs("1a0 2a0 3a0|1b1 2b1|2a3 3b4 4a0|", "2>1");
    look(a);
    const PlanRun run = {.threads = 1, .memory_bytes = MEMORY};
    PtStatus st = PT_NO_MEMORY;
    uint64_t nth = 0;
    while (st != PT_OK) {
        Counted c = {0};
        a->plan.walk = (PlanWalk){count_begin, count_row, count_end, count_done, &c};
        fault_alloc_fail(++nth, 0);
        st = run_plan(a, &run, NULL);
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || st == PT_NO_MEMORY || st == PT_TOO_LARGE);
        assert_int_equal(c.done, c.begun);
    }
    assert_true(nth > 20);
    asked_free(a);
}

int main(void)
{
    struct CMUnitTest tests[PT_COUNT(told_cases) + 5];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, told_cases, told_case);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_a_failure_is_the_runs);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_the_same_order_with_any_threads);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_ranges_are_done_with_in_their_order);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_what_is_refused);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_allocations_fail);
    return _cmocka_run_group_tests("platform/columns_walk", tests, n, NULL, NULL);
}
