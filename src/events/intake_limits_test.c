// SPDX-License-Identifier: Apache-2.0
/* Both sides of every bound of the intake, its keys, and what it does when log, dedupe or memory
 * refuse.
 */
#include "events/intake_rig.h"

#include <errno.h>
#include <fault/fault_alloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static RigBase base;

typedef struct Test {
    Rig rig;
    PtBuf body;
    EventOutcome o;
    PtError err;
} Test;

static void setup(Test *t, uint64_t pending_bytes)
{
    *t = (Test){0};
    PtFs *fs = fault_fs_new(7);
    assert_non_null(fs);
    assert_true(rig_open(&t->rig, &base, fs, (RigOptions){.pending_bytes = pending_bytes}));
    pt_buf_init(&t->body, 8 << 20);
}

static void teardown(Test *t)
{
    PtFs *fs = t->rig.fs;
    rig_close(&t->rig);
    fault_fs_free(fs);
    pt_buf_done(&t->body);
}

static void repeat(PtBuf *b, const char *text, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        pt_buf_add_str(b, pt_str(text));
    }
}

static PtStatus send_body(Test *t)
{
    EventCall call = {.kind = EVENT_CALL_BATCH,
                      .body = pt_buf_str(&t->body),
                      .key = pt_str(base.source[RIG_PLAIN].write_key)};
    t->o = (EventOutcome){0};
    PtStatus st = events_intake(t->rig.intake, &call, &t->o, &t->err);
    if (st == PT_OK && t->o.round != 0) {
        st = pt_log_commit(t->rig.log, &t->err) == PT_OK ? PT_OK : PT_UNAVAILABLE;
    }
    return st;
}

/* {"batch":[ ...page events with ids from `first`... ]} */
static void pages(PtBuf *b, size_t first, size_t count)
{
    pt_buf_clear(b, SIZE_MAX);
    pt_buf_printf(b, "{\"batch\":[");
    for (size_t i = 0; i < count; i++) {
        pt_buf_printf(b, "%s{\"type\":\"page\",\"userId\":\"u\",\"messageId\":\"%zu\"}",
                      i > 0 ? "," : "", first + i);
    }
    pt_buf_printf(b, "]}");
}

static EventView read_at(Test *t, uint64_t offset, PtArena *arena, PtRecord *ret_record)
{
    PtLogReader *reader = NULL;
    const PtRecord *records = NULL;
    size_t count = 0;
    EventView v;
    assert_int_equal(pt_log_reader_open(t->rig.log, NULL, 0, offset, &reader, NULL), PT_OK);
    assert_int_equal(pt_log_fetch(reader, 1, true, &records, &count, NULL), PT_OK);
    assert_int_equal(count, 1);
    *ret_record = records[0];
    ret_record->payload = pt_arena_str(arena, records[0].payload);
    pt_log_reader_close(reader);
    assert_int_equal(event_payload_read(ret_record, &v, NULL), PT_OK);
    return v;
}

static EventReason reason_of_last(Test *t)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(8 << 20);
    PtRecord r;
    return read_at(t, pt_log_end(t->rig.log, 0) - 1, arena, &r).reason;
}

static void event_bytes(void **state)
{
    (void)state;
    Test t;
    setup(&t, 0);
    for (size_t size = EVENT_MAX_BYTES - 1; size <= EVENT_MAX_BYTES + 1; size++) {
        for (int batch = 0; batch < 2; batch++) {
            pt_buf_clear(&t.body, SIZE_MAX);
            pt_buf_printf(&t.body, "%s", batch ? "{\"batch\":[ " : " ");
            size_t from = t.body.len;
            pt_buf_printf(&t.body,
                          "{\"type\":\"page\",\"userId\":\"u\",\"messageId\":\"%zu-%d\",\"x\":\"",
                          size, batch);
            repeat(&t.body, "x", size - (t.body.len - from) - 2);
            pt_buf_printf(&t.body, "\"}");
            assert_int_equal(t.body.len - from, size);
            pt_buf_printf(&t.body, "%s", batch ? " ]}" : " ");
            assert_int_equal(send_body(&t), PT_OK);
            assert_int_equal(t.o.accepted, size <= EVENT_MAX_BYTES);
            assert_int_equal(t.o.quarantined, size > EVENT_MAX_BYTES);
            assert_int_equal(reason_of_last(&t),
                             size > EVENT_MAX_BYTES ? EVENT_REASON_TOO_LARGE : EVENT_REASON_NONE);
        }
    }
    teardown(&t);
}

