// SPDX-License-Identifier: Apache-2.0
#include "api/origin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { TEXT = 2000 };

#define TWENTY                                                                                     \
    "9.9.9.9,9.9.9.9,9.9.9.9,9.9.9.9,9.9.9.9,9.9.9.9,9.9.9.9,9.9.9.9,9.9.9.9,9.9.9.9," NINE
#define NINE "8.8.8.8,8.8.8.8,8.8.8.8,8.8.8.8,8.8.8.8,8.8.8.8,8.8.8.8,8.8.8.8,8.8.8.8,7.7.7.7"

/* -- the setting ------------------------------------------------------------------------------- */

static struct ProxiesCase {
    const char *text;
    int count; /* -1: refused */
} proxies_cases[] = {
    {"", 0},
    {"  ", 0},
    {"127.0.0.1", 1},
    {" 10.0.0.0/8 ,\t2001:db8::/32", 2},
    {"::1", 1},
    {"0.0.0.0/0", 1},
    {"::/0", 1},
    {"10.0.0.1/32", 1},
    {"10.0.0.1/33", -1},
    {"2001:db8::1/128", 1},
    {"2001:db8::1/129", -1},
    {"10.0.0.1/8", -1}, // bits behind the length
    {"10.0.0.0/08", -1},
    {"10.0.0.0/", -1},
    {"10.0.0.0/-1", -1},
    {"10.0.0.0/8/8", -1},
    {"10.0.0", -1},
    {"10.0.0.0.0", -1},
    {"[::1]", -1},
    {"proxy.example", -1},
    {"127.0.0.1,,::1", -1},
    {"127.0.0.1:80", -1},
};

static void proxies_case(void **state)
{
    const struct ProxiesCase *c = *state;
    ApiProxies p = {.count = 99};
    PtError err = {0};
    PtStatus st = api_proxies_parse(c->text, &p, &err);
    assert_int_equal(st, c->count < 0 ? PT_INVALID : PT_OK);
    assert_int_equal(p.count, c->count < 0 ? 99 : c->count);
    assert_true(st == PT_OK || strncmp(err.message, "access.proxies: ", 16) == 0);
}

static void test_proxies_are_bounded(void **state)
{
    (void)state;
    char text[TEXT] = "";
    ApiProxies p;
    for (int i = 0; i < API_PROXIES_MAX; i++) {
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "%s10.0.0.%d",
                       i > 0 ? "," : "", i);
    }
    assert_int_equal(api_proxies_parse(text, &p, NULL), PT_OK);
    assert_int_equal(p.count, API_PROXIES_MAX);
    (void)snprintf(text + strlen(text), sizeof text - strlen(text), ",::1");
    assert_int_equal(api_proxies_parse(text, &p, NULL), PT_INVALID);
}

/* -- the request ------------------------------------------------------------------------------- */

static const char proxies[] = "127.0.0.1, 10.1.0.0/17, 2001:db8::/33";

