// SPDX-License-Identifier: Apache-2.0
/* The pass itself: persons that have moved since their runs were written, rows of many groups in
 * one order, several blocks, who counts, bounds, and all that can fail on the way. */
#include "base/test_rows.h"
#include "platform/columns/columns_history_rig.h"

#include <fault/fault_alloc.h>
#include <fault/fault_fs.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { HOUR_MS = 3600000, RANGE_HOURS = 1000, MEMORY = 1 << 26, NODES = 64, WORDS = 128 };

typedef struct Asked {
    History *h;
    ColumnsSnapshot *snapshot;
    OracleRows rows;
    PtArena *arena;
    uint64_t codes[3][COLUMNS_EVENTS_MAX / 64];
    PlanSet sets[3];
    PlanSlot slots[1];
    PlanSeries series;
    uint32_t person_of[NODES];
    ColumnsPlan plan;
} Asked;

static void make_plan(Asked *a, PlanKind kind)
{
    a->plan = (ColumnsPlan){
        .kind = kind,
        .from_ms = HISTORY_BEGIN_MS,
        .to_ms = HISTORY_BEGIN_MS + RANGE_HOURS * (int64_t)HOUR_MS,
        .slots = a->slots,
        .slot_count = 1,
        .sets = a->sets,
        .set_count = 3,
    };
    if (kind == PLAN_FUNNEL) {
        a->plan.funnel = (PlanFunnel){.steps = {0, 1, 2},
                                      .step_count = 3,
                                      .window_ms = a->plan.to_ms - a->plan.from_ms,
                                      .same = UINT32_MAX,
                                      .breakdown.slot = UINT32_MAX};
        return;
    }
    a->series = (PlanSeries){.set = 0, .measure = PLAN_UNIQUES};
    a->plan.segmentation.series = &a->series;
    a->plan.segmentation.series_count = 1;
    a->plan.segmentation.breakdown.slot = UINT32_MAX;
    assert_int_equal(plan_periods(&a->plan.segmentation.periods, PLAN_WHOLE, a->plan.from_ms,
                                  a->plan.to_ms, NULL, NULL),
                     PT_OK);
}

/* "3>1 4>1": whose nodes 3 and 4 are; others are their own. */
static void move(uint32_t *person_of, const char *moves)
{
    PtStr rest = pt_str(moves), word;
    for (uint32_t i = 0; i < NODES; i++) {
        person_of[i] = i;
    }
    while (*moves != 0 && pt_str_cut(&rest, ' ', &word)) {
        char *end;
        const unsigned long node = strtoul(word.data, &end, 10);
        person_of[node] = (uint32_t)strtoul(end + 1, NULL, 10);
    }
}

/* Rows in words, a run for each; "|" ends it. written: whose nodes were when runs were written. */
static Asked *tell_runs(const char *rows, const char *written)
{
    Asked *a = calloc(1, sizeof *a);
    assert_non_null(a);
    a->h = history_new(1, 0);
    a->arena = pt_arena_new(SIZE_MAX);
    move(a->h->person_of, written);
    PtStr rest = pt_str(rows), run;
    while (pt_str_cut(&rest, '|', &run)) {
        char text[ORACLE_WORDS];
        assert_true(pt_str_copy(text, sizeof text, run));
        history_tell(a->h, text);
        if (rest.data != NULL) {
            history_flush(a->h, true);
        }
    }
    return a;
}

static void look(Asked *a, PlanKind kind)
{
    static const char *const events[] = {"a", "b", "c"};
    a->snapshot = history_snapshot(a->h, &a->rows);
    for (size_t i = 0; i < PT_COUNT(events); i++) {
        const uint16_t code = history_code(a->snapshot, 1, pt_str(events[i]));
        if (code != UINT16_MAX) {
            a->codes[i][code / 64] |= 1ull << (code % 64);
        }
        a->sets[i].codes = a->codes[i];
    }
    a->slots[0] = history_slot(a->snapshot, PT_STR("properties.tier"));
    make_plan(a, kind);
}

static void asked_free(Asked *a)
{
    columns_snapshot_free(a->snapshot);
    history_free(a->h);
    pt_arena_free(a->arena);
    free(a);
}

