// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The daemon's one clock for what happens in the world (event stamps, timers, retention), real or
 * simulated; and the machine's own for what concerns the machine (time-outs, Retry-After, tokens).
 *
 * Order    A simulated clock never shows less than before, at any pace and across changes of pace;
 *          only pt_clock_sim_set and a negative pt_clock_sim_advance take it back.
 * Threads  Any thread may read and change; a reader sees a change whole or not at all. Readers take
 *          no lock.
 */
typedef struct PtClock PtClock;

enum { PT_CLOCK_SPEED_MAX = 10000 }; /* times the machine's pace */

PtClock *pt_clock_real(void); /* a process-wide constant: not freed */

/* A clock that stands at start_ms and moves only by pt_clock_sim_set/advance, or, when speed_ppm >
 * 0, runs at speed_ppm / 10^6 times the machine's pace (10^6 = real pace, 10^10 = 10,000x). NULL
 * when out of memory.
 */
PtClock *pt_clock_sim_new(int64_t start_ms, int64_t speed_ppm);
void pt_clock_free(PtClock *clock); /* accepts NULL and the real clock; nothing watches it then */

int64_t pt_clock_now_ms(const PtClock *clock); /* UTC ms */
bool pt_clock_is_sim(const PtClock *clock);
int64_t pt_clock_speed_ppm(const PtClock *clock); /* 10^6 for the real clock, 0 when standing */

/* These leave the real clock as it is. */
void pt_clock_sim_set(PtClock *clock, int64_t now_ms);
void pt_clock_sim_advance(PtClock *clock, int64_t by_ms);
/* Changes the pace from now on, without a jump; 0 or less: stands still. */
void pt_clock_sim_speed(PtClock *clock, int64_t speed_ppm);

/* How long a thread may sleep, in ms of the machine's time (rounded up), until the clock shows
 * at_ms: 0 when it does, INT64_MAX when it never will at this pace (it stands) or only in more than
 * INT64_MAX ms. Whoever sleeps so also watches the clock. The real clock is only as steady as the
 * machine keeps it: a sleeper looks again after a minute at the latest. */
int64_t pt_clock_wait_ms(const PtClock *clock, int64_t at_ms);

/* Tells that the pace or the instant of a simulated clock was changed, right after the change, on
 * the thread that changed it. The call wakes a sleeper and does no more: it must not change, watch
 * or unwatch the clock. The real clock never tells. */
typedef struct PtClockWatch {
    void (*changed)(void *ctx);
    void *ctx;
    struct PtClockWatch *next; /* the clock's */
} PtClockWatch;
void pt_clock_watch(const PtClock *clock, PtClockWatch *watch);   /* borrowed until unwatched */
void pt_clock_unwatch(const PtClock *clock, PtClockWatch *watch); /* no call runs once it returns */

/* The machine's monotonic clock, for durations and time-outs. Never simulated. */
int64_t pt_mono_ns(void);

static inline int64_t pt_mono_ms(void)
{
    return pt_mono_ns() / 1000000;
}
