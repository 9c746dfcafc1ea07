// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"
#include "events/decode_internal.h"

#include <stdio.h>

typedef struct Member {
    PtStr key; /* raw */
    PtStr value;
    unsigned key_flags;
    bool dropped; /* a later one has the same key */
} Member;

typedef struct Members {
    Member *items; /* in the arena */
    size_t count, cap;
} Members;

typedef struct Writer {
    const PtRecord *record;
    const EventView *view;
    PtArena *arena;
    PtJsonOut out;
    PtBuf text;     /* one string, decoded */
    EventKeys keys; /* used when keys may meet */
    bool unify;     /* equal keys may stand in one object */
    bool rewrite;   /* text cannot be copied as it is */
    uint32_t objects;
    PtStatus status;
} Writer;

static PtStr decoded(Writer *w, PtStr raw, unsigned flags)
{
    if ((flags & PT_JSON_ESCAPED) == 0) {
        return raw;
    }
    pt_buf_clear(&w->text, EVENT_MAX_BYTES);
    pt_json_decode(raw, &w->text);
    if (pt_buf_status(&w->text) != PT_OK) {
        w->status = PT_NO_MEMORY;
    }
    return pt_buf_str(&w->text);
}

static bool add_member(Writer *w, Members *m, Member member)
{
    if (m->count == m->cap) {
        size_t cap = m->cap > 0 ? m->cap * 2 : 32;
        Member *grown = pt_arena_alloc(w->arena, cap, sizeof *grown);
        if (grown == NULL) {
            w->status = PT_NO_MEMORY;
            return false;
        }
        if (m->count > 0) {
            memcpy(grown, m->items, m->count * sizeof *grown);
        }
        m->items = grown;
        m->cap = cap;
    }
    m->items[m->count++] = member;
    return true;
}

/* Adds the members of the object `text`. object: a number for it; members added before under the
 * same number are dropped where a key comes again. False when it is no object.
 */
static bool list_members(Writer *w, PtStr text, uint32_t object, Members *m)
{
    PtJson j;
    pt_json_init(&j, text, EVENT_MAX_DEPTH);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return false;
    }
    PtJsonToken token;
    while ((token = pt_json_next(&j)) == PT_JSON_KEY) {
        Member member = {.key = j.raw, .key_flags = j.flags};
        if (!pt_json_skip(&j, &member.value, NULL, NULL)) {
            return false;
        }
        uint32_t before = UINT32_MAX;
        if (w->unify) {
            (void)event_keys_put(&w->keys, object, member.key, member.key_flags, (uint32_t)m->count,
                                 &before);
        }
        if (before < m->count) {
            m->items[before].dropped = true;
        }
        if (!add_member(w, m, member)) {
            return false;
        }
    }
    return token == PT_JSON_OBJECT_END && pt_json_next(&j) == PT_JSON_END;
}

static void put_value(Writer *w, PtStr text);

static void put_members(Writer *w, const Members *m)
{
    for (size_t i = 0; i < m->count; i++) {
        if (!m->items[i].dropped) {
            pt_json_out_key(&w->out, decoded(w, m->items[i].key, m->items[i].key_flags));
            put_value(w, m->items[i].value);
        }
    }
}

static void put_array(Writer *w, PtStr text)
{
    PtJson j;
    pt_json_init(&j, text, EVENT_MAX_DEPTH);
    (void)pt_json_next(&j);
    pt_json_out_array(&w->out);
    PtStr raw;
    // the closing bracket is all that follows the last value
    while (j.at < j.end && pt_json_skip(&j, &raw, NULL, NULL)) {
        put_value(w, raw);
    }
    pt_json_out_array_end(&w->out);
}

/* Recursion is bounded: list_members has seen that nothing nests over EVENT_MAX_DEPTH. */
static void put_value(Writer *w, PtStr text)
{
    if (!w->rewrite) {
        pt_json_out_raw(&w->out, text);
        return;
    }
    Members m = {0};
    switch (text.data[0]) {
    case '{':
        (void)list_members(w, text, w->objects++, &m);
        pt_json_out_object(&w->out);
        put_members(w, &m);
        pt_json_out_object_end(&w->out);
        break;
    case '[':
        put_array(w, text);
        break;
    case '"':
        pt_json_out_str(&w->out, decoded(w, (PtStr){text.data + 1, text.len - 2}, PT_JSON_ESCAPED));
        break;
    default:
        pt_json_out_raw(&w->out, text);
    }
}

static void put_text_or_null(Writer *w, const char *key, PtStr text)
{
    pt_json_out_key(&w->out, pt_str(key));
    if (text.len > 0) {
        pt_json_out_str(&w->out, text);
    } else {
        pt_json_out_null(&w->out);
    }
}

