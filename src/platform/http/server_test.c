// SPDX-License-Identifier: Apache-2.0
#include "platform/http/http_test.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/un.h>

/* A server and its clients on one thread: the test sends, turns the loop, and reads. */

#define H     "Host: a\r\n"
#define GET_A "GET /a HTTP/1.1\r\n" H "\r\n"

static void answers_at_once(void **state)
{
    (void)state;
    t_start(NULL, T_NOW);
    int fd = t_connect();
    const char sent[] = "POST /p?q=1 HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhello" GET_A;
    t_send(fd, sent);
    const char *got = t_read(fd, 2);
    assert_non_null(strstr(got, "HTTP/1.1 200 OK\r\nDate: "));
    assert_non_null(strstr(got, " GMT\r\nX-Content-Type-Options: nosniff\r\nContent-Length: 13\r\n"
                                "\r\nPOST /p hello"));
    assert_non_null(strstr(got, "\r\n\r\nGET /a "));
    assert_null(strstr(got, "Connection:"));
    assert_null(strstr(got, "<EOF>"));
    HttpCounters c = http_counters(t.server);
    assert_int_equal(c.requests, 2);
    assert_int_equal(c.by_class[2], 2);
    assert_int_equal(c.connections, 1);
    assert_int_equal(c.buffered_bytes, 0);
    assert_int_equal(c.bytes_in, sizeof sent - 1);
    assert_int_equal(c.bytes_out, strlen(got));
    (void)close(fd);
}

static void answers_given_backwards_leave_in_order(void **state)
{
    (void)state;
    t_start(NULL, T_LATER);
    int fd = t_connect();
    t_send(fd,
           "GET /1 HTTP/1.1\r\n" H "\r\nGET /2 HTTP/1.1\r\n" H "\r\nGET /3 HTTP/1.1\r\n" H "\r\n");
    t_turn();
    assert_int_equal(t.waiting_count, 3);
    t_answer(2);
    t_answer(1);
    assert_string_equal(t_read(fd, 0), ""); // the first is missing
    t_answer(0);
    assert_string_equal(t_bodies(t_read(fd, 3)), "GET /1 |GET /2 |GET /3 |");
    (void)close(fd);
}

static unsigned gone_calls;

static void on_gone(void *ctx)
{
    assert_ptr_equal(ctx, &gone_calls);
    gone_calls++;
}

static struct GoneCase {
    const char *name, *request;
    bool half; /* the client closes its side only */
    bool answered;
} gone_cases[] = {
    {"a client that closes is told of", GET_A, false, false},
    {"a client that closes its side is told of", GET_A, true, false},
    {"so is one whose connection was to end anyway",
     "GET /a HTTP/1.1\r\n" H "Connection: close\r\n\r\n", false, false},
    {"nobody is told of one that has its answer", GET_A, false, true},
};

static void gone_case(void **state)
{
    const struct GoneCase *c = *state;
    gone_calls = 0;
    t_start(NULL, T_LATER);
    int fd = t_connect();
    t_send(fd, c->request);
    t_turn();
    http_on_gone(t.waiting[0], on_gone, &gone_calls);
    t_turn();
    assert_int_equal(gone_calls, 0);
    if (c->answered) {
        t_answer(0);
        (void)t_read(fd, 1);
    }
    (void)shutdown(fd, c->half ? SHUT_WR : SHUT_RDWR);
    t_turn();
    assert_int_equal(gone_calls, c->answered ? 0 : 1);
    assert_int_equal(http_counters(t.server).connections, 0);
    if (!c->answered) {
        t_answer(0); // is dropped
    }
    (void)close(fd);
}

static void pipeline_bound_holds_requests_back(void **state)
{
    (void)state;
    HttpLimits limits = http_limits_default();
    limits.pipeline = 4;
    t_start(&limits, T_LATER);
    int fd = t_connect();
    for (int i = 0; i < 10; i++) {
        t_send(fd, GET_A);
    }
    t_turn();
    assert_int_equal(t.waiting_count, 4);
    t_answer(0);
    t_turn();
    assert_int_equal(t.waiting_count, 5);
    for (size_t i = 1; i < 10; i++) {
        t_answer(i);
        t_turn();
    }
    assert_int_equal(t.waiting_count, 10);
    (void)t_read(fd, 10);
    assert_int_equal(http_counters(t.server).buffered_bytes, 0);
    (void)close(fd);
}

