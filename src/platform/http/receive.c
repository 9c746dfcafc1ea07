// SPDX-License-Identifier: Apache-2.0
/* From the socket to the handler. A connection that holds no partial request reads into a block it
 * shares with all others, so that an idle one owns no memory and a whole small request is never
 * copied: its exchange keeps the block alive. What is left over moves into a block of its own.
 */
#include "platform/http/http_internal.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

enum {
    SHARED_BYTES = 64 * 1024,
    SEALED_BYTES = 16 * 1024, /* taken up at a time */
    READ_LEAST = 16 * 1024,   /* room worth a system call */
    HEAD_ROOM = 512,
    CHUNK_ROOM = 4096,
    OWN_LEAST = 1024,
    GROWTH = 8, /* a body is given room for this many times what has arrived of it */
};

void http_input_drop(HttpConn *c)
{
    http_block_unref(&c->server->blocks, c->in);
    c->in = NULL;
    c->in_off = c->in_end = c->scanned = 0;
    c->held = false;
    if (c->cur != NULL) {
        http_exchange_recycle(c->cur);
        c->cur = NULL;
    }
}

static void rebase(PtStr *s, const char *from, size_t len, const char *to)
{
    if (s->data >= from && s->data <= from + len) { // not a constant, as the path "/" can be
        s->data = to + (s->data - from);
    }
}

/* The slices of a head follow its bytes into another block. */
static void rebase_head(HttpExchange *x, const char *from, size_t len, const char *to)
{
    HttpRequest *r = &x->request;
    PtStr *slices[] = {&r->method, &r->target, &r->path, &r->query};
    for (size_t i = 0; i < sizeof slices / sizeof *slices; i++) {
        rebase(slices[i], from, len, to);
    }
    for (size_t i = 0; i < r->header_count; i++) {
        rebase(&x->headers[i].name, from, len, to);
        rebase(&x->headers[i].value, from, len, to);
    }
}

static bool move_input(HttpConn *c, size_t cap)
{
    HttpServer *s = c->server;
    size_t have = c->in_end - c->in_off;
    HttpBlock *b = NULL;
    if (atomic_load_explicit(&s->blocks.buffered, memory_order_relaxed) + cap <=
        s->limits.buffered_bytes) {
        b = http_block_new(&s->blocks, cap);
    }
    if (b == NULL) {
        http_conn_fail(c, 503, "too much is being received at once");
        return false;
    }
    http_block_count(&s->blocks, b);
    const char *from = c->in->data + c->in_off;
    memcpy(b->data, from, have);
    if (c->cur != NULL) {
        rebase_head(c->cur, from, have, b->data);
    }
    c->body_at -= c->in_off;
    c->raw_at -= c->in_off;
    c->in_end = have;
    c->in_off = 0;
    http_block_unref(&s->blocks, c->in);
    c->in = b;
    return true;
}

/* Bytes that are known to be missing, or a fair guess. */
static size_t missing(const HttpConn *c)
{
    if (c->cur == NULL) {
        return HEAD_ROOM;
    }
    return c->chunked ? CHUNK_ROOM : c->body_at + (size_t)c->body_len - c->in_end;
}

/* A declared length is believed step by step: who sends little gets little memory. */
static size_t own_size(const HttpConn *c)
{
    size_t have = c->in_end - c->in_off, want = have + missing(c);
    size_t most = have > OWN_LEAST ? have * GROWTH : OWN_LEAST * GROWTH;
    return want < most ? want : most;
}

static bool lend_shared(HttpConn *c)
{
    HttpServer *s = c->server;
    if (s->shared != NULL && s->shared->refs == 1) {
        s->shared->len = 0;
    }
    if (s->shared == NULL || s->shared->cap - s->shared->len < READ_LEAST) {
        HttpBlock *fresh = http_block_new(&s->blocks, SHARED_BYTES);
        if (fresh == NULL) {
            return false;
        }
        if (s->shared != NULL) {
            http_block_count(&s->blocks, s->shared); // from now on it only holds requests
            http_block_unref(&s->blocks, s->shared);
        }
        s->shared = fresh;
    }
    c->in = s->shared;
    c->in->refs++;
    c->in_off = c->in_end = c->in->len;
    return true;
}

