// SPDX-License-Identifier: Apache-2.0
/* /api/v1/consent, a person's consent and the suppression list. What people see themselves:
 * preferences.c. */
#include "api/api_internal.h"

#include "base/time.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RETENTION_PREVIEW_MS = 1000,
    SETTLE_MS = 5000,
    DAY_MS = 86400000,
    CHUNK_BYTES = 64 << 10,
    PAGE = 100
};

static ConsentBasis basis_of(int choice)
{
    return (ConsentBasis)choice; // openapi names them in the same order
}

/* -- purposes ------------------------------------------------------------------------------------
 */

static void put_list(PtJsonOut *out, const char *key, const PtStr *items, size_t count)
{
    pt_json_out_key(out, pt_str(key));
    pt_json_out_array(out);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_str(out, items[i]);
    }
    pt_json_out_array_end(out);
}

static void put_retention(PtJsonOut *out, const ConsentPurpose *p)
{
    pt_json_out_key(out, PT_STR("retention"));
    pt_json_out_array(out);
    for (size_t i = 0; i < p->retention_count; i++) {
        pt_json_out_object(out);
        pt_json_put_str(out, "type", p->retention[i].type);
        pt_json_put_str(out, "name", p->retention[i].name);
        pt_json_put_u64(out, "days", p->retention[i].days);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

static void put_purpose(PtJsonOut *out, const ConsentPurpose *p)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "id", p->id);
    pt_json_put_str(out, "name", p->name);
    pt_json_put_str(out, "description", p->description);
    pt_json_put_str(out, "basis", consent_basis_name(p->basis));
    pt_json_put_str(out, "text_version", p->text_version);
    put_list(out, "messages", p->messages, p->message_count);
    put_list(out, "channels", p->channels, p->channel_count);
    put_list(out, "categories", p->categories, p->category_count);
    put_retention(out, p);
    pt_json_put_u64(out, "version", p->version);
    api_put_time_or_null(out, "created_at", p->created_ms);
    api_put_time_or_null(out, "changed_at", p->changed_ms);
    pt_json_put_str(out, "changed_by", p->changed_by);
    api_put_time_or_null(out, "archived_at", p->archived_ms);
    pt_json_out_object_end(out);
}

static void answer_purpose(ApiCall *call, int status, PtStr id)
{
    ConsentPurpose purpose;
    PtJsonOut out = pt_json_out(&call->body);
    if (!api_failed(call, consent_purpose(call->api->c.profiles, id, call->arena, &purpose,
                                          &call->error))) {
        put_purpose(&out, &purpose);
        api_answer(call, status);
    }
}