static void a_flood_of_requests_is_not_read_on(void **state)
{
    (void)state;
    HttpLimits limits = http_limits_default();
    limits.pipeline = 2;
    t_start(&limits, T_LATER);
    int fd = t_connect();
    size_t sent = 0;
    for (int i = 0; i < 200000; i++) { // far over what socket buffers take
        ssize_t n = send(fd, GET_A, sizeof GET_A - 1, MSG_DONTWAIT);
        if (n != (ssize_t)sizeof GET_A - 1) {
            break;
        }
        sent++;
        if (i % 1000 == 0) {
            t_turn();
        }
    }
    t_turn();
    assert_true(sent < 200000);
    assert_int_equal(t.waiting_count, 2);
    assert_true(http_counters(t.server).buffered_bytes <= 256 * 1024);
    assert_false(pt_loop_turn(t.loop, 0)); // and the loop sleeps
    (void)close(fd);
}

static void every_cut_gives_the_same_answers(void **state)
{
    (void)state;
    static const char text[] = "POST /1 HTTP/1.1\r\n" H "Content-Length: 4\r\n\r\nbody"
                               "POST /2 HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
                               "3;x\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: r\r\n\r\n"
                               "\r\nGET /3 HTTP/1.1\r\n" H "Connection: close\r\n\r\n";
    t_start(NULL, T_NOW);
    for (size_t cut = 0; cut < sizeof text; cut++) {
        int fd = t_connect();
        t_send_n(fd, text, cut);
        t_turn();
        t_send(fd, text + cut);
        assert_string_equal(t_bodies(t_read(fd, 3)), "POST /1 body|POST /2 abc0123456789|GET /3 |");
        (void)close(fd);
        t_turn();
    }
    int fd = t_connect();
    for (size_t i = 0; i < sizeof text - 1; i++) {
        t_send_n(fd, text + i, 1);
        t_turn();
    }
    assert_string_equal(t_bodies(t_read(fd, 3)), "POST /1 body|POST /2 abc0123456789|GET /3 |");
    (void)close(fd);
}

/* Sends a body of n bytes, byte i being i mod 251, chunked or with its length. */
static void send_large(int fd, size_t n, size_t chunk)
{
    char head[128], line[32];
    char *body = malloc(n);
    assert_non_null(body);
    for (size_t i = 0; i < n; i++) {
        body[i] = (char)(i % 251);
    }
    if (chunk == 0) {
        (void)snprintf(head, sizeof head, "POST /sum HTTP/1.1\r\n" H "Content-Length: %zu\r\n\r\n",
                       n);
        t_send(fd, head);
        t_send_n(fd, body, n);
    } else {
        t_send(fd, "POST /sum HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n");
        for (size_t at = 0; at < n; at += chunk) {
            size_t part = n - at < chunk ? n - at : chunk;
            (void)snprintf(line, sizeof line, "%zx\r\n", part);
            t_send(fd, line);
            t_send_n(fd, body + at, part);
            t_send(fd, "\r\n");
        }
        t_send(fd, "0\r\n\r\n");
    }
    free(body);
}

static void large_bodies_arrive_whole(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 16383, 65536, 65537, 1000003, 4 << 20};
    static const size_t chunks[] = {0, 1000, 70000};
    t_start(NULL, T_NOW);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (size_t j = 0; j < sizeof chunks / sizeof *chunks; j++) {
            char want[64];
            int fd = t_connect();
            send_large(fd, sizes[i], chunks[j]);
            (void)snprintf(want, sizeof want, "%zu ok|", sizes[i]);
            assert_string_equal(t_bodies(t_read(fd, 1)), want);
            (void)close(fd);
            t_turn();
        }
    }
    assert_int_equal(http_counters(t.server).buffered_bytes, 0);
}

static struct RefusalCase {
    const char *name, *text, *want;
} refusal_cases[] = {
    {"not HTTP", "\x16\x03\x01", "HTTP/1.1 400 Bad Request\r\n"},
    {"no host", "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n"},
    {"two lengths",
     "POST / HTTP/1.1\r\n" H "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
     "HTTP/1.1 400 Bad Request\r\n"},
    {"body too large", "POST / HTTP/1.1\r\n" H "Content-Length: 4194305\r\n\r\n",
     "HTTP/1.1 413 Content Too Large\r\n"},
    {"chunk too large", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n400001\r\n",
     "HTTP/1.1 413 Content Too Large\r\n"},
    {"broken chunk", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\nx",
     "HTTP/1.1 400 Bad Request\r\n"},
    {"expectation", "GET / HTTP/1.1\r\n" H "Expect: x\r\n\r\n",
     "HTTP/1.1 417 Expectation Failed\r\n"},
    {"proxy", "CONNECT a:1 HTTP/1.1\r\n" H "\r\n", "HTTP/1.1 501 Not Implemented\r\n"},
    {"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/1.1 505 HTTP Version Not Supported\r\n"},
};

