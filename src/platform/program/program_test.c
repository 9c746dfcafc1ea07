// SPDX-License-Identifier: Apache-2.0
#include "platform/program.h"

#include "base/rng.h"
#include "base/test_rows.h"

#include <math.h>
#include <stdlib.h>

/* ---- Values ---------------------------------------------------------------------------------- */

#define NONE     {.kind = PT_VALUE_NONE}
#define WHOLE    {.kind = PT_VALUE_WHOLE}
#define TRUTH(v) {.kind = PT_VALUE_BOOL, .truth = (v)}
#define NUM(v)   {.kind = PT_VALUE_NUMBER, .number = (v)}
#define TIME(v)  {.kind = PT_VALUE_TIME, .time_ms = (v)}
#define TEXT(v)  {.kind = PT_VALUE_TEXT, .text = PT_STR_INIT(v)}

static struct CompareCase {
    const char *name;
    PtCompare how;
    PtValue constant, value;
    bool want;
} compare_cases[] = {
    {"equal texts", PT_COMPARE_EQ, TEXT("Gold"), TEXT("Gold"), true},
    {"texts in another case", PT_COMPARE_EQ, TEXT("Gold"), TEXT("gold"), false},
    {"texts in another case, folded", PT_COMPARE_EQ_FOLDED, TEXT("GOLD"), TEXT("goLd"), true},
    {"folded leaves other letters alone", PT_COMPARE_EQ_FOLDED, TEXT("Ä"), TEXT("ä"), false},
    {"folded, one byte more", PT_COMPARE_EQ_FOLDED, TEXT("gold"), TEXT("golds"), false},
    {"empty texts", PT_COMPARE_EQ, TEXT(""), TEXT(""), true},
    {"empty texts, folded", PT_COMPARE_EQ_FOLDED, TEXT(""), TEXT(""), true},
    {"equal numbers", PT_COMPARE_EQ, NUM(0.5), NUM(0.5), true},
    {"minus zero", PT_COMPARE_EQ, NUM(0.0), NUM(-0.0), true},
    {"a number and a text", PT_COMPARE_EQ, NUM(1), TEXT("1"), false},
    {"a truth", PT_COMPARE_EQ, TRUTH(true), TRUTH(true), true},
    {"the other truth", PT_COMPARE_EQ, TRUTH(true), TRUTH(false), false},
    {"a truth and a number", PT_COMPARE_EQ, TRUTH(true), NUM(1), false},
    {"equal times", PT_COMPARE_EQ, TIME(5), TIME(5), true},
    {"a time and a number", PT_COMPARE_EQ, TIME(5), NUM(5), false},
    {"nothing is there", PT_COMPARE_EQ, TEXT(""), NONE, false},
    {"an object equals nothing", PT_COMPARE_EQ, TEXT(""), WHOLE, false},
    {"less", PT_COMPARE_LT, NUM(2), NUM(1.999), true},
    {"less: equal", PT_COMPARE_LT, NUM(2), NUM(2), false},
    {"at most: equal", PT_COMPARE_LE, NUM(2), NUM(2), true},
    {"at most: more", PT_COMPARE_LE, NUM(2), NUM(2.001), false},
    {"more", PT_COMPARE_GT, NUM(2), NUM(2.001), true},
    {"more: equal", PT_COMPARE_GT, NUM(2), NUM(2), false},
    {"at least: equal", PT_COMPARE_GE, NUM(2), NUM(2), true},
    {"at least: less", PT_COMPARE_GE, NUM(2), NUM(1.999), false},
    {"earlier", PT_COMPARE_LT, TIME(10), TIME(9), true},
    {"earlier: equal", PT_COMPARE_LT, TIME(10), TIME(10), false},
    {"later: equal", PT_COMPARE_GT, TIME(10), TIME(10), false},
    {"later", PT_COMPARE_GT, TIME(10), TIME(11), true},
    {"at least of a text", PT_COMPARE_GE, NUM(2), TEXT("3"), false},
    {"contains", PT_COMPARE_CONTAINS, TEXT("RED s"), TEXT("Dark red shoe"), true},
    {"contains at the end", PT_COMPARE_CONTAINS, TEXT("shoe"), TEXT("Dark red SHOE"), true},
    {"contains all of it", PT_COMPARE_CONTAINS, TEXT("shoe"), TEXT("Shoe"), true},
    {"contains: one byte short", PT_COMPARE_CONTAINS, TEXT("shoes"), TEXT("red shoe"), false},
    {"contains the empty text", PT_COMPARE_CONTAINS, TEXT(""), TEXT(""), true},
    {"contains of a number", PT_COMPARE_CONTAINS, TEXT("1"), NUM(1), false},
    {"begins", PT_COMPARE_BEGINS, TEXT("sku-"), TEXT("SKU-17"), true},
    {"begins with all of it", PT_COMPARE_BEGINS, TEXT("sku-17"), TEXT("SKU-17"), true},
    {"begins: longer than it", PT_COMPARE_BEGINS, TEXT("sku-17"), TEXT("SKU-1"), false},
    {"begins in the middle", PT_COMPARE_BEGINS, TEXT("17"), TEXT("SKU-17"), false},
    {"ends", PT_COMPARE_ENDS, TEXT(".DE"), TEXT("a@example.de"), true},
    {"ends with nothing", PT_COMPARE_ENDS, TEXT(""), TEXT("x"), true},
    {"ends: longer than it", PT_COMPARE_ENDS, TEXT("xx"), TEXT("x"), false},
    {"ends in the middle", PT_COMPARE_ENDS, TEXT("exam"), TEXT("example"), false},
};

