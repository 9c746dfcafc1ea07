// SPDX-License-Identifier: Apache-2.0
#include "events/intake.h"
#include "events/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const int64_t received = 1763776800000;

static PtRecord record_of(const PtBuf *payload, PtRecordClass klass, EventType type)
{
    return (PtRecord){.time_ms = received,
                      .klass = (uint8_t)klass,
                      .type = (uint8_t)type,
                      .payload = pt_buf_str(payload)};
}

static void assert_str(PtStr got, PtStr want)
{
    assert_int_equal(got.len, want.len);
    assert_memory_equal(got.data != NULL ? got.data : "", want.data != NULL ? want.data : "",
                        want.len);
}

static EventView full_view(PtStr raw)
{
    return (EventView){
        .type = EVENT_TRACK,
        .message_id = {raw.data + 10, 3}, // a slice of raw: stored as a reference
        .name = PT_STR("Order Completed"),
        .user_id = {raw.data, raw.len},
        .anonymous_id = PT_STR("a"),
        .original_ms = received - 86400000,
        .has_original = true,
        .sent_ms = received + 5,
        .has_sent = true,
        .received_ms = received,
        .timestamp_ms = -62135596800000,
        .redrive_of = UINT64_MAX,
        .ip = PT_STR("::1"),
        .raw = raw,
        .common = PT_STR("{\"context\":{}}"),
        .plan = PT_STR("{\"id\":\"p\"}"),
    };
}

static void every_field_comes_back(void **state)
{
    (void)state;
    EventView v = full_view(PT_STR("{\"userId\":\"abc\"}")), got;
    PtBuf buf;
    pt_buf_init(&buf, 1 << 16);
    event_payload_write(&buf, &v);
    PtRecord r = record_of(&buf, PT_RECORD_EVENT, EVENT_TRACK);
    assert_int_equal(event_payload_read(&r, &got, NULL), PT_OK);
    assert_int_equal(got.type, EVENT_TRACK);
    assert_int_equal(got.reason, EVENT_REASON_NONE);
    assert_str(got.message_id, v.message_id);
    assert_str(got.name, v.name);
    assert_str(got.user_id, v.user_id);
    assert_str(got.anonymous_id, v.anonymous_id);
    assert_str(got.ip, v.ip);
    assert_str(got.raw, v.raw);
    assert_str(got.common, v.common);
    assert_str(got.plan, v.plan);
    assert_true(got.has_original && got.has_sent);
    assert_int_equal(got.original_ms, v.original_ms);
    assert_int_equal(got.sent_ms, v.sent_ms);
    assert_int_equal(got.received_ms, received);
    assert_int_equal(got.timestamp_ms, v.timestamp_ms);
    assert_true(got.redrive_of == UINT64_MAX);
    pt_buf_done(&buf);
}

static void slices_of_raw_cost_no_copy(void **state)
{
    (void)state;
    PtStr raw = PT_STR("{\"userId\":\"0123456789012345678901234567890123456789\"}");
    EventView v = {.type = EVENT_TRACK,
                   .received_ms = received,
                   .timestamp_ms = received,
                   .raw = raw,
                   .user_id = {raw.data + 11, 40}};
    PtBuf buf;
    pt_buf_init(&buf, 1 << 16);
    event_payload_write(&buf, &v);
    assert_true(buf.len < raw.len + 20);
    pt_buf_done(&buf);
}

/* Every cut and every flipped bit either still parses (a text byte changed) or is PT_CORRUPT. */
static void damage_is_seen_or_harmless(void **state)
{
    (void)state;
    EventView v = full_view(PT_STR("{\"userId\":\"abc\"}")), got;
    PtBuf buf;
    pt_buf_init(&buf, 1 << 16);
    event_payload_write(&buf, &v);
    size_t common = v.common.len;
    for (size_t len = 0; len < buf.len; len++) {
        char *cut = malloc(len > 0 ? len : 1);
        assert_non_null(cut);
        memcpy(cut, buf.data, len);
        PtRecord r = record_of(&buf, PT_RECORD_EVENT, EVENT_TRACK);
        r.payload = (PtStr){cut, len};
        PtStatus st = event_payload_read(&r, &got, NULL);
        assert_int_equal(st, len < buf.len - common ? PT_CORRUPT : PT_OK);
        free(cut);
    }
    for (size_t bit = 0; bit < buf.len * 8; bit++) {
        buf.data[bit / 8] = (char)(buf.data[bit / 8] ^ 1 << bit % 8);
        PtRecord r = record_of(&buf, PT_RECORD_EVENT, EVENT_TRACK);
        PtStatus st = event_payload_read(&r, &got, NULL);
        assert_true(st == PT_OK || st == PT_CORRUPT);
        assert_true(bit >= 8 || st == PT_CORRUPT); // the version
        buf.data[bit / 8] = (char)(buf.data[bit / 8] ^ 1 << bit % 8);
    }
    pt_buf_done(&buf);
}

