// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/str.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

/* Who frees what.
 *
 * Three lifetimes cover the server: a value (copied, nothing to free), an arena (freed as a
 * whole when the request or job ends), and an owned object with X_free(). A function says which
 * in its header; "borrowed" means valid until the named owner goes away.
 */

/* Runs fn(&variable) when the variable leaves scope. Initialise the variable at once. */
#define PT_CLEANUP(fn) __attribute__((cleanup(fn)))

/* Hands a pointer out of a cleanup variable: returns it and leaves NULL behind. */
#define PT_TAKE(ptr)                                                                               \
    __extension__({                                                                                \
        __typeof__(ptr) pt_taken_ = (ptr);                                                         \
        (ptr) = NULL;                                                                              \
        pt_taken_;                                                                                 \
    })

static inline void pt_free_charp(char **p)
{
    free(*p);
}

static inline void pt_close_filep(FILE **f)
{
    if (*f != NULL) {
        (void)fclose(*f); // read-only streams: nothing to report
    }
}

/* An arena: allocations that live and die together. Not thread-safe: one owner at a time.
 * In builds with the address sanitizer every allocation is its own block, so that each overrun is
 * seen; in others a pointer is bumped through chunks.
 */
typedef struct PtArena PtArena;

/* limit: the most bytes the arena may hold, so that one request cannot take the machine.
 * Returns NULL when out of memory. Free with pt_arena_free(), which accepts NULL.
 */
PtArena *pt_arena_new(size_t limit);
void pt_arena_free(PtArena *arena);

/* Frees what was allocated and keeps the first chunk for reuse. All pointers into it end here. */
void pt_arena_clear(PtArena *arena);

/* Zeroed, aligned for any type, owned by the arena. NULL when out of memory, over the limit, or
 * when count * size overflows.
 */
void *pt_arena_alloc(PtArena *arena, size_t count, size_t size);

/* A copy of s in the arena with a NUL behind it (not counted in len). data is NULL on failure. */
PtStr pt_arena_str(PtArena *arena, PtStr s);

/* Bytes handed out since the start or the last clear. */
size_t pt_arena_used(const PtArena *arena);

static inline void pt_arena_freep(PtArena **arena)
{
    pt_arena_free(*arena);
}
