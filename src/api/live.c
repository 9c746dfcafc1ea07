// SPDX-License-Identifier: Apache-2.0
/* GET /api/v1/events/live: the log's tail as Server-Sent Events.
 *
 * id of an event = its offset, so that a browser resumes by Last-Event-ID with nothing lost, also
 * after a restart. Three kinds: event     a record, as in the export rejected  a call refused or
 * discarded before it became a record (memory only, no id) skipped   {"count": n}: records left out
 * because more arrived than a person can read
 */
#include "api/api_internal.h"

#include "base/time.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    FETCH_RECORDS = 512,
    SHOWN_A_SECOND = 200, /* events to one stream; more are counted as skipped */
    HEARTBEAT_MS = 15000,
    FILTER_TEXT = 256,
};

typedef struct Live {
    uint64_t from;
    uint32_t source;  /* 0: any */
    unsigned types;   /* a bit per EventType; 0: any */
    unsigned classes; /* a bit per PtRecordClass */
    bool rejects;
    size_t user_len;
    char user[FILTER_TEXT]; /* userId or anonymousId; "" any */
    size_t name_len;
    char name[FILTER_TEXT]; /* part of the event's name, any case; "" any */
} Live;

typedef struct LiveState {
    ApiStream *stream;
    const Live *filter;
    PtLogReader *reader;
    PtArena *arena;
    PtBuf out;
    uint64_t rejects_seen, skipped;
    int64_t window_ms, heard_ms; /* start of the second being counted; last write */
    bool caught_up;
    unsigned shown; /* in that second */
} LiveState;

static bool contains(PtStr text, PtStr part)
{
    for (size_t i = 0; part.len <= text.len && i <= text.len - part.len; i++) {
        if (strncasecmp(text.data + i, part.data, part.len) == 0) {
            return true;
        }
    }
    return false;
}

static bool header_fits(const Live *f, const PtRecord *r)
{
    return (f->classes >> r->klass & 1U) != 0 && api_source_wanted(f->source, r->source) &&
           (f->types == 0 || (f->types >> r->type & 1U) != 0);
}

static PtStatus fits(const Live *f, const PtRecord *r, bool *ret_fits, PtError *err)
{
    *ret_fits = header_fits(f, r);
    if (!*ret_fits || (f->user_len == 0 && f->name_len == 0)) {
        return PT_OK;
    }
    EventView v;
    PtStatus st = event_payload_read(r, &v, err);
    const PtStr user = {f->user, f->user_len};
    *ret_fits = st == PT_OK &&
                (user.len == 0 || pt_str_eq(v.user_id, user) || pt_str_eq(v.anonymous_id, user)) &&
                contains(v.name, (PtStr){f->name, f->name_len});
    return st;
}

static PtStatus say(LiveState *s, PtStr id, const char *event, PtError *err)
{
    PtStatus st = pt_buf_status(&s->out);
    if (st == PT_OK) {
        st = http_sse_event(s->stream->http, id, event, pt_buf_str(&s->out));
    }
    s->heard_ms = pt_mono_ms();
    return st == PT_OK ? PT_OK : pt_fail(err, st, "the client went away");
}

static PtStatus say_record(LiveState *s, const PtRecord *r, PtError *err)
{
    EventSource space;
    char id[24], person[37];
    const EventSourceName name = api_source_name(s->stream->api, r->source, &space);
    pt_buf_clear(&s->out, 64 << 10);
    PtStatus st =
        event_to_json(r, &name, api_profile_of(s->stream->api, r, person), s->arena, &s->out, err);
    pt_arena_clear(s->arena);
    (void)snprintf(id, sizeof id, "%" PRIu64, r->position.offset);
    return st == PT_OK ? say(s, pt_str(id), "event", err) : st;
}

static PtStatus say_skipped(LiveState *s, PtError *err)
{
    if (s->skipped == 0) {
        return PT_OK;
    }
    pt_buf_clear(&s->out, 64 << 10);
    pt_buf_printf(&s->out, "{\"count\":%" PRIu64 "}", s->skipped);
    s->skipped = 0;
    return say(s, (PtStr){NULL, 0}, "skipped", err);
}

