// SPDX-License-Identifier: Apache-2.0
/* Load generator for event intake: demo events with fresh message ids over keep-alive connections,
 * in one thread that costs little beside the server.
 *
 * Closed loop: every connection sends as soon as it has its answer. Open loop (--rate): requests
 * are due at Poisson times, whoever is late; latency counts from the due time, so that a server
 * that stalls does not slow its own measurement (no coordinated omission). 5 % of the events repeat
 * the message id of an earlier one.
 */
#include "bench_http.h"
#include "retailer.h"

#include "base/buf.h"
#include "base/rng.h"

#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    SINGLE_TEMPLATES = 4096,
    BATCH_TEMPLATE_EVENTS = 6400,
    RESPONSE_MAX = 8192,
    PAGE_MAX = 4 << 20, /* an answer of --get */
    CONNECTIONS_MAX = 10000,
    BATCH_MAX = 2500,
    DUPLICATE_ONE_IN = 20,
    STATUS_MAX = 600,
};

typedef struct Options {
    uint16_t port;
    const char *key;
    const char *get, *token; /* paths to read in turn, by comma, with a bearer token */
    const char *post;        /* the path that takes the file's lines, with the token */
    const char *file;        /* events to send in turn, one a line, instead of the demo's */
    unsigned connections, batch;
    double seconds, warmup, rate; /* rate: events a second; 0 = closed loop */
    uint64_t seed;
} Options;

/* A request that is ready but for the digits of its message ids. */
typedef struct Template {
    char *bytes;
    size_t len;
    uint32_t *uuid_at; /* options.batch of them */
} Template;

typedef struct Conn {
    int fd;
    bool busy;
    char *out; /* room for the longest template */
    size_t out_len, out_sent;
    char *in;
    size_t in_len, in_cap;
    int64_t due_ns;
} Conn;

