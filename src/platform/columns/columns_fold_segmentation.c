// SPDX-License-Identifier: Apache-2.0
/* Segmentation: a cell for each value, series and period. A cell knows who was counted in it last,
 * since rows of a person come one after another, with none but nobody's between them. */
#include "platform/columns/columns_scan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SERIES_MAX = 20 };
#define MICROS 1e6

__extension__ typedef __int128 Wide;

typedef struct Cell {
    uint64_t n;
    uint64_t person; /* whose row was in it last, + 1; 0: nobody's yet */
    union {
        uint64_t rows; /* of totals and uniques, where they came in any order */
        double number; /* sum, least, most */
        Wide micros;   /* sum of an amount */
        struct {       /* of a quantile: n of them */
            double *values;
            size_t cap;
        };
    };
} Cell;

typedef struct Series {
    uint64_t set;
    PlanMeasure measure;
    uint32_t slot;
    bool micros; /* a sum of amounts: exact */
} Series;

typedef struct State {
    const PlanSegmentation *plan;
    Series series[SERIES_MAX];
    size_t series_count, periods;
    uint64_t sets; /* of all series */
    bool broken_down;
    bool counts_only; /* nothing but totals and uniques, without a breakdown */
    ValueTable *values;
    size_t values_bytes; /* charged */
    Cell *cells;         /* [value][series][period] */
    uint64_t *weights;   /* [value] */
    size_t value_cap;
    size_t list_bytes;    /* of quantiles */
    TimesSeen seen;       /* of one person */
    TimesCount *counts;   /* [period]: of persons that do not come by rows, of every series */
    int64_t origin;       /* where period 1 begins */
    double guess, per_ms; /* the index there, and how fast it rises */
} State;

/* ---- Check, lifetime ------------------------------------------------------------------------- */

static PtStatus check_series(const ColumnsPlan *plan, const PlanSeries *s, PtError *err)
{
    if (s->set >= plan->set_count) {
        return pt_fail(err, PT_INVALID, "a series names set %u of %zu", s->set, plan->set_count);
    }
    if ((unsigned)s->measure > PLAN_QUANTILE) {
        return pt_fail(err, PT_INVALID, "no such measure: %d", (int)s->measure);
    }
    if (s->measure >= PLAN_SUM && s->slot >= plan->slot_count) {
        return pt_fail(err, PT_INVALID, "a series measures slot %u of %zu", s->slot,
                       plan->slot_count);
    }
    if (s->measure == PLAN_QUANTILE && !(s->q >= 0 && s->q <= 1)) {
        return pt_fail(err, PT_INVALID, "a quantile is not in 0..1");
    }
    return PT_OK;
}

static PtStatus check(const ColumnsPlan *plan, PtError *err)
{
    const PlanSegmentation *g = &plan->segmentation;
    const PlanPeriods *p = &g->periods;
    if (g->series_count < 1 || g->series_count > SERIES_MAX) {
        return pt_fail(err, PT_INVALID, "%zu series, not 1 to %d", g->series_count, SERIES_MAX);
    }
    for (size_t i = 0; i < g->series_count; i++) {
        PtStatus st = check_series(plan, &g->series[i], err);
        if (st != PT_OK) {
            return st;
        }
    }
    bool good = p->count > 0 && p->count <= PLAN_PERIODS && p->edges[0] <= plan->from_ms &&
                p->edges[p->count] >= plan->to_ms;
    for (size_t i = 0; good && i < p->count; i++) {
        good = p->edges[i] < p->edges[i + 1];
    }
    if (!good) {
        return pt_fail(err, PT_INVALID,
                       "the periods of a segmentation do not rise, or not cover the range");
    }
    if (g->breakdown.slot != UINT32_MAX && g->breakdown.slot >= plan->slot_count) {
        return pt_fail(err, PT_INVALID,
                       "a segmentation is broken down by a slot that is not there");
    }
    return PT_OK;
}

static size_t cells_of(const State *s, size_t values)
{
    return values * s->series_count * s->periods;
}

