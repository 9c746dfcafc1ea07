// SPDX-License-Identifier: Apache-2.0
#include "platform/text/text_internal.h"

#include <assert.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

enum {
    FEW = 2,            /* numbers kept in the set itself */
    SOME_MAX = 1024,    /* numbers kept in one array */
    SOME_AGAIN = 512,   /* chunks that shrink to this become an array */
    ARRAY_MAX = 4096,   /* numbers of a chunk's array; with more it is a bitmap */
    ARRAY_AGAIN = 3072, /* a bitmap that shrinks to this becomes an array */
    BLOCK_HEAD = 8,     /* what the allocator keeps beside a block */
};

/* ---- memory that is counted --------------------------------------------------------------------
 */

static uint64_t weight(void *p)
{
    return p != NULL ? malloc_usable_size(p) + BLOCK_HEAD : 0;
}

/* Only the writer counts, so that a plain load and store do. */
static void count(TextMemory *memory, uint64_t more, uint64_t less)
{
    uint64_t bytes = atomic_load_explicit(&memory->bytes, memory_order_relaxed);
    atomic_store_explicit(&memory->bytes, bytes + more - less, memory_order_relaxed);
}

void *text_alloc(TextMemory *memory, size_t size)
{
    void *p = malloc(size);
    count(memory, weight(p), 0);
    return p;
}

void *text_realloc(TextMemory *memory, void *p, size_t size)
{
    uint64_t before = weight(p);
    void *grown = realloc(p, size);
    if (grown != NULL) {
        count(memory, weight(grown), before);
    }
    return grown;
}

void text_free(TextMemory *memory, void *p)
{
    count(memory, 0, weight(p));
    free(p);
}

/* ---- the three forms ---------------------------------------------------------------------------
 */

typedef enum Form { FORM_FEW, FORM_SOME, FORM_CHUNKS } Form;

/* `size` tells them apart: 0 few; over TEXT_SLICE an array, with its room above that. */
static Form form_of(const TextSet *set)
{
    return set->size == 0 ? FORM_FEW : set->size > TEXT_SLICE ? FORM_SOME : FORM_CHUNKS;
}

static const uint32_t *numbers_of(const TextSet *set)
{
    return form_of(set) == FORM_FEW ? set->few : set->some;
}

static size_t lower_bound(const uint32_t *at, size_t count, uint32_t number)
{
    if (count > 0 && at[count - 1] < number) {
        return count; // most numbers come in order
    }
    size_t low = 0;
    while (low < count) {
        size_t mid = (low + count) / 2;
        if (at[mid] < number) {
            low = mid + 1;
        } else {
            count = mid;
        }
    }
    return low;
}

static size_t lower_bound_16(const uint16_t *at, size_t count, uint16_t number)
{
    if (count > 0 && at[count - 1] < number) {
        return count;
    }
    size_t low = 0;
    while (low < count) {
        size_t mid = (low + count) / 2;
        if (at[mid] < number) {
            low = mid + 1;
        } else {
            count = mid;
        }
    }
    return low;
}

static size_t more(size_t count)
{
    return count + count / 4 + 4;
}

/* ---- chunks ------------------------------------------------------------------------------------
 */

static bool has_bit(const uint64_t *bits, uint16_t low)
{
    return (bits[low / 64] >> (low % 64) & 1) != 0;
}

static bool chunk_to_bitmap(TextMemory *memory, TextChunk *chunk)
{
    uint64_t *bits = text_alloc(memory, TEXT_SLICE / 8);
    if (bits == NULL) {
        return false;
    }
    memset(bits, 0, TEXT_SLICE / 8);
    for (uint32_t i = 0; i < chunk->count; i++) {
        bits[chunk->low[i] / 64] |= UINT64_C(1) << (chunk->low[i] % 64);
    }
    text_free(memory, chunk->low);
    chunk->bits = bits;
    chunk->cap = 0;
    return true;
}

