// SPDX-License-Identifier: Apache-2.0
/* The members of comparisons, correlations, frictions and journeys: read, completed, written. */
#include "behaviour/query_internal.h"

#include <assert.h>

enum { TRAIT_NAME = 200 }; /* bytes */

/* ---- Cohorts --------------------------------------------------------------------------------- */

static PtStatus name_cohort(QueryReading *r, PtStr json, size_t index, QueryCohort *cohort)
{
    char text[QUERY_NAME];
    if (json.data != NULL) {
        const size_t before = query_enter(r, "name");
        PtStatus st = query_name(r, json, &cohort->name);
        if (st == PT_OK) {
            query_leave(r, before);
        }
        return st;
    }
    (void)snprintf(text, sizeof text, "Cohort %zu", index + 1);
    cohort->name = cohort->who == NULL ? PT_STR("Everybody") : pt_arena_str(r->arena, pt_str(text));
    return cohort->name.data != NULL ? PT_OK : query_no_memory(r->err);
}

static PtStatus read_cohort(QueryReading *r, PtStr json, size_t index, void *ctx)
{
    Query *q = ctx;
    QueryCohort *cohort = &q->cohorts[index];
    QueryMember m[] = {{"name", {0}}, {"who", {0}}};
    PtStatus st = query_members(r, json, m, 2);
    if (st != PT_OK) {
        return st;
    }
    q->cohort_count = index + 1;
    st = rule_operands_new(&cohort->operands, r->err);
    if (st == PT_OK && m[1].json.data != NULL) {
        const size_t before = query_enter(r, "who");
        st = query_read_who(r, m[1].json, cohort->operands, &cohort->who);
        if (st != PT_OK) {
            return st;
        }
        query_leave(r, before);
    }
    st = st == PT_OK ? name_cohort(r, m[0].json, index, cohort) : st;
    for (size_t i = 0; st == PT_OK && i < index; i++) {
        if (pt_str_eq(q->cohorts[i].name, cohort->name)) {
            return query_bad(r, "two cohorts of one name");
        }
    }
    return st;
}

PtStatus query_read_cohorts(QueryReading *r, Query *q, PtStr json)
{
    return query_items(r, json, 2, QUERY_COHORTS, read_cohort, q);
}

Query query_cohort(const Query *q, size_t cohort)
{
    Query one = *q->inner;
    one.range = q->range;
    one.zone_name = q->zone_name;
    one.zone = q->zone;
    one.who = q->cohorts[cohort].who;
    one.who_operands = q->cohorts[cohort].operands;
    return one;
}

/* ---- Candidates ------------------------------------------------------------------------------ */

static bool is_all(PtStr json)
{
    return pt_str_eq(json, PT_STR("\"all\""));
}

static PtStatus read_property(QueryReading *r, PtStr json, size_t index, void *ctx)
{
    Query *q = ctx;
    PtStatus st = query_read_property(r, json, &q->properties[index]);
    q->property_count = st == PT_OK ? index + 1 : q->property_count;
    return st;
}

PtStatus query_read_properties(QueryReading *r, Query *q, PtStr json)
{
    q->has_properties = true;
    q->all_properties = is_all(json);
    return q->all_properties ? PT_OK : query_items(r, json, 0, QUERY_CANDIDATES, read_property, q);
}

static PtStatus read_trait(QueryReading *r, PtStr json, size_t index, void *ctx)
{
    Query *q = ctx;
    PtStatus st = query_text(r, json, TRAIT_NAME, &q->traits[index]);
    for (size_t i = 0; st == PT_OK && i < index; i++) {
        if (pt_str_eq(q->traits[i], q->traits[index])) {
            return query_bad(r, "is named twice");
        }
    }
    q->trait_count = st == PT_OK ? index + 1 : q->trait_count;
    return st;
}

PtStatus query_read_traits(QueryReading *r, Query *q, PtStr json)
{
    return query_items(r, json, 0, QUERY_CANDIDATES, read_trait, q);
}

