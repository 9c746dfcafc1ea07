// SPDX-License-Identifier: Apache-2.0
/* An answer as a flat table: one row a number or cell, with what it belongs to beside it. */
#include "behaviour/export_internal.h"

#include <stdio.h>
#include <string.h>

enum { DEPTH = 32, SCRATCH = 4, SCRATCH_BYTES = 64 };

typedef struct Table {
    const ExportColumn *own;              /* columns of the kind */
    size_t skip;                          /* of them not told: 1 where there is no breakdown */
    ExportColumn columns[EXPORT_COLUMNS]; /* that are told */
    PtStr cohort;                         /* of a comparison: stands first; else data NULL */
    ExportRow *row;
    void *ctx;
    PtError *err;
    PtStr answer;                         /* or the part of it that a cohort has */
    char scratch[SCRATCH][SCRATCH_BYTES]; /* of computed values */
} Table;

/* ---- Reading ----------------------------------------------------------------------------------
 */

PtStr export_member(PtStr json, PtStr name)
{
    PtJson j;
    PtStr value;
    if (json.data == NULL) {
        return json;
    }
    pt_json_init(&j, json, DEPTH);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return (PtStr){NULL, 0};
    }
    while (pt_json_next(&j) == PT_JSON_KEY) {
        const bool found = pt_json_raw_eq(j.raw, j.flags, name);
        if (!pt_json_skip(&j, &value, NULL, NULL)) {
            break;
        }
        if (found) {
            return value;
        }
    }
    return (PtStr){NULL, 0};
}

/* Items of an array, one after another: nothing is read twice. */
typedef struct Items {
    PtJson json;
    bool open;
} Items;

static void open_items(Items *items, PtStr array)
{
    items->open = array.data != NULL;
    if (items->open) {
        pt_json_init(&items->json, array, DEPTH);
        items->open = pt_json_next(&items->json) == PT_JSON_ARRAY;
    }
}

static bool next_item(Items *items, PtStr *ret_item)
{
    return items->open && pt_json_skip(&items->json, ret_item, NULL, NULL);
}

static int64_t number_of(PtStr json)
{
    int64_t value = 0;
    return json.data != NULL && pt_json_to_i64(json, &value) ? value : 0;
}

/* ---- Writing ----------------------------------------------------------------------------------
 */

static PtStatus put_row(const Table *t, const PtStr *values, size_t count)
{
    PtStr all[EXPORT_COLUMNS];
    size_t told = 0;
    if (t->cohort.data != NULL) {
        all[told++] = t->cohort;
    }
    for (size_t i = t->skip; i < count; i++) {
        all[told++] = values[i];
    }
    return t->row(t->ctx, t->columns, all, told, t->err);
}

static PtStr whole(Table *t, size_t place, uint64_t value)
{
    (void)snprintf(t->scratch[place], SCRATCH_BYTES, "%llu", (unsigned long long)value);
    return pt_str(t->scratch[place]);
}

static PtStr percent(Table *t, size_t place, int64_t part, int64_t of)
{
    if (of <= 0) {
        return (PtStr){NULL, 0};
    }
    (void)snprintf(t->scratch[place], SCRATCH_BYTES, "%.6g", 100.0 * (double)part / (double)of);
    return pt_str(t->scratch[place]);
}

/* ---- Kinds ------------------------------------------------------------------------------------
 */

static PtStatus series_rows(Table *t, PtStr value, PtStr name, PtStr series)
{
    Items periods, values, counts;
    PtStr period, number, n;
    PtStatus st = PT_OK;
    open_items(&periods, export_member(t->answer, PT_STR("periods")));
    open_items(&values, export_member(series, PT_STR("values")));
    open_items(&counts, export_member(series, PT_STR("n")));
    while (st == PT_OK && next_item(&periods, &period) && next_item(&values, &number)) {
        if (!next_item(&counts, &n)) {
            n = (PtStr){NULL, 0}; // of a formula
        }
        const PtStr row[] = {value, name, period, number, n};
        st = put_row(t, row, sizeof row / sizeof *row);
    }
    return st;
}

