// SPDX-License-Identifier: Apache-2.0
/* The three troubles of a failed round, each by hand: the log is played by two numbers. */
#include "events/pending_internal.h"

#include <errno.h>
#include <fault/fault_fs.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

static _Atomic uint64_t finished_round, last_pending;

uint64_t __wrap_pt_log_finished_round(PtLog *log);
uint64_t __wrap_pt_log_finished_round(PtLog *log)
{
    (void)log;
    return finished_round;
}

uint64_t __wrap_pt_log_last_pending(PtLog *log);
uint64_t __wrap_pt_log_last_pending(PtLog *log)
{
    (void)log;
    return last_pending > finished_round ? last_pending : finished_round;
}

typedef struct Test {
    PtFs *fs;
    Dedupe *dedupe;
    EventPending p;
} Test;

static void setup(Test *t)
{
    DedupeConfig config = dedupe_config_default();
    t->fs = fault_fs_new(1);
    config.fs = t->fs;
    config.dir = "/dedupe";
    config.memory_bytes = 8 << 20;
    config.window_ids = 1 << 20;
    config.table_ids = 64;
    config.start_thread = false;
    uint64_t from;
    assert_int_equal(dedupe_open(&config, &t->dedupe, &from, NULL), PT_OK);
    finished_round = 6;
    last_pending = 0;
    assert_int_equal(event_pending_init(&t->p, NULL, t->dedupe, NULL), PT_OK);
}

static void teardown(Test *t)
{
    event_pending_done(&t->p);
    dedupe_close(t->dedupe);
    fault_fs_free(t->fs);
}

static PtHash128 id(uint64_t n)
{
    return (PtHash128){n * 0x9E3779B97F4A7C15, n + 1};
}

/* Within a call: checks ids [from, from + count) and lands the new ones in `round`, but the last
 * `missing`. Returns how many were known. */
static unsigned land(Test *t, uint64_t from, unsigned count, uint64_t round, unsigned missing)
{
    PtHash128 ids[64];
    DedupeVerdict verdicts[64];
    unsigned known = 0;
    for (unsigned i = 0; i < count; i++) {
        ids[i] = id(from + i);
    }
    assert_int_equal(event_pending_check(&t->p, ids, count, 1, verdicts, NULL), PT_OK);
    for (unsigned i = 0; i < count; i++) {
        known += verdicts[i] == DEDUPE_SEEN;
        if (verdicts[i] == DEDUPE_NEW && i < count - missing) {
            event_pending_landed(&t->p, ids[i], 1, round, from + i);
            last_pending = round;
        }
    }
    assert_int_equal(event_pending_seal(&t->p, missing == 0, NULL), PT_OK);
    return known;
}

static unsigned call(Test *t, uint64_t from, unsigned count, uint64_t round, unsigned missing)
{
    event_pending_enter(&t->p);
    unsigned known = land(t, from, count, round, missing);
    event_pending_leave(&t->p);
    return known;
}

static void finish(Test *t, uint64_t round, PtStatus status)
{
    finished_round = round;
    event_pending_round(&t->p, round, status);
}

typedef struct Failure {
    Test *t;
    uint64_t round;
} Failure;

static void *fail_soon(void *arg)
{
    Failure *f = arg;
    (void)nanosleep(&(struct timespec){.tv_nsec = 30000000}, NULL);
    event_pending_round(&f->t->p, f->round, PT_IO);
    return NULL;
}

static void a_later_round_keeps_its_ids_when_one_fails(void **state)
{
    (void)state;
    Test t;
    setup(&t);
    assert_int_equal(call(&t, 0, 10, 7, 0), 0);
    finished_round = 7; // failed, and its callback is not here yet
    assert_int_equal(call(&t, 100, 10, 8, 0), 0);
    finish(&t, 7, PT_IO);
    assert_int_equal(call(&t, 100, 10, 8, 0), 10);
    assert_int_equal(call(&t, 0, 10, 9, 0), 0);
    finish(&t, 8, PT_OK);
    finish(&t, 9, PT_IO);
    assert_int_equal(call(&t, 100, 10, 10, 0), 10);
    assert_int_equal(call(&t, 0, 10, 10, 0), 0);
    finish(&t, 10, PT_OK);
    assert_int_equal(t.p.len, 0);
    teardown(&t);
}

