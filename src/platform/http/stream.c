// SPDX-License-Identifier: Apache-2.0
/* Bodies written by other threads. A writer fills `pending` and puts the stream on the hub's ready
 * list; the loop, woken by one descriptor for all streams, moves bytes on to the connection as long
 * as the client reads. The list is linked through the streams, so that ending one can never fail
 * for want of memory. */
#include "platform/http/http_internal.h"

#include "base/buf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { PENDING_MAX = 768 * 1024, PENDING_KEPT = 64 * 1024, EVENT_MAX = 16 << 20 };

struct HttpStream {
    HttpHub *hub;
    HttpLink link; /* in hub->streams */
    HttpStream *ready_next;
    bool is_ready;

    HttpExchange *x; /* its place in the connection's queue; NULL once that is gone (loop only) */
    bool chunked, discard;

    pthread_cond_t changed;
    PtBuf pending;
    bool gone, ended, ended_ok;
    bool gone_due, calling; /* on_gone is to be called, or is running */
    void (*on_gone)(void *ctx);
    void *on_gone_ctx;
};

/* With the mutex held; releases it. */
static void unref_hub(HttpHub *hub)
{
    bool last = --hub->refs == 0;
    pthread_mutex_unlock(&hub->mutex);
    if (last) {
        (void)close(hub->wake_fd);
        (void)pthread_mutex_destroy(&hub->mutex);
        free(hub);
    }
}

/* With the mutex held; releases it. */
static void free_stream(HttpStream *s)
{
    HttpHub *hub = s->hub;
    http_link_drop(&s->link);
    pt_buf_done(&s->pending);
    (void)pthread_cond_destroy(&s->changed);
    free(s);
    unref_hub(hub);
}

/* With the mutex held: the loop looks at the stream soon. */
static void make_ready(HttpStream *s)
{
    HttpHub *hub = s->hub;
    if (s->is_ready || hub->closed) {
        return;
    }
    s->is_ready = true;
    s->ready_next = hub->ready;
    hub->ready = s;
    if (s->ready_next == NULL) {
        uint64_t one = 1;
        ssize_t n = write(hub->wake_fd, &one, sizeof one); // fails only when it is set already
        (void)n;
    }
}

/* With the mutex held, on the loop's thread; lets it go while the callback runs. */
static void tell_gone(HttpStream *s)
{
    s->gone_due = false;
    if (s->on_gone == NULL || s->ended) {
        return;
    }
    s->calling = true;
    pthread_mutex_unlock(&s->hub->mutex);
    s->on_gone(s->on_gone_ctx);
    pthread_mutex_lock(&s->hub->mutex);
    s->calling = false;
    pthread_cond_broadcast(&s->changed);
}

/* With the mutex held. */
static void mark_gone(HttpStream *s)
{
    if (!s->gone) {
        s->gone = true;
        s->gone_due = true;
        pthread_cond_broadcast(&s->changed);
        make_ready(s);
    }
}

static void on_ready(PtWatch *watch, uint32_t events)
{
    (void)events;
    HttpServer *server = watch->ctx;
    HttpHub *hub = server->hub;
    uint64_t count;
    ssize_t n = read(hub->wake_fd, &count, sizeof count); // only to empty it
    (void)n;
    pthread_mutex_lock(&hub->mutex);
    for (HttpStream *s; (s = hub->ready) != NULL;) {
        hub->ready = s->ready_next;
        s->is_ready = false;
        if (s->gone_due) {
            tell_gone(s);
        }
        if (s->x != NULL) {
            http_conn_settle_later(s->x->conn);
        } else if (s->ended && !s->is_ready) {
            free_stream(s);
            pthread_mutex_lock(&hub->mutex); // the server holds the hub
        }
    }
    pthread_mutex_unlock(&hub->mutex);
}

PtStatus http_hub_new(HttpServer *server, PtError *err)
{
    HttpHub *hub = calloc(1, sizeof *hub);
    if (hub == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for an HTTP server");
    }
    hub->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (hub->wake_fd < 0) {
        free(hub);
        return pt_fail(err, pt_status_of_errno(errno), "cannot make an event descriptor: %s",
                       strerror(errno));
    }
    (void)pthread_mutex_init(&hub->mutex, NULL);
    hub->loop = server->loop;
    hub->refs = 1;
    http_link_init(&hub->streams);
    server->hub_watch =
        (PtWatch){.fd = hub->wake_fd, .events = EPOLLIN, .fn = on_ready, .ctx = server};
    PtStatus st = pt_loop_watch(server->loop, &server->hub_watch, err);
    if (st != PT_OK) {
        pthread_mutex_lock(&hub->mutex);
        unref_hub(hub);
        return st;
    }
    server->hub = hub;
    return PT_OK;
}

