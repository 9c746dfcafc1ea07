// SPDX-License-Identifier: Apache-2.0
/* /api/v1/identity: by which identifiers customers are recognised, and what other rules would
 * change. */
#include "api/api_internal.h"

#include <stdio.h>

enum { SETTLE_MS = 5000 }; /* as with merges (profiles.c) */

/* -- rules --------------------------------------------------------------------------------------
 */

static void put_rebuild(PtJsonOut *out, const ProfileRebuild *rebuild)
{
    pt_json_out_object(out);
    pt_json_put_u64(out, "number", rebuild->number);
    pt_json_put_u64(out, "version", rebuild->version);
    api_put_time(out, "at", rebuild->at_ms);
    pt_json_put_str(out, "by", rebuild->by);
    pt_json_put_str(out, "reason", rebuild->reason);
    pt_json_put_bool(out, "begun", rebuild->begun);
    pt_json_out_object_end(out);
}

/* The members of an object that is written already. */
static void put_members(PtJsonOut *out, PtStr object)
{
    PtJson j;
    pt_json_init(&j, object, PT_JSON_MAX_DEPTH);
    (void)pt_json_next(&j);
    while (pt_json_next(&j) == PT_JSON_KEY) {
        const PtStr key = j.raw;
        PtStr value;
        if (!pt_json_skip(&j, &value, NULL, NULL)) {
            break;
        }
        pt_json_out_key(out, key);
        pt_json_out_raw(out, value);
    }
}

static void answer_rules(ApiCall *call)
{
    ProfileRules rules;
    if (api_failed(call,
                   profiles_rules(call->api->c.profiles, call->arena, &rules, &call->error))) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_u64(&out, "version", rules.version);
    api_put_time(&out, "changed_at", rules.changed_ms);
    api_put_text_or_null(&out, "changed_by", rules.changed_by);
    if (rules.placed) {
        pt_json_put_u64(&out, "position", rules.position);
    } else {
        api_put_null(&out, "position");
    }
    if (rules.rebuild.number != 0) {
        pt_json_out_key(&out, PT_STR("rebuilt"));
        put_rebuild(&out, &rules.rebuild);
    } else {
        api_put_null(&out, "rebuilt");
    }
    put_members(&out, rules.json);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_identity_rules(ApiCall *call)
{
    answer_rules(call);
}

void api_identity_rules_change(ApiCall *call)
{
    Profiles *profiles = call->api->c.profiles;
    const ApiValue *in = call->in;
    PtStatus st = profiles_rules_change(profiles, &call->who.actor,
                                        (uint32_t)in[IN_IDENTITY_RULES_CHANGE_VERSION].number,
                                        in[IN_IDENTITY_RULES_CHANGE_RULES].text,
                                        in[IN_IDENTITY_RULES_CHANGE_REASON].text, &call->error);
    st = st == PT_OK ? profiles_settle(profiles, SETTLE_MS, &call->error) : st;
    if (!api_failed(call, st)) {
        answer_rules(call);
    }
}

void api_identity_rebuild(ApiCall *call)
{
    Profiles *profiles = call->api->c.profiles;
    const ApiValue *in = call->in;
    ProfileRules rules;
    PtStatus st = profiles_rebuild(profiles, &call->who.actor,
                                   (uint32_t)in[IN_IDENTITY_REBUILD_VERSION].number,
                                   in[IN_IDENTITY_REBUILD_REASON].text, &call->error);
    st = st == PT_OK ? profiles_rules(profiles, call->arena, &rules, &call->error) : st;
    if (!api_failed(call, st)) {
        PtJsonOut out = pt_json_out(&call->body);
        put_rebuild(&out, &rules.rebuild);
        api_answer(call, 202);
    }
}

/* -- preview ------------------------------------------------------------------------------------
 */

static void put_person(PtJsonOut *out, const ProfilePreviewPerson *person)
{
    pt_json_out_object(out);
    api_put_text_or_null(out, "id", pt_str(person->id));
    api_put_text_or_null(out, "name", person->name);
    pt_json_out_key(out, PT_STR("identifiers"));
    pt_json_out_array(out);
    for (size_t i = 0; i < person->count; i++) {
        pt_json_out_object(out);
        pt_json_put_str(out, "type", person->nodes[i].type);
        pt_json_put_str(out, "value", person->nodes[i].value);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
    pt_json_put_u64(out, "more", person->more);
    pt_json_out_object_end(out);
}

static void put_persons(PtJsonOut *out, const char *key, const ProfilePreviewPerson *persons,
                        size_t count)
{
    pt_json_out_key(out, pt_str(key));
    pt_json_out_array(out);
    for (size_t i = 0; i < count; i++) {
        put_person(out, &persons[i]);
    }
    pt_json_out_array_end(out);
}

static void put_example(PtJsonOut *out, const ProfilePreviewExample *e)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "kind", e->joined ? PT_STR("joined") : PT_STR("parted"));
    put_persons(out, "before", e->joined ? e->several : &e->one, e->joined ? e->count : 1);
    put_persons(out, "after", e->joined ? &e->one : e->several, e->joined ? 1 : e->count);
    pt_json_put_u64(out, "more", e->more);
    pt_json_out_object_end(out);
}

