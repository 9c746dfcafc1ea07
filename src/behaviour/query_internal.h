// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "base/time.h"
#include "platform/columns_plan.h"
#include "rules/rules.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Questions, inside of the module: docs/analytics.md says what they mean. By file:
 *
 * query_reading.c  JSON with its place, for messages
 * query_read.c     the query as a checked tree with its defaults; query_series.c: series, steps,
 *                  formulae and what else is in lists; query_write.c: its normal form
 * query_range.c    from when to when
 * query_formula.c  formulae over series
 * query_plan.c     the tree as a plan on a snapshot; query_who.c: which persons count
 * query_answer.c   the plan's answer as JSON
 * query_people.c   the persons behind a cell of it
 * query_compare.c  cohorts beside each other; query_correlation.c: what goes with a conversion
 * query_stays.c    how long and how smoothly people stay somewhere, now and before: of the steps of
 *                  a funnel (query_friction.c) and the stages of a journey (query_journey.c)
 * query_walk.c     what the last three share
 * query.c          the door: turns, kept answers, profiles
 *
 * All but query.c know no profiles: what they need of them stands in QueryWorld.
 */
enum {
    QUERY_JSON = 262144, /* bytes */
    QUERY_DEPTH = 64,
    QUERY_SERIES = 10,
    QUERY_FORMULAE = 10,
    QUERY_FORMULA = 200, /* bytes */
    QUERY_FORMULA_DEPTH = 32,
    QUERY_EXCLUSIONS = 10,
    QUERY_BRACKETS = 100,
    QUERY_SETS = 32,
    QUERY_NAMES = 100,    /* of an event set */
    QUERY_NAME = 100,     /* characters of what something is called */
    QUERY_PATH = 180,     /* bytes */
    QUERY_LAST = 1000,    /* units of a range */
    QUERY_LIMIT = 100,    /* values, edges */
    QUERY_CELLS = 200000, /* numbers of an answer */
    QUERY_COHORTS = 5,
    QUERY_CANDIDATES = 20, /* properties, events of a correlation that are named */
    QUERY_FREQUENT = 40,   /* events of it that are not */
    QUERY_ROWS = 500,      /* of a correlation's answer */
    QUERY_MIN_PEOPLE = 1000000,
    QUERY_STAY_STEPS = 16, /* of a friction */
    QUERY_STAGES = 12,     /* of a journey */
    QUERY_ERRORS = 5,
    QUERY_REPEATS = 100,
    QUERY_CHANNELS = 4
};

/* ---- Reading JSON (query_reading.c) ---------------------------------------------------------- */

/* Saved questions: the rule of one's `who`, as JSON in the arena. PT_INVALID: it has none, or there
 * is no such question. */
typedef struct QuerySaved {
    PtStatus (*who)(void *ctx, PtStr report, PtArena *arena, PtStr *ret_who, PtError *err);
    void *ctx;
} QuerySaved;

typedef struct QueryReading {
    const QuerySaved *saved; /* NULL: none can be named */
    PtArena *arena;          /* of texts */
    PtBuf scratch;
    PtError *err;
    char pointer[160]; /* where we are */
    size_t pointer_len;
} QueryReading;

/* PT_INVALID: no JSON, over QUERY_JSON bytes. */
PT_NODISCARD PtStatus query_reading_begin(QueryReading *r, PtStr json, PtArena *arena,
                                          PtError *err);
void query_reading_done(QueryReading *r);
/* Goes to a member, or an item; back with what it returned. */
size_t query_enter(QueryReading *r, const char *name);
size_t query_enter_item(QueryReading *r, size_t index);
void query_leave(QueryReading *r, size_t before);
/* PT_INVALID with the place in front. */
PT_NODISCARD PtStatus query_bad(QueryReading *r, const char *fmt, ...) PT_PRINTF(2, 3);
/* What another module found below this place; failures but PT_INVALID and PT_NOT_FOUND stay. */
PT_NODISCARD PtStatus query_bad_below(QueryReading *r, const PtError *why);
static inline PtStatus query_no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for a query");
}

