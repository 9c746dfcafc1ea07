// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "base/time.h"
#include "platform/columns.h"
#include "platform/program.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A plan: a question about histories, compiled (decision 19). Who asks (src/behaviour) knows names
 * and trees; a plan knows numbers. columns_run_plan answers it on the embedded engine; another
 * engine may render it as SQL.
 *
 * Meaning  A person's history are the rows of all their nodes with time in [from_ms, to_ms), by
 *          (time, offset). Rows of nobody (person 0) count in totals and sums of a segmentation,
 * and nowhere else. Numbers  Counts and sums of micros are exact. Sums of doubles are added in the
 * order person by person of each range of persons, ranges in order: the last bits may differ with
 * the number of threads (relative 1e-12 of the sum of magnitudes). Units    ms, micros. Threads  A
 * plan is read only; columns_run_plan starts `threads` of its own.
 */
enum {
    PLAN_SETS = 64,        /* event sets */
    PLAN_STEPS = 20,       /* of a funnel */
    PLAN_SLOTS = 64,       /* columns that programs read */
    PLAN_VALUES = 100000,  /* of a breakdown, told apart; over it PT_TOO_LARGE */
    PLAN_BREAKDOWN = 1000, /* of them in the answer, those of the greatest weight */
    PLAN_PERIODS = 1000,   /* periods of a range, of a retention */
    PLAN_DEPTH = 20,       /* steps of a path */
    PLAN_EDGES = 100000,   /* told apart in paths; over it PT_TOO_LARGE */
};

/* ---- What a plan reads ------------------------------------------------------------------------
 */

/* A slot of the programs: filled from a column of the row. One path may have three columns: the one
 * that has a value gives it. UINT32_MAX: no such column. */
typedef struct PlanSlot {
    uint32_t number, text, truth; /* columns */
    bool as_time;                 /* its text is read as an instant */
    bool as_number;               /* its text is read as a number (pt_json_number_of) */
    const PtStr *codes;           /* of the column CODE: what each code of the snapshot says */
} PlanSlot;
/* Beside properties: the columns AMOUNT (a number in major units), STORE, CURRENCY (text), CHANNEL,
 * SOURCE, CODE and TIME (PT_VALUE_TIME) may be slots, too. Of CHANNEL and SOURCE the plan gives the
 * texts, of CODE the slot; an empty one is no value. AMOUNT and TIME stand in `number`, the other
 * five in `text`. Where several columns have a value, the number comes before the text, and that
 * before the truth. What as_time or as_number cannot read is no value. */

/* Rows that count: of one of these codes, and for which the program holds. */
typedef struct PlanSet {
    const uint64_t *codes;    /* COLUMNS_EVENTS_MAX bits; NULL: all */
    const PtProgram *program; /* on the plan's slots; NULL: all */
} PlanSet;

typedef enum PlanUnit { PLAN_HOUR, PLAN_DAY, PLAN_WEEK, PLAN_MONTH, PLAN_WHOLE } PlanUnit;

/* [edges[i], edges[i + 1]) is period i: civil hours, days, weeks (from Monday), months of a zone.
 */
typedef struct PlanPeriods {
    int64_t edges[PLAN_PERIODS + 1];
    size_t count;
    double per_ms; /* count / length: how fast the index rises, for a first guess; 0 will do */
} PlanPeriods;
/* From the period that holds from_ms to the one that holds to_ms - 1, the first and last cut to the
 * range. A day, week or month begins at the first instant at which the wall clock reads its begin
 * or later, an hour where the wall clock comes to a full hour or jumps into another one: so an hour
 * that is there twice is two. A period that a clock change makes empty is not there. PT_TOO_LARGE;
 * PT_INVALID: an empty range, one over 63 bits, or, but for PLAN_WHOLE, one not within the years 2
 * to 9998. zone NULL: UTC. */
PT_NODISCARD PtStatus plan_periods(PlanPeriods *ret_periods, PlanUnit unit, int64_t from_ms,
                                   int64_t to_ms, const PtZone *zone, PtError *err);
/* The index of the period that holds ms, which lies in the range. */
size_t plan_period_of(const PlanPeriods *periods, int64_t ms);

