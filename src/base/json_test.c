// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include "base/rng.h"
#include "base/test_rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define LITERAL(text) text, sizeof(text) - 1

/* What pulling every token says: one letter each, '!' for the error that ends it. */
static void pull(PtStr text, uint32_t max_depth, char *out, size_t room, PtJson *j)
{
    static const char letters[] = {
        [PT_JSON_END] = '.',    [PT_JSON_ERROR] = '!',      [PT_JSON_NULL] = '0',
        [PT_JSON_FALSE] = 'f',  [PT_JSON_TRUE] = 't',       [PT_JSON_NUMBER] = 'n',
        [PT_JSON_STRING] = 's', [PT_JSON_KEY] = 'k',        [PT_JSON_OBJECT] = '{',
        [PT_JSON_ARRAY] = '[',  [PT_JSON_OBJECT_END] = '}', [PT_JSON_ARRAY_END] = ']',
    };
    size_t n = 0;
    PtJsonToken token;
    pt_json_init(j, text, max_depth);
    do {
        token = pt_json_next(j);
        if (n + 1 < room) {
            out[n++] = letters[token];
        }
    } while (token != PT_JSON_END && token != PT_JSON_ERROR);
    out[n] = 0;
}

static struct TokenCase {
    const char *name, *text;
    size_t len;
    const char *want, *problem; /* the error's text, NULL when it is JSON */
} token_cases[] = {
    {"null", LITERAL("null"), "0.", NULL},
    {"true", LITERAL("true"), "t.", NULL},
    {"false in white space", LITERAL(" \t\r\nfalse\n "), "f.", NULL},
    {"empty string", LITERAL("\"\""), "s.", NULL},
    {"empty object", LITERAL("{}"), "{}.", NULL},
    {"empty array", LITERAL("[ ]"), "[].", NULL},
    {"nested", LITERAL("{\"a\":[1,{\"b\":null},[]],\"c\":{}}"), "{k[n{k0}[]]k{}}.", NULL},
    {"space everywhere", LITERAL(" { \"a\" : [ 1 , 2 ] , \"b\" : \"x\" } "), "{k[nn]ks}.", NULL},
    {"numbers", LITERAL("[0,-0,10,1.5,1e9,1E+9,-2.50e-10]"), "[nnnnnnn].", NULL},
    {"all escapes", LITERAL("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\""), "s.", NULL},
    {"DEL is a plain character", LITERAL("\"\x7f\""), "s.", NULL},
    {"same key twice is the caller's to judge", LITERAL("{\"a\":1,\"a\":2}"), "{knkn}.", NULL},

    {"nothing", LITERAL(""), "!", "expected a value at byte 0"},
    {"white space only", LITERAL("  "), "!", "expected a value at byte 2"},
    {"BOM", LITERAL("\xEF\xBB\xBF{}"), "!", "expected a value at byte 0"},
    {"two values", LITERAL("1 2"), "n!", "text behind the value at byte 2"},
    {"NUL behind the value", LITERAL("1\0"), "n!", "text behind the value at byte 1"},
    {"comma at the end of an array", LITERAL("[1,]"), "[n!", "expected a value at byte 3"},
    {"comma at the end of an object", LITERAL("{\"a\":1,}"), "{kn!", "expected a key at byte 7"},
    {"comma first", LITERAL("[,1]"), "[!", "expected a value at byte 1"},
    {"comma first in an object", LITERAL("{,}"), "{!", "expected a key at byte 1"},
    {"two commas", LITERAL("[1,,2]"), "[n!", "expected a value at byte 3"},
    {"no comma", LITERAL("[1 2]"), "[n!", "expected a comma or ] at byte 3"},
    {"no comma in an object", LITERAL("{\"a\":1 \"b\":2}"), "{kn!",
     "expected a comma or } at byte 7"},
    {"no colon", LITERAL("{\"a\" 1}"), "{!", "expected a colon at byte 5"},
    {"no value", LITERAL("{\"a\":}"), "{k!", "expected a value at byte 5"},
    {"key is no string", LITERAL("{1:2}"), "{!", "expected a key at byte 1"},
    {"wrong bracket", LITERAL("[}"), "[!", "expected a value at byte 1"},
    {"wrong bracket behind a value", LITERAL("{\"a\":1]"), "{kn!",
     "expected a comma or } at byte 6"},
    {"unclosed array", LITERAL("[1"), "[n!", "expected a comma or ] at byte 2"},
    {"unclosed object", LITERAL("{"), "{!", "expected a key at byte 1"},
    {"closing only", LITERAL("]"), "!", "expected a value at byte 0"},
    {"comment", LITERAL("/**/1"), "!", "expected a value at byte 0"},
    {"single quotes", LITERAL("'a'"), "!", "expected a value at byte 0"},
    {"NaN", LITERAL("NaN"), "!", "expected a value at byte 0"},
    {"word cut short", LITERAL("tru"), "!", "expected a value at byte 0"},
    {"word with more", LITERAL("nulls"), "0!", "text behind the value at byte 4"},
    {"vertical tab is no white space", LITERAL("\v1"), "!", "expected a value at byte 0"},

    {"plus sign", LITERAL("+1"), "!", "expected a value at byte 0"},
    {"minus alone", LITERAL("-"), "!", "expected a digit at byte 1"},
    {"leading zero", LITERAL("01"), "n!", "text behind the value at byte 1"},
    {"leading zero below zero", LITERAL("-01"), "n!", "text behind the value at byte 2"},
    {"no digit before the point", LITERAL(".5"), "!", "expected a value at byte 0"},
    {"no digit behind the point", LITERAL("1."), "!", "expected a digit at byte 2"},
    {"no digit between point and e", LITERAL("1.e5"), "!", "expected a digit at byte 2"},
    {"no digit in the exponent", LITERAL("1e"), "!", "expected a digit at byte 2"},
    {"sign only in the exponent", LITERAL("[1e+]"), "[!", "expected a digit at byte 4"},
    {"hex", LITERAL("0x10"), "n!", "text behind the value at byte 1"},

    {"unfinished string", LITERAL("\"abc"), "!", "unfinished string at byte 4"},
    {"unfinished escape", LITERAL("\"abc\\"), "!", "bad escape in a string at byte 4"},
    {"unknown escape", LITERAL("\"\\x41\""), "!", "bad escape in a string at byte 1"},
    {"NUL is no escape", LITERAL("\"\\\0\""), "!", "bad escape in a string at byte 1"},
    {"short unicode escape", LITERAL("\"\\u12\""), "!", "bad escape in a string at byte 1"},
    {"unicode escape with a sign", LITERAL("\"\\u+123\""), "!", "bad escape in a string at byte 1"},
    {"bad low half of a pair", LITERAL("\"\\ud800\\uZZZZ\""), "!",
     "bad escape in a string at byte 7"},
    {"newline in a string", LITERAL("\"a\nb\""), "!", "control character in a string at byte 2"},
    {"0x1f in a string", LITERAL("\"\x1f\""), "!", "control character in a string at byte 1"},
    {"NUL in a string", LITERAL("\"\0\""), "!", "control character in a string at byte 1"},

    {"2-byte UTF-8, both ends", LITERAL("\"\xC2\x80\xDF\xBF\""), "s.", NULL},
    {"3-byte UTF-8, both ends", LITERAL("\"\xE0\xA0\x80\xEF\xBF\xBF\""), "s.", NULL},
    {"around the surrogates", LITERAL("\"\xED\x9F\xBF\xEE\x80\x80\""), "s.", NULL},
    {"4-byte UTF-8, both ends", LITERAL("\"\xF0\x90\x80\x80\xF4\x8F\xBF\xBF\""), "s.", NULL},
    {"lone continuation", LITERAL("\"\x80\""), "!", "not UTF-8 at byte 1"},
    {"overlong 2-byte", LITERAL("\"\xC1\xBF\""), "!", "not UTF-8 at byte 1"},
    {"overlong 3-byte", LITERAL("\"\xE0\x9F\xBF\""), "!", "not UTF-8 at byte 1"},
    {"overlong 4-byte", LITERAL("\"\xF0\x8F\xBF\xBF\""), "!", "not UTF-8 at byte 1"},
    {"lowest surrogate", LITERAL("\"\xED\xA0\x80\""), "!", "not UTF-8 at byte 1"},
    {"highest surrogate", LITERAL("\"\xED\xBF\xBF\""), "!", "not UTF-8 at byte 1"},
    {"over U+10FFFF", LITERAL("\"\xF4\x90\x80\x80\""), "!", "not UTF-8 at byte 1"},
    {"0xf5", LITERAL("\"\xF5\x80\x80\x80\""), "!", "not UTF-8 at byte 1"},
    {"0xff", LITERAL("\"\xFF\""), "!", "not UTF-8 at byte 1"},
    {"2-byte cut by the quote", LITERAL("\"\xC3\""), "!", "not UTF-8 at byte 1"},
    {"3-byte cut by the end", LITERAL("\"\xE2\x82"), "!", "not UTF-8 at byte 1"},
    {"4-byte with a bad last", LITERAL("\"ab\xF0\x9F\x98z\""), "!", "not UTF-8 at byte 3"},
};

