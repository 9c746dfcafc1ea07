// SPDX-License-Identifier: Apache-2.0
/* The view of profiles over a real log and real tables: events to persons, decisions of staff, and
 * the ways back to the same state. */
#include "platform/feed.h"
#include "profiles/view_rig.h"

#include <fault/fault_alloc.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static RigBase base;
static PtFs *fs;
static ViewRig rig;
static const AuditActor staff = {.kind = AUDIT_ACCOUNT, .id = "acc-1", .name = "Mia Berg"};

static void identify(const char *user, const char *anonymous, const char *email)
{
    char body[512];
    (void)snprintf(body, sizeof body,
                   "{\"userId\":\"%s\",\"anonymousId\":\"%s\",\"traits\":{%s%s%s}}", user,
                   anonymous, email != NULL ? "\"email\":\"" : "", email != NULL ? email : "",
                   email != NULL ? "\"" : "");
    view_rig_send(&rig, EVENT_IDENTIFY, body);
}

static void page(const char *anonymous)
{
    char body[256];
    (void)snprintf(body, sizeof body, "{\"anonymousId\":\"%s\",\"name\":\"Home\"}", anonymous);
    view_rig_send(&rig, EVENT_PAGE, body);
}

static void alias(const char *user, const char *previous)
{
    char body[256];
    (void)snprintf(body, sizeof body, "{\"userId\":\"%s\",\"previousId\":\"%s\"}", user, previous);
    view_rig_send(&rig, EVENT_ALIAS, body);
}

static const char *user(const char *value)
{
    return view_rig_person(&rig, "user_id", value);
}

static const char *anonymous(const char *value)
{
    return view_rig_person(&rig, "anonymous_id", value);
}

static uint32_t node_of(const char *type, const char *value)
{
    return identity_find(rig.profiles->graph, pt_str(type), pt_str(value));
}

/* A little of everything: persons that stay apart, grow, merge, conflict; orders; no identifiers.
 */
static void send_mixture(void)
{
    page("a1");
    page("a2");
    identify("u1", "a1", "ada@example.com");
    identify("u2", "a2", NULL);
    page("a3");
    identify("u1", "a3", NULL); // merges a3's person into u1's
    identify("u2", "a1", NULL); // a1 is dropped: one user id a person
    alias("u9", "a4");
    view_rig_send(
        &rig, EVENT_TRACK,
        "{\"userId\":\"u1\",\"event\":\"Order Completed\",\"properties\":{\"order_id\":\"O-"
        "1\",\"total\":12.5,\"currency\":\"EUR\"}}");
    view_rig_send(&rig, EVENT_TRACK,
                  "{\"userId\":\"guest\",\"messageId\":\"m-alone\",\"event\":\"Seen\"}");
}

/* What counts each time it comes: an order without a number, a new value, a merge. */
static void send_mixture_again(unsigned n)
{
    char body[256], name[24];
    (void)snprintf(name, sizeof name, "again%u", n);
    page(name);
    (void)snprintf(body, sizeof body, "{\"userId\":\"u1\",\"anonymousId\":\"%s\"}", name);
    view_rig_send(&rig, EVENT_IDENTIFY, body);
    view_rig_send(&rig, EVENT_TRACK,
                  "{\"userId\":\"u1\",\"event\":\"Order Completed\",\"properties\":{\"total\":1,"
                  "\"currency\":\"EUR\"}}");
}

/* Says the first lines that differ. */
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

static void decide(PtStatus want, PtStatus got, const PtError *err)
{
    if (want != got) {
        fail_msg("%s: %s", pt_status_name(got), err->message);
    }
}

static void merge(const char *a, const char *b, PtStatus want)
{
    PtError err = {0};
    decide(
        want,
        profiles_merge(rig.profiles, &staff, pt_str(a), pt_str(b), PT_STR("same \"person\""), &err),
        &err);
}

static void split(const char *person, const uint32_t *nodes, size_t count, PtStatus want)
{
    PtError err = {0};
    decide(want,
           profiles_split(rig.profiles, &staff, pt_str(person), nodes, count, PT_STR("a family"),
                          &err),
           &err);
}

