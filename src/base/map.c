// SPDX-License-Identifier: Apache-2.0
#include "base/map.h"

#include "base/hash.h"

#include <stdlib.h>

typedef struct Slot {
    char *key; // owned; NULL: the slot is free
    size_t key_len;
    uint64_t hash;
    void *value;
} Slot;

struct PtMap {
    Slot *slots;
    size_t count, mask; // mask + 1 slots, a power of two, at most 3/4 used
};

enum { FIRST_SLOTS = 16 };

PtMap *pt_map_new(void)
{
    PtMap *map = malloc(sizeof *map);
    Slot *slots = calloc(FIRST_SLOTS, sizeof *slots);
    if (map == NULL || slots == NULL) {
        free(map);
        free(slots);
        return NULL;
    }
    *map = (PtMap){slots, 0, FIRST_SLOTS - 1};
    return map;
}

void pt_map_free(PtMap *map, void (*free_value)(void *))
{
    if (map == NULL) {
        return;
    }
    for (size_t i = 0; i <= map->mask; i++) {
        if (map->slots[i].key != NULL && free_value != NULL && map->slots[i].value != NULL) {
            free_value(map->slots[i].value);
        }
        free(map->slots[i].key);
    }
    free(map->slots);
    free(map);
}

/* The slot of the key, or the free one where it would go. */
static Slot *find(const PtMap *map, PtStr key, uint64_t hash)
{
    for (size_t i = hash & map->mask;; i = (i + 1) & map->mask) {
        Slot *slot = &map->slots[i];
        if (slot->key == NULL ||
            (slot->hash == hash && pt_str_eq((PtStr){slot->key, slot->key_len}, key))) {
            return slot;
        }
    }
}

void *pt_map_get(const PtMap *map, PtStr key)
{
    return find(map, key, pt_hash64(key))->value; // a free slot's value is NULL
}

static bool grow(PtMap *map)
{
    size_t old_count = map->mask + 1;
    Slot *old = map->slots, *slots = calloc(old_count * 2, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    map->slots = slots;
    map->mask = old_count * 2 - 1;
    for (size_t i = 0; i < old_count; i++) {
        if (old[i].key != NULL) {
            *find(map, (PtStr){old[i].key, old[i].key_len}, old[i].hash) = old[i];
        }
    }
    free(old);
    return true;
}

bool pt_map_set(PtMap *map, PtStr key, void *value, void **ret_old)
{
    uint64_t hash = pt_hash64(key);
    Slot *slot = find(map, key, hash);
    void *old = slot->value;
    if (slot->key == NULL) {
        char *copy = malloc(key.len > 0 ? key.len : 1);
        if (copy == NULL || (map->count >= (map->mask + 1) / 4 * 3 && !grow(map))) {
            free(copy);
            return false;
        }
        if (key.len > 0) {
            memcpy(copy, key.data, key.len);
        }
        slot = find(map, key, hash);
        *slot = (Slot){copy, key.len, hash, NULL};
        map->count++;
    }
    slot->value = value;
    if (ret_old != NULL) {
        *ret_old = old;
    }
    return true;
}

/* Closes the hole at i: a later entry of the same run moves up when its own place allows, so that
 * no search stops early and no marker of the dead is needed.
 */
static void close_hole(PtMap *map, size_t hole)
{
    for (size_t i = (hole + 1) & map->mask; map->slots[i].key != NULL; i = (i + 1) & map->mask) {
        size_t home = map->slots[i].hash & map->mask;
        if (((i - home) & map->mask) >= ((i - hole) & map->mask)) {
            map->slots[hole] = map->slots[i];
            hole = i;
        }
    }
    map->slots[hole] = (Slot){0};
}

void *pt_map_remove(PtMap *map, PtStr key)
{
    Slot *slot = find(map, key, pt_hash64(key));
    if (slot->key == NULL) {
        return NULL;
    }
    void *value = slot->value;
    free(slot->key);
    map->count--;
    close_hole(map, (size_t)(slot - map->slots));
    return value;
}

size_t pt_map_count(const PtMap *map)
{
    return map->count;
}

bool pt_map_next(const PtMap *map, size_t *cursor, PtStr *ret_key, void **ret_value)
{
    for (; *cursor <= map->mask; ++*cursor) {
        const Slot *slot = &map->slots[*cursor];
        if (slot->key != NULL) {
            *ret_key = (PtStr){slot->key, slot->key_len};
            *ret_value = slot->value;
            ++*cursor;
            return true;
        }
    }
    return false;
}