void api_consent_purposes_list(ApiCall *call)
{
    ConsentPurpose *purposes;
    size_t count;
    if (api_failed(call, consent_purposes(call->api->c.profiles,
                                          call->query[Q_CONSENT_PURPOSES_LIST_ARCHIVED].truth,
                                          call->arena, &purposes, &count, &call->error))) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        put_purpose(&out, &purposes[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_consent_purposes_get(ApiCall *call)
{
    answer_purpose(call, 200, call->args[0]);
}

enum { ROW_TYPE, ROW_NAME, ROW_DAYS, ROW_FIELDS };

static const ApiFieldSpec row_fields[ROW_FIELDS] = {
    [ROW_TYPE] = {.name = "type", .kind = API_TEXT, .max = 20, .fallback = ""},
    [ROW_NAME] = {.name = "name", .kind = API_TEXT, .max = CONSENT_ITEM_MAX, .fallback = ""},
    [ROW_DAYS] =
        {.name = "days", .kind = API_INT, .required = true, .min = 1, .max = CONSENT_DAYS_MAX},
};

static PtStatus read_retention(ApiCall *call, PtStr json, ConsentPurposeEdit *edit)
{
    PtJson j;
    PtStr item;
    ConsentRetention *rows = pt_arena_alloc(call->arena, CONSENT_LIST_MAX, sizeof *rows);
    PtStatus st =
        rows != NULL ? PT_OK : pt_fail(&call->error, PT_NO_MEMORY, "no memory for a purpose");
    pt_json_init(&j, json, EVENT_MAX_DEPTH);
    if (st == PT_OK && json.len > 0 && pt_json_next(&j) != PT_JSON_ARRAY) {
        st = pt_fail(&call->error, PT_INVALID, "retention: not a list");
    }
    while (st == PT_OK && json.len > 0 && pt_json_skip(&j, &item, NULL, NULL)) {
        ApiValue values[ROW_FIELDS] = {{.given = false}};
        if (edit->retention_count == CONSENT_LIST_MAX) {
            return pt_fail(&call->error, PT_INVALID, "retention: the most is %d rows",
                           CONSENT_LIST_MAX);
        }
        st = api_decode_object(item, row_fields, ROW_FIELDS, call->arena, values, &call->error);
        if (st == PT_OK) {
            rows[edit->retention_count++] =
                (ConsentRetention){.type = values[ROW_TYPE].text,
                                   .name = values[ROW_NAME].text,
                                   .days = (uint32_t)values[ROW_DAYS].number};
        }
    }
    edit->retention = rows;
    return st;
}

void api_consent_purposes_add(ApiCall *call)
{
    const ApiValue *in = call->in;
    Profiles *profiles = call->api->c.profiles;
    const PtStr id = in[IN_CONSENT_PURPOSES_ADD_ID].text;
    ConsentPurposeEdit edit = {.name = in[IN_CONSENT_PURPOSES_ADD_NAME].text,
                               .description = in[IN_CONSENT_PURPOSES_ADD_DESCRIPTION].text,
                               .text_version = in[IN_CONSENT_PURPOSES_ADD_TEXT_VERSION].text,
                               .basis = basis_of(in[IN_CONSENT_PURPOSES_ADD_BASIS].choice),
                               .messages = in[IN_CONSENT_PURPOSES_ADD_MESSAGES].texts,
                               .message_count = in[IN_CONSENT_PURPOSES_ADD_MESSAGES].count,
                               .channels = in[IN_CONSENT_PURPOSES_ADD_CHANNELS].texts,
                               .channel_count = in[IN_CONSENT_PURPOSES_ADD_CHANNELS].count,
                               .categories = in[IN_CONSENT_PURPOSES_ADD_CATEGORIES].texts,
                               .category_count = in[IN_CONSENT_PURPOSES_ADD_CATEGORIES].count};
    PtStatus st = read_retention(call, in[IN_CONSENT_PURPOSES_ADD_RETENTION].text, &edit);
    st =
        st == PT_OK ? consent_purpose_add(profiles, &call->who.actor, id, &edit, &call->error) : st;
    st = st == PT_OK ? profiles_settle(profiles, SETTLE_MS, &call->error) : st;
    if (!api_failed(call, st)) {
        privacy_retention_changed(call->api->privacy);
        answer_purpose(call, 201, id);
    }
}

void api_consent_purposes_save(ApiCall *call)
{
    const ApiValue *in = call->in;
    Profiles *profiles = call->api->c.profiles;
    ConsentPurposeEdit edit = {.name = in[IN_CONSENT_PURPOSES_SAVE_NAME].text,
                               .description = in[IN_CONSENT_PURPOSES_SAVE_DESCRIPTION].text,
                               .text_version = in[IN_CONSENT_PURPOSES_SAVE_TEXT_VERSION].text,
                               .basis = basis_of(in[IN_CONSENT_PURPOSES_SAVE_BASIS].choice),
                               .messages = in[IN_CONSENT_PURPOSES_SAVE_MESSAGES].texts,
                               .message_count = in[IN_CONSENT_PURPOSES_SAVE_MESSAGES].count,
                               .channels = in[IN_CONSENT_PURPOSES_SAVE_CHANNELS].texts,
                               .channel_count = in[IN_CONSENT_PURPOSES_SAVE_CHANNELS].count,
                               .categories = in[IN_CONSENT_PURPOSES_SAVE_CATEGORIES].texts,
                               .category_count = in[IN_CONSENT_PURPOSES_SAVE_CATEGORIES].count};
    PtStatus st = read_retention(call, in[IN_CONSENT_PURPOSES_SAVE_RETENTION].text, &edit);
    st = st == PT_OK ? consent_purpose_save(profiles, &call->who.actor, call->args[0],
                                            (uint32_t)in[IN_CONSENT_PURPOSES_SAVE_VERSION].number,
                                            &edit, &call->error)
                     : st;
    st = st == PT_OK ? profiles_settle(profiles, SETTLE_MS, &call->error) : st;
    if (!api_failed(call, st)) {
        privacy_retention_changed(call->api->privacy);
        answer_purpose(call, 200, call->args[0]);
    }
}

void api_consent_purposes_archive(ApiCall *call)
{
    Profiles *profiles = call->api->c.profiles;
    PtStatus st =
        consent_purpose_archive(profiles, &call->who.actor, call->args[0],
                                call->in[IN_CONSENT_PURPOSES_ARCHIVE_ARCHIVED].truth, &call->error);
    st = st == PT_OK ? profiles_settle(profiles, SETTLE_MS, &call->error) : st;
    if (!api_failed(call, st)) {
        answer_purpose(call, 200, call->args[0]);
    }
}

/* -- retention -----------------------------------------------------------------------------------
 */

static void put_class(PtJsonOut *out, const RetentionClass *c)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "type", c->type);
    pt_json_put_str(out, "name", c->name);
    pt_json_put_u64(out, "days", c->days);
    pt_json_put_u64(out, "purposes", c->purposes);
    api_put_time_or_null(out, "dropped_before", c->before_ms);
    api_put_time_or_null(out, "due_before", c->cut_ms);
    pt_json_put_u64(out, "events", c->events);
    pt_json_put_u64(out, "quarantined", c->quarantined);
    pt_json_put_u64(out, "import_files", c->files);
    pt_json_out_object_end(out);
}

void api_consent_retention(ApiCall *call)
{
    RetentionState state;
    if (api_failed(call,
                   privacy_retention(call->api->privacy, call->arena, &state, &call->error))) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_bool(&out, "running", state.running);
    api_put_time_or_null(&out, "last_run_at", state.last_ms);
    api_put_time_or_null(&out, "next_run_at", state.next_ms);
    api_put_text_or_null(&out, "problem", state.problem);
    pt_json_out_key(&out, PT_STR("classes"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < state.count; i++) {
        put_class(&out, &state.classes[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_consent_retention_preview(ApiCall *call)
{
    ConsentPurposeEdit edit = {.retention_count = 0};
    RetentionPreview preview;
    PtStatus st =
        read_retention(call, call->in[IN_CONSENT_RETENTION_PREVIEW_RETENTION].text, &edit);
    st = st == PT_OK
             ? privacy_retention_preview(call->api->privacy, edit.retention, edit.retention_count,
                                         RETENTION_PREVIEW_MS, &preview, &call->error)
             : st;
    if (!api_failed(call, st)) {
        PtJsonOut out = pt_json_out(&call->body);
        pt_json_out_object(&out);
        pt_json_put_u64(&out, "records", preview.records);
        pt_json_put_bool(&out, "at_least", preview.at_least);
        pt_json_out_object_end(&out);
        api_answer(call, 200);
    }
}

/* -- a person ------------------------------------------------------------------------------------
 */

static void put_origin(ApiCall *call, PtJsonOut *out, PtStr via, uint32_t source)
{
    api_put_text_or_null(out, "via", via);
    if (source != 0) {
        api_put_source(call, out, source);
    } else {
        api_put_null(out, "source");
    }
}

static void put_state(ApiCall *call, PtJsonOut *out, const ConsentOfPurpose *state)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "purpose", state->purpose);
    pt_json_put_str(out, "name", state->name);
    pt_json_put_str(out, "basis", consent_basis_name(state->basis));
    pt_json_put_str(out, "state", consent_state_name(state->state));
    api_put_time_or_null(out, "at", state->at_ms);
    put_origin(call, out, state->via, state->source);
    api_put_text_or_null(out, "evidence", state->evidence);
    api_put_text_or_null(out, "text_version", state->text_version);
    api_put_text_or_null(out, "by", state->by);
    pt_json_out_object_end(out);
}

static PtStatus put_states(ApiCall *call, PtJsonOut *out, const char *key, PtStr person)
{
    ConsentOfPurpose *states;
    size_t count;
    PtStatus st =
        consent_of(call->api->c.profiles, person, call->arena, &states, &count, &call->error);
    if (st == PT_OK) {
        pt_json_out_key(out, pt_str(key));
        pt_json_out_array(out);
        for (size_t i = 0; i < count; i++) {
            put_state(call, out, &states[i]);
        }
        pt_json_out_array_end(out);
    }
    return st;
}

PtStatus api_put_consent(ApiCall *call, PtJsonOut *out, PtStr person)
{
    return put_states(call, out, "consent", person);
}

static void put_decision(ApiCall *call, PtJsonOut *out, const ConsentDecision *d)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "purpose", d->purpose);
    pt_json_put_bool(out, "granted", d->granted);
    pt_json_put_bool(out, "declared", d->declared);
    pt_json_put_u64(out, "position", d->offset);
    api_put_time(out, "at", d->at_ms);
    put_origin(call, out, d->via, d->source);
    api_put_text_or_null(out, "evidence", d->evidence);
    api_put_text_or_null(out, "text_version", d->text_version);
    api_put_text_or_null(out, "page", d->page);
    api_put_text_or_null(out, "ip", d->ip);
    api_put_text_or_null(out, "by", d->by);
    pt_json_out_object_end(out);
}

static void answer_consent(ApiCall *call, uint64_t before, size_t limit)
{
    ConsentHistory history;
    char cursor[24] = "";
    PtJsonOut out = pt_json_out(&call->body);
    PtStatus st = consent_history(call->api->c.profiles, call->args[0], before, limit, call->arena,
                                  &history, &call->error);
    pt_json_out_object(&out);
    st = st == PT_OK ? put_states(call, &out, "states", call->args[0]) : st;
    if (api_failed(call, st)) {
        return;
    }
    pt_json_out_key(&out, PT_STR("history"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < history.count; i++) {
        put_decision(call, &out, &history.decisions[i]);
    }
    pt_json_out_array_end(&out);
    if (history.more) {
        (void)snprintf(cursor, sizeof cursor, "%" PRIu64,
                       history.decisions[history.count - 1].offset);
    }
    api_put_text_or_null(&out, "next_cursor", pt_str(cursor));
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_profiles_consent(ApiCall *call)
{
    uint64_t before = 0;
    if (!api_failed(call, api_cursor_u64(&call->query[Q_PROFILES_CONSENT_CURSOR], UINT64_MAX,
                                         &before, &call->error))) {
        answer_consent(call, before, (size_t)call->query[Q_PROFILES_CONSENT_LIMIT].number);
    }
}

void api_profiles_consent_decide(ApiCall *call)
{
    const ApiValue *in = call->in;
    Profiles *profiles = call->api->c.profiles;
    const ConsentChoice choice = {in[IN_PROFILES_CONSENT_DECIDE_PURPOSE].text,
                                  in[IN_PROFILES_CONSENT_DECIDE_GRANTED].truth};
    const ConsentSaid said = {.choices = &choice,
                              .count = 1,
                              .via = CONSENT_VIA_STAFF,
                              .evidence = in[IN_PROFILES_CONSENT_DECIDE_EVIDENCE].text,
                              .text_version = in[IN_PROFILES_CONSENT_DECIDE_TEXT_VERSION].text};
    PtStatus st = consent_decide(profiles, &call->who.actor, call->args[0], &said, &call->error);
    st = st == PT_OK ? profiles_settle(profiles, SETTLE_MS, &call->error) : st;
    if (!api_failed(call, st)) {
        answer_consent(call, UINT64_MAX, PAGE / 2);
    }
}

void api_profiles_preference_link(ApiCall *call)
{
    char token[CONSENT_TOKEN_MAX], path[CONSENT_TOKEN_MAX + 16];
    const int64_t days = call->in[IN_PROFILES_PREFERENCE_LINK_DAYS].number;
    const int64_t until_ms = pt_clock_now_ms(pt_clock_real()) + days * DAY_MS;
    if (api_failed(call, consent_link_make(call->api->c.profiles, call->args[0],
                                           call->in[IN_PROFILES_PREFERENCE_LINK_PURPOSE].text,
                                           until_ms, token, &call->error))) {
        return;
    }
    (void)snprintf(path, sizeof path, "/preferences/%s", token);
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "path", pt_str(path));
    api_put_time(&out, "expires_at", until_ms - until_ms % 1000);
    pt_json_out_object_end(&out);
    api_answer(call, 201);
}

/* -- suppression list ----------------------------------------------------------------------------
 */

static void put_suppressed(PtJsonOut *out, const ConsentSuppressed *row)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "id", pt_str(row->id));
    pt_json_put_str(out, "channel", consent_channel_name(row->channel));
    pt_json_put_str(out, "reason", consent_reason_name(row->reason));
    api_put_time(out, "since", row->since_ms);
    api_put_text_or_null(out, "masked", row->masked);
    api_put_text_or_null(out, "by", row->by);
    pt_json_out_object_end(out);
}

void api_suppressions_list(ApiCall *call)
{
    const ApiValue *q = call->query;
    ConsentSuppressed *rows;
    size_t count;
    ConsentSuppressedQuery query = {.reason = CONSENT_ANY_REASON,
                                    .after = q[Q_SUPPRESSIONS_LIST_CURSOR].text,
                                    .max = (size_t)q[Q_SUPPRESSIONS_LIST_LIMIT].number};
    (void)consent_reason_of(q[Q_SUPPRESSIONS_LIST_REASON].text, &query.reason);
    if (api_failed(call, consent_suppressions(call->api->c.profiles, &query, call->arena, &rows,
                                              &count, &call->error))) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    api_page_begin(&out);
    for (size_t i = 0; i < count; i++) {
        put_suppressed(&out, &rows[i]);
    }
    api_page_end(&out, count == query.max ? rows[count - 1].id : NULL);
    api_answer(call, 200);
}

void api_suppressions_add(ApiCall *call)
{
    const ApiValue *in = call->in, *list = &in[IN_SUPPRESSIONS_ADD_ADDRESSES];
    ConsentAddress *addresses = pt_arena_alloc(call->arena, list->count, sizeof *addresses);
    ConsentAddress same = {.channel = CONSENT_EMAIL, .reason = CONSENT_MANUAL};
    size_t added = 0;
    (void)consent_channel_of(in[IN_SUPPRESSIONS_ADD_CHANNEL].text, &same.channel);
    (void)consent_reason_of(in[IN_SUPPRESSIONS_ADD_REASON].text, &same.reason);
    same.since_ms = in[IN_SUPPRESSIONS_ADD_SINCE].number;
    for (size_t i = 0; addresses != NULL && i < list->count; i++) {
        addresses[i] = same;
        addresses[i].address = list->texts[i];
    }
    PtStatus st = addresses != NULL
                      ? consent_suppress(call->api->c.profiles, &call->who.actor, addresses,
                                         list->count, &added, &call->error)
                      : pt_fail(&call->error, PT_NO_MEMORY, "no memory for the suppression list");
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_u64(&out, "added", added);
    pt_json_put_u64(&out, "known", list->count - added);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_suppressions_check(ApiCall *call)
{
    const ApiValue *in = call->in;
    ConsentSuppressed row;
    ConsentChannel channel = CONSENT_EMAIL;
    (void)consent_channel_of(in[IN_SUPPRESSIONS_CHECK_CHANNEL].text, &channel);
    PtStatus st =
        consent_suppression(call->api->c.profiles, channel, in[IN_SUPPRESSIONS_CHECK_ADDRESS].text,
                            call->arena, &row, &call->error);
    const bool there = st == PT_OK;
    if (!there && st != PT_NOT_FOUND) {
        api_problem(call, st, &call->error);
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_bool(&out, "suppressed", there);
    if (there) {
        pt_json_out_key(&out, PT_STR("row"));
        put_suppressed(&out, &row);
    } else {
        api_put_null(&out, "row");
    }
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_suppressions_remove(ApiCall *call)
{
    if (!api_failed(call, consent_unsuppress(call->api->c.profiles, &call->who.actor, call->args[0],
                                             &call->error))) {
        api_answer_done(call);
    }
}

static PtStatus write_chunk(ApiStream *s, PtBuf *out, PtError *err)
{
    PtStatus st = pt_buf_status(out);
    st = st == PT_OK ? http_stream_write(s->http, pt_buf_str(out)) : st;
    pt_buf_clear(out, 2 * CHUNK_BYTES);
    return st == PT_OK ? PT_OK : pt_fail(err, PT_UNAVAILABLE, "the client went away");
}

static PtStatus run_export(ApiStream *s, void *ctx, PtError *err)
{
    (void)ctx;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    char after[CONSENT_HASH_TEXT] = "";
    size_t count = PAGE;
    PtBuf text;
    pt_buf_init(&text, 1 << 20);
    PtStatus st = arena != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for an export");
    while (st == PT_OK && count == PAGE && !atomic_load(&s->ended)) {
        ConsentSuppressed *rows = NULL;
        pt_arena_clear(arena);
        const ConsentSuppressedQuery query = {CONSENT_ANY_REASON, pt_str(after), PAGE};
        st = consent_suppressions(s->api->c.profiles, &query, arena, &rows, &count, err);
        for (size_t i = 0; st == PT_OK && i < count; i++) {
            PtJsonOut out = pt_json_out(&text);
            put_suppressed(&out, &rows[i]);
            pt_buf_add_char(&text, '\n');
            memcpy(after, rows[i].id, sizeof after);
        }
        st = st == PT_OK && count > 0 ? write_chunk(s, &text, err) : st;
    }
    pt_buf_done(&text);
    return st;
}

void api_suppressions_export(ApiCall *call)
{
    (void)api_stream_start(call, "application/x-ndjson", run_export, NULL);
}
