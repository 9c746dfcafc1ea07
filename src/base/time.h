// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* Instants, civil time and zones.
 *
 * Units    Instants are UTC ms since 1970 in int64_t, years 0001..9999; finer input is rounded
 *          down.
 * Zones    Read from the system's tzdata (TZif files, footer rule included), never from libc's TZ
 *          state.
 * Threads  A PtZone is immutable once loaded; every function may run on any thread.
 */
typedef struct PtCivil {
    int32_t year;                 /* 1..9999 */
    uint8_t month, day;           /* 1..12, 1..31 */
    uint8_t hour, minute, second; /* second 0..59: a leap second reads as :59 */
    uint16_t ms;                  /* 0..999 */
} PtCivil;

/* The greatest multiple of step_ms (over 0) that is not after ms; before 1970 too. */
static inline int64_t pt_time_floor(int64_t ms, int64_t step_ms)
{
    return ms - ((ms % step_ms) + step_ms) % step_ms;
}

/* Days since 1970-01-01 of a proleptic Gregorian date, any year. The date must exist. */
int64_t pt_civil_days(int64_t year, unsigned month, unsigned day);

/* Instants outside the years 0001..9999 read as the nearest one inside. */
PtCivil pt_civil_of_ms(int64_t utc_ms);

/* UTC ms of a civil time read as UTC. False when a field is out of range (31 April, hour 24). */
bool pt_civil_to_ms(const PtCivil *civil, int64_t *ret_utc_ms);

/* 1 = Monday .. 7 = Sunday (ISO 8601). */
unsigned pt_civil_weekday(int32_t year, unsigned month, unsigned day);

/* What clients send as a timestamp: RFC 3339 with any number of fraction digits, 'T', 't' or a
 * space, 'Z', 'z', "+00:00", "+0000" or "+00"; without a zone it reads as UTC; a date alone is its
 * midnight. The whole text must match. False when it is none of these or out of range.
 */
bool pt_time_parse(PtStr text, int64_t *ret_utc_ms);

/* RFC 3339 with milliseconds and 'Z', 24 bytes and a NUL: 2026-11-22T03:10:21.042Z. */
enum { PT_TIME_TEXT = 25 };
PtStr pt_time_format(int64_t utc_ms, char out[static PT_TIME_TEXT]);

/* A zone such as "Europe/Berlin" from /usr/share/zoneinfo (or $TZDIR-like `dir` when not NULL).
 * Names with "..", a leading '/' or characters outside [A-Za-z0-9_+/-] are PT_INVALID; unknown is
 * PT_NOT_FOUND. Free with pt_zone_free(), which accepts NULL.
 */
typedef struct PtZone PtZone;
PT_NODISCARD PtStatus pt_zone_load(const char *name, const char *dir, PtZone **ret_zone,
                                   PtError *err);

/* The same from TZif bytes in memory (the fuzz target's door). PT_CORRUPT when they are not a TZif
 * file of version 1 to 4, over 1 MiB, or count leap seconds ("right/...").
 */
PT_NODISCARD PtStatus pt_zone_parse(PtStr tzif, PtZone **ret_zone, PtError *err);
void pt_zone_free(PtZone *zone);

/* Seconds east of UTC in force at the instant. */
int32_t pt_zone_offset_s(const PtZone *zone, int64_t utc_ms);

/* The same, and until when it is sure to stay: *ret_until_ms is after utc_ms, INT64_MAX where
 * no change is known.
 */
int32_t pt_zone_offset_until(const PtZone *zone, int64_t utc_ms, int64_t *ret_until_ms);

/* Which instant a wall-clock reading means. In a gap (spring forward) the reading moves on by the
 * gap's length; of two (autumn) `later` picks. PT_INVALID when a field of civil is out of range.
 */
PT_NODISCARD PtStatus pt_zone_to_utc(const PtZone *zone, const PtCivil *civil, bool later,
                                     int64_t *ret_utc_ms);

/* The wall clock at an instant. */
PtCivil pt_zone_civil(const PtZone *zone, int64_t utc_ms);

static inline void pt_zone_freep(PtZone **zone)
{
    pt_zone_free(*zone);
}
