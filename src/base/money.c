// SPDX-License-Identifier: Apache-2.0
#include "base/money.h"

#include <stdlib.h>

__extension__ typedef __int128 Int128;

enum { MICRO_DIGITS = 6, EXPONENT_CAP = 1 << 30 };

/* A decimal taken apart: digits lie in [first, last) with at most one point among them, the first
 * one not '0'; value = 0.d1d2d3... * 10^point.
 */
typedef struct Decimal {
    const char *first, *last;
    int64_t point;
    bool negative;
} Decimal;

static bool read_exponent(const char *p, const char *end, int64_t *ret_exponent)
{
    bool negative = p < end && *p == '-';
    p += p < end && (*p == '-' || *p == '+');
    int64_t value = 0;
    bool any = p < end;
    for (; p < end; p++) {
        if (*p < '0' || *p > '9') {
            return false;
        }
        value = value < EXPONENT_CAP ? value * 10 + (*p - '0') : value;
    }
    *ret_exponent = negative ? -value : value;
    return any;
}

static bool read_decimal(PtStr text, Decimal *ret)
{
    const char *p = text.len > 0 ? text.data : "", *end = p + text.len;
    int64_t exponent = 0;
    bool any = false, fraction = false;
    ret->negative = p < end && *p == '-';
    p += p < end && (*p == '-' || *p == '+');
    ret->first = NULL;
    ret->point = 0;
    for (; p < end && (*p == '.' || (*p >= '0' && *p <= '9')); p++) {
        if (*p == '.') {
            if (fraction) {
                return false;
            }
            fraction = true;
            continue;
        }
        any = true;
        ret->first = ret->first == NULL && *p != '0' ? p : ret->first;
        ret->point += !fraction && ret->first != NULL;
        ret->point -= fraction && ret->first == NULL;
    }
    ret->last = p;
    ret->first = ret->first != NULL ? ret->first : p;
    if (p < end && ((*p | 0x20) != 'e' || !read_exponent(p + 1, end, &exponent))) {
        return false;
    }
    ret->point += exponent;
    return any;
}

/* Reads `whole` digits of d into *ret_micros and rounds half-even by the rest. False when it does
 * not fit.
 */
static bool round_decimal(const Decimal *d, int64_t whole, int64_t *ret_micros)
{
    int64_t value = 0;
    const char *p = d->first;
    for (int64_t i = 0; i < whole; i++) {
        p += p < d->last && *p == '.';
        int digit = p < d->last ? *p++ - '0' : 0;
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, digit, &value)) {
            return false; // the first digit is not 0, so this ends after 19 of them
        }
    }
    p += p < d->last && *p == '.';
    int next = whole >= 0 && p < d->last ? *p++ - '0' : 0;
    bool rest = false;
    for (; next == 5 && !rest && p < d->last; p++) {
        rest = *p != '0' && *p != '.';
    }
    bool up = next > 5 || (next == 5 && (rest || value % 2 != 0));
    if (up && __builtin_add_overflow(value, 1, &value)) {
        return false;
    }
    *ret_micros = d->negative ? -value : value;
    return true;
}

PtStatus pt_money_parse(PtStr decimal, int64_t *ret_micros, PtError *err)
{
    Decimal d;
    if (!read_decimal(decimal, &d)) {
        return pt_fail(err, PT_INVALID, "not a decimal number");
    }
    if (d.first == d.last) {
        *ret_micros = 0;
    } else if (!round_decimal(&d, d.point + MICRO_DIGITS, ret_micros)) {
        return pt_fail(err, PT_TOO_LARGE, "amount is over +-9223372036854.775807");
    }
    return PT_OK;
}

PtStr pt_money_format(int64_t micros, char out[static PT_MONEY_TEXT])
{
    char *end = out + PT_MONEY_TEXT - 1, *p = end;
    uint64_t size = micros < 0 ? 0 - (uint64_t)micros : (uint64_t)micros;
    bool point = false;
    for (int i = 0; i < MICRO_DIGITS; i++, size /= 10) {
        if (size % 10 != 0 || point) { // zeros behind the last digit are left out
            *--p = (char)('0' + size % 10);
            point = true;
        }
    }
    if (point) {
        *--p = '.';
    }
    do {
        *--p = (char)('0' + size % 10);
        size /= 10;
    } while (size > 0);
    if (micros < 0) {
        *--p = '-';
    }
    size_t len = (size_t)(end - p);
    memmove(out, p, len);
    out[len] = 0;
    return (PtStr){out, len};
}

unsigned pt_money_minor_digits(const char currency[static 4])
{
    // ISO 4217's currencies whose minor unit is not a hundredth
    static const char none[] =
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
    static const char three[] = "BHD IQD JOD KWD LYD OMR TND";
    static const char four[] = "CLF UYW";
    if (strlen(currency) != 3) {
        return 2;
    }
    return strstr(none, currency) != NULL    ? 0
           : strstr(three, currency) != NULL ? 3
           : strstr(four, currency) != NULL  ? 4
                                             : 2;
}

/* numerator / denominator, half to even. denominator > 0. */
static Int128 divide_half_even(Int128 numerator, Int128 denominator)
{
    Int128 quotient = numerator / denominator, rest = numerator % denominator;
    Int128 twice = (rest < 0 ? -rest : rest) * 2;
    if (twice > denominator || (twice == denominator && quotient % 2 != 0)) {
        quotient += numerator < 0 ? -1 : 1;
    }
    return quotient;
}

int64_t pt_money_round(int64_t micros, unsigned minor_digits)
{
    Int128 unit = 1;
    for (unsigned i = minor_digits; i < MICRO_DIGITS; i++) {
        unit *= 10;
    }
    Int128 rounded = divide_half_even(micros, unit) * unit;
    return rounded > INT64_MAX   ? (int64_t)(rounded - unit)
           : rounded < INT64_MIN ? (int64_t)(rounded + unit)
                                 : (int64_t)rounded;
}

bool pt_money_mul_div(int64_t micros, int64_t numerator, int64_t denominator, int64_t *ret_micros)
{
    if (denominator == 0) {
        return false;
    }
    Int128 product = (Int128)micros * numerator, divisor = denominator;
    Int128 result =
        divisor < 0 ? divide_half_even(-product, -divisor) : divide_half_even(product, divisor);
    if (result > INT64_MAX || result < -INT64_MAX) {
        return false;
    }
    *ret_micros = (int64_t)result;
    return true;
}

bool pt_money_add(int64_t a, int64_t b, int64_t *ret_sum)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum) || sum == INT64_MIN) {
        return false;
    }
    *ret_sum = sum;
    return true;
}

bool pt_currency_parse(PtStr text, char out[static 4])
{
    char upper[4] = {0};
    for (size_t i = 0; i < text.len && i < 3; i++) {
        char c = text.data[i];
        upper[i] = (char)(c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c);
        if (upper[i] < 'A' || upper[i] > 'Z') {
            return false;
        }
    }
    if (text.len != 3) {
        return false;
    }
    memcpy(out, upper, sizeof upper);
    return true;
}
