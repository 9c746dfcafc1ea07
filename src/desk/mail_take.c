// SPDX-License-Identifier: Apache-2.0
/* A message becomes a ticket, an answer on one, a note, or a row that says why it is none. */
#include "desk/mail_internal.h"
#include "mail.sql.h"
#include "platform/mail_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    REASON = 200,
    MERGES_MAX = 10,
    HOUR_MS = 3600000,
};

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

static PtStatus end_as(DeskMailTaking *t, DeskMailOutcome outcome, PtStr reason)
{
    bool cut = false;
    t->outcome = outcome;
    t->reason = desk_mail_plain(t->arena, reason, REASON, false, &cut);
    return t->reason.data != NULL ? PT_OK : no_memory(t->err);
}

/* ---- Whose it is ------------------------------------------------------------------------------
 */

static bool names_line(PtStr lines, PtStr wanted)
{
    PtStr rest = lines, line = {NULL, 0};
    while (rest.len > 0 && pt_str_cut(&rest, '\n', &line)) {
        if (line.len > 0 && pt_str_eq(line, wanted)) {
            return true;
        }
    }
    return false;
}

/* Whether the sender has a part in the ticket. */
static PtStatus takes_part(DeskMailTaking *t, DeskWriting *w, int64_t ticket, bool *ret_part)
{
    DeskMailThread *list = pt_arena_alloc(t->arena, DESK_MAIL_THREADS, sizeof *list);
    PtError none = {0};
    DeskRow row;
    size_t count = 0;
    PtStatus st = list != NULL ? desk_load(w->tx, ticket, t->arena, &row, &none) : PT_NO_MEMORY;
    *ret_part = false;
    if (st == PT_NOT_FOUND) {
        return PT_OK;
    }
    st = st == PT_OK ? desk_mail_threads(w->tx, ticket, t->arena, list, &count, t->err)
                     : pt_fail(t->err, st, "cannot read a ticket");
    *ret_part = st == PT_OK && pt_str_eq(row.t.f[DESK_F_REQUESTER], t->sender);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        *ret_part |= pt_str_eq(list[i].recipient, t->sender) || names_line(list[i].cc, t->sender);
    }
    return st;
}

/* A message of ours that it answers or reports on; 0: none. */
static PtStatus find_ours(DeskMailTaking *t, DeskWriting *w, int64_t *ret_ticket)
{
    const MailIds lists[] = {t->m.in_reply_to, t->m.references};
    int64_t number = 0;
    *ret_ticket = 0;
    for (size_t l = 0; l < 2; l++) {
        for (size_t i = lists[l].count; i > 0; i--) {
            if (!desk_mail_is_ours(t->d, lists[l].list[i - 1], &number)) {
                continue;
            }
            PtStatus st = desk_mail_arrived(w, number, ret_ticket);
            if (st != PT_OK && st != PT_NOT_FOUND) {
                return st;
            }
            if (st == PT_OK) {
                return PT_OK;
            }
        }
    }
    return PT_OK;
}

static int64_t by_token(const DeskMailTaking *t)
{
    const MailAddresses lists[] = {t->m.to, t->m.cc, t->m.bcc};
    int64_t found = desk_mail_of_subject(t->d, t->m.subject);
    for (size_t l = 0; l < sizeof lists / sizeof *lists; l++) {
        for (size_t i = 0; found == 0 && i < lists[l].count; i++) {
            found = desk_mail_of_address(t->d, t->box->s.address, lists[l].list[i].address);
        }
    }
    return found;
}

/* What the ticket became, where it was merged. *ret_ticket 0: it is not there. */
static PtStatus follow(DeskMailTaking *t, DeskWriting *w, int64_t ticket, DeskRow *ret_row,
                       int64_t *ret_ticket)
{
    *ret_ticket = 0;
    for (int i = 0; ticket != 0 && i < MERGES_MAX; i++) {
        PtError none = {0};
        PtStatus st = desk_load(w->tx, ticket, t->arena, ret_row, &none);
        if (st == PT_NOT_FOUND) {
            return PT_OK;
        }
        if (st != PT_OK) {
            return pt_fail(t->err, st, "%s", none.message);
        }
        *ret_ticket = ticket;
        ticket = ret_row->t.merged_into;
    }
    return PT_OK;
}

/* The ticket that it belongs to: by a token, or by a message of ours that its requester answers. */
static PtStatus find_ticket(DeskMailTaking *t, DeskWriting *w, DeskRow *ret_row,
                            int64_t *ret_ticket)
{
    int64_t answered = 0, became = 0, ticket = by_token(t);
    bool part = true;
    PtStatus st = find_ours(t, w, &answered);
    if (st == PT_OK && ticket == 0 && answered != 0) {
        st = takes_part(t, w, answered, &part);
        st = st == PT_OK && !part ? follow(t, w, answered, ret_row, &became) : st;
        st = st == PT_OK && !part && became != 0 ? takes_part(t, w, became, &part) : st;
        ticket = part ? answered : 0;
    }
    return st == PT_OK ? follow(t, w, ticket, ret_row, ret_ticket) : st;
}

