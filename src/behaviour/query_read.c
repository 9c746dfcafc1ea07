// SPDX-License-Identifier: Apache-2.0
/* The query's own members: which kind takes which, and what holds where one is left out. */
#include "behaviour/query_internal.h"

#include <stdlib.h>

enum {
    HOUR_MS = 3600000,
    HALF_HOUR_MS = 1800000,
    ZONE_NAME = 64,
    LIMIT = 10,
    EDGES = 20,
    DEPTH = 5,
    CORRELATIONS = 100,
    MIN_PEOPLE = 30,
    REPEATS = 3
};
#define LEVEL   0.05
#define WEEK_MS 604800000

const char *const query_kind_names[QUERY_KINDS] = {
    [PLAN_SEGMENTATION] = "segmentation", [PLAN_FUNNEL] = "funnel",
    [PLAN_RETENTION] = "retention",       [PLAN_PATHS] = "paths",
    [PLAN_STICKINESS] = "stickiness",     [PLAN_LIFECYCLE] = "lifecycle",
    [PLAN_SESSIONS] = "sessions",         [QUERY_COMPARE] = "compare",
    [QUERY_CORRELATION] = "correlation",  [QUERY_FRICTION] = "friction",
    [QUERY_JOURNEY] = "journey",
};
const char *const query_unit_names[PLAN_WHOLE + 1] = {
    [PLAN_HOUR] = "hour",   [PLAN_DAY] = "day",     [PLAN_WEEK] = "week",
    [PLAN_MONTH] = "month", [PLAN_WHOLE] = "whole",
};
const char *const query_order_names[PLAN_ANY + 1] = {
    [PLAN_ORDERED] = "ordered", [PLAN_STRICT] = "strict", [PLAN_ANY] = "any"};
const char *const query_way_names[PLAN_RETENTION_BEYOND + 1] = {[PLAN_RETENTION_ON] = "on",
                                                                [PLAN_RETENTION_BEYOND] = "beyond"};

#define BIT(of) (1u << (of))

/* The units of a kind, and the one that it has where none is named. */
static const struct KindUnits {
    unsigned units;
    PlanUnit unit;
} kind_units[QUERY_KINDS] = {
    [PLAN_SEGMENTATION] = {BIT(PLAN_WHOLE + 1) - 1, PLAN_DAY},
    [PLAN_FUNNEL] = {0, PLAN_WHOLE},
    [PLAN_RETENTION] = {BIT(PLAN_DAY) | BIT(PLAN_WEEK) | BIT(PLAN_MONTH), PLAN_WEEK},
    [PLAN_PATHS] = {0, PLAN_WHOLE},
    [PLAN_STICKINESS] = {BIT(PLAN_DAY) | BIT(PLAN_WEEK) | BIT(PLAN_MONTH), PLAN_DAY},
    [PLAN_LIFECYCLE] = {BIT(PLAN_DAY) | BIT(PLAN_WEEK) | BIT(PLAN_MONTH), PLAN_WEEK},
    [PLAN_SESSIONS] = {BIT(PLAN_WHOLE + 1) - 1, PLAN_DAY},
};

/* ---- Members --------------------------------------------------------------------------------- */

static PtStatus read_zone(QueryReading *r, Query *q, PtStr json)
{
    PtError why = {0};
    PtStatus st = query_text(r, json, ZONE_NAME, &q->zone_name);
    if (st == PT_OK && memchr(q->zone_name.data, 0, q->zone_name.len) != NULL) {
        return query_bad(r, "not a time zone's name");
    }
    if (st == PT_OK && pt_zone_load(q->zone_name.data, NULL, &q->zone, &why) != PT_OK) {
        return query_bad_below(r, &why);
    }
    return st;
}

static PtStatus read_range(QueryReading *r, Query *q, PtStr json)
{
    return query_read_range(r, json, &q->range);
}

static bool names_report(PtStr json)
{
    PtJson j;
    pt_json_init(&j, json, 1);
    return pt_json_next(&j) == PT_JSON_OBJECT && pt_json_next(&j) == PT_JSON_KEY &&
           pt_json_raw_eq(j.raw, j.flags, PT_STR("report"));
}

