// SPDX-License-Identifier: Apache-2.0
#include "server_internal.h"

#include "base/memory.h"
#include "platform/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define X50  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X400 X50 X50 X50 X50 X50 X50 X50 X50

/* The member "id" of a body: its text, or NULL and what is said. */
static struct MemberCase {
    const char *name, *body, *want, *want_error;
} member_cases[] = {
    {"a text", "{\"id\":\"abc\"}", "abc", NULL},
    {"behind others", " { \"a\" : \"1\" , \"id\" : \"2\" } ", "2", NULL},
    {"the first of two", "{\"id\":\"1\",\"id\":\"2\"}", "1", NULL},
    {"escapes", "{\"\\u0069d\":\"\\u00e4\\\"\"}", "\xc3\xa4\"", NULL},
    {"400 bytes", "{\"id\":\"" X400 "\"}", X400, NULL},
    {"401 bytes", "{\"id\":\"" X400 "x\"}", NULL, "\"id\" is over 400 bytes"},
    {"not there", "{\"a\":\"id\"}", NULL, "\"id\" is missing"},
    {"empty", "{\"id\":\"\"}", NULL, "\"id\" is missing"},
    {"more behind it", "{\"id\":\"1\"}{}", NULL, "\"id\" is missing"},
    {"cut off", "{\"id\":\"1\"", NULL, "the body is not a JSON object of texts"},
    {"a number", "{\"id\":1}", NULL, "the body is not a JSON object of texts"},
    {"another is a number", "{\"a\":1,\"id\":\"1\"}", NULL,
     "the body is not a JSON object of texts"},
    {"an object", "{\"id\":{}}", NULL, "the body is not a JSON object of texts"},
    {"an array", "[\"id\"]", NULL, "the body is not a JSON object"},
    {"nothing", "", NULL, "the body is not a JSON object"},
};

static void takes_member(void **state)
{
    const struct MemberCase *c = *state;
    PtBuf out;
    PtError err = {0};
    pt_buf_init(&out, SERVER_MEMBER);
    const PtStatus st = server_member(pt_str(c->body), "id", &out, &err);
    if (c->want != NULL) {
        assert_int_equal(st, PT_OK);
        assert_true(pt_str_eq(pt_buf_str(&out), pt_str(c->want)));
    } else {
        assert_int_not_equal(st, PT_OK);
        assert_string_equal(err.message, c->want_error);
    }
    pt_buf_done(&out);
}

static struct PathCase {
    const char *name, *template, *body, *want; /* NULL: refused */
} path_cases[] = {
    {"nothing to fill in", "/api/v1/clock", "not looked at", "/api/v1/clock"},
    {"at the end", "/p/{id}", "{\"id\":\"1\"}", "/p/1"},
    {"in the middle", "/p/{id}/context", "{\"id\":\"1\"}", "/p/1/context"},
    {"two", "/l?type={type}&value={value}", "{\"value\":\"b\",\"type\":\"a\"}",
     "/l?type=a&value=b"},
    {"nothing leaves its place", "/p/{id}/x", "{\"id\":\"../a?b&c#d e\"}",
     "/p/..%2Fa%3Fb%26c%23d%20e/x"},
    {"three dots", "/p/{id}", "{\"id\":\"...\"}", "/p/..."},
    {"two dots", "/p/{id}", "{\"id\":\"..\"}", NULL},
    {"a dot", "/p/{id}", "{\"id\":\"\\u002e\"}", NULL},
    {"what is missing", "/p/{id}", "{}", NULL},
};

static void makes_path(void **state)
{
    const struct PathCase *c = *state;
    PtBuf out;
    PtError err = {0};
    pt_buf_init(&out, 256);
    const PtStatus st = server_path(c->template, pt_str(c->body), &out, &err);
    assert_int_equal(st, c->want != NULL ? PT_OK : PT_INVALID);
    if (c->want != NULL) {
        assert_string_equal(out.data, c->want);
    }
    pt_buf_done(&out);
}

static void path_has_a_bound(void **state)
{
    (void)state;
    PtBuf out;
    PtError err = {0};
    pt_buf_init(&out, 4);
    assert_int_equal(server_path("/p/", PT_STR(""), &out, &err), PT_OK); // with its NUL
    pt_buf_clear(&out, 0);
    assert_int_equal(server_path("/pa/", PT_STR(""), &out, &err), PT_TOO_LARGE);
    pt_buf_done(&out);
}

static struct StartCase {
    const char *name, *listen, *url;
    PtStatus want;
} start_cases[] = {
    {"another machine's view", "0.0.0.0:0", "http://127.0.0.1:1", PT_FORBIDDEN},
    {"no URL", "127.0.0.1:0", "127.0.0.1:1", PT_INVALID},
    {"a URL that would end the policy's line", "127.0.0.1:0", "http://a; script-src *", PT_INVALID},
    {"no address", "127.0.0.1", "http://127.0.0.1:1", PT_INVALID},
};

