// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"
#include "events/decode_internal.h"
#include "events/intake.h"

#include <stdarg.h>
#include <stdio.h>

/* What a member may be; null is always the same as absent. */
enum {
    ANY,
    TEXT,
    ID, // text or a number
    OBJECT,
};

static const uint8_t field_kind[EVENT_FIELD_COUNT] = {
    [EVENT_FIELD_MESSAGE_ID] = ID,           [EVENT_FIELD_USER_ID] = ID,
    [EVENT_FIELD_ANONYMOUS_ID] = ID,         [EVENT_FIELD_GROUP_ID] = ID,
    [EVENT_FIELD_PREVIOUS_ID] = ID,          [EVENT_FIELD_TIMESTAMP] = TEXT,
    [EVENT_FIELD_ORIGINAL_TIMESTAMP] = TEXT, [EVENT_FIELD_PROPERTIES] = OBJECT,
    [EVENT_FIELD_TRAITS] = OBJECT,           [EVENT_FIELD_CONTEXT] = OBJECT,
    [EVENT_FIELD_INTEGRATIONS] = OBJECT,
};

static bool fits(unsigned kind, PtJsonToken token)
{
    switch (kind) {
    case TEXT:
        return token == PT_JSON_STRING;
    case ID:
        return token == PT_JSON_STRING || token == PT_JSON_NUMBER;
    case OBJECT:
        return token == PT_JSON_OBJECT;
    default:
        return true;
    }
}

static const char *token_noun(PtJsonToken token)
{
    switch (token) {
    case PT_JSON_OBJECT:
        return "an object";
    case PT_JSON_ARRAY:
        return "an array";
    case PT_JSON_STRING:
        return "a string";
    case PT_JSON_NUMBER:
        return "a number";
    case PT_JSON_NULL:
        return "null";
    default:
        return "a boolean";
    }
}

PtStr event_value_text(const EventValue *value, EventText *text)
{
    bool decode = value->token == PT_JSON_STRING && (value->flags & PT_JSON_ESCAPED) != 0;
    if (!decode) {
        return fits(ID, value->token) ? value->raw : PT_STR("");
    }
    if (value->raw.len > EVENT_MAX_BYTES) {
        return PT_STR(
            ""); // of an event that is too large: its record would outgrow the log's bound
    }
    pt_buf_clear(&text->scratch, EVENT_MAX_BYTES);
    pt_json_decode(value->raw, &text->scratch);
    if (pt_buf_status(&text->scratch) != PT_OK) {
        return (PtStr){NULL, 0};
    }
    return pt_arena_str(text->arena, pt_buf_str(&text->scratch));
}

bool event_value_time(const EventValue *value, EventText *text, int64_t *ret_ms)
{
    return value->token == PT_JSON_STRING && pt_time_parse(event_value_text(value, text), ret_ms);
}

PtStatus event_refuse(EventDraft *draft, EventText *text, EventReason reason, PtError *err,
                      const char *fmt, ...)
{
    char detail[160];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(detail, sizeof detail, fmt, args);
    va_end(args);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof detail ? (size_t)n : sizeof detail - 1;
    PtStr kept = pt_arena_str(text->arena, (PtStr){detail, len});
    if (kept.data == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to keep a quarantined event");
    }
    draft->view.reason = reason;
    draft->view.reason_detail = kept;
    return PT_OK;
}

typedef struct Judge {
    const EventItem *item;
    EventText *text;
    EventDraft *draft;
    PtError *err;
} Judge;

