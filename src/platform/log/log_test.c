// SPDX-License-Identifier: Apache-2.0
/* The embedded engine's own promises: damage is told, not skipped; failures and full disks leave
 * nothing behind; segments are recycled; dictionaries are learnt; no memory is an answer. */
#include "base/rng.h"
#include "base/test_rows.h"
#include "platform/log.h"
#include "platform/log/log_internal.h"

#include <fault/fault_alloc.h>
#include <fault/fault_fs.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct Rig {
    PtFs *disk;
    PtLogConfig config;
    PtLog *log;
    uint64_t last_round;
    PtStatus last_status;
} Rig;

static const char hot0[] = "/log/hot-00000000.seg", hot1[] = "/log/hot-00000001.seg";
static const char arc0[] = "/log/arc-0000000000000000.pta";

static void on_round(void *ctx, uint64_t round, PtStatus status)
{
    Rig *rig = ctx;
    rig->last_round = round;
    rig->last_status = status;
}

static int setup(void **state)
{
    Rig *rig = calloc(1, sizeof *rig);
    assert_non_null(rig);
    rig->disk = fault_fs_new(7);
    assert_non_null(rig->disk);
    rig->config = pt_log_config_default();
    rig->config.fs = rig->disk;
    rig->config.dir = "/log";
    rig->config.segment_bytes = 1 << 20;
    rig->config.start_threads = false;
    rig->config.on_round = on_round;
    rig->config.ctx = rig;
    assert_int_equal(pt_log_open(&rig->config, &rig->log, NULL), PT_OK);
    *state = rig;
    return 0;
}

static int teardown(void **state)
{
    Rig *rig = *state;
    pt_log_close(rig->log);
    fault_fs_free(rig->disk);
    free(rig);
    return 0;
}

static PtStatus append(Rig *rig, size_t len, char fill)
{
    char *bytes = malloc(len + 1);
    assert_non_null(bytes);
    memset(bytes, fill, len + 1);
    PtRecord r = {.time_ms = 1, .klass = PT_RECORD_EVENT, .payload = {bytes, len}};
    uint64_t round = 0, offset = 0;
    PtStatus st = pt_log_append(rig->log, &r, &round, &offset, NULL);
    free(bytes);
    return st;
}

static void append_rounds(Rig *rig, int rounds, int each, size_t len)
{
    for (int i = 0; i < rounds; i++) {
        for (int k = 0; k < each; k++) {
            assert_int_equal(append(rig, len, (char)('a' + i % 26)), PT_OK);
        }
        assert_int_equal(pt_log_commit(rig->log, NULL), PT_OK);
    }
}

static PtStatus read_all(Rig *rig, uint64_t *ret_count, PtError *err)
{
    PtLogReader *reader = NULL;
    PtStatus st = pt_log_reader_open(rig->log, NULL, 0, 0, &reader, err);
    *ret_count = 0;
    for (size_t count = 1; st == PT_OK && count > 0;) {
        const PtRecord *records = NULL;
        st = pt_log_fetch(reader, 100, true, &records, &count, err);
        *ret_count += st == PT_OK ? count : 0;
    }
    pt_log_reader_close(reader);
    return st;
}

static PtStatus reopen(Rig *rig, PtError *err)
{
    pt_log_close(rig->log);
    rig->log = NULL;
    return pt_log_open(&rig->config, &rig->log, err);
}

/* ---- Damage ---- */

/* Records of 1000 bytes take 1080; ten rounds of five. */
static struct FlipCase {
    const char *name;
    uint64_t at;
    PtStatus want;
    uint64_t left; /* records, when it opens */
} flips[] = {
    {"first header copy", 8, PT_OK, 50},
    {"second header copy", 2048 + 20, PT_OK, 50},
    {"first record's payload", 4096 + 500, PT_CORRUPT, 0},
    {"first record's length", 4096, PT_CORRUPT, 0},
    {"first record's generation", 4096 + 8, PT_CORRUPT, 0},
    {"a record of the last round but one", 4096 + 1080 * 40 + 200, PT_CORRUPT, 0},
    {"first of the last round: as if torn", 4096 + 1080 * 45 + 200, PT_OK, 45},
    {"last record: as if torn", 4096 + 1080 * 49 + 200, PT_OK, 49},
    {"behind the last record", 4096 + 1080 * 50 + 3, PT_OK, 50},
};

