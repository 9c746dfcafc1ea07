// SPDX-License-Identifier: Apache-2.0
/* What the portal asks before anything is reported: who it is, from where, and what there is to
 * report. */
#include "api/portal.h"

enum { CATEGORIES_MAX = 200, TEXTS_MAX = 64, TEXT_BYTES = 4096 };

/* -- documents ----------------------------------------------------------------------------------
 */

static PtStatus no_memory(ApiCall *call)
{
    return pt_fail(&call->error, PT_NO_MEMORY, "no memory for the portal");
}

/* The token that was just read, a text. */
static PtStatus take_text(ApiCall *call, const PtJson *j, PtStr *ret_text)
{
    PT_CLEANUP(pt_buf_done) PtBuf text;
    pt_buf_init(&text, TEXT_BYTES);
    pt_json_decode(j->raw, &text);
    const PtStr kept = pt_buf_status(&text) == PT_OK ? pt_arena_str(call->arena, pt_buf_str(&text))
                                                     : (PtStr){NULL, 0};
    if (kept.data == NULL) {
        return no_memory(call);
    }
    *ret_text = kept;
    return PT_OK;
}

PtStatus api_portal_texts(ApiCall *call, PtStr json, PtStr **ret_list, size_t *ret_count)
{
    PtJson j;
    size_t count = 0;
    PtStr *list = pt_arena_alloc(call->arena, TEXTS_MAX, sizeof *list);
    PtStatus st = list != NULL ? PT_OK : no_memory(call);
    pt_json_init(&j, json, 2);
    if (st == PT_OK && pt_json_next(&j) == PT_JSON_ARRAY) {
        while (st == PT_OK && count < TEXTS_MAX && pt_json_next(&j) == PT_JSON_STRING) {
            st = take_text(call, &j, &list[count++]);
        }
    }
    *ret_list = list;
    *ret_count = count;
    return st;
}

/* The object that was just opened; other members are passed over. */
static PtStatus read_category(ApiCall *call, PtJson *j, ApiPortalCategory *c)
{
    static const char *const names[] = {"id", "name", "touchpoint"};
    PtStr *const texts[] = {&c->id, &c->name, &c->touchpoint};
    PtStatus st = PT_OK;
    *c = (ApiPortalCategory){PT_STR(""), PT_STR(""), PT_STR("")};
    while (st == PT_OK && pt_json_next(j) == PT_JSON_KEY) {
        size_t i = 0;
        while (i < 3 && !pt_json_raw_eq(j->raw, j->flags, pt_str(names[i]))) {
            i++;
        }
        if (i == 3) {
            if (!pt_json_skip(j, NULL, NULL, NULL)) {
                return pt_json_error(j, &call->error);
            }
        } else if (pt_json_next(j) == PT_JSON_STRING) {
            st = take_text(call, j, texts[i]);
        } else {
            return pt_fail(&call->error, PT_CORRUPT, "a category of the policy is not as expected");
        }
    }
    return st;
}

PtStatus api_portal_categories(ApiCall *call, ApiPortalCategory **ret_list, size_t *ret_count)
{
    DeskPolicyVersion policy;
    PtJson j;
    size_t count = 0;
    ApiPortalCategory *list = pt_arena_alloc(call->arena, CATEGORIES_MAX, sizeof *list);
    PtStatus st = list != NULL ? desk_policy(call->api->desk, 0, call->arena, &policy, &call->error)
                               : no_memory(call);
    if (st != PT_OK) {
        return st;
    }
    pt_json_init(&j, policy.json, 64);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return pt_json_error(&j, &call->error);
    }
    while (st == PT_OK && pt_json_next(&j) == PT_JSON_KEY) {
        if (!pt_json_raw_eq(j.raw, j.flags, PT_STR("categories"))) {
            st = pt_json_skip(&j, NULL, NULL, NULL) ? PT_OK : pt_json_error(&j, &call->error);
            continue;
        }
        if (pt_json_next(&j) != PT_JSON_ARRAY) {
            return pt_json_error(&j, &call->error);
        }
        while (st == PT_OK && count < CATEGORIES_MAX && pt_json_next(&j) == PT_JSON_OBJECT) {
            st = read_category(call, &j, &list[count++]);
        }
    }
    *ret_list = list;
    *ret_count = count;
    return st;
}

