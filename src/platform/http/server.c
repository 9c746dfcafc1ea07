// SPDX-License-Identifier: Apache-2.0
#include "platform/http/http_internal.h"

#include "platform/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    BACKLOG = 4096,
    ACCEPTS_A_ROUND = 64,
    ACCEPT_PAUSE_MS = 100,
};

HttpLimits http_limits_default(void)
{
    return (HttpLimits){
        .target_bytes = 8 * 1024,
        .header_bytes = 32 * 1024,
        .header_count = 100,
        .body_bytes = 4 << 20,
        .connections = 20000,
        .pipeline = 64,
        .header_ms = 10000,
        .body_idle_ms = 10000,
        .body_total_ms = 60000,
        .keepalive_ms = 75000,
        .write_ms = 30000,
        .handshakes = 1024,
        .buffered_bytes = 512ULL << 20,
    };
}

HttpCounters http_counters(const HttpServer *s)
{
    const HttpTally *t = &s->tally;
#define READ(field) atomic_load_explicit(&t->field, memory_order_relaxed)
    HttpCounters c = {
        .accepted = READ(accepted),
        .requests = READ(requests),
        .bad_requests = READ(bad_requests),
        .timeouts = READ(timeouts),
        .rejected = READ(rejected),
        .connections = READ(connections),
        .buffered_bytes = atomic_load_explicit(&s->blocks.buffered, memory_order_relaxed),
        .bytes_in = READ(bytes_in),
        .bytes_out = READ(bytes_out),
        .tls_handshakes = READ(tls_handshakes),
        .tls_failed = READ(tls_failed),
    };
    for (size_t i = 0; i < sizeof c.by_class / sizeof *c.by_class; i++) {
        c.by_class[i] = READ(by_class[i]);
    }
#undef READ
    return c;
}

static void on_round(void *ctx)
{
    http_conn_settle_all(ctx);
}

void http_check_drained(HttpServer *s)
{
    if (s->draining && !s->drain_told && s->active == 0) {
        s->drain_told = true;
        pt_loop_timer_cancel(s->loop, &s->drain_timer);
        s->drain_done(s->drain_ctx);
    }
}

static void on_grace_over(PtLoopTimer *timer)
{
    HttpServer *s = timer->ctx;
    if (!s->drain_told) {
        s->drain_told = true;
        s->drain_done(s->drain_ctx);
    }
}

static bool watch_listeners(HttpServer *s, uint32_t events)
{
    bool ok = true;
    for (unsigned i = 0; i < s->listener_count; i++) {
        s->listeners[i].watch.events = events;
        ok = pt_loop_rewatch(s->loop, &s->listeners[i].watch, NULL) == PT_OK && ok;
    }
    return ok;
}

static bool pause_accepting(HttpServer *s)
{
    return pt_loop_timer_set(s->loop, &s->accept_timer, pt_mono_ms() + ACCEPT_PAUSE_MS) == PT_OK &&
           watch_listeners(s, 0);
}

static void accept_again(PtLoopTimer *timer)
{
    HttpServer *s = timer->ctx;
    if (!watch_listeners(s, EPOLLIN)) {
        (void)pause_accepting(s); // one listener less until then
    }
}

PtStatus http_server_new(PtLoop *loop, const HttpLimits *limits, HttpHandler *handler, void *ctx,
                         HttpServer **ret_server, PtError *err)
{
    HttpServer *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for an HTTP server");
    }
    s->loop = loop;
    s->limits = *limits;
    s->handler = handler;
    s->ctx = ctx;
    s->accept_timer = (PtLoopTimer){.fn = accept_again, .ctx = s};
    s->drain_timer = (PtLoopTimer){.fn = on_grace_over, .ctx = s};
    http_link_init(&s->conns);
    http_link_init(&s->idle);
    http_link_init(&s->handshakes);
    http_link_init(&s->orphans);
    PtStatus st = http_hub_new(s, err);
    if (st != PT_OK) {
        free(s);
        return st;
    }
    pt_loop_on_round(loop, on_round, s);
    *ret_server = s;
    return PT_OK;
}

static void unlink_socket(const HttpListener *l)
{
    struct stat st;
    if (lstat(l->unix_path, &st) == 0 && st.st_ino == l->unix_inode) {
        (void)unlink(l->unix_path); // a leftover is replaced at the next start
    }
}

