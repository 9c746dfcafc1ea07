// SPDX-License-Identifier: Apache-2.0
/* Clients that send until they hear 200, over a disk that fails and crashes: nothing acknowledged
 * is lost, nothing lands twice. Seeds: PATRON_SEEDS runs (100; 1,000 with PATRON_SOAK=1), the first
 * seed from PATRON_SEED or the time; a failing seed is printed.
 */
#include "base/rng.h"
#include "events/intake_rig.h"

#include <errno.h>
#include <fault/seeds.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

enum { CLIENTS = 4, EVENTS = 400, BATCH_MAX = 30, STEPS_MAX = 20000 };

static RigBase base;

/* Event n of a world: three kinds, by n. Its userId names it, also when it is refused. */
static void put_event(PtBuf *b, unsigned n, unsigned attempt)
{
    switch (n % 4) {
    case 0: // without an id: known again by its time
        pt_buf_printf(b,
                      "{\"type\":\"page\",\"userId\":\"%u\",\"timestamp\":\"2025-11-22T01:00:00Z\","
                      "\"sentAt\":\"2025-11-22T01:00:%02uZ\"}",
                      n, attempt % 60);
        break;
    case 1: // refused
        pt_buf_printf(b, "{\"type\":\"track\",\"userId\":\"%u\",\"messageId\":\"m%u\"}", n, n);
        break;
    default:
        pt_buf_printf(b, "{\"type\":\"page\",\"userId\":\"%u\",\"messageId\":\"m%u\"}", n, n);
    }
}

typedef struct Client {
    unsigned next, end; // its events not yet acknowledged
    unsigned sending;   // of these, how many are in the call that waits
    uint64_t round;     // the call waits for it; 0: none waits
    unsigned attempt;
} Client;

typedef struct World {
    Rig rig;
    PtRng rng;
    Client clients[CLIENTS];
    unsigned crashes, failures;
} World;

static void acknowledge(Client *c)
{
    c->next += c->sending;
    c->sending = 0;
    c->round = 0;
}

static void on_round(void *ctx, uint64_t round, PtStatus status)
{
    World *w = ctx;
    for (unsigned i = 0; i < CLIENTS; i++) {
        Client *c = &w->clients[i];
        if (c->round == 0 || c->round > round) {
            continue;
        }
        if (status == PT_OK) {
            acknowledge(c);
        } else {
            w->failures++;
            c->sending = 0;
            c->round = 0;
        }
    }
}

static void send_some(World *w, Client *c)
{
    if (c->round != 0 || c->next == c->end) {
        return;
    }
    PtBuf body;
    pt_buf_init(&body, 1 << 20);
    unsigned left = c->end - c->next;
    unsigned count = 1 + (unsigned)pt_rng_below(&w->rng, left < BATCH_MAX ? left : BATCH_MAX);
    pt_buf_printf(&body, "{\"batch\":[");
    for (unsigned i = 0; i < count; i++) {
        pt_buf_printf(&body, "%s", i > 0 ? "," : "");
        put_event(&body, c->next + i, c->attempt);
    }
    pt_buf_printf(&body, "]}");
    c->attempt++;
    EventCall call = {.kind = EVENT_CALL_BATCH,
                      .body = pt_buf_str(&body),
                      .key = pt_str(base.source[RIG_PLAIN].write_key)};
    EventOutcome o = {0};
    PtStatus st = events_intake(w->rig.intake, &call, &o, NULL);
    if (st == PT_OK) {
        assert_int_equal(o.accepted + o.duplicates + o.quarantined, count);
        c->sending = count;
        c->round = o.round;
        if (o.round == 0) {
            acknowledge(c);
        }
    } else {
        w->failures++;
        assert_true(st == PT_UNAVAILABLE || st == PT_BUSY || st == PT_NO_MEMORY);
    }
    pt_buf_done(&body);
}

static RigOptions options(World *w)
{
    return (RigOptions){.pending_bytes = 8000, .table_ids = 64, .on_round = on_round, .ctx = w};
}

static void crash(World *w)
{
    PtFs *fs = w->rig.fs;
    fault_fs_power_off(fs);
    rig_close(&w->rig);
    for (unsigned i = 0; i < CLIENTS; i++) {
        w->clients[i].round = 0;
        w->clients[i].sending = 0;
    }
    fault_fs_crash(fs, pt_rng_u64(&w->rng));
    w->crashes++;
    assert_true(rig_open(&w->rig, &base, fs, options(w)));
}

static void trouble(World *w)
{
    static const FaultOp ops[] = {FAULT_PWRITE, FAULT_DATASYNC, FAULT_ALLOCATE, FAULT_OPEN,
                                  FAULT_PREAD,  FAULT_RENAME,   FAULT_SYNC_DIR, FAULT_ANY};
    FaultOp op = ops[pt_rng_below(&w->rng, sizeof ops / sizeof *ops)];
    fault_fs_fail(w->rig.fs, op, 1 + pt_rng_below(&w->rng, 4),
                  pt_rng_below(&w->rng, 2) == 0 ? EIO : ENOSPC);
}

