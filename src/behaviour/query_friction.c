// SPDX-License-Identifier: Apache-2.0
/* Where a funnel is rough: each person's attempt is the funnel's (platform/columns_plan.h), and
 * what happened while they stayed at each of its steps. */
#include "behaviour/query_walk.h"

#include <stdlib.h>

#define ALL_MEASURES (QUERY_BIT(QUERY_MEASURES) - 1)

typedef struct FrictionRow {
    int64_t time_ms;
    uint64_t sets;
} FrictionRow;

typedef struct Friction {
    QueryWalk w;
    const Query *q;
    QuerySigns signs;
    uint64_t steps[QUERY_STAY_STEPS]; /* bits of a row */
    uint64_t told;                    /* rows of others are not looked at */
    const QueryCell *cell;            /* of who is sought; or NULL */
    int64_t time_ms;                  /* the cell's percentile */
} Friction;

typedef struct FrictionPart {
    QueryPart part;
    FrictionRow *rows; /* of one person */
    size_t count, cap;
    QueryTally tallies[QUERY_STAY_STEPS];
} FrictionPart;

typedef struct FrictionAttempt {
    size_t at[QUERY_STAY_STEPS]; /* row that is step i */
    size_t depth;                /* steps reached; 0: none */
    size_t end;                  /* the first row behind its window */
} FrictionAttempt;

static const Friction *friction_of(const FrictionPart *p)
{
    return (const Friction *)(const void *)p->part.w;
}

/* ---- The attempt ----------------------------------------------------------------------------- */

/* A later attempt never takes an earlier row for a step: so the place of each step only moves on.
 */
static size_t follow(const FrictionPart *p, size_t *at)
{
    const Friction *f = friction_of(p);
    const int64_t end_ms = p->rows[at[0]].time_ms + f->q->window_ms;
    size_t depth = 1;
    for (; depth < f->q->step_count; depth++) {
        size_t i = at[depth] > at[depth - 1] ? at[depth] : at[depth - 1] + 1;
        while (i < p->count && (p->rows[i].sets & f->steps[depth]) == 0) {
            i++;
        }
        at[depth] = i;
        if (i == p->count || p->rows[i].time_ms >= end_ms) {
            break;
        }
    }
    return depth;
}

static FrictionAttempt best_attempt(const FrictionPart *p)
{
    const Friction *f = friction_of(p);
    FrictionAttempt best = {.depth = 0};
    size_t at[QUERY_STAY_STEPS] = {0};
    for (size_t i = 0; i < p->count && best.depth < f->q->step_count; i++) {
        if ((p->rows[i].sets & f->steps[0]) == 0) {
            continue;
        }
        at[0] = i;
        const size_t depth = follow(p, at);
        if (depth > best.depth) {
            best.depth = depth;
            memcpy(best.at, at, depth * sizeof *at);
        }
    }
    if (best.depth > 0) {
        const int64_t end_ms = p->rows[best.at[0]].time_ms + f->q->window_ms;
        best.end = best.at[best.depth - 1];
        while (best.end < p->count && p->rows[best.end].time_ms < end_ms) {
            best.end++;
        }
    }
    return best;
}

/* ---- Stays ----------------------------------------------------------------------------------- */

/* What is said of the rows (from, to), behind that of the step. */
static unsigned signs_between(const FrictionPart *p, size_t step, size_t from, size_t to)
{
    const Friction *f = friction_of(p);
    const uint64_t ours = f->steps[step], next = f->steps[step + 1];
    uint64_t earlier = 0;
    uint32_t times = 1;
    unsigned holds = 0;
    for (size_t i = 0; i < step; i++) {
        earlier |= f->steps[i];
    }
    for (size_t i = from + 1; i < to; i++) {
        const uint64_t sets = p->rows[i].sets;
        if (p->rows[i].time_ms - p->rows[i - 1].time_ms > f->q->gap_ms) {
            times = 0; // another session
        }
        times += (sets & ours) != 0;
        holds |= times >= f->q->repeats ? QUERY_BIT(QUERY_REPEATED) : 0;
        if ((sets & earlier) != 0 && (sets & (ours | next)) == 0) {
            holds |= QUERY_BIT(QUERY_BACK_STEPS);
        }
        holds |= (sets & f->signs.errors) != 0 ? QUERY_BIT(QUERY_FAILED) : 0;
        holds |= (sets & f->signs.empty) != 0 ? QUERY_BIT(QUERY_EMPTY) : 0;
    }
    return holds;
}

