// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/columns/columns_oracle_rig.h"

/* The tests' outside oracle: ClickHouse as a library (libchdb of npm's @chdb/lib-linux-x64-gnu,
 * Apache-2.0), which is loaded while the test runs and never linked. It answers a plan as SQL
 * (columns_sql.h) over the same plain rows that the oracle has. Every failure fails the test.
 */
typedef struct Chdb Chdb;

/* The library that CHDB_LIBRARY names. NULL, with a message, where nothing is named, and under the
 * sanitizers, which cannot have such a library in their process. */
Chdb *chdb_open(void);
void chdb_close(Chdb *c); /* accepts NULL */

/* The rows are what is asked from now on; borrowed until the next call. */
void chdb_load(Chdb *c, const OracleRows *rows);

/* The answer to a plan over rows with codes under code_count and sources under source_count, for
 * oracle_compare; all but `rows`. Of a walk its functions are called, as one range. Lives in the
 * arena. */
void chdb_ask(Chdb *c, const ColumnsPlan *plan, size_t code_count, size_t source_count,
              PtArena *arena, PlanAnswer *ret_answer);
/* The statement of the last one, to show; borrowed until the next call. */
PtStr chdb_asked(const Chdb *c);

/* What a statement answers as TabSeparated; borrowed until the next call. */
PtStr chdb_query(Chdb *c, PtStr sql);