static PlanAnswer must_agree(Asked *a)
{
    PlanAnswer answer;
    char words[ORACLE_WORDS];
    Oracle *oracle = oracle_new(&a->plan, &a->rows);
    history_ask(&a->plan, a->snapshot, oracle, a->arena, &answer, words);
    assert_string_equal(words, "");
    oracle_free(oracle);
    return answer;
}

/* ---- Whose rows ------------------------------------------------------------------------------ */

/* Funnels of three steps. moves: whose nodes are now. */
static struct MovedCase {
    const char *name, *rows, *moves;
    uint64_t who; /* 0: all */
    const char *want, *written;
} moved_cases[] = {
    {"nobody moved", "1a0 1b1|1c2 2a0", "", 0, "2,1,1", ""},
    {"two became one", "1a0 2b1|1c2", "2>1", 0, "1,1,1", ""},
    {"two became one, both in each run", "1a0 2a1 2b2|1b3 2c4 1c5", "2>1", 0, "1,1,1", ""},
    {"both became a third", "1a0|2b1|3a5", "1>3 2>3", 0, "1,1,0", ""},
    {"one nobody knew", "1a0 2b1", "1>40 2>40", 0, "1,1,0", ""},
    {"they changed places", "1a0 1b1|2a0", "1>2 2>1", 0, "2,1,0", ""},
    {"merged in the runs, split since", "5a0 6b1|5c2 6a3 5b4", "", 0, "2,1,0", "6>5"},
    {"merged in the runs, and still", "5a0 6b1|5c2 6a3", "6>5", 0, "1,1,1", "6>5"},
    {"merged in the runs, with another now", "5a0 6b1|7c2", "6>7", 0, "1,0,0", "6>5"},
    {"gone", "1a0 2a1", "1>0", 0, "1,0,0", ""},
    {"not asked for", "1a0 2a1 3a2|2b3", "", 1 << 2, "1,1,0", ""},
    {"asked for by the person of today", "1a0 2a1|2b3 1c4", "1>2", 1 << 2, "1,1,1", ""},
    {"asked for by the person of before", "1a0 2a1|2b3 1c4", "1>2", 1 << 1, "0,0,0", ""},
    {"one instant, in the order of the log", "1b0 2a0|1a1 2b1", "2>1", 0, "1,1,0", ""},
    {"rows in memory, and in runs", "1c9|1a0 2b1|2c3", "2>1", 0, "1,1,1", ""},
};

static void move_now(Asked *a, const char *moves)
{
    move(a->person_of, moves);
    a->plan.person_of = a->person_of;
    a->plan.node_count = NODES;
}

static void moved_case(void **state)
{
    const struct MovedCase *c = *state;
    Asked *a = tell_runs(c->rows, c->written);
    look(a, PLAN_FUNNEL);
    move_now(a, c->moves);
    a->plan.who = c->who != 0 ? &c->who : NULL;
    a->plan.who_count = 64;
    const PlanAnswer answer = must_agree(a);
    char said[WORDS];
    const uint64_t *reached = answer.funnel[0].reached;
    (void)snprintf(said, sizeof said, "%d,%d,%d", (int)reached[0], (int)reached[1],
                   (int)reached[2]);
    assert_string_equal(said, c->want);
    asked_free(a);
}

/* ---- Many rows ------------------------------------------------------------------------------- */

/* Node n has rows at every instant: each row of the person ties with one of every other node. */
static void tell_many(History *h, uint32_t nodes, uint32_t rows_each, uint32_t runs)
{
    static const char *const tiers[] = {"gold", "silver", "new"};
    for (uint32_t i = 0; i < nodes * rows_each; i++) {
        const uint32_t turn = i / nodes;
        const ColumnsValue tier = {.path = PT_STR("properties.tier"),
                                   .kind = COLUMNS_TEXT,
                                   .text = pt_str(tiers[(i * 7 + turn) % 3])};
        history_add(h,
                    &(ColumnsRow){.time_ms = HISTORY_BEGIN_MS + turn * 60000,
                                  .node = 1 + (turn % 2 == 0 ? i % nodes : nodes - 1 - i % nodes),
                                  .type = 1,
                                  .event = {&"abcd"[(i * 5 + i / 11) % 4], 1},
                                  .values = &tier,
                                  .value_count = i % 4 != 0});
        if (runs > 0 && (i + 1) % (nodes * rows_each / runs + 1) == 0) {
            history_flush(h, true);
        }
    }
}

