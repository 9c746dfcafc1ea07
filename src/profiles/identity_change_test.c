// SPDX-License-Identifier: Apache-2.0
/* Rules of identity that change, the rebuild by them, and the preview of both, over a real log and
 * real tables. */
#include "profiles/identity_book.h"
#include "profiles/preview.h"
#include "profiles/view_rig.h"

#include "base/rng.h"
#include "base/test_rows.h"

#include <fault/fault_alloc.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static RigBase base;
static PtFs *fs;
static ViewRig rig;
static const AuditActor staff = {.kind = AUDIT_ACCOUNT, .id = "acc-1", .name = "Mia Berg"};

static const char one_mail[] = "{\"types\":[{\"name\":\"email\",\"limit\":1}]}";
static const char two_users[] = "{\"types\":[{\"name\":\"user_id\",\"limit\":2}]}";
static const char mail_first[] = "{\"types\":[{\"name\":\"user_id\",\"priority\":9,\"limit\":5},"
                                 "{\"name\":\"email\",\"priority\":1}]}";

/* user: "guest" is nobody's. */
static void identify(const char *user, const char *email)
{
    char body[256];
    (void)snprintf(body, sizeof body, "{\"userId\":\"%s\",\"traits\":{\"email\":\"%s@x.example\"}}",
                   user, email);
    view_rig_send(&rig, EVENT_IDENTIFY, body);
}

static const char *mail(const char *name)
{
    char address[64];
    (void)snprintf(address, sizeof address, "%s@x.example", name);
    return view_rig_person(&rig, "email", address);
}

static const char *user(const char *value)
{
    return view_rig_person(&rig, "user_id", value);
}

static void must(PtStatus want, PtStatus got, const PtError *err)
{
    if (want != got) {
        fail_msg("%s: %s", pt_status_name(got), err->message);
    }
}

static void change(uint32_t version, const char *rules, PtStatus want)
{
    PtError err = {0};
    must(want,
         profiles_rules_change(rig.profiles, &staff, version, pt_str(rules), PT_STR("why"), &err),
         &err);
}

static void rebuild(uint32_t version, PtStatus want)
{
    PtError err = {0};
    must(want, profiles_rebuild(rig.profiles, &staff, version, PT_STR("one mail each"), &err),
         &err);
}

static ProfileRules rules(PtArena *arena)
{
    ProfileRules r;
    PtError err = {0};
    must(PT_OK, profiles_rules(rig.profiles, arena, &r, &err), &err);
    return r;
}

static uint64_t persons(void)
{
    return profiles_state(rig.profiles).persons;
}

/* As it is, restarted, and rebuilt as a view. */
static void assert_lasts(void)
{
    char *as_is = view_rig_dump(&rig);
    view_rig_close(&rig);
    view_rig_reopen(&rig);
    char *again = view_rig_dump(&rig);
    assert_string_equal(as_is, again);
    view_rig_rebuild(&rig);
    free(again);
    again = view_rig_dump(&rig);
    assert_string_equal(as_is, again);
    free(again);
    free(as_is);
}

/* ---- Changing ----------------------------------------------------------------------------------
 */

static void rules_hold_from_their_place_on(void **state)
{
    (void)state;
    identify("u1", "a");
    identify("u1", "b");
    view_rig_run(&rig);
    change(1, one_mail, PT_OK);
    view_rig_run(&rig);
    identify("u1", "c"); // too many for u1 now; what is there stays
    identify("u2", "d");
    identify("u2", "e");
    view_rig_run(&rig);
    assert_string_equal(mail("a"), user("u1"));
    assert_string_equal(mail("b"), user("u1"));
    assert_string_equal(mail("c"), "");
    assert_string_equal(mail("d"), user("u2"));
    assert_string_equal(mail("e"), "");
    assert_lasts();
}

/* The change and what surrounds it are of one batch when the view is rebuilt. */
static void each_version_holds_at_its_place_in_a_replay(void **state)
{
    (void)state;
    static const char *const versions[] = {one_mail, two_users, "{}"};
    for (uint32_t i = 0; i < 3; i++) {
        char one[8], other[8];
        (void)snprintf(one, sizeof one, "m%u", i);
        (void)snprintf(other, sizeof other, "n%u", i);
        identify("u1", one);
        identify("u2", one);
        identify("u1", other);
        view_rig_run(&rig);
        change(i + 1, versions[i], PT_OK);
        view_rig_run(&rig);
    }
    identify("u1", "last");
    identify("u3", "last");
    view_rig_run(&rig);
    assert_lasts();
}

