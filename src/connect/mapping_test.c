// SPDX-License-Identifier: Apache-2.0
#include "connect/mapping_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* ---- The language --------------------------------------------------------------------------- */

#define EVENT   "\"event\":{\"name\":\"E\"}"
#define COLUMNS "\"columns\":{\"userId\":\"u\"}"

static struct ParseCase {
    const char *name, *text;
    const char *problem; /* part of it; NULL: it is a mapping */
} parse_cases[] = {
    {"smallest", "{" EVENT "," COLUMNS "}", NULL},
    {"events as they are", "{\"format\":\"events\"}", NULL},
    {"not JSON", "{", "mapping: "},
    {"not an object", "[]", "must be a JSON object"},
    {"unknown member", "{\"colums\":{}}", "has no member \"colums\""},
    {"no columns", "{" EVENT "}", "columns must be given"},
    {"track without a name", "{" COLUMNS "}", "event.name must be given for track"},
    {"identify needs no name", "{\"event\":{\"type\":\"identify\"}," COLUMNS "}", NULL},
    {"name by column", "{\"event\":{\"name\":{\"column\":\"n\"}}," COLUMNS "}", NULL},
    {"unknown type", "{\"event\":{\"type\":\"click\",\"name\":\"E\"}," COLUMNS "}",
     "event.type must be track"},
    {"format", "{\"format\":\"xml\"}", "format must be csv, jsonl or events"},
    {"delimiter", "{\"delimiter\":\"::\"}", "delimiter must be"},
    {"delimiter spaces before format",
     "{\"delimiter\":\"spaces\",\"format\":\"csv\"," EVENT "," COLUMNS "}", NULL},
    {"header list", "{\"header\":[\"u\",\"v\"]," EVENT "," COLUMNS "}", NULL},
    {"empty header list", "{\"header\":[]}", "header must be not an empty list"},
    {"header number", "{\"header\":1}", "header must be true or false"},
    {"encoding", "{\"encoding\":\"utf-16\"}", "encoding must be guess"},
    {"zone", "{\"zone\":\"Europe/London\"," EVENT "," COLUMNS "}", NULL},
    {"unknown zone", "{\"zone\":\"Europe/Nowhere\"}", "mapping: zone: "},
    {"zone twice", "{\"zone\":\"UTC\",\"zone\":\"UTC\"}", "zone must be given once"},
    {"zone that climbs", "{\"zone\":\"../../etc/passwd\"}", "mapping: zone: "},
    {"decimal mark", "{\"decimal_mark\":\"'\"}", "decimal_mark must be"},
    {"window 1", "{\"group_by\":[\"g\"],\"group_window\":1," EVENT "," COLUMNS "}", NULL},
    {"window 100000", "{\"group_by\":[\"g\"],\"group_window\":100000," EVENT "," COLUMNS "}", NULL},
    {"window 0", "{\"group_window\":0}", "group_window must be 1..100000 rows"},
    {"window 100001", "{\"group_window\":100001}", "group_window must be 1..100000 rows"},
    {"group by four", "{\"group_by\":[\"a\",\"b\",\"c\",\"d\"]," EVENT "," COLUMNS "}", NULL},
    {"group by five", "{\"group_by\":[\"a\",\"b\",\"c\",\"d\",\"e\"]}", "group_by has over 4"},
    {"group by nothing", "{\"group_by\":[]}", "group_by must be a list of one column or more"},
    {"a list without groups",
     "{" EVENT ",\"columns\":{\"userId\":\"u\",\"properties.products[].sku\":\"s\"}}",
     "group_by must be given with a list"},
    {"a second list",
     "{" EVENT ",\"group_by\":[\"g\"],\"columns\":{\"properties.a[].x\":\"s\","
     "\"properties.b[].x\":\"s\"}}",
     "is a second list"},
    {"a list at its end", "{" EVENT ",\"columns\":{\"properties.a[]\":\"s\"}}",
     "must name a member of one list"},
    {"a target outside", "{" EVENT ",\"columns\":{\"messageId\":\"m\"}}", "is not userId"},
    {"an empty segment", "{" EVENT ",\"columns\":{\"properties..x\":\"m\"}}", "is not userId"},
    {"properties itself", "{" EVENT ",\"columns\":{\"properties\":\"m\"}}", "is not userId"},
    {"userId with a tail", "{" EVENT ",\"columns\":{\"userId.x\":\"m\"}}", "is not userId"},
    {"the same twice", "{" EVENT ",\"columns\":{\"userId\":\"a\",\"userId\":\"b\"}}", "clashes"},
    {"value and object",
     "{" EVENT ",\"columns\":{\"properties.a\":\"x\",\"properties.a.b\":\"y\"}}", "clashes"},
    {"object and value",
     "{" EVENT ",\"columns\":{\"properties.a.b\":\"y\",\"properties.a\":\"x\"}}", "clashes"},
    {"column and value", "{" EVENT ",\"columns\":{\"userId\":{\"column\":\"u\",\"value\":1}}}",
     "must have one of column, value and sum"},
    {"neither", "{" EVENT ",\"columns\":{\"userId\":{}}}", "must have one of"},
    {"type", "{" EVENT ",\"columns\":{\"userId\":{\"column\":\"u\",\"type\":\"number\"}}}",
     "type must be text, int"},
    {"pattern",
     "{" EVENT ",\"columns\":{\"timestamp\":{\"column\":\"t\",\"type\":\"time\","
     "\"format\":\"%Y-%m-%d\"},"
     "\"userId\":\"u\"}}",
     NULL},
    {"pattern without a day",
     "{" EVENT ",\"columns\":{\"timestamp\":{\"column\":\"t\","
     "\"type\":\"time\",\"format\":\"%Y-%m\"}}}",
     "is not rfc3339"},
    {"pattern with a stranger",
     "{" EVENT ",\"columns\":{\"timestamp\":{\"column\":\"t\","
     "\"type\":\"time\",\"format\":\"%Y-%m-%d %Q\"}}}",
     "is not rfc3339"},
    {"format of a text",
     "{" EVENT ",\"columns\":{\"userId\":{\"column\":\"t\","
     "\"format\":\"%Y-%m-%d\"}}}",
     "a column with a format must be of type"},
    {"constant object", "{" EVENT ",\"columns\":{\"properties.x\":{\"value\":{}}}}",
     "value must be a text"},
    {"sum in a list",
     "{" EVENT ",\"group_by\":[\"g\"],\"columns\":{\"properties.p[].x\":"
     "{\"sum\":[\"a\"]}}}",
     "is a sum inside a list"},
    {"rule",
     "{\"event\":{\"name\":\"E\",\"rules\":[{\"name\":\"F\",\"any\":[{\"column\":\"c\","
     "\"less_than\":-1.5}]}]}," COLUMNS "}",
     NULL},
    {"rule without conditions", "{\"event\":{\"rules\":[{\"name\":\"F\"}]}}", "a rule must be any"},
    {"rule with name and skip",
     "{\"event\":{\"rules\":[{\"name\":\"F\",\"skip\":true,\"any\":"
     "[{\"column\":\"c\",\"empty\":true}]}]}}",
     "either a name or skip"},
    {"condition with two tests",
     "{\"event\":{\"rules\":[{\"name\":\"F\",\"any\":[{\"column\":\"c\","
     "\"empty\":true,\"equals\":\"x\"}]}]}}",
     "one test"},
    {"condition with no column",
     "{\"event\":{\"rules\":[{\"name\":\"F\",\"all\":[{\"empty\":true}"
     "]}]}}",
     "a column and one test"},
    {"message id", "{\"message_id\":\"uuid\"}", "message_id must be"},
    {"a NUL in a name", "{\"source\":\"a\\u0000b\"," EVENT "," COLUMNS "}", NULL},
    {"a long source",
     "{\"source\":\"01234567890123456789012345678901234567890123456789"
     "012345678901234567890123456789012345678901234567890\"}",
     "source must be a text of 1..100 bytes"},
};

