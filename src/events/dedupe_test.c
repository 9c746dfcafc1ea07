// SPDX-License-Identifier: Apache-2.0
/* The set of message ids against a naive model: random sequences with rollback, restart, failing
 * and crashing file layers, windows, damage, and too little memory. */
#include "base/rng.h"
#include "events/dedupe.h"
#include "events/dedupe_run.h"
#include "events/dedupe_table.h"

#include <fault/fault_alloc.h>
#include <fault/fault_fs.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { UNIVERSE = 6000, LOG_MAX = 200000, BATCH_MAX = 90 };

/* A file layer over the real one that fails on command: at the operation number `fail_at` (writing
 * ones only), once or from then on. */
typedef struct FailFs {
    PtFs fs;
    uint64_t ops, fail_at; /* 0 = never */
    bool from_then_on;
    PtStatus status;
    bool fail_reads;
} FailFs;

static bool fails(PtFs *fs, PtError *err)
{
    FailFs *f = (FailFs *)(void *)fs;
    f->ops++;
    if (f->fail_at != 0 && (f->ops == f->fail_at || (f->from_then_on && f->ops > f->fail_at))) {
        (void)pt_fail(err, f->status, "no space left on device");
        return true;
    }
    return false;
}

static PtFs *under(void)
{
    return pt_fs_real();
}

static PtStatus f_open(PtFs *fs, const char *path, PtOpenMode mode, PtFile **file, PtError *err)
{
    if (mode == PT_OPEN_CREATE && fails(fs, err)) {
        return err != NULL ? err->status : ((FailFs *)(void *)fs)->status;
    }
    return under()->ops->open(under(), path, mode, file, err);
}

static void f_close(PtFs *fs, PtFile *file)
{
    (void)fs;
    under()->ops->close(under(), file);
}

static PtStatus f_pread(PtFs *fs, PtFile *file, void *bytes, size_t len, uint64_t at,
                        size_t *ret_len, PtError *err)
{
    if (((FailFs *)(void *)fs)->fail_reads) {
        return pt_fail(err, PT_IO, "input/output error");
    }
    return under()->ops->pread(under(), file, bytes, len, at, ret_len, err);
}

#define FAIL_OR(call) return fails(fs, err) ? ((FailFs *)(void *)fs)->status : (call)

static PtStatus f_pwrite(PtFs *fs, PtFile *file, const void *bytes, size_t len, uint64_t at,
                         PtError *err)
{
    FAIL_OR(under()->ops->pwrite(under(), file, bytes, len, at, err));
}

static PtStatus f_datasync(PtFs *fs, PtFile *file, PtError *err)
{
    FAIL_OR(under()->ops->datasync(under(), file, err));
}

static PtStatus f_size(PtFs *fs, PtFile *file, uint64_t *ret_size, PtError *err)
{
    (void)fs;
    return under()->ops->size(under(), file, ret_size, err);
}

static PtStatus f_rename(PtFs *fs, const char *from, const char *to, PtError *err)
{
    FAIL_OR(under()->ops->rename(under(), from, to, err));
}

static PtStatus f_unlink(PtFs *fs, const char *path, PtError *err)
{
    FAIL_OR(under()->ops->unlink(under(), path, err));
}

static PtStatus f_mkdir(PtFs *fs, const char *path, PtError *err)
{
    (void)fs;
    return under()->ops->mkdir(under(), path, err);
}

static PtStatus f_sync_dir(PtFs *fs, const char *path, PtError *err)
{
    FAIL_OR(under()->ops->sync_dir(under(), path, err));
}

static PtStatus f_list(PtFs *fs, const char *path, bool (*fn)(void *ctx, const char *name),
                       void *ctx, PtError *err)
{
    (void)fs;
    return under()->ops->list(under(), path, fn, ctx, err);
}

static const PtFsOps fail_ops = {.open = f_open,
                                 .close = f_close,
                                 .pread = f_pread,
                                 .pwrite = f_pwrite,
                                 .datasync = f_datasync,
                                 .size = f_size,
                                 .rename = f_rename,
                                 .unlink = f_unlink,
                                 .mkdir = f_mkdir,
                                 .sync_dir = f_sync_dir,
                                 .list = f_list};

/* The model: what each id of a small universe is, and the log's acknowledged records. */
typedef struct World {
    char dir[64];
    FailFs fs;
    PtFs *disk; /* instead of fs: a disk that forgets */
    DedupeConfig config;
    Dedupe *d;
    PtRng rng;
    PtHash128 ids[UNIVERSE];
    uint64_t round_of[UNIVERSE]; /* 0 unknown, 1 committed, 2 unassigned, else round */
    uint32_t log[LOG_MAX];       /* offset → index */
    uint64_t log_len, next_round, finished;
    uint32_t pending[LOG_MAX]; /* assigned, in order of offset from log_len */
    uint64_t pending_round[LOG_MAX], pending_len;
    uint32_t fresh[BATCH_MAX * 64];
    size_t fresh_len;
    uint64_t refused;
    int64_t now_ms;
} World;

