// SPDX-License-Identifier: Apache-2.0
/* Numbers of JSON Schema: compared as values, divided exactly. */
#include "events/schema_internal.h"

#include <math.h>

__extension__ typedef __int128 Wide;

enum { DIGITS_MAX = 18, EXPONENT_MAX = 100000 };

long double schema_number(PtStr text)
{
    int64_t whole;
    return pt_json_to_i64(text, &whole) ? (long double)whole : (long double)pt_json_to_double(text);
}

bool schema_is_integer(PtStr text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '.' || text.data[i] == 'e' || text.data[i] == 'E') {
            double d = pt_json_to_double(text);
            return isfinite(d) && floor(d) == d;
        }
    }
    return true;
}

typedef struct Decimal {
    int64_t digits; /* without the sign: it does not matter for multiples */
    int32_t exponent;
} Decimal;

static int32_t read_exponent(PtStr s)
{
    bool minus = s.len > 0 && s.data[0] == '-';
    int32_t v = 0;
    for (size_t i = s.len > 0 && (minus || s.data[0] == '+') ? 1 : 0; i < s.len; i++) {
        v = v < EXPONENT_MAX ? v * 10 + (s.data[i] - '0') : v;
    }
    return minus ? -v : v;
}

/* False when it has more digits than are kept. */
static bool read_decimal(PtStr s, Decimal *d)
{
    bool fraction = false;
    unsigned used = 0, zeros = 0; // zeros behind the last digit that is none
    *d = (Decimal){0, 0};
    for (size_t i = 0; i < s.len; i++) {
        char c = s.data[i];
        if (c == 'e' || c == 'E') {
            d->exponent += read_exponent(pt_str_from(s, i + 1));
            break;
        }
        fraction = fraction || c == '.';
        if (c < '0' || c > '9') {
            continue;
        }
        d->exponent -= fraction;
        if (c == '0') {
            zeros += d->digits != 0;
            continue;
        }
        used += zeros + 1;
        if (used > DIGITS_MAX) {
            return false;
        }
        for (; zeros > 0; zeros--) {
            d->digits *= 10;
        }
        d->digits = d->digits * 10 + (c - '0');
    }
    d->exponent += (int32_t)zeros;
    return true;
}

/* (digits * 10^power) mod of, of below 10^18. */
static int64_t scaled_remainder(int64_t digits, int32_t power, int64_t of)
{
    Wide rest = digits % of, base = 10 % of;
    for (; power > 0; power /= 2) {
        rest = (power & 1) != 0 ? rest * base % of : rest;
        base = base * base % of;
    }
    return (int64_t)rest;
}

bool schema_is_multiple(PtStr text, PtStr of)
{
    Decimal a, b;
    if (!read_decimal(text, &a) || !read_decimal(of, &b)) {
        return fmodl(schema_number(text), schema_number(of)) == 0;
    }
    if (a.digits == 0 || b.digits == 0) {
        return a.digits == 0;
    }
    if (a.exponent >= b.exponent) {
        return scaled_remainder(a.digits, a.exponent - b.exponent, b.digits) == 0;
    }
    if (b.exponent - a.exponent > DIGITS_MAX) {
        return false; // b is larger than a
    }
    Wide divisor = b.digits;
    for (int32_t i = a.exponent; i < b.exponent; i++) {
        divisor *= 10;
    }
    return a.digits % divisor == 0;
}
