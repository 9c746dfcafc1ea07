// SPDX-License-Identifier: Apache-2.0
/* Live clocks over real tables of both engines: what is fired when, once; edits, corrections,
 * restarts, memory that runs out at every place. */
#include "work/live_rig.h"

#include <fault/fault_alloc.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/test_rows.h"

/* A Wednesday, 2026-06-03T12:00:00Z. */
#define BASE_MS INT64_C(1780488000000)
#define MIN_MS  INT64_C(60000)
#define HOUR    "{\"hours\":1,\"in\":\"24x7\"}"
#define STOPS   "{\"property\":\"state\",\"is\":\"one_of\",\"value\":[\"resolved\",\"closed\"]}"
#define WAITS   "{\"property\":\"waiting_for\",\"is\":\"equals\",\"value\":\"requester\"}"
#define POLICY(targets, more)                                                                      \
    "{\"name\":\"Test\",\"clocks\":{\"resolution\":{\"targets\":{" targets "},\"pause\":" WAITS    \
    ",\"stop\":" STOPS ",\"again\":\"on\"" more "}}}"

static SqlRig rigs[RIG_ENGINES]; /* opened once: a database takes its time */
static LiveRig r;
static PtArena *arena;
static const AuditActor staff = {.kind = AUDIT_ACCOUNT, .id = "acc-1", .name = "Mia Berg"};

static int set_up(void **state)
{
    const RigEngine engine = *(RigEngine *)*state;
    SqlRig *sql = &rigs[engine];
    arena = NULL;
    if (!rig_has(engine)) {
        return 0;
    }
    if (sql->sql == NULL) {
        if (!rig_init(sql, engine)) {
            return -1;
        }
        rig_open_sql(sql, NULL);
    }
    arena = pt_arena_new(64 << 20);
    live_rig_init(&r, sql, BASE_MS);
    live_rig_open(&r);
    return arena != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    if (arena != NULL) {
        live_rig_done(&r);
        pt_arena_free(arena);
    }
    return 0;
}

static int close_rigs(void **state)
{
    (void)state;
    for (size_t i = 0; i < RIG_ENGINES; i++) {
        if (rigs[i].sql != NULL) {
            rig_done(&rigs[i]);
        }
    }
    return 0;
}

static void skip_without(void **state)
{
    if (!rig_has(*(RigEngine *)*state)) {
        skip();
    }
}

static void move_to(int64_t minutes)
{
    live_rig_move(&r, BASE_MS + minutes * MIN_MS, MIN_MS);
}

static void assert_fired(const char *want)
{
    assert_string_equal(live_rig_fired(&r, BASE_MS, arena), want);
}

static int64_t number_of(const char *statement)
{
    return rig_number_now(r.sql, statement);
}

/* ---- Firing -----------------------------------------------------------------------------------
 */

static void a_clock_warns_breaches_and_steps_once(void **state)
{
    skip_without(state);
    live_rig_policy(&r, POLICY("\"P1\":" HOUR, ",\"steps\":[{\"name\":\"half\",\"percent\":50},"
                                               "{\"name\":\"late\",\"over\":{\"minutes\":30}}]"));
    live_rig_write(&r, 1, BASE_MS, "0 opened state=new priority=P1");
    assert_int_equal(r.due_ms[0], BASE_MS + 60 * MIN_MS);
    move_to(29);
    assert_fired("");
    move_to(44);
    assert_fired("1 resolution/1 step half @1800");
    pt_clock_sim_set(r.clock, BASE_MS + 45 * MIN_MS - 1);
    live_rig_fire(&r);
    assert_int_equal(r.heard_count, 1);
    pt_clock_sim_advance(r.clock, 1);
    live_rig_fire(&r);
    assert_int_equal(r.heard_count, 2);
    assert_int_equal(r.heard[1].kind, WORK_AT_RISK);
    pt_clock_sim_set(r.clock, BASE_MS + 60 * MIN_MS);
    live_rig_fire(&r);
    assert_int_equal(r.heard_count, 2); // the due instant is in time
    pt_clock_sim_advance(r.clock, 1);
    live_rig_fire(&r);
    assert_int_equal(r.heard_count, 3);
    move_to(300);
    assert_fired("1 resolution/1 at_risk @2700; 1 resolution/1 breached @3600; "
                 "1 resolution/1 step half @1800; 1 resolution/1 step late @5400");
    assert_int_equal(r.heard_count, 4);
    assert_int_equal(r.committed, 4);
    assert_int_equal(number_of("SELECT COUNT(*) FROM feed WHERE name LIKE 'SLA %'"), 4);
    assert_int_equal(r.due_ms[0], BASE_MS + 60 * MIN_MS); // stays at the top
}

