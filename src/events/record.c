// SPDX-License-Identifier: Apache-2.0
#include "events/record.h"

#include <assert.h>

/* A payload, version 1:
 *
 *   u8      version
 *   u8      which of the optional fields below are there (HAS_*)
 *   varint  reason (0 in class EVENT)
 *   zigzag  timestamp - received
 *   zigzag  original - received    HAS_ORIGINAL
 *   zigzag  sent - received        HAS_SENT
 *   varint  redrive_of             HAS_REDRIVE
 *   texts   message_id, name, user_id, anonymous_id, reason_detail, ip
 *   text    plan                   HAS_PLAN
 *   varint  length of raw
 *   bytes   raw
 *   bytes   common, up to the end
 *
 * A text is varint 2 * len and its bytes or, where it is a slice of raw, varint 2 * len + 1 and the
 * varint of where it begins there. Varints are LEB128 in their shortest form.
 */
enum {
    VERSION = 1,
    HAS_ORIGINAL = 1,
    HAS_SENT = 2,
    HAS_REDRIVE = 4,
    HAS_PLAN = 8,
    HAS_ALL = 15,
    VARINT_MAX = 10,
    PREFIX_TEXTS = 6,
    /* the whole prefix but the bytes of its texts: 2 bytes, 5 varints, 7 texts of 2, raw's length
     */
    PREFIX_MAX = 2 + (5 + 2 * (PREFIX_TEXTS + 1) + 1) * VARINT_MAX,
};

static const int64_t first_ms = -62135596800000; // 0001-01-01
static const int64_t last_ms = 253402300799999;  // 9999-12-31T23:59:59.999Z

static char *put_varint(char *p, uint64_t v)
{
    while (v >= 0x80) {
        *p++ = (char)(v | 0x80);
        v >>= 7;
    }
    *p++ = (char)v;
    return p;
}

static char *put_offset(char *p, int64_t ms, int64_t base_ms)
{
    uint64_t d = (uint64_t)ms - (uint64_t)base_ms; // wraps: any pair of instants has an offset
    return put_varint(p, (d << 1) ^ ((d >> 63) != 0 ? UINT64_MAX : 0));
}

static bool is_slice(PtStr whole, PtStr s)
{
    uintptr_t w = (uintptr_t)whole.data, p = (uintptr_t)s.data;
    return s.len > 0 && s.len <= whole.len && p >= w && p - w <= whole.len - s.len;
}

static char *put_text(char *p, PtStr raw, PtStr s)
{
    if (is_slice(raw, s)) {
        p = put_varint(p, (uint64_t)s.len << 1 | 1);
        return put_varint(p, (uint64_t)(s.data - raw.data));
    }
    p = put_varint(p, (uint64_t)s.len << 1);
    if (s.len > 0) {
        memcpy(p, s.data, s.len);
    }
    return p + s.len;
}

void event_payload_write(PtBuf *out, const EventView *v)
{
    const PtStr texts[PREFIX_TEXTS] = {v->message_id,   v->name,          v->user_id,
                                       v->anonymous_id, v->reason_detail, v->ip};
    size_t need = PREFIX_MAX + v->raw.len + v->common.len + v->plan.len;
    for (size_t i = 0; i < PREFIX_TEXTS; i++) {
        need += texts[i].len;
    }
    char *start = pt_buf_reserve(out, need), *p = start;
    if (start == NULL) {
        return;
    }
    *p++ = VERSION;
    *p++ = (char)((v->has_original ? HAS_ORIGINAL : 0) | (v->has_sent ? HAS_SENT : 0) |
                  (v->redrive_of != 0 ? HAS_REDRIVE : 0) | (v->plan.len > 0 ? HAS_PLAN : 0));
    p = put_varint(p, v->reason);
    p = put_offset(p, v->timestamp_ms, v->received_ms);
    p = v->has_original ? put_offset(p, v->original_ms, v->received_ms) : p;
    p = v->has_sent ? put_offset(p, v->sent_ms, v->received_ms) : p;
    p = v->redrive_of != 0 ? put_varint(p, v->redrive_of) : p;
    for (size_t i = 0; i < PREFIX_TEXTS; i++) {
        p = put_text(p, v->raw, texts[i]);
    }
    p = v->plan.len > 0 ? put_text(p, v->raw, v->plan) : p;
    p = put_varint(p, v->raw.len);
    if (v->raw.len > 0) {
        memcpy(p, v->raw.data, v->raw.len);
        p += v->raw.len;
    }
    if (v->common.len > 0) {
        memcpy(p, v->common.data, v->common.len);
        p += v->common.len;
    }
    out->len += (size_t)(p - start);
}

typedef struct Reader {
    const unsigned char *at, *end;
    bool bad;
} Reader;

