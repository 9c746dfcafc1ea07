// SPDX-License-Identifier: Apache-2.0
#include "profiles/index_rig.h"

#include <fault/fault_alloc.h>
#include <fault/fault_fs.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ASK_MAX = 300 };

/* ---- The model ----------------------------------------------------------------------------------
 */

/* Few nodes have most records; every fifth record is filed nowhere. */
static int16_t random_node(PtRng *rng)
{
    uint64_t most = UINT64_C(1) << pt_rng_below(rng, 9);
    if (pt_rng_below(rng, 5) == 0) {
        return RIG_NONE;
    }
    return (int16_t)pt_rng_below(rng, most < RIG_NODES ? most : RIG_NODES);
}

void rig_init(IndexRig *r, uint64_t seed, size_t memory_bytes)
{
    memset(r, 0, sizeof *r);
    pt_rng_init(&r->rng, seed);
    r->disk = fault_fs_new(seed);
    assert_non_null(r->disk);
    fault_layer_init(&r->layer, r->disk);
    r->config =
        (ProfileIndexConfig){.fs = &r->layer.fs, .dir = "/index", .memory_bytes = memory_bytes};
    // Dense numbers, as the graph gives them, and some from far away.
    uint32_t base = (uint32_t)pt_rng_below(&r->rng, 1 << 22);
    for (uint32_t i = 0; i < RIG_NODES; i++) {
        r->nodes[i] = i % 16 == 15 ? UINT32_MAX - i : base + i * 3;
    }
    for (size_t i = 0; i < RIG_LOG_MAX; i++) {
        r->log[i] = random_node(&r->rng);
    }
}

void rig_done(IndexRig *r)
{
    profile_index_close(r->x);
    r->x = NULL;
    fault_fs_free(r->disk);
}

void rig_open(IndexRig *r)
{
    PtError err = {0};
    if (profile_index_open(&r->config, &r->x, &err) != PT_OK) {
        fail_msg("open: %s", err.message);
    }
    r->given = profile_index_next(r->x);
}

PtStatus rig_add(IndexRig *r, unsigned count, PtError *err)
{
    uint64_t to = r->given + count < RIG_LOG_MAX ? r->given + count : RIG_LOG_MAX;
    return rig_add_up_to(r, to, err);
}

PtStatus rig_add_up_to(IndexRig *r, uint64_t offset, PtError *err)
{
    for (; r->given < offset && r->given < RIG_LOG_MAX; r->given++) {
        int16_t node = r->log[r->given];
        PtStatus st =
            node == RIG_NONE ? PT_OK : profile_index_add(r->x, r->nodes[node], r->given, err);
        if (st != PT_OK) {
            return st;
        }
    }
    return PT_OK;
}

static bool in_set(const uint32_t *set, size_t count, uint32_t node)
{
    for (size_t i = 0; i < count; i++) {
        if (set[i] == node) {
            return true;
        }
    }
    return false;
}

static bool is_of(const IndexRig *r, uint64_t offset, const uint32_t *set, size_t count)
{
    return offset < RIG_LOG_MAX && r->log[offset] != RIG_NONE &&
           in_set(set, count, r->nodes[r->log[offset]]);
}

/* What is in the index was in the log. */
static void check_given(const IndexRig *r)
{
    assert_true(r->given <= RIG_LOG_MAX);
}

static PtStatus check_before(const IndexRig *r, const uint32_t *set, size_t count, uint64_t before,
                             size_t max, PtError *err)
{
    uint64_t *got = calloc(max + 1, sizeof *got);
    size_t have = 99999, at = 0;
    assert_non_null(got);
    PtStatus st = profile_index_before(r->x, set, count, before, max, got, &have, err);
    if (st == PT_OK) {
        for (uint64_t o = before < r->given ? before : r->given; o > 0 && at < max; o--) {
            if (is_of(r, o - 1, set, count)) {
                assert_true(at < have);
                assert_int_equal(got[at], o - 1);
                at++;
            }
        }
        assert_int_equal(have, at);
    } else {
        assert_int_equal(have, 99999);
    }
    free(got);
    return st;
}

static PtStatus check_sums(const IndexRig *r, const uint32_t *set, size_t count, PtError *err)
{
    uint64_t records = 0, first = UINT64_MAX, got = 0, got_first = UINT64_MAX;
    for (uint64_t o = r->given; o > 0; o--) {
        if (is_of(r, o - 1, set, count)) {
            records++;
            first = o - 1;
        }
    }
    PtStatus st = profile_index_count(r->x, set, count, &got, err);
    if (st != PT_OK) {
        return st;
    }
    assert_int_equal(got, records);
    st = profile_index_first(r->x, set, count, &got_first, err);
    if (st == PT_OK || st == PT_NOT_FOUND) {
        assert_int_equal(st, records > 0 ? PT_OK : PT_NOT_FOUND);
        assert_int_equal(got_first, first);
        return PT_OK;
    }
    return st;
}

PtStatus rig_ask(IndexRig *r, unsigned questions, PtError *err)
{
    PtStatus st = PT_OK;
    check_given(r);
    for (unsigned q = 0; st == PT_OK && q < questions; q++) {
        uint32_t set[8];
        size_t count = 0, wanted = pt_rng_below(&r->rng, 8);
        while (count < wanted) {
            uint32_t node = r->nodes[pt_rng_below(&r->rng, RIG_NODES)];
            if (pt_rng_below(&r->rng, 9) == 0) {
                node = (uint32_t)pt_rng_u64(&r->rng); // most likely one that has nothing
            }
            if (!in_set(set, count, node)) {
                set[count++] = node;
            } else {
                wanted--;
            }
        }
        uint64_t before =
            pt_rng_below(&r->rng, 3) == 0 ? UINT64_MAX : pt_rng_below(&r->rng, r->given + 2);
        st = check_before(r, set, count, before, pt_rng_below(&r->rng, ASK_MAX), err);
        if (st == PT_OK && q % 4 == 0) {
            st = check_sums(r, set, count, err);
        }
    }
    return st;
}

void rig_check_all(IndexRig *r)
{
    check_given(r);
    for (size_t i = 0; i < RIG_NODES; i++) {
        assert_int_equal(check_before(r, &r->nodes[i], 1, UINT64_MAX, r->given, NULL), PT_OK);
        assert_int_equal(check_sums(r, &r->nodes[i], 1, NULL), PT_OK);
    }
    assert_int_equal(check_sums(r, r->nodes, RIG_NODES, NULL), PT_OK);
}