/* By what an answer is broken down. */
typedef struct PlanBreakdown {
    uint32_t slot; /* UINT32_MAX: not at all */
} PlanBreakdown;
/* A value's text: of numbers the shortest that reads back the same, of truths "true" and "false",
 * of instants RFC 3339 in UTC with milliseconds; "" where there is none, or a number is not finite.
 */

/* ---- Kinds ------------------------------------------------------------------------------------
 */

typedef enum PlanKind {
    PLAN_SEGMENTATION,
    PLAN_FUNNEL,
    PLAN_RETENTION,
    PLAN_PATHS,
    PLAN_STICKINESS,
    PLAN_LIFECYCLE,
    PLAN_SESSIONS,
    PLAN_WALK,
    PLAN_KINDS,
} PlanKind;

typedef enum PlanMeasure {
    PLAN_TOTAL,   /* rows */
    PLAN_UNIQUES, /* persons, exact */
    PLAN_SUM,     /* of a slot's number; rows without it count for nothing, here and below */
    PLAN_AVERAGE, /* sum / rows that have it */
    PLAN_LEAST,
    PLAN_MOST,
    PLAN_QUANTILE, /* of a slot's number, exact: the value at rank ceil(q * n), 1-based, at least 1
                    */
} PlanMeasure;

typedef struct PlanSeries {
    uint32_t set;
    PlanMeasure measure;
    uint32_t slot;
    double q; /* 0..1 */
} PlanSeries;

typedef struct PlanSegmentation {
    const PlanSeries *series;
    size_t series_count; /* 1..20 */
    PlanPeriods periods;
    PlanBreakdown breakdown; /* value of the counted row */
} PlanSegmentation;

typedef enum PlanOrder {
    PLAN_ORDERED, /* other rows may lie between the steps */
    PLAN_STRICT,  /* no row of any step's set may: the next row that is of some step's set is the
                     step sought, or the attempt ends */
    PLAN_ANY, /* all steps within the window of the first one that came, in any order: an attempt
                 begins at each row of any step; a row takes the first of its steps that is not
                 taken; step i is then the i-th that came, step 0 of a breakdown the first */
} PlanOrder;

typedef struct PlanExclusion { /* such a row between two steps that follow each other ends the
                                  attempt */
    uint32_t set;
    uint8_t after; /* step, from 0; UINT8_MAX: between any two */
} PlanExclusion;

/* A person's conversion is the attempt that goes furthest; of those the one that began first. An
 * attempt begins at each row of step 0 and takes for each next step the earliest row behind the one
 * before ((time, offset) greater) with time < begin + window_ms. A row is one step of an attempt
 * only. `same`: slot whose value must be there and be the same, by its text, at each step; with
 * PLAN_STRICT a row of the step sought with another value ends the attempt. */
typedef struct PlanFunnel {
    uint32_t steps[PLAN_STEPS]; /* sets */
    size_t step_count;          /* 2..20 */
    int64_t window_ms;          /* over 0 */
    PlanOrder order;
    const PlanExclusion *exclusions; /* not with PLAN_ANY */
    size_t exclusion_count;          /* up to 10 */
    uint32_t same;                   /* UINT32_MAX: none */
    bool first; /* only the attempt that begins at the person's first row of step 0 counts; with
                   PLAN_ORDERED, without exclusions and `same` */
    PlanBreakdown breakdown; /* value at the conversion's row of step 0 */
} PlanFunnel;

typedef enum PlanRetentionWay {
    PLAN_RETENTION_ON,     /* came back in period k */
    PLAN_RETENTION_BEYOND, /* in period k or later: unbounded */
} PlanRetentionWay;

/* Cohort: the period of a person's first row of `begin` in the range. Period k of a person is the
 * k-th period behind the cohort's; came back in k: a row of `again` in it, behind the first row
 * ((time, offset) greater). k = 0: the cohort's own period. Brackets: back[j] counts those with
 * such a row in a period k of [brackets[j], brackets[j + 1]), with BEYOND in any k from brackets[j]
 * on. */
typedef struct PlanRetention {
    uint32_t begin, again;
    PlanPeriods periods; /* cover the plan's range */
    PlanRetentionWay way;
    const uint32_t *brackets; /* bracket_count + 1 of them, rising; NULL: bracket k is [k, k + 1) */
    size_t bracket_count;     /* up to PLAN_PERIODS */
    bool recurring; /* a person is of the cohort of each period with a row of begin, behind which
                       (of that period's first such row) `again` counts */
    PlanBreakdown breakdown; /* value at the cohort's first row */
} PlanRetention;

