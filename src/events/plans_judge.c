// SPDX-License-Identifier: Apache-2.0
/* An event before its plan. */
#include "events/body_internal.h"
#include "events/plans_internal.h"

#include <stdio.h>

static const EventSchemaFault unplanned = {.keyword = "unplanned_event",
                                           .message = "has no rule in the plan"};
static const EventSchemaFault too_much = {.keyword = "work",
                                          .message = "has too many members to check"};

/* NULL when there is none: rule names are 200 characters at most, of four bytes. */
static const PlanRule *rule_of(const EventPlan *plan, EventType type, PtStr name)
{
    char key[1 + 200 * 4];
    key[0] = (char)type;
    bool named = type == EVENT_TRACK || type == EVENT_PAGE || type == EVENT_SCREEN;
    if (named && name.len > 0 && name.len < sizeof key) {
        memcpy(key + 1, name.data, name.len);
        const PlanRule *rule = pt_map_get(plan->by_event, (PtStr){key, name.len + 1});
        if (rule != NULL) {
            return rule;
        }
    }
    return type != EVENT_TRACK ? pt_map_get(plan->by_event, (PtStr){key, 1}) : NULL;
}

static void judge_unplanned(const EventPlan *plan, EventType type, EventPlanVerdict *v)
{
    bool meant = type == EVENT_TRACK || (plan->types >> type & 1) != 0;
    v->planned = !meant; // of a type that the plan says nothing of
    if (meant && plan->edit.unplanned_events != EVENT_PLAN_ALLOW) {
        v->outcome = plan->edit.unplanned_events;
        v->faults[v->count++] = &unplanned;
    }
}

static void weigh(const EventPlan *plan, const PlanRule *rule, const EventSchemaResult *result,
                  EventPlanVerdict *v)
{
    EventPlanMode outcome = result->valid ? EVENT_PLAN_ALLOW : rule->mode;
    for (size_t i = 0; i < result->count; i++) {
        bool soft = strcmp(result->faults[i].keyword, "unplanned_property") == 0;
        EventPlanMode mode = soft ? plan->edit.unplanned_properties : rule->mode;
        outcome = mode > outcome ? mode : outcome;
        if (mode != EVENT_PLAN_ALLOW) {
            v->faults[v->count++] = &result->faults[i];
        }
    }
    v->outcome = outcome;
}

PtStatus event_plan_judge(const EventPlan *plan, EventSchemaRun *run, const EventView *event,
                          bool unify, EventPlanVerdict *ret_verdict, PtError *err)
{
    EventPlanVerdict v = {.planned = true, .rule = -1};
    const PlanRule *rule = rule_of(plan, event->type, event->name);
    if (rule == NULL) {
        judge_unplanned(plan, event->type, &v);
        *ret_verdict = v;
        return PT_OK;
    }
    v.rule = (int)(rule - plan->rules);
    if (rule->mode != EVENT_PLAN_ALLOW || plan->edit.unplanned_properties != EVENT_PLAN_ALLOW) {
        EventSchemaResult result;
        PtStatus st =
            event_schema_judge(rule->schema, run, event->raw, event->common, unify, &result, err);
        if (st == PT_TOO_LARGE) {
            v.outcome = rule->mode;
            v.faults[v.count++] = &too_much;
        } else if (st != PT_OK) {
            return st;
        } else {
            weigh(plan, rule, &result, &v);
        }
    }
    *ret_verdict = v;
    return PT_OK;
}

PtStatus event_plan_judge_text(const EventPlan *plan, EventSchemaRun *run, PtStr text,
                               EventPlanVerdict *ret_verdict, PtError *err)
{
    EventBody body;
    PtStatus st = event_body_init(&body, err);
    st = st == PT_OK ? event_body_again(&body, text, (PtStr){NULL, 0}, EVENT_UNKNOWN, err) : st;
    const EventView *v = &body.drafts[0].view;
    if (st == PT_OK && v->reason != EVENT_REASON_NONE && v->reason != EVENT_REASON_NO_ID) {
        st = pt_fail(err, PT_INVALID, "event: %.*s: %.*s", PT_STR_ARG(event_reason_name(v->reason)),
                     PT_STR_ARG(v->reason_detail));
    }
    st = st == PT_OK ? event_plan_judge(plan, run, v, true, ret_verdict, err) : st;
    event_body_done(&body);
    return st;
}

static void put_fault(const EventSchemaFault *f, PtJsonOut *out)
{
    const struct {
        PtStr key;
        const char *text;
    } members[] = {{PT_STR("pointer"), f->pointer},
                   {PT_STR("path"), f->path},
                   {PT_STR("keyword"), f->keyword},
                   {PT_STR("message"), f->message}};
    pt_json_out_object(out);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        if (i != 1 || strcmp(f->path, f->pointer) != 0) {
            pt_json_out_key(out, members[i].key);
            pt_json_out_str(out, pt_str(members[i].text));
        }
    }
    pt_json_out_object_end(out);
}

