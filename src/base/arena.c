// SPDX-License-Identifier: Apache-2.0
#include "base/memory.h"

#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef __SANITIZE_ADDRESS__
enum { CHUNK_BYTES = 0 }; // every allocation its own block
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { CHUNK_BYTES = 0 };
#else
enum { CHUNK_BYTES = 8 * 1024 };
#endif
#else
enum { CHUNK_BYTES = 8 * 1024 };
#endif

typedef struct Block {
    struct Block *next;
    size_t size, used; // bytes of bytes[]
    alignas(max_align_t) unsigned char bytes[];
} Block;

struct PtArena {
    Block *blocks;      // the newest first; allocation bumps through it
    size_t used, limit; // bytes
};

PtArena *pt_arena_new(size_t limit)
{
    PtArena *arena = calloc(1, sizeof *arena);
    if (arena != NULL) {
        arena->limit = limit;
    }
    return arena;
}

static void free_blocks(Block *b)
{
    for (Block *next; b != NULL; b = next) {
        next = b->next;
        free(b);
    }
}

void pt_arena_free(PtArena *arena)
{
    if (arena == NULL) {
        return;
    }
    free_blocks(arena->blocks);
    free(arena);
}

void pt_arena_clear(PtArena *arena)
{
    Block *keep = arena->blocks;
    if (keep != NULL && keep->size == CHUNK_BYTES && CHUNK_BYTES > 0) {
        free_blocks(keep->next);
        keep->next = NULL;
        keep->used = 0;
    } else {
        free_blocks(keep);
        arena->blocks = NULL;
    }
    arena->used = 0;
}

void *pt_arena_alloc(PtArena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > PTRDIFF_MAX ||
        bytes > arena->limit - arena->used) {
        return NULL;
    }
    const size_t padded = (bytes + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    Block *b = arena->blocks;
    if (b == NULL || padded > b->size - b->used) {
        size_t room = padded > CHUNK_BYTES ? bytes : (size_t)CHUNK_BYTES;
        if (room > SIZE_MAX - sizeof *b) {
            return NULL;
        }
        Block *fresh = malloc(sizeof *fresh + room);
        if (fresh == NULL) {
            return NULL;
        }
        *fresh = (Block){.size = room};
        if (b != NULL && room != (size_t)CHUNK_BYTES && CHUNK_BYTES > 0) {
            fresh->next = b->next; // a large one goes behind, so that the chunk stays in use
            b->next = fresh;
        } else {
            fresh->next = b;
            arena->blocks = fresh;
        }
        b = fresh;
    }
    void *p = b->bytes + b->used;
    b->used += padded <= b->size - b->used ? padded : b->size - b->used;
    arena->used += bytes;
    return memset(p, 0, bytes);
}

PtStr pt_arena_str(PtArena *arena, PtStr s)
{
    char *copy = s.len < SIZE_MAX ? pt_arena_alloc(arena, s.len + 1, 1) : NULL;
    if (copy == NULL) {
        return (PtStr){NULL, 0};
    }
    if (s.len > 0) {
        memcpy(copy, s.data, s.len);
    }
    return (PtStr){copy, s.len};
}

size_t pt_arena_used(const PtArena *arena)
{
    return arena->used;
}
