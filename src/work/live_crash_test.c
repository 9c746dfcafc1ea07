// SPDX-License-Identifier: Apache-2.0
/* Live clocks that are killed, or lose their power, at random instants, with their threads running:
 * what was committed is there, every deadline is fired once, with its event and what its owner
 * wrote, and after the last start the rows of history say the same as what was fired. A seed that
 * fails is printed; PATRON_SEED runs it again. */
#include "platform/feed.h"
#include "platform/migrations.h"
#include "work/live_rig.h"

#include "base/rng.h"
#include "base/test_rows.h"

#include <fault/fault_sqlite.h>
#include <fault/seeds.h>

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BASE_MS  INT64_C(1780488000000)
#define SPEED    (INT64_C(5000) * 1000000)
#define CHILD_MS 40
/* Priorities only rise and nothing is taken back, so that what has come has come. */
static const char policy[] =
    "{\"name\":\"Crash\",\"clocks\":{\"resolution\":{\"targets\":{"
    "\"P1\":{\"seconds\":20,\"in\":\"24x7\"},\"P2\":{\"seconds\":60,\"in\":\"24x7\"}},"
    "\"pause\":{\"property\":\"state\",\"is\":\"equals\",\"value\":\"waiting\"},"
    "\"stop\":{\"property\":\"state\",\"is\":\"equals\",\"value\":\"resolved\"},\"again\":\"on\","
    "\"warn\":{\"seconds\":8},\"steps\":[{\"name\":\"half\",\"percent\":50},"
    "{\"name\":\"over\",\"over\":{\"seconds\":10}}]}}}";

enum {
    ITEMS = 12,
    READY = 4,            /* changes before it may be killed */
    CUT_WITHIN = 600,     /* writes and syncs of SQLite */
    LIFE_MOST_MS = 20000, /* of one that waits for its cut */
};

typedef enum Death { KILLED, POWER_CUT } Death;

static SqlRig sql;

/* ---- The daemon -------------------------------------------------------------------------------
 */

static void must(PtStatus st)
{
    if (st != PT_OK) {
        _exit(1);
    }
}

static PtStatus note(void *ctx, PtSqlTx *tx, const WorkFired *fired, PtError *err)
{
    char subject[64];
    const PtClock *clock = ctx;
    (void)snprintf(subject, sizeof subject, "%" PRId64, fired->item.number);
    const PtFeedEvent event = {PT_STR("Heard"), pt_str(subject), PT_STR("{}")};
    return pt_feed_put(tx, pt_clock_now_ms(clock), &event, err);
}

static void open_work(PtClock *clock, Work **ret_work)
{
    PtSqlConfig c = rig_config(&sql);
    c.readers = 2;
    must(pt_sql_open(&c, &sql.sql, NULL));
    must(pt_migrations_apply(sql.sql, PT_MIGRATIONS_CORE, NULL));
    const WorkConfig config = {
        .core = sql.sql, .clock = clock, .listener[WORK_TICKET] = {.ctx = clock, .fired = note}};
    must(work_open(&config, ret_work, NULL));
}

static void change(Work *work, const PtClock *clock, PtRng *rng, int64_t first_number)
{
    static const char *const states[] = {"new", "waiting", "in_progress", "resolved"};
    const WorkItem item = {WORK_TICKET, first_number + (int64_t)pt_rng_below(rng, ITEMS)};
    const WorkChange changes[] = {{WORK_STATE, pt_str(states[pt_rng_below(rng, 4)])},
                                  {WORK_PRIORITY, PT_STR("P1")}};
    const WorkChange first[] = {{WORK_STATE, PT_STR("new")}, {WORK_PRIORITY, PT_STR("P2")}};
    PtSqlTx *tx = NULL;
    must(pt_sql_begin(sql.sql, true, &tx, NULL));
    WorkRow row = {pt_clock_now_ms(clock), PT_STR("said"), changes, 1 + pt_rng_below(rng, 2)};
    PtStatus st = work_changed(work, tx, item, &row, NULL);
    if (st == PT_NOT_FOUND) {
        row.changes = first;
        row.change_count = PT_COUNT(first);
        st = work_opened(work, tx, item, &row, NULL);
    }
    must(st);
    must(pt_sql_commit(&tx, NULL));
    must(work_settled(work, item, NULL));
}

