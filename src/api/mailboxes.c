// SPDX-License-Identifier: Apache-2.0
/* /api/v1/mailboxes: the desk's mail. */
#include "api/desk.h"

enum { MAILS = 200, PAGE_ARENA = 256 << 20, HTML_BYTES = 8 << 20 };

static PtStatus no_memory(ApiCall *call)
{
    return pt_fail(&call->error, PT_NO_MEMORY, "no memory for messages");
}

static void put_number_or_null(PtJsonOut *out, const char *name, int64_t number)
{
    if (number != 0) {
        pt_json_put_i64(out, name, number);
    } else {
        api_put_null(out, name);
    }
}

/* -- mailboxes ----------------------------------------------------------------------------------
 */

static void put_mailbox(PtJsonOut *out, const DeskMailbox *m)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "id", m->id);
    pt_json_put_str(out, "name", m->name);
    pt_json_put_bool(out, "paused", m->paused);
    api_put_raw(out, "settings", m->json);
    pt_json_put_bool(out, "imap_secret", m->has_imap_secret);
    pt_json_put_bool(out, "smtp_secret", m->has_smtp_secret);
    pt_json_put_bool(out, "dkim_key", m->has_dkim_key);
    pt_json_put_i64(out, "version", m->version);
    api_put_time_or_null(out, "changed_at", m->changed_ms);
    pt_json_put_str(out, "changed_by", m->changed_by);
    api_put_time_or_null(out, "last_message_at", m->last_ms);
    api_put_time_or_null(out, "looked_at", m->looked_ms);
    api_put_text_or_null(out, "error", m->error);
    api_put_time_or_null(out, "error_at", m->error_ms);
    pt_json_out_object_end(out);
}

static void answer_mailbox(ApiCall *call, PtStatus st, const DeskMailbox *m)
{
    if (!api_failed(call, st)) {
        PtJsonOut out = pt_json_out(&call->body);
        put_mailbox(&out, m);
        api_answer(call, 200);
    }
}

