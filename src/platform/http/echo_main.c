// SPDX-License-Identifier: Apache-2.0
/* A server that answers at once, or at the end of the round, for measuring the HTTP core alone.
 * usage: http_echo ADDRESS [deferred]   POST: the length of its body; GET: "ok" */
#include "platform/http.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static PtLoop *loop;

typedef struct Echo {
    bool deferred;
    HttpExchange *waiting[4096];
    size_t count;
} Echo;

static void on_signal(int signo)
{
    (void)signo;
    pt_loop_stop(loop); // NOLINT(bugprone-signal-handler): made for it, see loop.h
}

static void answer(HttpExchange *x)
{
    char text[32];
    const HttpHeader type = {PT_STR("Content-Type"), PT_STR("text/plain")};
    int len = snprintf(text, sizeof text, "%zu\n", http_request(x)->body.len);
    http_reply(x, 200, &type, 1, (PtStr){text, (size_t)len});
}

static void on_round(void *ctx)
{
    Echo *echo = ctx;
    for (size_t i = 0; i < echo->count; i++) {
        answer(echo->waiting[i]);
    }
    echo->count = 0;
}

static void handle(void *ctx, HttpExchange *x)
{
    Echo *echo = ctx;
    if (echo->deferred && echo->count < sizeof echo->waiting / sizeof *echo->waiting) {
        echo->waiting[echo->count++] = x;
        return;
    }
    answer(x);
}

int main(int argc, char **argv)
{
    static Echo echo;
    HttpServer *server = NULL;
    PtError err = {0};
    uint16_t port = 0;
    HttpLimits limits = http_limits_default();
    if (argc < 2) {
        (void)fprintf(stderr, "usage: %s ADDRESS [deferred]\n", argv[0]);
        return 2;
    }
    echo.deferred = argc > 2 && strcmp(argv[2], "deferred") == 0;
    if (pt_loop_new(&loop, &err) != PT_OK) {
        (void)fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    (void)signal(SIGTERM, on_signal);
    (void)signal(SIGINT, on_signal);
    pt_loop_on_round(loop, on_round, &echo);
    if (http_server_new(loop, &limits, handle, &echo, &server, &err) != PT_OK ||
        http_listen_tcp(server, argv[1], &port, &err) != PT_OK) {
        (void)fprintf(stderr, "%s\n", err.message);
    } else {
        (void)printf("listening on port %u\n", port);
        (void)fflush(stdout);
        pt_loop_run(loop);
    }
    http_server_free(server);
    pt_loop_free(loop);
    return err.status == PT_OK ? 0 : 1;
}
