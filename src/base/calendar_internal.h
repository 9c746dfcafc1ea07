// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/calendar.h"
#include "base/memory.h"

/* What a calendar is compiled into: the windows of seven weekdays, and a row for each date that has
 * windows of its own. Windows of one day are sorted, apart from each other, and not empty.
 */
enum {
    CALENDAR_DAY_MS = 86400000,
    CALENDAR_HOLIDAY = 1, /* flags of a row: what the JSON says of the date */
    CALENDAR_SHIFT = 2,
    CALENDAR_BREAKS = 4,
};

#define CALENDAR_FIRST_MS INT64_C(-62135596800000) /* 0001-01-01 */
#define CALENDAR_END_MS   INT64_C(253402300800000) /* 10000-01-01 */

typedef struct CalendarWindow {
    int32_t from_ms, to_ms; /* of the local day, 0..86,400,000 */
} CalendarWindow;

typedef struct CalendarHours {
    uint32_t first; /* in windows */
    uint16_t count;
} CalendarHours;

typedef struct CalendarRow {
    int32_t day;   /* since 1970-01-01 */
    uint32_t name; /* of the holiday: byte in names, where 0 is the empty one */
    CalendarHours hours;
    uint16_t flags;
} CalendarRow;

typedef struct CalendarVersion {
    int64_t from_ms;
    int64_t week_ms; /* open in a week without rows */
    const PtZone *zone;
    const CalendarWindow *windows;
    const CalendarRow *rows; /* ascending by day */
    const char *names, *zone_name;
    void *block; /* owned: windows, rows and names lie in it */
    size_t block_bytes;
    uint32_t row_count;
    CalendarHours week[7]; /* from Monday */
} CalendarVersion;

struct PtCalendar {
    size_t count;
    CalendarVersion versions[];
};

/* 0 = Monday, of days since 1970-01-01. */
static inline unsigned calendar_weekday(int64_t day)
{
    return (unsigned)((day % 7 + 10) % 7);
}

/* ---- Between the reader and the compiler: what a JSON says -------------------------------------
 */
typedef enum CalendarMember {
    CALENDAR_IN_ZONE,
    CALENDAR_IN_HOURS,
    CALENDAR_IN_SHIFTS,
    CALENDAR_IN_HOLIDAYS,
    CALENDAR_IN_BREAKS,
    CALENDAR_MEMBERS,
} CalendarMember;

extern const char *const calendar_members[];  /* names, by CalendarMember */
extern const char *const calendar_weekdays[]; /* names, from Monday */

/* Of one date or weekday. A holiday has a name (or none) and no windows. */
typedef struct CalendarEntry {
    int32_t day;
    uint32_t count;
    const CalendarWindow *windows; /* sorted, apart */
    PtStr name;
} CalendarEntry;

typedef struct CalendarEntries {
    CalendarEntry *list;
    size_t count, room;
} CalendarEntries;

typedef struct CalendarSource {
    PtStr zone; /* data NULL: none */
    CalendarEntry week[7];
    CalendarEntries dates[CALENDAR_MEMBERS]; /* shifts, holidays, breaks: ascending, no day twice */
} CalendarSource;

/* Fills the zeroed *into; its texts lie in json and in the arena. */
PT_NODISCARD PtStatus calendar_read_source(PtStr json, PtArena *arena, CalendarSource *into,
                                           PtError *err);
