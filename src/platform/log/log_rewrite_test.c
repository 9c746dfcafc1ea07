// SPDX-License-Identifier: Apache-2.0
/* Rewriting: what was asked for is changed, everything else stays as it was to the byte, and
 * nothing of the old is left in the folder; also when the disk fails or the power goes at any step.
 */
#include "base/rng.h"
#include "base/test_rows.h"
#include "platform/log.h"
#include "platform/log/log_internal.h"
#include "platform/log/log_rewrite_rig.h"

#include <fault/fault_fs.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    RECORDS_MAX = 4000,
    MARK = 16, /* bytes at the front of a payload that stand nowhere else */
};

typedef struct Rig {
    PtFs *disk;
    PtLogConfig config;
    PtLog *log;
    uint64_t seed;
    size_t sizes[RECORDS_MAX];
    bool erased[RECORDS_MAX]; /* as it must be; see `either` */
    bool either[RECORDS_MAX]; /* old or new */
    uint64_t count;
} Rig;

static const char dir[] = "/log";
static char big[PT_LOG_PAYLOAD_MAX + 1];

static PtLogConfig config_of(PtFs *disk)
{
    PtLogConfig c = pt_log_config_default();
    c.fs = disk;
    c.dir = dir;
    c.segment_bytes = SEGMENT;
    c.start_threads = false;
    return c;
}

static Rig *rig_new(uint64_t seed)
{
    Rig *rig = calloc(1, sizeof *rig);
    assert_non_null(rig);
    rig->seed = seed;
    rig->disk = fault_fs_new(seed);
    assert_non_null(rig->disk);
    rig->config = config_of(rig->disk);
    assert_int_equal(pt_log_open(&rig->config, &rig->log, NULL), PT_OK);
    return rig;
}

static int setup(void **state)
{
    *state = rig_new(11);
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

/* What nobody else's payload holds. */
static void mark_of(const Rig *rig, uint64_t n, char out[MARK])
{
    PtRng rng;
    pt_rng_init(&rng, rig->seed * 1000003 + n);
    const uint64_t words[2] = {pt_rng_u64(&rng), pt_rng_u64(&rng)};
    memcpy(out, words, MARK);
}

/* The record as it was appended; its payload is in big. */
static PtRecord original(const Rig *rig, uint64_t n)
{
    static const char common[] = "{\"type\":\"track\",\"event\":\"Order Completed\",\"total\":";
    const size_t len = rig->sizes[n];
    for (size_t at = 0; at < len; at += sizeof common) {
        memcpy(big + at, common, len - at < sizeof common ? len - at : sizeof common);
    }
    if (len >= MARK) {
        mark_of(rig, n, big);
    }
    return (PtRecord){
        .position = {0, n},
        .time_ms = (int64_t)(1000000 + n * 10),
        .klass = (uint8_t)(len > 1 << 20 ? PT_RECORD_QUARANTINE : PT_RECORD_EVENT),
        .type = (uint8_t)(n % 5),
        .flags = (uint16_t)(n % 3),
        .source = (uint32_t)(n % 4),
        .node = n * 7919,
        .key_id = 0,
        .id_hash = {n * 0x9e3779b97f4a7c15 + 1, n + 1},
        .payload = {big, len},
    };
}

static bool is_equal(const PtRecord *a, const PtRecord *b)
{
    return a->position.offset == b->position.offset && a->time_ms == b->time_ms &&
           a->klass == b->klass && a->type == b->type && a->flags == b->flags &&
           a->source == b->source && a->node == b->node && a->key_id == b->key_id &&
           pt_hash128_eq(a->id_hash, b->id_hash) && pt_str_eq(a->payload, b->payload);
}

static void append(Rig *rig, size_t count, size_t len)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t round = 0, offset = 0;
        rig->sizes[rig->count] = len == 0 ? 40 + (rig->count * 613) % 700 : len;
        PtRecord r = original(rig, rig->count);
        assert_int_equal(pt_log_append(rig->log, &r, &round, &offset, NULL), PT_OK);
        assert_int_equal(offset, rig->count);
        rig->count++;
        if (rig->count % 50 == 0 || i + 1 == count) {
            assert_int_equal(pt_log_commit(rig->log, NULL), PT_OK);
        }
    }
}

