// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/hash.h"
#include "events/dedupe_run.h"

#include <endian.h>
#include <stdint.h>
#include <string.h>

/* What the reader and the writer of run files share: see dedupe_run.h. */
enum {
    RUN_ID_BYTES = 16,
    RUN_BLOCK_BODY = DEDUPE_BLOCK_IDS * RUN_ID_BYTES,
    RUN_IO_BLOCKS = 16, /* a read or write of a stream */
    RUN_HEADER_BYTES = 88,
};

static const char RUN_MAGIC[8] = "PTIDRUN1";

static inline uint64_t run_get64(const void *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return le64toh(v);
}

static inline uint32_t run_get32(const void *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return le32toh(v);
}

static inline void run_put64(void *p, uint64_t v)
{
    v = htole64(v);
    memcpy(p, &v, sizeof v);
}

static inline void run_put32(void *p, uint32_t v)
{
    v = htole32(v);
    memcpy(p, &v, sizeof v);
}

static inline PtHash128 run_get_id(const uint8_t *p)
{
    return (PtHash128){run_get64(p), run_get64(p + 8)};
}

static inline uint64_t run_block_at(uint64_t block)
{
    return (block + 1) * DEDUPE_BLOCK;
}

/* "DIR/run-....ids" with `suffix` behind it, from malloc; NULL when out of memory. */
char *dedupe_run_path(const char *dir, DedupeRunKey key, const char *suffix);
