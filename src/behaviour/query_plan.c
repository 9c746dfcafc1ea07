// SPDX-License-Identifier: Apache-2.0
/* The tree as a plan: event sets as codes and programs, values as slots on the columns of the
 * snapshot. */
#include "behaviour/query_internal.h"

#include "behaviour/rows.h"
#include "events/events.h"

#include <stdlib.h>

/* ---- Slots ----------------------------------------------------------------------------------- */

static const PlanSlot no_slot = {.number = UINT32_MAX, .text = UINT32_MAX, .truth = UINT32_MAX};

static PlanSlot slot_of_path(const ColumnsSnapshot *s, PtStr prefix, PtStr path)
{
    PlanSlot slot = no_slot;
    uint32_t *const of_kind[COLUMNS_KINDS] = {[COLUMNS_NUMBER] = &slot.number,
                                              [COLUMNS_TEXT] = &slot.text,
                                              [COLUMNS_TRUTH] = &slot.truth};
    const ColumnsProperty *properties;
    const size_t count = columns_snapshot_properties(s, &properties);
    for (uint32_t i = 0; i < count; i++) {
        if (pt_str_starts(properties[i].path, prefix) &&
            pt_str_eq(pt_str_from(properties[i].path, prefix.len), path)) {
            *of_kind[properties[i].kind] = COLUMNS_COLUMN_PROPERTIES + i;
        }
    }
    return slot;
}

/* What each code says: its name, or its type. */
static PtStatus code_texts(const ColumnsSnapshot *s, bool types, PtArena *arena,
                           const PtStr **ret_texts, PtError *err)
{
    const ColumnsEvent *events;
    const size_t count = columns_snapshot_events(s, &events);
    PtStr *texts = pt_arena_alloc(arena, COLUMNS_EVENTS_MAX, sizeof *texts);
    if (texts == NULL) {
        return query_no_memory(err);
    }
    for (size_t i = 1; i < count; i++) {
        texts[i] = types ? event_type_name((EventType)events[i].type) : events[i].name;
    }
    *ret_texts = texts;
    return PT_OK;
}

static PtStatus slot_of_field(const QueryWorld *world, QueryField field, PtArena *arena,
                              PlanSlot *ret_slot, PtError *err)
{
    static const uint32_t texts[QUERY_FIELDS] = {
        [QUERY_FIELD_EVENT] = COLUMNS_COLUMN_CODE,
        [QUERY_FIELD_TYPE] = COLUMNS_COLUMN_CODE,
        [QUERY_FIELD_CHANNEL] = COLUMNS_COLUMN_CHANNEL,
        [QUERY_FIELD_SOURCE] = COLUMNS_COLUMN_SOURCE,
        [QUERY_FIELD_STORE] = COLUMNS_COLUMN_STORE,
        [QUERY_FIELD_CURRENCY] = COLUMNS_COLUMN_CURRENCY,
        [QUERY_FIELD_AMOUNT] = UINT32_MAX,
        [QUERY_FIELD_TIMESTAMP] = UINT32_MAX,
    };
    PlanSlot slot = no_slot;
    slot.text = texts[field];
    slot.number = field == QUERY_FIELD_AMOUNT      ? COLUMNS_COLUMN_AMOUNT
                  : field == QUERY_FIELD_TIMESTAMP ? COLUMNS_COLUMN_TIME
                                                   : UINT32_MAX;
    PtStatus st = PT_OK;
    if (slot.text == COLUMNS_COLUMN_CODE) {
        st = code_texts(world->snapshot, field == QUERY_FIELD_TYPE, arena, &slot.codes, err);
    }
    if (st == PT_OK) {
        *ret_slot = slot;
    }
    return st;
}

static QueryField field_of(PtStr name)
{
    unsigned field = 0;
    while (field + 1 < QUERY_FIELDS && !pt_str_eq(pt_str(query_field_names[field]), name)) {
        field++;
    }
    return (QueryField)field;
}

static PtStatus slot_of(RuleRoot root, PtStr path, const QueryWorld *world, PtArena *arena,
                        PlanSlot *ret_slot, PtError *err)
{
    switch (root) {
    case RULE_FIELD:
        return slot_of_field(world, field_of(path), arena, ret_slot, err);
    case RULE_TRAIT: // no row has one: profiles do
        *ret_slot = no_slot;
        return PT_OK;
    default:
        *ret_slot =
            slot_of_path(world->snapshot,
                         root == RULE_CONTEXT ? PT_STR("context.") : PT_STR("properties."), path);
        return PT_OK;
    }
}

