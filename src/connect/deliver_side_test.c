// SPDX-License-Identifier: Apache-2.0
/* What is sent again goes on where it was when memory or the disk fails half way: nothing twice,
 * nothing left out, the order kept.
 */
#include "base/map.h"
#include "base/test_rows.h"
#include "connect/destination_internal.h"

#include <errno.h>
#include <events/intake_rig.h>
#include <fault/fault_alloc.h>
#include <stdio.h>
#include <stdlib.h>

enum { EVENTS = 10, TURNS = 100 };

typedef struct Side {
    RigBase base;
    Rig rig;
    PtFs *fs;
    ConnectDestinationsConfig c;
    DeliverPlan plan;
    Deliver d;
    uint64_t taken[2 * EVENTS];
    size_t count, failed;
} Side;

static int set_up(void **state)
{
    Side *s = calloc(1, sizeof *s);
    EventOutcome outcome;
    *state = s;
    s->fs = fault_fs_new(7);
    if (s->fs == NULL || !rig_base_open(&s->base) ||
        !rig_open(&s->rig, &s->base, s->fs, (RigOptions){.threads = true})) {
        return -1;
    }
    for (int i = 0; i < EVENTS; i++) {
        char body[100];
        (void)snprintf(body, sizeof body,
                       "{\"userId\":\"u\",\"event\":\"Seen\",\"messageId\":\"%d\"}", i);
        if (rig_call(&s->rig, EVENT_CALL_TYPED, EVENT_TRACK, RIG_PLAIN, body, &outcome, NULL) !=
            PT_OK) {
            return -1;
        }
    }
    s->c = (ConnectDestinationsConfig){
        .sql = s->base.sql, .clock = s->base.clock, .log = s->rig.log, .sources = s->base.sources};
    s->plan = (DeliverPlan){.redrive_per_s = 40}; // four at a time
    s->d = (Deliver){.c = &s->c, .plan = &s->plan, .next_due_ms = INT64_MAX};
    (void)snprintf(s->d.queue.name, sizeof s->d.queue.name, "q");
    s->d.changes = calloc(DELIVER_CHANGES_MAX, sizeof *s->d.changes);
    deliver_window_init(&s->d.window, 1, EVENTS);
    return s->d.changes != NULL && deliver_figures_init(&s->d.figures, NULL) == PT_OK &&
                   pt_log_reader_open(s->rig.log, NULL, 0, 0, &s->d.again, NULL) == PT_OK &&
                   pt_log_reader_open(s->rig.log, NULL, 0, 0, &s->d.replayed, NULL) == PT_OK
               ? 0
               : -1;
}

static int tear_down(void **state)
{
    Side *s = *state;
    pt_log_reader_close(s->d.again);
    pt_log_reader_close(s->d.replayed);
    deliver_window_clear(&s->d.window);
    deliver_tally_clear(&s->d.tally);
    deliver_figures_done(&s->d.figures);
    free(s->d.changes);
    rig_close(&s->rig);
    rig_base_close(&s->base);
    fault_fs_free(s->fs);
    free(s);
    return 0;
}

/* All that is beside is sent. */
static void send_all(Side *s)
{
    DeliverEvent *e;
    while ((e = deliver_window_take(&s->d.window, &s->d.window.side)) != NULL) {
        assert_true(s->count < 2 * EVENTS);
        s->taken[s->count++] = e->record.position.offset;
        deliver_window_settle(&s->d.window, e);
    }
}

/* Turn by turn; every second one the nth allocation fails. */
static void run(Side *s, uint64_t nth)
{
    s->count = s->failed = 0;
    for (int turn = 0; turn < TURNS; turn++) {
        s->d.side_after_mono_ms = 0;
        if (turn % 2 == 0) {
            fault_alloc_fail(nth, 0);
        }
        const PtStatus st = deliver_fill_side(&s->d, NULL);
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || st == PT_NO_MEMORY);
        s->failed += st != PT_OK;
        send_all(s);
    }
}

static void assert_each_once(const Side *s)
{
    assert_int_equal(s->count, EVENTS);
    for (uint64_t i = 0; i < EVENTS; i++) {
        assert_int_equal(s->taken[i], i);
    }
}

static void a_replay_that_fails_half_way_goes_on(void **state)
{
    Side *s = *state;
    size_t failed = 0;
    for (uint64_t nth = 1; nth <= 8; nth++) {
        s->d.queue.replay =
            (PtOutboxReplay){.state = PT_OUTBOX_REPLAYING, .number = (int64_t)nth, .until = EVENTS};
        run(s, nth);
        assert_each_once(s);
        assert_int_equal(s->d.queue.replay.state, PT_OUTBOX_REPLAYED);
        assert_int_equal(s->d.queue.replay.sent, EVENTS);
        failed += s->failed;
    }
    assert_true(failed > 8);
}

