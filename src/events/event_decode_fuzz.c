// SPDX-License-Identifier: Apache-2.0
/* Fuzz target of the stored form: any bytes as a payload either read back as a consistent view or
 * are PT_CORRUPT; what reads is written again byte for byte (but for a text stored by value that is
 * a slice now) and shown as valid JSON.
 * Input: class, type, two bytes of flags, payload.
 */
#include "events/record.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same(PtStr a, PtStr b)
{
    assert(pt_str_eq(a, b));
    (void)a;
    (void)b;
}

static void write_and_read(const PtRecord *r, const EventView *v)
{
    PtBuf again;
    EventView w;
    pt_buf_init(&again, 64 << 20);
    event_payload_write(&again, v);
    PtRecord copy = *r;
    copy.payload = pt_buf_str(&again);
    PtStatus st = event_payload_read(&copy, &w, NULL);
    assert(st == PT_OK);
    (void)st;
    same(v->message_id, w.message_id);
    same(v->name, w.name);
    same(v->user_id, w.user_id);
    same(v->anonymous_id, w.anonymous_id);
    same(v->reason_detail, w.reason_detail);
    same(v->ip, w.ip);
    same(v->plan, w.plan);
    same(v->raw, w.raw);
    same(v->common, w.common);
    assert(v->original_ms == w.original_ms && v->sent_ms == w.sent_ms);
    assert(v->timestamp_ms == w.timestamp_ms && v->redrive_of == w.redrive_of);
    pt_buf_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4) {
        return 0;
    }
    PtRecord r = {.time_ms = 1763776800000,
                  .klass = data[0],
                  .type = data[1],
                  .flags = (uint16_t)(data[2] | data[3] << 8),
                  .payload = {(const char *)data + 4, size - 4}};
    EventView v;
    if (event_payload_read(&r, &v, NULL) != PT_OK) {
        return 0;
    }
    assert(v.type < EVENT_TYPE_COUNT && v.reason < EVENT_REASON_COUNT);
    write_and_read(&r, &v);
    PtArena *arena = pt_arena_new(16 << 20);
    PtBuf out;
    pt_buf_init(&out, 64 << 20);
    EventSourceName source = {PT_STR("id"), PT_STR("name")};
    if (arena != NULL && event_to_json(&r, &source, PT_STR(""), arena, &out, NULL) == PT_OK) {
        PtStatus st = pt_json_check(pt_buf_str(&out), EVENT_MAX_DEPTH + 2, NULL);
        assert(st == PT_OK);
        (void)st;
    }
    pt_buf_done(&out);
    pt_arena_free(arena);
    return 0;
}
