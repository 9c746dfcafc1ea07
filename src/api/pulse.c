// SPDX-License-Identifier: Apache-2.0
/* GET /api/v1/pulse: a beat a second for an open console: how far the log is, how far behind the
 * views are, and what each source has sent since the start.
 */
#include "api/api_internal.h"

#include "platform/clock.h"

#include <stdlib.h>
#include <time.h>

enum {
    BEAT_MS = 1000,
    NAP_MS = 100, /* so soon a stream ends when its client has gone or the server stops */
};

typedef struct Pulse {
    bool sources; /* the caller may see events */
    bool person;  /* who has notifications */
} Pulse;

void api_pulse_count(Api *api, const EventOutcome *outcome)
{
    if (outcome->source == 0 || outcome->source >= API_PULSE_SOURCES) {
        return;
    }
    ApiPulseCount *c = &api->pulse[outcome->source];
    atomic_fetch_add_explicit(&c->events, outcome->accepted, memory_order_relaxed);
    atomic_fetch_add_explicit(&c->quarantined, outcome->quarantined, memory_order_relaxed);
}

static uint64_t slowest_view(Api *api)
{
    uint64_t lag = 0;
    for (size_t i = 0; i < event_views_count(api->c.views); i++) {
        const EventViewState v = event_views_state(api->c.views, i);
        lag = v.lag > lag ? v.lag : lag;
    }
    return lag;
}

static void put_sources(Api *api, PtJsonOut *out)
{
    pt_json_out_key(out, PT_STR("sources"));
    pt_json_out_array(out);
    for (unsigned i = 1; i < API_PULSE_SOURCES; i++) {
        const uint64_t events = atomic_load_explicit(&api->pulse[i].events, memory_order_relaxed);
        const uint64_t quarantined =
            atomic_load_explicit(&api->pulse[i].quarantined, memory_order_relaxed);
        if (events + quarantined == 0) {
            continue;
        }
        pt_json_out_object(out);
        pt_json_put_u64(out, "number", i);
        pt_json_put_u64(out, "events", events);
        pt_json_put_u64(out, "quarantined", quarantined);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

static PtStatus beat(ApiStream *stream, const Pulse *pulse, PtBuf *body, PtError *err)
{
    Api *api = stream->api;
    pt_buf_clear(body, 64 << 10);
    PtJsonOut out = pt_json_out(body);
    pt_json_out_object(&out);
    pt_json_put_i64(&out, "at", pt_clock_now_ms(pt_clock_real()));
    pt_json_put_u64(&out, "end", pt_log_end(api->c.log, 0));
    pt_json_put_u64(&out, "lag", slowest_view(api));
    if (pulse->sources) {
        put_sources(api, &out);
    }
    if (pulse->person) {
        pt_json_put_u64(&out, "notified",
                        notify_revision(api->notify, pt_str(stream->who.actor.id)));
    }
    pt_json_out_object_end(&out);
    PtStatus st = pt_buf_status(body);
    if (st == PT_OK) {
        st = http_sse_event(stream->http, (PtStr){NULL, 0}, "pulse", pt_buf_str(body));
    }
    return st == PT_OK ? PT_OK : pt_fail(err, st, "the client went away");
}

static PtStatus run_pulse(ApiStream *stream, void *ctx, PtError *err)
{
    const struct timespec nap = {.tv_nsec = NAP_MS * 1000000L};
    PtBuf body;
    pt_buf_init(&body, 1 << 20);
    PtStatus st = PT_OK;
    int64_t due_ms = pt_mono_ms();
    while (st == PT_OK && !atomic_load(&stream->ended)) {
        const int64_t now_ms = pt_mono_ms();
        if (now_ms >= due_ms) {
            due_ms = now_ms + BEAT_MS;
            st = beat(stream, ctx, &body, err);
        }
        (void)nanosleep(&nap, NULL);
    }
    pt_buf_done(&body);
    return st;
}

void api_pulse(ApiCall *call)
{
    Pulse *pulse = calloc(1, sizeof *pulse);
    if (pulse == NULL) {
        (void)pt_fail(&call->error, PT_NO_MEMORY, "no memory for the pulse");
        api_problem(call, PT_NO_MEMORY, &call->error);
        return;
    }
    pulse->sources = (call->who.permissions & PERMISSION_EVENTS_READ) != 0;
    pulse->person = call->who.actor.kind == AUDIT_ACCOUNT;
    (void)api_stream_start(call, "text/event-stream", run_pulse, pulse);
}
