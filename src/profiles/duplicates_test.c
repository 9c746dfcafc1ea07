// SPDX-License-Identifier: Apache-2.0
/* Probable duplicates: cards and scores by themselves, then the view that proposes pairs, over a
 * real log and real tables. */
#include "profiles/duplicates_state.h"
#include "profiles/view_rig.h"

#include <base/test_rows.h>
#include <fault/fault_alloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static RigBase base;
static PtFs *fs;
static ViewRig rig;
static const AuditActor staff = {.kind = AUDIT_ACCOUNT, .id = "acc-1", .name = "Mia Berg"};

/* ---- Scores ---------------------------------------------------------------------------------- */

static struct ScoreCase {
    const char *name;
    const char *a, *b; /* cards: given|family|mail|phone|birthday|street|number|postcode|city */
    bool over;
} scores[] = {
    {"the same mail is enough", "||anna@x.org", "||anna@x.org", true},
    {"the same phone is not", "|||+436641234567", "|||+436641234567", false},
    {"names and a phone", "anna|berg||+436641234567", "anna|berg||+436641234567", true},
    {"a phone without its country", "anna|berg||+436641234567", "anna|berg||06641234567", true},
    {"names and a town are common", "anna|berg|||||||wien", "anna|berg|||||||wien", false},
    {"names and a birthday", "anna|berg|||19840503", "anna|berg|||19840503", true},
    {"names and another birthday", "anna|berg|||19840503|ring|1|1010|wien",
     "anna|berg|||19591124|ring|1|1010|wien", false},
    {"day and month crossed", "anna|berg|||19840503|||1010", "anna|berg|||19840305|||1010", true},
    {"a household", "anna|berg||+4312345|| ring|1|1010|wien",
     "paul|berg||+4312345||ring|1|1010|wien", false},
    {"a household with one mailbox", "anna|berg|berg@x.org|+4312345||ring|1|1010|wien",
     "paul|berg|berg@x.org|+4312345||ring|1|1010|wien", false},
    {"twins", "anna|berg||+4312345|20040503|ring|1|1010|wien",
     "paul|berg||+4312345|20040503|ring|1|1010|wien", false},
    {"a couple whose names are near", "martin|berg||||ring|1|1010|wien",
     "martina|berg||||ring|1|1010|wien", false},
    {"a short form", "robert|smith||||baker street|1|NW1 6XE|london",
     "bob|smith||||baker street|1|NW1 6XE|london", true},
    {"typing errors in both names", "jonathan|smith||||baker street|1|NW1 6XE|london",
     "jonahtan|smyth||||baker street|1|NW1 6XE|london", true},
    {"names in each other's place", "anna|berg||+436641234567", "berg|anna||+436641234567", true},
    {"two spellings of an umlaut", "anna|muller||+436641234567", "anna|mueller||+436641234567",
     true},
    {"an initial alone", "a|berg||||ring|1|1010|wien", "anna|berg||||ring|1|1010|wien", false},
    {"a mistyped mail and names", "anna|berg|annaberg@gmail.com", "anna|berg|annaberg@gmial.com",
     true},
    {"a numbered mail is another's", "anna|berg|annaberg1@gmail.com",
     "anna|berg|annaberg2@gmail.com", false},
    {"one local part, two providers", "anna|berg|annaberg@gmx.at", "anna|berg|annaberg@web.de",
     false},
    {"one local part, two providers, one town", "anna|berg|annaberg@gmx.at|||||1010",
     "anna|berg|annaberg@web.de|||||1010", true},
    {"married since", "anna|berg|||19840503|ring|1|1010|wien",
     "anna|huber|||19840503|ring|1|1010|wien", true},
    {"nothing in common", "anna|berg", "paul|huber", false},
    {"nothing said", "", "", false},
};

static void card_of(const char *text, PersonCard *ret_person)
{
    PtStr rest = pt_str(text), field;
    Card card = {{{NULL, 0}}};
    for (size_t i = 0; i < CARD_FIELDS && pt_str_cut(&rest, '|', &field); i++) {
        card.items[i] = field;
    }
    person_card_clear(ret_person);
    person_card_add(ret_person, &card);
}

static void test_score(void **state)
{
    const struct ScoreCase *c = *state;
    PersonCard a, b;
    Evidence evidence[EVIDENCE_FIELDS];
    card_of(c->a, &a);
    card_of(c->b, &b);
    const uint32_t score = duplicates_score(&a, &b, evidence);
    if (duplicates_over(score) != c->over) {
        fail_msg("%s: %u", c->name, (unsigned)score);
    }
    assert_int_equal(duplicates_score(&b, &a, evidence), score);
}

