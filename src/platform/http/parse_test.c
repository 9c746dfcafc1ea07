// SPDX-License-Identifier: Apache-2.0
#include "platform/http/http_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Every case is parsed whole and cut at every place, each time from memory that ends where the
 * bytes end; the verdict must not change. */

enum { TARGET_MAX = 40, HEADER_MAX = 400, COUNT_MAX = 4, BODY_MAX = 1000, MORE = 1, DONE = 0 };

static HttpLimits small_limits(void)
{
    HttpLimits limits = http_limits_default();
    limits.target_bytes = TARGET_MAX;
    limits.header_bytes = HEADER_MAX;
    limits.header_count = COUNT_MAX;
    limits.body_bytes = BODY_MAX;
    return limits;
}

#define H11       "Host: a\r\n"
#define GET       "GET / HTTP/1.1\r\n"
#define A10       "aaaaaaaaaa"
#define A40       A10 A10 A10 A10
#define A100      A40 A40 A10 A10
#define POST(len) "POST /p HTTP/1.1\r\n" H11 len "\r\n"

/* want: 0 done, 1 more bytes wanted, else the status of the answer. */
static struct HeadCase {
    const char *name, *text;
    int want;
} head_cases[] = {
    {"nothing yet", "", MORE},
    {"plain", GET H11 "\r\n", DONE},
    {"rest is not its business", GET H11 "\r\n\0\n\r", DONE},
    {"cut before the last line feed", GET H11 "\r", MORE},
    {"one empty line first", "\r\n" GET H11 "\r\n", DONE},
    {"only an empty line", "\r\n", MORE},
    {"two empty lines first", "\r\n\r\n" GET H11 "\r\n", 400},
    {"carriage return first", "\rGET", 400},
    {"line feed first", "\n" GET H11 "\r\n", 400},
    {"space first", " " GET H11 "\r\n", 400},
    {"TLS hello", "\x16\x03\x01\x02", 400},
    {"bare line feed ends the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400},
    {"bare line feed ends a header", GET "Host: a\nX: y\r\n\r\n", 400},
    {"bare line feed ends the head", GET H11 "\n", 400},
    {"bare carriage return in a value", GET H11 "X: a\rb\r\n\r\n", 400},
    {"bare carriage return in the request line", "GET /\r HTTP/1.1\r\n" H11 "\r\n", 400},
    {"two carriage returns", GET H11 "X: a\r\r\n\r\n", 400},

    {"no target", "GET HTTP/1.1\r\n" H11 "\r\n", 400},
    {"no version", "GET /\r\n" H11 "\r\n", 400},
    {"two spaces before the target", "GET  / HTTP/1.1\r\n" H11 "\r\n", 400},
    {"two spaces before the version", "GET /  HTTP/1.1\r\n" H11 "\r\n", 400},
    {"space behind the version", "GET / HTTP/1.1 \r\n" H11 "\r\n", 400},
    {"tab for a space", "GET\t/ HTTP/1.1\r\n" H11 "\r\n", 400},
    {"method with a bracket", "GE(T / HTTP/1.1\r\n" H11 "\r\n", 400},
    {"method of 32", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF / HTTP/1.1\r\n" H11 "\r\n", DONE},
    {"method of 33", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG / HTTP/1.1\r\n" H11 "\r\n", 400},
    {"method in lower case is another method", "get / HTTP/1.1\r\n" H11 "\r\n", DONE},
    {"HTTP/1.0 without host", "GET / HTTP/1.0\r\n\r\n", DONE},
    {"HTTP/1.2 is read as 1.1", "GET / HTTP/1.2\r\n" H11 "\r\n", DONE},
    {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
    {"HTTP/0.9", "GET / HTTP/0.9\r\n\r\n", 505},
    {"version in lower case", "GET / http/1.1\r\n" H11 "\r\n", 400},
    {"version with two digits", "GET / HTTP/1.10\r\n" H11 "\r\n", 400},
    {"version of letters", "GET / HTTP/x.y\r\n" H11 "\r\n", 400},

    {"target of 40", "GET /" A10 A10 A10 "aaaaaaaaa HTTP/1.1\r\n" H11 "\r\n", DONE},
    {"target of 41", "GET /" A40 " HTTP/1.1\r\n" H11 "\r\n", 414},
    {"request line without end", "GET /" A100 "a", 414},
    {"request line of 104, no end yet", "GET /" A40 A40 A10 "aaaaaaaaa", MORE},
    {"target with a control character", "GET /\x01 HTTP/1.1\r\n" H11 "\r\n", 400},
    {"target with DEL", "GET /\x7f HTTP/1.1\r\n" H11 "\r\n", 400},
    {"target with a byte over 127", "GET /\xc3\xa4 HTTP/1.1\r\n" H11 "\r\n", 400},
    {"target with a fragment", "GET /#x HTTP/1.1\r\n" H11 "\r\n", 400},
    {"target without slash", "GET a HTTP/1.1\r\n" H11 "\r\n", 400},
    {"star for OPTIONS", "OPTIONS * HTTP/1.1\r\n" H11 "\r\n", DONE},
    {"star for GET", "GET * HTTP/1.1\r\n" H11 "\r\n", 400},
    {"CONNECT", "CONNECT a:443 HTTP/1.1\r\n" H11 "\r\n", 501},
    {"absolute target of the same host", "GET http://a/x HTTP/1.1\r\n" H11 "\r\n", DONE},
    {"absolute target without path", "GET http://A?q HTTP/1.1\r\n" H11 "\r\n", DONE},
    {"absolute target of another host", "GET http://b/x HTTP/1.1\r\n" H11 "\r\n", 400},
    {"absolute target with a user", "GET http://u@a/ HTTP/1.1\r\nHost: u@a\r\n\r\n", 400},
    {"absolute target without host", "GET http:///x HTTP/1.1\r\n" H11 "\r\n", 400},
    {"absolute target of another scheme", "GET ftp://a/x HTTP/1.1\r\n" H11 "\r\n", 400},

    {"no host in 1.1", GET "\r\n", 400},
    {"empty host", GET "Host:\r\n\r\n", DONE},
    {"two hosts", GET H11 H11 "\r\n", 400},
    {"two hosts in 1.0", "GET / HTTP/1.0\r\n" H11 H11 "\r\n", 400},
    {"host with a port", GET "Host: [::1]:80\r\n\r\n", DONE},
    {"host with a space", GET "Host: a b\r\n\r\n", 400},
    {"host with a slash", GET "Host: a/b\r\n\r\n", 400},

    {"space before the colon", GET "Host : a\r\n\r\n", 400},
    {"tab before the colon", GET "Host\t: a\r\n\r\n", 400},
    {"no colon", GET H11 "abc\r\n\r\n", 400},
    {"no name", GET H11 ": x\r\n\r\n", 400},
    {"folded line", GET H11 "X: a\r\n b\r\n\r\n", 400},
    {"folded with a tab", GET H11 "X: a\r\n\tb\r\n\r\n", 400},
    {"folded before any header", GET " X: a\r\n" H11 "\r\n", 400},
    {"bell in a value", GET H11 "X: a\ab\r\n\r\n", 400},
    {"DEL in a value", GET H11 "X: a\x7f\r\n\r\n", 400},
    {"tab in a value", GET H11 "X: a\tb\r\n\r\n", DONE},
    {"bytes over 127 in a value", GET H11 "X: \xff\xfe\r\n\r\n", DONE},
    {"byte over 127 in a name", GET H11 "X\xff: a\r\n\r\n", 400},
    {"4 headers", GET H11 "A:\r\nB:\r\nC:\r\n\r\n", DONE},
    {"5 headers", GET H11 "A:\r\nB:\r\nC:\r\nD:\r\n\r\n", 431},

    {"length", POST("Content-Length: 5\r\n"), DONE},
    {"length at the bound", POST("Content-Length: 1000\r\n"), DONE},
    {"length over the bound", POST("Content-Length: 1001\r\n"), 413},
    {"length over 64 bits", POST("Content-Length: 18446744073709551621\r\n"), 413},
    {"length with letters", POST("Content-Length: 1" A10 "\r\n"), 400},
    {"length of many digits", POST("Content-Length: 99999999999999999999999999999\r\n"), 413},
    {"length with leading zeros", POST("Content-Length: 0000000000000000000000000005\r\n"), DONE},
    {"length with a sign", POST("Content-Length: +5\r\n"), 400},
    {"negative length", POST("Content-Length: -5\r\n"), 400},
    {"empty length", POST("Content-Length:\r\n"), 400},
    {"length with a space", POST("Content-Length: 5 5\r\n"), 400},
    {"length list", POST("Content-Length: 5, 5\r\n"), 400},
    {"length in hex", POST("Content-Length: 0x5\r\n"), 400},
    {"equal lengths", POST("Content-Length: 5\r\nContent-Length: 5\r\n"), 400},
    {"different lengths", POST("Content-Length: 5\r\nContent-Length: 6\r\n"), 400},
    {"chunked", POST("Transfer-Encoding: chunked\r\n"), DONE},
    {"chunked in capitals", POST("TRANSFER-ENCODING: CHUNKED\r\n"), DONE},
    {"chunked with a length", POST("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400},
    {"length with chunked", POST("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400},
    {"chunked twice", POST("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
    {"chunked twice in one", POST("Transfer-Encoding: chunked, chunked\r\n"), 400},
    {"gzip, chunked", POST("Transfer-Encoding: gzip, chunked\r\n"), 400},
    {"identity", POST("Transfer-Encoding: identity\r\n"), 400},
    {"xchunked", POST("Transfer-Encoding: xchunked\r\n"), 400},
    {"chunked with a vertical tab", POST("Transfer-Encoding: \vchunked\r\n"), 400},
    {"chunked in quotes", POST("Transfer-Encoding: \"chunked\"\r\n"), 400},
    {"empty coding", POST("Transfer-Encoding:\r\n"), 400},
    {"chunked in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
    {"space in Transfer-Encoding's name", POST("Transfer-Encoding : chunked\r\n"), 400},
    {"Content_Length is another header", POST("Content_Length: 5\r\n"), DONE},

    {"expect", POST("Expect: 100-Continue\r\n"), DONE},
    {"expect something else", POST("Expect: tea\r\n"), 417},
    {"expect something else in 1.0", "GET / HTTP/1.0\r\nExpect: tea\r\n\r\n", DONE},
};

static HttpParseResult parse_exact(const char *text, size_t len, const HttpLimits *limits,
                                   size_t *scanned, HttpHead *head, int *status)
{
    char *exact = malloc(len > 0 ? len : 1);
    const char *reason = NULL;
    assert_non_null(exact);
    memcpy(exact, text, len);
    HttpParseResult r =
        http_parse_head((PtStr){exact, len}, limits, scanned, head, status, &reason);
    assert_true((r == HTTP_PARSE_ERROR) == (reason != NULL));
    free(exact);
    return r;
}

/* Feeds text[0..cut), then all: the verdict and where it was reached. */
static int verdict(const char *text, size_t len, size_t cut, const HttpLimits *limits)
{
    HttpHeader headers[COUNT_MAX];
    HttpHead head = {.headers = headers};
    size_t scanned = 0;
    int status = 0;
    HttpParseResult r = parse_exact(text, cut, limits, &scanned, &head, &status);
    if (r == HTTP_PARSE_MORE) {
        r = parse_exact(text, len, limits, &scanned, &head, &status);
    }
    return r == HTTP_PARSE_ERROR ? status : r == HTTP_PARSE_MORE ? MORE : DONE;
}

static void head_case(void **state)
{
    const struct HeadCase *c = *state;
    const HttpLimits limits = small_limits();
    size_t len = strlen(c->text);
    for (size_t cut = 0; cut <= len; cut++) {
        int got = verdict(c->text, len, cut, &limits);
        if (got != c->want) {
            fail_msg("\"%s\" cut at %zu: %d, not %d", c->name, cut, got, c->want);
        }
    }
}

/* A byte at a time, from one end to the other. */
static void nul_is_refused_everywhere(void **state)
{
    (void)state;
    const HttpLimits limits = small_limits();
    const char good[] = "POST /p?q HTTP/1.1\r\nHost: a\r\nX-Y: b c\r\n\r\n";
    for (size_t i = 0; i < sizeof good - 1; i++) {
        char bad[sizeof good];
        memcpy(bad, good, sizeof good);
        bad[i] = '\0';
        int got = verdict(bad, sizeof good - 1, 0, &limits);
        assert_true(got == 400 || (i >= sizeof good - 4 && got == MORE)); // the end went missing
    }
}

static void header_section_bound(void **state)
{
    (void)state;
    const HttpLimits limits = small_limits();
    for (int extra = -1; extra <= 1; extra++) {
        char text[HEADER_MAX + 16];
        int n = snprintf(text, sizeof text, GET H11 "X: ");
        while (n < HEADER_MAX + extra - 4) {
            text[n++] = 'x';
        }
        memcpy(text + n, "\r\n\r\n", 4);
        size_t len = (size_t)n + 4;
        int want = len <= HEADER_MAX ? DONE : 431;
        for (size_t cut = 0; cut <= len; cut++) {
            assert_int_equal(verdict(text, len, cut, &limits), want);
        }
    }
}

static void fields_are_what_was_sent(void **state)
{
    (void)state;
    const HttpLimits limits = small_limits();
    const char text[] =
        "POST http://a:1/x/%20y?z=1?2 HTTP/1.1\r\nhOST: a:1\r\n"
        "X:\t  v \t w \t\r\nconnection: x , CLOSE\r\ncontent-length: 007\r\n\r\nbody";
    HttpHeader headers[COUNT_MAX];
    HttpHead head = {.headers = headers};
    size_t scanned = 0;
    int status = 0;
    const char *reason = NULL;
    assert_int_equal(
        http_parse_head((PtStr){text, sizeof text - 1}, &limits, &scanned, &head, &status, &reason),
        HTTP_PARSE_DONE);
    assert_true(pt_str_eq(head.method, PT_STR("POST")));
    assert_true(pt_str_eq(head.target, PT_STR("http://a:1/x/%20y?z=1?2")));
    assert_true(pt_str_eq(head.path, PT_STR("/x/%20y")));
    assert_true(pt_str_eq(head.query, PT_STR("z=1?2")));
    assert_int_equal(head.minor, 1);
    assert_int_equal(head.header_count, 4);
    assert_true(pt_str_eq(head.headers[0].name, PT_STR("hOST")));
    assert_true(pt_str_eq(head.headers[1].value, PT_STR("v \t w")));
    assert_int_equal(head.head_bytes, sizeof text - 1 - 4);
    assert_int_equal(head.content_length, 7);
    assert_true(head.has_length && !head.chunked && !head.keep_alive && !head.expect_continue);
}

static struct KeepCase {
    const char *name, *text;
    bool want;
} keep_cases[] = {
    {"1.1 keeps", GET H11 "\r\n", true},
    {"1.1 close", GET H11 "Connection: close\r\n\r\n", false},
    {"1.1 close in a list", GET H11 "Connection: a,close ,b\r\n\r\n", false},
    {"1.1 close in a second header", GET H11 "Connection: a\r\nConnection: close\r\n\r\n", false},
    {"1.1 closed is not close", GET H11 "Connection: closed\r\n\r\n", true},
    {"1.0 closes", "GET / HTTP/1.0\r\n\r\n", false},
    {"1.0 keep-alive", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true},
    {"1.0 close beats keep-alive", "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n",
     false},
};

static void keep_case(void **state)
{
    const struct KeepCase *c = *state;
    const HttpLimits limits = small_limits();
    HttpHeader headers[COUNT_MAX];
    HttpHead head = {.headers = headers};
    size_t scanned = 0;
    int status = 0;
    const char *reason = NULL;
    assert_int_equal(http_parse_head(pt_str(c->text), &limits, &scanned, &head, &status, &reason),
                     HTTP_PARSE_DONE);
    assert_int_equal(head.keep_alive, c->want);
}

static void byte_classes_are_the_grammar(void **state)
{
    (void)state;
    for (int b = 0; b < 256; b++) {
        bool alnum = (b >= '0' && b <= '9') || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z');
        bool visible = b > 0x20 && b < 0x7f;
        bool token = alnum || (visible && strchr("!#$%&'*+-.^_`|~", b) != NULL);
        bool host = alnum || (visible && strchr("-._~!$&'()*+,;=:[]%", b) != NULL);
        bool value = visible || b == ' ' || b == '\t' || b >= 0x80;
        int want = (token ? HTTP_BYTE_TOKEN : 0) | (host ? HTTP_BYTE_HOST : 0) |
                   (value ? HTTP_BYTE_VALUE : 0) | (visible && b != '#' ? HTTP_BYTE_TARGET : 0);
        assert_int_equal(http_byte_class[b], want);
    }
}

/* want: 0 done, 1 more, else status; body and rest only when done. */
static struct ChunkCase {
    const char *name, *text;
    int want;
    const char *body, *rest;
} chunk_cases[] = {
    {"no body", "0\r\n\r\n", DONE, "", ""},
    {"one chunk", "5\r\nhello\r\n0\r\n\r\nGET", DONE, "hello", "GET"},
    {"two chunks", "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", DONE, "hello!", ""},
    {"hex in both cases", "A\r\n0123456789\r\nb\r\n0123456789a\r\n0\r\n\r\n", DONE,
     "01234567890123456789a", ""},
    {"chunk data may be a chunk line", "5\r\n0\r\n\r\n\r\n0\r\n\r\n", DONE, "0\r\n\r\n", ""},
    {"16 digits", "0000000000000001\r\nx\r\n0\r\n\r\n", DONE, "x", ""},
    {"17 digits", "00000000000000001\r\nx\r\n0\r\n\r\n", 400, NULL, NULL},
    {"extension", "1;a=b;c=\"d\"\r\nx\r\n0;e\r\n\r\n", DONE, "x", ""},
    {"extension with a bare line feed", "1;a\nx\r\n0\r\n\r\n", 400, NULL, NULL},
    {"extension with a bare carriage return", "1;a\rb\r\nx\r\n0\r\n\r\n", 400, NULL, NULL},
    {"extension with a bell", "1;\a\r\nx\r\n0\r\n\r\n", 400, NULL, NULL},
    {"space behind the size", "1 \r\nx\r\n0\r\n\r\n", 400, NULL, NULL},
    {"space before the size", " 1\r\nx\r\n0\r\n\r\n", 400, NULL, NULL},
    {"no size", "\r\nx\r\n0\r\n\r\n", 400, NULL, NULL},
    {"signed size", "+1\r\nx\r\n0\r\n\r\n", 400, NULL, NULL},
    {"size with 0x", "0x1\r\nx\r\n0\r\n\r\n", 400, NULL, NULL},
    {"size of letters", "xyz\r\n", 400, NULL, NULL},
    {"size line with a bare line feed", "1\nx\r\n0\r\n\r\n", 400, NULL, NULL},
    {"data longer than its size", "1\r\nxy\r\n0\r\n\r\n", 400, NULL, NULL},
    {"data ended by a bare line feed", "1\r\nx\n0\r\n\r\n", 400, NULL, NULL},
    {"data without end", "1\r\nx0\r\n\r\n", 400, NULL, NULL},
    {"size at the bound", "3e8\r\n", MORE, NULL, NULL},
    {"size over the bound", "3e9\r\n", 413, NULL, NULL},
    {"size over 64 bits", "10000000000000001\r\nx", 413, NULL, NULL},
    {"size that wraps", "fffffffffffffffe\r\nx", 413, NULL, NULL},
    {"sizes over the bound together", "1\r\nx\r\n3e8\r\n", 413, NULL, NULL},
    {"trailer", "0\r\nA: b\r\nC:\r\n\r\n!", DONE, "", "!"},
    {"trailer without colon", "0\r\nA\r\n\r\n", 400, NULL, NULL},
    {"trailer with a space before the colon", "0\r\nA : b\r\n\r\n", 400, NULL, NULL},
    {"folded trailer", "0\r\nA: b\r\n c\r\n\r\n", 400, NULL, NULL},
    {"trailer without name", "0\r\n: b\r\n\r\n", 400, NULL, NULL},
    {"trailer with a bare line feed", "0\r\nA: b\n\r\n", 400, NULL, NULL},
    {"end with a bare line feed", "0\r\n\n", 400, NULL, NULL},
    {"end with two carriage returns", "0\r\n\r\r\n", 400, NULL, NULL},
    {"last line missing", "0\r\n", MORE, NULL, NULL},
};

static int chunk_verdict(const char *text, size_t len, size_t cut, char *body, size_t *ret_body,
                         size_t *ret_used)
{
    const HttpLimits limits = small_limits();
    HttpChunks chunks = {0};
    char *both = malloc(len + 1); // decoded in place
    size_t used = 0, out = 0, ends[] = {cut, len};
    int status = 0;
    const char *reason = NULL;
    HttpParseResult r = HTTP_PARSE_MORE;
    assert_non_null(both);
    memcpy(both, text, len);
    for (int i = 0; i < 2 && r == HTTP_PARSE_MORE; i++) {
        size_t n = 0, got = 0;
        r = http_parse_chunks(&chunks, &limits, both + used, ends[i] - used, &n, both + out, &got,
                              &status, &reason);
        used += n;
        out += got;
    }
    memcpy(body, both, out);
    free(both);
    *ret_body = out;
    *ret_used = used;
    return r == HTTP_PARSE_ERROR ? status : r == HTTP_PARSE_MORE ? MORE : DONE;
}

static void chunk_case(void **state)
{
    const struct ChunkCase *c = *state;
    size_t len = strlen(c->text);
    for (size_t cut = 0; cut <= len; cut++) {
        char body[2048];
        size_t body_len = 0, used = 0;
        assert_int_equal(chunk_verdict(c->text, len, cut, body, &body_len, &used), c->want);
        if (c->want == DONE) {
            assert_int_equal(body_len, strlen(c->body));
            assert_memory_equal(body, c->body, body_len);
            assert_string_equal(c->text + used, c->rest);
        }
    }
}

/* `before`, then n letters, then `after`: done up to the bound, refused one over it. */
static void repeated(const char *before, size_t n, const char *after, int want)
{
    char text[2048], body[2048];
    size_t body_len = 0, used = 0;
    size_t len = strlen(before);
    memcpy(text, before, len);
    memset(text + len, 'x', n);
    (void)strcpy(text + len + n, after);
    len = strlen(text);
    for (size_t cut = 0; cut <= len; cut++) {
        assert_int_equal(chunk_verdict(text, len, cut, body, &body_len, &used), want);
    }
}

static void extension_and_trailer_bounds(void **state)
{
    (void)state;
    repeated("1;", 255, "\r\nx\r\n0\r\n\r\n", DONE);
    repeated("1;", 256, "\r\nx\r\n0\r\n\r\n", 400);
    repeated("0\r\nA:", HEADER_MAX - 5, "\r\n\r\n", DONE); // A: x... CR, and the CR of the end
    repeated("0\r\nA:", HEADER_MAX - 2, "\r\n\r\n", 431);
    repeated("3e8\r\n", BODY_MAX, "\r\n0\r\n\r\n", DONE);
}

int main(void)
{
    enum { HEADS = sizeof head_cases / sizeof *head_cases };
    enum { KEEPS = sizeof keep_cases / sizeof *keep_cases };
    enum { CHUNKS = sizeof chunk_cases / sizeof *chunk_cases };
    struct CMUnitTest tests[HEADS + KEEPS + CHUNKS + 5] = {
        cmocka_unit_test(nul_is_refused_everywhere),
        cmocka_unit_test(header_section_bound),
        cmocka_unit_test(fields_are_what_was_sent),
        cmocka_unit_test(byte_classes_are_the_grammar),
        cmocka_unit_test(extension_and_trailer_bounds),
    };
    size_t n = 5;
    for (size_t i = 0; i < HEADS; i++) {
        tests[n++] = (struct CMUnitTest){head_cases[i].name, head_case, NULL, NULL, &head_cases[i]};
    }
    for (size_t i = 0; i < KEEPS; i++) {
        tests[n++] = (struct CMUnitTest){keep_cases[i].name, keep_case, NULL, NULL, &keep_cases[i]};
    }
    for (size_t i = 0; i < CHUNKS; i++) {
        tests[n++] =
            (struct CMUnitTest){chunk_cases[i].name, chunk_case, NULL, NULL, &chunk_cases[i]};
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
