// SPDX-License-Identifier: Apache-2.0
/* Records in SQL, audited. */
#include "desk.sql.h"
#include "desk/desk_internal.h"
#include "desk/record_internal.h"

#include "base/json.h"

#include <stdio.h>

enum { DETAIL_BYTES = 1024 };

static PtStatus copy_record(PtSqlTx *tx, PtArena *arena, DeskRecord *record, PtError *err)
{
    const struct {
        PtStr *text;
        int column;
    } texts[] = {
        {&record->id, 0}, {&record->name, 1}, {&record->json, 2}, {&record->changed_by, 5}};
    *record = (DeskRecord){.version = pt_sql_i64(tx, 3), .changed_ms = pt_sql_i64(tx, 4)};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i].text = pt_arena_str(arena, pt_sql_text(tx, texts[i].column));
        if (texts[i].text->data == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for records");
        }
    }
    return PT_OK;
}

PtStatus desk_record_load(PtSqlTx *tx, DeskRecordKind kind, PtStr id, PtArena *arena,
                          DeskRecord *ret_record, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_DESK_RECORD_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(desk_record_kinds[kind]));
    pt_sql_bind_text(tx, 2, id);
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        st = row ? copy_record(tx, arena, ret_record, err)
                 : pt_fail(err, PT_NOT_FOUND, "%s has no \"%.*s\"", desk_record_kinds[kind],
                           (int)(id.len < DESK_NAME_MAX ? id.len : DESK_NAME_MAX), id.data);
    }
    pt_sql_done(tx);
    return st;
}

PtStatus desk_record(Desk *d, DeskRecordKind kind, PtStr id, PtArena *arena, DeskRecord *ret_record,
                     PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskRecord record;
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    st = st == PT_OK ? desk_record_load(tx, kind, id, arena, &record, err) : st;
    if (st == PT_OK) {
        *ret_record = record;
    }
    return st;
}

PtStatus desk_records(Desk *d, DeskRecordKind kind, PtArena *arena, DeskRecord **ret_records,
                      size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskRecord *records = pt_arena_alloc(arena, DESK_RECORDS_MAX, sizeof *records);
    size_t count = 0;
    bool row = true;
    if (records == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for records");
    }
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_DESK_RECORD_LIST, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(desk_record_kinds[kind]));
    pt_sql_bind_text(tx, 2, PT_STR(""));
    pt_sql_bind_i64(tx, 3, DESK_RECORDS_MAX);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row &&
           (st = copy_record(tx, arena, &records[count], err)) == PT_OK) {
        count++;
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_records = records;
        *ret_count = count;
    }
    return st;
}

/* ---- Changes ----------------------------------------------------------------------------------
 */

static PtStatus audited(PtSqlTx *tx, const AuditActor *by, DeskRecordKind kind,
                        const DeskRecord *record, const char *what, int64_t now_ms, PtError *err)
{
    char action[48], detail[DETAIL_BYTES];
    (void)snprintf(action, sizeof action, "desk_record.%s", what);
    (void)snprintf(detail, sizeof detail, "{\"kind\":\"%s\"}", desk_record_kinds[kind]);
    const AuditEntry entry = {.by = by,
                              .action = action,
                              .subject_type = "desk_record",
                              .subject = record->id,
                              .subject_name = record->name,
                              .detail = pt_str(detail)};
    return audit_write(tx, now_ms, &entry, err);
}

static PtStatus there_is_room(PtSqlTx *tx, DeskRecordKind kind, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_DESK_RECORD_COUNT, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(desk_record_kinds[kind]));
    st = pt_sql_step(tx, &row, err);
    const int64_t count = row ? pt_sql_i64(tx, 0) : 0;
    pt_sql_done(tx);
    return st == PT_OK && count >= DESK_RECORDS_MAX
               ? pt_fail(err, PT_TOO_LARGE, "there are %d %s, and no room for more",
                         DESK_RECORDS_MAX, desk_record_kinds[kind])
               : st;
}

static PtStatus check(DeskRecordKind kind, const DeskRecord *record, PtArena *arena, PtError *err)
{
    if (!desk_id_valid(record->id)) {
        return pt_fail(err, PT_INVALID, "id: not 1..%d of a-z, 0-9 and _, the first a letter",
                       DESK_NAME_MAX);
    }
    PtStatus st = desk_text_check("name", record->name, 1, DESK_TITLE_MAX, false, err);
    return st == PT_OK ? desk_record_check(kind, record->json, arena, err) : st;
}

/* Version 0: there must be none; else the one of this version. */
static PtStatus may_write(PtSqlTx *tx, DeskRecordKind kind, const DeskRecord *record,
                          PtArena *arena, PtError *err)
{
    DeskRecord before = {0};
    PtError none = {0};
    PtStatus st = desk_record_load(tx, kind, record->id, arena, &before, &none);
    if (st == PT_NOT_FOUND && record->version == 0) {
        return there_is_room(tx, kind, err);
    }
    if (st != PT_OK) {
        return pt_fail(err, st, "%s", none.message);
    }
    return before.version == record->version
               ? PT_OK
               : pt_fail(err, PT_CONFLICT, "version: %lld is not the newest, which is %lld",
                         (long long)record->version, (long long)before.version);
}

static PtStatus write(PtSqlTx *tx, const AuditActor *by, DeskRecordKind kind,
                      const DeskRecord *record, int64_t now_ms, PtError *err)
{
    const bool new = record->version == 0;
    PtStatus st = pt_sql_use(tx, new ? SQL_DESK_RECORD_ADD : SQL_DESK_RECORD_SET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(desk_record_kinds[kind]));
    pt_sql_bind_text(tx, 2, record->id);
    pt_sql_bind_text(tx, 3, record->name);
    pt_sql_bind_text(tx, 4, record->json);
    pt_sql_bind_i64(tx, 5, now_ms);
    pt_sql_bind_text(tx, 6, audit_actor_name(by));
    st = pt_sql_finish(tx, err);
    return st == PT_OK ? audited(tx, by, kind, record, new ? "added" : "changed", now_ms, err) : st;
}

PtStatus desk_record_put(Desk *d, const AuditActor *by, DeskRecordKind kind,
                         const DeskRecord *record, PtArena *arena, DeskRecord *ret_record,
                         PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskRecord now;
    PtStatus st = check(kind, record, arena, err);
    st = st == PT_OK ? pt_sql_begin(d->c.core, true, &tx, err) : st;
    st = st == PT_OK ? may_write(tx, kind, record, arena, err) : st;
    st = st == PT_OK ? write(tx, by, kind, record, pt_clock_now_ms(d->c.clock), err) : st;
    st = st == PT_OK ? desk_record_load(tx, kind, record->id, arena, &now, err) : st;
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    if (st == PT_OK) {
        *ret_record = now;
        st = desk_routes_follow(d, kind, err);
    }
    return st;
}

PtStatus desk_record_delete(Desk *d, const AuditActor *by, DeskRecordKind kind, PtStr id,
                            PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(d->c.core, true, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_DESK_RECORD_DELETE, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(desk_record_kinds[kind]));
    pt_sql_bind_text(tx, 2, id);
    st = pt_sql_finish(tx, err);
    if (st == PT_OK && pt_sql_changes(tx) == 0) {
        st = pt_fail(err, PT_NOT_FOUND, "%s has none of that id", desk_record_kinds[kind]);
    }
    st = st == PT_OK ? audited(tx, by, kind, &(DeskRecord){.id = id}, "removed",
                               pt_clock_now_ms(d->c.clock), err)
                     : st;
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    return st == PT_OK ? desk_routes_follow(d, kind, err) : st;
}
