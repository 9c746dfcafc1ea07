// SPDX-License-Identifier: Apache-2.0
/* The graph by scripts. Every script is also run with each of its allocations failing once, and
 * after every step what the listener was told is loaded into a second graph and compared. */
#include "base/test_rows.h"
#include "profiles/identity_internal.h"
#include "profiles/identity_rig.h"

#include <fault/fault_alloc.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A script's steps are parted by ';'. A step is an event's identifiers, highest first, such as
 * "u:1 e:ann" (none: "-"), or "merge X Y", "split X ...", "lift N", "rules 0|1" where X is an
 * identifier. What a step answers: F found, C created, A added, M merged, with the person's number
 * and "-n" where n claims were dropped; "ok", a split's new person, or the error. */
#define LOGIN  "{\"types\":[{\"name\":\"user_id\",\"mode\":\"login\"}]}"
#define LOGIN5 "{\"types\":[{\"name\":\"user_id\",\"mode\":\"login\",\"limit\":5}]}"
#define FIXED  "{\"types\":[{\"name\":\"loyalty_card\",\"mode\":\"immutable\"}]}"

static struct Script {
    const char *name, *rules, *steps, *want;
} scripts[] = {
    {"a new identifier makes a person, an old one finds it", NULL, "u:1; u:1; e:x", "C1 F1 C2"},
    {"an identifier joins the one it comes with", NULL, "u:1; u:1 a:x; a:x", "C1 A1 F1"},
    {"two persons meet in one event", NULL, "u:1; a:x; u:1 a:x; a:x", "C1 C2 M1 F1"},
    {"the lower number stays", NULL, "a:x; u:1; u:1 a:x; e:y; u:1 e:y", "C1 C2 M1 C3 M1"},
    {"three persons meet", NULL, "u:1; e:x; a:y; u:1 e:x a:y p:z", "C1 C2 C3 M1"},
    {"two users never become one", NULL, "u:1 a:x; u:2 a:x; a:x", "C1 C2-1 F1"},
    {"dropping begins at the lowest", NULL, "u:1 e:x; u:2 e:x a:y; a:y", "C1 C2-2 C3"},
    {"what is dropped is not kept", NULL, "u:1 e:x; u:2 e:x a:y; u:2 a:y", "C1 C2-2 A2"},
    {"a limit of five: the fifth fits", NULL, "u:1 a:1; u:1 a:2; u:1 a:3; u:1 a:4; u:1 a:5",
     "C1 A1 A1 A1 A1"},
    {"a limit of five: the sixth does not", NULL,
     "u:1 a:1; u:1 a:2; u:1 a:3; u:1 a:4; u:1 a:5; u:1 a:6; u:1 a:5", "C1 A1 A1 A1 A1 F1-1 F1"},
    {"each type has its own limit", NULL, "u:1 a:1 l:1; u:1 a:2 l:2; u:1 a:3 l:3", "C1 A1 A1"},
    {"persons with three and two of a type may meet", NULL,
     "u:1 a:1; u:1 a:2; u:1 a:3; e:x a:4; e:x a:5; u:1 e:x", "C1 A1 A1 C2 A2 M1"},
    {"persons with three and three may not", NULL,
     "u:1 a:1; u:1 a:2; u:1 a:3; e:x a:4; e:x a:5; e:x a:6; u:1 e:x; e:x",
     "C1 A1 A1 C2 A2 A2 F1-1 F2"},
    {"an event with too many of one type keeps the first", NULL, "l:1 l:2 l:3 l:4 l:5 l:6; l:6 l:1",
     "C1-1 C2-1"},
    {"a limit of one", "{\"types\":[{\"name\":\"email\",\"limit\":1}]}", "u:1 e:x; u:1 e:y; e:y",
     "C1 F1-1 C2"},
    {"a limit of one counts what was there", "{\"types\":[{\"name\":\"email\",\"limit\":1}]}",
     "a:x e:x; a:y e:y; a:x a:y", "C1 C2 F1-1"},
    {"an event without identifiers is a person of its own", NULL, "-k; -l; -k", "C1 C2 F1"},
    {"an event's key is no identifier of a person", NULL, "-k; u:k", "C1 C2"},
    {"the cap: three fit", "{\"merge_cap\":3}", "u:1 e:x; a:y; u:1 a:y", "C1 C2 M1"},
    {"the cap: a fourth does not", "{\"merge_cap\":3}", "u:1 e:x; a:y p:z; u:1 a:y; u:1 l:1 d:2",
     "C1 C2 F1-1 A1-1"},
    {"the cap for one event", "{\"merge_cap\":2}", "u:1 e:x a:y; a:y", "C1-1 C2"},
    {"a person over a new cap stays and does not grow", "{\"merge_cap\":2}",
     "rules 1; u:1 e:x a:y; rules 0; u:1 p:z; p:z; a:y e:x", "ok C1 ok F1-1 C2 F1"},
    {"merge by hand", NULL, "u:1; e:x; merge e:x u:1; u:1 e:x; e:x", "C1 C2 ok F1 F1"},
    {"merge by hand keeps the lower number", NULL, "u:1; e:x; e:y; merge e:y e:x; e:y",
     "C1 C2 C3 ok F2"},
    {"merge by hand under limits", NULL, "u:1; u:2; merge u:1 u:2",
     "C1 C2 (together they have 2 of user_id, the most is 1)"},
    {"merge by hand under the cap", "{\"merge_cap\":2}", "u:1 a:x; e:x; merge u:1 e:x",
     "C1 C2 (together they have 3 identifiers, the most is 2)"},
    {"merge by hand of one person", NULL, "u:1 e:x; merge u:1 e:x",
     "C1 (they are one person already)"},
    {"merge by hand of nobody", NULL, "u:1; merge u:1 e:x", "C1 (there is no person 0)"},
    {"persons of events merge by hand", NULL,
     "-1; -2; -3; -4; -5; -6; merge -1 -2; merge -1 -3; merge -1 -4; merge -1 -5; merge -1 -6",
     "C1 C2 C3 C4 C5 C6 ok ok ok ok ok"},
    {"a split makes a person", NULL, "u:1 e:x a:y; split a:y; u:1; e:x; a:y", "C1 2 F1 F1 F2"},
    {"a split holds", NULL, "u:1 e:x; split e:x; u:1 e:x; e:x", "C1 2 F1-1 F2"},
    {"a split holds against a merge by hand", NULL, "u:1 e:x; split e:x; merge u:1 e:x",
     "C1 2 (do-not-link 1 stands between their email and user_id)"},
    {"a split holds through a third person", NULL, "u:1 e:x; split e:x; a:y e:x; u:1 a:y; a:y",
     "C1 2 A2 F1-1 F2"},
    {"a split holds through a merge by hand with a third", NULL,
     "u:1 e:x; split e:x; a:y; merge a:y e:x; merge a:y u:1; u:1 a:y",
     "C1 2 C3 ok (do-not-link 1 stands between their email and user_id) F1-1"},
    {"a split holds within one event of three", NULL, "u:1 e:x; split e:x; a:y; u:1 e:x a:y; a:y",
     "C1 2 C3 F1-2 F3"},
    {"what did not part may still meet others", NULL, "u:1 e:x; split e:x; u:1 a:y; e:x l:1",
     "C1 2 A1 A2"},
    {"a split of two from two has four barriers", NULL,
     "u:1 e:x a:y p:z; split e:x a:y; merge u:1 e:x; lift 1; lift 2; lift 3; merge p:z a:y; "
     "lift 4; merge p:z a:y",
     "C1 2 (do-not-link 2 stands between their email and phone) ok ok ok "
     "(do-not-link 4 stands between their anonymous_id and phone) ok ok"},
    {"lifted, they may meet", NULL, "u:1 e:x; split e:x; lift 1; u:1 e:x", "C1 2 ok M1"},
    {"lift once", NULL, "u:1 e:x; split e:x; lift 1; lift 1",
     "C1 2 ok (there is no do-not-link 1)"},
    {"lift nothing", NULL, "lift 0; lift 1",
     "(there is no do-not-link 0) (there is no do-not-link 1)"},
    {"lift one of several at a node", NULL,
     "u:1 e:x; u:1 a:y; split u:1; lift 1; merge u:1 e:x; lift 2; merge u:1 e:x",
     "C1 A1 2 ok (do-not-link 2 stands between their user_id and anonymous_id) ok ok"},
    {"split, lift, merge, split again", NULL,
     "u:1 e:x; split e:x; lift 1; merge u:1 e:x; split u:1; u:1 e:x", "C1 2 ok ok 3 F3-1"},
    {"split of all", NULL, "u:1 e:x; split u:1 e:x", "C1 (at least one identifier must stay)"},
    {"split of one who has one", NULL, "u:1; split u:1", "C1 (at least one identifier must stay)"},
    {"split of nothing", NULL, "u:1; split", "C1 (no identifiers are given to part)"},
    {"split of two persons", NULL, "u:1 a:x; e:x l:1; split u:1 e:x",
     "C1 C2 (identifiers 1 and 3 are not of one person)"},
    {"split of an identifier given twice", NULL, "u:1 e:x a:y; split e:x e:x",
     "C1 (identifier 2 stands twice)"},
    {"split of an unknown identifier", NULL, "u:1 e:x; split u:2", "C1 (there is no identifier 0)"},
    {"new rules hold from here on", NULL, "u:1; u:2; rules 1; e:x u:1; e:x u:2; u:2",
     "C1 C2 ok A1 M1 F1"},
    {"login: the next one who signs in joins nobody", LOGIN, "u:1 a:t; u:2 a:t; u:3 a:t; a:t",
     "C1 C2-1 C3-1 F1"},
    {"login: what stays behind is passed over alone", LOGIN, "u:1 a:t; u:2 a:t p:z; p:z",
     "C1 C2-1 F2"},
    {"login: a limit that would allow it does not", LOGIN5, "u:1 a:t; u:2 a:t; u:1 u:2; u:2",
     "C1 C2-1 F1-1 F2"},
    {"login: nor does an event without one", LOGIN5, "u:1 e:x; u:2 a:t; e:x a:t", "C1 C2 F1-1"},
    {"login: one who was anonymous signs in", LOGIN, "a:t; e:x a:t; u:1 a:t; u:1", "C1 A1 A1 F1"},
    {"login: a merge by hand keeps the limit only", LOGIN5, "u:1; u:2; merge u:1 u:2; u:1 u:2",
     "C1 C2 ok F1"},
    {"login: with two of them by hand, a third is another's", LOGIN5,
     "u:1; u:2; merge u:1 u:2; u:1 a:t; u:3 a:t; u:2 a:t", "C1 C2 ok A1 C3-1 F1"},
    {"immutable: the first stays", FIXED, "a:x l:1; a:x l:2; l:2; a:x l:1", "C1 F1-1 C2 F1"},
    {"immutable: the older one takes in the younger", FIXED, "l:1; a:x; a:x l:1; a:x",
     "C1 C2 M1 F1"},
    {"immutable: the younger one does not go", FIXED, "a:x; l:1; a:x l:1; l:1", "C1 C2 F1-1 F2"},
    {"immutable: nor when a third comes in between", FIXED, "a:x; l:1; e:y; l:1 e:y; e:y a:x",
     "C1 C2 C3 M2 F2-1"},
    {"immutable: by hand it goes", FIXED, "a:x; l:1; merge a:x l:1; l:1", "C1 C2 ok F1"},
    {"immutable: by hand it keeps its one value", FIXED, "l:1; l:2; merge l:1 l:2",
     "C1 C2 (together they have 2 of loyalty_card, the most is 1)"},
    {"what is over a limit stays and does not grow", NULL,
     "rules 1; e:x u:1; e:x u:2; rules 0; u:1 a:y; u:2 u:3; e:x u:3; u:1 e:x u:2",
     "ok C1 A1 ok A1 F1-1 F1-1 F1"},
};

