// SPDX-License-Identifier: Apache-2.0
#include "profiles/index_internal.h"

#include "base/memory.h"

#include <stdlib.h>

IndexTable *index_table_new(size_t max_bytes)
{
    size_t chunks = max_bytes / (INDEX_CHUNK * sizeof(IndexEntry)) + 1;
    IndexTable *t = calloc(1, sizeof *t + chunks * sizeof *t->chunks);
    if (t != NULL) {
        atomic_init(&t->refs, 1);
        t->max_bytes = max_bytes;
        t->max_chunks = chunks;
    }
    return t;
}

static void free_mid(IndexMid *mid)
{
    for (size_t i = 0; mid != NULL && i < 1 << INDEX_MID_BITS; i++) {
        free(atomic_load_explicit(&mid->pages[i], memory_order_relaxed));
    }
    free(mid);
}

void index_table_unref(IndexTable *t)
{
    if (t == NULL || atomic_fetch_sub(&t->refs, 1) > 1) {
        return;
    }
    for (size_t i = 0; i < 1 << INDEX_DIR_BITS; i++) {
        free_mid(atomic_load_explicit(&t->dir[i], memory_order_relaxed));
    }
    for (size_t i = 0; i < t->max_chunks && t->chunks[i] != NULL; i++) {
        free(t->chunks[i]);
    }
    free(t);
}

/* Zeroed memory that counts towards the table's; NULL when there is none or it would be too much.
 */
static void *table_alloc(IndexTable *t, size_t size)
{
    uint64_t bytes = atomic_load_explicit(&t->bytes, memory_order_relaxed) + size;
    void *p = bytes <= t->max_bytes ? calloc(1, size) : NULL;
    if (p != NULL) {
        atomic_store_explicit(&t->bytes, bytes, memory_order_relaxed);
    }
    return p;
}

/* The node's slot, made when missing. */
static _Atomic uint64_t *slot_for(IndexTable *t, uint32_t node)
{
    IndexMid *_Atomic *dir = &t->dir[node >> (INDEX_MID_BITS + INDEX_PAGE_BITS)];
    IndexMid *mid = atomic_load_explicit(dir, memory_order_relaxed);
    if (mid == NULL) {
        mid = table_alloc(t, sizeof *mid);
        if (mid == NULL) {
            return NULL;
        }
        atomic_store_explicit(dir, mid, memory_order_release);
    }
    IndexPage *_Atomic *at = &mid->pages[node >> INDEX_PAGE_BITS & ((1 << INDEX_MID_BITS) - 1)];
    IndexPage *page = atomic_load_explicit(at, memory_order_relaxed);
    if (page == NULL) {
        page = table_alloc(t, sizeof *page);
        if (page == NULL) {
            return NULL;
        }
        atomic_store_explicit(at, page, memory_order_release);
    }
    return &page->slots[node & ((1 << INDEX_PAGE_BITS) - 1)];
}

bool index_table_add(IndexTable *t, uint32_t node, uint64_t offset)
{
    uint64_t count = atomic_load_explicit(&t->count, memory_order_relaxed);
    size_t chunk = count / INDEX_CHUNK;
    _Atomic uint64_t *slot = slot_for(t, node);
    if (slot == NULL || chunk == t->max_chunks || count == UINT32_MAX) {
        return false;
    }
    if (t->chunks[chunk] == NULL) {
        t->chunks[chunk] = table_alloc(t, INDEX_CHUNK * sizeof(IndexEntry));
        if (t->chunks[chunk] == NULL) {
            return false;
        }
    }
    uint64_t old = atomic_load_explicit(slot, memory_order_relaxed);
    t->chunks[chunk][count % INDEX_CHUNK] =
        (IndexEntry){.lo = (uint32_t)offset, .hi = (uint32_t)(offset >> 32), .prev = (uint32_t)old};
    t->first = count == 0 ? offset : t->first;
    t->last = offset;
    atomic_store_explicit(slot, (index_slot_count(old) + 1) << 32 | (count + 1),
                          memory_order_release);
    atomic_store_explicit(&t->count, count + 1, memory_order_relaxed);
    return true;
}

