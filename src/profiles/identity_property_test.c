// SPDX-License-Identifier: Apache-2.0
/* Random histories: the graph against a naive fold that reads like the rules, whatever order the
 * events come in, merged and split again, and loaded from what its listener was told. */
#include "base/rng.h"
#include "base/test_rows.h"
#include "profiles/identity_internal.h"
#include "profiles/identity_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    TYPES = 6,
    VALUES = 6,
    IDS = TYPES * VALUES,
    CLAIMS = 4, /* of an event, at most */
    STEPS = 60,
    LIMIT_USER = 1,
    LIMIT = 3,
    CAP = 9,
};

/* By priority. */
static const char *const types[TYPES] = {"user_id", "email",        "anonymous_id",
                                         "device",  "loyalty_card", "phone"};

static const char tight[] =
    "{\"types\":[{\"name\":\"email\",\"limit\":3},{\"name\":\"anonymous_id\",\"limit\":3},"
    "{\"name\":\"phone\",\"limit\":3}],\"other\":{\"limit\":3},\"merge_cap\":9}";
static const char wide[] =
    "{\"types\":[{\"name\":\"user_id\",\"limit\":1000},{\"name\":\"email\",\"limit\":1000},"
    "{\"name\":\"anonymous_id\",\"limit\":1000},{\"name\":\"phone\",\"limit\":1000}],"
    "\"other\":{\"limit\":1000},\"merge_cap\":1000}";

static const char moded[] =
    "{\"types\":[{\"name\":\"user_id\",\"mode\":\"login\"},{\"name\":\"email\",\"limit\":3},"
    "{\"name\":\"anonymous_id\",\"limit\":3},{\"name\":\"phone\",\"limit\":3},"
    "{\"name\":\"loyalty_card\",\"mode\":\"immutable\"}],\"other\":{\"limit\":3},\"merge_cap\":9}";

/* ---- The naive fold ---------------------------------------------------------------------------
 */

typedef struct Naive {
    uint32_t person[IDS]; /* 0: not seen */
    bool barred[IDS][IDS];
    uint32_t persons;
} Naive;

typedef struct NaiveEvent {
    unsigned ids[CLAIMS]; /* rising: type by type */
    size_t count;
} NaiveEvent;

typedef struct Set {
    bool has[IDS];
} Set;

static bool allowed(const Naive *n, const Set *s)
{
    unsigned of_type[TYPES] = {0}, all = 0;
    for (unsigned i = 0; i < IDS; i++) {
        if (!s->has[i]) {
            continue;
        }
        all++;
        if (++of_type[i / VALUES] > (i / VALUES == 0 ? LIMIT_USER : LIMIT)) {
            return false;
        }
        for (unsigned other = 0; other < IDS; other++) {
            if (s->has[other] && n->barred[i][other]) {
                return false;
            }
        }
    }
    return all <= CAP;
}

static void add_person(const Naive *n, Set *s, uint32_t person)
{
    for (unsigned i = 0; i < IDS; i++) {
        s->has[i] = s->has[i] || (person != 0 && n->person[i] == person);
    }
}

static Set joined(const Naive *n, const NaiveEvent *e, size_t kept)
{
    Set s = {0};
    for (size_t i = 0; i < kept; i++) {
        s.has[e->ids[i]] = true;
        add_person(n, &s, n->person[e->ids[i]]);
    }
    return s;
}

static void become_one(Naive *n, const Set *s)
{
    uint32_t lowest = 0;
    for (unsigned i = 0; i < IDS; i++) {
        if (s->has[i] && n->person[i] != 0 && (lowest == 0 || n->person[i] < lowest)) {
            lowest = n->person[i];
        }
    }
    lowest = lowest != 0 ? lowest : ++n->persons;
    for (unsigned i = 0; i < IDS; i++) {
        n->person[i] = s->has[i] ? lowest : n->person[i];
    }
}

/* How many claims are kept: those of the lowest priority are dropped until the rest is allowed. */
static size_t naive_apply(Naive *n, const NaiveEvent *e)
{
    size_t kept = e->count;
    Set s = joined(n, e, kept);
    while (!allowed(n, &s)) {
        s = joined(n, e, --kept);
    }
    become_one(n, &s);
    return kept;
}

