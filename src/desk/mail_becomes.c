// SPDX-License-Identifier: Apache-2.0
/* What becomes of a message: a ticket, an answer on one, a note, or a row that says why it is none.
 */
#include "desk/mail_internal.h"
#include "mail.sql.h"
#include "platform/mail_write.h"

#include <stdio.h>
#include <string.h>

enum { REASON = 200, HOUR_MS = 3600000 };

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for a message");
}

PtStatus desk_mail_end(DeskMailTaking *t, DeskMailOutcome outcome, PtStr reason)
{
    bool cut = false;
    t->outcome = outcome;
    t->reason = desk_mail_plain(t->arena, reason, REASON, false, &cut);
    return t->reason.data != NULL ? PT_OK : no_memory(t->err);
}

static PtStr key_of(DeskMailTaking *t, const DeskTicket *ticket)
{
    char key[DESK_KEY_MAX];
    return pt_arena_str(t->arena, desk_key(ticket->type, ticket->number, key));
}

static PtStatus belongs_to(DeskMailTaking *t, const DeskTicket *ticket)
{
    t->ticket = ticket->number;
    t->seq = ticket->version;
    t->key = key_of(t, ticket);
    return t->key.data != NULL ? PT_OK : no_memory(t->err);
}

static PtStatus attach_files(DeskMailTaking *t, DeskWriting *w, int64_t report)
{
    PtStatus st = PT_OK;
    PT_CLEANUP(pt_buf_done) PtBuf filed = {0};
    pt_buf_init(&filed, DESK_FILES_MAX * (DESK_MAIL_CID + 24));
    for (size_t i = 0; st == PT_OK && i < t->file_count; i++) {
        DeskFile found;
        t->files[i].report = report;
        st = desk_attach_in(w, t->ticket, &t->files[i], &found);
        if (st == PT_OK) {
            pt_buf_printf(&filed, "%lld %.*s\n", (long long)found.number,
                          PT_STR_ARG(t->content_ids[i]));
        }
    }
    if (filed.len > 0) {
        t->filed = pt_arena_str(t->arena, pt_buf_str(&filed));
    }
    if (pt_buf_status(&filed) != PT_OK || t->filed.data == NULL) {
        return no_memory(t->err);
    }
    if (st == PT_CONFLICT) { // the ticket is full of files
        t->left_out = PT_STR("The ticket takes no more files.");
        st = PT_OK;
    }
    if (st == PT_OK && t->left_out.len > 0) {
        char text[DESK_MAIL_LEFT_OUT + 64];
        (void)snprintf(text, sizeof text, "Files that were left out:\n%.*s",
                       PT_STR_ARG(t->left_out));
        st = desk_mail_note(w, t->ticket, pt_str(text));
    }
    return st;
}

/* Where answers go from now on; who takes no part yet gets a thread where the ticket is theirs. */
static PtStatus keep_thread(DeskMailTaking *t, DeskWriting *w, bool theirs,
                            DeskMailThread *ret_thread)
{
    DeskMailThread *list = pt_arena_alloc(t->arena, DESK_MAIL_THREADS, sizeof *list);
    size_t count = 0;
    bool cut = false;
    DeskMailThread thread = {.recipient = t->sender,
                             .mailbox = t->box->id,
                             .subject = t->subject,
                             .language = t->box->s.language,
                             .refs = PT_STR("")};
    PtStatus st = list != NULL ? desk_mail_threads(w->tx, t->ticket, t->arena, list, &count, t->err)
                               : no_memory(t->err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        if (pt_str_eq(list[i].recipient, t->sender)) {
            thread = list[i];
            theirs = true;
        }
    }
    thread.cc = t->box->s.cc ? t->cc : PT_STR("");
    thread.said = desk_mail_plain(t->arena, t->text, DESK_MAIL_QUOTE, true, &cut);
    thread.refs = desk_mail_refs_with(t->arena, thread.refs, t->m.message_id);
    if (st == PT_OK &&
        (thread.cc.data == NULL || thread.said.data == NULL || thread.refs.data == NULL)) {
        st = no_memory(t->err);
    }
    *ret_thread = thread;
    return st == PT_OK && theirs && count < DESK_MAIL_THREADS
               ? desk_mail_thread_put(w, t->ticket, &thread)
               : st;
}

