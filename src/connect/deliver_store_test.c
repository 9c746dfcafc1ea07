// SPDX-License-Identifier: Apache-2.0
/* A save of a destination that fails at any statement or allocation leaves all as it was, and the
 * next one stores all of it once.
 */
#include "base/test_rows.h"
#include "connect/destination_internal.h"

#include <events/intake_rig.h>
#include <fault/fault_alloc.h>
#include <stdio.h>
#include <stdlib.h>

enum { TRIES_MAX = 200, POSITION = 7 };

static const char queue_name[] = "destination:d";

typedef struct Store {
    RigBase base;
    ConnectDestinationsConfig c;
    DeliverPlan plan;
    Deliver d;
} Store;

static int set_up(void **state)
{
    Store *s = calloc(1, sizeof *s);
    PtSqlTx *tx = NULL;
    *state = s;
    if (s == NULL || !rig_base_open(&s->base) ||
        pt_sql_begin(s->base.sql, true, &tx, NULL) != PT_OK ||
        pt_outbox_add(tx, queue_name, 0, NULL) != PT_OK || pt_sql_commit(&tx, NULL) != PT_OK) {
        return -1;
    }
    s->c = (ConnectDestinationsConfig){.sql = s->base.sql, .clock = s->base.clock};
    s->plan = (DeliverPlan){.id = "d", .settings = {.kind = connect_kind_of(PT_STR("segment"))}};
    (void)snprintf(s->plan.queue, sizeof s->plan.queue, "%s", queue_name);
    s->d = (Deliver){.c = &s->c, .plan = &s->plan};
    s->d.changes = calloc(DELIVER_CHANGES_MAX, sizeof *s->d.changes);
    deliver_window_init(&s->d.window, 1, 0);
    return s->d.changes != NULL && deliver_figures_init(&s->d.figures, NULL) == PT_OK &&
                   deliver_load(&s->d, NULL) == PT_OK
               ? 0
               : -1;
}

static int tear_down(void **state)
{
    Store *s = *state;
    deliver_window_clear(&s->d.window);
    deliver_tally_clear(&s->d.tally);
    deliver_figures_done(&s->d.figures);
    free(s->d.changes);
    rig_base_close(&s->base);
    free(s);
    return 0;
}

static void execute(Store *s, const char *statement)
{
    PtSqlTx *tx = NULL;
    assert_int_equal(pt_sql_begin(s->base.sql, true, &tx, NULL), PT_OK);
    assert_int_equal(pt_sql_run(tx, statement, NULL), PT_OK);
    assert_int_equal(pt_sql_commit(&tx, NULL), PT_OK);
}

/* What a statement that gives one number says. */
static int64_t ask(Store *s, const char *statement)
{
    PtSqlTx *tx = NULL;
    bool row = false;
    assert_int_equal(pt_sql_begin(s->base.sql, false, &tx, NULL), PT_OK);
    assert_int_equal(pt_sql_use(tx, statement, NULL), PT_OK);
    assert_int_equal(pt_sql_step(tx, &row, NULL), PT_OK);
    const int64_t number = row ? pt_sql_i64(tx, 0) : 0;
    pt_sql_done(tx);
    pt_sql_rollback(tx);
    return number;
}

/* One event was delivered, one left out, one failed. */
static void make_changes(Store *s)
{
    const EventView view = {.name = PT_STR("Bought"), .timestamp_ms = RIG_NOW};
    const PtRecord record = {.position = {0, POSITION - 1}, .source = 3};
    DeliverChange *change = &s->d.changes[s->d.change_count++];
    *change = (DeliverChange){.item = {.position = POSITION - 2,
                                       .state = PT_OUTBOX_DEAD,
                                       .attempts = 1,
                                       .failed_ms = 1,
                                       .reason = "x",
                                       .error = "y"}};
    deliver_tally_add(&s->d.tally, &record, &view, DELIVER_DELIVERED, RIG_NOW);
    deliver_tally_add(&s->d.tally, &record, &view, DELIVER_SWITCHED_OFF, RIG_NOW);
    deliver_figures_delivered(&s->d.figures, 1, 1);
    s->d.window.read_next = POSITION;
    s->d.dirty = true;
}

static void assert_stored(Store *s, int64_t times)
{
    assert_int_equal(ask(s, "SELECT position FROM outbox_queue"), times * POSITION);
    assert_int_equal(ask(s, "SELECT COUNT(*) FROM outbox_item"), times);
    assert_int_equal(ask(s, "SELECT COUNT(*) FROM outbox_count WHERE items = 1"), times);
    assert_int_equal(ask(s, "SELECT COUNT(*) FROM destination_day"), times);
    assert_int_equal(ask(s, "SELECT COALESCE(SUM(delivered), 0) FROM destination_day"), times);
    assert_int_equal(ask(s, "SELECT COALESCE(SUM(switched_off), 0) FROM destination_day"), times);
    assert_int_equal(ask(s, "SELECT COALESCE(SUM(delivered_end), 0) FROM destination_day"),
                     times * POSITION);
}