static bool remove_one(void *ctx, const char *name)
{
    char path[400];
    (void)snprintf(path, sizeof path, "%s/%s", (const char *)ctx, name);
    assert_int_equal(unlink(path), 0);
    return true;
}

static void remove_folder(char *dir)
{
    assert_int_equal(under()->ops->list(under(), dir, remove_one, dir, NULL), PT_OK);
    assert_int_equal(rmdir(dir), 0);
}

/* The oldest run's name: the first in order. */
static bool keep_least(void *ctx, const char *name)
{
    char *least = ctx;
    if (least[0] == 0 || strcmp(name, least) < 0) {
        (void)snprintf(least, 100, "%s", name);
    }
    return true;
}

static PtHash128 random_id(PtRng *rng)
{
    uint64_t hi = pt_rng_u64(rng);
    return (PtHash128){hi, pt_rng_u64(rng)};
}

static World *world_new(uint64_t seed)
{
    World *w = calloc(1, sizeof *w);
    assert_non_null(w);
    bool quick = access("/dev/shm", W_OK) == 0; // thousands of syncs, and none is judged here
    (void)snprintf(w->dir, sizeof w->dir, "%s/dedupe_test_XXXXXX", quick ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(w->dir));
    pt_rng_init(&w->rng, seed);
    for (size_t i = 0; i < UNIVERSE; i++) {
        w->ids[i] = random_id(&w->rng);
    }
    w->fs = (FailFs){.fs = {&fail_ops}, .status = PT_UNAVAILABLE};
    w->config = dedupe_config_default();
    w->config.fs = &w->fs.fs;
    w->config.dir = w->dir;
    w->config.memory_bytes = 2 << 20;
    w->config.window_ids = 1000000;
    w->config.table_ids = 64;
    w->config.start_thread = false;
    w->next_round = 3;
    w->now_ms = 1000000;
    return w;
}

static World *world_on_disk(uint64_t seed)
{
    World *w = world_new(seed);
    w->disk = fault_fs_new(seed);
    assert_non_null(w->disk);
    w->config.fs = w->disk;
    w->config.dir = "/ids";
    return w;
}

static void world_free(World *w)
{
    dedupe_close(w->d);
    if (w->disk != NULL) {
        fault_fs_free(w->disk);
    }
    remove_folder(w->dir);
    free(w);
}

/* Opens and feeds from the log, as the owner does. */
static void world_open(World *w)
{
    PtError err = {0};
    uint64_t from = UINT64_MAX;
    PtStatus st = dedupe_open(&w->config, &w->d, &from, &err);
    if (st == PT_UNAVAILABLE || st == PT_IO || st == PT_NO_MEMORY) { // ordered, and comes once
        st = dedupe_open(&w->config, &w->d, &from, &err);
    }
    if (st != PT_OK) {
        fail_msg("open: %s", err.message);
    }
    assert_true(from <= w->log_len);
    for (uint64_t o = from; o < w->log_len; o++) {
        PtStatus fed = dedupe_restore(w->d, w->ids[w->log[o]], w->now_ms, o, &err);
        if (fed == PT_UNAVAILABLE || fed == PT_IO || fed == PT_NO_MEMORY) {
            fed = dedupe_restore(w->d, w->ids[w->log[o]], w->now_ms, o, &err);
        }
        if (fed != PT_OK) {
            fail_msg("restore: %s", err.message);
        }
    }
}

/* The process dies: nothing pending was acknowledged, nothing more is written. */
static void world_crash(World *w)
{
    w->fs.fail_at = 1;
    w->fs.from_then_on = true;
    if (w->disk != NULL) {
        fault_fs_power_off(w->disk);
    }
    dedupe_close(w->d);
    w->d = NULL;
    if (w->disk != NULL) {
        fault_fs_crash(w->disk, pt_rng_u64(&w->rng));
    }
    w->fs.fail_at = 0;
    w->fs.from_then_on = false;
    for (size_t i = 0; i < UNIVERSE; i++) {
        w->round_of[i] = w->round_of[i] == 1;
    }
    w->pending_len = w->fresh_len = 0;
}

static void do_check(World *w)
{
    PtHash128 ids[BATCH_MAX];
    uint32_t index[BATCH_MAX];
    DedupeVerdict verdicts[BATCH_MAX];
    size_t n = 1 + pt_rng_below(&w->rng, BATCH_MAX);
    if (w->fresh_len + n > sizeof w->fresh / sizeof *w->fresh) {
        return;
    }
    // A moving part of the universe, so that old and new ids are both asked for.
    uint64_t most = w->log_len / 2 + 200 < UNIVERSE ? w->log_len / 2 + 200 : UNIVERSE;
    for (size_t i = 0; i < n; i++) {
        index[i] = (uint32_t)pt_rng_below(&w->rng, most);
        ids[i] = w->ids[index[i]];
    }
    PtError err = {0};
    PtStatus st = dedupe_check_add_many(w->d, ids, n, w->now_ms, verdicts, &err);
    if (st == PT_UNAVAILABLE || st == PT_NO_MEMORY) {
        w->refused++;
        return;
    }
    assert_int_equal(st, PT_OK);
    for (size_t i = 0; i < n; i++) {
        DedupeVerdict want = w->round_of[index[i]] == 0 ? DEDUPE_NEW : DEDUPE_SEEN;
        assert_int_equal(verdicts[i], want);
        if (want == DEDUPE_NEW) {
            w->round_of[index[i]] = 2;
            w->fresh[w->fresh_len++] = index[i];
        }
    }
}

