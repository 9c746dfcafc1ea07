// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/mail.h"

#include <pthread.h>
#include <stdatomic.h>

/* What the threads of the desk's mail share. */
enum {
    MAIL_LIST_ARENA = 64 << 20,
    MAIL_RETRY_MIN_MS = 2000,
    MAIL_RETRY_MAX_MS = 300000,
};

/* A mailbox as it is set up: one thread reads it, one sends by it, so that a server that is slow or
 * silent holds up its own mailbox alone. */
typedef struct MailWorker {
    Mail *mail;
    pthread_t reader, sender;
    char id[80];
    int64_t version, changed_ms; /* as the mailbox was when they began */
    bool reads, sends;           /* the threads run */
    _Atomic bool stop;
    uint32_t stuck; /* the reader's: the message that could not be taken, and how often */
    int stuck_tries;
} MailWorker;

struct Mail {
    Desk *desk;
    Surveys *surveys;
    char clamav[1001];
    const ConnectNet *net;
    pthread_mutex_t lock;
    pthread_cond_t woken;
    uint64_t changes; /* of mailboxes and messages; the lock's */
    _Atomic bool stop;
    bool has_keeper;
    pthread_t keeper;
    MailWorker workers[DESK_MAILBOXES_MAX]; /* the keeper's */
    _Atomic uint64_t taken, sent, refused;
};

/* Until something has changed since *seen, at most wait_ms. */
void mail_wait(Mail *m, const _Atomic bool *stop, int64_t wait_ms, uint64_t *seen);
void mail_complain(const char *what, PtStr mailbox, const PtError *err);
bool mail_is_stopped(void *worker);

void *mail_read_mailbox(void *worker);
void *mail_send_queue(void *worker);
