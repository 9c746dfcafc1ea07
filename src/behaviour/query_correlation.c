// SPDX-License-Identifier: Apache-2.0
/* What goes with a conversion. Everybody counts once, with their first event of `from`. Values of
 * its properties are breakdowns of a funnel of first attempts; what was done before it is one walk.
 */
#include "behaviour/query_walk.h"

#include <math.h>
#include <stdlib.h>

enum {
    VALUES = 100, /* of a property */
    CANDIDATES = 2 * QUERY_CANDIDATES * VALUES + QUERY_FREQUENT
};

#define OF_EVENT UINT32_MAX
#define OF_TRAIT (UINT32_MAX - 1)

typedef struct Candidate {
    PtStr of, name, value; /* value data NULL: an event */
    uint64_t n, converted; /* with it */
    uint32_t property, at; /* of a value: which, and its place in the funnel's answer; of an event:
                              `property` is OF_EVENT, `at` its place in the walk; of a trait it is
                              OF_TRAIT, and `at` which */
    double p, q, weight;   /* weight: size of the difference */
    bool exact;
} Candidate;

typedef struct Skipped {
    PtStr name, why;
} Skipped;

typedef struct CorrelationEvent { /* that may have been done before */
    uint32_t set;
    PtStr name;
} CorrelationEvent;

typedef struct Correlation {
    QueryWalk w;
    const QueryAsking *a;
    const Query *q;
    QueryProperty properties[QUERY_CANDIDATES];
    size_t property_count;
    CorrelationEvent events[QUERY_FREQUENT];
    size_t event_count;
    uint64_t n, converted;
    Candidate *candidates; /* those tested first, by q */
    size_t count, tested;
    uint64_t values_left;
    Skipped skipped[2 * QUERY_CANDIDATES];
    size_t skipped_count;
    QueryConverts converts; /* for traits */
    PlanAnswer answer;      /* of the walk */
    const QueryCell *cell;  /* of who is sought; or NULL */
    uint64_t sought;        /* bits of events: all of them were done before */
} Correlation;

/* ---- Candidates that are not named ------------------------------------------------------------
 */

static int by_path(const void *a, const void *b)
{
    const QueryProperty *x = a, *y = b;
    if (x->root != y->root) {
        return x->root < y->root ? -1 : 1;
    }
    return pt_str_order(x->path, y->path);
}

static bool property_of(const ColumnsProperty *from, QueryProperty *ret_property)
{
    static const PtStr prefixes[] = {PT_STR_INIT("properties."), PT_STR_INIT("context.")};
    static const RuleRoot roots[] = {RULE_PROPERTY, RULE_CONTEXT};
    for (size_t i = 0; from->kind != COLUMNS_NUMBER && i < sizeof roots / sizeof *roots; i++) {
        if (pt_str_starts(from->path, prefixes[i])) {
            *ret_property = (QueryProperty){
                true, roots[i], pt_str_from(from->path, prefixes[i].len), QUERY_FIELD_EVENT};
            return true;
        }
    }
    return false;
}

static PtStatus find_properties(Correlation *c, PtError *err)
{
    const ColumnsProperty *known;
    const size_t count = columns_snapshot_properties(c->a->world->snapshot, &known);
    size_t found = 0;
    c->property_count = c->q->property_count;
    memcpy(c->properties, c->q->properties, sizeof c->properties);
    if (!c->q->all_properties) {
        return PT_OK;
    }
    QueryProperty *all = pt_arena_alloc(c->a->arena, count + 1, sizeof *all);
    if (all == NULL) {
        return query_no_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        found += property_of(&known[i], &all[found]);
    }
    qsort(all, found, sizeof *all, by_path);
    c->property_count = 0;
    for (size_t i = 0; i < found && c->property_count < QUERY_CANDIDATES; i++) {
        if (i == 0 || by_path(&all[i - 1], &all[i]) != 0) { // a path may have two kinds
            c->properties[c->property_count++] = all[i];
        }
    }
    return PT_OK;
}

