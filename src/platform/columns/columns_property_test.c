// SPDX-License-Identifier: Apache-2.0
/* Random histories of the event columns: rows (late, tied, given twice), flushes, merges, persons
 * that change, starts anew, erasures; at every turn a snapshot says what a plain array of the rows
 * does. Seeds: PATRON_SEEDS runs (12; 300 with PATRON_SOAK=1), the first from PATRON_SEED or the
 * time; a failing seed is printed. */
#include "platform/columns/columns_rig.h"

#include <fault/seeds.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

static void ok(PtStatus st, const PtError *err)
{
    if (st != PT_OK) {
        fail_msg("%s", err->message);
    }
}

static void erase(CRig *r)
{
    char what[CRIG_TEXT];
    PtError err = {0};
    const unsigned count = (unsigned)pt_rng_below(&r->rng, 3);
    (void)snprintf(what, sizeof what, "mark%s%u",
                   (const char *[]){"", " ", " event "}[pt_rng_below(&r->rng, 3)],
                   (unsigned)pt_rng_below(&r->rng, 8));
    ok(crig_erase(r, (unsigned)pt_rng_below(&r->rng, CRIG_NODES - count), count,
                  pt_rng_below(&r->rng, 2) == 0 ? what : "", &err),
       &err);
}

static void reopen(CRig *r)
{
    columns_close(r->c);
    crig_open(r);
}

static void turn(CRig *r, unsigned most)
{
    PtError err = {0};
    bool did = true;
    switch (pt_rng_below(&r->rng, 16)) {
    case 0:
        crig_check(r);
        break;
    case 1:
        reopen(r);
        break;
    case 2:
        crig_merge_persons(r, 1 + (unsigned)pt_rng_below(&r->rng, 5));
        break;
    case 3:
        erase(r);
        break;
    case 4:
        if (pt_rng_below(&r->rng, 4) == 0) {
            ok(columns_compact(r->c, 1 + (size_t)pt_rng_below(&r->rng, 3), &err), &err);
        }
        break;
    case 5:
    case 6:
    case 7:
        for (unsigned i = 0; i < 10 && did; i++) {
            ok(crig_step(r, &did, &err), &err);
        }
        break;
    case 8:
    case 9:
    case 10: {
        const uint64_t back = pt_rng_below(&r->rng, 40);
        ok(columns_flush(r->c, r->given > back ? r->given - back : 0, true, &err), &err);
        break;
    }
    default:
        ok(crig_add(r, 1 + (unsigned)pt_rng_below(&r->rng, most), &err), &err);
    }
}

static void history(uint64_t seed, uint64_t rows, unsigned most)
{
    CRig r;
    PtError err = {0};
    (void)printf("seed %llu\n", (unsigned long long)seed);
    crig_init(&r, seed, rows);
    crig_open(&r);
    while (r.given < 2 * rows) {
        turn(&r, most);
    }
    crig_check(&r);
    ok(columns_flush(r.c, r.given, true, &err), &err);
    crig_check(&r);
    ok(columns_compact(r.c, 1, &err), &err);
    assert_int_equal(columns_stats(r.c).runs, 1);
    crig_check(&r);
    crig_done(&r);
}

static void small_histories(void **state)
{
    (void)state;
    const FaultSeeds seeds = fault_seeds(12, 300);
    for (uint64_t i = 0; i < seeds.count; i++) {
        history(seeds.first + i, 2500, 200);
    }
}

/* Runs of several blocks. */
static void long_history(void **state)
{
    (void)state;
    const FaultSeeds seeds = fault_seeds(1, 10);
    history(seeds.first, 40000, 15000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_histories),
        cmocka_unit_test(long_history),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
