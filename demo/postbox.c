// SPDX-License-Identifier: Apache-2.0
#include "postbox.h"

#include "base/str.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS = 8, WAITING = 64, POLL_MS = 200 };

typedef struct Client {
    int fd; /* -1: none */
    bool skips;
    size_t len;
    char line[POSTBOX_LINE];
    PostboxTalk talk;
} Client;

struct Postbox {
    int listener;
    uint16_t port;
    pthread_t thread;
    bool running;
    atomic_bool stopping;
    Client clients[CLIENTS];
    pthread_mutex_t lock; /* of what follows */
    PostboxMail waiting[WAITING];
    size_t first, count;
};

/* ---- What is said ------------------------------------------------------------------------------
 */

/* The value between < and >, or all of it. */
static void keep_address(PtStr value, bool brackets, char out[static POSTBOX_TEXT])
{
    const char *from = memchr(value.data, '<', value.len);
    const char *to =
        from != NULL ? memchr(from, '>', value.len - (size_t)(from - value.data)) : NULL;
    PtStr text = value;
    if (to != NULL) {
        text = brackets ? (PtStr){from, (size_t)(to - from) + 1}
                        : (PtStr){from + 1, (size_t)(to - from) - 1};
    }
    while (text.len > 0 && (text.data[0] == ' ' || text.data[0] == '\t')) {
        text = pt_str_from(text, 1);
    }
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.data[i] < 0x20 || (unsigned char)text.data[i] > 0x7e) {
            return; // goes into a message's head: nothing but what an address has
        }
    }
    (void)snprintf(out, POSTBOX_TEXT, "%.*s", PT_STR_ARG(text));
}

static const char *data_line(PostboxTalk *t, PtStr line, bool *ret_mail)
{
    static const struct {
        PtStr name;
        size_t at;
        bool brackets;
    } kept[] = {{PT_STR_INIT("Reply-To:"), offsetof(PostboxMail, reply_to), false},
                {PT_STR_INIT("Message-ID:"), offsetof(PostboxMail, id), true}};
    if (pt_str_eq(line, PT_STR("."))) {
        t->in_data = false;
        *ret_mail = true;
        return "250 taken";
    }
    t->in_head = t->in_head && line.len > 0;
    for (size_t i = 0; t->in_head && i < sizeof kept / sizeof *kept; i++) {
        const PtStr head = {line.data, kept[i].name.len < line.len ? kept[i].name.len : line.len};
        if (pt_str_eq_nocase(head, kept[i].name)) {
            keep_address(pt_str_from(line, kept[i].name.len), kept[i].brackets,
                         (char *)&t->mail + kept[i].at);
        }
    }
    return "";
}

const char *postbox_line(PostboxTalk *t, const char *line, size_t len, bool *ret_mail)
{
    static const struct {
        PtStr verb;
        const char *answer;
    } verbs[] = {{PT_STR_INIT("EHLO"), "250 larkfield.example"},
                 {PT_STR_INIT("HELO"), "250 larkfield.example"},
                 {PT_STR_INIT("MAIL"), "250 so be it"},
                 {PT_STR_INIT("RCPT"), "250 so be it"},
                 {PT_STR_INIT("RSET"), "250 so be it"},
                 {PT_STR_INIT("NOOP"), "250 so be it"},
                 {PT_STR_INIT("DATA"), "354 go on"},
                 {PT_STR_INIT("QUIT"), NULL}};
    const PtStr said = {line, len};
    *ret_mail = false;
    if (t->in_data) {
        return data_line(t, said, ret_mail);
    }
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (len >= 4 && pt_str_eq_nocase((PtStr){line, 4}, verbs[i].verb)) {
            t->in_data = t->in_head = pt_str_eq(verbs[i].verb, PT_STR("DATA"));
            t->mail = (PostboxMail){{0}, {0}};
            return verbs[i].answer;
        }
    }
    return "500 what was that";
}

/* ---- Connections ------------------------------------------------------------------------------
 */

static void keep(Postbox *p, const PostboxMail *mail)
{
    (void)pthread_mutex_lock(&p->lock);
    if (p->count == WAITING) {
        p->first = (p->first + 1) % WAITING;
        p->count--;
    }
    p->waiting[(p->first + p->count++) % WAITING] = *mail;
    (void)pthread_mutex_unlock(&p->lock);
}

