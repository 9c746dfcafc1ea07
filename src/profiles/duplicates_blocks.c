// SPDX-License-Identifier: Apache-2.0
/* Nodes by key: open addressing. Most keys have one node, which stands in the slot; others have a
 * list. A key is a hash already, so its upper bits are its place. */
#include "profiles/duplicates_internal.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS_FIRST = 1024, ROOM_FIRST = 4 };

static const uint32_t LIST = UINT32_C(1) << 31;

typedef struct Slot {
    uint32_t key;
    uint32_t node; /* 0: free; with LIST: number of a list */
} Slot;

typedef struct List {
    uint32_t *nodes;
    uint32_t count, room; /* room 0: free, and `count` is the next free one */
} List;

struct Blocks {
    Slot *slots;
    size_t slot_count, used;
    List *lists; /* from 1 */
    uint32_t list_count, list_room, free_list;
    size_t bytes; /* of the lists' nodes */
};

Blocks *blocks_new(void)
{
    Blocks *b = calloc(1, sizeof *b);
    if (b != NULL) {
        b->slots = calloc(SLOTS_FIRST, sizeof *b->slots);
        b->slot_count = SLOTS_FIRST;
        if (b->slots == NULL) {
            free(b);
            return NULL;
        }
    }
    return b;
}

static void free_lists(Blocks *b)
{
    for (uint32_t i = 1; i <= b->list_count; i++) {
        if (b->lists[i].room > 0) {
            free(b->lists[i].nodes);
        }
    }
    b->list_count = b->free_list = 0;
    b->bytes = 0;
}

void blocks_free(Blocks *b)
{
    if (b != NULL) {
        free_lists(b);
        free(b->lists);
        free(b->slots);
        free(b);
    }
}

void blocks_clear(Blocks *b)
{
    free_lists(b);
    memset(b->slots, 0, b->slot_count * sizeof *b->slots);
    b->used = 0;
}

size_t blocks_bytes(const Blocks *b)
{
    return b->slot_count * sizeof *b->slots + b->list_room * sizeof *b->lists + b->bytes;
}

/* ---- Slots ----------------------------------------------------------------------------------- */

static size_t home_of(size_t slot_count, uint32_t key)
{
    return (size_t)((uint64_t)key * slot_count >> 32);
}

static size_t slot_of(const Slot *slots, size_t slot_count, uint32_t key)
{
    size_t at = home_of(slot_count, key);
    while (slots[at].node != 0 && slots[at].key != key) {
        at = at + 1 < slot_count ? at + 1 : 0;
    }
    return at;
}

static bool grow(Blocks *b)
{
    const size_t count = b->slot_count + b->slot_count / 2;
    Slot *slots = calloc(count, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < b->slot_count; i++) {
        if (b->slots[i].node != 0) {
            slots[slot_of(slots, count, b->slots[i].key)] = b->slots[i];
        }
    }
    free(b->slots);
    b->slots = slots;
    b->slot_count = count;
    return true;
}

/* Slots behind a free one move up to where they are looked for. */
static void free_slot(Blocks *b, size_t at)
{
    const size_t n = b->slot_count;
    for (size_t next = (at + 1) % n; b->slots[next].node != 0; next = (next + 1) % n) {
        const size_t home = home_of(n, b->slots[next].key);
        const size_t from_home = (next + n - home) % n, gap = (next + n - at) % n;
        if (from_home >= gap) {
            b->slots[at] = b->slots[next];
            at = next;
        }
    }
    b->slots[at] = (Slot){0, 0};
    b->used--;
}

/* ---- Lists ----------------------------------------------------------------------------------- */

static uint32_t new_list(Blocks *b)
{
    uint32_t number = b->free_list;
    if (number == 0 && b->list_count + 1 >= b->list_room) {
        const uint32_t room = b->list_room == 0 ? 64 : 2 * b->list_room;
        List *lists = realloc(b->lists, room * sizeof *lists);
        if (lists == NULL) {
            return 0;
        }
        b->lists = lists;
        b->list_room = room;
    }
    uint32_t *nodes = malloc(ROOM_FIRST * sizeof *nodes);
    if (nodes == NULL) {
        return 0;
    }
    if (number != 0) {
        b->free_list = b->lists[number].count;
    } else {
        number = ++b->list_count;
    }
    b->lists[number] = (List){.nodes = nodes, .room = ROOM_FIRST};
    b->bytes += ROOM_FIRST * sizeof *nodes;
    return number;
}

static bool add_to_list(Blocks *b, List *list, uint32_t node)
{
    if (list->count == list->room) {
        uint32_t *nodes = realloc(list->nodes, 2 * list->room * sizeof *nodes);
        if (nodes == NULL) {
            return false;
        }
        b->bytes += list->room * sizeof *nodes;
        list->nodes = nodes;
        list->room *= 2;
    }
    list->nodes[list->count++] = node;
    return true;
}

static void free_list(Blocks *b, uint32_t number)
{
    List *list = &b->lists[number];
    b->bytes -= list->room * sizeof *list->nodes;
    free(list->nodes);
    *list = (List){.count = b->free_list};
    b->free_list = number;
}

/* ---- Keys ------------------------------------------------------------------------------------ */

static bool add_second(Blocks *b, Slot *slot, uint32_t node)
{
    const uint32_t number = new_list(b);
    if (number == 0) {
        return false;
    }
    List *list = &b->lists[number];
    list->nodes[0] = slot->node;
    list->nodes[1] = node;
    list->count = 2;
    slot->node = LIST | number;
    return true;
}

bool blocks_add(Blocks *b, uint32_t key, uint32_t node, size_t *ret_count)
{
    if (4 * (b->used + 1) > 3 * b->slot_count && !grow(b)) {
        return false;
    }
    Slot *slot = &b->slots[slot_of(b->slots, b->slot_count, key)];
    if (slot->node == 0) {
        *slot = (Slot){key, node};
        b->used++;
        *ret_count = 1;
        return true;
    }
    if ((slot->node & LIST) == 0) {
        *ret_count = 2;
        return add_second(b, slot, node);
    }
    List *list = &b->lists[slot->node & ~LIST];
    *ret_count = list->count + 1U;
    return add_to_list(b, list, node);
}

void blocks_remove(Blocks *b, uint32_t key, uint32_t node, size_t *ret_count)
{
    const size_t at = slot_of(b->slots, b->slot_count, key);
    Slot *slot = &b->slots[at];
    *ret_count = 0;
    if ((slot->node & LIST) == 0) {
        if (slot->node == node) {
            free_slot(b, at);
        }
        return;
    }
    const uint32_t number = slot->node & ~LIST;
    List *list = &b->lists[number];
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->nodes[i] == node) {
            list->nodes[i] = list->nodes[--list->count];
            break;
        }
    }
    *ret_count = list->count;
    if (list->count == 1) {
        slot->node = list->nodes[0];
        free_list(b, number);
    }
}

const uint32_t *blocks_get(const Blocks *b, uint32_t key, size_t *ret_count)
{
    const Slot *slot = &b->slots[slot_of(b->slots, b->slot_count, key)];
    if (slot->node == 0) {
        *ret_count = 0;
        return NULL;
    }
    if ((slot->node & LIST) == 0) {
        *ret_count = 1;
        return &slot->node;
    }
    const List *list = &b->lists[slot->node & ~LIST];
    *ret_count = list->count;
    return list->nodes;
}
