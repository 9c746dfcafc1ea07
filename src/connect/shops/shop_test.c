// SPDX-License-Identifier: Apache-2.0
/* Payloads into events, without a server: paths, sums, conditions, forms, signatures, the tables of
 * all kinds, and mappings that people write. */
#include "base/json.h"
#include "connect/shops/shop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static PtArena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = pt_arena_new(16 << 20);
    return arena != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    pt_arena_free(arena);
    return 0;
}

static const ShopHead head = {PT_STR_INIT("t"), PT_STR_INIT("d-1"), PT_STR_INIT("EUR")};

static ShopScope scope(const char *json)
{
    return (ShopScope){pt_str(json), pt_str(json), &head, arena};
}

/* ---- Paths ----------------------------------------------------------------------------------- */

#define ORDER                                                                                      \
    "{\"id\":7,\"a\":{\"b\":\"x\",\"n\":null,\"e\":\"\",\"l\":[{\"v\":\"1.5\",\"k\":\"r\"},"       \
    "{\"v\":2,\"k\":\"s\"},{\"k\":\"r\"}]},\"with space\":\" y \",\"t\":true,\"bad\":\"1,5\","     \
    "\"neg\":\"-3.25\",\"esc\":\"\\u00fc\"}"

static void test_paths(void **state)
{
    static const struct {
        const char *path, *want; /* NULL: nothing */
    } cases[] = {
        {"id", "7"},
        {"a.b", "\"x\""},
        {"^a.b", "\"x\""},
        {"a.n", NULL},
        {"a.e", NULL},
        {"a.missing", NULL},
        {"missing.b", NULL},
        {"a.b.c", NULL},
        {"a.l.1.v", "2"},
        {"a.l.3.v", NULL},
        {"a.l.x", NULL},
        {"a.l.2.v|a.l.0.v", "\"1.5\""},
        {"with%20space", "\" y \""},
        {"@topic", "\"t\""},
        {"@currency", "\"EUR\""},
        {"@other", NULL},
        {"", ORDER},
    };
    const ShopScope s = scope(ORDER);
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        PtStr raw = {NULL, 0};
        const bool found = shop_first(&s, pt_str(cases[i].path), &raw);
        if (found != (cases[i].want != NULL) || (found && !pt_str_eq(raw, pt_str(cases[i].want)))) {
            fail_msg("%s: %.*s", cases[i].path, PT_STR_ARG(raw));
        }
    }
    PtStr raw = {NULL, 0};
    assert_true(shop_find(&s, PT_STR("esc"), &raw));
    assert_true(pt_str_eq(shop_text(&s, raw), PT_STR("\xc3\xbc")));
    assert_true(pt_str_eq(shop_joined(&s, PT_STR("id a.b")), PT_STR("7:x")));
    assert_null(shop_joined(&s, PT_STR("id a.n")).data);
}

static void test_sums(void **state)
{
    static const struct {
        const char *path;
        int64_t want;
        bool any, fails;
    } cases[] = {
        {"id", 7000000, true, false},
        {"a.l[].v", 3500000, true, false},
        {"a.l[k=r].v", 1500000, true, false},
        {"a.l[k=r,v>=2].v", 0, false, false},
        {"a.l[k=none].v|id", 7000000, true, false},
        {"id+neg", 3750000, true, false},
        {"id+missing", 7000000, true, false},
        {"missing", 0, false, false},
        {"bad", 0, false, true},
        {"t", 0, false, true},
        {"a.l[v", 0, false, true},
    };
    const ShopScope s = scope(ORDER);
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t micros = 0;
        bool any = false;
        PtError err = {0};
        const PtStatus st = shop_sum(&s, pt_str(cases[i].path), &micros, &any, &err);
        if ((st != PT_OK) != cases[i].fails ||
            (st == PT_OK && (micros != cases[i].want || any != cases[i].any))) {
            fail_msg("%s: %d %lld %s", cases[i].path, st, (long long)micros, err.message);
        }
    }
}

