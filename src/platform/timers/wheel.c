// SPDX-License-Identifier: Apache-2.0
#include "platform/timers/wheel_internal.h"

#include <stdlib.h>
#include <string.h>

enum { BUCKETS_FIRST = 1024, LIST_FIRST = 512 };

/* Instants as the wheel counts them: unsigned, in the same order. */
static uint64_t tick(int64_t ms)
{
    return (uint64_t)ms ^ (UINT64_C(1) << 63);
}

static int64_t ms_of(uint64_t tick)
{
    return (int64_t)(tick ^ (UINT64_C(1) << 63));
}

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for timers");
}

/* ---- Nodes, and the way to them ---------------------------------------------------------------
 */

static uint32_t bucket_of(const Wheel *w, uint32_t kind, uint64_t key)
{
    uint64_t x = (key + kind * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xff51afd7ed558ccd);
    x = (x ^ (x >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
    return (uint32_t)(x >> 32) & w->bucket_mask;
}

static uint32_t find(const Wheel *w, uint32_t kind, uint64_t key)
{
    uint32_t n = w->buckets[bucket_of(w, kind, key)];
    while (n != 0 && (wheel_node(w, n)->key != key || wheel_node(w, n)->kind != kind)) {
        n = wheel_node(w, n)->chain;
    }
    return n;
}

static void enlist(Wheel *w, uint32_t number)
{
    WheelNode *n = wheel_node(w, number);
    uint32_t *bucket = &w->buckets[bucket_of(w, n->kind, n->key)];
    n->chain = *bucket;
    *bucket = number;
}

static void delist(Wheel *w, uint32_t number)
{
    const WheelNode *n = wheel_node(w, number);
    uint32_t *at = &w->buckets[bucket_of(w, n->kind, n->key)];
    while (*at != number) {
        at = &wheel_node(w, *at)->chain;
    }
    *at = n->chain;
}

/* Half of the buckets are in use at most; where there is no memory for more, chains grow. */
static void grow_buckets(Wheel *w)
{
    const uint32_t count = w->bucket_mask + 1;
    if (w->armed < count || count == UINT32_C(1) << 31) {
        return;
    }
    uint32_t *buckets = calloc((size_t)count * 2, sizeof *buckets);
    if (buckets == NULL) {
        return;
    }
    uint32_t *before = w->buckets;
    w->buckets = buckets;
    w->bucket_mask = count * 2 - 1;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t n = before[i], next; n != 0; n = next) {
            next = wheel_node(w, n)->chain;
            enlist(w, n);
        }
    }
    free(before);
}

static bool add_page(Wheel *w)
{
    if (w->page_count == w->page_room) {
        const uint32_t room = w->page_room == 0 ? 16 : 2 * w->page_room;
        WheelNode **pages = realloc(w->pages, room * sizeof(WheelNode *));
        if (pages == NULL) {
            return false;
        }
        w->pages = pages;
        w->page_room = room;
    }
    w->pages[w->page_count] = malloc(WHEEL_PAGE * sizeof(WheelNode));
    if (w->pages[w->page_count] == NULL) {
        return false;
    }
    w->node_count += w->page_count++ == 0; // number 0 is none
    return true;
}

/* 0: no memory. */
static uint32_t new_node(Wheel *w)
{
    const uint32_t reused = w->free_list;
    if (reused != 0) {
        w->free_list = wheel_node(w, reused)->next;
        return reused;
    }
    if (w->node_count == w->page_count * WHEEL_PAGE && !add_page(w)) {
        return 0;
    }
    return w->node_count++;
}

static void free_node(Wheel *w, uint32_t number)
{
    WheelNode *n = wheel_node(w, number);
    n->place = WHEEL_FREE;
    n->next = w->free_list;
    w->free_list = number;
}

/* ---- Slots -------------------------------------------------------------------------------------
 */

