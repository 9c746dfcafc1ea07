// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include "base/json_scan.h"

#include <stdio.h>
#include <stdlib.h>

enum { REPLACEMENT = 0xFFFD };

const char *pt_json_scan_scalar(const char *p, const char *end)
{
    while (p < end && !json_is_special(*p)) {
        p++;
    }
    return p;
}

const char *pt_json_scan(const char *p, const char *end)
{
    return json_scan_plain(p, end);
}

/* The four hex digits at p, or -1. */
static int32_t hex4(const char *p, const char *end)
{
    if (end - p < 4) {
        return -1;
    }
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        int digit = pt_hex_digit(p[i]);
        if (digit < 0) {
            return -1;
        }
        value = value * 16 + digit;
    }
    return value;
}

static JsonEscape unicode_escape(const char *p, const char *end)
{
    int32_t unit = hex4(p, end);
    if (unit < 0) {
        return (JsonEscape){.next = NULL};
    }
    p += 4;
    if (unit == 0) {
        return (JsonEscape){p, REPLACEMENT, PT_JSON_NUL};
    }
    if (unit < 0xD800 || unit > 0xDFFF) {
        return (JsonEscape){p, (uint32_t)unit, 0};
    }
    if (unit < 0xDC00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u') {
        int32_t low = hex4(p + 2, end);
        if (low >= 0xDC00 && low <= 0xDFFF) {
            uint32_t codepoint =
                0x10000 + ((uint32_t)(unit - 0xD800) << 10) + (uint32_t)low - 0xDC00;
            return (JsonEscape){p + 6, codepoint, 0};
        }
    }
    return (JsonEscape){p, REPLACEMENT, PT_JSON_LONE_SURROGATE};
}