/* 15 minutes of the clock's own time before it is due are the evening before. */
static void a_warning_comes_at_its_lead_over_a_closing_hour(void **state)
{
    skip_without(state);
    clock_rig_calendar(&r.calendars, WORK_CALENDAR_STORE, "a", 0,
                       "{\"zone\":\"UTC\",\"hours\":{\"wed\":[[\"09:00\",\"13:00\"]],"
                       "\"thu\":[[\"09:00\",\"13:00\"]]}}");
    live_rig_policy(&r, POLICY("\"P1\":{\"minutes\":65,\"in\":\"store\"}", ""));
    live_rig_write(&r, 1, BASE_MS, "0 opened state=new priority=P1 store=a");
    assert_int_equal(r.due_ms[0], BASE_MS + (21 * 60 + 5) * MIN_MS);
    move_to(49);
    assert_fired("");
    move_to(50);
    assert_fired("1 resolution/1 at_risk @3000");
    move_to(21 * 60 + 5);
    assert_int_equal(r.heard_count, 1);
    move_to(21 * 60 + 6);
    assert_fired("1 resolution/1 at_risk @3000; 1 resolution/1 breached @75900");
    assert_int_equal(r.heard_count, 2);
}

static void pauses_move_what_is_ahead_and_warn_once(void **state)
{
    skip_without(state);
    live_rig_policy(&r, POLICY("\"P1\":" HOUR, ""));
    live_rig_write(&r, 1, BASE_MS, "0 opened state=new priority=P1");
    move_to(50);
    assert_fired("1 resolution/1 at_risk @2700");
    live_rig_write(&r, 1, BASE_MS,
                   "50:10 asked waiting_for=requester; 50:20 answered waiting_for=;"
                   "50:30 asked waiting_for=requester; 50:40 answered waiting_for=");
    assert_int_equal(r.due_ms[0], BASE_MS + 60 * MIN_MS + 20000);
    live_rig_write(&r, 1, BASE_MS, "55 asked waiting_for=requester");
    assert_int_equal(r.due_ms[0], WORK_NEVER);
    move_to(600);
    assert_int_equal(r.heard_count, 1);
    live_rig_write(&r, 1, BASE_MS, "600 answered waiting_for=");
    move_to(700);
    assert_fired("1 resolution/1 at_risk @2700; 1 resolution/1 breached @36320");
    assert_int_equal(r.heard_count, 2);
}

/* ---- What is taken back -----------------------------------------------------------------------
 */

static void a_lower_priority_takes_warning_and_breach_back(void **state)
{
    skip_without(state);
    live_rig_policy(&r, POLICY("\"P1\":" HOUR ",\"P3\":{\"hours\":8,\"in\":\"24x7\"}", ""));
    live_rig_write(&r, 1, BASE_MS, "0 opened state=new priority=P1");
    move_to(70);
    assert_int_equal(r.heard_count, 2);
    live_rig_write(&r, 1, BASE_MS, "70 changed priority=P3");
    live_rig_fire(&r);
    assert_fired("");
    assert_int_equal(number_of("SELECT COUNT(*) FROM work_fired WHERE corrected_ms > 0"), 2);
    assert_int_equal(number_of("SELECT COUNT(*) FROM feed WHERE name = 'SLA Corrected'"), 2);
    assert_int_equal(r.due_ms[0], BASE_MS + 480 * MIN_MS);
    move_to(500);
    assert_fired("1 resolution/1 at_risk @27900; 1 resolution/1 breached @28800");
    assert_int_equal(r.heard_count, 4);
    assert_int_equal(number_of("SELECT COUNT(*) FROM work_fired"), 4);
}

static void an_edited_policy_holds_for_open_items(void **state)
{
    skip_without(state);
    live_rig_policy(&r, POLICY("\"P1\":" HOUR, ""));
    live_rig_write(&r, 1, BASE_MS, "0 opened state=new priority=P1");
    live_rig_write(&r, 2, BASE_MS, "0 opened state=new priority=P1; 10 done state=resolved");
    move_to(50);
    assert_int_equal(r.heard_count, 1);
    live_rig_policy(&r, POLICY("\"P1\":{\"hours\":2,\"in\":\"24x7\"}", ""));
    live_rig_fire(&r);
    assert_fired("");
    assert_int_equal(live_rig_clock(&r, 1, WORK_CLOCK_RESOLUTION).due_ms, BASE_MS + 120 * MIN_MS);
    assert_int_equal(live_rig_clock(&r, 2, WORK_CLOCK_RESOLUTION).target_ms, 60 * MIN_MS);
    move_to(51);
    live_rig_policy(&r, POLICY("\"P1\":{\"minutes\":40,\"in\":\"24x7\"}", ""));
    live_rig_fire(&r);
    assert_fired("1 resolution/1 at_risk @3060; 1 resolution/1 breached @3060");
    assert_int_equal(live_rig_clock(&r, 2, WORK_CLOCK_RESOLUTION).state, WORK_CLOCK_IS_MET);
}

