// SPDX-License-Identifier: Apache-2.0
#pragma once

/* What the tests of a whole server share: one server on one loop, turned by the test itself. */
#include "platform/clock.h"
#include "platform/http/http_internal.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

typedef enum TMode { T_NOW, T_LATER } TMode; /* answer in the handler, or by t_answer */

enum { T_WAITING_MAX = 1024, T_TEXT_MAX = 16 << 20 };

static struct {
    PtLoop *loop;
    HttpServer *server;
    uint16_t port;
    TMode mode;
    HttpExchange *waiting[T_WAITING_MAX];
    size_t waiting_count;
    char *text; /* what t_read got last */
    char bodies[4096];
} t;

/* "METHOD PATH BODY"; /sum checks a pattern and tells the length; /big is a megabyte. */
static inline void t_reply(HttpExchange *x)
{
    const HttpRequest *r = http_request(x);
    char text[4096];
    int n = 0;
    if (pt_str_eq(r->path, PT_STR("/sum"))) {
        bool ok = true;
        for (size_t i = 0; i < r->body.len; i++) {
            ok &= r->body.data[i] == (char)(i % 251);
        }
        n = snprintf(text, sizeof text, "%zu %s", r->body.len, ok ? "ok" : "damaged");
    } else if (pt_str_eq(r->path, PT_STR("/big"))) {
        char *big = calloc(1, 1 << 20);
        assert_non_null(big);
        http_reply(x, 200, NULL, 0, (PtStr){big, 1 << 20});
        free(big);
        return;
    } else {
        n = snprintf(text, sizeof text, "%.*s %.*s %.*s", PT_STR_ARG(r->method),
                     PT_STR_ARG(r->path), PT_STR_ARG(r->body));
    }
    http_reply(x, 200, NULL, 0, (PtStr){text, (size_t)n});
}

static inline void t_handle(void *ctx, HttpExchange *x)
{
    (void)ctx;
    if (t.mode == T_NOW) {
        t_reply(x);
        return;
    }
    assert_true(t.waiting_count < T_WAITING_MAX);
    t.waiting[t.waiting_count++] = x;
}

static inline void t_answer(size_t i)
{
    t_reply(t.waiting[i]);
}

static inline void t_start(const HttpLimits *limits, TMode mode)
{
    const HttpLimits usual = http_limits_default();
    PtError err = {0};
    memset(&t, 0, sizeof t);
    t.mode = mode;
    assert_int_equal(pt_loop_new(&t.loop, &err), PT_OK);
    assert_int_equal(
        http_server_new(t.loop, limits != NULL ? limits : &usual, t_handle, NULL, &t.server, &err),
        PT_OK);
    assert_int_equal(http_listen_tcp(t.server, "127.0.0.1:0", &t.port, &err), PT_OK);
}

static inline void t_stop(void)
{
    http_server_free(t.server);
    pt_loop_free(t.loop);
    free(t.text);
    memset(&t, 0, sizeof t);
}

static inline int t_teardown(void **state)
{
    (void)state;
    t_stop();
    return 0;
}

/* Everything that can happen now. */
static inline void t_turn(void)
{
    int quiet = 0;
    while (quiet < 2) { // loopback delivers a moment later at times
        quiet = pt_loop_turn(t.loop, 1) ? 0 : quiet + 1;
    }
}

static inline struct sockaddr_in t_address(void)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(t.port)};
    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return addr;
}

static inline int t_connect(void)
{
    struct sockaddr_in addr = t_address();
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&addr, sizeof addr), 0);
    return fd;
}

static inline void t_send_n(int fd, const char *bytes, size_t len)
{
    for (size_t at = 0; at < len;) {
        ssize_t n = send(fd, bytes + at, len - at, MSG_NOSIGNAL | MSG_DONTWAIT);
        at += n > 0 ? (size_t)n : 0;
        if (at < len) {
            (void)pt_loop_turn(t.loop, 1);
        }
    }
}

static inline void t_send(int fd, const char *text)
{
    t_send_n(fd, text, strlen(text));
}

static inline void t_reset(int fd)
{
    struct linger hard = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    (void)close(fd);
}

static inline size_t t_count(const char *text, const char *what)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, what)) != NULL; at += strlen(what)) {
        n++;
    }
    return n;
}

/* What arrives until `answers` status lines came and then nothing for a moment, or the connection
 * ended ("<EOF>" or "<RST>" is then appended). 0 answers: what there is after a moment. NUL bytes
 * read as '0'. */
static inline const char *t_read(int fd, size_t answers)
{
    t_turn();
    free(t.text);
    t.text = malloc(T_TEXT_MAX);
    assert_non_null(t.text);
    size_t len = 0;
    t.text[0] = '\0';
    int64_t give_up = pt_mono_ms() + 2500;
    for (int quiet = 0; pt_mono_ms() < give_up;) {
        ssize_t n = recv(fd, t.text + len, T_TEXT_MAX - len - 16, MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN)) {
            (void)strcpy(t.text + len, n == 0 ? "<EOF>" : "<RST>");
            break;
        }
        if (n > 0) {
            for (size_t i = len; i < len + (size_t)n; i++) {
                t.text[i] = t.text[i] == '\0' ? '0' : t.text[i];
            }
            len += (size_t)n;
            t.text[len] = '\0';
            quiet = 0;
        } else if (!pt_loop_turn(t.loop, 2) && ++quiet > 3 &&
                   t_count(t.text, "HTTP/1.1 ") >= answers) {
            break;
        }
    }
    return t.text;
}

/* The bodies of answers with a Content-Length, each followed by '|'. */
static inline const char *t_bodies(const char *text)
{
    size_t len = 0;
    t.bodies[0] = '\0';
    for (const char *at = text; (at = strstr(at, "Content-Length: ")) != NULL;) {
        size_t n = (size_t)strtoul(at + 16, NULL, 10);
        at = strstr(at, "\r\n\r\n");
        assert_non_null(at);
        assert_true(len + n + 2 < sizeof t.bodies);
        memcpy(t.bodies + len, at + 4, n);
        len += n;
        t.bodies[len++] = '|';
        t.bodies[len] = '\0';
    }
    return t.bodies;
}
