// SPDX-License-Identifier: Apache-2.0
#include "platform/columns/columns_oracle_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- Facts to cells -------------------------------------------------------------------------- */

static int by_text(PtStr a, PtStr b)
{
    for (size_t i = 0; i < a.len && i < b.len; i++) {
        if (a.data[i] != b.data[i]) {
            return (unsigned char)a.data[i] < (unsigned char)b.data[i] ? -1 : 1;
        }
    }
    return (a.len > b.len) - (a.len < b.len);
}

static int by_cell(const void *a, const void *b)
{
    const Fact *x = a, *y = b;
    const int text = by_text(x->value, y->value);
    if (text != 0) {
        return text;
    }
    if (x->a != y->a) {
        return x->a < y->a ? -1 : 1;
    }
    if (x->b != y->b) {
        return x->b < y->b ? -1 : 1;
    }
    if (x->person != y->person) {
        return x->person < y->person ? -1 : 1;
    }
    return (x->order > y->order) - (x->order < y->order);
}

static int by_weight(const void *a, const void *b)
{
    const Value *x = a, *y = b;
    return x->weight != y->weight ? (x->weight > y->weight ? -1 : 1) : by_text(x->text, y->text);
}

static bool weighs(const Oracle *o, const Fact *f)
{
    return o->plan->kind == PLAN_SEGMENTATION || (o->plan->kind == PLAN_FUNNEL && f->a == 0) ||
           (o->plan->kind == PLAN_RETENTION && f->b == ORACLE_ALL);
}

static bool broken_down(const ColumnsPlan *plan)
{
    return (plan->kind == PLAN_SEGMENTATION && plan->segmentation.breakdown.slot != ORACLE_ALL) ||
           (plan->kind == PLAN_FUNNEL && plan->funnel.breakdown.slot != ORACLE_ALL) ||
           (plan->kind == PLAN_RETENTION && plan->retention.breakdown.slot != ORACLE_ALL);
}

static void rank(Oracle *o)
{
    o->values = oracle_must(pt_arena_alloc(o->arena, o->fact_count + 1, sizeof *o->values));
    if (!broken_down(o->plan)) {
        o->values[o->value_count++] = (Value){.text = PT_STR("")};
        return;
    }
    for (size_t i = 0; i < o->fact_count; i++) { // sorted: equal values stand together
        if (o->value_count == 0 ||
            !pt_str_eq(o->values[o->value_count - 1].text, o->facts[i].value)) {
            o->values[o->value_count++] = (Value){.text = o->facts[i].value};
        }
        o->values[o->value_count - 1].weight += weighs(o, &o->facts[i]);
    }
    qsort(o->values, o->value_count, sizeof *o->values, by_weight);
}

