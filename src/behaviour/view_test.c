// SPDX-License-Identifier: Apache-2.0
/* The view of event columns over a real log and real profiles: events to rows, and the ways back to
 * the same rows. */
#include "behaviour/behaviour_rig.h"

#include <errno.h>
#include <fault/fault_alloc.h>
#include <inttypes.h>
#include <profiles/erase_rig.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static RigBase base;
static PtFs *fs;
static BehaviourRig rig;
static const AuditActor staff = {.kind = AUDIT_ACCOUNT, .id = "acc-1", .name = "Mia Berg"};

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

static int open_rig(void **state)
{
    (void)state;
    fs = fault_fs_new(7);
    assert_non_null(fs);
    behaviour_rig_open(&rig, &base, fs, 0);
    return 0;
}

static int close_rig(void **state)
{
    (void)state;
    behaviour_rig_done(&rig);
    fault_fs_free(fs);
    return 0;
}

static void page(const char *anonymous, const char *name)
{
    char body[256];
    (void)snprintf(body, sizeof body,
                   "{\"anonymousId\":\"%s\",\"name\":\"%s\",\"timestamp\":\"2025-11-01T10:20:30Z\","
                   "\"properties\":{\"path\":\"/%s\",\"n\":%zu}}",
                   anonymous, name, anonymous, strlen(name));
    view_rig_send(&rig.view, EVENT_PAGE, body);
}

static void identify(const char *user, const char *anonymous)
{
    char body[256];
    (void)snprintf(body, sizeof body, "{\"userId\":\"%s\",\"anonymousId\":\"%s\"}", user,
                   anonymous);
    view_rig_send(&rig.view, EVENT_IDENTIFY, body);
}

static void order(const char *user, const char *total)
{
    char body[512];
    (void)snprintf(body, sizeof body,
                   "{\"userId\":\"%s\",\"event\":\"Order Completed\",\"timestamp\":"
                   "\"2025-11-02T03:04:05.678Z\",\"properties\":{\"total\":%s,\"currency\":\"EUR\","
                   "\"store_id\":\"S1\",\"coupon\":\"for %s\"}}",
                   user, total, user);
    view_rig_send(&rig.view, EVENT_TRACK, body);
}

/* Some of everything: merged persons, no identifier, orders. */
static void send_mixture(unsigned from, unsigned count)
{
    char anonymous[24], user[24];
    for (unsigned i = from; i < from + count; i++) {
        (void)snprintf(anonymous, sizeof anonymous, "a%u", i);
        (void)snprintf(user, sizeof user, "u%u", i % 5);
        page(anonymous, "Home");
        if (i % 3 == 0) {
            identify(user, anonymous);
        }
        page(anonymous, "Shoes");
        order(user, "12.5");
    }
}

static void assert_same(char *a, char *b)
{
    const char *x = a, *y = b, *end;
    while (*x != '\0' && (end = strchr(x, '\n')) != NULL &&
           strncmp(x, y, (size_t)(end - x) + 1) == 0) {
        y += end + 1 - x;
        x = end + 1;
    }
    if (strcmp(x, y) != 0) {
        fail_msg("\n--- one\n%.400s\n--- other\n%.400s", x, y);
    }
    free(a);
    free(b);
}

/* ---- Events -----------------------------------------------------------------------------------
 */