void event_plan_put_faults(const EventPlanVerdict *v, PtJsonOut *out)
{
    pt_json_out_array(out);
    for (size_t i = 0; i < v->count; i++) {
        put_fault(v->faults[i], out);
    }
    pt_json_out_array_end(out);
}

void event_plan_put_note(PtStr note_text, PtJsonOut *out)
{
    static const struct {
        PtStr of, as, fallback;
    } members[] = {{PT_STR_INIT("id"), PT_STR_INIT("plan"), PT_STR_INIT("\"\"")},
                   {PT_STR_INIT("version"), PT_STR_INIT("version"), PT_STR_INIT("0")},
                   {PT_STR_INIT("violations"), PT_STR_INIT("violations"), PT_STR_INIT("[]")}};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        PtStr value = members[i].fallback, raw;
        PtJson j;
        pt_json_init(&j, note_text, EVENT_MAX_DEPTH);
        if (pt_json_next(&j) == PT_JSON_OBJECT) {
            while (pt_json_next(&j) == PT_JSON_KEY) {
                bool wanted = pt_json_raw_eq(j.raw, j.flags, members[i].of);
                if (!pt_json_skip(&j, &raw, NULL, NULL)) {
                    break;
                }
                value = wanted ? raw : value;
            }
        }
        pt_json_out_key(out, members[i].as);
        pt_json_out_raw(out, value);
    }
}

/* {"id", "version", "rule", "violations"}: what the record keeps. */
static PtStatus note(const EventPlan *plan, const EventPlanVerdict *v, EventText *text, PtStr *ret,
                     PtError *err)
{
    pt_buf_clear(&text->scratch, 64 << 10);
    PtJsonOut out = pt_json_out(&text->scratch);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "id", pt_str(plan->id));
    pt_json_put_i64(&out, "version", plan->version);
    pt_json_out_key(&out, PT_STR("rule"));
    if (v->rule >= 0) {
        pt_json_out_i64(&out, v->rule);
    } else {
        pt_json_out_null(&out);
    }
    pt_json_out_key(&out, PT_STR("violations"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < v->count && text->scratch.len < EVENT_PLAN_NOTE_MAX; i++) {
        put_fault(v->faults[i], &out);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    *ret = pt_buf_status(&text->scratch) == PT_OK
               ? pt_arena_str(text->arena, pt_buf_str(&text->scratch))
               : (PtStr){NULL, 0};
    return ret->data != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory to note a violation");
}

/* Bytes of a text's beginning that are at most `most` and no half character. */
static size_t cut(const char *text, size_t most)
{
    size_t len = strnlen(text, most);
    while (len > 0 && !pt_utf8_valid((PtStr){text, len})) {
        len--;
    }
    return len;
}

static PtStatus refuse(const EventPlanVerdict *v, EventDraft *d, EventText *text, PtError *err)
{
    char pointer[EVENT_SCHEMA_POINTER_MAX] = "", more[48] = "";
    const EventSchemaFault *f = v->count > 0 ? v->faults[0] : &too_much;
    if (f == &unplanned) {
        return event_refuse(d, text, EVENT_REASON_UNPLANNED_EVENT, err, "%.*s %s",
                            PT_STR_ARG(event_type_name(d->view.type)), f->message);
    }
    memcpy(pointer, f->pointer, sizeof pointer);
    schema_one_line(pointer);
    if (v->count > 1) {
        (void)snprintf(more, sizeof more, " (and %zu more)", v->count - 1);
    }
    size_t shown = cut(pointer, 60), said = cut(f->message, 70);
    return event_refuse(d, text, EVENT_REASON_PLAN_VIOLATION, err, "%.*s: %.*s%s",
                        shown > 0 ? (int)shown : 9, shown > 0 ? pointer : "the event", (int)said,
                        f->message, more);
}

PtStatus event_plan_apply(const EventPlan *plan, EventSchemaRun *run, EventDraft *d,
                          EventText *text, PtError *err)
{
    EventPlanVerdict v;
    bool unify = (d->flags & EVENT_DUPLICATE_KEY) != 0;
    if (d->view.reason != EVENT_REASON_NONE) {
        return PT_OK;
    }
    PtStatus st = event_plan_judge(plan, run, &d->view, unify, &v, err);
    if (st != PT_OK || v.outcome == EVENT_PLAN_ALLOW) {
        return st;
    }
    st = note(plan, &v, text, &d->view.plan, err);
    d->flags |= v.planned ? EVENT_PLAN_VIOLATION : EVENT_UNPLANNED;
    return st == PT_OK && v.outcome == EVENT_PLAN_QUARANTINE ? refuse(&v, d, text, err) : st;
}
