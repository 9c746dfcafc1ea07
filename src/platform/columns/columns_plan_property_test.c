// SPDX-License-Identifier: Apache-2.0
/* Random histories in the real store, random plans of all kinds over them: the engine with 1, 2 and
 * 3 threads against the oracle, cell by cell, and the persons behind random cells; a tenth of the
 * plans against ClickHouse, too (columns_chdb_rig.h), all of them in soak and with PATRON_SEED.
 *
 * PATRON_SEEDS = how many histories (30; 300 with PATRON_SOAK=1), PATRON_SEED = the first; what
 * fails prints its own.
 */
#include "base/rng.h"
#include "base/test_rows.h"
#include "platform/columns/columns_chdb_rig.h"
#include "platform/columns/columns_history_rig.h"
#include "platform/columns/columns_sql.h"

#include <fault/seeds.h>

#include <stdio.h>
#include <stdlib.h>

enum {
    HOUR_MS = 3600000,
    EVENTS = 9,
    PATHS = 5,
    SLOTS = 17, /* of them one as a time and three as numbers */
    SETS = 7,
    SERIES = 4,
    EXCLUSIONS = 3,
    PLANS = 24, /* of a snapshot */
    PLANS_LARGE = 4,
    CELLS = 4, /* drilled into, of a plan */
    CHDB_SHARE = 10,
    PERSONS = 2 * HISTORY_NODES,
    CHANNELS = 16,
};

static const char secret[] = "secret@example.com";

static const struct Place {
    const char *zone, *change; /* a clock change */
} places[] = {
    {NULL, "2026-03-01T00:00:00Z"},
    {"Europe/Berlin", "2026-03-29T01:00:00Z"},
    {"Europe/Berlin", "2025-10-26T01:00:00Z"},
    {"Asia/Kolkata", "2026-03-31T18:30:00Z"},
    {"Australia/Lord_Howe", "2025-10-04T15:30:00Z"},
    {"Australia/Lord_Howe", "2026-04-04T15:00:00Z"},
    {"Pacific/Apia", "2011-12-30T10:00:00Z"},
    {"America/Sao_Paulo", "2018-11-04T03:00:00Z"},
    {"America/Sao_Paulo", "2019-02-17T03:00:00Z"},
};

/* Everything that a history and its plans are drawn from. */
typedef struct World {
    PtRng rng;
    uint64_t seed;
    History *h;
    PtZone *zone;
    int64_t from_ms, length_ms, grain_ms; /* of times */
    uint32_t nodes;
    uint32_t noise; /* further events */
    bool large;     /* several blocks */
    uint64_t rare;  /* one row in so many is not of the first event; 0: no event is rare */
    uint32_t person_of[HISTORY_NODES]; /* now */
    uint64_t chdb_share;               /* of questions one in so many is asked there, too */
    bool loaded;                       /* its rows are those of the snapshot */
} World;

static Chdb *chdb; // or NULL

static uint64_t below(World *w, uint64_t bound)
{
    return pt_rng_below(&w->rng, bound);
}

static bool one_in(World *w, uint64_t n)
{
    return below(w, n) == 0;
}

/* ---- Histories ------------------------------------------------------------------------------- */

static const char *const names[EVENTS] = {"view", "cart", "buy",  "return", "",
                                          "view", "help", "12.5", "close"};
static const char *const paths[PATHS] = {"properties.n", "properties.text", "properties.truth",
                                         "properties.any", "properties.at"};

static PtStr random_text(World *w)
{
    static const char *const texts[] = {
        "x",    "y",    "",   "gold", "silver", "5",
        "-2.5", "+1e3", "5.", "true", secret,   "Straße 5, 3. OG, über dem Bäcker"};
    return pt_str(texts[below(w, PT_COUNT(texts))]);
}

