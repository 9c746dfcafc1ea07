// SPDX-License-Identifier: Apache-2.0
/* Sign-in by OpenID Connect, seen from the browser: away to the provider, back with a session. */
#include "api/api_internal.h"

#include "platform/diag.h"

#include <stdio.h>
#include <string.h>

enum { COOKIE_LINE = 200, LOCATION_MAX = 64 };

/* One call on its way over a thread that may wait. */
typedef struct Job {
    ApiCall *call;
    const char *error; /* code for the sign-in page; NULL: it went well */
    PtStr location;
    char cookie[OIDC_COOKIE]; /* begin: binds the sign-in to the browser */
    OidcReturn back;          /* end */
    AccessSession session;
} Job;

/* -- answers, on the loop ---------------------------------------------------------------------- */

static const char *cookie_name(const Oidc *oidc)
{
    return oidc_is_secure(oidc) ? "__Host-patron_oidc" : "patron_oidc";
}

/* age_s 0 takes the cookie back. */
static void set_cookie(ApiCall *call, const char *value, int age_s)
{
    const Oidc *oidc = call->api->c.oidc;
    char *line = pt_arena_alloc(call->arena, COOKIE_LINE, 1);
    if (line != NULL) {
        (void)snprintf(line, COOKIE_LINE, "%s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Lax%s",
                       cookie_name(oidc), value, age_s, oidc_is_secure(oidc) ? "; Secure" : "");
        api_header(call, "Set-Cookie", pt_str(line));
    }
}

static void redirect(ApiCall *call, PtStr location)
{
    call->content_type = "text/plain";
    api_header(call, "Location", location);
    api_answer(call, 302);
}

static void send_to_sign_in(ApiCall *call, const char *error)
{
    char *location = pt_arena_alloc(call->arena, LOCATION_MAX, 1);
    if (location == NULL) {
        (void)pt_fail(&call->error, PT_NO_MEMORY, "no memory for the request");
        api_problem(call, PT_NO_MEMORY, &call->error);
        return;
    }
    (void)snprintf(location, LOCATION_MAX, "/sign-in?error=%s", error);
    redirect(call, pt_str(location));
}

static void begun(void *ctx)
{
    const Job *job = ctx;
    if (job->error != NULL) {
        send_to_sign_in(job->call, job->error);
        return;
    }
    set_cookie(job->call, job->cookie, OIDC_LIFE_S);
    redirect(job->call, job->location);
}

static void ended(void *ctx)
{
    const Job *job = ctx;
    set_cookie(job->call, "", 0);
    if (job->error != NULL) {
        send_to_sign_in(job->call, job->error);
        return;
    }
    api_set_session_cookie(job->call, &job->session);
    redirect(job->call, job->location);
}

/* -- work, on a thread that may wait ----------------------------------------------------------- */

/* No memory for a post: the client's own time-out ends the call. */
static void post(Job *job, void (*fn)(void *ctx))
{
    (void)pt_loop_post(job->call->api->c.loop, fn, job);
}

static void tell(const ApiCall *call, const char *code, const PtError *why)
{
    pt_diag(PT_DIAG_WARN, "oidc", "sign-in failed", PT_F_STR("code", pt_str(code)),
            PT_F_STR("problem", pt_str(why->message)),
            PT_F_STR("peer", pt_str(call->request->peer)));
}

static void begin(void *ctx)
{
    Job *job = ctx;
    ApiCall *call = job->call;
    PtError err = {0};
    const PtStr return_to = call->query[Q_SESSION_OIDC_START_RETURN_TO].text;
    PtStatus st =
        oidc_start(call->api->c.oidc, return_to, call->arena, &job->location, job->cookie, &err);
    if (st != PT_OK) {
        job->error = st == PT_UNAVAILABLE ? "oidc_unavailable" : "oidc_failed";
        tell(call, job->error, &err);
    }
    post(job, begun);
}

static const char *error_code(PtStatus st)
{
    static const struct {
        PtStatus status;
        const char *code;
    } codes[] = {
        {PT_NOT_FOUND, "oidc_state"},
        {PT_FORBIDDEN, "oidc_denied"},
        {PT_UNAVAILABLE, "oidc_unavailable"},
        {PT_UNAUTHENTICATED, "oidc_refused"},
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (codes[i].status == st) {
            return codes[i].code;
        }
    }
    return "oidc_failed";
}

/* A provider's answer that is not believed goes into the audit chain: it is the provider's failure
 * or somebody's attack on it. What any visitor can bring about goes to the log alone. */
