// SPDX-License-Identifier: Apache-2.0
#include "platform/columns/columns_sql_internal.h"

/* The lesser median of an array. */
#define MEDIAN(array) "arraySort(" array ")[intDiv(length(" array ") + 1, 2)]"

/* ---- Segmentation ---------------------------------------------------------------------------- */

static void say_is_counted(const SqlSay *s)
{
    const PlanSegmentation *p = &s->plan->segmentation;
    for (size_t i = 0; i < p->series_count; i++) {
        pt_buf_printf(s->out, "%ss%u", i > 0 ? " + " : "", p->series[i].set);
    }
}

static void say_sum(const SqlSay *s, uint32_t i, const PlanSeries *series)
{
    const bool micros = s->plan->slots[series->slot].number == COLUMNS_COLUMN_AMOUNT;
    if (micros) {
        pt_buf_printf(s->out, "toFloat64(sumIf(amount, f%u)) / 1e6", i);
    } else {
        pt_buf_printf(s->out, "sumIf(x%u, f%u)", i, i);
    }
}

static void say_measure(const SqlSay *s, uint32_t i, const PlanSeries *series)
{
    switch (series->measure) {
    case PLAN_TOTAL:
    case PLAN_UNIQUES:
        sql_add(s, "0."); // n says it
        break;
    case PLAN_SUM:
        say_sum(s, i, series);
        break;
    case PLAN_AVERAGE:
        pt_buf_printf(s->out, "if(countIf(f%u) = 0, 0, ", i);
        say_sum(s, i, series);
        pt_buf_printf(s->out, " / countIf(f%u))", i);
        break;
    case PLAN_LEAST:
        pt_buf_printf(s->out, "minIf(x%u, f%u)", i, i);
        break;
    case PLAN_MOST:
        pt_buf_printf(s->out, "maxIf(x%u, f%u)", i, i);
        break;
    case PLAN_QUANTILE:
        pt_buf_printf(s->out, "arraySort(groupArrayIf(x%u, f%u))[greatest(1, toUInt64(ceil(", i, i);
        sql_number(s, series->q);
        pt_buf_printf(s->out, " * countIf(f%u))))]", i);
        break;
    }
}

static void say_series_cell(const SqlSay *s, uint32_t i, const PlanSeries *series)
{
    sql_add(s, i > 0 ? ", " : "");
    if (series->measure == PLAN_TOTAL) {
        pt_buf_printf(s->out, "(countIf(s%u), ", series->set);
    } else if (series->measure == PLAN_UNIQUES) {
        pt_buf_printf(s->out, "(uniqExactIf(person, s%u AND person != 0), ", series->set);
    } else {
        pt_buf_printf(s->out, "(countIf(f%u), ", i);
    }
    say_measure(s, i, series);
    sql_add(s, ")");
}

static void cells_of_segmentation(const SqlSay *s)
{
    const PlanSegmentation *p = &s->plan->segmentation;
    sql_add(s, "SELECT v AS value, toUInt32(i - 1), p, toUInt64(c.1) AS n, toUInt64(0), "
               "toUInt64(0), toFloat64(c.2), toInt64(0) FROM (SELECT v, p, [");
    for (uint32_t i = 0; i < p->series_count; i++) {
        say_series_cell(s, i, &p->series[i]);
    }
    sql_add(s, "] AS cells FROM h WHERE ");
    say_is_counted(s);
    sql_add(s, " > 0 GROUP BY v, p) ARRAY JOIN cells AS c, arrayEnumerate(cells) AS i");
}

static void weights_of_segmentation(const SqlSay *s)
{
    sql_add(s, "SELECT v AS value, toUInt64(sum(");
    say_is_counted(s);
    sql_add(s, ")) AS n FROM h GROUP BY v HAVING n > 0");
}

/* ---- Funnel ---------------------------------------------------------------------------------- */

static void cells_of_funnel(const SqlSay *s)
{
    sql_add(s, "SELECT v AS value, toUInt32(i - 1), toUInt32(0), count() AS n, toUInt64(0), "
               "toUInt64(0), toFloat64(sum(d)), " MEDIAN("groupArray(d)") //
            " FROM (SELECT v, i, if(i > 1, times[i] - times[i - 1], 0) AS d FROM conversions "
            "ARRAY JOIN arrayEnumerate(times) AS i) GROUP BY v, i");
}

static void weights_of_funnel(const SqlSay *s)
{
    sql_add(s, "SELECT v AS value, count() AS n FROM conversions GROUP BY v");
}

/* ---- Retention ------------------------------------------------------------------------------- */

/* cohorts: of each person and period the first row of begin. ends: of each person and period the
 * last row of again; what lies behind a cohort's first row is known from these alone. returns: of
 * each cohort of a person the periods k in which they came back. */
