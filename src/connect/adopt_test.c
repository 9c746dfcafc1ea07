// SPDX-License-Identifier: Apache-2.0
/* Uploads of counts, and sets of identifiers compared. */
#include "base/buf.h"
#include "base/rng.h"
#include "base/test_rows.h"
#include "base/time.h"
#include "connect/adopt_internal.h"

#include <stdio.h>
#include <string.h>

/* ---- Counts ---------------------------------------------------------------------------------- */

#define HEAD "day,event,count\n"

static struct ReadCase {
    const char *name, *text, *want; /* want: "day name count|", or "!" and the message */
    bool csv;
} read_cases[] = {
    {"CSV", HEAD "2026-03-01,a,1\n2026-03-02,\"b, c\",0\n", "2026-03-01 a 1|2026-03-02 b, c 0|",
     true},
    {"other columns, another order", "x,count,event,day\n9,7,a,2026-03-01\n", "2026-03-01 a 7|",
     true},
    {"no rows", HEAD, "", true},
    {"nothing", "", "", true},
    {"the most", HEAD "2026-03-01,a,1000000000000\n", "2026-03-01 a 1000000000000|", true},
    {"over the most", HEAD "2026-03-01,a,1000000000001\n",
     "!row 1: count is not a whole number in 0..1000000000000", true},
    {"less than none", HEAD "2026-03-01,a,-1\n",
     "!row 1: count is not a whole number in 0..1000000000000", true},
    {"the first day", HEAD "2000-01-01,a,1\n", "2000-01-01 a 1|", true},
    {"before it", HEAD "1999-12-31,a,1\n", "!row 1: day is not a date such as 2026-01-31", true},
    {"the last year", HEAD "2100-12-31,a,1\n", "2100-12-31 a 1|", true},
    {"behind it", HEAD "2101-01-01,a,1\n", "!row 1: day is not a date such as 2026-01-31", true},
    {"a day that is none", HEAD "2026-02-30,a,1\n", "!row 1: day is not a date such as 2026-01-31",
     true},
    {"a time", HEAD "2026-02-03T00:00:00Z,a,1\n", "!row 1: day is not a date such as 2026-01-31",
     true},
    {"a missing column", "day,count\n2026-03-01,1\n", "!the file has no column \"event\"", true},
    {"an open quote", HEAD "2026-03-01,\"a,1\n", "!", true},
    {"JSON",
     "[{\"day\":\"2026-03-01\",\"event\":\"\\u0061\",\"count\":3},"
     "{\"count\":\"4\",\"event\":7,\"day\":\"2026-03-01\"}]",
     "2026-03-01 a 3|2026-03-01 7 4|", false},
    {"an empty list", " [] ", "", false},
    {"an unknown member", "[{\"day\":\"2026-03-01\",\"event\":\"a\",\"counts\":3}]",
     "!row 1: a member that is none of day, event, count", false},
    {"a missing member", "[{\"day\":\"2026-03-01\",\"count\":3}]",
     "!row 1: event has 0 bytes, not 1..400", false},
    {"a list in a member", "[{\"day\":[],\"event\":\"a\",\"count\":3}]", "!row 1: day is not one",
     false},
    {"no list", "{}", "!not a JSON array", false},
    {"a row that is none", "[1]", "!row 1: not an object", false},
    {"more behind it", "[] 1", "!", false},
    {"cut", "[{\"day\":\"2026-03-01\"", "!", false},
};

static void read_case(void **state)
{
    const struct ReadCase *c = *state;
    PtArena *arena = pt_arena_new(1 << 20);
    ConnectAdoptRow *rows = NULL;
    size_t count = 0;
    PtError err = {0};
    PtStatus st = connect_adopt_read(pt_str(c->text), c->csv, arena, &rows, &count, &err);
    if (c->want[0] == '!') {
        assert_int_equal(st, PT_INVALID);
        assert_memory_equal(err.message, c->want + 1, strlen(c->want + 1));
    } else {
        char text[1000] = "";
        assert_int_equal(st, PT_OK);
        for (size_t i = 0; i < count; i++) {
            char day[PT_TIME_TEXT];
            const size_t at = strlen(text);
            (void)pt_time_format(rows[i].day_ms, day);
            (void)snprintf(text + at, sizeof text - at, "%.10s %.*s %lld|", day,
                           PT_STR_ARG(rows[i].name), (long long)rows[i].events);
        }
        assert_string_equal(text, c->want);
    }
    pt_arena_free(arena);
}

static void bounds_of_an_upload(void **state)
{
    (void)state;
    PtBuf text;
    char name[CONNECT_ADOPT_NAME_MAX + 2];
    ConnectAdoptRow *rows = NULL;
    size_t count = 0;
    memset(name, 'n', sizeof name);
    pt_buf_init(&text, 4 << 20);
    for (size_t more = 0; more < 2; more++) {
        PtArena *arena = pt_arena_new(8 << 20);
        pt_buf_clear(&text, 4 << 20);
        pt_buf_add_str(&text, PT_STR(HEAD));
        for (size_t i = 0; i < CONNECT_ADOPT_ROWS_MAX + more; i++) {
            pt_buf_add_str(&text, PT_STR("2026-03-01,a,1\n"));
        }
        assert_int_equal(connect_adopt_read(pt_buf_str(&text), true, arena, &rows, &count, NULL),
                         more ? PT_TOO_LARGE : PT_OK);
        pt_buf_clear(&text, 4 << 20);
        pt_buf_add_str(&text, PT_STR(HEAD "2026-03-01,"));
        pt_buf_add(&text, name, CONNECT_ADOPT_NAME_MAX + more);
        pt_buf_add_str(&text, PT_STR(",1\n"));
        assert_int_equal(connect_adopt_read(pt_buf_str(&text), true, arena, &rows, &count, NULL),
                         more ? PT_INVALID : PT_OK);
        pt_arena_free(arena);
    }
    pt_buf_done(&text);
    PtArena *small = pt_arena_new(1);
    assert_int_equal(
        connect_adopt_read(PT_STR(HEAD "2026-03-01,a,1\n"), true, small, &rows, &count, NULL),
        PT_NO_MEMORY);
    pt_arena_free(small);
}