static bool names_it(const QuerySet *set, PtStr name)
{
    size_t i = 0;
    while (i < set->name_count && !pt_str_eq(set->names[i], name)) {
        i++;
    }
    return i < set->name_count;
}

static PtStatus add_event(Correlation *c, PtStr name, PtError *err)
{
    const QueryAsking *a = c->a;
    const uint64_t *codes = NULL;
    CorrelationEvent event = {0, name};
    PtStatus st = query_codes(a->world->snapshot, &name, 1, a->arena, &codes, err);
    st = st == PT_OK ? query_plan_add_set(c->q, a->p, codes, NULL, &event.set, err) : st;
    if (st == PT_OK) {
        c->events[c->event_count++] = event;
    }
    return st;
}

/* Names by how often they came: a breakdown of all events. */
static PtStatus run_names(Correlation *c, PlanAnswer *ret_answer, PtError *err)
{
    const QueryAsking *a = c->a;
    const QueryProperty name = {.there = true, .root = RULE_FIELD, .field = QUERY_FIELD_EVENT};
    const PlanRun run = query_plan_run(a->world, a->p);
    PlanSeries series = {.measure = PLAN_TOTAL, .slot = UINT32_MAX};
    ColumnsPlan plan = a->p->plan;
    if (plan.slot_count == PLAN_SLOTS) {
        return pt_fail(err, PT_INVALID, "the query reads over %d values of events", PLAN_SLOTS - 1);
    }
    PtStatus st = query_plan_slot(&name, a->world, a->arena, &a->p->slots[plan.slot_count], err);
    st = st == PT_OK ? query_plan_add_set(c->q, a->p, NULL, NULL, &series.set, err) : st;
    if (st != PT_OK) {
        return st;
    }
    plan.kind = PLAN_SEGMENTATION;
    plan.set_count = a->p->plan.set_count;
    plan.segmentation = (PlanSegmentation){
        .series = &series, .series_count = 1, .breakdown = {(uint32_t)plan.slot_count++}};
    st = plan_periods(&plan.segmentation.periods, PLAN_WHOLE, plan.from_ms, plan.to_ms, NULL, err);
    st = st == PT_OK ? columns_run_plan(&plan, a->world->snapshot, &run, a->arena, ret_answer, err)
                     : st;
    query_plan_drop_set(a->p); // no walk is to tell all events
    return st;
}

static PtStatus frequent_events(Correlation *c, PtError *err)
{
    PlanAnswer answer;
    PtStatus st = run_names(c, &answer, err);
    for (size_t i = 0; st == PT_OK && i < answer.value_count && c->event_count < QUERY_FREQUENT;
         i++) {
        const PtStr value = answer.values[i];
        if (value.len > 0 && !names_it(&c->q->sets[c->q->begin], value) &&
            !names_it(&c->q->sets[c->q->again], value)) {
            st = add_event(c, value, err);
        }
    }
    return st;
}

static PtStatus find_events(Correlation *c, PtError *err)
{
    if (c->q->all_events) {
        return frequent_events(c, err);
    }
    for (size_t i = 0; i < c->q->event_count; i++) {
        c->events[i] = (CorrelationEvent){c->q->events[i], c->q->sets[c->q->events[i]].name};
    }
    c->event_count = c->q->event_count;
    return PT_OK;
}

/* ---- What was done before: a walk ------------------------------------------------------------ */

typedef struct CorrelationPart {
    QueryPart part;
    /* of one person */
    bool told, begun, converted;
    uint64_t before; /* bits of sets */
    int64_t end_ms;  /* of the window */
    /* of all */
    uint64_t n, n_converted;
    uint64_t with[QUERY_FREQUENT], with_converted[QUERY_FREQUENT];
} CorrelationPart;

static Correlation *correlation_of(const CorrelationPart *p)
{
    return (Correlation *)(void *)p->part.w;
}

