// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

enum { DAY_MS = 86400000, MIN_YEAR = 1, MAX_YEAR = 9999 };

#define MIN_MS (-62135596800000) // 0001-01-01T00:00:00.000Z
#define MAX_MS 253402300799999   // 9999-12-31T23:59:59.999Z

/* Years begin in March here, so that the leap day is the last of its year. */
int64_t pt_civil_days(int64_t year, unsigned month, unsigned day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static unsigned days_in_month(int32_t year, unsigned month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

static void civil_date(int64_t days, PtCivil *ret)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153; // 0 = March
    ret->day = (uint8_t)(day_of_year - (153 * month + 2) / 5 + 1);
    ret->month = (uint8_t)(month < 10 ? month + 3 : month - 9);
    ret->year = (int32_t)(year_of_era + era * 400 + (ret->month <= 2));
}

PtCivil pt_civil_of_ms(int64_t utc_ms)
{
    utc_ms = utc_ms < MIN_MS ? MIN_MS : utc_ms > MAX_MS ? MAX_MS : utc_ms;
    int64_t days = (utc_ms - MIN_MS) / DAY_MS + MIN_MS / DAY_MS;
    int64_t rest = utc_ms - days * DAY_MS;
    PtCivil civil;
    civil_date(days, &civil);
    civil.ms = (uint16_t)(rest % 1000);
    civil.second = (uint8_t)(rest / 1000 % 60);
    civil.minute = (uint8_t)(rest / 60000 % 60);
    civil.hour = (uint8_t)(rest / 3600000);
    return civil;
}

bool pt_civil_to_ms(const PtCivil *civil, int64_t *ret_utc_ms)
{
    if (civil->year < MIN_YEAR || civil->year > MAX_YEAR || civil->month < 1 || civil->month > 12 ||
        civil->day < 1 || civil->day > days_in_month(civil->year, civil->month) ||
        civil->hour > 23 || civil->minute > 59 || civil->second > 59 || civil->ms > 999) {
        return false;
    }
    int64_t days = pt_civil_days(civil->year, civil->month, civil->day);
    int64_t minutes = (days * 24 + civil->hour) * 60 + civil->minute;
    *ret_utc_ms = (minutes * 60 + civil->second) * 1000 + civil->ms;
    return true;
}

unsigned pt_civil_weekday(int32_t year, unsigned month, unsigned day)
{
    int64_t since_monday = (pt_civil_days(year, month, day) + 3) % 7; // 1970-01-01 was a Thursday
    return (unsigned)(since_monday < 0 ? since_monday + 7 : since_monday) + 1;
}

/* A reader over the text: once something does not fit, `ok` stays false. */
typedef struct Reader {
    const char *p, *end;
    bool ok;
} Reader;

static unsigned read_digits(Reader *r, unsigned count)
{
    unsigned value = 0;
    for (unsigned i = 0; i < count; i++) {
        if (r->p == r->end || *r->p < '0' || *r->p > '9') {
            r->ok = false;
            return 0;
        }
        value = value * 10 + (unsigned)(*r->p++ - '0');
    }
    return value;
}

static bool read_any(Reader *r, const char *chars)
{
    bool hit = r->p < r->end && *r->p != 0 && strchr(chars, *r->p) != NULL;
    r->p += hit;
    return hit;
}

static void read_one(Reader *r, const char *chars)
{
    r->ok = read_any(r, chars) && r->ok;
}

static void read_date(Reader *r, PtCivil *civil)
{
    civil->year = (int32_t)read_digits(r, 4);
    read_one(r, "-");
    civil->month = (uint8_t)read_digits(r, 2);
    read_one(r, "-");
    civil->day = (uint8_t)read_digits(r, 2);
}

static void read_clock(Reader *r, PtCivil *civil)
{
    civil->hour = (uint8_t)read_digits(r, 2);
    read_one(r, ":");
    civil->minute = (uint8_t)read_digits(r, 2);
    read_one(r, ":");
    civil->second = (uint8_t)read_digits(r, 2);
    civil->second = civil->second == 60 ? 59 : civil->second;
    if (!read_any(r, ".")) {
        return;
    }
    unsigned weight = 100;
    const char *first = r->p;
    for (; r->p < r->end && *r->p >= '0' && *r->p <= '9'; r->p++, weight /= 10) {
        civil->ms = (uint16_t)(civil->ms + (unsigned)(*r->p - '0') * weight);
    }
    r->ok = r->ok && r->p > first;
}

/* Minutes east of UTC: "Z", "+hh", "+hhmm", "+hh:mm", or nothing. */
static int read_zone(Reader *r)
{
    if (r->p == r->end || read_any(r, "Zz")) {
        return 0;
    }
    bool west = read_any(r, "-");
    if (!west) {
        read_one(r, "+");
    }
    unsigned hours = read_digits(r, 2), minutes = 0;
    if (r->p < r->end) {
        (void)read_any(r, ":");
        minutes = read_digits(r, 2);
    }
    r->ok = r->ok && hours <= 23 && minutes <= 59;
    int offset = (int)(hours * 60 + minutes);
    return west ? -offset : offset;
}

bool pt_time_parse(PtStr text, int64_t *ret_utc_ms)
{
    if (text.len == 0) {
        return false;
    }
    Reader r = {text.data, text.data + text.len, true};
    PtCivil civil = {0};
    int offset_min = 0;
    read_date(&r, &civil);
    if (r.ok && r.p < r.end) {
        read_one(&r, "Tt ");
        read_clock(&r, &civil);
        offset_min = r.ok ? read_zone(&r) : 0;
    }
    int64_t utc_ms;
    if (!r.ok || r.p != r.end || !pt_civil_to_ms(&civil, &utc_ms)) {
        return false;
    }
    utc_ms -= offset_min * (int64_t)60000;
    if (utc_ms < MIN_MS || utc_ms > MAX_MS) {
        return false;
    }
    *ret_utc_ms = utc_ms;
    return true;
}

static char *put_digits(char *p, unsigned value, int count, char behind)
{
    for (int i = count - 1; i >= 0; i--, value /= 10) {
        p[i] = (char)('0' + value % 10);
    }
    p[count] = behind;
    return p + count + 1;
}

PtStr pt_time_format(int64_t utc_ms, char out[static PT_TIME_TEXT])
{
    PtCivil c = pt_civil_of_ms(utc_ms);
    char *p = put_digits(out, (unsigned)c.year, 4, '-');
    p = put_digits(p, c.month, 2, '-');
    p = put_digits(p, c.day, 2, 'T');
    p = put_digits(p, c.hour, 2, ':');
    p = put_digits(p, c.minute, 2, ':');
    p = put_digits(p, c.second, 2, '.');
    p = put_digits(p, c.ms, 3, 'Z');
    *p = 0;
    return (PtStr){out, PT_TIME_TEXT - 1};
}