static void message_id_bytes(void **state)
{
    (void)state;
    Test t;
    setup(&t, 0);
    static const struct {
        const char *text;
        size_t count;
        bool lands;
    } rows[] = {{"m", 255, true},        {"m", 256, false},
                {"\xC3\xA4", 127, true}, {"\xC3\xA4", 128, false}, // bytes, not characters
                {"\\u00e4", 127, true},  {"\\u00e4", 128, false},  // decoded bytes
                {"\\u006d", 255, true}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        pt_buf_clear(&t.body, SIZE_MAX);
        pt_buf_printf(&t.body, "{\"type\":\"page\",\"userId\":\"%zu\",\"messageId\":\"", i);
        repeat(&t.body, rows[i].text, rows[i].count);
        pt_buf_printf(&t.body, "\"}");
        assert_int_equal(send_body(&t), PT_OK);
        bool known = i == 4 || i == 5 || i == 6; // the same text in another spelling
        assert_int_equal(t.o.accepted, rows[i].lands && !known);
        assert_int_equal(t.o.quarantined, !rows[i].lands && !known);
        assert_int_equal(t.o.duplicates, known);
    }
    assert_int_equal(reason_of_last(&t), EVENT_REASON_MESSAGE_ID_TOO_LONG);
    teardown(&t);
}

static void event_levels(void **state)
{
    (void)state;
    Test t;
    setup(&t, 0);
    for (unsigned levels = 32; levels <= 33; levels++) {
        for (int batch = 0; batch < 2; batch++) {
            pt_buf_clear(&t.body, SIZE_MAX);
            pt_buf_printf(&t.body, "%s{\"type\":\"page\",\"userId\":\"u\",\"messageId\":\"%u-%d\"",
                          batch ? "{\"batch\":[" : "", levels, batch);
            pt_buf_printf(&t.body, ",\"x\":");
            repeat(&t.body, "[", levels - 1);
            repeat(&t.body, "]", levels - 1);
            pt_buf_printf(&t.body, "%s", batch ? "}]}" : "}");
            assert_int_equal(send_body(&t), PT_OK);
            assert_int_equal(t.o.accepted, levels == 32);
            assert_int_equal(reason_of_last(&t),
                             levels == 32 ? EVENT_REASON_NONE : EVENT_REASON_TOO_DEEP);
        }
    }
    teardown(&t);
}

/* A body over the parser's own depth is not taken as JSON at all. */
static void body_levels(void **state)
{
    (void)state;
    Test t;
    setup(&t, 0);
    for (unsigned levels = PT_JSON_MAX_DEPTH; levels <= PT_JSON_MAX_DEPTH + 1; levels++) {
        pt_buf_clear(&t.body, SIZE_MAX);
        pt_buf_printf(&t.body, "{\"batch\":[");
        repeat(&t.body, "[", levels - 2);
        repeat(&t.body, "]", levels - 2);
        pt_buf_printf(&t.body, "]}");
        bool deep = levels > PT_JSON_MAX_DEPTH;
        assert_int_equal(send_body(&t), deep ? PT_INVALID : PT_OK);
        assert_int_equal(t.o.quarantined, !deep);
    }
    teardown(&t);
}

static void body_bytes(void **state)
{
    (void)state;
    Test t;
    setup(&t, 0);
    pt_buf_printf(&t.body, "{\"type\":\"page\",\"userId\":\"u\",\"messageId\":\"m\",\"x\":\"");
    repeat(&t.body, "x", EVENT_BODY_MAX - 2 - t.body.len);
    pt_buf_printf(&t.body, "\"}");
    assert_int_equal(t.body.len, EVENT_BODY_MAX);
    assert_int_equal(send_body(&t), PT_OK);
    assert_int_equal(t.o.quarantined, 1);
    assert_int_equal(reason_of_last(&t), EVENT_REASON_TOO_LARGE);
    pt_buf_add_char(&t.body, ' ');
    assert_int_equal(send_body(&t), PT_TOO_LARGE);
    assert_int_equal(pt_log_end(t.rig.log, 0), 1);
    teardown(&t);
}

