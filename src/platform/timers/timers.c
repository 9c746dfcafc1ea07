// SPDX-License-Identifier: Apache-2.0
/* The thread that fires what the wheel says is due, by the daemon's clock. */
#include "base/memory.h"
#include "platform/diag.h"
#include "platform/metrics.h"
#include "platform/timers/wheel_internal.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    AGAIN_MS = 1000, /* machine's time, after a failed call */
    LOOK_MS = 60000, /* the longest sleep: the real clock may be set */
    LATE_WINDOW_MS = 60000,
    TURN_BACK_MS = 60000, /* a clock that shows so much less than before */
};

typedef struct Kind {
    const char *name;
    PtTimerFired *fn;
    void *ctx;
    bool failing;
} Kind;

typedef struct Again { /* fired in vain */
    WheelDue due;
    int64_t at_mono_ms;
} Again;

struct PtTimers {
    const PtClock *clock;
    PtClockWatch watch;
    Kind kinds[PT_TIMER_KINDS];
    pthread_t thread;
    bool running;

    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stop, woken;
    Wheel wheel;
    int64_t shown_ms;  /* the latest that the clock showed */
    int64_t sleeps_ms; /* until then, by the clock; INT64_MIN: it is awake */
    Again *again;      /* by time, from again_head on */
    size_t again_head, again_count, again_room;
    uint64_t fired;
    int64_t late_from_ms, late_now_ms, late_before_ms; /* mono; of this minute, of the last */
};

static void wake(PtTimers *t)
{
    t->woken = true;
    (void)pthread_cond_signal(&t->wake);
}

static void clock_changed(void *ctx)
{
    PtTimers *t = ctx;
    (void)pthread_mutex_lock(&t->lock);
    wake(t);
    (void)pthread_mutex_unlock(&t->lock);
}

PtStatus pt_timers_new(const PtClock *clock, PtTimers **ret_timers, PtError *err)
{
    PtTimers *t = calloc(1, sizeof *t);
    if (t == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for timers");
    }
    t->clock = clock;
    t->shown_ms = pt_clock_now_ms(clock);
    t->sleeps_ms = INT64_MIN;
    PtStatus st = wheel_init(&t->wheel, t->shown_ms, err);
    if (st != PT_OK) {
        free(t);
        return st;
    }
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&t->lock, NULL);
    (void)pthread_cond_init(&t->wake, &attr);
    (void)pthread_condattr_destroy(&attr);
    t->watch = (PtClockWatch){.changed = clock_changed, .ctx = t};
    pt_clock_watch(clock, &t->watch);
    *ret_timers = t;
    return PT_OK;
}

void pt_timers_kind(PtTimers *t, uint32_t kind, const char *name, PtTimerFired *fn, void *ctx)
{
    t->kinds[kind] = (Kind){.name = name, .fn = fn, .ctx = ctx};
}

/* ---- Firing ------------------------------------------------------------------------------------
 */

static void note_late(PtTimers *t, int64_t late_ms)
{
    const int64_t mono_ms = pt_mono_ms(), since_ms = mono_ms - t->late_from_ms;
    if (since_ms >= LATE_WINDOW_MS) {
        t->late_before_ms = since_ms < 2 * LATE_WINDOW_MS ? t->late_now_ms : 0;
        t->late_now_ms = 0;
        t->late_from_ms = mono_ms;
    }
    t->late_now_ms = late_ms > t->late_now_ms ? late_ms : t->late_now_ms;
}

static bool reserve_again(PtTimers *t)
{
    if (t->again_head > 0 && t->again_head == t->again_count) {
        t->again_head = t->again_count = 0;
    }
    if (t->again_count + PT_TIMER_BATCH <= t->again_room) {
        return true;
    }
    const size_t room = 2 * t->again_room + PT_TIMER_BATCH;
    Again *again = realloc(t->again, room * sizeof *again);
    if (again != NULL) {
        t->again = again;
        t->again_room = room;
    }
    return again != NULL;
}

static PtStatus bring_again(PtTimers *t, PtError *err)
{
    const int64_t mono_ms = pt_mono_ms();
    PtStatus st = PT_OK;
    while (st == PT_OK && t->again_head < t->again_count &&
           t->again[t->again_head].at_mono_ms <= mono_ms) {
        st = wheel_bring_again(&t->wheel, &t->again[t->again_head].due, err);
        t->again_head += st == PT_OK;
    }
    return st;
}

