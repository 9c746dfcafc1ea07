// SPDX-License-Identifier: Apache-2.0
#include "base/test_rows.h"
#include "platform/migrations.h"
#include "platform/outbox.h"
#include "platform/sql/sql_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- Policies ----------------------------------------------------------------------------------
 */

static void test_backoff_is_uniform_up_to_a_bound_that_doubles(void **state)
{
    const PtBackoff policy = {.first_ms = 100, .max_ms = 1000};
    static const struct {
        uint32_t attempts;
        int64_t most_ms;
    } cases[] = {{0, 100}, {1, 100}, {2, 200}, {3, 400}, {4, 800}, {5, 1000}, {40, 1000}};
    PtRng rng;
    (void)state;
    pt_rng_init(&rng, 7);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t least = INT64_MAX, most = -1;
        for (int n = 0; n < 20000; n++) {
            const int64_t ms = pt_backoff_ms(&policy, cases[i].attempts, &rng);
            least = ms < least ? ms : least;
            most = ms > most ? ms : most;
        }
        assert_int_equal(least, 0);
        assert_int_equal(most, cases[i].most_ms);
    }
    const PtBackoff wide = {.first_ms = INT64_MAX / 2, .max_ms = INT64_MAX - 1};
    assert_true(pt_backoff_ms(&wide, UINT32_MAX, &rng) >= 0);
}

static const PtBreakerPolicy breaker_policy = {
    .failures_max = 3, .least_ms = 50, .pause = {.first_ms = 100, .max_ms = 400}};

static void test_breaker_opens_probes_and_closes(void **state)
{
    PtBreaker b = {.failures = 0};
    PtRng rng;
    (void)state;
    pt_rng_init(&rng, 1);
    for (int i = 0; i < 2; i++) {
        assert_true(pt_breaker_may(&b, 1000));
        pt_breaker_begin(&b);
        assert_false(pt_breaker_failed(&b, &breaker_policy, 1000, 0, &rng));
    }
    assert_true(pt_breaker_failed(&b, &breaker_policy, 1000, 0, &rng)); // the third opens it
    assert_true(pt_breaker_is_open(&b));
    assert_in_range(b.until_ms, 1050, 1150);
    const PtBreaker opened = b;
    // what was under way fails later: nothing new
    assert_false(pt_breaker_failed(&b, &breaker_policy, 1000, 0, &rng));
    assert_int_equal(b.trips, opened.trips);
    assert_false(pt_breaker_may(&b, b.until_ms - 1));
    assert_true(pt_breaker_may(&b, b.until_ms));
    pt_breaker_begin(&b);
    assert_false(pt_breaker_may(&b, 1000000)); // one at a time
    pt_breaker_passed(&b);
    assert_true(pt_breaker_may(&b, 1000000));
    pt_breaker_begin(&b);
    assert_false(pt_breaker_failed(&b, &breaker_policy, 2000, 0, &rng)); // open already
    assert_int_equal(b.trips, 2);
    assert_in_range(b.until_ms, 2050, 2250);
    pt_breaker_begin(&b);
    pt_breaker_succeeded(&b);
    assert_false(pt_breaker_is_open(&b));
    assert_true(pt_breaker_may(&b, 0));
}

static void test_breaker_heeds_retry_after(void **state)
{
    PtBreaker b = {.failures = 0};
    PtRng rng;
    (void)state;
    pt_rng_init(&rng, 1);
    assert_false(pt_breaker_failed(&b, &breaker_policy, 1000, 5000, &rng));
    assert_false(pt_breaker_may(&b, 5999));
    assert_true(pt_breaker_may(&b, 6000));
    pt_breaker_succeeded(&b); // one that was under way: the wish of the other side holds
    assert_false(pt_breaker_may(&b, 5999));
    (void)pt_breaker_failed(&b, &breaker_policy, 1000, 1, &rng); // never back
    assert_int_equal(b.until_ms, 6000);
    b = (PtBreaker){.failures = 2};
    assert_true(pt_breaker_failed(&b, &breaker_policy, 1000, 7000, &rng));
    assert_int_equal(b.until_ms, 8000); // the longer of both
}