/* The id cannot be kept decoded beside the text: the record would be larger than the log takes. */
static void a_huge_id_with_escapes(void **state)
{
    (void)state;
    Test t;
    setup(&t, 0);
    pt_buf_printf(&t.body, "{\"batch\":[{\"type\":\"page\",\"userId\":\"\\n");
    repeat(&t.body, "x", 3 << 20);
    pt_buf_printf(&t.body, "\",\"messageId\":\"");
    repeat(&t.body, "y", 1 << 19);
    pt_buf_printf(&t.body, "\"}]}");
    assert_int_equal(send_body(&t), PT_OK);
    assert_int_equal(t.o.quarantined, 1);
    assert_int_equal(reason_of_last(&t), EVENT_REASON_TOO_LARGE);
    assert_int_equal(send_body(&t), PT_OK);
    assert_int_equal(t.o.duplicates, 1);
    teardown(&t);
}

static void any_number_of_events(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 255, 256, 257, 512, 513, 2500, 2501, 3900};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        Test t;
        setup(&t, 0);
        pages(&t.body, 0, counts[i]);
        assert_int_equal(send_body(&t), PT_OK);
        assert_int_equal(t.o.accepted, counts[i]);
        assert_int_equal(pt_log_end(t.rig.log, 0), counts[i]);
        assert_int_equal(send_body(&t), PT_OK);
        assert_int_equal(t.o.duplicates, counts[i]);
        assert_int_equal(t.o.round, 0);
        teardown(&t);
    }
}

/* The smallest events there are, to the last byte of a body, under the tables of a real server. */
static void as_many_as_a_body_holds(void **state)
{
    (void)state;
    Test t = {0};
    PtFs *fs = fault_fs_new(7);
    assert_true(rig_open(&t.rig, &base, fs, (RigOptions){.table_ids = 262144}));
    pt_buf_init(&t.body, 8 << 20);
    pt_buf_printf(&t.body, "{\"batch\":[");
    size_t count = 0;
    while (t.body.len < EVENT_BODY_MAX - 64) {
        pt_buf_printf(&t.body, "%s{\"type\":\"page\",\"userId\":\"%zu\"}", count > 0 ? "," : "",
                      count % 10);
        count++;
    }
    pt_buf_printf(&t.body, "]}");
    assert_true(count > 120000);
    assert_int_equal(send_body(&t), PT_OK);
    assert_int_equal(t.o.accepted, count);
    assert_int_equal(pt_log_end(t.rig.log, 0), count);
    teardown(&t);
}

/* Behind the drafts that are staged, an item is read from the text again. */
static void long_batches_are_read_to_the_end(void **state)
{
    (void)state;
    Test t;
    setup(&t, 0);
    pt_buf_printf(&t.body, "{\"batch\":[");
    for (unsigned i = 0; i < 300; i++) {
        pt_buf_printf(&t.body, "%s%s", i > 0 ? "\n , " : "", i % 3 == 0 ? "[ ]" : "\"]\"");
    }
    pt_buf_printf(&t.body, ", {\"type\":\"page\",\"userId\":\"\\u0062\",\"messageId\":\"m\"} ] , "
                           "\"sentAt\":\"2025-11-22T02:00:00Z\"}");
    assert_int_equal(send_body(&t), PT_OK);
    assert_int_equal(t.o.quarantined, 300);
    assert_int_equal(t.o.accepted, 1);
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(8 << 20);
    PtRecord r;
    EventView v = read_at(&t, 300, arena, &r);
    assert_true(pt_str_eq(v.user_id, PT_STR("b")));
    assert_true(v.has_sent);
    teardown(&t);
}

static void common_bounds(void **state)
{
    (void)state;
    for (unsigned over = 0; over <= 1; over++) {
        Test t;
        setup(&t, 0);
        pt_buf_printf(&t.body, "{\"x\":\"");
        repeat(&t.body, "x", EVENT_MAX_BYTES + over - 8);
        pt_buf_printf(&t.body, "\",\"writeKey\":\"k\",\"batch\":[");
        pt_buf_printf(&t.body, "{\"type\":\"page\",\"userId\":\"u\",\"messageId\":\"m\"},7]}");
        assert_int_equal(send_body(&t), PT_OK);
        assert_int_equal(t.o.accepted, !over);
        PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(8 << 20);
        PtRecord r;
        EventView v = read_at(&t, 0, arena, &r);
        assert_int_equal(v.common.len, EVENT_MAX_BYTES + over);
        assert_int_equal(v.reason, over ? EVENT_REASON_TOO_LARGE : EVENT_REASON_NONE);
        assert_int_equal(reason_of_last(&t), EVENT_REASON_NOT_AN_OBJECT);

        pt_buf_clear(&t.body, SIZE_MAX);
        pt_buf_printf(&t.body, "{\"x\":");
        repeat(&t.body, "[", 31 + over);
        repeat(&t.body, "]", 31 + over);
        pt_buf_printf(&t.body,
                      ",\"batch\":[{\"type\":\"page\",\"userId\":\"u\",\"messageId\":\"n\"}]}");
        assert_int_equal(send_body(&t), PT_OK);
        assert_int_equal(reason_of_last(&t), over ? EVENT_REASON_TOO_DEEP : EVENT_REASON_NONE);
        teardown(&t);
    }
}