/* The same with modes: user_id is a login, loyalty_card immutable. */
enum { LOGIN = 0, IMMUTABLE = 4 };

static unsigned values_of(const Set *s, unsigned type)
{
    unsigned count = 0;
    for (unsigned i = type * VALUES; i < (type + 1) * VALUES; i++) {
        count += s->has[i];
    }
    return count;
}

static Set united(const Set *s, const Naive *n, unsigned id)
{
    Set all = *s;
    all.has[id] = true;
    add_person(n, &all, n->person[id]);
    return all;
}

static bool other_login(const Naive *n, const Set *s, unsigned id)
{
    Set own = united(&(Set){{false}}, n, id);
    bool there = n->person[id] != 0;
    for (unsigned i = 0; there && i < IDS; i++) {
        there = !(s->has[i] && n->person[i] == n->person[id]); /* of one person already */
    }
    bool joins = n->person[id] == 0 ? !s->has[id] : there;
    return joins && values_of(s, LOGIN) > 0 && values_of(&own, LOGIN) > 0;
}

static bool moves_immutable(const Naive *n, const Set *s)
{
    uint32_t lowest = 0, highest = 0;
    for (unsigned i = 0; i < IDS; i++) {
        bool of = s->has[i] && n->person[i] != 0;
        lowest = of && (lowest == 0 || n->person[i] < lowest) ? n->person[i] : lowest;
        bool fixed = of && i / VALUES == IMMUTABLE;
        highest = fixed && n->person[i] > highest ? n->person[i] : highest;
    }
    return highest > lowest;
}

static bool allowed_with_modes(const Naive *n, const Set *s)
{
    return allowed(n, s) && values_of(s, IMMUTABLE) <= 1 && !moves_immutable(n, s);
}

static uint32_t naive_apply_modes(Naive *n, const NaiveEvent *e)
{
    Set s = {{false}};
    uint32_t dropped = 0;
    bool going = true;
    for (size_t i = 0; i < e->count; i++) {
        Set next = united(&s, n, e->ids[i]);
        bool passed_over = going && other_login(n, &s, e->ids[i]);
        going = passed_over || (going && allowed_with_modes(n, &next));
        if (going && !passed_over) {
            s = next;
        } else {
            dropped |= 1U << i;
        }
    }
    become_one(n, &s);
    return dropped;
}

static bool naive_merge(Naive *n, uint32_t a, uint32_t b)
{
    Set s = {0};
    add_person(n, &s, a);
    add_person(n, &s, b);
    bool may = a != b && allowed(n, &s);
    if (may) {
        become_one(n, &s);
    }
    return may;
}

/* ---- Random steps on both ----------------------------------------------------------------------
 */

typedef struct Both {
    IdentityRules *rules;
    Identity *graph;
    Mirror mirror;
    Naive naive;
    PtRng rng;
} Both;

static Both *both_new(uint64_t seed)
{
    Both *b = calloc(1, sizeof *b);
    assert_non_null(b);
    b->rules = rig_rules(tight);
    assert_int_equal(identity_new(b->rules, &b->graph, NULL), PT_OK);
    mirror_init(&b->mirror, b->graph);
    pt_rng_init(&b->rng, seed);
    return b;
}

static void both_free(Both *b)
{
    identity_free(b->graph);
    mirror_done(&b->mirror);
    identity_rules_free(b->rules);
    free(b);
}

static NaiveEvent random_event(PtRng *rng)
{
    NaiveEvent e = {.count = 0};
    size_t count = 1 + pt_rng_below(rng, CLAIMS);
    bool chosen[IDS] = {0};
    for (size_t i = 0; i < count; i++) {
        chosen[pt_rng_below(rng, IDS)] = true;
    }
    for (unsigned i = 0; i < IDS; i++) {
        if (chosen[i]) {
            e.ids[e.count++] = i;
        }
    }
    return e;
}