/* A person of up to two nodes, each "phone|country". */
static struct DialCase {
    const char *name, *first, *second, *fallback, *want; /* want: the phones */
} dials[] = {
    {"nobody says a country", "06641234567|", NULL, "", "06641234567"},
    {"the setting does", "06641234567|", NULL, "AT", "+436641234567"},
    {"the person does, elsewhere", "06641234567|", "|DE", "AT", "+496641234567"},
    {"the lower node's country counts", "0791234567|", "+436641234567|CH", "AT",
     "+41791234567 +436641234567"},
    {"a number with a country is left", "+436641234567|", NULL, "DE", "+436641234567"},
    {"one that its own country does not fit is left", "079123456|CH", NULL, "AT", "079123456"},
    {"one that the setting does not fit is left", "079123456|", NULL, "CH", "079123456"},
    {"a country that is not known", "06641234567|", "|" CARD_ELSEWHERE, "AT", "06641234567"},
};

static void add_dialled(PersonCard *person, const char *text)
{
    PtStr rest = text != NULL ? pt_str(text) : (PtStr){NULL, 0};
    Card card = {{{NULL, 0}}};
    if (pt_str_cut(&rest, '|', &card.items[CARD_PHONE])) {
        card.items[CARD_COUNTRY] = rest;
        person_card_add(person, &card);
    }
}

static void test_whose_number_a_phone_is(void **state)
{
    const struct DialCase *c = *state;
    static PersonCard person;
    char phones[64] = "";
    person_card_clear(&person);
    add_dialled(&person, c->first);
    add_dialled(&person, c->second);
    person_card_dial(&person, c->fallback);
    for (size_t i = 0; i < person.count; i++) {
        const PtStr phone = person.items[i].items[CARD_PHONE];
        (void)snprintf(phones + strlen(phones), sizeof phones - strlen(phones), "%s%.*s",
                       i > 0 ? " " : "", (int)phone.len, phone.data);
    }
    assert_string_equal(phones, c->want);
}

static void test_a_person_says_four_values_of_a_field(void **state)
{
    static PersonCard person, other;
    Evidence evidence[EVIDENCE_FIELDS];
    char mails[5][16];
    (void)state;
    for (int i = 0; i < 5; i++) {
        (void)snprintf(mails[i], sizeof mails[i], "m%d@x.org", i);
        Card card = {{{NULL, 0}}};
        card.items[CARD_MAIL] = pt_str(mails[i]);
        person_card_add(&person, &card);
        person_card_add(&person, &card); // the same again is nothing new
    }
    assert_int_equal(person.count, PERSON_VALUES);
    for (int i = 3; i < 5; i++) {
        Card card = {{{NULL, 0}}};
        card.items[CARD_MAIL] = pt_str(mails[i]);
        person_card_clear(&other);
        person_card_add(&other, &card);
        assert_int_equal(duplicates_over(duplicates_score(&person, &other, evidence)), i == 3);
    }
}

/* ---- Blocks ---------------------------------------------------------------------------------- */

/* Against lists that are searched from end to end. */
static void test_blocks_hold_what_was_added(void **state)
{
    enum { KEYS = 40, NODES = 200, TURNS = 20000 };
    static bool in[KEYS][NODES];
    static size_t counts[KEYS];
    Blocks *b = blocks_new();
    uint64_t seed = 1;
    (void)state;
    for (size_t turn = 0; turn < TURNS; turn++) {
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
        const uint32_t k = (uint32_t)(seed >> 33) % KEYS, n = (uint32_t)(seed >> 41) % NODES;
        const uint32_t key = k < KEYS / 2 ? k : UINT32_MAX - k; // at both ends of the table
        size_t count;
        if (in[k][n]) {
            blocks_remove(b, key, n + 1, &count);
            counts[k]--;
        } else {
            assert_true(blocks_add(b, key, n + 1, &count));
            counts[k]++;
        }
        in[k][n] = !in[k][n];
        assert_int_equal(count, counts[k]);
        const uint32_t *nodes = blocks_get(b, key, &count);
        assert_int_equal(count, counts[k]);
        for (size_t i = 0; i < count; i++) {
            assert_true(in[k][nodes[i] - 1]);
        }
    }
    blocks_free(b);
}

