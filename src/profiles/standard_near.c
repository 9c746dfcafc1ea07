// SPDX-License-Identifier: Apache-2.0
/* Distances of strings, from their definitions: optimal string alignment, and Winkler's form of
 * Jaro's measure (W. E. Winkler, "String Comparator Metrics and Enhanced Decision Rules in the
 * Fellegi-Sunter Model of Record Linkage", 1990). */
#include "profiles/standard.h"

enum { LETTERS = 64 };

/* Bytes that begin no valid letter stand for themselves. */
static size_t letters_of(PtStr s, uint32_t out[static LETTERS])
{
    const char *at = s.data, *end = s.len > 0 ? s.data + s.len : s.data;
    size_t count = 0;
    while (at < end && count < LETTERS) {
        const size_t len = pt_utf8_step(at, end);
        uint32_t c = len < 2 ? (uint8_t)*at : (uint8_t)*at & (0xFFU >> (len + 1));
        for (size_t i = 1; i < len; i++) {
            c = c << 6 | ((uint8_t)at[i] & 0x3F);
        }
        out[count++] = c;
        at += len > 0 ? len : 1;
    }
    return count;
}

static uint8_t least(uint8_t a, uint8_t b)
{
    return a < b ? a : b;
}

size_t standard_distance(PtStr a, PtStr b)
{
    uint32_t x[LETTERS], y[LETTERS];
    uint8_t rows[3][LETTERS + 1];
    const size_t n = letters_of(a, x), m = letters_of(b, y);
    for (size_t j = 0; j <= m; j++) {
        rows[0][j] = (uint8_t)j;
    }
    for (size_t i = 1; i <= n; i++) {
        uint8_t *row = rows[i % 3];
        const uint8_t *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = (uint8_t)i;
        for (size_t j = 1; j <= m; j++) {
            uint8_t best = (uint8_t)(above[j - 1] + (x[i - 1] != y[j - 1]));
            best = least(best, (uint8_t)(above[j] + 1));
            best = least(best, (uint8_t)(row[j - 1] + 1));
            if (i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1]) {
                best = least(best, (uint8_t)(two_above[j - 2] + 1));
            }
            row[j] = best;
        }
    }
    return rows[n % 3][m];
}

/* Both ends that are equal leave a letter on one side or on both, or two that are swapped. */
bool standard_one_apart(PtStr a, PtStr b)
{
    uint32_t x[LETTERS], y[LETTERS];
    size_t n = letters_of(a, x), m = letters_of(b, y), from = 0;
    while (from < n && from < m && x[from] == y[from]) {
        from++;
    }
    while (n > from && m > from && x[n - 1] == y[m - 1]) {
        n--;
        m--;
    }
    const size_t left = n - from, right = m - from;
    const bool swapped =
        left == 2 && right == 2 && x[from] == y[from + 1] && x[from + 1] == y[from];
    return swapped || (left <= 1 && right <= 1 && left + right > 0);
}

/* Letters that both have, at most `window` apart; those of x, then of y, in their order. */
static size_t common(const uint32_t *x, size_t n, const uint32_t *y, size_t m, uint32_t *of_x,
                     uint32_t *of_y)
{
    bool taken[LETTERS] = {false};
    const size_t longer = n > m ? n : m, window = longer / 2 > 0 ? longer / 2 - 1 : 0;
    size_t count = 0, at = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t from = i > window ? i - window : 0;
        for (size_t j = from; j < m && j <= i + window; j++) {
            if (!taken[j] && x[i] == y[j]) {
                taken[j] = true;
                of_x[count++] = x[i];
                break;
            }
        }
    }
    for (size_t j = 0; j < m; j++) {
        if (taken[j]) {
            of_y[at++] = y[j];
        }
    }
    return count;
}

double standard_jaro_winkler(PtStr a, PtStr b)
{
    uint32_t x[LETTERS], y[LETTERS], of_x[LETTERS], of_y[LETTERS];
    const size_t n = letters_of(a, x), m = letters_of(b, y);
    if (n == 0 || m == 0) {
        return n == m ? 1 : 0;
    }
    const size_t same = common(x, n, y, m, of_x, of_y);
    if (same == 0) {
        return 0;
    }
    size_t swapped = 0, prefix = 0;
    for (size_t i = 0; i < same; i++) {
        swapped += of_x[i] != of_y[i];
    }
    const double c = (double)same, half = (double)swapped / 2;
    const double jaro = (c / (double)n + c / (double)m + (c - half) / c) / 3;
    while (prefix < 4 && prefix < n && prefix < m && x[prefix] == y[prefix]) {
        prefix++;
    }
    return jaro + (double)prefix * 0.1 * (1 - jaro);
}
