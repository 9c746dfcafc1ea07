// SPDX-License-Identifier: Apache-2.0
/* The list of kinds; settings; requests; what HTTP answers mean. */
#include "connect/kind_internal.h"

#include <limits.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const ConnectKind *const kinds[] = {
    &connect_kind_webhook, &connect_kind_ga4,   &connect_kind_meta,
    &connect_kind_segment, &connect_kind_files, &connect_kind_s3,
};

const ConnectKind *const *connect_kinds(size_t *ret_count)
{
    *ret_count = sizeof kinds / sizeof *kinds;
    return kinds;
}

const ConnectKind *connect_kind_of(PtStr name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (pt_str_eq(name, pt_str(kinds[i]->name))) {
            return kinds[i];
        }
    }
    return NULL;
}

const char *connect_verdict_name(ConnectVerdict verdict)
{
#define NAME(id, text) text,
    static const char *const names[] = {CONNECT_VERDICT_MAP(NAME)};
#undef NAME
    return names[verdict];
}

/* -- settings ---------------------------------------------------------------------------------- */

static const ConnectField *field_of(const ConnectKind *kind, PtStr name)
{
    for (size_t i = 0; i < kind->field_count; i++) {
        if (pt_str_eq(name, pt_str(kind->fields[i].name))) {
            return &kind->fields[i];
        }
    }
    return NULL;
}

static PtStr given(const ConnectSettings *s, PtStr name)
{
    for (size_t i = 0; i < s->count; i++) {
        if (pt_str_eq(s->items[i].name, name)) {
            return s->items[i].value;
        }
    }
    return (PtStr){NULL, 0};
}

PtStr connect_setting(const ConnectSettings *s, const char *name)
{
    PtStr value = given(s, pt_str(name));
    const ConnectField *field = field_of(s->kind, pt_str(name));
    return value.len == 0 && field != NULL ? pt_str(field->fallback) : value;
}

static bool is_choice(const ConnectField *field, PtStr value)
{
    const char *const *choice = field->choices;
    while (choice != NULL && *choice != NULL && !pt_str_eq(value, pt_str(*choice))) {
        choice++;
    }
    return choice == NULL || *choice != NULL;
}

static PtStatus check_field(const ConnectField *field, PtStr value, PtError *err)
{
    if (value.len == 0) {
        return field->required ? pt_fail(err, PT_INVALID, "%s is missing", field->name) : PT_OK;
    }
    if (value.len > field->max) {
        return pt_fail(err, PT_INVALID, "%s has %zu bytes, not at most %u", field->name, value.len,
                       field->max);
    }
    if (!pt_utf8_valid(value) || memchr(value.data, '\0', value.len) != NULL) {
        return pt_fail(err, PT_INVALID, "%s is not UTF-8 text", field->name);
    }
    if (!is_choice(field, value)) {
        return pt_fail(err, PT_INVALID, "%s is none of its choices", field->name);
    }
    return PT_OK;
}

PtStatus connect_settings_check(const ConnectSettings *s, PtError *err)
{
    for (size_t i = 0; i < s->count; i++) {
        PtStr name = s->items[i].name;
        if (field_of(s->kind, name) == NULL) {
            return pt_fail(err, PT_INVALID, "a destination of kind %s has no setting \"%.*s\"",
                           s->kind->name, (int)(name.len < 40 ? name.len : 40), name.data);
        }
    }
    for (size_t i = 0; i < s->kind->field_count; i++) {
        const ConnectField *field = &s->kind->fields[i];
        PtStatus st = check_field(field, given(s, pt_str(field->name)), err);
        if (st != PT_OK) {
            return st;
        }
    }
    return s->kind->check(s, err);
}

uint32_t kind_number(const ConnectSettings *s, const char *name, uint32_t min, uint32_t max)
{
    uint32_t value = min;
    const ConnectField *field = field_of(s->kind, pt_str(name));
    if (!pt_str_to_u32(connect_setting(s, name), max, &value) || value < min) {
        (void)pt_str_to_u32(pt_str(field->fallback), max, &value);
    }
    return value;
}