static void test_blocks_grow(void **state)
{
    enum { KEYS = 5000 };
    Blocks *b = blocks_new();
    size_t count;
    (void)state;
    for (uint32_t i = 1; i <= KEYS; i++) {
        assert_true(blocks_add(b, i * UINT32_C(2654435761), i, &count));
        assert_int_equal(count, 1);
    }
    for (uint32_t i = 1; i <= KEYS; i += 2) {
        blocks_remove(b, i * UINT32_C(2654435761), i, &count);
    }
    for (uint32_t i = 1; i <= KEYS; i++) {
        const uint32_t *nodes = blocks_get(b, i * UINT32_C(2654435761), &count);
        assert_int_equal(count, i % 2 == 0);
        assert_true(count == 0 || nodes[0] == i);
    }
    blocks_free(b);
}

/* ---- The view -------------------------------------------------------------------------------- */

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

static void say(const char *user, const char *traits)
{
    char body[1024];
    (void)snprintf(body, sizeof body, "{\"userId\":\"%s\",\"traits\":{%s}}", user, traits);
    view_rig_send(&rig, EVENT_IDENTIFY, body);
}

static void card_holder(const char *card, const char *traits)
{
    char body[1024];
    (void)snprintf(
        body, sizeof body,
        "{\"anonymousId\":\"%s\",\"traits\":{%s},\"context\":{\"externalIds\":[{\"type\":"
        "\"loyalty_card\",\"id\":\"%s\"}]}}",
        card, traits, card);
    view_rig_send(&rig, EVENT_IDENTIFY, body);
}

#define ANNA "\"firstName\":\"Anna\",\"lastName\":\"Müller\",\"birthday\":\"1984-05-03\""

static PtArena *arena;

static size_t open_pairs(ProfileDuplicate **ret_pairs)
{
    PtError err = {0};
    PtStr next;
    size_t count = 0;
    pt_arena_free(arena);
    arena = pt_arena_new(64 << 20);
    PtStatus st = profiles_duplicates(rig.profiles, PROFILE_DUPLICATE_OPEN, PT_STR(""), 50, arena,
                                      ret_pairs, &count, &next, &err);
    if (st != PT_OK) {
        fail_msg("%s", err.message);
    }
    return count;
}

static void decided(PtStatus st, const PtError *err)
{
    if (st != PT_OK) {
        fail_msg("%s: %s", pt_status_name(st), err->message);
    }
    view_rig_run(&rig);
}

static void test_found_once_both_are_there(void **state)
{
    ProfileDuplicate *pairs;
    (void)state;
    say("u1", ANNA);
    view_rig_run(&rig);
    assert_int_equal(open_pairs(&pairs), 0);
    card_holder("c1", "\"name\":\"MUELLER, Anna\",\"birthday\":\"03.05.1984\"");
    view_rig_run(&rig);
    assert_int_equal(open_pairs(&pairs), 1);
    assert_true(pairs[0].score_ppm > 990000 && pairs[0].score_ppm < 1000000);
    assert_string_equal(pairs[0].persons[0].id, view_rig_person(&rig, "user_id", "u1"));
    assert_string_equal(pairs[0].persons[1].id, view_rig_person(&rig, "loyalty_card", "c1"));
    assert_int_equal(pairs[0].forbidden.len, 0);
    assert_non_null(memmem(pairs[0].evidence.data, pairs[0].evidence.len,
                           "\"birthday\",\"kind\":\"same\",\"a\":\"19840503\"", 39));
    say("u1", "\"birthday\":\"1959-11-24\"");
    view_rig_run(&rig);
    assert_int_equal(open_pairs(&pairs), 0);
}

static void test_a_merge_by_an_event_closes_it(void **state)
{
    ProfileDuplicate *pairs;
    (void)state;
    say("u1", ANNA);
    card_holder("c1", ANNA);
    card_holder("c2", ANNA);
    view_rig_run(&rig);
    assert_int_equal(open_pairs(&pairs), 3);
    view_rig_send(&rig, EVENT_IDENTIFY, "{\"userId\":\"u1\",\"anonymousId\":\"c1\"}");
    view_rig_run(&rig);
    assert_int_equal(open_pairs(&pairs), 1);
}

