// SPDX-License-Identifier: Apache-2.0
/* Whom both sides take for one person: pairs of (person there, person here), grouped either way. */
#include "connect/adopt_internal.h"

#include <stdlib.h>
#include <string.h>

static int by_theirs(const void *a, const void *b)
{
    const AdoptPair *x = a, *y = b;
    if (x->theirs != y->theirs) {
        return x->theirs < y->theirs ? -1 : 1;
    }
    return memcmp(x->ours, y->ours, sizeof x->ours);
}

static int by_ours(const void *a, const void *b)
{
    const AdoptPair *x = a, *y = b;
    const int order = memcmp(x->ours, y->ours, sizeof x->ours);
    return order != 0 ? order : x->theirs < y->theirs ? -1 : x->theirs > y->theirs;
}

static size_t drop_repeats(AdoptPair *pairs, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || by_theirs(&pairs[kept - 1], &pairs[i]) != 0) {
            pairs[kept++] = pairs[i];
        }
    }
    return kept;
}

/* How many pairs from `at` on are of the same person. */
static size_t group_of(const AdoptPair *pairs, size_t count, size_t at, bool ours)
{
    size_t n = 1;
    while (at + n < count &&
           (ours ? memcmp(pairs[at].ours, pairs[at + n].ours, sizeof pairs[at].ours) == 0
                 : pairs[at].theirs == pairs[at + n].theirs)) {
        n++;
    }
    return n;
}

static void keep_example(AdoptVerdict *v, size_t of_kind, const AdoptPair *group, size_t count,
                         bool joined)
{
    if (of_kind >= CONNECT_ADOPT_EXAMPLES) {
        return;
    }
    AdoptExample *e = &v->examples[v->example_count++];
    *e = (AdoptExample){.joined = joined};
    for (size_t i = 0; i < count && i < CONNECT_ADOPT_EXAMPLE_PERSONS; i++) {
        if (joined || i == 0) {
            e->theirs[e->their_count++] = group[i].theirs;
        }
        if (!joined || i == 0) {
            memcpy(e->ours[e->our_count++], group[i].ours, sizeof group[i].ours);
        }
    }
}

static void group_theirs(AdoptPair *pairs, size_t count, AdoptVerdict *v)
{
    for (size_t at = 0; at < count;) {
        const size_t n = group_of(pairs, count, at, false);
        v->theirs++;
        pairs[at].alone = n == 1;
        if (n > 1) {
            keep_example(v, (size_t)v->parted, &pairs[at], n, false);
            v->parted++;
        }
        at += n;
    }
}

static void group_ours(const AdoptPair *pairs, size_t count, AdoptVerdict *v)
{
    for (size_t at = 0; at < count;) {
        const size_t n = group_of(pairs, count, at, true);
        v->ours++;
        v->alike += n == 1 && pairs[at].alone;
        if (n > 1) {
            keep_example(v, (size_t)v->joined, &pairs[at], n, true);
            v->joined++;
        }
        at += n;
    }
}

void adopt_compare(AdoptPair *pairs, size_t count, AdoptVerdict *ret_verdict)
{
    AdoptVerdict *v = ret_verdict;
    *v = (AdoptVerdict){.theirs = 0};
    if (count == 0) {
        return;
    }
    qsort(pairs, count, sizeof *pairs, by_theirs);
    count = drop_repeats(pairs, count);
    group_theirs(pairs, count, v);
    qsort(pairs, count, sizeof *pairs, by_ours);
    group_ours(pairs, count, v);
}