static PtStatus too_many_slots(PtError *err)
{
    return pt_fail(err, PT_INVALID, "the query reads over %d values of events", PLAN_SLOTS);
}

PtStatus query_slots(const RuleOperands *o, const QueryWorld *world, PtArena *arena,
                     PlanSlot slots[static PLAN_SLOTS], PtError *err)
{
    const uint32_t count = rule_operands_count(o);
    PtStatus st = count <= PLAN_SLOTS ? PT_OK : too_many_slots(err);
    for (uint32_t i = 0; st == PT_OK && i < count; i++) {
        const RuleOperand operand = rule_operand_at(o, i);
        st = slot_of(operand.root, operand.path, world, arena, &slots[i], err);
        slots[i].as_time = operand.as == RULE_AS_TIME;
        slots[i].as_number = operand.as == RULE_AS_NUMBER;
    }
    return st;
}

PtStatus query_plan_slot(const QueryProperty *property, const QueryWorld *world, PtArena *arena,
                         PlanSlot *ret_slot, PtError *err)
{
    const PtStr path =
        property->root == RULE_FIELD ? pt_str(query_field_names[property->field]) : property->path;
    return slot_of(property->root, path, world, arena, ret_slot, err);
}

/* A slot of its own; UINT32_MAX where the property is not asked for. */
static PtStatus add_slot(QueryPlan *p, const QueryProperty *property, bool as_number,
                         const QueryWorld *world, PtArena *arena, uint32_t *ret_slot, PtError *err)
{
    *ret_slot = UINT32_MAX;
    if (!property->there) {
        return PT_OK;
    }
    if (p->plan.slot_count == PLAN_SLOTS) {
        return too_many_slots(err);
    }
    PlanSlot slot = no_slot;
    PtStatus st = query_plan_slot(property, world, arena, &slot, err);
    if (st == PT_OK) {
        slot.as_number = as_number;
        p->slots[p->plan.slot_count] = slot;
        *ret_slot = (uint32_t)p->plan.slot_count++;
    }
    return st;
}

/* ---- Sets ------------------------------------------------------------------------------------ */

PtStatus query_codes(const ColumnsSnapshot *s, const PtStr *names, size_t count, PtArena *arena,
                     const uint64_t **ret_codes, PtError *err)
{
    const ColumnsEvent *events;
    const size_t event_count = columns_snapshot_events(s, &events);
    *ret_codes = NULL;
    if (count == 0) {
        return PT_OK;
    }
    uint64_t *codes = pt_arena_alloc(arena, COLUMNS_EVENTS_MAX / 64, sizeof *codes);
    if (codes == NULL) {
        return query_no_memory(err);
    }
    for (size_t code = 1; code < event_count; code++) {
        for (size_t i = 0; i < count; i++) {
            const bool same = pt_str_eq(events[code].name, names[i]);
            codes[code / 64] |= (uint64_t)same << (code % 64);
        }
    }
    *ret_codes = codes;
    return PT_OK;
}

/* Equal conditions would be run twice: a set without any of its own shares the program of all. */
static PtStatus make_programs(const Query *q, QueryPlan *p, PtError *err)
{
    PtProgram *common = NULL;
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < q->set_count; i++) {
        const RuleCondition *conditions[2];
        size_t count = 0;
        if (q->where != NULL) {
            conditions[count++] = q->where;
        }
        if (q->sets[i].where != NULL) {
            conditions[count++] = q->sets[i].where;
        } else if (common != NULL) {
            p->sets[i].program = common;
            continue;
        }
        if (count > 0) {
            st = rule_conditions_program(conditions, count, q->operands, &p->programs[i], err);
            p->sets[i].program = p->programs[i];
            common = q->sets[i].where == NULL ? p->programs[i] : common;
        }
    }
    return st;
}

PtStatus query_plan_add_set(const Query *q, QueryPlan *p, const uint64_t *codes,
                            const RuleCondition *where, uint32_t *ret_set, PtError *err)
{
    const size_t set = p->plan.set_count;
    const RuleCondition *conditions[2];
    size_t count = 0;
    PtStatus st = PT_OK;
    if (set == PLAN_SETS) {
        return pt_fail(err, PT_INVALID, "over %d event sets", PLAN_SETS);
    }
    if (q->where != NULL) {
        conditions[count++] = q->where;
    }
    if (where != NULL) {
        conditions[count++] = where;
    }
    if (count > 0) {
        st = rule_conditions_program(conditions, count, q->operands, &p->programs[set], err);
    }
    if (st == PT_OK) {
        p->sets[set] = (PlanSet){codes, p->programs[set]};
        p->plan.set_count++;
        *ret_set = (uint32_t)set;
    }
    return st;
}