/* A byte for each change that is committed. */
_Noreturn static void be_daemon(Death death, uint64_t seed, int64_t start_ms, int64_t first_number,
                                int committed)
{
    const struct timespec nap = {0, 500000};
    PtRng rng;
    Work *work = NULL;
    PtClock *clock = pt_clock_sim_new(start_ms, SPEED);
    must(clock != NULL ? PT_OK : PT_NO_MEMORY);
    pt_rng_init(&rng, seed);
    if (death == POWER_CUT) {
        fault_sqlite_cut(seed, 1 + pt_rng_below(&rng, CUT_WITHIN));
    }
    open_work(clock, &work);
    must(work_start(work, NULL));
    for (;;) {
        change(work, clock, &rng, first_number);
        must(write(committed, "", 1) == 1 ? PT_OK : PT_IO);
        (void)nanosleep(&nap, NULL);
    }
}

/* ---- What is left -----------------------------------------------------------------------------
 */

static uint64_t should_stand(const WorkRules *rules, const LiveRecord *record, int64_t now_ms)
{
    LiveScratch scratch = {0};
    WorkHistory history;
    WorkClock c;
    uint64_t count = 0;
    assert_int_equal(live_unpack(live_record_history(record), &scratch, &history, NULL), PT_OK);
    assert_int_equal(work_clock_fold(rules, &history, WORK_CLOCK_RESOLUTION, now_ms, &c, NULL),
                     PT_OK);
    const int64_t come[] = {c.at_risk_ms, c.step_ms[0], c.step_ms[1]};
    for (size_t i = 0; i < PT_COUNT(come); i++) {
        count += come[i] <= now_ms;
    }
    live_scratch_done(&scratch);
    return count + (c.state == WORK_CLOCK_IS_BREACHED);
}

static uint64_t rows_of(const LiveRecord *record)
{
    LiveScratch scratch = {0};
    WorkHistory history;
    assert_int_equal(live_unpack(live_record_history(record), &scratch, &history, NULL), PT_OK);
    const uint64_t count = history.count;
    live_scratch_done(&scratch);
    return count;
}

/* All open items, and those that are over: each has what its history says, fired once. Of those
 * from first_number on each change that was committed is there, and at most one more. */
static void check(Work *work, int64_t now_ms, int64_t first_number, uint64_t committed)
{
    const int64_t last_number = first_number + ITEMS;
    uint64_t want = 0, rows = 0;
    LiveView view;
    LiveRules *rules = live_rules_hold(work);
    assert_int_equal(live_view(work, rules, &view, NULL), PT_OK);
    PtSqlTx *tx = rig_begin(&sql, false);
    for (int64_t number = 1; number <= last_number; number++) {
        LiveStored stored = {0};
        const PtStatus st = live_read(tx, live_id((WorkItem){WORK_TICKET, number}), &stored, NULL);
        if (st == PT_OK) {
            const uint64_t stand = should_stand(&view.work, stored.record, now_ms);
            assert_int_equal(stored.record->fired_count, stand);
            want += stand;
            rows += number >= first_number ? rows_of(stored.record) : 0;
        }
        free(stored.record);
    }
    assert_in_range(rows, committed, committed + 1);
    assert_int_equal(rig_number(tx, "SELECT COUNT(*) FROM work_fired"), want);
    assert_int_equal(rig_number(tx, "SELECT COUNT(*) FROM feed WHERE name LIKE 'SLA %'"), want);
    assert_int_equal(rig_number(tx, "SELECT COUNT(*) FROM feed WHERE name = 'Heard'"), want);
    pt_sql_rollback(tx);
    live_view_done(work, &view);
    live_rules_release(rules);
}

