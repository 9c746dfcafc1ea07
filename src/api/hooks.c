// SPDX-License-Identifier: Apache-2.0
/* POST /v1/hooks/ID: who it is for and whether it is signed is looked at on the loop, from memory;
 * what has a right signature waits for the log on threads of its own, so that a shop's flood holds
 * up nobody else. */
#include "api/api_internal.h"

#include <string.h>

typedef struct HookCall {
    Api *api;
    HttpExchange *x;
    HookTicket *ticket;
    PtStatus status;
    PtError error;
    PtStr answer;
} HookCall;

static void answer(HttpExchange *x, PtStatus st, const char *message, PtStr body)
{
    const HttpHeader headers[] = {{PT_STR("Content-Type"), PT_STR("application/json")},
                                  {PT_STR("Cache-Control"), PT_STR("no-store")}};
    if (st != PT_OK) {
        http_reply_problem(x, st, message);
    } else {
        http_reply(x, 200, headers, sizeof headers / sizeof *headers, body);
    }
}

static void finish(void *ctx)
{
    HookCall *c = ctx; // it lives in the exchange's arena, which the answer frees
    answer(c->x, c->status, c->error.message, c->answer);
}

static void run(void *ctx)
{
    HookCall *c = ctx;
    c->status = hooks_deliver(c->api->hooks, c->ticket, http_request(c->x), &c->answer, &c->error);
    (void)pt_loop_post(c->api->c.loop, finish, c); // no memory: the vendor's own time-out ends it
}

static void take(Api *api, HttpExchange *x, PtStr id)
{
    PtError err = {0};
    HookTicket *ticket = NULL;
    PtStr body = PT_STR("{}");
    PtStatus st = hooks_check(api->hooks, id, http_request(x), &ticket, &body, &err);
    if (st != PT_OK || ticket == NULL) {
        if (st != PT_OK) {
            api_reject(api, http_request(x), pt_status_http(st), 0, err.message);
        }
        answer(x, st, err.message, body);
        return;
    }
    HookCall *c = pt_arena_alloc(http_arena(x), 1, sizeof *c);
    st = c == NULL ? PT_NO_MEMORY : PT_OK;
    if (c != NULL) {
        *c = (HookCall){.api = api, .x = x, .ticket = ticket};
        st = pt_pool_submit(api->hook_pool, run, c);
    }
    if (st != PT_OK) {
        hooks_drop(api->hooks, ticket, st);
        answer(x, st, "too many deliveries are waiting", (PtStr){NULL, 0});
    }
}

bool api_hooks(Api *api, HttpExchange *x)
{
    const PtStr prefix = PT_STR("/v1/hooks/");
    const HttpRequest *r = http_request(x);
    if (!pt_str_starts(r->path, prefix) || api->hooks == NULL) {
        return false;
    }
    const PtStr id = pt_str_from(r->path, prefix.len);
    if (!pt_str_eq(r->method, PT_STR("POST"))) {
        http_reply_problem(x, PT_METHOD_NOT_ALLOWED, "this path takes POST");
    } else if (id.len == 0 || id.len >= HOOK_ID) {
        http_reply_problem(x, PT_NOT_FOUND, "no such connector");
    } else {
        take(api, x, id);
    }
    return true;
}

void api_set_hooks(Api *api, Hooks *hooks, PtPool *pool)
{
    api->hooks = hooks;
    api->hook_pool = pool;
}
