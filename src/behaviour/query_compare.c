// SPDX-License-Identifier: Apache-2.0
/* Cohorts beside each other: one question of each, and what differs from the first one's. */
#include "behaviour/query_internal.h"
#include "behaviour/statistics.h"

#include <math.h>

typedef struct CompareSide { /* of a cohort */
    Query q;
    QueryPlan plan;
    PlanAnswer answer;
} CompareSide;

typedef struct Comparing {
    const QueryAsking *a;
    CompareSide *sides[QUERY_COHORTS];
    size_t count; /* that were begun */
    PtJsonOut *out;
} Comparing;

static PtStatus ask(Comparing *c, size_t cohort, PtError *err)
{
    const QueryAsking *a = c->a;
    CompareSide *s = pt_arena_alloc(a->arena, 1, sizeof *s);
    if (s == NULL) {
        return query_no_memory(err);
    }
    c->sides[cohort] = s;
    c->count = cohort + 1;
    s->q = query_cohort(a->q, cohort);
    PtStatus st = query_plan_make(&s->q, a->world, a->arena, &s->plan, err);
    if (st == PT_OK) {
        const PlanRun run = query_plan_run(a->world, &s->plan);
        st = columns_run_plan(&s->plan.plan, a->world->snapshot, &run, a->arena, &s->answer, err);
    }
    return st;
}

/* ---- Who ------------------------------------------------------------------------------------- */

/* Persons of both; those of one where it is the same twice. Everybody has no bits. */
static uint64_t persons_of_both(const Comparing *c, size_t one, size_t other)
{
    const uint64_t *a = c->sides[one]->plan.who, *b = c->sides[other]->plan.who;
    const size_t words = (size_t)c->a->world->person_count / 64 + 1;
    uint64_t count = 0;
    if (a == NULL && b == NULL) {
        return c->sides[one]->answer.persons;
    }
    for (size_t i = 0; i < words; i++) {
        const uint64_t bits = a == NULL ? b[i] : b == NULL ? a[i] : a[i] & b[i];
        count += (uint64_t)__builtin_popcountll(i == 0 ? bits & ~UINT64_C(1) : bits); // 0: nobody
    }
    return count;
}

static PtStatus write_cohort(Comparing *c, size_t cohort, PtError *err)
{
    const CompareSide *s = c->sides[cohort];
    PtJsonOut *out = c->out;
    pt_json_out_object(out);
    pt_json_put_str(out, "name", c->a->q->cohorts[cohort].name);
    pt_json_out_key(out, PT_STR("persons"));
    if (s->plan.who != NULL) {
        pt_json_out_u64(out, persons_of_both(c, cohort, cohort));
    } else {
        pt_json_out_null(out);
    }
    PtStatus st = query_answer_data(&s->q, c->a->world, &s->plan, &s->answer, out, err);
    pt_json_out_object_end(out);
    return st;
}

/* ---- Differences ----------------------------------------------------------------------------- */

static void put_pair(PtJsonOut *out, const char *name, uint64_t first, uint64_t ours)
{
    pt_json_out_key(out, pt_str(name));
    pt_json_out_array(out);
    pt_json_out_u64(out, first);
    pt_json_out_u64(out, ours);
    pt_json_out_array_end(out);
}

static double rate_of(StatShare share)
{
    return share.n > 0 ? (double)share.count / (double)share.n : 0;
}

/* An item is open: its place was written. */
static void write_item(PtJsonOut *out, StatShare first, StatShare ours)
{
    StatInterval d = {0};
    const bool known = statistics_difference(ours, first, &d);
    put_pair(out, "n", first.n, ours.n);
    put_pair(out, "count", first.count, ours.count);
    pt_json_out_key(out, PT_STR("rate"));
    pt_json_out_array(out);
    pt_json_out_double(out, first.n > 0 ? rate_of(first) : NAN);
    pt_json_out_double(out, ours.n > 0 ? rate_of(ours) : NAN);
    pt_json_out_array_end(out);
    query_put_number(out, "difference", known, d.value);
    query_put_number(out, "low", known, d.low);
    query_put_number(out, "high", known, d.high);
    query_put_number(out, "p", known, known ? statistics_test(ours, first).p : 0);
    pt_json_out_key(out, PT_STR("distinct"));
    if (known) {
        pt_json_out_bool(out, d.low > 0 || d.high < 0);
    } else {
        pt_json_out_null(out);
    }
    pt_json_out_object_end(out);
}

static void begin_item(PtJsonOut *out, const char *name, size_t place)
{
    pt_json_out_object(out);
    pt_json_put_u64(out, name, place);
}

static StatShare reached(const CompareSide *s, size_t step, size_t of)
{
    return s->answer.value_count > 0
               ? (StatShare){s->answer.funnel[0].reached[step], s->answer.funnel[0].reached[of]}
               : (StatShare){0, 0};
}