PtStatus kind_check_number(const ConnectSettings *s, const char *name, uint32_t min, uint32_t max,
                           PtError *err)
{
    uint32_t value;
    if (pt_str_to_u32(connect_setting(s, name), max, &value) && value >= min) {
        return PT_OK;
    }
    return pt_fail(err, PT_INVALID, "%s is not a whole number in %u..%u", name, min, max);
}

PtStatus kind_check_url(const ConnectSettings *s, const char *name, PtError *err)
{
    PtStr url = connect_setting(s, name), https = PT_STR("https://"), http = PT_STR("http://");
    PtStr rest = pt_str_starts(url, https)  ? pt_str_from(url, https.len)
                 : pt_str_starts(url, http) ? pt_str_from(url, http.len)
                                            : (PtStr){NULL, 0};
    if (rest.len == 0 || strchr("/:?", rest.data[0]) != NULL) {
        return pt_fail(err, PT_INVALID, "%s is not an http or https address", name);
    }
    bool in_host = true;
    for (size_t i = 0; i < rest.len; i++) {
        const char c = rest.data[i];
        in_host = in_host && c != '/' && c != '?';
        if (c <= ' ' || c == 0x7f || c == '#' || c == '"' || c == '\\' || (in_host && c == '@')) {
            return pt_fail(err, PT_INVALID,
                           "%s has a blank, a control character, \\, \", # or a user in it", name);
        }
    }
    return PT_OK;
}

/* -- requests ---------------------------------------------------------------------------------- */

void connect_request_init(ConnectRequest *r, size_t body_max)
{
    *r = (ConnectRequest){0};
    pt_buf_init(&r->body, body_max);
}

void connect_request_done(ConnectRequest *r)
{
    pt_buf_done(&r->body);
}

bool kind_add_header(ConnectRequest *r, PtStr line)
{
    if (line.data == NULL || r->header_count == CONNECT_HEADERS_MAX) {
        return false;
    }
    r->headers[r->header_count++] = line;
    return true;
}

/* Bytes of the secret at the start of the text, whichever of its characters are percent-escaped;
 * 0: it is not there. */
static size_t secret_at(PtStr text, PtStr secret)
{
    size_t at = 0;
    if (pt_str_starts(text, secret)) {
        return secret.len;
    }
    for (size_t i = 0; i < secret.len; i++) {
        const bool escape = at + 2 < text.len && text.data[at] == '%';
        const int high = escape ? pt_hex_digit(text.data[at + 1]) : -1;
        const int low = high >= 0 ? pt_hex_digit(text.data[at + 2]) : -1;
        if (at >= text.len || (low >= 0 ? high * 16 + low : (unsigned char)text.data[at]) !=
                                  (unsigned char)secret.data[i]) {
            return 0;
        }
        at += low >= 0 ? 3 : 1;
    }
    return at;
}

/* Appends text with every secret setting in it as "***", also in its percent-escaped form. */
static void show_text(const ConnectSettings *s, PtStr text, PtBuf *out)
{
    for (size_t i = 0; text.data != NULL && i < text.len;) {
        const PtStr rest = {text.data + i, text.len - i};
        size_t hit = 0;
        for (size_t k = 0; k < s->kind->field_count && hit == 0; k++) {
            PtStr secret = given(s, pt_str(s->kind->fields[k].name));
            hit = s->kind->fields[k].secret ? secret_at(rest, secret) : 0;
        }
        pt_buf_add_str(out, hit > 0 ? PT_STR("***") : (PtStr){rest.data, 1});
        i += hit > 0 ? hit : 1;
    }
}

/* Headers that are made of secrets, or may hold one in another form. */
static bool is_secret_header(const ConnectSettings *s, PtStr line)
{
    PtStr rest = line, name = line;
    (void)pt_str_cut(&rest, ':', &name);
    return pt_str_eq_nocase(name, PT_STR("authorization")) ||
           pt_str_has(given(s, PT_STR("headers")), line);
}

