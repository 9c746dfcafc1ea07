// SPDX-License-Identifier: Apache-2.0
/* The client against a socket that says exactly what a case wants. */
#include "platform/client.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { REQUEST_MAX = 4096, BODY_MAX = 64 };

typedef struct Peer {
    char folder[32];
    struct sockaddr_un address;
    int fd;
    const char *answer; /* NULL: closes without a word */
    char request[REQUEST_MAX];
    pthread_t thread;
} Peer;

/* One connection: reads a head and the body it names, answers, closes. */
static void *serve(void *ctx)
{
    Peer *p = ctx;
    int fd = accept(p->fd, NULL, NULL);
    size_t len = 0, want = 1;
    while (fd >= 0 && len < want && len + 1 < sizeof p->request) {
        ssize_t n = read(fd, p->request + len, sizeof p->request - 1 - len);
        if (n <= 0) {
            break;
        }
        len += (size_t)n;
        p->request[len] = '\0';
        const char *end = strstr(p->request, "\r\n\r\n");
        const char *length = strstr(p->request, "Content-Length: ");
        want = end == NULL ? len + 1
                           : (size_t)(end + 4 - p->request) +
                                 (length != NULL ? strtoul(length + 16, NULL, 10) : 0);
    }
    if (fd >= 0 && p->answer != NULL) {
        (void)!write(fd, p->answer, strlen(p->answer));
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return NULL;
}

static PtClient *start(Peer *p, const char *answer, const char *token)
{
    PtClient *client = NULL;
    *p = (Peer){.folder = "/tmp/pt_client_test_XXXXXX", .answer = answer};
    assert_non_null(mkdtemp(p->folder));
    p->address.sun_family = AF_UNIX;
    (void)snprintf(p->address.sun_path, sizeof p->address.sun_path, "%s/s", p->folder);
    p->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(p->fd, (struct sockaddr *)&p->address, sizeof p->address), 0);
    assert_int_equal(listen(p->fd, 4), 0);
    assert_int_equal(pthread_create(&p->thread, NULL, serve, p), 0);
    PtClientConfig config = {
        .url = "http://localhost/", .socket_path = p->address.sun_path, .token = token};
    assert_int_equal(pt_client_new(&config, &client, NULL), PT_OK);
    return client;
}

static void stop(Peer *p, PtClient *client)
{
    assert_int_equal(pthread_join(p->thread, NULL), 0);
    pt_client_free(client);
    assert_int_equal(close(p->fd), 0);
    assert_int_equal(unlink(p->address.sun_path), 0);
    assert_int_equal(rmdir(p->folder), 0);
}

#define OK "HTTP/1.1 200 OK\r\nConnection: close\r\n"

static struct AnswerCase {
    const char *name, *answer;
    PtStatus want;
    int status;
    int64_t retry_after_s;
    const char *body;
} answer_cases[] = {
    {"200 with a body", OK "Content-Length: 2\r\n\r\n{}", PT_OK, 200, -1, "{}"},
    {"429 with Retry-After", "HTTP/1.1 429 x\r\nretry-after:  7 \r\nContent-Length: 0\r\n\r\n",
     PT_OK, 429, 7, ""},
    {"Retry-After as a date",
     "HTTP/1.1 503 x\r\nRetry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
     "Content-Length: 0\r\n\r\n",
     PT_OK, 503, -1, ""},
    {"chunked", OK "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", PT_OK, 200,
     -1, "abc"},
    {"broken off in a chunk", OK "Transfer-Encoding: chunked\r\n\r\n5\r\nab", PT_UNAVAILABLE, 200,
     -1, NULL},
    {"broken off in a body", OK "Content-Length: 9\r\n\r\nab", PT_UNAVAILABLE, 200, -1, NULL},
    {"closed without a word", NULL, PT_UNAVAILABLE, 0, -1, NULL},
    {"not HTTP", "hello\r\n\r\n", PT_INVALID, 0, -1, NULL},
    {"a body at the bound",
     OK "\r\n0123456789012345678901234567890123456789012345678901234567890123", PT_OK, 200, -1,
     "0123456789012345678901234567890123456789012345678901234567890123"},
    {"a body over the bound",
     OK "\r\n01234567890123456789012345678901234567890123456789012345678901234", PT_TOO_LARGE, 200,
     -1, NULL},
};

static void answer_case(void **state)
{
    const struct AnswerCase *c = *state;
    Peer peer;
    PtClient *client = start(&peer, c->answer, NULL);
    PtClientRequest request = {.method = "GET", .path = "/x"};
    PtClientResponse response;
    pt_client_response_init(&response, BODY_MAX);
    assert_int_equal(pt_client_send(client, &request, &response, NULL), c->want);
    assert_int_equal(response.status, c->status);
    if (c->body != NULL) {
        assert_int_equal(response.retry_after_s, c->retry_after_s);
        assert_true(pt_str_eq(pt_buf_str(&response.body), pt_str(c->body)));
    }
    pt_client_response_done(&response);
    stop(&peer, client);
}