#define REFUSE(judge, reason, ...)                                                                 \
    event_refuse((judge)->draft, (judge)->text, EVENT_REASON_##reason, (judge)->err, __VA_ARGS__)

static bool absent(const Judge *g, EventField field)
{
    const EventValue *v = &g->item->field[field];
    return v->token == PT_JSON_END || (fits(ID, v->token) && v->raw.len == 0);
}

static PtStatus wrong_type(Judge *g, EventField field)
{
    return REFUSE(g, WRONG_TYPE, "%s is %s", event_field_name(field).data,
                  token_noun(g->item->field[field].token));
}

static void read_time(Judge *g, EventField field, bool *ret_has, int64_t *ret_ms)
{
    const EventValue *v = &g->item->field[field];
    *ret_has = event_value_time(v, g->text, ret_ms);
    if (!*ret_has && !absent(g, field)) {
        g->draft->flags |= EVENT_UNREADABLE_TIME;
    }
}

static void read_times(Judge *g)
{
    EventDraft *d = g->draft;
    read_time(g, EVENT_FIELD_TIMESTAMP, &d->has_given, &d->given_ms);
    read_time(g, EVENT_FIELD_ORIGINAL_TIMESTAMP, &d->view.has_original, &d->view.original_ms);
    if (!d->view.has_original) {
        d->view.has_original = d->has_given;
        d->view.original_ms = d->has_given ? d->given_ms : 0;
    }
    d->view.has_sent =
        event_value_time(&g->item->field[EVENT_FIELD_SENT_AT], g->text, &d->view.sent_ms);
}

static PtStatus read_texts(Judge *g)
{
    EventView *v = &g->draft->view;
    const struct {
        EventField field;
        PtStr *text;
    } rows[] = {
        {EVENT_FIELD_MESSAGE_ID, &v->message_id},
        {EVENT_FIELD_USER_ID, &v->user_id},
        {EVENT_FIELD_ANONYMOUS_ID, &v->anonymous_id},
        {v->type == EVENT_TRACK ? EVENT_FIELD_EVENT : EVENT_FIELD_NAME, &v->name},
    };
    bool named = v->type == EVENT_TRACK || v->type == EVENT_PAGE || v->type == EVENT_SCREEN;
    size_t count = sizeof rows / sizeof *rows - !named;
    for (size_t i = 0; i < count; i++) {
        *rows[i].text = event_value_text(&g->item->field[rows[i].field], g->text);
        if (rows[i].text->data == NULL) {
            return pt_fail(g->err, PT_NO_MEMORY, "no memory to decode an event");
        }
    }
    PtStr name = v->type == EVENT_TRACK ? event_canonical_name(v->name) : v->name;
    if (name.data != v->name.data) {
        v->name = name;
        g->draft->flags |= EVENT_ALIASED_NAME;
    }
    return PT_OK;
}

static PtStatus judge_type(Judge *g)
{
    const EventValue *type = &g->item->field[EVENT_FIELD_TYPE];
    if (g->draft->view.type != EVENT_UNKNOWN) {
        return PT_OK;
    }
    if (absent(g, EVENT_FIELD_TYPE)) {
        return REFUSE(g, NO_TYPE, "type is missing");
    }
    if (type->token != PT_JSON_STRING) {
        return wrong_type(g, EVENT_FIELD_TYPE);
    }
    size_t shown = type->raw.len < 40 ? type->raw.len : 40;
    while (shown < type->raw.len && (type->raw.data[shown] & 0xC0) == 0x80) {
        shown--; // no half character
    }
    return REFUSE(g, NO_TYPE, "type is \"%.*s\"", (int)shown, type->raw.data);
}

static PtStatus judge_kinds(Judge *g)
{
    EventType type = g->draft->view.type;
    for (unsigned i = 0; i < EVENT_FIELD_COUNT; i++) {
        unsigned kind = field_kind[i];
        if ((i == EVENT_FIELD_EVENT && type == EVENT_TRACK) ||
            (i == EVENT_FIELD_NAME && (type == EVENT_PAGE || type == EVENT_SCREEN))) {
            kind = TEXT;
        }
        PtJsonToken token = g->item->field[i].token;
        if (token != PT_JSON_END && !fits(kind, token)) {
            return wrong_type(g, (EventField)i);
        }
    }
    return PT_OK;
}

static PtStatus judge_ids(Judge *g)
{
    bool user = !absent(g, EVENT_FIELD_USER_ID), anonymous = !absent(g, EVENT_FIELD_ANONYMOUS_ID);
    EventType type = g->draft->view.type;
    if (type == EVENT_ALIAS && !user) {
        return REFUSE(g, NO_ID, "alias without userId");
    }
    if (type == EVENT_ALIAS && absent(g, EVENT_FIELD_PREVIOUS_ID)) {
        return REFUSE(g, NO_ID, "alias without previousId");
    }
    if (!user && !anonymous) {
        return REFUSE(g, NO_ID, "neither userId nor anonymousId");
    }
    if (type == EVENT_GROUP && absent(g, EVENT_FIELD_GROUP_ID)) {
        return REFUSE(g, NO_ID, "group without groupId");
    }
    return PT_OK;
}

/* The first thing that keeps the event out, if any: view.reason tells. */
static PtStatus judge(Judge *g)
{
    EventView *v = &g->draft->view;
    if (v->raw.len > EVENT_MAX_BYTES) {
        return REFUSE(g, TOO_LARGE, "%zu bytes of at most %d", v->raw.len, EVENT_MAX_BYTES);
    }
    if (g->item->depth > EVENT_MAX_DEPTH) {
        return REFUSE(g, TOO_DEEP, "%u levels of at most %d", g->item->depth, EVENT_MAX_DEPTH);
    }
    PtStatus (*const steps[])(Judge *) = {judge_type, judge_kinds};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        PtStatus st = steps[i](g);
        if (st != PT_OK || v->reason != EVENT_REASON_NONE) {
            return st;
        }
    }
    if (v->message_id.len > EVENT_MESSAGE_ID_MAX) {
        return REFUSE(g, MESSAGE_ID_TOO_LONG, "messageId has %zu bytes of at most %d",
                      v->message_id.len, EVENT_MESSAGE_ID_MAX);
    }
    if (v->type == EVENT_TRACK && v->name.len == 0) {
        return REFUSE(g, NO_EVENT_NAME, "event is %s",
                      g->item->field[EVENT_FIELD_EVENT].token == PT_JSON_END ? "missing" : "empty");
    }
    return judge_ids(g);
}

