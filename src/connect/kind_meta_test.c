// SPDX-License-Identifier: Apache-2.0
/* Events as the Conversions API wants them. Hashes marked "documented" are the examples of
 * developers.facebook.com/docs/marketing-api/conversions-api/parameters/
 * customer-information-parameters; the others are sha256sum of the normal form named beside them.
 */
#include "connect/kind_meta_internal.h"
#include "connect/kind_rig.h"

#include <string.h>

#define JOHN  "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f"
#define PHONE "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176"

static struct HashCase {
    const char *name;
    MetaForm form;
    const char *text, *code, *want;
} hash_cases[] = {
    {"documented mail", META_EMAIL, " John_Smith@gmail.com\n", "", JOHN},
    {"documented phone", META_PHONE, "1 (650) 555-1212", "", PHONE},
    {"documented name", META_NAME, "Mary", "",
     "6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec"},
    {"documented Korean name", META_NAME, "\xec\xa0\x95", "",
     "8fa8cd9c440be61d0151429310034083132b35975c4bea67fdd74158eb51db14"},
    {"documented French name", META_NAME, "Val\xc3\xa9ry", "",
     "08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c"},
    {"capitals beyond ASCII", META_NAME, "VAL\xc3\x89RY", "",
     "08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c"},
    {"anna maria", META_NAME, " Anna  Maria. ", "",
     "dfa29cee752c3d2bb1a935e9ea1a3d474b5634a9086fd5cc66be4178dffa865f"},
    {"sanfrancisco", META_PLACE, "San Francisco", "",
     "1a6bd4d9d79dc0a79b53795c70d3349fa9e38968a3fbefbfe8783efb1d2b6aac"},
    {"94103", META_ZIP, "94103-1234", "",
     "91dc2519ea98c5002cf2091e6a12b772eafdce9dca618e626d7d3b8275361789"},
    {"sw1a1aa", META_ZIP, "SW1A 1AA", "",
     "830e1d4b9838bab1f5c2acdb23e0b502ff13a9832c4632e8d67a1d43d3b7f614"},
    {"us", META_COUNTRY, "US", "",
     "79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621"},
    {"a country's name is no code", META_COUNTRY, "Germany", "", ""},
    {"491761234567 with 00", META_PHONE, "0049 176 1234567", "",
     "b2d92e4ea8467a90bd04fb03fca970c2db65a963bdb1ee24f00a6e6fc7f822c7"},
    {"491761234567 with +", META_PHONE, "+49 176-1234567", "43",
     "b2d92e4ea8467a90bd04fb03fca970c2db65a963bdb1ee24f00a6e6fc7f822c7"},
    {"491761234567 by calling code", META_PHONE, "0176 1234567", "49",
     "b2d92e4ea8467a90bd04fb03fca970c2db65a963bdb1ee24f00a6e6fc7f822c7"},
    {"no digit", META_PHONE, "unknown", "49", ""},
    {"zeros", META_PHONE, "000", "49", ""},
    {"a hash stays", META_EMAIL, JOHN, "", JOHN},
    {"an id keeps its case", META_ID, "u1", "",
     "bb82030dbc2bcaba32a90bf2e207a84a856fc5f033b77c480836ab6f77f40f19"},
    {"bytes that are no text", META_NAME, "\xff\xfe", "", ""},
    {"blanks", META_EMAIL, " \t ", "", ""},
};

static void hash_case(void **state)
{
    const struct HashCase *c = *state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    bool failed = false;
    PtStr got = meta_hashed(c->form, pt_str(c->text), pt_str(c->code), arena, &failed);
    assert_false(failed);
    kind_rig_equal(got.len > 0 ? got : PT_STR(""), c->want);
}

#define ID "\"messageId\":\"m1\",\"userId\":\"u1\""
#define U1 "\"external_id\":[\"bb82030dbc2bcaba32a90bf2e207a84a856fc5f033b77c480836ab6f77f40f19\"]"
#define WEB                                                                                        \
    "\"context\":{\"ip\":\"192.0.2.1\",\"userAgent\":\"Mozilla/5.0\",\"page\":{\"url\":"           \
    "\"https://s.example/?a=1&fbclid=Ab_1#x\"}"

