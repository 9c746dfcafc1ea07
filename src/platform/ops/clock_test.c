// SPDX-License-Identifier: Apache-2.0
#include "platform/clock.h"

#include <setjmp.h>
#include <stdarg.h>
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
        cmocka_unit_test(monotonic_clock_does_not_step_back),
    };
    return cmocka_run_group_tests_name("platform/clock", tests, NULL, NULL);
}
