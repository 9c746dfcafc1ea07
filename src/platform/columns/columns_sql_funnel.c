// SPDX-License-Identifier: Apache-2.0
/* A funnel as one fold over each person's rows, which carries every attempt along.
 *
 * row      1 time, 2 offset, 3 bit I: of step I, 4 bit I: excluded behind step I, 5 whether a value
 *          of `same` is there, 6 it, 7 value of the breakdown
 * attempt  1 begin, 2 `same`, 3 value of the breakdown, 4 whether it is open, 5 bit I: step I is
 *          taken, 6 times of the rows that it took
 *
 * Attempts stand in the order in which they began. One that has ended is kept while it is the first
 * of those that came furthest: no other one can be the conversion any more.
 */
#include "platform/columns/columns_sql_internal.h"

#define ATTEMPT  "Tuple(Int64, String, String, UInt8, UInt32, Array(Int64))"
#define ATTEMPTS "'Array(" ATTEMPT ")'"

/* Columns of rows: steps, ends. */
static void say_bits(const SqlSay *s)
{
    const PlanFunnel *f = &s->plan->funnel;
    sql_add(s, "toUInt32(0");
    for (size_t i = 0; i < f->step_count; i++) {
        pt_buf_printf(s->out, " + s%u * %u", f->steps[i], 1u << i);
    }
    sql_add(s, ") AS steps, toUInt32(");
    for (size_t i = 0; i < f->exclusion_count; i++) {
        sql_add(s, "bitOr(");
    }
    sql_add(s, "0");
    for (size_t i = 0; i < f->exclusion_count; i++) {
        const PlanExclusion *e = &f->exclusions[i];
        const uint32_t bits = e->after == UINT8_MAX ? (1u << PLAN_STEPS) - 1 : 1u << e->after;
        pt_buf_printf(s->out, ", s%u * %u)", e->set, bits);
    }
    sql_add(s, ") AS ends");
}

/* The bit of the step that row r is to an attempt with these taken; 0: of none. In any order the
 * lowest bit of those left; else the one behind all that are taken. */
static void say_next(const SqlSay *s, const char *taken)
{
    if (s->plan->funnel.order == PLAN_ANY) {
        pt_buf_printf(s->out,
                      "toUInt32(bitAnd(bitAnd(r.3, bitNot(%s)), bitNot(bitAnd(r.3, bitNot(%s))) + "
                      "1))",
                      taken, taken);
    } else {
        pt_buf_printf(s->out, "toUInt32(bitAnd(r.3, %s + 1))", taken);
    }
}

/* Attempt a behind row r. */
static void say_advanced(const SqlSay *s)
{
    const PlanFunnel *f = &s->plan->funnel;
    pt_buf_printf(s->out, "multiIf(NOT a.4, a, r.1 >= a.1 + %lld, (a.1, a.2, a.3, 0, a.5, a.6), ",
                  (long long)f->window_ms);
    say_next(s, "a.5");
    sql_add(s, f->same == SQL_NONE ? " != 0, " : " != 0 AND r.5 AND r.6 = a.2, ");
    pt_buf_printf(s->out, "(a.1, a.2, a.3, length(a.6) + 1 < %zu, bitOr(a.5, ", f->step_count);
    say_next(s, "a.5");
    sql_add(s, "), arrayPushBack(a.6, r.1)), ");
    sql_add(s, f->order == PLAN_STRICT ? "r.3 != 0 OR " : "");
    sql_add(s, "bitAnd(r.4, intDiv(a.5 + 1, 2)) != 0, (a.1, a.2, a.3, 0, a.5, a.6), a)");
}

/* The attempt that begins at row r, or none. */
static void say_begun(const SqlSay *s)
{
    const PlanFunnel *f = &s->plan->funnel;
    sql_add(s, "arrayFilter(a -> a.5 != 0");
    sql_add(s, f->same == SQL_NONE ? "" : " AND r.5");
    sql_add(s, f->first ? " AND empty(open)" : ""); // the furthest stays in it to the end
    sql_add(s, ", [CAST((r.1, r.6, r.7, 1, ");
    say_next(s, "toUInt32(0)");
    sql_add(s, ", [r.1]), '" ATTEMPT "')])");
}

/* The first of the attempts that came furthest. */
#define FURTHEST(attempts)                                                                         \
    "indexOf(arrayMap(a -> length(a.6), " attempts "), arrayMax(a -> length(a.6), " attempts "))"

void sql_funnel_tables(const SqlSay *s)
{
    const bool same = s->plan->funnel.same != SQL_NONE;
    sql_add(s, "rows AS (SELECT person, arraySort(x -> (x.1, x.2), groupArray((time, offset, ");
    sql_add(s, "steps, ends, ");
    sql_add(s,
            same ? "u, w, v))) AS rows FROM (SELECT *, " : "1, '', v))) AS rows FROM (SELECT *, ");
    say_bits(s);
    sql_add(s, " FROM h WHERE person != 0 AND (steps != 0 OR ends != 0)) GROUP BY person), ");
    sql_add(s, "attempts AS (SELECT arrayFold((open, r) -> arrayMap(tries -> arrayMap(best -> "
               "arrayFilter((a, i) -> a.4 OR i = best, tries, arrayEnumerate(tries)), [" //
            FURTHEST("tries") "])[1], [CAST(arrayConcat(arrayMap(a -> ");
    say_advanced(s);
    sql_add(s, ", open), ");
    say_begun(s);
    sql_add(s, "), " ATTEMPTS ")])[1], rows, CAST([], " ATTEMPTS ")) AS attempts FROM rows), ");
    sql_add(s, "conversions AS (SELECT attempts[" FURTHEST(
                   "attempts") "] AS best, best.3 AS v, "
                               "best.6 AS times FROM attempts WHERE notEmpty(attempts)), ");
}
