// SPDX-License-Identifier: Apache-2.0
/* Deliveries tried out: they come to what real ones do, and leave nothing behind. */
#include "connect/hook_rig.h"

#include <stdio.h>
#include <string.h>

#define PUBLIC_KEY                                                                                 \
    "-----BEGIN PUBLIC KEY-----\n"                                                                 \
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAqmJ4Mww9T0tyq5VjzqaY\n"                           \
    "Ixuiqz2F5I+JjWYdIiXCZ9LH41F6WA57/wQL8emzCTNNn6wj7WykH4XRePMjq4Im\n"                           \
    "fl6LNiFpihNy/sZtudH8AzvfbDlwY77n7VWPt68YbN4fYXUiBxyY0teisYFuMyY2\n"                           \
    "M/nludzRoY5bP0IKte9UVOMaSSzcYr540I/hnVoZowxm+JWueI7rk3Xbsr4DI65i\n"                           \
    "k2wHPbD3D9rB/cncUueKV1SMi3Lp3R0I0rkCDdrj4FRvvLV5lxoVH7oBPuRMJ2o1\n"                           \
    "S91nzjzumBTOylcBFM7Cutazssa/xafKiswmU1RR+lKuW1/jYeUmLkjaPKvVjczZ\n"                           \
    "WQIDAQAB\n"                                                                                   \
    "-----END PUBLIC KEY-----\n"
#define MAPPING                                                                                    \
    "{\"rules\":[{\"type\":\"track\",\"event\":\"Paid\",\"root\":\"data\",\"who\":{\"customer\":"  \
    "\"customer.id\"},\"object\":{\"type\":\"order\",\"id\":\"id\",\"once\":\"paid\"}}]}"

/* A connector that works, but for what is given otherwise. */
typedef struct Trying {
    const char *kind, *secret, *setting, *mapping; /* NULL: one that works */
} Trying;

static HookConnector connect_one(Shops *s, const Trying *t)
{
    static const struct {
        const char *kind, *name, *value, *mapping;
    } needs[] = {{"shopify", NULL, NULL, NULL},
                 {"woocommerce", NULL, NULL, NULL},
                 {"square", "notification_url", "https://patron.example/hook", NULL},
                 {"lightspeed", "currency", "NZD", NULL},
                 {"adobe", "public_key", PUBLIC_KEY, NULL},
                 {"webhook", NULL, NULL, MAPPING}};
    size_t i = 0;
    while (strcmp(needs[i].kind, t->kind) != 0) {
        i++;
    }
    char name[40];
    HookConnector c;
    HookMadeSecret made;
    const HookSetting setting = {pt_str(needs[i].name != NULL ? needs[i].name : ""),
                                 pt_str(t->setting != NULL       ? t->setting
                                        : needs[i].value != NULL ? needs[i].value
                                                                 : "")};
    const char *mapping = t->mapping != NULL ? t->mapping : needs[i].mapping;
    (void)snprintf(name, sizeof name, "trial %u", ++s->made);
    const HookEdit edit = {
        .name = pt_str(name),
        .source = PT_STR("keep"),
        .secret = strcmp(t->kind, "adobe") == 0 ? (PtStr){NULL, 0}
                                                : pt_str(t->secret != NULL ? t->secret : SECRET),
        .settings = &setting,
        .setting_count = needs[i].name != NULL,
        .mapping = mapping != NULL && mapping[0] != '\0' ? pt_str(mapping) : (PtStr){NULL, 0}};
    assert_int_equal(
        hooks_add(s->hooks, pt_str(t->kind), &edit, &shops_someone, s->arena, &c, &made, NULL),
        PT_OK);
    return c;
}

static HookTrial try_one(Shops *s, const char *id, const char *topic, const char *body)
{
    HookTrial t;
    PtError err = {0};
    if (hooks_test(s->hooks, pt_str(id), topic != NULL ? pt_str(topic) : (PtStr){NULL, 0},
                   body != NULL ? pt_str(body) : (PtStr){NULL, 0}, s->arena, &t, &err) != PT_OK) {
        fail_msg("%s: %s", topic, err.message);
    }
    return t;
}

/* Nothing that a connector keeps or tells has moved. */
static void assert_untouched(Shops *s, const char *id)
{
    static const HookHealth none;
    HookHealth health;
    HookDelivery *list = NULL;
    size_t count = 1;
    EventView v[1];
    assert_int_equal(hooks_health(s->hooks, pt_str(id), &health, NULL), PT_OK);
    assert_memory_equal(&health, &none, sizeof health);
    assert_int_equal(hooks_deliveries(s->hooks, pt_str(id), s->arena, &list, &count, NULL), PT_OK);
    assert_int_equal(count, 0);
    assert_int_equal(shops_read(s, PT_RECORD_EVENT, v, 1), 0);
    assert_int_equal(shops_read(s, PT_RECORD_QUARANTINE, v, 1), 0);
}

