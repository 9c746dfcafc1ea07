// SPDX-License-Identifier: Apache-2.0
/* Retention: of each value and cohort one row of counts. A person's rows come by time, so their
 * periods rise: what was counted last tells whether a period, or a bracket, is a new one. */
#include "platform/columns/columns_scan.h"

#include <stdlib.h>

static const uint32_t NO_BRACKET = UINT32_MAX;

typedef struct Cohort {
    uint64_t persons;
    uint64_t back[]; /* BEYOND: by the last bracket only; summed up in the answer */
} Cohort;

typedef struct Mark { /* a period that has a row sought, and which one: by index */
    uint32_t period, row;
} Mark;

typedef struct State {
    const PlanRetention *plan;
    bool broken_down;
    uint64_t begin, again; /* bits of ScanRow.sets */
    ValueTable *values;
    size_t values_bytes; /* charged */
    Cohort **cohorts;    /* [value][period]; made when somebody is in it */
    size_t value_cap;
    size_t bytes;          /* of cohorts */
    uint32_t *bracket_of;  /* of k */
    Mark *begins, *agains; /* of one person */
    uint32_t drilled;      /* number of the value that is drilled into */
    bool drilling;
    TimesSeen seen; /* of one person, who does not come by rows */
} State;

/* ---- Checks, lifetime ------------------------------------------------------------------------ */

static PtStatus check_brackets(const PlanRetention *r, PtError *err)
{
    if (r->brackets == NULL) {
        return PT_OK;
    }
    bool good = r->bracket_count > 0 && r->bracket_count <= PLAN_PERIODS;
    for (size_t i = 0; good && i < r->bracket_count; i++) {
        good = r->brackets[i] < r->brackets[i + 1];
    }
    return good ? PT_OK : pt_fail(err, PT_INVALID, "the brackets of a retention do not rise");
}

static PtStatus check(const ColumnsPlan *plan, PtError *err)
{
    const PlanRetention *r = &plan->retention;
    const PlanPeriods *p = &r->periods;
    if (r->begin >= plan->set_count || r->again >= plan->set_count) {
        return pt_fail(err, PT_INVALID, "a retention names a set that is not there");
    }
    if (r->breakdown.slot != UINT32_MAX && r->breakdown.slot >= plan->slot_count) {
        return pt_fail(err, PT_INVALID, "a retention is broken down by a slot that is not there");
    }
    bool good = p->count > 0 && p->count <= PLAN_PERIODS && p->edges[0] <= plan->from_ms &&
                p->edges[p->count] >= plan->to_ms;
    for (size_t i = 0; good && i < p->count; i++) {
        good = p->edges[i] < p->edges[i + 1];
    }
    if (!good) {
        return pt_fail(err, PT_INVALID,
                       "the periods of a retention do not rise, or not cover the range");
    }
    return check_brackets(r, err);
}

static void state_free(void *state)
{
    State *s = state;
    if (s == NULL) {
        return;
    }
    for (size_t i = 0; i < s->value_cap * s->plan->periods.count; i++) {
        free(s->cohorts[i]);
    }
    free(s->cohorts);
    values_free(s->values);
    free(s->bracket_of);
    free(s->begins);
    free(s->agains);
    free(s);
}

static void state_freep(State **s)
{
    state_free(*s);
}

/* With BEYOND the last bracket has no end: whoever came later came in it or later, too. */
static void number_brackets(State *s)
{
    const PlanRetention *r = s->plan;
    for (uint32_t k = 0, j = 0; k < r->periods.count; k++) {
        if (r->brackets == NULL) {
            s->bracket_of[k] = k;
            continue;
        }
        while (j < r->bracket_count && k >= r->brackets[j + 1]) {
            j++;
        }
        const uint32_t last = (uint32_t)r->bracket_count - 1;
        s->bracket_of[k] = k < r->brackets[0]                ? NO_BRACKET
                           : j <= last                       ? j
                           : r->way == PLAN_RETENTION_BEYOND ? last
                                                             : NO_BRACKET;
    }
}