static PtStatus say_reject(LiveState *s, const ApiReject *j, PtError *err)
{
    char time[PT_TIME_TEXT];
    EventSource space;
    pt_buf_clear(&s->out, 64 << 10);
    PtJsonOut o = pt_json_out(&s->out);
    const struct {
        PtStr key, value;
    } texts[] = {{PT_STR("receivedAt"), pt_time_format(j->time_ms, time)},
                 {PT_STR("path"), pt_str(j->path)},
                 {PT_STR("peer"), pt_str(j->peer)},
                 {PT_STR("reason"), pt_str(j->reason)},
                 {PT_STR("source"), api_source_name(s->stream->api, j->source, &space).name}};
    pt_json_out_object(&o);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        pt_json_out_key(&o, texts[i].key);
        pt_json_out_str(&o, texts[i].value);
    }
    pt_json_put_i64(&o, "status", j->http);
    pt_json_out_object_end(&o);
    return say(s, (PtStr){NULL, 0}, "rejected", err);
}

/* Copies the next unseen reject out of the ring; older ones than it holds are gone. */
static bool next_reject(LiveState *s, ApiReject *ret_reject)
{
    Api *api = s->stream->api;
    (void)pthread_mutex_lock(&api->lock);
    const uint64_t kept =
        api->reject_count > API_REJECTS_KEPT ? api->reject_count - API_REJECTS_KEPT : 0;
    s->rejects_seen = s->rejects_seen < kept ? kept : s->rejects_seen;
    const bool there = s->rejects_seen < api->reject_count;
    if (there) {
        *ret_reject = api->rejects[s->rejects_seen++ % API_REJECTS_KEPT];
    }
    (void)pthread_mutex_unlock(&api->lock);
    return there;
}

static PtStatus say_rejects(LiveState *s, PtError *err)
{
    ApiReject reject;
    PtStatus st = PT_OK;
    for (unsigned i = 0; st == PT_OK && i < API_REJECTS_KEPT && next_reject(s, &reject); i++) {
        if (s->filter->rejects && (s->filter->source == 0 || s->filter->source == reject.source)) {
            st = say_reject(s, &reject, err);
        }
    }
    return st;
}

/* One fetch: shows what fits and what the second still has room for. */
static PtStatus say_records(LiveState *s, bool *ret_any, PtError *err)
{
    const PtRecord *records;
    size_t count;
    PtStatus st = pt_log_fetch(s->reader, FETCH_RECORDS, true, &records, &count, err);
    *ret_any = st == PT_OK && count > 0;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        bool show;
        st = fits(s->filter, &records[i], &show, err);
        if (st != PT_OK || !show) {
            continue;
        }
        const int64_t now_ms = pt_mono_ms();
        if (now_ms - s->window_ms >= 1000) {
            s->window_ms = now_ms;
            s->shown = 0;
            st = say_skipped(s, err);
        }
        if (s->shown < SHOWN_A_SECOND && st == PT_OK) {
            s->shown++;
            st = say_record(s, &records[i], err);
        } else {
            s->skipped++;
        }
    }
    return st;
}

static PtStatus follow(LiveState *s, PtError *err)
{
    PtLog *log = s->stream->api->c.log;
    PtStatus st = PT_OK;
    while (st == PT_OK && !atomic_load(&s->stream->ended)) {
        atomic_store(&s->stream->nudged, false);
        bool any = false;
        st = say_rejects(s, err);
        if (st == PT_OK) {
            st = say_records(s, &any, err);
        }
        if (st == PT_OK && !any && !s->caught_up) {
            s->caught_up = true;
            pt_buf_clear(&s->out, 64 << 10);
            pt_buf_add_str(&s->out, PT_STR("{}"));
            st = say(s, (PtStr){NULL, 0}, "caught_up", err);
        }
        const int64_t now_ms = pt_mono_ms();
        if (st == PT_OK && !any && s->skipped > 0 && now_ms - s->window_ms >= 1000) {
            st = say_skipped(s, err);
        }
        if (st == PT_OK && now_ms - s->heard_ms >= HEARTBEAT_MS) {
            st = http_sse_comment(s->stream->http, "still here");
            s->heard_ms = now_ms;
        }
        if (st == PT_OK && !any && !atomic_load(&s->stream->ended)) {
            const int64_t until = s->skipped > 0 ? s->window_ms + 1000 : s->heard_ms + HEARTBEAT_MS;
            (void)pt_log_wait(log, 0, pt_log_tell(s->reader), until, &s->stream->nudged);
        }
    }
    return st;
}

