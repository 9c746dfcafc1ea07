// SPDX-License-Identifier: Apache-2.0
#include "platform/http_parse.h"

#include "platform/http/http_internal.h"

#include <string.h>
#include <strings.h>

enum {
    METHOD_MAX = 32,
    REQUEST_LINE_EXTRA = METHOD_MAX + 32, /* what a request line may hold beside its target */
    LENGTH_SATURATED = 19,                /* digits that surely fit 64 bits */
};

/* Sums of HTTP_BYTE_*, sixteen bytes a row. In a target stand all visible ASCII but '#': a fragment
 * is never sent. The test states the sets in words. */
// clang-format off
const uint8_t http_byte_class[256] = {
     0,  0,  0,  0,  0,  0,  0,  0,  0,  2,  0,  0,  0,  0,  0,  0, /* 0x00 */
     0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0, /* 0x10 */
     2, 15,  6,  3, 15, 15, 15, 15, 14, 14, 15, 15, 14, 15, 15,  6, /* 0x20 */
    15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 14, 14,  6, 14,  6,  6, /* 0x30 */
     6, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, /* 0x40 */
    15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 14,  6, 14,  7, 15, /* 0x50 */
     7, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, /* 0x60 */
    15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15,  6,  7,  6, 15,  0, /* 0x70 */
     2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2, /* 0x80 */
     2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2, /* 0x90 */
     2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2, /* 0xa0 */
     2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2, /* 0xb0 */
     2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2, /* 0xc0 */
     2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2, /* 0xd0 */
     2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2, /* 0xe0 */
     2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2, /* 0xf0 */
};
// clang-format on

/* What the parse of one head carries along. */
typedef struct Head {
    HttpHead *head;
    const HttpLimits *limits;
    unsigned hosts, lengths, codings;
    PtStr host;      /* value of the Host header */
    PtStr authority; /* of an absolute-form target; data NULL without one */
    bool close, keep;
    int status;
    const char *reason;
} Head;

static bool fail(Head *h, int status, const char *reason)
{
    h->status = status;
    h->reason = reason;
    return false;
}

static bool all_of(PtStr s, uint8_t mask)
{
    for (size_t i = 0; i < s.len; i++) {
        if ((http_byte_class[(uint8_t)s.data[i]] & mask) == 0) {
            return false;
        }
    }
    return true;
}

static bool eq_nocase(PtStr a, const char *b, size_t len)
{
    return a.len == len && strncasecmp(a.data, b, len) == 0;
}

static void split_query(HttpHead *head, PtStr path_and_query)
{
    const char *mark = memchr(path_and_query.data, '?', path_and_query.len);
    size_t path_len = mark != NULL ? (size_t)(mark - path_and_query.data) : path_and_query.len;
    head->path = (PtStr){path_and_query.data, path_len};
    head->query = mark != NULL ? (PtStr){mark + 1, path_and_query.len - path_len - 1}
                               : (PtStr){path_and_query.data + path_and_query.len, 0};
}

/* http://HOST/path?query, as proxies send it. */
static bool parse_absolute(Head *h, PtStr target)
{
    size_t scheme = strncasecmp(target.data, "http://", 7) == 0 ? 7 : 8;
    PtStr rest = {target.data + scheme, target.len - scheme};
    size_t n = 0;
    while (n < rest.len && rest.data[n] != '/' && rest.data[n] != '?') {
        n++;
    }
    h->authority = (PtStr){rest.data, n};
    if (n == 0) {
        return fail(h, 400, "the request target names no host");
    }
    split_query(h->head, (PtStr){rest.data + n, rest.len - n});
    if (h->head->path.len == 0) {
        h->head->path = PT_STR("/");
    }
    return true;
}

static bool parse_target(Head *h)
{
    PtStr t = h->head->target;
    if (t.len == 0 || !all_of(t, HTTP_BYTE_TARGET)) {
        return fail(h, 400, "the request target holds a byte that is not allowed");
    }
    if (t.len > h->limits->target_bytes) {
        return fail(h, 414, "the request target is too long");
    }
    if (pt_str_eq(h->head->method, PT_STR("CONNECT"))) {
        return fail(h, 501, "this server is no proxy");
    }
    if (t.data[0] == '/') {
        split_query(h->head, t);
        return true;
    }
    if ((t.len > 7 && strncasecmp(t.data, "http://", 7) == 0) ||
        (t.len > 8 && strncasecmp(t.data, "https://", 8) == 0)) {
        return parse_absolute(h, t);
    }
    if (pt_str_eq(t, PT_STR("*")) && pt_str_eq(h->head->method, PT_STR("OPTIONS"))) {
        split_query(h->head, t);
        return true;
    }
    return fail(h, 400, "the request target is neither a path nor an http URL");
}

