// SPDX-License-Identifier: Apache-2.0
/* The policy of priorities: every cell of the default one, the edges of scopes and peaks, that no
 * reason lowers, what a document may not say, memory that runs out. */
#include "desk/policy_internal.h"

#include <fault/fault_alloc.h>

#include <stdio.h>
#include <string.h>

#include "base/test_rows.h"

enum { ARENA = 4 << 20 };

static PtArena *arena;
static DeskRules rules;

static int set_up(void **state)
{
    (void)state;
    arena = pt_arena_new(ARENA);
    return arena != NULL &&
                   desk_rules_read(pt_str(desk_policy_default), arena, &rules, NULL) == PT_OK
               ? 0
               : -1;
}

static int tear_down(void **state)
{
    (void)state;
    pt_arena_free(arena);
    return 0;
}

static unsigned priority(const DeskFacts *facts, int64_t now_ms)
{
    return desk_priority(&rules, facts, now_ms, NULL);
}

/* ---- Cells ------------------------------------------------------------------------------------
 */

/* Twelve cells each: scopes single, store, several, widespread; in each urgency high, medium, low.
 */
static struct CellCase {
    const char *name, *cells;
} cell_cases[] = {
    {"in_store_checkout", "234223111111"}, {"checkout", "234222111111"},
    {"online_shopping", "344233122111"},   {"loyalty", "345334223122"},
    {"stock_visibility", "345334223222"},  {"in_store_promotions", "455445334333"},
    {"anything_else", "345344233223"},
};
static const int64_t stores_of[DESK_SCOPES] = {1, 1, 2, 10};
static const int64_t tills_of[DESK_SCOPES] = {1, 2, 2, 10};

static void cells(void **state)
{
    const struct CellCase *c = *state;
    const PtStr touchpoint = pt_str(c->name);
    size_t at = 0;
    for (unsigned scope = 0; scope < DESK_SCOPES; scope++) {
        for (unsigned urgency = 0; urgency < DESK_LEVELS; urgency++) {
            const DeskFacts facts = {.touchpoints = &touchpoint,
                                     .touchpoint_count = 1,
                                     .stores = stores_of[scope],
                                     .tills = tills_of[scope],
                                     .impact = (DeskLevel)DESK_LEVEL_UNSET,
                                     .urgency = (DeskLevel)urgency};
            assert_int_equal(priority(&facts, 0), c->cells[at++] - '0');
        }
    }
}

static void impact_by_urgency(void **state)
{
    (void)state;
    static const char cells3[] = "123234345";
    DeskRules by_impact = rules;
    by_impact.method = DESK_BY_IMPACT;
    for (unsigned i = 0; i < DESK_LEVELS * DESK_LEVELS; i++) {
        const DeskFacts facts = {.impact = (DeskLevel)(i / 3), .urgency = (DeskLevel)(i % 3)};
        assert_int_equal(desk_priority(&by_impact, &facts, 0, NULL), cells3[i] - '0');
    }
    static const char by_scope[] = "4322"; // impact low, medium, high, high; urgency medium
    for (unsigned i = 0; i < DESK_SCOPES; i++) {
        const DeskFacts facts = {.stores = stores_of[i],
                                 .tills = tills_of[i],
                                 .impact = (DeskLevel)DESK_LEVEL_UNSET,
                                 .urgency = DESK_MEDIUM};
        assert_int_equal(desk_priority(&by_impact, &facts, 0, NULL), by_scope[i] - '0');
    }
}

/* ---- Rows of the category table ---------------------------------------------------------------
 */

static struct RowCase {
    const char *name, *touchpoint;
    unsigned floor, actions;
    int64_t escalate_min;
} row_cases[] = {
    {"pos_outage", "in_store_checkout", 1, 1U << DESK_ACT_MAJOR, 0},
    {"ecommerce_slow", "online_shopping", 1, 1U << DESK_ACT_PROBLEM, 10},
    {"loyalty_auth", "loyalty", 2, 0, 30},
    {"signage_offline", "in_store_promotions", 3, 0, 240},
    {"inventory_sync", "stock_visibility", 2, 1U << DESK_ACT_CHANGE, 60},
    {"payment_timeout", "checkout", 1, 1U << DESK_ACT_MAJOR | 1U << DESK_ACT_VENDOR, 0},
    {"till_fault", "in_store_checkout", 3, 0, 60},
};

