// SPDX-License-Identifier: Apache-2.0
/* The persons behind a cell: the plan once more, with a drill into it. */
#include "behaviour/query_internal.h"

#include <stdlib.h>

typedef struct Cell {
    int64_t value, series, period, step, cohort, back, edge, row;
    unsigned state;
    bool dropped;
    bool by_text; /* the value, not its index */
    PtStr text;
} Cell;

/* ---- Reading --------------------------------------------------------------------------------- */

enum { NOT_GIVEN = -1, INDEX_MAX = 100000 };

enum {
    OF_SEGMENTATION = 1 << PLAN_SEGMENTATION,
    OF_FUNNEL = 1 << PLAN_FUNNEL,
    OF_RETENTION = 1 << PLAN_RETENTION,
    OF_PATHS = 1 << PLAN_PATHS,
    OF_STICKINESS = 1 << PLAN_STICKINESS,
    OF_LIFECYCLE = 1 << PLAN_LIFECYCLE,
    OF_SESSIONS = 1 << PLAN_SESSIONS,
};

static const struct CellMember {
    const char *name;
    unsigned kinds, needed_by;
    size_t at; /* of an index */
} members[] = {
    {"value", OF_SEGMENTATION | OF_FUNNEL | OF_RETENTION, 0, offsetof(Cell, value)},
    {"series", OF_SEGMENTATION, 0, offsetof(Cell, series)},
    {"period", OF_SEGMENTATION | OF_LIFECYCLE | OF_SESSIONS, OF_LIFECYCLE | OF_SESSIONS,
     offsetof(Cell, period)},
    {"step", OF_FUNNEL, OF_FUNNEL, offsetof(Cell, step)},
    {"cohort", OF_RETENTION, OF_RETENTION, offsetof(Cell, cohort)},
    {"back", OF_RETENTION, 0, offsetof(Cell, back)},
    {"edge", OF_PATHS, OF_PATHS, offsetof(Cell, edge)},
    {"row", OF_STICKINESS, OF_STICKINESS, offsetof(Cell, row)},
    {"dropped", OF_FUNNEL, 0, 0},
    {"state", OF_LIFECYCLE, OF_LIFECYCLE, 0},
};
enum { VALUE = 0, DROPPED = 8, STATE, MEMBERS };

static PtStatus read_member(QueryReading *r, size_t i, PtStr json, Cell *cell)
{
    const size_t before = query_enter(r, members[i].name);
    PtStatus st;
    if (i == VALUE && (json.data[0] == '"' || json.data[0] == 'n')) {
        cell->by_text = true;
        cell->text = PT_STR("");
        st = json.data[0] == '"' ? query_text(r, json, COLUMNS_TEXT_MAX, &cell->text) : PT_OK;
    } else if (i == DROPPED) {
        st = query_truth(r, json, &cell->dropped);
    } else if (i == STATE) {
        st = query_choice(r, json, query_stage_names, PLAN_STAGES, (1u << PLAN_STAGES) - 1,
                          &cell->state);
    } else {
        st = query_whole(r, json, 0, INDEX_MAX, (int64_t *)(void *)((char *)cell + members[i].at));
    }
    if (st == PT_OK) {
        query_leave(r, before);
    }
    return st;
}

static PtStatus read_cell(QueryReading *r, PtStr json, PlanKind kind, Cell *ret_cell)
{
    QueryMember m[MEMBERS];
    Cell cell = {.back = NOT_GIVEN};
    for (size_t i = 0; i < MEMBERS; i++) {
        m[i] = (QueryMember){members[i].name, {NULL, 0}};
    }
    PtStatus st = query_members(r, json, m, MEMBERS);
    for (size_t i = 0; st == PT_OK && i < MEMBERS; i++) {
        if (m[i].json.data == NULL && (members[i].needed_by >> kind & 1) != 0) {
            return query_bad(r, "\"%s\" of a cell is missing", members[i].name);
        }
        if (m[i].json.data != NULL && (members[i].kinds >> kind & 1) == 0) {
            return query_bad(r, "\"%s\" does not go with kind \"%s\"", members[i].name,
                             query_kind_names[kind]);
        }
        if (m[i].json.data != NULL) {
            st = read_member(r, i, m[i].json, &cell);
        }
    }
    if (st == PT_OK) {
        *ret_cell = cell;
    }
    return st;
}

/* ---- Which cell of the plan ------------------------------------------------------------------ */

static PtStatus check(int64_t value, size_t low, size_t end, const char *name, PtError *err)
{
    return value >= (int64_t)low && value < (int64_t)end
               ? PT_OK
               : pt_fail(err, PT_INVALID, "at \"/cell/%s\": not in %zu..%lld", name, low,
                         (long long)end - 1);
}

static PtStatus drill_segmentation(const Cell *cell, const ColumnsPlan *plan, PlanDrill *d,
                                   PtError *err)
{
    PtStatus st = check(cell->series, 0, plan->segmentation.series_count, "series", err);
    d->series = (uint32_t)cell->series;
    d->period = (uint32_t)cell->period;
    return st == PT_OK ? check(cell->period, 0, plan->segmentation.periods.count, "period", err)
                       : st;
}

