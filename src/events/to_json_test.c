// SPDX-License-Identifier: Apache-2.0
/* An event as exports and the debugger show it, field by field. */
#include "events/intake_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static RigBase base;

#define STAMPS                                                                                     \
    "\"timestamp\":\"2025-11-22T02:00:00.000Z\",\"originalTimestamp\":null,\"sentAt\":null,"       \
    "\"receivedAt\":\"2025-11-22T02:00:00.000Z\""
#define PATRON_OF(class, flags, more) PATRON_BEHIND("null", class, flags, more)
#define PATRON_BEHIND(profile, class, flags, more)                                                 \
    "\"profile_id\":" profile ",\"_patron\":{\"partition\":0,\"position\":0,"                      \
    "\"class\":\"" class "\",\"source\":\"Shop\",\"source_id\":\"s1\","                            \
    "\"flags\":[" flags "]" more "}}"
#define PATRON(flags, more)  PATRON_OF("event", flags, more)
#define REFUSED(flags, more) PATRON_OF("quarantine", flags, more)
#define BATCH                EVENT_CALL_BATCH, EVENT_UNKNOWN, NULL
#define TYPED(type)          EVENT_CALL_TYPED, EVENT_##type, NULL

static struct JsonCase {
    const char *name;
    EventCallKind kind;
    EventType type;
    const char *profile; /* NULL: nobody's */
    const char *body, *want;
} json_cases[] = {
    {"track with everything", TYPED(TRACK),
     "{\"writeKey\":\"k\",\"anonymousId\":\"a\",\"_metadata\":{\"n\":[1,2]},\"context\":{\"ip\":"
     "\"1.2.3.4\",\"library\":{\"name\":\"l\"}},\"event\":\"A\",\"properties\":{\"price\": 1.50},"
     "\"integrations\":{\"All\":true},\"userId\":7,\"messageId\":\"m\",\"timestamp\":"
     "\"2025-11-22T01:59:58.1234Z\",\"sentAt\":\"2025-11-22T01:59:59Z\",\"receivedAt\":\"x\","
     "\"_patron\":1,\"profile_id\":\"p\"}",
     "{\"messageId\":\"m\",\"type\":\"track\",\"event\":\"A\",\"userId\":\"7\",\"anonymousId\":"
     "\"a\",\"timestamp\":\"2025-11-22T01:59:59.123Z\",\"originalTimestamp\":"
     "\"2025-11-22T01:59:58.123Z\",\"sentAt\":\"2025-11-22T01:59:59.000Z\",\"receivedAt\":"
     "\"2025-11-22T02:00:00.000Z\",\"context\":{\"ip\":\"1.2.3.4\",\"library\":{\"name\":\"l\"}},"
     "\"integrations\":{\"All\":true},\"_metadata\":{\"n\":[1,2]},\"properties\":{\"price\": "
     "1.50}," PATRON("", "")},
    {"identify", TYPED(IDENTIFY),
     "{\"userId\":\"u\",\"messageId\":\"m\",\"traits\":{\"email\":null},\"name\":\"n\"}",
     "{\"messageId\":\"m\",\"type\":\"identify\",\"userId\":\"u\",\"anonymousId\":null," STAMPS
     ",\"traits\":{\"email\":null},\"name\":\"n\"," PATRON("\"no_sent_at\"", "")},
    {"page without a name", TYPED(PAGE),
     "{\"userId\":\"u\",\"messageId\":\"m\",\"name\":null,\"category\":null}",
     "{\"messageId\":\"m\",\"type\":\"page\",\"name\":null,\"userId\":\"u\",\"anonymousId\":"
     "null," STAMPS ",\"category\":null," PATRON("\"no_sent_at\"", "")},
    {"group: numbers as ids become text", TYPED(GROUP),
     "{\"userId\":\"u\",\"groupId\":5,\"messageId\":\"m\"}",
     "{\"messageId\":\"m\",\"type\":\"group\",\"userId\":\"u\",\"anonymousId\":null," STAMPS
     ",\"groupId\":\"5\"," PATRON("\"no_sent_at\"", "")},
    {"alias", TYPED(ALIAS), "{\"userId\":\"u\",\"previousId\":\"\\u0070\",\"messageId\":\"m\"}",
     "{\"messageId\":\"m\",\"type\":\"alias\",\"userId\":\"u\",\"anonymousId\":null," STAMPS
     ",\"previousId\":\"\\u0070\"," PATRON("\"no_sent_at\"", "")},
    {"a v1 name", TYPED(TRACK),
     "{\"event\":\"Viewed Product\",\"userId\":\"u\",\"messageId\":\"m\"}",
     "{\"messageId\":\"m\",\"type\":\"track\",\"event\":\"Product Viewed\",\"userId\":\"u\","
     "\"anonymousId\":null," STAMPS
     "," PATRON("\"no_sent_at\",\"aliased_name\"", ",\"received_name\":\"Viewed Product\"")},
    {"the batch's context lies under the item's", BATCH,
     "{\"context\":{\"a\":1,\"b\":{\"x\":1},\"c\":3},\"integrations\":{\"All\":false,\"X\":1},"
     "\"sequence\":9,\"batch\":[{\"type\":\"page\",\"userId\":\"u\",\"messageId\":\"m\","
     "\"context\":{\"\\u0062\":{\"y\":2},\"d\":4},\"integrations\":{\"X\":2}}]}",
     "{\"messageId\":\"m\",\"type\":\"page\",\"name\":null,\"userId\":\"u\",\"anonymousId\":"
     "null," STAMPS
     ",\"context\":{\"a\":1,\"c\":3,\"b\":{\"y\":2},\"d\":4},\"integrations\":{\"All\":"
     "false,\"X\":2}," PATRON("\"no_sent_at\"", "")},
    {"an item without context has the batch's", BATCH,
     "{\"context\":{\"a\":1},\"batch\":[{\"type\":\"page\",\"userId\":\"u\",\"messageId\":\"m\","
     "\"context\":null}]}",
     "{\"messageId\":\"m\",\"type\":\"page\",\"name\":null,\"userId\":\"u\",\"anonymousId\":"
     "null," STAMPS ",\"context\":{\"a\":1}," PATRON("\"no_sent_at\"", "")},
    {"the batch's context is no object", BATCH,
     "{\"context\":5,\"batch\":[{\"type\":\"page\",\"userId\":\"u\",\"messageId\":\"m\"}]}",
     "{\"messageId\":\"m\",\"type\":\"page\",\"name\":null,\"userId\":\"u\",\"anonymousId\":"
     "null," STAMPS "," PATRON("\"no_sent_at\"", "")},
    {"context.direct takes the connection's address", BATCH,
     "{\"context\":{\"direct\":true},\"batch\":[{\"type\":\"page\",\"userId\":\"u\","
     "\"messageId\":\"m\"}]}",
     "{\"messageId\":\"m\",\"type\":\"page\",\"name\":null,\"userId\":\"u\",\"anonymousId\":"
     "null," STAMPS
     ",\"context\":{\"direct\":true,\"ip\":\"203.0.113.9\"}," PATRON("\"no_sent_at\"", "")},
    {"an address that was sent stays", TYPED(PAGE),
     "{\"context\":{\"direct\":true,\"ip\":\"9.9.9.9\"},\"userId\":\"u\",\"messageId\":\"m\"}",
     "{\"messageId\":\"m\",\"type\":\"page\",\"name\":null,\"userId\":\"u\",\"anonymousId\":"
     "null," STAMPS
     ",\"context\":{\"direct\":true,\"ip\":\"9.9.9.9\"}," PATRON("\"no_sent_at\"", "")},
    {"equal keys and broken text at every level", TYPED(TRACK),
     "{\"event\":\"\\ud800\",\"userId\":\"u\",\"messageId\":\"m\",\"x\":1,\"properties\":{\"a\":1,"
     "\"b\":[{\"c\":1,\"d\":[],\"c\":\"\\u0000\\n\"}, 1.0e5 ,true],\"\\u0061\":{},\"e\":[[]]},"
     "\"x\":\"\\ud83d\\ude00\"}",
     "{\"messageId\":\"m\",\"type\":\"track\",\"event\":\"\xEF\xBF\xBD\",\"userId\":\"u\","
     "\"anonymousId\":null," STAMPS ",\"properties\":{\"b\":[{\"d\":[],\"c\":\"\xEF\xBF\xBD\\n\"},"
     "1.0e5,true],\"a\":{},\"e\":[[]]},\"x\":\"\xF0\x9F\x98\x80\"," PATRON(
         "\"replaced_text\",\"duplicate_key\",\"no_sent_at\"", "")},
    {"refused, and shown with its members", TYPED(TRACK),
     "{\"event\":5,\"userId\":\"u\",\"messageId\":\"m\",\"context\":[1],\"p\":1}",
     "{\"messageId\":\"m\",\"type\":\"track\",\"event\":\"5\",\"userId\":\"u\",\"anonymousId\":"
     "null," STAMPS ",\"context\":[1],\"p\":1," REFUSED(
         "\"no_sent_at\"", ",\"reason\":\"wrong_type\",\"detail\":\"event is a number\"")},
    {"no object is shown as text", BATCH, "{\"batch\":[\"a\\\"\"]}",
     "{\"messageId\":\"ID\",\"type\":\"unknown\",\"userId\":null,\"anonymousId\":null," STAMPS
     ",\"raw\":\"\\\"a\\\\\\\"\\\"\"," REFUSED(
         "\"derived_message_id\",\"no_sent_at\"",
         ",\"reason\":\"not_an_object\",\"detail\":\"the event is a string\"")},
    {"somebody's, whatever the event says", EVENT_CALL_TYPED, EVENT_PAGE, "p2",
     "{\"userId\":\"u\",\"messageId\":\"m\",\"profile_id\":\"p1\"}",
     "{\"messageId\":\"m\",\"type\":\"page\",\"name\":null,\"userId\":\"u\",\"anonymousId\":"
     "null," STAMPS "," PATRON_BEHIND("\"p2\"", "event", "\"no_sent_at\"", "")},
};

