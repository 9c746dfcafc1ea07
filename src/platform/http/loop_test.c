// SPDX-License-Identifier: Apache-2.0
#include "platform/clock.h"
#include "platform/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <pthread.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct Fixture {
    PtLoop *loop;
    char log[256]; /* what happened, a letter each */
    size_t len;
} Fixture;

static Fixture f;

static void note(char c)
{
    assert_true(f.len < sizeof f.log - 1);
    f.log[f.len++] = c;
    f.log[f.len] = '\0';
}

static int setup(void **state)
{
    (void)state;
    memset(&f, 0, sizeof f);
    return pt_loop_new(&f.loop, NULL) == PT_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    pt_loop_free(f.loop);
    return 0;
}

/* A note's letter as a callback's context. */
#define LETTER(c) ((void *)(uintptr_t)(c))

static void post_note(void *ctx)
{
    note((char)(uintptr_t)ctx);
}

static void post_again(void *ctx)
{
    note('a');
    assert_true(pt_loop_post(f.loop, post_note, ctx));
}

static void posts_run_in_order_and_not_in_the_round_that_made_them(void **state)
{
    (void)state;
    assert_true(pt_loop_post(f.loop, post_again, LETTER('z')));
    assert_true(pt_loop_post(f.loop, post_note, LETTER('b')));
    assert_true(pt_loop_turn(f.loop, 0));
    assert_string_equal(f.log, "ab");
    assert_true(pt_loop_turn(f.loop, -1));
    assert_string_equal(f.log, "abz");
    assert_false(pt_loop_turn(f.loop, 0));
}

static void undelivered_posts_run_at_the_end(void **state)
{
    (void)state;
    assert_true(pt_loop_post(f.loop, post_again, LETTER('z')));
    pt_loop_free(f.loop);
    assert_string_equal(f.log, "az");
    assert_int_equal(pt_loop_new(&f.loop, NULL), PT_OK);
}

typedef struct Timed {
    PtLoopTimer timer;
    char name;
    int64_t fired_ms;
} Timed;

static void on_timed(PtLoopTimer *timer)
{
    Timed *t = timer->ctx;
    assert_int_equal(timer->heap_index, 0);
    t->fired_ms = pt_mono_ms();
    note(t->name);
}

static void timers_fire_in_order_and_never_early(void **state)
{
    (void)state;
    enum { COUNT = 200 };
    static Timed timers[COUNT];
    int64_t start = pt_mono_ms();
    for (int i = 0; i < COUNT; i++) { // more than the heap has room for at first
        timers[i] = (Timed){.timer = {.fn = on_timed, .ctx = &timers[i]}, .name = '.'};
        assert_int_equal(
            pt_loop_timer_set(f.loop, &timers[i].timer, start + 5 + (i * 37) % COUNT / 10), PT_OK);
    }
    while (pt_mono_ms() < start + 40) {
        (void)pt_loop_turn(f.loop, 1);
    }
    for (int i = 0; i < COUNT; i++) {
        assert_true(timers[i].fired_ms >= timers[i].timer.due_ms);
    }
    assert_int_equal(f.len, COUNT);
}

static void timers_move_and_cancel(void **state)
{
    (void)state;
    Timed t[4];
    int64_t now = pt_mono_ms();
    for (int i = 0; i < 4; i++) {
        t[i] = (Timed){.timer = {.fn = on_timed, .ctx = &t[i]}, .name = (char)('a' + i)};
        assert_int_equal(pt_loop_timer_set(f.loop, &t[i].timer, now + 1 + i), PT_OK);
    }
    assert_int_equal(pt_loop_timer_set(f.loop, &t[0].timer, now + 10), PT_OK);
    pt_loop_timer_cancel(f.loop, &t[1].timer);
    pt_loop_timer_cancel(f.loop, &t[1].timer); // idle: fine
    while (t[0].timer.heap_index != 0) {
        (void)pt_loop_turn(f.loop, -1);
    }
    assert_string_equal(f.log, "cda");
}

static void on_again(PtLoopTimer *timer)
{
    note('t');
    assert_int_equal(pt_loop_timer_set(f.loop, timer, pt_mono_ms() - 1), PT_OK);
}

static void a_timer_that_is_always_due_does_not_hold_the_loop(void **state)
{
    (void)state;
    PtLoopTimer timer = {.fn = on_again};
    assert_int_equal(pt_loop_timer_set(f.loop, &timer, pt_mono_ms()), PT_OK);
    assert_true(pt_loop_post(f.loop, post_note, LETTER('p')));
    assert_true(pt_loop_turn(f.loop, -1));
    assert_true(pt_loop_turn(f.loop, -1));
    assert_string_equal(f.log, "ptt");
    pt_loop_timer_cancel(f.loop, &timer);
}

