// SPDX-License-Identifier: Apache-2.0
/* What views that file events under numbers ask: whose an event is, whose an identifier, a trait of
 * everybody. */
#include "profiles/computed_internal.h"
#include "profiles/view_internal.h"
#include "profiles/view_rig.h"

#include <fault/fault_alloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ARENA = 4 << 20, PEOPLE = 64, TEXT = 64 };

static RigBase base;
static PtFs *fs;
static ViewRig rig;
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
    fs = fault_fs_new(3);
    assert_non_null(fs);
    view_rig_open(&rig, &base, fs);
    return 0;
}

static int close_rig(void **state)
{
    (void)state;
    view_rig_done(&rig);
    fault_fs_free(fs);
    return 0;
}

static void identify(const char *user, const char *anonymous, const char *at, const char *traits)
{
    char body[512];
    (void)snprintf(
        body, sizeof body,
        "{\"userId\":\"%s\",\"anonymousId\":\"%s\",\"timestamp\":\"2025-11-%sT00:00:00Z\","
        "\"traits\":{%s}}",
        user, anonymous, at, traits);
    view_rig_send(&rig, EVENT_IDENTIFY, body);
}

static uint32_t node_of(const char *type, const char *value)
{
    return identity_find(rig.profiles->graph, pt_str(type), pt_str(value));
}

static uint32_t person_of(const char *user)
{
    return profiles_person_of(rig.profiles, node_of("user_id", user));
}

/* ---- Whose ------------------------------------------------------------------------------------
 */

/* Each event of the log is filed where the view has filed it. */
static void events_are_filed_as_the_index_says(void **state)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA);
    const PtRecord *records;
    size_t count = 0, filed = 0;
    PtError err = {0};
    (void)state;
    identify("u1", "a1", "01", "\"email\":\"ada@example.com\"");
    identify("u2", "a1", "01", ""); // a1 is u1's: dropped
    view_rig_send(&rig, EVENT_TRACK,
                  "{\"anonymousId\":\"0\",\"messageId\":\"m1\",\"event\":\"S\"}");
    view_rig_send(&rig, EVENT_ALIAS, "{\"userId\":\"u9\",\"previousId\":\"a9\"}");
    view_rig_run(&rig);
    pt_log_seek(rig.reader, 0);
    assert_int_equal(pt_log_fetch(rig.reader, 64, true, &records, &count, &err), PT_OK);
    for (size_t i = 0; i < count; i++) {
        EventView v;
        uint32_t node = 0;
        uint64_t found[PEOPLE];
        size_t found_count = 0;
        if (records[i].source == 0) {
            continue;
        }
        const uint64_t offset = records[i].position.offset;
        assert_int_equal(event_payload_read(&records[i], &v, &err), PT_OK);
        assert_int_equal(profiles_file(rig.profiles, &v, offset, arena, &node, &err), PT_OK);
        assert_true(node != 0);
        assert_int_equal(profile_index_before(rig.profiles->index, &node, 1, offset + 1, PEOPLE,
                                              found, &found_count, &err),
                         PT_OK);
        assert_true(found_count > 0 && found[0] == offset);
        filed++;
    }
    assert_int_equal(filed, 4);
}

static void people_by_number(void **state)
{
    ProfilesPeople people;
    PtError err = {0};
    char first[37];
    (void)state;
    identify("u1", "a1", "01", "");
    identify("u2", "a2", "01", "");
    view_rig_run(&rig);
    const uint64_t change = profiles_people_change(rig.profiles);
    assert_int_equal(profiles_people(rig.profiles, &people, &err), PT_OK);
    assert_int_equal(people.node_count, 5);
    assert_int_equal(people.person_count, 3);
    assert_int_equal(people.change, change);
    assert_int_equal(people.person_of[0], 0);
    for (uint32_t node = 1; node < people.node_count; node++) {
        assert_int_equal(people.person_of[node], profiles_person_of(rig.profiles, node));
    }
    assert_int_equal(profiles_person_of(rig.profiles, 0), 0);
    assert_int_equal(profiles_person_of(rig.profiles, 99), 0);
    free(people.person_of);

    view_rig_run(&rig);
    assert_int_equal(profiles_people_change(rig.profiles), change);
    (void)snprintf(first, sizeof first, "%s", view_rig_person(&rig, "user_id", "u1"));
    const uint32_t node = node_of("anonymous_id", "a1");
    assert_int_equal(
        profiles_split(rig.profiles, &staff, pt_str(first), &node, 1, PT_STR("two"), &err), PT_OK);
    view_rig_run(&rig);
    assert_true(profiles_people_change(rig.profiles) > change);
    assert_int_not_equal(person_of("u1"), profiles_person_of(rig.profiles, node));
}