static bool all_done(const World *w)
{
    for (unsigned i = 0; i < CLIENTS; i++) {
        if (w->clients[i].next != w->clients[i].end) {
            return false;
        }
    }
    return true;
}

static void step(World *w)
{
    bool did;
    switch (pt_rng_below(&w->rng, 16)) {
    case 0:
        trouble(w);
        break;
    case 1:
        (void)!dedupe_step(w->rig.dedupe, RIG_NOW, &did, NULL);
        break;
    case 2:
        if (pt_rng_below(&w->rng, 8) == 0) {
            crash(w);
        }
        break;
    case 3:
        if (pt_rng_below(&w->rng, 8) == 0) {
            (void)!pt_log_archive_step(w->rig.log, &did, NULL);
        }
        break;
    case 4:
    case 5:
    case 6:
    case 7:
        (void)!pt_log_commit(w->rig.log, NULL);
        break;
    default:
        send_some(w, &w->clients[pt_rng_below(&w->rng, CLIENTS)]);
    }
}

/* How often each event stands in the log. */
static void count_events(PtLog *log, unsigned *counts)
{
    PtLogReader *reader = NULL;
    const PtRecord *records = NULL;
    size_t count = 1;
    assert_int_equal(pt_log_reader_open(log, NULL, 0, 0, &reader, NULL), PT_OK);
    while (count > 0) {
        assert_int_equal(pt_log_fetch(reader, 64, true, &records, &count, NULL), PT_OK);
        for (size_t i = 0; i < count; i++) {
            EventView v;
            uint32_t n = 0;
            assert_int_equal(event_payload_read(&records[i], &v, NULL), PT_OK);
            assert_true(pt_str_to_u32(v.user_id, EVENTS - 1, &n));
            assert_int_equal(records[i].klass == PT_RECORD_QUARANTINE, n % 4 == 1);
            counts[n]++;
        }
    }
    pt_log_reader_close(reader);
}

static unsigned check_world(World *w, uint64_t seed)
{
    unsigned counts[EVENTS] = {0}, bad = 0;
    count_events(w->rig.log, counts);
    for (unsigned n = 0; n < EVENTS; n++) {
        if (counts[n] != 1) {
            (void)fprintf(stderr, "seed %llu: event %u stands in the log %u times\n",
                          (unsigned long long)seed, n, counts[n]);
            bad++;
        }
    }
    return bad;
}

/* Two clients share each half of the events: what one sends the other sends as well. */
static unsigned run_world(uint64_t seed, unsigned *crashes, unsigned *failures)
{
    World w = {0};
    pt_rng_init(&w.rng, seed);
    PtFs *fs = fault_fs_new(seed);
    assert_non_null(fs);
    assert_true(rig_open(&w.rig, &base, fs, options(&w)));
    for (unsigned i = 0; i < CLIENTS; i++) {
        w.clients[i] = (Client){.next = i % 2 * (EVENTS / 2), .end = (i % 2 + 1) * (EVENTS / 2)};
    }
    unsigned steps = 0;
    while (!all_done(&w)) {
        step(&w);
        assert_true(++steps < STEPS_MAX);
    }
    crash(&w); // what was acknowledged must be there
    unsigned bad = check_world(&w, seed);
    *crashes += w.crashes;
    *failures += w.failures;
    rig_close(&w.rig);
    fault_fs_free(fs);
    return bad;
}

static void nothing_is_lost_or_doubled(void **state)
{
    (void)state;
    const FaultSeeds seeds = fault_seeds(100, 1000);
    const uint64_t runs = seeds.count, first = seeds.first;
    unsigned bad = 0, crashes = 0, failures = 0;
    (void)printf("seeds %llu..%llu\n", (unsigned long long)first,
                 (unsigned long long)(first + runs - 1));
    for (uint64_t i = 0; i < runs; i++) {
        bad += run_world(first + i, &crashes, &failures);
    }
    (void)printf("%u crashes, %u calls that were refused or failed\n", crashes, failures);
    assert_int_equal(bad, 0);
}

/* ---- The same with the log's own threads, and clients on threads ---- */

enum { THREAD_EVENTS = 6000 };

typedef struct Waiter {
    pthread_mutex_t lock;
    pthread_cond_t told;
    struct {
        uint64_t round;
        PtStatus status;
    } rounds[4096]; // the last rounds, by arrival
    uint64_t count;
} Waiter;

typedef struct Sender {
    Rig *rig;
    Waiter *waiter;
    unsigned first, end, unavailable;
    uint64_t seed;
} Sender;