/* -- who reports --------------------------------------------------------------------------------
 */

PtStatus api_portal_party(ApiCall *call, DeskParty *ret_party)
{
    AccessAccount account;
    PtStr *stores = NULL;
    size_t count = 0;
    *ret_party = (DeskParty){.requester = PT_STR("")};
    if (call->who.actor.kind != AUDIT_ACCOUNT) {
        return PT_OK;
    }
    PtStatus st = access_account(call->api->c.access, pt_str(call->who.actor.id), call->arena,
                                 &account, &call->error);
    st = st == PT_OK ? api_portal_texts(call, account.stores, &stores, &count) : st;
    if (st == PT_OK) {
        *ret_party =
            (DeskParty){.requester = account.email, .stores = stores, .store_count = count};
    }
    return st;
}

/* -- the form -----------------------------------------------------------------------------------
 */

static void put_named(PtJsonOut *out, PtStr id, PtStr name)
{
    pt_json_put_str(out, "id", id);
    pt_json_put_str(out, "name", name);
}

/* A store that commerce does not know has neither name nor tills. */
static PtStatus put_store(ApiCall *call, PtJsonOut *out, PtStr code)
{
    Commerce *commerce = call->api->commerce;
    CommerceStore store;
    CommerceTill *tills = NULL;
    PtError why = {0};
    size_t count = 0;
    PtStatus st = commerce_store(commerce, code, call->arena, &store, &why);
    if (st == PT_OK) {
        st = commerce_tills(commerce, code, call->arena, &tills, &count, &why);
    }
    if (st != PT_OK && st != PT_NOT_FOUND) {
        return pt_fail(&call->error, st, "%s", why.message);
    }
    pt_json_out_object(out);
    pt_json_put_str(out, "code", code);
    pt_json_put_str(out, "name", st == PT_OK ? store.f[COMMERCE_S_NAME] : PT_STR(""));
    pt_json_out_key(out, PT_STR("tills"));
    pt_json_out_array(out);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        if (!pt_str_eq(tills[i].f[COMMERCE_T_STATE], PT_STR("retired"))) {
            pt_json_out_object(out);
            pt_json_put_str(out, "code", tills[i].code);
            pt_json_put_str(out, "name", tills[i].f[COMMERCE_T_NAME]);
            pt_json_out_object_end(out);
        }
    }
    pt_json_out_array_end(out);
    pt_json_out_object_end(out);
    return PT_OK;
}

void api_portal_form(ApiCall *call)
{
    DeskParty party;
    ApiPortalCategory *categories = NULL;
    DeskRecord *services = NULL;
    size_t category_count = 0, service_count = 0;
    PtStatus st = api_portal_party(call, &party);
    st = st == PT_OK ? api_portal_categories(call, &categories, &category_count) : st;
    st = st == PT_OK ? desk_records(call->api->desk, DESK_SERVICE, call->arena, &services,
                                    &service_count, &call->error)
                     : st;
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("stores"));
    pt_json_out_array(&out);
    for (size_t i = 0; st == PT_OK && i < party.store_count; i++) {
        st = put_store(call, &out, party.stores[i]);
    }
    pt_json_out_array_end(&out);
    if (api_failed(call, st)) {
        return;
    }
    pt_json_out_key(&out, PT_STR("categories"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < category_count; i++) {
        pt_json_out_object(&out);
        put_named(&out, categories[i].id, categories[i].name);
        pt_json_put_str(&out, "touchpoint", categories[i].touchpoint);
        pt_json_out_object_end(&out);
    }
    pt_json_out_array_end(&out);
    pt_json_out_key(&out, PT_STR("services"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < service_count; i++) {
        pt_json_out_object(&out);
        put_named(&out, services[i].id, services[i].name);
        pt_json_out_object_end(&out);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}