static void token_case(void **state)
{
    const struct TokenCase *c = *state;
    char *exact = malloc(c->len > 0 ? c->len : 1); // the sanitizer sees a read past the end
    assert_non_null(exact);
    memcpy(exact, c->text, c->len);
    PtStr text = {exact, c->len};
    char got[64];
    PtJson j;
    PtError err = {0};
    pull(text, 8, got, sizeof got, &j);
    assert_string_equal(got, c->want);
    if (c->problem != NULL) {
        assert_int_equal(pt_json_error(&j, &err), PT_INVALID);
        assert_string_equal(err.message, c->problem);
        assert_int_equal(pt_json_next(&j), PT_JSON_ERROR);
        assert_false(pt_json_skip(&j, NULL, NULL, NULL));
        assert_false(pt_json_skip_open(&j, NULL, NULL, NULL));
        memset(err.message, 0, sizeof err.message);
        assert_int_equal(pt_json_check(text, 8, &err), PT_INVALID);
        assert_string_equal(err.message, c->problem);
    } else {
        assert_int_equal(pt_json_next(&j), PT_JSON_END);
        assert_int_equal(pt_json_check(text, 8, NULL), PT_OK);
    }
    free(exact);
}

static void empty_text_without_data(void **state)
{
    (void)state;
    PtBuf out;
    pt_buf_init(&out, 64);
    assert_int_equal(pt_json_check((PtStr){NULL, 0}, 8, NULL), PT_INVALID);
    pt_json_decode((PtStr){NULL, 0}, &out);
    assert_int_equal(out.len, 0);
    assert_true(pt_json_raw_eq((PtStr){NULL, 0}, PT_JSON_ESCAPED, PT_STR("")));
    assert_false(pt_json_raw_eq(PT_STR("\\n"), PT_JSON_ESCAPED, (PtStr){NULL, 0}));
    pt_buf_done(&out);
}

