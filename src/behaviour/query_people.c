// SPDX-License-Identifier: Apache-2.0
/* The persons behind a cell: the plan once more, with a drill into it. */
#include "behaviour/query_walk.h"

#include <stdlib.h>

/* ---- Reading --------------------------------------------------------------------------------- */

enum { INDEX_MAX = 100000 };

enum {
    OF_SEGMENTATION = 1 << PLAN_SEGMENTATION,
    OF_FUNNEL = 1 << PLAN_FUNNEL,
    OF_RETENTION = 1 << PLAN_RETENTION,
    OF_PATHS = 1 << PLAN_PATHS,
    OF_STICKINESS = 1 << PLAN_STICKINESS,
    OF_LIFECYCLE = 1 << PLAN_LIFECYCLE,
    OF_SESSIONS = 1 << PLAN_SESSIONS,
    OF_COMPARE = 1 << QUERY_COMPARE,
    OF_CORRELATION = 1 << QUERY_CORRELATION,
    OF_FRICTION = 1 << QUERY_FRICTION,
    OF_JOURNEY = 1 << QUERY_JOURNEY,
};

static PtStatus read_index(QueryReading *r, PtStr json, void *to)
{
    return query_whole(r, json, 0, INDEX_MAX, to);
}

static PtStatus read_truth(QueryReading *r, PtStr json, void *to)
{
    return query_truth(r, json, to);
}

static PtStatus read_value(QueryReading *r, PtStr json, void *to)
{
    QueryCell *cell = to;
    if (json.data[0] != '"' && json.data[0] != 'n') {
        return read_index(r, json, &cell->value);
    }
    cell->by_text = true;
    cell->text = PT_STR("");
    return json.data[0] == '"' ? query_text(r, json, COLUMNS_TEXT_MAX, &cell->text) : PT_OK;
}

static PtStatus read_state(QueryReading *r, PtStr json, void *to)
{
    QueryCell *cell = to;
    return query_choice(r, json, query_stage_names, PLAN_STAGES, (1u << PLAN_STAGES) - 1,
                        &cell->state);
}

static PtStatus read_measure(QueryReading *r, PtStr json, void *to)
{
    QueryCell *cell = to;
    cell->has_measure = true;
    return query_choice(r, json, query_stay_names, QUERY_MEASURES, (1u << QUERY_MEASURES) - 1,
                        &cell->measure);
}

static PtStatus read_converted(QueryReading *r, PtStr json, void *to)
{
    QueryCell *cell = to;
    cell->has_converted = true;
    return query_truth(r, json, &cell->converted);
}

static PtStatus read_channel(QueryReading *r, PtStr json, void *to)
{
    QueryCell *cell = to;
    cell->has_channel = true;
    cell->channel = PT_STR("");
    return pt_str_eq(json, PT_STR("null")) ? PT_OK
                                           : query_text(r, json, QUERY_NAME, &cell->channel);
}

#define INDEX(member) read_index, offsetof(QueryCell, member)

static const struct CellMember {
    const char *name;
    unsigned kinds, needed_by;
    PtStatus (*read)(QueryReading *r, PtStr json, void *to);
    size_t at; /* of what is read, in a cell */
} members[] = {
    {"value", OF_SEGMENTATION | OF_FUNNEL | OF_RETENTION, 0, read_value, 0},
    {"series", OF_SEGMENTATION, 0, INDEX(series)},
    {"period", OF_SEGMENTATION | OF_LIFECYCLE | OF_SESSIONS, OF_LIFECYCLE | OF_SESSIONS,
     INDEX(period)},
    {"step", OF_FUNNEL | OF_FRICTION, OF_FUNNEL | OF_FRICTION, INDEX(step)},
    {"cohort", OF_RETENTION, OF_RETENTION, INDEX(cohort)},
    {"back", OF_RETENTION, 0, INDEX(back)},
    {"edge", OF_PATHS, OF_PATHS, INDEX(edge)},
    {"row", OF_STICKINESS | OF_CORRELATION, OF_STICKINESS, INDEX(row)},
    {"dropped", OF_FUNNEL, 0, read_truth, offsetof(QueryCell, dropped)},
    {"state", OF_LIFECYCLE, OF_LIFECYCLE, read_state, 0},
    {"among", OF_COMPARE, 0, INDEX(among)},
    {"converted", OF_CORRELATION, 0, read_converted, 0},
    {"measure", OF_FRICTION | OF_JOURNEY, 0, read_measure, 0},
    {"then", OF_FRICTION | OF_JOURNEY, 0, read_truth, offsetof(QueryCell, then)},
    {"stage", OF_JOURNEY, OF_JOURNEY, INDEX(stage)},
    {"to", OF_JOURNEY, 0, INDEX(to)},
    {"going_on", OF_JOURNEY, 0, read_truth, offsetof(QueryCell, going_on)},
    {"channel", OF_JOURNEY, 0, read_channel, 0},
};
enum { MEMBERS = sizeof members / sizeof *members };