enum { STEP_MAX = 2000 };

typedef struct Run {
    IdentityRules *rules[2];
    Identity *graph;
    Mirror mirror;
    char answer[STEP_MAX];
    PtError err;
} Run;

static const char *type_of(char letter)
{
    static const struct {
        char letter;
        const char *name;
    } types[] = {{'u', "user_id"}, {'e', "email"},        {'a', "anonymous_id"}, {'p', "phone"},
                 {'d', "device"},  {'l', "loyalty_card"}, {'-', "event"}};
    for (size_t i = 0; i < PT_COUNT(types); i++) {
        if (types[i].letter == letter) {
            return types[i].name;
        }
    }
    fail_msg("no type '%c'", letter);
    return NULL;
}

static IdentityClaim claim_of(PtStr word)
{
    char letter = word.len > 0 ? word.data[0] : '?';
    return (IdentityClaim){pt_str(type_of(letter)), pt_str_from(word, letter == '-' ? 1 : 2)};
}

static uint32_t node_of(const Run *r, PtStr word)
{
    IdentityClaim c = claim_of(word);
    return identity_find(r->graph, c.type, c.value);
}

static bool next_word(PtStr *rest, PtStr *ret_word)
{
    bool any = false;
    do {
        any = pt_str_cut(rest, ' ', ret_word);
    } while (any && ret_word->len == 0);
    return any;
}