/* ---- Events ------------------------------------------------------------------------------------
 */

static void events_make_persons(void **state)
{
    (void)state;
    send_mixture();
    view_rig_run(&rig);
    assert_string_not_equal(user("u1"), "");
    assert_string_equal(user("u1"), anonymous("a1"));
    assert_string_equal(user("u1"), anonymous("a3"));
    assert_string_equal(user("u1"), view_rig_person(&rig, "email", "ada@example.com"));
    assert_string_equal(user("u2"), anonymous("a2"));
    assert_string_not_equal(user("u1"), user("u2"));
    assert_string_equal(user("u9"), anonymous("a4"));
    assert_string_not_equal(view_rig_person(&rig, "event", "m-alone"), "");
    const ProfilesState s = profiles_state(rig.profiles);
    assert_false(s.loading);
    assert_int_equal(s.persons, 4);
    assert_int_equal(s.indexed, 10);
}

static void ids_are_uuids_and_lead_to_the_survivor(void **state)
{
    (void)state;
    page("a1");
    identify("u1", "b1", NULL);
    view_rig_run(&rig);
    char away[37], upper[37];
    memcpy(away, user("u1"), sizeof away);
    assert_int_equal(away[14], '8'); // version
    identify("u1", "a1", NULL);      // the older person stays
    view_rig_run(&rig);
    assert_string_not_equal(user("u1"), away);
    for (size_t i = 0; i < sizeof away; i++) {
        upper[i] = (char)(away[i] >= 'a' && away[i] <= 'f' ? away[i] - 32 : away[i]);
    }
    const uint32_t survivor = profile_person_find(rig.profiles, pt_str(away));
    assert_int_equal(survivor, 1);
    assert_int_equal(profile_person_find(rig.profiles, pt_str(upper)), 1);
    assert_int_equal(profile_person_find(rig.profiles, PT_STR("nobody")), 0);
    assert_int_equal(
        profile_person_find(rig.profiles, PT_STR("01234567-89ab-8def-8123-456789abcdef")), 0);
}

static void many_persons_are_found_by_id(void **state)
{
    enum { PERSONS = 3000 }; // the table of ids grows twice
    (void)state;
    for (unsigned i = 0; i < PERSONS; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "p%u", i);
        page(name);
    }
    view_rig_run(&rig);
    for (uint32_t i = 1; i <= PERSONS; i++) {
        char id[37];
        profile_person_id(rig.profiles, i, id);
        assert_int_equal(profile_person_find(rig.profiles, pt_str(id)), i);
    }
}

/* The server's own events are of accounts, sources, entries: nobody of them is a customer. */
static void events_of_the_server_make_no_persons(void **state)
{
    (void)state;
    PtSqlTx *tx = NULL;
    const PtFeedEvent e = {PT_STR("Account Added"), PT_STR("acc-7"), PT_STR("{}")};
    assert_int_equal(pt_sql_begin(base.sql, true, &tx, NULL), PT_OK);
    assert_int_equal(pt_feed_put(tx, RIG_NOW, &e, NULL), PT_OK);
    assert_int_equal(pt_sql_commit(&tx, NULL), PT_OK);
    view_rig_run(&rig);
    assert_true(rig.next > 0);
    assert_int_equal(profiles_state(rig.profiles).nodes, 0);
}

static void a_client_cannot_decide(void **state)
{
    (void)state;
    char body[512];
    identify("u1", "a1", NULL);
    page("b1");
    view_rig_run(&rig);
    (void)snprintf(body, sizeof body,
                   "{\"anonymousId\":\"x\",\"event\":\"Identity Merged\",\"properties\":{"
                   "\"person\":\"%s\",\"other\":\"%s\",\"reason\":\"\",\"by\":\"me\"}}",
                   user("u1"), anonymous("b1"));
    view_rig_send(&rig, EVENT_TRACK, body);
    view_rig_run(&rig);
    assert_string_not_equal(user("u1"), anonymous("b1"));
}

/* ---- Decisions ---------------------------------------------------------------------------------
 */

