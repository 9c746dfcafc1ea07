// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/memory.h"
#include "work/work.h"

/* For tests: rules with calendars by name, and histories from short texts. Failures abort. */
enum { RIG_CALENDARS = 16, RIG_VERSIONS = 8 };

typedef struct ClockRig {
    PtArena *arena;
    PtZones *zones;
    struct RigCalendar {
        WorkCalendarOf of;
        PtStr name;
        int64_t from_ms; /* of several of one name each holds until the next begins */
        PtCalendar *calendar;
    } calendars[RIG_CALENDARS];
    size_t calendar_count;
    WorkVersion versions[RIG_VERSIONS];
    WorkPolicy *policies[RIG_VERSIONS];
    size_t version_count;
} ClockRig;

void clock_rig_init(ClockRig *rig);
void clock_rig_done(ClockRig *rig);

/* In the order of from_ms. */
void clock_rig_calendar(ClockRig *rig, WorkCalendarOf of, const char *name, int64_t from_ms,
                        const char *json);
/* Versions are numbered from 1. */
void clock_rig_policy(ClockRig *rig, int64_t from_ms, int64_t until_ms, const char *json);
WorkRules clock_rig_rules(ClockRig *rig);

/* "0 opened state=new priority=P1; 12:30 replied=true; 40 reopened": minutes and seconds from base,
 * then what happened, if anything has a name, and the facts that changed. */
WorkHistory clock_rig_history(ClockRig *rig, int64_t base_ms, const char *text);

/* What is told of the clock up to now_ms has no gap, and what counts of it is what elapsed. */
void clock_rig_check_told(const WorkRules *rules, const WorkHistory *history, int64_t now_ms,
                          const WorkClock *clock, PtArena *arena);