static void test_flip(void **state)
{
    const struct FlipCase *c = *state;
    void *fresh = NULL;
    (void)setup(&fresh);
    Rig *rig = fresh;
    PtError err = {0};
    append_rounds(rig, 10, 5, 1000);
    pt_log_close(rig->log);
    rig->log = NULL;
    assert_true(fault_fs_flip(rig->disk, hot0, c->at, 0x10));
    PtStatus st = pt_log_open(&rig->config, &rig->log, &err);
    assert_int_equal(st, c->want);
    if (st == PT_OK) {
        uint64_t count = 0;
        assert_int_equal(pt_log_end(rig->log, 0), c->left);
        append_rounds(rig, 1, 1, 1000);
        assert_int_equal(reopen(rig, &err), PT_OK);
        assert_int_equal(read_all(rig, &count, &err), PT_OK);
        assert_int_equal(count, c->left + 1);
    } else {
        assert_non_null(strstr(err.message, "hot-00000000.seg"));
        rig->log = NULL;
    }
    (void)teardown(&fresh);
}

static void test_damage_while_open_is_told_by_reader_and_archiver(void **state)
{
    Rig *rig = *state;
    PtError err = {0};
    uint64_t count = 0;
    bool did = false;
    append_rounds(rig, 12, 100, 1000);
    assert_true(fault_fs_flip(rig->disk, hot0, 4096 + 1080 * 300 + 100, 1));
    assert_int_equal(read_all(rig, &count, &err), PT_CORRUPT);
    assert_int_equal(count % 100, 0);
    assert_non_null(strstr(err.message, "record 300 "));
    assert_int_equal(pt_log_archive_step(rig->log, &did, &err), PT_CORRUPT);
    assert_int_equal(pt_log_stats(rig->log).archive_files, 0);
    assert_int_equal(reopen(rig, &err), PT_CORRUPT);
    rig->log = NULL;
}

/* Whichever bit of an archive turns: opening or reading says so. */
static void test_every_byte_of_an_archive_is_checked(void **state)
{
    Rig *rig = *state;
    uint64_t count = 0;
    append_rounds(rig, 3, 4, 50);
    assert_int_equal(append(rig, 3, '!'), PT_OK); // stored as it is
    assert_int_equal(pt_log_archive_all(rig->log, NULL), PT_OK);
    int64_t size = fault_fs_size(rig->disk, arc0);
    assert_true(size > 100);
    for (uint64_t at = 0; at < (uint64_t)size; at++) {
        PtError err = {0};
        assert_true(fault_fs_flip(rig->disk, arc0, at, (uint8_t)(1 << at % 8)));
        PtStatus st = reopen(rig, &err);
        if (st == PT_OK) {
            st = read_all(rig, &count, &err);
        }
        if (st != PT_CORRUPT) {
            fail_msg("byte %llu: %s", (unsigned long long)at, pt_status_name(st));
        }
        assert_non_null(strstr(err.message, "arc-"));
        assert_true(fault_fs_flip(rig->disk, arc0, at, (uint8_t)(1 << at % 8)));
    }
    assert_int_equal(reopen(rig, NULL), PT_OK);
    assert_int_equal(read_all(rig, &count, NULL), PT_OK);
    assert_int_equal(count, 13);
}

static void test_a_missing_segment_or_archive_is_told(void **state)
{
    Rig *rig = *state;
    PtError err = {0};
    append_rounds(rig, 12, 100, 1000);
    pt_log_close(rig->log);
    rig->log = NULL;
    assert_int_equal(rig->disk->ops->unlink(rig->disk, hot0, NULL), PT_OK);
    assert_int_equal(pt_log_open(&rig->config, &rig->log, &err), PT_CORRUPT);
    assert_non_null(strstr(err.message, "records 0 to "));
    rig->log = NULL;
}

/* ---- Failures ---- */