static void staff_merge_and_part(void **state)
{
    (void)state;
    page("a1");
    page("b1");
    view_rig_run(&rig);
    char a[37], b[37];
    memcpy(a, anonymous("a1"), sizeof a);
    memcpy(b, anonymous("b1"), sizeof b);
    merge(a, b, PT_OK);
    assert_string_not_equal(anonymous("a1"), anonymous("b1")); // not before the log has it
    view_rig_run(&rig);
    assert_string_equal(anonymous("a1"), anonymous("b1"));
    merge(a, b, PT_INVALID); // one person already
    const uint32_t parted = node_of("anonymous_id", "b1");
    split(a, &parted, 1, PT_OK);
    view_rig_run(&rig);
    assert_string_not_equal(anonymous("a1"), anonymous("b1"));
    assert_string_not_equal(anonymous("b1"), b); // parted: a new person
    merge(a, anonymous("b1"), PT_CONFLICT);      // do-not-link
    ProfileBarrier *barriers = NULL;
    size_t count = 0;
    PtArena *arena = pt_arena_new(1 << 20);
    assert_int_equal(profiles_barriers(rig.profiles, pt_str(a), arena, &barriers, &count, NULL),
                     PT_OK);
    assert_int_equal(count, 1);
    assert_string_equal(barriers[0].other_person, anonymous("b1"));
    assert_true(pt_str_eq(barriers[0].value, PT_STR("a1")));
    assert_true(pt_str_eq(barriers[0].other_value, PT_STR("b1")));
    const uint32_t number = barriers[0].number;
    assert_int_equal(profiles_lift(rig.profiles, &staff, number, NULL), PT_OK);
    view_rig_run(&rig);
    assert_int_equal(profiles_lift(rig.profiles, &staff, number, NULL), PT_NOT_FOUND);
    assert_int_equal(profiles_barriers(rig.profiles, pt_str(a), arena, &barriers, &count, NULL),
                     PT_OK);
    assert_int_equal(count, 0);
    merge(a, anonymous("b1"), PT_OK);
    view_rig_run(&rig);
    assert_string_equal(anonymous("a1"), anonymous("b1"));
    pt_arena_free(arena);
}

static void links_tell_how_it_came(void **state)
{
    (void)state;
    page("a1");
    page("a2");
    identify("u1", "a1", NULL);
    identify("u1", "a2", NULL); // number 1
    page("c1");
    view_rig_run(&rig);
    char a[37], c[37];
    memcpy(a, user("u1"), sizeof a);
    memcpy(c, anonymous("c1"), sizeof c);
    merge(a, c, PT_OK); // 2
    view_rig_run(&rig);
    const uint32_t parted = node_of("anonymous_id", "c1");
    split(a, &parted, 1, PT_OK); // 3
    view_rig_run(&rig);
    PtArena *arena = pt_arena_new(1 << 20);
    ProfileLink *l = NULL;
    size_t count = 0;
    assert_int_equal(
        profiles_links(rig.profiles, pt_str(a), UINT64_MAX, 10, arena, &l, &count, NULL), PT_OK);
    assert_int_equal(count, 3);
    assert_int_equal(l[0].kind, PROFILE_LINK_SPLIT);
    assert_string_equal(l[0].other_person, anonymous("c1"));
    assert_int_equal(l[0].node_count, 1);
    assert_int_equal(l[0].nodes[0], parted);
    assert_true(pt_str_eq(l[0].reason, PT_STR("a family")));
    assert_int_equal(l[1].kind, PROFILE_LINK_PERSON);
    assert_true(pt_str_eq(l[1].by, PT_STR("Mia Berg")));
    assert_true(pt_str_eq(l[1].reason, PT_STR("same \"person\"")));
    assert_string_equal(l[1].other_person, c);
    assert_int_equal(l[1].refused.len, 0);
    assert_int_equal(l[2].kind, PROFILE_LINK_EVENT);
    assert_int_equal(l[2].number, 1);
    assert_int_equal(l[2].offset, 3);
    assert_int_equal(l[2].by.len, 0);
    assert_int_equal(l[2].node_count, 1);
    assert_int_equal(l[2].nodes[0], node_of("anonymous_id", "a2"));
    // the same from the other side, and from further back
    assert_int_equal(profiles_links(rig.profiles, pt_str(anonymous("c1")), UINT64_MAX, 10, arena,
                                    &l, &count, NULL),
                     PT_OK);
    assert_int_equal(count, 2);
    assert_string_equal(l[0].other_person, a);
    assert_int_equal(profiles_links(rig.profiles, pt_str(a), 3, 1, arena, &l, &count, NULL), PT_OK);
    assert_int_equal(count, 1);
    assert_int_equal(l[0].number, 2);
    assert_int_equal(profiles_links(rig.profiles, PT_STR("x"), 3, 1, arena, &l, &count, NULL),
                     PT_NOT_FOUND);
    pt_arena_free(arena);
}