/* The facts of a cell; the first one. */
static const Fact *facts_of(const Oracle *o, PtStr value, uint32_t a, uint32_t b, size_t *ret_count)
{
    const Fact key = {.value = value, .a = a, .b = b};
    size_t low = 0, high = o->fact_count;
    while (low < high) { // person 0, order 0: before all of them
        const size_t mid = (low + high) / 2;
        if (by_cell(&o->facts[mid], &key) < 0) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    *ret_count = 0;
    while (low + *ret_count < o->fact_count) {
        const Fact *f = &o->facts[low + *ret_count];
        if (!pt_str_eq(f->value, value) || f->a != a || f->b != b) {
            break;
        }
        ++*ret_count;
    }
    return o->facts + low;
}

static size_t distinct(const Fact *facts, size_t count)
{
    size_t persons = 0;
    for (size_t i = 0; i < count; i++) {
        persons += facts[i].counts && facts[i].person != 0 &&
                   (i == 0 || facts[i].person != facts[i - 1].person);
    }
    return persons;
}

static int by_number(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The numbers that count, rising; to be freed. */
static double *numbers_of(const Fact *facts, size_t count, size_t *ret_count)
{
    double *numbers = oracle_must(calloc(count + 1, sizeof *numbers));
    *ret_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (facts[i].counts) {
            numbers[(*ret_count)++] = facts[i].number;
        }
    }
    qsort(numbers, *ret_count, sizeof *numbers, by_number);
    return numbers;
}

static double sum_of(const Fact *facts, size_t count, bool micros)
{
    double sum = 0;
    int64_t exact = 0;
    for (size_t i = 0; i < count; i++) {
        sum += facts[i].counts ? facts[i].number : 0;
        exact += facts[i].counts ? facts[i].micros : 0;
    }
    return micros ? (double)exact / 1e6 : sum;
}

static PlanCell cell_of(const Oracle *o, const PlanSeries *series, const Fact *facts, size_t count)
{
    size_t n;
    double *numbers = numbers_of(facts, count, &n);
    PlanCell cell = {.n = n, .known = n > 0};
    const bool micros = series->slot < o->plan->slot_count &&
                        o->plan->slots[series->slot].number == COLUMNS_COLUMN_AMOUNT;
    switch (series->measure) {
    case PLAN_TOTAL:
        cell.value = (double)n;
        cell.known = true;
        break;
    case PLAN_UNIQUES:
        cell.n = distinct(facts, count);
        cell.value = (double)cell.n;
        cell.known = true;
        break;
    case PLAN_SUM:
        cell.value = sum_of(facts, count, micros);
        cell.known = true;
        break;
    case PLAN_AVERAGE:
        cell.value = n > 0 ? sum_of(facts, count, micros) / (double)n : 0;
        break;
    case PLAN_LEAST:
        cell.value = n > 0 ? numbers[0] : 0;
        break;
    case PLAN_MOST:
        cell.value = n > 0 ? numbers[n - 1] : 0;
        break;
    case PLAN_QUANTILE: {
        const size_t at = (size_t)ceil(series->q * (double)n);
        cell.value = n > 0 ? numbers[(at > 0 ? at : 1) - 1] : 0;
    }
    }
    free(numbers);
    return cell;
}

static void answer_segmentation(Oracle *o)
{
    const PlanSegmentation *p = &o->plan->segmentation;
    const size_t wide = p->series_count * p->periods.count;
    PlanCell *cells =
        oracle_must(pt_arena_alloc(o->arena, o->answer.value_count * wide + 1, sizeof *cells));
    for (size_t v = 0; v < o->answer.value_count; v++) {
        for (uint32_t s = 0; s < p->series_count; s++) {
            for (uint32_t t = 0; t < p->periods.count; t++) {
                size_t count;
                const Fact *facts = facts_of(o, o->values[v].text, s, t, &count);
                cells[v * wide + s * p->periods.count + t] =
                    cell_of(o, &p->series[s], facts, count);
            }
        }
    }
    o->answer.cells = cells;
}

static void answer_funnel(Oracle *o)
{
    const PlanFunnel *p = &o->plan->funnel;
    PlanFunnelRow *rows =
        oracle_must(pt_arena_alloc(o->arena, o->answer.value_count + 1, sizeof *rows));
    for (size_t v = 0; v < o->answer.value_count; v++) {
        for (uint32_t i = 0; i < p->step_count; i++) {
            size_t count, n;
            const Fact *facts = facts_of(o, o->values[v].text, i, 0, &count);
            double *times = numbers_of(facts, count, &n);
            rows[v].reached[i] = n;
            rows[v].time_sum_ms[i] = sum_of(facts, count, false);
            rows[v].time_median_ms[i] = n > 0 ? (int64_t)times[(n + 1) / 2 - 1] : 0;
            free(times);
        }
    }
    o->answer.funnel = rows;
}

static void answer_retention(Oracle *o)
{
    const PlanRetention *p = &o->plan->retention;
    const size_t periods = p->periods.count;
    const PlanRetentionRow **rows = oracle_must(
        pt_arena_alloc(o->arena, o->answer.value_count * periods + 1, sizeof(PlanRetentionRow *)));
    for (size_t v = 0; v < o->answer.value_count; v++) {
        for (uint32_t c = 0; c < periods; c++) {
            size_t count;
            (void)facts_of(o, o->values[v].text, c, ORACLE_ALL, &count);
            if (count == 0) {
                continue;
            }
            const size_t wide = p->brackets != NULL ? p->bracket_count : periods - c;
            PlanRetentionRow *row =
                oracle_must(pt_arena_alloc(o->arena, 1, sizeof *row + wide * sizeof *row->back));
            row->persons = count;
            for (uint32_t k = 0; k < wide; k++) {
                (void)facts_of(o, o->values[v].text, c, k, &count);
                row->back[k] = count;
            }
            rows[v * periods + c] = row;
        }
    }
    o->answer.retention = rows;
}

static int by_edge(const void *a, const void *b)
{
    const PlanEdge *x = a, *y = b;
    const int64_t orders[] = {(int64_t)x->depth - y->depth, (int64_t)y->count - (int64_t)x->count,
                              (int64_t)x->from - y->from, (int64_t)x->to - y->to};
    for (size_t i = 0; i < PT_COUNT(orders); i++) {
        if (orders[i] != 0) {
            return orders[i] < 0 ? -1 : 1;
        }
    }
    return 0;
}

static void answer_paths(Oracle *o)
{
    PlanEdge *edges = oracle_must(pt_arena_alloc(o->arena, o->fact_count + 1, sizeof *edges));
    for (size_t i = 0; i < o->fact_count; i++) {
        const Fact *f = &o->facts[i];
        if (i == 0 || f->a != f[-1].a || f->b != f[-1].b) {
            edges[o->answer.edge_count++] =
                (PlanEdge){.depth = f->a, .from = (uint16_t)(f->b >> 16), .to = (uint16_t)f->b};
        }
        edges[o->answer.edge_count - 1].count++;
    }
    qsort(edges, o->answer.edge_count, sizeof *edges, by_edge);
    o->answer.edges = edges;
    o->answer.paths = o->paths;
}

static void give_values(Oracle *o)
{
    const size_t count = o->value_count < PLAN_BREAKDOWN ? o->value_count : PLAN_BREAKDOWN;
    PtStr *texts = oracle_must(pt_arena_alloc(o->arena, count + 1, sizeof *texts));
    for (size_t i = 0; i < count; i++) {
        texts[i] = o->values[i].text;
    }
    o->answer.values = texts;
    o->answer.value_count = count;
    o->answer.values_left = o->value_count - count;
}

void oracle_make_answer(Oracle *o)
{
    static void (*const kinds[PLAN_KINDS])(Oracle *) = {
        [PLAN_SEGMENTATION] = answer_segmentation,    [PLAN_FUNNEL] = answer_funnel,
        [PLAN_RETENTION] = answer_retention,          [PLAN_PATHS] = answer_paths,
        [PLAN_STICKINESS] = oracle_answer_stickiness, [PLAN_LIFECYCLE] = oracle_answer_lifecycle,
        [PLAN_SESSIONS] = oracle_answer_sessions,
    };
    if (o->fact_count > 0) {
        qsort(o->facts, o->fact_count, sizeof *o->facts, by_cell);
    }
    rank(o);
    give_values(o);
    if (kinds[o->plan->kind] != NULL) { // a walk answers nothing
        kinds[o->plan->kind](o);
    }
}

const PlanAnswer *oracle_answer(Oracle *o)
{
    return &o->answer;
}

double oracle_magnitude(const Oracle *o, size_t value, size_t series, size_t period)
{
    size_t count;
    const Fact *facts =
        facts_of(o, o->values[value].text, (uint32_t)series, (uint32_t)period, &count);
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += facts[i].counts ? fabs(facts[i].number) : 0;
    }
    return sum;
}

