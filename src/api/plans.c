// SPDX-License-Identifier: Apache-2.0
/* /api/v1/plans, and the plan of a source */
#include "api/api_internal.h"

#include "base/time.h"
#include "platform/diag.h"

#include <stdlib.h>

enum { HOUR_MS = 3600000, DAY_MS = 86400000, RANGE_MS = 7 * DAY_MS };

/* -- plans
 * -------------------------------------------------------------------------------------------------------
 */

static void put_sources(ApiCall *call, PtJsonOut *out, const EventPlanRow *row)
{
    pt_json_out_key(out, PT_STR("sources"));
    pt_json_out_array(out);
    for (size_t i = 0; i < row->source_count; i++) {
        EventSource source;
        if (event_source_by_number(call->api->c.sources, row->sources[i], &source)) {
            pt_json_out_object(out);
            pt_json_put_str(out, "id", pt_str(source.id));
            pt_json_put_str(out, "name", pt_str(source.name));
            pt_json_out_object_end(out);
        }
    }
    pt_json_out_array_end(out);
}

static void put_plan(ApiCall *call, PtJsonOut *out, const EventPlanRow *row)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "id", row->id);
    event_plan_put(&row->edit, out);
    pt_json_put_i64(out, "version", row->version);
    pt_json_put_i64(out, "rule_count", row->rule_count);
    put_sources(call, out, row);
    if (row->edit.rules.len > 0) { // the whole, not a summary
        pt_json_put_str(out, "note", row->edit.note);
    }
    api_put_time(out, "created_at", row->created_ms);
    api_put_time(out, "saved_at", row->saved_ms);
    pt_json_put_str(out, "saved_by", row->saved_by);
    pt_json_out_object_end(out);
}

static void answer_plan(ApiCall *call, int status, PtStr ref, int64_t version)
{
    EventPlanRow row;
    PtJsonOut out = pt_json_out(&call->body);
    PtStatus st =
        event_plans_get(call->api->c.plans, ref, version, call->arena, &row, &call->error);
    if (!api_failed(call, st)) {
        put_plan(call, &out, &row);
        api_answer(call, status);
    }
}

