// SPDX-License-Identifier: Apache-2.0
#include "platform/text/text_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- keys --------------------------------------------------------------------------------------
 */

static const uint64_t what_mask = (UINT64_C(1) << 48) - 1;

/* One bit is always set: no key is 0. */
uint64_t text_key(TextKind kind, unsigned field, uint64_t what)
{
    return (uint64_t)kind << 60 | (uint64_t)(field & 15) << 56 | UINT64_C(1) << 55 |
           (what & what_mask);
}

void text_keys_add(TextKeys *keys, uint64_t key)
{
    if (keys->count == keys->cap) {
        size_t cap = keys->cap * 2 + 128;
        uint64_t *grown = realloc(keys->at, cap * sizeof *grown);
        if (grown == NULL) {
            keys->failed = true;
            return;
        }
        keys->at = grown;
        keys->cap = cap;
    }
    keys->at[keys->count++] = key;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

void text_keys_sort(TextKeys *keys)
{
    if (keys->count == 0) {
        return;
    }
    qsort(keys->at, keys->count, sizeof *keys->at, by_value);
    size_t n = 1;
    for (size_t i = 1; i < keys->count; i++) {
        if (keys->at[i] != keys->at[n - 1]) {
            keys->at[n++] = keys->at[i];
        }
    }
    keys->count = n;
}

void text_keys_done(TextKeys *keys)
{
    free(keys->at);
    *keys = (TextKeys){.at = NULL};
}

/* 16 bits of a letter: others may share them, so that a set is a filter and what it gives is
 * looked at. */
static size_t letters_of(PtStr s, uint16_t out[static TEXT_WORD_MAX])
{
    size_t n = 0;
    for (const char *p = s.data, *end = s.data + s.len; p < end && n < TEXT_WORD_MAX;) {
        uint8_t lead = (uint8_t)*p++;
        uint32_t c = lead < 0x80 ? lead : lead < 0xE0 ? lead & 0x1F : lead & 0x0F;
        while (p < end && ((uint8_t)*p & 0xC0) == 0x80) {
            c = c << 6 | ((uint8_t)*p++ & 0x3F);
        }
        out[n++] = (uint16_t)(c ^ c >> 16);
    }
    return n;
}

static uint64_t letters_3(const uint16_t *l)
{
    return (uint64_t)l[0] << 32 | (uint64_t)l[1] << 16 | l[2];
}

static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 32) * UINT64_C(0x9E3779B97F4A7C15);
    return x ^ x >> 29;
}

static uint64_t letters_all(const uint16_t *l, size_t count)
{
    uint64_t all = count;
    for (size_t i = 0; i < count; i++) {
        all = mix(all + l[i]);
    }
    return all;
}

void text_code_keys(PtStr code, unsigned field, TextKeys *keys)
{
    uint16_t l[TEXT_WORD_MAX];
    size_t n = letters_of(code, l);
    if (n == 0) {
        return;
    }
    text_keys_add(keys, text_key(TEXT_BEGIN_1, field, l[0]));
    if (n >= 2) {
        text_keys_add(keys, text_key(TEXT_BEGIN_2, field, (uint64_t)l[0] << 16 | l[1]));
    }
    for (size_t i = 0; i + 3 <= n; i++) {
        text_keys_add(keys, text_key(TEXT_THREE, field, letters_3(l + i)));
    }
    if (n <= TEXT_SHORT_MAX) {
        text_keys_add(keys, text_key(TEXT_SHORT, field, letters_all(l, n)));
    } else {
        text_keys_add(keys, text_key(TEXT_END_3, field, letters_3(l + n - 3)));
    }
}

void text_word_keys(PtStr word, TextKeys *keys)
{
    uint16_t l[TEXT_WORD_MAX];
    size_t n = letters_of(word, l);
    if (n == 0) {
        return;
    }
    text_keys_add(keys, text_key(TEXT_WORD_BEGIN_1, 0, l[0]));
    if (n >= 2) {
        text_keys_add(keys, text_key(TEXT_WORD_BEGIN_2, 0, (uint64_t)l[0] << 16 | l[1]));
        text_keys_add(keys, text_key(TEXT_WORD_END_2, 0, (uint64_t)l[n - 2] << 16 | l[n - 1]));
    }
    for (size_t i = 0; i + 3 <= n; i++) {
        text_keys_add(keys, text_key(TEXT_WORD_THREE, 0, letters_3(l + i)));
    }
}