static void state_free(void *state)
{
    State *s = state;
    if (s == NULL) {
        return;
    }
    for (size_t i = 0; s->list_bytes > 0 && i < cells_of(s, s->value_cap); i++) {
        if (s->series[i / s->periods % s->series_count].measure == PLAN_QUANTILE) {
            free(s->cells[i].values);
        }
    }
    free(s->cells);
    free(s->weights);
    free(s->counts);
    values_free(s->values);
    free(s);
}

static void state_freep(State **s)
{
    state_free(*s);
}

static size_t value_bytes(const State *s)
{
    return s->series_count * s->periods * sizeof(Cell) + sizeof(uint64_t);
}

static size_t state_bytes(const void *state)
{
    const State *s = state;
    return values_bytes(s->values) + s->value_cap * value_bytes(s) + s->list_bytes;
}

/* Room for values [0, count), zeroed. scan NULL: not charged. */
static PtStatus make_room(State *s, Scan *scan, size_t count, PtError *err)
{
    if (count <= s->value_cap) {
        return PT_OK;
    }
    size_t cap = s->value_cap > 0 ? s->value_cap * 2 : 1;
    cap = cap < count ? count : cap;
    const size_t more = (cap - s->value_cap) * value_bytes(s);
    PtStatus st = scan != NULL ? scan_charge(scan, (int64_t)more, err) : PT_OK;
    if (st != PT_OK) {
        return st;
    }
    Cell *cells = realloc(s->cells, cells_of(s, cap) * sizeof *cells);
    s->cells = cells != NULL ? cells : s->cells;
    uint64_t *weights = realloc(s->weights, cap * sizeof *weights);
    s->weights = weights != NULL ? weights : s->weights;
    if (cells == NULL || weights == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a segmentation");
    }
    const size_t old = cells_of(s, s->value_cap);
    memset(cells + old, 0, (cells_of(s, cap) - old) * sizeof *cells);
    memset(weights + s->value_cap, 0, (cap - s->value_cap) * sizeof *weights);
    s->value_cap = cap;
    return PT_OK;
}

static void prepare_series(State *s, const ColumnsPlan *plan)
{
    s->counts_only = !s->broken_down;
    for (size_t i = 0; i < s->series_count; i++) {
        const PlanSeries *from = &s->plan->series[i];
        const bool sum = from->measure == PLAN_SUM || from->measure == PLAN_AVERAGE;
        s->series[i] = (Series){
            .set = 1ull << from->set,
            .measure = from->measure,
            .slot = from->slot,
            .micros = sum && plan->slots[from->slot].number == COLUMNS_COLUMN_AMOUNT,
        };
        s->sets |= s->series[i].set;
        s->counts_only = s->counts_only && from->measure <= PLAN_UNIQUES;
    }
}

/* Whole days are all but equally long, so the guess is nearly always right; what is not
 * foreseeable, that a row is of another day than the one before, takes no branch. */
static inline size_t period_of(const State *s, int64_t ms)
{
    const PlanPeriods *p = &s->plan->periods;
    const size_t guess = (size_t)(int64_t)((double)(ms - s->origin) * s->per_ms + s->guess);
    return guess < p->count && ms >= p->edges[guess] && ms < p->edges[guess + 1]
               ? guess
               : plan_period_of(p, ms);
}

/* The first and the last period may be cut; those between have the pace. */
static void prepare_guess(State *s)
{
    const PlanPeriods *p = &s->plan->periods;
    s->origin = p->edges[1];
    if (p->count > 2) {
        s->guess = 1;
        s->per_ms = (double)(p->count - 2) / (double)(p->edges[p->count - 1] - p->edges[1]);
    }
}