static PtStatus segmentation_rows(Table *t)
{
    Items data, names, series;
    PtStr item, name, one;
    PtStatus st = PT_OK;
    open_items(&data, export_member(t->answer, PT_STR("data")));
    while (st == PT_OK && next_item(&data, &item)) {
        const PtStr value = export_member(item, PT_STR("value"));
        open_items(&names, export_member(t->answer, PT_STR("series")));
        open_items(&series, export_member(item, PT_STR("series")));
        while (st == PT_OK && next_item(&names, &name) && next_item(&series, &one)) {
            st = series_rows(t, value, export_member(name, PT_STR("name")), one);
        }
    }
    return st;
}

static PtStatus steps_rows(Table *t, PtStr item)
{
    Items steps;
    PtStr step;
    int64_t first = 0, before = 0;
    PtStatus st = PT_OK;
    open_items(&steps, export_member(item, PT_STR("steps")));
    for (uint64_t i = 1; st == PT_OK && next_item(&steps, &step); i++) {
        const PtStr text = export_member(step, PT_STR("people"));
        const int64_t people = number_of(text);
        first = i == 1 ? people : first;
        before = i == 1 ? people : before;
        const PtStr row[] = {
            export_member(item, PT_STR("value")),  whole(t, 0, i),
            export_member(step, PT_STR("name")),   text,
            percent(t, 1, people, first),          percent(t, 2, people, before),
            export_member(step, PT_STR("mean_s")), export_member(step, PT_STR("median_s"))};
        st = put_row(t, row, sizeof row / sizeof *row);
        before = people;
    }
    return st;
}

static PtStatus funnel_rows(Table *t)
{
    Items data;
    PtStr item;
    PtStatus st = PT_OK;
    open_items(&data, export_member(t->answer, PT_STR("data")));
    while (st == PT_OK && next_item(&data, &item)) {
        st = steps_rows(t, item);
    }
    return st;
}

/* "3", or of brackets "1-3". */
static PtStr behind(Table *t, size_t place, size_t index, Items *brackets, int64_t *low)
{
    PtStr text;
    if (!brackets->open) {
        (void)snprintf(t->scratch[place], SCRATCH_BYTES, "\"%zu\"", index);
        return pt_str(t->scratch[place]);
    }
    const int64_t high = next_item(brackets, &text) ? number_of(text) : *low + 1;
    if (high - *low > 1) {
        (void)snprintf(t->scratch[place], SCRATCH_BYTES, "\"%lld-%lld\"", (long long)*low,
                       (long long)high - 1);
    } else {
        (void)snprintf(t->scratch[place], SCRATCH_BYTES, "\"%lld\"", (long long)*low);
    }
    *low = high;
    return pt_str(t->scratch[place]);
}

static PtStatus cohort_rows(Table *t, PtStr value, PtStr cohort, PtStr period)
{
    Items backs, brackets;
    PtStr back, first;
    PtStatus st = PT_OK;
    const PtStr people = export_member(cohort, PT_STR("people"));
    open_items(&backs, export_member(cohort, PT_STR("back")));
    open_items(&brackets, export_member(t->answer, PT_STR("brackets")));
    int64_t low = next_item(&brackets, &first) ? number_of(first) : 0;
    for (size_t i = 0; st == PT_OK && next_item(&backs, &back); i++) {
        const PtStr row[] = {value,  period,
                             people, behind(t, 0, i, &brackets, &low),
                             back,   percent(t, 1, number_of(back), number_of(people))};
        st = put_row(t, row, sizeof row / sizeof *row);
    }
    return st;
}

/* Cohorts stand by period, each once. */
static PtStatus retention_rows(Table *t)
{
    Items data, cohorts, periods;
    PtStr item, cohort, period;
    PtStatus st = PT_OK;
    open_items(&data, export_member(t->answer, PT_STR("data")));
    while (st == PT_OK && next_item(&data, &item)) {
        const PtStr value = export_member(item, PT_STR("value"));
        open_items(&cohorts, export_member(item, PT_STR("cohorts")));
        open_items(&periods, export_member(t->answer, PT_STR("periods")));
        while (st == PT_OK && next_item(&cohorts, &cohort) && next_item(&periods, &period)) {
            st = cohort_rows(t, value, cohort, period);
        }
    }
    return st;
}