bool postbox_take(Postbox *p, PostboxMail *ret_mail)
{
    (void)pthread_mutex_lock(&p->lock);
    const bool found = p->count > 0;
    if (found) {
        *ret_mail = p->waiting[p->first];
        p->first = (p->first + 1) % WAITING;
        p->count--;
    }
    (void)pthread_mutex_unlock(&p->lock);
    return found;
}

static bool say(int fd, const char *answer)
{
    char text[64];
    const int len = snprintf(text, sizeof text, "%s\r\n", answer);
    return send(fd, text, (size_t)len, MSG_NOSIGNAL) == len;
}

static void hang_up(Client *c)
{
    (void)close(c->fd);
    c->fd = -1;
}

static void hear_line(Postbox *p, Client *c)
{
    bool mail = false;
    size_t len = c->len;
    len -= len > 0 && c->line[len - 1] == '\r';
    const char *answer = c->skips ? "" : postbox_line(&c->talk, c->line, len, &mail);
    c->len = 0;
    c->skips = false;
    if (mail) {
        keep(p, &c->talk.mail);
    }
    const bool ends = answer == NULL;
    if ((ends && !say(c->fd, "221 bye")) || ends || (answer[0] != '\0' && !say(c->fd, answer))) {
        hang_up(c);
    }
}

static void hear(Postbox *p, Client *c)
{
    char bytes[4096];
    const ssize_t got = recv(c->fd, bytes, sizeof bytes, 0);
    if (got <= 0) {
        hang_up(c);
        return;
    }
    for (ssize_t i = 0; i < got && c->fd >= 0; i++) {
        if (bytes[i] == '\n') {
            hear_line(p, c);
        } else if (c->len < sizeof c->line) {
            c->line[c->len++] = bytes[i];
        } else {
            c->skips = true; // longer than a line may be
        }
    }
}

static void welcome(Postbox *p)
{
    const int fd = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC);
    size_t i = 0;
    while (i < CLIENTS && p->clients[i].fd >= 0) {
        i++;
    }
    if (fd < 0) {
        return;
    }
    if (i == CLIENTS || !say(fd, "220 larkfield.example")) {
        (void)close(fd);
        return;
    }
    p->clients[i] = (Client){.fd = fd};
}

static void *run(void *arg)
{
    Postbox *p = arg;
    while (!atomic_load(&p->stopping)) {
        struct pollfd polled[CLIENTS + 1] = {{.fd = p->listener, .events = POLLIN}};
        for (size_t i = 0; i < CLIENTS; i++) {
            polled[i + 1] = (struct pollfd){.fd = p->clients[i].fd, .events = POLLIN};
        }
        if (poll(polled, CLIENTS + 1, POLL_MS) <= 0) {
            continue;
        }
        for (size_t i = 0; i < CLIENTS; i++) {
            if (polled[i + 1].revents != 0) {
                hear(p, &p->clients[i]);
            }
        }
        if (polled[0].revents != 0) {
            welcome(p);
        }
    }
    return NULL;
}

static bool listens(Postbox *p)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    p->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (p->listener < 0 || bind(p->listener, (struct sockaddr *)&address, len) != 0 ||
        listen(p->listener, CLIENTS) != 0 ||
        getsockname(p->listener, (struct sockaddr *)&address, &len) != 0) {
        return false;
    }
    p->port = ntohs(address.sin_port);
    return true;
}

Postbox *postbox_open(void)
{
    Postbox *p = calloc(1, sizeof *p);
    if (p == NULL) {
        return NULL;
    }
    (void)pthread_mutex_init(&p->lock, NULL);
    for (size_t i = 0; i < CLIENTS; i++) {
        p->clients[i].fd = -1;
    }
    p->running = listens(p) && pthread_create(&p->thread, NULL, run, p) == 0;
    if (!p->running) {
        (void)fputs("patron-demo: cannot take the desk's mail\n", stderr);
        postbox_close(p);
        return NULL;
    }
    return p;
}

void postbox_close(Postbox *p)
{
    if (p == NULL) {
        return;
    }
    atomic_store(&p->stopping, true);
    if (p->running) {
        (void)pthread_join(p->thread, NULL);
    }
    for (size_t i = 0; i < CLIENTS; i++) {
        if (p->clients[i].fd >= 0) {
            (void)close(p->clients[i].fd);
        }
    }
    if (p->listener >= 0) {
        (void)close(p->listener);
    }
    (void)pthread_mutex_destroy(&p->lock);
    free(p);
}

uint16_t postbox_port(const Postbox *p)
{
    return p->port;
}