/* Stays a bitmap when there is no memory. */
static void chunk_to_array(TextMemory *memory, TextChunk *chunk)
{
    uint16_t *low = text_alloc(memory, chunk->count * sizeof *low);
    if (low == NULL) {
        return;
    }
    size_t n = 0;
    for (size_t w = 0; w < TEXT_SLICE_WORDS; w++) {
        for (uint64_t left = chunk->bits[w]; left != 0; left &= left - 1) {
            low[n++] = (uint16_t)(w * 64 + (size_t)__builtin_ctzll(left));
        }
    }
    text_free(memory, chunk->bits);
    chunk->low = low;
    chunk->cap = (uint16_t)n;
}

static TextChange bitmap_add(TextChunk *chunk, uint16_t low)
{
    if (has_bit(chunk->bits, low)) {
        return TEXT_SAME;
    }
    chunk->bits[low / 64] |= UINT64_C(1) << (low % 64);
    chunk->count++;
    return TEXT_CHANGED;
}

static TextChange chunk_add(TextMemory *memory, TextChunk *chunk, uint16_t low)
{
    if (chunk->cap == 0) {
        return bitmap_add(chunk, low);
    }
    size_t at = lower_bound_16(chunk->low, chunk->count, low);
    if (at < chunk->count && chunk->low[at] == low) {
        return TEXT_SAME;
    }
    if (chunk->count == ARRAY_MAX) {
        return chunk_to_bitmap(memory, chunk) ? bitmap_add(chunk, low) : TEXT_FAILED;
    }
    if (chunk->count == chunk->cap) {
        size_t cap = more(chunk->cap);
        uint16_t *grown = text_realloc(memory, chunk->low, cap * sizeof *grown);
        if (grown == NULL) {
            return TEXT_FAILED;
        }
        chunk->low = grown;
        chunk->cap = (uint16_t)cap;
    }
    memmove(chunk->low + at + 1, chunk->low + at, (chunk->count - at) * sizeof *chunk->low);
    chunk->low[at] = low;
    chunk->count++;
    return TEXT_CHANGED;
}

static void chunk_shrink(TextMemory *memory, TextChunk *chunk)
{
    if (chunk->cap == 0 || chunk->count >= chunk->cap / 2U || chunk->cap < 16) {
        return;
    }
    uint16_t *low = text_realloc(memory, chunk->low, chunk->count * sizeof *low);
    if (low != NULL) {
        chunk->low = low;
        chunk->cap = (uint16_t)chunk->count;
    }
}

static TextChange chunk_remove(TextMemory *memory, TextChunk *chunk, uint16_t low)
{
    if (chunk->cap == 0) {
        if (!has_bit(chunk->bits, low)) {
            return TEXT_SAME;
        }
        chunk->bits[low / 64] &= ~(UINT64_C(1) << (low % 64));
        if (--chunk->count == ARRAY_AGAIN) {
            chunk_to_array(memory, chunk);
        }
        return TEXT_CHANGED;
    }
    size_t at = lower_bound_16(chunk->low, chunk->count, low);
    if (at == chunk->count || chunk->low[at] != low) {
        return TEXT_SAME;
    }
    chunk->count--;
    memmove(chunk->low + at, chunk->low + at + 1, (chunk->count - at) * sizeof *chunk->low);
    if (chunk->count > 0) {
        chunk_shrink(memory, chunk);
    }
    return TEXT_CHANGED;
}