/* What was corrected and comes again at the same instant is fired again, in the same row. */
static void a_deadline_that_comes_back_is_fired_again(void **state)
{
    skip_without(state);
    static const char one[] = POLICY("\"P1\":" HOUR, "");
    static const char two[] = POLICY("\"P1\":{\"hours\":2,\"in\":\"24x7\"}", "");
    live_rig_policy(&r, one);
    live_rig_write(&r, 1, BASE_MS, "0 opened state=new priority=P1");
    move_to(45);
    live_rig_policy(&r, two);
    live_rig_fire(&r);
    live_rig_policy(&r, one);
    live_rig_fire(&r);
    assert_fired("1 resolution/1 at_risk @2700");
    assert_int_equal(number_of("SELECT COUNT(*) FROM work_fired"), 1);
    assert_int_equal(number_of("SELECT COUNT(*) FROM feed WHERE name LIKE 'SLA %'"), 3);
}

/* ---- Restarts ---------------------------------------------------------------------------------
 */

static void what_came_while_it_was_down_is_caught_up(void **state)
{
    skip_without(state);
    live_rig_policy(&r, POLICY("\"P1\":" HOUR, ""));
    live_rig_write(&r, 1, BASE_MS, "0 opened state=new priority=P1");
    move_to(50);
    live_rig_restart(&r);
    live_rig_fire(&r);
    assert_int_equal(r.heard_count, 1);
    pt_clock_sim_set(r.clock, BASE_MS + 90 * MIN_MS);
    live_rig_restart(&r);
    assert_int_equal(r.due_ms[0], BASE_MS + 60 * MIN_MS);
    live_rig_fire(&r);
    assert_fired("1 resolution/1 at_risk @2700; 1 resolution/1 breached @3600");
    assert_int_equal(atomic_load(&r.work->counts.caught_up), 1);
    live_rig_restart(&r);
    live_rig_fire(&r);
    assert_int_equal(r.heard_count, 2);
}

static void what_is_over_leaves_memory_and_comes_back(void **state)
{
    skip_without(state);
    live_rig_policy(&r, POLICY("\"P1\":" HOUR, ""));
    live_rig_write(&r, 1, BASE_MS, "0 opened state=new priority=P1");
    live_rig_write(&r, 2, BASE_MS, "0 opened state=new priority=P1");
    live_rig_write(&r, 1, BASE_MS, "10 done state=resolved");
    live_rig_fire(&r);
    assert_int_equal(r.work->table.live, 1);
    assert_int_equal(r.due_ms[0], WORK_NEVER);
    assert_int_equal(number_of("SELECT COUNT(*) FROM work_item WHERE live = 1"), 1);
    live_rig_restart(&r);
    assert_int_equal(r.work->table.live, 1);
    live_rig_write(&r, 1, BASE_MS, "20 reopened state=in_progress");
    assert_int_equal(r.work->table.live, 2);
    assert_int_equal(r.due_ms[0], BASE_MS + 70 * MIN_MS);
    assert_int_equal(live_rig_clock(&r, 1, WORK_CLOCK_RESOLUTION).elapsed_ms, 10 * MIN_MS);
}

/* A change that was committed and not settled is known to whoever fires. */
static void a_settling_that_was_missed_does_no_harm(void **state)
{
    skip_without(state);
    const WorkChange change = {WORK_STATE, PT_STR("resolved")};
    const WorkRow row = {BASE_MS + 10 * MIN_MS, PT_STR("done"), &change, 1};
    live_rig_policy(&r, POLICY("\"P1\":" HOUR, ""));
    live_rig_write(&r, 1, BASE_MS, "0 opened state=new priority=P1");
    PtSqlTx *tx = rig_begin(r.sql, true);
    assert_int_equal(work_changed(r.work, tx, (WorkItem){WORK_TICKET, 1}, &row, NULL), PT_OK);
    rig_commit(tx);
    move_to(90);
    assert_fired("");
    assert_int_equal(r.work->table.live, 0);
}