/* Two decisions that each fit and do not fit together: the second one is too late. */
static void what_is_refused_later_is_noted(void **state)
{
    (void)state;
    identify("u1", "a1", NULL);
    page("b1");
    identify("u2", "c1", NULL);
    view_rig_run(&rig);
    merge(user("u1"), anonymous("b1"), PT_OK);
    merge(anonymous("b1"), user("u2"), PT_OK);
    view_rig_run(&rig);
    assert_string_equal(user("u1"), anonymous("b1"));
    assert_string_not_equal(user("u1"), user("u2"));
    PtArena *arena = pt_arena_new(1 << 20);
    ProfileLink *l = NULL;
    size_t count = 0;
    assert_int_equal(
        profiles_links(rig.profiles, pt_str(user("u2")), UINT64_MAX, 10, arena, &l, &count, NULL),
        PT_OK);
    assert_int_equal(count, 1);
    assert_true(l[0].refused.len > 0);
    assert_int_equal(l[0].node_count, 0);
    pt_arena_free(arena);
}

static void wrong_decisions_are_not_made(void **state)
{
    (void)state;
    static char long_reason[1002];
    memset(long_reason, 'r', sizeof long_reason - 1);
    page("a1");
    page("b1");
    identify("u1", "b1", NULL);
    view_rig_run(&rig);
    PtError err = {0};
    const PtStr a = pt_str(anonymous("a1")), b = pt_str(anonymous("b1"));
    assert_int_equal(profiles_merge(rig.profiles, &staff, a, b, pt_str(long_reason), &err),
                     PT_INVALID);
    assert_int_equal(profiles_merge(rig.profiles, &staff, a, b, PT_STR("\xff"), &err), PT_INVALID);
    assert_int_equal(profiles_merge(rig.profiles, &staff, a, PT_STR("?"), PT_STR(""), &err),
                     PT_NOT_FOUND);
    const uint32_t all[] = {node_of("anonymous_id", "b1"), node_of("user_id", "u1")};
    const uint32_t others = node_of("anonymous_id", "a1");
    split(b.data, all, 2, PT_INVALID);     // nothing would stay
    split(b.data, &others, 1, PT_INVALID); // somebody else's
    split(b.data, all, 0, PT_INVALID);
    split("?", all, 1, PT_NOT_FOUND);
    const uint64_t end = rig.next;
    view_rig_run(&rig);
    assert_int_equal(rig.next, end); // nothing came through the feed
    long_reason[1000] = '\0';
    assert_int_equal(profiles_merge(rig.profiles, &staff, a, b, pt_str(long_reason), &err), PT_OK);
}

static void settling_waits_for_the_tables(void **state)
{
    (void)state;
    page("a1");
    page("b1");
    view_rig_run(&rig);
    merge(anonymous("a1"), anonymous("b1"), PT_OK);
    assert_int_equal(profiles_settle(rig.profiles, 5, NULL), PT_UNAVAILABLE);
    view_rig_run(&rig);
    assert_int_equal(profiles_settle(rig.profiles, 5, NULL), PT_OK);
    assert_int_equal(profiles_settle(rig.profiles, 0, NULL), PT_OK); // nothing to wait for
}

/* ---- The ways back -----------------------------------------------------------------------------
 */

static void send_and_decide(void)
{
    send_mixture();
    page("d1");
    view_rig_run(&rig);
    merge(user("u2"), anonymous("d1"), PT_OK);
    view_rig_run(&rig);
    const uint32_t parted[] = {node_of("anonymous_id", "d1"), node_of("anonymous_id", "a2")};
    split(user("u2"), parted, 2, PT_OK);
    view_rig_run(&rig);
}

