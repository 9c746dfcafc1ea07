// SPDX-License-Identifier: Apache-2.0
/* Items and what was fired, in SQL. */
#include "work.sql.h"
#include "work/live_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIRED_MAX = 1 << 17 /* of one item */,
    FIRST_FIRED = 16,
    SAYING_ROWS = WORK_ROWS / 2, /* of rows that change nothing, so that they leave room */
};

static const char *const kind_names[] = {
    [WORK_AT_RISK] = "at_risk", [WORK_BREACHED] = "breached", [WORK_STEP] = "step"};

PtStr live_kind_name(WorkFiredKind kind)
{
    return pt_str(kind_names[kind]);
}

/* ---- What was fired ---------------------------------------------------------------------------
 */

static bool read_clock(PtStr name, uint8_t *ret_clock)
{
    for (unsigned k = 0; k < WORK_CLOCKS; k++) {
        if (pt_str_eq(name, pt_str(work_clock_name((WorkClockKind)k)))) {
            *ret_clock = (uint8_t)k;
            return true;
        }
    }
    return false;
}

static bool read_kind(PtStr name, uint8_t *ret_kind)
{
    for (unsigned k = 0; k < sizeof kind_names / sizeof *kind_names; k++) {
        if (pt_str_eq(name, pt_str(kind_names[k]))) {
            *ret_kind = (uint8_t)k;
            return true;
        }
    }
    return false;
}

PtStatus live_fired_row(PtSqlTx *tx, int column, LiveFired *ret_fired, PtError *err)
{
    *ret_fired = (LiveFired){.round = (uint32_t)pt_sql_i64(tx, column + 1),
                             .step = live_step_hash(pt_sql_text(tx, column + 3)),
                             .due_ms = pt_sql_i64(tx, column + 4)};
    return read_clock(pt_sql_text(tx, column), &ret_fired->clock) &&
                   read_kind(pt_sql_text(tx, column + 2), &ret_fired->kind)
               ? PT_OK
               : pt_fail(err, PT_CORRUPT, "a row of work_fired names no clock or kind");
}

PtStatus live_fired_add(LiveFiredList *list, const LiveFired *one, PtError *err)
{
    if (list->count == list->room) {
        const size_t room = list->room > 0 ? 2 * list->room : FIRST_FIRED;
        LiveFired *items = room <= FIRED_MAX ? realloc(list->items, room * sizeof *items) : NULL;
        if (items == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for what was fired");
        }
        list->items = items;
        list->room = room;
    }
    list->items[list->count++] = *one;
    return PT_OK;
}

static PtStatus read_fired(PtSqlTx *tx, uint64_t id, LiveFiredList *list, PtError *err)
{
    bool row = false;
    LiveFired one;
    PtStatus st = pt_sql_use(tx, SQL_WORK_FIRED_OF, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, (int64_t)id);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row &&
           (st = live_fired_row(tx, 0, &one, err)) == PT_OK &&
           (st = live_fired_add(list, &one, err)) == PT_OK) {
    }
    pt_sql_done(tx);
    return st;
}

/* ---- Records ----------------------------------------------------------------------------------
 */

LiveRecord *live_record_new(int64_t version, const LiveFired *fired, size_t fired_count,
                            PtStr history)
{
    LiveRecord *r = malloc(sizeof *r + fired_count * sizeof *fired + history.len);
    if (r != NULL) {
        r->version = version;
        r->history_len = (uint32_t)history.len;
        r->fired_count = (uint32_t)fired_count;
        if (fired_count > 0) {
            memcpy(r->fired, fired, fired_count * sizeof *fired);
        }
        if (history.len > 0) {
            memcpy(r->fired + fired_count, history.data, history.len);
        }
    }
    return r;
}

/* The statement stands at the item's row. */
static PtStatus copy_history(PtSqlTx *tx, PtBuf *history, LiveStored *stored, PtError *err)
{
    stored->version = pt_sql_i64(tx, 0);
    stored->live = pt_sql_i64(tx, 1) != 0;
    pt_buf_add_str(history, pt_sql_blob(tx, 2));
    return pt_buf_status(history) == PT_OK ? PT_OK
                                           : pt_fail(err, PT_NO_MEMORY, "no memory for a history");
}

static PtStatus read_item(PtSqlTx *tx, uint64_t id, PtBuf *history, LiveStored *stored,
                          PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_WORK_ITEM_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, (int64_t)id);
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        st = row ? copy_history(tx, history, stored, err)
                 : pt_fail(err, PT_NOT_FOUND, "no such work item");
    }
    pt_sql_done(tx);
    return st;
}

PtStatus live_read(PtSqlTx *tx, uint64_t id, LiveStored *ret_stored, PtError *err)
{
    LiveStored stored = {0};
    LiveFiredList fired = {0};
    PtBuf history;
    pt_buf_init(&history, LIVE_HISTORY_BYTES);
    PtStatus st = read_item(tx, id, &history, &stored, err);
    st = st == PT_OK ? read_fired(tx, id, &fired, err) : st;
    if (st == PT_OK) {
        stored.record =
            live_record_new(stored.version, fired.items, fired.count, pt_buf_str(&history));
        st = stored.record != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for an item");
    }
    if (st == PT_OK) {
        *ret_stored = stored;
    }
    free(fired.items);
    pt_buf_done(&history);
    return st;
}

