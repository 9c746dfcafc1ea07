// SPDX-License-Identifier: Apache-2.0
/* Quiet hours and digests, by the wall clock of the person's zone. */
#include "notify/notify_internal.h"

enum { MINUTE_MS = 60000, HOUR_MIN = 60, DAYS = 3 /* a reading is found in */ };
static const int64_t day_ms = 86400000;

/* The first instant behind now_ms at which the wall clock reads this minute of the day. A reading
 * that a change of clocks leaves out is that long later; one that comes twice comes twice. */
static int64_t next_reading(const PtZone *zone, int64_t minute, int64_t now_ms)
{
    const PtCivil today = pt_zone_civil(zone, now_ms);
    PtCivil midnight = {.year = today.year, .month = today.month, .day = today.day};
    int64_t at_ms = 0, local_ms = 0;
    (void)pt_civil_to_ms(&midnight, &local_ms); // it is a date of a zone
    for (int day = 0; day < DAYS; day++, local_ms += day_ms) {
        PtCivil then = pt_civil_of_ms(local_ms);
        then.hour = (uint8_t)(minute / HOUR_MIN);
        then.minute = (uint8_t)(minute % HOUR_MIN);
        for (int later = 0; later < 2; later++) {
            if (pt_zone_to_utc(zone, &then, later != 0, &at_ms) == PT_OK && at_ms > now_ms) {
                return at_ms;
            }
        }
    }
    return now_ms; // at the end of all years
}

static bool is_quiet(const NotifySettings *s, const PtZone *zone, int64_t at_ms)
{
    const PtCivil wall = pt_zone_civil(zone, at_ms);
    const int64_t from = s->quiet_from_min, until = s->quiet_until_min,
                  minute = (int64_t)wall.hour * HOUR_MIN + wall.minute;
    return from < until ? minute >= from && minute < until
                        : from > until && (minute >= from || minute < until);
}

int64_t notify_quiet_end(const NotifySettings *s, const PtZone *zone, int64_t now_ms)
{
    int64_t at_ms = now_ms;
    for (int i = 0; i < 2 && is_quiet(s, zone, at_ms); i++) { // an hour that comes twice: again
        at_ms = next_reading(zone, s->quiet_until_min, at_ms);
    }
    return at_ms;
}

int64_t notify_digest_due(const NotifySettings *s, const PtZone *zone, int64_t now_ms)
{
    const int64_t due_ms = s->digest_every_min > 0 ? now_ms + s->digest_every_min * MINUTE_MS
                                                   : next_reading(zone, s->digest_at_min, now_ms);
    return notify_quiet_end(s, zone, due_ms);
}