static void do_assign(World *w)
{
    if (pt_rng_below(&w->rng, 3) == 0) {
        w->next_round++;
    }
    if (w->fresh_len == 0) {
        return;
    }
    for (size_t i = 0; i < w->fresh_len; i++) {
        w->round_of[w->fresh[i]] = w->next_round;
        w->pending[w->pending_len] = w->fresh[i];
        w->pending_round[w->pending_len++] = w->next_round;
    }
    w->fresh_len = 0;
    dedupe_assign(w->d, w->next_round, w->log_len + w->pending_len - 1);
}

static void do_abandon(World *w)
{
    dedupe_abandon(w->d);
    for (size_t i = 0; i < w->fresh_len; i++) {
        w->round_of[w->fresh[i]] = 0;
    }
    w->fresh_len = 0;
}

static void do_commit(World *w)
{
    uint64_t first = w->pending_len > 0 ? w->pending_round[0] : w->next_round;
    uint64_t round = first + pt_rng_below(&w->rng, w->next_round - first + 1);
    dedupe_commit(w->d, round);
    uint64_t n = 0;
    while (n < w->pending_len && w->pending_round[n] <= round) {
        w->round_of[w->pending[n]] = 1;
        if (w->log_len == LOG_MAX) {
            fail_msg("the model's log is full");
            return;
        }
        w->log[w->log_len++] = w->pending[n++];
    }
    w->pending_len -= n;
    memmove(w->pending, w->pending + n, w->pending_len * sizeof *w->pending);
    memmove(w->pending_round, w->pending_round + n, w->pending_len * sizeof *w->pending_round);
    w->next_round += round == w->next_round;
}

static void do_rollback(World *w)
{
    dedupe_rollback(w->d);
    for (uint64_t i = 0; i < w->pending_len; i++) {
        w->round_of[w->pending[i]] = 0;
    }
    w->pending_len = 0;
    w->next_round++;
}

static void do_step(World *w)
{
    bool did = true;
    for (unsigned n = 0; did && n < 3; n++) {
        PtError err = {0};
        PtStatus st = dedupe_step(w->d, w->now_ms, &did, &err);
        if (st != PT_OK) {
            assert_true(dedupe_stats(w->d).stalled);
            return;
        }
    }
}

static void do_restart(World *w)
{
    do_abandon(w);
    do_rollback(w);
    dedupe_close(w->d);
    w->d = NULL;
    world_open(w);
}

/* Every id of the universe, asked once, and taken back. */
static void check_all(World *w)
{
    do_abandon(w);
    do_rollback(w);
    for (size_t i = 0; i < UNIVERSE; i++) {
        DedupeVerdict v;
        PtError err = {0};
        PtStatus st = dedupe_check_add(w->d, w->ids[i], w->now_ms, &v, &err);
        if (st == PT_UNAVAILABLE) {
            do_step(w);
            st = dedupe_check_add(w->d, w->ids[i], w->now_ms, &v, &err);
        }
        if (st != PT_OK) {
            fail_msg("id %zu: %s", i, err.message);
        }
        assert_int_equal(v, w->round_of[i] == 1 ? DEDUPE_SEEN : DEDUPE_NEW);
        dedupe_abandon(w->d);
    }
}

static void random_ops(World *w, unsigned count)
{
    for (unsigned n = 0; n < count; n++) {
        uint64_t dice = pt_rng_below(&w->rng, 100);
        w->now_ms += (int64_t)pt_rng_below(&w->rng, 50);
        if (dice < 40) {
            do_check(w);
        } else if (dice < 65) {
            do_assign(w);
        } else if (dice < 84) {
            do_commit(w);
        } else if (dice < 87) {
            do_rollback(w);
        } else if (dice < 90) {
            do_abandon(w);
        } else if (dice < 98) {
            do_step(w);
        } else if (dice < 99) {
            do_restart(w);
        } else {
            world_crash(w);
            world_open(w);
        }
    }
}

static void test_model(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        World *w = world_new(seed);
        world_open(w);
        random_ops(w, 3000);
        check_all(w);
        DedupeStats s = dedupe_stats(w->d);
        assert_true(s.runs <= DEDUPE_RUNS_WANTED + 2);
        assert_true(s.ids >= w->log_len);
        world_free(w);
    }
}

/* A failing operation at any point: the client hears 503 at worst, nothing is lost or doubled, and
 * the next try works. */
static void test_fail_anywhere(void **state)
{
    (void)state;
    unsigned failed = 0;
    for (uint64_t at = 1; at < 400; at += 5) {
        World *w = world_new(at);
        world_open(w);
        w->fs.fail_at = w->fs.ops + at;
        random_ops(w, 250);
        failed += w->fs.ops >= w->fs.fail_at;
        w->fs.fail_at = 0;
        random_ops(w, 30);
        check_all(w);
        world_free(w);
    }
    assert_true(failed > 50);
}