void api_plans_list(ApiCall *call)
{
    EventPlanRow *rows;
    size_t count;
    PtJsonOut out = pt_json_out(&call->body);
    if (api_failed(
            call, event_plans_list(call->api->c.plans, call->arena, &rows, &count, &call->error))) {
        return;
    }
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        put_plan(call, &out, &rows[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_plans_get(ApiCall *call)
{
    answer_plan(call, 200, call->args[0], 0);
}

/* IN_PLANS_ADD_* and IN_PLANS_SAVE_* are one schema, so one order. */
_Static_assert(IN_PLANS_ADD_RULES - IN_PLANS_SAVE_RULES == 0, "one schema");

static EventPlanEdit read_edit(const ApiCall *call)
{
    const ApiValue *in = call->in;
    return (EventPlanEdit){
        // modes in the enum's order
        .name = in[IN_PLANS_ADD_NAME].text,
        .description = in[IN_PLANS_ADD_DESCRIPTION].text,
        .mode = (EventPlanMode)in[IN_PLANS_ADD_MODE].choice,
        .unplanned_events = (EventPlanMode)in[IN_PLANS_ADD_UNPLANNED_EVENTS].choice,
        .unplanned_properties = (EventPlanMode)in[IN_PLANS_ADD_UNPLANNED_PROPERTIES].choice,
        .formats = in[IN_PLANS_ADD_FORMATS].truth,
        .note = in[IN_PLANS_ADD_NOTE].text,
        .rules = in[IN_PLANS_ADD_RULES].text};
}

void api_plans_add(ApiCall *call)
{
    char id[37];
    EventPlanEdit edit = read_edit(call);
    if (!api_failed(
            call, event_plans_add(call->api->c.plans, &edit, &call->who.actor, id, &call->error))) {
        answer_plan(call, 201, pt_str(id), 0);
    }
}

void api_plans_save(ApiCall *call)
{
    EventPlanRow before;
    EventPlanEdit edit = read_edit(call);
    EventPlans *plans = call->api->c.plans;
    int64_t base = call->in[IN_PLANS_SAVE_BASE_VERSION].given
                       ? call->in[IN_PLANS_SAVE_BASE_VERSION].number
                       : 0;
    PtStatus st = event_plans_get(plans, call->args[0], 0, call->arena, &before, &call->error);
    if (st == PT_OK) { // by id: the name may change
        st = event_plans_save(plans, before.id, base, &edit, &call->who.actor, &call->error);
    }
    if (!api_failed(call, st)) {
        answer_plan(call, 200, before.id, 0);
    }
}

void api_plans_delete(ApiCall *call)
{
    if (!api_failed(call, event_plans_delete(call->api->c.plans, call->args[0], &call->who.actor,
                                             &call->error))) {
        api_answer_done(call);
    }
}

void api_plans_versions(ApiCall *call)
{
    const ApiValue *q = call->query;
    uint64_t before = 0;
    EventPlanRow *rows;
    size_t count, limit = (size_t)q[Q_PLANS_VERSIONS_LIMIT].number;
    char cursor[24] = "";
    PtStatus st = api_cursor_u64(&q[Q_PLANS_VERSIONS_CURSOR], INT64_MAX, &before, &call->error);
    st = st == PT_OK && before > INT64_MAX
             ? pt_fail(&call->error, PT_INVALID, "cursor: not one of ours")
             : st;
    st = st == PT_OK ? event_plans_versions(call->api->c.plans, call->args[0], (int64_t)before,
                                            limit, call->arena, &rows, &count, &call->error)
                     : st;
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    api_page_begin(&out);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_object(&out);
        pt_json_put_i64(&out, "version", rows[i].version);
        api_put_time(&out, "saved_at", rows[i].saved_ms);
        pt_json_put_str(&out, "saved_by", rows[i].saved_by);
        pt_json_put_str(&out, "note", rows[i].edit.note);
        pt_json_put_i64(&out, "rules", rows[i].rule_count);
        pt_json_out_object_end(&out);
    }
    if (count == limit && rows[count - 1].version > 1) {
        (void)snprintf(cursor, sizeof cursor, "%lld", (long long)rows[count - 1].version);
    }
    api_page_end(&out, cursor[0] != '\0' ? cursor : NULL);
    api_answer(call, 200);
}

void api_plans_version(ApiCall *call)
{
    uint32_t version = 0;
    if (!pt_str_to_u32(call->args[1], 9999999, &version) || version == 0) {
        (void)api_failed(call, pt_fail(&call->error, PT_NOT_FOUND, "no such version of a plan"));
        return;
    }
    answer_plan(call, 200, call->args[0], version);
}

/* -- the plan of a source
 * -------------------------------------------------------------------------------------------------------
 */

static bool find_source(ApiCall *call, EventSource *ret_source)
{
    return event_source_by_ref(call->api->c.sources, call->args[0], ret_source) ||
           !api_failed(call, pt_fail(&call->error, PT_NOT_FOUND, "no source with this id or name"));
}

static void answer_source_plan(ApiCall *call, const EventSource *source)
{
    EventPlan *held = event_plans_of(call->api->c.plans, source->number);
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "source_id", pt_str(source->id));
    if (held != NULL) {
        pt_json_put_str(&out, "plan", event_plan_id(held));
        pt_json_put_str(&out, "plan_name", event_plan_edit(held)->name);
        pt_json_put_i64(&out, "version", event_plan_version(held));
    } else {
        api_put_null(&out, "plan");
        api_put_null(&out, "plan_name");
        api_put_null(&out, "version");
    }
    pt_json_out_object_end(&out);
    event_plan_release(held);
    api_answer(call, 200);
}

void api_sources_plan_get(ApiCall *call)
{
    EventSource source;
    if (find_source(call, &source)) {
        answer_source_plan(call, &source);
    }
}

void api_sources_plan(ApiCall *call)
{
    EventSource source;
    const ApiValue *plan = &call->in[IN_SOURCES_PLAN_PLAN];
    if (!find_source(call, &source)) {
        return;
    }
    if (!api_failed(call, event_plans_assign(call->api->c.plans, &source,
                                             plan->null ? (PtStr){NULL, 0} : plan->text,
                                             &call->who.actor, &call->error))) {
        answer_source_plan(call, &source);
    }
}

/* -- drafts
 * -------------------------------------------------------------------------------------------------------
 */

static void put_verdict(PtJsonOut *out, const EventPlanVerdict *v)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "outcome", event_plan_mode_name(v->outcome));
    pt_json_put_bool(out, "planned", v->planned);
    if (v->rule >= 0) {
        pt_json_put_i64(out, "rule", v->rule);
    } else {
        api_put_null(out, "rule");
    }
    pt_json_out_key(out, PT_STR("violations"));
    event_plan_put_faults(v, out);
    pt_json_out_object_end(out);
}

