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
    DEPTH = 5
};
#define WEEK_MS 604800000

const char *const query_kind_names[PLAN_WALK] = {
    [PLAN_SEGMENTATION] = "segmentation", [PLAN_FUNNEL] = "funnel",
    [PLAN_RETENTION] = "retention",       [PLAN_PATHS] = "paths",
    [PLAN_STICKINESS] = "stickiness",     [PLAN_LIFECYCLE] = "lifecycle",
    [PLAN_SESSIONS] = "sessions",
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
} kind_units[PLAN_WALK] = {
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

static PtStatus read_who(QueryReading *r, Query *q, PtStr json)
{
    PtError why = {0};
    return rule_who_read(json, q->who_operands, &q->who, &why) == PT_OK ? PT_OK
                                                                        : query_bad_below(r, &why);
}

static PtStatus read_where(QueryReading *r, Query *q, PtStr json)
{
    return query_read_where(r, q, json, &q->where);
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
    PtStatus st = query_whole(r, json, 1, QUERY_LIMIT, &limit);
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
    return query_read_set(r, q, json, &q->anchor);
}

static PtStatus read_to(QueryReading *r, Query *q, PtStr json)
{
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

enum {
    SEGMENTATION = BIT(PLAN_SEGMENTATION),
    FUNNEL = BIT(PLAN_FUNNEL),
    RETENTION = BIT(PLAN_RETENTION),
    PATHS = BIT(PLAN_PATHS),
    STICKINESS = BIT(PLAN_STICKINESS),
    LIFECYCLE = BIT(PLAN_LIFECYCLE),
    SESSIONS = BIT(PLAN_SESSIONS),
    ALL = BIT(PLAN_WALK) - 1,
    BROKEN_DOWN = SEGMENTATION | FUNNEL | RETENTION,
    BY_UNIT = SEGMENTATION | RETENTION | STICKINESS | LIFECYCLE | SESSIONS,
};

/* In the order in which they are read: what stands on another comes behind it. */
static const struct Field {
    const char *name;
    unsigned kinds, needed_by;
    PtStatus (*read)(QueryReading *r, Query *q, PtStr json);
} fields[] = {
    {"zone", ALL, 0, read_zone},
    {"range", ALL, 0, read_range},
    {"who", ALL, 0, read_who},
    {"where", ALL, 0, read_where},
    {"unit", BY_UNIT, 0, read_unit},
    {"series", SEGMENTATION, SEGMENTATION, query_read_series},
    {"formulae", SEGMENTATION, 0, query_read_formulae},
    {"steps", FUNNEL, FUNNEL, query_read_steps},
    {"window", FUNNEL, 0, read_window},
    {"order", FUNNEL, 0, read_order},
    {"exclude", FUNNEL, 0, read_exclude},
    {"same", FUNNEL, 0, read_same},
    {"begin", RETENTION, RETENTION, read_begin},
    {"again", RETENTION, RETENTION, read_again},
    {"way", RETENTION, 0, read_way},
    {"brackets", RETENTION, 0, query_read_brackets},
    {"recurring", RETENTION, 0, read_recurring},
    {"from", PATHS, 0, read_from},
    {"to", PATHS, 0, read_to},
    {"nodes", PATHS, 0, read_nodes},
    {"of", STICKINESS | LIFECYCLE | SESSIONS, 0, read_of},
    {"gap", PATHS | SESSIONS, 0, read_gap},
    {"depth", PATHS, 0, read_depth},
    {"fold", PATHS, 0, read_fold},
    {"breakdown", BROKEN_DOWN, 0, read_breakdown},
    {"limit", BROKEN_DOWN | PATHS, 0, read_limit},
};
enum { FIELDS = sizeof fields / sizeof *fields, KIND = FIELDS, MEMBERS };

/* ---- All of it ------------------------------------------------------------------------------- */

static void set_defaults(Query *q)
{
    q->range = (QueryRange){.last = 30, .unit = PLAN_DAY};
    q->zone_name = PT_STR("UTC");
    q->unit = kind_units[q->kind].unit;
    q->limit = q->kind == PLAN_PATHS ? EDGES : LIMIT;
    q->window_ms = WEEK_MS;
    q->gap_ms = HALF_HOUR_MS;
    q->depth = DEPTH;
    q->fold = true;
    q->anchor = q->nodes = q->of = UINT32_MAX;
}

static PtStatus read_kind(QueryReading *r, PtStr json, Query *q)
{
    unsigned kind = 0;
    if (json.data == NULL) {
        return query_bad(r, "\"kind\" is missing");
    }
    const size_t before = query_enter(r, "kind");
    PtStatus st = query_choice(r, json, query_kind_names, PLAN_WALK, BIT(PLAN_WALK) - 1, &kind);
    if (st == PT_OK) {
        query_leave(r, before);
        q->kind = (PlanKind)kind;
    }
    return st;
}

static PtStatus read_field(QueryReading *r, Query *q, const struct Field *field, PtStr json)
{
    const char *kind = query_kind_names[q->kind];
    if (json.data == NULL) {
        return (field->needed_by & BIT(q->kind)) != 0
                   ? query_bad(r, "\"%s\" of a %s is missing", field->name, kind)
                   : PT_OK;
    }
    const size_t before = query_enter(r, field->name);
    PtStatus st = (field->kinds & BIT(q->kind)) != 0
                      ? field->read(r, q, json)
                      : query_bad(r, "does not go with kind \"%s\"", kind);
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
    if (q->kind >= PLAN_STICKINESS && q->of == UINT32_MAX) {
        st = query_add_all(r, q, &q->of);
    }
    PtError why = {0};
    if (st == PT_OK && q->zone == NULL && pt_zone_load("UTC", NULL, &q->zone, &why) != PT_OK) {
        return query_bad_below(r, &why);
    }
    return st;
}

static PtStatus read_all(QueryReading *r, PtStr json, Query *q)
{
    QueryMember m[MEMBERS];
    for (size_t i = 0; i < FIELDS; i++) {
        m[i] = (QueryMember){fields[i].name, {NULL, 0}};
    }
    m[KIND] = (QueryMember){"kind", {NULL, 0}};
    PtStatus st = query_members(r, json, m, MEMBERS);
    st = st == PT_OK ? read_kind(r, m[KIND].json, q) : st;
    if (st == PT_OK) {
        set_defaults(q);
    }
    for (size_t i = 0; st == PT_OK && i < FIELDS; i++) {
        st = read_field(r, q, &fields[i], m[i].json);
    }
    return st == PT_OK ? complete(r, q, m) : st;
}

PtStatus query_read(PtStr json, PtArena *arena, Query **ret_query, PtError *err)
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
    st = st == PT_OK ? read_all(&r, json, q) : st;
    query_reading_done(&r);
    if (st == PT_OK) {
        *ret_query = PT_TAKE(q);
    }
    return st;
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
    rule_who_free(q->who);
    rule_operands_free(q->operands);
    rule_operands_free(q->who_operands);
    pt_zone_free(q->zone);
    free(q);
}