static void refusal_case(void **state)
{
    const struct RefusalCase *c = *state;
    t_start(NULL, T_NOW);
    int fd = t_connect();
    t_send(fd, GET_A);
    t_send(fd, c->text);
    t_send(fd, GET_A); // not looked at any more
    const char *got = t_read(fd, 3);
    const char *second = strstr(got, c->want);
    assert_non_null(second);
    assert_non_null(strstr(got, "Connection: close\r\n"));
    assert_non_null(strstr(got, "application/problem+json"));
    assert_non_null(strstr(got, "<EOF>"));
    assert_int_equal(http_counters(t.server).bad_requests, 1);
    assert_int_equal(http_counters(t.server).requests, 1);
    (void)close(fd);
    t_turn();
    assert_int_equal(http_counters(t.server).connections, 0);
}

static void a_long_target_and_a_long_header_are_refused(void **state)
{
    (void)state;
    t_start(NULL, T_NOW);
    char *long_text = malloc(40000);
    assert_non_null(long_text);
    memset(long_text, 'a', 40000);
    long_text[39999] = '\0';
    int fd = t_connect();
    t_send(fd, "GET /");
    t_send(fd, long_text);
    assert_non_null(strstr(t_read(fd, 1), "HTTP/1.1 414 URI Too Long\r\n"));
    (void)close(fd);
    fd = t_connect();
    t_send(fd, "GET / HTTP/1.1\r\n" H "X: ");
    t_send(fd, long_text);
    assert_non_null(strstr(t_read(fd, 1), "HTTP/1.1 431 Request Header Fields Too Large\r\n"));
    (void)close(fd);
    free(long_text);
}

static void a_refused_upload_still_reads_its_answer(void **state)
{
    (void)state;
    t_start(NULL, T_NOW);
    int fd = t_connect();
    t_send(fd, "POST / HTTP/1.1\r\n" H "Content-Length: 9000000\r\n\r\n");
    char *junk = calloc(1, 9000000);
    assert_non_null(junk);
    t_send_n(fd, junk, 9000000); // all of it, though the answer is there long before
    free(junk);
    assert_non_null(strstr(t_read(fd, 1), "HTTP/1.1 413"));
    (void)close(fd);
}

static void expect_continue(void **state)
{
    (void)state;
    t_start(NULL, T_LATER);
    int fd = t_connect();
    t_send(fd, "POST /1 HTTP/1.1\r\n" H "Expect: 100-continue\r\nContent-Length: 4\r\n\r\n");
    assert_string_equal(t_read(fd, 1), "HTTP/1.1 100 Continue\r\n\r\n");
    t_send(fd, "bodyPOST /2 HTTP/1.1\r\n" H "Expect: 100-continue\r\nContent-Length: 4\r\n\r\n");
    assert_string_equal(t_read(fd, 0), ""); // it is the first answer's turn
    t_answer(0);
    const char *got = t_read(fd, 2);
    const char *hundred = strstr(got, "HTTP/1.1 100 Continue\r\n\r\n");
    assert_non_null(hundred);
    assert_true(hundred > strstr(got, "POST /1 body"));
    t_send(fd, "moreGET /3 HTTP/1.1\r\n" H "Expect: 100-continue\r\n\r\n");
    t_turn();
    t_answer(1);
    t_answer(2);
    assert_string_equal(t_bodies(t_read(fd, 2)), "POST /2 more|GET /3 |");
    t_send(fd, "POST /4 HTTP/1.1\r\n" H "Expect: 100-continue\r\nContent-Length: 4\r\n\r\nhere");
    t_turn();
    t_answer(3);
    assert_string_equal(t_bodies(t_read(fd, 1)), "POST /4 here|"); // none when the body is there
    (void)close(fd);
}

static void http_1_0(void **state)
{
    (void)state;
    t_start(NULL, T_NOW);
    int fd = t_connect();
    t_send(fd, "GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /y HTTP/1.0\r\n\r\n" GET_A);
    const char *got = t_read(fd, 3);
    assert_non_null(strstr(got, "Connection: keep-alive\r\n"));
    assert_non_null(strstr(got, "Connection: close\r\n"));
    assert_non_null(strstr(got, "<EOF>"));
    assert_string_equal(t_bodies(got), "GET /x |GET /y |");
    (void)close(fd);
}