static QueryStay stay_at(const FrictionPart *p, const FrictionAttempt *a, size_t step)
{
    const Friction *f = friction_of(p);
    QueryStay stay = {.came = step < a->depth};
    if (!stay.came || step + 1 == f->q->step_count) {
        return stay;
    }
    const bool went_on = step + 1 < a->depth;
    const size_t to = went_on ? a->at[step + 1] : a->end;
    unsigned asked = ALL_MEASURES & ~(QUERY_BIT(QUERY_HAND_OVER) | QUERY_BIT(QUERY_STEP_TIME));
    unsigned holds = signs_between(p, step, a->at[step], to);
    if (went_on) {
        const FrictionRow *ours = &p->rows[a->at[step]], *next = &p->rows[to];
        const unsigned channel = query_channel_of(&f->signs, ours->sets);
        const unsigned other = query_channel_of(&f->signs, next->sets);
        stay.time_ms = next->time_ms - ours->time_ms;
        asked |= QUERY_BIT(QUERY_STEP_TIME);
        asked |= channel > 0 && other > 0 ? QUERY_BIT(QUERY_HAND_OVER) : 0;
        holds |= channel != other ? QUERY_BIT(QUERY_HAND_OVER) : 0;
    } else {
        holds |= QUERY_BIT(QUERY_DROP_OFF);
    }
    stay.asked = (uint8_t)asked;
    stay.holds = (uint8_t)holds;
    return stay;
}

/* ---- Walking --------------------------------------------------------------------------------- */

static PtStatus take_row(void *part, uint32_t person, uint64_t sets, int64_t time_ms,
                         uint64_t offset, PtError *err)
{
    enum { FIRST = 256 };
    FrictionPart *p = part;
    (void)person;
    (void)offset;
    if ((sets & friction_of(p)->told) == 0) {
        return PT_OK;
    }
    if (p->count == p->cap) {
        const size_t cap = p->cap > 0 ? 2 * p->cap : FIRST;
        PtStatus st = query_walk_charge(p->part.w, (cap - p->cap) * sizeof *p->rows, err);
        FrictionRow *rows = st == PT_OK ? realloc(p->rows, cap * sizeof *rows) : NULL;
        if (rows == NULL) {
            return st != PT_OK ? st : query_no_memory(err);
        }
        p->rows = rows;
        p->cap = cap;
    }
    p->rows[p->count++] = (FrictionRow){time_ms, sets};
    return PT_OK;
}

static PtStatus end_person(void *part, uint32_t person, PtError *err)
{
    FrictionPart *p = part;
    const Friction *f = friction_of(p);
    const FrictionAttempt a = best_attempt(p);
    PtStatus st = PT_OK;
    for (size_t step = 0; st == PT_OK && step < a.depth; step++) {
        const QueryStay stay = stay_at(p, &a, step);
        if (f->cell == NULL) {
            st = query_tally_add(&p->tallies[step], &stay, p->part.w, err);
        } else if ((size_t)f->cell->step == step + 1 &&
                   query_stay_fits(&stay, f->cell, f->time_ms)) {
            query_walk_found(p->part.w, person);
        }
    }
    p->part.people += p->count > 0;
    p->count = 0;
    return st;
}

static void part_done(QueryPart *part)
{
    FrictionPart *p = (FrictionPart *)(void *)part;
    for (size_t i = 0; i < QUERY_STAY_STEPS; i++) {
        query_tally_done(&p->tallies[i]);
    }
    free(p->rows);
}

static PtStatus friction_open(const QueryAsking *a, Friction *ret_friction, PtError *err)
{
    Friction f = {.w = {.a = a,
                        .part_bytes = sizeof(FrictionPart),
                        .row = take_row,
                        .end = end_person,
                        .part_done = part_done},
                  .q = a->q};
    PtStatus st = query_signs_open(a, &f.signs, err);
    f.told = f.signs.errors | f.signs.empty;
    for (size_t i = 0; i < a->q->step_count; i++) {
        f.steps[i] = UINT64_C(1) << a->q->steps[i];
        f.told |= f.steps[i];
    }
    *ret_friction = f;
    return st;
}