static void assert_str(PtStr got, const char *want)
{
    assert_int_equal(got.len, strlen(want));
    assert_memory_equal(got.data, want, got.len);
}

static void raw_text_and_flags(void **state)
{
    (void)state;
    PtJson j;
    pt_json_init(&j,
                 PT_STR("{\"k\\n\": \"v\", \"n\":-1.50 ,\"x\":\"\\ud83d\\ude00 \\ud83d\","
                        "\"z\":\"\\u0000\",\"l\":[\"\\udc00\"]}"),
                 8);
    assert_int_equal(pt_json_next(&j), PT_JSON_OBJECT);
    assert_int_equal(j.depth, 1);
    assert_int_equal(pt_json_next(&j), PT_JSON_KEY);
    assert_str(j.raw, "k\\n");
    assert_int_equal(j.flags, PT_JSON_ESCAPED);
    assert_true(pt_json_raw_eq(j.raw, j.flags, PT_STR("k\n")));
    assert_int_equal(pt_json_next(&j), PT_JSON_STRING);
    assert_str(j.raw, "v");
    assert_int_equal(j.flags, 0);
    assert_int_equal(pt_json_next(&j), PT_JSON_KEY);
    assert_int_equal(pt_json_next(&j), PT_JSON_NUMBER);
    assert_str(j.raw, "-1.50");
    assert_int_equal(pt_json_next(&j), PT_JSON_KEY);
    assert_int_equal(pt_json_next(&j), PT_JSON_STRING);
    assert_int_equal(j.flags, PT_JSON_ESCAPED | PT_JSON_LONE_SURROGATE);
    assert_int_equal(pt_json_next(&j), PT_JSON_KEY);
    assert_int_equal(pt_json_next(&j), PT_JSON_STRING);
    assert_int_equal(j.flags, PT_JSON_ESCAPED | PT_JSON_NUL);
    assert_int_equal(pt_json_next(&j), PT_JSON_KEY);
    assert_int_equal(j.flags, 0);
    assert_int_equal(pt_json_next(&j), PT_JSON_ARRAY);
    assert_int_equal(j.depth, 2);
    assert_int_equal(pt_json_next(&j), PT_JSON_STRING);
    assert_int_equal(j.flags, PT_JSON_ESCAPED | PT_JSON_LONE_SURROGATE);
    assert_int_equal(pt_json_next(&j), PT_JSON_ARRAY_END);
    assert_int_equal(pt_json_next(&j), PT_JSON_OBJECT_END);
    assert_int_equal(j.depth, 0);
    assert_int_equal(pt_json_next(&j), PT_JSON_END);
}