static void row(void **state)
{
    const struct RowCase *c = *state;
    const DeskCategory *category = desk_rules_category(&rules, pt_str(c->name));
    assert_non_null(category);
    assert_true(pt_str_eq(category->touchpoint, pt_str(c->touchpoint)));
    assert_int_equal(category->actions, c->actions);
    assert_int_equal(category->escalate_min, c->escalate_min);
    // a floor: one customer, urgency low, and a label that says P5
    const DeskFacts facts = {
        .category = pt_str(c->name), .impact = DESK_LOW, .urgency = DESK_LOW, .label = 5};
    assert_int_equal(priority(&facts, 0), c->floor);
}

/* ---- Scopes -----------------------------------------------------------------------------------
 */

static struct ScopeCase {
    const char *name;
    int64_t stores, tills, customers;
    DeskScope want;
} scope_cases[] = {
    {"nothing is known", 0, 0, 0, DESK_SINGLE}, {"a till", 1, 1, 9, DESK_SINGLE},
    {"two tills", 1, 2, 0, DESK_STORE},         {"ten customers", 0, 0, 10, DESK_STORE},
    {"two stores", 2, 0, 0, DESK_SEVERAL},      {"nine tills", 1, 9, 99, DESK_STORE},
    {"ten tills", 1, 10, 0, DESK_SEVERAL},      {"100 customers", 0, 0, 100, DESK_SEVERAL},
    {"nine stores", 9, 49, 999, DESK_SEVERAL},  {"ten stores", 10, 0, 0, DESK_WIDESPREAD},
    {"50 tills", 0, 50, 0, DESK_WIDESPREAD},    {"1000 customers", 0, 0, 1000, DESK_WIDESPREAD},
};

static void scope(void **state)
{
    const struct ScopeCase *c = *state;
    const DeskFacts facts = {.stores = c->stores, .tills = c->tills, .customers = c->customers};
    assert_int_equal(desk_scope(&rules, &facts), c->want);
}

/* ---- Reasons ----------------------------------------------------------------------------------
 */

static void the_explanation_names_every_reason(void **state)
{
    (void)state;
    static const char want[] =
        "{\"reasons\":[{\"rule\":\"category\",\"row\":\"till_fault\",\"priority\":3},"
        "{\"rule\":\"matrix\",\"touchpoint\":\"in_store_checkout\",\"scope\":\"store\","
        "\"urgency\":\"medium\",\"priority\":2},{\"rule\":\"label\",\"priority\":4},"
        "{\"rule\":\"peak\",\"name\":\"Sale\",\"raise\":1,\"from\":2,\"priority\":1}],"
        "\"priority\":1,\"because\":\"peak\"}";
    DeskPeak peaks[] = {{.name = PT_STR("Sale"), .from_ms = 1000, .to_ms = 2000, .raise = 1}};
    const DeskFacts facts = {.category = PT_STR("till_fault"),
                             .tills = 2,
                             .impact = (DeskLevel)DESK_LEVEL_UNSET,
                             .urgency = (DeskLevel)DESK_LEVEL_UNSET,
                             .label = 4};
    PtBuf why;
    rules.peaks = peaks;
    rules.peak_count = 1;
    pt_buf_init(&why, 4096);
    assert_int_equal(desk_priority(&rules, &facts, 1000, &why), 1);
    assert_int_equal(why.len, strlen(want));
    assert_memory_equal(why.data, want, why.len);
    pt_buf_done(&why);
    assert_int_equal(priority(&facts, 999), 2);
    assert_int_equal(priority(&facts, 1999), 1);
    assert_int_equal(priority(&facts, 2000), 2);
}

