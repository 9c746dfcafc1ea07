// SPDX-License-Identifier: Apache-2.0
/* /api/v1/health, settings, alerts, backups */
#include "api/api_internal.h"

#include <stdlib.h>

static void answer(ApiCall *call, PtStatus st, int status)
{
    if (!api_failed(call, st)) {
        api_answer(call, status);
    }
}

void api_health_get(ApiCall *call)
{
    PtJsonOut out = pt_json_out(&call->body);
    answer(call, operate_health_json(call->api->c.operate, &out, &call->error), 200);
}

void api_health_series(ApiCall *call)
{
    const ApiValue *q = call->query;
    PtJsonOut out = pt_json_out(&call->body);
    PtStatus st = operate_series_json(
        call->api->c.operate, (OperateSeries)q[Q_HEALTH_SERIES_NAME].choice, // in the enum's order
        (unsigned)q[Q_HEALTH_SERIES_MINUTES].number, (unsigned)q[Q_HEALTH_SERIES_POINTS].number,
        &out, &call->error);
    answer(call, st, 200);
}

void api_settings_list(ApiCall *call)
{
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    api_put_raw(&out, "data", operate_settings_json(call->api->c.operate));
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_alerts_list(ApiCall *call)
{
    static const OperateAlertState states[] = {OPERATE_ALERTS_ACTIVE, OPERATE_ALERTS_CLEARED,
                                               OPERATE_ALERTS_ANY};
    const ApiValue *q = call->query;
    char next[PT_UUID_TEXT] = "";
    PtJsonOut out = pt_json_out(&call->body);
    api_page_begin(&out);
    PtStatus st = operate_alerts_json(call->api->c.operate, states[q[Q_ALERTS_LIST_STATE].choice],
                                      q[Q_ALERTS_LIST_CURSOR].text, q[Q_ALERTS_LIST_LIMIT].number,
                                      &out, next, &call->error);
    api_page_end(&out, next[0] != '\0' ? next : NULL);
    answer(call, st, 200);
}

void api_alerts_acknowledge(ApiCall *call)
{
    PtJsonOut out = pt_json_out(&call->body);
    PtStatus st = operate_alert_acknowledge(call->api->c.operate, call->args[0],
                                            call->in[IN_ALERTS_ACKNOWLEDGE_NOTE].text,
                                            &call->who.actor, &out, &call->error);
    answer(call, st, 200);
}

void api_backups_list(ApiCall *call)
{
    const ApiValue *q = call->query;
    PtJsonOut out = pt_json_out(&call->body);
    PtStatus st = operate_backups_json(call->api->c.operate, q[Q_BACKUPS_LIST_CURSOR].text,
                                       q[Q_BACKUPS_LIST_LIMIT].number, &out, &call->error);
    answer(call, st, 200);
}

void api_backups_start(ApiCall *call)
{
    const ApiValue *in = call->in;
    PtJsonOut out = pt_json_out(&call->body);
    PtStatus st = operate_backup_start(call->api->c.operate, in[IN_BACKUPS_START_PATH].text,
                                       in[IN_BACKUPS_START_SECRETS].truth, &call->who.actor, &out,
                                       &call->error);
    answer(call, st, 202);
}

void api_backups_get(ApiCall *call)
{
    PtJsonOut out = pt_json_out(&call->body);
    answer(call, operate_backup_json(call->api->c.operate, call->args[0], &out, &call->error), 200);
}

void api_backups_cancel(ApiCall *call)
{
    PtJsonOut out = pt_json_out(&call->body);
    PtStatus st = operate_backup_cancel(call->api->c.operate, call->args[0], &call->who.actor, &out,
                                        &call->error);
    answer(call, st, 202);
}

static PtStatus write_stream(void *ctx, const void *bytes, size_t len, PtError *err)
{
    ApiStream *s = ctx;
    PtStatus st = http_stream_write(s->http, (PtStr){bytes, len});
    return st == PT_OK ? PT_OK : pt_fail(err, PT_GONE, "whoever asked for the backup is gone");
}

static PtStatus run_backup(ApiStream *stream, void *ctx, PtError *err)
{
    const PackSink sink = {write_stream, stream};
    const AuditActor *by = ctx;
    return operate_backup_run(stream->api->c.operate, by, &sink, err);
}

void api_backups_stream(ApiCall *call)
{
    const bool secrets = call->in[IN_BACKUPS_STREAM_SECRETS].truth;
    AuditActor *by = malloc(sizeof *by);
    PtStatus st = PT_OK;
    if (by == NULL) {
        st = pt_fail(&call->error, PT_NO_MEMORY, "no memory for a backup");
    } else if (secrets && call->who.actor.kind != AUDIT_SOCKET) {
        st = pt_fail(&call->error, PT_FORBIDDEN,
                     "secrets are sent over the data folder's socket only");
    } else {
        *by = call->who.actor;
        st = operate_backup_reserve(call->api->c.operate, secrets, &call->error);
    }
    if (st != PT_OK) {
        free(by);
        api_problem(call, st, &call->error);
    } else if (!api_stream_start(call, "application/octet-stream", run_backup, by)) {
        operate_backup_abandon(call->api->c.operate);
    }
}