/* Every record is there once, as it was or as it became. */
static void check(Rig *rig)
{
    PtLogReader *reader = NULL;
    PtError err = {0};
    uint64_t n = 0;
    assert_int_equal(pt_log_reader_open(rig->log, NULL, 0, 0, &reader, NULL), PT_OK);
    for (size_t count = 1; count > 0;) {
        const PtRecord *got = NULL;
        if (pt_log_fetch(reader, 200, true, &got, &count, &err) != PT_OK) {
            fail_msg("%s", err.message);
        }
        for (size_t i = 0; i < count; i++, n++) {
            PtRecord old = original(rig, n), now = old;
            assert_int_equal(erase(NULL, &old, &now, NULL), PT_OK);
            bool is_old = is_equal(&got[i], &old), is_new = is_equal(&got[i], &now);
            if (!is_old && !is_new) {
                fail_msg("record %llu is neither old nor new", (unsigned long long)n);
            }
            assert_true(rig->either[n] || is_new == rig->erased[n]);
        }
    }
    assert_int_equal(n, rig->count);
    assert_int_equal(n, pt_log_end(rig->log, 0));
    pt_log_reader_close(reader);
}

static void reopen(Rig *rig)
{
    PtError err = {0};
    pt_log_close(rig->log);
    rig->log = NULL;
    if (pt_log_open(&rig->config, &rig->log, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
}

typedef struct Search {
    char names[512][64];
    size_t count;
} Search;

static bool note_name(void *ctx, const char *name)
{
    Search *s = ctx;
    assert_true(s->count < PT_COUNT(s->names) && strlen(name) < sizeof s->names[0]);
    (void)strcpy(s->names[s->count++], name);
    return true;
}

/* No file whose name begins so holds the mark of an erased record (noise, which compression leaves
 * as it is). */
static void check_files(Rig *rig, const char *prefix)
{
    Search s = {.count = 0};
    assert_int_equal(rig->disk->ops->list(rig->disk, dir, note_name, &s, NULL), PT_OK);
    for (size_t i = 0; i < s.count; i++) {
        char path[128], *bytes = NULL;
        size_t len = 0;
        (void)snprintf(path, sizeof path, "%s/%s", dir, s.names[i]);
        if (strncmp(s.names[i], prefix, strlen(prefix)) != 0) {
            continue;
        }
        assert_null(strstr(path, ".tmp"));
        assert_int_equal(pt_fs_read(rig->disk, path, 64 << 20, &bytes, &len, NULL), PT_OK);
        for (uint64_t n = 0; n < rig->count; n++) {
            char mark[MARK];
            mark_of(rig, n, mark);
            if (rig->erased[n] && rig->sizes[n] >= MARK && memmem(bytes, len, mark, MARK) != NULL) {
                fail_msg("%s holds record %llu", path, (unsigned long long)n);
            }
        }
        free(bytes);
    }
}

/* And nothing is left over. */
static void check_bytes(Rig *rig)
{
    check_files(rig, "");
}

static PtStatus rewrite(Rig *rig, const uint64_t *offsets, size_t count, PtLogRewritten *done)
{
    PtError err = {0};
    for (size_t i = 0; i < count; i++) {
        rig->either[offsets[i]] = true;
    }
    PtStatus st = pt_log_rewrite(rig->log, offsets, count, erase, NULL, done, &err);
    for (size_t i = 0; i < count && st == PT_OK; i++) {
        rig->either[offsets[i]] = false;
        rig->erased[offsets[i]] = true;
    }
    return st;
}

/* 600 records (blocks of 256, 256, 88), one alone, 300, and 50 that are not archived. */
static void fill(Rig *rig)
{
    append(rig, 600, 0);
    assert_int_equal(pt_log_archive_all(rig->log, NULL), PT_OK);
    append(rig, 1, 0);
    assert_int_equal(pt_log_archive_all(rig->log, NULL), PT_OK);
    append(rig, 300, 0);
    assert_int_equal(pt_log_archive_all(rig->log, NULL), PT_OK);
    append(rig, 50, 0);
}

static struct PlaceCase {
    const char *name;
    uint64_t offsets[PICKS];
    size_t count;
    uint64_t files, blocks;
} places[] = {
    {"the first record", {0}, 1, 1, 1},
    {"the last of a block", {255}, 1, 1, 1},
    {"the first of a block", {256}, 1, 1, 1},
    {"both sides of a block's edge", {255, 256}, 2, 1, 2},
    {"the last of a file", {599}, 1, 1, 1},
    {"the only record of a file", {600}, 1, 1, 1},
    {"the first of a file", {601}, 1, 1, 1},
    {"across three files", {599, 600, 601}, 3, 3, 3},
    {"the first that is not archived", {901}, 1, 1, 1},
    {"the last of all", {950}, 1, 1, 1},
    {"archived and not", {3, 300, 900, 901, 950}, 5, 3, 4},
    {"neighbours", {10, 11, 12, 13}, 4, 1, 1},
    {"none: only the scrub", {0}, 0, 0, 0},
};

static void test_place(void **state)
{
    const struct PlaceCase *c = *state;
    Rig *rig = rig_new(5);
    void *as_state = rig;
    PtLogRewritten done = {0};
    fill(rig);
    assert_int_equal(rewrite(rig, c->offsets, c->count, &done), PT_OK);
    assert_int_equal(done.records, c->count);
    assert_int_equal(done.files, c->files);
    assert_int_equal(done.blocks, c->blocks);
    check(rig);
    check_bytes(rig);
    append(rig, 20, 0);
    reopen(rig);
    check(rig);
    check_bytes(rig);
    assert_int_equal(rewrite(rig, c->offsets, c->count, &done), PT_OK);
    assert_int_equal(done.records, 0);
    assert_int_equal(done.files, 0); // what is done is not done again
    check(rig);
    (void)teardown(&as_state);
}

/* ---- Bounds ---- */

static PtStatus bad_class(void *ctx, const PtRecord *record, PtRecord *ret_record, PtError *err)
{
    (void)ctx, (void)record, (void)err;
    ret_record->klass = PT_RECORD_CONTROL;
    return PT_OK;
}

static PtStatus bad_offset(void *ctx, const PtRecord *record, PtRecord *ret_record, PtError *err)
{
    (void)ctx, (void)record, (void)err;
    ret_record->position.offset++;
    return PT_OK;
}

static PtStatus too_large(void *ctx, const PtRecord *record, PtRecord *ret_record, PtError *err)
{
    (void)ctx, (void)record, (void)err;
    ret_record->payload = (PtStr){big, PT_LOG_PAYLOAD_MAX + 1};
    return PT_OK;
}

static PtStatus refuse(void *ctx, const PtRecord *record, PtRecord *ret_record, PtError *err)
{
    (void)ctx, (void)record, (void)ret_record;
    return pt_fail(err, PT_GONE, "stopped");
}

static struct RefusedCase {
    const char *name;
    uint64_t offsets[PICKS];
    size_t count;
    PtLogRewriteFn *fn;
    PtStatus want;
} refused[] = {
    {"the end is not there", {951}, 1, erase, PT_INVALID},
    {"falling", {5, 4}, 2, erase, PT_INVALID},
    {"twice", {5, 5}, 2, erase, PT_INVALID},
    {"another class", {5}, 1, bad_class, PT_INVALID},
    {"another position", {5}, 1, bad_offset, PT_INVALID},
    {"a payload too large", {5}, 1, too_large, PT_TOO_LARGE},
    {"refused by the caller", {5}, 1, refuse, PT_GONE},
};

static void test_refused(void **state)
{
    const struct RefusedCase *c = *state;
    Rig *rig = rig_new(6);
    void *as_state = rig;
    PtLogRewritten done = {.files = 77};
    PtError err = {0};
    fill(rig);
    assert_int_equal(pt_log_rewrite(rig->log, c->offsets, c->count, c->fn, NULL, &done, &err),
                     c->want);
    assert_int_equal(done.files, 77);
    assert_true(err.message[0] != '\0');
    check(rig);
    check_bytes(rig);
    (void)teardown(&as_state);
}

static PtStatus grow(void *ctx, const PtRecord *record, PtRecord *ret_record, PtError *err)
{
    (void)record, (void)err;
    ret_record->payload = *(PtStr *)ctx;
    return PT_OK;
}

/* Payloads may also grow, to the bound: blocks are split where they get too big. */
static void test_records_grow(void **state)
{
    Rig *rig = *state;
    const uint64_t offsets[] = {0, 1, 2, 50, 51};
    PtLogRewritten done = {0};
    PtLogReader *reader = NULL;
    PtRng rng;
    char *noise = malloc(PT_LOG_PAYLOAD_MAX);
    assert_non_null(noise);
    pt_rng_init(&rng, 9);
    for (size_t i = 0; i < PT_LOG_PAYLOAD_MAX; i++) {
        noise[i] = (char)pt_rng_u64(&rng);
    }
    PtStr now = {noise, PT_LOG_PAYLOAD_MAX};
    append(rig, 100, 0);
    assert_int_equal(pt_log_rewrite(rig->log, offsets, 5, grow, &now, &done, NULL), PT_OK);
    assert_int_equal(done.records, 5);
    reopen(rig);
    assert_int_equal(pt_log_reader_open(rig->log, NULL, 0, 0, &reader, NULL), PT_OK);
    uint64_t grown = 0;
    for (uint64_t n = 0; n < 100;) {
        const PtRecord *got = NULL;
        size_t count = 0;
        assert_int_equal(pt_log_fetch(reader, 100, true, &got, &count, NULL), PT_OK);
        assert_true(count > 0);
        for (size_t i = 0; i < count; i++, n++) {
            PtRecord old = original(rig, n);
            bool is_grown = pt_str_eq(got[i].payload, now);
            grown += is_grown;
            assert_true(is_grown || is_equal(&got[i], &old));
        }
    }
    assert_int_equal(grown, 5);
    pt_log_reader_close(reader);
    free(noise);
}

/* Quarantined bodies of 4 MiB, beside small records. */
static void test_large_records(void **state)
{
    Rig *rig = *state;
    const uint64_t offsets[] = {10, 12};
    PtLogRewritten done = {0};
    append(rig, 10, 0);
    append(rig, 3, 4 << 20);
    append(rig, 10, 0);
    assert_int_equal(rewrite(rig, offsets, 2, &done), PT_OK);
    assert_int_equal(done.records, 2);
    check(rig);
    check_bytes(rig);
    reopen(rig);
    check(rig);
}

/* ---- Retention ---- */

static PtStatus drop_payload(void *ctx, const PtRecord *record, PtRecord *ret_record, PtError *err)
{
    (void)record, (void)err;
    ++*(uint64_t *)ctx;
    ret_record->payload = (PtStr){NULL, 0};
    return PT_OK;
}

/* Old events of a class lose their payloads; headers and all others stay. */
static void test_retention_keeps_headers(void **state)
{
    Rig *rig = *state;
    uint64_t offsets[RECORDS_MAX], asked = 0, kept = 0;
    size_t count = 0;
    PtLogReader *reader = NULL;
    PtLogRewritten done = {0};
    append(rig, 3000, 0);
    for (uint64_t n = 0; n < 2500; n++) {
        if (n % 5 != 2) {
            offsets[count++] = n;
        }
    }
    assert_int_equal(pt_log_archive_all(rig->log, NULL), PT_OK);
    const PtLogStats before = pt_log_stats(rig->log);
    assert_int_equal(pt_log_rewrite(rig->log, offsets, count, drop_payload, &asked, &done, NULL),
                     PT_OK);
    const PtLogStats after = pt_log_stats(rig->log);
    assert_int_equal(done.records, count);
    assert_true(asked <= count + before.archive_files); // one look a file, then once each
    assert_true(after.archive_bytes < before.archive_bytes);
    assert_int_equal(after.archive_records, before.archive_records);
    reopen(rig);
    assert_int_equal(pt_log_stats(rig->log).archive_raw_bytes, after.archive_raw_bytes);
    assert_int_equal(pt_log_reader_open(rig->log, NULL, 0, 0, &reader, NULL), PT_OK);
    for (uint64_t n = 0; n < 3000;) {
        const PtRecord *got = NULL;
        size_t some = 0;
        assert_int_equal(pt_log_fetch(reader, 100, true, &got, &some, NULL), PT_OK);
        assert_true(some > 0);
        for (size_t i = 0; i < some; i++, n++) {
            PtRecord want = original(rig, n);
            want.payload.len = n < 2500 && n % 5 != 2 ? 0 : want.payload.len;
            kept += want.payload.len;
            assert_true(is_equal(&got[i], &want));
        }
    }
    assert_int_equal(kept, after.archive_raw_bytes);
    pt_log_reader_close(reader);
    uint64_t found = 0;
    assert_int_equal(pt_log_find_time(rig->log, 0, 1000000 + 2490 * 10, &found, NULL), PT_OK);
    assert_int_equal(found, 2490);
}

/* ---- Leftovers ---- */

/* A segment in use was recycled, and its file holds older records behind what is written now. */
static void test_a_recycled_segment_in_use_is_scrubbed(void **state)
{
    Rig *rig = *state;
    const uint64_t offsets[] = {900};
    PtLogRewritten done = {0};
    append(rig, 1000, 0); // 900 lies late in its file
    assert_int_equal(pt_log_archive_all(rig->log, NULL), PT_OK);
    assert_int_equal(pt_log_stats(rig->log).spare_segments, 1);
    append(rig, 5, 0); // over the start of that file
    assert_int_equal(rewrite(rig, offsets, 1, &done), PT_OK);
    assert_true(done.scrubbed >= 1);
    check_bytes(rig);
    append(rig, 5, 0);
    const uint64_t hot = pt_log_stats(rig->log).hot_segments;
    assert_int_equal(rewrite(rig, offsets, 1, &done), PT_OK);
    assert_int_equal(pt_log_stats(rig->log).hot_segments, hot); // clean: nothing to force
    check(rig);
}

/* After a crash between the steps nobody knows any more which file held what. */
static void test_what_a_crash_left_is_scrubbed(void **state)
{
    Rig *rig = *state;
    const uint64_t offsets[] = {20, 700};
    PtLogRewritten done = {0};
    PtFile *file = NULL;
    append(rig, 1000, 0);
    assert_int_equal(pt_log_archive_all(rig->log, NULL), PT_OK);
    reopen(rig); // the segment is a spare, and holds the records
    PtRecord r = original(rig, 20);
    const char *const left[] = {"/log/arc-0000000000000000.pta.tmp", "/log/dict-00000001.ptd.tmp"};
    for (size_t i = 0; i < PT_COUNT(left); i++) { // also those that appear while it is open
        assert_int_equal(rig->disk->ops->open(rig->disk, left[i], PT_OPEN_CREATE, &file, NULL),
                         PT_OK);
        assert_int_equal(
            rig->disk->ops->pwrite(rig->disk, file, r.payload.data, r.payload.len, 0, NULL), PT_OK);
        rig->disk->ops->close(rig->disk, file);
    }
    assert_int_equal(rewrite(rig, offsets, 2, &done), PT_OK);
    check(rig);
    check_bytes(rig);
}

static void told(void *ctx, const char *trouble)
{
    (void)ctx;
    fail_msg("%s", trouble);
}

static void test_a_check_knows_rewritten_files_and_leftovers(void **state)
{
    Rig *rig = *state;
    const uint64_t offsets[] = {1, 2, 900};
    PtLogRewritten done = {0};
    PtLogCheck found = {0};
    PtFile *file = NULL;
    fill(rig);
    assert_int_equal(rewrite(rig, offsets, 3, &done), PT_OK);
    pt_log_close(rig->log);
    rig->log = NULL;
    assert_int_equal(rig->disk->ops->open(rig->disk, "/log/arc-0000000000000000.pta.tmp",
                                          PT_OPEN_CREATE, &file, NULL),
                     PT_OK);
    rig->disk->ops->close(rig->disk, file);
    assert_int_equal(pt_log_check(rig->disk, dir, true, told, NULL, &found, NULL), PT_OK);
    assert_int_equal(found.leftovers, 1);
    assert_int_equal(found.strange, 0);
    assert_int_equal(found.archive_records + found.hot_records, rig->count);
}

/* ---- Failures at every step ---- */

static const uint64_t picked[] = {0, 255, 256, 270, 280, 289};

static struct StepCase {
    const char *name;
    bool power; /* it goes off at the step; else the step fails once */
    bool lost;  /* and what was not synced is lost */
    int errno_value;
} steps[] = {
    {"each step fails once", false, false, EIO},
    {"no space at each step", false, false, ENOSPC},
    {"killed at each step", true, false, 0},
    {"power cut at each step", true, true, 0},
};

/* Two blocks, a file of one record, and some that are not archived. */
static Rig *small_rig(uint64_t seed)
{
    Rig *rig = rig_new(seed);
    append(rig, 270, 100);
    assert_int_equal(pt_log_archive_all(rig->log, NULL), PT_OK);
    append(rig, 1, 0);
    assert_int_equal(pt_log_archive_all(rig->log, NULL), PT_OK);
    append(rig, 19, 0);
    return rig;
}

static void end_the_process(Rig *rig, bool lost, uint64_t seed)
{
    fault_fs_power_off_at(rig->disk, 0);
    fault_fs_power_off(rig->disk);
    pt_log_close(rig->log);
    rig->log = NULL;
    if (lost) {
        fault_fs_crash(rig->disk, seed);
    } else {
        fault_fs_restart(rig->disk);
    }
    reopen(rig);
}

/* Whatever comes of the step: everything is as it was or as it became, and the second call
 * completes it. */
static void fail_at(const struct StepCase *c, uint64_t nth)
{
    Rig *rig = small_rig(100 + nth);
    void *as_state = rig;
    PtLogRewritten done = {0};
    if (c->power) {
        fault_fs_power_off_at(rig->disk, nth);
    } else {
        fault_fs_fail(rig->disk, FAULT_ANY, nth, c->errno_value);
    }
    PtStatus st = rewrite(rig, picked, PT_COUNT(picked), &done);
    assert_true(st == PT_OK || st == PT_IO || st == PT_UNAVAILABLE);
    if (c->power) {
        end_the_process(rig, c->lost, nth);
    } else {
        fault_fs_fail(rig->disk, FAULT_ANY, 0, 0);
    }
    check(rig);
    assert_int_equal(rewrite(rig, picked, PT_COUNT(picked), &done), PT_OK);
    check_bytes(rig);
    end_the_process(rig, c->lost, nth + 1000);
    check(rig);
    check_bytes(rig);
    (void)teardown(&as_state);
}

static uint64_t steps_there_are(void)
{
    Rig *rig = small_rig(1);
    void *as_state = rig;
    PtLogRewritten done = {0};
    size_t count = 0;
    fault_fs_trace_clear(rig->disk);
    assert_int_equal(rewrite(rig, picked, PT_COUNT(picked), &done), PT_OK);
    (void)fault_fs_trace(rig->disk, &count);
    (void)teardown(&as_state);
    return count;
}

/* A few of them, other ones each time; with PATRON_SOAK all. */
static void test_step(void **state)
{
    const struct StepCase *c = *state;
    PtRng rng;
    uint64_t seed = 0;
    const uint64_t count = steps_there_are(), stride = getenv("PATRON_SOAK") != NULL ? 1 : 9;
    assert_true(count > 40);
    pt_random_bytes(&seed, sizeof seed);
    pt_rng_init(&rng, seed);
    for (uint64_t nth = 1 + pt_rng_below(&rng, stride); nth <= count; nth += stride) {
        (void)printf("step %llu of %llu\n", (unsigned long long)nth, (unsigned long long)count);
        fail_at(c, nth);
    }
}

/* When the call has returned, no power cut brings anything back. */
static void test_done_is_durable(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 6; seed++) {
        Rig *rig = small_rig(seed);
        void *as_state = rig;
        PtLogRewritten done = {0};
        reopen(rig); // spares and leftovers of before
        assert_int_equal(rewrite(rig, picked, PT_COUNT(picked), &done), PT_OK);
        assert_int_equal(done.records, PT_COUNT(picked));
        end_the_process(rig, true, seed);
        check(rig);
        check_bytes(rig);
        (void)teardown(&as_state);
    }
}

/* Also what the scrub alone has removed stays away. */
static void test_scrub_is_durable(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 6; seed++) {
        Rig *rig = small_rig(seed);
        void *as_state = rig;
        PtLogRewritten done = {0};
        assert_int_equal(pt_log_archive_all(rig->log, NULL), PT_OK);
        assert_int_equal(pt_log_rewrite(rig->log, NULL, 0, erase, NULL, &done, NULL), PT_OK);
        assert_true(done.scrubbed > 0);
        end_the_process(rig, true, seed);
        check(rig);
        memset(rig->erased, true, sizeof rig->erased); // for the search
        check_files(rig, "hot-");
        (void)teardown(&as_state);
    }
}

