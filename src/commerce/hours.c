// SPDX-License-Identifier: Apache-2.0
/* Questions to a snapshot of hours. */
#include "commerce/hours_internal.h"

#include <stdio.h>
#include <stdlib.h>

enum { MINUTE_MS = 60000, NOON_MS = 43200000 };

const char *const commerce_nows[] = {"open", "closed", "no_hours", NULL};

/* ---- Held and released ------------------------------------------------------------------------
 */

const CommerceHours *commerce_hours_hold(Commerce *c)
{
    if (atomic_load(&c->stale) && commerce_load(c, NULL) != PT_OK) {
        return NULL;
    }
    (void)pthread_mutex_lock(&c->lock);
    CommerceHours *hours = c->hours;
    atomic_fetch_add(&hours->holders, 1);
    (void)pthread_mutex_unlock(&c->lock);
    return hours;
}

void commerce_hours_release(const CommerceHours *hours)
{
    CommerceHours *own = (CommerceHours *)(uintptr_t)hours; // NOLINT: the count is the only change
    if (own == NULL || atomic_fetch_sub(&own->holders, 1) != 1) {
        return;
    }
    for (size_t i = 0; i < own->id_count; i++) {
        for (HoursCalendar *v = own->ids[i].first; v != NULL; v = v->next) {
            pt_calendar_free(v->calendar);
        }
    }
    pt_arena_free(own->arena);
    free(own);
}

CommerceHoursFigures commerce_hours_figures(const CommerceHours *hours)
{
    CommerceHoursFigures f = {hours->store_count, hours->id_count, pt_arena_used(hours->arena)};
    for (size_t i = 0; i < hours->id_count; i++) {
        for (const HoursCalendar *v = hours->ids[i].first; v != NULL; v = v->next) {
            f.bytes += pt_calendar_bytes(v->calendar);
        }
    }
    return f;
}

/* ---- What is in force -------------------------------------------------------------------------
 */

static int order_of_store(const void *key, const void *row)
{
    return pt_str_order(*(const PtStr *)key, ((const HoursStore *)row)->code);
}

static int order_of_id(const void *key, const void *row)
{
    return pt_str_order(*(const PtStr *)key, ((const HoursId *)row)->id);
}

const HoursStore *hours_store(const CommerceHours *hours, PtStr code)
{
    return hours->store_count > 0 ? bsearch(&code, hours->stores, hours->store_count,
                                            sizeof *hours->stores, order_of_store)
                                  : NULL;
}

HoursId *hours_id(const CommerceHours *hours, PtStr id)
{
    return hours->id_count > 0
               ? bsearch(&id, hours->ids, hours->id_count, sizeof *hours->ids, order_of_id)
               : NULL;
}

static const PtCalendar *of_store(const HoursStore *store, int64_t at_ms, int64_t *ret_until_ms)
{
    size_t i = 0;
    if (at_ms < store->opened_ms || at_ms >= store->closed_ms || store->kept_count == 0) {
        const bool to_open = store->kept_count > 0 && at_ms < store->opened_ms &&
                             store->opened_ms < store->closed_ms;
        *ret_until_ms = to_open ? store->opened_ms : INT64_MAX;
        return NULL;
    }
    while (i + 1 < store->kept_count && store->kept[i + 1].from_ms <= at_ms) {
        i++;
    }
    const int64_t next = i + 1 < store->kept_count ? store->kept[i + 1].from_ms : INT64_MAX;
    *ret_until_ms = next < store->closed_ms ? next : store->closed_ms;
    return store->kept[i].calendar;
}

const PtCalendar *commerce_hours_of_store(const CommerceHours *hours, PtStr store, int64_t at_ms,
                                          int64_t *ret_until_ms)
{
    const HoursStore *s = hours_store(hours, store);
    if (s == NULL) {
        *ret_until_ms = INT64_MAX;
        return NULL;
    }
    return of_store(s, at_ms, ret_until_ms);
}

