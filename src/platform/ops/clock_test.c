// SPDX-License-Identifier: Apache-2.0
#include "platform/clock.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

static void nap_ms(int64_t ms)
{
    struct timespec nap = {ms / 1000, ms % 1000 * 1000000};
    (void)nanosleep(&nap, NULL);
}

static void real_clock_is_the_machines(void **state)
{
    (void)state;
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    int64_t machine_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    int64_t ms = pt_clock_now_ms(pt_clock_real());
    assert_in_range(ms - machine_ms, 0, 5000);
    pt_clock_sim_set(pt_clock_real(), 5); // not simulated: stays as it is
    pt_clock_sim_advance(pt_clock_real(), -100000000);
    assert_true(pt_clock_now_ms(pt_clock_real()) >= machine_ms);
    pt_clock_free(pt_clock_real());
    pt_clock_free(NULL);
    assert_true(pt_clock_now_ms(pt_clock_real()) >= machine_ms);
}

static void standing_clock_moves_only_when_told(void **state)
{
    (void)state;
    PtClock *clock = pt_clock_sim_new(1700000000000, 0);
    assert_non_null(clock);
    nap_ms(5);
    assert_int_equal(pt_clock_now_ms(clock), 1700000000000);
    pt_clock_sim_advance(clock, 1);
    assert_int_equal(pt_clock_now_ms(clock), 1700000000001);
    pt_clock_sim_advance(clock, -2);
    assert_int_equal(pt_clock_now_ms(clock), 1699999999999);
    pt_clock_sim_set(clock, -62135596800000); // year 1
    assert_int_equal(pt_clock_now_ms(clock), -62135596800000);
    pt_clock_free(clock);
}

static void negative_speed_stands_still(void **state)
{
    (void)state;
    PtClock *clock = pt_clock_sim_new(7, -1000000);
    assert_non_null(clock);
    nap_ms(5);
    assert_int_equal(pt_clock_now_ms(clock), 7);
    pt_clock_free(clock);
}

static void running_clock_keeps_its_pace(void **state)
{
    (void)state;
    const int64_t speed = 10000;
    PtClock *clock = pt_clock_sim_new(0, speed * 1000000);
    assert_non_null(clock);
    int64_t before_ns = pt_mono_ns(), first = pt_clock_now_ms(clock);
    nap_ms(20);
    int64_t last = pt_clock_now_ms(clock), spent_ns = pt_mono_ns() - before_ns;
    assert_in_range(last - first, 20 * speed, spent_ns * speed / 1000000 + 1);

    pt_clock_sim_set(clock, 1000000000000); // runs on from there
    assert_true(pt_clock_now_ms(clock) >= 1000000000000);
    int64_t set = pt_clock_now_ms(clock);
    nap_ms(2);
    assert_true(pt_clock_now_ms(clock) - set >= 2 * speed);
    pt_clock_free(clock);
}

static void a_change_of_pace_is_no_jump(void **state)
{
    (void)state;
    static const int64_t speeds[] = {1000000, 10000000000, 0, 500000, -5, 60000000, 0};
    PtClock *clock = pt_clock_sim_new(5000, 0);
    assert_non_null(clock);
    int64_t last = 5000;
    for (size_t i = 0; i < sizeof speeds / sizeof *speeds; i++) {
        const int64_t before_ns = pt_mono_ns(), before = pt_clock_now_ms(clock);
        const int64_t pace = pt_clock_speed_ppm(clock);
        pt_clock_sim_speed(clock, speeds[i]);
        const int64_t after = pt_clock_now_ms(clock), spent_ns = pt_mono_ns() - before_ns;
        const int64_t faster = speeds[i] > pace ? speeds[i] : pace;
        assert_true(before >= last);
        assert_in_range(after - before, 0, spent_ns / 1000 * faster / 1000000000 + 11);
        assert_int_equal(pt_clock_speed_ppm(clock), speeds[i] > 0 ? speeds[i] : 0);
        last = after;
        nap_ms(1);
    }
    assert_int_equal(pt_clock_now_ms(clock), last); // stands again
    assert_true(pt_clock_is_sim(clock));
    pt_clock_free(clock);
    pt_clock_sim_speed(pt_clock_real(), 5); // stays as it is
    assert_int_equal(pt_clock_speed_ppm(pt_clock_real()), 1000000);
    assert_false(pt_clock_is_sim(pt_clock_real()));
}

static const struct WaitCase {
    int64_t speed_ppm, ahead_ms, wait_ms;
} waits[] = {
    {0, 0, 0}, {0, -1, 0}, {0, 1, INT64_MAX}, {1, 1, 1000000}, {1, INT64_MAX / 2, INT64_MAX},
};

