// SPDX-License-Identifier: Apache-2.0
/* People and roles: /api/v1/accounts, /api/v1/roles. */
#include "api/api_internal.h"
#include "desk/desk.h"

#include <stdio.h>

static void account_json(PtJsonOut *out, const AccessAccount *a)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "id", a->id);
    pt_json_put_str(out, "email", a->email);
    pt_json_put_str(out, "name", a->name);
    pt_json_put_str(out, "role", a->role);
    api_put_raw(out, "stores", a->stores);
    pt_json_put_str(out, "state", pt_str(access_state_names[a->state]));
    pt_json_put_bool(out, "totp", a->totp_ms != 0);
    pt_json_put_bool(out, "external", a->external);
    pt_json_put_i64(out, "sessions", a->sessions);
    api_put_time(out, "created_at", a->created_ms);
    api_put_time_or_null(out, "last_seen_at", a->last_seen_ms);
    pt_json_out_object_end(out);
}

static void answer_account(ApiCall *call, PtStatus st, const AccessAccount *a)
{
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    account_json(&out, a);
    api_answer(call, 200);
}

void api_accounts_list(ApiCall *call)
{
    const ApiValue *q = call->query;
    const AccessPeopleFilter filter = {.search = q[Q_ACCOUNTS_LIST_SEARCH].text,
                                       .role = q[Q_ACCOUNTS_LIST_ROLE].text,
                                       .state = q[Q_ACCOUNTS_LIST_STATE].choice - 1, // any: -1
                                       .after = q[Q_ACCOUNTS_LIST_CURSOR].text,
                                       .limit = (size_t)q[Q_ACCOUNTS_LIST_LIMIT].number};
    AccessAccount *list;
    size_t count;
    bool more;
    PtStatus st = access_people(call->api->c.access, &filter, call->arena, &list, &count, &more,
                                &call->error);
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    api_page_begin(&out);
    for (size_t i = 0; i < count; i++) {
        account_json(&out, &list[i]);
    }
    api_page_end(&out, more && count > 0 ? list[count - 1].email.data : NULL);
    api_answer(call, 200);
}

void api_accounts_get(ApiCall *call)
{
    AccessAccount a;
    answer_account(
        call, access_account(call->api->c.access, call->args[0], call->arena, &a, &call->error),
        &a);
}

static void answer_link(ApiCall *call, int status, PtStatus st, const AccessAccount *a,
                        const AccessLink *link)
{
    char path[96];
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("account"));
    account_json(&out, a);
    if (link->token[0] != '\0') {
        (void)snprintf(path, sizeof path, "/invitation#%s", link->token);
        pt_json_out_key(&out, PT_STR("link"));
        pt_json_out_object(&out);
        pt_json_put_str(&out, "token", pt_str(link->token));
        pt_json_put_str(&out, "path", pt_str(path));
        api_put_time(&out, "expires_at", link->expires_ms);
        pt_json_out_object_end(&out);
    } else {
        api_put_null(&out, "link");
    }
    pt_json_out_object_end(&out);
    api_answer(call, status);
}

void api_accounts_invite(ApiCall *call)
{
    const ApiValue *in = call->in;
    const AccessPerson person = {.email = in[IN_ACCOUNTS_INVITE_EMAIL].text,
                                 .name = in[IN_ACCOUNTS_INVITE_NAME].text,
                                 .role = in[IN_ACCOUNTS_INVITE_ROLE].text,
                                 .password = in[IN_ACCOUNTS_INVITE_PASSWORD].text};
    AccessAccount a;
    AccessLink link;
    PtStatus st = access_invite(call->api->c.access, &call->who, &person, call->arena, &a, &link,
                                &call->error);
    answer_link(call, 201, st, &a, &link);
}

void api_accounts_reset(ApiCall *call)
{
    AccessAccount a;
    AccessLink link;
    PtStatus st = access_reset(call->api->c.access, &call->who, call->args[0], call->arena, &a,
                               &link, &call->error);
    answer_link(call, 200, st, &a, &link);
}

typedef struct Leaving {
    ApiCall *call;
    int64_t number;
} Leaving;

