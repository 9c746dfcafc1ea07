// SPDX-License-Identifier: Apache-2.0
/* /api/v1/tickets: reported, changed, noted, parted, merged, linked; what became of them. */
#include "api/desk.h"

#include <stdio.h>

enum { BULK_MAX = 200, CHANGE_ARENA = 16 << 20 };

/* -- fields -------------------------------------------------------------------------------------
 */

#define FIELD(OP, NAME) [DESK_F_##NAME] = IN_##OP##_##NAME
#define FIELDS(OP)                                                                                 \
    FIELD(OP, TITLE), FIELD(OP, DESCRIPTION), FIELD(OP, REQUESTER), FIELD(OP, STORE),              \
        FIELD(OP, TILL), FIELD(OP, CHANNEL), FIELD(OP, CATEGORY), FIELD(OP, SERVICES),             \
        FIELD(OP, TOUCHPOINTS), FIELD(OP, IMPACT), FIELD(OP, URGENCY), FIELD(OP, LABEL),           \
        FIELD(OP, QUEUE), FIELD(OP, ASSIGNEE), FIELD(OP, WATCHERS), FIELD(OP, CUSTOM)

static PtStr text_of(const ApiValue *value)
{
    return value->text.data != NULL ? value->text : PT_STR("");
}

/* -- reporting ----------------------------------------------------------------------------------
 */

static DeskReport report_of(const ApiValue *in)
{
    static const int places[DESK_FIELDS] = {[DESK_F_STATE] = -1,      [DESK_F_WAITING_FOR] = -1,
                                            [DESK_F_RESOLUTION] = -1, [DESK_F_COMMANDER] = -1,
                                            [DESK_F_REVIEW] = -1,     FIELDS(TICKETS_REPORT)};
    DeskReport report = {.type = (DeskType)in[IN_TICKETS_REPORT_TYPE].choice,
                         .stores = in[IN_TICKETS_REPORT_STORES].number,
                         .tills = in[IN_TICKETS_REPORT_TILLS].number,
                         .customers = in[IN_TICKETS_REPORT_CUSTOMERS].number,
                         .alone = in[IN_TICKETS_REPORT_ALONE].truth};
    for (size_t i = 0; i < DESK_FIELDS; i++) {
        if (places[i] >= 0) {
            report.f[i] = in[places[i]].text;
        }
    }
    return report;
}

void api_tickets_report(ApiCall *call)
{
    const DeskReport report = report_of(call->in);
    DeskReported reported;
    if (api_failed(call, desk_report(call->api->desk, &call->who.actor, &report, call->arena,
                                     &reported, &call->error))) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("ticket"));
    api_put_ticket(call, &out, &reported.ticket);
    pt_json_put_i64(&out, "report", reported.report);
    pt_json_put_bool(&out, "joined", reported.joined);
    pt_json_put_str(&out, "told", reported.told);
    pt_json_out_object_end(&out);
    api_answer(call, reported.joined ? 200 : 201);
}

/* -- changing -----------------------------------------------------------------------------------
 */

/* The change that the members of TicketEdit say; edits holds DESK_EDITS_MAX. */
static DeskChange change_of(const ApiValue *in, DeskEdit *edits)
{
    static const int places[DESK_FIELDS] = {
        FIELD(TICKETS_CHANGE, STATE),      FIELD(TICKETS_CHANGE, WAITING_FOR),
        FIELD(TICKETS_CHANGE, RESOLUTION), FIELD(TICKETS_CHANGE, COMMANDER),
        FIELD(TICKETS_CHANGE, REVIEW),     FIELDS(TICKETS_CHANGE)};
    const ApiValue *major = &in[IN_TICKETS_CHANGE_MAJOR];
    DeskChange change = {.version = in[IN_TICKETS_CHANGE_VERSION].number,
                         .edits = edits,
                         .note = in[IN_TICKETS_CHANGE_NOTE].text,
                         .note_public = in[IN_TICKETS_CHANGE_PUBLIC].truth,
                         .from_requester = in[IN_TICKETS_CHANGE_FROM_REQUESTER].truth,
                         .acknowledge = in[IN_TICKETS_CHANGE_ACKNOWLEDGE].truth,
                         .major = !major->given  ? DESK_KEEP
                                  : major->truth ? DESK_YES
                                                 : DESK_NO};
    for (DeskField i = 0; i < DESK_FIELDS; i++) {
        if (in[places[i]].given) {
            edits[change.edit_count++] = (DeskEdit){i, text_of(&in[places[i]])};
        }
    }
    return change;
}

