// SPDX-License-Identifier: Apache-2.0
/* Whole files: the requests that they become, against stores and receivers that answer by a table.
 */
#include "base/hash.h"
#include "connect/kind_rig.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MIB = 1 << 20, LINE = 2000, REQUESTS = 12 };

static const char *const s3[] = {"endpoint=https://s3.example", "bucket=shop", "access_key=AK",
                                 "secret_key=geheim",           "prefix=out",  NULL};
static const char *const hook[] = {"url=https://h.example/in/secret-path",
                                   "secret=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                                   "headers=X-A: 1", NULL};

/* What a receiver says to each request, in order; the last one to all that follow. */
typedef struct Answer {
    int status;
    const char *body, *etag;
} Answer;

typedef struct Receiver {
    const Answer *answers;
    size_t count;
    char lines[REQUESTS][LINE]; /* "PUT https://... [from+len] body" */
    char headers[REQUESTS][LINE];
    size_t asked;
    PtStatus fails; /* of the carrier */
} Receiver;

static PtStatus carry(void *ctx, const ConnectRequest *r, int64_t from, int64_t len,
                      ConnectFileAnswer *ret, PtError *err)
{
    Receiver *to = ctx;
    const size_t at = to->asked < to->count ? to->asked : to->count - 1;
    const Answer *a = &to->answers[at];
    if (to->fails != PT_OK) {
        return pt_fail(err, to->fails, "stopped");
    }
    assert_true(to->asked < REQUESTS);
    (void)snprintf(to->lines[to->asked], LINE, "%s %.*s [%lld+%lld] %.*s", r->method,
                   PT_STR_ARG(r->url), (long long)from, (long long)len, (int)r->body.len,
                   r->body.len > 0 ? r->body.data : "");
    size_t used =
        (size_t)snprintf(to->headers[to->asked], LINE, "%.*s\n", PT_STR_ARG(r->content_type));
    for (size_t i = 0; i < r->header_count; i++) {
        used += (size_t)snprintf(&to->headers[to->asked][used], LINE - used, "%.*s\n",
                                 PT_STR_ARG(r->headers[i]));
    }
    to->asked++;
    *ret = (ConnectFileAnswer){.status = a->status, .body = pt_str(a->body != NULL ? a->body : "")};
    (void)snprintf(ret->etag, sizeof ret->etag, "%s", a->etag != NULL ? a->etag : "");
    return PT_OK;
}

typedef struct Sending {
    KindRig *rig;
    FILE *file;
    ConnectFile f;
    Receiver to;
    ConnectFileEnd end;
} Sending;

/* A file of zeros that begins with "id\n". */
static void open_sending(Sending *s, const char *kind, const char *const *settings, int64_t bytes,
                         const Answer *answers, size_t count)
{
    *s = (Sending){.rig = kind_rig_new(kind, settings),
                   .file = tmpfile(),
                   .to = {.answers = answers, .count = count}};
    assert_non_null(s->file);
    assert_int_equal(fputs("id\n", s->file), 1);
    assert_int_equal(fflush(s->file), 0);
    assert_int_equal(ftruncate(fileno(s->file), bytes), 0);
    s->f = (ConnectFile){.fd = fileno(s->file),
                         .bytes = bytes,
                         .name = PT_STR("sales/orders-1.csv"),
                         .id = PT_STR("export_j_1"),
                         .content_type = "text/csv",
                         .now_ms = 1700000000000};
}

static PtStatus put(Sending *s)
{
    const ConnectCarrier carrier = {carry, &s->to};
    return s->rig->settings.kind->put(&s->rig->settings, &s->f, &carrier, s->rig->arena, &s->end,
                                      &s->rig->err);
}

static void close_sending(Sending *s)
{
    (void)fclose(s->file);
    kind_rig_free(s->rig);
}

#define OBJECT "https://s3.example/shop/out/sales/orders-1.csv"
#define BEGUN  "<R><UploadId>a+/b</UploadId></R>"
#define QUERY  "uploadId=a%2B%2Fb"

static void test_small_object(void **state)
{
    (void)state;
    static const Answer ok[] = {{200, NULL, "\"e\""}};
    Sending s;
    open_sending(&s, "s3", s3, 3, ok, 1);
    assert_int_equal(put(&s), PT_OK);
    assert_int_equal(s.end.verdict, CONNECT_DELIVERED);
    assert_string_equal(s.end.place, OBJECT);
    assert_int_equal(s.to.asked, 1);
    assert_string_equal(s.to.lines[0], "PUT " OBJECT " [0+3] ");
    uint8_t digest[PT_SHA256];
    char line[120] = "text/csv\nx-amz-content-sha256: ";
    pt_sha256(PT_STR("id\n"), digest);
    pt_hex(digest, sizeof digest, &line[strlen(line)]);
    assert_int_equal(strncmp(s.to.headers[0], line, strlen(line)), 0);
    close_sending(&s);
}

static void test_parts(void **state)
{
    (void)state;
    static const Answer answers[] = {
        {200, BEGUN, NULL}, {200, NULL, "\"e1\""}, {200, NULL, "\"e2\""}, {200, "<R/>", NULL}};
    Sending s;
    open_sending(&s, "s3", s3, 8 * MIB + 1, answers, 4);
    assert_int_equal(put(&s), PT_OK);
    assert_int_equal(s.end.verdict, CONNECT_DELIVERED);
    assert_int_equal(s.to.asked, 4);
    assert_string_equal(s.to.lines[0], "POST " OBJECT "?uploads= [0+-1] ");
    assert_string_equal(s.to.lines[1], "PUT " OBJECT "?partNumber=1&" QUERY " [0+8388608] ");
    assert_string_equal(s.to.lines[2], "PUT " OBJECT "?partNumber=2&" QUERY " [8388608+1] ");
    assert_string_equal(s.to.lines[3], "POST " OBJECT "?" QUERY " [0+-1] <CompleteMultipartUpload>"
                                       "<Part><PartNumber>1</PartNumber><ETag>\"e1\"</ETag></Part>"
                                       "<Part><PartNumber>2</PartNumber><ETag>\"e2\"</ETag></Part>"
                                       "</CompleteMultipartUpload>");
    close_sending(&s);
}

static void test_8_mib_is_one_request(void **state)
{
    (void)state;
    static const Answer ok[] = {{200, NULL, "\"e\""}};
    Sending s;
    open_sending(&s, "s3", s3, 8 * MIB, ok, 1);
    assert_int_equal(put(&s), PT_OK);
    assert_int_equal(s.to.asked, 1);
    close_sending(&s);
}

/* What goes wrong at a step: the verdict, the reason, and what was asked last. */
static struct FailCase {
    const char *name;
    Answer answers[5];
    size_t count, asked;
    ConnectVerdict verdict;
    const char *why, *last; /* parts of it */
} fail_cases[] = {
    {"no bucket",
     {{404, "<Error><Code>NoSuchBucket</Code></Error>", NULL}},
     1,
     1,
     CONNECT_STOP,
     "NoSuchBucket",
     "POST " OBJECT "?uploads="},
    {"no upload named", {{200, "<R/>", NULL}}, 1, 1, CONNECT_AGAIN, "names no upload", "?uploads="},
    {"a part fails",
     {{200, BEGUN, NULL}, {503, NULL, NULL}},
     2,
     3,
     CONNECT_AGAIN,
     "503",
     "DELETE " OBJECT "?" QUERY},
    {"a part without an ETag",
     {{200, BEGUN, NULL}, {200, NULL, ""}},
     2,
     3,
     CONNECT_AGAIN,
     "has no ETag",
     "DELETE"},
    {"an ETag of markup",
     {{200, BEGUN, NULL}, {200, NULL, "<x>"}},
     2,
     3,
     CONNECT_AGAIN,
     "has no ETag",
     "DELETE"},
    {"the end fails in a 200",
     {{200, BEGUN, NULL},
      {200, NULL, "a"},
      {200, NULL, "b"},
      {200, "<Error><Code>InternalError</Code></Error>", NULL},
      {204, NULL, NULL}},
     5,
     5,
     CONNECT_AGAIN,
     "InternalError",
     "DELETE"},
};

static void test_fails(void **state)
{
    const struct FailCase *c = *state;
    Sending s;
    open_sending(&s, "s3", s3, 9 * MIB, c->answers, c->count);
    assert_int_equal(put(&s), PT_OK);
    assert_int_equal(s.end.verdict, c->verdict);
    if (strstr(s.end.why, c->why) == NULL) {
        fail_msg("%s", s.end.why);
    }
    assert_int_equal(s.to.asked, c->asked);
    assert_non_null(strstr(s.to.lines[s.to.asked - 1], c->last));
    close_sending(&s);
}

static void test_shorter_than_it_was(void **state)
{
    (void)state;
    static const Answer ok[] = {{200, NULL, "\"e\""}};
    Sending s;
    open_sending(&s, "s3", s3, 3, ok, 1);
    s.f.bytes = 4;
    assert_int_equal(put(&s), PT_UNAVAILABLE);
    assert_int_equal(s.to.asked, 0);
    close_sending(&s);
}

static void test_stopped(void **state)
{
    (void)state;
    static const Answer ok[] = {{200, NULL, "\"e\""}};
    Sending s;
    open_sending(&s, "s3", s3, 9 * MIB, ok, 1);
    s.to.fails = PT_UNAVAILABLE;
    assert_int_equal(put(&s), PT_UNAVAILABLE);
    close_sending(&s);
}

static void test_webhook(void **state)
{
    (void)state;
    static const Answer ok[] = {{204, NULL, NULL}};
    static const char signed_text[] = "export_j_1.1700000000.id\n";
    static const uint8_t key[24] = {0x31, 0xf2, 0x90, 0xf6, 0xbf, 0x06, 0x29, 0x8a,
                                    0xab, 0x4f, 0x08, 0xd4, 0x3c, 0x3f, 0x08, 0x2c,
                                    0xf6, 0x48, 0xa3, 0x62, 0xda, 0x2d, 0xa4, 0xb0};
    uint8_t mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state h;
    char want[200] = "webhook-signature: v1,";
    Sending s;
    open_sending(&s, "webhook", hook, 3, ok, 1);
    assert_int_equal(put(&s), PT_OK);
    assert_int_equal(s.end.verdict, CONNECT_DELIVERED);
    assert_string_equal(s.end.place, "https://h.example"); // no path: it may be a secret
    assert_string_equal(s.to.lines[0], "POST https://h.example/in/secret-path [0+3] ");
    (void)crypto_auth_hmacsha256_init(&h, key, sizeof key);
    (void)crypto_auth_hmacsha256_update(&h, (const uint8_t *)signed_text, strlen(signed_text));
    (void)crypto_auth_hmacsha256_final(&h, mac);
    (void)sodium_bin2base64(&want[strlen(want)], sizeof want - strlen(want), mac, sizeof mac,
                            sodium_base64_VARIANT_ORIGINAL);
    if (strstr(s.to.headers[0], want) == NULL) {
        fail_msg("%s, not %s", s.to.headers[0], want);
    }
    assert_non_null(strstr(s.to.headers[0], "filename=\"orders-1.csv\""));
    assert_non_null(strstr(s.to.headers[0], "webhook-id: export_j_1\n"));
    assert_non_null(strstr(s.to.headers[0], "X-A: 1\n"));
    close_sending(&s);
}

static void test_webhook_bound(void **state)
{
    (void)state;
    static const Answer ok[] = {{204, NULL, NULL}};
    Sending s;
    open_sending(&s, "webhook", hook, 100LL * MIB + 1, ok, 1);
    assert_int_equal(put(&s), PT_OK);
    assert_int_equal(s.end.verdict, CONNECT_REFUSED);
    assert_non_null(strstr(s.end.why, "100 MiB"));
    assert_int_equal(s.to.asked, 0);
    close_sending(&s);
}

int main(void)
{
    struct CMUnitTest tests[20] = {cmocka_unit_test(test_small_object),
                                   cmocka_unit_test(test_parts),
                                   cmocka_unit_test(test_8_mib_is_one_request),
                                   cmocka_unit_test(test_shorter_than_it_was),
                                   cmocka_unit_test(test_stopped),
                                   cmocka_unit_test(test_webhook),
                                   cmocka_unit_test(test_webhook_bound)};
    size_t n = 7;
    PT_TEST_ROWS(tests, n, fail_cases, test_fails);
    return _cmocka_run_group_tests("connect/kind_file", tests, n, NULL, NULL);
}
