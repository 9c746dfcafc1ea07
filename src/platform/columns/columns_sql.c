// SPDX-License-Identifier: Apache-2.0
#include "platform/columns/columns_scan.h"
#include "platform/columns/columns_sql_internal.h"

#include <math.h>

/* ---- Literals -------------------------------------------------------------------------------- */

void columns_sql_text(PtBuf *out, PtStr text)
{
    pt_buf_add_char(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.data[i];
        if (c >= ' ' && c <= '~' && c != '\'' && c != '\\') {
            pt_buf_add_char(out, c);
        } else {
            pt_buf_printf(out, "\\x%02X", (unsigned char)c);
        }
    }
    pt_buf_add_char(out, '\'');
}

/* Parts between dots, each quoted. */
static void say_name(const SqlSay *s, PtStr name)
{
    pt_buf_add_char(s->out, '`');
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.data[i];
        if (c == '.') {
            sql_add(s, "`.`");
        } else if (c >= ' ' && c <= '~' && c != '`' && c != '\\') {
            pt_buf_add_char(s->out, c);
        } else {
            pt_buf_printf(s->out, "\\x%02X", (unsigned char)c);
        }
    }
    pt_buf_add_char(s->out, '`');
}

void sql_number(const SqlSay *s, double number)
{
    if (isfinite(number)) {
        pt_buf_printf(s->out, "%.17g", number);
    } else {
        sql_add(s, isnan(number) ? "nan" : number < 0 ? "-inf" : "inf");
    }
}

/* ---- Values of slots --------------------------------------------------------------------------
 *
 * Slot I of a row: kI, its PtValueKind; nI, its number or truth; tI, its text; iI, its instant.
 */

/* What texts are read as: columns_plan.h, pt_json_number_of, pt_time_parse. */
#define NUMBER_WORDS "'^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$'"
#define TIME_WORDS                                                                                 \
    "'^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:[.]([0-9]+))?"   \
    "(?:[Zz]|([+-])([0-9]{2})(?::?([0-9]{2}))?)?)?$'"

/* g: the groups of TIME_WORDS. A leap second is the second before. */
#define TIME_OF_GROUPS                                                                             \
    "(toUInt8(notEmpty(g) AND toUInt8OrZero(g[4]) <= 23 AND toUInt8OrZero(g[5]) <= 59 AND "        \
    "toUInt8OrZero(g[6]) <= 60 AND toUInt8OrZero(g[9]) <= 23 AND toUInt8OrZero(g[10]) <= 59 AND "  \
    "formatDateTime(makeDate32(toUInt16OrZero(g[1]), toUInt8OrZero(g[2]), toUInt8OrZero(g[3])), "  \
    "'%%Y-%%m-%%d') = concat(g[1], '-', g[2], '-', g[3])), "                                       \
    "toInt32(makeDate32(toUInt16OrZero(g[1]), toUInt8OrZero(g[2]), toUInt8OrZero(g[3]))) * "       \
    "toInt64(86400000) + toUInt8OrZero(g[4]) * 3600000 + toUInt8OrZero(g[5]) * 60000 + "           \
    "least(toUInt8OrZero(g[6]), 59) * 1000 + toUInt16OrZero(substring(rightPad(g[7], 3, '0'), 1, " \
    "3)) - if(g[8] = '-', -1, 1) * (toUInt8OrZero(g[9]) * 60 + toUInt8OrZero(g[10])) * 60000)"

/* The texts of numbers 0 to count - 1, "" where there is none. */
typedef PtStr TextOf(const SqlSay *s, const PlanSlot *slot, uint32_t number);

static PtStr text_of_channel(const SqlSay *s, const PlanSlot *slot, uint32_t number)
{
    (void)slot;
    return s->plan->channels[number];
}

static PtStr text_of_source(const SqlSay *s, const PlanSlot *slot, uint32_t number)
{
    (void)slot;
    return s->plan->source_text(s->plan->source_ctx, number);
}