static void the_strongest_touchpoint_and_peak_count(void **state)
{
    (void)state;
    const PtStr touchpoints[] = {PT_STR("in_store_promotions"), PT_STR("loyalty")};
    DeskPeak peaks[] = {{.name = PT_STR("a"),
                         .to_ms = 9,
                         .raise = 1,
                         .touchpoints = touchpoints,
                         .touchpoint_count = 1},
                        {.name = PT_STR("b"),
                         .to_ms = 9,
                         .raise = 4,
                         .touchpoints = &touchpoints[1],
                         .touchpoint_count = 1}};
    DeskFacts facts = {.touchpoints = touchpoints, .touchpoint_count = 2, .urgency = DESK_MEDIUM};
    assert_int_equal(priority(&facts, 5), 4);
    rules.peaks = peaks;
    rules.peak_count = 2;
    assert_int_equal(priority(&facts, 5), 1);
    facts.touchpoint_count = 1;
    assert_int_equal(priority(&facts, 5), 4);
}

/* Of all facts: more of anything never makes it less urgent. */
static void nothing_lowers(void **state)
{
    (void)state;
    static const int64_t counts[] = {0, 1, 2, 10, 50};
    for (size_t i = 0; i < rules.category_count; i++) {
        for (unsigned u = 0; u < DESK_LEVELS; u++) {
            unsigned before = 5;
            for (size_t n = 0; n < sizeof counts / sizeof *counts; n++) {
                DeskFacts facts = {.category = rules.categories[i].id,
                                   .stores = counts[n],
                                   .urgency = (DeskLevel)u};
                const unsigned now = priority(&facts, 0);
                assert_true(now <= before && now <= rules.categories[i].floor);
                for (facts.label = 1; facts.label <= 5; facts.label++) {
                    const unsigned labelled = priority(&facts, 0);
                    assert_int_equal(labelled, facts.label < now ? facts.label : now);
                }
                before = now;
            }
        }
    }
}

/* ---- Reading ----------------------------------------------------------------------------------
 */

#define REACH  "\"store\":{\"tills\":2},\"several\":{\"stores\":2},\"widespread\":{\"stores\":9}"
#define ROWS   "\"single\":[1,2,3],\"store\":[1,2,3],\"several\":[1,2,3],\"widespread\":[1,2,3]"
#define IMPACT "\"impact_urgency\":[[1,2,3],[2,3,4],[3,4,5]]"
#define POLICY(touchpoints, categories, more)                                                      \
    "{\"scopes\":{" REACH "},\"touchpoints\":{" touchpoints "}," IMPACT                            \
    ",\"categories\":[" categories "]" more "}"

static struct ReadCase {
    const char *name, *json, *want; /* NULL: it reads */
} read_cases[] = {
    {"the smallest", POLICY("", "", ""), NULL},
    {"a row", POLICY("\"*\":{" ROWS "}", "{\"id\":\"a\",\"name\":\"A\",\"floor\":1}", ""), NULL},
    {"no object", "[]", "/: not an object"},
    {"no JSON", "{\"scopes\":", "byte"},
    {"more behind it", POLICY("", "", "") "x", "byte"},
    {"a member is missing", "{\"scopes\":{" REACH "}}", "/: \"touchpoints\" is missing"},
    {"an unknown member", POLICY("", "", ",\"x\":1"), "/x: is no member here"},
    {"a member twice", POLICY("", "", ",\"peaks\":[],\"peaks\":[]"), "/peaks: stands twice"},
    {"floor 0", POLICY("", "{\"id\":\"a\",\"name\":\"A\",\"floor\":0}", ""),
     "/categories/0/floor: not a whole number 1..5"},
    {"floor 6", POLICY("", "{\"id\":\"a\",\"name\":\"A\",\"floor\":6}", ""),
     "/categories/0/floor: not a whole number 1..5"},
    {"an id of capitals", POLICY("", "{\"id\":\"A\",\"name\":\"A\",\"floor\":1}", ""),
     "/categories/0/id: not a-z, 0-9 and _"},
    {"an id twice",
     POLICY("",
            "{\"id\":\"a\",\"name\":\"A\",\"floor\":1},{\"id\":\"a\",\"name\":\"B\",\"floor\":1}",
            ""),
     "/categories: \"a\" stands twice"},
    {"an unknown action",
     POLICY("", "{\"id\":\"a\",\"name\":\"A\",\"floor\":1,\"actions\":[\"x\"]}", ""),
     "/categories/0/actions/0: not one of major_incident, problem, change, vendor"},
    {"two cells", POLICY("\"a\":{\"single\":[1,2]}", "", ""),
     "/touchpoints/a/single: not three priorities"},
    {"four cells", POLICY("\"a\":{\"single\":[1,2,3,4]}", "", ""),
     "/touchpoints/a/single: has over 3 items"},
    {"a scope is missing", POLICY("\"a\":{}", "", ""), "/touchpoints/a: \"single\" is missing"},
    {"a touchpoint twice", POLICY("\"a\":{" ROWS "},\"a\":{" ROWS "}", "", ""),
     "/touchpoints/a: stands twice"},
    {"a touchpoint's name", POLICY("\"A b\":{" ROWS "}", "", ""), "/touchpoints/A b: not *"},
    {"a peak that ends as it begins",
     POLICY("", "", ",\"peaks\":[{\"name\":\"x\",\"from\":\"2026-01-01\",\"to\":\"2026-01-01\"}]"),
     "/peaks/0: \"to\" is not behind \"from\""},
    {"a peak's time",
     POLICY("", "", ",\"peaks\":[{\"name\":\"x\",\"from\":\"soon\",\"to\":\"2026-01-01\"}]"),
     "/peaks/0/from: not an RFC 3339 time"},
    {"a raise of 5",
     POLICY(
         "", "",
         ",\"peaks\":[{\"name\":\"x\",\"from\":\"2026-01-01\",\"to\":\"2026-01-02\",\"raise\":5}]"),
     "/peaks/0/raise: not a whole number 1..4"},
    {"a method", POLICY("", "", ",\"method\":\"dice\""),
     "/method: not one of touchpoint, impact_urgency"},
};

