// SPDX-License-Identifier: Apache-2.0
#include "base/memory.h"
#include "base/time.h"

#include "base/rng.h"
#include "base/test_rows.h"

#include <stdlib.h>

static int64_t instant(const char *text)
{
    int64_t ms = 0;
    assert_true(pt_time_parse(pt_str(text), &ms));
    return ms;
}

static PtZone *load(const char *name)
{
    PtZone *zone = NULL;
    PtError err = {0};
    if (pt_zone_load(name, NULL, &zone, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    return zone;
}

/* Wall clock to instant and back. Values: Python's zoneinfo on tzdata 2025b, gaps by PEP 495. */
static struct WallCase {
    const char *zone, *name, *wall;
    bool later;
    const char *utc;
} wall_cases[] = {
    {"Europe/Berlin", "winter", "2026-01-15T12:00:00", false, "2026-01-15T11:00:00Z"},
    {"Europe/Berlin", "summer", "2026-07-15T12:00:00.5", true, "2026-07-15T10:00:00.5Z"},
    {"Europe/Berlin", "last second before the gap", "2026-03-29T01:59:59", true,
     "2026-03-29T00:59:59Z"},
    {"Europe/Berlin", "in the gap", "2026-03-29T02:30:00", false, "2026-03-29T01:30:00Z"},
    {"Europe/Berlin", "in the gap, later", "2026-03-29T02:30:00", true, "2026-03-29T01:30:00Z"},
    {"Europe/Berlin", "first of the gap", "2026-03-29T02:00:00", false, "2026-03-29T01:00:00Z"},
    {"Europe/Berlin", "behind the gap", "2026-03-29T03:00:00", false, "2026-03-29T01:00:00Z"},
    {"Europe/Berlin", "twice, first", "2026-10-25T02:30:00", false, "2026-10-25T00:30:00Z"},
    {"Europe/Berlin", "twice, later", "2026-10-25T02:30:00", true, "2026-10-25T01:30:00Z"},
    {"Europe/Berlin", "just before twice", "2026-10-25T01:59:59.999", true,
     "2026-10-24T23:59:59.999Z"},
    {"Europe/Berlin", "first of twice", "2026-10-25T02:00:00", true, "2026-10-25T01:00:00Z"},
    {"Europe/Berlin", "last of twice", "2026-10-25T02:59:59", false, "2026-10-25T00:59:59Z"},
    {"Europe/Berlin", "behind twice", "2026-10-25T03:00:00", false, "2026-10-25T02:00:00Z"},
    {"Europe/Berlin", "by the footer", "2500-07-01T12:00:00", false, "2500-07-01T10:00:00Z"},
    {"Europe/Berlin", "last summer of all", "9999-07-01T12:00:00", false, "9999-07-01T10:00:00Z"},
    {"Europe/Berlin", "footer's gap", "2438-03-28T02:30:00", false, "2438-03-28T01:30:00Z"},
    {"Europe/Berlin", "local mean time", "1800-01-01T00:00:00", false, "1799-12-31T23:06:32Z"},
    {"America/New_York", "gap", "2026-03-08T02:30:00", false, "2026-03-08T07:30:00Z"},
    {"America/New_York", "twice by the footer, first", "2099-11-01T01:30:00", false,
     "2099-11-01T05:30:00Z"},
    {"America/New_York", "twice by the footer, later", "2099-11-01T01:30:00", true,
     "2099-11-01T06:30:00Z"},
    {"Australia/Lord_Howe", "gap of half an hour", "2026-10-04T02:15:00", false,
     "2026-10-03T15:45:00Z"},
    {"Australia/Lord_Howe", "half an hour twice, first", "2026-04-05T01:45:00", false,
     "2026-04-04T14:45:00Z"},
    {"Australia/Lord_Howe", "half an hour twice, later", "2026-04-05T01:45:00", true,
     "2026-04-04T15:15:00Z"},
    {"Asia/Kolkata", "half an hour off", "2026-06-01T00:00:00", false, "2026-05-31T18:30:00Z"},
    {"Asia/Kolkata", "war time", "1943-01-01T12:00:00", false, "1943-01-01T05:30:00Z"},
    {"Africa/Casablanca", "Ramadan", "2026-03-01T12:00:00", false, "2026-03-01T12:00:00Z"},
    {"Africa/Casablanca", "behind its table", "2090-03-01T12:00:00", false, "2090-03-01T11:00:00Z"},
    {"Pacific/Apia", "the day that was not", "2011-12-30T12:00:00", false, "2011-12-30T22:00:00Z"},
    {"Pacific/Apia", "the day before", "2011-12-29T23:59:59", false, "2011-12-30T09:59:59Z"},
    {"Pacific/Apia", "the day after", "2011-12-31T00:00:00", false, "2011-12-30T10:00:00Z"},
    {"Europe/Dublin", "winter time that is the saving", "2040-01-01T12:00:00", false,
     "2040-01-01T12:00:00Z"},
    {"Europe/Dublin", "summer time that is standard", "2040-07-01T12:00:00", false,
     "2040-07-01T11:00:00Z"},
    {"America/Nuuk", "change on a Saturday night", "2050-03-26T23:30:00", false,
     "2050-03-27T01:30:00Z"},
    {"UTC", "no transitions", "2026-01-01T00:00:00", false, "2026-01-01T00:00:00Z"},
};

static void wall_case(void **state)
{
    const struct WallCase *c = *state;
    PT_CLEANUP(pt_zone_freep) PtZone *zone = load(c->zone);
    PtCivil wall = pt_civil_of_ms(instant(c->wall));
    int64_t got = 0;
    char got_text[PT_TIME_TEXT], want_text[PT_TIME_TEXT];
    assert_int_equal(pt_zone_to_utc(zone, &wall, c->later, &got), PT_OK);
    (void)pt_time_format(got, got_text);
    (void)pt_time_format(instant(c->utc), want_text);
    assert_string_equal(got_text, want_text);
}

static void offsets_change_on_the_second(void **state)
{
    (void)state;
    PT_CLEANUP(pt_zone_freep) PtZone *zone = load("Europe/Berlin");
    int64_t spring = instant("2026-03-29T01:00:00Z"), later = instant("2437-03-29T01:00:00Z");
    assert_int_equal(pt_zone_offset_s(zone, spring - 1), 3600);
    assert_int_equal(pt_zone_offset_s(zone, spring), 7200);
    assert_int_equal(pt_zone_offset_s(zone, later - 1), 3600);
    assert_int_equal(pt_zone_offset_s(zone, later), 7200);
    assert_int_equal(pt_zone_offset_s(zone, INT64_MIN), 3208); // local mean time
    assert_int_equal(pt_zone_civil(zone, INT64_MAX).year, 9999);
    assert_int_equal(pt_zone_civil(zone, INT64_MIN).year, 1);
    PtCivil wall = pt_zone_civil(zone, spring + 42);
    assert_int_equal(wall.hour, 3);
    assert_int_equal(wall.ms, 42);
}

static void bad_wall_clock(void **state)
{
    (void)state;
    PT_CLEANUP(pt_zone_freep) PtZone *zone = load("UTC");
    PtCivil civil = {2026, 2, 29, 0, 0, 0, 0};
    int64_t ms = 7;
    assert_int_equal(pt_zone_to_utc(zone, &civil, false, &ms), PT_INVALID);
    assert_true(ms == 7);
}

static struct NameCase {
    const char *name;
    PtStatus want;
} name_cases[] = {
    {"Europe/Berlin", PT_OK},
    {"Etc/GMT+12", PT_OK},
    {"", PT_INVALID},
    {"../../../etc/passwd", PT_INVALID},
    {"/etc/passwd", PT_INVALID},
    {"Europe/Ber lin", PT_INVALID},
    {"tzdata.zi", PT_INVALID},
    {"Europe/Atlantis", PT_NOT_FOUND},
    {"Europe", PT_NOT_FOUND},
    {"Europe/Berlin/x", PT_NOT_FOUND},
    {"leapseconds", PT_CORRUPT},
};

static void name_case(void **state)
{
    const struct NameCase *c = *state;
    PtZone *zone = NULL;
    PtError err = {0};
    PtStatus got = pt_zone_load(c->name, NULL, &zone, &err);
    assert_int_equal(got, c->want);
    assert_int_equal(zone != NULL, c->want == PT_OK);
    assert_int_equal(err.message[0] != 0, c->want != PT_OK);
    pt_zone_free(zone);
}

static void names_are_bounded(void **state)
{
    (void)state;
    char name[600];
    PtZone *zone = NULL;
    memset(name, 'a', sizeof name);
    name[256] = 0;
    assert_int_equal(pt_zone_load(name, NULL, &zone, NULL), PT_INVALID);
    name[255] = 0; // a file's name may be that long
    assert_int_equal(pt_zone_load(name, NULL, &zone, NULL), PT_NOT_FOUND);
    memset(name, '/', sizeof name);
    name[sizeof name - 1] = 0;
    assert_int_equal(pt_zone_load("UTC", name, &zone, NULL), PT_INVALID);
    assert_int_equal(pt_zone_load("UTC", "/nonexistent", &zone, NULL), PT_NOT_FOUND);
    assert_null(zone);
}

/* A file of one transition at 1970 and a footer. */
static size_t make_tzif(char *out, int32_t offset_s, const char *footer)
{
    char *p = out;
    for (int wide = 0; wide <= 1; wide++) {
        const char counts[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                               0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 4};
        const char magic[20] = "TZif2";
        memcpy(p, magic, sizeof magic);
        memcpy(p + 20, counts, sizeof counts);
        p += 44;
        memset(p, 0, 9); // one instant, 0, and its type, 0
        p += wide ? 9 : 5;
        for (int shift = 24; shift >= 0; shift -= 8) {
            *p++ = (char)(offset_s >> shift);
        }
        memcpy(p, "\0\0ABC", 6);
        p += 6;
    }
    return (size_t)(p - out) + (size_t)sprintf(p, "\n%s\n", footer);
}

static struct RuleCase {
    const char *name, *footer;
    int32_t offset_s;
    const char *utc;
    int32_t
        want_s; /* the offset just at utc; a second earlier it is another, unless none changes */
    bool changes;
} rule_cases[] = {
    {"no summer time", "<+0330>-3:30", 12600, "2400-07-01T00:00:00Z", 12600, false},
    {"month rule, last Sunday", "CET-1CEST,M3.5.0,M10.5.0/3", 3600, "2047-03-31T01:00:00Z", 7200,
     true},
    {"month rule, its end", "CET-1CEST,M3.5.0,M10.5.0/3", 3600, "2047-10-27T01:00:00Z", 3600, true},
    {"month rule, second week", "EST5EDT,M3.2.0,M11.1.0", -18000, "2050-03-13T07:00:00Z", -14400,
     true},
    {"fifth week where there are four", "CET-1CEST,M2.5.1,M10.5.0/3", 3600, "2050-02-28T01:00:00Z",
     7200, true},
    {"last Sunday of a December with four", "XXX0YYY,M12.5.0/0,M6.1.0/0", 0, "2050-12-25T00:00:00Z",
     3600, true},
    {"last Saturday of a December with five", "XXX0YYY,M12.5.6/0,M6.1.0/0", 0,
     "2050-12-31T00:00:00Z", 3600, true},
    {"J60 is 1 March in a common year", "XXX0YYY,J60/0,J300/0", 0, "2049-03-01T00:00:00Z", 3600,
     true},
    {"J60 is 1 March in a leap year", "XXX0YYY,J60/0,J300/0", 0, "2048-03-01T00:00:00Z", 3600,
     true},
    {"J59 is 28 February in a leap year", "XXX0YYY,J59/0,J300/0", 0, "2048-02-28T00:00:00Z", 3600,
     true},
    {"59 is 29 February in a leap year", "XXX0YYY,59/0,300/0", 0, "2048-02-29T00:00:00Z", 3600,
     true},
    {"59 is 1 March in a common year", "XXX0YYY,59/0,300/0", 0, "2049-03-01T00:00:00Z", 3600, true},
    {"time below zero", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", -7200, "2050-03-27T01:00:00Z", -3600,
     true},
    {"time over a day", "IST-2IDT,M3.4.4/26,M10.5.0", 7200, "2050-03-25T00:00:00Z", 10800, true},
    {"time of a week", "XXX0YYY,0/167,100/0", 0, "2050-01-07T23:00:00Z", 3600, true},
    {"minutes and seconds", "XXX0YYY-0:30:15,0/1:02:03,100/0", 0, "2050-01-01T01:02:03Z", 1815,
     true},
    {"summer across the new year", "NZST-12NZDT,M9.5.0,M4.1.0/3", 43200, "2050-01-01T00:00:00Z",
     46800, false},
    {"southern end", "NZST-12NZDT,M9.5.0,M4.1.0/3", 43200, "2050-04-02T14:00:00Z", 43200, true},
    {"saving below zero", "IST-1GMT0,M10.5.0,M3.5.0/1", 3600, "2050-10-30T01:00:00Z", 0, true},
    {"summer all year, at new year", "XXX3EDT4,0/0,J365/23", -10800, "2050-01-01T03:00:00Z", -14400,
     false},
    {"summer all year, in summer", "XXX3EDT4,0/0,J365/23", -10800, "2050-07-01T00:00:00Z", -14400,
     false},
    {"one cycle later", "CET-1CEST,M3.5.0,M10.5.0/3", 3600, "2447-03-31T01:00:00Z", 7200, true},
    {"twenty cycles later", "CET-1CEST,M3.5.0,M10.5.0/3", 3600, "9647-03-31T01:00:00Z", 7200, true},
};

static void rule_case(void **state)
{
    const struct RuleCase *c = *state;
    char bytes[512];
    PT_CLEANUP(pt_zone_freep) PtZone *zone = NULL;
    PtStr tzif = {bytes, make_tzif(bytes, c->offset_s, c->footer)};
    assert_int_equal(pt_zone_parse(tzif, &zone, NULL), PT_OK);
    int64_t at = instant(c->utc);
    assert_int_equal(pt_zone_offset_s(zone, at), c->want_s);
    assert_int_equal(pt_zone_offset_s(zone, at - 1) != c->want_s, c->changes);
}

static const char *const bad_rules[] = {
    "CE-1",
    "CET",
    "CET-1CEST",
    "CET-25",
    "CET-1:60",
    "<+01-1",
    "<+0$>-1",
    "CET-1 ",
    "CET-1CEST,",
    "CET-1CEST,M3.5.0",
    "XXX0YYY,J0,J9",
    "XXX0YYY,J366,J9",
    "XXX0YYY,366,9",
    "XXX0YYY,M0.1.0,J9",
    "XXX0YYY,M13.1.0,J9",
    "XXX0YYY,M1.0.0,J9",
    "XXX0YYY,M1.6.0,J9",
    "XXX0YYY,M1.1.7,J9",
    "XXX0YYY,J1/168,J9",
    "XXX0YYY,J1/-168,J9",
    "XXX0YYY,J1,J9,",
    "XXX0YYY,M1.1,J9",
    "XXX0YYY,4294967296,J9",
};

static void rules_that_are_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < PT_COUNT(bad_rules); i++) {
        char bytes[512];
        PtZone *zone = NULL;
        PtStr tzif = {bytes, make_tzif(bytes, 0, bad_rules[i])};
        if (pt_zone_parse(tzif, &zone, NULL) != PT_CORRUPT) {
            fail_msg("taken: %s", bad_rules[i]);
        }
        assert_null(zone);
    }
}