/* The process dies at any operation; what was committed is known after feeding from the log. */
static void test_crash_anywhere(void **state)
{
    (void)state;
    for (uint64_t at = 1; at < 400; at += 5) {
        World *w = world_new(1000 + at);
        world_open(w);
        w->fs.fail_at = w->fs.ops + at;
        w->fs.from_then_on = true;
        for (unsigned n = 0; n < 250 && w->fs.ops < w->fs.fail_at; n++) {
            do_check(w);
            do_assign(w);
            do_commit(w);
            do_step(w);
        }
        world_crash(w);
        world_open(w);
        check_all(w);
        world_free(w);
    }
}

/* The power fails, or the disk does, at any operation, on a disk that forgets, tears and reorders
 * what was not synced. */
static void test_power_loss(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        World *w = world_on_disk(seed);
        world_open(w);
        for (unsigned crash = 0; crash < 3; crash++) {
            fault_fs_fail(w->disk, FAULT_ANY, 1 + pt_rng_below(&w->rng, 300), ENOSPC);
            random_ops(w, 60 + (unsigned)pt_rng_below(&w->rng, 200));
            fault_fs_fail(w->disk, FAULT_ANY, 1 + pt_rng_below(&w->rng, 60), EIO);
            for (bool did = true; did;) {
                if (dedupe_step(w->d, w->now_ms, &did, NULL) != PT_OK) {
                    break; // the crash falls into what the failure left behind
                }
            }
            fault_fs_fail(w->disk, FAULT_ANY, 0, 0);
            world_crash(w);
            world_open(w);
        }
        check_all(w);
        world_free(w);
    }
}

/* No memory, at any allocation: refused or put off, never wrong. */
static void test_no_memory(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        World *w = world_new(seed);
        world_open(w);
        for (unsigned n = 0; n < 150; n++) {
            fault_alloc_fail(1 + pt_rng_below(&w->rng, 12), 0);
            random_ops(w, 8);
        }
        fault_alloc_fail(0, 0);
        assert_true(w->refused > 0);
        check_all(w);
        world_free(w);
    }
}

static void add_committed(World *w, size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++) {
        DedupeVerdict v;
        PtError err = {0};
        PtStatus st = dedupe_check_add(w->d, w->ids[i], w->now_ms, &v, &err);
        if (st == PT_UNAVAILABLE) {
            do_step(w);
            st = dedupe_check_add(w->d, w->ids[i], w->now_ms, &v, &err);
        }
        assert_int_equal(st, PT_OK);
        assert_int_equal(v, DEDUPE_NEW);
        w->log[w->log_len] = (uint32_t)i;
        dedupe_assign(w->d, w->next_round, w->log_len++);
        dedupe_commit(w->d, w->next_round++);
        w->round_of[i] = 1;
    }
}

static bool is_seen(World *w, size_t i)
{
    DedupeVerdict v = DEDUPE_NEW;
    assert_int_equal(dedupe_check_add(w->d, w->ids[i], w->now_ms, &v, NULL), PT_OK);
    dedupe_abandon(w->d);
    return v == DEDUPE_SEEN;
}

static void test_provisional(void **state)
{
    (void)state;
    World *w = world_new(5);
    world_open(w);
    DedupeVerdict v;
    assert_int_equal(dedupe_check_add(w->d, w->ids[0], 1, &v, NULL), PT_OK);
    assert_int_equal(v, DEDUPE_NEW);
    dedupe_assign(w->d, 1, 0);
    assert_int_equal(dedupe_check_add(w->d, w->ids[1], 1, &v, NULL), PT_OK);
    dedupe_rollback(w->d); // takes back round 1 and leaves the one that has no round yet
    assert_int_equal(dedupe_check_add(w->d, w->ids[1], 1, &v, NULL), PT_OK);
    assert_int_equal(v, DEDUPE_SEEN);
    assert_int_equal(dedupe_check_add(w->d, w->ids[0], 1, &v, NULL), PT_OK);
    assert_int_equal(v, DEDUPE_NEW);
    dedupe_assign(w->d, 2, 1);
    dedupe_commit(w->d, 2);
    dedupe_rollback(w->d);
    assert_true(is_seen(w, 0));
    assert_true(is_seen(w, 1));
    world_free(w);

    w = world_new(6);
    world_open(w);
    assert_int_equal(dedupe_check_add(w->d, w->ids[0], 1, &v, NULL), PT_OK);
    dedupe_assign(w->d, 1, 0);
    assert_int_equal(dedupe_check_add(w->d, w->ids[1], 1, &v, NULL), PT_OK);
    dedupe_assign(w->d, 2, 1);
    dedupe_commit(w->d, 1);
    dedupe_rollback(w->d);
    assert_true(is_seen(w, 0));
    assert_false(is_seen(w, 1));
    world_free(w);
}