/* The rule of the question that {"report": ID} names. */
static PtStatus read_saved(QueryReading *r, PtStr json, PtStr *ret_rule)
{
    enum { ID_BYTES = 36 };
    QueryMember m = {"report", {0}};
    PtStr id;
    PtError why = {0};
    PtStatus st = query_members(r, json, &m, 1);
    const size_t before = query_enter(r, "report");
    st = st == PT_OK ? query_text(r, m.json, ID_BYTES, &id) : st;
    if (st == PT_OK && r->saved == NULL) {
        return query_bad(r, "a saved question cannot be named here");
    }
    if (st == PT_OK && r->saved->who(r->saved->ctx, id, r->arena, ret_rule, &why) != PT_OK) {
        return query_bad_below(r, &why);
    }
    query_leave(r, before);
    return st;
}

PtStatus query_read_who(QueryReading *r, PtStr json, RuleOperands *operands, RuleWho **ret_who)
{
    PtError why = {0};
    PtStr rule = json;
    PtStatus st = names_report(json) ? read_saved(r, json, &rule) : PT_OK;
    if (st != PT_OK) {
        return st;
    }
    return rule_who_read(rule, operands, ret_who, &why) == PT_OK ? PT_OK : query_bad_below(r, &why);
}

static PtStatus read_who(QueryReading *r, Query *q, PtStr json)
{
    return query_read_who(r, json, q->who_operands, &q->who);
}

/* Of a comparison it is one of its question: the operands are that one's. */
static PtStatus read_where(QueryReading *r, Query *q, PtStr json)
{
    Query *of = q->kind == QUERY_COMPARE ? q->inner : q;
    return query_read_where(r, of, json, &of->where);
}

static PtStatus read_unit(QueryReading *r, Query *q, PtStr json)
{
    unsigned unit = q->unit;
    PtStatus st =
        query_choice(r, json, query_unit_names, PLAN_WHOLE + 1, kind_units[q->kind].units, &unit);
    q->unit = (PlanUnit)unit;
    return st;
}

static PtStatus read_breakdown(QueryReading *r, Query *q, PtStr json)
{
    return query_read_property(r, json, &q->breakdown);
}

static PtStatus read_limit(QueryReading *r, Query *q, PtStr json)
{
    int64_t limit = q->limit;
    PtStatus st =
        query_whole(r, json, 1, q->kind == QUERY_CORRELATION ? QUERY_ROWS : QUERY_LIMIT, &limit);
    q->limit = (uint32_t)limit;
    return st;
}

static PtStatus read_window(QueryReading *r, Query *q, PtStr json)
{
    return query_duration(r, json, &q->window_ms);
}

static PtStatus read_order(QueryReading *r, Query *q, PtStr json)
{
    unsigned order = q->order;
    PtStatus st =
        query_choice(r, json, query_order_names, PLAN_ANY + 1, BIT(PLAN_ANY + 1) - 1, &order);
    q->order = (PlanOrder)order;
    return st;
}

static PtStatus read_exclude(QueryReading *r, Query *q, PtStr json)
{
    if (q->order == PLAN_ANY) {
        return query_bad(r, "does not go with steps in any order");
    }
    return query_read_exclusions(r, q, json);
}

static PtStatus read_same(QueryReading *r, Query *q, PtStr json)
{
    return query_read_property(r, json, &q->same);
}

static PtStatus read_begin(QueryReading *r, Query *q, PtStr json)
{
    return query_read_set(r, q, json, &q->begin);
}

static PtStatus read_again(QueryReading *r, Query *q, PtStr json)
{
    return query_read_set(r, q, json, &q->again);
}

static PtStatus read_way(QueryReading *r, Query *q, PtStr json)
{
    unsigned way = q->way;
    PtStatus st = query_choice(r, json, query_way_names, PLAN_RETENTION_BEYOND + 1,
                               BIT(PLAN_RETENTION_BEYOND + 1) - 1, &way);
    q->way = (PlanRetentionWay)way;
    return st;
}

static PtStatus read_recurring(QueryReading *r, Query *q, PtStr json)
{
    return query_truth(r, json, &q->recurring);
}

static PtStatus read_from(QueryReading *r, Query *q, PtStr json)
{
    return query_read_set(r, q, json, q->kind == PLAN_PATHS ? &q->anchor : &q->begin);
}

