// SPDX-License-Identifier: Apache-2.0
/* Time is walked in pieces in which version and offset stay, so that within a piece local and UTC
 * time differ by one number: this is the whole treatment of clock changes. Within a piece, whole
 * weeks without rows are jumped over.
 */
#include "base/calendar_internal.h"
#include "base/memory.h"

typedef struct Piece {
    const CalendarVersion *version;
    int64_t offset_ms;
    int64_t end_ms;         /* UTC */
    int64_t version_end_ms; /* UTC */
} Piece;

static int64_t day_of(int64_t local_ms)
{
    return pt_time_floor(local_ms, CALENDAR_DAY_MS) / CALENDAR_DAY_MS;
}

static int64_t min_ms(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t max_ms(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t clamp_ms(int64_t ms)
{
    return max_ms(CALENDAR_FIRST_MS, min_ms(ms, CALENDAR_END_MS));
}

/* The first row of the day or later. */
static uint32_t row_from(const CalendarVersion *v, int64_t day)
{
    uint32_t low = 0, high = v->row_count;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (v->rows[mid].day < day) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

static const CalendarRow *row_of(const CalendarVersion *v, int64_t day)
{
    uint32_t at = row_from(v, day);
    return at < v->row_count && v->rows[at].day == day ? &v->rows[at] : NULL;
}

/* No weekday has hours, and the day lies behind all rows. */
static bool is_dead(const CalendarVersion *v, int64_t day)
{
    return v->week_ms == 0 && (v->row_count == 0 || v->rows[v->row_count - 1].day < day);
}

static Piece piece_at(const PtCalendar *c, int64_t at_ms)
{
    size_t low = 1, high = c->count; // versions[low - 1] holds
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (c->versions[mid].from_ms <= at_ms) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    Piece p = {.version = &c->versions[low - 1], .version_end_ms = CALENDAR_END_MS};
    if (low < c->count) {
        p.version_end_ms = min_ms(c->versions[low].from_ms, CALENDAR_END_MS);
    }
    p.offset_ms = INT64_C(1000) * pt_zone_offset_until(p.version->zone, at_ms, &p.end_ms);
    p.end_ms = min_ms(p.end_ms, p.version_end_ms);
    if (is_dead(p.version, day_of(at_ms + p.offset_ms))) {
        p.end_ms = p.version_end_ms; // closed, whatever the clocks do
    }
    return p;
}

/* ---- Within a piece: local time ----------------------------------------------------------------
 */

/* Uses up *left_ms of the day's open time from at_ms on; returns how far it came, at most end_ms.
 */
static int64_t consume_day(const CalendarVersion *v, CalendarHours hours, int64_t day,
                           PtSpan bounds, int64_t *left_ms)
{
    for (uint32_t i = 0; i < hours.count; i++) {
        const CalendarWindow *w = &v->windows[hours.first + i];
        int64_t from = max_ms(day * CALENDAR_DAY_MS + w->from_ms, bounds.from_ms);
        int64_t open = min_ms(day * CALENDAR_DAY_MS + w->to_ms, bounds.to_ms) - from;
        if (open >= *left_ms) {
            from += *left_ms;
            *left_ms = 0;
            return from;
        }
        *left_ms -= open > 0 ? open : 0;
    }
    return bounds.to_ms;
}

/* The whole weeks from the start of a day on that neither a row nor the end nor the time left
 * breaks. */
static int64_t free_weeks(const CalendarVersion *v, int64_t day, int64_t horizon_day,
                          int64_t left_ms)
{
    if (horizon_day - day < 7 || left_ms <= v->week_ms) {
        return 0;
    }
    int64_t weeks = (horizon_day - day) / 7;
    return v->week_ms > 0 ? min_ms(weeks, (left_ms - 1) / v->week_ms) : weeks;
}

static int64_t consume_local(const CalendarVersion *v, int64_t at_ms, int64_t end_ms,
                             int64_t *left_ms)
{
    int64_t day = day_of(at_ms), end_day = day_of(end_ms);
    uint32_t row = row_from(v, day);
    while (at_ms < end_ms) {
        bool own = row < v->row_count && v->rows[row].day == day;
        if (!own && at_ms == day * CALENDAR_DAY_MS) {
            int64_t horizon = row < v->row_count ? min_ms(v->rows[row].day, end_day) : end_day;
            int64_t weeks = free_weeks(v, day, horizon, *left_ms);
            *left_ms -= weeks * v->week_ms;
            day += 7 * weeks;
            at_ms = day * CALENDAR_DAY_MS;
            if (weeks > 0) {
                continue;
            }
        }
        CalendarHours hours = own ? v->rows[row].hours : v->week[calendar_weekday(day)];
        int64_t reached = consume_day(v, hours, day, (PtSpan){at_ms, end_ms}, left_ms);
        if (*left_ms == 0) {
            return reached;
        }
        row += own;
        day++;
        at_ms = day * CALENDAR_DAY_MS;
    }
    return end_ms;
}

/* The first closed instant in [at_ms, end_ms), or end_ms. */
static int64_t open_until(const CalendarVersion *v, int64_t at_ms, int64_t end_ms)
{
    int64_t day = day_of(at_ms);
    while (at_ms < end_ms) {
        uint32_t row = row_from(v, day);
        bool own = row < v->row_count && v->rows[row].day == day;
        CalendarHours hours = own ? v->rows[row].hours : v->week[calendar_weekday(day)];
        int64_t start = day * CALENDAR_DAY_MS;
        const CalendarWindow *w = v->windows + hours.first, *end = w + hours.count;
        while (w < end && start + w->to_ms <= at_ms) {
            w++;
        }
        if (w == end || start + w->from_ms > at_ms) {
            return at_ms;
        }
        if (w->to_ms < CALENDAR_DAY_MS) {
            return min_ms(start + w->to_ms, end_ms);
        }
        day++;
        if (!own && v->week_ms == INT64_C(7) * CALENDAR_DAY_MS) { // open up to the next row
            day = row < v->row_count ? v->rows[row].day : day_of(end_ms) + 1;
        }
        at_ms = day * CALENDAR_DAY_MS;
    }
    return end_ms;
}

/* ---- Over pieces: UTC --------------------------------------------------------------------------
 */

/* Uses up *left_ms (over 0) of the open time in [at_ms, to_ms): the instant at which nothing is
 * left, or to_ms. */
static int64_t consume(const PtCalendar *c, int64_t at_ms, int64_t to_ms, int64_t *left_ms)
{
    at_ms = clamp_ms(at_ms);
    to_ms = clamp_ms(to_ms);
    while (at_ms < to_ms && *left_ms > 0) {
        Piece p = piece_at(c, at_ms);
        int64_t end = min_ms(p.end_ms, to_ms) + p.offset_ms;
        at_ms = consume_local(p.version, at_ms + p.offset_ms, end, left_ms) - p.offset_ms;
    }
    return at_ms;
}

/* The first open instant in [at_ms, to_ms). False when there is none. */
static bool open_before(const PtCalendar *c, int64_t at_ms, int64_t to_ms, int64_t *ret_ms)
{
    int64_t left = 1;
    int64_t behind = consume(c, at_ms, to_ms, &left);
    if (left > 0) {
        return false;
    }
    *ret_ms = behind - 1;
    return true;
}

/* The first closed instant in [at_ms, to_ms), or to_ms. */
static int64_t close_before(const PtCalendar *c, int64_t at_ms, int64_t to_ms)
{
    at_ms = clamp_ms(at_ms);
    to_ms = clamp_ms(to_ms);
    while (at_ms < to_ms) {
        Piece p = piece_at(c, at_ms);
        int64_t end = min_ms(p.end_ms, to_ms);
        at_ms = open_until(p.version, at_ms + p.offset_ms, end + p.offset_ms) - p.offset_ms;
        if (at_ms < end) {
            return at_ms;
        }
    }
    return to_ms;
}

bool pt_calendar_is_open(const PtCalendar *calendar, int64_t at_ms)
{
    int64_t at = min_ms(clamp_ms(at_ms), CALENDAR_END_MS - 1);
    return close_before(calendar, at, at + 1) > at;
}

PtStatus pt_calendar_next_open(const PtCalendar *calendar, int64_t at_ms, int64_t *ret_ms)
{
    return open_before(calendar, at_ms, CALENDAR_END_MS, ret_ms) ? PT_OK : PT_NOT_FOUND;
}

PtStatus pt_calendar_next_close(const PtCalendar *calendar, int64_t at_ms, int64_t *ret_ms)
{
    int64_t at = close_before(calendar, at_ms, CALENDAR_END_MS);
    if (at >= CALENDAR_END_MS) {
        return PT_NOT_FOUND;
    }
    *ret_ms = at;
    return PT_OK;
}

/* consume() outside the pauses. */
static int64_t consume_between(const PtCalendar *c, int64_t at_ms, int64_t to_ms, PtSpans pauses,
                               int64_t *left_ms)
{
    for (size_t i = 0; i < pauses.count && at_ms < to_ms; i++) {
        PtSpan pause = pauses.list[i];
        if (pause.to_ms <= at_ms || pause.to_ms <= pause.from_ms) {
            continue;
        }
        int64_t reached = consume(c, at_ms, min_ms(pause.from_ms, to_ms), left_ms);
        if (*left_ms == 0) {
            return reached;
        }
        at_ms = pause.to_ms;
    }
    return at_ms < to_ms ? consume(c, at_ms, to_ms, left_ms) : to_ms;
}

int64_t pt_calendar_elapsed(const PtCalendar *calendar, int64_t from_ms, int64_t to_ms,
                            PtSpans pauses)
{
    int64_t left = INT64_MAX;
    (void)consume_between(calendar, from_ms, to_ms, pauses, &left);
    return INT64_MAX - left;
}

PtStatus pt_calendar_due(const PtCalendar *calendar, int64_t start_ms, int64_t span_ms,
                         PtSpans pauses, int64_t *ret_ms)
{
    bool none = span_ms <= 0; // the first instant that would count, one before its end
    int64_t left = none ? 1 : span_ms;
    int64_t at = consume_between(calendar, start_ms, CALENDAR_END_MS, pauses, &left);
    if (left > 0) {
        return PT_NOT_FOUND;
    }
    *ret_ms = at - none;
    return PT_OK;
}

bool pt_calendar_walk_next(PtCalendarWalk *walk, PtSpan *ret_open)
{
    int64_t from;
    if (!open_before(walk->calendar, walk->at_ms, walk->to_ms, &from)) {
        walk->at_ms = walk->to_ms;
        return false;
    }
    walk->at_ms = close_before(walk->calendar, from, walk->to_ms);
    *ret_open = (PtSpan){from, walk->at_ms};
    return true;
}

/* ---- Business days -----------------------------------------------------------------------------
 */

static bool is_business_day(const CalendarVersion *v, int64_t day)
{
    const CalendarRow *row = row_of(v, day);
    bool closed = row != NULL && ((row->flags & CALENDAR_HOLIDAY) != 0 ||
                                  ((row->flags & CALENDAR_SHIFT) != 0 && row->hours.count == 0));
    return v->week[calendar_weekday(day)].count > 0 && !closed;
}

/* The n-th business day from *day on (n over 0, *day itself counts), and the version that holds at
 * its noon. A day exists when its noon does. False when there is none.
 */
static bool count_days(const PtCalendar *c, Piece p, int64_t at_ms, uint32_t n, int64_t *day,
                       Piece *ret_piece)
{
    for (int64_t d = *day;; d++) {
        int64_t noon = d * CALENDAR_DAY_MS + CALENDAR_DAY_MS / 2;
        while (noon >= p.end_ms + p.offset_ms || p.version->week_ms == 0) {
            at_ms = p.version->week_ms == 0 ? p.version_end_ms : p.end_ms;
            if (at_ms >= CALENDAR_END_MS) {
                return false;
            }
            p = piece_at(c, at_ms);
            d = max_ms(d, day_of(at_ms + p.offset_ms));
            noon = d * CALENDAR_DAY_MS + CALENDAR_DAY_MS / 2;
        }
        bool exists = noon >= at_ms + p.offset_ms;
        if (exists && is_business_day(p.version, d) && --n == 0) {
            *day = d;
            *ret_piece = p;
            return true;
        }
    }
}

/* pt_zone_to_utc; a reading outside of all years is the nearest inside. */
static int64_t utc_of(const PtZone *zone, int64_t local_ms, bool later)
{
    PtCivil civil = pt_civil_of_ms(local_ms);
    int64_t utc = 0;
    PtStatus st = pt_zone_to_utc(zone, &civil, later, &utc);
    return st == PT_OK ? utc : local_ms; // pt_civil_of_ms gives no field out of range
}

/* The last closing instant of the local day, or of the next that opens at all. */
static PtStatus last_closing(const PtCalendar *c, const PtZone *zone, int64_t day, int64_t *ret_ms)
{
    int64_t start = utc_of(zone, day * CALENDAR_DAY_MS, false), opening;
    if (!open_before(c, start, CALENDAR_END_MS, &opening)) {
        return PT_NOT_FOUND;
    }
    Piece p = piece_at(c, opening);
    int64_t next = (day_of(opening + p.offset_ms) + 1) * CALENDAR_DAY_MS;
    PtCalendarWalk walk = pt_calendar_walk(c, opening, utc_of(p.version->zone, next, true));
    PtSpan open = {opening, opening};
    while (pt_calendar_walk_next(&walk, &open)) {
    }
    *ret_ms = open.to_ms;
    return PT_OK;
}

PtStatus pt_calendar_days(const PtCalendar *calendar, int64_t start_ms, uint32_t n, PtDaysEdge edge,
                          int64_t *ret_ms)
{
    if (n > PT_CALENDAR_DAYS_MAX) {
        return PT_TOO_LARGE;
    }
    int64_t start = min_ms(clamp_ms(start_ms), CALENDAR_END_MS - 1);
    Piece p = piece_at(calendar, start);
    int64_t local = start + p.offset_ms, today = day_of(local), day = today + (n > 0);
    if (!count_days(calendar, p, start - CALENDAR_DAY_MS, n > 0 ? n : 1, &day, &p)) {
        return PT_NOT_FOUND;
    }
    const PtZone *zone = p.version->zone;
    int64_t at = utc_of(zone, day * CALENDAR_DAY_MS + (local - today * CALENDAR_DAY_MS), false);
    if (pt_calendar_is_open(calendar, at)) {
        *ret_ms = at;
        return PT_OK;
    }
    return edge == PT_DAYS_NEXT_OPEN ? pt_calendar_next_open(calendar, at, ret_ms)
                                     : last_closing(calendar, zone, day, ret_ms);
}

PtCalendarDay pt_calendar_day(const PtCalendar *calendar, int64_t at_ms)
{
    int64_t at = min_ms(clamp_ms(at_ms), CALENDAR_END_MS - 1);
    Piece p = piece_at(calendar, at);
    PtCivil civil = pt_civil_of_ms(at + p.offset_ms);
    PtCalendarDay day = {civil.year, civil.month, civil.day, .zone = p.version->zone_name};
    const CalendarRow *row = row_of(p.version, day_of(at + p.offset_ms));
    day.holiday_name = PT_STR("");
    if (row != NULL) {
        day.holiday = (row->flags & CALENDAR_HOLIDAY) != 0;
        day.shift = (row->flags & CALENDAR_SHIFT) != 0;
        day.breaks = (row->flags & CALENDAR_BREAKS) != 0;
        day.holiday_name = pt_str(p.version->names + row->name);
    }
    return day;
}
