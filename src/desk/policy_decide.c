// SPDX-License-Identifier: Apache-2.0
/* Which priority, and why. */
#include "base/json.h"
#include "desk/policy_internal.h"

enum { LEAST = 5 };

const char *const desk_scopes[] = {"single", "store", "several", "widespread", NULL};
const char *const desk_levels[] = {"high", "medium", "low", NULL};
const char *const desk_methods[] = {"touchpoint", "impact_urgency", NULL};
const char *const desk_actions[] = {"major_incident", "problem", "change", "vendor", NULL};

const DeskCategory *desk_rules_category(const DeskRules *rules, PtStr id)
{
    for (size_t i = 0; i < rules->category_count; i++) {
        if (pt_str_eq(rules->categories[i].id, id)) {
            return &rules->categories[i];
        }
    }
    return NULL;
}

static const DeskTouchpoint *touchpoint_of(const DeskRules *rules, PtStr id)
{
    const DeskTouchpoint *any = NULL;
    for (size_t i = 0; i < rules->touchpoint_count; i++) {
        if (pt_str_eq(rules->touchpoints[i].id, id)) {
            return &rules->touchpoints[i];
        }
        if (pt_str_eq(rules->touchpoints[i].id, PT_STR("*"))) {
            any = &rules->touchpoints[i];
        }
    }
    return any;
}

static bool reached(int64_t count, int64_t needed)
{
    return needed > 0 && count >= needed;
}

DeskScope desk_scope(const DeskRules *rules, const DeskFacts *facts)
{
    DeskScope scope = DESK_SINGLE;
    for (DeskScope s = DESK_STORE; s < DESK_SCOPES; s++) {
        const DeskReach *r = &rules->reach[s];
        if (reached(facts->stores, r->stores) || reached(facts->tills, r->tills) ||
            reached(facts->customers, r->customers)) {
            scope = s;
        }
    }
    return scope;
}

/* ---- Reasons ----------------------------------------------------------------------------------
 */

typedef struct Finding {
    const DeskRules *rules;
    const DeskFacts *facts; /* touchpoints and urgency filled in */
    unsigned priority;
    const char *because;
    PtJsonOut *out; /* NULL: no explanation */
} Finding;

static void begin_reason(Finding *f, const char *rule)
{
    if (f->out != NULL) {
        pt_json_out_object(f->out);
        pt_json_put_str(f->out, "rule", pt_str(rule));
    }
}

static void say(Finding *f, const char *key, PtStr value)
{
    if (f->out != NULL) {
        pt_json_put_str(f->out, key, value);
    }
}

static void end_reason(Finding *f, const char *rule, unsigned priority)
{
    if (f->out != NULL) {
        pt_json_put_i64(f->out, "priority", priority);
        pt_json_out_object_end(f->out);
    }
    if (priority < f->priority) {
        f->priority = priority;
        f->because = rule;
    }
}

static void by_category(Finding *f, const DeskCategory *row)
{
    if (row != NULL) {
        begin_reason(f, "category");
        say(f, "row", row->id);
        end_reason(f, "category", row->floor);
    }
}

static void by_touchpoint(Finding *f, PtStr touchpoint, DeskScope scope)
{
    const DeskTouchpoint *row = touchpoint_of(f->rules, touchpoint);
    if (row != NULL) {
        begin_reason(f, "matrix");
        say(f, "touchpoint", row->id);
        say(f, "scope", pt_str(desk_scopes[scope]));
        say(f, "urgency", pt_str(desk_levels[f->facts->urgency]));
        end_reason(f, "matrix", row->cells[scope][f->facts->urgency]);
    }
}

static void by_touchpoints(Finding *f)
{
    const DeskScope scope = desk_scope(f->rules, f->facts);
    for (size_t i = 0; i < f->facts->touchpoint_count; i++) {
        by_touchpoint(f, f->facts->touchpoints[i], scope);
    }
    if (f->facts->touchpoint_count == 0) {
        by_touchpoint(f, PT_STR("*"), scope);
    }
}