static void close_listeners(HttpServer *s)
{
    pt_loop_timer_cancel(s->loop, &s->accept_timer);
    for (unsigned i = 0; i < s->listener_count; i++) {
        HttpListener *l = &s->listeners[i];
        pt_loop_unwatch(s->loop, &l->watch);
        (void)close(l->watch.fd);
        if (l->unix_path != NULL) {
            unlink_socket(l);
            free(l->unix_path);
        }
    }
    s->listener_count = 0;
}

void http_server_free(HttpServer *s)
{
    if (s == NULL) {
        return;
    }
    close_listeners(s);
    pt_loop_timer_cancel(s->loop, &s->drain_timer);
    s->drain_told = true; // nobody wants to hear of it any more
    for (HttpLink *l = s->conns.next; l != &s->conns; l = l->next) {
        http_conn_gone(HTTP_OF_LINK(l, HttpConn, all));
    }
    http_hub_close(s);
    http_conn_settle_all(s);
    pt_loop_off_round(s->loop, on_round, s);
    while (s->orphans.next != &s->orphans) {
        http_exchange_free(HTTP_OF_LINK(s->orphans.next, HttpExchange, orphan));
    }
    for (HttpExchange *x = s->free_exchanges, *next; x != NULL; x = next) {
        next = x->next;
        http_exchange_free(x);
    }
    http_exchange_free(s->spare);
    http_block_unref(&s->blocks, s->shared);
    http_blocks_done(&s->blocks);
    free(s);
}

void http_drain(HttpServer *s, uint32_t grace_ms, void (*done)(void *ctx), void *ctx)
{
    if (s->draining) {
        return;
    }
    s->draining = true;
    s->drain_done = done;
    s->drain_ctx = ctx;
    close_listeners(s);
    http_hub_drain(s);
    for (HttpLink *l = s->conns.next; l != &s->conns; l = l->next) {
        http_conn_settle_later(HTTP_OF_LINK(l, HttpConn, all));
    }
    pt_loop_settle(s->loop);
    if (pt_loop_timer_set(s->loop, &s->drain_timer, pt_mono_ms() + grace_ms) != PT_OK) {
        on_grace_over(&s->drain_timer); // no way to wait
    }
}

/* Address as text without port, and whether it is this machine itself. */
static bool describe_peer(const struct sockaddr_storage *a, char *text, size_t size)
{
    text[0] = '\0';
    if (a->ss_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, a, sizeof in);
        (void)inet_ntop(AF_INET, &in.sin_addr, text, (socklen_t)size);
        return (ntohl(in.sin_addr.s_addr) >> 24) == 127;
    }
    if (a->ss_family != AF_INET6) {
        return false;
    }
    struct sockaddr_in6 in6;
    memcpy(&in6, a, sizeof in6);
    if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr)) {
        (void)inet_ntop(AF_INET, &in6.sin6_addr.s6_addr[12], text, (socklen_t)size);
        return in6.sin6_addr.s6_addr[12] == 127;
    }
    (void)inet_ntop(AF_INET6, &in6.sin6_addr, text, (socklen_t)size);
    return IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr);
}

static bool may_use_local(int fd)
{
    struct ucred who;
    socklen_t len = sizeof who;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0 &&
           (who.uid == geteuid() || who.uid == 0);
}

static bool close_oldest(HttpLink *list)
{
    if (list->next == list) {
        return false;
    }
    http_conn_gone(HTTP_OF_LINK(list->next, HttpConn, idle));
    return true;
}

static bool close_oldest_idle(HttpServer *s)
{
    return close_oldest(&s->idle) || close_oldest(&s->handshakes);
}

/* Also on a port for TLS: who looks at the bytes reads why, and a handshake here could not be had.
 */
