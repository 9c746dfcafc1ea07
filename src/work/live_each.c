// SPDX-License-Identifier: Apache-2.0
/* The histories of items, for whoever learns from what was. */
#include "work.sql.h"
#include "work/live_internal.h"

enum { PAGE = 500 /* in one read */ };

typedef struct Walking {
    const WorkEach *each;
    LiveView view;
    int64_t now_ms;
    LiveScratch scratch;
    int64_t before_ms, before_id; /* what is left to read */
} Walking;

static PtStatus tell_item(Walking *x, uint64_t id, PtStr bytes, PtError *err)
{
    WorkHistory history;
    WorkClock response;
    const WorkItem item = live_item_of(id);
    if (item.owner != x->each->owner) {
        return PT_OK;
    }
    PtStatus st = live_unpack(bytes, &x->scratch, &history, err);
    st = st == PT_OK ? work_clock_fold(&x->view.work, &history, WORK_CLOCK_RESPONSE, x->now_ms,
                                       &response, err)
                     : st;
    return st == PT_OK ? x->each->item(x->each->ctx, item, &history, &response, err) : st;
}

static PtStatus walk_page(Work *w, Walking *x, size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool row = true;
    size_t count = 0;
    PtStatus st = pt_sql_begin(w->c.core, false, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_WORK_ITEM_SINCE, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, x->each->from_ms);
    pt_sql_bind_i64(tx, 2, x->before_ms);
    pt_sql_bind_i64(tx, 3, x->before_id);
    pt_sql_bind_i64(tx, 4, PAGE);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row &&
           (st = tell_item(x, (uint64_t)pt_sql_i64(tx, 1), pt_sql_blob(tx, 2), err)) == PT_OK) {
        x->before_ms = pt_sql_i64(tx, 0);
        x->before_id = pt_sql_i64(tx, 1);
        count++;
    }
    pt_sql_done(tx);
    *ret_count = count;
    return st;
}

PtStatus work_items_each(Work *w, const WorkEach *each, PtError *err)
{
    Walking x = {.each = each,
                 .now_ms = pt_clock_now_ms(w->c.clock),
                 .before_ms = each->to_ms,
                 .before_id = INT64_MIN};
    size_t count = PAGE;
    LiveRules *rules = live_rules_hold(w);
    PtStatus st = live_view(w, rules, &x.view, err);
    while (st == PT_OK && count == PAGE) { // others read in between
        st = walk_page(w, &x, &count, err);
    }
    live_view_done(w, &x.view);
    live_rules_release(rules);
    live_scratch_done(&x.scratch);
    return st;
}
