// SPDX-License-Identifier: Apache-2.0
/* Event sets, and the lists of a query that are made of them. */
#include "behaviour/query_internal.h"

#include "events/events.h"

const char *const query_field_names[QUERY_FIELDS] = {
    [QUERY_FIELD_EVENT] = "event",     [QUERY_FIELD_TYPE] = "type",
    [QUERY_FIELD_CHANNEL] = "channel", [QUERY_FIELD_SOURCE] = "source",
    [QUERY_FIELD_STORE] = "store",     [QUERY_FIELD_CURRENCY] = "currency",
    [QUERY_FIELD_AMOUNT] = "amount",   [QUERY_FIELD_TIMESTAMP] = "timestamp",
};
const char *const query_measure_names[PLAN_QUANTILE + 1] = {
    [PLAN_TOTAL] = "total",       [PLAN_UNIQUES] = "uniques", [PLAN_SUM] = "sum",
    [PLAN_AVERAGE] = "average",   [PLAN_LEAST] = "least",     [PLAN_MOST] = "most",
    [PLAN_QUANTILE] = "quantile",
};

/* ---- Properties, conditions ------------------------------------------------------------------ */

PtStatus query_read_property(QueryReading *r, PtStr json, QueryProperty *ret_property)
{
    static const RuleRoot roots[] = {RULE_PROPERTY, RULE_CONTEXT, RULE_FIELD};
    QueryMember m[] = {{"property", {0}}, {"context", {0}}, {"field", {0}}};
    QueryProperty property = {.there = true};
    PtStr given = {NULL, 0};
    const char *name = NULL;
    unsigned found = 0, field = 0;
    PtStatus st = query_members(r, json, m, 3);
    for (size_t i = 0; i < 3; i++) {
        if (m[i].json.data != NULL) {
            property.root = roots[i];
            given = m[i].json;
            name = m[i].name;
            found++;
        }
    }
    if (st == PT_OK && found != 1) {
        return query_bad(r, "one of property, context and field");
    }
    if (st != PT_OK) {
        return st;
    }
    const size_t before = query_enter(r, name);
    st = property.root == RULE_FIELD ? query_choice(r, given, query_field_names, QUERY_FIELDS,
                                                    (1u << QUERY_FIELDS) - 1, &field)
                                     : query_text(r, given, QUERY_PATH, &property.path);
    if (st == PT_OK) {
        property.field = (QueryField)field;
        query_leave(r, before);
        *ret_property = property;
    }
    return st;
}

PtStatus query_read_where(QueryReading *r, Query *q, PtStr json, RuleCondition **ret_where)
{
    PtError why = {0};
    RuleCondition *where = NULL;
    if (rule_condition_read(json, q->operands, &where, &why) != PT_OK) {
        return query_bad_below(r, &why);
    }
    if (rule_condition_reads_traits(where)) {
        rule_condition_free(where);
        return query_bad(r, "a condition on events looks at no traits: they go into \"who\"");
    }
    *ret_where = where;
    return PT_OK;
}

/* ---- Event sets ------------------------------------------------------------------------------ */

static PtStatus read_event(QueryReading *r, PtStr json, size_t index, void *ctx)
{
    QuerySet *set = ctx;
    PtStr name = {NULL, 0};
    PtStatus st = query_text(r, json, RULE_TEXT, &name);
    if (st == PT_OK) {
        set->names[index] = event_canonical_name(name);
        set->name_count = index + 1;
    }
    return st;
}

static PtStatus read_events(QueryReading *r, PtStr json, QuerySet *set)
{
    set->names = pt_arena_alloc(r->arena, QUERY_NAMES, sizeof *set->names);
    if (set->names == NULL) {
        return query_no_memory(r->err);
    }
    const size_t before = query_enter(r, "event");
    PtStatus st = json.data[0] == '[' ? query_items(r, json, 1, QUERY_NAMES, read_event, set)
                                      : read_event(r, json, 0, set);
    if (st == PT_OK) {
        query_leave(r, before);
    }
    return st;
}

/* What it is called where nobody named it: its events, as far as they fit. */
static PtStatus name_set(QueryReading *r, QuerySet *set)
{
    char text[QUERY_NAME + 1];
    PtBuf names;
    pt_buf_init(&names, QUERY_JSON);
    for (size_t i = 0; i < set->name_count; i++) {
        pt_buf_add_str(&names, i > 0 ? PT_STR(" or ") : PT_STR(""));
        pt_buf_add_str(&names, set->names[i]);
    }
    if (set->name_count == 0) {
        pt_buf_add_str(&names, PT_STR("all events"));
    }
    if (pt_buf_status(&names) == PT_OK) {
        (void)pt_str_copy(text, sizeof text, pt_buf_str(&names));
        set->name = pt_arena_str(r->arena, pt_str(text));
    }
    pt_buf_done(&names);
    return set->name.data != NULL ? PT_OK : query_no_memory(r->err);
}