static PtProgram *new_program(void)
{
    PtProgram *p = NULL;
    assert_int_equal(pt_program_new(&p, NULL), PT_OK);
    return p;
}

static void compare_case(void **state)
{
    const struct CompareCase *c = *state;
    PtProgram *p = new_program();
    assert_int_equal(pt_program_compare(p, 0, c->how, &c->constant, NULL), PT_OK);
    assert_int_equal(pt_program_end(p, NULL), PT_OK);
    assert_int_equal(pt_program_run(p, &c->value), c->want);
    assert_int_equal(pt_program_slots(p), 1);
    pt_program_free(p);
}

static void there(void **state)
{
    static const PtValue values[] = {NONE, WHOLE, TEXT(""), TRUTH(false), NUM(0), TIME(0)};
    (void)state;
    PtProgram *p = new_program();
    assert_int_equal(pt_program_compare(p, 0, PT_COMPARE_THERE, NULL, NULL), PT_OK);
    assert_int_equal(pt_program_end(p, NULL), PT_OK);
    for (size_t i = 0; i < PT_COUNT(values); i++) {
        assert_int_equal(pt_program_run(p, &values[i]), i > 0);
    }
    pt_program_free(p);
}

static void contains_in_a_long_text(void **state)
{
    enum { LONG = 40000, NEEDLE = 4096 };
    (void)state;
    char *text = malloc(LONG), *needle = malloc(NEEDLE + 1);
    assert_true(text != NULL && needle != NULL);
    memset(needle, 'b', NEEDLE + 1);
    const PtValue constant = {.kind = PT_VALUE_TEXT, .text = {needle, NEEDLE}};
    const PtValue over = {.kind = PT_VALUE_TEXT, .text = {needle, NEEDLE + 1}};
    const PtValue value = {.kind = PT_VALUE_TEXT, .text = {text, LONG}};
    PtProgram *p = new_program();
    assert_int_equal(pt_program_compare(p, 0, PT_COMPARE_CONTAINS, &over, NULL), PT_TOO_LARGE);
    pt_program_free(p);
    p = new_program();
    assert_int_equal(pt_program_compare(p, 0, PT_COMPARE_CONTAINS, &constant, NULL), PT_OK);
    assert_int_equal(pt_program_end(p, NULL), PT_OK);
    for (size_t at = 0; at <= LONG - NEEDLE; at += 997) { // over every seam of pieces
        memset(text, 'a', LONG);
        memset(text + at, 'B', NEEDLE);
        assert_true(pt_program_run(p, &value));
        text[at + NEEDLE / 2] = 'c';
        assert_false(pt_program_run(p, &value));
    }
    pt_program_free(p);
    free(text);
    free(needle);
}

