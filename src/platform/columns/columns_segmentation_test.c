// SPDX-License-Identifier: Apache-2.0
/* Segmentations, worked by hand: what the engine says, and the oracle too. */
#include "base/test_rows.h"
#include "platform/columns/columns_history_rig.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { DAYS = 3, DAY_MS = 86400000, HOUR_MS = 3600000, ANSWER = 512 };
enum { SLOT_TIER, SLOT_NUMBER, SLOT_AMOUNT, SLOT_STORE, SLOTS };

/* Rows: a node, an event, hours, perhaps a text for properties.tier and a number for properties.n
 * and the amount: "1a0=gold:2.5". Counted are rows of event a; with `both` also those of b, as a
 * second series. Answers: "value n/n/n", of each day the count; or "value n=x/…", where it
 * measures. */
static struct SegmentationCase {
    const char *name, *rows;
    PlanMeasure measure;
    uint32_t slot;
    double q;
    const char *want;
    bool broken_down, both, whole;
} cases[] = {
    {"nothing", "1b0", PLAN_TOTAL, 0, 0, .want = " 0/0/0"},
    {"totals by day", "1a0 1a1 1b2 2a24 1a71.999", PLAN_TOTAL, 0, 0, .want = " 2/1/1"},
    {"on the edges of days", "1a23.999 1a24 1a47.999 1a48", PLAN_TOTAL, 0, 0, .want = " 1/2/1"},
    {"out of the range", "1a-1 1a0 1a72", PLAN_TOTAL, 0, 0, .want = " 1/0/0"},
    {"nobody's rows are in totals", "0a0 1a0", PLAN_TOTAL, 0, 0, .want = " 2/0/0"},
    {"persons by day", "1a0 1a1 2a2 1a25 1a26", PLAN_UNIQUES, 0, 0, .want = " 2/1/0"},
    {"persons of the whole range", "1a0 1a25 2a2", PLAN_UNIQUES, 0, 0, .want = " 2", .whole = true},
    {"late rows do not make a person two", "1a30 1a0 1a31 1a1", PLAN_UNIQUES, 0, 0,
     .want = " 1/1/0"},
    {"nobody is no person", "0a0 1a0 0a1", PLAN_UNIQUES, 0, 0, .want = " 1/0/0"},
    {"sum", "1a0:2.5 1a1:0.5 2a2 2a25:-4", PLAN_SUM, SLOT_NUMBER, 0, .want = " 2=3/1=-4/0=0"},
    {"sum of amounts, nobody's too", "1a0:0.1 0a1:0.2", PLAN_SUM, SLOT_AMOUNT, 0,
     .want = " 2=0.3/0=0/0=0"},
    {"average", "1a0:1 1a1:2 1a2", PLAN_AVERAGE, SLOT_NUMBER, 0, .want = " 2=1.5/-/-"},
    {"average of amounts", "1a0:1 2a1:4", PLAN_AVERAGE, SLOT_AMOUNT, 0, .want = " 2=2.5/-/-"},
    {"least", "1a0:3 2a1:-2 2a30:7", PLAN_LEAST, SLOT_NUMBER, 0, .want = " 2=-2/1=7/-"},
    {"most", "1a0:-3 2a1:-2 2a30:7", PLAN_MOST, SLOT_NUMBER, 0, .want = " 2=-2/1=7/-"},
    {"a text is no number", "1a0=gold", PLAN_SUM, SLOT_TIER, 0, .want = " 0=0/0=0/0=0"},
    {"median of four", "1a0:4 2a0:1 3a0:3 4a0:2", PLAN_QUANTILE, SLOT_NUMBER, 0.5,
     .want = " 4=2/-/-"},
    {"median of three", "1a0:4 2a0:1 3a0:3", PLAN_QUANTILE, SLOT_NUMBER, 0.5, .want = " 3=3/-/-"},
    {"quantile 0 is the least", "1a0:4 2a0:1", PLAN_QUANTILE, SLOT_NUMBER, 0, .want = " 2=1/-/-"},
    {"quantile 1 is the most", "1a0:4 2a0:1", PLAN_QUANTILE, SLOT_NUMBER, 1, .want = " 2=4/-/-"},
    {"quantile 0.9 of ten", "1a0:1 1a0:2 1a0:3 1a0:4 1a0:5 1a0:6 1a0:7 1a0:8 1a0:9 1a0:10",
     PLAN_QUANTILE, SLOT_NUMBER, 0.9, .want = " 10=9/-/-"},
    {"by value, the heaviest first", "1a0=x 1a1=y 2a2=y 1a25=y 1a2", PLAN_TOTAL, 0, 0,
     .want = "y 2/1/0;  1/0/0; x 1/0/0", .broken_down = true},
    {"persons by value", "1a0=x 1a1=x 1a2=y 2a3=x 1a25=x", PLAN_UNIQUES, 0, 0,
     .want = "x 2/1/0; y 1/0/0", .broken_down = true},
    {"persons by value, taken in turn", "1a0=x 1a1=y 1a2=x 1a3=y", PLAN_UNIQUES, 0, 0,
     .want = "x 1/0/0; y 1/0/0", .broken_down = true},
    {"persons by value, late rows and nobody's", "0a0=x 1a30=x 1a0=x 1a1=y 0a25=y 1a2=x",
     PLAN_UNIQUES, 0, 0, .want = "x 1/1/0; y 1/0/0", .broken_down = true},
    {"totals by value, late rows and nobody's", "0a0=x 1a30=x 1a0=x 1a1=y 0a25=y 1a2=x", PLAN_TOTAL,
     0, 0, .want = "x 3/1/0; y 1/1/0", .broken_down = true},
    {"medians by value", "1a0=x:1 2a0=x:5 3a0=x:9 1a1=y:2", PLAN_QUANTILE, SLOT_NUMBER, 0.5,
     .want = "x 3=5/-/-; y 1=2/-/-", .broken_down = true},
    {"a value without a number weighs, too", "1a0=x 1a1=x 1a2=y:3", PLAN_SUM, SLOT_NUMBER, 0,
     .want = "x 0=0/0=0/0=0; y 1=3/0=0/0=0", .broken_down = true},
    {"two series", "1a0 1b1 2b2 1a30", PLAN_UNIQUES, 0, 0, .want = " 1/1/0 2/0/0", .both = true},
    {"two series by value", "1a0=x 1b1=y 2b2=y", PLAN_TOTAL, 0, 0,
     .want = "y 0/0/0 2/0/0; x 1/0/0 0/0/0", .broken_down = true, .both = true},
};

