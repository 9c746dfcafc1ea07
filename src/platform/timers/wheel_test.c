// SPDX-License-Identifier: Apache-2.0
/* The wheel against a list that is sorted anew each time. */
#include "base/rng.h"
#include "base/test_rows.h"
#include "platform/timers/wheel_internal.h"

#include <fault/fault_alloc.h>

#include <stdlib.h>
#include <string.h>

enum { KEYS = 300, KINDS = 3, STEPS = 600 };

typedef struct Model { /* due of each (kind, key); INT64_MAX: not set */
    int64_t due[KINDS][KEYS];
} Model;

static const int64_t start_ms = 1700000000000;

static void open_wheel(Wheel *w, int64_t now_ms)
{
    PtError err = {0};
    assert_int_equal(wheel_init(w, now_ms, &err), PT_OK);
}

static void set(Wheel *w, uint32_t kind, uint64_t key, int64_t due_ms)
{
    PtError err = {0};
    const PtTimer timer = {kind, key, due_ms};
    assert_int_equal(wheel_set(w, &timer, &err), PT_OK);
}

/* Takes all that is due, checks that it comes in order, and calls `seen` for each that is live. */
static size_t drain(Wheel *w, int64_t now_ms, PtTimer *ret_fired, size_t max)
{
    size_t fired = 0, count = 1;
    PtError err = {0};
    while (count > 0) {
        const WheelDue *due;
        assert_int_equal(wheel_collect(w, now_ms, &err), PT_OK);
        count = wheel_take(w, now_ms, &due);
        assert_in_range(count, 0, PT_TIMER_BATCH);
        for (size_t i = 0; i < count; i++) {
            if (wheel_is_live(w, due[i].node)) {
                assert_true(fired < max);
                ret_fired[fired++] = due[i].timer;
            }
            wheel_release(w, due[i].node);
        }
    }
    return fired;
}

static int by_order(const void *a, const void *b)
{
    const PtTimer *x = a, *y = b;
    if (x->due_ms != y->due_ms) {
        return x->due_ms < y->due_ms ? -1 : 1;
    }
    return x->kind != y->kind ? (int)x->kind - (int)y->kind : (x->key > y->key) - (x->key < y->key);
}

static size_t model_due(Model *m, int64_t now_ms, PtTimer *ret_due)
{
    size_t count = 0;
    for (uint32_t kind = 0; kind < KINDS; kind++) {
        for (uint32_t key = 0; key < KEYS; key++) {
            if (m->due[kind][key] <= now_ms) {
                ret_due[count++] = (PtTimer){kind, key, m->due[kind][key]};
                m->due[kind][key] = INT64_MAX;
            }
        }
    }
    qsort(ret_due, count, sizeof *ret_due, by_order);
    return count;
}

static int64_t any_span(PtRng *rng)
{
    return (int64_t)(pt_rng_u64(rng) >> (14 + pt_rng_below(rng, 50)));
}

static void change(Wheel *w, Model *m, PtRng *rng, int64_t now_ms)
{
    const uint32_t kind = (uint32_t)pt_rng_below(rng, KINDS);
    const uint32_t key = (uint32_t)pt_rng_below(rng, KEYS);
    if (pt_rng_below(rng, 5) == 0) {
        wheel_cancel(w, kind, key);
        m->due[kind][key] = INT64_MAX;
    } else {
        const bool past = pt_rng_below(rng, 10) == 0;
        m->due[kind][key] = past ? now_ms - any_span(rng) : now_ms + any_span(rng);
        set(w, kind, key, m->due[kind][key]);
    }
}

static uint64_t model_count(const Model *m)
{
    uint64_t count = 0;
    for (size_t i = 0; i < (size_t)KINDS * KEYS; i++) {
        count += m->due[i / KEYS][i % KEYS] != INT64_MAX;
    }
    return count;
}

/* Spans of all sizes, a clock that is moved on by spans of all sizes and now and then back. */
static void fires_what_a_list_would(void **state)
{
    (void)state;
    static Model m;
    static PtTimer fired[KINDS * KEYS], want[KINDS * KEYS];
    for (uint64_t seed = 1; seed <= 20; seed++) {
        PtRng rng;
        Wheel w;
        int64_t now_ms = start_ms;
        pt_rng_init(&rng, seed);
        memset(&m, 0x7f, sizeof m);
        for (size_t i = 0; i < (size_t)KINDS * KEYS; i++) {
            m.due[i / KEYS][i % KEYS] = INT64_MAX;
        }
        open_wheel(&w, now_ms);
        for (int step = 0; step < STEPS; step++) {
            for (int i = 0; i < 8; i++) {
                change(&w, &m, &rng, now_ms);
            }
            if (pt_rng_below(&rng, 20) == 0) {
                now_ms -= any_span(&rng) / 4;
                wheel_turn_back(&w, now_ms);
            } else if (now_ms < INT64_MAX / 2) {
                now_ms += any_span(&rng);
            }
            const int64_t next_ms = wheel_next_ms(&w);
            const size_t count = drain(&w, now_ms, fired, PT_COUNT(fired));
            assert_int_equal(count, model_due(&m, now_ms, want));
            assert_true(count == 0 || next_ms <= want[0].due_ms);
            assert_int_equal(w.armed, model_count(&m));
            for (size_t i = 0; i < count; i++) {
                assert_memory_equal(&fired[i].due_ms, &want[i].due_ms, sizeof want[i].due_ms);
                assert_int_equal(fired[i].kind, want[i].kind);
                assert_int_equal(fired[i].key, want[i].key);
            }
        }
        wheel_done(&w);
    }
}

