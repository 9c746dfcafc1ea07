// SPDX-License-Identifier: Apache-2.0
/* Questions over files with a flipped bit: what they read is right or is refused, and who is to
 * blame is named; never is there an answer that the oracle does not give. Bits are drawn from a
 * seed that is printed (PATRON_SEED).
 */
#include "base/rng.h"
#include "base/test_rows.h"
#include "platform/columns/columns_history_rig.h"

#include <fault/fault_fs.h>
#include <fault/seeds.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 600, RUNS = 3, NODES = 40, PATH_MAX_LEN = 64, HOURS = 72, HOUR_MS = 3600000 };

static void add_rows(History *h, PtRng *rng, unsigned count)
{
    static const char *const tiers[] = {"gold", "silver", "bronze"};
    static const char *const events[] = {"view", "cart", "buy"};
    for (unsigned i = 0; i < count; i++) {
        const ColumnsValue values[] = {
            {.path = PT_STR("properties.tier"),
             .kind = COLUMNS_TEXT,
             .text = pt_str(tiers[pt_rng_below(rng, PT_COUNT(tiers))])},
            {.path = PT_STR("properties.n"), .number = (double)pt_rng_below(rng, 1000) / 8},
        };
        history_add(h,
                    &(ColumnsRow){
                        .time_ms = HISTORY_BEGIN_MS + (int64_t)pt_rng_below(rng, HOURS * HOUR_MS),
                        .node = 1 + (uint32_t)pt_rng_below(rng, NODES),
                        .type = 1,
                        .event = pt_str(events[pt_rng_below(rng, PT_COUNT(events))]),
                        .values = values,
                        .value_count = pt_rng_below(rng, PT_COUNT(values) + 1),
                    });
    }
}

/* What the questions point to. */
typedef struct Questions {
    PlanSlot slots[2];
    uint64_t codes[2][COLUMNS_EVENTS_MAX / 64];
    PlanSet sets[3];
    PlanSeries series[2];
    ColumnsPlan plans[3];
} Questions;

static void make_questions(Questions *q, const ColumnsSnapshot *s)
{
    *q = (Questions){.series = {{0, PLAN_UNIQUES, 0, 0}, {0, PLAN_SUM, 1, 0}}};
    q->slots[0] = history_slot(s, PT_STR("properties.tier"));
    q->slots[1] = history_slot(s, PT_STR("properties.n"));
    for (size_t i = 0; i < 2; i++) {
        const uint16_t code = history_code(s, 1, i == 0 ? PT_STR("view") : PT_STR("buy"));
        q->codes[i][code / 64] = 1ull << (code % 64);
        q->sets[i + 1].codes = q->codes[i];
    }
    for (size_t i = 0; i < PT_COUNT(q->plans); i++) {
        q->plans[i] = (ColumnsPlan){.from_ms = HISTORY_BEGIN_MS,
                                    .to_ms = HISTORY_BEGIN_MS + (int64_t)HOURS * HOUR_MS,
                                    .slots = q->slots,
                                    .slot_count = PT_COUNT(q->slots),
                                    .sets = q->sets,
                                    .set_count = PT_COUNT(q->sets)};
    }
    q->plans[0].kind = PLAN_SEGMENTATION;
    q->plans[0].segmentation = (PlanSegmentation){.series = q->series, .series_count = 2};
    assert_int_equal(plan_periods(&q->plans[0].segmentation.periods, PLAN_DAY, q->plans[0].from_ms,
                                  q->plans[0].to_ms, NULL, NULL),
                     PT_OK);
    q->plans[1].kind = PLAN_FUNNEL;
    q->plans[1].funnel = (PlanFunnel){.steps = {1, 2},
                                      .step_count = 2,
                                      .window_ms = 24 * (int64_t)HOUR_MS,
                                      .same = UINT32_MAX,
                                      .breakdown = {UINT32_MAX}};
    q->plans[2].kind = PLAN_PATHS;
    q->plans[2].paths = (PlanPaths){.anchor = 1, .gap_ms = 6 * (int64_t)HOUR_MS, .depth = 4};
}

/* The status of the question; where it is answered, as the oracle does. */
static PtStatus ask(const ColumnsPlan *plan, ColumnsSnapshot *s, const OracleRows *rows,
                    PtError *err)
{
    PtArena *arena = pt_arena_new(SIZE_MAX);
    PlanAnswer answer = {0};
    const PlanRun run = {.threads = 2, .memory_bytes = 1 << 28};
    const PtStatus st = columns_run_plan(plan, s, &run, arena, &answer, err);
    if (st == PT_OK) {
        char words[ORACLE_WORDS];
        Oracle *oracle = oracle_new(plan, rows);
        oracle_compare(oracle, &answer, words);
        assert_string_equal(words, "");
        oracle_free(oracle);
    }
    pt_arena_free(arena);
    return st;
}

/* Opens the store anew and asks all questions; true: somewhere the damage was met. */
static bool is_met(History *h, const Questions *q, const OracleRows *rows, const char *file)
{
    PtError err = {0};
    Columns *c = NULL;
    ColumnsSnapshot *s = NULL;
    bool met = false;
    PtStatus st = columns_open(&h->config, &c, &err);
    st = st == PT_OK ? columns_snapshot(c, &s, &err) : st;
    for (size_t i = 0; st == PT_OK && i < PT_COUNT(q->plans); i++) {
        const PtStatus asked = ask(&q->plans[i], s, rows, &err);
        assert_true(asked == PT_OK || asked == PT_CORRUPT);
        met = met || asked != PT_OK;
        assert_true(asked == PT_OK || strstr(err.message, file) != NULL);
    }
    assert_true(st == PT_OK || (st == PT_CORRUPT && strstr(err.message, file) != NULL));
    columns_snapshot_free(s);
    columns_close(c);
    return met || st != PT_OK;
}

static void test_flipped_bits_are_never_answered(void **state)
{
    (void)state;
    const FaultSeeds seeds = fault_seeds(300, 20000); // of bits
    PtRng rng;
    print_message("seed %llu\n", (unsigned long long)seeds.first);
    pt_rng_init(&rng, seeds.first);
    History *h = history_new(seeds.first, 0);
    for (unsigned i = 0; i < RUNS; i++) {
        add_rows(h, &rng, ROWS);
        history_flush(h, true);
    }
    OracleRows rows;
    Questions *q = calloc(1, sizeof *q);
    assert_non_null(q);
    ColumnsSnapshot *s = history_snapshot(h, &rows);
    make_questions(q, s);
    uint64_t met = 0;
    for (uint64_t i = 0; i < seeds.count; i++) {
        char path[PATH_MAX_LEN];
        (void)snprintf(path, sizeof path, "/columns/run-%016llx.col",
                       (unsigned long long)(1 + pt_rng_below(&rng, RUNS)));
        const int64_t size = fault_fs_size(h->fs, path);
        assert_true(size > 0);
        const uint64_t at = pt_rng_below(&rng, (uint64_t)size);
        const uint8_t mask = (uint8_t)(1 << pt_rng_below(&rng, 8));
        assert_true(fault_fs_flip(h->fs, path, at, mask));
        met += is_met(h, q, &rows, strrchr(path, '/') + 1);
        assert_true(fault_fs_flip(h->fs, path, at, mask));
    }
    print_message("%llu of %llu bits were met\n", (unsigned long long)met,
                  (unsigned long long)seeds.count);
    assert_true(met > seeds.count / 4); // the rest lies in columns that nobody asked for
    assert_false(is_met(h, q, &rows, ""));
    columns_snapshot_free(s);
    free(q);
    history_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flipped_bits_are_never_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