static PtStatus state_new(const ColumnsPlan *plan, const PlanRun *run, void **ret_state,
                          PtError *err)
{
    PT_CLEANUP(state_freep) State *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a retention");
    }
    const size_t periods = plan->retention.periods.count;
    s->plan = &plan->retention;
    s->broken_down = plan->retention.breakdown.slot != UINT32_MAX;
    s->begin = 1ull << plan->retention.begin;
    s->again = 1ull << plan->retention.again;
    s->drilling = run->drill != NULL;
    s->drilled = UINT32_MAX;
    s->bracket_of = calloc(periods, sizeof *s->bracket_of);
    s->begins = calloc(periods, sizeof *s->begins);
    s->agains = calloc(periods, sizeof *s->agains);
    if (s->bracket_of == NULL || s->begins == NULL || s->agains == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a retention");
    }
    number_brackets(s);
    PtStatus st = values_new(&s->values, err);
    uint32_t none;
    if (st == PT_OK && !s->broken_down) {
        st = values_of(s->values, &(PtValue){.kind = PT_VALUE_NONE}, &none, err);
    }
    if (st == PT_OK) {
        *ret_state = PT_TAKE(s);
    }
    return st;
}

/* ---- Cohorts --------------------------------------------------------------------------------- */

/* How many counts a cohort's row has. */
static size_t width(const PlanRetention *r, size_t period)
{
    return r->brackets != NULL ? r->bracket_count : r->periods.count - period;
}

/* scan NULL, here and below: not charged. */
static PtStatus charge(State *s, Scan *scan, size_t bytes, PtError *err)
{
    s->bytes += bytes;
    return scan != NULL ? scan_charge(scan, (int64_t)bytes, err) : PT_OK;
}

static PtStatus make_room(State *s, Scan *scan, size_t values, PtError *err)
{
    const size_t periods = s->plan->periods.count, old = s->value_cap * periods;
    if (values <= s->value_cap) {
        return PT_OK;
    }
    size_t cap = s->value_cap > 0 ? s->value_cap : 1;
    while (cap < values) {
        cap *= 2;
    }
    PtStatus st = charge(s, scan, (cap * periods - old) * sizeof(Cohort *), err);
    Cohort **more = st == PT_OK ? realloc(s->cohorts, cap * periods * sizeof(Cohort *)) : NULL;
    if (more == NULL) {
        return st != PT_OK ? st : pt_fail(err, PT_NO_MEMORY, "no memory for a retention");
    }
    for (size_t i = old; i < cap * periods; i++) {
        more[i] = NULL;
    }
    s->cohorts = more;
    s->value_cap = cap;
    return PT_OK;
}

static Cohort **cohort_at(const State *s, uint32_t value, size_t period)
{
    return &s->cohorts[value * s->plan->periods.count + period];
}

static PtStatus cohort_of(State *s, Scan *scan, uint32_t value, size_t period, Cohort **ret_cohort,
                          PtError *err)
{
    PtStatus st = make_room(s, scan, (size_t)value + 1, err);
    if (st != PT_OK) {
        return st;
    }
    Cohort **cohort = cohort_at(s, value, period);
    if (*cohort == NULL) {
        const size_t bytes = sizeof(Cohort) + width(s->plan, period) * sizeof(uint64_t);
        st = charge(s, scan, bytes, err);
        Cohort *fresh = st == PT_OK ? calloc(1, bytes) : NULL;
        if (fresh == NULL) {
            return st != PT_OK ? st : pt_fail(err, PT_NO_MEMORY, "no memory for a retention");
        }
        *cohort = fresh;
    }
    *ret_cohort = *cohort;
    return PT_OK;
}

static PtStatus value_of(State *s, Scan *scan, const ScanRow *row, uint32_t *ret_value,
                         PtError *err)
{
    *ret_value = 0;
    if (!s->broken_down) {
        return PT_OK;
    }
    PtStatus st = scan_number(scan, row, s->plan->breakdown.slot, s->values, ret_value, err);
    const size_t bytes = values_bytes(s->values);
    if (st == PT_OK && bytes != s->values_bytes) {
        st = scan_charge(scan, (int64_t)(bytes - s->values_bytes), err);
        s->values_bytes = bytes;
    }
    return st;
}