static void skip_reports_text_flags_and_depth(void **state)
{
    (void)state;
    PtJson j;
    PtStr raw;
    unsigned flags;
    uint32_t depth;
    pt_json_init(&j, PT_STR("{\"a\": {\"b\":[1, \"\\u0000\"]} ,\"c\": 7 , \"d\":\"\\ud800\"}"), 8);
    assert_int_equal(pt_json_next(&j), PT_JSON_OBJECT);
    assert_int_equal(pt_json_next(&j), PT_JSON_KEY);
    assert_true(pt_json_skip(&j, &raw, &flags, &depth));
    assert_str(raw, "{\"b\":[1, \"\\u0000\"]}");
    assert_int_equal(flags, PT_JSON_ESCAPED | PT_JSON_NUL);
    assert_int_equal(depth, 2);
    assert_int_equal(pt_json_next(&j), PT_JSON_KEY);
    assert_true(pt_json_skip(&j, &raw, &flags, &depth));
    assert_str(raw, "7");
    assert_int_equal(flags, 0);
    assert_int_equal(depth, 0);
    assert_int_equal(pt_json_next(&j), PT_JSON_KEY);
    assert_true(pt_json_skip(&j, &raw, &flags, NULL));
    assert_str(raw, "\"\\ud800\"");
    assert_int_equal(flags, PT_JSON_ESCAPED | PT_JSON_LONE_SURROGATE);
    assert_int_equal(pt_json_next(&j), PT_JSON_OBJECT_END);
    assert_int_equal(pt_json_next(&j), PT_JSON_END);
}