static void refuse(HttpServer *s, int fd)
{
    static const char text[] = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n"
                               "Retry-After: 1\r\nConnection: close\r\n\r\n";
    ssize_t n = send(fd, text, sizeof text - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    (void)n; // a courtesy
    (void)close(fd);
    http_tally(&s->tally.rejected, 1);
}

static void admit(HttpListener *l, int fd, const struct sockaddr_storage *addr)
{
    HttpServer *s = l->server;
    bool local = l->unix_path != NULL;
    char peer[INET6_ADDRSTRLEN];
    bool loopback = describe_peer(addr, peer, sizeof peer);
    if (local && !may_use_local(fd)) {
        (void)close(fd);
        http_tally(&s->tally.rejected, 1);
        return;
    }
    uint64_t open = atomic_load_explicit(&s->tally.connections, memory_order_relaxed);
    if (open >= s->limits.connections && !close_oldest_idle(s)) {
        refuse(s, fd);
        return;
    }
    int one = 1;
    if (!local) {
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one,
                         sizeof one); // slower without, not wrong
    }
    if (l->tls != NULL && s->handshake_count >= s->limits.handshakes) {
        (void)close_oldest(&s->handshakes);
    }
    if (http_conn_open(s, fd, peer, local, loopback, l->tls) == NULL) {
        refuse(s, fd);
    }
}

/* Out of descriptors: an idle connection gives its one, or accepting pauses, because a listener
 * that stays readable would keep the loop from sleeping. */
static void accept_failed(HttpServer *s)
{
    if (!close_oldest_idle(s)) {
        (void)pause_accepting(s); // else it is tried again at once
    }
}

static void on_accept(PtWatch *watch, uint32_t events)
{
    (void)events;
    HttpListener *l = watch->ctx;
    for (int i = 0; i < ACCEPTS_A_ROUND; i++) {
        struct sockaddr_storage addr = {0};
        socklen_t len = sizeof addr;
        int fd = accept4(watch->fd, (struct sockaddr *)&addr, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && (errno == ECONNABORTED || errno == EINTR)) {
            continue;
        }
        if (fd < 0) {
            if (errno != EAGAIN) {
                accept_failed(l->server);
            }
            return;
        }
        admit(l, fd, &addr);
    }
}

/* Takes fd over, also on failure. */
static PtStatus add_listener(HttpServer *s, int fd, PtError *err)
{
    if (s->draining || s->listener_count == HTTP_LISTENERS_MAX) {
        (void)close(fd);
        return pt_fail(err, PT_UNAVAILABLE, "no further address can be listened on");
    }
    HttpListener *l = &s->listeners[s->listener_count];
    *l = (HttpListener){.server = s};
    l->watch = (PtWatch){.fd = fd, .events = EPOLLIN, .fn = on_accept, .ctx = l};
    PtStatus st = pt_loop_watch(s->loop, &l->watch, err);
    if (st != PT_OK) {
        (void)close(fd);
        return st;
    }
    s->listener_count++;
    return PT_OK;
}

static bool parse_address(const char *text, struct sockaddr_storage *ret_addr, socklen_t *ret_len)
{
    const char *colon = strrchr(text, ':');
    char host[INET6_ADDRSTRLEN + 2];
    uint32_t port;
    if (colon == NULL || (size_t)(colon - text) >= sizeof host ||
        !pt_str_to_u32(pt_str(colon + 1), 65535, &port)) {
        return false;
    }
    size_t n = (size_t)(colon - text);
    memcpy(host, text, n);
    host[n] = '\0';
    memset(ret_addr, 0, sizeof *ret_addr);
    if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
        host[n - 1] = '\0';
        struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
        bool ok = inet_pton(AF_INET6, host + 1, &in6.sin6_addr) == 1;
        memcpy(ret_addr, &in6, sizeof in6);
        *ret_len = sizeof in6;
        return ok;
    }
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    bool ok = inet_pton(AF_INET, host, &in.sin_addr) == 1;
    memcpy(ret_addr, &in, sizeof in);
    *ret_len = sizeof in;
    return ok;
}

/* A listening socket, or -1 with errno. */
static int open_tcp(const struct sockaddr_storage *addr, socklen_t len)
{
    int fd = socket(addr->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int one = 1, zero = 0;
    if (fd < 0) {
        return -1;
    }
    bool ok = setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 &&
              (addr->ss_family != AF_INET6 ||
               setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof zero) == 0) &&
              bind(fd, (const struct sockaddr *)addr, len) == 0 && listen(fd, BACKLOG) == 0;
    if (!ok) {
        int why = errno;
        (void)close(fd);
        errno = why;
        return -1;
    }
    return fd;
}

