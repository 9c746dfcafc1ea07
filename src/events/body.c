// SPDX-License-Identifier: Apache-2.0
#include "events/body_internal.h"

#include <stdlib.h>

enum {
    COMMON_KEEP = 64 << 10,
    TEXT_MAX = 16 << 20, // decoded texts of one call: at most its body, doubled by their copies
};

PtStatus event_body_init(EventBody *body, PtError *err)
{
    *body = (EventBody){.text.arena = pt_arena_new(TEXT_MAX),
                        .drafts = calloc(EVENT_BODY_STAGED, sizeof *body->drafts)};
    event_keys_init(&body->keys);
    event_keys_init(&body->item_keys);
    pt_buf_init(&body->text.scratch, TEXT_MAX);
    pt_buf_init(&body->common, EVENT_BODY_MAX + 2);
    if (body->text.arena == NULL || body->drafts == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the intake");
    }
    return PT_OK;
}

void event_body_done(EventBody *body)
{
    event_keys_done(&body->keys);
    event_keys_done(&body->item_keys);
    pt_buf_done(&body->text.scratch);
    pt_buf_done(&body->common);
    pt_arena_free(body->text.arena);
    free(body->drafts);
}

void event_body_trim(EventBody *body)
{
    pt_arena_clear(body->text.arena);
    pt_buf_clear(&body->text.scratch, COMMON_KEEP);
    pt_buf_clear(&body->common, COMMON_KEEP);
}

/* The item whose first token was just pulled becomes the next draft. */
static bool stage(EventBody *b, PtJson *j, PtJsonToken first)
{
    if (!event_scan(j, first, &b->item_keys, NULL, &b->item)) {
        return false;
    }
    b->status = b->item_keys.failed
                    ? pt_fail(b->err, PT_NO_MEMORY, "no memory to read an event")
                    : event_judge(&b->item, EVENT_UNKNOWN, &b->text, &b->drafts[b->count], b->err);
    b->count++;
    return b->status == PT_OK;
}

static bool cut_batch(void *ctx, PtJson *j)
{
    EventBody *b = ctx;
    b->count = b->items = 0; // of two batches in one body the last counts, as with any key
    b->rest = NULL;
    b->batch = true;
    for (;; b->items++) {
        bool staged = b->count < EVENT_BODY_STAGED;
        if (!staged && b->rest == NULL) {
            b->rest = j->at;
        }
        PtJsonToken token = pt_json_next(j);
        if (token == PT_JSON_ARRAY_END) {
            return true;
        }
        if (token == PT_JSON_ERROR) {
            return false;
        }
        bool opens = token == PT_JSON_OBJECT || token == PT_JSON_ARRAY;
        if (staged ? !stage(b, j, token) : opens && !pt_json_skip_open(j, NULL, NULL, NULL)) {
            return false;
        }
    }
}

static void keep_common(void *ctx, EventField field, PtStr text)
{
    EventBody *b = ctx;
    if (field != EVENT_FIELD_WRITE_KEY && field != EVENT_FIELD_BATCH) {
        pt_buf_add_char(&b->common, b->common.len == 0 ? '{' : ',');
        pt_buf_add_str(&b->common, text);
    }
}

/* What the body of a batch says for all of its events. */
static PtStatus read_common(EventBody *b, PtError *err)
{
    if (pt_buf_status(&b->common) != PT_OK) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to read a batch");
    }
    b->common_depth = b->top.depth;
    b->common_flags = 0;
    if ((b->top.text_flags & (PT_JSON_LONE_SURROGATE | PT_JSON_NUL)) != 0) {
        b->common_flags |= EVENT_REPLACED_TEXT;
    }
    if (b->top.duplicate_key) {
        b->common_flags |= EVENT_DUPLICATE_KEY;
    }
    b->direct = b->top.direct;
    b->has_sent = event_value_time(&b->top.field[EVENT_FIELD_SENT_AT], &b->text, &b->sent_ms);
    return PT_OK;
}

