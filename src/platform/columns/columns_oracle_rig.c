// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "base/json.h"
#include "platform/columns/columns_oracle_internal.h"

#include <math.h>
#include <stdlib.h>

/* ---- Values of a row ------------------------------------------------------------------------- */

static const ColumnsValue *property(const Oracle *o, const ColumnsRow *row, uint32_t column,
                                    ColumnsKind kind)
{
    if (column == ORACLE_ALL || column < COLUMNS_COLUMN_PROPERTIES) {
        return NULL;
    }
    const size_t index = column - COLUMNS_COLUMN_PROPERTIES;
    assert_true(index < o->in->property_count);
    const ColumnsProperty *p = &o->in->properties[index];
    for (size_t i = 0; i < row->value_count; i++) {
        if (p->kind == kind && row->values[i].kind == kind &&
            pt_str_eq(row->values[i].path, p->path)) {
            return &row->values[i];
        }
    }
    return NULL;
}

static PtValue text_value(PtStr text)
{
    return (PtValue){.kind = PT_VALUE_TEXT, .text = text};
}

static PtValue number_value(double number)
{
    return (PtValue){.kind = PT_VALUE_NUMBER, .number = number};
}

static PtValue given(PtStr text)
{
    return text.len > 0 ? text_value(text) : (PtValue){0};
}

static PtValue of_fixed_text(const Oracle *o, const ColumnsRow *row, uint16_t code,
                             const PlanSlot *slot)
{
    switch (slot->text) {
    case COLUMNS_COLUMN_STORE:
        return given(row->store);
    case COLUMNS_COLUMN_CURRENCY:
        return row->has_amount && row->currency[0] != 0 ? text_value(pt_str(row->currency))
                                                        : (PtValue){0};
    case COLUMNS_COLUMN_CHANNEL:
        return given(o->plan->channels[row->channel]);
    case COLUMNS_COLUMN_SOURCE:
        return given(o->plan->source_text(o->plan->source_ctx, row->source));
    case COLUMNS_COLUMN_CODE:
        return given(slot->codes[code]);
    default:
        return (PtValue){0};
    }
}

static PtValue said_at(const Oracle *o, const ColumnsRow *row, uint16_t code, const PlanSlot *s)
{
    if (s->number == COLUMNS_COLUMN_TIME) {
        return (PtValue){.kind = PT_VALUE_TIME, .time_ms = row->time_ms};
    }
    if (s->number == COLUMNS_COLUMN_AMOUNT) {
        return row->has_amount ? number_value((double)row->amount / 1e6) : (PtValue){0};
    }
    const ColumnsValue *v = property(o, row, s->number, COLUMNS_NUMBER);
    if (v != NULL) {
        return number_value(v->number);
    }
    v = property(o, row, s->text, COLUMNS_TEXT);
    if (v != NULL) {
        return text_value(v->text);
    }
    v = property(o, row, s->truth, COLUMNS_TRUTH);
    if (v != NULL) {
        return (PtValue){.kind = PT_VALUE_BOOL, .truth = v->truth};
    }
    return of_fixed_text(o, row, code, s);
}

static PtValue value_at(const Oracle *o, const OracleRow *row, uint32_t slot)
{
    const PlanSlot *s = &o->plan->slots[slot];
    const PtValue v = said_at(o, &row->row, row->code, s);
    int64_t ms;
    PtStr digits;
    if (v.kind == PT_VALUE_NONE || (!s->as_time && !s->as_number) ||
        v.kind == (s->as_time ? PT_VALUE_TIME : PT_VALUE_NUMBER)) {
        return v;
    }
    if (v.kind == PT_VALUE_TEXT && s->as_time && pt_time_parse(v.text, &ms)) {
        return (PtValue){.kind = PT_VALUE_TIME, .time_ms = ms};
    }
    if (v.kind == PT_VALUE_TEXT && s->as_number && pt_json_number_of(v.text, &digits)) {
        return number_value(pt_json_to_double(digits));
    }
    return (PtValue){0};
}

static PtStr copy(const Oracle *o, PtStr text)
{
    const PtStr kept = pt_arena_str(o->arena, text);
    assert_non_null(kept.data);
    return kept;
}

static PtStr text_of(const Oracle *o, PtValue value)
{
    char time[PT_TIME_TEXT];
    if (value.kind == PT_VALUE_TEXT) {
        return value.text;
    }
    if (value.kind == PT_VALUE_BOOL) {
        return value.truth ? PT_STR("true") : PT_STR("false");
    }
    if (value.kind == PT_VALUE_TIME) {
        return copy(o, pt_time_format(value.time_ms, time));
    }
    if (value.kind != PT_VALUE_NUMBER || !isfinite(value.number)) {
        return PT_STR("");
    }
    PtBuf buf;
    pt_buf_init(&buf, PT_TIME_TEXT * 4);
    PtJsonOut out = pt_json_out(&buf);
    pt_json_out_double(&out, value.number);
    const PtStr text = copy(o, pt_buf_str(&buf));
    pt_buf_done(&buf);
    return text;
}