/* ---- Persons --------------------------------------------------------------------------------- */

static struct PairsCase {
    const char *name, *pairs; /* "1a" theirs and ours */
    int64_t theirs, ours, alike, parted, joined;
    const char *examples;
} pairs_cases[] = {
    {"nobody", "", 0, 0, 0, 0, 0, ""},
    {"the same", "1a 1a 2b", 2, 2, 2, 0, 0, ""},
    {"one of theirs is two here", "1a 1b", 1, 2, 0, 1, 0, "P1:ab "},
    {"one of ours is two there", "1a 2a", 2, 1, 0, 0, 1, "J12:a "},
    {"a tangle", "1a 1b 2b 3c", 3, 3, 1, 1, 1, "P1:ab J12:b "},
    {"a chain leaves nobody alike", "1a 2a 2b 3b", 3, 2, 0, 1, 2, "P2:ab J12:a J23:b "},
};

static void pairs_case(void **state)
{
    const struct PairsCase *c = *state;
    AdoptPair pairs[20] = {{0}};
    AdoptVerdict v;
    char text[200] = "";
    size_t count = 0, at = 0;
    for (const char *p = c->pairs; *p != '\0'; p += p[2] == ' ' ? 3 : 2) {
        pairs[count].theirs = (uint64_t)(p[0] - '0');
        pairs[count++].ours[0] = (uint8_t)p[1];
    }
    adopt_compare(pairs, count, &v);
    assert_int_equal(v.theirs, c->theirs);
    assert_int_equal(v.ours, c->ours);
    assert_int_equal(v.alike, c->alike);
    assert_int_equal(v.parted, c->parted);
    assert_int_equal(v.joined, c->joined);
    for (size_t i = 0; i < v.example_count; i++) {
        text[at++] = v.examples[i].joined ? 'J' : 'P';
        for (size_t k = 0; k < v.examples[i].their_count; k++) {
            text[at++] = (char)('0' + v.examples[i].theirs[k]);
        }
        text[at++] = ':';
        for (size_t k = 0; k < v.examples[i].our_count; k++) {
            text[at++] = (char)v.examples[i].ours[k][0];
        }
        text[at++] = ' ';
    }
    assert_string_equal(text, c->examples);
}

/* Random sets against counting by brute force. */
static void random_sets(void **state)
{
    enum { SIDE = 12, PAIRS = 40, ROUNDS = 300 };
    PtRng rng;
    (void)state;
    pt_rng_init(&rng, 7);
    for (int round = 0; round < ROUNDS; round++) {
        AdoptPair pairs[PAIRS] = {{0}};
        bool met[SIDE][SIDE] = {{false}};
        AdoptVerdict v;
        const size_t count = pt_rng_below(&rng, PAIRS + 1);
        int64_t row[SIDE] = {0}, column[SIDE] = {0}, want[5] = {0};
        for (size_t i = 0; i < count; i++) {
            pairs[i].theirs = pt_rng_below(&rng, SIDE);
            pairs[i].ours[15] = (uint8_t)pt_rng_below(&rng, SIDE);
            met[pairs[i].theirs][pairs[i].ours[15]] = true;
        }
        for (size_t t = 0; t < SIDE; t++) {
            for (size_t o = 0; o < SIDE; o++) {
                row[t] += met[t][o];
                column[o] += met[t][o];
            }
        }
        for (size_t t = 0; t < SIDE; t++) {
            want[0] += row[t] > 0;
            want[1] += column[t] > 0;
            want[3] += row[t] > 1;
            want[4] += column[t] > 1;
            for (size_t o = 0; o < SIDE; o++) {
                want[2] += met[t][o] && row[t] == 1 && column[o] == 1;
            }
        }
        adopt_compare(pairs, count, &v);
        const int64_t have[] = {v.theirs, v.ours, v.alike, v.parted, v.joined};
        assert_memory_equal(have, want, sizeof have);
    }
}

static void examples_are_bounded(void **state)
{
    enum { PERSONS = CONNECT_ADOPT_EXAMPLES + 1, EACH = CONNECT_ADOPT_EXAMPLE_PERSONS + 1 };
    static AdoptPair pairs[PERSONS * EACH];
    AdoptVerdict v;
    (void)state;
    for (size_t i = 0; i < PERSONS * EACH; i++) {
        pairs[i].theirs = i / EACH;
        memcpy(pairs[i].ours, &i, sizeof i);
    }
    adopt_compare(pairs, PERSONS * EACH, &v);
    assert_int_equal(v.parted, PERSONS);
    assert_int_equal(v.example_count, CONNECT_ADOPT_EXAMPLES);
    assert_int_equal(v.examples[0].our_count, CONNECT_ADOPT_EXAMPLE_PERSONS);
}

int main(void)
{
    struct CMUnitTest tests[3 + PT_COUNT(read_cases) + PT_COUNT(pairs_cases)] = {
        cmocka_unit_test(bounds_of_an_upload), cmocka_unit_test(random_sets),
        cmocka_unit_test(examples_are_bounded)};
    size_t n = 3;
    PT_TEST_ROWS(tests, n, read_cases, read_case);
    PT_TEST_ROWS(tests, n, pairs_cases, pairs_case);
    return cmocka_run_group_tests_name("connect/adopt", tests, NULL, NULL);
}