static void test_same_call(void **state)
{
    (void)state;
    World *w = world_new(7);
    world_open(w);
    PtHash128 ids[4] = {w->ids[0], w->ids[1], w->ids[0], {0, 0}};
    DedupeVerdict v[4];
    assert_int_equal(dedupe_check_add_many(w->d, ids, 4, 1, v, NULL), PT_OK);
    assert_int_equal(v[0], DEDUPE_NEW);
    assert_int_equal(v[1], DEDUPE_NEW);
    assert_int_equal(v[2], DEDUPE_SEEN);
    assert_int_equal(v[3], DEDUPE_NEW);
    assert_int_equal(dedupe_check_add_many(w->d, ids, 0, 1, v, NULL), PT_OK);
    world_free(w);
}

static void test_too_many_at_once(void **state)
{
    (void)state;
    World *w = world_new(8);
    world_open(w);
    DedupeVerdict v[113];
    assert_int_equal(dedupe_check_add_many(w->d, w->ids, 113, 1, v, NULL), PT_TOO_LARGE);
    assert_int_equal(dedupe_stats(w->d).ids, 0);
    assert_int_equal(dedupe_check_add_many(w->d, w->ids, 112, 1, v, NULL), PT_OK);
    assert_int_equal(dedupe_stats(w->d).ids, 112);
    // All of them provisional: nothing can be written, so the next is refused and leaves no trace.
    assert_int_equal(dedupe_check_add(w->d, w->ids[200], 1, v, NULL), PT_UNAVAILABLE);
    dedupe_abandon(w->d);
    assert_int_equal(dedupe_stats(w->d).ids, 0);
    assert_int_equal(dedupe_check_add(w->d, w->ids[200], 1, v, NULL), PT_OK);
    assert_int_equal(v[0], DEDUPE_NEW);
    world_free(w);
}

static void run_all_steps(World *w)
{
    bool did = true;
    while (did) {
        PtError err = {0};
        if (dedupe_step(w->d, w->now_ms, &did, &err) != PT_OK) {
            fail_msg("step: %s", err.message);
        }
    }
}

static void test_window_of_time(void **state)
{
    (void)state;
    World *w = world_new(9);
    w->config.window_ms = 7000;
    world_open(w);
    w->now_ms = 10000;
    add_committed(w, 0, 200);
    w->now_ms = 12000; // over a seventh of the window away: never merged with the first
    add_committed(w, 200, 200);
    run_all_steps(w);
    w->now_ms = 17000; // the first are exactly as old as the window: kept
    run_all_steps(w);
    assert_true(is_seen(w, 0));
    w->now_ms = 17001;
    run_all_steps(w);
    assert_false(is_seen(w, 0));
    assert_true(is_seen(w, 399));
    DedupeStats s = dedupe_stats(w->d);
    assert_true(s.oldest_ms >= 12000 - 2000);
    w->now_ms = 1000000; // the newest run stays: it tells where the log is to be read on
    run_all_steps(w);
    assert_true(dedupe_stats(w->d).runs >= 1);
    uint64_t log_len = w->log_len;
    dedupe_close(w->d);
    uint64_t from = 0;
    assert_int_equal(dedupe_open(&w->config, &w->d, &from, NULL), PT_OK);
    assert_int_equal(from, log_len);
    world_free(w);
}

static void test_window_of_count(void **state)
{
    (void)state;
    World *w = world_new(10);
    w->config.window_ids = 1400;
    world_open(w);
    for (size_t i = 0; i < 5000; i += 100) {
        add_committed(w, i, 100);
        run_all_steps(w);
        DedupeStats s = dedupe_stats(w->d);
        // At least the window, and at most one run more.
        assert_true(i < 1500 || s.ids >= 1400);
        assert_true(s.ids <= 1400 + 200 + 64 * 2);
    }
    assert_true(is_seen(w, 4999));
    assert_false(is_seen(w, 0));
    for (size_t i = 5000; i < 5400; i++) { // at each instant the newest 1,400 are known
        add_committed(w, i, 1);
        run_all_steps(w);
        assert_true(is_seen(w, i + 1 - 1400));
    }
    world_free(w);
}

/* The power fails while runs are dropped: what is left is the newest part, without a gap. */
static void test_power_loss_in_expiry(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        World *w = world_on_disk(seed);
        w->config.window_ids = 700;
        world_open(w);
        for (size_t i = 0; i + 300 <= UNIVERSE / 2; i += 300) {
            add_committed(w, i, 300);
            bool did = true;
            for (uint64_t n = pt_rng_below(&w->rng, 40); did && n > 0; n--) {
                assert_int_equal(dedupe_step(w->d, w->now_ms, &did, NULL), PT_OK);
            }
            if (pt_rng_below(&w->rng, 3) == 0) {
                fault_fs_fail(w->disk, FAULT_ANY, 1 + pt_rng_below(&w->rng, 120), EIO);
                for (did = true; did && dedupe_step(w->d, w->now_ms, &did, NULL) == PT_OK;) {
                }
                fault_fs_fail(w->disk, FAULT_ANY, 0, 0);
                world_crash(w);
                world_open(w);
            }
            for (size_t k = 0; k < 700 && k < w->log_len; k += 13) {
                assert_true(is_seen(w, w->log_len - 1 - k));
            }
        }
        world_free(w);
    }
}

