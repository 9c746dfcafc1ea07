// SPDX-License-Identifier: Apache-2.0
/* /api/v1/profiles: who somebody is, and what staff decide about it. What somebody did:
 * profile_events.c. */
#include "api/api_internal.h"

#include "base/money.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A decision is in the view some milliseconds after it was taken; while the view is behind it is
 * taken all the same, and the caller is told to look again. */
enum { SETTLE_MS = 5000 };

PtStr api_profile_of(Api *api, const PtRecord *record, char id[static 37])
{
    EventView view;
    id[0] = '\0';
    // what was quarantined is nobody's, and what the server itself says is of no customer
    if (record->klass == PT_RECORD_EVENT && record->source != 0 &&
        event_payload_read(record, &view, NULL) == PT_OK) {
        profiles_id_of_event(api->c.profiles, &view, record->position.offset, id);
    }
    return pt_str(id);
}

/* -- members ------------------------------------------------------------------------------------
 */

void api_put_source(ApiCall *call, PtJsonOut *out, uint32_t number)
{
    EventSource space;
    const EventSourceName source = api_source_name(call->api, number, &space);
    if (source.name.len == 0) {
        api_put_null(out, "source");
        return;
    }
    pt_json_out_key(out, PT_STR("source"));
    pt_json_out_object(out);
    api_put_text_or_null(out, "id", source.id);
    pt_json_put_str(out, "name", source.name);
    pt_json_out_object_end(out);
}

static void put_touch(ApiCall *call, PtJsonOut *out, const char *key, const ProfileTouch *touch)
{
    pt_json_out_key(out, pt_str(key));
    pt_json_out_object(out);
    pt_json_put_u64(out, "position", touch->offset);
    api_put_time(out, "at", touch->at_ms);
    api_put_source(call, out, touch->source);
    api_put_text_or_null(out, "channel", touch->channel);
    pt_json_out_object_end(out);
}