static void put_time(Writer *w, const char *key, bool has, int64_t ms)
{
    char text[PT_TIME_TEXT];
    put_text_or_null(w, key, has ? pt_time_format(ms, text) : PT_STR(""));
}

static void put_head(Writer *w)
{
    const EventView *v = w->view;
    put_text_or_null(w, "messageId", v->message_id);
    put_text_or_null(w, "type", event_type_name(v->type));
    if (v->type == EVENT_TRACK) {
        put_text_or_null(w, "event", v->name);
    } else if (v->type == EVENT_PAGE || v->type == EVENT_SCREEN) {
        put_text_or_null(w, "name", v->name);
    }
    put_text_or_null(w, "userId", v->user_id);
    put_text_or_null(w, "anonymousId", v->anonymous_id);
    put_time(w, "timestamp", true, v->timestamp_ms);
    put_time(w, "originalTimestamp", v->has_original, v->original_ms);
    put_time(w, "sentAt", v->has_sent, v->sent_ms);
    put_time(w, "receivedAt", true, v->received_ms);
}

static EventField member_field(const Member *m)
{
    return event_field_of(m->key, m->key_flags);
}

/* The last member with that name that is not null; NULL when there is none. */
static const Member *find_member(const Members *m, EventField field)
{
    for (size_t i = m->count; i-- > 0;) {
        const Member *x = &m->items[i];
        if (member_field(x) == field) {
            return pt_str_eq(x->value, PT_STR("null")) ? NULL : x;
        }
    }
    return NULL;
}

/* context or integrations: the item's members over the batch's. */
static void put_merged(Writer *w, const Members *batch, const Members *item, EventField field)
{
    const Member *low = find_member(batch, field), *high = find_member(item, field);
    bool add_ip = field == EVENT_FIELD_CONTEXT && w->view->ip.len > 0;
    Members m = {0};
    uint32_t object = w->objects++;
    if (low != NULL && low->value.data[0] != '{') {
        low = NULL;
    }
    // the item's own may be no object where that is what it was quarantined for
    bool merged = (low == NULL || list_members(w, low->value, object, &m)) &&
                  (high == NULL || list_members(w, high->value, object, &m));
    if ((low == NULL && high == NULL && !add_ip) || w->status != PT_OK) {
        return;
    }
    pt_json_out_key(&w->out, event_field_name(field));
    if (!merged) {
        put_value(w, high->value);
        return;
    }
    for (size_t i = 0; add_ip && i < m.count; i++) {
        add_ip = m.items[i].dropped ||
                 !pt_json_raw_eq(m.items[i].key, m.items[i].key_flags, PT_STR("ip"));
    }
    pt_json_out_object(&w->out);
    put_members(w, &m);
    if (add_ip) {
        put_text_or_null(w, "ip", w->view->ip);
    }
    pt_json_out_object_end(&w->out);
}

/* What put_head and put_merged have not written, in the order received. */
static void put_others(Writer *w, const Members *item)
{
    for (size_t i = 0; i < item->count; i++) {
        const Member *m = &item->items[i];
        EventField field = member_field(m);
        char first = m->value.data[0];
        switch (field) {
        case EVENT_FIELD_PROPERTIES:
        case EVENT_FIELD_TRAITS:
        case EVENT_FIELD_BATCH:
        case EVENT_FIELD_NONE:
            break;
        case EVENT_FIELD_EVENT: // of another type it is a member like any
            if (w->view->type == EVENT_TRACK) {
                continue;
            }
            break;
        case EVENT_FIELD_NAME:
            if (w->view->type == EVENT_PAGE || w->view->type == EVENT_SCREEN) {
                continue;
            }
            break;
        case EVENT_FIELD_GROUP_ID:
        case EVENT_FIELD_PREVIOUS_ID:
            if (!m->dropped && (first == '-' || (first >= '0' && first <= '9'))) {
                pt_json_out_key(&w->out, event_field_name(field));
                pt_json_out_str(&w->out, m->value);
                continue;
            }
            break;
        default:
            continue;
        }
        if (!m->dropped) {
            pt_json_out_key(&w->out, decoded(w, m->key, m->key_flags));
            put_value(w, m->value);
        }
    }
}

static void put_position(Writer *w, const char *key, uint64_t offset)
{
    pt_json_out_key(&w->out, pt_str(key));
    pt_json_out_u64(&w->out, offset);
}

static void put_received_name(Writer *w, const Members *item)
{
    const Member *m = find_member(item, EVENT_FIELD_EVENT);
    if (m != NULL && m->value.data[0] == '"') {
        pt_json_out_key(&w->out, PT_STR("received_name"));
        pt_json_out_str(&w->out,
                        decoded(w, (PtStr){m->value.data + 1, m->value.len - 2}, PT_JSON_ESCAPED));
    }
}