static size_t chunk_index(const TextSet *set, uint32_t slice)
{
    size_t low = 0, high = set->size;
    if (high > 0 && set->chunks[high - 1].key < slice) {
        return high;
    }
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (set->chunks[mid].key < slice) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

static TextChunk *chunk_of(const TextSet *set, uint32_t slice)
{
    size_t at = chunk_index(set, slice);
    return at < set->size && set->chunks[at].key == slice ? &set->chunks[at] : NULL;
}

/* Room is there whenever the count is no multiple of it. */
enum { CHUNK_STEP = 4 };

static TextChunk *chunk_insert(TextMemory *memory, TextSet *set, uint32_t slice)
{
    if (set->size % CHUNK_STEP == 0) {
        TextChunk *grown =
            text_realloc(memory, set->chunks, (set->size + CHUNK_STEP) * sizeof *grown);
        if (grown == NULL) {
            return NULL;
        }
        set->chunks = grown;
    }
    uint16_t *low = text_alloc(memory, 8 * sizeof *low);
    if (low == NULL) {
        return NULL;
    }
    size_t at = chunk_index(set, slice);
    memmove(set->chunks + at + 1, set->chunks + at, (set->size - at) * sizeof *set->chunks);
    set->size++;
    set->chunks[at] = (TextChunk){.key = (uint16_t)slice, .cap = 8, .low = low};
    return &set->chunks[at];
}

static void chunk_delete(TextMemory *memory, TextSet *set, TextChunk *chunk)
{
    text_free(memory, chunk->low);
    size_t at = (size_t)(chunk - set->chunks);
    set->size--;
    memmove(set->chunks + at, set->chunks + at + 1, (set->size - at) * sizeof *set->chunks);
}

/* ---- from one form to the next -----------------------------------------------------------------
 */

static void free_chunks(TextMemory *memory, TextSet *set)
{
    for (size_t i = 0; i < set->size; i++) {
        text_free(memory, set->chunks[i].low);
    }
    text_free(memory, set->chunks);
}

static TextChange chunks_add(TextMemory *memory, TextSet *set, uint32_t number)
{
    TextChunk *chunk = chunk_of(set, number >> 16);
    bool fresh = chunk == NULL;
    if (fresh) {
        chunk = chunk_insert(memory, set, number >> 16);
        if (chunk == NULL) {
            return TEXT_FAILED;
        }
    }
    TextChange change = chunk_add(memory, chunk, (uint16_t)number);
    set->count += change == TEXT_CHANGED;
    return change;
}

/* The set as chunks; unchanged when there is no memory. */
static bool some_to_chunks(TextMemory *memory, TextSet *set)
{
    TextSet chunked = {.chunks = NULL};
    for (uint32_t i = 0; i < set->count; i++) {
        if (chunks_add(memory, &chunked, set->some[i]) == TEXT_FAILED) {
            free_chunks(memory, &chunked);
            return false;
        }
    }
    text_free(memory, set->some);
    *set = chunked;
    return true;
}

/* The members of a slice, upwards, to out. */
static size_t chunk_list(const TextChunk *chunk, uint32_t *out)
{
    uint32_t base = (uint32_t)chunk->key << 16;
    size_t n = 0;
    for (size_t i = 0; chunk->cap != 0 && i < chunk->count; i++) {
        out[n++] = base | chunk->low[i];
    }
    for (size_t w = 0; chunk->cap == 0 && w < TEXT_SLICE_WORDS; w++) {
        for (uint64_t left = chunk->bits[w]; left != 0; left &= left - 1) {
            out[n++] = base | (uint32_t)(w * 64 + (size_t)__builtin_ctzll(left));
        }
    }
    return n;
}

/* Stays in chunks when there is no memory. */
static void chunks_to_some(TextMemory *memory, TextSet *set)
{
    size_t cap = more(set->count), n = 0;
    uint32_t *some = text_alloc(memory, cap * sizeof *some);
    if (some == NULL) {
        return;
    }
    for (size_t i = 0; i < set->size; i++) {
        n += chunk_list(&set->chunks[i], some + n);
    }
    free_chunks(memory, set);
    *set = (TextSet){.count = (uint32_t)n, .size = (uint32_t)(TEXT_SLICE + cap), .some = some};
}

/* Room for one more in a set that is no chunks. */
static bool make_room(TextMemory *memory, TextSet *set)
{
    bool few = form_of(set) == FORM_FEW;
    size_t cap = few ? FEW : set->size - TEXT_SLICE;
    if (set->count < cap) {
        return true;
    }
    size_t grown_cap = more(cap);
    uint32_t *grown = text_realloc(memory, few ? NULL : set->some, grown_cap * sizeof *grown);
    if (grown == NULL) {
        return false;
    }
    if (few) {
        memcpy(grown, set->few, sizeof set->few);
    }
    set->some = grown;
    set->size = (uint32_t)(TEXT_SLICE + grown_cap);
    return true;
}

void text_set_touch(const TextSet *set)
{
    if (form_of(set) == FORM_CHUNKS) {
        __builtin_prefetch(&set->chunks[set->size - 1], 1);
    } else if (form_of(set) == FORM_SOME && set->count > 0) {
        __builtin_prefetch(&set->some[set->count - 1], 1);
    }
}

void text_set_touch_chunk(const TextSet *set)
{
    if (form_of(set) == FORM_CHUNKS) {
        const TextChunk *last = &set->chunks[set->size - 1];
        if (last->cap > 0 && last->count > 0) {
            __builtin_prefetch(&last->low[last->count - 1], 1);
        }
    }
}

TextChange text_set_add(TextMemory *memory, TextSet *set, uint32_t number)
{
    if (form_of(set) == FORM_CHUNKS) {
        return chunks_add(memory, set, number);
    }
    const uint32_t *there = numbers_of(set);
    size_t at = lower_bound(there, set->count, number);
    if (at < set->count && there[at] == number) {
        return TEXT_SAME;
    }
    if (set->count == SOME_MAX) {
        return some_to_chunks(memory, set) ? chunks_add(memory, set, number) : TEXT_FAILED;
    }
    if (!make_room(memory, set)) {
        return TEXT_FAILED;
    }
    uint32_t *numbers = form_of(set) == FORM_FEW ? set->few : set->some;
    memmove(numbers + at + 1, numbers + at, (set->count - at) * sizeof *numbers);
    numbers[at] = number;
    set->count++;
    return TEXT_CHANGED;
}

static TextChange chunks_remove(TextMemory *memory, TextSet *set, uint32_t number)
{
    TextChunk *chunk = chunk_of(set, number >> 16);
    if (chunk == NULL || chunk_remove(memory, chunk, (uint16_t)number) == TEXT_SAME) {
        return TEXT_SAME;
    }
    set->count--;
    if (chunk->count == 0) {
        chunk_delete(memory, set, chunk);
    }
    if (set->count <= SOME_AGAIN) {
        chunks_to_some(memory, set);
    }
    return TEXT_CHANGED;
}

/* An array of which much is free is made smaller. */
static void some_shrink(TextMemory *memory, TextSet *set)
{
    if (set->count <= FEW) {
        uint32_t *some = set->some;
        uint32_t few[FEW] = {0};
        memcpy(few, some, set->count * sizeof *few);
        text_free(memory, some);
        set->size = 0;
        memcpy(set->few, few, sizeof few);
        return;
    }
    size_t cap = set->size - TEXT_SLICE;
    if (cap >= 16 && set->count < cap / 2) {
        uint32_t *some = text_realloc(memory, set->some, set->count * sizeof *some);
        if (some != NULL) {
            set->some = some;
            set->size = TEXT_SLICE + set->count;
        }
    }
}

TextChange text_set_remove(TextMemory *memory, TextSet *set, uint32_t number)
{
    if (form_of(set) == FORM_CHUNKS) {
        return chunks_remove(memory, set, number);
    }
    uint32_t *numbers = form_of(set) == FORM_FEW ? set->few : set->some;
    size_t at = lower_bound(numbers, set->count, number);
    if (at == set->count || numbers[at] != number) {
        return TEXT_SAME;
    }
    set->count--;
    memmove(numbers + at, numbers + at + 1, (set->count - at) * sizeof *numbers);
    if (form_of(set) == FORM_SOME) {
        some_shrink(memory, set);
    }
    return TEXT_CHANGED;
}

void text_set_done(TextMemory *memory, TextSet *set)
{
    if (form_of(set) == FORM_CHUNKS) {
        free_chunks(memory, set);
    } else if (form_of(set) == FORM_SOME) {
        text_free(memory, set->some);
    }
    *set = (TextSet){.count = 0};
}

/* ---- reading -----------------------------------------------------------------------------------
 */

uint32_t text_set_slice_from(const TextSet *set, uint32_t from)
{
    if (from >= TEXT_SLICE) {
        return UINT32_MAX;
    }
    if (form_of(set) == FORM_CHUNKS) {
        size_t at = chunk_index(set, from);
        return at < set->size ? set->chunks[at].key : UINT32_MAX;
    }
    const uint32_t *numbers = numbers_of(set);
    size_t at = lower_bound(numbers, set->count, from << 16);
    return at < set->count ? numbers[at] >> 16 : UINT32_MAX;
}

void text_set_or(const TextSet *set, uint32_t slice, uint64_t bits[static TEXT_SLICE_WORDS])
{
    if (form_of(set) != FORM_CHUNKS) {
        const uint32_t *numbers = numbers_of(set);
        for (size_t i = lower_bound(numbers, set->count, slice << 16);
             i < set->count && numbers[i] >> 16 == slice; i++) {
            bits[(numbers[i] & 0xFFFF) / 64] |= UINT64_C(1) << (numbers[i] % 64);
        }
        return;
    }
    const TextChunk *chunk = chunk_of(set, slice);
    for (uint32_t i = 0; chunk != NULL && chunk->cap != 0 && i < chunk->count; i++) {
        bits[chunk->low[i] / 64] |= UINT64_C(1) << (chunk->low[i] % 64);
    }
    for (size_t w = 0; chunk != NULL && chunk->cap == 0 && w < TEXT_SLICE_WORDS; w++) {
        bits[w] |= chunk->bits[w];
    }
}

uint64_t *text_slice_made(uint64_t **slices, uint32_t count, uint32_t slice)
{
    assert(slice < count);
    (void)count;
    if (slices[slice] == NULL) {
        slices[slice] = calloc(TEXT_SLICE_WORDS, sizeof **slices);
    }
    return slices[slice];
}

bool text_set_or_all(const TextSet *set, uint64_t **slices, uint32_t count)
{
    if (form_of(set) == FORM_CHUNKS) {
        for (uint32_t i = 0; i < set->size; i++) {
            uint64_t *bits = text_slice_made(slices, count, set->chunks[i].key);
            if (bits == NULL) {
                return false;
            }
            text_set_or(set, set->chunks[i].key, bits);
        }
        return true;
    }
    const uint32_t *numbers = numbers_of(set);
    for (uint32_t i = 0; i < set->count; i++) {
        uint64_t *bits = text_slice_made(slices, count, numbers[i] >> 16);
        if (bits == NULL) {
            return false;
        }
        bits[(numbers[i] & 0xFFFF) / 64] |= UINT64_C(1) << (numbers[i] % 64);
    }
    return true;
}

void text_set_and(const TextSet *set, uint32_t slice, uint64_t bits[static TEXT_SLICE_WORDS])
{
    const TextChunk *chunk = form_of(set) == FORM_CHUNKS ? chunk_of(set, slice) : NULL;
    if (chunk != NULL && chunk->cap == 0) {
        for (size_t w = 0; w < TEXT_SLICE_WORDS; w++) {
            bits[w] &= chunk->bits[w];
        }
        return;
    }
    uint64_t members[TEXT_SLICE_WORDS] = {0};
    text_set_or(set, slice, members);
    for (size_t w = 0; w < TEXT_SLICE_WORDS; w++) {
        bits[w] &= members[w];
    }
}
