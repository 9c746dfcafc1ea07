// SPDX-License-Identifier: Apache-2.0
/* A dictionary holds what many people share, and of nobody what is theirs alone. */
#include "events/samples.h"

#include "base/rng.h"
#include "base/test_rows.h"
#include "events/record.h"

#include <fault/fault_fs.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVENTS = 5000, TEXT = 1200 };

static void put_event(PtBuf *out, const char *user, const char *anonymous, const char *raw,
                      const char *common)
{
    EventView v = {.type = EVENT_TRACK,
                   .message_id = PT_STR("message-of-its-own"),
                   .name = PT_STR("Order Completed"),
                   .user_id = pt_str(user),
                   .anonymous_id = pt_str(anonymous),
                   .raw = pt_str(raw),
                   .common = pt_str(common)};
    event_payload_write(out, &v);
    assert_int_equal(pt_buf_status(out), PT_OK);
}

static bool matches(PtStr got, PtStr want)
{
    bool same = got.len == want.len;
    for (size_t i = 0; i < got.len && same; i++) {
        same = want.data[i] == '~' ? isalnum((unsigned char)got.data[i]) != 0
                                   : got.data[i] == want.data[i];
    }
    return same;
}

/* `subjects` people send raw (each its own event), and what is learnt of the first is want. %u in
 * raw is the person's number; ~ in want is noise. */
static struct TextCase {
    const char *name, *raw, *common;
    unsigned subjects;
    bool anonymous;
    const char *want;
} texts[] = {
    {"eight share it", "{\"city\":\"York\"}", "", 8, false, "{\"city\":\"York\"}"},
    {"seven do", "{\"city\":\"York\"}", "", 7, false, "{\"~~~~\":\"~~~~\"}"},
    {"anonymous subjects count", "{\"city\":\"York\"}", "", 8, true, "{\"city\":\"York\"}"},
    {"a text of one person", "{\"mail\":\"p%u@x.io\",\"a\":1}", "", 9, false,
     "{\"mail\":\"~~@~.~~\",\"a\":1}"},
    {"a number of one person", "{\"phone\":44%u,\"n\":[true,null]}", "", 9, false,
     "{\"phone\":~~~,\"n\":[true,null]}"},
    {"a name of one person as a key", "{\"p%u\":1}", "", 9, false, "{\"~~\":1}"},
    {"nested, with white space", "{ \"a\" : { \"b\" : \"p%u\" } }", "", 9, false,
     "{ \"a\" : { \"b\" : \"~~\" } }"},
    {"escapes", "{\"a\":\"\\u00e9%u\\\"\"}", "", 9, false, "{\"a\":\"\\~~~~~~\\~\"}"},
    {"what the batch says", "{\"a\":1}", "{\"ip\":\"10.0.0.%u\",\"v\":\"2\"}", 9, false,
     "{\"a\":1}{\"ip\":\"10.0.0.~\",\"v\":\"2\"}"},
    {"shared up to what is one's own", "{\"u\":\"https://x.io/p/%u?ref=7\"}", "", 9, false,
     "{\"u\":\"https://x.io/p/~?~~~=~\"}"},
    {"what comes behind is not judged alone", "{\"u\":\"%u.york\"}", "", 9, false,
     "{\"u\":\"~.~~~~\"}"},
    {"what does not parse", "{\"a\":1", "", 9, false, ""},
};

static void test_text(void **state)
{
    const struct TextCase *c = *state;
    PtBuf payloads, out;
    PtRecord records[16];
    size_t sizes[16], starts[16];
    pt_buf_init(&payloads, 1 << 20);
    pt_buf_init(&out, 1 << 20);
    for (unsigned i = 0; i < c->subjects; i++) {
        char raw[200], common[200], id[20];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        (void)snprintf(raw, sizeof raw, c->raw, i);
        (void)snprintf(common, sizeof common, c->common, i);
#pragma GCC diagnostic pop
        (void)snprintf(id, sizeof id, "id-%u", i);
        starts[i] = payloads.len;
        put_event(&payloads, c->anonymous ? "" : id, c->anonymous ? id : "", raw, common);
    }
    for (unsigned i = 0; i < c->subjects; i++) {
        size_t end = i + 1 < c->subjects ? starts[i + 1] : payloads.len;
        records[i] = (PtRecord){.klass = PT_RECORD_EVENT,
                                .type = EVENT_TRACK,
                                .payload = {payloads.data + starts[i], end - starts[i]}};
    }
    assert_int_equal(event_samples(NULL, records, c->subjects, &out, sizes, NULL), PT_OK);
    assert_true(matches((PtStr){out.data, sizes[0]}, pt_str(c->want)));
    pt_buf_done(&payloads);
    pt_buf_done(&out);
}

/* Many events of one person are one subject. */
static void test_one_person_is_one_subject(void **state)
{
    (void)state;
    PtBuf payload, out;
    PtRecord records[20];
    size_t sizes[20];
    pt_buf_init(&payload, 1 << 20);
    pt_buf_init(&out, 1 << 20);
    put_event(&payload, "u", "a", "{\"mail\":\"p@x.io\"}", "");
    for (size_t i = 0; i < 20; i++) {
        records[i] = (PtRecord){
            .klass = PT_RECORD_EVENT, .type = EVENT_TRACK, .payload = pt_buf_str(&payload)};
    }
    records[19].payload = PT_STR("no event at all");
    assert_int_equal(event_samples(NULL, records, 20, &out, sizes, NULL), PT_OK);
    assert_true(matches((PtStr){out.data, sizes[0]}, PT_STR("{\"~~~~\":\"~@~.~~\"}")));
    assert_int_equal(sizes[19], 0);
    pt_buf_done(&payload);
    pt_buf_done(&out);
}

