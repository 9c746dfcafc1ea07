// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"
#include "platform/columns/columns_internal.h"

#include <stdlib.h>

enum { FIRST_ITEMS = 256, FIRST_BYTES = 4096 };

void columns_texts_clear(ColumnsTexts *t)
{
    if (t->count > 0) {
        memset(t->slots, 0, t->slot_count * sizeof *t->slots);
    }
    t->count = 0;
    t->used = 0;
}

void columns_texts_done(ColumnsTexts *t)
{
    free(t->bytes);
    free(t->items);
    free(t->slots);
    *t = (ColumnsTexts){0};
}

static void put_slot(ColumnsTexts *t, uint32_t number)
{
    size_t at = t->items[number].hash & (t->slot_count - 1);
    while (t->slots[at] != 0) {
        at = (at + 1) & (t->slot_count - 1);
    }
    t->slots[at] = number + 1;
}

static bool grow_items(ColumnsTexts *t)
{
    const uint32_t cap = t->cap == 0 ? FIRST_ITEMS : t->cap * 2;
    struct ColumnsTextItem *items = realloc(t->items, cap * sizeof *items);
    if (items == NULL) {
        return false;
    }
    t->items = items;
    uint32_t *slots = calloc((size_t)cap * 2, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    free(t->slots);
    t->slots = slots;
    t->slot_count = (size_t)cap * 2;
    t->cap = cap;
    for (uint32_t i = 0; i < t->count; i++) {
        put_slot(t, i);
    }
    return true;
}

static bool grow_bytes(ColumnsTexts *t, size_t more)
{
    size_t cap = t->bytes_cap == 0 ? FIRST_BYTES : t->bytes_cap;
    while (cap < t->used + more) {
        cap *= 2;
    }
    char *bytes = realloc(t->bytes, cap);
    if (bytes == NULL) {
        return false;
    }
    t->bytes = bytes;
    t->bytes_cap = cap;
    return true;
}

bool columns_texts_put(ColumnsTexts *t, PtStr text, uint32_t *ret_number)
{
    const uint32_t hash = (uint32_t)pt_hash64(text);
    if (t->slot_count > 0) {
        for (size_t at = hash & (t->slot_count - 1); t->slots[at] != 0;
             at = (at + 1) & (t->slot_count - 1)) {
            const uint32_t number = t->slots[at] - 1;
            if (t->items[number].hash == hash && pt_str_eq(columns_texts_get(t, number), text)) {
                *ret_number = number;
                return true;
            }
        }
    }
    if ((t->count == t->cap && !grow_items(t)) ||
        ((t->bytes == NULL || t->used + text.len > t->bytes_cap) && !grow_bytes(t, text.len))) {
        return false;
    }
    if (text.len > 0) {
        memcpy(t->bytes + t->used, text.data, text.len);
    }
    t->items[t->count] = (struct ColumnsTextItem){t->used, (uint32_t)text.len, hash};
    t->used += text.len;
    put_slot(t, t->count);
    *ret_number = t->count++;
    return true;
}