static PtStatus run_event(Run *r, PtStr step)
{
    IdentityClaims claims;
    IdentityOutcome o = {0};
    PtStr word, key = {NULL, 0};
    claims.count = 0;
    while (next_word(&step, &word)) {
        if (word.data[0] == '-') {
            key = pt_str_from(word, 1);
        } else {
            claims.items[claims.count++] = claim_of(word);
        }
    }
    PtStatus st = identity_apply(r->graph, &claims, key, &o, &r->err);
    if (st == PT_OK) {
        unsigned dropped = (unsigned)__builtin_popcount(o.dropped);
        uint32_t first = claims.count > 0
                             ? identity_find(r->graph, claims.items[0].type, claims.items[0].value)
                             : identity_find(r->graph, PT_STR("event"), key);
        assert_int_equal(o.node, first);
        assert_int_equal(identity_person(r->graph, o.node), o.person);
        /* the lowest ones; of another login, one in between */
        assert_true(r->graph->moded ||
                    o.dropped ==
                        (dropped == 0 ? 0 : ((1U << dropped) - 1) << (claims.count - dropped)));
        (void)snprintf(r->answer, sizeof r->answer, dropped > 0 ? "%c%u-%u" : "%c%u",
                       "FCAM"[o.kind], o.person, dropped);
    }
    return st;
}

