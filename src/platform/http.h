// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "platform/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A strict HTTP/1.1 server core on the loop.
 *
 * Strict   One length: Content-Length with Transfer-Encoding, a second Content-Length, any transfer
 *          coding but one "chunked", obs-fold, a space before a header's colon, bare CR or LF, NUL
 *          and other control characters, missing (1.1) or doubled Host, an absolute-form target
 *          whose host is not Host: 400 and the connection is closed. HTTP/1.0 is served (no
 *          keep-alive unless asked, no chunked). HTTP/2 prefaces get 505. `Expect: 100-continue` is
 *          answered; other expectations get 417; CONNECT gets 501.
 * Bounds   See HttpLimits; over one: 413, 414 or 431, then close. Slow clients: a time for the
 *          header, a time between body bytes and a total for the body; 408 when something had
 *          arrived, silence otherwise.
 * Order    Pipelined requests are handed out as they arrive, at most `pipeline` unanswered per
 *          connection, and are answered in order, however the handler finishes them. Answers given
 *          in one round of the loop leave together at its end.
 * Stop     http_drain stops accepting, closes idle connections, lets running ones finish with
 *          `Connection: close`, and calls back when the last one is gone or the grace time is over.
 * Threads  Everything on the loop's thread, except the HttpStream functions marked "any thread".
 */
typedef struct HttpServer HttpServer;
typedef struct HttpExchange HttpExchange;
typedef struct HttpStream HttpStream;

typedef struct HttpLimits {
    uint32_t target_bytes; /* request target; 8 KiB */
    uint32_t header_bytes; /* whole header section; 32 KiB */
    uint32_t header_count; /* 100 */
    uint32_t body_bytes;   /* as received, before decompression; 4 MiB */
    uint32_t connections;  /* at once; over it the oldest idle one is closed, or the new one gets
                              503; 20,000 */
    uint32_t pipeline;     /* unanswered requests a connection; 64 */
    uint32_t header_ms;    /* for the whole header from its first byte (also for the first byte of a
                              new connection); 10 s */
    uint32_t body_idle_ms; /* between body bytes; 10 s */
    uint32_t body_total_ms;  /* whole body; 60 s */
    uint32_t keepalive_ms;   /* idle between requests; 75 s */
    uint32_t write_ms;       /* a client that does not read; 30 s */
    uint32_t handshakes;     /* of TLS, under way at once; over it the oldest is closed; 1,024 */
    uint64_t buffered_bytes; /* all connections' request bytes together; over it new bodies get 503
                                + Retry-After; 512 MiB */
} HttpLimits;

HttpLimits http_limits_default(void);

typedef struct HttpHeader {
    PtStr name;  /* as received; compare with http_name_eq */
    PtStr value; /* without white space around it */
} HttpHeader;

/* Borrowed until the exchange is answered (or its stream begun). */
typedef struct HttpRequest {
    PtStr method; /* "POST" */
    PtStr target; /* as received */
    PtStr path;   /* of the target, percent-encoding untouched, no query */
    PtStr query;  /* behind the '?', or empty */
    const HttpHeader *headers;
    size_t header_count;
    PtStr body; /* de-chunked, not decompressed */
    bool keep_alive;
    bool local;    /* over the data folder's socket */
    bool loopback; /* over TCP from 127.0.0.0/8 or ::1 (or a v4-mapped one) */
    bool tls;      /* encrypted on its way to this server, or as http_set_origin says */
    char peer[64]; /* the address as text without port, "" when local */
} HttpRequest;

/* Called once per complete request. The handler answers now, or keeps the exchange and answers
 * later, exactly once: http_reply, or http_stream_begin. When the client goes away meanwhile the
 * exchange stays valid and the answer is dropped.
 */
typedef void HttpHandler(void *ctx, HttpExchange *x);

PT_NODISCARD PtStatus http_server_new(PtLoop *loop, const HttpLimits *limits, HttpHandler *handler,
                                      void *ctx, HttpServer **ret_server, PtError *err);
void http_server_free(
    HttpServer *server); /* closes all; unanswered exchanges must not be used after; accepts NULL */

/* "127.0.0.1:8080", "[::]:8080", "0.0.0.0:0" (port 0: any; *ret_port tells). May be called several
 * times. */
PT_NODISCARD PtStatus http_listen_tcp(HttpServer *server, const char *address, uint16_t *ret_port,
                                      PtError *err);
/* A Unix socket with mode 0600; a stale file is replaced. Peers of another uid (and not root) are
 * refused. */
PT_NODISCARD PtStatus http_listen_unix(HttpServer *server, const char *path, PtError *err);

/* TLS by OpenSSL: 1.2 and 1.3, forward secrecy only, ALPN http/1.1. A new certificate is taken up
 * by http_tls_reload without closing a connection; when its files do not fit together the old one
 * stays and the error tells. Any thread may reload. */
typedef struct HttpTls HttpTls;
PT_NODISCARD PtStatus http_tls_new(const char *certificate_path, const char *key_path,
                                   HttpTls **ret_tls, PtError *err);
PT_NODISCARD PtStatus http_tls_reload(HttpTls *tls, PtError *err);
int64_t http_tls_expires_ms(HttpTls *tls); /* of the certificate in use, UTC ms */
void http_tls_free(HttpTls *tls);          /* after the server; accepts NULL */

