// SPDX-License-Identifier: Apache-2.0
#include "platform/http/http_test.h"

#include <pthread.h>
#include <time.h>

#define H         "Host: a\r\n"
#define GET(path) "GET " path " HTTP/1.1\r\n" H "\r\n"

enum { LONG_BYTES = 12000003, PIECE = 30011 };

/* A producer on its own thread. */
typedef struct Producer {
    pthread_t thread;
    HttpStream *stream;
    _Atomic size_t wrote;
    PtStatus st;
    bool ok;
} Producer;

static void *produce(void *arg)
{
    Producer *p = arg;
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    char piece[PIECE];
    while (p->wrote < LONG_BYTES && p->st == PT_OK) {
        size_t n = LONG_BYTES - p->wrote < PIECE ? LONG_BYTES - p->wrote : PIECE;
        for (size_t i = 0; i < n; i++) {
            piece[i] = letters[(p->wrote + i) % 26];
        }
        p->st = http_stream_write(p->stream, (PtStr){piece, n});
        p->wrote += p->st == PT_OK ? n : 0;
    }
    http_stream_end(p->stream, p->ok);
    return NULL;
}

static HttpStream *begin(size_t i)
{
    const HttpHeader type = {PT_STR("Content-Type"), PT_STR("text/event-stream")};
    HttpStream *s = http_stream_begin(t.waiting[i], 200, &type, 1);
    assert_non_null(s);
    return s;
}

static void start_producer(Producer *p, size_t i, bool ok)
{
    p->stream = begin(i);
    p->wrote = 0;
    p->st = PT_OK;
    p->ok = ok;
    assert_int_equal(pthread_create(&p->thread, NULL, produce, p), 0);
}

/* Undoes chunked coding in place. True when the last chunk was there. */
static bool unchunk(char *text, size_t *ret_len)
{
    HttpLimits limits = http_limits_default();
    limits.body_bytes = UINT32_MAX;
    HttpChunks chunks = {0};
    size_t used = 0;
    int status = 0;
    const char *reason = NULL;
    HttpParseResult r = http_parse_chunks(&chunks, &limits, text, strlen(text), &used, text,
                                          ret_len, &status, &reason);
    text[*ret_len] = '\0';
    return r == HTTP_PARSE_DONE;
}

static char *body_of(const char *got)
{
    const char *at = strstr(got, "\r\n\r\n");
    assert_non_null(at);
    return t.text + (at - got) + 4;
}

static void a_slow_reader_gets_every_byte(void **state)
{
    (void)state;
    t_start(NULL, T_LATER);
    int fd = t_connect();
    t_send(fd, GET("/long"));
    t_turn();
    Producer p;
    start_producer(&p, 0, true);
    for (int i = 0; i < 20; i++) { // nobody reads: the producer has to wait
        (void)pt_loop_turn(t.loop, 5);
    }
    assert_true(p.wrote < LONG_BYTES);
    t.text = malloc(T_TEXT_MAX);
    assert_non_null(t.text);
    size_t len = 0;
    while (len < 5 || memcmp(t.text + len - 5, "0\r\n\r\n", 5) != 0) {
        ssize_t n = recv(fd, t.text + len, 100000, MSG_DONTWAIT);
        len += n > 0 ? (size_t)n : 0;
        (void)pt_loop_turn(t.loop, n > 0 ? 0 : 1);
    }
    (void)pthread_join(p.thread, NULL);
    t.text[len] = '\0';
    assert_int_equal(p.st, PT_OK);
    assert_non_null(
        strstr(t.text, "Transfer-Encoding: chunked\r\nContent-Type: text/event-stream"));
    char *body = body_of(t.text);
    size_t body_len = 0;
    assert_true(unchunk(body, &body_len));
    assert_int_equal(body_len, LONG_BYTES);
    size_t wrong = 0;
    for (size_t i = 0; i < body_len; i++) {
        wrong += body[i] != 'a' + (char)(i % 26);
    }
    assert_int_equal(wrong, 0);
    t_send(fd, GET("/next")); // the connection is still good
    t_turn();
    assert_int_equal(t.waiting_count, 2);
    t_answer(1);
    assert_string_equal(t_bodies(t_read(fd, 1)), "GET /next |");
    (void)close(fd);
}