void query_plan_drop_set(QueryPlan *p)
{
    const size_t set = --p->plan.set_count;
    pt_program_free(p->programs[set]);
    p->programs[set] = NULL;
}

static PtStatus make_sets(const Query *q, const QueryWorld *world, PtArena *arena, QueryPlan *p,
                          PtError *err)
{
    PtStatus st = make_programs(q, p, err);
    for (size_t i = 0; st == PT_OK && i < q->set_count; i++) {
        st = query_codes(world->snapshot, q->sets[i].names, q->sets[i].name_count, arena,
                         &p->sets[i].codes, err);
    }
    p->plan.set_count = q->set_count;
    p->plan.slot_count = rule_operands_count(q->operands);
    return st == PT_OK ? query_slots(q->operands, world, arena, p->slots, err) : st;
}

/* ---- Kinds ----------------------------------------------------------------------------------- */

typedef struct Making {
    const Query *q;
    const QueryWorld *world;
    PtArena *arena;
    QueryPlan *p;
    PtError *err;
} Making;

static PtStatus make_periods(const Query *q, const ColumnsPlan *plan, PlanPeriods *ret_periods,
                             PtError *err)
{
    PtError why = {0};
    PtStatus st = plan_periods(ret_periods, q->unit, plan->from_ms, plan->to_ms, q->zone, &why);
    return st == PT_OK ? st : pt_fail(err, why.status, "at \"/range\": %s", why.message);
}

static PtStatus slot_for(Making *m, const QueryProperty *property, bool as_number,
                         uint32_t *ret_slot)
{
    return add_slot(m->p, property, as_number, m->world, m->arena, ret_slot, m->err);
}

static PtStatus make_segmentation(Making *m)
{
    PlanSegmentation *s = &m->p->plan.segmentation;
    PtStatus st = make_periods(m->q, &m->p->plan, &s->periods, m->err);
    st = st == PT_OK ? slot_for(m, &m->q->breakdown, false, &s->breakdown.slot) : st;
    for (size_t i = 0; st == PT_OK && i < m->q->series_count; i++) {
        const QuerySeries *from = &m->q->series[i];
        m->p->series[i] = (PlanSeries){.set = from->set, .measure = from->measure, .q = from->q};
        st = slot_for(m, &from->of, true, &m->p->series[i].slot);
    }
    s->series = m->p->series;
    s->series_count = m->q->series_count;
    return st;
}

static PtStatus make_funnel(Making *m)
{
    const Query *q = m->q;
    PlanFunnel *f = &m->p->plan.funnel;
    *f = (PlanFunnel){.step_count = q->step_count,
                      .window_ms = q->window_ms,
                      .order = q->order,
                      .exclusions = q->exclusions,
                      .exclusion_count = q->exclusion_count};
    memcpy(f->steps, q->steps, sizeof f->steps);
    PtStatus st = slot_for(m, &q->breakdown, false, &f->breakdown.slot);
    return st == PT_OK ? slot_for(m, &q->same, false, &f->same) : st;
}

static PtStatus make_retention(Making *m)
{
    const Query *q = m->q;
    PlanRetention *r = &m->p->plan.retention;
    PtStatus st = make_periods(q, &m->p->plan, &r->periods, m->err);
    r->begin = q->begin;
    r->again = q->again;
    r->way = q->way;
    r->recurring = q->recurring;
    r->brackets = q->bracket_count > 0 ? q->brackets : NULL;
    r->bracket_count = q->bracket_count > 0 ? q->bracket_count - 1 : 0;
    return st == PT_OK ? slot_for(m, &q->breakdown, false, &r->breakdown.slot) : st;
}

static PtStatus make_paths(Making *m)
{
    const Query *q = m->q;
    m->p->plan.paths = (PlanPaths){.nodes = q->nodes,
                                   .anchor = q->anchor,
                                   .backwards = q->backwards,
                                   .gap_ms = q->gap_ms,
                                   .depth = q->depth,
                                   .fold = q->fold};
    return PT_OK;
}

static PtStatus make_stickiness(Making *m)
{
    m->p->plan.stickiness.set = m->q->of;
    return make_periods(m->q, &m->p->plan, &m->p->plan.stickiness.periods, m->err);
}

static PtStatus make_lifecycle(Making *m)
{
    m->p->plan.lifecycle.set = m->q->of;
    return make_periods(m->q, &m->p->plan, &m->p->plan.lifecycle.periods, m->err);
}