static void put_nodes(PtJsonOut *out, const Profile *p)
{
    pt_json_out_key(out, PT_STR("nodes"));
    pt_json_out_array(out);
    for (size_t i = 0; i < p->node_count; i++) {
        const ProfileNode *node = &p->nodes[i];
        pt_json_out_object(out);
        pt_json_put_u64(out, "number", node->number);
        pt_json_put_str(out, "type", node->type);
        pt_json_put_str(out, "value", node->value);
        api_put_time_or_null(out, "first_at", node->first_ms);
        api_put_time_or_null(out, "last_at", node->last_ms);
        pt_json_put_u64(out, "events", node->events);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

static void put_traits(ApiCall *call, PtJsonOut *out, const Profile *p)
{
    pt_json_out_key(out, PT_STR("traits"));
    pt_json_out_array(out);
    for (size_t i = 0; i < p->trait_count; i++) {
        const ProfileTrait *trait = &p->traits[i];
        pt_json_out_object(out);
        pt_json_put_str(out, "name", trait->name);
        api_put_raw(out, "value", trait->json);
        api_put_time(out, "at", trait->at_ms);
        api_put_source(call, out, trait->source);
        pt_json_put_u64(out, "node", trait->node);
        pt_json_put_str(out, "said_by", pt_str(trait->identify ? "identify" : "context"));
        pt_json_put_bool(out, "preferred", trait->preferred);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

static void put_values(PtJsonOut *out, const Profile *p)
{
    char amount[PT_MONEY_TEXT];
    pt_json_out_key(out, PT_STR("values"));
    pt_json_out_array(out);
    for (size_t i = 0; i < p->value_count; i++) {
        const ProfileValue *value = &p->values[i];
        pt_json_out_object(out);
        pt_json_put_str(out, "currency", pt_str(value->currency));
        pt_json_put_str(out, "amount", pt_money_format(value->micros, amount));
        pt_json_put_u64(out, "orders", value->orders);
        pt_json_put_u64(out, "refunds", value->refunds);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

static void put_computed(PtJsonOut *out, const Profile *p)
{
    pt_json_out_key(out, PT_STR("computed"));
    pt_json_out_array(out);
    for (size_t i = 0; i < p->computed_count; i++) {
        const ProfileComputed *value = &p->computed[i];
        pt_json_out_object(out);
        pt_json_put_str(out, "name", value->name);
        api_put_raw(out, "value", value->json);
        api_put_time_or_null(out, "as_of", value->has_as_of ? value->as_of_ms : 0);
        pt_json_put_u64(out, "events", value->events);
        pt_json_put_bool(out, "cut", value->cut);
        api_put_time_or_null(out, "changes_at",
                             value->changes_ms < INT64_MAX ? value->changes_ms : 0);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

static void put_fault(PtJsonOut *out, StandardFault fault)
{
    static const char *const names[] = {[STANDARD_FAULT_NONE] = "",
                                        [STANDARD_FAULT_FORM] = "form",
                                        [STANDARD_FAULT_NUMBER] = "number",
                                        [STANDARD_FAULT_POSTCODE] = "postal_code"};
    api_put_text_or_null(out, "problem", pt_str(names[fault]));
}

static void put_standard_email(PtJsonOut *out, const ProfileStandard *s)
{
    const StandardMail *form = &s->email.form;
    const bool has = s->email.fault == STANDARD_FAULT_NONE;
    if (s->email.trait.len == 0) {
        api_put_null(out, "email");
        return;
    }
    pt_json_out_key(out, PT_STR("email"));
    pt_json_out_object(out);
    pt_json_put_str(out, "trait", s->email.trait);
    api_put_text_or_null(out, "value", pt_str(has ? form->text : ""));
    pt_json_put_bool(out, "role", has && form->role);
    api_put_text_or_null(out, "meant", pt_str(has && form->hint != NULL ? form->hint : ""));
    put_fault(out, s->email.fault);
    pt_json_out_object_end(out);
}

static void put_standard_phone(PtJsonOut *out, const ProfileStandard *s)
{
    static const char *const from[] = {[STANDARD_COUNTRY_UNKNOWN] = "",
                                       [STANDARD_COUNTRY_NUMBER] = "number",
                                       [STANDARD_COUNTRY_SAID] = "traits",
                                       [STANDARD_COUNTRY_SETTING] = "setting"};
    if (s->phone.trait.len == 0) {
        api_put_null(out, "phone");
        return;
    }
    pt_json_out_key(out, PT_STR("phone"));
    pt_json_out_object(out);
    pt_json_put_str(out, "trait", s->phone.trait);
    api_put_text_or_null(out, "value", pt_str(s->phone.form));
    api_put_text_or_null(out, "country", pt_str(s->phone.country));
    api_put_text_or_null(out, "country_from", pt_str(from[s->phone.from]));
    put_fault(out, s->phone.fault);
    pt_json_out_object_end(out);
}

static void put_names(PtJsonOut *out, const PtStr *traits, size_t count)
{
    pt_json_out_key(out, PT_STR("traits"));
    pt_json_out_array(out);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_str(out, traits[i]);
    }
    pt_json_out_array_end(out);
}

static void put_standard_name(PtJsonOut *out, const ProfileStandard *s)
{
    if (s->name.trait_count == 0) {
        api_put_null(out, "name");
        return;
    }
    pt_json_out_key(out, PT_STR("name"));
    pt_json_out_object(out);
    put_names(out, s->name.traits, s->name.trait_count);
    api_put_text_or_null(out, "given", pt_str(s->name.form.given));
    api_put_text_or_null(out, "given_full", s->name.given_full);
    api_put_text_or_null(out, "family", pt_str(s->name.form.family));
    pt_json_out_object_end(out);
}

static void put_standard_address(PtJsonOut *out, const ProfileStandard *s)
{
    if (s->address.trait_count == 0) {
        api_put_null(out, "address");
        return;
    }
    pt_json_out_key(out, PT_STR("address"));
    pt_json_out_object(out);
    put_names(out, s->address.traits, s->address.trait_count);
    api_put_text_or_null(out, "street", pt_str(s->address.form.street));
    api_put_text_or_null(out, "number", pt_str(s->address.form.number));
    api_put_text_or_null(out, "postal_code", pt_str(s->address.form.postcode));
    api_put_text_or_null(out, "city", pt_str(s->address.form.city));
    api_put_text_or_null(out, "country", pt_str(s->address.country));
    put_fault(out, s->address.fault);
    pt_json_out_object_end(out);
}

static PtStatus put_standard(ApiCall *call, PtJsonOut *out, const Profile *p)
{
    ProfileStandard s;
    PtStatus st = profiles_standard(call->api->c.profiles, p, call->arena, &s, &call->error);
    if (st == PT_OK) {
        pt_json_out_key(out, PT_STR("standard"));
        pt_json_out_object(out);
        put_standard_email(out, &s);
        put_standard_phone(out, &s);
        put_standard_name(out, &s);
        put_standard_address(out, &s);
        pt_json_out_object_end(out);
    }
    return st;
}

static PtStatus put_profile(ApiCall *call, PtJsonOut *out, const Profile *p)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "id", pt_str(p->id));
    pt_json_put_str(out, "name", p->name);
    api_put_time(out, "created_at", p->created_ms);
    pt_json_put_u64(out, "version", p->version);
    pt_json_put_u64(out, "events", p->events);
    if (p->events > 0) {
        put_touch(call, out, "first", &p->first);
        put_touch(call, out, "last", &p->last);
    } else { // all of a person's events can be filed under identifiers that left
        api_put_null(out, "first");
        api_put_null(out, "last");
    }
    put_nodes(out, p);
    put_traits(call, out, p);
    PtStatus st = put_standard(call, out, p);
    put_values(out, p);
    put_computed(out, p);
    st = st == PT_OK ? api_put_groups(call, out, pt_str(p->id)) : st;
    st = st == PT_OK ? api_put_consent(call, out, pt_str(p->id)) : st;
    pt_json_out_object_end(out);
    return st;
}

static void answer_profile(ApiCall *call, const Profile *p)
{
    PtJsonOut out = pt_json_out(&call->body);
    if (!api_failed(call, put_profile(call, &out, p))) {
        api_answer(call, 200);
    }
}

static void put_identifier(PtJsonOut *out, const char *key, PtStr type, PtStr value)
{
    if (type.len == 0) {
        api_put_null(out, key);
        return;
    }
    pt_json_out_key(out, pt_str(key));
    pt_json_out_object(out);
    pt_json_put_str(out, "type", type);
    pt_json_put_str(out, "value", value);
    pt_json_out_object_end(out);
}

/* -- reading ------------------------------------------------------------------------------------
 */

void api_profiles_search(ApiCall *call)
{
    ProfileHit *hits;
    size_t count;
    const ApiValue *q = call->query;
    if (api_failed(call, profiles_search(call->api->c.profiles, q[Q_PROFILES_SEARCH_SEARCH].text,
                                         (size_t)q[Q_PROFILES_SEARCH_LIMIT].number, call->arena,
                                         &hits, &count, &call->error))) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    api_page_begin(&out);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_object(&out);
        pt_json_put_str(&out, "id", pt_str(hits[i].id));
        pt_json_put_str(&out, "name", hits[i].name);
        pt_json_put_str(&out, "detail", hits[i].detail);
        pt_json_put_str(&out, "matched", hits[i].matched);
        api_put_time_or_null(&out, "last_seen_at", hits[i].last_ms);
        pt_json_out_object_end(&out);
    }
    api_page_end(&out, NULL);
    api_answer(call, 200);
}

void api_profiles_lookup(ApiCall *call)
{
    Profile p;
    const ApiValue *q = call->query;
    if (!api_failed(call, profiles_find(call->api->c.profiles, q[Q_PROFILES_LOOKUP_TYPE].text,
                                        q[Q_PROFILES_LOOKUP_VALUE].text, call->arena, &p,
                                        &call->error))) {
        answer_profile(call, &p);
    }
}

void api_profiles_get(ApiCall *call)
{
    Profile p;
    if (!api_failed(call, profiles_get(call->api->c.profiles, call->args[0], call->arena, &p,
                                       &call->error))) {
        answer_profile(call, &p);
    }
}

static void put_link(PtJsonOut *out, const ProfileLink *link)
{
    static const char *const kinds[] = {[PROFILE_LINK_EVENT] = "event",
                                        [PROFILE_LINK_PERSON] = "person",
                                        [PROFILE_LINK_SPLIT] = "split"};
    pt_json_out_object(out);
    pt_json_put_u64(out, "number", link->number);
    pt_json_put_str(out, "kind", pt_str(kinds[link->kind]));
    api_put_time(out, "at", link->at_ms);
    pt_json_put_u64(out, "position", link->offset);
    put_identifier(out, "evidence", link->evidence_type, link->evidence_value);
    put_identifier(out, "other", link->other_type, link->other_value);
    api_put_text_or_null(out, "other_person", pt_str(link->other_person));
    api_put_text_or_null(out, "by", link->by);
    api_put_text_or_null(out, "reason", link->reason);
    api_put_text_or_null(out, "refused", link->refused);
    pt_json_out_key(out, PT_STR("nodes"));
    pt_json_out_array(out);
    for (size_t i = 0; i < link->node_count; i++) {
        pt_json_out_u64(out, link->nodes[i]);
    }
    pt_json_out_array_end(out);
    pt_json_out_object_end(out);
}

void api_profiles_links(ApiCall *call)
{
    ProfileLink *links = NULL;
    char cursor[24] = "";
    uint64_t before = 0;
    const size_t limit = (size_t)call->query[Q_PROFILES_LINKS_LIMIT].number;
    size_t count = 0;
    PtStatus st =
        api_cursor_u64(&call->query[Q_PROFILES_LINKS_CURSOR], UINT64_MAX, &before, &call->error);
    st = st == PT_OK ? profiles_links(call->api->c.profiles, call->args[0], before, limit,
                                      call->arena, &links, &count, &call->error)
                     : st;
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    api_page_begin(&out);
    for (size_t i = 0; i < count; i++) {
        put_link(&out, &links[i]);
    }
    if (count == limit) {
        (void)snprintf(cursor, sizeof cursor, "%" PRIu64, links[count - 1].number);
    }
    api_page_end(&out, cursor[0] != '\0' ? cursor : NULL);
    api_answer(call, 200);
}

static void put_barrier(PtJsonOut *out, const ProfileBarrier *barrier)
{
    pt_json_out_object(out);
    pt_json_put_u64(out, "number", barrier->number);
    api_put_time(out, "at", barrier->at_ms);
    put_identifier(out, "own", barrier->type, barrier->value);
    put_identifier(out, "other", barrier->other_type, barrier->other_value);
    api_put_text_or_null(out, "other_person", pt_str(barrier->other_person));
    pt_json_out_object_end(out);
}

static int by_number(const void *a, const void *b)
{
    const ProfileBarrier *one = a, *other = b;
    return (one->number > other->number) - (one->number < other->number);
}

void api_profiles_barriers(ApiCall *call)
{
    ProfileBarrier *barriers = NULL;
    char cursor[24] = "";
    uint64_t behind = 0;
    const size_t limit = (size_t)call->query[Q_PROFILES_BARRIERS_LIMIT].number;
    size_t count = 0, shown = 0;
    PtStatus st =
        api_cursor_u64(&call->query[Q_PROFILES_BARRIERS_CURSOR], 0, &behind, &call->error);
    st = st == PT_OK ? profiles_barriers(call->api->c.profiles, call->args[0], call->arena,
                                         &barriers, &count, &call->error)
                     : st;
    if (api_failed(call, st)) {
        return;
    }
    if (count > 0) { // so that a page goes on behind the one before
        qsort(barriers, count, sizeof *barriers, by_number);
    }
    PtJsonOut out = pt_json_out(&call->body);
    api_page_begin(&out);
    for (size_t i = 0; i < count; i++) {
        if (barriers[i].number <= behind) {
            continue;
        }
        if (shown == limit) {
            (void)snprintf(cursor, sizeof cursor, "%u", barriers[i - 1].number);
            break;
        }
        put_barrier(&out, &barriers[i]);
        shown++;
    }
    api_page_end(&out, cursor[0] != '\0' ? cursor : NULL);
    api_answer(call, 200);
}

/* -- deciding -----------------------------------------------------------------------------------
 */

void api_profiles_merge(ApiCall *call)
{
    Profile one, other;
    Profiles *profiles = call->api->c.profiles;
    const PtStr id = call->args[0], other_id = call->in[IN_PROFILES_MERGE_OTHER].text;
    PtStatus st = profiles_merge(profiles, &call->who.actor, id, other_id,
                                 call->in[IN_PROFILES_MERGE_REASON].text, &call->error);
    st = st == PT_OK ? profiles_settle(profiles, SETTLE_MS, &call->error) : st;
    st = st == PT_OK ? profiles_get(profiles, id, call->arena, &one, &call->error) : st;
    st = st == PT_OK ? profiles_get(profiles, other_id, call->arena, &other, &call->error) : st;
    if (st == PT_OK && strcmp(one.id, other.id) != 0) { // an event came in between
        st = pt_fail(&call->error, PT_CONFLICT,
                     "the two have changed meanwhile, and cannot be merged any more");
    }
    if (!api_failed(call, st)) {
        answer_profile(call, &one);
    }
}

void api_profiles_split(ApiCall *call)
{
    Profile stays, made;
    Profiles *profiles = call->api->c.profiles;
    const ApiValue *asked = &call->in[IN_PROFILES_SPLIT_NODES];
    PtError *err = &call->error;
    uint32_t *nodes = pt_arena_alloc(call->arena, asked->count, sizeof *nodes);
    PtStatus st = nodes != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for a split");
    for (size_t i = 0; st == PT_OK && i < asked->count; i++) {
        nodes[i] = (uint32_t)asked->numbers[i];
    }
    if (st == PT_OK) {
        st = profiles_split(profiles, &call->who.actor, call->args[0], nodes, asked->count,
                            call->in[IN_PROFILES_SPLIT_REASON].text, err);
    }
    st = st == PT_OK ? profiles_settle(profiles, SETTLE_MS, err) : st;
    st = st == PT_OK ? profiles_get(profiles, call->args[0], call->arena, &stays, err) : st;
    st = st == PT_OK ? profiles_of_node(profiles, nodes[0], call->arena, &made, err) : st;
    if (st == PT_OK && strcmp(stays.id, made.id) == 0) { // an event or a colleague came in between
        st = pt_fail(err, PT_CONFLICT,
                     "the person has changed meanwhile, and these identifiers cannot leave");
    }
    if (!api_failed(call, st)) {
        answer_profile(call, &made);
    }
}

void api_profiles_barrier_lift(ApiCall *call)
{
    uint32_t number = 0;
    Profiles *profiles = call->api->c.profiles;
    PtStatus st = pt_str_to_u32(call->args[0], UINT32_MAX, &number) && number > 0
                      ? profiles_lift(profiles, &call->who.actor, number, &call->error)
                      : pt_fail(&call->error, PT_NOT_FOUND, "no barrier with this number");
    st = st == PT_OK ? profiles_settle(profiles, SETTLE_MS, &call->error) : st;
    if (!api_failed(call, st)) {
        api_answer_done(call);
    }
}