static PtStatus drill_funnel(const Cell *cell, const ColumnsPlan *plan, PlanDrill *d, PtError *err)
{
    d->series = (uint32_t)cell->step - 1;
    d->dropped = cell->dropped;
    return check(cell->step, cell->dropped ? 2 : 1, plan->funnel.step_count + 1, "step", err);
}

static PtStatus drill_retention(const Cell *cell, const ColumnsPlan *plan, PlanDrill *d,
                                PtError *err)
{
    const PlanRetention *r = &plan->retention;
    PtStatus st = check(cell->cohort, 0, r->periods.count, "cohort", err);
    if (st != PT_OK) {
        return st;
    }
    d->series = (uint32_t)cell->cohort;
    d->period = cell->back == NOT_GIVEN ? UINT32_MAX : (uint32_t)cell->back;
    return cell->back == NOT_GIVEN
               ? PT_OK
               : check(cell->back, 0,
                       r->brackets != NULL ? r->bracket_count
                                           : r->periods.count - (size_t)cell->cohort,
                       "back", err);
}

static PtStatus drill_stickiness(const Cell *cell, const ColumnsPlan *plan, PlanDrill *d,
                                 PtError *err)
{
    d->period = (uint32_t)cell->row + 1;
    return check(cell->row, 0, plan->stickiness.periods.count, "row", err);
}

static PtStatus drill_lifecycle(const Cell *cell, const ColumnsPlan *plan, PlanDrill *d,
                                PtError *err)
{
    d->series = cell->state;
    d->period = (uint32_t)cell->period;
    return check(cell->period, 0, plan->lifecycle.periods.count, "period", err);
}

static PtStatus drill_sessions(const Cell *cell, const ColumnsPlan *plan, PlanDrill *d,
                               PtError *err)
{
    d->period = (uint32_t)cell->period;
    return check(cell->period, 0, plan->sessions.periods.count, "period", err);
}

static PtStatus (*const drills[PLAN_WALK])(const Cell *cell, const ColumnsPlan *plan, PlanDrill *d,
                                           PtError *err) = {
    [PLAN_SEGMENTATION] = drill_segmentation, [PLAN_FUNNEL] = drill_funnel,
    [PLAN_RETENTION] = drill_retention,       [PLAN_STICKINESS] = drill_stickiness,
    [PLAN_LIFECYCLE] = drill_lifecycle,       [PLAN_SESSIONS] = drill_sessions,
};

/* The place that the value has now. */
static PtStatus find_value(const Query *q, const QueryWorld *world, const QueryPlan *p,
                           const Cell *cell, PtArena *arena, PlanDrill *d, PtError *err)
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
                            const Cell *cell, PtArena *arena, PlanDrill *d, PtError *err)
{
    uint32_t edges[PLAN_DEPTH * QUERY_LIMIT];
    PlanAnswer answer;
    const PlanRun run = query_plan_run(world, p);
    PtStatus st = columns_run_plan(&p->plan, world->snapshot, &run, arena, &answer, err);
    if (st != PT_OK) {
        return st;
    }
    const size_t count = query_edges(q, &answer, edges, PLAN_DEPTH * QUERY_LIMIT);
    st = check(cell->edge, 0, count, "edge", err);
    if (st == PT_OK) {
        const PlanEdge *edge = &answer.edges[edges[cell->edge]];
        d->series = edge->depth;
        d->period = (uint32_t)edge->from << 16 | edge->to;
    }
    return st;
}

/* ---- Telling --------------------------------------------------------------------------------- */

static PtStatus take_person(void *ctx, uint32_t person, PtError *err)
{
    QueryPeople *found = ctx;
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

static PtStatus find(const Query *q, const QueryWorld *world, const Cell *cell, PtArena *arena,
                     QueryPeople *found, PtError *err)
{
    QueryPlan *p = pt_arena_alloc(arena, 1, sizeof *p);
    PlanDrill drill = {.value = (uint32_t)cell->value, .tell = take_person, .ctx = found};
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
        st = check(cell->value, 0, q->breakdown.there ? q->limit : 1, "value", err);
    }
    if (st == PT_OK) {
        PlanRun run = query_plan_run(world, p);
        run.drill = &drill;
        st = columns_run_plan(&p->plan, world->snapshot, &run, arena, &answer, err);
    }
    query_plan_done(p);
    return st;
}

PtStatus query_people(const Query *q, PtStr cell_json, const QueryWorld *world, PtArena *arena,
                      QueryPeople *ret_people, PtError *err)
{
    QueryReading r;
    Cell cell;
    QueryPeople found = {0};
    PtStatus st = query_reading_begin(&r, cell_json, arena, err);
    (void)query_enter(&r, "cell");
    st = st == PT_OK ? read_cell(&r, cell_json, q->kind, &cell) : st;
    query_reading_done(&r);
    st = st == PT_OK ? find(q, world, &cell, arena, &found, err) : st;
    if (st == PT_OK) {
        *ret_people = found;
    } else {
        free(found.bits);
    }
    return st;
}