static void put_side(PtJsonOut *out, const char *key, uint64_t persons, uint64_t identifiers)
{
    pt_json_out_key(out, pt_str(key));
    pt_json_out_object(out);
    pt_json_put_u64(out, "persons", persons);
    pt_json_put_u64(out, "identifiers", identifiers);
    pt_json_out_object_end(out);
}

static void put_found(PtJsonOut *out, const ProfilePreview *p)
{
    put_side(out, "before", p->persons_before, p->nodes_before);
    put_side(out, "after", p->persons_after, p->nodes_after);
    pt_json_put_u64(out, "parted", p->parted);
    pt_json_put_u64(out, "joined", p->joined);
    pt_json_out_key(out, PT_STR("dropped"));
    pt_json_out_object(out);
    pt_json_put_u64(out, "events", p->dropped_events);
    pt_json_put_u64(out, "identifiers", p->dropped_claims);
    pt_json_out_object_end(out);
    api_put_raw(out, "rules", p->rules);
    pt_json_out_key(out, PT_STR("examples"));
    pt_json_out_array(out);
    for (size_t i = 0; i < p->example_count; i++) {
        put_example(out, &p->examples[i]);
    }
    pt_json_out_array_end(out);
}

static void put_preview(PtJsonOut *out, const ProfilePreview *p)
{
    static const char *const states[] = {[PROFILE_PREVIEW_RUNNING] = "running",
                                         [PROFILE_PREVIEW_DONE] = "done",
                                         [PROFILE_PREVIEW_STOPPED] = "stopped",
                                         [PROFILE_PREVIEW_FAILED] = "failed"};
    pt_json_out_object(out);
    pt_json_put_str(out, "state", pt_str(states[p->state]));
    api_put_double(out, "progress", p->progress);
    pt_json_put_bool(out, "done", p->state != PROFILE_PREVIEW_RUNNING);
    api_put_time(out, "started_at", p->started_ms);
    api_put_time_or_null(out, "finished_at", p->finished_ms);
    pt_json_put_str(out, "by", p->by);
    api_put_text_or_null(out, "problem", p->problem);
    pt_json_put_u64(out, "position", p->position);
    pt_json_put_u64(out, "events", p->events);
    put_found(out, p);
    pt_json_out_object_end(out);
}

static void answer_preview(ApiCall *call, int status)
{
    Profiles *profiles = call->api->c.profiles;
    ProfilePreview preview;
    if (!api_failed(call, profiles_preview_lock(profiles, &preview, &call->error))) {
        PtJsonOut out = pt_json_out(&call->body);
        put_preview(&out, &preview);
        profiles_preview_unlock(profiles);
        api_answer(call, status);
    }
}

void api_identity_preview(ApiCall *call)
{
    answer_preview(call, 200);
}

void api_identity_preview_start(ApiCall *call)
{
    PtStatus st =
        profiles_preview_start(call->api->c.profiles, &call->who.actor,
                               call->in[IN_IDENTITY_PREVIEW_START_RULES].text, &call->error);
    if (!api_failed(call, st)) {
        answer_preview(call, 202);
    }
}

void api_identity_preview_stop(ApiCall *call)
{
    if (!api_failed(call, profiles_preview_stop(call->api->c.profiles, &call->error))) {
        api_answer_done(call);
    }
}