/* Nothing is copied unseen: damage in a block that is not asked for is told, and the file stays. */
static void test_damage_is_told(void **state)
{
    Rig *rig = *state;
    static const char arc[] = "/log/arc-0000000000000000.pta";
    const uint64_t offsets[] = {5};
    PtLogRewritten done = {0};
    PtError err = {0};
    append(rig, 600, 0);
    assert_int_equal(pt_log_archive_all(rig->log, NULL), PT_OK);
    const int64_t size = fault_fs_size(rig->disk, arc);
    const uint64_t at = (uint64_t)size - 96 - 3 * 32 - 10; // the last payload's
    assert_true(fault_fs_flip(rig->disk, arc, at, 4));
    assert_int_equal(pt_log_rewrite(rig->log, offsets, 1, erase, NULL, &done, &err), PT_CORRUPT);
    assert_non_null(strstr(err.message, "arc-"));
    assert_int_equal(fault_fs_size(rig->disk, arc), size);
    assert_true(fault_fs_flip(rig->disk, arc, at, 4));
    check(rig);
    assert_int_equal(rewrite(rig, offsets, 1, &done), PT_OK);
    check(rig);
}

/* ---- Readers ---- */

static void test_a_batch_outlives_its_file(void **state)
{
    Rig *rig = *state;
    const uint64_t offsets[] = {5, 20};
    PtLogReader *reader = NULL, *idle = NULL;
    const PtRecord *got = NULL;
    size_t count = 0;
    PtLogRewritten done = {0};
    fill(rig);
    assert_int_equal(pt_log_reader_open(rig->log, NULL, 0, 0, &reader, NULL), PT_OK);
    assert_int_equal(pt_log_reader_open(rig->log, NULL, 0, 0, &idle, NULL), PT_OK);
    assert_int_equal(pt_log_fetch(idle, 1, false, &got, &count, NULL), PT_OK);
    assert_int_equal(pt_log_fetch(reader, 10, true, &got, &count, NULL), PT_OK);
    assert_int_equal(count, 10);
    assert_int_equal(rewrite(rig, offsets, 2, &done), PT_OK);
    PtRecord old = original(rig, 5);
    assert_true(is_equal(&got[5], &old)); // what was borrowed is still what it was
    assert_int_equal(pt_log_fetch(reader, 11, true, &got, &count, NULL), PT_OK);
    assert_int_equal(count, 11);
    assert_true((got[10].flags & ERASED) != 0 && got[10].position.offset == 20);
    old = original(rig, 10);
    assert_true(is_equal(&got[0], &old));
    pt_log_seek(reader, 5);
    assert_int_equal(pt_log_fetch(reader, 1, false, &got, &count, NULL), PT_OK);
    assert_true((got[0].flags & ERASED) != 0);
    pt_log_reader_close(reader);
    pt_log_reader_close(idle); // its file was taken away
}