/* The person is of the cohort that the row is in. */
static PtStatus enter(State *s, Scan *scan, const ScanRow *first, size_t period,
                      Cohort **ret_cohort, PtError *err)
{
    uint32_t value;
    PtStatus st = value_of(s, scan, first, &value, err);
    if (st == PT_OK) {
        st = cohort_of(s, scan, value, period, ret_cohort, err);
    }
    if (st == PT_OK) {
        (*ret_cohort)->persons++;
    }
    return st;
}

/* ---- One person ------------------------------------------------------------------------------ */

static size_t period_from(const PlanPeriods *p, size_t period, int64_t ms)
{
    return ms < p->edges[period + 1] ? period : plan_period_of(p, ms);
}

static void came_back(const State *s, Cohort *c, size_t k, uint32_t *last)
{
    const uint32_t bracket = s->bracket_of[k];
    if (bracket != *last && bracket != NO_BRACKET) {
        c->back[bracket]++;
        *last = bracket;
    }
}

static PtStatus first_time(State *s, Scan *scan, const ScanRow *rows, size_t count, PtError *err)
{
    const PlanPeriods *periods = &s->plan->periods;
    size_t first = 0;
    while (first < count && (rows[first].sets & s->begin) == 0) {
        first++;
    }
    if (first == count) {
        return PT_OK;
    }
    const size_t period = plan_period_of(periods, rows[first].time_ms);
    Cohort *cohort = NULL;
    PtStatus st = enter(s, scan, &rows[first], period, &cohort, err);
    if (st != PT_OK) {
        return st;
    }
    uint32_t last = NO_BRACKET;
    if (s->plan->way == PLAN_RETENTION_BEYOND) {
        size_t i = count - 1;
        while (i > first && (rows[i].sets & s->again) == 0) {
            i--;
        }
        if (i > first) {
            came_back(s, cohort, plan_period_of(periods, rows[i].time_ms) - period, &last);
        }
        return PT_OK;
    }
    size_t at = period;
    for (size_t i = first + 1; i < count; i++) {
        if ((rows[i].sets & s->again) != 0) {
            at = period_from(periods, at, rows[i].time_ms);
            came_back(s, cohort, at - period, &last);
        }
    }
    return PT_OK;
}

static const PlanPeriods *times_of(const ColumnsPlan *plan)
{
    const PlanRetention *r = &plan->retention;
    const bool times = plan->set_count == 1 && !r->recurring && r->breakdown.slot == UINT32_MAX;
    return times ? &r->periods : NULL;
}

static TimesSeen *seen(void *state)
{
    State *s = state;
    return &s->seen;
}

/* first_time, of bits. The first row is the only one of its period that did not come back. */
static PtStatus end(void *state, Scan *scan, PtError *err)
{
    State *s = state;
    const TimesSeen *of = &s->seen;
    const bool beyond = s->plan->way == PLAN_RETENTION_BEYOND;
    const size_t top = 63 - (size_t)__builtin_clzll(of->once[of->to - 1]);
    const size_t latest = (of->to - 1) * 64 + top;
    const size_t period = of->from * 64 + (size_t)__builtin_ctzll(of->once[of->from]);
    const bool again = (of->twice[period / 64] >> period % 64 & 1) != 0;
    Cohort *cohort = s->value_cap > 0 ? *cohort_at(s, 0, period) : NULL;
    uint32_t last = NO_BRACKET;
    PtStatus st = cohort != NULL ? PT_OK : cohort_of(s, scan, 0, period, &cohort, err);
    if (st != PT_OK) {
        return st;
    }
    cohort->persons++;
    if (beyond && (again || latest != period)) {
        came_back(s, cohort, latest - period, &last);
    }
    if (!beyond && again) {
        came_back(s, cohort, 0, &last);
    }
    for (size_t w = of->from; !beyond && w < of->to; w++) {
        for (uint64_t bits = of->once[w]; bits != 0; bits &= bits - 1) {
            const size_t at = w * 64 + (size_t)__builtin_ctzll(bits);
            if (at != period) {
                came_back(s, cohort, at - period, &last);
            }
        }
    }
    times_forget(&s->seen);
    return PT_OK;
}