static PtStatus paths_rows(Table *t)
{
    Items edges;
    PtStr edge;
    PtStatus st = PT_OK;
    open_items(&edges, export_member(t->answer, PT_STR("edges")));
    while (st == PT_OK && next_item(&edges, &edge)) {
        const PtStr from = export_member(edge, PT_STR("from")),
                    to = export_member(edge, PT_STR("to"));
        const PtStr row[] = {
            export_member(edge, PT_STR("depth")), export_member(from, PT_STR("type")),
            export_member(from, PT_STR("name")),  export_member(to, PT_STR("type")),
            export_member(to, PT_STR("name")),    export_member(edge, PT_STR("count"))};
        st = put_row(t, row, sizeof row / sizeof *row);
    }
    return st;
}

/* Items of `data`, whose members are the columns, behind the period where that is one. */
static PtStatus member_rows(Table *t)
{
    Items periods, data;
    PtStr item;
    PtStr row[EXPORT_COLUMNS];
    PtStatus st = PT_OK;
    const bool dated = strcmp(t->own[0].name, "period") == 0;
    open_items(&periods, export_member(t->answer, PT_STR("periods")));
    open_items(&data, export_member(t->answer, PT_STR("data")));
    while (st == PT_OK && next_item(&data, &item) && (!dated || next_item(&periods, &row[0]))) {
        size_t count = dated;
        for (; t->own[count].name != NULL; count++) {
            row[count] = export_member(item, pt_str(t->own[count].name));
        }
        st = put_row(t, row, count);
    }
    return st;
}

/* Items of a list that each have `measures`: of each measure a row, the item's members before its
 * own. An item without measures is one row. */
static PtStatus measure_rows(Table *t, PtStr list)
{
    Items items, measures;
    PtStr item, measure;
    PtStr row[EXPORT_COLUMNS];
    PtStatus st = PT_OK;
    open_items(&items, list);
    while (st == PT_OK && next_item(&items, &item)) {
        size_t own = 0;
        for (; strcmp(t->own[own].name, "measure") != 0; own++) {
            row[own] = export_member(item, pt_str(t->own[own].name));
        }
        open_items(&measures, export_member(item, PT_STR("measures")));
        bool more = next_item(&measures, &measure);
        if (!more) {
            measure = (PtStr){NULL, 0};
        }
        do {
            size_t count = own;
            for (; t->own[count].name != NULL; count++) {
                row[count] = export_member(measure, pt_str(t->own[count].name));
            }
            st = put_row(t, row, count);
            more = more && next_item(&measures, &measure);
        } while (st == PT_OK && more);
    }
    return st;
}

static PtStatus friction_rows(Table *t)
{
    return measure_rows(t, export_member(t->answer, PT_STR("data")));
}

static PtStatus journey_rows(Table *t)
{
    return measure_rows(t, export_member(t->answer, PT_STR("stages")));
}

#define TEXT(name)   {name, EXPORT_TEXT}
#define COUNT(name)  {name, EXPORT_COUNT}
#define NUMBER(name) {name, EXPORT_NUMBER}
#define TRUTH(name)  {name, EXPORT_TRUTH}
#define OF_MEASURE                                                                                 \
    TEXT("measure"), COUNT("n"), COUNT("count"), NUMBER("value"), COUNT("n_then"),                 \
        COUNT("count_then"), NUMBER("value_then"), NUMBER("difference"), NUMBER("low"),            \
        NUMBER("high"), TRUTH("worse"), TRUTH("better")