static bool parse_version(Head *h, PtStr v)
{
    if (v.len != 8 || memcmp(v.data, "HTTP/", 5) != 0 || v.data[6] != '.' || v.data[5] < '0' ||
        v.data[5] > '9' || v.data[7] < '0' || v.data[7] > '9') {
        return fail(h, 400, "the request line does not end in an HTTP version");
    }
    if (v.data[5] != '1') {
        return fail(h, 505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
    }
    h->head->minor = (unsigned)(v.data[7] - '0');
    return true;
}

static bool parse_request_line(Head *h, PtStr line)
{
    PtStr rest = line;
    PtStr method = {NULL, 0}, target = {NULL, 0};
    if (!pt_str_cut(&rest, ' ', &method) || !pt_str_cut(&rest, ' ', &target) || rest.data == NULL) {
        return fail(h, 400, "the request line is not method, target and version");
    }
    if (method.len == 0 || method.len > METHOD_MAX || !all_of(method, HTTP_BYTE_TOKEN)) {
        return fail(h, 400, "the method is not a token");
    }
    h->head->method = method;
    h->head->target = target;
    return parse_version(h, rest) && parse_target(h);
}

static bool take_host(Head *h, PtStr value)
{
    h->host = value;
    if (h->hosts++ > 0) {
        return fail(h, 400, "more than one host header");
    }
    return all_of(value, HTTP_BYTE_HOST) || fail(h, 400, "the host header is not a host");
}

static bool take_length(Head *h, PtStr value)
{
    if (h->lengths++ > 0) {
        return fail(h, 400, "more than one content-length");
    }
    uint64_t n = 0;
    for (size_t i = 0; i < value.len; i++) {
        unsigned digit = (unsigned)((uint8_t)value.data[i] - '0');
        if (digit > 9) {
            return fail(h, 400, "content-length is not a number");
        }
        n = i < LENGTH_SATURATED || n == 0 ? n * 10 + digit : UINT64_MAX;
    }
    if (value.len == 0) {
        return fail(h, 400, "content-length is not a number");
    }
    h->head->content_length = n;
    h->head->has_length = true;
    return true;
}

static bool take_coding(Head *h, PtStr value)
{
    h->head->chunked = true;
    if (h->codings++ > 0 || !eq_nocase(value, "chunked", 7)) {
        return fail(h, 400, "the only transfer coding taken is chunked");
    }
    return true;
}

static bool take_connection(Head *h, PtStr value)
{
    PtStr item = {NULL, 0};
    while (pt_str_cut(&value, ',', &item)) {
        item = pt_str_trim(item);
        h->close |= eq_nocase(item, "close", 5);
        h->keep |= eq_nocase(item, "keep-alive", 10);
    }
    return true;
}

static bool take_expect(Head *h, PtStr value)
{
    if (h->head->minor == 0) {
        return true; // RFC 9110: an expectation in HTTP/1.0 is ignored
    }
    h->head->expect_continue = eq_nocase(value, "100-continue", 12);
    return h->head->expect_continue || fail(h, 417, "the only expectation met is 100-continue");
}

/* The few headers that say something about the framing. */
static bool take_header(Head *h, const HttpHeader *field)
{
    static const struct {
        const char *name;
        size_t len;
        bool (*fn)(Head *h, PtStr value);
    } rows[] = {
        {"host", 4, take_host},
        {"expect", 6, take_expect},
        {"connection", 10, take_connection},
        {"content-length", 14, take_length},
        {"transfer-encoding", 17, take_coding},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (eq_nocase(field->name, rows[i].name, rows[i].len)) {
            return rows[i].fn(h, field->value);
        }
    }
    return true;
}

const char *http_field_split(PtStr line, HttpHeader *ret_field)
{
    size_t n = 0;
    while (n < line.len && (http_byte_class[(uint8_t)line.data[n]] & HTTP_BYTE_TOKEN) != 0) {
        n++;
    }
    if (n == 0 || n == line.len || line.data[n] != ':') {
        return n == 0 && line.len > 0 && (line.data[0] == ' ' || line.data[0] == '\t')
                   ? "a header line is folded"
                   : "a header line is not name, colon and value";
    }
    PtStr value = {line.data + n + 1, line.len - n - 1};
    if (!all_of(value, HTTP_BYTE_VALUE)) {
        return "a header value holds a control character";
    }
    *ret_field = (HttpHeader){{line.data, n}, pt_str_trim(value)};
    return NULL;
}

static bool parse_fields(Head *h, const char *at, const char *end)
{
    while (at < end) {
        const char *lf = memchr(at, '\n', (size_t)(end - at));
        PtStr line = {at, (size_t)(lf - at) - 1}; // every line was seen to end in CR LF
        at = lf + 1;
        if (h->head->header_count == h->limits->header_count) {
            return fail(h, 431, "too many headers");
        }
        HttpHeader *field = &h->head->headers[h->head->header_count];
        const char *reason = http_field_split(line, field);
        if (reason != NULL) {
            return fail(h, 400, reason);
        }
        h->head->header_count++;
        if (!take_header(h, field)) {
            return false;
        }
    }
    return true;
}

/* What no single line shows. */
static bool check_whole(Head *h)
{
    HttpHead *head = h->head;
    if (head->chunked && (head->has_length || head->minor == 0)) {
        return fail(h, 400, "transfer-encoding with a content-length or in HTTP/1.0");
    }
    if (head->minor > 0 && h->hosts == 0) {
        return fail(h, 400, "no host header");
    }
    if (h->authority.data != NULL &&
        (!all_of(h->authority, HTTP_BYTE_HOST) ||
         (h->hosts > 0 && !eq_nocase(h->authority, h->host.data, h->host.len)))) {
        return fail(h, 400, "the request target and the host header name different hosts");
    }
    if (head->content_length > h->limits->body_bytes) {
        return fail(h, 413, "the body is too large");
    }
    head->keep_alive = !h->close && (head->minor > 0 || h->keep);
    return true;
}

/* Where the head starts behind the one empty line that may come first: 0 or 2; -1 when more bytes
 * must tell; -2 when it cannot be a request. */
static int head_start(PtStr bytes)
{
    size_t start = 0;
    if (bytes.len > 0 && bytes.data[0] == '\r') {
        if (bytes.len > 1 && bytes.data[1] != '\n') {
            return -2;
        }
        start = 2;
    }
    if (bytes.len <= start) {
        return -1;
    }
    return (http_byte_class[(uint8_t)bytes.data[start]] & HTTP_BYTE_TOKEN) != 0 ? (int)start : -2;
}

/* Looks for the empty line that ends the head. The verdict depends on the bytes alone, not on how
 * they were cut: each bound is tested at a fixed place in the stream. */
static HttpParseResult find_end(Head *h, PtStr bytes, size_t start, size_t *scanned,
                                size_t *ret_end)
{
    const HttpLimits *limits = h->limits;
    size_t window = bytes.len < limits->header_bytes ? bytes.len : limits->header_bytes;
    size_t line_max = (size_t)limits->target_bytes + REQUEST_LINE_EXTRA;
    if (window > start + line_max && memchr(bytes.data + start, '\n', line_max) == NULL) {
        (void)fail(h, 414, "the request line is too long");
        return HTTP_PARSE_ERROR;
    }
    size_t at = *scanned > start ? *scanned : start;
    while (at < window) {
        const char *lf = memchr(bytes.data + at, '\n', window - at);
        if (lf == NULL) {
            break;
        }
        size_t i = (size_t)(lf - bytes.data);
        if (bytes.data[i - 1] != '\r') { // the first byte is a token's, so i > start
            (void)fail(h, 400, "a line ends in a bare line feed");
            return HTTP_PARSE_ERROR;
        }
        if (i >= start + 3 && bytes.data[i - 2] == '\n') {
            *ret_end = i + 1;
            return HTTP_PARSE_DONE;
        }
        at = i + 1;
    }
    *scanned = window;
    if (bytes.len >= limits->header_bytes) {
        (void)fail(h, 431, "the request header is too large");
        return HTTP_PARSE_ERROR;
    }
    return HTTP_PARSE_MORE;
}

HttpParseResult http_parse_head(PtStr bytes, const HttpLimits *limits, size_t *scanned,
                                HttpHead *ret_head, int *ret_status, const char **ret_reason)
{
    Head h = {.head = ret_head, .limits = limits};
    size_t end = 0;
    int start = head_start(bytes);
    if (start == -1) {
        return HTTP_PARSE_MORE;
    }
    HttpParseResult result =
        start >= 0 ? find_end(&h, bytes, (size_t)start, scanned, &end) : HTTP_PARSE_ERROR;
    if (start < 0) {
        (void)fail(&h, 400, "this is no HTTP request");
    }
    if (result == HTTP_PARSE_DONE) {
        *ret_head = (HttpHead){.headers = ret_head->headers, .head_bytes = end};
        const char *at = bytes.data + start;
        const char *lf = memchr(at, '\n', end - (size_t)start);
        PtStr line = {at, (size_t)(lf - at) - 1};
        bool ok = parse_request_line(&h, line) && parse_fields(&h, lf + 1, bytes.data + end - 2) &&
                  check_whole(&h);
        result = ok ? HTTP_PARSE_DONE : HTTP_PARSE_ERROR;
    }
    if (result == HTTP_PARSE_ERROR) {
        *ret_status = h.status;
        *ret_reason = h.reason;
    }
    return result;
}
