// SPDX-License-Identifier: Apache-2.0
/* The service desk's weeks: as many tickets as said, in the hours of trade, each to its end; what
 * comes of outages, by chance or by a scenario; the same for the same seed. */
#include "floor.h"

#include "base/json.h"
#include "scenario.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const int64_t START_MS = INT64_C(1759744800000); /* Monday, 6 October 2025, 10:00 UTC */
#define HOUR_MS INT64_C(3600000)
#define WEEK_MS (INT64_C(7) * 24 * HOUR_MS)

typedef struct Weeks {
    unsigned reports, joined, opened, acknowledged, escalated, waited, solved, closed, night;
    unsigned payments, region, agents; /* agents: bits */
    unsigned mails, portal, learnt, answers, breaks, looks, noise;
    uint64_t sum;
} Weeks;

static bool has(const FloorAct *act, const char *text)
{
    return strstr(act->body, text) != NULL;
}

/* A desk that joins reports of an outage within the hour. */
typedef struct Outage {
    int64_t last_ms[2];
} Outage;

static void take_report(Floor *f, const FloorAct *act, Outage *o, Weeks *w)
{
    const bool called = act->kind == FLOOR_REPORT;
    const bool payments = called && has(act, "payment_timeout");
    const bool region = called && has(act, "pos_outage");
    char key[FLOOR_KEY];
    bool joined = false;
    if (payments || region) {
        int64_t *last_ms = &o->last_ms[region];
        joined = act->at_ms - *last_ms < HOUR_MS;
        *last_ms = act->at_ms;
    }
    w->reports++;
    w->mails += act->kind == FLOOR_MAIL;
    w->portal += act->kind == FLOOR_PORTAL;
    w->joined += joined;
    w->opened += !joined;
    w->payments += payments;
    w->region += region;
    w->night += act->at_ms / HOUR_MS % 24 < 5;
    (void)snprintf(key, sizeof key, "INC-%u", act->ticket);
    floor_opened(f, act->ticket, key, joined);
    floor_mailed(f, key, "help+INC-1.0123@larkfield.example", "<1@larkfield.example>");
}

/* Nobody is there at first, then somebody of any line. */
static void take_change(Floor *f, const FloorAct *act, Weeks *w)
{
    if (act->kind == FLOOR_LOOK) {
        const char *whom = floor_agents[act->ticket % FLOOR_AGENTS].email;
        floor_given(f, act->ticket, whom, w->looks++ % 3 == 0 ? 0 : strlen(whom));
    }
    w->learnt += act->kind == FLOOR_LEARN;
    w->breaks += act->kind == FLOOR_PRESENCE;
    w->noise += act->kind == FLOOR_MAIL && act->ticket == 0;
    w->answers += act->kind == FLOOR_MAIL && act->ticket != 0;
    if (act->kind != FLOOR_CHANGE) {
        return;
    }
    w->acknowledged += has(act, "\"state\":\"in_progress\"");
    w->escalated += has(act, "\"queue\":");
    w->waited += has(act, "\"state\":\"waiting\"");
    w->solved += has(act, "\"state\":\"resolved\"");
    w->closed += has(act, "\"state\":\"closed\"");
    w->agents |= act->agent < FLOOR_AGENTS ? 1U << act->agent : 0;
}

static Weeks live(uint64_t seed, int64_t length_ms, const char *scenario)
{
    Floor *f = floor_new(seed, START_MS);
    Weeks w = {0};
    Outage o = {{INT64_MIN / 2, INT64_MIN / 2}};
    FloorAct act;
    int64_t last_ms = START_MS;
    assert_non_null(f);
    for (unsigned i = 0; i < FLOOR_AGENTS; i++) {
        floor_account(f, i, floor_agents[i].email);
    }
    scenario_set_time(START_MS);
    assert_true(scenario == NULL || scenario_start(scenario));
    while (floor_next(f, START_MS + length_ms, &act)) {
        assert_true(act.at_ms >= last_ms && act.at_ms <= START_MS + length_ms);
        const bool json = act.kind != FLOOR_MAIL && act.kind != FLOOR_LOOK;
        assert_true(!json || pt_json_check(pt_str(act.body), 8, NULL) == PT_OK);
        assert_true(!act.opens || act.key[0] == '\0');
        assert_int_equal(strlen(act.body), act.len);
        assert_int_equal(act.path[0], '/');
        last_ms = act.at_ms;
        w.sum = w.sum * 31 + strlen(act.body) + (uint64_t)act.at_ms;
        if (act.opens) {
            take_report(f, &act, &o, &w);
        } else {
            take_change(f, &act, &w);
        }
    }
    scenario_stop_all();
    floor_free(f);
    return w;
}