static PtStatus make_sessions(Making *m)
{
    m->p->plan.sessions.set = m->q->of;
    m->p->plan.sessions.gap_ms = m->q->gap_ms;
    return make_periods(m->q, &m->p->plan, &m->p->plan.sessions.periods, m->err);
}

static PtStatus (*const makers[PLAN_WALK])(Making *m) = {
    [PLAN_SEGMENTATION] = make_segmentation, [PLAN_FUNNEL] = make_funnel,
    [PLAN_RETENTION] = make_retention,       [PLAN_PATHS] = make_paths,
    [PLAN_STICKINESS] = make_stickiness,     [PLAN_LIFECYCLE] = make_lifecycle,
    [PLAN_SESSIONS] = make_sessions,
};

/* ---- The plan -------------------------------------------------------------------------------- */

static PtStr source_text(void *ctx, uint32_t source)
{
    const QueryWorld *world = ctx;
    return source < world->source_count ? world->sources[source] : PT_STR("");
}

void query_plan_world(const QueryWorld *world, QueryChannels *channels, ColumnsPlan *plan)
{
    *channels = (QueryChannels){.texts[0] = PT_STR("")};
    for (size_t i = 0; i < ROWS_CHANNELS; i++) {
        channels->texts[i] = rows_channels[i];
    }
    plan->channels = channels->texts;
    plan->source_text = source_text;
    plan->source_ctx = (void *)(uintptr_t)world;
    plan->person_of = world->person_of;
    plan->node_count = world->node_count;
}

static PtStatus open_plan(const Query *q, const QueryWorld *world, PtArena *arena, QueryPlan *p,
                          PtError *err)
{
    *p = (QueryPlan){.plan.kind = PLAN_WALK};
    query_plan_world(world, &p->channels, &p->plan);
    p->plan.slots = p->slots;
    p->plan.sets = p->sets;
    PtStatus st =
        query_range_span(&q->range, q->zone, world->now_ms, &p->plan.from_ms, &p->plan.to_ms, err);
    return st == PT_OK ? make_sets(q, world, arena, p, err) : st;
}

static PtStatus find_who(const Query *q, const QueryWorld *world, PtArena *arena, QueryPlan *p,
                         PtError *err)
{
    if (q->who == NULL) {
        return PT_OK;
    }
    PtStatus st = query_who(q, world, p->plan.to_ms, arena, &p->who, err);
    p->plan.who = p->who;
    p->plan.who_count = world->person_count;
    p->who_bytes = ((size_t)world->person_count / 64 + 1) * sizeof *p->who;
    return st;
}

PtStatus query_plan_begin(const Query *q, const QueryWorld *world, PtArena *arena,
                          QueryPlan *ret_plan, PtError *err)
{
    PtStatus st = open_plan(q, world, arena, ret_plan, err);
    return st == PT_OK ? find_who(q, world, arena, ret_plan, err) : st;
}

PtStatus query_plan_make(const Query *q, const QueryWorld *world, PtArena *arena,
                         QueryPlan *ret_plan, PtError *err)
{
    Making m = {q, world, arena, ret_plan, err};
    PtStatus st = open_plan(q, world, arena, ret_plan, err);
    ret_plan->plan.kind = (PlanKind)q->kind;
    st = st == PT_OK ? makers[q->kind](&m) : st;
    return st == PT_OK ? find_who(q, world, arena, ret_plan, err) : st;
}

void query_plan_done(QueryPlan *p)
{
    for (size_t i = 0; i < PLAN_SETS; i++) {
        pt_program_free(p->programs[i]);
    }
    free(p->who);
    *p = (QueryPlan){.who = NULL};
}

PlanRun query_plan_run(const QueryWorld *world, const QueryPlan *p)
{
    const size_t memory = world->memory_bytes;
    return (PlanRun){.threads = world->threads,
                     .memory_bytes = memory > p->who_bytes ? memory - p->who_bytes : 0,
                     .stop = world->stop,
                     .ends = world->ends,
                     .progress = world->progress};
}

PtStatus query_plan_check(const Query *q, int64_t now_ms, PtError *err)
{
    const bool compares = q->kind == QUERY_COMPARE;
    const Query asked = compares ? query_cohort(q, 0) : *q;
    ColumnsPlan plan = {.kind = PLAN_WALK};
    PlanPeriods periods;
    PtStatus st = query_range_span(&q->range, q->zone, now_ms, &plan.from_ms, &plan.to_ms, err);
    const bool by_unit =
        asked.kind < PLAN_WALK && asked.kind != PLAN_FUNNEL && asked.kind != PLAN_PATHS;
    return st == PT_OK && by_unit ? make_periods(&asked, &plan, &periods, err) : st;
}