static void kill_all(Side *s)
{
    PtSqlTx *tx = NULL;
    PtError err = {0};
    assert_int_equal(pt_sql_begin(s->base.sql, true, &tx, &err), PT_OK);
    assert_int_equal(pt_outbox_add(tx, "q", 0, &err), PT_OK);
    for (uint64_t i = 0; i < EVENTS; i++) {
        const PtOutboxItem item = {
            .position = i, .state = PT_OUTBOX_DEAD, .attempts = 1, .failed_ms = 1, .reason = "x"};
        assert_int_equal(pt_outbox_put(tx, "q", &item, &err), PT_OK);
    }
    assert_int_equal(pt_sql_commit(&tx, &err), PT_OK);
}

static void a_redrive_that_fails_half_way_goes_on(void **state)
{
    Side *s = *state;
    size_t failed = 0;
    kill_all(s);
    for (uint64_t nth = 1; nth <= 8; nth++) {
        s->d.queue.job = (PtOutboxJob){
            .kind = PT_OUTBOX_REDRIVE, .number = (int64_t)nth, .before_ms = 2, .after = -1};
        run(s, nth);
        assert_each_once(s);
        assert_int_equal(s->d.queue.job.kind, PT_OUTBOX_NO_JOB);
        assert_int_equal(s->d.queue.job.done, EVENTS);
        failed += s->failed;
    }
    assert_true(failed > 8);
}

/* A portion of which nothing is wanted leaves nothing on its way: the replay beside it may not be
 * counted in its stead. */
static void a_job_of_which_nothing_is_wanted_and_a_replay_are_counted_apart(void **state)
{
    Side *s = *state;
    kill_all(s);
    PtMap *none = pt_map_new();
    s->plan.events = none; // no event has a name of these
    s->d.queue.job =
        (PtOutboxJob){.kind = PT_OUTBOX_REDRIVE, .number = 1, .before_ms = 2, .after = -1};
    s->d.queue.replay =
        (PtOutboxReplay){.state = PT_OUTBOX_REPLAYING, .number = 1, .until = EVENTS};
    assert_int_equal(deliver_fill_side(&s->d, NULL), PT_OK);
    assert_int_equal(s->d.change_count, 4);
    assert_int_equal(s->d.job_count, 4);
    assert_true(s->d.side_is_job && !s->d.side_is_replay);
    pt_map_free(none, NULL);
}

static void add_live(Side *s, const uint64_t *offsets, size_t count)
{
    const EventView view = {.user_id = PT_STR("u")};
    deliver_window_clear(&s->d.window);
    for (size_t i = 0; i < count; i++) {
        const PtRecord record = {.position = {0, offsets[i]}, .payload = PT_STR("x")};
        assert_non_null(deliver_window_add(&s->d.window, &record, &view, DELIVER_LIVE, 0));
    }
}

static void assert_queued(Side *s, const uint64_t *want, size_t count)
{
    const DeliverEvent *e = s->d.window.lanes[0].first;
    for (size_t i = 0; i < count; i++, e = e->next) {
        assert_non_null(e);
        assert_int_equal(e->record.position.offset, want[i]);
    }
    assert_null(e);
    assert_int_equal(s->d.window.lanes[0].count, count);
    assert_int_equal(s->d.window.queued, count);
}

/* After an erasure what is queued is read again. */
static void reading_again_keeps_the_order(void **state)
{
    Side *s = *state;
    const uint64_t offsets[] = {0, 1, 2, 3, EVENTS + 7, 4, 5};
    const uint64_t left[] = {0, 1, 2, 3, 4, 5};
    size_t failed = 0;
    for (uint64_t nth = 1; nth <= 6; nth++) {
        add_live(s, offsets, 7);
        pt_log_reader_close(s->d.again); // what it has read ahead is forgotten
        assert_int_equal(pt_log_reader_open(s->rig.log, NULL, 0, 0, &s->d.again, NULL), PT_OK);
        fault_fs_fail(s->fs, FAULT_PREAD, nth, EIO);
        const PtStatus st = deliver_refresh(&s->d, NULL);
        fault_fs_fail(s->fs, FAULT_PREAD, 0, 0);
        const DeliverQueue *q = &s->d.window.lanes[0];
        if (st != PT_OK) { // all are there, or all but the one that is gone
            failed++;
            assert_queued(s, q->count == 7 ? offsets : left, q->count);
            assert_int_equal(deliver_refresh(&s->d, NULL), PT_OK);
        }
        assert_queued(s, left, 6);
    }
    assert_true(failed > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_replay_that_fails_half_way_goes_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_redrive_that_fails_half_way_goes_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_job_of_which_nothing_is_wanted_and_a_replay_are_counted_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reading_again_keeps_the_order, set_up, tear_down),
    };
    return _cmocka_run_group_tests("connect/deliver_side", tests, PT_COUNT(tests), NULL, NULL);
}