typedef struct Load {
    Options options;
    Template *templates;
    size_t template_count, longest;
    Conn *conns;
    int epoll;
    PtRng rng;
    uint64_t requests; /* begun: number of the next one */
    uint32_t run;      /* in every message id, so that two runs never meet */
    int64_t counted_from_ns, stop_ns, next_due_ns;
    unsigned busy;
    uint64_t sent_events, duplicates, errors, bytes; /* counted part */
    uint64_t statuses[STATUS_MAX];                   /* events by status */
    BenchHist hist;
} Load;

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void die(const char *what)
{
    (void)fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void *need(void *p)
{
    if (p == NULL) {
        die("no memory");
    }
    return p;
}

/* The route of an event's type: /v1/track for "type":"track". */
static void route_of(const char *event, size_t len, char out[32])
{
    const char *at = memmem(event, len, "\"type\":\"", 8);
    at = at != NULL ? at + 8 : "track\"";
    (void)snprintf(out, 32, "/v1/%.*s", (int)strcspn(at, "\""), at);
}

/* The next event, and where the digits of its message id begin. */
static size_t next_event(Retailer *r, FILE *lines, PtBuf *body)
{
    static char *line;
    static size_t cap;
    if (lines == NULL) {
        RetailerMeta meta;
        const size_t start = body->len;
        retailer_next(r, body, &meta);
        return start + meta.uuid_at;
    }
    ssize_t len = getline(&line, &cap, lines);
    if (len <= 0) {
        rewind(lines);
        len = getline(&line, &cap, lines);
    }
    static const char mark[] = "\"messageId\":\"";
    const char *at = len > 0 ? memmem(line, (size_t)len, mark, sizeof mark - 1) : NULL;
    if (at == NULL || at + sizeof mark - 1 + 36 > line + len) {
        (void)fprintf(stderr, "load: a line of the file has no messageId of 36 characters\n");
        exit(1);
    }
    const size_t start = body->len;
    pt_buf_add_str(body, (PtStr){line, (size_t)len - (line[len - 1] == '\n')});
    return start + (size_t)(at - line) + sizeof mark - 1;
}

static void make_template(Load *l, Retailer *r, FILE *lines, PtBuf *body, Template *t)
{
    const Options *o = &l->options;
    char route[32] = "/v1/batch", auth[128], head[512];
    t->uuid_at = need(calloc(o->batch, sizeof *t->uuid_at));
    pt_buf_clear(body, SIZE_MAX);
    if (o->batch > 1) {
        pt_buf_add_str(body, PT_STR("{\"batch\":["));
    }
    for (unsigned i = 0; i < o->batch; i++) {
        if (i > 0) {
            pt_buf_add_char(body, ',');
        }
        t->uuid_at[i] = (uint32_t)next_event(r, lines, body);
    }
    if (o->batch > 1) {
        pt_buf_add_str(body, PT_STR("]}"));
    } else {
        route_of(body->data, body->len, route);
    }
    bench_basic_auth(o->key, auth, sizeof auth);
    int n = snprintf(head, sizeof head,
                     "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nAuthorization: Basic %s\r\n"
                     "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                     route, o->port, auth, body->len);
    if (n < 0 || (size_t)n >= sizeof head || pt_buf_status(body) != PT_OK) {
        die("cannot make a request");
    }
    t->len = (size_t)n + body->len;
    t->bytes = need(malloc(t->len));
    memcpy(t->bytes, head, (size_t)n);
    memcpy(t->bytes + n, body->data, body->len);
    for (unsigned i = 0; i < o->batch; i++) {
        t->uuid_at[i] += (uint32_t)n;
    }
    l->longest = t->len > l->longest ? t->len : l->longest;
}

static void make_reads(Load *l)
{
    const Options *o = &l->options;
    PtStr rest = pt_str(o->get), path;
    l->templates = need(calloc(strlen(o->get) + 1, sizeof *l->templates));
    while (pt_str_cut(&rest, ',', &path)) {
        char head[2048];
        int n = snprintf(head, sizeof head,
                         "GET %.*s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
                         "Authorization: Bearer %s\r\n\r\n",
                         (int)path.len, path.data, o->port, o->token);
        if (n < 0 || (size_t)n >= sizeof head) {
            die("cannot make a request");
        }
        Template *t = &l->templates[l->template_count++];
        *t = (Template){.bytes = need(strdup(head)), .len = (size_t)n};
        l->longest = t->len > l->longest ? t->len : l->longest;
    }
}

static void make_posts(Load *l, FILE *lines)
{
    const Options *o = &l->options;
    char *line = NULL;
    size_t cap = 0;
    ssize_t len = 0;
    for (size_t i = 0; i < l->template_count && (len = getline(&line, &cap, lines)) > 0; i++) {
        Template *t = &l->templates[i];
        char head[2048];
        const size_t body = (size_t)len - (line[len - 1] == '\n');
        int n = snprintf(head, sizeof head,
                         "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nAuthorization: Bearer %s\r\n"
                         "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                         o->post, o->port, o->token, body);
        if (n < 0 || (size_t)n >= sizeof head) {
            die("cannot make a request");
        }
        t->len = (size_t)n + body;
        t->bytes = need(malloc(t->len));
        memcpy(t->bytes, head, (size_t)n);
        memcpy(t->bytes + n, line, body);
        l->longest = t->len > l->longest ? t->len : l->longest;
    }
    free(line);
}

static size_t count_lines(FILE *lines)
{
    size_t count = 0;
    for (int c = getc(lines); c != EOF; c = getc(lines)) {
        count += c == '\n';
    }
    rewind(lines);
    return count;
}

static void make_templates(Load *l)
{
    unsigned batch = l->options.batch;
    if (l->options.get != NULL) {
        make_reads(l);
        return;
    }
    FILE *lines = l->options.file != NULL ? fopen(l->options.file, "re") : NULL;
    if (l->options.file != NULL && lines == NULL) {
        die(l->options.file);
    }
    l->template_count = batch > 1 ? BATCH_TEMPLATE_EVENTS / batch + 1 : SINGLE_TEMPLATES;
    l->template_count = lines != NULL ? count_lines(lines) / batch : l->template_count;
    if (l->template_count == 0) {
        (void)fprintf(stderr, "load: fewer lines than a batch has events\n");
        exit(1);
    }
    l->templates = need(calloc(l->template_count, sizeof *l->templates));
    if (l->options.post != NULL) {
        make_posts(l, lines);
        (void)fclose(lines);
        return;
    }
    Retailer *r = need(retailer_new(l->options.seed, (int64_t)time(NULL) * 1000, 5));
    PtBuf body;
    pt_buf_init(&body, 64 << 20);
    for (size_t i = 0; i < l->template_count; i++) {
        make_template(l, r, lines, &body, &l->templates[i]);
    }
    pt_buf_done(&body);
    retailer_free(r);
    if (lines != NULL) {
        (void)fclose(lines);
    }
}

/* 8 digits of the run, 16 of the number; dashes and the version's digit stay. */
static void patch_uuid(char *at, uint32_t run, uint64_t number)
{
    static const char hex[] = "0123456789abcdef";
    static const uint8_t places[16] = {9,  10, 11, 12, 15, 16, 17, 20,
                                       21, 22, 30, 31, 32, 33, 34, 35};
    for (unsigned i = 0; i < 8; i++) {
        at[i] = hex[run >> (28 - 4 * i) & 15];
    }
    for (unsigned i = 0; i < 16; i++) {
        at[places[i]] = hex[number >> (60 - 4 * i) & 15];
    }
}

/* Fills the connection's request. A repeated id must be one that the same template sent before,
 * since the part before the uuid is the template's. */
static void fill_request(Load *l, Conn *c, bool counted)
{
    unsigned batch = l->options.batch;
    uint64_t number = l->requests++, rounds = number / l->template_count;
    const Template *t = &l->templates[number % l->template_count];
    memcpy(c->out, t->bytes, t->len);
    c->out_len = t->len;
    c->out_sent = 0;
    for (unsigned i = 0; t->uuid_at != NULL && i < batch; i++) {
        uint64_t from = number;
        if (rounds > 0) {
            uint64_t dice = pt_rng_u64(&l->rng);
            if (dice % DUPLICATE_ONE_IN == 0) {
                from -= (1 + (dice >> 32) % (rounds < 8 ? rounds : 8)) * l->template_count;
                l->duplicates += counted;
            }
        }
        patch_uuid(c->out + t->uuid_at[i], l->run, from * batch + i);
    }
}

static int open_socket(uint16_t port)
{
    struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) != 0) {
        die("cannot connect");
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

static void watch(Load *l, Conn *c, int op, uint32_t events)
{
    struct epoll_event e = {.events = events, .data.ptr = c};
    if (epoll_ctl(l->epoll, op, c->fd, &e) != 0) {
        die("cannot watch a connection");
    }
}

/* Lost with a request on it, or closed by the server because it was idle for too long. */
static void reconnect(Load *l, Conn *c)
{
    l->errors += c->busy;
    l->busy -= c->busy;
    close(c->fd);
    c->fd = open_socket(l->options.port);
    c->busy = false;
    c->in_len = c->out_len = c->out_sent = 0;
    watch(l, c, EPOLL_CTL_ADD, EPOLLIN);
}

static void send_more(Load *l, Conn *c)
{
    while (c->out_sent < c->out_len) {
        ssize_t n = send(c->fd, c->out + c->out_sent, c->out_len - c->out_sent,
                         MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) {
            watch(l, c, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
            return;
        }
        if (n <= 0) {
            reconnect(l, c);
            return;
        }
        c->out_sent += (size_t)n;
    }
    if (c->out_len > 65536) {
        watch(l, c, EPOLL_CTL_MOD, EPOLLIN);
    }
}

static void begin(Load *l, Conn *c, int64_t due_ns)
{
    bool counted = due_ns >= l->counted_from_ns;
    fill_request(l, c, counted);
    c->due_ns = due_ns;
    c->busy = true;
    l->busy++;
    if (counted) {
        l->sent_events += l->options.batch;
        l->bytes += c->out_len;
    }
    send_more(l, c);
}

static void finish(Load *l, Conn *c, int status, int64_t now)
{
    c->busy = false;
    l->busy--;
    if (c->due_ns >= l->counted_from_ns) {
        l->statuses[status > 0 && status < STATUS_MAX ? status : 0] += l->options.batch;
        bench_hist_add(&l->hist, now - c->due_ns);
    }
}

static void receive(Load *l, Conn *c)
{
    ssize_t n = recv(c->fd, c->in + c->in_len, c->in_cap - c->in_len, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) {
        return;
    }
    if (n <= 0) {
        reconnect(l, c);
        return;
    }
    c->in_len += (size_t)n;
    int status = 0;
    size_t len = bench_response_len(c->in, c->in_len, &status);
    if (len == 0) {
        if (c->in_len == c->in_cap) {
            reconnect(l, c);
        }
        return;
    }
    c->in_len = 0; // one request at a time: nothing can follow
    int64_t now = now_ns();
    finish(l, c, status, now);
    if (l->options.rate <= 0 && now < l->stop_ns) {
        begin(l, c, now);
    }
}

static int64_t poisson_gap_ns(Load *l)
{
    double per_ns = l->options.rate / l->options.batch / 1e9;
    return (int64_t)(-log(1 - pt_rng_unit(&l->rng)) / per_ns);
}

/* Open loop: sends what is due while there are free connections. */
static void send_due(Load *l, int64_t now)
{
    size_t at = 0;
    while (l->next_due_ns <= now && l->next_due_ns < l->stop_ns &&
           l->busy < l->options.connections) {
        while (l->conns[at].busy) {
            at++;
        }
        begin(l, &l->conns[at], l->next_due_ns);
        l->next_due_ns += poisson_gap_ns(l);
    }
}

static void run(Load *l)
{
    struct epoll_event events[256];
    bool open_loop = l->options.rate > 0;
    int64_t give_up = l->stop_ns + INT64_C(10000000000);
    for (unsigned i = 0; !open_loop && i < l->options.connections; i++) {
        begin(l, &l->conns[i], now_ns());
    }
    for (;;) {
        int64_t now = now_ns();
        if (open_loop) {
            send_due(l, now);
        }
        bool more = open_loop && l->next_due_ns < l->stop_ns;
        if ((!more && l->busy == 0) || now > give_up) {
            return;
        }
        int64_t wait = more && l->busy < l->options.connections ? l->next_due_ns - now : 100000000;
        wait = wait < 0 ? 0 : wait;
        struct timespec t = {wait / 1000000000, wait % 1000000000};
        int n = epoll_pwait2(l->epoll, events, 256, &t, NULL);
        for (int i = 0; i < n; i++) {
            Conn *c = events[i].data.ptr;
            if ((events[i].events & EPOLLOUT) != 0) {
                send_more(l, c);
            }
            if ((events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
                receive(l, c);
            }
        }
        if (!open_loop && now < l->stop_ns) {
            for (unsigned i = 0; l->busy < l->options.connections; i++) {
                if (!l->conns[i].busy) {
                    begin(l, &l->conns[i], now_ns()); // after a lost connection
                }
            }
        }
    }
}

static void report(const Load *l, double seconds)
{
    struct rusage u;
    (void)getrusage(RUSAGE_SELF, &u);
    double cpu = (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
                 (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
    const uint64_t acked = l->statuses[200] + l->statuses[201];
    printf("{\"sent\":%llu,\"duplicates\":%llu,\"acked\":%llu,\"other\":{",
           (unsigned long long)l->sent_events, (unsigned long long)l->duplicates,
           (unsigned long long)acked);
    bool comma = false;
    for (int s = 0; s < STATUS_MAX; s++) {
        if (s != 200 && s != 201 && l->statuses[s] > 0) {
            printf("%s\"%d\":%llu", comma ? "," : "", s, (unsigned long long)l->statuses[s]);
            comma = true;
        }
    }
    printf("},\"lost_connections\":%llu,\"batch\":%u,\"connections\":%u,\"seconds\":%.3f,"
           "\"events_per_s\":%.0f,\"requests_per_s\":%.0f,\"bytes_per_event\":%.0f,"
           "\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f,\"p999\":%.3f,\"max\":%.3f,\"cpu_s\":%.2f}\n",
           (unsigned long long)l->errors, l->options.batch, l->options.connections, seconds,
           (double)acked / seconds, (double)acked / seconds / l->options.batch,
           l->sent_events > 0 ? (double)l->bytes / (double)l->sent_events : 0,
           bench_hist_ms(&l->hist, 0.5), bench_hist_ms(&l->hist, 0.9),
           bench_hist_ms(&l->hist, 0.99), bench_hist_ms(&l->hist, 0.999),
           bench_hist_ms(&l->hist, 1), cpu);
}

static int usage(void)
{
    (void)fputs("usage: load --port P [--key K] [--connections 64] [--batch 1] [--seconds 60]\n"
                "            [--warmup 1] [--rate EVENTS_PER_S] [--seed 1]\n"
                "            [--file EVENTS]                 one a line, with a messageId of 36 "
                "characters\n"
                "            [--get PATH,... --token T]      reads these instead of sending\n"
                "            [--post PATH --token T --file BODIES]    one a line\n",
                stderr);
    return 2;
}

static bool parse(int argc, char **argv, Options *o)
{
    for (int i = 1; i + 1 < argc; i += 2) {
        const char *name = argv[i], *value = argv[i + 1];
        double number = strtod(value, NULL);
        if (strcmp(name, "--port") == 0) {
            o->port = (uint16_t)number;
        } else if (strcmp(name, "--key") == 0) {
            o->key = value;
        } else if (strcmp(name, "--get") == 0) {
            o->get = value;
        } else if (strcmp(name, "--post") == 0) {
            o->post = value;
        } else if (strcmp(name, "--file") == 0) {
            o->file = value;
        } else if (strcmp(name, "--token") == 0) {
            o->token = value;
        } else if (strcmp(name, "--connections") == 0) {
            o->connections = (unsigned)number;
        } else if (strcmp(name, "--batch") == 0) {
            o->batch = (unsigned)number;
        } else if (strcmp(name, "--seconds") == 0) {
            o->seconds = number;
        } else if (strcmp(name, "--warmup") == 0) {
            o->warmup = number;
        } else if (strcmp(name, "--rate") == 0) {
            o->rate = number;
        } else if (strcmp(name, "--seed") == 0) {
            o->seed = (uint64_t)number;
        } else {
            return false;
        }
    }
    return argc % 2 == 1 && o->port != 0 && o->connections >= 1 &&
           o->connections <= CONNECTIONS_MAX && o->batch >= 1 && o->batch <= BATCH_MAX &&
           (o->get == NULL || o->batch == 1) &&
           (o->post == NULL || (o->batch == 1 && o->file != NULL && o->get == NULL)) &&
           o->seconds > 0 && o->warmup >= 0 && o->rate >= 0;
}

int main(int argc, char **argv)
{
    static Load l;
    l.options = (Options){.key = "bench",
                          .token = "",
                          .connections = 64,
                          .batch = 1,
                          .seconds = 60,
                          .warmup = 1,
                          .seed = 1};
    if (!parse(argc, argv, &l.options)) {
        return usage();
    }
    pt_rng_init(&l.rng, (uint64_t)now_ns());
    l.run = (uint32_t)pt_rng_u64(&l.rng);
    make_templates(&l);
    l.epoll = epoll_create1(EPOLL_CLOEXEC);
    l.conns = need(calloc(l.options.connections, sizeof *l.conns));
    for (unsigned i = 0; i < l.options.connections; i++) {
        Conn *c = &l.conns[i];
        c->out = need(malloc(l.longest));
        c->in_cap = l.options.get != NULL || l.options.post != NULL ? PAGE_MAX : RESPONSE_MAX;
        c->in = need(malloc(c->in_cap));
        c->fd = open_socket(l.options.port);
        watch(&l, c, EPOLL_CTL_ADD, EPOLLIN);
    }
    int64_t start = now_ns();
    l.counted_from_ns = l.next_due_ns = start;
    l.counted_from_ns += (int64_t)(l.options.warmup * 1e9);
    l.stop_ns = l.counted_from_ns + (int64_t)(l.options.seconds * 1e9);
    run(&l);
    // What was begun in the time is counted, and so is the time until its answers came.
    int64_t end = now_ns();
    report(&l, (double)(end - l.counted_from_ns) / 1e9);
    return l.statuses[200] + l.statuses[201] > 0 ? 0 : 1;
}