static void test_accepted_parted_and_never_again(void **state)
{
    ProfileDuplicate *pairs, shown;
    PtError err = {0};
    char id[37];
    (void)state;
    say("u1", ANNA);
    card_holder("c1", ANNA);
    view_rig_run(&rig);
    assert_int_equal(open_pairs(&pairs), 1);
    memcpy(id, pairs[0].id, sizeof id);
    decided(
        profiles_duplicate_accept(rig.profiles, &staff, pt_str(id), PT_STR("she said so"), &err),
        &err);
    assert_string_equal(view_rig_person(&rig, "user_id", "u1"),
                        view_rig_person(&rig, "loyalty_card", "c1"));
    assert_int_equal(open_pairs(&pairs), 0);
    assert_int_equal(profiles_duplicate(rig.profiles, pt_str(id), arena, &shown, &err), PT_OK);
    assert_int_equal(shown.status, PROFILE_DUPLICATE_ACCEPTED);
    assert_true(pt_str_eq(shown.by, PT_STR("Mia Berg")));
    assert_true(pt_str_eq(shown.reason, PT_STR("she said so")));
    assert_non_null(memmem(shown.evidence.data, shown.evidence.len, "first_name", 10));
    assert_int_equal(profiles_duplicate_accept(rig.profiles, &staff, pt_str(id), PT_STR("x"), &err),
                     PT_CONFLICT);
    const uint32_t nodes[] = {
        identity_find(rig.profiles->graph, PT_STR("loyalty_card"), PT_STR("c1")),
        identity_find(rig.profiles->graph, PT_STR("anonymous_id"), PT_STR("c1"))};
    decided(profiles_split(rig.profiles, &staff, pt_str(view_rig_person(&rig, "user_id", "u1")),
                           nodes, 2, PT_STR("a mistake"), &err),
            &err);
    assert_string_not_equal(view_rig_person(&rig, "user_id", "u1"),
                            view_rig_person(&rig, "loyalty_card", "c1"));
    assert_int_equal(open_pairs(&pairs), 0); // a do-not-link stands between them
}

static void test_refused_over_a_start_and_a_rebuild(void **state)
{
    ProfileDuplicate *pairs, shown;
    PtError err = {0};
    char id[37];
    (void)state;
    say("u1", ANNA);
    card_holder("c1", ANNA);
    view_rig_run(&rig);
    assert_int_equal(open_pairs(&pairs), 1);
    memcpy(id, pairs[0].id, sizeof id);
    decided(profiles_duplicate_refuse(rig.profiles, &staff, pt_str(id), PT_STR("cousins"), &err),
            &err);
    for (int turn = 0; turn < 3; turn++) {
        assert_int_equal(open_pairs(&pairs), 0);
        assert_int_equal(profiles_duplicate(rig.profiles, pt_str(id), arena, &shown, &err), PT_OK);
        assert_int_equal(shown.status, PROFILE_DUPLICATE_REFUSED);
        assert_true(pt_str_eq(shown.reason, PT_STR("cousins")));
        card_holder("c1", "\"phone\":\"+436641234567\""); // more of her does not bring it back
        view_rig_run(&rig);
        if (turn == 0) {
            view_rig_close(&rig);
            view_rig_reopen(&rig);
        } else {
            view_rig_rebuild(&rig);
        }
    }
}

/* A block of more than BLOCK_MAX is passed over, whoever was found in it before. */
static void test_a_crowd_proposes_nobody(void **state)
{
    ProfileDuplicate *pairs;
    char card[16], last[64];
    (void)state;
    for (int i = 0; i < BLOCK_MAX; i++) {
        (void)snprintf(card, sizeof card, "c%d", i);
        card_holder(card, "\"phone\":\"+436641234567\",\"email\":\"\"");
    }
    view_rig_run(&rig);
    /* They are one person: the phone is an identifier. So a crowd needs what is none. */
    assert_int_equal(open_pairs(&pairs), 0);
    for (int i = 0; i < BLOCK_MAX; i++) {
        (void)snprintf(card, sizeof card, "d%d", i);
        (void)snprintf(last, sizeof last, ANNA);
        card_holder(card, last);
    }
    view_rig_run(&rig);
    assert_int_equal(open_pairs(&pairs), 50);
    card_holder("one too many", ANNA);
    view_rig_run(&rig);
    assert_int_equal(open_pairs(&pairs), 0);
    assert_true(duplicates_passed_over(rig.profiles) > 0);
    card_holder("one too many",
                "\"birthday\":\"1950-01-02\",\"firstName\":\"Ida\",\"lastName\":\"Berg\"");
    view_rig_run(&rig);
    assert_int_equal(open_pairs(&pairs), 50);
}

