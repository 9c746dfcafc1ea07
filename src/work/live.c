// SPDX-License-Identifier: Apache-2.0
/* Live clocks opened and closed; the thread that looks at all items anew when rules change. */
#include "platform/diag.h"
#include "platform/metrics.h"
#include "work/live_internal.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SLICE = 64 /* items at once under the lock */, AGAIN_MS = 2000 /* after no memory */ };

/* ---- Rules and calendars, held ----------------------------------------------------------------
 */

LiveRules *live_rules_hold(Work *w)
{
    (void)pthread_mutex_lock(&w->lock);
    LiveRules *r = w->rules;
    atomic_fetch_add(&r->holders, 1);
    (void)pthread_mutex_unlock(&w->lock);
    return r;
}

PtStatus live_view(Work *w, const LiveRules *rules, LiveView *ret_view, PtError *err)
{
    const WorkCalendars *held = NULL;
    if (w->c.calendars.hold != NULL) {
        held = w->c.calendars.hold(w->c.calendars.ctx);
        if (held == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for calendars");
        }
    }
    *ret_view = (LiveView){
        .rules = rules, .held = held, .work = {.versions = rules->versions, .count = rules->count}};
    if (held != NULL) {
        ret_view->work.calendars = *held;
    }
    return PT_OK;
}

void live_view_done(Work *w, LiveView *view)
{
    if (view->held != NULL) {
        w->c.calendars.release(w->c.calendars.ctx, PT_TAKE(view->held));
    }
}

/* ---- Items, looked at -------------------------------------------------------------------------
 */

static void tell_due(Work *w, LiveItem *item, const WorkDue *due)
{
    const WorkItem of = live_item_of(item->id);
    const WorkListener *l = &w->c.listener[of.owner];
    const WorkDue *told = &item->told;
    if (told->due_ms == due->due_ms && told->at_risk_ms == due->at_risk_ms &&
        told->clock == due->clock && told->paused == due->paused) {
        return;
    }
    item->told = *due;
    if (l->due != NULL) {
        l->due(l->ctx, of, due);
    }
}

PtStatus live_look(Work *w, const LiveView *view, LiveItem *item, PtError *err)
{
    const LiveRecord *r = item->record;
    const int64_t now_ms = pt_clock_now_ms(w->c.clock);
    LiveVerdict *v = &w->verdict;
    WorkHistory history;
    PtStatus st = live_unpack(live_record_history(r), &w->scratch, &history, err);
    if (st == PT_OK) {
        st = live_judge(view, &history, r->fired, r->fired_count, now_ms, v, err);
    }
    const int64_t next_ms = item->missed_ms != WORK_NEVER ? item->missed_ms
                            : v->over                     ? now_ms
                                                          : v->next_ms;
    if (st == PT_OK && next_ms != item->next_ms) {
        // what is overdue is caught up with: the timers are not late for it
        st = pt_timers_set(w->timers, LIVE_TIMER_ITEM, item->id,
                           next_ms > now_ms ? next_ms : now_ms, err);
        item->next_ms = st == PT_OK ? next_ms : LIVE_UNSET;
    }
    if (st == PT_OK) {
        tell_due(w, item, &v->told);
    }
    return st;
}

/* The lock is held. */
static PtStatus look_now(Work *w, LiveItem *item, PtError *err)
{
    LiveView view;
    PtStatus st = live_view(w, w->rules, &view, err);
    if (st == PT_OK) {
        item->next_ms = LIVE_UNSET; // its timer may be the one that is being fired
        st = live_look(w, &view, item, err);
        live_view_done(w, &view);
    }
    return st;
}

/* The lock is held. A deadline that has come and was not fired: what follows it may end the round
 * that it is of. */
static void note_missed(const Work *w, LiveItem *item)
{
    const int64_t now_ms = pt_clock_now_ms(w->c.clock);
    if (item->next_ms != LIVE_UNSET && item->next_ms <= now_ms && item->next_ms < item->missed_ms) {
        item->missed_ms = item->next_ms;
    }
}

