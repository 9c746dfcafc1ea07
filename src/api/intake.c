// SPDX-License-Identifier: Apache-2.0
/* The routes of client libraries: Segment, RudderStack, Jitsu and browsers. A call is answered 200
 * only after the log round that carries its events has finished.
 */
#include "api/api_internal.h"

#include "api/intake_routes.h"
#include "platform/diag.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Every answer that a browser may have to read. */
#define CORS_COUNT 2
static const HttpHeader cors[CORS_COUNT] = {
    {PT_STR_INIT("Access-Control-Allow-Origin"), PT_STR_INIT("*")},
    {PT_STR_INIT("Access-Control-Expose-Headers"), PT_STR_INIT("Retry-After")},
};

static const char gif[] = "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!"
                          "\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01"
                          "\x00\x01\x00\x00\x02\x02"
                          "D\x01\x00;";

static void reply_preflight(HttpExchange *x)
{
    const HttpHeader headers[] = {
        cors[0],
        {PT_STR("Access-Control-Allow-Methods"), PT_STR("POST, GET, OPTIONS")},
        {PT_STR("Access-Control-Allow-Headers"),
         PT_STR("content-type, authorization, x-retry-count, content-encoding, anonymousid, "
                "x-requested-with")},
        {PT_STR("Access-Control-Max-Age"), PT_STR("7200")},
        {PT_STR("Vary"), PT_STR("Origin")},
    };
    http_reply(x, 204, headers, sizeof headers / sizeof *headers, (PtStr){NULL, 0});
}

static void reply_ok(HttpExchange *x, const ApiWaiting *w)
{
    char text[96];
    const int len =
        snprintf(text, sizeof text, "{\"success\":true,\"duplicates\":%u,\"quarantined\":%u}",
                 w->duplicates, w->quarantined);
    HttpHeader headers[CORS_COUNT + 2] = {cors[0], cors[1]};
    headers[CORS_COUNT] = (HttpHeader){PT_STR("Content-Type"),
                                       w->pixel ? PT_STR("image/gif") : PT_STR("application/json")};
    headers[CORS_COUNT + 1] = (HttpHeader){PT_STR("Cache-Control"), PT_STR("no-store")};
    http_reply(x, 200, headers, CORS_COUNT + 2,
               w->pixel ? (PtStr){gif, sizeof gif - 1} : (PtStr){text, (size_t)len});
}

/* The table of decisions: never 500 to a client; a client library reads integers in Retry-After. */
static void reply_refusal(HttpExchange *x, PtStatus status, const char *message)
{
    const int http = pt_status_http(status);
    const bool later = http >= 500 || http == 429;
    HttpHeader headers[CORS_COUNT + 2] = {
        cors[0], cors[1], {PT_STR("Content-Type"), PT_STR("application/problem+json")}};
    size_t count = CORS_COUNT + 1;
    if (later) {
        headers[count++] =
            (HttpHeader){PT_STR("Retry-After"), status == PT_BUSY ? PT_STR("1") : PT_STR("2")};
    }
    const int answer = http >= 500 ? 503 : http;
    PtBuf body;
    pt_buf_init(&body, 4096);
    PtJsonOut out = pt_json_out(&body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("type"));
    pt_json_out_str(&out, PT_STR("about:blank"));
    pt_json_out_key(&out, PT_STR("title"));
    pt_json_out_str(&out, pt_str(pt_status_title(status)));
    pt_json_out_key(&out, PT_STR("status"));
    pt_json_out_i64(&out, answer);
    pt_json_out_key(&out, PT_STR("code"));
    pt_json_out_str(&out, pt_str(pt_status_name(status)));
    pt_json_out_key(&out, PT_STR("detail"));
    pt_json_out_str(&out, pt_str(message));
    pt_json_out_object_end(&out);
    http_reply(x, answer, headers, count, pt_buf_str(&body));
    pt_buf_done(&body);
}

