// SPDX-License-Identifier: Apache-2.0
/* Cells of a row as JSON values: numbers, times, text. */
#include "connect/mapping_internal.h"

#include "base/money.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

static PtStr excerpt(PtStr s)
{
    return s.len <= MAP_EXCERPT ? s : (PtStr){s.data, MAP_EXCERPT};
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* ---- Numbers -------------------------------------------------------------------------------- */

/* Digits, with marks of thousands between groups of three, none of which may be missing. */
static bool take_digits(PtStr *rest, char thousands, char *out, size_t *len)
{
    size_t group = 0;
    bool marked = false;
    size_t before = *len;
    for (; rest->len > 0; rest->data++, rest->len--) {
        char c = rest->data[0];
        if (c == thousands && group > 0 && (marked ? group == 3 : group <= 3)) {
            marked = true;
            group = 0;
            continue;
        }
        if (!is_digit(c)) {
            break;
        }
        if (*len + 8 >= MAP_NUMBER_MAX) {
            return false;
        }
        group++;
        if (*len == before + 1 && out[before] == '0') {
            (*len)--; // JSON has no leading zeros
        }
        out[(*len)++] = c;
    }
    return !marked || group == 3;
}

static bool take_fraction(PtStr *rest, char mark, char *out, size_t *len)
{
    if (rest->len == 0 || rest->data[0] != mark) {
        return true;
    }
    rest->data++;
    rest->len--;
    size_t dot = *len;
    out[(*len)++] = '.';
    for (; rest->len > 0 && is_digit(rest->data[0]); rest->data++, rest->len--) {
        if (*len + 6 >= MAP_NUMBER_MAX) {
            return false;
        }
        out[(*len)++] = rest->data[0];
    }
    if (*len == dot + 1) {
        *len = dot; // "5." reads as 5
    }
    return true;
}

static bool take_exponent(PtStr *rest, char *out, size_t *len)
{
    if (rest->len == 0 || (rest->data[0] != 'e' && rest->data[0] != 'E')) {
        return true;
    }
    PtStr digits = {rest->data + 1, rest->len - 1};
    out[(*len)++] = 'e';
    if (digits.len > 0 && (digits.data[0] == '-' || digits.data[0] == '+')) {
        out[(*len)++] = digits.data[0];
        digits = (PtStr){digits.data + 1, digits.len - 1};
    }
    if (digits.len == 0 || digits.len > 3) {
        return false;
    }
    for (; digits.len > 0 && is_digit(digits.data[0]); digits.data++, digits.len--) {
        out[(*len)++] = digits.data[0];
    }
    *rest = digits;
    return true;
}

bool map_number(PtStr text, char decimal_mark, char out[static MAP_NUMBER_MAX], size_t *ret_len)
{
    PtStr rest = pt_str_trim(text);
    size_t len = 0;
    if (rest.len > 0 && (rest.data[0] == '-' || rest.data[0] == '+')) {
        if (rest.data[0] == '-') {
            out[len++] = '-';
        }
        rest = (PtStr){rest.data + 1, rest.len - 1};
    }
    size_t sign = len;
    if (rest.len == 0 || (!is_digit(rest.data[0]) && rest.data[0] != decimal_mark)) {
        return false;
    }
    bool bare = rest.data[0] == decimal_mark;
    if (bare && (rest.len < 2 || !is_digit(rest.data[1]))) {
        return false;
    }
    if (bare) {
        out[len++] = '0';
    } else if (!take_digits(&rest, decimal_mark == '.' ? ',' : '.', out, &len) || len == sign) {
        return false;
    }
    if (!take_fraction(&rest, decimal_mark, out, &len) || !take_exponent(&rest, out, &len) ||
        rest.len != 0) {
        return false;
    }
    *ret_len = len;
    return true;
}

/* An integer: no fraction but zeros, at most 18 digits. */
static bool integer(PtStr number, PtStr *ret_text)
{
    const char *dot = memchr(number.data, '.', number.len);
    size_t len = dot != NULL ? (size_t)(dot - number.data) : number.len;
    for (size_t i = len + 1; i < number.len; i++) {
        if (number.data[i] != '0') {
            return false;
        }
    }
    size_t sign = number.data[0] == '-';
    if (memchr(number.data, 'e', number.len) != NULL || len - sign > 18) {
        return false;
    }
    bool minus_zero = sign == 1 && len == 2 && number.data[1] == '0';
    *ret_text = minus_zero ? PT_STR("0") : (PtStr){number.data, len};
    return true;
}

/* ---- Times ---------------------------------------------------------------------------------- */

static bool take_int(PtStr *rest, size_t max_digits, int *ret_value)
{
    size_t n = 0;
    int v = 0;
    while (n < max_digits && n < rest->len && is_digit(rest->data[n])) {
        v = v * 10 + (rest->data[n++] - '0');
    }
    *rest = (PtStr){rest->data + n, rest->len - n};
    *ret_value = v;
    return n > 0;
}

static bool take_month_name(PtStr *rest, int *ret_month)
{
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    for (int i = 0; rest->len >= 3 && i < 12; i++) {
        if (strncasecmp(rest->data, names + 3 * (size_t)i, 3) == 0) {
            *ret_month = i + 1;
            *rest = (PtStr){rest->data + 3, rest->len - 3};
            return true;
        }
    }
    return false;
}

typedef struct ParsedTime {
    int year, month, day, hour, minute, second, ms;
    int pm; /* 0: no word, 1: am, 2: pm */
    bool has_offset;
    int offset_s;
} ParsedTime;

static bool take_offset(PtStr *rest, ParsedTime *t)
{
    int hours, minutes;
    t->has_offset = true;
    if (rest->len > 0 && (rest->data[0] == 'Z' || rest->data[0] == 'z')) {
        *rest = (PtStr){rest->data + 1, rest->len - 1};
        return true;
    }
    if (rest->len == 0 || (rest->data[0] != '+' && rest->data[0] != '-')) {
        return false;
    }
    int sign = rest->data[0] == '-' ? -1 : 1;
    *rest = (PtStr){rest->data + 1, rest->len - 1};
    if (!take_int(rest, 2, &hours)) {
        return false;
    }
    if (rest->len > 0 && rest->data[0] == ':') {
        *rest = (PtStr){rest->data + 1, rest->len - 1};
    }
    if (!take_int(rest, 2, &minutes)) {
        minutes = 0;
    }
    t->offset_s = sign * (hours * 3600 + minutes * 60);
    return hours <= 14 && minutes < 60;
}

static bool take_fraction_ms(PtStr *rest, int *ret_ms)
{
    int ms = 0, scale = 100;
    size_t n = 0;
    for (; n < rest->len && is_digit(rest->data[n]); n++, scale /= 10) {
        ms += (rest->data[n] - '0') * scale;
    }
    *rest = (PtStr){rest->data + n, rest->len - n};
    *ret_ms = ms;
    return n > 0;
}

static bool take_half_day(PtStr *rest, int *ret_pm)
{
    if (rest->len < 2 || (rest->data[1] | 0x20) != 'm') {
        return false;
    }
    char c = (char)(rest->data[0] | 0x20);
    *ret_pm = c == 'p' ? 2 : 1;
    *rest = (PtStr){rest->data + 2, rest->len - 2};
    return c == 'p' || c == 'a';
}

static bool take_short_year(PtStr *rest, int *ret_year)
{
    bool ok = take_int(rest, 2, ret_year);
    *ret_year += *ret_year < 69 ? 2000 : 1900; // as POSIX
    return ok;
}

static bool take_part(char part, PtStr *rest, ParsedTime *t)
{
    switch (part) {
    case 'Y':
        return take_int(rest, 4, &t->year);
    case 'y':
        return take_short_year(rest, &t->year);
    case 'm':
        return take_int(rest, 2, &t->month);
    case 'b':
        return take_month_name(rest, &t->month);
    case 'd':
        return take_int(rest, 2, &t->day);
    case 'H':
    case 'I':
        return take_int(rest, 2, &t->hour);
    case 'M':
        return take_int(rest, 2, &t->minute);
    case 'S':
        return take_int(rest, 2, &t->second);
    case 'f':
        return take_fraction_ms(rest, &t->ms);
    case 'p':
        return take_half_day(rest, &t->pm);
    case 'z':
        return take_offset(rest, t);
    default:
        return false;
    }
}

bool map_pattern_ok(const char *pattern)
{
    bool year = false, month = false, day = false;
    for (const char *p = pattern; *p != '\0'; p++) {
        if (*p != '%') {
            continue;
        }
        p++;
        if (*p == '\0' || strchr("YymbdHIMSfpz%", *p) == NULL) {
            return false;
        }
        year |= *p == 'Y' || *p == 'y';
        month |= *p == 'm' || *p == 'b';
        day |= *p == 'd';
    }
    return year && month && day;
}

static bool match_pattern(const char *pattern, PtStr text, ParsedTime *t)
{
    PtStr rest = text;
    for (const char *p = pattern; *p != '\0'; p++) {
        bool part = *p == '%' && p[1] != '%';
        p += *p == '%';
        if (part) {
            if (!take_part(*p, &rest, t)) {
                return false;
            }
        } else if (rest.len == 0 || rest.data[0] != *p) {
            return false;
        } else {
            rest = (PtStr){rest.data + 1, rest.len - 1};
        }
    }
    return rest.len == 0;
}

/* False also where no field of PtCivil could hold the number. */
static bool to_civil(const ParsedTime *t, PtCivil *c)
{
    int hour = t->hour;
    if (t->pm != 0) {
        if (hour < 1 || hour > 12) {
            return false;
        }
        hour = hour % 12 + (t->pm == 2 ? 12 : 0);
    }
    *c = (PtCivil){.year = t->year,
                   .month = (uint8_t)t->month,
                   .day = (uint8_t)t->day,
                   .hour = (uint8_t)hour,
                   .minute = (uint8_t)t->minute,
                   .second = (uint8_t)t->second,
                   .ms = (uint16_t)t->ms};
    return t->month <= 12 && t->day <= 31 && hour <= 23 && t->minute <= 59 && t->second <= 59;
}

static bool civil_in_zone(const PtCivil *c, const PtZone *zone, int64_t *ret_ms)
{
    int64_t as_utc;
    if (!pt_civil_to_ms(c, &as_utc)) {
        return false;
    }
    if (zone == NULL) {
        *ret_ms = as_utc;
        return true;
    }
    return pt_zone_to_utc(zone, c, false, ret_ms) == PT_OK;
}

static bool time_by_pattern(const MapTarget *t, PtStr text, int64_t *ret_ms)
{
    ParsedTime p = {.year = 1, .month = 1, .day = 1};
    PtCivil c;
    if (!match_pattern(t->pattern, text, &p) || !to_civil(&p, &c)) {
        return false;
    }
    if (!p.has_offset) {
        return civil_in_zone(&c, t->zone, ret_ms);
    }
    if (!pt_civil_to_ms(&c, ret_ms)) {
        return false;
    }
    *ret_ms -= (int64_t)p.offset_s * 1000;
    return true;
}

/* Whether an RFC 3339-like text carries a zone of its own: behind the time of day. */
static bool has_own_zone(PtStr text)
{
    if (text.len <= 10) {
        return false;
    }
    char last = text.data[text.len - 1];
    PtStr tail = {text.data + 11, text.len - 11};
    return last == 'Z' || last == 'z' ||
           (tail.len > 0 &&
            (memchr(tail.data, '+', tail.len) != NULL || memchr(tail.data, '-', tail.len) != NULL));
}

static bool time_by_rfc3339(const MapTarget *t, PtStr text, int64_t *ret_ms)
{
    int64_t ms;
    if (!pt_time_parse(text, &ms)) {
        return false;
    }
    if (t->zone != NULL && !has_own_zone(text)) {
        PtCivil c = pt_civil_of_ms(ms);
        return civil_in_zone(&c, t->zone, ret_ms);
    }
    *ret_ms = ms;
    return true;
}

/* Seconds may have a fraction; finer than a millisecond is rounded down. Milliseconds end where
 * micros of them do, in the year 2262. */
static bool time_by_unix(PtStr text, bool seconds, int64_t *ret_ms)
{
    int64_t micros;
    if (pt_money_parse(text, &micros, NULL) != PT_OK) {
        return false;
    }
    int64_t unit = seconds ? PT_MICROS / 1000 : PT_MICROS;
    int64_t ms = micros / unit - (micros % unit < 0);
    static const int64_t first_ms = -62135596800000, past_ms = 253402300800000; /* years 1..9999 */
    *ret_ms = ms;
    return ms >= first_ms && ms < past_ms;
}

bool map_time(const MapTarget *t, PtStr text, int64_t *ret_ms)
{
    switch (t->time_form) {
    case MAP_UNIX_S:
    case MAP_UNIX_MS:
        return time_by_unix(text, t->time_form == MAP_UNIX_S, ret_ms);
    case MAP_PATTERN:
        return time_by_pattern(t, text, ret_ms);
    case MAP_RFC3339:
        return time_by_rfc3339(t, text, ret_ms);
    }
    return false;
}

/* ---- Values --------------------------------------------------------------------------------- */

bool map_has_value(const MapTarget *t, const MapCell *cells)
{
    if (t->if_empty >= 0 && pt_str_trim(cells[t->if_empty].text).len > 0) {
        return false;
    }
    return t->kind != MAP_COLUMN || pt_str_trim(cells[t->column].text).len > 0;
}

static PtStatus misfit(const ConnectMapping *m, const MapTarget *t, PtStr text, const char *want,
                       PtError *err)
{
    PtStr shown = excerpt(text);
    return pt_fail(err, PT_INVALID, "%.*s \"%.*s\" is not %s", PT_STR_ARG(m->columns[t->column]),
                   PT_STR_ARG(shown), want);
}

static PtStatus write_text(const MapTarget *t, PtStr text, PtJsonOut *out, PtError *err)
{
    PtStr s = t->strip_suffix;
    if (s.len > 0 && text.len > s.len && memcmp(text.data + text.len - s.len, s.data, s.len) == 0) {
        text.len -= s.len;
    }
    if (t->prefix.len == 0) {
        pt_json_out_str(out, text);
        return PT_OK;
    }
    char *joined = malloc(t->prefix.len + text.len);
    if (joined == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a value");
    }
    memcpy(joined, t->prefix.data, t->prefix.len);
    memcpy(joined + t->prefix.len, text.data, text.len);
    pt_json_out_str(out, (PtStr){joined, t->prefix.len + text.len});
    free(joined);
    return PT_OK;
}

static PtStatus write_number(const ConnectMapping *m, const MapTarget *t, PtStr text,
                             PtJsonOut *out, PtError *err)
{
    char number[MAP_NUMBER_MAX];
    PtStr json = {number, 0};
    if (!map_number(text, t->decimal_mark, number, &json.len)) {
        return misfit(m, t, text, "a number", err);
    }
    if (t->type == MAP_INT && !integer(json, &json)) {
        return misfit(m, t, text, "an integer of at most 18 digits", err);
    }
    pt_json_out_raw(out, json);
    return PT_OK;
}

static PtStatus write_bool(const ConnectMapping *m, const MapTarget *t, PtStr text, PtJsonOut *out,
                           PtError *err)
{
    static const struct {
        const char *text;
        bool value;
    } words[] = {{"true", true},   {"yes", true}, {"1", true},  {"t", true},  {"y", true},
                 {"false", false}, {"no", false}, {"0", false}, {"f", false}, {"n", false}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i].text) == text.len &&
            strncasecmp(words[i].text, text.data, text.len) == 0) {
            pt_json_out_bool(out, words[i].value);
            return PT_OK;
        }
    }
    return misfit(m, t, text, "true or false", err);
}

