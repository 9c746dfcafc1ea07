// SPDX-License-Identifier: Apache-2.0
/* POST /api/v1/analytics/export: an answer, the people behind a number of it, or the events that it
 * counts, as a file. What is wrong is said before the first byte; then it is a stream. */
#include "api/api_internal.h"

#include "base/time.h"

enum { PIECE_BYTES = 64 << 20, NAME_BYTES = 120, COUNT_BYTES = 24 };

static PtStatus run_export(ApiStream *s, void *ctx, PtError *err)
{
    BehaviourExport *e = *(BehaviourExport **)ctx;
    PtBuf out;
    bool more = true;
    PtStatus st = PT_OK;
    pt_buf_init(&out, PIECE_BYTES);
    while (st == PT_OK && more) {
        pt_buf_clear(&out, PIECE_BYTES);
        st = atomic_load(&s->ended) ? PT_UNAVAILABLE
                                    : behaviour_export_next(e, &s->ended, &out, &more, err);
        if (st == PT_OK && out.len > 0) {
            st = http_stream_write(s->http, pt_buf_str(&out));
        }
    }
    pt_buf_done(&out);
    behaviour_export_close(e);
    return st;
}

static void drop_export(void *object)
{
    behaviour_export_close(object);
}

/* Whoever takes people or their events along needs more than figures. */
static PtStatus check_rights(ApiCall *call, BehaviourExportWhat what)
{
    static const struct {
        bool wanted[BEHAVIOUR_EXPORTS];
        uint64_t permission;
        const char *name;
    } rights[] = {
        {{[BEHAVIOUR_EXPORT_PEOPLE] = true, [BEHAVIOUR_EXPORT_EVENTS] = true},
         PERMISSION_PROFILES_READ,
         "profiles.read"},
        {{[BEHAVIOUR_EXPORT_EVENTS] = true}, PERMISSION_EVENTS_READ, "events.read"},
    };
    for (size_t i = 0; i < sizeof rights / sizeof *rights; i++) {
        if (rights[i].wanted[what] && (call->who.permissions & rights[i].permission) == 0) {
            return pt_fail(&call->error, PT_FORBIDDEN, "needs the permission %s", rights[i].name);
        }
    }
    return PT_OK;
}

static PtStatus note_export(ApiCall *call, const BehaviourExportAsk *ask, uint64_t rows)
{
    PT_CLEANUP(pt_buf_done) PtBuf detail;
    pt_buf_init(&detail, 1 << 10);
    PtJsonOut out = pt_json_out(&detail);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "what", pt_str(behaviour_export_names[ask->what]));
    pt_json_put_str(&out, "format", pt_str(behaviour_format_names[ask->format]));
    pt_json_put_u64(&out, "rows", rows);
    pt_json_out_object_end(&out);
    return pt_buf_status(&detail) == PT_OK
               ? api_audit(call, "analytics.exported", "analytics",
                           pt_str(behaviour_export_names[ask->what]), pt_buf_str(&detail),
                           &call->error)
               : pt_fail(&call->error, PT_NO_MEMORY, "no memory for an audit entry");
}

/* A name for the file, and how many rows it will have. */
static void put_headers(ApiCall *call, const BehaviourExportAsk *ask, uint64_t rows)
{
    char time[PT_TIME_TEXT], name[NAME_BYTES], count[COUNT_BYTES];
    (void)pt_time_format(pt_clock_now_ms(call->api->c.clock), time);
    (void)snprintf(name, sizeof name, "attachment; filename=\"%s-%.10s.%s\"",
                   behaviour_export_names[ask->what], time, behaviour_format_names[ask->format]);
    (void)snprintf(count, sizeof count, "%llu", (unsigned long long)rows);
    api_header(call, "Content-Disposition", pt_arena_str(call->arena, pt_str(name)));
    api_header(call, "X-Total-Rows", pt_arena_str(call->arena, pt_str(count)));
}

void api_analytics_export(ApiCall *call)
{
    const ApiValue *in = call->in;
    const PtStr cell = in[IN_ANALYTICS_EXPORT_CELL].text;
    const BehaviourExportAsk ask = {
        .ask = {.query = in[IN_ANALYTICS_EXPORT_QUERY].text,
                .impersonal = (call->who.permissions & PERMISSION_PROFILES_READ) == 0,
                .stop = &call->gone},
        .what = (BehaviourExportWhat)in[IN_ANALYTICS_EXPORT_WHAT].choice,
        .format = (BehaviourFormat)in[IN_ANALYTICS_EXPORT_FORMAT].choice,
        .cell = cell.data != NULL ? cell : PT_STR("{}")};
    BehaviourExport *e = NULL;
    PtStatus st = check_rights(call, ask.what);
    st = st == PT_OK ? behaviour_export_open(call->api->behaviour, &ask, &e, &call->error) : st;
    if (st == PT_OK && ask.what != BEHAVIOUR_EXPORT_ANSWER) {
        st = note_export(call, &ask, behaviour_export_rows(e));
    }
    if (st != PT_OK) {
        behaviour_export_close(e);
        api_problem(call, st, &call->error);
        return;
    }
    put_headers(call, &ask, behaviour_export_rows(e));
    api_stream_start_later(call, behaviour_format_types[ask.format], run_export, e, drop_export);
}
