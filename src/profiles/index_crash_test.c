// SPDX-License-Identifier: Apache-2.0
/* The person index over a disk that crashes at any point, loses what was not synced, tears and
 * fails: after every start it holds exactly what lies below profile_index_next, nothing that was
 * durable is gone, and with the rest given again the answers are those of the model. Seeds:
 * PATRON_SEEDS runs (60; 1,000 with PATRON_SOAK=1), the first seed from PATRON_SEED or the time; a
 * failing seed is printed.
 */
#include "profiles/index_rig.h"

#include <fault/fault_fs.h>
#include <fault/seeds.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

/* ---- A crash before each operation of a script --------------------------------------------------
 */

/* Flushes and merges, as a view makes them, until something fails. `durable` follows. */
static PtStatus play(IndexRig *r, uint64_t *durable)
{
    PtStatus st = PT_OK;
    for (unsigned i = 0; st == PT_OK && i < 9; i++) {
        bool did = true;
        st = rig_add(r, 300, NULL);
        if (st == PT_OK) {
            st = profile_index_flush(r->x, r->given, true, NULL);
        }
        *durable = st == PT_OK ? r->given : *durable;
        while (st == PT_OK && did) {
            st = profile_index_step(r->x, &did, NULL);
        }
    }
    return st;
}

/* What a start after a crash finds, and that it can go on from there. */
static void check_start(IndexRig *r, uint64_t durable)
{
    PtError err = {0};
    rig_open(r);
    assert_true(r->given >= durable);
    rig_check_all(r);
    if (rig_add_up_to(r, 3000, &err) != PT_OK) {
        fail_msg("add: %s", err.message);
    }
    assert_int_equal(profile_index_flush(r->x, r->given, true, &err), PT_OK);
    assert_int_equal(rig_ask(r, 20, &err), PT_OK);
}

static void any_operation(void **state)
{
    (void)state;
    uint64_t cuts = 0;
    for (bool cut = true; cut;) {
        IndexRig r;
        uint64_t durable = 0;
        rig_init(&r, ++cuts, 1);
        r.layer.cut_at = cuts;
        PtStatus st = profile_index_open(&r.config, &r.x, NULL);
        st = st == PT_OK ? play(&r, &durable) : st;
        cut = r.layer.ops >= cuts;
        assert_true(cut || st == PT_OK);
        fault_fs_power_off(r.disk);
        profile_index_close(r.x);
        r.x = NULL;
        fault_fs_crash(r.disk, cuts);
        r.layer.cut_at = 0;
        check_start(&r, durable);
        rig_done(&r);
    }
    (void)printf("%llu places to crash\n", (unsigned long long)cuts - 1);
    assert_true(cuts > 100);
}

/* ---- Random histories --------------------------------------------------------------------------
 */

typedef struct World {
    IndexRig rig;
    uint64_t durable; /* what a flush said */
    unsigned crashes, failures;
} World;

static void crash(World *w)
{
    IndexRig *r = &w->rig;
    bool killed = pt_rng_below(&r->rng, 4) == 0; // the machine lives
    fault_layer_fail_alloc(&r->layer, 0);
    if (!killed) {
        fault_fs_power_off(r->disk);
    }
    profile_index_close(r->x);
    r->x = NULL;
    if (killed) {
        fault_fs_restart(r->disk);
    } else {
        fault_fs_crash(r->disk, pt_rng_u64(&r->rng));
    }
    rig_open(r);
    assert_true(r->given >= w->durable);
    w->durable = r->given;
    w->crashes++;
    assert_int_equal(rig_ask(r, 8, NULL), PT_OK);
}

static void trouble(World *w)
{
    static const FaultOp ops[] = {FAULT_PWRITE, FAULT_DATASYNC, FAULT_OPEN,   FAULT_PREAD,
                                  FAULT_RENAME, FAULT_SYNC_DIR, FAULT_UNLINK, FAULT_ANY};
    PtRng *rng = &w->rig.rng;
    fault_fs_fail(w->rig.disk, ops[pt_rng_below(rng, sizeof ops / sizeof *ops)],
                  1 + pt_rng_below(rng, 6), pt_rng_below(rng, 2) == 0 ? EIO : ENOSPC);
}

static void flush(World *w)
{
    IndexRig *r = &w->rig;
    bool now = pt_rng_below(&r->rng, 2) == 0;
    uint64_t next = r->given - pt_rng_below(&r->rng, r->given < 50 ? r->given + 1 : 50);
    if (profile_index_flush(r->x, next, now, NULL) == PT_OK) {
        w->durable = now && next > w->durable ? next : w->durable;
    } else {
        w->failures++;
    }
    assert_true(profile_index_next(r->x) >= w->durable);
    w->durable = profile_index_next(r->x);
}

static void step(World *w)
{
    IndexRig *r = &w->rig;
    bool did = false;
    switch (pt_rng_below(&r->rng, 12)) {
    case 0:
        trouble(w);
        break;
    case 1:
        if (pt_rng_below(&r->rng, 6) == 0) {
            crash(w);
        }
        break;
    case 2:
        fault_layer_fail_alloc(&r->layer, 1 + pt_rng_below(&r->rng, 40));
        break;
    case 3:
    case 4:
        w->failures += profile_index_step(r->x, &did, NULL) != PT_OK;
        break;
    case 5:
    case 6:
        flush(w);
        break;
    case 7:
        fault_layer_fail_alloc(&r->layer, 0);
        w->failures += rig_ask(r, 4, NULL) != PT_OK;
        break;
    default:
        w->failures += rig_add(r, 1 + (unsigned)pt_rng_below(&r->rng, 400), NULL) != PT_OK;
    }
}

static void run_world(uint64_t seed, unsigned *crashes, unsigned *failures)
{
    World w = {0};
    (void)printf("seed %llu\n", (unsigned long long)seed);
    rig_init(&w.rig, seed, seed % 3 == 0 ? 1 << 20 : 1);
    rig_open(&w.rig);
    while (w.rig.given < 12000) {
        step(&w);
    }
    crash(&w);
    assert_int_equal(rig_add_up_to(&w.rig, 12000, NULL), PT_OK);
    rig_check_all(&w.rig);
    *crashes += w.crashes;
    *failures += w.failures;
    rig_done(&w.rig);
}

static void random_histories(void **state)
{
    (void)state;
    const FaultSeeds seeds = fault_seeds(60, 1000);
    const uint64_t runs = seeds.count, first = seeds.first;
    unsigned crashes = 0, failures = 0;
    for (uint64_t i = 0; i < runs; i++) {
        run_world(first + i, &crashes, &failures);
    }
    (void)printf("%u crashes, %u calls that failed\n", crashes, failures);
    assert_true(crashes > 0 && failures > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_operation),
        cmocka_unit_test(random_histories),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
