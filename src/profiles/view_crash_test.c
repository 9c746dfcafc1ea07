// SPDX-License-Identifier: Apache-2.0
/* The view of profiles on a disk that fails and crashes, with commits that fail, or happen and are
 * not heard of, and tables that fall back behind the person index: what it says in the end is what
 * a replay of the log says, also where all that was in the middle of a rebuild. Seeds: PATRON_SEEDS
 * runs (30; 300 with PATRON_SOAK=1), the first from PATRON_SEED or the time; a failing seed is
 * printed.
 */
#include "base/rng.h"
#include "profiles/view_rig.h"

#include <errno.h>
#include <fault/seeds.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { STEPS = 250, PEOPLE = 12, SETTLE_MAX = 100, FILE_MAX = 64 << 20 };

static const AuditActor staff = {.kind = AUDIT_ACCOUNT, .id = "acc-1", .name = "Mia Berg"};

typedef struct World {
    RigBase base;
    ViewRig view;
    PtFs *fs;
    PtRng rng;
    bool has_copy; /* of the tables at an earlier crash */
    unsigned events, decisions, crashes, doubts, failures, fallen_back, rebuilds;
} World;

/* ---- Commits of the view that fail -------------------------------------------------------------
 */

static enum { COMMIT_WELL, COMMIT_FAILS, COMMIT_IN_DOUBT } next_commit;

PtStatus __real_pt_sql_commit(PtSqlTx **tx, PtError *err);
PtStatus __wrap_pt_sql_commit(PtSqlTx **tx, PtError *err);

PtStatus __wrap_pt_sql_commit(PtSqlTx **tx, PtError *err)
{
    const int how = next_commit;
    next_commit = COMMIT_WELL;
    if (how == COMMIT_FAILS) {
        pt_sql_rollback(PT_TAKE(*tx));
        return pt_fail(err, PT_UNAVAILABLE, "the disk is full");
    }
    PtStatus st = __real_pt_sql_commit(tx, err);
    return how == COMMIT_WELL ? st : pt_fail(err, PT_UNAVAILABLE, "the connection was lost");
}

/* ---- What happens ------------------------------------------------------------------------------
 */

typedef struct Numbers {
    unsigned a, b, c, n; /* people; n is never the same */
} Numbers;

static void write_body(char *body, size_t room, unsigned shape, const Numbers *x)
{
    switch (shape) {
    case 0:
        (void)snprintf(body, room,
                       "{\"userId\":\"u%u\",\"anonymousId\":\"a%u\",\"traits\":{\"email\":"
                       "\"e%u@example.com\",\"n\":%u}}",
                       x->a, x->b, x->c, x->n);
        break;
    case 1:
        (void)snprintf(body, room,
                       "{\"userId\":\"u%u\",\"anonymousId\":\"a%u\",\"context\":{\"device\":{"
                       "\"id\":\"d%u\"}},\"traits\":{\"m\":%u}}",
                       x->a, x->b, x->c, x->n);
        break;
    case 2:
        (void)snprintf(body, room,
                       "{\"anonymousId\":\"b%u\",\"context\":{\"traits\":{\"email\":"
                       "\"e%u@example.com\"},\"device\":{\"id\":\"d%u\"}},\"traits\":{\"k\":%u}}",
                       x->a, x->b, x->c, x->n);
        break;
    case 3:
        (void)snprintf(body, room,
                       "{\"userId\":\"u%u\",\"event\":\"Order Completed\",\"properties\":{"
                       "\"order_id\":\"o%u\",\"total\":%u.25,\"currency\":\"EUR\"}}",
                       x->a, x->n / 2, x->c);
        break;
    case 4: // without a number: counts each time it comes
        (void)snprintf(body, room,
                       "{\"userId\":\"u%u\",\"event\":\"Order Completed\",\"properties\":{"
                       "\"total\":%u.%u,\"currency\":\"JPY\",\"n\":%u}}",
                       x->a, x->b, x->c, x->n);
        break;
    case 5: // a household, and traits on which two sources differ
        (void)snprintf(
            body, room,
            "{\"userId\":\"u%u\",\"traits\":{\"lastName\":\"Berg\",\"t\":%u,\"address\":{"
            "\"street\":\"Weg %u\",\"city\":\"Graz\"},\"household_id\":%s}}",
            x->a, x->n, x->b, x->c % 2 == 0 ? "null" : "7");
        break;
    case 6:
        (void)snprintf(body, room,
                       "{\"userId\":\"u%u\",\"groupId\":\"g%u\",\"traits\":{\"name\":\"G%u\"}}",
                       x->a, x->b % 4, x->n);
        break;
    default:
        (void)snprintf(body, room, "{\"userId\":\"null\",\"event\":\"Seen %u\"}", x->n);
    }
}

