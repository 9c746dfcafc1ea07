// SPDX-License-Identifier: Apache-2.0
/* Plans from their JSON, and back into one form. */
#include "events/intake.h"
#include "events/plans_internal.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    VALUES_MAX = 1 << 18,
    ARENA_MAX = 1 << 20,
    LEVELS_MAX = EVENT_SCHEMA_DEPTH_MAX + 3,
    RULE_NAME_MAX = 200,    // characters
    DESCRIPTION_MAX = 2000, // characters
    NOTE_MAX = 500,
};

static const PtStr mode_names[] = {
    [EVENT_PLAN_ALLOW] = PT_STR_INIT("allow"),
    [EVENT_PLAN_WARN] = PT_STR_INIT("warn"),
    [EVENT_PLAN_QUARANTINE] = PT_STR_INIT("quarantine"),
};

PtStr event_plan_mode_name(EventPlanMode mode)
{
    return mode_names[mode];
}

bool event_plan_mode_of(PtStr name, EventPlanMode *ret_mode)
{
    for (unsigned i = 0; i < sizeof mode_names / sizeof *mode_names; i++) {
        if (pt_str_eq(name, mode_names[i])) {
            *ret_mode = (EventPlanMode)i;
            return true;
        }
    }
    return false;
}

void schema_doc_write(const SchemaDoc *doc, uint32_t value, PtJsonOut *out)
{
    const SchemaValue *v = &doc->v[value];
    switch (v->kind) {
    case SCHEMA_STRING:
        pt_json_out_str(out, v->text);
        return;
    case SCHEMA_OBJECT:
        pt_json_out_object(out);
        break;
    case SCHEMA_ARRAY:
        pt_json_out_array(out);
        break;
    default:
        pt_json_out_raw(out, v->text);
        return;
    }
    for (uint32_t i = v->first; i != 0; i = doc->v[i].next) { // bounded by the parser's levels
        if (v->kind == SCHEMA_OBJECT) {
            pt_json_out_key(out, doc->v[i].key);
        }
        schema_doc_write(doc, i, out);
    }
    if (v->kind == SCHEMA_OBJECT) {
        pt_json_out_object_end(out);
    } else {
        pt_json_out_array_end(out);
    }
}

/* -- rules
 * -------------------------------------------------------------------------------------------------------
 */

typedef struct Reading {
    EventPlan *plan;
    SchemaDoc doc;
    PtJsonOut out; // the rules in one form
    PtError *err;
} Reading;

typedef struct RuleParts {
    uint32_t type, name, description, mode, schema;
} RuleParts;

static PtStatus bad_rule(Reading *r, uint32_t rule, const char *why)
{
    return pt_fail(r->err, PT_INVALID, "rules[%u]: %s", r->doc.v[rule].place, why);
}

static PtStatus read_parts(Reading *r, uint32_t rule, RuleParts *p)
{
    const struct {
        PtStr key;
        uint32_t *place;
    } members[] = {{PT_STR("type"), &p->type},
                   {PT_STR("name"), &p->name},
                   {PT_STR("description"), &p->description},
                   {PT_STR("mode"), &p->mode},
                   {PT_STR("schema"), &p->schema}};
    *p = (RuleParts){0};
    if (r->doc.v[rule].kind != SCHEMA_OBJECT) {
        return bad_rule(r, rule, "want an object");
    }
    for (uint32_t i = r->doc.v[rule].first; i != 0; i = r->doc.v[i].next) {
        size_t k = 0;
        while (k < 5 && !pt_str_eq(r->doc.v[i].key, members[k].key)) {
            k++;
        }
        if (k == 5) {
            return pt_fail(
                r->err, PT_INVALID, "rules[%u]: unknown member \"%.*s\"", r->doc.v[rule].place,
                r->doc.v[i].key.len < 60 ? (int)r->doc.v[i].key.len : 60, r->doc.v[i].key.data);
        }
        *members[k].place = r->doc.v[i].kind == SCHEMA_NULL ? 0 : i;
    }
    return PT_OK;
}

