// SPDX-License-Identifier: Apache-2.0
/* Plans as SQL: what is refused, texts that would be more than texts; and, where ClickHouse is
 * there (columns_chdb_rig.h), values on the edges of how it reads and writes them.
 */
#include "base/test_rows.h"
#include "platform/columns/columns_chdb_rig.h"
#include "platform/columns/columns_history_rig.h"
#include "platform/columns/columns_sql.h"

#include <stdio.h>
#include <string.h>

enum { STATEMENT_MAX = 1 << 20 };

static Chdb *chdb; // one for all tests: opening it takes most of a second

static int open_chdb(void **state)
{
    (void)state;
    chdb = chdb_open();
    return 0;
}

static int close_chdb(void **state)
{
    (void)state;
    chdb_close(chdb);
    return 0;
}

/* ---- Texts ----------------------------------------------------------------------------------- */

static struct TextCase {
    const char *name, *text, *want;
} text_cases[] = {
    {"plain", "Order Completed", "'Order Completed'"},
    {"empty", "", "''"},
    {"a quote", "'; DROP TABLE t; --", "'\\x27; DROP TABLE t; --'"},
    {"a backslash", "\\' OR 1", "'\\x5C\\x27 OR 1'"},
    {"control characters", "\n\t\x7f", "'\\x0A\\x09\\x7F'"},
    {"beyond ASCII", "\xc3\x9f\xff", "'\\xC3\\x9F\\xFF'"},
};

static void test_text(void **state)
{
    const struct TextCase *c = *state;
    PtBuf out;
    pt_buf_init(&out, STATEMENT_MAX);
    columns_sql_text(&out, pt_str(c->text));
    assert_int_equal(out.len, strlen(c->want));
    assert_memory_equal(out.data, c->want, out.len);
    pt_buf_done(&out);
}

static void test_every_byte_comes_back(void **state)
{
    (void)state;
    if (chdb == NULL) {
        skip();
    }
    char bytes[256], want[2 * sizeof bytes + 2];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (char)i;
        (void)snprintf(want + 2 * i, 3, "%02X", (unsigned)i);
    }
    PtBuf out;
    pt_buf_init(&out, STATEMENT_MAX);
    pt_buf_add_str(&out, PT_STR("SELECT hex("));
    columns_sql_text(&out, (PtStr){bytes, sizeof bytes});
    pt_buf_add_str(&out, PT_STR(")"));
    const PtStr got = chdb_query(chdb, pt_buf_str(&out));
    assert_int_equal(got.len, 2 * sizeof bytes + 1); // and the line's end
    assert_memory_equal(got.data, want, 2 * sizeof bytes);
    pt_buf_done(&out);
}

/* ---- Plans ----------------------------------------------------------------------------------- */

static ColumnsPlan count_plan(const PlanSlot *slot, const PlanSet *set, const PlanSeries *series)
{
    ColumnsPlan plan = {
        .kind = PLAN_SEGMENTATION,
        .from_ms = HISTORY_BEGIN_MS,
        .to_ms = HISTORY_BEGIN_MS + 1000000,
        .slots = slot,
        .slot_count = 1,
        .sets = set,
        .set_count = 1,
        .segmentation = {.series = series, .series_count = 1},
    };
    assert_int_equal(
        plan_periods(&plan.segmentation.periods, PLAN_WHOLE, plan.from_ms, plan.to_ms, NULL, NULL),
        PT_OK);
    return plan;
}

static PtStatus say(const ColumnsPlan *plan, size_t bound, PtError *err)
{
    const ColumnsSql sql = {.events = PT_STR("a.b`c"),
                            .persons = PT_STR("persons"),
                            .who = PT_STR("who"),
                            .code_count = 2};
    PtBuf out;
    pt_buf_init(&out, bound);
    PtStatus st = columns_sql_plan(&sql, plan, &out, err);
    st = st == PT_OK ? pt_buf_status(&out) : st;
    if (st == PT_OK) {
        pt_buf_add_char(&out, 0);
        assert_non_null(strstr(out.data, "FROM `a`.`b\\x60c` AS e"));
    }
    pt_buf_done(&out);
    return st;
}

static void test_plans_that_are_refused(void **state)
{
    (void)state;
    const PlanSlot slot = {.number = UINT32_MAX, .text = COLUMNS_COLUMN_STORE, .truth = UINT32_MAX};
    const PlanSet set = {0};
    const PlanSeries series = {.measure = PLAN_TOTAL};
    ColumnsPlan plan = count_plan(&slot, &set, &series);
    PtError err = {0};
    assert_int_equal(say(&plan, STATEMENT_MAX, &err), PT_OK);
    assert_int_equal(say(&plan, 300, &err), PT_TOO_LARGE);
    plan.set_count = 0;
    assert_int_equal(say(&plan, STATEMENT_MAX, &err), PT_INVALID);
    plan.set_count = 1;
    plan.to_ms = plan.from_ms;
    assert_int_equal(say(&plan, STATEMENT_MAX, &err), PT_INVALID);
    plan.to_ms++;
    plan.kind = PLAN_KINDS;
    assert_int_equal(say(&plan, STATEMENT_MAX, &err), PT_INVALID);
}