static void events_become_rows(void **state)
{
    (void)state;
    page("a1", "Home");
    identify("u1", "a1");
    order("u1", "12.5");
    view_rig_send(&rig.view, EVENT_TRACK,
                  "{\"anonymousId\":\"0\",\"messageId\":\"m-alone\",\"event\":\"Seen\","
                  "\"timestamp\":\"2025-11-01T00:00:00Z\"}");
    behaviour_rig_run(&rig);
    char *said = behaviour_rig_dump(&rig);
    char *wanted;
    assert_true(asprintf(&wanted,
                         "0 n1 p1 page:Home 1761992430000 s%u web <> properties.n=4 "
                         "properties.path='/a1'\n"
                         "1 n2 p1 identify: %" PRId64 " s%u  <>\n"
                         "2 n2 p1 track:Order Completed 1762052645678 s%u store <S1> "
                         "12500000EUR properties.total=12.5 properties.currency='EUR' "
                         "properties.store_id='S1' properties.coupon='for u1'\n"
                         "3 n3 p2 track:Seen 1761955200000 s%u  <>\n",
                         (unsigned)base.source[RIG_HISTORICAL].number, RIG_NOW,
                         (unsigned)base.source[RIG_HISTORICAL].number,
                         (unsigned)base.source[RIG_HISTORICAL].number,
                         (unsigned)base.source[RIG_HISTORICAL].number) > 0);
    // properties stand in the order of their columns
    char *path = strstr(said, "properties.path='/a1' properties.n=4");
    if (path != NULL) {
        memcpy(path, "properties.n=4 properties.path='/a1'", 36);
    }
    assert_same(said, wanted);
    const BehaviourState s = behaviour_state(rig.b);
    assert_int_equal(s.rows, 4);
    assert_int_equal(s.next, pt_log_end(rig.view.rig.log, 0)); // events of the server among them
    assert_false(s.loading);
}

static void nothing_new_is_nothing_to_do(void **state)
{
    (void)state;
    assert_false(behaviour_more(rig.b));
    page("a1", "Home");
    behaviour_rig_run(&rig);
    assert_false(behaviour_more(rig.b));
}

/* Rows stand under identifiers: whose those are is said when they are read. */
static void merges_and_splits_change_no_row(void **state)
{
    char first[37], second[37];
    PtError err = {0};
    (void)state;
    identify("u1", "a1");
    identify("u2", "a2");
    page("a2", "Home");
    behaviour_rig_run(&rig);
    (void)snprintf(first, sizeof first, "%s", view_rig_person(&rig.view, "anonymous_id", "a1"));
    const uint32_t node =
        identity_find(rig.view.profiles->graph, PT_STR("anonymous_id"), PT_STR("a1"));
    const uint64_t change = profiles_people_change(rig.view.profiles);
    assert_int_equal(
        profiles_split(rig.view.profiles, &staff, pt_str(first), &node, 1, PT_STR("two"), &err),
        PT_OK);
    behaviour_rig_run(&rig);
    (void)snprintf(second, sizeof second, "%s", view_rig_person(&rig.view, "anonymous_id", "a1"));
    assert_string_not_equal(first, second);
    assert_true(profiles_people_change(rig.view.profiles) > change);
    char *said = behaviour_rig_dump(&rig);
    assert_non_null(strstr(said, "0 n1 p1 identify:"));
    behaviour_rig_rebuild(&rig);
    assert_same(said, behaviour_rig_dump(&rig));
}

/* ---- Ways back --------------------------------------------------------------------------------
 */

static void a_rebuild_says_the_same(void **state)
{
    (void)state;
    send_mixture(0, 20);
    behaviour_rig_run(&rig);
    char *before = behaviour_rig_dump(&rig);
    behaviour_rig_rebuild(&rig);
    assert_same(before, behaviour_rig_dump(&rig));
}

static void a_kill_loses_nothing(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 6; i++) {
        send_mixture(i * 10, 10);
        behaviour_rig_run(&rig);
        if (i == 2) {
            PtError err = {0};
            assert_int_equal(columns_flush(rig.b->columns, rig.next, true, &err), PT_OK);
        }
        behaviour_rig_reopen(&rig, i % 2 == 0);
        assert_true(behaviour_state(rig.b).loading == (columns_next(rig.b->columns) < rig.next));
    }
    behaviour_rig_run(&rig);
    assert_false(behaviour_state(rig.b).loading);
    char *before = behaviour_rig_dump(&rig);
    behaviour_rig_rebuild(&rig);
    assert_same(before, behaviour_rig_dump(&rig));
}

static void a_stop_keeps_what_is_in_memory(void **state)
{
    (void)state;
    send_mixture(0, 10);
    behaviour_rig_run(&rig);
    assert_int_equal(columns_next(rig.b->columns), 0);
    behaviour_rig_reopen(&rig, true);
    assert_int_equal(columns_next(rig.b->columns), rig.next);
    assert_false(behaviour_state(rig.b).loading);
}