void api_mailboxes_list(ApiCall *call)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(PAGE_ARENA);
    DeskMailbox *list = NULL;
    size_t count = 0;
    PtStatus st = arena != NULL
                      ? desk_mailboxes(call->api->desk, arena, &list, &count, &call->error)
                      : no_memory(call);
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        put_mailbox(&out, &list[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_mailboxes_get(ApiCall *call)
{
    DeskMailbox m;
    answer_mailbox(call,
                   desk_mailbox(call->api->desk, call->args[0], call->arena, &m, &call->error), &m);
}

void api_mailboxes_put(ApiCall *call)
{
    const ApiValue *in = call->in;
    const DeskMailboxPut put = {.id = call->args[0],
                                .name = in[IN_MAILBOXES_PUT_NAME].text,
                                .settings = in[IN_MAILBOXES_PUT_SETTINGS].text,
                                .paused = in[IN_MAILBOXES_PUT_PAUSED].truth,
                                .version = in[IN_MAILBOXES_PUT_VERSION].number,
                                .imap_secret = in[IN_MAILBOXES_PUT_IMAP_SECRET].text,
                                .smtp_secret = in[IN_MAILBOXES_PUT_SMTP_SECRET].text,
                                .dkim_key = in[IN_MAILBOXES_PUT_DKIM_KEY].text};
    DeskMailbox m;
    answer_mailbox(
        call,
        desk_mailbox_put(call->api->desk, &call->who.actor, &put, call->arena, &m, &call->error),
        &m);
}

void api_mailboxes_pause(ApiCall *call)
{
    DeskMailbox m;
    answer_mailbox(call,
                   desk_mailbox_pause(call->api->desk, &call->who.actor, call->args[0],
                                      call->in[IN_MAILBOXES_PAUSE_PAUSED].truth, call->arena, &m,
                                      &call->error),
                   &m);
}

void api_mailboxes_delete(ApiCall *call)
{
    if (!api_failed(call, desk_mailbox_delete(call->api->desk, &call->who.actor, call->args[0],
                                              &call->error))) {
        api_answer_done(call);
    }
}

void api_mailboxes_test(ApiCall *call)
{
    DeskMailStep steps[DESK_MAIL_STEPS];
    size_t count = 0;
    if (api_failed(call,
                   desk_mail_probe(call->api->desk, call->args[0], steps, &count, &call->error))) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_bool(&out, "ok", count > 0 && steps[count - 1].ok);
    pt_json_out_key(&out, PT_STR("steps"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_object(&out);
        pt_json_put_str(&out, "step", pt_str(steps[i].step));
        pt_json_put_bool(&out, "ok", steps[i].ok);
        pt_json_put_str(&out, "said", pt_str(steps[i].said));
        pt_json_out_object_end(&out);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

/* -- messages that came -------------------------------------------------------------------------
 */

static void put_taken(PtJsonOut *out, const DeskMailTaken *t)
{
    pt_json_out_object(out);
    pt_json_put_i64(out, "message", t->mail);
    pt_json_put_str(out, "outcome", pt_str(desk_mail_outcome_name(t->outcome)));
    pt_json_put_str(out, "reason", t->reason);
    api_put_text_or_null(out, "ticket", t->key);
    pt_json_out_object_end(out);
}

static void answer_taken(ApiCall *call, PtStatus st, const DeskMailTaken *t)
{
    if (!api_failed(call, st)) {
        PtJsonOut out = pt_json_out(&call->body);
        put_taken(&out, t);
        api_answer(call, 200);
    }
}

void api_mailboxes_take(ApiCall *call)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(DESK_MAIL_ARENA);
    DeskMailTaken taken = {0};
    answer_taken(call,
                 arena != NULL ? desk_mail_take(call->api->desk, call->args[0], call->request->body,
                                                arena, &taken, &call->error)
                               : no_memory(call),
                 &taken);
}

static PtStatus message_of(ApiCall *call, int64_t *ret_number)
{
    return pt_json_to_i64(call->args[0], ret_number)
               ? PT_OK
               : pt_fail(&call->error, PT_NOT_FOUND, "a message has a number");
}

void api_mailboxes_redrive(ApiCall *call)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(DESK_MAIL_ARENA);
    DeskMailTaken taken = {0};
    int64_t number = 0;
    PtStatus st = arena != NULL ? message_of(call, &number) : no_memory(call);
    st = st == PT_OK ? desk_mail_redrive(call->api->desk, &call->who.actor, number, arena, &taken,
                                         &call->error)
                     : st;
    answer_taken(call, st, &taken);
}

void api_mailboxes_discard(ApiCall *call)
{
    int64_t number = 0;
    PtStatus st = message_of(call, &number);
    st = st == PT_OK ? desk_mail_discard(call->api->desk, &call->who.actor, number, &call->error)
                     : st;
    if (!api_failed(call, st)) {
        api_answer_done(call);
    }
}

static void put_lines(PtJsonOut *out, const char *name, PtStr lines)
{
    PtStr rest = lines, line = {NULL, 0};
    pt_json_out_key(out, pt_str(name));
    pt_json_out_array(out);
    while (rest.len > 0 && pt_str_cut(&rest, '\n', &line)) {
        if (line.len > 0) {
            pt_json_out_str(out, line);
        }
    }
    pt_json_out_array_end(out);
}

/* "NUMBER CONTENT-ID" a line. */
static void put_files(PtJsonOut *out, PtStr files)
{
    PtStr rest = files, line = {NULL, 0}, number = {NULL, 0};
    pt_json_out_key(out, PT_STR("files"));
    pt_json_out_array(out);
    while (rest.len > 0 && pt_str_cut(&rest, '\n', &line)) {
        int64_t file = 0;
        if (pt_str_cut(&line, ' ', &number) && pt_json_to_i64(number, &file)) {
            pt_json_out_object(out);
            pt_json_put_i64(out, "file", file);
            api_put_text_or_null(out, "content_id", line);
            pt_json_out_object_end(out);
        }
    }
    pt_json_out_array_end(out);
}

static void put_in(PtJsonOut *out, const DeskMailRow *r)
{
    pt_json_out_object(out);
    pt_json_put_i64(out, "message", r->number);
    api_put_time(out, "at", r->at_ms);
    pt_json_put_str(out, "mailbox", r->mailbox);
    pt_json_put_str(out, "sender", r->sender);
    pt_json_put_str(out, "sender_name", r->name);
    pt_json_put_str(out, "subject", r->subject);
    put_lines(out, "cc", r->cc);
    pt_json_put_str(out, "message_id", r->message_id);
    pt_json_put_str(out, "nature", r->nature);
    pt_json_put_str(out, "outcome", r->outcome);
    pt_json_put_str(out, "reason", r->reason);
    put_number_or_null(out, "ticket", r->ticket);
    put_number_or_null(out, "seq", r->seq);
    pt_json_put_i64(out, "bytes", r->size);
    pt_json_put_bool(out, "kept", r->kept);
    api_put_text_or_null(out, "html", r->html);
    pt_json_put_i64(out, "left_out", r->left_out);
    api_put_text_or_null(out, "quoted", r->quoted);
    put_files(out, r->files);
    pt_json_out_object_end(out);
}

static PtStatus put_all_in(ApiCall *call, PtJsonOut *out, const char *name, const DeskMailAsk *ask,
                           PtArena *arena)
{
    DeskMailRow *rows = NULL;
    size_t count = 0;
    PtStatus st = desk_mails(call->api->desk, ask, arena, &rows, &count, &call->error);
    pt_json_out_key(out, pt_str(name));
    pt_json_out_array(out);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        if (call->body.len > HTML_BYTES) { // the newest are whole
            rows[i].html = rows[i].quoted = PT_STR("");
        }
        put_in(out, &rows[i]);
    }
    pt_json_out_array_end(out);
    return st;
}

void api_mailboxes_messages(ApiCall *call)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(PAGE_ARENA);
    const ApiValue *q = call->query;
    const ApiValue *outcome = &q[Q_MAILBOXES_MESSAGES_OUTCOME];
    const DeskMailAsk ask = {
        .mailbox = q[Q_MAILBOXES_MESSAGES_MAILBOX].text,
        .outcome = outcome->given ? pt_str(desk_mail_outcome_name((DeskMailOutcome)outcome->choice))
                                  : PT_STR(""),
        .before = q[Q_MAILBOXES_MESSAGES_BEFORE].number,
        .max = (size_t)q[Q_MAILBOXES_MESSAGES_LIMIT].number};
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    PtStatus st = arena != NULL ? put_all_in(call, &out, "data", &ask, arena) : no_memory(call);
    pt_json_out_object_end(&out);
    if (!api_failed(call, st)) {
        api_answer(call, 200);
    }
}

/* -- messages that leave ------------------------------------------------------------------------
 */

static void put_out(PtJsonOut *out, const DeskMailOut *r)
{
    pt_json_out_object(out);
    pt_json_put_i64(out, "message", r->number);
    api_put_time(out, "at", r->created_ms);
    pt_json_put_str(out, "mailbox", r->mailbox);
    pt_json_put_str(out, "kind", r->kind);
    pt_json_put_str(out, "recipient", r->recipient);
    put_lines(out, "cc", r->cc);
    pt_json_put_str(out, "subject", r->subject);
    pt_json_put_i64(out, "ticket", r->ticket);
    pt_json_put_i64(out, "seq", r->seq);
    pt_json_put_str(out, "state", r->state);
    pt_json_put_i64(out, "attempts", r->attempts);
    api_put_time_or_null(out, "settled_at", r->settled_ms);
    api_put_text_or_null(out, "error", r->error);
    pt_json_out_object_end(out);
}

static PtStatus put_all_out(ApiCall *call, PtJsonOut *out, const char *name, const DeskMailAsk *ask,
                            PtArena *arena)
{
    DeskMailOut *rows = NULL;
    size_t count = 0;
    PtStatus st = desk_mails_out(call->api->desk, ask, arena, &rows, &count, &call->error);
    pt_json_out_key(out, pt_str(name));
    pt_json_out_array(out);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        put_out(out, &rows[i]);
    }
    pt_json_out_array_end(out);
    return st;
}

