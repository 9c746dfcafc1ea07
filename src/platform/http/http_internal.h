// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/http.h"
#include "platform/http_parse.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

/* What the files of the HTTP core share. Everything here belongs to the loop's thread, but for
 * HttpHub and the counters.
 */

/* Under the address sanitizer memory is not recycled, so that a use after free is seen. */
#if defined(__SANITIZE_ADDRESS__)
#define HTTP_RECYCLES false
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HTTP_RECYCLES false
#else
#define HTTP_RECYCLES true
#endif
#else
#define HTTP_RECYCLES true
#endif

/* Bytes by where they may stand. */
enum {
    HTTP_BYTE_TOKEN = 1, /* RFC 9110 tchar: method, header name */
    HTTP_BYTE_VALUE = 2, /* header value, chunk extension */
    HTTP_BYTE_TARGET = 4,
    HTTP_BYTE_HOST = 8,
};
extern const uint8_t http_byte_class[256];

/* Splits a header line without its CR LF. NULL, or why it is none. */
const char *http_field_split(PtStr line, HttpHeader *ret_field);

/* Memory blocks by power of two, recycled. A block of input may be shared by several connections
 * and exchanges; the last to let go returns it. */
enum { HTTP_BLOCK_CLASSES = 14, HTTP_BLOCK_LEAST = 1024 };

typedef struct HttpBlock {
    struct HttpBlock *next; /* in a free list */
    size_t cap, len;        /* bytes of data[]; len: filled from the front */
    uint32_t refs;
    uint8_t class;
    bool counted; /* in HttpBlocks.buffered */
    char data[];
} HttpBlock;

typedef struct HttpBlocks {
    HttpBlock *free[HTTP_BLOCK_CLASSES];
    size_t kept;               /* bytes in the free lists */
    _Atomic uint64_t buffered; /* bytes of blocks that hold requests */
} HttpBlocks;

HttpBlock *http_block_new(HttpBlocks *blocks, size_t need); /* refs 1; NULL when out of memory */
void http_block_unref(HttpBlocks *blocks, HttpBlock *b);    /* accepts NULL */
void http_block_count(HttpBlocks *blocks, HttpBlock *b);    /* counts as buffered until freed */
void http_blocks_done(HttpBlocks *blocks);

/* Appends to *out, which is NULL at first and is replaced when it must grow. NULL when out of
 * memory; the caller fills the room and adds to len. */
char *http_out_reserve(HttpBlocks *blocks, HttpBlock **out, size_t more);
bool http_out_add(HttpBlocks *blocks, HttpBlock **out, const void *bytes, size_t len);

typedef struct HttpLink {
    struct HttpLink *prev, *next; /* a ring; alone: itself */
} HttpLink;

static inline void http_link_init(HttpLink *l)
{
    l->prev = l->next = l;
}

static inline void http_link_drop(HttpLink *l)
{
    l->prev->next = l->next;
    l->next->prev = l->prev;
    http_link_init(l);
}

static inline void http_link_last(HttpLink *list, HttpLink *l)
{
    l->prev = list->prev;
    l->next = list;
    list->prev->next = l;
    list->prev = l;
}

#define HTTP_OF_LINK(ptr, type, member) ((type *)(void *)((char *)(ptr) - offsetof(type, member)))

typedef struct HttpConn HttpConn;
typedef struct HttpTlsConn HttpTlsConn;

struct HttpExchange {
    HttpRequest request;
    HttpServer *server;
    HttpConn *conn;     /* NULL once the client is gone */
    HttpExchange *next; /* in the connection's queue, or in the free list */
    HttpLink orphan;    /* in server->orphans when conn is NULL */
    HttpBlock *in;      /* holds the request's bytes */
    HttpBlock *out;     /* the answer, while an earlier one is missing */
    PtArena *arena;     /* cleared for the next request */
    HttpStream *stream;
    void *user;
    void (*on_gone)(void *ctx); /* while it is not answered; or NULL */
    void *on_gone_ctx;
    HttpHeader always; /* of its answer; value.len 0: none */
    unsigned minor;
    bool answered, close, head_only;
    HttpHeader headers[]; /* limits.header_count */
};

struct HttpConn {
    HttpServer *server;
    PtWatch watch;
    PtLoopTimer timer; /* lazy: may fire before `due`, and is then set again */
    int64_t due;
    int64_t idle_due, head_due, body_due, body_total_due, write_due; /* 0: not set */

    HttpBlock *in;          /* received and not yet handed out: in_off..in_end; NULL when none */
    size_t in_off, in_end;  /* in_off: start of the request being received */
    size_t scanned;         /* of its head */
    HttpExchange *cur;      /* its head is whole, its body is not */
    size_t body_at, raw_at; /* body; bytes not yet de-chunked */
    uint64_t body_len;      /* awaited with a length, decoded so far when chunked */
    HttpChunks chunks;
    bool chunked;

    HttpExchange *first, *last; /* handed out, in order */
    uint32_t count;             /* of them */
    HttpBlock *out;             /* to be sent: out_off..out->len */
    size_t out_off;

    HttpTlsConn *tls;  /* NULL: in the clear, and nothing is ever sealed */
    HttpBlock *sealed; /* encrypted, to be sent before `out`: sealed_off..sealed->len */
    size_t sealed_off;

    bool local, loopback;
    bool eof;          /* the client sends no more */
    bool no_more;      /* no further request is taken */
    bool held;         /* whole requests may wait in `in` until others are answered */
    bool continue_due; /* 100 Continue once it is its turn */
    bool streaming;    /* a stream is in the queue */
    bool broken;       /* cut as soon as what is there is sent */
    bool reset;        /* ... with a reset, so that the client sees that it was cut */
    bool lingering;    /* all is said: waits for the client to close */
    bool dead;         /* closed, freed at the end of the round */
    bool to_settle;

