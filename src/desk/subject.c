// SPDX-License-Identifier: Apache-2.0
/* All that the desk holds of a person as requester, for an answer to that person. */
#include "desk/mail_internal.h"

#include "base/json.h"
#include "base/time.h"

#include <string.h>

enum { PAGE = 100, PAGE_ARENA = 64 << 20, OBJECT_BYTES = 4 << 20 };

typedef struct Telling {
    Desk *desk;
    const PtStr *names;
    size_t count;
    DeskPut *put;
    void *ctx;
    PtBuf object;
    PtError *err;
} Telling;

static PtJsonOut begin(Telling *t, const DeskTicket *of)
{
    char key[DESK_KEY_MAX];
    pt_buf_clear(&t->object, OBJECT_BYTES);
    PtJsonOut out = pt_json_out(&t->object);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "ticket", desk_key(of->type, of->number, key));
    return out;
}

static void put_time(PtJsonOut *out, const char *name, int64_t ms)
{
    char at[PT_TIME_TEXT];
    if (ms != 0) {
        pt_json_put_str(out, name, pt_time_format(ms, at));
    }
}

static PtStatus end(Telling *t, PtJsonOut *out, const char *part)
{
    pt_json_out_object_end(out);
    const PtStatus st = pt_buf_status(&t->object);
    return st == PT_OK ? t->put(t->ctx, part, pt_buf_str(&t->object), t->err)
                       : pt_fail(t->err, st, "an object of the desk does not fit");
}

/* ---- Parts ------------------------------------------------------------------------------------
 */

static PtStatus tell_ticket(Telling *t, const DeskTicket *ticket)
{
    static const DeskField told[] = {DESK_F_STATE,    DESK_F_TITLE, DESK_F_DESCRIPTION,
                                     DESK_F_CATEGORY, DESK_F_STORE, DESK_F_TILL,
                                     DESK_F_CHANNEL,  DESK_F_CUSTOM};
    PtJsonOut out = begin(t, ticket);
    pt_json_put_str(&out, "type", pt_str(desk_types[ticket->type]));
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        const PtStr value = ticket->f[told[i]];
        if (value.len > 0 && desk_field_is_json(told[i])) {
            pt_json_out_key(&out, pt_str(desk_fields[told[i]]));
            pt_json_out_raw(&out, value);
        } else if (value.len > 0) {
            pt_json_put_str(&out, desk_fields[told[i]], value);
        }
    }
    put_time(&out, "opened_at", ticket->opened_ms);
    put_time(&out, "solved_at", ticket->resolved_ms);
    put_time(&out, "closed_at", ticket->closed_ms);
    return end(t, &out, "tickets");
}

static PtStatus tell_report(Telling *t, const DeskMine *mine)
{
    PtJsonOut out = begin(t, &mine->ticket);
    put_time(&out, "at", mine->report.at_ms);
    pt_json_put_str(&out, "store", mine->report.store);
    pt_json_put_str(&out, "till", mine->report.till);
    pt_json_put_str(&out, "channel", mine->report.channel);
    pt_json_put_str(&out, "text", mine->report.text);
    return end(t, &out, "ticket_reports");
}

/* Whether others said something, too: they reported it, or did until it was parted. */
static PtStatus others_speak(const Telling *t, const DeskTicket *ticket, bool *ret_others)
{
    DeskRange range = {.number = ticket->number, .max = PAGE};
    PtStatus st = PT_OK;
    size_t count = PAGE;
    *ret_others = ticket->reports > 1;
    while (st == PT_OK && !*ret_others && count == PAGE) {
        PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(PAGE_ARENA);
        DeskEvent *events = NULL;
        st = arena != NULL ? desk_history(t->desk, &range, arena, &events, &count, t->err)
                           : pt_fail(t->err, PT_NO_MEMORY, "no memory for notes");
        for (size_t i = 0; st == PT_OK && i < count; i++) {
            range.after = events[i].seq;
            *ret_others = *ret_others || pt_str_eq(events[i].kind, PT_STR("parted"));
        }
    }
    return st;
}

/* Public notes; what requesters said themselves where there is no other. */
static PtStatus tell_notes(Telling *t, const DeskTicket *ticket)
{
    DeskRange range = {.number = ticket->number, .public_only = true, .max = PAGE};
    bool others = false;
    PtStatus st = others_speak(t, ticket, &others);
    size_t count = PAGE;
    while (st == PT_OK && count == PAGE) {
        PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(PAGE_ARENA);
        DeskEvent *events = NULL;
        st = arena != NULL ? desk_history(t->desk, &range, arena, &events, &count, t->err)
                           : pt_fail(t->err, PT_NO_MEMORY, "no memory for notes");
        for (size_t i = 0; st == PT_OK && i < count; i++) {
            const bool theirs = pt_str_eq(events[i].kind, PT_STR("answered"));
            range.after = events[i].seq;
            if (theirs ? others || events[i].text.len == 0 : !desk_event_is_note(&events[i])) {
                continue;
            }
            PtJsonOut out = begin(t, ticket);
            put_time(&out, "at", events[i].at_ms);
            pt_json_put_str(&out, "by", theirs ? PT_STR("you") : PT_STR("desk"));
            pt_json_put_str(&out, "text", events[i].text);
            st = end(t, &out, "ticket_notes");
        }
    }
    return st;
}