static void tables_of_retention(const SqlSay *s)
{
    const PlanRetention *p = &s->plan->retention;
    pt_buf_printf(s->out,
                  "begins AS (SELECT person, p, min((time, offset)) AS first, "
                  "argMin(v, (time, offset)) AS v FROM h WHERE s%u AND person != 0 "
                  "GROUP BY person, p), ",
                  p->begin);
    sql_add(s, p->recurring ? "cohorts AS (SELECT * FROM begins), "
                            : "cohorts AS (SELECT * FROM begins ORDER BY person, p LIMIT 1 BY "
                              "person), ");
    pt_buf_printf(s->out,
                  "ends AS (SELECT person, p, max((time, offset)) AS last FROM h WHERE s%u AND "
                  "person != 0 GROUP BY person, p), ",
                  p->again);
    sql_add(s, "returns AS (SELECT c.person AS person, c.p AS cohort, any(c.v) AS v, "
               "groupUniqArrayIf(toUInt32(e.p - c.p), e.last > c.first AND e.p >= c.p) AS ks "
               "FROM cohorts AS c LEFT JOIN ends AS e ON c.person = e.person GROUP BY person, "
               "cohort), ");
}

/* Which of an array's numbers in it are to be counted. */
static void say_backs(const SqlSay *s)
{
    const PlanRetention *p = &s->plan->retention;
    const bool beyond = p->way == PLAN_RETENTION_BEYOND;
    if (p->brackets == NULL) {
        sql_add(s, beyond ? "if(empty(ks), [], range(arrayMax(ks) + 1))" : "ks");
        return;
    }
    sql_add(s, "arrayConcat(");
    for (size_t i = 0; i < p->bracket_count; i++) {
        pt_buf_printf(s->out, "%sif(arrayExists(k -> k >= %u", i > 0 ? ", " : "", p->brackets[i]);
        if (!beyond) {
            pt_buf_printf(s->out, " AND k < %u", p->brackets[i + 1]);
        }
        pt_buf_printf(s->out, ", ks), [%zu], [])", i);
    }
    sql_add(s, ")");
}

static void cells_of_retention(const SqlSay *s)
{
    sql_add(s, "SELECT v AS value, cohort, b, count() AS n, toUInt64(0), toUInt64(0), "
               "toFloat64(0), toInt64(0) FROM returns ARRAY JOIN CAST(arrayPushFront(");
    say_backs(s);
    pt_buf_printf(s->out, ", %u), 'Array(UInt32)') AS b GROUP BY v, cohort, b", UINT32_MAX);
}

static void weights_of_retention(const SqlSay *s)
{
    sql_add(s, "SELECT v AS value, count() AS n FROM returns GROUP BY v");
}

/* ---- Paths and sessions ---------------------------------------------------------------------- */

/* sessions: of each person's rows of the set; row: time, offset, and `more`. */
static void say_sessions(const SqlSay *s, uint32_t set, int64_t gap_ms, const char *more)
{
    pt_buf_printf(s->out,
                  "rows AS (SELECT person, arraySort(x -> (x.1, x.2), groupArray((time, offset, "
                  "%s))) AS rows FROM h WHERE s%u AND person != 0 GROUP BY person), ",
                  more, set);
    pt_buf_printf(s->out,
                  "sessions AS (SELECT person, session FROM rows ARRAY JOIN arraySplit((x, cut) -> "
                  "cut, rows, arrayMap((x, before) -> x.1 - before.1 > %lld, rows, "
                  "arrayPushFront(arrayPopBack(rows), rows[1]))) AS session), ",
                  (long long)gap_ms);
}

static void tables_of_paths(const SqlSay *s)
{
    const PlanPaths *p = &s->plan->paths;
    char more[32];
    (void)snprintf(more, sizeof more, "code, s%u", p->anchor);
    say_sessions(s, p->nodes, p->gap_ms, more);
    pt_buf_printf(s->out,
                  "anchored AS (SELECT %s AS walk, arrayFirstIndex(x -> x.4, walk) AS begin FROM "
                  "sessions WHERE begin > 0), ",
                  p->backwards ? "arrayReverse(session)" : "session");
    pt_buf_printf(s->out,
                  "walks AS (SELECT arraySlice(%sarrayMap(x -> x.3, arraySlice(walk, begin))%s, 1, "
                  "%u) AS steps, if(length(steps) < %u, arrayPushBack(steps, %u), steps) AS path "
                  "FROM anchored), ",
                  p->fold ? "arrayCompact(" : "", p->fold ? ")" : "", p->depth, p->depth, PLAN_END);
}