/* The status of what was written, in words. */
static inline PtStatus query_written(const PtBuf *out, PtError *err)
{
    const PtStatus st = pt_buf_status(out);
    return st == PT_TOO_LARGE
               ? pt_fail(err, PT_TOO_LARGE, "the answer takes over %zu bytes", out->limit)
           : st == PT_OK ? st
                         : query_no_memory(err);
}

typedef struct QueryMember {
    const char *name;
    PtStr json; /* data NULL: not there */
} QueryMember;
/* Others, and one that stands twice, are PT_INVALID. */
PT_NODISCARD PtStatus query_members(QueryReading *r, PtStr json, QueryMember *members,
                                    size_t count);
typedef PtStatus (*QueryItem)(QueryReading *r, PtStr json, size_t index, void *ctx);
/* low to high items, each read where it stands. */
PT_NODISCARD PtStatus query_items(QueryReading *r, PtStr json, size_t low, size_t high,
                                  QueryItem read, void *ctx);
PT_NODISCARD PtStatus query_text(QueryReading *r, PtStr json, size_t max_bytes, PtStr *ret_text);
/* A text of 1 to QUERY_NAME characters. */
PT_NODISCARD PtStatus query_name(QueryReading *r, PtStr json, PtStr *ret_text);
PT_NODISCARD PtStatus query_whole(QueryReading *r, PtStr json, int64_t low, int64_t high,
                                  int64_t *ret_value);
PT_NODISCARD PtStatus query_truth(QueryReading *r, PtStr json, bool *ret_truth);
/* One of these texts; bits says which of them are allowed here. */
PT_NODISCARD PtStatus query_choice(QueryReading *r, PtStr json, const char *const *names,
                                   size_t count, unsigned bits, unsigned *ret_choice);
/* {"days": 7, "hours": 12}: added; a second to 10,000 days. */
PT_NODISCARD PtStatus query_duration(QueryReading *r, PtStr json, int64_t *ret_ms);
void query_duration_write(const char *name, int64_t ms, PtJsonOut *out);

/* ---- The tree -------------------------------------------------------------------------------- */

typedef enum QueryField {
    QUERY_FIELD_EVENT,
    QUERY_FIELD_TYPE,
    QUERY_FIELD_CHANNEL,
    QUERY_FIELD_SOURCE,
    QUERY_FIELD_STORE,
    QUERY_FIELD_CURRENCY,
    QUERY_FIELD_AMOUNT,
    QUERY_FIELD_TIMESTAMP,
    QUERY_FIELDS,
} QueryField;

typedef struct QueryProperty {
    bool there;
    RuleRoot root; /* PROPERTY, CONTEXT, FIELD */
    PtStr path;
    QueryField field; /* FIELD */
} QueryProperty;

typedef struct QuerySet {
    PtStr name;
    PtStr *names;
    size_t name_count;    /* 0: all */
    RuleCondition *where; /* NULL: none */
} QuerySet;

typedef struct QuerySeries {
    uint32_t set;
    PlanMeasure measure;
    QueryProperty of;
    double q;
} QuerySeries;

typedef struct QueryFormula QueryFormula;
typedef struct QueryNamedFormula {
    PtStr name, text;
    QueryFormula *formula;
} QueryNamedFormula;

typedef struct QueryMoment { /* an end of a range */
    bool day;                /* a civil day of the zone, at its midnight read as UTC */
    int64_t ms;
} QueryMoment;

typedef struct QueryRange {
    uint32_t last; /* units; 0: from and to */
    PlanUnit unit;
    QueryMoment from, to;
} QueryRange;

/* The kinds of the engine, and those that are asked of it in parts. */
typedef enum QueryKind {
    QUERY_COMPARE = PLAN_WALK,
    QUERY_CORRELATION,
    QUERY_FRICTION,
    QUERY_JOURNEY,
    QUERY_KINDS,
} QueryKind;

