// SPDX-License-Identifier: Apache-2.0
#include "world.h"

#include "base/time.h"

/* The shop's year: hours of the day, days of the week, the weeks before Christmas, the sales. */

enum { DAY_MS = 86400000, HOUR_MS = 3600000, COUNTRY_US = 3 };

/* The day of the month of its nth Sunday (1..), or of the last one (0). */
static int64_t sunday(int32_t year, unsigned month, unsigned nth)
{
    if (nth == 0) {
        return 31 - pt_civil_weekday(year, month, 31) % 7; // March and October have 31 days
    }
    return (int64_t)(8 - pt_civil_weekday(year, month, 1)) + 7 * (int64_t)(nth - 1);
}

static int64_t instant(int32_t year, unsigned month, int64_t day, int64_t hour)
{
    return (pt_civil_days(year, month, 1) + day - 1) * DAY_MS + hour * HOUR_MS;
}

int32_t world_offset_min(unsigned country, int64_t utc_ms)
{
    const int32_t year = pt_civil_of_ms(utc_ms).year;
    const bool us = country == COUNTRY_US;
    // the US change at 2 in the morning by the clock in force, Europe all at once at 1 UTC
    const int64_t from =
        us ? instant(year, 3, sunday(year, 3, 2), 7) : instant(year, 3, sunday(year, 3, 0), 1);
    const int64_t until =
        us ? instant(year, 11, sunday(year, 11, 1), 6) : instant(year, 10, sunday(year, 10, 0), 1);
    return world_countries[country].offset_min + (utc_ms >= from && utc_ms < until ? 60 : 0);
}

uint32_t world_online_permil(unsigned hour, unsigned weekday)
{
    static const uint16_t by_hour[24] = {450,  250,  150,  110,  120,  220,  450,  750,
                                         950,  1080, 1150, 1180, 1250, 1200, 1150, 1150,
                                         1250, 1400, 1600, 1850, 2050, 1950, 1450, 840};
    static const uint16_t by_day[8] = {0, 1050, 950, 930, 960, 950, 980, 1180};
    return (uint32_t)by_hour[hour % 24] * by_day[weekday % 8] / 1000;
}

uint32_t world_store_permil(unsigned store, unsigned hour, unsigned weekday)
{
    static const uint16_t by_hour[24] = {0,    0,    0,    0,    0,    0,    0,    0,
                                         900,  1150, 1650, 2050, 2350, 2250, 2050, 2150,
                                         2550, 2850, 2750, 2050, 1300, 0,    0,    0};
    static const uint16_t by_day[8] = {0, 860, 860, 910, 990, 1290, 1920, 700};
    const Store *s = &world_stores[store];
    const bool sunday_hours = weekday == 7;
    const unsigned opens = sunday_hours ? 12 : s->opens, closes = sunday_hours ? 18 : s->closes;
    if (hour < opens || hour >= closes ||
        (sunday_hours && world_countries[s->country].closed_sundays)) {
        return 0;
    }
    return (uint32_t)by_hour[hour % 24] * by_day[weekday % 8] / 1000;
}

/* The day of November on which Black Friday falls: after the fourth Thursday. */
static unsigned black_friday(int32_t year)
{
    const unsigned first = pt_civil_weekday(year, 11, 1); // Thursday is 4
    return 1 + (11 - first) % 7 + 21 + 1;
}

static Season november(const PtCivil *day)
{
    const unsigned friday = black_friday(day->year);
    const Season deals = {.promotion = "Black Friday", .coupon = "BLACK25", .discount_pct = 25};
    Season s = deals;
    if (day->day == friday) {
        s.online_permil = 3200;
        s.store_permil = 2400;
    } else if (day->day > friday && day->day <= friday + 3) { // to Cyber Monday
        s.online_permil = day->day == friday + 3 ? 2600 : 2000;
        s.store_permil = 1600;
    } else if (day->day + 4u >= friday && day->day < friday) {
        s.online_permil = 1500;
        s.store_permil = 1200;
    } else {
        s = (Season){1100, 1050, "Autumn arrivals", "AUTUMN15", 15};
    }
    return s;
}

static Season december(const PtCivil *day)
{
    Season s = {1500, 1600, "Gifts for everyone", "GIFT10", 10};
    if (day->day <= 1 && black_friday(day->year) == 28) {
        s = (Season){2600, 1600, "Black Friday", "BLACK25", 25}; // Cyber Monday, 1 December
    } else if (day->day >= 15 && day->day <= 20) {
        s.online_permil = 1900; // the last days that arrive in time
        s.store_permil = 2100;
    } else if (day->day >= 21 && day->day <= 23) {
        s.online_permil = 1000;
        s.store_permil = 2600;
    } else if (day->day == 24) {
        s.online_permil = 600;
        s.store_permil = 900;
    } else if (day->day == 25 || day->day == 26) {
        s = (Season){800, 0, "Between the years", "SALE20", 20};
    } else if (day->day > 26) {
        s = (Season){1300, 1500, "Between the years", "SALE20", 20};
    }
    return s;
}

static Season january(const PtCivil *day)
{
    if (day->day == 1) {
        return (Season){900, 0, "January sale", "SALE30", 30};
    }
    if (day->day <= 20) {
        return (Season){1350, 1450, "January sale", "SALE30", 30};
    }
    return (Season){850, 850, "Last chance", "SALE40", 40};
}

Season world_season(int64_t local_day)
{
    const PtCivil day = pt_civil_of_ms(local_day * DAY_MS);
    switch (day.month) {
    case 1:
        return january(&day);
    case 11:
        return november(&day);
    case 12:
        return december(&day);
    case 2:
    case 3:
    case 4:
        return (Season){950, 950, "Spring is coming", "SPRING10", 10};
    case 5:
    case 6:
    case 7:
    case 8:
        return (Season){920, 940, "Summer outdoors", "SUMMER15", 15};
    default:
        return (Season){1000, 1000, "Autumn arrivals", "AUTUMN15", 15};
    }
}