/* What is in memory can be older than what SQL has: nothing is written on its grounds. */
static void an_old_record_overwrites_nothing(void **state)
{
    skip_without(state);
    const PtTimer timer = {LIVE_TIMER_ITEM, 1, 0};
    LiveStored old = {0};
    live_rig_policy(&r, POLICY("\"P1\":" HOUR, ""));
    live_rig_write(&r, 1, BASE_MS, "0 opened state=new priority=P1; 10 done state=resolved");
    PtSqlTx *tx = rig_begin(r.sql, false);
    assert_int_equal(live_read(tx, 1, &old, NULL), PT_OK);
    pt_sql_rollback(tx);
    live_rig_fire(&r);
    assert_int_equal(r.work->table.live, 0);
    live_rig_write(&r, 1, BASE_MS, "20 reopened state=in_progress");
    live_table_drop(&r.work->table, live_table_find(&r.work->table, 1));
    assert_int_equal(live_install(r.work, 1, old.record, NULL), PT_OK); // it came that late
    assert_int_equal(live_fire(r.work, &timer, 1, NULL), PT_CONFLICT);
    move_to(100);
    assert_fired("1 resolution/1 at_risk @3300; 1 resolution/1 breached @4200");
}

static void a_change_that_was_rolled_back_did_not_happen(void **state)
{
    skip_without(state);
    const WorkChange change = {WORK_STATE, PT_STR("resolved")};
    const WorkRow row = {BASE_MS + 10 * MIN_MS, PT_STR("done"), &change, 1};
    live_rig_policy(&r, POLICY("\"P1\":" HOUR, ""));
    live_rig_write(&r, 1, BASE_MS, "0 opened state=new priority=P1");
    PtSqlTx *tx = rig_begin(r.sql, true);
    assert_int_equal(work_changed(r.work, tx, (WorkItem){WORK_TICKET, 1}, &row, NULL), PT_OK);
    pt_sql_rollback(tx);
    move_to(90);
    assert_fired("1 resolution/1 at_risk @2700; 1 resolution/1 breached @3600");
    live_rig_write(&r, 1, BASE_MS, "95 done state=resolved");
    assert_int_equal(live_rig_clock(&r, 1, WORK_CLOCK_RESOLUTION).breached, 1);
}

/* ---- The owner --------------------------------------------------------------------------------
 */

/* Each warning raises the priority, which makes the clock late at once. */
static PtStatus raise(LiveRig *rig, PtSqlTx *tx, const WorkFired *fired, PtError *err)
{
    const WorkChange change = {WORK_PRIORITY, PT_STR("P1")};
    const WorkRow row = {pt_clock_now_ms(rig->clock), PT_STR("escalated"), &change, 1};
    return fired->kind == WORK_AT_RISK ? work_changed(rig->work, tx, fired->item, &row, err)
                                       : PT_OK;
}

static void an_owner_may_change_what_fired(void **state)
{
    skip_without(state);
    r.answer = raise;
    live_rig_policy(&r, POLICY("\"P1\":{\"minutes\":10,\"in\":\"24x7\"},\"P2\":" HOUR, ""));
    live_rig_write(&r, 1, BASE_MS, "0 opened state=new priority=P2");
    move_to(44);
    assert_fired("");
    move_to(45);
    assert_fired("1 resolution/1 at_risk @2700; 1 resolution/1 breached @2700");
    assert_int_equal(r.heard_count, 2);
    live_rig_restart(&r);
    live_rig_fire(&r);
    assert_int_equal(r.heard_count, 2);
}

static PtStatus refuse_first(LiveRig *rig, PtSqlTx *tx, const WorkFired *fired, PtError *err)
{
    (void)rig;
    (void)tx;
    return fired->item.number == 1 ? pt_fail(err, PT_INVALID, "not now") : PT_OK;
}

/* One that fails holds nobody else up, and is fired when it can be. */
static void an_owner_that_fails_is_asked_again(void **state)
{
    skip_without(state);
    PtTimer timers[2] = {{LIVE_TIMER_ITEM, 1, 0}, {LIVE_TIMER_ITEM, 2, 0}};
    r.answer = refuse_first;
    live_rig_policy(&r, POLICY("\"P1\":" HOUR, ""));
    live_rig_write(&r, 1, BASE_MS, "0 opened state=new priority=P1");
    live_rig_write(&r, 2, BASE_MS, "0 opened state=new priority=P1");
    pt_clock_sim_set(r.clock, BASE_MS + 50 * MIN_MS);
    assert_int_equal(live_fire(r.work, timers, 2, NULL), PT_INVALID);
    assert_fired("2 resolution/1 at_risk @2700");
    r.answer = NULL;
    assert_int_equal(live_fire(r.work, timers, 2, NULL), PT_OK);
    assert_fired("1 resolution/1 at_risk @2700; 2 resolution/1 at_risk @2700");
    assert_int_equal(r.committed, 2);
}