static struct FailCase {
    const char *name;
    FaultOp op;
    uint64_t nth;
    int errno_value;
    PtStatus want;
} fail_cases[] = {
    {"a record's write fails", FAULT_PWRITE, 1, EIO, PT_IO},
    {"a record's sync fails", FAULT_DATASYNC, 1, EIO, PT_IO},
    {"no space in a write", FAULT_PWRITE, 1, ENOSPC, PT_UNAVAILABLE},
};

static void test_a_failed_round_leaves_nothing(void **state)
{
    const struct FailCase *c = *state;
    void *fresh = NULL;
    (void)setup(&fresh);
    Rig *rig = fresh;
    uint64_t count = 0;
    append_rounds(rig, 3, 5, 100);
    assert_int_equal(append(rig, 200, 'x'), PT_OK);
    fault_fs_fail(rig->disk, c->op, c->nth, c->errno_value);
    assert_int_equal(pt_log_commit(rig->log, NULL), c->want);
    assert_int_equal(rig->last_status, c->want);
    assert_int_equal(pt_log_end(rig->log, 0), 15);
    assert_int_equal(pt_log_stats(rig->log).full, c->want == PT_UNAVAILABLE);
    assert_int_equal(pt_log_stats(rig->log).failed_rounds, 1);
    append_rounds(rig, 1, 2, 100); // the same offsets again
    assert_int_equal(pt_log_end(rig->log, 0), 17);
    assert_false(pt_log_stats(rig->log).full);
    assert_int_equal(read_all(rig, &count, NULL), PT_OK);
    assert_int_equal(count, 17);
    assert_true(fault_fs_size(rig->disk, hot1) > 0); // never on in the failed region
    assert_int_equal(pt_log_archive_all(rig->log, NULL), PT_OK);
    assert_int_equal(fault_fs_size(rig->disk, hot0), -1); // nor recycled
    assert_int_equal(read_all(rig, &count, NULL), PT_OK);
    assert_int_equal(count, 17);
    (void)teardown(&fresh);
}

static void test_disk_full_and_space_again(void **state)
{
    Rig *rig = *state;
    uint64_t count = 0, landed = 0;
    PtStatus st = PT_OK;
    fault_fs_capacity(rig->disk, 3 << 20);
    while (st == PT_OK) {
        assert_int_equal(append(rig, 50000, 'f'), PT_OK);
        st = pt_log_commit(rig->log, NULL);
        landed += st == PT_OK;
    }
    assert_int_equal(st, PT_UNAVAILABLE);
    assert_true(pt_log_stats(rig->log).full);
    assert_int_equal(pt_log_end(rig->log, 0), landed);
    assert_true(landed >= 40);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(append(rig, 50000, 'f'), PT_OK);
        assert_int_equal(pt_log_commit(rig->log, NULL), PT_UNAVAILABLE);
    }
    fault_fs_capacity(rig->disk, 8 << 20);
    append_rounds(rig, 1, 1, 50000);
    assert_false(pt_log_stats(rig->log).full);
    assert_int_equal(read_all(rig, &count, NULL), PT_OK);
    assert_int_equal(count, landed + 1);
}

/* With threads a full disk answers at once, and heals by itself. */
static void test_disk_full_with_threads(void **state)
{
    Rig *rig = *state;
    pt_log_close(rig->log);
    rig->config.start_threads = true;
    rig->config.spare_segments = 0;
    assert_int_equal(pt_log_open(&rig->config, &rig->log, NULL), PT_OK);
    fault_fs_capacity(rig->disk, 1 << 19);
    assert_int_equal(append(rig, 100, 'f'), PT_OK);
    assert_int_equal(pt_log_commit(rig->log, NULL), PT_UNAVAILABLE);
    assert_int_equal(append(rig, 100, 'f'), PT_UNAVAILABLE); // not even tried
    fault_fs_capacity(rig->disk, UINT64_MAX);
    int64_t from = pt_mono_ms();
    PtStatus st;
    while ((st = append(rig, 100, 'f')) == PT_UNAVAILABLE && pt_mono_ms() < from + 5000) {
        struct timespec nap = {.tv_nsec = 5000000};
        (void)nanosleep(&nap, NULL);
    }
    assert_int_equal(st, PT_OK);
    assert_int_equal(pt_log_commit(rig->log, NULL), PT_OK);
    assert_int_equal(pt_log_end(rig->log, 0), 1);
}