static void random_timers_keep_the_heap(void **state)
{
    (void)state;
    enum { COUNT = 500 };
    static PtLoopTimer timers[COUNT];
    uint32_t seed = 12345;
    memset(timers, 0, sizeof timers);
    for (int step = 0; step < 20000; step++) {
        seed = seed * 1664525 + 1013904223;
        PtLoopTimer *t = &timers[(seed >> 8) % COUNT];
        if ((seed >> 24) % 3 == 0) {
            pt_loop_timer_cancel(f.loop, t);
            assert_int_equal(t->heap_index, 0);
        } else {
            assert_int_equal(pt_loop_timer_set(f.loop, t, 1000000 + (seed >> 4) % 977), PT_OK);
            assert_true(t->heap_index > 0);
        }
    }
    for (int i = 0; i < COUNT; i++) {
        pt_loop_timer_cancel(f.loop, &timers[i]);
    }
}

static PtWatch watches[2];
static int pipes[2][2];

static void on_both(PtWatch *watch, uint32_t events)
{
    assert_true((events & EPOLLIN) != 0);
    note('w');
    pt_loop_unwatch(f.loop, &watches[0]); // also the one that has not been called yet
    pt_loop_unwatch(f.loop, &watches[1]);
    memset(watches, 0xff, sizeof watches); // the loop must not look at them again
    (void)watch;
}

static void a_watch_may_be_removed_while_its_event_waits(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pipe(pipes[i]), 0);
        assert_int_equal(write(pipes[i][1], "x", 1), 1);
        watches[i] = (PtWatch){.fd = pipes[i][0], .events = EPOLLIN, .fn = on_both};
        assert_int_equal(pt_loop_watch(f.loop, &watches[i], NULL), PT_OK);
    }
    // Unwatching needs the descriptor: the watches are overwritten only after both are gone.
    assert_true(pt_loop_turn(f.loop, -1));
    assert_false(pt_loop_turn(f.loop, 0));
    assert_string_equal(f.log, "w");
    for (int i = 0; i < 2; i++) {
        (void)close(pipes[i][0]);
        (void)close(pipes[i][1]);
    }
}

static void watching_a_closed_descriptor_fails(void **state)
{
    (void)state;
    PtWatch w = {.fd = 9999, .events = EPOLLIN};
    PtError err = {0};
    assert_int_equal(pt_loop_watch(f.loop, &w, &err), PT_IO);
    assert_non_null(strstr(err.message, "cannot watch descriptor 9999"));
}

static int settles_left;

static void hook(void *ctx)
{
    note((char)(uintptr_t)ctx);
    if (settles_left > 0) {
        settles_left--;
        pt_loop_settle(f.loop);
    }
}

static void hooks_run_once_a_round_and_again_when_asked(void **state)
{
    (void)state;
    settles_left = 0;
    pt_loop_on_round(f.loop, hook, LETTER('1'));
    pt_loop_on_round(f.loop, hook, LETTER('2'));
    assert_false(pt_loop_turn(f.loop, 0));
    assert_string_equal(f.log, ""); // nothing was handled
    assert_true(pt_loop_post(f.loop, post_note, LETTER('p')));
    assert_true(pt_loop_post(f.loop, post_note, LETTER('p')));
    assert_true(pt_loop_turn(f.loop, -1));
    assert_string_equal(f.log, "pp12");
    pt_loop_settle(f.loop); // outside of a round: does not sleep
    assert_true(pt_loop_turn(f.loop, -1));
    assert_string_equal(f.log, "pp1212");
    settles_left = 1;
    assert_true(pt_loop_post(f.loop, post_note, LETTER('p')));
    assert_true(pt_loop_turn(f.loop, -1));
    assert_string_equal(f.log, "pp1212p1212");
    pt_loop_off_round(f.loop, hook, LETTER('1'));
    assert_true(pt_loop_post(f.loop, post_note, LETTER('q')));
    assert_true(pt_loop_turn(f.loop, -1));
    assert_string_equal(f.log, "pp1212p1212q2");
}

enum { THREADS = 4, POSTS_EACH = 20000 };
static unsigned seen[THREADS];

static void count_post(void *ctx)
{
    uintptr_t v = (uintptr_t)ctx;
    assert_int_equal(seen[v % THREADS], v / THREADS); // each thread's own order
    seen[v % THREADS]++;
    unsigned total = 0;
    for (int i = 0; i < THREADS; i++) {
        total += seen[i];
    }
    if (total == THREADS * POSTS_EACH) {
        pt_loop_stop(f.loop);
    }
}

