// SPDX-License-Identifier: Apache-2.0
#include "scenario.h"

#include "retailer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const int64_t START_MS = INT64_C(1759744800000); /* Monday, 6 October 2025, 10:00 UTC */

typedef struct Day {
    unsigned events, orders, web_orders, signed_in, failed, chats, slow, tablet, signed_out, berlin,
        london;
} Day;

static bool has(const PtBuf *event, const char *text)
{
    return memmem(event->data, event->len, text, strlen(text)) != NULL;
}

static void count(const PtBuf *event, const RetailerMeta *meta, Day *d)
{
    d->events++;
    const bool order = has(event, "\"event\":\"Order Completed\"");
    d->orders += order;
    d->web_orders += order && meta->channel == RETAILER_WEB;
    d->signed_in += has(event, "\"event\":\"Signed In\"");
    d->failed += has(event, "\"event\":\"Sign In Failed\"");
    d->chats += has(event, "Conversation Started");
    d->tablet += has(event, "\"name\":\"Larkfield store\"");
    d->signed_out += has(event, "\"event\":\"Signed Out\"");
    d->berlin += meta->channel == RETAILER_TILL && has(event, "\"store_id\":\"S01\"");
    d->london += meta->channel == RETAILER_TILL && has(event, "\"store_id\":\"S09\"");
    const char *load = memmem(event->data, event->len, "\"load_ms\":", 10);
    d->slow += load != NULL && strtol(load + 10, NULL, 10) >= 8000;
}

/* Five hours of a day with a scenario, or with none (NULL). */
static Day day_with(const char *name)
{
    Retailer *r = retailer_new(4, START_MS, 1);
    PtBuf out;
    RetailerMeta meta = {0};
    Day d = {0};
    assert_non_null(r);
    pt_buf_init(&out, 1 << 20);
    scenario_set_time(START_MS);
    if (name != NULL) {
        assert_true(scenario_start(name));
    }
    while (meta.time_ms < START_MS + INT64_C(5) * 3600000) {
        pt_buf_clear(&out, 1 << 20);
        retailer_next(r, &out, &meta);
        count(&out, &meta, &d);
    }
    scenario_stop_all();
    pt_buf_done(&out);
    retailer_free(r);
    print_message("%-15s %u events, %u orders, %u on the web, %u signed in, %u failed, %u chats, "
                  "%u slow, %u on "
                  "tablets, %u out, %u in Berlin Mitte\n",
                  name != NULL ? name : "-", d.events, d.orders, d.web_orders, d.signed_in,
                  d.failed, d.chats, d.slow, d.tablet, d.signed_out, d.berlin);
    return d;
}

static void test_what_each_does(void **state)
{
    (void)state;
    const Day none = day_with(NULL);
    assert_true(none.failed == 0 && none.slow == 0 && none.berlin > 0 && none.signed_in > 0);

    const Day rush = day_with("black_friday");
    assert_in_range(rush.events * 10 / none.events, 25, 30);
    assert_true(rush.orders * 10 > none.orders * 19 && rush.web_orders * 10 > none.web_orders * 25);

    const Day tablet = day_with("shared_tablet");
    assert_true(tablet.tablet > 5 * none.tablet);

    const Day down = day_with("sign_in_down");
    assert_int_equal(down.signed_in, 0);
    assert_true(down.failed > none.signed_in / 2);
    assert_true(down.chats > 2 * none.chats);

    const Day tills = day_with("tills_down");
    assert_int_equal(tills.berlin, 0);
    assert_in_range(tills.orders * 100 / none.orders, 85, 110);

    const Day slow = day_with("slow_site");
    assert_true(slow.slow > 500);
    assert_true(slow.web_orders * 2 < none.web_orders);

    const Day unpaid = day_with("payments_down"); // it lasts longer here: nobody moves the time
    assert_true(unpaid.web_orders * 4 < none.web_orders);

    const Day region = day_with("region_tills");
    assert_int_equal(region.london, 0);
    assert_true(none.london > 0 && region.berlin > 0);
}

static ScenarioState state_of(const char *name)
{
    for (size_t i = 0; i < scenario_count(); i++) {
        const ScenarioState s = scenario_at(i);
        if (strcmp(s.row->name, name) == 0) {
            return s;
        }
    }
    fail_msg("there is no %s", name);
    return (ScenarioState){0};
}

static void test_start_stop_and_end(void **state)
{
    (void)state;
    assert_false(scenario_start("flood"));
    assert_false(scenario_stop("flood"));
    for (size_t i = 0; i < scenario_count(); i++) {
        const ScenarioState s = scenario_at(i);
        assert_false(s.active);
        assert_true(strlen(s.row->title) > 0 && strlen(s.row->what) > 0);
        assert_true(s.row->duration_min > 0);
    }
    scenario_set_time(START_MS);
    assert_true(scenario_start("sign_in_down"));
    assert_true(state_of("sign_in_down").active && scenario_holds(SCENARIO_SIGN_IN_DOWN));
    assert_int_equal(state_of("sign_in_down").since_ms, START_MS);
    assert_false(scenario_holds(SCENARIO_TILLS_DOWN));

    const int64_t end_ms = START_MS + state_of("sign_in_down").row->duration_min * INT64_C(60000);
    scenario_set_time(end_ms - 1);
    assert_true(scenario_holds(SCENARIO_SIGN_IN_DOWN));
    assert_true(scenario_start("sign_in_down")); // from now on
    scenario_set_time(end_ms);
    assert_true(scenario_holds(SCENARIO_SIGN_IN_DOWN));
    scenario_set_time(end_ms - 1 + (end_ms - START_MS));
    assert_false(scenario_holds(SCENARIO_SIGN_IN_DOWN));
    assert_int_equal(state_of("sign_in_down").since_ms, 0);

    assert_true(scenario_start("slow_site"));
    assert_true(scenario_stop("slow_site"));
    assert_false(scenario_holds(SCENARIO_SLOW_SITE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_start_stop_and_end),
        cmocka_unit_test(test_what_each_does),
    };
    return cmocka_run_group_tests_name("demo/scenario", tests, NULL, NULL);
}
