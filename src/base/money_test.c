// SPDX-License-Identifier: Apache-2.0
#include "base/money.h"

#include "base/rng.h"
#include "base/test_rows.h"

#include <stdlib.h>

static struct ParseCase {
    const char *name, *text;
    PtStatus want;
    int64_t micros;
} parse_cases[] = {
    {"whole", "12", PT_OK, 12000000},
    {"cents", "-3.50", PT_OK, -3500000},
    {"exponent", "1e-2", PT_OK, 10000},
    {"half a micro and its half", "+0.0000015", PT_OK, 2},
    {"one micro", "0.000001", PT_OK, 1},
    {"half to even: down", "0.0000005", PT_OK, 0},
    {"half to even: up", "0.0000035", PT_OK, 4},
    {"half to even: stays", "0.0000025", PT_OK, 2},
    {"half to even with zeros behind", "0.0000025000", PT_OK, 2},
    {"half to even before the point", "25.000e-7", PT_OK, 2},
    {"half and a bit", "0.00000250000000000000000000001", PT_OK, 3},
    {"below half", "0.0000024999999999999999999999", PT_OK, 2},
    {"below half of a micro", "0.00000049", PT_OK, 0},
    {"negative half to even", "-0.0000015", PT_OK, -2},
    {"far below a micro", "9e-99", PT_OK, 0},
    {"point moved by the exponent", "123.456e1", PT_OK, 1234560000},
    {"point moved back", "12345678e-7", PT_OK, 1234568},
    {"capital E and plus", "1.5E+2", PT_OK, 150000000},
    {"zeros in front", "000012", PT_OK, 12000000},
    {"zero with any exponent", "0e999999999999", PT_OK, 0},
    {"zeros that the exponent takes back", "0.00000000001e11", PT_OK, 1000000},
    {"no digit in front", ".5", PT_OK, 500000},
    {"no digit behind", "5.", PT_OK, 5000000},
    {"minus zero", "-0.00", PT_OK, 0},
    {"largest", "9223372036854.775807", PT_OK, INT64_MAX},
    {"smallest", "-9223372036854.775807", PT_OK, -INT64_MAX},
    {"largest by rounding down", "9223372036854.77580749", PT_OK, INT64_MAX},
    {"one over", "9223372036854.775808", PT_TOO_LARGE, 0},
    {"one under", "-9223372036854.775808", PT_TOO_LARGE, 0},
    {"over by rounding", "9223372036854.7758075", PT_TOO_LARGE, 0},
    {"far over", "1e13", PT_TOO_LARGE, 0},
    {"farther over", "1e99999999999999999999", PT_TOO_LARGE, 0},
    {"empty", "", PT_INVALID, 0},
    {"sign alone", "-", PT_INVALID, 0},
    {"point alone", ".", PT_INVALID, 0},
    {"two points", "1.2.3", PT_INVALID, 0},
    {"two signs", "--1", PT_INVALID, 0},
    {"comma", "1,5", PT_INVALID, 0},
    {"space", " 1", PT_INVALID, 0},
    {"currency", "1 EUR", PT_INVALID, 0},
    {"exponent without digits", "1e", PT_INVALID, 0},
    {"exponent with a sign only", "1e-", PT_INVALID, 0},
    {"exponent with a point", "1e1.5", PT_INVALID, 0},
    {"hex", "0x10", PT_INVALID, 0},
    {"not a number", "nan", PT_INVALID, 0},
};

static void parse_case(void **state)
{
    const struct ParseCase *c = *state;
    int64_t micros = 77;
    PtError err = {0};
    size_t len = strlen(c->text);
    char *exact = malloc(len > 0 ? len : 1); // the sanitizer sees a read past the end
    assert_non_null(exact);
    memcpy(exact, c->text, len);
    assert_int_equal(pt_money_parse((PtStr){exact, len}, &micros, &err), c->want);
    free(exact);
    assert_true(micros == (c->want == PT_OK ? c->micros : 77));
    assert_int_equal(err.message[0] != 0, c->want != PT_OK);
}

static struct FormatCase {
    const char *name;
    int64_t micros;
    const char *want;
} format_cases[] = {
    {"zero", 0, "0"},
    {"whole", 12000000, "12"},
    {"tenths", -3500000, "-3.5"},
    {"micro", 1, "0.000001"},
    {"below zero, under one", -10, "-0.00001"},
    {"zeros inside", 1000010, "1.00001"},
    {"tens", 10000000, "10"},
    {"largest", INT64_MAX, "9223372036854.775807"},
    {"smallest", INT64_MIN, "-9223372036854.775808"},
};

static void format_case(void **state)
{
    const struct FormatCase *c = *state;
    char text[PT_MONEY_TEXT];
    PtStr got = pt_money_format(c->micros, text);
    assert_string_equal(text, c->want);
    assert_int_equal(got.len, strlen(c->want));
    assert_in_range(got.len, 1, 21);
}

static void any_amount_reads_back(void **state)
{
    (void)state;
    PtRng rng;
    pt_rng_init(&rng, 2);
    for (int i = 0; i < 100000; i++) {
        int64_t micros = (int64_t)pt_rng_u64(&rng) >> pt_rng_below(&rng, 63), back;
        char text[PT_MONEY_TEXT];
        PtStr formatted = pt_money_format(micros, text);
        if (micros != INT64_MIN) {
            assert_int_equal(pt_money_parse(formatted, &back, NULL), PT_OK);
            assert_true(back == micros);
        }
    }
}

