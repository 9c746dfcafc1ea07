// SPDX-License-Identifier: Apache-2.0
/* Two ways of putting identifiers together, compared. */
#include "profiles/preview.h"

#include "base/test_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODES_MAX = 100 };

/* Persons of the nodes 1, 2, ... as letters, before and after; '-' has no place there. */
static struct CompareCase {
    const char *name, *before, *after;
    uint64_t parted, joined;
    const char *want; /* examples: p or j, the one, the several with their nodes */
} cases[] = {
    {"nobody", "", "", 0, 0, ""},
    {"the same", "aabc", "aabc", 0, 0, ""},
    {"the same under other numbers", "aabc", "ccab", 0, 0, ""},
    {"one is parted", "aab", "abc", 1, 0, "p1[1 2]:1[1]2[2];"},
    {"two are joined", "abc", "aab", 0, 1, "j1[1 2]:1[1]2[2];"},
    {"parted and joined", "aabb", "abba", 2, 2,
     "p1[1 2]:1[1]2[2];p2[3 4]:2[3]1[4];j2[2 3]:1[2]2[3];j1[1 4]:1[1]2[4];"},
    {"what only one side has is not compared", "aaab", "a--b", 0, 0, ""},
    {"and parts nobody", "aa-", "a-a", 0, 0, ""},
    {"into three", "aaaa", "abca", 1, 0, "p1[1 2 3 4]:1[1 4]2[2]3[3];"},
};

static uint32_t person_of(char c)
{
    return c == '-' ? 0 : (uint32_t)(c - 'a' + 1);
}

static void write_list(PtBuf *out, const uint32_t *nodes, uint64_t count)
{
    pt_buf_add_char(out, '[');
    for (uint64_t i = 0; i < count && i < PROFILE_PREVIEW_NODES; i++) {
        pt_buf_printf(out, "%s%u", i > 0 ? " " : "", nodes[i]);
    }
    pt_buf_add_char(out, ']');
}

static void write_example(PtBuf *out, const CompareExample *e, bool joined)
{
    assert_int_equal(e->joined, joined);
    pt_buf_printf(out, "%c%u", joined ? 'j' : 'p', e->one);
    write_list(out, e->list, e->nodes);
    pt_buf_add_char(out, ':');
    for (size_t i = 0; i < e->count; i++) {
        pt_buf_printf(out, "%u", e->several[i]);
        write_list(out, e->several_list[i], e->several_nodes[i]);
    }
    pt_buf_add_char(out, ';');
}

static void test_compare(void **state)
{
    const struct CompareCase *c = *state;
    CompareNode nodes[NODES_MAX] = {{0, 0}};
    Compared got;
    PtBuf text;
    const uint32_t count = (uint32_t)strlen(c->before);
    for (uint32_t n = 1; n <= count; n++) {
        nodes[n] = (CompareNode){person_of(c->before[n - 1]), person_of(c->after[n - 1])};
    }
    assert_int_equal(preview_compare(nodes, count, 26, 26, &got, NULL), PT_OK);
    assert_int_equal(got.parted, c->parted);
    assert_int_equal(got.joined, c->joined);
    pt_buf_init(&text, 10000);
    for (size_t i = 0; i < got.parted_shown; i++) {
        write_example(&text, &got.examples[i], false);
    }
    for (size_t i = 0; i < got.joined_shown; i++) {
        write_example(&text, &got.examples[PROFILE_PREVIEW_EXAMPLES + i], true);
    }
    pt_buf_add_char(&text, '\0');
    assert_string_equal(text.data, c->want);
    pt_buf_done(&text);
}

/* `persons` persons of two nodes each, all of them parted. */
static void compare_pairs(uint32_t persons, Compared *ret_compared)
{
    CompareNode *nodes = calloc(2 * persons + 1, sizeof *nodes);
    assert_non_null(nodes);
    for (uint32_t n = 1; n <= 2 * persons; n++) {
        nodes[n] = (CompareNode){(n + 1) / 2, n};
    }
    assert_int_equal(preview_compare(nodes, 2 * persons, persons, 2 * persons, ret_compared, NULL),
                     PT_OK);
    free(nodes);
}

static void test_examples_are_bounded(void **state)
{
    Compared got;
    (void)state;
    compare_pairs(PROFILE_PREVIEW_EXAMPLES, &got);
    assert_int_equal(got.parted, PROFILE_PREVIEW_EXAMPLES);
    assert_int_equal(got.parted_shown, PROFILE_PREVIEW_EXAMPLES);
    assert_int_equal(got.examples[PROFILE_PREVIEW_EXAMPLES - 1].one, PROFILE_PREVIEW_EXAMPLES);
    compare_pairs(300, &got); /* more than a mark tells apart */
    assert_int_equal(got.parted, 300);
    assert_int_equal(got.parted_shown, PROFILE_PREVIEW_EXAMPLES);
    assert_int_equal(got.joined, 0);
}

/* One person of `count` nodes, each of somebody else after. */
static void test_persons_and_nodes_of_an_example_are_bounded(void **state)
{
    enum { COUNT = 25 };
    CompareNode nodes[COUNT + 1] = {{0, 0}};
    Compared got;
    (void)state;
    for (uint32_t n = 1; n <= COUNT; n++) {
        nodes[n] = (CompareNode){1, n};
    }
    assert_int_equal(preview_compare(nodes, COUNT, 1, COUNT, &got, NULL), PT_OK);
    assert_int_equal(got.examples[0].nodes, COUNT);
    assert_int_equal(got.examples[0].shown, PROFILE_PREVIEW_NODES);
    assert_int_equal(got.examples[0].count, PROFILE_PREVIEW_PERSONS);
    assert_int_equal(got.examples[0].others, COUNT - PROFILE_PREVIEW_PERSONS);
}

int main(void)
{
    static struct CMUnitTest tests[PT_COUNT(cases) + 2];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, cases, test_compare);
    const struct CMUnitTest others[] = {
        cmocka_unit_test(test_examples_are_bounded),
        cmocka_unit_test(test_persons_and_nodes_of_an_example_are_bounded),
    };
    memcpy(tests + n, others, sizeof others);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
