// SPDX-License-Identifier: Apache-2.0
#include "app/mail.h"

#include "platform/clock.h"
#include "platform/diag.h"
#include "platform/mail.h"
#include "platform/metrics.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SEND_ARENA = 32 << 20,
    LIST_ARENA = 64 << 20,
    BATCH = 50,
    WAIT_MS = 5 * 60000, /* of one IDLE */
    POLL_MS = 30000,     /* where there is no IDLE */
    LOOK_MS = 60000,     /* for changes of mailboxes that nobody told */
    SEND_MS = 30000,     /* likewise for what is to be sent */
    RETRY_MIN_MS = 2000,
    RETRY_MAX_MS = 300000,
    BEGIN_BYTES = 64 << 10, /* of a message that is too large */
};

typedef struct MailReaderThread {
    Mail *mail;
    pthread_t thread;
    char id[80];
    int64_t version;
    bool runs;
    _Atomic bool stop;
} MailReaderThread;

struct Mail {
    Desk *desk;
    Surveys *surveys;
    char clamav[1001];
    pthread_mutex_t lock;
    pthread_cond_t woken;
    uint64_t changes; /* of mailboxes and messages; the lock's */
    _Atomic bool stop;
    bool has_sender, has_keeper;
    pthread_t sender, keeper;
    MailReaderThread readers[DESK_MAILBOXES_MAX]; /* the keeper's */
    _Atomic uint64_t taken, sent, refused;
};

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

/* Until something has changed since *seen, at most wait_ms. */
static void wait_for(Mail *m, const _Atomic bool *stop, int64_t wait_ms, uint64_t *seen)
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

static void complain(const char *what, PtStr mailbox, const PtError *err)
{
    pt_diag(PT_DIAG_WARN, "mail", what, PT_F_STR("mailbox", mailbox),
            PT_F_STR("problem", pt_str(err->message)));
}

static bool is_stopped(void *ctx)
{
    const MailReaderThread *r = ctx;
    return atomic_load(&r->stop) || atomic_load(&r->mail->stop);
}

/* ---- Sending ----------------------------------------------------------------------------------
 */

static bool sender_stopped(void *ctx)
{
    const Mail *m = ctx;
    return atomic_load(&m->stop);
}

static DeskMailEnd hand_over(Mail *m, const DeskMailSend *send, char *said, size_t size)
{
    static const DeskMailEnd ends[MAIL_OUTCOMES] = {[MAIL_SENT] = DESK_MAIL_SENT,
                                                    [MAIL_LATER] = DESK_MAIL_LATER,
                                                    [MAIL_REFUSED] = DESK_MAIL_NEVER,
                                                    [MAIL_IN_DOUBT] = DESK_MAIL_UNKNOWN};
    PT_CLEANUP(mail_smtp_freep) MailSmtp *smtp = NULL;
    MailServer server = desk_mail_server(&send->mailbox.s.smtp);
    const MailEnvelope envelope = {send->sender, send->recipients, send->recipient_count};
    MailSent sent = {0};
    PtError err = {0};
    server.is_stopped = sender_stopped;
    server.ctx = m;
    PtStatus st = mail_smtp_new(&server, NULL, &smtp, &err);
    st = st == PT_OK ? mail_smtp_send(smtp, &envelope, send->message, &sent, &err) : st;
    (void)snprintf(said, size, "%s", st != PT_OK ? err.message : sent.said);
    return st != PT_OK ? DESK_MAIL_LATER : ends[sent.outcome];
}