typedef struct QueryCohort {
    PtStr name;
    RuleOperands *operands;
    RuleWho *who; /* NULL: everybody */
} QueryCohort;

typedef struct QueryStage {
    uint32_t set;
    bool again; /* only what a person did before */
} QueryStage;

typedef struct Query {
    PtArena *arena; /* of texts; borrowed */
    unsigned kind;  /* PlanKind below PLAN_WALK, else QueryKind */
    QueryRange range;
    PtStr zone_name;
    PtZone *zone;
    RuleOperands *operands;     /* of conditions */
    RuleOperands *who_operands; /* of `who` */
    RuleWho *who;               /* NULL: everybody */
    RuleCondition *where;       /* NULL: none */
    QuerySet sets[QUERY_SETS];  /* every event set of the query */
    size_t set_count;
    PlanUnit unit;
    QueryProperty breakdown;
    uint32_t limit;
    /* segmentation */
    QuerySeries series[QUERY_SERIES];
    QueryNamedFormula formulae[QUERY_FORMULAE];
    size_t series_count, formula_count;
    /* funnel */
    uint32_t steps[PLAN_STEPS];
    size_t step_count;
    int64_t window_ms;
    PlanOrder order;
    PlanExclusion exclusions[QUERY_EXCLUSIONS];
    size_t exclusion_count;
    QueryProperty same;
    /* retention */
    uint32_t begin, again;
    PlanRetentionWay way;
    uint32_t brackets[QUERY_BRACKETS];
    size_t bracket_count; /* entries: one more than there are brackets; 0: none */
    bool recurring;
    /* paths; sessions: gap */
    uint32_t anchor, nodes;
    bool backwards, fold;
    int64_t gap_ms;
    uint32_t depth;
    /* stickiness, lifecycle, sessions */
    uint32_t of;
    /* compare */
    QueryCohort cohorts[QUERY_COHORTS];
    size_t cohort_count;
    struct Query *inner; /* its range, zone and persons are given to it: query_cohort */
    /* correlation: of `begin` with `again` */
    QueryProperty properties[QUERY_CANDIDATES];
    uint32_t events[QUERY_CANDIDATES];
    PtStr traits[QUERY_CANDIDATES]; /* names */
    size_t property_count, event_count, trait_count;
    bool has_properties, has_events; /* were given */
    bool all_properties, all_events;
    uint32_t min_people;
    double level;
    /* friction (with the funnel's steps, window, gap), journey */
    QueryStage stages[QUERY_STAGES];
    size_t stage_count;
    uint32_t errors[QUERY_ERRORS];
    size_t error_count;
    uint32_t empty; /* searches */
    uint32_t repeats;
    bool has_baseline; /* else as long a time, right before */
    QueryRange baseline;
    RuleCondition *channels[QUERY_CHANNELS]; /* that an event came in */
} Query;

extern const char *const query_kind_names[QUERY_KINDS];
extern const char *const query_unit_names[PLAN_WHOLE + 1];
extern const char *const query_field_names[QUERY_FIELDS];
extern const char *const query_measure_names[PLAN_QUANTILE + 1];
extern const char *const query_order_names[PLAN_ANY + 1];
extern const char *const query_stage_names[PLAN_STAGES];
extern const char *const query_way_names[PLAN_RETENTION_BEYOND + 1];

/* PT_INVALID names the place and the bound. Texts are in the arena, which must outlive it. */
PT_NODISCARD PtStatus query_read(PtStr json, PtArena *arena, Query **ret_query, PtError *err);
/* The same; a `who` may be that of a saved question, and is then its rule, as it is now. */
PT_NODISCARD PtStatus query_read_saved(PtStr json, const QuerySaved *saved, PtArena *arena,
                                       Query **ret_query, PtError *err);
