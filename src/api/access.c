// SPDX-License-Identifier: Apache-2.0
/* Signing in and out, first-run set-up, and one's own account: /api/v1/session, /setup, /me. */
#include "api/api_internal.h"

#include <stdio.h>
#include <string.h>

enum { COOKIE_LINE = 200 };

/* -- the session cookie ------------------------------------------------------------------------ */

/* age_s 0 takes the cookie back. */
static void set_cookie(ApiCall *call, const char *value, int64_t age_s)
{
    char *line = pt_arena_alloc(call->arena, COOKIE_LINE, 1);
    const bool tls = call->request->tls;
    if (line != NULL) {
        (void)snprintf(line, COOKIE_LINE, "%s=%s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Lax%s",
                       tls ? "__Host-patron_session" : "patron_session", value, (long long)age_s,
                       tls ? "; Secure" : "");
        api_header(call, "Set-Cookie", pt_str(line));
    }
}

void api_set_session_cookie(ApiCall *call, const AccessSession *session)
{
    const int64_t left_ms = session->expires_ms - pt_clock_now_ms(pt_clock_real());
    set_cookie(call, session->cookie, left_ms > 1000 ? left_ms / 1000 : 1);
}

/* A password in clear text over the network would be everybody's. */
static PtStatus check_channel(const ApiCall *call, PtError *err)
{
    const HttpRequest *r = call->request;
    return r->local || r->loopback || r->tls || call->api->c.plain_http
               ? PT_OK
               : pt_fail(err, PT_FORBIDDEN,
                         "over plain HTTP signing in is open to this machine only: use TLS");
}

static AccessFrom from_of(const ApiCall *call)
{
    return (AccessFrom){.peer = call->request->peer,
                        .user_agent = http_header(call->request, "user-agent"),
                        .caller = call->known ? &call->who : NULL};
}

static void problem(ApiCall *call, PtStatus st, const AccessFrom *from)
{
    call->retry_after_s = from->retry_after_s;
    api_problem(call, st, &call->error);
}

/* -- who somebody is --------------------------------------------------------------------------- */

static void put_permissions(PtJsonOut *out, const char *key, uint64_t bits)
{
    pt_json_out_key(out, pt_str(key));
    pt_json_out_array(out);
    for (unsigned i = 0; i < api_permission_count; i++) {
        if ((bits >> i & 1U) != 0) {
            pt_json_out_str(out, pt_str(api_permissions[i].name));
        }
    }
    pt_json_out_array_end(out);
}

static PtStatus put_person(ApiCall *call, PtJsonOut *out, const AccessPrincipal *who, PtError *err)
{
    AccessAccount a;
    PtStatus st = access_account(call->api->c.access, pt_str(who->actor.id), call->arena, &a, err);
    if (st != PT_OK) {
        return st;
    }
    pt_json_out_key(out, PT_STR("account"));
    pt_json_out_object(out);
    pt_json_put_str(out, "id", a.id);
    pt_json_put_str(out, "email", a.email);
    pt_json_put_str(out, "name", a.name);
    api_put_raw(out, "preferences", a.preferences);
    pt_json_out_object_end(out);
    return PT_OK;
}

