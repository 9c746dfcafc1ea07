// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "events/events.h"
#include "platform/file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Kinds of destinations: what a webhook, GA4, Meta, a Segment-compatible endpoint, a folder and an
 * S3-compatible store want to hear, and what their answers mean. A kind does no network and keeps
 * no state; it turns events into requests, the engine (destination.h) carries them.
 *
 * The way of an event
 *     render   one event -> a piece: the text that stands for it in a request, or why it is skipped
 *     encode   pieces of one group -> one request
 *     send     the engine by HTTP, or the kind's own `write`
 *     judge    the answer -> a verdict
 * Each event is rendered once; the engine adds up the pieces' lengths and closes a request before
 * count_max or bytes_max would be passed.
 *
 * Units    Instants are UTC ms of the daemon's clock.
 * Errors   render and encode fail only for want of memory or over a bound of the arena; that an
 *          event does not fit the destination is no error but piece.skip.
 * Threads  Pure functions (but `write`): any thread.
 */

/* A setting of a kind, all text. The wizard and the API show them as they stand here. */
typedef struct ConnectField {
    const char *name;  /* "url": [a-z_], unique in its kind */
    const char *title; /* "Address" */
    const char *help;  /* one sentence, or "" */
    bool secret;       /* sealed where it is stored, never given back */
    bool required;     /* otherwise empty means `fallback` */
    uint32_t max;      /* bytes */
    const char *fallback;
    const char *const *choices; /* NULL-terminated; NULL: free text */
} ConnectField;

typedef struct ConnectKind ConnectKind;

typedef struct ConnectSetting {
    PtStr name, value;
} ConnectSetting;

/* Of one destination. All borrowed from the caller. Secrets are opened in memory only. */
typedef struct ConnectSettings {
    const ConnectKind *kind;
    PtStr destination; /* its id: part of webhook-id, of file names and of object keys */
    const ConnectSetting *items;
    size_t count;
    const PtStr *columns; /* names that the field mapping writes, in its order; none: no mapping */
    size_t column_count;
    PtStr folder; /* files: the folder that all of its files lie under, absolute */
} ConnectSettings;

/* The value, else the field's fallback, else empty. */
PtStr connect_setting(const ConnectSettings *s, const char *name);

typedef struct ConnectOutEvent {
    const PtRecord *record;
    const EventView *view;
    PtStr json;       /* event_to_json without _patron */
    PtStr profile_id; /* empty: unknown */
    PtStr mapped; /* the JSON object that the field mapping made; empty: no mapping. Every name of
                     settings.columns is in it, null where the event has no value */
} ConnectOutEvent;

enum {
    CONNECT_WHY_MAX = 200,
    CONNECT_SKIP_MAX = 40,
    CONNECT_GROUP_MAX = 1024,
    CONNECT_HEADERS_MAX = 24
};

/* One event as it will stand in a request. Texts live in the arena given to render. */
typedef struct ConnectPiece {
    uint64_t offset; /* of the event */
    PtStr body;      /* as it will stand in a request */
    PtStr group;     /* only pieces of equal group may share a request; at most CONNECT_GROUP_MAX */
    const char *skip; /* NULL, or why the event is not for this destination: "no client id"; at most
                         CONNECT_SKIP_MAX bytes, as it is counted by it */
    PtStr note;       /* empty, or what was left out of it: "2 parameters over the 25th" */
} ConnectPiece;

/* What names a request: must be equal when it is sent again. */
typedef struct ConnectBatch {
    int64_t now_ms;
    uint64_t first, last; /* offsets of its first and last event */
    bool test;            /* a test send: GA4's debug endpoint, Meta's test code */
} ConnectBatch;

typedef struct ConnectRequest {
    const char *method; /* "POST", "PUT" */
    PtStr url;          /* NUL behind it; of a kind with `write`: the path of the file */
    PtStr content_type; /* NUL behind it */
    PtStr headers[CONNECT_HEADERS_MAX]; /* whole lines "name: value", NUL behind each */
    size_t header_count;
    PtBuf body;      /* owned */
    PtStr aws_sigv4; /* CURLOPT_AWS_SIGV4, "aws:amz:eu-central-1:s3"; empty: not signed by curl */
    PtStr user;      /* CURLOPT_USERPWD "key:secret" of aws_sigv4, NUL behind it; a secret */
} ConnectRequest;

void connect_request_init(ConnectRequest *request, size_t body_max);
void connect_request_done(ConnectRequest *request); /* accepts a zeroed one */

/* The request for people: "POST https://...", headers and the start of the body, with secrets in
 * URL, headers and `user` as "***". For the test send and for error texts. At most `max` bytes of
 * the body. */
void connect_request_show(const ConnectSettings *s, const ConnectRequest *request, size_t max,
                          PtBuf *out);

#define CONNECT_VERDICT_MAP(X)                                                                     \
    X(DELIVERED, "delivered") /* all of it */                                                      \
    X(AGAIN, "again")         /* later: 408, 425, 429, 5xx */                                      \
    X(REFUSED, "refused")     /* never: dead letters */                                            \
    X(SPLIT, "split")         /* one of several is bad: each on its own (one alone is REFUSED) */  \
    X(STOP, "stop")           /* the credentials or the address are wrong: all would fail */

#define CONNECT_VERDICT_ENUM(id, name) CONNECT_##id,
typedef enum ConnectVerdict {
    CONNECT_VERDICT_MAP(CONNECT_VERDICT_ENUM) CONNECT_VERDICT_COUNT
} ConnectVerdict;
#undef CONNECT_VERDICT_ENUM
const char *connect_verdict_name(ConnectVerdict verdict);