/* ---- Lists ----------------------------------------------------------------------------------- */

static void among(void **state)
{
    static const PtValue list[] = {TEXT("Berlin"), NUM(3),  TEXT("Paris"), TRUTH(true),
                                   NUM(-1),        TIME(7), TEXT("Rome"),  TEXT("")};
    static const struct {
        PtValue value;
        bool exact, folded;
    } rows[] = {
        {TEXT("Berlin"), true, true}, {TEXT("berlin"), false, true}, {TEXT("ROME"), false, true},
        {TEXT("Rom"), false, false},  {TEXT(""), true, true},        {NUM(3), true, true},
        {NUM(2), false, false},       {NUM(-1), true, true},         {TRUTH(true), true, true},
        {TRUTH(false), false, false}, {TIME(7), true, true},         {TIME(8), false, false},
        {NONE, false, false},         {WHOLE, false, false},
    };
    (void)state;
    for (int folded = 0; folded < 2; folded++) {
        PtProgram *p = new_program();
        assert_int_equal(pt_program_among(p, 0, folded ? PT_COMPARE_EQ_FOLDED : PT_COMPARE_EQ, list,
                                          PT_COUNT(list), NULL),
                         PT_OK);
        assert_int_equal(pt_program_end(p, NULL), PT_OK);
        for (size_t i = 0; i < PT_COUNT(rows); i++) {
            assert_int_equal(pt_program_run(p, &rows[i].value),
                             folded ? rows[i].folded : rows[i].exact);
        }
        pt_program_free(p);
    }
}

static void among_nothing(void **state)
{
    static const PtValue value = TEXT("x");
    (void)state;
    PtProgram *p = new_program();
    assert_int_equal(pt_program_among(p, 0, PT_COMPARE_EQ, NULL, 0, NULL), PT_OK);
    assert_int_equal(pt_program_end(p, NULL), PT_OK);
    assert_false(pt_program_run(p, &value));
    pt_program_free(p);
}

/* ---- Joined: against an evaluator that keeps a stack ----------------------------------------- */

enum { SLOTS = 6, PUSHES = 24 };

typedef struct Oracle {
    PtValue values[SLOTS];
    bool stack[PUSHES];
    size_t depth;
} Oracle;

static void push_random(PtRng *rng, PtProgram *p, Oracle *o)
{
    const uint64_t what = pt_rng_below(rng, o->depth > 0 ? 8 : 5);
    if (what < 4) {
        const uint32_t slot = (uint32_t)pt_rng_below(rng, SLOTS);
        const PtValue constant = NUM((double)pt_rng_below(rng, 3));
        assert_int_equal(pt_program_compare(p, slot, PT_COMPARE_LE, &constant, NULL), PT_OK);
        o->stack[o->depth++] =
            o->values[slot].kind == PT_VALUE_NUMBER && o->values[slot].number <= constant.number;
    } else if (what == 4) {
        o->stack[o->depth++] = pt_rng_below(rng, 2) == 0;
        assert_int_equal(pt_program_constant(p, o->stack[o->depth - 1], NULL), PT_OK);
    } else if (what == 5) {
        assert_int_equal(pt_program_not(p, NULL), PT_OK);
        o->stack[o->depth - 1] = !o->stack[o->depth - 1];
    } else {
        const size_t count = pt_rng_below(rng, o->depth + 1);
        const bool all = what == 6;
        bool joined = all;
        for (size_t i = 0; i < count; i++) {
            const bool item = o->stack[--o->depth];
            joined = all ? joined && item : joined || item;
        }
        assert_int_equal(all ? pt_program_all(p, count, NULL) : pt_program_any(p, count, NULL),
                         PT_OK);
        o->stack[o->depth++] = joined;
    }
}