static struct EventCase {
    const char *name, *json, *mapped;
    const char *want; /* NULL: skipped */
    const char *skip;
} event_cases[] = {
    {"purchase on the web",
     "{\"type\":\"track\",\"event\":\"Order Completed\"," ID "," WEB
     ",\"traits\":{\"email\":\"John_Smith@gmail.com\",\"phone\":\"+1 650 555 1212\"},"
     "\"fbp\":\"fb.1.1.2\"},\"properties\":{\"order_id\":\"o\",\"revenue\":\"9.90\","
     "\"currency\":\"eur\",\"products\":[{\"product_id\":\"p\",\"quantity\":2,\"price\":4.95},"
     "{\"sku\":\"s\"},{\"name\":\"x\"}]}}",
     NULL,
     "{\"event_name\":\"Purchase\",\"event_time\":1795370400,\"event_id\":\"m1\","
     "\"action_source\":\"website\",\"event_source_url\":\"https://s.example/?a=1&fbclid=Ab_1#x\","
     "\"user_data\":{\"em\":[\"" JOHN "\"],\"ph\":[\"" PHONE "\"]," U1
     ",\"client_ip_address\":\"192.0.2.1\",\"client_user_agent\":\"Mozilla/5.0\","
     "\"fbp\":\"fb.1.1.2\",\"fbc\":\"fb.1.1795370400000.Ab_1\"},"
     "\"custom_data\":{\"value\":9.9,\"currency\":\"EUR\",\"order_id\":\"o\","
     "\"content_type\":\"product\",\"contents\":[{\"id\":\"p\",\"quantity\":2,\"item_price\":4.95},"
     "{\"id\":\"s\",\"quantity\":1}]}}",
     NULL},
    {"a till",
     "{\"type\":\"track\",\"event\":\"Order Completed\"," ID
     ",\"context\":{\"channel\":\"pos\"},\"properties\":{\"total\":1,\"currency\":\"USD\"}}",
     NULL,
     "{\"event_name\":\"Purchase\",\"event_time\":1795370400,\"event_id\":\"m1\","
     "\"action_source\":\"physical_store\",\"user_data\":{" U1
     "},\"custom_data\":{\"value\":1,\"currency\":\"USD\"}}",
     NULL},
    {"mapped", "{\"type\":\"track\",\"event\":\"Visit\"," ID "}",
     "{\"event_name\":\"Lead\",\"action_source\":\"email\",\"em\":\"John_Smith@gmail.com\","
     "\"event_id\":\"e\",\"value\":\"5\",\"currency\":\"CHF\",\"score\":3,\"tier\":\"gold\"}",
     "{\"event_name\":\"Lead\",\"event_time\":1795370400,\"event_id\":\"e\","
     "\"action_source\":\"email\",\"user_data\":{\"em\":[\"" JOHN "\"]," U1
     "},\"custom_data\":{\"value\":5,\"currency\":\"CHF\",\"score\":3,\"tier\":\"gold\"}}",
     NULL},
    {"an event of the shop's own",
     "{\"type\":\"track\",\"event\":\"Visit\",\"messageId\":\"m\",\"anonymousId\":\"u1\"}", NULL,
     "{\"event_name\":\"Visit\",\"event_time\":1795370400,\"event_id\":\"m\","
     "\"action_source\":\"other\",\"user_data\":{" U1 "},\"custom_data\":{}}",
     NULL},
    {"7 days less a millisecond",
     "{\"type\":\"track\",\"event\":\"A\"," ID ",\"timestamp\":\"2026-11-15T18:00:00.001Z\"}", NULL,
     "{\"event_name\":\"A\",\"event_time\":1794765600,\"event_id\":\"m1\","
     "\"action_source\":\"other\",\"user_data\":{" U1 "},\"custom_data\":{}}",
     NULL},
    {"7 days", "{\"type\":\"track\",\"event\":\"A\"," ID ",\"timestamp\":\"2026-11-15T18:00:00Z\"}",
     NULL, NULL, "older than 7 days"},
    {"8 days of a store",
     "{\"type\":\"track\",\"event\":\"A\"," ID
     ",\"timestamp\":\"2026-11-14T18:00:00Z\",\"properties\":{\"store_id\":\"s\"}}",
     NULL,
     "{\"event_name\":\"A\",\"event_time\":1794679200,\"event_id\":\"m1\","
     "\"action_source\":\"physical_store\",\"user_data\":{" U1 "},\"custom_data\":{}}",
     NULL},
    {"62 days of a store",
     "{\"type\":\"track\",\"event\":\"A\"," ID
     ",\"timestamp\":\"2026-09-21T18:00:00Z\",\"properties\":{\"store_id\":\"s\"}}",
     NULL, NULL, "older than 62 days"},
    {"identify", "{\"type\":\"identify\"," ID "}", NULL, NULL,
     "Meta takes track and page calls only"},
    {"a website event without a user agent",
     "{\"type\":\"page\"," ID ",\"context\":{\"page\":{\"url\":\"https://s/\"}}}", NULL, NULL,
     "website event without user agent or page"},
    {"nobody", "{\"type\":\"track\",\"event\":\"A\",\"messageId\":\"m\"}", NULL, NULL,
     "nothing that Meta knows a person by"},
    {"a purchase without a currency",
     "{\"type\":\"track\",\"event\":\"Order Completed\"," ID ",\"properties\":{\"total\":1}}", NULL,
     NULL, "a purchase without value or currency"},
    {"a name of 51 bytes",
     "{\"type\":\"track\",\"event\":\"123456789012345678901234567890123456789012345678901\"," ID
     "}",
     NULL, NULL, "event name over 50 bytes"},
};