static void assert_kept(const Store *s)
{
    assert_int_equal(s->d.change_count, 1);
    assert_true(s->d.dirty);
    assert_non_null(s->d.tally.rows);
    assert_true(s->d.save_after_mono_ms > 0);
}

static void assert_done(Store *s)
{
    assert_int_equal(s->d.change_count, 0);
    assert_false(s->d.dirty);
    assert_null(s->d.tally.rows);
    assert_int_equal(s->d.save_after_mono_ms, 0);
    assert_stored(s, 1);
}

#define REFUSE(what, table)                                                                        \
    "CREATE TRIGGER refuse BEFORE " what " ON " table                                              \
    " BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"

static struct SaveCase {
    const char *name, *trigger;
} save_cases[] = {
    {"the failure's row", REFUSE("INSERT", "outbox_item")},
    {"its count", REFUSE("INSERT", "outbox_count")},
    {"the position", REFUSE("UPDATE", "outbox_queue")},
    {"the day's counts", REFUSE("INSERT", "destination_day")},
};

static void save_case(void **state)
{
    const struct SaveCase *c = *state;
    void *made = NULL;
    assert_int_equal(set_up(&made), 0);
    Store *s = made;
    make_changes(s);
    execute(s, c->trigger);
    for (int i = 0; i < 3; i++) {
        assert_int_not_equal(deliver_save(&s->d, NULL), PT_OK);
        assert_stored(s, 0);
        assert_kept(s);
    }
    execute(s, "DROP TRIGGER refuse");
    assert_int_equal(deliver_save(&s->d, NULL), PT_OK);
    assert_done(s);
    assert_int_equal(deliver_save(&s->d, NULL), PT_OK);
    assert_done(s);
    (void)tear_down(&made);
}

static void save_without_memory(void **state)
{
    Store *s = *state;
    uint64_t nth = 1;
    PtStatus st = PT_NO_MEMORY;
    make_changes(s);
    for (; st != PT_OK && nth < TRIES_MAX; nth++) {
        fault_alloc_fail(nth, 0);
        st = deliver_save(&s->d, NULL);
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || st == PT_NO_MEMORY);
        if (st != PT_OK) {
            assert_stored(s, 0);
            assert_kept(s);
        }
    }
    assert_int_equal(st, PT_OK);
    assert_done(s);
}

/* Of a failure to count the event stays out of the counts, and nothing else. */
static void counting_without_memory(void **state)
{
    Store *s = *state;
    const EventView view = {.name = PT_STR("Bought"), .timestamp_ms = RIG_NOW};
    const PtRecord record = {.position = {0, 1}};
    for (uint64_t nth = 1; nth <= 5; nth++) {
        fault_alloc_fail(nth, 0);
        deliver_tally_add(&s->d.tally, &record, &view, DELIVER_DELIVERED, RIG_NOW);
        fault_alloc_fail(0, 0);
    }
    deliver_tally_add(&s->d.tally, &record, &view, DELIVER_DELIVERED, RIG_NOW);
    s->d.dirty = true;
    assert_int_equal(deliver_save(&s->d, NULL), PT_OK);
    const int64_t counted = ask(s, "SELECT SUM(delivered) FROM destination_day");
    assert_true(counted >= 1 && counted < 6);
}

#define DAY INT64_C(86400000)

static struct DayCase {
    const char *name;
    int64_t at_ms;
    bool counted;
} day_cases[] = {
    {"today", RIG_NOW, true},
    {"tomorrow", RIG_NOW + DAY, true},
    {"the day after", RIG_NOW + 2 * DAY, false},
    {"400 days back", RIG_NOW - 400 * DAY, true},
    {"401 days back", RIG_NOW - 401 * DAY, false},
};

static void day_case(void **state)
{
    const struct DayCase *c = *state;
    const EventView view = {.name = PT_STR("a"), .timestamp_ms = c->at_ms};
    const PtRecord record = {.position = {0, 1}};
    DeliverTally tally = {.rows = NULL};
    deliver_tally_add(&tally, &record, &view, DELIVER_DELIVERED, RIG_NOW);
    assert_int_equal(tally.rows != NULL, c->counted);
    deliver_tally_clear(&tally);
}

int main(void)
{
    const struct CMUnitTest plain[] = {
        cmocka_unit_test_setup_teardown(save_without_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(counting_without_memory, set_up, tear_down),
    };
    struct CMUnitTest tests[PT_COUNT(plain) + PT_COUNT(save_cases) + PT_COUNT(day_cases)];
    size_t n = 0;
    for (size_t i = 0; i < PT_COUNT(plain); i++) {
        tests[n++] = plain[i];
    }
    PT_TEST_ROWS(tests, n, save_cases, save_case);
    PT_TEST_ROWS(tests, n, day_cases, day_case);
    return _cmocka_run_group_tests("connect/deliver_store", tests, n, NULL, NULL);
}