PtStatus live_install(Work *w, uint64_t id, LiveRecord *record, PtError *err)
{
    (void)pthread_mutex_lock(&w->lock);
    LiveItem *item = live_table_find(&w->table, id);
    if (item != NULL && item->record->version < record->version) {
        note_missed(w, item);
    }
    PtStatus st = live_table_put(&w->table, id, record, &item, err);
    st = st == PT_OK ? look_now(w, item, err) : st;
    (void)pthread_mutex_unlock(&w->lock);
    return st;
}

PtStatus live_install_fired(Work *w, uint64_t id, LiveRecord *record, int64_t missed_ms,
                            PtError *err)
{
    LiveItem *item = NULL;
    (void)pthread_mutex_lock(&w->lock);
    PtStatus st = live_table_put(&w->table, id, record, &item, err);
    if (st == PT_OK) {
        item->missed_ms = item->missed_ms == missed_ms ? WORK_NEVER : item->missed_ms;
        st = look_now(w, item, err);
    }
    (void)pthread_mutex_unlock(&w->lock);
    return st;
}

void live_remove(Work *w, uint64_t id, int64_t version)
{
    (void)pthread_mutex_lock(&w->lock);
    LiveItem *item = live_table_find(&w->table, id);
    if (item != NULL && item->record->version < version) {
        pt_timers_cancel(w->timers, LIVE_TIMER_ITEM, id);
        tell_due(w, item, &(WorkDue){.due_ms = WORK_NEVER, .at_risk_ms = WORK_NEVER});
        live_table_drop(&w->table, item);
    }
    (void)pthread_mutex_unlock(&w->lock);
}

void live_mark(Work *w, uint64_t id, int64_t version)
{
    (void)pthread_mutex_lock(&w->lock);
    LiveItem *item = live_table_find(&w->table, id);
    if (item != NULL && item->ahead < version) {
        item->ahead = version;
    }
    (void)pthread_mutex_unlock(&w->lock);
    atomic_fetch_add(&w->marks, 1);
}

/* ---- All items anew ---------------------------------------------------------------------------
 */

static void ask_pass(Work *w)
{
    (void)pthread_mutex_lock(&w->lock);
    w->wanted++;
    (void)pthread_cond_broadcast(&w->wake);
    (void)pthread_mutex_unlock(&w->lock);
}

PtStatus work_calendars_changed(Work *w, PtError *err)
{
    (void)err;
    ask_pass(w);
    return PT_OK;
}

void live_missed(Work *w)
{
    (void)pthread_mutex_lock(&w->lock);
    w->missed = true;
    (void)pthread_cond_broadcast(&w->wake);
    (void)pthread_mutex_unlock(&w->lock);
}

void live_wait(Work *w)
{
    (void)pthread_mutex_lock(&w->lock);
    while (w->running && !w->stop && w->passed < w->wanted) {
        (void)pthread_cond_wait(&w->done, &w->lock);
    }
    (void)pthread_mutex_unlock(&w->lock);
}

/* When the next version begins or ends, what holds changes without a row. With the lock held, so
 * that the timer is that of the rules there are. */
static PtStatus arm_rules(Work *w, PtError *err)
{
    (void)pthread_mutex_lock(&w->lock);
    const PtStatus st =
        pt_timers_set(w->timers, LIVE_TIMER_RULES, 0,
                      live_rules_next_ms(w->rules, pt_clock_now_ms(w->c.clock)), err);
    (void)pthread_mutex_unlock(&w->lock);
    return st;
}

PtStatus live_rules_turn(void *ctx, const PtTimer *timers, size_t count, PtError *err)
{
    Work *w = ctx;
    (void)timers;
    (void)count;
    const PtStatus st = arm_rules(w, err);
    ask_pass(w);
    return st;
}

void live_take_rules(Work *w, LiveRules *rules)
{
    PtError err;
    (void)pthread_mutex_lock(&w->lock);
    LiveRules *before = w->rules;
    w->rules = rules;
    (void)pthread_mutex_unlock(&w->lock);
    live_rules_release(before);
    if (arm_rules(w, &err) != PT_OK) {
        live_missed(w); // the thread arms it when there is memory again
    }
    ask_pass(w);
}

