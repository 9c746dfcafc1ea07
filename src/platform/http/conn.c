// SPDX-License-Identifier: Apache-2.0
/* The life of a connection. Whatever happens to it in a round (bytes in, answers given, streams
 * fed), it is put on the server's settle list once; at the end of the round one pass sends what has
 * gathered, takes up held requests, closes what is done and frees what is dead. So no callback ever
 * sees a connection vanish under it, and answers given together leave together.
 */
#include "platform/http/http_internal.h"

#include "platform/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    LINGER_IDLE_MS = 2000,
    LINGER_TOTAL_MS = 20000,
    HELD_MAX = 16 * 1024, /* bytes read ahead while no request may be taken */
    HANDSHAKES_A_ROUND = 8,
};

size_t http_conn_unsent(const HttpConn *c)
{
    size_t sealed = c->sealed != NULL ? c->sealed->len - c->sealed_off : 0;
    return sealed + (c->out != NULL ? c->out->len - c->out_off : 0);
}

static bool has_unsent(const HttpConn *c)
{
    return c->out != NULL || c->sealed != NULL;
}

bool http_conn_blocked(const HttpConn *c)
{
    return c->count >= c->server->limits.pipeline || c->streaming ||
           http_conn_unsent(c) > HTTP_OUT_HIGH;
}

void http_conn_settle_later(HttpConn *c)
{
    HttpServer *s = c->server;
    if (c->to_settle) {
        return;
    }
    c->to_settle = true;
    c->settle_next = NULL;
    if (s->settle_last != NULL) {
        s->settle_last->settle_next = c;
    } else {
        s->settle_first = c;
    }
    s->settle_last = c;
    pt_loop_settle(s->loop);
}

/* Answered ones are thrown away, the others wait for their answer without a connection. */
static void orphan_exchanges(HttpConn *c)
{
    for (HttpExchange *x = c->first, *next; x != NULL; x = next) {
        next = x->next;
        x->next = NULL;
        x->conn = NULL;
        if (x->stream != NULL) {
            http_stream_detach(x->stream);
        }
        if (x->answered || x->stream != NULL) {
            http_exchange_recycle(x);
        } else {
            http_link_last(&c->server->orphans, &x->orphan);
            http_exchange_gone(x);
        }
    }
    c->first = c->last = NULL;
    c->count = 0;
}