static PtStatus run_merge(Run *r, PtStr rest)
{
    PtStr a = {NULL, 0}, b = {NULL, 0};
    assert_true(next_word(&rest, &a) && next_word(&rest, &b));
    uint32_t x = identity_person(r->graph, node_of(r, a));
    uint32_t y = identity_person(r->graph, node_of(r, b));
    PtError check;
    PtStatus may = identity_merge_check(r->graph, x, y, &check);
    PtStatus st = identity_merge(r->graph, x, y, &r->err);
    assert_int_equal(st, may);
    assert_true(st == PT_OK || strcmp(check.message, r->err.message) == 0);
    return st;
}

static PtStatus run_split(Run *r, PtStr rest)
{
    uint32_t nodes[16], person = 0;
    size_t count = 0;
    PtStr word;
    while (next_word(&rest, &word)) {
        nodes[count++] = node_of(r, word);
    }
    PtStatus may = identity_split_check(r->graph, nodes, count, NULL);
    PtStatus st = identity_split(r->graph, nodes, count, &person, &r->err);
    assert_true(st == PT_NO_MEMORY || st == may);
    (void)snprintf(r->answer, sizeof r->answer, "%u", person);
    return st;
}

static PtStatus run_step(Run *r, PtStr step)
{
    PtStr rest = step, word;
    uint32_t number = 0;
    (void)snprintf(r->answer, sizeof r->answer, "ok");
    assert_true(next_word(&rest, &word));
    if (pt_str_eq(word, PT_STR("merge"))) {
        return run_merge(r, rest);
    }
    if (pt_str_eq(word, PT_STR("split"))) {
        return run_split(r, rest);
    }
    if (pt_str_eq(word, PT_STR("lift"))) {
        assert_true(pt_str_to_u32(rest, 100, &number));
        return identity_lift(r->graph, number, &r->err);
    }
    if (pt_str_eq(word, PT_STR("rules"))) {
        assert_true(pt_str_to_u32(rest, 1, &number));
        identity_set_rules(r->graph, r->rules[number]);
        return PT_OK;
    }
    return run_event(r, step);
}