static const struct Kind {
    const char *name;
    PtStatus (*rows)(Table *t);
    ExportColumn columns[EXPORT_COLUMNS]; /* ends with NULL; "value" first is told of a breakdown */
} kinds[] = {
    {"segmentation",
     segmentation_rows,
     {TEXT("value"), TEXT("series"), TEXT("period"), NUMBER("result"), COUNT("n")}},
    {"funnel",
     funnel_rows,
     {TEXT("value"), COUNT("step"), TEXT("name"), COUNT("people"), NUMBER("percent_of_first"),
      NUMBER("percent_of_before"), NUMBER("mean_s"), NUMBER("median_s")}},
    {"retention",
     retention_rows,
     {TEXT("value"), TEXT("cohort"), COUNT("people"), TEXT("periods_on"), COUNT("back"),
      NUMBER("percent_back")}},
    {"paths",
     paths_rows,
     {COUNT("depth"), TEXT("from_type"), TEXT("from"), TEXT("to_type"), TEXT("to"),
      COUNT("count")}},
    {"stickiness", member_rows, {COUNT("periods"), COUNT("people")}},
    {"lifecycle",
     member_rows,
     {TEXT("period"), COUNT("new"), COUNT("returning"), COUNT("resurrecting"), COUNT("dormant")}},
    {"sessions",
     member_rows,
     {TEXT("period"), COUNT("sessions"), COUNT("people"), NUMBER("median_s"), NUMBER("mean_s"),
      NUMBER("mean_events")}},
    {"correlation",
     member_rows,
     {TEXT("of"), TEXT("name"), TEXT("value"), COUNT("with"), COUNT("converted_with"),
      NUMBER("rate_with"), COUNT("without"), COUNT("converted_without"), NUMBER("rate_without"),
      NUMBER("lift"), NUMBER("difference"), NUMBER("low"), NUMBER("high"), NUMBER("p"),
      TEXT("test"), NUMBER("q"), TRUTH("significant")}},
    {"friction", friction_rows, {TEXT("name"), COUNT("people"), COUNT("people_then"), OF_MEASURE}},
    {"journey",
     journey_rows,
     {TEXT("name"), COUNT("people"), COUNT("people_then"), COUNT("events"), COUNT("visits"),
      COUNT("going_on"), COUNT("ended"), NUMBER("median_s"), OF_MEASURE}},
};

static const struct Kind *kind_of(PtStr name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (name.len > 2 &&
            pt_str_eq((PtStr){name.data + 1, name.len - 2}, pt_str(kinds[i].name))) {
            return &kinds[i];
        }
    }
    return NULL;
}

/* Its columns, behind that of the cohort. */
static PtStatus begin_table(Table *t, const struct Kind *kind, bool compared)
{
    const PtStr breakdown =
        export_member(export_member(t->answer, PT_STR("query")), PT_STR("breakdown"));
    size_t told = 0;
    t->own = kind->columns;
    t->skip = strcmp(kind->columns[0].name, "value") == 0 &&
              (breakdown.len == 0 || breakdown.data[0] != '{');
    if (compared) {
        t->columns[told++] = (ExportColumn)TEXT("among");
    }
    for (const ExportColumn *own = t->own + t->skip; own->name != NULL; own++) {
        t->columns[told++] = *own;
    }
    return t->row(t->ctx, t->columns, NULL, told, t->err);
}

/* The rows of the kind that is compared, cohort by cohort. */
static PtStatus compared_rows(Table *t, const struct Kind *kind)
{
    Items cohorts;
    PtStr cohort;
    PtStatus st = begin_table(t, kind, true);
    open_items(&cohorts, export_member(t->answer, PT_STR("cohorts")));
    while (st == PT_OK && next_item(&cohorts, &cohort)) {
        t->cohort = export_member(cohort, PT_STR("name"));
        t->answer = cohort;
        st = kind->rows(t);
    }
    return st;
}

PtStatus export_answer_rows(PtStr answer, ExportRow *row, void *ctx, PtError *err)
{
    const PtStr of = export_member(answer, PT_STR("of"));
    const struct Kind *kind = kind_of(export_member(answer, PT_STR("kind")));
    const struct Kind *compared = kind == NULL ? kind_of(of) : NULL;
    Table t = {.row = row, .ctx = ctx, .err = err, .answer = answer};
    if (kind == NULL && compared == NULL) {
        return pt_fail(err, PT_INVALID, "answers of this kind are no tables");
    }
    if (compared != NULL) {
        return compared_rows(&t, compared);
    }
    PtStatus st = begin_table(&t, kind, false);
    return st == PT_OK ? kind->rows(&t) : st;
}