PtStatus event_judge(const EventItem *item, EventType given, EventText *text, EventDraft *ret_draft,
                     PtError *err)
{
    *ret_draft = (EventDraft){.view = {.raw = item->raw, .type = given}, .direct = item->direct};
    Judge g = {item, text, ret_draft, err};
    if ((item->text_flags & (PT_JSON_LONE_SURROGATE | PT_JSON_NUL)) != 0) {
        ret_draft->flags |= EVENT_REPLACED_TEXT;
    }
    if (item->duplicate_key) {
        ret_draft->flags |= EVENT_DUPLICATE_KEY;
    }
    if (!item->is_object) {
        const char *first = item->raw.data;
        PtJsonToken token = *first == '['                    ? PT_JSON_ARRAY
                            : *first == '"'                  ? PT_JSON_STRING
                            : *first == 'n'                  ? PT_JSON_NULL
                            : *first == 't' || *first == 'f' ? PT_JSON_TRUE
                                                             : PT_JSON_NUMBER;
        return REFUSE(&g, NOT_AN_OBJECT, "the event is %s", token_noun(token));
    }
    if (given == EVENT_UNKNOWN) {
        PtStr type = event_value_text(&item->field[EVENT_FIELD_TYPE], text);
        ret_draft->view.type = event_type_of(type);
    }
    read_times(&g);
    PtStatus st = read_texts(&g);
    return st == PT_OK ? judge(&g) : st;
}

static int64_t corrected(int64_t received_ms, int64_t sent_ms, int64_t original_ms)
{
    const int64_t first_ms = -62135596800000;           // 0001-01-01, where readable time begins
    int64_t ms = received_ms - (sent_ms - original_ms); // all within +-10^15: no overflow
    return ms < first_ms ? first_ms : ms;
}

void event_stamp(EventDraft *d, const EventStampRules *r)
{
    EventView *v = &d->view;
    v->received_ms = r->received_ms;
    if (r->has_sent) {
        v->has_sent = true;
        v->sent_ms = r->sent_ms;
    }
    int64_t ms = v->has_original ? v->original_ms : r->received_ms;
    if (r->historical) {
        v->timestamp_ms = d->has_given ? d->given_ms : ms;
        d->flags |= EVENT_HISTORICAL;
        return;
    }
    if (!v->has_sent) {
        d->flags |= EVENT_NO_SENT_AT;
    }
    if (r->skew == EVENT_SKEW_KEEP && d->has_given) {
        ms = d->given_ms;
    } else if (v->has_original && v->has_sent) {
        ms = corrected(r->received_ms, v->sent_ms, v->original_ms);
    }
    if (ms - r->received_ms > EVENT_CLAMP_MS) {
        ms = r->received_ms;
        d->flags |= EVENT_CLAMPED;
    }
    v->timestamp_ms = ms;
}
