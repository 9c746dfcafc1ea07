// SPDX-License-Identifier: Apache-2.0
/* A policy tried on the items there were. */
#include "work.sql.h"
#include "work/live_internal.h"

enum { PAGE = 500 /* in one read */ };

typedef struct Trying {
    LiveView view;
    WorkRules would;
    int64_t now_ms;
    LiveScratch scratch;
    int64_t from_ms, before_ms, before_id; /* what is left to read */
    WorkTrial trial;
} Trying;

static PtStatus count_clock(const WorkRules *rules, const WorkHistory *history, WorkClockKind kind,
                            int64_t now_ms, uint64_t *promised, uint64_t *breached, PtError *err)
{
    WorkClock c;
    const PtStatus st = work_clock_fold(rules, history, kind, now_ms, &c, err);
    if (st == PT_OK && (c.round > 0 || c.met + c.breached > 0)) {
        *promised += 1;
        *breached += c.breached > 0 || c.state == WORK_CLOCK_IS_BREACHED;
    }
    return st;
}

static PtStatus try_item(Trying *t, PtStr bytes, PtError *err)
{
    WorkHistory history;
    PtStatus st = live_unpack(bytes, &t->scratch, &history, err);
    for (unsigned k = 0; st == PT_OK && k < WORK_CLOCKS; k++) {
        st = count_clock(&t->view.work, &history, (WorkClockKind)k, t->now_ms,
                         &t->trial.was[k].promised, &t->trial.was[k].breached, err);
        st = st == PT_OK
                 ? count_clock(&t->would, &history, (WorkClockKind)k, t->now_ms,
                               &t->trial.would[k].promised, &t->trial.would[k].breached, err)
                 : st;
    }
    t->trial.items += st == PT_OK;
    return st;
}

static PtStatus try_page(Work *w, Trying *t, size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool row = true;
    size_t count = 0;
    PtStatus st = pt_sql_begin(w->c.core, false, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_WORK_ITEM_SINCE, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, t->from_ms);
    pt_sql_bind_i64(tx, 2, t->before_ms);
    pt_sql_bind_i64(tx, 3, t->before_id);
    pt_sql_bind_i64(tx, 4, PAGE);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row &&
           (st = try_item(t, pt_sql_blob(tx, 2), err)) == PT_OK) {
        t->before_ms = pt_sql_i64(tx, 0);
        t->before_id = pt_sql_i64(tx, 1);
        count++;
    }
    pt_sql_done(tx);
    *ret_count = count;
    return st;
}

/* Others read in between. */
static PtStatus try_items(Work *w, Trying *t, PtError *err)
{
    size_t count = PAGE;
    PtStatus st = PT_OK;
    while (st == PT_OK && count == PAGE && t->trial.items < WORK_TRIAL_ITEMS) {
        st = try_page(w, t, &count, err);
    }
    return st;
}

PtStatus work_policy_try(Work *w, PtStr json, int64_t from_ms, WorkTrial *ret_trial, PtError *err)
{
    WorkPolicy *policy = NULL;
    Trying t = {.now_ms = pt_clock_now_ms(w->c.clock),
                .from_ms = from_ms,
                .before_ms = INT64_MAX,
                .before_id = INT64_MAX};
    PtStatus st = work_policy_read(json, &policy, err);
    if (st != PT_OK) {
        return st;
    }
    const WorkVersion version = {.policy = policy, .from_ms = INT64_MIN, .until_ms = WORK_NEVER};
    LiveRules *rules = live_rules_hold(w);
    st = live_view(w, rules, &t.view, err);
    if (st == PT_OK) {
        t.would = (WorkRules){&version, 1, t.view.work.calendars};
        st = try_items(w, &t, err);
    }
    live_view_done(w, &t.view);
    live_rules_release(rules);
    live_scratch_done(&t.scratch);
    work_policy_free(policy);
    if (st == PT_OK) {
        *ret_trial = t.trial;
    }
    return st;
}