static void does_not_start(void **state)
{
    const struct StartCase *c = *state;
    const DemoServeConfig config = {
        .listen = c->listen, .patron_url = c->url, .web_key = "w", .till_key = "t"};
    DemoServe *serve = NULL;
    PtError err = {0};
    assert_int_equal(demo_serve_start(&config, &serve, &err), c->want);
    assert_null(serve);
}

/* -- a back end without tokens, before a Patron that does not answer
 * --------------------------------
 */

static DemoServe *start(const char *patron_url)
{
    const DemoServeConfig config = {
        .listen = "127.0.0.1:0", .patron_url = patron_url, .web_key = "w", .till_key = "t"};
    DemoServe *serve = NULL;
    PtError err = {0};
    assert_int_equal(demo_serve_start(&config, &serve, &err), PT_OK);
    assert_int_not_equal(demo_serve_port(serve), 0);
    return serve;
}

/* The status; 0 without an answer. */
static int ask(uint16_t port, const char *method, const char *path, const char *body)
{
    char url[64];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u", port);
    const PtClientConfig config = {.url = url};
    const PtClientRequest request = {
        .method = method, .path = path, .body = pt_str(body), .content_type = "application/json"};
    PT_CLEANUP(pt_client_freep) PtClient *client = NULL;
    PtClientResponse response;
    pt_client_response_init(&response, 1 << 20);
    int status = 0;
    if (pt_client_new(&config, &client, NULL) == PT_OK &&
        pt_client_send(client, &request, &response, NULL) == PT_OK) {
        status = response.status;
    }
    pt_client_response_done(&response);
    return status;
}

static struct AnswerCase {
    const char *name, *method, *path, *body;
    int want;
} answer_cases[] = {
    {"a page", "GET", "/shop", "", 200},
    {"the panel is the first page", "GET", "/", "", 200},
    {"what pages need to know", "GET", "/config.json", "", 200},
    {"no token for associates", "POST", "/associate/recent", "{}", 501},
    {"no token for the clock", "PUT", "/clock", "{\"speed\":2}", 501},
    {"a till before no Patron", "POST", "/till/events", "{\"batch\":[]}", 503},
    {"no such page", "GET", "/shop.html", "", 404},
};

static void answers(void **state)
{
    const struct AnswerCase *c = *state;
    DemoServe *serve = start("http://127.0.0.1:1");
    const int status = ask(demo_serve_port(serve), c->method, c->path, c->body);
    demo_serve_stop(serve);
    assert_int_equal(status, c->want);
}

typedef struct Sale {
    uint16_t port;
    int status;
} Sale;

static void *sell(void *ctx)
{
    Sale *sale = ctx;
    sale->status = ask(sale->port, "POST", "/till/events", "{\"batch\":[]}");
    return NULL;
}

/* Patron takes the connection and says nothing. */
static void stops_while_patron_is_asked(void **state)
{
    (void)state;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof address;
    char url[64];
    pthread_t thread;
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u", ntohs(address.sin_port));
    DemoServe *serve = start(url);
    Sale sale = {.port = demo_serve_port(serve), .status = -1};
    assert_int_equal(pthread_create(&thread, NULL, sell, &sale), 0);
    const int asked = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    assert_true(asked >= 0);
    demo_serve_stop(serve);
    demo_serve_stop(NULL);
    (void)pthread_join(thread, NULL);
    assert_true(sale.status == 503 || sale.status == 0); // answered, or cut off at the grace's end
    (void)close(asked);
    (void)close(listener);
}

#define COUNT(a) (sizeof(a) / sizeof *(a))

int main(void)
{
    struct CMUnitTest tests[COUNT(member_cases) + COUNT(path_cases) + COUNT(start_cases) +
                            COUNT(answer_cases) + 2];
    size_t n = 0;
    for (size_t i = 0; i < COUNT(member_cases); i++) {
        tests[n++] = (struct CMUnitTest){.name = member_cases[i].name,
                                         .test_func = takes_member,
                                         .initial_state = &member_cases[i]};
    }
    for (size_t i = 0; i < COUNT(path_cases); i++) {
        tests[n++] = (struct CMUnitTest){
            .name = path_cases[i].name, .test_func = makes_path, .initial_state = &path_cases[i]};
    }
    for (size_t i = 0; i < COUNT(start_cases); i++) {
        tests[n++] = (struct CMUnitTest){.name = start_cases[i].name,
                                         .test_func = does_not_start,
                                         .initial_state = &start_cases[i]};
    }
    for (size_t i = 0; i < COUNT(answer_cases); i++) {
        tests[n++] = (struct CMUnitTest){
            .name = answer_cases[i].name, .test_func = answers, .initial_state = &answer_cases[i]};
    }
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(path_has_a_bound);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(stops_while_patron_is_asked);
    return cmocka_run_group_tests_name("demo/server", tests, NULL, NULL);
}
