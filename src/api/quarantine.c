// SPDX-License-Identifier: Apache-2.0
/* /api/v1/quarantine */
#include "api/api_internal.h"

#include "base/time.h"
#include "platform/diag.h"

#include <inttypes.h>

static PtStatus read_filter_words(PtStr reason, PtStr state, EventQuarantineFilter *f, PtError *err)
{
    static const PtStr states[] = {
        [EVENT_QUARANTINE_OPEN] = PT_STR_INIT("open"),
        [EVENT_QUARANTINE_REDRIVEN] = PT_STR_INIT("redriven"),
        [EVENT_QUARANTINE_ANY] = PT_STR_INIT("any"),
    };
    f->reason = reason.len > 0 ? event_reason_of(reason) : EVENT_REASON_NONE;
    if (reason.len > 0 && f->reason == EVENT_REASON_NONE) {
        return pt_fail(err, PT_INVALID, "reason: no such reason");
    }
    f->state = EVENT_QUARANTINE_OPEN;
    for (unsigned i = 0; i < sizeof states / sizeof *states; i++) {
        if (state.len > 0 && pt_str_eq(state, states[i])) {
            f->state = (EventQuarantineState)i;
            return PT_OK;
        }
    }
    return state.len == 0
               ? PT_OK
               : pt_fail(err, PT_INVALID, "state: not \"open\", \"redriven\" or \"any\"");
}

static void row_json(Api *api, PtJsonOut *out, const EventQuarantined *q)
{
    char time[PT_TIME_TEXT];
    EventSource space;
    const EventSourceName source = api_source_name(api, q->source, &space);
    const struct {
        PtStr key, value;
    } texts[] = {{PT_STR("source"), source.name},
                 {PT_STR("source_id"), source.id},
                 {PT_STR("reason"), event_reason_name(q->reason)},
                 {PT_STR("detail"), q->detail.len > 0 ? q->detail : event_reason_help(q->reason)},
                 {PT_STR("received_at"), pt_time_format(q->time_ms, time)}};
    pt_json_out_object(out);
    pt_json_out_key(out, PT_STR("position"));
    pt_json_out_u64(out, q->offset);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        pt_json_out_key(out, texts[i].key);
        pt_json_out_str(out, texts[i].value);
    }
    pt_json_out_key(out, PT_STR("bytes"));
    pt_json_out_u64(out, q->bytes);
    pt_json_out_key(out, PT_STR("redriven_as"));
    if (q->redriven) {
        pt_json_out_u64(out, q->redriven_as);
    } else {
        pt_json_out_null(out);
    }
    pt_json_out_object_end(out);
}