    HttpLink all, idle;
    HttpConn *settle_next;
    char peer[64];
};

/* Streams are fed by other threads: what they touch is behind one mutex a server, and outlives the
 * server until the last stream has ended. */
typedef struct HttpHub {
    pthread_mutex_t mutex;
    PtLoop *loop;
    int wake_fd;
    bool closed;       /* the server is gone */
    unsigned refs;     /* server and streams */
    HttpStream *ready; /* have something for the loop */
    HttpLink streams;  /* all */
} HttpHub;

typedef struct HttpListener {
    PtWatch watch;
    HttpServer *server;
    char *unix_path; /* owned; NULL: TCP */
    uint64_t unix_inode;
    HttpTls *tls; /* borrowed; NULL: in the clear */
} HttpListener;

enum { HTTP_LISTENERS_MAX = 8 };

typedef struct HttpTally {
    _Atomic uint64_t accepted, requests, bad_requests, timeouts, rejected, connections;
    _Atomic uint64_t bytes_in, bytes_out, by_class[6];
    _Atomic uint64_t tls_handshakes, tls_failed;
} HttpTally;

/* One writer, any reader. */
static inline void http_tally(_Atomic uint64_t *counter, int64_t by)
{
    uint64_t now = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, now + (uint64_t)by, memory_order_relaxed);
}

struct HttpServer {
    PtLoop *loop;
    HttpLimits limits;
    HttpHandler *handler;
    void *ctx;

    HttpListener listeners[HTTP_LISTENERS_MAX];
    unsigned listener_count;
    PtLoopTimer accept_timer; /* no descriptors left: accepting pauses */

    HttpBlocks blocks;
    HttpBlock *shared; /* what connections without a partial request read into, one after another */
    HttpExchange *spare, *free_exchanges;
    unsigned free_count;
    HttpLink orphans;

    HttpLink conns, idle; /* idle: the longest idle first */
    HttpLink handshakes;  /* instead of idle, the oldest first */
    unsigned handshake_count;
    unsigned handshake_turns; /* left in this round */
    HttpConn *settle_first, *settle_last;
    unsigned active; /* connections that do not linger */

    HttpHub *hub;
    PtWatch hub_watch;

    HttpTally tally;
    time_t date_s;
    char date[96]; /* "Date: ...\r\n" and what else every answer carries */
    size_t date_len;

    bool draining, drain_told;
    PtLoopTimer drain_timer;
    void (*drain_done)(void *ctx);
    void *drain_ctx;
};

/* server.c */
void http_check_drained(HttpServer *s);

/* exchange.c */
HttpExchange *http_exchange_new(HttpServer *s);
void http_exchange_recycle(HttpExchange *x);
void http_exchange_free(HttpExchange *x);
void http_exchange_gone(HttpExchange *x); /* tells who asked by http_on_gone */

/* conn.c */
enum { HTTP_OUT_HIGH = 256 * 1024 }; /* unsent bytes over which a connection gives no more work */
HttpConn *http_conn_open(HttpServer *s, int fd, const char *peer, bool local, bool loopback,
                         HttpTls *tls); /* tls NULL: in the clear */
void http_conn_gone(HttpConn *c);
void http_conn_settle_later(HttpConn *c);
void http_conn_fail(HttpConn *c, int status, const char *reason);
void http_conn_settle_all(HttpServer *s);
size_t http_conn_unsent(const HttpConn *c);
bool http_conn_blocked(const HttpConn *c);

/* receive.c */
void http_receive(HttpConn *c, int64_t now_ms); /* reads once; may end in eof, no_more or dead */
void http_consume(HttpConn *c, int64_t now_ms);
void http_input_drop(HttpConn *c);

/* reply.c */
typedef enum HttpFraming { HTTP_LENGTH, HTTP_CHUNKED, HTTP_UNTIL_CLOSE } HttpFraming;
bool http_head_write(HttpExchange *x, int status, const HttpHeader *headers, size_t header_count,
                     HttpFraming framing, PtStr body);
void http_answered(HttpConn *c);
void http_reply_error(HttpExchange *x, int status, const char *detail);

/* tls_conn.c: the first two also for a connection in the clear. */
bool http_tls_shaking(const HttpConn *c);      /* its handshake is not over */
bool http_tls_begun(const HttpConn *c);        /* something has arrived */
bool http_tls_open(HttpConn *c, HttpTls *tls); /* false: out of memory */
void http_tls_close(HttpConn *c);
/* What was received, borrowed until http_tls_taken. True: it is to be read out with http_tls_read
 * until that has no more; false: the handshake goes on, or it failed and the connection ends. */
bool http_tls_take(HttpConn *c, const char *raw, size_t len, int64_t now_ms);
typedef enum HttpTlsRead {
    HTTP_TLS_BYTES,
    HTTP_TLS_MORE,
    HTTP_TLS_END,
    HTTP_TLS_FAILED
} HttpTlsRead;
HttpTlsRead http_tls_read(HttpConn *c, char *to, size_t room, size_t *ret_len);
void http_tls_taken(HttpConn *c);
bool http_tls_seal(HttpConn *c);    /* some of `out`; false: it cannot be sent any more */
bool http_tls_say_end(HttpConn *c); /* seals a close_notify, once; false: there is none to send */
void http_tls_part(HttpConn *c);    /* tries to say the end and closes */

/* stream.c */
PtStatus http_hub_new(HttpServer *s, PtError *err);
void http_hub_close(HttpServer *s);
void http_hub_drain(HttpServer *s);
bool http_stream_pump(HttpConn *c);
void http_stream_detach(HttpStream *stream);