static void *post_many(void *arg)
{
    for (uintptr_t i = 0; i < POSTS_EACH; i++) {
        if (!pt_loop_post(f.loop, count_post, (void *)(i * THREADS + (uintptr_t)arg))) {
            return arg;
        }
        if (i % 1000 == 0) { // lets the loop fall asleep now and then
            (void)nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
        }
    }
    return NULL;
}

static void no_post_of_many_threads_is_lost(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    memset(seen, 0, sizeof seen);
    for (uintptr_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, post_many, (void *)i), 0);
    }
    pt_loop_run(f.loop);
    assert_true(pt_loop_inside(f.loop));
    for (int i = 0; i < THREADS; i++) {
        void *failed = &failed;
        (void)pthread_join(threads[i], &failed);
        assert_null(failed);
        assert_int_equal(seen[i], POSTS_EACH);
    }
}

static atomic_int running, peak, done;
static atomic_bool gate;

static void pool_job(void *ctx)
{
    (void)ctx;
    int now = atomic_fetch_add(&running, 1) + 1;
    for (int old = atomic_load(&peak);
         old < now && !atomic_compare_exchange_weak(&peak, &old, now);) {
    }
    while (!atomic_load(&gate)) {
        (void)nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
    }
    atomic_fetch_sub(&running, 1);
    atomic_fetch_add(&done, 1);
}

static void pool_runs_several_at_once_and_refuses_over_its_queue(void **state)
{
    (void)state;
    PtPool *pool = NULL;
    atomic_store(&gate, false);
    atomic_store(&done, 0);
    atomic_store(&peak, 0);
    assert_int_equal(pt_pool_new(3, 2, &pool, NULL), PT_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(pt_pool_submit(pool, pool_job, NULL), PT_OK);
        while (atomic_load(&running) <= i) { // taken off the queue
            (void)nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
        }
    }
    assert_int_equal(pt_pool_submit(pool, pool_job, NULL), PT_OK);
    assert_int_equal(pt_pool_submit(pool, pool_job, NULL), PT_OK);
    assert_int_equal(pt_pool_submit(pool, pool_job, NULL), PT_BUSY);
    atomic_store(&gate, true);
    pt_pool_free(pool); // what is queued still runs
    assert_int_equal(atomic_load(&done), 5);
    assert_int_equal(atomic_load(&peak), 3);
}

static char order[64];
static size_t order_len;

static void ordered_job(void *ctx)
{
    order[order_len++] = (char)(uintptr_t)ctx;
}

static void one_thread_keeps_the_order(void **state)
{
    (void)state;
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    PtPool *pool = NULL;
    order_len = 0;
    assert_int_equal(pt_pool_new(1, 26, &pool, NULL), PT_OK);
    for (int i = 0; i < 26; i++) {
        assert_int_equal(pt_pool_submit(pool, ordered_job, LETTER(letters[i])), PT_OK);
    }
    pt_pool_free(pool);
    assert_int_equal(order_len, 26);
    assert_memory_equal(order, letters, 26);
}

static void pool_bounds(void **state)
{
    (void)state;
    PtPool *pool = NULL;
    assert_int_equal(pt_pool_new(0, 1, &pool, NULL), PT_INVALID);
    assert_int_equal(pt_pool_new(1, 0, &pool, NULL), PT_INVALID);
    assert_int_equal(pt_pool_new(1025, 1, &pool, NULL), PT_INVALID);
    assert_null(pool);
    pt_pool_free(NULL);
    pt_loop_free(NULL);
}

#define LOOP_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOOP_TEST(posts_run_in_order_and_not_in_the_round_that_made_them),
        LOOP_TEST(undelivered_posts_run_at_the_end),
        LOOP_TEST(timers_fire_in_order_and_never_early),
        LOOP_TEST(timers_move_and_cancel),
        LOOP_TEST(a_timer_that_is_always_due_does_not_hold_the_loop),
        LOOP_TEST(random_timers_keep_the_heap),
        LOOP_TEST(a_watch_may_be_removed_while_its_event_waits),
        LOOP_TEST(watching_a_closed_descriptor_fails),
        LOOP_TEST(hooks_run_once_a_round_and_again_when_asked),
        LOOP_TEST(no_post_of_many_threads_is_lost),
        cmocka_unit_test(pool_runs_several_at_once_and_refuses_over_its_queue),
        cmocka_unit_test(one_thread_keeps_the_order),
        cmocka_unit_test(pool_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
