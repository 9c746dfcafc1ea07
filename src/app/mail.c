// SPDX-License-Identifier: Apache-2.0
#include "app/mail_internal.h"
#include "platform/diag.h"
#include "platform/metrics.h"

#include <stdio.h>
#include <stdlib.h>

enum { LOOK_MS = 60000 /* for changes of mailboxes that nobody told */ };

/* ---- Waking -----------------------------------------------------------------------------------
 */

static void wake(void *ctx)
{
    Mail *m = ctx;
    (void)pthread_mutex_lock(&m->lock);
    m->changes++;
    (void)pthread_cond_broadcast(&m->woken);
    (void)pthread_mutex_unlock(&m->lock);
}

void mail_wait(Mail *m, const _Atomic bool *stop, int64_t wait_ms, uint64_t *seen)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += wait_ms / 1000;
    until.tv_nsec += wait_ms % 1000 * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    (void)pthread_mutex_lock(&m->lock);
    while (*seen == m->changes && !atomic_load(stop) && !atomic_load(&m->stop) &&
           pthread_cond_timedwait(&m->woken, &m->lock, &until) == 0) {
    }
    *seen = m->changes;
    (void)pthread_mutex_unlock(&m->lock);
}

void mail_complain(const char *what, PtStr mailbox, const PtError *err)
{
    pt_diag(PT_DIAG_WARN, "mail", what, PT_F_STR("mailbox", mailbox),
            PT_F_STR("problem", pt_str(err->message)));
}

bool mail_is_stopped(void *worker)
{
    const MailWorker *x = worker;
    return atomic_load(&x->stop) || atomic_load(&x->mail->stop);
}

/* ---- Two threads a mailbox --------------------------------------------------------------------
 */

static void stop_worker(MailWorker *x)
{
    if (!x->sends) {
        return;
    }
    atomic_store(&x->stop, true);
    wake(x->mail);
    (void)pthread_join(x->sender, NULL);
    if (x->reads) {
        (void)pthread_join(x->reader, NULL);
    }
    x->sends = x->reads = false;
}

static void start_worker(Mail *m, const DeskMailbox *box)
{
    for (size_t i = 0; i < DESK_MAILBOXES_MAX; i++) {
        MailWorker *x = &m->workers[i];
        if (x->sends) {
            continue;
        }
        x->mail = m;
        x->version = box->version;
        x->changed_ms = box->changed_ms;
        x->stuck = 0;
        (void)pt_str_copy(x->id, sizeof x->id, box->id);
        atomic_store(&x->stop, false);
        x->sends = pthread_create(&x->sender, NULL, mail_send_queue, x) == 0;
        const bool wanted = x->sends && !box->paused && box->s.imap.host.len > 0;
        x->reads = wanted && pthread_create(&x->reader, NULL, mail_read_mailbox, x) == 0;
        if (x->reads != wanted) {
            x->version = 0; // no mailbox's: both are begun again at the next look
        }
        return;
    }
}

static const DeskMailbox *box_of(const MailWorker *x, const DeskMailbox *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (pt_str_eq(list[i].id, pt_str(x->id)) && list[i].version == x->version &&
            list[i].changed_ms == x->changed_ms) {
            return &list[i];
        }
    }
    return NULL;
}

