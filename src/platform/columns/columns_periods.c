// SPDX-License-Identifier: Apache-2.0
/* Periods of a zone. A zone tells its offset at an instant and no more; where exactly it changes is
 * found by halving, in a stretch that is known to hold the change. */
#include "platform/columns/columns_scan.h"

enum {
    HOUR_MS = 3600000,
    DAY_MS = 86400000,
    WEEK_DAYS = 7,
    MONDAY = 3 /* days from a Monday to 1970-01-01 */
};

#define FIRST_MS (-62104060800000) // year 2: room for what lies before the first period
#define LAST_MS  253370764800000   // year 9999

static int64_t offset_ms(const PtZone *zone, int64_t ms)
{
    return zone != NULL ? (int64_t)pt_zone_offset_s(zone, ms) * 1000 : 0;
}

static int64_t local_of(const PtZone *zone, int64_t ms)
{
    return ms + offset_ms(zone, ms);
}

/* The first instant at which the wall clock reads `local` or later. */
static int64_t first_at(const PtZone *zone, int64_t local)
{
    const PtCivil civil = pt_civil_of_ms(local);
    int64_t high;
    if (zone == NULL || pt_zone_to_utc(zone, &civil, false, &high) != PT_OK) {
        return local; // the latter never: it was made of an instant
    }
    const int64_t gap = local_of(zone, high) - local; // over 0: there is no such reading
    for (int64_t low = high - gap; high - low > 1;) {
        const int64_t mid = low + (high - low) / 2;
        *(local_of(zone, mid) < local ? &low : &high) = mid;
    }
    return high;
}

/* The first instant in (from, to) with another offset than from has; else to. */
static int64_t change_before(const PtZone *zone, int64_t from, int64_t to)
{
    const int64_t offset = offset_ms(zone, from);
    if (offset_ms(zone, to) == offset) {
        return to;
    }
    int64_t low = from, high = to;
    while (high - low > 1) {
        const int64_t mid = low + (high - low) / 2;
        *(offset_ms(zone, mid) == offset ? &low : &high) = mid;
    }
    return high;
}

static int64_t next_hour(const PtZone *zone, int64_t at)
{
    for (;;) {
        const int64_t hour = pt_time_floor(local_of(zone, at), HOUR_MS);
        at = change_before(zone, at, at + hour + HOUR_MS - local_of(zone, at));
        const int64_t local = local_of(zone, at), begin = pt_time_floor(local, HOUR_MS);
        if (local == begin || begin != hour) {
            return at;
        }
    }
}

/* The wall clock's reading, as UTC ms, at which the day, week or month of a reading began. */
static int64_t began(PlanUnit unit, int64_t local)
{
    const int64_t day = pt_time_floor(local, DAY_MS);
    if (unit == PLAN_MONTH) {
        return day - (pt_civil_of_ms(day).day - 1) * (int64_t)DAY_MS;
    }
    const int64_t from_monday = pt_time_floor(day / DAY_MS + MONDAY, WEEK_DAYS) - MONDAY;
    return unit == PLAN_WEEK ? from_monday * DAY_MS : day;
}

static int64_t following(PlanUnit unit, int64_t begin)
{
    enum { OVER_A_MONTH = 40 };
    return unit == PLAN_MONTH ? began(unit, begin + OVER_A_MONTH * (int64_t)DAY_MS)
                              : begin + (unit == PLAN_WEEK ? WEEK_DAYS : 1) * (int64_t)DAY_MS;
}

/* The edges of a walk over the periods, hours or longer ones. */
typedef struct Walk {
    const PtZone *zone;
    PlanUnit unit;
    int64_t at;    /* of hours: the last edge */
    int64_t label; /* of others: the wall clock's reading at their begin */
} Walk;

static int64_t next_edge(Walk *w)
{
    if (w->unit == PLAN_HOUR) {
        return w->at = next_hour(w->zone, w->at);
    }
    w->label = following(w->unit, w->label);
    return first_at(w->zone, w->label);
}

PtStatus plan_periods(PlanPeriods *ret_periods, PlanUnit unit, int64_t from_ms, int64_t to_ms,
                      const PtZone *zone, PtError *err)
{
    static const char *const units[] = {"hours", "days", "weeks", "months"};
    int64_t length_ms;
    if (from_ms >= to_ms) {
        return pt_fail(err, PT_INVALID, "the range is empty");
    }
    if (__builtin_sub_overflow(to_ms, from_ms, &length_ms)) {
        return pt_fail(err, PT_INVALID, "the range is over 63 bits of milliseconds");
    }
    if (unit != PLAN_WHOLE && (from_ms < FIRST_MS || to_ms > LAST_MS)) {
        return pt_fail(err, PT_INVALID, "the range is not within the years 2 to 9998");
    }
    Walk w = {.zone = zone, .unit = unit, .at = from_ms};
    w.label = unit != PLAN_HOUR && unit != PLAN_WHOLE ? began(unit, local_of(zone, from_ms)) : 0;
    int64_t last = from_ms;
    size_t count = 0;
    while (unit != PLAN_WHOLE) {
        const int64_t edge = next_edge(&w);
        if (edge >= to_ms) {
            break;
        }
        if (edge <= last) { // nothing lies in it, or it ended before the range
            continue;
        }
        if (count + 1 == PLAN_PERIODS) {
            return pt_fail(err, PT_TOO_LARGE, "the range has over %d %s", PLAN_PERIODS,
                           units[unit]);
        }
        ret_periods->edges[++count] = last = edge;
    }
    ret_periods->edges[0] = from_ms;
    ret_periods->edges[++count] = to_ms;
    ret_periods->count = count;
    ret_periods->per_ms = (double)count / (double)length_ms;
    return PT_OK;
}

/* Periods of one unit are nearly of one length: the guess is right, or beside it. */
size_t plan_period_of(const PlanPeriods *periods, int64_t ms)
{
    const int64_t *edges = periods->edges;
    size_t low = 0, high = periods->count; // edges[low] <= ms < edges[high]
    size_t guess = (size_t)((double)(ms - edges[0]) * periods->per_ms);
    guess = guess < high ? guess : high - 1;
    if (edges[guess] <= ms) {
        low = guess;
        if (guess + 1 < high && ms >= edges[guess + 1]) {
            low = guess + 1;
        }
        high = low + 1 == high || ms < edges[low + 1] ? low + 1 : high;
    } else {
        high = guess;
        low = edges[guess - 1] <= ms ? guess - 1 : 0;
    }
    while (high - low > 1) {
        const size_t mid = low + (high - low) / 2;
        *(edges[mid] <= ms ? &low : &high) = mid;
    }
    return low;
}

PtStatus periods_check(const PlanPeriods *periods, const ColumnsPlan *plan, const char *of,
                       PtError *err)
{
    const int64_t *edges = periods->edges;
    const size_t count = periods->count;
    int64_t length_ms;
    bool good = count > 0 && count <= PLAN_PERIODS && edges[0] <= plan->from_ms &&
                edges[count] >= plan->to_ms &&
                !__builtin_sub_overflow(edges[count], edges[0], &length_ms);
    for (size_t i = 0; good && i < count; i++) {
        good = edges[i] < edges[i + 1];
    }
    return good ? PT_OK
                : pt_fail(err, PT_INVALID,
                          "the periods of %s do not rise, or not cover the range, or are too long",
                          of);
}
