// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "behaviour/behaviour_internal.h"
#include "behaviour/query_internal.h"

/* Exports, inside of the module. By file:
 *
 * export_table.c    an answer as rows
 * export_events.c   which events of the log a question reads
 * export.c          rows as CSV or JSON lines, piece by piece
 * export_parquet.c  rows as a Parquet file
 */
enum { EXPORT_COLUMNS = 24 };

typedef enum ExportType {
    EXPORT_TEXT, /* any JSON: what is no text stands as it is written */
    EXPORT_COUNT,
    EXPORT_NUMBER,
    EXPORT_TRUTH,
    EXPORT_TIME, /* RFC 3339 */
} ExportType;
typedef struct ExportColumn {
    const char *name;
    ExportType type; /* of Parquet; CSV and JSON lines have values as they are */
} ExportColumn;

/* A row: values[i], JSON or data NULL for none, belongs to columns[i]. values NULL: the first call,
 * which tells the columns only. All live until it returns. */
typedef PtStatus ExportRow(void *ctx, const ExportColumn *columns, const PtStr *values,
                           size_t count, PtError *err);

/* ---- export_table.c -------------------------------------------------------------------------- */

/* The member of an object; data NULL: there is none, or json is no object. */
PtStr export_member(PtStr json, PtStr name);
/* Rows of an answer (behaviour_query). PT_INVALID: a kind that is no table. */
PT_NODISCARD PtStatus export_answer_rows(PtStr answer, ExportRow *row, void *ctx, PtError *err);

/* ---- export_events.c ------------------------------------------------------------------------- */

/* Offsets of events: bit i is first + i. */
typedef struct ExportOffsets {
    _Atomic uint64_t *bits; /* owned */
    uint64_t first, end;
    uint64_t count;
} ExportOffsets;
/* The events of persons that any event set of the query holds, at [first, end) of the log.
 * PT_TOO_LARGE: more of the log than the question's memory has bits for. free(bits). */
PT_NODISCARD PtStatus query_events(const Query *q, const QueryWorld *world, PtArena *arena,
                                   ExportOffsets *offsets, PtError *err);

/* ---- export_parquet.c -------------------------------------------------------------------------
 */

/* Where rows come from: appends the next ones, each as a JSON array of its columns' values and a
 * line end; none: there are no more. */
typedef struct ExportRows {
    const ExportColumn *columns;
    size_t count;
    PtStatus (*next)(void *ctx, PtBuf *lines, PtError *err);
    void *ctx;
} ExportRows;
/* Whether DuckDB's library can be loaded: `library` is its file, "": libduckdb.so of the system.
 * PT_CONFLICT says what is missing. */
PT_NODISCARD PtStatus export_parquet_check(const char *library, PtError *err);
/* Writes all rows to a file without a name in `dir`; close(*ret_fd). */
PT_NODISCARD PtStatus export_parquet_write(const char *library, const char *dir,
                                           const ExportRows *rows, int *ret_fd, PtError *err);

/* ---- query.c --------------------------------------------------------------------------------- */

/* As behaviour_people, all of them; free(bits). */
PT_NODISCARD PtStatus behaviour_ask_people(Behaviour *b, const BehaviourAsk *ask, PtStr cell,
                                           QueryPeople *ret_people, PtError *err);
/* offsets->first and end are given. free(bits). */
PT_NODISCARD PtStatus behaviour_ask_events(Behaviour *b, const BehaviourAsk *ask,
                                           ExportOffsets *offsets, PtError *err);
