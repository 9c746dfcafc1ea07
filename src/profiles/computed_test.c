// SPDX-License-Identifier: Apache-2.0
/* The view of computed traits over a real log and real tables, driven by hand: what it keeps when
 * transactions and memory fail, and what a record of a timer does. */
#include "base/test_rows.h"
#include "base/time.h"
#include "platform/feed.h"
#include "profiles/computed_internal.h"
#include "profiles/view_rig.h"

#include <fault/fault_alloc.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTE_MS = 60000 };

static RigBase base;
static PtFs *fs;
static ViewRig rig;
static uint64_t next;
static const AuditActor staff = {.kind = AUDIT_ACCOUNT, .id = "acc-1", .name = "Mia Berg"};

static void define(const char *name, const char *fold, char ret_id[static 37])
{
    PtError err = {0};
    const ComputedTraitEdit edit = {.name = pt_str(name), .fold = pt_str(fold)};
    assert_int_equal(computed_add(rig.profiles, &staff, &edit, ret_id, &err), PT_OK);
}

static void visit(const char *user)
{
    char body[256];
    (void)snprintf(body, sizeof body, "{\"userId\":\"%s\",\"event\":\"Visit\"}", user);
    view_rig_send(&rig, EVENT_TRACK, body);
}

static void tell_timer(const char *kind, int64_t at_ms)
{
    PtSqlTx *tx = NULL;
    PtError err = {0};
    char at[PT_TIME_TEXT], properties[128];
    (void)snprintf(properties, sizeof properties, "{\"kind\":\"%s\",\"at\":\"%s\"}", kind,
                   pt_time_format(at_ms, at).data);
    const PtFeedEvent event = {PT_STR("Timer Fired"), PT_STR("patron"), pt_str(properties)};
    assert_int_equal(pt_sql_begin(base.sql, true, &tx, &err), PT_OK);
    assert_int_equal(pt_feed_put(tx, RIG_NOW, &event, &err), PT_OK);
    assert_int_equal(pt_sql_commit(&tx, &err), PT_OK);
}

/* As events/views.c does; commit false: the transaction fails at its end. */
static PtStatus step(bool commit, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    uint64_t at = next;
    PtStatus st = pt_sql_begin(rig.views, true, &tx, err);
    st = st == PT_OK ? computed_step(rig.profiles, rig.reader, tx, &at, err) : st;
    if (st != PT_OK || !commit) {
        return st;
    }
    assert_int_equal(pt_sql_commit(&tx, err), PT_OK);
    next = at;
    return computed_committed(rig.profiles, next, err);
}

static void begin(void)
{
    static const _Atomic bool never = false;
    PtError err = {0};
    assert_int_equal(computed_start(rig.profiles, rig.reader, next, &never, &err), PT_OK);
}

/* The profiles to the log's end, and then the values. */
static void run(void)
{
    PtError err = {0};
    view_rig_run(&rig);
    do {
        assert_int_equal(step(true, &err), PT_OK);
    } while (next < pt_log_end(rig.rig.log, 0) || computed_more(rig.profiles));
}

static Profile read_user(const char *user, PtArena *arena)
{
    Profile profile;
    PtError err = {0};
    assert_int_equal(
        profiles_find(rig.profiles, PT_STR("user_id"), pt_str(user), arena, &profile, &err), PT_OK);
    return profile;
}

static void assert_value(const char *user, size_t index, const char *want)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 22);
    const Profile profile = read_user(user, arena);
    assert_true(index < profile.computed_count);
    const PtStr json = profile.computed[index].json;
    assert_int_equal(json.len, strlen(want));
    assert_memory_equal(json.data, want, json.len);
}

static char *dump(void)
{
    static const char query[] =
        "SELECT node || ' ' || definition || ' ' || hex(state) || ' ' || as_of_ms || ' ' || due_ms "
        "|| ' ' || timer_offset FROM computed_state ORDER BY node, definition";
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtBuf out;
    PtError err = {0};
    bool row = true;
    pt_buf_init(&out, 1 << 20);
    assert_int_equal(pt_sql_begin(rig.views, false, &tx, &err), PT_OK);
    assert_int_equal(pt_sql_use(tx, query, &err), PT_OK);
    while (pt_sql_step(tx, &row, &err) == PT_OK && row) {
        pt_buf_add_str(&out, pt_sql_text(tx, 0));
        pt_buf_add_char(&out, '\n');
    }
    pt_sql_done(tx);
    pt_buf_add_char(&out, '\0');
    return out.data;
}

