// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/access.h"
#include "api/api.h"
#include "api/api_table.h"
#include "api/origin.h"
#include "base/json.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

/* What the files of api/ share. */

/* -- operations
 * ----------------------------------------------------------------------------------------------------
 * What openapi/ says of each operation, as tables (tools/openapi_c.py): who may call it, what it
 * takes with which bounds, and which handler answers.
 */

typedef enum ApiKind {
    API_TEXT, /* min..max characters */
    API_ENUM, /* one of choices */
    API_BOOL,
    API_INT,       /* min..max */
    API_DOUBLE,    /* real_min..real_max */
    API_TIME,      /* RFC 3339; number: UTC ms */
    API_TEXT_LIST, /* min..max items of item_min..item_max characters, or of choices */
    API_INT_LIST,  /* min..max items of item_min..item_max */
    API_RAW,       /* any JSON value, its text, at most max bytes */
} ApiKind;

typedef struct ApiFieldSpec {
    const char *name;
    ApiKind kind;
    bool required, nullable;
    int64_t min, max, item_min, item_max;
    double real_min, real_max;
    const char *const *choices; /* ends with NULL */
    const char *fallback;       /* default, as text; NULL: none */
} ApiFieldSpec;

/* One decoded member or parameter. Texts live in the call's arena or the request. */
typedef struct ApiValue {
    bool given; /* by the caller; a default leaves it false */
    bool null;  /* given as null */
    PtStr text; /* data NULL when absent and without a default */
    int choice; /* ENUM: index; -1 when absent */
    bool truth;
    int64_t number;
    double real;
    int64_t *numbers;
    PtStr *texts;
    size_t count; /* items */
} ApiValue;

typedef enum ApiAccess {
    API_PUBLIC,     /* anyone */
    API_SELF,       /* any person or token */
    API_PERMISSION, /* whoever holds it */
} ApiAccess;

typedef enum ApiBody {
    API_BODY_NONE, /* must be empty */
    API_BODY_JSON, /* an object, decoded into call->in */
    API_BODY_RAW,  /* the handler reads request->body */
} ApiBody;

typedef struct ApiCall ApiCall;

typedef struct ApiOperation {
    const char *method, *path; /* a segment "*" matches one segment, given as call->args[] */
    const char *id;
    ApiAccess access;
    uint64_t permission;
    bool pooled;     /* on the pool (touches SQL or files); else on the loop */
    bool sensitive;  /* its answer holds a secret: never kept for Idempotency-Key */
    bool open_query; /* parameters that are not listed are passed over, not refused */
    bool capability; /* its path is the credential: whoever calls besides does not matter */
    bool question;   /* may run for seconds: on threads of its own, and ends with its client */
    ApiBody body;
    const ApiFieldSpec *in;
    unsigned in_count;
    const ApiFieldSpec *query;
    unsigned query_count;
    void (*handler)(ApiCall *call);
} ApiOperation;

typedef struct ApiPermission {
    const char *name, *description;
} ApiPermission;

extern const ApiOperation api_operations[];
extern const ApiPermission api_permissions[]; /* bit i of a set of permissions is row i */
extern const unsigned api_permission_count;
extern const AccessRole api_roles[]; /* [0]: owner */
extern const char *const api_role_descriptions[];
extern const unsigned api_role_count;
extern const char api_openapi_text[], api_openapi_end[]; /* the description itself */

enum { API_ARGS_MAX = 3, API_BODY_MAX = 1 << 20, API_HEADERS_MAX = 6 };

/* One management request. Handlers answer exactly once through api_answer, api_problem or by
 * starting a stream. */
struct ApiCall {
    Api *api;
    HttpExchange *x;
    const HttpRequest *request;
    const ApiOperation *op;
    PtArena *arena;
    _Atomic bool gone;        /* of a question: the client went away */
    PtStr args[API_ARGS_MAX]; /* percent-decoded */
    ApiValue *in, *query;     /* IN_<OPERATION>_<FIELD>, Q_<OPERATION>_<NAME> */
    AccessPrincipal who;      /* of a public operation: whoever called, permissions 0 for nobody */
    bool known;               /* who is somebody */
    char idempotency[65];     /* hex of the key's hash, "" without one */
    char request_hash[65];
    /* the answer, sent from the loop */
    int status;
    const char *content_type;
    PtBuf body;
    PtStatus problem;
    PtError error;
    uint32_t retry_after_s; /* with a problem of 429 or 503: 0 = 1 */
    HttpHeader extra[API_HEADERS_MAX];
    size_t extra_count;
};

