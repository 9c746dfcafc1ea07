// SPDX-License-Identifier: Apache-2.0
/* The thread: it follows the clock, whoever moves it. */
#include "base/test_rows.h"
#include "platform/timers.h"

#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <time.h>

enum { KIND = 3, OTHER = 4, SEEN_MAX = 5000, WAIT_S = 20 };

typedef struct Rig {
    PtClock *clock;
    PtTimers *timers;
    pthread_mutex_t lock;
    pthread_cond_t told;
    PtTimer seen[SEEN_MAX];
    size_t count, largest;
    int64_t shown[SEEN_MAX]; /* what the clock showed then */
    unsigned fail;           /* so many calls to come */
    void (*inside)(struct Rig *r, const PtTimer *timer);
} Rig;

static const int64_t start_ms = 1700000000000;

static PtStatus fired(void *ctx, const PtTimer *timers, size_t count, PtError *err)
{
    Rig *r = ctx;
    PtStatus st = PT_OK;
    (void)pthread_mutex_lock(&r->lock);
    r->largest = count > r->largest ? count : r->largest;
    if (r->fail > 0) {
        r->fail--;
        st = pt_fail(err, PT_UNAVAILABLE, "not now");
    }
    for (size_t i = 0; st == PT_OK && i < count && r->count < SEEN_MAX; i++) {
        r->shown[r->count] = pt_clock_now_ms(r->clock);
        r->seen[r->count++] = timers[i];
    }
    (void)pthread_cond_broadcast(&r->told);
    (void)pthread_mutex_unlock(&r->lock);
    for (size_t i = 0; st == PT_OK && r->inside != NULL && i < count; i++) {
        r->inside(r, &timers[i]);
    }
    return st;
}

static void open_rig(Rig *r, int64_t speed_ppm)
{
    PtError err = {0};
    memset(r, 0, sizeof *r);
    (void)pthread_mutex_init(&r->lock, NULL);
    (void)pthread_cond_init(&r->told, NULL);
    r->clock = pt_clock_sim_new(start_ms, speed_ppm);
    assert_non_null(r->clock);
    assert_int_equal(pt_timers_new(r->clock, &r->timers, &err), PT_OK);
    pt_timers_kind(r->timers, KIND, "test", fired, r);
    pt_timers_kind(r->timers, OTHER, "other", fired, r);
}

static void start(Rig *r)
{
    PtError err = {0};
    assert_int_equal(pt_timers_start(r->timers, &err), PT_OK);
}

static void close_rig(Rig *r)
{
    pt_timers_free(r->timers);
    pt_clock_free(r->clock);
    (void)pthread_mutex_destroy(&r->lock);
    (void)pthread_cond_destroy(&r->told);
}

static void set(Rig *r, uint32_t kind, uint64_t key, int64_t in_ms)
{
    PtError err = {0};
    assert_int_equal(pt_timers_set(r->timers, kind, key, start_ms + in_ms, &err), PT_OK);
}

static void wait_for(Rig *r, size_t count)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_S;
    (void)pthread_mutex_lock(&r->lock);
    while (r->count < count) {
        assert_int_equal(pthread_cond_timedwait(&r->told, &r->lock, &until), 0);
    }
    assert_int_equal(r->count, count);
    (void)pthread_mutex_unlock(&r->lock);
}

/* They are counted, and gone, once the call has returned. */
static PtTimersState wait_counted(Rig *r, uint64_t fired_count)
{
    const int64_t until_ms = pt_mono_ms() + WAIT_S * 1000;
    PtTimersState s = pt_timers_state(r->timers);
    while (s.fired < fired_count) {
        assert_true(pt_mono_ms() < until_ms);
        (void)sched_yield();
        s = pt_timers_state(r->timers);
    }
    return s;
}

static void in_order_and_not_before(void **state)
{
    (void)state;
    Rig r;
    open_rig(&r, 0);
    set(&r, KIND, 3, 2);
    set(&r, OTHER, 1, 2);
    set(&r, KIND, 2, 2);
    set(&r, KIND, 9, -5);
    set(&r, KIND, 1, 3);
    start(&r);
    wait_for(&r, 1); // the one in the past, at once
    pt_clock_sim_advance(r.clock, 2);
    wait_for(&r, 4);
    pt_clock_sim_advance(r.clock, 1);
    wait_for(&r, 5);
    const uint64_t keys[] = {9, 2, 3, 1, 1};
    const uint32_t kinds[] = {KIND, KIND, KIND, OTHER, KIND};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(r.seen[i].key, keys[i]);
        assert_int_equal(r.seen[i].kind, kinds[i]);
    }
    const PtTimersState s = wait_counted(&r, 5);
    assert_int_equal(s.armed, 0);
    assert_int_equal(s.fired, 5);
    assert_int_equal(s.late_ms, 5);
    close_rig(&r);
}

