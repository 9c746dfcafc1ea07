// SPDX-License-Identifier: Apache-2.0
/* The person index against a naive model: random histories, every edge of blocks and offsets,
 * damage of every byte, failing memory and disk, readers beside the writer. */
#include "profiles/index_internal.h"
#include "profiles/index_rig.h"

#include <fault/fault_alloc.h>
#include <fault/fault_fs.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void ok(PtStatus st, const PtError *err)
{
    if (st != PT_OK) {
        fail_msg("%s: %s", pt_status_name(st), err->message);
    }
}

static void flush_now(IndexRig *r)
{
    PtError err = {0};
    ok(profile_index_flush(r->x, r->given, true, &err), &err);
    assert_int_equal(profile_index_next(r->x), r->given);
}

static void step_all(IndexRig *r)
{
    PtError err = {0};
    for (bool did = true; did;) {
        ok(profile_index_step(r->x, &did, &err), &err);
    }
}

static void reopen(IndexRig *r)
{
    profile_index_close(r->x);
    r->x = NULL;
    rig_open(r);
}

static bool count_name(void *ctx, const char *name)
{
    (void)name;
    ++*(unsigned *)ctx;
    return true;
}

static unsigned files_of(IndexRig *r)
{
    unsigned count = 0;
    assert_int_equal(r->disk->ops->list(r->disk, "/index", count_name, &count, NULL), PT_OK);
    return count;
}

/* ---- Answers -----------------------------------------------------------------------------------
 */

static void history(uint64_t seed)
{
    IndexRig r;
    PtError err = {0};
    rig_init(&r, seed, seed % 2 == 0 ? 1 : 1 << 20);
    rig_open(&r);
    while (r.given < RIG_LOG_MAX / 2) {
        bool did;
        switch (pt_rng_below(&r.rng, 8)) {
        case 0:
            ok(profile_index_step(r.x, &did, &err), &err);
            break;
        case 1:
            ok(profile_index_flush(r.x, r.given, pt_rng_below(&r.rng, 2) == 0, &err), &err);
            break;
        case 2:
            if (pt_rng_below(&r.rng, 5) == 0) {
                reopen(&r);
            }
            break;
        case 3:
            ok(rig_ask(&r, 3, &err), &err);
            break;
        default:
            ok(rig_add(&r, 1 + (unsigned)pt_rng_below(&r.rng, 500), &err), &err);
        }
        assert_true(profile_index_stats(r.x).runs <= INDEX_RUNS_MAX);
    }
    rig_check_all(&r);
    flush_now(&r);
    step_all(&r);
    reopen(&r);
    rig_check_all(&r);
    rig_done(&r);
}

static void equal_to_the_model(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 8; seed++) {
        history(seed);
    }
}

/* One node over many blocks, between two small ones; `before` on both sides of every record near a
 * block's border, which is every record. */
static void node_of_many_blocks(void **state)
{
    (void)state;
    enum { RECORDS = 20000 };
    IndexRig r;
    PtError err = {0};
    uint64_t got[3], n = 0;
    size_t count = 0;
    rig_init(&r, 1, 1);
    rig_open(&r);
    const uint32_t small = 6, hot = 7, last = 8;
    for (uint64_t i = 0; i < RECORDS; i++) {
        ok(profile_index_add(r.x, hot, i * 1000, &err), &err);
        if (i % 1000 == 0) {
            ok(profile_index_add(r.x, small, i * 1000 + 1, &err), &err);
            ok(profile_index_add(r.x, last, i * 1000 + 2, &err), &err);
        }
        if (i % 7000 == 6999) {
            ok(profile_index_flush(r.x, i * 1000 + 999, true, &err), &err);
        }
    }
    ok(profile_index_flush(r.x, RECORDS * 1000, true, &err), &err);
    assert_int_equal(profile_index_stats(r.x).runs, 3);
    for (unsigned merged = 0; merged < 2; merged++) {
        for (uint64_t i = 2; i < RECORDS; i++) {
            ok(profile_index_before(r.x, &hot, 1, i * 1000, 2, got, &count, &err), &err);
            assert_int_equal(count, 2);
            assert_int_equal(got[0], (i - 1) * 1000);
            assert_int_equal(got[1], (i - 2) * 1000);
            ok(profile_index_before(r.x, &hot, 1, i * 1000 + 1, 1, got, &count, &err), &err);
            assert_int_equal(got[0], i * 1000);
        }
        ok(profile_index_count(r.x, &hot, 1, &n, &err), &err);
        assert_int_equal(n, RECORDS);
        ok(profile_index_count(r.x, &last, 1, &n, &err), &err);
        assert_int_equal(n, RECORDS / 1000);
        ok(profile_index_first(r.x, &last, 1, &n, &err), &err);
        assert_int_equal(n, 2);
        for (uint64_t i = 0; merged == 0 && i < 10; i++) { // a fourth and a fifth run of the level
            ok(profile_index_add(r.x, 1000, RECORDS * 1000 + i, &err), &err);
            ok(profile_index_flush(r.x, RECORDS * 1000 + i + 1, true, &err), &err);
            step_all(&r);
        }
    }
    assert_true(profile_index_stats(r.x).runs < 10);
    rig_done(&r);
}

