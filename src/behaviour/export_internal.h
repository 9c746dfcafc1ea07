// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "behaviour/behaviour_internal.h"
#include "behaviour/query_internal.h"

/* Exports, inside of the module. By file:
 *
 * export_table.c   an answer as rows
 * export_events.c  which events of the log a question reads
 * export.c         rows as CSV or JSON lines, piece by piece
 */
enum { EXPORT_COLUMNS = 24 };

/* A row: values[i], JSON or data NULL for none, belongs to names[i]. values NULL: the first call,
 * which tells the names only. Values live until it returns. */
typedef PtStatus ExportRow(void *ctx, const char *const *names, const PtStr *values, size_t count,
                           PtError *err);

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

/* ---- query.c --------------------------------------------------------------------------------- */

/* As behaviour_people, all of them; free(bits). */
PT_NODISCARD PtStatus behaviour_ask_people(Behaviour *b, const BehaviourAsk *ask, PtStr cell,
                                           QueryPeople *ret_people, PtError *err);
/* offsets->first and end are given. free(bits). */
PT_NODISCARD PtStatus behaviour_ask_events(Behaviour *b, const BehaviourAsk *ask,
                                           ExportOffsets *offsets, PtError *err);