static void parse_case(void **state)
{
    const struct ParseCase *c = *state;
    ConnectMapping *m = NULL;
    PtError err = {0};
    PtStatus st = connect_mapping_parse(pt_str(c->text), &m, &err);
    if (c->problem == NULL) {
        assert_string_equal(err.message, "");
        assert_int_equal(st, PT_OK);
    } else {
        assert_true(st == PT_INVALID || st == PT_TOO_LARGE);
        assert_null(m);
        if (strstr(err.message, c->problem) == NULL) {
            fail_msg("\"%s\" does not say \"%s\"", err.message, c->problem);
        }
    }
    connect_mapping_free(m);
}

static void every_recipe_is_a_mapping(void **state)
{
    (void)state;
    size_t count = 0;
    for (; connect_recipe_name(count) != NULL; count++) {
        ConnectMapping *m = NULL;
        assert_int_equal(connect_mapping_load(connect_recipe_name(count), &m, NULL), PT_OK);
        connect_mapping_free(m);
    }
    assert_int_equal(count, 3);
    ConnectMapping *m = NULL;
    PtError err = {0};
    assert_int_equal(connect_mapping_load("nosuch", &m, &err), PT_NOT_FOUND);
    assert_non_null(strstr(err.message, "not a recipe"));
}

static void too_many_targets(void **state)
{
    (void)state;
    for (int count = CONNECT_TARGETS_MAX; count <= CONNECT_TARGETS_MAX + 1; count++) {
        PtBuf text;
        ConnectMapping *m = NULL;
        pt_buf_init(&text, CONNECT_MAPPING_MAX);
        pt_buf_add_str(&text, PT_STR("{" EVENT ",\"columns\":{\"userId\":\"u\""));
        for (int i = 1; i < count; i++) {
            pt_buf_printf(&text, ",\"properties.p%d\":\"c\"", i);
        }
        pt_buf_add_str(&text, PT_STR("}}"));
        assert_int_equal(pt_buf_status(&text), PT_OK);
        assert_int_equal(connect_mapping_parse(pt_buf_str(&text), &m, NULL),
                         count == CONNECT_TARGETS_MAX ? PT_OK : PT_TOO_LARGE);
        connect_mapping_free(m);
        pt_buf_done(&text);
    }
}