static void by_impact(Finding *f)
{
    static const DeskLevel of_scope[DESK_SCOPES] = {DESK_LOW, DESK_MEDIUM, DESK_HIGH, DESK_HIGH};
    const DeskScope scope = desk_scope(f->rules, f->facts);
    const DeskLevel impact = f->facts->impact < DESK_LEVELS ? f->facts->impact : of_scope[scope];
    begin_reason(f, "impact_urgency");
    say(f, "scope", pt_str(desk_scopes[scope]));
    say(f, "impact", pt_str(desk_levels[impact]));
    say(f, "urgency", pt_str(desk_levels[f->facts->urgency]));
    end_reason(f, "impact_urgency", f->rules->impact[impact][f->facts->urgency]);
}

static void by_label(Finding *f)
{
    if (f->facts->label > 0) {
        begin_reason(f, "label");
        end_reason(f, "label", f->facts->label);
    }
}

static bool has(const PtStr *list, size_t count, PtStr text)
{
    for (size_t i = 0; i < count; i++) {
        if (pt_str_eq(list[i], text)) {
            return true;
        }
    }
    return false;
}

static bool holds(const DeskPeak *peak, const DeskFacts *facts, int64_t now_ms)
{
    if (now_ms < peak->from_ms || now_ms >= peak->to_ms) {
        return false;
    }
    bool meant = peak->touchpoint_count == 0;
    for (size_t i = 0; !meant && i < facts->touchpoint_count; i++) {
        meant = has(peak->touchpoints, peak->touchpoint_count, facts->touchpoints[i]);
    }
    return meant;
}

static void by_peak(Finding *f, int64_t now_ms)
{
    const DeskPeak *largest = NULL;
    for (size_t i = 0; i < f->rules->peak_count; i++) {
        const DeskPeak *peak = &f->rules->peaks[i];
        if (holds(peak, f->facts, now_ms) && (largest == NULL || peak->raise > largest->raise)) {
            largest = peak;
        }
    }
    if (largest != NULL) {
        const unsigned before = f->priority;
        begin_reason(f, "peak");
        say(f, "name", largest->name);
        if (f->out != NULL) {
            pt_json_put_i64(f->out, "raise", largest->raise);
            pt_json_put_i64(f->out, "from", before);
        }
        end_reason(f, "peak", before > largest->raise ? before - largest->raise : 1);
    }
}

unsigned desk_priority(const DeskRules *rules, const DeskFacts *facts, int64_t now_ms, PtBuf *why)
{
    const DeskCategory *row = desk_rules_category(rules, facts->category);
    DeskFacts full = *facts;
    if (full.touchpoint_count == 0 && row != NULL && row->touchpoint.len > 0) {
        full.touchpoints = &row->touchpoint;
        full.touchpoint_count = 1;
    }
    if (full.urgency >= DESK_LEVELS) {
        full.urgency = row != NULL ? row->urgency : DESK_MEDIUM;
    }
    PtJsonOut out = why != NULL ? pt_json_out(why) : (PtJsonOut){0};
    Finding f = {.rules = rules,
                 .facts = &full,
                 .priority = LEAST,
                 .because = "none",
                 .out = why != NULL ? &out : NULL};
    if (why != NULL) {
        pt_json_out_object(&out);
        pt_json_out_key(&out, PT_STR("reasons"));
        pt_json_out_array(&out);
    }
    by_category(&f, row);
    if (rules->method == DESK_BY_TOUCHPOINT) {
        by_touchpoints(&f);
    } else {
        by_impact(&f);
    }
    by_label(&f);
    by_peak(&f, now_ms);
    if (why != NULL) {
        pt_json_out_array_end(&out);
        pt_json_put_i64(&out, "priority", f.priority);
        pt_json_put_str(&out, "because", pt_str(f.because));
        pt_json_out_object_end(&out);
    }
    return f.priority;
}