static void joined_at_random(void **state)
{
    PtRng rng;
    (void)state;
    pt_rng_init(&rng, 20261122);
    for (int round = 0; round < 20000; round++) {
        PtProgram *p = new_program();
        Oracle o = {.depth = 0};
        for (size_t i = 0; i < SLOTS; i++) {
            o.values[i].kind = pt_rng_below(&rng, 4) == 0 ? PT_VALUE_NONE : PT_VALUE_NUMBER;
            o.values[i].number = (double)pt_rng_below(&rng, 3);
        }
        for (uint64_t n = 1 + pt_rng_below(&rng, PUSHES - 1); n > 0; n--) {
            push_random(&rng, p, &o);
        }
        bool want = o.stack[0];
        for (size_t i = 1; i < o.depth; i++) {
            want = want && o.stack[i];
        }
        if (o.depth > 1) {
            assert_int_equal(pt_program_end(p, NULL), PT_INVALID);
            assert_int_equal(pt_program_all(p, o.depth, NULL), PT_OK);
        }
        assert_int_equal(pt_program_end(p, NULL), PT_OK);
        assert_true(pt_program_slots(p) <= SLOTS);
        assert_int_equal(pt_program_run(p, o.values), want);
        pt_program_free(p);
    }
}

/* ---- Many numbers at once -------------------------------------------------------------------- */

/* On one slot: a comparison by each order, its negation, beside another one, a list, a text. */
static PtProgram *numbers_program(PtCompare how, int shape)
{
    const PtValue two = {.kind = PT_VALUE_NUMBER, .number = 2};
    const PtValue text = {.kind = PT_VALUE_TEXT, .text = PT_STR_INIT("2")};
    const PtValue list[] = {{.kind = PT_VALUE_NUMBER, .number = 3}, two};
    PtProgram *p = new_program();
    if (shape == 3) {
        assert_int_equal(pt_program_among(p, 0, PT_COMPARE_EQ, list, 2, NULL), PT_OK);
    } else if (shape == 4) {
        assert_int_equal(pt_program_compare(p, 0, PT_COMPARE_EQ, &text, NULL), PT_OK);
    } else {
        assert_int_equal(pt_program_compare(p, 0, how, &two, NULL), PT_OK);
    }
    if (shape == 1) {
        assert_int_equal(pt_program_not(p, NULL), PT_OK);
    } else if (shape == 2) {
        assert_int_equal(pt_program_compare(p, 0, PT_COMPARE_GT, &list[0], NULL), PT_OK);
        assert_int_equal(pt_program_any(p, 2, NULL), PT_OK);
    }
    assert_int_equal(pt_program_end(p, NULL), PT_OK);
    return p;
}

static void many_numbers(void **state)
{
    enum { SHAPES = 5, COUNT = 7 };
    const double numbers[COUNT] = {1, 2, 3, 4, -INFINITY, INFINITY, NAN};
    (void)state;
    for (int shape = 0; shape < SHAPES; shape++) {
        for (int how = PT_COMPARE_EQ; how <= PT_COMPARE_GE; how++) {
            PtProgram *p = numbers_program((PtCompare)how, shape);
            bool outcomes[COUNT];
            pt_program_run_numbers(p, numbers, COUNT, outcomes);
            for (size_t i = 0; i < COUNT; i++) {
                const PtValue value = {.kind = PT_VALUE_NUMBER, .number = numbers[i]};
                assert_int_equal(outcomes[i], pt_program_run(p, &value));
            }
            pt_program_free(p);
        }
    }
    PtProgram *p = numbers_program(PT_COMPARE_GE, 0);
    bool outcomes[COUNT];
    pt_program_run_numbers(p, numbers, COUNT, outcomes);
    assert_memory_equal(outcomes, ((bool[COUNT]){false, true, true, true, false, true, false}),
                        sizeof outcomes);
    pt_program_free(p);
}

/* ---- Bounds ---------------------------------------------------------------------------------- */

static void depth_bound(void **state)
{
    PtError err;
    (void)state;
    PtProgram *p = new_program();
    assert_int_equal(pt_program_constant(p, true, NULL), PT_OK);
    for (int i = 0; i < PT_PROGRAM_DEPTH; i++) {
        assert_int_equal(pt_program_not(p, NULL), PT_OK);
    }
    assert_int_equal(pt_program_not(p, &err), PT_TOO_LARGE);
    assert_string_equal(err.message, "conditions nest over 24 levels");
    assert_int_equal(pt_program_end(p, NULL), PT_OK);
    assert_true(pt_program_run(p, NULL)); // an even number of them
    pt_program_free(p);
}

