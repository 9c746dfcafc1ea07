// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Checksums, hashes, secrets compared.
 *
 * Which for what
 *          pt_crc32c       stored records: catches torn and flipped bytes; no defence against
 * people pt_hash64       tables in memory over text that strangers choose: seeded once per process
 *          pt_hash128      identity of a text on disk (messageId): SipHash-2-4-128 under a key from
 *                          the data folder
 *          pt_sha256       file digests and commitments
 *          pt_secret_hash  high-entropy tokens: keyed BLAKE2b-256
 * Threads  Pure, but pt_hash64's seed is set by pt_hash_seed() before threads start.
 */
typedef struct PtHash128 {
    uint64_t hi, lo;
} PtHash128;

enum { PT_HASH_KEY = 16, PT_SHA256 = 32, PT_SECRET_HASH = 32, PT_SECRET_KEY = 32 }; /* bytes */

/* Continues from `crc` (0 at the start), so that a record in pieces has one checksum. */
uint32_t pt_crc32c(uint32_t crc, const void *bytes, size_t len);
/* The table form, for machines without the instruction; held equal by a test. */
uint32_t pt_crc32c_portable(uint32_t crc, const void *bytes, size_t len);

void pt_hash_seed(uint64_t seed);
uint64_t pt_hash64(PtStr s);

PtHash128 pt_hash128(PtStr s, const uint8_t key[static PT_HASH_KEY]);

void pt_sha256(PtStr s, uint8_t out[static PT_SHA256]);
void pt_secret_hash(PtStr secret, const uint8_t key[static PT_SECRET_KEY],
                    uint8_t out[static PT_SECRET_HASH]);

/* In time that depends on the lengths only. */
bool pt_secret_eq(PtStr a, PtStr b);

/* Lower-case hex of len bytes and a NUL: out holds 2 * len + 1. */
void pt_hex(const uint8_t *bytes, size_t len, char *out);

static inline bool pt_hash128_eq(PtHash128 a, PtHash128 b)
{
    return a.hi == b.hi && a.lo == b.lo;
}
