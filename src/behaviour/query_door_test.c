// SPDX-License-Identifier: Apache-2.0
/* Questions at the door: of events that came in, of the people of profiles; turns, kept answers,
 * and the end. */
#include "base/test_rows.h"
#include "behaviour/behaviour_rig.h"

#include <fault/fault_alloc.h>
#include <fault/fault_fs.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA = 64 << 20, ANSWER = 1 << 20, BODY = 512 };

#define RANGE "\"range\":{\"from\":\"2025-11-01\",\"to\":\"2025-11-03\"}"
#define PEOPLE                                                                                     \
    "{\"kind\":\"segmentation\"," RANGE                                                            \
    ",\"unit\":\"whole\",\"series\":[{\"event\":\"Order Completed\",\"measure\":\"uniques\"}]}"
#define GOLD                                                                                       \
    "{\"kind\":\"segmentation\"," RANGE                                                            \
    ",\"unit\":\"whole\",\"who\":{\"trait\":\"plan\",\"is\":\"equals\",\"value\":\"gold\"},"       \
    "\"series\":[{\"event\":\"Order Completed\",\"measure\":\"uniques\"}]}"

static RigBase base;
static PtFs *fs;
static BehaviourRig rig;
static PtArena *arena;
static PtBuf said;

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
    arena = pt_arena_new(ARENA);
    pt_buf_init(&said, ANSWER);
    assert_true(fs != NULL && arena != NULL);
    behaviour_rig_open(&rig, &base, fs, 0);
    return 0;
}

static int close_rig(void **state)
{
    (void)state;
    behaviour_rig_done(&rig);
    fault_fs_free(fs);
    pt_arena_free(arena);
    pt_buf_done(&said);
    return 0;
}

/* ---- Events ---------------------------------------------------------------------------------- */

static void tell(const char *user, const char *name, const char *plan)
{
    char body[BODY];
    (void)snprintf(body, sizeof body,
                   "{\"userId\":\"%s\",\"timestamp\":\"2025-11-01T10:00:00Z\",\"traits\":{\"name\":"
                   "\"%s\",\"plan\":\"%s\"}}",
                   user, name, plan);
    view_rig_send(&rig.view, EVENT_IDENTIFY, body);
}

static void order(const char *user, const char *anonymous)
{
    char body[BODY];
    (void)snprintf(body, sizeof body,
                   "{\"%s\":\"%s\",\"event\":\"Order Completed\",\"timestamp\":"
                   "\"2025-11-02T03:04:05Z\",\"properties\":{\"total\":\"12.50\"}}",
                   user != NULL ? "userId" : "anonymousId", user != NULL ? user : anonymous);
    view_rig_send(&rig.view, EVENT_TRACK, body);
}

static void tell_all(void)
{
    tell("u1", "Ann Lee", "gold");
    tell("u2", "Bo Li", "silver");
    tell("u3", "Cy May", "gold");
    order("u1", NULL);
    order("u2", NULL);
    order(NULL, "visitor");
    behaviour_rig_run(&rig);
}

/* ---- Asking ---------------------------------------------------------------------------------- */

static PtStatus ask(const char *query, PtError *err)
{
    const BehaviourAsk a = {.query = pt_str(query)};
    pt_arena_clear(arena);
    pt_buf_clear(&said, ANSWER);
    PtStatus st = behaviour_query(rig.b, &a, arena, &said, err);
    pt_buf_add_char(&said, 0);
    return st;
}

