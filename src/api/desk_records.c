// SPDX-License-Identifier: Apache-2.0
/* /api/v1/desk/records: services, touchpoints, vendors, queues, fields, macros, templates, views.
 */
#include "api/desk.h"

enum { RECORDS_BYTES = 128 << 20 };

static PtStatus kind_of(ApiCall *call, DeskRecordKind *ret_kind)
{
    for (unsigned i = 0; i < DESK_RECORD_KINDS; i++) {
        if (pt_str_eq(call->args[0], pt_str(desk_record_kinds[i]))) {
            *ret_kind = (DeskRecordKind)i;
            return PT_OK;
        }
    }
    return pt_fail(&call->error, PT_NOT_FOUND, "no records are of that kind");
}

/* What agents keep for themselves and each other, or what everything follows from. */
static PtStatus may_write(ApiCall *call, DeskRecordKind kind)
{
    const bool theirs = kind == DESK_MACRO || kind == DESK_TEMPLATE || kind == DESK_VIEW;
    return theirs || (call->who.permissions & PERMISSION_DESK_POLICY) != 0
               ? PT_OK
               : pt_fail(&call->error, PT_FORBIDDEN, "needs the permission desk.policy");
}

static void put_record(PtJsonOut *out, const DeskRecord *record)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "id", record->id);
    pt_json_put_str(out, "name", record->name);
    api_put_raw(out, "record", record->json);
    pt_json_put_i64(out, "version", record->version);
    api_put_time(out, "changed_at", record->changed_ms);
    pt_json_put_str(out, "changed_by", record->changed_by);
    pt_json_out_object_end(out);
}

static void answer_record(ApiCall *call, PtStatus st, const DeskRecord *record)
{
    if (!api_failed(call, st)) {
        PtJsonOut out = pt_json_out(&call->body);
        put_record(&out, record);
        api_answer(call, 200);
    }
}

void api_desk_records_list(ApiCall *call)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(RECORDS_BYTES);
    DeskRecordKind kind = DESK_SERVICE;
    DeskRecord *records = NULL;
    size_t count = 0;
    PtStatus st = kind_of(call, &kind);
    if (st == PT_OK && arena == NULL) {
        st = pt_fail(&call->error, PT_NO_MEMORY, "no memory for records");
    }
    st = st == PT_OK ? desk_records(call->api->desk, kind, arena, &records, &count, &call->error)
                     : st;
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        put_record(&out, &records[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_desk_records_get(ApiCall *call)
{
    DeskRecordKind kind = DESK_SERVICE;
    DeskRecord record = {0};
    PtStatus st = kind_of(call, &kind);
    st = st == PT_OK
             ? desk_record(call->api->desk, kind, call->args[1], call->arena, &record, &call->error)
             : st;
    answer_record(call, st, &record);
}

void api_desk_records_put(ApiCall *call)
{
    const DeskRecord wanted = {.id = call->args[1],
                               .name = call->in[IN_DESK_RECORDS_PUT_NAME].text,
                               .json = call->in[IN_DESK_RECORDS_PUT_RECORD].text,
                               .version = call->in[IN_DESK_RECORDS_PUT_VERSION].number};
    DeskRecordKind kind = DESK_SERVICE;
    DeskRecord record = {0};
    PtStatus st = kind_of(call, &kind);
    st = st == PT_OK ? may_write(call, kind) : st;
    st = st == PT_OK ? desk_record_put(call->api->desk, &call->who.actor, kind, &wanted,
                                       call->arena, &record, &call->error)
                     : st;
    answer_record(call, st, &record);
}

void api_desk_records_delete(ApiCall *call)
{
    DeskRecordKind kind = DESK_SERVICE;
    PtStatus st = kind_of(call, &kind);
    st = st == PT_OK ? may_write(call, kind) : st;
    st = st == PT_OK ? desk_record_delete(call->api->desk, &call->who.actor, kind, call->args[1],
                                          &call->error)
                     : st;
    if (!api_failed(call, st)) {
        api_answer_done(call);
    }
}