static PtStatus read_to(QueryReading *r, Query *q, PtStr json)
{
    if (q->kind != PLAN_PATHS) {
        return query_read_set(r, q, json, &q->again);
    }
    q->backwards = true;
    return query_read_set(r, q, json, &q->anchor);
}

static PtStatus read_nodes(QueryReading *r, Query *q, PtStr json)
{
    return query_read_set(r, q, json, &q->nodes);
}

static PtStatus read_gap(QueryReading *r, Query *q, PtStr json)
{
    return query_duration(r, json, &q->gap_ms);
}

static PtStatus read_depth(QueryReading *r, Query *q, PtStr json)
{
    int64_t depth = q->depth;
    PtStatus st = query_whole(r, json, 2, PLAN_DEPTH, &depth);
    q->depth = (uint32_t)depth;
    return st;
}

static PtStatus read_fold(QueryReading *r, Query *q, PtStr json)
{
    return query_truth(r, json, &q->fold);
}

static PtStatus read_of(QueryReading *r, Query *q, PtStr json)
{
    return query_read_set(r, q, json, &q->of);
}

static PtStatus read_min_people(QueryReading *r, Query *q, PtStr json)
{
    int64_t least = q->min_people;
    PtStatus st = query_whole(r, json, 1, QUERY_MIN_PEOPLE, &least);
    q->min_people = (uint32_t)least;
    return st;
}

static PtStatus read_baseline(QueryReading *r, Query *q, PtStr json)
{
    PtStatus st = query_read_range(r, json, &q->baseline);
    if (st == PT_OK && q->baseline.last > 0) {
        return query_bad(r, "a baseline has \"from\" and \"to\"");
    }
    q->has_baseline = st == PT_OK;
    return st;
}

static PtStatus read_empty(QueryReading *r, Query *q, PtStr json)
{
    return query_read_set(r, q, json, &q->empty);
}

static PtStatus read_repeats(QueryReading *r, Query *q, PtStr json)
{
    int64_t repeats = q->repeats;
    PtStatus st = query_whole(r, json, 2, QUERY_REPEATS, &repeats);
    q->repeats = (uint32_t)repeats;
    return st;
}

static PtStatus read_query(PtStr json, const QuerySaved *saved, PtArena *arena, unsigned kinds,
                           Query **ret_query, PtError *err);

static PtStatus read_inner(QueryReading *r, Query *q, PtStr json)
{
    const unsigned kinds =
        BIT(PLAN_SEGMENTATION) | BIT(PLAN_FUNNEL) | BIT(PLAN_RETENTION) | BIT(PLAN_STICKINESS);
    PtError why = {0};
    return read_query(json, NULL, q->arena, kinds, &q->inner, &why) == PT_OK
               ? PT_OK
               : query_bad_below(r, &why);
}

enum {
    SEGMENTATION = BIT(PLAN_SEGMENTATION),
    FUNNEL = BIT(PLAN_FUNNEL),
    RETENTION = BIT(PLAN_RETENTION),
    PATHS = BIT(PLAN_PATHS),
    STICKINESS = BIT(PLAN_STICKINESS),
    LIFECYCLE = BIT(PLAN_LIFECYCLE),
    SESSIONS = BIT(PLAN_SESSIONS),
    COMPARE = BIT(QUERY_COMPARE),
    CORRELATION = BIT(QUERY_CORRELATION),
    FRICTION = BIT(QUERY_FRICTION),
    JOURNEY = BIT(QUERY_JOURNEY),
    ALL = BIT(QUERY_KINDS) - 1,
    ROUGH = FRICTION | JOURNEY,
    BROKEN_DOWN = SEGMENTATION | FUNNEL | RETENTION,
    BY_UNIT = SEGMENTATION | RETENTION | STICKINESS | LIFECYCLE | SESSIONS,
};

