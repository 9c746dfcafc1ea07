// SPDX-License-Identifier: Apache-2.0
/* Erasures on a disk that fails and crashes, with commits that fail, or happen and are not heard
 * of, and tables that fall back: each is carried out whole or not yet, and what the view says of
 * everybody in the end is what a replay of the rewritten log says. Seeds: PATRON_SEEDS runs (8; 200
 * with PATRON_SOAK=1), the first from PATRON_SEED or the time; a failing seed is printed.
 */
#include "base/rng.h"
#include "profiles/erase_rig.h"

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

enum { ROUNDS = 5, EVENTS = 25, PEOPLE = 8, SETTLE_MAX = 100, FILE_MAX = 64 << 20 };

typedef struct World {
    RigBase base;
    ViewRig view;
    PtFs *fs;
    PtRng rng;
    bool has_copy; /* of the tables at an earlier crash */
    unsigned events, erased, crashes, failures;
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

static void send(World *w)
{
    char body[512];
    const unsigned a = (unsigned)pt_rng_below(&w->rng, PEOPLE),
                   b = (unsigned)pt_rng_below(&w->rng, PEOPLE),
                   c = (unsigned)pt_rng_below(&w->rng, PEOPLE), n = w->events++;
    EventType type = EVENT_IDENTIFY;
    switch (pt_rng_below(&w->rng, 4)) {
    case 0:
        (void)snprintf(
            body, sizeof body,
            "{\"userId\":\"user-%u\",\"anonymousId\":\"anonym-%u\",\"traits\":{\"email\":"
            "\"mail%u@example.com\",\"n\":%u}}",
            a, b, c, n);
        break;
    case 1:
        (void)snprintf(body, sizeof body,
                       "{\"userId\":\"user-%u\",\"traits\":{\"lastName\":\"Berg\",\"firstName\":"
                       "\"F%u\",\"n\":%u,\"address\":{\"street\":\"Weg %u\",\"city\":\"Graz\","
                       "\"postalCode\":\"8010\"}}}",
                       a, b % 2, n, c);
        break;
    case 2:
        type = EVENT_TRACK;
        (void)snprintf(
            body, sizeof body,
            "{\"anonymousId\":\"anonym-%u\",\"event\":\"Order Completed\",\"properties\":{"
            "\"order_id\":\"o-%u\",\"total\":%u.25,\"currency\":\"EUR\"}}",
            a, n / 2, c);
        break;
    default:
        type = EVENT_GROUP;
        (void)snprintf(body, sizeof body,
                       "{\"userId\":\"user-%u\",\"groupId\":\"group-%u\",\"traits\":{\"k\":%u}}", a,
                       b % 3, n);
    }
    view_rig_send(&w->view, type, body);
}

static void step_view(World *w)
{
    const uint64_t how = pt_rng_below(&w->rng, 6);
    next_commit = how == 0 ? COMMIT_FAILS : how == 1 ? COMMIT_IN_DOUBT : COMMIT_WELL;
    w->failures += view_rig_step(&w->view, NULL) != PT_OK;
    next_commit = COMMIT_WELL;
    if (pt_rng_below(&w->rng, 4) == 0 && w->view.next == w->view.profiles->seen) {
        w->view.profiles->flushed_ms = INT64_MIN / 2; // a minute has passed
    }
}

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

/* ---- Crashes -----------------------------------------------------------------------------------
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

static void keep_copy(World *w)
{
    char tables[128], copy[128];
    (void)snprintf(tables, sizeof tables, "%s/views.db", w->view.dir);
    (void)snprintf(copy, sizeof copy, "%s/views.copy", w->view.dir);
    copy_file(tables, copy);
    w->has_copy = true;
}

/* Tables that are opened relaxed may lose their last commits with the machine. */
static void fall_back(World *w)
{
    char tables[128], copy[128];
    (void)snprintf(tables, sizeof tables, "%s/views.db", w->view.dir);
    (void)snprintf(copy, sizeof copy, "%s/views.copy", w->view.dir);
    if (w->has_copy && pt_rng_below(&w->rng, 2) == 0) {
        copy_file(copy, tables);
    } else {
        keep_copy(w);
    }
}

static void crash(World *w)
{
    fault_fs_power_off(w->fs);
    view_rig_close(&w->view);
    if (pt_rng_below(&w->rng, 2) == 0) { // the process alone: the page cache survives
        fault_fs_restart(w->fs);
    } else {
        fault_fs_crash(w->fs, pt_rng_u64(&w->rng));
        fall_back(w);
    }
    w->crashes++;
    view_rig_reopen(&w->view);
}

/* ---- Erasing -----------------------------------------------------------------------------------
 */

static void some_person(World *w, char id[37])
{
    const uint32_t nodes = identity_counts(w->view.profiles->graph).nodes;
    const uint32_t node = 1 + (uint32_t)pt_rng_below(&w->rng, nodes);
    profile_person_id(w->view.profiles, identity_person(w->view.profiles->graph, node), id);
}

/* Nothing of theirs comes in until it is carried out: the register sees to that. */
static void erase(World *w)
{
    char id[37];
    const char *ids[] = {id};
    bool more;
    settle(w);
    some_person(w, id);
    ErasePlan *plan = erase_rig_plan(&w->view, ids, 1);
    if (plan == NULL) {
        return;
    }
    keep_copy(w); // a plan makes the tables durable
    erase_rig_rewrite(&w->view, plan, 0);
    if (pt_rng_below(&w->rng, 4) == 0) { // it is forgotten, and ordered again
        erase_plan_free(plan);
        crash(w);
        settle(w);
        plan = erase_rig_plan(&w->view, ids, 1);
    }
    if (plan != NULL) {
        erase_rig_order(&w->view, plan);
        w->erased++;
    }
    erase_plan_free(plan);
    for (unsigned i = 0; i < 8; i++) {
        if (pt_rng_below(&w->rng, 4) == 0) {
            crash(w);
        }
        (void)!event_feed_step(w->view.feed, &more, NULL);
        step_view(w);
    }
    settle(w);
    assert_int_equal(profile_person_find(w->view.profiles, pt_str(id)), 0);
}

static unsigned check(World *w, uint64_t seed)
{
    char *lived = erase_rig_dump(&w->view);
    view_rig_rebuild(&w->view);
    char *replayed = erase_rig_dump(&w->view);
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
    for (unsigned i = 0; i < ROUNDS; i++) {
        for (unsigned n = 0; n < EVENTS; n++) {
            send(&w);
            if (pt_rng_below(&w.rng, 8) == 0) {
                step_view(&w);
            }
        }
        erase(&w);
    }
    settle(&w);
    const unsigned bad = check(&w, seed);
    (void)snprintf(copy, sizeof copy, "%s/views.copy", w.view.dir);
    (void)unlink(copy);
    view_rig_done(&w.view);
    rig_base_close(&w.base);
    fault_fs_free(w.fs);
    sum->erased += w.erased;
    sum->crashes += w.crashes;
    sum->failures += w.failures;
    return bad;
}

static void it_ends_as_a_replay_does(void **state)
{
    (void)state;
    const FaultSeeds seeds = fault_seeds(8, 200);
    const uint64_t runs = seeds.count, first = seeds.first;
    unsigned bad = 0;
    World sum = {0};
    (void)printf("seeds %llu..%llu\n", (unsigned long long)first,
                 (unsigned long long)(first + runs - 1));
    for (uint64_t i = 0; i < runs; i++) {
        bad += run_world(first + i, &sum);
    }
    (void)printf("%u erasures, %u crashes, %u steps failed\n", sum.erased, sum.crashes,
                 sum.failures);
    assert_true(sum.erased > 0 && sum.crashes > 0 && sum.failures > 0);
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(it_ends_as_a_replay_does)};
    return cmocka_run_group_tests_name("profiles/erase crash", tests, NULL, NULL);
}