/* ---- Threads ----------------------------------------------------------------------------------
 */

static void wait_for(const _Atomic uint64_t *count, uint64_t value)
{
    const struct timespec nap = {0, 1000000};
    for (unsigned i = 0; i < 10000 && atomic_load(count) < value; i++) {
        (void)nanosleep(&nap, NULL);
    }
    assert_int_equal(atomic_load(count), value);
}

static void threads_fire_and_look_anew(void **state)
{
    skip_without(state);
    LiveCounts *counts = &r.work->counts;
    live_rig_policy(&r, POLICY("\"P1\":" HOUR, ""));
    live_rig_write(&r, 1, BASE_MS, "0 opened state=new priority=P1");
    assert_int_equal(work_start(r.work, NULL), PT_OK);
    pt_clock_sim_set(r.clock, BASE_MS + 45 * MIN_MS);
    wait_for(&counts->fired[WORK_AT_RISK], 1);
    live_rig_policy(&r, POLICY("\"P1\":{\"hours\":2,\"in\":\"24x7\"}", ""));
    live_wait(r.work);
    assert_int_equal(r.due_ms[0], BASE_MS + 120 * MIN_MS);
    wait_for(&counts->corrected, 1);
    pt_clock_sim_set(r.clock, BASE_MS + 120 * MIN_MS + 1);
    wait_for(&counts->fired[WORK_BREACHED], 1);
    assert_int_equal(atomic_load(&counts->fired[WORK_AT_RISK]), 2);
    live_missed(r.work); // reads all again: nothing is new
    assert_int_equal(work_calendars_changed(r.work, NULL), PT_OK);
    live_wait(r.work);
    assert_false(r.work->missed);
    assert_int_equal(r.work->table.live, 1);
}

/* ---- Policies ---------------------------------------------------------------------------------
 */

static void policies_are_versions(void **state)
{
    skip_without(state);
    WorkStoredPolicy saved, *list = NULL;
    size_t count = 0;
    const WorkStoredPolicy tills = {
        .id = PT_STR("tills"), .rank = 5, .json = PT_STR(POLICY("\"P1\":" HOUR, ""))};
    assert_int_equal(work_policies(r.work, arena, &list, &count, NULL), PT_OK);
    assert_int_equal(count, 1);
    assert_string_equal(list[0].id.data, "default");
    assert_string_equal(list[0].name.data, "Default");
    assert_int_equal(list[0].version, 1);
    assert_int_equal(list[0].from_ms, 0);
    assert_int_equal(work_policy_put(r.work, &staff, &tills, 1, arena, &saved, NULL), PT_CONFLICT);
    assert_int_equal(work_policy_put(r.work, &staff, &tills, 0, arena, &saved, NULL), PT_OK);
    assert_int_equal(saved.version, 2);
    assert_int_equal(saved.from_ms, BASE_MS);
    assert_int_equal(work_policy_put(r.work, &staff, &tills, 0, arena, &saved, NULL), PT_CONFLICT);
    pt_clock_sim_advance(r.clock, MIN_MS);
    WorkStoredPolicy later = tills;
    later.from_ms = BASE_MS - 1;
    assert_int_equal(work_policy_put(r.work, &staff, &later, 2, arena, &saved, NULL), PT_INVALID);
    later.from_ms = BASE_MS + 60 * MIN_MS;
    assert_int_equal(work_policy_put(r.work, &staff, &later, 2, arena, &saved, NULL), PT_OK);
    assert_int_equal(work_policies(r.work, arena, &list, &count, NULL), PT_OK);
    assert_int_equal(count, 3);
    assert_string_equal(list[0].id.data, "tills");
    assert_int_equal(list[0].until_ms, BASE_MS + 60 * MIN_MS);
    assert_string_equal(list[1].changed_by.data, "Mia Berg");
    assert_int_equal(work_policy_end(r.work, &staff, PT_STR("tills"), 2, NULL), PT_CONFLICT);
    assert_int_equal(work_policy_end(r.work, &staff, PT_STR("tills"), 3, NULL), PT_OK);
    assert_int_equal(work_policy_end(r.work, &staff, PT_STR("tills"), 3, NULL), PT_NOT_FOUND);
    assert_int_equal(work_policy_end(r.work, &staff, PT_STR("none"), 0, NULL), PT_NOT_FOUND);
    live_rig_restart(&r);
    assert_int_equal(r.work->rules->count, 2); // the planned one never was in force
    assert_int_equal(number_of("SELECT COUNT(*) FROM audit_content WHERE subject = 'tills'"), 3);
}

