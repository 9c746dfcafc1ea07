// SPDX-License-Identifier: Apache-2.0
/* What a requester is told by mail: queued with what it tells, and what became of it. */
#include "desk/mail_internal.h"
#include "mail.sql.h"

#include <stdio.h>
#include <string.h>

enum { ATTEMPTS_MAX = 30 /* about a day */, FIRST_WAIT_S = 60, WAIT_MAX_S = 3600, NOTE = 600 };

static const AuditActor mailer = {.kind = AUDIT_SYSTEM, .name = "mail"};

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for a message");
}

/* ---- Threads ----------------------------------------------------------------------------------
 */

PtStatus desk_mail_threads(PtSqlTx *tx, int64_t ticket, PtArena *arena, DeskMailThread *ret_list,
                           size_t *ret_count, PtError *err)
{
    size_t count = 0;
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_MAIL_THREAD_LIST, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, ticket);
    pt_sql_bind_i64(tx, 2, DESK_MAIL_THREADS);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        DeskMailThread *t = &ret_list[count];
        PtStr *const texts[] = {&t->recipient, &t->mailbox, &t->cc,  &t->subject,
                                &t->language,  &t->said,    &t->refs};
        for (size_t i = 0; st == PT_OK && i < sizeof texts / sizeof *texts; i++) {
            *texts[i] = pt_arena_str(arena, pt_sql_text(tx, (int)i));
            st = texts[i]->data != NULL ? PT_OK : no_memory(err);
        }
        if (st != PT_OK) {
            break;
        }
        count++;
    }
    pt_sql_done(tx);
    *ret_count = count;
    return st;
}

static PtStatus write_thread(DeskWriting *w, const char *statement, int64_t ticket,
                             const DeskMailThread *t)
{
    const PtStr texts[] = {t->recipient, t->mailbox, t->cc,  t->subject,
                           t->language,  t->said,    t->refs};
    PtStatus st = pt_sql_use(w->tx, statement, w->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(w->tx, 1, ticket);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        pt_sql_bind_text(w->tx, (int)i + 2, texts[i]);
    }
    return pt_sql_finish(w->tx, w->err);
}

PtStatus desk_mail_thread_put(DeskWriting *w, int64_t ticket, const DeskMailThread *thread)
{
    PtStatus st = write_thread(w, SQL_MAIL_THREAD_SET, ticket, thread);
    return st == PT_OK && pt_sql_changes(w->tx) == 0
               ? write_thread(w, SQL_MAIL_THREAD_ADD, ticket, thread)
               : st;
}

PtStr desk_mail_refs_with(PtArena *arena, PtStr refs, PtStr id)
{
    PtBuf buf;
    PtStr rest = refs, line = {NULL, 0};
    size_t count = 0;
    if (id.len == 0 || id.len >= DESK_MAIL_ID || memchr(id.data, '\n', id.len) != NULL ||
        !pt_utf8_valid(id)) {
        return refs;
    }
    for (size_t i = 0; i < refs.len; i++) {
        count += refs.data[i] == '\n';
    }
    pt_buf_init(&buf, (DESK_MAIL_REFS + 1) * (size_t)DESK_MAIL_ID);
    while (rest.len > 0 && pt_str_cut(&rest, '\n', &line)) {
        if (line.len > 0 && !pt_str_eq(line, id) && count < DESK_MAIL_REFS) {
            pt_buf_add_str(&buf, line);
            pt_buf_add_char(&buf, '\n');
        } else {
            count -= line.len > 0;
        }
    }
    pt_buf_add_str(&buf, id);
    pt_buf_add_char(&buf, '\n');
    const PtStr all =
        pt_buf_status(&buf) == PT_OK ? pt_arena_str(arena, pt_buf_str(&buf)) : (PtStr){NULL, 0};
    pt_buf_done(&buf);
    return all;
}

/* ---- Queueing ---------------------------------------------------------------------------------
 */

