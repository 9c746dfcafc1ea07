// SPDX-License-Identifier: Apache-2.0
#include "work/live_rig.h"

#include "base/test_rows.h"
#include "platform/migrations.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { FIRED_TEXT = 1 << 20, STEPS_MAX = 1 << 20 };

static const AuditActor staff = {.kind = AUDIT_ACCOUNT, .id = "acc-1", .name = "Mia Berg"};

static void must(PtStatus st, const PtError *err)
{
    if (st != PT_OK) {
        print_error("%s\n", err->message);
    }
    assert_int_equal(st, PT_OK);
}

/* ---- What the item's owner does ---------------------------------------------------------------
 */

static const WorkCalendars *hold(void *ctx)
{
    LiveRig *rig = ctx;
    rig->holders++;
    rig->held = clock_rig_rules(&rig->calendars).calendars;
    return &rig->held;
}

static void release(void *ctx, const WorkCalendars *held)
{
    LiveRig *rig = ctx;
    assert_ptr_equal(held, &rig->held);
    rig->holders--;
}

static PtStatus fired(void *ctx, PtSqlTx *tx, const WorkFired *one, PtError *err)
{
    LiveRig *rig = ctx;
    assert_true(rig->heard_count < LIVE_RIG_HEARD);
    rig->heard[rig->heard_count++] = *one;
    return rig->answer != NULL ? rig->answer(rig, tx, one, err) : PT_OK;
}

static void committed(void *ctx, WorkItem item)
{
    LiveRig *rig = ctx;
    (void)item;
    rig->committed++;
}

static void due(void *ctx, WorkItem item, const WorkDue *what)
{
    LiveRig *rig = ctx;
    if (item.number >= 1 && item.number <= 2) {
        rig->due_ms[item.number - 1] = what->due_ms;
    }
}

/* ---- Opening ----------------------------------------------------------------------------------
 */

void live_rig_init(LiveRig *rig, SqlRig *sql, int64_t start_ms)
{
    static const char *const tables[] = {"DELETE FROM work_item", "DELETE FROM work_fired",
                                         "DELETE FROM work_policy", "DELETE FROM feed"};
    PtError err = {0};
    *rig = (LiveRig){.sql = sql, .due_ms = {WORK_NEVER, WORK_NEVER}};
    rig->clock = pt_clock_sim_new(start_ms, 0);
    assert_non_null(rig->clock);
    clock_rig_init(&rig->calendars);
    must(pt_migrations_apply(sql->sql, PT_MIGRATIONS_CORE, &err), &err);
    PtSqlTx *tx = rig_begin(sql, true);
    for (size_t i = 0; i < PT_COUNT(tables); i++) {
        rig_run(tx, tables[i]);
    }
    rig_commit(tx);
}

void live_rig_open(LiveRig *rig)
{
    PtError err = {0};
    WorkConfig c = {.core = rig->sql->sql, .clock = rig->clock, .calendars = {rig, hold, release}};
    for (unsigned i = 0; i < WORK_OWNERS; i++) {
        c.listener[i] = (WorkListener){rig, fired, committed, due};
    }
    must(work_open(&c, &rig->work, &err), &err);
}

void live_rig_restart(LiveRig *rig)
{
    work_close(PT_TAKE(rig->work));
    assert_int_equal(rig->holders, 0);
    live_rig_open(rig);
}

void live_rig_done(LiveRig *rig)
{
    work_close(PT_TAKE(rig->work));
    assert_int_equal(rig->holders, 0);
    clock_rig_done(&rig->calendars);
    pt_clock_free(rig->clock);
}

/* ---- Changing ---------------------------------------------------------------------------------
 */

void live_rig_write(LiveRig *rig, int64_t number, int64_t base_ms, const char *rows)
{
    const WorkItem item = {WORK_TICKET, number};
    const WorkHistory history = clock_rig_history(&rig->calendars, base_ms, rows);
    LiveStored stored = {0};
    PtError err = {0};
    const int64_t last_ms = history.rows[history.count - 1].at_ms;
    if (pt_clock_now_ms(rig->clock) < last_ms) {
        pt_clock_sim_set(rig->clock, last_ms);
    }
    PtSqlTx *tx = rig_begin(rig->sql, true);
    bool there = live_read(tx, live_id(item), &stored, &err) == PT_OK;
    free(stored.record);
    for (size_t i = 0; i < history.count; i++, there = true) {
        must(there ? work_changed(rig->work, tx, item, &history.rows[i], &err)
                   : work_opened(rig->work, tx, item, &history.rows[i], &err),
             &err);
    }
    rig_commit(tx);
    must(work_settled(rig->work, item, &err), &err);
}