/* *ret_wait_ms: until there may be something again. */
static PtStatus send_one(Mail *m, PtArena *arena, int64_t *ret_wait_ms, PtError *err)
{
    char said[PT_ERROR_MESSAGE_MAX];
    DeskMailSend send;
    bool found = false;
    int64_t next_ms = INT64_MAX;
    const int64_t now_ms = pt_clock_now_ms(pt_clock_real());
    PtStatus st = desk_mail_next(m->desk, now_ms, arena, &send, &found, &next_ms, err);
    if (st != PT_OK || !found) {
        const int64_t wait_ms = next_ms < now_ms + SEND_MS ? next_ms - now_ms : SEND_MS;
        *ret_wait_ms = st != PT_OK ? SEND_MS : wait_ms > 0 ? wait_ms : 1;
        return st;
    }
    const DeskMailEnd end = hand_over(m, &send, said, sizeof said);
    atomic_fetch_add(end == DESK_MAIL_SENT ? &m->sent : &m->refused, 1);
    *ret_wait_ms = 0;
    return desk_mail_settle(m->desk, send.number, end, pt_str(said),
                            pt_clock_now_ms(pt_clock_real()), err);
}

static void *run_sender(void *ctx)
{
    Mail *m = ctx;
    uint64_t seen = 0;
    while (!atomic_load(&m->stop)) {
        PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(SEND_ARENA);
        PtError err = {0};
        int64_t wait_ms = SEND_MS;
        PtStatus st = arena != NULL ? send_one(m, arena, &wait_ms, &err)
                                    : pt_fail(&err, PT_NO_MEMORY, "no memory to send");
        if (st != PT_OK) {
            complain("a message could not be sent", PT_STR(""), &err);
        }
        if (wait_ms > 0) {
            wait_for(m, &m->stop, wait_ms, &seen);
        }
    }
    return NULL;
}

/* ---- Reading ----------------------------------------------------------------------------------
 */

typedef struct Reading {
    MailReaderThread *r;
    const DeskMailbox *box;
    MailImap *imap;
    DeskMailLooked at;
    bool first; /* the folder was never read: what is seen there was read by somebody */
} Reading;

/* whole: begin is all of it. */
static PtStatus refuse(Reading *x, const MailItem *item, PtStr begin, bool whole, PtStr why,
                       PtArena *arena, PtError *err)
{
    DeskMailTaken taken;
    const PtStr some = {begin.data, whole || begin.len < BEGIN_BYTES ? begin.len : BEGIN_BYTES};
    const DeskMailRefused what = {x->box->id, some,
                                  whole ? (int64_t)begin.len : (int64_t)item->bytes, why};
    return desk_mail_refuse(x->r->mail->desk, &what, arena, &taken, err);
}

static bool is_for_later(PtStatus st)
{
    return st == PT_UNAVAILABLE || st == PT_NO_MEMORY || st == PT_IO || st == PT_CONFLICT;
}

static PtStatus take_one(Reading *x, const MailItem *item, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(DESK_MAIL_ARENA);
    PT_CLEANUP(pt_buf_done) PtBuf bytes = {0};
    PtError why = {0};
    DeskMailTaken taken;
    pt_buf_init(&bytes, MAIL_BYTES);
    if (arena == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a message");
    }
    PtStatus st = mail_imap_fetch(x->imap, item, &bytes, &why);
    if (st == PT_NOT_FOUND) {
        return PT_OK;
    }
    if (st == PT_TOO_LARGE) {
        return refuse(x, item, pt_buf_str(&bytes), false, pt_str(why.message), arena, err);
    }
    if (st != PT_OK) {
        return pt_fail(err, st, "%s", why.message);
    }
    st = desk_mail_take(x->r->mail->desk, x->box->id, pt_buf_str(&bytes), arena, &taken, &why);
    if (st == PT_OK) {
        atomic_fetch_add(&x->r->mail->taken, 1);
        return PT_OK;
    }
    return is_for_later(st)
               ? pt_fail(err, st, "%s", why.message)
               : refuse(x, item, pt_buf_str(&bytes), true, pt_str(why.message), arena, err);
}

/* The server's copy is marked once ours is kept. */
static PtStatus done_with(Reading *x, const MailItem *item, PtError *err)
{
    return x->box->s.done_folder.len > 0
               ? mail_imap_move(x->imap, item->uid, x->box->s.done_folder, err)
               : mail_imap_mark_seen(x->imap, item->uid, err);
}