static PtStatus write_time(const ConnectMapping *m, const MapTarget *t, PtStr text, PtJsonOut *out,
                           PtError *err)
{
    int64_t ms;
    char buf[PT_TIME_TEXT];
    if (!map_time(t, text, &ms)) {
        char want[100];
        (void)snprintf(want, sizeof want, "a time (%s)",
                       t->time_form == MAP_PATTERN   ? t->pattern
                       : t->time_form == MAP_UNIX_S  ? "unix seconds"
                       : t->time_form == MAP_UNIX_MS ? "unix milliseconds"
                                                     : "RFC 3339");
        return misfit(m, t, text, want, err);
    }
    pt_json_out_str(out, pt_time_format(ms, buf));
    return PT_OK;
}

PtStatus map_value(const ConnectMapping *m, const MapTarget *t, const MapCell *cells,
                   PtJsonOut *out, bool *ret_written, PtError *err)
{
    *ret_written = false;
    if (!map_has_value(t, cells)) {
        return PT_OK;
    }
    *ret_written = true;
    if (t->kind == MAP_VALUE) {
        pt_json_out_raw(out, t->value);
        return PT_OK;
    }
    const MapCell *cell = &cells[t->column];
    PtStr text = pt_str_trim(cell->text);
    switch (t->type) {
    case MAP_TEXT:
        return write_text(t, text, out, err);
    case MAP_INT:
    case MAP_DECIMAL:
        return write_number(m, t, text, out, err);
    case MAP_BOOL:
        return write_bool(m, t, text, out, err);
    case MAP_TIME:
        return write_time(m, t, text, out, err);
    case MAP_JSON:
        if (cell->json.data != NULL) {
            pt_json_out_raw(out, cell->json);
        } else {
            pt_json_out_str(out, text);
        }
        return PT_OK;
    }
    return PT_INVALID;
}