static PtStatus take_row(void *part, uint32_t person, uint64_t sets, int64_t time_ms,
                         uint64_t offset, PtError *err)
{
    CorrelationPart *p = part;
    const Query *q = correlation_of(p)->q;
    (void)person;
    (void)offset;
    (void)err;
    p->told = true;
    if (p->begun) {
        p->converted = p->converted || ((sets >> q->again & 1) != 0 && time_ms < p->end_ms);
    } else if ((sets >> q->begin & 1) != 0) {
        p->begun = true;
        p->end_ms = time_ms + q->window_ms;
    } else {
        p->before |= sets;
    }
    return PT_OK;
}

static bool is_sought(const Correlation *c, const CorrelationPart *p)
{
    return (p->before & c->sought) == c->sought &&
           (!c->cell->has_converted || c->cell->converted == p->converted);
}

static PtStatus end_person(void *part, uint32_t person, PtError *err)
{
    CorrelationPart *p = part;
    const Correlation *c = correlation_of(p);
    (void)err;
    if (p->begun && c->cell != NULL && is_sought(c, p)) {
        query_walk_found(p->part.w, person);
    }
    if (p->begun && c->converts.counted != NULL) {
        query_converts_add(&correlation_of(p)->converts, person, p->converted);
    }
    p->n += p->begun;
    p->n_converted += p->begun && p->converted;
    for (size_t i = 0; p->begun && i < c->event_count; i++) {
        const uint64_t with = p->before >> c->events[i].set & 1;
        p->with[i] += with;
        p->with_converted[i] += p->converted ? with : 0;
    }
    p->part.people += p->told;
    p->told = p->begun = p->converted = false;
    p->before = 0;
    return PT_OK;
}

static PtStatus walk(Correlation *c, PtError *err)
{
    const QueryAsking *a = c->a;
    Candidate *events = &c->candidates[c->count];
    PtStatus st = query_walk(&c->w, a->p->plan.from_ms, a->p->plan.to_ms, &c->answer, err);
    for (size_t i = 0; i < c->event_count; i++) {
        events[i] = (Candidate){.of = PT_STR("event"),
                                .name = c->events[i].name,
                                .property = OF_EVENT,
                                .at = (uint32_t)i};
    }
    for (const QueryPart *part = c->w.parts; st == PT_OK && part != NULL; part = part->next) {
        const CorrelationPart *p = (const CorrelationPart *)(const void *)part;
        c->n += p->n;
        c->converted += p->n_converted;
        for (size_t i = 0; i < c->event_count; i++) {
            events[i].n += p->with[i];
            events[i].converted += p->with_converted[i];
        }
    }
    c->count += c->event_count;
    query_walk_done(&c->w);
    return st;
}

/* ---- Values: a funnel for each property ------------------------------------------------------ */

static PtStr property_name(const QueryProperty *property)
{
    return property->root == RULE_FIELD ? pt_str(query_field_names[property->field])
                                        : property->path;
}

static PtStatus run_funnel(Correlation *c, size_t property, const PlanDrill *drill, PtArena *arena,
                           PlanAnswer *ret_answer, PtError *err)
{
    const QueryAsking *a = c->a;
    ColumnsPlan plan = a->p->plan;
    PlanRun run = query_plan_run(a->world, a->p);
    run.drill = drill;
    if (plan.slot_count == PLAN_SLOTS) {
        return pt_fail(err, PT_INVALID, "the query reads over %d values of events", PLAN_SLOTS - 1);
    }
    plan.kind = PLAN_FUNNEL;
    plan.funnel = (PlanFunnel){.steps = {c->q->begin, c->q->again},
                               .step_count = 2,
                               .window_ms = c->q->window_ms,
                               .first = true,
                               .same = UINT32_MAX,
                               .breakdown = {(uint32_t)plan.slot_count}};
    plan.set_count = c->q->set_count;
    PlanSlot *slot = &a->p->slots[plan.slot_count++];
    PtStatus st = query_plan_slot(&c->properties[property], a->world, arena, slot, err);
    return st == PT_OK ? columns_run_plan(&plan, a->world->snapshot, &run, arena, ret_answer, err)
                       : st;
}