static void changes_that_wait_in_the_feed_come_in_their_order(void **state)
{
    (void)state;
    identify("u1", "a");
    view_rig_run(&rig);
    change(1, one_mail, PT_OK);
    change(2, two_users, PT_OK);
    rebuild(3, PT_OK);
    change(3, one_mail, PT_OK);
    view_rig_run(&rig);
    identify("u1", "b");
    view_rig_run(&rig);
    assert_string_equal(mail("b"), "");
    assert_int_equal(book_rebuild(rig.profiles), 1);
    assert_lasts();
}

static void wrong_changes_are_not_made(void **state)
{
    (void)state;
    PtArena *arena = pt_arena_new(1 << 20);
    change(2, one_mail, PT_CONFLICT);
    change(0, one_mail, PT_CONFLICT);
    change(1, "{\"merge_cap\":1}", PT_INVALID);
    change(1, "{\"types\":[{\"name\":\"a\",\"mode\":\"immutable\",\"limit\":3}]}", PT_INVALID);
    change(BOOK_VERSIONS_MAX, "{}", PT_TOO_LARGE);
    rebuild(2, PT_CONFLICT);
    assert_int_equal(profiles_rebuild(rig.profiles, &staff, 1, (PtStr){NULL, 0}, NULL), PT_INVALID);
    assert_int_equal(
        profiles_rules_change(rig.profiles, &staff, 1, PT_STR("{}"), PT_STR("\xff"), NULL),
        PT_INVALID);
    view_rig_run(&rig);
    ProfileRules r = rules(arena);
    assert_int_equal(r.version, 1);
    assert_int_equal(r.changed_by.len, 0);
    assert_false(r.placed);
    assert_int_equal(r.rebuild.number, 0);
    change(1, one_mail, PT_OK);
    change(1, one_mail, PT_CONFLICT);
    r = rules(arena);
    assert_int_equal(r.version, 2);
    assert_false(r.placed);
    view_rig_run(&rig);
    r = rules(arena);
    assert_true(r.placed);
    assert_int_equal(r.position + 1, rig.next);
    assert_true(pt_str_eq(r.changed_by, PT_STR("Mia Berg")));
    pt_arena_free(arena);
}

static void a_client_cannot_change_them(void **state)
{
    (void)state;
    change(1, one_mail, PT_OK); // stored, and its event is not in the log yet
    view_rig_send(&rig, EVENT_TRACK,
                  "{\"anonymousId\":\"x\",\"event\":\"Identity Rules Changed\",\"properties\":{"
                  "\"version\":2}}");
    view_rig_send(&rig, EVENT_TRACK,
                  "{\"anonymousId\":\"x\",\"event\":\"Identity Rebuilt\",\"properties\":{"
                  "\"number\":1}}");
    identify("u1", "a");
    identify("u1", "b");
    assert_int_equal(view_rig_step(&rig, NULL), PT_OK);
    assert_string_equal(mail("b"), user("u1"));
    assert_false(rig.rebuild_asked);
}

typedef struct Names {
    char items[64][64];
    size_t count;
} Names;

static bool note_name(void *ctx, const char *name)
{
    Names *n = ctx;
    (void)snprintf(n->items[n->count++], sizeof n->items[0], "/index/%s", name);
    return n->count < PT_COUNT(n->items);
}