/* ---- Rows --------------------------------------------------------------------------------------
 */

static SqlRig rig;

static int set_up(void **state)
{
    const RigEngine *engine = *state;
    PtError err = {0};
    if (!rig_has(*engine)) {
        return 0;
    }
    if (!rig_init(&rig, *engine)) {
        return -1;
    }
    rig_open_sql(&rig, NULL);
    return pt_migrations_apply(rig.sql, PT_MIGRATIONS_CORE, &err) == PT_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    const RigEngine *engine = *state;
    if (rig_has(*engine)) {
        rig_done(&rig);
    }
    return 0;
}

static PtError err;

static void must(PtStatus st, const char *call)
{
    if (st != PT_OK) {
        fail_msg("%s: %s", call, err.message);
    }
}

#define ok(call) must((call), #call)

static void need(void **state)
{
    const RigEngine *engine = *state;
    if (!rig_has(*engine)) {
        skip();
    }
}

static PtOutboxItem item(uint64_t position, PtOutboxItemState state, int64_t at_ms,
                         const char *reason)
{
    PtOutboxItem i = {
        .position = position, .state = state, .attempts = 1, .due_ms = at_ms, .failed_ms = at_ms};
    (void)snprintf(i.reason, sizeof i.reason, "%s", reason);
    (void)snprintf(i.error, sizeof i.error, "why %s", reason);
    return i;
}

static int64_t count_of(PtSqlTx *tx, PtOutboxItemState state, const char *reason)
{
    PtOutboxCount counts[PT_OUTBOX_REASONS];
    size_t count = 0;
    ok(pt_outbox_counts(tx, "q", counts, &count, &err));
    for (size_t i = 0; i < count; i++) {
        if (counts[i].state == state && strcmp(counts[i].reason, reason) == 0) {
            return counts[i].items;
        }
    }
    return 0;
}

static void test_queue_is_kept(void **state)
{
    PtOutboxQueue q, again;
    need(state);
    PtSqlTx *tx = rig_begin(&rig, true);
    assert_int_equal(pt_outbox_get(tx, "q", &q, NULL), PT_NOT_FOUND);
    ok(pt_outbox_add(tx, "q", 7, &err));
    ok(pt_outbox_get(tx, "q", &q, &err));
    assert_int_equal(q.state, PT_OUTBOX_RUNNING);
    assert_int_equal(q.position, 7);
    assert_int_equal(q.doubt_end, 7);
    assert_int_equal(q.job.after, -1);
    q.position = 10;
    q.doubt_end = 5; // never below the position
    q.state = PT_OUTBOX_BROKEN;
    q.trips = 3;
    q.hold_ms = 99;
    (void)snprintf(q.reason, sizeof q.reason, "no answer");
    (void)snprintf(q.figures, sizeof q.figures, "{\"delivered\":1}");
    ok(pt_outbox_save(tx, &q, &err));
    ok(pt_outbox_get(tx, "q", &again, &err));
    assert_int_equal(again.doubt_end, 10);
    assert_int_equal(again.state, PT_OUTBOX_BROKEN);
    assert_string_equal(again.reason, "no answer");
    assert_int_equal(again.trips, 3);
    assert_int_equal(again.hold_ms, 99);
    assert_string_equal(again.figures, "{\"delivered\":1}");
    (void)snprintf(q.name, sizeof q.name, "none");
    assert_int_equal(pt_outbox_save(tx, &q, NULL), PT_NOT_FOUND);
    rig_commit(tx);
}