const PtCalendar *commerce_hours_of_calendar(const CommerceHours *hours, PtStr id, int64_t at_ms,
                                             int64_t *ret_until_ms)
{
    const HoursId *found = hours_id(hours, id);
    (void)at_ms; // versions are the calendar's own business
    *ret_until_ms = INT64_MAX;
    return found != NULL ? found->first->calendar : NULL;
}

/* ---- Open now, and next -----------------------------------------------------------------------
 */

static PtStatus next_change(const HoursStore *store, int64_t at_ms, bool to_open, int64_t *ret_ms)
{
    for (int64_t until_ms = 0;; at_ms = until_ms) {
        const PtCalendar *calendar = of_store(store, at_ms, &until_ms);
        int64_t ms = 0;
        if (calendar == NULL && !to_open) {
            *ret_ms = at_ms;
            return PT_OK;
        }
        PtStatus st = calendar == NULL ? PT_NOT_FOUND
                      : to_open        ? pt_calendar_next_open(calendar, at_ms, &ms)
                                       : pt_calendar_next_close(calendar, at_ms, &ms);
        if (st == PT_OK && ms < until_ms) {
            *ret_ms = ms;
            return PT_OK;
        }
        if (until_ms == INT64_MAX) {
            return PT_NOT_FOUND;
        }
    }
}

CommerceNow commerce_store_now(const CommerceHours *hours, PtStr store, int64_t at_ms,
                               int64_t *ret_next_ms)
{
    const HoursStore *s = hours_store(hours, store);
    int64_t until_ms = 0;
    *ret_next_ms = INT64_MAX;
    if (s == NULL) {
        return COMMERCE_NO_HOURS;
    }
    const PtCalendar *calendar = of_store(s, at_ms, &until_ms);
    const bool open = calendar != NULL && pt_calendar_is_open(calendar, at_ms);
    (void)!next_change(s, at_ms, !open, ret_next_ms); // never: as it was set
    return open ? COMMERCE_OPEN : calendar != NULL ? COMMERCE_CLOSED : COMMERCE_NO_HOURS;
}

/* ---- Days -------------------------------------------------------------------------------------
 */

typedef struct Days { /* either a store, or a calendar */
    const HoursStore *store;
    const PtCalendar *calendar;
    const PtZone *zone;
} Days;

static const PtCalendar *in_force(const Days *days, int64_t at_ms, int64_t *ret_until_ms)
{
    *ret_until_ms = INT64_MAX;
    return days->store != NULL ? of_store(days->store, at_ms, ret_until_ms) : days->calendar;
}

/* The wall clock at an end of a window: midnight that ends a day is 24:00. */
static void wall(const PtZone *zone, int64_t at_ms, bool ends_day, char out[static 6])
{
    const PtCivil civil = pt_zone_civil(zone, at_ms);
    (void)snprintf(out, 6, "%02u:%02u", ends_day ? 24U : civil.hour % 100U,
                   ends_day ? 0U : civil.minute % 100U);
}

static void add_window(const PtZone *zone, PtSpan open, int64_t day_end_ms, CommerceDay *day)
{
    CommerceWindow *last = day->count > 0 ? &day->windows[day->count - 1] : NULL;
    if (last == NULL || last->to_ms != open.from_ms) {
        if (day->count == COMMERCE_DAY_WINDOWS) {
            return; // no day of a calendar has as many
        }
        last = &day->windows[day->count++];
        last->from_ms = open.from_ms;
        wall(zone, open.from_ms, false, last->from);
    }
    last->to_ms = open.to_ms;
    wall(zone, open.to_ms, open.to_ms == day_end_ms, last->to);
}

static void describe(const PtCalendar *calendar, int64_t noon_ms, CommerceDay *day)
{
    const PtCalendarDay said = pt_calendar_day(calendar, noon_ms);
    day->hours = true;
    day->holiday = said.holiday;
    day->special = said.shift || said.breaks;
    day->name = said.holiday_name;
}

