// SPDX-License-Identifier: Apache-2.0
/* Accounts and households: what makes one, and who belongs to it through merges, splits, changes
 * and rebuilds. */
#include "profiles/groups_internal.h"
#include "profiles/view_rig.h"

#include <base/test_rows.h>
#include <fault/fault_alloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA = 64 << 20 };

/* ---- What makes a household ------------------------------------------------------------------ */

#define ADDRESS                                                                                    \
    "{\"street\":\"Hauptstr. 12\",\"postalCode\":1010,\"city\":\"Wien\",\"country\":\"AT\"}"

static struct HouseholdCase {
    const char *name, *id, *last, *whole, *address;
    const char *declared, *derived, *label;
} household_cases[] = {
    {"last name and address", NULL, "\"M\xc3\xbcller\"", NULL, ADDRESS, "",
     "muller, hauptstrasse 12, 1010", "M\xc3\xbcller, Wien"},
    {"a name in one piece", NULL, NULL, "\"Dr. Anna M\xc3\xbcller\"", ADDRESS, "",
     "muller, hauptstrasse 12, 1010", "muller, Wien"},
    {"without a name", NULL, NULL, NULL, ADDRESS, "", "", "Wien"},
    {"without a house number", NULL, "\"Berg\"", NULL,
     "{\"street\":\"Hauptstr.\",\"postal_code\":\"1010\",\"country\":\"AT\"}", "", "", "Berg"},
    {"a number of its own", NULL, "\"Berg\"", NULL,
     "{\"street\":\"Hauptstra\xc3\x9f"
     "e\",\"number\":12,\"postal_code\":\"1010\",\"country\":\"Austria\"}",
     "", "berg, hauptstrasse 12, 1010", "Berg"},
    {"without a place", NULL, "\"Berg\"", NULL, "{\"street\":\"Hauptstr. 12\"}", "", "", "Berg"},
    {"a declared one", "\"H-1\"", NULL, NULL, NULL, "H-1", "", "H-1"},
    {"a number declares", "7", "\"Berg\"", NULL, NULL, "7", "", "Berg"},
    {"no text declares", "[1]", NULL, NULL, NULL, "", "", ""},
    {"an address that is a text", NULL, "\"Berg\"", NULL, "\"Hauptstr. 12, 1010 Wien\"", "", "",
     "Berg"},
};

static PtStr json(const char *text)
{
    return text != NULL ? pt_str(text) : (PtStr){NULL, 0};
}

static void traits_make(void **state)
{
    const struct HouseholdCase *c = *state;
    const HouseholdSaid said = {.household_id = json(c->id),
                                .last_name = json(c->last),
                                .name = json(c->whole),
                                .address = json(c->address)};
    Households h;
    PtBuf text;
    pt_buf_init(&text, EVENT_MAX_BYTES);
    households_read(&said, &text, &h);
    pt_buf_done(&text);
    assert_string_equal(h.declared, c->declared);
    assert_string_equal(h.derived, c->derived);
    assert_string_equal(h.label, c->label);
}

/* An id of 255 bytes is one, of 256 none; labels are cut at a letter. */
static void households_are_bounded(void **state)
{
    (void)state;
    for (size_t len = 255; len <= 256; len++) {
        char id[300], last[300];
        Households h;
        PtBuf text;
        pt_buf_init(&text, EVENT_MAX_BYTES);
        (void)snprintf(id, sizeof id, "\"%0*d\"", (int)len, 1);
        (void)snprintf(last, sizeof last, "\"");
        for (size_t i = 0; i < 60; i++) {
            (void)strcat(last, "\xe2\x82\xac"); // three bytes each
        }
        (void)strcat(last, "\"");
        const HouseholdSaid said = {.household_id = pt_str(id), .last_name = pt_str(last)};
        households_read(&said, &text, &h);
        pt_buf_done(&text);
        assert_int_equal(strlen(h.declared), len == 255 ? 255 : 0);
        assert_int_equal(strlen(h.label), 78);
    }
}