static void too_long(void **state)
{
    (void)state;
    static char text[CONNECT_MAPPING_MAX + 1];
    static const char head[] = "{" EVENT "," COLUMNS "}";
    memset(text, ' ', sizeof text);
    memcpy(text, head, sizeof head - 1);
    ConnectMapping *m = NULL;
    assert_int_equal(connect_mapping_parse((PtStr){text, sizeof text - 1}, &m, NULL), PT_OK);
    connect_mapping_free(m);
    m = NULL;
    assert_int_equal(connect_mapping_parse((PtStr){text, sizeof text}, &m, NULL), PT_TOO_LARGE);
}

/* ---- Values --------------------------------------------------------------------------------- */

static struct ValueCase {
    const char *name;
    const char *spec;        /* members beside "column" */
    const char *text, *want; /* JSON; "!..." part of the problem; "" nothing is written */
} value_cases[] = {
    {"text", "", "a\"b", "\"a\\\"b\""},
    {"text is trimmed", "", "  a b\t", "\"a b\""},
    {"empty", "", " ", ""},
    {"prefix", ",\"prefix\":\"x-\"", "7", "\"x-7\""},
    {"suffix", ",\"strip_suffix\":\".0\"", "17850.0", "\"17850\""},
    {"suffix alone stays", ",\"strip_suffix\":\".0\"", ".0", "\".0\""},
    {"suffix not there", ",\"strip_suffix\":\".0\"", "1.05", "\"1.05\""},
    {"int", ",\"type\":\"int\"", "-12", "-12"},
    {"int with zero fraction", ",\"type\":\"int\"", "6.00", "6"},
    {"int with a fraction", ",\"type\":\"int\"", "6.01", "!n \"6.01\" is not an integer"},
    {"int minus zero", ",\"type\":\"int\"", "-0", "0"},
    {"int of 18 digits", ",\"type\":\"int\"", "999999999999999999", "999999999999999999"},
    {"int of 19 digits", ",\"type\":\"int\"", "1000000000000000000", "!at most 18 digits"},
    {"int with thousands", ",\"type\":\"int\"", "1,234,567", "1234567"},
    {"decimal keeps its digits", ",\"type\":\"decimal\"", "2.10", "2.10"},
    {"decimal plus", ",\"type\":\"decimal\"", "+.5", "0.5"},
    {"decimal with a bare point", ",\"type\":\"decimal\"", "5.", "5"},
    {"decimal leading zeros", ",\"type\":\"decimal\"", "007.50", "7.50"},
    {"decimal thousands", ",\"type\":\"decimal\"", "1,234.50", "1234.50"},
    {"decimal wrong thousands", ",\"type\":\"decimal\"", "12,34.50", "!is not a number"},
    {"decimal thousands at the end", ",\"type\":\"decimal\"", "1,23", "!is not a number"},
    {"decimal exponent", ",\"type\":\"decimal\"", "1e-3", "1e-3"},
    {"decimal word", ",\"type\":\"decimal\"", "n/a", "!n \"n/a\" is not a number"},
    {"decimal two points", ",\"type\":\"decimal\"", "1.2.3", "!is not a number"},
    {"decimal minus alone", ",\"type\":\"decimal\"", "-", "!is not a number"},
    {"decimal point alone", ",\"type\":\"decimal\"", ".", "!is not a number"},
    {"bool yes", ",\"type\":\"bool\"", "Yes", "true"},
    {"bool 0", ",\"type\":\"bool\"", "0", "false"},
    {"bool else", ",\"type\":\"bool\"", "maybe", "!is not true or false"},
    {"time rfc3339", ",\"type\":\"time\"", "2011-06-01T10:00:00+02:00",
     "\"2011-06-01T08:00:00.000Z\""},
    {"time in the zone", ",\"type\":\"time\",\"zone\":\"Europe/London\"", "2011-06-01 10:00:00",
     "\"2011-06-01T09:00:00.000Z\""},
    {"time with its own zone", ",\"type\":\"time\",\"zone\":\"Europe/London\"",
     "2011-06-01T10:00:00Z", "\"2011-06-01T10:00:00.000Z\""},
    {"time by pattern", ",\"type\":\"time\",\"format\":\"%d.%m.%Y %H:%M\"", "1.6.2011 7:05",
     "\"2011-06-01T07:05:00.000Z\""},
    {"time by digits", ",\"type\":\"time\",\"format\":\"%Y%m%d\"", "19970112",
     "\"1997-01-12T00:00:00.000Z\""},
    {"time on a day that is none", ",\"type\":\"time\",\"format\":\"%Y%m%d\"", "19970231",
     "!is not a time (%Y%m%d)"},
    {"time with a tail", ",\"type\":\"time\",\"format\":\"%Y%m%d\"", "19970112x", "!is not a time"},
    {"time by the hour of the day", ",\"type\":\"time\",\"format\":\"%m/%d/%Y %I:%M %p\"",
     "12/01/2010 12:26 AM", "\"2010-12-01T00:26:00.000Z\""},
    {"time at hour 13 pm", ",\"type\":\"time\",\"format\":\"%m/%d/%Y %I:%M %p\"",
     "12/01/2010 13:26 PM", "!is not a time"},
    {"time hour 23", ",\"type\":\"time\",\"format\":\"%Y-%m-%d %H\"", "2010-12-01 23",
     "\"2010-12-01T23:00:00.000Z\""},
    {"time hour 24", ",\"type\":\"time\",\"format\":\"%Y-%m-%d %H\"", "2010-12-01 24",
     "!is not a time"},
    {"time with a month's name", ",\"type\":\"time\",\"format\":\"%d %b %y\"", "03 Mar 69",
     "\"1969-03-03T00:00:00.000Z\""},
    {"time year 68", ",\"type\":\"time\",\"format\":\"%d %b %y\"", "03 mar 68",
     "\"2068-03-03T00:00:00.000Z\""},
    {"time with offset and fraction", ",\"type\":\"time\",\"format\":\"%Y-%m-%d %H:%M:%S.%f%z\"",
     "2010-12-01 08:26:00.1239-05:30", "\"2010-12-01T13:56:00.123Z\""},
    {"time with percent", ",\"type\":\"time\",\"format\":\"%Y%%%m%%%d\"", "2010%12%01",
     "\"2010-12-01T00:00:00.000Z\""},
    {"time unix seconds", ",\"type\":\"time\",\"format\":\"unix_s\"", "1291191960.5",
     "\"2010-12-01T08:26:00.500Z\""},
    {"time before 1970 is rounded down", ",\"type\":\"time\",\"format\":\"unix_s\"", "-0.0005",
     "\"1969-12-31T23:59:59.999Z\""},
    {"time unix milliseconds", ",\"type\":\"time\",\"format\":\"unix_ms\"", "1291191960000",
     "\"2010-12-01T08:26:00.000Z\""},
    {"time past what micros hold", ",\"type\":\"time\",\"format\":\"unix_ms\"", "9223372036855",
     "!is not a time"},
    {"time past year 9999", ",\"type\":\"time\",\"format\":\"unix_s\"", "253402300800",
     "!is not a time"},
    {"time last of year 9999", ",\"type\":\"time\",\"format\":\"unix_s\"", "253402300799.9999",
     "\"9999-12-31T23:59:59.999Z\""},
    {"time last in milliseconds", ",\"type\":\"time\",\"format\":\"unix_ms\"", "9223372036854",
     "\"2262-04-11T23:47:16.854Z\""},
};

