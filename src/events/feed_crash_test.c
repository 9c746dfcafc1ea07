// SPDX-License-Identifier: Apache-2.0
/* Rows on their way into a log whose disk fails and crashes, under a mover that is killed at any
 * step: every committed row stands in the log once, in order, and nothing that was rolled back.
 * Seeds: PATRON_SEEDS runs (100; 1,000 with PATRON_SOAK=1), the first from PATRON_SEED or the time;
 * a failing seed is printed.
 */
#include "base/memory.h"
#include "base/rng.h"
#include "events/intake_rig.h"
#include "platform/feed.h"

#include <errno.h>
#include <fault/seeds.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TRANSACTIONS = 25, ROWS_MAX = 8, STEPS_MAX = 5000, SETTLE_MAX = 50 };

static RigBase base;

typedef struct World {
    Rig rig;
    EventFeed *feed;
    PtRng rng;
    unsigned transactions, committed; /* rows are numbered in the order of commits */
    unsigned crashes, kills, others;
} World;

/* ---- The process is killed: at the nth of the instants around what lasts ---- */

static PtFs *kill_fs;
static unsigned kill_in; /* 0: not */
static bool dead;

PtStatus __real_pt_sql_commit(PtSqlTx **tx, PtError *err);
PtStatus __wrap_pt_sql_commit(PtSqlTx **tx, PtError *err);
PtStatus __real_pt_log_commit(PtLog *log, PtError *err);
PtStatus __wrap_pt_log_commit(PtLog *log, PtError *err);

static void instant(void)
{
    if (kill_in == 0) {
        return;
    }
    kill_in--;
    if (kill_in == 0) {
        dead = true;
        fault_fs_power_off(kill_fs);
    }
}

PtStatus __wrap_pt_sql_commit(PtSqlTx **tx, PtError *err)
{
    instant();
    if (dead) {
        pt_sql_rollback(PT_TAKE(*tx));
        return pt_fail(err, PT_UNAVAILABLE, "killed");
    }
    PtStatus st = __real_pt_sql_commit(tx, err);
    instant();
    return dead ? pt_fail(err, PT_UNAVAILABLE, "killed") : st;
}

PtStatus __wrap_pt_log_commit(PtLog *log, PtError *err)
{
    instant();
    PtStatus st = __real_pt_log_commit(log, err);
    instant();
    return st;
}

/* ---- The world ---- */

