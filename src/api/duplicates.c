// SPDX-License-Identifier: Apache-2.0
/* /api/v1/duplicates: persons who may be one, and what staff decide about them. */
#include "api/api_internal.h"

enum { SETTLE_MS = 5000 };

static void put_person(PtJsonOut *out, const ProfileDuplicate *d, size_t which)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "id", pt_str(d->persons[which].id));
    pt_json_put_str(out, "name", d->persons[which].name);
    pt_json_put_str(out, "detail", d->persons[which].detail);
    pt_json_put_u64(out, "events", d->persons[which].events);
    api_put_time_or_null(out, "last_seen_at", d->persons[which].last_ms);
    pt_json_out_object_end(out);
}

static void put_duplicate(PtJsonOut *out, const ProfileDuplicate *d)
{
    static const char *const statuses[] = {[PROFILE_DUPLICATE_OPEN] = "open",
                                           [PROFILE_DUPLICATE_ACCEPTED] = "accepted",
                                           [PROFILE_DUPLICATE_REFUSED] = "refused"};
    pt_json_out_object(out);
    pt_json_put_str(out, "id", pt_str(d->id));
    api_put_double(out, "score", d->score_ppm / 1e6);
    pt_json_put_str(out, "status", pt_str(statuses[d->status]));
    api_put_time(out, "found_at", d->found_ms);
    pt_json_out_key(out, PT_STR("persons"));
    pt_json_out_array(out);
    put_person(out, d, 0);
    put_person(out, d, 1);
    pt_json_out_array_end(out);
    api_put_raw(out, "evidence", d->evidence);
    api_put_text_or_null(out, "forbidden", d->forbidden);
    api_put_text_or_null(out, "decided_by", d->by);
    api_put_time_or_null(out, "decided_at", d->decided_ms);
    api_put_text_or_null(out, "reason", d->reason);
    pt_json_out_object_end(out);
}

static void answer_page(ApiCall *call, const ProfileDuplicate *items, size_t count, PtStr next)
{
    PtJsonOut out = pt_json_out(&call->body);
    api_page_begin(&out);
    for (size_t i = 0; i < count; i++) {
        put_duplicate(&out, &items[i]);
    }
    api_page_end(&out, next.len > 0 ? next.data : NULL);
    api_answer(call, 200);
}

void api_duplicates_list(ApiCall *call)
{
    static const ProfileDuplicateStatus statuses[] = {
        PROFILE_DUPLICATE_OPEN, PROFILE_DUPLICATE_ACCEPTED, PROFILE_DUPLICATE_REFUSED};
    const ApiValue *q = call->query;
    ProfileDuplicate *items = NULL;
    size_t count = 0;
    PtStr next = {NULL, 0};
    PtStatus st = profiles_duplicates(
        call->api->c.profiles, statuses[q[Q_DUPLICATES_LIST_STATUS].choice],
        q[Q_DUPLICATES_LIST_CURSOR].text, (size_t)q[Q_DUPLICATES_LIST_LIMIT].number, call->arena,
        &items, &count, &next, &call->error);
    if (!api_failed(call, st)) {
        answer_page(call, items, count, next);
    }
}

void api_profiles_duplicates(ApiCall *call)
{
    ProfileDuplicate *items = NULL;
    size_t count = 0;
    if (!api_failed(call, profiles_duplicates_of(call->api->c.profiles, call->args[0], call->arena,
                                                 &items, &count, &call->error))) {
        answer_page(call, items, count, PT_STR(""));
    }
}

static void answer_one(ApiCall *call, const ProfileDuplicate *d)
{
    PtJsonOut out = pt_json_out(&call->body);
    put_duplicate(&out, d);
    api_answer(call, 200);
}

void api_duplicates_get(ApiCall *call)
{
    ProfileDuplicate d;
    if (!api_failed(call, profiles_duplicate(call->api->c.profiles, call->args[0], call->arena, &d,
                                             &call->error))) {
        answer_one(call, &d);
    }
}

/* Seen once the view has carried it out; what an event changed in between is told. */
static void answer_decided(ApiCall *call, PtStatus st, ProfileDuplicateStatus want)
{
    Profiles *profiles = call->api->c.profiles;
    ProfileDuplicate d;
    st = st == PT_OK ? profiles_settle(profiles, SETTLE_MS, &call->error) : st;
    st = st == PT_OK ? profiles_duplicate(profiles, call->args[0], call->arena, &d, &call->error)
                     : st;
    if (st == PT_OK && d.status != want) {
        st = pt_fail(&call->error, PT_CONFLICT,
                     "the two have changed meanwhile, and the decision did not take effect");
    }
    if (!api_failed(call, st)) {
        answer_one(call, &d);
    }
}

void api_duplicates_accept(ApiCall *call)
{
    answer_decided(call,
                   profiles_duplicate_accept(call->api->c.profiles, &call->who.actor, call->args[0],
                                             call->in[IN_DUPLICATES_ACCEPT_REASON].text,
                                             &call->error),
                   PROFILE_DUPLICATE_ACCEPTED);
}

void api_duplicates_refuse(ApiCall *call)
{
    answer_decided(call,
                   profiles_duplicate_refuse(call->api->c.profiles, &call->who.actor, call->args[0],
                                             call->in[IN_DUPLICATES_REFUSE_REASON].text,
                                             &call->error),
                   PROFILE_DUPLICATE_REFUSED);
}