static struct ClassCase {
    const char *name;
    PtRecordClass klass;
    unsigned type;
    EventReason reason;
    PtStatus want;
} class_cases[] = {
    {"an event has no reason", PT_RECORD_EVENT, EVENT_TRACK, EVENT_REASON_NONE, PT_OK},
    {"an event with a reason", PT_RECORD_EVENT, EVENT_TRACK, EVENT_REASON_NO_ID, PT_CORRUPT},
    {"an event without a type", PT_RECORD_EVENT, EVENT_UNKNOWN, EVENT_REASON_NONE, PT_CORRUPT},
    {"the last type", PT_RECORD_EVENT, EVENT_TYPE_COUNT - 1, EVENT_REASON_NONE, PT_OK},
    {"a type past the last", PT_RECORD_EVENT, EVENT_TYPE_COUNT, EVENT_REASON_NONE, PT_CORRUPT},
    {"quarantined", PT_RECORD_QUARANTINE, EVENT_UNKNOWN, EVENT_REASON_NO_TYPE, PT_OK},
    {"quarantined for nothing", PT_RECORD_QUARANTINE, EVENT_TRACK, EVENT_REASON_NONE, PT_CORRUPT},
    {"the last reason", PT_RECORD_QUARANTINE, EVENT_TRACK, EVENT_REASON_COUNT - 1, PT_OK},
    {"a reason past the last", PT_RECORD_QUARANTINE, EVENT_TRACK, EVENT_REASON_COUNT, PT_CORRUPT},
    {"a control record", PT_RECORD_CONTROL, EVENT_TRACK, EVENT_REASON_NONE, PT_CORRUPT},
};

static void class_case(void **state)
{
    const struct ClassCase *c = *state;
    EventView v = {.reason = c->reason, .received_ms = received, .timestamp_ms = received}, got;
    PtBuf buf;
    pt_buf_init(&buf, 1 << 16);
    event_payload_write(&buf, &v);
    PtRecord r = record_of(&buf, c->klass, (EventType)c->type);
    assert_int_equal(event_payload_read(&r, &got, NULL), c->want);
    pt_buf_done(&buf);
}

static void names_read_back(void **state)
{
    (void)state;
    for (unsigned i = EVENT_UNKNOWN + 1; i < EVENT_TYPE_COUNT; i++) {
        assert_int_equal(event_type_of(event_type_name((EventType)i)), i);
    }
    assert_int_equal(event_type_of(PT_STR("unknown")), EVENT_UNKNOWN);
    assert_int_equal(event_type_of(PT_STR("Track")), EVENT_UNKNOWN);
    assert_int_equal(event_type_of(PT_STR("")), EVENT_UNKNOWN);
    for (unsigned i = EVENT_REASON_NONE + 1; i < EVENT_REASON_COUNT; i++) {
        assert_int_equal(event_reason_of(event_reason_name((EventReason)i)), i);
        assert_true(event_reason_help((EventReason)i).len > 0);
    }
    assert_int_equal(event_reason_of(PT_STR("")), EVENT_REASON_NONE);
    assert_str(event_flag_name(0), PT_STR("derived_message_id"));
    assert_str(event_flag_name(8), PT_STR("unreadable_timestamp"));
    assert_str(event_flag_name(10), PT_STR("unplanned"));
    assert_str(event_flag_name(11), PT_STR("erased"));
    assert_null(event_flag_name(12).data);
}

static void v1_names_are_aliases(void **state)
{
    (void)state;
    assert_str(event_canonical_name(PT_STR("Viewed Product")), PT_STR("Product Viewed"));
    assert_str(event_canonical_name(PT_STR("Completed Order")), PT_STR("Order Completed"));
    assert_str(event_canonical_name(PT_STR("Viewed Product Category")),
               PT_STR("Product List Viewed"));
    assert_str(event_canonical_name(PT_STR("Order Completed")), PT_STR("Order Completed"));
    assert_str(event_canonical_name(PT_STR("completed order")), PT_STR("completed order"));
    assert_str(event_canonical_name(PT_STR("")), PT_STR(""));
}

int main(void)
{
    enum { CLASSES = sizeof class_cases / sizeof *class_cases, OTHERS = 5 };
    struct CMUnitTest tests[CLASSES + OTHERS] = {
        cmocka_unit_test(every_field_comes_back),     cmocka_unit_test(slices_of_raw_cost_no_copy),
        cmocka_unit_test(damage_is_seen_or_harmless), cmocka_unit_test(names_read_back),
        cmocka_unit_test(v1_names_are_aliases),
    };
    for (size_t i = 0; i < CLASSES; i++) {
        tests[OTHERS + i] =
            (struct CMUnitTest){class_cases[i].name, class_case, NULL, NULL, &class_cases[i]};
    }
    return cmocka_run_group_tests_name("events/record", tests, NULL, NULL);
}