static void put_providers(const ApiCall *call, PtJsonOut *out)
{
    pt_json_out_key(out, PT_STR("providers"));
    pt_json_out_array(out);
    if (call->api->c.oidc != NULL) {
        pt_json_out_object(out);
        pt_json_put_str(out, "id", PT_STR("oidc"));
        pt_json_put_str(out, "name", pt_str(oidc_name(call->api->c.oidc)));
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

static const char *kind_of(const AccessPrincipal *who)
{
    return who->actor.kind == AUDIT_ACCOUNT ? "session"
           : who->actor.kind == AUDIT_TOKEN ? "token"
                                            : "socket";
}

/* who NULL: nobody. */
static PtStatus put_session(ApiCall *call, PtJsonOut *out, const AccessPrincipal *who, PtError *err)
{
    const bool due = who != NULL && who->second_factor_due, in = who != NULL && !due;
    PtStatus st = PT_OK;
    pt_json_out_object(out);
    pt_json_put_bool(out, "signed_in", in);
    pt_json_put_bool(out, "setup_required", access_setup_required(call->api->c.access));
    pt_json_put_bool(out, "second_factor_due", due);
    if (in && who->actor.kind == AUDIT_ACCOUNT) {
        st = put_person(call, out, who, err);
    } else {
        api_put_null(out, "account");
    }
    api_put_text_or_null(out, "kind", pt_str(who != NULL ? kind_of(who) : ""));
    api_put_text_or_null(out, "role", pt_str(in ? who->role : ""));
    put_permissions(out, "permissions", in ? who->permissions : 0);
    api_put_text_or_null(out, "csrf", pt_str(who != NULL ? who->csrf : ""));
    api_put_time_or_null(out, "expires_at", who != NULL ? who->expires_ms : 0);
    put_providers(call, out);
    pt_json_out_object_end(out);
    return st;
}

void api_session_get(ApiCall *call)
{
    PtJsonOut out = pt_json_out(&call->body);
    PtStatus st = put_session(call, &out, call->known ? &call->who : NULL, &call->error);
    if (!api_failed(call, st)) {
        api_answer(call, 200);
    }
}

/* Writes what the new session is, and sets its cookie. */
static PtStatus put_new_session(ApiCall *call, PtJsonOut *out, const AccessSession *session)
{
    AccessPrincipal who;
    PtStatus st = access_by_session(call->api->c.access, pt_str(session->cookie),
                                    call->request->peer, &who, &call->error);
    if (st == PT_OK) {
        api_set_session_cookie(call, session);
        st = put_session(call, out, &who, &call->error);
    }
    return st;
}

static void answer_session(ApiCall *call, int status, PtStatus st, const AccessFrom *from,
                           const AccessSession *session)
{
    PtJsonOut out = pt_json_out(&call->body);
    st = st == PT_OK ? put_new_session(call, &out, session) : st;
    if (st == PT_OK) {
        api_answer(call, status);
    } else {
        problem(call, st, from);
    }
}

/* -- signing in and out ------------------------------------------------------------------------ */

void api_session_begin(ApiCall *call)
{
    AccessFrom from = from_of(call);
    AccessSession session;
    PtStatus st = check_channel(call, &call->error);
    if (st == PT_OK) {
        st = access_sign_in(call->api->c.access, &from, call->in[IN_SESSION_BEGIN_EMAIL].text,
                            call->in[IN_SESSION_BEGIN_PASSWORD].text, &session, &call->error);
    }
    answer_session(call, 200, st, &from, &session);
}

void api_session_second_factor(ApiCall *call)
{
    AccessFrom from = from_of(call);
    AccessSession session;
    PtStatus st = check_channel(call, &call->error);
    if (st == PT_OK) {
        st = access_second_factor(call->api->c.access, &from,
                                  call->in[IN_SESSION_SECOND_FACTOR_CODE].text, &session,
                                  &call->error);
    }
    answer_session(call, 200, st, &from, &session);
}

void api_session_end(ApiCall *call)
{
    PtStatus st =
        call->known ? access_sign_out(call->api->c.access, &call->who, &call->error) : PT_OK;
    if (api_failed(call, st)) {
        return;
    }
    set_cookie(call, "", 0);
    api_answer_done(call);
}

void api_setup_code(ApiCall *call)
{
    char code[ACCESS_CODE_TEXT];
    PtStatus st = PT_OK;
    if (call->who.actor.kind != AUDIT_SOCKET) {
        st = pt_fail(&call->error, PT_FORBIDDEN, "only over the data folder's socket");
    } else if (!access_setup_code(call->api->c.access, code)) {
        st = pt_fail(&call->error, PT_CONFLICT, "set-up is done: there is an account");
    }
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "code", pt_str(code));
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_setup(ApiCall *call)
{
    AccessFrom from = from_of(call);
    AccessSession session;
    const ApiValue *in = call->in;
    const AccessPerson person = {.email = in[IN_SETUP_EMAIL].text,
                                 .name = in[IN_SETUP_NAME].text,
                                 .password = in[IN_SETUP_PASSWORD].text};
    PtStatus st = check_channel(call, &call->error);
    if (st == PT_OK) {
        st = access_setup(call->api->c.access, &from, in[IN_SETUP_CODE].text, &person, &session,
                          &call->error);
    }
    answer_session(call, 201, st, &from, &session);
}

void api_invitations_accept(ApiCall *call)
{
    AccessFrom from = from_of(call);
    AccessSession session;
    const ApiValue *in = call->in;
    PtStatus st = check_channel(call, &call->error);
    if (st == PT_OK) {
        st = access_accept(call->api->c.access, &from, in[IN_INVITATIONS_ACCEPT_TOKEN].text,
                           in[IN_INVITATIONS_ACCEPT_NAME].text,
                           in[IN_INVITATIONS_ACCEPT_PASSWORD].text, &session, &call->error);
    }
    answer_session(call, 200, st, &from, &session);
}

/* -- one's own account --------------------------------------------------------------------------
 */

static bool need_person(ApiCall *call)
{
    if (call->who.actor.kind == AUDIT_ACCOUNT) {
        return true;
    }
    (void)pt_fail(&call->error, PT_CONFLICT, "only for a person who is signed in");
    api_problem(call, PT_CONFLICT, &call->error);
    return false;
}

static void answer_me(ApiCall *call, PtStatus st)
{
    AccessAccount a;
    if (st == PT_OK) {
        st = access_account(call->api->c.access, pt_str(call->who.actor.id), call->arena, &a,
                            &call->error);
    }
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "id", a.id);
    pt_json_put_str(&out, "email", a.email);
    pt_json_put_str(&out, "name", a.name);
    pt_json_put_str(&out, "role", a.role);
    api_put_raw(&out, "preferences", a.preferences);
    pt_json_put_bool(&out, "has_password", a.has_password);
    pt_json_put_bool(&out, "totp", a.totp_ms != 0);
    api_put_time_or_null(&out, "totp_at", a.totp_ms);
    pt_json_put_i64(&out, "recovery_codes_left", a.recovery_codes);
    api_put_time_or_null(&out, "password_changed_at", a.password_changed_ms);
    api_put_time(&out, "created_at", a.created_ms);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_me_get(ApiCall *call)
{
    if (need_person(call)) {
        answer_me(call, PT_OK);
    }
}

void api_me_change(ApiCall *call)
{
    if (need_person(call)) {
        answer_me(call, access_me_change(call->api->c.access, &call->who,
                                         call->in[IN_ME_CHANGE_NAME].text,
                                         call->in[IN_ME_CHANGE_PREFERENCES].text, &call->error));
    }
}

void api_me_password(ApiCall *call)
{
    AccessFrom from = from_of(call);
    AccessSession session;
    PtStatus st =
        access_password_change(call->api->c.access, &from, call->in[IN_ME_PASSWORD_CURRENT].text,
                               call->in[IN_ME_PASSWORD_PASSWORD].text, &session, &call->error);
    answer_session(call, 200, st, &from, &session);
}

void api_me_sessions_list(ApiCall *call)
{
    AccessOwnSession *list;
    size_t count;
    PtStatus st =
        access_sessions(call->api->c.access, &call->who, call->arena, &list, &count, &call->error);
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    api_page_begin(&out);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_object(&out);
        pt_json_put_str(&out, "id", pt_str(list[i].id));
        pt_json_put_bool(&out, "current", strcmp(list[i].id, call->who.session) == 0);
        pt_json_put_str(&out, "peer", list[i].peer);
        pt_json_put_str(&out, "user_agent", list[i].user_agent);
        api_put_time(&out, "created_at", list[i].created_ms);
        api_put_time(&out, "last_used_at", list[i].last_used_ms);
        api_put_time(&out, "expires_at", list[i].expires_ms);
        pt_json_out_object_end(&out);
    }
    api_page_end(&out, NULL);
    api_answer(call, 200);
}

static void answer_done(ApiCall *call, PtStatus st)
{
    if (!api_failed(call, st)) {
        api_answer_done(call);
    }
}

void api_me_sessions_end(ApiCall *call)
{
    answer_done(call, access_sessions_end_others(call->api->c.access, &call->who, &call->error));
}

void api_me_session_end(ApiCall *call)
{
    answer_done(call,
                access_session_end(call->api->c.access, &call->who, call->args[0], &call->error));
}

void api_me_totp_begin(ApiCall *call)
{
    AccessFrom from = from_of(call);
    AccessTotp totp;
    PtStatus st = access_totp_begin(call->api->c.access, &from,
                                    call->in[IN_ME_TOTP_BEGIN_PASSWORD].text, &totp, &call->error);
    if (st != PT_OK) {
        problem(call, st, &from);
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "secret", pt_str(totp.secret));
    pt_json_put_str(&out, "uri", pt_str(totp.uri));
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_me_totp_confirm(ApiCall *call)
{
    AccessFrom from = from_of(call);
    AccessRecovery recovery;
    AccessSession session;
    PtStatus st =
        access_totp_confirm(call->api->c.access, &from, call->in[IN_ME_TOTP_CONFIRM_CODE].text,
                            &recovery, &session, &call->error);
    PtJsonOut out = pt_json_out(&call->body);
    if (st == PT_OK) {
        pt_json_out_object(&out);
        pt_json_out_key(&out, PT_STR("recovery_codes"));
        pt_json_out_array(&out);
        for (int i = 0; i < ACCESS_RECOVERY_CODES; i++) {
            pt_json_out_str(&out, pt_str(recovery.codes[i]));
        }
        pt_json_out_array_end(&out);
        pt_json_out_key(&out, PT_STR("session"));
        st = put_new_session(call, &out, &session);
        pt_json_out_object_end(&out);
    }
    if (st == PT_OK) {
        api_answer(call, 200);
    } else {
        problem(call, st, &from);
    }
}

void api_me_totp_end(ApiCall *call)
{
    AccessFrom from = from_of(call);
    AccessSession session;
    PtStatus st = access_totp_end(call->api->c.access, &from,
                                  call->in[IN_ME_TOTP_END_PASSWORD].text, &session, &call->error);
    answer_session(call, 200, st, &from, &session);
}
