// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operate/pack.h"

#include <sodium.h>
#include <string.h>

/* What writer and reader of a backup share. */
enum {
    PACK_HEAD = 16,
    PACK_MEMBER_HEAD = 8,
    PACK_CHUNK_HEAD = 8,
    PACK_END = PACK_DIGEST + 8,
};

static const char pack_magic_file[8] = {'P', 'T', 'B', 'A', 'C', 'K', 'U', 'P'};
static const char pack_magic_member[4] = {'P', 'T', 'B', 'M'};
static const char pack_magic_index[4] = {'P', 'T', 'B', 'I'};
static const char pack_magic_end[8] = {'P', 'T', 'B', 'E', 'N', 'D', '\0', '\1'};

typedef struct PackHash {
    crypto_generichash_state state;
} PackHash;

static inline void pack_hash_begin(PackHash *h)
{
    (void)crypto_generichash_init(&h->state, NULL, 0, PACK_DIGEST); // fails for no such lengths
}

static inline void pack_hash_add(PackHash *h, const void *bytes, size_t len)
{
    (void)crypto_generichash_update(&h->state, bytes, len);
}

static inline void pack_hash_end(PackHash *h, uint8_t out[static PACK_DIGEST])
{
    (void)crypto_generichash_final(&h->state, out, PACK_DIGEST);
}

/* Whether it may name a member. */
bool pack_name_ok(PtStr name);
