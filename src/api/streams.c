// SPDX-License-Identifier: Apache-2.0
/* Answers of unknown length, each written by a thread of its own. */
#include "api/api_internal.h"

#include "platform/clock.h"
#include "platform/diag.h"

#include <stdlib.h>

static void nudge(ApiStream *s)
{
    atomic_store(&s->nudged, true);
    pt_log_wake(s->api->c.log);
}

static void client_gone(void *ctx)
{
    ApiStream *s = ctx;
    atomic_store(&s->ended, true);
    nudge(s);
}

static void unlink_stream(ApiStream *s)
{
    Api *api = s->api;
    (void)pthread_mutex_lock(&api->lock);
    for (ApiStream **at = &api->streams; *at != NULL; at = &(*at)->next) {
        if (*at == s) {
            *at = s->next;
            break;
        }
    }
    api->stream_count--;
    (void)pthread_cond_broadcast(&api->stream_ended);
    (void)pthread_mutex_unlock(&api->lock);
    free(s->ctx);
    free(s);
}

static void *stream_thread(void *ctx)
{
    ApiStream *s = ctx;
    PtError err = {0};
    PtStatus st = s->run(s, s->ctx, &err);
    if (st != PT_OK && st != PT_UNAVAILABLE) {
        pt_diag(PT_DIAG_ERROR, "api", "a stream was cut", PT_F_STR("problem", pt_str(err.message)));
    }
    http_stream_on_gone(s->http, NULL, NULL);
    http_stream_end(s->http, st == PT_OK);
    unlink_stream(s);
    return NULL;
}

/* Whoever holds a stream is looked at anew so often: a token that was revoked must not go on
 * reading for as long as its connection lasts. */
enum { WATCH_MS = 5000 };

void api_streams_watch(PtLoopTimer *timer)
{
    Api *api = timer->ctx;
    const bool again = pt_loop_timer_set(api->c.loop, timer, pt_mono_ms() + WATCH_MS) == PT_OK;
    (void)pthread_mutex_lock(&api->lock);
    const bool any = api->streams != NULL;
    for (ApiStream *s = api->streams; s != NULL; s = s->next) {
        if (!atomic_load(&s->ended) && (!again || !access_holds(api->c.access, &s->who))) {
            atomic_store(&s->ended, true);
            nudge(s);
        }
    }
    (void)pthread_mutex_unlock(&api->lock);
    if (!any) {
        pt_loop_timer_cancel(api->c.loop, timer);
    }
}

/* False: no memory, and nobody would ever look. */
static bool watch_streams(Api *api)
{
    return api->watch.heap_index != 0 ||
           pt_loop_timer_set(api->c.loop, &api->watch, pt_mono_ms() + WATCH_MS) == PT_OK;
}

/* Counts the stream in; NULL when there are too many. */
static ApiStream *admit(const ApiCall *call, void *ctx)
{
    Api *api = call->api;
    ApiStream *s = watch_streams(api) ? calloc(1, sizeof *s) : NULL;
    if (s == NULL) {
        return NULL;
    }
    s->api = api;
    s->ctx = ctx;
    s->who = call->who;
    (void)pthread_mutex_lock(&api->lock);
    const bool room = api->stream_count < api->c.max_streams && !api->stopping;
    if (room) {
        api->stream_count++;
        s->next = api->streams;
        api->streams = s;
    }
    (void)pthread_mutex_unlock(&api->lock);
    if (!room) {
        free(s);
        s = NULL;
    }
    return s;
}

bool api_stream_start(ApiCall *call, const char *content_type,
                      PtStatus (*run)(ApiStream *, void *, PtError *), void *ctx)
{
    ApiStream *s = admit(call, ctx);
    if (s == NULL) {
        free(ctx);
        (void)pt_fail(&call->error, PT_BUSY, "%u exports and live streams are running already",
                      call->api->c.max_streams);
        api_problem(call, PT_BUSY, &call->error);
        return false;
    }
    HttpHeader headers[3 + API_HEADERS_MAX] = {{PT_STR("Content-Type"), pt_str(content_type)},
                                               {PT_STR("Cache-Control"), PT_STR("no-store")},
                                               {PT_STR("X-Accel-Buffering"), PT_STR("no")}};
    for (size_t i = 0; i < call->extra_count; i++) {
        headers[3 + i] = call->extra[i];
    }
    s->run = run;
    s->http = http_stream_begin(call->x, 200, headers, 3 + call->extra_count);
    if (s->http == NULL) {
        unlink_stream(s);
        return false;
    }
    http_stream_on_gone(s->http, client_gone, s);
    pthread_t thread;
    if (pthread_create(&thread, NULL, stream_thread, s) != 0) {
        http_stream_on_gone(s->http, NULL, NULL);
        http_stream_end(s->http, false);
        unlink_stream(s);
        return false;
    }
    (void)pthread_detach(thread);
    return true;
}

typedef struct Later { /* in the call's arena */
    ApiCall *call;
    const char *content_type;
    PtStatus (*run)(ApiStream *, void *, PtError *);
    void *object;
    void (*drop)(void *object);
} Later;

static void start_later(void *ctx)
{
    const Later later = *(const Later *)ctx; // the answer's begin frees the call
    void **cell = malloc(sizeof *cell);
    http_on_gone(later.call->x, NULL, NULL);
    if (cell == NULL) {
        (void)pt_fail(&later.call->error, PT_NO_MEMORY, "no memory for a stream");
        api_problem(later.call, PT_NO_MEMORY, &later.call->error);
        later.drop(later.object);
        return;
    }
    *cell = later.object;
    if (!api_stream_start(later.call, later.content_type, later.run, cell)) {
        later.drop(later.object);
    }
}

void api_stream_start_later(ApiCall *call, const char *content_type,
                            PtStatus (*run)(ApiStream *, void *, PtError *), void *object,
                            void (*drop)(void *object))
{
    Later *later = pt_arena_alloc(call->arena, 1, sizeof *later);
    if (later == NULL) {
        drop(object);
        (void)pt_fail(&call->error, PT_NO_MEMORY, "no memory for a stream");
        api_problem(call, PT_NO_MEMORY, &call->error);
        return;
    }
    *later = (Later){call, content_type, run, object, drop};
    call->status = 200;
    api_idempotency_end(call);
    call->idempotency[0] = '\0';
    if (!pt_loop_post(call->api->c.loop, start_later, later)) {
        drop(object); // no memory for a post: the client's own time-out ends it
    }
}

void api_stop_streams(Api *api)
{
    (void)pthread_mutex_lock(&api->lock);
    api->stopping = true;
    for (ApiStream *s = api->streams; s != NULL; s = s->next) {
        atomic_store(&s->ended, true);
        nudge(s);
    }
    (void)pthread_mutex_unlock(&api->lock);
}
