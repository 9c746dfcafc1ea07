// SPDX-License-Identifier: Apache-2.0
/* /api/v1/portal: reports of store staff, what became of them, what they say to it. */
#include "api/portal.h"
#include "api/desk.h"

#include "base/time.h"

#include <stdio.h>

enum {
    HISTORY_BYTES = 64 << 20,
    NOTES_MAX = 500,
    COLLEAGUES_MAX = 64,
    TITLE_BYTES = 120,
    TEXT_BYTES = 60000
};

static const PtStr channel = PT_STR_INIT("portal");

/* -- a ticket as they see it --------------------------------------------------------------------
 */

static const char *state_of(const DeskTicket *t)
{
    static const char *const names[DESK_STATES] = {
        [DESK_NEW] = "received",    [DESK_IN_PROGRESS] = "working", [DESK_WAITING] = "needs_you",
        [DESK_RESOLVED] = "solved", [DESK_CLOSED] = "closed",       [DESK_CANCELLED] = "cancelled"};
    const PtStr waiting_for = t->f[DESK_F_WAITING_FOR];
    if (t->state == DESK_NEW && t->acknowledged_ms != 0) {
        return "seen";
    }
    return pt_str_eq(waiting_for, PT_STR("vendor"))   ? "with_vendor"
           : pt_str_eq(waiting_for, PT_STR("change")) ? "planned"
                                                      : names[t->state];
}

/* What an answer is written from. */
typedef struct View {
    ApiCall *call;
    DeskParty party;
    ApiPortalCategory *categories;
    size_t category_count;
} View;

static PtStatus view_begin(ApiCall *call, View *ret_view)
{
    *ret_view = (View){.call = call};
    PtStatus st = api_portal_party(call, &ret_view->party);
    return st == PT_OK
               ? api_portal_categories(call, &ret_view->categories, &ret_view->category_count)
               : st;
}

/* Words of others are not shown: in their place those of the category. */
static PtStr title_of(const View *v, const DeskTicket *t)
{
    if (desk_party_sees(&v->party, t->f[DESK_F_REQUESTER], t->f[DESK_F_STORE],
                        t->f[DESK_F_CHANNEL])) {
        return t->f[DESK_F_TITLE];
    }
    for (size_t i = 0; i < v->category_count; i++) {
        if (pt_str_eq(v->categories[i].id, t->f[DESK_F_CATEGORY])) {
            return v->categories[i].name;
        }
    }
    return PT_STR("");
}

static bool is_mine(const View *v, PtStr requester)
{
    return requester.len > 0 && pt_str_eq(requester, v->party.requester);
}

static void put_head(const View *v, PtJsonOut *out, const DeskTicket *t)
{
    char key[DESK_KEY_MAX];
    pt_json_put_str(out, "ticket", desk_key(t->type, t->number, key));
    pt_json_put_str(out, "title", title_of(v, t));
    pt_json_put_str(out, "type", pt_str(desk_types[t->type]));
    pt_json_put_str(out, "state", pt_str(state_of(t)));
    api_put_time(out, "changed_at", t->changed_ms);
}

static void put_report(const View *v, PtJsonOut *out, const DeskMine *m)
{
    const DeskReportRow *r = &m->report;
    const bool holds = m->ticket.resolved_ms != 0 && m->confirmed_ms >= m->ticket.resolved_ms;
    pt_json_out_object(out);
    pt_json_put_i64(out, "report", r->number);
    put_head(v, out, &m->ticket);
    api_put_time(out, "at", r->at_ms);
    pt_json_put_bool(out, "mine", is_mine(v, r->requester));
    pt_json_put_str(out, "store", r->store);
    pt_json_put_str(out, "till", r->till);
    pt_json_put_str(out, "text", r->text);
    pt_json_put_i64(out, "customers", r->customers);
    api_put_time_or_null(out, "confirmed_at", holds ? m->confirmed_ms : 0);
    pt_json_out_object_end(out);
}

