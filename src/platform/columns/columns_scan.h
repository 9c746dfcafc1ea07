// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/columns_plan.h"

/* The pass that all kinds of plans share (columns_scan.c): persons one after another, and of each
 * the rows that matter, in order. Kinds (columns_fold_*.c) are folds over it.
 *
 * Ranges   Persons are cut into ranges by number with about the same rows in each, up to
 *          SCAN_RANGES of them however many threads there are; a thread takes the next one when it
 *          is free. Each range has a state of the fold of its own; they are merged in the order of
 *          the ranges, so that an answer does not hang on which thread took which, nor on how many
 *          there were.
 *
 * Moved    Persons with a group that was another's when its run was written (merges and splits
 *          since) come last: their rows are kept, with the values a fold may ask for, while the
 *          runs are read in their order, then sorted by person and folded like the others.
 *
 * Rows     Only those whose code is of some set of the plan, with time in the range, and for which
 *          the set's program holds. A block without such a code is not read.
 */
enum { SCAN_RANGES = 64, SCAN_RANGES_MOVED = 16 };

typedef struct ScanRow {
    int64_t time_ms;
    uint64_t sets;     /* bit i: it is of set i */
    uint32_t run, row; /* where it stands, for values of it */
    uint16_t code;
    uint16_t begins; /* the pass's own: it is the first of its group; where its values are kept */
    uint32_t kept;
} ScanRow;

typedef struct Scan Scan; /* of one thread */
typedef struct ValueTable ValueTable;

typedef struct ScanBlock { /* rows of a block that matter */
    const uint16_t *rows;  /* rising */
    const int64_t *times;  /* by row */
    uint32_t *cells;       /* by place in rows: the fold's */
    uint32_t run, base, count;
} ScanBlock;

/* A slot's value at the row that the fold is given. Text is valid until the person's end. */
PT_NODISCARD PtStatus scan_value(Scan *s, const ScanRow *row, uint32_t slot, PtValue *ret_value,
                                 PtError *err);
/* A slot's amount in micros, exact; false where it has none or is no amount. */
PT_NODISCARD PtStatus scan_micros(Scan *s, const ScanRow *row, uint32_t slot, bool *ret_there,
                                  int64_t *ret_micros, PtError *err);
/* values_of the value of a slot, remembered for each text of a block: what a breakdown asks. All
 * calls of a state with one slot name the same table. */
PT_NODISCARD PtStatus scan_number(Scan *s, const ScanRow *row, uint32_t slot, ValueTable *values,
                                  uint32_t *ret_number, PtError *err);
/* The same of all rows of a block. */
PT_NODISCARD PtStatus scan_numbers(Scan *s, const ScanBlock *block, uint32_t slot,
                                   ValueTable *values, uint32_t *ret_numbers, PtError *err);
/* The row's place in the log: to break ties (rows come in order already). */
PT_NODISCARD PtStatus scan_offset(Scan *s, const ScanRow *row, uint64_t *ret_offset, PtError *err);

/* A kind. All functions but new and free run on the thread that has the state. */
typedef struct FoldKind {
    /* The plan has been checked by check. Memory that grows is counted by scan_charge. */
    PtStatus (*check)(const ColumnsPlan *plan, PtError *err);
    PtStatus (*new)(const ColumnsPlan *plan, const PlanRun *run, void **ret_state, PtError *err);
    void (*free)(void *state);
    /* One person's rows, by (time, offset); count over 0. person 0: a piece of nobody's rows, in no
     * order and in any number of calls; only where wants_nobody. */
    PtStatus (*person)(void *state, Scan *s, uint32_t person, const ScanRow *rows, size_t count,
                       PtError *err);
    bool wants_nobody;
    /* The periods that the plan counts by, where it has one set and asks its rows for nothing but
     * their period; else NULL, and where NULL is here. So no row is made: the pass puts what it
     * finds of each person into `seen` of the state, then calls `end`, which forgets it. Nobody,
     * and persons of a run that drills, come by `person` all the same. */
    const PlanPeriods *(*times_of)(const ColumnsPlan *plan);
    struct TimesSeen *(*seen)(void *state);
    PtStatus (*end)(void *state, Scan *s, PtError *err);
    /* Whether it does not matter in which order a person's rows come; NULL: it does. Then `block`
     * puts into cells what `group` needs of each row, and `group` is told of places next to each
     * other that are of one person: of one person after another, but of each in any number of
     * calls. Nobody, persons with moved groups and those of a run that drills come by `person`. */
    bool (*any_order)(const ColumnsPlan *plan);
    PtStatus (*block)(void *state, Scan *s, const ScanBlock *block, PtError *err);
    void (*group)(void *state, uint32_t person, const uint32_t *cells, uint32_t count);
    /* Adds what `from`, of the range behind it, has found. */
    PtStatus (*merge)(void *into, void *from, PtError *err);
    /* Memory that the state holds, asked after a merge; NULL: what both were charged. */
    size_t (*bytes)(const void *state);
    PtStatus (*answer)(void *state, const ColumnsPlan *plan, PtArena *arena, PlanAnswer *ret_answer,
                       PtError *err);
} FoldKind;
extern const FoldKind fold_segmentation, fold_funnel, fold_retention, fold_paths, fold_stickiness,
    fold_lifecycle, fold_sessions, fold_walk;