/* A body that is one event. */
static PtStatus read_single(EventBody *b, const EventCall *call, PtError *err)
{
    bool may_be_batch = call->kind == EVENT_CALL_BATCH;
    if (may_be_batch && b->top.field[EVENT_FIELD_BATCH].token != PT_JSON_END) {
        return pt_fail(err, PT_INVALID, "batch is not an array");
    }
    if (may_be_batch && b->top.field[EVENT_FIELD_TYPE].token == PT_JSON_END) {
        return pt_fail(err, PT_INVALID, "the body has neither a batch nor a type");
    }
    pt_buf_clear(&b->common, COMMON_KEEP);
    b->count = b->items = 1;
    b->common_flags = 0;
    b->common_depth = 0;
    b->direct = -1;
    b->has_sent = false;
    return event_judge(&b->top, call->kind == EVENT_CALL_TYPED ? call->type : EVENT_UNKNOWN,
                       &b->text, &b->drafts[0], err);
}

PtStatus event_body_cut(EventBody *b, const EventCall *call, PtError *err)
{
    PtJson j;
    pt_json_init(&j, call->body, PT_JSON_MAX_DEPTH);
    event_body_trim(b);
    b->count = b->items = 0;
    b->rest = NULL;
    b->end = call->body.data + call->body.len;
    b->batch = false;
    b->status = PT_OK;
    b->err = err;
    PtJsonToken first = pt_json_next(&j);
    if (first != PT_JSON_OBJECT && first != PT_JSON_ERROR) {
        return pt_fail(err, PT_INVALID, "the body is not a JSON object");
    }
    const EventScanHooks hooks = {b, cut_batch, keep_common};
    bool ok =
        event_scan(&j, first, &b->keys, call->kind == EVENT_CALL_BATCH ? &hooks : NULL, &b->top);
    if (b->status != PT_OK) {
        return b->status;
    }
    if (!ok || pt_json_next(&j) != PT_JSON_END) {
        return pt_json_error(&j, err);
    }
    PtStr key = event_value_text(&b->top.field[EVENT_FIELD_WRITE_KEY], &b->text);
    if (b->keys.failed || key.data == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to read the body");
    }
    b->write_key = key;
    // a later member "batch" that is no array replaces the one that was
    b->batch = b->batch && b->top.field[EVENT_FIELD_BATCH].token == PT_JSON_ARRAY;
    if (!b->batch) {
        return read_single(b, call, err);
    }
    if (b->common.len > 0) {
        pt_buf_add_char(&b->common, '}');
    }
    return read_common(b, err);
}

static PtStatus scan_alone(EventBody *b, PtStr text, EventItem *item, PtError *err)
{
    PtJson j;
    pt_json_init(&j, text, PT_JSON_MAX_DEPTH);
    if (!event_scan(&j, pt_json_next(&j), &b->keys, NULL, item) ||
        pt_json_next(&j) != PT_JSON_END) {
        return pt_json_error(&j, err);
    }
    return b->keys.failed ? pt_fail(err, PT_NO_MEMORY, "no memory to read an event") : PT_OK;
}

PtStatus event_body_again(EventBody *b, PtStr raw, PtStr common, EventType given, PtError *err)
{
    event_body_trim(b);
    b->batch = common.len > 0;
    b->rest = NULL;
    b->count = b->items = 0;
    if (b->batch) {
        pt_buf_add_str(&b->common, common);
        PtStatus st = scan_alone(b, common, &b->top, err);
        st = st == PT_OK ? read_common(b, err) : st;
        if (st != PT_OK) {
            return st;
        }
    }
    PtStatus st = scan_alone(b, raw, &b->item, err);
    st = st == PT_OK ? event_judge(&b->item, given, &b->text, &b->drafts[0], err) : st;
    b->count = b->items = st == PT_OK;
    return st;
}

static const char *next_item(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r' || *p == ',')) {
        p++;
    }
    return p;
}

PtStatus event_body_more(EventBody *b, PtError *err)
{
    b->count = 0;
    b->err = err;
    if (b->rest == NULL) {
        return PT_OK;
    }
    pt_arena_clear(b->text.arena);
    const char *p = next_item(b->rest, b->end);
    while (b->count < EVENT_BODY_STAGED && p < b->end && *p != ']') {
        PtJson j;
        pt_json_init(&j, (PtStr){p, (size_t)(b->end - p)}, PT_JSON_MAX_DEPTH);
        if (!stage(b, &j, pt_json_next(&j))) { // it was checked before: memory only
            return b->status != PT_OK ? b->status : pt_json_error(&j, err);
        }
        p = next_item(j.at, b->end);
    }
    b->rest = p;
    return PT_OK;
}