static const char *value_of(unsigned id)
{
    static const char *const values[VALUES] = {"a1", "b2", "c3", "d4", "e5", "f6"};
    return values[id % VALUES];
}

static IdentityClaims claims_of(const NaiveEvent *e)
{
    IdentityClaims claims;
    claims.left_out = 0;
    claims.count = e->count;
    for (size_t i = 0; i < e->count; i++) {
        claims.items[i] =
            (IdentityClaim){pt_str(types[e->ids[i] / VALUES]), pt_str(value_of(e->ids[i]))};
    }
    return claims;
}

static uint32_t node_of(const Identity *g, unsigned id)
{
    return identity_find(g, pt_str(types[id / VALUES]), pt_str(value_of(id)));
}

static IdentityOutcome apply(Identity *g, const NaiveEvent *e)
{
    IdentityClaims claims = claims_of(e);
    IdentityOutcome o;
    assert_int_equal(identity_apply(g, &claims, PT_STR("none"), &o, NULL), PT_OK);
    return o;
}

static void step_event(Both *b)
{
    NaiveEvent e = random_event(&b->rng);
    size_t kept = naive_apply(&b->naive, &e);
    IdentityOutcome o = apply(b->graph, &e);
    assert_int_equal(o.person, b->naive.person[e.ids[0]]);
    assert_int_equal(o.node, node_of(b->graph, e.ids[0]));
    assert_int_equal(__builtin_popcount(o.dropped), e.count - kept);
}

static unsigned random_seen(Both *b)
{
    unsigned id = (unsigned)pt_rng_below(&b->rng, IDS);
    for (unsigned i = 0; i < IDS && b->naive.person[id] == 0; i++) {
        id = (id + 1) % IDS;
    }
    return id;
}

static void step_merge(Both *b)
{
    uint32_t x = b->naive.person[random_seen(b)], y = b->naive.person[random_seen(b)];
    bool may = naive_merge(&b->naive, x, y);
    PtStatus st = identity_merge(b->graph, x, y, NULL);
    assert_int_equal(st, may ? PT_OK : x == 0 ? PT_NOT_FOUND : x == y ? PT_INVALID : PT_CONFLICT);
}

static void step_split(Both *b)
{
    uint32_t from = b->naive.person[random_seen(b)], nodes[IDS], to = 0;
    bool leaves[IDS] = {0};
    size_t count = 0, all = 0;
    for (unsigned i = 0; i < IDS; i++) {
        bool of = from != 0 && b->naive.person[i] == from;
        leaves[i] = of && pt_rng_below(&b->rng, 2) == 0;
        all += of;
        if (leaves[i]) {
            nodes[count++] = node_of(b->graph, i);
        }
    }
    PtStatus st = identity_split(b->graph, nodes, count, &to, NULL);
    assert_int_equal(st, count > 0 && count < all ? PT_OK : PT_INVALID);
    if (st != PT_OK) {
        return;
    }
    assert_int_equal(to, ++b->naive.persons);
    for (unsigned i = 0; i < IDS; i++) {
        for (unsigned n = 0; n < IDS && leaves[i]; n++) {
            bool stays = !leaves[n] && b->naive.person[n] == from;
            b->naive.barred[i][n] = b->naive.barred[i][n] || stays;
            b->naive.barred[n][i] = b->naive.barred[n][i] || stays;
        }
    }
    for (unsigned i = 0; i < IDS; i++) {
        b->naive.person[i] = leaves[i] ? to : b->naive.person[i];
    }
}

static unsigned id_of(const Identity *g, uint32_t node)
{
    for (unsigned i = 0; i < IDS; i++) {
        if (node_of(g, i) == node) {
            return i;
        }
    }
    fail_msg("no such node");
    return 0;
}

static void step_lift(Both *b)
{
    uint32_t last = identity_counts(b->graph).last_barrier;
    uint32_t number = 1 + (uint32_t)pt_rng_below(&b->rng, last + 1);
    uint32_t nodes[2] = {0, 0};
    if (number <= last) {
        memcpy(nodes, b->mirror.barriers[number], sizeof nodes);
    }
    assert_int_equal(identity_lift(b->graph, number, NULL), nodes[0] != 0 ? PT_OK : PT_NOT_FOUND);
    if (nodes[0] != 0) {
        unsigned x = id_of(b->graph, nodes[0]), y = id_of(b->graph, nodes[1]);
        b->naive.barred[x][y] = false;
        b->naive.barred[y][x] = false;
    }
}

