// SPDX-License-Identifier: Apache-2.0
/* What is a query and what is none, with the place and the bound; the normal form. */
#include "base/test_rows.h"
#include "behaviour/query_internal.h"

#include <fault/fault_alloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ARENA = 8 << 20, TEXT = 1 << 20 };

#define SERIES  "\"series\":[{\"event\":\"a\"}]"
#define STEPS   "\"steps\":[{\"event\":\"a\"},{\"event\":\"b\"}]"
#define SEG(x)  "{\"kind\":\"segmentation\"," SERIES "," x "}"
#define FUN(x)  "{\"kind\":\"funnel\"," STEPS "," x "}"
#define RET(x)  "{\"kind\":\"retention\",\"begin\":{},\"again\":{}," x "}"
#define ONE(x)  "{\"kind\":\"segmentation\",\"series\":[{" x "}]}"
#define PATH(x) "{\"kind\":\"paths\"," x "}"
#define CMP(q)  "{\"kind\":\"compare\",\"cohorts\":[{},{\"name\":\"x\"}],\"query\":" q "}"
#define COR(x)  "{\"kind\":\"correlation\",\"from\":{},\"to\":{}," x "}"
#define JOU(x)  "{\"kind\":\"journey\"," x "}"

static struct BadCase {
    const char *name, *json, *want;
} bad_cases[] = {
    {"no JSON", "{", "expected"},
    {"no object", "[]", "at \"\": not an object"},
    {"no kind", "{}", "at \"\": \"kind\" is missing"},
    {"no such kind", "{\"kind\":\"walk\"}",
     "at \"/kind\": not one of segmentation, funnel, retention, paths, stickiness, lifecycle, "
     "sessions, compare, correlation, friction, journey"},
    {"one cohort", "{\"kind\":\"compare\",\"cohorts\":[{}]}", "at \"/cohorts\": not 2 to 5 items"},
    {"two cohorts of one name", "{\"kind\":\"compare\",\"cohorts\":[{},{}]}",
     "at \"/cohorts/1\": two cohorts of one name"},
    {"a comparison of nothing", "{\"kind\":\"compare\",\"cohorts\":[{},{\"name\":\"x\"}]}",
     "at \"\": \"query\" of a compare is missing"},
    {"a comparison in a comparison", CMP("{\"kind\":\"compare\"}"),
     "at \"/query/kind\": not one of segmentation, funnel, retention, stickiness"},
    {"a comparison's own range", CMP(SEG("\"range\":{\"last\":{\"days\":1}}")),
     "at \"/query/range\": does not go into a comparison"},
    {"a broken place in a comparison", CMP(SEG("\"unit\":\"year\"")),
     "at \"/query/unit\": not one of hour, day, week, month, whole"},
    {"who of a comparison", "{\"kind\":\"compare\",\"who\":{\"did\":{}}}",
     "at \"/who\": does not go with kind \"compare\""},
    {"a correlation with nothing", "{\"kind\":\"correlation\",\"from\":{}}",
     "at \"\": \"to\" of a correlation is missing"},
    {"all, misspelt", COR("\"properties\":\"al\""), "at \"/properties\": not a list"},
    {"a level of nothing", COR("\"level\":0"), "at \"/level\": not a number above 0 and to 0.5"},
    {"a level over a half", COR("\"level\":0.51"),
     "at \"/level\": not a number above 0 and to 0.5"},
    {"rows of a correlation", COR("\"limit\":501"), "at \"/limit\": not a whole number in 1..500"},
    {"17 steps of a friction",
     "{\"kind\":\"friction\",\"steps\":[{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}]}",
     "at \"/steps\": a list of over 16 items"},
    {"a running baseline", JOU("\"baseline\":{\"last\":{\"days\":1}}"),
     "at \"/baseline\": a baseline has \"from\" and \"to\""},
    {"errors of none", JOU("\"errors\":[]"), "at \"/errors\": not 1 to 5 items"},
    {"one stage", JOU("\"stages\":[{}]"), "at \"/stages\": not 2 to 12 items"},
    {"two stages of one name", JOU("\"stages\":[{},{}]"),
     "at \"/stages/1\": two stages of one name"},
    {"a stage again and again", JOU("\"stages\":[{\"again\":2},{}]"),
     "at \"/stages/0/again\": neither true nor false"},
    {"unknown member", SEG("\"colour\":1"), "at \"\": \"colour\" is not known here"},
    {"a member twice", SEG("\"unit\":\"day\",\"unit\":\"day\""), "at \"\": \"unit\" stands twice"},
    {"of another kind", SEG("\"window\":{\"days\":1}"),
     "at \"/window\": does not go with kind \"segmentation\""},
    {"no series", "{\"kind\":\"segmentation\"}",
     "at \"\": \"series\" of a segmentation is missing"},
    {"series of none", "{\"kind\":\"segmentation\",\"series\":[]}",
     "at \"/series\": not 1 to 10 items"},
    {"11 series", "{\"kind\":\"segmentation\",\"series\":[{},{},{},{},{},{},{},{},{},{},{}]}",
     "at \"/series\": a list of over 10 items"},
    {"series no list", "{\"kind\":\"segmentation\",\"series\":{}}", "at \"/series\": not a list"},
    {"event no text", ONE("\"event\":5"), "at \"/series/0/event\": not a text"},
    {"event an empty text", ONE("\"event\":\"\""), "at \"/series/0/event\": an empty text"},
    {"event of none", ONE("\"event\":[]"), "at \"/series/0/event\": not 1 to 100 items"},
    {"event in a list no text", ONE("\"event\":[\"a\",1]"), "at \"/series/0/event/1\": not a text"},
    {"condition", ONE("\"where\":{\"property\":\"x\",\"is\":\"at_least\",\"value\":\"1\"}"),
     "at \"/series/0/where/value\": at_least takes a number"},
    {"condition on a trait", ONE("\"where\":{\"trait\":\"x\",\"is\":\"exists\"}"),
     "at \"/series/0/where\": a condition on events looks at no traits: they go into \"who\""},
    {"condition of all", SEG("\"where\":{\"is\":\"exists\"}"),
     "at \"/where\": all, any, not, property, context, trait or field is missing"},
    {"who", SEG("\"who\":{\"did\":{\"event\":\"a\"},\"times\":{\"at_least\":0}}"),
     "at \"/who/times/at_least\": not a whole number in 1..1000"},
    {"measure", ONE("\"measure\":\"mode\""),
     "at \"/series/0/measure\": not one of total, uniques, sum, average, least, most, quantile"},
    {"sum of nothing", ONE("\"measure\":\"sum\""),
     "at \"/series/0\": \"of\" of the measure sum is missing"},
    {"total of something", ONE("\"of\":{\"property\":\"x\"}"),
     "at \"/series/0\": the measure total has no \"of\""},
    {"sum of a text", ONE("\"measure\":\"sum\",\"of\":{\"field\":\"store\"}"),
     "at \"/series/0/of\": the field store is no number"},
    {"sum of two", ONE("\"measure\":\"sum\",\"of\":{\"property\":\"x\",\"context\":\"y\"}"),
     "at \"/series/0/of\": one of property, context and field"},
    {"no such field", SEG("\"breakdown\":{\"field\":\"colour\"}"),
     "at \"/breakdown/field\": not one of event, type, channel, source, store, currency, amount, "
     "timestamp"},
    {"q of a sum", ONE("\"measure\":\"sum\",\"of\":{\"property\":\"x\"},\"q\":0.5"),
     "at \"/series/0\": the measure sum has no \"q\""},
    {"q over 1", ONE("\"measure\":\"quantile\",\"of\":{\"property\":\"x\"},\"q\":1.01"),
     "at \"/series/0/q\": not a number from 0 to 1"},
    {"q below 0", ONE("\"measure\":\"quantile\",\"of\":{\"property\":\"x\"},\"q\":-0.01"),
     "at \"/series/0/q\": not a number from 0 to 1"},
    {"unit", SEG("\"unit\":\"year\""), "at \"/unit\": not one of hour, day, week, month, whole"},
    {"hours of a retention", RET("\"unit\":\"hour\""), "at \"/unit\": not one of day, week, month"},
    {"limit 0", SEG("\"limit\":0"), "at \"/limit\": not a whole number in 1..100"},
    {"limit 101", SEG("\"limit\":101"), "at \"/limit\": not a whole number in 1..100"},
    {"zone", SEG("\"zone\":\"Mars/Base\""), "at \"/zone\": "},
    {"zone no text", SEG("\"zone\":1"), "at \"/zone\": not a text"},
    {"range of nothing", SEG("\"range\":{}"), "at \"/range\": either last, or from and to"},
    {"range of both", SEG("\"range\":{\"last\":{\"days\":1},\"to\":\"2026-01-01\"}"),
     "at \"/range\": either last, or from and to"},
    {"range without an end", SEG("\"range\":{\"from\":\"2026-01-01\"}"),
     "at \"/range/to\": is missing"},
    {"range of no time", SEG("\"range\":{\"from\":\"today\",\"to\":\"2026-01-01\"}"),
     "at \"/range/from\": neither a day nor an RFC 3339 time"},
    {"last 0", SEG("\"range\":{\"last\":{\"days\":0}}"),
     "at \"/range/last/days\": not a whole number in 1..1000"},
    {"last 1001", SEG("\"range\":{\"last\":{\"days\":1001}}"),
     "at \"/range/last/days\": not a whole number in 1..1000"},
    {"last of two", SEG("\"range\":{\"last\":{\"days\":1,\"weeks\":1}}"),
     "at \"/range/last\": one of hours, days, weeks and months"},
    {"last of years", SEG("\"range\":{\"last\":{\"years\":1}}"),
     "at \"/range/last\": \"years\" is not known here"},
    {"formula", SEG("\"formulae\":[{\"formula\":\"A +\"}]"),
     "at \"/formulae/0/formula\": a number, a series or a bracket is missing at character 4 of the "
     "formula"},
    {"formula of no series", SEG("\"formulae\":[{\"formula\":\"A / B\"}]"),
     "at \"/formulae/0/formula\": there is no series \"B\""},
    {"formula without an operator", SEG("\"formulae\":[{\"formula\":\"A 2\"}]"),
     "at \"/formulae/0/formula\": an operator is missing at character 3 of the formula"},
    {"formula not closed", SEG("\"formulae\":[{\"formula\":\"(A\"}]"),
     "at \"/formulae/0/formula\": a closing bracket is missing at character 3 of the formula"},
    {"formula too deep",
     SEG("\"formulae\":[{\"formula\":\"((((((((((((((((((((((((((((((((A)))))))))))))))))))))))))))"
         ")"
         "))))\"}]"),
     "at \"/formulae/0/formula\": a formula of over 32 levels"},
    {"formula missing", SEG("\"formulae\":[{}]"), "at \"/formulae/0/formula\": not a text"},
    {"one step", "{\"kind\":\"funnel\",\"steps\":[{}]}", "at \"/steps\": not 2 to 20 items"},
    {"21 steps",
     "{\"kind\":\"funnel\",\"steps\":[{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{"
     "}]}",
     "at \"/steps\": a list of over 20 items"},
    {"window of none", FUN("\"window\":{}"), "at \"/window\": not 1 second to 10000 days"},
    {"window of months", FUN("\"window\":{\"months\":1}"),
     "at \"/window\": \"months\" is not known here"},
    {"order", FUN("\"order\":\"random\""), "at \"/order\": not one of ordered, strict, any"},
    {"exclude in any order", FUN("\"order\":\"any\",\"exclude\":[{}]"),
     "at \"/exclude\": does not go with steps in any order"},
    {"exclude after the last step", FUN("\"exclude\":[{\"after\":2}]"),
     "at \"/exclude/0/after\": not a whole number in 1..1"},
    {"again is missing", "{\"kind\":\"retention\",\"begin\":{}}",
     "at \"\": \"again\" of a retention is missing"},
    {"way", RET("\"way\":\"in\""), "at \"/way\": not one of on, beyond"},
    {"one bracket", RET("\"brackets\":[0]"), "at \"/brackets\": not 2 to 100 items"},
    {"brackets that do not rise", RET("\"brackets\":[0,2,2]"), "at \"/brackets/2\": brackets rise"},
    {"recurring", RET("\"recurring\":1"), "at \"/recurring\": neither true nor false"},
    {"paths from nowhere", PATH("\"depth\":5"), "at \"\": one of \"from\" and \"to\""},
    {"paths from and to", PATH("\"from\":{},\"to\":{}"), "at \"\": one of \"from\" and \"to\""},
    {"depth 1", PATH("\"from\":{},\"depth\":1"), "at \"/depth\": not a whole number in 2..20"},
    {"depth 21", PATH("\"from\":{},\"depth\":21"), "at \"/depth\": not a whole number in 2..20"},
    {"name of 101 characters",
     ONE("\"name\":"
         "\"ääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää"
         "ääääääääääääääää\""),
     "at \"/series/0/name\": a name of over 100 characters"},
};