/* ---- Rows -------------------------------------------------------------------------------------
 */

PtStatus live_add(PtSqlTx *tx, uint64_t id, const WorkRow *first, PtError *err)
{
    PtBuf history;
    pt_buf_init(&history, LIVE_HISTORY_BYTES);
    PtStatus st = live_pack(&history, first, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_WORK_ITEM_ADD, err) : st;
    if (st == PT_OK) {
        pt_sql_bind_i64(tx, 1, (int64_t)id);
        pt_sql_bind_i64(tx, 2, first->at_ms);
        pt_sql_bind_blob(tx, 3, pt_buf_str(&history));
        st = pt_sql_finish(tx, err);
    }
    pt_buf_done(&history);
    return st;
}

/* Behind the rows that there are, not before their latest instant. What only says something finds
 * no room where there are many: whoever writes again and again must not keep an item from ending.
 */
static PtStatus pack_behind(PtBuf *history, const WorkRow *row, PtError *err)
{
    LiveScratch scratch = {0};
    WorkHistory rows;
    WorkRow taken = *row;
    PtStatus st = live_unpack(pt_buf_str(history), &scratch, &rows, err);
    const bool passed = st == PT_OK && row->change_count == 0 && rows.count >= SAYING_ROWS;
    if (st == PT_OK && !passed && rows.count >= WORK_ROWS) {
        st =
            pt_fail(err, PT_TOO_LARGE, "an item has %d changes, the most that are kept", WORK_ROWS);
    }
    if (st == PT_OK && !passed) {
        const int64_t latest = rows.rows[rows.count - 1].at_ms;
        taken.at_ms = row->at_ms > latest ? row->at_ms : latest;
        st = live_pack(history, &taken, err);
    }
    live_scratch_done(&scratch);
    return st;
}

PtStatus live_append(PtSqlTx *tx, uint64_t id, const WorkRow *row, int64_t *ret_version,
                     PtError *err)
{
    LiveStored stored = {0};
    PtBuf history;
    pt_buf_init(&history, LIVE_HISTORY_BYTES);
    PtStatus st = read_item(tx, id, &history, &stored, err);
    st = st == PT_OK ? pack_behind(&history, row, err) : st;
    st = st == PT_OK ? pt_sql_use(tx, SQL_WORK_ITEM_SET, err) : st;
    if (st == PT_OK) {
        pt_sql_bind_i64(tx, 1, (int64_t)id);
        pt_sql_bind_i64(tx, 2, stored.version + 1);
        pt_sql_bind_blob(tx, 3, pt_buf_str(&history));
        st = pt_sql_finish(tx, err);
    }
    if (st == PT_OK) {
        *ret_version = stored.version + 1;
    }
    pt_buf_done(&history);
    return st;
}

/* ---- Writing what is fired --------------------------------------------------------------------
 */

PtStatus live_write_fired(PtSqlTx *tx, const WorkFired *fired, int64_t now_ms, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_WORK_FIRED_ADD, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, (int64_t)live_id(fired->item));
    pt_sql_bind_text(tx, 2, pt_str(work_clock_name(fired->clock)));
    pt_sql_bind_i64(tx, 3, fired->round);
    pt_sql_bind_text(tx, 4, live_kind_name(fired->kind));
    pt_sql_bind_text(tx, 5, fired->name.len > 0 ? fired->name : PT_STR(""));
    pt_sql_bind_i64(tx, 6, fired->due_ms);
    pt_sql_bind_i64(tx, 7, now_ms);
    st = pt_sql_finish(tx, err);
    if (st == PT_OK && pt_sql_changes(tx) != 1) {
        st = pt_fail(err, PT_CONFLICT, "this deadline has been fired");
    }
    return st;
}

PtStatus live_write_correction(PtSqlTx *tx, uint64_t id, const LiveFired *fired, int64_t now_ms,
                               PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_WORK_FIRED_CORRECT, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, (int64_t)id);
    pt_sql_bind_text(tx, 2, pt_str(work_clock_name((WorkClockKind)fired->clock)));
    pt_sql_bind_i64(tx, 3, fired->round);
    pt_sql_bind_text(tx, 4, live_kind_name((WorkFiredKind)fired->kind));
    pt_sql_bind_i64(tx, 5, fired->due_ms);
    pt_sql_bind_i64(tx, 6, now_ms);
    return pt_sql_finish(tx, err);
}

PtStatus live_touch(PtSqlTx *tx, uint64_t id, int64_t version, bool live, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_WORK_ITEM_TOUCH, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, (int64_t)id);
    pt_sql_bind_i64(tx, 2, version);
    pt_sql_bind_i64(tx, 3, live);
    st = pt_sql_finish(tx, err);
    return st == PT_OK && pt_sql_changes(tx) != 1
               ? pt_fail(err, PT_CONFLICT, "the item was changed meanwhile")
               : st;
}