/* A version that begins later changes deadlines without a row. */
static void a_planned_policy_begins_at_its_instant(void **state)
{
    skip_without(state);
    WorkStoredPolicy saved;
    const WorkStoredPolicy planned = {
        .id = PT_STR("default"),
        .from_ms = BASE_MS + 30 * MIN_MS,
        .json = PT_STR(POLICY("\"P1\":{\"minutes\":40,\"in\":\"24x7\"}", ""))};
    live_rig_policy(&r, POLICY("\"P1\":" HOUR, ""));
    assert_int_equal(work_policy_put(r.work, &staff, &planned, 2, arena, &saved, NULL), PT_OK);
    live_rig_write(&r, 1, BASE_MS, "0 opened state=new priority=P1");
    assert_int_equal(r.due_ms[0], BASE_MS + 60 * MIN_MS);
    move_to(50);
    assert_fired("1 resolution/1 at_risk @1800; 1 resolution/1 breached @2400");
}

static void a_policy_is_tried_on_what_there_was(void **state)
{
    skip_without(state);
    WorkTrial trial;
    live_rig_policy(&r, POLICY("\"P1\":" HOUR, ""));
    live_rig_write(&r, 1, BASE_MS, "0 opened state=new priority=P1; 30 done state=resolved");
    live_rig_write(&r, 2, BASE_MS, "0 opened state=new priority=P1; 70 done state=resolved");
    live_rig_write(&r, 3, BASE_MS, "10 opened state=new priority=P1; 30 done state=resolved");
    live_rig_write(&r, 4, BASE_MS, "11 opened state=new priority=P2; 30 done state=resolved");
    pt_clock_sim_set(r.clock, BASE_MS + 100 * MIN_MS);
    static const char tried[] = POLICY("\"P1\":{\"minutes\":25,\"in\":\"24x7\"},\"P2\":" HOUR, "");
    assert_int_equal(work_policy_try(r.work, pt_str(tried), 0, &trial, NULL), PT_OK);
    assert_int_equal(trial.items, 4);
    assert_int_equal(trial.was[WORK_CLOCK_RESOLUTION].promised, 3);
    assert_int_equal(trial.was[WORK_CLOCK_RESOLUTION].breached, 1);
    assert_int_equal(trial.would[WORK_CLOCK_RESOLUTION].promised, 4);
    assert_int_equal(trial.would[WORK_CLOCK_RESOLUTION].breached, 2);
    assert_int_equal(work_policy_try(r.work, pt_str(tried), BASE_MS + MIN_MS, &trial, NULL), PT_OK);
    assert_int_equal(trial.items, 2);
    assert_int_equal(work_policy_try(r.work, PT_STR("{}"), 0, &trial, NULL), PT_INVALID);
}

/* More than are read at once, of one instant. */
static void a_trial_reads_page_by_page(void **state)
{
    skip_without(state);
    enum { MANY = 1001 };
    WorkTrial trial;
    const WorkChange change = {WORK_PRIORITY, PT_STR("P1")};
    const WorkRow row = {BASE_MS, PT_STR("opened"), &change, 1};
    PtSqlTx *tx = rig_begin(r.sql, true);
    for (int64_t i = 1; i <= MANY; i++) {
        assert_int_equal(work_opened(r.work, tx, (WorkItem){WORK_CONVERSATION, i}, &row, NULL),
                         PT_OK);
    }
    rig_commit(tx);
    assert_int_equal(work_policy_try(r.work, work_policy_default(), BASE_MS, &trial, NULL), PT_OK);
    assert_int_equal(trial.items, MANY);
    assert_int_equal(trial.would[WORK_CLOCK_RESOLUTION].promised, MANY);
}

/* ---- Edges ------------------------------------------------------------------------------------
 */

