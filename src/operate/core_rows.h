// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operate/pack.h"
#include "platform/sql.h"

#include <stdint.h>

/* The rows of the core database in a form that SQLite and PostgreSQL share.
 *
 * - table: 'T', u8 bytes of the name, name, u16 bytes of the columns, "a, b, c", u8 count, a letter
 *   for each: i BIGINT, d DOUBLE PRECISION, t TEXT, b BLOB
 * - row: 'R', u32 bytes of what follows, then for each column u8 0 (NULL) or 1 and the value: i, d
 *   8 bytes; t, b u32 bytes and the bytes
 * - end: 'E' of a table; 'Z' of all
 *
 * Sum      Tables, their counts of rows and the sum of the rows' hashes: in what order rows come
 * does not matter, since databases sort text differently.
 */
enum { CORE_ROW_MAX = 64 << 20, CORE_SUM = 32 };

typedef struct CoreTable {
    const char *name, *kinds, *columns, *select;
} CoreTable;

/* Writes every table as tx sees it. sink NULL: the sum alone. */
PT_NODISCARD PtStatus core_rows_write(PtSqlTx *tx, const PackSink *sink,
                                      uint8_t ret_sum[static CORE_SUM], uint64_t *ret_rows,
                                      PtError *err);

/* Empties the tables and fills them, in one transaction. PT_CORRUPT: what the source gives is not
 * of this form or does not fit the tables. */
PT_NODISCARD PtStatus core_rows_read(PtSql *sql, const PackSource *source, PtError *err);