static ColumnsValue random_value(World *w, unsigned path)
{
    static const double numbers[] = {0, 1, 2.5, -3, 5, 0.1, 1e15, 1e-7, 1234.56};
    static const char *const times[] = {"2026-03-01T00:00:00Z", "2026-03-01T01:00:00+01:00",
                                        "2026-04-01", "soon"};
    ColumnsValue v = {.path = pt_str(paths[path]), .kind = COLUMNS_NUMBER};
    v.kind = path == 1 || path == 4 ? COLUMNS_TEXT
             : path == 2            ? COLUMNS_TRUTH
             : path == 3            ? (ColumnsKind)below(w, COLUMNS_KINDS)
                                    : COLUMNS_NUMBER;
    v.number = numbers[below(w, PT_COUNT(numbers))];
    v.text = path == 4 ? pt_str(times[below(w, PT_COUNT(times))]) : random_text(w);
    v.truth = one_in(w, 2);
    return v;
}

static void random_row(World *w)
{
    static const char *const stores[] = {"", "", "berlin", "oslo"};
    static const char *const currencies[] = {"EUR", "USD", ""};
    const uint64_t event = w->rare > 0 && !one_in(w, w->rare) ? 0 : below(w, EVENTS);
    char noise[PT_TIME_TEXT];
    (void)snprintf(noise, sizeof noise, "noise %u",
                   w->noise > 0 ? (unsigned)below(w, w->noise) : 0);
    ColumnsValue values[PATHS];
    ColumnsRow row = {
        .time_ms =
            w->from_ms + pt_time_floor((int64_t)below(w, (uint64_t)w->length_ms), w->grain_ms),
        .node = one_in(w, 20) ? 0 : (uint32_t)(1 + below(w, 1 + below(w, w->nodes))), // skewed
        .source = (uint32_t)(1 + below(w, 3)),
        .type = event == 5 ? 2 : 1, // one name, two types
        .channel = (uint8_t)below(w, CHANNELS),
        .event = pt_str(w->noise > 0 && one_in(w, 2) ? noise : names[event]),
        .store = pt_str(stores[below(w, PT_COUNT(stores))]),
        .has_amount = one_in(w, 3),
        .values = values,
    };
    if (row.has_amount) {
        row.amount = (int64_t)below(w, 3000) * 333333 - 100000000;
        (void)pt_str_copy(row.currency, sizeof row.currency,
                          pt_str(currencies[below(w, PT_COUNT(currencies))]));
    }
    for (unsigned path = 0; path < PATHS; path++) {
        if (one_in(w, 2)) {
            values[row.value_count++] = random_value(w, path);
        }
    }
    history_add(w->h, &row);
}

static void random_erasure(World *w)
{
    uint32_t nodes[3];
    const size_t count = below(w, PT_COUNT(nodes) + 1);
    for (size_t i = 0; i < count; i++) {
        nodes[i] = (uint32_t)(1 + below(w, w->nodes));
    }
    history_erase(w->h, nodes, count, one_in(w, 2) ? pt_str(secret) : PT_STR("nowhere"));
}

static void random_upkeep(World *w)
{
    switch (below(w, 12)) {
    case 0:
    case 1:
    case 2:
        history_flush(w->h, true);
        break;
    case 3:
        history_flush(w->h, false);
        break;
    case 4:
    case 5:
        history_step(w->h);
        break;
    case 6:
        history_compact(w->h);
        break;
    case 7:
        history_reopen(w->h);
        break;
    case 8:
        random_erasure(w);
        break;
    default:
        history_add_again(w->h);
    }
}

/* Persons of several nodes, persons that are nodes of others, and a few nodes that are nobody's. */
static void random_persons(World *w, uint32_t *person_of)
{
    const uint64_t few = 1 + below(w, w->nodes), how = below(w, 3);
    for (uint32_t i = 1; i <= w->nodes; i++) {
        person_of[i] = how == 0        ? i
                       : one_in(w, 3)  ? (uint32_t)(1 + below(w, few))
                       : one_in(w, 40) ? 0
                       : one_in(w, 9)  ? (uint32_t)(1 + below(w, PERSONS - 1))
                                       : person_of[i];
    }
}

