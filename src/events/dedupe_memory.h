// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Large blocks of zeroed memory that come from the system and go back to it at once: a heap would
 * keep what merges leave behind. Smaller ones are the heap's. Aligned to a cache line.
 */
enum { DEDUPE_LARGE = 1 << 20, DEDUPE_ALIGN = 64 };

/* NULL when out of memory. bytes must not be 0. */
static inline void *dedupe_block_new(size_t bytes)
{
    if (bytes >= DEDUPE_LARGE) {
        void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        return p != MAP_FAILED ? p : NULL;
    }
    void *p = malloc(bytes + DEDUPE_ALIGN);
    if (p == NULL) {
        return NULL;
    }
    // The heap's own pointer stands right before the block.
    size_t skip = DEDUPE_ALIGN - (size_t)p % DEDUPE_ALIGN;
    char *block = (char *)p + skip;
    memcpy(block - sizeof p, &p, sizeof p);
    memset(block, 0, bytes);
    return block;
}

/* bytes: as allocated. Accepts NULL. */
static inline void dedupe_block_free(void *block, size_t bytes)
{
    if (block == NULL) {
        return;
    }
    if (bytes >= DEDUPE_LARGE) {
        (void)munmap(block, bytes);
        return;
    }
    void *p;
    memcpy(&p, (char *)block - sizeof p, sizeof p);
    free(p);
}
