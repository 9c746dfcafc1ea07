// SPDX-License-Identifier: Apache-2.0
/* /api/v1/analytics: questions about what customers did, and who is behind an answer.
 * /api/v1/reports: saved ones. */
#include "api/api_internal.h"

#include "base/buf.h"

/* An answer may take more than a request has. */
enum { QUESTION_BYTES = 256 << 20 };

static PtArena *new_arena(ApiCall *call)
{
    PtArena *arena = pt_arena_new(QUESTION_BYTES);
    if (arena == NULL) {
        (void)pt_fail(&call->error, PT_NO_MEMORY, "no memory for a question");
    }
    return arena;
}

static BehaviourAsk ask_of(ApiCall *call, PtStr query)
{
    return (BehaviourAsk){.query = query, .stop = &call->gone};
}

void api_analytics_query(ApiCall *call)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = new_arena(call);
    BehaviourAsk ask = ask_of(call, call->request->body);
    ask.impersonal = (call->who.permissions & PERMISSION_PROFILES_READ) == 0;
    PtStatus st = arena == NULL ? PT_NO_MEMORY
                                : behaviour_query(call->api->behaviour, &ask, arena, &call->body,
                                                  &call->error);
    if (!api_failed(call, st)) {
        api_answer(call, 200);
    }
}

/* -- people -------------------------------------------------------------------------------------
 */

static void put_people(ApiCall *call, const BehaviourPeople *people)
{
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_u64(&out, "count", people->count);
    api_put_text_or_null(&out, "next_cursor", people->next);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < people->people_count; i++) {
        const BehaviourPerson *p = &people->people[i];
        pt_json_out_object(&out);
        pt_json_put_str(&out, "id", pt_str(p->id));
        pt_json_put_str(&out, "name", p->name);
        pt_json_put_str(&out, "detail", p->detail);
        pt_json_out_object_end(&out);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
}

static void put_people_csv(ApiCall *call, const BehaviourPeople *people)
{
    PtBuf *out = &call->body;
    call->content_type = "text/csv; charset=utf-8";
    if (people->next.len > 0) {
        api_header(call, "X-Next-Cursor", pt_arena_str(call->arena, people->next));
    }
    pt_buf_add_str(out, PT_STR("id,name,detail\r\n"));
    for (size_t i = 0; i < people->people_count; i++) {
        const BehaviourPerson *p = &people->people[i];
        pt_buf_add_csv(out, pt_str(p->id));
        pt_buf_add_char(out, ',');
        pt_buf_add_csv(out, p->name);
        pt_buf_add_char(out, ',');
        pt_buf_add_csv(out, p->detail);
        pt_buf_add_str(out, PT_STR("\r\n"));
    }
}

static PtStatus find_people(ApiCall *call, PtArena *arena, BehaviourPeople *people)
{
    const ApiValue *in = call->in;
    const BehaviourAsk ask = ask_of(call, in[IN_ANALYTICS_PEOPLE_QUERY].text);
    const PtStr json = in[IN_ANALYTICS_PEOPLE_CELL].text,
                cursor = in[IN_ANALYTICS_PEOPLE_CURSOR].text;
    const BehaviourCell cell = {.cell = json.data != NULL ? json : PT_STR("{}"),
                                .cursor = cursor.data != NULL ? cursor : PT_STR(""),
                                .limit = (size_t)in[IN_ANALYTICS_PEOPLE_LIMIT].number};
    if ((call->who.permissions & PERMISSION_ANALYTICS_READ) == 0) {
        return pt_fail(&call->error, PT_FORBIDDEN, "needs the permission analytics.read");
    }
    return arena == NULL
               ? PT_NO_MEMORY
               : behaviour_people(call->api->behaviour, &ask, &cell, arena, people, &call->error);
}

void api_analytics_people(ApiCall *call)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = new_arena(call);
    BehaviourPeople people = {0};
    if (api_failed(call, find_people(call, arena, &people))) {
        return;
    }
    if (call->in[IN_ANALYTICS_PEOPLE_FORMAT].choice == 1) {
        put_people_csv(call, &people);
    } else {
        put_people(call, &people);
    }
    api_answer(call, 200);
}

/* -- names --------------------------------------------------------------------------------------
 */

static void put_event(PtJsonOut *out, const BehaviourName *event)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "type", event->kind);
    pt_json_put_str(out, "name", event->name);
    pt_json_out_object_end(out);
}

