// SPDX-License-Identifier: Apache-2.0
/* What all kinds share, the webhook and Segment kinds. */
#include "connect/kind_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 24 bytes each; the first is the secret of the specification's own example. */
#define SECRET   "secret=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define PREVIOUS "previous_secret=whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
#define URL      "url=https://h.example/in"

/* -- settings ---------------------------------------------------------------------------------- */

static struct SettingsCase {
    const char *name, *kind, *settings[6];
    const char *problem; /* part of it; NULL: they pass */
} settings_cases[] = {
    {"webhook", "webhook", {URL, SECRET}, NULL},
    {"no address", "webhook", {SECRET}, "url is missing"},
    {"empty address", "webhook", {"url=", SECRET}, "url is missing"},
    {"no secret", "webhook", {URL}, "secret is missing"},
    {"another kind's setting", "webhook", {URL, SECRET, "bucket=b"}, "no setting \"bucket\""},
    {"ftp", "webhook", {"url=ftp://h/", SECRET}, "url is not an http or https address"},
    {"no host", "webhook", {"url=https:///x", SECRET}, "url is not an http or https address"},
    {"a user", "webhook", {"url=https://u@h/", SECRET}, "a user in it"},
    {"an at sign in the path", "webhook", {"url=https://h/@x", SECRET}, NULL},
    {"a blank", "webhook", {"url=https://h/a b", SECRET}, "has a blank"},
    {"a fragment", "webhook", {"url=https://h/#a", SECRET}, "has a blank"},
    {"23 bytes", "webhook", {URL, "secret=whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRY="}, "24 to 64"},
    {"24 bytes", "webhook", {URL, "secret=whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"}, NULL},
    {"64 bytes",
     "webhook",
     {URL, "secret=whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
           "AAAAAAAAAAAAAA=="},
     NULL},
    {"65 bytes",
     "webhook",
     {URL, "secret=whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
           "AAAAAAAAAAAAAAA="},
     "24 to 64"},
    {"secret without whsec_",
     "webhook",
     {URL, "secret=MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
     "secret is not \"whsec_\""},
    {"previous secret", "webhook", {URL, SECRET, PREVIOUS}, NULL},
    {"bad previous", "webhook", {URL, SECRET, "previous_secret=x"}, "previous_secret is not"},
    {"batch 0", "webhook", {URL, SECRET, "batch=0"}, "batch is not a whole number in 1..1000"},
    {"batch 1000", "webhook", {URL, SECRET, "batch=1000"}, NULL},
    {"batch 1001", "webhook", {URL, SECRET, "batch=1001"}, "batch is not"},
    {"headers", "webhook", {URL, SECRET, "headers=X-A: 1\r\n\nX-B:2"}, NULL},
    {"a reserved header", "webhook", {URL, SECRET, "headers=Webhook-Id: x"}, "line 1"},
    {"no colon", "webhook", {URL, SECRET, "headers=X-A: 1\nX-B"}, "line 2"},
    {"a CR within", "webhook", {URL, SECRET, "headers=X-A: 1\rX-B: 2"}, "line 1"},
    {"a header's name with a blank", "webhook", {URL, SECRET, "headers=X A: 1"}, "line 1"},
    {"not UTF-8", "webhook", {URL, SECRET, "headers=X-A: \xff"}, "headers is not UTF-8"},
    {"ga4", "ga4", {"measurement_id=G-AB12", "api_secret=s"}, NULL},
    {"an app's id", "ga4", {"measurement_id=1:2:web:3", "api_secret=s"}, "measurement_id is not"},
    {"no choice",
     "ga4",
     {"measurement_id=G-A", "api_secret=s", "ad_user_data=yes"},
     "ad_user_data is none of its choices"},
    {"a currency of four",
     "ga4",
     {"measurement_id=G-A", "api_secret=s", "currency=EURO"},
     "currency has 4 bytes, not at most 3"},
    {"digits for letters",
     "ga4",
     {"measurement_id=G-A", "api_secret=s", "currency=123"},
     "currency is not three letters"},
    {"meta", "meta", {"pixel_id=12", "access_token=t"}, NULL},
    {"a pixel's name", "meta", {"pixel_id=shop", "access_token=t"}, "pixel_id is not digits"},
    {"a version", "meta", {"pixel_id=1", "access_token=t", "api_version=23"}, "api_version"},
    {"segment", "segment", {"write_key=k"}, NULL},
    {"a key with a colon", "segment", {"write_key=k:x"}, "write_key has"},
    {"files", "files", {NULL}, NULL},
    {"files in folders", "files", {"folder=a/b-c_d.e"}, NULL},
    {"out of the folder", "files", {"folder=../x"}, "folder is not"},
    {"a hidden folder", "files", {"folder=a/.b"}, "folder is not"},
    {"an absolute folder", "files", {"folder=/a"}, "folder is not"},
    {"a slash at the end", "files", {"folder=a/"}, "folder is not"},
    {"60 minutes", "files", {"minutes=60"}, NULL},
    {"61 minutes", "files", {"minutes=61"}, "minutes is not"},
    {"s3",
     "s3",
     {"endpoint=http://h:9000/", "bucket=abc", "access_key=A", "secret_key=S/+="},
     NULL},
    {"s3 with a path",
     "s3",
     {"endpoint=http://h/x", "bucket=abc", "access_key=A", "secret_key=S"},
     "endpoint has a path"},
    {"a short bucket",
     "s3",
     {"endpoint=http://h", "bucket=ab", "access_key=A", "secret_key=S"},
     "bucket has less than 3"},
    {"a prefix that climbs",
     "s3",
     {"endpoint=http://h", "bucket=abc", "access_key=A", "secret_key=S", "prefix=a/../b"},
     "prefix has"},
};

static void settings_case(void **state)
{
    const struct SettingsCase *c = *state;
    KindRig rig = {0};
    const bool passed = kind_rig_set(&rig, c->kind, c->settings);
    if (passed != (c->problem == NULL) ||
        (c->problem != NULL && strstr(rig.err.message, c->problem) == NULL)) {
        fail_msg("got \"%s\", want \"%s\"", rig.err.message, c->problem);
    }
}

/* Every kind says of itself what the engine relies on. */
static void kinds_are_whole(void **state)
{
    (void)state;
    size_t count;
    const ConnectKind *const *kinds = connect_kinds(&count);
    assert_int_equal(count, 6);
    for (size_t i = 0; i < count; i++) {
        const ConnectKind *k = kinds[i];
        ConnectSettings s = {.kind = k};
        assert_ptr_equal(connect_kind_of(pt_str(k->name)), k);
        assert_true(k->parallel >= 1 && k->count_max(&s) >= 1 && k->purposes_default != NULL);
        assert_true(k->fill_max(&s) > 0 && k->fill_max(&s) <= k->bytes_max);
        assert_true((k->write == NULL) == (k->judge != NULL));
        for (size_t f = 0; f < k->field_count; f++) {
            const ConnectField *field = &k->fields[f];
            assert_true(field->max > 0 && strlen(field->fallback) <= field->max);
            assert_false(field->required && field->fallback[0] != '\0');
        }
    }
    assert_null(connect_kind_of(PT_STR("fax")));
    assert_string_equal(connect_verdict_name(CONNECT_STOP), "stop");
}

/* -- JSON -------------------------------------------------------------------------------------- */

static struct PathCase {
    const char *name, *json, *path, *want;
} path_cases[] = {
    {"a member", "{\"a\":\"x\"}", "a", "x"},
    {"a path", "{\"a\":{\"b\":{\"c\":\"x\"}}}", "a.b.c", "x"},
    {"a blank in a name", "{\"a\":{\"b c\":1.50}}", "a.b c", "1.50"},
    {"escapes", "{\"\\u0061\":\"\\u00e9\\n\"}", "a", "\xc3\xa9\n"},
    {"a lone surrogate", "{\"a\":\"\\ud800\"}", "a", "\xef\xbf\xbd"},
    {"the last of two", "{\"a\":1,\"a\":2}", "a", "2"},
    {"true", "{\"a\":true}", "a", "true"},
    {"null", "{\"a\":null}", "a", ""},
    {"an object is no text", "{\"a\":{}}", "a", ""},
    {"through a text", "{\"a\":\"b\"}", "a.b", ""},
    {"into a list", "{\"a\":[{\"b\":1}]}", "a.b", ""},
    {"not there", "{}", "a", ""},
    {"no object", "[1]", "a", ""},
    {"no JSON", "{\"a\":", "a", ""},
    {"more than JSON", "{\"a\":1}x", "a", ""},
    {"empty", "", "a", ""},
};

static void path_case(void **state)
{
    const struct PathCase *c = *state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    const KindNode *root;
    assert_true(kind_tree(pt_str(c->json), arena, &root));
    PtStr got = kind_text(kind_at(root, c->path));
    kind_rig_equal(got.len > 0 ? got : PT_STR(""), c->want);
}

static void depth_is_bounded(void **state)
{
    (void)state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    char text[2 * (EVENT_MAX_DEPTH + 2) + 1];
    const KindNode *root;
    for (size_t depth = EVENT_MAX_DEPTH + 1; depth <= EVENT_MAX_DEPTH + 2; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        assert_true(kind_tree((PtStr){text, 2 * depth}, arena, &root));
        assert_int_equal(root != NULL, depth == EVENT_MAX_DEPTH + 1);
    }
}

static struct AmountCase {
    const char *name, *json;
    bool ok;
    int64_t micros;
} amount_cases[] = {
    {"number", "12.5", true, 12500000},  {"text", "\"0.1\"", true, 100000},
    {"micros", "0.000001", true, 1},     {"exponent", "1e2", true, 100000000},
    {"negative", "-3", true, -3000000},  {"comma", "\"1,5\"", false, 0},
    {"empty", "\"\"", false, 0},         {"true", "true", false, 0},
    {"too large", "1e30", false, 0},     {"a list", "[1]", false, 0},
    {"in euro", "\"12 EUR\"", false, 0},
};

static void amount_case(void **state)
{
    const struct AmountCase *c = *state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    const KindNode *root;
    int64_t micros = 0;
    assert_true(kind_tree(pt_str(c->json), arena, &root));
    assert_int_equal(kind_amount(root, &micros), c->ok);
    assert_int_equal(micros, c->micros);
}

/* RFC 4648, section 10, and what is no base64. */
static struct Base64Case {
    const char *name, *text, *bytes; /* bytes NULL: refused */
} base64_cases[] = {
    {"f", "Zg==", "f"},
    {"fo", "Zm8=", "fo"},
    {"foobar", "Zm9vYmFy", "foobar"},
    {"no padding", "Zg", NULL},
    {"a blank", "Zg= =", NULL},
    {"URL letters", "-_-_", NULL},
    {"bits behind", "Zh==", NULL},
    {"over room", "Zm9vYmFyZg==", NULL},
};

static void base64_case(void **state)
{
    const struct Base64Case *c = *state;
    uint8_t out[6];
    int len = kind_base64_decode(pt_str(c->text), out, sizeof out);
    assert_int_equal(len, c->bytes == NULL ? -1 : (int)strlen(c->bytes));
    if (c->bytes != NULL) {
        PtBuf back;
        assert_memory_equal(out, c->bytes, (size_t)len);
        pt_buf_init(&back, 64);
        kind_base64(out, (size_t)len, &back);
        kind_rig_equal(pt_buf_str(&back), c->text);
        pt_buf_done(&back);
    }
}

/* -- answers ----------------------------------------------------------------------------------- */

static struct JudgeCase {
    const char *name;
    int status;
    size_t count;
    ConnectVerdict want;
} judge_cases[] = {
    {"200", 200, 1, CONNECT_DELIVERED},    {"204", 204, 1, CONNECT_DELIVERED},
    {"301", 301, 1, CONNECT_STOP},         {"400 of one", 400, 1, CONNECT_REFUSED},
    {"400 of two", 400, 2, CONNECT_SPLIT}, {"401", 401, 2, CONNECT_STOP},
    {"403", 403, 1, CONNECT_STOP},         {"404", 404, 1, CONNECT_AGAIN},
    {"408", 408, 1, CONNECT_AGAIN},        {"409", 409, 1, CONNECT_AGAIN},
    {"410", 410, 1, CONNECT_STOP},         {"413 of two", 413, 2, CONNECT_SPLIT},
    {"422", 422, 1, CONNECT_REFUSED},      {"425", 425, 1, CONNECT_AGAIN},
    {"429", 429, 1, CONNECT_AGAIN},        {"500", 500, 1, CONNECT_AGAIN},
    {"503", 503, 9, CONNECT_AGAIN},        {"100", 100, 1, CONNECT_AGAIN},
};

static void judge_case(void **state)
{
    const struct JudgeCase *c = *state;
    char why[CONNECT_WHY_MAX];
    ConnectVerdict got =
        connect_kind_webhook.judge(NULL, c->status, PT_STR("no\r\nway \xc3"), c->count, false, why);
    char want[CONNECT_WHY_MAX];
    (void)snprintf(want, sizeof want, "it answered %d: no  way ", c->status);
    assert_int_equal(got, c->want);
    assert_string_equal(why, got == CONNECT_DELIVERED ? "" : want);
}

/* An answer without a body has no bytes to point at. */
static void empty_answers_have_verdicts(void **state)
{
    (void)state;
    size_t count;
    const ConnectKind *const *kinds = connect_kinds(&count);
    static const ConnectVerdict want[] = {CONNECT_DELIVERED, CONNECT_STOP, CONNECT_REFUSED,
                                          CONNECT_AGAIN}; // of 200, 300, 400, 500
    for (size_t i = 0; i < count; i++) {
        char why[CONNECT_WHY_MAX];
        const PtStr none = {NULL, 0};
        for (int hundred = 2; kinds[i]->judge != NULL && hundred <= 5; hundred++) {
            ConnectVerdict got = kinds[i]->judge(NULL, 100 * hundred, none, 1, false, why);
            assert_int_equal(got, want[hundred - 2]);
            (void)kinds[i]->judge(NULL, 100 * hundred, none, 1, true, why);
        }
    }
}

static void long_answers_are_cut(void **state)
{
    (void)state;
    char answer[1000], why[CONNECT_WHY_MAX];
    memset(answer, 'x', sizeof answer);
    (void)connect_kind_webhook.judge(NULL, 500, (PtStr){answer, sizeof answer}, 1, false, why);
    assert_int_equal(strlen(why), CONNECT_WHY_MAX - 1);
}

/* -- webhook ----------------------------------------------------------------------------------- */

/* Expected signatures: Python's hmac over the specification's id.timestamp.body. The daemon against
 * the npm package standardwebhooks: tests/scenario/test_destination_kinds.py. */
static void webhook_is_signed(void **state)
{
    (void)state;
    const char *settings[] = {URL, SECRET, PREVIOUS, "headers=X-Key: abc\nX-B: 2", NULL};
    KindRig *rig = kind_rig_new("webhook", settings);
    rig->batch.now_ms = 1614265330999;
    kind_rig_event(rig, "{\"test\": 2432232314}", 7);
    assert_int_equal(kind_rig_render(rig), PT_OK);
    assert_int_equal(kind_rig_encode(rig, &rig->piece, 1), PT_OK);
    kind_rig_equal(pt_buf_str(&rig->request.body), "{\"test\": 2432232314}");
    kind_rig_equal(kind_rig_header(rig, "webhook-id"), "msg_d1_7");
    kind_rig_equal(kind_rig_header(rig, "webhook-timestamp"), "1614265330");
    kind_rig_equal(kind_rig_header(rig, "webhook-signature"),
                   "v1,eZa8SWyf/oP8V5EMZ0jYOHg6UAeXwU/G/Q00q0TcXas= "
                   "v1,sJi9cCfl6bPOb/gkejyQSlJE/zrjOANkjDQ822TUGhs=");
    kind_rig_equal(kind_rig_header(rig, "x-key"), "abc");
    kind_rig_equal(rig->request.url, "https://h.example/in");
    PtBuf shown;
    pt_buf_init(&shown, 4096);
    connect_request_show(&rig->settings, &rig->request, 8, &shown);
    PtStr text = pt_buf_str(&shown);
    assert_true(pt_str_has(text, PT_STR("X-Key: ***")) && pt_str_has(text, PT_STR("POST https")));
    assert_false(pt_str_has(text, PT_STR("abc")));
    assert_true(pt_str_has(text, PT_STR("\n\n{\"test\":")) && !pt_str_has(text, PT_STR("243")));
    pt_buf_done(&shown);
    kind_rig_free(rig);
}

/* What stands percent-escaped in an address is hidden as well. */
static void secrets_are_hidden(void **state)
{
    static const struct {
        const char *kind, *settings[3], *event, *secret;
    } cases[] = {
        {"meta",
         {"pixel_id=1", "access_token=app|se%41hush", NULL},
         "{\"type\":\"track\",\"event\":\"A\",\"messageId\":\"m\",\"userId\":\"u\"}",
         "hush"},
        {"ga4",
         {"measurement_id=G-1", "api_secret=top/&hush", NULL},
         "{\"type\":\"track\",\"event\":\"A\",\"anonymousId\":\"a\"}",
         "hush"},
        {"ga4",
         {"measurement_id=G-1", "api_secret=plainhush", NULL},
         "{\"type\":\"track\",\"event\":\"A\",\"anonymousId\":\"a\"}",
         "hush"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        KindRig *rig = kind_rig_new(cases[i].kind, cases[i].settings);
        kind_rig_event(rig, cases[i].event, 1);
        assert_int_equal(kind_rig_render(rig), PT_OK);
        assert_int_equal(kind_rig_encode(rig, &rig->piece, 1), PT_OK);
        assert_true(pt_str_has(rig->request.url, pt_str(cases[i].secret)));
        PtBuf shown;
        pt_buf_init(&shown, 4096);
        connect_request_show(&rig->settings, &rig->request, 0, &shown);
        assert_true(pt_str_has(pt_buf_str(&shown), PT_STR("=***")));
        assert_false(pt_str_has(pt_buf_str(&shown), pt_str(cases[i].secret)));
        pt_buf_done(&shown);
        kind_rig_free(rig);
    }
}

static void webhook_batches(void **state)
{
    (void)state;
    const char *settings[] = {URL, SECRET, "batch=2", NULL};
    KindRig *rig = kind_rig_new("webhook", settings);
    ConnectPiece pieces[2] = {{.offset = 7, .body = PT_STR("{\"a\":1}")},
                              {.offset = 9, .body = PT_STR("{\"a\":2}")}};
    rig->batch = (ConnectBatch){.now_ms = 1614265330000, .first = 7, .last = 9};
    assert_int_equal(kind_rig_encode(rig, pieces, 2), PT_OK);
    kind_rig_equal(pt_buf_str(&rig->request.body), "[{\"a\":1},{\"a\":2}]");
    kind_rig_equal(kind_rig_header(rig, "webhook-id"), "msg_d1_7_9");
    kind_rig_equal(kind_rig_header(rig, "webhook-signature"),
                   "v1,Dy8jNyYIUnsUxAqhXbertOGHqd8TJvY3WjkkfBHCyAc=");
    assert_int_equal(kind_rig_encode(rig, pieces, 1), PT_OK);
    kind_rig_equal(pt_buf_str(&rig->request.body), "[{\"a\":1}]"); // an array also of one
    kind_rig_free(rig);
}

static void mapping_stands_for_the_event(void **state)
{
    (void)state;
    const char *settings[] = {URL, SECRET, NULL};
    KindRig *rig = kind_rig_new("webhook", settings);
    kind_rig_event(rig, "{\"event\":\"A\"}", 1);
    rig->event.mapped = PT_STR("{\"b\":1}");
    assert_int_equal(connect_encode_one(&rig->settings, &rig->event, &rig->batch, rig->arena,
                                        &rig->piece, &rig->request, &rig->err),
                     PT_OK);
    kind_rig_equal(pt_buf_str(&rig->request.body), "{\"b\":1}");
    kind_rig_free(rig);
}

/* -- Segment ----------------------------------------------------------------------------------- */

static struct ForwardCase {
    const char *name, *json, *want;
    bool aliased;
} forward_cases[] = {
    {"stamps of another hop are left out, the corrected time stays",
     "{\"messageId\":\"m\",\"type\":\"track\",\"event\":\"A\",\"userId\":null,\"anonymousId\":"
     "\"a\","
     "\"timestamp\":\"2026-11-01T10:00:00.5Z\",\"originalTimestamp\":\"2026-11-01T09:00:00Z\","
     "\"sentAt\":\"2026-11-01T09:00:01Z\",\"receivedAt\":\"2026-11-01T10:00:01Z\","
     "\"properties\":{\"n\":1.0,\"t\":\"\\u00e9\"},\"profile_id\":\"p\"}",
     "{\"messageId\":\"m\",\"type\":\"track\",\"event\":\"A\",\"anonymousId\":\"a\","
     "\"timestamp\":\"2026-11-01T10:00:00.500Z\",\"properties\":{\"n\":1.0,\"t\":\"\\u00e9\"}}",
     false},
    {"a v1 name goes as it came",
     "{\"messageId\":\"m\",\"type\":\"track\",\"event\":\"Completed Order\",\"x\":true}",
     "{\"messageId\":\"m\",\"type\":\"track\",\"event\":\"Completed Order\",\"x\":true}", true},
    {"other members stay", "{\"messageId\":\"m\",\"type\":\"group\",\"groupId\":\"g\",\"z\":[1,2]}",
     "{\"messageId\":\"m\",\"type\":\"group\",\"groupId\":\"g\",\"z\":[1,2]}", false},
};

static void forward_case(void **state)
{
    const struct ForwardCase *c = *state;
    const char *settings[] = {"url=http://h/v1/batch", "write_key=wk", NULL};
    KindRig *rig = kind_rig_new("segment", settings);
    kind_rig_event(rig, c->json, 3);
    if (c->aliased) {
        rig->record.flags = EVENT_ALIASED_NAME;
        rig->view.name = PT_STR("Order Completed");
        rig->event.json = PT_STR("{\"messageId\":\"m\",\"type\":\"track\",\"event\":\"Order "
                                 "Completed\",\"x\":true}");
    }
    assert_int_equal(kind_rig_render(rig), PT_OK);
    assert_null(rig->piece.skip);
    kind_rig_equal(rig->piece.body, c->want);
    ConnectPiece two[2] = {{.body = PT_STR("{}")}, {.body = PT_STR("{}")}};
    assert_int_equal(kind_rig_encode(rig, two, 2), PT_OK);
    kind_rig_equal(pt_buf_str(&rig->request.body), "{\"batch\":[{},{}]}");
    kind_rig_equal(kind_rig_header(rig, "Authorization"), "Basic d2s6");
    kind_rig_free(rig);
}

/* 32 KB is the receiver's bound of an event, not ours. */
static void large_events_are_not_forwarded(void **state)
{
    (void)state;
    const char *settings[] = {"write_key=wk", NULL};
    KindRig *rig = kind_rig_new("segment", settings);
    enum { ROOM = 40000 };
    char *json = malloc(ROOM);
    assert_non_null(json);
    for (int body = 32 << 10; body <= (32 << 10) + 1; body++) {
        (void)snprintf(json, ROOM, "{\"a\":\"%0*d\"}", body - 8, 0);
        kind_rig_event(rig, json, 1);
        assert_int_equal(kind_rig_render(rig), PT_OK);
        assert_int_equal(rig->piece.body.len, body);
        assert_int_equal(rig->piece.skip != NULL, body > 32 << 10);
    }
    kind_rig_event(rig, "[]", 1);
    assert_int_equal(kind_rig_render(rig), PT_OK);
    assert_non_null(rig->piece.skip);
    free(json);
    kind_rig_free(rig);
}

int main(void)
{
    struct CMUnitTest tests[200] = {
        cmocka_unit_test(kinds_are_whole),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(long_answers_are_cut),
        cmocka_unit_test(empty_answers_have_verdicts),
        cmocka_unit_test(webhook_is_signed),
        cmocka_unit_test(secrets_are_hidden),
        cmocka_unit_test(webhook_batches),
        cmocka_unit_test(mapping_stands_for_the_event),
        cmocka_unit_test(large_events_are_not_forwarded),
    };
    size_t n = 9;
    PT_TEST_ROWS(tests, n, settings_cases, settings_case);
    PT_TEST_ROWS(tests, n, path_cases, path_case);
    PT_TEST_ROWS(tests, n, amount_cases, amount_case);
    PT_TEST_ROWS(tests, n, base64_cases, base64_case);
    PT_TEST_ROWS(tests, n, judge_cases, judge_case);
    PT_TEST_ROWS(tests, n, forward_cases, forward_case);
    return _cmocka_run_group_tests("connect/kind", tests, n, NULL, NULL);
}