static void note_outcome(Kind *kind, PtStatus st, const PtError *err)
{
    if (st != PT_OK && !kind->failing) {
        pt_diag(PT_DIAG_ERROR, "timers", "what is due will be tried again",
                PT_F_STR("timers", pt_str(kind->name)), PT_F_STR("problem", pt_str(err->message)));
    }
    kind->failing = st != PT_OK;
}

/* Those of one kind, one behind the other; the lock is given back for the call. */
static void fire(PtTimers *t, const WheelDue *due, size_t count)
{
    PtTimer timers[PT_TIMER_BATCH];
    uint32_t nodes[PT_TIMER_BATCH];
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        timers[n] = due[i].timer;
        nodes[n] = due[i].node;
        if (wheel_is_live(&t->wheel, due[i].node)) {
            n++;
        } else {
            wheel_release(&t->wheel, due[i].node);
        }
    }
    if (n == 0) {
        return;
    }
    Kind *kind = &t->kinds[timers[0].kind];
    PtError err = {0};
    note_late(t, t->shown_ms - timers[0].due_ms);
    (void)pthread_mutex_unlock(&t->lock);
    PtStatus st = kind->fn(kind->ctx, timers, n, &err);
    note_outcome(kind, st, &err);
    (void)pthread_mutex_lock(&t->lock);
    const int64_t at_mono_ms = pt_mono_ms() + AGAIN_MS;
    for (size_t i = 0; i < n; i++) {
        if (st == PT_OK) {
            wheel_release(&t->wheel, nodes[i]);
        } else {
            t->again[t->again_count++] = (Again){{timers[i], nodes[i]}, at_mono_ms};
        }
    }
    t->fired += st == PT_OK ? n : 0;
}

static void fire_batch(PtTimers *t, const WheelDue *due, size_t count)
{
    for (size_t from = 0, to; from < count; from = to) {
        for (to = from; to < count && due[to].timer.kind == due[from].timer.kind; to++) {
        }
        fire(t, due + from, to - from);
    }
}

/* PT_NO_MEMORY: nothing can be fired now. */
static PtStatus turn(PtTimers *t, size_t *ret_count, PtError *err)
{
    const int64_t now_ms = pt_clock_now_ms(t->clock);
    const WheelDue *due;
    if (now_ms < t->shown_ms - TURN_BACK_MS) {
        wheel_turn_back(&t->wheel, now_ms);
    }
    t->shown_ms = now_ms;
    PtStatus st = bring_again(t, err);
    st = st == PT_OK ? wheel_collect(&t->wheel, now_ms, err) : st;
    if (st == PT_OK && !reserve_again(t)) {
        st = pt_fail(err, PT_NO_MEMORY, "no memory for timers");
    }
    if (st != PT_OK) {
        return st;
    }
    *ret_count = wheel_take(&t->wheel, now_ms, &due);
    fire_batch(t, due, *ret_count);
    return PT_OK;
}

/* ---- The thread --------------------------------------------------------------------------------
 */

/* No longer than this, in the machine's time. */
static int64_t sleep_ms(PtTimers *t, PtStatus st)
{
    if (st != PT_OK) {
        return AGAIN_MS;
    }
    int64_t wait_ms = LOOK_MS;
    if (t->sleeps_ms != INT64_MAX) {
        const int64_t due_in_ms = pt_clock_wait_ms(t->clock, t->sleeps_ms);
        wait_ms = due_in_ms < wait_ms ? due_in_ms : wait_ms;
    } else if (t->again_head == t->again_count) {
        return INT64_MAX;
    }
    if (t->again_head < t->again_count) {
        const int64_t again_in_ms = t->again[t->again_head].at_mono_ms - pt_mono_ms();
        wait_ms = again_in_ms < wait_ms ? again_in_ms : wait_ms;
    }
    return wait_ms > 0 ? wait_ms : 0;
}

static void rest(PtTimers *t, PtStatus st)
{
    t->sleeps_ms = wheel_next_ms(&t->wheel);
    const int64_t ms = sleep_ms(t, st),
                  at_ns = pt_mono_ns() + (ms < LOOK_MS ? ms : LOOK_MS) * 1000000;
    const struct timespec until = {at_ns / 1000000000, at_ns % 1000000000};
    int rc = 0;
    while (!t->stop && !t->woken && rc == 0 && ms > 0) {
        rc = ms == INT64_MAX ? pthread_cond_wait(&t->wake, &t->lock)
                             : pthread_cond_timedwait(&t->wake, &t->lock, &until);
    }
    t->woken = false;
    t->sleeps_ms = INT64_MIN;
}

