// SPDX-License-Identifier: Apache-2.0
/* /api/v1/connectors: shops, tills and other systems that send by webhook. */
#include "api/api_internal.h"

#include <inttypes.h>
#include <stdio.h>

/* ---- Kinds ----------------------------------------------------------------------------------- */

static void put_texts(PtJsonOut *out, const char *key, const char *const *texts)
{
    pt_json_out_key(out, pt_str(key));
    if (texts == NULL) {
        pt_json_out_null(out);
        return;
    }
    pt_json_out_array(out);
    for (; *texts != NULL; texts++) {
        pt_json_out_str(out, pt_str(*texts));
    }
    pt_json_out_array_end(out);
}

static void field_json(PtJsonOut *out, const HookField *f)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "name", pt_str(f->name));
    pt_json_put_str(out, "title", pt_str(f->title));
    pt_json_put_str(out, "help", pt_str(f->help));
    pt_json_put_bool(out, "required", f->required);
    pt_json_put_i64(out, "max", f->max);
    put_texts(out, "choices", f->choices);
    api_put_text_or_null(out, "fallback", pt_str(f->fallback != NULL ? f->fallback : ""));
    pt_json_out_object_end(out);
}

static void kind_json(PtJsonOut *out, const HookKind *k)
{
    static const char *const secrets[] = {"none", "given", "made"};
    pt_json_out_object(out);
    pt_json_put_str(out, "name", pt_str(k->name));
    pt_json_put_str(out, "title", pt_str(k->title));
    pt_json_put_str(out, "help", pt_str(k->help));
    pt_json_put_str(out, "secret", pt_str(secrets[k->secret]));
    pt_json_put_str(out, "secret_title", pt_str(k->secret_title));
    pt_json_put_str(out, "secret_help", pt_str(k->secret_help));
    pt_json_put_str(out, "signature", pt_str(k->signature));
    put_texts(out, "topics", k->topics);
    pt_json_out_key(out, PT_STR("samples"));
    pt_json_out_array(out);
    for (size_t i = 0; i < k->sample_count; i++) {
        pt_json_out_str(out, pt_str(k->samples[i].topic));
    }
    pt_json_out_array_end(out);
    pt_json_put_bool(out, "mapped", k->mapped_by_people);
    pt_json_out_key(out, PT_STR("fields"));
    pt_json_out_array(out);
    for (size_t i = 0; i < k->field_count; i++) {
        field_json(out, &k->fields[i]);
    }
    pt_json_out_array_end(out);
    pt_json_out_object_end(out);
}

void api_connectors_kinds(ApiCall *call)
{
    size_t count = 0;
    const HookKind *const *kinds = hook_kinds(&count);
    PtJsonOut out = pt_json_out(&call->body);
    api_page_begin(&out);
    for (size_t i = 0; i < count; i++) {
        kind_json(&out, kinds[i]);
    }
    api_page_end(&out, NULL);
    api_answer(call, 200);
}

/* ---- A connector ----------------------------------------------------------------------------- */

static void put_health(PtJsonOut *out, const HookHealth *h)
{
    const struct {
        const char *key;
        uint64_t value;
    } counts[] = {{"deliveries", h->deliveries}, {"events", h->events},
                  {"duplicates", h->duplicates}, {"quarantined", h->quarantined},
                  {"stale", h->stale},           {"ignored", h->ignored},
                  {"privacy", h->privacy},       {"unsigned", h->unsigned_ones},
                  {"failed", h->failed},         {"disabled", h->disabled}};
    pt_json_out_key(out, PT_STR("health"));
    pt_json_out_object(out);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        pt_json_put_u64(out, counts[i].key, counts[i].value);
    }
    api_put_time_or_null(out, "last_success_at", h->last_success_ms);
    api_put_time_or_null(out, "last_failure_at", h->last_failure_ms);
    api_put_text_or_null(out, "last_error", pt_str(h->last_error));
    pt_json_out_key(out, PT_STR("per_minute"));
    pt_json_out_array(out);
    for (size_t i = 0; i < HOOK_MINUTES; i++) {
        pt_json_out_i64(out, h->minutes[i]);
    }
    pt_json_out_array_end(out);
    pt_json_out_object_end(out);
}