static void follow_mailboxes(Mail *m, const DeskMailbox *list, size_t count)
{
    bool served[DESK_MAILBOXES_MAX] = {false};
    for (size_t i = 0; i < DESK_MAILBOXES_MAX; i++) {
        MailWorker *x = &m->workers[i];
        const DeskMailbox *box = x->sends ? box_of(x, list, count) : NULL;
        if (box != NULL) {
            served[box - list] = true;
        } else {
            stop_worker(x);
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (!served[i]) {
            start_worker(m, &list[i]);
        }
    }
}

static void *run_keeper(void *ctx)
{
    Mail *m = ctx;
    uint64_t seen = 0;
    while (!atomic_load(&m->stop)) {
        PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(MAIL_LIST_ARENA);
        PtError err = {0};
        DeskMailbox *list = NULL;
        size_t count = 0;
        PtStatus st = arena != NULL ? desk_mailboxes(m->desk, arena, &list, &count, &err)
                                    : pt_fail(&err, PT_NO_MEMORY, "no memory for mailboxes");
        if (st == PT_OK) {
            follow_mailboxes(m, list, count);
        } else {
            mail_complain("mailboxes cannot be listed", PT_STR(""), &err);
        }
        mail_wait(m, &m->stop, LOOK_MS, &seen);
    }
    for (size_t i = 0; i < DESK_MAILBOXES_MAX; i++) {
        stop_worker(&m->workers[i]);
    }
    return NULL;
}

/* ---- Opened and closed ------------------------------------------------------------------------
 */

/* A path: who reads it knows where the server is, as in what else leaves. */
static PtStatus survey_link(void *ctx, int64_t ticket, PtArena *arena, PtStr *ret_link,
                            PtError *err)
{
    const Mail *m = ctx;
    char token[SURVEY_TOKEN], link[SURVEY_TOKEN + 16];
    SurveyInvitation invitation;
    PtError none = {0};
    PtStatus st = surveys_of_ticket(m->surveys, ticket, arena, &invitation, token, &none);
    *ret_link = PT_STR("");
    if (st == PT_NOT_FOUND) {
        return PT_OK;
    }
    (void)snprintf(link, sizeof link, "/survey/%s", st == PT_OK ? token : "");
    *ret_link = pt_arena_str(arena, pt_str(link));
    return st == PT_OK && ret_link->data == NULL
               ? pt_fail(err, PT_NO_MEMORY, "no memory for a link")
           : st != PT_OK ? pt_fail(err, st, "%s", none.message)
                         : PT_OK;
}

PtStatus mail_new(Surveys *surveys, const char *clamav, const ConnectNet *net, Mail **ret_mail,
                  PtError *err)
{
    pthread_condattr_t attributes;
    Mail *m = calloc(1, sizeof *m);
    if (m == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for mail");
    }
    m->surveys = surveys;
    m->net = net;
    (void)pt_str_copy(m->clamav, sizeof m->clamav, pt_str(clamav));
    (void)pthread_mutex_init(&m->lock, NULL); // does not fail on Linux with default attributes
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&m->woken, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    *ret_mail = m;
    return PT_OK;
}

static bool allows(const void *net, const struct sockaddr *address)
{
    return connect_net_allows(net, address);
}

void mail_configure(Mail *mail, DeskMailConfig *config)
{
    config->clamav = mail->clamav;
    config->changed = wake;
    config->survey = survey_link;
    config->allows = allows;
    config->net = mail->net;
    config->ctx = mail;
}

PtStatus mail_start(Mail *mail, Desk *desk, PtError *err)
{
    mail->desk = desk;
    mail->has_keeper = pthread_create(&mail->keeper, NULL, run_keeper, mail) == 0;
    return mail->has_keeper ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no threads for mail");
}

void mail_stop(Mail *mail)
{
    if (mail == NULL) {
        return;
    }
    atomic_store(&mail->stop, true);
    wake(mail);
    if (mail->has_keeper) {
        (void)pthread_join(mail->keeper, NULL);
        mail->has_keeper = false;
    }
}

void mail_close(Mail *mail)
{
    if (mail != NULL) {
        (void)pthread_cond_destroy(&mail->woken);
        (void)pthread_mutex_destroy(&mail->lock);
        free(mail);
    }
}

void mail_metrics(void *ctx, PtBuf *out)
{
    Mail *m = ctx;
    pt_metric_line(out, "patron_mail_taken_total", "counter", "Messages read from mailboxes", true,
                   NULL, (double)atomic_load(&m->taken));
    pt_metric_line(out, "patron_mail_sent_total", "counter", "Messages that a server has taken",
                   true, NULL, (double)atomic_load(&m->sent));
    pt_metric_line(out, "patron_mail_unsent_total", "counter",
                   "Tries to send that a server did not take", true, NULL,
                   (double)atomic_load(&m->refused));
}
