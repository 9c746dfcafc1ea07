// SPDX-License-Identifier: Apache-2.0
/* From a request to its handler: which operation, who calls, may they, what did they send. */
#include "api/api_internal.h"

#include <string.h>

/* True when path fits the pattern; segments under '*' go to args. A segment is never empty. */
static bool match(PtStr path, const char *pattern, PtStr args[API_ARGS_MAX])
{
    PtStr rest_path = path, rest_pattern = pt_str(pattern), segment, want;
    size_t count = 0;
    bool more = true;
    while (more) {
        more = pt_str_cut(&rest_pattern, '/', &want);
        if (pt_str_cut(&rest_path, '/', &segment) != more) {
            return false;
        }
        if (!more) {
            return true;
        }
        if (pt_str_eq(want, PT_STR("*")) && segment.len > 0 && count < API_ARGS_MAX) {
            args[count++] = segment;
        } else if (!pt_str_eq(want, segment)) {
            return false;
        }
    }
    return true;
}

/* The operation whose pattern fits with the fewest wildcards: /events/live before
 * /events/{offset}. */
static const ApiOperation *find_operation(PtStr method, PtStr path, PtStr args[API_ARGS_MAX],
                                          bool *ret_known_path)
{
    const ApiOperation *best = NULL;
    size_t best_wild = API_ARGS_MAX + 1;
    *ret_known_path = false;
    for (unsigned i = 0; i < OP_COUNT; i++) {
        PtStr found[API_ARGS_MAX] = {{NULL, 0}};
        if (!match(path, api_operations[i].path, found)) {
            continue;
        }
        *ret_known_path = true;
        size_t wild = 0;
        while (wild < API_ARGS_MAX && found[wild].data != NULL) {
            wild++;
        }
        if (wild < best_wild && pt_str_eq(method, pt_str(api_operations[i].method))) {
            best = &api_operations[i];
            best_wild = wild;
            memcpy(args, found, sizeof found);
        }
    }
    return best;
}

/* -- who
 * ----------------------------------------------------------------------------------------------------
 */

PtStr api_cookie(const HttpRequest *r, const char *name)
{
    const PtStr want = pt_str(name);
    for (size_t i = 0; i < r->header_count; i++) {
        PtStr rest = r->headers[i].value, pair;
        if (!http_name_eq(r->headers[i].name, "cookie")) {
            continue;
        }
        while (pt_str_cut(&rest, ';', &pair)) {
            while (pair.len > 0 && pair.data[0] == ' ') {
                pair = pt_str_from(pair, 1);
            }
            if (pair.len > want.len && pt_str_starts(pair, want) && pair.data[want.len] == '=') {
                return pt_str_from(pair, want.len + 1);
            }
        }
    }
    return (PtStr){NULL, 0};
}

static PtStr bearer(const HttpRequest *r)
{
    PtStr h = http_header(r, "authorization");
    if (h.len > 7 && strncasecmp(h.data, "bearer ", 7) == 0) {
        return (PtStr){h.data + 7, h.len - 7};
    }
    return (PtStr){NULL, 0};
}

/* A credential that is there must be right, on public operations too: else a page would show what
 * a signed-out visitor sees to somebody whose session just ended. */
static PtStatus recognise(ApiCall *call, PtError *err)
{
    Access *access = call->api->c.access;
    const HttpRequest *r = call->request;
    const PtStr token = bearer(r);
    const PtStr cookie = api_cookie(r, r->tls ? "__Host-patron_session" : "patron_session");
    if (r->local) {
        call->who = (AccessPrincipal){.actor.kind = AUDIT_SOCKET, .permissions = UINT64_MAX};
        call->known = true;
        return PT_OK;
    }
    PtStatus st = PT_OK;
    if (token.data != NULL) {
        st = access_by_token(access, token, r->peer, &call->who, err);
        call->known = st == PT_OK;
    } else if (cookie.data != NULL) {
        st = access_by_session(access, cookie, r->peer, &call->who, err);
        call->known = st == PT_OK;
    }
    memcpy(call->who.actor.peer, r->peer, sizeof call->who.actor.peer);
    return st;
}

static bool is_unsafe(const ApiOperation *op)
{
    return !pt_str_eq(pt_str(op->method), PT_STR("GET"));
}

/* True when a browser says that the request was made by a page of this very server, or says
 * nothing (then it is no browser: all of today send one of the two). */
