// SPDX-License-Identifier: Apache-2.0
/* Events as GA4 wants them. Expected bodies follow developers.google.com/analytics/devguides/
 * collection/protocol/ga4/reference (and .../reference/events for items and their parameters);
 * bounds .../ga4/sending-events, "Limitations".
 */
#include "connect/kind_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "{\"type\":\"track\",\"anonymousId\":\"c.1\",\"userId\":\"u1\","
#define AT   "\"timestamp_micros\":1795370400000000" /* 2026-11-22T18:00:00Z */
#define TAIL "\"engagement_time_msec\":1}}"

static struct EventCase {
    const char *name, *json, *mapped;
    const char *want; /* the piece; NULL: skipped */
    const char *skip, *note;
} event_cases[] = {
    {"purchase",
     HEAD
     "\"event\":\"Order Completed\",\"properties\":{\"order_id\":\"o1\",\"revenue\":\"10.10\","
     "\"total\":13,\"tax\":1.9,\"shipping\":\"1\",\"currency\":\"eur\",\"coupon\":\"X\","
     "\"products\":[{\"product_id\":\"p\",\"name\":\"Hat\",\"price\":\"5.05\",\"quantity\":2,"
     "\"brand\":\"B\",\"category\":\"C\",\"variant\":\"red\",\"position\":1,\"image_url\":\"i\"},"
     "{\"sku\":\"s\"},{\"price\":1}]}}",
     NULL,
     "{\"name\":\"purchase\"," AT ",\"params\":{\"currency\":\"EUR\",\"value\":10.1,\"items\":["
     "{\"item_id\":\"p\",\"item_name\":\"Hat\",\"index\":1,\"item_brand\":\"B\","
     "\"item_category\":\"C\",\"item_variant\":\"red\",\"price\":5.05,\"quantity\":2},"
     "{\"item_id\":\"s\"}],\"tax\":1.9,\"shipping\":1,\"engagement_time_msec\":1,"
     "\"transaction_id\":\"o1\",\"coupon\":\"X\"}}",
     NULL, "left out: 0 parameters, 1 items; cut to 100 characters: 0 values"},
    {"refund",
     HEAD "\"event\":\"Order Refunded\",\"properties\":{\"order_id\":\"o1\",\"total\":3,"
          "\"currency\":\"JPY\"}}",
     NULL,
     "{\"name\":\"refund\"," AT ",\"params\":{\"currency\":\"JPY\",\"value\":3,"
     "\"engagement_time_msec\":1,\"transaction_id\":\"o1\"}}",
     NULL, NULL},
    {"add to cart: price times quantity",
     HEAD "\"event\":\"Product Added\",\"properties\":{\"product_id\":\"p\",\"price\":0.1,"
          "\"quantity\":3,\"currency\":\"EUR\",\"cart_id\":\"k\"}}",
     NULL,
     "{\"name\":\"add_to_cart\"," AT ",\"params\":{\"currency\":\"EUR\",\"value\":0.3,\"items\":["
     "{\"item_id\":\"p\",\"price\":0.1,\"quantity\":3}],\"engagement_time_msec\":1,"
     "\"cart_id\":\"k\"}}",
     NULL, NULL},
    {"a value without currency is left out",
     HEAD "\"event\":\"Product Viewed\",\"properties\":{\"product_id\":\"p\",\"value\":2}}", NULL,
     "{\"name\":\"view_item\"," AT ",\"params\":{\"items\":[{\"item_id\":\"p\"}]," TAIL, NULL,
     "left out: 0 parameters, 0 items, a value without currency; cut to 100 characters: 0 values"},
    {"an order without an id",
     HEAD "\"event\":\"Order Completed\",\"properties\":{\"total\":1,\"currency\":\"EUR\"}}", NULL,
     NULL, "an order without an order id", NULL},
    {"an order without a currency",
     HEAD "\"event\":\"Order Completed\",\"properties\":{\"order_id\":\"o\",\"total\":1}}", NULL,
     NULL, "an order without a currency", NULL},
    {"page",
     "{\"type\":\"page\",\"name\":\"Home\",\"anonymousId\":\"a\",\"context\":{\"page\":{\"url\":"
     "\"https://s/\",\"title\":\"T\",\"referrer\":\"\"}},\"integrations\":{\"Google Analytics 4\":"
     "{\"clientId\":\"9.8\",\"sessionId\":17}}}",
     NULL,
     "{\"name\":\"page_view\"," AT ",\"params\":{\"session_id\":\"17\",\"engagement_time_msec\":1,"
     "\"page_location\":\"https://s/\",\"page_title\":\"T\"}}",
     NULL, NULL},
    {"an event of the shop's own",
     HEAD "\"event\":\"Coupon Applied!\",\"properties\":{\"Coupon Name\":\"X\",\"on\":true,"
          "\"query\":\"q\",\"nested\":{\"a\":1},\"none\":null}}",
     NULL,
     "{\"name\":\"coupon_applied\"," AT ",\"params\":{\"engagement_time_msec\":1,"
     "\"coupon_name\":\"X\",\"on\":\"true\",\"search_term\":\"q\"}}",
     NULL, "left out: 1 parameters, 0 items; cut to 100 characters: 0 values"},
    {"reserved parameters",
     HEAD "\"event\":\"A\",\"properties\":{\"google_x\":1,\"firebase_y\":2,\"ga_z\":3,\"_u\":4,"
          "\"1a\":5}}",
     NULL, "{\"name\":\"a\"," AT ",\"params\":{" TAIL, NULL,
     "left out: 5 parameters, 0 items; cut to 100 characters: 0 values"},
    {"mapped", HEAD "\"event\":\"A\",\"properties\":{\"x\":1}}",
     "{\"name\":\"my_event\",\"x\":\"2\",\"client_id\":\"7.7\"}",
     "{\"name\":\"my_event\"," AT ",\"params\":{\"x\":\"2\"," TAIL, NULL, NULL},
    {"an order by mapped members",
     HEAD "\"event\":\"Order Completed\",\"properties\":{\"total\":1}}",
     "{\"transaction_id\":\"t1\",\"currency\":\"chf\",\"value\":\"2.50\"}",
     "{\"name\":\"purchase\"," AT ",\"params\":{\"transaction_id\":\"t1\",\"currency\":\"CHF\","
     "\"value\":2.5," TAIL,
     NULL, NULL},
    {"mapped members replace",
     HEAD "\"event\":\"Order Completed\",\"properties\":{\"order_id\":\"o\",\"total\":1,"
          "\"currency\":\"EUR\"}}",
     "{\"value\":3,\"transaction_id\":7,\"currency\":\"USD\"}",
     "{\"name\":\"purchase\"," AT ",\"params\":{\"transaction_id\":7,\"currency\":\"USD\","
     "\"value\":3," TAIL,
     NULL, NULL},
    {"an order with a mapped currency that is none",
     HEAD "\"event\":\"Order Completed\",\"properties\":{\"order_id\":\"o\",\"total\":1,"
          "\"currency\":\"EUR\"}}",
     "{\"currency\":\"EURO\"}", NULL, "an order without a currency", NULL},
    {"a mapped currency alone", HEAD "\"event\":\"A\"}", "{\"currency\":\"EUR\"}",
     "{\"name\":\"a\"," AT ",\"params\":{\"currency\":\"EUR\"," TAIL, NULL, NULL},
    {"a mapped value without currency", HEAD "\"event\":\"A\"}", "{\"value\":1}",
     "{\"name\":\"a\"," AT ",\"params\":{" TAIL, NULL,
     "left out: 0 parameters, 0 items, a value without currency; cut to 100 characters: 0 values"},
    {"a reserved name", HEAD "\"event\":\"Session Start\"}", NULL, NULL,
     "event name that GA4 reserves", NULL},
    {"a reserved prefix", HEAD "\"event\":\"ga_x\"}", NULL, NULL, "event name that GA4 reserves",
     NULL},
    {"a name of 40", HEAD "\"event\":\"a234567890123456789012345678901234567890\"}", NULL,
     "{\"name\":\"a234567890123456789012345678901234567890\"," AT ",\"params\":{" TAIL, NULL, NULL},
    {"a name of 41", HEAD "\"event\":\"a2345678901234567890123456789012345678901\"}", NULL, NULL,
     "event name over 40 characters", NULL},
    {"a name of another script", HEAD "\"event\":\"\xd7\xa9\xd7\x9c\"}", NULL, NULL,
     "no event name that GA4 would take", NULL},
    {"a name of digits", HEAD "\"event\":\"123\"}", NULL, NULL, "no event name that GA4 would take",
     NULL},
    {"identify", "{\"type\":\"identify\",\"userId\":\"u\",\"anonymousId\":\"a\"}", NULL, NULL,
     "not a track, page or screen call", NULL},
    {"nobody's", "{\"type\":\"track\",\"event\":\"A\",\"userId\":\"u\"}", NULL, NULL,
     "no client id", NULL},
    {"72 hours old",
     "{\"type\":\"track\",\"event\":\"A\",\"anonymousId\":\"a\",\"timestamp\":"
     "\"2026-11-19T18:00:00Z\"}",
     NULL, "{\"name\":\"a\",\"timestamp_micros\":1795111200000000,\"params\":{" TAIL, NULL, NULL},
    {"older",
     "{\"type\":\"track\",\"event\":\"A\",\"anonymousId\":\"a\",\"timestamp\":"
     "\"2026-11-19T17:59:59.999Z\"}",
     NULL, NULL, "older than 72 hours", NULL},
    {"products that are no list",
     HEAD "\"event\":\"Cart Viewed\",\"properties\":{\"products\":\"x\"}}", NULL,
     "{\"name\":\"view_cart\"," AT ",\"params\":{" TAIL, NULL, NULL},
    {"properties that are no object", HEAD "\"event\":\"A\",\"properties\":[1]}", NULL,
     "{\"name\":\"a\"," AT ",\"params\":{" TAIL, NULL, NULL},
};

