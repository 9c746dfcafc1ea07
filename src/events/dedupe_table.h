// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/hash.h"

#include <stdbool.h>
#include <stdint.h>

/* A set of 128-bit ids in memory: open addressing with linear probing, grown on demand, so that an
 * empty set holds nothing. The ids are keyed hashes, so a slot is taken from their bits as they
 * stand.
 *
 * Shapes   Initialised to zero; dedupe_table_done frees. The id {0, 0} marks a free slot and is
 * stored as {0, 1}. Errors   reserve is false when out of memory: the set is unchanged. Threads One
 * owner at a time; readers of a set that nobody changes need no lock.
 */
typedef struct DedupeTable {
    PtHash128 *slots; /* owned; NULL until the first reserve */
    uint64_t mask;    /* number of slots - 1 */
    uint64_t count;
    int64_t min_ms, max_ms; /* of the ids that came in; unset while count is 0 */
} DedupeTable;

void dedupe_table_done(DedupeTable *t);

/* Room for `more` further ids. At most max_slots (a power of two) slots, which hold up to
 * dedupe_table_room(max_slots) ids: the caller keeps to that. */
bool dedupe_table_reserve(DedupeTable *t, uint64_t more, uint64_t max_slots);

/* Most ids in that many slots: seven of eight, so that a probe ends soon. */
static inline uint64_t dedupe_table_room(uint64_t slots)
{
    return slots - slots / 8;
}

bool dedupe_table_has(const DedupeTable *t, PtHash128 id);
/* True when it was not there. Room must have been reserved. */
bool dedupe_table_add(DedupeTable *t, PtHash128 id, int64_t time_ms);
void dedupe_table_remove(DedupeTable *t, PtHash128 id); /* an absent id is fine */

/* Copies all ids to out (room for t->count), sorted by (hi, lo). */
void dedupe_table_sorted(const DedupeTable *t, PtHash128 *out);

static inline void dedupe_table_prefetch(const DedupeTable *t, PtHash128 id)
{
    if (t->slots != NULL) {
        __builtin_prefetch(&t->slots[id.lo & t->mask]);
    }
}

static inline uint64_t dedupe_table_bytes(const DedupeTable *t)
{
    return t->slots != NULL ? (t->mask + 1) * sizeof *t->slots : 0;
}

/* Order of ids in runs. */
static inline int dedupe_id_cmp(PtHash128 a, PtHash128 b)
{
    if (a.hi != b.hi) {
        return a.hi < b.hi ? -1 : 1;
    }
    return (a.lo > b.lo) - (a.lo < b.lo);
}
