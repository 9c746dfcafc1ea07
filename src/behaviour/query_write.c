// SPDX-License-Identifier: Apache-2.0
#include "behaviour/query_internal.h"

void query_write_property_members(const QueryProperty *p, PtJsonOut *out)
{
    static const char *const roots[] = {
        [RULE_PROPERTY] = "property", [RULE_CONTEXT] = "context", [RULE_FIELD] = "field"};
    pt_json_put_str(out, roots[p->root],
                    p->root == RULE_FIELD ? pt_str(query_field_names[p->field]) : p->path);
}

static void write_property(const char *name, const QueryProperty *p, PtJsonOut *out)
{
    if (!p->there) {
        return;
    }
    pt_json_out_key(out, pt_str(name));
    pt_json_out_object(out);
    query_write_property_members(p, out);
    pt_json_out_object_end(out);
}

static void write_condition(const char *name, const RuleCondition *c, PtJsonOut *out)
{
    if (c != NULL) {
        pt_json_out_key(out, pt_str(name));
        rule_condition_write(c, out->buf);
        out->comma = true;
    }
}

void query_write_set_members(const QuerySet *set, PtJsonOut *out)
{
    pt_json_put_str(out, "name", set->name);
    if (set->name_count == 1) {
        pt_json_put_str(out, "event", set->names[0]);
    } else if (set->name_count > 1) {
        pt_json_out_key(out, PT_STR("event"));
        pt_json_out_array(out);
        for (size_t i = 0; i < set->name_count; i++) {
            pt_json_out_str(out, set->names[i]);
        }
        pt_json_out_array_end(out);
    }
    write_condition("where", set->where, out);
}

void query_write_set(const char *name, const Query *q, uint32_t set, PtJsonOut *out)
{
    pt_json_out_key(out, pt_str(name));
    pt_json_out_object(out);
    query_write_set_members(&q->sets[set], out);
    pt_json_out_object_end(out);
}

void query_write_sets(const char *name, const Query *q, const uint32_t *sets, size_t count,
                      PtJsonOut *out)
{
    pt_json_out_key(out, pt_str(name));
    pt_json_out_array(out);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_object(out);
        query_write_set_members(&q->sets[sets[i]], out);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

static void write_breakdown(const Query *q, PtJsonOut *out)
{
    write_property("breakdown", &q->breakdown, out);
    pt_json_put_i64(out, "limit", q->limit);
}

static void write_unit(const Query *q, PtJsonOut *out)
{
    pt_json_put_str(out, "unit", pt_str(query_unit_names[q->unit]));
}

/* ---- Kinds ----------------------------------------------------------------------------------- */

static void write_segmentation(const Query *q, PtJsonOut *out)
{
    write_unit(q, out);
    pt_json_out_key(out, PT_STR("series"));
    pt_json_out_array(out);
    for (size_t i = 0; i < q->series_count; i++) {
        const QuerySeries *s = &q->series[i];
        pt_json_out_object(out);
        query_write_set_members(&q->sets[s->set], out);
        pt_json_put_str(out, "measure", pt_str(query_measure_names[s->measure]));
        write_property("of", &s->of, out);
        if (s->measure == PLAN_QUANTILE) {
            pt_json_out_key(out, PT_STR("q"));
            pt_json_out_double(out, s->q);
        }
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
    pt_json_out_key(out, PT_STR("formulae"));
    pt_json_out_array(out);
    for (size_t i = 0; i < q->formula_count; i++) {
        pt_json_out_object(out);
        pt_json_put_str(out, "name", q->formulae[i].name);
        pt_json_put_str(out, "formula", q->formulae[i].text);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
    write_breakdown(q, out);
}

static void write_funnel(const Query *q, PtJsonOut *out)
{
    query_write_sets("steps", q, q->steps, q->step_count, out);
    query_duration_write("window", q->window_ms, out);
    pt_json_put_str(out, "order", pt_str(query_order_names[q->order]));
    for (size_t i = 0; i < q->exclusion_count; i++) {
        if (i == 0) {
            pt_json_out_key(out, PT_STR("exclude"));
            pt_json_out_array(out);
        }
        pt_json_out_object(out);
        query_write_set_members(&q->sets[q->exclusions[i].set], out);
        if (q->exclusions[i].after != UINT8_MAX) {
            pt_json_put_i64(out, "after", q->exclusions[i].after + 1);
        }
        pt_json_out_object_end(out);
        if (i + 1 == q->exclusion_count) {
            pt_json_out_array_end(out);
        }
    }
    write_property("same", &q->same, out);
    write_breakdown(q, out);
}

static void write_retention(const Query *q, PtJsonOut *out)
{
    query_write_set("begin", q, q->begin, out);
    query_write_set("again", q, q->again, out);
    write_unit(q, out);
    pt_json_put_str(out, "way", pt_str(query_way_names[q->way]));
    for (size_t i = 0; i < q->bracket_count; i++) {
        if (i == 0) {
            pt_json_out_key(out, PT_STR("brackets"));
            pt_json_out_array(out);
        }
        pt_json_out_i64(out, q->brackets[i]);
        if (i + 1 == q->bracket_count) {
            pt_json_out_array_end(out);
        }
    }
    pt_json_put_bool(out, "recurring", q->recurring);
    write_breakdown(q, out);
}

static void write_paths(const Query *q, PtJsonOut *out)
{
    query_write_set(q->backwards ? "to" : "from", q, q->anchor, out);
    query_write_set("nodes", q, q->nodes, out);
    query_duration_write("gap", q->gap_ms, out);
    pt_json_put_i64(out, "depth", q->depth);
    pt_json_put_bool(out, "fold", q->fold);
    pt_json_put_i64(out, "limit", q->limit);
}

static void write_of(const Query *q, PtJsonOut *out)
{
    query_write_set("of", q, q->of, out);
    write_unit(q, out);
    if (q->kind == PLAN_SESSIONS) {
        query_duration_write("gap", q->gap_ms, out);
    }
}

void query_write_kind(const Query *q, PtJsonOut *out)
{
    static void (*const writers[QUERY_KINDS])(const Query *q, PtJsonOut *out) = {
        [PLAN_SEGMENTATION] = write_segmentation,
        [PLAN_FUNNEL] = write_funnel,
        [PLAN_RETENTION] = write_retention,
        [PLAN_PATHS] = write_paths,
        [PLAN_STICKINESS] = write_of,
        [PLAN_LIFECYCLE] = write_of,
        [PLAN_SESSIONS] = write_of,
        [QUERY_COMPARE] = query_kinds_write,
        [QUERY_CORRELATION] = query_kinds_write,
        [QUERY_FRICTION] = query_kinds_write,
        [QUERY_JOURNEY] = query_kinds_write,
    };
    writers[q->kind](q, out);
}

void query_write(const Query *q, PtJsonOut *out)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "kind", pt_str(query_kind_names[q->kind]));
    query_range_write("range", &q->range, out);
    pt_json_put_str(out, "zone", q->zone_name);
    if (q->who != NULL) {
        pt_json_out_key(out, PT_STR("who"));
        rule_who_write(q->who, out->buf);
        out->comma = true;
    }
    write_condition("where", q->kind == QUERY_COMPARE ? q->inner->where : q->where, out);
    query_write_kind(q, out);
    pt_json_out_object_end(out);
}
