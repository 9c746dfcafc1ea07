// SPDX-License-Identifier: Apache-2.0
/* A whole connection over a socket pair: bytes arrive in pieces, the handler answers now or later,
 * in or out of order, or with a stream, as the input says. Every request handed out must be
 * answered, and what comes back must be whole answers, in order.
 *
 * Input: a control byte (see Control), a piece size, a seed for the handler, then what is sent.
 */
#include "platform/http/http_internal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef enum Control {
    HALF_CLOSE = 1, /* the client shuts its side after the last byte */
    VANISH = 2,     /* it closes before everything is answered */
    BACKWARDS = 4,  /* held answers are given last first */
    DRAIN = 8,      /* streams are told to go in the middle: the server's own drain ends it */
} Control;

enum { WAITING_MAX = 64, ROUNDS_MAX = 10000 };

static PtLoop *loop;
static HttpServer *server;
static uint32_t seed;
static HttpExchange *waiting[WAITING_MAX];
static size_t waiting_count;
static HttpStream *streams[WAITING_MAX];
static size_t stream_count;

static uint32_t roll(void)
{
    seed = seed * 1664525 + 1013904223;
    return seed >> 16;
}

static void answer(HttpExchange *x)
{
    const HttpRequest *r = http_request(x);
    const HttpHeader headers[] = {{PT_STR("X-Path"), r->path}, {PT_STR("X"), r->query}};
    uint32_t how = roll() % 8;
    if (how == 0 && stream_count < WAITING_MAX) {
        HttpStream *s = http_stream_begin(x, 200, NULL, 0);
        if (s == NULL) {
            abort();
        }
        streams[stream_count++] = s;
    } else if (how == 1) {
        http_reply_problem(x, PT_BUSY, "\"later\"\n");
    } else if (how == 2) {
        PtStr copy = pt_arena_str(http_arena(x), r->body);
        http_reply(x, 200, headers, 2, copy);
    } else {
        http_reply(x, how == 3 ? 204 : 200, headers, 2, r->body);
    }
}

static void handle(void *ctx, HttpExchange *x)
{
    (void)ctx;
    const HttpRequest *r = http_request(x);
    for (size_t i = 0; i < r->header_count; i++) {
        if (r->headers[i].name.len == 0) {
            abort();
        }
    }
    char *owned = NULL;
    PtStr body;
    if (http_body_decoded(r, 4096, &body, &owned, NULL) == PT_OK && body.len > 4096) {
        abort();
    }
    free(owned);
    if (waiting_count < WAITING_MAX && roll() % 2 == 0) {
        waiting[waiting_count++] = x;
    } else {
        answer(x);
    }
}

static void start(void)
{
    HttpLimits limits = http_limits_default();
    limits.target_bytes = 256;
    limits.header_bytes = 1024;
    limits.header_count = 16;
    limits.body_bytes = 4096;
    limits.pipeline = 4;
    if (pt_loop_new(&loop, NULL) != PT_OK ||
        http_server_new(loop, &limits, handle, NULL, &server, NULL) != PT_OK) {
        abort();
    }
}

static void turn(void)
{
    while (pt_loop_turn(loop, 0)) {
    }
}

/* Reads what there is and checks that it starts like an answer. */
static void take(int fd, bool *first)
{
    char text[8192];
    for (ssize_t n; (n = recv(fd, text, sizeof text, MSG_DONTWAIT)) > 0;) {
        if (*first && (n < 12 || memcmp(text, "HTTP/1.1 ", 9) != 0)) {
            abort();
        }
        *first = false;
    }
}

static void feed_streams(bool end)
{
    for (size_t i = 0; i < stream_count; i++) {
        PtStatus st = http_sse_event(streams[i], PT_STR("1"), "e", PT_STR("a\nb\r\nc"));
        if (st == PT_OK && http_stream_gone(streams[i])) {
            abort();
        }
        if (end) {
            http_stream_end(streams[i], roll() % 4 > 0);
        }
    }
    stream_count = end ? 0 : stream_count;
}

static void answer_waiting(bool backwards)
{
    for (size_t i = 0; i < waiting_count; i++) {
        answer(waiting[backwards ? waiting_count - 1 - i : i]);
    }
    waiting_count = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int pair[2];
    if (size < 3) {
        return 0;
    }
    if (server == NULL) {
        start();
    }
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) != 0 ||
        http_conn_open(server, pair[0], "", true, false, NULL) == NULL) {
        abort();
    }
    uint8_t control = data[0];
    size_t piece = 1 + data[1];
    seed = data[2];
    bool first = true;
    for (size_t at = 3; at < size;) {
        size_t n = size - at < piece ? size - at : piece;
        ssize_t sent = send(pair[1], data + at, n, MSG_NOSIGNAL | MSG_DONTWAIT);
        turn();
        if (sent <= 0) {
            break; // the server has hung up
        }
        at += (size_t)sent;
        if (roll() % 4 == 0) {
            answer_waiting((control & BACKWARDS) != 0);
            feed_streams(roll() % 2 == 0);
        }
        take(pair[1], &first);
    }
    if ((control & HALF_CLOSE) != 0) {
        (void)shutdown(pair[1], SHUT_WR);
    }
    turn();
    if ((control & VANISH) != 0) {
        (void)close(pair[1]);
        turn();
    }
    for (int i = 0; waiting_count + stream_count > 0; i++) {
        if (i == ROUNDS_MAX) {
            abort();
        }
        answer_waiting((control & BACKWARDS) != 0);
        feed_streams(true);
        turn();
        if ((control & VANISH) == 0) {
            take(pair[1], &first);
        }
    }
    if ((control & VANISH) == 0) {
        (void)close(pair[1]);
        turn();
    }
    HttpCounters c = http_counters(server);
    if (c.connections != 0 || c.buffered_bytes != 0 || server->orphans.next != &server->orphans ||
        server->active != 0) {
        abort();
    }
    if ((control & DRAIN) != 0) { // a new one now and then, so that freeing is tried too
        http_server_free(server);
        pt_loop_free(loop);
        server = NULL;
    }
    return 0;
}