/* A rule over a person, or {"report": ID}. */
PT_NODISCARD PtStatus query_read_who(QueryReading *r, PtStr json, RuleOperands *operands,
                                     RuleWho **ret_who);
void query_free(Query *q); /* accepts NULL */
/* All members, normalised: reads back as the same. */
void query_write(const Query *q, PtJsonOut *out);

static inline void query_freep(Query **q)
{
    query_free(*q);
}

/* ---- Parts of the tree (query_series.c) ------------------------------------------------------ */

PT_NODISCARD PtStatus query_read_property(QueryReading *r, PtStr json, QueryProperty *ret_property);
/* An event set, added to the query's. */
PT_NODISCARD PtStatus query_read_set(QueryReading *r, Query *q, PtStr json, uint32_t *ret_set);
/* The set of all events, with that name. */
PT_NODISCARD PtStatus query_add_all(QueryReading *r, Query *q, uint32_t *ret_set);
PT_NODISCARD PtStatus query_read_series(QueryReading *r, Query *q, PtStr json);
PT_NODISCARD PtStatus query_read_formulae(QueryReading *r, Query *q, PtStr json);
PT_NODISCARD PtStatus query_read_steps(QueryReading *r, Query *q, PtStr json);
PT_NODISCARD PtStatus query_read_exclusions(QueryReading *r, Query *q, PtStr json);
PT_NODISCARD PtStatus query_read_brackets(QueryReading *r, Query *q, PtStr json);
/* A condition on events: no traits. */
PT_NODISCARD PtStatus query_read_where(QueryReading *r, Query *q, PtStr json,
                                       RuleCondition **ret_where);

/* ---- Parts of the later kinds (query_kinds.c) -------------------------------------------------
 */

PT_NODISCARD PtStatus query_read_cohorts(QueryReading *r, Query *q, PtStr json);
PT_NODISCARD PtStatus query_read_properties(QueryReading *r, Query *q, PtStr json);
PT_NODISCARD PtStatus query_read_traits(QueryReading *r, Query *q, PtStr json);
PT_NODISCARD PtStatus query_read_candidates(QueryReading *r, Query *q, PtStr json);
PT_NODISCARD PtStatus query_read_level(QueryReading *r, Query *q, PtStr json);
PT_NODISCARD PtStatus query_read_stages(QueryReading *r, Query *q, PtStr json);
PT_NODISCARD PtStatus query_read_errors(QueryReading *r, Query *q, PtStr json);
/* What holds where these were left out; the conditions of channels. */
PT_NODISCARD PtStatus query_kinds_complete(QueryReading *r, Query *q);
void query_kinds_write(const Query *q, PtJsonOut *out);
void query_kinds_free(Query *q);
/* Of query_write.c, for it. */
void query_write_set(const char *name, const Query *q, uint32_t set, PtJsonOut *out);
void query_write_set_members(const QuerySet *set, PtJsonOut *out);
void query_write_sets(const char *name, const Query *q, const uint32_t *sets, size_t count,
                      PtJsonOut *out);
void query_write_property_members(const QueryProperty *p, PtJsonOut *out);
void query_write_kind(const Query *q, PtJsonOut *out); /* the members of its kind */

/* ---- Ranges (query_range.c) ------------------------------------------------------------------ */

PT_NODISCARD PtStatus query_read_range(QueryReading *r, PtStr json, QueryRange *ret_range);
void query_range_write(const char *name, const QueryRange *range, PtJsonOut *out);
/* [from, to) as of now; PT_INVALID: it is empty. */
PT_NODISCARD PtStatus query_range_span(const QueryRange *range, const PtZone *zone, int64_t now_ms,
                                       int64_t *ret_from_ms, int64_t *ret_to_ms, PtError *err);

/* ---- Formulae (query_formula.c): + - * / ( ), numbers, series A, B, ... ---------------------- */

PT_NODISCARD PtStatus query_formula_read(PtStr text, size_t series_count, PtArena *arena,
                                         QueryFormula **ret_formula, PtError *err);