/* Of each period the first row of begin and the last of again. */
static void mark(State *s, const ScanRow *rows, size_t count, size_t *ret_begins,
                 size_t *ret_agains)
{
    size_t begins = 0, agains = 0;
    uint32_t at = (uint32_t)plan_period_of(&s->plan->periods, rows[0].time_ms);
    for (uint32_t i = 0; i < count; i++) {
        at = (uint32_t)period_from(&s->plan->periods, at, rows[i].time_ms);
        if ((rows[i].sets & s->begin) != 0 && (begins == 0 || s->begins[begins - 1].period != at)) {
            s->begins[begins++] = (Mark){at, i};
        }
        if ((rows[i].sets & s->again) != 0) {
            agains += agains == 0 || s->agains[agains - 1].period != at;
            s->agains[agains - 1] = (Mark){at, i};
        }
    }
    *ret_begins = begins;
    *ret_agains = agains;
}

static PtStatus recurring(State *s, Scan *scan, const ScanRow *rows, size_t count, PtError *err)
{
    size_t begins, agains, next = 0;
    mark(s, rows, count, &begins, &agains);
    for (size_t b = 0; b < begins; b++) {
        const Mark begin = s->begins[b];
        Cohort *cohort = NULL;
        PtStatus st = enter(s, scan, &rows[begin.row], begin.period, &cohort, err);
        if (st != PT_OK) {
            return st;
        }
        while (next < agains && s->agains[next].row <= begin.row) {
            next++;
        }
        const bool beyond = s->plan->way == PLAN_RETENTION_BEYOND;
        uint32_t last = NO_BRACKET;
        for (size_t a = beyond && next < agains ? agains - 1 : next; a < agains; a++) {
            came_back(s, cohort, s->agains[a].period - begin.period, &last);
        }
    }
    return PT_OK;
}

static PtStatus count_person(State *s, Scan *scan, const ScanRow *rows, size_t count, PtError *err)
{
    return s->plan->recurring ? recurring(s, scan, rows, count, err)
                              : first_time(s, scan, rows, count, err);
}

/* What the cell that is drilled into counts so far. */
static uint64_t cell_count(const State *s, const PlanDrill *drill)
{
    const Cohort *c = s->drilled < s->value_cap && drill->series < s->plan->periods.count
                          ? *cohort_at(s, s->drilled, drill->series)
                          : NULL;
    if (c == NULL || drill->period == UINT32_MAX) {
        return c != NULL ? c->persons : 0;
    }
    const size_t wide = width(s->plan, drill->series);
    uint64_t count = drill->period < wide ? c->back[drill->period] : 0;
    for (size_t j = drill->period; s->plan->way == PLAN_RETENTION_BEYOND && j + 1 < wide; j++) {
        count += c->back[j + 1];
    }
    return count;
}

static PtStatus person(void *state, Scan *scan, uint32_t number, const ScanRow *rows, size_t count,
                       PtError *err)
{
    State *s = state;
    PtStr text;
    const PlanDrill *drill = s->drilling ? scan_drill(scan, &text) : NULL;
    if (drill == NULL) {
        return count_person(s, scan, rows, count, err);
    }
    PtStatus st =
        values_of(s->values, &(PtValue){.kind = PT_VALUE_TEXT, .text = text}, &s->drilled, err);
    const uint64_t before = cell_count(s, drill);
    st = st == PT_OK ? count_person(s, scan, rows, count, err) : st;
    return st == PT_OK && cell_count(s, drill) != before ? scan_tell(scan, number, err) : st;
}

/* ---- Ranges together, answer ----------------------------------------------------------------- */

