// SPDX-License-Identifier: Apache-2.0
/* The floor: the least that durable intake over HTTP can cost here. One thread, epoll,
 * Content-Length framing, a check of the body as JSON, one write and one fdatasync a loop round to
 * a preallocated and prewritten file, and 200 after it. No routing, keys, stamps, dedupe or limits.
 */
#include "bench_http.h"

#include "base/json.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    FILE_BYTES = 256 << 20,
    IN_FIRST = 16384,
    IN_MAX = 5 << 20,
    ROUND_MAX = 64 << 20, /* bytes written in one round */
    EVENTS = 1024,
    DEPTH = 64,
};

typedef struct Conn {
    int fd;
    unsigned due; /* answers to be sent after the sync */
    unsigned bad;
    char *in;
    size_t len, cap;
    struct Conn *next_due;
} Conn;

typedef struct Floor {
    int epoll, listen, file;
    uint64_t at;
    char *round;
    size_t round_len;
    Conn *due;
} Floor;

static volatile sig_atomic_t stopping;

static void on_signal(int number)
{
    (void)number;
    stopping = 1;
}

static void die(const char *what)
{
    (void)fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int open_file(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    char *zeros = calloc(1, 1 << 20);
    if (fd < 0 || zeros == NULL || posix_fallocate(fd, 0, FILE_BYTES) != 0) {
        die(path);
    }
    for (off_t at = 0; at < FILE_BYTES; at += 1 << 20) {
        if (pwrite(fd, zeros, 1 << 20, at) != 1 << 20) {
            die(path);
        }
    }
    free(zeros);
    if (fsync(fd) != 0) {
        die(path);
    }
    return fd;
}

static int open_listener(uint16_t port)
{
    struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), one = 1;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
        bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || listen(fd, 1024) != 0) {
        die("cannot listen");
    }
    return fd;
}

static void watch(const Floor *f, int fd, void *ptr)
{
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = ptr};
    if (epoll_ctl(f->epoll, EPOLL_CTL_ADD, fd, &e) != 0) {
        die("cannot watch a connection");
    }
}

static void accept_all(const Floor *f)
{
    for (;;) {
        int fd = accept4(f->listen, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), one = 1;
        if (fd < 0) {
            return;
        }
        Conn *c = calloc(1, sizeof *c);
        if (c == NULL) {
            die("no memory");
        }
        c->fd = fd;
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        watch(f, fd, c);
    }
}

static void take_request(Floor *f, Conn *c, const char *body, size_t len)
{
    if (pt_json_check((PtStr){body, len}, DEPTH, NULL) != PT_OK) {
        c->bad++;
    } else {
        memcpy(f->round + f->round_len, body, len);
        f->round_len += len;
    }
    if (c->due++ == 0) {
        c->next_due = f->due;
        f->due = c;
    }
}

static void take_requests(Floor *f, Conn *c)
{
    size_t used = 0;
    while (f->round_len < ROUND_MAX - IN_MAX) {
        size_t body = 0, len = bench_request_len(c->in + used, c->len - used, &body);
        if (len == 0) {
            break;
        }
        take_request(f, c, c->in + used + body, len - body);
        used += len;
    }
    c->len -= used;
    if (c->len > 0 && used > 0) {
        memmove(c->in, c->in + used, c->len);
    }
}

static bool make_room(Conn *c)
{
    const size_t cap = c->cap == 0 ? IN_FIRST : c->cap * 2;
    char *grown = cap <= IN_MAX * 2 ? realloc(c->in, cap) : NULL;
    if (grown != NULL) {
        c->in = grown;
        c->cap = cap;
    }
    return grown != NULL;
}

/* False: the connection is gone. */
static bool receive(Floor *f, Conn *c)
{
    for (;;) {
        if (c->len == c->cap && !make_room(c)) {
            return false;
        }
        size_t room = c->cap - c->len;
        ssize_t n = recv(c->fd, c->in + c->len, room, 0);
        if (n < 0) {
            return errno == EAGAIN;
        }
        if (n == 0) {
            return false;
        }
        c->len += (size_t)n;
        take_requests(f, c);
        if ((size_t)n < room) {
            return true;
        }
    }
}

static void forget(Floor *f, Conn *c)
{
    for (Conn **at = &f->due; *at != NULL; at = &(*at)->next_due) {
        if (*at == c) {
            *at = c->next_due;
            break;
        }
    }
    close(c->fd);
    free(c->in);
    free(c);
}

static void write_round(Floor *f)
{
    if (f->at + f->round_len > FILE_BYTES) {
        f->at = 0;
    }
    size_t padded = (f->round_len + 4095) / 4096 * 4096; // whole blocks need no reading back
    memset(f->round + f->round_len, 0, padded - f->round_len);
    if (pwrite(f->file, f->round, padded, (off_t)f->at) != (ssize_t)padded ||
        fdatasync(f->file) != 0) {
        die("cannot write");
    }
    f->at += padded;
    f->round_len = 0;
}

static void answer_all(Floor *f)
{
    static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                             "Content-Length: 16\r\n\r\n{\"success\":true}";
    static const char bad[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    Conn *c = f->due;
    f->due = NULL;
    while (c != NULL) {
        Conn *next = c->next_due;
        for (; c->due > 0; c->due--) {
            // A few bytes into an empty socket buffer: never partial in practice.
            bool is_bad = c->bad > 0;
            c->bad -= is_bad;
            (void)!send(c->fd, is_bad ? bad : ok, is_bad ? sizeof bad - 1 : sizeof ok - 1,
                        MSG_NOSIGNAL);
        }
        c->next_due = NULL;
        c = next;
    }
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        (void)fputs("usage: floor PORT FILE\n", stderr);
        return 2;
    }
    Floor f = {.epoll = epoll_create1(EPOLL_CLOEXEC),
               .listen = open_listener((uint16_t)strtoul(argv[1], NULL, 10)),
               .file = open_file(argv[2]),
               .round = malloc(ROUND_MAX + 4096)};
    if (f.round == NULL) {
        die("no memory");
    }
    (void)signal(SIGTERM, on_signal);
    (void)signal(SIGINT, on_signal);
    watch(&f, f.listen, NULL);
    (void)puts("ready");
    (void)fflush(stdout);
    static struct epoll_event events[EVENTS];
    while (!stopping) {
        int n = epoll_wait(f.epoll, events, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            Conn *c = events[i].data.ptr;
            if (c == NULL) {
                accept_all(&f);
            } else if (!receive(&f, c)) {
                forget(&f, c);
            }
        }
        if (f.due != NULL) {
            if (f.round_len > 0) {
                write_round(&f);
            }
            answer_all(&f);
        }
    }
    return 0;
}