static void step(Both *b)
{
    uint64_t dice = pt_rng_below(&b->rng, 100);
    if (dice < 70) {
        step_event(b);
    } else if (dice < 78) {
        step_merge(b);
    } else if (dice < 88) {
        step_split(b);
    } else {
        step_lift(b);
    }
}

static void require_naive(const Both *b)
{
    for (unsigned i = 0; i < IDS; i++) {
        uint32_t node = node_of(b->graph, i);
        assert_int_equal(node != 0, b->naive.person[i] != 0);
        assert_int_equal(identity_person(b->graph, node), b->naive.person[i]);
    }
    assert_int_equal(identity_counts(b->graph).last_person, b->naive.persons);
}

static void test_as_the_naive_fold(void **state)
{
    enum { HISTORIES = 1500 };
    (void)state;
    for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
        Both *b = both_new(seed);
        for (int i = 0; i < STEPS; i++) {
            step(b);
            require_naive(b);
        }
        Identity *loaded = mirror_load(&b->mirror, b->rules);
        rig_require_equal(b->graph, loaded);
        for (int i = 0; i < STEPS / 4; i++) { /* and goes on as the one that never stopped */
            NaiveEvent e = random_event(&b->rng);
            IdentityOutcome x = apply(b->graph, &e), y = apply(loaded, &e);
            assert_memory_equal(&x, &y, sizeof x);
        }
        rig_require_equal(b->graph, loaded);
        identity_free(loaded);
        both_free(b);
    }
}

/* Events alone: no merge by hand has made two logins, or two immutable values, one person's. */
static void test_modes_as_the_naive_fold(void **state)
{
    enum { HISTORIES = 300 };
    (void)state;
    IdentityRules *rules = rig_rules(moded);
    for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
        Both *b = both_new(seed);
        identity_set_rules(b->graph, rules);
        for (int i = 0; i < STEPS; i++) {
            NaiveEvent e = random_event(&b->rng);
            uint32_t dropped = naive_apply_modes(&b->naive, &e);
            IdentityOutcome o = apply(b->graph, &e);
            assert_int_equal(o.dropped, dropped);
            assert_int_equal(o.person, b->naive.person[e.ids[0]]);
            require_naive(b);
        }
        both_free(b);
    }
    identity_rules_free(rules);
}

/* A graph of the same steps up to `steps`, and what the naive fold says of them. */
static Both *both_after(uint64_t seed, int steps)
{
    Both *b = both_new(seed);
    for (int i = 0; i < steps; i++) {
        step(b);
    }
    return b;
}

static void require_same_parts(const Identity *a, const Identity *b)
{
    for (unsigned i = 0; i < IDS; i++) {
        for (unsigned n = 0; n < i; n++) {
            uint32_t x = node_of(a, i), y = node_of(a, n);
            bool one = x != 0 && y != 0 && identity_person(a, x) == identity_person(a, y);
            x = node_of(b, i);
            y = node_of(b, n);
            bool other = x != 0 && y != 0 && identity_person(b, x) == identity_person(b, y);
            assert_int_equal(one, other);
        }
    }
}

static size_t nodes_of(const Identity *g, uint32_t person, uint32_t *ret_nodes)
{
    IdentityNode n;
    uint32_t cursor = 0;
    size_t count = 0;
    while (identity_next_node(g, person, &cursor, &n)) {
        ret_nodes[count++] = n.node;
    }
    return count;
}

static void lift_from(Identity *g, uint32_t first)
{
    for (uint32_t i = first; i <= identity_counts(g).last_barrier; i++) {
        assert_int_equal(identity_lift(g, i, NULL), PT_OK);
    }
}