static void test_conditions(void **state)
{
    static const struct {
        const char *condition;
        bool holds;
    } cases[] = {
        {"id", true},     {"missing", false},      {"!missing", true},   {"!id", false},
        {"t", true},      {"a.b=x", true},         {"a.b=y|x", true},    {"a.b=y", false},
        {"a.b!=y", true}, {"a.b!=x", false},       {"neg<0", true},      {"id<0", false},
        {"id>=7", true},  {"id>=7.000001", false}, {"bad>=0", false},    {"with%20space=y", true},
        {"t=true", true}, {"a.b=%78", true},       {"missing!=x", true}, {"missing=", true},
    };
    const ShopScope s = scope(ORDER);
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (shop_holds(&s, pt_str(cases[i].condition)) != cases[i].holds) {
            fail_msg("%s", cases[i].condition);
        }
    }
}

static void test_forms(void **state)
{
    static const struct {
        const char *body, *want; /* of payload; NULL: refused */
    } cases[] = {
        {"payload=%7B%22a%22%3A+1%7D&type=x", "{\"a\": 1}"},
        {"type=x&payload=a%2Bb", "a+b"},
        {"payload=", ""},
        {"payload", ""},
        {"payload=a=b", "a=b"},
        {"payload=%4", NULL},
        {"payload=%zz", NULL},
        {"payloads=1", NULL},
        {"", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        PtStr value = {NULL, 0};
        const PtStatus st =
            shop_form_field(pt_str(cases[i].body), PT_STR("payload"), arena, &value, NULL);
        if ((st == PT_OK) != (cases[i].want != NULL) ||
            (st == PT_OK && !pt_str_eq(value, pt_str(cases[i].want)))) {
            fail_msg("%s: %.*s", cases[i].body, PT_STR_ARG(value));
        }
    }
}

/* Whatever is put into a form comes out of it. */
static void test_forms_made(void **state)
{
    static const char *const texts[] = {"{\"a\": \"b & c = d+e%\"}", "", "\xc3\xbc\n~"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        PtStr type = {NULL, 0}, payload = {NULL, 0};
        const PtStr form = shop_form_of(PT_STR("a&b"), pt_str(texts[i]), arena);
        assert_int_equal(shop_form_field(form, PT_STR("type"), arena, &type, NULL), PT_OK);
        assert_int_equal(shop_form_field(form, PT_STR("payload"), arena, &payload, NULL), PT_OK);
        assert_true(pt_str_eq(type, PT_STR("a&b")) && pt_str_eq(payload, pt_str(texts[i])));
    }
    assert_true(pt_str_eq(shop_form_of(PT_STR(""), PT_STR("a b"), arena), PT_STR("payload=a+b")));
}

/* ---- Signatures ------------------------------------------------------------------------------ */

/* RFC 4231, test case 2; the bytes as base64 by another program. */
static void test_hmac(void **state)
{
    static const char hex[] = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    static const char base64[] = "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=";
    uint8_t mac[32];
    (void)state;
    shop_hmac(PT_STR("Jefe"), PT_STR("what do ya want "), PT_STR("for nothing?"), mac);
    assert_true(shop_is_hex_of(pt_str(hex), mac));
    assert_true(shop_is_base64_of(pt_str(base64), mac));
    assert_false(shop_is_hex_of(PT_STR(""), mac));
    assert_false(shop_is_base64_of(PT_STR(""), mac));
    assert_false(shop_is_base64_of(pt_str(hex), mac));
    for (size_t i = 0; i < sizeof base64 - 1; i++) {
        char flipped[sizeof base64];
        memcpy(flipped, base64, sizeof base64);
        flipped[i] = flipped[i] == 'A' ? 'B' : 'A';
        assert_false(shop_is_base64_of(pt_str(flipped), mac));
    }
    assert_int_equal(shop_rsa_check(PT_STR(""), NULL), PT_INVALID);
    assert_int_equal(shop_rsa_check(PT_STR("-----BEGIN PUBLIC KEY-----\nAAAA\n"), NULL),
                     PT_INVALID);
    assert_false(shop_rsa_holds(PT_STR(""), PT_STR("m"), PT_STR("AAAA")));
}

/* A secret that decodes to nothing is a key that everybody has. */
static void test_no_key(void **state)
{
    static const char *const secrets[] = {"whsec_", ""};
    const HttpHeader headers[] = {
        {PT_STR("webhook-id"), PT_STR("m")},
        {PT_STR("webhook-timestamp"), PT_STR("1700000000")},
        {PT_STR("webhook-signature"), PT_STR("v1,pI6MvQqRvoGnMpjWN/lhCL3fhabbsUshOGwZYufX7A0=")}};
    const HttpRequest r = {.headers = headers, .header_count = 3, .body = PT_STR("{}")};
    const ShopSender sender = {.kind = &shop_webhook, .now_ms = INT64_C(1700000000000)};
    (void)state;
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        assert_false(shop_webhook.is_signed(&sender, pt_str(secrets[i]), &r));
    }
}