static PtStatus take_values(Correlation *c, size_t property, const PlanAnswer *answer, PtError *err)
{
    static const PtStr roots[] = {[RULE_PROPERTY] = PT_STR_INIT("property"),
                                  [RULE_CONTEXT] = PT_STR_INIT("context"),
                                  [RULE_FIELD] = PT_STR_INIT("field")};
    const QueryProperty *of = &c->properties[property];
    size_t taken = 0, i = 0;
    for (; i < answer->value_count && taken < VALUES; i++) {
        if (answer->values[i].len == 0) {
            continue;
        }
        Candidate one = {.of = roots[of->root],
                         .name = property_name(of),
                         .value = pt_arena_str(c->a->arena, answer->values[i]),
                         .n = answer->funnel[i].reached[0],
                         .converted = answer->funnel[i].reached[1],
                         .property = (uint32_t)property,
                         .at = (uint32_t)i};
        if (one.value.data == NULL) {
            return query_no_memory(err);
        }
        c->candidates[c->count++] = one;
        taken++;
    }
    for (; i < answer->value_count; i++) {
        c->values_left += answer->values[i].len > 0;
    }
    c->values_left += answer->values_left;
    return PT_OK;
}

/* One with too many values says nothing here: it is named, and left out. */
static PtStatus skip(Correlation *c, PtStr name, const PtError *why, PtError *err)
{
    const PtStr text = pt_arena_str(c->a->arena, pt_str(why->message));
    c->skipped[c->skipped_count++] = (Skipped){name, text};
    return text.data != NULL ? PT_OK : query_no_memory(err);
}

static PtStatus find_values(Correlation *c, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(c->a->world->memory_bytes);
    PtStatus st = arena != NULL ? PT_OK : query_no_memory(err);
    for (size_t i = 0; st == PT_OK && i < c->property_count; i++) {
        PlanAnswer answer;
        PtError why = {0};
        st = run_funnel(c, i, NULL, arena, &answer, &why);
        if (st == PT_OK) {
            st = take_values(c, i, &answer, err);
        } else {
            st = st == PT_TOO_LARGE ? skip(c, property_name(&c->properties[i]), &why, err)
                                    : pt_fail(err, st, "%s", why.message);
        }
        pt_arena_clear(arena);
    }
    return st;
}

/* ---- Values of traits, as they are now ------------------------------------------------------- */

static void take_trait(Correlation *c, size_t trait, const QueryTraitValue *values, size_t count)
{
    const size_t taken = count < VALUES ? count : VALUES;
    for (size_t i = 0; i < taken; i++) {
        c->candidates[c->count++] = (Candidate){.of = PT_STR("trait"),
                                                .name = c->q->traits[trait],
                                                .value = values[i].text,
                                                .n = values[i].n,
                                                .converted = values[i].converted,
                                                .property = OF_TRAIT,
                                                .at = (uint32_t)trait};
    }
    c->values_left += count - taken;
}

static PtStatus find_traits(Correlation *c, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < c->q->trait_count; i++) {
        QueryTraitValue *values = NULL;
        size_t count = 0;
        PtError why = {0};
        st = query_trait_values(c->a, &c->converts, c->q->traits[i], &values, &count, &why);
        if (st == PT_OK) {
            take_trait(c, i, values, count);
        } else {
            st = st == PT_TOO_LARGE ? skip(c, c->q->traits[i], &why, err)
                                    : pt_fail(err, st, "%s", why.message);
        }
    }
    return st;
}

/* ---- Tests ----------------------------------------------------------------------------------- */

static StatShare with(const Candidate *one)
{
    return (StatShare){one->converted, one->n};
}

static StatShare without(const Correlation *c, const Candidate *one)
{
    return (StatShare){c->converted - one->converted, c->n - one->n};
}

static int by_name(const Candidate *x, const Candidate *y)
{
    int order = pt_str_order(x->of, y->of);
    order = order != 0 ? order : pt_str_order(x->name, y->name);
    return order != 0 ? order : pt_str_order(x->value, y->value);
}

static int by_p(const void *a, const void *b)
{
    const Candidate *x = a, *y = b;
    return x->p != y->p ? (x->p > y->p) - (x->p < y->p) : by_name(x, y);
}