/* Merged and split, and the do-not-link lifted: the same as if nothing had been, for all that
 * follows; while the do-not-link stands, the same for all reads. */
static void test_merge_then_split_is_as_never_merged(void **state)
{
    enum { HISTORIES = 600, EVENTS = 40 };
    (void)state;
    unsigned tried = 0;
    for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
        Both *a = both_after(seed, STEPS / 3), *b = both_after(seed, STEPS / 3);
        uint32_t x = a->naive.person[random_seen(a)], y = a->naive.person[random_seen(a)];
        uint32_t nodes[IDS], parted = 0;
        size_t count = nodes_of(a->graph, y, nodes);
        uint32_t barriers = identity_counts(a->graph).last_barrier;
        if (identity_merge(a->graph, x, y, NULL) == PT_OK) {
            assert_int_equal(identity_split(a->graph, nodes, count, &parted, NULL), PT_OK);
            require_same_parts(a->graph, b->graph);
            lift_from(a->graph, barriers + 1);
            for (int i = 0; i < EVENTS; i++) {
                NaiveEvent e = random_event(&b->rng);
                IdentityOutcome o = apply(a->graph, &e), other = apply(b->graph, &e);
                assert_int_equal(o.kind, other.kind);
                assert_int_equal(o.dropped, other.dropped);
                assert_int_equal(o.node, other.node);
            }
            require_same_parts(a->graph, b->graph);
            tried++;
        }
        both_free(a);
        both_free(b);
    }
    assert_true(tried > HISTORIES / 10);
}

/* ---- Order ------------------------------------------------------------------------------------
 */

enum { SHUFFLED = 30 };

/* Which events are one person's: of each, the first event of the same. Nothing may be dropped. */
static void cluster(const IdentityRules *rules, const NaiveEvent *events, const unsigned *order,
                    unsigned ret_first[static SHUFFLED])
{
    Identity *g = NULL;
    assert_int_equal(identity_new(rules, &g, NULL), PT_OK);
    for (unsigned i = 0; i < SHUFFLED; i++) {
        assert_int_equal(apply(g, &events[order[i]]).dropped, 0);
    }
    for (unsigned i = 0; i < SHUFFLED; i++) {
        uint32_t person = identity_person(g, node_of(g, events[i].ids[0]));
        ret_first[i] = 0;
        while (identity_person(g, node_of(g, events[ret_first[i]].ids[0])) != person) {
            ret_first[i]++;
        }
    }
    identity_free(g);
}

static void test_order_does_not_matter_where_no_limit_is_hit(void **state)
{
    enum { HISTORIES = 5 };
    (void)state;
    const char *soak = getenv("PATRON_SOAK");
    const int shuffles = soak != NULL && strcmp(soak, "1") == 0 ? 1000 : 100;
    const uint64_t seed = (uint64_t)time(NULL);
    IdentityRules *rules = rig_rules(wide);
    PtRng rng;
    print_message("seed %llu\n", (unsigned long long)seed);
    pt_rng_init(&rng, seed);
    for (int h = 0; h < HISTORIES; h++) {
        NaiveEvent events[SHUFFLED];
        unsigned order[SHUFFLED], want[SHUFFLED], got[SHUFFLED];
        for (unsigned i = 0; i < SHUFFLED; i++) {
            events[i] = random_event(&rng);
            events[i].count = events[i].count > 2 ? 2 : events[i].count; /* else all is one */
            order[i] = i;
        }
        cluster(rules, events, order, want);
        for (int s = 0; s < shuffles; s++) {
            for (unsigned i = SHUFFLED - 1; i > 0; i--) {
                unsigned other = (unsigned)pt_rng_below(&rng, i + 1), was = order[i];
                order[i] = order[other];
                order[other] = was;
            }
            cluster(rules, events, order, got);
            assert_memory_equal(got, want, sizeof got);
        }
    }
    identity_rules_free(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_the_naive_fold),
        cmocka_unit_test(test_modes_as_the_naive_fold),
        cmocka_unit_test(test_merge_then_split_is_as_never_merged),
        cmocka_unit_test(test_order_does_not_matter_where_no_limit_is_hit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