enum { SET_EVENT, SET_WHERE, SET_NAME, SET_MEMBERS };
#define SET_OF_MEMBERS                                                                             \
    {"event", {0}}, {"where", {0}},                                                                \
    {                                                                                              \
        "name", {0}                                                                                \
    }

static PtStatus read_set(QueryReading *r, Query *q, const QueryMember *m, uint32_t *ret_set)
{
    QuerySet set = {0};
    PtStatus st = PT_OK;
    if (q->set_count == QUERY_SETS) {
        return query_bad(r, "over %d event sets", QUERY_SETS);
    }
    if (m[SET_EVENT].json.data != NULL) {
        st = read_events(r, m[SET_EVENT].json, &set);
    }
    if (st == PT_OK && m[SET_NAME].json.data != NULL) {
        const size_t before = query_enter(r, "name");
        st = query_name(r, m[SET_NAME].json, &set.name);
        if (st == PT_OK) {
            query_leave(r, before);
        }
    } else {
        st = st == PT_OK ? name_set(r, &set) : st;
    }
    if (st == PT_OK && m[SET_WHERE].json.data != NULL) {
        const size_t before = query_enter(r, "where");
        st = query_read_where(r, q, m[SET_WHERE].json, &set.where);
        if (st == PT_OK) {
            query_leave(r, before);
        }
    }
    if (st == PT_OK) {
        *ret_set = (uint32_t)q->set_count;
        q->sets[q->set_count++] = set;
    }
    return st;
}

PtStatus query_read_set(QueryReading *r, Query *q, PtStr json, uint32_t *ret_set)
{
    QueryMember m[SET_MEMBERS] = {SET_OF_MEMBERS};
    PtStatus st = query_members(r, json, m, SET_MEMBERS);
    return st == PT_OK ? read_set(r, q, m, ret_set) : st;
}

PtStatus query_add_all(QueryReading *r, Query *q, uint32_t *ret_set)
{
    const QueryMember m[SET_MEMBERS] = {SET_OF_MEMBERS};
    return read_set(r, q, m, ret_set);
}

/* ---- Series ---------------------------------------------------------------------------------- */

enum { SERIES_MEASURE = SET_MEMBERS, SERIES_OF, SERIES_Q, SERIES_MEMBERS };

static bool is_number_field(const QueryProperty *p)
{
    return p->root != RULE_FIELD || p->field == QUERY_FIELD_AMOUNT;
}

static PtStatus read_of(QueryReading *r, PtStr json, QuerySeries *series)
{
    const bool wanted = series->measure >= PLAN_SUM;
    if (wanted != (json.data != NULL)) {
        return query_bad(
            r, wanted ? "\"of\" of the measure %s is missing" : "the measure %s has no \"of\"",
            query_measure_names[series->measure]);
    }
    if (!wanted) {
        return PT_OK;
    }
    const size_t before = query_enter(r, "of");
    PtStatus st = query_read_property(r, json, &series->of);
    if (st == PT_OK && !is_number_field(&series->of)) {
        return query_bad(r, "the field %s is no number", query_field_names[series->of.field]);
    }
    if (st == PT_OK) {
        query_leave(r, before);
    }
    return st;
}

static PtStatus read_q(QueryReading *r, PtStr json, QuerySeries *series)
{
    series->q = 0.5;
    if (json.data == NULL) {
        return PT_OK;
    }
    if (series->measure != PLAN_QUANTILE) {
        return query_bad(r, "the measure %s has no \"q\"", query_measure_names[series->measure]);
    }
    const size_t before = query_enter(r, "q");
    series->q = json.data[0] >= '0' && json.data[0] <= '9' ? pt_json_to_double(json) : -1;
    if (!(series->q >= 0 && series->q <= 1)) {
        return query_bad(r, "not a number from 0 to 1");
    }
    query_leave(r, before);
    return PT_OK;
}

static PtStatus read_one_series(QueryReading *r, PtStr json, size_t index, void *ctx)
{
    Query *q = ctx;
    QuerySeries *series = &q->series[index];
    unsigned measure = PLAN_TOTAL;
    QueryMember m[SERIES_MEMBERS] = {SET_OF_MEMBERS, {"measure", {0}}, {"of", {0}}, {"q", {0}}};
    PtStatus st = query_members(r, json, m, SERIES_MEMBERS);
    st = st == PT_OK ? read_set(r, q, m, &series->set) : st;
    if (st == PT_OK && m[SERIES_MEASURE].json.data != NULL) {
        const size_t before = query_enter(r, "measure");
        st = query_choice(r, m[SERIES_MEASURE].json, query_measure_names, PLAN_QUANTILE + 1,
                          (1u << (PLAN_QUANTILE + 1)) - 1, &measure);
        if (st == PT_OK) {
            query_leave(r, before);
        }
    }
    series->measure = (PlanMeasure)measure;
    st = st == PT_OK ? read_of(r, m[SERIES_OF].json, series) : st;
    st = st == PT_OK ? read_q(r, m[SERIES_Q].json, series) : st;
    if (st == PT_OK) {
        q->series_count = index + 1;
    }
    return st;
}