static void head_has_the_length_but_no_body(void **state)
{
    (void)state;
    t_start(NULL, T_NOW);
    int fd = t_connect();
    t_send(fd, "HEAD /abc HTTP/1.1\r\n" H "\r\n" GET_A);
    const char *got = t_read(fd, 2);
    assert_non_null(strstr(got, "Content-Length: 10\r\n\r\nHTTP/1.1 200 OK"));
    (void)close(fd);
}

static void a_half_closed_client_reads_its_answers(void **state)
{
    (void)state;
    t_start(NULL, T_LATER);
    int fd = t_connect();
    t_send(fd, GET_A GET_A);
    assert_int_equal(shutdown(fd, SHUT_WR), 0);
    t_turn();
    assert_int_equal(t.waiting_count, 2);
    assert_false(pt_loop_turn(t.loop, 0)); // the end of input does not spin
    t_answer(0);
    t_answer(1);
    const char *got = t_read(fd, 3);
    assert_string_equal(t_bodies(got), "GET /a |GET /a |");
    assert_non_null(strstr(got, "<EOF>"));
    (void)close(fd);
    assert_int_equal(http_counters(t.server).connections, 0);
}

static void an_answer_to_a_client_that_left_is_dropped(void **state)
{
    (void)state;
    t_start(NULL, T_LATER);
    int fd = t_connect();
    t_send(fd, "POST /1 HTTP/1.1\r\n" H "Content-Length: 4\r\n\r\nbody" GET_A);
    t_turn();
    t_reset(fd);
    t_turn();
    assert_int_equal(http_counters(t.server).connections, 0);
    assert_true(pt_str_eq(http_request(t.waiting[0])->body, PT_STR("body"))); // still valid
    t_answer(0);
    t_turn();
    assert_int_equal(http_counters(t.server).by_class[2], 0);
    // The second is left to http_server_free.
}

static struct SlowCase {
    const char *name, *text;
    const char *want; /* what comes before the end of the connection */
} slow_cases[] = {
    {"new and silent", "", "<EOF>"},
    {"one byte of a header", "G", "HTTP/1.1 408 Request Timeout\r\n"},
    {"most of a header", "GET / HTTP/1.1\r\nHost: a\r\n", "HTTP/1.1 408 Request Timeout\r\n"},
    {"part of a body", "POST / HTTP/1.1\r\n" H "Content-Length: 9\r\n\r\nabc",
     "HTTP/1.1 408 Request Timeout\r\n"},
    {"part of a chunk", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n9\r\nab",
     "HTTP/1.1 408 Request Timeout\r\n"},
};

static HttpLimits quick_limits(void)
{
    HttpLimits limits = http_limits_default();
    limits.header_ms = 40;
    limits.body_idle_ms = 40;
    limits.body_total_ms = 120;
    limits.keepalive_ms = 80;
    limits.write_ms = 60;
    return limits;
}

static void slow_case(void **state)
{
    const struct SlowCase *c = *state;
    const HttpLimits limits = quick_limits();
    t_start(&limits, T_NOW);
    int fd = t_connect();
    int64_t start = pt_mono_ms();
    t_send(fd, c->text);
    const char *got = t_read(fd, 3);
    assert_int_equal(strncmp(got, c->want, strlen(c->want)), 0);
    assert_true(pt_mono_ms() - start >= 40);
    (void)close(fd);
}

/* A byte every 10 ms never rests long enough for the idle bound: the whole-time bounds end it. */
static int64_t trickle(int fd, const char *what)
{
    int64_t start = pt_mono_ms();
    while (pt_mono_ms() - start < 1000) {
        char byte;
        (void)send(fd, what, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
        for (int64_t next = pt_mono_ms() + 10; pt_mono_ms() < next;) {
            (void)pt_loop_turn(t.loop, 1);
        }
        if (recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) >= 0) {
            break;
        }
    }
    return pt_mono_ms() - start;
}

static void a_trickled_header_ends_in_time(void **state)
{
    (void)state;
    const HttpLimits limits = quick_limits();
    t_start(&limits, T_NOW);
    int fd = t_connect();
    t_send(fd, "GET /");
    int64_t took = trickle(fd, "a");
    assert_in_range(took, 40, 400);
    assert_non_null(strstr(t_read(fd, 1), "HTTP/1.1 408"));
    assert_int_equal(http_counters(t.server).timeouts, 1);
    (void)close(fd);
}