static PtStatus state_new(const ColumnsPlan *plan, const PlanRun *run, void **ret_state,
                          PtError *err)
{
    PT_CLEANUP(state_freep) State *s = calloc(1, sizeof *s);
    (void)run;
    if (s == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a segmentation");
    }
    s->plan = &plan->segmentation;
    s->series_count = plan->segmentation.series_count;
    s->periods = plan->segmentation.periods.count;
    s->broken_down = plan->segmentation.breakdown.slot != UINT32_MAX;
    prepare_series(s, plan);
    prepare_guess(s);
    s->counts = calloc(s->periods, sizeof *s->counts);
    s->seen.counts = s->counts;
    PtStatus st = s->counts != NULL ? values_new(&s->values, err)
                                    : pt_fail(err, PT_NO_MEMORY, "no memory for a segmentation");
    uint32_t none;
    if (st == PT_OK && !s->broken_down) {
        st = values_of(s->values, &(PtValue){.kind = PT_VALUE_NONE}, &none, err);
        st = st == PT_OK ? make_room(s, NULL, 1, err) : st;
    }
    if (st == PT_OK) {
        *ret_state = PT_TAKE(s);
    }
    return st;
}

/* ---- One row --------------------------------------------------------------------------------- */

/* Room for the values that are known. */
static PtStatus room_for_values(State *s, Scan *scan, PtError *err)
{
    const size_t count = values_count(s->values);
    if (count <= s->value_cap) {
        return PT_OK;
    }
    PtStatus st = make_room(s, scan, count, err);
    const size_t bytes = values_bytes(s->values);
    st = st == PT_OK ? scan_charge(scan, (int64_t)(bytes - s->values_bytes), err) : st;
    s->values_bytes = bytes;
    return st;
}

static PtStatus value_of(State *s, Scan *scan, const ScanRow *row, uint32_t *ret_value,
                         PtError *err)
{
    *ret_value = 0;
    if (!s->broken_down) {
        return PT_OK;
    }
    PtStatus st = scan_number(scan, row, s->plan->breakdown.slot, s->values, ret_value, err);
    return st == PT_OK ? room_for_values(s, scan, err) : st;
}

/* scan NULL: not charged. */
static PtStatus add_to_list(State *s, Scan *scan, Cell *cell, const double *values, size_t count,
                            PtError *err)
{
    enum { FIRST = 16 };
    if (cell->n + count > cell->cap) {
        size_t cap = cell->cap > 0 ? cell->cap * 2 : FIRST;
        cap = cap < cell->n + count ? cell->n + count : cap;
        const size_t more = (cap - cell->cap) * sizeof *values;
        PtStatus st = scan != NULL ? scan_charge(scan, (int64_t)more, err) : PT_OK;
        double *moved = st == PT_OK ? realloc(cell->values, cap * sizeof *moved) : NULL;
        if (moved == NULL) {
            return st != PT_OK ? st : pt_fail(err, PT_NO_MEMORY, "no memory for a segmentation");
        }
        cell->values = moved;
        cell->cap = cap;
        s->list_bytes += more;
    }
    memcpy(cell->values + cell->n, values, count * sizeof *values);
    cell->n += count;
    return PT_OK;
}

static PtStatus measure_number(State *s, Scan *scan, const Series *series, const ScanRow *row,
                               Cell *cell, PtError *err)
{
    PtValue v;
    PtStatus st = scan_value(scan, row, series->slot, &v, err);
    if (st != PT_OK || v.kind != PT_VALUE_NUMBER) {
        return st;
    }
    if (series->measure == PLAN_QUANTILE) {
        return add_to_list(s, scan, cell, &v.number, 1, err);
    }
    if (series->measure == PLAN_LEAST || series->measure == PLAN_MOST) {
        const bool better =
            series->measure == PLAN_LEAST ? v.number < cell->number : v.number > cell->number;
        cell->number = cell->n == 0 || better ? v.number : cell->number;
    } else {
        cell->number += v.number;
    }
    cell->n++;
    return PT_OK;
}

static PtStatus measure_micros(Scan *scan, const Series *series, const ScanRow *row, Cell *cell,
                               PtError *err)
{
    bool there;
    int64_t micros;
    PtStatus st = scan_micros(scan, row, series->slot, &there, &micros, err);
    if (st == PT_OK && there) {
        cell->micros += micros;
        cell->n++;
    }
    return st;
}

