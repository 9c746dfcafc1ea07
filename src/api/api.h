// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/access.h"
#include "behaviour/behaviour.h"
#include "commerce/commerce.h"
#include "connect/connect.h"
#include "desk/desk.h"
#include "events/events.h"
#include "insight/insight.h"
#include "notify/notify.h"
#include "operate/operate.h"
#include "platform/clock.h"
#include "platform/http.h"
#include "platform/log.h"
#include "platform/loop.h"
#include "platform/sql.h"
#include "privacy/privacy.h"
#include "profiles/profiles.h"
#include "surveys/surveys.h"

#include <stdint.h>

/* The HTTP face: one table of operations, generated from openapi/, one file per resource: decode,
 * authorise, call, encode.
 *
 * Callers  Sources write events (intake routes, write key). People, scripts and the console manage
 *          (operations of openapi/, src/api/routes.c): by session, by API token, or over the data
 *          folder's socket; over plain HTTP from this machine only.
 * Threads  api_handle runs on the loop; handlers that touch SQL run on the pool; exports and live
 *          streams have a thread each.
 */
typedef struct Api Api;

typedef struct ApiConfig {
    PtLoop *loop;
    PtPool *pool;
    PtPool *public_pool; /* what strangers may ask for: signing in must not crowd out the rest */
    PtLog *log;
    PtSql *core, *views_sql;
    Dedupe *dedupe;
    EventIntake *intake;
    EventSources *sources;
    EventPlans *plans;
    Profiles *profiles;
    EventViews *views;
    Operate *operate;
    PtClock *clock; /* a simulated one is set by PUT /api/v1/clock */
    Access *access;
    Oidc *oidc;          /* NULL: no provider is set up */
    bool plain_http;     /* management over plain HTTP from elsewhere: TLS ends in front of us */
    const char *proxies; /* believed ones (origin.h); read by api_new, NULL: none */
    unsigned hsts_days;  /* 0: browsers are not told to come by HTTPS only */
    unsigned max_streams;
    int64_t started_mono_ms;
} ApiConfig;

PT_NODISCARD PtStatus api_new(const ApiConfig *config, Api **ret_api, PtError *err);
/* Ends the streams and waits for their threads; call with the server drained. Accepts NULL. */
void api_free(Api *api);

/* Its roles, [0] the owner; and the permission behind a bit, NULL past the last: for AccessConfig.
 */
const AccessRole *api_role_table(size_t *ret_count);
const char *api_permission_name(unsigned bit);

/* The server whose counters /metrics and status show; before the first request. */
void api_set_server(Api *api, HttpServer *server);

/* The imports that the operations under /api/v1/imports work on; before the first request. Borrowed
 * until api_free returned. */
void api_set_imports(Api *api, ConnectJobs *imports);
/* Likewise for /api/v1/pulls and /api/v1/drop-folders. */
void api_set_pulls(Api *api, ConnectPulls *pulls, ConnectDrops *drops);
void api_set_adopt(Api *api, ConnectAdopt *adopt); /* /api/v1/adoption */
/* Likewise for /api/v1/destinations. */
void api_set_destinations(Api *api, ConnectDestinations *destinations);
/* Likewise for /api/v1/privacy. */
void api_set_privacy(Api *api, Privacy *privacy);
/* ConnectJobsConfig.on_change: ctx is the Api. */
void api_imports_changed(void *ctx);

/* The connectors behind /v1/hooks and /api/v1/connectors, and the threads that deliveries wait on;
 * before the first request. Borrowed until api_free returned. */
void api_set_hooks(Api *api, Hooks *hooks, PtPool *pool);

/* What /api/v1/analytics and /api/v1/reports work on, and the threads that questions wait and run
 * on; before the first request. Borrowed until api_free returned. */
void api_set_behaviour(Api *api, Behaviour *behaviour, PtPool *pool);
void api_set_export_jobs(Api *api, BehaviourJobs *jobs); /* /api/v1/analytics/exports */

/* What /api/v1/commerce works on; before the first request. */
void api_set_commerce(Api *api, Commerce *commerce);
/* What /api/v1/tickets and /api/v1/desk work on; before the first request. */
void api_set_desk(Api *api, Desk *desk);
/* What /api/v1/insight, and /api/v1/surveys and /survey, work on; before the first request. */
void api_set_insight(Api *api, Insight *insight);
void api_set_surveys(Api *api, Surveys *surveys);
/* Likewise for /api/v1/notifications. */
void api_set_notify(Api *api, Notify *notify);
/* What promises work on; before the first request. */
void api_set_work(Api *api, Work *work);

/* How long intake calls waited for the log: a histogram in seconds, for the process's life. */
const PtMetric *api_ack_metric(void);

/* HttpHandler: ctx is the Api. */
void api_handle(void *ctx, HttpExchange *x);

/* The log's callback, on the log's thread: settles dedupe, then wakes the loop to answer the
 * waiting clients. */
void api_log_round(void *ctx, uint64_t round, PtStatus status);

/* Makes every stream end soon: the server is stopping. */
void api_stop_streams(Api *api);