static void briefs_of_those_who_are_there(void **state)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA);
    ProfileBrief briefs[3];
    PtError err = {0};
    (void)state;
    identify("u1", "a1", "01", "\"name\":\"Ada Lovelace\",\"email\":\"ada@example.com\"");
    identify("u2", "a2", "01", "");
    view_rig_run(&rig);
    const uint32_t persons[] = {person_of("u1"), 77, person_of("u2")};
    assert_int_equal(profiles_briefs(rig.profiles, persons, 3, arena, briefs, &err), PT_OK);
    assert_string_equal(briefs[0].id, view_rig_person(&rig, "user_id", "u1"));
    assert_true(pt_str_eq(briefs[0].name, PT_STR("Ada Lovelace")));
    assert_true(pt_str_eq(briefs[0].detail, PT_STR("ada@example.com")));
    assert_string_equal(briefs[1].id, "");
    assert_true(pt_str_eq(briefs[2].name, PT_STR("u2")));
}

/* ---- Numbering --------------------------------------------------------------------------------
 */

static void read_numbering(char text[static PROFILES_NUMBERING], uint64_t *next)
{
    PtSqlTx *tx = NULL;
    PtError err = {0};
    assert_int_equal(pt_sql_begin(rig.views, false, &tx, &err), PT_OK);
    assert_int_equal(profiles_numbering(tx, text, next, &err), PT_OK);
    pt_sql_rollback(tx);
}

static void numbering_is_of_the_tables(void **state)
{
    char text[PROFILES_NUMBERING], later[PROFILES_NUMBERING];
    uint64_t next = 9;
    PtError err = {0};
    (void)state;
    read_numbering(text, &next);
    assert_string_equal(text, "");
    assert_int_equal(next, 0);
    profiles_numbering_now(rig.profiles, text);
    assert_string_equal(text, ""); // memory has one, the tables do not

    identify("u1", "a1", "01", "");
    rig.fail_steps = 1;
    assert_int_equal(view_rig_step(&rig, &err), PT_UNAVAILABLE);
    profiles_numbering_now(rig.profiles, text);
    assert_string_equal(text, "");
    view_rig_run(&rig);
    read_numbering(text, &next);
    assert_int_equal(strlen(text), PROFILES_NUMBERING - 1);
    assert_int_equal(next, rig.next);
    profiles_numbering_now(rig.profiles, later);
    assert_string_equal(text, later);

    view_rig_close(&rig);
    view_rig_reopen(&rig);
    identify("u2", "a2", "01", "");
    view_rig_run(&rig);
    read_numbering(later, &next);
    assert_string_equal(text, later);

    view_rig_reset(&rig);
    read_numbering(later, &next);
    assert_string_equal(later, "");
    profiles_numbering_now(rig.profiles, later);
    assert_string_equal(later, "");
    view_rig_run(&rig);
    read_numbering(later, &next);
    assert_string_not_equal(text, later);
}

/* ---- A trait of everybody ---------------------------------------------------------------------
 */

typedef struct Told {
    uint32_t persons[PEOPLE];
    char texts[PEOPLE][TEXT];
    size_t count;
    size_t refuse_at;
} Told;

static PtStatus take(void *ctx, uint32_t person, PtStr json, PtError *err)
{
    Told *t = ctx;
    for (size_t i = 0; i < t->count; i++) {
        assert_int_not_equal(t->persons[i], person); // once
    }
    if (t->refuse_at != 0 && t->count + 1 == t->refuse_at) {
        return pt_fail(err, PT_TOO_LARGE, "enough");
    }
    t->persons[t->count] = person;
    (void)pt_str_copy(t->texts[t->count++], TEXT, json);
    return PT_OK;
}

static Told trait_of_all(const char *name)
{
    Told t = {.count = 0};
    PtError err = {0};
    assert_int_equal(profiles_trait_of_all(rig.profiles, pt_str(name), NULL, take, &t, &err),
                     PT_OK);
    return t;
}

static const char *said_of(const Told *t, const char *user)
{
    for (size_t i = 0; i < t->count; i++) {
        if (t->persons[i] == person_of(user)) {
            return t->texts[i];
        }
    }
    return "";
}

/* What each profile says of the trait, everybody is told to have. */
static void assert_as_profiles(const Told *t, const char *name, size_t users)
{
    for (size_t i = 1; i <= users; i++) {
        PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA);
        Profile profile;
        PtError err = {0};
        char user[16];
        PtStr json = PT_STR("");
        (void)snprintf(user, sizeof user, "u%zu", i);
        assert_int_equal(
            profiles_find(rig.profiles, PT_STR("user_id"), pt_str(user), arena, &profile, &err),
            PT_OK);
        for (size_t k = 0; k < profile.trait_count; k++) {
            json = pt_str_eq(profile.traits[k].name, pt_str(name)) ? profile.traits[k].json : json;
        }
        assert_true(pt_str_eq(json, pt_str(said_of(t, user))));
    }
}