static void test_disk_full_and_recovery(void **state)
{
    (void)state;
    World *w = world_new(11);
    world_open(w);
    w->fs.fail_at = 1;
    w->fs.from_then_on = true;
    PtStatus st = PT_OK;
    DedupeVerdict v;
    size_t i = 0;
    for (; i < 1000; i++) {
        st = dedupe_check_add(w->d, w->ids[i], 1, &v, NULL);
        if (st != PT_OK) {
            break;
        }
        dedupe_assign(w->d, w->next_round, w->log_len);
        w->log[w->log_len++] = (uint32_t)i;
        dedupe_commit(w->d, w->next_round++);
        w->round_of[i] = 1;
    }
    assert_int_equal(st, PT_UNAVAILABLE);
    assert_int_equal(i, 128); // two tables
    bool did = false;
    assert_int_equal(dedupe_step(w->d, 1, &did, NULL), PT_UNAVAILABLE);
    assert_true(dedupe_stats(w->d).stalled);
    assert_int_equal(dedupe_check_add(w->d, w->ids[i], 1, &v, NULL), PT_UNAVAILABLE);
    w->fs.fail_at = 0;
    run_all_steps(w);
    assert_false(dedupe_stats(w->d).stalled);
    check_all(w);
    world_free(w);
}

static void test_little_memory(void **state)
{
    (void)state;
    World *w = world_new(12);
    w->config.window_ids = 20000;
    w->config.memory_bytes = 601800; // what is fixed, the fences, and next to nothing for filters
    world_open(w);
    add_committed(w, 0, 4000);
    run_all_steps(w);
    check_all(w);
    DedupeStats s = dedupe_stats(w->d);
    assert_true(s.false_positives > 100);
    assert_true(s.run_reads > s.false_positives);
    assert_true(s.memory_bytes <= w->config.memory_bytes);
    world_free(w);

    w = world_new(13);
    w->config.memory_bytes = 500000;
    assert_int_equal(dedupe_open(&w->config, &w->d, &(uint64_t){0}, NULL), PT_INVALID);
    world_free(w);
}

static void test_unreadable_run(void **state)
{
    (void)state;
    World *w = world_new(14);
    world_open(w);
    add_committed(w, 0, 500);
    run_all_steps(w);
    w->fs.fail_reads = true;
    DedupeVerdict v[3];
    PtHash128 ids[3] = {w->ids[5000], w->ids[0], w->ids[5001]};
    uint64_t before = dedupe_stats(w->d).ids;
    assert_int_equal(dedupe_check_add_many(w->d, ids, 3, 1, v, NULL), PT_UNAVAILABLE);
    assert_int_equal(dedupe_stats(w->d).ids, before); // none was added
    w->fs.fail_reads = false;
    assert_int_equal(dedupe_check_add_many(w->d, ids, 3, 1, v, NULL), PT_OK);
    assert_int_equal(v[0], DEDUPE_NEW);
    assert_int_equal(v[1], DEDUPE_SEEN);
    dedupe_abandon(w->d);
    world_free(w);
}

/* A flipped byte anywhere in a run is seen: at open, or when its block is read. */
static void test_damage(void **state)
{
    (void)state;
    World *w = world_new(15);
    w->config.table_ids = 512;
    w->config.memory_bytes = 4 << 20;
    world_open(w);
    add_committed(w, 0, 1200);
    dedupe_close(w->d);
    w->d = NULL;
    char name[100] = "", path[200];
    assert_int_equal(under()->ops->list(under(), w->dir, keep_least, name, NULL), PT_OK);
    (void)snprintf(path, sizeof path, "%s/%s", w->dir, name);
    FILE *f = fopen(path, "r+e");
    if (f == NULL) {
        fail_msg("no run to damage");
        return;
    }
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    long size = ftell(f);
    for (long at = 0; at < size; at += 97) {
        if (at >= 88 && at < DEDUPE_BLOCK) {
            continue; // unused rest of the header's block
        }
        (void)fseek(f, at, SEEK_SET);
        int was = fgetc(f);
        (void)fseek(f, at, SEEK_SET);
        (void)fputc(was ^ 0x10, f);
        (void)fflush(f);
        uint64_t from;
        PtStatus st = dedupe_open(&w->config, &w->d, &from, NULL);
        for (size_t i = 0; st == PT_OK && i < 1200; i++) {
            DedupeVerdict v;
            st = dedupe_check_add(w->d, w->ids[i], 1, &v, NULL);
            assert_true(st != PT_OK || v == DEDUPE_SEEN);
        }
        assert_true(st == PT_CORRUPT || st == PT_UNAVAILABLE);
        dedupe_close(w->d);
        w->d = NULL;
        (void)fseek(f, at, SEEK_SET);
        (void)fputc(was, f);
        (void)fflush(f);
    }
    assert_int_equal(ftruncate(fileno(f), size - 1), 0);
    assert_int_equal(dedupe_open(&w->config, &w->d, &(uint64_t){0}, NULL), PT_CORRUPT);
    (void)fclose(f);
    assert_int_equal(unlink(path), 0); // the first of several is gone: as if its window had passed
    uint64_t from = 0;
    assert_int_equal(dedupe_open(&w->config, &w->d, &from, NULL), PT_OK);
    assert_int_equal(from, 1200);
    world_free(w);
}

