// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

/* The daemon's one clock for what happens in the world (event stamps, timers, retention), real or
 * simulated; and the machine's own for what concerns the machine (time-outs, Retry-After, tokens).
 *
 * Threads  Any thread may read; pt_clock_sim_set is atomic.
 */
typedef struct PtClock PtClock;

PtClock *pt_clock_real(void); /* a process-wide constant: not freed */

/* A clock that stands at start_ms and moves only by pt_clock_sim_set/advance, or, when speed_ppm >
 * 0, runs at speed_ppm / 10^6 times the machine's pace (10^6 = real pace, 10^10 = 10,000x). NULL
 * when out of memory.
 */
PtClock *pt_clock_sim_new(int64_t start_ms, int64_t speed_ppm);
void pt_clock_free(PtClock *clock); /* accepts NULL and the real clock */

int64_t pt_clock_now_ms(const PtClock *clock); /* UTC ms */
void pt_clock_sim_set(PtClock *clock, int64_t now_ms);
void pt_clock_sim_advance(PtClock *clock, int64_t by_ms);

/* The machine's monotonic clock, for durations and time-outs. Never simulated. */
int64_t pt_mono_ns(void);

static inline int64_t pt_mono_ms(void)
{
    return pt_mono_ns() / 1000000;
}