/* No branch: whether a row is the person's first in the cell cannot be foreseen. Nobody's rows come
 * between those of a person. */
static inline void count_unique(Cell *cell, uint32_t person)
{
    const uint64_t who = person != 0 ? (uint64_t)person + 1 : cell->person;
    cell->n += (uint64_t)(cell->person != who);
    cell->person = who;
}

static PtStatus measure(State *s, Scan *scan, uint32_t person, const ScanRow *row, size_t at,
                        size_t period, PtError *err)
{
    const Series *series = &s->series[at % s->series_count];
    Cell *cell = &s->cells[at * s->periods + period];
    switch (series->measure) {
    case PLAN_TOTAL:
        cell->n++;
        return PT_OK;
    case PLAN_UNIQUES:
        count_unique(cell, person);
        return PT_OK;
    default:
        return series->micros ? measure_micros(scan, series, row, cell, err)
                              : measure_number(s, scan, series, row, cell, err);
    }
}

/* ---- One person ------------------------------------------------------------------------------ */

/* Whether the row counts in the cell that is drilled into. */
static PtStatus is_in_cell(State *s, Scan *scan, const ScanRow *row, const PlanDrill *drill,
                           PtStr value, bool *ret_is, PtError *err)
{
    const Series *series = &s->series[drill->series];
    uint32_t number = 0;
    PtValue v = {.kind = PT_VALUE_NUMBER};
    *ret_is = false;
    if ((row->sets & series->set) == 0 ||
        plan_period_of(&s->plan->periods, row->time_ms) != drill->period) {
        return PT_OK;
    }
    PtStatus st = value_of(s, scan, row, &number, err);
    if (st == PT_OK && series->measure >= PLAN_SUM) {
        st = scan_value(scan, row, series->slot, &v, err);
    }
    *ret_is = st == PT_OK && v.kind == PT_VALUE_NUMBER &&
              pt_str_eq(values_text(s->values, number), value);
    return st;
}

static PtStatus drill_person(State *s, Scan *scan, uint32_t person, const ScanRow *rows,
                             size_t count, PtError *err)
{
    PtStr value;
    const PlanDrill *drill = scan_drill(scan, &value);
    bool is = false;
    PtStatus st = PT_OK;
    if (person == 0 || drill->series >= s->series_count) {
        return PT_OK;
    }
    for (size_t i = 0; st == PT_OK && !is && i < count; i++) {
        st = is_in_cell(s, scan, &rows[i], drill, value, &is, err);
    }
    return st == PT_OK && is ? scan_tell(scan, person, err) : st;
}

/* Totals and uniques without a breakdown: nothing to ask, nothing that can fail. */
static void count_person(State *s, uint32_t person, const ScanRow *rows, size_t count)
{
    for (size_t k = 0; k < s->series_count; k++) {
        const Series *series = &s->series[k];
        Cell *cells = &s->cells[k * s->periods];
        const bool uniques = series->measure == PLAN_UNIQUES;
        uint64_t rows_of_set = 0;
        size_t last = SIZE_MAX;
        for (size_t i = 0; i < count; i++) {
            if ((rows[i].sets & series->set) != 0) {
                const size_t period = period_of(s, rows[i].time_ms);
                cells[period].n += uniques ? (period != last && person != 0) : 1;
                last = period;
                rows_of_set++;
            }
        }
        s->weights[0] += rows_of_set;
    }
}

static const PlanPeriods *times_of(const ColumnsPlan *plan)
{
    const PlanSegmentation *g = &plan->segmentation;
    bool counts = plan->set_count == 1 && g->breakdown.slot == UINT32_MAX;
    for (size_t i = 0; i < g->series_count; i++) {
        counts = counts && g->series[i].measure <= PLAN_UNIQUES;
    }
    return counts ? &g->periods : NULL;
}

/* Of one set, and of everybody: so each row that matters is of every series, and each value is one
 * of the answer. */