/* ---- What becomes of it -----------------------------------------------------------------------
 */

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
    for (size_t i = 0; st == PT_OK && i < t->file_count; i++) {
        DeskFile found;
        t->files[i].report = report;
        st = desk_attach_in(w, t->ticket, &t->files[i], &found);
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

/* Addresses that were copied, but those of the desk. */
static PtStr copied(DeskMailTaking *t)
{
    PT_CLEANUP(pt_buf_done) PtBuf buf = {0};
    const MailAddresses lists[] = {t->m.to, t->m.cc};
    size_t count = 0;
    pt_buf_init(&buf, DESK_MAIL_CC_MAX * (DESK_MAIL_ADDRESS + 2));
    for (size_t l = 0; l < 2; l++) {
        for (size_t i = 0; i < lists[l].count && count < DESK_MAIL_CC_MAX; i++) {
            const PtStr lower = desk_mail_lower(t->arena, lists[l].list[i].address);
            const bool desk = pt_str_eq_nocase(lower, t->box->s.address) ||
                              desk_mail_of_address(t->d, t->box->s.address, lower) != 0;
            if (lower.data != NULL && !desk && mail_address_is_valid(lower) &&
                !pt_str_eq(lower, t->sender)) {
                pt_buf_add_str(&buf, lower);
                pt_buf_add_char(&buf, '\n');
                count++;
            }
        }
    }
    return pt_buf_status(&buf) != PT_OK ? (PtStr){NULL, 0}
           : buf.len > 0                ? pt_arena_str(t->arena, pt_buf_str(&buf))
                                        : PT_STR("");
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
    thread.cc = t->box->s.cc ? copied(t) : PT_STR("");
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
        return st == PT_OK ? end_as(t, DESK_MAIL_QUARANTINED,
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
    return st == PT_OK ? end_as(t, DESK_MAIL_NOTED, t->m.nature_why) : st;
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
    return st == PT_OK ? end_as(t, DESK_MAIL_BOUNCED, why) : st;
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

/* What needs no ticket to be decided. *ret_decided false: nothing did. */
static PtStatus decide_alone(DeskMailTaking *t, bool of_desk, bool *ret_decided)
{
    int64_t number = 0;
    *ret_decided = true;
    if (t->m.cut && !t->again) {
        return end_as(t, DESK_MAIL_QUARANTINED,
                      PT_STR("it has more parts, levels or text than are read"));
    }
    if (desk_mail_is_ours(t->d, t->m.message_id, &number) || of_desk) {
        return end_as(t, DESK_MAIL_FILED, PT_STR("loop: it is a message of the desk"));
    }
    if (!mail_address_is_valid(t->sender) && t->m.nature != MAIL_BOUNCE) {
        return end_as(t, DESK_MAIL_QUARANTINED, PT_STR("it has no sender"));
    }
    *ret_decided = false;
    return PT_OK;
}

static PtStatus decide(DeskMailTaking *t, DeskWriting *w)
{
    const MailNature nature = t->m.nature;
    DeskRow row;
    int64_t ticket = 0;
    if (nature == MAIL_BOUNCE || nature == MAIL_COMPLAINT) {
        return take_bounce(t, w);
    }
    PtStatus st = find_ticket(t, w, &row, &ticket);
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
        return end_as(t, DESK_MAIL_FILED, t->m.nature_why);
    }
    return open_ticket(t, w, NULL);
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
    st = decided ? PT_OK : decide(t, w);
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

static PtStatus read_message(DeskMailTaking *t, PtStr bytes, bool *ret_decided)
{
    PtError why = {0};
    bool of_desk = false;
    t->m = (MailMessage){.nature = MAIL_PERSONAL, .message_id = PT_STR("")};
    t->sender = t->html = PT_STR("");
    PtStatus st = mail_parse(bytes, t->arena, &t->m, &why);
    if (st == PT_TOO_LARGE) {
        *ret_decided = true;
        st = desk_mail_print(t, bytes, false);
        return st == PT_OK ? end_as(t, DESK_MAIL_QUARANTINED, pt_str(why.message)) : st;
    }
    if (st != PT_OK) {
        return pt_fail(t->err, st, "%s", why.message);
    }
    if (t->m.from.count > 0 && t->m.from.list[0].address.len <= DESK_MAIL_ADDRESS) {
        t->sender = desk_mail_lower(t->arena, t->m.from.list[0].address);
    }
    st = t->sender.data != NULL ? desk_mail_print(t, bytes, true) : no_memory(t->err);
    st = st == PT_OK ? desk_mail_texts(t) : st;
    st = st == PT_OK ? is_of_desk(t, &of_desk) : st;
    st = st == PT_OK ? decide_alone(t, of_desk, ret_decided) : st;
    return st == PT_OK && !*ret_decided ? desk_mail_files(t) : st;
}

static PtStatus take(DeskMailTaking *t, PtStr bytes, DeskMailTaken *ret_taken)
{
    DeskWriting w;
    bool decided = false;
    int64_t number = 0;
    t->key = PT_STR("");
    t->size = (int64_t)bytes.len;
    t->kept = bytes.len <= DESK_MAIL_KEPT ? bytes : (PtStr){NULL, 0};
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
    return st == PT_OK ? take(&t, bytes, ret_taken) : st;
}

PtStatus desk_mail_refuse(Desk *d, const DeskMailRefused *what, PtArena *arena,
                          DeskMailTaken *ret_taken, PtError *err)
{
    DeskMailbox box;
    PtError why = {0};
    DeskWriting w;
    int64_t number = 0;
    DeskMailTaking t = {.d = d, .arena = arena, .box = &box, .size = what->size, .err = err};
    t.m = (MailMessage){.message_id = PT_STR("")};
    t.sender = t.html = t.key = PT_STR("");
    if ((int64_t)what->begin.len == what->size && what->begin.len <= DESK_MAIL_KEPT) {
        t.kept = what->begin; // all of it
    }
    PtStatus st = desk_mailbox(d, what->mailbox, arena, &box, err);
    if (st == PT_OK && mail_parse(what->begin, arena, &t.m, &why) == PT_OK && t.m.from.count > 0 &&
        t.m.from.list[0].address.len <= DESK_MAIL_ADDRESS) {
        t.sender = desk_mail_lower(arena, t.m.from.list[0].address);
    }
    st = st == PT_OK && t.sender.data == NULL ? no_memory(err) : st;
    st = st == PT_OK ? desk_mail_print(&t, what->begin, false) : st;
    st = st == PT_OK ? end_as(&t, DESK_MAIL_QUARANTINED, what->reason) : st;
    st = st == PT_OK ? desk_writing_begin(&w, d, &mailer, arena, err) : st;
    if (st == PT_OK) {
        st = desk_writing_end(&w, take_in(&t, &w, true, &number));
    }
    if (st == PT_OK) {
        *ret_taken = (DeskMailTaken){number, t.outcome, t.reason, 0, t.key};
    }
    return st;
}

/* ---- Quarantine -------------------------------------------------------------------------------
 */

/* *ret_bytes: the arena's. */
static PtStatus read_kept(PtSqlTx *tx, int64_t mail, PtArena *arena, PtStr *ret_mailbox,
                          PtStr *ret_bytes, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_MAIL_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, mail);
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK && !row) {
        st = pt_fail(err, PT_NOT_FOUND, "no message has the number %lld", (long long)mail);
    } else if (st == PT_OK &&
               (!pt_str_eq(pt_sql_text(tx, 1), PT_STR("quarantined")) || pt_sql_is_null(tx, 2))) {
        st = pt_fail(err, PT_CONFLICT, "the message is not in quarantine with its bytes");
    } else if (st == PT_OK) {
        *ret_mailbox = pt_arena_str(arena, pt_sql_text(tx, 0));
        *ret_bytes = pt_arena_str(arena, pt_sql_blob(tx, 2));
        st = ret_mailbox->data != NULL && ret_bytes->data != NULL ? PT_OK : no_memory(err);
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus audited(Desk *d, PtSqlTx *tx, const AuditActor *by, const char *action,
                        int64_t mail, PtError *err)
{
    char subject[24];
    (void)snprintf(subject, sizeof subject, "%lld", (long long)mail);
    const AuditEntry entry = {
        .by = by, .action = action, .subject_type = "mail", .subject = pt_str(subject)};
    return audit_write(tx, pt_clock_now_ms(d->c.clock), &entry, err);
}

PtStatus desk_mail_redrive(Desk *d, const AuditActor *by, int64_t mail, PtArena *arena,
                           DeskMailTaken *ret_taken, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskMailbox box;
    PtStr mailbox, bytes;
    PtStatus st = pt_sql_begin(d->c.core, true, &tx, err);
    st = st == PT_OK ? read_kept(tx, mail, arena, &mailbox, &bytes, err) : st;
    st = st == PT_OK ? audited(d, tx, by, "mail.redriven", mail, err) : st;
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    st = st == PT_OK ? desk_mailbox(d, mailbox, arena, &box, err) : st;
    DeskMailTaking t = {
        .d = d, .arena = arena, .box = &box, .again = true, .redriven = mail, .err = err};
    return st == PT_OK ? take(&t, bytes, ret_taken) : st;
}

PtStatus desk_mail_discard(Desk *d, const AuditActor *by, int64_t mail, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(DESK_MAIL_ARENA);
    PtStr mailbox, bytes;
    PtStatus st = arena != NULL ? pt_sql_begin(d->c.core, true, &tx, err) : no_memory(err);
    st = st == PT_OK ? read_kept(tx, mail, arena, &mailbox, &bytes, err) : st;
    st = st == PT_OK ? pt_sql_use(tx, SQL_MAIL_DISCARD, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, mail);
    st = pt_sql_finish(tx, err);
    st = st == PT_OK ? audited(d, tx, by, "mail.discarded", mail, err) : st;
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}
