// SPDX-License-Identifier: Apache-2.0
#include "platform/clock.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

struct PtClock {
    bool real;
    int64_t speed_ppm;
    int64_t started_ns;        /* monotonic */
    _Atomic int64_t offset_ms; /* what it showed, less what has run since started_ns */
};

static PtClock real_clock = {.real = true};

PtClock *pt_clock_real(void)
{
    return &real_clock;
}

PtClock *pt_clock_sim_new(int64_t start_ms, int64_t speed_ppm)
{
    PtClock *clock = calloc(1, sizeof *clock);
    if (clock != NULL) {
        clock->speed_ppm = speed_ppm > 0 ? speed_ppm : 0;
        clock->started_ns = pt_mono_ns();
        atomic_init(&clock->offset_ms, start_ms);
    }
    return clock;
}

void pt_clock_free(PtClock *clock)
{
    if (clock != &real_clock) {
        free(clock);
    }
}

/* How far a running simulated clock has come since it started, in its own ms. */
static int64_t run_ms(const PtClock *clock)
{
    if (clock->speed_ppm == 0) {
        return 0;
    }
    __extension__ typedef __int128 Wide; // 10,000x for a year overflows 64 bits
    Wide scaled = (Wide)(pt_mono_ns() - clock->started_ns) * clock->speed_ppm;
    return (int64_t)(scaled / 1000000 / 1000000);
}

int64_t pt_clock_now_ms(const PtClock *clock)
{
    if (clock->real) {
        struct timespec now;
        (void)clock_gettime(CLOCK_REALTIME, &now); // cannot fail with this clock
        return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    }
    return atomic_load(&clock->offset_ms) + run_ms(clock);
}

void pt_clock_sim_set(PtClock *clock, int64_t now_ms)
{
    if (!clock->real) {
        atomic_store(&clock->offset_ms, now_ms - run_ms(clock));
    }
}

void pt_clock_sim_advance(PtClock *clock, int64_t by_ms)
{
    if (!clock->real) {
        atomic_fetch_add(&clock->offset_ms, by_ms);
    }
}

int64_t pt_mono_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now); // cannot fail with this clock
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
