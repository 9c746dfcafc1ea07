// SPDX-License-Identifier: Apache-2.0
/* A message is taken: read, decided, and kept, in one transaction. */
#include "desk/mail_internal.h"
#include "mail.sql.h"
#include "platform/mail_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD = 64 << 10 /* bytes that say who sent it */ };

static const AuditActor mailer = {.kind = AUDIT_SYSTEM, .name = "mail"};

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for a message");
}

const char *desk_mail_outcome_name(DeskMailOutcome outcome)
{
#define DESK_MAIL_OUTCOME_NAME(id, name) name,
    static const char *const names[] = {DESK_MAIL_OUTCOME_MAP(DESK_MAIL_OUTCOME_NAME)};
#undef DESK_MAIL_OUTCOME_NAME
    return names[outcome];
}

/* ---- Its row ----------------------------------------------------------------------------------
 */

static PtStatus is_known(DeskMailTaking *t, DeskWriting *w, int64_t *ret_number)
{
    bool row = false;
    PtStatus st = pt_sql_use(w->tx, SQL_MAIL_KNOWN, t->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(w->tx, 1, t->box->id);
    pt_sql_bind_text(w->tx, 2, t->print);
    st = pt_sql_step(w->tx, &row, t->err);
    *ret_number = st == PT_OK && row ? pt_sql_i64(w->tx, 0) : 0;
    t->ticket = st == PT_OK && row ? pt_sql_i64(w->tx, 2) : 0;
    pt_sql_done(w->tx);
    return st;
}

static PtStatus add_row(DeskMailTaking *t, DeskWriting *w, int64_t number)
{
    const bool kept = t->outcome == DESK_MAIL_QUARANTINED;
    bool cut = false;
    const PtStr id = desk_mail_plain(t->arena, t->m.message_id, DESK_MAIL_ID, false, &cut);
    PtStatus st = id.data != NULL ? pt_sql_use(w->tx, SQL_MAIL_ADD, t->err) : no_memory(t->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(w->tx, 1, number);
    pt_sql_bind_text(w->tx, 2, t->box->id);
    pt_sql_bind_text(w->tx, 3, t->print);
    pt_sql_bind_i64(w->tx, 4, w->now_ms);
    pt_sql_bind_text(w->tx, 5, t->sender);
    pt_sql_bind_text(w->tx, 6, id);
    pt_sql_bind_text(w->tx, 7, pt_str(mail_nature_name(t->m.nature)));
    pt_sql_bind_text(w->tx, 8, pt_str(desk_mail_outcome_name(t->outcome)));
    pt_sql_bind_text(w->tx, 9, t->reason);
    pt_sql_bind_i64(w->tx, 10, t->ticket);
    pt_sql_bind_i64(w->tx, 11, t->seq);
    pt_sql_bind_text(w->tx, 12, t->html);
    pt_sql_bind_i64(w->tx, 13, t->size);
    pt_sql_bind_blob(w->tx, 14, kept ? t->kept : (PtStr){NULL, 0});
    pt_sql_bind_text(w->tx, 15, t->sender_name);
    pt_sql_bind_text(w->tx, 16, t->shown_subject);
    pt_sql_bind_text(w->tx, 17, t->cc);
    pt_sql_bind_text(w->tx, 18, t->quoted);
    pt_sql_bind_text(w->tx, 19, t->filed);
    pt_sql_bind_i64(w->tx, 20, t->html_left_out);
    return pt_sql_finish(w->tx, t->err);
}

static PtStatus set_row(DeskMailTaking *t, DeskWriting *w)
{
    PtStatus st = pt_sql_use(w->tx, SQL_MAIL_SET, t->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(w->tx, 1, t->redriven);
    pt_sql_bind_text(w->tx, 2, pt_str(desk_mail_outcome_name(t->outcome)));
    pt_sql_bind_text(w->tx, 3, t->reason);
    pt_sql_bind_i64(w->tx, 4, t->ticket);
    pt_sql_bind_i64(w->tx, 5, t->seq);
    pt_sql_bind_text(w->tx, 6, t->html);
    pt_sql_bind_text(w->tx, 7, t->quoted);
    pt_sql_bind_text(w->tx, 8, t->filed);
    pt_sql_bind_i64(w->tx, 9, t->html_left_out);
    st = pt_sql_finish(w->tx, t->err);
    return st == PT_OK && pt_sql_changes(w->tx) == 0
               ? pt_fail(t->err, PT_CONFLICT, "somebody else has redriven the message")
               : st;
}

static PtStatus took(DeskMailTaking *t, DeskWriting *w)
{
    PtStatus st = pt_sql_use(w->tx, SQL_MAILBOX_TOOK, t->err);
    if (st == PT_OK) {
        pt_sql_bind_text(w->tx, 1, t->box->id);
        pt_sql_bind_i64(w->tx, 2, pt_clock_now_ms(pt_clock_real()));
        st = pt_sql_finish(w->tx, t->err);
    }
    return st;
}

static PtStatus take_in(DeskMailTaking *t, DeskWriting *w, bool decided, int64_t *ret_number)
{
    int64_t known = 0, last = 0;
    PtStatus st = t->redriven == 0 ? is_known(t, w, &known) : PT_OK;
    if (st != PT_OK || known != 0) {
        t->outcome = DESK_MAIL_DUPLICATE;
        t->reason = PT_STR("");
        *ret_number = known;
        return st;
    }
    st = decided ? PT_OK : desk_mail_becomes(t, w);
    if (st == PT_OK && t->redriven != 0) {
        *ret_number = t->redriven;
        return set_row(t, w);
    }
    st = st == PT_OK ? desk_last_number(w, SQL_MAIL_LAST, &last) : st;
    *ret_number = last + 1;
    st = st == PT_OK ? add_row(t, w, last + 1) : st;
    return st == PT_OK ? took(t, w) : st;
}

/* ---- All of it --------------------------------------------------------------------------------
 */

static PtStatus keep_files(DeskMailTaking *t)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < t->file_count; i++) {
        st = desk_file_keep(t->d, &t->files[i], t->arena, t->err);
    }
    return st;
}

/* What is there of a message that nobody has read. */
static void begin(DeskMailTaking *t)
{
    t->m = (MailMessage){.nature = MAIL_PERSONAL, .message_id = PT_STR("")};
    t->sender = t->sender_name = t->shown_subject = t->cc = PT_STR("");
    t->html = t->quoted = t->filed = t->key = PT_STR("");
}

static PtStatus read_message(DeskMailTaking *t, PtStr bytes, bool *ret_decided)
{
    PtError why = {0};
    PtStatus st = mail_parse(bytes, t->arena, &t->m, &why);
    if (st == PT_TOO_LARGE) {
        *ret_decided = true;
        st = desk_mail_print(t, bytes, false);
        return st == PT_OK ? desk_mail_end(t, DESK_MAIL_QUARANTINED, pt_str(why.message)) : st;
    }
    if (st != PT_OK) {
        return pt_fail(t->err, st, "%s", why.message);
    }
    st = desk_mail_people(t);
    st = st == PT_OK ? desk_mail_print(t, bytes, true) : st;
    st = st == PT_OK ? desk_mail_texts(t) : st;
    st = st == PT_OK ? desk_mail_alone(t, ret_decided) : st;
    return st == PT_OK && !*ret_decided ? desk_mail_files(t) : st;
}

PtStatus desk_mail_taken(DeskMailTaking *t, PtStr bytes, DeskMailTaken *ret_taken)
{
    DeskWriting w;
    bool decided = false;
    int64_t number = 0;
    begin(t);
    t->size = (int64_t)bytes.len;
    t->kept = bytes.len <= MAIL_BYTES ? bytes : (PtStr){NULL, 0};
    PtStatus st = read_message(t, bytes, &decided);
    if (st != PT_OK) {
        return st;
    }
    if (t->file_count > 0) {
        (void)pthread_mutex_lock(&t->d->files);
    }
    st = keep_files(t);
    st = st == PT_OK ? desk_writing_begin(&w, t->d, &mailer, t->arena, t->err) : st;
    if (st == PT_OK) { // bytes that no row came to name go with the next start
        st = desk_writing_end(&w, take_in(t, &w, decided, &number));
    }
    if (t->file_count > 0) {
        (void)pthread_mutex_unlock(&t->d->files);
    }
    if (st == PT_OK) {
        *ret_taken = (DeskMailTaken){number, t->outcome, t->reason, t->ticket, t->key};
    }
    return st;
}

PtStatus desk_mail_take(Desk *d, PtStr mailbox, PtStr bytes, PtArena *arena,
                        DeskMailTaken *ret_taken, PtError *err)
{
    DeskMailbox box;
    DeskMailTaking t = {.d = d, .arena = arena, .box = &box, .err = err};
    PtStatus st = desk_mailbox(d, mailbox, arena, &box, err);
    return st == PT_OK ? desk_mail_taken(&t, bytes, ret_taken) : st;
}

PtStatus desk_mail_refuse(Desk *d, const DeskMailRefused *what, PtArena *arena,
                          DeskMailTaken *ret_taken, PtError *err)
{
    DeskMailbox box;
    PtError why = {0};
    DeskWriting w;
    int64_t number = 0;
    DeskMailTaking t = {.d = d, .arena = arena, .box = &box, .size = what->size, .err = err};
    const PtStr head = {what->begin.data, what->begin.len < HEAD ? what->begin.len : HEAD};
    begin(&t);
    if ((int64_t)what->begin.len == what->size && what->begin.len <= MAIL_BYTES) {
        t.kept = what->begin; // all of it
    }
    PtStatus st = desk_mailbox(d, what->mailbox, arena, &box, err);
    if (st == PT_OK && mail_parse(head, arena, &t.m, &why) == PT_OK) {
        st = desk_mail_people(&t);
    }
    st = st == PT_OK ? desk_mail_print(&t, what->begin.len > 0 ? what->begin : what->name, false)
                     : st;
    st = st == PT_OK ? desk_mail_end(&t, DESK_MAIL_QUARANTINED, what->reason) : st;
    st = st == PT_OK ? desk_writing_begin(&w, d, &mailer, arena, err) : st;
    if (st == PT_OK) {
        st = desk_writing_end(&w, take_in(&t, &w, true, &number));
    }
    if (st == PT_OK) {
        *ret_taken = (DeskMailTaken){number, t.outcome, t.reason, 0, t.key};
    }
    return st;
}