static void a_producer_learns_that_its_client_left(void **state)
{
    (void)state;
    t_start(NULL, T_LATER);
    int fd = t_connect();
    t_send(fd, GET("/long"));
    t_turn();
    Producer p;
    start_producer(&p, 0, true);
    for (int i = 0; i < 10; i++) {
        (void)pt_loop_turn(t.loop, 5);
    }
    t_reset(fd);
    t_turn();
    (void)pthread_join(p.thread, NULL);
    assert_int_equal(p.st, PT_UNAVAILABLE);
    t_turn();
    assert_int_equal(http_counters(t.server).connections, 0);
}

static unsigned gone_calls;

static void on_gone(void *ctx)
{
    assert_ptr_equal(ctx, &gone_calls);
    assert_true(pt_loop_inside(t.loop));
    gone_calls++;
}

static void on_gone_is_called_once(void **state)
{
    (void)state;
    gone_calls = 0;
    t_start(NULL, T_LATER);
    int fd = t_connect();
    t_send(fd, GET("/"));
    t_turn();
    HttpStream *s = begin(0);
    http_stream_on_gone(s, on_gone, &gone_calls);
    t_turn();
    assert_int_equal(gone_calls, 0);
    assert_false(http_stream_gone(s));
    (void)close(fd); // a plain close, as a browser's tab does
    t_turn();
    assert_int_equal(gone_calls, 1);
    assert_true(http_stream_gone(s));
    assert_int_equal(http_stream_write(s, PT_STR("x")), PT_UNAVAILABLE);
    http_drain(t.server, 1000, on_gone, &gone_calls); // not once more for the stream
    t_turn();
    assert_int_equal(gone_calls, 2);
    http_stream_end(s, true);
    t_turn();
}

static void a_stream_begun_too_late_is_gone(void **state)
{
    (void)state;
    gone_calls = 0;
    t_start(NULL, T_LATER);
    int fd = t_connect();
    t_send(fd, GET("/"));
    t_turn();
    t_reset(fd);
    t_turn();
    HttpStream *s = begin(0);
    assert_true(http_stream_gone(s));
    http_stream_on_gone(s, on_gone, &gone_calls);
    t_turn();
    assert_int_equal(gone_calls, 1);
    http_stream_end(s, true);
    t_turn();
}

static void a_failed_stream_is_seen_as_cut(void **state)
{
    (void)state;
    t_start(NULL, T_LATER);
    int fd = t_connect();
    t_send(fd, GET("/"));
    t_turn();
    HttpStream *s = begin(0);
    assert_int_equal(http_stream_write(s, PT_STR("part")), PT_OK);
    http_stream_end(s, false);
    const char *got = t_read(fd, 1);
    assert_non_null(strstr(got, "4\r\npart\r\n<EOF>")); // no last chunk
    (void)close(fd);

    fd = t_connect();
    t_send(fd, "GET / HTTP/1.0\r\n\r\n");
    t_turn();
    s = begin(1);
    assert_int_equal(http_stream_write(s, PT_STR("part")), PT_OK);
    t_turn();
    assert_non_null(strstr(t_read(fd, 1), "\r\n\r\npart"));
    http_stream_end(s, false);
    assert_string_equal(t_read(fd, 1), "<RST>"); // an end of file would look like success
    (void)close(fd);
}