static bool from_own_page(const HttpRequest *r)
{
    const PtStr site = http_header(r, "sec-fetch-site"), origin = http_header(r, "origin");
    if (site.data != NULL && !pt_str_eq(site, PT_STR("same-origin")) &&
        !pt_str_eq(site, PT_STR("none"))) {
        return false;
    }
    if (origin.data == NULL) {
        return true;
    }
    const PtStr scheme = PT_STR("://");
    for (size_t i = 0; i + scheme.len <= origin.len; i++) {
        if (pt_str_starts(pt_str_from(origin, i), scheme)) {
            return pt_str_eq_nocase(pt_str_from(origin, i + scheme.len), http_header(r, "host"));
        }
    }
    return false; // "null": a page without an origin
}

/* Cross-site request forgery: what a browser attaches by itself (a session's cookie) is not enough
 * for a change; and nobody else's page may sign somebody in. */
static PtStatus check_forgery(const ApiCall *call, PtError *err)
{
    const HttpRequest *r = call->request;
    const bool by_session = call->known && call->who.session[0] != '\0';
    if (!is_unsafe(call->op) || r->local || bearer(r).data != NULL) {
        return PT_OK;
    }
    if (!from_own_page(r)) {
        return pt_fail(err, PT_FORBIDDEN, "made by a page of another site");
    }
    if (by_session && !pt_secret_eq(http_header(r, "x-csrf-token"), pt_str(call->who.csrf))) {
        return pt_fail(err, PT_FORBIDDEN,
                       "X-CSRF-Token is missing or wrong: GET /api/v1/session gives it");
    }
    return PT_OK;
}

/* Names a browser on this machine uses for it. Anything else under a loopback connection is a page
 * elsewhere that had its name point here. */
static bool host_is_loopback(const HttpRequest *r)
{
    PtStr host = http_header(r, "host");
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const size_t len = strlen(names[i]);
        if (host.len >= len && strncasecmp(host.data, names[i], len) == 0 &&
            (host.len == len || host.data[len] == ':')) {
            return true;
        }
    }
    return false;
}

static const char *permission_name(uint64_t bit)
{
    for (unsigned i = 0; i < api_permission_count; i++) {
        if (bit == UINT64_C(1) << i) {
            return api_permissions[i].name;
        }
    }
    return "?";
}

/* What shows customers is closed while some of them who were erased are there again. */
#define PERSONAL                                                                                   \
    (PERMISSION_PROFILES_READ | PERMISSION_PROFILES_WRITE | PERMISSION_EVENTS_READ |               \
     PERMISSION_ANALYTICS_READ)

static PtStatus authorise(ApiCall *call, PtError *err)
{
    const HttpRequest *r = call->request;
    const ApiOperation *op = call->op;
    if (op->capability) {
        return PT_OK; // a foreign page does not know the path; who is signed in has no part in it
    }
    PtStatus st = recognise(call, err);
    if (op->access == API_PUBLIC) {
        return check_forgery(call, err); // an ended session may still sign in anew
    }
    if (!r->local && !r->tls && !call->api->c.plain_http && !(r->loopback && host_is_loopback(r))) {
        return pt_fail(err, PT_FORBIDDEN,
                       "over plain HTTP management is open to this machine only, by its loopback "
                       "address: use TLS, or set access.plain_http behind a proxy that does");
    }
    if (st != PT_OK) {
        return st;
    }
    if (!call->known) {
        return pt_fail(err, PT_UNAUTHENTICATED, "sign in, or send an API token");
    }
    if (call->who.second_factor_due) {
        return pt_fail(err, PT_UNAUTHENTICATED, "the second factor is still to come");
    }
    if (op->access == API_PERMISSION && (call->who.permissions & op->permission) == 0) {
        return pt_fail(err, PT_FORBIDDEN, "needs the permission %s",
                       permission_name(op->permission));
    }
    if (op->access == API_PERMISSION && (op->permission & PERSONAL) != 0 &&
        !privacy_ready(call->api->privacy)) {
        return pt_fail(err, PT_UNAVAILABLE, "%s", api_not_ready);
    }
    return check_forgery(call, err);
}

/* -- the call
 * ----------------------------------------------------------------------------------------------------
 */

static void run(void *ctx)
{
    ApiCall *call = ctx;
    if (!api_idempotency_begin(call)) {
        call->op->handler(call);
    }
}

