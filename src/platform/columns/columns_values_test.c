// SPDX-License-Identifier: Apache-2.0
#include "base/test_rows.h"
#include "platform/columns/columns_scan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define NUM(v)   {.kind = PT_VALUE_NUMBER, .number = (v)}
#define TEXT(v)  {.kind = PT_VALUE_TEXT, .text = PT_STR_INIT(v)}
#define TRUTH(v) {.kind = PT_VALUE_BOOL, .truth = (v)}

static struct TextCase {
    const char *name;
    PtValue value;
    const char *want;
} text_cases[] = {
    {"nothing", {.kind = PT_VALUE_NONE}, ""},
    {"an empty text", TEXT(""), ""},
    {"a text", TEXT("Straße 5"), "Straße 5"},
    {"a whole number", NUM(5), "5"},
    {"the shortest that reads back", NUM(0.1), "0.1"},
    {"seventeen digits", NUM(0.1 + 0.2), "0.30000000000000004"},
    {"a negative one", NUM(-2.5), "-2.5"},
    {"a large one", NUM(1e300), "1e300"},
    {"infinite", NUM(INFINITY), ""},
    {"not a number", NUM(NAN), ""},
    {"true", TRUTH(true), "true"},
    {"false", TRUTH(false), "false"},
    {"an instant", {.kind = PT_VALUE_TIME, .time_ms = -1}, "1969-12-31T23:59:59.999Z"},
};

static ValueTable *new_table(void)
{
    ValueTable *v = NULL;
    assert_int_equal(values_new(&v, NULL), PT_OK);
    return v;
}

static uint32_t number_of(ValueTable *v, PtValue value)
{
    uint32_t number = UINT32_MAX;
    assert_int_equal(values_of(v, &value, &number, NULL), PT_OK);
    return number;
}

static uint32_t number_of_text(ValueTable *v, PtStr text)
{
    return number_of(v, (PtValue){.kind = PT_VALUE_TEXT, .text = text});
}

static void text_case(void **state)
{
    const struct TextCase *c = *state;
    ValueTable *v = new_table();
    const uint32_t other = number_of_text(v, PT_STR("another"));
    const uint32_t number = number_of(v, c->value);
    assert_int_not_equal(number, other);
    assert_int_equal(number_of(v, c->value), number);
    assert_true(pt_str_eq(values_text(v, number), pt_str(c->want)));
    assert_int_equal(number_of_text(v, pt_str(c->want)), number); // by its text, whatever its kind
    assert_int_equal(values_count(v), 2);
    values_free(v);
}

static void test_other_bytes_at_the_same_place(void **state)
{
    (void)state;
    ValueTable *v = new_table();
    char bytes[] = "gold";
    const uint32_t gold = number_of_text(v, (PtStr){bytes, 4});
    memcpy(bytes, "tin!", 4);
    const uint32_t tin = number_of_text(v, (PtStr){bytes, 4});
    assert_int_not_equal(gold, tin);
    assert_int_equal(number_of_text(v, (PtStr){bytes, 3}), 2);
    memcpy(bytes, "gold", 4);
    assert_int_equal(number_of_text(v, (PtStr){bytes, 4}), gold);
    assert_true(pt_str_eq(values_text(v, tin), PT_STR("tin!")));
    values_free(v);
}

/* Every other one a text, as many as there may be, and one more. */
static void test_as_many_as_there_may_be(void **state)
{
    (void)state;
    ValueTable *v = new_table();
    const size_t before = values_bytes(v);
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < PLAN_VALUES; i++) {
            char text[16];
            (void)snprintf(text, sizeof text, "v%u", i);
            assert_int_equal(i % 2 == 0 ? number_of_text(v, pt_str(text))
                                        : number_of(v, (PtValue)NUM((double)i / 4)),
                             i);
        }
    }
    const PtValue text = TEXT("one more"), number = NUM(1.0 / 3);
    uint32_t ignored;
    assert_int_equal(values_of(v, &text, &ignored, NULL), PT_TOO_LARGE);
    assert_int_equal(values_of(v, &number, &ignored, NULL), PT_TOO_LARGE);
    assert_int_equal(number_of_text(v, PT_STR("v0")), 0);
    assert_int_equal(values_count(v), PLAN_VALUES);
    assert_true(values_bytes(v) > before + PLAN_VALUES * sizeof(PtStr));
    values_free(v);
}

