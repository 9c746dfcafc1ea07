// SPDX-License-Identifier: Apache-2.0
#include "behaviour/statistics.h"

#include <math.h>

#define Z              1.959963984540054 /* of STATISTICS_LEVEL, two-sided */
#define LEAST_EXPECTED 5.0               /* of a cell, for the normal approximation */

/* ---- Intervals ------------------------------------------------------------------------------- */

StatInterval statistics_share(StatShare share)
{
    const double n = (double)share.n, p = (double)share.count / n;
    const double middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n);
    const double half = Z / (1 + Z * Z / n) * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
    // at the ends it is exact, whatever the rounding
    return (StatInterval){p, share.count == 0 ? 0 : middle - half,
                          share.count == share.n ? 1 : middle + half};
}

bool statistics_difference(StatShare a, StatShare b, StatInterval *ret_difference)
{
    if (a.n == 0 || b.n == 0) {
        return false;
    }
    const StatInterval x = statistics_share(a), y = statistics_share(b);
    const double difference = x.value - y.value;
    *ret_difference = (StatInterval){
        difference,
        difference - hypot(x.value - x.low, y.high - y.value),
        difference + hypot(x.high - x.value, y.value - y.low),
    };
    return true;
}

/* ---- Tests ----------------------------------------------------------------------------------- */

static double log_factorial(double n)
{
    int sign;
    return lgamma_r(n + 1, &sign); // lgamma keeps the sign in a variable of all threads
}

static double log_choose(double n, double k)
{
    return log_factorial(n) - log_factorial(k) - log_factorial(n - k);
}

/* The probabilities of all tables with these margins that are at most as likely as ours. */
static double fisher(StatShare a, StatShare b)
{
    const uint64_t hits = a.count + b.count;
    const uint64_t first = hits > b.n ? hits - b.n : 0, last = hits < a.n ? hits : a.n;
    const double n = (double)a.n, m = (double)b.n, all = log_choose(n + m, (double)hits);
    const double ours = log_choose(n, (double)a.count) + log_choose(m, (double)b.count) - all;
    const double limit = exp(ours) * (1 + 1e-7); // of equally likely ones that were rounded apart
    double p = 0;
    for (uint64_t k = first; k <= last; k++) {
        const double one = exp(log_choose(n, (double)k) + log_choose(m, (double)(hits - k)) - all);
        p += one <= limit ? one : 0;
    }
    return p < 1 ? p : 1;
}

StatTest statistics_test(StatShare a, StatShare b)
{
    const double n = (double)a.n, m = (double)b.n, all = n + m;
    const double hits = (double)a.count + (double)b.count, misses = all - hits;
    if (a.n == 0 || b.n == 0 || hits <= 0 || misses <= 0) {
        return (StatTest){.p = 1};
    }
    const double rare = hits < misses ? hits : misses, few = n < m ? n : m;
    if (rare * few / all < LEAST_EXPECTED) {
        return (StatTest){fisher(a, b), true};
    }
    const double share = hits / all;
    const double z =
        ((double)a.count / n - (double)b.count / m) / sqrt(share * (1 - share) * (1 / n + 1 / m));
    return (StatTest){erfc(fabs(z) / sqrt(2)), false};
}

void statistics_false_discovery(const double *p, size_t count, double *ret_q)
{
    double least = 1;
    for (size_t i = count; i-- > 0;) {
        const double q = p[i] * (double)count / (double)(i + 1);
        least = q < least ? q : least;
        ret_q[i] = least;
    }
}

/* ---- Ranks ----------------------------------------------------------------------------------- */

/* By choosing ever smaller parts. */
int64_t statistics_at_rank(int64_t *values, size_t count, size_t rank)
{
    const size_t wanted = rank - 1;
    size_t low = 0, high = count - 1;
    while (low < high) {
        const int64_t pivot = values[low + (high - low) / 2];
        size_t i = low, j = high;
        for (;;) {
            while (values[i] < pivot) {
                i++;
            }
            while (values[j] > pivot) {
                j--;
            }
            if (i >= j) {
                break;
            }
            const int64_t moved = values[i];
            values[i++] = values[j];
            values[j--] = moved;
        }
        if (wanted <= j) {
            high = j;
        } else {
            low = j + 1;
        }
    }
    return values[wanted];
}

StatRanks statistics_ranks(size_t count, unsigned permille)
{
    const double n = (double)count, q = permille / 1000.0, half = Z * sqrt(n * q * (1 - q));
    const double low = floor(n * q - half), high = ceil(n * q + half) + 1;
    const size_t value = (count * permille + 999) / 1000;
    return (StatRanks){value < 1 ? 1 : value, low < 1 ? 1 : (size_t)low,
                       high > n ? count : (size_t)high};
}