static void items_have_bounds(void **state)
{
    skip_without(state);
    static char text[WORK_FACT_BYTES + 1];
    WorkChange change = {WORK_STORE, {text, WORK_FACT_BYTES}};
    WorkRow row = {BASE_MS, {text, WORK_EVENT_BYTES}, &change, 1};
    WorkClock clocks[WORK_CLOCKS];
    memset(text, 'x', sizeof text);
    PtSqlTx *tx = rig_begin(r.sql, true);
    assert_int_equal(work_changed(r.work, tx, (WorkItem){WORK_TICKET, 1}, &row, NULL),
                     PT_NOT_FOUND);
    assert_int_equal(work_opened(r.work, tx, (WorkItem){WORK_TICKET, 0}, &row, NULL), PT_INVALID);
    assert_int_equal(work_opened(r.work, tx, (WorkItem){WORK_OWNERS, 1}, &row, NULL), PT_INVALID);
    assert_int_equal(work_opened(r.work, tx, (WorkItem){WORK_TICKET, 1}, &row, NULL), PT_OK);
    change.value.len++;
    assert_int_equal(work_changed(r.work, tx, (WorkItem){WORK_TICKET, 1}, &row, NULL),
                     PT_TOO_LARGE);
    change.value.len--;
    row.event.len++;
    assert_int_equal(work_changed(r.work, tx, (WorkItem){WORK_TICKET, 1}, &row, NULL),
                     PT_TOO_LARGE);
    rig_commit(tx);
    assert_int_equal(work_settled(r.work, (WorkItem){WORK_TICKET, 2}, NULL), PT_NOT_FOUND);
    assert_int_equal(
        work_item_clocks(r.work, (WorkItem){WORK_CONVERSATION, 1}, clocks, arena, NULL),
        PT_NOT_FOUND);
}

/* Somebody answers without end: the item can be resolved all the same. */
static void rows_that_change_nothing_leave_room(void **state)
{
    skip_without(state);
    static const char length[] = "SELECT LENGTH(history) FROM work_item";
    const WorkItem item = {WORK_TICKET, 1};
    const WorkChange resolved = {WORK_STATE, PT_STR("resolved")};
    const WorkRow says = {BASE_MS, PT_STR("requester_replied"), NULL, 0};
    const WorkRow ends = {BASE_MS, PT_STR(""), &resolved, 1};
    PtSqlTx *tx = rig_begin(r.sql, true);
    assert_int_equal(work_opened(r.work, tx, item, &says, NULL), PT_OK);
    for (int rows = 1; rows < WORK_ROWS / 2; rows *= 2) {
        rig_run(tx, "UPDATE work_item SET history = history || history");
    }
    assert_int_equal(work_changed(r.work, tx, item, &says, NULL), PT_OK);
    const int64_t full = rig_number(tx, length);
    assert_int_equal(work_changed(r.work, tx, item, &says, NULL), PT_OK);
    assert_int_equal(rig_number(tx, length), full);
    assert_int_equal(work_changed(r.work, tx, item, &ends, NULL), PT_OK);
    assert_true(rig_number(tx, length) > full);
    rig_commit(tx);
    assert_int_equal(work_settled(r.work, item, NULL), PT_OK);
}

static void every_second_of_a_stored_item_is_explained(void **state)
{
    skip_without(state);
    WorkExplained told;
    live_rig_policy(&r, POLICY("\"P1\":" HOUR, ""));
    live_rig_write(&r, 1, BASE_MS,
                   "0 opened state=new priority=P1; 10 asked state=waiting "
                   "waiting_for=requester; 25 answered state=in_progress "
                   "waiting_for=; 40 done state=resolved");
    pt_clock_sim_set(r.clock, BASE_MS + 100 * MIN_MS);
    assert_int_equal(work_item_explain(r.work, (WorkItem){WORK_TICKET, 1}, WORK_CLOCK_RESOLUTION,
                                       arena, &told, NULL),
                     PT_OK);
    const WorkClock clock = live_rig_clock(&r, 1, WORK_CLOCK_RESOLUTION);
    int64_t at = BASE_MS, counted = 0;
    for (size_t i = 0; i < told.count; i++) {
        assert_int_equal(told.list[i].from_ms, at);
        at = told.list[i].to_ms;
        counted += told.list[i].why == WORK_WHY_COUNTED ? at - told.list[i].from_ms : 0;
    }
    assert_int_equal(at, BASE_MS + 100 * MIN_MS);
    assert_int_equal(counted, 25 * MIN_MS);
    assert_int_equal(clock.elapsed_ms, counted);
    assert_int_equal(clock.state, WORK_CLOCK_IS_MET);
}