/* PT_INVALID: the plan is not well formed. */
PT_NODISCARD PtStatus plan_check(const ColumnsPlan *plan, PtError *err);

/* PT_INVALID unless they rise and cover the plan's range. of: "a retention", in the error. */
PT_NODISCARD PtStatus periods_check(const PlanPeriods *periods, const ColumnsPlan *plan,
                                    const char *of, PtError *err);

/* Which periods a person has rows in, by bits: what folds of times keep of a person. */
enum { TIMES_WORDS = (PLAN_PERIODS + 63) / 64 };
typedef struct TimesCount {
    uint64_t rows, persons;
} TimesCount;
typedef struct TimesSeen {                          /* zeroed at first */
    uint64_t once[TIMES_WORDS], twice[TIMES_WORDS]; /* twice: more than one row */
    size_t from, to;                                /* words in use; from == to: no row yet */
    TimesCount *counts; /* by period, of all persons: added to at once; or NULL */
} TimesSeen;
/* One row. */
void times_put(TimesSeen *seen, const PlanPeriods *periods, int64_t time_ms);
void times_forget(TimesSeen *seen);

/* Counts bytes (negative: given back) against PlanRun.memory_bytes; PT_TOO_LARGE. */
PT_NODISCARD PtStatus scan_charge(Scan *s, int64_t bytes, PtError *err);

/* Drilling: columns_run_plan runs the plan to know its values, then once more with new states whose
 * answers are thrown away; now `person` tells who is counted by the cell, each at most once. NULL:
 * no drilling. *ret_value: the text of the value sought, "" where there is no breakdown. */
const PlanDrill *scan_drill(const Scan *s, PtStr *ret_value);
PT_NODISCARD PtStatus scan_tell(Scan *s, uint32_t person, PtError *err);

/* ---- Values of a breakdown (columns_values.c) -------------------------------------------------
 */

/* Texts to small numbers, for each range's state its own. PT_TOO_LARGE over PLAN_VALUES. */
PT_NODISCARD PtStatus values_new(ValueTable **ret_values, PtError *err);
void values_free(ValueTable *v);
/* The number of a value's text. */
PT_NODISCARD PtStatus values_of(ValueTable *v, const PtValue *value, uint32_t *ret_number,
                                PtError *err);
size_t values_count(const ValueTable *v);
size_t values_bytes(const ValueTable *v); /* of memory, for scan_charge */
PtStr values_text(const ValueTable *v, uint32_t number);
/* The values of an answer: sets ret_answer's values, value_count and values_left, and the numbers
 * of those values in their order. weights: by number; what weighs nothing is not among them.
 * Without a breakdown the one value "" is, number 0 (values_of has to have given it), whatever it
 * weighs. */
PT_NODISCARD PtStatus values_rank(const ValueTable *v, const uint64_t *weights, bool breakdown,
                                  PtArena *arena, const uint32_t **ret_numbers,
                                  PlanAnswer *ret_answer, PtError *err);

static inline void values_freep(ValueTable **v)
{
    values_free(*v);
}