static void read_first(PtLog *log, PtLogReader **reader, const PtRecord **record)
{
    size_t count = 0;
    assert_int_equal(pt_log_reader_open(log, NULL, 0, 0, reader, NULL), PT_OK);
    assert_int_equal(pt_log_fetch(*reader, 1, true, record, &count, NULL), PT_OK);
    assert_int_equal(count, 1);
}

static void json_case(void **state)
{
    const struct JsonCase *c = *state;
    PtFs *fs = fault_fs_new(1);
    Rig rig;
    assert_true(rig_open(&rig, &base, fs, (RigOptions){0}));
    EventOutcome o;
    assert_int_equal(rig_call(&rig, c->kind, c->type, RIG_PLAIN, c->body, &o, NULL), PT_OK);
    PtLogReader *reader = NULL;
    const PtRecord *record = NULL;
    read_first(rig.log, &reader, &record);
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    PtBuf out;
    pt_buf_init(&out, 1 << 20);
    EventSourceName source = {PT_STR("s1"), PT_STR("Shop")};
    const PtStr profile = c->profile != NULL ? pt_str(c->profile) : PT_STR("");
    assert_int_equal(event_to_json(record, &source, profile, arena, &out, NULL), PT_OK);
    assert_int_equal(pt_json_check(pt_buf_str(&out), 64, NULL), PT_OK);
    pt_buf_add_char(&out, '\0');
    const char *made = strstr(c->want, "\"ID\"");
    if (made != NULL) { // an id that is new each time
        size_t at = (size_t)(made - c->want) + 1;
        memmove(out.data + at + 2, out.data + at + 36, out.len - at - 36);
        memcpy(out.data + at, "ID", 2);
    }
    assert_string_equal(out.data, c->want);
    pt_buf_done(&out);
    pt_log_reader_close(reader);
    rig_close(&rig);
    fault_fs_free(fs);
}