static PtStatus opened_too_many(DeskMailTaking *t, DeskWriting *w, bool *ret_many)
{
    bool row = false;
    PtStatus st = pt_sql_use(w->tx, SQL_MAIL_OPENED_BY, t->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(w->tx, 1, t->sender);
    pt_sql_bind_i64(w->tx, 2, w->now_ms - HOUR_MS);
    st = pt_sql_step(w->tx, &row, t->err);
    *ret_many = st == PT_OK && row && pt_sql_i64(w->tx, 0) >= t->box->s.hourly && !t->again;
    pt_sql_done(w->tx);
    return st;
}

/* A ticket, or a report that joins one. before: the closed ticket that it follows; NULL: none. */
static PtStatus open_ticket(DeskMailTaking *t, DeskWriting *w, const DeskTicket *before)
{
    const DeskMailSettings *s = &t->box->s;
    DeskReport report = {.type = (DeskType)s->type, .alone = !s->join || before != NULL};
    DeskReported done = {0};
    DeskMailThread thread;
    bool many = false, added = false;
    PtStatus st = opened_too_many(t, w, &many);
    if (st != PT_OK || many) {
        return st == PT_OK
                   ? desk_mail_end(t, DESK_MAIL_QUARANTINED,
                                   PT_STR("its sender has opened too many tickets in an hour"))
                   : st;
    }
    report.f[DESK_F_TITLE] = t->subject.len > 0 ? t->subject : PT_STR("(no subject)");
    report.f[DESK_F_DESCRIPTION] = t->text;
    report.f[DESK_F_REQUESTER] = t->sender;
    report.f[DESK_F_CHANNEL] = PT_STR("mail");
    report.f[DESK_F_QUEUE] = s->queue;
    report.f[DESK_F_CATEGORY] = s->category;
    st = desk_report_in(w, &report, &done);
    st = st == PT_OK ? belongs_to(t, &done.ticket) : st;
    t->seq = done.joined ? t->seq : 1; // triage has written rows behind the first
    st = st == PT_OK && before != NULL
             ? desk_link_put(w, t->ticket, PT_STR("related_to"), before->number, &added)
             : st;
    st = st == PT_OK ? attach_files(t, w, done.report) : st;
    st = st == PT_OK ? keep_thread(t, w, true, &thread) : st;
    if (st == PT_OK && t->m.nature == MAIL_PERSONAL) {
        const DeskMailQueue told = {DESK_MAIL_ACKNOWLEDGED, &done.ticket, t->seq, done.told};
        st = desk_mail_queue(w, &thread, &told);
    }
    t->outcome = before != NULL ? DESK_MAIL_FOLLOWED_UP : DESK_MAIL_OPENED;
    t->reason = PT_STR("");
    return st;
}

static PtStatus answer(DeskMailTaking *t, DeskWriting *w, const DeskRow *row)
{
    PtStr note = t->text.len > 0 ? t->text : PT_STR("(no text)");
    DeskMailThread thread;
    DeskTicket now;
    char head[DESK_MAIL_ADDRESS + 32];
    if (!pt_str_eq(row->t.f[DESK_F_REQUESTER], t->sender)) {
        PT_CLEANUP(pt_buf_done) PtBuf buf = {0};
        (void)snprintf(head, sizeof head, "%.*s wrote:\n\n", PT_STR_ARG(t->sender));
        pt_buf_init(&buf, sizeof head + note.len);
        pt_buf_add_str(&buf, pt_str(head));
        pt_buf_add_str(&buf, note);
        note = pt_buf_status(&buf) == PT_OK ? pt_arena_str(t->arena, pt_buf_str(&buf))
                                            : (PtStr){NULL, 0};
    }
    if (note.data == NULL) {
        return no_memory(t->err);
    }
    const DeskChange change = {.note = note, .from_requester = true};
    PtStatus st = desk_change_in(w, row->t.number, &change, &now);
    st = st == PT_OK ? belongs_to(t, &now) : st;
    st = st == PT_OK ? attach_files(t, w, 0) : st;
    st = st == PT_OK ? keep_thread(t, w, false, &thread) : st;
    t->outcome = DESK_MAIL_ANSWERED;
    t->reason = PT_STR("");
    return st;
}

/* What answers by itself says something of a ticket, and changes nothing. */
static PtStatus note_quietly(DeskMailTaking *t, DeskWriting *w, const DeskRow *row)
{
    enum { QUIET = 1000 };
    char text[QUIET + DESK_MAIL_ADDRESS + 64];
    bool cut = false;
    (void)snprintf(text, sizeof text, "%.*s answers by itself: %.*s", PT_STR_ARG(t->sender),
                   (int)(t->text.len < QUIET ? t->text.len : QUIET), t->text.data);
    const PtStr plain = desk_mail_plain(t->arena, pt_str(text), sizeof text, true, &cut);
    PtStatus st = plain.data != NULL ? desk_mail_note(w, row->t.number, plain) : no_memory(t->err);
    t->ticket = row->t.number;
    t->seq = row->t.version + 1;
    t->key = key_of(t, &row->t);
    return st == PT_OK ? desk_mail_end(t, DESK_MAIL_NOTED, t->m.nature_why) : st;
}

static PtStatus take_bounce(DeskMailTaking *t, DeskWriting *w)
{
    PtStr said = PT_STR("");
    int64_t number = 0, ticket = 0;
    bool hard = t->m.bounce_count == 0 && t->m.nature == MAIL_BOUNCE, cut = false;
    for (size_t i = 0; i < t->m.bounce_count; i++) {
        hard |= t->m.bounces[i].hard;
        said = said.len > 0 ? said : t->m.bounces[i].said;
    }
    bool ours = desk_mail_is_ours(t->d, t->m.original_id, &number);
    for (size_t i = 0; !ours && i < t->m.in_reply_to.count; i++) {
        ours = desk_mail_is_ours(t->d, t->m.in_reply_to.list[i], &number);
    }
    for (size_t i = 0; !ours && i < t->m.references.count; i++) {
        ours = desk_mail_is_ours(t->d, t->m.references.list[i], &number);
    }
    const PtStr why =
        desk_mail_plain(t->arena, said.len > 0 ? said : t->m.subject, REASON, false, &cut);
    if (why.data == NULL) {
        return no_memory(t->err);
    }
    PtStatus st = ours && hard ? desk_mail_bounced(w, number, why, &ticket) : PT_OK;
    t->ticket = st == PT_OK ? ticket : 0;
    st = st == PT_NOT_FOUND ? PT_OK : st;
    return st == PT_OK ? desk_mail_end(t, DESK_MAIL_BOUNCED, why) : st;
}

static PtStatus is_of_desk(DeskMailTaking *t, bool *ret_is)
{
    DeskMailbox *list = NULL;
    size_t count = 0;
    PtStatus st = desk_mailboxes(t->d, t->arena, &list, &count, t->err);
    *ret_is = false;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        *ret_is |= pt_str_eq_nocase(list[i].s.address, t->sender) ||
                   desk_mail_of_address(t->d, list[i].s.address, t->sender) != 0;
    }
    return st;
}

