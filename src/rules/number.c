// SPDX-License-Identifier: Apache-2.0
#include "rules/operands_internal.h"

enum {
    EXPONENT_MAX = 1000000,
    PLAIN_MAX = 21, /* places before the point, and zeros behind it, that are written out */
    PLAIN_MIN = -6,
};

/* value = 0.d1d2d3... * 10^point; d1 and the last digit are not 0. */
typedef struct Decimal {
    char digits[RULE_TEXT];
    size_t count;
    int64_t point;
    bool negative;
} Decimal;

static int64_t exponent_of(const char *p, const char *end)
{
    const bool negative = p < end && *p == '-';
    int64_t value = 0;
    for (p += p < end && (*p == '-' || *p == '+'); p < end; p++) {
        value = value <= EXPONENT_MAX ? value * 10 + (*p - '0') : value;
    }
    return negative ? -value : value;
}

static bool take_apart(PtStr text, Decimal *d)
{
    const char *p = text.data, *end = p + text.len;
    size_t zeros = 0; // that count only if another digit follows
    bool fraction = false;
    d->count = 0;
    d->point = 0;
    d->negative = *p == '-';
    for (p += d->negative; p < end && (*p | 0x20) != 'e'; p++) {
        if (*p == '.') {
            fraction = true;
            continue;
        }
        const bool leading = *p == '0' && d->count == 0;
        d->point += fraction ? -(int64_t)leading : (int64_t)!leading;
        if (*p == '0') {
            zeros += !leading;
            continue;
        }
        if (d->count + zeros >= sizeof d->digits) {
            return false;
        }
        memset(d->digits + d->count, '0', zeros);
        d->count += zeros;
        zeros = 0;
        d->digits[d->count++] = *p;
    }
    const int64_t exponent = p < end ? exponent_of(p + 1, end) : 0;
    d->point += exponent;
    return d->count == 0 || (exponent <= EXPONENT_MAX && exponent >= -EXPONENT_MAX);
}

static void put_zeros(PtBuf *out, int64_t count)
{
    for (; count > 0; count--) {
        pt_buf_add_char(out, '0');
    }
}

bool rule_number_write(PtStr digits, PtBuf *out)
{
    Decimal d;
    if (!take_apart(digits, &d)) {
        return false;
    }
    if (d.count == 0) {
        pt_buf_add_char(out, '0');
        return true;
    }
    const int64_t count = (int64_t)d.count;
    if (d.negative) {
        pt_buf_add_char(out, '-');
    }
    if (d.point > PLAIN_MAX || d.point <= PLAIN_MIN) {
        pt_buf_add(out, d.digits, 1);
        if (count > 1) {
            pt_buf_add_char(out, '.');
            pt_buf_add(out, d.digits + 1, d.count - 1);
        }
        pt_buf_printf(out, "e%lld", (long long)(d.point - 1));
    } else if (d.point <= 0) {
        pt_buf_add(out, "0.", 2);
        put_zeros(out, -d.point);
        pt_buf_add(out, d.digits, d.count);
    } else {
        const size_t whole = (size_t)(d.point < count ? d.point : count);
        pt_buf_add(out, d.digits, whole);
        put_zeros(out, d.point - count);
        if (whole < d.count) {
            pt_buf_add_char(out, '.');
            pt_buf_add(out, d.digits + whole, d.count - whole);
        }
    }
    return true;
}