static void put_in_slot(Wheel *w, uint32_t number)
{
    WheelNode *n = wheel_node(w, number);
    const uint64_t due = tick(n->due_ms), differs = due ^ w->at;
    const unsigned level = differs == 0 ? 0 : (63 - (unsigned)__builtin_clzll(differs)) / 8;
    const unsigned slot = (unsigned)(due >> (8 * level)) & 255;
    n->place = (uint16_t)(level * WHEEL_SLOTS + slot);
    n->prev = 0;
    n->next = w->slots[n->place];
    if (n->next != 0) {
        wheel_node(w, n->next)->prev = number;
    }
    w->slots[n->place] = number;
    w->used[level][slot / 64] |= UINT64_C(1) << (slot % 64);
}

static void mark_empty(Wheel *w, unsigned place)
{
    const unsigned slot = place % WHEEL_SLOTS;
    w->slots[place] = 0;
    w->used[place / WHEEL_SLOTS][slot / 64] &= ~(UINT64_C(1) << (slot % 64));
}

static void take_from_slot(Wheel *w, uint32_t number)
{
    const WheelNode *n = wheel_node(w, number);
    if (n->next != 0) {
        wheel_node(w, n->next)->prev = n->prev;
    }
    if (n->prev != 0) {
        wheel_node(w, n->prev)->next = n->next;
    } else if (n->next != 0) {
        w->slots[n->place] = n->next;
    } else {
        mark_empty(w, n->place);
    }
}

/* The earliest slot in use: *ret_begin its first instant. False: there is none. */
static bool next_slot(const Wheel *w, unsigned *ret_place, uint64_t *ret_begin)
{
    for (unsigned level = 0; level < WHEEL_LEVELS; level++) {
        for (unsigned i = 0; i < WHEEL_SLOTS / 64; i++) {
            if (w->used[level][i] != 0) { // slots before the wheel's own instant are empty
                const unsigned slot = i * 64 + (unsigned)__builtin_ctzll(w->used[level][i]);
                const unsigned below = 8 * (level + 1);
                const uint64_t above = below == 64 ? 0 : w->at >> below << below;
                *ret_place = level * WHEEL_SLOTS + slot;
                *ret_begin = above | (uint64_t)slot << (8 * level);
                return true;
            }
        }
    }
    return false;
}

static void deal_out(Wheel *w, unsigned place)
{
    uint32_t n = w->slots[place];
    mark_empty(w, place);
    for (uint32_t next; n != 0; n = next) {
        next = wheel_node(w, n)->next;
        put_in_slot(w, n);
    }
}

/* ---- Lists in the order of firing --------------------------------------------------------------
 */

static bool list_reserve(WheelList *l, size_t more)
{
    if (l->count + more <= l->room) {
        return true;
    }
    size_t room = l->room == 0 ? LIST_FIRST : l->room;
    while (room < l->count + more) {
        room *= 2;
    }
    WheelDue *items = realloc(l->items, room * sizeof *items);
    if (items == NULL) {
        return false;
    }
    l->items = items;
    l->room = room;
    return true;
}

static bool list_add(WheelList *l, Wheel *w, uint32_t number)
{
    if (!list_reserve(l, 1)) {
        return false;
    }
    WheelNode *n = wheel_node(w, number);
    l->items[l->count++] =
        (WheelDue){{.kind = n->kind, .key = n->key, .due_ms = n->due_ms}, number};
    n->place = WHEEL_READY;
    return true;
}

static int by_order(const void *a, const void *b)
{
    const PtTimer *x = &((const WheelDue *)a)->timer, *y = &((const WheelDue *)b)->timer;
    if (x->due_ms != y->due_ms) {
        return x->due_ms < y->due_ms ? -1 : 1;
    }
    if (x->kind != y->kind) {
        return x->kind < y->kind ? -1 : 1;
    }
    return (x->key > y->key) - (x->key < y->key);
}

/* Timers are mostly set in the order of their keys, and slots give the newest first. */
static void put_in_order(WheelDue *items, size_t count)
{
    size_t rising = 1, falling = 1;
    while (rising < count && by_order(&items[rising - 1], &items[rising]) < 0) {
        rising++;
    }
    while (falling < count && by_order(&items[falling - 1], &items[falling]) > 0) {
        falling++;
    }
    if (count > 1 && falling == count) {
        for (size_t i = 0; i < count / 2; i++) {
            const WheelDue other = items[i];
            items[i] = items[count - 1 - i];
            items[count - 1 - i] = other;
        }
    } else if (count > 1 && rising < count) {
        qsort(items, count, sizeof *items, by_order);
    }
}