/* The background thread at work beside the callers. */
static void test_thread(void **state)
{
    (void)state;
    World *w = world_new(16);
    w->config.start_thread = true;
    world_open(w);
    uint64_t waits = 0;
    for (size_t i = 0; i < UNIVERSE;) {
        size_t n = UNIVERSE - i < 50 ? UNIVERSE - i : 50;
        DedupeVerdict v[50];
        PtStatus st = dedupe_check_add_many(w->d, w->ids + i, n, 1, v, NULL);
        if (st == PT_UNAVAILABLE) {
            waits++;
            assert_true(waits < 100000);
            (void)usleep(200);
            continue;
        }
        assert_int_equal(st, PT_OK);
        for (size_t k = 0; k < n; k++) {
            assert_int_equal(v[k], DEDUPE_NEW);
            w->log[w->log_len++] = (uint32_t)(i + k);
            w->round_of[i + k] = 1;
        }
        dedupe_assign(w->d, w->next_round, w->log_len - 1);
        dedupe_commit(w->d, w->next_round++);
        i += n;
    }
    dedupe_close(w->d);
    w->d = NULL;
    world_open(w); // everything is in runs
    for (size_t i = 0; i < UNIVERSE; i++) {
        DedupeVerdict v;
        assert_int_equal(dedupe_check_add(w->d, w->ids[i], 1, &v, NULL), PT_OK);
        assert_int_equal(v, DEDUPE_SEEN);
    }
    world_free(w);
}

/* Restoring more than a table holds writes runs on the way, with and without the thread. */
static void test_restore_much(void **state)
{
    (void)state;
    for (int threaded = 0; threaded < 2; threaded++) {
        World *w = world_new(17);
        w->config.start_thread = threaded != 0;
        for (uint32_t i = 0; i < UNIVERSE; i++) {
            w->log[i] = i;
            w->round_of[i] = 1;
        }
        w->log_len = UNIVERSE;
        world_open(w);
        assert_true(is_seen(w, 0));
        assert_true(is_seen(w, UNIVERSE - 1));
        DedupeStats s = dedupe_stats(w->d);
        assert_int_equal(s.ids, UNIVERSE);
        world_free(w);
    }
}

/* Which runs are merged. */
static const DedupeMergeRules rules = {.table_ids = 100, .max_count = 100000, .max_span_ms = 1000};

static struct PickCase {
    const char *name;
    DedupeRunInfo runs[16];
    size_t count;
    bool want;
    size_t first, n;
} pick_cases[] = {
    {"none", {{0, 0, 0}}, 0, false, 0, 0},
    {"three of a level wait", {{90, 0, 1}, {90, 2, 3}, {90, 4, 5}}, 3, false, 0, 0},
    {"four of a level merge", {{90, 0, 1}, {90, 2, 3}, {90, 4, 5}, {100, 6, 7}}, 4, true, 0, 4},
    {"a larger one is another level",
     {{101, 0, 1}, {90, 2, 3}, {90, 4, 5}, {100, 6, 7}},
     4,
     false,
     0,
     0},
    {"smaller ones between are taken along",
     {{400, 0, 1}, {300, 2, 3}, {90, 4, 5}, {400, 6, 7}, {200, 8, 9}},
     5,
     true,
     0,
     5},
    {"newest four first",
     {{90, 0, 0}, {90, 1, 1}, {90, 2, 2}, {90, 3, 3}, {90, 4, 4}},
     5,
     true,
     1,
     4},
    {"a span of the bound merges",
     {{90, 0, 1}, {90, 2, 3}, {90, 4, 5}, {90, 6, 1000}},
     4,
     true,
     0,
     4},
    {"a longer span does not", {{90, 0, 1}, {90, 2, 3}, {90, 4, 5}, {90, 6, 1001}}, 4, false, 0, 0},
    {"as many as a run may hold",
     {{25000, 0, 1}, {25000, 2, 3}, {25000, 4, 5}, {25000, 6, 7}},
     4,
     true,
     0,
     4},
    {"more than a run may hold",
     {{25000, 0, 1}, {25000, 2, 3}, {25000, 4, 5}, {25001, 6, 7}},
     4,
     false,
     0,
     0},
    {"thirteen runs: the smallest pair",
     {{50000, 0, 1},
      {20000, 2, 3},
      {20000, 4, 5},
      {20000, 6, 7},
      {5000, 8, 9},
      {5000, 10, 11},
      {5000, 12, 13},
      {1000, 14, 15},
      {1000, 16, 17},
      {1000, 18, 19},
      {300, 20, 21},
      {60, 22, 23},
      {50, 5000, 5001}},
     13,
     true,
     10,
     2},
};