static void test_what_people_decide_is_not_overwritten(void **state)
{
    PtOutboxQueue q, again;
    int64_t total = 0;
    need(state);
    PtSqlTx *tx = rig_begin(&rig, true);
    ok(pt_outbox_add(tx, "q", 0, &err));
    ok(pt_outbox_get(tx, "q", &q, &err));
    ok(pt_outbox_set_state(tx, "q", PT_OUTBOX_PAUSED, "", &err));
    ok(pt_outbox_start_job(tx, "q", PT_OUTBOX_REDRIVE, PT_STR("http_500"), 50, &total, &err));
    ok(pt_outbox_start_replay(tx, "q", 3, 9, &err));
    q.position = 4;
    ok(pt_outbox_save(tx, &q, &err)); // it thinks it runs
    q.job.kind = PT_OUTBOX_NO_JOB;    // of an older number
    ok(pt_outbox_save_job(tx, "q", &q.job, &err));
    q.replay.state = PT_OUTBOX_REPLAYED;
    ok(pt_outbox_save_replay(tx, "q", &q.replay, &err));
    ok(pt_outbox_get(tx, "q", &again, &err));
    assert_int_equal(again.state, PT_OUTBOX_PAUSED);
    assert_int_equal(again.position, 4);
    assert_int_equal(again.job.kind, PT_OUTBOX_REDRIVE);
    assert_string_equal(again.job.reason, "http_500");
    assert_int_equal(again.job.before_ms, 50);
    assert_int_equal(again.replay.state, PT_OUTBOX_REPLAYING);
    assert_int_equal(again.replay.next, 3);
    rig_commit(tx);
}

static void test_jobs_and_replays_run_one_at_a_time(void **state)
{
    PtOutboxQueue q;
    int64_t total = 0;
    const PtOutboxItem one = item(1, PT_OUTBOX_DEAD, 5, "a"), two = item(2, PT_OUTBOX_DEAD, 5, "b");
    need(state);
    PtSqlTx *tx = rig_begin(&rig, true);
    ok(pt_outbox_add(tx, "q", 0, &err));
    ok(pt_outbox_put(tx, "q", &one, &err));
    ok(pt_outbox_put(tx, "q", &two, &err));
    ok(pt_outbox_start_job(tx, "q", PT_OUTBOX_DISCARD, PT_STR(""), 50, &total, &err));
    assert_int_equal(total, 2);
    assert_int_equal(pt_outbox_start_job(tx, "q", PT_OUTBOX_REDRIVE, PT_STR("a"), 50, &total, NULL),
                     PT_CONFLICT);
    ok(pt_outbox_get(tx, "q", &q, &err));
    q.job.kind = PT_OUTBOX_NO_JOB;
    ok(pt_outbox_save_job(tx, "q", &q.job, &err));
    ok(pt_outbox_start_job(tx, "q", PT_OUTBOX_REDRIVE, PT_STR("a"), 50, &total, &err));
    assert_int_equal(total, 1);
    assert_int_equal(pt_outbox_cancel_replay(tx, "q", NULL), PT_CONFLICT);
    ok(pt_outbox_start_replay(tx, "q", 0, 5, &err));
    assert_int_equal(pt_outbox_start_replay(tx, "q", 0, 5, NULL), PT_CONFLICT);
    ok(pt_outbox_cancel_replay(tx, "q", &err));
    ok(pt_outbox_get(tx, "q", &q, &err));
    q.replay.state = PT_OUTBOX_REPLAYING; // it has not heard yet
    q.replay.next = 4;
    ok(pt_outbox_save_replay(tx, "q", &q.replay, &err));
    ok(pt_outbox_get(tx, "q", &q, &err));
    assert_int_equal(q.replay.state, PT_OUTBOX_REPLAY_CANCELLED);
    ok(pt_outbox_start_replay(tx, "q", 0, 5, &err));
    rig_commit(tx);
}