static inline bool make_room(HttpConn *c)
{
    if (c->in == NULL) {
        return lend_shared(c);
    }
    size_t room = c->in->cap - c->in_end, need = missing(c);
    if (room >= need || room >= READ_LEAST) {
        return true;
    }
    size_t have = c->in_end - c->in_off;
    size_t cap = own_size(c);
    return move_input(c, c->cur == NULL || c->chunked ? have + cap : cap);
}

/* After the round's read: nothing left gives the block back, a rest gets one of its own. */
static void tidy_input(HttpConn *c)
{
    if (c->in == NULL) {
        return;
    }
    if (c->in_off == c->in_end && c->cur == NULL) {
        http_input_drop(c);
    } else if (c->in == c->server->shared) {
        (void)move_input(c, own_size(c));
    }
}

static inline bool may_take(HttpConn *c)
{
    if (make_room(c)) {
        return true;
    }
    if (!c->no_more) { // not answered with a failure
        http_conn_gone(c);
    }
    return false;
}

/* len bytes stand behind what was there. */
static void received(HttpConn *c, size_t len, int64_t now_ms)
{
    c->in_end += len;
    if (c->in == c->server->shared) {
        c->in->len = c->in_end;
    }
    if (c->cur != NULL) {
        c->body_due = now_ms + c->server->limits.body_idle_ms;
    }
    http_consume(c, now_ms);
}

/* n: what recv gave, 0 or less. */
static void nothing_received(HttpConn *c, ssize_t n)
{
    if (n < 0 && errno != EAGAIN && errno != EINTR) {
        http_conn_gone(c);
    }
    c->eof = n == 0;
}

static void read_sealed(HttpConn *c, int64_t now_ms)
{
    HttpTlsRead result = HTTP_TLS_BYTES;
    while (result == HTTP_TLS_BYTES && !c->dead && !c->no_more && may_take(c)) {
        size_t n = 0;
        result = http_tls_read(c, c->in->data + c->in_end, c->in->cap - c->in_end, &n);
        if (result == HTTP_TLS_BYTES) {
            received(c, n, now_ms);
        } else {
            tidy_input(c);
        }
    }
    c->eof |= result == HTTP_TLS_END;
    if (result == HTTP_TLS_FAILED) {
        http_conn_gone(c);
    }
}

/* All that was received is taken up in one go, because nothing may stay behind where no event tells
 * of it. */
static void receive_sealed(HttpConn *c, int64_t now_ms)
{
    char raw[SEALED_BYTES];
    ssize_t n = recv(c->watch.fd, raw, sizeof raw, MSG_DONTWAIT);
    if (n <= 0) {
        nothing_received(c, n);
        return;
    }
    http_tally(&c->server->tally.bytes_in, n);
    if (http_tls_take(c, raw, (size_t)n, now_ms)) {
        read_sealed(c, now_ms);
        http_tls_taken(c);
    }
}

void http_receive(HttpConn *c, int64_t now_ms)
{
    if (c->tls != NULL) {
        receive_sealed(c, now_ms);
        return;
    }
    if (!may_take(c)) {
        return;
    }
    ssize_t n = recv(c->watch.fd, c->in->data + c->in_end, c->in->cap - c->in_end, MSG_DONTWAIT);
    if (n <= 0) {
        tidy_input(c);
        nothing_received(c, n);
        return;
    }
    http_tally(&c->server->tally.bytes_in, n);
    received(c, (size_t)n, now_ms);
}

static void take_fields(HttpConn *c, HttpExchange *x, const HttpHead *head)
{
    HttpRequest *r = &x->request;
    r->method = head->method;
    r->target = head->target;
    r->path = head->path;
    r->query = head->query;
    r->header_count = head->header_count;
    r->body = (PtStr){"", 0};
    r->keep_alive = head->keep_alive;
    r->local = c->local;
    r->loopback = c->loopback;
    r->tls = c->tls != NULL;
    memcpy(r->peer, c->peer, sizeof r->peer);
    x->minor = head->minor;
    x->head_only = pt_str_eq(head->method, PT_STR("HEAD"));
}