static void skip_open_takes_the_rest(void **state)
{
    (void)state;
    PtJson j;
    PtStr raw;
    uint32_t depth;
    pt_json_init(&j, PT_STR("[ [ ] ,{\"a\":[[2]]}, {},[4], 3]"), 8);
    assert_int_equal(pt_json_next(&j), PT_JSON_ARRAY);
    assert_int_equal(pt_json_next(&j), PT_JSON_ARRAY);
    assert_true(pt_json_skip_open(&j, &raw, NULL, &depth));
    assert_str(raw, "[ ]");
    assert_int_equal(depth, 1);
    assert_int_equal(pt_json_next(&j), PT_JSON_OBJECT);
    assert_true(pt_json_skip_open(&j, &raw, NULL, &depth));
    assert_str(raw, "{\"a\":[[2]]}");
    assert_int_equal(depth, 3);
    assert_int_equal(j.depth, 1);
    assert_true(pt_json_skip(&j, &raw, NULL, &depth)); // the comma first
    assert_str(raw, "{}");
    assert_int_equal(depth, 1);
    assert_true(pt_json_skip(&j, &raw, NULL, NULL));
    assert_str(raw, "[4]");
    assert_int_equal(pt_json_next(&j), PT_JSON_NUMBER);
    assert_int_equal(pt_json_next(&j), PT_JSON_ARRAY_END);
    assert_int_equal(pt_json_next(&j), PT_JSON_END);
}

static void skip_out_of_place_is_an_error(void **state)
{
    (void)state;
    PtJson j;
    pt_json_init(&j, PT_STR("{\"a\":1}"), 8);
    assert_int_equal(pt_json_next(&j), PT_JSON_OBJECT);
    assert_false(pt_json_skip(&j, NULL, NULL, NULL)); // a key comes next
    assert_int_equal(pt_json_next(&j), PT_JSON_ERROR);
    pt_json_init(&j, PT_STR("1"), 8);
    assert_true(pt_json_skip(&j, NULL, NULL, NULL));
    assert_false(pt_json_skip(&j, NULL, NULL, NULL)); // nothing is left
    pt_json_init(&j, PT_STR("[1]"), 8);
    assert_false(pt_json_skip_open(&j, NULL, NULL, NULL)); // nothing is open
    assert_int_equal(pt_json_next(&j), PT_JSON_ERROR);
}

static void depth_is_bounded(void **state)
{
    (void)state;
    enum { DEEP = PT_JSON_MAX_DEPTH };
    static char text[2 * DEEP + 2];
    const uint32_t bounds[] = {1, 7, 8, 9, 32, DEEP};
    for (size_t i = 0; i < PT_COUNT(bounds); i++) {
        for (uint32_t over = 0; over <= 1; over++) {
            uint32_t depth = bounds[i] + over;
            memset(text, '[', depth);
            memset(text + depth, ']', depth);
            PtStr all = {text, 2 * (size_t)depth};
            assert_int_equal(pt_json_check(all, bounds[i], NULL), over ? PT_INVALID : PT_OK);
            char last[2 * DEEP + 8];
            PtJson j;
            pull(all, bounds[i], last, sizeof last, &j);
            assert_int_equal(last[strlen(last) - 1], over ? '!' : '.');
        }
    }
}

static void mixed_levels_keep_their_kind(void **state)
{
    (void)state;
    PtRng rng;
    pt_rng_init(&rng, 11);
    char text[4096], open[300];
    for (int round = 0; round < 200; round++) {
        size_t n = 0, depth = 1 + pt_rng_below(&rng, 300);
        for (size_t i = 0; i < depth; i++) {
            bool object = pt_rng_below(&rng, 2) != 0;
            open[i] = object ? '}' : ']';
            memcpy(text + n, object ? "{\"a\":" : "[", object ? 5 : 1);
            n += object ? 5 : 1;
        }
        text[n++] = '1';
        for (size_t i = depth; i-- > 0;) {
            text[n++] = open[i];
        }
        assert_int_equal(pt_json_check((PtStr){text, n}, 300, NULL), PT_OK);
        size_t wrong = n - 1 - pt_rng_below(&rng, depth);
        text[wrong] = text[wrong] == '}' ? ']' : '}';
        assert_int_equal(pt_json_check((PtStr){text, n}, 300, NULL), PT_INVALID);
    }
}