static void test_at_most_twenty_of_a_person(void **state)
{
    ProfileDuplicate *pairs = NULL;
    PtError err = {0};
    size_t count = 0;
    char card[16];
    (void)state;
    for (int i = 0; i < PROPOSALS_SHOWN + 2; i++) {
        (void)snprintf(card, sizeof card, "c%d", i);
        card_holder(card, ANNA);
    }
    view_rig_run(&rig);
    (void)open_pairs(&pairs);
    assert_int_equal(profiles_duplicates_of(rig.profiles,
                                            pt_str(view_rig_person(&rig, "loyalty_card", "c3")),
                                            arena, &pairs, &count, &err),
                     PT_OK);
    assert_int_equal(count, PROPOSALS_SHOWN);
}

/* In whatever steps it was found: the tables of a replay are the same. */
static void test_a_replay_proposes_the_same(void **state)
{
    ProfileDuplicate *pairs;
    PtError err = {0};
    char traits[256], card[16];
    (void)state;
    for (int i = 0; i < 60; i++) {
        (void)snprintf(card, sizeof card, "c%d", i);
        (void)snprintf(
            traits, sizeof traits,
            "\"name\":\"%s Berg\",\"birthday\":\"19%02d-0%d-03\",\"phone\":\"+43664%07d\"",
            i % 2 == 0 ? "Anna" : "Anne", 50 + i % 7, 1 + i % 3, 1000000 + i);
        card_holder(card, traits);
        if (i % 5 == 0) {
            view_rig_run(&rig);
        }
        if (i % 10 == 4) { // takes back what was said, in the same step and in later ones
            card_holder("c0", i % 20 == 4 ? "\"name\":\"Zoe Lang\"" : "\"name\":\"Anna Berg\"");
        }
    }
    view_rig_run(&rig);
    assert_true(open_pairs(&pairs) > 10);
    decided(
        profiles_duplicate_refuse(rig.profiles, &staff, pt_str(pairs[0].id), PT_STR("no"), &err),
        &err);
    (void)open_pairs(&pairs);
    decided(
        profiles_duplicate_accept(rig.profiles, &staff, pt_str(pairs[0].id), PT_STR("yes"), &err),
        &err);
    char *before = view_rig_dump(&rig);
    view_rig_rebuild(&rig);
    char *after = view_rig_dump(&rig);
    assert_string_equal(before, after);
    assert_non_null(strstr(before, "\npair "));
    free(after);
    view_rig_close(&rig);
    view_rig_reopen(&rig);
    card_holder("c1", "\"name\":\"Anne Berg-Huber\"");
    view_rig_run(&rig);
    free(before);
    before = view_rig_dump(&rig);
    view_rig_rebuild(&rig);
    after = view_rig_dump(&rig);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

/* A number of the default country is not one of another that ends with the same digits. */
static void test_the_default_country(void **state)
{
    ProfileDuplicate *pairs;
    (void)state;
    for (int turn = 0; turn < 2; turn++) {
        say("u1", "\"name\":\"Anna Berg\",\"phone\":\"0664 1234567\"");
        card_holder("c1", "\"name\":\"Anna Berg\",\"phone\":\"+49 664 1234567\"");
        card_holder("c2", "\"name\":\"Anna Berg\",\"phone\":\"+43 664 1234567\"");
        view_rig_run(&rig);
        if (turn == 1) {
            view_rig_rebuild(&rig);
        }
        assert_int_equal(open_pairs(&pairs), turn == 0 ? 2 : 1);
        memcpy(rig.profiles->country, "AT", sizeof rig.profiles->country);
    }
    assert_string_equal(pairs[0].persons[0].id, view_rig_person(&rig, "user_id", "u1"));
    assert_string_equal(pairs[0].persons[1].id, view_rig_person(&rig, "loyalty_card", "c2"));
    assert_true(pt_str_has(pairs[0].evidence, PT_STR("\"kind\":\"same\",\"a\":\"+436641234567\"")));
}

/* A transaction that fails after all was compared is written again. */
static void test_a_failed_commit(void **state)
{
    ProfileDuplicate *pairs;
    (void)state;
    say("u1", ANNA);
    card_holder("c1", ANNA);
    rig.fail_steps = 2;
    view_rig_run(&rig);
    assert_int_equal(open_pairs(&pairs), 1);
    char *before = view_rig_dump(&rig);
    view_rig_rebuild(&rig);
    char *after = view_rig_dump(&rig);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static void test_no_memory_at_any_place(void **state)
{
    ProfileDuplicate *pairs;
    PtError err = {0};
    (void)state;
    view_rig_run(&rig);
    for (int at = 1; at < 400; at++) {
        char card[16];
        (void)snprintf(card, sizeof card, "c%d", at);
        if (at % 40 == 1) {
            say(card, ANNA);
        }
        card_holder(card, "\"phone\":\"0664 1234567\",\"email\":\"x@y.org\"");
        fault_alloc_fail((uint64_t)at, 0);
        (void)!view_rig_step(&rig, &err);
        fault_alloc_fail(0, 0);
    }
    view_rig_run(&rig);
    (void)open_pairs(&pairs);
    char *before = view_rig_dump(&rig);
    view_rig_rebuild(&rig);
    char *after = view_rig_dump(&rig);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static void test_pages_go_on_behind_the_cursor(void **state)
{
    ProfileDuplicate *pairs;
    PtStr next = PT_STR("");
    PtError err = {0};
    size_t count, seen = 0;
    char ids[64][37];
    (void)state;
    for (int i = 0; i < 5; i++) {
        char card[16];
        (void)snprintf(card, sizeof card, "c%d", i);
        card_holder(card, ANNA);
    }
    view_rig_run(&rig);
    (void)open_pairs(&pairs);
    do {
        assert_int_equal(profiles_duplicates(rig.profiles, PROFILE_DUPLICATE_OPEN, next, 3, arena,
                                             &pairs, &count, &next, &err),
                         PT_OK);
        for (size_t i = 0; i < count; i++) {
            memcpy(ids[seen++], pairs[i].id, sizeof ids[0]);
        }
    } while (next.len > 0);
    assert_int_equal(seen, 10);
    for (size_t i = 0; i < seen; i++) {
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(ids[i], ids[k]);
        }
    }
    static const char *const wrong[] = {
        "x", "1", "1-2", "1-2-3-4", "-1-2-3", "1-2-", "99999999999-1-1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(profiles_duplicates(rig.profiles, PROFILE_DUPLICATE_OPEN, pt_str(wrong[i]),
                                             3, arena, &pairs, &count, &next, &err),
                         PT_INVALID);
    }
}