static void failure_leaves_the_buffer_alone(void **state)
{
    (void)state;
    EventView v = {.type = EVENT_PAGE,
                   .raw = PT_STR("{\"userId\":\"u\"}"),
                   .received_ms = RIG_NOW,
                   .timestamp_ms = RIG_NOW};
    PtBuf payload, out;
    pt_buf_init(&payload, 1 << 16);
    pt_buf_init(&out, 100);
    event_payload_write(&payload, &v);
    PtRecord r = {.time_ms = RIG_NOW,
                  .klass = PT_RECORD_EVENT,
                  .type = EVENT_PAGE,
                  .payload = pt_buf_str(&payload)};
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    EventSourceName nobody = {{NULL, 0}, {NULL, 0}};
    pt_buf_add_str(&out, PT_STR("before"));
    PtError err;
    assert_int_equal(event_to_json(&r, &nobody, PT_STR(""), arena, &out, &err), PT_TOO_LARGE);
    assert_int_equal(out.len, 6);
    r.payload.len = 3;
    assert_int_equal(event_to_json(&r, &nobody, PT_STR(""), arena, &out, &err), PT_CORRUPT);
    PT_CLEANUP(pt_arena_freep) PtArena *small = pt_arena_new(16);
    r.payload = pt_buf_str(&payload);
    pt_buf_done(&out);
    pt_buf_init(&out, 1 << 16);
    assert_int_equal(event_to_json(&r, &nobody, PT_STR(""), small, &out, &err), PT_NO_MEMORY);
    assert_int_equal(out.len, 0);
    assert_int_equal(event_to_json(&r, &nobody, PT_STR(""), arena, &out, &err), PT_OK);
    pt_buf_done(&out);
    pt_buf_done(&payload);
}

static int open_base(void **state)
{
    (void)state;
    return rig_base_open(&base) ? 0 : -1;
}

static int close_base(void **state)
{
    (void)state;
    rig_base_close(&base);
    return 0;
}

int main(void)
{
    enum { CASES = sizeof json_cases / sizeof *json_cases };
    struct CMUnitTest tests[CASES + 1] = {cmocka_unit_test(failure_leaves_the_buffer_alone)};
    for (size_t i = 0; i < CASES; i++) {
        tests[1 + i] =
            (struct CMUnitTest){json_cases[i].name, json_case, NULL, NULL, &json_cases[i]};
    }
    return cmocka_run_group_tests_name("events/to_json", tests, open_base, close_base);
}