void api_portal_reports(ApiCall *call)
{
    const size_t limit = (size_t)call->query[Q_PORTAL_REPORTS_LIMIT].number;
    DeskMineQuery query = {.open = call->query[Q_PORTAL_REPORTS_OPEN].truth, .max = limit};
    DeskMine *rows = NULL;
    View view;
    char cursor[24];
    uint64_t before = 0;
    size_t count = 0;
    PtStatus st = view_begin(call, &view);
    st = st == PT_OK
             ? api_cursor_u64(&call->query[Q_PORTAL_REPORTS_CURSOR], 0, &before, &call->error)
             : st;
    query.before = before < INT64_MAX ? (int64_t)before : INT64_MAX;
    st = st == PT_OK ? desk_mine(call->api->desk, &view.party, &query, call->arena, &rows, &count,
                                 &call->error)
                     : st;
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    api_page_begin(&out);
    for (size_t i = 0; i < count; i++) {
        put_report(&view, &out, &rows[i]);
    }
    (void)snprintf(cursor, sizeof cursor, "%lld",
                   (long long)(count > 0 ? rows[count - 1].report.number : 0));
    api_page_end(&out, count == limit ? cursor : NULL);
    api_answer(call, 200);
}

/* -- what was said ------------------------------------------------------------------------------
 */

typedef struct Note {
    const DeskEvent *event;
    const char *by;      /* "desk", "you", "store" */
    bool as_nobody_else; /* "store" only because all reports are theirs */
} Note;

/* The last NOTES_MAX, the oldest at `first`. */
typedef struct Notes {
    Note list[NOTES_MAX];
    size_t first, count;
    bool parted; /* it once held reports that are not here now: maybe others' */
} Notes;

/* Accounts that were looked up: whether they are of a store of theirs. */
typedef struct Colleagues {
    PtStr ids[COLLEAGUES_MAX];
    bool are[COLLEAGUES_MAX];
    size_t count;
} Colleagues;

static bool shares_store(const DeskParty *party, const PtStr *stores, size_t count)
{
    const DeskParty other = {.stores = stores, .store_count = count};
    for (size_t i = 0; i < party->store_count; i++) {
        if (desk_party_sees(&other, PT_STR(""), party->stores[i], channel)) {
            return true;
        }
    }
    return false;
}

/* Somebody who is gone is no colleague; nor are those of whom there are too many to look up. */
static PtStatus is_colleague(const View *v, PtStr account, Colleagues *known, bool *ret_is)
{
    AccessAccount a;
    PtStr *stores = NULL;
    size_t count = 0;
    *ret_is = false;
    for (size_t i = 0; i < known->count; i++) {
        if (pt_str_eq(known->ids[i], account)) {
            *ret_is = known->are[i];
            return PT_OK;
        }
    }
    if (known->count == COLLEAGUES_MAX || v->party.store_count == 0) {
        return PT_OK;
    }
    PtError why = {0};
    PtStatus st = access_account(v->call->api->c.access, account, v->call->arena, &a, &why);
    if (st != PT_OK && st != PT_NOT_FOUND) {
        return pt_fail(&v->call->error, st, "%s", why.message);
    }
    if (st == PT_OK && (st = api_portal_texts(v->call, a.stores, &stores, &count)) != PT_OK) {
        return st;
    }
    *ret_is = shares_store(&v->party, stores, count);
    known->ids[known->count] = account;
    known->are[known->count++] = *ret_is;
    return PT_OK;
}

/* alone: nobody else reported the ticket, so that what its requester said is theirs. */
static PtStatus whose(const View *v, bool alone, Colleagues *known, Note *note)
{
    static const char *const said[] = {"answered", "confirmed", "joined"};
    const DeskEvent *e = note->event;
    bool theirs = false, colleague = false;
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        theirs = theirs || pt_str_eq(e->kind, pt_str(said[i]));
    }
    if (!theirs) {
        note->by = desk_event_is_note(e) ? "desk" : NULL;
        return PT_OK;
    }
    if (pt_str_eq(e->by_kind, PT_STR("account")) &&
        pt_str_eq(e->by, pt_str(v->call->who.actor.id))) {
        note->by = "you";
        return PT_OK;
    }
    PtStatus st = pt_str_eq(e->by_kind, PT_STR("account"))
                      ? is_colleague(v, e->by, known, &colleague)
                      : PT_OK;
    note->by = colleague || alone ? "store" : NULL;
    note->as_nobody_else = !colleague;
    return st;
}