/* Rounds of the writer's thread begin gather_us apart, also when the disk is quicker. */
static void test_rounds_are_gathered(void **state)
{
    enum { ROUNDS = 6, GATHER_US = 10000 };
    Rig *rig = *state;
    pt_log_close(rig->log);
    rig->config.start_threads = true;
    rig->config.gather_us = GATHER_US;
    assert_int_equal(pt_log_open(&rig->config, &rig->log, NULL), PT_OK);
    const int64_t from = pt_mono_ns();
    for (int i = 0; i < ROUNDS; i++) {
        assert_int_equal(append(rig, 100, 'g'), PT_OK);
        assert_int_equal(pt_log_commit(rig->log, NULL), PT_OK);
    }
    assert_true(pt_mono_ns() - from >= (ROUNDS - 1) * (int64_t)GATHER_US * 1000);
    assert_int_equal(pt_log_end(rig->log, 0), ROUNDS);
}

static void test_hot_bound(void **state)
{
    Rig *rig = *state;
    pt_log_close(rig->log);
    rig->config.hot_bytes = 2 << 20;
    assert_int_equal(pt_log_open(&rig->config, &rig->log, NULL), PT_OK);
    PtStatus st = PT_OK;
    while (st == PT_OK) {
        st = append(rig, 100000, 'h');
        assert_int_equal(pt_log_commit(rig->log, NULL), PT_OK);
    }
    assert_int_equal(st, PT_UNAVAILABLE);
    assert_int_equal(pt_log_stats(rig->log).hot_segments, 3);
    bool did = false;
    assert_int_equal(pt_log_archive_step(rig->log, &did, NULL), PT_OK);
    assert_true(did);
    assert_int_equal(append(rig, 100000, 'h'), PT_OK);
}

/* ---- Recycling ---- */

static void test_segments_are_recycled(void **state)
{
    Rig *rig = *state;
    for (int i = 0; i < 6; i++) {
        append_rounds(rig, 8, 100, 1000);
        assert_int_equal(pt_log_archive_all(rig->log, NULL), PT_OK);
    }
    PtLogStats s = pt_log_stats(rig->log);
    assert_int_equal(s.archive_files, 6);
    assert_int_equal(s.hot_segments, 0);
    assert_int_equal(s.spare_segments, 1);
    assert_int_equal(fault_fs_size(rig->disk, hot1), -1); // one file served them all
    // Shorter than what lies in the recycled file: the old bytes behind it are not taken for
    // records.
    append_rounds(rig, 1, 3, 1000);
    assert_int_equal(reopen(rig, NULL), PT_OK);
    assert_int_equal(pt_log_end(rig->log, 0), 6 * 800 + 3);
    uint64_t count = 0;
    assert_int_equal(read_all(rig, &count, NULL), PT_OK);
    assert_int_equal(count, 6 * 800 + 3);
}

static void test_reader_in_a_segment_that_is_recycled(void **state)
{
    Rig *rig = *state;
    PtLogReader *reader = NULL;
    const PtRecord *records = NULL;
    size_t count = 0;
    append_rounds(rig, 8, 100, 1000);
    assert_int_equal(pt_log_reader_open(rig->log, NULL, 0, 0, &reader, NULL), PT_OK);
    assert_int_equal(pt_log_fetch(reader, 10, true, &records, &count, NULL), PT_OK);
    assert_int_equal(count, 10);
    assert_int_equal(pt_log_archive_all(rig->log, NULL), PT_OK);
    append_rounds(rig, 8, 100, 1000); // over the same file
    for (uint64_t next = 10; next < 1600; next += count) {
        assert_int_equal(pt_log_fetch(reader, 64, true, &records, &count, NULL), PT_OK);
        assert_true(count > 0);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(records[i].position.offset, next + i);
            assert_int_equal(records[i].payload.data[9], 'a' + (next + i) / 100 % 8);
        }
    }
    pt_log_reader_close(reader);
}