static struct ManyCase {
    const char *name;
    uint32_t nodes, rows_each, runs, persons;
    bool compact;
} many_cases[] = {
    {"a few groups of one person", 3, 40, 2, 1, false},
    {"a hundred groups of one person", 60, 6, 2, 1, false},
    {"several blocks of one person", 2, 9000, 1, 2, true},
    {"several blocks, persons of many nodes", 60, 600, 3, 5, false},
    {"one cold run", 60, 600, 1, 60, true},
};

/* Codes are read ahead of the values that a fold asks for. */
static void by_event(Asked *a)
{
    PtStr texts[COLUMNS_EVENTS_MAX] = {{NULL, 0}};
    const ColumnsEvent *events;
    const size_t count = columns_snapshot_events(a->snapshot, &events);
    for (size_t i = 1; i < count; i++) {
        texts[i] = events[i].name;
    }
    const PlanSlot tier = a->slots[0];
    a->slots[0] = (PlanSlot){
        .number = UINT32_MAX, .text = COLUMNS_COLUMN_CODE, .truth = UINT32_MAX, .codes = texts};
    a->plan.funnel.order = PLAN_ANY; // begins with any of them
    (void)must_agree(a);
    a->plan.funnel.order = PLAN_ORDERED;
    a->slots[0] = tier;
}

static void many_case(void **state)
{
    const struct ManyCase *c = *state;
    Asked *a = tell_runs("", "");
    tell_many(a->h, c->nodes, c->rows_each, c->runs);
    if (c->compact) {
        history_compact(a->h);
    }
    look(a, PLAN_FUNNEL);
    move_now(a, "");
    for (uint32_t i = 1; i < NODES; i++) {
        a->person_of[i] = (i - 1) % c->persons + 1;
    }
    a->plan.funnel.window_ms = 3 * 60000;
    a->plan.funnel.breakdown.slot = 0;
    (void)must_agree(a);
    by_event(a);

    PtProgram *program;
    const PtValue gold = {.kind = PT_VALUE_TEXT, .text = PT_STR("gold")};
    assert_int_equal(pt_program_new(&program, NULL), PT_OK);
    assert_int_equal(pt_program_compare(program, 0, PT_COMPARE_EQ, &gold, NULL), PT_OK);
    assert_int_equal(pt_program_not(program, NULL), PT_OK);
    assert_int_equal(pt_program_end(program, NULL), PT_OK);
    a->sets[1].program = program;
    a->plan.from_ms += 5 * 60000; // cuts blocks
    (void)must_agree(a);
    pt_program_free(program);
    asked_free(a);
}

/* ---- Bounds ---------------------------------------------------------------------------------- */

static PtStatus run_plan(Asked *a, const PlanRun *run, PtError *err)
{
    PlanAnswer answer;
    return columns_run_plan(&a->plan, a->snapshot, run, a->arena, &answer, err);
}

static void stopped(void **state)
{
    const _Atomic bool stop = true;
    PtError err = {0};
    (void)state;
    Asked *a = tell_runs("1a0|1b1", "");
    look(a, PLAN_FUNNEL);
    const PlanRun run = {.threads = 2, .memory_bytes = MEMORY, .stop = &stop};
    assert_int_equal(run_plan(a, &run, &err), PT_UNAVAILABLE);
    assert_string_equal(err.message, "the query was stopped");
    asked_free(a);
}

static void progress_and_counts(void **state)
{
    _Atomic uint64_t progress = 0;
    (void)state;
    Asked *a = tell_runs("1a0 1d1 0a2|2d3 3d3|3a4 3b5", "");
    look(a, PLAN_SEGMENTATION);
    const PlanRun run = {.threads = 1, .memory_bytes = MEMORY, .progress = &progress};
    PlanAnswer answer;
    assert_int_equal(columns_run_plan(&a->plan, a->snapshot, &run, a->arena, &answer, NULL), PT_OK);
    assert_int_equal(progress, 7);
    assert_int_equal(answer.rows, 5); // a run without any such event is not read
    assert_int_equal(answer.persons, 2);
    asked_free(a);
}

static void over_memory(void **state)
{
    PtError err = {0};
    (void)state;
    Asked *a = tell_runs("", "");
    tell_many(a->h, 2, 9000, 1);
    look(a, PLAN_FUNNEL);
    PlanRun run = {.threads = 1, .memory_bytes = 400000}; // 18,000 rows of 40 bytes do not fit
    assert_int_equal(run_plan(a, &run, &err), PT_TOO_LARGE);
    assert_string_equal(err.message, "the query needs over 400000 bytes of memory");
    run.memory_bytes = MEMORY;
    assert_int_equal(run_plan(a, &run, &err), PT_OK);
    asked_free(a);
}