static int by_q(const void *a, const void *b)
{
    const Candidate *x = a, *y = b;
    if (x->q != y->q) {
        return x->q < y->q ? -1 : 1;
    }
    return x->weight != y->weight ? (x->weight < y->weight) - (x->weight > y->weight)
                                  : by_name(x, y);
}

/* Those that have enough people come first. */
static void choose_tested(Correlation *c)
{
    c->tested = 0;
    for (size_t i = 0; i < c->count; i++) {
        const Candidate one = c->candidates[i];
        if (one.n >= c->q->min_people && c->n - one.n >= c->q->min_people) {
            c->candidates[i] = c->candidates[c->tested];
            c->candidates[c->tested++] = one;
        }
    }
}

static PtStatus test_all(Correlation *c, PtError *err)
{
    choose_tested(c);
    double *p = pt_arena_alloc(c->a->arena, 2 * c->tested + 1, sizeof *p);
    if (p == NULL) {
        return query_no_memory(err);
    }
    for (size_t i = 0; i < c->tested; i++) {
        Candidate *one = &c->candidates[i];
        StatInterval difference = {0};
        const StatTest test = statistics_test(with(one), without(c, one));
        (void)statistics_difference(with(one), without(c, one), &difference); // both have people
        one->p = test.p;
        one->exact = test.exact;
        one->weight = fabs(difference.value);
    }
    qsort(c->candidates, c->tested, sizeof *c->candidates, by_p);
    for (size_t i = 0; i < c->tested; i++) {
        p[i] = c->candidates[i].p;
    }
    statistics_false_discovery(p, c->tested, p + c->tested);
    for (size_t i = 0; i < c->tested; i++) {
        c->candidates[i].q = p[c->tested + i];
    }
    qsort(c->candidates, c->tested, sizeof *c->candidates, by_q);
    return PT_OK;
}

static PtStatus correlate(const QueryAsking *a, Correlation *ret_correlation, PtError *err)
{
    Correlation *c = ret_correlation;
    *c = (Correlation){
        .w = {.a = a, .part_bytes = sizeof(CorrelationPart), .row = take_row, .end = end_person},
        .a = a,
        .q = a->q};
    c->candidates = pt_arena_alloc(a->arena, CANDIDATES, sizeof *c->candidates);
    if (c->candidates == NULL) {
        return query_no_memory(err);
    }
    PtStatus st = find_properties(c, err);
    st = st == PT_OK ? query_converts_open(a, &c->converts, err) : st;
    st = st == PT_OK ? find_events(c, err) : st;
    st = st == PT_OK ? walk(c, err) : st;
    st = st == PT_OK ? find_values(c, err) : st;
    st = st == PT_OK ? find_traits(c, err) : st;
    return st == PT_OK ? test_all(c, err) : st;
}

/* ---- The answer ------------------------------------------------------------------------------ */

static double rate_of(StatShare share)
{
    return share.n > 0 ? (double)share.count / (double)share.n : NAN;
}

static void write_candidate(const Correlation *c, const Candidate *one, PtJsonOut *out)
{
    const StatShare a = with(one), b = without(c, one);
    StatInterval d = {0};
    const bool known = statistics_difference(a, b, &d);
    pt_json_out_object(out);
    pt_json_put_str(out, "of", one->of);
    pt_json_put_str(out, "name", one->name);
    pt_json_out_key(out, PT_STR("value"));
    if (one->value.data != NULL) {
        pt_json_out_str(out, one->value);
    } else {
        pt_json_out_null(out);
    }
    pt_json_put_u64(out, "with", a.n);
    pt_json_put_u64(out, "converted_with", a.count);
    query_put_number(out, "rate_with", true, rate_of(a));
    pt_json_put_u64(out, "without", b.n);
    pt_json_put_u64(out, "converted_without", b.count);
    query_put_number(out, "rate_without", true, rate_of(b));
    query_put_number(out, "lift", b.count > 0, b.count > 0 ? rate_of(a) / rate_of(b) : 0);
    query_put_number(out, "difference", known, d.value);
    query_put_number(out, "low", known, d.low);
    query_put_number(out, "high", known, d.high);
    query_put_number(out, "p", true, one->p);
    pt_json_put_str(out, "test", one->exact ? PT_STR("fisher") : PT_STR("z"));
    query_put_number(out, "q", true, one->q);
    pt_json_put_bool(out, "significant", one->q <= c->q->level);
    pt_json_out_object_end(out);
}