static void assert_same_after_reset(void)
{
    PtSqlTx *tx = NULL;
    PtError err = {0};
    char *before = dump();
    assert_int_equal(pt_sql_begin(rig.views, true, &tx, &err), PT_OK);
    assert_int_equal(computed_reset(tx, &err), PT_OK);
    assert_int_equal(pt_sql_commit(&tx, &err), PT_OK);
    next = 0;
    begin();
    run();
    char *after = dump();
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static int open_test(void **state)
{
    (void)state;
    PtSqlTx *tx = NULL;
    fs = fault_fs_new(1);
    if (fs == NULL || !rig_base_open(&base) || pt_sql_begin(base.sql, true, &tx, NULL) != PT_OK ||
        pt_sql_run(tx, "DELETE FROM feed", NULL) != PT_OK ||
        pt_sql_commit(&tx, NULL) != PT_OK) { // rows that making its sources has put
        return -1;
    }
    view_rig_open(&rig, &base, fs);
    next = 0;
    begin();
    return 0;
}

static int close_test(void **state)
{
    (void)state;
    view_rig_done(&rig);
    rig_base_close(&base);
    fault_fs_free(fs);
    return 0;
}

static void a_timer_takes_effect_where_it_stands(void **state)
{
    (void)state;
    char id[37];
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 22);
    define("lately", "{\"fold\":\"count\",\"window\":{\"last\":{\"minutes\":10}}}", id);
    visit("u");
    run();
    assert_value("u", 0, "1");
    const Profile before = read_user("u", arena);
    assert_int_equal(before.computed[0].changes_ms, RIG_NOW + 10 * MINUTE_MS);
    tell_timer("another_kind", RIG_NOW + 20 * MINUTE_MS);
    tell_timer("computed_trait", RIG_NOW + 10 * MINUTE_MS - 1); // nothing is due
    run();
    const Profile same = read_user("u", arena);
    assert_int_equal(same.version, before.version);
    assert_int_equal(same.computed[0].as_of_ms, RIG_NOW);
    tell_timer("computed_trait", RIG_NOW + 12 * MINUTE_MS);
    tell_timer("computed_trait", RIG_NOW + 12 * MINUTE_MS); // again: changes nothing
    view_rig_run(&rig);
    visit("v"); // received before that instant, by a clock that was set back
    run();
    assert_value("u", 0, "0");
    assert_value("v", 0, "1");
    const Profile after = read_user("u", arena);
    assert_true(after.version > before.version);
    assert_int_equal(after.computed[0].as_of_ms, RIG_NOW + 12 * MINUTE_MS);
    assert_int_equal(after.computed[0].changes_ms, INT64_MAX);
    assert_same_after_reset();
}

/* Rules see the value under the definition's name, before what was said under the same. */
static void rules_see_computed_traits_first(void **state)
{
    (void)state;
    char id[37];
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 22);
    const PtStr names[] = {PT_STR("visits"), PT_STR("city")};
    const EventView v = {.user_id = PT_STR("u"), .raw = PT_STR("{\"userId\":\"u\"}")};
    PtStr got[2];
    view_rig_send(&rig, EVENT_IDENTIFY,
                  "{\"userId\":\"u\",\"traits\":{\"visits\":\"said\",\"city\":\"York\"}}");
    visit("u");
    run();
    assert_int_equal(profiles_traits_of_event(rig.profiles, &v, 0, names, 2, arena, got), PT_OK);
    assert_true(pt_str_eq(got[0], PT_STR("\"said\"")));
    define("visits", "{\"fold\":\"count\",\"events\":[\"Visit\"]}", id);
    run();
    visit("u");
    view_rig_run(&rig); // the view of the values has not seen it
    assert_int_equal(profiles_traits_of_event(rig.profiles, &v, 0, names, 2, arena, got), PT_OK);
    assert_true(pt_str_eq(got[0], PT_STR("2")) && pt_str_eq(got[1], PT_STR("\"York\"")));
}

/* A sender's own event of that name is an event as any other. */
static void strangers_fire_nothing(void **state)
{
    (void)state;
    char id[37];
    define("lately",
           "{\"fold\":\"count\",\"events\":[\"Visit\"],"
           "\"window\":{\"last\":{\"minutes\":10}}}",
           id);
    visit("u");
    view_rig_send(&rig, EVENT_TRACK,
                  "{\"userId\":\"u\",\"event\":\"Timer Fired\",\"properties\":{\"kind\":"
                  "\"computed_trait\",\"at\":\"2035-01-01T00:00:00.000Z\"}}");
    run();
    assert_value("u", 0, "1");
}