static PtStatus listen_tcp(HttpServer *s, const char *address, HttpTls *tls, uint16_t *ret_port,
                           PtError *err)
{
    struct sockaddr_storage addr;
    socklen_t len = 0;
    if (!parse_address(address, &addr, &len)) {
        return pt_fail(err, PT_INVALID, "\"%s\" is not an IP address and a port", address);
    }
    int fd = open_tcp(&addr, len);
    len = sizeof addr;
    if (fd < 0 || getsockname(fd, (struct sockaddr *)&addr, &len) != 0) {
        PtStatus st = errno == EADDRINUSE ? PT_CONFLICT : pt_status_of_errno(errno);
        st = pt_fail(err, st, "cannot listen on \"%s\": %s", address, strerror(errno));
        if (fd >= 0) {
            (void)close(fd);
        }
        return st;
    }
    PtStatus st = add_listener(s, fd, err);
    if (st == PT_OK) {
        s->listeners[s->listener_count - 1].tls = tls;
    }
    if (st == PT_OK && ret_port != NULL) {
        struct sockaddr_in in; // the port stands at the same place in both families
        memcpy(&in, &addr, sizeof in);
        *ret_port = ntohs(in.sin_port);
    }
    return st;
}

PtStatus http_listen_tcp(HttpServer *s, const char *address, uint16_t *ret_port, PtError *err)
{
    return listen_tcp(s, address, NULL, ret_port, err);
}

PtStatus http_listen_tls(HttpServer *s, const char *address, HttpTls *tls, uint16_t *ret_port,
                         PtError *err)
{
    return listen_tcp(s, address, tls, ret_port, err);
}

/* Removes a socket nobody listens on. False when there is something else, or a living server. */
static bool clear_stale(const struct sockaddr_un *addr)
{
    struct stat st;
    if (lstat(addr->sun_path, &st) != 0) {
        return errno == ENOENT;
    }
    if (!S_ISSOCK(st.st_mode)) {
        errno = EEXIST;
        return false;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return false;
    }
    bool dead = connect(fd, (const struct sockaddr *)addr, sizeof *addr) != 0 &&
                (errno == ECONNREFUSED || errno == ENOENT);
    (void)close(fd);
    errno = EADDRINUSE;
    return dead && (unlink(addr->sun_path) == 0 || errno == ENOENT);
}

/* A listening socket, or -1 with errno. Nobody can connect before listen(), so that the mode set in
 * between leaves no gap. */
static int open_unix(const struct sockaddr_un *addr, uint64_t *ret_inode)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -1;
    }
    struct stat st;
    bool ok = clear_stale(addr) && bind(fd, (const struct sockaddr *)addr, sizeof *addr) == 0 &&
              chmod(addr->sun_path, 0600) == 0 && lstat(addr->sun_path, &st) == 0 &&
              listen(fd, BACKLOG) == 0;
    if (!ok) {
        int why = errno;
        (void)close(fd);
        errno = why;
        return -1;
    }
    *ret_inode = st.st_ino;
    return fd;
}

PtStatus http_listen_unix(HttpServer *s, const char *path, PtError *err)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof addr.sun_path) {
        return pt_fail(err, PT_INVALID, "the path of socket \"%s\" is over %zu bytes", path,
                       sizeof addr.sun_path - 1);
    }
    memcpy(addr.sun_path, path, strlen(path) + 1);
    char *copy = strdup(path);
    if (copy == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to listen on \"%s\"", path);
    }
    uint64_t inode = 0;
    int fd = open_unix(&addr, &inode);
    if (fd < 0) {
        PtStatus st =
            errno == EADDRINUSE || errno == EEXIST ? PT_CONFLICT : pt_status_of_errno(errno);
        free(copy);
        return pt_fail(err, st, "cannot listen on \"%s\": %s", path, strerror(errno));
    }
    PtStatus st = add_listener(s, fd, err);
    if (st != PT_OK) {
        free(copy);
        return st;
    }
    HttpListener *l = &s->listeners[s->listener_count - 1];
    l->unix_path = copy;
    l->unix_inode = inode;
    return PT_OK;
}