static bool is_of(const Oracle *o, PtStr value, uint32_t step, uint32_t person)
{
    size_t count;
    const Fact *facts = facts_of(o, value, step, 0, &count);
    for (size_t i = 0; i < count; i++) {
        if (facts[i].person == person) {
            return true;
        }
    }
    return false;
}

size_t oracle_persons(Oracle *o, const PlanDrill *drill, const uint32_t **ret_persons)
{
    const PtStr value = o->answer.values[drill->value];
    const bool funnel = o->plan->kind == PLAN_FUNNEL, dropped = funnel && drill->dropped;
    size_t count, persons = 0;
    const Fact *facts =
        facts_of(o, value, drill->series - (dropped ? 1 : 0), funnel ? 0 : drill->period, &count);
    free(o->persons);
    o->persons = oracle_must(calloc(count + 1, sizeof *o->persons));
    for (size_t i = 0; i < count; i++) {
        const uint32_t person = facts[i].person;
        if (facts[i].counts && person != 0 && (persons == 0 || o->persons[persons - 1] != person) &&
            !(dropped && is_of(o, value, drill->series, person))) {
            o->persons[persons++] = person;
        }
    }
    *ret_persons = o->persons;
    return persons;
}

/* ---- Comparing ------------------------------------------------------------------------------- */

