// SPDX-License-Identifier: Apache-2.0
/* /api/v1/tokens */
#include "api/api_internal.h"

#include <string.h>

static void put_scopes(PtJsonOut *out, PtStr scopes)
{
    PtStr rest = scopes, name;
    if (scopes.data == NULL) {
        api_put_null(out, "scopes");
        return;
    }
    pt_json_out_key(out, PT_STR("scopes"));
    pt_json_out_array(out);
    while (pt_str_cut(&rest, ',', &name)) {
        pt_json_out_str(out, name);
    }
    pt_json_out_array_end(out);
}

static void put_maker(PtJsonOut *out, const AccessToken *t)
{
    if (t->created_by.len == 0) {
        api_put_null(out, "created_by");
        return;
    }
    pt_json_out_key(out, PT_STR("created_by"));
    pt_json_out_object(out);
    pt_json_put_str(out, "id", t->created_by);
    pt_json_put_str(out, "name", t->created_by_name);
    pt_json_out_object_end(out);
}

static const char *state_of(const AccessToken *t)
{
    return t->revoked_ms != 0                                                        ? "revoked"
           : t->expires_ms != 0 && t->expires_ms <= pt_clock_now_ms(pt_clock_real()) ? "expired"
                                                                                     : "valid";
}

/* secret NULL: not shown. */
static void token_json(PtJsonOut *out, const AccessToken *t, const char *secret)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "id", t->id);
    pt_json_put_str(out, "name", t->name);
    pt_json_put_str(out, "role", t->role);
    put_scopes(out, t->scopes);
    pt_json_put_str(out, "state", pt_str(state_of(t)));
    put_maker(out, t);
    api_put_time(out, "created_at", t->created_ms);
    api_put_time_or_null(out, "last_used_at", t->last_used_ms);
    api_put_time_or_null(out, "expires_at", t->expires_ms);
    api_put_time_or_null(out, "revoked_at", t->revoked_ms);
    if (secret != NULL) {
        pt_json_put_str(out, "token", pt_str(secret));
    }
    pt_json_out_object_end(out);
}

void api_tokens_list(ApiCall *call)
{
    const ApiValue *q = call->query;
    AccessToken *list;
    size_t count;
    bool more;
    const AccessTokenFilter filter = {.state = q[Q_TOKENS_LIST_STATE].choice,
                                      .after = q[Q_TOKENS_LIST_CURSOR].text,
                                      .limit = (size_t)q[Q_TOKENS_LIST_LIMIT].number};
    PtStatus st = access_tokens(call->api->c.access, &filter, call->arena, &list, &count, &more,
                                &call->error);
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    api_page_begin(&out);
    for (size_t i = 0; i < count; i++) {
        token_json(&out, &list[i], NULL);
    }
    api_page_end(&out, more && count > 0 ? list[count - 1].id.data : NULL);
    api_answer(call, 200);
}

void api_tokens_add(ApiCall *call)
{
    const ApiValue *in = call->in;
    char secret[ACCESS_TOKEN_TEXT];
    AccessToken token;
    const AccessTokenSpec spec = {
        .role = in[IN_TOKENS_ADD_ROLE].text,
        .name = in[IN_TOKENS_ADD_NAME].text,
        .scopes = in[IN_TOKENS_ADD_SCOPES].given ? in[IN_TOKENS_ADD_SCOPES].texts : NULL,
        .scope_count = in[IN_TOKENS_ADD_SCOPES].count,
        .expires_ms = in[IN_TOKENS_ADD_EXPIRES_AT].given ? in[IN_TOKENS_ADD_EXPIRES_AT].number : 0};
    PtStatus st = access_token_add(call->api->c.access, &call->who, &spec, call->arena, secret,
                                   &token, &call->error);
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    token_json(&out, &token, secret);
    explicit_bzero(secret, sizeof secret);
    api_answer(call, 201);
}

void api_tokens_revoke(ApiCall *call)
{
    PtStatus st = access_token_revoke(call->api->c.access, &call->who, call->args[0], &call->error);
    if (!api_failed(call, st)) {
        api_answer_done(call);
    }
}