static void a_trickled_body_ends_in_time(void **state)
{
    (void)state;
    const HttpLimits limits = quick_limits();
    t_start(&limits, T_NOW);
    int fd = t_connect();
    t_send(fd, "POST / HTTP/1.1\r\n" H "Content-Length: 999\r\n\r\n");
    int64_t took = trickle(fd, "a");
    assert_in_range(took, 115, 600);
    assert_non_null(strstr(t_read(fd, 1), "HTTP/1.1 408"));
    (void)close(fd);
}

static void keep_alive_ends_silently(void **state)
{
    (void)state;
    const HttpLimits limits = quick_limits();
    t_start(&limits, T_NOW);
    int fd = t_connect();
    int64_t start = pt_mono_ms();
    t_send(fd, GET_A);
    assert_null(strstr(t_read(fd, 1), "<EOF>"));
    assert_string_equal(t_read(fd, 1), "<EOF>");
    assert_true(pt_mono_ms() - start >= 80);
    (void)close(fd);
}

static void a_waiting_handler_is_no_slow_client(void **state)
{
    (void)state;
    const HttpLimits limits = quick_limits();
    t_start(&limits, T_LATER);
    int fd = t_connect();
    t_send(fd, GET_A);
    for (int64_t end = pt_mono_ms() + 200; pt_mono_ms() < end;) {
        (void)pt_loop_turn(t.loop, 10);
    }
    t_answer(0);
    assert_string_equal(t_bodies(t_read(fd, 1)), "GET /a |");
    (void)close(fd);
}

static void a_client_that_does_not_read_is_cut(void **state)
{
    (void)state;
    const HttpLimits limits = quick_limits();
    t_start(&limits, T_NOW);
    int fd = t_connect();
    for (int i = 0; i < 40; i++) {
        t_send(fd, "GET /big HTTP/1.1\r\n" H "\r\n"); // a megabyte each
    }
    t_turn();
    assert_int_equal(http_counters(t.server).connections, 1);
    int64_t start = pt_mono_ms();
    while (http_counters(t.server).connections > 0 && pt_mono_ms() - start < 2000) {
        (void)pt_loop_turn(t.loop, 10);
    }
    assert_int_equal(http_counters(t.server).connections, 0);
    assert_int_equal(http_counters(t.server).timeouts, 1);
    assert_true(http_counters(t.server).requests < 40); // nor were all taken
    (void)close(fd);
}

static void over_the_memory_budget_new_bodies_wait(void **state)
{
    (void)state;
    HttpLimits limits = http_limits_default();
    limits.buffered_bytes = 100000;
    t_start(&limits, T_NOW);
    int fd = t_connect();
    t_send(fd, "POST / HTTP/1.1\r\n" H "Content-Length: 100001\r\n\r\n");
    const char *got = t_read(fd, 1);
    assert_non_null(strstr(got, "HTTP/1.1 503 Service Unavailable\r\n"));
    assert_non_null(strstr(got, "Retry-After: 1\r\n"));
    (void)close(fd);
    fd = t_connect();
    t_send(fd, "POST / HTTP/1.1\r\n" H "Content-Length: 60000\r\n\r\nx");
    int other = t_connect();
    t_send(other, "POST / HTTP/1.1\r\n" H "Content-Length: 50000\r\n\r\nx");
    assert_string_equal(t_read(fd, 0), "");
    t_send(fd, "GET"); // a declared length alone takes nothing away from others
    assert_string_equal(t_read(other, 0), "");
    (void)close(fd);
    (void)close(other);
}

static void over_the_connections_the_oldest_idle_one_goes(void **state)
{
    (void)state;
    HttpLimits limits = http_limits_default();
    limits.connections = 3;
    t_start(&limits, T_NOW);
    int fds[5];
    for (int i = 0; i < 3; i++) {
        fds[i] = t_connect();
        t_turn();
    }
    t_send(fds[0], "G"); // no longer idle
    t_turn();
    fds[3] = t_connect();
    t_turn();
    assert_string_equal(t_read(fds[1], 1), "<EOF>");
    t_send(fds[2], "G");
    t_send(fds[3], "G");
    t_turn();
    fds[4] = t_connect();
    t_turn();
    const char *got = t_read(fds[4], 2);
    assert_non_null(strstr(got, "HTTP/1.1 503 Service Unavailable\r\n"));
    assert_non_null(strstr(got, "Retry-After: 1\r\n"));
    assert_int_equal(http_counters(t.server).rejected, 1);
    assert_int_equal(http_counters(t.server).connections, 3);
    for (int i = 0; i < 5; i++) {
        (void)close(fds[i]);
    }
}