static PtStr breakdown_text(const Oracle *o, const OracleRow *row, PlanBreakdown breakdown)
{
    return breakdown.slot == ORACLE_ALL ? PT_STR("") : text_of(o, value_at(o, row, breakdown.slot));
}

/* ---- Whose rows, of which sets --------------------------------------------------------------- */

static uint32_t person_of(const ColumnsPlan *plan, uint32_t node)
{
    return node == 0 ? 0 : node < plan->node_count ? plan->person_of[node] : node;
}

static bool is_asked(const ColumnsPlan *plan, uint32_t person)
{
    return plan->who == NULL ||
           (person < plan->who_count && (plan->who[person / 64] >> (person % 64) & 1) != 0);
}

static bool of_set(const PlanSet *set, uint16_t code, const PtValue *values)
{
    return (set->codes == NULL || (set->codes[code / 64] >> (code % 64) & 1) != 0) &&
           (set->program == NULL || pt_program_run(set->program, values));
}

static int by_history(const void *a, const void *b)
{
    const Seen *x = a, *y = b;
    if (x->person != y->person) {
        return x->person < y->person ? -1 : 1;
    }
    if (x->row->row.time_ms != y->row->row.time_ms) {
        return x->row->row.time_ms < y->row->row.time_ms ? -1 : 1;
    }
    return x->row->row.offset < y->row->row.offset ? -1 : 1;
}

static void see(Oracle *o)
{
    const ColumnsPlan *plan = o->plan;
    o->seen = oracle_must(pt_arena_alloc(o->arena, o->in->count + 1, sizeof *o->seen));
    for (size_t i = 0; i < o->in->count; i++) {
        const OracleRow *row = &o->in->rows[i];
        const uint32_t person = person_of(plan, row->row.node);
        if (row->row.time_ms < plan->from_ms || row->row.time_ms >= plan->to_ms ||
            !is_asked(plan, person)) {
            continue;
        }
        Seen *s = &o->seen[o->seen_count];
        bool any = false;
        PtValue values[PLAN_SLOTS];
        for (uint32_t slot = 0; slot < plan->slot_count; slot++) {
            values[slot] = value_at(o, row, slot);
        }
        *s = (Seen){.row = row, .person = person};
        for (size_t set = 0; set < plan->set_count; set++) {
            s->sets[set] = of_set(&plan->sets[set], row->code, values);
            any = any || s->sets[set];
        }
        o->seen_count += any;
    }
    qsort(o->seen, o->seen_count, sizeof *o->seen, by_history);
}

Fact *oracle_add_fact(Oracle *o, PtStr value, uint32_t a, uint32_t b, uint32_t person)
{
    if (o->fact_count == o->fact_cap) {
        o->fact_cap = o->fact_cap * 2 + 64;
        o->facts = oracle_must(realloc(o->facts, o->fact_cap * sizeof *o->facts));
    }
    Fact *f = &o->facts[o->fact_count];
    *f = (Fact){
        .value = value, .a = a, .b = b, .person = person, .order = o->fact_count, .counts = true};
    o->fact_count++;
    return f;
}

uint32_t oracle_period_of(const PlanPeriods *p, int64_t ms)
{
    for (uint32_t i = 0; i < p->count; i++) {
        if (ms >= p->edges[i] && ms < p->edges[i + 1]) {
            return i;
        }
    }
    fail_msg("an instant lies in no period");
    return 0;
}

/* ---- Segmentation ---------------------------------------------------------------------------- */

static void facts_of_segmentation(Oracle *o)
{
    const PlanSegmentation *p = &o->plan->segmentation;
    for (size_t i = 0; i < o->seen_count; i++) {
        const Seen *s = &o->seen[i];
        const ColumnsRow *row = &s->row->row;
        for (uint32_t k = 0; k < p->series_count; k++) {
            const PlanSeries *series = &p->series[k];
            if (!s->sets[series->set]) {
                continue;
            }
            Fact *f = oracle_add_fact(o, breakdown_text(o, s->row, p->breakdown), k,
                                      oracle_period_of(&p->periods, row->time_ms), s->person);
            if (series->measure == PLAN_TOTAL || series->measure == PLAN_UNIQUES) {
                f->counts = series->measure == PLAN_TOTAL || s->person != 0;
                continue;
            }
            const PtValue value = value_at(o, s->row, series->slot);
            f->counts = value.kind == PT_VALUE_NUMBER;
            f->number = value.number;
            f->micros = row->amount;
        }
    }
}

/* ---- Funnel ---------------------------------------------------------------------------------- */