/* What is packed here holds under the secret and settings that it was packed with, and no other. */
static void test_packed(void **state)
{
    size_t count = 0, packed = 0;
    const HookKind *const *kinds = hook_kinds(&count);
    const HookSetting here = {PT_STR_INIT("notification_url"), PT_STR_INIT("https://a.example")};
    const HookSetting there = {PT_STR_INIT("notification_url"), PT_STR_INIT("https://b.example")};
    (void)state;
    for (size_t i = 0; i < count; i++) {
        const ShopKind *kind = shop_kind_of(pt_str(kinds[i]->name));
        assert_int_equal(kind->pack == NULL, kinds[i]->secret == HOOK_SECRET_NONE);
        if (kind->pack == NULL) {
            continue;
        }
        const ShopSender sender = {.kind = kind, .settings = &here, .setting_count = 1};
        ShopSender moved = sender;
        ShopParcel p = {.arena = arena,
                        .topic = PT_STR("t"),
                        .delivery = PT_STR("d"),
                        .body = PT_STR("{\"a\":1}")};
        moved.settings = &there;
        kind->pack(&sender, PT_STR("secret"), &p);
        HttpRequest r = shop_parcel_request(&p);
        assert_false(p.failed);
        assert_true(kind->is_signed(&sender, PT_STR("secret"), &r));
        assert_false(kind->is_signed(&sender, PT_STR("Secret"), &r));
        assert_int_equal(kind->is_signed(&moved, PT_STR("secret"), &r), kind != &shop_square);
        r.body = PT_STR("{\"a\":2}");
        assert_false(kind->is_signed(&sender, PT_STR("secret"), &r));
        packed++;
    }
    assert_int_equal(packed, 5);
}

/* ---- The tables of the kinds ----------------------------------------------------------------- */

static size_t same_parents(const char *a, const char *b)
{
    size_t same = 0, count = 0;
    for (; a[same] != '\0' && a[same] == b[same]; same++) {
        count += a[same] == '.';
    }
    return count;
}

/* Members of one parent stand together and none is twice: else an event had a key twice. */
static void check_fields(const char *kind, const ShopRule *r)
{
    size_t who = 0;
    for (size_t i = 0; i < r->field_count; i++) {
        const ShopField *f = &r->fields[i];
        who += f->form == SHOP_WHO || strcmp(f->to, "userId") == 0;
        for (size_t k = i + 1; k < r->field_count; k++) {
            if (strcmp(f->to, r->fields[k].to) == 0) {
                fail_msg("%s %s: %s twice", kind, r->topics, f->to);
            }
            if (k > i + 1 &&
                same_parents(f->to, r->fields[k].to) > same_parents(f->to, r->fields[k - 1].to)) {
                fail_msg("%s %s: %s is apart from %s", kind, r->topics, f->to, r->fields[k].to);
            }
        }
        if (i > 0 && strncmp(r->fields[i - 1].to, "context.", 8) == 0 &&
            strncmp(f->to, "context.", 8) != 0) {
            fail_msg("%s %s: %s is behind context", kind, r->topics, f->to);
        }
    }
    if (who == 0) {
        fail_msg("%s %s: nobody's", kind, r->topics);
    }
    if (r->object == NULL || r->id == NULL || (r->take == SHOP_ONCE) != (r->once != NULL)) {
        fail_msg("%s %s: no object", kind, r->topics);
    }
}

static void test_tables(void **state)
{
    size_t count = 0;
    const HookKind *const *kinds = hook_kinds(&count);
    (void)state;
    assert_int_equal(count, 6);
    for (size_t i = 0; i < count; i++) {
        const ShopKind *kind = shop_kind_of(pt_str(kinds[i]->name));
        assert_ptr_equal(&kind->kind, kinds[i]);
        assert_true(kind->kind.field_count <= HOOK_SETTINGS_MAX);
        for (size_t r = 0; r < kind->rule_count; r++) {
            check_fields(kind->kind.name, &kind->rules[r]);
        }
    }
    assert_null(hook_kind_of(PT_STR("other")));
}