static void a_restart_finds_all(void **state)
{
    (void)state;
    send_and_decide();
    char *before = view_rig_dump(&rig);
    view_rig_close(&rig);
    view_rig_reopen(&rig);
    assert_same(before, view_rig_dump(&rig));
    identify("u1", "z1", NULL); // numbers go on where they stood
    page("z2");
    view_rig_run(&rig);
    before = view_rig_dump(&rig);
    view_rig_rebuild(&rig);
    assert_same(before, view_rig_dump(&rig));
}

static void a_replay_ends_in_the_same(void **state)
{
    (void)state;
    send_and_decide();
    char *before = view_rig_dump(&rig);
    view_rig_rebuild(&rig);
    assert_same(before, view_rig_dump(&rig));
    before = view_rig_dump(&rig);
    rig.profiles->behind = 0; // as of a long log: it is read ahead
    view_rig_rebuild(&rig);
    assert_same(before, view_rig_dump(&rig));
}

static void a_failed_transaction_is_made_good(void **state)
{
    (void)state;
    PtError err = {0};
    page("a1");
    view_rig_run(&rig);
    identify("u1", "a1", NULL);
    rig.fail_steps = 2;
    assert_int_equal(view_rig_step(&rig, &err), PT_UNAVAILABLE);
    view_rig_send(
        &rig, EVENT_TRACK,
        "{\"userId\":\"u1\",\"event\":\"Order Completed\",\"properties\":{\"order_id\":\"O-"
        "1\",\"total\":12.5,\"currency\":\"EUR\"}}");
    assert_int_equal(view_rig_step(&rig, &err), PT_UNAVAILABLE);
    send_and_decide();
    char *before = view_rig_dump(&rig);
    view_rig_rebuild(&rig);
    assert_same(before, view_rig_dump(&rig));
}

/* The commit was reported as failed, and happened all the same. */
static void a_commit_in_doubt_counts_once(void **state)
{
    (void)state;
    PtSqlTx *tx = NULL;
    uint64_t next = 0;
    send_mixture();
    assert_int_equal(pt_sql_begin(rig.views, true, &tx, NULL), PT_OK);
    pt_log_seek(rig.reader, rig.next);
    assert_int_equal(profiles_step(rig.profiles, rig.reader, tx, &next, NULL), PT_OK);
    assert_int_equal(pt_sql_commit(&tx, NULL), PT_OK);
    send_and_decide();
    char *before = view_rig_dump(&rig);
    view_rig_rebuild(&rig);
    assert_same(before, view_rig_dump(&rig));
}

typedef struct Names {
    char items[64][64];
    size_t count;
} Names;

static bool note_name(void *ctx, const char *name)
{
    Names *n = ctx;
    (void)snprintf(n->items[n->count++], sizeof n->items[0], "/index/%s", name);
    return n->count < sizeof n->items / sizeof n->items[0];
}

static void an_index_that_is_gone_is_read_again(void **state)
{
    (void)state;
    send_and_decide();
    char *before = view_rig_dump(&rig);
    view_rig_close(&rig);
    Names names = {.count = 0};
    assert_int_equal(fs->ops->list(fs, "/index", note_name, &names, NULL), PT_OK);
    assert_true(names.count > 0);
    for (size_t i = 0; i < names.count; i++) {
        assert_int_equal(fs->ops->unlink(fs, names.items[i], NULL), PT_OK);
    }
    view_rig_reopen(&rig);
    assert_int_equal(profile_index_next(rig.profiles->index), rig.next);
    assert_same(before, view_rig_dump(&rig));
}

static void an_index_from_before_a_rebuild_is_dropped(void **state)
{
    (void)state;
    PtSqlTx *tx = NULL;
    send_and_decide();
    char *before = view_rig_dump(&rig);
    assert_int_equal(pt_sql_begin(rig.views, true, &tx, NULL), PT_OK);
    assert_int_equal(profiles_reset(tx, NULL), PT_OK);
    assert_int_equal(pt_sql_commit(&tx, NULL), PT_OK);
    view_rig_close(&rig); // killed between the reset and what follows
    view_rig_reopen(&rig);
    assert_int_equal(profiles_state(rig.profiles).indexed, 0);
    view_rig_run(&rig);
    assert_same(before, view_rig_dump(&rig));
}

