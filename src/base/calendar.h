// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/status.h"
#include "base/str.h"
#include "base/time.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Opening hours, and time counted in them.
 *
 * Reading  An instant is open when the wall clock of the zone reads inside a window of that local
 *          date: both passes of a repeated hour count, nothing of a skipped hour or day does.
 *          Windows are half open: open at the opening instant, closed at the closing one.
 * Day      A holiday is closed all day; else a date's own hours (shift) replace those of its
 *          weekday; then its breaks are cut out.
 * Units    Instants are UTC ms in the years 0001..9999 (others read as the nearest), spans ms.
 * Threads  A PtCalendar is immutable: any thread may ask. PtZones may be asked by any thread.
 * Cost     Whole weeks are jumped over, and a calendar that never opens again is seen at once, so
 *          that an answer takes some hundred nanoseconds and a far one under a few milliseconds.
 *
 * JSON of a calendar (unknown members are refused; times are HH:MM, HH:MM:SS or HH:MM:SS.mmm):
 *   {"zone": "Europe/Berlin",                        may be absent where the caller has a zone
 *    "hours": {"mon": [["09:00", "12:30"], ["14:00", "24:00"]], ...},  a missing day is closed
 *    "shifts": {"2026-12-24": [["09:00", "13:00"]], "2026-06-01": []}, [] is closed that day
 *    "holidays": ["2026-12-25", {"date": "2026-12-26", "name": "Boxing Day"}],
 *    "breaks": {"2026-11-30": [["11:00", "11:20"]]}}
 * Windows of one date may touch, not overlap; breaks may. What is open over midnight ends at 24:00
 * and goes on at 00:00 of the next day.
 */
enum {
    PT_CALENDAR_JSON_MAX = 262144,   /* bytes of one calendar's JSON */
    PT_CALENDAR_WINDOWS_MAX = 24,    /* of one date, breaks likewise */
    PT_CALENDAR_DATES_MAX = 2000,    /* in each of shifts, holidays and breaks */
    PT_CALENDAR_NAME_MAX = 120,      /* bytes of a holiday's name */
    PT_CALENDAR_ZONE_MAX = 64,       /* bytes of a zone's name */
    PT_CALENDAR_VERSIONS_MAX = 1000, /* of one calendar */
    PT_CALENDAR_DAYS_MAX = 3660,     /* business days to count on */
};

/* Never closed, in UTC. */
#define PT_CALENDAR_ALWAYS                                                                         \
    "{\"zone\":\"UTC\",\"hours\":{\"mon\":[[\"00:00\",\"24:00\"]],\"tue\":[[\"00:00\",\"24:00\"]]" \
    ",\"wed\":[[\"00:00\",\"24:00\"]],\"thu\":[[\"00:00\",\"24:00\"]],\"fri\":[[\"00:00\","        \
    "\"24:00\"]],\"sat\":[[\"00:00\",\"24:00\"]],\"sun\":[[\"00:00\",\"24:00\"]]}}"

/* ---- Zones by name, each loaded once and kept until pt_zones_free() ---------------------------
 */
typedef struct PtZones PtZones;

/* dir as in pt_zone_load; it is copied. NULL when out of memory. */
PtZones *pt_zones_new(const char *dir);
void pt_zones_free(PtZones *zones); /* accepts NULL; no calendar may be left that uses them */

/* Statuses as of pt_zone_load; PT_INVALID too for a name over PT_CALENDAR_ZONE_MAX bytes. The zone
 * is borrowed from the set. */
PT_NODISCARD PtStatus pt_zones_get(PtZones *zones, PtStr name, const PtZone **ret_zone,
                                   PtError *err);

/* ---- Calendars ---------------------------------------------------------------------------------
 */
typedef struct PtCalendar PtCalendar;

/* What holds from an instant on. */
typedef struct PtCalendarVersion {
    int64_t from_ms; /* ascending; the first version holds before it too */
    PtStr json;
    PtStr zone; /* its zone whatever the JSON says; data NULL: the JSON's own */
} PtCalendarVersion;

/* A calendar of 1..PT_CALENDAR_VERSIONS_MAX versions: an edit that holds from an instant leaves all
 * time before it as it was, also where it moves to another zone. PT_INVALID and PT_TOO_LARGE name
 * the member and the bound. Keeps nothing of the texts; borrows `zones` for its life. Free with
 * pt_calendar_free(), which accepts NULL.
 */
PT_NODISCARD PtStatus pt_calendar_new(const PtCalendarVersion *versions, size_t count,
                                      PtZones *zones, PtCalendar **ret_calendar, PtError *err);
void pt_calendar_free(PtCalendar *calendar);

static inline void pt_calendar_freep(PtCalendar **calendar)
{
    pt_calendar_free(*calendar);
}

/* Bytes of memory it takes, without its zones. */
size_t pt_calendar_bytes(const PtCalendar *calendar);

/* Appends the calendar's JSON in its one canonical form: members and weekdays in the order above,
 * dates ascending, times HH:MM where that is exact, holidays as objects, nothing empty but a closed
 * shift. Reading it gives the same calendar. The zone's name is kept as it is, known or not.
 */
PT_NODISCARD PtStatus pt_calendar_canonical(PtStr json, PtBuf *out, PtError *err);