static PtStatus read_notes(const View *v, const DeskTicket *t, bool alone, PtArena *arena,
                           Notes *notes)
{
    Colleagues known = {.count = 0};
    DeskEvent *events = NULL;
    size_t count = NOTES_MAX;
    DeskRange range = {.number = t->number, .max = NOTES_MAX};
    PtStatus st = PT_OK;
    while (st == PT_OK && count == NOTES_MAX) {
        st = desk_history(v->call->api->desk, &range, arena, &events, &count, &v->call->error);
        for (size_t i = 0; st == PT_OK && i < count; i++) {
            Note note = {.event = &events[i]};
            range.after = events[i].seq;
            notes->parted = notes->parted || pt_str_eq(events[i].kind, PT_STR("parted"));
            st = events[i].is_public ? whose(v, alone, &known, &note) : PT_OK;
            if (st == PT_OK && note.by != NULL) {
                notes->list[(notes->first + notes->count) % NOTES_MAX] = note;
                notes->first = (notes->first + (notes->count == NOTES_MAX)) % NOTES_MAX;
                notes->count += notes->count < NOTES_MAX;
            }
        }
    }
    return st;
}

static void put_note(PtJsonOut *out, const Note *note)
{
    const DeskEvent *e = note->event;
    const bool named =
        pt_str_eq(pt_str(note->by), PT_STR("store")) && pt_str_eq(e->by_kind, PT_STR("account"));
    pt_json_out_object(out);
    api_put_time(out, "at", e->at_ms);
    pt_json_put_str(out, "by", pt_str(note->by));
    pt_json_put_str(out, "name", named ? e->by_name : PT_STR(""));
    pt_json_put_str(out, "what",
                    pt_str_eq(pt_str(note->by), PT_STR("desk")) ? PT_STR("note") : e->kind);
    pt_json_put_str(out, "text", e->text);
    pt_json_out_object_end(out);
}

/* -- one ticket ---------------------------------------------------------------------------------
 */