/* Of a comparison: the cell of its question, and which cohort. */
static PtStatus read_cell(QueryReading *r, PtStr json, const Query *q, QueryCell *ret_cell)
{
    const unsigned asked = q->kind == QUERY_COMPARE ? q->inner->kind : q->kind;
    const unsigned kinds = 1u << asked | 1u << q->kind;
    QueryMember m[MEMBERS];
    QueryCell cell = {.back = QUERY_NOT_GIVEN, .to = QUERY_NOT_GIVEN};
    cell.row = q->kind == QUERY_CORRELATION ? QUERY_NOT_GIVEN : 0;
    for (size_t i = 0; i < MEMBERS; i++) {
        m[i] = (QueryMember){members[i].name, {NULL, 0}};
    }
    PtStatus st = query_members(r, json, m, MEMBERS);
    for (size_t i = 0; st == PT_OK && i < MEMBERS; i++) {
        if (m[i].json.data == NULL && (members[i].needed_by & kinds) != 0) {
            return query_bad(r, "\"%s\" of a cell is missing", members[i].name);
        }
        if (m[i].json.data != NULL && (members[i].kinds & kinds) == 0) {
            return query_bad(r, "\"%s\" does not go with kind \"%s\"", members[i].name,
                             query_kind_names[asked]);
        }
        if (m[i].json.data != NULL) {
            const size_t before = query_enter(r, members[i].name);
            st = members[i].read(r, m[i].json, (char *)&cell + members[i].at);
            if (st == PT_OK) {
                query_leave(r, before);
            }
        }
    }
    if (st == PT_OK) {
        *ret_cell = cell;
    }
    return st;
}

/* ---- Which cell of the plan ------------------------------------------------------------------ */

PtStatus query_cell_check(int64_t value, size_t low, size_t end, const char *name, PtError *err)
{
    return value >= (int64_t)low && value < (int64_t)end
               ? PT_OK
               : pt_fail(err, PT_INVALID, "at \"/cell/%s\": not in %zu..%lld", name, low,
                         (long long)end - 1);
}

static PtStatus drill_segmentation(const QueryCell *cell, const ColumnsPlan *plan, PlanDrill *d,
                                   PtError *err)
{
    PtStatus st = query_cell_check(cell->series, 0, plan->segmentation.series_count, "series", err);
    d->series = (uint32_t)cell->series;
    d->period = (uint32_t)cell->period;
    return st == PT_OK
               ? query_cell_check(cell->period, 0, plan->segmentation.periods.count, "period", err)
               : st;
}

static PtStatus drill_funnel(const QueryCell *cell, const ColumnsPlan *plan, PlanDrill *d,
                             PtError *err)
{
    d->series = (uint32_t)cell->step - 1;
    d->dropped = cell->dropped;
    return query_cell_check(cell->step, cell->dropped ? 2 : 1, plan->funnel.step_count + 1, "step",
                            err);
}