static void reply_headers_cannot_break_out(void **state)
{
    (void)state;
    t_start(NULL, T_LATER);
    int fd = t_connect();
    t_send(fd, GET_A);
    t_turn();
    const HttpHeader headers[] = {
        {PT_STR("X-Good"), PT_STR("1")},
        {PT_STR("X-Bad"), PT_STR("1\r\nSet-Cookie: a")},
        {PT_STR("X Bad"), PT_STR("1")},
        {PT_STR(""), PT_STR("1")},
        {PT_STR("content-length"), PT_STR("999")},
        {PT_STR("Transfer-Encoding"), PT_STR("chunked")},
        {PT_STR("X-Empty"), {NULL, 0}},
    };
    http_reply(t.waiting[0], 201, headers, sizeof headers / sizeof *headers, PT_STR("ok"));
    const char *got = t_read(fd, 1);
    assert_non_null(strstr(got, "HTTP/1.1 201 Created\r\n"));
    assert_non_null(strstr(got, "Content-Length: 2\r\nX-Good: 1\r\nX-Empty: \r\n\r\nok"));
    (void)close(fd);
}

static void problems_carry_code_and_retry(void **state)
{
    (void)state;
    t_start(NULL, T_LATER);
    int fd = t_connect();
    t_send(fd, GET_A GET_A);
    t_turn();
    http_reply_problem(t.waiting[0], PT_BUSY, "line \"1\"");
    http_reply_problem(t.waiting[1], PT_NOT_FOUND, NULL);
    const char *got = t_read(fd, 2);
    assert_non_null(strstr(got, "HTTP/1.1 429 Too Many Requests\r\n"));
    assert_non_null(strstr(got, "Content-Type: application/problem+json\r\nRetry-After: 1\r\n\r\n"
                                "{\"status\":429,\"code\":\"busy\","));
    assert_non_null(strstr(got, "\"detail\":\"line \\\"1\\\"\"}"));
    assert_non_null(strstr(got, "HTTP/1.1 404 Not Found\r\n"));
    assert_non_null(strstr(got, "\"code\":\"not_found\",\"title\":\"No such thing\"}"));
    (void)close(fd);
}

static HttpExchange *late;

static void answer_late(void *ctx)
{
    (void)ctx;
    if (late != NULL) {
        http_reply(late, 200, NULL, 0, PT_STR("late"));
        late = NULL;
    }
}

static void an_answer_from_a_later_hook_still_leaves(void **state)
{
    (void)state;
    t_start(NULL, T_LATER);
    pt_loop_on_round(t.loop, answer_late, NULL); // runs behind the server's own hook
    int fd = t_connect();
    t_send(fd, GET_A);
    while (t.waiting_count == 0) {
        (void)pt_loop_turn(t.loop, 10);
    }
    late = t.waiting[0];
    pt_loop_settle(t.loop);
    assert_string_equal(t_bodies(t_read(fd, 1)), "late|");
    (void)close(fd);
}

static bool drained;

static void on_drained(void *ctx)
{
    (void)ctx;
    assert_false(drained);
    drained = true;
}

static void drain_lets_running_requests_finish(void **state)
{
    (void)state;
    drained = false;
    t_start(NULL, T_LATER);
    int idle = t_connect(), running = t_connect(), half = t_connect();
    t_send(running, GET_A);
    t_send(half, "POST /h HTTP/1.1\r\n" H "Content-Length: 4\r\n\r\nbo");
    t_turn();
    http_drain(t.server, 5000, on_drained, NULL);
    t_turn();
    assert_string_equal(t_read(idle, 1), "<EOF>");
    struct sockaddr_in addr = t_address();
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&addr, sizeof addr), -1);
    assert_int_equal(errno, ECONNREFUSED);
    assert_false(drained);
    t_answer(0);
    const char *got = t_read(running, 2);
    assert_non_null(strstr(got, "Connection: close\r\n"));
    assert_non_null(strstr(got, "<EOF>"));
    assert_false(drained);
    t_send(half, "dy");
    t_turn();
    t_answer(1);
    got = t_read(half, 2);
    assert_non_null(strstr(got, "Connection: close\r\n"));
    assert_string_equal(t_bodies(got), "POST /h body|");
    assert_true(drained);
    (void)close(fd);
    (void)close(idle);
    (void)close(running);
    (void)close(half);
}

static void drain_with_nothing_open_is_done_soon(void **state)
{
    (void)state;
    drained = false;
    t_start(NULL, T_NOW);
    http_drain(t.server, 5000, on_drained, NULL);
    assert_false(drained); // not from within
    t_turn();
    assert_true(drained);
}

