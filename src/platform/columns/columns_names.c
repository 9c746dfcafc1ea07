// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"
#include "platform/columns/columns_internal.h"

#include <stdlib.h>

enum { TEXTS_MOST = (COLUMNS_EVENTS_MAX + COLUMNS_PROPERTIES_MAX) * (COLUMNS_NAME_MAX + 32) };

PtStr columns_name_cut(PtStr name)
{
    size_t len = name.len;
    if (len > COLUMNS_NAME_MAX) {
        len = COLUMNS_NAME_MAX;
        while (len > 0 && ((unsigned char)name.data[len] & 0xC0) == 0x80) {
            len--;
        }
    }
    return (PtStr){name.data, len};
}

static uint64_t hash_of(unsigned first, PtStr text)
{
    return pt_hash64(text) + first * UINT64_C(0x9E3779B97F4A7C15);
}

static void insert(uint16_t *slots, size_t slot_count, uint64_t hash, uint16_t number)
{
    size_t at = hash & (slot_count - 1);
    while (slots[at] != 0) {
        at = (at + 1) & (slot_count - 1);
    }
    slots[at] = number;
}

bool columns_names_put_event(ColumnsNames *n, uint8_t type, PtStr name)
{
    const uint32_t code = atomic_load_explicit(&n->event_count, memory_order_relaxed);
    const PtStr kept = pt_arena_str(n->texts, name);
    if (kept.data == NULL) {
        return false;
    }
    n->events[code] = (ColumnsEvent){type, kept};
    if (code > 0) {
        insert(n->event_slots, NAMES_EVENT_SLOTS, hash_of(type, kept), (uint16_t)code);
    }
    atomic_store_explicit(&n->event_count, code + 1, memory_order_release);
    return true;
}

bool columns_names_put_property(ColumnsNames *n, ColumnsKind kind, PtStr path)
{
    const uint32_t number = atomic_load_explicit(&n->property_count, memory_order_relaxed);
    const PtStr kept = pt_arena_str(n->texts, path);
    if (kept.data == NULL) {
        return false;
    }
    n->properties[number] = (ColumnsProperty){kept, kind};
    insert(n->property_slots, NAMES_PROPERTY_SLOTS, hash_of(kind, kept), (uint16_t)(number + 1));
    atomic_store_explicit(&n->property_count, number + 1, memory_order_release);
    return true;
}

ColumnsNames *columns_names_new(void)
{
    ColumnsNames *n = calloc(1, sizeof *n);
    if (n == NULL) {
        return NULL;
    }
    atomic_init(&n->refs, 1);
    n->texts = pt_arena_new(TEXTS_MOST);
    if (n->texts == NULL || !columns_names_put_event(n, 0, PT_STR(""))) {
        columns_names_unref(n);
        return NULL;
    }
    return n;
}

void columns_names_unref(ColumnsNames *n)
{
    if (n == NULL || atomic_fetch_sub(&n->refs, 1) > 1) {
        return;
    }
    pt_arena_free(n->texts);
    free(n);
}

bool columns_names_event(ColumnsNames *n, uint8_t type, PtStr name, uint16_t *ret_code)
{
    const uint64_t hash = hash_of(type, name);
    for (size_t at = hash & (NAMES_EVENT_SLOTS - 1); n->event_slots[at] != 0;
         at = (at + 1) & (NAMES_EVENT_SLOTS - 1)) {
        const ColumnsEvent *e = &n->events[n->event_slots[at]];
        if (e->type == type && pt_str_eq(e->name, name)) {
            *ret_code = n->event_slots[at];
            return true;
        }
    }
    const uint32_t count = atomic_load_explicit(&n->event_count, memory_order_relaxed);
    *ret_code = count < COLUMNS_EVENTS_MAX ? (uint16_t)count : 0;
    return count >= COLUMNS_EVENTS_MAX || columns_names_put_event(n, type, name);
}

bool columns_names_property(ColumnsNames *n, ColumnsKind kind, PtStr path, uint32_t *ret_column)
{
    const uint64_t hash = hash_of(kind, path);
    for (size_t at = hash & (NAMES_PROPERTY_SLOTS - 1); n->property_slots[at] != 0;
         at = (at + 1) & (NAMES_PROPERTY_SLOTS - 1)) {
        const uint32_t number = n->property_slots[at] - 1U;
        const ColumnsProperty *p = &n->properties[number];
        if (p->kind == kind && pt_str_eq(p->path, path)) {
            *ret_column = COLUMNS_COLUMN_PROPERTIES + number;
            return true;
        }
    }
    const uint32_t count = atomic_load_explicit(&n->property_count, memory_order_relaxed);
    *ret_column = count < COLUMNS_PROPERTIES_MAX ? COLUMNS_COLUMN_PROPERTIES + count : UINT32_MAX;
    return count >= COLUMNS_PROPERTIES_MAX || columns_names_put_property(n, kind, path);
}