static uint64_t get_varint(Reader *r)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64 && r->at < r->end; shift += 7) {
        unsigned char c = *r->at++;
        v |= (uint64_t)(c & 0x7F) << shift;
        if (c < 0x80) {
            // not the shortest form, or bits past the 64th
            r->bad |= (c == 0 && shift > 0) || (shift == 63 && c > 1);
            return v;
        }
    }
    r->bad = true;
    return 0;
}

static int64_t get_instant(Reader *r, int64_t base_ms)
{
    uint64_t z = get_varint(r);
    int64_t ms = (int64_t)((uint64_t)base_ms + ((z >> 1) ^ ((z & 1) != 0 ? UINT64_MAX : 0)));
    r->bad |= ms < first_ms || ms > last_ms;
    return ms;
}

static PtStr get_bytes(Reader *r, uint64_t len)
{
    if (r->bad || len > (uint64_t)(r->end - r->at)) {
        r->bad = true;
        return (PtStr){NULL, 0};
    }
    PtStr s = {(const char *)r->at, (size_t)len};
    r->at += len;
    return s;
}

typedef struct Text {
    PtStr bytes;
    uint64_t from, len; // of a slice of raw: bytes.data is NULL
    bool slice;
} Text;

static Text get_text(Reader *r)
{
    uint64_t head = get_varint(r);
    if ((head & 1) != 0) {
        return (Text){.slice = true, .len = head >> 1, .from = get_varint(r)};
    }
    return (Text){.bytes = get_bytes(r, head >> 1)};
}

static PtStr resolve(Reader *r, PtStr raw, Text t)
{
    if (!t.slice) {
        return t.bytes;
    }
    if (t.len > raw.len || t.from > raw.len - t.len) {
        r->bad = true;
        return (PtStr){NULL, 0};
    }
    return (PtStr){raw.data + t.from, (size_t)t.len};
}

static unsigned get_prefix(Reader *r, EventView *v)
{
    unsigned has = (unsigned)*r->at++;
    uint64_t reason = get_varint(r);
    r->bad |= has > HAS_ALL || reason >= EVENT_REASON_COUNT;
    v->reason = (EventReason)reason;
    v->timestamp_ms = get_instant(r, v->received_ms);
    if ((has & HAS_ORIGINAL) != 0) {
        v->has_original = true;
        v->original_ms = get_instant(r, v->received_ms);
    }
    if ((has & HAS_SENT) != 0) {
        v->has_sent = true;
        v->sent_ms = get_instant(r, v->received_ms);
    }
    if ((has & HAS_REDRIVE) != 0) {
        v->redrive_of = get_varint(r);
        r->bad |= v->redrive_of == 0;
    }
    return has;
}

PtStatus event_payload_read(const PtRecord *record, EventView *ret_view, PtError *err)
{
    bool quarantined = record->klass == PT_RECORD_QUARANTINE;
    if (!quarantined && record->klass != PT_RECORD_EVENT) {
        return pt_fail(err, PT_CORRUPT, "record %llu is no event",
                       (unsigned long long)record->position.offset);
    }
    const unsigned char *bytes = (const unsigned char *)record->payload.data;
    Reader r = {bytes, bytes + record->payload.len, false};
    EventView v = {.type = (EventType)record->type, .received_ms = record->time_ms};
    if (record->payload.len < 2 || *r.at++ != VERSION) {
        return pt_fail(err, PT_CORRUPT, "the payload of record %llu is of no known version",
                       (unsigned long long)record->position.offset);
    }
    unsigned has = get_prefix(&r, &v);
    PtStr *const fields[PREFIX_TEXTS + 1] = {&v.message_id,    &v.name, &v.user_id, &v.anonymous_id,
                                             &v.reason_detail, &v.ip,   &v.plan};
    Text texts[PREFIX_TEXTS + 1];
    size_t count = PREFIX_TEXTS + ((has & HAS_PLAN) != 0);
    for (size_t i = 0; i < count; i++) {
        texts[i] = get_text(&r);
    }
    v.raw = get_bytes(&r, get_varint(&r));
    v.common = get_bytes(&r, (uint64_t)(r.end - r.at));
    for (size_t i = 0; i < count && !r.bad; i++) {
        *fields[i] = resolve(&r, v.raw, texts[i]);
    }
    r.bad |= (has & HAS_PLAN) != 0 && v.plan.len == 0;
    bool known = record->type < EVENT_TYPE_COUNT && (quarantined || record->type != EVENT_UNKNOWN);
    if (r.bad || !known || quarantined != (v.reason != EVENT_REASON_NONE)) {
        return pt_fail(err, PT_CORRUPT, "the payload of record %llu does not parse",
                       (unsigned long long)record->position.offset);
    }
    *ret_view = v;
    return PT_OK;
}