/* ---- Rows ------------------------------------------------------------------------------------ */

static void tell_word(History *h, PtStr word)
{
    char text[64], *end;
    assert_true(pt_str_copy(text, sizeof text, word));
    ColumnsValue values[2];
    ColumnsRow row = {.type = 1, .values = values, .currency = "EUR"};
    row.node = (uint32_t)strtoul(text, &end, 10);
    row.event = (PtStr){end, 1};
    row.time_ms = HISTORY_BEGIN_MS + (int64_t)(strtod(end + 1, &end) * (double)HOUR_MS);
    if (*end == '=') {
        const size_t len = strcspn(end + 1, ":");
        values[row.value_count++] = (ColumnsValue){
            .path = PT_STR("properties.tier"), .kind = COLUMNS_TEXT, .text = {end + 1, len}};
        end += len + 1;
    }
    if (*end == ':') {
        const double number = strtod(end + 1, NULL);
        values[row.value_count++] = (ColumnsValue){
            .path = PT_STR("properties.n"), .kind = COLUMNS_NUMBER, .number = number};
        row.has_amount = true;
        row.amount = (int64_t)llround(number * 1e6);
    }
    history_add(h, &row);
}

static void tell_rows(History *h, const char *rows)
{
    PtStr rest = pt_str(rows), word;
    while (pt_str_cut(&rest, ' ', &word)) {
        tell_word(h, word);
    }
}

/* ---- Answers in words ------------------------------------------------------------------------ */

static size_t say_cell(const PlanCell *cell, PlanMeasure measure, char *out, size_t room)
{
    if (measure <= PLAN_UNIQUES) {
        assert_true(cell->known && cell->value == (double)cell->n);
        return (size_t)snprintf(out, room, "%d", (int)cell->n);
    }
    return cell->known ? (size_t)snprintf(out, room, "%d=%g", (int)cell->n, cell->value)
                       : (size_t)snprintf(out, room, "-");
}