void api_mailboxes_sent(ApiCall *call)
{
    static const char *const states[] = {"queued", "sending", "sent", "doubt", "failed", "bounced"};
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(PAGE_ARENA);
    const ApiValue *q = call->query;
    const ApiValue *state = &q[Q_MAILBOXES_SENT_STATE];
    const DeskMailAsk ask = {.mailbox = q[Q_MAILBOXES_SENT_MAILBOX].text,
                             .outcome = state->given ? pt_str(states[state->choice]) : PT_STR(""),
                             .before = q[Q_MAILBOXES_SENT_BEFORE].number,
                             .max = (size_t)q[Q_MAILBOXES_SENT_LIMIT].number};
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    PtStatus st = arena != NULL ? put_all_out(call, &out, "data", &ask, arena) : no_memory(call);
    pt_json_out_object_end(&out);
    if (!api_failed(call, st)) {
        api_answer(call, 200);
    }
}

void api_mailboxes_decide(ApiCall *call)
{
    int64_t number = 0;
    PtStatus st = message_of(call, &number);
    st = st == PT_OK ? desk_mail_decide(call->api->desk, &call->who.actor, number,
                                        call->in[IN_MAILBOXES_DECIDE_AGAIN].truth, &call->error)
                     : st;
    if (!api_failed(call, st)) {
        api_answer_done(call);
    }
}

/* -- of a ticket --------------------------------------------------------------------------------
 */

void api_tickets_mails(ApiCall *call)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(PAGE_ARENA);
    DeskMailAsk ask = {.max = MAILS};
    DeskTicket ticket;
    PtStatus st =
        arena != NULL ? api_ticket_number(call, call->args[0], &ask.ticket) : no_memory(call);
    st = st == PT_OK ? desk_ticket(call->api->desk, ask.ticket, call->arena, &ticket, &call->error)
                     : st;
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    st = st == PT_OK ? put_all_in(call, &out, "in", &ask, arena) : st;
    st = st == PT_OK ? put_all_out(call, &out, "out", &ask, arena) : st;
    pt_json_out_object_end(&out);
    if (!api_failed(call, st)) {
        api_answer(call, 200);
    }
}
