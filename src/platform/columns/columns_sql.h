// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "platform/columns_plan.h"

/* A plan as one statement of ClickHouse's SQL, over the rows of a snapshot in tables: the tests'
 * outside oracle, and the door for an engine of its own behind columns_plan.h.
 *
 * Tables   events   node UInt32, time Int64, offset UInt64, code UInt16, channel UInt8,
 *                   source UInt32, amount Nullable(Int64), currency and store Nullable(String), and
 *                   of property column N, numbered as in a snapshot: pN, Nullable(Float64),
 *                   Nullable(String) or Nullable(UInt8)
 *          persons  node UInt32, person UInt32: of each node under the plan's node_count, once
 *          who      person UInt32: those whose bit is set
 *          persons is read where node_count is over 0, who where the plan has one.
 * Rows     of the answer, a table of these columns, in order:
 *          part UInt8, value String, a UInt32, b UInt32, n UInt64, m UInt64, o UInt64, x Float64,
 *          y Int64. What a part says stands at SqlPart; what is not named there is 0 or "".
 * Meaning  As in columns_plan.h, with these limits of ClickHouse: texts are read as instants, and
 *          instants broken down, in the years 1900 to 2299; numbers closer to 0 than 2.3e-308 are
 *          0 or themselves in a breakdown. PLAN_VALUES and PLAN_EDGES are not watched.
 * Safety   No text of a plan or table gets into the statement but as a literal or quoted name in
 *          which all bytes but plain ASCII are escaped.
 */
typedef struct ColumnsSql {
    PtStr events, persons, who; /* names of the tables, of a database behind each other: "a.b" has
                                   two parts */
    size_t code_count; /* codes that come up are under it, and sources under source_count */
    size_t source_count;
} ColumnsSql;

typedef enum SqlPart {
    SQL_PERSONS, /* n: with a row of any set */
    SQL_VALUE,   /* where the plan is broken down: value, n: its weight; in the order of the answer,
                    PLAN_BREAKDOWN at most */
    SQL_VALUES,  /* where it is: n: values in all */
    /* Cells that count something, of values in the answer:
       segmentation  a: series, b: period, n, x: value (0 where not known)
       funnel        a: step, n: reached, x: time_sum_ms, y: time_median_ms
       retention     a: cohort, b: k, bracket, or UINT32_MAX: the cohort itself, n
       paths         a: depth, b: from << 16 | to, n; in the order of the answer
       stickiness    b: k, n
       lifecycle     a: stage, b: period, n
       sessions      b: period, n: sessions, m: persons, o: rows, x: length_sum_ms,
                     y: length_median_ms
       walk          a: person, n: sets, y: time, m: offset; in the order of the walk */
    SQL_CELL,
    SQL_PATHS, /* n */
} SqlPart;

/* Appended to the buffer, which keeps its own failure: its bound is the statement's. PT_INVALID: a
 * plan that is not well formed; PT_NO_MEMORY. */
PT_NODISCARD PtStatus columns_sql_plan(const ColumnsSql *sql, const ColumnsPlan *plan, PtBuf *out,
                                       PtError *err);

/* Any bytes as a literal. */
void columns_sql_text(PtBuf *out, PtStr text);
