// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/columns/columns_sql.h"

/* Inside of columns_sql: rows with their values and sets (columns_sql.c), which are the table h,
 * and what each kind makes of them (columns_sql_kinds.c, columns_sql_funnel.c).
 *
 * h        person, time, offset, code; s0, s1, ...: it is of that set; v: its value of the
 *          breakdown; p: its period; w, u: its value of a funnel's `same` and whether it is there;
 *          of series I of a segmentation fI: it counts, xI: its number, and amount.
 *          Rows of no set are not in it.
 */
typedef struct SqlSay {
    const ColumnsSql *sql;
    const ColumnsPlan *plan;
    PtBuf *out;
} SqlSay;

#define SQL_NONE UINT32_MAX

static inline void sql_add(const SqlSay *s, const char *text)
{
    pt_buf_add_str(s->out, pt_str(text));
}
void sql_number(const SqlSay *s, double number);

/* The kind's periods; NULL: it has none. */
const PlanPeriods *sql_periods(const ColumnsPlan *plan);
/* Its breakdown's slot, SQL_NONE where it has none. */
uint32_t sql_breakdown(const ColumnsPlan *plan);

/* Tables of a kind, behind h, each "name AS (...),"; then its cells: a SELECT of the columns of an
 * answer but part and, where it is broken down, its weights: a SELECT of value and n. */
typedef struct SqlKind {
    void (*tables)(const SqlSay *s); /* or NULL */
    void (*cells)(const SqlSay *s);
    void (*weights)(const SqlSay *s); /* or NULL */
    const char *order;                /* of cells, behind their part; "" : any */
} SqlKind;
extern const SqlKind sql_kinds[PLAN_KINDS];

void sql_funnel_tables(const SqlSay *s);