static void test_items_and_their_sums(void **state)
{
    PtOutboxItem got;
    bool was;
    need(state);
    PtSqlTx *tx = rig_begin(&rig, true);
    ok(pt_outbox_add(tx, "q", 0, &err));
    PtOutboxItem i = item(5, PT_OUTBOX_RETRY, 100, "http_500");
    ok(pt_outbox_put(tx, "q", &i, &err));
    assert_int_equal(count_of(tx, PT_OUTBOX_RETRY, "http_500"), 1);
    i = item(5, PT_OUTBOX_DEAD, 200, "http_400");
    i.attempts = 2;
    ok(pt_outbox_put(tx, "q", &i, &err)); // in its place
    assert_int_equal(count_of(tx, PT_OUTBOX_RETRY, "http_500"), 0);
    assert_int_equal(count_of(tx, PT_OUTBOX_DEAD, "http_400"), 1);
    ok(pt_outbox_item(tx, "q", 5, &got, &err));
    assert_int_equal(got.attempts, 2);
    assert_int_equal(got.due_ms, 0);
    assert_string_equal(got.error, "why http_400");
    assert_int_equal(pt_outbox_item(tx, "other", 5, &got, NULL), PT_NOT_FOUND);
    ok(pt_outbox_settle(tx, "q", 5, &was, &err));
    assert_true(was);
    ok(pt_outbox_settle(tx, "q", 5, &was, &err));
    assert_false(was);
    assert_int_equal(count_of(tx, PT_OUTBOX_DEAD, "http_400"), 0);
    rig_commit(tx);
}

static bool names_ada(const void *ctx, PtStr text)
{
    (void)ctx;
    return pt_str_has(text, PT_STR("ada@"));
}

static void test_errors_that_name_somebody_are_blanked(void **state)
{
    PtOutboxPlace place = {.position = -1};
    PtOutboxItem got;
    PtOutboxQueue q;
    bool more = true;
    need(state);
    PtSqlTx *tx = rig_begin(&rig, true);
    for (uint64_t i = 0; i < 3; i++) {
        PtOutboxItem one = item(i, PT_OUTBOX_DEAD, 1, "refused");
        (void)snprintf(one.error, sizeof one.error, i == 1 ? "no such ada@example.com" : "busy");
        ok(pt_outbox_put(tx, i == 2 ? "r" : "q", &one, &err));
    }
    ok(pt_outbox_add(tx, "q", 0, &err));
    ok(pt_outbox_add(tx, "r", 0, &err));
    ok(pt_outbox_set_state(tx, "q", PT_OUTBOX_STOPPED, "401: no ada@example.com here", &err));
    ok(pt_outbox_set_state(tx, "r", PT_OUTBOX_STOPPED, "401", &err));
    ok(pt_outbox_blank(tx, names_ada, NULL, &place, &more, &err));
    assert_false(more);
    assert_string_equal(place.queue, "r");
    ok(pt_outbox_item(tx, "q", 1, &got, &err));
    assert_string_equal(got.error, "");
    assert_string_equal(got.reason, "refused");
    ok(pt_outbox_item(tx, "q", 0, &got, &err));
    assert_string_equal(got.error, "busy");
    assert_int_equal(pt_outbox_get(tx, "q", &q, NULL), PT_OK);
    assert_string_equal(q.reason, "");
    ok(pt_outbox_get(tx, "r", &q, &err));
    assert_string_equal(q.reason, "401");
    rig_commit(tx);
}

static void test_due_ones_come_by_time(void **state)
{
    static const int64_t dues[] = {300, 100, 200, 100};
    PtOutboxItem got[4];
    size_t count = 9;
    int64_t next_ms = 0;
    need(state);
    PtSqlTx *tx = rig_begin(&rig, true);
    for (size_t i = 0; i < 4; i++) {
        const PtOutboxItem one = item(i, PT_OUTBOX_RETRY, dues[i], "x");
        ok(pt_outbox_put(tx, "q", &one, &err));
    }
    const PtOutboxItem dead = item(9, PT_OUTBOX_DEAD, 1, "x");
    ok(pt_outbox_put(tx, "q", &dead, &err));
    ok(pt_outbox_due(tx, &(PtOutboxDue){"q", 99, 4}, got, &count, &next_ms, &err));
    assert_int_equal(count, 0);
    assert_int_equal(next_ms, 100);
    ok(pt_outbox_due(tx, &(PtOutboxDue){"q", 200, 4}, got, &count, &next_ms, &err));
    assert_int_equal(count, 3);
    assert_int_equal(got[0].position, 1);
    assert_int_equal(got[1].position, 3);
    assert_int_equal(got[2].position, 2);
    assert_int_equal(next_ms, 300);
    ok(pt_outbox_due(tx, &(PtOutboxDue){"q", 300, 2}, got, &count, &next_ms, &err));
    assert_int_equal(count, 2);
    assert_int_equal(next_ms, 300); // more are due
    ok(pt_outbox_due(tx, &(PtOutboxDue){"q", 300, 4}, got, &count, &next_ms, &err));
    assert_int_equal(next_ms, INT64_MAX);
    rig_commit(tx);
}