static PtStatus read_batch(Reading *x, size_t *ret_count, PtError *err)
{
    MailItem items[BATCH];
    PtStatus st = mail_imap_list(x->imap, (uint32_t)x->at.uid, BATCH, items, ret_count, err);
    for (size_t i = 0; st == PT_OK && i < *ret_count && !is_stopped(x->r); i++) {
        if (!items[i].deleted && !(x->first && items[i].seen)) {
            st = take_one(x, &items[i], err);
            st = st == PT_OK ? done_with(x, &items[i], err) : st;
        }
        x->at.uid = st == PT_OK ? items[i].uid : x->at.uid;
    }
    PtError none = {0};
    if (*ret_count > 0 && !x->first && // what is behind was read by somebody: all of it, or again
        desk_mailbox_looked(x->r->mail->desk, x->box->id, &x->at, &none) != PT_OK) {
        complain("how far a mailbox is read was not kept", x->box->id, &none);
    }
    return st;
}

/* Until it breaks, or is to stop. */
static PtStatus read_mailbox(Reading *x, PtError *err)
{
    MailFolder folder;
    MailServer server = desk_mail_server(&x->box->s.imap);
    server.is_stopped = is_stopped;
    server.ctx = x->r;
    PtStatus st = mail_imap_open(&server, &x->imap, err);
    st = st == PT_OK ? mail_imap_select(x->imap, x->box->s.folder, &folder, err) : st;
    if (st != PT_OK) {
        return st;
    }
    x->first = x->box->uid_validity != (int64_t)folder.uid_validity; // 0: never read
    x->at = (DeskMailLooked){folder.uid_validity, x->box->uid, PT_STR("")};
    if (x->box->uid_validity != (int64_t)folder.uid_validity) {
        x->at.uid = 0; // what was read already is known by its print
    }
    while (st == PT_OK && !is_stopped(x->r)) {
        size_t count = BATCH;
        bool changed = false;
        while (st == PT_OK && count == BATCH && !is_stopped(x->r)) {
            st = read_batch(x, &count, err);
        }
        if (x->first && is_stopped(x->r)) {
            break; // the rest was not looked at: all over again
        }
        x->first = x->first && st != PT_OK;
        st = st == PT_OK ? desk_mailbox_looked(x->r->mail->desk, x->box->id, &x->at, err) : st;
        st = st == PT_OK ? mail_imap_wait(x->imap, WAIT_MS, POLL_MS, &changed, err) : st;
    }
    return st;
}

static void look(MailReaderThread *r, int64_t *retry_ms)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(LIST_ARENA);
    PtError err = {0}, none = {0};
    DeskMailbox box;
    Reading x = {.r = r, .box = &box};
    PtStatus st = arena != NULL ? desk_mailbox_open(r->mail->desk, pt_str(r->id), arena, &box, &err)
                                : pt_fail(&err, PT_NO_MEMORY, "no memory for a mailbox");
    const int64_t begun_ms = pt_mono_ms();
    st = st == PT_OK ? read_mailbox(&x, &err) : st;
    mail_imap_close(x.imap);
    if (st == PT_OK || is_stopped(r)) {
        return;
    }
    const DeskMailLooked failed = {.error = pt_str(err.message)};
    if (desk_mailbox_looked(r->mail->desk, pt_str(r->id), &failed, &none) != PT_OK) {
        complain("a mailbox's state was not kept", pt_str(r->id), &none);
    }
    complain("a mailbox cannot be read", pt_str(r->id), &err);
    const bool stood = pt_mono_ms() - begun_ms > RETRY_MAX_MS;
    *retry_ms = stood || *retry_ms == 0        ? RETRY_MIN_MS
                : *retry_ms * 2 < RETRY_MAX_MS ? *retry_ms * 2
                                               : RETRY_MAX_MS;
}

static void *run_reader(void *ctx)
{
    MailReaderThread *r = ctx;
    int64_t retry_ms = 0;
    while (!is_stopped(r)) {
        look(r, &retry_ms);
        const int64_t until_ms = pt_mono_ms() + retry_ms;
        for (int64_t now = pt_mono_ms(); now < until_ms && !is_stopped(r); now = pt_mono_ms()) {
            uint64_t seen = UINT64_MAX; // what wakes others is no reason to try sooner
            (void)pthread_mutex_lock(&r->mail->lock);
            seen = r->mail->changes;
            (void)pthread_mutex_unlock(&r->mail->lock);
            wait_for(r->mail, &r->stop, until_ms - now, &seen);
        }
    }
    return NULL;
}

