// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/hash.h"

#include <stdbool.h>
#include <stdint.h>

/* A blocked Bloom filter over 128-bit ids: every id has its bits in one cache line, so a look costs
 * one memory access. It never misses an id that was added; of others it passes about 0.5 % at 12
 * bits an id, 6 % at 6, 30-40 % at 3.
 *
 * Folding halves a filter in place of rebuilding it: a line is chosen by multiplication, so that
 * lines 2i and 2i + 1 of the large one are exactly line i of the small one. The number of lines is
 * a multiple of DEDUPE_FILTER_STEP, which leaves room for four folds.
 */
enum {
    DEDUPE_FILTER_LINE = 64, /* bytes */
    DEDUPE_FILTER_STEP = 16, /* lines */
    DEDUPE_FILTER_BITS = 12, /* an id, at most */
    DEDUPE_FILTER_PROBES_MAX = 6,
};

typedef struct DedupeFilter {
    uint64_t *words; /* owned; 8 a line; NULL: no filter, everything passes */
    uint64_t lines;
    uint32_t probes; /* 1..DEDUPE_FILTER_PROBES_MAX */
} DedupeFilter;

/* An empty filter for `count` ids in at most max_bytes; without lines when that is too little.
 * False when out of memory. */
bool dedupe_filter_init(DedupeFilter *f, uint64_t count, uint64_t max_bytes);
/* The same with lines and probes given (a filter read back). */
bool dedupe_filter_init_exact(DedupeFilter *f, uint64_t lines, uint32_t probes);
void dedupe_filter_done(DedupeFilter *f);

/* A copy of half the lines, or without any when f cannot be folded again. False when out of memory.
 */
bool dedupe_filter_fold(const DedupeFilter *f, DedupeFilter *ret_half);

static inline uint64_t dedupe_filter_bytes(const DedupeFilter *f)
{
    return f->lines * DEDUPE_FILTER_LINE;
}

/* Where the id's line stands among `lines`. */
static inline uint64_t dedupe_filter_line(PtHash128 id, uint64_t lines)
{
    __extension__ typedef unsigned __int128 Wide;
    return (uint64_t)(((Wide)id.lo * lines) >> 64);
}

static inline void dedupe_filter_prefetch(const DedupeFilter *f, PtHash128 id)
{
    __builtin_prefetch(&f->words[dedupe_filter_line(id, f->lines) * 8]);
}

/* Needs lines. */
static inline bool dedupe_filter_may_hold(const DedupeFilter *f, PtHash128 id)
{
    const uint64_t *line = &f->words[dedupe_filter_line(id, f->lines) * 8];
    uint64_t bits = id.hi;
    for (uint32_t i = 0; i < f->probes; i++, bits >>= 9) {
        if ((line[(bits >> 6) & 7] >> (bits & 63) & 1) == 0) {
            return false;
        }
    }
    return true;
}

/* Needs lines. */
static inline void dedupe_filter_add(DedupeFilter *f, PtHash128 id)
{
    uint64_t *line = &f->words[dedupe_filter_line(id, f->lines) * 8];
    uint64_t bits = id.hi;
    for (uint32_t i = 0; i < f->probes; i++, bits >>= 9) {
        line[(bits >> 6) & 7] |= UINT64_C(1) << (bits & 63);
    }
}