static void open_world(World *w, PtFs *fs)
{
    PtError err = {0};
    kill_in = 0;
    dead = false;
    assert_true(rig_open(&w->rig, &base, fs, (RigOptions){.pending_bytes = 20000}));
    const EventFeedConfig c = {
        .log = w->rig.log, .core = base.sql, .clock = base.clock, .hash_key = "0123456789abcde"};
    if (event_feed_open(&c, &w->feed, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
}

static void close_world(World *w)
{
    event_feed_close(w->feed);
    w->feed = NULL;
    rig_close(&w->rig);
}

static void crash(World *w)
{
    PtFs *fs = w->rig.fs;
    fault_fs_power_off(fs);
    close_world(w);
    if (pt_rng_below(&w->rng, 4) == 0) { // the process alone: the page cache survives
        fault_fs_restart(fs);
    } else {
        fault_fs_crash(fs, pt_rng_u64(&w->rng));
    }
    w->crashes++;
    open_world(w, fs);
}

static void put_some(World *w)
{
    if (w->transactions == TRANSACTIONS) {
        return;
    }
    PtSqlTx *tx = NULL;
    const unsigned rows = 1 + (unsigned)pt_rng_below(&w->rng, ROWS_MAX);
    const bool keep = pt_rng_below(&w->rng, 4) > 0;
    w->transactions++;
    assert_int_equal(pt_sql_begin(base.sql, true, &tx, NULL), PT_OK);
    for (unsigned i = 0; i < rows; i++) {
        char name[32];
        static char pad[2000];
        (void)snprintf(name, sizeof name, "%s %u", keep ? "Row" : "Never", w->committed + i);
        (void)snprintf(pad, sizeof pad, "{\"pad\":\"%0*d\"}", (int)pt_rng_below(&w->rng, 1900), 0);
        const PtFeedEvent e = {pt_str(name), PT_STR("subject"), pt_str(pad)};
        assert_int_equal(pt_feed_put(tx, RIG_NOW, &e, NULL), PT_OK);
    }
    if (keep) {
        assert_int_equal(__real_pt_sql_commit(&tx, NULL), PT_OK);
        w->committed += rows;
    } else {
        pt_sql_rollback(tx);
    }
}

/* What clients append meanwhile, pending or not. */
static void append_others(World *w)
{
    const PtRecord r = {.time_ms = RIG_NOW,
                        .klass = PT_RECORD_EVENT,
                        .type = EVENT_PAGE,
                        .source = 1,
                        .id_hash = {pt_rng_u64(&w->rng), 1},
                        .payload = PT_STR("not read here")};
    for (uint64_t n = pt_rng_below(&w->rng, 20); n > 0; n--) {
        uint64_t round, offset;
        w->others += pt_log_append(w->rig.log, &r, &round, &offset, NULL) == PT_OK;
    }
}

static void trouble(World *w)
{
    static const FaultOp ops[] = {FAULT_PWRITE, FAULT_DATASYNC, FAULT_ALLOCATE,
                                  FAULT_OPEN,   FAULT_PREAD,    FAULT_ANY};
    FaultOp op = ops[pt_rng_below(&w->rng, sizeof ops / sizeof *ops)];
    fault_fs_fail(w->rig.fs, op, 1 + pt_rng_below(&w->rng, 4),
                  pt_rng_below(&w->rng, 2) == 0 ? EIO : ENOSPC);
}

static void move(World *w, bool kill)
{
    bool more;
    kill_fs = w->rig.fs;
    kill_in = kill ? 1 + (unsigned)pt_rng_below(&w->rng, 6) : 0;
    (void)!event_feed_step(w->feed, &more, NULL);
    if (dead) {
        w->kills++;
        crash(w);
    }
    kill_in = 0;
}

static void step(World *w)
{
    bool did;
    switch (pt_rng_below(&w->rng, 16)) {
    case 0:
        trouble(w);
        break;
    case 1:
        (void)!pt_log_archive_step(w->rig.log, &did, NULL);
        break;
    case 2:
        if (pt_rng_below(&w->rng, 3) == 0) {
            crash(w);
        }
        break;
    case 3:
    case 4:
    case 5:
        append_others(w);
        break;
    case 6:
        (void)!__real_pt_log_commit(w->rig.log, NULL);
        break;
    case 7:
    case 8:
    case 9:
        move(w, pt_rng_below(&w->rng, 2) == 0);
        break;
    default:
        put_some(w);
    }
}

/* Until a look finds nothing, whatever trouble is still ordered. */
static void settle(World *w)
{
    bool more = true;
    for (unsigned tries = 0; more; tries++) {
        PtError err = {0};
        if (event_feed_step(w->feed, &more, &err) != PT_OK && tries > SETTLE_MAX) {
            fail_msg("%s", err.message);
        }
    }
}

/* ---- What stands in the log ---- */

static unsigned check_record(const PtRecord *r, unsigned want, uint64_t seed)
{
    EventView v;
    char name[32];
    (void)snprintf(name, sizeof name, "Row %u", want);
    assert_int_equal(event_payload_read(r, &v, NULL), PT_OK);
    if (pt_str_eq(v.name, pt_str(name))) {
        return 0;
    }
    (void)fprintf(stderr, "seed %llu: \"%.*s\" stands where \"%s\" should\n",
                  (unsigned long long)seed, PT_STR_ARG(v.name), name);
    return 1;
}

static unsigned check_world(World *w, uint64_t seed)
{
    unsigned seen = 0, bad = 0;
    PtLogReader *reader = NULL;
    const PtRecord *records = NULL;
    size_t count = 1;
    assert_int_equal(pt_log_reader_open(w->rig.log, NULL, 0, 0, &reader, NULL), PT_OK);
    while (count > 0) {
        assert_int_equal(pt_log_fetch(reader, 64, true, &records, &count, NULL), PT_OK);
        for (size_t i = 0; i < count; i++) {
            bad += records[i].source == 0 && check_record(&records[i], seen, seed) != 0;
            seen += records[i].source == 0;
        }
    }
    pt_log_reader_close(reader);
    if (seen != w->committed) {
        (void)fprintf(stderr, "seed %llu: %u rows in the log, %u were committed\n",
                      (unsigned long long)seed, seen, w->committed);
        bad++;
    }
    return bad;
}

static unsigned run_world(uint64_t seed, World *sum)
{
    World w = {0};
    pt_rng_init(&w.rng, seed);
    PtFs *fs = fault_fs_new(seed);
    assert_non_null(fs);
    open_world(&w, fs);
    for (unsigned steps = 0; w.transactions < TRANSACTIONS; steps++) {
        step(&w);
        assert_true(steps < STEPS_MAX);
    }
    crash(&w); // some were moved, some not
    settle(&w);
    crash(&w); // what is forgotten in SQL must be in the log
    settle(&w);
    unsigned bad = check_world(&w, seed);
    close_world(&w);
    fault_fs_free(fs);
    sum->crashes += w.crashes;
    sum->kills += w.kills;
    sum->committed += w.committed;
    sum->others += w.others;
    return bad;
}

static void every_row_moves_once(void **state)
{
    (void)state;
    const FaultSeeds seeds = fault_seeds(100, 1000);
    const uint64_t runs = seeds.count, first = seeds.first;
    unsigned bad = 0;
    World sum = {0};
    (void)printf("seeds %llu..%llu\n", (unsigned long long)first,
                 (unsigned long long)(first + runs - 1));
    for (uint64_t i = 0; i < runs; i++) {
        bad += run_world(first + i, &sum);
    }
    (void)printf("%u rows among %u other events, %u crashes, %u of them within a step\n",
                 sum.committed, sum.others, sum.crashes, sum.kills);
    assert_true(sum.kills > 0 && sum.committed > 0);
    assert_int_equal(bad, 0);
}

/* Without the rows that making its sources has put. */
static int open_base(void **state)
{
    (void)state;
    PtSqlTx *tx = NULL;
    if (!rig_base_open(&base) || pt_sql_begin(base.sql, true, &tx, NULL) != PT_OK ||
        pt_sql_run(tx, "DELETE FROM feed", NULL) != PT_OK) {
        return -1;
    }
    return __real_pt_sql_commit(&tx, NULL) == PT_OK ? 0 : -1;
}

static int close_base(void **state)
{
    (void)state;
    rig_base_close(&base);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_row_moves_once)};
    return cmocka_run_group_tests_name("events/feed crash", tests, open_base, close_base);
}