/* ---- Questions ---------------------------------------------------------------------------------
 */
typedef struct PtSpan {
    int64_t from_ms, to_ms; /* from inclusive, to exclusive */
} PtSpan;

/* Time that does not count (a clock's pauses), borrowed. Ascending by from_ms; may overlap each
 * other and closed time, may be empty or reversed (no effect). {0} is none.
 */
typedef struct PtSpans {
    const PtSpan *list;
    size_t count;
} PtSpans;

bool pt_calendar_is_open(const PtCalendar *calendar, int64_t at_ms);

/* The first open (closed) instant at or after at_ms. PT_NOT_FOUND when there is none. */
PT_NODISCARD PtStatus pt_calendar_next_open(const PtCalendar *calendar, int64_t at_ms,
                                            int64_t *ret_ms);
PT_NODISCARD PtStatus pt_calendar_next_close(const PtCalendar *calendar, int64_t at_ms,
                                             int64_t *ret_ms);

/* Open ms in [from_ms, to_ms) outside the pauses; 0 when to_ms is not after from_ms. */
int64_t pt_calendar_elapsed(const PtCalendar *calendar, int64_t from_ms, int64_t to_ms,
                            PtSpans pauses);

/* The earliest instant at which span_ms open ms have passed since start_ms: the closing instant (or
 * the start of a pause) where the span ends at it. A span of 0 or less: the first instant at or
 * after start_ms that is open and in no pause. PT_NOT_FOUND when the calendar never opens for that
 * long.
 */
PT_NODISCARD PtStatus pt_calendar_due(const PtCalendar *calendar, int64_t start_ms, int64_t span_ms,
                                      PtSpans pauses, int64_t *ret_ms);

/* What becomes of n business days that end at a wall time at which the calendar is closed. */
typedef enum PtDaysEdge {
    PT_DAYS_CLOSING,   /* the last closing instant of that date (of the next that opens at all) */
    PT_DAYS_NEXT_OPEN, /* the next opening */
} PtDaysEdge;

/* The same wall time on the n-th later business day: a local date whose weekday has hours, that is
 * no holiday and whose shift, if any, is not closed; a skipped date is none. n = 0: the date itself
 * where it is one, else the next. The wall time in a skipped hour moves on by the gap's length, of
 * two it is the first. Pauses are not looked at. n over PT_CALENDAR_DAYS_MAX is PT_TOO_LARGE; no
 * such day is PT_NOT_FOUND.
 */
PT_NODISCARD PtStatus pt_calendar_days(const PtCalendar *calendar, int64_t start_ms, uint32_t n,
                                       PtDaysEdge edge, int64_t *ret_ms);

/* The open stretches in [from_ms, to_ms), one after the other, as long as they can be: hours that
 * touch at midnight are one. Start with pt_calendar_walk(); false at the end. The calendar is
 * borrowed.
 */
typedef struct PtCalendarWalk {
    const PtCalendar *calendar;
    int64_t at_ms, to_ms; /* what is left */
} PtCalendarWalk;

static inline PtCalendarWalk pt_calendar_walk(const PtCalendar *calendar, int64_t from_ms,
                                              int64_t to_ms)
{
    return (PtCalendarWalk){calendar, from_ms, to_ms};
}

bool pt_calendar_walk_next(PtCalendarWalk *walk, PtSpan *ret_open);

/* What the calendar says of the local date at an instant, for people who ask why it was closed. */
typedef struct PtCalendarDay {
    int32_t year;
    uint8_t month, day;
    bool holiday, shift, breaks; /* which of the calendar's members speak of the date */
    PtStr holiday_name;          /* borrowed from the calendar; empty when it has none */
    const char *zone;            /* borrowed; in force at the instant */
} PtCalendarDay;

PtCalendarDay pt_calendar_day(const PtCalendar *calendar, int64_t at_ms);

/* ---- Holidays from iCalendar (RFC 5545) --------------------------------------------------------
 */
typedef struct PtHoliday {
    int32_t year;
    uint8_t month, day;
    char name[PT_CALENDAR_NAME_MAX + 1];
} PtHoliday;

typedef struct PtHolidays {
    PtHoliday *list; /* the caller's, as room is */
    size_t room;
    size_t count;
    size_t skipped; /* events at a time of day: no holidays */
} PtHolidays;

enum { PT_ICALENDAR_MAX = 4 << 20 }; /* bytes */

/* The whole-day events (VEVENT with a DTSTART that is a date) of an iCalendar file as local dates
 * in the years from_year..to_year, ascending, one a date (the first name wins); an event of several
 * days is several. Understood: folded lines, DTEND and DURATION in days, RRULE of FREQ=YEARLY with
 * INTERVAL, COUNT, UNTIL, BYMONTH, BYMONTHDAY and, within months, BYDAY (also "4TH"); RDATE and
 * EXDATE of dates, RECURRENCE-ID, STATUS:CANCELLED. A rule or a line it cannot read is PT_INVALID
 * with the line's number; more than into->room dates is PT_TOO_LARGE. Sets count and skipped.
 */
PT_NODISCARD PtStatus pt_icalendar_holidays(PtStr text, int32_t from_year, int32_t to_year,
                                            PtHolidays *into, PtError *err);