static void cells_of_paths(const SqlSay *s)
{
    sql_add(s, "SELECT '', toUInt32(i), toUInt32(toUInt32(path[i]) * 65536 + path[i + 1]) AS b, "
               "count() AS n, toUInt64(0), toUInt64(0), toFloat64(0), toInt64(0) FROM walks "
               "ARRAY JOIN range(1, length(path)) AS i GROUP BY i, b");
}

static void tables_of_sessions(const SqlSay *s)
{
    const PlanSessions *p = &s->plan->sessions;
    say_sessions(s, p->set, p->gap_ms, "p");
}

static void cells_of_sessions(const SqlSay *s)
{
    sql_add(s, "SELECT '', toUInt32(0), session[1].3 AS b, count() AS n, uniqExact(person), "
               "sum(length(session)), toFloat64(sum(session[-1].1 - session[1].1)), " //
            MEDIAN("groupArray(session[-1].1 - session[1].1)")                        //
            " FROM sessions GROUP BY b");
}

/* ---- Stickiness, lifecycle ------------------------------------------------------------------- */

/* active: of each person the periods with a row of the set. */
static void say_active(const SqlSay *s, uint32_t set)
{
    pt_buf_printf(s->out,
                  "active AS (SELECT person, arraySort(groupUniqArray(p)) AS periods FROM h WHERE "
                  "s%u AND person != 0 GROUP BY person), ",
                  set);
}

static void tables_of_stickiness(const SqlSay *s)
{
    say_active(s, s->plan->stickiness.set);
}

static void cells_of_stickiness(const SqlSay *s)
{
    sql_add(s, "SELECT '', toUInt32(0), toUInt32(length(periods)) AS b, count() AS n, toUInt64(0), "
               "toUInt64(0), toFloat64(0), toInt64(0) FROM active GROUP BY b");
}

/* stages: of each person (stage, period). */
static void tables_of_lifecycle(const SqlSay *s)
{
    const PlanLifecycle *p = &s->plan->lifecycle;
    say_active(s, p->set);
    pt_buf_printf(
        s->out,
        "stages AS (SELECT arrayConcat(arrayMap((i, now, before) -> (toUInt32(multiIf(i = "
        "1, %d, before + 1 = now, %d, %d)), now), arrayEnumerate(periods), periods, "
        "arrayPushFront(arrayPopBack(periods), periods[1])), ",
        PLAN_NEW, PLAN_RETURNING, PLAN_RESURRECTING);
    pt_buf_printf(s->out,
                  "arrayMap(last -> (toUInt32(%d), toUInt32(last + 1)), arrayFilter((now, next) -> "
                  "next != now + 1 AND now + 1 < %zu, periods, "
                  "arrayPushBack(arrayPopFront(periods), toUInt32(0))))) AS stages FROM active), ",
                  PLAN_DORMANT, p->periods.count);
}

static void cells_of_lifecycle(const SqlSay *s)
{
    sql_add(s, "SELECT '', stage.1 AS a, stage.2 AS b, count() AS n, toUInt64(0), toUInt64(0), "
               "toFloat64(0), toInt64(0) FROM stages ARRAY JOIN stages AS stage GROUP BY a, b");
}

/* ---- Walk ------------------------------------------------------------------------------------ */

static void cells_of_walk(const SqlSay *s)
{
    sql_add(s, "SELECT '', person, toUInt32(0), toUInt64(");
    for (size_t i = 0; i < s->plan->set_count; i++) {
        pt_buf_printf(s->out, "%sbitShiftLeft(toUInt64(s%zu), %zu)", i > 0 ? " + " : "", i, i);
    }
    sql_add(s, "), toUInt64(offset), toUInt64(0), toFloat64(0), time FROM h WHERE person != 0");
}

/* ---- Kinds ----------------------------------------------------------------------------------- */

const SqlKind sql_kinds[PLAN_KINDS] = {
    [PLAN_SEGMENTATION] = {NULL, cells_of_segmentation, weights_of_segmentation, ", n DESC, value"},
    [PLAN_FUNNEL] = {sql_funnel_tables, cells_of_funnel, weights_of_funnel, ", n DESC, value"},
    [PLAN_RETENTION] = {tables_of_retention, cells_of_retention, weights_of_retention,
                        ", n DESC, value"},
    [PLAN_PATHS] = {tables_of_paths, cells_of_paths, NULL, ", a, n DESC, b"},
    [PLAN_STICKINESS] = {tables_of_stickiness, cells_of_stickiness, NULL, ""},
    [PLAN_LIFECYCLE] = {tables_of_lifecycle, cells_of_lifecycle, NULL, ""},
    [PLAN_SESSIONS] = {tables_of_sessions, cells_of_sessions, NULL, ""},
    [PLAN_WALK] = {NULL, cells_of_walk, NULL, ", a, y, m"},
};