static PtStr text_of_code(const SqlSay *s, const PlanSlot *slot, uint32_t number)
{
    (void)s;
    return slot->codes[number];
}

static void say_texts(const SqlSay *s, const PlanSlot *slot, const char *column, TextOf *text_of,
                      size_t count)
{
    pt_buf_printf(s->out, "nullIf(transform(toUInt32(e.%s), CAST(range(%zu), 'Array(UInt32)'), [",
                  column, count);
    for (uint32_t i = 0; i < count; i++) {
        sql_add(s, i > 0 ? ", " : "");
        columns_sql_text(s->out, text_of(s, slot, i));
    }
    sql_add(s, count > 0 ? "], ''), '')" : "''], ''), '')");
}

enum { CHANNELS = 16 };

static void say_text_column(const SqlSay *s, const PlanSlot *slot)
{
    switch (slot->text) {
    case COLUMNS_COLUMN_STORE:
        sql_add(s, "nullIf(e.store, '')");
        break;
    case COLUMNS_COLUMN_CURRENCY:
        sql_add(s, "nullIf(e.currency, '')");
        break;
    case COLUMNS_COLUMN_CHANNEL:
        say_texts(s, slot, "channel", text_of_channel, CHANNELS);
        break;
    case COLUMNS_COLUMN_SOURCE:
        say_texts(s, slot, "source", text_of_source, s->sql->source_count);
        break;
    case COLUMNS_COLUMN_CODE:
        say_texts(s, slot, "code", text_of_code, s->sql->code_count);
        break;
    case SQL_NONE:
        sql_add(s, "CAST(NULL, 'Nullable(String)')");
        break;
    default:
        pt_buf_printf(s->out, "e.p%u", slot->text);
    }
}

static void say_number_column(const SqlSay *s, const PlanSlot *slot)
{
    if (slot->number == COLUMNS_COLUMN_AMOUNT) {
        sql_add(s, "toFloat64(e.amount) / 1e6");
    } else if (slot->number == SQL_NONE || slot->number == COLUMNS_COLUMN_TIME) {
        sql_add(s, "CAST(NULL, 'Nullable(Float64)')");
    } else {
        pt_buf_printf(s->out, "e.p%u", slot->number);
    }
}

/* Of each slot that is looked at what its columns say: aI, bI, cI. */
static void say_columns(const SqlSay *s, uint32_t i)
{
    const PlanSlot *slot = &s->plan->slots[i];
    sql_add(s, ", ");
    say_number_column(s, slot);
    pt_buf_printf(s->out, " AS a%u, ", i);
    say_text_column(s, slot);
    pt_buf_printf(s->out, " AS b%u, ", i);
    if (slot->truth == SQL_NONE) {
        sql_add(s, "CAST(NULL, 'Nullable(UInt8)')");
    } else {
        pt_buf_printf(s->out, "e.p%u", slot->truth);
    }
    pt_buf_printf(s->out, " AS c%u", i);
    if (slot->as_time) {
        pt_buf_printf(s->out,
                      ", arrayMap(g -> " TIME_OF_GROUPS
                      ", [extractGroups(ifNull(b%u, ''), " TIME_WORDS ")])[1] AS d%u",
                      i, i);
    }
}