void connect_request_show(const ConnectSettings *s, const ConnectRequest *r, size_t max, PtBuf *out)
{
    pt_buf_printf(out, "%s ", r->method);
    show_text(s, r->url, out);
    if (r->content_type.len > 0) {
        pt_buf_printf(out, "\nContent-Type: %.*s", PT_STR_ARG(r->content_type));
    }
    for (size_t i = 0; i < r->header_count; i++) {
        PtStr line = r->headers[i], rest = line, name = line;
        pt_buf_add_char(out, '\n');
        if (is_secret_header(s, line)) {
            (void)pt_str_cut(&rest, ':', &name);
            pt_buf_printf(out, "%.*s: ***", PT_STR_ARG(name));
        } else {
            show_text(s, line, out);
        }
    }
    PtStr body = pt_buf_str(&r->body);
    if (body.len > max) {
        body.len = max;
        while (body.len > 0 && ((unsigned char)body.data[body.len] & 0xC0) == 0x80) {
            body.len--; // no half character
        }
    }
    pt_buf_add_str(out, PT_STR("\n\n"));
    show_text(s, body, out);
}

PtStatus connect_encode_one(const ConnectSettings *s, const ConnectOutEvent *event,
                            const ConnectBatch *batch, PtArena *arena, ConnectPiece *ret_piece,
                            ConnectRequest *ret, PtError *err)
{
    PtStatus st = s->kind->render(s, event, batch->now_ms, arena, ret_piece, err);
    if (st == PT_OK && ret_piece->skip == NULL) {
        st = s->kind->encode(s, ret_piece, 1, batch, arena, ret, err);
    }
    return st;
}

/* -- base64 ------------------------------------------------------------------------------------ */

void kind_base64(const uint8_t *bytes, size_t len, PtBuf *out)
{
    size_t size = sodium_base64_encoded_len(len, sodium_base64_VARIANT_ORIGINAL); // with its NUL
    char *room = pt_buf_reserve(out, size);
    if (room != NULL) {
        (void)sodium_bin2base64(room, size, bytes, len, sodium_base64_VARIANT_ORIGINAL);
        out->len += size - 1;
    }
}

int kind_base64_decode(PtStr text, uint8_t *out, size_t room)
{
    size_t len = 0;
    int rc = sodium_base642bin(out, room, text.data, text.len, NULL, &len, NULL,
                               sodium_base64_VARIANT_ORIGINAL);
    return rc == 0 && len <= INT_MAX ? (int)len : -1;
}

/* -- answers ----------------------------------------------------------------------------------- */

void kind_why(char why[CONNECT_WHY_MAX], const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(why, CONNECT_WHY_MAX, fmt, args);
    va_end(args);
    size_t len = strlen(why), good = 0;
    while (good < len) { // what the answer said may be cut within a character, or be none
        size_t step = pt_utf8_step(why + good, why + len);
        if (step == 0) {
            break;
        }
        why[good] = (unsigned char)why[good] < ' ' ? ' ' : why[good];
        good += step;
    }
    why[good] = '\0';
}

static ConnectVerdict verdict_of(int status, size_t count)
{
    switch (status) {
    case 401:
    case 403:
    case 410:
        return CONNECT_STOP;
    case 404:
    case 408:
    case 409:
    case 425:
    case 429:
        return CONNECT_AGAIN;
    default:
        break;
    }
    if (status / 100 == 2) {
        return CONNECT_DELIVERED;
    }
    if (status / 100 == 3) {
        return CONNECT_STOP; // where it leads to is for people to judge
    }
    return status / 100 != 4 ? CONNECT_AGAIN : count > 1 ? CONNECT_SPLIT : CONNECT_REFUSED;
}

ConnectVerdict kind_judge(int status, size_t count, PtStr detail, char why[CONNECT_WHY_MAX])
{
    const ConnectVerdict verdict = verdict_of(status, count);
    const int shown = (int)(detail.len < CONNECT_WHY_MAX ? detail.len : CONNECT_WHY_MAX);
    why[0] = '\0';
    if (verdict != CONNECT_DELIVERED) {
        kind_why(why, "it answered %d%s%.*s", status, shown > 0 ? ": " : "", shown,
                 shown > 0 ? detail.data : "");
    }
    return verdict;
}
