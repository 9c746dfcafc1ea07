// SPDX-License-Identifier: Apache-2.0
/* Random histories of decisions, merges and splits against a naive fold that reads like the rules:
 * what is allowed after each step, after a start anew and after a replay. */
#include "base/rng.h"
#include "profiles/consent_internal.h"
#include "profiles/view_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/test_rows.h>

enum { NODES = 5, PURPOSES = 3, HISTORIES = 6, STEPS = 40, ARENA = 16 << 20 };

static const char *const purposes[PURPOSES] = {"analytics", "essential", "advertising"};
static const bool allowed_by_default[PURPOSES] = {false, true, false};
static const AuditActor staff = {.kind = AUDIT_ACCOUNT, .id = "acc-1", .name = "Mia Berg"};

/* ---- The naive fold ---------------------------------------------------------------------------
 */

typedef enum Said { NOTHING, GRANTED, REFUSED } Said;

typedef struct Naive {
    unsigned person[NODES];     /* equal: one person */
    Said said[NODES][PURPOSES]; /* the newest of each */
    bool seen[NODES];
} Naive;

static Said fold(const Naive *n, unsigned person, unsigned purpose)
{
    Said strictest = NOTHING;
    for (unsigned i = 0; i < NODES; i++) {
        if (n->person[i] == person && n->said[i][purpose] > strictest) {
            strictest = n->said[i][purpose];
        }
    }
    return strictest;
}

static void say(Naive *n, unsigned node, unsigned purpose, Said said, bool declared)
{
    const unsigned person = n->person[node];
    const Said now = fold(n, person, purpose);
    if (!declared && (now == REFUSED || now == said)) {
        return;
    }
    for (unsigned i = 0; i < NODES; i++) {
        if (n->seen[i] && n->person[i] == person) {
            n->said[i][purpose] = said;
        }
    }
}

static bool allows(const Naive *n, unsigned node, unsigned purpose)
{
    const Said said = fold(n, n->person[node], purpose);
    return said == NOTHING ? allowed_by_default[purpose] : said == GRANTED;
}

/* ---- The steps --------------------------------------------------------------------------------
 */

static RigBase base;
static PtFs *fs;
static ViewRig rig;
static PtRng rng;
static Naive naive;

static const char *id_of(unsigned node)
{
    char value[8];
    (void)snprintf(value, sizeof value, "a%u", node);
    return view_rig_person(&rig, "anonymous_id", value);
}

static void sends(unsigned node, const char *more)
{
    char body[512];
    (void)snprintf(body, sizeof body, "{\"anonymousId\":\"a%u\",%s}", node, more);
    view_rig_send(&rig, EVENT_TRACK, body);
    naive.seen[node] = true;
}

static void declares(unsigned node, unsigned purpose, Said said)
{
    char more[256];
    (void)snprintf(
        more, sizeof more,
        "\"event\":\"Consent Changed\",\"properties\":{\"purpose\":\"%s\",\"granted\":%s}",
        purposes[purpose], said == GRANTED ? "true" : "false");
    sends(node, more);
    say(&naive, node, purpose, said, true);
}

static void carries(unsigned node, unsigned purpose, Said said)
{
    char more[256];
    (void)snprintf(
        more, sizeof more,
        "\"event\":\"Seen\",\"context\":{\"consent\":{\"categoryPreferences\":{\"%s\":%s}}}",
        purposes[purpose], said == GRANTED ? "true" : "false");
    sends(node, more);
    say(&naive, node, purpose, said, false);
}

static void decides(unsigned node, unsigned purpose, Said said)
{
    const ConsentChoice choice = {pt_str(purposes[purpose]), said == GRANTED};
    const ConsentSaid given = {
        .choices = &choice, .count = 1, .via = CONSENT_VIA_STAFF, .evidence = PT_STR("call")};
    PtError err = {0};
    assert_int_equal(consent_decide(rig.profiles, &staff, pt_str(id_of(node)), &given, &err),
                     PT_OK);
    say(&naive, node, purpose, said, true);
}

/* A do-not-link may forbid it. */
static void merges(unsigned a, unsigned b)
{
    PtError err = {0};
    if (naive.person[a] == naive.person[b]) {
        return;
    }
    if (profiles_merge(rig.profiles, &staff, pt_str(id_of(a)), pt_str(id_of(b)), PT_STR("same"),
                       &err) == PT_OK) {
        const unsigned from = naive.person[b];
        for (unsigned i = 0; i < NODES; i++) {
            naive.person[i] = naive.person[i] == from ? naive.person[a] : naive.person[i];
        }
    }
}

static uint32_t number_of(unsigned node)
{
    char value[8];
    (void)snprintf(value, sizeof value, "a%u", node);
    return identity_find(rig.profiles->graph, PT_STR("anonymous_id"), pt_str(value));
}

