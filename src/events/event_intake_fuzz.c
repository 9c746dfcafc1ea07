// SPDX-License-Identifier: Apache-2.0
/* Fuzz target of the intake, from a call to the log and back: any bytes as a body never crash, are
 * refused exactly when they are no JSON object of the right form, and what lands reads back, shows
 * as valid JSON and is known when it is sent again.
 * Input: a byte for the route (0 batch, 1..6 typed; 8: keep the address; 16: a source that keeps
 * timestamps, 32: a historical one), then the body.
 */
#include "events/intake_rig.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static RigBase base;

static void close_base(void)
{
    rig_base_close(&base);
}

static void check_record(const PtRecord *r, PtArena *arena, PtBuf *out)
{
    EventView v;
    PtStatus st = event_payload_read(r, &v, NULL);
    assert(st == PT_OK);
    assert(v.message_id.len > 0 && v.raw.len > 0);
    bool landed = r->klass == PT_RECORD_EVENT;
    assert(landed == (v.reason == EVENT_REASON_NONE) && landed <= (v.raw.len <= EVENT_MAX_BYTES));
    assert(!landed || v.user_id.len + v.anonymous_id.len > 0);
    assert(!landed || v.type != EVENT_TRACK || v.name.len > 0);
    bool historical = (r->flags & EVENT_HISTORICAL) != 0;
    assert(historical || v.timestamp_ms <= v.received_ms + 300000);
    EventSourceName source = {PT_STR("id"), PT_STR("name")};
    pt_buf_clear(out, SIZE_MAX);
    pt_arena_clear(arena);
    st = event_to_json(r, &source, PT_STR(""), arena, out, NULL);
    assert(st == PT_OK);
    st = pt_json_check(pt_buf_str(out), EVENT_MAX_DEPTH + 2, NULL);
    assert(st == PT_OK);
    (void)st;
    (void)historical;
    (void)landed;
}

/* How many records will be known when the call comes again. */
static unsigned check_log(Rig *rig)
{
    PtLogReader *reader = NULL;
    const PtRecord *records = NULL;
    size_t count = 0;
    unsigned lasting = 0;
    PtArena *arena = pt_arena_new(64 << 20);
    PtBuf out;
    pt_buf_init(&out, 64 << 20);
    PtStatus st = pt_log_reader_open(rig->log, NULL, 0, 0, &reader, NULL);
    do {
        st = st == PT_OK ? pt_log_fetch(reader, 64, true, &records, &count, NULL) : st;
        assert(st == PT_OK);
        for (size_t i = 0; i < count; i++) {
            EventView v;
            check_record(&records[i], arena, &out);
            (void)!event_payload_read(&records[i], &v, NULL);
            bool made = (records[i].flags & EVENT_DERIVED_ID) != 0;
            lasting += !made || v.has_original;
        }
    } while (count > 0);
    pt_log_reader_close(reader);
    pt_buf_done(&out);
    pt_arena_free(arena);
    return lasting;
}

static void check_call(Rig *rig, const EventCall *call)
{
    EventOutcome first = {0}, again = {0};
    PtStatus st = events_intake(rig->intake, call, &first, NULL);
    bool json = pt_json_check(call->body, PT_JSON_MAX_DEPTH, NULL) == PT_OK;
    assert(json || st == PT_INVALID || st == PT_TOO_LARGE);
    assert(st == PT_OK || st == PT_INVALID || st == PT_TOO_LARGE);
    if (st != PT_OK) {
        assert(pt_log_last_pending(rig->log) <= pt_log_finished_round(rig->log));
        return;
    }
    st = pt_log_commit(rig->log, NULL);
    assert(st == PT_OK);
    assert(pt_log_end(rig->log, 0) == first.accepted + first.quarantined);
    unsigned lasting = check_log(rig);
    st = events_intake(rig->intake, call, &again, NULL);
    assert(st == PT_OK);
    assert(again.duplicates == lasting + first.duplicates);
    (void)lasting;
    (void)json;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (base.sources == NULL) {
        if (!rig_base_open(&base)) {
            abort();
        }
        (void)atexit(close_base);
    }
    if (size < 1) {
        return 0;
    }
    unsigned type = data[0] % 8;
    EventCall call = {.kind = type == 0 || type == 7 ? EVENT_CALL_BATCH : EVENT_CALL_TYPED,
                      .type = (EventType)(type == 7 ? EVENT_UNKNOWN : type),
                      .body = {(const char *)data + 1, size - 1},
                      .peer = PT_STR("203.0.113.9"),
                      .keep_peer = (data[0] & 8) != 0};
    RigSource source = (data[0] & 16) != 0   ? RIG_KEEP
                       : (data[0] & 32) != 0 ? RIG_HISTORICAL
                                             : RIG_PLAIN;
    call.key = pt_str(base.source[source].write_key);
    PtFs *fs = fault_fs_new(1);
    Rig rig;
    if (fs == NULL || !rig_open(&rig, &base, fs, (RigOptions){0})) {
        abort();
    }
    check_call(&rig, &call);
    rig_close(&rig);
    fault_fs_free(fs);
    return 0;
}