void http_hub_drain(HttpServer *server)
{
    HttpHub *hub = server->hub;
    pthread_mutex_lock(&hub->mutex);
    for (HttpLink *l = hub->streams.next; l != &hub->streams; l = l->next) {
        mark_gone(HTTP_OF_LINK(l, HttpStream, link));
    }
    pthread_mutex_unlock(&hub->mutex);
}

/* Every connection is closed by now, so no stream has one. Those not yet ended belong to their
 * writers alone from here on. */
void http_hub_close(HttpServer *server)
{
    HttpHub *hub = server->hub;
    if (hub == NULL) {
        return;
    }
    on_ready(&server->hub_watch, EPOLLIN); // last calls of on_gone
    pt_loop_unwatch(server->loop, &server->hub_watch);
    pthread_mutex_lock(&hub->mutex);
    hub->closed = true;
    unref_hub(hub);
    server->hub = NULL;
}

void http_stream_detach(HttpStream *s)
{
    pthread_mutex_lock(&s->hub->mutex);
    s->x = NULL;
    mark_gone(s);
    make_ready(s); // frees it, if it has ended
    pthread_mutex_unlock(&s->hub->mutex);
}

static HttpStream *new_stream(HttpServer *server)
{
    HttpStream *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return NULL;
    }
    HttpHub *hub = server->hub;
    s->hub = hub;
    pt_buf_init(&s->pending, PENDING_MAX);
    (void)pthread_cond_init(&s->changed, NULL);
    pthread_mutex_lock(&hub->mutex);
    hub->refs++;
    http_link_last(&hub->streams, &s->link);
    pthread_mutex_unlock(&hub->mutex);
    return s;
}

HttpStream *http_stream_begin(HttpExchange *x, int status, const HttpHeader *headers,
                              size_t header_count)
{
    HttpServer *server = x->server;
    HttpConn *c = x->conn;
    HttpStream *s = new_stream(server);
    if (s == NULL) {
        http_reply_problem(x, PT_NO_MEMORY, "no memory for a stream");
        return NULL;
    }
    if (c == NULL) {
        http_exchange_recycle(x);
        s->gone = true; // nobody else knows the stream yet
        return s;
    }
    s->x = x;
    s->chunked = x->minor > 0;
    s->discard = x->head_only;
    s->gone = server->draining;
    x->close |= !s->chunked || server->draining;
    c->no_more |= x->close;
    HttpFraming framing = s->chunked ? HTTP_CHUNKED : HTTP_UNTIL_CLOSE;
    c->broken |= !http_head_write(x, status, headers, header_count, framing, (PtStr){"", 0});
    x->stream = s;
    c->streaming = true;
    http_block_unref(&server->blocks, PT_TAKE(x->in));
    pt_arena_clear(x->arena);
    http_conn_settle_later(c);
    return s;
}

PtStatus http_stream_write(HttpStream *s, PtStr bytes)
{
    HttpHub *hub = s->hub;
    PtStatus st = PT_OK;
    pthread_mutex_lock(&hub->mutex);
    while (bytes.len > 0 && st == PT_OK) {
        size_t room = PENDING_MAX - s->pending.len;
        if (s->gone || hub->closed) {
            st = PT_UNAVAILABLE;
        } else if (s->discard) {
            break;
        } else if (bytes.len > room && pt_loop_inside(hub->loop)) {
            st = PT_BUSY; // it is the loop that makes room: all of it now, or nothing
        } else if (room == 0) {
            pthread_cond_wait(&s->changed, &hub->mutex);
        } else {
            size_t n = bytes.len < room ? bytes.len : room;
            pt_buf_add(&s->pending, bytes.data, n);
            st = pt_buf_status(&s->pending);
            bytes = (PtStr){bytes.data + n, bytes.len - n};
            make_ready(s);
        }
    }
    pthread_mutex_unlock(&hub->mutex);
    return st;
}

void http_stream_end(HttpStream *s, bool ok)
{
    HttpHub *hub = s->hub;
    pthread_mutex_lock(&hub->mutex);
    while (s->calling && !pt_loop_inside(hub->loop)) {
        pthread_cond_wait(&s->changed, &hub->mutex);
    }
    s->ended = true;
    s->ended_ok = ok && pt_buf_status(&s->pending) == PT_OK;
    if (hub->closed) {
        free_stream(s);
        return;
    }
    make_ready(s);
    pthread_mutex_unlock(&hub->mutex);
}

bool http_stream_gone(HttpStream *s)
{
    pthread_mutex_lock(&s->hub->mutex);
    bool gone = s->gone || s->hub->closed;
    pthread_mutex_unlock(&s->hub->mutex);
    return gone;
}

void http_stream_on_gone(HttpStream *s, void (*fn)(void *ctx), void *ctx)
{
    pthread_mutex_lock(&s->hub->mutex);
    s->on_gone = fn;
    s->on_gone_ctx = ctx;
    if (s->gone) {
        s->gone_due = true;
        make_ready(s);
    }
    pthread_mutex_unlock(&s->hub->mutex);
}