/* Allocations of a step fail, one in a round: the first ones each, then every third; in the soak
 * all of them. */
static void no_memory_is_made_good(void **state)
{
    enum { EACH = 64, STRIDE = 3 };
    (void)state;
    PtError err = {0};
    uint64_t nth = 0, made = 1;
    const uint64_t stride = getenv("PATRON_SOAK") != NULL ? 1 : STRIDE;
    send_mixture();
    for (unsigned i = 0; i < 300; i++) { // the start reads so many: a step's reader need not grow
        page("a1");
    }
    view_rig_run(&rig);
    for (nth = 1; nth <= made + stride; nth += nth < EACH ? 1 : stride) { // the last: none fails
        char name[16];
        (void)snprintf(name, sizeof name, "n%u", (unsigned)nth);
        view_rig_close(&rig); // what is reserved once is reserved again
        view_rig_reopen(&rig);
        page(name);
        identify(name, name, "x@example.com");
        for (unsigned i = 0; i < 100; i++) { // so many that what is gathered has to grow
            send_mixture_again((unsigned)nth * 1000 + i);
        }
        fault_alloc_fail(nth, 0);
        (void)!view_rig_step(&rig, &err);
        made = fault_alloc_count();
        fault_alloc_fail(0, 0);
        view_rig_run(&rig);
    }
    assert_true(nth > 5);
    char *before = view_rig_dump(&rig);
    view_rig_rebuild(&rig);
    assert_same(before, view_rig_dump(&rig));
}

static void nothing_is_read_while_loading(void **state)
{
    (void)state;
    page("a1");
    view_rig_run(&rig);
    char id[37];
    memcpy(id, anonymous("a1"), sizeof id);
    PtArena *arena = pt_arena_new(1 << 20);
    ProfileLink *l = NULL;
    size_t count = 0;
    atomic_store(&rig.profiles->loading, true);
    assert_int_equal(
        profiles_links(rig.profiles, pt_str(id), UINT64_MAX, 10, arena, &l, &count, NULL),
        PT_UNAVAILABLE);
    merge(id, id, PT_UNAVAILABLE);
    assert_true(profiles_state(rig.profiles).loading);
    atomic_store(&rig.profiles->loading, false);
    pt_arena_free(arena);
}

/* ---- Under events/views.c ----------------------------------------------------------------------
 */