/* Mail that they wrote, and that was written to them; the words of what came are their ticket's. */
static PtStatus tell_mail(void *ctx, const DeskMailOf *m)
{
    Telling *t = ctx;
    PtStr rest = m->cc, line = {NULL, 0};
    pt_buf_clear(&t->object, OBJECT_BYTES);
    PtJsonOut out = pt_json_out(&t->object);
    pt_json_out_object(&out);
    put_time(&out, "at", m->at_ms);
    pt_json_put_str(&out, "by", m->theirs ? PT_STR("you") : PT_STR("desk"));
    pt_json_put_i64(&out, "ticket", m->ticket);
    pt_json_put_str(&out, "mailbox", m->mailbox);
    pt_json_put_str(&out, "name", m->name);
    pt_json_put_str(&out, "subject", m->subject);
    pt_json_out_key(&out, PT_STR("cc"));
    pt_json_out_array(&out);
    while (rest.len > 0 && pt_str_cut(&rest, '\n', &line)) {
        pt_json_out_str(&out, line);
    }
    pt_json_out_array_end(&out);
    pt_json_put_str(&out, m->theirs ? "became" : "state", m->state);
    pt_json_put_str(&out, m->theirs ? "html" : "text", m->text);
    return end(t, &out, "ticket_mails");
}

/* ---- Passes -----------------------------------------------------------------------------------
 */

/* fn for each ticket whose requester has the name. */
static PtStatus each_ticket(Telling *t, PtStr name,
                            PtStatus (*fn)(Telling *t, const DeskTicket *ticket))
{
    char cursor[DESK_CURSOR_MAX] = "";
    bool more = true;
    PtStatus st = PT_OK;
    while (st == PT_OK && more) {
        PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(PAGE_ARENA);
        const DeskQuery query = {.requester = name,
                                 .sort = DESK_BY_NUMBER,
                                 .ascending = true,
                                 .cursor = pt_str(cursor),
                                 .max = PAGE};
        DeskPage page = {.count = 0};
        st = arena != NULL ? desk_list(t->desk, &query, arena, &page, t->err)
                           : pt_fail(t->err, PT_NO_MEMORY, "no memory for tickets");
        for (size_t i = 0; st == PT_OK && i < page.count; i++) {
            st = fn(t, &page.tickets[i]);
        }
        more = page.next[0] != '\0';
        memcpy(cursor, page.next, sizeof cursor);
    }
    return st;
}

static PtStatus each_report(Telling *t, PtStr name,
                            PtStatus (*fn)(Telling *t, const DeskMine *mine))
{
    const DeskParty party = {.requester = name};
    DeskMineQuery query = {.max = PAGE};
    PtStatus st = PT_OK;
    size_t count = PAGE;
    while (st == PT_OK && count == PAGE) {
        PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(PAGE_ARENA);
        DeskMine *mine = NULL;
        st = arena != NULL ? desk_mine(t->desk, &party, &query, arena, &mine, &count, t->err)
                           : pt_fail(t->err, PT_NO_MEMORY, "no memory for reports");
        for (size_t i = 0; st == PT_OK && i < count; i++) {
            query.before = mine[i].report.number;
            st = fn(t, &mine[i]);
        }
    }
    return st;
}

static bool is_theirs(const Telling *t, const DeskTicket *ticket)
{
    for (size_t i = 0; i < t->count; i++) {
        if (pt_str_eq(ticket->f[DESK_F_REQUESTER], t->names[i])) {
            return true;
        }
    }
    return false;
}

/* Of tickets that others asked for and they reported too; once a ticket. */
static PtStatus notes_of_joined(Telling *t, const DeskMine *mine)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(PAGE_ARENA);
    const DeskParty party = {.requester = mine->report.requester};
    DeskMine *all = NULL;
    size_t count = 0;
    if (is_theirs(t, &mine->ticket)) {
        return PT_OK;
    }
    PtStatus st = arena != NULL ? desk_mine_ticket(t->desk, &party, mine->ticket.number, arena,
                                                   &all, &count, t->err)
                                : pt_fail(t->err, PT_NO_MEMORY, "no memory for notes");
    return st == PT_OK && all[0].report.number == mine->report.number ? tell_notes(t, &mine->ticket)
                                                                      : st;
}

PtStatus desk_subject(Desk *d, const PtStr *names, size_t count, DeskPut *put, void *ctx,
                      PtError *err)
{
    Telling t = {.desk = d, .names = names, .count = count, .put = put, .ctx = ctx, .err = err};
    PtStatus st = PT_OK;
    pt_buf_init(&t.object, OBJECT_BYTES);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = each_ticket(&t, names[i], tell_ticket);
    }
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = each_report(&t, names[i], tell_report);
    }
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = each_ticket(&t, names[i], tell_notes);
        st = st == PT_OK ? each_report(&t, names[i], notes_of_joined) : st;
    }
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = desk_mail_of(d, names[i], tell_mail, &t, err);
    }
    pt_buf_done(&t.object);
    return st;
}
