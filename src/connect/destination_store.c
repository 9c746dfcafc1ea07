// SPDX-License-Identifier: Apache-2.0
#include "connect/destination_internal.h"
#include "destination.sql.h"

#include <stdio.h>
#include <string.h>

enum { TEXTS = 10 };

/* In the order of the columns. */
static void texts_of(DestinationRow *row, PtStr *out[TEXTS])
{
    PtStr *const texts[TEXTS] = {&row->id,       &row->name,      &row->kind,    &row->settings,
                                 &row->secrets,  &row->filter,    &row->mapping, &row->events,
                                 &row->purposes, &row->changed_by};
    memcpy(out, texts, sizeof texts);
}

static PtStatus copy_row(PtSqlTx *tx, PtArena *arena, DestinationRow *row, PtError *err)
{
    PtStr *texts[TEXTS];
    *row = (DestinationRow){.enabled = pt_sql_i64(tx, 10) != 0,
                            .in_order = pt_sql_i64(tx, 11) != 0,
                            .historical = pt_sql_i64(tx, 12) != 0,
                            .redrive_per_s = pt_sql_i64(tx, 13),
                            .version = pt_sql_i64(tx, 14),
                            .created_ms = pt_sql_i64(tx, 15),
                            .changed_ms = pt_sql_i64(tx, 16)};
    texts_of(row, texts);
    for (int i = 0; i < TEXTS; i++) {
        *texts[i] = pt_arena_str(arena, pt_sql_text(tx, i));
        if (texts[i]->data == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for destinations");
        }
    }
    return PT_OK;
}

PtStatus destination_read(PtSqlTx *tx, PtStr id, PtArena *arena, DestinationRow *ret_row,
                          PtError *err)
{
    bool found = false;
    PtStatus st = pt_sql_use(tx, SQL_DESTINATION_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, id);
    st = pt_sql_step(tx, &found, err);
    if (st == PT_OK) {
        st = found ? copy_row(tx, arena, ret_row, err)
                   : pt_fail(err, PT_NOT_FOUND, "no destination has that id");
    }
    pt_sql_done(tx);
    return st;
}

PtStatus destination_read_all(PtSqlTx *tx, PtArena *arena, DestinationRow **ret_rows,
                              size_t *ret_count, PtError *err)
{
    bool more = true;
    size_t count = 0;
    DestinationRow *rows = pt_arena_alloc(arena, CONNECT_DESTINATIONS_MAX, sizeof *rows);
    PtStatus st = rows != NULL ? pt_sql_use(tx, SQL_DESTINATION_LIST, err)
                               : pt_fail(err, PT_NO_MEMORY, "no memory for destinations");
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, CONNECT_DESTINATIONS_MAX);
    while (count < CONNECT_DESTINATIONS_MAX && (st = pt_sql_step(tx, &more, err)) == PT_OK &&
           more) {
        st = copy_row(tx, arena, &rows[count], err);
        if (st != PT_OK) {
            break;
        }
        count++;
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_rows = rows;
        *ret_count = count;
    }
    return st;
}

static PtStatus write_row(PtSqlTx *tx, const char *statement, const DestinationRow *row,
                          PtError *err)
{
    DestinationRow copy = *row;
    PtStr *texts[TEXTS];
    const int64_t numbers[] = {row->enabled, row->in_order,   row->historical, row->redrive_per_s,
                               row->version, row->created_ms, row->changed_ms};
    PtStatus st = pt_sql_use(tx, statement, err);
    if (st != PT_OK) {
        return st;
    }
    texts_of(&copy, texts);
    for (int i = 0; i < TEXTS; i++) {
        pt_sql_bind_text(tx, i + 1, texts[i]->data != NULL ? *texts[i] : PT_STR(""));
    }
    for (int i = 0; i < (int)(sizeof numbers / sizeof *numbers); i++) {
        pt_sql_bind_i64(tx, TEXTS + 1 + i, numbers[i]);
    }
    return pt_sql_finish(tx, err);
}

static PtStatus check_room(PtSqlTx *tx, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_DESTINATION_COUNT, err);
    st = st == PT_OK ? pt_sql_step(tx, &row, err) : st;
    const bool full = st == PT_OK && row && pt_sql_i64(tx, 0) >= CONNECT_DESTINATIONS_MAX;
    pt_sql_done(tx);
    return full ? pt_fail(err, PT_TOO_LARGE, "there are %d destinations, and no room for more",
                          CONNECT_DESTINATIONS_MAX)
                : st;
}

PtStatus destination_insert(PtSqlTx *tx, const DestinationRow *row, PtError *err)
{
    PtStatus st = check_room(tx, err);
    return st == PT_OK ? write_row(tx, SQL_DESTINATION_INSERT, row, err) : st;
}

PtStatus destination_update(PtSqlTx *tx, const DestinationRow *row, PtError *err)
{
    return write_row(tx, SQL_DESTINATION_UPDATE, row, err);
}

PtStatus destination_remove(PtSqlTx *tx, PtStr id, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_DESTINATION_DELETE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, id);
    return pt_sql_finish(tx, err);
}

PtStatus destination_drop_days(PtSqlTx *tx, PtStr id, int64_t before_ms, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_DESTINATION_DAY_DROP, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, id);
    pt_sql_bind_i64(tx, 2, before_ms);
    return pt_sql_finish(tx, err);
}

PtStatus destination_check_name(PtSqlTx *tx, PtStr name, PtStr id, PtError *err)
{
    bool taken = false;
    PtStatus st = pt_sql_use(tx, SQL_DESTINATION_NAMED, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, name);
    pt_sql_bind_text(tx, 2, id);
    st = pt_sql_step(tx, &taken, err);
    pt_sql_done(tx);
    return st == PT_OK && taken
               ? pt_fail(err, PT_CONFLICT, "a destination has the name \"%.*s\" already",
                         PT_STR_ARG(name))
               : st;
}

PtStatus destination_audit(PtSqlTx *tx, const DestinationRow *row, const AuditActor *by,
                           const char *action, PtStr detail, PtError *err)
{
    const AuditEntry entry = {.by = by,
                              .action = action,
                              .subject_type = "destination",
                              .subject = row->id,
                              .subject_name = row->name,
                              .detail = detail};
    return audit_write(tx, deliver_machine_ms(), &entry, err);
}

void destination_queue_name(PtStr id, char out[static PT_OUTBOX_NAME])
{
    (void)snprintf(out, PT_OUTBOX_NAME, "destination:%.*s", PT_STR_ARG(id));
}