static struct DecodeCase {
    const char *name, *raw, *want;
} decode_cases[] = {
    {"plain", "abc", "abc"},
    {"short escapes", "\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t"},
    {"escape between text", "a\\nb\\tc", "a\nb\tc"},
    {"ASCII by number", "\\u0041\\u007F", "A\x7f"},
    {"2 bytes", "\\u0080\\u07ff", "\xC2\x80\xDF\xBF"},
    {"3 bytes", "\\u0800\\uFFFF", "\xE0\xA0\x80\xEF\xBF\xBF"},
    {"lowest pair", "\\ud800\\udc00", "\xF0\x90\x80\x80"},
    {"highest pair", "\\uDBFF\\uDFFF", "\xF4\x8F\xBF\xBF"},
    {"NUL", "a\\u0000b",
     "a\xEF\xBF\xBD"
     "b"},
    {"lone high", "\\ud800x", "\xEF\xBF\xBDx"},
    {"lone high at the end", "\\udbff", "\xEF\xBF\xBD"},
    {"lone low", "\\udc00", "\xEF\xBF\xBD"},
    {"high, then a letter by number", "\\ud800\\u0041",
     "\xEF\xBF\xBD"
     "A"},
    {"high, then a pair", "\\ud800\\ud83d\\ude00", "\xEF\xBF\xBD\xF0\x9F\x98\x80"},
    {"two low halves", "\\udc00\\udc00", "\xEF\xBF\xBD\xEF\xBF\xBD"},
    {"halves in the wrong order", "\\ude00\\ud83d", "\xEF\xBF\xBD\xEF\xBF\xBD"},
    {"high, then another escape", "\\ud800\\n", "\xEF\xBF\xBD\n"},
    {"UTF-8 stays", "gr\xC3\xBC\xC3\x9F\\u0065",
     "gr\xC3\xBC\xC3\x9F"
     "e"},
};

static void decode_case(void **state)
{
    const struct DecodeCase *c = *state;
    PtBuf out;
    pt_buf_init(&out, 256);
    pt_json_decode(pt_str(c->raw), &out);
    assert_int_equal(pt_buf_status(&out), PT_OK);
    assert_str(pt_buf_str(&out), c->want);
    unsigned flags = strchr(c->raw, '\\') != NULL ? PT_JSON_ESCAPED : 0;
    assert_true(pt_json_raw_eq(pt_str(c->raw), flags, pt_str(c->want)));
    out.data[out.len - 1] ^= 1;
    assert_false(pt_json_raw_eq(pt_str(c->raw), flags, pt_buf_str(&out)));
    out.data[out.len - 1] ^= 1;
    pt_buf_add_char(&out, 'x');
    assert_false(pt_json_raw_eq(pt_str(c->raw), flags, pt_buf_str(&out)));
    PtStr shorter = {c->want, strlen(c->want) - 1};
    assert_false(pt_json_raw_eq(pt_str(c->raw), flags, shorter));
    pt_buf_done(&out);
}

static struct IntegerCase {
    const char *name, *text;
    bool ok;
    int64_t want;
} integer_cases[] = {
    {"zero", "0", true, 0},
    {"minus zero", "-0", true, 0},
    {"plain", "42", true, 42},
    {"largest", "9223372036854775807", true, INT64_MAX},
    {"one over", "9223372036854775808", false, 0},
    {"smallest", "-9223372036854775808", true, INT64_MIN},
    {"one under", "-9223372036854775809", false, 0},
    {"far over", "99999999999999999999999", false, 0},
    {"fraction", "1.0", false, 0},
    {"exponent", "1e3", false, 0},
    {"minus alone", "-", false, 0},
    {"empty", "", false, 0},
};

static void integer_case(void **state)
{
    const struct IntegerCase *c = *state;
    int64_t got = 0;
    assert_int_equal(pt_json_to_i64(pt_str(c->text), &got), c->ok);
    assert_true(got == c->want);
}

static struct DecimalCase {
    const char *name, *text, *want; /* NULL: none */
} decimal_cases[] = {
    {"decimal", "12.50", "12.50"},
    {"decimal, negative", "-3", "-3"},
    {"decimal with a plus", "+3", "3"},
    {"decimal that begins with a point", ".5", ".5"},
    {"decimal that ends in a point", "5.", "5."},
    {"decimal with an exponent", "1e-3", "1e-3"},
    {"decimal of no digits", ".", NULL},
    {"decimal of a sign", "-", NULL},
    {"decimal of nothing", "", NULL},
    {"decimal with two points", "1.2.3", NULL},
    {"decimal with an empty exponent", "1e", NULL},
    {"decimal with more behind it", "5 EUR", NULL},
    {"decimal behind a space", " 5", NULL},
};