static size_t shown(const Correlation *c)
{
    return c->tested < c->q->limit ? c->tested : c->q->limit;
}

static void write_head(const Correlation *c, PtJsonOut *out)
{
    pt_json_put_u64(out, "people_from", c->n);
    pt_json_put_u64(out, "converted", c->converted);
    query_put_number(out, "rate", true, rate_of((StatShare){c->converted, c->n}));
    pt_json_put_u64(out, "tested", c->tested);
    pt_json_put_u64(out, "too_few", c->count - c->tested);
    pt_json_put_u64(out, "rows_left", c->tested - shown(c));
    pt_json_put_u64(out, "values_left", c->values_left);
    pt_json_out_key(out, PT_STR("skipped"));
    pt_json_out_array(out);
    for (size_t i = 0; i < c->skipped_count; i++) {
        pt_json_out_object(out);
        pt_json_put_str(out, "name", c->skipped[i].name);
        pt_json_put_str(out, "why", c->skipped[i].why);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
    pt_json_put_str(out, "method", PT_STR("newcombe"));
    pt_json_put_str(out, "correction", PT_STR("benjamini-hochberg"));
    query_put_number(out, "level", true, c->q->level);
}

PtStatus query_correlation_answer(const QueryAsking *a, PtJsonOut *out, PtError *err)
{
    Correlation *c = pt_arena_alloc(a->arena, 1, sizeof *c);
    PtStatus st = c != NULL ? correlate(a, c, err) : query_no_memory(err);
    if (st != PT_OK) {
        return st;
    }
    write_head(c, out);
    pt_json_out_key(out, PT_STR("data"));
    pt_json_out_array(out);
    for (size_t i = 0; i < shown(c); i++) {
        write_candidate(c, &c->candidates[i], out);
    }
    pt_json_out_array_end(out);
    pt_json_put_u64(out, "people", c->w.people);
    pt_json_put_u64(out, "rows", c->answer.rows);
    return PT_OK;
}

/* ---- The people ------------------------------------------------------------------------------ */

static PtStatus people_of_value(Correlation *c, const Candidate *one, QueryPeople *found,
                                PtError *err)
{
    const QueryCell *cell = c->cell;
    const PlanDrill drill = {.value = one->at,
                             .series = cell->has_converted,
                             .dropped = cell->has_converted && !cell->converted,
                             .tell = query_people_take,
                             .ctx = found};
    PlanAnswer answer;
    return run_funnel(c, one->property, &drill, c->a->arena, &answer, err);
}

/* A row is known by its place in an answer, so there must be one first. */
PtStatus query_correlation_people(const QueryAsking *a, const QueryCell *cell, QueryPeople *found,
                                  PtError *err)
{
    Correlation *c = pt_arena_alloc(a->arena, 1, sizeof *c);
    const Candidate *one = NULL;
    PtStatus st = c != NULL ? correlate(a, c, err) : query_no_memory(err);
    if (st == PT_OK && cell->row != QUERY_NOT_GIVEN) {
        st = query_cell_check(cell->row, 0, shown(c), "row", err);
    }
    if (st != PT_OK) {
        return st;
    }
    if (cell->row != QUERY_NOT_GIVEN) {
        one = &c->candidates[cell->row];
    }
    c->cell = cell;
    c->w.found = found;
    if (one != NULL && one->property == OF_TRAIT) {
        return query_trait_people(a, &c->converts, one->name, one->value, cell, &c->w, err);
    }
    if (one != NULL && one->property != OF_EVENT) {
        return people_of_value(c, one, found, err);
    }
    if (one != NULL) {
        c->sought = UINT64_C(1) << c->events[one->at].set;
    }
    c->count = 0;
    return walk(c, err);
}
