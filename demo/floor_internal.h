// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "floor.h"
#include "scenario.h"

/* What can go wrong (floor_faults.c), for what happens then (floor.c). */
enum { FLOOR_FAULTS = 7, FLOOR_RECURRING = 3, FLOOR_OUTAGES = 2 };

typedef struct FloorFault {
    const char *type, *category, *title[3], *services;
    uint8_t weight;
    bool at_till;
    uint16_t work_min; /* the mean, once somebody works on it */
    uint8_t escalate_pct, wait_pct;
    const char *solved[2];
} FloorFault;
extern const FloorFault floor_faults[FLOOR_FAULTS];

/* Faults that come back: a store, its till (0: none), and every how many hours. */
typedef struct FloorRecurring {
    uint8_t store, till, fault, title;
    uint16_t every_h;
} FloorRecurring;
extern const FloorRecurring floor_recurring[FLOOR_RECURRING];

typedef struct FloorOutage {
    ScenarioKind scenario;
    const char *category, *title, *services, *update, *solved;
    bool region; /* stores of SCENARIO_REGION only; else any store, and the web shop */
} FloorOutage;
extern const FloorOutage floor_outages[FLOOR_OUTAGES];