typedef struct Attempt {
    size_t rows[PLAN_STEPS];
    size_t count;
} Attempt;

static bool of_any_step(const PlanFunnel *f, const Seen *s)
{
    for (size_t i = 0; i < f->step_count; i++) {
        if (s->sets[f->steps[i]]) {
            return true;
        }
    }
    return false;
}

static bool excluded(const PlanFunnel *f, const Seen *s, size_t after)
{
    for (size_t i = 0; i < f->exclusion_count; i++) {
        const PlanExclusion *e = &f->exclusions[i];
        if (s->sets[e->set] && (e->after == UINT8_MAX || e->after == after)) {
            return true;
        }
    }
    return false;
}

static bool same_value(const Oracle *o, const Seen *a, const Seen *b)
{
    const uint32_t slot = o->plan->funnel.same;
    if (slot == ORACLE_ALL) {
        return true;
    }
    const PtValue x = value_at(o, a->row, slot), y = value_at(o, b->row, slot);
    return x.kind != PT_VALUE_NONE && y.kind != PT_VALUE_NONE &&
           pt_str_eq(text_of(o, x), text_of(o, y));
}

static bool in_window(const Oracle *o, const Seen *begin, const Seen *s)
{
    return s->row->row.time_ms < begin->row->row.time_ms + o->plan->funnel.window_ms;
}

static Attempt attempt_in_order(const Oracle *o, const Seen *h, size_t count, size_t begin)
{
    const PlanFunnel *f = &o->plan->funnel;
    Attempt a = {.rows = {begin},
                 .count = h[begin].sets[f->steps[0]] && same_value(o, &h[begin], &h[begin])};
    bool over = a.count == 0;
    while (!over && a.count < f->step_count) {
        over = true;
        for (size_t i = a.rows[a.count - 1] + 1; i < count && in_window(o, &h[begin], &h[i]); i++) {
            if (h[i].sets[f->steps[a.count]] && same_value(o, &h[begin], &h[i])) {
                a.rows[a.count++] = i;
                over = false;
                break;
            }
            if (excluded(f, &h[i], a.count - 1) ||
                (f->order == PLAN_STRICT && of_any_step(f, &h[i]))) {
                break;
            }
        }
    }
    return a;
}

static Attempt attempt_in_any_order(const Oracle *o, const Seen *h, size_t count, size_t begin)
{
    const PlanFunnel *f = &o->plan->funnel;
    Attempt a = {.count = 0};
    bool taken[PLAN_STEPS] = {false};
    for (size_t i = begin; i < count && in_window(o, &h[begin], &h[i]); i++) {
        for (size_t step = 0; step < f->step_count; step++) {
            if (h[i].sets[f->steps[step]] && !taken[step] && same_value(o, &h[begin], &h[i])) {
                taken[step] = true;
                a.rows[a.count++] = i;
                break;
            }
        }
        if (a.count == 0) {
            break; // no attempt begins here
        }
    }
    return a;
}

static void facts_of_funnel(Oracle *o, const Seen *h, size_t count)
{
    const PlanFunnel *f = &o->plan->funnel;
    Attempt best = {.count = 0};
    for (size_t i = 0; i < count && !(f->first && best.count > 0); i++) {
        const Attempt a = f->order == PLAN_ANY ? attempt_in_any_order(o, h, count, i)
                                               : attempt_in_order(o, h, count, i);
        best = a.count > best.count ? a : best;
    }
    for (size_t step = 0; step < best.count; step++) {
        const ColumnsRow *at = &h[best.rows[step]].row->row;
        const OracleRow *first = h[best.rows[0]].row;
        const ColumnsRow *before = step > 0 ? &h[best.rows[step - 1]].row->row : at;
        Fact *fact = oracle_add_fact(o, breakdown_text(o, first, f->breakdown), (uint32_t)step, 0,
                                     h->person);
        fact->micros = at->time_ms - before->time_ms;
        fact->number = (double)fact->micros;
    }
}

/* ---- Retention ------------------------------------------------------------------------------- */

static bool came_back(const Oracle *o, const Seen *h, size_t count, size_t begin, uint32_t j)
{
    const PlanRetention *r = &o->plan->retention;
    const uint32_t cohort = oracle_period_of(&r->periods, h[begin].row->row.time_ms);
    const uint32_t from = r->brackets != NULL ? r->brackets[j] : j;
    const uint32_t to = r->way == PLAN_RETENTION_BEYOND ? ORACLE_ALL
                        : r->brackets != NULL           ? r->brackets[j + 1]
                                                        : j + 1;
    for (size_t i = begin + 1; i < count; i++) {
        const uint32_t k = oracle_period_of(&r->periods, h[i].row->row.time_ms) - cohort;
        if (h[i].sets[r->again] && k >= from && k < to) {
            return true;
        }
    }
    return false;
}

