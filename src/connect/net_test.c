// SPDX-License-Identifier: Apache-2.0
#include "base/test_rows.h"
#include "connect/net.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

static struct AddressCase {
    const char *name; /* the address */
    const char *allowed;
    bool want;
} address_cases[] = {
    {"8.8.8.8", "", true},
    {"0.255.255.255", "", false},
    {"1.0.0.0", "", true},
    {"9.255.255.255", "", true},
    {"10.0.0.0", "", false},
    {"10.255.255.255", "", false},
    {"11.0.0.0", "", true},
    {"100.63.255.255", "", true},
    {"100.64.0.0", "", false},
    {"100.127.255.255", "", false},
    {"100.128.0.0", "", true},
    {"126.255.255.255", "", true},
    {"127.0.0.1", "", false},
    {"127.255.255.255", "", false},
    {"128.0.0.0", "", true},
    {"169.253.255.255", "", true},
    {"169.254.169.254", "", false},
    {"169.255.0.0", "", true},
    {"172.15.255.255", "", true},
    {"172.16.0.0", "", false},
    {"172.31.255.255", "", false},
    {"172.32.0.0", "", true},
    {"192.0.0.8", "", false},
    {"192.0.2.1", "", false},
    {"192.0.3.0", "", true},
    {"192.88.99.1", "", false},
    {"192.167.255.255", "", true},
    {"192.168.0.0", "", false},
    {"192.169.0.0", "", true},
    {"198.17.255.255", "", true},
    {"198.18.0.0", "", false},
    {"198.19.255.255", "", false},
    {"198.20.0.0", "", true},
    {"198.51.100.7", "", false},
    {"203.0.113.7", "", false},
    {"223.255.255.255", "", true},
    {"224.0.0.1", "", false},
    {"255.255.255.255", "", false},
    {"2606:4700::1", "", true},
    {"::", "", false},
    {"::1", "", false},
    {"::127.0.0.1", "", false},
    {"::ffff:127.0.0.1", "", false},
    {"::ffff:10.0.0.1", "", false},
    {"::ffff:8.8.8.8", "", true},
    {"::ffff:0:8.8.8.8", "", false},
    {"64:ff9b::8.8.8.8", "", true},
    {"64:ff9b::10.0.0.1", "", false},
    {"64:ff9b:1::8.8.8.8", "", false},
    {"100::1", "", false},
    {"2001:1ff:ffff::1", "", false},
    {"2001:200::1", "", true},
    {"2001:db8::1", "", false},
    {"2001:db9::1", "", true},
    {"2002:808:808::1", "", true},
    {"2002:a00:1::1", "", false},
    {"2002:7f00:1::1", "", false},
    {"3fff::1", "", false},
    {"3fff:1000::1", "", true},
    {"fc00::1", "", false},
    {"fdff::1", "", false},
    {"fe80::1", "", false},
    {"fec0::1", "", false},
    {"ff02::1", "", false},
    {"127.0.0.1", "127.0.0.1", true},
    {"127.0.0.2", "127.0.0.1", false},
    {"10.1.2.3", "192.168.0.0/16 , 10.0.0.0/8", true},
    {"11.1.2.3", "10.0.0.0/8", true},
    {"::ffff:10.1.2.3", "10.0.0.0/8", true},
    {"::1", "::1", true},
    {"fd12::1", "fd12::/16", true},
    {"fd13::1", "fd12::/16", false},
    {"10.0.0.1", "0.0.0.0/0", true},
    {"::1", "0.0.0.0/0", false},
};

static void address_case(void **state)
{
    const struct AddressCase *c = *state;
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    ConnectNet net;
    assert_int_equal(connect_net_parse(c->allowed, &net, NULL), PT_OK);
    const bool is_v4 = inet_pton(AF_INET, c->name, &v4.sin_addr) == 1;
    assert_true(is_v4 || inet_pton(AF_INET6, c->name, &v6.sin6_addr) == 1);
    const struct sockaddr *address =
        is_v4 ? (const struct sockaddr *)&v4 : (const struct sockaddr *)&v6;
    assert_int_equal(connect_net_allows(&net, address), c->want);
}

static void no_other_family(void **state)
{
    (void)state;
    const struct sockaddr address = {.sa_family = AF_UNIX};
    ConnectNet net;
    assert_int_equal(connect_net_parse("0.0.0.0/0,::/0", &net, NULL), PT_OK);
    assert_false(connect_net_allows(&net, &address));
}

