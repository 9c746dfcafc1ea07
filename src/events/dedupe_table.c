// SPDX-License-Identifier: Apache-2.0
#include "events/dedupe_table.h"

#include "events/dedupe_memory.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 64 };

static bool is_free(PtHash128 slot)
{
    return (slot.hi | slot.lo) == 0;
}

static PtHash128 stored_form(PtHash128 id)
{
    if (is_free(id)) {
        id.lo = 1;
    }
    return id;
}

void dedupe_table_done(DedupeTable *t)
{
    dedupe_block_free(t->slots, dedupe_table_bytes(t));
    *t = (DedupeTable){0};
}

/* The slot of the id, or the free one where it would go. */
static uint64_t find_slot(const DedupeTable *t, PtHash128 id)
{
    uint64_t i = id.lo & t->mask;
    while (!is_free(t->slots[i]) && !pt_hash128_eq(t->slots[i], id)) {
        i = (i + 1) & t->mask;
    }
    return i;
}

bool dedupe_table_reserve(DedupeTable *t, uint64_t more, uint64_t max_slots)
{
    uint64_t have = t->slots != NULL ? t->mask + 1 : 0, want = have > 0 ? have : FIRST_SLOTS;
    while (want < max_slots && want / 2 < t->count + more) {
        want *= 2;
    }
    if (want > max_slots) {
        want = max_slots;
    }
    if (want <= have) {
        return true;
    }
    PtHash128 *slots = dedupe_block_new(want * sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    PtHash128 *old = t->slots;
    t->slots = slots;
    t->mask = want - 1;
    for (uint64_t i = 0; i < have; i++) {
        if (!is_free(old[i])) {
            slots[find_slot(t, old[i])] = old[i];
        }
    }
    dedupe_block_free(old, have * sizeof *old);
    return true;
}

bool dedupe_table_has(const DedupeTable *t, PtHash128 id)
{
    return t->count > 0 && !is_free(t->slots[find_slot(t, stored_form(id))]);
}

bool dedupe_table_add(DedupeTable *t, PtHash128 id, int64_t time_ms)
{
    id = stored_form(id);
    uint64_t i = find_slot(t, id);
    if (!is_free(t->slots[i])) {
        return false;
    }
    t->slots[i] = id;
    t->min_ms = t->count == 0 || time_ms < t->min_ms ? time_ms : t->min_ms;
    t->max_ms = t->count == 0 || time_ms > t->max_ms ? time_ms : t->max_ms;
    t->count++;
    return true;
}

/* Ids behind the hole move back into it unless that would put them before their own slot, so that
 * no probe ends early and no tombstones are needed. */
void dedupe_table_remove(DedupeTable *t, PtHash128 id)
{
    if (t->count == 0) {
        return;
    }
    uint64_t hole = find_slot(t, stored_form(id));
    if (is_free(t->slots[hole])) {
        return;
    }
    for (uint64_t i = (hole + 1) & t->mask; !is_free(t->slots[i]); i = (i + 1) & t->mask) {
        uint64_t home = t->slots[i].lo & t->mask;
        if (((i - home) & t->mask) >= ((i - hole) & t->mask)) {
            t->slots[hole] = t->slots[i];
            hole = i;
        }
    }
    t->slots[hole] = (PtHash128){0};
    t->count--;
}

static int compare_ids(const void *a, const void *b)
{
    return dedupe_id_cmp(*(const PtHash128 *)a, *(const PtHash128 *)b);
}

void dedupe_table_sorted(const DedupeTable *t, PtHash128 *out)
{
    uint64_t n = 0;
    for (uint64_t i = 0; t->slots != NULL && i <= t->mask; i++) {
        if (!is_free(t->slots[i])) {
            out[n++] = t->slots[i];
        }
    }
    qsort(out, n, sizeof *out, compare_ids);
}
