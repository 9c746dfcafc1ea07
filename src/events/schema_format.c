// SPDX-License-Identifier: Apache-2.0
/* The formats of JSON Schema that are checked, by the letter of their RFCs. */
#include "events/schema_internal.h"

#include "base/time.h"
#include "base/uuid.h"

#include <arpa/inet.h>

static bool digits(PtStr s, size_t at, size_t count, unsigned *ret_value)
{
    *ret_value = 0;
    for (size_t i = at; i < at + count; i++) {
        if (i >= s.len || s.data[i] < '0' || s.data[i] > '9') {
            return false;
        }
        *ret_value = *ret_value * 10 + (unsigned)(s.data[i] - '0');
    }
    return true;
}

static bool is_at(PtStr s, size_t at, char c)
{
    return at < s.len && s.data[at] == c;
}

static bool is_date(PtStr s)
{
    unsigned year, month, day;
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (s.len != 10 || !digits(s, 0, 4, &year) || s.data[4] != '-' || !digits(s, 5, 2, &month) ||
        s.data[7] != '-' || !digits(s, 8, 2, &day) || month < 1 || month > 12) {
        return false;
    }
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return day >= 1 && day <= days[month - 1] + (month == 2 && leap ? 1u : 0u);
}

/* RFC 3339: 23:59:60 is a time in UTC only. */
static bool is_time(PtStr s)
{
    unsigned hour, minute, second, zone_hour = 0, zone_minute = 0;
    if (!digits(s, 0, 2, &hour) || !is_at(s, 2, ':') || !digits(s, 3, 2, &minute) ||
        !is_at(s, 5, ':') || !digits(s, 6, 2, &second) || hour > 23 || minute > 59 || second > 60) {
        return false;
    }
    size_t at = 8;
    if (is_at(s, at, '.')) {
        size_t from = ++at;
        while (at < s.len && s.data[at] >= '0' && s.data[at] <= '9') {
            at++;
        }
        if (at == from) {
            return false;
        }
    }
    int sign = 0;
    if (is_at(s, at, 'Z') || is_at(s, at, 'z')) {
        at++;
    } else if (is_at(s, at, '+') || is_at(s, at, '-')) {
        sign = s.data[at] == '+' ? 1 : -1;
        if (!digits(s, at + 1, 2, &zone_hour) || !is_at(s, at + 3, ':') ||
            !digits(s, at + 4, 2, &zone_minute) || zone_hour > 23 || zone_minute > 59) {
            return false;
        }
        at += 6;
    } else {
        return false;
    }
    int utc = (int)(hour * 60 + minute) - sign * (int)(zone_hour * 60 + zone_minute);
    return at == s.len && (second < 60 || (utc + 1440) % 1440 == 1439);
}

static bool is_date_time(PtStr s)
{
    return s.len > 11 && (s.data[10] == 'T' || s.data[10] == 't') && is_date((PtStr){s.data, 10}) &&
           is_time(pt_str_from(s, 11));
}

static bool is_uuid(PtStr s)
{
    PtUuid id;
    return pt_uuid_parse(s, &id);
}

static bool is_address(int family, PtStr s)
{
    char text[INET6_ADDRSTRLEN + 1];
    unsigned char out[sizeof(struct in6_addr)];
    if (s.len == 0 || s.len >= sizeof text || memchr(s.data, '\0', s.len) != NULL) {
        return false;
    }
    memcpy(text, s.data, s.len);
    text[s.len] = '\0';
    return inet_pton(family, text, out) == 1;
}

static bool is_ipv4(PtStr s)
{
    return is_address(AF_INET, s);
}

static bool is_ipv6(PtStr s)
{
    return is_address(AF_INET6, s);
}

static bool is_letter(char c)
{
    return pt_ascii_lower(c) >= 'a' && pt_ascii_lower(c) <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_host(PtStr s)
{
    size_t label = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.data[i];
        if (c == '.') {
            if (label == 0 || s.data[i - 1] == '-') {
                return false;
            }
            label = 0;
            continue;
        }
        label++;
        if ((!is_letter(c) && !is_digit(c) && c != '-') || (c == '-' && label == 1) || label > 63) {
            return false;
        }
    }
    return s.len <= 253 && label > 0 && s.data[s.len - 1] != '-';
}

static bool is_mail_host(PtStr s)
{
    if (s.len < 2 || s.data[0] != '[' || s.data[s.len - 1] != ']') {
        return is_host(s);
    }
    PtStr inner = {s.data + 1, s.len - 2};
    return pt_str_starts(inner, PT_STR("IPv6:")) ? is_ipv6(pt_str_from(inner, 5)) : is_ipv4(inner);
}