static struct EdgeCase {
    const char *name;
    uint32_t node;
    uint64_t offset;
} edge_cases[] = {
    {"the least", 0, 0},
    {"the greatest node", UINT32_MAX, 5},
    {"an offset of 63 bits", 1, INT64_MAX},
    {"the greatest offset", 1, UINT64_MAX - 2},
};

static void edges(void **state)
{
    const struct EdgeCase *c = *state;
    IndexRig r;
    PtError err = {0};
    uint64_t got[2], n = 0;
    size_t count = 0;
    rig_init(&r, 1, 1);
    rig_open(&r);
    assert_int_equal(profile_index_first(r.x, &c->node, 1, &n, &err), PT_NOT_FOUND);
    ok(profile_index_add(r.x, c->node, c->offset, &err), &err);
    for (unsigned durable = 0; durable < 2; durable++) {
        ok(profile_index_before(r.x, &c->node, 1, c->offset, 2, got, &count, &err), &err);
        assert_int_equal(count, 0);
        ok(profile_index_before(r.x, &c->node, 1, c->offset + 1, 2, got, &count, &err), &err);
        assert_int_equal(count, 1);
        assert_int_equal(got[0], c->offset);
        ok(profile_index_before(r.x, &c->node, 1, UINT64_MAX, 0, got, &count, &err), &err);
        assert_int_equal(count, 0);
        ok(profile_index_before(r.x, NULL, 0, UINT64_MAX, 2, got, &count, &err), &err);
        assert_int_equal(count, 0);
        ok(profile_index_first(r.x, &c->node, 1, &n, &err), &err);
        assert_int_equal(n, c->offset);
        ok(profile_index_flush(r.x, c->offset + 1, true, &err), &err);
        reopen(&r);
    }
    rig_done(&r);
}

static void given_twice(void **state)
{
    (void)state;
    IndexRig r;
    PtError err = {0};
    uint64_t n = 0;
    const uint32_t node = 3;
    rig_init(&r, 1, 1);
    rig_open(&r);
    for (unsigned i = 0; i < 2; i++) {
        ok(profile_index_add(r.x, node, 10, &err), &err);
        ok(profile_index_add(r.x, node, 11, &err), &err);
    }
    ok(profile_index_flush(r.x, 20, true, &err), &err);
    ok(profile_index_add(r.x, node, 19, &err), &err); // below what is durable
    ok(profile_index_add(r.x, node, 20, &err), &err);
    ok(profile_index_flush(r.x, 20, true, &err), &err); // nothing new
    ok(profile_index_flush(r.x, 5, true, &err), &err);
    ok(profile_index_count(r.x, &node, 1, &n, &err), &err);
    assert_int_equal(n, 3);
    assert_int_equal(profile_index_next(r.x), 20);
    rig_done(&r);
}

