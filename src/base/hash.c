// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"

#include <assert.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

#ifdef __x86_64__
#include <nmmintrin.h>
#endif

static_assert(PT_HASH_KEY == crypto_shorthash_siphashx24_KEYBYTES, "key of SipHash");
static_assert(sizeof(PtHash128) == crypto_shorthash_siphashx24_BYTES, "128 bits");
static_assert(PT_SECRET_KEY == crypto_generichash_KEYBYTES, "key of BLAKE2b");
static_assert(PT_SECRET_HASH == crypto_generichash_BYTES, "BLAKE2b-256");

enum { TABLES = 8 };
static uint32_t table[TABLES][256]; // slicing-by-8 of the reflected polynomial
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

static void fill_table(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78U : 0);
        }
        table[0][i] = crc;
    }
    for (int t = 1; t < TABLES; t++) {
        for (uint32_t i = 0; i < 256; i++) {
            uint32_t before = table[t - 1][i];
            table[t][i] = (before >> 8) ^ table[0][before & 0xFF];
        }
    }
}

uint32_t pt_crc32c_portable(uint32_t crc, const void *bytes, size_t len)
{
    (void)pthread_once(&table_once, fill_table);
    const uint8_t *p = bytes;
    crc = ~crc;
    for (; len >= TABLES; len -= TABLES, p += TABLES) {
        uint32_t low = crc ^ ((uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
                              (uint32_t)p[3] << 24);
        crc = table[7][low & 0xFF] ^ table[6][low >> 8 & 0xFF] ^ table[5][low >> 16 & 0xFF] ^
              table[4][low >> 24] ^ table[3][p[4]] ^ table[2][p[5]] ^ table[1][p[6]] ^
              table[0][p[7]];
    }
    for (; len > 0; len--, p++) {
        crc = (crc >> 8) ^ table[0][(crc ^ *p) & 0xFF];
    }
    return ~crc;
}

#ifdef __x86_64__
/* The instruction takes three cycles but one can begin in each: three lanes run side by side, and
 * what a lane gives is carried over the bytes of the next as if those were zero. */
enum { LANE = 256 };
static uint32_t over_lane[4][256]; // by the byte's place in the checksum
static pthread_once_t over_lane_once = PTHREAD_ONCE_INIT;

static void fill_over_lane(void)
{
    (void)pthread_once(&table_once, fill_table);
    for (uint32_t i = 0; i < 4 * 256; i++) {
        uint32_t crc = (i & 0xFF) << 8 * (i >> 8);
        for (int n = 0; n < LANE; n++) {
            crc = (crc >> 8) ^ table[0][crc & 0xFF];
        }
        over_lane[i >> 8][i & 0xFF] = crc;
    }
}

static uint32_t carry_over_lane(uint64_t crc)
{
    return over_lane[0][crc & 0xFF] ^ over_lane[1][crc >> 8 & 0xFF] ^
           over_lane[2][crc >> 16 & 0xFF] ^ over_lane[3][crc >> 24];
}

static uint64_t word_at(const uint8_t *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

__attribute__((target("sse4.2"))) static uint32_t crc32c_sse42(uint32_t crc, const void *bytes,
                                                               size_t len)
{
    const uint8_t *p = bytes;
    uint64_t c = ~crc;
    if (len >= 3 * (size_t)LANE) {
        (void)pthread_once(&over_lane_once, fill_over_lane);
    }
    for (; len >= 3 * (size_t)LANE; len -= 3 * (size_t)LANE, p += 3 * (size_t)LANE) {
        uint64_t second = 0, third = 0;
        for (size_t i = 0; i < LANE; i += 8) {
            c = _mm_crc32_u64(c, word_at(p + i));
            second = _mm_crc32_u64(second, word_at(p + LANE + i));
            third = _mm_crc32_u64(third, word_at(p + 2 * (size_t)LANE + i));
        }
        c = carry_over_lane(carry_over_lane(c) ^ second) ^ third;
    }
    for (; len >= 8; len -= 8, p += 8) {
        c = _mm_crc32_u64(c, word_at(p));
    }
    uint32_t rest = (uint32_t)c;
    for (; len > 0; len--, p++) {
        rest = _mm_crc32_u8(rest, *p);
    }
    return ~rest;
}
#endif

uint32_t pt_crc32c(uint32_t crc, const void *bytes, size_t len)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("sse4.2")) {
        return crc32c_sse42(crc, bytes, len);
    }
#endif
    return pt_crc32c_portable(crc, bytes, len);
}

static uint8_t table_key[crypto_shorthash_KEYBYTES];

void pt_hash_seed(uint64_t seed)
{
    static_assert(sizeof table_key == 2 * sizeof seed, "both halves of the key are filled");
    uint64_t other = seed * 0x9E3779B97F4A7C15U + 0xD1B54A32D192ED03U;
    memcpy(table_key, &seed, sizeof seed);
    memcpy(table_key + sizeof seed, &other, sizeof other);
}

uint64_t pt_hash64(PtStr s)
{
    uint64_t hash;
    (void)crypto_shorthash((unsigned char *)&hash, (const unsigned char *)s.data, s.len, table_key);
    return hash;
}

PtHash128 pt_hash128(PtStr s, const uint8_t key[static PT_HASH_KEY])
{
    uint8_t out[crypto_shorthash_siphashx24_BYTES];
    (void)crypto_shorthash_siphashx24(out, (const unsigned char *)s.data, s.len, key);
    PtHash128 hash = {0, 0}; // big-endian, so that the order of values is that of the bytes
    for (int i = 0; i < 8; i++) {
        hash.hi = hash.hi << 8 | out[i];
        hash.lo = hash.lo << 8 | out[8 + i];
    }
    return hash;
}

void pt_sha256(PtStr s, uint8_t out[static PT_SHA256])
{
    if (EVP_Digest(s.data, s.len, out, NULL, EVP_sha256(), NULL) != 1) {
        abort(); // only an OpenSSL without SHA-256 or without memory for a context gets here
    }
}

void pt_secret_hash(PtStr secret, const uint8_t key[static PT_SECRET_KEY],
                    uint8_t out[static PT_SECRET_HASH])
{
    if (crypto_generichash(out, PT_SECRET_HASH, (const unsigned char *)secret.data, secret.len, key,
                           PT_SECRET_KEY) != 0) {
        abort(); // lengths are constants within the library's bounds
    }
}

bool pt_secret_eq(PtStr a, PtStr b)
{
    return a.len == b.len && (a.len == 0 || sodium_memcmp(a.data, b.data, a.len) == 0);
}

void pt_hex(const uint8_t *bytes, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    *out = 0;
}