static void refused(void **state)
{
    PtError err = {0};
    (void)state;
    Asked *a = tell_runs("1a0=gold", "");
    look(a, PLAN_SEGMENTATION);
    PlanRun run = {.threads = 0, .memory_bytes = MEMORY};
    assert_int_equal(run_plan(a, &run, &err), PT_INVALID);
    assert_string_equal(err.message, "0 threads, not 1 to 64");
    run.threads = 65;
    assert_int_equal(run_plan(a, &run, &err), PT_INVALID);
    run.threads = 1;

    static const struct {
        PlanSlot slot;
        const char *want;
    } slots[] = {
        {{.number = COLUMNS_COLUMN_PROPERTIES, .text = UINT32_MAX, .truth = UINT32_MAX},
         "column 8 is not one that a slot can be filled from"}, // it holds texts
        {{.number = UINT32_MAX, .text = COLUMNS_COLUMN_PROPERTIES + 1, .truth = UINT32_MAX},
         "column 9 is not one that a slot can be filled from"},
        {{.number = COLUMNS_COLUMN_OFFSET, .text = UINT32_MAX, .truth = UINT32_MAX},
         "column 2 is not one that a slot can be filled from"},
        {{.number = UINT32_MAX, .text = COLUMNS_COLUMN_CHANNEL, .truth = UINT32_MAX},
         "a slot reads channels, which have no texts"},
        {{.number = UINT32_MAX, .text = COLUMNS_COLUMN_SOURCE, .truth = UINT32_MAX},
         "a slot reads sources, which have no texts"},
        {{.number = COLUMNS_COLUMN_AMOUNT, .text = COLUMNS_COLUMN_PROPERTIES, .truth = UINT32_MAX},
         "a slot is filled from column 5 and others"},
    };
    for (size_t i = 0; i < PT_COUNT(slots); i++) {
        a->slots[0] = slots[i].slot;
        assert_int_equal(run_plan(a, &run, &err), PT_INVALID);
        assert_string_equal(err.message, slots[i].want);
    }
    a->slots[0] = history_slot(a->snapshot, PT_STR("properties.tier"));

    const ColumnsPlan good = a->plan;
    ColumnsPlan bad[5] = {good, good, good, good, good};
    bad[0].kind = PLAN_KINDS;
    bad[1].to_ms = bad[1].from_ms;
    bad[2].set_count = 0;
    bad[3].slot_count = PLAN_SLOTS + 1;
    bad[4].node_count = 1;
    for (size_t i = 0; i < PT_COUNT(bad); i++) {
        a->plan = bad[i];
        assert_int_equal(run_plan(a, &run, NULL), PT_INVALID);
    }
    a->plan = good;
    assert_int_equal(run_plan(a, &run, NULL), PT_OK);
    const PlanDrill drill = {.value = 1};
    run.drill = &drill;
    assert_int_equal(run_plan(a, &run, &err), PT_INVALID);
    assert_string_equal(err.message, "no value 1 of 1");
    asked_free(a);
}

/* ---- What fails on the way ------------------------------------------------------------------- */

/* Rows of neighbouring blocks that tie are compared without reading both blocks for each. */
static void offsets_of_two_blocks_are_kept(void **state)
{
    (void)state;
    OracleRows rows;
    ColumnsReader *r = NULL;
    const ColumnsBlock *even, *odd, *again;
    History *h = history_new(1, 0);
    for (uint32_t i = 0; i < COLUMNS_BLOCK_ROWS + 10; i++) {
        history_add(h, &(ColumnsRow){.time_ms = HISTORY_BEGIN_MS, .node = 1 + i % 2, .type = 1});
    }
    history_flush(h, true);
    ColumnsSnapshot *s = history_snapshot(h, &rows);
    assert_int_equal(columns_reader_open(s, 0, &r, NULL), PT_OK);
    assert_int_equal(columns_read(r, COLUMNS_COLUMN_OFFSET, 0, &even, NULL), PT_OK);
    const int64_t second = even->i64[1];
    assert_int_equal(columns_read(r, COLUMNS_COLUMN_OFFSET, 1, &odd, NULL), PT_OK);
    assert_int_equal(columns_read(r, COLUMNS_COLUMN_OFFSET, 0, &again, NULL), PT_OK);
    assert_ptr_equal(again, even);
    assert_ptr_not_equal(odd, even);
    assert_int_equal(even->i64[1], second);
    assert_true(odd->i64[1] > second && odd->rows == 10);
    columns_reader_close(r);
    columns_snapshot_free(s);
    history_free(h);
}

