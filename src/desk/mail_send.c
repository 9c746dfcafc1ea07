// SPDX-License-Identifier: Apache-2.0
/* Messages that are due, written out and signed. */
#include "desk/mail_internal.h"
#include "mail.sql.h"
#include "platform/mail_write.h"

#include <stdio.h>
#include <string.h>

enum { MESSAGE = 4 << 20, HOLD_MS = 60000, HELD_MAX = 50 };

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for a message");
}

PtStatus desk_mail_restart(Desk *d, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(d->c.core, true, &tx, err);
    st = st == PT_OK ? pt_sql_run(tx, SQL_MAIL_OUT_DOUBT, err) : st;
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

/* ---- Writing it out ---------------------------------------------------------------------------
 */

typedef struct Due {
    int64_t number, due_ms, ticket, created_ms;
    PtStr mailbox, kind, recipient, cc, subject, body, refs;
} Due;

static PtStatus read_due(PtSqlTx *tx, PtStr mailbox, PtArena *arena, Due *due, bool *ret_found,
                         PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_MAIL_OUT_DUE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, mailbox);
    st = pt_sql_step(tx, ret_found, err);
    if (st == PT_OK && *ret_found) {
        const struct {
            PtStr *text;
            int column;
        } texts[] = {{&due->mailbox, 2}, {&due->kind, 4}, {&due->recipient, 5}, {&due->cc, 6},
                     {&due->subject, 7}, {&due->body, 8}, {&due->refs, 9}};
        due->number = pt_sql_i64(tx, 0);
        due->due_ms = pt_sql_i64(tx, 1);
        due->ticket = pt_sql_i64(tx, 3);
        due->created_ms = pt_sql_i64(tx, 10);
        for (size_t i = 0; st == PT_OK && i < sizeof texts / sizeof *texts; i++) {
            *texts[i].text = pt_arena_str(arena, pt_sql_text(tx, texts[i].column));
            st = texts[i].text->data != NULL ? PT_OK : no_memory(err);
        }
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus set_state(PtSqlTx *tx, int64_t number, const char *state, int64_t due_ms,
                          int64_t settled_ms, PtStr error, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_MAIL_OUT_STATE, err);
    if (st == PT_OK) {
        pt_sql_bind_i64(tx, 1, number);
        pt_sql_bind_text(tx, 2, pt_str(state));
        pt_sql_bind_i64(tx, 3, due_ms);
        pt_sql_bind_i64(tx, 4, settled_ms);
        pt_sql_bind_text(tx, 5, error);
        st = pt_sql_finish(tx, err);
    }
    return st;
}

static PtStatus split(PtArena *arena, PtStr lines, size_t max, PtStr **ret_list, size_t *ret_count,
                      PtError *err)
{
    PtStr *list = pt_arena_alloc(arena, max + 1, sizeof *list), rest = lines, line = {NULL, 0};
    *ret_count = 0;
    while (list != NULL && rest.len > 0 && *ret_count < max && pt_str_cut(&rest, '\n', &line)) {
        if (line.len > 0) {
            list[(*ret_count)++] = line;
        }
    }
    *ret_list = list;
    return list != NULL ? PT_OK : no_memory(err);
}

/* To stakeholders, who follow: it holds no token by which an answer would be their requester's. */
static bool is_update(const Due *due)
{
    return pt_str_eq(due->kind, PT_STR("update"));
}

/* The subject with the key, and the token where it stands there. */
static PtStr subject_of(Desk *d, PtArena *arena, const DeskMailbox *m, const Due *due, PtStr key)
{
    enum { SUBJECT = 1200 };
    char token[DESK_MAIL_TOKEN] = "", text[SUBJECT];
    if (m->s.in_subject && !is_update(due)) {
        desk_mail_token(d, "ticket", due->ticket, token);
    }
    (void)snprintf(text, sizeof text, "[%.*s%s%s] %.*s", PT_STR_ARG(key),
                   token[0] != '\0' ? " " : "", token, PT_STR_ARG(due->subject));
    bool cut = false;
    return desk_mail_plain(arena, pt_str(text), SUBJECT / 4, false, &cut);
}

static PtStatus body_of(Desk *d, PtArena *arena, const Due *due, PtStr *ret_body, PtError *err)
{
    PtStr link = PT_STR("");
    PtStatus st = PT_OK;
    *ret_body = due->body;
    if (is_update(due) || !pt_str_has(due->body, PT_STR("{{survey}}"))) {
        return PT_OK;
    }
    if (d->c.mail.survey != NULL) {
        st = d->c.mail.survey(d->c.mail.ctx, due->ticket, arena, &link, err);
    }
    const DeskMailWord word = {"survey", link};
    *ret_body = st == PT_OK ? desk_mail_fill(arena, due->body, &word, 1) : due->body;
    return st == PT_OK && ret_body->data == NULL ? no_memory(err) : st;
}

typedef struct Parts {
    char key[DESK_KEY_MAX], id[DESK_MAIL_ID], reply_to[DESK_MAIL_ADDRESS + 1];
    PtStr subject, body;
    PtStr *refs, *cc;
    size_t ref_count, cc_count;
} Parts;

static PtStatus find_parts(Desk *d, PtSqlTx *tx, const DeskMailbox *m, const Due *due,
                           PtArena *arena, Parts *p, PtError *err)
{
    DeskRow row;
    PtStatus st = desk_load(tx, due->ticket, arena, &row, err);
    if (st != PT_OK) {
        return st;
    }
    const PtStr key = desk_key(row.t.type, row.t.number, p->key);
    (void)desk_mail_id(d, due->number, m->s.address, p->id);
    p->reply_to[0] = '\0';
    if (!m->s.in_subject && !is_update(due)) {
        (void)desk_mail_reply_to(d, m->s.address, key, due->ticket, p->reply_to);
    }
    p->subject = subject_of(d, arena, m, due, key);
    st = p->subject.data != NULL ? body_of(d, arena, due, &p->body, err) : no_memory(err);
    st = st == PT_OK ? split(arena, due->refs, DESK_MAIL_REFS, &p->refs, &p->ref_count, err) : st;
    return st == PT_OK ? split(arena, due->cc, DESK_MAIL_CC_MAX, &p->cc, &p->cc_count, err) : st;
}

static PtStatus write_out(const DeskMailbox *m, const Due *due, const Parts *p, PtBuf *out,
                          PtError *err)
{
    const bool answer = pt_str_eq(due->kind, PT_STR("answer"));
    const MailField automatic[] = {{PT_STR("Auto-Submitted"), PT_STR("auto-replied")},
                                   {PT_STR("X-Auto-Response-Suppress"), PT_STR("All")}};
    const MailAddress to = {.name = PT_STR(""), .address = due->recipient};
    MailAddress cc[DESK_MAIL_CC_MAX];
    for (size_t i = 0; i < p->cc_count; i++) {
        cc[i] = (MailAddress){.name = PT_STR(""), .address = p->cc[i]};
    }
    const PtStr *last = p->ref_count > 0 ? &p->refs[p->ref_count - 1] : NULL;
    const MailDraft draft = {.from = {m->s.from, m->s.address},
                             .reply_to = {PT_STR(""), pt_str(p->reply_to)},
                             .to = {&to, 1},
                             .cc = {cc, p->cc_count},
                             .subject = p->subject,
                             .date_ms = pt_clock_now_ms(pt_clock_real()),
                             .message_id = pt_str(p->id),
                             .in_reply_to = {last, last != NULL},
                             .references = {p->refs, p->ref_count},
                             .text = p->body,
                             .html = PT_STR(""),
                             .fields = automatic,
                             .field_count = answer ? 0 : 2};
    return mail_write(&draft, out, err);
}

static PtStatus sign(const DeskMailbox *m, PtStr message, PtBuf *out, PtError *err)
{
    const MailDkim dkim = {m->s.dkim_domain, m->s.dkim_selector, m->s.dkim_key};
    PtStatus st = PT_OK;
    if (m->s.dkim_domain.len > 0 && m->has_dkim_key) {
        st = mail_dkim_sign(&dkim, message, pt_clock_now_ms(pt_clock_real()), out, err);
    }
    pt_buf_add_str(out, message);
    return st == PT_OK && pt_buf_status(out) != PT_OK ? no_memory(err) : st;
}

static PtStatus compose(Desk *d, PtSqlTx *tx, const Due *due, PtArena *arena, DeskMailSend *send,
                        PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf plain = {0};
    PT_CLEANUP(pt_buf_done) PtBuf whole = {0};
    Parts p;
    pt_buf_init(&plain, MESSAGE);
    pt_buf_init(&whole, MESSAGE);
    PtStatus st = find_parts(d, tx, &send->mailbox, due, arena, &p, err);
    st = st == PT_OK ? write_out(&send->mailbox, due, &p, &plain, err) : st;
    st = st == PT_OK ? sign(&send->mailbox, pt_buf_str(&plain), &whole, err) : st;
    PtStr *to = st == PT_OK ? pt_arena_alloc(arena, p.cc_count + 1, sizeof *to) : NULL;
    if (st != PT_OK || to == NULL) {
        return st != PT_OK ? st : no_memory(err);
    }
    to[0] = due->recipient;
    memcpy(to + 1, p.cc, p.cc_count * sizeof *to);
    send->number = due->number;
    send->sender = send->mailbox.s.address;
    send->recipients = to;
    send->recipient_count = p.cc_count + 1;
    send->message = pt_arena_str(arena, pt_buf_str(&whole));
    return send->message.data != NULL ? PT_OK : no_memory(err);
}

static PtStatus begin(PtSqlTx *tx, int64_t number, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_MAIL_OUT_BEGIN, err);
    if (st == PT_OK) {
        pt_sql_bind_i64(tx, 1, number);
        st = pt_sql_finish(tx, err);
    }
    return st;
}