static PtStatus read_text(Reading *r, uint32_t rule, uint32_t place, size_t max, const char *what,
                          PtStr *ret_text)
{
    *ret_text = PT_STR("");
    if (place == 0) {
        return PT_OK;
    }
    if (r->doc.v[place].kind != SCHEMA_STRING || schema_characters(r->doc.v[place].text) > max) {
        return pt_fail(r->err, PT_INVALID, "rules[%u]: %s: want a text of at most %zu characters",
                       r->doc.v[rule].place, what, max);
    }
    *ret_text = r->doc.v[place].text;
    return PT_OK;
}

static PtStatus read_key(Reading *r, uint32_t rule, const RuleParts *p, EventType *ret_type,
                         PtStr *ret_name)
{
    const SchemaValue *type = &r->doc.v[p->type];
    *ret_type =
        p->type != 0 && type->kind == SCHEMA_STRING ? event_type_of(type->text) : EVENT_UNKNOWN;
    if (*ret_type == EVENT_UNKNOWN || *ret_type == EVENT_ALIAS) {
        return bad_rule(r, rule, "type: want track, identify, page, screen or group");
    }
    PtStatus st = read_text(r, rule, p->name, RULE_NAME_MAX, "name", ret_name);
    bool named = *ret_type == EVENT_TRACK || *ret_type == EVENT_PAGE || *ret_type == EVENT_SCREEN;
    if (st == PT_OK && *ret_type == EVENT_TRACK && ret_name->len == 0) {
        st = bad_rule(r, rule, "name: a rule for track wants one");
    }
    return st == PT_OK && !named && ret_name->len > 0
               ? bad_rule(r, rule, "name: identify and group have none")
               : st;
}

/* Room for a type and a name, as the key of a map. */
typedef struct EventKey {
    char bytes[1 + RULE_NAME_MAX * 4];
} EventKey;

static PtStr key_of(EventType type, PtStr name, EventKey *space)
{
    size_t len = name.len < sizeof space->bytes - 1 ? name.len : sizeof space->bytes - 1;
    space->bytes[0] = (char)type;
    if (len > 0) {
        memcpy(space->bytes + 1, name.data, len);
    }
    return (PtStr){space->bytes, len + 1};
}

static PtStatus index_rule(Reading *r, uint32_t place, PlanRule *rule, PtStr name)
{
    EventKey space;
    PtStr key =
        key_of(rule->type, rule->type == EVENT_TRACK ? event_canonical_name(name) : name, &space);
    if (pt_map_get(r->plan->by_event, key) != NULL) {
        return pt_fail(r->err, PT_INVALID, "rules[%u]: there is a rule for %.*s \"%.*s\" already",
                       r->doc.v[place].place, PT_STR_ARG(event_type_name(rule->type)),
                       PT_STR_ARG(name));
    }
    r->plan->types |= 1U << rule->type;
    return pt_map_set(r->plan->by_event, key, rule, NULL)
               ? PT_OK
               : pt_fail(r->err, PT_NO_MEMORY, "no memory for a plan");
}

static PtStatus compile_schema(Reading *r, uint32_t place, uint32_t schema, PlanRule *rule)
{
    PtBuf text;
    PtError why = {0};
    const EventPlanEdit *e = &r->plan->edit;
    bool traits = rule->type == EVENT_IDENTIFY || rule->type == EVENT_GROUP;
    EventSchemaOptions options = {.formats = e->formats};
    if (e->unplanned_properties != EVENT_PLAN_ALLOW) {
        options.closed = traits ? PT_STR("traits") : PT_STR("properties");
    }
    pt_buf_init(&text, EVENT_SCHEMA_TEXT_MAX);
    PtJsonOut out = pt_json_out(&text);
    schema_doc_write(&r->doc, schema, &out);
    PtStatus st = pt_buf_status(&text);
    if (st != PT_OK) {
        (void)pt_fail(&why, st, "the schema is over %d bytes", EVENT_SCHEMA_TEXT_MAX);
    } else {
        st = event_schema_compile(pt_buf_str(&text), &options, &rule->schema, &why);
    }
    if (st == PT_OK) {
        pt_json_out_key(&r->out, PT_STR("schema"));
        pt_json_out_raw(&r->out, pt_buf_str(&text));
    } else {
        st = pt_fail(r->err, st, "rules[%u].schema: %s", r->doc.v[place].place, why.message);
    }
    pt_buf_done(&text);
    return st;
}