static void say(const PlanAnswer *answer, const PlanSegmentation *p, char out[static ANSWER])
{
    size_t len = 0;
    const size_t each = p->series_count * p->periods.count;
    out[0] = 0;
    for (size_t i = 0; i < answer->value_count * each; i++) {
        const size_t in_value = i % each, value = i / each;
        if (in_value == 0) {
            len += (size_t)snprintf(out + len, ANSWER - len, "%s%.*s", value > 0 ? "; " : "",
                                    PT_STR_ARG(answer->values[value]));
        }
        len += (size_t)snprintf(out + len, ANSWER - len, "%s",
                                in_value % p->periods.count == 0 ? " " : "/");
        len += say_cell(&answer->cells[i], p->series[in_value / p->periods.count].measure,
                        out + len, ANSWER - len);
    }
}

/* ---- Plans ----------------------------------------------------------------------------------- */

typedef struct Asked {
    History *h;
    ColumnsSnapshot *snapshot;
    OracleRows rows;
    PtArena *arena;
    uint64_t codes[2][COLUMNS_EVENTS_MAX / 64];
    PlanSet sets[2];
    PlanSlot slots[SLOTS];
    PlanSeries series[2];
    ColumnsPlan plan;
} Asked;

static Asked *ask(const struct SegmentationCase *c)
{
    Asked *a = calloc(1, sizeof *a);
    assert_non_null(a);
    a->h = history_new(1, 0);
    a->arena = pt_arena_new(SIZE_MAX);
    tell_rows(a->h, c->rows);
    a->snapshot = history_snapshot(a->h, &a->rows);
    for (size_t i = 0; i < 2; i++) {
        const uint16_t code = history_code(a->snapshot, 1, i == 0 ? PT_STR("a") : PT_STR("b"));
        if (code != UINT16_MAX) {
            a->codes[i][code / 64] |= 1ull << (code % 64);
        }
        a->sets[i].codes = a->codes[i];
        a->series[i] = (PlanSeries){(uint32_t)i, c->measure, c->slot, c->q};
    }
    a->slots[SLOT_TIER] = history_slot(a->snapshot, PT_STR("properties.tier"));
    a->slots[SLOT_NUMBER] = history_slot(a->snapshot, PT_STR("properties.n"));
    a->slots[SLOT_AMOUNT] =
        (PlanSlot){.number = COLUMNS_COLUMN_AMOUNT, .text = UINT32_MAX, .truth = UINT32_MAX};
    a->slots[SLOT_STORE] =
        (PlanSlot){.number = UINT32_MAX, .text = COLUMNS_COLUMN_STORE, .truth = UINT32_MAX};
    a->plan = (ColumnsPlan){
        .kind = PLAN_SEGMENTATION,
        .from_ms = HISTORY_BEGIN_MS,
        .to_ms = HISTORY_BEGIN_MS + DAYS * (int64_t)DAY_MS,
        .slots = a->slots,
        .slot_count = SLOTS,
        .sets = a->sets,
        .set_count = 2,
        .segmentation = {.series = a->series,
                         .series_count = c->both ? 2 : 1,
                         .breakdown.slot = c->broken_down ? SLOT_TIER : UINT32_MAX},
    };
    assert_int_equal(plan_periods(&a->plan.segmentation.periods, c->whole ? PLAN_WHOLE : PLAN_DAY,
                                  a->plan.from_ms, a->plan.to_ms, NULL, NULL),
                     PT_OK);
    return a;
}

static void asked_free(Asked *a)
{
    pt_arena_free(a->arena);
    columns_snapshot_free(a->snapshot);
    history_free(a->h);
    free(a);
}