/* Merges and splits since. */
static void move_persons(World *w)
{
    for (uint64_t moves = below(w, 8); moves > 0; moves--) {
        const uint64_t node = 1 + below(w, w->nodes), other = 1 + below(w, w->nodes);
        w->person_of[node] = one_in(w, 2) ? w->person_of[other] : (uint32_t)node;
    }
}

static void random_history(World *w)
{
    static const int64_t lengths_h[] = {3, 50, 50, 24 * 40};
    static const int64_t grains_ms[] = {1, 1000, 60000, HOUR_MS / 2, HOUR_MS};
    const struct Place *place = &places[below(w, PT_COUNT(places))];
    int64_t change;
    if (place->zone != NULL) {
        assert_int_equal(pt_zone_load(place->zone, NULL, &w->zone, NULL), PT_OK);
    }
    assert_true(pt_time_parse(pt_str(place->change), &change));
    w->length_ms = lengths_h[below(w, PT_COUNT(lengths_h))] * HOUR_MS;
    w->from_ms = change - w->length_ms / 2;
    w->grain_ms = grains_ms[below(w, PT_COUNT(grains_ms))];
    w->nodes = (uint32_t)(1 + below(w, one_in(w, 8) ? HISTORY_NODES - 1 : 30));
    w->noise = one_in(w, 6) ? 600 : 0;
    w->large = one_in(w, 25);
    w->rare = one_in(w, 4) ? 200 : 0; // all events but one are rare, and kept where they are found
    if (w->large) {                   // a tie between two blocks has both read again
        w->grain_ms = 1;
    }
    w->h = history_new(w->seed, one_in(w, 3) ? 1 << 20 : 0);
    for (uint32_t i = 0; i < HISTORY_NODES; i++) {
        w->person_of[i] = i;
    }
    random_persons(w, w->h->person_of);
    memcpy(w->person_of, w->h->person_of, sizeof w->person_of);
}

static void more_rows(World *w)
{
    const uint64_t count = w->large ? 40000 : one_in(w, 12) ? 4000 : below(w, 400);
    for (uint64_t i = 0; i < count; i++) {
        random_row(w);
        if (one_in(w, w->large ? 8000 : 60)) {
            random_upkeep(w);
        }
    }
    if (one_in(w, 2)) { // or else rows are in memory only
        random_upkeep(w);
    }
    move_persons(w);
    if (one_in(w, 3)) { // runs that are written from now on know of it
        memcpy(w->h->person_of, w->person_of, sizeof w->person_of);
    }
}

/* ---- Plans ----------------------------------------------------------------------------------- */

/* A plan and what it points to. */
typedef struct Question {
    ColumnsPlan plan;
    PlanSlot slots[SLOTS];
    PlanSet sets[SETS];
    PtProgram *programs[SETS];
    uint64_t codes[SETS][COLUMNS_EVENTS_MAX / 64];
    uint64_t who[PERSONS / 64];
    PtStr channels[CHANNELS], code_texts[COLUMNS_EVENTS_MAX];
    PlanSeries series[SERIES];
    PlanExclusion exclusions[EXCLUSIONS];
    uint32_t brackets[6];
    OracleWalk walk;
} Question;

static const char *const channel_texts[CHANNELS] = {"web", "app",  "store", "mail", "call", "chat",
                                                    "sms", "push", "ads",   "tv",   "5",    "a",
                                                    "b",   "c",    "d",     "e"};

static const char *const source_texts[] = {"", "shop", "till", "web"};

static PtStr source_text(void *ctx, uint32_t source)
{
    (void)ctx;
    return pt_str(source_texts[source]);
}