static void require_mirrored(const Run *r)
{
    Identity *loaded = mirror_load(&r->mirror, r->rules[0]);
    rig_require_equal(r->graph, loaded);
    identity_free(loaded);
}

/* As often as it takes for the step to find memory: each failure leaves all as it was. */
static PtStatus run_step_starving(Run *r, PtStr step)
{
    for (uint64_t nth = 1;; nth++) {
        fault_alloc_fail(nth, 0);
        PtStatus st = run_step(r, step);
        fault_alloc_fail(0, 0);
        if (st != PT_NO_MEMORY) {
            return st;
        }
        require_mirrored(r);
    }
}

static void run_script(const struct Script *s, PtStatus (*step_of)(Run *, PtStr))
{
    Run r = {.rules = {rig_rules(s->rules), rig_rules("{\"types\":[{\"name\":\"user_id\","
                                                      "\"limit\":2}]}")}};
    char got[STEP_MAX * 2] = "";
    PtStr steps = pt_str(s->steps), step;
    assert_int_equal(identity_new(r.rules[0], &r.graph, NULL), PT_OK);
    mirror_init(&r.mirror, r.graph);
    while (pt_str_cut(&steps, ';', &step)) {
        PtStatus st = step_of(&r, step);
        size_t len = strlen(got);
        (void)snprintf(got + len, sizeof got - len, st == PT_OK ? "%s%s" : "%s(%s)",
                       len > 0 ? " " : "", st == PT_OK ? r.answer : r.err.message);
        require_mirrored(&r);
    }
    assert_string_equal(got, s->want);
    identity_free(r.graph);
    mirror_done(&r.mirror);
    identity_rules_free(r.rules[0]);
    identity_rules_free(r.rules[1]);
}

static void test_script(void **state)
{
    run_script(*state, run_step);
    run_script(*state, run_step_starving);
}

/* ---- What scripts do not say ------------------------------------------------------------------
 */

typedef struct Rig {
    IdentityRules *rules;
    Identity *graph;
    Mirror mirror;
} Rig;

static int setup(void **state)
{
    Rig *r = calloc(1, sizeof *r);
    assert_non_null(r);
    r->rules = rig_rules(NULL);
    assert_int_equal(identity_new(r->rules, &r->graph, NULL), PT_OK);
    mirror_init(&r->mirror, r->graph);
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    Rig *r = *state;
    identity_free(r->graph);
    identity_rules_free(r->rules);
    mirror_done(&r->mirror);
    free(r);
    return 0;
}

static IdentityOutcome apply(Rig *r, const char *words)
{
    IdentityClaims claims;
    IdentityOutcome o = {0};
    PtStr rest = pt_str(words), word;
    claims.count = 0;
    while (next_word(&rest, &word)) {
        claims.items[claims.count++] = claim_of(word);
    }
    assert_int_equal(identity_apply(r->graph, &claims, (PtStr){NULL, 0}, &o, NULL), PT_OK);
    return o;
}

static void test_evidence_of_a_merge(void **state)
{
    Rig *r = *state;
    (void)apply(r, "u:1 e:x");
    (void)apply(r, "a:1 p:1");
    (void)apply(r, "e:x a:1");
    assert_int_equal(r->mirror.merges, 1);
    const IdentityChange *c = &r->mirror.last_merge;
    assert_int_equal(c->node, identity_find(r->graph, PT_STR("email"), PT_STR("x")));
    assert_int_equal(c->other_node, identity_find(r->graph, PT_STR("anonymous_id"), PT_STR("1")));
    assert_int_equal(c->person, 1);
    assert_int_equal(c->other_person, 2);
}

static void test_merge_by_hand_has_no_evidence_of_identifiers(void **state)
{
    Rig *r = *state;
    (void)apply(r, "u:1");
    (void)apply(r, "e:x");
    assert_int_equal(identity_merge(r->graph, 2, 1, NULL), PT_OK);
    assert_int_equal(r->mirror.last_merge.node, 0);
    assert_int_equal(r->mirror.last_merge.other_node, 0);
}

