// SPDX-License-Identifier: Apache-2.0
/* Items opened, changed and asked about. */
#include "work/live_internal.h"

#include <stdlib.h>

static PtStatus check_item(WorkItem item, PtError *err)
{
    return (unsigned)item.owner < WORK_OWNERS && item.number > 0 &&
                   item.number < INT64_C(1) << LIVE_OWNER_SHIFT
               ? PT_OK
               : pt_fail(err, PT_INVALID, "no number of a work item: %lld", (long long)item.number);
}

PtStatus work_opened(Work *w, PtSqlTx *tx, WorkItem item, const WorkRow *first, PtError *err)
{
    (void)w;
    const PtStatus st = check_item(item, err);
    return st == PT_OK ? live_add(tx, live_id(item), first, err) : st;
}

PtStatus work_changed(Work *w, PtSqlTx *tx, WorkItem item, const WorkRow *row, PtError *err)
{
    int64_t version = 0;
    PtStatus st = check_item(item, err);
    st = st == PT_OK ? live_append(tx, live_id(item), row, &version, err) : st;
    if (st == PT_OK) {
        live_mark(w, live_id(item), version);
    }
    return st;
}

static PtStatus read_item(Work *w, WorkItem item, LiveStored *ret_stored, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = check_item(item, err);
    st = st == PT_OK ? pt_sql_begin(w->c.core, false, &tx, err) : st;
    return st == PT_OK ? live_read(tx, live_id(item), ret_stored, err) : st;
}

PtStatus work_settled(Work *w, WorkItem item, PtError *err)
{
    LiveStored stored = {0};
    PtStatus st = read_item(w, item, &stored, err);
    if (st == PT_OK && stored.live) {
        st = live_install(w, live_id(item), stored.record, err);
    } else if (st == PT_OK) {
        live_remove(w, live_id(item), stored.version);
        free(stored.record);
    }
    if (st != PT_OK && st != PT_NOT_FOUND) {
        live_missed(w);
    }
    return st;
}

/* ---- Asked about ------------------------------------------------------------------------------
 */

/* The item's rows in the arena. */
static PtStatus get_history(Work *w, WorkItem item, PtArena *arena, LiveScratch *scratch,
                            WorkHistory *ret_history, PtError *err)
{
    LiveStored stored = {0};
    PtStatus st = read_item(w, item, &stored, err);
    if (st != PT_OK) {
        return st;
    }
    const PtStr bytes = pt_arena_str(arena, live_record_history(stored.record));
    free(stored.record);
    return bytes.data != NULL ? live_unpack(bytes, scratch, ret_history, err)
                              : pt_fail(err, PT_NO_MEMORY, "no memory for an item's clocks");
}

static PtStatus keep_text(PtStr *text, PtArena *arena, PtError *err)
{
    const PtStr kept = text->len > 0 ? pt_arena_str(arena, *text) : PT_STR("");
    *text = kept;
    return kept.data != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for clocks");
}

static PtStatus fold_all(const LiveView *view, const WorkHistory *history, int64_t now_ms,
                         WorkClock *clocks, PtArena *arena, PtError *err)
{
    PtStatus st = PT_OK;
    for (unsigned k = 0; st == PT_OK && k < WORK_CLOCKS; k++) {
        st = work_clock_fold(&view->work, history, (WorkClockKind)k, now_ms, &clocks[k], err);
        for (unsigned i = 0; st == PT_OK && i < clocks[k].step_count; i++) {
            st = keep_text(&clocks[k].step_names[i], arena, err);
        }
    }
    return st;
}

PtStatus work_item_clocks(Work *w, WorkItem item, WorkClock ret_clocks[static WORK_CLOCKS],
                          PtArena *arena, PtError *err)
{
    LiveScratch scratch = {0};
    LiveView view = {0};
    WorkHistory history;
    WorkClock clocks[WORK_CLOCKS];
    LiveRules *rules = live_rules_hold(w);
    PtStatus st = get_history(w, item, arena, &scratch, &history, err);
    st = st == PT_OK ? live_view(w, rules, &view, err) : st;
    st = st == PT_OK ? fold_all(&view, &history, pt_clock_now_ms(w->c.clock), clocks, arena, err)
                     : st;
    for (unsigned k = 0; st == PT_OK && k < WORK_CLOCKS; k++) {
        ret_clocks[k] = clocks[k];
    }
    live_view_done(w, &view);
    live_rules_release(rules);
    live_scratch_done(&scratch);
    return st;
}

/* The names of calendars may be the policy's, which goes. Those of one stretch after the other are
 * mostly the same. */
static PtStatus keep_names(const WorkExplained *told, PtArena *arena, WorkExplained *ret_explained,
                           PtError *err)
{
    WorkStretch *list = pt_arena_alloc(arena, told->count + 1, sizeof *list);
    PtStatus st = list != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for clocks");
    for (size_t i = 0; st == PT_OK && i < told->count; i++) {
        list[i] = told->list[i];
        if (i > 0 && pt_str_eq(list[i].in, list[i - 1].in)) {
            list[i].in = list[i - 1].in;
        } else {
            st = keep_text(&list[i].in, arena, err);
        }
    }
    if (st == PT_OK) {
        *ret_explained = (WorkExplained){list, told->count};
    }
    return st;
}

PtStatus work_item_explain(Work *w, WorkItem item, WorkClockKind kind, PtArena *arena,
                           WorkExplained *ret_explained, PtError *err)
{
    LiveScratch scratch = {0};
    LiveView view = {0};
    WorkHistory history;
    WorkExplained told;
    LiveRules *rules = live_rules_hold(w);
    PtStatus st = get_history(w, item, arena, &scratch, &history, err);
    st = st == PT_OK ? live_view(w, rules, &view, err) : st;
    st = st == PT_OK ? work_clock_explain(&view.work, &history, kind, pt_clock_now_ms(w->c.clock),
                                          arena, &told, err)
                     : st;
    st = st == PT_OK ? keep_names(&told, arena, ret_explained, err) : st;
    live_view_done(w, &view);
    live_rules_release(rules);
    live_scratch_done(&scratch);
    return st;
}