static void fill_slots(Question *q, const ColumnsSnapshot *s)
{
    static const struct {
        uint32_t number, text;
    } fixed[] = {
        {COLUMNS_COLUMN_AMOUNT, UINT32_MAX},  {COLUMNS_COLUMN_TIME, UINT32_MAX},
        {UINT32_MAX, COLUMNS_COLUMN_STORE},   {UINT32_MAX, COLUMNS_COLUMN_CURRENCY},
        {UINT32_MAX, COLUMNS_COLUMN_CHANNEL}, {UINT32_MAX, COLUMNS_COLUMN_SOURCE},
        {UINT32_MAX, COLUMNS_COLUMN_CODE},    {UINT32_MAX, UINT32_MAX},
    };
    for (size_t i = 0; i < PATHS; i++) {
        q->slots[i] = history_slot(s, pt_str(paths[i]));
    }
    q->slots[PATHS] = q->slots[PATHS - 1];
    q->slots[PATHS].as_time = true;
    for (size_t i = 0; i < PT_COUNT(fixed); i++) {
        q->slots[PATHS + 1 + i] = (PlanSlot){.number = fixed[i].number,
                                             .text = fixed[i].text,
                                             .truth = UINT32_MAX,
                                             .codes = q->code_texts};
    }
    static const size_t numbers[] = {3, PATHS + 5, PATHS + 7}; // properties.any, CHANNEL, CODE
    for (size_t i = 0; i < PT_COUNT(numbers); i++) {
        q->slots[SLOTS - 1 - i] = q->slots[numbers[i]];
        q->slots[SLOTS - 1 - i].as_number = true;
    }
    const ColumnsEvent *events;
    const size_t codes = columns_snapshot_events(s, &events);
    for (size_t i = 1; i < codes; i++) {
        q->code_texts[i] = events[i].name;
    }
}

static PtStatus push_compare(World *w, PtProgram *p)
{
    const uint32_t slot = (uint32_t)below(w, SLOTS);
    PtValue constant = {.kind = PT_VALUE_NUMBER, .number = (double)below(w, 6)};
    switch (below(w, 5)) {
    case 0:
        return pt_program_compare(p, slot, PT_COMPARE_THERE, NULL, NULL);
    case 1:
        return pt_program_compare(
            p, slot, (PtCompare)(PT_COMPARE_EQ + below(w, PT_COMPARE_GE - PT_COMPARE_EQ + 1)),
            &constant, NULL);
    case 2:
        constant = (PtValue){.kind = PT_VALUE_TEXT, .text = random_text(w)};
        return pt_program_compare(p, slot, PT_COMPARE_EQ, &constant, NULL);
    case 3:
        constant = (PtValue){.kind = PT_VALUE_TIME,
                             .time_ms = w->from_ms + (int64_t)below(w, (uint64_t)w->length_ms)};
        return pt_program_compare(p, slot, PT_COMPARE_LT, &constant, NULL);
    default:
        constant = (PtValue){.kind = PT_VALUE_TEXT, .text = random_text(w)};
        return pt_program_compare(p, slot, PT_COMPARE_CONTAINS, &constant, NULL);
    }
}

static PtProgram *random_program(World *w)
{
    PtProgram *p = NULL;
    assert_int_equal(pt_program_new(&p, NULL), PT_OK);
    const size_t count = 1 + below(w, 3);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(push_compare(w, p), PT_OK);
        if (one_in(w, 3)) {
            assert_int_equal(pt_program_not(p, NULL), PT_OK);
        }
    }
    assert_int_equal(one_in(w, 2) ? pt_program_all(p, count, NULL) : pt_program_any(p, count, NULL),
                     PT_OK);
    assert_int_equal(pt_program_end(p, NULL), PT_OK);
    return p;
}

static void random_sets(World *w, Question *q, const ColumnsSnapshot *s)
{
    const ColumnsEvent *events;
    const size_t codes = columns_snapshot_events(s, &events);
    const uint16_t common = history_code(s, 1, pt_str(names[0]));
    q->plan.set_count = 1 + below(w, SETS);
    for (size_t i = 0; i < q->plan.set_count; i++) {
        const uint64_t share = 1 + below(w, 5);
        for (size_t code = 0; code < codes; code++) {
            const bool in = one_in(w, share) && (w->rare == 0 || code != common);
            q->codes[i][code / 64] |= (uint64_t)in << (code % 64);
        }
        q->programs[i] = one_in(w, 3) ? random_program(w) : NULL;
        q->sets[i] = (PlanSet){one_in(w, 8) && w->rare == 0 ? NULL : q->codes[i], q->programs[i]};
    }
}

