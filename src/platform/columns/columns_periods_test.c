// SPDX-License-Identifier: Apache-2.0
#include "base/memory.h"
#include "base/rng.h"
#include "base/test_rows.h"
#include "platform/columns_plan.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- Worked by hand -------------------------------------------------------------------------- */

static struct PeriodCase {
    const char *name, *zone; /* NULL: UTC */
    PlanUnit unit;
    const char *from, *to;
    const char
        *edges; /* all of them, without date where it is the one before's; NULL: count only */
    size_t count;
} period_cases[] = {
    {"the whole", "Europe/Berlin", PLAN_WHOLE, "2026-03-01T05:06:07.008Z", "2026-04-02T00:00:00Z",
     "2026-03-01T05:06:07.008Z 2026-04-02T00:00:00.000Z", 1},
    {"one millisecond", NULL, PLAN_DAY, "2026-03-01T00:00:00Z", "2026-03-01T00:00:00.001Z",
     "2026-03-01T00:00:00.000Z 2026-03-01T00:00:00.001Z", 1},
    {"UTC: first and last hour are cut", NULL, PLAN_HOUR, "2026-03-01T05:30:00Z",
     "2026-03-01T07:15:00Z",
     "2026-03-01T05:30:00.000Z 2026-03-01T06:00:00.000Z 2026-03-01T07:00:00.000Z "
     "2026-03-01T07:15:00.000Z",
     3},
    {"UTC: an end on the edge opens no period", NULL, PLAN_HOUR, "2026-03-01T05:00:00Z",
     "2026-03-01T07:00:00Z",
     "2026-03-01T05:00:00.000Z 2026-03-01T06:00:00.000Z 2026-03-01T07:00:00.000Z", 2},
    {"UTC: before 1970", NULL, PLAN_HOUR, "1969-12-31T22:59:59Z", "1970-01-01T00:00:01Z",
     "1969-12-31T22:59:59.000Z 1969-12-31T23:00:00.000Z 1970-01-01T00:00:00.000Z "
     "1970-01-01T00:00:01.000Z",
     3},
    {"weeks begin on Monday", NULL, PLAN_WEEK, "2026-03-01T00:00:00Z", "2026-03-10T00:00:00Z",
     "2026-03-01T00:00:00.000Z 2026-03-02T00:00:00.000Z 2026-03-09T00:00:00.000Z "
     "2026-03-10T00:00:00.000Z",
     3},
    {"weeks before 1970", NULL, PLAN_WEEK, "1969-12-28T12:00:00Z", "1970-01-05T00:00:01Z",
     "1969-12-28T12:00:00.000Z 1969-12-29T00:00:00.000Z 1970-01-05T00:00:00.000Z "
     "1970-01-05T00:00:01.000Z",
     3},
    {"months, over a leap day", NULL, PLAN_MONTH, "2024-01-31T00:00:00Z", "2024-03-01T00:00:01Z",
     "2024-01-31T00:00:00.000Z 2024-02-01T00:00:00.000Z 2024-03-01T00:00:00.000Z "
     "2024-03-01T00:00:01.000Z",
     3},
    {"months over the year's end", NULL, PLAN_MONTH, "2025-12-01T00:00:00Z", "2026-02-01T00:00:00Z",
     "2025-12-01T00:00:00.000Z 2026-01-01T00:00:00.000Z 2026-02-01T00:00:00.000Z", 2},
    {"Berlin: a day of 23 hours", "Europe/Berlin", PLAN_DAY, "2026-03-27T23:00:00Z",
     "2026-03-30T22:00:00Z",
     "2026-03-27T23:00:00.000Z 2026-03-28T23:00:00.000Z 2026-03-29T22:00:00.000Z "
     "2026-03-30T22:00:00.000Z",
     3},
    {"Berlin: a day of 25 hours", "Europe/Berlin", PLAN_DAY, "2026-10-24T22:00:00Z",
     "2026-10-26T23:00:00Z",
     "2026-10-24T22:00:00.000Z 2026-10-25T23:00:00.000Z 2026-10-26T23:00:00.000Z", 2},
    {"Berlin: 23 hours of a day", "Europe/Berlin", PLAN_HOUR, "2026-03-28T23:00:00Z",
     "2026-03-29T22:00:00Z", NULL, 23},
    {"Berlin: the hour that is there twice is two", "Europe/Berlin", PLAN_HOUR,
     "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", NULL, 25},
    {"Berlin: months begin at the offset of their time", "Europe/Berlin", PLAN_MONTH,
     "2026-03-15T00:00:00Z", "2026-11-02T00:00:00Z",
     "2026-03-15T00:00:00.000Z 2026-03-31T22:00:00.000Z 2026-04-30T22:00:00.000Z "
     "2026-05-31T22:00:00.000Z 2026-06-30T22:00:00.000Z 2026-07-31T22:00:00.000Z "
     "2026-08-31T22:00:00.000Z 2026-09-30T22:00:00.000Z 2026-10-31T23:00:00.000Z "
     "2026-11-02T00:00:00.000Z",
     9},
    {"Kolkata: hours begin at half past", "Asia/Kolkata", PLAN_HOUR, "2026-03-01T05:00:00Z",
     "2026-03-01T07:00:00Z",
     "2026-03-01T05:00:00.000Z 2026-03-01T05:30:00.000Z 2026-03-01T06:30:00.000Z "
     "2026-03-01T07:00:00.000Z",
     3},
    {"Kolkata: days", "Asia/Kolkata", PLAN_DAY, "2026-03-01T00:00:00Z", "2026-03-03T00:00:00Z",
     "2026-03-01T00:00:00.000Z 2026-03-01T18:30:00.000Z 2026-03-02T18:30:00.000Z "
     "2026-03-03T00:00:00.000Z",
     3},
    {"Lord Howe: half an hour is skipped", "Australia/Lord_Howe", PLAN_HOUR, "2025-10-04T14:30:00Z",
     "2025-10-04T17:00:00Z",
     "2025-10-04T14:30:00.000Z 2025-10-04T15:30:00.000Z 2025-10-04T16:00:00.000Z "
     "2025-10-04T17:00:00.000Z",
     3},
    {"Lord Howe: an hour of ninety minutes", "Australia/Lord_Howe", PLAN_HOUR,
     "2026-04-04T14:00:00Z", "2026-04-04T17:30:00Z",
     "2026-04-04T14:00:00.000Z 2026-04-04T15:30:00.000Z 2026-04-04T16:30:00.000Z "
     "2026-04-04T17:30:00.000Z",
     3},
    {"Lord Howe: a day of 23 hours and a half", "Australia/Lord_Howe", PLAN_DAY,
     "2025-10-04T13:30:00Z", "2025-10-05T13:00:00Z",
     "2025-10-04T13:30:00.000Z 2025-10-05T13:00:00.000Z", 1},
    {"Apia: 30 December 2011 was not", "Pacific/Apia", PLAN_DAY, "2011-12-29T10:00:00Z",
     "2012-01-01T10:00:00Z",
     "2011-12-29T10:00:00.000Z 2011-12-30T10:00:00.000Z 2011-12-31T10:00:00.000Z "
     "2012-01-01T10:00:00.000Z",
     3},
    {"Apia: that week had six days", "Pacific/Apia", PLAN_WEEK, "2011-12-26T10:00:00Z",
     "2012-01-08T10:00:00Z",
     "2011-12-26T10:00:00.000Z 2012-01-01T10:00:00.000Z 2012-01-08T10:00:00.000Z", 2},
    {"Apia: hours go on", "Pacific/Apia", PLAN_HOUR, "2011-12-30T08:00:00Z", "2011-12-30T12:00:00Z",
     NULL, 4},
    {"Sao Paulo: a day that begins at one", "America/Sao_Paulo", PLAN_DAY, "2018-11-03T03:00:00Z",
     "2018-11-06T02:00:00Z",
     "2018-11-03T03:00:00.000Z 2018-11-04T03:00:00.000Z 2018-11-05T02:00:00.000Z "
     "2018-11-06T02:00:00.000Z",
     3},
    {"Sao Paulo: midnight comes twice", "America/Sao_Paulo", PLAN_DAY, "2019-02-16T02:00:00Z",
     "2019-02-18T03:00:00Z",
     "2019-02-16T02:00:00.000Z 2019-02-17T03:00:00.000Z 2019-02-18T03:00:00.000Z", 2},
    {"Toronto: midnight lies within what is skipped", "America/Toronto", PLAN_DAY,
     "1919-03-30T05:00:00Z", "1919-04-01T04:00:00Z",
     "1919-03-30T05:00:00.000Z 1919-03-31T04:30:00.000Z 1919-04-01T04:00:00.000Z", 2},
    {"Goose Bay: clocks go back over midnight", "America/Goose_Bay", PLAN_DAY,
     "2010-11-06T03:00:00Z", "2010-11-08T04:00:00Z",
     "2010-11-06T03:00:00.000Z 2010-11-07T03:00:00.000Z 2010-11-08T04:00:00.000Z", 2},
    {"as many as there may be", NULL, PLAN_HOUR, "2026-01-01T00:00:00Z", "2026-02-11T16:00:00Z",
     NULL, 1000},
};

