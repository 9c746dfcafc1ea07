// SPDX-License-Identifier: Apache-2.0
/* /api/v1/stats/sources and /api/v1/views: what came from whom, live or by replay of a range. */
#include "api/api_internal.h"

#include "platform/diag.h"

enum { NAMES_SHOWN = 50 };

static PtStatus fill_live(Api *api, EventStats *stats, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(api->c.views_sql, false, &tx, err);
    return st == PT_OK ? event_stats_load(stats, tx, err) : st;
}

/* from/to (offsets) or since/until (times of receipt): replays that range; with none of them the
 * live view is read. */
static PtStatus fill(ApiCall *call, EventStats *stats, PtError *err)
{
    PtLog *log = call->api->c.log;
    const uint64_t end = pt_log_end(log, 0);
    uint64_t from = 0, to = end;
    int64_t since_ms = 0, until_ms = 0;
    bool has_since, has_until;
    const bool has_range = http_query(call->request, call->arena, "from").data != NULL ||
                           http_query(call->request, call->arena, "to").data != NULL;
    PtStatus st = api_query_u64(call, "from", 0, INT64_MAX, &from, err);
    if (st == PT_OK) {
        st = api_query_u64(call, "to", end, INT64_MAX, &to, err);
    }
    if (st == PT_OK) {
        st = api_query_time(call, "since", &has_since, &since_ms, err);
    }
    if (st == PT_OK) {
        st = api_query_time(call, "until", &has_until, &until_ms, err);
    }
    if (st != PT_OK) {
        return st;
    }
    if (!has_range && !has_since && !has_until) {
        return fill_live(call->api, stats, err);
    }
    if (has_since) {
        st = pt_log_find_time(log, 0, since_ms, &from, err);
    }
    if (st == PT_OK && has_until) {
        st = pt_log_find_time(log, 0, until_ms, &to, err);
    }
    return st == PT_OK ? event_stats_replay(stats, log, from, to < end ? to : end, err) : st;
}

void api_stats_sources(ApiCall *call)
{
    PT_CLEANUP(event_stats_freep) EventStats *stats = event_stats_new();
    EventSource *list;
    size_t count;
    PtStatus st = stats != NULL ? fill(call, stats, &call->error)
                                : pt_fail(&call->error, PT_NO_MEMORY, "no memory for statistics");
    if (st == PT_OK) {
        st = event_sources_list(call->api->c.sources, call->arena, &list, &count, &call->error);
    }
    if (st != PT_OK) {
        api_problem(call, st, &call->error);
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count && st == PT_OK; i++) {
        pt_json_out_object(&out);
        pt_json_out_key(&out, PT_STR("source"));
        pt_json_out_str(&out, pt_str(list[i].name));
        pt_json_out_key(&out, PT_STR("source_id"));
        pt_json_out_str(&out, pt_str(list[i].id));
        pt_json_out_key(&out, PT_STR("enabled"));
        pt_json_out_bool(&out, list[i].enabled);
        st = event_stats_json(stats, list[i].number, NAMES_SHOWN, &out, &call->error);
        pt_json_out_object_end(&out);
    }
    pt_json_out_array_end(&out);
    pt_json_out_key(&out, PT_STR("next_cursor"));
    pt_json_out_null(&out);
    pt_json_out_object_end(&out);
    if (st == PT_OK) {
        api_answer(call, 200);
    } else {
        api_problem(call, st, &call->error);
    }
}

void api_view_rebuild(ApiCall *call)
{
    ApiField from = {.name = "from", .kind = API_INT, .min = 0, .max = INT64_MAX};
    PtStatus st = api_fields(call, &from, 1, &call->error);
    if (st == PT_OK) {
        st = event_views_rebuild(call->api->c.views, call->args[0], (uint64_t)from.number,
                                 &call->error);
    }
    if (st != PT_OK) {
        api_problem(call, st, &call->error);
        return;
    }
    pt_diag(PT_DIAG_INFO, "views", "rebuild asked for", PT_F_STR("view", call->args[0]),
            PT_F_STR("by", pt_str(call->actor)));
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("view"));
    pt_json_out_str(&out, call->args[0]);
    pt_json_out_key(&out, PT_STR("from"));
    pt_json_out_i64(&out, from.number);
    pt_json_out_object_end(&out);
    api_answer(call, 202);
}