static void event_case(void **state)
{
    const struct EventCase *c = *state;
    const char *settings[] = {"pixel_id=1", "access_token=t", NULL};
    KindRig *rig = kind_rig_new("meta", settings);
    kind_rig_event(rig, c->json, 1);
    rig->event.mapped = c->mapped != NULL ? pt_str(c->mapped) : (PtStr){NULL, 0};
    assert_int_equal(kind_rig_render(rig), PT_OK);
    if (c->skip != NULL) {
        assert_non_null(rig->piece.skip);
        assert_string_equal(rig->piece.skip, c->skip);
    } else {
        assert_null(rig->piece.skip);
        kind_rig_equal(rig->piece.body, c->want);
    }
    kind_rig_free(rig);
}

static void requests(void **state)
{
    (void)state;
    const char *settings[] = {"pixel_id=12", "access_token=a b", "test_event_code=TEST1",
                              "endpoint=http://h/", NULL};
    KindRig *rig = kind_rig_new("meta", settings);
    ConnectPiece two[2] = {{.body = PT_STR("{\"a\":1}")}, {.body = PT_STR("{\"b\":2}")}};
    assert_int_equal(kind_rig_encode(rig, two, 2), PT_OK);
    kind_rig_equal(pt_buf_str(&rig->request.body), "{\"data\":[{\"a\":1},{\"b\":2}]}");
    kind_rig_equal(rig->request.url, "http://h/v23.0/12/events?access_token=a%20b");
    rig->batch.test = true;
    assert_int_equal(kind_rig_encode(rig, two, 1), PT_OK);
    kind_rig_equal(pt_buf_str(&rig->request.body),
                   "{\"data\":[{\"a\":1}],\"test_event_code\":\"TEST1\"}");
    kind_rig_free(rig);
}

#define ERROR(members) "{\"error\":{\"message\":\"no\",\"type\":\"OAuthException\"," members "}}"

static struct JudgeCase {
    const char *name;
    int status;
    size_t count;
    const char *body;
    ConnectVerdict want;
    const char *why;
} judge_cases[] = {
    {"taken", 200, 2, "{\"events_received\":2}", CONNECT_DELIVERED, ""},
    {"token expired", 400, 2, ERROR("\"code\":190"), CONNECT_STOP, "it answered 400, code 190: no"},
    {"no permission", 403, 1, ERROR("\"code\":200"), CONNECT_STOP, "it answered 403, code 200: no"},
    {"no such dataset", 400, 1, ERROR("\"code\":100,\"error_subcode\":33"), CONNECT_STOP,
     "it answered 400, code 100: no"},
    {"one of two is bad", 400, 2,
     ERROR("\"code\":100,\"error_subcode\":2804003,\"error_user_msg\":\"too old\""), CONNECT_SPLIT,
     "it answered 400, code 100: too old"},
    {"the one is bad", 400, 1, ERROR("\"code\":100"), CONNECT_REFUSED,
     "it answered 400, code 100: no"},
    {"calls a limit", 400, 1, ERROR("\"code\":4"), CONNECT_AGAIN, "it answered 400, code 4: no"},
    {"a business's limit", 400, 1, ERROR("\"code\":80004"), CONNECT_AGAIN,
     "it answered 400, code 80004: no"},
    {"transient", 400, 1, ERROR("\"code\":190,\"is_transient\":true"), CONNECT_AGAIN,
     "it answered 400, code 190: no"},
    {"its own trouble", 500, 1, ERROR("\"code\":1"), CONNECT_AGAIN, "it answered 500, code 1: no"},
    {"not JSON", 502, 1, "<html>", CONNECT_AGAIN, "it answered 502: <html>"},
    {"a code that is none", 400, 1, ERROR("\"code\":\"x\""), CONNECT_REFUSED, "it answered 400: {"},
};

static void judge_case(void **state)
{
    const struct JudgeCase *c = *state;
    char why[CONNECT_WHY_MAX];
    assert_int_equal(
        connect_kind_meta.judge(NULL, c->status, pt_str(c->body), c->count, false, why), c->want);
    assert_true(pt_str_starts(pt_str(why), pt_str(c->why)));
}

int main(void)
{
    struct CMUnitTest tests[80] = {cmocka_unit_test(requests)};
    size_t n = 1;
    PT_TEST_ROWS(tests, n, hash_cases, hash_case);
    PT_TEST_ROWS(tests, n, event_cases, event_case);
    PT_TEST_ROWS(tests, n, judge_cases, judge_case);
    return _cmocka_run_group_tests("connect/kind_meta", tests, n, NULL, NULL);
}