void live_rig_policy(LiveRig *rig, const char *json)
{
    PtError err = {0};
    WorkStoredPolicy saved, *list = NULL;
    size_t count = 0;
    int64_t version = 0;
    must(work_policies(rig->work, rig->calendars.arena, &list, &count, &err), &err);
    for (size_t i = 0; i < count; i++) {
        version = list[i].version > version ? list[i].version : version;
    }
    const WorkStoredPolicy p = {.id = PT_STR("default"), .json = pt_str(json)};
    must(work_policy_put(rig->work, &staff, &p, version, rig->calendars.arena, &saved, &err), &err);
    assert_int_equal(saved.version, version + 1);
}

static uint64_t done_so_far(const LiveRig *rig)
{
    const LiveCounts *c = &rig->work->counts;
    return atomic_load(&c->fired[0]) + atomic_load(&c->fired[1]) + atomic_load(&c->fired[2]) +
           atomic_load(&c->corrected);
}

void live_rig_fire(LiveRig *rig)
{
    const LiveTable *t = &rig->work->table;
    PtError err = {0};
    uint64_t before;
    do {
        before = done_so_far(rig);
        for (size_t i = 0; i < t->count; i++) {
            const PtTimer timer = {.kind = LIVE_TIMER_ITEM, .key = t->items[i].id};
            must(timer.key != 0 ? live_fire(rig->work, &timer, 1, &err) : PT_OK, &err);
        }
    } while (done_so_far(rig) != before);
}

void live_rig_move(LiveRig *rig, int64_t at_ms, int64_t step_ms)
{
    live_rig_fire(rig);
    for (int64_t now = pt_clock_now_ms(rig->clock); now < at_ms;
         now = pt_clock_now_ms(rig->clock)) {
        pt_clock_sim_set(rig->clock, at_ms - now < step_ms ? at_ms : now + step_ms);
        live_rig_fire(rig);
    }
}

/* ---- Looking ----------------------------------------------------------------------------------
 */

const char *live_rig_fired(LiveRig *rig, int64_t base_ms, PtArena *arena)
{
    static const char rows[] = "SELECT item, clock, round, kind, step, due_ms FROM work_fired "
                               "WHERE corrected_ms = 0 "
                               "ORDER BY item, clock, round, kind, step, due_ms";
    PtBuf out;
    PtError err = {0};
    bool row = false;
    pt_buf_init(&out, FIRED_TEXT);
    PtSqlTx *tx = rig_begin(rig->sql, false);
    must(pt_sql_use(tx, rows, &err), &err);
    while (pt_sql_step(tx, &row, &err) == PT_OK && row) {
        const PtStr step = pt_sql_text(tx, 4);
        pt_buf_printf(&out, "%s%" PRId64 " %.*s/%" PRId64 " %.*s%s%.*s @%" PRId64,
                      out.len > 0 ? "; " : "", pt_sql_i64(tx, 0), PT_STR_ARG(pt_sql_text(tx, 1)),
                      pt_sql_i64(tx, 2), PT_STR_ARG(pt_sql_text(tx, 3)), step.len > 0 ? " " : "",
                      PT_STR_ARG(step), (pt_sql_i64(tx, 5) - base_ms) / 1000);
    }
    pt_sql_done(tx);
    pt_sql_rollback(tx);
    const PtStr text = pt_arena_str(arena, pt_buf_str(&out));
    pt_buf_done(&out);
    assert_non_null(text.data);
    return text.data;
}

WorkClock live_rig_clock(LiveRig *rig, int64_t number, WorkClockKind kind)
{
    WorkClock clocks[WORK_CLOCKS];
    PtError err = {0};
    must(work_item_clocks(rig->work, (WorkItem){WORK_TICKET, number}, clocks, rig->calendars.arena,
                          &err),
         &err);
    return clocks[kind];
}