/* ---- Values, beside the oracle --------------------------------------------------------------- */

static void add_value(History *h, const ColumnsValue *value)
{
    history_add(h, &(ColumnsRow){.time_ms = HISTORY_BEGIN_MS + (int64_t)h->count,
                                 .node = 1 + (uint32_t)h->count % 3,
                                 .type = 1,
                                 .event = PT_STR("view"),
                                 .values = value,
                                 .value_count = 1});
}

static void add_text(History *h, const char *text)
{
    add_value(h, &(ColumnsValue){
                     .path = PT_STR("properties.v"), .kind = COLUMNS_TEXT, .text = pt_str(text)});
}

/* Rows by value, read as said, where the program holds: ClickHouse and the engine, each against the
 * oracle. */
static void compare_by_value(History *h, bool as_time, bool as_number, const PtProgram *program)
{
    OracleRows rows;
    ColumnsSnapshot *s = history_snapshot(h, &rows);
    PlanSlot slot = history_slot(s, PT_STR("properties.v"));
    slot.as_time = as_time;
    slot.as_number = as_number;
    const PlanSet set = {.program = program};
    const PlanSeries series = {.measure = PLAN_TOTAL};
    ColumnsPlan plan = count_plan(&slot, &set, &series);
    plan.segmentation.breakdown.slot = 0;
    Oracle *oracle = oracle_new(&plan, &rows);
    PtArena *arena = pt_arena_new(SIZE_MAX);
    PlanAnswer answer;
    char words[ORACLE_WORDS];
    history_ask(&plan, s, oracle, arena, &answer, words);
    assert_string_equal(words, "");
    if (chdb != NULL) {
        chdb_load(chdb, &rows);
        chdb_ask(chdb, &plan, 2, 0, arena, &answer);
        oracle_compare(oracle, &answer, words);
        assert_string_equal(words, "");
    }
    pt_arena_free(arena);
    oracle_free(oracle);
    columns_snapshot_free(s);
}

static void test_numbers_as_text(void **state)
{
    static const double numbers[] = {0,       1,         -3,
                                     2.5,     0.1,       1234.56,
                                     1e5,     1e15,      1.2345678901234568e17,
                                     1e16,    1e17,      1.5e17,
                                     -1e17,   1e20,      1e21,
                                     -2.5e21, 1e22,      1e300,
                                     9.99e16, 0.001,     1e-5,
                                     -1.5e-5, 1e-6,      1.25e-6,
                                     -9e-6,   9.99e-7,   1e-7,
                                     1e-300,  0.1 + 0.2, 1.0 / 3,
                                     5e17,    7e-10,     4503599627370497.5};
    (void)state;
    History *h = history_new(1, 0);
    for (size_t i = 0; i < PT_COUNT(numbers); i++) {
        add_value(h, &(ColumnsValue){.path = PT_STR("properties.v"), .number = numbers[i]});
    }
    add_text(h, "1e17"); // the same value as the number
    compare_by_value(h, false, false, NULL);
    history_free(h);
}

static void test_texts_read_as_numbers(void **state)
{
    static const char *const texts[] = {
        "5",  "+5",  "-5",    "-0",     "5.",    ".5",    "-.5",   ".",    "+",
        "",   "1e5", "1E-5",  "1e",     "1e+",   "1e+5",  "1.5e3", "0x10", " 5",
        "5 ", "1,5", "1e999", "-1e999", "00012", "1.2.3", "inf",   "nan",  "123456789.123456789",
        "5e", "e5",  "1e-400"};
    (void)state;
    History *h = history_new(2, 0);
    for (size_t i = 0; i < PT_COUNT(texts); i++) {
        add_text(h, texts[i]);
    }
    add_value(h, &(ColumnsValue){.path = PT_STR("properties.v"), .number = 5});
    compare_by_value(h, false, true, NULL);
    history_free(h);
}

