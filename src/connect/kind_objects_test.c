// SPDX-License-Identifier: Apache-2.0
/* Files and S3 objects: what stands in them, what they are called, and that a crash leaves no half
 * one. That an S3 server takes the signature: tests/scenario/test_destination_kinds.py.
 */
#include "connect/kind_rig.h"

#include <errno.h>
#include <fault/fault_fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* RFC 4180; owasp.org/www-community/attacks/CSV_Injection for what begins a formula. */
static struct CellCase {
    const char *name, *json, *want; /* the cell of column "a" */
} cell_cases[] = {
    {"text", "{\"a\":\"x\"}", "\"x\""},
    {"a quote", "{\"a\":\"x\\\"y\"}", "\"x\"\"y\""},
    {"a comma and a line end", "{\"a\":\"x,\\r\\ny\"}", "\"x,\r\ny\""},
    {"a number", "{\"a\":-3.50}", "-3.50"},
    {"true", "{\"a\":true}", "\"true\""},
    {"null", "{\"a\":null}", ""},
    {"not there", "{}", ""},
    {"a list", "{\"a\":[1,\"x\"]}", "\"[1,\"\"x\"\"]\""},
    {"a formula", "{\"a\":\"=1+1\"}", "\"'=1+1\""},
    {"plus", "{\"a\":\"+49 1\"}", "\"'+49 1\""},
    {"minus", "{\"a\":\"-1+2\"}", "\"'-1+2\""},
    {"minus and a call", "{\"a\":\"-cmd|x\"}", "\"'-cmd|x\""},
    {"a negative amount", "{\"a\":\"-12.30\"}", "\"-12.30\""},
    {"a minus alone", "{\"a\":\"-\"}", "\"'-\""},
    {"two points", "{\"a\":\"-1.2.3\"}", "\"'-1.2.3\""},
    {"at", "{\"a\":\"@SUM(1)\"}", "\"'@SUM(1)\""},
    {"tab", "{\"a\":\"\\t=1\"}", "\"'\t=1\""},
    {"carriage return", "{\"a\":\"\\r=1\"}", "\"'\r=1\""},
    {"line feed", "{\"a\":\"\\n=1\"}", "\"'\n=1\""},
    {"full width",
     "{\"a\":\"\xef\xbc\x9d"
     "1\"}",
     "\"'\xef\xbc\x9d"
     "1\""},
    {"within is harmless", "{\"a\":\"x=1\"}", "\"x=1\""},
};

static void cell_case(void **state)
{
    const struct CellCase *c = *state;
    const char *settings[] = {"format=csv", NULL};
    static const PtStr columns[] = {PT_STR_INIT("a"), PT_STR_INIT("b")};
    char want[100];
    KindRig *rig = kind_rig_new("files", settings);
    rig->settings.columns = columns;
    rig->settings.column_count = 2;
    kind_rig_event(rig, "{}", 1);
    rig->event.mapped = pt_str(c->json);
    assert_int_equal(kind_rig_render(rig), PT_OK);
    (void)snprintf(want, sizeof want, "%s,\r\n", c->want);
    kind_rig_equal(rig->piece.body, want);
    kind_rig_free(rig);
}

static void csv_of_the_mapping(void **state)
{
    (void)state;
    const char *settings[] = {"format=csv", "folder=out/a", NULL};
    static const PtStr columns[] = {PT_STR_INIT("=evil"), PT_STR_INIT("b")};
    KindRig *rig = kind_rig_new("files", settings);
    rig->settings.columns = columns;
    rig->settings.column_count = 2;
    kind_rig_event(rig, "{\"receivedAt\":\"2026-11-22T18:59:59.999Z\"}", 100);
    rig->event.mapped = PT_STR("{\"=evil\":1,\"b\":\"x\"}");
    assert_int_equal(kind_rig_render(rig), PT_OK);
    kind_rig_equal(rig->piece.group, "2026-11-22T18");
    rig->batch.last = 205;
    ConnectPiece two[2] = {rig->piece, rig->piece};
    assert_int_equal(kind_rig_encode(rig, two, 2), PT_OK);
    kind_rig_equal(pt_buf_str(&rig->request.body), "\"'=evil\",\"b\"\r\n1,\"x\"\r\n1,\"x\"\r\n");
    kind_rig_equal(rig->request.url,
                   "/out/out/a/d1_20261122T18_00000000000000000100-00000000000000000205.csv");
    kind_rig_free(rig);
}

static void default_columns(void **state)
{
    (void)state;
    const char *settings[] = {"format=csv", NULL};
    KindRig *rig = kind_rig_new("files", settings);
    kind_rig_event(rig, "{\"messageId\":\"m\",\"event\":\"A\",\"userId\":\"u\",\"properties\":{}}",
                   1);
    assert_int_equal(kind_rig_render(rig), PT_OK);
    kind_rig_equal(rig->piece.body, "\"m\",,\"A\",,\"u\",,,,,\"{}\",,\r\n");
    kind_rig_free(rig);
}

