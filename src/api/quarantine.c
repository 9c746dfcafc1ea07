// SPDX-License-Identifier: Apache-2.0
/* /api/v1/quarantine */
#include "api/api_internal.h"

#include "platform/diag.h"

#include <inttypes.h>

static void row_json(Api *api, PtJsonOut *out, const EventQuarantined *q)
{
    EventSource space;
    const EventSourceName source = api_source_name(api, q->source, &space);
    pt_json_out_object(out);
    pt_json_put_u64(out, "position", q->offset);
    api_put_text_or_null(out, "source", source.name);
    api_put_text_or_null(out, "source_id", source.id);
    pt_json_put_str(out, "reason", event_reason_name(q->reason));
    pt_json_put_str(out, "detail", q->detail.len > 0 ? q->detail : event_reason_help(q->reason));
    api_put_time(out, "received_at", q->time_ms);
    pt_json_put_u64(out, "bytes", q->bytes);
    if (q->redriven) {
        pt_json_put_u64(out, "redriven_as", q->redriven_as);
    } else {
        api_put_null(out, "redriven_as");
    }
    pt_json_out_object_end(out);
}

static void answer_page(ApiCall *call, const EventQuarantined *rows, size_t count, size_t limit)
{
    PtJsonOut out = pt_json_out(&call->body);
    char cursor[24] = "";
    api_page_begin(&out);
    for (size_t i = 0; i < count; i++) {
        row_json(call->api, &out, &rows[i]);
    }
    if (count == limit) {
        (void)snprintf(cursor, sizeof cursor, "%" PRIu64, rows[count - 1].offset);
    }
    api_page_end(&out, cursor[0] != '\0' ? cursor : NULL);
    api_answer(call, 200);
}

void api_quarantine_list(ApiCall *call)
{
    const ApiValue *q = call->query;
    EventQuarantineFilter filter = {
        .reason = event_reason_of(q[Q_QUARANTINE_LIST_REASON].text),
        .state = (EventQuarantineState)q[Q_QUARANTINE_LIST_STATE].choice, // in the enum's order
    };
    const size_t limit = (size_t)q[Q_QUARANTINE_LIST_LIMIT].number;
    uint64_t before = 0;
    EventQuarantined *rows = NULL;
    size_t count = 0;
    PtStatus st = api_find_source(call, &q[Q_QUARANTINE_LIST_SOURCE], &filter.source, &call->error);
    if (st == PT_OK) {
        st = api_cursor_u64(&q[Q_QUARANTINE_LIST_CURSOR], INT64_MAX, &before, &call->error);
    }
    if (st == PT_OK) {
        st = event_quarantine_page(call->api->c.views_sql, &filter, before, limit, call->arena,
                                   &rows, &count, &call->error);
    }
    if (api_failed(call, st)) {
        return;
    }
    answer_page(call, rows, count, limit);
}

/* -- redrive
 * -------------------------------------------------------------------------------------------------------
 */

enum { REDRIVE_AT_ONCE = 50000 };

static EventRedrive redrive_of(const Api *api)
{
    return (EventRedrive){.log = api->c.log,
                          .sql = api->c.views_sql,
                          .views = api->c.views,
                          .intake = api->c.intake,
                          .remap = api->hooks != NULL ? hooks_remap : NULL,
                          .ctx = api->hooks};
}

static void failed_json(PtJsonOut *out, int64_t position, PtStatus st, const PtError *err)
{
    pt_json_out_object(out);
    pt_json_put_i64(out, "position", position);
    pt_json_put_str(out, "code", pt_str(pt_status_name(st)));
    pt_json_put_str(out, "reason", pt_str(err->message));
    pt_json_out_object_end(out);
}

static void redrive_positions(ApiCall *call, const ApiValue *positions, PtStr patch)
{
    const EventRedrive r = redrive_of(call->api);
    PtJsonOut out = pt_json_out(&call->body);
    uint64_t redriven = 0;
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("failed"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < positions->count; i++) {
        PtError err = {0};
        const PtStatus st =
            event_quarantine_redrive(&r, (uint64_t)positions->numbers[i], patch, &err);
        redriven += st == PT_OK;
        if (st != PT_OK) {
            failed_json(&out, positions->numbers[i], st, &err);
        }
    }
    pt_json_out_array_end(&out);
    pt_json_put_u64(&out, "redriven", redriven);
    pt_json_out_object_end(&out);
    pt_diag(PT_DIAG_INFO, "quarantine", "redriven by position", PT_F_INT("events", redriven),
            PT_F_STR("by", pt_str(call->who.actor.id)));
    api_answer(call, 200);
}