static void test_dead_letters_by_page_and_reason(void **state)
{
    PtOutboxItem got[8];
    size_t count = 0;
    need(state);
    PtSqlTx *tx = rig_begin(&rig, true);
    for (uint64_t i = 0; i < 6; i++) {
        const PtOutboxItem one = item(i, PT_OUTBOX_DEAD, (int64_t)i * 10, i % 2 ? "odd" : "even");
        ok(pt_outbox_put(tx, "q", &one, &err));
    }
    PtOutboxDead query = {.queue = "q", .after = -1, .before_ms = INT64_MAX, .max = 4};
    ok(pt_outbox_dead(tx, &query, got, &count, &err));
    assert_int_equal(count, 4);
    assert_int_equal(got[0].position, 0);
    query.after = 3;
    ok(pt_outbox_dead(tx, &query, got, &count, &err));
    assert_int_equal(count, 2);
    query = (PtOutboxDead){
        .queue = "q", .reason = PT_STR("odd"), .after = 0, .before_ms = 50, .max = 8};
    ok(pt_outbox_dead(tx, &query, got, &count, &err));
    assert_int_equal(count, 2); // 1 and 3: 5 failed at 50
    assert_int_equal(got[1].position, 3);
    rig_commit(tx);
}

static void test_a_queue_goes_with_its_items(void **state)
{
    PtOutboxQueue q;
    bool more = true;
    need(state);
    PtSqlTx *tx = rig_begin(&rig, true);
    ok(pt_outbox_add(tx, "q", 0, &err));
    ok(pt_outbox_add(tx, "p", 0, &err));
    const PtOutboxItem one = item(1, PT_OUTBOX_DEAD, 5, "a");
    ok(pt_outbox_put(tx, "q", &one, &err));
    ok(pt_outbox_put(tx, "p", &one, &err));
    ok(pt_outbox_drop(tx, "q", &more, &err));
    assert_false(more);
    assert_int_equal(pt_outbox_get(tx, "q", &q, NULL), PT_NOT_FOUND);
    assert_int_equal(count_of(tx, PT_OUTBOX_DEAD, "a"), 0);
    ok(pt_outbox_get(tx, "p", &q, &err));
    rig_commit(tx);
    assert_int_equal(rig_number_now(&rig, "SELECT COUNT(*) FROM outbox_item"), 1);
}

#define ON_BOTH(test)                                                                              \
    {"sqlite: " #test, test, set_up, tear_down, &engines[RIG_SQLITE]},                             \
    {                                                                                              \
        "postgres: " #test, test, set_up, tear_down, &engines[RIG_POSTGRES]                        \
    }

int main(void)
{
    static RigEngine engines[RIG_ENGINES] = {RIG_SQLITE, RIG_POSTGRES};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_backoff_is_uniform_up_to_a_bound_that_doubles),
        cmocka_unit_test(test_breaker_opens_probes_and_closes),
        cmocka_unit_test(test_breaker_heeds_retry_after),
        ON_BOTH(test_queue_is_kept),
        ON_BOTH(test_what_people_decide_is_not_overwritten),
        ON_BOTH(test_jobs_and_replays_run_one_at_a_time),
        ON_BOTH(test_items_and_their_sums),
        ON_BOTH(test_errors_that_name_somebody_are_blanked),
        ON_BOTH(test_due_ones_come_by_time),
        ON_BOTH(test_dead_letters_by_page_and_reason),
        ON_BOTH(test_a_queue_goes_with_its_items),
    };
    return cmocka_run_group_tests_name("platform/outbox", tests, NULL, NULL);
}
