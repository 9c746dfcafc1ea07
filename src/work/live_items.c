// SPDX-License-Identifier: Apache-2.0
/* Open items in memory: a table by id, in which each keeps its place. */
#include "work/live_internal.h"

#include <stdlib.h>

enum { FIRST_BUCKETS = 1024, FIRST_ITEMS = 256 };

void live_table_done(LiveTable *t)
{
    for (size_t i = 0; i < t->count; i++) {
        free(t->items[i].record);
    }
    free(t->items);
    free(t->buckets);
    *t = (LiveTable){0};
}

/* A multiplicative hash: ids are numbers without gaps. */
static size_t bucket_of(const LiveTable *t, uint64_t id)
{
    return (size_t)((id * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (t->bucket_count - 1);
}

/* The bucket with the id, or the empty one where it would be. */
static size_t find_bucket(const LiveTable *t, uint64_t id)
{
    size_t b = bucket_of(t, id);
    while (t->buckets[b] != 0 && t->items[t->buckets[b] - 1].id != id) {
        b = (b + 1) & (t->bucket_count - 1);
    }
    return b;
}

LiveItem *live_table_find(const LiveTable *t, uint64_t id)
{
    if (t->bucket_count == 0) {
        return NULL;
    }
    const uint32_t place = t->buckets[find_bucket(t, id)];
    return place != 0 ? &t->items[place - 1] : NULL;
}

static bool grow_buckets(LiveTable *t)
{
    if (2 * (t->live + 1) <= t->bucket_count) {
        return true;
    }
    const size_t count = t->bucket_count > 0 ? 2 * t->bucket_count : FIRST_BUCKETS;
    uint32_t *buckets = calloc(count, sizeof *buckets);
    if (buckets == NULL) {
        return false;
    }
    free(t->buckets);
    t->buckets = buckets;
    t->bucket_count = count;
    for (size_t i = 0; t->items != NULL && i < t->count; i++) {
        if (t->items[i].id != 0) {
            t->buckets[find_bucket(t, t->items[i].id)] = (uint32_t)i + 1;
        }
    }
    return true;
}

/* A place that nobody has; NULL: no memory. */
static LiveItem *take_place(LiveTable *t)
{
    if (t->items != NULL && t->free != 0) {
        LiveItem *item = &t->items[t->free - 1];
        t->free = (size_t)item->ahead;
        return item;
    }
    if (t->items == NULL || t->count == t->room) {
        const size_t room = t->room + t->room / 2 + FIRST_ITEMS;
        LiveItem *items = room < UINT32_MAX ? realloc(t->items, room * sizeof *items) : NULL;
        if (items == NULL) {
            return NULL;
        }
        t->items = items;
        t->room = room;
    }
    return &t->items[t->count++];
}

static LiveItem *add(LiveTable *t, uint64_t id)
{
    LiveItem *item = grow_buckets(t) ? take_place(t) : NULL;
    if (item != NULL) {
        *item = (LiveItem){.id = id,
                           .told = {.due_ms = WORK_NEVER, .at_risk_ms = WORK_NEVER},
                           .next_ms = LIVE_UNSET,
                           .missed_ms = WORK_NEVER};
        t->buckets[find_bucket(t, id)] = (uint32_t)(item - t->items) + 1;
        t->live++;
    }
    return item;
}

static size_t record_bytes(const LiveRecord *r)
{
    return sizeof *r + r->fired_count * sizeof *r->fired + r->history_len;
}

PtStatus live_table_put(LiveTable *t, uint64_t id, LiveRecord *record, LiveItem **ret_item,
                        PtError *err)
{
    LiveItem *item = live_table_find(t, id);
    if (item != NULL && item->record->version >= record->version) {
        free(record);
        *ret_item = item;
        return PT_OK;
    }
    if (item != NULL) {
        t->bytes -= record_bytes(item->record);
        free(item->record);
    } else {
        item = add(t, id);
    }
    if (item == NULL) {
        free(record);
        return pt_fail(err, PT_NO_MEMORY, "no memory for the clocks of an item");
    }
    item->record = record;
    t->bytes += record_bytes(record);
    *ret_item = item;
    return PT_OK;
}

/* Those behind it in its chain move up. */
static void empty_bucket(LiveTable *t, size_t hole)
{
    const size_t mask = t->bucket_count - 1;
    for (size_t b = (hole + 1) & mask; t->buckets[b] != 0; b = (b + 1) & mask) {
        const size_t home = bucket_of(t, t->items[t->buckets[b] - 1].id);
        if (((b - home) & mask) >= ((b - hole) & mask)) {
            t->buckets[hole] = t->buckets[b];
            hole = b;
        }
    }
    t->buckets[hole] = 0;
}

void live_table_drop(LiveTable *t, LiveItem *item)
{
    empty_bucket(t, find_bucket(t, item->id));
    t->bytes -= record_bytes(item->record);
    free(item->record);
    *item = (LiveItem){.ahead = (int64_t)t->free};
    t->free = (size_t)(item - t->items) + 1;
    t->live--;
}
