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
    bool has_since, has_until, raw, own;
    int64_t since_ms, until_ms; /* received in [since, until) */
    uint32_t source;            /* as api_find_source */
    unsigned classes;           /* a bit per PtRecordClass */
} Export;

static void close_readerp(PtLogReader **reader)
{
    pt_log_reader_close(*reader);
}

static bool wanted(const Export *e, const PtRecord *r)
{
    return (e->classes >> r->klass & 1U) != 0 &&
           (e->own || api_source_wanted(e->source, r->source)) &&
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
        char person[37];
        const EventSourceName name = api_source_name(api, r->source, &space);
        st = event_to_json(r, &name, api_profile_of(api, r, person), arena, out, err);
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

static PtStatus read_export(ApiCall *call, Export *e, PtError *err)
{
    static const unsigned classes[] = {
        1U << PT_RECORD_EVENT,
        1U << PT_RECORD_QUARANTINE,
        1U << PT_RECORD_EVENT | 1U << PT_RECORD_QUARANTINE,
    };
    const ApiValue *q = call->query;
    const uint64_t end = pt_log_end(call->api->c.log, 0);
    const uint64_t begin = pt_log_begin(call->api->c.log, 0);
    const uint64_t from = (uint64_t)q[Q_EVENTS_EXPORT_FROM].number;
    const uint64_t to = q[Q_EVENTS_EXPORT_TO].given ? (uint64_t)q[Q_EVENTS_EXPORT_TO].number : end;
    e->raw = q[Q_EVENTS_EXPORT_RAW].number == 1;
    e->own = q[Q_EVENTS_EXPORT_OWN].truth;
    e->classes = classes[q[Q_EVENTS_EXPORT_CLASS].choice];
    e->has_since = q[Q_EVENTS_EXPORT_SINCE].given;
    e->since_ms = q[Q_EVENTS_EXPORT_SINCE].number;
    e->has_until = q[Q_EVENTS_EXPORT_UNTIL].given;
    e->until_ms = q[Q_EVENTS_EXPORT_UNTIL].number;
    e->to = to < end ? to : end; // what is acknowledged now; an export ends
    e->from = from > begin ? from : begin;
    return api_find_source(call, &q[Q_EVENTS_EXPORT_SOURCE], &e->source, err);
}

/* One record, by its offset. */
void api_events_get(ApiCall *call)
{
    PT_CLEANUP(close_readerp) PtLogReader *reader = NULL;
    PtLog *log = call->api->c.log;
    const PtRecord *record = NULL;
    size_t count = 0;
    int64_t offset = 0;
    char person[37];
    EventSource space;
    if (!pt_json_to_i64(call->args[0], &offset) || offset < 0 ||
        (uint64_t)offset < pt_log_begin(log, 0) || (uint64_t)offset >= pt_log_end(log, 0)) {
        (void)pt_fail(&call->error, PT_NOT_FOUND, "no record at this position");
        api_problem(call, PT_NOT_FOUND, &call->error);
        return;
    }
    PtStatus st = pt_log_reader_open(log, NULL, 0, (uint64_t)offset, &reader, &call->error);
    if (st == PT_OK) {
        st = pt_log_fetch(reader, 1, true, &record, &count, &call->error);
    }
    if (st == PT_OK && (count == 0 || record->klass == PT_RECORD_CONTROL)) {
        st = pt_fail(&call->error, PT_NOT_FOUND, "no event at this position");
    }
    if (st == PT_OK) {
        const EventSourceName name = api_source_name(call->api, record->source, &space);
        st = event_to_json(record, &name, api_profile_of(call->api, record, person), call->arena,
                           &call->body, &call->error);
    }
    if (!api_failed(call, st)) {
        api_answer(call, 200);
    }
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