/* What lies at or above `next` stays in memory, and is lost with it. */
static void more_than_next(void **state)
{
    (void)state;
    IndexRig r;
    PtError err = {0};
    rig_init(&r, 7, 1);
    rig_open(&r);
    ok(rig_add(&r, 1000, &err), &err);
    ok(profile_index_flush(r.x, 400, true, &err), &err);
    assert_int_equal(profile_index_next(r.x), 400);
    rig_check_all(&r);
    ok(profile_index_flush(r.x, 401, true, &err), &err);
    ok(rig_add(&r, 1000, &err), &err);
    rig_check_all(&r);
    reopen(&r);
    assert_int_equal(r.given, 401);
    rig_check_all(&r);
    rig_done(&r);
}

/* ---- When it writes ----------------------------------------------------------------------------
 */

static void little_waits(void **state)
{
    (void)state;
    IndexRig r;
    PtError err = {0};
    rig_init(&r, 1, 1 << 20);
    rig_open(&r);
    ok(profile_index_add(r.x, 1, 1, &err), &err);
    ok(profile_index_flush(r.x, (1 << 22) - 1, false, &err), &err);
    assert_int_equal(profile_index_next(r.x), 0);
    ok(profile_index_flush(r.x, 1 << 22, false, &err), &err); // too much to read again
    assert_int_equal(profile_index_next(r.x), 1 << 22);
    uint64_t offset = 1 << 22;
    for (; profile_index_stats(r.x).memory_bytes < (1 << 20) - (1 << 17); offset++) {
        ok(profile_index_add(r.x, 1, offset, &err), &err);
    }
    ok(profile_index_flush(r.x, offset, false, &err), &err);
    assert_int_equal(profile_index_next(r.x), 1 << 22);
    for (; profile_index_stats(r.x).memory_bytes < (1 << 20) + (1 << 17); offset++) {
        ok(profile_index_add(r.x, 1, offset, &err), &err);
    }
    ok(profile_index_flush(r.x, offset, false, &err), &err);
    assert_int_equal(profile_index_next(r.x), offset);
    assert_true(profile_index_stats(r.x).memory_bytes < 1 << 16);
    rig_done(&r);
}

static void memory_is_bounded(void **state)
{
    (void)state;
    IndexRig r;
    PtError err = {0};
    PtStatus st = PT_OK;
    uint64_t offset = 0;
    rig_init(&r, 1, 1 << 20);
    rig_open(&r);
    for (; st == PT_OK && offset < 1000000; offset++) {
        st = profile_index_add(r.x, 5, offset, &err);
    }
    assert_int_equal(st, PT_NO_MEMORY);
    assert_true(profile_index_stats(r.x).memory_bytes <= 3 << 20);
    assert_int_equal(profile_index_stats(r.x).records, offset - 1);
    ok(profile_index_flush(r.x, offset - 1, false, &err), &err);
    ok(profile_index_add(r.x, 5, offset - 1, &err), &err);
    const uint32_t node = 5;
    uint64_t n = 0;
    ok(profile_index_count(r.x, &node, 1, &n, &err), &err);
    assert_int_equal(n, offset);
    rig_done(&r);
}

static void runs_are_bounded_without_steps(void **state)
{
    (void)state;
    IndexRig r;
    PtError err = {0};
    unsigned most = 0;
    rig_init(&r, 3, 1);
    rig_open(&r);
    for (unsigned i = 0; i < 100; i++) {
        ok(rig_add(&r, 60, &err), &err);
        flush_now(&r);
        uint32_t runs = profile_index_stats(r.x).runs;
        most = runs > most ? runs : most;
    }
    assert_int_equal(most, INDEX_RUNS_MAX);
    rig_check_all(&r);
    reopen(&r);
    rig_check_all(&r);
    rig_done(&r);
}

#define K 1000