/* The answer's body is what the handler wrote into call->body. */
void api_answer(ApiCall *call, int status);
/* 200 {} */
void api_answer_done(ApiCall *call);
void api_problem(ApiCall *call, PtStatus status, const PtError *err);
/* Answers with what call->error says, unless st is PT_OK. True: answered. */
static inline bool api_failed(ApiCall *call, PtStatus st)
{
    if (st != PT_OK) {
        api_problem(call, st, &call->error);
    }
    return st != PT_OK;
}
/* A header of the answer; name and value must live as long as the exchange's arena. */
void api_header(ApiCall *call, const char *name, PtStr value);

/* Decodes body and query by the operation's tables. PT_INVALID names the field and the bound;
 * unknown members and parameters are refused by name. */
PT_NODISCARD PtStatus api_decode(ApiCall *call, PtError *err);
/* The same for a JSON object that is not the request's body; values holds count. */
PT_NODISCARD PtStatus api_decode_object(PtStr json, const ApiFieldSpec *specs, unsigned count,
                                        PtArena *arena, ApiValue *values, PtError *err);

/* Members of an answer. */
void api_put_text_or_null(PtJsonOut *out, const char *key, PtStr value); /* null when empty */
void api_put_double(PtJsonOut *out, const char *key, double value);
void api_put_null(PtJsonOut *out, const char *key);
void api_put_raw(PtJsonOut *out, const char *key, PtStr json);
void api_put_time(PtJsonOut *out, const char *key, int64_t ms);
void api_put_time_or_null(PtJsonOut *out, const char *key, int64_t ms); /* null when 0 */
/* {"data": [ ... ], "next_cursor": cursor or null} */
void api_page_begin(PtJsonOut *out);
void api_page_end(PtJsonOut *out, const char *next_cursor);

/* A cursor that is a whole number; fallback when there is none. PT_INVALID else. */
PT_NODISCARD PtStatus api_cursor_u64(const ApiValue *cursor, uint64_t fallback, uint64_t *ret_value,
                                     PtError *err);
/* id, name or number of a source; *ret_number 0 when absent, API_SOURCE_OWN for "patron", the
 * server's own events. PT_NOT_FOUND when there is none. */
#define API_SOURCE_OWN UINT32_MAX
PT_NODISCARD PtStatus api_find_source(ApiCall *call, const ApiValue *ref, uint32_t *ret_number,
                                      PtError *err);

/* Value of a cookie; data NULL when absent. */
PtStr api_cookie(const HttpRequest *r, const char *name);
/* Gives the browser its session with this answer (access.c). */
void api_set_session_cookie(ApiCall *call, const AccessSession *session);

/* An entry of the audit chain in a transaction of its own, written before something that is not a
 * change of SQL (a redrive, a rebuild): without it nothing is done (audit.c). */
PT_NODISCARD PtStatus api_audit(ApiCall *call, const char *action, const char *subject_type,
                                PtStr subject, PtStr detail, PtError *err);

/* Idempotency-Key (idempotency.c), on the pool around the handler. True when the call was answered
 * already: by the kept answer, or refused. */
bool api_idempotency_begin(ApiCall *call);
void api_idempotency_end(ApiCall *call);

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

enum { API_PULSE_SOURCES = 1024 };

typedef struct ApiPulseCount { /* since the start */
    _Atomic uint64_t events, quarantined;
} ApiPulseCount;