static void say_value(const SqlSay *s, uint32_t i)
{
    const PlanSlot *slot = &s->plan->slots[i];
    PtBuf *out = s->out;
    if (slot->number == COLUMNS_COLUMN_TIME) {
        pt_buf_printf(out, ", %d AS k%u, toFloat64(0) AS n%u, '' AS t%u, time AS i%u",
                      PT_VALUE_TIME, i, i, i, i);
    } else if (slot->as_time) {
        pt_buf_printf(out,
                      ", if(a%u IS NULL AND d%u.1, %d, 0) AS k%u, toFloat64(0) AS n%u, "
                      "'' AS t%u, d%u.2 AS i%u",
                      i, i, PT_VALUE_TIME, i, i, i, i, i);
    } else if (slot->as_number) {
        pt_buf_printf(out,
                      ", if(a%u IS NOT NULL OR match(ifNull(b%u, ''), " NUMBER_WORDS
                      "), %d, 0) AS k%u, ifNull(a%u, toFloat64OrZero(ifNull(b%u, ''))) AS n%u, "
                      "'' AS t%u, toInt64(0) AS i%u",
                      i, i, PT_VALUE_NUMBER, i, i, i, i, i, i);
    } else {
        pt_buf_printf(out,
                      ", multiIf(a%u IS NOT NULL, %d, b%u IS NOT NULL, %d, c%u IS NOT NULL, %d, 0) "
                      "AS k%u, ifNull(a%u, toFloat64(ifNull(c%u, 0))) AS n%u, "
                      "ifNull(b%u, '') AS t%u, toInt64(0) AS i%u",
                      i, PT_VALUE_NUMBER, i, PT_VALUE_TEXT, i, PT_VALUE_BOOL, i, i, i, i, i, i, i);
    }
}

/* A number as pt_json_out_double writes it: ClickHouse keeps to digits up to 1e21 and from 1e-6. */
#define NUMBER_TEXT                                                                                \
    "multiIf(NOT isFinite(n%u), '', abs(n%u) >= 1e17 AND abs(n%u) < 1e21, concat(if(n%u < 0, "     \
    "'-', ''), replaceRegexpOne(concat(substring(toString(abs(n%u)), 1, 1), '.', "                 \
    "substring(toString(abs(n%u)), 2)), '[.]?0*$', ''), 'e', "                                     \
    "toString(length(toString(abs(n%u))) - 1)), abs(n%u) >= 1e-6 AND abs(n%u) < 1e-5, "            \
    "concat(if(n%u < 0, '-', ''), replaceRegexpOne(concat(substring(toString(abs(n%u)), 8, 1), "   \
    "'.', substring(toString(abs(n%u)), 9)), '[.]?0*$', ''), 'e-6'), toString(n%u))"

static void say_value_text(const SqlSay *s, uint32_t i)
{
    pt_buf_printf(s->out, "multiIf(k%u = %d, t%u, k%u = %d, " NUMBER_TEXT ", ", i, PT_VALUE_TEXT, i,
                  i, PT_VALUE_NUMBER, i, i, i, i, i, i, i, i, i, i, i, i, i);
    pt_buf_printf(s->out, "k%u = %d, if(n%u = 0, 'false', 'true'), ", i, PT_VALUE_BOOL, i);
    pt_buf_printf(s->out,
                  "k%u = %d, concat(replaceOne(toString(fromUnixTimestamp64Milli(i%u, 'UTC')), "
                  "' ', 'T'), 'Z'), '')",
                  i, PT_VALUE_TIME, i);
}

/* ---- Sets ------------------------------------------------------------------------------------ */

static void say_constant(const SqlSay *s, const PtValue *value)
{
    switch (value->kind) {
    case PT_VALUE_TEXT:
        columns_sql_text(s->out, value->text);
        break;
    case PT_VALUE_TIME:
        pt_buf_printf(s->out, "%lld", (long long)value->time_ms);
        break;
    case PT_VALUE_NUMBER:
        sql_number(s, value->number);
        break;
    default:
        pt_buf_add_char(s->out, value->truth ? '1' : '0');
    }
}

static const char *column_of(PtValueKind kind)
{
    return kind == PT_VALUE_TEXT ? "t" : kind == PT_VALUE_TIME ? "i" : "n";
}

/* Of the values those of one kind: the slot's is among them. */
static void say_among(const SqlSay *s, const PtProgramTerm *term, PtValueKind kind)
{
    const bool folded = term->how == PT_COMPARE_EQ_FOLDED && kind == PT_VALUE_TEXT;
    size_t said = 0;
    for (size_t i = 0; i < term->count; i++) {
        if (term->values[i].kind != kind) {
            continue;
        }
        if (said++ == 0) {
            pt_buf_printf(s->out, " OR (k%u = %d AND %s%s%u%s IN (", term->slot, (int)kind,
                          folded ? "lower(" : "", column_of(kind), term->slot, folded ? ")" : "");
        } else {
            sql_add(s, ", ");
        }
        say_constant(s, &term->values[i]);
    }
    sql_add(s, said > 0 ? "))" : "");
}