static void test_bad(void **state)
{
    const struct BadCase *c = *state;
    Query *q = NULL;
    PtError err = {0};
    PtArena *arena = pt_arena_new(ARENA);
    assert_non_null(arena);
    const PtStatus st = query_read(pt_str(c->json), arena, &q, &err);
    query_free(q);
    pt_arena_free(arena);
    assert_int_equal(st, PT_INVALID);
    if (strncmp(err.message, c->want, strlen(c->want)) != 0) {
        fail_msg("said: %s", err.message);
    }
}

/* ---- The normal form ------------------------------------------------------------------------- */

#define HEAD   "\"range\":{\"last\":{\"days\":30}},\"zone\":\"UTC\""
#define ALL_OF "{\"name\":\"all events\"}"

static struct NormalCase {
    const char *name, *json, *want;
} normal_cases[] = {
    {"segmentation", "{\"kind\":\"segmentation\",\"series\":[{}]}",
     "{\"kind\":\"segmentation\"," HEAD ",\"unit\":\"day\",\"series\":[{\"name\":\"all events\","
     "\"measure\":\"total\"}],\"formulae\":[],\"limit\":10}"},
    {"all of a segmentation",
     "{\"limit\":100,\"breakdown\":{\"context\":\"device.type\"},\"formulae\":[{\"formula\":\"A*"
     "2\"}"
     ",{\"formula\":\"1\",\"name\":\"one\"}],\"series\":[{\"event\":[\"Completed Order\",\"b\"],"
     "\"measure\":\"quantile\",\"of\":{\"property\":\"total\"},\"name\":\"x\",\"where\":{\"field\":"
     "\"type\",\"is\":\"equals\",\"value\":\"track\"}}],\"unit\":\"whole\",\"zone\":\"Asia/"
     "Kolkata\",\"range\":{\"from\":\"2026-03-01\",\"to\":\"2026-03-02T10:00:00+01:00\"},\"kind\":"
     "\"segmentation\",\"where\":{\"all\":[]},\"who\":{\"did\":{}}}",
     "{\"kind\":\"segmentation\",\"range\":{\"from\":\"2026-03-01\",\"to\":\"2026-03-02T09:00:00."
     "000Z\"},\"zone\":\"Asia/Kolkata\",\"who\":{\"did\":{}},\"where\":{\"all\":[]},\"unit\":"
     "\"whole\",\"series\":[{\"name\":\"x\",\"event\":[\"Order Completed\",\"b\"],\"where\":{"
     "\"field\":\"type\",\"is\":\"equals\",\"value\":\"track\"},\"measure\":\"quantile\",\"of\":{"
     "\"property\":\"total\"},\"q\":0.5}],\"formulae\":[{\"name\":\"A*2\",\"formula\":\"A*2\"},{"
     "\"name\":\"one\",\"formula\":\"1\"}],\"breakdown\":{\"context\":\"device.type\"},\"limit\":"
     "100}"},
    {"funnel", "{\"kind\":\"funnel\",\"steps\":[{\"event\":\"a\"},{\"event\":[\"b\",\"c\"]}]}",
     "{\"kind\":\"funnel\"," HEAD ",\"steps\":[{\"name\":\"a\",\"event\":\"a\"},{\"name\":\"b or "
     "c\",\"event\":[\"b\",\"c\"]}],\"window\":{\"days\":7},\"order\":\"ordered\",\"limit\":10}"},
    {"all of a funnel",
     FUN("\"window\":{\"days\":1,\"hours\":1},\"order\":\"strict\",\"exclude\":[{\"event\":\"x\"},{"
         "\"after\":1}],\"same\":{\"property\":\"sku\"},\"breakdown\":{\"field\":\"store\"},"
         "\"limit\":3"),
     "{\"kind\":\"funnel\"," HEAD ",\"steps\":[{\"name\":\"a\",\"event\":\"a\"},{\"name\":\"b\","
     "\"event\":\"b\"}],\"window\":{\"hours\":25},\"order\":\"strict\",\"exclude\":[{\"name\":"
     "\"x\","
     "\"event\":\"x\"},{\"name\":\"all events\",\"after\":1}],\"same\":{\"property\":\"sku\"},"
     "\"breakdown\":{\"field\":\"store\"},\"limit\":3}"},
    {"retention", RET("\"brackets\":[0,1,4]"),
     "{\"kind\":\"retention\"," HEAD ",\"begin\":" ALL_OF ",\"again\":" ALL_OF ",\"unit\":\"week\","
     "\"way\":\"on\",\"brackets\":[0,1,4],\"recurring\":false,\"limit\":10}"},
    {"paths", PATH("\"to\":{\"event\":\"a\"}"),
     "{\"kind\":\"paths\"," HEAD ",\"to\":{\"name\":\"a\",\"event\":\"a\"},\"nodes\":" ALL_OF ","
     "\"gap\":{\"minutes\":30},\"depth\":5,\"fold\":true,\"limit\":20}"},
    {"stickiness", "{\"kind\":\"stickiness\"}",
     "{\"kind\":\"stickiness\"," HEAD ",\"of\":" ALL_OF ",\"unit\":\"day\"}"},
    {"lifecycle", "{\"kind\":\"lifecycle\",\"range\":{\"last\":{\"months\":2}}}",
     "{\"kind\":\"lifecycle\",\"range\":{\"last\":{\"months\":2}},\"zone\":\"UTC\",\"of\":" ALL_OF
     ",\"unit\":\"week\"}"},
    {"sessions", "{\"kind\":\"sessions\",\"gap\":{\"seconds\":90}}",
     "{\"kind\":\"sessions\"," HEAD ",\"of\":" ALL_OF
     ",\"unit\":\"day\",\"gap\":{\"seconds\":90}}"},
};