uint64_t index_table_slot(const IndexTable *t, uint32_t node)
{
    const IndexMid *mid = atomic_load_explicit(&t->dir[node >> (INDEX_MID_BITS + INDEX_PAGE_BITS)],
                                               memory_order_acquire);
    if (mid == NULL) {
        return 0;
    }
    const IndexPage *page = atomic_load_explicit(
        &mid->pages[node >> INDEX_PAGE_BITS & ((1 << INDEX_MID_BITS) - 1)], memory_order_acquire);
    if (page == NULL) {
        return 0;
    }
    return atomic_load_explicit(&page->slots[node & ((1 << INDEX_PAGE_BITS) - 1)],
                                memory_order_acquire);
}

uint64_t index_table_below(const IndexTable *t, uint64_t next)
{
    uint64_t low = 0, high = atomic_load_explicit(&t->count, memory_order_relaxed);
    while (low < high) { // entries stand in the order of their offsets
        uint64_t mid = low + (high - low) / 2;
        if (index_entry_offset(index_table_entry(t, (uint32_t)mid + 1)) < next) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

typedef PtStatus NodeFn(void *ctx, uint32_t node, uint64_t slot, PtError *err);

static PtStatus walk_page(const IndexPage *page, uint32_t base, NodeFn *fn, void *ctx, PtError *err)
{
    for (uint32_t i = 0; i < 1 << INDEX_PAGE_BITS; i++) {
        uint64_t slot = atomic_load_explicit(&page->slots[i], memory_order_relaxed);
        PtStatus st = slot != 0 ? fn(ctx, base + i, slot, err) : PT_OK;
        if (st != PT_OK) {
            return st;
        }
    }
    return PT_OK;
}

PtStatus index_table_walk(const IndexTable *t, NodeFn *fn, void *ctx, PtError *err)
{
    PtStatus st = PT_OK;
    for (uint32_t i = 0; i < 1 << INDEX_DIR_BITS; i++) {
        const IndexMid *mid = atomic_load_explicit(&t->dir[i], memory_order_relaxed);
        for (uint32_t k = 0; mid != NULL && st == PT_OK && k < 1 << INDEX_MID_BITS; k++) {
            const IndexPage *page = atomic_load_explicit(&mid->pages[k], memory_order_relaxed);
            uint32_t base = (i << INDEX_MID_BITS | k) << INDEX_PAGE_BITS;
            st = page != NULL ? walk_page(page, base, fn, ctx, err) : PT_OK;
        }
    }
    return st;
}

/* The entries from `next` on, with their nodes. */
typedef struct Rest {
    const IndexTable *table;
    uint64_t next;
    size_t count;
    struct RestEntry {
        uint64_t offset;
        uint32_t node;
    } *entries;
} Rest;

static PtStatus keep_rest(void *ctx, uint32_t node, uint64_t slot, PtError *err)
{
    Rest *r = ctx;
    (void)err;
    for (uint32_t at = (uint32_t)slot; at != 0;) {
        const IndexEntry *e = index_table_entry(r->table, at);
        if (index_entry_offset(e) < r->next) {
            break;
        }
        r->entries[r->count++] = (struct RestEntry){index_entry_offset(e), node};
        at = e->prev;
    }
    return PT_OK;
}

static int by_offset(const void *a, const void *b)
{
    const struct RestEntry *x = a, *y = b;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

IndexTable *index_table_rest(const IndexTable *t, uint64_t next)
{
    IndexTable *fresh = index_table_new(t->max_bytes);
    uint64_t count = atomic_load_explicit(&t->count, memory_order_relaxed);
    uint64_t kept = count - index_table_below(t, next);
    if (fresh == NULL || kept == 0) {
        return fresh;
    }
    Rest rest = {.table = t, .next = next, .entries = malloc(kept * sizeof *rest.entries)};
    bool ok = rest.entries != NULL && index_table_walk(t, keep_rest, &rest, NULL) == PT_OK;
    if (ok) {
        qsort(rest.entries, rest.count, sizeof *rest.entries, by_offset);
    }
    for (size_t i = 0; ok && i < rest.count; i++) {
        ok = index_table_add(fresh, rest.entries[i].node, rest.entries[i].offset);
    }
    free(rest.entries);
    if (!ok) {
        index_table_unref(fresh);
        return NULL;
    }
    return fresh;
}