void api_reject(Api *api, const HttpRequest *r, int http, uint32_t source, const char *reason)
{
    (void)pthread_mutex_lock(&api->lock);
    ApiReject *j = &api->rejects[api->reject_count % API_REJECTS_KEPT];
    *j = (ApiReject){.number = ++api->reject_count,
                     .time_ms = pt_clock_now_ms(api->c.clock),
                     .http = http,
                     .source = source};
    (void)snprintf(j->reason, sizeof j->reason, "%s", reason);
    (void)snprintf(j->path, sizeof j->path, "%.*s", (int)(r->path.len < 79 ? r->path.len : 79),
                   r->path.data);
    (void)snprintf(j->peer, sizeof j->peer, "%s", r->peer);
    const bool watched = api->streams != NULL;
    for (ApiStream *s = api->streams; s != NULL; s = s->next) {
        atomic_store(&s->nudged, true);
    }
    (void)pthread_mutex_unlock(&api->lock);
    if (watched) {
        pt_log_wake(api->c.log);
    }
}

static void refuse(Api *api, HttpExchange *x, uint32_t source, PtStatus status, const PtError *err)
{
    const int http = pt_status_http(status);
    api_reject(api, http_request(x), http >= 500 ? 503 : http, source, err->message);
    if (http < 500) {
        reply_refusal(x, status, err->message);
        return;
    }
    // what is wrong here is for the operator, with paths and all; the client can only try again
    pt_diag(PT_DIAG_ERROR, "intake", "events cannot be taken",
            PT_F_STR("problem", pt_str(err->message)));
    reply_refusal(x, status, "not possible right now: send it again later");
}

/* -- waiting for the log
 * ------------------------------------------------------------------------------------------- */