static void value_case(void **state)
{
    const struct ValueCase *c = *state;
    char text[512];
    ConnectMapping *m = NULL;
    PtBuf out;
    PtError err = {0};
    bool written = true;
    (void)snprintf(text, sizeof text,
                   "{" EVENT ",\"columns\":{\"properties.x\":{\"column\":\"n\"%s}}}", c->spec);
    assert_int_equal(connect_mapping_parse(pt_str(text), &m, &err), PT_OK);
    pt_buf_init(&out, 4096);
    PtJsonOut o = pt_json_out(&out);
    MapCell cell = {pt_str(c->text), {NULL, 0}};
    PtStatus st = map_value(m, &m->targets[0], &cell, &o, &written, &err);
    if (c->want[0] == '!') {
        assert_int_equal(st, PT_INVALID);
        assert_non_null(strstr(err.message, c->want + 1));
    } else {
        pt_buf_add_char(&out, '\0');
        assert_string_equal(err.message, "");
        assert_int_equal(st, PT_OK);
        assert_int_equal(written, c->want[0] != '\0');
        assert_string_equal(out.data, c->want);
    }
    pt_buf_done(&out);
    connect_mapping_free(m);
}

static void a_decimal_comma(void **state)
{
    (void)state;
    char out[MAP_NUMBER_MAX];
    size_t len = 0;
    assert_true(map_number(PT_STR("-1.234,50"), ',', out, &len));
    assert_true(pt_str_eq((PtStr){out, len}, PT_STR("-1234.50")));
    assert_false(map_number(PT_STR("1,234.50"), ',', out, &len));
}

