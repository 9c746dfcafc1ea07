// SPDX-License-Identifier: Apache-2.0
#include "events/decode_internal.h"

enum { TRACKED_LEVELS = 64 }; // duplicate keys further down belong to an event that is too deep

typedef struct Scan {
    PtJson *j;
    EventKeys *keys;
    EventItem *item;
    uint32_t base;                     // levels open outside the item
    uint32_t deepest;                  // within the item
    uint32_t objects;                  // seen, for numbering them
    uint32_t open[TRACKED_LEVELS + 1]; // number of the object open at each level
} Scan;

static const PtStr field_names[EVENT_FIELD_COUNT] = {
#define ROW(id, name) [EVENT_FIELD_##id] = PT_STR_INIT(name),
    EVENT_FIELD_MAP(ROW)
#undef ROW
};

PtStr event_field_name(EventField field)
{
    return field_names[field];
}

EventField event_field_of(PtStr raw, unsigned flags)
{
    enum { LONGEST = 17, SAME_LEN = 4 };
#define F(id) (EVENT_FIELD_##id + 1)
    static const uint8_t by_len[LONGEST + 1][SAME_LEN] = {
        [4] = {F(TYPE), F(NAME)},
        [5] = {F(EVENT), F(BATCH)},
        [6] = {F(USER_ID), F(SENT_AT), F(TRAITS)},
        [7] = {F(CONTEXT), F(GROUP_ID), F(PATRON)},
        [8] = {F(WRITE_KEY)},
        [9] = {F(MESSAGE_ID), F(TIMESTAMP)},
        [10] = {F(PROPERTIES), F(PREVIOUS_ID), F(RECEIVED_AT), F(PROFILE_ID)},
        [11] = {F(ANONYMOUS_ID)},
        [12] = {F(INTEGRATIONS)},
        [17] = {F(ORIGINAL_TIMESTAMP)},
    };
#undef F
    if ((flags & PT_JSON_ESCAPED) != 0) {
        for (unsigned i = 0; i < EVENT_FIELD_COUNT; i++) {
            if (pt_json_raw_eq(raw, flags, field_names[i])) {
                return (EventField)i;
            }
        }
        return EVENT_FIELD_NONE;
    }
    for (unsigned i = 0; raw.len <= LONGEST && i < SAME_LEN; i++) {
        unsigned field = by_len[raw.len][i];
        if (field == 0) {
            break;
        }
        if (memcmp(field_names[field - 1].data, raw.data, raw.len) == 0) {
            return (EventField)(field - 1);
        }
    }
    return EVENT_FIELD_NONE;
}

static void note_open(Scan *s, bool object)
{
    uint32_t level = s->j->depth - s->base;
    s->deepest = level > s->deepest ? level : s->deepest;
    if (object && level <= TRACKED_LEVELS) {
        s->open[level] = ++s->objects;
    }
}

static void note_key(Scan *s)
{
    uint32_t level = s->j->depth - s->base;
    s->item->text_flags |= s->j->flags;
    if (level <= TRACKED_LEVELS &&
        event_keys_put(s->keys, s->open[level], s->j->raw, s->j->flags, 0, NULL)) {
        s->item->duplicate_key = true;
    }
}

/* Pulls the value whose first token was `token` to its end. context: its member `direct` counts. */
static bool walk(Scan *s, PtJsonToken token, bool context)
{
    PtJson *j = s->j;
    uint32_t outside = j->depth - (token == PT_JSON_OBJECT || token == PT_JSON_ARRAY);
    bool direct = false;
    for (;; token = pt_json_next(j)) {
        switch (token) {
        case PT_JSON_ERROR:
            return false;
        case PT_JSON_OBJECT:
        case PT_JSON_ARRAY:
            note_open(s, token == PT_JSON_OBJECT);
            break;
        case PT_JSON_KEY:
            note_key(s);
            direct = context && j->depth == outside + 1 &&
                     pt_json_raw_eq(j->raw, j->flags, PT_STR("direct"));
            continue;
        case PT_JSON_STRING:
            s->item->text_flags |= j->flags;
            break;
        default:
            break;
        }
        if (direct) {
            bool said = token == PT_JSON_TRUE || token == PT_JSON_FALSE;
            s->item->direct = (int8_t)(said ? token == PT_JSON_TRUE : -1);
            direct = false;
        }
        if (j->depth == outside) {
            return true;
        }
    }
}