/* ---- A dictionary of a log ---- */

/* What only event i holds. */
static void own_text(unsigned i, char out[24])
{
    PtRng rng;
    pt_rng_init(&rng, i);
    (void)snprintf(out, 24, "%08x%08x", (unsigned)pt_rng_u64(&rng), (unsigned)pt_rng_u64(&rng));
}

static PtStr part(const char *raw, const char *begin, size_t len)
{
    const char *at = strstr(raw, begin);
    assert_non_null(at);
    return (PtStr){at, len};
}

static void append_event(PtLog *log, PtBuf *payload, unsigned i)
{
    char raw[TEXT], own[24], user[32];
    uint64_t round = 0, offset = 0;
    own_text(i, own);
    (void)snprintf(user, sizeof user, "user-%s", own);
    (void)snprintf(
        raw, sizeof raw,
        "{\"type\":\"track\",\"event\":\"Product Viewed\",\"userId\":\"%s\",\"messageId\":\"m-%s\","
        "\"properties\":{\"sku\":\"SKU-%03u\",\"category\":\"home/lamps\",\"currency\":\"GBP\","
        "\"price\":%u.99,\"name\":\"desk lamp %u\"},\"context\":{\"library\":{\"name\":"
        "\"analytics.js\",\"version\":\"npm:next-1.76.0\"},\"ip\":\"10.%u.%u.1\",\"traits\":{"
        "\"email\":\"%s@example.com\"},\"userAgent\":\"Mozilla/5.0 (X11; Linux x86_64; rv:132.0) "
        "Gecko/20100101 Firefox/132.0\"}}",
        user, own, i % 300, i % 100, i % 40, i % 251, i % 241, own);
    const EventView v = {.type = EVENT_TRACK,
                         .message_id = part(raw, "m-", 18),
                         .name = part(raw, "Product Viewed", 14),
                         .user_id = part(raw, user, strlen(user)),
                         .raw = pt_str(raw)};
    pt_buf_clear(payload, SIZE_MAX);
    event_payload_write(payload, &v);
    const PtRecord r = {
        .klass = PT_RECORD_EVENT, .type = EVENT_TRACK, .source = 1, .payload = pt_buf_str(payload)};
    assert_int_equal(pt_log_append(log, &r, &round, &offset, NULL), PT_OK);
}

static void fill(PtLog *log)
{
    PtBuf payload;
    pt_buf_init(&payload, 1 << 16);
    for (unsigned i = 0; i < EVENTS; i++) {
        append_event(log, &payload, i);
    }
    pt_buf_done(&payload);
    assert_int_equal(pt_log_commit(log, NULL), PT_OK);
    assert_int_equal(pt_log_archive_all(log, NULL), PT_OK);
}

/* How many events' own texts stand in the dictionary; and what the archive takes of the raw bytes.
 */
static unsigned own_in_dictionary(PtLogSamplesFn *samples, double *ret_share)
{
    PtFs *disk = fault_fs_new(4);
    PtLog *log = NULL;
    PtLogConfig c = pt_log_config_default();
    char *bytes = NULL;
    size_t len = 0;
    unsigned found = 0;
    assert_non_null(disk);
    c.fs = disk;
    c.dir = "/log";
    c.segment_bytes = 8 << 20;
    c.start_threads = false;
    c.samples = samples;
    assert_int_equal(pt_log_open(&c, &log, NULL), PT_OK);
    fill(log);
    const PtLogStats s = pt_log_stats(log);
    *ret_share = (double)s.archive_bytes / (double)s.archive_raw_bytes;
    assert_int_equal(pt_fs_read(disk, "/log/dict-00000001.ptd", 1 << 20, &bytes, &len, NULL),
                     PT_OK);
    assert_non_null(memmem(bytes, len, "Firefox/132.0", 13)); // it has learnt something
    for (unsigned i = 0; i < EVENTS; i++) {
        char own[24];
        own_text(i, own);
        found += memmem(bytes, len, own, 16) != NULL;
    }
    free(bytes);
    pt_log_close(log);
    fault_fs_free(disk);
    return found;
}

static void test_dictionary_holds_nobody(void **state)
{
    (void)state;
    double plain = 0, chosen = 0;
    assert_true(own_in_dictionary(NULL, &plain) > 0); // so the search would find them
    assert_int_equal(own_in_dictionary(event_samples, &chosen), 0);
    (void)printf("archive of raw: %.4f, with chosen samples %.4f\n", plain, chosen);
    assert_true(chosen < 0.25); // these are short and mostly ids; demo traffic takes 0.15
}

int main(void)
{
    struct CMUnitTest tests[32];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, texts, test_text);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_one_person_is_one_subject);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_dictionary_holds_nobody);
    return _cmocka_run_group_tests("samples", tests, n, NULL, NULL);
}