static uint32_t random_set(World *w, const Question *q)
{
    return (uint32_t)below(w, q->plan.set_count);
}

static PlanBreakdown random_breakdown(World *w)
{
    return (PlanBreakdown){one_in(w, w->large ? 8 : 2) ? UINT32_MAX : (uint32_t)below(w, SLOTS)};
}

static void random_periods(World *w, const Question *q, PlanPeriods *ret_periods)
{
    const PlanUnit unit = (PlanUnit)below(w, PLAN_WHOLE + 1);
    const bool long_one = w->length_ms > 200LL * HOUR_MS;
    assert_int_equal(plan_periods(ret_periods, unit == PLAN_HOUR && long_one ? PLAN_DAY : unit,
                                  q->plan.from_ms, q->plan.to_ms, w->zone, NULL),
                     PT_OK);
}

/* A few grains, so that times lie on its edge, or anything. */
static int64_t random_span(World *w)
{
    return one_in(w, 2) ? (int64_t)(1 + below(w, 5)) * w->grain_ms
                        : 1 + (int64_t)below(w, (uint64_t)w->length_ms);
}

static void random_segmentation(World *w, Question *q)
{
    static const double shares[] = {0, 0.5, 0.9, 1, 0.333};
    PlanSegmentation *p = &q->plan.segmentation;
    const bool counts = one_in(w, 3); // of one set: the rows come in any order
    q->plan.set_count = counts ? 1 : q->plan.set_count;
    p->series = q->series;
    p->series_count = 1 + below(w, SERIES);
    for (size_t i = 0; i < p->series_count; i++) {
        static const uint32_t numbers[] = {0, 3, SLOTS - 1, PATHS + 1, PATHS + 1};
        q->series[i] = (PlanSeries){
            .set = random_set(w, q),
            .measure = (PlanMeasure)below(w, (counts ? PLAN_UNIQUES : PLAN_QUANTILE) + 1),
            .slot = one_in(w, 5) ? (uint32_t)below(w, SLOTS) : numbers[below(w, PT_COUNT(numbers))],
            .q = shares[below(w, PT_COUNT(shares))],
        };
    }
    p->breakdown = random_breakdown(w);
    random_periods(w, q, &p->periods);
}

static void random_funnel(World *w, Question *q)
{
    PlanFunnel *p = &q->plan.funnel;
    p->step_count = 2 + below(w, one_in(w, 10) ? PLAN_STEPS - 1 : 3);
    for (size_t i = 0; i < p->step_count; i++) {
        p->steps[i] = random_set(w, q);
    }
    p->window_ms = random_span(w);
    p->order = (PlanOrder)below(w, PLAN_ANY + 1);
    p->exclusions = q->exclusions;
    p->exclusion_count = p->order == PLAN_ANY || one_in(w, 2) ? 0 : 1 + below(w, EXCLUSIONS);
    for (size_t i = 0; i < p->exclusion_count; i++) {
        q->exclusions[i] = (PlanExclusion){
            random_set(w, q), one_in(w, 2) ? UINT8_MAX : (uint8_t)below(w, p->step_count - 1)};
    }
    p->same = one_in(w, 3) ? (uint32_t)below(w, SLOTS) : UINT32_MAX;
    p->first = p->order == PLAN_ORDERED && p->exclusion_count == 0 && p->same == UINT32_MAX &&
               one_in(w, 3);
    p->breakdown = random_breakdown(w);
}

