// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include "base/rng.h"
#include "base/test_rows.h"

#include <math.h>
#include <stdlib.h>

static void assert_text(const PtBuf *buf, const char *want)
{
    assert_int_equal(pt_buf_status(buf), PT_OK);
    assert_int_equal(buf->len, strlen(want));
    assert_memory_equal(buf->data, want, buf->len);
}

static void commas_and_colons(void **state)
{
    (void)state;
    PtBuf buf;
    pt_buf_init(&buf, 1024);
    PtJsonOut o = pt_json_out(&buf);
    pt_json_out_object(&o);
    pt_json_out_key(&o, PT_STR("a"));
    pt_json_out_i64(&o, INT64_MIN);
    pt_json_out_key(&o, PT_STR("b"));
    pt_json_out_array(&o);
    pt_json_out_u64(&o, UINT64_MAX);
    pt_json_out_i64(&o, -1);
    pt_json_out_i64(&o, 0);
    pt_json_out_array(&o);
    pt_json_out_array_end(&o);
    pt_json_out_object(&o);
    pt_json_out_object_end(&o);
    pt_json_out_null(&o);
    pt_json_out_array_end(&o);
    pt_json_out_key(&o, PT_STR("c"));
    pt_json_out_raw(&o, PT_STR("{\"x\":1}"));
    pt_json_out_key(&o, PT_STR("d"));
    pt_json_out_bool(&o, true);
    pt_json_put_bool(&o, "", false);
    pt_json_put_str(&o, "e", PT_STR("\"x\""));
    pt_json_put_i64(&o, "f", -7);
    pt_json_put_u64(&o, "g", UINT64_MAX);
    pt_json_out_object_end(&o);
    assert_text(&buf, "{\"a\":-9223372036854775808,\"b\":[18446744073709551615,-1,0,[],{},null],"
                      "\"c\":{\"x\":1},\"d\":true,\"\":false,\"e\":\"\\\"x\\\"\",\"f\":-7,"
                      "\"g\":18446744073709551615}");
    assert_int_equal(pt_json_check(pt_buf_str(&buf), 8, NULL), PT_OK);
    pt_buf_done(&buf);
}

