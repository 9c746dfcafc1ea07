// SPDX-License-Identifier: Apache-2.0
/* Rows of rare events, of each block a list that only grows at its front: who reads it needs no
 * lock. Two threads may put the same; the one behind is never seen. */
#include "platform/columns/columns_code_internal.h"

#include <stdatomic.h>
#include <stdlib.h>

typedef struct Found {
    const struct Found *next;
    uint32_t count;
    uint16_t code;
    int64_t times[]; /* then as many u16: their rows */
} Found;

typedef _Atomic(const Found *) FoundList;

struct RunRare {
    _Atomic size_t room; /* bytes that are left */
    uint32_t blocks;
    FoundList found[];
};

RunRare *run_rare_new(uint32_t rows)
{
    const uint32_t blocks = run_blocks_of(rows);
    RunRare *r = calloc(1, sizeof *r + blocks * sizeof *r->found);
    if (r != NULL) {
        r->blocks = blocks;
        atomic_init(&r->room, (size_t)rows / 2);
    }
    return r;
}

void run_rare_free(RunRare *r)
{
    for (uint32_t i = 0; r != NULL && i < r->blocks; i++) {
        for (const Found *f = atomic_load(&r->found[i]); f != NULL;) {
            const Found *next = f->next;
            free((void *)(uintptr_t)f);
            f = next;
        }
    }
    free(r);
}

bool run_rare_find(const RunRare *r, uint32_t block, uint16_t code, ColumnsRare *ret_rare)
{
    const Found *f = atomic_load_explicit(&r->found[block], memory_order_acquire);
    while (f != NULL && f->code != code) {
        f = f->next;
    }
    if (f != NULL) {
        *ret_rare = (ColumnsRare){f->count, (const uint16_t *)(f->times + f->count), f->times};
    }
    return f != NULL;
}

/* False: that much room is not left. */
static bool take_room(RunRare *r, size_t bytes)
{
    size_t room = atomic_load(&r->room);
    while (room >= bytes) {
        if (atomic_compare_exchange_weak(&r->room, &room, room - bytes)) {
            return true;
        }
    }
    return false;
}

bool run_rare_keep(RunRare *r, uint32_t block, uint16_t code, const ColumnsRare *rare)
{
    const size_t bytes = sizeof(Found) + rare->count * (sizeof *rare->times + sizeof *rare->rows);
    Found *f = take_room(r, bytes) ? malloc(bytes) : NULL;
    if (f == NULL) {
        return false;
    }
    f->count = rare->count;
    f->code = code;
    if (rare->count > 0) {
        memcpy(f->times, rare->times, rare->count * sizeof *rare->times);
        memcpy(f->times + rare->count, rare->rows, rare->count * sizeof *rare->rows);
    }
    f->next = atomic_load(&r->found[block]);
    while (!atomic_compare_exchange_weak(&r->found[block], &f->next, f)) {
    }
    return true;
}
