// SPDX-License-Identifier: Apache-2.0
/* All open items from SQL into memory, by one ordered scan. */
#include "work.sql.h"
#include "work/live_internal.h"

#include <stdlib.h>

enum { COLUMN_FIRED = 3 };

typedef struct Loading {
    Work *w;
    uint64_t id; /* whose rows are being read; 0: none yet */
    int64_t version;
    PtBuf history;
    LiveFiredList fired;
} Loading;

/* The item is complete. */
static PtStatus put_item(Loading *l, PtError *err)
{
    if (l->id == 0) {
        return PT_OK;
    }
    LiveRecord *record =
        live_record_new(l->version, l->fired.items, l->fired.count, pt_buf_str(&l->history));
    return record != NULL ? live_install(l->w, l->id, record, err)
                          : pt_fail(err, PT_NO_MEMORY, "no memory for open items");
}

static PtStatus begin_item(Loading *l, PtSqlTx *tx, uint64_t id, PtError *err)
{
    const PtStatus st = put_item(l, err);
    l->id = id;
    l->version = pt_sql_i64(tx, 1);
    l->fired.count = 0;
    pt_buf_clear(&l->history, LIVE_HISTORY_BYTES);
    pt_buf_add_str(&l->history, pt_sql_blob(tx, 2));
    return st == PT_OK && pt_buf_status(&l->history) != PT_OK
               ? pt_fail(err, PT_NO_MEMORY, "no memory for open items")
               : st;
}

static PtStatus take_row(Loading *l, PtSqlTx *tx, PtError *err)
{
    const uint64_t id = (uint64_t)pt_sql_i64(tx, 0);
    LiveFired one;
    PtStatus st = PT_OK;
    if (id != l->id) {
        st = begin_item(l, tx, id, err);
    }
    if (st == PT_OK && !pt_sql_is_null(tx, COLUMN_FIRED)) {
        st = live_fired_row(tx, COLUMN_FIRED, &one, err);
        st = st == PT_OK ? live_fired_add(&l->fired, &one, err) : st;
    }
    return st;
}

PtStatus live_load(Work *w, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    Loading l = {.w = w};
    bool row = true;
    pt_buf_init(&l.history, LIVE_HISTORY_BYTES);
    PtStatus st = pt_sql_begin(w->c.core, false, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_WORK_ITEM_LIVE, err) : st;
    if (st == PT_OK) {
        while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row &&
               (st = take_row(&l, tx, err)) == PT_OK) {
        }
        pt_sql_done(tx);
    }
    st = st == PT_OK ? put_item(&l, err) : st;
    free(l.fired.items);
    pt_buf_done(&l.history);
    return st;
}