static bool wait_push(Api *api, const ApiWaiting *w)
{
    if (api->waiting_count == api->waiting_cap) {
        const size_t cap = api->waiting_cap > 0 ? api->waiting_cap * 2 : 256;
        ApiWaiting *grown = malloc(cap * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        for (size_t i = 0; i < api->waiting_count; i++) {
            grown[i] = api->waiting[(api->waiting_head + i) % api->waiting_cap];
        }
        free(api->waiting);
        api->waiting = grown;
        api->waiting_cap = cap;
        api->waiting_head = 0;
    }
    api->waiting[(api->waiting_head + api->waiting_count) % api->waiting_cap] = *w;
    api->waiting_count++;
    return true;
}

static void answer_waiting(Api *api, const ApiFinished *f)
{
    const PtError failed = {f->status, "the events could not be made durable: send them again"};
    const int64_t now_ns = pt_mono_ns();
    api->settled_round = f->round;
    while (api->waiting_count > 0 && (api->waiting[api->waiting_head].round <= f->round)) {
        const ApiWaiting w = api->waiting[api->waiting_head];
        api->waiting_head = (api->waiting_head + 1) % api->waiting_cap;
        api->waiting_count--;
        if (f->status == PT_OK) {
            api_metric_ack(now_ns - w.since_ns);
            reply_ok(w.x, &w);
        } else {
            refuse(api, w.x, 0, PT_UNAVAILABLE, &failed);
        }
    }
}

static void settle_post(void *ctx)
{
    api_intake_settle(ctx);
}

void api_intake_settle(Api *api)
{
    ApiFinished done[sizeof api->finished / sizeof *api->finished];
    (void)pthread_mutex_lock(&api->rounds_lock);
    const size_t count = api->finished_count;
    memcpy(done, api->finished, count * sizeof *done);
    api->finished_count = 0;
    api->settle_posted = false;
    (void)pthread_mutex_unlock(&api->rounds_lock);
    for (size_t i = 0; i < count; i++) {
        answer_waiting(api, &done[i]);
    }
}

void api_log_round(void *ctx, uint64_t round, PtStatus status)
{
    Api *api = ctx;
    event_intake_round(api->c.intake, round, status);
    const size_t most = sizeof api->finished / sizeof *api->finished;
    (void)pthread_mutex_lock(&api->rounds_lock);
    ApiFinished *last = api->finished_count > 0 ? &api->finished[api->finished_count - 1] : NULL;
    if (last != NULL && (last->status == PT_OK) == (status == PT_OK)) {
        last->round = round; // rounds of one outcome in a row are one step
    } else if (api->finished_count < most) {
        api->finished[api->finished_count++] = (ApiFinished){round, status};
    } else {
        *last = (ApiFinished){round, PT_UNAVAILABLE}; // 64 turns unread: a needless retry is
                                                      // deduplicated, a false 200 is not
    }
    const bool post = !api->settle_posted;
    api->settle_posted = true;
    (void)pthread_mutex_unlock(&api->rounds_lock);
    if (post && !pt_loop_post(api->c.loop, settle_post, api)) {
        (void)pthread_mutex_lock(&api->rounds_lock);
        api->settle_posted = false; // the next round tries again
        (void)pthread_mutex_unlock(&api->rounds_lock);
    }
}

void api_intake_round_end(void *ctx)
{
    Api *api = ctx;
    if (api->flush_due) {
        api->flush_due = false;
        pt_log_flush(api->c.log);
    }
}

/* -- one call
 * ------------------------------------------------------------------------------------------------------
 */

static void submit(Api *api, HttpExchange *x, const IntakeRoute *route, PtStr body, PtStr key)
{
    const EventCall call = {.kind = route->kind,
                            .type = route->type,
                            .body = body,
                            .key = key,
                            .peer = pt_str(http_request(x)->peer),
                            .keep_peer = route->beacon};
    EventOutcome outcome = {0};
    PtError err = {0};
    PtStatus st = events_intake(api->c.intake, &call, &outcome, &err);
    api_metric_intake(&outcome, st);
    api_pulse_count(api, &outcome);
    api->flush_due = true;
    if (st != PT_OK) {
        refuse(api, x, outcome.source, st, &err);
        return;
    }
    if (outcome.discarded > 0) {
        api_reject(api, http_request(x), 200, outcome.source,
                   "the source is disabled: counted and discarded");
    }
    const ApiWaiting w = {x,
                          outcome.round,
                          pt_mono_ns(),
                          outcome.duplicates,
                          outcome.quarantined,
                          route->shape == INTAKE_PIXEL};
    if (outcome.round <= api->settled_round) { // 0, or a duplicate of what is durable: never the
                                               // log's own word, which may be of a failed round
        reply_ok(x, &w);
    } else if (!wait_push(api, &w)) {
        (void)pt_fail(&err, PT_NO_MEMORY, "no memory to wait for the log");
        refuse(api, x, outcome.source, PT_NO_MEMORY, &err);
    }
}

/* RudderStack's server library sends gzip under a form's content type, some builds without naming
 * the encoding: two bytes tell. */
static PtStatus decoded(const HttpRequest *r, PtStr *ret_body, char **ret_owned, PtError *err)
{
    const bool gzip = r->body.len > 2 && memcmp(r->body.data, "\x1f\x8b", 2) == 0;
    if (!gzip || http_header(r, "content-encoding").len > 0) {
        return http_body_decoded(r, EVENT_BODY_MAX, ret_body, ret_owned, err);
    }
    const HttpHeader named = {PT_STR("content-encoding"), PT_STR("gzip")};
    HttpRequest as_gzip = *r;
    as_gzip.headers = &named;
    as_gzip.header_count = 1;
    return http_body_decoded(&as_gzip, EVENT_BODY_MAX, ret_body, ret_owned, err);
}

static void take_json(Api *api, HttpExchange *x, const IntakeRoute *route)
{
    const HttpRequest *r = http_request(x);
    PT_CLEANUP(pt_free_charp) char *owned = NULL;
    PtStr body = {NULL, 0}, key = {NULL, 0};
    PtError err = {0};
    PtStatus st = intake_key(r, http_arena(x), &key, &err);
    if (st == PT_OK) {
        st = decoded(r, &body, &owned, &err);
    }
    if (st != PT_OK) {
        refuse(api, x, 0, st == PT_UNSUPPORTED_MEDIA ? PT_INVALID : st, &err);
    } else if (route->shape == INTAKE_IGNORE) {
        reply_ok(x, &(ApiWaiting){0});
    } else {
        submit(api, x, route, body, key);
    }
}

static void take_pixel(Api *api, HttpExchange *x, const IntakeRoute *route)
{
    PtStr json = {NULL, 0}, key = {NULL, 0};
    PtError err = {0};
    PtStatus st = intake_key(http_request(x), http_arena(x), &key, &err);
    if (st == PT_OK) {
        st = intake_pixel_json(http_request(x), http_arena(x), &json, &err);
    }
    if (st != PT_OK) {
        refuse(api, x, 0, st, &err);
    } else {
        submit(api, x, route, json, key);
    }
}

/* What the browser library asks for at its start: where to send, by which protocol. */
static void reply_settings(Api *api, HttpExchange *x, PtStr key)
{
    const HttpRequest *r = http_request(x);
    EventSource source;
    PtError err = {0};
    if (!event_source_by_key(api->c.sources, key, &source)) {
        (void)pt_fail(&err, PT_NOT_FOUND, "no source has this write key");
        refuse(api, x, 0, PT_NOT_FOUND, &err);
        return;
    }
    PtStr host = http_header(r, "host"), proto = http_header(r, "x-forwarded-proto");
    const bool https = pt_str_eq(proto, PT_STR("https"));
    PtBuf body;
    pt_buf_init(&body, 4096);
    PtJsonOut out = pt_json_out(&body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("integrations"));
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("Segment.io"));
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("apiKey"));
    pt_json_out_str(&out, key);
    pt_json_out_key(&out, PT_STR("apiHost"));
    char api_host[300];
    (void)snprintf(api_host, sizeof api_host, "%.*s/v1", (int)(host.len < 255 ? host.len : 255),
                   host.len > 0 ? host.data : "");
    pt_json_out_str(&out, pt_str(api_host));
    pt_json_out_key(&out, PT_STR("protocol"));
    pt_json_out_str(&out, https ? PT_STR("https") : PT_STR("http"));
    pt_json_out_object_end(&out);
    pt_json_out_object_end(&out);
    pt_json_out_key(&out, PT_STR("plan"));
    pt_json_out_raw(&out,
                    PT_STR("{\"track\":{\"__default\":{\"enabled\":true,\"integrations\":{}}},"
                           "\"identify\":{\"__default\":{\"enabled\":true}},\"group\":{\"__"
                           "default\":{\"enabled\":true}}}"));
    pt_json_out_object_end(&out);
    const HttpHeader headers[] = {cors[0],
                                  cors[1],
                                  {PT_STR("Content-Type"), PT_STR("application/json")},
                                  {PT_STR("Cache-Control"), PT_STR("public, max-age=60")},
                                  {PT_STR("Vary"), PT_STR("Host")}};
    http_reply(x, 200, headers, sizeof headers / sizeof *headers, pt_buf_str(&body));
    pt_buf_done(&body);
}

bool api_intake(Api *api, HttpExchange *x)
{
    const HttpRequest *r = http_request(x);
    const IntakeRoute *route = intake_route(r->path);
    const PtStr settings = route == NULL ? intake_settings_key(r->path) : (PtStr){NULL, 0};
    if (route == NULL && settings.data == NULL) {
        return false;
    }
    const bool get = pt_str_eq(r->method, PT_STR("GET"));
    const bool wants_get = settings.data != NULL || route->shape == INTAKE_PIXEL;
    if (pt_str_eq(r->method, PT_STR("OPTIONS"))) {
        reply_preflight(x);
    } else if (wants_get ? !get : !pt_str_eq(r->method, PT_STR("POST"))) {
        reply_refusal(x, PT_METHOD_NOT_ALLOWED,
                      wants_get ? "this path takes GET" : "this path takes POST");
    } else if (settings.data != NULL) {
        reply_settings(api, x, settings);
    } else if (route->shape == INTAKE_PIXEL) {
        take_pixel(api, x, route);
    } else {
        take_json(api, x, route);
    }
    return true;
}