/* As http_listen_tcp, encrypted. tls is borrowed until the server is freed. */
PT_NODISCARD PtStatus http_listen_tls(HttpServer *server, const char *address, HttpTls *tls,
                                      uint16_t *ret_port, PtError *err);

void http_drain(HttpServer *server, uint32_t grace_ms, void (*done)(void *ctx), void *ctx);

typedef struct HttpCounters {
    uint64_t accepted, requests, bad_requests, timeouts, rejected; /* since the start */
    uint64_t connections, buffered_bytes;                          /* now */
    uint64_t bytes_in, bytes_out;
    uint64_t by_class[6];                /* answers by first digit of their status; [0] unused */
    uint64_t tls_handshakes, tls_failed; /* done; begun and not done (time-outs too) */
} HttpCounters;
HttpCounters
http_counters(const HttpServer *server); /* any thread; each value is read atomically */

const HttpRequest *http_request(const HttpExchange *x);

/* Whom the request is from and how they came, by the word of a proxy that the handler believes:
 * peer, tls and loopback of its HttpRequest. peer: an address as text; at most 63 bytes. */
void http_set_origin(HttpExchange *x, const char *peer, bool loopback, bool tls);
/* A header of every answer to this exchange, problems and streams too; name and value are borrowed
 * until the answer, or its head when it is a stream. value.len 0: none. */
void http_set_header(HttpExchange *x, HttpHeader header);

/* The arena of the exchange: lives until it is answered. At most 8 MiB. Never NULL. */
PtArena *http_arena(HttpExchange *x);

/* fn(ctx) runs on the loop's thread when the client goes away before the answer; once at most. A
 * client that closes its side has gone away then, and gets no answer. To be called by the handler
 * itself, or on the loop's thread before the answer; not for an exchange that becomes a stream. */
void http_on_gone(HttpExchange *x, void (*fn)(void *ctx), void *ctx);

/* A free pointer of the handler's, for lists of waiting exchanges. */
void http_set_user(HttpExchange *x, void *user);
void *http_user(const HttpExchange *x);

/* Value of the first header with that name (any case); data is NULL when absent. */
PtStr http_header(const HttpRequest *r, const char *name);
bool http_name_eq(PtStr name, const char *lower_case_name);

/* Percent-decoded value of a query parameter ('+' is a space) in the arena; data NULL when absent
 * or malformed. */
PtStr http_query(const HttpRequest *r, PtArena *arena, const char *name);
/* Percent-decodes (without '+'); data NULL when malformed or out of memory. */
PtStr http_percent_decode(PtStr text, PtArena *arena);

/* Content-Encoding gzip, x-gzip, deflate (zlib) or identity. PT_TOO_LARGE over max bytes or over
 * 100:1 once past 64 KiB; PT_INVALID when damaged or followed by rubbish; PT_UNSUPPORTED_MEDIA for
 * another coding. identity returns the body itself; else the bytes live in *ret_owned, to be freed
 * with free().
 */
PT_NODISCARD PtStatus http_body_decoded(const HttpRequest *r, size_t max, PtStr *ret_body,
                                        char **ret_owned, PtError *err);

/* Answers. headers: extra ones. Content-Length, Connection, Date and X-Content-Type-Options:
 * nosniff are added here; of the extra ones those that would break the framing (Content-Length,
 * Transfer-Encoding, Connection, Date, or a name or value that may not stand in a header) are left
 * out. body is copied before return; it is not sent to HEAD. status 100..599.
 */
void http_reply(HttpExchange *x, int status, const HttpHeader *headers, size_t header_count,
                PtStr body);

/* application/problem+json from a status and a message; adds Retry-After: 1 for 429 and 503. */
void http_reply_problem(HttpExchange *x, PtStatus status, const char *message);
/* The same with another Retry-After. */
void http_reply_problem_after(HttpExchange *x, PtStatus status, const char *message,
                              uint32_t retry_after_s);

/* A body of unknown length, written by another thread. After begin the exchange is gone; the stream
 * must be ended exactly once. chunked for 1.1, closed connection for 1.0. NULL when out of memory:
 * the exchange was answered with 503.
 */
HttpStream *http_stream_begin(HttpExchange *x, int status, const HttpHeader *headers,
                              size_t header_count);
/* Any thread. Blocks while about 1 MiB is unsent; on the loop's thread it gives PT_BUSY instead,
 * and nothing of bytes was taken. PT_UNAVAILABLE once the client is gone or the server drains. */
PT_NODISCARD PtStatus http_stream_write(HttpStream *s, PtStr bytes);
/* Any thread. ok = false cuts the connection so that the client sees a truncated body. Frees the
 * stream. */
void http_stream_end(HttpStream *s, bool ok);
/* Any thread: true once writes can only fail. */
bool http_stream_gone(HttpStream *s);
/* Any thread, before first use by another: fn(ctx) runs on the loop thread when the client goes
 * away or the server drains (to wake a producer that sleeps). Once at most, also when that happened
 * before; never after http_stream_end returned. A client that closes its side has gone away. */
void http_stream_on_gone(HttpStream *s, void (*fn)(void *ctx), void *ctx);

/* One Server-Sent Event into a stream. id may be empty; event may be NULL; data may have newlines,
 * the others not (PT_INVALID).
 */
PT_NODISCARD PtStatus http_sse_event(HttpStream *s, PtStr id, const char *event, PtStr data);
/* A comment line, as a heartbeat. */
PT_NODISCARD PtStatus http_sse_comment(HttpStream *s, const char *text);