static PtStatus merge_value(State *into, State *from, uint32_t number, PtError *err)
{
    uint32_t value;
    const PtValue text = {.kind = PT_VALUE_TEXT, .text = values_text(from->values, number)};
    PtStatus st = values_of(into->values, &text, &value, err);
    for (size_t p = 0; st == PT_OK && p < into->plan->periods.count; p++) {
        const Cohort *theirs = *cohort_at(from, number, p);
        Cohort *ours = NULL;
        if (theirs != NULL) {
            st = cohort_of(into, NULL, value, p, &ours, err);
        }
        if (ours != NULL) {
            ours->persons += theirs->persons;
            for (size_t k = 0; k < width(into->plan, p); k++) {
                ours->back[k] += theirs->back[k];
            }
        }
    }
    return st;
}

static PtStatus merge(void *into, void *from, PtError *err)
{
    State *a = into, *b = from;
    PtStatus st = PT_OK;
    for (uint32_t v = 0; st == PT_OK && v < values_count(b->values) && v < b->value_cap; v++) {
        st = merge_value(a, b, v, err);
    }
    return st;
}

static size_t bytes_of(const void *state)
{
    const State *s = state;
    return s->bytes + values_bytes(s->values);
}

static uint64_t weight_of(const State *s, uint32_t value)
{
    uint64_t weight = 0;
    for (size_t p = 0; p < s->plan->periods.count; p++) {
        const Cohort *c = *cohort_at(s, value, p);
        weight += c != NULL ? c->persons : 0;
    }
    return weight;
}

static PlanRetentionRow *answer_row(const State *s, const Cohort *c, size_t period, PtArena *arena)
{
    const size_t wide = width(s->plan, period);
    PlanRetentionRow *row = pt_arena_alloc(arena, 1, sizeof *row + wide * sizeof *row->back);
    if (row != NULL) {
        row->persons = c->persons;
        memcpy(row->back, c->back, wide * sizeof *row->back);
        for (size_t k = wide; s->plan->way == PLAN_RETENTION_BEYOND && k-- > 1;) {
            row->back[k - 1] += row->back[k];
        }
    }
    return row;
}

static PtStatus answer_rows(const State *s, const uint32_t *numbers, PtArena *arena,
                            PlanAnswer *answer, PtError *err)
{
    const size_t periods = s->plan->periods.count;
    const PlanRetentionRow **rows =
        pt_arena_alloc(arena, answer->value_count * periods + 1, sizeof(PlanRetentionRow *));
    bool enough = rows != NULL;
    for (size_t v = 0; enough && v < answer->value_count; v++) {
        for (size_t p = 0; enough && p < periods; p++) {
            const Cohort *c = *cohort_at(s, numbers[v], p);
            if (c != NULL) {
                rows[v * periods + p] = answer_row(s, c, p, arena);
                enough = rows[v * periods + p] != NULL;
            }
        }
    }
    answer->retention = rows;
    return enough ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for the answer of a retention");
}

static PtStatus answer(void *state, const ColumnsPlan *plan, PtArena *arena, PlanAnswer *ret_answer,
                       PtError *err)
{
    State *s = state;
    (void)plan;
    const size_t count = values_count(s->values);
    const uint32_t *numbers = NULL;
    PtStatus st = make_room(s, NULL, count, err);
    uint64_t *weights = st == PT_OK ? calloc(count + 1, sizeof *weights) : NULL;
    if (weights == NULL) {
        return st != PT_OK ? st : pt_fail(err, PT_NO_MEMORY, "no memory for a retention");
    }
    for (uint32_t v = 0; v < count; v++) {
        weights[v] = weight_of(s, v);
    }
    st = values_rank(s->values, weights, s->broken_down, arena, &numbers, ret_answer, err);
    free(weights);
    return st == PT_OK ? answer_rows(s, numbers, arena, ret_answer, err) : st;
}

const FoldKind fold_retention = {
    .check = check,
    .new = state_new,
    .free = state_free,
    .person = person,
    .times_of = times_of,
    .seen = seen,
    .end = end,
    .merge = merge,
    .bytes = bytes_of,
    .answer = answer,
};
