// SPDX-License-Identifier: Apache-2.0
/* Stores, tills and hours over real tables of both engines: what holds when, files, memory that
 * runs out at every place. What clients see is tests/scenario/test_commerce.py. */
#include "commerce/commerce_internal.h"
#include "platform/migrations.h"
#include "platform/sql/sql_rig.h"

#include <fault/fault_alloc.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/test_rows.h"

#define HOUR INT64_C(3600000)
#define WEEK(hours)                                                                                \
    "{\"hours\":{\"mon\":" hours ",\"tue\":" hours ",\"wed\":" hours ",\"thu\":" hours             \
    ",\"fri\":" hours "}}"
#define DAY_SHOP  WEEK("[[\"09:00\",\"17:00\"]]")
#define LATE_SHOP WEEK("[[\"10:00\",\"12:00\"],[\"13:00\",\"24:00\"]]")

static SqlRig rigs[RIG_ENGINES]; /* opened once: a database takes its time */
static SqlRig *rig;
static PtClock *clock_;
static Commerce *c;
static PtArena *arena;
static int told;
static const AuditActor staff = {.kind = AUDIT_ACCOUNT, .id = "acc-1", .name = "Mia Berg"};

static const char *const tables[] = {
    "DELETE FROM commerce_calendar", "DELETE FROM commerce_calendar_version",
    "DELETE FROM commerce_store", "DELETE FROM commerce_store_hours", "DELETE FROM commerce_till"};

static int64_t at(const char *text)
{
    int64_t ms = 0;
    assert_true(pt_time_parse(pt_str(text), &ms));
    return ms;
}

static void on_changed(void *ctx)
{
    ++*(int *)ctx;
}