static void test_texts_read_as_instants(void **state)
{
    static const char *const texts[] = {"2026-03-01",
                                        "2026-02-28T24:00:00Z",
                                        "2024-02-29",
                                        "2026-02-29",
                                        "2026-02-30",
                                        "2026-13-01",
                                        "2026-00-10",
                                        "2026-03-01T00:00:00Z",
                                        "2026-03-01t00:00:00z",
                                        "2026-03-01 00:00:00",
                                        "2026-03-01T00:00:00+05:30",
                                        "2026-03-01T00:00:00-0930",
                                        "2026-03-01T00:00:00+01",
                                        "2026-03-01T00:00:00+24:00",
                                        "2026-03-01T00:00:00.5Z",
                                        "2026-03-01T00:00:00.123456789Z",
                                        "2026-03-01T00:00:00.Z",
                                        "2026-03-01T23:59:60Z",
                                        "2026-03-01T23:59:61Z",
                                        "2026-03-01T23:60:00Z",
                                        "2026-3-1",
                                        "1969-12-31T23:59:59.999Z",
                                        "2026-03-01T",
                                        "2026-03-01Z",
                                        "tomorrow",
                                        "2026-03-01T00:00:00+01:6",
                                        "2026-03-01T00:00:00+01:60",
                                        "2200-01-01T00:00:00Z",
                                        "1901-01-01T00:00:00Z",
                                        "2026-03-01T00:00:00 Z"};
    (void)state;
    History *h = history_new(3, 0);
    for (size_t i = 0; i < PT_COUNT(texts); i++) {
        add_text(h, texts[i]);
    }
    compare_by_value(h, true, false, NULL);
    history_free(h);
}

static void test_texts_that_would_be_more(void **state)
{
    static const char *const texts[] = {"' OR 1 = 1 --",
                                        "'; DROP TABLE patron.events; --",
                                        "\\",
                                        "\\' OR 1",
                                        "\n\n",
                                        "?",
                                        "%u %s",
                                        "{a:String}",
                                        "`",
                                        "gold",
                                        "GOLD",
                                        "\xc3\x9f"};
    (void)state;
    History *h = history_new(4, 0);
    for (size_t i = 0; i < PT_COUNT(texts); i++) {
        add_text(h, texts[i]);
    }
    for (size_t i = 0; i < PT_COUNT(texts); i++) {
        for (int how = PT_COMPARE_EQ; how <= PT_COMPARE_ENDS; how++) {
            const PtValue constant = {.kind = PT_VALUE_TEXT, .text = pt_str(texts[i])};
            if (how >= PT_COMPARE_LT && how <= PT_COMPARE_GE) {
                continue; // not of texts
            }
            PtProgram *p = NULL;
            assert_int_equal(pt_program_new(&p, NULL), PT_OK);
            assert_int_equal(pt_program_compare(p, 0, (PtCompare)how, &constant, NULL), PT_OK);
            assert_int_equal(pt_program_end(p, NULL), PT_OK);
            compare_by_value(h, false, false, p);
            pt_program_free(p);
        }
    }
    history_free(h);
}

static void test_lists_of_several_kinds(void **state)
{
    const PtValue list[] = {{.kind = PT_VALUE_TEXT, .text = PT_STR("Gold")},
                            {.kind = PT_VALUE_NUMBER, .number = 0.1},
                            {.kind = PT_VALUE_NUMBER, .number = 5},
                            {.kind = PT_VALUE_BOOL, .truth = true},
                            {.kind = PT_VALUE_TEXT, .text = PT_STR("5")},
                            {.kind = PT_VALUE_TIME, .time_ms = HISTORY_BEGIN_MS}};
    (void)state;
    History *h = history_new(5, 0);
    add_text(h, "GOLD");
    add_text(h, "Gold");
    add_text(h, "5");
    add_text(h, "0.1");
    for (int i = 0; i < 7; i++) {
        add_value(h, &(ColumnsValue){.path = PT_STR("properties.v"), .number = i == 6 ? 0.1 : i});
        add_value(h, &(ColumnsValue){.path = PT_STR("properties.v"),
                                     .kind = COLUMNS_TRUTH,
                                     .truth = i % 2 == 0});
    }
    for (size_t count = 0; count <= PT_COUNT(list); count++) {
        for (int negated = 0; negated < 2; negated++) {
            PtProgram *p = NULL;
            assert_int_equal(pt_program_new(&p, NULL), PT_OK);
            assert_int_equal(pt_program_among(p, 0,
                                              count % 2 == 0 ? PT_COMPARE_EQ : PT_COMPARE_EQ_FOLDED,
                                              list, count, NULL),
                             PT_OK);
            assert_int_equal(pt_program_constant(p, true, NULL), PT_OK);
            assert_int_equal(pt_program_all(p, 2, NULL), PT_OK);
            assert_int_equal(negated != 0 ? pt_program_not(p, NULL) : PT_OK, PT_OK);
            assert_int_equal(pt_program_any(p, 0, NULL), PT_OK);
            assert_int_equal(pt_program_any(p, 2, NULL), PT_OK);
            assert_int_equal(pt_program_end(p, NULL), PT_OK);
            compare_by_value(h, false, false, p);
            pt_program_free(p);
        }
    }
    history_free(h);
}

int main(void)
{
    struct CMUnitTest tests[PT_COUNT(text_cases) + 7];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, text_cases, test_text);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_every_byte_comes_back);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_plans_that_are_refused);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_numbers_as_text);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_texts_read_as_numbers);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_texts_read_as_instants);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_texts_that_would_be_more);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_lists_of_several_kinds);
    return _cmocka_run_group_tests("platform/columns_sql", tests, n, open_chdb, close_chdb);
}
