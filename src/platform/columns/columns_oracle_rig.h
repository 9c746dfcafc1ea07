// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/columns_plan.h"

#include <stdatomic.h>

/* The tests' oracle: answers a plan over a plain array of rows, straight from the definitions in
 * columns_plan.h, and shares nothing with the engine but the evaluator of programs. It fails the
 * test where memory ends.
 *
 * Facts   Each kind first says what is to be counted, as a list of facts: who, in which cell, with
 *         which number. Cells are then counts over equal facts, and the persons behind a cell are
 *         those of its facts.
 */
typedef struct OracleRow {
    ColumnsRow row;
    uint16_t code;
} OracleRow;

typedef struct OracleRows {
    const OracleRow *rows;
    size_t count;
    const ColumnsProperty *properties; /* what columns from COLUMNS_COLUMN_PROPERTIES on are */
    size_t property_count;
} OracleRows;

typedef struct Oracle Oracle;
/* Plan and rows are borrowed until oracle_free. */
Oracle *oracle_new(const ColumnsPlan *plan, const OracleRows *rows);
void oracle_free(Oracle *o);

/* All but `rows`. Lives until oracle_free. */
const PlanAnswer *oracle_answer(Oracle *o);
/* Sum of the magnitudes in a cell of a segmentation, or of a funnel's times: for the tolerance. */
double oracle_magnitude(const Oracle *o, size_t value, size_t series, size_t period);
/* The persons that the cell counts, rising; borrowed until the next call. */
size_t oracle_persons(Oracle *o, const PlanDrill *drill, const uint32_t **ret_persons);

/* Of a walk what was told, in the order of the ranges. The plan's walk is oracle_walk; then
 * oracle_compare has it compared and made ready for the next run, which has to tell the same in the
 * same order. Zeroed at first. */
typedef struct OracleWalkRow {
    uint32_t person;
    int64_t time_ms;
    uint64_t sets, offset;
} OracleWalkRow;
typedef struct OracleWalk {
    OracleWalkRow *rows, *before;
    size_t count, cap, ends, ranges;
    _Atomic bool busy;
    bool torn; /* two at a time, or without memory */
} OracleWalk;
PlanWalk oracle_walk(OracleWalk *w);
void oracle_walk_forget(OracleWalk *w);

/* Compares an engine's answer with the oracle's cell by cell; the first difference in words, ""
 * where there is none. */
enum { ORACLE_WORDS = 256 };
void oracle_compare(Oracle *o, const PlanAnswer *got, char words[static ORACLE_WORDS]);