/* Small events under large members of their batch would be gigabytes in the log. */
static void a_call_cannot_flood_the_log(void **state)
{
    (void)state;
    Test t;
    setup(&t, 0);
    pt_buf_printf(&t.body, "{\"x\":\"");
    repeat(&t.body, "x", 1 << 20);
    pt_buf_printf(&t.body, "\",\"batch\":[0");
    repeat(&t.body, ",0", 100);
    pt_buf_printf(&t.body, "]}");
    assert_int_equal(send_body(&t), PT_TOO_LARGE);
    assert_int_equal(pt_log_end(t.rig.log, 0), 0);
    teardown(&t);
}

static struct KeyCase {
    const char *name, *header, *body; /* "$" and "%": the plain and the disabled source's key */
    PtStatus want;
    uint32_t want_discarded;
} key_cases[] = {
    {"the header's key", "$", "{\"batch\":[]}", PT_OK, 0},
    {"the body's key", "", "{\"batch\":[],\"writeKey\":\"$\"}", PT_OK, 0},
    {"the body's key before the batch", "", "{\"writeKey\":\"$\",\"batch\":[]}", PT_OK, 0},
    {"no key", "", "{\"batch\":[]}", PT_UNAUTHENTICATED, 0},
    {"an empty key in the body", "", "{\"batch\":[],\"writeKey\":\"\"}", PT_UNAUTHENTICATED, 0},
    {"a null key in the body", "", "{\"batch\":[],\"writeKey\":null}", PT_UNAUTHENTICATED, 0},
    {"a key that is an object", "", "{\"batch\":[],\"writeKey\":{}}", PT_UNAUTHENTICATED, 0},
    {"an unknown key in the header", "x", "{\"batch\":[],\"writeKey\":\"$\"}", PT_UNAUTHENTICATED,
     0},
    {"an unknown key in the body", "", "{\"batch\":[],\"writeKey\":\"x\"}", PT_UNAUTHENTICATED, 0},
    {"the header's key wins", "%", "{\"batch\":[1],\"writeKey\":\"$\"}", PT_OK, 1},
    {"a bad body without a key is a bad body", "", "{", PT_INVALID, 0},
};

static void key_case(void **state)
{
    const struct KeyCase *c = *state;
    Test t;
    setup(&t, 0);
    for (const char *p = c->body; *p != '\0'; p++) {
        if (*p == '$') {
            pt_buf_printf(&t.body, "%s", base.source[RIG_PLAIN].write_key);
        } else {
            pt_buf_add_char(&t.body, *p);
        }
    }
    EventCall call = {.kind = EVENT_CALL_BATCH, .body = pt_buf_str(&t.body)};
    call.key = *c->header == '$'   ? pt_str(base.source[RIG_PLAIN].write_key)
               : *c->header == '%' ? pt_str(base.source[RIG_DISABLED].write_key)
                                   : pt_str(c->header);
    assert_int_equal(events_intake(t.rig.intake, &call, &t.o, &t.err), c->want);
    assert_int_equal(t.o.discarded, c->want_discarded);
    teardown(&t);
}

static void a_pixel_keeps_the_address_unasked(void **state)
{
    (void)state;
    Test t;
    setup(&t, 0);
    EventCall call = {.kind = EVENT_CALL_TYPED,
                      .type = EVENT_PAGE,
                      .body = PT_STR("{\"userId\":\"u\"}"),
                      .key = pt_str(base.source[RIG_PLAIN].write_key),
                      .peer = PT_STR("2001:db8::1"),
                      .keep_peer = true};
    assert_int_equal(events_intake(t.rig.intake, &call, &t.o, NULL), PT_OK);
    assert_int_equal(pt_log_commit(t.rig.log, NULL), PT_OK);
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(8 << 20);
    PtRecord r;
    assert_true(pt_str_eq(read_at(&t, 0, arena, &r).ip, PT_STR("2001:db8::1")));
    teardown(&t);
}