static void *timers_thread(void *ctx)
{
    PtTimers *t = ctx;
    (void)pthread_mutex_lock(&t->lock);
    while (!t->stop) {
        size_t count = 0;
        PtError err = {0};
        PtStatus st = turn(t, &count, &err);
        if (count == 0) {
            rest(t, st);
        }
    }
    (void)pthread_mutex_unlock(&t->lock);
    return NULL;
}

PtStatus pt_timers_start(PtTimers *t, PtError *err)
{
    sigset_t all, before; // signals are the main thread's
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    const int rc = pthread_create(&t->thread, NULL, timers_thread, t);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    t->running = rc == 0;
    return rc == 0 ? PT_OK : pt_fail(err, PT_UNAVAILABLE, "no thread for timers: %s", strerror(rc));
}

void pt_timers_stop(PtTimers *t)
{
    if (t == NULL || !t->running) {
        return;
    }
    (void)pthread_mutex_lock(&t->lock);
    t->stop = true;
    wake(t);
    (void)pthread_mutex_unlock(&t->lock);
    (void)pthread_join(t->thread, NULL);
    t->running = false;
}

void pt_timers_free(PtTimers *t)
{
    if (t == NULL) {
        return;
    }
    pt_clock_unwatch(t->clock, &t->watch);
    pt_timers_stop(t);
    wheel_done(&t->wheel);
    free(t->again);
    (void)pthread_cond_destroy(&t->wake);
    (void)pthread_mutex_destroy(&t->lock);
    free(t);
}

/* ---- Setting -----------------------------------------------------------------------------------
 */

PtStatus pt_timers_set(PtTimers *t, uint32_t kind, uint64_t key, int64_t due_ms, PtError *err)
{
    if (kind >= PT_TIMER_KINDS || t->kinds[kind].fn == NULL) {
        return pt_fail(err, PT_INVALID, "timers have no kind %u", (unsigned)kind);
    }
    if (due_ms == INT64_MAX) {
        pt_timers_cancel(t, kind, key);
        return PT_OK;
    }
    const PtTimer timer = {.kind = kind, .key = key, .due_ms = due_ms};
    (void)pthread_mutex_lock(&t->lock);
    PtStatus st = wheel_set(&t->wheel, &timer, err);
    if (st == PT_OK && due_ms < t->sleeps_ms) {
        wake(t);
    }
    (void)pthread_mutex_unlock(&t->lock);
    return st;
}

void pt_timers_cancel(PtTimers *t, uint32_t kind, uint64_t key)
{
    (void)pthread_mutex_lock(&t->lock);
    wheel_cancel(&t->wheel, kind, key);
    (void)pthread_mutex_unlock(&t->lock);
}

void pt_timers_cancel_kind(PtTimers *t, uint32_t kind)
{
    (void)pthread_mutex_lock(&t->lock);
    wheel_cancel_kind(&t->wheel, kind);
    (void)pthread_mutex_unlock(&t->lock);
}

PtTimersState pt_timers_state(PtTimers *t)
{
    (void)pthread_mutex_lock(&t->lock);
    note_late(t, 0); // what is older than a minute goes
    const PtTimersState s = {.armed = t->wheel.armed,
                             .fired = t->fired,
                             .late_ms = t->late_now_ms > t->late_before_ms ? t->late_now_ms
                                                                           : t->late_before_ms,
                             .bytes = wheel_bytes(&t->wheel) + t->again_room * sizeof *t->again};
    (void)pthread_mutex_unlock(&t->lock);
    return s;
}

void pt_timers_metrics(void *ctx, PtBuf *out)
{
    const PtTimersState s = pt_timers_state(ctx);
    pt_metric_line(out, "patron_timers_armed", "gauge", "Timers that will fire.", true, NULL,
                   (double)s.armed);
    pt_metric_line(out, "patron_timers_fired_total", "counter", "Timers fired since start.", true,
                   NULL, (double)s.fired);
    pt_metric_line(out, "patron_timers_late_seconds", "gauge",
                   "Longest that a firing was behind its instant within the last minute or two, by "
                   "the daemon's clock.",
                   true, NULL, (double)s.late_ms / 1000);
    pt_metric_line(out, "patron_timers_memory_bytes", "gauge", "Memory of the timers.", true, NULL,
                   (double)s.bytes);
}