struct Api {
    ApiConfig c;
    HttpServer *server;
    ConnectJobs *imports;
    Hooks *hooks;
    PtPool *hook_pool;
    Behaviour *behaviour;
    BehaviourJobs *export_jobs;
    Commerce *commerce;
    Desk *desk;
    Insight *insight;
    Surveys *surveys;
    Notify *notify;
    Work *work;
    PtPool *question_pool;
    Privacy *privacy;
    ConnectPulls *pulls;
    ConnectDrops *drops;
    ConnectAdopt *adopt;
    ConnectDestinations *destinations;
    /* intake: the loop's own */
    ApiWaiting *waiting;
    size_t waiting_head, waiting_count, waiting_cap;
    ApiProxies proxies;
    char hsts[48];          /* value of the header, "" none */
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
    PtLoopTimer watch; /* of who holds the streams; armed while there are any */
    ApiPulseCount pulse[API_PULSE_SOURCES]; /* by number of the source */
};

/* -- streams
 * -------------------------------------------------------------------------------------------------------
 */

struct ApiStream {
    Api *api;
    HttpStream *http;
    AccessPrincipal who; /* the stream ends when they may no more */
    ApiStream *next;
    _Atomic bool nudged; /* wakes pt_log_wait: something but a record is there, or the end */
    _Atomic bool ended;  /* the client went away, may no more, or the server stops */
    PtStatus (*run)(ApiStream *stream, void *ctx, PtError *err);
    void *ctx; /* freed with free() */
};

/* Begins the answer and runs `run` on a thread of its own. ctx (malloc'ed) passes to the stream
 * whatever happens. False: the call was answered, or its client is gone, and run is never called.
 */
bool api_stream_start(ApiCall *call, const char *content_type,
                      PtStatus (*run)(ApiStream *, void *, PtError *), void *ctx);

/* The same from a thread of a pool: on the loop, soon. `run` gets a pointer to the object, which is
 * then its own to free; where it is never called, `drop` is. Extra headers go with the answer. */
void api_stream_start_later(ApiCall *call, const char *content_type,
                            PtStatus (*run)(ApiStream *, void *, PtError *), void *object,
                            void (*drop)(void *object));

/* The watch's own (streams.c): on the loop. */
void api_streams_watch(PtLoopTimer *timer);

/* Whether a record of source `number` is wanted. What the server itself has put into the log (the
 * feed) is shown to those who ask for it: a shop's events are not mixed with its sign-ins. */
bool api_source_wanted(uint32_t filter, uint32_t number);

/* Name and id of a source, in `space`; empty when it is gone. */
EventSourceName api_source_name(Api *api, uint32_t number, EventSource *space);

/* The id of the person whom a record belongs to now, in `id`; empty where it is nobody's or the
 * view has not seen it yet (profiles.c). */
PtStr api_profile_of(Api *api, const PtRecord *record, char id[static 37]);

/* "source": {id, name}, null when it is gone (profiles.c). */
void api_put_source(ApiCall *call, PtJsonOut *out, uint32_t number);
/* "groups": of a person (groups.c). */
PT_NODISCARD PtStatus api_put_groups(ApiCall *call, PtJsonOut *out, PtStr person);
/* "consent": of a person (consent.c). */
PT_NODISCARD PtStatus api_put_consent(ApiCall *call, PtJsonOut *out, PtStr person);

/* -- resources
 * -----------------------------------------------------------------------------------------------------
 */

/* Why /readyz and what shows customers say 503 after a restore (health.c). */
extern const char api_not_ready[];

/* Answers intake requests (any path that a client library calls). False: not an intake path. */
bool api_intake(Api *api, HttpExchange *x);
/* Answers what comes to connectors (hooks.c). False: another path. */
bool api_hooks(Api *api, HttpExchange *x);
void api_intake_settle(Api *api); /* on the loop: answers what has finished */
void api_intake_round_end(void *ctx);
void api_reject(Api *api, const HttpRequest *r, int http, uint32_t source, const char *reason);

/* Pages and files packed into the program (assets.c): any GET that is no operation. */
void api_asset(Api *api, HttpExchange *x);

void api_metrics_init(Api *api);
/* What a source sent, for the consoles that are open (pulse.c). */
void api_pulse_count(Api *api, const EventOutcome *outcome);
void api_metric_intake(const EventOutcome *outcome, PtStatus status);
void api_metric_ack(int64_t waited_ns);