static bool any_order(const ColumnsPlan *plan)
{
    const PlanSegmentation *g = &plan->segmentation;
    bool counts = plan->set_count == 1 && plan->who == NULL && g->breakdown.slot != UINT32_MAX;
    for (size_t i = 0; i < g->series_count; i++) {
        counts = counts && g->series[i].measure <= PLAN_UNIQUES;
    }
    return counts;
}

/* The first series' cell of each row. */
static PtStatus block(void *state, Scan *scan, const ScanBlock *b, PtError *err)
{
    State *s = state;
    PtStatus st = scan_numbers(scan, b, s->plan->breakdown.slot, s->values, b->cells, err);
    st = st == PT_OK ? room_for_values(s, scan, err) : st;
    const uint32_t each = (uint32_t)cells_of(s, 1);
    for (uint32_t i = 0; st == PT_OK && i < b->count; i++) {
        b->cells[i] = b->cells[i] * each + (uint32_t)period_of(s, b->times[b->rows[i]]);
    }
    return st;
}

static void group(void *state, uint32_t person, const uint32_t *cells, uint32_t count)
{
    State *s = state;
    for (size_t k = 0; k < s->series_count; k++) {
        Cell *of_series = s->cells + k * s->periods;
        const bool uniques = s->series[k].measure == PLAN_UNIQUES;
        for (uint32_t i = 0; i < count; i++) {
            Cell *cell = &of_series[cells[i]];
            cell->rows++;
            if (uniques) {
                count_unique(cell, person);
            } else {
                cell->n++;
            }
        }
    }
}

static TimesSeen *seen(void *state)
{
    State *s = state;
    return &s->seen;
}

/* Rows and persons are counted already. */
static PtStatus end(void *state, Scan *scan, PtError *err)
{
    State *s = state;
    (void)scan;
    (void)err;
    times_forget(&s->seen);
    return PT_OK;
}

static PtStatus person(void *state, Scan *scan, uint32_t person, const ScanRow *rows, size_t count,
                       PtError *err)
{
    State *s = state;
    PtStr value;
    if (scan_drill(scan, &value) != NULL) {
        return drill_person(s, scan, person, rows, count, err);
    }
    if (s->counts_only) {
        count_person(s, person, rows, count);
        return PT_OK;
    }
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        uint32_t number;
        if ((rows[i].sets & s->sets) == 0) {
            continue;
        }
        const size_t period = period_of(s, rows[i].time_ms);
        st = value_of(s, scan, &rows[i], &number, err);
        for (size_t k = 0; st == PT_OK && k < s->series_count; k++) {
            if ((rows[i].sets & s->series[k].set) != 0) {
                s->weights[number]++;
                st = measure(s, scan, person, &rows[i], number * s->series_count + k, period, err);
            }
        }
    }
    return st;
}

/* ---- Merging --------------------------------------------------------------------------------- */

static PtStatus merge_cell(State *s, const Series *series, Cell *into, Cell *from, PtError *err)
{
    switch (series->measure) {
    case PLAN_QUANTILE:
        return add_to_list(s, NULL, into, from->values, from->n, err);
    case PLAN_LEAST:
    case PLAN_MOST:
        if (into->n == 0 || (series->measure == PLAN_LEAST ? from->number < into->number
                                                           : from->number > into->number)) {
            into->number = from->number;
        }
        break;
    case PLAN_SUM:
    case PLAN_AVERAGE:
        if (series->micros) {
            into->micros += from->micros;
        } else {
            into->number += from->number;
        }
        break;
    case PLAN_TOTAL:
    case PLAN_UNIQUES:
        into->rows += from->rows;
        break;
    }
    into->n += from->n;
    return PT_OK;
}