static void offsets_and_types_are_bounded(void **state)
{
    (void)state;
    const int32_t edge_s = 25 * 3600 + 59 * 60 + 59;
    const struct {
        int32_t offset_s;
        PtStatus want;
    } rows[] = {
        {edge_s, PT_OK}, {edge_s + 1, PT_CORRUPT}, {-edge_s, PT_OK}, {-edge_s - 1, PT_CORRUPT}};
    char bytes[512];
    for (size_t i = 0; i < PT_COUNT(rows); i++) {
        PT_CLEANUP(pt_zone_freep) PtZone *zone = NULL;
        PtStr tzif = {bytes, make_tzif(bytes, rows[i].offset_s, "")};
        assert_int_equal(pt_zone_parse(tzif, &zone, NULL), rows[i].want);
    }
    PtZone *zone = NULL;
    PtStr tzif = {bytes, make_tzif(bytes, 0, "")};
    const size_t type_at = 44 + 15 + 44 + 8; // first block, second header, the instant
    bytes[type_at] = 1;                      // there is type 0 only
    assert_int_equal(pt_zone_parse(tzif, &zone, NULL), PT_CORRUPT);
    assert_null(zone);
}

/* Version 1: one block, no footer. Instants that count leap seconds would be read wrongly. */
static void leap_seconds_are_refused(void **state)
{
    (void)state;
    char bytes[44 + 6 + 4 + 8] = "TZif";
    PtZone *zone = NULL;
    bytes[39] = 1; // types
    bytes[43] = 4; // letters
    assert_int_equal(pt_zone_parse((PtStr){bytes, sizeof bytes - 8}, &zone, NULL), PT_OK);
    assert_int_equal(pt_zone_offset_s(zone, 0), 0);
    pt_zone_free(zone);
    zone = NULL;
    bytes[31] = 1; // leap seconds
    PtError err = {0};
    assert_int_equal(pt_zone_parse((PtStr){bytes, sizeof bytes}, &zone, &err), PT_CORRUPT);
    assert_string_equal(err.message, "not a usable TZif file: it counts leap seconds");
    assert_null(zone);
}