/* ---- Over a log ------------------------------------------------------------------------------ */

static RigBase base;
static PtFs *fs;
static ViewRig rig;
static PtArena *arena;
static const AuditActor staff = {.kind = AUDIT_ACCOUNT, .id = "acc-1", .name = "Mia Berg"};

static void lives(const char *user, const char *last, const char *street)
{
    char body[512];
    (void)snprintf(body, sizeof body,
                   "{\"userId\":\"%s\",\"traits\":{\"lastName\":\"%s\",\"address\":{\"street\":"
                   "\"%s\",\"postal_code\":\"1010\",\"city\":\"Wien\",\"country\":\"AT\"}}}",
                   user, last, street);
    view_rig_send(&rig, EVENT_IDENTIFY, body);
}

static void declares(const char *user, const char *household)
{
    char body[256];
    (void)snprintf(body, sizeof body, "{\"userId\":\"%s\",\"traits\":{\"household_id\":%s}}", user,
                   household);
    view_rig_send(&rig, EVENT_IDENTIFY, body);
}

static void joins(const char *user, const char *group, const char *at, const char *traits)
{
    char body[512];
    (void)snprintf(body, sizeof body,
                   "{\"userId\":\"%s\",\"groupId\":\"%s\",\"timestamp\":\"%s\",\"traits\":{%s}}",
                   user, group, at, traits);
    view_rig_send(&rig, EVENT_GROUP, body);
}

static const char *user(const char *value)
{
    return view_rig_person(&rig, "user_id", value);
}

/* "kind name members;" of the person's groups. */
static const char *groups_of(const char *value)
{
    static char text[1024];
    ProfileGroup *groups;
    size_t count = 0, len = 0;
    PtError err = {0};
    if (profiles_groups_of(rig.profiles, pt_str(user(value)), arena, &groups, &count, &err) !=
        PT_OK) {
        fail_msg("%s", err.message);
    }
    text[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len, "%c %.*s %zu;",
                                groups[i].kind == GROUP_ACCOUNT ? 'a' : 'h',
                                PT_STR_ARG(groups[i].name), groups[i].members);
    }
    return text;
}

static const char *household_id(const char *value)
{
    ProfileGroup *groups;
    size_t count = 0;
    PtError err = {0};
    if (profiles_groups_of(rig.profiles, pt_str(user(value)), arena, &groups, &count, &err) !=
            PT_OK ||
        count != 1) {
        fail_msg("%zu groups: %s", count, err.message);
    }
    return groups[0].id;
}

