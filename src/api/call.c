// SPDX-License-Identifier: Apache-2.0
/* The answer of one management request, from whatever thread its handler ran on to the loop. */
#include "api/api_internal.h"

#include <string.h>

void api_header(ApiCall *call, const char *name, PtStr value)
{
    if (call->extra_count < API_HEADERS_MAX) {
        call->extra[call->extra_count++] = (HttpHeader){pt_str(name), value};
    }
}

static void send_answer(void *ctx)
{
    ApiCall *call = ctx;
    if (call->problem == PT_OK && pt_buf_status(&call->body) != PT_OK) {
        call->problem = pt_fail(&call->error, pt_buf_status(&call->body),
                                "the answer does not fit into memory");
    }
    PtBuf body = call->body; // the call lives in the exchange's arena, which the answer frees
    if (call->problem != PT_OK) {
        http_reply_problem_after(call->x, call->problem, call->error.message,
                                 call->retry_after_s > 0 ? call->retry_after_s : 1);
    } else {
        HttpHeader headers[2 + API_HEADERS_MAX] = {
            {PT_STR("Content-Type"), pt_str(call->content_type)},
            {PT_STR("Cache-Control"), PT_STR("no-store")}};
        memcpy(headers + 2, call->extra, call->extra_count * sizeof *call->extra);
        http_reply(call->x, call->status, headers, 2 + call->extra_count, pt_buf_str(&body));
    }
    pt_buf_done(&body);
}

static void finish(ApiCall *call)
{
    if (!call->op->pooled) {
        send_answer(call);
        return;
    }
    api_idempotency_end(call);
    if (!pt_loop_post(call->api->c.loop, send_answer, call)) {
        pt_buf_done(&call->body); // no memory for a post: the client's own time-out ends it
    }
}

void api_answer(ApiCall *call, int status)
{
    call->status = status;
    finish(call);
}

void api_answer_done(ApiCall *call)
{
    pt_buf_add_str(&call->body, PT_STR("{}"));
    api_answer(call, 200);
}

void api_problem(ApiCall *call, PtStatus status, const PtError *err)
{
    call->problem = status;
    if (err != NULL && err != &call->error) {
        call->error = *err;
    }
    finish(call);
}