static PtStatus put_ticket(const View *v, const DeskMine *mine, size_t count, const Notes *notes)
{
    ApiCall *call = v->call;
    const DeskTicket *t = &mine[0].ticket;
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    put_head(v, &out, t);
    api_put_time(&out, "opened_at", t->opened_ms);
    api_put_time_or_null(&out, "solved_at", t->resolved_ms);
    api_put_time_or_null(&out, "closed_at", t->closed_ms);
    pt_json_put_i64(&out, "reports", t->reports);
    pt_json_put_i64(&out, "stores", t->stores);
    pt_json_out_key(&out, PT_STR("mine"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        put_report(v, &out, &mine[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_key(&out, PT_STR("notes"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < notes->count; i++) {
        const Note *note = &notes->list[(notes->first + i) % NOTES_MAX];
        if (!note->as_nobody_else || !notes->parted) {
            put_note(&out, note);
        }
    }
    pt_json_out_array_end(&out);
    PtStatus st = api_portal_put_photos(call, &out, mine, count);
    st = st == PT_OK ? api_portal_put_rating(call, &out, &v->party, t->number) : st;
    pt_json_out_object_end(&out);
    return st;
}

void api_portal_show(ApiCall *call, const DeskParty *party, int64_t number)
{
    View view = {.call = call, .party = *party};
    DeskMine *mine = NULL;
    size_t count = 0;
    /* a long history is more than an answer's own arena holds */
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(HISTORY_BYTES);
    Notes *notes = arena != NULL ? pt_arena_alloc(arena, 1, sizeof *notes) : NULL;
    PtStatus st = notes != NULL ? desk_mine_ticket(call->api->desk, party, number, call->arena,
                                                   &mine, &count, &call->error)
                                : pt_fail(&call->error, PT_NO_MEMORY, "no memory for a ticket");
    st = st == PT_OK ? api_portal_categories(call, &view.categories, &view.category_count) : st;
    if (st == PT_OK) {
        *notes = (Notes){.count = 0};
        st = read_notes(&view, &mine[0].ticket, mine[0].ticket.reports == (int64_t)count, arena,
                        notes);
    }
    st = st == PT_OK ? put_ticket(&view, mine, count, notes) : st;
    if (!api_failed(call, st)) {
        api_answer(call, 200);
    }
}

static PtStatus ticket_begin(ApiCall *call, DeskParty *party, int64_t *ret_number)
{
    PtStatus st = api_ticket_number(call, call->args[0], ret_number);
    return st == PT_OK ? api_portal_party(call, party) : st;
}

void api_portal_ticket(ApiCall *call)
{
    DeskParty party;
    int64_t number = 0;
    if (!api_failed(call, ticket_begin(call, &party, &number))) {
        api_portal_show(call, &party, number);
    }
}

static void say(ApiCall *call, PtStr text, bool unsolved)
{
    DeskParty party;
    DeskTicket ticket;
    int64_t number = 0;
    PtStatus st = ticket_begin(call, &party, &number);
    const DeskAnswer answer = {&party, text, unsolved};
    st = st == PT_OK ? desk_say(call->api->desk, &call->who.actor, number, &answer, call->arena,
                                &ticket, &call->error)
                     : st;
    if (!api_failed(call, st)) {
        api_portal_show(call, &party, number);
    }
}

void api_portal_answer(ApiCall *call)
{
    say(call, call->in[IN_PORTAL_ANSWER_TEXT].text, false);
}

void api_portal_verdict(ApiCall *call)
{
    const PtStr text = call->in[IN_PORTAL_VERDICT_TEXT].text;
    DeskParty party;
    DeskTicket ticket;
    int64_t number = 0;
    if (!call->in[IN_PORTAL_VERDICT_SOLVED].truth) {
        say(call, text.len > 0 ? text : PT_STR("Not solved."), true);
        return;
    }
    PtStatus st = text.len == 0 ? ticket_begin(call, &party, &number)
                                : pt_fail(&call->error, PT_INVALID, "text: not with solved");
    st = st == PT_OK ? desk_confirm(call->api->desk, &call->who.actor, &party, number, call->arena,
                                    &ticket, &call->error)
                     : st;
    if (!api_failed(call, st)) {
        api_portal_show(call, &party, number);
    }
}

/* -- reporting ----------------------------------------------------------------------------------
 */

/* One of theirs; whoever is of none may name any. */
static PtStatus check_store(ApiCall *call, const DeskParty *party, PtStr *store)
{
    if (store->len == 0 && party->store_count == 1) {
        *store = party->stores[0];
    }
    if (store->len == 0 && party->store_count > 1) {
        return pt_fail(&call->error, PT_INVALID, "store: which of yours it is");
    }
    for (size_t i = 0; i < party->store_count; i++) {
        if (pt_str_eq(*store, party->stores[i])) {
            return PT_OK;
        }
    }
    return party->store_count == 0
               ? PT_OK
               : pt_fail(&call->error, PT_INVALID, "store: \"%.*s\" is none of yours",
                         (int)(store->len < 100 ? store->len : 100), store->data);
}

/* What they say, with since when. */
static PtStatus put_text(ApiCall *call, PtBuf *out)
{
    const ApiValue *since = &call->in[IN_PORTAL_REPORT_SINCE];
    char at[PT_TIME_TEXT];
    if (since->given && since->number > pt_clock_now_ms(call->api->c.clock)) {
        return pt_fail(&call->error, PT_INVALID, "since: is in the future");
    }
    pt_buf_add_str(out, call->in[IN_PORTAL_REPORT_TEXT].text);
    if (since->given) {
        pt_buf_add_str(out, out->len > 0 ? PT_STR("\n\nSince ") : PT_STR("Since "));
        pt_buf_add_str(out, pt_time_format(since->number, at));
    }
    return pt_buf_status(out) == PT_OK
               ? PT_OK
               : pt_fail(&call->error, PT_NO_MEMORY, "no memory for a report");
}

/* Without a category: the first line, cut between characters. */
static PtStr title_from(PtStr text)
{
    size_t len = 0;
    while (len < text.len && text.data[len] != '\n' && text.data[len] != '\r') {
        len++;
    }
    if (len > TITLE_BYTES) {
        len = TITLE_BYTES;
        while (len > 0 && ((unsigned char)text.data[len] & 0xC0) == 0x80) {
            len--;
        }
    }
    return (PtStr){text.data, len};
}

static PtStatus report_of(ApiCall *call, const DeskParty *party, PtBuf *text, DeskReport *report)
{
    const ApiValue *in = call->in;
    PtStr store = in[IN_PORTAL_REPORT_STORE].text;
    const PtStr said = in[IN_PORTAL_REPORT_TEXT].text;
    const PtStr category = in[IN_PORTAL_REPORT_CATEGORY].text;
    const bool incident = in[IN_PORTAL_REPORT_TYPE].choice == 0;
    if (category.len == 0 && title_from(said).len == 0) {
        return pt_fail(&call->error, PT_INVALID, "text: what it is, where there is no category");
    }
    PtStatus st = check_store(call, party, &store);
    st = st == PT_OK ? put_text(call, text) : st;
    *report = (DeskReport){.type = incident ? DESK_INCIDENT : DESK_REQUEST,
                           .customers = in[IN_PORTAL_REPORT_CUSTOMERS].number,
                           .f = {[DESK_F_TITLE] = category.len == 0 ? title_from(said) : PT_STR(""),
                                 [DESK_F_DESCRIPTION] = pt_buf_str(text),
                                 [DESK_F_REQUESTER] = party->requester,
                                 [DESK_F_STORE] = store,
                                 [DESK_F_TILL] = in[IN_PORTAL_REPORT_TILL].text,
                                 [DESK_F_CHANNEL] = channel,
                                 [DESK_F_CATEGORY] = category,
                                 [DESK_F_SERVICES] = in[IN_PORTAL_REPORT_SERVICES].text}};
    return st;
}

static void answer_report(ApiCall *call, const View *v, const DeskReport *report,
                          const DeskReported *done)
{
    const DeskTicket *t = &done->ticket;
    const DeskMine mine = {.report = {.number = done->report,
                                      .at_ms = t->last_report_ms,
                                      .requester = v->party.requester,
                                      .store = report->f[DESK_F_STORE],
                                      .till = report->f[DESK_F_TILL],
                                      .text = report->f[DESK_F_DESCRIPTION],
                                      .customers = report->customers},
                           .ticket = *t};
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("report"));
    put_report(v, &out, &mine);
    pt_json_out_key(&out, PT_STR("known"));
    if (done->joined) {
        pt_json_out_object(&out);
        api_put_time(&out, "since", t->opened_ms);
        pt_json_put_i64(&out, "reports", t->reports);
        pt_json_put_i64(&out, "stores", t->stores);
        pt_json_out_object_end(&out);
    } else {
        pt_json_out_null(&out);
    }
    pt_json_out_object_end(&out);
    api_answer(call, done->joined ? 200 : 201);
}

void api_portal_report(ApiCall *call)
{
    PT_CLEANUP(pt_buf_done) PtBuf text;
    DeskReport report;
    DeskReported done;
    View view;
    pt_buf_init(&text, TEXT_BYTES);
    PtStatus st = view_begin(call, &view);
    st = st == PT_OK ? report_of(call, &view.party, &text, &report) : st;
    st = st == PT_OK ? desk_report(call->api->desk, &call->who.actor, &report, call->arena, &done,
                                   &call->error)
                     : st;
    if (!api_failed(call, st)) {
        answer_report(call, &view, &report, &done);
    }
}