static void how_long_to_sleep(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
        PtClock *clock = pt_clock_sim_new(1000, waits[i].speed_ppm);
        assert_non_null(clock);
        // at a pace of a millionth the clock stands for as long as this takes
        assert_int_equal(pt_clock_wait_ms(clock, 1000 + waits[i].ahead_ms), waits[i].wait_ms);
        pt_clock_free(clock);
    }
    PtClock *fast = pt_clock_sim_new(0, 10000 * INT64_C(1000000));
    assert_non_null(fast);
    assert_in_range(pt_clock_wait_ms(fast, 10000 * 60000), 50000, 60000);
    assert_true(pt_clock_wait_ms(fast, pt_clock_now_ms(fast)) == 0);
    assert_true(pt_clock_wait_ms(fast, INT64_MAX) > INT64_MAX / 10001);
    pt_clock_free(fast);
    const int64_t now_ms = pt_clock_now_ms(pt_clock_real());
    assert_int_equal(pt_clock_wait_ms(pt_clock_real(), now_ms), 0);
    assert_in_range(pt_clock_wait_ms(pt_clock_real(), now_ms + 60000), 50000, 60000);
}

typedef struct Told {
    PtClockWatch watch;
    PtClock *clock;
    unsigned times;
    int64_t at_ms, speed_ppm; /* what the clock showed then */
} Told;

static void told(void *ctx)
{
    Told *t = ctx;
    t->times++;
    t->at_ms = pt_clock_now_ms(t->clock);
    t->speed_ppm = pt_clock_speed_ppm(t->clock);
}

static void watchers_hear_of_each_change_until_they_leave(void **state)
{
    (void)state;
    PtClock *clock = pt_clock_sim_new(1000, 0);
    assert_non_null(clock);
    Told first = {.clock = clock}, second = {.clock = clock};
    first.watch = (PtClockWatch){.changed = told, .ctx = &first};
    second.watch = (PtClockWatch){.changed = told, .ctx = &second};
    pt_clock_watch(clock, &first.watch);
    pt_clock_watch(clock, &second.watch);
    pt_clock_sim_set(clock, 2000);
    assert_true(first.times == 1 && first.at_ms == 2000 && second.times == 1);
    pt_clock_sim_advance(clock, 5);
    assert_true(first.times == 2 && first.at_ms == 2005);
    pt_clock_unwatch(clock, &first.watch);
    pt_clock_unwatch(clock, &first.watch); // once more does no harm
    pt_clock_sim_speed(clock, 7);
    assert_true(first.times == 2 && second.times == 3 && second.speed_ppm == 7);
    pt_clock_unwatch(clock, &second.watch);
    pt_clock_sim_speed(clock, 0);
    assert_int_equal(second.times, 3);
    pt_clock_watch(pt_clock_real(), &first.watch); // which never tells
    pt_clock_sim_set(pt_clock_real(), 5);
    pt_clock_unwatch(pt_clock_real(), &first.watch);
    assert_int_equal(first.times, 2);
    pt_clock_free(clock);
}

typedef struct Readers {
    PtClock *clock;
    _Atomic bool stop;
    _Atomic unsigned back;
} Readers;

static void *read_on(void *arg)
{
    Readers *r = arg;
    int64_t last = 0;
    while (!atomic_load(&r->stop)) {
        const int64_t now = pt_clock_now_ms(r->clock);
        atomic_fetch_add(&r->back, now < last);
        last = now;
    }
    return NULL;
}

/* Pace and instant are read together: half of a change would show as a step back. */
static void readers_never_see_half_a_change(void **state)
{
    (void)state;
    Readers r = {.clock = pt_clock_sim_new(1, 0)};
    pthread_t threads[2];
    assert_non_null(r.clock);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, read_on, &r), 0);
    }
    for (int i = 0; i < 20000; i++) {
        pt_clock_sim_speed(r.clock, i % 3 == 0 ? 0 : INT64_C(10000000000) / (1 + i % 7));
        if (i % 100 == 0) {
            pt_clock_sim_advance(r.clock, 1000000);
        }
    }
    atomic_store(&r.stop, true);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_int_equal(r.back, 0);
    pt_clock_free(r.clock);
}

static void monotonic_clock_does_not_step_back(void **state)
{
    (void)state;
    int64_t last = pt_mono_ns();
    for (int i = 0; i < 10000; i++) {
        int64_t now = pt_mono_ns();
        assert_true(now >= last);
        last = now;
    }
    assert_in_range(pt_mono_ms() - last / 1000000, 0, 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_clock_is_the_machines),
        cmocka_unit_test(standing_clock_moves_only_when_told),
        cmocka_unit_test(negative_speed_stands_still),
        cmocka_unit_test(running_clock_keeps_its_pace),
        cmocka_unit_test(a_change_of_pace_is_no_jump),
        cmocka_unit_test(how_long_to_sleep),
        cmocka_unit_test(watchers_hear_of_each_change_until_they_leave),
        cmocka_unit_test(readers_never_see_half_a_change),
        cmocka_unit_test(monotonic_clock_does_not_step_back),
    };
    return cmocka_run_group_tests_name("platform/clock", tests, NULL, NULL);
}