#define DIFFERS(words, ...) ((void)snprintf(words, ORACLE_WORDS, __VA_ARGS__))

static bool near(double a, double b, double magnitude)
{
    return a == b || fabs(a - b) <= 1e-12 * magnitude;
}

static void compare_cells(const Oracle *o, const PlanAnswer *got, char words[static ORACLE_WORDS])
{
    const PlanSegmentation *p = &o->plan->segmentation;
    const size_t periods = p->periods.count, wide = p->series_count * periods;
    for (size_t i = 0; i < o->answer.value_count * wide; i++) {
        const PlanCell *want = &o->answer.cells[i], *have = &got->cells[i];
        const PlanMeasure measure = p->series[i % wide / periods].measure;
        double room = 0;
        if (measure == PLAN_SUM || measure == PLAN_AVERAGE) {
            room = oracle_magnitude(o, i / wide, i % wide / periods, i % periods);
            room = measure == PLAN_AVERAGE && want->n > 0 ? room / (double)want->n : room;
        }
        if (want->n != have->n || want->known != have->known ||
            (want->known && !near(want->value, have->value, room))) {
            DIFFERS(words,
                    "value \"%.*s\" series %zu (measure %d) period %zu: n %llu, %s %.17g, not n "
                    "%llu, %s %.17g",
                    PT_STR_ARG(o->answer.values[i / wide]), i % wide / periods, (int)measure,
                    i % periods, (unsigned long long)have->n, have->known ? "known" : "unknown",
                    have->value, (unsigned long long)want->n, want->known ? "known" : "unknown",
                    want->value);
            return;
        }
    }
}

static void compare_funnel(const Oracle *o, const PlanAnswer *got, char words[static ORACLE_WORDS])
{
    for (size_t v = 0; v < o->answer.value_count; v++) {
        const PlanFunnelRow *want = &o->answer.funnel[v], *have = &got->funnel[v];
        for (size_t i = 0; i < o->plan->funnel.step_count; i++) {
            if (want->reached[i] != have->reached[i] ||
                !near(want->time_sum_ms[i], have->time_sum_ms[i], want->time_sum_ms[i]) ||
                want->time_median_ms[i] != have->time_median_ms[i]) {
                DIFFERS(words,
                        "value \"%.*s\" step %zu: %llu, sum %.17g, median %lld, not %llu, %.17g, "
                        "%lld",
                        PT_STR_ARG(o->answer.values[v]), i, (unsigned long long)have->reached[i],
                        have->time_sum_ms[i], (long long)have->time_median_ms[i],
                        (unsigned long long)want->reached[i], want->time_sum_ms[i],
                        (long long)want->time_median_ms[i]);
                return;
            }
        }
    }
}