static void test_pick(void **state)
{
    const struct PickCase *c = *state;
    size_t first = 99, n = 99;
    bool got = dedupe_merge_pick(c->runs, c->count, &rules, &first, &n);
    assert_int_equal(got, c->want);
    if (got) {
        assert_int_equal(first, c->first);
        assert_int_equal(n, c->n);
    }
}

static struct KeyCase {
    const char *name;
    bool want;
} key_cases[] = {
    {"run-0000000000000000-0000000000000001-0000000000000000.ids", true},
    {"run-00000000000000ff-ffffffffffffffff-0000000000000009.ids", true},
    {"run-0000000000000001-0000000000000001-0000000000000000.ids", false},
    {"run-0000000000000000-0000000000000001-0000000000000000.ids.tmp", false},
    {"run-0000000000000000-0000000000000001-000000000000000.ids", false},
    {"run-0000000000000000-000000000000000G-0000000000000000.ids", false},
    {"run-0000000000000000-000000000000000A-0000000000000000.ids", false},
    {"run-", false},
    {"", false},
};

static void test_key(void **state)
{
    const struct KeyCase *c = *state;
    DedupeRunKey key;
    assert_int_equal(dedupe_run_key(c->name, &key), c->want);
}

/* Clusters that wrap around the end, and removal out of their middle. */
static void test_table_clusters(void **state)
{
    (void)state;
    PtRng rng;
    pt_rng_init(&rng, 3);
    DedupeTable t = {0};
    assert_true(dedupe_table_reserve(&t, 50, 64));
    assert_int_equal(t.mask, 63);
    bool have[256] = {false};
    for (unsigned n = 0; n < 20000; n++) {
        uint64_t i = pt_rng_below(&rng, 256);
        PtHash128 id = {i + 1, 60 + i % 8}; // homes 60..67: all collide around the border
        if (pt_rng_below(&rng, 2) == 0 && t.count < 56) {
            assert_int_equal(dedupe_table_add(&t, id, 1), !have[i]);
            have[i] = true;
        } else if (have[i]) {
            dedupe_table_remove(&t, id);
            have[i] = false;
        }
        uint64_t k = pt_rng_below(&rng, 256);
        assert_int_equal(dedupe_table_has(&t, (PtHash128){k + 1, 60 + k % 8}), have[k]);
    }
    dedupe_table_done(&t);
}

static void test_filter_folds(void **state)
{
    (void)state;
    PtRng rng;
    pt_rng_init(&rng, 4);
    static PtHash128 ids[20000];
    DedupeFilter f;
    assert_true(dedupe_filter_init(&f, 20000, 1 << 20));
    for (size_t i = 0; i < 20000; i++) {
        ids[i] = random_id(&rng);
        dedupe_filter_add(&f, ids[i]);
    }
    static const double most_passed[] = {0.01, 0.12, 0.55, 0.95};
    for (size_t fold = 0; f.lines > 0; fold++) {
        unsigned passed = 0;
        for (size_t i = 0; i < 20000; i++) {
            assert_true(dedupe_filter_may_hold(&f, ids[i]));
            passed += dedupe_filter_may_hold(&f, random_id(&rng));
        }
        assert_true(fold >= 4 || passed < most_passed[fold] * 20000);
        DedupeFilter half;
        assert_true(dedupe_filter_fold(&f, &half));
        dedupe_filter_done(&f);
        f = half;
    }
    dedupe_filter_done(&f);
    assert_true(dedupe_filter_init(&f, 20000, 1023)); // too little for anything
    assert_int_equal(f.lines, 0);
    dedupe_filter_done(&f);
}

int main(void)
{
    struct CMUnitTest tests[64];
    size_t n = 0;
    static const struct CMUnitTest fixed[] = {
        cmocka_unit_test(test_model),
        cmocka_unit_test(test_fail_anywhere),
        cmocka_unit_test(test_crash_anywhere),
        cmocka_unit_test(test_power_loss),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_provisional),
        cmocka_unit_test(test_same_call),
        cmocka_unit_test(test_too_many_at_once),
        cmocka_unit_test(test_window_of_time),
        cmocka_unit_test(test_window_of_count),
        cmocka_unit_test(test_power_loss_in_expiry),
        cmocka_unit_test(test_disk_full_and_recovery),
        cmocka_unit_test(test_little_memory),
        cmocka_unit_test(test_unreadable_run),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_thread),
        cmocka_unit_test(test_restore_much),
        cmocka_unit_test(test_table_clusters),
        cmocka_unit_test(test_filter_folds),
    };
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        tests[n++] = fixed[i];
    }
    for (size_t i = 0; i < sizeof pick_cases / sizeof *pick_cases; i++) {
        tests[n++] = (struct CMUnitTest){pick_cases[i].name, test_pick, NULL, NULL, &pick_cases[i]};
    }
    for (size_t i = 0; i < sizeof key_cases / sizeof *key_cases; i++) {
        tests[n++] = (struct CMUnitTest){key_cases[i].name, test_key, NULL, NULL, &key_cases[i]};
    }
    return _cmocka_run_group_tests("events/dedupe", tests, n, NULL, NULL);
}