/* ---- Which are answered ---------------------------------------------------------------------- */

static void test_by_weight_then_text(void **state)
{
    static const char *const texts[] = {"b", "", "ba", "a", "light", "nothing", "\xff"};
    static const uint64_t weights[] = {5, 5, 5, 5, 1, 0, 5};
    static const char *const want[] = {"", "a", "b", "ba", "\xff", "light"};
    (void)state;
    ValueTable *v = new_table();
    for (uint32_t i = 0; i < PT_COUNT(texts); i++) {
        assert_int_equal(number_of_text(v, pt_str(texts[i])), i);
    }
    PtArena *arena = pt_arena_new(SIZE_MAX);
    const uint32_t *numbers = NULL;
    PlanAnswer answer = {0};
    assert_int_equal(values_rank(v, weights, true, arena, &numbers, &answer, NULL), PT_OK);
    assert_int_equal(answer.value_count, PT_COUNT(want));
    assert_int_equal(answer.values_left, 0);
    for (size_t i = 0; i < PT_COUNT(want); i++) {
        assert_true(pt_str_eq(answer.values[i], pt_str(want[i])));
        assert_string_equal(texts[numbers[i]], want[i]);
    }
    pt_arena_free(arena);
    values_free(v);
}

static void test_one_value_without_a_breakdown(void **state)
{
    (void)state;
    ValueTable *v = new_table();
    const uint64_t weight = 0;
    const uint32_t *numbers = NULL;
    PlanAnswer answer = {0};
    PtArena *arena = pt_arena_new(SIZE_MAX);
    assert_int_equal(number_of_text(v, PT_STR("")), 0);
    assert_int_equal(values_rank(v, &weight, false, arena, &numbers, &answer, NULL), PT_OK);
    assert_int_equal(answer.value_count, 1);
    assert_int_equal(answer.values[0].len, 0);
    assert_int_equal(numbers[0], 0);
    pt_arena_free(arena);
    values_free(v);
}

static void test_the_lightest_are_left(void **state)
{
    enum { MORE = 7 };
    (void)state;
    ValueTable *v = new_table();
    uint64_t weights[PLAN_BREAKDOWN + MORE];
    for (uint32_t i = 0; i < PT_COUNT(weights); i++) {
        weights[number_of(v, (PtValue)NUM(i))] = i + 1;
    }
    const uint32_t *numbers = NULL;
    PlanAnswer answer = {0};
    PtArena *arena = pt_arena_new(SIZE_MAX);
    assert_int_equal(values_rank(v, weights, true, arena, &numbers, &answer, NULL), PT_OK);
    assert_int_equal(answer.value_count, PLAN_BREAKDOWN);
    assert_int_equal(answer.values_left, MORE);
    assert_true(pt_str_eq(answer.values[PLAN_BREAKDOWN - 1], PT_STR("7")));
    pt_arena_free(arena);
    arena = pt_arena_new(64);
    assert_int_not_equal(values_rank(v, weights, true, arena, &numbers, &answer, NULL), PT_OK);
    pt_arena_free(arena);
    values_free(v);
}

int main(void)
{
    struct CMUnitTest tests[PT_COUNT(text_cases) + 5];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, text_cases, text_case);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_other_bytes_at_the_same_place);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_as_many_as_there_may_be);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_by_weight_then_text);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_one_value_without_a_breakdown);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_the_lightest_are_left);
    return _cmocka_run_group_tests("platform/columns_values", tests, n, NULL, NULL);
}