/* ---- A thread a mailbox -----------------------------------------------------------------------
 */

static void stop_reader(MailReaderThread *r)
{
    if (r->runs) {
        atomic_store(&r->stop, true);
        wake(r->mail);
        (void)pthread_join(r->thread, NULL);
        r->runs = false;
    }
}

static void start_reader(Mail *m, const DeskMailbox *box)
{
    for (size_t i = 0; i < DESK_MAILBOXES_MAX; i++) {
        MailReaderThread *r = &m->readers[i];
        if (r->runs) {
            continue;
        }
        r->mail = m;
        r->version = box->version;
        (void)pt_str_copy(r->id, sizeof r->id, box->id);
        atomic_store(&r->stop, false);
        r->runs = pthread_create(&r->thread, NULL, run_reader, r) == 0;
        return;
    }
}

static const DeskMailbox *box_of(const MailReaderThread *r, const DeskMailbox *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (pt_str_eq(list[i].id, pt_str(r->id)) && list[i].version == r->version &&
            !list[i].paused && list[i].s.imap.host.len > 0) {
            return &list[i];
        }
    }
    return NULL;
}

static void follow_mailboxes(Mail *m, const DeskMailbox *list, size_t count)
{
    bool read[DESK_MAILBOXES_MAX] = {false};
    for (size_t i = 0; i < DESK_MAILBOXES_MAX; i++) {
        MailReaderThread *r = &m->readers[i];
        const DeskMailbox *box = r->runs ? box_of(r, list, count) : NULL;
        if (box != NULL) {
            read[box - list] = true;
        } else {
            stop_reader(r);
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (!read[i] && !list[i].paused && list[i].s.imap.host.len > 0) {
            start_reader(m, &list[i]);
        }
    }
}

static void *run_keeper(void *ctx)
{
    Mail *m = ctx;
    uint64_t seen = 0;
    while (!atomic_load(&m->stop)) {
        PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(LIST_ARENA);
        PtError err = {0};
        DeskMailbox *list = NULL;
        size_t count = 0;
        PtStatus st = arena != NULL ? desk_mailboxes(m->desk, arena, &list, &count, &err)
                                    : pt_fail(&err, PT_NO_MEMORY, "no memory for mailboxes");
        if (st == PT_OK) {
            follow_mailboxes(m, list, count);
        } else {
            complain("mailboxes cannot be listed", PT_STR(""), &err);
        }
        wait_for(m, &m->stop, LOOK_MS, &seen);
    }
    for (size_t i = 0; i < DESK_MAILBOXES_MAX; i++) {
        stop_reader(&m->readers[i]);
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

PtStatus mail_new(Surveys *surveys, const char *clamav, Mail **ret_mail, PtError *err)
{
    pthread_condattr_t attributes;
    Mail *m = calloc(1, sizeof *m);
    if (m == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for mail");
    }
    m->surveys = surveys;
    (void)pt_str_copy(m->clamav, sizeof m->clamav, pt_str(clamav));
    (void)pthread_mutex_init(&m->lock, NULL); // does not fail on Linux with default attributes
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&m->woken, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    *ret_mail = m;
    return PT_OK;
}

void mail_configure(Mail *mail, DeskMailConfig *config)
{
    config->clamav = mail->clamav;
    config->changed = wake;
    config->survey = survey_link;
    config->ctx = mail;
}

PtStatus mail_start(Mail *mail, Desk *desk, PtError *err)
{
    mail->desk = desk;
    mail->has_sender = pthread_create(&mail->sender, NULL, run_sender, mail) == 0;
    mail->has_keeper =
        mail->has_sender && pthread_create(&mail->keeper, NULL, run_keeper, mail) == 0;
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
    if (mail->has_sender) {
        (void)pthread_join(mail->sender, NULL);
        mail->has_sender = false;
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