static void test_samples_of_every_kind(void **state)
{
    Shops *s = *state;
    size_t kinds = 0;
    const HookKind *const *list = hook_kinds(&kinds);
    hooks_on_privacy(s->hooks, shops_desk, s);
    for (size_t i = 0; i < kinds; i++) {
        const Trying works = {.kind = list[i]->name};
        const HookConnector c = connect_one(s, &works);
        assert_true(list[i]->sample_count > 0);
        for (size_t k = 0; k < list[i]->sample_count; k++) {
            const char *topic = list[i]->samples[k].topic;
            const HookTrial t = try_one(s, c.id, topic, NULL);
            const bool asks = strstr(topic, "redact") != NULL || strstr(topic, "data_request");
            if (t.is_signed != (list[i]->secret != HOOK_SECRET_NONE) ||
                t.is_signed != (t.unsigned_why.len == 0) || !pt_str_eq(t.topic, pt_str(topic)) ||
                t.result != (asks ? HOOK_PRIVACY : HOOK_LANDED) || (t.count == 0) != asks ||
                (t.reason.len == 0) == asks || t.left_out > 0) {
                fail_msg("%s %s: %s, %.*s", works.kind, topic, hook_result_name(t.result),
                         PT_STR_ARG(t.reason));
            }
        }
        assert_untouched(s, c.id);
    }
    assert_int_equal(s->asks, 0);
}

static const struct TrialCase {
    const char *name;
    Trying of;
    const char *topic, *body;
    HookResult result;
    const char *reason; /* a part of it; "": none */
    size_t events;
} trial_cases[] = {
    {"a body that does not map",
     {.kind = "shopify"},
     "orders/create",
     "{\"id\":1}",
     HOOK_QUARANTINED,
     "total_price",
     0},
    {"a body that is no JSON",
     {.kind = "square"},
     "order.updated",
     "x",
     HOOK_QUARANTINED,
     "not JSON",
     0},
    {"a topic that stands in a header",
     {.kind = "woocommerce"},
     NULL,
     "{\"id\":1}",
     HOOK_QUARANTINED,
     "X-WC-Webhook-Topic",
     0},
    {"a topic that nothing is made of",
     {.kind = "shopify"},
     "products/update",
     "{}",
     HOOK_IGNORED,
     "this topic",
     0},
    {"a form of one's own",
     {.kind = "lightspeed"},
     NULL,
     "payload=%7B%22id%22%3A%22s%22%7D&type=sale.update",
     HOOK_LANDED,
     "",
     1},
    {"a setting that does not fit",
     {.kind = "lightspeed", .setting = "NZ"},
     NULL,
     NULL,
     HOOK_QUARANTINED,
     "currency",
     0},
    {"a secret that is no key",
     {.kind = "webhook", .secret = "whsec_"},
     NULL,
     NULL,
     HOOK_UNSIGNED,
     "webhook-signature",
     0},
    {"no mapping yet",
     {.kind = "webhook", .mapping = ""},
     NULL,
     NULL,
     HOOK_QUARANTINED,
     "no mapping",
     0},
    {"nobody who takes privacy requests",
     {.kind = "shopify"},
     "shop/redact",
     NULL,
     HOOK_QUARANTINED,
     "nobody here",
     0},
};

static void test_trials(void **state)
{
    Shops *s = *state;
    for (size_t i = 0; i < sizeof trial_cases / sizeof *trial_cases; i++) {
        const struct TrialCase *want = &trial_cases[i];
        const HookConnector c = connect_one(s, &want->of);
        const HookTrial t = try_one(s, c.id, want->topic, want->body);
        if (t.result != want->result || !pt_str_has(t.reason, pt_str(want->reason)) ||
            (t.reason.len == 0) != (want->reason[0] == '\0') || t.count != want->events ||
            t.is_signed != (want->result != HOOK_UNSIGNED)) {
            fail_msg("%s: %s, %.*s", want->name, hook_result_name(t.result), PT_STR_ARG(t.reason));
        }
        assert_untouched(s, c.id);
    }
    HookTrial t;
    PtError err = {0};
    const PtStr none = {NULL, 0};
    assert_int_equal(hooks_test(s->hooks, pt_str(s->shop.id), PT_STR("products/update"), none,
                                s->arena, &t, &err),
                     PT_INVALID);
    assert_true(pt_str_starts(pt_str(err.message), PT_STR("topic: ")));
    assert_int_equal(hooks_test(s->hooks, PT_STR("x"), none, none, s->arena, &t, &err),
                     PT_NOT_FOUND);
}

