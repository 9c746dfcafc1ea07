// SPDX-License-Identifier: Apache-2.0
#include "retailer_internal.h"

void out_number(Out *o, uint64_t value)
{
    char digits[20];
    size_t n = sizeof digits;
    do {
        digits[--n] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    out_bytes(o, digits + n, sizeof digits - n);
}

void out_money(Out *o, uint64_t cents)
{
    out_number(o, cents / 100);
    uint64_t rest = cents % 100;
    if (rest > 0) {
        *o->at++ = '.';
        *o->at++ = (char)('0' + rest / 10);
        if (rest % 10 > 0) {
            *o->at++ = (char)('0' + rest % 10);
        }
    }
}

static void out_padded(Out *o, uint64_t value, unsigned width)
{
    for (unsigned i = width; i-- > 0; value /= 10) {
        o->at[i] = (char)('0' + value % 10);
    }
    o->at += width;
}

/* Days since 1970 to year, month, day (H. Hinnant's algorithm); years 1970 on. */
static void civil_of_days(int64_t days, unsigned *year, unsigned *month, unsigned *day)
{
    int64_t z = days + 719468, era = z / 146097, doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    *day = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
    *month = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
    *year = (unsigned)(yoe + era * 400 + (*month <= 2));
}

void out_time(Out *o, int64_t utc_ms)
{
    unsigned year, month, day;
    civil_of_days(utc_ms / 86400000, &year, &month, &day);
    uint64_t ms = (uint64_t)(utc_ms % 86400000);
    out_padded(o, year, 4);
    OUT(o, "-");
    out_padded(o, month, 2);
    OUT(o, "-");
    out_padded(o, day, 2);
    OUT(o, "T");
    out_padded(o, ms / 3600000, 2);
    OUT(o, ":");
    out_padded(o, ms / 60000 % 60, 2);
    OUT(o, ":");
    out_padded(o, ms / 1000 % 60, 2);
    OUT(o, ".");
    out_padded(o, ms % 1000, 3);
    OUT(o, "Z");
}

void out_uuid(Out *o, PtRng *rng)
{
    static const char hex[] = "0123456789abcdef";
    uint64_t a = pt_rng_u64(rng), b = pt_rng_u64(rng);
    for (unsigned i = 0; i < UUID_LEN; i++) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            o->at[i] = '-';
            continue;
        }
        uint64_t *from = i < 18 ? &a : &b;
        uint64_t digit = *from & 15;
        digit = i == 14 ? 4 : i == 19 ? 8 + (digit & 3) : digit;
        o->at[i] = hex[digit];
        *from >>= 4;
    }
    o->at += UUID_LEN;
}

void out_tagged(Out *o, const char *tag, uint64_t number)
{
    out_text(o, tag);
    out_number(o, number);
    OUT(o, "\"");
}