PtStatus map_product(const ConnectMapping *m, const MapTarget *t, const MapCell *cells,
                     int64_t *ret_micros, bool *ret_any, int *ret_column, PtError *err)
{
    int64_t product = PT_MICROS;
    *ret_any = false;
    for (unsigned i = 0; i < t->factor_count; i++) {
        PtStr text = pt_str_trim(cells[t->factors[i]].text);
        char number[MAP_NUMBER_MAX];
        size_t len;
        int64_t micros;
        if (text.len == 0) {
            return PT_OK;
        }
        PtStr shown = excerpt(text), name = m->columns[t->factors[i]];
        if (!map_number(text, t->decimal_mark, number, &len) ||
            pt_money_parse((PtStr){number, len}, &micros, NULL) != PT_OK) {
            *ret_column = t->factors[i];
            return pt_fail(err, PT_INVALID, "%.*s \"%.*s\" is not an amount", PT_STR_ARG(name),
                           PT_STR_ARG(shown));
        }
        if (!pt_money_mul_div(product, micros, PT_MICROS, &product)) {
            *ret_column = t->factors[i];
            return pt_fail(err, PT_TOO_LARGE, "%.*s \"%.*s\" makes %.*s too large",
                           PT_STR_ARG(name), PT_STR_ARG(shown), PT_STR_ARG(t->path));
        }
    }
    *ret_micros = product;
    *ret_any = true;
    return PT_OK;
}

static bool condition_holds(const ConnectMapping *m, const MapCondition *c, const MapCell *cells)
{
    PtStr text = pt_str_trim(cells[c->column].text);
    char number[MAP_NUMBER_MAX];
    size_t len;
    int64_t micros;
    switch (c->test) {
    case MAP_STARTS_WITH:
        return text.len >= c->text.len && memcmp(text.data, c->text.data, c->text.len) == 0;
    case MAP_EQUALS:
        return pt_str_eq(text, c->text);
    case MAP_IS_EMPTY:
        return (text.len == 0) == c->want_empty;
    case MAP_LESS:
    case MAP_GREATER:
        if (!map_number(text, m->decimal_mark, number, &len) ||
            pt_money_parse((PtStr){number, len}, &micros, NULL) != PT_OK) {
            return false;
        }
        return c->test == MAP_LESS ? micros < c->micros : micros > c->micros;
    }
    return false;
}

bool map_rule_holds(const ConnectMapping *m, const MapRule *rule, const MapCell *cells)
{
    for (unsigned i = 0; i < rule->count; i++) {
        if (condition_holds(m, &rule->conditions[i], cells) != rule->all) {
            return !rule->all;
        }
    }
    return rule->all;
}