/* ---- Payloads -------------------------------------------------------------------------------- */

static ShopSender sender_of(const ShopKind *kind)
{
    return (ShopSender){
        .kind = kind, .mark = "0a1b2c3d", .rules = kind->rules, .rule_count = kind->rule_count};
}

static PtStatus map_one(const ShopSender *sender, const char *topic, const char *json,
                        ShopMapped *mapped, PtError *err)
{
    const ShopHead h = {pt_str(topic), PT_STR("d-1"), PT_STR("NZD")};
    return shop_map(sender, &h, pt_str(json), arena, mapped, err);
}

static ShopMapped mapped; /* large */

static const struct PayloadCase {
    const char *name;
    const ShopKind *kind;
    const char *topic, *json;
    const char *want; /* the first event; NULL: none */
    size_t count;
} payload_cases[] = {
    {"a refund's money is what went back", &shop_shopify, "refunds/create",
     "{\"id\":5,\"order_id\":9,\"transactions\":[{\"kind\":\"refund\",\"status\":\"success\","
     "\"amount\":"
     "\"1.10\",\"currency\":\"EUR\"},{\"kind\":\"refund\",\"status\":\"failure\",\"amount\":\"7\"},"
     "{\"kind\":\"refund\",\"status\":\"success\",\"amount\":\"0.005\"}]}",
     "{\"type\":\"track\",\"event\":\"Order Refunded\",\"messageId\":\"shopify:0a1b2c3d:refund:5/"
     "refunded\",\"anonymousId\":\"shopify:order:9\",\"properties\":{\"order_id\":\"9\",\"refund_"
     "id\":"
     "\"5\",\"total\":1.105,\"currency\":\"EUR\"},\"context\":{\"library\":{\"name\":\"patron-"
     "shopify\"}}}",
     1},
    {"or what its lines were worth", &shop_shopify, "refunds/create",
     "{\"id\":5,\"order_id\":9,\"refund_line_items\":[{\"subtotal\":18.25,\"total_tax\":\"1.85\"}]"
     "}",
     "{\"type\":\"track\",\"event\":\"Order Refunded\",\"messageId\":\"shopify:0a1b2c3d:refund:5/"
     "refunded\",\"anonymousId\":\"shopify:order:9\",\"properties\":{\"order_id\":\"9\",\"refund_"
     "id\":"
     "\"5\",\"total\":20.1,\"products\":[{}]},\"context\":{\"library\":{\"name\":\"patron-"
     "shopify\"}}}",
     1},
    {"stock is a thing's", &shop_shopify, "inventory_levels/update",
     "{\"inventory_item_id\":1,\"location_id\":2,\"available\":3,\"updated_at\":\"2026-05-01T00:00:"
     "00+02:00\"}",
     "{\"type\":\"track\",\"event\":\"Inventory Level "
     "Changed\",\"messageId\":\"shopify:0a1b2c3d:d-1:0\","
     "\"anonymousId\":\"shopify:stock:2\",\"timestamp\":\"2026-04-30T22:00:00.000Z\","
     "\"properties\":{"
     "\"inventory_item_id\":\"1\",\"store_id\":\"2\",\"available\":3},\"context\":{\"library\":{"
     "\"name\":\"patron-shopify\"}}}",
     1},
    {"a payment in yen has no cents", &shop_square, "payment.updated",
     "{\"data\":{\"object\":{\"payment\":{\"id\":\"P\",\"status\":\"COMPLETED\",\"total_money\":{"
     "\"amount\":900,\"currency\":\"JPY\"}}}}}",
     "{\"type\":\"track\",\"event\":\"Order Completed\",\"messageId\":\"square:0a1b2c3d:payment:P/"
     "completed\",\"anonymousId\":\"square:payment:P\",\"properties\":{\"order_id\":\"P\","
     "\"total\":"
     "900,\"currency\":\"JPY\"},\"context\":{\"channel\":\"store\",\"library\":{\"name\":\"patron-"
     "square\"}}}",
     1},
    {"an approved payment is none yet", &shop_square, "payment.updated",
     "{\"data\":{\"object\":{\"payment\":{\"id\":\"P\",\"status\":\"APPROVED\"}}}}", NULL, 0},
    {"a topic that nothing is made of", &shop_shopify, "products/update", "{}", NULL, 0},
    {"ids of one shop get its mark", &shop_woocommerce, "customer.updated",
     "{\"id\":4,\"email\":\"a@b.example\",\"billing\":{\"city\":\"Graz\"}}",
     "{\"type\":\"identify\",\"messageId\":\"woocommerce:0a1b2c3d:d-1:0\",\"anonymousId\":"
     "\"woocommerce:"
     "0a1b2c3d:customer:4\",\"traits\":{\"email\":\"a@b.example\",\"address\":{\"city\":\"Graz\"}},"
     "\"context\":{\"externalIds\":[{\"type\":\"woocommerce_customer\",\"id\":\"woocommerce:"
     "0a1b2c3d:"
     "4\"}],\"library\":{\"name\":\"patron-woocommerce\"}}}",
     1},
    {"an order with refunds is several events", &shop_woocommerce, "order.updated",
     "{\"id\":4,\"status\":\"refunded\",\"total\":\"5\",\"currency\":\"EUR\",\"customer_id\":0,"
     "\"refunds\":[{\"id\":8,\"total\":\"-2\"},{\"id\":9,\"total\":\"-3\"}]}",
     "{\"type\":\"track\",\"event\":\"Order "
     "Completed\",\"messageId\":\"woocommerce:0a1b2c3d:order:4/"
     "completed\",\"anonymousId\":\"woocommerce:0a1b2c3d:order:4\",\"properties\":{\"order_id\":"
     "\"4\",\"total\":5,\"currency\":\"EUR\",\"status\":\"refunded\"},\"context\":{\"channel\":"
     "\"web\",\"library\":{\"name\":\"patron-woocommerce\"}}}",
     4},
    {"a sale with a negative total is a return", &shop_lightspeed, "sale.update",
     "{\"id\":\"s\",\"status\":\"CLOSED\",\"total_price\":-0.1,\"total_tax\":-0.2}",
     "{\"type\":\"track\",\"event\":\"Order Refunded\",\"messageId\":\"lightspeed:0a1b2c3d:sale:s/"
     "refunded\",\"anonymousId\":\"lightspeed:sale:s\",\"properties\":{\"order_id\":\"s\",\"refund_"
     "id\":\"s\",\"total\":0.3,\"currency\":\"NZD\"},\"context\":{\"channel\":\"store\","
     "\"library\":{"
     "\"name\":\"patron-lightspeed\"}}}",
     2},
};