/* ---- Dictionaries ---- */

static size_t make_event(PtRng *rng, const char *flavour, char *out)
{
    return (size_t)sprintf(out,
                           "{\"type\":\"track\",\"event\":\"%s viewed\",\"userId\":\"u-%u\","
                           "\"properties\":{\"sku\":\"%s-%08x\",\"price\":%u,\"currency\":\"GBP\"},"
                           "\"context\":{\"library\":{\"name\":\"analytics.js\",\"version\":"
                           "\"1.76.0\"},\"page\":{\"url\":\"https://shop.example.com/%s/%u\"}}}",
                           flavour, (unsigned)pt_rng_below(rng, 10000), flavour,
                           (unsigned)pt_rng_u64(rng), (unsigned)pt_rng_below(rng, 500), flavour,
                           (unsigned)pt_rng_below(rng, 10000));
}

static void append_events(Rig *rig, PtRng *rng, const char *flavour, int count)
{
    for (int i = 0; i < count; i++) {
        char text[1024];
        PtRecord r = {.time_ms = i,
                      .klass = PT_RECORD_EVENT,
                      .source = 1,
                      .id_hash = {pt_rng_u64(rng), pt_rng_u64(rng)}};
        r.payload = (PtStr){text, make_event(rng, flavour, text)};
        uint64_t round = 0, offset = 0;
        assert_int_equal(pt_log_append(rig->log, &r, &round, &offset, NULL), PT_OK);
    }
    assert_int_equal(pt_log_commit(rig->log, NULL), PT_OK);
}

static void test_dictionary_is_learnt_and_learnt_again(void **state)
{
    Rig *rig = *state;
    PtRng rng;
    uint64_t count = 0;
    pt_rng_init(&rng, 5);
    pt_log_close(rig->log);
    rig->config.segment_bytes = 4 << 20;
    assert_int_equal(pt_log_open(&rig->config, &rig->log, NULL), PT_OK);
    append_events(rig, &rng, "shoe", 100); // too few to learn from
    assert_int_equal(pt_log_archive_all(rig->log, NULL), PT_OK);
    assert_int_equal(fault_fs_size(rig->disk, "/log/dict-00000001.ptd"), -1);
    append_events(rig, &rng, "shoe", 6000);
    assert_int_equal(pt_log_archive_all(rig->log, NULL), PT_OK);
    assert_true(fault_fs_size(rig->disk, "/log/dict-00000001.ptd") > 1000);
    PtLogStats s = pt_log_stats(rig->log);
    assert_true(s.archive_bytes * 3 < s.archive_raw_bytes);
    // Payloads that it does not fit: judged after some archives, and then replaced.
    for (int i = 0; i < 12; i++) {
        for (int k = 0; k < 3000; k++) {
            char text[600];
            for (size_t at = 0; at < sizeof text; at++) {
                text[at] = (char)('0' + pt_rng_below(&rng, i < 11 ? 70 : 10));
            }
            PtRecord r = {.klass = PT_RECORD_EVENT, .payload = {text, sizeof text}};
            uint64_t round = 0, offset = 0;
            assert_int_equal(pt_log_append(rig->log, &r, &round, &offset, NULL), PT_OK);
        }
        assert_int_equal(pt_log_commit(rig->log, NULL), PT_OK);
        assert_int_equal(pt_log_archive_all(rig->log, NULL), PT_OK);
    }
    assert_true(fault_fs_size(rig->disk, "/log/dict-00000002.ptd") > 1000);
    assert_int_equal(reopen(rig, NULL), PT_OK);
    assert_int_equal(read_all(rig, &count, NULL), PT_OK);
    assert_int_equal(count, 100 + 6000 + 12 * 3000);
    pt_log_close(rig->log);
    rig->log = NULL;
    PtError err = {0};
    assert_true(fault_fs_flip(rig->disk, "/log/dict-00000001.ptd", 5000, 1));
    assert_int_equal(pt_log_open(&rig->config, &rig->log, NULL), PT_OK);
    assert_int_equal(read_all(rig, &count, &err), PT_CORRUPT);
    assert_non_null(strstr(err.message, "dict-00000001.ptd"));
}