/* Sequences of a person's rows of `nodes`, cut where more than gap_ms lies between two. From each
 * session the path that begins at its first row of `from` (or ends at its last row of `to`, counted
 * backwards): up to depth rows; of rows of one code after another only the first, where fold. The
 * anchor is sought before folding, and is a row of `nodes`, too. */
typedef struct PlanPaths {
    uint32_t nodes;  /* set */
    uint32_t anchor; /* set */
    bool backwards;  /* anchor is where they end */
    int64_t gap_ms;  /* over 0 */
    uint32_t depth;  /* 2..PLAN_DEPTH */
    bool fold;
} PlanPaths;

/* How many persons have rows of the set in exactly k of the periods. */
typedef struct PlanStickiness {
    uint32_t set;
    PlanPeriods periods; /* cover the plan's range; here and below */
} PlanStickiness;

/* Of each period, of rows of the set in the range: NEW, whose first row is in it; RETURNING, with a
 * row in it and in the period before; RESURRECTING, with a row in it, none in the period before and
 * one in an earlier one; DORMANT, with a row in the period before and none in it. */
typedef enum PlanStage {
    PLAN_NEW,
    PLAN_RETURNING,
    PLAN_RESURRECTING,
    PLAN_DORMANT,
    PLAN_STAGES,
} PlanStage;
typedef struct PlanLifecycle {
    uint32_t set;
    PlanPeriods periods;
} PlanLifecycle;

/* Sequences of a person's rows of the set, cut where more than gap_ms lies between two; a session
 * is of the period that its first row is in. Its length is from its first to its last row. */
typedef struct PlanSessions {
    uint32_t set;
    int64_t gap_ms; /* over 0 */
    PlanPeriods periods;
} PlanSessions;

/* Tells each person's rows of any set to who asks, in order: for questions that no other kind
 * answers. Persons with no such row are not told of; nobody is no person. A failure of a function
 * is the run's. It cannot be drilled into; the answer has no more than `rows` and `persons`.
 *
 * Ranges   Each range of persons has a context of its own and is walked by one thread, several
 *          ranges at a time: with `begin` NULL on more than one thread ctx is shared by them. Each
 *          person comes in one range, rising by number in it; not all of them rise through the
 *          ranges, and there may be ranges with nobody. Contexts are many at a time, up to one for
 *          each of some 80 ranges, and what they hold is not counted in the run's memory.
 */
typedef struct PlanWalk {
    PtStatus (*begin)(void *ctx, void **ret_range, PtError *err); /* of a range; may be NULL, then
                                                                     ctx is given to the others */
    /* sets: bit i: it is of set i. */
    PtStatus (*row)(void *range, uint32_t person, uint64_t sets, int64_t time_ms, uint64_t offset,
                    PtError *err);
    PtStatus (*end)(void *range, uint32_t person, PtError *err); /* of a person; or NULL */
    /* Of each range that began, whatever happened, before columns_run_plan returns; or NULL. Never
     * two at a time; where all goes well in the order of the ranges, which does not hang on the
     * threads: so it may add to what is in ctx. */
    void (*done)(void *range);
    void *ctx;
} PlanWalk;

typedef struct ColumnsPlan {
    PlanKind kind;
    int64_t from_ms, to_ms;
    const PlanSlot *slots;
    size_t slot_count;
    const PlanSet *sets;
    size_t set_count;
    const PtStr *channels; /* 16 texts of channels; NULL where no slot reads them */
    PtStr (*source_text)(void *ctx, uint32_t source);
    void *source_ctx;
    /* Whose the nodes are: person of node i, 0: nobody. A node at or behind node_count is its own
     * person (tests, benchmarks). */
    const uint32_t *person_of;
    uint32_t node_count;
    const uint64_t *who; /* bit for each person that counts; NULL: all. Nobody's rows: bit 0 */
    uint32_t who_count;  /* bits; persons behind do not count */
    union {
        PlanSegmentation segmentation;
        PlanFunnel funnel;
        PlanRetention retention;
        PlanPaths paths;
        PlanStickiness stickiness;
        PlanLifecycle lifecycle;
        PlanSessions sessions;
        PlanWalk walk;
    };
} ColumnsPlan;