/* values[series]; one that is not finite is not known. A result that is none, or a division by
 * zero: NAN. */
double query_formula_value(const QueryFormula *f, const double *values);

/* ---- Plans (query_plan.c) -------------------------------------------------------------------- */

/* What a query is asked of. */
typedef struct QueryWorld {
    ColumnsSnapshot *snapshot;
    const uint32_t *person_of; /* [node_count] */
    uint32_t node_count;
    uint32_t person_count; /* numbers of persons are below it */
    const PtStr *sources;  /* [source_count], by number: ids; "" where there is none */
    size_t source_count;
    int64_t now_ms;
    size_t threads, memory_bytes;
    const _Atomic bool *stop, *ends; /* or NULL */
    _Atomic uint64_t *progress;      /* or NULL */
    /* As profiles_trait_of_all. */
    PtStatus (*trait_of_all)(void *ctx, PtStr name, const _Atomic bool *stop,
                             PtStatus (*tell)(void *tell_ctx, uint32_t person, PtStr json,
                                              PtError *err),
                             void *tell_ctx, PtError *err);
    void *trait_ctx;
} QueryWorld;

typedef struct QueryChannels { /* by number */
    PtStr texts[16];
} QueryChannels;

/* A plan and what it stands on. */
typedef struct QueryPlan {
    ColumnsPlan plan;
    PlanSlot slots[PLAN_SLOTS];
    PlanSet sets[PLAN_SETS];
    PlanSeries series[QUERY_SERIES];
    QueryChannels channels;
    PtProgram *programs[PLAN_SETS]; /* owned, some */
    uint64_t *who;                  /* owned; or NULL */
    size_t who_bytes;               /* of the memory */
} QueryPlan;

/* Scratch memory is taken from the arena, which must outlive the plan. query_plan_done also after a
 * failure. */
PT_NODISCARD PtStatus query_plan_make(const Query *q, const QueryWorld *world, PtArena *arena,
                                      QueryPlan *ret_plan, PtError *err);
/* The same without a kind: sets, slots of conditions, persons, range. */
PT_NODISCARD PtStatus query_plan_begin(const Query *q, const QueryWorld *world, PtArena *arena,
                                       QueryPlan *ret_plan, PtError *err);
void query_plan_done(QueryPlan *p);
/* A set of these codes (NULL: all) on which the query's `where` and this condition hold; the number
 * of it. PT_INVALID: over PLAN_SETS. */
PT_NODISCARD PtStatus query_plan_add_set(const Query *q, QueryPlan *p, const uint64_t *codes,
                                         const RuleCondition *where, uint32_t *ret_set,
                                         PtError *err);
void query_plan_drop_set(QueryPlan *p); /* the one that was added last */
/* What the slot of a property reads. */
PT_NODISCARD PtStatus query_plan_slot(const QueryProperty *property, const QueryWorld *world,
                                      PtArena *arena, PlanSlot *ret_slot, PtError *err);
PlanRun query_plan_run(const QueryWorld *world, const QueryPlan *p);
/* Whether it can be asked at all: the periods of its range. */
PT_NODISCARD PtStatus query_plan_check(const Query *q, int64_t now_ms, PtError *err);

/* Slots of operands [0, count) on the snapshot's columns. PT_INVALID: over PLAN_SLOTS. */
PT_NODISCARD PtStatus query_slots(const RuleOperands *o, const QueryWorld *world, PtArena *arena,
                                  PlanSlot slots[static PLAN_SLOTS], PtError *err);
/* Bits of the codes of these names; NULL: all. */
PT_NODISCARD PtStatus query_codes(const ColumnsSnapshot *s, const PtStr *names, size_t count,
                                  PtArena *arena, const uint64_t **ret_codes, PtError *err);
/* Channels, sources and persons of the world into the plan; both are borrowed. */
void query_plan_world(const QueryWorld *world, QueryChannels *channels, ColumnsPlan *plan);