/* With the mutex held: one chunk of what is pending onto the connection. */
static bool move_pending(HttpConn *c, HttpStream *s)
{
    HttpBlocks *blocks = &c->server->blocks;
    size_t n = s->pending.len, unsent = http_conn_unsent(c);
    if (n == 0 || unsent >= HTTP_OUT_HIGH) {
        return false;
    }
    n = n < HTTP_OUT_HIGH - unsent ? n : HTTP_OUT_HIGH - unsent;
    char line[20];
    int line_len = snprintf(line, sizeof line, "%zx\r\n", n);
    bool ok = (!s->chunked || http_out_add(blocks, &c->out, line, (size_t)line_len)) &&
              http_out_add(blocks, &c->out, s->pending.data, n) &&
              (!s->chunked || http_out_add(blocks, &c->out, "\r\n", 2));
    c->broken |= !ok;
    if (n == s->pending.len) {
        pt_buf_clear(&s->pending, PENDING_KEPT);
    } else {
        memmove(s->pending.data, s->pending.data + n, s->pending.len - n);
        s->pending.len -= n;
    }
    pthread_cond_broadcast(&s->changed);
    return true;
}

/* With the mutex held; releases it. The stream leaves the queue and the next answer has its turn.
 */
static void finish(HttpConn *c, HttpStream *s)
{
    HttpExchange *x = s->x;
    if (!s->ended_ok) {
        c->broken = true;
        c->reset = !s->chunked; // else the client would take the end of the connection for success
    } else if (s->chunked && !s->discard) {
        c->broken |= !http_out_add(&c->server->blocks, &c->out, "0\r\n\r\n", 5);
    }
    s->x = NULL;
    make_ready(s); // to be freed where the ready list is walked
    pthread_mutex_unlock(&s->hub->mutex);
    x->stream = NULL;
    x->answered = true;
    c->broken |= x->close && x->next != NULL; // nothing may follow it
    c->streaming = false;
    for (const HttpExchange *y = x->next; y != NULL; y = y->next) {
        c->streaming |= y->stream != NULL;
    }
    http_answered(c);
}

bool http_stream_pump(HttpConn *c)
{
    HttpStream *s = c->streaming && c->first != NULL ? c->first->stream : NULL;
    if (s == NULL) {
        return false;
    }
    pthread_mutex_lock(&s->hub->mutex);
    bool moved = move_pending(c, s);
    if (s->ended && s->pending.len == 0) {
        finish(c, s);
        return true;
    }
    pthread_mutex_unlock(&s->hub->mutex);
    return moved;
}

/* No line break or NUL may stand in a field of an event. */
static bool one_line(PtStr s)
{
    return s.len == 0 || (memchr(s.data, '\n', s.len) == NULL &&
                          memchr(s.data, '\r', s.len) == NULL && memchr(s.data, 0, s.len) == NULL);
}

static void add_data_lines(PtBuf *out, PtStr data)
{
    size_t start = 0;
    for (size_t i = 0; i <= data.len; i++) {
        if (i < data.len && data.data[i] != '\n' && data.data[i] != '\r') {
            continue;
        }
        pt_buf_add_str(out, PT_STR("data: "));
        pt_buf_add(out, data.data + start, i - start);
        pt_buf_add_char(out, '\n');
        i += i + 1 < data.len && data.data[i] == '\r' && data.data[i + 1] == '\n';
        start = i + 1;
    }
}

static PtStatus write_event(HttpStream *s, PtBuf *out)
{
    PtStatus st = pt_buf_status(out);
    st = st == PT_OK ? http_stream_write(s, pt_buf_str(out)) : st;
    pt_buf_done(out);
    return st;
}

PtStatus http_sse_event(HttpStream *s, PtStr id, const char *event, PtStr data)
{
    PtStr name = event != NULL ? pt_str(event) : PT_STR("");
    if (!one_line(id) || !one_line(name)) {
        return PT_INVALID;
    }
    PtBuf out;
    pt_buf_init(&out, EVENT_MAX);
    if (id.len > 0) {
        pt_buf_printf(&out, "id: %.*s\n", PT_STR_ARG(id));
    }
    if (name.len > 0) {
        pt_buf_printf(&out, "event: %s\n", event);
    }
    add_data_lines(&out, data);
    pt_buf_add_char(&out, '\n');
    return write_event(s, &out);
}

PtStatus http_sse_comment(HttpStream *s, const char *text)
{
    PtStr line = pt_str(text);
    if (!one_line(line)) {
        return PT_INVALID;
    }
    PtBuf out;
    pt_buf_init(&out, EVENT_MAX);
    pt_buf_printf(&out, ": %s\n\n", text);
    return write_event(s, &out);
}