/* Memory runs out at every place of a firing, then of a settling: nothing is lost or doubled. */
static void memory_that_runs_out_loses_nothing(void **state)
{
    skip_without(state);
    const PtTimer timer = {LIVE_TIMER_ITEM, 1, 0};
    PtStatus st = PT_NO_MEMORY;
    size_t failures = 0;
    live_rig_policy(&r, POLICY("\"P1\":" HOUR, ""));
    live_rig_write(&r, 1, BASE_MS, "0 opened state=new priority=P1");
    pt_clock_sim_set(r.clock, BASE_MS + 50 * MIN_MS);
    for (size_t nth = 1; st != PT_OK; nth++, failures++) {
        fault_alloc_fail(nth, 0);
        st = live_fire(r.work, &timer, 1, NULL);
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || st == PT_NO_MEMORY);
    }
    assert_true(failures > 3);
    live_rig_fire(&r);
    assert_fired("1 resolution/1 at_risk @2700");
    assert_int_equal(number_of("SELECT COUNT(*) FROM feed WHERE name LIKE 'SLA %'"), 1);
    st = PT_NO_MEMORY;
    for (size_t nth = 1; st != PT_OK; nth++) {
        fault_alloc_fail(nth, 0);
        st = work_settled(r.work, (WorkItem){WORK_TICKET, 1}, NULL);
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || (st == PT_NO_MEMORY && r.work->missed));
    }
    st = PT_NO_MEMORY;
    for (size_t nth = 1; st != PT_OK; nth++) { // what the thread does about it
        fault_alloc_fail(nth, 0);
        st = live_load(r.work, NULL);
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || st == PT_NO_MEMORY);
    }
    pt_clock_sim_set(r.clock, BASE_MS + 70 * MIN_MS);
    live_rig_fire(&r);
    assert_int_equal(r.committed, 2);
}

static void memory_that_runs_out_at_the_start_is_said(void **state)
{
    skip_without(state);
    WorkConfig c = {.core = r.sql->sql, .clock = r.clock};
    PtStatus st = PT_NO_MEMORY;
    Work *other = NULL;
    live_rig_write(&r, 1, BASE_MS, "0 opened state=new priority=P1");
    for (size_t nth = 1; st != PT_OK; nth++) {
        fault_alloc_fail(nth, 0);
        st = work_open(&c, &other, NULL);
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || (st == PT_NO_MEMORY && other == NULL));
    }
    assert_int_equal(other->table.live, 1);
    work_close(other);
}

static RigEngine engines[RIG_ENGINES] = {RIG_SQLITE, RIG_POSTGRES};
static const struct {
    const char *name;
    void (*run)(void **state);
} cases[] = {
    {"a clock warns breaches and steps once", a_clock_warns_breaches_and_steps_once},
    {"a warning comes at its lead over a closing hour",
     a_warning_comes_at_its_lead_over_a_closing_hour},
    {"pauses move what is ahead and warn once", pauses_move_what_is_ahead_and_warn_once},
    {"a lower priority takes warning and breach back",
     a_lower_priority_takes_warning_and_breach_back},
    {"an edited policy holds for open items", an_edited_policy_holds_for_open_items},
    {"a deadline that comes back is fired again", a_deadline_that_comes_back_is_fired_again},
    {"what came while it was down is caught up", what_came_while_it_was_down_is_caught_up},
    {"what is over leaves memory and comes back", what_is_over_leaves_memory_and_comes_back},
    {"a settling that was missed does no harm", a_settling_that_was_missed_does_no_harm},
    {"an old record overwrites nothing", an_old_record_overwrites_nothing},
    {"a change that was rolled back did not happen", a_change_that_was_rolled_back_did_not_happen},
    {"an owner may change what fired", an_owner_may_change_what_fired},
    {"an owner that fails is asked again", an_owner_that_fails_is_asked_again},
    {"threads fire and look anew", threads_fire_and_look_anew},
    {"policies are versions", policies_are_versions},
    {"a planned policy begins at its instant", a_planned_policy_begins_at_its_instant},
    {"a policy is tried on what there was", a_policy_is_tried_on_what_there_was},
    {"a trial reads page by page", a_trial_reads_page_by_page},
    {"items have bounds", items_have_bounds},
    {"rows that change nothing leave room", rows_that_change_nothing_leave_room},
    {"every second of a stored item is explained", every_second_of_a_stored_item_is_explained},
    {"memory that runs out loses nothing", memory_that_runs_out_loses_nothing},
    {"memory that runs out at the start is said", memory_that_runs_out_at_the_start_is_said},
};

int main(void)
{
    struct CMUnitTest tests[PT_COUNT(cases) * RIG_ENGINES];
    static char names[PT_COUNT(cases) * RIG_ENGINES][96];
    size_t n = 0;
    for (size_t e = 0; e < RIG_ENGINES; e++) {
        for (size_t i = 0; i < PT_COUNT(cases); i++, n++) {
            (void)snprintf(names[n], sizeof names[n], "%s: %s", rig_engine_name(engines[e]),
                           cases[i].name);
            tests[n] = (struct CMUnitTest){names[n], cases[i].run, set_up, tear_down, &engines[e]};
        }
    }
    return cmocka_run_group_tests(tests, NULL, close_rigs);
}