static void connector_json(ApiCall *call, PtJsonOut *out, const HookConnector *c)
{
    HookHealth health = {0};
    static const char prefix[] = "/v1/hooks/";
    char path[sizeof prefix + HOOK_ID];
    (void)!hooks_health(call->api->hooks, pt_str(c->id), &health, NULL); // just removed: zeros
    memcpy(path, prefix, sizeof prefix - 1);
    memcpy(path + sizeof prefix - 1, c->id, sizeof c->id);
    pt_json_out_object(out);
    pt_json_put_str(out, "id", pt_str(c->id));
    pt_json_put_str(out, "kind", pt_str(c->kind->name));
    pt_json_put_str(out, "name", c->name);
    api_put_source(call, out, c->source);
    pt_json_put_bool(out, "enabled", c->enabled);
    pt_json_put_str(out, "path", pt_str(path));
    pt_json_put_bool(out, "has_secret", c->has_secret);
    api_put_time_or_null(out, "previous_until", c->previous_until_ms);
    pt_json_out_key(out, PT_STR("settings"));
    pt_json_out_object(out);
    for (size_t i = 0; i < c->setting_count; i++) {
        pt_json_out_key(out, c->settings[i].name);
        pt_json_out_str(out, c->settings[i].value);
    }
    pt_json_out_object_end(out);
    if (c->mapping.len > 0) {
        api_put_raw(out, "mapping", c->mapping);
    } else {
        api_put_null(out, "mapping");
    }
    put_health(out, &health);
    api_put_time(out, "created_at", c->created_ms);
    pt_json_put_str(out, "created_by", c->created_by);
    api_put_time(out, "changed_at", c->changed_ms);
    pt_json_out_object_end(out);
}

static void answer_connector(ApiCall *call, PtStatus st, const HookConnector *c)
{
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    connector_json(call, &out, c);
    api_answer(call, 200);
}

/* With a secret that was made, which is in this answer alone. */
static void answer_made(ApiCall *call, PtStatus st, int status, const HookConnector *c,
                        const HookMadeSecret *made)
{
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("connector"));
    connector_json(call, &out, c);
    api_put_text_or_null(&out, "secret", pt_str(made->text));
    pt_json_out_object_end(&out);
    api_answer(call, status);
}

void api_connectors_list(ApiCall *call)
{
    HookConnector *list = NULL;
    size_t count = 0;
    PtStatus st = hooks_list(call->api->hooks, call->arena, &list, &count, &call->error);
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    api_page_begin(&out);
    for (size_t i = 0; i < count; i++) {
        connector_json(call, &out, &list[i]);
    }
    api_page_end(&out, NULL);
    api_answer(call, 200);
}

void api_connectors_get(ApiCall *call)
{
    HookConnector c;
    answer_connector(call,
                     hooks_get(call->api->hooks, call->args[0], call->arena, &c, &call->error), &c);
}

/* ---- Changes --------------------------------------------------------------------------------- */

static PtStr decoded(ApiCall *call, PtStr raw)
{
    PtBuf buf;
    pt_buf_init(&buf, HOOK_SETTING_MAX * 4);
    pt_json_decode(raw, &buf);
    const PtStr kept = pt_buf_status(&buf) == PT_OK ? pt_arena_str(call->arena, pt_buf_str(&buf))
                                                    : (PtStr){NULL, 0};
    pt_buf_done(&buf);
    return kept;
}