/* What the index lacks is filed as it was: by the rules of its time. */
static void an_index_that_is_gone_is_filed_by_the_rules_of_its_time(void **state)
{
    (void)state;
    identify("u1", "a");
    view_rig_run(&rig);
    change(1, mail_first, PT_OK);
    view_rig_run(&rig);
    identify("u1", "a"); // filed under the mail now
    view_rig_run(&rig);
    char *before = view_rig_dump(&rig);
    assert_non_null(strstr(before, "index 1: 0\nindex 2: 3\n"));
    view_rig_close(&rig);
    Names names = {.count = 0};
    assert_int_equal(fs->ops->list(fs, "/index", note_name, &names, NULL), PT_OK);
    for (size_t i = 0; i < names.count; i++) {
        assert_int_equal(fs->ops->unlink(fs, names.items[i], NULL), PT_OK);
    }
    view_rig_reopen(&rig);
    char *after = view_rig_dump(&rig);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

/* ---- Rebuild -----------------------------------------------------------------------------------
 */

static void a_rebuild_applies_them_to_all_of_history(void **state)
{
    (void)state;
    PtArena *arena = pt_arena_new(1 << 20);
    identify("u1", "a");
    identify("u1", "b");
    identify("guest", "b");
    view_rig_run(&rig);
    change(1, one_mail, PT_OK);
    view_rig_run(&rig);
    assert_string_equal(mail("b"), user("u1"));
    assert_int_equal(persons(), 1);
    rebuild(2, PT_OK);
    assert_false(rules(arena).rebuild.begun);
    view_rig_run(&rig);
    assert_true(rules(arena).rebuild.begun);
    assert_int_equal(rules(arena).rebuild.version, 2);
    assert_string_equal(mail("a"), user("u1"));
    assert_string_not_equal(mail("b"), user("u1"));
    assert_int_equal(persons(), 2);
    assert_lasts();
    change(2, "{}", PT_OK); // from now on five again; what was rebuilt stays parted
    view_rig_run(&rig);
    identify("u1", "c");
    view_rig_run(&rig);
    assert_string_equal(mail("c"), user("u1"));
    assert_string_not_equal(mail("b"), user("u1"));
    assert_lasts();
    rebuild(3, PT_OK);
    view_rig_run(&rig);
    assert_string_equal(mail("b"), user("u1"));
    assert_int_equal(persons(), 1);
    assert_lasts();
    pt_arena_free(arena);
}

static void a_stop_at_the_event_or_after_the_reset_loses_nothing(void **state)
{
    (void)state;
    identify("u1", "a");
    identify("u1", "b");
    identify("guest", "b");
    change(1, one_mail, PT_OK);
    view_rig_run(&rig);
    rebuild(2, PT_OK);
    bool more = true;
    while (more) {
        assert_int_equal(event_feed_step(rig.feed, &more, NULL), PT_OK);
    }
    assert_int_equal(view_rig_step(&rig, NULL), PT_OK); // up to the event, and no further
    assert_true(rig.rebuild_asked);
    const uint64_t at = rig.next;
    assert_int_equal(view_rig_step(&rig, NULL), PT_OK);
    assert_int_equal(rig.next, at);
    view_rig_close(&rig); // killed before the reset
    view_rig_reopen(&rig);
    assert_int_equal(persons(), 1);
    assert_int_equal(view_rig_step(&rig, NULL), PT_OK);
    assert_true(rig.rebuild_asked);
    view_rig_reset(&rig);
    view_rig_close(&rig); // and behind it
    view_rig_reopen(&rig);
    view_rig_run(&rig);
    assert_int_equal(persons(), 2);
    assert_int_equal(book_rebuild(rig.profiles), 1);
    assert_lasts();
}

/* What staff decided is carried out again in its place. */
static void decisions_hold_through_a_rebuild(void **state)
{
    (void)state;
    PtError err = {0};
    identify("u1", "a");
    identify("u2", "c");
    view_rig_run(&rig);
    uint32_t node = identity_find(rig.profiles->graph, PT_STR("email"), PT_STR("a@x.example"));
    must(PT_OK,
         profiles_split(rig.profiles, &staff, pt_str(user("u1")), &node, 1, PT_STR("not hers"),
                        &err),
         &err);
    view_rig_run(&rig);
    must(PT_OK,
         profiles_merge(rig.profiles, &staff, pt_str(user("u2")), pt_str(mail("a")), PT_STR("his"),
                        &err),
         &err);
    view_rig_run(&rig);
    change(1, "{\"merge_cap\":50}", PT_OK);
    rebuild(2, PT_OK);
    view_rig_run(&rig);
    assert_string_equal(mail("a"), user("u2"));
    assert_string_not_equal(user("u1"), user("u2"));
    assert_lasts();
}

/* Under other rules nobody begins where the merged person did: the identifier tells who it was. */
static void a_merge_finds_who_was_meant(void **state)
{
    (void)state;
    PtError err = {0};
    identify("u1", "a");
    identify("u2", "a"); // a person of its own, while one has one user id
    identify("guest", "q");
    view_rig_run(&rig);
    must(PT_OK,
         profiles_merge(rig.profiles, &staff, pt_str(user("u2")), pt_str(mail("q")), PT_STR("same"),
                        &err),
         &err);
    view_rig_run(&rig);
    assert_string_equal(mail("q"), user("u2"));
    change(1, two_users, PT_OK);
    rebuild(2, PT_OK);
    view_rig_run(&rig);
    assert_string_equal(user("u1"), user("u2"));
    assert_string_equal(mail("q"), user("u2"));
    assert_lasts();
}

/* ---- Preview -----------------------------------------------------------------------------------
 */

static ProfilePreview wait_preview(void)
{
    ProfilePreview p = {.state = PROFILE_PREVIEW_RUNNING};
    PtError err = {0};
    for (int i = 0; p.state == PROFILE_PREVIEW_RUNNING; i++) {
        const struct timespec pause = {.tv_nsec = 1000000};
        assert_true(i < 20000);
        (void)nanosleep(&pause, NULL);
        must(PT_OK, profiles_preview_lock(rig.profiles, &p, &err), &err);
        profiles_preview_unlock(rig.profiles); // what it points to stays until the next begins
    }
    return p;
}

static ProfilePreview preview(const char *json)
{
    PtError err = {0};
    must(PT_OK, profiles_preview_start(rig.profiles, &staff, pt_str(json), &err), &err);
    ProfilePreview p = wait_preview();
    if (p.state != PROFILE_PREVIEW_DONE) {
        fail_msg("%.*s", PT_STR_ARG(p.problem));
    }
    return p;
}

static void a_preview_says_who_would_be_parted(void **state)
{
    (void)state;
    identify("u1", "a");
    identify("u1", "b");
    identify("guest", "b");
    identify("u2", "c");
    view_rig_run(&rig);
    char *before = view_rig_dump(&rig);
    const ProfilePreview p = preview(one_mail);
    assert_int_equal(p.events, 4);
    assert_int_equal(p.position, rig.next);
    assert_true(p.progress >= 1);
    assert_int_equal(p.persons_before, 2);
    assert_int_equal(p.nodes_before, 5);
    assert_int_equal(p.persons_after, 3);
    assert_int_equal(p.nodes_after, 5);
    assert_int_equal(p.parted, 1);
    assert_int_equal(p.joined, 0);
    assert_int_equal(p.dropped_events, 1);
    assert_int_equal(p.dropped_claims, 1);
    assert_int_equal(p.example_count, 1);
    const ProfilePreviewExample *e = &p.examples[0];
    assert_false(e->joined);
    assert_string_equal(e->one.id, user("u1"));
    assert_true(pt_str_eq(e->one.name, PT_STR("b@x.example")) ||
                pt_str_eq(e->one.name, PT_STR("a@x.example")));
    assert_int_equal(e->one.count, 3);
    assert_int_equal(e->count, 2);
    assert_int_equal(e->several[0].count, 2);
    assert_int_equal(e->several[1].count, 1);
    assert_true(pt_str_eq(e->several[1].nodes[0].value, PT_STR("b@x.example")));
    assert_string_equal(e->several[1].id, "");
    char *after = view_rig_dump(&rig);
    assert_string_equal(before, after); // nothing changed
    free(before);
    free(after);
}

static void a_preview_says_who_would_be_joined(void **state)
{
    (void)state;
    identify("u1", "a");
    identify("u2", "a");
    view_rig_run(&rig);
    const ProfilePreview p = preview(two_users);
    assert_int_equal(p.persons_before, 2);
    assert_int_equal(p.persons_after, 1);
    assert_int_equal(p.parted, 0);
    assert_int_equal(p.joined, 1);
    assert_int_equal(p.dropped_events, 0);
    assert_int_equal(p.example_count, 1);
    assert_true(p.examples[0].joined);
    assert_int_equal(p.examples[0].count, 2);
    assert_string_equal(p.examples[0].several[0].id, user("u1"));
    assert_string_equal(p.examples[0].several[1].id, user("u2"));
    assert_int_equal(p.examples[0].one.count, 3);
}

/* Values that the other rules write in another way are the same identifiers. */
static void a_preview_follows_another_form(void **state)
{
    static const char *const cards[] = {"ab-12", "AB12", "cd 3"};
    (void)state;
    for (size_t i = 0; i < PT_COUNT(cards); i++) {
        char body[256];
        (void)snprintf(body, sizeof body,
                       "{\"userId\":\"\",\"event\":\"x\",\"anonymousId\":\"b%zu\",\"context\":{"
                       "\"externalIds\":[{\"type\":\"loyalty_card\",\"id\":\"%s\"}]}}",
                       i, cards[i]);
        view_rig_send(&rig, EVENT_TRACK, body);
    }
    view_rig_run(&rig);
    const ProfilePreview p = preview("{\"types\":[{\"name\":\"loyalty_card\",\"form\":\"card\"}]}");
    assert_int_equal(p.persons_before, 3);
    assert_int_equal(p.persons_after, 2);
    assert_int_equal(p.joined, 1);
    assert_int_equal(p.parted, 0);
}

static void a_preview_follows_a_country(void **state)
{
    static const char *const phones[] = {"0664 1234567", "+43 664 1234567", "+49 664 1234567"};
    (void)state;
    for (size_t i = 0; i < PT_COUNT(phones); i++) {
        char body[128];
        (void)snprintf(body, sizeof body,
                       "{\"anonymousId\":\"b%zu\",\"traits\":{\"phone\":\"%s\"}}", i, phones[i]);
        view_rig_send(&rig, EVENT_IDENTIFY, body);
    }
    view_rig_run(&rig);
    const ProfilePreview p = preview("{\"types\":[{\"name\":\"phone\",\"country\":\"AT\"}]}");
    assert_int_equal(p.persons_before, 3);
    assert_int_equal(p.persons_after, 2);
    assert_int_equal(p.joined, 1);
    assert_int_equal(p.parted, 0);
}

static void previews_that_cannot_be(void **state)
{
    ProfilePreview p;
    PtError err = {0};
    (void)state;
    assert_int_equal(profiles_preview_lock(rig.profiles, &p, NULL), PT_NOT_FOUND);
    assert_int_equal(profiles_preview_stop(rig.profiles, NULL), PT_NOT_FOUND);
    assert_int_equal(profiles_preview_start(rig.profiles, &staff, PT_STR("{\"x\":1}"), NULL),
                     PT_INVALID);
    p = preview("{}"); // of an empty log
    assert_int_equal(p.persons_before, 0);
    assert_int_equal(p.persons_after, 0);
    assert_true(p.progress >= 1);
    assert_int_equal(profiles_preview_stop(rig.profiles, NULL), PT_CONFLICT);
    identify("u1", "a");
    view_rig_run(&rig);
    p = preview("{}");
    assert_int_equal(p.parted + p.joined, 0);
    assert_int_equal(p.persons_after, 1);
    must(PT_OK, profiles_preview_start(rig.profiles, &staff, PT_STR("{}"), &err), &err);
    (void)!profiles_preview_stop(rig.profiles, NULL);
    p = wait_preview();
    assert_true(p.state == PROFILE_PREVIEW_STOPPED || p.state == PROFILE_PREVIEW_DONE);
    profiles_preview_end(rig.profiles);
    assert_int_equal(profiles_preview_start(rig.profiles, &staff, PT_STR("{}"), NULL),
                     PT_UNAVAILABLE);
}

/* Each allocation of what begins a preview fails once; and of a change. */
static void previews_and_changes_without_memory(void **state)
{
    ProfilePreview p = {.state = PROFILE_PREVIEW_FAILED};
    PtStatus st = PT_NO_MEMORY;
    uint64_t nth = 0;
    (void)state;
    identify("u1", "a");
    identify("u1", "b");
    identify("guest", "b");
    view_rig_run(&rig);
    while (p.state != PROFILE_PREVIEW_DONE || p.example_count == 0 ||
           p.examples[0].one.name.len == 0) {
        fault_alloc_fail(++nth, 0);
        st = profiles_preview_start(rig.profiles, &staff, pt_str(one_mail), NULL);
        p.state = PROFILE_PREVIEW_FAILED;
        if (st == PT_OK) {
            p = wait_preview();
        }
        fault_alloc_fail(0, 0);
        assert_true(nth < 2000);
    }
    assert_true(nth > 5);
    assert_int_equal(p.parted, 1);
    for (nth = 0, st = PT_NO_MEMORY; st != PT_OK;) {
        fault_alloc_fail(++nth, 0);
        st = profiles_rules_change(rig.profiles, &staff, 1, pt_str(one_mail), PT_STR("why"), NULL);
        fault_alloc_fail(0, 0);
    }
    view_rig_run(&rig);
    assert_lasts();
}

/* Random people under random rules: what a preview says is what the rebuild then does. */
static const char *const others[] = {
    one_mail,
    two_users,
    mail_first,
    "{\"types\":[{\"name\":\"user_id\",\"mode\":\"login\",\"limit\":9}]}",
    "{\"types\":[{\"name\":\"email\",\"mode\":\"immutable\"}]}",
    "{\"merge_cap\":3}",
    "{\"blocked\":[\"u1\",\"e2@x.example\"]}",
};

static void send_random(PtRng *rng)
{
    char who[8], where[8];
    (void)snprintf(who, sizeof who, "u%u", (unsigned)pt_rng_below(rng, 8));
    (void)snprintf(where, sizeof where, "e%u", (unsigned)pt_rng_below(rng, 8));
    identify(pt_rng_below(rng, 3) == 0 ? "guest" : who, where);
}

static void decide_random(PtRng *rng)
{
    char a[37], b[37];
    const uint32_t last = identity_counts(rig.profiles->graph).last_person;
    profile_person_id(rig.profiles, 1 + (uint32_t)pt_rng_below(rng, last), a);
    profile_person_id(rig.profiles, 1 + (uint32_t)pt_rng_below(rng, last), b);
    if (pt_rng_below(rng, 2) == 0) {
        (void)!profiles_merge(rig.profiles, &staff, pt_str(a), pt_str(b), PT_STR("chance"), NULL);
    } else {
        const uint32_t person = profile_person_find(rig.profiles, pt_str(a));
        IdentityNode n;
        uint32_t cursor = 0;
        (void)identity_next_node(rig.profiles->graph, person, &cursor, &n);
        (void)!profiles_split(rig.profiles, &staff, pt_str(a), &n.node, 1, PT_STR("chance"), NULL);
    }
}

static void what_a_preview_says_the_rebuild_does(void **state)
{
    enum { ROUNDS = 12, EVENTS = 25 };
    const uint64_t seed = (uint64_t)time(NULL);
    PtRng rng;
    (void)state;
    print_message("seed %" PRIu64 "\n", seed);
    pt_rng_init(&rng, seed);
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        const char *json = others[pt_rng_below(&rng, PT_COUNT(others))];
        for (int i = 0; i < EVENTS; i++) {
            send_random(&rng);
        }
        view_rig_run(&rig);
        decide_random(&rng);
        view_rig_run(&rig);
        const ProfilePreview p = preview(json);
        assert_int_equal(p.persons_before, persons());
        change(round, json, PT_OK);
        rebuild(round + 1, PT_OK);
        view_rig_run(&rig);
        assert_int_equal(persons(), p.persons_after);
        assert_int_equal(profiles_state(rig.profiles).nodes, p.nodes_after);
    }
    assert_lasts();
}

/* ---- Rows --------------------------------------------------------------------------------------
 */

static int set_up(void **state)
{
    PtSqlTx *tx = NULL;
    (void)state;
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
        TEST(rules_hold_from_their_place_on),
        TEST(each_version_holds_at_its_place_in_a_replay),
        TEST(changes_that_wait_in_the_feed_come_in_their_order),
        TEST(wrong_changes_are_not_made),
        TEST(a_client_cannot_change_them),
        TEST(an_index_that_is_gone_is_filed_by_the_rules_of_its_time),
        TEST(a_rebuild_applies_them_to_all_of_history),
        TEST(a_stop_at_the_event_or_after_the_reset_loses_nothing),
        TEST(decisions_hold_through_a_rebuild),
        TEST(a_merge_finds_who_was_meant),
        TEST(a_preview_says_who_would_be_parted),
        TEST(a_preview_says_who_would_be_joined),
        TEST(a_preview_follows_another_form),
        TEST(a_preview_follows_a_country),
        TEST(previews_that_cannot_be),
        TEST(previews_and_changes_without_memory),
        TEST(what_a_preview_says_the_rebuild_does),
    };
    return cmocka_run_group_tests_name("profiles/identity_change", tests, NULL, NULL);
}