/* Nothing is due any more once each item was asked for. */
static void catch_up(Work *work, uint64_t *caught_up)
{
    for (size_t i = 0; i < work->table.count; i++) {
        const PtTimer timer = {.kind = LIVE_TIMER_ITEM, .key = work->table.items[i].id};
        assert_int_equal(timer.key != 0 ? live_fire(work, &timer, 1, NULL) : PT_OK, PT_OK);
    }
    *caught_up += atomic_load(&work->counts.caught_up);
}

typedef struct Life {
    int64_t ms;         /* how long it may have been, by its clock */
    uint64_t committed; /* changes */
} Life;

static void await_ready(int committed, Life *life)
{
    char byte;
    for (; life->committed < READY; life->committed++) {
        assert_int_equal(read(committed, &byte, 1), 1);
    }
}

static Life live_and_die(Death death, uint64_t seed, int64_t start_ms, int64_t first_number)
{
    const int64_t began_ms = pt_mono_ms();
    PtRng rng;
    pt_rng_init(&rng, seed + 1);
    const struct timespec left = {0, (long)(1 + pt_rng_below(&rng, CHILD_MS)) * 1000000};
    int committed[2], status = 0;
    char byte;
    Life life = {0};
    assert_int_equal(pipe(committed), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)alarm(LIFE_MOST_MS / 1000);
        be_daemon(death, seed, start_ms, first_number, committed[1]);
    }
    (void)close(committed[1]);
    if (death == KILLED) {
        await_ready(committed[0], &life);
        (void)nanosleep(&left, NULL);
        assert_int_equal(kill(child, SIGKILL), 0);
    }
    while (read(committed[0], &byte, 1) == 1) {
        life.committed++;
    }
    (void)close(committed[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (death == KILLED) {
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    } else {
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), FAULT_SQLITE_CUT);
    }
    life.ms = (pt_mono_ms() - began_ms + 1) * (SPEED / 1000000);
    return life;
}

static void run(Death death)
{
    const FaultSeeds seeds = fault_seeds(death == KILLED ? 20 : 40, 200);
    static const AuditActor staff = {.kind = AUDIT_SYSTEM};
    PtClock *clock = pt_clock_sim_new(BASE_MS, 0);
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    Work *work = NULL;
    WorkStoredPolicy saved;
    uint64_t caught_up = 0, committed = 0;
    assert_non_null(clock);
    open_work(clock, &work);
    const WorkStoredPolicy p = {.id = PT_STR("default"), .from_ms = 1, .json = pt_str(policy)};
    assert_int_equal(work_policy_put(work, &staff, &p, 1, arena, &saved, NULL), PT_OK);
    for (uint64_t i = 0; i < seeds.count; i++) {
        print_message("seed %" PRIu64 "\n", seeds.first + i);
        work_close(work);
        pt_sql_close(PT_TAKE(sql.sql));
        const int64_t number = 1 + (int64_t)i * ITEMS;
        const Life life = live_and_die(death, seeds.first + i, pt_clock_now_ms(clock), number);
        committed += life.committed;
        pt_clock_sim_advance(clock, life.ms);
        open_work(clock, &work);
        catch_up(work, &caught_up);
        check(work, pt_clock_now_ms(clock), number, life.committed);
    }
    work_close(work);
    const int64_t all = rig_number_now(&sql, "SELECT COUNT(*) FROM work_fired");
    print_message("%" PRIu64 " changes, %" PRId64 " fired, %" PRIu64 " of them by the next start\n",
                  committed, all, caught_up);
    assert_true(seeds.count < 20 || (uint64_t)all > caught_up); // others while it ran
    pt_clock_free(clock);
}

static void every_deadline_is_fired_once(void **state)
{
    (void)state;
    run(KILLED);
}

static void so_it_is_after_a_power_cut(void **state)
{
    (void)state;
    run(POWER_CUT);
}

static int set_up(void **state)
{
    (void)state;
    static bool installed;
    if (!installed) {
        fault_sqlite_install();
        installed = true;
    }
    return rig_init(&sql, RIG_SQLITE) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    rig_done(&sql);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_deadline_is_fired_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(so_it_is_after_a_power_cut, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
