// SPDX-License-Identifier: Apache-2.0
/* Which records a class is for, when they are due, and how the log is cut into portions. */
#include "privacy/privacy_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const int64_t DAY_MS = 86400000;

/* ---- When --------------------------------------------------------------------------------------
 */

static struct CutCase {
    const char *name;
    int64_t now_ms;
    uint32_t days;
    int64_t want_ms;
} cut_cases[] = {
    {"the first instant of a day", 10 * 86400000LL, 1, 9 * 86400000LL},
    {"the last instant of a day", 11 * 86400000LL - 1, 1, 9 * 86400000LL},
    {"the next day", 11 * 86400000LL, 1, 10 * 86400000LL},
    {"before 1970", -1, 1, -2 * 86400000LL},
    {"the most days", 40000 * 86400000LL, CONSENT_DAYS_MAX, 3500 * 86400000LL},
};

static void test_cut(void **state)
{
    const struct CutCase *c = *state;
    assert_int_equal(retention_cut_ms(c->now_ms, c->days), c->want_ms);
    assert_true(c->now_ms - c->want_ms >= (int64_t)c->days * DAY_MS);
}

/* ---- Which -------------------------------------------------------------------------------------
 */

static struct CoverCase {
    const char *title, *type, *name;
    EventType said;
    const char *said_name;
    bool quarantined, want;
} cover_cases[] = {
    {"any covers a page", "", "", EVENT_PAGE, "Home", false, true},
    {"any covers a track", "", "", EVENT_TRACK, "Order Completed", false, true},
    {"any does not cover an identify", "", "", EVENT_IDENTIFY, "", false, false},
    {"any does not cover an alias", "", "", EVENT_ALIAS, "", false, false},
    {"any does not cover a group", "", "", EVENT_GROUP, "", false, false},
    {"any covers what was quarantined", "", "", EVENT_IDENTIFY, "", true, true},
    {"any covers what nobody could read", "", "", EVENT_UNKNOWN, "", true, true},
    {"identify by its name", "identify", "", EVENT_IDENTIFY, "", false, true},
    {"another type", "page", "", EVENT_SCREEN, "Home", false, false},
    {"the type counts when quarantined", "page", "", EVENT_TRACK, "", true, false},
    {"a name", "track", "Order Completed", EVENT_TRACK, "Order Completed", false, true},
    {"a longer one", "track", "Order", EVENT_TRACK, "Order Completed", false, false},
    {"case counts", "track", "order completed", EVENT_TRACK, "Order Completed", false, false},
    {"a beginning", "track", "Order *", EVENT_TRACK, "Order Completed", false, true},
    {"a beginning and no rest", "track", "Order*", EVENT_TRACK, "Order", false, true},
    {"another beginning", "track", "Order *", EVENT_TRACK, "Orders", false, false},
    {"any rest", "track", "*", EVENT_TRACK, "", false, true},
    {"a name of any type", "", "Home", EVENT_PAGE, "Home", false, true},
};

static void test_covers(void **state)
{
    const struct CoverCase *c = *state;
    const PtRecord record = {.klass = c->quarantined ? PT_RECORD_QUARANTINE : PT_RECORD_EVENT};
    const EventView view = {.type = c->said, .name = pt_str(c->said_name)};
    assert_int_equal(retention_covers(pt_str(c->type), pt_str(c->name), &record, &view), c->want);
}

/* ---- Portions ----------------------------------------------------------------------------------
 */

static struct SpanCase {
    const char *name;
    uint64_t places[3][2]; /* next, cut */
    uint64_t want_from, want_to;
    bool want;
} span_cases[] = {
    {"nothing is due", {{5, 5}, {9, 3}, {0, 0}}, 0, 0, false},
    {"one class", {{5, 50}, {60, 50}, {0, 0}}, 5, 50, true},
    {"a portion of it", {{5, 500}, {0, 0}, {0, 0}}, 5, 105, true},
    {"up to where another joins", {{5, 50}, {20, 60}, {0, 0}}, 5, 20, true},
    {"up to where one ends", {{5, 50}, {5, 30}, {0, 0}}, 5, 30, true},
    {"what is not due joins nowhere", {{5, 50}, {20, 20}, {10, 4}}, 5, 50, true},
};

static void test_span(void **state)
{
    const struct SpanCase *c = *state;
    RetentionRow rows[3] = {{.days = 0}};
    RetentionSpan span = {0, 0};
    for (size_t i = 0; i < 3; i++) {
        rows[i].next = c->places[i][0];
        rows[i].cut = c->places[i][1];
    }
    assert_int_equal(retention_span(rows, 3, 100, &span), c->want);
    assert_int_equal(span.from, c->want_from);
    assert_int_equal(span.to, c->want_to);
}

static void test_no_class_is_never_due(void **state)
{
    RetentionSpan span;
    (void)state;
    assert_false(retention_span(NULL, 0, 100, &span));
}

#define COUNT(list) (sizeof(list) / sizeof *(list))

int main(void)
{
    struct CMUnitTest tests[COUNT(cut_cases) + COUNT(cover_cases) + COUNT(span_cases) + 1];
    size_t count = 0;
    for (size_t i = 0; i < COUNT(cut_cases); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = cut_cases[i].name, .test_func = test_cut, .initial_state = &cut_cases[i]};
    }
    for (size_t i = 0; i < COUNT(cover_cases); i++) {
        tests[count++] = (struct CMUnitTest){.name = cover_cases[i].title,
                                             .test_func = test_covers,
                                             .initial_state = &cover_cases[i]};
    }
    for (size_t i = 0; i < COUNT(span_cases); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = span_cases[i].name, .test_func = test_span, .initial_state = &span_cases[i]};
    }
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(test_no_class_is_never_due);
    return _cmocka_run_group_tests("privacy/retention", tests, count, NULL, NULL);
}