static void decimal_case(void **state)
{
    const struct DecimalCase *c = *state;
    PtStr digits = {NULL, 0};
    assert_int_equal(pt_json_number_of(pt_str(c->text), &digits), c->want != NULL);
    if (c->want != NULL) {
        assert_true(pt_str_eq(digits, pt_str(c->want)));
    }
}

static struct DoubleCase {
    const char *name, *text;
} double_cases[] = {
    {"zero", "0"},
    {"minus zero", "-0.0"},
    {"zero with an exponent", "0e400"},
    {"price", "12.34"},
    {"15 digits", "999999999999999e22"},
    {"16 digits", "9999999999999999e22"},
    {"10^22", "1e22"},
    {"10^23", "1e23"},
    {"10^-22", "1e-22"},
    {"10^-23", "1e-23"},
    {"digits behind zeros", "0.000000000000000000000000012345"},
    {"halfway to even", "9007199254740993"},
    {"halfway and a bit", "9007199254740993.00000000000000000000000000000000001"},
    {"largest", "1.7976931348623157e308"},
    {"rounds to infinity", "1.7976931348623159e308"},
    {"overflow", "1e309"},
    {"smallest", "5e-324"},
    {"half the smallest", "2.4703282292062327e-324"},
    {"underflow", "1e-400"},
    {"slow for some readers", "2.2250738585072011e-308"},
    {"smallest normal", "2.2250738585072014e-308"},
};

static void double_case(void **state)
{
    const struct DoubleCase *c = *state;
    double got = pt_json_to_double(pt_str(c->text)), want = strtod(c->text, NULL);
    assert_memory_equal(&got, &want, sizeof got); // the sign of zero too
}

static void doubles_read_as_strtod_does(void **state)
{
    (void)state;
    PtRng rng;
    pt_rng_init(&rng, 7);
    for (int i = 0; i < 200000; i++) {
        char text[96];
        int digits = 1 + (int)pt_rng_below(&rng, 25), n = 0;
        n += snprintf(text, sizeof text, "%s%d", pt_rng_below(&rng, 2) ? "-" : "",
                      1 + (int)pt_rng_below(&rng, 9));
        int point = (int)pt_rng_below(&rng, 30);
        for (int d = 1; d < digits; d++) {
            n += snprintf(text + n, sizeof text - (size_t)n, "%s%d", d == point ? "." : "",
                          (int)pt_rng_below(&rng, 10));
        }
        if (pt_rng_below(&rng, 2) != 0) {
            (void)snprintf(text + n, sizeof text - (size_t)n, "e%d",
                           (int)pt_rng_below(&rng, 700) - 350);
        }
        double got = pt_json_to_double(pt_str(text)), want = strtod(text, NULL);
        if (got != want || signbit(got) != signbit(want)) {
            fail_msg("%s reads as %.17g, not %.17g", text, got, want);
        }
    }
}

static void long_numbers_are_exact(void **state)
{
    (void)state;
    enum { LONG = 5000 };
    char text[LONG + 16];
    // 1 + 2^-53, the point halfway to the next double, as 54 digits, zeros and a last digit
    const char *half = "1.00000000000000011102230246251565404236316680908203125";
    size_t len = strlen(half);
    memcpy(text, half, len);
    memset(text + len, '0', LONG - len);
    text[LONG] = 0;
    assert_true(pt_json_to_double(pt_str(text)) == 1.0);
    text[LONG - 1] = '1';
    assert_true(pt_json_to_double(pt_str(text)) == 1.0 + 0x1p-52);
    // zeros that an exponent takes back
    memcpy(text, "0.", 2);
    memset(text + 2, '0', LONG - 2);
    memcpy(text + LONG, "15e5000", 8);
    assert_true(pt_json_to_double(pt_str(text)) == 15.0);
    memset(text, '1', LONG);
    memcpy(text + LONG, "e-4999", 7);
    assert_true(pt_json_to_double(pt_str(text)) == 1.1111111111111112);
    assert_true(isinf(pt_json_to_double(PT_STR("1e99999999999999999999"))));
    assert_true(pt_json_to_double(PT_STR("1e-99999999999999999999")) == 0);
}

