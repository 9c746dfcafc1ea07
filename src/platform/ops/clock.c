// SPDX-License-Identifier: Apache-2.0
#include "platform/clock.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

/* What changes of a simulated clock. Its fields belong together: a writer makes `changes` odd
 * before and even after, a reader reads again when it was odd or has changed meanwhile. */
typedef struct Sim {
    _Atomic uint64_t changes;
    _Atomic int64_t from_ms, from_ns, speed_ppm; /* it showed from_ms at from_ns (monotonic) */
    pthread_mutex_t lock;                        /* of writers and of the list */
    PtClockWatch *watches;
} Sim;

struct PtClock {
    Sim *sim; /* NULL: the real one */
};

typedef struct Run {
    int64_t from_ms, from_ns, speed_ppm;
} Run;

static PtClock real_clock;

PtClock *pt_clock_real(void)
{
    return &real_clock;
}

PtClock *pt_clock_sim_new(int64_t start_ms, int64_t speed_ppm)
{
    struct Whole {
        PtClock clock;
        Sim sim;
    } *whole = calloc(1, sizeof *whole);
    if (whole == NULL) {
        return NULL;
    }
    Sim *sim = &whole->sim;
    whole->clock.sim = sim;
    atomic_init(&sim->from_ms, start_ms);
    atomic_init(&sim->from_ns, pt_mono_ns());
    atomic_init(&sim->speed_ppm, speed_ppm > 0 ? speed_ppm : 0);
    (void)pthread_mutex_init(&sim->lock, NULL); // cannot fail without attributes
    return &whole->clock;
}

void pt_clock_free(PtClock *clock)
{
    if (clock != NULL && clock->sim != NULL) {
        (void)pthread_mutex_destroy(&clock->sim->lock);
        free(clock); // with its Sim
    }
}

static Run load(Sim *sim)
{
    return (Run){atomic_load(&sim->from_ms), atomic_load(&sim->from_ns),
                 atomic_load(&sim->speed_ppm)};
}

/* *ret_now_ns: an instant at which it ran so. */
static Run run_of(Sim *sim, int64_t *ret_now_ns)
{
    Run run;
    uint64_t before, after;
    do {
        before = atomic_load(&sim->changes);
        run = load(sim);
        *ret_now_ns = pt_mono_ns();
        after = atomic_load(&sim->changes);
    } while (before != after || before % 2 != 0);
    return run;
}

__extension__ typedef __int128 Wide; // 10,000x for a year overflows 64 bits

static int64_t shown_ms(const Run *run, int64_t at_ns)
{
    Wide ran = (Wide)(at_ns - run->from_ns) * run->speed_ppm / 1000000 / 1000000;
    return (int64_t)(run->from_ms + ran);
}

static int64_t sim_now_ms(Sim *sim)
{
    int64_t now_ns;
    const Run run = run_of(sim, &now_ns);
    return shown_ms(&run, now_ns);
}

int64_t pt_clock_now_ms(const PtClock *clock)
{
    if (clock->sim != NULL) {
        return sim_now_ms(clock->sim);
    }
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now); // cannot fail with this clock
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool pt_clock_is_sim(const PtClock *clock)
{
    return clock->sim != NULL;
}

int64_t pt_clock_speed_ppm(const PtClock *clock)
{
    return clock->sim != NULL ? atomic_load(&clock->sim->speed_ppm) : 1000000;
}

int64_t pt_clock_wait_ms(const PtClock *clock, int64_t at_ms)
{
    int64_t now_ns;
    Run run = {.speed_ppm = 1000000};
    int64_t now_ms;
    if (clock->sim != NULL) {
        run = run_of(clock->sim, &now_ns);
        now_ms = shown_ms(&run, now_ns);
    } else {
        now_ms = pt_clock_now_ms(clock);
    }
    if (at_ms <= now_ms) {
        return 0;
    }
    if (run.speed_ppm == 0) {
        return INT64_MAX;
    }
    Wide wait = (((Wide)at_ms - now_ms) * 1000000 + run.speed_ppm - 1) / run.speed_ppm;
    return wait < INT64_MAX ? (int64_t)wait : INT64_MAX;
}

/* A change begins before the clock is read for it: no reader has gone further at the old pace. */
static Run change_begin(Sim *sim, int64_t *ret_now_ns)
{
    (void)pthread_mutex_lock(&sim->lock);
    atomic_fetch_add(&sim->changes, 1);
    *ret_now_ns = pt_mono_ns();
    return load(sim);
}

static void change_end(Sim *sim, const Run *run)
{
    atomic_store(&sim->from_ms, run->from_ms);
    atomic_store(&sim->from_ns, run->from_ns);
    atomic_store(&sim->speed_ppm, run->speed_ppm);
    atomic_fetch_add(&sim->changes, 1);
    for (PtClockWatch *w = sim->watches; w != NULL; w = w->next) {
        w->changed(w->ctx);
    }
    (void)pthread_mutex_unlock(&sim->lock);
}

void pt_clock_sim_set(PtClock *clock, int64_t now_ms)
{
    if (clock->sim != NULL) {
        int64_t now_ns;
        Run run = change_begin(clock->sim, &now_ns);
        run.from_ms = now_ms;
        run.from_ns = now_ns;
        change_end(clock->sim, &run);
    }
}

void pt_clock_sim_advance(PtClock *clock, int64_t by_ms)
{
    if (clock->sim != NULL) {
        int64_t now_ns;
        Run run = change_begin(clock->sim, &now_ns);
        run.from_ms += by_ms; // what it ran within the current ms is kept
        change_end(clock->sim, &run);
    }
}

void pt_clock_sim_speed(PtClock *clock, int64_t speed_ppm)
{
    if (clock->sim != NULL) {
        int64_t now_ns;
        Run run = change_begin(clock->sim, &now_ns);
        run = (Run){shown_ms(&run, now_ns), now_ns, speed_ppm > 0 ? speed_ppm : 0};
        change_end(clock->sim, &run);
    }
}

void pt_clock_watch(const PtClock *clock, PtClockWatch *watch)
{
    Sim *sim = clock->sim;
    if (sim != NULL) {
        (void)pthread_mutex_lock(&sim->lock);
        watch->next = sim->watches;
        sim->watches = watch;
        (void)pthread_mutex_unlock(&sim->lock);
    }
}

void pt_clock_unwatch(const PtClock *clock, PtClockWatch *watch)
{
    Sim *sim = clock->sim;
    if (sim != NULL) {
        (void)pthread_mutex_lock(&sim->lock);
        for (PtClockWatch **at = &sim->watches; *at != NULL; at = &(*at)->next) {
            if (*at == watch) {
                *at = watch->next;
                break;
            }
        }
        (void)pthread_mutex_unlock(&sim->lock);
    }
}

int64_t pt_mono_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now); // cannot fail with this clock
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