static void wait_for(EventViews *vs, uint64_t offset)
{
    PtError err = {0};
    if (event_views_wait(vs, pt_str(profiles_view), offset, 20000, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
}

static void a_thread_starts_steps_and_rebuilds(void **state)
{
    (void)state;
    const EventViewDef def = {.name = profiles_view,
                              .step = profiles_step,
                              .reset = profiles_reset,
                              .ctx = rig.profiles,
                              .start = profiles_start,
                              .committed = profiles_committed};
    EventViews *vs = NULL;
    atomic_store(&rig.profiles->loading, true);
    assert_int_equal(event_views_open(rig.rig.log, rig.views, &def, 1, &vs, NULL), PT_OK);
    for (unsigned i = 0; profiles_state(rig.profiles).loading; i++) { // with an empty log too
        assert_true(i < 2000);
        pt_log_wake(rig.rig.log);
        struct timespec pause = {.tv_nsec = 10000000};
        (void)nanosleep(&pause, NULL);
    }
    send_mixture();
    const uint64_t end = pt_log_end(rig.rig.log, 0);
    wait_for(vs, end);
    assert_int_equal(event_views_rebuild(vs, pt_str(profiles_view), 0, NULL), PT_OK);
    uint64_t lag = 1;
    for (unsigned i = 0; lag > 0; i++) {
        assert_true(i < 2000);
        struct timespec pause = {.tv_nsec = 10000000};
        (void)nanosleep(&pause, NULL);
        lag = event_views_state(vs, 0).lag;
    }
    wait_for(vs, end);
    event_views_close(vs);
    assert_int_equal(profiles_state(rig.profiles).persons, 4);
    assert_int_equal(profiles_state(rig.profiles).indexed, 10);
}

typedef struct Reader {
    pthread_t thread;
    uint64_t rounds;
    _Atomic bool stop;
} Reader;

/* Whatever is told is told of one state: nobody is found and then unknown. */
static void *read_on(void *ctx)
{
    Reader *r = ctx;
    PtArena *arena = pt_arena_new(8 << 20);
    for (; !atomic_load(&r->stop); r->rounds++) {
        Profile profile = {.id = ""};
        ProfileHit *hits = NULL;
        ProfileLink *links = NULL;
        size_t count = 0;
        pt_arena_clear(arena);
        (void)!profiles_find(rig.profiles, PT_STR("user_id"), PT_STR("u1"), arena, &profile, NULL);
        (void)!profiles_search(rig.profiles, PT_STR("exam"), 10, arena, &hits, &count, NULL);
        for (size_t i = 0; i < count; i++) {
            (void)!profiles_get(rig.profiles, pt_str(hits[i].id), arena, &profile, NULL);
        }
        (void)!profiles_links(rig.profiles, pt_str(profile.id), UINT64_MAX, 10, arena, &links,
                              &count, NULL);
        (void)profiles_state(rig.profiles);
    }
    pt_arena_free(arena);
    return NULL;
}

static void reads_go_on_beside_the_view(void **state)
{
    enum { READERS = 3, ROUNDS = 40 };
    static Reader readers[READERS];
    (void)state;
    send_mixture();
    view_rig_run(&rig);
    for (int i = 0; i < READERS; i++) {
        readers[i] = (Reader){.rounds = 0};
        assert_int_equal(pthread_create(&readers[i].thread, NULL, read_on, &readers[i]), 0);
    }
    for (unsigned i = 0; i < ROUNDS; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "r%u", i);
        identify(name, "a1", "ada@example.com");
        identify("u1", name, NULL);
        page(name);
        view_rig_run(&rig);
    }
    view_rig_rebuild(&rig);
    for (int i = 0; i < READERS; i++) {
        atomic_store(&readers[i].stop, true);
        (void)pthread_join(readers[i].thread, NULL);
        assert_true(readers[i].rounds > 0);
    }
    char *before = view_rig_dump(&rig);
    view_rig_rebuild(&rig);
    assert_same(before, view_rig_dump(&rig));
}

/* ---- Rows --------------------------------------------------------------------------------------
 */

static int set_up(void **state)
{
    (void)state;
    PtSqlTx *tx = NULL;
    if (!rig_base_open(&base) || pt_sql_begin(base.sql, true, &tx, NULL) != PT_OK ||
        pt_sql_run(tx, "DELETE FROM feed", NULL) != PT_OK ||
        pt_sql_commit(&tx, NULL) != PT_OK) { // rows that making its sources has put
        return -1;
    }
    fs = fault_fs_new(1);
    if (fs == NULL) {
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
    rig_base_close(&base);
    return 0;
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(events_make_persons),
        TEST(ids_are_uuids_and_lead_to_the_survivor),
        TEST(many_persons_are_found_by_id),
        TEST(events_of_the_server_make_no_persons),
        TEST(a_client_cannot_decide),
        TEST(staff_merge_and_part),
        TEST(links_tell_how_it_came),
        TEST(what_is_refused_later_is_noted),
        TEST(wrong_decisions_are_not_made),
        TEST(settling_waits_for_the_tables),
        TEST(a_restart_finds_all),
        TEST(a_replay_ends_in_the_same),
        TEST(a_failed_transaction_is_made_good),
        TEST(a_commit_in_doubt_counts_once),
        TEST(an_index_that_is_gone_is_read_again),
        TEST(an_index_from_before_a_rebuild_is_dropped),
        TEST(no_memory_is_made_good),
        TEST(nothing_is_read_while_loading),
        TEST(a_thread_starts_steps_and_rebuilds),
        TEST(reads_go_on_beside_the_view),
    };
    return cmocka_run_group_tests_name("profiles/view", tests, NULL, NULL);
}