JsonEscape json_escape(const char *p, const char *end)
{
    static const char meaning[256] = {['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
                                      ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t'};
    if (p == end) {
        return (JsonEscape){.next = NULL};
    }
    if (*p == 'u') {
        return unicode_escape(p + 1, end);
    }
    char c = meaning[(unsigned char)*p];
    return (JsonEscape){c != 0 ? p + 1 : NULL, (uint32_t)(unsigned char)c, 0};
}

void pt_json_decode(PtStr raw, PtBuf *out)
{
    if (raw.len == 0) {
        return;
    }
    const char *p = raw.data, *end = p + raw.len;
    while (p < end) {
        const char *backslash = memchr(p, '\\', (size_t)(end - p));
        const char *run_end = backslash != NULL ? backslash : end;
        pt_buf_add(out, p, (size_t)(run_end - p));
        if (backslash == NULL) {
            return;
        }
        JsonEscape e = json_escape(backslash + 1, end);
        char utf8[4];
        pt_buf_add(out, utf8, pt_utf8_put(e.next != NULL ? e.codepoint : REPLACEMENT, utf8));
        p = e.next != NULL ? e.next : backslash + 1;
    }
}

bool pt_json_raw_eq(PtStr raw, unsigned flags, PtStr want)
{
    if ((flags & PT_JSON_ESCAPED) == 0 || raw.len == 0 || want.len == 0) {
        return pt_str_eq(raw, want);
    }
    const char *p = raw.data, *end = p + raw.len, *w = want.data, *w_end = w + want.len;
    while (p < end) {
        char utf8[4];
        size_t len = 1;
        if (*p == '\\') {
            JsonEscape e = json_escape(p + 1, end);
            len = pt_utf8_put(e.next != NULL ? e.codepoint : REPLACEMENT, utf8);
            p = e.next != NULL ? e.next : p + 1;
        } else {
            utf8[0] = *p++;
        }
        if ((size_t)(w_end - w) < len || memcmp(w, utf8, len) != 0) {
            return false;
        }
        w += len;
    }
    return w == w_end;
}

bool pt_json_to_i64(PtStr raw, int64_t *ret_value)
{
    bool negative = raw.len > 0 && raw.data[0] == '-';
    int64_t value = 0; // built below zero, where the range is one larger
    for (size_t i = negative; i < raw.len; i++) {
        int digit = raw.data[i] - '0';
        if (digit < 0 || digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, digit, &value)) {
            return false;
        }
    }
    if (raw.len == (size_t)negative || (!negative && value == INT64_MIN)) {
        return false;
    }
    *ret_value = negative ? value : -value;
    return true;
}

/* A number taken apart: value = 0.d1d2d3... * 10^point. */
enum {
    DIGITS_KEPT = 800,      // a double's halfway point has at most 768 significant digits
    EXPONENT_CAP = 1 << 30, // over any text's length: what a zero run and an exponent may cancel
};

typedef struct Decimal {
    int64_t point;
    size_t count;
    bool negative;
    char digits[DIGITS_KEPT + 1]; // the last one stands for a non-zero rest
} Decimal;

static void add_digit(Decimal *d, char c)
{
    if (d->count == 0 && c == '0') {
        return;
    }
    if (d->count < DIGITS_KEPT) {
        d->digits[d->count++] = c;
    } else if (c != '0') {
        d->digits[DIGITS_KEPT] = '1';
    }
}

static int64_t exponent_of(const char *p, const char *end)
{
    bool negative = p < end && *p == '-';
    int64_t value = 0;
    for (p += p < end && (*p == '-' || *p == '+'); p < end; p++) {
        value = value < EXPONENT_CAP ? value * 10 + (*p - '0') : value;
    }
    return negative ? -value : value;
}

static void decimal_of(PtStr raw, Decimal *ret)
{
    const char *p = raw.data, *end = p + raw.len;
    ret->point = 0;
    ret->count = 0;
    ret->digits[DIGITS_KEPT] = '0';
    ret->negative = p < end && *p == '-';
    bool fraction = false;
    for (p += ret->negative; p < end && (*p | 0x20) != 'e'; p++) {
        if (*p == '.') {
            fraction = true;
            continue;
        }
        add_digit(ret, *p);
        if (!fraction) {
            ret->point += ret->count > 0;
        } else {
            ret->point -= ret->count == 0;
        }
    }
    if (p < end) {
        ret->point += exponent_of(p + 1, end);
    }
}

/* Digits and exponent without a decimal point: strtod reads it alike in every locale. */
static double decimal_strtod(Decimal *d)
{
    char text[DIGITS_KEPT + 32];
    size_t len = d->count;
    memcpy(text, d->digits, len);
    int64_t exponent = d->point - (int64_t)len;
    if (d->digits[DIGITS_KEPT] != '0') {
        text[len++] = '1';
        exponent--;
    }
    exponent = exponent > 99999 ? 99999 : exponent < -99999 ? -99999 : exponent;
    (void)snprintf(text + len, sizeof text - len, "e%d", (int)exponent);
    return strtod(text, NULL);
}

double pt_json_to_double(PtStr raw)
{
    static const double pow10[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    enum { EXACT_DIGITS = 15, EXACT_POW10 = 22 };
    Decimal d;
    decimal_of(raw, &d);
    double value = 0;
    int64_t exponent = d.point - (int64_t)d.count;
    if (d.count == 0) {
        value = 0;
    } else if (d.count <= EXACT_DIGITS && exponent >= -EXACT_POW10 && exponent <= EXACT_POW10) {
        int64_t mantissa = 0; // it and the power are exact doubles: one rounding, the right one
        for (size_t i = 0; i < d.count; i++) {
            mantissa = mantissa * 10 + (d.digits[i] - '0');
        }
        value =
            exponent < 0 ? (double)mantissa / pow10[-exponent] : (double)mantissa * pow10[exponent];
    } else {
        value = decimal_strtod(&d);
    }
    return d.negative ? -value : value;
}

bool pt_json_number_of(PtStr text, PtStr *ret_digits)
{
    const char *p = text.data, *end = text.len > 0 ? p + text.len : p;
    const bool plus = p < end && *p == '+';
    p += p < end && (*p == '+' || *p == '-');
    bool any = false, point = false;
    for (; p < end && (*p == '.' || (*p >= '0' && *p <= '9')); p++) {
        if (*p == '.' && point) {
            return false;
        }
        point = point || *p == '.';
        any = any || *p != '.';
    }
    if (any && p < end && (*p | 0x20) == 'e') {
        p++;
        p += p < end && (*p == '+' || *p == '-');
        any = p < end;
        while (p < end && *p >= '0' && *p <= '9') {
            p++;
        }
    }
    if (!any || p < end) {
        return false;
    }
    *ret_digits = pt_str_from(text, plus);
    return true;
}
