// SPDX-License-Identifier: Apache-2.0
/* A mailbox, read as messages come. */
#include "app/mail_internal.h"
#include "platform/clock.h"
#include "platform/mail.h"

#include <stdio.h>

enum {
    BATCH = 50,
    WAIT_MS = 5 * 60000,    /* of one IDLE */
    POLL_MS = 30000,        /* where there is no IDLE */
    BEGIN_BYTES = 64 << 10, /* of a message that is too large */
    TRIES = 3,              /* of a message that cannot be taken */
};

typedef struct Reading {
    MailWorker *r;
    const DeskMailbox *box;
    MailImap *imap;
    DeskMailLooked at;
    bool first; /* the folder was never read: what is seen there was read by somebody */
} Reading;

/* whole: begin is all of it. */
static PtStatus refuse(Reading *x, const MailItem *item, PtStr begin, bool whole, PtStr why,
                       PtArena *arena, PtError *err)
{
    char name[64];
    DeskMailTaken taken;
    const PtStr some = {begin.data, whole || begin.len < BEGIN_BYTES ? begin.len : BEGIN_BYTES};
    (void)snprintf(name, sizeof name, "%lld/%u", (long long)x->at.uid_validity, item->uid);
    const DeskMailRefused what = {.mailbox = x->box->id,
                                  .begin = some,
                                  .size = whole ? (int64_t)begin.len : (int64_t)item->bytes,
                                  .name = pt_str(name),
                                  .reason = why};
    return desk_mail_refuse(x->r->mail->desk, &what, arena, &taken, err);
}

/* Whether the message has had its tries. What does not go by itself must not keep out all behind
 * it; but what waits for a virus scanner or for SQL waits, since all others would too. */
static bool is_given_up(MailWorker *r, const MailItem *item, PtStatus st, bool fetched)
{
    r->stuck_tries = r->stuck == item->uid ? r->stuck_tries + 1 : 1;
    r->stuck = item->uid;
    return r->stuck_tries >= TRIES &&
           (!fetched || st == PT_NO_MEMORY || st == PT_CONFLICT || st == PT_IO);
}

static bool is_for_later(PtStatus st)
{
    return st == PT_UNAVAILABLE || st == PT_NO_MEMORY || st == PT_IO || st == PT_CONFLICT;
}

/* *ret_done: the server's copy is ours. One that the server does not give stays as it is. */
static PtStatus take_one(Reading *x, const MailItem *item, bool *ret_done, PtError *err)
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
    const bool fetched = st == PT_OK;
    *ret_done = fetched || st == PT_TOO_LARGE;
    if (fetched) {
        st = desk_mail_take(x->r->mail->desk, x->box->id, pt_buf_str(&bytes), arena, &taken, &why);
    }
    if (st == PT_OK) {
        atomic_fetch_add(&x->r->mail->taken, 1);
        return PT_OK;
    }
    const bool later = fetched ? is_for_later(st) : st != PT_TOO_LARGE;
    if (mail_is_stopped(x->r) || (later && !is_given_up(x->r, item, st, fetched))) {
        return pt_fail(err, st, "%s", why.message);
    }
    PT_CLEANUP(pt_arena_freep) PtArena *fresh = pt_arena_new(DESK_MAIL_ARENA);
    return fresh != NULL
               ? refuse(x, item, pt_buf_str(&bytes), fetched, pt_str(why.message), fresh, err)
               : pt_fail(err, PT_NO_MEMORY, "no memory for a message");
}

/* The server's copy is marked once ours is kept. A server that will not is told of, and no reason
 * to read the message again: it is known by its print. */
static PtStatus done_with(Reading *x, const MailItem *item, PtError *err)
{
    PtStatus st = x->box->s.done_folder.len > 0
                      ? mail_imap_move(x->imap, item->uid, x->box->s.done_folder, err)
                      : mail_imap_mark_seen(x->imap, item->uid, err);
    if (st != PT_OK && mail_imap_is_open(x->imap) && !mail_is_stopped(x->r)) {
        mail_complain("a message that was taken is not marked", x->box->id, err);
        return PT_OK;
    }
    return st;
}