void api_tickets_change(ApiCall *call)
{
    DeskEdit edits[DESK_EDITS_MAX];
    const DeskChange change = change_of(call->in, edits);
    DeskTicket ticket;
    int64_t number = 0;
    PtStatus st = api_ticket_number(call, call->args[0], &number);
    st = st == PT_OK ? desk_change(call->api->desk, &call->who.actor, number, &change, call->arena,
                                   &ticket, &call->error)
                     : st;
    if (!api_failed(call, st)) {
        api_answer_ticket(call, 200, &ticket);
    }
}

/* A ticket of many: its own arena, and a failure is its own. */
static void change_one(ApiCall *call, PtStr key, const DeskChange *change, PtJsonOut *out)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(CHANGE_ARENA);
    DeskTicket ticket;
    PtError err = {0};
    int64_t number = 0;
    PtStatus st =
        arena == NULL ? pt_fail(&err, PT_NO_MEMORY, "no memory for a change")
        : desk_key_parse(key, &number)
            ? desk_change(call->api->desk, &call->who.actor, number, change, arena, &ticket, &err)
            : pt_fail(&err, PT_NOT_FOUND, "no ticket has that key");
    pt_json_out_object(out);
    pt_json_put_str(out, "ticket", key);
    pt_json_put_str(out, "code", pt_str(pt_status_name(st)));
    pt_json_put_str(out, "detail", pt_str(err.message));
    pt_json_out_object_end(out);
}

