// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include "base/json_scan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void before_value(PtJsonOut *o)
{
    if (o->comma) {
        pt_buf_add_char(o->buf, ',');
    }
    o->comma = true;
}

static void open_level(PtJsonOut *o, char bracket)
{
    before_value(o);
    pt_buf_add_char(o->buf, bracket);
    o->comma = false;
}

static void close_level(PtJsonOut *o, char bracket)
{
    pt_buf_add_char(o->buf, bracket);
    o->comma = true;
}

void pt_json_out_object(PtJsonOut *o)
{
    open_level(o, '{');
}

void pt_json_out_object_end(PtJsonOut *o)
{
    close_level(o, '}');
}

void pt_json_out_array(PtJsonOut *o)
{
    open_level(o, '[');
}

void pt_json_out_array_end(PtJsonOut *o)
{
    close_level(o, ']');
}

/* The byte at p that is not plain text: writes its form, returns how many bytes it was. */
static size_t add_special(PtBuf *buf, const char *p, const char *end)
{
    static const char short_form[0x20] = {
        ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
    static const char hex[] = "0123456789abcdef";
    unsigned char c = (unsigned char)*p;
    if (c >= 0x80) {
        size_t len = pt_utf8_step(p, end);
        pt_buf_add(buf, len > 0 ? p : "\xEF\xBF\xBD", len > 0 ? len : 3);
        return len > 0 ? len : 1;
    }
    if (c >= 0x20) {
        pt_buf_add(buf, (char[]){'\\', (char)c}, 2);
    } else if (short_form[c] != 0) {
        pt_buf_add(buf, (char[]){'\\', short_form[c]}, 2);
    } else {
        pt_buf_add(buf, (char[]){'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]}, 6);
    }
    return 1;
}

static void add_string(PtBuf *buf, PtStr s)
{
    pt_buf_add_char(buf, '"');
    const char *p = s.len > 0 ? s.data : "", *end = p + s.len;
    while (p < end) {
        const char *run_end = json_scan_plain(p, end);
        pt_buf_add(buf, p, (size_t)(run_end - p));
        p = run_end;
        if (p < end) {
            p += add_special(buf, p, end);
        }
    }
    pt_buf_add_char(buf, '"');
}

void pt_json_out_key(PtJsonOut *o, PtStr key)
{
    before_value(o);
    add_string(o->buf, key);
    pt_buf_add_char(o->buf, ':');
    o->comma = false;
}

void pt_json_out_str(PtJsonOut *o, PtStr value)
{
    before_value(o);
    add_string(o->buf, value);
}

/* Writes the digits of value so that they end before `end`; returns their start. */
static char *digits_before(char *end, uint64_t value)
{
    do {
        *--end = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    return end;
}

void pt_json_out_u64(PtJsonOut *o, uint64_t value)
{
    char text[20], *end = text + sizeof text, *p = digits_before(end, value);
    before_value(o);
    pt_buf_add(o->buf, p, (size_t)(end - p));
}

void pt_json_out_i64(PtJsonOut *o, int64_t value)
{
    char text[21], *end = text + sizeof text;
    char *p = digits_before(end, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
    if (value < 0) {
        *--p = '-';
    }
    before_value(o);
    pt_buf_add(o->buf, p, (size_t)(end - p));
}

/* Prices and counts, the common case: value = m / 10^k with k <= 6 and m under 2^53. The division
 * is correctly rounded and decimals of 15 digits have one double each, so the text found with the
 * smallest k is the shortest. False when value is not of this form.
 */
static bool short_decimal(double value, char text[static 32])
{
    static const double pow10[] = {1, 10, 100, 1e3, 1e4, 1e5, 1e6};
    enum { PLACES = 6 };
    double size = fabs(value);
    if (size >= 1e9 || (size != 0 && size < 1e-4) || (size == 0 && signbit(value))) {
        return false;
    }
    for (unsigned k = 0; k <= PLACES; k++) {
        double m = nearbyint(size * pow10[k]);
        if (m / pow10[k] == size) {
            uint64_t scale = (uint64_t)pow10[k], whole = (uint64_t)m / scale;
            int n = snprintf(text, 32, "%s%llu", value < 0 ? "-" : "", (unsigned long long)whole);
            if (k > 0) {
                (void)snprintf(text + n, 32 - (size_t)n, ".%0*llu", (int)k,
                               (unsigned long long)((uint64_t)m % scale));
            }
            return true;
        }
    }
    return false;
}

/* The shortest %.*e text that reads back equal. Every 15-digit decimal is a normal double of its
 * own, so 15 digits come first (trailing zeros go later); subnormal ones have fewer. At a power of
 * two the spacing below is half that above, and the nearest 16-digit decimal may read back wrong
 * while the next one up is right.
 */
static void shortest_scientific(double value, char text[static 32])
{
    bool power_of_two = fabs(frexp(value, &(int){0})) == 0.5;
    for (int digits = fabs(value) < 0x1p-1022 ? 1 : 15; digits <= 17; digits++) {
        (void)snprintf(text, 32, "%.*e", digits - 1, value);
        if (strtod(text, NULL) == value) {
            return;
        }
        if (power_of_two && digits > 1 && digits < 17) {
            char *last = text + strcspn(text, "e") - 1;
            if (*last < '9') {
                ++*last;
                if (strtod(text, NULL) == value) {
                    return;
                }
            }
        }
    }
}

/* Takes "-d.ddde-05" apart: its digits without trailing zeros, and the exponent of the first. */
static size_t split_scientific(const char *text, char digits[static 18], int *ret_exponent)
{
    size_t count = 0;
    const char *p = text;
    for (; *p != 'e'; p++) {
        if (*p >= '0' && *p <= '9') { // whatever the locale's decimal point is, it is no digit
            digits[count++] = *p;
        }
    }
    while (count > 1 && digits[count - 1] == '0') {
        count--;
    }
    *ret_exponent = (int)strtol(p + 1, NULL, 10);
    return count;
}

static void add_general(PtBuf *buf, double value)
{
    char text[32], digits[18] = {0};
    int exponent;
    shortest_scientific(value, text);
    size_t count = split_scientific(text, digits, &exponent);
    if (signbit(value)) {
        pt_buf_add_char(buf, '-');
    }
    if (exponent >= 0 && exponent < 17) {
        size_t whole = (size_t)exponent + 1;
        pt_buf_add(buf, digits, count < whole ? count : whole);
        for (size_t i = count; i < whole; i++) {
            pt_buf_add_char(buf, '0');
        }
        if (count > whole) {
            pt_buf_add_char(buf, '.');
            pt_buf_add(buf, digits + whole, count - whole);
        }
    } else if (exponent < 0 && exponent > -6) {
        pt_buf_add(buf, "0.00000", (size_t)(1 - exponent));
        pt_buf_add(buf, digits, count);
    } else {
        pt_buf_add_char(buf, digits[0]);
        if (count > 1) {
            pt_buf_add_char(buf, '.');
            pt_buf_add(buf, digits + 1, count - 1);
        }
        pt_buf_printf(buf, "e%d", exponent);
    }
}

void pt_json_out_double(PtJsonOut *o, double value)
{
    if (!isfinite(value)) {
        pt_json_out_null(o);
        return;
    }
    before_value(o);
    char text[32];
    if (short_decimal(value, text)) {
        pt_buf_add_str(o->buf, pt_str(text));
    } else {
        add_general(o->buf, value);
    }
}

void pt_json_out_bool(PtJsonOut *o, bool value)
{
    pt_json_out_raw(o, value ? PT_STR("true") : PT_STR("false"));
}

void pt_json_out_null(PtJsonOut *o)
{
    pt_json_out_raw(o, PT_STR("null"));
}

void pt_json_out_raw(PtJsonOut *o, PtStr json)
{
    before_value(o);
    pt_buf_add_str(o->buf, json);
}

void pt_json_put_str(PtJsonOut *o, const char *key, PtStr value)
{
    pt_json_out_key(o, pt_str(key));
    pt_json_out_str(o, value);
}

void pt_json_put_i64(PtJsonOut *o, const char *key, int64_t value)
{
    pt_json_out_key(o, pt_str(key));
    pt_json_out_i64(o, value);
}

void pt_json_put_u64(PtJsonOut *o, const char *key, uint64_t value)
{
    pt_json_out_key(o, pt_str(key));
    pt_json_out_u64(o, value);
}

void pt_json_put_bool(PtJsonOut *o, const char *key, bool value)
{
    pt_json_out_key(o, pt_str(key));
    pt_json_out_bool(o, value);
}