static void what_was_said_last(void **state)
{
    (void)state;
    identify("u1", "a1", "02", "\"plan\":\"gold\"");
    identify("u1", "a1", "01", "\"plan\":\"old\"");
    identify("u2", "a2", "01", "\"plan\":{\"a\":[1]}");
    identify("u3", "a3", "01", "\"other\":1");
    identify("u4", "a4", "03", "\"plan\":\"x\"");
    identify("u4", "a4", "04", "\"plan\":null");
    view_rig_send(&rig, EVENT_IDENTIFY,
                  "{\"anonymousId\":\"a5\",\"timestamp\":\"2025-11-09T00:00:00Z\",\"traits\":{"
                  "\"plan\":\"of the browser\"}}");
    identify("u5", "a5", "08", "\"plan\":\"of the user\"");
    view_rig_run(&rig);
    const Told t = trait_of_all("plan");
    assert_int_equal(t.count, 3);
    assert_string_equal(said_of(&t, "u1"), "\"gold\"");
    assert_string_equal(said_of(&t, "u2"), "{\"a\":[1]}");
    assert_string_equal(said_of(&t, "u5"), "\"of the browser\"");
    assert_as_profiles(&t, "plan", 5);
    assert_int_equal(trait_of_all("nobody's").count, 0);
}

static void run_computed(uint64_t *next)
{
    do {
        PtSqlTx *tx = NULL;
        PtError err = {0};
        uint64_t at = *next;
        assert_int_equal(pt_sql_begin(rig.views, true, &tx, &err), PT_OK);
        assert_int_equal(computed_step(rig.profiles, rig.reader, tx, &at, &err), PT_OK);
        assert_int_equal(pt_sql_commit(&tx, &err), PT_OK);
        *next = at;
        assert_int_equal(computed_committed(rig.profiles, at, &err), PT_OK);
    } while (*next < rig.next || computed_more(rig.profiles));
}

static void what_is_computed(void **state)
{
    static const _Atomic bool never = false;
    char id[37];
    uint64_t next = 0;
    PtError err = {0};
    const ComputedTraitEdit edit = {.name = PT_STR("visits"),
                                    .fold = PT_STR("{\"fold\":\"count\",\"events\":[\"Visit\"]}")};
    (void)state;
    identify("u1", "a1", "01", "\"visits\":\"said\"");
    identify("u2", "a2", "01", "");
    identify("u3", "a3", "01", "");
    view_rig_send(&rig, EVENT_TRACK, "{\"userId\":\"u1\",\"event\":\"Visit\"}");
    view_rig_send(&rig, EVENT_TRACK, "{\"anonymousId\":\"a1\",\"event\":\"Visit\"}");
    view_rig_send(&rig, EVENT_TRACK, "{\"anonymousId\":\"a2\",\"event\":\"Visit\"}");
    view_rig_run(&rig);
    Told t = trait_of_all("visits");
    assert_int_equal(t.count, 1);
    assert_string_equal(said_of(&t, "u1"), "\"said\"");

    assert_int_equal(computed_add(rig.profiles, &staff, &edit, id, &err), PT_OK);
    view_rig_run(&rig);
    assert_int_equal(computed_start(rig.profiles, rig.reader, next, &never, &err), PT_OK);
    run_computed(&next);
    t = trait_of_all("visits");
    assert_int_equal(t.count, 3);
    assert_string_equal(said_of(&t, "u1"), "2");
    assert_string_equal(said_of(&t, "u2"), "1");
    assert_string_equal(said_of(&t, "u3"), "0");
}

static void who_listens_can_end_it(void **state)
{
    const _Atomic bool stop = true;
    Told t = {.refuse_at = 2};
    PtError err = {0};
    (void)state;
    identify("u1", "a1", "01", "\"plan\":1");
    identify("u2", "a2", "01", "\"plan\":2");
    view_rig_run(&rig);
    assert_int_equal(profiles_trait_of_all(rig.profiles, PT_STR("plan"), NULL, take, &t, &err),
                     PT_TOO_LARGE);
    assert_string_equal(err.message, "enough");
    assert_int_equal(t.count, 1);
    assert_int_equal(profiles_trait_of_all(rig.profiles, PT_STR("plan"), &stop, take, &t, &err),
                     PT_UNAVAILABLE);
}

static void no_memory(void **state)
{
    (void)state;
    identify("u1", "a1", "01", "\"plan\":1");
    view_rig_run(&rig);
    bool whole = false;
    for (uint64_t n = 1; !whole; n++) {
        Told t = {.count = 0};
        PtError err = {0};
        fault_alloc_fail(n, 0);
        const PtStatus st =
            profiles_trait_of_all(rig.profiles, PT_STR("plan"), NULL, take, &t, &err);
        whole = fault_alloc_count() < n;
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || st == PT_NO_MEMORY || st == PT_TOO_LARGE ||
                    st == PT_UNAVAILABLE);
        assert_true(st != PT_OK || t.count == 1);
        assert_true(n < 1000);
    }
}

#define RIG_TEST(fn) cmocka_unit_test_setup_teardown(fn, open_rig, close_rig)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(events_are_filed_as_the_index_says),
        RIG_TEST(people_by_number),
        RIG_TEST(briefs_of_those_who_are_there),
        RIG_TEST(numbering_is_of_the_tables),
        RIG_TEST(what_was_said_last),
        RIG_TEST(what_is_computed),
        RIG_TEST(who_listens_can_end_it),
        RIG_TEST(no_memory),
    };
    return cmocka_run_group_tests_name("profiles/filed", tests, open_base, close_base);
}
