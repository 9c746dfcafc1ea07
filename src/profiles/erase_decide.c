// SPDX-License-Identifier: Apache-2.0
/* The order to erase: events for the log that name numbers and keyed hashes. */
#include "base/json.h"
#include "platform/feed.h"
#include "profiles/erase_internal.h"
#include "profiles/view_internal.h"

enum {                      /* of one event: PT_FEED_PROPERTIES_MAX */
       NODES_AT_ONCE = 200, /* 46 bytes each, and 62 where each is of another person */
       SAID_AT_ONCE = 16,   /* with names of TRAIT_NAME_MAX, each byte an escape */
};

static void put_node(const Profiles *p, const EraseNode *node, PtJsonOut *out)
{
    char hex[ERASE_HASH_TEXT + 1];
    erase_hash_text(p, node->type, node->value, hex);
    pt_json_out_array(out);
    pt_json_out_u64(out, node->number);
    pt_json_out_str(out, pt_str(hex));
    pt_json_out_array_end(out);
}

/* Nodes from..to-1; those of one person stand together. */
static void put_persons(const ErasePlan *plan, size_t from, size_t to, PtJsonOut *out)
{
    pt_json_out_array(out);
    for (size_t i = from; i < to;) {
        const uint32_t person = plan->nodes[i].person;
        pt_json_out_object(out);
        pt_json_put_str(out, "id", pt_str(plan->persons[person].id));
        pt_json_out_key(out, PT_STR("nodes"));
        pt_json_out_array(out);
        for (; i < to && plan->nodes[i].person == person; i++) {
            put_node(plan->p, &plan->nodes[i], out);
        }
        pt_json_out_array_end(out);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

/* ---- Events ------------------------------------------------------------------------------------
 */

typedef struct Order { /* an event being written */
    const ErasePlan *plan;
    PtSqlTx *tx; /* of the core database */
    PtUuid id;   /* of the last one */
    PtBuf properties;
    PtJsonOut out;
    size_t said; /* traits in it */
} Order;

static void begin_event(Order *o)
{
    char decision[PT_UUID_TEXT];
    pt_buf_clear(&o->properties, PT_FEED_PROPERTIES_MAX);
    o->id = decide_id();
    o->out = pt_json_out(&o->properties);
    o->said = 0;
    pt_json_out_object(&o->out);
    pt_json_put_str(&o->out, "decision", pt_uuid_format(o->id, decision));
}

static PtStatus end_event(Order *o, PtError *err)
{
    char decision[PT_UUID_TEXT];
    pt_json_out_object_end(&o->out);
    const PtFeedEvent event = {pt_str(erase_event), pt_uuid_format(o->id, decision),
                               pt_buf_str(&o->properties)};
    const PtStatus st = pt_buf_status(&o->properties);
    return st == PT_OK ? pt_feed_put(o->tx, pt_clock_now_ms(pt_clock_real()), &event, err)
                       : pt_fail(err, st, "an erasure does not fit into an event");
}

static PtStatus feed_nodes(Order *o, PtError *err)
{
    const size_t count = o->plan->node_count;
    PtStatus st = PT_OK;
    for (size_t from = 0; st == PT_OK && from < count; from += NODES_AT_ONCE) {
        begin_event(o);
        pt_json_out_key(&o->out, PT_STR("persons"));
        put_persons(o->plan, from, from + NODES_AT_ONCE < count ? from + NODES_AT_ONCE : count,
                    &o->out);
        st = end_event(o, err);
    }
    return st;
}

/* ---- Traits of others that hold their identifiers ----------------------------------------------
 */

static PtStatus end_said(Order *o, PtError *err)
{
    if (o->said == 0) {
        return PT_OK;
    }
    o->said = 0;
    pt_json_out_array_end(&o->out);
    return end_event(o, err);
}

/* [number, "hash", "name", at_ms, source, precedence]; of an account [0, "id", "name", 0, 0, 0] */
static PtStatus put_said(Order *o, const EraseTrait *t, const char *hex, PtError *err)
{
    PtStatus st = o->said == SAID_AT_ONCE ? end_said(o, err) : PT_OK;
    if (o->said == 0) {
        begin_event(o);
        pt_json_out_key(&o->out, PT_STR("said"));
        pt_json_out_array(&o->out);
    }
    o->said++;
    pt_json_out_array(&o->out);
    pt_json_out_u64(&o->out, t->node);
    pt_json_out_str(&o->out, pt_str(hex));
    pt_json_out_str(&o->out, t->name);
    pt_json_out_i64(&o->out, t->at_ms);
    pt_json_out_u64(&o->out, t->source);
    pt_json_out_u64(&o->out, t->precedence);
    pt_json_out_array_end(&o->out);
    return st;
}

static PtStatus hash_node(Profiles *p, uint32_t node, char hex[static ERASE_HASH_TEXT + 1],
                          PtError *err)
{
    IdentityNode n;
    PtStatus st = profiles_lock_read(p, err);
    if (st == PT_OK) {
        hex[0] = '\0';
        if (identity_node(p->graph, node, &n)) {
            erase_hash_text(p, n.type, n.value, hex);
        }
        profiles_unlock(p);
    }
    return st;
}

static PtStatus feed_said(Order *o, PtError *err)
{
    char hex[ERASE_HASH_TEXT + 1];
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < o->plan->said_count; i++) {
        const EraseTrait *t = &o->plan->said[i];
        if (t->node == 0) {
            st = put_said(o, t, t->group.data, err);
            continue;
        }
        st = hash_node(o->plan->p, t->node, hex, err);
        st = st == PT_OK && hex[0] != '\0' ? put_said(o, t, hex, err) : st;
    }
    return st == PT_OK ? end_said(o, err) : st;
}

static PtStatus feed_all(const ErasePlan *plan, PtUuid *ret_last, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    Order o = {.plan = plan};
    PtStatus st = pt_sql_begin(plan->p->core, true, &tx, err);
    pt_buf_init(&o.properties, PT_FEED_PROPERTIES_MAX);
    o.tx = tx;
    st = st == PT_OK ? feed_said(&o, err) : st;
    st = st == PT_OK ? feed_nodes(&o, err) : st;
    pt_buf_done(&o.properties);
    *ret_last = o.id;
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

/* ---- Waiting -----------------------------------------------------------------------------------
 */

/* Numbers mean others where the tables were loaded anew: the hash tells. */
static PtStatus any_left(const ErasePlan *plan, bool *ret_any, PtError *err)
{
    Profiles *p = plan->p;
    PtStatus st = profiles_lock_read(p, err);
    if (st != PT_OK) {
        return st;
    }
    *ret_any = false;
    for (size_t i = 0; !*ret_any && i < plan->node_count; i++) {
        const uint32_t node = identity_find(p->graph, plan->nodes[i].type, plan->nodes[i].value);
        *ret_any = node == plan->nodes[i].number;
    }
    for (size_t i = 0; !*ret_any && i < plan->person_count; i++) {
        *ret_any = profile_person_find(p, pt_str(plan->persons[i].id)) != 0;
    }
    profiles_unlock(p);
    return PT_OK;
}

PtStatus profiles_erase(Profiles *p, const ErasePlan *plan, int64_t timeout_ms, PtError *err)
{
    PtUuid last = {{0}};
    bool any = false;
    PtStatus st = any_left(plan, &any, err);
    if (st != PT_OK || !any) {
        return st;
    }
    st = feed_all(plan, &last, err);
    if (st != PT_OK) {
        return st;
    }
    decide_settles(last);
    return profiles_settle(p, timeout_ms, err);
}