static void sources_do_not_share_ids(void **state)
{
    (void)state;
    Test t;
    setup(&t, 0);
    const char *body = "{\"userId\":\"u\",\"messageId\":\"m\"}";
    for (unsigned i = 0; i < 4; i++) {
        RigSource source = i % 2 == 0 ? RIG_PLAIN : RIG_KEEP;
        assert_int_equal(rig_call(&t.rig, EVENT_CALL_TYPED, EVENT_PAGE, source, body, &t.o, NULL),
                         PT_OK);
        assert_int_equal(t.o.accepted, i < 2);
        assert_int_equal(t.o.source, base.source[source].number);
    }
    teardown(&t);
}

static void ids_are_known_after_a_restart(void **state)
{
    (void)state;
    Test t;
    setup(&t, 0);
    PtFs *fs = t.rig.fs;
    for (unsigned i = 0; i < 3; i++) {
        pages(&t.body, 0, 1000);
        assert_int_equal(send_body(&t), PT_OK);
        assert_int_equal(t.o.accepted, i == 0 ? 1000 : 0);
        rig_close(&t.rig);
        if (i == 1) {
            fault_fs_crash(fs, 3);
        }
        assert_true(rig_open(&t.rig, &base, fs, (RigOptions){0}));
    }
    teardown(&t);
}

/* ---- Refusals ---- */

static void a_full_queue_is_busy_and_a_retry_doubles_nothing(void **state)
{
    (void)state;
    Test t;
    setup(&t, 20000);
    pages(&t.body, 0, 600);
    EventCall call = {.kind = EVENT_CALL_BATCH,
                      .body = pt_buf_str(&t.body),
                      .key = pt_str(base.source[RIG_PLAIN].write_key)};
    unsigned tries = 0;
    while (events_intake(t.rig.intake, &call, &t.o, &t.err) != PT_OK) {
        assert_int_equal(t.err.status, PT_BUSY);
        assert_int_equal(pt_log_commit(t.rig.log, NULL), PT_OK);
        assert_true(++tries < 20);
    }
    assert_true(tries > 1);
    assert_int_equal(pt_log_commit(t.rig.log, NULL), PT_OK);
    assert_int_equal(pt_log_end(t.rig.log, 0), 600);
    teardown(&t);
}

static void a_failed_round_is_unavailable_and_its_retry_lands(void **state)
{
    (void)state;
    Test t;
    setup(&t, 0);
    pages(&t.body, 0, 10);
    fault_fs_fail(t.rig.fs, FAULT_DATASYNC, 1, EIO);
    assert_int_equal(send_body(&t), PT_UNAVAILABLE);
    assert_int_equal(pt_log_end(t.rig.log, 0), 0);
    assert_int_equal(t.rig.failed_rounds, 1);
    assert_int_equal(send_body(&t), PT_OK);
    assert_int_equal(t.o.accepted, 10);
    assert_int_equal(send_body(&t), PT_OK);
    assert_int_equal(t.o.duplicates, 10);
    assert_int_equal(pt_log_end(t.rig.log, 0), 10);
    teardown(&t);
}

static void a_duplicate_of_a_pending_event_waits_for_its_round(void **state)
{
    (void)state;
    Test t;
    setup(&t, 0);
    pages(&t.body, 0, 1);
    EventCall call = {.kind = EVENT_CALL_BATCH,
                      .body = pt_buf_str(&t.body),
                      .key = pt_str(base.source[RIG_PLAIN].write_key)};
    EventOutcome first, second;
    assert_int_equal(events_intake(t.rig.intake, &call, &first, NULL), PT_OK);
    assert_int_equal(events_intake(t.rig.intake, &call, &second, NULL), PT_OK);
    assert_int_equal(second.duplicates, 1);
    assert_true(second.round != 0 && second.round == first.round);
    fault_fs_fail(t.rig.fs, FAULT_DATASYNC, 1, EIO);
    assert_int_not_equal(pt_log_commit(t.rig.log, NULL), PT_OK);
    assert_int_equal(send_body(&t), PT_OK);
    assert_int_equal(t.o.accepted, 1);
    teardown(&t);
}