static void failing_transactions_leave_nothing_behind(void **state)
{
    (void)state;
    char id[37];
    PtError err = {0};
    define("all", "{\"fold\":\"count\"}", id);
    for (int i = 0; i < 5; i++) {
        visit("u");
        visit("v");
        view_rig_run(&rig);
        assert_int_equal(step(false, &err), PT_OK);
        assert_int_equal(step(false, &err), PT_OK);
        run();
    }
    assert_value("u", 0, "5");
    assert_same_after_reset();
}

static void memory_fails_anywhere(void **state)
{
    (void)state;
    char id[37];
    uint64_t nth = 1;
    PtError err = {0};
    define("all", "{\"fold\":\"most_frequent\",\"property\":\"x\"}", id);
    define("lately", "{\"fold\":\"count\",\"window\":{\"last\":{\"minutes\":10}}}", id);
    for (bool failed = true; failed; nth++) {
        visit("u");
        tell_timer("computed_trait", RIG_NOW + (int64_t)nth * MINUTE_MS);
        view_rig_run(&rig);
        fault_alloc_fail(nth, 0);
        (void)!step(true, &err);
        failed = fault_alloc_count() >= nth;
        fault_alloc_fail(0, 0);
        run();
    }
    assert_true(nth > 5);
    assert_same_after_reset();
}

/* Those that are live go on; the new one is behind, and then it is live. */
static void a_new_definition_is_back_filled(void **state)
{
    (void)state;
    char first[37], second[37];
    ComputedTrait trait;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 22);
    PtError err = {0};
    define("a", "{\"fold\":\"count\"}", first);
    visit("u");
    run();
    define("b", "{\"fold\":\"count\",\"events\":[\"Visit\"]}", second);
    assert_int_equal(computed_get(rig.profiles, pt_str(second), arena, &trait, &err), PT_OK);
    assert_false(trait.live);
    assert_int_equal(read_user("u", arena).computed_count, 1);
    run();
    assert_int_equal(computed_get(rig.profiles, pt_str(second), arena, &trait, &err), PT_OK);
    assert_true(trait.live);
    assert_value("u", 1, "1");
    assert_int_equal(computed_delete(rig.profiles, &staff, pt_str(first), arena, &err), PT_OK);
    run();
    assert_int_equal(read_user("u", arena).computed_count, 1);
    assert_value("u", 0, "1");
    assert_same_after_reset();
}

/* The values of the one are those of both once they are one, and again its own. */
static void parts_keep_what_is_theirs(void **state)
{
    (void)state;
    char id[37];
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 22);
    PtError err = {0};
    define("all", "{\"fold\":\"count\"}", id);
    visit("u");
    visit("u");
    view_rig_send(&rig, EVENT_TRACK, "{\"anonymousId\":\"a\",\"event\":\"Visit\"}");
    run();
    char *before = dump();
    const Profile one = read_user("u", arena);
    Profile other;
    assert_int_equal(
        profiles_find(rig.profiles, PT_STR("anonymous_id"), PT_STR("a"), arena, &other, &err),
        PT_OK);
    assert_int_equal(profiles_merge(rig.profiles, &staff, pt_str(one.id), pt_str(other.id),
                                    PT_STR("the same"), &err),
                     PT_OK);
    run();
    assert_value("u", 0, "3");
    const uint32_t node = other.nodes[0].number;
    assert_int_equal(profiles_split(rig.profiles, &staff, pt_str(one.id), &node, 1,
                                    PT_STR("after all not"), &err),
                     PT_OK);
    run();
    assert_value("u", 0, "2");
    char *after = dump();
    assert_string_equal(before, after);
    free(before);
    free(after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_timer_takes_effect_where_it_stands, open_test,
                                        close_test),
        cmocka_unit_test_setup_teardown(rules_see_computed_traits_first, open_test, close_test),
        cmocka_unit_test_setup_teardown(strangers_fire_nothing, open_test, close_test),
        cmocka_unit_test_setup_teardown(failing_transactions_leave_nothing_behind, open_test,
                                        close_test),
        cmocka_unit_test_setup_teardown(memory_fails_anywhere, open_test, close_test),
        cmocka_unit_test_setup_teardown(a_new_definition_is_back_filled, open_test, close_test),
        cmocka_unit_test_setup_teardown(parts_keep_what_is_theirs, open_test, close_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
