// SPDX-License-Identifier: Apache-2.0
#include "events/feed.h"

#include "base/memory.h"
#include "events/intake_rig.h"
#include "platform/feed.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static RigBase base;
static Rig rig;
static PtFs *fs;
static EventFeed *feed;

static void open_feed(bool threads)
{
    PtError err = {0};
    assert_true(rig_open(&rig, &base, fs, (RigOptions){.threads = threads}));
    const EventFeedConfig c = {.log = rig.log,
                               .core = base.sql,
                               .clock = base.clock,
                               .hash_key = "0123456789abcde",
                               .start_thread = threads};
    if (event_feed_open(&c, &feed, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
}

static void close_feed(void)
{
    event_feed_close(feed);
    feed = NULL;
    rig_close(&rig);
}

/* Without the rows that making its sources has put. */
static int set_up(void **state)
{
    (void)state;
    PtSqlTx *tx = NULL;
    fs = fault_fs_new(1);
    if (fs == NULL || !rig_base_open(&base) || pt_sql_begin(base.sql, true, &tx, NULL) != PT_OK ||
        pt_sql_run(tx, "DELETE FROM feed", NULL) != PT_OK) {
        return -1;
    }
    return pt_sql_commit(&tx, NULL) == PT_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    close_feed();
    rig_base_close(&base);
    fault_fs_free(fs);
    return 0;
}

static PtStatus put(PtStr name, PtStr subject, PtStr properties, PtError *err)
{
    PtSqlTx *tx = NULL;
    const PtFeedEvent e = {name, subject, properties};
    assert_int_equal(pt_sql_begin(base.sql, true, &tx, NULL), PT_OK);
    PtStatus st = pt_feed_put(tx, RIG_NOW - 5000, &e, err);
    assert_int_equal(pt_sql_commit(&tx, NULL), PT_OK); // a refused event leaves the rest in force
    return st;
}

static unsigned move_all(void)
{
    unsigned steps = 0;
    for (bool more = true; more; steps++) {
        PtError err = {0};
        if (event_feed_step(feed, &more, &err) != PT_OK) {
            fail_msg("%s", err.message);
        }
    }
    return steps;
}

static void export_all(PtBuf *out)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    PtLogReader *reader = NULL;
    const PtRecord *records = NULL;
    size_t count = 1;
    const EventSourceName name = {{NULL, 0}, PT_STR(EVENT_FEED_SOURCE)};
    assert_int_equal(pt_log_reader_open(rig.log, NULL, 0, 0, &reader, NULL), PT_OK);
    while (count > 0) {
        assert_int_equal(pt_log_fetch(reader, 64, true, &records, &count, NULL), PT_OK);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(event_to_json(&records[i], &name, PT_STR(""), arena, out, NULL),
                             PT_OK);
            pt_buf_add_char(out, '\n');
        }
    }
    pt_log_reader_close(reader);
    pt_buf_add_char(out, '\0');
}

static void row_becomes_an_event(void **state)
{
    (void)state;
    open_feed(false);
    assert_int_equal(put(PT_STR("Account \"A\" Added"), PT_STR("acc-1"),
                         PT_STR("{\"role\":\"owner\",\"n\":1}"), NULL),
                     PT_OK);
    assert_int_equal(move_all(), 2);
    PtBuf out;
    pt_buf_init(&out, 1 << 20);
    export_all(&out);
    static const char *const parts[] = {
        "{\"messageId\":\"019aa94a-1178-7", // the time of the row
        "\"type\":\"track\",\"event\":\"Account \\\"A\\\" Added\"",
        "\"userId\":null,\"anonymousId\":\"acc-1\"",
        "\"timestamp\":\"2025-11-22T01:59:55.000Z\"",
        "\"receivedAt\":\"2025-11-22T02:00:00.000Z\"", // of the daemon, which moved it
        "\"properties\":{\"role\":\"owner\",\"n\":1}",
        "\"source\":\"patron\",\"source_id\":null,\"flags\":[]}}\n",
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (strstr(out.data, parts[i]) == NULL) {
            fail_msg("no %s in %s", parts[i], out.data);
        }
    }
    pt_buf_done(&out);
    const EventFeedState s = event_feed_state(feed);
    assert_int_equal(s.moved, 1);
    assert_int_equal(s.pending, 0);
}