/* How many of this process's open archive files have no name any more. */
static int nameless_files(const char *folder)
{
    int found = 0;
    for (int fd = 0; fd < 1000; fd++) {
        char link[64], to[512];
        (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t len = readlink(link, to, sizeof to - 1);
        if (len > 0) {
            to[len] = '\0';
            found += strstr(to, folder) != NULL && strstr(to, ".pta (deleted)") != NULL;
        }
    }
    return found;
}

static bool unlink_in(void *ctx, const char *name)
{
    char path[320];
    (void)snprintf(path, sizeof path, "%s/%.200s", (const char *)ctx, name);
    return unlink(path) == 0;
}

static void remove_folder(char *folder)
{
    assert_int_equal(pt_fs_real()->ops->list(pt_fs_real(), folder, unlink_in, folder, NULL), PT_OK);
    assert_int_equal(rmdir(folder), 0);
}

static void test_an_idle_reader_does_not_keep_the_old_file(void **state)
{
    Rig *rig = *state;
    const uint64_t offsets[] = {5};
    PtLogReader *reader = NULL;
    const PtRecord *got = NULL;
    size_t count = 0;
    PtLogRewritten done = {0};
    char folder[] = "/tmp/patron-rewrite-test-XXXXXX";
    assert_non_null(mkdtemp(folder));
    pt_log_close(rig->log);
    rig->config.fs = pt_fs_real();
    rig->config.dir = folder;
    assert_int_equal(pt_log_open(&rig->config, &rig->log, NULL), PT_OK);
    append(rig, 100, 0);
    assert_int_equal(pt_log_archive_all(rig->log, NULL), PT_OK);
    assert_int_equal(pt_log_reader_open(rig->log, NULL, 0, 0, &reader, NULL), PT_OK);
    assert_int_equal(pt_log_fetch(reader, 3, true, &got, &count, NULL), PT_OK);
    assert_int_equal(rewrite(rig, offsets, 1, &done), PT_OK);
    assert_int_equal(done.records, 1);
    assert_int_equal(nameless_files(folder), 0);
    assert_int_equal(pt_log_fetch(reader, 3, true, &got, &count, NULL), PT_OK);
    assert_true(count == 3 && (got[2].flags & ERASED) != 0);
    pt_log_reader_close(reader);
    pt_log_close(rig->log);
    rig->log = NULL;
    remove_folder(folder);
}

int main(void)
{
    struct CMUnitTest tests[64];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, places, test_place);
    PT_TEST_ROWS(tests, n, refused, test_refused);
    PT_TEST_ROWS(tests, n, steps, test_step);
    static const struct {
        const char *name;
        CMUnitTestFunction run;
    } plain[] = {
        {"records grow", test_records_grow},
        {"large records", test_large_records},
        {"retention keeps headers", test_retention_keeps_headers},
        {"a recycled segment in use is scrubbed", test_a_recycled_segment_in_use_is_scrubbed},
        {"what a crash left is scrubbed", test_what_a_crash_left_is_scrubbed},
        {"a check knows rewritten files", test_a_check_knows_rewritten_files_and_leftovers},
        {"damage is told", test_damage_is_told},
        {"a batch outlives its file", test_a_batch_outlives_its_file},
        {"an idle reader does not keep the old file",
         test_an_idle_reader_does_not_keep_the_old_file},
    };
    for (size_t i = 0; i < PT_COUNT(plain); i++) {
        tests[n++] = (struct CMUnitTest){plain[i].name, plain[i].run, setup, teardown, NULL};
    }
    tests[n++] = (struct CMUnitTest){"done is durable", test_done_is_durable, NULL, NULL, NULL};
    tests[n++] = (struct CMUnitTest){"scrub is durable", test_scrub_is_durable, NULL, NULL, NULL};
    return _cmocka_run_group_tests("log_rewrite", tests, n, NULL, NULL);
}
