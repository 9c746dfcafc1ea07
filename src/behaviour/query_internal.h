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
    QUERY_NAMES = 100,   /* of an event set */
    QUERY_NAME = 100,    /* characters of what something is called */
    QUERY_PATH = 180,    /* bytes */
    QUERY_LAST = 1000,   /* units of a range */
    QUERY_LIMIT = 100,   /* values, edges */
    QUERY_CELLS = 200000 /* numbers of an answer */
};

/* ---- Reading JSON (query_reading.c) ---------------------------------------------------------- */

typedef struct QueryReading {
    PtArena *arena; /* of texts */
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

typedef struct Query {
    PtArena *arena; /* of texts; borrowed */
    PlanKind kind;
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
} Query;

extern const char *const query_kind_names[PLAN_WALK]; /* those that can be asked */
extern const char *const query_unit_names[PLAN_WHOLE + 1];
extern const char *const query_field_names[QUERY_FIELDS];
extern const char *const query_measure_names[PLAN_QUANTILE + 1];
extern const char *const query_order_names[PLAN_ANY + 1];
extern const char *const query_stage_names[PLAN_STAGES];
extern const char *const query_way_names[PLAN_RETENTION_BEYOND + 1];

/* PT_INVALID names the place and the bound. Texts are in the arena, which must outlive it. */
PT_NODISCARD PtStatus query_read(PtStr json, PtArena *arena, Query **ret_query, PtError *err);
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

/* ---- Ranges (query_range.c) ------------------------------------------------------------------ */

PT_NODISCARD PtStatus query_read_range(QueryReading *r, PtStr json, QueryRange *ret_range);
void query_range_write(const QueryRange *range, PtJsonOut *out);
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
void query_plan_done(QueryPlan *p);
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
/* Of a plan that was run. */
PT_NODISCARD PtStatus query_answer_write(const Query *q, const QueryWorld *world,
                                         const QueryPlan *p, const PlanAnswer *answer,
                                         PtJsonOut *out, PtError *err);
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