static void test_survivor_of_a_chain(void **state)
{
    Rig *r = *state;
    (void)apply(r, "l:3");
    (void)apply(r, "l:2");
    (void)apply(r, "l:1");
    assert_int_equal(identity_merge(r->graph, 3, 2, NULL), PT_OK);
    assert_int_equal(identity_merge(r->graph, 3, 1, NULL), PT_OK); /* by the name it had */
    assert_int_equal(identity_survivor(r->graph, 3), 1);
    assert_int_equal(identity_survivor(r->graph, 0), 0);
    assert_int_equal(identity_counts(r->graph).persons, 1);
    assert_int_equal(identity_counts(r->graph).last_person, 3);
}

static void test_keys_of_events(void **state)
{
    Rig *r = *state;
    char key[IDENTITY_VALUE_MAX + 1];
    IdentityClaims none;
    IdentityOutcome o;
    memset(key, 'k', sizeof key);
    none.count = 0;
    assert_int_equal(identity_apply(r->graph, &none, (PtStr){key, 0}, &o, NULL), PT_INVALID);
    assert_int_equal(identity_apply(r->graph, &none, (PtStr){key, 256}, &o, NULL), PT_INVALID);
    assert_int_equal(identity_counts(r->graph).nodes, 0);
    assert_int_equal(identity_apply(r->graph, &none, (PtStr){key, 255}, &o, NULL), PT_OK);
    assert_int_equal(identity_apply(r->graph, &none, (PtStr){key, 1}, &o, NULL), PT_OK);
    assert_int_equal(o.person, 2);
}

static void test_clear_begins_anew(void **state)
{
    Rig *r = *state;
    (void)apply(r, "u:1 e:x");
    identity_clear(r->graph);
    assert_int_equal(identity_counts(r->graph).nodes, 0);
    assert_int_equal(identity_find(r->graph, PT_STR("user_id"), PT_STR("1")), 0);
    mirror_done(&r->mirror);
    mirror_init(&r->mirror, r->graph);
    assert_int_equal(apply(r, "e:x").person, 1);
}

/* Pages, texts and the table grow: enough of them for several of each. */
static void test_many(void **state)
{
    Rig *r = *state;
    char text[300];
    IdentityClaims claims;
    IdentityOutcome o;
    enum { MANY = 3 * IDENTITY_PAGE };
    for (uint32_t i = 1; i <= MANY; i++) {
        int len = snprintf(text, sizeof text, "%0*u", (int)(i % 250) + 5, i);
        claims.count = 1;
        claims.items[0] = (IdentityClaim){PT_STR("email"), {text, (size_t)len}};
        assert_int_equal(identity_apply(r->graph, &claims, (PtStr){NULL, 0}, &o, NULL), PT_OK);
        assert_int_equal(o.node, i);
    }
    Identity *loaded = mirror_load(&r->mirror, r->rules);
    rig_require_equal(r->graph, loaded);
    assert_int_equal(identity_counts(loaded).nodes, MANY);
    identity_free(loaded);
}

/* Each other one goes, so that slots of the table close up behind it. */
static void test_erased_nodes_are_not_found(void **state)
{
    Rig *r = *state;
    char text[16];
    IdentityClaims claims = {.count = 1};
    IdentityOutcome o;
    enum { MANY = 3000 };
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 1; i <= MANY; i++) {
            const int len = snprintf(text, sizeof text, "v%u", i);
            claims.items[0] = (IdentityClaim){PT_STR("email"), {text, (size_t)len}};
            assert_int_equal(identity_apply(r->graph, &claims, (PtStr){NULL, 0}, &o, NULL), PT_OK);
            assert_int_equal(o.kind, round == 0 || i % 2 == 0 ? IDENTITY_CREATED : IDENTITY_FOUND);
        }
        for (uint32_t i = 2; round == 0 && i <= MANY; i += 2) {
            assert_true(identity_erase(r->graph, i));
            assert_false(identity_erase(r->graph, i));
        }
    }
    assert_int_equal(identity_counts(r->graph).persons, MANY);
    assert_int_equal(identity_find(r->graph, PT_STR("email"), PT_STR("")), 0);
    Identity *loaded = mirror_load(&r->mirror, r->rules);
    rig_require_equal(r->graph, loaded);
    identity_free(loaded);
}