static PtStatus merge(void *state, void *other, PtError *err)
{
    State *s = state, *o = other;
    const size_t each = s->series_count * s->periods;
    for (size_t i = 0; i < s->periods; i++) {
        s->counts[i].rows += o->counts[i].rows;
        s->counts[i].persons += o->counts[i].persons;
    }
    for (uint32_t i = 0; i < values_count(o->values); i++) {
        uint32_t number;
        const PtValue v = {.kind = PT_VALUE_TEXT, .text = values_text(o->values, i)};
        PtStatus st = values_of(s->values, &v, &number, err);
        st = st == PT_OK ? make_room(s, NULL, (size_t)number + 1, err) : st;
        for (size_t k = 0; st == PT_OK && k < each; k++) {
            Cell *from = &o->cells[i * each + k];
            if (from->n > 0) {
                st = merge_cell(s, &s->series[k / s->periods], &s->cells[number * each + k], from,
                                err);
            }
        }
        if (st != PT_OK) {
            return st;
        }
        s->weights[number] += o->weights[i];
    }
    return PT_OK;
}

/* ---- Answer ---------------------------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The value at rank ceil(q * n), from 1. */
static double quantile(Cell *cell, double q)
{
    const double wanted = ceil(q * (double)cell->n);
    size_t rank = wanted < 1 ? 1 : (size_t)wanted;
    rank = rank > cell->n ? cell->n : rank;
    qsort(cell->values, cell->n, sizeof *cell->values, by_number);
    return cell->values[rank - 1];
}

static PlanCell answer_cell(const Series *series, double q, Cell *cell)
{
    const double n = (double)cell->n;
    const double sum = series->micros ? (double)cell->micros / MICROS : cell->number;
    PlanCell out = {.n = cell->n, .known = cell->n > 0 || series->measure <= PLAN_SUM};
    if (!out.known) {
        return out;
    }
    switch (series->measure) {
    case PLAN_TOTAL:
    case PLAN_UNIQUES:
        out.value = n;
        break;
    case PLAN_SUM:
        out.value = sum;
        break;
    case PLAN_AVERAGE:
        out.value = sum / n;
        break;
    case PLAN_LEAST:
    case PLAN_MOST:
        out.value = cell->number;
        break;
    case PLAN_QUANTILE:
        out.value = quantile(cell, q);
        break;
    }
    return out;
}

/* What came in any order is not weighed yet. */
static void weigh_rows(State *s)
{
    const size_t each = cells_of(s, 1);
    for (size_t i = 0; i < values_count(s->values) * each; i++) {
        if (s->series[i % each / s->periods].measure <= PLAN_UNIQUES) {
            s->weights[i / each] += s->cells[i].rows;
        }
    }
}

static PtStatus answer(void *state, const ColumnsPlan *plan, PtArena *arena, PlanAnswer *ret_answer,
                       PtError *err)
{
    State *s = state;
    const uint32_t *numbers;
    (void)plan;
    weigh_rows(s);
    PtStatus st =
        values_rank(s->values, s->weights, s->broken_down, arena, &numbers, ret_answer, err);
    if (st != PT_OK) {
        return st;
    }
    const size_t each = s->series_count * s->periods;
    for (size_t k = 0; !s->broken_down && k < each; k++) {
        const PlanMeasure measure = s->series[k / s->periods].measure;
        const TimesCount *count = &s->counts[k % s->periods];
        s->cells[k].n += measure == PLAN_TOTAL     ? count->rows
                         : measure == PLAN_UNIQUES ? count->persons
                                                   : 0;
    }
    PlanCell *cells = pt_arena_alloc(arena, ret_answer->value_count * each + 1, sizeof *cells);
    if (cells == NULL) {
        return pt_fail(err, PT_TOO_LARGE, "the answer is over its bound of memory");
    }
    for (size_t i = 0; i < ret_answer->value_count; i++) {
        for (size_t k = 0; k < each; k++) {
            const size_t series = k / s->periods;
            cells[i * each + k] = answer_cell(&s->series[series], s->plan->series[series].q,
                                              &s->cells[numbers[i] * each + k]);
        }
    }
    ret_answer->cells = cells;
    return PT_OK;
}

const FoldKind fold_segmentation = {
    .check = check,
    .new = state_new,
    .free = state_free,
    .person = person,
    .wants_nobody = true,
    .times_of = times_of,
    .seen = seen,
    .end = end,
    .any_order = any_order,
    .block = block,
    .group = group,
    .merge = merge,
    .bytes = state_bytes,
    .answer = answer,
};
