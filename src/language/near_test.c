// SPDX-License-Identifier: Apache-2.0
#include "base/test_rows.h"

#include "base/rng.h"
#include "language/language_internal.h"

#include <fault/fault_alloc.h>
#include <fault/seeds.h>
#include <stdio.h>
#include <string.h>

enum { TEXT = 400, WORDS = 30, FOUND_MAX = 20 };

/* A text of WORDS random words, of which `changed` are other ones than in the text of this seed. */
static void make_text(uint64_t seed, unsigned changed, PtRng *rng, char out[static TEXT])
{
    PtRng same;
    size_t len = 0;
    pt_rng_init(&same, seed);
    for (unsigned i = 0; i < WORDS; i++) {
        PtRng *from = i < changed ? rng : &same;
        len += (size_t)snprintf(out + len, TEXT - len, "%s%05u", i > 0 ? " " : "",
                                (unsigned)pt_rng_below(from, 100000));
    }
}

/* The estimate against the exact share, and whether what is alike is found. */
static void test_against_exact(void **state)
{
    (void)state;
    const FaultSeeds seeds = fault_seeds(300, 10000);
    LanguageReader *r = language_reader_new();
    unsigned alike = 0, found = 0, half = 0, half_found = 0;
    double error = 0;
    for (uint64_t k = 0; k < seeds.count; k++) {
        char a[TEXT], b[TEXT];
        PtRng rng;
        LanguageNear *near = NULL;
        LanguageNearHit hit = {0};
        double exact;
        pt_rng_init(&rng, seeds.first + k);
        make_text(seeds.first + k, 0, &rng, a);
        make_text(seeds.first + k, (unsigned)pt_rng_below(&rng, 20), &rng, b);
        assert_int_equal(language_near_new(&near, NULL), PT_OK);
        assert_int_equal(language_near_put(near, r, 42, pt_str(a), NULL), PT_OK);
        const size_t count = language_near_find(near, r, pt_str(b), 0, &hit, 1);
        assert_int_equal(language_alike(r, pt_str(a), pt_str(b), &exact, NULL), PT_OK);
        if (count > 0) {
            assert_int_equal(hit.id, 42);
            error += fabs(hit.alike - exact);
            assert_true(fabs(hit.alike - exact) < 0.25); // over five standard deviations
        }
        alike += exact >= 0.7;
        found += exact >= 0.7 && count > 0;
        half += exact >= 0.5;
        half_found += exact >= 0.5 && count > 0;
        language_near_free(near);
    }
    assert_true(alike > seeds.count / 10 && error / (double)half < 0.06);
    assert_true(found * 1000 >= alike * 995);
    assert_true(half_found * 10 >= half * 9);
    language_reader_free(r);
}

static struct AlikeCase {
    const char *name, *a, *b;
    double want;
} alike_cases[] = {
    {"equal", "The till is broken", "the TILL is broken!", 1},
    {"other marks", "till-no. 3", "Till no 3", 1},
    {"nothing shared", "abcdefgh", "ijklmnop", 0},
    {"half of the runs", "abcdefg", "abcdefgxyz", 0.5},
    {"short and equal", "no", "No", 1},
    {"short and not", "no", "yes", 0},
    {"one letter more", "abcde", "abcdef", 0.5},
    {"both empty", "", "!", 1},
    {"one empty", "", "abcdef", 0},
};

static void test_alike(void **state)
{
    const struct AlikeCase *c = *state;
    LanguageReader *r = language_reader_new();
    double alike = -1;
    assert_int_equal(language_alike(r, pt_str(c->a), pt_str(c->b), &alike, NULL), PT_OK);
    assert_true(fabs(alike - c->want) < 1e-12);
    language_reader_free(r);
}

/* Many texts put, replaced and removed: what is found is what is there. */
static void test_put_and_remove(void **state)
{
    (void)state;
    enum { IDS = 300 };
    LanguageReader *r = language_reader_new();
    LanguageNear *near = NULL;
    uint64_t of[IDS] = {0}; // the seed of its text, 0: none
    size_t count = 0;
    PtRng rng;
    pt_rng_init(&rng, 5);
    assert_int_equal(language_near_new(&near, NULL), PT_OK);
    for (uint64_t step = 1; step <= 3000; step++) {
        const uint64_t id = pt_rng_below(&rng, IDS);
        char text[TEXT];
        if (pt_rng_below(&rng, 3) > 0) {
            make_text(step, 0, &rng, text);
            assert_int_equal(language_near_put(near, r, id, pt_str(text), NULL), PT_OK);
            count += of[id] == 0;
            of[id] = step;
        } else {
            language_near_remove(near, id);
            count -= of[id] > 0;
            of[id] = 0;
        }
        assert_int_equal(language_near_count(near), count);
    }
    for (uint64_t id = 0; id < IDS; id++) {
        char text[TEXT];
        LanguageNearHit hits[FOUND_MAX];
        make_text(of[id] > 0 ? of[id] : 100000 + id, 0, &rng, text);
        const size_t found = language_near_find(near, r, pt_str(text), 0.9F, hits, FOUND_MAX);
        assert_int_equal(found, of[id] > 0);
        assert_true(found == 0 || (hits[0].id == id && hits[0].alike == 1));
    }
    language_near_free(near);
    language_reader_free(r);
}