/* A trial before a delivery takes nothing from it, one behind it knows what was told. */
static void test_trial_and_delivery(void **state)
{
    static const char order[] = ORDER("1", "2026-05-01T00:00:00Z");
    Shops *s = *state;
    EventView v[4];
    assert_int_equal(try_one(s, s->shop.id, "orders/create", order).result, HOOK_LANDED);
    assert_int_equal(shops_send_as(s, "orders/create", "trial", order), PT_OK);
    assert_int_equal(shops_last(s).result, HOOK_LANDED);
    assert_int_equal(shops_last(s).number, 1);
    assert_int_equal(shops_read(s, PT_RECORD_EVENT, v, 4), 1);
    const HookTrial told = try_one(s, s->shop.id, "orders/create", order);
    assert_int_equal(told.result, HOOK_STALE);
    assert_int_equal(told.count, 1);
    assert_int_equal(told.left_out, 1);
    shops_change_source(s, false);
    assert_true(
        pt_str_eq(try_one(s, s->shop.id, NULL, NULL).reason, PT_STR("its source is disabled")));
    shops_change_source(s, true);
    HookConnector c;
    const HookEdit off = {.set_enabled = true};
    assert_int_equal(
        hooks_change(s->hooks, pt_str(s->shop.id), &off, &shops_someone, s->arena, &c, NULL),
        PT_OK);
    assert_int_equal(try_one(s, s->shop.id, NULL, NULL).result, HOOK_LANDED);
}

/* Events that are known stand behind those that are not. */
static void test_trial_of_what_is_known_in_part(void **state)
{
    static const char refunded[] = "{\"id\":4,\"status\":\"refunded\",\"total\":\"5\","
                                   "\"currency\":\"EUR\",\"refunds\":[{\"id\":8,"
                                   "\"total\":\"-2\"}]}";
    Shops *s = *state;
    const Trying woo = {.kind = "woocommerce"};
    const HookConnector c = connect_one(s, &woo);
    PtSqlTx *tx = NULL;
    const HookKnown known = {.version = 1};
    assert_int_equal(pt_sql_begin(s->base.sql, true, &tx, NULL), PT_OK);
    assert_int_equal(
        hook_object_set(s->hooks, tx, pt_str(c.id), PT_STR("order:4/completed"), &known, NULL),
        PT_OK);
    assert_int_equal(pt_sql_commit(&tx, NULL), PT_OK);
    const HookTrial t = try_one(s, c.id, "order.updated", refunded);
    assert_int_equal(t.result, HOOK_LANDED);
    assert_int_equal(t.count, 3);
    assert_int_equal(t.left_out, 1);
    const char *const want[] = {"\"Order Refunded\"", "\"Order Updated\"", "\"Order Completed\""};
    for (size_t i = 0; i < 3; i++) {
        assert_true(pt_str_has(t.events[i], pt_str(want[i])));
    }
}

static void test_trial_of_the_newest_body(void **state)
{
    static const char newest[] = "{\"type\":\"other\",\"data\":{\"id\":2,\"customer\":{\"id\":3}}}";
    Shops *s = *state;
    const Trying works = {.kind = "webhook"};
    const HookConnector c = connect_one(s, &works);
    HookLive *live = hook_take(s->hooks, pt_str(c.id));
    hook_track_sample(live->track, pt_str(newest), pt_clock_now_ms(s->base.clock));
    hook_release(live);
    const HookTrial t = try_one(s, c.id, NULL, NULL);
    assert_true(pt_str_eq(t.body, pt_str(newest)) && pt_str_eq(t.topic, PT_STR("other")));
    assert_int_equal(t.result, HOOK_LANDED);
    assert_true(pt_str_eq(try_one(s, c.id, "order.paid", NULL).topic, PT_STR("order.paid")));
}

#define SHOP_TEST(fn) cmocka_unit_test_setup_teardown(fn, shops_set_up, shops_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHOP_TEST(test_samples_of_every_kind),    SHOP_TEST(test_trials),
        SHOP_TEST(test_trial_and_delivery),       SHOP_TEST(test_trial_of_what_is_known_in_part),
        SHOP_TEST(test_trial_of_the_newest_body),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