static PtStatus check_event(ApiCall *call, const EventPlan *plan, PtJsonOut *out)
{
    EventPlanVerdict verdict;
    PT_CLEANUP(event_schema_run_freep) EventSchemaRun *run = event_schema_run_new();
    if (run == NULL) {
        return pt_fail(&call->error, PT_NO_MEMORY, "no memory to judge an event");
    }
    PtStatus st = event_plan_judge_text(plan, run, call->in[IN_PLANS_CHECK_EVENT].text, &verdict,
                                        &call->error);
    if (st == PT_OK) {
        pt_json_out_key(out, PT_STR("verdict"));
        put_verdict(out, &verdict);
    }
    return st;
}

static PtStatus check_history(ApiCall *call, const EventPlan *plan, PtJsonOut *out)
{
    EventHistory history = {.log = call->api->c.log,
                            .last = (uint64_t)call->in[IN_PLANS_CHECK_LAST].number};
    PtStatus st =
        api_find_source(call, &call->in[IN_PLANS_CHECK_SOURCE], &history.source, &call->error);
    if (st == PT_OK) {
        pt_json_out_key(out, PT_STR("history"));
        st = event_plan_dry_run(plan, &history, out, &call->error);
    }
    return st;
}

void api_plans_check(ApiCall *call)
{
    PT_CLEANUP(event_plan_releasep) EventPlan *plan = NULL;
    bool event = call->in[IN_PLANS_CHECK_EVENT].given,
         source = call->in[IN_PLANS_CHECK_SOURCE].given;
    PtStatus st = event_plan_draft(call->in[IN_PLANS_CHECK_PLAN].text, &plan, &call->error);
    if (st == PT_OK && !event && !source) {
        st = pt_fail(&call->error, PT_INVALID, "give event, source or both");
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    if (!event) {
        api_put_null(&out, "verdict");
    }
    if (!source) {
        api_put_null(&out, "history");
    }
    st = st == PT_OK && event ? check_event(call, plan, &out) : st;
    st = st == PT_OK && source ? check_history(call, plan, &out) : st;
    pt_json_out_object_end(&out);
    if (!api_failed(call, st)) {
        api_answer(call, 200);
    }
}

void api_plans_infer(ApiCall *call)
{
    PtBuf rules;
    EventSource source;
    EventPlanEdit edit = {.mode = EVENT_PLAN_WARN, .formats = true};
    EventHistory history = {.log = call->api->c.log,
                            .last = (uint64_t)call->in[IN_PLANS_INFER_LAST].number};
    pt_buf_init(&rules, EVENT_PLAN_TEXT_MAX);
    PtStatus st =
        api_find_source(call, &call->in[IN_PLANS_INFER_SOURCE], &history.source, &call->error);
    if (st == PT_OK && !event_source_by_number(call->api->c.sources, history.source, &source)) {
        st = pt_fail(&call->error, PT_NOT_FOUND, "no such source");
    }
    st = st == PT_OK ? event_plan_infer(&history, &rules, &call->error) : st;
    if (!api_failed(call, st)) {
        PtJsonOut out = pt_json_out(&call->body);
        edit.name = call->in[IN_PLANS_INFER_NAME].given ? call->in[IN_PLANS_INFER_NAME].text
                                                        : pt_str(source.name);
        edit.description = PT_STR("");
        edit.rules = pt_buf_str(&rules);
        pt_json_out_object(&out);
        pt_json_out_key(&out, PT_STR("plan"));
        pt_json_out_object(&out);
        event_plan_put(&edit, &out);
        pt_json_out_object_end(&out);
        pt_json_put_u64(&out, "events", history.events);
        pt_json_put_bool(&out, "complete", history.complete);
        pt_json_out_object_end(&out);
        api_answer(call, 200);
    }
    pt_buf_done(&rules);
}

/* Converts, and compiles what came of it: a draft that is handed out can be saved. */
static PtStatus convert(ApiCall *call, PtBuf *draft, PtBuf *notes)
{
    const char *format = NULL;
    const ApiValue *in = call->in;
    PT_CLEANUP(event_plan_releasep) EventPlan *plan = NULL;
    PtStr name = in[IN_PLANS_CONVERT_NAME].given ? in[IN_PLANS_CONVERT_NAME].text : PT_STR("");
    PtStatus st = event_plan_convert(in[IN_PLANS_CONVERT_DOCUMENT].text, name, draft, notes,
                                     &format, &call->error);
    st = st == PT_OK ? event_plan_draft(pt_buf_str(draft), &plan, &call->error) : st;
    if (st != PT_OK) {
        return st;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("plan"));
    pt_json_out_object(&out);
    event_plan_put(event_plan_edit(plan), &out);
    pt_json_out_object_end(&out);
    pt_json_put_str(&out, "format", pt_str(format));
    api_put_raw(&out, "notes", pt_buf_str(notes));
    pt_json_out_object_end(&out);
    return PT_OK;
}

void api_plans_convert(ApiCall *call)
{
    PtBuf draft, notes;
    pt_buf_init(&draft, EVENT_PLAN_TEXT_MAX * 2);
    pt_buf_init(&notes, 1 << 18);
    if (!api_failed(call, convert(call, &draft, &notes))) {
        api_answer(call, 200);
    }
    pt_buf_done(&draft);
    pt_buf_done(&notes);
}

/* -- violations
 * -------------------------------------------------------------------------------------------------------
 */

/* Parameters that the three operations share. */
typedef struct Asked {
    const ApiValue *source, *plan, *type, *name, *since, *until;
} Asked;

/* A plan's id; one that is unknown may be deleted, and is taken as an id. */
static PtStr plan_id(ApiCall *call, const ApiValue *ref)
{
    EventPlanRow row;
    PtError unused;
    if (!ref->given || ref->text.len == 0) {
        return PT_STR("");
    }
    return event_plans_get(call->api->c.plans, ref->text, 0, call->arena, &row, &unused) == PT_OK
               ? row.id
               : ref->text;
}

static PtStatus read_filter(ApiCall *call, const Asked *a, EventViolationFilter *f)
{
    int64_t now_ms = pt_clock_now_ms(call->api->c.clock);
    *f = (EventViolationFilter){.plan = plan_id(call, a->plan),
                                .name = a->name->given ? a->name->text : PT_STR("")};
    f->until_ms = pt_time_floor(a->until->given ? a->until->number : now_ms, HOUR_MS) + HOUR_MS;
    f->since_ms =
        pt_time_floor(a->since->given ? a->since->number : f->until_ms - RANGE_MS, HOUR_MS);
    f->type = a->type->given ? event_type_of(a->type->text) : EVENT_UNKNOWN;
    if (f->since_ms >= f->until_ms) {
        return pt_fail(&call->error, PT_INVALID, "since: lies behind until");
    }
    return api_find_source(call, a->source, &f->source, &call->error);
}

void api_plans_violations(ApiCall *call)
{
    const ApiValue *q = call->query;
    const Asked asked = {&q[Q_PLANS_VIOLATIONS_SOURCE], &q[Q_PLANS_VIOLATIONS_PLAN],
                         &q[Q_PLANS_VIOLATIONS_TYPE],   &q[Q_PLANS_VIOLATIONS_NAME],
                         &q[Q_PLANS_VIOLATIONS_SINCE],  &q[Q_PLANS_VIOLATIONS_UNTIL]};
    const int64_t step_ms = q[Q_PLANS_VIOLATIONS_STEP].choice == 1 ? DAY_MS : HOUR_MS;
    EventViolationFilter f;
    EventViolationPoint *points;
    size_t count;
    PtStatus st = read_filter(call, &asked, &f);
    st = st == PT_OK ? event_violations_series(call->api->c.views_sql, &f, call->arena, &points,
                                               &count, &call->error)
                     : st;
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_i64(&out, "step_seconds", step_ms / 1000);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count;) {
        EventViolationPoint sum = {.at_ms = points[i].at_ms - points[i].at_ms % step_ms};
        for (; i < count && points[i].at_ms < sum.at_ms + step_ms; i++) {
            sum.warned += points[i].warned;
            sum.quarantined += points[i].quarantined;
            sum.unplanned += points[i].unplanned;
        }
        pt_json_out_object(&out);
        api_put_time(&out, "at", sum.at_ms);
        pt_json_put_i64(&out, "warned", sum.warned);
        pt_json_put_i64(&out, "quarantined", sum.quarantined);
        pt_json_put_i64(&out, "unplanned", sum.unplanned);
        pt_json_out_object_end(&out);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

static void put_source(ApiCall *call, PtJsonOut *out, uint32_t number)
{
    EventSource space;
    EventSourceName name = api_source_name(call->api, number, &space);
    api_put_text_or_null(out, "source", name.name);
    api_put_text_or_null(out, "source_id", name.id);
}

static void put_violations(ApiCall *call, PtJsonOut *out, const EventViolations *v)
{
    pt_json_out_object(out);
    put_source(call, out, v->source);
    pt_json_put_str(out, "plan", v->plan);
    pt_json_put_str(out, "type", event_type_name(v->type));
    pt_json_put_str(out, "name", v->name);
    pt_json_put_str(out, "path", v->path);
    pt_json_put_str(out, "keyword", v->keyword);
    pt_json_put_i64(out, "warned", v->warned);
    pt_json_put_i64(out, "quarantined", v->quarantined);
    pt_json_put_u64(out, "sample", v->sample);
    api_put_time(out, "first_at", v->first_ms);
    api_put_time(out, "last_at", v->last_ms);
    pt_json_out_object_end(out);
}

void api_plans_violations_top(ApiCall *call)
{
    const ApiValue *q = call->query;
    const Asked asked = {&q[Q_PLANS_VIOLATIONS_TOP_SOURCE], &q[Q_PLANS_VIOLATIONS_TOP_PLAN],
                         &q[Q_PLANS_VIOLATIONS_TOP_TYPE],   &q[Q_PLANS_VIOLATIONS_TOP_NAME],
                         &q[Q_PLANS_VIOLATIONS_TOP_SINCE],  &q[Q_PLANS_VIOLATIONS_TOP_UNTIL]};
    EventViolationFilter f;
    EventViolations *rows;
    size_t count;
    PtStatus st = read_filter(call, &asked, &f);
    st = st == PT_OK ? event_violations_top(call->api->c.views_sql, &f,
                                            (size_t)q[Q_PLANS_VIOLATIONS_TOP_LIMIT].number,
                                            call->arena, &rows, &count, &call->error)
                     : st;
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        put_violations(call, &out, &rows[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

typedef struct Page {
    ApiCall *call;
    PtJsonOut out;
} Page;

static PtStatus put_event(void *ctx, const PtRecord *record, const EventView *v, PtError *err)
{
    Page *page = ctx;
    PtJsonOut *out = &page->out;
    (void)err;
    pt_json_out_object(out);
    pt_json_put_u64(out, "position", record->position.offset);
    api_put_time(out, "received_at", record->time_ms);
    put_source(page->call, out, record->source);
    pt_json_put_str(out, "class",
                    pt_str(record->klass == PT_RECORD_QUARANTINE ? "quarantine" : "event"));
    pt_json_put_str(out, "type", event_type_name(v->type));
    pt_json_put_str(out, "name", v->name);
    event_plan_put_note(v->plan, out);
    pt_json_out_object_end(out);
    return PT_OK;
}

void api_plans_violations_events(ApiCall *call)
{
    const ApiValue *q = call->query;
    const Asked asked = {&q[Q_PLANS_VIOLATIONS_EVENTS_SOURCE], &q[Q_PLANS_VIOLATIONS_EVENTS_PLAN],
                         &q[Q_PLANS_VIOLATIONS_EVENTS_TYPE],   &q[Q_PLANS_VIOLATIONS_EVENTS_NAME],
                         &q[Q_PLANS_VIOLATIONS_EVENTS_SINCE],  &q[Q_PLANS_VIOLATIONS_EVENTS_UNTIL]};
    Page page = {call, pt_json_out(&call->body)};
    EventViolationFilter f;
    uint64_t before = 0, next = 0;
    char cursor[24] = "";
    PtStatus st = read_filter(call, &asked, &f);
    st = st == PT_OK ? api_cursor_u64(&q[Q_PLANS_VIOLATIONS_EVENTS_CURSOR], UINT64_MAX, &before,
                                      &call->error)
                     : st;
    if (q[Q_PLANS_VIOLATIONS_EVENTS_PATH].given) {
        f.path = q[Q_PLANS_VIOLATIONS_EVENTS_PATH].text;
    }
    if (q[Q_PLANS_VIOLATIONS_EVENTS_KEYWORD].given) {
        f.keyword = q[Q_PLANS_VIOLATIONS_EVENTS_KEYWORD].text;
    }
    api_page_begin(&page.out);
    st = st == PT_OK ? event_violations_walk(call->api->c.log, call->api->c.views_sql, &f, before,
                                             (size_t)q[Q_PLANS_VIOLATIONS_EVENTS_LIMIT].number,
                                             put_event, &page, &next, &call->error)
                     : st;
    if (next > 0) {
        (void)snprintf(cursor, sizeof cursor, "%llu", (unsigned long long)next);
    }
    api_page_end(&page.out, cursor[0] != '\0' ? cursor : NULL);
    if (!api_failed(call, st)) {
        api_answer(call, 200);
    }
}