static int set_up(void **state)
{
    const RigEngine engine = *(RigEngine *)*state;
    PtError err = {0};
    rig = &rigs[engine];
    if (!rig_has(engine)) {
        return 0;
    }
    if (rig->sql == NULL) {
        if (!rig_init(rig, engine)) {
            return -1;
        }
        rig_open_sql(rig, NULL);
        if (pt_migrations_apply(rig->sql, PT_MIGRATIONS_CORE, &err) != PT_OK) {
            return -1;
        }
    }
    PtSqlTx *tx = rig_begin(rig, true);
    for (size_t i = 0; i < PT_COUNT(tables); i++) {
        rig_run(tx, tables[i]);
    }
    rig_commit(tx);
    clock_ = pt_clock_sim_new(at("2026-05-04T08:00:00Z"), 0); // a Monday, 10:00 in Berlin
    arena = pt_arena_new(64 << 20);
    told = 0;
    const CommerceConfig config = {.core = rig->sql, .clock = clock_};
    if (arena == NULL || clock_ == NULL || commerce_open(&config, &c, &err) != PT_OK) {
        return -1;
    }
    commerce_on_hours_changed(c, on_changed, &told);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    commerce_close(c);
    pt_clock_free(clock_);
    pt_arena_free(arena);
    c = NULL;
    clock_ = NULL;
    arena = NULL;
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

/* ---- Shorthand --------------------------------------------------------------------------------
 */

static PtStatus put_calendar(const char *id, const char *json, int64_t from_ms, int64_t expected)
{
    CommerceCalendar calendar;
    const CommerceCalendarPut put = {.id = pt_str(id),
                                     .name = PT_STR("Hours"),
                                     .json = json != NULL ? pt_str(json) : (PtStr){NULL, 0},
                                     .from_ms = from_ms,
                                     .expected = expected};
    return commerce_calendar_put(c, &staff, &put, arena, &calendar, NULL);
}

static CommerceStorePut store_of(const char *code, const char *zone, const char *calendar)
{
    CommerceStorePut put = {.code = pt_str(code), .from_ms = pt_clock_now_ms(clock_)};
    put.f[COMMERCE_S_NAME] = PT_STR("A store");
    put.f[COMMERCE_S_ZONE] = pt_str(zone);
    put.calendar = calendar != NULL ? pt_str(calendar) : (PtStr){NULL, 0};
    return put;
}

static CommerceStore put_store(const CommerceStorePut *put)
{
    CommerceStore store = {0};
    PtError err = {0};
    assert_int_equal(commerce_store_put(c, &staff, put, arena, &store, &err), PT_OK);
    return store;
}

static void fill(void)
{
    assert_int_equal(put_calendar("day", DAY_SHOP, 0, 0), PT_OK);
    assert_int_equal(put_calendar("late", LATE_SHOP, 0, 0), PT_OK);
    const CommerceStorePut berlin = store_of("0001", "Europe/Berlin", "day");
    const CommerceStorePut york = store_of("0002", "America/New_York", "day");
    (void)put_store(&berlin);
    (void)put_store(&york);
}

static void assert_now(const char *store, const char *when, CommerceNow want, const char *next)
{
    const CommerceHours *hours = commerce_hours_hold(c);
    int64_t next_ms = 0;
    assert_non_null(hours);
    assert_int_equal(commerce_store_now(hours, pt_str(store), at(when), &next_ms), want);
    assert_int_equal(next_ms, next == NULL ? INT64_MAX : at(next));
    commerce_hours_release(hours);
}

/* ---- What holds when --------------------------------------------------------------------------
 */

static void hours_are_read_in_the_stores_zone(void **state)
{
    skip_without(state);
    fill();
    assert_now("0001", "2026-05-04T06:59:59.999Z", COMMERCE_CLOSED, "2026-05-04T07:00:00Z");
    assert_now("0001", "2026-05-04T07:00:00Z", COMMERCE_OPEN, "2026-05-04T15:00:00Z");
    assert_now("0002", "2026-05-04T07:00:00Z", COMMERCE_CLOSED, "2026-05-04T13:00:00Z");
    assert_now("0009", "2026-05-04T07:00:00Z", COMMERCE_NO_HOURS, NULL);
    assert_int_equal(told, 4);
}

static void an_edit_holds_from_its_instant(void **state)
{
    skip_without(state);
    fill();
    assert_int_equal(put_calendar("day", LATE_SHOP, at("2026-05-05T10:00:00Z"), 1), PT_OK);
    assert_now("0001", "2026-05-04T07:30:00Z", COMMERCE_OPEN, "2026-05-04T15:00:00Z");
    assert_now("0001", "2026-05-05T09:59:00Z", COMMERCE_OPEN, "2026-05-05T10:00:00Z");
    assert_now("0001", "2026-05-05T10:00:00Z", COMMERCE_CLOSED, "2026-05-05T11:00:00Z");
    CommerceCalendar calendar;
    assert_int_equal(commerce_calendar(c, PT_STR("day"), arena, &calendar, NULL), PT_OK);
    assert_int_equal(calendar.version_count, 2);
    assert_int_equal(calendar.versions[0].from_ms, 0);
    assert_int_equal(calendar.stores, 2);
    // from an earlier instant on: what was planned behind it is gone
    assert_int_equal(put_calendar("day", DAY_SHOP, at("2026-05-05T00:00:00Z"), 2), PT_OK);
    assert_int_equal(commerce_calendar(c, PT_STR("day"), arena, &calendar, NULL), PT_OK);
    assert_int_equal(calendar.version_count, 1); // the same as before
    assert_int_equal(put_calendar("day", DAY_SHOP, 0, 2), PT_CONFLICT);
}

static void a_store_changes_its_calendar(void **state)
{
    skip_without(state);
    fill();
    CommerceStorePut put = {.code = PT_STR("0001"),
                            .calendar = PT_STR("late"),
                            .from_ms = at("2026-05-06T00:00:00Z"),
                            .expected = 1};
    CommerceStore store = put_store(&put);
    assert_int_equal(store.kept_count, 2);
    assert_int_equal(store.version, 2);
    assert_now("0001", "2026-05-05T07:30:00Z", COMMERCE_OPEN, "2026-05-05T15:00:00Z");
    assert_now("0001", "2026-05-05T15:00:00Z", COMMERCE_CLOSED, "2026-05-06T08:00:00Z");
    const CommerceHours *hours = commerce_hours_hold(c);
    int64_t until_ms = 0;
    assert_non_null(commerce_hours_of_store(hours, PT_STR("0001"), 0, &until_ms));
    assert_int_equal(until_ms, at("2026-05-06T00:00:00Z"));
    commerce_hours_release(hours);
    put.expected = 2;
    put.calendar = PT_STR("");
    store = put_store(&put); // none from then on
    assert_int_equal(store.kept_count, 2);
    assert_now("0001", "2026-05-05T15:00:00Z", COMMERCE_CLOSED, NULL);
    put.expected = 3;
    put.calendar = PT_STR("nowhere");
    assert_int_equal(commerce_store_put(c, &staff, &put, arena, &store, NULL), PT_INVALID);
    assert_int_equal(commerce_calendar_delete(c, &staff, PT_STR("day"), NULL), PT_CONFLICT);
    assert_int_equal(commerce_calendar_delete(c, &staff, PT_STR("late"), NULL), PT_OK);
}

static void no_hours_outside_of_a_stores_life(void **state)
{
    skip_without(state);
    fill();
    CommerceStorePut put = {.code = PT_STR("0001"), .expected = 1};
    put.f[COMMERCE_S_OPENED_ON] = PT_STR("2026-05-05");
    put.f[COMMERCE_S_CLOSED_ON] = PT_STR("2026-05-06");
    (void)put_store(&put);
    assert_now("0001", "2026-05-04T07:30:00Z", COMMERCE_NO_HOURS, "2026-05-05T07:00:00Z");
    assert_now("0001", "2026-05-06T14:00:00Z", COMMERCE_OPEN, "2026-05-06T15:00:00Z");
    assert_now("0001", "2026-05-06T15:00:00Z", COMMERCE_CLOSED, NULL);
    assert_now("0001", "2026-05-06T22:00:00Z", COMMERCE_NO_HOURS, NULL);
    put.expected = 2;
    put.f[COMMERCE_S_CLOSED_ON] = PT_STR("2026-05-04");
    CommerceStore store;
    assert_int_equal(commerce_store_put(c, &staff, &put, arena, &store, NULL), PT_INVALID);
}

static void a_snapshot_stays_as_it_was(void **state)
{
    skip_without(state);
    fill();
    const CommerceHours *before = commerce_hours_hold(c);
    assert_int_equal(put_calendar("day", LATE_SHOP, 0, 1), PT_OK);
    int64_t next_ms = 0;
    const int64_t nine = at("2026-05-04T07:00:00Z");
    assert_int_equal(commerce_store_now(before, PT_STR("0001"), nine, &next_ms), COMMERCE_OPEN);
    commerce_hours_release(before);
    assert_now("0001", "2026-05-04T07:00:00Z", COMMERCE_CLOSED, "2026-05-04T08:00:00Z");
}

static void days_are_local(void **state)
{
    skip_without(state);
    static const char document[] =
        "{\"hours\":{\"sun\":[[\"01:00\",\"04:00\"]],\"mon\":[[\"09:00\",\"12:00\"],[\"13:00\","
        "\"24:00\"]]},\"holidays\":[{\"date\":\"2026-04-06\",\"name\":\"Easter Monday\"}]}";
    CommerceDay days[10];
    const int64_t from_ms = at("2026-03-28T23:30:00Z"); // Sunday in Berlin, when clocks spring
    assert_int_equal(
        commerce_preview(c,
                         &(CommercePreview){pt_str(document), PT_STR("Europe/Berlin"), from_ms, 10},
                         arena, days, NULL),
        PT_OK);
    assert_string_equal(days[0].date, "2026-03-29");
    assert_int_equal(days[0].count, 1);
    assert_string_equal(days[0].windows[0].from, "01:00");
    assert_string_equal(days[0].windows[0].to, "04:00");
    assert_int_equal(days[0].windows[0].to_ms - days[0].windows[0].from_ms, 2 * HOUR);
    assert_int_equal(days[1].count, 2);
    assert_string_equal(days[1].windows[1].to, "24:00");
    assert_int_equal(days[2].count, 0);
    assert_true(days[8].holiday);
    assert_string_equal(days[8].name.data, "Easter Monday");
    assert_int_equal(days[8].count, 0);
    assert_int_equal(commerce_preview(c,
                                      &(CommercePreview){PT_STR("{}"), PT_STR("Nowhere/X"), 0, 1},
                                      arena, days, NULL),
                     PT_NOT_FOUND);
}

/* ---- Lists and tills --------------------------------------------------------------------------
 */

static size_t found(const CommerceStoreQuery *query)
{
    CommerceStore *list = NULL;
    size_t count = 0;
    bool more = false;
    assert_int_equal(commerce_stores(c, query, arena, &list, &count, &more, NULL), PT_OK);
    return count + (more ? 1000 : 0);
}

static void stores_are_found(void **state)
{
    skip_without(state);
    fill();
    CommerceStorePut put = store_of("0003", "Europe/Berlin", "late");
    put.f[COMMERCE_S_NAME] = PT_STR("M\xc3\xbcnchen Sendling");
    put.f[COMMERCE_S_REGION] = PT_STR("South");
    put.f[COMMERCE_S_OPENED_ON] = PT_STR("2026-06-01");
    (void)put_store(&put);
    assert_int_equal(found(&(CommerceStoreQuery){.state = -1, .max = 10}), 3);
    assert_int_equal(found(&(CommerceStoreQuery){.state = -1, .max = 2}), 1002);
    assert_int_equal(found(&(CommerceStoreQuery){.state = -1, .after = PT_STR("0002"), .max = 10}),
                     1);
    assert_int_equal(found(&(CommerceStoreQuery){.state = COMMERCE_PLANNED, .max = 10}), 1);
    assert_int_equal(
        found(&(CommerceStoreQuery){.state = -1, .calendar = PT_STR("day"), .max = 10}), 2);
    assert_int_equal(
        found(&(CommerceStoreQuery){.state = -1, .search = PT_STR("munchen"), .max = 10}), 1);
    assert_int_equal(found(&(CommerceStoreQuery){
                         .state = COMMERCE_TRADING, .search = PT_STR("munchen"), .max = 10}),
                     0);
    assert_int_equal(commerce_store_delete(c, &staff, PT_STR("0003"), NULL), PT_OK);
    assert_int_equal(
        found(&(CommerceStoreQuery){.state = -1, .search = PT_STR("munchen"), .max = 10}), 0);
    assert_int_equal(commerce_store_delete(c, &staff, PT_STR("0003"), NULL), PT_NOT_FOUND);
}

static void tills_are_their_stores(void **state)
{
    skip_without(state);
    fill();
    CommerceTill till = {.store = PT_STR("0001"), .code = PT_STR("1")}, got;
    CommerceTill *list = NULL;
    size_t count = 0;
    assert_int_equal(commerce_till_put(c, &staff, &till, arena, &got, NULL), PT_OK);
    assert_string_equal(got.f[COMMERCE_T_KIND].data, "staffed");
    assert_int_equal(commerce_till_put(c, &staff, &till, arena, &got, NULL), PT_CONFLICT);
    till.version = 1;
    till.f[COMMERCE_T_STATE] = PT_STR("broken");
    assert_int_equal(commerce_till_put(c, &staff, &till, arena, &got, NULL), PT_INVALID);
    till.f[COMMERCE_T_STATE] = PT_STR("retired");
    assert_int_equal(commerce_till_put(c, &staff, &till, arena, &got, NULL), PT_OK);
    CommerceStore store;
    assert_int_equal(commerce_store(c, PT_STR("0001"), arena, &store, NULL), PT_OK);
    assert_int_equal(store.tills, 0);
    till = (CommerceTill){.store = PT_STR("0009"), .code = PT_STR("1")};
    assert_int_equal(commerce_till_put(c, &staff, &till, arena, &got, NULL), PT_NOT_FOUND);
    assert_int_equal(commerce_tills(c, PT_STR("0009"), arena, &list, &count, NULL), PT_NOT_FOUND);
    assert_int_equal(commerce_tills(c, PT_STR("0001"), arena, &list, &count, NULL), PT_OK);
    assert_int_equal(count, 1);
    assert_int_equal(commerce_till_delete(c, &staff, PT_STR("0001"), PT_STR("1"), NULL), PT_OK);
}

/* ---- Files ------------------------------------------------------------------------------------
 */

static CommerceImport imported(CommerceFile file, const char *csv, bool trial)
{
    CommerceImport done = {0};
    PtError err = {0};
    assert_int_equal(commerce_import(c, &staff, &(CommerceImportFile){file, pt_str(csv), trial},
                                     arena, &done, &err),
                     PT_OK);
    return done;
}

static void files_come_back_as_they_went(void **state)
{
    skip_without(state);
    fill();
    static const char csv[] = "code,name,zone,calendar,address\r\n"
                              "0001,A store,Europe/Berlin,late,\"1, High Street\n10115 Berlin\"\r\n"
                              "0003,=SUM(1),Europe/Berlin,,\r\n"
                              "bad code,x,Europe/Berlin,,\r\n"
                              "0004,x,Mars/Base,,\r\n"
                              "0005,x\r\n";
    PtBuf one, two;
    CommerceImport done = imported(COMMERCE_FILE_STORES, csv, true);
    assert_int_equal(done.added, 1);
    assert_int_equal(found(&(CommerceStoreQuery){.state = -1, .max = 10}), 2);
    done = imported(COMMERCE_FILE_STORES, csv, false);
    assert_int_equal(done.added, 1);
    assert_int_equal(done.changed, 1);
    assert_int_equal(done.failed, 3);
    assert_int_equal(done.faults[0].line, 5); // an address has two
    assert_string_equal(done.faults[1].what.data, "zone: not a time zone such as Europe/Berlin");
    assert_string_equal(done.faults[2].what.data, "fewer cells than the header");
    done = imported(COMMERCE_FILE_STORES, csv, false);
    assert_int_equal(done.same, 2);
    (void)imported(COMMERCE_FILE_TILLS, "store,code,kind\n0001,1,mobile\n0003,2,\n", false);
    for (int file = 0; file < COMMERCE_FILES; file++) {
        pt_buf_init(&one, 1 << 20);
        pt_buf_init(&two, 1 << 20);
        assert_int_equal(commerce_export(c, (CommerceFile)file, &one, NULL), PT_OK);
        pt_buf_add_char(&one, '\0');
        done = imported((CommerceFile)file, one.data, false);
        assert_int_equal(done.added + done.changed + done.failed, 0);
        assert_int_equal(commerce_export(c, (CommerceFile)file, &two, NULL), PT_OK);
        pt_buf_add_char(&two, '\0');
        assert_string_equal(one.data, two.data);
        pt_buf_done(&one);
        pt_buf_done(&two);
    }
    CommerceImport none;
    assert_int_equal(
        commerce_import(c, &staff,
                        &(CommerceImportFile){COMMERCE_FILE_TILLS, PT_STR("code,kind\n"), false},
                        arena, &none, NULL),
        PT_INVALID);
}

/* ---- Memory -----------------------------------------------------------------------------------
 */

static void a_change_is_all_or_nothing(void **state)
{
    skip_without(state);
    fill();
    const CommerceStorePut put = {.code = PT_STR("0001"),
                                  .f = {[COMMERCE_S_REGION] = PT_STR("North")},
                                  .calendar = PT_STR("late"),
                                  .from_ms = at("2026-05-06T00:00:00Z"),
                                  .expected = 1};
    PtStatus st = PT_NO_MEMORY;
    for (uint64_t i = 1; st != PT_OK; i++) {
        CommerceStore store = {0};
        assert_true(i < 3000);
        fault_alloc_fail(i, 0);
        st = commerce_store_put(c, &staff, &put, arena, &store, NULL);
        fault_alloc_fail(0, 0);
        assert_int_equal(commerce_store(c, PT_STR("0001"), arena, &store, NULL), PT_OK);
        assert_int_equal(store.version, st == PT_OK ? 2 : 1);
        assert_int_equal(store.kept_count, st == PT_OK ? 2 : 1);
    }
    assert_now("0001", "2026-05-06T00:00:00Z", COMMERCE_CLOSED, "2026-05-06T08:00:00Z");
}

static void hours_come_back_after_memory_ran_out(void **state)
{
    skip_without(state);
    fill();
    const char *const documents[] = {DAY_SHOP, LATE_SHOP};
    size_t failures = 0;
    for (uint64_t i = 1, version = 1; i < 3000; i++) {
        fault_alloc_fail(i, 0);
        const PtStatus st = put_calendar("day", documents[version % 2], 0, (int64_t)version);
        fault_alloc_fail(0, 0);
        version += st == PT_OK;
        failures += st != PT_OK;
        assert_now("0001", "2026-05-04T07:00:00Z",
                   version % 2 == 1 ? COMMERCE_OPEN : COMMERCE_CLOSED,
                   version % 2 == 1 ? "2026-05-04T15:00:00Z" : "2026-05-04T08:00:00Z");
        if (version == 30) {
            break; // long past the places at which the snapshot fails
        }
    }
    assert_true(failures > 4);
}

static RigEngine engines[RIG_ENGINES] = {RIG_SQLITE, RIG_POSTGRES};
static const struct {
    const char *name;
    void (*run)(void **state);
} cases[] = {
    {"hours are read in the store's zone", hours_are_read_in_the_stores_zone},
    {"an edit holds from its instant", an_edit_holds_from_its_instant},
    {"a store changes its calendar", a_store_changes_its_calendar},
    {"no hours outside of a store's life", no_hours_outside_of_a_stores_life},
    {"a snapshot stays as it was", a_snapshot_stays_as_it_was},
    {"days are local", days_are_local},
    {"stores are found", stores_are_found},
    {"tills are their stores'", tills_are_their_stores},
    {"files come back as they went", files_come_back_as_they_went},
    {"a change is all or nothing", a_change_is_all_or_nothing},
    {"hours come back after memory ran out", hours_come_back_after_memory_ran_out},
};

int main(void)
{
    struct CMUnitTest tests[PT_COUNT(cases) * RIG_ENGINES];
    static char names[PT_COUNT(cases) * RIG_ENGINES][80];
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