static PtStatus read_candidate(QueryReading *r, PtStr json, size_t index, void *ctx)
{
    Query *q = ctx;
    PtStatus st = query_read_set(r, q, json, &q->events[index]);
    q->event_count = st == PT_OK ? index + 1 : q->event_count;
    return st;
}

PtStatus query_read_candidates(QueryReading *r, Query *q, PtStr json)
{
    q->has_events = true;
    q->all_events = is_all(json);
    return q->all_events ? PT_OK : query_items(r, json, 0, QUERY_CANDIDATES, read_candidate, q);
}

PtStatus query_read_level(QueryReading *r, Query *q, PtStr json)
{
    q->level = json.data[0] >= '0' && json.data[0] <= '9' ? pt_json_to_double(json) : -1;
    return q->level > 0 && q->level <= 0.5 ? PT_OK
                                           : query_bad(r, "not a number above 0 and to 0.5");
}

/* ---- Errors ---------------------------------------------------------------------------------- */

static PtStatus read_error(QueryReading *r, PtStr json, size_t index, void *ctx)
{
    Query *q = ctx;
    PtStatus st = query_read_set(r, q, json, &q->errors[index]);
    q->error_count = st == PT_OK ? index + 1 : q->error_count;
    return st;
}

PtStatus query_read_errors(QueryReading *r, Query *q, PtStr json)
{
    return query_items(r, json, 1, QUERY_ERRORS, read_error, q);
}

/* ---- What holds where something was left out ------------------------------------------------- */

enum { DEFAULT_NAMES = 12 };

typedef struct DefaultSet {
    const char *name;
    const char *events[DEFAULT_NAMES]; /* the second e-commerce specification's, and usual ones */
    bool again;
} DefaultSet;

static const DefaultSet default_stages[] = {
    {"discover",
     {"Promotion Viewed", "Promotion Clicked", "Product List Viewed", "Product List Filtered",
      "Products Searched", "Home", "Category"},
     false},
    {"visit_store",
     {"Store Visited", "Store Entered", "Store Viewed", "Store Searched", "Store Located",
      "Appointment Booked"},
     false},
    {"consider",
     {"Product Clicked", "Product Viewed", "Product", "Product Shared",
      "Product Added to Wishlist"},
     false},
    {"cart",
     {"Product Added", "Wishlist Product Added to Cart", "Product Removed", "Cart Viewed",
      "Cart Shared", "Coupon Entered", "Coupon Applied", "Coupon Removed"},
     false},
    {"checkout",
     {"Checkout Started", "Checkout Step Viewed", "Checkout Step Completed", "Payment Info Entered",
      "Order Completed"},
     false},
    {"fulfil",
     {"Order Updated", "Order Packed", "Order Shipped", "Order Ready for Pickup", "Order Fulfilled",
      "Order Cancelled"},
     false},
    {"receive", {"Order Delivered", "Order Picked Up", "Order Received"}, false},
    {"use_support",
     {"Product Reviewed", "Live Chat Conversation Started", "Live Chat Message Sent",
      "Live Chat Message Received", "Live Chat Conversation Ended", "Support Requested",
      "Ticket Created"},
     false},
    {"return",
     {"Return Requested", "Product Returned", "Return Completed", "Order Refunded"},
     false},
    {"repeat", {"Order Completed"}, true},
    {"loyalty",
     {"Loyalty Joined", "Loyalty Points Earned", "Loyalty Points Redeemed", "Reward Redeemed",
      "Product Replenished"},
     false},
};
static const DefaultSet default_errors = {"Errors",
                                          {"Error", "Error Shown", "Payment Failed",
                                           "Checkout Failed", "Order Payment Failed",
                                           "Coupon Denied", "Login Failed"},
                                          false};
static const DefaultSet default_empty = {"Empty searches", {"Products Searched"}, false};
static const QueryProperty default_properties[] = {
    {true, RULE_FIELD, PT_STR_INIT(""), QUERY_FIELD_CHANNEL},
    {true, RULE_FIELD, PT_STR_INIT(""), QUERY_FIELD_STORE},
    {true, RULE_CONTEXT, PT_STR_INIT("device.type"), 0},
    {true, RULE_CONTEXT, PT_STR_INIT("campaign.source"), 0},
};

