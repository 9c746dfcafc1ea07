// SPDX-License-Identifier: Apache-2.0
#include "platform/sql/postgres_internal.h"

#include <math.h>
#include <stddef.h>

void pt_pg_put_u64(uint64_t value, char out[static 8])
{
    for (unsigned i = 0; i < 8; i++) {
        out[i] = (char)(value >> (56 - 8 * i));
    }
}

static uint64_t get_unsigned(const char *bytes, int len)
{
    uint64_t v = 0;
    for (int i = 0; i < len; i++) {
        v = v << 8 | (unsigned char)bytes[i];
    }
    return v;
}

static int64_t get_signed(const char *bytes, int len)
{
    const unsigned unused = 64 - 8 * (unsigned)len;
    return (int64_t)(get_unsigned(bytes, len) << unused) >> unused;
}

/* SUM of a BIGINT is a NUMERIC: digits of base 10,000, the first one's weight, a sign. */
typedef struct Numeric {
    const char *digits;
    int count, weight;
    bool negative, special; /* special: NaN or an infinity */
} Numeric;

enum {
    NUMERIC_HEAD = 8,
    NUMERIC_NEGATIVE = 0x4000,
    NUMERIC_SPECIAL = 0xC000,
    NUMERIC_BASE = 10000
};

static Numeric read_numeric(const char *bytes, int len)
{
    Numeric n = {.special = true};
    if (len < NUMERIC_HEAD) {
        return n;
    }
    const uint64_t sign = get_unsigned(bytes + 4, 2);
    n = (Numeric){.digits = bytes + NUMERIC_HEAD,
                  .count = (int)get_unsigned(bytes, 2),
                  .weight = (int)get_signed(bytes + 2, 2),
                  .negative = sign == NUMERIC_NEGATIVE,
                  .special = (sign & NUMERIC_SPECIAL) == NUMERIC_SPECIAL};
    n.special |= n.count > (len - NUMERIC_HEAD) / 2;
    return n;
}

/* The whole part; past the ends of the type its end, as a cast of SQLite gives. */
static int64_t numeric_i64(const char *bytes, int len)
{
    const Numeric n = read_numeric(bytes, len);
    int64_t v = 0; // negative all along: that side reaches further
    for (int i = 0; !n.special && i <= n.weight; i++) {
        const int64_t digit = i < n.count ? get_signed(n.digits + (ptrdiff_t)2 * i, 2) : 0;
        if (__builtin_mul_overflow(v, NUMERIC_BASE, &v) || __builtin_sub_overflow(v, digit, &v)) {
            return n.negative ? INT64_MIN : INT64_MAX;
        }
    }
    if (n.negative) {
        return v;
    }
    return v == INT64_MIN ? INT64_MAX : -v;
}

static double numeric_double(const char *bytes, int len)
{
    const Numeric n = read_numeric(bytes, len);
    double v = 0;
    for (int i = 0; !n.special && i < n.count; i++) {
        v = v * NUMERIC_BASE + (double)get_signed(n.digits + (ptrdiff_t)2 * i, 2);
    }
    const int shift = n.weight - n.count + 1; // exact where the divisor is, up to 10^22
    v = shift >= 0 ? v * pow(NUMERIC_BASE, shift) : v / pow(NUMERIC_BASE, -shift);
    return n.special ? (double)NAN : n.negative ? -v : v;
}

static double float_of(const char *bytes, int len)
{
    if (len == 4) {
        const union {
            uint32_t bits;
            float value;
        } narrow = {(uint32_t)get_unsigned(bytes, len)};
        return (double)narrow.value;
    }
    const union {
        uint64_t bits;
        double value;
    } wide = {get_unsigned(bytes, len)};
    return wide.value;
}

static int64_t whole_of(double v)
{
    if (isnan(v)) {
        return 0;
    }
    return v >= 0x1p63 ? INT64_MAX : v < -0x1p63 ? INT64_MIN : (int64_t)v;
}

int64_t pt_pg_to_i64(Oid type, const char *bytes, int len)
{
    switch (type) {
    case PG_BOOL:
    case PG_INT2:
    case PG_INT4:
    case PG_INT8:
        return get_signed(bytes, len);
    case PG_NUMERIC:
        return numeric_i64(bytes, len);
    case PG_FLOAT4:
    case PG_FLOAT8:
        return whole_of(float_of(bytes, len));
    default:
        return 0;
    }
}

double pt_pg_to_double(Oid type, const char *bytes, int len)
{
    switch (type) {
    case PG_NUMERIC:
        return numeric_double(bytes, len);
    case PG_FLOAT4:
    case PG_FLOAT8:
        return float_of(bytes, len);
    default:
        return (double)pt_pg_to_i64(type, bytes, len);
    }
}
