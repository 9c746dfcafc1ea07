// SPDX-License-Identifier: Apache-2.0
/* /api/v1/groups: accounts and households, and who belongs to them. */
#include "api/api_internal.h"

#include <inttypes.h>
#include <stdio.h>

static void put_head(PtJsonOut *out, const ProfileGroup *group)
{
    pt_json_put_str(out, "id", pt_str(group->id));
    pt_json_put_str(out, "kind",
                    group->kind == GROUP_ACCOUNT ? PT_STR("account") : PT_STR("household"));
    pt_json_put_str(out, "name", group->name);
    pt_json_put_str(out, "how", group->how);
}

static void put_group(PtJsonOut *out, const ProfileGroup *group)
{
    pt_json_out_object(out);
    put_head(out, group);
    pt_json_put_u64(out, "members", group->members);
    pt_json_out_object_end(out);
}

void api_groups_list(ApiCall *call)
{
    ProfileGroups page = {.count = 0};
    const ApiValue *q = call->query;
    const ProfileGroupsQuery query = {.kind = q[Q_GROUPS_LIST_KIND].choice == 0 ? GROUP_ACCOUNT
                                                                                : GROUP_HOUSEHOLD,
                                      .text = q[Q_GROUPS_LIST_SEARCH].text,
                                      .cursor = q[Q_GROUPS_LIST_CURSOR].text,
                                      .max = (size_t)q[Q_GROUPS_LIST_LIMIT].number};
    if (api_failed(call, profiles_groups_search(call->api->c.profiles, &query, call->arena, &page,
                                                &call->error))) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    api_page_begin(&out);
    for (size_t i = 0; i < page.count; i++) {
        put_group(&out, &page.groups[i]);
    }
    api_page_end(&out, page.next[0] != '\0' ? page.next : NULL);
    api_answer(call, 200);
}

static void put_traits(ApiCall *call, PtJsonOut *out, const ProfileGroupTrait *traits, size_t count)
{
    pt_json_out_key(out, PT_STR("traits"));
    pt_json_out_array(out);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_object(out);
        pt_json_put_str(out, "name", traits[i].name);
        api_put_raw(out, "value", traits[i].json);
        api_put_time(out, "at", traits[i].at_ms);
        api_put_source(call, out, traits[i].source);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

static void put_members(PtJsonOut *out, const ProfileMember *members, size_t count)
{
    pt_json_out_key(out, PT_STR("members"));
    pt_json_out_array(out);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_object(out);
        pt_json_put_str(out, "id", pt_str(members[i].id));
        pt_json_put_str(out, "name", members[i].name);
        pt_json_put_str(out, "detail", members[i].detail);
        api_put_time(out, "since", members[i].since_ms);
        api_put_time_or_null(out, "last_seen_at", members[i].last_ms);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

void api_groups_get(ApiCall *call)
{
    Profiles *profiles = call->api->c.profiles;
    const PtStr id = call->args[0];
    const size_t limit = (size_t)call->query[Q_GROUPS_GET_LIMIT].number;
    ProfileGroup group;
    ProfileGroupTrait *traits = NULL;
    ProfileMembers members = {.count = 0};
    size_t trait_count = 0;
    uint64_t after = 0;
    char cursor[24] = "";
    PtError *err = &call->error;
    PtStatus st = api_cursor_u64(&call->query[Q_GROUPS_GET_CURSOR], 0, &after, err);
    st = st == PT_OK ? profiles_group_get(profiles, id, call->arena, &group, err) : st;
    st = st == PT_OK ? profiles_group_traits(profiles, id, call->arena, &traits, &trait_count, err)
                     : st;
    st = st == PT_OK && after < UINT32_MAX // else behind them all
             ? profiles_group_members(profiles, id, (uint32_t)after, limit, call->arena, &members,
                                      err)
             : st;
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    put_head(&out, &group);
    pt_json_put_u64(&out, "member_count", group.members);
    put_traits(call, &out, traits, trait_count);
    put_members(&out, members.members, members.count);
    if (members.next != 0) {
        (void)snprintf(cursor, sizeof cursor, "%" PRIu32, members.next);
        pt_json_put_str(&out, "next_cursor", pt_str(cursor));
    } else {
        api_put_null(&out, "next_cursor");
    }
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

PtStatus api_put_groups(ApiCall *call, PtJsonOut *out, PtStr person)
{
    ProfileGroup *groups = NULL;
    size_t count = 0;
    PtStatus st = profiles_groups_of(call->api->c.profiles, person, call->arena, &groups, &count,
                                     &call->error);
    pt_json_out_key(out, PT_STR("groups"));
    pt_json_out_array(out);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        put_group(out, &groups[i]);
    }
    pt_json_out_array_end(out);
    return st;
}