/* Marked as being sent; or held back, or failed, with the reason: send->number 0. */
static PtStatus prepare(Desk *d, PtSqlTx *tx, const Due *due, int64_t now_ms, PtArena *arena,
                        DeskMailSend *send, PtError *err)
{
    PtError why = {0};
    PtStatus st = desk_mailbox_load(d, tx, due->mailbox, true, arena, &send->mailbox, &why);
    if (st == PT_NOT_FOUND) {
        return set_state(tx, due->number, "failed", 0, now_ms, PT_STR("the mailbox was removed"),
                         err);
    }
    if (st == PT_OK && (send->mailbox.paused || send->mailbox.s.smtp.host.len == 0)) {
        return set_state(tx, due->number, "queued", now_ms + HOLD_MS, 0,
                         send->mailbox.paused ? PT_STR("the mailbox is paused")
                                              : PT_STR("the mailbox has no server to send by"),
                         err);
    }
    st = st == PT_OK ? compose(d, tx, due, arena, send, &why) : st;
    if (st == PT_INVALID || st == PT_TOO_LARGE || st == PT_NOT_FOUND || st == PT_CORRUPT) {
        send->number = 0;
        return set_state(tx, due->number, "failed", 0, now_ms, pt_str(why.message), err);
    }
    return st == PT_OK ? begin(tx, due->number, err) : pt_fail(err, st, "%s", why.message);
}