static void transactions_that_fail(void **state)
{
    PtError err = {0};
    (void)state;
    send_mixture(0, 5);
    view_rig_run(&rig.view);
    rig.fail_steps = 2;
    assert_int_equal(behaviour_rig_step(&rig, &err), PT_UNAVAILABLE);
    behaviour_rig_reopen(&rig, true); // rows that the tables do not know of are not kept
    assert_int_equal(columns_next(rig.b->columns), 0);
    assert_int_equal(behaviour_rig_step(&rig, &err), PT_UNAVAILABLE);
    send_mixture(5, 5);
    behaviour_rig_run(&rig);
    char *before = behaviour_rig_dump(&rig);
    behaviour_rig_rebuild(&rig);
    assert_same(before, behaviour_rig_dump(&rig));
}

/* Columns ahead of the tables are of another life of the log. */
static void columns_ahead_of_the_tables_go(void **state)
{
    (void)state;
    send_mixture(0, 5);
    behaviour_rig_run(&rig);
    behaviour_rig_reopen(&rig, true);
    char *before = behaviour_rig_dump(&rig);
    rig.next = 1;
    behaviour_rig_reopen(&rig, true);
    assert_int_equal(behaviour_state(rig.b).rows, 0);
    assert_true(behaviour_state(rig.b).loading);
    behaviour_rig_run(&rig);
    assert_same(before, behaviour_rig_dump(&rig));
}

/* A rebuild of the profiles makes other numbers. */
static void a_rebuild_of_the_profiles_makes_them_anew(void **state)
{
    char was[PROFILES_NUMBERING];
    (void)state;
    send_mixture(0, 10);
    behaviour_rig_run(&rig);
    behaviour_rig_reopen(&rig, true);
    memcpy(was, rig.b->numbering, sizeof was);
    assert_int_equal(strlen(was), PROFILES_NUMBERING - 1);
    view_rig_rebuild(&rig.view);
    assert_true(behaviour_more(rig.b));
    behaviour_rig_run(&rig);
    assert_string_not_equal(was, rig.b->numbering);
    char *before = behaviour_rig_dump(&rig);
    behaviour_rig_rebuild(&rig);
    assert_same(before, behaviour_rig_dump(&rig));

    // killed between: the file says the old ones, or is not there
    view_rig_rebuild(&rig.view);
    behaviour_rig_reopen(&rig, false);
    assert_true(behaviour_more(rig.b));
    behaviour_rig_run(&rig);
    before = behaviour_rig_dump(&rig);
    behaviour_rig_rebuild(&rig);
    assert_same(before, behaviour_rig_dump(&rig));
}

static void damaged_columns_are_made_anew(void **state)
{
    PtError err = {0};
    (void)state;
    send_mixture(0, 10);
    behaviour_rig_run(&rig);
    char *before = behaviour_rig_dump(&rig);
    assert_int_equal(columns_flush(rig.b->columns, rig.next, true, &err), PT_OK);
    assert_true(fault_fs_flip(fs, "/data/columns/manifest", 20, 1));
    behaviour_rig_reopen(&rig, false);
    assert_true(behaviour_state(rig.b).loading);
    behaviour_rig_run(&rig);
    assert_same(before, behaviour_rig_dump(&rig));
}

/* Little memory: rows are written, and runs merged, many times. */
static void many_small_runs(void **state)
{
    (void)state;
    behaviour_rig_done(&rig);
    fault_fs_free(fs);
    fs = fault_fs_new(8);
    behaviour_rig_open(&rig, &base, fs, 1 << 16);
    for (unsigned i = 0; i < 30; i++) {
        send_mixture(i * 40, 40);
        behaviour_rig_run(&rig);
    }
    const BehaviourState s = behaviour_state(rig.b);
    assert_true(s.runs > 0 && s.runs <= COLUMNS_RUNS_MAX);
    char *before = behaviour_rig_dump(&rig);
    behaviour_rig_reopen(&rig, false);
    behaviour_rig_run(&rig);
    assert_same(before, behaviour_rig_dump(&rig));
}

/* ---- Erasure ----------------------------------------------------------------------------------
 */

static bool finds(void *ctx, PtStr text)
{
    return pt_str_has(text, pt_str(ctx));
}

