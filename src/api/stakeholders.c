// SPDX-License-Identifier: Apache-2.0
/* /api/v1/tickets/TICKET: stakeholders of a major incident, updates, links. */
#include "api/desk.h"

#include <stdio.h>

enum { LINK_TEXT = 700 };

static bool may_write(const ApiCall *call)
{
    return (call->who.permissions & PERMISSION_DESK_WRITE) != 0;
}

static void put_link(const ApiCall *call, PtJsonOut *out, const DeskStatusLink *link)
{
    char path[DESK_STATUS_TOKEN + 16] = "", url[LINK_TEXT] = "";
    const char *here = desk_public_url(call->api->desk);
    if (may_write(call) && link->token[0] != '\0') {
        (void)snprintf(path, sizeof path, "/status/%s", link->token);
    }
    if (path[0] != '\0' && here[0] != '\0') {
        (void)snprintf(url, sizeof url, "%s%s", here, path);
    }
    pt_json_out_object(out);
    pt_json_put_i64(out, "link", link->number);
    pt_json_put_str(out, "name", link->name);
    api_put_text_or_null(out, "path", pt_str(path));
    api_put_text_or_null(out, "url", pt_str(url));
    api_put_time(out, "made_at", link->made_ms);
    pt_json_put_str(out, "made_by", link->made_by);
    api_put_time_or_null(out, "revoked_at", link->revoked_ms);
    api_put_text_or_null(out, "revoked_by", link->revoked_by);
    pt_json_out_object_end(out);
}

static void put_person(PtJsonOut *out, const DeskStakeholder *s)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "kind", s->mail ? PT_STR("mail") : PT_STR("account"));
    pt_json_put_str(out, "address", s->address);
    api_put_time(out, "added_at", s->added_ms);
    pt_json_put_str(out, "added_by", s->added_by);
    pt_json_out_object_end(out);
}

static void answer_room(ApiCall *call, PtStatus st, int64_t number)
{
    DeskRoom room;
    st = st == PT_OK ? desk_room(call->api->desk, number, call->arena, &room, &call->error) : st;
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_i64(&out, "update_every_min", room.every_min);
    api_put_time_or_null(&out, "update_due_at", room.due_ms);
    api_put_time_or_null(&out, "ended_at", room.ended_ms);
    api_put_time_or_null(&out, "links_expire_at", room.expires_ms);
    pt_json_put_bool(&out, "mails_leave", room.mails_leave);
    pt_json_out_key(&out, PT_STR("links"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < room.link_count; i++) {
        put_link(call, &out, &room.links[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_key(&out, PT_STR("people"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < room.people_count; i++) {
        put_person(&out, &room.people[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_key(&out, PT_STR("updates"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < room.update_count; i++) {
        pt_json_out_i64(&out, room.updates[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_tickets_stakeholders(ApiCall *call)
{
    int64_t number = 0;
    const PtStatus st = api_ticket_number(call, call->args[0], &number);
    answer_room(call, st, number);
}

void api_tickets_stakeholders_put(ApiCall *call)
{
    const ApiValue *in = call->in, *accounts = &in[IN_TICKETS_STAKEHOLDERS_PUT_ACCOUNTS],
                   *mails = &in[IN_TICKETS_STAKEHOLDERS_PUT_MAILS];
    const size_t count = accounts->count + mails->count;
    DeskStakeholder *list = pt_arena_alloc(call->arena, count + 1, sizeof *list);
    int64_t number = 0;
    PtStatus st = list != NULL ? api_ticket_number(call, call->args[0], &number)
                               : pt_fail(&call->error, PT_NO_MEMORY, "no memory for stakeholders");
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        const bool mail = i >= accounts->count;
        list[i] = (DeskStakeholder){
            .mail = mail, .address = mail ? mails->texts[i - accounts->count] : accounts->texts[i]};
    }
    st = st == PT_OK ? desk_stakeholders_put(call->api->desk, &call->who.actor, number, list, count,
                                             call->arena, &call->error)
                     : st;
    answer_room(call, st, number);
}

void api_tickets_publish(ApiCall *call)
{
    DeskTicket ticket;
    int64_t number = 0;
    PtStatus st = api_ticket_number(call, call->args[0], &number);
    st = st == PT_OK ? desk_publish(call->api->desk, &call->who.actor, number,
                                    call->in[IN_TICKETS_PUBLISH_TEXT].text, call->arena, &ticket,
                                    &call->error)
                     : st;
    if (!api_failed(call, st)) {
        api_answer_ticket(call, 200, &ticket);
    }
}

void api_tickets_status_link_make(ApiCall *call)
{
    DeskStatusLink link;
    int64_t number = 0;
    PtStatus st = api_ticket_number(call, call->args[0], &number);
    st = st == PT_OK ? desk_status_link_make(call->api->desk, &call->who.actor, number,
                                             call->in[IN_TICKETS_STATUS_LINK_MAKE_NAME].text,
                                             call->arena, &link, &call->error)
                     : st;
    if (!api_failed(call, st)) {
        PtJsonOut out = pt_json_out(&call->body);
        put_link(call, &out, &link);
        api_answer(call, 201);
    }
}

void api_tickets_status_link_revoke(ApiCall *call)
{
    int64_t number = 0, link = 0;
    PtStatus st = api_ticket_number(call, call->args[0], &number);
    if (st == PT_OK && !pt_json_to_i64(call->args[1], &link)) {
        st = pt_fail(&call->error, PT_NOT_FOUND, "a link has a number");
    }
    st = st == PT_OK ? desk_status_link_revoke(call->api->desk, &call->who.actor, number, link,
                                               &call->error)
                     : st;
    if (!api_failed(call, st)) {
        api_answer_done(call);
    }
}