static PtStatus add_default(QueryReading *r, Query *q, const DefaultSet *from, uint32_t *ret_set)
{
    QuerySet set = {.name = pt_str(from->name)};
    if (q->set_count == QUERY_SETS) {
        return query_bad(r, "over %d event sets", QUERY_SETS);
    }
    set.names = pt_arena_alloc(r->arena, DEFAULT_NAMES, sizeof *set.names);
    if (set.names == NULL) {
        return query_no_memory(r->err);
    }
    while (set.name_count < DEFAULT_NAMES && from->events[set.name_count] != NULL) {
        set.names[set.name_count] = pt_str(from->events[set.name_count]);
        set.name_count++;
    }
    *ret_set = (uint32_t)q->set_count;
    q->sets[q->set_count++] = set;
    return PT_OK;
}

static PtStatus add_stages(QueryReading *r, Query *q)
{
    PtStatus st = PT_OK;
    static_assert(sizeof default_stages / sizeof *default_stages <= QUERY_STAGES, "room for them");
    for (size_t i = 0; st == PT_OK && i < sizeof default_stages / sizeof *default_stages; i++) {
        q->stages[i].again = default_stages[i].again;
        st = add_default(r, q, &default_stages[i], &q->stages[i].set);
        q->stage_count = i + 1;
    }
    return st;
}

static PtStatus add_empty(QueryReading *r, Query *q)
{
    const PtStr where = PT_STR("{\"property\":\"results\",\"is\":\"at_most\",\"value\":0}");
    uint32_t set = 0;
    PtStatus st = add_default(r, q, &default_empty, &set);
    q->empty = set;
    return st == PT_OK ? query_read_where(r, q, where, &q->sets[set].where) : st;
}

static PtStatus add_channels(QueryReading *r, Query *q)
{
    static const PtStr conditions[QUERY_CHANNELS] = {
        PT_STR_INIT("{\"field\":\"channel\",\"is\":\"equals\",\"value\":\"web\"}"),
        PT_STR_INIT("{\"field\":\"channel\",\"is\":\"equals\",\"value\":\"app\"}"),
        PT_STR_INIT("{\"field\":\"channel\",\"is\":\"equals\",\"value\":\"store\"}"),
        PT_STR_INIT("{\"field\":\"channel\",\"is\":\"equals\",\"value\":\"service\"}"),
    };
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < QUERY_CHANNELS; i++) {
        st = query_read_where(r, q, conditions[i], &q->channels[i]);
    }
    return st;
}

static void complete_correlation(Query *q)
{
    if (!q->has_properties) {
        memcpy(q->properties, default_properties, sizeof default_properties);
        q->property_count = sizeof default_properties / sizeof *default_properties;
    }
    q->all_events = q->all_events || !q->has_events;
}

static PtStatus complete_rough(QueryReading *r, Query *q)
{
    PtStatus st = q->kind == QUERY_JOURNEY && q->stage_count == 0 ? add_stages(r, q) : PT_OK;
    if (st == PT_OK && q->error_count == 0) {
        q->error_count = 1;
        st = add_default(r, q, &default_errors, &q->errors[0]);
    }
    if (st == PT_OK && q->empty == UINT32_MAX) {
        st = add_empty(r, q);
    }
    return st == PT_OK ? add_channels(r, q) : st;
}

PtStatus query_kinds_complete(QueryReading *r, Query *q)
{
    switch (q->kind) {
    case QUERY_CORRELATION:
        complete_correlation(q);
        return PT_OK;
    case QUERY_FRICTION:
    case QUERY_JOURNEY:
        return complete_rough(r, q);
    default:
        return PT_OK;
    }
}

/* ---- Writing --------------------------------------------------------------------------------- */