static void scanners_are_equal(void **state)
{
    (void)state;
    enum { LEN = 100 };
    for (int special = 0; special < 256; special++) {
        for (size_t at = 0; at <= LEN; at++) {
            char *text = malloc(LEN);
            assert_non_null(text);
            memset(text, special % 2 != 0 ? ' ' : 0x7f, LEN);
            if (at < LEN) {
                text[at] = (char)special;
            }
            const char *end = text + LEN;
            bool plain = special >= 0x20 && special < 0x80 && special != '"' && special != '\\';
            const char *want = plain ? end : text + at;
            for (size_t from = 0; from <= at; from += 7) {
                assert_ptr_equal(pt_json_scan_scalar(text + from, end), want);
                assert_ptr_equal(pt_json_scan(text + from, end), want);
            }
            free(text);
        }
    }
}

/* Text that is nearly JSON: skip and next must agree on all of it, whatever was changed. */
static void skip_and_next_agree(void **state)
{
    (void)state;
    static const char seed[] = "{\"a\":[1,2.5e3,{\"b\":\"x\\u0041\\n\xC3\xBC\"},null,true],\"cc\":"
                               "{\"d\":[],\"e\":{}},\"f\":\"0123456789abcdef\\\"0123456789\"}";
    static const char pool[] = "{}[]\",:\\u0a1-.eE tfn\n\x80\xC3\xE2\xF0";
    PtRng rng;
    pt_rng_init(&rng, 3);
    for (int i = 0; i < 200000; i++) {
        char text[sizeof seed];
        memcpy(text, seed, sizeof seed);
        for (uint64_t changes = 1 + pt_rng_below(&rng, 2); changes > 0; changes--) {
            text[pt_rng_below(&rng, sizeof seed - 1)] = pool[pt_rng_below(&rng, sizeof pool)];
        }
        PtStr all = {text, sizeof seed - 1 - (i % 8 == 0 ? pt_rng_below(&rng, 60) : 0)};
        char got[128];
        PtJson j;
        PtError by_next = {0}, by_skip = {0};
        pull(all, 3, got, sizeof got, &j);
        bool ok = got[strlen(got) - 1] == '.';
        assert_int_equal(pt_json_check(all, 3, &by_skip) == PT_OK, ok);
        if (!ok) {
            (void)pt_json_error(&j, &by_next);
            assert_string_equal(by_next.message, by_skip.message);
        }
    }
}

int main(void)
{
    struct CMUnitTest tests[256] = {
        cmocka_unit_test(empty_text_without_data),
        cmocka_unit_test(raw_text_and_flags),
        cmocka_unit_test(skip_reports_text_flags_and_depth),
        cmocka_unit_test(skip_open_takes_the_rest),
        cmocka_unit_test(skip_out_of_place_is_an_error),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(mixed_levels_keep_their_kind),
        cmocka_unit_test(doubles_read_as_strtod_does),
        cmocka_unit_test(long_numbers_are_exact),
        cmocka_unit_test(scanners_are_equal),
        cmocka_unit_test(skip_and_next_agree),
    };
    size_t n = 11;
    PT_TEST_ROWS(tests, n, token_cases, token_case);
    PT_TEST_ROWS(tests, n, decode_cases, decode_case);
    PT_TEST_ROWS(tests, n, integer_cases, integer_case);
    PT_TEST_ROWS(tests, n, decimal_cases, decimal_case);
    PT_TEST_ROWS(tests, n, double_cases, double_case);
    return _cmocka_run_group_tests("base/json", tests, n, NULL, NULL);
}