static void test_best_first(void **state)
{
    (void)state;
    LanguageReader *r = language_reader_new();
    LanguageNear *near = NULL;
    LanguageNearHit hits[3];
    PtRng rng;
    pt_rng_init(&rng, 9);
    assert_int_equal(language_near_new(&near, NULL), PT_OK);
    char text[TEXT];
    for (unsigned changed = 0; changed < 8; changed++) {
        make_text(1, changed, &rng, text);
        assert_int_equal(language_near_put(near, r, 100 - changed, pt_str(text), NULL), PT_OK);
    }
    make_text(1, 0, &rng, text);
    assert_int_equal(language_near_put(near, r, 7, pt_str(text), NULL), PT_OK); // as 100
    assert_int_equal(language_near_find(near, r, pt_str(text), 0.5F, hits, 3), 3);
    assert_int_equal(hits[0].id, 7);
    assert_int_equal(hits[1].id, 100);
    assert_int_equal(hits[2].id, 99);
    assert_int_equal(language_near_find(near, r, pt_str(text), 0.5F, hits, 0), 0);
    language_near_free(near);
    language_reader_free(r);
}

/* A storm of one text: what is looked at is bounded, and the newest are found. */
static void test_storm(void **state)
{
    (void)state;
    enum { STORM = 5000 };
    LanguageReader *r = language_reader_new();
    LanguageNear *near = NULL;
    LanguageNearHit hits[FOUND_MAX];
    assert_int_equal(language_near_new(&near, NULL), PT_OK);
    for (uint64_t id = 1; id <= STORM; id++) {
        assert_int_equal(
            language_near_put(near, r, id, PT_STR("mail could not be delivered"), NULL), PT_OK);
    }
    assert_int_equal(
        language_near_find(near, r, PT_STR("Mail could not be delivered."), 1, hits, FOUND_MAX),
        FOUND_MAX);
    assert_true(hits[0].id > STORM / 2);
    for (uint64_t id = STORM; id >= 1; id--) {
        language_near_remove(near, id);
    }
    assert_int_equal(language_near_count(near), 0);
    language_near_free(near);
    language_reader_free(r);
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    LanguageReader *r = language_reader_new();
    LanguageNear *near = NULL;
    LanguageNearHit hit;
    char text[TEXT];
    PtRng rng;
    pt_rng_init(&rng, 3);
    assert_int_equal(language_near_new(&near, NULL), PT_OK);
    for (uint64_t id = 1, failed = 0; id <= 200; id++) {
        make_text(id, 0, &rng, text);
        fault_alloc_fail(1, 1);
        const PtStatus st = language_near_put(near, r, id, pt_str(text), NULL);
        fault_alloc_fail(0, 0);
        failed += st == PT_NO_MEMORY;
        if (st == PT_NO_MEMORY) {
            assert_int_equal(language_near_find(near, r, pt_str(text), 0.9F, &hit, 1), 0);
            assert_int_equal(language_near_put(near, r, id, pt_str(text), NULL), PT_OK);
        }
        assert_int_equal(language_near_count(near), id);
        assert_int_equal(language_near_find(near, r, pt_str(text), 0.9F, &hit, 1), 1);
        assert_true(id < 200 || failed > 3);
    }
    language_near_free(near);
    language_reader_free(r);
}

int main(void)
{
    struct CMUnitTest tests[32] = {
        cmocka_unit_test(test_against_exact),   cmocka_unit_test(test_put_and_remove),
        cmocka_unit_test(test_best_first),      cmocka_unit_test(test_storm),
        cmocka_unit_test(test_memory_runs_out),
    };
    size_t n = 5;
    PT_TEST_ROWS(tests, n, alike_cases, test_alike);
    return _cmocka_run_group_tests("language/near", tests, n, NULL, NULL);
}