static PtStatus read_mode(Reading *r, uint32_t place, const RuleParts *p, PlanRule *rule)
{
    rule->mode = r->plan->edit.mode;
    if (p->mode != 0 && (r->doc.v[p->mode].kind != SCHEMA_STRING ||
                         !event_plan_mode_of(r->doc.v[p->mode].text, &rule->mode))) {
        return bad_rule(r, place, "mode: want allow, warn, quarantine or null");
    }
    pt_json_out_key(&r->out, PT_STR("mode"));
    if (p->mode != 0) {
        pt_json_out_str(&r->out, event_plan_mode_name(rule->mode));
    } else {
        pt_json_out_null(&r->out);
    }
    return PT_OK;
}

static PtStatus read_rule(Reading *r, uint32_t place, PlanRule *rule)
{
    RuleParts p;
    PtStr name, description;
    PtStatus st = read_parts(r, place, &p);
    st = st == PT_OK ? read_key(r, place, &p, &rule->type, &name) : st;
    st = st == PT_OK
             ? read_text(r, place, p.description, DESCRIPTION_MAX, "description", &description)
             : st;
    st = st == PT_OK && p.schema == 0 ? bad_rule(r, place, "schema is missing") : st;
    if (st != PT_OK) {
        return st;
    }
    pt_json_out_object(&r->out);
    pt_json_put_str(&r->out, "type", event_type_name(rule->type));
    pt_json_out_key(&r->out, PT_STR("name"));
    if (name.len > 0) {
        pt_json_out_str(&r->out, name);
    } else {
        pt_json_out_null(&r->out);
    }
    pt_json_put_str(&r->out, "description", description);
    st = read_mode(r, place, &p, rule);
    st = st == PT_OK && r->doc.v[p.schema].kind != SCHEMA_OBJECT
             ? bad_rule(r, place, "schema: want an object")
             : st;
    st = st == PT_OK ? compile_schema(r, place, p.schema, rule) : st;
    pt_json_out_object_end(&r->out);
    return st == PT_OK ? index_rule(r, place, rule, name) : st;
}

static PtStatus read_rules(Reading *r, PtStr text)
{
    uint32_t root;
    EventPlan *plan = r->plan;
    schema_doc_clear(&r->doc, true);
    if (!schema_doc_reserve(&r->doc, text.len)) {
        return pt_fail(r->err, PT_NO_MEMORY, "no memory for a plan");
    }
    PtStatus st = schema_doc_parse(&r->doc, text, LEVELS_MAX, NULL, NULL, &root, r->err);
    if (st != PT_OK) {
        return st;
    }
    size_t count = r->doc.v[root].count;
    if (r->doc.v[root].kind != SCHEMA_ARRAY || count > EVENT_PLAN_RULES_MAX) {
        return pt_fail(r->err, PT_INVALID, "rules: want a list of at most %d rules",
                       EVENT_PLAN_RULES_MAX);
    }
    plan->rules = pt_arena_alloc(plan->arena, count + 1, sizeof *plan->rules);
    if (plan->rules == NULL) {
        return pt_fail(r->err, PT_NO_MEMORY, "no memory for a plan");
    }
    pt_json_out_array(&r->out);
    for (uint32_t i = r->doc.v[root].first; st == PT_OK && i != 0; i = r->doc.v[i].next) {
        st = read_rule(r, i, &plan->rules[plan->rule_count++]);
    }
    pt_json_out_array_end(&r->out);
    return st;
}

/* -- plans
 * -------------------------------------------------------------------------------------------------------
 */

