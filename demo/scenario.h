// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What can happen to the demo retailer: days that are busier, and incidents. A scenario is started
 * and stopped while the retailer runs; while one holds, the events it touches fall, rise or change.
 *
 * Time     Shop time: the daemon's clock when the retailer follows it. A scenario that has lasted
 *          its duration has ended, as if it had been stopped.
 * Threads  Any.
 */
typedef enum ScenarioKind {
    SCENARIO_BLACK_FRIDAY,
    SCENARIO_SHARED_TABLET,
    SCENARIO_SIGN_IN_DOWN,
    SCENARIO_TILLS_DOWN,
    SCENARIO_SLOW_SITE,
    SCENARIO_PAYMENTS_DOWN,
    SCENARIO_REGION_TILLS,
    SCENARIO_KIND_COUNT
} ScenarioKind;

enum {
    SCENARIO_STORE = 0,  /* of world_stores: whose tills are down */
    SCENARIO_REGION = 1, /* of world_countries: the region whose tills are down */
};

typedef struct ScenarioRow {
    const char *name;     /* "sign_in_down" */
    const char *title;    /* for people */
    const char *what;     /* what it does, one sentence */
    int32_t duration_min; /* of shop time */
} ScenarioRow;

typedef struct ScenarioState {
    const ScenarioRow *row;
    bool active;
    int64_t since_ms; /* shop time of its start; 0 when not active */
} ScenarioState;

size_t scenario_count(void);
ScenarioState scenario_at(size_t i); /* i < scenario_count() */

/* false: there is no such scenario. Starting one that runs lets it run from now on. */
bool scenario_start(const char *name);
bool scenario_stop(const char *name);
void scenario_stop_all(void);

/* Shop time, told by whoever moves it; it starts, and ends, scenarios. */
void scenario_set_time(int64_t now_ms);

/* Whether a scenario holds, for the generator: cheap. Black Friday brings others with it, each for
 * a while. */
bool scenario_holds(ScenarioKind kind);

/* How many times an ordinary hour's customers online and reports there are: 1, and over that while
 * it is Black Friday, 20 in its second hour. */
double scenario_times(void);

/* What came of the last one that ended, in words; "" at first. Up to SCENARIO_STORY bytes. */
enum { SCENARIO_STORY = 600 };
void scenario_tell(const char *story);
void scenario_story(char out[static SCENARIO_STORY]);
