// SPDX-License-Identifier: Apache-2.0
/* GET /api/v1/analytics/live: an answer, and anew when something happened, as Server-Sent Events.
 * The first one is found before the stream begins, so that what is wrong is a problem. */
#include "api/api_internal.h"

#include <inttypes.h>
#include <stdlib.h>

enum { HEARTBEAT_MS = 15000, SECOND_MS = 1000, EVENT_BYTES = 16 << 20, ID_BYTES = 24 };

typedef struct Listening {
    BehaviourLive *live;
    bool resumed; /* the client has the answer of `last` */
    uint64_t last;
} Listening;

static void drop_listening(void *object)
{
    Listening *l = object;
    behaviour_live_close(l->live);
    free(l);
}

static PtStatus say_answer(ApiStream *s, const Listening *l, uint64_t position, PtStr answer)
{
    char id[ID_BYTES];
    if (l->resumed && position == l->last) {
        return http_sse_comment(s->http, "you have the newest");
    }
    (void)snprintf(id, sizeof id, "%" PRIu64, position);
    return http_sse_event(s->http, pt_str(id), "answer", answer);
}

static PtStatus say_problem(ApiStream *s, PtStatus why, const PtError *err, PtBuf *out)
{
    PtJsonOut json = pt_json_out(out);
    pt_json_out_object(&json);
    pt_json_put_i64(&json, "status", pt_status_http(why));
    pt_json_put_str(&json, "detail", pt_str(err->message));
    pt_json_out_object_end(&json);
    return pt_buf_status(out) != PT_OK
               ? pt_buf_status(out)
               : http_sse_event(s->http, (PtStr){NULL, 0}, "problem", pt_buf_str(out));
}

static PtStatus say_next(ApiStream *s, Listening *l, PtBuf *out, PtError *err)
{
    uint64_t position = 0;
    bool is_new = false;
    PtError why = {0};
    pt_buf_clear(out, EVENT_BYTES);
    PtStatus st = behaviour_live_next(l->live, pt_mono_ms() + HEARTBEAT_MS, &s->ended, out,
                                      &position, &is_new, &why);
    if (is_new && st == PT_OK) {
        st = say_answer(s, l, position, pt_buf_str(out));
        l->resumed = false;
    } else if (is_new) {
        pt_buf_clear(out, EVENT_BYTES);
        st = say_problem(s, st, &why, out);
    } else if (st == PT_OK) {
        st = http_sse_comment(s->http, "still here");
    }
    return st == PT_OK ? PT_OK : pt_fail(err, st, "the client went away");
}

static PtStatus run_live(ApiStream *s, void *ctx, PtError *err)
{
    Listening *l = *(Listening **)ctx;
    PtBuf out;
    PtStatus st = PT_OK;
    pt_buf_init(&out, EVENT_BYTES);
    while (st == PT_OK && !atomic_load(&s->ended)) {
        st = say_next(s, l, &out, err);
    }
    pt_buf_done(&out);
    drop_listening(l);
    return st;
}

void api_analytics_live(ApiCall *call)
{
    const ApiValue *q = call->query;
    const PtStr last = http_header(call->request, "last-event-id");
    const BehaviourAsk ask = {.query = q[Q_ANALYTICS_LIVE_QUERY].text,
                              .impersonal = (call->who.permissions & PERMISSION_PROFILES_READ) == 0,
                              .stop = &call->gone};
    int64_t position = 0;
    Listening *l = calloc(1, sizeof *l);
    PtStatus st = l != NULL ? PT_OK : pt_fail(&call->error, PT_NO_MEMORY, "no memory to listen");
    if (st == PT_OK && last.len > 0 && (!pt_json_to_i64(last, &position) || position < 0)) {
        st = pt_fail(&call->error, PT_INVALID, "last-event-id: not a position");
    }
    if (st == PT_OK) {
        l->resumed = last.len > 0;
        l->last = (uint64_t)position;
        st = behaviour_live_open(call->api->behaviour, &ask,
                                 q[Q_ANALYTICS_LIVE_EVERY].number * SECOND_MS, &l->live,
                                 &call->error);
    }
    if (st != PT_OK) {
        free(l);
        api_problem(call, st, &call->error);
        return;
    }
    api_stream_start_later(call, "text/event-stream", run_live, l, drop_listening);
}