static void random_retention(World *w, Question *q)
{
    PlanRetention *p = &q->plan.retention;
    p->begin = random_set(w, q);
    p->again = random_set(w, q);
    p->way = one_in(w, 2) ? PLAN_RETENTION_ON : PLAN_RETENTION_BEYOND;
    p->recurring = one_in(w, 2);
    p->breakdown = random_breakdown(w);
    random_periods(w, q, &p->periods);
    if (one_in(w, 3)) {
        uint32_t k = (uint32_t)below(w, 3);
        p->brackets = q->brackets;
        p->bracket_count = 1 + below(w, PT_COUNT(q->brackets) - 1);
        for (size_t i = 0; i <= p->bracket_count; i++, k += (uint32_t)(1 + below(w, 5))) {
            q->brackets[i] = k;
        }
    }
}

static void random_paths(World *w, Question *q)
{
    q->plan.paths = (PlanPaths){
        .nodes = random_set(w, q),
        .anchor = random_set(w, q),
        .backwards = one_in(w, 2),
        .gap_ms = random_span(w),
        .depth = (uint32_t)(2 + below(w, one_in(w, 4) ? PLAN_DEPTH - 1 : 4)),
        .fold = one_in(w, 2),
    };
}

static void random_stickiness(World *w, Question *q)
{
    q->plan.stickiness.set = random_set(w, q);
    random_periods(w, q, &q->plan.stickiness.periods);
}

static void random_lifecycle(World *w, Question *q)
{
    q->plan.lifecycle.set = random_set(w, q);
    random_periods(w, q, &q->plan.lifecycle.periods);
}

static void random_sessions(World *w, Question *q)
{
    q->plan.sessions.set = random_set(w, q);
    q->plan.sessions.gap_ms = random_span(w);
    random_periods(w, q, &q->plan.sessions.periods);
}

static void random_walk(World *w, Question *q)
{
    (void)w;
    q->plan.walk = oracle_walk(&q->walk);
}

static void random_range(World *w, ColumnsPlan *plan)
{
    plan->from_ms = w->from_ms - HOUR_MS;
    plan->to_ms = w->from_ms + w->length_ms + HOUR_MS;
    if (one_in(w, 2)) {
        const uint64_t length = (uint64_t)(plan->to_ms - plan->from_ms);
        plan->from_ms += (int64_t)below(w, length);
        plan->to_ms = plan->from_ms + 1 + (int64_t)below(w, length);
    }
}

static void random_who(World *w, Question *q)
{
    const uint64_t share = 1 + below(w, 4);
    for (size_t i = 0; i < PERSONS; i++) {
        q->who[i / 64] |= (uint64_t)one_in(w, share) << (i % 64);
    }
    q->plan.who = q->who;
    q->plan.who_count = (uint32_t)below(w, one_in(w, 2) ? 40 : PERSONS);
}

static Question *random_question(World *w, const ColumnsSnapshot *s)
{
    static void (*const kinds[PLAN_KINDS])(World *, Question *) = {
        random_segmentation, random_funnel,    random_retention, random_paths,
        random_stickiness,   random_lifecycle, random_sessions,  random_walk};
    Question *q = calloc(1, sizeof *q);
    assert_non_null(q);
    fill_slots(q, s);
    for (size_t i = 0; i < CHANNELS; i++) {
        q->channels[i] = pt_str(channel_texts[i]);
    }
    q->plan = (ColumnsPlan){
        .kind = (PlanKind)below(w, PLAN_KINDS),
        .slots = q->slots,
        .slot_count = SLOTS,
        .sets = q->sets,
        .channels = q->channels,
        .source_text = source_text,
        .person_of = w->person_of,
        .node_count = one_in(w, 8) ? 0 : (uint32_t)(1 + below(w, w->nodes + 1)),
    };
    q->plan.node_count = one_in(w, 4) ? q->plan.node_count : w->nodes + 1;
    random_range(w, &q->plan);
    random_sets(w, q, s);
    if (one_in(w, 4)) {
        random_who(w, q);
    }
    kinds[q->plan.kind](w, q);
    return q;
}