static void test_an_erased_person_is_nobody(void **state)
{
    Rig *r = *state;
    uint32_t other = 0;
    (void)apply(r, "a:1");
    (void)apply(r, "a:2");
    (void)apply(r, "u:1 a:1");
    assert_int_equal(apply(r, "u:1 a:2").kind, IDENTITY_MERGED); // 2 into 1
    const uint32_t nodes[] = {2};
    assert_int_equal(identity_split(r->graph, nodes, 1, &other, NULL), PT_OK);
    assert_int_equal(other, 3);
    assert_true(identity_erase(r->graph, 1));
    assert_int_equal(identity_survivor(r->graph, 2), 1);
    assert_true(identity_erase(r->graph, 3));
    assert_int_equal(identity_survivor(r->graph, 1), 0);
    assert_int_equal(identity_survivor(r->graph, 2), 0);
    assert_int_equal(identity_survivor(r->graph, 3), 3);
    assert_int_equal(identity_merge(r->graph, 1, 3, NULL), PT_NOT_FOUND);
    assert_int_equal(identity_lift(r->graph, 1, NULL), PT_NOT_FOUND); // its side is gone
    assert_int_equal(identity_found(r->graph, 1, &other, NULL), PT_NOT_FOUND);
    assert_int_equal(identity_found(r->graph, 3, &other, NULL), PT_OK);
    assert_int_equal(other, 4);
    assert_int_equal(identity_survivor(r->graph, 3), 0);
    assert_int_equal(identity_person(r->graph, 2), 4);
    assert_int_equal(identity_counts(r->graph).persons, 1);
    assert_int_equal(apply(r, "u:1").person, 5);
    Identity *loaded = mirror_load(&r->mirror, r->rules);
    rig_require_equal(r->graph, loaded);
    identity_free(loaded);
}

/* ---- Loading what cannot have been told --------------------------------------------------------
 */

static struct LoadCase {
    const char *name;
    uint32_t numbers[3];
    const char *type, *value;
    PtStatus want;
} person_cases[] =
    {
        {"the next person", {3, 0}, NULL, NULL, PT_OK},
        {"merged into a lower one", {3, 2}, NULL, NULL, PT_OK},
        {"a gap", {4, 0}, NULL, NULL, PT_CORRUPT},
        {"one again", {2, 0}, NULL, NULL, PT_CORRUPT},
        {"none", {0, 0}, NULL, NULL, PT_CORRUPT},
        {"merged into itself: erased", {3, 3}, NULL, NULL, PT_OK},
        {"merged into a higher one", {3, 4}, NULL, NULL, PT_CORRUPT},
    },
  node_cases[] =
      {
          {"the next node", {2, 1}, "email", "x", PT_OK},
          {"of one merged away", {2, 2}, "email", "x", PT_OK},
          {"of an event", {2, 1}, "event", "x", PT_OK},
          {"a gap", {3, 1}, "email", "x", PT_CORRUPT},
          {"one again", {1, 1}, "email", "x", PT_CORRUPT},
          {"of nobody", {2, 0}, "email", "x", PT_CORRUPT},
          {"erased", {2, 0}, "email", "", PT_OK},
          {"erased, not a type", {2, 0}, "E-Mail", "", PT_CORRUPT},
          {"erased, a gap", {3, 0}, "email", "", PT_CORRUPT},
          {"of someone unknown", {2, 3}, "email", "x", PT_CORRUPT},
          {"twice the same", {2, 1}, "user_id", "1", PT_CORRUPT},
          {"no value", {2, 1}, "email", "", PT_CORRUPT},
          {"no type", {2, 1}, "", "x", PT_CORRUPT},
          {"not a type", {2, 1}, "E-Mail", "x", PT_CORRUPT},
      },
  barrier_cases[] = {
      {"between two persons", {1, 1, 2}, NULL, NULL, PT_OK},
      {"lifted", {5, 0, 0}, NULL, NULL, PT_OK},
      {"within one person", {1, 2, 3}, NULL, NULL, PT_CORRUPT},
      {"at an unknown node", {1, 1, 4}, NULL, NULL, PT_CORRUPT},
      {"at one node only", {1, 1, 0}, NULL, NULL, PT_CORRUPT},
      {"number 0", {0, 1, 2}, NULL, NULL, PT_CORRUPT},
  };