static void tell(void *ctx, uint64_t round, PtStatus status)
{
    Waiter *w = ctx;
    (void)pthread_mutex_lock(&w->lock);
    size_t at = w->count++ % (sizeof w->rounds / sizeof *w->rounds);
    w->rounds[at].round = round;
    w->rounds[at].status = status;
    (void)pthread_cond_broadcast(&w->told);
    (void)pthread_mutex_unlock(&w->lock);
}

/* What the first callback from number `from` on that covers the round said. */
static PtStatus await(Waiter *w, uint64_t round, uint64_t from)
{
    (void)pthread_mutex_lock(&w->lock);
    for (;; from++) {
        while (from == w->count) {
            (void)pthread_cond_wait(&w->told, &w->lock);
        }
        size_t at = from % (sizeof w->rounds / sizeof *w->rounds);
        if (w->rounds[at].round >= round) {
            PtStatus st = w->rounds[at].status;
            (void)pthread_mutex_unlock(&w->lock);
            return st;
        }
    }
}

static uint64_t heard(Waiter *w)
{
    (void)pthread_mutex_lock(&w->lock);
    uint64_t count = w->count;
    (void)pthread_mutex_unlock(&w->lock);
    return count;
}

static PtStatus send_page(Sender *s, unsigned first, unsigned count)
{
    PtBuf body;
    pt_buf_init(&body, 1 << 20);
    pt_buf_printf(&body, "{\"batch\":[");
    for (unsigned i = 0; i < count; i++) {
        pt_buf_printf(&body, "%s{\"type\":\"page\",\"userId\":\"%u\",\"messageId\":\"%u\"}",
                      i > 0 ? "," : "", first + i, first + i);
    }
    pt_buf_printf(&body, "]}");
    EventCall call = {.kind = EVENT_CALL_BATCH,
                      .body = pt_buf_str(&body),
                      .key = pt_str(base.source[RIG_PLAIN].write_key)};
    EventOutcome o = {0};
    uint64_t from = heard(s->waiter);
    PtStatus st = events_intake(s->rig->intake, &call, &o, NULL);
    pt_log_flush(s->rig->log);
    st = st == PT_OK && o.round != 0 ? await(s->waiter, o.round, from) : st;
    pt_buf_done(&body);
    return st;
}

static void *run_sender(void *arg)
{
    Sender *s = arg;
    PtRng rng;
    pt_rng_init(&rng, s->seed);
    for (unsigned at = s->first; at < s->end;) {
        unsigned left = s->end - at;
        unsigned count = 1 + (unsigned)pt_rng_below(&rng, left < BATCH_MAX ? left : BATCH_MAX);
        if (send_page(s, at, count) == PT_OK) {
            at += count;
        } else {
            s->unavailable++;
            (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        }
    }
    return NULL;
}

static void threads_lose_and_double_nothing(void **state)
{
    (void)state;
    uint64_t seed = fault_seeds(1, 1).first;
    (void)printf("seed %llu\n", (unsigned long long)seed);
    Waiter waiter = {.count = 0};
    (void)pthread_mutex_init(&waiter.lock, NULL);
    (void)pthread_cond_init(&waiter.told, NULL);
    PtFs *fs = fault_fs_new(seed);
    Rig rig;
    assert_true(
        rig_open(&rig, &base, fs, (RigOptions){.threads = true, .on_round = tell, .ctx = &waiter}));
    fault_fs_fail_rate(fs, FAULT_DATASYNC, 50000, EIO);
    Sender senders[CLIENTS];
    pthread_t threads[CLIENTS];
    for (unsigned i = 0; i < CLIENTS; i++) { // in pairs over the same events
        unsigned half = THREAD_EVENTS / 2;
        senders[i] = (Sender){&rig, &waiter, i % 2 * half, (i % 2 + 1) * half, 0, seed + i};
        assert_int_equal(pthread_create(&threads[i], NULL, run_sender, &senders[i]), 0);
    }
    for (unsigned i = 0; i < CLIENTS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    fault_fs_fail_rate(fs, FAULT_DATASYNC, 0, 0);
    assert_int_equal(pt_log_commit(rig.log, NULL), PT_OK);
    assert_int_equal(pt_log_end(rig.log, 0), THREAD_EVENTS);
    (void)printf("%llu rounds, %llu failed\n", (unsigned long long)rig.rounds,
                 (unsigned long long)rig.failed_rounds);
    rig_close(&rig);
    fault_fs_free(fs);
    (void)pthread_cond_destroy(&waiter.told);
    (void)pthread_mutex_destroy(&waiter.lock);
}

static int open_base(void **state)
{
    (void)state;
    return rig_base_open(&base) ? 0 : -1;
}

static int close_base(void **state)
{
    (void)state;
    rig_base_close(&base);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_lost_or_doubled),
        cmocka_unit_test(threads_lose_and_double_nothing),
    };
    return cmocka_run_group_tests_name("events/intake crash", tests, open_base, close_base);
}