static void step_bound(void **state)
{
    PtError err;
    (void)state;
    PtProgram *p = new_program();
    for (int i = 0; i < PT_PROGRAM_STEPS - 1; i++) {
        assert_int_equal(pt_program_compare(p, 0, PT_COMPARE_THERE, NULL, NULL), PT_OK);
    }
    assert_int_equal(pt_program_all(p, PT_PROGRAM_STEPS - 1, NULL), PT_OK);
    assert_int_equal(pt_program_compare(p, 0, PT_COMPARE_THERE, NULL, &err), PT_TOO_LARGE);
    assert_string_equal(err.message, "a program of over 4096 steps");
    assert_int_equal(pt_program_end(p, NULL), PT_OK);
    const PtValue value = TRUTH(false);
    assert_true(pt_program_run(p, &value));
    pt_program_free(p);
}

static void slot_bound(void **state)
{
    (void)state;
    PtProgram *p = new_program();
    assert_int_equal(pt_program_compare(p, PT_PROGRAM_SLOTS, PT_COMPARE_THERE, NULL, NULL),
                     PT_TOO_LARGE);
    assert_int_equal(pt_program_compare(p, PT_PROGRAM_SLOTS - 1, PT_COMPARE_THERE, NULL, NULL),
                     PT_OK);
    assert_int_equal(pt_program_slots(p), PT_PROGRAM_SLOTS);
    assert_true(pt_program_reads(p, PT_PROGRAM_SLOTS - 1));
    assert_false(pt_program_reads(p, 0));
    pt_program_free(p);
}

static void constant_bounds(void **state)
{
    (void)state;
    PtValue *many = calloc(PT_PROGRAM_CONSTANTS, sizeof *many);
    assert_non_null(many);
    for (size_t i = 0; i < PT_PROGRAM_CONSTANTS; i++) {
        many[i] = (PtValue)NUM((double)i);
    }
    PtProgram *p = new_program();
    assert_int_equal(pt_program_among(p, 0, PT_COMPARE_EQ, many, PT_PROGRAM_CONSTANTS, NULL),
                     PT_OK);
    assert_int_equal(pt_program_compare(p, 0, PT_COMPARE_EQ, &many[0], NULL), PT_TOO_LARGE);
    pt_program_free(p);
    free(many);

    char *text = calloc(1, PT_PROGRAM_TEXT + 1);
    assert_non_null(text);
    const PtValue fits = {.kind = PT_VALUE_TEXT, .text = {text, PT_PROGRAM_TEXT}};
    const PtValue over = {.kind = PT_VALUE_TEXT, .text = {text, PT_PROGRAM_TEXT + 1}};
    p = new_program();
    assert_int_equal(pt_program_compare(p, 0, PT_COMPARE_EQ, &fits, NULL), PT_OK);
    pt_program_free(p);
    p = new_program();
    assert_int_equal(pt_program_compare(p, 0, PT_COMPARE_EQ, &over, NULL), PT_TOO_LARGE);
    pt_program_free(p);
    free(text);
}

static void what_makes_no_sense(void **state)
{
    static const PtValue text = TEXT("a"), whole = WHOLE, number = NUM(1);
    const PtValue nan_value = NUM(nan(""));
    (void)state;
    PtProgram *p = new_program();
    assert_int_equal(pt_program_end(p, NULL), PT_INVALID);
    assert_int_equal(pt_program_not(p, NULL), PT_INVALID);
    assert_int_equal(pt_program_all(p, 1, NULL), PT_INVALID);
    assert_int_equal(pt_program_compare(p, 0, PT_COMPARE_LT, &text, NULL), PT_INVALID);
    assert_int_equal(pt_program_compare(p, 0, PT_COMPARE_CONTAINS, &number, NULL), PT_INVALID);
    assert_int_equal(pt_program_compare(p, 0, PT_COMPARE_EQ, &whole, NULL), PT_INVALID);
    assert_int_equal(pt_program_compare(p, 0, PT_COMPARE_EQ, &nan_value, NULL), PT_INVALID);
    assert_int_equal(pt_program_compare(p, 0, PT_COMPARE_EQ, NULL, NULL), PT_INVALID);
    assert_int_equal(pt_program_compare(p, 0, PT_COMPARE_THERE, &text, NULL), PT_INVALID);
    assert_int_equal(pt_program_compare(p, 0, PT_COMPARE_COUNT, &text, NULL), PT_INVALID);
    assert_int_equal(pt_program_among(p, 0, PT_COMPARE_LT, &number, 1, NULL), PT_INVALID);
    assert_int_equal(pt_program_constant(p, true, NULL), PT_OK);
    assert_int_equal(pt_program_end(p, NULL), PT_OK);
    assert_int_equal(pt_program_end(p, NULL), PT_INVALID);
    assert_int_equal(pt_program_constant(p, true, NULL), PT_INVALID);
    pt_program_free(p);
    pt_program_free(NULL);
}