/* Nothing is given any more to who can no longer sign in, or may not work on tickets. */
static PtStatus leave_work(void *ctx, PtSqlTx *tx, const AccessAccount *a, PtError *err)
{
    Leaving *l = ctx;
    const bool disabled = a->state == ACCESS_DISABLED;
    bool works = false;
    for (unsigned i = 0; i < api_role_count; i++) {
        works = works || (pt_str_eq(a->role, pt_str(api_roles[i].name)) &&
                          (api_roles[i].permissions & PERMISSION_DESK_WRITE) != 0);
    }
    return works && !disabled
               ? PT_OK
               : desk_route_dismiss(l->call->api->desk, tx, &l->call->who.actor, a->id,
                                    disabled ? PT_STR("disabled") : PT_STR("role"), &l->number,
                                    err);
}

void api_accounts_change(ApiCall *call)
{
    const ApiValue *in = call->in;
    Leaving leaving = {.call = call};
    const AccessEdit edit = {.within = leave_work,
                             .within_ctx = &leaving,
                             .name = in[IN_ACCOUNTS_CHANGE_NAME].text,
                             .role = in[IN_ACCOUNTS_CHANGE_ROLE].text,
                             .set_disabled = in[IN_ACCOUNTS_CHANGE_DISABLED].given,
                             .disabled = in[IN_ACCOUNTS_CHANGE_DISABLED].truth,
                             .remove_totp = in[IN_ACCOUNTS_CHANGE_TOTP].given,
                             .set_stores = in[IN_ACCOUNTS_CHANGE_STORES].given,
                             .stores = in[IN_ACCOUNTS_CHANGE_STORES].texts,
                             .store_count = in[IN_ACCOUNTS_CHANGE_STORES].count};
    AccessAccount a;
    PtStatus st = PT_OK;
    if (in[IN_ACCOUNTS_CHANGE_TOTP].given && in[IN_ACCOUNTS_CHANGE_TOTP].truth) {
        st =
            pt_fail(&call->error, PT_INVALID, "totp: only the person can set the second factor up");
    }
    if (st == PT_OK) {
        st = access_account_change(call->api->c.access, &call->who, call->args[0], &edit,
                                   call->arena, &a, &call->error);
    }
    if (st == PT_OK) {
        desk_route_dismissed(call->api->desk, leaving.number);
    }
    answer_account(call, st, &a);
}

/* -- roles ------------------------------------------------------------------------------------- */

static void role_json(const ApiCall *call, PtJsonOut *out, unsigned role)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "name", pt_str(api_roles[role].name));
    pt_json_put_str(out, "description", pt_str(api_role_descriptions[role]));
    pt_json_out_key(out, PT_STR("permissions"));
    pt_json_out_array(out);
    for (unsigned i = 0; i < api_permission_count; i++) {
        if ((api_roles[role].permissions >> i & 1U) != 0) {
            pt_json_out_str(out, pt_str(api_permissions[i].name));
        }
    }
    pt_json_out_array_end(out);
    pt_json_put_u64(out, "accounts",
                    access_role_accounts(call->api->c.access, api_roles[role].name));
    pt_json_out_object_end(out);
}

void api_roles_list(ApiCall *call)
{
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (unsigned i = 0; i < api_role_count; i++) {
        role_json(call, &out, i);
    }
    pt_json_out_array_end(&out);
    pt_json_out_key(&out, PT_STR("permissions"));
    pt_json_out_array(&out);
    for (unsigned i = 0; i < api_permission_count; i++) {
        pt_json_out_object(&out);
        pt_json_put_str(&out, "name", pt_str(api_permissions[i].name));
        pt_json_put_str(&out, "description", pt_str(api_permissions[i].description));
        pt_json_out_object_end(&out);
    }
    pt_json_out_array_end(&out);
    api_put_null(&out, "next_cursor");
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

const AccessRole *api_role_table(size_t *ret_count)
{
    *ret_count = api_role_count;
    return api_roles;
}

const char *api_permission_name(unsigned bit)
{
    return bit < api_permission_count ? api_permissions[bit].name : NULL;
}
