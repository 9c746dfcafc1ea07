// SPDX-License-Identifier: Apache-2.0
/* The event columns over a disk that crashes at any point, loses what was not synced, tears and
 * fails: after every start what was durable is there, and with the rest given again they are what a
 * plain array of the rows is; what was erased is in no file. Seeds: PATRON_SEEDS runs (16; 600 with
 * PATRON_SOAK=1), the first seed from PATRON_SEED or the time; a failing seed is printed. */
#include "platform/columns/columns_rig.h"

#include <fault/fault_fs.h>
#include <fault/seeds.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

typedef struct World {
    CRig rig;
    uint64_t durable; /* what a flush said */
    bool erasing;     /* an erasure has begun, and was not told done */
    unsigned from, count;
    char what[CRIG_TEXT];
    unsigned crashes, failures;
} World;

/* ---- What may be asked after a start ----------------------------------------------------------
 */

static PtStatus begin_erasure(World *w, unsigned from, unsigned count, const char *what)
{
    w->erasing = true;
    w->from = from;
    w->count = count;
    (void)snprintf(w->what, sizeof w->what, "%s", what);
    const PtStatus st = crig_erase(&w->rig, from, count, what, NULL);
    w->erasing = st != PT_OK;
    return st;
}

/* An erasure that failed is made again, and leaves nothing in any file. */
static void end_erasure(World *w)
{
    PtError err = {0};
    unsigned files = 0;
    if (!w->erasing) {
        return;
    }
    if (crig_erase(&w->rig, w->from, w->count, w->what, &err) != PT_OK) {
        fail_msg("erase: %s", err.message);
    }
    w->erasing = false;
    if (w->what[0] != '\0') {
        assert_int_equal(crig_search(&w->rig, w->what, &files), 0);
    }
}

