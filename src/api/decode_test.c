// SPDX-License-Identifier: Apache-2.0
#include "api/api_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { NAME, KIND, ON, COUNT, SHARE, AT, TAGS, NUMBERS, RULES, NOTE, FIELDS };

static const char *const kinds[] = {"warn", "quarantine", NULL};
static const char *const tags[] = {"red", "blue", NULL};
static const ApiFieldSpec specs[FIELDS] = {
    [NAME] = {"name", API_TEXT, true, false, 1, 4, 0, 0, 0, 0, NULL, NULL},
    [KIND] = {"kind", API_ENUM, false, false, 0, 0, 0, 0, 0, 0, kinds, "warn"},
    [ON] = {"on", API_BOOL, false, false, 0, 0, 0, 0, 0, 0, NULL, "true"},
    [COUNT] = {"count", API_INT, false, true, -2, 10, 0, 0, 0, 0, NULL, "7"},
    [SHARE] = {"share", API_DOUBLE, false, false, 0, 0, 0, 0, 0, 1, NULL, NULL},
    [AT] = {"at", API_TIME, false, false, 0, 64, 0, 0, 0, 0, NULL, NULL},
    [TAGS] = {"tags", API_TEXT_LIST, false, false, 1, 2, 0, 100, 0, 0, tags, NULL},
    [NUMBERS] = {"numbers", API_INT_LIST, false, false, 0, 3, 1, 9, 0, 0, NULL, NULL},
    [RULES] = {"rules", API_RAW, false, false, 0, 20, 0, 0, 0, 0, NULL, NULL},
    [NOTE] = {"note", API_TEXT, false, true, 0, 3, 0, 0, 0, 0, NULL, NULL},
};

static const struct RefusedCase {
    const char *json, *want;
} refused[] = {
    {"", "byte 0"},
    {"[]", "not a JSON object"},
    {"{}", "name: missing"},
    {"{\"name\":\"\"}", "name: length is 0, not 1..4 characters"},
    {"{\"name\":\"abcde\"}", "name: length is 5, not 1..4 characters"},
    {"{\"name\":1}", "name: not a text"},
    {"{\"name\":null}", "name: is null"},
    {"{\"name\":\"a\\u0000\"}", "name: holds NUL"},
    {"{\"name\":\"\\ud800\"}", "name: holds NUL or half a surrogate"},
    {"{\"name\":\"a\",\"name\":\"b\"}", "name: given twice"},
    {"{\"name\":\"a\",\"other\":1}", "unknown member \"other\""},
    {"{\"name\":\"a\"} x", "byte 13"},
    {"{\"name\":\"a\",\"kind\":\"drop\"}", "kind: not one of \"warn\", \"quarantine\""},
    {"{\"name\":\"a\",\"on\":\"true\"}", "on: not true or false"},
    {"{\"name\":\"a\",\"count\":-3}", "count: not a whole number -2..10"},
    {"{\"name\":\"a\",\"count\":11}", "count: not a whole number -2..10"},
    {"{\"name\":\"a\",\"count\":1.5}", "count: not a whole number -2..10"},
    {"{\"name\":\"a\",\"share\":1.01}", "share: not a number 0..1"},
    {"{\"name\":\"a\",\"share\":\"1\"}", "share: not a number 0..1"},
    {"{\"name\":\"a\",\"at\":\"yesterday\"}", "at: not an RFC 3339 time"},
    {"{\"name\":\"a\",\"tags\":[]}", "tags: fewer than 1 items"},
    {"{\"name\":\"a\",\"tags\":[\"red\",\"red\",\"red\"]}", "tags: more than 2 items"},
    {"{\"name\":\"a\",\"tags\":[\"green\"]}", "tags: not one of"},
    {"{\"name\":\"a\",\"tags\":\"red\"}", "tags: not a list"},
    {"{\"name\":\"a\",\"numbers\":[0]}", "numbers: not a whole number 1..9"},
    {"{\"name\":\"a\",\"numbers\":[1,\"2\"]}", "numbers: item 1 is not a whole number"},
    {"{\"name\":\"a\",\"rules\":[1,2,3,4,5,6,7,8,9,10]}", "rules: over 20 bytes"},
    {"{\"name\":\"a\",\"rules\":[1,}", "byte"},
};

static PtStatus decode(const char *json, PtArena *arena, ApiValue *values, PtError *err)
{
    memset(values, 0, FIELDS * sizeof *values);
    return api_decode_object(pt_str(json), specs, FIELDS, arena, values, err);
}

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
        ApiValue values[FIELDS];
        PtError err = {0};
        assert_int_equal(decode(refused[i].json, arena, values, &err), PT_INVALID);
        if (strstr(err.message, refused[i].want) == NULL) {
            fail_msg("%s: \"%s\" does not hold \"%s\"", refused[i].json, err.message,
                     refused[i].want);
        }
    }
}

static void test_edges_are_taken(void **state)
{
    (void)state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    ApiValue v[FIELDS];
    PtError err = {0};
    // four characters of eight bytes
    assert_int_equal(
        decode("{\"name\":\"\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\",\"count\":10,\"share\":1,"
               "\"at\":\"2026-01-02T03:04:05.678Z\",\"tags\":[\"blue\",\"red\"],"
               "\"numbers\":[1,9,5],\"rules\":{\"a\":[1,2,3,4,5]},\"note\":null}",
               arena, v, &err),
        PT_OK);
    assert_int_equal(v[NAME].text.len, 8);
    assert_int_equal(v[COUNT].number, 10);
    assert_true(v[SHARE].real >= 1 && v[SHARE].real <= 1);
    assert_int_equal(v[AT].number, 1767323045678);
    assert_int_equal(v[TAGS].count, 2);
    assert_true(pt_str_eq(v[TAGS].texts[1], PT_STR("red")));
    assert_int_equal(v[NUMBERS].numbers[1], 9);
    assert_true(pt_str_eq(v[RULES].text, PT_STR("{\"a\":[1,2,3,4,5]}")));
    assert_true(v[NOTE].given && v[NOTE].null);
}

static void test_defaults(void **state)
{
    (void)state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    ApiValue v[FIELDS];
    PtError err = {0};
    assert_int_equal(decode("{\"name\":\"a\"}", arena, v, &err), PT_OK);
    assert_false(v[KIND].given);
    assert_int_equal(v[KIND].choice, 0);
    assert_true(v[ON].truth);
    assert_int_equal(v[COUNT].number, 7);
    assert_null(v[NOTE].text.data);
    assert_int_equal(
        decode("{\"name\":\"a\",\"count\":null,\"kind\":\"quarantine\"}", arena, v, &err), PT_OK);
    assert_true(v[COUNT].null);
    assert_int_equal(v[KIND].choice, 1);
}

static void test_raw_values_of_each_kind(void **state)
{
    (void)state;
    static const char *const texts[] = {"null",         "true", "-1.5e3",
                                        "\"a \\\" b\"", "[]",   "{\"a\":1}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
        ApiValue v[FIELDS];
        PtError err = {0};
        char json[100];
        (void)snprintf(json, sizeof json, "{\"rules\": %s , \"name\":\"a\"}", texts[i]);
        assert_int_equal(decode(json, arena, v, &err), PT_OK);
        assert_true(pt_str_eq(v[RULES].text, pt_str(texts[i])));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_edges_are_taken),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_raw_values_of_each_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
