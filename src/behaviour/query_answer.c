// SPDX-License-Identifier: Apache-2.0
/* The engine's answer as JSON, kind by kind. */
#include "behaviour/query_internal.h"

#include "events/events.h"

#include <math.h>

typedef struct Writing {
    const Query *q;
    const QueryWorld *world;
    const ColumnsPlan *plan;
    const PlanAnswer *answer;
    PtJsonOut *out;
    size_t shown; /* values */
} Writing;

static void begin_list(PtJsonOut *out, const char *name)
{
    pt_json_out_key(out, pt_str(name));
    pt_json_out_array(out);
}

static void write_time(PtJsonOut *out, int64_t ms)
{
    char text[PT_TIME_TEXT];
    pt_json_out_str(out, pt_time_format(ms, text));
}

void query_put_time(PtJsonOut *out, const char *name, int64_t ms)
{
    pt_json_out_key(out, pt_str(name));
    write_time(out, ms);
}

void query_put_number(PtJsonOut *out, const char *name, bool known, double value)
{
    pt_json_out_key(out, pt_str(name));
    pt_json_out_double(out, known ? value : NAN); // not finite: null
}

static void write_periods(PtJsonOut *out, const PlanPeriods *periods)
{
    begin_list(out, "periods");
    for (size_t i = 0; i < periods->count; i++) {
        write_time(out, periods->edges[i]);
    }
    pt_json_out_array_end(out);
}

/* Of a row of `data`: the value; null where it is not there, or nothing is broken down. */
static void write_value(Writing *w, size_t value)
{
    const PtStr text = value < w->answer->value_count ? w->answer->values[value] : PT_STR("");
    pt_json_out_key(w->out, PT_STR("value"));
    if (text.len > 0) {
        pt_json_out_str(w->out, text);
    } else {
        pt_json_out_null(w->out);
    }
}

/* Whether the engine's answer has the value: without a breakdown there is always one to show. */
static bool has(const Writing *w, size_t value)
{
    return value < w->answer->value_count;
}

static PtStatus check_cells(uint64_t cells, PtError *err)
{
    return cells <= QUERY_CELLS ? PT_OK
                                : pt_fail(err, PT_TOO_LARGE, "the answer has %llu numbers, over %d",
                                          (unsigned long long)cells, QUERY_CELLS);
}

/* ---- Segmentation ---------------------------------------------------------------------------- */

static PlanCell cell_at(const Writing *w, size_t value, size_t series, size_t period)
{
    const PlanSegmentation *s = &w->plan->segmentation;
    if (has(w, value)) {
        return w->answer->cells[(value * s->series_count + series) * s->periods.count + period];
    }
    return (PlanCell){.known = s->series[series].measure <= PLAN_SUM};
}

static void write_series(Writing *w, size_t value, size_t series)
{
    const size_t periods = w->plan->segmentation.periods.count;
    pt_json_out_object(w->out);
    begin_list(w->out, "values");
    for (size_t i = 0; i < periods; i++) {
        const PlanCell cell = cell_at(w, value, series, i);
        pt_json_out_double(w->out, cell.known ? cell.value : NAN);
    }
    pt_json_out_array_end(w->out);
    begin_list(w->out, "n");
    for (size_t i = 0; i < periods; i++) {
        pt_json_out_u64(w->out, cell_at(w, value, series, i).n);
    }
    pt_json_out_array_end(w->out);
    pt_json_out_object_end(w->out);
}

static void write_formula(Writing *w, size_t value, const QueryFormula *formula)
{
    double values[QUERY_SERIES];
    pt_json_out_object(w->out);
    begin_list(w->out, "values");
    for (size_t i = 0; i < w->plan->segmentation.periods.count; i++) {
        for (size_t s = 0; s < w->q->series_count; s++) {
            const PlanCell cell = cell_at(w, value, s, i);
            values[s] = cell.known ? cell.value : NAN;
        }
        pt_json_out_double(w->out, query_formula_value(formula, values));
    }
    pt_json_out_array_end(w->out);
    pt_json_out_object_end(w->out);
}