static void say_one(const SqlSay *s, const PtProgramTerm *term)
{
    static const char *const words[PT_COMPARE_COUNT][3] = {
        [PT_COMPARE_EQ] = {"", " = ", ""},
        [PT_COMPARE_LT] = {"", " < ", ""},
        [PT_COMPARE_LE] = {"", " <= ", ""},
        [PT_COMPARE_GT] = {"", " > ", ""},
        [PT_COMPARE_GE] = {"", " >= ", ""},
        [PT_COMPARE_EQ_FOLDED] = {"lower(", ") = ", ""},
        [PT_COMPARE_CONTAINS] = {"position(lower(", "), ", ") > 0"},
        [PT_COMPARE_BEGINS] = {"startsWith(lower(", "), ", ")"},
        [PT_COMPARE_ENDS] = {"endsWith(lower(", "), ", ")"},
    };
    const PtValueKind kind = term->values->kind;
    pt_buf_printf(s->out, "(k%u = %d AND %s%s%u%s", term->slot, (int)kind, words[term->how][0],
                  column_of(kind), term->slot, words[term->how][1]);
    say_constant(s, term->values);
    sql_add(s, words[term->how][2]);
    sql_add(s, ")");
}

static void say_term(void *ctx, const PtProgramTerm *term, PtBuf *out)
{
    const SqlSay *s = ctx;
    if (term->how == PT_COMPARE_THERE) {
        pt_buf_printf(out, "(k%u != 0)", term->slot);
    } else if (!term->among) {
        say_one(s, term);
    } else {
        sql_add(s, "(0");
        for (int kind = PT_VALUE_BOOL; kind <= PT_VALUE_TIME; kind++) {
            say_among(s, term, (PtValueKind)kind);
        }
        sql_add(s, ")");
    }
}

static void say_codes(const SqlSay *s, const uint64_t *codes)
{
    size_t said = 0;
    for (size_t code = 0; code < s->sql->code_count && code < COLUMNS_EVENTS_MAX; code++) {
        if ((codes[code / 64] >> (code % 64) & 1) != 0) {
            pt_buf_printf(s->out, "%s%zu", said++ == 0 ? "code IN (" : ", ", code);
        }
    }
    sql_add(s, said == 0 ? "0" : ")");
}

static PtStatus say_set(const SqlSay *s, uint32_t i, PtError *err)
{
    const PlanSet *set = &s->plan->sets[i];
    PtStatus st = PT_OK;
    sql_add(s, ", toUInt8(");
    if (set->codes != NULL) {
        say_codes(s, set->codes);
    }
    if (set->program != NULL) {
        sql_add(s, set->codes != NULL ? " AND " : "");
        SqlSay ctx = *s;
        st = pt_program_say(set->program, s->out, say_term, &ctx, err);
    } else if (set->codes == NULL) {
        sql_add(s, "1");
    }
    pt_buf_printf(s->out, ") AS s%u", i);
    return st;
}

/* ---- Rows ------------------------------------------------------------------------------------ */

const PlanPeriods *sql_periods(const ColumnsPlan *plan)
{
    switch (plan->kind) {
    case PLAN_SEGMENTATION:
        return &plan->segmentation.periods;
    case PLAN_RETENTION:
        return &plan->retention.periods;
    case PLAN_STICKINESS:
        return &plan->stickiness.periods;
    case PLAN_LIFECYCLE:
        return &plan->lifecycle.periods;
    case PLAN_SESSIONS:
        return &plan->sessions.periods;
    default:
        return NULL;
    }
}