static void compare_retention(const Oracle *o, const PlanAnswer *got,
                              char words[static ORACLE_WORDS])
{
    const PlanRetention *r = &o->plan->retention;
    const size_t periods = r->periods.count;
    for (size_t i = 0; i < o->answer.value_count * periods; i++) {
        const PlanRetentionRow *want = o->answer.retention[i], *have = got->retention[i];
        const PtStr value = o->answer.values[i / periods];
        if ((want == NULL) != (have == NULL) || (want != NULL && want->persons != have->persons)) {
            DIFFERS(words, "value \"%.*s\" cohort %zu: %llu persons, not %llu", PT_STR_ARG(value),
                    i % periods, (unsigned long long)(have != NULL ? have->persons : 0),
                    (unsigned long long)(want != NULL ? want->persons : 0));
            return;
        }
        const size_t wide = r->brackets != NULL ? r->bracket_count : periods - i % periods;
        for (size_t k = 0; want != NULL && k < wide; k++) {
            if (want->back[k] != have->back[k]) {
                DIFFERS(words, "value \"%.*s\" cohort %zu k %zu: %llu, not %llu", PT_STR_ARG(value),
                        i % periods, k, (unsigned long long)have->back[k],
                        (unsigned long long)want->back[k]);
                return;
            }
        }
    }
}

static void compare_paths(const Oracle *o, const PlanAnswer *got, char words[static ORACLE_WORDS])
{
    if (o->answer.paths != got->paths || o->answer.edge_count != got->edge_count) {
        DIFFERS(words, "%llu paths, %zu edges, not %llu, %zu", (unsigned long long)got->paths,
                got->edge_count, (unsigned long long)o->answer.paths, o->answer.edge_count);
        return;
    }
    for (size_t i = 0; i < o->answer.edge_count; i++) {
        const PlanEdge *want = &o->answer.edges[i], *have = &got->edges[i];
        if (by_edge(want, have) != 0) {
            DIFFERS(words, "edge %zu: depth %u %u to %u: %llu, not depth %u %u to %u: %llu", i,
                    have->depth, have->from, have->to, (unsigned long long)have->count, want->depth,
                    want->from, want->to, (unsigned long long)want->count);
            return;
        }
    }
}

void oracle_compare(Oracle *o, const PlanAnswer *got, char words[static ORACLE_WORDS])
{
    static void (*const kinds[PLAN_KINDS])(const Oracle *, const PlanAnswer *, char *) = {
        [PLAN_SEGMENTATION] = compare_cells,           [PLAN_FUNNEL] = compare_funnel,
        [PLAN_RETENTION] = compare_retention,          [PLAN_PATHS] = compare_paths,
        [PLAN_STICKINESS] = oracle_compare_stickiness, [PLAN_LIFECYCLE] = oracle_compare_lifecycle,
        [PLAN_SESSIONS] = oracle_compare_sessions,     [PLAN_WALK] = oracle_compare_walk,
    };
    const PlanAnswer *want = &o->answer;
    words[0] = 0;
    if (want->persons != got->persons || want->value_count != got->value_count ||
        want->values_left != got->values_left) {
        DIFFERS(words, "%llu persons, %zu values, %llu left, not %llu, %zu, %llu",
                (unsigned long long)got->persons, got->value_count,
                (unsigned long long)got->values_left, (unsigned long long)want->persons,
                want->value_count, (unsigned long long)want->values_left);
        return;
    }
    for (size_t i = 0; i < want->value_count; i++) {
        if (!pt_str_eq(want->values[i], got->values[i])) {
            DIFFERS(words, "value %zu is \"%.*s\", not \"%.*s\"", i, PT_STR_ARG(got->values[i]),
                    PT_STR_ARG(want->values[i]));
            return;
        }
    }
    kinds[o->plan->kind](o, got, words);
}