static void files_are_bounded(void **state)
{
    (void)state;
    enum { MOST = 1 << 20 };
    char *bytes = calloc(MOST + 1, 1);
    PtZone *zone = NULL;
    assert_non_null(bytes);
    (void)make_tzif(bytes, 0, "");
    assert_int_equal(pt_zone_parse((PtStr){bytes, MOST + 1}, &zone, NULL), PT_CORRUPT);
    assert_int_equal(pt_zone_parse((PtStr){bytes, MOST}, &zone, NULL), PT_OK);
    pt_zone_free(zone);
    free(bytes);
}

/* Every cut of a good file is refused, and no byte of it makes the reader step outside. */
static void damaged_files(void **state)
{
    (void)state;
    char bytes[512];
    size_t len = make_tzif(bytes, 3600, "CET-1CEST,M3.5.0,M10.5.0/3");
    for (size_t cut = 0; cut <= len; cut++) {
        char *exact = malloc(cut > 0 ? cut : 1);
        PtZone *zone = NULL;
        assert_non_null(exact);
        memcpy(exact, bytes, cut);
        assert_int_equal(pt_zone_parse((PtStr){exact, cut}, &zone, NULL),
                         cut == len ? PT_OK : PT_CORRUPT);
        pt_zone_free(zone);
        free(exact);
    }
    PtRng rng;
    pt_rng_init(&rng, 8);
    for (int i = 0; i < 20000; i++) {
        char *damaged = malloc(len);
        PtZone *zone = NULL;
        assert_non_null(damaged);
        memcpy(damaged, bytes, len);
        damaged[pt_rng_below(&rng, len)] = (char)pt_rng_u64(&rng);
        if (pt_zone_parse((PtStr){damaged, len}, &zone, NULL) == PT_OK) {
            (void)pt_zone_offset_s(zone, (int64_t)pt_rng_u64(&rng));
        }
        pt_zone_free(zone);
        free(damaged);
    }
}