static void a_call_over_a_failed_and_a_good_round_fails(void **state)
{
    (void)state;
    Test t;
    setup(&t);
    uint64_t round = 0;
    event_pending_enter(&t.p);
    (void)land(&t, 0, 5, 7, 0);
    (void)land(&t, 5, 5, 8, 0);
    assert_int_equal(event_pending_outcome(&t.p, &round, NULL), PT_OK);
    assert_int_equal(round, 8); // both wait: 8 cannot succeed when 7 fails
    event_pending_leave(&t.p);
    finish(&t, 8, PT_OK);

    event_pending_enter(&t.p);
    (void)land(&t, 10, 5, 9, 0);
    finished_round = 9; // failed, while the call goes on
    (void)land(&t, 20, 5, 10, 0);
    Failure failure = {&t, 9};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, fail_soon, &failure), 0);
    assert_int_equal(event_pending_outcome(&t.p, &round, NULL), PT_UNAVAILABLE);
    event_pending_leave(&t.p);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(call(&t, 10, 5, 11, 0), 0);
    assert_int_equal(call(&t, 20, 5, 10, 0), 5); // pending: the retry does not double them
    teardown(&t);
}

/* The writer takes the round while a call appends: its first events become durable, the rest fails.
 * Those that are durable must stay known, or the client's retry doubles them. */
static void the_durable_part_of_a_split_call_stays_known(void **state)
{
    (void)state;
    Test t;
    PtHash128 ids[10];
    DedupeVerdict verdicts[10];
    setup(&t);
    for (unsigned i = 0; i < 10; i++) {
        ids[i] = id(i);
    }
    event_pending_enter(&t.p);
    assert_int_equal(event_pending_check(&t.p, ids, 10, 1, verdicts, NULL), PT_OK);
    for (unsigned i = 0; i < 10; i++) {
        event_pending_landed(&t.p, ids[i], 1, i < 6 ? 7 : 8, i);
    }
    last_pending = 8;
    assert_int_equal(event_pending_seal(&t.p, true, NULL), PT_OK);
    event_pending_leave(&t.p);
    finish(&t, 7, PT_OK);
    finish(&t, 8, PT_IO);
    assert_int_equal(call(&t, 0, 10, 9, 0), 6);
    finish(&t, 9, PT_OK);
    assert_int_equal(t.p.len, 0);
    teardown(&t);
}

static void what_was_not_appended_is_forgotten(void **state)
{
    (void)state;
    Test t;
    setup(&t);
    assert_int_equal(call(&t, 0, 10, 7, 4), 0);
    assert_int_equal(call(&t, 0, 10, 7, 0), 6);
    finish(&t, 7, PT_OK);
    assert_int_equal(call(&t, 0, 10, 8, 0), 10);
    teardown(&t);
}

static void a_duplicate_depends_on_what_is_pending(void **state)
{
    (void)state;
    Test t;
    setup(&t);
    uint64_t round = 0;
    assert_int_equal(call(&t, 0, 1, 7, 0), 0);
    event_pending_enter(&t.p);
    assert_int_equal(land(&t, 0, 1, 8, 0), 1);
    assert_int_equal(event_pending_outcome(&t.p, &round, NULL), PT_OK);
    assert_int_equal(round, 7);
    event_pending_leave(&t.p);
    finish(&t, 7, PT_OK);
    event_pending_enter(&t.p);
    assert_int_equal(land(&t, 0, 1, 8, 0), 1);
    assert_int_equal(event_pending_outcome(&t.p, &round, NULL), PT_OK);
    assert_int_equal(round, 0);
    event_pending_leave(&t.p);
    teardown(&t);
}

