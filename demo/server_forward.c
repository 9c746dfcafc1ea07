// SPDX-License-Identifier: Apache-2.0
/* What the retailer's back end asks Patron, as any program of the retailer's does: the management
 * API with a token, the intake with a write key. */
#include "server_internal.h"

#include "base/json.h"
#include "platform/client.h"

#include <stdlib.h>
#include <string.h>

enum {
    ANSWER_MAX = 1 << 20,
    PATH_MAX_BYTES = 4096,
    IDLE_S = 10,
    MEMBER_LEVELS = 2,
};

typedef struct Forward {
    DemoServe *serve;
    HttpExchange *x;
    const char *method;
    ServerCredential credential;
    PtBuf path;
    PtStatus status;
    PtError err;
    PtClientResponse response;
} Forward;

/* -- members of a request ------------------------------------------------------------------------
 */

PtStatus server_member(PtStr body, const char *name, PtBuf *out, PtError *err)
{
    PtJson j;
    pt_json_init(&j, body, MEMBER_LEVELS);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return pt_fail(err, PT_INVALID, "the body is not a JSON object");
    }
    bool found = false;
    for (PtJsonToken token = pt_json_next(&j); token != PT_JSON_OBJECT_END;
         token = pt_json_next(&j)) {
        const bool wanted =
            token == PT_JSON_KEY && !found && pt_json_raw_eq(j.raw, j.flags, pt_str(name));
        if (token != PT_JSON_KEY || pt_json_next(&j) != PT_JSON_STRING) {
            return pt_fail(err, PT_INVALID, "the body is not a JSON object of texts");
        }
        if (wanted) {
            pt_json_decode(j.raw, out);
            found = out->len > 0;
        }
    }
    if (pt_buf_status(out) != PT_OK) {
        return pt_fail(err, pt_buf_status(out), "\"%s\" is over %d bytes", name, SERVER_MEMBER);
    }
    return found && pt_json_next(&j) == PT_JSON_END
               ? PT_OK
               : pt_fail(err, PT_INVALID, "\"%s\" is missing", name);
}

/* A segment that would lead elsewhere, and that escaping leaves as it is. */
static bool is_dots(PtStr text)
{
    return pt_str_eq(text, PT_STR(".")) || pt_str_eq(text, PT_STR(".."));
}

static PtStatus add_member(PtStr name, PtStr body, PtBuf *out, PtError *err)
{
    char key[32];
    PtBuf text;
    if (name.len >= sizeof key) {
        return pt_fail(err, PT_INVALID, "a member's name is over %zu bytes", sizeof key - 1);
    }
    memcpy(key, name.data, name.len);
    key[name.len] = '\0';
    pt_buf_init(&text, SERVER_MEMBER);
    PtStatus st = server_member(body, key, &text, err);
    if (st == PT_OK && is_dots(pt_buf_str(&text))) {
        st = pt_fail(err, PT_INVALID, "\"%s\" is no such thing", key);
    }
    if (st == PT_OK) {
        pt_client_escape(pt_buf_str(&text), out);
    }
    pt_buf_done(&text);
    return st;
}

PtStatus server_path(const char *template, PtStr body, PtBuf *out, PtError *err)
{
    PtStr rest = pt_str(template), part;
    PtStatus st = PT_OK;
    while (st == PT_OK && pt_str_cut(&rest, '{', &part)) {
        pt_buf_add_str(out, part);
        if (rest.data != NULL && pt_str_cut(&rest, '}', &part)) {
            st = add_member(part, body, out, err);
        }
    }
    pt_buf_add(out, "", 1); // the client takes a C string
    return st == PT_OK && pt_buf_status(out) != PT_OK
               ? pt_fail(err, pt_buf_status(out), "no room for the path")
               : st;
}

/* -- asking ---------------------------------------------------------------------------------------
 */

static void free_forward(Forward *f)
{
    pt_buf_done(&f->path);
    pt_client_response_done(&f->response);
    free(f);
}

/* On the loop's thread. */
static void answer(void *ctx)
{
    Forward *f = ctx;
    if (f->status != PT_OK) {
        http_reply_problem(f->x, f->status, f->err.message);
    } else {
        server_reply_json(f->x, f->response.status, pt_buf_str(&f->response.body));
    }
    free_forward(f);
}

static bool is_stopped(void *ctx)
{
    const Forward *f = ctx;
    return atomic_load(&f->serve->stopping);
}

static PtStatus ask(Forward *f)
{
    const DemoServe *s = f->serve;
    const char *token = f->credential == SERVER_ASSOCIATE  ? s->associate_token
                        : f->credential == SERVER_OPERATOR ? s->operator_token
                                                           : NULL;
    const PtClientConfig config = {.url = s->patron_url, .token = token};
    PT_CLEANUP(pt_client_freep) PtClient *client = NULL;
    PtStatus st = pt_client_new(&config, &client, &f->err);
    if (st != PT_OK) {
        return st;
    }
    const bool plain = strcmp(f->method, "GET") == 0;
    const PtClientRequest request = {
        .method = f->method,
        .path = f->path.data,
        .body = plain ? (PtStr){NULL, 0} : http_request(f->x)->body,
        .content_type = "application/json",
        .basic_user = f->credential == SERVER_TILL ? s->till_key : NULL,
        .idle_timeout_s = IDLE_S,
        .is_stopped = is_stopped,
        .ctx = f,
    };
    st = pt_client_send(client, &request, &f->response, &f->err);
    return st == PT_OK && f->response.stopped
               ? pt_fail(&f->err, PT_UNAVAILABLE, "the retailer's back end is being stopped")
               : st;
}

/* On a thread of the pool. Without memory for the answer's way back nobody hears of it: the
 * browser's own time-out ends the request. */
static void run(void *ctx)
{
    Forward *f = ctx;
    f->status = ask(f);
    if (!pt_loop_post(f->serve->loop, answer, f)) {
        free_forward(f);
    }
}

void server_forward(DemoServe *s, HttpExchange *x, const char *method, const char *template,
                    ServerCredential credential)
{
    Forward *f = calloc(1, sizeof *f);
    if (f == NULL) {
        http_reply_problem(x, PT_NO_MEMORY, "no memory to ask Patron");
        return;
    }
    *f = (Forward){.serve = s, .x = x, .method = method, .credential = credential};
    pt_buf_init(&f->path, PATH_MAX_BYTES);
    pt_client_response_init(&f->response, ANSWER_MAX);
    PtStatus st = server_path(template, http_request(x)->body, &f->path, &f->err);
    if (st == PT_OK) {
        st = pt_pool_submit(s->pool, run, f);
        if (st != PT_OK) {
            (void)pt_fail(&f->err, st, "too many requests wait for Patron");
        }
    }
    if (st != PT_OK) {
        http_reply_problem(x, st, f->err.message);
        free_forward(f);
    }
}