static void splits(unsigned node)
{
    const uint32_t number = number_of(node);
    unsigned others = 0, highest = 0;
    PtError err = {0};
    for (unsigned i = 0; i < NODES; i++) {
        others += i != node && naive.person[i] == naive.person[node];
        highest = naive.person[i] > highest ? naive.person[i] : highest;
    }
    if (others > 0) {
        assert_int_equal(profiles_split(rig.profiles, &staff, pt_str(id_of(node)), &number, 1,
                                        PT_STR("two"), &err),
                         PT_OK);
        naive.person[node] = highest + 1;
    }
}

static void step(void)
{
    const unsigned a = (unsigned)pt_rng_below(&rng, NODES), b = (unsigned)pt_rng_below(&rng, NODES);
    const unsigned purpose = (unsigned)pt_rng_below(&rng, PURPOSES);
    const Said said = pt_rng_below(&rng, 2) == 0 ? GRANTED : REFUSED;
    switch (pt_rng_below(&rng, 8)) {
    case 0:
    case 1:
        declares(a, purpose, said);
        break;
    case 2:
    case 3:
        carries(a, purpose, said);
        break;
    case 4:
        decides(a, purpose, said);
        break;
    case 5:
    case 6:
        merges(a, b);
        break;
    default:
        splits(a);
        break;
    }
}

static void check(unsigned history, unsigned at)
{
    for (unsigned node = 0; node < NODES; node++) {
        for (unsigned purpose = 0; purpose < PURPOSES; purpose++) {
            const PtStr asked = pt_str(purposes[purpose]);
            bool allowed = false;
            PtStr forbids;
            assert_int_equal(consent_allows_person(rig.profiles, pt_str(id_of(node)), &asked, 1,
                                                   &allowed, &forbids),
                             PT_OK);
            if (allowed != allows(&naive, node, purpose)) {
                fail_msg("history %u, step %u: a%u for %s is %d", history, at, node,
                         purposes[purpose], allowed);
            }
        }
    }
}

/* What is shown, from the tables, is what is asked, from memory. */
static void check_shown(void)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA);
    for (unsigned node = 0; node < NODES; node++) {
        ConsentOfPurpose *states;
        size_t count = 0;
        PtError err = {0};
        assert_int_equal(
            consent_of(rig.profiles, pt_str(id_of(node)), arena, &states, &count, &err), PT_OK);
        for (unsigned purpose = 0; purpose < PURPOSES; purpose++) {
            const Said said = fold(&naive, naive.person[node], purpose);
            const ConsentState want = said == GRANTED               ? CONSENT_GRANTED
                                      : said == REFUSED             ? CONSENT_REFUSED
                                      : allowed_by_default[purpose] ? CONSENT_DEFAULT_GRANTED
                                                                    : CONSENT_DEFAULT_REFUSED;
            for (size_t i = 0; i < count; i++) {
                if (pt_str_eq(states[i].purpose, pt_str(purposes[purpose]))) {
                    assert_int_equal(states[i].state, want);
                }
            }
        }
    }
}

static void open_rig(uint64_t seed)
{
    PtSqlTx *tx = NULL;
    PtError err = {0};
    assert_true(rig_base_open(&base));
    assert_int_equal(pt_sql_begin(base.sql, true, &tx, &err), PT_OK);
    assert_int_equal(pt_sql_run(tx, "DELETE FROM feed", &err), PT_OK); // of its sources
    assert_int_equal(pt_sql_commit(&tx, &err), PT_OK);
    fs = fault_fs_new(seed);
    assert_non_null(fs);
    view_rig_open(&rig, &base, fs);
}

static void close_rig(void)
{
    view_rig_done(&rig);
    fault_fs_free(fs);
    rig_base_close(&base);
}

static void random_histories(void **state)
{
    (void)state;
    for (unsigned history = 0; history < HISTORIES; history++) {
        open_rig(history + 1);
        pt_rng_init(&rng, 4711 + history);
        naive = (Naive){.said = {{NOTHING}}};
        for (unsigned i = 0; i < NODES; i++) {
            naive.person[i] = i + 1;
            sends(i, "\"event\":\"Seen\"");
        }
        for (unsigned i = 0; i < STEPS; i++) {
            view_rig_run(&rig);
            check(history, i);
            step();
        }
        view_rig_run(&rig);
        check(history, STEPS);
        check_shown();
        char *before = view_rig_dump(&rig);
        view_rig_close(&rig);
        view_rig_reopen(&rig);
        check(history, STEPS);
        view_rig_rebuild(&rig);
        check(history, STEPS);
        char *after = view_rig_dump(&rig);
        assert_string_equal(before, after);
        free(before);
        free(after);
        close_rig();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_histories)};
    return cmocka_run_group_tests_name("profiles/consent_property", tests, NULL, NULL);
}