static void question_free(Question *q)
{
    for (size_t i = 0; i < SETS; i++) {
        pt_program_free(q->programs[i]);
    }
    oracle_walk_forget(&q->walk);
    free(q);
}

/* ---- Cells to drill into --------------------------------------------------------------------- */

static void cell_of_segmentation(World *w, const ColumnsPlan *plan, PlanDrill *cell)
{
    cell->series = (uint32_t)below(w, plan->segmentation.series_count);
    cell->period = (uint32_t)below(w, plan->segmentation.periods.count);
}

static void cell_of_funnel(World *w, const ColumnsPlan *plan, PlanDrill *cell)
{
    cell->series = (uint32_t)below(w, plan->funnel.step_count);
    cell->dropped = cell->series > 0 && one_in(w, 2);
}

static void cell_of_retention(World *w, const ColumnsPlan *plan, PlanDrill *cell)
{
    const PlanRetention *r = &plan->retention;
    cell->series = (uint32_t)below(w, r->periods.count);
    const size_t wide = r->brackets != NULL ? r->bracket_count : r->periods.count - cell->series;
    cell->period = one_in(w, 4) ? UINT32_MAX : (uint32_t)below(w, wide);
}

static void cell_of_stickiness(World *w, const ColumnsPlan *plan, PlanDrill *cell)
{
    cell->period = (uint32_t)below(w, plan->stickiness.periods.count + 1);
    cell->period = one_in(w, 2) ? cell->period % 4 : cell->period;
}

static void cell_of_lifecycle(World *w, const ColumnsPlan *plan, PlanDrill *cell)
{
    cell->series = (uint32_t)below(w, PLAN_STAGES);
    cell->period = (uint32_t)below(w, plan->lifecycle.periods.count);
}

static void cell_of_sessions(World *w, const ColumnsPlan *plan, PlanDrill *cell)
{
    cell->period = (uint32_t)below(w, plan->sessions.periods.count);
}

static PlanDrill random_cell(World *w, const ColumnsPlan *plan, const PlanAnswer *answer)
{
    static void (*const kinds[PLAN_KINDS])(World *, const ColumnsPlan *, PlanDrill *) = {
        [PLAN_SEGMENTATION] = cell_of_segmentation, [PLAN_FUNNEL] = cell_of_funnel,
        [PLAN_RETENTION] = cell_of_retention,       [PLAN_STICKINESS] = cell_of_stickiness,
        [PLAN_LIFECYCLE] = cell_of_lifecycle,       [PLAN_SESSIONS] = cell_of_sessions,
    };
    PlanDrill cell = {.value = (uint32_t)below(w, answer->value_count)};
    if (plan->kind == PLAN_PATHS) {
        const PlanEdge *edge = &answer->edges[below(w, answer->edge_count)];
        cell.series = edge->depth;
        cell.period = (uint32_t)edge->from << 16 | edge->to;
    } else {
        kinds[plan->kind](w, plan, &cell);
    }
    return cell;
}

static void drill_into_some(World *w, const Question *q, ColumnsSnapshot *s, Oracle *oracle,
                            PtArena *arena, char words[static ORACLE_WORDS])
{
    const PlanAnswer *answer = oracle_answer(oracle);
    const bool any = q->plan.kind == PLAN_PATHS
                         ? answer->edge_count > 0
                         : q->plan.kind != PLAN_WALK && answer->value_count > 0;
    for (int i = 0; any && i < CELLS && words[0] == 0; i++) {
        const PlanDrill cell = random_cell(w, &q->plan, answer);
        history_drill(&q->plan, s, oracle, &cell, arena, words);
    }
}

/* ---- All together ---------------------------------------------------------------------------- */

/* Where ClickHouse is not there the statement is made all the same, for the sanitizers. */
static void only_say(const ColumnsPlan *plan)
{
    const ColumnsSql sql = {.code_count = 1, .source_count = PT_COUNT(source_texts)};
    PtBuf out;
    pt_buf_init(&out, SIZE_MAX);
    assert_int_equal(columns_sql_plan(&sql, plan, &out, NULL), PT_OK);
    assert_int_equal(pt_buf_status(&out), PT_OK);
    pt_buf_done(&out);
}

