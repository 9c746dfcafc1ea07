// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/api.h"
#include "base/json.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

/* What the files of api/ share. */

/* -- routes
 * --------------------------------------------------------------------------------------------------------
 */

typedef enum ApiAccess {
    API_PUBLIC, /* anyone: health, metrics of nothing personal, static pages */
    API_MANAGE, /* socket, or loopback with a token */
    API_OWNER,  /* socket only: what gives out credentials */
} ApiAccess;

typedef struct ApiCall ApiCall;
typedef void ApiHandler(ApiCall *call);

typedef struct ApiRoute {
    const char *method, *path; /* a path segment "*" matches one segment, given as call->args[] */
    ApiAccess access;
    bool pooled; /* runs on the pool (touches SQL or files); else on the loop */
    ApiHandler *handler;
} ApiRoute;

enum { API_ARGS_MAX = 2, API_BODY_MAX = 1 << 20 };

/* One management request. Handlers answer exactly once through api_answer, api_problem or by
 * starting a stream. */
struct ApiCall {
    Api *api;
    HttpExchange *x;
    const HttpRequest *request;
    const ApiRoute *route;
    PtArena *arena;
    PtStr args[API_ARGS_MAX];
    char actor[64]; /* who, for logs: "socket" or the token's id */
    /* the answer, sent from the loop */
    int status;
    const char *content_type;
    PtBuf body;
    PtStatus problem;
    PtError error;
    HttpHeader extra;
};

/* The answer's body is what the handler wrote into call->body. */
void api_answer(ApiCall *call, int status);
void api_problem(ApiCall *call, PtStatus status, const PtError *err);

/* Parses the request body as a JSON object of known members. */
typedef struct ApiField {
    const char *name;
    enum { API_TEXT, API_BOOL, API_INT, API_INT_LIST } kind;
    bool required;
    int64_t min, max; /* INT: value; TEXT: bytes; INT_LIST: items */
    /* results */
    bool given;
    PtStr text;
    bool truth;
    int64_t number;
    int64_t *list;
    size_t list_count;
} ApiField;
/* PT_INVALID names the field and the bound; unknown members are refused by name. An empty body
 * reads as {}. */
PT_NODISCARD PtStatus api_fields(ApiCall *call, ApiField *fields, size_t count, PtError *err);

/* Query parameters. */
PT_NODISCARD PtStatus api_query_u64(ApiCall *call, const char *name, uint64_t fallback,
                                    uint64_t max, uint64_t *ret_value, PtError *err);
PT_NODISCARD PtStatus api_query_time(ApiCall *call, const char *name, bool *ret_given,
                                     int64_t *ret_ms, PtError *err);
/* id, name or number of a source; *ret_number 0 when the parameter is absent. PT_NOT_FOUND when
 * there is none. */
PT_NODISCARD PtStatus api_query_source(ApiCall *call, uint32_t *ret_number, PtError *err);

/* -- state
 * ---------------------------------------------------------------------------------------------------------
 */

/* A call refused before it became a record: shown in the debugger, kept in memory only. */
typedef struct ApiReject {
    uint64_t number; /* rising, from 1 */
    int64_t time_ms;
    int http;
    uint32_t source; /* 0 when unknown */
    char reason[160], path[80], peer[64];
} ApiReject;

enum { API_REJECTS_KEPT = 256 };

typedef struct ApiStream ApiStream;

typedef struct ApiWaiting { /* FIFO of intake calls whose round is not finished */
    HttpExchange *x;
    uint64_t round;
    int64_t since_ns;
    uint32_t duplicates, quarantined; /* events of the call, told in the answer */
    bool pixel;
} ApiWaiting;

typedef struct ApiFinished {
    uint64_t round;
    PtStatus status;
} ApiFinished;

struct Api {
    ApiConfig c;
    HttpServer *server;
    /* intake: the loop's own */
    ApiWaiting *waiting;
    size_t waiting_head, waiting_count, waiting_cap;
    uint64_t settled_round; /* up to which clients were answered */
    bool flush_due;
    /* rounds finished and not yet settled: between the log's thread and the loop */
    pthread_mutex_t rounds_lock;
    ApiFinished finished[64];
    size_t finished_count;
    bool settle_posted;
    /* rejects and streams */
    pthread_mutex_t lock;
    pthread_cond_t stream_ended;
    ApiReject rejects[API_REJECTS_KEPT];
    uint64_t reject_count;
    ApiStream *streams;
    unsigned stream_count;
    bool stopping;
};

/* -- streams
 * -------------------------------------------------------------------------------------------------------
 */

struct ApiStream {
    Api *api;
    HttpStream *http;
    ApiStream *next;
    _Atomic bool nudged; /* wakes pt_log_wait: something but a record is there, or the end */
    _Atomic bool ended;  /* the client went away or the server stops */
    PtStatus (*run)(ApiStream *stream, void *ctx, PtError *err);
    void *ctx; /* freed with free() */
};

/* Begins the answer and runs `run` on a thread of its own. ctx (malloc'ed) passes to the stream
 * whatever happens. */
void api_stream_start(ApiCall *call, const char *content_type,
                      PtStatus (*run)(ApiStream *, void *, PtError *), void *ctx);

/* Name and id of a source, in `space`; empty when it is gone. */
EventSourceName api_source_name(Api *api, uint32_t number, EventSource *space);

/* -- resources
 * -----------------------------------------------------------------------------------------------------
 */

/* Answers intake requests (any path that a client library calls). False: not an intake path. */
bool api_intake(Api *api, HttpExchange *x);
void api_intake_settle(Api *api); /* on the loop: answers what has finished */
void api_intake_round_end(void *ctx);
void api_reject(Api *api, const HttpRequest *r, int http, uint32_t source, const char *reason);

/* Tokens (tokens.c). The role's name is checked, one role exists so far: admin. */
PT_NODISCARD PtStatus api_token_check(Api *api, PtStr token, char actor[static 64], PtError *err);

ApiHandler api_sources_list, api_sources_add, api_sources_get, api_sources_change,
    api_sources_rotate;
ApiHandler api_tokens_list, api_tokens_add, api_tokens_revoke;
ApiHandler api_events_export, api_events_live;
ApiHandler api_quarantine_list, api_quarantine_redrive;
ApiHandler api_stats_sources, api_status, api_view_rebuild;
ApiHandler api_healthz, api_readyz, api_metrics, api_asset;

void api_metrics_init(Api *api);
void api_metric_intake(const EventOutcome *outcome, PtStatus status);
void api_metric_ack(int64_t waited_ns);