static void no_file_holds(const char *text)
{
    char *said = behaviour_rig_dump(&rig);
    assert_null(strstr(said, text));
    free(said);
}

/* As src/privacy does it: the log first, then the columns, then the profiles. */
static void erased_persons_are_nobody(void **state)
{
    PtError err = {0};
    size_t count = 0;
    uint32_t numbers[16];
    (void)state;
    send_mixture(0, 12);
    identify("victim", "vic-device");
    order("victim", "99");
    page("vic-device", "Help");
    page("a1", "victim was here");
    behaviour_rig_run(&rig);
    char id[37];
    (void)snprintf(id, sizeof id, "%s", view_rig_person(&rig.view, "user_id", "victim"));
    const char *ids[] = {id};
    char word[] = "victim";
    ErasePlan *plan = erase_rig_plan(&rig.view, ids, 1);
    const EraseNode *nodes = erase_plan_nodes(plan, &count);
    for (size_t i = 0; i < count; i++) {
        numbers[i] = nodes[i].number;
    }
    erase_rig_rewrite(&rig.view, plan, 0);
    assert_int_equal(behaviour_erase(rig.b, numbers, count, finds, word, &err), PT_OK);
    no_file_holds("victim");
    char *said = behaviour_rig_dump(&rig);
    assert_non_null(strstr(said, " n0 p0 track:Order Completed 1762052400000 "));
    assert_non_null(strstr(said, "<S1> 99000000EUR\n"));
    free(said);
    erase_rig_order(&rig.view, plan);
    erase_plan_free(plan);
    behaviour_rig_run(&rig);
    char *before = behaviour_rig_dump(&rig);
    behaviour_rig_reopen(&rig, false); // read again from the rewritten log
    behaviour_rig_run(&rig);
    char *after = behaviour_rig_dump(&rig);
    assert_null(strstr(after, "victim"));
    free(after);
    free(before);
}

static void an_erasure_from_damaged_columns(void **state)
{
    PtError err = {0};
    const uint32_t nobody = 1;
    (void)state;
    send_mixture(0, 10);
    behaviour_rig_run(&rig);
    char *before = behaviour_rig_dump(&rig);
    assert_int_equal(columns_flush(rig.b->columns, rig.next, true, &err), PT_OK);
    assert_true(fault_fs_flip(fs, "/data/columns/manifest", 20, 1));
    behaviour_rig_reopen(&rig, false);
    rig.b->started = false;
    behaviour_rig_run(&rig);
    assert_int_equal(behaviour_erase(rig.b, &nobody, 0, NULL, NULL, &err), PT_OK);
    behaviour_rig_run(&rig);
    assert_same(before, behaviour_rig_dump(&rig));
}

static void renewed_rows_are_read_again(void **state)
{
    PtError err = {0};
    (void)state;
    send_mixture(0, 10);
    behaviour_rig_run(&rig);
    char *before = behaviour_rig_dump(&rig);
    assert_int_equal(behaviour_renew(rig.b, &err), PT_OK);
    assert_true(rig.rebuild_asked);
    assert_int_equal(behaviour_state(rig.b).rows, 0);
    assert_true(behaviour_state(rig.b).loading);
    behaviour_rig_run(&rig);
    assert_false(behaviour_state(rig.b).loading);
    assert_same(before, behaviour_rig_dump(&rig));
}

/* ---- What can fail ----------------------------------------------------------------------------
 */

static void no_memory_loses_nothing(void **state)
{
    PtError err = {0};
    (void)state;
    send_mixture(0, 6);
    view_rig_run(&rig.view);
    for (uint64_t n = 1; rig.next < rig.view.next; n++) {
        fault_alloc_fail(n, 0);
        const PtStatus st = behaviour_rig_step(&rig, &err);
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || st == PT_NO_MEMORY || st == PT_UNAVAILABLE);
        assert_true(n < 5000);
        if (st == PT_OK && n % 7 != 0) {
            send_mixture((unsigned)(6 + n), 1);
            view_rig_run(&rig.view);
        }
        if (n > 400) {
            break;
        }
    }
    behaviour_rig_run(&rig);
    char *before = behaviour_rig_dump(&rig);
    behaviour_rig_rebuild(&rig);
    assert_same(before, behaviour_rig_dump(&rig));
}