static void write_compare(const Query *q, PtJsonOut *out)
{
    pt_json_out_key(out, PT_STR("cohorts"));
    pt_json_out_array(out);
    for (size_t i = 0; i < q->cohort_count; i++) {
        pt_json_out_object(out);
        pt_json_put_str(out, "name", q->cohorts[i].name);
        if (q->cohorts[i].who != NULL) {
            pt_json_out_key(out, PT_STR("who"));
            rule_who_write(q->cohorts[i].who, out->buf);
            out->comma = true;
        }
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
    pt_json_out_key(out, PT_STR("query"));
    pt_json_out_object(out);
    pt_json_put_str(out, "kind", pt_str(query_kind_names[q->inner->kind]));
    query_write_kind(q->inner, out);
    pt_json_out_object_end(out);
}

static void write_correlation(const Query *q, PtJsonOut *out)
{
    query_write_set("from", q, q->begin, out);
    query_write_set("to", q, q->again, out);
    query_duration_write("window", q->window_ms, out);
    if (q->all_properties) {
        pt_json_put_str(out, "properties", PT_STR("all"));
    } else {
        pt_json_out_key(out, PT_STR("properties"));
        pt_json_out_array(out);
        for (size_t i = 0; i < q->property_count; i++) {
            pt_json_out_object(out);
            query_write_property_members(&q->properties[i], out);
            pt_json_out_object_end(out);
        }
        pt_json_out_array_end(out);
    }
    pt_json_out_key(out, PT_STR("traits"));
    pt_json_out_array(out);
    for (size_t i = 0; i < q->trait_count; i++) {
        pt_json_out_str(out, q->traits[i]);
    }
    pt_json_out_array_end(out);
    if (q->all_events) {
        pt_json_put_str(out, "events", PT_STR("all"));
    } else {
        query_write_sets("events", q, q->events, q->event_count, out);
    }
    pt_json_put_i64(out, "min_people", q->min_people);
    pt_json_out_key(out, PT_STR("level"));
    pt_json_out_double(out, q->level);
    pt_json_put_i64(out, "limit", q->limit);
}

static void write_rough(const Query *q, PtJsonOut *out)
{
    if (q->has_baseline) {
        query_range_write("baseline", &q->baseline, out);
    }
    query_write_sets("errors", q, q->errors, q->error_count, out);
    query_write_set("empty", q, q->empty, out);
}

static void write_friction(const Query *q, PtJsonOut *out)
{
    query_write_sets("steps", q, q->steps, q->step_count, out);
    query_duration_write("window", q->window_ms, out);
    query_duration_write("gap", q->gap_ms, out);
    write_rough(q, out);
    pt_json_put_i64(out, "repeats", q->repeats);
}

static void write_journey(const Query *q, PtJsonOut *out)
{
    pt_json_out_key(out, PT_STR("stages"));
    pt_json_out_array(out);
    for (size_t i = 0; i < q->stage_count; i++) {
        pt_json_out_object(out);
        query_write_set_members(&q->sets[q->stages[i].set], out);
        pt_json_put_bool(out, "again", q->stages[i].again);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
    write_rough(q, out);
}

void query_kinds_write(const Query *q, PtJsonOut *out)
{
    static void (*const writers[])(const Query *q, PtJsonOut *out) = {
        [QUERY_COMPARE - PLAN_WALK] = write_compare,
        [QUERY_CORRELATION - PLAN_WALK] = write_correlation,
        [QUERY_FRICTION - PLAN_WALK] = write_friction,
        [QUERY_JOURNEY - PLAN_WALK] = write_journey,
    };
    writers[q->kind - PLAN_WALK](q, out);
}

/* ---------------------------------------------------------------------------------------------- */

void query_kinds_free(Query *q)
{
    for (size_t i = 0; i < q->cohort_count; i++) {
        rule_who_free(q->cohorts[i].who);
        rule_operands_free(q->cohorts[i].operands);
    }
    for (size_t i = 0; i < QUERY_CHANNELS; i++) {
        rule_condition_free(q->channels[i]);
    }
    query_free(q->inner);
}
