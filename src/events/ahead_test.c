// SPDX-License-Identifier: Apache-2.0
#include "events/ahead.h"

#include <fault/fault_fs.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { RECORDS = 3 * EVENT_AHEAD_RECORDS + 7 };

typedef struct Test {
    PtFs *fs;
    PtLog *log;
    EventAhead *ahead;
} Test;

static void add(const Test *t, unsigned from, unsigned count)
{
    for (unsigned i = from; i < from + count; i++) {
        char text[32];
        const int len = snprintf(text, sizeof text, "payload %u", i);
        const PtRecord r = {
            .time_ms = 1000 + i, .klass = PT_RECORD_EVENT, .payload = {text, (size_t)len}};
        uint64_t round, offset;
        assert_int_equal(pt_log_append(t->log, &r, &round, &offset, NULL), PT_OK);
        assert_int_equal(offset, i);
    }
    assert_int_equal(pt_log_commit(t->log, NULL), PT_OK);
}

static void setup(Test *t, unsigned records)
{
    PtLogConfig config = pt_log_config_default();
    t->fs = fault_fs_new(1);
    config.fs = t->fs;
    config.clock = pt_clock_real();
    config.dir = "/log";
    config.segment_bytes = 1 << 20;
    config.start_threads = false;
    assert_int_equal(pt_log_open(&config, &t->log, NULL), PT_OK);
    add(t, 0, records);
    assert_int_equal(event_ahead_new(t->log, &t->ahead, NULL), PT_OK);
}

static void teardown(Test *t)
{
    event_ahead_free(t->ahead);
    pt_log_close(t->log);
    fault_fs_free(t->fs);
}

/* Reads from `from` to the end; every record is there once, whole, also while the next are read. */
static void read_all(const Test *t, uint64_t from, uint64_t to)
{
    const PtRecord *records;
    size_t count = 1;
    uint64_t at = from;
    while (count > 0) {
        assert_int_equal(event_ahead_fetch(t->ahead, at, &records, &count, NULL), PT_OK);
        for (size_t i = 0; i < count; i++, at++) {
            char text[32];
            (void)snprintf(text, sizeof text, "payload %u", (unsigned)at);
            assert_int_equal(records[i].position.offset, at);
            assert_true(pt_str_eq(records[i].payload, pt_str(text)));
        }
    }
    assert_int_equal(at, to);
}

static void reads_all_in_order(void **state)
{
    Test t;
    (void)state;
    setup(&t, RECORDS);
    read_all(&t, 0, RECORDS);
    assert_int_equal(pt_log_archive_all(t.log, NULL), PT_OK);
    read_all(&t, 0, RECORDS);
    teardown(&t);
}

static void goes_where_it_is_asked_to(void **state)
{
    Test t;
    (void)state;
    setup(&t, RECORDS);
    read_all(&t, 300, RECORDS);
    read_all(&t, 5, RECORDS);
    read_all(&t, RECORDS, RECORDS);
    teardown(&t);
}

static void what_comes_behind_the_end_is_seen(void **state)
{
    Test t;
    (void)state;
    setup(&t, 10);
    read_all(&t, 0, 10);
    add(&t, 10, 20);
    read_all(&t, 10, 30);
    teardown(&t);
}

/* Freed with a batch on its way. */
static void ends_at_any_moment(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 20; i++) {
        const PtRecord *records;
        size_t count;
        Test t;
        setup(&t, RECORDS);
        assert_int_equal(event_ahead_fetch(t.ahead, 0, &records, &count, NULL), PT_OK);
        teardown(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_all_in_order),
        cmocka_unit_test(goes_where_it_is_asked_to),
        cmocka_unit_test(what_comes_behind_the_end_is_seen),
        cmocka_unit_test(ends_at_any_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