static void event_case(void **state)
{
    const struct EventCase *c = *state;
    const char *settings[] = {"measurement_id=G-1", "api_secret=s", NULL};
    KindRig *rig = kind_rig_new("ga4", settings);
    kind_rig_event(rig, c->json, 1);
    rig->event.mapped = c->mapped != NULL ? pt_str(c->mapped) : (PtStr){NULL, 0};
    assert_int_equal(kind_rig_render(rig), PT_OK);
    if (c->skip != NULL) {
        assert_non_null(rig->piece.skip);
        assert_string_equal(rig->piece.skip, c->skip);
    } else {
        assert_null(rig->piece.skip);
        kind_rig_equal(rig->piece.body, c->want);
        kind_rig_equal(rig->piece.note.len > 0 ? rig->piece.note : PT_STR(""),
                       c->note != NULL ? c->note : "");
    }
    kind_rig_free(rig);
}

/* The 25th parameter is in, the 26th out; a value's 100th character is in, its 101st out. */
static void bounds(void **state)
{
    (void)state;
    const char *settings[] = {"measurement_id=G-1", "api_secret=s", NULL};
    KindRig *rig = kind_rig_new("ga4", settings);
    for (int count = 24; count <= 25; count++) { // and engagement_time_msec
        char json[4096];
        int len = snprintf(json, sizeof json,
                           HEAD "\"event\":\"A\",\"properties\":{\"t\":\"%0*d\xc3\xa9\"",
                           98 + count - 23, 0);
        for (int i = 1; i < count; i++) {
            len += snprintf(json + len, sizeof json - (size_t)len, ",\"p%d\":%d", i, i);
        }
        (void)snprintf(json + len, sizeof json - (size_t)len, "}}");
        kind_rig_event(rig, json, 1);
        assert_int_equal(kind_rig_render(rig), PT_OK);
        const bool over = count == 25;
        assert_int_equal(pt_str_has(rig->piece.body, PT_STR("\"p24\"")), false);
        assert_int_equal(pt_str_has(rig->piece.body, PT_STR("\"p23\"")), true);
        assert_int_equal(pt_str_has(rig->piece.body, PT_STR("\xc3\xa9\"")), !over);
        kind_rig_equal(rig->piece.note.len > 0 ? rig->piece.note : PT_STR(""),
                       over ? "left out: 1 parameters, 0 items; cut to 100 characters: 1 values"
                            : "");
    }
    kind_rig_free(rig);
}