static int64_t instant(const char *text)
{
    int64_t ms = 0;
    assert_true(pt_time_parse(pt_str(text), &ms));
    return ms;
}

static PtZone *load_zone(const char *name)
{
    PtZone *zone = NULL;
    if (name != NULL) {
        assert_int_equal(pt_zone_load(name, NULL, &zone, NULL), PT_OK);
    }
    return zone;
}

static void period_case(void **state)
{
    const struct PeriodCase *c = *state;
    PtZone *zone = load_zone(c->zone);
    PlanPeriods *p = calloc(1, sizeof *p);
    assert_non_null(p);
    assert_int_equal(plan_periods(p, c->unit, instant(c->from), instant(c->to), zone, NULL), PT_OK);
    char text[PT_TIME_TEXT * 16] = "";
    for (size_t i = 0; c->edges != NULL && i <= p->count && i < 15; i++) {
        char edge[PT_TIME_TEXT];
        const size_t len = strlen(text);
        (void)snprintf(text + len, sizeof text - len, "%s%s", i > 0 ? " " : "",
                       pt_time_format(p->edges[i], edge).data);
    }
    assert_string_equal(text, c->edges != NULL ? c->edges : "");
    assert_int_equal(p->count, c->count);
    free(p);
    pt_zone_free(zone);
}

