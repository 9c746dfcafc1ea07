// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether two shares differ, and by how much. Pure functions.
 *
 * Intervals are two-sided, of STATISTICS_LEVEL. Counts are whole persons: `count` of `n`, count at
 * most n.
 */
#define STATISTICS_LEVEL 0.95

typedef struct StatShare {
    uint64_t count, n;
} StatShare;

typedef struct StatInterval {
    double value, low, high;
} StatInterval;

/* Wilson's score interval of a share; n over 0. */
StatInterval statistics_share(StatShare share);
/* a - b of two shares that know nothing of each other, by Newcombe's method 10 (of two Wilson
 * intervals); false: one has no n. */
bool statistics_difference(StatShare a, StatShare b, StatInterval *ret_difference);

typedef struct StatTest {
    double p;   /* two-sided, 0..1 */
    bool exact; /* Fisher's test; else z of two shares with the pooled variance */
} StatTest;
/* That the two shares are the same. Exact where a cell of the table is expected to have less than
 * 5: then it takes time by the smaller of the margins, which is below 4,000 up to 2 million n. */
StatTest statistics_test(StatShare a, StatShare b);

/* Benjamini and Hochberg's q of p[0..count), which rise: the least level of false discoveries at
 * which it is one. */
void statistics_false_discovery(const double *p, size_t count, double *ret_q);

/* The value at rank 1..count; moves them. */
int64_t statistics_at_rank(int64_t *values, size_t count, size_t rank);
/* The rank of a quantile, ceil(permille / 1000 * count) and at least 1, and those between which
 * that of the whole lies, by the normal approximation to the binomial; count over 0. */
typedef struct StatRanks {
    size_t value, low, high;
} StatRanks;
StatRanks statistics_ranks(size_t count, unsigned permille);