static struct StringCase {
    const char *name;
    PtStr value;
    const char *want;
} string_cases[] = {
    {"empty", {"", 0}, "\"\""},
    {"no data", {NULL, 0}, "\"\""},
    {"plain", {"abc/", 4}, "\"abc/\""},
    {"quote and backslash", {"a\"b\\c", 5}, "\"a\\\"b\\\\c\""},
    {"short escapes", {"\b\f\n\r\t", 5}, "\"\\b\\f\\n\\r\\t\""},
    {"other controls", {"\0\x1f\x0b", 3}, "\"\\u0000\\u001f\\u000b\""},
    {"DEL", {"\x7f", 1}, "\"\x7f\""},
    {"UTF-8 stays",
     {"\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80", 9},
     "\"\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80\""},
    {"each bad byte", {"a\xFF\xC3z", 4}, "\"a\xEF\xBF\xBD\xEF\xBF\xBDz\""},
    {"surrogate in UTF-8", {"\xED\xA0\x80", 3}, "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
    {"cut sequence", {"\xE2\x82", 2}, "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
};

static void string_case(void **state)
{
    const struct StringCase *c = *state;
    PtBuf buf;
    pt_buf_init(&buf, 1024);
    PtJsonOut o = pt_json_out(&buf);
    pt_json_out_str(&o, c->value);
    assert_text(&buf, c->want);
    assert_int_equal(pt_json_check(pt_buf_str(&buf), 8, NULL), PT_OK);
    pt_buf_done(&buf);
}

static struct NumberCase {
    const char *name;
    double value;
    const char *want;
} number_cases[] = {
    {"zero", 0.0, "0"},
    {"minus zero", -0.0, "-0"},
    {"one", 1, "1"},
    {"price", 12.34, "12.34"},
    {"below zero", -0.5, "-0.5"},
    {"zeros behind the point", 1.000005, "1.000005"},
    {"seven places", 0.1234567, "0.1234567"},
    {"sum that is not 0.3", 0.1 + 0.2, "0.30000000000000004"},
    {"a third", 1.0 / 3, "0.3333333333333333"},
    {"small", 0.00001, "0.00001"},
    {"smaller", 0.000001, "1e-6"},
    {"hundredth", 0.01, "0.01"},
    {"thousand millions", 1e9, "1000000000"},
    {"2^53", 9007199254740992.0, "9007199254740992"},
    {"17 digits", 12345678901234568.0, "12345678901234568"},
    {"18 digits", 1e17, "1e17"},
    {"large", 1.5e300, "1.5e300"},
    {"largest", 1.7976931348623157e308, "1.7976931348623157e308"},
    {"smallest", 5e-324, "5e-324"},
    {"subnormal", 1.5e-320, "1.5e-320"},
    {"smallest normal", 0x1p-1022, "2.2250738585072014e-308"},
    {"power of two whose nearest 16 digits read back wrong", 0x1p-44, "5.684341886080802e-14"},
    {"infinite", INFINITY, "null"},
    {"not a number", NAN, "null"},
};

static void number_case(void **state)
{
    const struct NumberCase *c = *state;
    PtBuf buf;
    pt_buf_init(&buf, 64);
    PtJsonOut o = pt_json_out(&buf);
    pt_json_out_double(&o, c->value);
    assert_text(&buf, c->want);
    pt_buf_done(&buf);
}

static void doubles_read_back_equal(void **state)
{
    (void)state;
    PtRng rng;
    pt_rng_init(&rng, 5);
    PtBuf buf;
    pt_buf_init(&buf, 64);
    for (int i = 0; i < 200000; i++) {
        double value;
        uint64_t bits = pt_rng_u64(&rng);
        memcpy(&value, &bits, sizeof value);
        if (i % 2 != 0) { // an amount
            value =
                (double)(int64_t)(bits >> (10 + bits % 50)) / (double[]){1, 10, 100, 1e6}[bits % 4];
        }
        if (!isfinite(value)) {
            continue;
        }
        pt_buf_clear(&buf, 64);
        PtJsonOut o = pt_json_out(&buf);
        pt_json_out_double(&o, value);
        assert_int_equal(pt_json_check(pt_buf_str(&buf), 1, NULL), PT_OK);
        double back = pt_json_to_double(pt_buf_str(&buf));
        assert_memory_equal(&back, &value, sizeof back);
    }
    pt_buf_done(&buf);
}

static void full_buffer_is_sticky(void **state)
{
    (void)state;
    PtBuf buf;
    pt_buf_init(&buf, 8);
    PtJsonOut o = pt_json_out(&buf);
    pt_json_out_array(&o);
    pt_json_out_str(&o, PT_STR("12345")); // [ and 7 bytes: just fits
    assert_int_equal(pt_buf_status(&buf), PT_OK);
    pt_json_out_array_end(&o);
    assert_int_equal(pt_buf_status(&buf), PT_TOO_LARGE);
    pt_buf_done(&buf);
}

/* Any bytes written as a string read back with U+FFFD in place of bad ones, good text as it was. */
static void strings_read_back_equal(void **state)
{
    (void)state;
    PtRng rng;
    PtBuf buf, back;
    pt_rng_init(&rng, 9);
    pt_buf_init(&buf, 4096);
    pt_buf_init(&back, 4096);
    for (int i = 0; i < 20000; i++) {
        char text[80];
        size_t len = pt_rng_below(&rng, sizeof text);
        for (size_t k = 0; k < len; k++) {
            text[k] = (char)pt_rng_below(&rng, i % 2 != 0 ? 256 : 128);
        }
        pt_buf_clear(&buf, 4096);
        pt_buf_clear(&back, 4096);
        PtJsonOut o = pt_json_out(&buf);
        pt_json_out_str(&o, (PtStr){text, len});
        PtJson j;
        pt_json_init(&j, pt_buf_str(&buf), 1);
        assert_int_equal(pt_json_next(&j), PT_JSON_STRING);
        bool nul = memchr(text, 0, len) != NULL;
        assert_int_equal((j.flags & PT_JSON_NUL) != 0, nul);
        pt_json_decode(j.raw, &back);
        assert_true(pt_utf8_valid(pt_buf_str(&back)));
        if (pt_utf8_valid((PtStr){text, len}) && !nul) {
            assert_true(pt_str_eq(pt_buf_str(&back), (PtStr){text, len}));
        }
    }
    pt_buf_done(&buf);
    pt_buf_done(&back);
}

int main(void)
{
    struct CMUnitTest tests[64] = {
        cmocka_unit_test(commas_and_colons),
        cmocka_unit_test(doubles_read_back_equal),
        cmocka_unit_test(full_buffer_is_sticky),
        cmocka_unit_test(strings_read_back_equal),
    };
    size_t n = 4;
    PT_TEST_ROWS(tests, n, string_cases, string_case);
    PT_TEST_ROWS(tests, n, number_cases, number_case);
    return _cmocka_run_group_tests("base/json_out", tests, n, NULL, NULL);
}