PtStatus query_read_series(QueryReading *r, Query *q, PtStr json)
{
    return query_items(r, json, 1, QUERY_SERIES, read_one_series, q);
}

static PtStatus read_formula(QueryReading *r, PtStr json, size_t index, void *ctx)
{
    Query *q = ctx;
    QueryNamedFormula *f = &q->formulae[index];
    PtError why = {0};
    QueryMember m[] = {{"name", {0}}, {"formula", {0}}};
    PtStatus st = query_members(r, json, m, 2);
    const size_t before = query_enter(r, "formula");
    st = st == PT_OK ? query_text(r, m[1].json, QUERY_FORMULA, &f->text) : st;
    if (st == PT_OK &&
        query_formula_read(f->text, q->series_count, r->arena, &f->formula, &why) != PT_OK) {
        return query_bad_below(r, &why);
    }
    if (st != PT_OK) {
        return st;
    }
    query_leave(r, before);
    f->name = f->text;
    q->formula_count = index + 1;
    if (m[0].json.data != NULL) {
        (void)query_enter(r, "name");
        st = query_name(r, m[0].json, &f->name);
        query_leave(r, before);
    }
    return st;
}

PtStatus query_read_formulae(QueryReading *r, Query *q, PtStr json)
{
    return query_items(r, json, 0, QUERY_FORMULAE, read_formula, q);
}

/* ---- Steps, brackets ------------------------------------------------------------------------- */

static PtStatus read_step(QueryReading *r, PtStr json, size_t index, void *ctx)
{
    Query *q = ctx;
    PtStatus st = query_read_set(r, q, json, &q->steps[index]);
    q->step_count = st == PT_OK ? index + 1 : q->step_count;
    return st;
}

PtStatus query_read_steps(QueryReading *r, Query *q, PtStr json)
{
    return query_items(r, json, 2, q->kind == QUERY_FRICTION ? QUERY_STAY_STEPS : PLAN_STEPS,
                       read_step, q);
}

static PtStatus read_exclusion(QueryReading *r, PtStr json, size_t index, void *ctx)
{
    Query *q = ctx;
    int64_t after = UINT8_MAX + 1;
    QueryMember m[SET_MEMBERS + 1] = {SET_OF_MEMBERS, {"after", {0}}};
    PtStatus st = query_members(r, json, m, SET_MEMBERS + 1);
    st = st == PT_OK ? read_set(r, q, m, &q->exclusions[index].set) : st;
    if (st == PT_OK && m[SET_MEMBERS].json.data != NULL) {
        const size_t before = query_enter(r, "after");
        st = query_whole(r, m[SET_MEMBERS].json, 1, (int64_t)q->step_count - 1, &after);
        if (st == PT_OK) {
            query_leave(r, before);
        }
    }
    if (st == PT_OK) {
        q->exclusions[index].after = (uint8_t)(after - 1);
        q->exclusion_count = index + 1;
    }
    return st;
}

PtStatus query_read_exclusions(QueryReading *r, Query *q, PtStr json)
{
    return query_items(r, json, 0, QUERY_EXCLUSIONS, read_exclusion, q);
}

static PtStatus read_bracket(QueryReading *r, PtStr json, size_t index, void *ctx)
{
    Query *q = ctx;
    int64_t period = 0;
    PtStatus st = query_whole(r, json, 0, PLAN_PERIODS, &period);
    if (st == PT_OK && index > 0 && period <= q->brackets[index - 1]) {
        return query_bad(r, "brackets rise");
    }
    if (st == PT_OK) {
        q->brackets[index] = (uint32_t)period;
        q->bracket_count = index + 1;
    }
    return st;
}

PtStatus query_read_brackets(QueryReading *r, Query *q, PtStr json)
{
    return query_items(r, json, 2, QUERY_BRACKETS, read_bracket, q);
}

/* ---- Stages ---------------------------------------------------------------------------------- */

static PtStatus read_stage(QueryReading *r, PtStr json, size_t index, void *ctx)
{
    Query *q = ctx;
    QueryStage *stage = &q->stages[index];
    QueryMember m[SET_MEMBERS + 1] = {SET_OF_MEMBERS, {"again", {0}}};
    PtStatus st = query_members(r, json, m, SET_MEMBERS + 1);
    st = st == PT_OK ? read_set(r, q, m, &stage->set) : st;
    if (st == PT_OK && m[SET_MEMBERS].json.data != NULL) {
        const size_t before = query_enter(r, "again");
        st = query_truth(r, m[SET_MEMBERS].json, &stage->again);
        if (st == PT_OK) {
            query_leave(r, before);
        }
    }
    for (size_t i = 0; st == PT_OK && i < index; i++) {
        if (pt_str_eq(q->sets[q->stages[i].set].name, q->sets[stage->set].name)) {
            return query_bad(r, "two stages of one name");
        }
    }
    q->stage_count = st == PT_OK ? index + 1 : q->stage_count;
    return st;
}

PtStatus query_read_stages(QueryReading *r, Query *q, PtStr json)
{
    return query_items(r, json, 2, QUERY_STAGES, read_stage, q);
}
