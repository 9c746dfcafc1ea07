// SPDX-License-Identifier: Apache-2.0
/* What stays of an erased person's event. */
#include "privacy/privacy_internal.h"

#include "base/time.h"

enum { HOUR_MS = 3600000, RESIDUE_TEXT_MAX = 64, RESIDUE_NAME_MAX = 200, DECODED_MAX = 4096 };

/* Of properties, what an event may keep. */
static const struct Kept {
    const char *name;
    bool amount; /* a number, also as text; else a short text that names nobody */
} kept[] = {{"channel", false}, {"store", false}, {"store_id", false}, {"currency", false},
            {"revenue", true},  {"total", true},  {"value", true}};

static bool is_amount(PtStr text)
{
    bool digit = false;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.data[i];
        digit |= c >= '0' && c <= '9';
        if ((c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E') {
            return false;
        }
    }
    return digit && text.len <= RESIDUE_TEXT_MAX / 2;
}

static bool is_harmless(const Finder *finder, PtStr text)
{
    return text.len > 0 && text.len <= RESIDUE_TEXT_MAX &&
           memchr(text.data, '@', text.len) == NULL &&
           (finder == NULL || !finder_finds(finder, text));
}

/* The value as it may be written; raw: as it stands in the event. */
static void put_value(PtJsonOut *out, const struct Kept *k, PtStr raw, const Finder *finder,
                      PtBuf *space)
{
    PtStr text = raw;
    if (raw.len >= 2 && raw.data[0] == '"') {
        pt_buf_clear(space, DECODED_MAX);
        pt_json_decode((PtStr){raw.data + 1, raw.len - 2}, space);
        text = pt_buf_status(space) == PT_OK ? pt_buf_str(space) : PT_STR("");
    }
    const bool quoted = raw.len > 0 && raw.data[0] == '"';
    if (k->amount ? !is_amount(text) : !(quoted && is_harmless(finder, text))) {
        return;
    }
    pt_json_out_key(out, pt_str(k->name));
    if (quoted) {
        pt_json_out_str(out, text);
    } else {
        pt_json_out_raw(out, raw);
    }
}

/* The last value of a member; data NULL: there is none. */
static PtStr member_of(PtStr object, const char *name)
{
    PtStr found = {NULL, 0};
    PtJson j;
    pt_json_init(&j, object, EVENT_MAX_DEPTH + 1);
    if (object.len == 0 || object.data[0] != '{' || pt_json_next(&j) != PT_JSON_OBJECT) {
        return found;
    }
    while (pt_json_next(&j) == PT_JSON_KEY) {
        const bool hit = pt_json_raw_eq(j.raw, j.flags, pt_str(name));
        PtStr raw;
        if (!pt_json_skip(&j, &raw, NULL, NULL)) {
            break;
        }
        found = hit ? raw : found;
    }
    return found;
}

static void put_properties(PtJsonOut *out, const EventView *v, const Finder *finder, PtBuf *space)
{
    const PtStr properties = member_of(v->raw, "properties"), channel = profiles_channel(v);
    bool said = false;
    pt_json_out_key(out, PT_STR("properties"));
    pt_json_out_object(out);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        const PtStr raw = member_of(properties, kept[i].name);
        if (raw.data != NULL) {
            const size_t before = out->buf->len;
            put_value(out, &kept[i], raw, finder, space);
            said |= i == 0 && out->buf->len > before;
        }
    }
    if (!said && channel.len > 0) {
        pt_json_out_key(out, pt_str(kept[0].name));
        pt_json_out_str(out, channel);
    }
    pt_json_out_object_end(out);
}

static PtStr name_of(const EventView *v, const Finder *finder)
{
    const bool plain = v->name.len <= RESIDUE_NAME_MAX &&
                       (finder == NULL || v->name.len == 0 || !finder_finds(finder, v->name));
    return plain ? v->name : PT_STR("(erased)");
}

static void put_raw(const EventView *v, PtStr name, PtStr others, const Finder *finder, PtBuf *raw,
                    PtBuf *space)
{
    PtJsonOut out = pt_json_out(raw);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "type", event_type_name(v->type));
    if (name.len > 0) {
        pt_json_out_key(&out, v->type == EVENT_TRACK ? PT_STR("event") : PT_STR("name"));
        pt_json_out_str(&out, name);
    }
    put_properties(&out, v, finder, space);
    if (others.len > 0) {
        pt_json_out_key(&out, PT_STR("context"));
        pt_json_out_object(&out);
        pt_json_out_key(&out, PT_STR("externalIds"));
        pt_json_out_raw(&out, others);
        pt_json_out_object_end(&out);
    }
    pt_json_out_object_end(&out);
}

PtStatus residue_write(const PtRecord *record, PtStr others, const Finder *finder, PtBuf *out,
                       PtRecord *ret_record, PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf space;
    PT_CLEANUP(pt_buf_done) PtBuf raw;
    EventView v;
    PtRecord r = *record;
    pt_buf_init(&space, DECODED_MAX);
    pt_buf_init(&raw, 2 * EVENT_MAX_BYTES);
    PtStatus st = event_payload_read(record, &v, err);
    if (st != PT_OK) {
        return st;
    }
    EventView left = {.type = v.type,
                      .reason = v.reason,
                      .timestamp_ms = pt_time_floor(v.timestamp_ms, HOUR_MS),
                      .redrive_of = v.redrive_of};
    r.time_ms = left.received_ms = pt_time_floor(record->time_ms, HOUR_MS);
    if (record->klass == PT_RECORD_QUARANTINE) {
        pt_buf_add_str(&raw, PT_STR("{}"));
    } else {
        left.name = name_of(&v, finder);
        put_raw(&v, left.name, others, finder, &raw, &space);
    }
    left.raw = pt_buf_str(&raw);
    event_payload_write(out, &left);
    if (pt_buf_status(&raw) != PT_OK || pt_buf_status(out) != PT_OK) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for what is left of an event");
    }
    r.flags =
        (uint16_t)((record->flags & ~(EVENT_PLAN_VIOLATION | EVENT_UNPLANNED)) | EVENT_ERASED);
    r.node = r.key_id = 0;
    r.id_hash = (PtHash128){0};
    r.payload = pt_buf_str(out);
    *ret_record = r;
    return PT_OK;
}