static struct RoundCase {
    const char *name;
    int64_t micros;
    unsigned digits;
    int64_t want;
} round_cases[] = {
    {"down", 1234999, 2, 1230000},
    {"up", 1235001, 2, 1240000},
    {"half to even: up", 1235000, 2, 1240000},
    {"half to even: down", 1245000, 2, 1240000},
    {"half below zero", -1245000, 2, -1240000},
    {"up below zero", -1235001, 2, -1240000},
    {"whole units", 1500000, 0, 2000000},
    {"half of the first unit", 500000, 0, 0},
    {"half and a micro", 500001, 0, 1000000},
    {"half below zero of the first unit", -500001, 0, -1000000},
    {"thousandths", 1234500, 3, 1234000},
    {"six digits", 1234567, 6, 1234567},
    {"more digits than a micro has", 1234567, 9, 1234567},
    {"top of the range", INT64_MAX, 0, 9223372036854000000},
    {"bottom of the range", INT64_MIN, 0, -9223372036854000000},
};

static void round_case(void **state)
{
    const struct RoundCase *c = *state;
    assert_true(pt_money_round(c->micros, c->digits) == c->want);
}

static struct MulDivCase {
    const char *name;
    int64_t micros, numerator, denominator;
    bool ok;
    int64_t want;
} mul_div_cases[] = {
    {"19 percent", 100000000, 19, 100, true, 19000000},
    {"half to even: down", 5, 1, 2, true, 2},
    {"half to even: up", 7, 1, 2, true, 4},
    {"half below zero", -5, 1, 2, true, -2},
    {"below zero by the numerator", 7, -1, 2, true, -4},
    {"below zero by the denominator", 7, 1, -2, true, -4},
    {"three signs", -7, -1, -2, true, -4},
    {"a third", 10, 1, 3, true, 3},
    {"two thirds", 10, 2, 3, true, 7},
    {"smaller than half", 1, 1, 3, true, 0},
    {"128 bits between", INT64_MAX, INT64_MAX, INT64_MAX, true, INT64_MAX},
    {"largest product", INT64_MIN, INT64_MIN, INT64_MIN, false, 0},
    {"just fits", INT64_MAX, 1, 1, true, INT64_MAX},
    {"over", INT64_MAX, 2, 1, false, 0},
    {"under the range", INT64_MIN, 1, 1, false, 0},
    {"by zero", 1, 1, 0, false, 0},
};

static void mul_div_case(void **state)
{
    const struct MulDivCase *c = *state;
    int64_t got = 0;
    assert_int_equal(pt_money_mul_div(c->micros, c->numerator, c->denominator, &got), c->ok);
    assert_true(got == c->want);
}

static void sums_stay_in_range(void **state)
{
    (void)state;
    int64_t sum = 5;
    assert_true(pt_money_add(INT64_MAX - 1, 1, &sum) && sum == INT64_MAX);
    assert_false(pt_money_add(INT64_MAX, 1, &sum));
    assert_true(pt_money_add(-INT64_MAX, 0, &sum) && sum == -INT64_MAX);
    assert_false(pt_money_add(-INT64_MAX, -1, &sum));
    assert_true(sum == -INT64_MAX);
}

static void minor_units(void **state)
{
    (void)state;
    assert_int_equal(pt_money_minor_digits("EUR"), 2);
    assert_int_equal(pt_money_minor_digits("JPY"), 0);
    assert_int_equal(pt_money_minor_digits("BIF"), 0);
    assert_int_equal(pt_money_minor_digits("XPF"), 0);
    assert_int_equal(pt_money_minor_digits("KWD"), 3);
    assert_int_equal(pt_money_minor_digits("CLF"), 4);
    assert_int_equal(pt_money_minor_digits("ZZZ"), 2);
    assert_int_equal(pt_money_minor_digits("\0\0\0"), 2);
}

static void currencies(void **state)
{
    (void)state;
    char code[4] = "xxx";
    assert_true(pt_currency_parse(PT_STR("eUr"), code));
    assert_string_equal(code, "EUR");
    assert_true(pt_currency_parse(PT_STR("zAr"), code));
    assert_string_equal(code, "ZAR");
    assert_true(pt_currency_parse(PT_STR("azA"), code));
    assert_string_equal(code, "AZA");
    assert_true(pt_currency_parse(PT_STR("EUR"), code));
    assert_false(pt_currency_parse(PT_STR("EU"), code));
    assert_false(pt_currency_parse(PT_STR("EURO"), code));
    assert_false(pt_currency_parse(PT_STR("E1R"), code));
    assert_false(pt_currency_parse(PT_STR("[[["), code));
    assert_false(pt_currency_parse(PT_STR("@@@"), code));
    assert_false(pt_currency_parse((PtStr){NULL, 0}, code));
    assert_string_equal(code, "EUR");
}

int main(void)
{
    struct CMUnitTest tests[128] = {
        cmocka_unit_test(any_amount_reads_back),
        cmocka_unit_test(sums_stay_in_range),
        cmocka_unit_test(minor_units),
        cmocka_unit_test(currencies),
    };
    size_t n = 4;
    PT_TEST_ROWS(tests, n, parse_cases, parse_case);
    PT_TEST_ROWS(tests, n, format_cases, format_case);
    PT_TEST_ROWS(tests, n, round_cases, round_case);
    PT_TEST_ROWS(tests, n, mul_div_cases, mul_div_case);
    return _cmocka_run_group_tests("base/money", tests, n, NULL, NULL);
}