static PtStatus check_line(PtStr text, size_t least, size_t most, const char *what, PtError *err)
{
    size_t len = schema_characters(text);
    bool control = false;
    for (size_t i = 0; i < text.len; i++) {
        control = control || (unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7F;
    }
    if (len < least || len > most || control || (text.len > 0 && !pt_utf8_valid(text))) {
        return pt_fail(err, PT_INVALID,
                       "%s: want %zu to %zu characters, none of them a control character", what,
                       least, most);
    }
    return PT_OK;
}

static PtStatus check_edit(const EventPlanEdit *e, PtError *err)
{
    PtStatus st = check_line(e->name, 1, EVENT_PLAN_NAME_MAX, "name", err);
    st = st == PT_OK ? check_line(e->note, 0, NOTE_MAX, "note", err) : st;
    if (st == PT_OK && (schema_characters(e->description) > DESCRIPTION_MAX ||
                        (e->description.len > 0 && !pt_utf8_valid(e->description)))) {
        st = pt_fail(err, PT_INVALID, "description: want at most %d characters", DESCRIPTION_MAX);
    }
    return st == PT_OK && e->rules.len > EVENT_PLAN_TEXT_MAX
               ? pt_fail(err, PT_TOO_LARGE, "rules of over %d bytes", EVENT_PLAN_TEXT_MAX)
               : st;
}

static bool copy_texts(EventPlan *plan, const EventPlanEdit *e)
{
    PtStr *const to[] = {&plan->edit.name, &plan->edit.description, &plan->edit.note};
    const PtStr from[] = {e->name, e->description, e->note};
    size_t need = 1;
    for (size_t i = 0; i < 3; i++) {
        need += from[i].len;
    }
    if (pt_buf_reserve(&plan->text, need) == NULL) {
        return false;
    }
    for (size_t i = 0; i < 3; i++) {
        *to[i] = (PtStr){plan->text.data + plan->text.len, from[i].len};
        pt_buf_add_str(&plan->text, from[i]);
    }
    return true;
}

PtStatus event_plan_compile(const EventPlanEdit *edit, EventPlan **ret_plan, PtError *err)
{
    PtStatus st = check_edit(edit, err);
    if (st != PT_OK) {
        return st;
    }
    PT_CLEANUP(event_plan_releasep) EventPlan *plan = calloc(1, sizeof *plan);
    if (plan == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a plan");
    }
    atomic_init(&plan->holders, 1);
    pt_buf_init(&plan->text, 64 << 10);
    // written anew it is longer by the members that were left out, and by escapes
    pt_buf_init(&plan->rules_text, EVENT_PLAN_TEXT_MAX * 2);
    plan->edit = *edit;
    plan->by_event = pt_map_new();
    plan->arena = pt_arena_new(ARENA_MAX);
    if (plan->by_event == NULL || plan->arena == NULL || !copy_texts(plan, edit)) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a plan");
    }
    Reading r = {.plan = plan, .err = err, .out = pt_json_out(&plan->rules_text)};
    schema_doc_init(&r.doc, VALUES_MAX);
    st = read_rules(&r, edit->rules);
    schema_doc_done(&r.doc);
    if (st == PT_OK && pt_buf_status(&plan->rules_text) != PT_OK) {
        st = pt_fail(err, pt_buf_status(&plan->rules_text), "the rules are too long");
    }
    plan->edit.rules = pt_buf_str(&plan->rules_text);
    if (st == PT_OK) {
        *ret_plan = PT_TAKE(plan);
    }
    return st;
}

EventPlan *event_plan_hold(EventPlan *plan)
{
    atomic_fetch_add(&plan->holders, 1);
    return plan;
}

void event_plan_release(EventPlan *plan)
{
    if (plan == NULL || atomic_fetch_sub(&plan->holders, 1) > 1) {
        return;
    }
    for (size_t i = 0; i < plan->rule_count; i++) {
        event_schema_free(plan->rules[i].schema);
    }
    pt_arena_free(plan->arena);
    pt_map_free(plan->by_event, NULL);
    pt_buf_done(&plan->text);
    pt_buf_done(&plan->rules_text);
    free(plan);
}

const EventPlanEdit *event_plan_edit(const EventPlan *plan)
{
    return &plan->edit;
}

size_t event_plan_rule_count(const EventPlan *plan)
{
    return plan->rule_count;
}

PtStr event_plan_id(const EventPlan *plan)
{
    return pt_str(plan->id);
}

int64_t event_plan_version(const EventPlan *plan)
{
    return plan->version;
}

void event_plan_put(const EventPlanEdit *e, PtJsonOut *out)
{
    const struct {
        PtStr key, text;
    } texts[] = {{PT_STR("name"), e->name},
                 {PT_STR("description"), e->description},
                 {PT_STR("mode"), event_plan_mode_name(e->mode)},
                 {PT_STR("unplanned_events"), event_plan_mode_name(e->unplanned_events)},
                 {PT_STR("unplanned_properties"), event_plan_mode_name(e->unplanned_properties)}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        pt_json_out_key(out, texts[i].key);
        pt_json_out_str(out, texts[i].text);
    }
    pt_json_put_bool(out, "formats", e->formats);
    if (e->rules.len > 0) {
        pt_json_out_key(out, PT_STR("rules"));
        pt_json_out_raw(out, e->rules);
    }
}