static PtStatus decode_args(ApiCall *call, const PtStr args[API_ARGS_MAX], PtError *err)
{
    for (size_t i = 0; i < API_ARGS_MAX && args[i].data != NULL; i++) {
        call->args[i] = http_percent_decode(args[i], call->arena);
        if (call->args[i].data == NULL || !pt_utf8_valid(call->args[i])) {
            return pt_fail(err, PT_NOT_FOUND, "the path is not percent-encoded UTF-8");
        }
    }
    return PT_OK;
}

static void client_gone(void *ctx)
{
    ApiCall *call = ctx;
    atomic_store(&call->gone, true);
}

static PtStatus submit(ApiCall *call, PtError *err)
{
    Api *api = call->api;
    PtPool *pool = call->op->question ? api->question_pool
                   : call->known      ? api->c.pool
                                      : api->c.public_pool;
    const bool question = call->op->question;
    if (question) {
        http_on_gone(call->x, client_gone, call);
    }
    // from here on the call is the pool's, and may be gone
    const PtStatus st = pt_pool_submit(pool, run, call);
    return st == PT_OK ? PT_OK
                       : pt_fail(err, st, "too many %s are waiting",
                                 question ? "questions" : "management requests");
}

static void start(Api *api, HttpExchange *x, const ApiOperation *op, const PtStr args[API_ARGS_MAX])
{
    ApiCall *call = pt_arena_alloc(http_arena(x), 1, sizeof *call);
    if (call == NULL) {
        http_reply_problem(x, PT_NO_MEMORY, "no memory for the request");
        return;
    }
    *call = (ApiCall){.api = api,
                      .x = x,
                      .request = http_request(x),
                      .op = op,
                      .arena = http_arena(x),
                      .content_type = "application/json"};
    pt_buf_init(&call->body, 64 << 20);
    PtError err = {0};
    PtStatus st = authorise(call, &err);
    if (st == PT_OK) {
        st = decode_args(call, args, &err);
    }
    if (st == PT_OK) {
        st = api_decode(call, &err);
    }
    if (st == PT_OK && op->pooled) {
        st = submit(call, &err);
    } else if (st == PT_OK) {
        op->handler(call);
    }
    if (st != PT_OK) {
        http_reply_problem(x, st, err.message);
    }
}

static bool is_page(PtStr method, PtStr path)
{
    return pt_str_eq(method, PT_STR("GET")) && !pt_str_starts(path, PT_STR("/api/"));
}

void api_openapi_json(ApiCall *call)
{
    // two symbols of the linker, not places in one array
    const size_t len = (uintptr_t)api_openapi_end - (uintptr_t)api_openapi_text;
    pt_buf_add_str(&call->body, (PtStr){api_openapi_text, len});
    api_answer(call, 200);
}

/* Once per request, before anybody looks at whom it is from. False: it was answered. */
static bool take_origin(Api *api, HttpExchange *x)
{
    ApiOrigin from;
    PtError err = {0};
    const HttpRequest *r = http_request(x);
    if (api->proxies.count == 0 || r->local) {
        return true;
    }
    PtStatus st = api_origin(&api->proxies, r, &from, &err);
    if (st != PT_OK) {
        http_reply_problem(x, st, err.message);
        return false;
    }
    http_set_origin(x, from.peer, from.loopback, from.tls);
    return true;
}

void api_handle(void *ctx, HttpExchange *x)
{
    Api *api = ctx;
    if (!take_origin(api, x) || api_intake(api, x) || api_hooks(api, x)) {
        return;
    }
    const HttpRequest *r = http_request(x);
    if (r->tls) {
        http_set_header(x, (HttpHeader){PT_STR("Strict-Transport-Security"), pt_str(api->hsts)});
    }
    const PtStr method = pt_str_eq(r->method, PT_STR("HEAD")) ? PT_STR("GET") : r->method;
    PtStr args[API_ARGS_MAX] = {{NULL, 0}};
    bool known_path;
    const ApiOperation *op = find_operation(method, r->path, args, &known_path);
    if (op != NULL) {
        start(api, x, op, args);
    } else if (known_path) {
        http_reply_problem(x, PT_METHOD_NOT_ALLOWED, "this path does not take this method");
    } else if (is_page(method, r->path)) {
        api_asset(api, x);
    } else {
        http_reply_problem(x, PT_NOT_FOUND, "no such path");
    }
}
