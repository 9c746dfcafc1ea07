// SPDX-License-Identifier: Apache-2.0
#include "scenario.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static const ScenarioRow rows[SCENARIO_KIND_COUNT] = {
    [SCENARIO_BLACK_FRIDAY] = {"black_friday", "Black Friday",
                               "Customers and reports grow by stages to twenty times an ordinary "
                               "hour's, everything is 25 % off; then payments slow down and the "
                               "tills of one region fail. The whole desk works, and it ends with "
                               "a summary",
                               6 * 60},
    [SCENARIO_SHARED_TABLET] = {"shared_tablet", "Shared tablet",
                                "One tablet in each store: customers sign in on it one after the "
                                "other, and few sign out",
                                8 * 60},
    [SCENARIO_SIGN_IN_DOWN] = {"sign_in_down", "Sign-in service down",
                               "Nobody can sign in: some buy as guests, some ask for help, most "
                               "leave",
                               90},
    [SCENARIO_TILLS_DOWN] = {"tills_down", "Tills down in Berlin Mitte",
                             "The tills of one store sell nothing and take nothing back", 120},
    [SCENARIO_SLOW_SITE] = {"slow_site", "Slow site",
                            "Pages of the web shop take 8 to 20 seconds, and many visitors give up",
                            180},
    [SCENARIO_PAYMENTS_DOWN] = {"payments_down", "Payment gateway time-outs",
                                "No order on the web gets paid; stores in all countries call the "
                                "service desk, and their reports become one ticket",
                                45},
    [SCENARIO_REGION_TILLS] = {"region_tills", "Tills down in Great Britain",
                               "No store of the region can sell; all of them call the service desk",
                               60},
};

/* Black Friday, by minutes since its start. */
static const struct {
    int32_t from_min, times;
} stages[] = {{0, 3}, {30, 8}, {60, 20}, {120, 8}, {180, 3}};
static const struct {
    ScenarioKind kind;
    int32_t from_min, to_min;
} brought[] = {{SCENARIO_PAYMENTS_DOWN, 75, 110}, {SCENARIO_REGION_TILLS, 90, 125}};

static pthread_mutex_t story_lock = PTHREAD_MUTEX_INITIALIZER;
static char told[SCENARIO_STORY];

static atomic_llong shop_ms;
/* When each one was started, shop time; 0: it does not hold. */
static atomic_llong started_ms[SCENARIO_KIND_COUNT];

size_t scenario_count(void)
{
    return SCENARIO_KIND_COUNT;
}

ScenarioState scenario_at(size_t i)
{
    const int64_t since_ms = atomic_load(&started_ms[i]);
    return (ScenarioState){.row = &rows[i], .active = since_ms != 0, .since_ms = since_ms};
}

static bool set(const char *name, int64_t since_ms)
{
    for (size_t i = 0; i < SCENARIO_KIND_COUNT; i++) {
        if (strcmp(rows[i].name, name) == 0) {
            atomic_store(&started_ms[i], since_ms);
            return true;
        }
    }
    return false;
}

bool scenario_start(const char *name)
{
    const int64_t now_ms = atomic_load(&shop_ms);
    return set(name, now_ms != 0 ? now_ms : 1);
}

bool scenario_stop(const char *name)
{
    return set(name, 0);
}

void scenario_stop_all(void)
{
    for (size_t i = 0; i < SCENARIO_KIND_COUNT; i++) {
        atomic_store(&started_ms[i], 0);
    }
}

void scenario_set_time(int64_t now_ms)
{
    atomic_store_explicit(&shop_ms, now_ms, memory_order_relaxed);
    for (size_t i = 0; i < SCENARIO_KIND_COUNT; i++) {
        long long since_ms = atomic_load_explicit(&started_ms[i], memory_order_relaxed);
        if (since_ms != 0 && now_ms - since_ms >= (int64_t)rows[i].duration_min * 60000) {
            // unless it was started anew meanwhile
            (void)atomic_compare_exchange_strong(&started_ms[i], &since_ms, 0);
        }
    }
}

/* Of Black Friday; -1: it is not. */
static int64_t rush_min(void)
{
    const int64_t since_ms =
        atomic_load_explicit(&started_ms[SCENARIO_BLACK_FRIDAY], memory_order_relaxed);
    const int64_t now_ms = atomic_load_explicit(&shop_ms, memory_order_relaxed);
    return since_ms == 0 ? -1 : now_ms > since_ms ? (now_ms - since_ms) / 60000 : 0;
}

bool scenario_holds(ScenarioKind kind)
{
    if (atomic_load_explicit(&started_ms[kind], memory_order_relaxed) != 0) {
        return true;
    }
    const int64_t min = rush_min();
    for (size_t i = 0; min >= 0 && i < sizeof brought / sizeof *brought; i++) {
        if (brought[i].kind == kind && min >= brought[i].from_min && min < brought[i].to_min) {
            return true;
        }
    }
    return false;
}

double scenario_times(void)
{
    const int64_t min = rush_min();
    double times = 1;
    for (size_t i = 0; i < sizeof stages / sizeof *stages && min >= stages[i].from_min; i++) {
        times = stages[i].times;
    }
    return times;
}

void scenario_tell(const char *story)
{
    (void)pthread_mutex_lock(&story_lock);
    (void)snprintf(told, sizeof told, "%s", story);
    (void)pthread_mutex_unlock(&story_lock);
}

void scenario_story(char out[static SCENARIO_STORY])
{
    (void)pthread_mutex_lock(&story_lock);
    memcpy(out, told, sizeof told);
    (void)pthread_mutex_unlock(&story_lock);
}