static void drain_ends_with_its_grace(void **state)
{
    (void)state;
    drained = false;
    t_start(NULL, T_LATER);
    int fd = t_connect();
    t_send(fd, GET_A);
    t_turn();
    int64_t start = pt_mono_ms();
    http_drain(t.server, 50, on_drained, NULL);
    while (!drained) {
        (void)pt_loop_turn(t.loop, 100);
    }
    assert_in_range(pt_mono_ms() - start, 50, 1000);
    (void)close(fd);
}

static void unix_socket_is_for_its_owner(void **state)
{
    (void)state;
    char dir[] = "/tmp/http_test_XXXXXX";
    char path[64];
    struct stat st;
    assert_non_null(mkdtemp(dir));
    (void)snprintf(path, sizeof path, "%s/s", dir);
    t_start(NULL, T_LATER);
    assert_int_equal(http_listen_unix(t.server, path, NULL), PT_OK);
    assert_int_equal(lstat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    PtError err = {0};
    assert_int_equal(http_listen_unix(t.server, path, &err), PT_CONFLICT); // somebody lives there
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    (void)snprintf(addr.sun_path, sizeof addr.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&addr, sizeof addr), 0);
    t_send(fd, GET_A);
    t_turn();
    assert_int_equal(t.waiting_count, 1);
    assert_true(http_request(t.waiting[0])->local);
    assert_false(http_request(t.waiting[0])->loopback);
    assert_string_equal(http_request(t.waiting[0])->peer, "");
    t_answer(0);
    assert_string_equal(t_bodies(t_read(fd, 1)), "GET /a |");
    (void)close(fd);
    t_stop();
    assert_int_equal(lstat(path, &st), -1); // taken away

    int stale = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(stale, (const struct sockaddr *)&addr, sizeof addr), 0);
    (void)close(stale);
    t_start(NULL, T_NOW);
    assert_int_equal(http_listen_unix(t.server, path, NULL), PT_OK); // replaced
    t_stop();
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    (void)fclose(f);
    t_start(NULL, T_NOW);
    assert_int_equal(http_listen_unix(t.server, path, &err), PT_CONFLICT); // no socket: left alone
    assert_int_equal(lstat(path, &st), 0);
    char long_path[200];
    memset(long_path, 'a', sizeof long_path);
    long_path[199] = '\0';
    assert_int_equal(http_listen_unix(t.server, long_path, &err), PT_INVALID);
    (void)unlink(path);
    (void)rmdir(dir);
}

static struct AddressCase {
    const char *name, *address;
    PtStatus want;
} address_cases[] = {
    {"IPv4", "127.0.0.1:0", PT_OK},
    {"any IPv4", "0.0.0.0:0", PT_OK},
    {"IPv6 loopback", "[::1]:0", PT_OK},
    {"no port", "127.0.0.1", PT_INVALID},
    {"empty port", "127.0.0.1:", PT_INVALID},
    {"port over 65535", "127.0.0.1:65536", PT_INVALID},
    {"name", "localhost:80", PT_INVALID},
    {"IPv6 without brackets", "::1:80", PT_INVALID},
    {"empty", "", PT_INVALID},
    {"long", "111111111111111111111111111111111111111111111111111111111111:1", PT_INVALID},
};

static void address_case(void **state)
{
    const struct AddressCase *c = *state;
    t_start(NULL, T_NOW);
    uint16_t port = 0;
    PtError err = {0};
    PtStatus st = http_listen_tcp(t.server, c->address, &port, &err);
    if (st == PT_IO && strchr(c->address, '[') != NULL) {
        skip(); // a machine without IPv6
    }
    assert_int_equal(st, c->want);
    assert_int_equal(port > 0, c->want == PT_OK);
}

static void a_taken_port_is_a_conflict(void **state)
{
    (void)state;
    t_start(NULL, T_NOW);
    char address[32];
    PtError err = {0};
    (void)snprintf(address, sizeof address, "127.0.0.1:%u", t.port);
    assert_int_equal(http_listen_tcp(t.server, address, NULL, &err), PT_CONFLICT);
    assert_non_null(strstr(err.message, address));
}

static void peer_is_told(void **state)
{
    (void)state;
    t_start(NULL, T_LATER);
    int fd = t_connect();
    t_send(fd, GET_A);
    t_turn();
    const HttpRequest *r = http_request(t.waiting[0]);
    assert_string_equal(r->peer, "127.0.0.1");
    assert_true(r->loopback && !r->local);
    (void)close(fd);
}