static void test_ordinary_weeks(void **state)
{
    (void)state;
    const Weeks w = live(3, 4 * WEEK_MS, NULL);
    print_message("%u reports, %u joined, %u acknowledged, %u escalated, %u waited, %u solved, %u "
                  "closed, %u payments, %u region, %u mails, %u portal, %u learnt, %u answers, "
                  "%u breaks, %u noise\n",
                  w.reports, w.joined, w.acknowledged, w.escalated, w.waited, w.solved, w.closed,
                  w.payments, w.region, w.mails, w.portal, w.learnt, w.answers, w.breaks, w.noise);
    assert_in_range(w.opened, 4 * 500, 4 * 700);
    assert_true(w.acknowledged * 100 >= w.opened * 97);
    assert_true(w.solved * 100 >= w.opened * 90);
    assert_in_range(w.escalated * 100 / w.opened, 15, 60);
    assert_in_range(w.waited * 100 / w.opened, 8, 30);
    assert_true(w.night * 100 < w.reports * 15); // five hours of the night are 21 of a hundred
    assert_true(w.payments + w.region > 20);     // outages by chance
    assert_true(w.joined > 0);
    assert_int_equal(w.agents, (1U << FLOOR_AGENTS) - 1);
    assert_true(w.mails * 100 > w.opened * 20 && w.portal * 100 > w.opened * 5);
    assert_true(w.learnt * 100 > (w.mails + w.portal) * 50);
    assert_true(w.answers > 50 && w.noise > 50 && w.breaks > 500);
    assert_int_equal(live(3, WEEK_MS, NULL).sum, live(3, WEEK_MS, NULL).sum);
    assert_int_not_equal(live(4, WEEK_MS, NULL).sum, live(3, WEEK_MS, NULL).sum);
}

static void test_scenarios(void **state)
{
    (void)state;
    const Weeks payments = live(5, HOUR_MS, "payments_down");
    assert_in_range(payments.payments, 25, 80);
    assert_int_equal(payments.joined, payments.payments + payments.region -
                                          (payments.payments > 0) - (payments.region > 0));
    const Weeks region = live(5, HOUR_MS, "region_tills");
    assert_in_range(region.region, 25, 80);
}

/* Twenty times the reports in the second hour; payments and a region with them; no breaks. */
static void test_black_friday(void **state)
{
    (void)state;
    Floor *f = floor_new(6, START_MS);
    FloorAct act;
    unsigned hours[6] = {0}, payments = 0, region = 0;
    assert_non_null(f);
    scenario_set_time(START_MS);
    assert_true(scenario_start("black_friday"));
    for (int64_t at_ms = START_MS; at_ms < START_MS + 6 * HOUR_MS; at_ms += HOUR_MS / 60) {
        scenario_set_time(at_ms);
        while (floor_next(f, at_ms, &act)) {
            hours[(act.at_ms - START_MS) / HOUR_MS] += act.opens;
            payments += has(&act, "payment_timeout") && act.kind == FLOOR_REPORT;
            region += has(&act, "pos_outage");
            assert_true(act.kind != FLOOR_PRESENCE);
            if (act.opens) {
                floor_lost(f, act.ticket);
            }
        }
    }
    print_message("reports by the hour: %u %u %u %u %u %u, %u payments, %u region\n", hours[0],
                  hours[1], hours[2], hours[3], hours[4], hours[5], payments, region);
    assert_true(hours[1] > 2 * hours[0] && hours[1] > 2 * hours[3] && hours[1] > 150);
    assert_true(payments > 10 && region > 10);
    scenario_stop_all();
    floor_free(f);
}

static void test_another_time(void **state)
{
    (void)state;
    Floor *f = floor_new(1, START_MS);
    FloorAct act;
    assert_true(floor_next(f, START_MS + WEEK_MS, &act));
    floor_lost(f, act.ticket);
    floor_set_time(f, START_MS + 10 * WEEK_MS);
    assert_int_equal(floor_time(f), START_MS + 10 * WEEK_MS);
    floor_adopt(f, "INC-7");
    bool solved = false;
    while (floor_next(f, START_MS + 11 * WEEK_MS, &act)) {
        assert_true(act.at_ms > START_MS + 10 * WEEK_MS);
        solved = solved || (strcmp(act.key, "INC-7") == 0 && has(&act, "resolved"));
        if (act.opens) {
            floor_lost(f, act.ticket);
        }
    }
    assert_true(solved);
    floor_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ordinary_weeks),
        cmocka_unit_test(test_scenarios),
        cmocka_unit_test(test_black_friday),
        cmocka_unit_test(test_another_time),
    };
    return cmocka_run_group_tests_name("demo/floor", tests, NULL, NULL);
}