/* {"name": "text", ...} */
static PtStatus read_settings(ApiCall *call, const ApiValue *value, HookEdit *edit)
{
    HookSetting *list = pt_arena_alloc(call->arena, HOOK_SETTINGS_MAX, sizeof *list);
    PtJson j;
    if (!value->given) {
        return PT_OK;
    }
    if (list == NULL) {
        return pt_fail(&call->error, PT_NO_MEMORY, "no memory for the settings");
    }
    pt_json_init(&j, value->text, 4);
    PtJsonToken token = pt_json_next(&j);
    while (token == PT_JSON_OBJECT && pt_json_next(&j) == PT_JSON_KEY) {
        if (edit->setting_count == HOOK_SETTINGS_MAX) {
            return pt_fail(&call->error, PT_INVALID, "settings: at most %d", HOOK_SETTINGS_MAX);
        }
        HookSetting *s = &list[edit->setting_count++];
        s->name = decoded(call, j.raw);
        if (pt_json_next(&j) != PT_JSON_STRING) {
            return pt_fail(&call->error, PT_INVALID, "settings: each is a text");
        }
        s->value = decoded(call, j.raw);
        if (s->name.data == NULL || s->value.data == NULL) {
            return pt_fail(&call->error, PT_TOO_LARGE, "settings: one is over %d bytes",
                           HOOK_SETTING_MAX);
        }
    }
    edit->settings = list;
    return PT_OK;
}

/* A name that no source has makes one: so whoever makes a connector without naming a source must be
 * allowed to. */
static PtStatus may_make_source(ApiCall *call, const HookEdit *edit)
{
    EventSource source;
    if (edit->source.data != NULL ||
        event_source_by_ref(call->api->c.sources, edit->name, &source) ||
        (call->who.permissions & PERMISSION_SOURCES_WRITE) != 0) {
        return PT_OK;
    }
    return pt_fail(&call->error, PT_FORBIDDEN,
                   "source: name one that is there; making one wants sources.write");
}

void api_connectors_add(ApiCall *call)
{
    const ApiValue *in = call->in;
    HookConnector c;
    HookMadeSecret made = {""};
    HookEdit edit = {.name = in[IN_CONNECTORS_ADD_NAME].text,
                     .source = in[IN_CONNECTORS_ADD_SOURCE].text,
                     .secret = in[IN_CONNECTORS_ADD_SECRET].text,
                     .mapping = in[IN_CONNECTORS_ADD_MAPPING].text,
                     .set_enabled = true,
                     .enabled = in[IN_CONNECTORS_ADD_ENABLED].truth};
    PtStatus st = read_settings(call, &in[IN_CONNECTORS_ADD_SETTINGS], &edit);
    st = st == PT_OK ? may_make_source(call, &edit) : st;
    if (st == PT_OK) {
        st = hooks_add(call->api->hooks, in[IN_CONNECTORS_ADD_KIND].text, &edit, &call->who.actor,
                       call->arena, &c, &made, &call->error);
    }
    answer_made(call, st, 201, &c, &made);
}

void api_connectors_change(ApiCall *call)
{
    const ApiValue *in = call->in;
    HookConnector c;
    HookEdit edit = {.name = in[IN_CONNECTORS_CHANGE_NAME].text,
                     .source = in[IN_CONNECTORS_CHANGE_SOURCE].text,
                     .mapping = in[IN_CONNECTORS_CHANGE_MAPPING].text,
                     .set_enabled = in[IN_CONNECTORS_CHANGE_ENABLED].given,
                     .enabled = in[IN_CONNECTORS_CHANGE_ENABLED].truth,
                     .if_changed_ms = in[IN_CONNECTORS_CHANGE_CHANGED_AT].given
                                          ? in[IN_CONNECTORS_CHANGE_CHANGED_AT].number
                                          : 0};
    PtStatus st = read_settings(call, &in[IN_CONNECTORS_CHANGE_SETTINGS], &edit);
    if (st == PT_OK) {
        st = hooks_change(call->api->hooks, call->args[0], &edit, &call->who.actor, call->arena, &c,
                          &call->error);
    }
    answer_connector(call, st, &c);
}

void api_connectors_rotate(ApiCall *call)
{
    const ApiValue *in = call->in;
    HookConnector c;
    HookMadeSecret made = {""};
    PtStatus st =
        hooks_rotate(call->api->hooks, call->args[0], in[IN_CONNECTORS_ROTATE_SECRET].text,
                     in[IN_CONNECTORS_ROTATE_KEEP_HOURS].number, &call->who.actor, call->arena, &c,
                     &made, &call->error);
    answer_made(call, st, 200, &c, &made);
}

