// SPDX-License-Identifier: Apache-2.0
/* What a mailbox has to send, one message after the other. */
#include "app/mail_internal.h"
#include "platform/clock.h"

#include <stdio.h>

enum {
    SEND_ARENA = 32 << 20,
    SEND_MS = 30000, /* for what is to be sent that nobody told */
};

/* A message under way comes to its end while its mailbox is changed: cut off, it would be in doubt.
 */
static bool is_ending(void *mail)
{
    const Mail *m = mail;
    return atomic_load(&m->stop);
}

/* *smtp: a connection that stays while there is more to send. */
static DeskMailEnd hand_over(MailWorker *x, MailSmtp **smtp, const DeskMailSend *send, char *said,
                             size_t size)
{
    static const DeskMailEnd ends[MAIL_OUTCOMES] = {[MAIL_SENT] = DESK_MAIL_SENT,
                                                    [MAIL_LATER] = DESK_MAIL_LATER,
                                                    [MAIL_REFUSED] = DESK_MAIL_NEVER,
                                                    [MAIL_IN_DOUBT] = DESK_MAIL_UNKNOWN};
    const MailEnvelope envelope = {send->sender, send->recipients, send->recipient_count};
    MailSent sent = {0};
    PtError err = {0};
    PtStatus st = PT_OK;
    if (*smtp == NULL) {
        MailServer server = desk_mail_server(x->mail->desk, &send->mailbox.s.smtp);
        server.is_stopped = is_ending;
        server.ctx = x->mail;
        st = mail_smtp_new(&server, NULL, smtp, &err);
    }
    st = st == PT_OK ? mail_smtp_send(*smtp, &envelope, send->message, &sent, &err) : st;
    if (st != PT_OK || sent.outcome == MAIL_IN_DOUBT) {
        mail_smtp_free(*smtp);
        *smtp = NULL;
    }
    (void)snprintf(said, size, "%s", st != PT_OK ? err.message : sent.said);
    return st != PT_OK ? DESK_MAIL_LATER : ends[sent.outcome];
}

/* *ret_wait_ms: until there may be something again. */
static PtStatus send_one(MailWorker *x, MailSmtp **smtp, PtArena *arena, int64_t *ret_wait_ms,
                         PtError *err)
{
    char said[PT_ERROR_MESSAGE_MAX];
    Mail *m = x->mail;
    DeskMailSend send;
    int64_t next_ms = INT64_MAX;
    const int64_t now_ms = pt_clock_now_ms(pt_clock_real());
    PtStatus st = desk_mail_next(m->desk, pt_str(x->id), now_ms, arena, &send, &next_ms, err);
    if (st != PT_OK || send.number == 0) {
        const int64_t wait_ms = next_ms < now_ms + SEND_MS ? next_ms - now_ms : SEND_MS;
        *ret_wait_ms = st != PT_OK ? SEND_MS : wait_ms > 0 ? wait_ms : 1;
        return st;
    }
    const DeskMailEnd end = hand_over(x, smtp, &send, said, sizeof said);
    atomic_fetch_add(end == DESK_MAIL_SENT ? &m->sent : &m->refused, 1);
    *ret_wait_ms = 0;
    const int64_t done_ms = pt_clock_now_ms(pt_clock_real());
    uint64_t seen = 0;
    st = desk_mail_settle(m->desk, send.number, end, pt_str(said), done_ms, err);
    while (st != PT_OK && st != PT_NOT_FOUND && !mail_is_stopped(x)) { // else "sending" for ever
        mail_complain("what became of a message was not kept", pt_str(x->id), err);
        mail_wait(m, &x->stop, MAIL_RETRY_MIN_MS, &seen);
        st = desk_mail_settle(m->desk, send.number, end, pt_str(said), done_ms, err);
    }
    return st;
}

void *mail_send_queue(void *worker)
{
    MailWorker *x = worker;
    MailSmtp *smtp = NULL;
    uint64_t seen = 0;
    while (!mail_is_stopped(x)) {
        PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(SEND_ARENA);
        PtError err = {0};
        int64_t wait_ms = SEND_MS;
        PtStatus st = arena != NULL ? send_one(x, &smtp, arena, &wait_ms, &err)
                                    : pt_fail(&err, PT_NO_MEMORY, "no memory to send");
        if (st != PT_OK) {
            mail_complain("a message could not be sent", pt_str(x->id), &err);
        }
        if (wait_ms > 0) {
            mail_smtp_free(smtp);
            smtp = NULL;
            mail_wait(x->mail, &x->stop, wait_ms, &seen);
        }
    }
    mail_smtp_free(smtp);
    return NULL;
}
