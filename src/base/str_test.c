// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "base/rng.h"
#include "base/str.h"
#include "base/test_rows.h"

#include <stdlib.h>
#include <string.h>

static void a_part_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
        bool there;
    } rows[] = {
        {"", "", true},
        {"a", "", true},
        {"", "a", false},
        {"a", "a", true},
        {"a", "ab", false},
        {"traits", "traits", true},
        {"0123456789abcdef", "f", true},
        {"0123456789abcdef", "0123456789abcdef", true},
        {"0123456789abcdef0", "0123456789abcdef", true},
        {"0123456789abcdeftraits", "traits", true},
        {"0123456789abtraits0123456789", "traits", true}, // over the edge of a step
        {"0123456789abtrait_0123456789", "traits", false},
        {"ttttttttttttttttttttttttttttraits", "traits", true},
        {"t....s t....s t....s t....s t....s", "traits", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (pt_str_has(pt_str(rows[i].text), pt_str(rows[i].part)) != rows[i].there) {
            fail_msg("\"%s\" in \"%s\"", rows[i].part, rows[i].text);
        }
    }
}

/* Against memmem, on texts of two letters; each in memory of its own size, so that a read behind
 * its end is seen by the sanitizer. */
static void it_agrees_with_memmem(void **state)
{
    (void)state;
    PtRng rng;
    pt_rng_init(&rng, 7);
    for (unsigned round = 0; round < 20000; round++) {
        const size_t len = pt_rng_u64(&rng) % 70, part_len = 1 + pt_rng_u64(&rng) % 9;
        char *text = malloc(len + 1), part[9];
        assert_non_null(text);
        for (size_t i = 0; i < len; i++) {
            text[i] = (char)('a' + pt_rng_u64(&rng) % 2);
        }
        for (size_t i = 0; i < part_len; i++) {
            part[i] = (char)('a' + pt_rng_u64(&rng) % 2);
        }
        char *exact = realloc(text, len > 0 ? len : 1);
        assert_non_null(exact);
        const bool there = len > 0 && memmem(exact, len, part, part_len) != NULL;
        assert_int_equal(pt_str_has((PtStr){exact, len}, (PtStr){part, part_len}), there);
        free(exact);
    }
}

static void ends_are_trimmed(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want, *low; /* of pt_str_trim and of pt_str_trim_low */
    } rows[] = {
        {"", "", ""},
        {" \t ", "", ""},
        {"a b", "a b", "a b"},
        {" \ta\t b \t", "a\t b", "a\t b"},
        {"\r\n a\x01\n", "\r\n a\x01\n", "a"},
        {"\x7f!\xC2\xA0", "\x7f!\xC2\xA0", "\x7f!\xC2\xA0"},
    };
    for (size_t i = 0; i < PT_COUNT(rows); i++) {
        if (!pt_str_eq(pt_str_trim(pt_str(rows[i].text)), pt_str(rows[i].want)) ||
            !pt_str_eq(pt_str_trim_low(pt_str(rows[i].text)), pt_str(rows[i].low))) {
            fail_msg("row %zu", i);
        }
    }
    assert_int_equal(pt_str_trim((PtStr){NULL, 0}).len, 0);
}

static void a_copy_is_cut_between_characters(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t size;
        const char *want;
        bool whole;
    } rows[] = {
        {"abc", 4, "abc", true},
        {"abc", 3, "ab", false},
        {"abc", 1, "", false},
        {"", 1, "", true},
        {"\xC3\xA9", 3, "\xC3\xA9", true},
        {"\xC3\xA9", 2, "", false},
        {"a\xF0\x9F\x98\x80z", 6, "a\xF0\x9F\x98\x80", false},
        {"a\xF0\x9F\x98\x80z", 5, "a", false},
    };
    for (size_t i = 0; i < PT_COUNT(rows); i++) {
        char out[8] = "xxxxxxx";
        assert_int_equal(pt_str_copy(out, rows[i].size, pt_str(rows[i].text)), rows[i].whole);
        assert_string_equal(out, rows[i].want);
    }
    char out[2] = "x";
    assert_true(pt_str_copy(out, sizeof out, (PtStr){NULL, 0}));
    assert_string_equal(out, "");
}

static void text_is_put_into_other_formats(void **state)
{
    (void)state;
    static const struct {
        const char *text, *html, *csv;
    } rows[] = {
        {"", "", "\"\""},
        {"<a href=\"x\">&", "&lt;a href=&quot;x&quot;&gt;&amp;", "\"<a href=\"\"x\"\">&\""},
        {"=1+1", "=1+1", "\"'=1+1\""},
        {"-12.50", "-12.50", "\"-12.50\""},
        {"-12.5.0", "-12.5.0", "\"'-12.5.0\""},
        {"a,\r\n'b'", "a,\r\n'b'", "\"a,\r\n'b'\""},
    };
    for (size_t i = 0; i < PT_COUNT(rows); i++) {
        PtBuf html, csv;
        pt_buf_init(&html, 100);
        pt_buf_init(&csv, 100);
        pt_buf_add_html(&html, pt_str(rows[i].text));
        pt_buf_add_csv(&csv, pt_str(rows[i].text));
        assert_true(pt_str_eq(pt_buf_str(&html), pt_str(rows[i].html)));
        assert_true(pt_str_eq(pt_buf_str(&csv), pt_str(rows[i].csv)));
        pt_buf_done(&html);
        pt_buf_done(&csv);
    }
}

static void order_is_by_bytes(void **state)
{
    (void)state;
    static const char *const rising[] = {"", "A", "AB", "B", "a", "\xC3\xA9", "\xFF"};
    for (size_t i = 0; i < PT_COUNT(rising); i++) {
        for (size_t k = 0; k < PT_COUNT(rising); k++) {
            const int order = pt_str_order(pt_str(rising[i]), pt_str(rising[k]));
            assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
        }
    }
    assert_int_equal(pt_str_order((PtStr){NULL, 0}, PT_STR("")), 0);
    assert_true(pt_str_order((PtStr){NULL, 0}, PT_STR("a")) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_is_by_bytes),
        cmocka_unit_test(ends_are_trimmed),
        cmocka_unit_test(a_copy_is_cut_between_characters),
        cmocka_unit_test(text_is_put_into_other_formats),
        cmocka_unit_test(a_part_is_found),
        cmocka_unit_test(it_agrees_with_memmem),
    };
    return cmocka_run_group_tests_name("base/str", tests, NULL, NULL);
}