static void same_after_a_rebuild(void)
{
    char *before = view_rig_dump(&rig);
    view_rig_rebuild(&rig);
    char *after = view_rig_dump(&rig);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static void accounts_have_members_and_traits(void **state)
{
    (void)state;
    ProfileGroup *groups;
    ProfileGroupTrait *traits;
    ProfileMembers members;
    size_t count;
    PtError err = {0};
    joins("u1", "acme", "2025-11-20T00:00:00Z", "\"name\":\"Acme\",\"plan\":\"gold\",\"x\":null");
    joins("u2", "acme", "2025-11-21T00:00:00Z", "\"plan\":\"blue\"");
    joins("u1", "acme", "2025-11-19T00:00:00Z", "\"plan\":\"old\"");
    joins("u1", "zoo", "2025-11-19T00:00:00Z", "");
    view_rig_run(&rig);
    assert_string_equal(groups_of("u1"), "a Acme 2;a zoo 1;");
    assert_string_equal(groups_of("u2"), "a Acme 2;");
    assert_int_equal(
        profiles_groups_of(rig.profiles, pt_str(user("u2")), arena, &groups, &count, &err), PT_OK);
    const PtStr id = pt_str(groups[0].id);
    assert_int_equal(profiles_group_traits(rig.profiles, id, arena, &traits, &count, &err), PT_OK);
    assert_int_equal(count, 2);
    assert_true(pt_str_eq(traits[0].json, PT_STR("\"Acme\"")));
    assert_true(pt_str_eq(traits[1].json, PT_STR("\"blue\"")));
    assert_int_equal(profiles_group_members(rig.profiles, id, 0, 1, arena, &members, &err), PT_OK);
    assert_int_equal(members.count, 1);
    assert_string_equal(members.members[0].id, user("u1"));
    assert_int_equal(members.members[0].since_ms, INT64_C(1763596800000));
    assert_int_equal(
        profiles_group_members(rig.profiles, id, members.next, 1, arena, &members, &err), PT_OK);
    assert_string_equal(members.members[0].id, user("u2"));
    assert_int_equal(members.next, 0);
    same_after_a_rebuild();
}

static void a_household_follows_what_is_said(void **state)
{
    (void)state;
    lives("u1", "M\xc3\xbcller", "Hauptstr. 12");
    view_rig_run(&rig);
    assert_string_equal(groups_of("u1"), ""); // of one
    lives("u2", "MULLER", "Hauptstrasse 12");
    lives("u3", "Berg", "Hauptstrasse 12");
    view_rig_run(&rig);
    assert_string_equal(groups_of("u1"), "h M\xc3\xbcller, Wien 2;");
    assert_string_equal(groups_of("u3"), "");
    lives("u3", "M\xc3\xbcller", "Hauptstrasse 12");
    view_rig_run(&rig);
    assert_string_equal(groups_of("u3"), "h M\xc3\xbcller, Wien 3;");
    declares("u1", "\"H-1\""); // what is declared comes first
    declares("u2", "\"H-1\"");
    view_rig_run(&rig);
    assert_string_equal(groups_of("u3"), "");
    assert_string_equal(groups_of("u2"), "h M\xc3\xbcller, Wien 2;");
    same_after_a_rebuild();
    declares("u1", "null");
    declares("u2", "\"\"");
    lives("u3", "M\xc3\xbcller", "Gasse 1"); // moves out
    view_rig_run(&rig);
    assert_string_equal(groups_of("u2"), "h M\xc3\xbcller, Wien 2;");
    assert_string_equal(groups_of("u3"), "");
    same_after_a_rebuild();
}

/* Rows stand under nodes: a merge and a split change who is counted, and write none. */
static void merge_and_split_write_nothing(void **state)
{
    (void)state;
    PtError err = {0};
    view_rig_send(&rig, EVENT_IDENTIFY,
                  "{\"anonymousId\":\"a1\",\"traits\":{\"household_id\":\"H\"}}");
    declares("u2", "\"H\"");
    declares("u3", "\"H\"");
    joins("u2", "acme", "2025-11-20T00:00:00Z", "");
    view_rig_run(&rig);
    assert_string_equal(groups_of("u3"), "h H 3;");
    char id[37];
    (void)snprintf(id, sizeof id, "%s", household_id("u3"));
    char *before = view_rig_dump(&rig);
    assert_int_equal(profiles_merge(rig.profiles, &staff, pt_str(user("u2")),
                                    pt_str(view_rig_person(&rig, "anonymous_id", "a1")),
                                    PT_STR("one"), &err),
                     PT_OK);
    view_rig_run(&rig);
    assert_string_equal(groups_of("u3"), "h H 2;");
    assert_string_equal(groups_of("u2"), "a acme 1;h H 2;");
    const uint32_t node = identity_find(rig.profiles->graph, PT_STR("anonymous_id"), PT_STR("a1"));
    assert_int_equal(
        profiles_split(rig.profiles, &staff, pt_str(user("u2")), &node, 1, PT_STR("two"), &err),
        PT_OK);
    view_rig_run(&rig);
    assert_string_equal(groups_of("u3"), "h H 3;");
    assert_string_equal(household_id("u3"), id);
    char *after = view_rig_dump(&rig);
    assert_string_equal(strstr(before, "group "), strstr(after, "group "));
    free(before);
    free(after);
    same_after_a_rebuild();
}

/* A person whose identifiers say several households is of the one said last. */
static void the_last_household_holds(void **state)
{
    (void)state;
    declares("u1", "\"old\"");
    declares("u2", "\"old\"");
    view_rig_send(&rig, EVENT_IDENTIFY,
                  "{\"anonymousId\":\"a1\",\"timestamp\":\"2025-11-22T01:59:59Z\","
                  "\"traits\":{\"household_id\":\"new\"}}");
    view_rig_send(&rig, EVENT_PAGE, "{\"userId\":\"u1\",\"anonymousId\":\"a1\"}");
    declares("u3", "\"new\"");
    view_rig_run(&rig);
    assert_string_equal(groups_of("u1"), "h old 2;");
    view_rig_send(&rig, EVENT_IDENTIFY,
                  "{\"anonymousId\":\"a1\",\"timestamp\":\"2025-11-22T02:00:01Z\","
                  "\"traits\":{\"household_id\":\"new\"}}");
    view_rig_run(&rig);
    assert_string_equal(groups_of("u1"), "h new 2;");
    assert_string_equal(groups_of("u2"), "");
    same_after_a_rebuild();
}

static void a_house_of_thirteen_is_no_household(void **state)
{
    (void)state;
    for (int i = 1; i <= HOUSEHOLD_DERIVED_MAX + 1; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "u%d", i);
        lives(name, "Berg", "Heim 1");
        if (i >= HOUSEHOLD_DERIVED_MAX) {
            view_rig_run(&rig);
            assert_string_equal(groups_of("u1"),
                                i == HOUSEHOLD_DERIVED_MAX ? "h Berg, Wien 12;" : "");
        }
    }
}