static void load_persons(Identity *g, uint32_t merged_into)
{
    assert_int_equal(identity_load_person(g, 1, 0, NULL), PT_OK);
    assert_int_equal(identity_load_person(g, 2, merged_into, NULL), PT_OK);
}

static void test_load_person(void **state)
{
    const struct LoadCase *c = *state;
    IdentityRules *rules = rig_rules(NULL);
    Identity *g = NULL;
    assert_int_equal(identity_new(rules, &g, NULL), PT_OK);
    load_persons(g, 0);
    assert_int_equal(identity_load_person(g, c->numbers[0], c->numbers[1], NULL), c->want);
    assert_int_equal(identity_counts(g).last_person, c->want == PT_OK ? 3 : 2);
    identity_free(g);
    identity_rules_free(rules);
}

static void test_load_node(void **state)
{
    const struct LoadCase *c = *state;
    IdentityRules *rules = rig_rules(NULL);
    Identity *g = NULL;
    assert_int_equal(identity_new(rules, &g, NULL), PT_OK);
    load_persons(g, 1);
    assert_int_equal(identity_load_node(g, 1, PT_STR("user_id"), PT_STR("1"), 1, NULL), PT_OK);
    assert_int_equal(identity_load_node(g, c->numbers[0], pt_str(c->type), pt_str(c->value),
                                        c->numbers[1], NULL),
                     c->want);
    assert_int_equal(identity_person(g, 2), c->want == PT_OK && c->numbers[1] != 0 ? 1 : 0);
    assert_int_equal(identity_load_person(g, 3, 0, NULL), PT_CORRUPT); /* nodes have begun */
    identity_free(g);
    identity_rules_free(rules);
}

static void test_load_barrier(void **state)
{
    const struct LoadCase *c = *state;
    IdentityRules *rules = rig_rules(NULL);
    Identity *g = NULL;
    assert_int_equal(identity_new(rules, &g, NULL), PT_OK);
    load_persons(g, 0);
    assert_int_equal(identity_load_node(g, 1, PT_STR("user_id"), PT_STR("1"), 1, NULL), PT_OK);
    assert_int_equal(identity_load_node(g, 2, PT_STR("user_id"), PT_STR("2"), 2, NULL), PT_OK);
    assert_int_equal(identity_load_node(g, 3, PT_STR("email"), PT_STR("2"), 2, NULL), PT_OK);
    assert_int_equal(identity_load_barrier(g, c->numbers[0], c->numbers[1], c->numbers[2], NULL),
                     c->want);
    assert_int_equal(identity_counts(g).last_barrier, c->want == PT_OK ? c->numbers[0] : 0);
    assert_int_equal(identity_load_barrier(g, 5, 1, 2, NULL),
                     c->want == PT_OK && c->numbers[0] == 5 ? PT_CORRUPT : PT_OK);
    identity_free(g);
    identity_rules_free(rules);
}

int main(void)
{
    static struct CMUnitTest tests[PT_COUNT(scripts) + PT_COUNT(person_cases) +
                                   PT_COUNT(node_cases) + PT_COUNT(barrier_cases) + 8];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, scripts, test_script);
    PT_TEST_ROWS(tests, n, person_cases, test_load_person);
    PT_TEST_ROWS(tests, n, node_cases, test_load_node);
    PT_TEST_ROWS(tests, n, barrier_cases, test_load_barrier);
    const struct CMUnitTest others[] = {
        cmocka_unit_test_setup_teardown(test_evidence_of_a_merge, setup, teardown),
        cmocka_unit_test_setup_teardown(test_merge_by_hand_has_no_evidence_of_identifiers, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_survivor_of_a_chain, setup, teardown),
        cmocka_unit_test_setup_teardown(test_keys_of_events, setup, teardown),
        cmocka_unit_test_setup_teardown(test_clear_begins_anew, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many, setup, teardown),
        cmocka_unit_test_setup_teardown(test_erased_nodes_are_not_found, setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_erased_person_is_nobody, setup, teardown),
    };
    memcpy(tests + n, others, sizeof others);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