static void ask_chdb(World *w, Question *q, const ColumnsSnapshot *s, const OracleRows *rows,
                     Oracle *oracle, PtArena *arena, char words[static ORACLE_WORDS])
{
    const ColumnsEvent *events;
    PlanAnswer answer;
    if (!w->loaded) {
        chdb_load(chdb, rows);
        w->loaded = true;
    }
    oracle_walk_forget(&q->walk);
    chdb_ask(chdb, &q->plan, columns_snapshot_events(s, &events), PT_COUNT(source_texts), arena,
             &answer);
    char found[ORACLE_WORDS];
    oracle_compare(oracle, &answer, found);
    if (found[0] != 0) {
        (void)fprintf(stderr, "%.*s\n", PT_STR_ARG(chdb_asked(chdb)));
        (void)snprintf(words, ORACLE_WORDS, "ClickHouse: %.200s", found);
    }
}

static void ask(World *w, ColumnsSnapshot *s, const OracleRows *rows, size_t number)
{
    static const char *const kinds[PLAN_KINDS] = {"segmentation", "funnel",    "retention", "paths",
                                                  "stickiness",   "lifecycle", "sessions",  "walk"};
    Question *q = random_question(w, s);
    Oracle *oracle = oracle_new(&q->plan, rows);
    PtArena *arena = pt_arena_new(SIZE_MAX);
    PlanAnswer answer;
    char words[ORACLE_WORDS];
    history_ask(&q->plan, s, oracle, arena, &answer, words);
    if (words[0] == 0) {
        drill_into_some(w, q, s, oracle, arena, words);
    }
    if (chdb == NULL) {
        only_say(&q->plan);
    } else if (words[0] == 0 && (w->seed + number) % w->chdb_share == 0) {
        ask_chdb(w, q, s, rows, oracle, arena, words);
    }
    if (words[0] != 0) {
        fail_msg("PATRON_SEED=%llu PATRON_SEEDS=1: %zu rows, %u nodes, %s (question %zu): %s",
                 (unsigned long long)w->seed, rows->count, w->nodes, kinds[q->plan.kind], number,
                 words);
    }
    pt_arena_free(arena);
    oracle_free(oracle);
    question_free(q);
}

static void one_history(uint64_t seed, uint64_t chdb_share)
{
    static World w; // large
    w = (World){.seed = seed, .chdb_share = chdb_share};
    pt_rng_init(&w.rng, seed);
    random_history(&w);
    for (uint64_t part = w.large ? 1 : 1 + below(&w, 3), n = 0; part > 0; part--) {
        OracleRows rows;
        more_rows(&w);
        ColumnsSnapshot *s = history_snapshot(w.h, &rows);
        w.loaded = false;
        for (int i = 0; i < (w.large ? PLANS_LARGE : PLANS); i++) {
            ask(&w, s, &rows, n++);
        }
        columns_snapshot_free(s);
    }
    history_free(w.h);
    pt_zone_free(w.zone);
}

static void test_random_plans_on_random_histories(void **state)
{
    (void)state;
    const FaultSeeds seeds = fault_seeds(30, 300);
    const bool all = fault_is_soak() || getenv("PATRON_SEED") != NULL;
    print_message("seeds from %llu\n", (unsigned long long)seeds.first);
    for (uint64_t i = 0; i < seeds.count; i++) {
        one_history(seeds.first + i, all ? 1 : CHDB_SHARE);
    }
}

static int open_chdb(void **state)
{
    (void)state;
    chdb = chdb_open();
    return 0;
}

static int close_chdb(void **state)
{
    (void)state;
    chdb_close(chdb);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_plans_on_random_histories),
    };
    return cmocka_run_group_tests(tests, open_chdb, close_chdb);
}