static PtStatus run_live(ApiStream *stream, void *ctx, PtError *err)
{
    LiveState s = {
        .stream = stream, .filter = ctx, .heard_ms = pt_mono_ms(), .window_ms = pt_mono_ms()};
    pt_buf_init(&s.out, 16 << 20);
    s.arena = pt_arena_new(64 << 20);
    PtStatus st =
        s.arena != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for a live stream");
    if (st == PT_OK) {
        st = pt_log_reader_open(stream->api->c.log, NULL, 0, s.filter->from, &s.reader, err);
    }
    if (st == PT_OK) {
        st = http_sse_comment(stream->http,
                              "live"); // the client learns at once that it is connected
    }
    if (st == PT_OK) {
        st = follow(&s, err);
    }
    pt_log_reader_close(s.reader);
    pt_arena_free(s.arena);
    pt_buf_done(&s.out);
    return st;
}

/* -- the request
 * ---------------------------------------------------------------------------------------------------
 */

static PtStatus read_types(PtStr rest, unsigned *ret_types, PtError *err)
{
    PtStr part;
    *ret_types = 0;
    while (rest.len > 0 && pt_str_cut(&rest, ',', &part)) {
        const EventType type = event_type_of(part);
        if (type == EVENT_UNKNOWN) {
            return pt_fail(err, PT_INVALID,
                           "type: \"%.*s\" is none of track, identify, page, screen, group, alias",
                           (int)(part.len < 40 ? part.len : 40), part.data);
        }
        *ret_types |= 1U << type;
    }
    return PT_OK;
}

static PtStatus read_filter_text(const ApiValue *v, char out[FILTER_TEXT], size_t *ret_len,
                                 PtError *err)
{
    if (v->text.len >= FILTER_TEXT) {
        return pt_fail(err, PT_INVALID, "a filter is over %d bytes", FILTER_TEXT - 1);
    }
    if (v->text.len > 0) {
        memcpy(out, v->text.data, v->text.len);
    }
    *ret_len = v->text.len;
    return PT_OK;
}

/* Where to start: behind Last-Event-ID, else `recent` records before the end. */
static PtStatus read_start(ApiCall *call, uint64_t *ret_from, PtError *err)
{
    const uint64_t begin = pt_log_begin(call->api->c.log, 0), end = pt_log_end(call->api->c.log, 0);
    const uint64_t recent = (uint64_t)call->query[Q_EVENTS_LIVE_RECENT].number;
    PtStr last = http_header(call->request, "last-event-id");
    uint64_t offset = 0;
    for (size_t i = 0; i < last.len; i++) {
        if (last.data[i] < '0' || last.data[i] > '9' || offset > INT64_MAX / 16) {
            return pt_fail(err, PT_INVALID, "last-event-id: not a position");
        }
        offset = offset * 10 + (uint64_t)(last.data[i] - '0');
    }
    if (last.len > 0 && offset < end) {
        *ret_from = offset + 1 > begin ? offset + 1 : begin;
    } else {
        *ret_from = end - begin > recent ? end - recent : begin;
    }
    return PT_OK;
}

static PtStatus read_live(ApiCall *call, Live *f, PtError *err)
{
    static const struct {
        unsigned classes;
        bool rejects;
    } validity[] = {{1U << PT_RECORD_EVENT | 1U << PT_RECORD_QUARANTINE, true},
                    {1U << PT_RECORD_EVENT, false},
                    {1U << PT_RECORD_QUARANTINE, false},
                    {0, true}};
    const ApiValue *q = call->query;
    f->classes = validity[q[Q_EVENTS_LIVE_VALIDITY].choice].classes;
    f->rejects = validity[q[Q_EVENTS_LIVE_VALIDITY].choice].rejects;
    PtStatus st = read_start(call, &f->from, err);
    if (st == PT_OK) {
        st = api_find_source(call, &q[Q_EVENTS_LIVE_SOURCE], &f->source, err);
    }
    if (st == PT_OK) {
        st = read_types(q[Q_EVENTS_LIVE_TYPE].text, &f->types, err);
    }
    if (st == PT_OK) {
        st = read_filter_text(&q[Q_EVENTS_LIVE_USER], f->user, &f->user_len, err);
    }
    return st == PT_OK ? read_filter_text(&q[Q_EVENTS_LIVE_NAME], f->name, &f->name_len, err) : st;
}

void api_events_live(ApiCall *call)
{
    Live *f = calloc(1, sizeof *f);
    PtStatus st = f != NULL ? read_live(call, f, &call->error)
                            : pt_fail(&call->error, PT_NO_MEMORY, "no memory for a live stream");
    if (st != PT_OK) {
        free(f);
        api_problem(call, st, &call->error);
        return;
    }
    api_stream_start(call, "text/event-stream", run_live, f);
}