static void test_nobody_has_that_id(void **state)
{
    ProfileDuplicate shown;
    PtError err = {0};
    ProfileDuplicate *pairs;
    (void)state;
    view_rig_run(&rig);
    (void)open_pairs(&pairs);
    static const char *const ids[] = {"x", "00000000-0000-8000-8000-000000000000", "\xff"};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        assert_int_equal(profiles_duplicate(rig.profiles, pt_str(ids[i]), arena, &shown, &err),
                         PT_NOT_FOUND);
        assert_int_equal(
            profiles_duplicate_refuse(rig.profiles, &staff, pt_str(ids[i]), PT_STR("x"), &err),
            PT_NOT_FOUND);
    }
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest views[] = {
        cmocka_unit_test(test_a_person_says_four_values_of_a_field),
        cmocka_unit_test(test_blocks_hold_what_was_added),
        cmocka_unit_test(test_blocks_grow),
        TEST(test_found_once_both_are_there),
        TEST(test_the_default_country),
        TEST(test_a_merge_by_an_event_closes_it),
        TEST(test_accepted_parted_and_never_again),
        TEST(test_refused_over_a_start_and_a_rebuild),
        TEST(test_a_crowd_proposes_nobody),
        TEST(test_at_most_twenty_of_a_person),
        TEST(test_a_replay_proposes_the_same),
        TEST(test_a_failed_commit),
        TEST(test_no_memory_at_any_place),
        TEST(test_pages_go_on_behind_the_cursor),
        TEST(test_nobody_has_that_id),
    };
    enum { VIEWS = sizeof views / sizeof *views };
    struct CMUnitTest tests[PT_COUNT(scores) + PT_COUNT(dials) + VIEWS];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, scores, test_score);
    PT_TEST_ROWS(tests, n, dials, test_whose_number_a_phone_is);
    memcpy(tests + n, views, sizeof views);
    const int failed = _cmocka_run_group_tests("profiles/duplicates", tests, n + VIEWS, NULL, NULL);
    pt_arena_free(arena);
    return failed;
}