/* -- drafts
 * -------------------------------------------------------------------------------------------------------
 */

static PtStatus draft_mode(const SchemaDoc *doc, uint32_t i, EventPlanMode *mode, PtError *err)
{
    return doc->v[i].kind == SCHEMA_STRING && event_plan_mode_of(doc->v[i].text, mode)
               ? PT_OK
               : pt_fail(err, PT_INVALID, "%.*s: want allow, warn or quarantine",
                         PT_STR_ARG(doc->v[i].key));
}

static PtStatus draft_text(const SchemaDoc *doc, uint32_t i, PtStr *text, PtError *err)
{
    *text = doc->v[i].text;
    return doc->v[i].kind == SCHEMA_STRING
               ? PT_OK
               : pt_fail(err, PT_INVALID, "%.*s: want a text", PT_STR_ARG(doc->v[i].key));
}

static PtStatus draft_member(const SchemaDoc *doc, uint32_t i, EventPlanEdit *e, PtBuf *rules,
                             PtError *err)
{
    PtStr key = doc->v[i].key;
    const struct {
        PtStr key;
        PtStr *text;
        EventPlanMode *mode;
    } members[] = {{PT_STR("name"), &e->name, NULL},
                   {PT_STR("description"), &e->description, NULL},
                   {PT_STR("note"), &e->note, NULL},
                   {PT_STR("mode"), NULL, &e->mode},
                   {PT_STR("unplanned_events"), NULL, &e->unplanned_events},
                   {PT_STR("unplanned_properties"), NULL, &e->unplanned_properties}};
    for (size_t k = 0; k < sizeof members / sizeof *members; k++) {
        if (pt_str_eq(key, members[k].key)) {
            return members[k].text != NULL ? draft_text(doc, i, members[k].text, err)
                                           : draft_mode(doc, i, members[k].mode, err);
        }
    }
    if (pt_str_eq(key, PT_STR("formats"))) {
        e->formats = doc->v[i].kind == SCHEMA_BOOLEAN && doc->v[i].text.data[0] == 't';
        return doc->v[i].kind == SCHEMA_BOOLEAN
                   ? PT_OK
                   : pt_fail(err, PT_INVALID, "formats: want true or false");
    }
    if (pt_str_eq(key, PT_STR("rules"))) {
        PtJsonOut out = pt_json_out(rules);
        schema_doc_write(doc, i, &out);
        e->rules = pt_buf_str(rules);
        return pt_buf_status(rules) == PT_OK
                   ? PT_OK
                   : pt_fail(err, pt_buf_status(rules), "rules of over %d bytes",
                             EVENT_PLAN_TEXT_MAX);
    }
    return pt_fail(err, PT_INVALID, "unknown member \"%.*s\" of a plan",
                   key.len < 60 ? (int)key.len : 60, key.data);
}

PtStatus event_plan_draft(PtStr json, EventPlan **ret_plan, PtError *err)
{
    SchemaDoc doc;
    PtBuf rules;
    uint32_t root = 0;
    EventPlanEdit e = {.mode = EVENT_PLAN_WARN, .formats = true, .rules = PT_STR("[]")};
    schema_doc_init(&doc, VALUES_MAX);
    schema_doc_clear(&doc, true);
    pt_buf_init(&rules, EVENT_PLAN_TEXT_MAX);
    PtStatus st = schema_doc_reserve(&doc, json.len)
                      ? schema_doc_parse(&doc, json, LEVELS_MAX + 1, NULL, NULL, &root, err)
                      : pt_fail(err, PT_NO_MEMORY, "no memory for a plan");
    if (st == PT_OK && doc.v[root].kind != SCHEMA_OBJECT) {
        st = pt_fail(err, PT_INVALID, "a plan is an object");
    }
    for (uint32_t i = st == PT_OK ? doc.v[root].first : 0; st == PT_OK && i != 0;
         i = doc.v[i].next) {
        st = draft_member(&doc, i, &e, &rules, err);
    }
    st = st == PT_OK ? event_plan_compile(&e, ret_plan, err) : st;
    pt_buf_done(&rules);
    schema_doc_done(&doc);
    return st;
}