/* In the order in which they are read: what stands on another comes behind it. */
static const struct Field {
    const char *name;
    unsigned kinds, needed_by;
    PtStatus (*read)(QueryReading *r, Query *q, PtStr json);
    bool outside; /* of a comparison, not of what it asks */
} fields[] = {
    {"zone", ALL, 0, read_zone, true},
    {"range", ALL, 0, read_range, true},
    {"who", ALL & ~COMPARE, 0, read_who, true},
    {"cohorts", COMPARE, COMPARE, query_read_cohorts, true},
    {"query", COMPARE, COMPARE, read_inner, true},
    {"where", ALL, 0, read_where, true},
    {"unit", BY_UNIT, 0, read_unit, false},
    {"series", SEGMENTATION, SEGMENTATION, query_read_series, false},
    {"formulae", SEGMENTATION, 0, query_read_formulae, false},
    {"steps", FUNNEL | FRICTION, FUNNEL | FRICTION, query_read_steps, false},
    {"window", FUNNEL | CORRELATION | FRICTION, 0, read_window, false},
    {"order", FUNNEL, 0, read_order, false},
    {"exclude", FUNNEL, 0, read_exclude, false},
    {"same", FUNNEL, 0, read_same, false},
    {"begin", RETENTION, RETENTION, read_begin, false},
    {"again", RETENTION, RETENTION, read_again, false},
    {"way", RETENTION, 0, read_way, false},
    {"brackets", RETENTION, 0, query_read_brackets, false},
    {"recurring", RETENTION, 0, read_recurring, false},
    {"from", PATHS | CORRELATION, CORRELATION, read_from, false},
    {"to", PATHS | CORRELATION, CORRELATION, read_to, false},
    {"nodes", PATHS, 0, read_nodes, false},
    {"of", STICKINESS | LIFECYCLE | SESSIONS, 0, read_of, false},
    {"gap", PATHS | SESSIONS | FRICTION, 0, read_gap, false},
    {"depth", PATHS, 0, read_depth, false},
    {"fold", PATHS, 0, read_fold, false},
    {"properties", CORRELATION, 0, query_read_properties, false},
    {"traits", CORRELATION, 0, query_read_traits, false},
    {"events", CORRELATION, 0, query_read_candidates, false},
    {"min_people", CORRELATION, 0, read_min_people, false},
    {"level", CORRELATION, 0, query_read_level, false},
    {"stages", JOURNEY, 0, query_read_stages, false},
    {"baseline", ROUGH, 0, read_baseline, false},
    {"errors", ROUGH, 0, query_read_errors, false},
    {"empty", ROUGH, 0, read_empty, false},
    {"repeats", FRICTION, 0, read_repeats, false},
    {"breakdown", BROKEN_DOWN, 0, read_breakdown, true},
    {"limit", BROKEN_DOWN | PATHS | CORRELATION, 0, read_limit, false},
};
enum { FIELDS = sizeof fields / sizeof *fields, KIND = FIELDS, MEMBERS };

/* ---- All of it ------------------------------------------------------------------------------- */

static void set_defaults(Query *q)
{
    q->range = (QueryRange){.last = 30, .unit = PLAN_DAY};
    q->zone_name = PT_STR("UTC");
    q->unit = kind_units[q->kind].unit;
    q->limit = q->kind == PLAN_PATHS ? EDGES : q->kind == QUERY_CORRELATION ? CORRELATIONS : LIMIT;
    q->window_ms = WEEK_MS;
    q->gap_ms = HALF_HOUR_MS;
    q->depth = DEPTH;
    q->fold = true;
    q->anchor = q->nodes = q->of = q->empty = UINT32_MAX;
    q->min_people = MIN_PEOPLE;
    q->level = LEVEL;
    q->repeats = REPEATS;
}

static PtStatus read_kind(QueryReading *r, PtStr json, unsigned kinds, Query *q)
{
    unsigned kind = 0;
    if (json.data == NULL) {
        return query_bad(r, "\"kind\" is missing");
    }
    const size_t before = query_enter(r, "kind");
    PtStatus st = query_choice(r, json, query_kind_names, QUERY_KINDS, kinds, &kind);
    if (st == PT_OK) {
        query_leave(r, before);
        q->kind = kind;
    }
    return st;
}