/* When the first is due; INT64_MAX: there is none. */
static PtStatus look(Desk *d, PtStr mailbox, int64_t now_ms, PtArena *arena, int64_t *ret_due_ms,
                     PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool row = false;
    Due due;
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    st = st == PT_OK ? read_due(tx, mailbox, arena, &due, &row, err) : st;
    *ret_due_ms = st == PT_OK && row ? due.due_ms : INT64_MAX;
    if (st == PT_OK && row && due.due_ms > 0 && due.due_ms <= now_ms) { // held, and told why
        DeskMailbox m;
        PtError none = {0};
        if (desk_mailbox_load(d, tx, mailbox, false, arena, &m, &none) == PT_OK &&
            (m.paused || m.s.smtp.host.len == 0)) {
            *ret_due_ms = now_ms + HOLD_MS;
        }
    }
    return st;
}

PtStatus desk_mail_next(Desk *d, PtStr mailbox, int64_t now_ms, PtArena *arena,
                        DeskMailSend *ret_send, int64_t *ret_next_ms, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskMailSend send = {0};
    int64_t next_ms = INT64_MAX;
    bool row = true;
    PtStatus st =
        look(d, mailbox, now_ms, arena, &next_ms, err); // who has nothing to say writes nothing
    if (st == PT_OK && next_ms > now_ms) {
        *ret_send = send;
        *ret_next_ms = next_ms;
        return PT_OK;
    }
    st = st == PT_OK ? pt_sql_begin(d->c.core, true, &tx, err) : st;
    for (int i = 0; st == PT_OK && send.number == 0 && row && i < HELD_MAX; i++) {
        Due due;
        st = read_due(tx, mailbox, arena, &due, &row, err);
        next_ms = st == PT_OK && row ? due.due_ms : INT64_MAX;
        if (st != PT_OK || !row || due.due_ms > now_ms) {
            break;
        }
        st = prepare(d, tx, &due, now_ms, arena, &send, err);
    }
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    if (st == PT_OK) {
        *ret_send = send;
        *ret_next_ms = next_ms;
    }
    return st;
}