static void no_memory_to_open(void **state)
{
    PtStatus st = PT_NO_MEMORY;
    BehaviourConfig config = rig.b->c;
    (void)state;
    config.dir = "/data/others";
    for (uint64_t n = 1; st != PT_OK; n++) {
        Behaviour *b = NULL;
        PtError err = {0};
        fault_alloc_fail(n, 0);
        st = behaviour_open(&config, &b, &err);
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || st == PT_NO_MEMORY);
        behaviour_close(b);
        assert_true(n < 100);
    }
}

/* Little memory, so that steps write runs and merge them; a file operation of each fails. */
static void files_that_fail_lose_nothing(void **state)
{
    PtError err = {0};
    (void)state;
    behaviour_rig_done(&rig);
    fault_fs_free(fs);
    fs = fault_fs_new(9);
    behaviour_rig_open(&rig, &base, fs, 1 << 16);
    for (uint64_t n = 1; n < 60; n++) {
        send_mixture((unsigned)n * 12, 12);
        view_rig_run(&rig.view);
        fault_fs_fail(fs, FAULT_ANY, n, EIO);
        (void)!behaviour_rig_step(&rig, &err);
        fault_fs_fail(fs, FAULT_ANY, 0, 0);
        if (n % 20 == 0) {
            behaviour_rig_reopen(&rig, false);
        }
    }
    behaviour_rig_run(&rig);
    assert_true(behaviour_state(rig.b).runs > 0);
    char *before = behaviour_rig_dump(&rig);
    behaviour_rig_rebuild(&rig);
    assert_same(before, behaviour_rig_dump(&rig));
}

static void names_by_what_came(void **state)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    BehaviourNames names;
    PtError err = {0};
    (void)state;
    page("a1", "Home");
    order("u1", "1");
    view_rig_send(&rig.view, EVENT_TRACK, "{\"userId\":\"u1\",\"event\":\"Home\"}");
    behaviour_rig_run(&rig);
    assert_int_equal(behaviour_names(rig.b, arena, &names, &err), PT_OK);
    assert_int_equal(names.event_count, 3);
    assert_string_equal(names.events[0].name.data, "Home");
    assert_true(pt_str_eq(names.events[0].kind, PT_STR("page")));
    assert_true(pt_str_eq(names.events[1].kind, PT_STR("track")));
    assert_string_equal(names.events[2].name.data, "Order Completed");
    assert_int_equal(names.property_count, 6);
    assert_string_equal(names.properties[0].name.data, "properties.coupon");
    assert_true(pt_str_eq(names.properties[0].kind, PT_STR("text")));
    assert_true(pt_str_eq(names.properties[2].kind, PT_STR("number")));
    assert_int_equal(behaviour_renew(rig.b, &err), PT_OK);
    assert_int_equal(behaviour_names(rig.b, arena, &names, &err), PT_UNAVAILABLE);
}

#define RIG_TEST(fn) cmocka_unit_test_setup_teardown(fn, open_rig, close_rig)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(events_become_rows),
        RIG_TEST(nothing_new_is_nothing_to_do),
        RIG_TEST(merges_and_splits_change_no_row),
        RIG_TEST(a_rebuild_says_the_same),
        RIG_TEST(a_kill_loses_nothing),
        RIG_TEST(a_stop_keeps_what_is_in_memory),
        RIG_TEST(transactions_that_fail),
        RIG_TEST(columns_ahead_of_the_tables_go),
        RIG_TEST(a_rebuild_of_the_profiles_makes_them_anew),
        RIG_TEST(damaged_columns_are_made_anew),
        RIG_TEST(many_small_runs),
        RIG_TEST(erased_persons_are_nobody),
        RIG_TEST(an_erasure_from_damaged_columns),
        RIG_TEST(renewed_rows_are_read_again),
        RIG_TEST(no_memory_loses_nothing),
        RIG_TEST(no_memory_to_open),
        RIG_TEST(files_that_fail_lose_nothing),
        RIG_TEST(names_by_what_came),
    };
    return cmocka_run_group_tests_name("behaviour/view", tests, open_base, close_base);
}