static PtStatus read_field(QueryReading *r, Query *q, const struct Field *field, bool inner,
                           PtStr json)
{
    const char *kind = query_kind_names[q->kind];
    if (json.data == NULL) {
        return (field->needed_by & BIT(q->kind)) != 0
                   ? query_bad(r, "\"%s\" of a %s is missing", field->name, kind)
                   : PT_OK;
    }
    const size_t before = query_enter(r, field->name);
    PtStatus st = (field->kinds & BIT(q->kind)) == 0
                      ? query_bad(r, "does not go with kind \"%s\"", kind)
                  : inner && field->outside ? query_bad(r, "does not go into a comparison")
                                            : field->read(r, q, json);
    if (st == PT_OK) {
        query_leave(r, before);
    }
    return st;
}

/* What can be said only when all is read. */
static PtStatus complete(QueryReading *r, Query *q, const QueryMember *m)
{
    unsigned anchors = 0;
    PtStatus st = PT_OK;
    for (size_t i = 0; i < FIELDS; i++) {
        anchors +=
            m[i].json.data != NULL && (fields[i].read == read_from || fields[i].read == read_to);
    }
    if (q->kind == PLAN_PATHS && anchors != 1) {
        return query_bad(r, "one of \"from\" and \"to\"");
    }
    if (q->kind == PLAN_PATHS && q->nodes == UINT32_MAX) {
        st = query_add_all(r, q, &q->nodes);
    }
    if (q->kind >= PLAN_STICKINESS && q->kind < PLAN_WALK && q->of == UINT32_MAX) {
        st = query_add_all(r, q, &q->of);
    }
    st = st == PT_OK ? query_kinds_complete(r, q) : st;
    PtError why = {0};
    if (st == PT_OK && q->zone == NULL && pt_zone_load("UTC", NULL, &q->zone, &why) != PT_OK) {
        return query_bad_below(r, &why);
    }
    return st;
}

static PtStatus read_all(QueryReading *r, PtStr json, unsigned kinds, Query *q)
{
    const bool inner = kinds != ALL;
    QueryMember m[MEMBERS];
    for (size_t i = 0; i < FIELDS; i++) {
        m[i] = (QueryMember){fields[i].name, {NULL, 0}};
    }
    m[KIND] = (QueryMember){"kind", {NULL, 0}};
    PtStatus st = query_members(r, json, m, MEMBERS);
    st = st == PT_OK ? read_kind(r, m[KIND].json, kinds, q) : st;
    if (st == PT_OK) {
        set_defaults(q);
    }
    for (size_t i = 0; st == PT_OK && i < FIELDS; i++) {
        st = read_field(r, q, &fields[i], inner, m[i].json);
    }
    return st == PT_OK ? complete(r, q, m) : st;
}

static PtStatus read_query(PtStr json, const QuerySaved *saved, PtArena *arena, unsigned kinds,
                           Query **ret_query, PtError *err)
{
    PT_CLEANUP(query_freep) Query *q = calloc(1, sizeof *q);
    if (q == NULL) {
        return query_no_memory(err);
    }
    QueryReading r;
    q->arena = arena;
    PtStatus st = rule_operands_new(&q->operands, err);
    st = st == PT_OK ? rule_operands_new(&q->who_operands, err) : st;
    if (st != PT_OK) {
        return st;
    }
    st = query_reading_begin(&r, json, arena, err);
    r.saved = saved;
    st = st == PT_OK ? read_all(&r, json, kinds, q) : st;
    query_reading_done(&r);
    if (st == PT_OK) {
        *ret_query = PT_TAKE(q);
    }
    return st;
}

PtStatus query_read(PtStr json, PtArena *arena, Query **ret_query, PtError *err)
{
    return read_query(json, NULL, arena, ALL, ret_query, err);
}

PtStatus query_read_saved(PtStr json, const QuerySaved *saved, PtArena *arena, Query **ret_query,
                          PtError *err)
{
    return read_query(json, saved, arena, ALL, ret_query, err);
}

void query_free(Query *q)
{
    if (q == NULL) {
        return;
    }
    for (size_t i = 0; i < q->set_count; i++) {
        rule_condition_free(q->sets[i].where);
    }
    rule_condition_free(q->where);
    query_kinds_free(q);
    rule_who_free(q->who);
    rule_operands_free(q->operands);
    rule_operands_free(q->who_operands);
    pt_zone_free(q->zone);
    free(q);
}
