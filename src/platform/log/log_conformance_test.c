// SPDX-License-Identifier: Apache-2.0
/* What every engine behind platform/log.h must do, with and without threads of its own. Includes
 * nothing of an engine; the disk is given by the rig at the end. */
#include "base/rng.h"
#include "base/test_rows.h"
#include "platform/log.h"

#include <fault/fault_fs.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WRITERS = 4, EACH = 3000, SMALL_SEGMENT = 1 << 20 };

typedef struct Rig {
    PtLogConfig config;
    PtLog *log;
    _Atomic uint64_t last_round, ok_rounds, bad_rounds;
    char *big; /* PT_LOG_PAYLOAD_MAX + 1 bytes */
} Rig;

static void on_round(void *ctx, uint64_t round, PtStatus status)
{
    Rig *rig = ctx;
    assert_true(round > atomic_load(&rig->last_round));
    atomic_store(&rig->last_round, round);
    atomic_fetch_add(status == PT_OK ? &rig->ok_rounds : &rig->bad_rounds, 1);
}

static void open_rig(Rig *rig)
{
    PtError err = {0};
    atomic_store(&rig->last_round, 0);
    if (pt_log_open(&rig->config, &rig->log, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
}

static void reopen(Rig *rig)
{
    pt_log_close(rig->log);
    open_rig(rig);
}

static PtRecord record(uint64_t n, PtStr payload)
{
    return (PtRecord){
        .time_ms = (int64_t)(5000 + 10 * n),
        .klass = PT_RECORD_EVENT,
        .type = (uint8_t)(n % 200),
        .flags = (uint16_t)(n * 257),
        .source = (uint32_t)(n * 65537),
        .node = n * 0x123456789abcdef,
        .key_id = n % 3,
        .id_hash = {n, ~n},
        .payload = payload,
    };
}

static uint64_t append(Rig *rig, PtRecord r)
{
    uint64_t round = 0, offset = 0;
    PtError err = {0};
    if (pt_log_append(rig->log, &r, &round, &offset, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    return offset;
}

static void commit(Rig *rig)
{
    PtError err = {0};
    if (pt_log_commit(rig->log, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
}

static void append_text(Rig *rig, uint64_t from, uint64_t count)
{
    for (uint64_t n = from; n < from + count; n++) {
        char text[64];
        int len = snprintf(text, sizeof text, "payload number %llu", (unsigned long long)n);
        assert_int_equal(append(rig, record(n, (PtStr){text, (size_t)len})), n);
    }
    commit(rig);
}

static PtLogReader *reader_at(Rig *rig, const char *group, uint64_t from)
{
    PtLogReader *reader = NULL;
    assert_int_equal(pt_log_reader_open(rig->log, group, 0, from, &reader, NULL), PT_OK);
    return reader;
}

/* Reads [from, end) and checks against append_text. */
static void expect_text(Rig *rig, uint64_t from, uint64_t end, size_t max, bool with_payload)
{
    PtLogReader *reader = reader_at(rig, NULL, from);
    uint64_t n = from;
    for (;;) {
        const PtRecord *got = NULL;
        size_t count = 0;
        PtError err = {0};
        if (pt_log_fetch(reader, max, with_payload, &got, &count, &err) != PT_OK) {
            fail_msg("%s", err.message);
        }
        if (count == 0) {
            break;
        }
        assert_true(count <= max);
        for (size_t i = 0; i < count; i++, n++) {
            char text[64];
            int len = snprintf(text, sizeof text, "payload number %llu", (unsigned long long)n);
            PtRecord want = record(n, (PtStr){text, (size_t)len});
            assert_int_equal(got[i].position.partition, 0);
            assert_int_equal(got[i].position.offset, n);
            assert_int_equal(got[i].time_ms, want.time_ms);
            assert_int_equal(got[i].klass, want.klass);
            assert_int_equal(got[i].type, want.type);
            assert_int_equal(got[i].flags, want.flags);
            assert_int_equal(got[i].source, want.source);
            assert_int_equal(got[i].node, want.node);
            assert_int_equal(got[i].key_id, want.key_id);
            assert_true(pt_hash128_eq(got[i].id_hash, want.id_hash));
            assert_int_equal(got[i].payload.len, want.payload.len);
            if (with_payload) {
                assert_memory_equal(got[i].payload.data, text, (size_t)len);
            } else {
                assert_null(got[i].payload.data);
            }
        }
        assert_int_equal(pt_log_tell(reader), n);
    }
    assert_int_equal(n, end);
    pt_log_reader_close(reader);
}

static void test_empty(void **state)
{
    Rig *rig = *state;
    assert_int_equal(pt_log_partitions(rig->log) >= 1, 1);
    assert_int_equal(pt_log_begin(rig->log, 0), 0);
    assert_int_equal(pt_log_end(rig->log, 0), 0);
    expect_text(rig, 0, 0, 10, true);
    uint64_t offset = 99;
    assert_int_equal(pt_log_find_time(rig->log, 0, INT64_MIN, &offset, NULL), PT_OK);
    assert_int_equal(offset, 0);
    assert_true(pt_log_last_pending(rig->log) <= pt_log_finished_round(rig->log));
    commit(rig);
    bool did = true;
    assert_int_equal(pt_log_archive_step(rig->log, &did, NULL), PT_OK);
    assert_false(did);
    assert_int_equal(pt_log_archive_all(rig->log, NULL), PT_OK);
    reopen(rig);
    assert_int_equal(pt_log_end(rig->log, 0), 0);
}

static void test_append_and_read(void **state)
{
    Rig *rig = *state;
    append_text(rig, 0, 1000);
    expect_text(rig, 0, 1000, 7, true);
    expect_text(rig, 0, 1000, 100000, false);
    expect_text(rig, 999, 1000, 1, true);
    expect_text(rig, 1000, 1000, 1, true);
    assert_int_equal(pt_log_end(rig->log, 0), 1000);
    assert_true(atomic_load(&rig->ok_rounds) >= 1);
    assert_int_equal(atomic_load(&rig->bad_rounds), 0);
}

static void test_nothing_is_seen_before_its_round(void **state)
{
    Rig *rig = *state;
    append_text(rig, 0, 3);
    (void)append(rig, record(3, PT_STR("payload number 3")));
    if (!rig->config.start_threads) {
        assert_true(pt_log_last_pending(rig->log) > pt_log_finished_round(rig->log));
        assert_int_equal(pt_log_end(rig->log, 0), 3);
        expect_text(rig, 0, 3, 100, true);
    }
    pt_log_flush(rig->log);
    commit(rig);
    assert_true(pt_log_last_pending(rig->log) <= pt_log_finished_round(rig->log));
    expect_text(rig, 0, 4, 100, true);
}

static void test_reopen_goes_on(void **state)
{
    Rig *rig = *state;
    for (uint64_t n = 0; n < 5; n++) {
        append_text(rig, n * 100, 100);
        reopen(rig);
        assert_int_equal(pt_log_end(rig->log, 0), (n + 1) * 100);
    }
    (void)append(rig, record(500, PT_STR("payload number 500")));
    reopen(rig); // closing commits
    expect_text(rig, 0, 501, 33, true);
}

static struct SizeCase {
    const char *name;
    size_t len;
    PtStatus want;
} size_cases[] = {
    {"an empty payload", 0, PT_OK},
    {"a payload of one byte", 1, PT_OK},
    {"a payload longer than a segment", (1 << 20) + 1, PT_OK},
    {"the longest payload", PT_LOG_PAYLOAD_MAX, PT_OK},
    {"a payload over the bound", PT_LOG_PAYLOAD_MAX + 1, PT_TOO_LARGE},
};

static void check_big(Rig *rig, size_t len)
{
    PtLogReader *reader = reader_at(rig, NULL, 1);
    const PtRecord *got = NULL;
    size_t count = 0;
    assert_int_equal(pt_log_fetch(reader, 1, true, &got, &count, NULL), PT_OK);
    assert_int_equal(count, 1);
    assert_int_equal(got->payload.len, len);
    assert_true(pt_str_eq(got->payload, (PtStr){rig->big, len}));
    assert_int_equal(pt_log_fetch(reader, 1, true, &got, &count, NULL), PT_OK);
    assert_int_equal(got->payload.len, 5);
    pt_log_reader_close(reader);
}

static void size_row(Rig *rig, const struct SizeCase *c)
{
    uint64_t round = 0, offset = 0;
    PtRecord r = record(1, (PtStr){rig->big, c->len});
    (void)append(rig, record(0, PT_STR("first")));
    assert_int_equal(pt_log_append(rig->log, &r, &round, &offset, NULL), c->want);
    (void)append(rig, record(2, PT_STR("third")));
    commit(rig);
    if (c->want != PT_OK) {
        assert_int_equal(pt_log_end(rig->log, 0), 2);
        return;
    }
    check_big(rig, c->len);
    reopen(rig);
    check_big(rig, c->len);
    assert_int_equal(pt_log_archive_all(rig->log, NULL), PT_OK);
    check_big(rig, c->len);
}

static void test_unknown_partition(void **state)
{
    Rig *rig = *state;
    PtRecord r = record(0, PT_STR("x"));
    uint64_t round = 0, offset = 0;
    PtLogReader *reader = NULL;
    r.position.partition = pt_log_partitions(rig->log);
    assert_int_equal(pt_log_append(rig->log, &r, &round, &offset, NULL), PT_INVALID);
    assert_int_equal(pt_log_reader_open(rig->log, NULL, r.position.partition, 0, &reader, NULL),
                     PT_INVALID);
    assert_int_equal(pt_log_end(rig->log, 0), 0);
}

static void test_pending_bound(void **state)
{
    Rig *rig = *state;
    if (rig->config.start_threads) {
        return; // the writer may be faster than the bound
    }
    uint64_t round = 0, offset = 0, taken = 0;
    PtRecord r = record(0, (PtStr){rig->big, 100000});
    PtStatus st;
    while ((st = pt_log_append(rig->log, &r, &round, &offset, NULL)) == PT_OK) {
        taken++;
        assert_true(taken * 100000 <= rig->config.pending_bytes);
    }
    assert_int_equal(st, PT_BUSY);
    assert_true((taken + 2) * 100000 > rig->config.pending_bytes);
    commit(rig);
    assert_int_equal(pt_log_end(rig->log, 0), taken);
    assert_int_equal(append(rig, r), taken);
    commit(rig);
}

static void test_groups(void **state)
{
    Rig *rig = *state;
    append_text(rig, 0, 20);
    PtLogReader *a = reader_at(rig, "views:stats", 4), *b = reader_at(rig, "other", 0);
    assert_int_equal(pt_log_tell(a), 4);
    assert_int_equal(pt_log_ack(a, 7, NULL), PT_OK);
    assert_int_equal(pt_log_ack(b, 20, NULL), PT_OK);
    assert_int_equal(pt_log_ack(a, 21, NULL), PT_INVALID); // past the end
    pt_log_reader_close(a);
    pt_log_reader_close(b);
    for (int i = 0; i < 2; i++) {
        a = reader_at(rig, "views:stats", 1);
        b = reader_at(rig, "other", 1);
        assert_int_equal(pt_log_tell(a), 7);
        assert_int_equal(pt_log_tell(b), 20);
        pt_log_reader_close(a);
        pt_log_reader_close(b);
        reopen(rig);
    }
    PtLogReader *none = reader_at(rig, "", 3);
    assert_int_equal(pt_log_tell(none), 3);
    assert_int_equal(pt_log_ack(none, 3, NULL), PT_INVALID);
    pt_log_reader_close(none);
    assert_int_equal(pt_log_reader_open(rig->log, "no blanks", 0, 0, &none, NULL), PT_INVALID);
}

static void test_seek(void **state)
{
    Rig *rig = *state;
    append_text(rig, 0, 5000);
    PtLogReader *reader = reader_at(rig, NULL, 0);
    PtRng rng;
    pt_rng_init(&rng, 1);
    for (int i = 0; i < 600; i++) {
        uint64_t to = pt_rng_below(&rng, 5001);
        const PtRecord *got = NULL;
        size_t count = 0;
        pt_log_seek(reader, to);
        assert_int_equal(pt_log_tell(reader), to);
        assert_int_equal(pt_log_fetch(reader, 3, i % 2 == 0, &got, &count, NULL), PT_OK);
        assert_int_equal(count > 0, to < 5000);
        if (count > 0) {
            assert_int_equal(got[0].position.offset, to);
        }
        if (i == 300) {
            assert_int_equal(pt_log_archive_all(rig->log, NULL), PT_OK);
        }
    }
    pt_log_reader_close(reader);
}

static void expect_time(Rig *rig, int64_t time_ms, uint64_t want)
{
    uint64_t offset = UINT64_MAX;
    assert_int_equal(pt_log_find_time(rig->log, 0, time_ms, &offset, NULL), PT_OK);
    assert_int_equal(offset, want);
}

static void test_find_time(void **state)
{
    Rig *rig = *state;
    append_text(rig, 0, 1000); // at 5000, 5010, ...
    for (int i = 0; i < 3; i++) {
        expect_time(rig, INT64_MIN, 0);
        expect_time(rig, 5000, 0);
        expect_time(rig, 5001, 1);
        expect_time(rig, 5010, 1);
        expect_time(rig, 5000 + 9990, 999);
        expect_time(rig, 5000 + 9991, 1000);
        expect_time(rig, INT64_MAX, pt_log_end(rig->log, 0));
        if (i == 0) {
            assert_int_equal(pt_log_archive_all(rig->log, NULL), PT_OK);
        } else {
            append_text(rig, pt_log_end(rig->log, 0), 500); // part archive, part not
            expect_time(rig, 5000 + 10 * 1250, 1250);
        }
    }
}

static void test_archive_is_the_same(void **state)
{
    Rig *rig = *state;
    uint64_t end = 0;
    for (int i = 0; i < 4; i++) {
        append_text(rig, end, 700);
        end += 700;
        if (i != 3) {
            assert_int_equal(pt_log_archive_all(rig->log, NULL), PT_OK);
        }
        expect_text(rig, 0, end, 100, true);
        expect_text(rig, 3, end, 1000, false);
    }
    reopen(rig);
    expect_text(rig, 0, end, 100, true);
    assert_int_equal(pt_log_begin(rig->log, 0), 0);
}

static void test_full_segments_are_archived(void **state)
{
    Rig *rig = *state;
    for (int i = 0; i < 60; i++) {
        (void)append(rig, record((uint64_t)i, (PtStr){rig->big, 100000}));
        commit(rig);
    }
    bool did = true;
    for (int i = 0; did && i < 100; i++) {
        assert_int_equal(pt_log_archive_step(rig->log, &did, NULL), PT_OK);
    }
    assert_true(pt_log_stats(rig->log).archive_records >= 40);
    PtLogReader *reader = reader_at(rig, NULL, 0);
    uint64_t n = 0;
    for (size_t count = 1; count > 0;) {
        const PtRecord *got = NULL;
        assert_int_equal(pt_log_fetch(reader, 10, true, &got, &count, NULL), PT_OK);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(got[i].position.offset, n++);
            assert_true(pt_str_eq(got[i].payload, (PtStr){rig->big, 100000}));
        }
    }
    assert_int_equal(n, 60);
    pt_log_reader_close(reader);
}

typedef struct Sleeper {
    Rig *rig;
    _Atomic bool stop;
    bool found;
} Sleeper;

static void *sleep_main(void *arg)
{
    Sleeper *s = arg;
    s->found = pt_log_wait(s->rig->log, 0, 0, INT64_MAX, &s->stop);
    return NULL;
}

static void test_wait(void **state)
{
    Rig *rig = *state;
    int64_t from = pt_mono_ms();
    assert_false(pt_log_wait(rig->log, 0, 0, from + 30, NULL));
    assert_true(pt_mono_ms() >= from + 30);
    for (int i = 0; i < 2; i++) { // stopped; then woken by a record
        Sleeper s = {.rig = rig};
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, sleep_main, &s), 0);
        struct timespec nap = {.tv_nsec = 20000000};
        (void)nanosleep(&nap, NULL);
        if (i == 0) {
            atomic_store(&s.stop, true);
            pt_log_wake(rig->log);
        } else {
            append_text(rig, 0, 1);
        }
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_int_equal(s.found, i == 1);
    }
    assert_true(pt_log_wait(rig->log, 0, 0, INT64_MAX, NULL));
    assert_false(pt_log_wait(rig->log, 0, 1, 0, NULL));
}

/* Several writers, a reader that follows, and archiving in between. */
typedef struct Crowd {
    Rig *rig;
    uint32_t number;
    _Atomic uint64_t *done;
} Crowd;

static void *crowd_main(void *arg)
{
    Crowd *c = arg;
    for (uint64_t i = 0; i < EACH; i++) {
        char text[32];
        int len = snprintf(text, sizeof text, "%u %llu", c->number, (unsigned long long)i);
        PtRecord r = {.klass = PT_RECORD_EVENT,
                      .source = c->number,
                      .node = i,
                      .payload = {text, (size_t)len}};
        uint64_t round = 0, offset = 0;
        while (pt_log_append(c->rig->log, &r, &round, &offset, NULL) != PT_OK) {
            pt_log_flush(c->rig->log);
        }
        if (i % 50 == 49) {
            pt_log_flush(c->rig->log);
        }
    }
    if (pt_log_commit(c->rig->log, NULL) == PT_OK) {
        atomic_fetch_add(c->done, 1);
    }
    return NULL;
}

static void follow(Rig *rig)
{
    PtLogReader *reader = reader_at(rig, NULL, 0);
    uint64_t next[WRITERS] = {0}, offset = 0;
    while (offset < (uint64_t)WRITERS * EACH) {
        const PtRecord *got = NULL;
        size_t count = 0;
        (void)pt_log_wait(rig->log, 0, offset, pt_mono_ms() + 10000, NULL);
        assert_int_equal(pt_log_fetch(reader, 500, true, &got, &count, NULL), PT_OK);
        assert_true(count > 0);
        for (size_t i = 0; i < count; i++, offset++) {
            char text[32];
            int len = snprintf(text, sizeof text, "%u %llu", got[i].source,
                               (unsigned long long)got[i].node);
            assert_int_equal(got[i].position.offset, offset);
            uint32_t writer = got[i].source % WRITERS;
            assert_int_equal(got[i].source, writer);
            assert_int_equal(got[i].node, next[writer]++); // each writer's in its order
            assert_true(pt_str_eq(got[i].payload, (PtStr){text, (size_t)len}));
        }
        if (offset % 7 == 0) {
            assert_int_equal(pt_log_archive_all(rig->log, NULL), PT_OK);
        }
    }
    pt_log_reader_close(reader);
}

static void test_crowd(void **state)
{
    Rig *rig = *state;
    if (!rig->config.start_threads) {
        return; // without threads there is one caller
    }
    pthread_t threads[WRITERS];
    Crowd crowd[WRITERS];
    _Atomic uint64_t done = 0;
    for (uint32_t i = 0; i < WRITERS; i++) {
        crowd[i] = (Crowd){rig, i, &done};
        assert_int_equal(pthread_create(&threads[i], NULL, crowd_main, &crowd[i]), 0);
    }
    follow(rig);
    for (uint32_t i = 0; i < WRITERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_int_equal(atomic_load(&done), WRITERS);
    assert_int_equal(pt_log_end(rig->log, 0), (uint64_t)WRITERS * EACH);
    assert_int_equal(pt_log_stats(rig->log).records, (uint64_t)WRITERS * EACH);
}

/* ---- The rig of the embedded engine ---- */

static Rig *rig_new(bool threads)
{
    Rig *rig = calloc(1, sizeof *rig);
    assert_non_null(rig);
    rig->big = malloc(PT_LOG_PAYLOAD_MAX + 1);
    assert_non_null(rig->big);
    PtRng rng;
    pt_rng_init(&rng, 3);
    for (size_t i = 0; i <= PT_LOG_PAYLOAD_MAX; i++) {
        rig->big[i] = (char)pt_rng_u64(&rng);
    }
    rig->config = pt_log_config_default();
    rig->config.fs = fault_fs_new(1);
    rig->config.dir = "/conformance";
    rig->config.segment_bytes = SMALL_SEGMENT;
    rig->config.pending_bytes = 16 << 20;
    rig->config.start_threads = threads;
    rig->config.on_round = on_round;
    rig->config.ctx = rig;
    assert_non_null(rig->config.fs);
    open_rig(rig);
    return rig;
}

static int setup_threads(void **state)
{
    *state = rig_new(true);
    return 0;
}

static int setup_plain(void **state)
{
    *state = rig_new(false);
    return 0;
}

static int teardown(void **state)
{
    Rig *rig = *state;
    pt_log_close(rig->log);
    fault_fs_free(rig->config.fs);
    free(rig->big);
    free(rig);
    return 0;
}

static void test_sizes(void **state)
{
    for (size_t i = 0; i < PT_COUNT(size_cases); i++) {
        Rig *rig = rig_new(((Rig *)*state)->config.start_threads);
        void *fresh = rig;
        size_row(rig, &size_cases[i]);
        (void)teardown(&fresh);
    }
}

#define ROW(fn)                                                                                    \
    {#fn " (threads)", fn, setup_threads, teardown, NULL},                                         \
    {                                                                                              \
        #fn " (driven)", fn, setup_plain, teardown, NULL                                           \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(test_empty),
        ROW(test_append_and_read),
        ROW(test_nothing_is_seen_before_its_round),
        ROW(test_reopen_goes_on),
        ROW(test_sizes),
        ROW(test_unknown_partition),
        ROW(test_pending_bound),
        ROW(test_groups),
        ROW(test_seek),
        ROW(test_find_time),
        ROW(test_archive_is_the_same),
        ROW(test_full_segments_are_archived),
        ROW(test_wait),
        ROW(test_crowd),
    };
    return cmocka_run_group_tests_name("log_conformance", tests, NULL, NULL);
}