void text_say_keys(PtStr word, TextKeys *keys)
{
    uint16_t l[TEXT_WORD_MAX];
    size_t n = letters_of(word, l);
    if (n >= 1) {
        text_keys_add(keys, text_key(TEXT_SAY_1, 0, l[0]));
    }
    if (n >= 2) {
        text_keys_add(keys, text_key(TEXT_SAY_2, 0, (uint64_t)l[0] << 16 | l[1]));
    }
}

/* ---- the table: open addressing, linear, no tombstones -----------------------------------------
 */

static size_t home(const TextTable *table, uint64_t key)
{
    return (size_t)mix(key * UINT64_C(0xD6E8FEB86659FD93)) & (table->cap - 1);
}

/* The key's slot, or the free one where it would stand. The table is never full. */
static TextSlot *slot_of(const TextTable *table, uint64_t key)
{
    size_t at = home(table, key);
    while (table->slots[at].key != key && table->slots[at].key != 0) {
        at = (at + 1) & (table->cap - 1);
    }
    return &table->slots[at];
}

const TextSet *text_table_get(const TextTable *table, uint64_t key)
{
    if (table->cap == 0) {
        return NULL;
    }
    const TextSlot *slot = slot_of(table, key);
    return slot->key != 0 ? &slot->set : NULL;
}

void text_table_touch(const TextTable *table, uint64_t key)
{
    if (table->cap > 0) {
        __builtin_prefetch(&table->slots[home(table, key)]);
    }
}

TextChange text_table_add(TextMemory *memory, TextTable *table, uint64_t key, uint32_t number)
{
    TextSlot *slot = slot_of(table, key);
    TextChange change = text_set_add(memory, &slot->set, number);
    if (slot->key == 0 && change == TEXT_CHANGED) {
        slot->key = key;
        table->count++;
    }
    return change;
}

/* Slots behind a freed one move up where they are nearer to home. */
static void free_slot(TextTable *table, size_t hole)
{
    size_t mask = table->cap - 1;
    for (size_t i = (hole + 1) & mask; table->slots[i].key != 0; i = (i + 1) & mask) {
        size_t want = home(table, table->slots[i].key);
        if (((i - want) & mask) >= ((i - hole) & mask)) {
            table->slots[hole] = table->slots[i];
            hole = i;
        }
    }
    table->slots[hole] = (TextSlot){.key = 0};
    table->count--;
}

TextChange text_table_remove(TextMemory *memory, TextTable *table, uint64_t key, uint32_t number,
                             bool *ret_empty)
{
    *ret_empty = false;
    TextSlot *slot = table->cap > 0 ? slot_of(table, key) : NULL;
    if (slot == NULL || slot->key == 0 ||
        text_set_remove(memory, &slot->set, number) == TEXT_SAME) {
        return TEXT_SAME;
    }
    if (slot->set.count == 0) {
        *ret_empty = true;
        text_set_done(memory, &slot->set);
        free_slot(table, (size_t)(slot - table->slots));
    }
    return TEXT_CHANGED;
}

void text_table_done(TextMemory *memory, TextTable *table)
{
    for (size_t i = 0; i < table->cap; i++) {
        if (table->slots[i].key != 0) {
            text_set_done(memory, &table->slots[i].set);
        }
    }
    text_free(memory, table->slots);
    *table = (TextTable){.slots = NULL};
}

bool text_table_full(const TextTable *table, size_t more)
{
    return table->cap == 0 || (table->count + more) * 4 > table->cap * 3;
}

bool text_table_grow(TextMemory *memory, const TextTable *table, size_t more, TextTable *ret_grown)
{
    TextTable grown = {.cap = table->cap > 0 ? table->cap : 1024};
    do {
        grown.cap *= 2;
    } while (text_table_full(&(TextTable){.cap = grown.cap, .count = table->count}, more));
    grown.slots = text_alloc(memory, grown.cap * sizeof *grown.slots);
    if (grown.slots == NULL) {
        return false;
    }
    memset(grown.slots, 0, grown.cap * sizeof *grown.slots);
    for (size_t i = 0; i < table->cap; i++) {
        if (table->slots[i].key != 0) {
            *slot_of(&grown, table->slots[i].key) = table->slots[i];
        }
    }
    grown.count = table->count;
    *ret_grown = grown;
    return true;
}