static PtStatus midnight(const PtZone *zone, int64_t day, int64_t *ret_ms)
{
    PtCivil civil = pt_civil_of_ms(day * INT64_C(86400000));
    return pt_zone_to_utc(zone, &civil, false, ret_ms);
}

static PtStatus one_day(const Days *days, int64_t number, CommerceDay *day)
{
    int64_t from_ms = 0, to_ms = 0, until_ms = 0;
    const PtCivil date = pt_civil_of_ms(number * INT64_C(86400000));
    PtStatus st = midnight(days->zone, number, &from_ms);
    st = st == PT_OK ? midnight(days->zone, number + 1, &to_ms) : st;
    *day = (CommerceDay){.name = PT_STR("")};
    (void)snprintf(day->date, sizeof day->date, "%04u-%02u-%02u", (unsigned)date.year % 10000U,
                   date.month % 100U, date.day % 100U);
    for (int64_t at_ms = from_ms; st == PT_OK && at_ms < to_ms; at_ms = until_ms) {
        const PtCalendar *calendar = in_force(days, at_ms, &until_ms);
        PtSpan open;
        until_ms = until_ms < to_ms ? until_ms : to_ms;
        if (calendar == NULL) {
            continue;
        }
        if (!day->hours) {
            describe(calendar, from_ms + NOON_MS < to_ms ? from_ms + NOON_MS : from_ms, day);
        }
        PtCalendarWalk walk = pt_calendar_walk(calendar, at_ms, until_ms);
        while (pt_calendar_walk_next(&walk, &open)) {
            add_window(days->zone, open, to_ms, day);
        }
    }
    return st;
}

static PtStatus all_days(const Days *days, int64_t from_ms, size_t count, CommerceDay *ret_days,
                         PtError *err)
{
    if (count > COMMERCE_DAYS_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "days: over %d", COMMERCE_DAYS_MAX);
    }
    const PtCivil first = pt_zone_civil(days->zone, from_ms);
    const int64_t number = pt_civil_days(first.year, first.month, first.day);
    for (size_t i = 0; i < count; i++) {
        if (one_day(days, number + (int64_t)i, &ret_days[i]) != PT_OK) {
            return pt_fail(err, PT_INVALID, "from: days behind the year 9999");
        }
    }
    return PT_OK;
}

PtStatus commerce_store_days(const CommerceHours *hours, PtStr store, int64_t from_ms, size_t count,
                             CommerceDay *ret_days, PtError *err)
{
    const HoursStore *s = hours_store(hours, store);
    if (s == NULL) {
        return pt_fail(err, PT_NOT_FOUND, "no store has that code");
    }
    return all_days(&(Days){.store = s, .zone = s->zone}, from_ms, count, ret_days, err);
}

PtStatus commerce_preview(Commerce *c, const CommercePreview *preview, PtArena *arena,
                          CommerceDay *ret_days, PtError *err)
{
    PT_CLEANUP(pt_calendar_freep) PtCalendar *calendar = NULL;
    Days days = {0};
    PtCalendarVersion version = {.json = preview->json};
    PtStatus st = pt_calendar_new(&version, 1, c->zones, &calendar, NULL);
    if (st != PT_OK) { // it says no zone, or it is wrong in the other's as well
        version.zone = preview->zone;
        st = pt_calendar_new(&version, 1, c->zones, &calendar, err);
    }
    const char *of = st == PT_OK ? pt_calendar_day(calendar, preview->from_ms).zone : "";
    st = st == PT_OK ? pt_zones_get(c->zones, pt_str(of), &days.zone, err) : st;
    days.calendar = calendar;
    st = st == PT_OK ? all_days(&days, preview->from_ms, preview->count, ret_days, err) : st;
    for (size_t i = 0; st == PT_OK && i < preview->count;
         i++) { // names are the calendar's, which goes
        ret_days[i].name = pt_arena_str(arena, ret_days[i].name);
        if (ret_days[i].name.data == NULL) {
            st = pt_fail(err, PT_NO_MEMORY, "no memory for days");
        }
    }
    return st;
}
