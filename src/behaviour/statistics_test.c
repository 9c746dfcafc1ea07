// SPDX-License-Identifier: Apache-2.0
/* Intervals as in table II of R. G. Newcombe, Interval estimation for the difference between
 * independent proportions, Statistics in Medicine 17 (1998), method 10, whose four places these are
 * more of; tests by whole numbers and fractions, the tea of R. A. Fisher's lady among them. */
#include "base/test_rows.h"
#include "behaviour/statistics.h"

#include <math.h>
#include <stdlib.h>

static void assert_near(double got, double want, double within)
{
    if (!(fabs(got - want) <= within)) {
        fail_msg("%.12g, not %.12g", got, want);
    }
}

static struct DifferenceCase {
    const char *name;
    StatShare a, b;
    double value, low, high;
} difference_cases[] = {
    {"56 of 70 and 48 of 80", {56, 70}, {48, 80}, 0.2, 0.052431, 0.333873},
    {"9 of 10 and 3 of 10", {9, 10}, {3, 10}, 0.6, 0.170523, 0.809018},
    {"6 of 7 and 2 of 7", {6, 7}, {2, 7}, 0.571429, 0.058228, 0.806250},
    {"5 of 56 and 0 of 29", {5, 56}, {0, 29}, 0.089286, -0.038137, 0.192560},
    {"0 of 10 and 0 of 20", {0, 10}, {0, 20}, 0, -0.161125, 0.277533},
    {"10 of 10 and 0 of 20", {10, 10}, {0, 20}, 1, 0.679086, 1},
    {"10 of 10 and 0 of 10", {10, 10}, {0, 10}, 1, 0.607509, 1},
};

static void test_difference(void **state)
{
    const struct DifferenceCase *c = *state;
    StatInterval d, back;
    assert_true(statistics_difference(c->a, c->b, &d));
    assert_near(d.value, c->value, 5e-7);
    assert_near(d.low, c->low, 5e-7);
    assert_near(d.high, c->high, 5e-7);
    assert_true(statistics_difference(c->b, c->a, &back));
    assert_near(back.low, -d.high, 1e-15);
    assert_near(back.high, -d.low, 1e-15);
}

static void test_nobody_has_no_share(void **state)
{
    StatInterval d;
    (void)state;
    assert_false(statistics_difference((StatShare){0, 0}, (StatShare){1, 2}, &d));
    assert_false(statistics_difference((StatShare){1, 2}, (StatShare){0, 0}, &d));
}

static struct TestCase {
    const char *name;
    StatShare a, b;
    double p;
    bool exact;
} test_cases[] = {
    {"the tea of a lady", {3, 4}, {1, 4}, 0.485714285714, true},
    {"8 of 10 and 1 of 6", {8, 10}, {1, 6}, 0.034965034965, true},
    {"few hits of many", {2, 3000}, {9, 1500}, 0.00135441613859, true},
    {"few misses of many", {2998, 3000}, {1491, 1500}, 0.00135441613859, true},
    {"56 of 70 and 48 of 80", {56, 70}, {48, 80}, 0.0080450813682, false},
    {"120 and 90 of 1000", {120, 1000}, {90, 1000}, 0.0286502403984, false},
    {"many", {5000, 100000}, {5300, 100000}, 0.00240394827998, false},
    {"the same", {5, 10}, {50, 100}, 1, false},
    {"nobody converted", {0, 50}, {0, 60}, 1, false},
    {"all did", {50, 50}, {60, 60}, 1, false},
    {"nobody is there", {0, 0}, {6, 60}, 1, false},
};

static void test_test(void **state)
{
    const struct TestCase *c = *state;
    const StatTest test = statistics_test(c->a, c->b), back = statistics_test(c->b, c->a);
    assert_near(test.p, c->p, 1e-11 + 1e-9 * c->p);
    assert_near(back.p, test.p, 1e-12);
    assert_int_equal(test.exact, c->exact);
}

/* The example of Y. Benjamini and Y. Hochberg, Controlling the false discovery rate, J. R. Stat.
 * Soc. B 57 (1995), section 3.2: at 0.05 four of fifteen. */
static void test_false_discovery(void **state)
{
    static const double p[] = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                               0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};
    double q[PT_COUNT(p)];
    size_t found = 0;
    (void)state;
    statistics_false_discovery(p, PT_COUNT(p), q);
    for (size_t i = 0; i < PT_COUNT(p); i++) {
        found += q[i] <= 0.05;
    }
    assert_int_equal(found, 4);
    assert_near(q[0], 0.0015, 1e-12);
    assert_near(q[3], 0.035625, 1e-12);
    assert_near(q[5], 0.0298 * 15 / 7, 1e-12); // that of a larger p is less than its own
    assert_near(q[14], 1, 0);
}

static int by_value(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void test_ranks(void **state)
{
    enum { MOST = 200 };
    int64_t values[MOST], sorted[MOST];
    (void)state;
    for (size_t count = 1; count <= MOST; count++) {
        for (size_t i = 0; i < count; i++) {
            values[i] = sorted[i] = (int64_t)((i * 7919) % 101);
        }
        qsort(sorted, count, sizeof *sorted, by_value);
        const StatRanks r = statistics_ranks(count, 900);
        assert_int_equal(r.value, (count * 9 + 9) / 10);
        assert_true(1 <= r.low && r.low <= r.value && r.value <= r.high && r.high <= count);
        assert_int_equal(statistics_at_rank(values, count, r.value), sorted[r.value - 1]);
        assert_int_equal(statistics_at_rank(values, count, 1), sorted[0]);
        assert_int_equal(statistics_at_rank(values, count, count), sorted[count - 1]);
    }
    const StatRanks r = statistics_ranks(100, 900); // 90 -+ 1.96 * 3
    assert_int_equal(r.low, 84);
    assert_int_equal(r.high, 97);
}

int main(void)
{
    struct CMUnitTest tests[PT_COUNT(difference_cases) + PT_COUNT(test_cases) + 3];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, difference_cases, test_difference);
    PT_TEST_ROWS(tests, n, test_cases, test_test);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_nobody_has_no_share);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_false_discovery);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_ranks);
    return _cmocka_run_group_tests("behaviour/statistics", tests, n, NULL, NULL);
}
