// SPDX-License-Identifier: Apache-2.0
/* The table of routes, who may call them, and the way from a request to its handler. */
#include "api/api_internal.h"

#include <string.h>

static const ApiRoute routes[] = {
    {"GET", "/healthz", API_PUBLIC, false, api_healthz},
    {"GET", "/readyz", API_PUBLIC, false, api_readyz},
    {"GET", "/metrics", API_MANAGE, false, api_metrics},
    {"GET", "/", API_PUBLIC, false, api_asset},
    {"GET", "/debugger", API_PUBLIC, false, api_asset},
    {"GET", "/assets/*", API_PUBLIC, false, api_asset},
    {"GET", "/api/v1/sources", API_MANAGE, true, api_sources_list},
    {"POST", "/api/v1/sources", API_MANAGE, true, api_sources_add},
    {"GET", "/api/v1/sources/*", API_MANAGE, true, api_sources_get},
    {"PATCH", "/api/v1/sources/*", API_MANAGE, true, api_sources_change},
    {"POST", "/api/v1/sources/*/rotate", API_MANAGE, true, api_sources_rotate},
    {"GET", "/api/v1/tokens", API_OWNER, true, api_tokens_list},
    {"POST", "/api/v1/tokens", API_OWNER, true, api_tokens_add},
    {"DELETE", "/api/v1/tokens/*", API_OWNER, true, api_tokens_revoke},
    {"GET", "/api/v1/events/export", API_MANAGE, false, api_events_export},
    {"GET", "/api/v1/events/live", API_MANAGE, false, api_events_live},
    {"GET", "/api/v1/quarantine", API_MANAGE, true, api_quarantine_list},
    {"POST", "/api/v1/quarantine/redrive", API_MANAGE, true, api_quarantine_redrive},
    {"GET", "/api/v1/stats/sources", API_MANAGE, true, api_stats_sources},
    {"GET", "/api/v1/status", API_MANAGE, false, api_status},
    {"POST", "/api/v1/views/*/rebuild", API_MANAGE, true, api_view_rebuild},
};

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

static PtStr bearer(const HttpRequest *r)
{
    PtStr h = http_header(r, "authorization");
    if (h.len > 7 && strncasecmp(h.data, "bearer ", 7) == 0) {
        return (PtStr){h.data + 7, h.len - 7};
    }
    return (PtStr){NULL, 0};
}

static PtStatus authorise(ApiCall *call, PtError *err)
{
    const HttpRequest *r = call->request;
    if (call->route->access == API_PUBLIC) {
        return PT_OK;
    }
    if (r->local) {
        memcpy(call->actor, "socket", sizeof "socket");
        return PT_OK;
    }
    if (call->route->access == API_OWNER) {
        return pt_fail(err, PT_FORBIDDEN,
                       "only over the data folder's socket: use the patron command on the server");
    }
    if (!r->loopback || !host_is_loopback(r)) {
        return pt_fail(err, PT_FORBIDDEN,
                       "management is open to this machine only, by its loopback address");
    }
    PtStr token = bearer(r);
    if (token.data == NULL) {
        return pt_fail(err, PT_UNAUTHENTICATED,
                       "a token is needed: patron token add --role admin prints one");
    }
    return api_token_check(call->api, token, call->actor, err);
}

static void run(void *ctx)
{
    ApiCall *call = ctx;
    call->route->handler(call);
}

static void start(Api *api, HttpExchange *x, const ApiRoute *route, const PtStr args[API_ARGS_MAX])
{
    ApiCall *call = pt_arena_alloc(http_arena(x), 1, sizeof *call);
    if (call == NULL) {
        http_reply_problem(x, PT_NO_MEMORY, "no memory for the request");
        return;
    }
    *call = (ApiCall){.api = api,
                      .x = x,
                      .request = http_request(x),
                      .route = route,
                      .arena = http_arena(x),
                      .content_type = "application/json"};
    memcpy(call->args, args, sizeof call->args);
    pt_buf_init(&call->body, 64 << 20);
    PtError err = {0};
    PtStatus st = authorise(call, &err);
    if (st == PT_OK && route->pooled) {
        st = pt_pool_submit(api->c.pool, run, call);
        if (st != PT_OK) {
            (void)pt_fail(&err, st, "too many management requests are waiting");
        }
    } else if (st == PT_OK) {
        run(call);
    }
    if (st != PT_OK) {
        http_reply_problem(x, st, err.message);
    }
}

static void reply_not_allowed(HttpExchange *x)
{
    http_reply_problem(x, PT_METHOD_NOT_ALLOWED, "this path does not take this method");
}

void api_handle(void *ctx, HttpExchange *x)
{
    Api *api = ctx;
    if (api_intake(api, x)) {
        return;
    }
    const HttpRequest *r = http_request(x);
    PtStr method = pt_str_eq(r->method, PT_STR("HEAD")) ? PT_STR("GET") : r->method;
    bool known_path = false;
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        PtStr args[API_ARGS_MAX] = {{NULL, 0}};
        if (!match(r->path, routes[i].path, args)) {
            continue;
        }
        known_path = true;
        if (pt_str_eq(method, pt_str(routes[i].method))) {
            start(api, x, &routes[i], args);
            return;
        }
    }
    if (known_path) {
        reply_not_allowed(x);
    } else {
        http_reply_problem(x, PT_NOT_FOUND, "no such path");
    }
}