static char big[30000];

static struct PutCase {
    const char *name;
    size_t name_len, subject_len;
    const char *properties; /* NULL: an object of `properties_len` bytes */
    size_t properties_len;
    PtStatus want;
} put_cases[] = {
    {"the most", PT_FEED_NAME_MAX, PT_FEED_SUBJECT_MAX, NULL, PT_FEED_PROPERTIES_MAX, PT_OK},
    {"name too long", PT_FEED_NAME_MAX + 1, 1, "{}", 0, PT_TOO_LARGE},
    {"subject too long", 1, PT_FEED_SUBJECT_MAX + 1, "{}", 0, PT_TOO_LARGE},
    {"properties too long", 1, 1, NULL, PT_FEED_PROPERTIES_MAX + 1, PT_TOO_LARGE},
    {"no name", 0, 1, "{}", 0, PT_INVALID},
    {"no subject", 1, 0, "{}", 0, PT_INVALID},
    {"no properties", 1, 1, "", 0, PT_OK},
    {"an array", 1, 1, "[]", 0, PT_INVALID},
    {"not JSON", 1, 1, "{\"a\":}", 0, PT_INVALID},
};

static void put_case(void **state)
{
    const struct PutCase *c = *state;
    assert_int_equal(set_up(NULL), 0);
    open_feed(false);
    memset(big, 'x', sizeof big);
    PT_CLEANUP(pt_free_charp) char *object = NULL;
    if (c->properties == NULL) {
        object = calloc(1, c->properties_len + 1);
        assert_non_null(object);
        (void)snprintf(object, c->properties_len + 1, "{\"p\":\"%.*s\"}",
                       (int)c->properties_len - 8, big);
        assert_int_equal(strlen(object), c->properties_len);
    }
    assert_int_equal(put((PtStr){big, c->name_len}, (PtStr){big, c->subject_len},
                         pt_str(object != NULL ? object : c->properties), NULL),
                     c->want);
    assert_int_equal(move_all(), c->want == PT_OK ? 2 : 1);
    assert_int_equal(event_feed_state(feed).moved, c->want == PT_OK);
    assert_int_equal(tear_down(NULL), 0);
}

static void text_that_is_none_is_refused(void **state)
{
    (void)state;
    open_feed(false);
    assert_int_equal(put(PT_STR("a\xff"), PT_STR("s"), PT_STR("{}"), NULL), PT_INVALID);
    assert_int_equal(put(PT_STR("a"), PT_STR("s\0t"), PT_STR("{}"), NULL), PT_INVALID);
    assert_int_equal(move_all(), 1);
}

static void more_rows_than_a_batch_keep_their_order(void **state)
{
    (void)state;
    enum { ROWS = 600 };
    open_feed(false);
    PtSqlTx *tx = NULL;
    assert_int_equal(pt_sql_begin(base.sql, true, &tx, NULL), PT_OK);
    for (int i = 0; i < ROWS; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "Row %d", i);
        const PtFeedEvent e = {pt_str(name), PT_STR("s"), {NULL, 0}};
        assert_int_equal(pt_feed_put(tx, RIG_NOW, &e, NULL), PT_OK);
    }
    assert_int_equal(pt_sql_commit(&tx, NULL), PT_OK);
    bool more;
    assert_int_equal(event_feed_step(feed, &more, NULL), PT_OK);
    assert_true(more);
    assert_int_equal(event_feed_step(feed, &more, NULL), PT_OK);
    assert_int_equal(event_feed_state(feed).pending, ROWS - 256); // as it was found
    assert_int_equal(event_feed_state(feed).oldest_ms, RIG_NOW);
    assert_int_equal(move_all(), 2);
    assert_int_equal(pt_log_end(rig.log, 0), ROWS);
    PtBuf out;
    pt_buf_init(&out, 1 << 20);
    export_all(&out);
    const char *at = out.data;
    for (int i = 0; i < ROWS; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "\"event\":\"Row %d\"", i);
        at = strstr(at, name);
        assert_non_null(at);
    }
    pt_buf_done(&out);
}