static PtStatus drill_retention(const QueryCell *cell, const ColumnsPlan *plan, PlanDrill *d,
                                PtError *err)
{
    const PlanRetention *r = &plan->retention;
    PtStatus st = query_cell_check(cell->cohort, 0, r->periods.count, "cohort", err);
    if (st != PT_OK) {
        return st;
    }
    d->series = (uint32_t)cell->cohort;
    d->period = cell->back == QUERY_NOT_GIVEN ? UINT32_MAX : (uint32_t)cell->back;
    return cell->back == QUERY_NOT_GIVEN
               ? PT_OK
               : query_cell_check(cell->back, 0,
                                  r->brackets != NULL ? r->bracket_count
                                                      : r->periods.count - (size_t)cell->cohort,
                                  "back", err);
}

static PtStatus drill_stickiness(const QueryCell *cell, const ColumnsPlan *plan, PlanDrill *d,
                                 PtError *err)
{
    d->period = (uint32_t)cell->row + 1;
    return query_cell_check(cell->row, 0, plan->stickiness.periods.count, "row", err);
}

static PtStatus drill_lifecycle(const QueryCell *cell, const ColumnsPlan *plan, PlanDrill *d,
                                PtError *err)
{
    d->series = cell->state;
    d->period = (uint32_t)cell->period;
    return query_cell_check(cell->period, 0, plan->lifecycle.periods.count, "period", err);
}

static PtStatus drill_sessions(const QueryCell *cell, const ColumnsPlan *plan, PlanDrill *d,
                               PtError *err)
{
    d->period = (uint32_t)cell->period;
    return query_cell_check(cell->period, 0, plan->sessions.periods.count, "period", err);
}

static PtStatus (*const drills[PLAN_WALK])(const QueryCell *cell, const ColumnsPlan *plan,
                                           PlanDrill *d, PtError *err) = {
    [PLAN_SEGMENTATION] = drill_segmentation, [PLAN_FUNNEL] = drill_funnel,
    [PLAN_RETENTION] = drill_retention,       [PLAN_STICKINESS] = drill_stickiness,
    [PLAN_LIFECYCLE] = drill_lifecycle,       [PLAN_SESSIONS] = drill_sessions,
};

/* The place that the value has now. */
static PtStatus find_value(const Query *q, const QueryWorld *world, const QueryPlan *p,
                           const QueryCell *cell, PtArena *arena, PlanDrill *d, PtError *err)
{
    PlanAnswer answer;
    const PlanRun run = query_plan_run(world, p);
    PtStatus st = columns_run_plan(&p->plan, world->snapshot, &run, arena, &answer, err);
    if (st != PT_OK) {
        return st;
    }
    d->value = 0;
    while (d->value < answer.value_count && q->breakdown.there &&
           !pt_str_eq(answer.values[d->value], cell->text)) {
        d->value++;
    }
    return d->value < answer.value_count || d->value == 0
               ? PT_OK
               : pt_fail(err, PT_INVALID, "at \"/cell/value\": the answer has no such value");
}

/* Edges are known by their place in an answer, so there must be one first. */
static PtStatus drill_paths(const Query *q, const QueryWorld *world, const QueryPlan *p,
                            const QueryCell *cell, PtArena *arena, PlanDrill *d, PtError *err)
{
    uint32_t edges[PLAN_DEPTH * QUERY_LIMIT];
    PlanAnswer answer;
    const PlanRun run = query_plan_run(world, p);
    PtStatus st = columns_run_plan(&p->plan, world->snapshot, &run, arena, &answer, err);
    if (st != PT_OK) {
        return st;
    }
    const size_t count = query_edges(q, &answer, edges, PLAN_DEPTH * QUERY_LIMIT);
    st = query_cell_check(cell->edge, 0, count, "edge", err);
    if (st == PT_OK) {
        const PlanEdge *edge = &answer.edges[edges[cell->edge]];
        d->series = edge->depth;
        d->period = (uint32_t)edge->from << 16 | edge->to;
    }
    return st;
}

/* ---- Telling --------------------------------------------------------------------------------- */