static size_t listed(GroupKind kind, const char *text, size_t max, char ret_names[512])
{
    ProfileGroups page = {.count = 0};
    size_t pages = 0, len = 0;
    ret_names[0] = '\0';
    do {
        char cursor[GROUPS_CURSOR];
        PtError err = {0};
        memcpy(cursor, page.next, sizeof cursor);
        const ProfileGroupsQuery query = {kind, pt_str(text), pt_str(cursor), max};
        if (profiles_groups_search(rig.profiles, &query, arena, &page, &err) != PT_OK) {
            fail_msg("%s", err.message);
        }
        for (size_t i = 0; i < page.count; i++) {
            len += (size_t)snprintf(ret_names + len, 512 - len, "%.*s;",
                                    PT_STR_ARG(page.groups[i].name));
        }
        pages++;
    } while (page.next[0] != '\0');
    return pages;
}

static void groups_are_found_by_name(void **state)
{
    (void)state;
    char names[512];
    ProfileGroups page;
    PtError err = {0};
    joins("u1", "1", "2025-11-20T00:00:00Z",
          "\"name\":\"\xc3\x9c"
          "ber GmbH\"");
    joins("u1", "2", "2025-11-20T00:00:00Z", "\"name\":\"uber\"");
    joins("u1", "3", "2025-11-20T00:00:00Z", "\"name\":\"Zoo\"");
    joins("u1", "abc", "2025-11-20T00:00:00Z", "");
    lives("u1", "Berg", "Weg 1");
    lives("u2", "Berg", "Weg 1");
    lives("u3", "Berg", "Weg 2");
    view_rig_run(&rig);
    assert_int_equal(listed(GROUP_ACCOUNT, "", 10, names), 1);
    assert_string_equal(names, "abc;uber;\xc3\x9c"
                               "ber GmbH;Zoo;");
    assert_int_equal(listed(GROUP_ACCOUNT, "", 1, names), 4);
    assert_string_equal(names, "abc;uber;\xc3\x9c"
                               "ber GmbH;Zoo;");
    (void)listed(GROUP_ACCOUNT,
                 "\xc3\xbc"
                 "B",
                 10, names);
    assert_string_equal(names, "uber;\xc3\x9c"
                               "ber GmbH;");
    (void)listed(GROUP_HOUSEHOLD, "be", 10, names);
    assert_string_equal(names, "Berg, Wien;");
    (void)listed(GROUP_HOUSEHOLD, "u", 10, names);
    assert_string_equal(names, "");
    static const char *const bad[] = {"x", "0", "00", "zz000000000000000000000000000000"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const ProfileGroupsQuery query = {GROUP_ACCOUNT, PT_STR(""), pt_str(bad[i]), 1};
        assert_int_equal(profiles_groups_search(rig.profiles, &query, arena, &page, &err),
                         PT_INVALID);
    }
}