/* ---- Positions of groups ---- */

static void test_damaged_groups_are_told(void **state)
{
    Rig *rig = *state;
    PtLogReader *reader = NULL;
    append_rounds(rig, 1, 5, 10);
    assert_int_equal(pt_log_reader_open(rig->log, "g", 0, 0, &reader, NULL), PT_OK);
    assert_int_equal(pt_log_ack(reader, 3, NULL), PT_OK);
    pt_log_reader_close(reader);
    pt_log_close(rig->log);
    rig->log = NULL;
    int64_t size = fault_fs_size(rig->disk, "/log/groups");
    for (int64_t at = 0; at < size; at++) {
        assert_true(fault_fs_flip(rig->disk, "/log/groups", (uint64_t)at, 2));
        assert_int_equal(pt_log_open(&rig->config, &rig->log, NULL), PT_CORRUPT);
        rig->log = NULL;
        assert_true(fault_fs_flip(rig->disk, "/log/groups", (uint64_t)at, 2));
    }
}

/* ---- Memory ---- */

typedef struct Work {
    PtLogConfig config;
    uint64_t sure; /* acknowledged so far */
} Work;

/* Another content each time. */
static PtStatus change(void *ctx, const PtRecord *record, PtRecord *ret_record, PtError *err)
{
    (void)err;
    ret_record->node = record->node + 1;
    ret_record->payload = *(const PtStr *)ctx;
    return PT_OK;
}

/* Opens, appends, commits, archives, rewrites, reads; stops at the first failure. */
static PtStatus work(Work *w)
{
    PtLog *log = NULL;
    PtLogReader *reader = NULL;
    const PtRecord *records = NULL;
    char bytes[100] = "some payload that is compressed, some payload that is compressed";
    PtRecord r = {.klass = PT_RECORD_EVENT, .payload = {bytes, sizeof bytes}};
    uint64_t round = 0, offset = 0;
    size_t count = 0;
    PtStatus st = pt_log_open(&w->config, &log, NULL);
    if (st != PT_OK) {
        return st;
    }
    assert_int_equal(pt_log_end(log, 0), w->sure);
    for (int i = 0; i < 3 && st == PT_OK; i++) {
        st = pt_log_append(log, &r, &round, &offset, NULL);
    }
    if (st == PT_OK) {
        st = pt_log_commit(log, NULL);
    }
    if (st == PT_OK) {
        st = pt_log_archive_all(log, NULL);
    }
    if (st == PT_OK) {
        const uint64_t which = 0;
        PtLogRewritten done = {0};
        st = pt_log_rewrite(log, &which, 1, change, &r.payload, &done, NULL);
    }
    if (st == PT_OK) {
        st = pt_log_reader_open(log, "group", 0, 0, &reader, NULL);
    }
    if (st == PT_OK) {
        st = pt_log_fetch(reader, 10, true, &records, &count, NULL);
    }
    if (st == PT_OK) {
        st = pt_log_ack(reader, 1, NULL);
    }
    fault_alloc_fail(0, 0); // closing may commit
    pt_log_reader_close(reader);
    if (st != PT_OK && pt_log_last_pending(log) > pt_log_finished_round(log)) {
        assert_int_equal(pt_log_commit(log, NULL), PT_OK);
    }
    w->sure = pt_log_end(log, 0);
    pt_log_close(log);
    return st;
}

static bool unlink_in(void *ctx, const char *name)
{
    char path[320];
    (void)snprintf(path, sizeof path, "%s/%.200s", (const char *)ctx, name);
    return unlink(path) == 0;
}

static void remove_folder(char *dir)
{
    assert_int_equal(pt_fs_real()->ops->list(pt_fs_real(), dir, unlink_in, dir, NULL), PT_OK);
    assert_int_equal(rmdir(dir), 0);
}