/* ---- Answers ----------------------------------------------------------------------------------
 */

typedef struct PlanCell { /* of a segmentation */
    uint64_t n;           /* rows that count; persons for UNIQUES */
    double value;
    bool known; /* AVERAGE, LEAST, MOST, QUANTILE of no row is not */
} PlanCell;

typedef struct PlanFunnelRow {
    uint64_t reached[PLAN_STEPS];       /* persons that came to step i */
    double time_sum_ms[PLAN_STEPS];     /* from step i - 1 to i, of those */
    int64_t time_median_ms[PLAN_STEPS]; /* exact, rank ceil(n / 2); 0 where nobody */
} PlanFunnelRow;

typedef struct PlanRetentionRow {
    uint64_t persons;
    uint64_t back[]; /* [k], for k < periods - cohort; [j] of brackets, 0 where none began */
} PlanRetentionRow;

typedef struct PlanSessionsRow {
    uint64_t sessions, persons, rows;
    double length_sum_ms;
    int64_t length_median_ms; /* exact, rank ceil(n / 2) */
} PlanSessionsRow;

typedef struct PlanEdge {
    uint32_t depth;    /* of `to`, from 1 to depth - 1; backwards: counted from the end */
    uint16_t from, to; /* codes, `from` nearer to the anchor; PLAN_END: the path ends there (or
                          began), with fewer rows than depth */
    uint64_t count;
} PlanEdge;
#define PLAN_END UINT16_MAX

/* All in one arena, freed with it. */
typedef struct PlanAnswer {
    uint64_t rows;       /* read */
    uint64_t persons;    /* with a row of any set of the plan */
    const PtStr *values; /* of the breakdown, by (weight falling, text); one "" where there is none.
                            Weight: rows of a series' set, once for each series; persons of
                            step 0; persons of all cohorts. None where nothing has any */
    size_t value_count;
    uint64_t values_left; /* lighter ones that are not in the answer */
    /* [value][series][period] / [value] / [value][cohort] */
    const PlanCell *cells;
    const PlanFunnelRow *funnel;
    const PlanRetentionRow *const *retention; /* [value][cohort], NULL: nobody in it */
    const PlanEdge *edges;                    /* by (depth, count falling, from, to) */
    size_t edge_count;
    uint64_t paths;
    const uint64_t *stickiness;               /* [k], for k <= periods; [0] is 0 */
    const uint64_t (*lifecycle)[PLAN_STAGES]; /* [period] */
    const PlanSessionsRow *sessions;          /* [period] */
} PlanAnswer;

typedef struct PlanRun {
    size_t threads;             /* 1..64 */
    size_t memory_bytes;        /* of everything; PT_TOO_LARGE over it */
    const _Atomic bool *stop;   /* or NULL: PT_UNAVAILABLE soon after */
    const _Atomic bool *ends;   /* or NULL: likewise; of all runs of who asks */
    _Atomic uint64_t *progress; /* or NULL: rows done */
    /* Persons behind a cell; or NULL. Called on the threads of the run, one at a time. `cell` as
     * who asks gave it. */
    const struct PlanDrill *drill;
} PlanRun;

/* Which persons are to be told: those that a cell counts. */
typedef struct PlanDrill {
    uint32_t value;  /* index into PlanAnswer.values of a run before, on the same snapshot */
    uint32_t series; /* segmentation; of a funnel the step; of a retention the cohort; of paths the
                        depth; of a lifecycle the PlanStage */
    uint32_t period; /* segmentation; of a retention k or the bracket, UINT32_MAX: all of the
                        cohort; of paths from << 16 | to; of a stickiness k; of a lifecycle and
                        of sessions the period */
    bool dropped;    /* of a funnel: those that came to step - 1 and not to step */
    PtStatus (*tell)(void *ctx, uint32_t person, PtError *err);
    void *ctx;
} PlanDrill;

/* PT_INVALID: the plan is not well formed; PT_CORRUPT; PT_TOO_LARGE names the bound. */
PT_NODISCARD PtStatus columns_run_plan(const ColumnsPlan *plan, ColumnsSnapshot *snapshot,
                                       const PlanRun *run, PtArena *arena, PlanAnswer *ret_answer,
                                       PtError *err);
