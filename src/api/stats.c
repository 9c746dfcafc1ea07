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
    const ApiValue *from = &call->query[Q_STATS_SOURCES_FROM],
                   *to = &call->query[Q_STATS_SOURCES_TO];
    const ApiValue *since = &call->query[Q_STATS_SOURCES_SINCE];
    const ApiValue *until = &call->query[Q_STATS_SOURCES_UNTIL];
    const uint64_t end = pt_log_end(log, 0);
    uint64_t first = (uint64_t)from->number, behind = to->given ? (uint64_t)to->number : end;
    PtStatus st = PT_OK;
    if (!from->given && !to->given && !since->given && !until->given) {
        return fill_live(call->api, stats, err);
    }
    if (since->given) {
        st = pt_log_find_time(log, 0, since->number, &first, err);
    }
    if (st == PT_OK && until->given) {
        st = pt_log_find_time(log, 0, until->number, &behind, err);
    }
    return st == PT_OK ? event_stats_replay(stats, log, first, behind < end ? behind : end, err)
                       : st;
}

static PtStatus put_row(const EventStats *stats, const EventSource *source, PtJsonOut *out,
                        PtError *err)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "source", pt_str(source->name));
    api_put_text_or_null(out, "source_id", pt_str(source->id));
    pt_json_put_bool(out, "enabled", source->enabled);
    PtStatus st = event_stats_json(stats, source->number, NAMES_SHOWN, out, err);
    pt_json_out_object_end(out);
    return st;
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
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    api_page_begin(&out);
    for (size_t i = 0; i < count && st == PT_OK; i++) {
        st = put_row(stats, &list[i], &out, &call->error);
    }
    if (st == PT_OK && call->query[Q_STATS_SOURCES_OWN].truth) {
        const EventSource own = {.name = EVENT_FEED_SOURCE, .enabled = true}; // number 0
        st = put_row(stats, &own, &out, &call->error);
    }
    api_page_end(&out, NULL);
    if (!api_failed(call, st)) {
        api_answer(call, 200);
    }
}

void api_view_rebuild(ApiCall *call)
{
    const int64_t from = call->in[IN_VIEW_REBUILD_FROM].number;
    char detail[48];
    (void)snprintf(detail, sizeof detail, "{\"from\":%lld}", (long long)from);
    PtStatus st =
        api_audit(call, "view.rebuilt", "view", call->args[0], pt_str(detail), &call->error);
    if (st == PT_OK) {
        st = event_views_rebuild(call->api->c.views, call->args[0], (uint64_t)from, &call->error);
    }
    if (api_failed(call, st)) {
        return;
    }
    pt_diag(PT_DIAG_INFO, "views", "rebuild asked for", PT_F_STR("view", call->args[0]),
            PT_F_STR("by", pt_str(call->who.actor.id)));
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "view", call->args[0]);
    pt_json_put_i64(&out, "from", from);
    pt_json_out_object_end(&out);
    api_answer(call, 202);
}