static struct QueryCase {
    const char *name, *query, *key, *want; /* NULL: absent or malformed */
} query_cases[] = {
    {"first", "a=1&b=2", "a", "1"},
    {"second", "a=1&b=2", "b", "2"},
    {"first of two", "a=1&a=2", "a", "1"},
    {"absent", "a=1", "b", NULL},
    {"prefix is no match", "ab=1", "a", NULL},
    {"empty query", "", "a", NULL},
    {"no value", "a", "a", ""},
    {"empty value", "a=&b", "a", ""},
    {"value with =", "a=b=c", "a", "b=c"},
    {"plus and percent", "a=x+y%20z%2B", "a", "x y z+"},
    {"encoded name", "%61=1", "a", "1"},
    {"malformed value", "a=%2", "a", NULL},
    {"malformed digit", "a=%2g", "a", NULL},
    {"malformed name elsewhere", "%=1&a=2", "a", "2"},
};

static void query_case(void **state)
{
    const struct QueryCase *c = *state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 16);
    HttpRequest r = {.query = pt_str(c->query)};
    PtStr got = http_query(&r, arena, c->key);
    assert_int_equal(got.data == NULL, c->want == NULL);
    if (c->want != NULL) {
        assert_true(pt_str_eq(got, pt_str(c->want)));
    }
}

static void percent_decoding_keeps_plus(void **state)
{
    (void)state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 16);
    assert_true(pt_str_eq(http_percent_decode(PT_STR("a+b%2fC%2F"), arena), PT_STR("a+b/C/")));
    assert_null(http_percent_decode(PT_STR("%"), arena).data);
    assert_null(http_percent_decode(PT_STR("%zz"), arena).data);
}

#define SERVER_TEST(fn) cmocka_unit_test_teardown(fn, t_teardown)
#define ROWS(cases, fn)                                                                            \
    for (size_t i = 0; i < sizeof(cases) / sizeof *(cases); i++) {                                 \
        tests[n++] = (struct CMUnitTest){(cases)[i].name, fn, NULL, t_teardown, &(cases)[i]};      \
    }

int main(void)
{
    static struct CMUnitTest tests[128] = {
        SERVER_TEST(answers_at_once),
        SERVER_TEST(answers_given_backwards_leave_in_order),
        SERVER_TEST(pipeline_bound_holds_requests_back),
        SERVER_TEST(a_flood_of_requests_is_not_read_on),
        SERVER_TEST(every_cut_gives_the_same_answers),
        SERVER_TEST(large_bodies_arrive_whole),
        SERVER_TEST(a_long_target_and_a_long_header_are_refused),
        SERVER_TEST(a_refused_upload_still_reads_its_answer),
        SERVER_TEST(expect_continue),
        SERVER_TEST(http_1_0),
        SERVER_TEST(head_has_the_length_but_no_body),
        SERVER_TEST(a_half_closed_client_reads_its_answers),
        SERVER_TEST(an_answer_to_a_client_that_left_is_dropped),
        SERVER_TEST(a_trickled_header_ends_in_time),
        SERVER_TEST(a_trickled_body_ends_in_time),
        SERVER_TEST(keep_alive_ends_silently),
        SERVER_TEST(a_waiting_handler_is_no_slow_client),
        SERVER_TEST(a_client_that_does_not_read_is_cut),
        SERVER_TEST(over_the_memory_budget_new_bodies_wait),
        SERVER_TEST(over_the_connections_the_oldest_idle_one_goes),
        SERVER_TEST(reply_headers_cannot_break_out),
        SERVER_TEST(problems_carry_code_and_retry),
        SERVER_TEST(an_answer_from_a_later_hook_still_leaves),
        SERVER_TEST(drain_lets_running_requests_finish),
        SERVER_TEST(drain_with_nothing_open_is_done_soon),
        SERVER_TEST(drain_ends_with_its_grace),
        SERVER_TEST(unix_socket_is_for_its_owner),
        SERVER_TEST(a_taken_port_is_a_conflict),
        SERVER_TEST(peer_is_told),
        SERVER_TEST(percent_decoding_keeps_plus),
    };
    size_t n = 0;
    while (tests[n].test_func != NULL) {
        n++;
    }
    ROWS(refusal_cases, refusal_case)
    ROWS(slow_cases, slow_case)
    ROWS(gone_cases, gone_case)
    ROWS(address_cases, address_case)
    ROWS(query_cases, query_case)
    return _cmocka_run_group_tests("http_server", tests, n, NULL, NULL);
}
