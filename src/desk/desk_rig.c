// SPDX-License-Identifier: Apache-2.0
#include "desk/desk_rig.h"

#include "platform/migrations.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

SqlRig *desk_rig;
PtClock *desk_clock;
Desk *desk;
Work *desk_work;
PtArena *desk_arena;
LanguageTriage *desk_rig_triage;
char desk_dir[] = "/tmp/patron-desk-XXXXXX";
const AuditActor desk_staff = {.kind = AUDIT_ACCOUNT, .id = "acc-1", .name = "Mia Berg"};

static SqlRig rigs[RIG_ENGINES]; /* opened once: a database takes its time */
static RigEngine engines[RIG_ENGINES] = {RIG_SQLITE, RIG_POSTGRES};

static const char *const tables[] = {
    "DELETE FROM desk_ticket",         "DELETE FROM desk_report",
    "DELETE FROM desk_history",        "DELETE FROM desk_link",
    "DELETE FROM desk_policy",         "DELETE FROM desk_escalation",
    "DELETE FROM desk_attachment",     "DELETE FROM desk_lead",
    "DELETE FROM desk_record",         "DELETE FROM desk_mailbox",
    "DELETE FROM desk_mail",           "DELETE FROM desk_mail_thread",
    "DELETE FROM desk_mail_out",       "DELETE FROM desk_route_setting",
    "DELETE FROM desk_route_presence", "DELETE FROM desk_route_decision",
    "DELETE FROM desk_room",           "DELETE FROM desk_update",
    "DELETE FROM desk_status_link",    "DELETE FROM desk_stakeholder",
    "DELETE FROM desk_route_leaving",  "DELETE FROM desk_route_passed",
    "DELETE FROM desk_finding",        "DELETE FROM desk_triage",
    "DELETE FROM triage_example",      "DELETE FROM triage_setting",
    "DELETE FROM work_item",           "DELETE FROM work_fired",
    "DELETE FROM work_policy"};

static bool open_desk(void)
{
    const DeskConfig c = {.core = desk_rig->sql,
                          .clock = desk_clock,
                          .fs = pt_fs_real(),
                          .data_dir = desk_dir,
                          .triage = desk_rig_triage};
    PtError err = {0};
    if (desk_open(&c, &desk, &err) != PT_OK) {
        return false;
    }
    const WorkConfig w = {.core = desk_rig->sql,
                          .clock = desk_clock,
                          .calendars = desk_calendars(desk),
                          .listener = {[WORK_TICKET] = desk_work_listener(desk)}};
    return work_open(&w, &desk_work, &err) == PT_OK && desk_start(desk, desk_work, &err) == PT_OK;
}

static void close_desk(void)
{
    work_close(PT_TAKE(desk_work));
    desk_close(PT_TAKE(desk));
}

void desk_rig_restart(void)
{
    close_desk();
    assert_true(open_desk());
}

static bool make_database(RigEngine engine)
{
    PtError err = {0};
    if (!rig_init(desk_rig, engine)) {
        return false;
    }
    rig_open_sql(desk_rig, NULL);
    return pt_migrations_apply(desk_rig->sql, PT_MIGRATIONS_CORE, &err) == PT_OK;
}

static int set_up(void **state)
{
    const RigEngine engine = *(RigEngine *)*state;
    desk_rig = &rigs[engine];
    if (!rig_has(engine)) {
        return 0;
    }
    if (desk_rig->sql == NULL && !make_database(engine)) {
        return -1;
    }
    PtSqlTx *tx = rig_begin(desk_rig, true);
    for (size_t i = 0; i < PT_COUNT(tables); i++) {
        rig_run(tx, tables[i]);
    }
    rig_commit(tx);
    desk_clock = pt_clock_sim_new(START_MS, 0);
    desk_arena = pt_arena_new(64 << 20);
    return desk_arena != NULL && desk_clock != NULL && open_desk() ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    close_desk();
    pt_clock_free(PT_TAKE(desk_clock));
    pt_arena_free(PT_TAKE(desk_arena));
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

void desk_rig_skip(void **state)
{
    if (!rig_has(*(RigEngine *)*state)) {
        skip();
    }
}

DeskReport desk_report_from(const char *category, const char *services, const char *store)
{
    DeskReport r = {.type = DESK_INCIDENT};
    r.f[DESK_F_TITLE] = PT_STR("A report");
    r.f[DESK_F_CATEGORY] = pt_str(category);
    r.f[DESK_F_SERVICES] = pt_str(services);
    r.f[DESK_F_STORE] = pt_str(store);
    return r;
}

DeskReported desk_reported(const char *category, const char *services, const char *store)
{
    const DeskReport r = desk_report_from(category, services, store);
    DeskReported done = {0};
    PtError err = {0};
    assert_int_equal(desk_report(desk, &desk_staff, &r, desk_arena, &done, &err), PT_OK);
    return done;
}

DeskTicket desk_get(int64_t number)
{
    DeskTicket t = {0};
    assert_int_equal(desk_ticket(desk, number, desk_arena, &t, NULL), PT_OK);
    return t;
}

static bool remove_dir(void)
{
    char path[sizeof desk_dir + 20];
    (void)snprintf(path, sizeof path, "%s/attachments", desk_dir);
    (void)rmdir(path); // is not there where no engine is
    return rmdir(desk_dir) == 0;
}

int desk_rig_run(const DeskRigCase *cases, size_t count)
{
    static struct CMUnitTest tests[DESK_RIG_CASES * RIG_ENGINES];
    static char names[DESK_RIG_CASES * RIG_ENGINES][80];
    size_t n = 0;
    if (count > DESK_RIG_CASES || mkdtemp(desk_dir) == NULL) {
        return 1;
    }
    for (size_t e = 0; e < RIG_ENGINES; e++) {
        for (size_t i = 0; i < count; i++, n++) {
            (void)snprintf(names[n], sizeof names[n], "%s: %s", rig_engine_name(engines[e]),
                           cases[i].name);
            tests[n] = (struct CMUnitTest){names[n], cases[i].run, set_up, tear_down, &engines[e]};
        }
    }
    const int failed = _cmocka_run_group_tests("desk", tests, n, NULL, close_rigs);
    return remove_dir() ? failed : failed + 1; // a test left a file behind
}
