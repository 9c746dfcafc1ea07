// SPDX-License-Identifier: Apache-2.0
/* /api/v1/desk/people: whom tickets can be given to. */
#include "api/desk.h"

enum { PEOPLE_PAGE = 200, PEOPLE_MAX = 1000 };

static bool works_on_tickets(PtStr role)
{
    for (unsigned i = 0; i < api_role_count; i++) {
        if (pt_str_eq(role, pt_str(api_roles[i].name))) {
            return (api_roles[i].permissions & PERMISSION_DESK_WRITE) != 0;
        }
    }
    return false;
}

/* One page of accounts behind *after, which moves on; *ret_more: there are others. */
static PtStatus put_page(ApiCall *call, PtJsonOut *out, PtStr *after, size_t *count, bool *ret_more)
{
    const AccessPeopleFilter filter = {
        .state = ACCESS_ACTIVE, .after = *after, .limit = PEOPLE_PAGE};
    AccessAccount *list = NULL;
    size_t found = 0;
    PtStatus st = access_people(call->api->c.access, &filter, call->arena, &list, &found, ret_more,
                                &call->error);
    for (size_t i = 0; st == PT_OK && i < found && *count < PEOPLE_MAX; i++) {
        *after = list[i].email;
        if (works_on_tickets(list[i].role)) {
            pt_json_out_object(out);
            pt_json_put_str(out, "id", list[i].id);
            pt_json_put_str(out, "name", list[i].name);
            pt_json_out_object_end(out);
            (*count)++;
        }
    }
    return st;
}

void api_desk_people(ApiCall *call)
{
    PtJsonOut out = pt_json_out(&call->body);
    PtStr after = PT_STR("");
    PtStatus st = PT_OK;
    size_t count = 0;
    bool more = true;
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    while (st == PT_OK && more && count < PEOPLE_MAX) {
        st = put_page(call, &out, &after, &count, &more);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    if (!api_failed(call, st)) {
        api_answer(call, 200);
    }
}
