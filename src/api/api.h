// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "events/events.h"
#include "platform/clock.h"
#include "platform/http.h"
#include "platform/log.h"
#include "platform/loop.h"
#include "platform/sql.h"

#include <stdint.h>

/* The HTTP face: one table of routes (routes.c), one file per resource: decode, authorise, call,
 * encode.
 *
 * Kinds of callers   sources write events (intake routes, write key); people and scripts manage
 * (routes under /api/v1 and the debugger): over the data folder's socket, or over loopback with a
 * token. From elsewhere management answers 403 until accounts exist. Threads            api_handle
 * and api_round_settled run on the loop; handlers that touch SQL run on the pool; exports and live
 * streams have a thread each.
 */
typedef struct Api Api;

typedef struct ApiConfig {
    PtLoop *loop;
    PtPool *pool;
    PtLog *log;
    PtSql *core, *views_sql;
    Dedupe *dedupe;
    EventIntake *intake;
    EventSources *sources;
    EventViews *views;
    const PtClock *clock;
    uint8_t token_key[PT_SECRET_KEY];
    unsigned max_streams;
    int64_t started_mono_ms;
} ApiConfig;

PT_NODISCARD PtStatus api_new(const ApiConfig *config, Api **ret_api, PtError *err);
/* Ends the streams and waits for their threads; call with the server drained. Accepts NULL. */
void api_free(Api *api);

/* The server whose counters /metrics and status show; before the first request. */
void api_set_server(Api *api, HttpServer *server);

/* HttpHandler: ctx is the Api. */
void api_handle(void *ctx, HttpExchange *x);

/* The log's callback, on the log's thread: settles dedupe, then wakes the loop to answer the
 * waiting clients. */
void api_log_round(void *ctx, uint64_t round, PtStatus status);

/* Makes every stream end soon: the server is stopping. */
void api_stop_streams(Api *api);