static struct PickCase {
    const char *name;
    uint64_t records[INDEX_RUNS_MAX];
    size_t count, want_first, want_count; /* count 0: none */
} pick_cases[] = {
    {"nothing", {0}, 0, 0, 0},
    {"three of a level", {900, 900, 900}, 3, 0, 0},
    {"four of a level", {900, 900, 900, 900}, 4, 0, 4},
    {"four at the new end", {9 * K, 1, 1, 1, 1}, 5, 1, 4},
    {"1,024 are the lowest level", {1024, 1, 1, 1}, 4, 0, 4},
    {"1,025 are the next", {1025, 1, 1, 1}, 4, 0, 0},
    {"smaller ones between go along", {2 * K, 2 * K, 1, 2 * K, 2 * K, 1}, 6, 0, 5},
    {"a larger one parts them", {900, 900, 9 * K, 900, 900}, 5, 0, 0},
    {"twelve that differ stay",
     {900000 * K, 300000 * K, 100000 * K, 30000 * K, 10000 * K, 3000 * K, 999 * K, 250 * K, 63 * K,
      16 * K, 4 * K, 1},
     12,
     0,
     0},
    {"of thirteen the cheapest two",
     {900000 * K, 300000 * K, 100000 * K, 30000 * K, 10000 * K, 3000 * K, 999 * K, 250 * K, 63 * K,
      16 * K, 4 * K, 2 * K, 1},
     13,
     11,
     2},
};

static void picks(void **state)
{
    const struct PickCase *c = *state;
    size_t first = 77, count = 0;
    bool any = index_merge_pick(c->records, c->count, &first, &count);
    assert_int_equal(any, c->want_count > 0);
    if (any) {
        assert_int_equal(first, c->want_first);
        assert_int_equal(count, c->want_count);
    }
}

static struct NameCase {
    const char *name;
    bool ours;
    uint64_t seq;
} name_cases[] = {
    {"run-0000000000000001.idx", true, 1},
    {"run-ffffffffffffffff.idx", true, UINT64_MAX},
    {"run-00000000000000AB.idx", false, 0},
    {"run-0000000000000001.idx.tmp", false, 0},
    {"run-000000000000001.idx", false, 0},
    {"run-00000000000000001.idx", false, 0},
    {"run-", false, 0},
    {"manifest", false, 0},
    {"", false, 0},
};

static void names(void **state)
{
    const struct NameCase *c = *state;
    uint64_t seq = 0;
    assert_int_equal(index_run_name(c->name, &seq), c->ours);
    assert_int_equal(seq, c->seq);
}

/* A slice of a long merge ends before the merge does, and the slices leave the same behind. */
static void merges_go_in_slices(void **state)
{
    (void)state;
    IndexRig r;
    PtError err = {0};
    uint64_t offset = 0;
    unsigned slices = 0;
    rig_init(&r, 1, 16 << 20);
    rig_open(&r);
    for (unsigned run = 0; run < 4; run++) {
        for (unsigned i = 0; i < 400000; i++, offset++) {
            ok(profile_index_add(r.x, (uint32_t)(offset * 7919 % 50021), offset, &err), &err);
        }
        ok(profile_index_flush(r.x, offset, true, &err), &err);
    }
    for (bool did = true; did; slices++) {
        ok(profile_index_step(r.x, &did, &err), &err);
        // Additions and runs in the meantime stand behind what is merged.
        ok(profile_index_add(r.x, slices % 5, offset++, &err), &err);
        ok(profile_index_flush(r.x, offset, slices % 2 == 0, &err), &err);
    }
    assert_true(slices > 4);
    uint64_t n = 0;
    const uint32_t node = 4;
    ok(profile_index_count(r.x, &node, 1, &n, &err), &err);
    assert_in_range(n, 31, 34); // 1.6 million over 50,021, and of the slices
    assert_int_equal(profile_index_stats(r.x).records, offset);
    rig_done(&r);
}

/* ---- Files -------------------------------------------------------------------------------------
 */

static void readers_keep_files(void **state)
{
    (void)state;
    IndexRig r;
    PtError err = {0};
    rig_init(&r, 5, 1);
    rig_open(&r);
    for (unsigned i = 0; i < 4; i++) {
        ok(rig_add(&r, 100, &err), &err);
        flush_now(&r);
    }
    IndexState *held = index_state_get(r.x);
    step_all(&r);
    assert_int_equal(profile_index_stats(r.x).runs, 1);
    assert_int_equal(files_of(&r), 6); // the manifest, the merged, and four that a reader has
    index_state_unref(held);
    step_all(&r);
    assert_int_equal(files_of(&r), 2);
    rig_check_all(&r);
    rig_done(&r);
}