static struct OriginCase {
    const char *name, *peer;
    bool tls;                                                /* of the connection */
    const char *list, *second_list, *scheme, *second_scheme; /* headers; NULL: absent */
    const char *want;                                        /* NULL: refused */
    bool want_loopback, want_tls;
} origin_cases[] = {
    {"no headers", "127.0.0.1", false, NULL, NULL, NULL, NULL, "127.0.0.1", true, false},
    {"from nobody we believe", "10.1.128.0", false, "1.2.3.4", NULL, "https", NULL, "10.1.128.0",
     false, false},
    {"last of a network", "10.1.127.255", false, "1.2.3.4", NULL, "https", NULL, "1.2.3.4", false,
     true},
    {"rubbish from nobody we believe", "9.9.9.9", true, "x", "y", "z", "z", "9.9.9.9", false, true},
    {"v6 inside", "2001:db8:7fff::1", false, "2001:DB8:8000:0::1", NULL, NULL, NULL,
     "2001:db8:8000::1", false, false},
    {"v6 outside", "2001:db8:8000::1", false, "1.2.3.4", NULL, NULL, NULL, "2001:db8:8000::1",
     false, false},
    {"last that is no proxy", "127.0.0.1", false, "6.6.6.6, 1.2.3.4 , 10.1.2.3\t,10.1.0.1", NULL,
     NULL, NULL, "1.2.3.4", false, false},
    {"the client's own words are not read", "127.0.0.1", false, "unknown, 1.2.3.4", NULL, NULL,
     NULL, "1.2.3.4", false, false},
    {"all are proxies: the first", "127.0.0.1", false, "10.1.0.7,10.1.0.8", NULL, NULL, NULL,
     "10.1.0.7", false, false},
    {"mapped", "127.0.0.1", false, "::ffff:1.2.3.4", NULL, NULL, NULL, "1.2.3.4", false, false},
    {"a mapped proxy", "127.0.0.1", false, "1.2.3.4, ::ffff:10.1.0.1", NULL, NULL, NULL, "1.2.3.4",
     false, false},
    {"brackets", "127.0.0.1", false, "[2001:db9::1]", NULL, NULL, NULL, "2001:db9::1", false,
     false},
    {"a client that is loopback", "10.1.0.1", false, "127.0.0.2", NULL, NULL, NULL, "127.0.0.2",
     true, false},
    {"plain in front, encrypted behind", "127.0.0.1", true, "1.2.3.4", NULL, "http", NULL,
     "1.2.3.4", false, false},
    {"encrypted behind, nothing said", "127.0.0.1", true, "1.2.3.4", NULL, NULL, NULL, "1.2.3.4",
     false, true},
    {"scheme alone, any case", "127.0.0.1", false, NULL, NULL, "HTTPS", NULL, "127.0.0.1", true,
     true},
    {"twenty", "127.0.0.1", false, TWENTY, NULL, NULL, NULL, "7.7.7.7", false, false},
    {"twenty-one", "127.0.0.1", false, "1.1.1.1," TWENTY, NULL, NULL, NULL, NULL, false, false},
    {"two lists", "127.0.0.1", false, "1.2.3.4", "1.2.3.4", NULL, NULL, NULL, false, false},
    {"two schemes", "127.0.0.1", false, NULL, NULL, "https", "https", NULL, false, false},
    {"another scheme", "127.0.0.1", false, NULL, NULL, "https,http", NULL, NULL, false, false},
    {"an empty scheme", "127.0.0.1", false, NULL, NULL, "", NULL, NULL, false, false},
    {"an empty list", "127.0.0.1", false, "", NULL, NULL, NULL, NULL, false, false},
    {"an empty last item", "127.0.0.1", false, "1.2.3.4,", NULL, NULL, NULL, NULL, false, false},
    {"a port", "127.0.0.1", false, "1.2.3.4:80", NULL, NULL, NULL, NULL, false, false},
    {"a v6 port", "127.0.0.1", false, "[2001:db9::1]:80", NULL, NULL, NULL, NULL, false, false},
    {"v4 in brackets", "127.0.0.1", false, "[1.2.3.4]", NULL, NULL, NULL, NULL, false, false},
    {"a zone", "127.0.0.1", false, "fe80::1%eth0", NULL, NULL, NULL, NULL, false, false},
    {"a name", "127.0.0.1", false, "unknown", NULL, NULL, NULL, NULL, false, false},
    {"rubbish before proxies", "127.0.0.1", false, "1.2.3.4, x, 10.1.0.1", NULL, NULL, NULL, NULL,
     false, false},
};

static void origin_case(void **state)
{
    const struct OriginCase *c = *state;
    const struct {
        const char *name, *value;
    } all[] = {{"Accept", "*/*"},
               {"X-Forwarded-For", c->list},
               {"x-forwarded-proto", c->scheme},
               {"x-forwarded-for", c->second_list},
               {"X-Forwarded-Proto", c->second_scheme}};
    HttpHeader headers[sizeof all / sizeof *all];
    HttpRequest r = {.headers = headers, .tls = c->tls};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (all[i].value != NULL) {
            headers[r.header_count++] = (HttpHeader){pt_str(all[i].name), pt_str(all[i].value)};
        }
    }
    (void)snprintf(r.peer, sizeof r.peer, "%s", c->peer);
    r.loopback = strncmp(c->peer, "127.", 4) == 0;
    ApiProxies p;
    assert_int_equal(api_proxies_parse(proxies, &p, NULL), PT_OK);
    ApiOrigin out = {.peer = "untouched"};
    PtError err = {0};
    PtStatus st = api_origin(&p, &r, &out, &err);
    assert_int_equal(st, c->want != NULL ? PT_OK : PT_INVALID);
    assert_string_equal(out.peer, c->want != NULL ? c->want : "untouched");
    assert_int_equal(out.loopback, c->want_loopback);
    assert_int_equal(out.tls, c->want_tls);
}

int main(void)
{
    enum {
        PROXIES = sizeof proxies_cases / sizeof *proxies_cases,
        ORIGINS = sizeof origin_cases / sizeof *origin_cases,
    };
    struct CMUnitTest tests[PROXIES + ORIGINS + 1];
    size_t count = 0;
    for (size_t i = 0; i < PROXIES; i++) {
        tests[count++] = (struct CMUnitTest){.name = proxies_cases[i].text,
                                             .test_func = proxies_case,
                                             .initial_state = &proxies_cases[i]};
    }
    for (size_t i = 0; i < ORIGINS; i++) {
        tests[count++] = (struct CMUnitTest){.name = origin_cases[i].name,
                                             .test_func = origin_case,
                                             .initial_state = &origin_cases[i]};
    }
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(test_proxies_are_bounded);
    return cmocka_run_group_tests_name("api/origin", tests, NULL, NULL);
}