static void requests(void **state)
{
    (void)state;
    const char *settings[] = {"measurement_id=G-1",    "api_secret=s/&",
                              "ad_user_data=DENIED",   "endpoint=http://h:1/",
                              "without_client=derive", NULL};
    KindRig *rig = kind_rig_new("ga4", settings);
    kind_rig_event(rig, "{\"type\":\"track\",\"event\":\"A\",\"userId\":\"user-1\"}", 1);
    assert_int_equal(kind_rig_render(rig), PT_OK);
    assert_null(rig->piece.skip);
    // the first eight bytes of SHA-256 of "user-1", as two numbers
    kind_rig_equal(rig->piece.group,
                   "\"client_id\":\"3334638052.2661025202\",\"user_id\":\"user-1\"");
    ConnectPiece two[2] = {{.group = PT_STR("\"client_id\":\"a\""), .body = PT_STR("{}")},
                           {.body = PT_STR("{}")}};
    assert_int_equal(kind_rig_encode(rig, two, 2), PT_OK);
    kind_rig_equal(pt_buf_str(&rig->request.body),
                   "{\"client_id\":\"a\",\"consent\":{\"ad_user_data\":\"DENIED\"},"
                   "\"events\":[{},{}]}");
    kind_rig_equal(rig->request.url, "http://h:1/mp/collect?measurement_id=G-1&api_secret=s%2F%26");
    rig->batch.test = true;
    assert_int_equal(kind_rig_encode(rig, two, 1), PT_OK);
    assert_true(pt_str_starts(rig->request.url, PT_STR("http://h:1/debug/mp/collect?")));
    kind_rig_free(rig);
}