static bool is_mailbox(PtStr s)
{
    static const char atom[] = "!#$%&'*+-/=?^_`{|}~";
    if (s.len >= 2 && s.data[0] == '"' && s.data[s.len - 1] == '"') {
        for (size_t i = 1; i + 1 < s.len; i++) {
            bool quoted = s.data[i] == '\\';
            i += quoted;
            if (i + 1 >= s.len || (unsigned char)s.data[i] < 0x20 ||
                (s.data[i] == '"' && !quoted)) {
                return false;
            }
        }
        return true;
    }
    for (size_t i = 0; i < s.len; i++) {
        char c = s.data[i];
        if (c == '.' && i > 0 && i + 1 < s.len && s.data[i - 1] != '.') {
            continue;
        }
        if (!is_letter(c) && !is_digit(c) && (c == '\0' || strchr(atom, c) == NULL)) {
            return false;
        }
    }
    return s.len >= 1 && s.len <= 64;
}

static bool is_email(PtStr s)
{
    size_t at = s.len;
    while (at > 0 && s.data[at - 1] != '@') {
        at--;
    }
    return at > 0 && is_mailbox((PtStr){s.data, at - 1}) && is_mail_host(pt_str_from(s, at));
}

/* The characters of a URI, percent signs with two hex digits, brackets around a host alone. */
static bool uri_characters(PtStr s)
{
    static const char others[] = "-._~:/?#@!$&'()*+,;=";
    unsigned fragments = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.data[i];
        if (c == '%') {
            if (i + 2 >= s.len || pt_hex_digit(s.data[i + 1]) < 0 ||
                pt_hex_digit(s.data[i + 2]) < 0) {
                return false;
            }
            i += 2;
        } else if (!is_letter(c) && !is_digit(c) && (c == '\0' || strchr(others, c) == NULL)) {
            return false;
        }
        fragments += c == '#';
    }
    return fragments <= 1;
}

static bool is_port(PtStr s)
{
    for (size_t i = 1; i < s.len; i++) {
        if (!is_digit(s.data[i])) {
            return false;
        }
    }
    return s.len == 0 || s.data[0] == ':';
}

static bool uri_authority(PtStr s)
{
    PtStr host = s;
    for (size_t i = 0; i < s.len; i++) {
        if (s.data[i] == '@') {
            if (!uri_characters((PtStr){s.data, i})) {
                return false;
            }
            host = pt_str_from(s, i + 1);
            break;
        }
    }
    if (host.len > 0 && host.data[0] == '[') {
        const char *close = memchr(host.data, ']', host.len);
        size_t len = close != NULL ? (size_t)(close - host.data) : 0;
        return len > 1 && is_ipv6((PtStr){host.data + 1, len - 1}) &&
               is_port(pt_str_from(host, len + 1));
    }
    const char *colon = host.len > 0 ? memchr(host.data, ':', host.len) : NULL;
    return uri_characters(host) &&
           (colon == NULL || is_port(pt_str_from(host, (size_t)(colon - host.data))));
}

static bool is_uri(PtStr s)
{
    size_t at = 0;
    while (at < s.len &&
           (is_letter(s.data[at]) || (at > 0 && (is_digit(s.data[at]) || s.data[at] == '+' ||
                                                 s.data[at] == '-' || s.data[at] == '.')))) {
        at++;
    }
    if (at == 0 || at >= s.len || s.data[at] != ':') {
        return false;
    }
    PtStr rest = pt_str_from(s, at + 1);
    if (!pt_str_starts(rest, PT_STR("//"))) {
        return rest.len == 0 || uri_characters(rest);
    }
    rest = pt_str_from(rest, 2);
    size_t end = 0;
    while (end < rest.len && strchr("/?#", rest.data[end]) == NULL) {
        end++;
    }
    return uri_authority((PtStr){rest.data, end}) &&
           (end >= rest.len || uri_characters(pt_str_from(rest, end)));
}

SchemaFormat schema_format_of(PtStr name)
{
    static const struct {
        PtStr name;
        SchemaFormat check;
    } formats[] = {
        {PT_STR_INIT("date-time"), is_date_time},
        {PT_STR_INIT("date"), is_date},
        {PT_STR_INIT("time"), is_time},
        {PT_STR_INIT("email"), is_email},
        {PT_STR_INIT("uri"), is_uri},
        {PT_STR_INIT("uuid"), is_uuid},
        {PT_STR_INIT("ipv4"), is_ipv4},
        {PT_STR_INIT("ipv6"), is_ipv6},
    };
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (pt_str_eq(name, formats[i].name)) {
            return formats[i].check;
        }
    }
    return NULL;
}
