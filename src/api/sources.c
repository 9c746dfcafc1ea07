// SPDX-License-Identifier: Apache-2.0
/* /api/v1/sources */
#include "api/api_internal.h"

#include "base/time.h"
#include "platform/diag.h"

static void source_json(PtJsonOut *out, const EventSource *s)
{
    char time[PT_TIME_TEXT];
    const struct {
        PtStr key, value;
    } texts[] = {{PT_STR("id"), pt_str(s->id)},
                 {PT_STR("name"), pt_str(s->name)},
                 {PT_STR("write_key"), pt_str(s->write_key)},
                 {PT_STR("skew"), s->skew == EVENT_SKEW_KEEP ? PT_STR("keep") : PT_STR("correct")},
                 {PT_STR("created_at"), pt_time_format(s->created_ms, time)}};
    pt_json_out_object(out);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        pt_json_out_key(out, texts[i].key);
        pt_json_out_str(out, texts[i].value);
    }
    pt_json_out_key(out, PT_STR("number"));
    pt_json_out_u64(out, s->number);
    pt_json_out_key(out, PT_STR("enabled"));
    pt_json_out_bool(out, s->enabled);
    pt_json_out_key(out, PT_STR("historical"));
    pt_json_out_bool(out, s->historical);
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
    uint64_t after = 0, limit = 0;
    EventSource *list;
    size_t count;
    PtStatus st = api_query_u64(call, "cursor", 0, UINT32_MAX, &after, &call->error);
    if (st == PT_OK) {
        st = api_query_u64(call, "limit", 1000, 1000, &limit, &call->error);
    }
    if (st == PT_OK) {
        st = event_sources_list(call->api->c.sources, call->arena, &list, &count, &call->error);
    }
    if (st != PT_OK) {
        api_problem(call, st, &call->error);
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    uint64_t given = 0, last = 0;
    bool more = false;
    for (size_t i = 0; i < count && !more; i++) {
        if (list[i].number <= after) {
            continue;
        }
        more = given == limit;
        if (!more) {
            source_json(&out, &list[i]);
            last = list[i].number;
            given++;
        }
    }
    pt_json_out_array_end(&out);
    pt_json_out_key(&out, PT_STR("next_cursor"));
    if (more) {
        char text[24];
        (void)snprintf(text, sizeof text, "%llu", (unsigned long long)last);
        pt_json_out_str(&out, pt_str(text));
    } else {
        pt_json_out_null(&out);
    }
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

enum { NAME, ENABLED, HISTORICAL, SKEW, FIELDS };

static PtStatus read_edit(ApiCall *call, bool name_required, EventSourceEdit *edit, PtError *err)
{
    ApiField f[FIELDS] = {
        [NAME] = {.name = "name",
                  .kind = API_TEXT,
                  .required = name_required,
                  .min = 1,
                  .max = EVENT_SOURCE_NAME_MAX * 4},
        [ENABLED] = {.name = "enabled", .kind = API_BOOL},
        [HISTORICAL] = {.name = "historical", .kind = API_BOOL},
        [SKEW] = {.name = "skew", .kind = API_TEXT, .min = 1, .max = 16},
    };
    PtStatus st = api_fields(call, f, FIELDS, err);
    if (st != PT_OK) {
        return st;
    }
    const bool keep = pt_str_eq(f[SKEW].text, PT_STR("keep"));
    if (f[SKEW].given && !keep && !pt_str_eq(f[SKEW].text, PT_STR("correct"))) {
        return pt_fail(err, PT_INVALID, "skew: not \"correct\" or \"keep\"");
    }
    edit->name = f[NAME].given ? f[NAME].text : edit->name;
    edit->enabled = f[ENABLED].given ? f[ENABLED].truth : edit->enabled;
    edit->historical = f[HISTORICAL].given ? f[HISTORICAL].truth : edit->historical;
    edit->skew = f[SKEW].given ? (keep ? EVENT_SKEW_KEEP : EVENT_SKEW_CORRECT) : edit->skew;
    return PT_OK;
}

static void note_change(const ApiCall *call, const char *what, const EventSource *s)
{
    pt_diag(PT_DIAG_INFO, "sources", what, PT_F_STR("source", pt_str(s->id)),
            PT_F_STR("by", pt_str(call->actor)));
}

void api_sources_add(ApiCall *call)
{
    EventSourceEdit edit = {.enabled = true};
    EventSource source;
    PtStatus st = read_edit(call, true, &edit, &call->error);
    if (st == PT_OK) {
        st = event_source_add(call->api->c.sources, &edit, &source, &call->error);
    }
    if (st != PT_OK) {
        api_problem(call, st, &call->error);
        return;
    }
    note_change(call, "source added", &source);
    answer_source(call, 201, &source);
}

static bool find_source(ApiCall *call, EventSource *ret_source)
{
    PtStr ref = http_percent_decode(call->args[0], call->arena);
    if (ref.data != NULL && event_source_by_ref(call->api->c.sources, ref, ret_source)) {
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
    PtStatus st = read_edit(call, false, &edit, &call->error);
    if (st == PT_OK) {
        st = event_source_change(call->api->c.sources, pt_str(source.id), &edit, &changed,
                                 &call->error);
    }
    if (st != PT_OK) {
        api_problem(call, st, &call->error);
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
    PtStatus st =
        event_source_rotate(call->api->c.sources, pt_str(source.id), &changed, &call->error);
    if (st != PT_OK) {
        api_problem(call, st, &call->error);
        return;
    }
    note_change(call, "source key rotated", &changed);
    answer_source(call, 200, &changed);
}