/* Longer than any number may be: refused, not cut. */
static void a_number_has_a_bound(void **state)
{
    (void)state;
    char digits[200], out[MAP_NUMBER_MAX];
    size_t len, longest = 0;
    memset(digits, '7', sizeof digits);
    for (size_t n = 1; n <= sizeof digits; n++) {
        longest = map_number((PtStr){digits, n}, '.', out, &len) ? n : longest;
    }
    assert_true(longest >= 40 && longest < MAP_NUMBER_MAX);
}

int main(void)
{
    enum {
        PARSES = sizeof parse_cases / sizeof *parse_cases,
        VALUES = sizeof value_cases / sizeof *value_cases
    };
    struct CMUnitTest tests[PARSES + VALUES + 5] = {
        cmocka_unit_test(every_recipe_is_a_mapping), cmocka_unit_test(too_many_targets),
        cmocka_unit_test(too_long), cmocka_unit_test(a_decimal_comma),
        cmocka_unit_test(a_number_has_a_bound)};
    size_t n = 5;
    for (size_t i = 0; i < PARSES; i++) {
        tests[n++] =
            (struct CMUnitTest){parse_cases[i].name, parse_case, NULL, NULL, &parse_cases[i]};
    }
    for (size_t i = 0; i < VALUES; i++) {
        tests[n++] =
            (struct CMUnitTest){value_cases[i].name, value_case, NULL, NULL, &value_cases[i]};
    }
    return cmocka_run_group_tests_name("connect/mapping", tests, NULL, NULL);
}