static PtStatus write_segmentation(Writing *w, PtError *err)
{
    const Query *q = w->q;
    PtJsonOut *out = w->out;
    PtStatus st = check_cells((uint64_t)w->shown * (q->series_count + q->formula_count) *
                                  w->plan->segmentation.periods.count,
                              err);
    if (st != PT_OK) {
        return st;
    }
    write_periods(out, &w->plan->segmentation.periods);
    begin_list(out, "series");
    for (size_t i = 0; i < q->series_count; i++) {
        pt_json_out_object(out);
        pt_json_put_str(out, "name", q->sets[q->series[i].set].name);
        pt_json_put_str(out, "measure", pt_str(query_measure_names[q->series[i].measure]));
        pt_json_out_object_end(out);
    }
    for (size_t i = 0; i < q->formula_count; i++) {
        pt_json_out_object(out);
        pt_json_put_str(out, "name", q->formulae[i].name);
        pt_json_put_str(out, "measure", PT_STR("formula"));
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
    begin_list(out, "data");
    for (size_t value = 0; value < w->shown; value++) {
        pt_json_out_object(out);
        write_value(w, value);
        begin_list(out, "series");
        for (size_t i = 0; i < q->series_count; i++) {
            write_series(w, value, i);
        }
        for (size_t i = 0; i < q->formula_count; i++) {
            write_formula(w, value, q->formulae[i].formula);
        }
        pt_json_out_array_end(out);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
    return PT_OK;
}

/* ---- Funnel ---------------------------------------------------------------------------------- */

static PtStatus write_funnel(Writing *w, PtError *err)
{
    static const PlanFunnelRow nobody;
    const Query *q = w->q;
    PtJsonOut *out = w->out;
    (void)err;
    begin_list(out, "data");
    for (size_t value = 0; value < w->shown; value++) {
        const PlanFunnelRow *row = has(w, value) ? &w->answer->funnel[value] : &nobody;
        pt_json_out_object(out);
        write_value(w, value);
        begin_list(out, "steps");
        for (size_t i = 0; i < q->step_count; i++) {
            const bool timed = i > 0 && row->reached[i] > 0;
            pt_json_out_object(out);
            pt_json_put_str(out, "name", q->sets[q->steps[i]].name);
            pt_json_put_u64(out, "people", row->reached[i]);
            query_put_number(out, "mean_s", timed,
                             timed ? row->time_sum_ms[i] / (double)row->reached[i] / 1000 : 0);
            query_put_number(out, "median_s", timed, (double)row->time_median_ms[i] / 1000);
            pt_json_out_object_end(out);
        }
        pt_json_out_array_end(out);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
    return PT_OK;
}

/* ---- Retention ------------------------------------------------------------------------------- */

static void write_cohort(Writing *w, size_t value, size_t cohort)
{
    const PlanRetention *r = &w->plan->retention;
    const PlanRetentionRow *row =
        has(w, value) ? w->answer->retention[value * r->periods.count + cohort] : NULL;
    const size_t wide = r->brackets != NULL ? r->bracket_count : r->periods.count - cohort;
    pt_json_out_object(w->out);
    pt_json_put_u64(w->out, "period", cohort);
    pt_json_put_u64(w->out, "people", row != NULL ? row->persons : 0);
    begin_list(w->out, "back");
    for (size_t i = 0; i < wide; i++) {
        pt_json_out_u64(w->out, row != NULL ? row->back[i] : 0);
    }
    pt_json_out_array_end(w->out);
    pt_json_out_object_end(w->out);
}

static PtStatus write_retention(Writing *w, PtError *err)
{
    const PlanRetention *r = &w->plan->retention;
    PtJsonOut *out = w->out;
    const uint64_t count = r->periods.count;
    const uint64_t each = r->brackets != NULL ? count * r->bracket_count : count * (count + 1) / 2;
    PtStatus st = check_cells(w->shown * each, err);
    if (st != PT_OK) {
        return st;
    }
    write_periods(out, &r->periods);
    if (r->brackets != NULL) {
        begin_list(out, "brackets");
        for (size_t i = 0; i <= r->bracket_count; i++) {
            pt_json_out_u64(out, r->brackets[i]);
        }
        pt_json_out_array_end(out);
    } else {
        pt_json_out_key(out, PT_STR("brackets"));
        pt_json_out_null(out);
    }
    begin_list(out, "data");
    for (size_t value = 0; value < w->shown; value++) {
        pt_json_out_object(out);
        write_value(w, value);
        begin_list(out, "cohorts");
        for (size_t i = 0; i < r->periods.count; i++) {
            write_cohort(w, value, i);
        }
        pt_json_out_array_end(out);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
    return PT_OK;
}

/* ---- Paths ----------------------------------------------------------------------------------- */

size_t query_edges(const Query *q, const PlanAnswer *answer, uint32_t *ret_edges, size_t room)
{
    size_t count = 0;
    uint32_t depth = 0, of_depth = 0;
    for (uint32_t i = 0; i < answer->edge_count && count < room; i++) {
        of_depth = answer->edges[i].depth == depth ? of_depth + 1 : 1;
        depth = answer->edges[i].depth;
        if (of_depth <= q->limit) {
            ret_edges[count++] = i;
        }
    }
    return count;
}

static void write_event(Writing *w, const char *name, uint16_t code)
{
    const ColumnsEvent *events;
    const size_t count = columns_snapshot_events(w->world->snapshot, &events);
    pt_json_out_key(w->out, pt_str(name));
    if (code == PLAN_END || code >= count) {
        pt_json_out_null(w->out);
        return;
    }
    pt_json_out_object(w->out);
    pt_json_put_str(w->out, "type", event_type_name((EventType)events[code].type));
    pt_json_put_str(w->out, "name", events[code].name);
    pt_json_out_object_end(w->out);
}

static PtStatus write_paths(Writing *w, PtError *err)
{
    uint32_t shown[PLAN_DEPTH * QUERY_LIMIT];
    PtJsonOut *out = w->out;
    (void)err;
    const size_t count = query_edges(w->q, w->answer, shown, PLAN_DEPTH * QUERY_LIMIT);
    begin_list(out, "edges");
    for (size_t i = 0; i < count; i++) {
        const PlanEdge *edge = &w->answer->edges[shown[i]];
        pt_json_out_object(out);
        pt_json_put_u64(out, "depth", edge->depth);
        write_event(w, "from", edge->from);
        write_event(w, "to", edge->to);
        pt_json_put_u64(out, "count", edge->count);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
    pt_json_put_u64(out, "edges_left", w->answer->edge_count - count);
    pt_json_put_u64(out, "paths", w->answer->paths);
    return PT_OK;
}

/* ---- By period ------------------------------------------------------------------------------- */

static PtStatus write_stickiness(Writing *w, PtError *err)
{
    const PlanPeriods *periods = &w->plan->stickiness.periods;
    (void)err;
    write_periods(w->out, periods);
    begin_list(w->out, "data");
    for (size_t i = 1; i <= periods->count; i++) {
        pt_json_out_object(w->out);
        pt_json_put_u64(w->out, "periods", i);
        pt_json_put_u64(w->out, "people", w->answer->stickiness[i]);
        pt_json_out_object_end(w->out);
    }
    pt_json_out_array_end(w->out);
    return PT_OK;
}

const char *const query_stage_names[PLAN_STAGES] = {
    [PLAN_NEW] = "new",
    [PLAN_RETURNING] = "returning",
    [PLAN_RESURRECTING] = "resurrecting",
    [PLAN_DORMANT] = "dormant",
};

static PtStatus write_lifecycle(Writing *w, PtError *err)
{
    const PlanPeriods *periods = &w->plan->lifecycle.periods;
    (void)err;
    write_periods(w->out, periods);
    begin_list(w->out, "data");
    for (size_t i = 0; i < periods->count; i++) {
        pt_json_out_object(w->out);
        for (unsigned stage = 0; stage < PLAN_STAGES; stage++) {
            pt_json_put_u64(w->out, query_stage_names[stage], w->answer->lifecycle[i][stage]);
        }
        pt_json_out_object_end(w->out);
    }
    pt_json_out_array_end(w->out);
    return PT_OK;
}

static PtStatus write_sessions(Writing *w, PtError *err)
{
    const PlanPeriods *periods = &w->plan->sessions.periods;
    (void)err;
    write_periods(w->out, periods);
    begin_list(w->out, "data");
    for (size_t i = 0; i < periods->count; i++) {
        const PlanSessionsRow *row = &w->answer->sessions[i];
        const bool any = row->sessions > 0;
        const double count = any ? (double)row->sessions : 1;
        pt_json_out_object(w->out);
        pt_json_put_u64(w->out, "sessions", row->sessions);
        pt_json_put_u64(w->out, "people", row->persons);
        query_put_number(w->out, "median_s", any, (double)row->length_median_ms / 1000);
        query_put_number(w->out, "mean_s", any, row->length_sum_ms / count / 1000);
        query_put_number(w->out, "mean_events", any, (double)row->rows / count);
        pt_json_out_object_end(w->out);
    }
    pt_json_out_array_end(w->out);
    return PT_OK;
}

static PtStatus (*const writers[PLAN_WALK])(Writing *w, PtError *err) = {
    [PLAN_SEGMENTATION] = write_segmentation, [PLAN_FUNNEL] = write_funnel,
    [PLAN_RETENTION] = write_retention,       [PLAN_PATHS] = write_paths,
    [PLAN_STICKINESS] = write_stickiness,     [PLAN_LIFECYCLE] = write_lifecycle,
    [PLAN_SESSIONS] = write_sessions,
};

/* ---- All of it ------------------------------------------------------------------------------- */

PtStatus query_answer_data(const Query *q, const QueryWorld *world, const QueryPlan *p,
                           const PlanAnswer *answer, PtJsonOut *out, PtError *err)
{
    const size_t values = answer->value_count;
    Writing w = {q, world, &p->plan, answer, out, 0};
    w.shown = !q->breakdown.there ? 1 : values < q->limit ? values : q->limit;
    PtStatus st = writers[q->kind](&w, err);
    if (q->breakdown.there) {
        pt_json_put_u64(out, "values_left", answer->values_left + values - w.shown);
    }
    pt_json_put_u64(out, "people", answer->persons);
    pt_json_put_u64(out, "rows", answer->rows);
    return st;
}

static void write_head(const Query *q, const QueryPlan *p, PtJsonOut *out)
{
    pt_json_put_str(out, "kind", pt_str(query_kind_names[q->kind]));
    pt_json_out_key(out, PT_STR("query"));
    query_write(q, out);
    pt_json_out_key(out, PT_STR("range"));
    pt_json_out_object(out);
    query_put_time(out, "from", p->plan.from_ms);
    query_put_time(out, "to", p->plan.to_ms);
    pt_json_put_str(out, "zone", q->zone_name);
    pt_json_out_object_end(out);
}

static PtStatus answer_plan(const QueryAsking *a, PtJsonOut *out, PtError *err)
{
    PlanAnswer answer;
    const PlanRun run = query_plan_run(a->world, a->p);
    PtStatus st = columns_run_plan(&a->p->plan, a->world->snapshot, &run, a->arena, &answer, err);
    if (st == PT_OK) {
        write_head(a->q, a->p, out);
        st = query_answer_data(a->q, a->world, a->p, &answer, out, err);
    }
    return st;
}

static PtStatus answer_kind(const QueryAsking *a, PtJsonOut *out, PtError *err)
{
    static PtStatus (*const kinds[])(const QueryAsking *a, PtJsonOut *out, PtError *err) = {
        [QUERY_COMPARE - PLAN_WALK] = query_compare_answer,
        [QUERY_CORRELATION - PLAN_WALK] = query_correlation_answer,
        [QUERY_FRICTION - PLAN_WALK] = query_friction_answer,
        [QUERY_JOURNEY - PLAN_WALK] = query_journey_answer,
    };
    write_head(a->q, a->p, out);
    return kinds[a->q->kind - PLAN_WALK](a, out, err);
}

PtStatus query_answer(const Query *q, const QueryWorld *world, PtArena *arena, PtBuf *out,
                      PtError *err)
{
    QueryPlan *p = pt_arena_alloc(arena, 1, sizeof *p);
    if (p == NULL) {
        return query_no_memory(err);
    }
    const bool plain = q->kind < PLAN_WALK;
    const QueryAsking asking = {q, world, arena, p};
    PtJsonOut json = pt_json_out(out);
    PtStatus st = plain ? query_plan_make(q, world, arena, p, err)
                        : query_plan_begin(q, world, arena, p, err);
    if (st == PT_OK) {
        st = plain ? answer_plan(&asking, &json, err) : answer_kind(&asking, &json, err);
    }
    query_plan_done(p);
    return st == PT_OK ? query_written(out, err) : st;
}