/* The value behind a key, kept in its field when it has one. */
static bool scan_value(Scan *s, PtJsonToken token, EventField field)
{
    PtJson *j = s->j;
    EventValue v = {j->raw, token, j->flags};
    const char *from = token == PT_JSON_STRING ? j->raw.data - 1 : j->raw.data;
    if (field == EVENT_FIELD_CONTEXT) {
        s->item->direct = -1; // of equal keys the last one counts
    }
    if (!walk(s, token, field == EVENT_FIELD_CONTEXT)) {
        return false;
    }
    if (token == PT_JSON_OBJECT || token == PT_JSON_ARRAY) {
        v.raw = (PtStr){from, (size_t)(j->at - from)};
    }
    if (field != EVENT_FIELD_NONE) {
        v.token = token == PT_JSON_NULL ? PT_JSON_END : token;
        s->item->field[field] = v;
    }
    return true;
}

static bool scan_members(Scan *s, const EventScanHooks *hooks)
{
    PtJson *j = s->j;
    for (;;) {
        PtJsonToken token = pt_json_next(j);
        if (token != PT_JSON_KEY) {
            return token == PT_JSON_OBJECT_END;
        }
        const char *from = j->raw.data - 1;
        EventField field = event_field_of(j->raw, j->flags);
        note_key(s);
        token = pt_json_next(j);
        bool batch = hooks != NULL && field == EVENT_FIELD_BATCH && token == PT_JSON_ARRAY;
        if (batch) {
            s->item->field[field] = (EventValue){j->raw, token, 0};
            if (!hooks->batch(hooks->ctx, j)) {
                return false;
            }
            continue;
        }
        if (token == PT_JSON_ERROR || !scan_value(s, token, field)) {
            return false;
        }
        if (hooks != NULL) {
            hooks->member(hooks->ctx, field, (PtStr){from, (size_t)(j->at - from)});
        }
    }
}

bool event_scan(PtJson *j, PtJsonToken first, EventKeys *keys, const EventScanHooks *hooks,
                EventItem *ret_item)
{
    if (first == PT_JSON_ERROR) {
        return false;
    }
    bool opens = first == PT_JSON_OBJECT || first == PT_JSON_ARRAY;
    Scan s = {.j = j, .keys = keys, .item = ret_item, .base = j->depth - opens};
    const char *from = first == PT_JSON_STRING ? j->raw.data - 1 : j->raw.data;
    *ret_item = (EventItem){.is_object = first == PT_JSON_OBJECT, .direct = -1};
    event_keys_clear(keys);
    bool ok;
    if (first == PT_JSON_OBJECT) {
        note_open(&s, true);
        ok = scan_members(&s, hooks);
    } else {
        ok = walk(&s, first, false);
    }
    ret_item->raw = (PtStr){from, (size_t)(j->at - from)};
    ret_item->depth = s.deepest;
    return ok;
}

void event_lasting_text(PtStr raw, PtBuf *out)
{
    PtJson j;
    pt_json_init(&j, raw, PT_JSON_MAX_DEPTH);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return;
    }
    while (pt_json_next(&j) == PT_JSON_KEY) {
        const char *from = j.raw.data - 1;
        bool sent = event_field_of(j.raw, j.flags) == EVENT_FIELD_SENT_AT;
        if (!pt_json_skip(&j, NULL, NULL, NULL)) {
            return;
        }
        if (!sent) {
            pt_buf_add(out, from, (size_t)(j.at - from));
            pt_buf_add_char(out, ',');
        }
    }
}
