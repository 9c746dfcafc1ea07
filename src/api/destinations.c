// SPDX-License-Identifier: Apache-2.0
/* /api/v1/destinations: events out, to others. */
#include "api/api_internal.h"

#include <inttypes.h>

void api_set_destinations(Api *api, ConnectDestinations *destinations)
{
    api->destinations = destinations;
}

/* ---- Kinds --------------------------------------------------------------------------------------
 */

static void put_texts(PtJsonOut *out, const char *key, const char *const *texts)
{
    pt_json_out_key(out, pt_str(key));
    pt_json_out_array(out);
    for (size_t i = 0; texts != NULL && texts[i] != NULL; i++) {
        pt_json_out_str(out, pt_str(texts[i]));
    }
    pt_json_out_array_end(out);
}

static void put_field(PtJsonOut *out, const ConnectField *f)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "name", pt_str(f->name));
    pt_json_put_str(out, "title", pt_str(f->title));
    pt_json_put_str(out, "help", pt_str(f->help));
    pt_json_put_bool(out, "secret", f->secret);
    pt_json_put_bool(out, "required", f->required);
    pt_json_put_i64(out, "max", f->max);
    pt_json_put_str(out, "fallback", pt_str(f->fallback != NULL ? f->fallback : ""));
    if (f->choices != NULL) {
        put_texts(out, "choices", f->choices);
    } else {
        api_put_null(out, "choices");
    }
    pt_json_out_object_end(out);
}

static void put_kind(PtJsonOut *out, const ConnectKind *kind)
{
    static const char *const mappings[] = {[CONNECT_MAPPING_NONE] = "none",
                                           [CONNECT_MAPPING_WHOLE] = "whole",
                                           [CONNECT_MAPPING_FIELDS] = "fields"};
    pt_json_out_object(out);
    pt_json_put_str(out, "name", pt_str(kind->name));
    pt_json_put_str(out, "title", pt_str(kind->title));
    pt_json_put_str(out, "help", pt_str(kind->help));
    pt_json_put_bool(out, "repeatable", kind->repeatable);
    pt_json_put_str(out, "mapping", pt_str(mappings[kind->mapping]));
    put_texts(out, "purposes", kind->purposes_default);
    pt_json_out_key(out, PT_STR("fields"));
    pt_json_out_array(out);
    for (size_t i = 0; i < kind->field_count; i++) {
        put_field(out, &kind->fields[i]);
    }
    pt_json_out_array_end(out);
    pt_json_out_object_end(out);
}

/* {"data": [ ... ]} around rows. */
static PtJsonOut list_begin(ApiCall *call)
{
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    return out;
}

static void list_end(ApiCall *call, PtJsonOut *out)
{
    pt_json_out_array_end(out);
    pt_json_out_object_end(out);
    api_answer(call, 200);
}

void api_destinations_kinds(ApiCall *call)
{
    size_t count;
    const ConnectKind *const *kinds = connect_kinds(&count);
    PtJsonOut out = list_begin(call);
    for (size_t i = 0; i < count; i++) {
        put_kind(&out, kinds[i]);
    }
    list_end(call, &out);
}

/* ---- One destination
 * ------------------------------------------------------------------------------ */

static void put_raw_or_null(PtJsonOut *out, const char *key, PtStr json)
{
    if (json.len > 0) {
        api_put_raw(out, key, json);
    } else {
        api_put_null(out, key);
    }
}

static void put_ms_or_null(PtJsonOut *out, const char *key, int64_t ms)
{
    if (ms >= 0) {
        pt_json_put_i64(out, key, ms);
    } else {
        api_put_null(out, key);
    }
}

static void put_definition(PtJsonOut *out, const ConnectDestination *d)
{
    pt_json_put_str(out, "id", d->id);
    pt_json_put_str(out, "name", d->name);
    pt_json_put_str(out, "kind", d->kind);
    api_put_raw(out, "settings", d->settings);
    api_put_raw(out, "secrets_set", d->secrets_set);
    put_raw_or_null(out, "filter", d->filter);
    put_raw_or_null(out, "mapping", d->mapping);
    put_raw_or_null(out, "events", d->events);
    api_put_raw(out, "purposes", d->purposes);
    pt_json_put_bool(out, "enabled", d->enabled);
    pt_json_put_bool(out, "in_order", d->in_order);
    pt_json_put_bool(out, "historical", d->historical);
    pt_json_put_i64(out, "redrive_per_s", d->redrive_per_s);
    pt_json_put_i64(out, "version", d->version);
    api_put_time(out, "created_at", d->created_ms);
    api_put_time(out, "changed_at", d->changed_ms);
    pt_json_put_str(out, "changed_by", d->changed_by);
}