static void funnel_items(const CompareSide *first, const CompareSide *ours, PtJsonOut *out)
{
    for (size_t step = 1; step < first->q.step_count; step++) {
        begin_item(out, "step", step + 1);
        pt_json_put_str(out, "of", PT_STR("step"));
        write_item(out, reached(first, step, step - 1), reached(ours, step, step - 1));
        begin_item(out, "step", step + 1);
        pt_json_put_str(out, "of", PT_STR("first"));
        write_item(out, reached(first, step, 0), reached(ours, step, 0));
    }
}

/* Of all cohorts of the range that have such a period, or bracket. */
static StatShare came_back(const CompareSide *s, size_t back)
{
    const PlanRetention *r = &s->plan.plan.retention;
    const size_t periods = s->answer.value_count > 0 ? r->periods.count : 0;
    StatShare share = {0, 0};
    for (size_t cohort = 0; cohort < periods; cohort++) {
        const PlanRetentionRow *row = s->answer.retention[cohort];
        if (row != NULL && (r->brackets != NULL || cohort + back < periods)) {
            share.n += row->persons;
            share.count += row->back[back];
        }
    }
    return share;
}

static void retention_items(const CompareSide *first, const CompareSide *ours, PtJsonOut *out)
{
    const PlanRetention *r = &first->plan.plan.retention;
    const size_t wide = r->brackets != NULL ? r->bracket_count : r->periods.count;
    for (size_t back = 0; back < wide; back++) {
        begin_item(out, "back", back);
        write_item(out, came_back(first, back), came_back(ours, back));
    }
}

/* Who did it in so many periods or more, of those who did it at all. */
static StatShare stuck(const CompareSide *s, size_t row)
{
    StatShare share = {0, 0};
    for (size_t k = 1; k <= s->plan.plan.stickiness.periods.count; k++) {
        share.n += s->answer.stickiness[k];
        share.count += k > row ? s->answer.stickiness[k] : 0;
    }
    return share;
}

static void stickiness_items(const CompareSide *first, const CompareSide *ours, PtJsonOut *out)
{
    for (size_t row = 0; row < first->plan.plan.stickiness.periods.count; row++) {
        begin_item(out, "row", row);
        write_item(out, stuck(first, row), stuck(ours, row));
    }
}

static void write_difference(Comparing *c, size_t cohort)
{
    static void (*const items[PLAN_WALK])(const CompareSide *first, const CompareSide *ours,
                                          PtJsonOut *out) = {
        [PLAN_FUNNEL] = funnel_items,
        [PLAN_RETENTION] = retention_items,
        [PLAN_STICKINESS] = stickiness_items,
    };
    const CompareSide *first = c->sides[0];
    PtJsonOut *out = c->out;
    pt_json_out_object(out);
    pt_json_put_u64(out, "cohort", cohort);
    pt_json_put_u64(out, "overlap", persons_of_both(c, 0, cohort));
    pt_json_out_key(out, PT_STR("items"));
    pt_json_out_array(out);
    if (items[first->q.kind] != NULL) { // totals are no shares
        items[first->q.kind](first, c->sides[cohort], out);
    }
    pt_json_out_array_end(out);
    pt_json_out_object_end(out);
}

/* ---- The answer ------------------------------------------------------------------------------ */

static PtStatus write_all(Comparing *c, PtError *err)
{
    const Query *q = c->a->q;
    PtJsonOut *out = c->out;
    PtStatus st = PT_OK;
    uint64_t rows = 0, people = 0;
    pt_json_put_str(out, "of", pt_str(query_kind_names[q->inner->kind]));
    pt_json_out_key(out, PT_STR("cohorts"));
    pt_json_out_array(out);
    for (size_t i = 0; st == PT_OK && i < c->count; i++) {
        st = write_cohort(c, i, err);
        rows += c->sides[i]->answer.rows;
        people = c->sides[i]->answer.persons > people ? c->sides[i]->answer.persons : people;
    }
    pt_json_out_array_end(out);
    pt_json_put_str(out, "method", PT_STR("newcombe"));
    query_put_number(out, "level", true, STATISTICS_LEVEL);
    pt_json_out_key(out, PT_STR("differences"));
    pt_json_out_array(out);
    for (size_t i = 1; st == PT_OK && i < c->count; i++) {
        write_difference(c, i);
    }
    pt_json_out_array_end(out);
    pt_json_put_u64(out, "people", people);
    pt_json_put_u64(out, "rows", rows);
    return st;
}

PtStatus query_compare_answer(const QueryAsking *a, PtJsonOut *out, PtError *err)
{
    Comparing c = {.a = a, .out = out};
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < a->q->cohort_count; i++) {
        st = ask(&c, i, err);
    }
    st = st == PT_OK ? write_all(&c, err) : st;
    for (size_t i = 0; i < c.count; i++) {
        query_plan_done(&c.sides[i]->plan);
    }
    return st;
}