static void await_body(HttpConn *c, const HttpHead *head, int64_t now_ms)
{
    const HttpLimits *limits = &c->server->limits;
    c->body_at = c->raw_at = c->in_off + head->head_bytes;
    c->chunked = head->chunked;
    c->chunks = (HttpChunks){0};
    c->body_len = head->chunked ? 0 : head->content_length;
    c->body_due = now_ms + limits->body_idle_ms;
    c->body_total_due = now_ms + limits->body_total_ms;
    c->continue_due = head->expect_continue && c->body_at == c->in_end;
    if (c->continue_due) {
        http_conn_settle_later(c);
    }
}

/* False: more bytes are needed, or the connection failed. */
static bool take_head(HttpConn *c, int64_t now_ms)
{
    HttpServer *s = c->server;
    if (s->spare == NULL && (s->spare = http_exchange_new(s)) == NULL) {
        http_conn_fail(c, 503, "out of memory");
        return false;
    }
    PtStr bytes = {c->in->data + c->in_off, c->in_end - c->in_off};
    HttpHead head = {.headers = s->spare->headers};
    int status = 0;
    const char *reason = NULL;
    HttpParseResult result =
        http_parse_head(bytes, &s->limits, &c->scanned, &head, &status, &reason);
    if (result == HTTP_PARSE_MORE) {
        c->head_due = c->head_due == 0 ? now_ms + s->limits.header_ms : c->head_due;
        return false;
    }
    if (result == HTTP_PARSE_ERROR) {
        http_conn_fail(c, status, reason);
        return false;
    }
    c->head_due = 0;
    c->scanned = 0;
    if (head.chunked || head.content_length > 0) {
        uint64_t buffered = atomic_load_explicit(&s->blocks.buffered, memory_order_relaxed);
        if (buffered + head.content_length > s->limits.buffered_bytes) {
            http_conn_fail(c, 503, "too much is being received at once");
            return false;
        }
    }
    c->cur = s->spare;
    s->spare = NULL;
    take_fields(c, c->cur, &head);
    await_body(c, &head, now_ms);
    return true;
}

static bool take_chunks(HttpConn *c)
{
    char *data = c->in->data;
    size_t used = 0, len = 0;
    int status = 0;
    const char *reason = NULL;
    HttpParseResult result =
        http_parse_chunks(&c->chunks, &c->server->limits, data + c->raw_at, c->in_end - c->raw_at,
                          &used, data + c->body_at + c->body_len, &len, &status, &reason);
    if (result == HTTP_PARSE_ERROR) {
        http_conn_fail(c, status, reason);
        return false;
    }
    c->raw_at += used;
    c->body_len += len;
    if (result == HTTP_PARSE_MORE) { // all was used: the next bytes go right behind the body
        c->in_end = c->raw_at = c->body_at + (size_t)c->body_len;
        return false;
    }
    c->in_off = c->raw_at;
    return true;
}

static bool take_body(HttpConn *c)
{
    if (c->chunked) {
        if (!take_chunks(c)) {
            return false;
        }
    } else if (c->in_end - c->body_at < c->body_len) {
        return false;
    } else {
        c->in_off = c->body_at + (size_t)c->body_len;
    }
    c->cur->request.body = (PtStr){c->in->data + c->body_at, (size_t)c->body_len};
    return true;
}

static void hand_out(HttpConn *c)
{
    HttpServer *s = c->server;
    HttpExchange *x = PT_TAKE(c->cur);
    c->continue_due = false;
    x->conn = c;
    x->in = c->in;
    x->in->refs++;
    x->close = !x->request.keep_alive;
    c->no_more |= x->close;
    if (c->last != NULL) {
        c->last->next = x;
    } else {
        c->first = x;
    }
    c->last = x;
    c->count++;
    http_link_drop(&c->idle);
    http_tally(&s->tally.requests, 1);
    s->handler(s->ctx, x);
}

void http_consume(HttpConn *c, int64_t now_ms)
{
    c->held = false;
    while (!c->no_more && !c->dead && c->in != NULL && (c->cur != NULL || c->in_off < c->in_end)) {
        if (c->cur == NULL && http_conn_blocked(c)) {
            c->held = true;
            c->head_due = 0; // the client's time stands still while it is us it waits for
            break;
        }
        if ((c->cur == NULL && !take_head(c, now_ms)) || !take_body(c)) {
            break;
        }
        hand_out(c);
    }
    if (c->no_more) {
        http_input_drop(c);
    }
    tidy_input(c);
}