static PtStr quoted(PtArena *arena, PtStr text, PtStr said)
{
    PtBuf buf;
    PtStr rest = said, line = {NULL, 0};
    pt_buf_init(&buf, text.len + 2 * said.len + 64);
    pt_buf_add_str(&buf, text);
    pt_buf_add_char(&buf, '\n');
    while (rest.len > 0 && pt_str_cut(&rest, '\n', &line)) {
        pt_buf_add_str(&buf, PT_STR("> "));
        pt_buf_add_str(&buf, line);
        pt_buf_add_char(&buf, '\n');
    }
    const PtStr all = pt_buf_status(&buf) == PT_OK ? pt_arena_str(arena, pt_buf_str(&buf)) : text;
    pt_buf_done(&buf);
    return all;
}

static PtStatus add_out(DeskWriting *w, int64_t number, const DeskMailThread *t,
                        const DeskMailQueue *what, PtStr subject, PtStr body, PtStr cc)
{
    PtStatus st = pt_sql_use(w->tx, SQL_MAIL_OUT_ADD, w->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(w->tx, 1, number);
    pt_sql_bind_text(w->tx, 2, t->mailbox);
    pt_sql_bind_i64(w->tx, 3, what->ticket->number);
    pt_sql_bind_i64(w->tx, 4, what->seq);
    pt_sql_bind_text(w->tx, 5, pt_str(desk_mail_kinds[what->kind]));
    pt_sql_bind_text(w->tx, 6, t->recipient);
    pt_sql_bind_text(w->tx, 7, cc);
    pt_sql_bind_text(w->tx, 8, subject);
    pt_sql_bind_text(w->tx, 9, body);
    pt_sql_bind_text(w->tx, 10, t->refs);
    pt_sql_bind_i64(w->tx, 11, w->now_ms);
    return pt_sql_finish(w->tx, w->err);
}

static PtStatus recent(DeskWriting *w, PtStr recipient, DeskMailKind kind, int64_t *ret_count)
{
    enum { HOUR_MS = 3600000 };
    bool row = false;
    PtStatus st = pt_sql_use(w->tx, SQL_MAIL_OUT_RECENT, w->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(w->tx, 1, recipient);
    pt_sql_bind_text(w->tx, 2, pt_str(desk_mail_kinds[kind]));
    pt_sql_bind_i64(w->tx, 3, w->now_ms - HOUR_MS);
    st = pt_sql_step(w->tx, &row, w->err);
    *ret_count = row ? pt_sql_i64(w->tx, 0) : 0;
    pt_sql_done(w->tx);
    return st;
}

PtStatus desk_mail_queue(DeskWriting *w, const DeskMailThread *thread, const DeskMailQueue *what)
{
    char key[DESK_KEY_MAX], id[DESK_MAIL_ID];
    const DeskTicket *t = what->ticket;
    DeskMailThread after = *thread;
    PtError none = {0};
    DeskMailbox m;
    int64_t last = 0, before = 0;
    PtStatus st = desk_mailbox_load(w->desk, w->tx, thread->mailbox, false, w->arena, &m, &none);
    if (st == PT_NOT_FOUND) {
        return PT_OK; // it was removed: nobody can be told by it
    }
    const DeskMailTemplate form = desk_mail_template(&m.s, what->kind, thread->language);
    st = st == PT_OK ? recent(w, thread->recipient, what->kind, &before)
                     : pt_fail(w->err, st, "%s", none.message);
    const bool many = what->kind == DESK_MAIL_ACKNOWLEDGED && before >= m.s.automatic_hourly;
    if (st != PT_OK || form.text.len == 0 || many) {
        return st;
    }
    const DeskMailWord words[] = {{"key", desk_key(t->type, t->number, key)},
                                  {"title", thread->subject},
                                  {"text", what->text},
                                  {"requester", thread->recipient}};
    const size_t count = sizeof words / sizeof *words;
    const PtStr subject = desk_mail_fill(w->arena, form.subject, words, count);
    PtStr body = desk_mail_fill(w->arena, form.text, words, count);
    if (subject.data == NULL || body.data == NULL) {
        return no_memory(w->err);
    }
    if (m.s.quote && what->kind == DESK_MAIL_ANSWER && thread->said.len > 0) {
        body = quoted(w->arena, body, thread->said);
    }
    st = desk_last_number(w, SQL_MAIL_OUT_LAST, &last);
    const bool to_all = m.s.cc && what->kind != DESK_MAIL_ACKNOWLEDGED;
    st = st == PT_OK
             ? add_out(w, last + 1, thread, what, subject, body, to_all ? thread->cc : PT_STR(""))
             : st;
    after.refs = desk_mail_refs_with(w->arena, thread->refs,
                                     desk_mail_id(w->desk, last + 1, m.s.address, id));
    if (st == PT_OK && after.refs.data == NULL) {
        st = no_memory(w->err);
    }
    w->mailed = true;
    return st == PT_OK ? desk_mail_thread_put(w, t->number, &after) : st;
}

static PtStatus tell_all(DeskWriting *w, DeskMailKind kind, const DeskRow *row, PtStr text)
{
    DeskMailThread *list = pt_arena_alloc(w->arena, DESK_MAIL_THREADS, sizeof *list);
    const DeskMailQueue what = {kind, &row->t, row->t.version, text};
    size_t count = 0;
    PtStatus st = list != NULL
                      ? desk_mail_threads(w->tx, row->t.number, w->arena, list, &count, w->err)
                      : no_memory(w->err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = desk_mail_queue(w, &list[i], &what);
    }
    return st;
}

static PtStatus merge_threads(DeskWriting *w, int64_t from, int64_t into)
{
    PtStatus st = pt_sql_use(w->tx, SQL_MAIL_THREAD_MERGE, w->err);
    if (st == PT_OK) {
        pt_sql_bind_i64(w->tx, 1, from);
        pt_sql_bind_i64(w->tx, 2, into);
        st = pt_sql_finish(w->tx, w->err);
    }
    return st;
}

PtStatus desk_mail_row(DeskWriting *w, const DeskRow *before, const DeskRow *after,
                       const DeskSaid *said)
{
    const DeskTicket *t = &after->t;
    const PtStr kind = pt_str(said->kind);
    PtStatus st = PT_OK;
    if (before == NULL) {
        return PT_OK; // whoever wrote is told by what took the message
    }
    const bool note = said->is_public && said->text.len > 0 &&
                      (pt_str_eq(kind, PT_STR("note")) || pt_str_eq(kind, PT_STR("changed")));
    if (t->merged_into != 0 && before->t.merged_into == 0) {
        return merge_threads(w, t->number, t->merged_into);
    }
    if (t->state == DESK_RESOLVED && desk_state_open(before->t.state)) {
        st = tell_all(w, DESK_MAIL_RESOLVED, after, note ? said->text : t->f[DESK_F_RESOLUTION]);
    } else if (note) {
        st = tell_all(w, DESK_MAIL_ANSWER, after, said->text);
    }
    return st == PT_OK && t->state == DESK_CLOSED && before->t.state != DESK_CLOSED
               ? tell_all(w, DESK_MAIL_CLOSED, after, PT_STR(""))
               : st;
}

void desk_mail_settled(const DeskWriting *w)
{
    const DeskMailConfig *c = &w->desk->c.mail;
    if (w->mailed && c->changed != NULL) {
        c->changed(c->ctx);
    }
}

/* ---- What became of it ------------------------------------------------------------------------
 */

typedef struct Out {
    int64_t ticket, attempts;
    char state[16], recipient[DESK_MAIL_ADDRESS + 1], mailbox[80];
} Out;

static PtStatus read_out(DeskWriting *w, int64_t number, Out *ret_out)
{
    bool row = false;
    PtStatus st = pt_sql_use(w->tx, SQL_MAIL_OUT_GET, w->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(w->tx, 1, number);
    st = pt_sql_step(w->tx, &row, w->err);
    if (st == PT_OK && row) {
        ret_out->ticket = pt_sql_i64(w->tx, 0);
        ret_out->attempts = pt_sql_i64(w->tx, 2);
        (void)pt_str_copy(ret_out->state, sizeof ret_out->state, pt_sql_text(w->tx, 1));
        (void)pt_str_copy(ret_out->recipient, sizeof ret_out->recipient, pt_sql_text(w->tx, 4));
        (void)pt_str_copy(ret_out->mailbox, sizeof ret_out->mailbox, pt_sql_text(w->tx, 6));
    } else if (st == PT_OK) {
        st = pt_fail(w->err, PT_NOT_FOUND, "no message has the number %lld", (long long)number);
    }
    pt_sql_done(w->tx);
    return st;
}

static PtStatus set_state(DeskWriting *w, int64_t number, const char *state, int64_t due_ms,
                          PtStr said)
{
    const bool open = strcmp(state, "queued") == 0;
    PtStatus st = pt_sql_use(w->tx, SQL_MAIL_OUT_STATE, w->err);
    if (st == PT_OK) {
        pt_sql_bind_i64(w->tx, 1, number);
        pt_sql_bind_text(w->tx, 2, pt_str(state));
        pt_sql_bind_i64(w->tx, 3, due_ms);
        pt_sql_bind_i64(w->tx, 4, open ? 0 : w->now_ms);
        pt_sql_bind_text(w->tx, 5, said);
        st = pt_sql_finish(w->tx, w->err);
    }
    return st;
}

PtStatus desk_mail_note(DeskWriting *w, int64_t ticket, PtStr text)
{
    const DeskSaid said = {.kind = "note", .text = text};
    PtError none = {0};
    DeskRow before, after;
    PtStatus st = desk_load(w->tx, ticket, w->arena, &before, &none);
    if (st != PT_OK) {
        return pt_fail(w->err, st, "%s", none.message);
    }
    after = before;
    return desk_update(w, &before, &after, &said);
}

static PtStatus note_failure(DeskWriting *w, const Out *out, PtStr said)
{
    char text[NOTE];
    bool cut = false;
    (void)snprintf(text, sizeof text, "Not delivered to %s: %.*s", out->recipient,
                   (int)(said.len < 200 ? said.len : 200), said.len > 0 ? said.data : "");
    const PtStr plain = desk_mail_plain(w->arena, pt_str(text), NOTE, false, &cut);
    return plain.data != NULL ? desk_mail_note(w, out->ticket, plain) : no_memory(w->err);
}

static int64_t wait_ms(int64_t attempts)
{
    int64_t wait_s = FIRST_WAIT_S;
    for (int64_t i = 1; i < attempts && wait_s < WAIT_MAX_S; i++) {
        wait_s *= 2;
    }
    return (wait_s < WAIT_MAX_S ? wait_s : WAIT_MAX_S) * 1000;
}

/* Each mailbox sends what is its own: of one that was removed nobody would. */
static PtStatus find_mailbox(DeskWriting *w, const Out *out)
{
    DeskMailbox m;
    return desk_mailbox_load(w->desk, w->tx, pt_str(out->mailbox), false, w->arena, &m, w->err);
}

static PtStatus settle(DeskWriting *w, int64_t number, DeskMailEnd end, PtStr said, int64_t now_ms)
{
    Out out;
    PtStatus st = read_out(w, number, &out);
    if (st != PT_OK || strcmp(out.state, "sending") != 0) {
        return st; // a person has decided meanwhile
    }
    if (end == DESK_MAIL_LATER && out.attempts < ATTEMPTS_MAX) {
        st = find_mailbox(w, &out);
        if (st != PT_NOT_FOUND) {
            return st == PT_OK
                       ? set_state(w, number, "queued", now_ms + wait_ms(out.attempts), said)
                       : st;
        }
        said = PT_STR("the mailbox was removed");
    }
    if (end == DESK_MAIL_SENT || end == DESK_MAIL_UNKNOWN) {
        return set_state(w, number, end == DESK_MAIL_SENT ? "sent" : "doubt", 0,
                         end == DESK_MAIL_SENT ? PT_STR("") : said);
    }
    st = set_state(w, number, "failed", 0, said);
    return st == PT_OK ? note_failure(w, &out, said) : st;
}

PtStatus desk_mail_settle(Desk *d, int64_t number, DeskMailEnd end, PtStr said, int64_t now_ms,
                          PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(DESK_ARENA);
    DeskWriting w;
    PtStatus st = arena != NULL ? desk_writing_begin(&w, d, &mailer, arena, err) : no_memory(err);
    return st == PT_OK ? desk_writing_end(&w, settle(&w, number, end, said, now_ms)) : st;
}

PtStatus desk_mail_bounced(DeskWriting *w, int64_t number, PtStr said, int64_t *ret_ticket)
{
    Out out;
    PtStatus st = read_out(w, number, &out);
    if (st != PT_OK) {
        return st;
    }
    *ret_ticket = out.ticket;
    if (strcmp(out.state, "bounced") == 0) {
        return PT_OK;
    }
    st = set_state(w, number, "bounced", 0, said);
    return st == PT_OK ? note_failure(w, &out, said) : st;
}

PtStatus desk_mail_arrived(DeskWriting *w, int64_t number, int64_t *ret_ticket)
{
    Out out;
    PtStatus st = read_out(w, number, &out);
    if (st == PT_OK) {
        *ret_ticket = out.ticket;
        st = strcmp(out.state, "doubt") == 0 ? set_state(w, number, "sent", 0, PT_STR("")) : PT_OK;
    }
    return st;
}

static PtStatus decide(DeskWriting *w, const AuditActor *by, int64_t number, bool again)
{
    char subject[24];
    Out out;
    PtStatus st = read_out(w, number, &out);
    const bool doubt = st == PT_OK && strcmp(out.state, "doubt") == 0;
    if (st == PT_OK && !doubt && strcmp(out.state, "failed") != 0 &&
        strcmp(out.state, "bounced") != 0) {
        st = pt_fail(w->err, PT_CONFLICT, "state: the message is %s", out.state);
    }
    if (st == PT_OK && again && out.recipient[0] == '\0') {
        st = pt_fail(w->err, PT_CONFLICT, "recipient: was erased");
    }
    if (st == PT_OK && again) {
        st = find_mailbox(w, &out);
        st = st == PT_NOT_FOUND ? pt_fail(w->err, PT_CONFLICT, "mailbox: was removed") : st;
    }
    st = st == PT_OK ? set_state(w, number, again ? "queued" : "sent", 0, PT_STR("")) : st;
    (void)snprintf(subject, sizeof subject, "%lld", (long long)number);
    const AuditEntry entry = {.by = by,
                              .action = again ? "mail.sent_again" : "mail.taken_for_sent",
                              .subject_type = "mail",
                              .subject = pt_str(subject)};
    w->mailed = again;
    return st == PT_OK ? audit_write(w->tx, w->now_ms, &entry, w->err) : st;
}

PtStatus desk_mail_decide(Desk *d, const AuditActor *by, int64_t number, bool again, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(DESK_ARENA);
    DeskWriting w;
    PtStatus st = arena != NULL ? desk_writing_begin(&w, d, by, arena, err) : no_memory(err);
    return st == PT_OK ? desk_writing_end(&w, decide(&w, by, number, again)) : st;
}