static void redrive_all(ApiCall *call, const EventQuarantineFilter *filter, uint64_t from)
{
    const EventRedrive r = redrive_of(call->api);
    EventRedriveCount count;
    PtStatus st =
        event_quarantine_redrive_some(&r, filter, from, REDRIVE_AT_ONCE, &count, &call->error);
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_u64(&out, "redriven", count.redriven);
    pt_json_put_u64(&out, "refused", count.refused);
    if (count.next != UINT64_MAX) {
        pt_json_put_u64(&out, "next_from", count.next);
    } else {
        api_put_null(&out, "next_from");
    }
    api_put_raw(&out, "failed", PT_STR("[]"));
    pt_json_out_object_end(&out);
    pt_diag(PT_DIAG_INFO, "quarantine", "redriven by filter", PT_F_INT("events", count.redriven),
            PT_F_STR("by", pt_str(call->who.actor.id)));
    api_answer(call, 200);
}

static PtStatus audit_redrive(ApiCall *call, bool all, const EventQuarantineFilter *filter,
                              size_t positions)
{
    PtBuf detail;
    EventSource space;
    pt_buf_init(&detail, 4096);
    PtJsonOut out = pt_json_out(&detail);
    pt_json_out_object(&out);
    if (all) {
        pt_json_put_bool(&out, "all", true);
        api_put_text_or_null(&out, "reason", event_reason_name(filter->reason));
        pt_json_put_i64(&out, "from", call->in[IN_QUARANTINE_REDRIVE_FROM].number);
    } else {
        pt_json_put_u64(&out, "positions", positions);
        if (positions > 0) {
            pt_json_put_i64(&out, "first", call->in[IN_QUARANTINE_REDRIVE_POSITIONS].numbers[0]);
        }
        pt_json_put_bool(&out, "patched", call->in[IN_QUARANTINE_REDRIVE_PATCH].given);
    }
    pt_json_out_object_end(&out);
    const EventSourceName source = filter->source != 0
                                       ? api_source_name(call->api, filter->source, &space)
                                       : (EventSourceName){PT_STR(""), PT_STR("")};
    PtStatus st = pt_buf_status(&detail) == PT_OK
                      ? api_audit(call, "quarantine.redriven", "quarantine", source.id,
                                  pt_buf_str(&detail), &call->error)
                      : pt_fail(&call->error, PT_NO_MEMORY, "no memory to tell of a redrive");
    pt_buf_done(&detail);
    return st;
}

void api_quarantine_redrive(ApiCall *call)
{
    const ApiValue *in = call->in, *positions = &in[IN_QUARANTINE_REDRIVE_POSITIONS];
    const bool all = in[IN_QUARANTINE_REDRIVE_ALL].truth;
    EventQuarantineFilter filter = {.reason =
                                        event_reason_of(in[IN_QUARANTINE_REDRIVE_REASON].text)};
    PtStatus st = PT_OK;
    if (all == positions->given) {
        st = pt_fail(&call->error, PT_INVALID, "give either positions or all = true");
    } else if (in[IN_QUARANTINE_REDRIVE_PATCH].given && positions->count != 1) {
        st = pt_fail(&call->error, PT_INVALID, "patch: goes with exactly one position");
    } else {
        st = api_find_source(call, &in[IN_QUARANTINE_REDRIVE_SOURCE], &filter.source, &call->error);
    }
    if (st == PT_OK) {
        st = audit_redrive(call, all, &filter, positions->count);
    }
    if (api_failed(call, st)) {
    } else if (all) {
        redrive_all(call, &filter, (uint64_t)in[IN_QUARANTINE_REDRIVE_FROM].number);
    } else {
        redrive_positions(call, positions, in[IN_QUARANTINE_REDRIVE_PATCH].text);
    }
}