static void log_that_refuses_keeps_rows_waiting(void **state)
{
    (void)state;
    open_feed(false);
    assert_int_equal(put(PT_STR("A"), PT_STR("s"), PT_STR("{}"), NULL), PT_OK);
    fault_fs_fail_rate(fs, FAULT_PWRITE, 1000000, ENOSPC);
    bool more;
    PtError err = {0};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(event_feed_step(feed, &more, &err), PT_UNAVAILABLE);
        assert_int_equal(event_feed_state(feed).pending, 1);
    }
    fault_fs_fail_rate(fs, FAULT_PWRITE, 0, 0);
    assert_int_equal(move_all(), 2);
    assert_int_equal(pt_log_end(rig.log, 0), 1);
}

/* The log of another folder, or none: what it holds from its beginning on is what counts. */
static void log_that_was_replaced_is_read_from_its_beginning(void **state)
{
    (void)state;
    open_feed(false);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(put(PT_STR("A"), PT_STR("s"), PT_STR("{}"), NULL), PT_OK);
        (void)move_all();
    }
    assert_int_equal(put(PT_STR("B"), PT_STR("s"), PT_STR("{}"), NULL), PT_OK);
    fault_fs_fail_rate(fs, FAULT_DATASYNC, 1000000, EIO);
    bool more;
    assert_int_not_equal(event_feed_step(feed, &more, NULL), PT_OK);
    close_feed();
    PtFs *old = fs;
    fs = fault_fs_new(2);
    open_feed(false);
    assert_int_equal(move_all(), 2);
    assert_int_equal(pt_log_end(rig.log, 0), 1);
    fault_fs_free(old);
}

static bool wait_for_end(uint64_t want)
{
    for (int i = 0; i < 1000 && pt_log_end(rig.log, 0) < want; i++) {
        (void)nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    return pt_log_end(rig.log, 0) == want;
}

static void thread_is_woken_by_the_commit(void **state)
{
    (void)state;
    assert_true(rig_open(&rig, &base, fs, (RigOptions){0}));
    rig_close(&rig);
    assert_int_equal(put(PT_STR("Before"), PT_STR("s"), PT_STR("{}"), NULL), PT_OK);
    open_feed(true);
    assert_true(wait_for_end(1)); // rows of an earlier run
    for (uint64_t i = 2; i <= 20; i++) {
        assert_int_equal(put(PT_STR("A"), PT_STR("s"), PT_STR("{}"), NULL), PT_OK);
        assert_true(i % 5 != 0 || wait_for_end(i));
    }
    fault_fs_fail_rate(fs, FAULT_DATASYNC, 300000, EIO);
    for (uint64_t i = 21; i <= 60; i++) {
        assert_int_equal(put(PT_STR("A"), PT_STR("s"), PT_STR("{}"), NULL), PT_OK);
    }
    fault_fs_fail_rate(fs, FAULT_DATASYNC, 0, 0);
    assert_true(wait_for_end(60));
    PtBuf out;
    pt_buf_init(&out, 1 << 20);
    event_feed_metrics(feed, &out);
    pt_buf_add_char(&out, '\0');
    assert_non_null(strstr(out.data, "# TYPE patron_feed_moved_total counter\n"));
    assert_non_null(strstr(out.data, "\npatron_feed_oldest_age_seconds "));
    pt_buf_done(&out);
}

#define ONE(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
    struct CMUnitTest tests[32] = {
        ONE(row_becomes_an_event),
        ONE(text_that_is_none_is_refused),
        ONE(more_rows_than_a_batch_keep_their_order),
        ONE(log_that_refuses_keeps_rows_waiting),
        ONE(log_that_was_replaced_is_read_from_its_beginning),
        ONE(thread_is_woken_by_the_commit),
    };
    size_t n = 6;
    for (size_t i = 0; i < sizeof put_cases / sizeof *put_cases; i++) {
        tests[n++] = (struct CMUnitTest){put_cases[i].name, put_case, NULL, NULL, &put_cases[i]};
    }
    return _cmocka_run_group_tests("events/feed", tests, n, NULL, NULL);
}