/* One ms before a slot of each level begins, at its first ms, and one behind. */
static void edges_of_levels(void **state)
{
    (void)state;
    for (unsigned level = 1; level < 6; level++) {
        for (int64_t off = -1; off <= 1; off++) {
            Wheel w;
            PtTimer fired[2];
            const int64_t edge =
                (start_ms >> (8 * level) << (8 * level)) + (INT64_C(1) << (8 * level));
            const int64_t due_ms = edge + off;
            open_wheel(&w, start_ms);
            set(&w, 0, 1, due_ms);
            assert_int_equal(drain(&w, due_ms - 1, fired, 1), 0);
            assert_true(wheel_next_ms(&w) <= due_ms && wheel_next_ms(&w) > due_ms - 256);
            assert_int_equal(drain(&w, due_ms, fired, 1), 1);
            assert_int_equal(wheel_next_ms(&w), INT64_MAX);
            wheel_done(&w);
        }
    }
}

static void farthest_and_earliest(void **state)
{
    (void)state;
    Wheel w;
    PtTimer fired[4];
    open_wheel(&w, 0);
    set(&w, 0, 1, INT64_MAX - 1);
    set(&w, 0, 2, INT64_MIN);
    set(&w, 0, 3, -1);
    set(&w, 0, 4, 0);
    assert_int_equal(wheel_next_ms(&w), INT64_MIN);
    assert_int_equal(drain(&w, 0, fired, 4), 3);
    assert_int_equal(fired[0].key, 2);
    assert_int_equal(fired[1].key, 3);
    assert_int_equal(fired[2].key, 4);
    assert_int_equal(drain(&w, INT64_MAX - 2, fired, 4), 0);
    assert_int_equal(drain(&w, INT64_MAX - 1, fired, 4), 1);
    wheel_done(&w);
}

static void again_unless_it_was_changed(void **state)
{
    (void)state;
    Wheel w;
    PtError err = {0};
    PtTimer fired[4];
    WheelDue held[4];
    const WheelDue *due;
    open_wheel(&w, start_ms);
    for (uint64_t key = 0; key < 4; key++) {
        set(&w, 1, key, start_ms);
    }
    assert_int_equal(wheel_collect(&w, start_ms, &err), PT_OK);
    assert_int_equal(wheel_take(&w, start_ms, &due), 4);
    memcpy(held, due, sizeof held);
    wheel_cancel(&w, 1, 0);
    set(&w, 1, 1, start_ms + 5);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(wheel_bring_again(&w, &held[i], &err), PT_OK);
    }
    wheel_release(&w, held[3].node);
    assert_int_equal(w.armed, 2);
    assert_int_equal(drain(&w, start_ms, fired, 4), 1);
    assert_int_equal(fired[0].key, 2);
    assert_int_equal(drain(&w, start_ms + 5, fired, 4), 1);
    assert_int_equal(fired[0].key, 1);
    wheel_done(&w);
}

/* A timer of any kind, while one is in the ready list and cancelled there. */
static void a_kind_goes_as_a_whole(void **state)
{
    (void)state;
    Wheel w;
    PtError err = {0};
    PtTimer fired[8];
    open_wheel(&w, start_ms);
    for (uint32_t i = 0; i < 8; i++) {
        set(&w, i % 2, i, start_ms + (int64_t)(i / 4) * 1000000);
    }
    assert_int_equal(wheel_collect(&w, start_ms, &err), PT_OK);
    wheel_cancel_kind(&w, 0);
    assert_int_equal(w.armed, 4);
    assert_int_equal(drain(&w, start_ms + 1000000, fired, 8), 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(fired[i].kind, 1);
    }
    wheel_done(&w);
}

/* Without memory a timer is set or it is not, and what is due comes once there is some. */
static void no_memory(void **state)
{
    (void)state;
    Wheel w;
    PtError err = {0};
    PtTimer fired[2000];
    fault_alloc_fail(1, 0);
    assert_int_equal(wheel_init(&w, start_ms, &err), PT_NO_MEMORY);
    fault_alloc_fail(0, 0);
    open_wheel(&w, start_ms);
    const PtTimer timer = {0, 7, start_ms + 5}, late = {0, 8, start_ms - 5};
    fault_alloc_fail(1, 1);
    assert_int_equal(wheel_set(&w, &timer, &err), PT_NO_MEMORY);
    fault_alloc_fail(0, 0);
    set(&w, 0, 7, start_ms + 5);
    fault_alloc_fail(1, 1);
    assert_int_equal(wheel_set(&w, &late, &err), PT_NO_MEMORY);
    fault_alloc_fail(0, 0);
    assert_int_equal(w.armed, 1);
    for (uint64_t key = 100; key < 1700; key++) { // more than there are buckets
        set(&w, 0, key, start_ms + 5);
    }
    fault_alloc_fail(1, 1);
    assert_int_equal(wheel_collect(&w, start_ms + 5, &err), PT_NO_MEMORY);
    fault_alloc_fail(0, 0);
    assert_int_equal(drain(&w, start_ms + 5, fired, PT_COUNT(fired)), 1601);
    wheel_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fires_what_a_list_would), cmocka_unit_test(edges_of_levels),
        cmocka_unit_test(farthest_and_earliest),   cmocka_unit_test(again_unless_it_was_changed),
        cmocka_unit_test(a_kind_goes_as_a_whole),  cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
