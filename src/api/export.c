// SPDX-License-Identifier: Apache-2.0
/* GET /api/v1/events/export: any range of the log as JSON lines, or the received texts themselves.
 */
#include "api/api_internal.h"

#include "base/time.h"
#include "platform/diag.h"

#include <stdlib.h>

enum { FETCH_RECORDS = 256, CHUNK_BYTES = 256 << 10 };

typedef struct Export {
    uint64_t from, to;
    bool has_since, has_until, raw;
    int64_t since_ms, until_ms; /* received in [since, until) */
    uint32_t source;            /* 0: any */
    unsigned classes;           /* a bit per PtRecordClass */
} Export;

static void close_readerp(PtLogReader **reader)
{
    pt_log_reader_close(*reader);
}

static bool wanted(const Export *e, const PtRecord *r)
{
    return (e->classes >> r->klass & 1U) != 0 && (e->source == 0 || r->source == e->source) &&
           (!e->has_since || r->time_ms >= e->since_ms) &&
           (!e->has_until || r->time_ms < e->until_ms);
}

static PtStatus write_record(Api *api, const Export *e, const PtRecord *r, PtArena *arena,
                             PtBuf *out, PtError *err)
{
    PtStatus st;
    if (e->raw) {
        EventView v;
        st = event_payload_read(r, &v, err);
        if (st == PT_OK) {
            pt_buf_add_str(out, v.raw);
        }
    } else {
        EventSource space;
        const EventSourceName name = api_source_name(api, r->source, &space);
        st = event_to_json(r, &name, arena, out, err);
    }
    pt_buf_add_char(out, '\n');
    if (st == PT_OK && pt_buf_status(out) != PT_OK) {
        st = pt_fail(err, pt_buf_status(out), "an exported event does not fit into memory");
    }
    return st;
}

/* Writes what is in the buffer once it is worth a chunk. */
static PtStatus hand_on(ApiStream *s, PtBuf *out, size_t least, PtError *err)
{
    if (out->len < least || out->len == 0) {
        return PT_OK;
    }
    PtStatus st = http_stream_write(s->http, pt_buf_str(out));
    pt_buf_clear(out, CHUNK_BYTES * 2);
    return st == PT_OK ? PT_OK : pt_fail(err, PT_UNAVAILABLE, "the client went away");
}

static PtStatus copy_range(ApiStream *s, const Export *e, PtLogReader *reader, PtArena *arena,
                           PtBuf *out, PtError *err)
{
    PtStatus st = PT_OK;
    while (st == PT_OK && pt_log_tell(reader) < e->to && !atomic_load(&s->ended)) {
        const uint64_t left = e->to - pt_log_tell(reader);
        const PtRecord *records;
        size_t count;
        st = pt_log_fetch(reader, left < FETCH_RECORDS ? (size_t)left : FETCH_RECORDS, true,
                          &records, &count, err);
        if (st != PT_OK || count == 0) {
            return st;
        }
        for (size_t i = 0; st == PT_OK && i < count; i++) {
            if (wanted(e, &records[i])) {
                st = write_record(s->api, e, &records[i], arena, out, err);
                pt_arena_clear(arena);
            }
            if (st == PT_OK) {
                st = hand_on(s, out, CHUNK_BYTES, err);
            }
        }
    }
    return st == PT_OK && atomic_load(&s->ended) ? PT_UNAVAILABLE : st;
}

static PtStatus run_export(ApiStream *s, void *ctx, PtError *err)
{
    const Export *e = ctx;
    PT_CLEANUP(close_readerp) PtLogReader *reader = NULL;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(64 << 20);
    PtBuf out;
    uint64_t from = e->from;
    pt_buf_init(&out, 64 << 20);
    PtStatus st = arena != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for an export");
    if (st == PT_OK && e->has_since) {
        uint64_t first;
        st = pt_log_find_time(s->api->c.log, 0, e->since_ms, &first, err);
        from = st == PT_OK && first > from ? first : from;
    }
    if (st == PT_OK) {
        st = pt_log_reader_open(s->api->c.log, NULL, 0, from, &reader, err);
    }
    if (st == PT_OK) {
        st = copy_range(s, e, reader, arena, &out, err);
    }
    if (st == PT_OK) {
        st = hand_on(s, &out, 0, err);
    }
    pt_buf_done(&out);
    return st;
}

static PtStatus read_class(ApiCall *call, unsigned *ret_classes, PtError *err)
{
    static const struct {
        PtStr name;
        unsigned classes;
    } names[] = {{PT_STR_INIT("event"), 1U << PT_RECORD_EVENT},
                 {PT_STR_INIT("quarantine"), 1U << PT_RECORD_QUARANTINE},
                 {PT_STR_INIT("all"), 1U << PT_RECORD_EVENT | 1U << PT_RECORD_QUARANTINE}};
    const PtStr text = http_query(call->request, call->arena, "class");
    *ret_classes = names[0].classes;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (text.data == NULL || pt_str_eq(text, names[i].name)) {
            *ret_classes = names[i].classes;
            return PT_OK;
        }
    }
    return pt_fail(err, PT_INVALID, "class: not \"event\", \"quarantine\" or \"all\"");
}

static PtStatus read_export(ApiCall *call, Export *e, PtError *err)
{
    uint64_t raw = 0;
    const uint64_t end = pt_log_end(call->api->c.log, 0);
    const uint64_t begin = pt_log_begin(call->api->c.log, 0);
    PtStatus st = api_query_u64(call, "from", begin, INT64_MAX, &e->from, err);
    if (st == PT_OK) {
        st = api_query_u64(call, "to", end, INT64_MAX, &e->to, err);
    }
    if (st == PT_OK) {
        st = api_query_u64(call, "raw", 0, 1, &raw, err);
    }
    if (st == PT_OK) {
        st = api_query_time(call, "since", &e->has_since, &e->since_ms, err);
    }
    if (st == PT_OK) {
        st = api_query_time(call, "until", &e->has_until, &e->until_ms, err);
    }
    if (st == PT_OK) {
        st = api_query_source(call, &e->source, err);
    }
    if (st == PT_OK) {
        st = read_class(call, &e->classes, err);
    }
    e->raw = raw == 1;
    e->to = e->to < end ? e->to : end; // what is acknowledged now; an export ends
    e->from = e->from > begin ? e->from : begin;
    return st;
}

void api_events_export(ApiCall *call)
{
    Export *e = calloc(1, sizeof *e);
    PtStatus st = e != NULL ? read_export(call, e, &call->error)
                            : pt_fail(&call->error, PT_NO_MEMORY, "no memory for an export");
    if (st != PT_OK) {
        free(e);
        api_problem(call, st, &call->error);
        return;
    }
    api_stream_start(call, e->raw ? "application/octet-stream" : "application/x-ndjson", run_export,
                     e);
}