static void test_payload(void **state)
{
    const struct PayloadCase *c = *state;
    const ShopSender sender = sender_of(c->kind);
    PtError err = {0};
    if (map_one(&sender, c->topic, c->json, &mapped, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    assert_int_equal(mapped.count, c->count);
    if (c->want != NULL && !pt_str_eq(mapped.events[0].json, pt_str(c->want))) {
        fail_msg("%.*s\nnot\n%s", PT_STR_ARG(mapped.events[0].json), c->want);
    }
}

static void test_not_mapped(void **state)
{
    static const struct {
        const ShopKind *kind;
        const char *topic, *json, *word;
    } cases[] = {
        {&shop_shopify, "orders/create", "", "not JSON"},
        {&shop_shopify, "orders/create", "[]", "not a JSON object"},
        {&shop_shopify, "orders/create", "{\"id\":1}", "total_price"},
        {&shop_shopify, "orders/create", "{\"id\":1,\"total_price\":\"x\"}", "no amount"},
        {&shop_shopify, "orders/create",
         "{\"id\":1,\"total_price\":\"9223372036855\",\"currency\":\"EUR\"}", "amount"},
        {&shop_shopify, "orders/create", "{\"id\":1,\"total_price\":\"1\",\"currency\":\"EURO\"}",
         "currency"},
        {&shop_shopify, "orders/create", "{\"total_price\":\"1\"}", "id of the order"},
        {&shop_shopify, "refunds/create", "{\"id\":1,\"order_id\":2}", "transactions"},
        {&shop_shopify, "customers/redact", "{\"customer\":{}}", "nobody"},
        {&shop_square, "payment.updated", "{\"data\":{}}", "data.object.payment"},
        {&shop_square, "payment.updated",
         "{\"data\":{\"object\":{\"payment\":{\"id\":\"P\",\"status\":\"COMPLETED\",\"total_"
         "money\":{\"amount\":1.5,\"currency\":\"EUR\"}}}}}",
         "amount"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const ShopSender sender = sender_of(cases[i].kind);
        PtError err = {0};
        assert_int_equal(map_one(&sender, cases[i].topic, cases[i].json, &mapped, &err),
                         PT_INVALID);
        if (strstr(err.message, cases[i].word) == NULL) {
            fail_msg("%s: %s", cases[i].json, err.message);
        }
    }
}

static void test_privacy(void **state)
{
    const ShopSender sender = sender_of(&shop_shopify);
    (void)state;
    assert_int_equal(
        map_one(
            &sender, "customers/redact",
            "{\"customer\":{\"id\":3,\"email\":\"a@b\",\"phone\":null},\"orders_to_redact\":[1]}",
            &mapped, NULL),
        PT_OK);
    const ShopPrivacy *p = &mapped.privacy;
    assert_int_equal(mapped.count, 0);
    assert_int_equal(p->rule->kind, HOOK_PRIVACY_ERASE);
    assert_int_equal(p->count, 2);
    assert_true(pt_str_eq(p->identifiers[0].type, PT_STR("shopify_customer")) &&
                pt_str_eq(p->identifiers[0].value, PT_STR("3")));
    assert_true(pt_str_eq(p->identifiers[1].type, PT_STR("email")));
    assert_true(pt_str_eq(p->orders, PT_STR("[1]")) && pt_str_eq(p->request, PT_STR("d-1")));
}

/* Lines for which an event has no room are left out and counted; its total is not theirs. */
static void test_long_order(void **state)
{
    const ShopSender sender = sender_of(&shop_shopify);
    PtBuf json;
    (void)state;
    pt_buf_init(&json, 4 << 20);
    pt_buf_printf(&json, "{\"id\":1,\"total_price\":\"1\",\"currency\":\"EUR\",\"line_items\":[");
    for (int i = 0; i < 2000; i++) {
        pt_buf_printf(&json, "%s{\"product_id\":%d,\"title\":\"%s\"}", i > 0 ? "," : "", i,
                      "a rather long name of a product, of which many are sold at once");
    }
    pt_buf_printf(&json, "]}");
    assert_int_equal(pt_buf_status(&json), PT_OK);
    const ShopHead h = {PT_STR("orders/create"), PT_STR("d"), PT_STR("")};
    assert_int_equal(shop_map(&sender, &h, pt_buf_str(&json), arena, &mapped, NULL), PT_OK);
    pt_buf_done(&json);
    const PtStr event = mapped.events[0].json;
    assert_true(event.len > 20000 && event.len <= EVENT_MAX_BYTES);
    assert_int_equal(pt_json_check(event, 32, NULL), PT_OK);
    assert_true(pt_str_has(event, PT_STR("\"lines_left_out\":1")));
}

/* ---- Mappings by people ---------------------------------------------------------------------- */

#define RULE(text)                                                                                 \
    "{\"rules\":[{\"type\":\"track\",\"event\":\"E\",\"who\":{\"c\":\"id\"}" text "}]}"

static void test_mappings(void **state)
{
    static const struct {
        const char *mapping, *body;
        const char *want; /* in the first event; NULL: no event */
    } cases[] = {
        {RULE(""), "{\"id\":1}", "\"anonymousId\":\"webhook:xxxxxxxx:c:1\""},
        {RULE(",\"user_id\":\"u\""), "{\"id\":1,\"u\":2}", "\"userId\":\"2\""},
        {RULE(",\"when\":[{\"path\":\"k\",\"is\":[\"a=b c\",3]}]"), "{\"id\":1,\"k\":\"a=b c\"}",
         "\"E\""},
        {RULE(",\"when\":[{\"path\":\"k\",\"is\":[\"a\",3]}]"), "{\"id\":1,\"k\":3}", "\"E\""},
        {RULE(",\"when\":[{\"path\":\"k\",\"is\":[\"a\"]}]"), "{\"id\":1,\"k\":\"b\"}", NULL},
        {RULE(",\"when\":[{\"path\":\"k\",\"not\":[\"b\"]}]"), "{\"id\":1,\"k\":\"b\"}", NULL},
        {RULE(",\"when\":[{\"path\":\"k\",\"absent\":true}]"), "{\"id\":1,\"k\":\"b\"}", NULL},
        {RULE(",\"when\":[{\"path\":\"k\"},{\"path\":\"l\",\"absent\":true}]"),
         "{\"id\":1,\"k\":true}", "\"E\""},
        {RULE(",\"properties\":{\"b\":\"x.y\",\"a\":{\"path\":\"n\",\"as\":\"money\"}}"),
         "{\"id\":1,\"x\":{\"y\":[1,2]},\"n\":\"1.50\"}", "\"properties\":{\"a\":1.5,\"b\":[1,2]}"},
        {RULE(",\"properties\":{\"v\":{\"value\":{\"k\":[1]}}}"), "{\"id\":1}",
         "\"v\":{\"k\":[1]}"},
        {RULE(",\"properties\":{\"m\":{\"path\":\"m\",\"as\":\"minor_units\"}}"),
         "{\"id\":1,\"m\":{\"amount\":5,\"currency\":\"KWD\"}}", "\"m\":0.005"},
        {RULE(",\"each\":\"list\""), "{\"id\":1,\"list\":[{\"id\":2},{\"id\":3}]}", ":c:2"},
        {RULE(",\"root\":\"deep\""), "{\"id\":1}", NULL},
        {"{\"rules\":[{\"type\":\"track\",\"event\":{\"path\":\"name\"},\"who\":{\"c\":\"id\"}}]}",
         "{\"id\":1,\"name\":\"Seen\"}", "\"event\":\"Seen\""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        HookPreview p = {NULL, 0};
        PtError err = {0};
        if (hooks_preview(pt_str(cases[i].mapping), pt_str(cases[i].body), arena, &p, &err) !=
            PT_OK) {
            fail_msg("%s: %s", cases[i].mapping, err.message);
        }
        if ((p.count > 0) != (cases[i].want != NULL) ||
            (p.count > 0 && !pt_str_has(p.events[0], pt_str(cases[i].want)))) {
            fail_msg("%s: %.*s", cases[i].mapping, p.count > 0 ? (int)p.events[0].len : 0,
                     p.count > 0 ? p.events[0].data : "");
        }
    }
}

/* An object of the longest names and id is whole, and what differs at its end differs by messageId.
 */
static void test_longest_object(void **state)
{
    enum { ID = SHOP_PATH_MAX - 1, WHOLE = SHOP_NAME_MAX + 1 + ID + 1 + SHOP_NAME_MAX };
    ShopSender sender = sender_of(&shop_webhook);
    char mapping[1000], body[400], name[SHOP_NAME_MAX + 1], ids[2][100];
    (void)state;
    memset(name, 'n', SHOP_NAME_MAX);
    name[SHOP_NAME_MAX] = '\0';
    for (int i = 0; i < 2; i++) {
        name[SHOP_NAME_MAX - 1] = (char)('a' + i);
        (void)snprintf(mapping, sizeof mapping,
                       RULE(",\"object\":{\"type\":\"%s\",\"id\":\"o\",\"once\":\"%s\"}"), name,
                       name);
        (void)snprintf(body, sizeof body, "{\"id\":1,\"o\":\"%0*d\"}", ID, 1);
        assert_int_equal(
            shop_mapping_compile(pt_str(mapping), arena, &sender.rules, &sender.rule_count, NULL),
            PT_OK);
        assert_int_equal(map_one(&sender, "", body, &mapped, NULL), PT_OK);
        assert_int_equal(mapped.events[0].object.len, WHOLE);
        const char *id = strstr(mapped.events[0].json.data, "\"messageId\":");
        assert_non_null(id);
        (void)snprintf(ids[i], sizeof ids[i], "%.60s", id);
    }
    assert_string_not_equal(ids[0], ids[1]);
}

static void test_wrong_mappings(void **state)
{
    static const struct {
        const char *mapping, *word;
    } cases[] = {
        {"", "not JSON"},
        {"[]", "object"},
        {"{}", "rules"},
        {"{\"rules\":[]}", "none"},
        {"{\"rules\":1}", "list"},
        {"{\"rules\":[1]}", "rule 1"},
        {RULE(",\"more\":1"), "more"},
        {RULE(",\"root\":\"a b\""), "root"},
        {RULE(",\"root\":\"\""), "root"},
        {RULE(",\"when\":[{\"path\":\"a b\"}]"), "when"},
        {RULE(",\"when\":{}"), "when"},
        {RULE(",\"when\":[{\"path\":\"a\",\"is\":[]}]"), "when"},
        {RULE(",\"when\":[{\"path\":\"a\",\"is\":[[]]}]"), "when"},
        {RULE(",\"properties\":{\"a\":1}"), "properties.a"},
        {RULE(",\"properties\":{\"a\":{\"path\":\"x\",\"value\":1}}"), "not both"},
        {RULE(",\"properties\":{\"a\":{\"path\":\"x\",\"as\":\"euro\"}}"), "as"},
        {RULE(",\"properties\":{\"a\":\"x\",\"a.b\":\"y\"}"), "twice"},
        {RULE(",\"properties\":{\"a\":\"x\",\"a\":\"y\"}"), "twice"},
        {RULE(",\"properties\":{\"a.b.c.d\":\"x\"}"), "dots"},
        {RULE(",\"properties\":{\"\":\"x\"}"), "name"},
        {RULE(",\"properties\":{\"l\":{\"path\":\"l\",\"lines\":{\"m\":{\"path\":\"m\",\"lines\":{}"
              "}}}}"),
         "member"},
        {RULE(",\"object\":{\"type\":\"t\"}"), "object"},
        {RULE(",\"external_ids\":{\"Card\":\"x\"}"), "small letters"},
        {"{\"rules\":[{\"type\":\"track\",\"event\":\"=x\",\"who\":{\"c\":\"id\"}}]}", "event"},
        {"{\"rules\":[{\"type\":\"track\",\"who\":{\"c\":\"id\"}}]}", "event"},
        {"{\"rules\":[{\"type\":\"identify\",\"event\":\"E\",\"who\":{\"c\":\"id\"}}]}", "event"},
        {"{\"rules\":[{\"type\":\"page\"}]}", "type"},
        {"{\"rules\":[{\"type\":\"identify\"}]}", "who"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const ShopRule *rules = NULL;
        size_t count = 0;
        PtError err = {0};
        const PtStatus st =
            shop_mapping_compile(pt_str(cases[i].mapping), arena, &rules, &count, &err);
        if (st != PT_INVALID || strstr(err.message, cases[i].word) == NULL) {
            fail_msg("%s: %d %s", cases[i].mapping, st, err.message);
        }
    }
}

static void test_bounds_of_mappings(void **state)
{
    (void)state;
    for (int rules = 20; rules <= 21; rules++) {
        const ShopRule *list = NULL;
        size_t count = 0;
        PtBuf json;
        pt_buf_init(&json, HOOK_MAPPING_MAX * 2);
        pt_buf_printf(&json, "{\"rules\":[");
        for (int i = 0; i < rules; i++) {
            pt_buf_printf(&json, "%s{\"type\":\"identify\",\"who\":{\"c\":\"id\"}}",
                          i > 0 ? "," : "");
        }
        pt_buf_printf(&json, "]}");
        assert_int_equal(shop_mapping_compile(pt_buf_str(&json), arena, &list, &count, NULL),
                         rules == 20 ? PT_OK : PT_INVALID);
        pt_buf_done(&json);
    }
}

int main(void)
{
    enum { PAYLOADS = sizeof payload_cases / sizeof *payload_cases };
    struct CMUnitTest payloads[PAYLOADS];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths),          cmocka_unit_test(test_sums),
        cmocka_unit_test(test_conditions),     cmocka_unit_test(test_forms),
        cmocka_unit_test(test_hmac),           cmocka_unit_test(test_no_key),
        cmocka_unit_test(test_forms_made),     cmocka_unit_test(test_packed),
        cmocka_unit_test(test_tables),         cmocka_unit_test(test_not_mapped),
        cmocka_unit_test(test_privacy),        cmocka_unit_test(test_long_order),
        cmocka_unit_test(test_mappings),       cmocka_unit_test(test_longest_object),
        cmocka_unit_test(test_wrong_mappings), cmocka_unit_test(test_bounds_of_mappings),
    };
    for (size_t i = 0; i < PAYLOADS; i++) {
        payloads[i] = (struct CMUnitTest){.name = payload_cases[i].name,
                                          .test_func = test_payload,
                                          .initial_state = (void *)(uintptr_t)&payload_cases[i]};
    }
    return cmocka_run_group_tests(tests, set_up, tear_down) +
           cmocka_run_group_tests_name("payloads", payloads, set_up, tear_down);
}