static PtStatus audit_refusal(const ApiCall *call, const PtError *why, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtBuf detail;
    AuditActor by = {.kind = AUDIT_SYSTEM};
    (void)snprintf(by.peer, sizeof by.peer, "%s", call->request->peer);
    pt_buf_init(&detail, 4096);
    PtJsonOut out = pt_json_out(&detail);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "by", PT_STR("oidc"));
    pt_json_put_str(&out, "problem", pt_str(why->message));
    pt_json_out_object_end(&out);
    const AuditEntry entry = {.by = &by,
                              .action = "session.failed",
                              .subject_type = "provider",
                              .subject = pt_str(oidc_name(call->api->c.oidc)),
                              .subject_name = pt_str(oidc_name(call->api->c.oidc)),
                              .detail = pt_buf_str(&detail)};
    PtStatus st = pt_sql_begin(call->api->c.core, true, &tx, err);
    if (st == PT_OK) {
        st = audit_write(tx, pt_clock_now_ms(pt_clock_real()), &entry, err);
    }
    pt_buf_done(&detail);
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

static PtStatus sign_in(Job *job, const OidcIdentity *who, PtError *err)
{
    const ApiCall *call = job->call;
    const AccessExternal external = {.issuer = who->issuer,
                                     .subject = who->subject,
                                     .email = who->email,
                                     .name = who->name,
                                     .verified = who->verified,
                                     .create = who->create,
                                     .role = who->role,
                                     .peer = call->request->peer,
                                     .user_agent = http_header(call->request, "user-agent")};
    return access_sign_in_external(call->api->c.access, &external, &job->session, err);
}

static void end(void *ctx)
{
    Job *job = ctx;
    ApiCall *call = job->call;
    OidcIdentity who;
    PtError err = {0}, unsaid = {0};
    PtStatus st = oidc_finish(call->api->c.oidc, &job->back, call->arena, &who, &err);
    if (st == PT_OK) {
        job->location = who.return_to;
        st = sign_in(job, &who, &err);
        job->error = st == PT_FORBIDDEN ? "oidc_no_account" : "oidc_failed";
    } else {
        job->error = error_code(st);
    }
    if (st == PT_OK) {
        job->error = NULL;
    } else {
        tell(call, job->error, &err);
    }
    if (st == PT_UNAUTHENTICATED && audit_refusal(call, &err, &unsaid) != PT_OK) {
        tell(call, "audit", &unsaid);
    }
    post(job, ended);
}

/* -- handlers, on the loop --------------------------------------------------------------------- */

/* The session's cookie would be everybody's. */
static PtStatus check_channel(const ApiCall *call, PtError *err)
{
    const HttpRequest *r = call->request;
    return r->local || r->loopback || r->tls || call->api->c.plain_http
               ? PT_OK
               : pt_fail(err, PT_FORBIDDEN,
                         "over plain HTTP signing in is open to this machine only: use TLS");
}

static void submit(ApiCall *call, void (*fn)(void *ctx), OidcReturn back)
{
    Job *job = pt_arena_alloc(call->arena, 1, sizeof *job);
    if (job == NULL) {
        (void)pt_fail(&call->error, PT_NO_MEMORY, "no memory for the request");
        api_problem(call, PT_NO_MEMORY, &call->error);
        return;
    }
    *job = (Job){.call = call, .back = back};
    if (oidc_submit(call->api->c.oidc, fn, job) != PT_OK) {
        send_to_sign_in(call, "oidc_busy");
    }
}

void api_session_oidc_start(ApiCall *call)
{
    const PtStr return_to = call->query[Q_SESSION_OIDC_START_RETURN_TO].text;
    PtStatus st = check_channel(call, &call->error);
    if (st == PT_OK && !oidc_return_to_valid(return_to)) {
        st = pt_fail(&call->error, PT_INVALID, "return_to: not a path on this server");
    }
    if (api_failed(call, st)) {
    } else if (call->api->c.oidc == NULL) {
        send_to_sign_in(call, "oidc_off");
    } else {
        submit(call, begin, (OidcReturn){.state = {NULL, 0}});
    }
}

void api_session_oidc_callback(ApiCall *call)
{
    const ApiValue *q = call->query;
    const Oidc *oidc = call->api->c.oidc;
    PtStatus st = check_channel(call, &call->error);
    if (api_failed(call, st)) {
        return;
    }
    if (oidc == NULL) {
        send_to_sign_in(call, "oidc_off");
        return;
    }
    submit(call, end,
           (OidcReturn){.state = q[Q_SESSION_OIDC_CALLBACK_STATE].text,
                        .code = q[Q_SESSION_OIDC_CALLBACK_CODE].text,
                        .error = q[Q_SESSION_OIDC_CALLBACK_ERROR].text,
                        .issuer = q[Q_SESSION_OIDC_CALLBACK_ISS].text,
                        .cookie = api_cookie(call->request, cookie_name(oidc))});
}