/* What a field mapping does to this kind. */
typedef enum ConnectMappingUse {
    CONNECT_MAPPING_NONE,   /* the event goes as it came */
    CONNECT_MAPPING_WHOLE,  /* its object stands in place of the event */
    CONNECT_MAPPING_FIELDS, /* its members are added to, or replace, what the kind works out */
} ConnectMappingUse;

/* A whole file that is sent as one object: an export. All borrowed. */
typedef struct ConnectFile {
    int fd; /* read by place, never closed */
    int64_t bytes;
    PtStr name; /* letters, digits and - _ . / only: "sales/orders-20261123-0600-12.csv" */
    PtStr id;   /* letters, digits and _ -: equal when it is sent again */
    const char *content_type;
    int64_t now_ms;
} ConnectFile;

enum { CONNECT_PLACE_MAX = 600, CONNECT_ETAG_MAX = 128 };

typedef struct ConnectFileAnswer {
    int status; /* 0: there was none */
    PtStr body; /* its start, until the next request */
    char etag[CONNECT_ETAG_MAX];
    ConnectVerdict verdict; /* without an answer: AGAIN or STOP, and why */
    char why[CONNECT_WHY_MAX];
} ConnectFileAnswer;

/* Who carries the requests of a file: the body is [from, from + len) of it, or the request's own
 * where len is negative. Fails for want of memory, PT_UNAVAILABLE: it was stopped. */
typedef struct ConnectCarrier {
    PtStatus (*send)(void *ctx, const ConnectRequest *request, int64_t from, int64_t len,
                     ConnectFileAnswer *ret_answer, PtError *err);
    void *ctx;
} ConnectCarrier;

/* What became of a file. */
typedef struct ConnectFileEnd {
    ConnectVerdict verdict;        /* never SPLIT */
    int64_t wait_ms;               /* the receiver asked for so long; 0: it did not */
    char why[CONNECT_WHY_MAX];     /* empty when DELIVERED */
    char place[CONNECT_PLACE_MAX]; /* where it lies, without secrets */
} ConnectFileEnd;

struct ConnectKind {
    const char *name;  /* "webhook" */
    const char *title; /* "Webhook" */
    const char *help;  /* one sentence */
    const ConnectField *fields;
    size_t field_count;
    size_t bytes_max;  /* of a request's body */
    uint32_t parallel; /* requests that may be under way at once; 1: strictly in order */
    bool repeatable;   /* sending again does no harm: the receiver knows the id, or the name */
    ConnectMappingUse mapping;
    const char *const
        *purposes_default; /* NULL-terminated; what a new destination asks consent for */

    /* Whether the settings can work: PT_INVALID with a message that names the field. Fields' own
     * rules (required, max, choices) are checked by connect_settings_check before. */
    PtStatus (*check)(const ConnectSettings *s, PtError *err);

    /* Events a request may hold with these settings, 1 or more. */
    uint32_t (*count_max)(const ConnectSettings *s);

    /* How long a request that is not full may wait for more events; NULL or 0: not at all. Of a
     * kind that waits, what is sent again after a crash has the same first and last event. */
    int64_t (*linger_ms)(const ConnectSettings *s);

    /* Bytes of bodies after which a request is closed, at most bytes_max; NULL: bytes_max. What
     * encode adds around the bodies (brackets, commas, a CSV head) is already taken off. */
    size_t (*fill_max)(const ConnectSettings *s);

    PtStatus (*render)(const ConnectSettings *s, const ConnectOutEvent *event, int64_t now_ms,
                       PtArena *arena, ConnectPiece *ret_piece, PtError *err);

    /* count is 1..count_max(), all of one group. `ret` was initialised with bytes_max; its texts
     * live in the arena. */
    PtStatus (*encode)(const ConnectSettings *s, const ConnectPiece *pieces, size_t count,
                       const ConnectBatch *batch, PtArena *arena, ConnectRequest *ret,
                       PtError *err);

    /* http_status 100..599; body: the start of the answer (at most 64 KiB). why: one line for
     * people, empty when DELIVERED. Not used by kinds with `write`. */
    ConnectVerdict (*judge)(const ConnectSettings *s, int http_status, PtStr body, size_t count,
                            bool test, char why[static CONNECT_WHY_MAX]);

    /* NULL: by HTTP. Otherwise puts the request's body in place, durable when it returns PT_OK; a
     * repeat leaves the same. A failure is AGAIN. */
    PtStatus (*write)(PtFs *fs, const ConnectSettings *s, const ConnectRequest *request,
                      PtError *err);

    /* NULL: takes no files. Sends one, so that a repeat leaves the same or is told by its id. Fails
     * as the carrier does. */
    PtStatus (*put)(const ConnectSettings *s, const ConnectFile *file,
                    const ConnectCarrier *carrier, PtArena *arena, ConnectFileEnd *ret_end,
                    PtError *err);
};

/* All kinds, in the order that people see them. */
const ConnectKind *const *connect_kinds(size_t *ret_count);
const ConnectKind *connect_kind_of(PtStr name); /* NULL: no such kind */

/* Whether each given setting is one of the kind's fields, within its bound and choices, and none
 * that is required is missing; then kind->check. PT_INVALID names the field. */
PT_NODISCARD PtStatus connect_settings_check(const ConnectSettings *s, PtError *err);

/* What render makes of an event plus, where it is not skipped, encode of it alone: the whole way of
 * one event for tests and previews. */
PT_NODISCARD PtStatus connect_encode_one(const ConnectSettings *s, const ConnectOutEvent *event,
                                         const ConnectBatch *batch, PtArena *arena,
                                         ConnectPiece *ret_piece, ConnectRequest *ret,
                                         PtError *err);