static void put_patron(Writer *w, const EventSourceName *source, const Members *item)
{
    const EventView *v = w->view;
    pt_json_out_key(&w->out, event_field_name(EVENT_FIELD_PATRON));
    pt_json_out_object(&w->out);
    pt_json_out_key(&w->out, PT_STR("partition"));
    pt_json_out_u64(&w->out, w->record->position.partition);
    put_position(w, "position", w->record->position.offset);
    put_text_or_null(w, "class",
                     v->reason != EVENT_REASON_NONE ? PT_STR("quarantine") : PT_STR("event"));
    put_text_or_null(w, "source", source->name);
    put_text_or_null(w, "source_id", source->id);
    pt_json_out_key(&w->out, PT_STR("flags"));
    pt_json_out_array(&w->out);
    for (unsigned bit = 0; event_flag_name(bit).data != NULL; bit++) {
        if ((w->record->flags >> bit & 1) != 0) {
            pt_json_out_str(&w->out, event_flag_name(bit));
        }
    }
    pt_json_out_array_end(&w->out);
    if ((w->record->flags & EVENT_ALIASED_NAME) != 0) {
        put_received_name(w, item);
    }
    if (v->redrive_of != 0) {
        put_position(w, "redrive_of", v->redrive_of - 1);
    }
    if (v->reason != EVENT_REASON_NONE) {
        put_text_or_null(w, "reason", event_reason_name(v->reason));
        put_text_or_null(w, "detail", v->reason_detail);
    }
    if (v->plan.len > 0 && pt_json_check(v->plan, EVENT_MAX_DEPTH / 2, NULL) == PT_OK) {
        pt_json_out_key(&w->out, PT_STR("plan"));
        pt_json_out_raw(&w->out, v->plan);
    }
    pt_json_out_object_end(&w->out);
}

/* Over the bounds nothing is promised about the text but that it was JSON. */
static bool shows_members(EventReason reason)
{
    return reason != EVENT_REASON_NOT_AN_OBJECT && reason != EVENT_REASON_TOO_LARGE &&
           reason != EVENT_REASON_TOO_DEEP;
}

static PtStatus put_event(Writer *w, const EventSourceName *source, PtStr profile_id)
{
    const EventView *v = w->view;
    Members item = {0}, batch = {0};
    bool members = shows_members(v->reason);
    uint32_t object = w->objects;
    w->objects += 2;
    if (members && !(list_members(w, v->raw, object, &item) &&
                     (v->common.len == 0 || list_members(w, v->common, object + 1, &batch)))) {
        return w->status != PT_OK ? w->status : PT_CORRUPT;
    }
    pt_json_out_object(&w->out);
    put_head(w);
    if (members) {
        put_merged(w, &batch, &item, EVENT_FIELD_CONTEXT);
        put_merged(w, &batch, &item, EVENT_FIELD_INTEGRATIONS);
        put_others(w, &item);
    } else {
        pt_json_out_key(&w->out, PT_STR("raw"));
        pt_json_out_str(&w->out, v->raw);
    }
    pt_json_out_key(&w->out, PT_STR("profile_id"));
    if (profile_id.len > 0) {
        pt_json_out_str(&w->out, profile_id);
    } else {
        pt_json_out_null(&w->out);
    }
    put_patron(w, source, &item);
    pt_json_out_object_end(&w->out);
    return w->keys.failed ? PT_NO_MEMORY : w->status;
}

PtStatus event_to_json(const PtRecord *record, const EventSourceName *source, PtStr profile_id,
                       PtArena *arena, PtBuf *out, PtError *err)
{
    EventView view;
    PtStatus st = event_payload_read(record, &view, err);
    if (st != PT_OK) {
        return st;
    }
    size_t before = out->len;
    unsigned changed = EVENT_DUPLICATE_KEY | EVENT_REPLACED_TEXT;
    Writer w = {.record = record, .view = &view, .arena = arena, .out = pt_json_out(out)};
    w.rewrite = (record->flags & changed) != 0;
    w.unify = w.rewrite || view.common.len > 0;
    pt_buf_init(&w.text, PT_LOG_PAYLOAD_MAX);
    if (w.unify) {
        event_keys_init(&w.keys);
    }
    st = put_event(&w, source, profile_id);
    st = st == PT_OK ? pt_buf_status(out) : st;
    event_keys_done(&w.keys);
    pt_buf_done(&w.text);
    if (st != PT_OK) {
        out->len = before;
        return pt_fail(err, st, "record %llu cannot be shown: %s",
                       (unsigned long long)record->position.offset, pt_status_title(st));
    }
    return PT_OK;
}