static void reset_begins_anew(void **state)
{
    (void)state;
    IndexRig r;
    PtError err = {0};
    rig_init(&r, 5, 1);
    rig_open(&r);
    for (unsigned i = 0; i < 3; i++) {
        ok(rig_add(&r, 100, &err), &err);
        flush_now(&r);
    }
    ok(rig_add(&r, 100, &err), &err);
    ok(profile_index_reset(r.x, &err), &err);
    assert_int_equal(profile_index_next(r.x), 0);
    assert_int_equal(profile_index_stats(r.x).records, 0);
    assert_int_equal(files_of(&r), 1);
    r.given = 0;
    rig_check_all(&r);
    ok(rig_add(&r, 1000, &err), &err);
    flush_now(&r);
    reopen(&r);
    assert_int_equal(r.given, 1000);
    rig_check_all(&r);
    rig_done(&r);
}

static void strays_are_removed(void **state)
{
    (void)state;
    IndexRig r;
    PtError err = {0};
    PtFile *file = NULL;
    rig_init(&r, 5, 1);
    rig_open(&r);
    ok(rig_add(&r, 100, &err), &err);
    flush_now(&r);
    static const char *names_there[] = {"/index/run-00000000000000ff.idx", "/index/notes"};
    for (size_t i = 0; i < 2; i++) {
        ok(r.disk->ops->open(r.disk, names_there[i], PT_OPEN_CREATE, &file, &err), &err);
        r.disk->ops->close(r.disk, file);
    }
    reopen(&r);
    assert_int_equal(fault_fs_size(r.disk, names_there[0]), -1);
    assert_int_equal(fault_fs_size(r.disk, names_there[1]), 0);
    rig_check_all(&r);
    rig_done(&r);
}

/* ---- Damage ------------------------------------------------------------------------------------
 */

/* Opens the damaged disk: every answer is the model's, or PT_CORRUPT with the file's name. True
 * when that was told. */
static bool damage_shows(IndexRig *r, const char *path, uint64_t want_next)
{
    PtError err = {0};
    rig_open(r);
    bool blind = r->given == 0;
    assert_true(blind || r->given == want_next);
    r->given = want_next;
    PtStatus st = rig_ask(r, 60, &err);
    assert_true(st == PT_OK || st == PT_CORRUPT);
    if (st == PT_CORRUPT) {
        assert_non_null(strstr(err.message, path));
    }
    if (blind) {
        bool did;
        assert_int_equal(st, PT_CORRUPT);
        assert_int_equal(profile_index_add(r->x, 1, 1, &err), PT_CORRUPT);
        assert_int_equal(profile_index_step(r->x, &did, &err), PT_CORRUPT);
        assert_int_equal(profile_index_flush(r->x, 1, true, &err), PT_CORRUPT);
        assert_non_null(strstr(err.message, path));
    }
    return st == PT_CORRUPT;
}

static void reset_mends(IndexRig *r)
{
    PtError err = {0};
    ok(profile_index_reset(r->x, &err), &err);
    assert_int_equal(files_of(r), 1);
    r->given = 0;
    ok(rig_add(r, 50, &err), &err);
    flush_now(r);
    reopen(r);
    assert_int_equal(r->given, 50);
    ok(rig_ask(r, 5, &err), &err);
}

/* A disk with one run of several blocks. */
static void fill(IndexRig *r, unsigned records)
{
    PtError err = {0};
    rig_init(r, 11, 1);
    rig_open(r);
    ok(rig_add(r, records, &err), &err);
    flush_now(r);
    profile_index_close(r->x);
    r->x = NULL;
}

static struct DamageCase {
    const char *name, *path;
    unsigned stride;
    uint64_t nothing_from, nothing_to; /* the rest of the header's page */
} damage_cases[] = {
    {"of the manifest", "/index/manifest", 1, 0, 0},
    {"of a run", "/index/run-0000000000000001.idx", 61, INDEX_HEADER_BYTES, INDEX_BLOCK},
};