static void forget_gone(WheelList *l)
{
    if (l->head == l->count) {
        l->head = l->count = 0;
    } else if (l->head > l->room / 2) {
        memmove(l->items, l->items + l->head, (l->count - l->head) * sizeof *l->items);
        l->count -= l->head;
        l->head = 0;
    }
}

/* Into the room of those that are gone: what is late is mostly due before all others. */
static void merge_front(WheelList *ready, WheelList *late)
{
    size_t from = ready->head, to = ready->head - late->count;
    ready->head = to;
    for (size_t i = 0; i < late->count; to++) {
        const bool of_ready =
            from < ready->count && by_order(&ready->items[from], &late->items[i]) < 0;
        ready->items[to] = of_ready ? ready->items[from++] : late->items[i++];
    }
    late->count = 0;
}

static bool merge_back(WheelList *ready, WheelList *late)
{
    if (!list_reserve(ready, late->count)) {
        return false;
    }
    size_t from = ready->count, to = ready->count + late->count;
    ready->count = to;
    while (late->count > 0) {
        const bool of_ready = from > ready->head &&
                              by_order(&ready->items[from - 1], &late->items[late->count - 1]) > 0;
        ready->items[--to] = of_ready ? ready->items[--from] : late->items[--late->count];
    }
    return true;
}

static bool merge_late(Wheel *w)
{
    put_in_order(w->late.items, w->late.count);
    if (w->ready.head >= w->late.count) {
        merge_front(&w->ready, &w->late);
        return true;
    }
    return merge_back(&w->ready, &w->late);
}

/* ---- Setting -----------------------------------------------------------------------------------
 */

PtStatus wheel_init(Wheel *w, int64_t now_ms, PtError *err)
{
    *w = (Wheel){.at = tick(now_ms), .bucket_mask = BUCKETS_FIRST - 1};
    w->buckets = calloc(BUCKETS_FIRST, sizeof *w->buckets);
    return w->buckets != NULL ? PT_OK : no_memory(err);
}

void wheel_done(Wheel *w)
{
    for (uint32_t i = 0; i < w->page_count; i++) {
        free(w->pages[i]);
    }
    free(w->pages);
    free(w->buckets);
    free(w->ready.items);
    free(w->late.items);
}

static void cancel_node(Wheel *w, uint32_t number)
{
    WheelNode *n = wheel_node(w, number);
    delist(w, number);
    w->armed--;
    if (n->place == WHEEL_READY) {
        n->place = WHEEL_DEAD; // whoever holds it frees it
    } else {
        take_from_slot(w, number);
        free_node(w, number);
    }
}

void wheel_cancel(Wheel *w, uint32_t kind, uint64_t key)
{
    const uint32_t number = find(w, kind, key);
    if (number != 0) {
        cancel_node(w, number);
    }
}

void wheel_cancel_kind(Wheel *w, uint32_t kind)
{
    for (uint32_t i = 1; i < w->node_count; i++) {
        const WheelNode *n = wheel_node(w, i);
        if (n->place <= WHEEL_READY && n->kind == kind) {
            cancel_node(w, i);
        }
    }
}

PtStatus wheel_set(Wheel *w, const PtTimer *timer, PtError *err)
{
    const uint32_t number = new_node(w);
    if (number == 0) {
        return no_memory(err);
    }
    WheelNode *n = wheel_node(w, number);
    *n = (WheelNode){.due_ms = timer->due_ms, .key = timer->key, .kind = (uint8_t)timer->kind};
    if (tick(timer->due_ms) >= w->at) {
        put_in_slot(w, number);
    } else if (!list_add(&w->late, w, number)) {
        free_node(w, number);
        return no_memory(err);
    }
    wheel_cancel(w, timer->kind, timer->key);
    w->armed++;
    grow_buckets(w);
    enlist(w, number);
    return PT_OK;
}