static void a_duplicate_of_a_failed_round_waits_and_is_new(void **state)
{
    (void)state;
    Test t;
    setup(&t);
    assert_int_equal(call(&t, 0, 10, 7, 0), 0);
    finished_round = 7;
    pthread_t thread;
    Failure failure = {&t, 7};
    assert_int_equal(pthread_create(&thread, NULL, fail_soon, &failure), 0);
    assert_int_equal(call(&t, 0, 10, 8, 0), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    finish(&t, 8, PT_OK);
    assert_int_equal(call(&t, 0, 10, 9, 0), 10);
    teardown(&t);
}

/* Enough ids in runs on disk that a lookup reads, and a disk that cannot be read. */
static void nothing_is_taken_while_ids_cannot_be_put_back(void **state)
{
    (void)state;
    Test t;
    setup(&t);
    bool did;
    for (unsigned i = 0; i < 8; i++) {
        assert_int_equal(call(&t, 1000 + i * 50, 50, 7 + i, 0), 0);
        finish(&t, 7 + i, PT_OK);
        assert_int_equal(dedupe_step(t.dedupe, 1, &did, NULL), PT_OK);
    }
    assert_true(dedupe_stats(t.dedupe).runs > 0);
    assert_int_equal(call(&t, 0, 10, 20, 0), 0);
    assert_int_equal(call(&t, 100, 10, 21, 0), 0);
    fault_fs_fail_rate(t.fs, FAULT_PREAD, 1000000, EIO);
    finish(&t, 20, PT_IO);
    bool must_read = t.p.held < t.p.len;
    finish(&t, 21, PT_OK); // durable, and still not put back
    DedupeVerdict verdict;
    PtHash128 known = id(1000);
    event_pending_enter(&t.p);
    PtStatus st = event_pending_check(&t.p, &known, 1, 1, &verdict, NULL);
    event_pending_leave(&t.p);
    assert_int_equal(st, PT_UNAVAILABLE);
    fault_fs_fail_rate(t.fs, FAULT_PREAD, 0, 0);
    assert_int_equal(call(&t, 100, 10, 22, 0), 10);
    assert_int_equal(call(&t, 0, 10, 22, 0), 0);
    for (uint64_t round = 22; round < 25; round++) {
        finish(&t, round, PT_IO); // takes back its own, not those of the durable round
        assert_int_equal(call(&t, 100, 10, round + 1, 0), 10);
        assert_int_equal(call(&t, 0, 10, round + 1, 0), 0);
    }
    assert_true(must_read || dedupe_stats(t.dedupe).run_reads > 0);
    teardown(&t);
}

static void a_redrive_is_remembered_unless_its_round_fails(void **state)
{
    (void)state;
    Test t;
    setup(&t);
    event_pending_enter(&t.p);
    for (uint64_t offset = 0; offset < 200; offset++) {
        assert_false(event_pending_redriven(&t.p, offset));
        assert_int_equal(event_pending_redrive(&t.p, offset, NULL), PT_OK);
        assert_true(event_pending_redriven(&t.p, offset));
        if (offset % 4 == 3) {
            event_pending_redrive_failed(&t.p);
        } else {
            event_pending_redrive_landed(&t.p, 7 + offset % 4);
        }
    }
    event_pending_leave(&t.p);
    finish(&t, 7, PT_OK);
    finish(&t, 8, PT_IO);
    event_pending_enter(&t.p);
    for (uint64_t offset = 0; offset < 200; offset++) {
        bool stays = offset % 4 == 0 || offset % 4 == 2; // of round 7, or still under way
        assert_int_equal(event_pending_redriven(&t.p, offset), stays);
    }
    event_pending_leave(&t.p);
    teardown(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_later_round_keeps_its_ids_when_one_fails),
        cmocka_unit_test(a_call_over_a_failed_and_a_good_round_fails),
        cmocka_unit_test(the_durable_part_of_a_split_call_stays_known),
        cmocka_unit_test(what_was_not_appended_is_forgotten),
        cmocka_unit_test(a_duplicate_depends_on_what_is_pending),
        cmocka_unit_test(a_duplicate_of_a_failed_round_waits_and_is_new),
        cmocka_unit_test(nothing_is_taken_while_ids_cannot_be_put_back),
        cmocka_unit_test(a_redrive_is_remembered_unless_its_round_fails),
    };
    return cmocka_run_group_tests_name("events/pending", tests, NULL, NULL);
}