static void damage_is_told(void **state)
{
    const struct DamageCase *c = *state;
    enum { RECORDS = 9000 };
    IndexRig r;
    unsigned told = 0, tried = 0;
    bool shown = false;
    fill(&r, RECORDS);
    int64_t size = fault_fs_size(r.disk, c->path);
    assert_true(size > 0);
    for (uint64_t at = 0; at < (uint64_t)size; at += c->stride) {
        if (at >= c->nothing_from && at < c->nothing_to) {
            continue;
        }
        uint8_t bit = (uint8_t)(1 << at % 8);
        assert_true(fault_fs_flip(r.disk, c->path, at, bit));
        shown = damage_shows(&r, c->path, RECORDS);
        told += shown;
        tried++;
        if (at + c->stride < (uint64_t)size) {
            profile_index_close(r.x);
            r.x = NULL;
            assert_true(fault_fs_flip(r.disk, c->path, at, bit)); // whole again
        }
    }
    assert_true(told * 10 >= tried * 9); // a question may miss the block
    assert_true(shown);                  // what stands last is part of a check of the whole
    reset_mends(&r);
    rig_done(&r);
}

static void missing_run(void **state)
{
    (void)state;
    IndexRig r;
    fill(&r, 500);
    assert_int_equal(r.disk->ops->unlink(r.disk, "/index/run-0000000000000001.idx", NULL), PT_OK);
    assert_true(damage_shows(&r, "/index/manifest", 500));
    reset_mends(&r);
    rig_done(&r);
}

/* The merge that meets damage tells, from then on all that the writer does, and a reset mends. */
static void damage_in_a_merge(void **state)
{
    (void)state;
    IndexRig r;
    PtError err = {0};
    bool did = true;
    rig_init(&r, 13, 1);
    rig_open(&r);
    for (unsigned i = 0; i < 4; i++) {
        ok(rig_add(&r, 200, &err), &err);
        flush_now(&r);
    }
    const char *path = "/index/run-0000000000000003.idx";
    assert_true(fault_fs_flip(r.disk, path, INDEX_BLOCK + 100, 1));
    assert_int_equal(profile_index_step(r.x, &did, &err), PT_CORRUPT);
    assert_non_null(strstr(err.message, path));
    assert_int_equal(rig_add(&r, 200, &err), PT_CORRUPT);
    assert_non_null(strstr(err.message, path));
    uint64_t got[8];
    size_t count;
    for (size_t i = 0; i < RIG_NODES; i++) { // what is not damaged is still read
        ok(profile_index_before(r.x, &r.nodes[i], 1, 400, 8, got, &count, &err), &err);
    }
    ok(profile_index_reset(r.x, &err), &err);
    r.given = 0;
    ok(rig_add(&r, 500, &err), &err);
    flush_now(&r);
    rig_check_all(&r);
    rig_done(&r);
}

/* ---- Failures ----------------------------------------------------------------------------------
 */

/* What a view does in a while, with a restart, again where it failed. */
static PtStatus once(IndexRig *r, unsigned *phase)
{
    enum { PHASES = 10 };
    PtStatus st = PT_OK;
    bool did = false;
    while (st == PT_OK && *phase < PHASES) {
        if (r->x == NULL) {
            st = profile_index_open(&r->config, &r->x, NULL);
        } else {
            st = rig_add_up_to(r, *phase * 150 + 150, NULL);
        }
        if (st == PT_OK) {
            st = profile_index_flush(r->x, r->given, true, NULL);
        }
        if (st == PT_OK) {
            st = profile_index_step(r->x, &did, NULL);
        }
        *phase += st == PT_OK;
        if (st == PT_OK && *phase == PHASES / 2) {
            profile_index_close(r->x);
            r->x = NULL;
        }
    }
    return st;
}

static void memory_runs_out(void **state)
{
    (void)state;
    unsigned failures = 0;
    for (uint64_t nth = 1; nth <= 150; nth++) {
        IndexRig r;
        unsigned phase = 0;
        PtError err = {0};
        rig_init(&r, 17, 1);
        fault_layer_fail_alloc(&r.layer, nth);
        PtStatus st = once(&r, &phase);
        fault_layer_fail_alloc(&r.layer, 0);
        if (st != PT_OK) {
            failures++;
            assert_int_equal(st, PT_NO_MEMORY);
            ok(once(&r, &phase), &err);
        }
        rig_check_all(&r);
        reopen(&r);
        assert_int_equal(r.given, 1500);
        rig_check_all(&r);
        rig_done(&r);
    }
    assert_in_range(failures, 80, 149);
}