static PtStatus read_batch(Reading *x, size_t *ret_count, PtError *err)
{
    MailItem items[BATCH];
    PtStatus st = mail_imap_list(x->imap, (uint32_t)x->at.uid, BATCH, items, ret_count, err);
    for (size_t i = 0; st == PT_OK && i < *ret_count && !mail_is_stopped(x->r); i++) {
        if (!items[i].deleted && !(x->first && items[i].seen)) {
            bool done = false;
            st = take_one(x, &items[i], &done, err);
            st = st == PT_OK && done ? done_with(x, &items[i], err) : st;
        }
        x->at.uid = st == PT_OK ? items[i].uid : x->at.uid;
    }
    PtError none = {0};
    // behind the last batch the caller does; and what is behind was read by somebody: all, or again
    if ((st != PT_OK || *ret_count == BATCH) && *ret_count > 0 && !x->first &&
        desk_mailbox_looked(x->r->mail->desk, x->box->id, &x->at, &none) != PT_OK) {
        mail_complain("how far a mailbox is read was not kept", x->box->id, &none);
    }
    return st;
}

/* Until it breaks, or is to stop. */
static PtStatus read_mailbox(Reading *x, PtError *err)
{
    MailFolder folder;
    MailServer server = desk_mail_server(x->r->mail->desk, &x->box->s.imap);
    server.is_stopped = mail_is_stopped;
    server.ctx = x->r;
    PtStatus st = mail_imap_open(&server, &x->imap, err);
    st = st == PT_OK ? mail_imap_select(x->imap, x->box->s.folder, &folder, err) : st;
    if (st != PT_OK) {
        return st;
    }
    x->first = x->box->uid_validity != (int64_t)folder.uid_validity; // 0: never read
    x->at = (DeskMailLooked){folder.uid_validity, x->box->uid, PT_STR(""), x->box->version};
    if (x->box->uid_validity != (int64_t)folder.uid_validity) {
        x->at.uid = 0; // what was read already is known by its print
    }
    while (st == PT_OK && !mail_is_stopped(x->r)) {
        size_t count = BATCH;
        bool changed = false;
        while (st == PT_OK && count == BATCH && !mail_is_stopped(x->r)) {
            st = read_batch(x, &count, err);
        }
        if (x->first && mail_is_stopped(x->r)) {
            break; // the rest was not looked at: all over again
        }
        x->first = x->first && st != PT_OK;
        st = st == PT_OK ? desk_mailbox_looked(x->r->mail->desk, x->box->id, &x->at, err) : st;
        st = st == PT_OK ? mail_imap_wait(x->imap, WAIT_MS, POLL_MS, &changed, err) : st;
    }
    return st;
}

static void look(MailWorker *r, int64_t *retry_ms)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(MAIL_LIST_ARENA);
    PtError err = {0}, none = {0};
    DeskMailbox box;
    Reading x = {.r = r, .box = &box};
    PtStatus st = arena != NULL ? desk_mailbox_open(r->mail->desk, pt_str(r->id), arena, &box, &err)
                                : pt_fail(&err, PT_NO_MEMORY, "no memory for a mailbox");
    const int64_t begun_ms = pt_mono_ms();
    st = st == PT_OK ? read_mailbox(&x, &err) : st;
    mail_imap_close(x.imap);
    if (st == PT_OK || mail_is_stopped(r)) {
        return;
    }
    const DeskMailLooked failed = {.error = pt_str(err.message)};
    if (desk_mailbox_looked(r->mail->desk, pt_str(r->id), &failed, &none) != PT_OK) {
        mail_complain("a mailbox's state was not kept", pt_str(r->id), &none);
    }
    mail_complain("a mailbox cannot be read", pt_str(r->id), &err);
    const bool stood = pt_mono_ms() - begun_ms > MAIL_RETRY_MAX_MS;
    *retry_ms = stood || *retry_ms == 0             ? MAIL_RETRY_MIN_MS
                : *retry_ms * 2 < MAIL_RETRY_MAX_MS ? *retry_ms * 2
                                                    : MAIL_RETRY_MAX_MS;
}

void *mail_read_mailbox(void *worker)
{
    MailWorker *r = worker;
    int64_t retry_ms = 0;
    while (!mail_is_stopped(r)) {
        look(r, &retry_ms);
        const int64_t until_ms = pt_mono_ms() + retry_ms;
        for (int64_t now = pt_mono_ms(); now < until_ms && !mail_is_stopped(r);
             now = pt_mono_ms()) {
            uint64_t seen = UINT64_MAX; // what wakes others is no reason to try sooner
            (void)pthread_mutex_lock(&r->mail->lock);
            seen = r->mail->changes;
            (void)pthread_mutex_unlock(&r->mail->lock);
            mail_wait(r->mail, &r->stop, until_ms - now, &seen);
        }
    }
    return NULL;
}
