// SPDX-License-Identifier: Apache-2.0
#include "base/calendar.h"

#include "base/memory.h"
#include "base/rng.h"
#include "base/test_rows.h"

static PtZones *zones;

static int64_t instant(const char *text)
{
    int64_t ms = 0;
    assert_true(pt_time_parse(pt_str(text), &ms));
    return ms;
}

static PtCalendar *calendar_of(const char *json)
{
    PtCalendarVersion version = {.json = pt_str(json)};
    PtCalendar *calendar = NULL;
    PtError err = {0};
    if (pt_calendar_new(&version, 1, zones, &calendar, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    return calendar;
}

static void assert_instant(int64_t got_ms, const char *want)
{
    char text[PT_TIME_TEXT];
    int64_t want_ms = instant(want);
    if (got_ms != want_ms) {
        fail_msg("%.*s, not %s", PT_STR_ARG(pt_time_format(got_ms, text)), want);
    }
}

#define WEEK(day) "\"mon\":" day ",\"tue\":" day ",\"wed\":" day ",\"thu\":" day ",\"fri\":" day
#define OFFICE    "{\"zone\":\"Europe/Berlin\",\"hours\":{" WEEK("[[\"09:00\",\"17:00\"]]") "}"
#define SPLIT                                                                                      \
    "{\"zone\":\"Europe/Berlin\",\"hours\":{" WEEK("[[\"09:00\",\"12:30\"],[\"14:00\",\"24:00\"]"  \
                                                   "]") "}}"
#define NIGHTS                                                                                     \
    "{\"zone\":\"America/"                                                                         \
    "New_York\",\"hours\":{\"sat\":[[\"22:00\",\"24:00\"]],\"sun\":[[\"00:00\""                    \
    ",\"03:00\"]]}}"

/* ---- Due instants, to the millisecond ----------------------------------------------------------
 */

static struct DueCase {
    const char *name, *json, *start;
    int64_t span_ms;
    const char *want; /* NULL: PT_NOT_FOUND */
} due_cases[] = {
    {"within a window", OFFICE "}", "2026-11-23T09:00:00.001Z", 3600000,
     "2026-11-23T10:00:00.001Z"},
    {"over closing hour", OFFICE "}", "2026-11-23T15:59:59.999Z", 2, "2026-11-24T08:00:00.001Z"},
    {"at the closing edge", OFFICE "}", "2026-11-23T15:59:59.999Z", 1, "2026-11-23T16:00:00Z"},
    {"over a weekend", OFFICE "}", "2026-11-27T15:00:00Z", 7200000, "2026-11-30T09:00:00Z"},
    {"span 0 when open", OFFICE "}", "2026-11-23T12:34:56.789Z", 0, "2026-11-23T12:34:56.789Z"},
    {"span 0 at the closing instant", OFFICE "}", "2026-11-23T16:00:00Z", 0,
     "2026-11-24T08:00:00Z"},
    {"under 0 is as 0", OFFICE "}", "2026-11-21T00:00:00Z", -5, "2026-11-23T08:00:00Z"},
    {"a holiday", OFFICE ",\"holidays\":[\"2026-11-24\"]}", "2026-11-23T15:00:00Z", 7200000,
     "2026-11-25T09:00:00Z"},
    {"a holiday beats a shift",
     OFFICE ",\"holidays\":[\"2026-11-24\"],\"shifts\":{\"2026-11-24\":[[\"10:00\",\"11:00\"]]}}",
     "2026-11-24T00:00:00Z", 1, "2026-11-25T08:00:00.001Z"},
    {"a shift opens a Sunday",
     OFFICE ",\"shifts\":{\"2026-11-29\":[[\"13:00\",\"13:00:00.500\"]]}}", "2026-11-28T00:00:00Z",
     500, "2026-11-29T12:00:00.500Z"},
    {"an empty shift closes", OFFICE ",\"shifts\":{\"2026-11-23\":[]}}", "2026-11-23T00:00:00Z", 1,
     "2026-11-24T08:00:00.001Z"},
    {"breaks that overlap cut once",
     OFFICE ",\"breaks\":{\"2026-11-23\":[[\"10:00\",\"11:00\"],[\"10:30\",\"12:00\"],"
            "[\"03:00\",\"09:30\"]]}}",
     "2026-11-23T00:00:00Z", 3600000, "2026-11-23T11:30:00Z"},
    {"a break that ends with the window",
     OFFICE ",\"breaks\":{\"2026-11-23\":[[\"16:00\","
            "\"24:00\"]]}}",
     "2026-11-23T14:00:00Z", 3600001, "2026-11-24T08:00:00.001Z"},
    {"to 24:00", SPLIT, "2026-11-23T13:00:00Z", 36000000, "2026-11-23T23:00:00Z"},
    {"whole weeks exactly", OFFICE "}", "2026-11-23T00:00:00Z", 3 * 144000000LL,
     "2026-12-11T16:00:00Z"},
    {"weeks and a millisecond", OFFICE "}", "2026-11-23T00:00:00Z", 3 * 144000000LL + 1,
     "2026-12-14T08:00:00.001Z"},
    {"weeks stop at a row", OFFICE ",\"holidays\":[\"2026-12-02\"]}", "2026-11-23T00:00:00Z",
     3 * 144000000LL, "2026-12-14T16:00:00Z"},
    {"a skipped hour does not count", NIGHTS, "2026-03-08T00:00:00Z", 4 * 3600000LL,
     "2026-03-08T07:00:00Z"},
    {"an hour that comes twice counts twice", NIGHTS, "2026-11-01T00:00:00Z", 6 * 3600000LL,
     "2026-11-01T08:00:00Z"},
    {"round the clock is seamless", PT_CALENDAR_ALWAYS, "2026-03-29T00:00:00Z", 86400000,
     "2026-03-30T00:00:00Z"},
    {"a thousand years of hours", OFFICE "}", "2026-11-23T00:00:00Z", 52178 * 144000000LL,
     "3026-11-24T16:00:00Z"},
    {"never open", "{\"zone\":\"Europe/Berlin\"}", "2026-11-23T00:00:00Z", 1, NULL},
    {"never open again",
     "{\"zone\":\"Europe/Berlin\",\"shifts\":{\"2026-11-23\":[[\"09:00\",\"10:00\"]]}}",
     "2026-11-23T00:00:00Z", 3600001, NULL},
    {"the last hour of all that",
     "{\"zone\":\"Europe/Berlin\",\"shifts\":{\"2026-11-23\":[[\"09:00\",\"10:00\"]]}}",
     "2026-11-23T00:00:00Z", 3600000, "2026-11-23T09:00:00Z"},
    {"longer than all years", OFFICE "}", "2026-11-23T00:00:00Z", INT64_MAX, NULL},
    {"a day that was skipped",
     "{\"zone\":\"Pacific/Apia\",\"hours\":{\"fri\":[[\"09:00\",\"10:00\"]"
     "]}}",
     "2011-12-29T12:00:00Z", 1, "2012-01-05T19:00:00.001Z"},
};

static void due_case(void **state)
{
    const struct DueCase *row = *state;
    PT_CLEANUP(pt_calendar_freep) PtCalendar *c = calendar_of(row->json);
    int64_t due = 0, start = instant(row->start);
    PtStatus st = pt_calendar_due(c, start, row->span_ms, (PtSpans){0}, &due);
    assert_int_equal(st, row->want != NULL ? PT_OK : PT_NOT_FOUND);
    if (row->want != NULL) {
        assert_instant(due, row->want);
        int64_t elapsed = pt_calendar_elapsed(c, start, due, (PtSpans){0});
        assert_int_equal(elapsed, row->span_ms > 0 ? row->span_ms : 0);
    }
}

static void pauses_are_cut_out(void **state)
{
    (void)state;
    PT_CLEANUP(pt_calendar_freep) PtCalendar *c = calendar_of(OFFICE "}");
    int64_t nine = instant("2026-11-23T08:00:00Z"), due = 0;
    PtSpan list[] = {{nine - 5, nine - 9},         {nine, nine + 1000},
                     {nine + 500, nine + 700},     {nine + 600, nine + 2000},
                     {nine + 3000, nine + 3000},   {nine + 60000, nine + 120000},
                     {nine + 90000, nine + 100000}};
    PtSpans pauses = {list, PT_COUNT(list)};
    assert_int_equal(pt_calendar_due(c, nine, 0, pauses, &due), PT_OK);
    assert_int_equal(due - nine, 2000);
    assert_int_equal(pt_calendar_due(c, nine, 58000, pauses, &due), PT_OK);
    assert_int_equal(due - nine, 60000); /* the pause's start */
    assert_int_equal(pt_calendar_due(c, nine, 58001, pauses, &due), PT_OK);
    assert_int_equal(due - nine, 120001);
    assert_int_equal(pt_calendar_elapsed(c, nine, nine + 120001, pauses), 58001);
    assert_int_equal(pt_calendar_elapsed(c, nine, nine + 100000, pauses), 58000);
    assert_int_equal(pt_calendar_elapsed(c, nine, nine, pauses), 0);
    assert_int_equal(pt_calendar_elapsed(c, nine + 5, nine, (PtSpans){0}), 0);
}

/* ---- Business days -----------------------------------------------------------------------------
 */

static struct DaysCase {
    const char *name, *json, *start;
    uint32_t n;
    const char *closing, *opening; /* by edge; NULL: PT_NOT_FOUND */
} days_cases[] = {
    {"the same wall time", OFFICE "}", "2026-11-23T10:00:00Z", 3, "2026-11-26T10:00:00Z",
     "2026-11-26T10:00:00Z"},
    {"over a clock change", OFFICE "}", "2026-03-27T10:00:00Z", 1, "2026-03-30T09:00:00Z",
     "2026-03-30T09:00:00Z"},
    {"in the evening", OFFICE "}", "2026-11-27T19:00:00Z", 1, "2026-11-30T16:00:00Z",
     "2026-12-01T08:00:00Z"},
    {"before opening", OFFICE "}", "2026-11-23T05:00:00Z", 1, "2026-11-24T16:00:00Z",
     "2026-11-24T08:00:00Z"},
    {"at lunch", SPLIT, "2026-11-23T12:00:00Z", 1, "2026-11-24T23:00:00Z", "2026-11-24T13:00:00Z"},
    {"from a Saturday", OFFICE "}", "2026-11-21T10:00:00Z", 1, "2026-11-23T10:00:00Z",
     "2026-11-23T10:00:00Z"},
    {"no days on a Saturday", OFFICE "}", "2026-11-21T10:00:00Z", 0, "2026-11-23T10:00:00Z",
     "2026-11-23T10:00:00Z"},
    {"no days", OFFICE "}", "2026-11-23T10:00:00Z", 0, "2026-11-23T10:00:00Z",
     "2026-11-23T10:00:00Z"},
    {"a holiday is passed over", OFFICE ",\"holidays\":[\"2026-11-24\"]}", "2026-11-23T10:00:00Z",
     1, "2026-11-25T10:00:00Z", "2026-11-25T10:00:00Z"},
    {"so is a day that a shift closes", OFFICE ",\"shifts\":{\"2026-11-24\":[]}}",
     "2026-11-23T10:00:00Z", 1, "2026-11-25T10:00:00Z", "2026-11-25T10:00:00Z"},
    {"a break all day: the next that opens",
     OFFICE ",\"breaks\":{\"2026-11-24\":[[\"00:00\","
            "\"24:00\"]]}}",
     "2026-11-23T10:00:00Z", 1, "2026-11-25T16:00:00Z", "2026-11-25T08:00:00Z"},
    {"a skipped Friday is no day",
     "{\"zone\":\"Pacific/Apia\",\"hours\":{\"thu\":[[\"09:00\",\"10:00\"]],\"fri\":[[\"09:00\","
     "\"10:00\"]]}}",
     "2011-12-29T19:30:00Z", 1, "2012-01-04T19:30:00Z", "2012-01-04T19:30:00Z"},
    {"only shifts: no weekday is a business day",
     "{\"zone\":\"Europe/Berlin\",\"shifts\":{\"2026-11-24\":[[\"09:00\",\"10:00\"]]}}",
     "2026-11-23T10:00:00Z", 1, NULL, NULL},
    {"the most there can be", PT_CALENDAR_ALWAYS, "2026-11-23T10:00:00Z", 3660,
     "2036-11-30T10:00:00Z", "2036-11-30T10:00:00Z"},
};

static void days_case(void **state)
{
    const struct DaysCase *row = *state;
    PT_CLEANUP(pt_calendar_freep) PtCalendar *c = calendar_of(row->json);
    const struct {
        PtDaysEdge edge;
        const char *want;
    } both[] = {{PT_DAYS_CLOSING, row->closing}, {PT_DAYS_NEXT_OPEN, row->opening}};
    for (size_t i = 0; i < PT_COUNT(both); i++) {
        int64_t at = 0;
        PtStatus st = pt_calendar_days(c, instant(row->start), row->n, both[i].edge, &at);
        assert_int_equal(st, both[i].want != NULL ? PT_OK : PT_NOT_FOUND);
        if (both[i].want != NULL) {
            assert_instant(at, both[i].want);
        }
    }
}

static void days_are_bounded(void **state)
{
    (void)state;
    int64_t at = 0;
    PT_CLEANUP(pt_calendar_freep) PtCalendar *c = calendar_of(PT_CALENDAR_ALWAYS);
    assert_int_equal(pt_calendar_days(c, 0, PT_CALENDAR_DAYS_MAX + 1, PT_DAYS_CLOSING, &at),
                     PT_TOO_LARGE);
    assert_int_equal(pt_calendar_days(c, INT64_MAX, 1, PT_DAYS_CLOSING, &at), PT_NOT_FOUND);
}

/* ---- Edges, stretches, versions ----------------------------------------------------------------
 */

static void edges_are_half_open(void **state)
{
    (void)state;
    PT_CLEANUP(pt_calendar_freep) PtCalendar *c = calendar_of(OFFICE "}");
    int64_t opening = instant("2026-11-23T08:00:00Z"), closing = instant("2026-11-23T16:00:00Z"),
            at = 0;
    assert_false(pt_calendar_is_open(c, opening - 1));
    assert_true(pt_calendar_is_open(c, opening));
    assert_true(pt_calendar_is_open(c, closing - 1));
    assert_false(pt_calendar_is_open(c, closing));
    assert_int_equal(pt_calendar_next_open(c, opening - 1, &at), PT_OK);
    assert_int_equal(at, opening);
    assert_int_equal(pt_calendar_next_open(c, opening, &at), PT_OK);
    assert_int_equal(at, opening);
    assert_int_equal(pt_calendar_next_close(c, opening, &at), PT_OK);
    assert_int_equal(at, closing);
    assert_int_equal(pt_calendar_next_close(c, closing, &at), PT_OK);
    assert_int_equal(at, closing);
}

static void always_and_never(void **state)
{
    (void)state;
    PT_CLEANUP(pt_calendar_freep) PtCalendar *always = calendar_of(PT_CALENDAR_ALWAYS);
    PT_CLEANUP(pt_calendar_freep) PtCalendar *never = calendar_of("{\"zone\":\"Europe/Berlin\"}");
    int64_t at = 7;
    assert_int_equal(pt_calendar_next_close(always, 0, &at), PT_NOT_FOUND);
    assert_int_equal(pt_calendar_next_open(never, 0, &at), PT_NOT_FOUND);
    assert_int_equal(at, 7);
    assert_int_equal(pt_calendar_next_close(never, 5, &at), PT_OK);
    assert_int_equal(at, 5);
    for (int i = 0; i < 2; i++) { /* outside of all years is the nearest inside */
        int64_t far = i == 0 ? INT64_MIN : INT64_MAX;
        assert_true(pt_calendar_is_open(always, far));
        assert_false(pt_calendar_is_open(never, far));
    }
    assert_int_equal(pt_calendar_elapsed(always, INT64_MIN, INT64_MAX, (PtSpans){0}),
                     instant("9999-12-31") + 86400000 - instant("0001-01-01"));
    PtCalendarWalk walk = pt_calendar_walk(always, INT64_MIN, INT64_MAX);
    PtSpan open;
    assert_true(pt_calendar_walk_next(&walk, &open));
    assert_false(pt_calendar_walk_next(&walk, &open));
}

static void stretches_join_at_midnight(void **state)
{
    (void)state;
    PT_CLEANUP(pt_calendar_freep) PtCalendar *c = calendar_of(NIGHTS);
    PtCalendarWalk walk =
        pt_calendar_walk(c, instant("2026-10-31T00:00:00Z"), instant("2026-11-09T03:30:00Z"));
    PtSpan open;
    assert_true(pt_calendar_walk_next(&walk, &open));
    assert_instant(open.from_ms, "2026-11-01T02:00:00Z");
    assert_instant(open.to_ms, "2026-11-01T08:00:00Z"); /* with the hour that comes twice */
    assert_true(pt_calendar_walk_next(&walk, &open));
    assert_instant(open.from_ms, "2026-11-08T03:00:00Z");
    assert_instant(open.to_ms, "2026-11-08T08:00:00Z");
    assert_false(pt_calendar_walk_next(&walk, &open));
    assert_false(pt_calendar_walk_next(&walk, &open));
    walk = pt_calendar_walk(c, instant("2026-11-08T04:00:00Z"), instant("2026-11-08T04:00:01Z"));
    assert_true(pt_calendar_walk_next(&walk, &open));
    assert_int_equal(open.to_ms - open.from_ms, 1000);
}

/* An edit, and a move from Berlin to New York: what was before stays. */
static void versions_leave_the_past_alone(void **state)
{
    (void)state;
    int64_t noon = instant("2026-11-24T11:00:00Z"), due = 0;
    PtCalendarVersion versions[] = {
        {.from_ms = instant("2026-01-01"), .json = PT_STR(OFFICE "}")},
        {.from_ms = noon, .json = PT_STR(OFFICE "}"), .zone = PT_STR("America/New_York")},
        {.from_ms = instant("2026-12-01"), .json = PT_STR(PT_CALENDAR_ALWAYS)}};
    PT_CLEANUP(pt_calendar_freep) PtCalendar *c = NULL;
    PtError err;
    assert_int_equal(pt_calendar_new(versions, 3, zones, &c, &err), PT_OK);
    assert_int_equal(
        pt_calendar_elapsed(c, instant("2025-11-24"), instant("2025-11-25"), (PtSpans){0}),
        8 * 3600000); /* the first holds before it too */
    int64_t start = instant("2026-11-24T00:00:00Z");
    assert_int_equal(pt_calendar_elapsed(c, start, noon, (PtSpans){0}), 3 * 3600000);
    assert_int_equal(pt_calendar_due(c, start, 4 * 3600000, (PtSpans){0}, &due), PT_OK);
    assert_instant(due, "2026-11-24T15:00:00Z"); /* an hour from nine in New York */
    assert_int_equal(
        pt_calendar_elapsed(c, instant("2026-12-01"), instant("2026-12-02"), (PtSpans){0}),
        86400000);
    assert_string_equal(pt_calendar_day(c, noon - 1).zone, "Europe/Berlin");
    assert_string_equal(pt_calendar_day(c, noon).zone, "America/New_York");
    versions[1].from_ms = versions[0].from_ms;
    PtCalendar *none = NULL;
    assert_int_equal(pt_calendar_new(versions, 3, zones, &none, &err), PT_INVALID);
    assert_string_equal(err.message, "version 2 does not begin after the one before it");
    assert_int_equal(pt_calendar_new(versions, 0, zones, &none, &err), PT_INVALID);
    assert_int_equal(pt_calendar_new(versions, PT_CALENDAR_VERSIONS_MAX + 1, zones, &none, &err),
                     PT_TOO_LARGE);
    assert_null(none);
}

static void a_day_says_why(void **state)
{
    (void)state;
    PT_CLEANUP(pt_calendar_freep)
    PtCalendar *c = calendar_of(
        OFFICE
        ",\"holidays\":[\"2026-12-25\",{\"name\":\"Christ\\u006das\",\"date\":\"2026-12-25\"}],"
        "\"shifts\":{\"2026-12-24\":[]},\"breaks\":{\"2026-12-24\":[[\"01:00\",\"02:00\"]]}}");
    PtCalendarDay day = pt_calendar_day(c, instant("2026-12-24T23:00:00Z"));
    assert_true(day.holiday && !day.shift && !day.breaks);
    assert_true(day.year == 2026 && day.month == 12 && day.day == 25);
    assert_true(pt_str_eq(day.holiday_name, PT_STR("Christmas")));
    day = pt_calendar_day(c, instant("2026-12-24T22:59:59.999Z"));
    assert_true(!day.holiday && day.shift && day.breaks && day.day == 24);
    assert_int_equal(day.holiday_name.len, 0);
    assert_true(pt_calendar_bytes(c) > 0 && pt_calendar_bytes(c) < 1000);
}

/* ---- Against counting minutes ------------------------------------------------------------------
 */

enum { MINUTES = 12 * 1440 };

static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

/* Up to three windows of whole minutes, ascending; bits of the day's minutes that are open. */
static void put_random_windows(PtRng *rng, PtBuf *out, bool open[static 1440])
{
    uint32_t at = 0;
    memset(open, 0, 1440);
    pt_buf_add_char(out, '[');
    for (int i = 0; i < 3; i++) {
        uint32_t from = at + (uint32_t)pt_rng_below(rng, 400),
                 to = from + 1 + (uint32_t)pt_rng_below(rng, 600);
        to = to > 1440 ? 1440 : to;
        if (from >= to) {
            break;
        }
        pt_buf_printf(out, "%s[\"%02u:%02u\",\"%02u:%02u\"]", i > 0 ? "," : "", from / 60,
                      from % 60, to / 60, to % 60);
        memset(open + from, 1, to - from);
        at = to + (uint32_t)pt_rng_below(rng, 2);
    }
    pt_buf_add_char(out, ']');
}

/* The minutes that are open from start on, by the zone's wall clock alone. */
static void count_minutes(const PtZone *zone, int64_t start, bool week[7][1440],
                          bool ret_open[static MINUTES])
{
    for (int m = 0; m < MINUTES; m++) {
        PtCivil wall = pt_zone_civil(zone, start + m * INT64_C(60000));
        unsigned weekday = pt_civil_weekday(wall.year, wall.month, wall.day) - 1;
        ret_open[m] = week[weekday][wall.hour * 60 + wall.minute];
    }
}

static void check_against(const PtCalendar *c, PtRng *rng, int64_t start, const bool *open)
{
    for (int i = 0; i < 20; i++) {
        uint64_t a = pt_rng_below(rng, MINUTES), b = a + pt_rng_below(rng, MINUTES - a);
        int64_t sum = 0, due = 0, from = start + (int64_t)a * 60000;
        uint64_t last = a;
        for (uint64_t m = a; m < b; m++) {
            sum += open[m] ? 60000 : 0;
            last = open[m] ? m + 1 : last;
        }
        assert_int_equal(pt_calendar_elapsed(c, from, start + (int64_t)b * 60000, (PtSpans){0}),
                         sum);
        assert_int_equal(pt_calendar_is_open(c, from + 59999), open[a]);
        if (sum > 0) {
            assert_int_equal(pt_calendar_due(c, from, sum, (PtSpans){0}, &due), PT_OK);
            assert_int_equal(due, start + (int64_t)last * 60000);
        }
    }
    PtCalendarWalk walk = pt_calendar_walk(c, start, start + MINUTES * INT64_C(60000));
    PtSpan stretch = {start, start};
    for (int m = 0; m < MINUTES; m++) { /* each minute lies in a stretch just when it is open */
        int64_t at = start + m * INT64_C(60000);
        if (at >= stretch.to_ms && !pt_calendar_walk_next(&walk, &stretch)) {
            stretch = (PtSpan){INT64_MAX, INT64_MAX};
        }
        assert_int_equal(at >= stretch.from_ms && at < stretch.to_ms, open[m]);
    }
}

static void counting_minutes_agrees(void **state)
{
    (void)state;
    static const char *const names[] = {"Europe/Berlin",     "America/New_York", "Pacific/Apia",
                                        "Africa/Casablanca", "America/Havana",   "Asia/Kolkata",
                                        "Europe/Dublin"};
    static const char *const starts[] = {"2026-03-05T00:00:00Z", "2026-03-25T07:00:00Z",
                                         "2011-12-25T00:00:00Z", "2026-10-22T03:00:00Z",
                                         "2026-10-29T00:00:00Z"};
    static bool week[7][1440], open[MINUTES];
    PtRng rng;
    PtBuf text;
    pt_rng_init(&rng, 14);
    pt_buf_init(&text, PT_CALENDAR_JSON_MAX);
    for (size_t i = 0; i < 70; i++) {
        const char *name = names[i % PT_COUNT(names)];
        int64_t start = instant(starts[i / PT_COUNT(names) % PT_COUNT(starts)]);
        const PtZone *zone = NULL;
        assert_int_equal(pt_zones_get(zones, pt_str(name), &zone, NULL), PT_OK);
        pt_buf_clear(&text, PT_CALENDAR_JSON_MAX);
        pt_buf_printf(&text, "{\"zone\":\"%s\",\"hours\":{", name);
        for (unsigned d = 0; d < 7; d++) {
            pt_buf_printf(&text, "%s\"%s\":", d > 0 ? "," : "", days[d]);
            put_random_windows(&rng, &text, week[d]);
        }
        pt_buf_add_str(&text, PT_STR("}}"));
        pt_buf_add_char(&text, 0);
        assert_int_equal(pt_buf_status(&text), PT_OK);
        PT_CLEANUP(pt_calendar_freep) PtCalendar *c = calendar_of(text.data);
        count_minutes(zone, start, week, open);
        check_against(c, &rng, start, open);
    }
    pt_buf_done(&text);
}

/* ---- JSON --------------------------------------------------------------------------------------
 */

static void canonical_form(void **state)
{
    (void)state;
    static const char text[] =
        " {\"breaks\":{\"2026-11-30\":[[\"11:00\",\"11:20:00\"],[\"11:10\",\"12:00:01\"]],"
        "\"2026-11-29\":[]},\"holidays\":[\"2026-12-26\",{\"date\":\"2026-12-25\",\"name\":"
        "\"\\u00dcber\"},\"2026-12-26\"],\"shifts\":{\"2026-12-24\":[[\"09:00\",\"13:00:00.250\"]],"
        "\"2026-06-01\":[]},\"hours\":{\"tue\":[[\"14:00\",\"24:00\"],[\"09:00\",\"14:00\"]],"
        "\"mon\":[]},\"zone\":\"No/Where\"}\n";
    static const char want[] =
        "{\"zone\":\"No/Where\",\"hours\":{\"tue\":[[\"09:00\",\"24:00\"]]},\"shifts\":{"
        "\"2026-06-01\":[],\"2026-12-24\":[[\"09:00\",\"13:00:00.250\"]]},\"holidays\":[{\"date\":"
        "\"2026-12-25\",\"name\":\"\xC3\x9C"
        "ber\"},{\"date\":\"2026-12-26\"}],\"breaks\":{\"2026-11-30\":[[\"11:00\",\"12:00:01\"]]}}";
    PtBuf once, twice;
    PtError err;
    pt_buf_init(&once, PT_CALENDAR_JSON_MAX);
    pt_buf_init(&twice, PT_CALENDAR_JSON_MAX);
    assert_int_equal(pt_calendar_canonical(pt_str(text), &once, &err), PT_OK);
    assert_int_equal(pt_calendar_canonical(pt_buf_str(&once), &twice, &err), PT_OK);
    pt_buf_add_char(&once, 0);
    assert_string_equal(once.data, want);
    assert_true(pt_str_eq(pt_buf_str(&twice), pt_str(want)));
    pt_buf_done(&once);
    pt_buf_done(&twice);
}

static struct WrongCase {
    const char *name, *json, *want;
} wrong_cases[] = {
    {"no JSON", "{\"zone\":", "not JSON: "},
    {"no object", "[]", "a calendar is not an object"},
    {"more behind it", "{} {}", "not JSON: "},
    {"another member", "{\"zones\":1}", "\"zones\" is not a member of a calendar"},
    {"a member twice", "{\"zone\":\"UTC\",\"zone\":\"UTC\"}", "the calendar has \"zone\" twice"},
    {"no zone", "{\"hours\":{}}", "the calendar has no zone"},
    {"an unknown zone", "{\"zone\":\"No/Where\"}", "cannot open time zone"},
    {"a zone that is a number", "{\"zone\":1}", "zone is not a time zone's name of 1 to 64 bytes"},
    {"a zone of 65 bytes",
     "{\"zone\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}",
     "zone is not a time zone's name of 1 to 64 bytes"},
    {"another weekday", "{\"hours\":{\"Monday\":[]}}", "hours.Monday is not one of mon"},
    {"a weekday twice", "{\"hours\":{\"mon\":[],\"mon\":[]}}", "hours.mon is not there once"},
    {"no list", "{\"hours\":{\"mon\":1}}", "hours.mon is not a list of [from, to]"},
    {"three edges", "{\"hours\":{\"mon\":[[\"09:00\",\"10:00\",\"11:00\"]]}}",
     "hours.mon is not a list of [from, to]"},
    {"24:01", "{\"hours\":{\"mon\":[[\"09:00\",\"24:01\"]]}}", "\"24:01\" is not a time"},
    {"9:00", "{\"hours\":{\"mon\":[[\"9:00\",\"24:00\"]]}}", "\"9:00\" is not a time"},
    {"60 minutes", "{\"hours\":{\"mon\":[[\"08:60\",\"24:00\"]]}}", "\"08:60\" is not a time"},
    {"tenths", "{\"hours\":{\"mon\":[[\"08:00:00.1\",\"24:00\"]]}}", "is not a time"},
    {"over midnight", "{\"hours\":{\"mon\":[[\"22:00\",\"02:00\"]]}}",
     "hours.mon has a window that does not end after it begins"},
    {"empty", "{\"hours\":{\"mon\":[[\"22:00\",\"22:00\"]]}}", "does not end after it begins"},
    {"overlap", "{\"hours\":{\"mon\":[[\"09:00\",\"12:00\"],[\"11:59\",\"13:00\"]]}}",
     "hours.mon has windows that overlap"},
    {"31 April", "{\"shifts\":{\"2026-04-31\":[]}}", "shifts: \"2026-04-31\" is not a date"},
    {"a date with more", "{\"holidays\":[\"2026-04-300\"]}", "is not a date YYYY-MM-DD"},
    {"a shift twice", "{\"shifts\":{\"2026-04-30\":[],\"2026-04-30\":[]}}",
     "shifts has 2026-04-30 twice"},
    {"a holiday without date", "{\"holidays\":[{\"name\":\"x\"}]}",
     "holidays is not a list in which every holiday has a date"},
    {"a holiday that is a number", "{\"holidays\":[1]}", "holidays is not a list of dates"},
    {"a name with a line end", "{\"holidays\":[{\"name\":\"a\\nb\",\"date\":\"2026-04-30\"}]}",
     "holidays: a name has a control character"},
};

static void wrong_case(void **state)
{
    const struct WrongCase *row = *state;
    PtCalendarVersion version = {.json = pt_str(row->json)};
    PtCalendar *calendar = NULL;
    PtError err = {0};
    PtStatus st = pt_calendar_new(&version, 1, zones, &calendar, &err);
    assert_true(st == PT_INVALID || st == PT_NOT_FOUND);
    assert_null(calendar);
    if (strstr(err.message, row->want) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", err.message, row->want);
    }
}

typedef enum Bound { WINDOWS, DATES, NAME, BYTES } Bound;

/* `count` of what the bound is about. */
static void put_bounded(PtBuf *text, Bound bound, unsigned count)
{
    static const char *const heads[] = {
        "{\"zone\":\"UTC\",\"hours\":{\"mon\":[", "{\"zone\":\"UTC\",\"holidays\":[",
        "{\"zone\":\"UTC\",\"holidays\":[{\"date\":\"2026-01-01\",\"name\":\"",
        "{\"zone\":\"UTC\""};
    static const char *const tails[] = {"]}}", "]}", "\"}]}", "}"};
    pt_buf_add_str(text, pt_str(heads[bound]));
    for (unsigned i = 0; i < count; i++) {
        const char *comma = i > 0 ? "," : "";
        if (bound == WINDOWS) {
            pt_buf_printf(text, "%s[\"%02u:%02u\",\"%02u:%02u\"]", comma, i / 2, i % 2 * 30, i / 2,
                          i % 2 * 30 + 10);
        } else if (bound == DATES) {
            pt_buf_printf(text, "%s\"%04u-%02u-01\"", comma, 2000 + i / 12, i % 12 + 1);
        } else {
            pt_buf_add_char(text, bound == NAME ? 'n' : ' ');
        }
    }
    pt_buf_add_str(text, pt_str(tails[bound]));
}

static void everything_is_bounded(void **state)
{
    (void)state;
    static const struct {
        Bound bound;
        unsigned most;
        const char *want;
    } bounds[] = {
        {WINDOWS, PT_CALENDAR_WINDOWS_MAX, "hours.mon has more than 24 windows"},
        {DATES, PT_CALENDAR_DATES_MAX, "holidays has more than 2000 dates"},
        {NAME, PT_CALENDAR_NAME_MAX, "holidays: a name is over 120 bytes"},
        {BYTES, PT_CALENDAR_JSON_MAX - 14, "the calendar is over 262144 bytes"},
    };
    PtBuf text;
    pt_buf_init(&text, 2 * PT_CALENDAR_JSON_MAX);
    for (size_t i = 0; i < PT_COUNT(bounds); i++) {
        for (unsigned over = 0; over < 2; over++) {
            PtCalendar *c = NULL;
            PtError err = {0};
            pt_buf_clear(&text, PT_CALENDAR_JSON_MAX);
            put_bounded(&text, bounds[i].bound, bounds[i].most + over);
            PtCalendarVersion version = {.json = pt_buf_str(&text)};
            PtStatus st = pt_calendar_new(&version, 1, zones, &c, &err);
            pt_calendar_free(c);
            assert_int_equal(st, over ? PT_TOO_LARGE : PT_OK);
            assert_string_equal(err.message, over ? bounds[i].want : "");
        }
    }
    pt_buf_done(&text);
}

static void zones_are_loaded_once(void **state)
{
    (void)state;
    const PtZone *a = NULL, *b = NULL;
    assert_int_equal(pt_zones_get(zones, PT_STR("Asia/Tokyo"), &a, NULL), PT_OK);
    assert_int_equal(pt_zones_get(zones, PT_STR("Asia/Tokyo"), &b, NULL), PT_OK);
    assert_ptr_equal(a, b);
    assert_int_equal(pt_zones_get(zones, PT_STR("Asia/Nowhere"), &a, NULL), PT_NOT_FOUND);
    assert_int_equal(pt_zones_get(zones, PT_STR("../UTC"), &a, NULL), PT_INVALID);
    assert_int_equal(pt_zones_get(zones, PT_STR("UTC\0x"), &a, NULL), PT_INVALID);
    assert_int_equal(pt_zones_get(zones, PT_STR(""), &a, NULL), PT_INVALID);
    assert_ptr_equal(a, b);
    PtZones *elsewhere = pt_zones_new("/nowhere");
    assert_non_null(elsewhere);
    assert_int_equal(pt_zones_get(elsewhere, PT_STR("UTC"), &a, NULL), PT_NOT_FOUND);
    pt_zones_free(elsewhere);
}

/* ---- Offsets and until when they stay (zone.c) -------------------------------------------------
 */

static void offsets_stay_until(void **state)
{
    (void)state;
    static const char *const names[] = {"Europe/Berlin", "America/New_York", "Pacific/Apia", "UTC"};
    PtRng rng;
    pt_rng_init(&rng, 5);
    for (size_t i = 0; i < PT_COUNT(names); i++) {
        const PtZone *zone = NULL;
        assert_int_equal(pt_zones_get(zones, pt_str(names[i]), &zone, NULL), PT_OK);
        for (int k = 0; k < 20000; k++) {
            int64_t ms = instant("0001-01-01") + (int64_t)pt_rng_below(&rng, 315537897599999),
                    until;
            int32_t offset = pt_zone_offset_until(zone, ms, &until);
            assert_int_equal(offset, pt_zone_offset_s(zone, ms));
            assert_true(until > ms);
            assert_int_equal(offset, pt_zone_offset_s(zone, until - 1));
            int64_t within = ms + (int64_t)pt_rng_below(&rng, (uint64_t)until - (uint64_t)ms);
            assert_int_equal(offset, pt_zone_offset_s(zone, within));
        }
    }
}

static int open_zones(void **state)
{
    (void)state;
    zones = pt_zones_new(NULL);
    return zones == NULL;
}

static int close_zones(void **state)
{
    (void)state;
    pt_zones_free(zones);
    return 0;
}

int main(void)
{
    struct CMUnitTest tests[128] = {
        cmocka_unit_test(pauses_are_cut_out),
        cmocka_unit_test(days_are_bounded),
        cmocka_unit_test(edges_are_half_open),
        cmocka_unit_test(always_and_never),
        cmocka_unit_test(stretches_join_at_midnight),
        cmocka_unit_test(versions_leave_the_past_alone),
        cmocka_unit_test(a_day_says_why),
        cmocka_unit_test(counting_minutes_agrees),
        cmocka_unit_test(canonical_form),
        cmocka_unit_test(everything_is_bounded),
        cmocka_unit_test(zones_are_loaded_once),
        cmocka_unit_test(offsets_stay_until),
    };
    size_t n = 12;
    PT_TEST_ROWS(tests, n, due_cases, due_case);
    PT_TEST_ROWS(tests, n, days_cases, days_case);
    PT_TEST_ROWS(tests, n, wrong_cases, wrong_case);
    return _cmocka_run_group_tests("base/calendar", tests, n, open_zones, close_zones);
}