/* In each of these zones, over two centuries: what the clock reads leads back to its instant. */
static void readings_lead_back(void **state)
{
    (void)state;
    static const char *const names[] = {"Europe/Berlin",       "America/New_York",
                                        "Australia/Lord_Howe", "Africa/Casablanca",
                                        "Pacific/Apia",        "Asia/Kolkata"};
    PtRng rng;
    pt_rng_init(&rng, 12);
    for (size_t i = 0; i < PT_COUNT(names); i++) {
        PT_CLEANUP(pt_zone_freep) PtZone *zone = load(names[i]);
        for (int k = 0; k < 50000; k++) {
            int64_t ms = instant("1950-01-01") + (int64_t)pt_rng_below(&rng, 6300000000000), a, b;
            PtCivil wall = pt_zone_civil(zone, ms);
            assert_int_equal(pt_zone_to_utc(zone, &wall, false, &a), PT_OK);
            assert_int_equal(pt_zone_to_utc(zone, &wall, true, &b), PT_OK);
            assert_true(a <= b && (a == ms || b == ms));
        }
    }
}

int main(void)
{
    struct CMUnitTest tests[128] = {
        cmocka_unit_test(offsets_change_on_the_second),
        cmocka_unit_test(bad_wall_clock),
        cmocka_unit_test(names_are_bounded),
        cmocka_unit_test(rules_that_are_none),
        cmocka_unit_test(offsets_and_types_are_bounded),
        cmocka_unit_test(leap_seconds_are_refused),
        cmocka_unit_test(files_are_bounded),
        cmocka_unit_test(damaged_files),
        cmocka_unit_test(readings_lead_back),
    };
    size_t n = 9;
    PT_TEST_ROWS(tests, n, wall_cases, wall_case);
    PT_TEST_ROWS(tests, n, name_cases, name_case);
    PT_TEST_ROWS(tests, n, rule_cases, rule_case);
    return _cmocka_run_group_tests("base/zone", tests, n, NULL, NULL);
}