static void say_term(void *ctx, const PtProgramTerm *term, PtBuf *out)
{
    ++*(unsigned *)ctx;
    pt_buf_printf(out, "%u:%d%s", term->slot, (int)term->how, term->among ? "in" : "");
    for (size_t i = 0; i < term->count; i++) {
        const PtValue *v = &term->values[i];
        if (v->kind == PT_VALUE_TEXT) {
            pt_buf_printf(out, " %.*s", PT_STR_ARG(v->text));
        } else if (v->kind == PT_VALUE_NUMBER) {
            pt_buf_printf(out, " %g", v->number);
        } else {
            pt_buf_printf(out, " %lld",
                          v->kind == PT_VALUE_TIME ? (long long)v->time_ms : v->truth);
        }
    }
}

/* The parts may come in any order: here the last one first. */
static void said_in_other_words(void **state)
{
    (void)state;
    const PtValue list[] = {{.kind = PT_VALUE_TEXT, .text = PT_STR("Oslo")},
                            {.kind = PT_VALUE_NUMBER, .number = 2.5},
                            {.kind = PT_VALUE_TIME, .time_ms = -7},
                            {.kind = PT_VALUE_BOOL, .truth = true}};
    PtProgram *p = NULL;
    PtBuf out;
    unsigned terms = 0;
    assert_int_equal(pt_program_new(&p, NULL), PT_OK);
    assert_int_equal(pt_program_compare(p, 1, PT_COMPARE_THERE, NULL, NULL), PT_OK);
    assert_int_equal(pt_program_compare(p, 2, PT_COMPARE_CONTAINS, &list[0], NULL), PT_OK);
    assert_int_equal(pt_program_not(p, NULL), PT_OK);
    assert_int_equal(pt_program_among(p, 3, PT_COMPARE_EQ, list, PT_COUNT(list), NULL), PT_OK);
    assert_int_equal(pt_program_all(p, 2, NULL), PT_OK);
    assert_int_equal(pt_program_constant(p, false, NULL), PT_OK);
    assert_int_equal(pt_program_all(p, 0, NULL), PT_OK);
    assert_int_equal(pt_program_any(p, 0, NULL), PT_OK);
    assert_int_equal(pt_program_any(p, 5, NULL), PT_OK);
    assert_int_equal(pt_program_end(p, NULL), PT_OK);
    pt_buf_init(&out, 1000);
    assert_int_equal(pt_program_say(p, &out, say_term, &terms, NULL), PT_OK);
    pt_buf_add_char(&out, 0);
    assert_int_equal(pt_buf_status(&out), PT_OK);
    assert_string_equal(out.data,
                        "(0 OR 1 OR 0 OR (3:0in 1 2.5 Oslo -7 AND (NOT 2:6 oslo)) OR 1:9)");
    assert_int_equal(terms, 3);
    pt_buf_done(&out);
    pt_program_free(p);
}

int main(void)
{
    struct CMUnitTest tests[PT_COUNT(compare_cases) + 16];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, compare_cases, compare_case);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(there);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(contains_in_a_long_text);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(among);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(among_nothing);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(joined_at_random);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(many_numbers);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(depth_bound);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(step_bound);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(slot_bound);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(constant_bounds);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(what_makes_no_sense);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(said_in_other_words);
    return _cmocka_run_group_tests("platform/program", tests, n, NULL, NULL);
}