/* ---- Who (query_who.c) ----------------------------------------------------------------------- */

/* Bits of the persons that the rule holds for as of the instant, of rows up to to_ms; to be
 * freed. */
PT_NODISCARD PtStatus query_who(const Query *q, const QueryWorld *world, int64_t to_ms,
                                PtArena *arena, uint64_t **ret_who, PtError *err);

/* ---- Answers (query_answer.c) ---------------------------------------------------------------- */

/* Appends the members from `kind` to `rows` of the answer, without brackets around them. */
PT_NODISCARD PtStatus query_answer(const Query *q, const QueryWorld *world, PtArena *arena,
                                   PtBuf *out, PtError *err);
/* The members of its kind, `people` and `rows`, of a plan that was run. */
PT_NODISCARD PtStatus query_answer_data(const Query *q, const QueryWorld *world, const QueryPlan *p,
                                        const PlanAnswer *answer, PtJsonOut *out, PtError *err);
void query_put_time(PtJsonOut *out, const char *name, int64_t ms);
/* null where it is not known, or not finite. */
void query_put_number(PtJsonOut *out, const char *name, bool known, double value);
/* The answer's edges in order: index of each into the engine's; those over the limit of a depth are
 * left out. */
size_t query_edges(const Query *q, const PlanAnswer *answer, uint32_t *ret_edges, size_t room);

/* ---- People (query_people.c) ----------------------------------------------------------------- */

typedef struct QueryPeople {
    uint64_t *bits; /* of persons; owned */
    size_t words;
    uint64_t count;
} QueryPeople;
/* The persons behind a cell (JSON); free(bits). */
PT_NODISCARD PtStatus query_people(const Query *q, PtStr cell, const QueryWorld *world,
                                   PtArena *arena, QueryPeople *ret_people, PtError *err);

enum { QUERY_NOT_GIVEN = -1 };
typedef struct QueryCell {
    int64_t value, series, period, step, cohort, back, edge, row, among, stage, to;
    unsigned state, measure;
    bool dropped, converted, then, going_on;
    bool has_converted, has_measure, has_channel;
    bool by_text; /* the value, not its index */
    PtStr text, channel;
} QueryCell;
/* PT_INVALID: not in [low, end). */
PT_NODISCARD PtStatus query_cell_check(int64_t value, size_t low, size_t end, const char *name,
                                       PtError *err);
/* Adds a person; for PlanDrill, one at a time. */
PT_NODISCARD PtStatus query_people_take(void *people, uint32_t person, PtError *err);

/* ---- The later kinds: members of the answer behind `range`, up to `rows`; persons of a cell ----
 */

/* What all of it is about. */
typedef struct QueryAsking {
    const Query *q;
    const QueryWorld *world;
    PtArena *arena;
    QueryPlan *p; /* query_plan_begin of q; of a comparison only its range is known */
} QueryAsking;

PT_NODISCARD PtStatus query_compare_answer(const QueryAsking *a, PtJsonOut *out, PtError *err);
PT_NODISCARD PtStatus query_correlation_answer(const QueryAsking *a, PtJsonOut *out, PtError *err);
PT_NODISCARD PtStatus query_friction_answer(const QueryAsking *a, PtJsonOut *out, PtError *err);
PT_NODISCARD PtStatus query_journey_answer(const QueryAsking *a, PtJsonOut *out, PtError *err);
PT_NODISCARD PtStatus query_correlation_people(const QueryAsking *a, const QueryCell *cell,
                                               QueryPeople *found, PtError *err);
PT_NODISCARD PtStatus query_friction_people(const QueryAsking *a, const QueryCell *cell,
                                            QueryPeople *found, PtError *err);
PT_NODISCARD PtStatus query_journey_people(const QueryAsking *a, const QueryCell *cell,
                                           QueryPeople *found, PtError *err);
/* The question of one cohort: a plain one, which borrows all of q. */
Query query_cohort(const Query *q, size_t cohort);