static void write_normal(const char *json, PtBuf *out)
{
    Query *q = NULL;
    PtError err = {0};
    PtArena *arena = pt_arena_new(ARENA);
    assert_non_null(arena);
    if (query_read(pt_str(json), arena, &q, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    pt_buf_init(out, TEXT);
    PtJsonOut writer = pt_json_out(out);
    query_write(q, &writer);
    pt_buf_add_char(out, 0);
    assert_int_equal(pt_buf_status(out), PT_OK);
    query_free(q);
    pt_arena_free(arena);
}

static void test_normal(void **state)
{
    const struct NormalCase *c = *state;
    PtBuf once, twice;
    write_normal(c->json, &once);
    assert_string_equal(once.data, c->want);
    write_normal(once.data, &twice);
    assert_string_equal(twice.data, c->want);
    pt_buf_done(&once);
    pt_buf_done(&twice);
}

/* ---- Formulae -------------------------------------------------------------------------------- */

static struct FormulaCase {
    const char *name, *text;
    double a, b;
    const char *want; /* "-": none */
} formula_cases[] = {
    {"share", "A / B * 100", 1, 4, "25"},
    {"times before plus", "1 + 2 * 3", 0, 0, "7"},
    {"brackets", "(1 + 2) * 3", 0, 0, "9"},
    {"from the left", "10 - 3 - 2", 0, 0, "5"},
    {"division from the left", "20 / 5 / 2", 0, 0, "2"},
    {"minus a number", "-A - -B", 3, 5, "2"},
    {"small letters", "a+b", 1, 2, "3"},
    {"fractions", ".5*A", 3, 0, "1.5"},
    {"by zero", "A / B", 1, 0, "-"},
    {"by zero, then nothing of it", "A / B * 0", 1, 0, "-"},
    {"not known", "A + B", 1, (double)INFINITY, "-"},
    {"32 levels", "((((((((((((((((((((((((((((((( A )))))))))))))))))))))))))))))))", 6, 0, "6"},
    {"no exponents", "1e308", 0, 0, NULL},
};

static void test_formula(void **state)
{
    const struct FormulaCase *c = *state;
    PtArena *arena = pt_arena_new(ARENA);
    QueryFormula *f = NULL;
    char said[32] = "-";
    assert_non_null(arena);
    const PtStatus st = query_formula_read(pt_str(c->text), 2, arena, &f, NULL);
    if (st == PT_OK) {
        const double values[] = {c->a, c->b}, got = query_formula_value(f, values);
        if (got == got) {
            (void)snprintf(said, sizeof said, "%g", got);
        }
    }
    pt_arena_free(arena);
    assert_int_equal(st, c->want != NULL ? PT_OK : PT_INVALID);
    if (c->want != NULL) {
        assert_string_equal(said, c->want);
    }
}

/* ---- Bounds, memory -------------------------------------------------------------------------- */

static void test_too_long(void **state)
{
    (void)state;
    char *json = malloc(QUERY_JSON + 2);
    Query *q = NULL;
    PtError err = {0};
    PtArena *arena = pt_arena_new(ARENA);
    assert_true(json != NULL && arena != NULL);
    memset(json, ' ', QUERY_JSON + 1);
    memcpy(json, "{\"kind\":\"stickiness\"}", 21);
    assert_int_equal(query_read((PtStr){json, QUERY_JSON}, arena, &q, &err), PT_OK);
    query_free(q);
    assert_int_equal(query_read((PtStr){json, QUERY_JSON + 1}, arena, &q, &err), PT_INVALID);
    assert_string_equal(err.message, "a query of over 262144 bytes");
    pt_arena_free(arena);
    free(json);
}

static void test_no_memory(void **state)
{
    (void)state;
    const char *json = normal_cases[1].json;
    PtStatus st = PT_NO_MEMORY;
    for (uint64_t nth = 1; st != PT_OK && nth < 1000; nth++) {
        Query *q = NULL;
        PtError err = {0};
        PtArena *arena = pt_arena_new(ARENA);
        assert_non_null(arena);
        fault_alloc_fail(nth, 0);
        st = query_read(pt_str(json), arena, &q, &err);
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || st == PT_NO_MEMORY);
        query_free(q);
        pt_arena_free(arena);
    }
    assert_int_equal(st, PT_OK);
}

int main(void)
{
    struct CMUnitTest
        tests[PT_COUNT(bad_cases) + PT_COUNT(normal_cases) + PT_COUNT(formula_cases) + 2];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, bad_cases, test_bad);
    PT_TEST_ROWS(tests, n, normal_cases, test_normal);
    PT_TEST_ROWS(tests, n, formula_cases, test_formula);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_too_long);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_no_memory);
    return _cmocka_run_group_tests("behaviour/query_read", tests, n, NULL, NULL);
}