/* Two people never share a request. */
static void groups(void **state)
{
    (void)state;
    const char *settings[] = {"measurement_id=G-1", "api_secret=s", NULL};
    KindRig *rig = kind_rig_new("ga4", settings);
    kind_rig_event(rig, HEAD "\"event\":\"A\"}", 1);
    assert_int_equal(kind_rig_render(rig), PT_OK);
    kind_rig_equal(rig->piece.group, "\"client_id\":\"c.1\",\"user_id\":\"u1\"");
    kind_rig_event(rig, "{\"type\":\"track\",\"event\":\"A\",\"anonymousId\":\"\\\"x\"}", 1);
    assert_int_equal(kind_rig_render(rig), PT_OK);
    kind_rig_equal(rig->piece.group, "\"client_id\":\"\\\"x\"");
    kind_rig_free(rig);
}

static struct JudgeCase {
    const char *name;
    int status;
    bool test;
    const char *body;
    ConnectVerdict want;
    const char *why;
} judge_cases[] = {
    {"204 means nothing more", 204, false, "", CONNECT_DELIVERED, ""},
    {"a clean debug answer", 200, true, "{\"validationMessages\":[]}", CONNECT_DELIVERED, ""},
    {"a message", 200, true,
     "{\"validationMessages\":[{\"fieldPath\":\"events\",\"description\":\"bad name\","
     "\"validationCode\":\"NAME_INVALID\"}]}",
     CONNECT_REFUSED, "bad name"},
    {"not the debug endpoint", 200, true, "<html>", CONNECT_REFUSED, "the debug endpoint did"},
    {"503", 503, true, "", CONNECT_AGAIN, "it answered 503"},
};

static void judge_case(void **state)
{
    const struct JudgeCase *c = *state;
    char why[CONNECT_WHY_MAX];
    assert_int_equal(connect_kind_ga4.judge(NULL, c->status, pt_str(c->body), 1, c->test, why),
                     c->want);
    assert_true(pt_str_starts(pt_str(why), pt_str(c->why)));
}

int main(void)
{
    struct CMUnitTest tests[60] = {cmocka_unit_test(bounds), cmocka_unit_test(requests),
                                   cmocka_unit_test(groups)};
    size_t n = 3;
    PT_TEST_ROWS(tests, n, event_cases, event_case);
    PT_TEST_ROWS(tests, n, judge_cases, judge_case);
    return _cmocka_run_group_tests("connect/kind_ga4", tests, n, NULL, NULL);
}