PtStatus desk_mail_alone(DeskMailTaking *t, bool *ret_decided)
{
    int64_t number = 0;
    bool of_desk = false;
    PtStatus st = is_of_desk(t, &of_desk);
    *ret_decided = st == PT_OK;
    if (st != PT_OK) {
        return st;
    }
    if (t->m.cut && !t->again) {
        return desk_mail_end(t, DESK_MAIL_QUARANTINED,
                             PT_STR("it has more parts, levels or text than are read"));
    }
    if (desk_mail_is_ours(t->d, t->m.message_id, &number) || of_desk) {
        return desk_mail_end(t, DESK_MAIL_FILED, PT_STR("loop: it is a message of the desk"));
    }
    if (!mail_address_is_valid(t->sender) && t->m.nature != MAIL_BOUNCE) {
        return desk_mail_end(t, DESK_MAIL_QUARANTINED, PT_STR("it has no sender"));
    }
    *ret_decided = false;
    return PT_OK;
}

PtStatus desk_mail_becomes(DeskMailTaking *t, DeskWriting *w)
{
    const MailNature nature = t->m.nature;
    DeskRow row;
    int64_t ticket = 0;
    if (nature == MAIL_BOUNCE || nature == MAIL_COMPLAINT) {
        return take_bounce(t, w);
    }
    PtStatus st = desk_mail_whose(t, w, &row, &ticket);
    if (st != PT_OK) {
        return st;
    }
    const bool quiet = nature == MAIL_AUTO_REPLY || nature == MAIL_AUTOMATIC;
    if (ticket != 0) {
        const bool over = row.t.state == DESK_CLOSED || row.t.state == DESK_CANCELLED;
        return quiet  ? note_quietly(t, w, &row)
               : over ? open_ticket(t, w, &row.t)
                      : answer(t, w, &row);
    }
    if (nature == MAIL_AUTO_REPLY || (nature == MAIL_LIST && t->box->s.lists == DESK_MAIL_FILE) ||
        (nature == MAIL_AUTOMATIC && t->box->s.automatic == DESK_MAIL_FILE)) {
        return desk_mail_end(t, DESK_MAIL_FILED, t->m.nature_why);
    }
    return open_ticket(t, w, NULL);
}
