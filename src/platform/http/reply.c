// SPDX-License-Identifier: Apache-2.0
/* Answers: written straight behind what the connection is to send, or kept with the exchange while
 * an earlier one is missing. */
#include "platform/http/http_internal.h"

#include "base/buf.h"
#include "base/json.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { FIXED_BYTES = 256, PROBLEM_BYTES = 8192 };

static const struct Reason {
    int status;
    const char *text;
} reasons[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

static const char *reason_of(int status)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (reasons[i].status == status) {
            return reasons[i].text;
        }
    }
    return "";
}

static char *put(char *at, const char *text, size_t len)
{
    memcpy(at, text, len);
    return at + len;
}

static char *put_text(char *at, const char *text)
{
    return put(at, text, strlen(text));
}

static char *put_number(char *at, uint64_t n)
{
    char digits[20];
    size_t i = sizeof digits;
    do {
        digits[--i] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    return put(at, digits + i, sizeof digits - i);
}

/* What every answer carries, made once a second. */
static void refresh_date(HttpServer *s)
{
    time_t now = time(NULL);
    if (now == s->date_s) {
        return;
    }
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct tm tm;
    if (gmtime_r(&now, &tm) == NULL) {
        return;
    }
    s->date_s = now;
    s->date_len = (size_t)snprintf(
        s->date, sizeof s->date,
        "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d GMT\r\nX-Content-Type-Options: nosniff\r\n",
        days + 3 * tm.tm_wday, tm.tm_mday, months + 3 * tm.tm_mon, tm.tm_year + 1900, tm.tm_hour,
        tm.tm_min, tm.tm_sec);
}

/* A header that would break the framing or smuggle a line is left out. */
static bool may_send(const HttpHeader *h)
{
    static const char *const ours[] = {"content-length", "transfer-encoding", "connection", "date"};
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
        if (http_name_eq(h->name, ours[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < h->name.len; i++) {
        if ((http_byte_class[(uint8_t)h->name.data[i]] & HTTP_BYTE_TOKEN) == 0) {
            return false;
        }
    }
    for (size_t i = 0; i < h->value.len; i++) {
        if ((http_byte_class[(uint8_t)h->value.data[i]] & HTTP_BYTE_VALUE) == 0) {
            return false;
        }
    }
    return h->name.len > 0;
}

static char *put_headers(char *at, const HttpHeader *headers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (may_send(&headers[i])) {
            at = put(at, headers[i].name.data, headers[i].name.len);
            at = put_text(at, ": ");
            if (headers[i].value.len > 0) {
                at = put(at, headers[i].value.data, headers[i].value.len);
            }
            at = put_text(at, "\r\n");
        }
    }
    return at;
}

static char *put_status(char *at, int status)
{
    if (status == 200) {
        return put_text(at, "HTTP/1.1 200 OK\r\n");
    }
    at = put_text(at, "HTTP/1.1 ");
    at = put_number(at, (uint64_t)status);
    *at++ = ' ';
    at = put_text(at, reason_of(status));
    return put_text(at, "\r\n");
}

static char *put_framing(char *at, const HttpExchange *x, int status, HttpFraming framing,
                         size_t body_len)
{
    bool bodiless = status < 200 || status == 204 || status == 304;
    if (framing == HTTP_CHUNKED) {
        at = put_text(at, "Transfer-Encoding: chunked\r\n");
    } else if (framing == HTTP_LENGTH && !bodiless) {
        at = put_text(at, "Content-Length: ");
        at = put_number(at, body_len);
        at = put_text(at, "\r\n");
    }
    if (x->close) {
        return put_text(at, "Connection: close\r\n");
    }
    return x->minor == 0 ? put_text(at, "Connection: keep-alive\r\n") : at;
}

bool http_head_write(HttpExchange *x, int status, const HttpHeader *headers, size_t header_count,
                     HttpFraming framing, PtStr body)
{
    HttpServer *s = x->server;
    HttpConn *c = x->conn;
    HttpBlock **out = c->first == x ? &c->out : &x->out;
    bool with_body = !x->head_only && status >= 200 && status != 204 && status != 304;
    refresh_date(s);
    size_t need = FIXED_BYTES + s->date_len + (with_body ? body.len : 0);
    const size_t always = x->always.value.len > 0 ? 1 : 0;
    need += always * (x->always.name.len + x->always.value.len + 4);
    for (size_t i = 0; i < header_count; i++) {
        need += headers[i].name.len + headers[i].value.len + 4;
    }
    char *start = http_out_reserve(&s->blocks, out, need);
    if (start == NULL) {
        return false;
    }
    char *at = put_status(start, status);
    at = put(at, s->date, s->date_len);
    at = put_framing(at, x, status, framing, body.len);
    at = put_headers(at, headers, header_count);
    at = put_headers(at, &x->always, always);
    at = put_text(at, "\r\n");
    if (with_body && body.len > 0) {
        at = put(at, body.data, body.len);
    }
    (*out)->len += (size_t)(at - start);
    http_tally(&s->tally.by_class[status / 100 < 6 ? status / 100 : 5], 1);
    return true;
}

/* Appends an answer that was kept back. */
static void release_kept(HttpConn *c, HttpExchange *x)
{
    HttpBlocks *blocks = &c->server->blocks;
    if (x->out == NULL) {
        return;
    }
    if (c->out == NULL) {
        c->out = PT_TAKE(x->out);
    } else if (!http_out_add(blocks, &c->out, x->out->data, x->out->len)) {
        c->broken = true;
    }
}

void http_answered(HttpConn *c)
{
    for (HttpExchange *x; (x = c->first) != NULL;) {
        release_kept(c, x);
        http_block_unref(&c->server->blocks, PT_TAKE(x->out));
        if (!x->answered) {
            break;
        }
        c->first = x->next;
        c->last = c->first != NULL ? c->last : NULL;
        c->count--;
        x->next = NULL;
        http_exchange_recycle(x);
    }
    http_conn_settle_later(c);
}

void http_reply(HttpExchange *x, int status, const HttpHeader *headers, size_t header_count,
                PtStr body)
{
    assert(!x->answered && x->stream == NULL && status >= 100 && status <= 599);
    HttpConn *c = x->conn;
    if (c == NULL) {
        http_exchange_recycle(x); // nobody is left to read it
        return;
    }
    if (x->server->draining && x == c->last && c->in_off == c->in_end) {
        x->close = true;
        c->no_more = true;
    }
    c->broken |= !http_head_write(x, status, headers, header_count, HTTP_LENGTH, body);
    x->answered = true;
    if (x == c->first) {
        http_answered(c);
    }
}

/* open: a page of any origin may read it. So it is for what the core itself refuses, which holds
 * nothing secret: a browser that cannot see a 413 takes it for a lost network and sends again. */
static void reply_problem(HttpExchange *x, int status, const char *code, const char *title,
                          const char *detail, uint32_t retry_after_s, bool open)
{
    PtBuf buf;
    char seconds[16];
    pt_buf_init(&buf, PROBLEM_BYTES);
    PtJsonOut o = pt_json_out(&buf);
    pt_json_out_object(&o);
    pt_json_out_key(&o, PT_STR("status"));
    pt_json_out_i64(&o, status);
    pt_json_out_key(&o, PT_STR("code"));
    pt_json_out_str(&o, pt_str(code));
    pt_json_out_key(&o, PT_STR("title"));
    pt_json_out_str(&o, pt_str(title));
    if (detail != NULL && detail[0] != '\0') {
        pt_json_out_key(&o, PT_STR("detail"));
        pt_json_out_str(&o, pt_str(detail));
    }
    pt_json_out_object_end(&o);
    PtStr body = pt_buf_status(&buf) == PT_OK ? pt_buf_str(&buf) : PT_STR("{}");
    HttpHeader headers[4] = {{PT_STR("Content-Type"), PT_STR("application/problem+json")}};
    size_t count = 1;
    if (status == 429 || status == 503) {
        (void)snprintf(seconds, sizeof seconds, "%u", retry_after_s);
        headers[count++] = (HttpHeader){PT_STR("Retry-After"), pt_str(seconds)};
    }
    if (open) {
        headers[count++] = (HttpHeader){PT_STR("Access-Control-Allow-Origin"), PT_STR("*")};
        headers[count++] =
            (HttpHeader){PT_STR("Access-Control-Expose-Headers"), PT_STR("Retry-After")};
    }
    http_reply(x, status, headers, count, body);
    pt_buf_done(&buf);
}

void http_reply_problem(HttpExchange *x, PtStatus status, const char *message)
{
    http_reply_problem_after(x, status, message, 1);
}

void http_reply_problem_after(HttpExchange *x, PtStatus status, const char *message,
                              uint32_t retry_after_s)
{
    reply_problem(x, pt_status_http(status), pt_status_name(status), pt_status_title(status),
                  message, retry_after_s, false);
}

void http_reply_error(HttpExchange *x, int status, const char *detail)
{
    static const struct {
        int status;
        const char *code;
    } own[] = {
        {414, "target_too_long"},
        {417, "expectation_failed"},
        {505, "version_not_supported"},
    };
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (own[i].status == status) {
            reply_problem(x, status, own[i].code, reason_of(status), detail, 1, true);
            return;
        }
    }
    PtStatus st = status == 503 ? PT_UNAVAILABLE : PT_INVALID;
    for (PtStatus i = PT_OK; i < PT_STATUS_COUNT && st == PT_INVALID; i++) {
        st = pt_status_http(i) == status ? i : st;
    }
    reply_problem(x, pt_status_http(st), pt_status_name(st), pt_status_title(st), detail, 1, true);
}