static void expect(const char *query, const char *part)
{
    PtError err = {0};
    if (ask(query, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    if (strstr(said.data, part) == NULL) {
        fail_msg("no %s in %s", part, said.data);
    }
}

static void expect_people(const char *cell, const char *cursor, size_t limit, const char *want)
{
    const BehaviourAsk a = {.query = PT_STR(PEOPLE)};
    const BehaviourCell c = {pt_str(cell), pt_str(cursor), limit};
    BehaviourPeople people;
    PtError err = {0};
    char text[BODY];
    pt_arena_clear(arena);
    if (behaviour_people(rig.b, &a, &c, arena, &people, &err) != PT_OK) {
        assert_string_equal(err.message, want);
        return;
    }
    size_t len = (size_t)snprintf(text, sizeof text, "%u", (unsigned)people.count);
    for (size_t i = 0; i < people.people_count; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len, " %.*s%s",
                                PT_STR_ARG(people.people[i].name),
                                strlen(people.people[i].id) == 36 ? "" : "?");
    }
    assert_string_equal(text, want);
    assert_int_equal(people.next.len > 0, limit == 1);
}

/* ---- Tests ----------------------------------------------------------------------------------- */

static void test_asks(void **state)
{
    (void)state;
    tell_all();
    expect(PEOPLE, "\"values\":[3],\"n\":[3]");
    assert_non_null(strstr(said.data, "\"behind\":0},\"exact\":true"));
    expect("{\"kind\":\"segmentation\"," RANGE ",\"unit\":\"whole\",\"series\":[{\"measure\":"
           "\"sum\",\"of\":{\"property\":\"total\"}}]}",
           "\"values\":[37.5],\"n\":[3]");
}

static void test_traits(void **state)
{
    (void)state;
    tell_all();
    expect(GOLD, "\"values\":[1],\"n\":[1]");
    expect(GOLD, "\"cached\":false");
    tell("u2", "Bo Li", "gold");
    behaviour_rig_run(&rig);
    expect(GOLD, "\"values\":[2],\"n\":[2]");
}

/* An answer is kept until an event comes, or somebody turns out to be somebody else. */
static void test_keeps(void **state)
{
    (void)state;
    tell_all();
    expect(PEOPLE, "\"cached\":false");
    expect(PEOPLE, "\"cached\":true");
    assert_non_null(strstr(said.data, "\"values\":[3],\"n\":[3]"));
    expect(
        "{ " RANGE
        ",\"series\":[{\"measure\":\"uniques\",\"event\":\"Completed Order\"}],\"unit\":\"whole\""
        ",\"kind\":\"segmentation\"}",
        "\"cached\":true");
    view_rig_send(&rig.view, EVENT_IDENTIFY, "{\"userId\":\"u3\",\"anonymousId\":\"visitor\"}");
    view_rig_send(&rig.view, EVENT_ALIAS, "{\"userId\":\"u1\",\"previousId\":\"visitor\"}");
    behaviour_rig_run(&rig);
    expect(PEOPLE, "\"cached\":false");
    order("u3", NULL);
    behaviour_rig_run(&rig);
    expect(PEOPLE, "\"cached\":false");
    assert_int_equal(behaviour_state(rig.b).asked, 5);
    assert_int_equal(behaviour_state(rig.b).failed, 0);
}

/* More answers than are kept: the oldest ones go. */
static void test_keeps_so_many(void **state)
{
    (void)state;
    char query[BODY];
    tell_all();
    for (unsigned i = 0; i < 70; i++) {
        (void)snprintf(query, sizeof query,
                       "{\"kind\":\"stickiness\"," RANGE ",\"of\":{\"name\":\"%u\"}}", i);
        expect(query, "\"cached\":false");
    }
    expect(query, "\"cached\":true");
    expect("{\"kind\":\"stickiness\"," RANGE ",\"of\":{\"name\":\"6\"}}", "\"cached\":true");
    expect("{\"kind\":\"stickiness\"," RANGE ",\"of\":{\"name\":\"5\"}}", "\"cached\":false");
}

static void test_people(void **state)
{
    (void)state;
    tell_all();
    expect_people("{}", "", 10, "3 Ann Lee Bo Li ");
    expect_people("{}", "", 1, "3 Ann Lee");
    expect_people("{}", "", 0, "at \"/limit\": not in 1..10000");
    expect_people("{}", "", 10001, "at \"/limit\": not in 1..10000");
    expect_people("{}", "x", 1, "at \"/cursor\": not one that a page before gave");
    expect_people("[]", "", 1, "at \"/cell\": not an object");
}

/* Each person once, over the pages. */
static void test_pages(void **state)
{
    (void)state;
    const BehaviourAsk a = {.query = PT_STR(PEOPLE)};
    BehaviourCell c = {PT_STR("{}"), PT_STR(""), 1};
    char ids[4][37];
    size_t count = 0;
    tell_all();
    for (bool more = true; more; more = c.cursor.len > 0) {
        BehaviourPeople people;
        assert_int_equal(behaviour_people(rig.b, &a, &c, arena, &people, NULL), PT_OK);
        assert_int_equal(people.people_count, 1);
        assert_true(count < 4);
        memcpy(ids[count++], people.people[0].id, sizeof ids[0]);
        c.cursor = people.next;
    }
    assert_int_equal(count, 3);
    assert_string_not_equal(ids[0], ids[1]);
    assert_string_not_equal(ids[1], ids[2]);
    assert_string_not_equal(ids[0], ids[2]);
}

static void test_bad(void **state)
{
    (void)state;
    PtError err = {0};
    assert_int_equal(ask("{\"kind\":\"funnel\"}", &err), PT_INVALID);
    assert_string_equal(err.message, "at \"\": \"steps\" of a funnel is missing");
    assert_int_equal(behaviour_state(rig.b).failed, 1);
    pt_buf_clear(&said, ANSWER);
    assert_int_equal(behaviour_query_read(rig.b,
                                          PT_STR("{\"kind\":\"stickiness\",\"range\":{"
                                                 "\"from\":\"2020-01-01\",\"to\":\"2026-01-"
                                                 "01\"}}"),
                                          arena, &said, &err),
                     PT_TOO_LARGE);
    assert_int_equal(
        behaviour_query_read(rig.b, PT_STR("{\"kind\":\"stickiness\"}"), arena, &said, &err),
        PT_OK);
    assert_int_equal(said.data[0], '{');
}

/* A `who` that is a saved question's: its rule, as it was when that was read. */
static void test_who_of_a_report(void **state)
{
    static const AuditActor staff = {.kind = AUDIT_ACCOUNT, .id = "acc-1", .name = "Mia Berg"};
    static const char rule[] =
        "{\"all\":[{\"trait\":\"plan\",\"is\":\"equals\",\"value\":\"gold\"}]}";
    static const struct {
        const char *before, *after;
    } questions[] = {
        {"{\"kind\":\"stickiness\",\"who\":{\"report\":\"", "\"}}"},
        {"{\"kind\":\"compare\",\"query\":{\"kind\":\"stickiness\"},"
         "\"cohorts\":[{\"name\":\"x\"},{\"name\":\"y\",\"who\":{\"report\":\"",
         "\"}}]}"},
    };
    char id[37], nobody[37], json[BODY];
    PtError err = {0};
    BehaviourReportEdit edit = {.name = PT_STR("Gold")};
    (void)state;
    (void)snprintf(json, sizeof json, "{\"kind\":\"sessions\",\"who\":%s}", rule);
    edit.query = pt_str(json);
    assert_int_equal(behaviour_report_add(rig.b, &staff, &edit, id, &err), PT_OK);
    edit = (BehaviourReportEdit){.name = PT_STR("All"), .query = PT_STR("{\"kind\":\"sessions\"}")};
    assert_int_equal(behaviour_report_add(rig.b, &staff, &edit, nobody, &err), PT_OK);
    for (size_t i = 0; i < PT_COUNT(questions); i++) {
        (void)snprintf(json, sizeof json, "%s%s%s", questions[i].before, id, questions[i].after);
        pt_buf_clear(&said, ANSWER);
        assert_int_equal(behaviour_query_read(rig.b, pt_str(json), arena, &said, &err), PT_OK);
        assert_non_null(memmem(said.data, said.len, rule, sizeof rule - 1));
        assert_null(memmem(said.data, said.len, "report", 6));
        (void)snprintf(json, sizeof json, "%s%s%s", questions[i].before, nobody,
                       questions[i].after);
        assert_int_equal(behaviour_query_read(rig.b, pt_str(json), arena, &said, &err), PT_INVALID);
        assert_non_null(strstr(err.message, "is about everybody"));
        assert_non_null(strstr(err.message, "/who/report\""));
    }
    (void)snprintf(json, sizeof json, "%s%s%s", questions[0].before,
                   "018f4c8e-0000-7000-8000-000000000000", questions[0].after);
    assert_int_equal(behaviour_query_read(rig.b, pt_str(json), arena, &said, &err), PT_INVALID);
    assert_string_equal(err.message, "at \"/who/report\": no saved question has that id");
}

static void test_loading(void **state)
{
    (void)state;
    PtError err = {0};
    atomic_store(&rig.b->loading, true);
    assert_int_equal(ask(PEOPLE, &err), PT_UNAVAILABLE);
    assert_string_equal(err.message, "the event columns are loading");
    atomic_store(&rig.b->loading, false);
}

/* ---- Turns ----------------------------------------------------------------------------------- */

typedef struct Asker {
    pthread_t thread;
    _Atomic bool stop, ended;
    PtStatus st;
} Asker;

static void *ask_thread(void *arg)
{
    Asker *a = arg;
    const BehaviourAsk q = {.query = PT_STR(PEOPLE), .stop = &a->stop};
    PtArena *own = pt_arena_new(ARENA);
    PtBuf out;
    pt_buf_init(&out, ANSWER);
    a->st = own != NULL ? behaviour_query(rig.b, &q, own, &out, NULL) : PT_NO_MEMORY;
    atomic_store(&a->ended, true);
    pt_buf_done(&out);
    pt_arena_free(own);
    return NULL;
}

/* With no place free they wait; one is told to stop, then all are. */
static void test_waits_and_stops(void **state)
{
    (void)state;
    Asker askers[3] = {0};
    tell_all();
    rig.b->c.questions = 0;
    for (size_t i = 0; i < PT_COUNT(askers); i++) {
        assert_int_equal(pthread_create(&askers[i].thread, NULL, ask_thread, &askers[i]), 0);
    }
    while (atomic_load(&rig.b->asked) < PT_COUNT(askers)) {
        (void)sched_yield();
    }
    atomic_store(&askers[1].stop, true);
    (void)pthread_join(askers[1].thread, NULL);
    assert_int_equal(askers[1].st, PT_UNAVAILABLE);
    assert_false(atomic_load(&askers[0].ended) || atomic_load(&askers[2].ended));
    behaviour_stop(rig.b); // and waits for the other two
    (void)pthread_join(askers[0].thread, NULL);
    (void)pthread_join(askers[2].thread, NULL);
    assert_int_equal(askers[0].st, PT_UNAVAILABLE);
    assert_int_equal(askers[2].st, PT_UNAVAILABLE);
    PtError err = {0};
    assert_int_equal(ask(PEOPLE, &err), PT_UNAVAILABLE);
}

static void test_one_after_another(void **state)
{
    (void)state;
    Asker askers[8] = {0};
    tell_all();
    for (size_t i = 0; i < PT_COUNT(askers); i++) {
        assert_int_equal(pthread_create(&askers[i].thread, NULL, ask_thread, &askers[i]), 0);
    }
    for (size_t i = 0; i < PT_COUNT(askers); i++) {
        (void)pthread_join(askers[i].thread, NULL);
        assert_int_equal(askers[i].st, PT_OK);
    }
}

static void test_no_memory(void **state)
{
    (void)state;
    PtStatus st = PT_NO_MEMORY;
    PtError err = {0};
    tell_all();
    uint64_t nth = 1;
    for (bool failed = true; failed; nth++) {
        fault_alloc_fail(nth, 0);
        st = ask(GOLD, &err);
        failed = fault_alloc_count() >= nth;
        fault_alloc_fail(0, 0);
        // an arena does not tell its bound from the machine's
        if (st != PT_OK && st != PT_NO_MEMORY && strstr(err.message, "bound of memory") == NULL) {
            fail_msg("allocation %u: %s", (unsigned)nth, err.message);
        }
    }
    assert_int_equal(st, PT_OK);
    assert_non_null(strstr(said.data, "\"values\":[1],\"n\":[1]"));
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, open_rig, close_rig)
    const struct CMUnitTest tests[] = {
        TEST(test_asks),
        TEST(test_traits),
        TEST(test_keeps),
        TEST(test_keeps_so_many),
        TEST(test_people),
        TEST(test_pages),
        TEST(test_bad),
        TEST(test_who_of_a_report),
        TEST(test_loading),
        TEST(test_waits_and_stops),
        TEST(test_one_after_another),
        TEST(test_no_memory),
    };
    return cmocka_run_group_tests_name("behaviour/query_door", tests, open_base, close_base);
}