static struct BadCase {
    const char *name;
    PlanUnit unit;
    const char *from, *to;
    PtStatus want;
} bad_cases[] = {
    {"an empty range", PLAN_DAY, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", PT_INVALID},
    {"an empty whole", PLAN_WHOLE, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", PT_INVALID},
    {"a range from its end", PLAN_DAY, "2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z", PT_INVALID},
    {"an hour too many", PLAN_HOUR, "2026-01-01T00:00:00Z", "2026-02-11T16:00:00.001Z",
     PT_TOO_LARGE},
    {"days of three years", PLAN_DAY, "2024-01-01T00:00:00Z", "2027-01-01T00:00:00Z", PT_TOO_LARGE},
    {"the first year", PLAN_MONTH, "0001-12-31T23:59:59.999Z", "0003-01-01T00:00:00Z", PT_INVALID},
    {"the last year", PLAN_MONTH, "9998-01-01T00:00:00Z", "9999-01-01T00:00:00.001Z", PT_INVALID},
};

static void bad_case(void **state)
{
    const struct BadCase *c = *state;
    PlanPeriods *p = calloc(1, sizeof *p);
    assert_non_null(p);
    assert_int_equal(plan_periods(p, c->unit, instant(c->from), instant(c->to), NULL, NULL),
                     c->want);
    free(p);
}

/* ---- Any zone, any range: what is said of every period ----------------------------------------
 */

static int64_t label_of(const PtZone *zone, PlanUnit unit, int64_t ms)
{
    const PtCivil c = pt_zone_civil(zone, ms);
    const int64_t days = pt_civil_days(c.year, c.month, c.day);
    switch (unit) {
    case PLAN_HOUR:
        return days * 24 + c.hour;
    case PLAN_DAY:
        return days;
    case PLAN_WEEK:
        return days - (pt_civil_weekday(c.year, c.month, c.day) - 1);
    default:
        return (int64_t)c.year * 12 + c.month;
    }
}

/* In zones whose clocks do not go back over midnight a period has one label all along, its edge
 * begins it, and the one before is another, but for an hour that is there twice. */
static void check_period(const PtZone *zone, PlanUnit unit, const PlanPeriods *p, size_t i)
{
    const int64_t from = p->edges[i], to = p->edges[i + 1];
    assert_true(from < to);
    const int64_t label = label_of(zone, unit, from);
    assert_int_equal(label_of(zone, unit, to - 1), label);
    assert_int_equal(label_of(zone, unit, from + (to - from) / 3), label);
    if (i > 0 && label_of(zone, unit, from - 1) == label) {
        assert_int_equal(unit, PLAN_HOUR);
        assert_true(pt_zone_offset_s(zone, from - 1) > pt_zone_offset_s(zone, from));
    }
    assert_int_equal(plan_period_of(p, from), i);
    assert_int_equal(plan_period_of(p, to - 1), i);
}

static void test_random_ranges(void **state)
{
    static const char *const zones[] = {"Europe/Berlin",
                                        "Asia/Kolkata",
                                        "Australia/Lord_Howe",
                                        "Pacific/Apia",
                                        "Pacific/Chatham",
                                        "America/New_York",
                                        "UTC"};
    enum { ROUNDS = 60, HOUR_MS = 3600000 };
    (void)state;
    PtRng rng;
    pt_rng_init(&rng, 7);
    PlanPeriods *p = calloc(1, sizeof *p);
    assert_non_null(p);
    for (size_t z = 0; z < PT_COUNT(zones); z++) {
        PtZone *zone = load_zone(zones[z]);
        for (int round = 0; round < ROUNDS; round++) {
            static const int64_t lengths_h[] = {900, 900 * 24, 900 * 24, 80 * 365 * 24};
            const PlanUnit unit = (PlanUnit)pt_rng_below(&rng, PLAN_WHOLE);
            const int64_t from =
                instant("2010-01-01") + (int64_t)pt_rng_below(&rng, 20LL * 365 * 24 * HOUR_MS);
            const int64_t length =
                1 + (int64_t)pt_rng_below(&rng, (uint64_t)lengths_h[unit] * HOUR_MS);
            assert_int_equal(plan_periods(p, unit, from, from + length, zone, NULL), PT_OK);
            assert_int_equal(p->edges[0], from);
            assert_int_equal(p->edges[p->count], from + length);
            for (size_t i = 0; i < p->count; i++) {
                check_period(zone, unit, p, i);
            }
        }
        pt_zone_free(zone);
    }
    free(p);
}

static void test_period_of_uneven_edges(void **state)
{
    (void)state;
    PtRng rng;
    pt_rng_init(&rng, 11);
    PlanPeriods *p = calloc(1, sizeof *p);
    assert_non_null(p);
    for (int round = 0; round < 200; round++) {
        p->count = 1 + pt_rng_below(&rng, 40);
        p->edges[0] = -1000;
        for (size_t i = 0; i < p->count; i++) {
            const uint64_t most = 1ull << pt_rng_below(&rng, 12);
            p->edges[i + 1] = p->edges[i] + 1 + (int64_t)pt_rng_below(&rng, most);
        }
        const double length = (double)(p->edges[p->count] - p->edges[0]);
        p->per_ms = round % 4 == 0 ? 0 : (double)p->count / length;
        size_t want = 0;
        for (int64_t ms = p->edges[0]; ms < p->edges[p->count]; ms++) {
            want += ms >= p->edges[want + 1];
            assert_int_equal(plan_period_of(p, ms), want);
        }
    }
    free(p);
}

int main(void)
{
    struct CMUnitTest tests[PT_COUNT(period_cases) + PT_COUNT(bad_cases) + 2];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, period_cases, period_case);
    PT_TEST_ROWS(tests, n, bad_cases, bad_case);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_random_ranges);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_period_of_uneven_edges);
    return _cmocka_run_group_tests("platform/columns_periods", tests, n, NULL, NULL);
}