static void json_lines_to_a_store(void **state)
{
    (void)state;
    const char *settings[] = {
        "endpoint=http://h:9/", "bucket=abc",      "region=eu-1", "prefix=a/b/",
        "access_key=K",         "secret_key=S+/=", NULL};
    KindRig *rig = kind_rig_new("s3", settings);
    kind_rig_event(rig, "{\"a\":1}", 7);
    assert_int_equal(connect_encode_one(&rig->settings, &rig->event, &rig->batch, rig->arena,
                                        &rig->piece, &rig->request, &rig->err),
                     PT_OK);
    assert_string_equal(rig->request.method, "PUT");
    kind_rig_equal(pt_buf_str(&rig->request.body), "{\"a\":1}\n");
    kind_rig_equal(rig->request.url, "http://h:9/abc/a/b/d1_20261122T18_00000000000000000007-"
                                     "00000000000000000007.jsonl");
    kind_rig_equal(rig->request.aws_sigv4, "aws:amz:eu-1:s3");
    kind_rig_equal(rig->request.user, "K:S+/=");
    kind_rig_equal(kind_rig_header(rig, "x-amz-content-sha256"),
                   "e346432021b04179518d9614f3560ccd71354a4ee101ddcb893d6959a9d6301c");
    kind_rig_free(rig);
}

static void objects_have_bounds(void **state)
{
    (void)state;
    const char *settings[] = {"format=csv", "minutes=5", "megabytes=1", NULL};
    KindRig *rig = kind_rig_new("files", settings);
    const ConnectKind *kind = rig->settings.kind;
    assert_int_equal(kind->linger_ms(&rig->settings), 300000);
    assert_true(kind->fill_max(&rig->settings) < 1 << 20);
    assert_true(kind->fill_max(&rig->settings) > (1 << 20) - 1000);
    kind_rig_free(rig);
}

/* Whatever fails: the whole file or none under its name, and a repeat puts it there. */
static void files_are_whole(void **state)
{
    (void)state;
    const char *settings[] = {"folder=a", NULL};
    for (uint64_t seed = 0; seed < 60; seed++) {
        PtFs *fs = fault_fs_new(seed);
        KindRig *rig = kind_rig_new("files", settings);
        char *bytes = NULL;
        size_t len = 0;
        assert_int_equal(fs->ops->mkdir(fs, "/out", NULL), PT_OK);
        kind_rig_event(rig, "{\"a\":1}", 7);
        assert_int_equal(kind_rig_render(rig), PT_OK);
        assert_int_equal(kind_rig_encode(rig, &rig->piece, 1), PT_OK);
        const char *path = rig->request.url.data;
        fault_fs_fail(fs, FAULT_ANY, 1 + seed % 10, ENOSPC);
        PtStatus st = rig->settings.kind->write(fs, &rig->settings, &rig->request, NULL);
        fault_fs_power_off(fs);
        fault_fs_crash(fs, seed);
        PtStatus there = pt_fs_read(fs, path, 100, &bytes, &len, NULL);
        assert_true(there == PT_OK || (there == PT_NOT_FOUND && st != PT_OK));
        assert_true(there != PT_OK || strcmp(bytes, "{\"a\":1}\n") == 0);
        free(bytes);
        assert_int_equal(rig->settings.kind->write(fs, &rig->settings, &rig->request, NULL), PT_OK);
        assert_int_equal(pt_fs_read(fs, path, 100, &bytes, &len, NULL), PT_OK);
        assert_string_equal(bytes, "{\"a\":1}\n");
        free(bytes);
        kind_rig_free(rig);
        fault_fs_free(fs);
    }
}

#define XML(code)                                                                                  \
    "<?xml version=\"1.0\"?><Error><Code>" code "</Code><Message>why</Message></Error>"

static struct JudgeCase {
    const char *name;
    int status;
    const char *body;
    ConnectVerdict want;
    const char *why;
} judge_cases[] = {
    {"put", 200, "", CONNECT_DELIVERED, ""},
    {"wrong secret", 403, XML("SignatureDoesNotMatch"), CONNECT_STOP, "it answered 403: why"},
    {"no bucket", 404, XML("NoSuchBucket"), CONNECT_STOP, "it answered 404: why"},
    {"wrong region", 400, XML("AuthorizationHeaderMalformed"), CONNECT_STOP,
     "it answered 400: why"},
    {"slow down", 503, XML("SlowDown"), CONNECT_AGAIN, "it answered 503: why"},
    {"a body that came late", 400, XML("RequestTimeout"), CONNECT_AGAIN, "it answered 400: why"},
    {"a changed body", 400, XML("XAmzContentSHA256Mismatch"), CONNECT_AGAIN,
     "it answered 400: why"},
    {"another region", 301, XML("PermanentRedirect"), CONNECT_STOP, "it answered 301: why"},
    {"not XML", 500, "oops", CONNECT_AGAIN, "it answered 500"},
    {"an open tag", 400, "<Code>NoSuch", CONNECT_REFUSED, "it answered 400"},
};

static void judge_case(void **state)
{
    const struct JudgeCase *c = *state;
    char why[CONNECT_WHY_MAX];
    assert_int_equal(connect_kind_s3.judge(NULL, c->status, pt_str(c->body), 9, false, why),
                     c->want);
    assert_string_equal(why, c->why);
}

int main(void)
{
    struct CMUnitTest tests[60] = {
        cmocka_unit_test(csv_of_the_mapping), cmocka_unit_test(default_columns),
        cmocka_unit_test(json_lines_to_a_store), cmocka_unit_test(objects_have_bounds),
        cmocka_unit_test(files_are_whole)};
    size_t n = 5;
    PT_TEST_ROWS(tests, n, cell_cases, cell_case);
    PT_TEST_ROWS(tests, n, judge_cases, judge_case);
    return _cmocka_run_group_tests("connect/kind_objects", tests, n, NULL, NULL);
}
