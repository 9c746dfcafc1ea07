// SPDX-License-Identifier: Apache-2.0
/* /api/v1/sources */
#include "api/api_internal.h"

#include "platform/diag.h"

static void source_json(PtJsonOut *out, const EventSource *s)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "id", pt_str(s->id));
    pt_json_put_i64(out, "number", s->number);
    pt_json_put_str(out, "name", pt_str(s->name));
    pt_json_put_str(out, "write_key", pt_str(s->write_key));
    pt_json_put_bool(out, "enabled", s->enabled);
    pt_json_put_bool(out, "historical", s->historical);
    pt_json_put_str(out, "skew", pt_str(s->skew == EVENT_SKEW_KEEP ? "keep" : "correct"));
    api_put_time(out, "created_at", s->created_ms);
    pt_json_out_object_end(out);
}

static void answer_source(ApiCall *call, int status, const EventSource *s)
{
    PtJsonOut out = pt_json_out(&call->body);
    source_json(&out, s);
    api_answer(call, status);
}

/* Pages by number: cursor is the last one's. */
void api_sources_list(ApiCall *call)
{
    const int64_t limit = call->query[Q_SOURCES_LIST_LIMIT].number;
    char cursor[24] = "";
    uint64_t after = 0;
    EventSource *list;
    size_t count, at = 0;
    PtStatus st = api_cursor_u64(&call->query[Q_SOURCES_LIST_CURSOR], 0, &after, &call->error);
    if (st == PT_OK) {
        st = event_sources_list(call->api->c.sources, call->arena, &list, &count, &call->error);
    }
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    api_page_begin(&out);
    while (at < count && list[at].number <= after) {
        at++;
    }
    for (int64_t given = 0; at < count && given < limit; at++, given++) {
        source_json(&out, &list[at]);
    }
    if (at > 0 && at < count) {
        (void)snprintf(cursor, sizeof cursor, "%u", list[at - 1].number);
    }
    api_page_end(&out, cursor[0] != '\0' ? cursor : NULL);
    api_answer(call, 200);
}

/* IN_SOURCES_ADD_* and IN_SOURCES_CHANGE_* are one schema, so one order. */
_Static_assert(IN_SOURCES_ADD_SKEW - IN_SOURCES_CHANGE_SKEW == 0, "one schema");

static void apply_edit(const ApiCall *call, EventSourceEdit *edit)
{
    const ApiValue *in = call->in;
    edit->name = in[IN_SOURCES_ADD_NAME].given ? in[IN_SOURCES_ADD_NAME].text : edit->name;
    edit->enabled =
        in[IN_SOURCES_ADD_ENABLED].given ? in[IN_SOURCES_ADD_ENABLED].truth : edit->enabled;
    edit->historical = in[IN_SOURCES_ADD_HISTORICAL].given ? in[IN_SOURCES_ADD_HISTORICAL].truth
                                                           : edit->historical;
    edit->skew = in[IN_SOURCES_ADD_SKEW].given ? (EventSkewPolicy)in[IN_SOURCES_ADD_SKEW].choice
                                               : edit->skew; // in the enum's order
}

static void note_change(const ApiCall *call, const char *what, const EventSource *s)
{
    pt_diag(PT_DIAG_INFO, "sources", what, PT_F_STR("source", pt_str(s->id)),
            PT_F_STR("by", pt_str(call->who.actor.id)));
}

void api_sources_add(ApiCall *call)
{
    EventSourceEdit edit = {.enabled = true};
    EventSource source;
    apply_edit(call, &edit);
    PtStatus st =
        event_source_add(call->api->c.sources, &edit, &call->who.actor, &source, &call->error);
    if (api_failed(call, st)) {
        return;
    }
    note_change(call, "source added", &source);
    answer_source(call, 201, &source);
}

static bool find_source(ApiCall *call, EventSource *ret_source)
{
    if (event_source_by_ref(call->api->c.sources, call->args[0], ret_source)) {
        return true;
    }
    (void)pt_fail(&call->error, PT_NOT_FOUND, "no source with this id or name");
    api_problem(call, PT_NOT_FOUND, &call->error);
    return false;
}

void api_sources_get(ApiCall *call)
{
    EventSource source;
    if (find_source(call, &source)) {
        answer_source(call, 200, &source);
    }
}

void api_sources_change(ApiCall *call)
{
    EventSource source, changed;
    if (!find_source(call, &source)) {
        return;
    }
    EventSourceEdit edit = {pt_str(source.name), source.enabled, source.historical, source.skew};
    apply_edit(call, &edit);
    PtStatus st = event_source_change(call->api->c.sources, pt_str(source.id), &edit,
                                      &call->who.actor, &changed, &call->error);
    if (api_failed(call, st)) {
        return;
    }
    note_change(call, "source changed", &changed);
    answer_source(call, 200, &changed);
}

void api_sources_rotate(ApiCall *call)
{
    EventSource source, changed;
    if (!find_source(call, &source)) {
        return;
    }
    PtStatus st = event_source_rotate(call->api->c.sources, pt_str(source.id), &call->who.actor,
                                      &changed, &call->error);
    if (api_failed(call, st)) {
        return;
    }
    note_change(call, "source key rotated", &changed);
    answer_source(call, 200, &changed);
}