PtStatus query_people_take(void *people, uint32_t person, PtError *err)
{
    QueryPeople *found = people;
    const size_t word = person / 64;
    if (word >= found->words) {
        const size_t words = word < found->words * 2 ? found->words * 2 : word + 1;
        uint64_t *bits = realloc(found->bits, words * sizeof *bits);
        if (bits == NULL) {
            return query_no_memory(err);
        }
        memset(bits + found->words, 0, (words - found->words) * sizeof *bits);
        found->bits = bits;
        found->words = words;
    }
    const uint64_t bit = UINT64_C(1) << (person % 64);
    found->count += (found->bits[word] & bit) == 0;
    found->bits[word] |= bit;
    return PT_OK;
}

static PtStatus find(const Query *q, const QueryWorld *world, const QueryCell *cell, PtArena *arena,
                     QueryPeople *found, PtError *err)
{
    QueryPlan *p = pt_arena_alloc(arena, 1, sizeof *p);
    PlanDrill drill = {.value = (uint32_t)cell->value, .tell = query_people_take, .ctx = found};
    PlanAnswer answer;
    if (p == NULL) {
        return query_no_memory(err);
    }
    PtStatus st = query_plan_make(q, world, arena, p, err);
    if (st == PT_OK) {
        st = q->kind == PLAN_PATHS ? drill_paths(q, world, p, cell, arena, &drill, err)
                                   : drills[q->kind](cell, &p->plan, &drill, err);
    }
    if (st == PT_OK && cell->by_text) {
        st = find_value(q, world, p, cell, arena, &drill, err);
    } else if (st == PT_OK && cell->value > 0) {
        st = query_cell_check(cell->value, 0, q->breakdown.there ? q->limit : 1, "value", err);
    }
    if (st == PT_OK) {
        PlanRun run = query_plan_run(world, p);
        run.drill = &drill;
        st = columns_run_plan(&p->plan, world->snapshot, &run, arena, &answer, err);
    }
    query_plan_done(p);
    return st;
}

static PtStatus find_kind(const Query *q, const QueryWorld *world, const QueryCell *cell,
                          PtArena *arena, QueryPeople *found, PtError *err)
{
    QueryPlan *p = pt_arena_alloc(arena, 1, sizeof *p);
    const QueryAsking a = {q, world, arena, p};
    found->words = (size_t)world->person_count / 64 + 1;
    found->bits = calloc(found->words, sizeof *found->bits);
    if (p == NULL || found->bits == NULL) {
        return query_no_memory(err);
    }
    PtStatus st = query_plan_begin(q, world, arena, p, err);
    if (st == PT_OK) {
        st = q->kind == QUERY_CORRELATION ? query_correlation_people(&a, cell, found, err)
             : q->kind == QUERY_FRICTION  ? query_friction_people(&a, cell, found, err)
                                          : query_journey_people(&a, cell, found, err);
    }
    query_plan_done(p);
    found->count = 0; // walks set bits on several threads
    for (size_t i = 0; i < found->words; i++) {
        found->count += (uint64_t)__builtin_popcountll(found->bits[i]);
    }
    return st;
}

static PtStatus find_cohort(const Query *q, const QueryWorld *world, const QueryCell *cell,
                            PtArena *arena, QueryPeople *found, PtError *err)
{
    PtStatus st = query_cell_check(cell->among, 0, q->cohort_count, "among", err);
    if (st != PT_OK) {
        return st;
    }
    const Query one = query_cohort(q, (size_t)cell->among);
    return find(&one, world, cell, arena, found, err);
}

PtStatus query_people(const Query *q, PtStr cell_json, const QueryWorld *world, PtArena *arena,
                      QueryPeople *ret_people, PtError *err)
{
    QueryReading r;
    QueryCell cell;
    QueryPeople found = {0};
    PtStatus st = query_reading_begin(&r, cell_json, arena, err);
    (void)query_enter(&r, "cell");
    st = st == PT_OK ? read_cell(&r, cell_json, q, &cell) : st;
    query_reading_done(&r);
    if (st == PT_OK) {
        st = q->kind == QUERY_COMPARE ? find_cohort(q, world, &cell, arena, &found, err)
             : q->kind > PLAN_WALK    ? find_kind(q, world, &cell, arena, &found, err)
                                      : find(q, world, &cell, arena, &found, err);
    }
    if (st == PT_OK) {
        *ret_people = found;
    } else {
        free(found.bits);
    }
    return st;
}