/* The places of one slice; the lock is held. */
static PtStatus look_at_slice(Work *w, size_t from, PtError *err)
{
    LiveView view;
    PtStatus st = live_view(w, w->rules, &view, err);
    if (st != PT_OK) {
        return st;
    }
    for (size_t i = from; st == PT_OK && i < w->table.count && i < from + SLICE; i++) {
        if (w->table.items[i].id != 0) {
            st = live_look(w, &view, &w->table.items[i], err);
        }
    }
    live_view_done(w, &view);
    return st;
}

/* The lock is held, and given back between slices, so that writes get through. */
static PtStatus look_at_all(Work *w, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t from = 0; st == PT_OK && !w->stop && from < w->table.count; from += SLICE) {
        st = look_at_slice(w, from, err);
        (void)pthread_mutex_unlock(&w->lock);
        (void)pthread_mutex_lock(&w->lock);
    }
    return st;
}

/* What the table missed is read from SQL. The lock is given back meanwhile. */
static PtStatus make_up(Work *w, PtError *err)
{
    w->missed = false;
    (void)pthread_mutex_unlock(&w->lock);
    PtStatus st = live_load(w, err);
    st = st == PT_OK ? arm_rules(w, err) : st;
    (void)pthread_mutex_lock(&w->lock);
    w->missed = w->missed || st != PT_OK;
    return st;
}

static PtStatus pass(Work *w, PtError *err)
{
    const uint64_t wanted = w->wanted;
    const int64_t began_ms = pt_mono_ms();
    const PtStatus st = look_at_all(w, err);
    if (st == PT_OK) {
        w->passed = wanted;
        atomic_store(&w->counts.pass_ms, pt_mono_ms() - began_ms);
        atomic_fetch_add(&w->counts.passes, 1);
        (void)pthread_cond_broadcast(&w->done);
    }
    return st;
}

static void rest(Work *w)
{
    const int64_t at_ns = pt_mono_ns() + (int64_t)AGAIN_MS * 1000000;
    const struct timespec until = {at_ns / 1000000000, at_ns % 1000000000};
    int rc = 0;
    while (!w->stop && rc == 0) {
        rc = pthread_cond_timedwait(&w->wake, &w->lock, &until);
    }
}

static void *live_thread(void *ctx)
{
    Work *w = ctx;
    bool failing = false;
    (void)pthread_mutex_lock(&w->lock);
    while (!w->stop) {
        PtError err = {0};
        PtStatus st = PT_OK;
        if (w->missed) {
            st = make_up(w, &err);
        } else if (w->passed < w->wanted) {
            st = pass(w, &err);
        } else {
            (void)pthread_cond_wait(&w->wake, &w->lock);
        }
        if (st != PT_OK) {
            if (!failing) {
                pt_diag(PT_DIAG_ERROR, "work", "clocks will be computed again",
                        PT_F_STR("problem", pt_str(err.message)));
            }
            rest(w);
        }
        failing = st != PT_OK;
    }
    (void)pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* ---- Opening and closing ----------------------------------------------------------------------
 */

static PtStatus open_parts(Work *w, PtError *err)
{
    PtStatus st = pt_timers_new(w->c.clock, &w->timers, err);
    if (st == PT_OK) {
        pt_timers_kind(w->timers, LIVE_TIMER_ITEM, "work", live_fire, w);
        pt_timers_kind(w->timers, LIVE_TIMER_RULES, "work policies", live_rules_turn, w);
        st = live_rules_load(w, err);
    }
    return st == PT_OK ? live_load(w, err) : st;
}

PtStatus work_open(const WorkConfig *config, Work **ret_work, PtError *err)
{
    pthread_condattr_t attr;
    Work *w = calloc(1, sizeof *w);
    if (w == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for clocks");
    }
    w->c = *config;
    w->opened_ms = pt_clock_now_ms(config->clock);
    (void)pthread_mutex_init(&w->editing, NULL); // these do not fail on Linux
    (void)pthread_mutex_init(&w->lock, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&w->wake, &attr);
    (void)pthread_cond_init(&w->done, NULL);
    (void)pthread_condattr_destroy(&attr);
    const PtStatus st = open_parts(w, err);
    if (st != PT_OK) {
        work_close(w);
        return st;
    }
    w->passed = w->wanted; // what was loaded was looked at
    *ret_work = w;
    return PT_OK;
}

PtStatus work_start(Work *w, PtError *err)
{
    sigset_t all, before; // signals are the main thread's
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    const int rc = pthread_create(&w->thread, NULL, live_thread, w);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc != 0) {
        return pt_fail(err, PT_UNAVAILABLE, "no thread for clocks: %s", strerror(rc));
    }
    w->running = true;
    return pt_timers_start(w->timers, err);
}