size_t wheel_bytes(const Wheel *w)
{
    return w->page_count * WHEEL_PAGE * sizeof(WheelNode) +
           ((size_t)w->bucket_mask + 1) * sizeof *w->buckets +
           (w->ready.room + w->late.room) * sizeof(WheelDue);
}

/* ---- Firing ------------------------------------------------------------------------------------
 */

/* What is not due any more goes back into its slot. */
static void put_back(Wheel *w, WheelList *l)
{
    size_t kept = 0;
    for (size_t i = l->head; i < l->count; i++) {
        const WheelDue due = l->items[i];
        if (!wheel_is_live(w, due.node)) {
            free_node(w, due.node);
        } else if (tick(due.timer.due_ms) >= w->at) {
            put_in_slot(w, due.node);
        } else {
            l->items[kept++] = due;
        }
    }
    l->head = 0;
    l->count = kept;
}

void wheel_turn_back(Wheel *w, int64_t now_ms)
{
    w->at = tick(now_ms);
    memset(w->slots, 0, sizeof w->slots);
    memset(w->used, 0, sizeof w->used);
    for (uint32_t i = 1; i < w->node_count; i++) {
        if (wheel_node(w, i)->place < WHEEL_READY) {
            put_in_slot(w, i);
        }
    }
    put_back(w, &w->ready);
    put_back(w, &w->late);
}

static bool take_slot(Wheel *w, unsigned place)
{
    const size_t from = w->ready.count;
    while (w->slots[place] != 0) {
        const uint32_t number = w->slots[place];
        const uint32_t next = wheel_node(w, number)->next;
        if (!list_add(&w->ready, w, number)) {
            break;
        }
        w->slots[place] = next;
        if (next != 0) {
            wheel_node(w, next)->prev = 0;
        }
    }
    const bool all = w->slots[place] == 0;
    if (all) {
        mark_empty(w, place);
    }
    put_in_order(w->ready.items + from, w->ready.count - from);
    return all;
}

PtStatus wheel_collect(Wheel *w, int64_t now_ms, PtError *err)
{
    const uint64_t now = tick(now_ms);
    unsigned place;
    uint64_t begin;
    bool any = true, room = true;
    forget_gone(&w->ready);
    while (room && any && w->ready.count - w->ready.head < PT_TIMER_BATCH) {
        any = next_slot(w, &place, &begin) && begin <= now;
        if (any) {
            w->at = begin;
        }
        if (any && place < WHEEL_SLOTS) {
            room = take_slot(w, place);
        } else if (any) {
            deal_out(w, place);
        }
    }
    if (room && !any && now > w->at) {
        w->at = now;
    }
    room = merge_late(w) && room;
    return room ? PT_OK : no_memory(err);
}

size_t wheel_take(Wheel *w, int64_t now_ms, const WheelDue **ret_due)
{
    WheelList *l = &w->ready;
    size_t count = 0;
    while (count < PT_TIMER_BATCH && l->head + count < l->count &&
           l->items[l->head + count].timer.due_ms <= now_ms) {
        count++;
    }
    *ret_due = l->items + l->head;
    l->head += count;
    return count;
}

void wheel_release(Wheel *w, uint32_t node)
{
    if (wheel_is_live(w, node)) {
        delist(w, node);
        w->armed--;
    }
    free_node(w, node);
}

PtStatus wheel_bring_again(Wheel *w, const WheelDue *due, PtError *err)
{
    if (!wheel_is_live(w, due->node)) {
        free_node(w, due->node);
        return PT_OK;
    }
    return list_add(&w->late, w, due->node) ? PT_OK : no_memory(err);
}

int64_t wheel_next_ms(Wheel *w)
{
    unsigned place;
    uint64_t begin;
    int64_t next = next_slot(w, &place, &begin) ? ms_of(begin) : INT64_MAX;
    for (size_t i = 0; i < w->late.count; i++) {
        const int64_t due_ms = w->late.items[i].timer.due_ms;
        next = due_ms < next ? due_ms : next;
    }
    if (w->ready.head < w->ready.count && w->ready.items[w->ready.head].timer.due_ms < next) {
        next = w->ready.items[w->ready.head].timer.due_ms;
    }
    return next;
}