static void facts_of_retention(Oracle *o, const Seen *h, size_t count)
{
    const PlanRetention *r = &o->plan->retention;
    bool any = false;
    for (uint32_t cohort = 0; cohort < r->periods.count; cohort++) {
        size_t begin = 0;
        while (begin < count &&
               !(h[begin].sets[r->begin] &&
                 oracle_period_of(&r->periods, h[begin].row->row.time_ms) == cohort)) {
            begin++;
        }
        if (begin == count || (any && !r->recurring)) {
            continue;
        }
        any = true;
        const PtStr value = breakdown_text(o, h[begin].row, r->breakdown);
        (void)oracle_add_fact(o, value, cohort, ORACLE_ALL, h->person);
        const size_t wide = r->brackets != NULL ? r->bracket_count : r->periods.count - cohort;
        for (uint32_t j = 0; j < wide; j++) {
            if (came_back(o, h, count, begin, j)) {
                (void)oracle_add_fact(o, value, cohort, j, h->person);
            }
        }
    }
}

/* ---- Paths ----------------------------------------------------------------------------------- */

/* One session, in the order of the walk. */
static void facts_of_session(Oracle *o, const Seen *const *session, size_t count)
{
    const PlanPaths *p = &o->plan->paths;
    uint16_t codes[PLAN_DEPTH];
    size_t first = 0, steps = 0;
    while (first < count && !session[first]->sets[p->anchor]) {
        first++;
    }
    for (size_t i = first; i < count && steps < p->depth; i++) {
        const uint16_t code = session[i]->row->code;
        if (!(p->fold && steps > 0 && codes[steps - 1] == code)) {
            codes[steps++] = code;
        }
    }
    o->paths += steps > 0;
    for (size_t i = 1; i < steps; i++) {
        (void)oracle_add_fact(o, PT_STR(""), (uint32_t)i, (uint32_t)codes[i - 1] << 16 | codes[i],
                              session[0]->person);
    }
    if (steps > 0 && steps < p->depth) {
        (void)oracle_add_fact(o, PT_STR(""), (uint32_t)steps,
                              (uint32_t)codes[steps - 1] << 16 | PLAN_END, session[0]->person);
    }
}

static void facts_of_paths(Oracle *o, const Seen *h, size_t count)
{
    const PlanPaths *p = &o->plan->paths;
    const Seen **session = oracle_must(calloc(count, sizeof *session));
    size_t in_session = 0;
    for (size_t i = 0; i < count; i++) {
        const Seen *s = p->backwards ? &h[count - 1 - i] : &h[i];
        if (!s->sets[p->nodes]) {
            continue;
        }
        if (in_session > 0 &&
            llabs((long long)(s->row->row.time_ms - session[in_session - 1]->row->row.time_ms)) >
                p->gap_ms) {
            facts_of_session(o, session, in_session);
            in_session = 0;
        }
        session[in_session++] = s;
    }
    facts_of_session(o, session, in_session);
    free(session);
}

/* ---- All together ---------------------------------------------------------------------------- */

static void facts_of_person(Oracle *o, const Seen *history, size_t count)
{
    static void (*const kinds[PLAN_KINDS])(Oracle *, const Seen *, size_t) = {
        [PLAN_FUNNEL] = facts_of_funnel,
        [PLAN_RETENTION] = facts_of_retention,
        [PLAN_PATHS] = facts_of_paths,
        [PLAN_STICKINESS] = oracle_facts_of_stickiness,
        [PLAN_LIFECYCLE] = oracle_facts_of_lifecycle,
        [PLAN_SESSIONS] = oracle_facts_of_sessions,
    };
    if (kinds[o->plan->kind] != NULL) { // a segmentation looks at rows, not at persons
        kinds[o->plan->kind](o, history, count);
    }
}

static void walk_persons(Oracle *o)
{
    for (size_t i = 0, end; i < o->seen_count; i = end) {
        end = i + 1;
        while (end < o->seen_count && o->seen[end].person == o->seen[i].person) {
            end++;
        }
        if (o->seen[i].person != 0) {
            o->answer.persons++;
            facts_of_person(o, &o->seen[i], end - i);
        }
    }
    if (o->plan->kind == PLAN_SEGMENTATION) {
        facts_of_segmentation(o);
    }
}
Oracle *oracle_new(const ColumnsPlan *plan, const OracleRows *rows)
{
    Oracle *o = oracle_must(calloc(1, sizeof *o));
    o->plan = plan;
    o->in = rows;
    o->arena = oracle_must(pt_arena_new(SIZE_MAX));
    see(o);
    walk_persons(o);
    oracle_make_answer(o);
    return o;
}

void oracle_free(Oracle *o)
{
    pt_arena_free(o->arena);
    free(o->facts);
    free(o->persons);
    free(o);
}