static void reads_without_memory(void **state)
{
    (void)state;
    IndexRig r;
    PtError err = {0};
    uint64_t got[8], n = 99;
    size_t count = 99;
    rig_init(&r, 17, 1);
    rig_open(&r);
    ok(rig_add(&r, 500, &err), &err);
    for (uint64_t nth = 1; nth <= 2; nth++) {
        fault_alloc_fail(nth, 0);
        PtStatus st = profile_index_before(r.x, r.nodes, 3, UINT64_MAX, 8, got, &count, &err);
        assert_int_equal(st, PT_NO_MEMORY);
    }
    fault_alloc_fail(1, 1);
    assert_int_equal(profile_index_count(r.x, r.nodes, 3, &n, &err), PT_NO_MEMORY);
    assert_int_equal(profile_index_first(r.x, r.nodes, 3, &n, &err), PT_NO_MEMORY);
    fault_alloc_fail(0, 0);
    assert_int_equal(n, 99);
    assert_int_equal(count, 99);
    rig_done(&r);
}

static struct DiskCase {
    const char *name;
    FaultOp op;
} disk_cases[] = {
    {"open", FAULT_OPEN},          {"read", FAULT_PREAD}, {"write", FAULT_PWRITE},
    {"sync", FAULT_DATASYNC},      {"size", FAULT_SIZE},  {"rename", FAULT_RENAME},
    {"remove", FAULT_UNLINK},      {"make", FAULT_MKDIR}, {"sync a folder", FAULT_SYNC_DIR},
    {"list a folder", FAULT_LIST},
};

/* The nth operation of the kind fails once; with the call made again all is there. */
static void disk_fails(void **state)
{
    const struct DiskCase *c = *state;
    unsigned failures = 0;
    for (uint64_t nth = 1; nth <= 30; nth++) {
        IndexRig r;
        unsigned phase = 0;
        PtError err = {0};
        rig_init(&r, 19 + nth, 1);
        fault_fs_fail(r.disk, c->op, nth, nth % 2 == 0 ? EIO : ENOSPC);
        PtStatus st = once(&r, &phase);
        if (st != PT_OK) {
            failures++;
            ok(once(&r, &phase), &err);
        }
        fault_fs_fail(r.disk, c->op, 0, 0);
        rig_check_all(&r);
        step_all(&r);
        reopen(&r);
        assert_int_equal(r.given, 1500);
        rig_check_all(&r);
        assert_int_equal(files_of(&r), profile_index_stats(r.x).runs + 1); // nothing left behind
        rig_done(&r);
    }
    assert_true(failures > 0 || c->op == FAULT_UNLINK); // that one may fail unheard
}

/* ---- Readers beside the writer -----------------------------------------------------------------
 */

typedef struct Beside {
    IndexRig *rig;
    _Atomic uint64_t given; /* at least these are there */
    atomic_bool stop;
    _Atomic unsigned wrong, reads;
} Beside;

/* Node n has the offsets that are n modulo 50. */
enum { MOD = 50 };

static bool plausible(const uint64_t *got, size_t count, size_t max, uint64_t given, uint32_t node)
{
    for (size_t i = 0; i < count; i++) {
        if (got[i] % MOD != node || (i > 0 && got[i] != got[i - 1] - MOD)) {
            return false;
        }
    }
    uint64_t least = given > node ? (given - node - 1) / MOD + 1 : 0;
    return count >= (least < max ? least : max) && (count == 0 || got[0] + MOD >= given);
}

static void *read_beside(void *ctx)
{
    Beside *b = ctx;
    uint64_t got[100], n = 0;
    size_t count = 0;
    for (uint32_t i = 0; !atomic_load(&b->stop); i++) {
        uint32_t node = i % MOD;
        uint64_t given = atomic_load(&b->given);
        bool right = profile_index_before(b->rig->x, &node, 1, UINT64_MAX, 100, got, &count,
                                          NULL) == PT_OK &&
                     plausible(got, count, 100, given, node) &&
                     profile_index_count(b->rig->x, &node, 1, &n, NULL) == PT_OK && n >= count;
        uint64_t first = 0;
        PtStatus st = profile_index_first(b->rig->x, &node, 1, &first, NULL);
        right = right && (st == PT_OK ? first == node : st == PT_NOT_FOUND && given <= node);
        (void)profile_index_stats(b->rig->x);
        atomic_fetch_add(&b->wrong, !right);
        atomic_fetch_add(&b->reads, 1);
    }
    return NULL;
}