/* The tallies of all persons, in the first part. */
static PtStatus walk(Friction *f, int64_t from_ms, int64_t to_ms, QueryTally *ret_tallies,
                     PlanAnswer *ret_answer, PtError *err)
{
    PtStatus st = query_walk(&f->w, from_ms, to_ms, ret_answer, err);
    for (QueryPart *part = f->w.parts; st == PT_OK && part != NULL; part = part->next) {
        const FrictionPart *p = (const FrictionPart *)(const void *)part;
        for (size_t i = 0; st == PT_OK && i < f->q->step_count; i++) {
            st = query_tally_merge(&ret_tallies[i], &p->tallies[i], &f->w, err);
        }
    }
    query_walk_done(&f->w);
    return st;
}

/* ---- The answer, the people ------------------------------------------------------------------ */

typedef struct Sides {
    QueryTally now[QUERY_STAY_STEPS], then[QUERY_STAY_STEPS];
} Sides;

static void sides_done(Sides *s)
{
    for (size_t i = 0; i < QUERY_STAY_STEPS; i++) {
        query_tally_done(&s->now[i]);
        query_tally_done(&s->then[i]);
    }
}

static void write_steps(const Query *q, Sides *s, PtJsonOut *out)
{
    pt_json_out_key(out, PT_STR("data"));
    pt_json_out_array(out);
    for (size_t i = 0; i < q->step_count; i++) {
        pt_json_out_object(out);
        pt_json_put_str(out, "name", q->sets[q->steps[i]].name);
        pt_json_put_u64(out, "people", s->now[i].people);
        pt_json_put_u64(out, "people_then", s->then[i].people);
        query_tally_write(&s->now[i], &s->then[i], i + 1 < q->step_count ? ALL_MEASURES : 0, out);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

PtStatus query_friction_answer(const QueryAsking *a, PtJsonOut *out, PtError *err)
{
    Friction f;
    PlanAnswer answer = {0}, before = {0};
    PT_CLEANUP(sides_done) Sides sides = {0};
    int64_t from_ms = 0, to_ms = 0;
    PtStatus st = query_stay_baseline(a, &from_ms, &to_ms, err);
    st = st == PT_OK ? friction_open(a, &f, err) : st;
    st = st == PT_OK ? walk(&f, from_ms, to_ms, sides.then, &before, err) : st;
    if (st == PT_OK) {
        st = walk(&f, a->p->plan.from_ms, a->p->plan.to_ms, sides.now, &answer, err);
    }
    if (st == PT_OK) {
        query_stay_write_head(from_ms, to_ms, out);
        write_steps(a->q, &sides, out);
        pt_json_put_u64(out, "people", f.w.people);
        pt_json_put_u64(out, "rows", answer.rows + before.rows);
    }
    return st;
}

PtStatus query_friction_people(const QueryAsking *a, const QueryCell *cell, QueryPeople *found,
                               PtError *err)
{
    Friction f;
    PlanAnswer answer;
    PT_CLEANUP(sides_done) Sides sides = {0};
    int64_t from_ms = a->p->plan.from_ms, to_ms = a->p->plan.to_ms;
    const size_t end = a->q->step_count + (cell->has_measure ? 0 : 1);
    PtStatus st = query_cell_check(cell->step, 1, end, "step", err);
    if (st == PT_OK && cell->then) {
        st = query_stay_baseline(a, &from_ms, &to_ms, err);
    }
    st = st == PT_OK ? friction_open(a, &f, err) : st;
    if (st == PT_OK && cell->has_measure && cell->measure == QUERY_STEP_TIME) {
        st = walk(&f, from_ms, to_ms, sides.now, &answer, err);
        f.time_ms = st == PT_OK ? query_tally_time(&sides.now[cell->step - 1]) : 0;
    }
    if (st == PT_OK) {
        f.cell = cell;
        f.w.found = found;
        st = walk(&f, from_ms, to_ms, sides.then, &answer, err);
    }
    return st;
}