static void what_is_not_there_is_not_found(void **state)
{
    (void)state;
    ProfileGroup group, *groups;
    size_t count;
    PtError err = {0};
    static const char *const ids[] = {"", "x", "00000000-0000-8000-8000-000000000000"};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        assert_int_equal(profiles_group_get(rig.profiles, pt_str(ids[i]), arena, &group, &err),
                         PT_NOT_FOUND);
        assert_int_equal(
            profiles_groups_of(rig.profiles, pt_str(ids[i]), arena, &groups, &count, &err),
            PT_NOT_FOUND);
    }
}

static void send_mixture(void)
{
    lives("u1", "Berg", "Weg 1");
    lives("u2", "Berg", "Weg 1");
    joins("u1", "acme", "2025-11-20T00:00:00Z", "\"name\":\"Acme\",\"a\\u0062\":1");
    lives("u2", "Berg", "Weg 2");
    declares("u1", "\"H\"");
    declares("u2", "\"H\"");
}

static void steps_do_not_matter(void **state)
{
    (void)state;
    PtError err = {0};
    for (unsigned i = 0; i < 3; i++) {
        send_mixture();
        rig.fail_steps = i;
        (void)!view_rig_step(&rig, &err);
        lives("u2", "Berg", "Weg 1");
    }
    view_rig_run(&rig);
    same_after_a_rebuild();
}

/* Every allocation of a step fails once. */
static void no_memory_is_made_good(void **state)
{
    (void)state;
    PtError err = {0};
    uint64_t made = 1;
    for (uint64_t nth = 1; nth <= made + 1; nth++) {
        view_rig_close(&rig);
        view_rig_reopen(&rig);
        send_mixture();
        fault_alloc_fail(nth, 0);
        (void)!view_rig_step(&rig, &err);
        made = fault_alloc_count();
        fault_alloc_fail(0, 0);
        view_rig_run(&rig);
    }
    assert_string_equal(groups_of("u1"), "a Acme 1;h Berg, Wien 2;");
    same_after_a_rebuild();
}

static int set_up(void **state)
{
    (void)state;
    PtSqlTx *tx = NULL;
    if (!rig_base_open(&base) || pt_sql_begin(base.sql, true, &tx, NULL) != PT_OK ||
        pt_sql_run(tx, "DELETE FROM feed", NULL) != PT_OK || // rows that making its sources has put
        pt_sql_commit(&tx, NULL) != PT_OK) {
        return -1;
    }
    fs = fault_fs_new(1);
    arena = pt_arena_new(ARENA);
    if (fs == NULL || arena == NULL) {
        return -1;
    }
    view_rig_open(&rig, &base, fs);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    view_rig_done(&rig);
    fault_fs_free(fs);
    pt_arena_free(arena);
    rig_base_close(&base);
    return 0;
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
    struct CMUnitTest rows[PT_COUNT(household_cases)];
    size_t n = 0;
    PT_TEST_ROWS(rows, n, household_cases, traits_make);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(households_are_bounded),
        TEST(accounts_have_members_and_traits),
        TEST(a_household_follows_what_is_said),
        TEST(merge_and_split_write_nothing),
        TEST(the_last_household_holds),
        TEST(a_house_of_thirteen_is_no_household),
        TEST(groups_are_found_by_name),
        TEST(what_is_not_there_is_not_found),
        TEST(steps_do_not_matter),
        TEST(no_memory_is_made_good),
    };
    return cmocka_run_group_tests_name("profiles/household", rows, NULL, NULL) +
           cmocka_run_group_tests_name("profiles/groups", tests, NULL, NULL);
}
