// SPDX-License-Identifier: Apache-2.0
/* /api/v1/tickets/TICKET: its files, and who else is there. */
#include "api/desk.h"

#include <stdio.h>
#include <stdlib.h>

enum { HEADER_BYTES = 1024 };

/* -- files --------------------------------------------------------------------------------------
 */

static void put_file(PtJsonOut *out, const DeskFile *f)
{
    pt_json_out_object(out);
    pt_json_put_i64(out, "attachment", f->number);
    if (f->report != 0) {
        pt_json_put_i64(out, "report", f->report);
    } else {
        api_put_null(out, "report");
    }
    api_put_time(out, "at", f->at_ms);
    pt_json_put_str(out, "name", f->name);
    pt_json_put_str(out, "type", f->type);
    pt_json_put_i64(out, "bytes", f->bytes);
    pt_json_put_str(out, "sha256", f->sha256);
    pt_json_put_bool(out, "public", f->is_public);
    pt_json_out_key(out, PT_STR("by"));
    pt_json_out_object(out);
    pt_json_put_str(out, "kind", f->by_kind);
    pt_json_put_str(out, "id", f->by);
    pt_json_put_str(out, "name", f->by_name);
    pt_json_out_object_end(out);
    pt_json_out_object_end(out);
}

void api_tickets_attachments(ApiCall *call)
{
    DeskTicket ticket;
    DeskFile *files = NULL;
    size_t count = 0;
    int64_t number = 0;
    Desk *desk = call->api->desk;
    PtStatus st = api_ticket_number(call, call->args[0], &number);
    st = st == PT_OK ? desk_ticket(desk, number, call->arena, &ticket, &call->error) : st;
    st = st == PT_OK ? desk_files(desk, number, call->arena, &files, &count, &call->error) : st;
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        put_file(&out, &files[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

/* Without its parameters: "text/plain; charset=utf-8". */
static PtStr type_of(ApiCall *call)
{
    PtStr rest = http_header(call->request, "content-type"), type = {"", 0};
    if (rest.len > 0 && pt_str_cut(&rest, ';', &type)) {
        while (type.len > 0 && type.data[type.len - 1] == ' ') {
            type.len--;
        }
    }
    return type;
}

void api_tickets_attach(ApiCall *call)
{
    const DeskFile wanted = {.report = call->query[Q_TICKETS_ATTACH_REPORT].number,
                             .name = call->query[Q_TICKETS_ATTACH_NAME].text,
                             .type = type_of(call),
                             .is_public = call->query[Q_TICKETS_ATTACH_PUBLIC].truth,
                             .content = call->request->body};
    DeskFile file;
    int64_t number = 0;
    PtStatus st = api_ticket_number(call, call->args[0], &number);
    st = st == PT_OK ? desk_attach(call->api->desk, &call->who.actor, number, &wanted, call->arena,
                                   &file, &call->error)
                     : st;
    if (!api_failed(call, st)) {
        PtJsonOut out = pt_json_out(&call->body);
        put_file(&out, &file);
        api_answer(call, 201);
    }
}

static PtStatus read_place(ApiCall *call, int64_t *ret_number, int64_t *ret_file)
{
    PtStatus st = api_ticket_number(call, call->args[0], ret_number);
    return st == PT_OK && !pt_json_to_i64(call->args[1], ret_file)
               ? pt_fail(&call->error, PT_NOT_FOUND, "a file has a number")
               : st;
}

/* RFC 6266: the name in percent-encoded UTF-8, since it may hold anything. */
static PtStr disposition(ApiCall *call, PtStr name)
{
    char text[HEADER_BYTES * 4];
    size_t len = (size_t)snprintf(text, sizeof text, "attachment; filename*=UTF-8''");
    for (size_t i = 0; i < name.len && len + 4 < sizeof text; i++) {
        const unsigned char c = (unsigned char)name.data[i];
        const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                           (c >= 'a' && c <= 'z') || c == '.' || c == '-' || c == '_';
        len += (size_t)snprintf(text + len, sizeof text - len, plain ? "%c" : "%%%02X", c);
    }
    return pt_arena_str(call->arena, (PtStr){text, len});
}

void api_tickets_attachment(ApiCall *call)
{
    DeskFile file;
    char *bytes = NULL;
    int64_t number = 0, place = 0;
    PtStatus st = read_place(call, &number, &place);
    st = st == PT_OK
             ? desk_file(call->api->desk, number, place, call->arena, &file, &bytes, &call->error)
             : st;
    if (api_failed(call, st)) {
        return;
    }
    pt_buf_add_str(&call->body, (PtStr){bytes, (size_t)file.bytes});
    free(bytes);
    call->content_type = file.type.data;
    api_header(call, "Content-Disposition", disposition(call, file.name));
    api_header(call, "Content-Security-Policy", PT_STR("default-src 'none'; sandbox"));
    api_answer(call, 200);
}

void api_tickets_detach(ApiCall *call)
{
    int64_t number = 0, place = 0;
    PtStatus st = read_place(call, &number, &place);
    st = st == PT_OK ? desk_detach(call->api->desk, &call->who.actor, number, place, &call->error)
                     : st;
    if (!api_failed(call, st)) {
        api_answer_done(call);
    }
}

/* -- who else is there --------------------------------------------------------------------------
 */

void api_tickets_presence(ApiCall *call)
{
    DeskPresent list[DESK_PRESENT_SHOWN];
    DeskTicket ticket;
    size_t count = 0;
    int64_t number = 0;
    Desk *desk = call->api->desk;
    PtStatus st = api_ticket_number(call, call->args[0], &number);
    st = st == PT_OK ? desk_ticket(desk, number, call->arena, &ticket, &call->error) : st;
    if (api_failed(call, st)) {
        return;
    }
    desk_present(desk, &call->who.actor, number,
                 (DeskPresence)call->in[IN_TICKETS_PRESENCE_STATE].choice, list, &count);
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_i64(&out, "expires_s", DESK_PRESENT_S);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_object(&out);
        pt_json_put_str(&out, "account", pt_str(list[i].account));
        pt_json_put_str(&out, "name", pt_str(list[i].name));
        pt_json_put_str(&out, "state", pt_str(desk_presences[list[i].state]));
        api_put_time(&out, "since", list[i].since_ms);
        pt_json_out_object_end(&out);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}