void http_conn_gone(HttpConn *c)
{
    HttpServer *s = c->server;
    if (c->dead) {
        return;
    }
    c->dead = true;
    if (c->reset) {
        struct linger hard = {.l_onoff = 1, .l_linger = 0};
        (void)setsockopt(c->watch.fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    }
    pt_loop_unwatch(s->loop, &c->watch);
    pt_loop_timer_cancel(s->loop, &c->timer);
    http_tls_part(c);
    (void)close(c->watch.fd);
    http_input_drop(c);
    http_block_unref(&s->blocks, PT_TAKE(c->out));
    http_block_unref(&s->blocks, PT_TAKE(c->sealed));
    c->out_off = c->sealed_off = 0;
    http_link_drop(&c->idle);
    s->active -= !c->lingering;
    http_tally(&s->tally.connections, -1);
    orphan_exchanges(c);
    http_conn_settle_later(c); // frees it
}

static void set_events(HttpConn *c, uint32_t events)
{
    if (c->watch.events != events) {
        c->watch.events = events;
        if (pt_loop_rewatch(c->server->loop, &c->watch, NULL) != PT_OK) {
            http_conn_gone(c);
        }
    }
}

static bool wants_input(const HttpConn *c)
{
    return c->lingering || (!c->no_more && !c->eof && !c->broken &&
                            !(http_conn_blocked(c) && c->in_end - c->in_off >= HELD_MAX));
}

static int64_t sooner(int64_t a, int64_t b)
{
    return b != 0 && b < a ? b : a;
}

/* When the connection has waited too long, whatever it waits for. */
static int64_t next_due(const HttpConn *c)
{
    int64_t due = INT64_MAX;
    if (c->lingering) {
        return sooner(sooner(due, c->body_due), c->body_total_due);
    }
    if (has_unsent(c)) {
        due = sooner(due, c->write_due);
    }
    if (c->cur != NULL) {
        due = sooner(sooner(due, c->body_due), c->body_total_due);
    } else if (c->in != NULL && !c->held) {
        due = sooner(due, c->head_due);
    } else if (c->first == NULL && !has_unsent(c)) {
        due = sooner(due, c->idle_due);
    }
    return due;
}

/* A timer that is set for earlier is left alone: it finds out when it fires. So a busy connection
 * costs no work on the timer heap. */
static void arm(HttpConn *c)
{
    c->due = next_due(c);
    if (c->due == INT64_MAX || (c->timer.heap_index != 0 && c->timer.due_ms <= c->due)) {
        return;
    }
    if (pt_loop_timer_set(c->server->loop, &c->timer, c->due) != PT_OK) {
        http_conn_gone(c);
    }
}

static void linger(HttpConn *c, int64_t now_ms)
{
    HttpServer *s = c->server;
    (void)shutdown(c->watch.fd, SHUT_WR); // fails only when the client is gone: seen by the read
    http_input_drop(c);
    http_tls_close(c); // what still comes is thrown away as it is
    c->lingering = true;
    s->active--;
    http_link_drop(&c->idle);
    c->body_due = now_ms + LINGER_IDLE_MS;
    c->body_total_due = now_ms + LINGER_TOTAL_MS;
    set_events(c, EPOLLIN);
}

/* Closing with unread bytes would reset the connection and could take the last answer with it, so
 * they are read and thrown away for a while. */
static void linger_read(HttpConn *c, int64_t now_ms)
{
    char waste[16 * 1024];
    ssize_t n = recv(c->watch.fd, waste, sizeof waste, MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
        http_conn_gone(c);
    } else if (n > 0) {
        c->body_due = now_ms + LINGER_IDLE_MS;
    }
}

/* Whether somebody is to be told when the client closes its side. */
static bool is_listened_to(const HttpConn *c)
{
    bool any = c->streaming;
    for (const HttpExchange *x = c->first; x != NULL; x = x->next) {
        any |= !x->answered && x->on_gone != NULL;
    }
    return any;
}

/* Of a connection that nothing more is read from. */
static bool has_closed(const HttpConn *c)
{
    char byte;
    return recv(c->watch.fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
}

static void on_event(PtWatch *watch, uint32_t events)
{
    HttpConn *c = watch->ctx;
    int64_t now = pt_mono_ms();
    if (c->tls != NULL && http_tls_shaking(c)) {
        if (c->server->handshake_turns == 0) {
            return; // the event comes again: signatures must not keep others waiting
        }
        c->server->handshake_turns--;
    }
    if ((events & EPOLLIN) != 0) {
        if (c->lingering) {
            linger_read(c, now);
        } else if (wants_input(c)) {
            http_receive(c, now);
        } else if (is_listened_to(c) && has_closed(c)) {
            http_conn_gone(c);
        } else {
            set_events(c, watch->events & ~(uint32_t)EPOLLIN);
        }
    } else if ((events & (EPOLLHUP | EPOLLERR)) != 0) {
        http_conn_gone(c);
    }
    if (c->dead) {
        return;
    }
    if (c->eof && is_listened_to(c)) {
        http_conn_gone(c); // who waits for an answer that takes time and closes has left
    } else if (c->eof || (events & EPOLLOUT) != 0) {
        http_conn_settle_later(c);
    } else {
        if (c->in != NULL) {
            http_link_drop(&c->idle);
        }
        arm(c);
    }
}

static void on_timer(PtLoopTimer *timer)
{
    HttpConn *c = timer->ctx;
    int64_t now = pt_mono_ms();
    if (now < c->due) {
        arm(c);
        return;
    }
    bool unread = has_unsent(c) && c->write_due != 0 && c->write_due <= now;
    if (c->lingering || unread || c->in == NULL) {
        bool slow = unread || (http_tls_shaking(c) && http_tls_begun(c) && !c->lingering);
        http_tally(&c->server->tally.timeouts, slow);
        http_conn_gone(c);
        return;
    }
    http_conn_fail(c, 408, "the request took too long to arrive");
}

static void free_conn(HttpConn *c)
{
    http_tls_close(c);
    free(c);
}

HttpConn *http_conn_open(HttpServer *s, int fd, const char *peer, bool local, bool loopback,
                         HttpTls *tls)
{
    HttpConn *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return NULL;
    }
    c->server = s;
    c->watch = (PtWatch){.fd = fd, .events = EPOLLIN, .fn = on_event, .ctx = c};
    c->timer = (PtLoopTimer){.fn = on_timer, .ctx = c};
    c->idle_due = pt_mono_ms() + s->limits.header_ms;
    c->local = local;
    c->loopback = loopback;
    (void)snprintf(c->peer, sizeof c->peer, "%s", peer); // an address fits
    if ((tls != NULL && !http_tls_open(c, tls)) ||
        pt_loop_timer_set(s->loop, &c->timer, c->idle_due) != PT_OK) {
        free_conn(c);
        return NULL;
    }
    if (pt_loop_watch(s->loop, &c->watch, NULL) != PT_OK) {
        pt_loop_timer_cancel(s->loop, &c->timer);
        free_conn(c);
        return NULL;
    }
    c->due = c->idle_due;
    http_link_last(&s->conns, &c->all);
    http_link_last(tls != NULL ? &s->handshakes : &s->idle, &c->idle);
    s->active++;
    http_tally(&s->tally.connections, 1);
    http_tally(&s->tally.accepted, 1);
    return c;
}

void http_conn_fail(HttpConn *c, int status, const char *reason)
{
    HttpServer *s = c->server;
    http_tally(status == 408   ? &s->tally.timeouts
               : status == 503 ? &s->tally.rejected
                               : &s->tally.bad_requests,
               1);
    http_input_drop(c);
    c->no_more = true;
    HttpExchange *x = http_exchange_new(s);
    if (x == NULL) {
        http_conn_gone(c);
        return;
    }
    x->conn = c;
    x->minor = 1;
    x->close = true;
    x->request.method = x->request.target = x->request.path = x->request.query = PT_STR("");
    x->request.header_count = 0;
    if (c->last != NULL) {
        c->last->next = x;
    } else {
        c->first = x;
    }
    c->last = x;
    c->count++;
    http_link_drop(&c->idle);
    http_reply_error(x, status, reason);
}

/* False: the client is gone. */
static inline bool send_block(HttpConn *c, HttpBlock **out, size_t *off, int64_t now_ms)
{
    HttpBlock *b = *out;
    ssize_t n = send(c->watch.fd, b->data + *off, b->len - *off, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno != EAGAIN && errno != EINTR) {
        return false;
    }
    if (n > 0) {
        http_tally(&c->server->tally.bytes_out, n);
        *off += (size_t)n;
        c->write_due = 0;
    }
    if (*off == b->len) {
        http_block_unref(&c->server->blocks, b);
        *out = NULL;
        *off = 0;
        set_events(c, c->watch.events & ~(uint32_t)EPOLLOUT);
        return !c->dead;
    }
    if (*off > b->cap / 2) { // a stream may never be all sent
        memmove(b->data, b->data + *off, b->len - *off);
        b->len -= *off;
        *off = 0;
    }
    c->write_due = c->write_due == 0 ? now_ms + c->server->limits.write_ms : c->write_due;
    set_events(c, c->watch.events | EPOLLOUT);
    return !c->dead;
}

/* What is sealed goes first; only as much is sealed as fits into a block. */
static bool send_sealed(HttpConn *c, int64_t now_ms)
{
    while (c->sealed != NULL || c->out != NULL) {
        if (c->sealed == NULL && !http_tls_seal(c)) {
            return false;
        }
        if (!send_block(c, &c->sealed, &c->sealed_off, now_ms)) {
            return false;
        }
        if (c->sealed != NULL) {
            break; // the client reads on first
        }
    }
    return true;
}

/* False: the client is gone. */
static bool send_out(HttpConn *c, int64_t now_ms)
{
    if (c->tls != NULL) {
        return send_sealed(c, now_ms);
    }
    return c->out == NULL || send_block(c, &c->out, &c->out_off, now_ms);
}

/* 100 Continue has to wait for the answers to earlier requests. */
static bool send_continue(HttpConn *c)
{
    static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
    if (!c->continue_due || c->first != NULL || c->cur == NULL) {
        return false;
    }
    c->continue_due = false;
    c->broken |= !http_out_add(&c->server->blocks, &c->out, text, sizeof text - 1);
    return true;
}

static inline bool finished(const HttpConn *c)
{
    if (has_unsent(c) || (c->first != NULL && !c->broken)) {
        return false;
    }
    bool idle = c->in == NULL && c->cur == NULL;
    return c->broken || (c->eof && !c->held) || c->no_more || (c->server->draining && idle);
}

static void settle(HttpConn *c, int64_t now_ms)
{
    bool more = !c->lingering;
    while (more && !c->dead) {
        if (!send_out(c, now_ms)) {
            http_conn_gone(c);
            return;
        }
        more = http_stream_pump(c);
        more = send_continue(c) || more;
        if (c->held && !http_conn_blocked(c)) {
            http_consume(c, now_ms);
            more = true;
        }
    }
    if (c->dead || c->lingering) {
        return;
    }
    if (c->tls != NULL && finished(c) && !c->broken && http_tls_say_end(c) &&
        !send_out(c, now_ms)) {
        http_conn_gone(c);
        return;
    }
    if (finished(c)) {
        if (c->no_more && !c->eof && !c->broken) {
            linger(c, now_ms);
        } else {
            http_conn_gone(c);
            return;
        }
    } else if (c->first == NULL && c->in == NULL && c->idle.next == &c->idle) {
        c->idle_due = now_ms + c->server->limits.keepalive_ms;
        http_link_last(&c->server->idle, &c->idle);
    }
    if (!c->dead && (c->watch.events & EPOLLIN) == 0 && wants_input(c)) {
        set_events(c, c->watch.events | EPOLLIN);
    }
    if (!c->dead) {
        arm(c);
    }
}

void http_conn_settle_all(HttpServer *s)
{
    s->handshake_turns = HANDSHAKES_A_ROUND;
    if (s->settle_first != NULL) {
        int64_t now = pt_mono_ms();
        for (HttpConn *c; (c = s->settle_first) != NULL;) {
            s->settle_first = c->settle_next;
            s->settle_last = s->settle_first != NULL ? s->settle_last : NULL;
            c->to_settle = false;
            if (c->dead) {
                http_link_drop(&c->all);
                free(c);
            } else {
                settle(c, now);
            }
        }
    }
    http_check_drained(s);
}