static void a_full_disk_is_unavailable_until_there_is_room(void **state)
{
    (void)state;
    Test t;
    setup(&t, 0);
    pages(&t.body, 0, 1);
    assert_int_equal(send_body(&t), PT_OK);
    fault_fs_capacity(t.rig.fs, fault_fs_used(t.rig.fs));
    size_t first = 1;
    PtStatus st;
    do {
        pages(&t.body, first, 2000);
        st = send_body(&t);
        first += st == PT_OK ? 2000 : 0;
    } while (st == PT_OK && first < 100000);
    assert_int_equal(st, PT_UNAVAILABLE);
    assert_int_equal(send_body(&t), PT_UNAVAILABLE);
    fault_fs_capacity(t.rig.fs, UINT64_MAX);
    assert_int_equal(send_body(&t), PT_OK);
    assert_int_equal(t.o.accepted, 2000);
    assert_int_equal(pt_log_end(t.rig.log, 0), first + 2000);
    teardown(&t);
}

/* Each allocation in turn fails: the answer is 503, and the retry lands what is missing. */
static void no_memory_is_unavailable(void **state)
{
    (void)state;
    for (uint64_t nth = 1, more = 1; more; nth++) {
        Test t;
        setup(&t, 0);
        pt_buf_printf(&t.body, "{\"context\":{\"\\u0061\":\"\\ud800\"},\"batch\":[");
        for (unsigned i = 0; i < 40; i++) {
            pt_buf_printf(&t.body,
                          "%s{\"type\":\"track\",\"event\":\"A%u\",\"userId\":\"\\u0062\","
                          "\"timestamp\":\"2025-11-22T02:00:00Z\",\"p%u\":{\"x\":1}}",
                          i > 0 ? "," : "", i % 30, i);
        }
        pt_buf_printf(&t.body, "]}");
        EventCall call = {.kind = EVENT_CALL_BATCH,
                          .body = pt_buf_str(&t.body),
                          .key = pt_str(base.source[RIG_PLAIN].write_key)};
        fault_alloc_fail(nth, 0);
        PtStatus st = events_intake(t.rig.intake, &call, &t.o, &t.err);
        more = fault_alloc_count() >= nth;
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || st == PT_NO_MEMORY || st == PT_UNAVAILABLE);
        assert_true(more || st == PT_OK);
        assert_int_equal(send_body(&t), PT_OK);
        assert_int_equal(pt_log_commit(t.rig.log, NULL), PT_OK);
        assert_int_equal(pt_log_end(t.rig.log, 0), 40);
        assert_true(nth < 1000);
        teardown(&t);
    }
}

/* ---- Redrive ---- */

static PtStatus redrive(Test *t, uint64_t offset, const char *patch, uint64_t *ret_round)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(8 << 20);
    PtRecord r;
    (void)read_at(t, offset, arena, &r);
    return event_redrive(t->rig.intake, &r, pt_str(patch), ret_round, &t->err);
}

static void a_corrected_event_lands_once_as_it_was_received(void **state)
{
    (void)state;
    Test t;
    setup(&t, 0);
    const char *body = "{\"sentAt\":\"2025-11-22T02:00:10Z\",\"context\":{\"direct\":true},"
                       "\"batch\":[{\"type\":\"page\",\"messageId\":\"m\"}]}";
    assert_int_equal(rig_call(&t.rig, EVENT_CALL_BATCH, 0, RIG_PLAIN, body, &t.o, NULL), PT_OK);
    pt_clock_sim_advance(base.clock, 3600000);
    uint64_t round = 0;
    assert_int_equal(redrive(&t, 0, "", &round), PT_INVALID);
    assert_string_equal(t.err.message, "no_id: neither userId nor anonymousId");
    assert_int_equal(redrive(&t, 0, "{", &round), PT_INVALID);
    const char *patch = "{\"type\":\"screen\",\"name\":\"N\",\"messageId\":\"other\","
                        "\"userId\":\"u\",\"timestamp\":\"2025-11-22T02:00:00Z\"}";
    assert_int_equal(redrive(&t, 0, patch, &round), PT_OK);
    assert_int_equal(redrive(&t, 0, patch, &round), PT_CONFLICT); // in flight
    assert_int_equal(pt_log_commit(t.rig.log, NULL), PT_OK);
    assert_int_equal(redrive(&t, 0, patch, &round), PT_CONFLICT); // durable
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(8 << 20);
    PtRecord before, after;
    (void)read_at(&t, 0, arena, &before);
    EventView v = read_at(&t, 1, arena, &after);
    assert_int_equal(v.type, EVENT_SCREEN);
    assert_true(pt_str_eq(v.message_id, PT_STR("m")));
    assert_true(pt_str_eq(v.user_id, PT_STR("u")));
    assert_true(pt_str_eq(v.name, PT_STR("N")));
    assert_true(pt_str_eq(v.ip, PT_STR("203.0.113.9")));
    assert_int_equal(v.received_ms, RIG_NOW);
    assert_int_equal(v.timestamp_ms, RIG_NOW - 10000);
    assert_true(v.redrive_of == 1);
    assert_int_equal(after.flags, EVENT_REDRIVEN);
    assert_true(pt_hash128_eq(before.id_hash, after.id_hash));
    assert_int_equal(redrive(&t, 1, "", &round), PT_INVALID); // not quarantined
    assert_int_equal(rig_call(&t.rig, EVENT_CALL_BATCH, 0, RIG_PLAIN, body, &t.o, NULL), PT_OK);
    assert_int_equal(t.o.duplicates, 1);
    pt_clock_sim_set(base.clock, RIG_NOW);
    teardown(&t);
}