static void readers_beside_the_writer(void **state)
{
    (void)state;
    enum { READERS = 3, RECORDS = 120000 };
    IndexRig r;
    PtError err = {0};
    pthread_t threads[READERS];
    rig_init(&r, 1, 1);
    rig_open(&r);
    Beside b = {.rig = &r};
    for (size_t i = 0; i < READERS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, read_beside, &b), 0);
    }
    for (uint64_t o = 0; o < RECORDS; o++) {
        ok(profile_index_add(r.x, (uint32_t)(o % MOD), o, &err), &err);
        atomic_store(&b.given, o + 1);
        bool did;
        if (o % 3000 == 2999) {
            ok(profile_index_flush(r.x, o + 1, true, &err), &err);
            ok(profile_index_step(r.x, &did, &err), &err);
        }
    }
    while (atomic_load(&b.reads) < 1000) {
        step_all(&r);
    }
    atomic_store(&b.stop, true);
    for (size_t i = 0; i < READERS; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    assert_int_equal(atomic_load(&b.wrong), 0);
    step_all(&r);
    assert_int_equal(files_of(&r), profile_index_stats(r.x).runs + 1);
    rig_done(&r);
}

#define ROW(fn, row) {(row)->name, fn, NULL, NULL, row}

int main(void)
{
    static const struct CMUnitTest plain[] = {
        cmocka_unit_test(equal_to_the_model),
        cmocka_unit_test(node_of_many_blocks),
        cmocka_unit_test(given_twice),
        cmocka_unit_test(more_than_next),
        cmocka_unit_test(little_waits),
        cmocka_unit_test(memory_is_bounded),
        cmocka_unit_test(runs_are_bounded_without_steps),
        cmocka_unit_test(merges_go_in_slices),
        cmocka_unit_test(readers_keep_files),
        cmocka_unit_test(reset_begins_anew),
        cmocka_unit_test(strays_are_removed),
        cmocka_unit_test(missing_run),
        cmocka_unit_test(damage_in_a_merge),
        cmocka_unit_test(memory_runs_out),
        cmocka_unit_test(reads_without_memory),
        cmocka_unit_test(readers_beside_the_writer),
    };
    enum {
        PLAIN = sizeof plain / sizeof *plain,
        EDGES = sizeof edge_cases / sizeof *edge_cases,
        PICKS = sizeof pick_cases / sizeof *pick_cases,
        NAMES = sizeof name_cases / sizeof *name_cases,
        DAMAGES = sizeof damage_cases / sizeof *damage_cases,
        DISKS = sizeof disk_cases / sizeof *disk_cases,
    };
    struct CMUnitTest tests[PLAIN + EDGES + PICKS + NAMES + DAMAGES + DISKS];
    size_t n = 0;
    for (size_t i = 0; i < PLAIN; i++) {
        tests[n++] = plain[i];
    }
    for (size_t i = 0; i < EDGES; i++) {
        tests[n++] = (struct CMUnitTest)ROW(edges, &edge_cases[i]);
    }
    for (size_t i = 0; i < PICKS; i++) {
        tests[n++] = (struct CMUnitTest)ROW(picks, &pick_cases[i]);
    }
    for (size_t i = 0; i < NAMES; i++) {
        tests[n++] = (struct CMUnitTest)ROW(names, &name_cases[i]);
    }
    for (size_t i = 0; i < DAMAGES; i++) {
        tests[n++] = (struct CMUnitTest)ROW(damage_is_told, &damage_cases[i]);
    }
    for (size_t i = 0; i < DISKS; i++) {
        tests[n++] = (struct CMUnitTest)ROW(disk_fails, &disk_cases[i]);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
