// SPDX-License-Identifier: Apache-2.0
/* What timers cost. usage: timers_bench [TIMERS]
 *
 * Sets as many, due within an hour of the clock, sets each anew, then lets a clock run so that the
 * hour passes in a minute, and all that were due together at once. Every figure is one line of
 * JSON.
 */
#include "base/rng.h"
#include "platform/timers.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { KIND = 1, HOUR_MS = 3600000, SPEED = 60 };

typedef struct Bench {
    PtClock *clock;
    PtTimers *timers;
    _Atomic uint64_t fired;
    _Atomic int64_t latest_ms; /* by the clock */
} Bench;

static const int64_t start_ms = 1700000000000;

static void die(const PtError *err)
{
    (void)fprintf(stderr, "%s\n", err->message);
    exit(1);
}

static PtStatus fired(void *ctx, const PtTimer *timers, size_t count, PtError *err)
{
    Bench *b = ctx;
    (void)err;
    const int64_t late_ms = pt_clock_now_ms(b->clock) - timers[0].due_ms;
    if (late_ms > atomic_load(&b->latest_ms)) {
        atomic_store(&b->latest_ms, late_ms);
    }
    atomic_fetch_add(&b->fired, count);
    return PT_OK;
}

static double set_all(Bench *b, uint64_t count, uint64_t seed, int64_t span_ms)
{
    PtRng rng;
    PtError err = {0};
    pt_rng_init(&rng, seed);
    const int64_t from_ns = pt_mono_ns();
    for (uint64_t key = 0; key < count; key++) {
        const int64_t due_ms = start_ms + 60000 + (int64_t)pt_rng_below(&rng, (uint64_t)span_ms);
        if (pt_timers_set(b->timers, KIND, key, due_ms, &err) != PT_OK) {
            die(&err);
        }
    }
    return (double)(pt_mono_ns() - from_ns) / 1e9;
}

static double wait_all(Bench *b, uint64_t count)
{
    const struct timespec nap = {0, 1000000};
    const int64_t from_ns = pt_mono_ns();
    while (atomic_load(&b->fired) < count) {
        (void)nanosleep(&nap, NULL);
    }
    return (double)(pt_mono_ns() - from_ns) / 1e9;
}

static void open_bench(Bench *b)
{
    PtError err = {0};
    b->clock = pt_clock_sim_new(start_ms, 0);
    if (b->clock == NULL || pt_timers_new(b->clock, &b->timers, &err) != PT_OK) {
        die(&err);
    }
    pt_timers_kind(b->timers, KIND, "bench", fired, b);
    atomic_store(&b->fired, 0);
    atomic_store(&b->latest_ms, 0);
}

static void start(Bench *b)
{
    PtError err = {0};
    if (pt_timers_start(b->timers, &err) != PT_OK) {
        die(&err);
    }
}

static void close_bench(Bench *b)
{
    pt_timers_free(b->timers);
    pt_clock_free(b->clock);
}

static void spread(uint64_t count)
{
    Bench b;
    open_bench(&b);
    const double first_s = set_all(&b, count, 1, HOUR_MS), anew_s = set_all(&b, count, 2, HOUR_MS);
    const PtTimersState s = pt_timers_state(b.timers);
    (void)printf("{\"what\":\"set\",\"timers\":%" PRIu64 ",\"per_s\":%.0f,\"anew_per_s\":%.0f,"
                 "\"bytes_each\":%.1f}\n",
                 count, (double)count / first_s, (double)count / anew_s,
                 (double)s.bytes / (double)count);
    start(&b);
    pt_clock_sim_advance(b.clock, 60000);
    pt_clock_sim_speed(b.clock, INT64_C(1000000) * SPEED);
    const double run_s = wait_all(&b, count);
    (void)printf("{\"what\":\"spread over a minute\",\"timers\":%" PRIu64 ",\"s\":%.1f,"
                 "\"late_machine_ms\":%.1f}\n",
                 count, run_s, (double)atomic_load(&b.latest_ms) / SPEED);
    close_bench(&b);
}

static void at_once(uint64_t count, int64_t span_ms, const char *what)
{
    Bench b;
    open_bench(&b);
    const double set_s = set_all(&b, count, 3, span_ms);
    start(&b);
    pt_clock_sim_advance(b.clock, 60000 + span_ms);
    const double run_s = wait_all(&b, count);
    (void)printf("{\"what\":\"%s\",\"timers\":%" PRIu64 ",\"set_s\":%.3f,\"fired_s\":%.3f,"
                 "\"fired_per_s\":%.0f}\n",
                 what, count, set_s, run_s, (double)count / run_s);
    close_bench(&b);
}

int main(int argc, char **argv)
{
    const uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 3000000;
    spread(count);
    at_once(count, HOUR_MS, "an hour at once");
    at_once(count, 1, "one ms");
    at_once(1000000, HOUR_MS, "rebuild of a million");
    return 0;
}