static void test_every_allocation_may_fail(void **state)
{
    Rig *rig = *state;
    pt_log_close(rig->log);
    Work w = {.config = rig->config};
    w.config.fs = pt_fs_real(); // the disk in memory would fail with it
    char dir[] = "/tmp/patron-log-test-XXXXXX";
    assert_non_null(mkdtemp(dir));
    w.config.dir = dir;
    w.config.on_round = NULL;
    PtStatus st = PT_NO_MEMORY;
    for (uint64_t nth = 1; st != PT_OK; nth++) {
        assert_true(nth < 2000);
        fault_alloc_fail(nth, nth % 2 == 0);
        st = work(&w);
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || st == PT_NO_MEMORY);
    }
    assert_int_equal(work(&w), PT_OK);
    assert_true(w.sure >= 6);
    remove_folder(dir);
    rig->log = NULL;
}

static struct ConfigCase {
    const char *name;
    uint32_t segment_bytes;
    const char *dir;
    PtStatus want;
} configs[] = {
    {"the least segment", 1 << 20, "/log", PT_OK},
    {"a segment too small", (1 << 20) - 1, "/log", PT_INVALID},
    {"a segment too big", (1U << 30) + 1, "/log", PT_INVALID},
    {"no folder", 1 << 20, "", PT_INVALID},
};

static void test_config(void **state)
{
    const struct ConfigCase *c = *state;
    void *fresh = NULL;
    (void)setup(&fresh);
    Rig *rig = fresh;
    pt_log_close(rig->log);
    rig->log = NULL;
    rig->config.segment_bytes = c->segment_bytes;
    rig->config.dir = c->dir;
    assert_int_equal(pt_log_open(&rig->config, &rig->log, NULL), c->want);
    (void)teardown(&fresh);
}

static void test_idle_readers_are_closed_after_the_log(void **state)
{
    Rig *rig = *state;
    PtLogReader *used = NULL, *unused = NULL;
    const PtRecord *records;
    size_t count = 0;
    append_rounds(rig, 3, 5, 100);
    assert_int_equal(pt_log_archive_all(rig->log, NULL), PT_OK);
    assert_int_equal(pt_log_reader_open(rig->log, NULL, 0, 0, &used, NULL), PT_OK);
    assert_int_equal(pt_log_reader_open(rig->log, NULL, 0, 0, &unused, NULL), PT_OK);
    assert_int_equal(pt_log_fetch(used, 3, true, &records, &count, NULL), PT_OK);
    assert_int_equal(count, 3);
    pt_log_close(rig->log);
    rig->log = NULL;
    pt_log_reader_close(unused);
    pt_log_reader_close(used);
}

int main(void)
{
    struct CMUnitTest tests[64];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, flips, test_flip);
    PT_TEST_ROWS(tests, n, fail_cases, test_a_failed_round_leaves_nothing);
    PT_TEST_ROWS(tests, n, configs, test_config);
    const CMUnitTestFunction plain[] = {
        test_damage_while_open_is_told_by_reader_and_archiver,
        test_every_byte_of_an_archive_is_checked,
        test_a_missing_segment_or_archive_is_told,
        test_disk_full_and_space_again,
        test_disk_full_with_threads,
        test_rounds_are_gathered,
        test_hot_bound,
        test_segments_are_recycled,
        test_reader_in_a_segment_that_is_recycled,
        test_dictionary_is_learnt_and_learnt_again,
        test_damaged_groups_are_told,
        test_every_allocation_may_fail,
        test_idle_readers_are_closed_after_the_log,
    };
    static const char *const names[] = {
        "damage while open is told by reader and archiver",
        "every byte of an archive is checked",
        "a missing segment is told",
        "disk full, and space again",
        "disk full with threads",
        "rounds are gathered",
        "hot bound",
        "segments are recycled",
        "reader in a segment that is recycled",
        "dictionary is learnt, and learnt again",
        "damaged groups are told",
        "every allocation may fail",
        "idle readers are closed after the log",
    };
    for (size_t i = 0; i < PT_COUNT(plain); i++) {
        tests[n++] = (struct CMUnitTest){names[i], plain[i], setup, teardown, NULL};
    }
    return _cmocka_run_group_tests("log", tests, n, NULL, NULL);
}