static void set_anew_and_cancelled(void **state)
{
    (void)state;
    Rig r;
    PtError err = {0};
    open_rig(&r, 0);
    start(&r);
    set(&r, KIND, 1, 1000);
    set(&r, KIND, 1, 2000); // later
    set(&r, KIND, 2, 2000);
    set(&r, KIND, 2, 1000); // earlier
    set(&r, KIND, 3, 1000);
    pt_timers_cancel(r.timers, KIND, 3);
    set(&r, KIND, 4, 1000);
    assert_int_equal(pt_timers_set(r.timers, KIND, 4, INT64_MAX, &err), PT_OK);
    set(&r, OTHER, 5, 1000);
    pt_timers_cancel_kind(r.timers, OTHER);
    pt_timers_cancel(r.timers, KIND, 77); // is not there
    assert_int_equal(pt_timers_state(r.timers).armed, 2);
    pt_clock_sim_advance(r.clock, 1000);
    wait_for(&r, 1);
    pt_clock_sim_advance(r.clock, 1000);
    wait_for(&r, 2);
    assert_int_equal(r.seen[0].key, 2);
    assert_int_equal(r.seen[1].key, 1);
    assert_int_equal(pt_timers_set(r.timers, 5, 1, 0, &err), PT_INVALID);
    assert_int_equal(pt_timers_set(r.timers, PT_TIMER_KINDS, 1, 0, &err), PT_INVALID);
    close_rig(&r);
}

/* 1 sets itself again and 3, and takes 2 away, which is due with it. */
static void change_inside(Rig *r, const PtTimer *timer)
{
    if (timer->key == 1 && timer->due_ms == start_ms) {
        set(r, KIND, 1, 1);
        set(r, KIND, 3, -1);
        pt_timers_cancel(r->timers, OTHER, 2);
    }
}

static void changes_inside_of_a_firing(void **state)
{
    (void)state;
    Rig r;
    open_rig(&r, 0);
    r.inside = change_inside;
    set(&r, KIND, 1, 0);
    set(&r, OTHER, 2, 0);
    start(&r);
    wait_for(&r, 2);
    assert_int_equal(r.seen[1].key, 3);
    pt_clock_sim_advance(r.clock, 1);
    wait_for(&r, 3);
    assert_int_equal(r.seen[2].key, 1);
    close_rig(&r);
}

static void batches_are_bounded(void **state)
{
    (void)state;
    Rig r;
    open_rig(&r, 0);
    for (uint64_t key = 0; key < 1000; key++) {
        set(&r, KIND, key * 7919 % 1000, 10);
    }
    start(&r);
    pt_clock_sim_advance(r.clock, 10);
    wait_for(&r, 1000);
    assert_int_equal(r.largest, PT_TIMER_BATCH);
    for (uint64_t key = 0; key < 1000; key++) {
        assert_int_equal(r.seen[key].key, key);
    }
    close_rig(&r);
}

static void failed_ones_come_again(void **state)
{
    (void)state;
    Rig r;
    open_rig(&r, 0);
    r.fail = 1;
    for (uint64_t key = 0; key < 3; key++) {
        set(&r, KIND, key, 0);
    }
    const int64_t before_ms = pt_mono_ms();
    start(&r);
    wait_for(&r, 3);
    assert_in_range(pt_mono_ms() - before_ms, 1000, 10000);
    assert_int_equal(wait_counted(&r, 3).armed, 0);
    close_rig(&r);
}

static void the_clock_is_moved(void **state)
{
    (void)state;
    Rig r;
    const int64_t year_ms = INT64_C(365) * 86400000;
    open_rig(&r, 0);
    start(&r);
    set(&r, KIND, 1, year_ms);
    set(&r, KIND, 2, 40 * year_ms);
    pt_clock_sim_advance(r.clock, year_ms);
    wait_for(&r, 1);
    pt_clock_sim_set(r.clock, start_ms - 50 * year_ms); // and back
    set(&r, KIND, 3, -49 * year_ms);
    pt_clock_sim_set(r.clock, start_ms - 49 * year_ms);
    wait_for(&r, 2);
    assert_int_equal(r.seen[1].key, 3);
    pt_clock_sim_set(r.clock, start_ms + 40 * year_ms);
    wait_for(&r, 3);
    assert_int_equal(r.seen[2].key, 2);
    close_rig(&r);
}

/* An hour in 360 ms: each timer within 1 s of the machine's time, in order. */
static void a_fast_clock(void **state)
{
    (void)state;
    Rig r;
    open_rig(&r, INT64_C(10000) * 1000000);
    start(&r);
    for (uint64_t key = 0; key < 360; key++) {
        set(&r, KIND, key, (int64_t)key * 10000);
    }
    wait_for(&r, 360);
    for (uint64_t key = 0; key < 360; key++) {
        assert_int_equal(r.seen[key].key, key);
        assert_in_range(r.shown[key] - r.seen[key].due_ms, 0, 10000000);
    }
    pt_clock_sim_speed(r.clock, 0);
    set(&r, KIND, 1, INT64_C(100) * 86400000);
    pt_clock_sim_speed(r.clock, INT64_C(10000000) * 1000000); // wakes it
    wait_for(&r, 361);
    close_rig(&r);
}

static void ends_in_its_sleep(void **state)
{
    (void)state;
    Rig r;
    open_rig(&r, 1000000);
    set(&r, KIND, 1, 3600000);
    start(&r);
    close_rig(&r);
    assert_int_equal(r.count, 0);
    pt_timers_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_order_and_not_before),
        cmocka_unit_test(set_anew_and_cancelled),
        cmocka_unit_test(changes_inside_of_a_firing),
        cmocka_unit_test(batches_are_bounded),
        cmocka_unit_test(failed_ones_come_again),
        cmocka_unit_test(the_clock_is_moved),
        cmocka_unit_test(a_fast_clock),
        cmocka_unit_test(ends_in_its_sleep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