static void http_1_0_streams_until_close(void **state)
{
    (void)state;
    t_start(NULL, T_LATER);
    int fd = t_connect();
    t_send(fd, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    t_turn();
    HttpStream *s = begin(0);
    assert_int_equal(http_stream_write(s, PT_STR("all")), PT_OK);
    http_stream_end(s, true);
    const char *got = t_read(fd, 1);
    assert_non_null(strstr(got, "Connection: close\r\n"));
    assert_null(strstr(got, "chunked"));
    assert_non_null(strstr(got, "\r\n\r\nall<EOF>"));
    (void)close(fd);
}

static void a_stream_waits_for_its_turn(void **state)
{
    (void)state;
    t_start(NULL, T_LATER);
    int fd = t_connect();
    t_send(fd, GET("/1") GET("/2") GET("/3"));
    t_turn();
    assert_int_equal(t.waiting_count, 3);
    HttpStream *s = begin(1);
    t_answer(2);
    assert_int_equal(http_stream_write(s, PT_STR("two")), PT_OK);
    http_stream_end(s, true);
    assert_string_equal(t_read(fd, 0), "");
    t_answer(0);
    const char *got = t_read(fd, 3);
    const char *one = strstr(got, "GET /1 "), *two = strstr(got, "3\r\ntwo\r\n0\r\n\r\n");
    assert_true(one != NULL && two != NULL && one < two && two < strstr(got, "GET /3 "));
    (void)close(fd);
}

static void nothing_behind_a_stream_is_handed_out(void **state)
{
    (void)state;
    t_start(NULL, T_LATER);
    int fd = t_connect();
    t_send(fd, GET("/1"));
    t_turn();
    HttpStream *s = begin(0);
    t_send(fd, GET("/2"));
    t_turn();
    assert_int_equal(t.waiting_count, 1);
    http_stream_end(s, true);
    t_turn();
    assert_int_equal(t.waiting_count, 2);
    t_answer(1);
    assert_string_equal(t_bodies(t_read(fd, 2)), "GET /2 |");
    (void)close(fd);
}

static void head_streams_no_body(void **state)
{
    (void)state;
    t_start(NULL, T_LATER);
    int fd = t_connect();
    t_send(fd, "HEAD / HTTP/1.1\r\n" H "\r\n" GET("/2"));
    t_turn();
    HttpStream *s = begin(0);
    assert_int_equal(http_stream_write(s, PT_STR("body")), PT_OK);
    http_stream_end(s, true);
    t_turn();
    t_answer(1);
    const char *got = t_read(fd, 2);
    assert_null(strstr(got, "body"));
    assert_non_null(strstr(got, "\r\n\r\nHTTP/1.1 200 OK"));
    (void)close(fd);
}

static void the_loop_itself_never_waits(void **state)
{
    (void)state;
    t_start(NULL, T_LATER);
    int fd = t_connect();
    t_send(fd, GET("/"));
    t_turn();
    HttpStream *s = begin(0);
    static char block[100000];
    unsigned taken = 0;
    PtStatus st = PT_OK;
    while (taken < 1000 && (st = http_stream_write(s, (PtStr){block, sizeof block})) == PT_OK) {
        taken++;
    }
    assert_int_equal(st, PT_BUSY);
    assert_in_range(taken, 5, 12);
    http_stream_end(s, true);
    (void)t_read(fd, 1);
    size_t len = 0;
    assert_true(unchunk(body_of(t.text), &len));
    assert_int_equal(len, taken * sizeof block);
    (void)close(fd);
}

static void drain_tells_streams(void **state)
{
    (void)state;
    gone_calls = 0;
    t_start(NULL, T_LATER);
    int fd = t_connect();
    t_send(fd, GET("/"));
    t_turn();
    HttpStream *s = begin(0);
    http_stream_on_gone(s, on_gone, &gone_calls);
    assert_int_equal(http_stream_write(s, PT_STR("last words")), PT_OK);
    http_drain(t.server, 1000, on_gone, &gone_calls);
    t_turn();
    assert_int_equal(gone_calls, 1);
    assert_int_equal(http_stream_write(s, PT_STR("x")), PT_UNAVAILABLE);
    http_stream_end(s, true);
    const char *got = t_read(fd, 1);
    assert_non_null(strstr(got, "last words\r\n0\r\n\r\n<EOF>"));
    assert_int_equal(gone_calls, 2); // drained
    (void)close(fd);
}

static void a_stream_may_outlive_its_server(void **state)
{
    (void)state;
    t_start(NULL, T_LATER);
    int fd = t_connect();
    t_send(fd, GET("/1"));
    t_turn();
    HttpStream *s = begin(0);
    http_server_free(t.server);
    t.server = NULL;
    assert_true(http_stream_gone(s));
    assert_int_equal(http_stream_write(s, PT_STR("x")), PT_UNAVAILABLE);
    http_stream_end(s, true); // the sanitizer sees whether anything is lost or used too late
    (void)close(fd);
}

static struct EventCase {
    const char *name;
    PtStr id;
    const char *event;
    PtStr data;
    const char *want; /* NULL: refused */
} event_cases[] = {
    {"data", {"", 0}, NULL, {"a", 1}, "data: a\n\n"},
    {"all fields", {"7", 1}, "tick", {"a", 1}, "id: 7\nevent: tick\ndata: a\n\n"},
    {"no data", {"7", 1}, NULL, {"", 0}, "id: 7\ndata: \n\n"},
    {"lines", {"", 0}, NULL, {"a\nb\r\nc\rd", 8}, "data: a\ndata: b\ndata: c\ndata: d\n\n"},
    {"last line feed", {"", 0}, NULL, {"a\n", 2}, "data: a\ndata: \n\n"},
    {"last carriage return and line feed", {"", 0}, NULL, {"a\r\n", 3}, "data: a\ndata: \n\n"},
    {"line feed in the id", {"7\n8", 3}, NULL, {"a", 1}, NULL},
    {"NUL in the id", {"7\0008", 3}, NULL, {"a", 1}, NULL},
    {"carriage return in the event", {"", 0}, "a\rb", {"a", 1}, NULL},
};

static void event_case(void **state)
{
    const struct EventCase *c = *state;
    t_start(NULL, T_LATER);
    int fd = t_connect();
    t_send(fd, GET("/"));
    t_turn();
    HttpStream *s = begin(0);
    PtStatus st = http_sse_event(s, c->id, c->event, c->data);
    assert_int_equal(st, c->want != NULL ? PT_OK : PT_INVALID);
    assert_int_equal(http_sse_comment(s, "beat"), PT_OK);
    assert_int_equal(http_sse_comment(s, "a\nb"), PT_INVALID);
    http_stream_end(s, true);
    (void)t_read(fd, 1);
    char *body = body_of(t.text), want[256];
    size_t len = 0;
    assert_true(unchunk(body, &len));
    (void)snprintf(want, sizeof want, "%s: beat\n\n", c->want != NULL ? c->want : "");
    assert_string_equal(body, want);
    (void)close(fd);
}

#define STREAM_TEST(fn) cmocka_unit_test_teardown(fn, t_teardown)

int main(void)
{
    static struct CMUnitTest tests[64] = {
        STREAM_TEST(a_slow_reader_gets_every_byte),
        STREAM_TEST(a_producer_learns_that_its_client_left),
        STREAM_TEST(on_gone_is_called_once),
        STREAM_TEST(a_stream_begun_too_late_is_gone),
        STREAM_TEST(a_failed_stream_is_seen_as_cut),
        STREAM_TEST(http_1_0_streams_until_close),
        STREAM_TEST(a_stream_waits_for_its_turn),
        STREAM_TEST(nothing_behind_a_stream_is_handed_out),
        STREAM_TEST(head_streams_no_body),
        STREAM_TEST(the_loop_itself_never_waits),
        STREAM_TEST(drain_tells_streams),
        STREAM_TEST(a_stream_may_outlive_its_server),
    };
    size_t n = 0;
    while (tests[n].test_func != NULL) {
        n++;
    }
    for (size_t i = 0; i < sizeof event_cases / sizeof *event_cases; i++) {
        tests[n++] =
            (struct CMUnitTest){event_cases[i].name, event_case, NULL, t_teardown, &event_cases[i]};
    }
    return _cmocka_run_group_tests("http_stream", tests, n, NULL, NULL);
}