static void reads(void **state)
{
    const struct ReadCase *c = *state;
    DeskRules read;
    PtError err = {0};
    PtStatus st = desk_rules_read(pt_str(c->json), arena, &read, &err);
    if (c->want == NULL) {
        assert_int_equal(st, PT_OK);
    } else {
        assert_int_equal(st, PT_INVALID);
        assert_non_null(strstr(err.message, c->want));
    }
}

static void a_document_has_a_bound(void **state)
{
    (void)state;
    static char text[DESK_POLICY_BYTES + 2];
    DeskRules read;
    memset(text, ' ', sizeof text - 1);
    memcpy(text, POLICY("", "", ""), sizeof(POLICY("", "", "")) - 1);
    assert_int_equal(desk_rules_read((PtStr){text, DESK_POLICY_BYTES}, arena, &read, NULL), PT_OK);
    assert_int_equal(desk_rules_read((PtStr){text, DESK_POLICY_BYTES + 1}, arena, &read, NULL),
                     PT_TOO_LARGE);
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    PtStatus st = PT_NO_MEMORY;
    for (uint64_t i = 1; st != PT_OK; i++) {
        DeskRules read;
        PtArena *own = pt_arena_new(ARENA);
        assert_true(i < 1000 && own != NULL);
        fault_alloc_fail(i, 0);
        st = desk_rules_read(pt_str(desk_policy_default), own, &read, NULL);
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || st == PT_NO_MEMORY);
        pt_arena_free(own);
    }
}

int main(void)
{
    struct CMUnitTest tests[80];
    size_t n = 0;
    const struct CMUnitTest others[] = {
        cmocka_unit_test(impact_by_urgency),
        cmocka_unit_test(the_explanation_names_every_reason),
        cmocka_unit_test(the_strongest_touchpoint_and_peak_count),
        cmocka_unit_test(nothing_lowers),
        cmocka_unit_test(a_document_has_a_bound),
        cmocka_unit_test(without_memory_it_says_so),
    };
    memcpy(tests, others, sizeof others);
    n = PT_COUNT(others);
    PT_TEST_ROWS(tests, n, cell_cases, cells);
    PT_TEST_ROWS(tests, n, row_cases, row);
    PT_TEST_ROWS(tests, n, scope_cases, scope);
    PT_TEST_ROWS(tests, n, read_cases, reads);
    for (size_t i = 0; i < n; i++) {
        tests[i].setup_func = set_up;
        tests[i].teardown_func = tear_down;
    }
    return _cmocka_run_group_tests("tests", tests, n, NULL, NULL);
}