static void send(World *w)
{
    char body[512];
    EventOutcome outcome = {0};
    static const EventType types[] = {EVENT_IDENTIFY, EVENT_IDENTIFY, EVENT_IDENTIFY, EVENT_TRACK,
                                      EVENT_TRACK,    EVENT_IDENTIFY, EVENT_GROUP,    EVENT_TRACK};
    const unsigned shape = (unsigned)pt_rng_below(&w->rng, sizeof types / sizeof *types);
    const RigSource source = pt_rng_below(&w->rng, 2) == 0 ? RIG_PLAIN : RIG_HISTORICAL;
    const Numbers x = {(unsigned)pt_rng_below(&w->rng, PEOPLE),
                       (unsigned)pt_rng_below(&w->rng, PEOPLE),
                       (unsigned)pt_rng_below(&w->rng, PEOPLE), w->events++};
    write_body(body, sizeof body, shape, &x);
    (void)!rig_call(&w->view.rig, EVENT_CALL_TYPED, types[shape], source, body, &outcome, NULL);
}

static void some_id(World *w, char ret_id[static 37])
{
    const uint32_t persons = identity_counts(w->view.profiles->graph).last_person;
    profile_person_id(w->view.profiles, 1 + (uint32_t)pt_rng_below(&w->rng, persons + 1), ret_id);
}

static void decide(World *w)
{
    Profiles *p = w->view.profiles;
    const IdentityCounts counts = identity_counts(p->graph);
    char id[37], other[37];
    uint32_t node = 1 + (uint32_t)pt_rng_below(&w->rng, counts.nodes + 1);
    PtStatus st = PT_OK;
    switch (pt_rng_below(&w->rng, 3)) {
    case 0:
        some_id(w, id);
        some_id(w, other);
        st = profiles_merge(p, &staff, pt_str(id), pt_str(other), PT_STR("same"), NULL);
        break;
    case 1:
        profile_person_id(p, identity_person(p->graph, node), id);
        st = profiles_split(p, &staff, pt_str(id), &node, 1, PT_STR("not the same"), NULL);
        break;
    default:
        st = profiles_lift(p, &staff, 1 + (uint32_t)pt_rng_below(&w->rng, counts.last_barrier + 1),
                           NULL);
    }
    w->decisions += st == PT_OK;
}

static void trouble(World *w)
{
    static const FaultOp ops[] = {FAULT_PWRITE, FAULT_DATASYNC, FAULT_OPEN, FAULT_PREAD,
                                  FAULT_RENAME, FAULT_UNLINK,   FAULT_ANY};
    const FaultOp op = ops[pt_rng_below(&w->rng, sizeof ops / sizeof *ops)];
    fault_fs_fail(w->fs, op, 1 + pt_rng_below(&w->rng, 4),
                  pt_rng_below(&w->rng, 2) == 0 ? EIO : ENOSPC);
}

static void step_view(World *w)
{
    const uint64_t how = pt_rng_below(&w->rng, 8);
    next_commit = how == 0 ? COMMIT_FAILS : how == 1 ? COMMIT_IN_DOUBT : COMMIT_WELL;
    w->doubts += how == 1;
    w->failures += view_rig_step(&w->view, NULL) != PT_OK;
    next_commit = COMMIT_WELL;
    if (pt_rng_below(&w->rng, 4) == 0 && w->view.next == w->view.profiles->seen) {
        w->view.profiles->flushed_ms = INT64_MIN / 2; // a minute has passed
    }
}

/* ---- Crashes ------------------------------------------------------------------------------------
 */

static void copy_file(const char *from, const char *to)
{
    static char bytes[FILE_MAX];
    FILE *in = fopen(from, "rbe"), *out = fopen(to, "wbe");
    assert_non_null(in);
    assert_non_null(out);
    const size_t len = fread(bytes, 1, sizeof bytes, in);
    assert_int_equal(fwrite(bytes, 1, len, out), len);
    assert_int_equal(fclose(in), 0);
    assert_int_equal(fclose(out), 0);
}

/* Tables that are opened relaxed may lose their last commits with the machine. */
static void fall_back(World *w)
{
    char tables[128], copy[128];
    (void)snprintf(tables, sizeof tables, "%s/views.db", w->view.dir);
    (void)snprintf(copy, sizeof copy, "%s/views.copy", w->view.dir);
    if (w->has_copy && pt_rng_below(&w->rng, 2) == 0) {
        copy_file(copy, tables);
        w->fallen_back++;
    } else {
        copy_file(tables, copy);
        w->has_copy = true;
    }
}