void api_tickets_bulk(ApiCall *call)
{
    const ApiOperation *as = &api_operations[OP_TICKETS_CHANGE];
    const ApiValue *tickets = &call->in[IN_TICKETS_BULK_TICKETS];
    DeskEdit edits[DESK_EDITS_MAX];
    ApiValue *values = pt_arena_alloc(call->arena, as->in_count, sizeof *values);
    PtStatus st = values != NULL
                      ? api_decode_object(call->in[IN_TICKETS_BULK_CHANGE].text, as->in,
                                          as->in_count, call->arena, values, &call->error)
                      : pt_fail(&call->error, PT_NO_MEMORY, "no memory for changes");
    if (st == PT_OK && values[IN_TICKETS_CHANGE_VERSION].given) {
        st = pt_fail(&call->error, PT_INVALID, "change.version: many tickets have none in common");
    }
    if (api_failed(call, st)) {
        return;
    }
    const DeskChange change = change_of(values, edits);
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < tickets->count && i < BULK_MAX; i++) {
        change_one(call, tickets->texts[i], &change, &out);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

/* -- parting, merging, linking ------------------------------------------------------------------
 */

void api_tickets_part(ApiCall *call)
{
    DeskTicket ticket;
    int64_t number = 0, report = 0;
    PtStatus st = api_ticket_number(call, call->args[0], &number);
    if (st == PT_OK && !pt_json_to_i64(call->args[1], &report)) {
        st = pt_fail(&call->error, PT_NOT_FOUND, "a report has a number");
    }
    st = st == PT_OK ? desk_part(call->api->desk, &call->who.actor, number, report, call->arena,
                                 &ticket, &call->error)
                     : st;
    if (!api_failed(call, st)) {
        api_answer_ticket(call, 201, &ticket);
    }
}

void api_tickets_merge(ApiCall *call)
{
    DeskTicket ticket;
    int64_t number = 0, into = 0;
    PtStatus st = api_ticket_number(call, call->args[0], &number);
    st = st == PT_OK ? api_ticket_number(call, call->in[IN_TICKETS_MERGE_INTO].text, &into) : st;
    st = st == PT_OK ? desk_merge(call->api->desk, &call->who.actor, number, into, call->arena,
                                  &ticket, &call->error)
                     : st;
    if (!api_failed(call, st)) {
        api_answer_ticket(call, 200, &ticket);
    }
}

void api_tickets_link(ApiCall *call)
{
    DeskTicket ticket;
    int64_t number = 0, other = 0;
    PtStatus st = api_ticket_number(call, call->args[0], &number);
    st = st == PT_OK ? api_ticket_number(call, call->in[IN_TICKETS_LINK_OTHER].text, &other) : st;
    st = st == PT_OK ? desk_link(call->api->desk, &call->who.actor, number,
                                 call->in[IN_TICKETS_LINK_KIND].text, other, &call->error)
                     : st;
    st =
        st == PT_OK ? desk_ticket(call->api->desk, number, call->arena, &ticket, &call->error) : st;
    if (!api_failed(call, st)) {
        api_answer_ticket(call, 200, &ticket);
    }
}

void api_tickets_unlink(ApiCall *call)
{
    int64_t number = 0, other = 0;
    PtStatus st = api_ticket_number(call, call->args[0], &number);
    st = st == PT_OK ? api_ticket_number(call, call->args[2], &other) : st;
    st = st == PT_OK ? desk_unlink(call->api->desk, &call->who.actor, number, call->args[1], other,
                                   &call->error)
                     : st;
    if (!api_failed(call, st)) {
        api_answer_done(call);
    }
}

/* -- vendors ------------------------------------------------------------------------------------
 */

static void answer_escalations(ApiCall *call, PtStatus st, int64_t number)
{
    DeskTicket ticket;
    DeskEscalation *list = NULL;
    size_t count = 0;
    Desk *desk = call->api->desk;
    st = st == PT_OK ? desk_ticket(desk, number, call->arena, &ticket, &call->error) : st;
    st =
        st == PT_OK ? desk_escalations(desk, number, call->arena, &list, &count, &call->error) : st;
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_object(&out);
        pt_json_put_i64(&out, "escalation", list[i].number);
        pt_json_put_str(&out, "vendor", list[i].vendor);
        pt_json_put_str(&out, "contract", list[i].contract);
        pt_json_put_str(&out, "contact", list[i].contact);
        pt_json_put_str(&out, "message", list[i].message);
        api_put_time(&out, "sent_at", list[i].sent_ms);
        pt_json_put_str(&out, "sent_by", list[i].sent_by);
        api_put_time_or_null(&out, "due_at", list[i].due_ms);
        api_put_time_or_null(&out, "answered_at", list[i].answered_ms);
        pt_json_put_str(&out, "answer", list[i].answer);
        pt_json_out_object_end(&out);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_tickets_escalations(ApiCall *call)
{
    int64_t number = 0;
    PtStatus st = api_ticket_number(call, call->args[0], &number);
    answer_escalations(call, st, number);
}

void api_tickets_escalate(ApiCall *call)
{
    int64_t number = 0;
    PtStatus st = api_ticket_number(call, call->args[0], &number);
    st = st == PT_OK
             ? desk_escalate(call->api->desk, &call->who.actor, number,
                             call->in[IN_TICKETS_ESCALATE_VENDOR].text,
                             call->in[IN_TICKETS_ESCALATE_MESSAGE].text, call->arena, &call->error)
             : st;
    answer_escalations(call, st, number);
}

void api_tickets_escalation_answer(ApiCall *call)
{
    int64_t number = 0, escalation = 0;
    PtStatus st = api_ticket_number(call, call->args[0], &number);
    if (st == PT_OK && !pt_json_to_i64(call->args[1], &escalation)) {
        st = pt_fail(&call->error, PT_NOT_FOUND, "an escalation has a number");
    }
    st = st == PT_OK ? desk_escalation_answer(call->api->desk, &call->who.actor, number, escalation,
                                              call->in[IN_TICKETS_ESCALATION_ANSWER_ANSWER].text,
                                              call->arena, &call->error)
                     : st;
    answer_escalations(call, st, number);
}

/* -- history and reports ------------------------------------------------------------------------
 */

/* The ticket of the path is there, and where the page begins. */
static PtStatus begin_page(ApiCall *call, const ApiValue *cursor, DeskRange *ret)
{
    DeskTicket ticket;
    uint64_t after = 0;
    PtStatus st = api_ticket_number(call, call->args[0], &ret->number);
    st = st == PT_OK ? desk_ticket(call->api->desk, ret->number, call->arena, &ticket, &call->error)
                     : st;
    st = st == PT_OK ? api_cursor_u64(cursor, 0, &after, &call->error) : st;
    ret->after = after < INT64_MAX ? (int64_t)after : INT64_MAX;
    return st;
}

static void end_page(ApiCall *call, PtJsonOut *out, bool more, int64_t last)
{
    char cursor[24];
    (void)snprintf(cursor, sizeof cursor, "%lld", (long long)last);
    api_page_end(out, more ? cursor : NULL);
    api_answer(call, 200);
}

static void put_event(PtJsonOut *out, const DeskEvent *e)
{
    pt_json_out_object(out);
    pt_json_put_i64(out, "seq", e->seq);
    api_put_time(out, "at", e->at_ms);
    pt_json_put_str(out, "what", e->kind);
    pt_json_put_bool(out, "public", e->is_public);
    pt_json_out_key(out, PT_STR("by"));
    pt_json_out_object(out);
    pt_json_put_str(out, "kind", e->by_kind);
    pt_json_put_str(out, "id", e->by);
    pt_json_put_str(out, "name", e->by_name);
    pt_json_out_object_end(out);
    api_put_raw(out, "changes", e->changes);
    pt_json_put_str(out, "text", e->text);
    pt_json_out_object_end(out);
}

void api_tickets_history(ApiCall *call)
{
    const size_t limit = (size_t)call->query[Q_TICKETS_HISTORY_LIMIT].number;
    DeskEvent *events = NULL;
    size_t count = 0;
    DeskRange range = {.public_only = call->query[Q_TICKETS_HISTORY_PUBLIC].truth,
                       .max = limit + 1};
    PtStatus st = begin_page(call, &call->query[Q_TICKETS_HISTORY_CURSOR], &range);
    st = st == PT_OK
             ? desk_history(call->api->desk, &range, call->arena, &events, &count, &call->error)
             : st;
    if (api_failed(call, st)) {
        return;
    }
    const size_t shown = count < limit ? count : limit;
    PtJsonOut out = pt_json_out(&call->body);
    api_page_begin(&out);
    for (size_t i = 0; i < shown; i++) {
        put_event(&out, &events[i]);
    }
    end_page(call, &out, count > limit, shown > 0 ? events[shown - 1].seq : 0);
}

static void put_report(PtJsonOut *out, const DeskReportRow *r)
{
    pt_json_out_object(out);
    pt_json_put_i64(out, "report", r->number);
    api_put_time(out, "at", r->at_ms);
    pt_json_put_str(out, "requester", r->requester);
    pt_json_put_str(out, "store", r->store);
    pt_json_put_str(out, "till", r->till);
    pt_json_put_str(out, "channel", r->channel);
    pt_json_put_str(out, "text", r->text);
    pt_json_put_str(out, "by", r->by_name);
    pt_json_put_i64(out, "stores", r->stores);
    pt_json_put_i64(out, "tills", r->tills);
    pt_json_put_i64(out, "customers", r->customers);
    pt_json_out_object_end(out);
}

void api_tickets_reports(ApiCall *call)
{
    const size_t limit = (size_t)call->query[Q_TICKETS_REPORTS_LIMIT].number;
    DeskReportRow *rows = NULL;
    size_t count = 0;
    DeskRange range = {.max = limit + 1};
    PtStatus st = begin_page(call, &call->query[Q_TICKETS_REPORTS_CURSOR], &range);
    st = st == PT_OK
             ? desk_reports(call->api->desk, &range, call->arena, &rows, &count, &call->error)
             : st;
    if (api_failed(call, st)) {
        return;
    }
    const size_t shown = count < limit ? count : limit;
    PtJsonOut out = pt_json_out(&call->body);
    api_page_begin(&out);
    for (size_t i = 0; i < shown; i++) {
        put_report(&out, &rows[i]);
    }
    end_page(call, &out, count > limit, shown > 0 ? rows[shown - 1].number : 0);
}