static void what_is_sent(void **state)
{
    (void)state;
    static const struct {
        PtClientRequest request;
        const char *wants[4], *forbidden;
    } cases[] = {
        {{.method = "POST", .path = "/v1/batch", .body = {"{}", 2}, .basic_user = "key"},
         {"POST /v1/batch HTTP/1.1\r\n", "Authorization: Basic a2V5Og==\r\n",
          "Content-Type: application/json\r\n", "\r\n\r\n{}"},
         "Bearer"},
        {{.method = "GET", .path = "/a?b=c", .header = "Last-Event-ID: 5"},
         {"GET /a?b=c HTTP/1.1\r\n", "Authorization: Bearer tok\r\n", "Last-Event-ID: 5\r\n"},
         "Content-Length"},
        {{.method = "DELETE", .path = "/t"}, {"DELETE /t HTTP/1.1\r\n", "Bearer tok"}, "Basic"},
        {{.method = "PATCH", .path = "/t", .body = {"x", 1}, .content_type = "text/plain"},
         {"PATCH /t HTTP/1.1\r\n", "Content-Type: text/plain\r\n"},
         "Expect"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Peer peer;
        PtClient *client = start(&peer, OK "Content-Length: 0\r\n\r\n", "tok");
        PtClientResponse response;
        pt_client_response_init(&response, BODY_MAX);
        assert_int_equal(pt_client_send(client, &cases[i].request, &response, NULL), PT_OK);
        pt_client_response_done(&response);
        stop(&peer, client);
        for (size_t k = 0; k < 4 && cases[i].wants[k] != NULL; k++) {
            if (strstr(peer.request, cases[i].wants[k]) == NULL) {
                fail_msg("no \"%s\" in \"%s\"", cases[i].wants[k], peer.request);
            }
        }
        assert_null(strstr(peer.request, cases[i].forbidden));
    }
}

typedef struct Pieces {
    size_t len, stop_at;
} Pieces;

static bool take(void *ctx, PtStr bytes)
{
    Pieces *p = ctx;
    p->len += bytes.len;
    return p->stop_at == 0 || p->len < p->stop_at;
}

/* Pieces go to on_data for 2xx alone: a problem's text must reach the caller. */
static void pieces(void **state)
{
    (void)state;
    static const struct {
        const char *answer;
        size_t stop_at, want_len, want_body;
        bool stopped;
    } cases[] = {
        {OK "Content-Length: 3\r\n\r\nabc", 0, 3, 0, false},
        {OK "Content-Length: 3\r\n\r\nabc", 1, 3, 0, true},
        {"HTTP/1.1 400 x\r\nContent-Length: 3\r\n\r\nabc", 0, 0, 3, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Peer peer;
        Pieces got = {0, cases[i].stop_at};
        PtClient *client = start(&peer, cases[i].answer, NULL);
        PtClientRequest request = {.method = "GET", .path = "/", .on_data = take, .ctx = &got};
        PtClientResponse response;
        pt_client_response_init(&response, BODY_MAX);
        assert_int_equal(pt_client_send(client, &request, &response, NULL), PT_OK);
        assert_int_equal(got.len, cases[i].want_len);
        assert_int_equal(response.body.len, cases[i].want_body);
        assert_int_equal(response.stopped, cases[i].stopped);
        pt_client_response_done(&response);
        stop(&peer, client);
    }
}

static void nobody_listens(void **state)
{
    (void)state;
    PtClientConfig config = {.url = "http://localhost", .socket_path = "/nonexistent/socket"};
    PtClientRequest request = {.method = "GET", .path = "/"};
    PtClientResponse response;
    PtClient *client = NULL;
    PtError err = {0};
    pt_client_response_init(&response, BODY_MAX);
    assert_int_equal(pt_client_new(&config, &client, NULL), PT_OK);
    assert_int_equal(pt_client_send(client, &request, &response, &err), PT_UNAVAILABLE);
    assert_non_null(strstr(err.message, "no answer from the server"));
    pt_client_response_done(&response);
    pt_client_free(client);
}

static void escaping(void **state)
{
    (void)state;
    PtBuf out;
    pt_buf_init(&out, 1024);
    pt_client_escape(PT_STR("aZ09-_.~ /?&=%+\xc3\xa9"), &out);
    assert_true(pt_str_eq(pt_buf_str(&out), PT_STR("aZ09-_.~%20%2F%3F%26%3D%25%2B%C3%A9")));
    pt_buf_done(&out);
}

int main(void)
{
    enum { ANSWERS = sizeof answer_cases / sizeof *answer_cases };
    struct CMUnitTest tests[ANSWERS + 4] = {
        cmocka_unit_test(what_is_sent), cmocka_unit_test(pieces), cmocka_unit_test(nobody_listens),
        cmocka_unit_test(escaping)};
    for (size_t i = 0; i < ANSWERS; i++) {
        tests[i + 4] =
            (struct CMUnitTest){answer_cases[i].name, answer_case, NULL, NULL, &answer_cases[i]};
    }
    return cmocka_run_group_tests_name("platform/client", tests, NULL, NULL);
}