static void a_redrive_in_a_failed_round_may_be_tried_again(void **state)
{
    (void)state;
    Test t;
    setup(&t, 0);
    assert_int_equal(rig_call(&t.rig, EVENT_CALL_TYPED, EVENT_PAGE, RIG_PLAIN,
                              "{\"messageId\":\"m\"}", &t.o, NULL),
                     PT_OK);
    const char *patch = "{\"userId\":\"u\"}"; // without a type: the route's counts
    uint64_t round = 0;
    fault_fs_fail(t.rig.fs, FAULT_DATASYNC, 1, EIO);
    assert_int_equal(redrive(&t, 0, patch, &round), PT_OK);
    assert_true(round != 0);
    assert_int_not_equal(pt_log_commit(t.rig.log, NULL), PT_OK);
    assert_int_equal(redrive(&t, 0, patch, &round), PT_OK);
    assert_int_equal(pt_log_commit(t.rig.log, NULL), PT_OK);
    assert_int_equal(redrive(&t, 0, patch, &round), PT_CONFLICT);
    assert_int_equal(pt_log_end(t.rig.log, 0), 2);
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(8 << 20);
    PtRecord r;
    assert_int_equal(read_at(&t, 1, arena, &r).type, EVENT_PAGE);
    teardown(&t);
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
    static const struct CMUnitTest fixed[] = {
        cmocka_unit_test(event_bytes),
        cmocka_unit_test(message_id_bytes),
        cmocka_unit_test(event_levels),
        cmocka_unit_test(body_levels),
        cmocka_unit_test(body_bytes),
        cmocka_unit_test(a_huge_id_with_escapes),
        cmocka_unit_test(any_number_of_events),
        cmocka_unit_test(as_many_as_a_body_holds),
        cmocka_unit_test(long_batches_are_read_to_the_end),
        cmocka_unit_test(common_bounds),
        cmocka_unit_test(a_call_cannot_flood_the_log),
        cmocka_unit_test(a_pixel_keeps_the_address_unasked),
        cmocka_unit_test(sources_do_not_share_ids),
        cmocka_unit_test(ids_are_known_after_a_restart),
        cmocka_unit_test(a_full_queue_is_busy_and_a_retry_doubles_nothing),
        cmocka_unit_test(a_failed_round_is_unavailable_and_its_retry_lands),
        cmocka_unit_test(a_duplicate_of_a_pending_event_waits_for_its_round),
        cmocka_unit_test(a_full_disk_is_unavailable_until_there_is_room),
        cmocka_unit_test(no_memory_is_unavailable),
        cmocka_unit_test(a_corrected_event_lands_once_as_it_was_received),
        cmocka_unit_test(a_redrive_in_a_failed_round_may_be_tried_again),
    };
    enum { FIXED = sizeof fixed / sizeof *fixed, KEYS = sizeof key_cases / sizeof *key_cases };
    struct CMUnitTest tests[FIXED + KEYS];
    memcpy(tests, fixed, sizeof fixed);
    for (size_t i = 0; i < KEYS; i++) {
        tests[FIXED + i] =
            (struct CMUnitTest){key_cases[i].name, key_case, NULL, NULL, &key_cases[i]};
    }
    return cmocka_run_group_tests_name("events/intake limits", tests, open_base, close_base);
}