void api_connectors_remove(ApiCall *call)
{
    PtStatus st = hooks_remove(call->api->hooks, call->args[0], &call->who.actor, &call->error);
    if (!api_failed(call, st)) {
        api_answer_done(call);
    }
}

/* ---- Looking --------------------------------------------------------------------------------- */

static void delivery_json(PtJsonOut *out, const HookDelivery *d)
{
    pt_json_out_object(out);
    if (d->number > 0) {
        pt_json_put_u64(out, "number", d->number);
    } else {
        api_put_null(out, "number");
    }
    api_put_time(out, "at", d->time_ms);
    pt_json_put_i64(out, "status", d->http);
    pt_json_put_str(out, "result", pt_str(hook_result_name(d->result)));
    api_put_text_or_null(out, "topic", pt_str(d->topic));
    api_put_text_or_null(out, "delivery", pt_str(d->delivery));
    api_put_text_or_null(out, "peer", pt_str(d->peer));
    api_put_text_or_null(out, "agent", pt_str(d->agent));
    api_put_text_or_null(out, "reason", pt_str(d->reason));
    pt_json_put_i64(out, "events", d->events);
    pt_json_put_i64(out, "duplicates", d->duplicates);
    pt_json_put_i64(out, "bytes", d->bytes);
    pt_json_out_object_end(out);
}

void api_connectors_deliveries(ApiCall *call)
{
    HookDelivery *list = NULL;
    size_t count = 0;
    PtStatus st =
        hooks_deliveries(call->api->hooks, call->args[0], call->arena, &list, &count, &call->error);
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    api_page_begin(&out);
    for (size_t i = 0; i < count; i++) {
        delivery_json(&out, &list[i]);
    }
    api_page_end(&out, NULL);
    api_answer(call, 200);
}

void api_connectors_sample(ApiCall *call)
{
    PtStr body = {NULL, 0};
    PtStatus st = hooks_sample(call->api->hooks, call->args[0], call->arena, &body, &call->error);
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    api_put_text_or_null(&out, "body", body);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

static void put_events(PtJsonOut *out, const PtStr *events, size_t count)
{
    pt_json_out_key(out, PT_STR("events"));
    pt_json_out_array(out);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_raw(out, events[i]);
    }
    pt_json_out_array_end(out);
}

void api_connectors_preview(ApiCall *call)
{
    const ApiValue *in = call->in;
    PtStr body = in[IN_CONNECTORS_PREVIEW_BODY].text;
    const PtStr of = in[IN_CONNECTORS_PREVIEW_CONNECTOR].text;
    HookPreview preview = {NULL, 0};
    PtStatus st = PT_OK;
    if (body.data == NULL && of.data != NULL) {
        st = hooks_sample(call->api->hooks, of, call->arena, &body, &call->error);
    }
    if (st == PT_OK && body.data == NULL) {
        st = pt_fail(&call->error, PT_INVALID,
                     of.data != NULL ? "connector: nothing came to it within the hour"
                                     : "body: paste one, or name a connector");
    }
    st = st == PT_OK ? hooks_preview(in[IN_CONNECTORS_PREVIEW_MAPPING].text, body, call->arena,
                                     &preview, &call->error)
                     : st;
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    put_events(&out, preview.events, preview.count);
    pt_json_put_str(&out, "body", body);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_connectors_test(ApiCall *call)
{
    const ApiValue *in = call->in;
    HookTrial t;
    if (api_failed(call,
                   hooks_test(call->api->hooks, call->args[0], in[IN_CONNECTORS_TEST_TOPIC].text,
                              in[IN_CONNECTORS_TEST_BODY].text, call->arena, &t, &call->error))) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_bool(&out, "signed", t.is_signed);
    api_put_text_or_null(&out, "unsigned_why", t.unsigned_why);
    api_put_text_or_null(&out, "topic", t.topic);
    pt_json_put_str(&out, "result", pt_str(hook_result_name(t.result)));
    api_put_text_or_null(&out, "reason", t.reason);
    put_events(&out, t.events, t.count);
    pt_json_put_u64(&out, "left_out", t.left_out);
    pt_json_put_str(&out, "body", t.body);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}