/* Each read of a file fails once. */
static void reads_fail(void **state)
{
    (void)state;
    Asked *a = tell_runs("1a0=x 2a0|1b1 2b1=y|2a3 3a4|", "");
    history_flush(a->h, true);
    look(a, PLAN_FUNNEL);
    move_now(a, "2>1");
    a->plan.funnel.breakdown.slot = 0;
    const PlanRun run = {.threads = 2, .memory_bytes = MEMORY};
    PtError err = {0};
    PtStatus st = PT_IO;
    int failures = 0;
    for (uint64_t nth = 1; st != PT_OK; nth++) {
        fault_fs_fail(a->h->fs, FAULT_PREAD, nth, EIO);
        st = run_plan(a, &run, &err);
        assert_true(st == PT_OK || st == PT_IO);
        failures += st != PT_OK;
    }
    fault_fs_fail(a->h->fs, FAULT_PREAD, 0, 0);
    assert_true(failures >= 3);
    asked_free(a);
}

static PtStatus tell_nobody(void *ctx, uint32_t person, PtError *err)
{
    (void)ctx;
    return pt_fail(err, PT_CONFLICT, "person %u is not wanted", person);
}

static void telling_fails(void **state)
{
    PtError err = {0};
    (void)state;
    Asked *a = tell_runs("7a0", "");
    look(a, PLAN_FUNNEL);
    const PlanDrill drill = {.tell = tell_nobody};
    const PlanRun run = {.threads = 1, .memory_bytes = MEMORY, .drill = &drill};
    assert_int_equal(run_plan(a, &run, &err), PT_CONFLICT);
    assert_string_equal(err.message, "person 7 is not wanted");
    asked_free(a);
}

/* Each allocation fails once: nothing leaks, nothing is answered. */
static void allocations_fail(void **state)
{
    static const PlanKind kinds[] = {PLAN_FUNNEL, PLAN_SEGMENTATION, PLAN_SEGMENTATION};
    static const PlanMeasure measures[] = {0, PLAN_QUANTILE, PLAN_UNIQUES};
    (void)state;
    for (size_t i = 0; i < PT_COUNT(kinds); i++) {
        Asked *a = tell_runs("1a0=x 2a0 3a0=y|1b1 2b1=x|2a3 3b4=y 4a0=z|", "");
        look(a, kinds[i]);
        move_now(a, "2>1");
        a->plan.funnel.same = kinds[i] == PLAN_FUNNEL ? 0 : a->plan.funnel.same;
        a->plan.funnel.breakdown.slot = kinds[i] == PLAN_FUNNEL ? 0 : UINT32_MAX;
        if (kinds[i] == PLAN_SEGMENTATION) {
            make_plan(a, kinds[i]);
            a->series.measure = measures[i];
            a->plan.segmentation.breakdown.slot = 0;
            a->plan.set_count = 1; // uniques: rows in any order
        }
        const PlanRun run = {.threads = 1, .memory_bytes = MEMORY};
        PtStatus st = PT_NO_MEMORY;
        uint64_t nth = 0;
        while (st != PT_OK) {
            fault_alloc_fail(++nth, 0);
            st = run_plan(a, &run, NULL);
            fault_alloc_fail(0, 0);
            assert_true(st == PT_OK || st == PT_NO_MEMORY || st == PT_TOO_LARGE);
        }
        assert_true(nth > 20);
        asked_free(a);
    }
}

int main(void)
{
    struct CMUnitTest tests[PT_COUNT(moved_cases) + PT_COUNT(many_cases) + 9];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, moved_cases, moved_case);
    PT_TEST_ROWS(tests, n, many_cases, many_case);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(stopped);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(progress_and_counts);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(over_memory);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(refused);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(offsets_of_two_blocks_are_kept);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(reads_fail);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(telling_fails);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(allocations_fail);
    return _cmocka_run_group_tests("platform/columns_scan", tests, n, NULL, NULL);
}