static void segmentation_case(void **state)
{
    const struct SegmentationCase *c = *state;
    Asked *a = ask(c);
    for (size_t sets = c->both ? 2 : 1; sets <= 2; sets++) { // of one set some go another way
        a->plan.set_count = sets;
        Oracle *oracle = oracle_new(&a->plan, &a->rows);
        PlanAnswer answer;
        char words[ORACLE_WORDS], said[ANSWER];
        history_ask(&a->plan, a->snapshot, oracle, a->arena, &answer, words);
        assert_string_equal(words, "");
        say(&answer, &a->plan.segmentation, said);
        assert_string_equal(said, c->want);
        oracle_free(oracle);
    }
    asked_free(a);
}

/* ---- Drilling, bounds ------------------------------------------------------------------------ */

static PtStatus tell(void *ctx, uint32_t person, PtError *err)
{
    char *text = ctx;
    const size_t len = strlen(text);
    (void)err;
    (void)snprintf(text + len, ANSWER - len, "%u ", person);
    return PT_OK;
}

static void drilled(void **state)
{
    static const struct {
        uint32_t value, series, period;
        const char *want;
    } drills[] = {
        {0, 0, 0, "1 2 "}, {0, 0, 1, "1 "}, {0, 0, 2, ""},
        {0, 1, 0, "3 "},   {1, 0, 0, "1 "}, {1, 1, 0, ""},
    };
    static const struct SegmentationCase c = {
        .rows = "1a0=x 1a1=x 2a2=x 1a3=y 3b4=x 1a25=x 0a0=x 4c0=x",
        .broken_down = true,
        .both = true};
    (void)state;
    Asked *a = ask(&c);
    for (size_t i = 0; i < PT_COUNT(drills); i++) {
        char told[ANSWER] = "";
        const PlanDrill drill = {.value = drills[i].value,
                                 .series = drills[i].series,
                                 .period = drills[i].period,
                                 .tell = tell,
                                 .ctx = told};
        const PlanRun run = {.threads = 1, .memory_bytes = 1 << 26, .drill = &drill};
        PlanAnswer answer;
        assert_int_equal(columns_run_plan(&a->plan, a->snapshot, &run, a->arena, &answer, NULL),
                         PT_OK);
        assert_string_equal(told, drills[i].want);
    }
    asked_free(a);
}

static void refused(void **state)
{
    static const struct SegmentationCase c = {.rows = "1a0"};
    static const PlanSeries bad[] = {
        {.set = 2},
        {.measure = PLAN_QUANTILE + 1},
        {.measure = PLAN_SUM, .slot = SLOTS},
        {.measure = PLAN_QUANTILE, .slot = SLOT_NUMBER, .q = 1.01},
        {.measure = PLAN_QUANTILE, .slot = SLOT_NUMBER, .q = -0.01},
    };
    (void)state;
    Asked *a = ask(&c);
    const PlanRun run = {.threads = 1, .memory_bytes = 1 << 26};
    PlanAnswer answer;
    for (size_t i = 0; i < PT_COUNT(bad); i++) {
        a->plan.segmentation.series = &bad[i];
        assert_int_equal(columns_run_plan(&a->plan, a->snapshot, &run, a->arena, &answer, NULL),
                         PT_INVALID);
    }
    a->plan.segmentation.series = a->series;
    a->plan.segmentation.series_count = 0;
    assert_int_equal(columns_run_plan(&a->plan, a->snapshot, &run, a->arena, &answer, NULL),
                     PT_INVALID);
    a->plan.segmentation.series_count = 1;
    a->plan.to_ms++;
    assert_int_equal(columns_run_plan(&a->plan, a->snapshot, &run, a->arena, &answer, NULL),
                     PT_INVALID);
    a->plan.to_ms--;
    a->plan.segmentation.breakdown.slot = SLOTS;
    assert_int_equal(columns_run_plan(&a->plan, a->snapshot, &run, a->arena, &answer, NULL),
                     PT_INVALID);
    a->plan.segmentation.breakdown.slot = UINT32_MAX;
    assert_int_equal(columns_run_plan(&a->plan, a->snapshot, &run, a->arena, &answer, NULL), PT_OK);
    asked_free(a);
}

int main(void)
{
    struct CMUnitTest tests[PT_COUNT(cases) + 2];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, cases, segmentation_case);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(drilled);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(refused);
    return _cmocka_run_group_tests("platform/columns_segmentation", tests, n, NULL, NULL);
}