static void put_property(PtJsonOut *out, const BehaviourName *property)
{
    static const struct {
        PtStr prefix, of;
    } places[] = {{PT_STR_INIT("properties."), PT_STR_INIT("property")},
                  {PT_STR_INIT("context."), PT_STR_INIT("context")}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (pt_str_starts(property->name, places[i].prefix)) {
            pt_json_out_object(out);
            pt_json_put_str(out, "of", places[i].of);
            pt_json_put_str(out, "name", pt_str_from(property->name, places[i].prefix.len));
            pt_json_put_str(out, "kind", property->kind);
            pt_json_out_object_end(out);
        }
    }
}

void api_analytics_names(ApiCall *call)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = new_arena(call);
    BehaviourNames names;
    PtStatus st = arena == NULL
                      ? PT_NO_MEMORY
                      : behaviour_names(call->api->behaviour, arena, &names, &call->error);
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("events"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < names.event_count; i++) {
        put_event(&out, &names.events[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_key(&out, PT_STR("properties"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < names.property_count; i++) {
        put_property(&out, &names.properties[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

/* -- reports ------------------------------------------------------------------------------------
 */

static void put_report(PtJsonOut *out, const BehaviourReport *report)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "id", report->id);
    pt_json_put_str(out, "name", report->name);
    pt_json_put_str(out, "description", report->description);
    pt_json_put_str(out, "kind", report->kind);
    api_put_raw(out, "query", report->query);
    api_put_raw(out, "shown", report->shown);
    pt_json_put_i64(out, "version", report->version);
    api_put_time(out, "created_at", report->created_ms);
    api_put_time(out, "changed_at", report->changed_ms);
    pt_json_put_str(out, "changed_by", report->changed_by);
    pt_json_out_object_end(out);
}

static void answer_report(ApiCall *call, int status, PtStr id)
{
    BehaviourReport report;
    if (!api_failed(
            call, behaviour_report(call->api->behaviour, id, call->arena, &report, &call->error))) {
        PtJsonOut out = pt_json_out(&call->body);
        put_report(&out, &report);
        api_answer(call, status);
    }
}

void api_set_behaviour(Api *api, Behaviour *behaviour, PtPool *pool)
{
    api->behaviour = behaviour;
    api->question_pool = pool;
}

void api_reports_list(ApiCall *call)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = new_arena(call);
    BehaviourReport *reports;
    size_t count;
    PtStatus st = arena == NULL ? PT_NO_MEMORY
                                : behaviour_reports(call->api->behaviour, arena, &reports, &count,
                                                    &call->error);
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        put_report(&out, &reports[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_reports_get(ApiCall *call)
{
    answer_report(call, 200, call->args[0]);
}

void api_reports_add(ApiCall *call)
{
    char id[37];
    const BehaviourReportEdit edit = {.name = call->in[IN_REPORTS_ADD_NAME].text,
                                      .description = call->in[IN_REPORTS_ADD_DESCRIPTION].text,
                                      .query = call->in[IN_REPORTS_ADD_QUERY].text,
                                      .shown = call->in[IN_REPORTS_ADD_SHOWN].text};
    if (!api_failed(call, behaviour_report_add(call->api->behaviour, &call->who.actor, &edit, id,
                                               &call->error))) {
        answer_report(call, 201, pt_str(id));
    }
}

void api_reports_save(ApiCall *call)
{
    const BehaviourReportEdit edit = {.name = call->in[IN_REPORTS_SAVE_NAME].text,
                                      .description = call->in[IN_REPORTS_SAVE_DESCRIPTION].text,
                                      .query = call->in[IN_REPORTS_SAVE_QUERY].text,
                                      .shown = call->in[IN_REPORTS_SAVE_SHOWN].text};
    if (!api_failed(call,
                    behaviour_report_save(call->api->behaviour, &call->who.actor, call->args[0],
                                          call->in[IN_REPORTS_SAVE_VERSION].number, &edit,
                                          call->arena, &call->error))) {
        answer_report(call, 200, call->args[0]);
    }
}

void api_reports_delete(ApiCall *call)
{
    if (!api_failed(call, behaviour_report_delete(call->api->behaviour, &call->who.actor,
                                                  call->args[0], call->arena, &call->error))) {
        api_answer_done(call);
    }
}