uint32_t sql_breakdown(const ColumnsPlan *plan)
{
    return plan->kind == PLAN_SEGMENTATION ? plan->segmentation.breakdown.slot
           : plan->kind == PLAN_FUNNEL     ? plan->funnel.breakdown.slot
           : plan->kind == PLAN_RETENTION  ? plan->retention.breakdown.slot
                                           : SQL_NONE;
}

static uint32_t same_of(const ColumnsPlan *plan)
{
    return plan->kind == PLAN_FUNNEL ? plan->funnel.same : SQL_NONE;
}

static bool takes_number(const PlanSeries *series)
{
    return series->measure != PLAN_TOTAL && series->measure != PLAN_UNIQUES;
}

static bool is_read(const ColumnsPlan *plan, uint32_t slot)
{
    bool read = sql_breakdown(plan) == slot || same_of(plan) == slot;
    for (size_t i = 0; i < plan->set_count; i++) {
        read = read ||
               (plan->sets[i].program != NULL && pt_program_reads(plan->sets[i].program, slot));
    }
    for (size_t i = 0; plan->kind == PLAN_SEGMENTATION && i < plan->segmentation.series_count;
         i++) {
        const PlanSeries *series = &plan->segmentation.series[i];
        read = read || (takes_number(series) && series->slot == slot);
    }
    return read;
}

/* r: rows of the range and of who is asked for, with what the columns of slots say; q: with their
 * values. */
static void say_rows(const SqlSay *s)
{
    const ColumnsPlan *plan = s->plan;
    sql_add(s, "r AS (SELECT e.node");
    if (plan->node_count > 0) {
        pt_buf_printf(s->out, " >= %u ? e.node : o.person", plan->node_count);
    }
    sql_add(s, " AS person, e.time AS time, e.offset AS offset, e.code AS code, "
               "ifNull(e.amount, 0) AS amount");
    for (uint32_t i = 0; i < plan->slot_count; i++) {
        if (is_read(plan, i)) {
            say_columns(s, i);
        }
    }
    sql_add(s, " FROM ");
    say_name(s, s->sql->events);
    sql_add(s, " AS e");
    if (plan->node_count > 0) {
        sql_add(s, " ANY LEFT JOIN ");
        say_name(s, s->sql->persons);
        sql_add(s, " AS o ON e.node = o.node");
    }
    pt_buf_printf(s->out, " WHERE e.time >= %lld AND e.time < %lld", (long long)plan->from_ms,
                  (long long)plan->to_ms);
    sql_add(s, "), q AS (SELECT person, time, offset, code, amount");
    for (uint32_t i = 0; i < plan->slot_count; i++) {
        if (is_read(plan, i)) {
            say_value(s, i);
        }
    }
    sql_add(s, " FROM r");
    if (plan->who != NULL) {
        pt_buf_printf(s->out, " WHERE person < %u AND person IN (SELECT person FROM ",
                      plan->who_count);
        say_name(s, s->sql->who);
        sql_add(s, ")");
    }
    sql_add(s, "), ");
}

static void say_series(const SqlSay *s)
{
    const PlanSegmentation *p = &s->plan->segmentation;
    for (uint32_t i = 0; i < p->series_count; i++) {
        const PlanSeries *series = &p->series[i];
        if (takes_number(series)) {
            pt_buf_printf(s->out, ", toUInt8(s%u AND k%u = %d) AS f%u, n%u AS x%u", series->set,
                          series->slot, PT_VALUE_NUMBER, i, series->slot, i);
        }
    }
}

