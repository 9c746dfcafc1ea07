// SPDX-License-Identifier: Apache-2.0
#include "behaviour/export_jobs_internal.h"

enum { MINUTE_MS = 60000, HOUR_MIN = 60, DAY_MIN = 1440, WEEK = 7, HOUR_SEARCH_MIN = 180 };

/* Minute by minute: a zone may be half an hour off, and move by half an hour. */
static int64_t next_minute(const BehaviourJobEdit *e, const PtZone *zone, int64_t after_ms)
{
    int64_t at_ms = pt_time_floor(after_ms, MINUTE_MS) + MINUTE_MS;
    for (int i = 0; i < HOUR_SEARCH_MIN && pt_zone_civil(zone, at_ms).minute != e->at_min; i++) {
        at_ms += MINUTE_MS;
    }
    return at_ms;
}

int64_t export_job_next(const BehaviourJobEdit *e, const PtZone *zone, int64_t after_ms)
{
    if (e->every == BEHAVIOUR_HOURLY) {
        return next_minute(e, zone, after_ms);
    }
    const PtCivil today = pt_zone_civil(zone, after_ms);
    const PtCivil midnight = {.year = today.year, .month = today.month, .day = today.day};
    int64_t day_ms = 0, at_ms = INT64_MAX;
    bool found = false;
    (void)pt_civil_to_ms(&midnight, &day_ms); // it is a date of a zone
    for (int i = 0; i <= WEEK + 1 && !found; i++, day_ms += (int64_t)DAY_MIN * MINUTE_MS) {
        PtCivil then = pt_civil_of_ms(day_ms);
        if (e->every == BEHAVIOUR_DAILY ||
            pt_civil_weekday(then.year, then.month, then.day) == (unsigned)e->weekday) {
            then.hour = (uint8_t)(e->at_min / HOUR_MIN);
            then.minute = (uint8_t)(e->at_min % HOUR_MIN);
            found = pt_zone_to_utc(zone, &then, false, &at_ms) == PT_OK && at_ms > after_ms;
        }
    }
    return found ? at_ms : INT64_MAX;
}