static struct ParseCase {
    const char *name, *text;
    PtStatus want;
    size_t count;
} parse_cases[] = {
    {"nothing", "", PT_OK, 0},
    {"two", "10.0.0.0/8,::1", PT_OK, 2},
    {"a host as a network", "10.0.0.1/32", PT_OK, 1},
    {"bits behind the length", "10.0.0.1/8", PT_INVALID, 0},
    {"a length over the family's", "10.0.0.0/33", PT_INVALID, 0},
    {"IPv6 up to 128", "::1/128", PT_OK, 1},
    {"IPv6 over 128", "::1/129", PT_INVALID, 0},
    {"an empty item", "10.0.0.0/8,", PT_OK, 1},
    {"an empty item between", "10.0.0.0/8,,::1", PT_INVALID, 0},
    {"a name", "localhost", PT_INVALID, 0},
    {"a length that is none", "10.0.0.0/x", PT_INVALID, 0},
};

static void parse_case(void **state)
{
    const struct ParseCase *c = *state;
    ConnectNet net = {.count = 99};
    assert_int_equal(connect_net_parse(c->text, &net, NULL), c->want);
    assert_int_equal(net.count, c->want == PT_OK ? c->count : 99);
}

static void as_many_as_fit(void **state)
{
    (void)state;
    enum { ONE = 4 }; // bytes of ",::1"
    char text[(CONNECT_NETWORKS_MAX + 1) * ONE + 1];
    ConnectNet net;
    for (size_t i = 0; i <= CONNECT_NETWORKS_MAX; i++) {
        (void)snprintf(text + i * ONE, ONE + 1, "::1,");
    }
    assert_int_equal(connect_net_parse(text, &net, NULL), PT_INVALID);
    text[CONNECT_NETWORKS_MAX * ONE - 1] = '\0';
    assert_int_equal(connect_net_parse(text, &net, NULL), PT_OK);
    assert_int_equal(net.count, CONNECT_NETWORKS_MAX);
}

static struct UrlCase {
    const char *name, *origin; /* origin NULL: refused */
} url_cases[] = {
    {"https://a.example", "https://a.example"},
    {"http://a.example:81/b?c=d", "http://a.example:81"},
    {"https://[::1]/", "https://[::1]"},
    {"https://a.example?x=1", "https://a.example"},
    {"HTTPS://a.example", NULL},
    {"ftp://a.example", NULL},
    {"https://", NULL},
    {"https:///x", NULL},
    {"a.example", NULL},
    {"", NULL},
    {"https://u@a.example/", NULL},
    {"https://u:p@a.example/", NULL},
    {"https://a.example/#f", NULL},
    {"https://a.example/ x", NULL},
    {"https://a.example/\r\nX: y", NULL},
    {"https://a.example/\xc3\xa9", NULL},
    {"https://a.example\\@b.example/", NULL},
};

static void url_case(void **state)
{
    const struct UrlCase *c = *state;
    PtError err = {0};
    const PtStatus st = connect_net_url("url", pt_str(c->name), &err);
    assert_int_equal(st, c->origin != NULL ? PT_OK : PT_INVALID);
    if (c->origin != NULL) {
        assert_true(pt_str_eq(connect_net_origin(pt_str(c->name)), pt_str(c->origin)));
    } else {
        assert_memory_equal(err.message, "url: ", 5);
    }
}

static void url_bound(void **state)
{
    (void)state;
    char url[CONNECT_URL_MAX + 2];
    static const char scheme[] = {'h', 't', 't', 'p', 's', ':', '/', '/'};
    memset(url, 'a', sizeof url);
    memcpy(url, scheme, sizeof scheme);
    assert_int_equal(connect_net_url("url", (PtStr){url, CONNECT_URL_MAX}, NULL), PT_OK);
    assert_int_equal(connect_net_url("url", (PtStr){url, CONNECT_URL_MAX + 1}, NULL), PT_INVALID);
}

int main(void)
{
    struct CMUnitTest tests[3 + PT_COUNT(address_cases) + PT_COUNT(parse_cases) +
                            PT_COUNT(url_cases)] = {cmocka_unit_test(no_other_family),
                                                    cmocka_unit_test(as_many_as_fit),
                                                    cmocka_unit_test(url_bound)};
    size_t n = 3;
    PT_TEST_ROWS(tests, n, address_cases, address_case);
    PT_TEST_ROWS(tests, n, parse_cases, parse_case);
    PT_TEST_ROWS(tests, n, url_cases, url_case);
    return cmocka_run_group_tests_name("connect/net", tests, NULL, NULL);
}