void work_close(Work *w)
{
    if (w == NULL) {
        return;
    }
    if (w->running) {
        (void)pthread_mutex_lock(&w->lock);
        w->stop = true;
        (void)pthread_cond_broadcast(&w->wake);
        (void)pthread_cond_broadcast(&w->done);
        (void)pthread_mutex_unlock(&w->lock);
        (void)pthread_join(w->thread, NULL); // it sets timers
    }
    pt_timers_free(w->timers);
    live_table_done(&w->table);
    live_rules_release(w->rules);
    live_scratch_done(&w->scratch);
    (void)pthread_cond_destroy(&w->wake);
    (void)pthread_cond_destroy(&w->done);
    (void)pthread_mutex_destroy(&w->lock);
    (void)pthread_mutex_destroy(&w->editing);
    free(w);
}

void work_metrics(void *ctx, PtBuf *out)
{
    static const char *const labels[] = {[WORK_AT_RISK] = "kind=\"at_risk\"",
                                         [WORK_BREACHED] = "kind=\"breached\"",
                                         [WORK_STEP] = "kind=\"step\""};
    Work *w = ctx;
    const PtTimersState timers = pt_timers_state(w->timers);
    (void)pthread_mutex_lock(&w->lock);
    const uint64_t items = w->table.live;
    const uint64_t bytes = w->table.bytes + w->table.room * sizeof *w->table.items +
                           w->table.bucket_count * sizeof *w->table.buckets + timers.bytes;
    const bool behind = w->missed || w->passed < w->wanted;
    (void)pthread_mutex_unlock(&w->lock);
    for (unsigned k = 0; k <= WORK_STEP; k++) {
        pt_metric_line(out, "patron_work_fired_total", "counter",
                       "Deadlines that came: warnings, breaches, steps", k == 0, labels[k],
                       (double)atomic_load(&w->counts.fired[k]));
    }
    const struct {
        const char *name, *kind, *help;
        double value;
    } rows[] = {
        {"patron_work_caught_up_total", "counter", "Of them, due before the start",
         (double)atomic_load(&w->counts.caught_up)},
        {"patron_work_fired_late_total", "counter", "Of the others, over a second late",
         (double)atomic_load(&w->counts.late)},
        {"patron_work_corrected_total", "counter", "Warnings and breaches that were taken back",
         (double)atomic_load(&w->counts.corrected)},
        {"patron_work_items", "gauge", "Open work items", (double)items},
        {"patron_work_deadlines", "gauge", "Items with a deadline ahead", (double)timers.armed},
        {"patron_work_late_seconds", "gauge",
         "Longest that a deadline waited within the last minute or two, by the daemon's clock",
         (double)timers.late_ms / 1000},
        {"patron_work_memory_bytes", "gauge", "Memory of open items and their deadlines",
         (double)bytes},
        {"patron_work_behind", "gauge", "1: clocks are being computed anew", behind},
        {"patron_work_anew_total", "counter", "Times that all clocks were computed anew",
         (double)atomic_load(&w->counts.passes)},
        {"patron_work_anew_seconds", "gauge", "What that took, last",
         (double)atomic_load(&w->counts.pass_ms) / 1000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        pt_metric_line(out, rows[i].name, rows[i].kind, rows[i].help, true, NULL, rows[i].value);
    }
}
