// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include "base/rng.h"
#include "base/test_rows.h"

#include <stdlib.h>

#define FIRST_MS (-62135596800000)
#define LAST_MS  253402300799999

static struct ParseCase {
    const char *name, *text, *want; /* want: as formatted; NULL when it is refused */
} parse_cases[] = {
    {"UTC", "2026-11-22T03:10:21.042Z", "2026-11-22T03:10:21.042Z"},
    {"no fraction", "2026-11-22T03:10:21Z", "2026-11-22T03:10:21.000Z"},
    {"one digit", "2026-11-22T03:10:21.4Z", "2026-11-22T03:10:21.400Z"},
    {"nanoseconds round down", "2026-11-22T03:10:21.999999999Z", "2026-11-22T03:10:21.999Z"},
    {"before 1970 rounds down too", "1969-12-31T23:59:59.9999Z", "1969-12-31T23:59:59.999Z"},
    {"forty digits", "2026-11-22T03:10:21.0420000000000000000000000000000000000001Z",
     "2026-11-22T03:10:21.042Z"},
    {"small letters", "2026-11-22t03:10:21z", "2026-11-22T03:10:21.000Z"},
    {"space", "2026-11-22 03:10:21", "2026-11-22T03:10:21.000Z"},
    {"no zone", "2026-11-22T03:10:21.5", "2026-11-22T03:10:21.500Z"},
    {"east", "2026-11-22T03:10:21+05:30", "2026-11-21T21:40:21.000Z"},
    {"west without colon", "2026-12-31T23:10:21-0330", "2027-01-01T02:40:21.000Z"},
    {"hours only", "2026-11-22T03:10:21+01", "2026-11-22T02:10:21.000Z"},
    {"unknown offset", "2026-11-22T03:10:21-00:00", "2026-11-22T03:10:21.000Z"},
    {"widest offset", "2026-11-22T23:59:00+23:59", "2026-11-22T00:00:00.000Z"},
    {"date alone", "2026-11-22", "2026-11-22T00:00:00.000Z"},
    {"leap second", "2016-12-31T23:59:60Z", "2016-12-31T23:59:59.000Z"},
    {"leap day", "2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"},
    {"leap day of 2000", "2000-02-29", "2000-02-29T00:00:00.000Z"},
    {"first instant", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"},
    {"last instant", "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"},

    {"empty", "", NULL},
    {"word", "yesterday", NULL},
    {"milliseconds", "1763781021042", NULL},
    {"year 0", "0000-12-31", NULL},
    {"before the first by its offset", "0001-01-01T00:00:00+00:01", NULL},
    {"behind the last by its offset", "9999-12-31T23:59:59-00:01", NULL},
    {"two-digit year", "26-11-22", NULL},
    {"month 0", "2026-00-22", NULL},
    {"month 13", "2026-13-22", NULL},
    {"day 0", "2026-11-00", NULL},
    {"31 April", "2026-04-31", NULL},
    {"29 February 2026", "2026-02-29", NULL},
    {"29 February 1900", "1900-02-29", NULL},
    {"hour 24", "2026-11-22T24:00:00Z", NULL},
    {"minute 60", "2026-11-22T03:60:00Z", NULL},
    {"second 61", "2026-11-22T03:10:61Z", NULL},
    {"no seconds", "2026-11-22T03:10Z", NULL},
    {"point without digits", "2026-11-22T03:10:21.Z", NULL},
    {"comma", "2026-11-22T03:10:21,5Z", NULL},
    {"offset hour 24", "2026-11-22T03:10:21+24:00", NULL},
    {"offset minute 60", "2026-11-22T03:10:21+01:60", NULL},
    {"offset of three digits", "2026-11-22T03:10:21+010", NULL},
    {"offset with colon only", "2026-11-22T03:10:21+01:", NULL},
    {"sign only", "2026-11-22T03:10:21+", NULL},
    {"text behind", "2026-11-22T03:10:21Zz", NULL},
    {"space in front", " 2026-11-22", NULL},
    {"space behind", "2026-11-22 ", NULL},
    {"date with zone", "2026-11-22Z", NULL},
    {"slashes", "2026/11/22", NULL},
    {"sign in a field", "2026-+1-22", NULL},
};

static void parse_case(void **state)
{
    const struct ParseCase *c = *state;
    int64_t got = 42;
    char text[PT_TIME_TEXT];
    size_t len = strlen(c->text);
    char *exact = malloc(len > 0 ? len : 1); // the sanitizer sees a read past the end
    assert_non_null(exact);
    memcpy(exact, c->text, len);
    assert_int_equal(pt_time_parse((PtStr){exact, len}, &got), c->want != NULL);
    free(exact);
    if (c->want != NULL) {
        PtStr formatted = pt_time_format(got, text);
        assert_string_equal(text, c->want);
        assert_int_equal(formatted.len, PT_TIME_TEXT - 1);
    } else {
        assert_true(got == 42);
    }
}

static void nul_in_a_timestamp(void **state)
{
    (void)state;
    int64_t got;
    assert_false(pt_time_parse(PT_STR("2026-11-22T03:10:21\0"), &got));
    assert_false(pt_time_parse(PT_STR("2026-11-22\0003:10:21"), &got));
}

static void every_day_of_all_years(void **state)
{
    (void)state;
    int64_t day = 0, want = FIRST_MS / 86400000;
    unsigned weekday = 1; // 0001-01-01 was a Monday
    PtCivil before = {0};
    for (int64_t ms = FIRST_MS; ms <= LAST_MS; ms += 86400000, want++) {
        PtCivil c = pt_civil_of_ms(ms);
        int64_t back;
        assert_true(pt_civil_to_ms(&c, &back) && back == ms);
        day = pt_civil_days(c.year, c.month, c.day);
        assert_true(day == want);
        assert_int_equal(pt_civil_weekday(c.year, c.month, c.day), weekday);
        weekday = weekday % 7 + 1;
        bool next_day = c.day == before.day + 1 && c.month == before.month && c.year == before.year;
        bool next_month = c.day == 1 && c.month == before.month + 1 && c.year == before.year;
        bool next_year = c.day == 1 && c.month == 1 && c.year == before.year + 1;
        assert_true(next_day || next_month || next_year);
        before = c;
    }
    assert_int_equal(before.year, 9999);
}

static void any_instant_reads_back(void **state)
{
    (void)state;
    PtRng rng;
    pt_rng_init(&rng, 1);
    for (int i = 0; i < 200000; i++) {
        int64_t ms = FIRST_MS + (int64_t)pt_rng_below(&rng, LAST_MS - FIRST_MS + 1), back;
        char text[PT_TIME_TEXT];
        assert_true(pt_time_parse(pt_time_format(ms, text), &back) && back == ms);
    }
}

static void outside_reads_as_the_nearest(void **state)
{
    (void)state;
    char text[PT_TIME_TEXT];
    (void)pt_time_format(INT64_MIN, text);
    assert_string_equal(text, "0001-01-01T00:00:00.000Z");
    (void)pt_time_format(LAST_MS + 1, text);
    assert_string_equal(text, "9999-12-31T23:59:59.999Z");
}

static struct CivilCase {
    const char *name;
    PtCivil civil;
    bool ok;
} civil_cases[] = {
    {"all at the top", {9999, 12, 31, 23, 59, 59, 999}, true},
    {"all at the bottom", {1, 1, 1, 0, 0, 0, 0}, true},
    {"year 0", {0, 1, 1, 0, 0, 0, 0}, false},
    {"year 10000", {10000, 1, 1, 0, 0, 0, 0}, false},
    {"month 0", {2026, 0, 1, 0, 0, 0, 0}, false},
    {"month 13", {2026, 13, 1, 0, 0, 0, 0}, false},
    {"day 0", {2026, 1, 0, 0, 0, 0, 0}, false},
    {"31 April", {2026, 4, 31, 0, 0, 0, 0}, false},
    {"hour 24", {2026, 1, 1, 24, 0, 0, 0}, false},
    {"minute 60", {2026, 1, 1, 0, 60, 0, 0}, false},
    {"second 60", {2026, 1, 1, 0, 0, 60, 0}, false},
    {"1000 ms", {2026, 1, 1, 0, 0, 0, 1000}, false},
};

static void civil_case(void **state)
{
    const struct CivilCase *c = *state;
    int64_t ms;
    assert_int_equal(pt_civil_to_ms(&c->civil, &ms), c->ok);
}

static void floors(void **state)
{
    (void)state;
    static const int64_t rows[][3] = {{0, 10, 0},    {9, 10, 0},     {10, 10, 10},
                                      {-1, 10, -10}, {-10, 10, -10}, {-11, 10, -20}};
    for (size_t i = 0; i < PT_COUNT(rows); i++) {
        assert_int_equal(pt_time_floor(rows[i][0], rows[i][1]), rows[i][2]);
    }
}

int main(void)
{
    struct CMUnitTest tests[128] = {
        cmocka_unit_test(floors),
        cmocka_unit_test(nul_in_a_timestamp),
        cmocka_unit_test(every_day_of_all_years),
        cmocka_unit_test(any_instant_reads_back),
        cmocka_unit_test(outside_reads_as_the_nearest),
    };
    size_t n = 5;
    PT_TEST_ROWS(tests, n, parse_cases, parse_case);
    PT_TEST_ROWS(tests, n, civil_cases, civil_case);
    return _cmocka_run_group_tests("base/time", tests, n, NULL, NULL);
}