static void put_lists(PtJsonOut *out, const ConnectDestination *d)
{
    pt_json_out_key(out, PT_STR("skipped"));
    pt_json_out_array(out);
    for (size_t i = 0; i < d->skip_count; i++) {
        pt_json_out_object(out);
        pt_json_put_str(out, "reason", d->skips[i].reason);
        pt_json_put_u64(out, "events", d->skips[i].count);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
    pt_json_out_key(out, PT_STR("failed"));
    pt_json_out_array(out);
    for (size_t i = 0; i < d->failed_count; i++) {
        pt_json_out_object(out);
        pt_json_put_str(out, "reason", pt_str(d->counts[i].reason));
        pt_json_put_str(out, "state",
                        d->counts[i].state == PT_OUTBOX_DEAD ? PT_STR("dead") : PT_STR("retry"));
        pt_json_put_i64(out, "events", d->counts[i].items);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

static void put_work(PtJsonOut *out, const ConnectDestination *d)
{
    if (d->job.kind == PT_OUTBOX_NO_JOB) {
        api_put_null(out, "job");
    } else {
        pt_json_out_key(out, PT_STR("job"));
        pt_json_out_object(out);
        pt_json_put_str(out, "kind", pt_str(pt_outbox_job_name(d->job.kind)));
        api_put_text_or_null(out, "reason", pt_str(d->job.reason));
        pt_json_put_i64(out, "total", d->job.total);
        pt_json_put_i64(out, "done", d->job.done);
        pt_json_out_object_end(out);
    }
    if (d->replay.state == PT_OUTBOX_NO_REPLAY) {
        api_put_null(out, "replay");
        return;
    }
    pt_json_out_key(out, PT_STR("replay"));
    pt_json_out_object(out);
    pt_json_put_str(out, "state", pt_str(pt_outbox_replay_name(d->replay.state)));
    pt_json_put_u64(out, "from", d->replay.from);
    pt_json_put_u64(out, "until", d->replay.until);
    pt_json_put_u64(out, "next", d->replay.next);
    pt_json_put_i64(out, "sent", d->replay.sent);
    pt_json_out_object_end(out);
}

static void put_destination(PtJsonOut *out, const ConnectDestination *d)
{
    pt_json_out_object(out);
    put_definition(out, d);
    pt_json_put_str(out, "state", pt_str(d->enabled ? pt_outbox_state_name(d->state) : "disabled"));
    api_put_text_or_null(out, "state_reason", d->state_reason);
    api_put_time_or_null(out, "waits_until", d->waits_ms);
    pt_json_put_u64(out, "position", d->position);
    pt_json_put_u64(out, "log_end", d->log_end);
    pt_json_put_u64(out, "lag", d->lag);
    api_put_double(out, "lag_s", (double)d->lag_ms / 1000);
    pt_json_put_u64(out, "delivered", d->delivered);
    pt_json_put_u64(out, "retried", d->retried);
    pt_json_put_u64(out, "requests", d->requests);
    pt_json_put_u64(out, "waiting", d->waiting);
    pt_json_put_u64(out, "dead", d->dead);
    api_put_time_or_null(out, "last_success_at", d->last_success_ms);
    api_put_time_or_null(out, "last_error_at", d->last_error_ms);
    api_put_text_or_null(out, "last_error", d->last_error);
    put_ms_or_null(out, "latency_p50_ms", d->latency_p50_ms);
    put_ms_or_null(out, "latency_p99_ms", d->latency_p99_ms);
    put_lists(out, d);
    put_work(out, d);
    pt_json_out_object_end(out);
}

static void answer_destination(ApiCall *call, int status, PtStr id)
{
    ConnectDestination d;
    PtJsonOut out = pt_json_out(&call->body);
    if (!api_failed(call, connect_destination_get(call->api->destinations, id, call->arena, &d,
                                                  &call->error))) {
        put_destination(&out, &d);
        api_answer(call, status);
    }
}

/* By name: there are at most 50. */
void api_destinations_list(ApiCall *call)
{
    ConnectDestination *list;
    size_t count;
    if (api_failed(call, connect_destinations_list(call->api->destinations, call->arena, &list,
                                                   &count, &call->error))) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    api_page_begin(&out);
    for (size_t i = 0; i < count; i++) {
        put_destination(&out, &list[i]);
    }
    api_page_end(&out, NULL);
    api_answer(call, 200);
}

void api_destinations_get(ApiCall *call)
{
    answer_destination(call, 200, call->args[0]);
}

/* ---- Definitions
 * ----------------------------------------------------------------------------------- */

/* A text or list that was given; null is its JSON. */
static PtStr given_json(const ApiValue *v)
{
    return !v->given ? (PtStr){NULL, 0} : v->null ? PT_STR("null") : v->text;
}

static int given_flag(const ApiValue *v)
{
    return v->given ? v->truth : -1;
}

void api_destinations_add(ApiCall *call)
{
    const ApiValue *in = call->in;
    char id[37];
    const ApiValue *rate = &in[IN_DESTINATIONS_ADD_REDRIVE_PER_S];
    const ConnectDestinationEdit edit = {.name = in[IN_DESTINATIONS_ADD_NAME].text,
                                         .kind = in[IN_DESTINATIONS_ADD_KIND].text,
                                         .settings = given_json(&in[IN_DESTINATIONS_ADD_SETTINGS]),
                                         .filter = given_json(&in[IN_DESTINATIONS_ADD_FILTER]),
                                         .mapping = given_json(&in[IN_DESTINATIONS_ADD_MAPPING]),
                                         .events = given_json(&in[IN_DESTINATIONS_ADD_EVENTS]),
                                         .purposes = given_json(&in[IN_DESTINATIONS_ADD_PURPOSES]),
                                         .enabled = given_flag(&in[IN_DESTINATIONS_ADD_ENABLED]),
                                         .in_order = given_flag(&in[IN_DESTINATIONS_ADD_IN_ORDER]),
                                         .historical =
                                             given_flag(&in[IN_DESTINATIONS_ADD_HISTORICAL]),
                                         .redrive_per_s = rate->given ? rate->number : -1};
    if (!api_failed(call, connect_destination_add(call->api->destinations, &edit, &call->who.actor,
                                                  id, &call->error))) {
        answer_destination(call, 201, pt_str(id));
    }
}

void api_destinations_change(ApiCall *call)
{
    const ApiValue *in = call->in;
    const ApiValue *name = &in[IN_DESTINATIONS_CHANGE_NAME];
    const ApiValue *rate = &in[IN_DESTINATIONS_CHANGE_REDRIVE_PER_S];
    const ConnectDestinationEdit edit = {
        .name = name->given ? name->text : (PtStr){NULL, 0},
        .settings = given_json(&in[IN_DESTINATIONS_CHANGE_SETTINGS]),
        .filter = given_json(&in[IN_DESTINATIONS_CHANGE_FILTER]),
        .mapping = given_json(&in[IN_DESTINATIONS_CHANGE_MAPPING]),
        .events = given_json(&in[IN_DESTINATIONS_CHANGE_EVENTS]),
        .purposes = given_json(&in[IN_DESTINATIONS_CHANGE_PURPOSES]),
        .enabled = given_flag(&in[IN_DESTINATIONS_CHANGE_ENABLED]),
        .in_order = given_flag(&in[IN_DESTINATIONS_CHANGE_IN_ORDER]),
        .historical = given_flag(&in[IN_DESTINATIONS_CHANGE_HISTORICAL]),
        .redrive_per_s = rate->given ? rate->number : -1};
    if (!api_failed(call, connect_destination_change(call->api->destinations, call->args[0], &edit,
                                                     &call->who.actor, &call->error))) {
        answer_destination(call, 200, call->args[0]);
    }
}

void api_destinations_delete(ApiCall *call)
{
    if (!api_failed(call, connect_destination_delete(call->api->destinations, call->args[0],
                                                     &call->who.actor, &call->error))) {
        api_answer_done(call);
    }
}

/* ---- What people do
 * ------------------------------------------------------------------------------- */

static void answer_act(ApiCall *call, PtStatus st)
{
    if (!api_failed(call, st)) {
        answer_destination(call, 200, call->args[0]);
    }
}

void api_destinations_pause(ApiCall *call)
{
    answer_act(call, connect_destination_pause(call->api->destinations, call->args[0],
                                               &call->who.actor, &call->error));
}

void api_destinations_resume(ApiCall *call)
{
    answer_act(call, connect_destination_resume(call->api->destinations, call->args[0],
                                                &call->who.actor, &call->error));
}

static void answer_count(ApiCall *call, PtStatus st, int64_t count)
{
    if (!api_failed(call, st)) {
        PtJsonOut out = pt_json_out(&call->body);
        pt_json_out_object(&out);
        pt_json_put_i64(&out, "events", count);
        pt_json_out_object_end(&out);
        api_answer(call, 200);
    }
}

/* Redrive and discard take the same: a position, a reason, or nothing. */
typedef struct Choice {
    PtStatus (*one)(ConnectDestinations *, PtStr, uint64_t, const AuditActor *, PtError *);
    PtStatus (*all)(ConnectDestinations *, PtStr, PtStr, const AuditActor *, int64_t *, PtError *);
} Choice;

static void act_on_dead(ApiCall *call, const Choice *choice, const ApiValue *position,
                        const ApiValue *reason)
{
    ConnectDestinations *ds = call->api->destinations;
    int64_t count = 1;
    PtStatus st;
    if (position->given && reason->given) {
        st = pt_fail(&call->error, PT_INVALID, "position and reason: one of them");
    } else if (position->given) {
        st = choice->one(ds, call->args[0], (uint64_t)position->number, &call->who.actor,
                         &call->error);
    } else {
        const PtStr of = reason->given ? reason->text : PT_STR("");
        st = choice->all(ds, call->args[0], of, &call->who.actor, &count, &call->error);
    }
    answer_count(call, st, count);
}

void api_destinations_redrive(ApiCall *call)
{
    static const Choice choice = {connect_destination_redrive_one, connect_destination_redrive};
    act_on_dead(call, &choice, &call->in[IN_DESTINATIONS_REDRIVE_POSITION],
                &call->in[IN_DESTINATIONS_REDRIVE_REASON]);
}

void api_destinations_discard(ApiCall *call)
{
    static const Choice choice = {connect_destination_discard_one, connect_destination_discard};
    act_on_dead(call, &choice, &call->in[IN_DESTINATIONS_DISCARD_POSITION],
                &call->in[IN_DESTINATIONS_DISCARD_REASON]);
}

/* A place in the log from a time or a position; `fallback` where neither was given. */
static PtStatus place(ApiCall *call, const ApiValue *time, const ApiValue *position,
                      uint64_t fallback, uint64_t *ret_place)
{
    *ret_place = position->given ? (uint64_t)position->number : fallback;
    if (time->given && position->given) {
        return pt_fail(&call->error, PT_INVALID, "a time and a position: one of them");
    }
    return time->given
               ? pt_log_find_time(call->api->c.log, 0, time->number, ret_place, &call->error)
               : PT_OK;
}

void api_destinations_replay(ApiCall *call)
{
    const ApiValue *in = call->in;
    uint64_t from = 0, until = 0;
    PtStatus st = PT_OK;
    if (!in[IN_DESTINATIONS_REPLAY_FROM].given && !in[IN_DESTINATIONS_REPLAY_FROM_POSITION].given) {
        st = pt_fail(&call->error, PT_INVALID, "from or from_position is wanted");
    }
    if (st == PT_OK) {
        st = place(call, &in[IN_DESTINATIONS_REPLAY_FROM],
                   &in[IN_DESTINATIONS_REPLAY_FROM_POSITION], 0, &from);
    }
    if (st == PT_OK) {
        st = place(call, &in[IN_DESTINATIONS_REPLAY_UNTIL],
                   &in[IN_DESTINATIONS_REPLAY_UNTIL_POSITION], UINT64_MAX, &until);
    }
    if (st == PT_OK) {
        st = connect_destination_replay(call->api->destinations, call->args[0], from, until,
                                        &call->who.actor, &call->error);
    }
    answer_act(call, st);
}

void api_destinations_replay_cancel(ApiCall *call)
{
    answer_act(call, connect_destination_replay_cancel(call->api->destinations, call->args[0],
                                                       &call->who.actor, &call->error));
}

/* ---- Looking closer
 * -------------------------------------------------------------------------------- */

static void put_text_given(PtJsonOut *out, const char *key, PtStr text)
{
    api_put_text_or_null(out, key, text.data != NULL ? text : PT_STR(""));
}

void api_destinations_test(ApiCall *call)
{
    const ApiValue *position = &call->in[IN_DESTINATIONS_TEST_POSITION];
    ConnectTry t;
    if (api_failed(
            call, connect_destination_try(call->api->destinations, call->args[0],
                                          position->given ? (uint64_t)position->number : UINT64_MAX,
                                          &call->who.actor, call->arena, &t, &call->error))) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_bool(&out, "sent", t.sent);
    put_text_given(&out, "skipped", t.skipped);
    put_text_given(&out, "request", t.request);
    if (t.status > 0) {
        pt_json_put_i64(&out, "status", t.status);
    } else {
        api_put_null(&out, "status");
    }
    put_text_given(&out, "answer", t.answer);
    put_text_given(&out, "verdict", t.verdict);
    put_text_given(&out, "why", t.why);
    put_text_given(&out, "note", t.note);
    pt_json_put_i64(&out, "took_ms", t.took_ms);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

static void put_dead(PtJsonOut *out, const ConnectDeadLetter *l)
{
    pt_json_out_object(out);
    pt_json_put_u64(out, "position", l->item.position);
    pt_json_put_str(out, "reason", pt_str(l->item.reason));
    pt_json_put_str(out, "error", pt_str(l->item.error));
    pt_json_put_i64(out, "attempts", l->item.attempts);
    api_put_time(out, "failed_at", l->item.failed_ms);
    put_text_given(out, "type", l->type);
    put_text_given(out, "event", l->event);
    put_text_given(out, "message_id", l->message_id);
    api_put_time_or_null(out, "received_at", l->received_ms);
    pt_json_out_object_end(out);
}

/* Pages by position: cursor is one past the last one's. */
void api_destinations_dead(ApiCall *call)
{
    const ApiValue *q = call->query;
    const size_t limit = (size_t)q[Q_DESTINATIONS_DEAD_LIMIT].number;
    const ApiValue *reason = &q[Q_DESTINATIONS_DEAD_REASON];
    ConnectDeadLetter *list;
    char cursor[24] = "";
    uint64_t from = 0;
    size_t count = 0;
    PtStatus st = api_cursor_u64(&q[Q_DESTINATIONS_DEAD_CURSOR], 0, &from, &call->error);
    if (st == PT_OK && from > INT64_MAX) {
        st = pt_fail(&call->error, PT_INVALID, "cursor: none of ours");
    }
    if (st == PT_OK) {
        const ConnectDeadQuery query = {call->args[0], reason->given ? reason->text : PT_STR(""),
                                        (int64_t)from - 1, limit};
        st = connect_destination_dead(call->api->destinations, &query, call->arena, &list, &count,
                                      &call->error);
    }
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    api_page_begin(&out);
    for (size_t i = 0; i < count; i++) {
        put_dead(&out, &list[i]);
    }
    if (count == limit) {
        (void)snprintf(cursor, sizeof cursor, "%" PRIu64, list[count - 1].item.position + 1);
    }
    api_page_end(&out, cursor[0] != '\0' ? cursor : NULL);
    api_answer(call, 200);
}

void api_destinations_skipped(ApiCall *call)
{
    ConnectSkipped *list;
    size_t count;
    if (api_failed(call, connect_destination_skipped(call->api->destinations, call->args[0],
                                                     call->arena, &list, &count, &call->error))) {
        return;
    }
    PtJsonOut out = list_begin(call);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_object(&out);
        pt_json_put_u64(&out, "position", list[i].position);
        pt_json_put_str(&out, "reason", list[i].reason);
        api_put_text_or_null(&out, "detail", list[i].detail);
        pt_json_put_str(&out, "event", list[i].event);
        api_put_time(&out, "at", list[i].at_ms);
        pt_json_out_object_end(&out);
    }
    list_end(call, &out);
}