static void check_start(World *w)
{
    PtError err = {0};
    crig_open(&w->rig);
    assert_true(w->rig.given >= w->durable);
    end_erasure(w);
    crig_check(&w->rig);
    if (crig_add(&w->rig, 60, &err) != PT_OK ||
        columns_flush(w->rig.c, w->rig.given, true, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    w->durable = w->rig.given;
}

static void check_folder(World *w)
{
    ColumnsCheck check = {0};
    columns_close(w->rig.c);
    w->rig.c = NULL;
    assert_int_equal(columns_check(w->rig.disk, w->rig.config.dir, NULL, NULL, &check, NULL),
                     PT_OK);
    assert_int_equal(check.troubles, 0);
    assert_int_equal(check.strange, 0);
    crig_open(&w->rig);
    crig_check(&w->rig);
}

/* ---- A crash before each operation of a script ------------------------------------------------
 */

static PtStatus flush(World *w)
{
    CRig *r = &w->rig;
    PtStatus st = crig_add(r, 40, NULL);
    if (st == PT_OK) {
        st = columns_flush(r->c, r->given, true, NULL);
    }
    w->durable = st == PT_OK ? r->given : w->durable;
    return st;
}

/* Flushes, merges and erasures, as a view makes them, until something fails. */
static PtStatus play(World *w)
{
    CRig *r = &w->rig;
    PtStatus st = PT_OK;
    for (unsigned i = 0; st == PT_OK && i < 5; i++) {
        bool did = true;
        st = flush(w);
        if (st == PT_OK && i == 2) {
            st = begin_erasure(w, 0, 2, "mark");
        }
        crig_merge_persons(r, 2);
        while (st == PT_OK && did) {
            st = columns_step(r->c, &did, NULL);
        }
    }
    return st == PT_OK ? columns_compact(r->c, 1, NULL) : st;
}

static void any_operation(void **state)
{
    (void)state;
    uint64_t cuts = 0;
    for (bool cut = true; cut;) {
        World w = {0};
        CRig *r = &w.rig;
        crig_init(r, ++cuts, 400);
        r->config.cold_rows = cuts % 2 == 0 ? 100 : 100000;
        r->layer.cut_at = cuts;
        PtStatus st = columns_open(&r->config, &r->c, NULL);
        st = st == PT_OK ? play(&w) : st;
        cut = r->layer.ops >= cuts;
        assert_true(cut || st == PT_OK);
        fault_fs_power_off(r->disk);
        columns_close(r->c);
        r->c = NULL;
        fault_fs_crash(r->disk, cuts);
        r->layer.cut_at = 0;
        check_start(&w);
        check_folder(&w);
        crig_done(r);
    }
    (void)printf("%llu places to crash\n", (unsigned long long)cuts - 1);
    assert_true(cuts > 100);
}

/* ---- Random histories -------------------------------------------------------------------------
 */

static void crash(World *w)
{
    CRig *r = &w->rig;
    const bool killed = pt_rng_below(&r->rng, 4) == 0; // the machine lives
    fault_layer_fail_alloc(&r->layer, 0);
    if (!killed) {
        fault_fs_power_off(r->disk);
    }
    columns_close(r->c);
    r->c = NULL;
    if (killed) {
        fault_fs_restart(r->disk);
    } else {
        fault_fs_crash(r->disk, pt_rng_u64(&r->rng));
    }
    check_start(w);
    w->crashes++;
}

static void trouble(World *w)
{
    static const FaultOp ops[] = {FAULT_PWRITE, FAULT_DATASYNC, FAULT_OPEN,   FAULT_PREAD,
                                  FAULT_RENAME, FAULT_SYNC_DIR, FAULT_UNLINK, FAULT_ANY};
    PtRng *rng = &w->rig.rng;
    fault_fs_fail(w->rig.disk, ops[pt_rng_below(rng, sizeof ops / sizeof *ops)],
                  1 + pt_rng_below(rng, 6), pt_rng_below(rng, 2) == 0 ? EIO : ENOSPC);
}

static void flush_some(World *w)
{
    CRig *r = &w->rig;
    const bool now = pt_rng_below(&r->rng, 2) == 0;
    const uint64_t back = pt_rng_below(&r->rng, 50);
    const uint64_t next = r->given > back ? r->given - back : 0;
    if (columns_flush(r->c, next, now, NULL) != PT_OK) {
        w->failures++;
    } else if (now && next > w->durable) {
        w->durable = next;
    }
    assert_true(columns_next(r->c) >= w->durable);
    w->durable = columns_next(r->c);
}

/* No failure is ordered any more, and all that failed is made again. */
static void calm(World *w)
{
    fault_layer_fail_alloc(&w->rig.layer, 0);
    fault_fs_fail(w->rig.disk, FAULT_ANY, 0, 0);
    for (int op = 0; op < FAULT_ANY; op++) {
        fault_fs_fail(w->rig.disk, (FaultOp)op, 0, 0);
    }
    end_erasure(w);
}

static void turn(World *w)
{
    CRig *r = &w->rig;
    bool did = false;
    switch (pt_rng_below(&r->rng, 14)) {
    case 0:
        trouble(w);
        break;
    case 1:
        if (pt_rng_below(&r->rng, 4) == 0) {
            crash(w);
        }
        break;
    case 2:
        fault_layer_fail_alloc(&r->layer, 1 + pt_rng_below(&r->rng, 60));
        break;
    case 3:
    case 4:
        w->failures += crig_step(r, &did, NULL) != PT_OK;
        break;
    case 5:
    case 6:
        flush_some(w);
        break;
    case 7:
        calm(w);
        crig_check(r);
        break;
    case 8:
        if (!w->erasing && pt_rng_below(&r->rng, 3) == 0) {
            w->failures += begin_erasure(w, (unsigned)pt_rng_below(&r->rng, CRIG_NODES - 2), 2,
                                         pt_rng_below(&r->rng, 2) == 0 ? "mark" : "") != PT_OK;
        }
        break;
    case 9:
        crig_merge_persons(r, 2);
        w->failures += pt_rng_below(&r->rng, 6) == 0 && columns_compact(r->c, 1, NULL) != PT_OK;
        break;
    default:
        // what is added while an erasure is to be made again might be erased with it
        if (!w->erasing) {
            w->failures += crig_add(r, 1 + (unsigned)pt_rng_below(&r->rng, 120), NULL) != PT_OK;
        }
    }
}

static void run_world(uint64_t seed, unsigned *crashes, unsigned *failures)
{
    World w = {0};
    (void)printf("seed %llu\n", (unsigned long long)seed);
    crig_init(&w.rig, seed, 2000);
    crig_open(&w.rig);
    while (w.rig.given < 2 * w.rig.rows) {
        turn(&w);
        if (w.erasing && pt_rng_below(&w.rig.rng, 8) == 0) {
            calm(&w);
        }
    }
    calm(&w);
    crash(&w);
    assert_int_equal(crig_add_up_to(&w.rig, 2 * w.rig.rows, NULL), PT_OK);
    crig_check(&w.rig);
    check_folder(&w);
    *crashes += w.crashes;
    *failures += w.failures;
    crig_done(&w.rig);
}

static void random_histories(void **state)
{
    (void)state;
    const FaultSeeds seeds = fault_seeds(16, 600);
    unsigned crashes = 0, failures = 0;
    for (uint64_t i = 0; i < seeds.count; i++) {
        run_world(seeds.first + i, &crashes, &failures);
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