static void crash(World *w)
{
    fault_fs_power_off(w->fs);
    view_rig_close(&w->view);
    if (pt_rng_below(&w->rng, 3) == 0) { // the process alone: the page cache survives
        fault_fs_restart(w->fs);
    } else {
        fault_fs_crash(w->fs, pt_rng_u64(&w->rng));
        fall_back(w);
    }
    w->crashes++;
    view_rig_reopen(&w->view);
}

static void no_trouble(World *w)
{
    for (FaultOp op = 0; op < FAULT_OP_COUNT; op++) {
        fault_fs_fail(w->fs, op, 0, 0);
    }
}

/* Begins one: the steps, failures and crashes that follow are in the middle of it. */
static void rebuild(World *w)
{
    no_trouble(w);
    view_rig_reset(&w->view);
    w->rebuilds++;
}

static void act(World *w)
{
    bool more;
    switch (pt_rng_below(&w->rng, 24)) {
    case 0:
        crash(w);
        break;
    case 1:
    case 2:
        trouble(w);
        break;
    case 3:
        (void)!pt_log_archive_step(w->view.rig.log, &more, NULL);
        break;
    case 4:
    case 5:
    case 6:
        decide(w);
        break;
    case 7:
    case 8:
    case 9:
        (void)!event_feed_step(w->view.feed, &more, NULL);
        break;
    case 10:
    case 11:
    case 12:
    case 13:
    case 14:
        step_view(w);
        break;
    case 15:
        if (pt_rng_below(&w->rng, 3) == 0) {
            rebuild(w);
            break;
        }
        send(w);
        break;
    default:
        send(w);
    }
}

/* Until nothing is left to do, whatever trouble is still ordered. */
static void settle(World *w)
{
    bool more = true;
    PtError err = {0};
    for (unsigned tries = 0; more; tries++) {
        if (event_feed_step(w->view.feed, &more, &err) != PT_OK && tries > SETTLE_MAX) {
            fail_msg("%s", err.message);
        }
    }
    for (unsigned tries = 0; w->view.next < pt_log_end(w->view.rig.log, 0); tries++) {
        if (view_rig_step(&w->view, &err) != PT_OK && tries > SETTLE_MAX) {
            fail_msg("%s", err.message);
        }
    }
}

static unsigned check(World *w, uint64_t seed)
{
    no_trouble(w);
    char *lived = view_rig_dump(&w->view);
    view_rig_rebuild(&w->view);
    char *replayed = view_rig_dump(&w->view);
    const bool same = strcmp(lived, replayed) == 0;
    if (!same) {
        (void)fprintf(stderr, "seed %llu:\n--- lived\n%s--- replayed\n%s", (unsigned long long)seed,
                      lived, replayed);
    }
    free(lived);
    free(replayed);
    return !same;
}

static unsigned run_world(uint64_t seed, World *sum)
{
    World w = {0};
    char copy[128];
    pt_rng_init(&w.rng, seed);
    w.fs = fault_fs_new(seed);
    assert_non_null(w.fs);
    assert_true(rig_base_open(&w.base));
    view_rig_open(&w.view, &w.base, w.fs);
    for (unsigned i = 0; i < STEPS; i++) {
        act(&w);
    }
    settle(&w);
    const unsigned bad = check(&w, seed);
    (void)snprintf(copy, sizeof copy, "%s/views.copy", w.view.dir);
    (void)unlink(copy);
    view_rig_done(&w.view);
    rig_base_close(&w.base);
    fault_fs_free(w.fs);
    sum->events += w.events;
    sum->decisions += w.decisions;
    sum->crashes += w.crashes;
    sum->doubts += w.doubts;
    sum->failures += w.failures;
    sum->fallen_back += w.fallen_back;
    sum->rebuilds += w.rebuilds;
    return bad;
}

static void it_ends_as_a_replay_does(void **state)
{
    (void)state;
    const FaultSeeds seeds = fault_seeds(30, 300);
    const uint64_t runs = seeds.count, first = seeds.first;
    unsigned bad = 0;
    World sum = {0};
    (void)printf("seeds %llu..%llu\n", (unsigned long long)first,
                 (unsigned long long)(first + runs - 1));
    for (uint64_t i = 0; i < runs; i++) {
        bad += run_world(first + i, &sum);
    }
    (void)printf("%u events, %u decisions, %u crashes, %u of them with older tables, %u steps "
                 "failed, %u commits in doubt, %u rebuilds\n",
                 sum.events, sum.decisions, sum.crashes, sum.fallen_back, sum.failures, sum.doubts,
                 sum.rebuilds);
    assert_true(sum.decisions > 0 && sum.crashes > 0 && sum.doubts > 0 && sum.failures > 0 &&
                sum.rebuilds > 0);
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(it_ends_as_a_replay_does)};
    return cmocka_run_group_tests_name("profiles/view crash", tests, NULL, NULL);
}
