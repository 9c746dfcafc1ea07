// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/status.h"
#include "base/str.h"
#include "platform/clock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Timers: one wheel in memory for all instants at which something has to happen. It is filled from
 * what SQL knows, at the start and on every change (decision 13): the wheel itself is not durable,
 * what a firing does is.
 *
 * Follows  The daemon's clock, real or simulated: at 10,000x it fires what came due, in order of
 *          due instant, within 1 s of the machine's time.
 * Order    By due instant; of equal ones by (kind, key).
 * Cost     40 bytes a timer; set and cancel in constant time; an idle wheel sleeps in the kernel.
 * Threads  set and cancel: any. Firings come on the wheel's own thread, many at a time, without its
 *          lock held: they may set and cancel.
 */
typedef struct PtTimers PtTimers;

typedef struct PtTimer {
    uint32_t kind; /* who: below PT_TIMER_KINDS, registered */
    uint64_t key;  /* what: one timer a (kind, key) */
    int64_t due_ms;
} PtTimer;

enum { PT_TIMER_KINDS = 16, PT_TIMER_BATCH = 256 };

/* Fired timers are gone. A failing status brings them again after a second of the machine's time:
 * what the call does must be safe to do twice. */
typedef PtStatus PtTimerFired(void *ctx, const PtTimer *timers, size_t count, PtError *err);

PT_NODISCARD PtStatus pt_timers_new(const PtClock *clock, PtTimers **ret_timers, PtError *err);
/* Before the first timer of the kind is set. */
void pt_timers_kind(PtTimers *t, uint32_t kind, const char *name, PtTimerFired *fn, void *ctx);
/* The thread: what was set before is armed. */
PT_NODISCARD PtStatus pt_timers_start(PtTimers *t, PtError *err);
void pt_timers_stop(PtTimers *t); /* ends the thread: what is set later never fires; accepts NULL */
void pt_timers_free(PtTimers *t); /* stops first; accepts NULL */

/* Sets, or sets anew. due_ms in the past fires at once; INT64_MAX: as pt_timers_cancel. */
PT_NODISCARD PtStatus pt_timers_set(PtTimers *t, uint32_t kind, uint64_t key, int64_t due_ms,
                                    PtError *err);
void pt_timers_cancel(PtTimers *t, uint32_t kind, uint64_t key);
void pt_timers_cancel_kind(PtTimers *t, uint32_t kind);

typedef struct PtTimersState {
    uint64_t armed, fired;
    int64_t late_ms; /* the longest a firing of the last minute was behind its instant, daemon's
                        clock */
    size_t bytes;
} PtTimersState;
PtTimersState pt_timers_state(PtTimers *t);
/* A collector for pt_metric_collector; ctx is the PtTimers. */
void pt_timers_metrics(void *ctx, PtBuf *out);