static PtStatus say_history(const SqlSay *s, PtError *err)
{
    const ColumnsPlan *plan = s->plan;
    const uint32_t breakdown = sql_breakdown(plan), same = same_of(plan);
    PtStatus st = PT_OK;
    sql_add(s, "h AS (SELECT person, time, offset, code, amount");
    for (uint32_t i = 0; st == PT_OK && i < plan->set_count; i++) {
        st = say_set(s, i, err);
    }
    sql_add(s, ", ");
    if (breakdown != SQL_NONE) {
        say_value_text(s, breakdown);
    } else {
        sql_add(s, "''");
    }
    sql_add(s, " AS v");
    if (same != SQL_NONE) {
        pt_buf_printf(s->out, ", toUInt8(k%u != 0) AS u, ", same);
        say_value_text(s, same);
        sql_add(s, " AS w");
    }
    if (sql_periods(plan) != NULL) {
        sql_add(s, ", toUInt32(indexOfAssumeSorted(edges, roundDown(time, edges)) - 1) AS p");
    }
    if (plan->kind == PLAN_SEGMENTATION) {
        say_series(s);
    }
    sql_add(s, " FROM q WHERE 0");
    for (size_t i = 0; i < plan->set_count; i++) {
        pt_buf_printf(s->out, " OR s%zu", i);
    }
    sql_add(s, "), ");
    return st;
}

/* ---- All together ---------------------------------------------------------------------------- */

static void say_edges(const SqlSay *s, const PlanPeriods *periods)
{
    sql_add(s, "CAST([");
    for (size_t i = 0; i < periods->count; i++) {
        pt_buf_printf(s->out, "%s%lld", i > 0 ? ", " : "", (long long)periods->edges[i]);
    }
    sql_add(s, "], 'Array(Int64)') AS edges, ");
}

#define TOP "ORDER BY n DESC, value LIMIT %d"

/* part, value, a, b, n, m, o, x, y */
static void say_parts(const SqlSay *s, const SqlKind *kind)
{
    const bool broken_down = sql_breakdown(s->plan) != SQL_NONE;
    pt_buf_printf(s->out,
                  "SELECT toUInt8(%d) AS part, '' AS value, toUInt32(0) AS a, toUInt32(0) AS b, "
                  "toUInt64(uniqExactIf(person, person != 0)) AS n, toUInt64(0) AS m, "
                  "toUInt64(0) AS o, toFloat64(0) AS x, toInt64(0) AS y FROM h",
                  SQL_PERSONS);
    if (broken_down) {
        pt_buf_printf(s->out,
                      " UNION ALL SELECT %d, value, 0, 0, n, 0, 0, 0, 0 FROM (SELECT value, n FROM "
                      "weights " TOP ") UNION ALL SELECT %d, '', 0, 0, count(), 0, 0, 0, 0 FROM "
                      "weights",
                      SQL_VALUE, PLAN_BREAKDOWN, SQL_VALUES);
    }
    pt_buf_printf(s->out, " UNION ALL SELECT %d, * FROM (", SQL_CELL);
    kind->cells(s);
    sql_add(s, ")");
    if (broken_down) {
        pt_buf_printf(s->out, " WHERE value IN (SELECT value FROM weights " TOP ")",
                      PLAN_BREAKDOWN);
    }
    if (s->plan->kind == PLAN_PATHS) {
        pt_buf_printf(s->out, " UNION ALL SELECT %d, '', 0, 0, count(), 0, 0, 0, 0 FROM walks",
                      SQL_PATHS);
    }
}

PtStatus columns_sql_plan(const ColumnsSql *sql, const ColumnsPlan *plan, PtBuf *out, PtError *err)
{
    PtStatus st = plan_check(plan, err);
    if (st != PT_OK) {
        return st;
    }
    const SqlSay s = {sql, plan, out};
    const SqlKind *kind = &sql_kinds[plan->kind];
    sql_add(&s, "WITH ");
    if (sql_periods(plan) != NULL) {
        say_edges(&s, sql_periods(plan));
    }
    say_rows(&s);
    st = say_history(&s, err);
    if (kind->tables != NULL) {
        kind->tables(&s);
    }
    if (sql_breakdown(plan) != SQL_NONE) {
        sql_add(&s, "weights AS (");
        kind->weights(&s);
        sql_add(&s, "), ");
    }
    // every table before ends with a comma
    sql_add(&s, "answer AS (");
    say_parts(&s, kind);
    pt_buf_printf(out, ") SELECT * FROM answer ORDER BY part%s", kind->order);
    return st;
}