static void answer_page(ApiCall *call, const EventQuarantined *rows, size_t count, size_t limit)
{
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        row_json(call->api, &out, &rows[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_key(&out, PT_STR("next_cursor"));
    if (count == limit) {
        char text[24];
        (void)snprintf(text, sizeof text, "%" PRIu64, rows[count - 1].offset);
        pt_json_out_str(&out, pt_str(text));
    } else {
        pt_json_out_null(&out);
    }
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_quarantine_list(ApiCall *call)
{
    EventQuarantineFilter filter = {0};
    uint64_t before = 0, limit = 0;
    EventQuarantined *rows = NULL;
    size_t count = 0;
    PtStatus st =
        read_filter_words(http_query(call->request, call->arena, "reason"),
                          http_query(call->request, call->arena, "state"), &filter, &call->error);
    if (st == PT_OK) {
        st = api_query_source(call, &filter.source, &call->error);
    }
    if (st == PT_OK) {
        st = api_query_u64(call, "cursor", INT64_MAX, INT64_MAX, &before, &call->error);
    }
    if (st == PT_OK) {
        st = api_query_u64(call, "limit", 100, EVENT_QUARANTINE_PAGE_MAX, &limit, &call->error);
    }
    if (st == PT_OK && limit == 0) {
        st = pt_fail(&call->error, PT_INVALID, "limit: not 1..%d", EVENT_QUARANTINE_PAGE_MAX);
    }
    if (st == PT_OK) {
        st = event_quarantine_page(call->api->c.views_sql, &filter, before, limit, call->arena,
                                   &rows, &count, &call->error);
    }
    if (st != PT_OK) {
        api_problem(call, st, &call->error);
        return;
    }
    answer_page(call, rows, count, limit);
}

/* -- redrive
 * -------------------------------------------------------------------------------------------------------
 */

enum { POSITIONS, ALL, SOURCE, REASON, FROM, PATCH, FIELDS, REDRIVE_AT_ONCE = 50000 };

static EventRedrive redrive_of(const Api *api)
{
    return (EventRedrive){api->c.log, api->c.views_sql, api->c.views, api->c.intake};
}

static void failed_json(PtJsonOut *out, int64_t position, PtStatus st, const PtError *err)
{
    pt_json_out_object(out);
    pt_json_out_key(out, PT_STR("position"));
    pt_json_out_i64(out, position);
    pt_json_out_key(out, PT_STR("code"));
    pt_json_out_str(out, pt_str(pt_status_name(st)));
    pt_json_out_key(out, PT_STR("reason"));
    pt_json_out_str(out, pt_str(err->message));
    pt_json_out_object_end(out);
}

static void redrive_positions(ApiCall *call, const ApiField *positions, PtStr patch)
{
    const EventRedrive r = redrive_of(call->api);
    PtJsonOut out = pt_json_out(&call->body);
    uint64_t redriven = 0;
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("failed"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < positions->list_count; i++) {
        PtError err = {0};
        const PtStatus st = event_quarantine_redrive(&r, (uint64_t)positions->list[i], patch, &err);
        redriven += st == PT_OK;
        if (st != PT_OK) {
            failed_json(&out, positions->list[i], st, &err);
        }
    }
    pt_json_out_array_end(&out);
    pt_json_out_key(&out, PT_STR("redriven"));
    pt_json_out_u64(&out, redriven);
    pt_json_out_object_end(&out);
    pt_diag(PT_DIAG_INFO, "quarantine", "redriven by position", PT_F_INT("events", redriven),
            PT_F_STR("by", pt_str(call->actor)));
    api_answer(call, 200);
}

static void redrive_all(ApiCall *call, const EventQuarantineFilter *filter, uint64_t from)
{
    const EventRedrive r = redrive_of(call->api);
    EventRedriveCount count;
    PtStatus st =
        event_quarantine_redrive_some(&r, filter, from, REDRIVE_AT_ONCE, &count, &call->error);
    if (st != PT_OK) {
        api_problem(call, st, &call->error);
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("redriven"));
    pt_json_out_u64(&out, count.redriven);
    pt_json_out_key(&out, PT_STR("refused"));
    pt_json_out_u64(&out, count.refused);
    pt_json_out_key(&out, PT_STR("next_from"));
    if (count.next != UINT64_MAX) {
        pt_json_out_u64(&out, count.next);
    } else {
        pt_json_out_null(&out);
    }
    pt_json_out_key(&out, PT_STR("failed"));
    pt_json_out_raw(&out, PT_STR("[]"));
    pt_json_out_object_end(&out);
    pt_diag(PT_DIAG_INFO, "quarantine", "redriven by filter", PT_F_INT("events", count.redriven),
            PT_F_STR("by", pt_str(call->actor)));
    api_answer(call, 200);
}

static PtStatus source_of_field(ApiCall *call, const ApiField *f, uint32_t *ret_number,
                                PtError *err)
{
    EventSource source;
    if (!f->given || f->text.len == 0) {
        return PT_OK;
    }
    if (!event_source_by_ref(call->api->c.sources, f->text, &source)) {
        return pt_fail(err, PT_NOT_FOUND, "source: no such source");
    }
    *ret_number = source.number;
    return PT_OK;
}

void api_quarantine_redrive(ApiCall *call)
{
    ApiField f[FIELDS] = {
        [POSITIONS] = {.name = "positions", .kind = API_INT_LIST, .min = 1, .max = 1000},
        [ALL] = {.name = "all", .kind = API_BOOL},
        [SOURCE] = {.name = "source", .kind = API_TEXT, .min = 0, .max = 500},
        [REASON] = {.name = "reason", .kind = API_TEXT, .min = 0, .max = 64},
        [FROM] = {.name = "from", .kind = API_INT, .min = 0, .max = INT64_MAX},
        [PATCH] = {.name = "patch", .kind = API_TEXT, .min = 2, .max = EVENT_MAX_BYTES},
    };
    EventQuarantineFilter filter = {0};
    PtStatus st = api_fields(call, f, FIELDS, &call->error);
    const bool all = f[ALL].given && f[ALL].truth;
    if (st == PT_OK && all == f[POSITIONS].given) {
        st = pt_fail(&call->error, PT_INVALID, "give either positions or all = true");
    }
    if (st == PT_OK && f[PATCH].given && f[POSITIONS].list_count != 1) {
        st = pt_fail(&call->error, PT_INVALID, "patch: goes with exactly one position");
    }
    if (st == PT_OK) {
        st = read_filter_words(f[REASON].text, (PtStr){NULL, 0}, &filter, &call->error);
    }
    if (st == PT_OK) {
        st = source_of_field(call, &f[SOURCE], &filter.source, &call->error);
    }
    if (st != PT_OK) {
        api_problem(call, st, &call->error);
    } else if (all) {
        redrive_all(call, &filter, (uint64_t)f[FROM].number);
    } else {
        redrive_positions(call, &f[POSITIONS], f[PATCH].text);
    }
}
