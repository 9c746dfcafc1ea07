// SPDX-License-Identifier: Apache-2.0
#include "platform/columns/columns_code_internal.h"

#include "base/hash.h"

#include <assert.h>

enum {
    TABLE_MAX = 256, /* numbers told apart, above which a table is not thought of */
    SLOTS = 1024,    /* of the hash that tells them apart; a power of two over twice as many */
    PAUSE_MS = 30 * 60000,
};

RunShape run_shape(uint32_t column, ColumnsKind kind)
{
    static const RunShape shapes[COLUMNS_COLUMN_PROPERTIES] = {
        [COLUMNS_COLUMN_CODE] = {RUN_U16, true, COLUMNS_EVENTS_MAX, 0},
        [COLUMNS_COLUMN_TIME] = {RUN_I64, true, 0, PAUSE_MS},
        [COLUMNS_COLUMN_OFFSET] = {RUN_I64, true, 0, 0},
        [COLUMNS_COLUMN_CHANNEL] = {RUN_U8, true, 16, 0},
        [COLUMNS_COLUMN_SOURCE] = {RUN_U32, true, 1ull << 32, 0},
        [COLUMNS_COLUMN_AMOUNT] = {RUN_I64, false, 0, 0},
        [COLUMNS_COLUMN_CURRENCY] = {RUN_TEXT, false, 0, 0},
        [COLUMNS_COLUMN_STORE] = {RUN_TEXT, false, 0, 0},
    };
    static const RunShape properties[COLUMNS_KINDS] = {
        [COLUMNS_NUMBER] = {RUN_F64, false, 0, 0},
        [COLUMNS_TEXT] = {RUN_TEXT, false, 0, 0},
        [COLUMNS_TRUTH] = {RUN_U8, false, 2, 0},
    };
    if (column >= RUN_COLUMNS_MAX) {
        return column == RUN_RARE_CODES ? (RunShape){RUN_U16, false, COLUMNS_EVENTS_MAX, 0}
                                        : (RunShape){RUN_I64, run_is_of_groups(column), 0, 0};
    }
    return column < COLUMNS_COLUMN_PROPERTIES ? shapes[column] : properties[kind];
}

uint32_t run_block_crc(uint32_t number, uint32_t block, const void *bytes, size_t len)
{
    const uint32_t place[] = {number, block};
    return pt_crc32c(pt_crc32c(0, place, sizeof place), bytes, len);
}

/* ---- Which rows have a value ----------------------------------------------------------------- */

/* Bytes of the gaps; written where out is not NULL. */
static uint32_t gaps_of(const uint64_t *present, uint32_t rows, uint8_t *out)
{
    uint32_t len = 0, next = 0; /* row behind the last that has a value */
    for (uint32_t w = 0; w < (rows + 63) / 64; w++) {
        for (uint64_t word = present[w]; word != 0; word &= word - 1) {
            const uint32_t row = w * 64 + (uint32_t)__builtin_ctzll(word);
            for (next = row - next; next >= UINT8_MAX; next -= UINT8_MAX) {
                if (out != NULL) {
                    out[len] = UINT8_MAX;
                }
                len++;
            }
            if (out != NULL) {
                out[len] = (uint8_t)next;
            }
            len++;
            next = row + 1;
        }
    }
    return len;
}

CodePresent code_put_present(PtBuf *front, const uint64_t *present, uint32_t rows, uint32_t count)
{
    if (present == NULL || count == rows) {
        return CODE_ALL;
    }
    const uint32_t words = (rows + 63) / 64;
    const uint32_t gaps = gaps_of(present, rows, NULL);
    if (gaps + sizeof gaps >= words * sizeof *present) {
        pt_buf_add(front, present, words * sizeof *present);
        return CODE_BITS;
    }
    pt_buf_add(front, &gaps, sizeof gaps);
    char *to = pt_buf_reserve(front, gaps);
    if (to != NULL) {
        front->len += gaps_of(present, rows, (uint8_t *)to);
    }
    return CODE_GAPS;
}

static bool get_gaps(CodeCursor *front, uint32_t rows, uint64_t *present)
{
    const uint8_t *len_at = code_take(front, sizeof(uint32_t));
    if (len_at == NULL) {
        return false;
    }
    const uint32_t len = code_load32(len_at);
    const uint8_t *gaps = code_take(front, len);
    if (gaps == NULL) {
        return false;
    }
    uint32_t row = 0;
    for (uint32_t i = 0; i < len; i++) {
        row += gaps[i];
        if (gaps[i] == UINT8_MAX) {
            continue;
        }
        if (row >= rows) {
            return false;
        }
        present[row >> 6] |= 1ull << (row & 63);
        row++;
    }
    return true;
}

bool code_get_present(CodePresent how, CodeCursor *front, uint32_t rows, uint32_t count,
                      uint64_t *present, uint16_t *rank)
{
    const size_t words = (rows + 63) / 64;
    memset(present, 0, CODE_WORDS * sizeof *present);
    if (how == CODE_BITS) {
        const uint8_t *bits = code_take(front, words * sizeof *present);
        if (bits == NULL) {
            return false;
        }
        memcpy(present, bits, words * sizeof *present);
    } else if (!get_gaps(front, rows, present)) {
        return false;
    }
    uint32_t sum = 0;
    for (uint32_t w = 0; w < CODE_WORDS; w++) {
        rank[w] = (uint16_t)sum;
        sum += (uint32_t)__builtin_popcountll(present[w]);
    }
    return sum == count && (rows % 64 == 0 || present[words - 1] >> (rows % 64) == 0);
}

/* ---- Small numbers: putting ------------------------------------------------------------------ */

typedef struct Seen { /* numbers told apart */
    uint32_t values[TABLE_MAX];
    uint32_t count;
    uint16_t slot[SLOTS]; /* place + 1; 0: free */
} Seen;

/* The place of a number, or of a new one; TABLE_MAX: it is one too many. */
static uint32_t see(Seen *s, uint32_t value)
{
    uint32_t at = (value * 0x9E3779B1u) >> 22;
    for (; s->slot[at] != 0; at = (at + 1) % SLOTS) {
        if (s->values[s->slot[at] - 1] == value) {
            return s->slot[at] - 1u;
        }
    }
    if (s->count == TABLE_MAX) {
        return TABLE_MAX;
    }
    s->values[s->count++] = value;
    s->slot[at] = (uint16_t)s->count;
    return s->count - 1;
}

static uint32_t width_of(uint32_t most)
{
    static const uint8_t widths[] = {0, 1, 2, 4, 8, 16};
    for (size_t i = 0; i < sizeof widths; i++) {
        if (most >> widths[i] == 0) {
            return widths[i];
        }
    }
    return 32;
}

static size_t bytes_of(uint32_t count, uint32_t width)
{
    return ((size_t)count * width + 7) / 8;
}

static void put_packed(uint8_t *out, const uint32_t *values, uint32_t count, uint32_t width,
                       Seen *table)
{
    memset(out, 0, bytes_of(count, width));
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t value = table != NULL ? see(table, values[i]) : values[i];
        const size_t bit = (size_t)i * width;
        if (width < 8) {
            out[bit / 8] |= (uint8_t)(value << bit % 8);
        } else {
            memcpy(out + bit / 8, &value, width / 8);
        }
    }
}

void code_put_small(PtBuf *front, const uint32_t *values, uint32_t count)
{
    Seen seen = {.count = 0};
    uint32_t most = 0, places = 0;
    assert(count > 0 && count <= COLUMNS_BLOCK_ROWS);
    for (uint32_t i = 0; i < count; i++) {
        most = values[i] > most ? values[i] : most;
        if (places < TABLE_MAX && (i == 0 || values[i] != values[i - 1])) {
            places = see(&seen, values[i]);
        }
    }
    uint32_t width = width_of(most);
    const uint32_t narrow = width_of(seen.count - 1);
    const bool table =
        places < TABLE_MAX &&
        seen.count * sizeof(uint32_t) + bytes_of(count, narrow) < bytes_of(count, width);
    width = table ? narrow : width;
    const uint16_t entries = table ? (uint16_t)seen.count : 0;
    pt_buf_add_char(front, (char)width);
    pt_buf_add_char(front, 0);
    pt_buf_add(front, &entries, sizeof entries);
    pt_buf_add(front, seen.values, entries * sizeof *seen.values);
    char *to = pt_buf_reserve(front, bytes_of(count, width));
    if (to != NULL && width > 0) {
        put_packed((uint8_t *)to, values, count, width, table ? &seen : NULL);
        front->len += bytes_of(count, width);
    }
}

/* ---- Small numbers: getting --------------------------------------------------------------------
 * All loops over a chunk have a fixed length, so that they are vectorised. */

typedef struct Small {
    const uint8_t *bytes;
    size_t len;
    uint32_t width, count, entries;
    uint32_t table[TABLE_MAX];
} Small;

/* Each spreads 8 numbers of so many bits over 8 bytes. */
static uint64_t spread_1(uint64_t word)
{
    word = (word | word << 28) & 0x0000000F0000000Full;
    word = (word | word << 14) & 0x0003000300030003ull;
    return (word | word << 7) & 0x0101010101010101ull;
}

static uint64_t spread_2(uint64_t word)
{
    word = (word | word << 24) & 0x000000FF000000FFull;
    word = (word | word << 12) & 0x000F000F000F000Full;
    return (word | word << 6) & 0x0303030303030303ull;
}

static uint64_t spread_4(uint64_t word)
{
    word = (word | word << 16) & 0x0000FFFF0000FFFFull;
    word = (word | word << 8) & 0x00FF00FF00FF00FFull;
    return (word | word << 4) & 0x0F0F0F0F0F0F0F0Full;
}

/* A chunk of numbers of up to 8 bits; spare holds it where it does not lie so in the file. */
static const uint8_t *narrow_chunk(const uint8_t *packed, uint32_t width, uint8_t *spare)
{
    uint64_t words[CODE_CHUNK / 8] = {0};
    if (width == 8) {
        return packed;
    }
    if (width == 1) {
        for (uint32_t i = 0; i < CODE_CHUNK / 8; i++) {
            words[i] = spread_1(packed[i]);
        }
    } else if (width == 2) {
        for (uint32_t i = 0; i < CODE_CHUNK / 8; i++) {
            words[i] = spread_2(code_load16(packed + 2 * (size_t)i));
        }
    } else if (width == 4) {
        for (uint32_t i = 0; i < CODE_CHUNK / 8; i++) {
            words[i] = spread_4(code_load32(packed + 4 * (size_t)i));
        }
    }
    memcpy(spare, words, sizeof words);
    return spare;
}

static uint32_t most_of_u8(const uint8_t *in)
{
    uint8_t most = 0;
    for (uint32_t i = 0; i < CODE_CHUNK; i++) {
        most = in[i] > most ? in[i] : most;
    }
    return most;
}

static void widen_u8(const uint8_t *restrict in, size_t size, void *restrict out)
{
    uint16_t *restrict out16 = out;
    uint32_t *restrict out32 = out;
    if (size == 1) {
        memcpy(out, in, CODE_CHUNK);
    } else if (size == 2) {
        for (uint32_t i = 0; i < CODE_CHUNK; i++) {
            out16[i] = in[i];
        }
    } else {
        for (uint32_t i = 0; i < CODE_CHUNK; i++) {
            out32[i] = in[i];
        }
    }
}

static void look_up(const uint8_t *restrict in, const uint32_t *restrict table, size_t size,
                    void *restrict out)
{
    uint8_t *restrict out8 = out;
    uint16_t *restrict out16 = out;
    uint32_t *restrict out32 = out;
    if (size == 1) {
        for (uint32_t i = 0; i < CODE_CHUNK; i++) {
            out8[i] = (uint8_t)table[in[i]];
        }
    } else if (size == 2) {
        for (uint32_t i = 0; i < CODE_CHUNK; i++) {
            out16[i] = (uint16_t)table[in[i]];
        }
    } else {
        for (uint32_t i = 0; i < CODE_CHUNK; i++) {
            out32[i] = table[in[i]];
        }
    }
}

/* Returns the greatest number, or place in the table. */
static uint32_t wide_chunk(const Small *s, const uint8_t *packed, size_t size, void *out)
{
    uint32_t most = 0;
    if (s->width == 32) {
        uint32_t *to = out;
        memcpy(to, packed, CODE_CHUNK * sizeof *to);
        for (uint32_t i = 0; i < CODE_CHUNK; i++) {
            most = to[i] > most ? to[i] : most;
        }
        return most;
    }
    uint16_t in[CODE_CHUNK];
    memcpy(in, packed, sizeof in);
    for (uint32_t i = 0; i < CODE_CHUNK; i++) {
        most = in[i] > most ? in[i] : most;
    }
    if (size == sizeof(uint16_t)) {
        memcpy(out, in, sizeof in);
    } else {
        uint32_t *to = out;
        for (uint32_t i = 0; i < CODE_CHUNK; i++) {
            to[i] = in[i];
        }
    }
    return most;
}

static uint32_t get_chunk(const Small *s, const uint8_t *packed, size_t size, void *out)
{
    uint8_t spare[CODE_CHUNK];
    if (s->width > 8) {
        return wide_chunk(s, packed, size, out);
    }
    const uint8_t *in = narrow_chunk(packed, s->width, spare);
    if (s->entries > 0) {
        look_up(in, s->table, size, out);
    } else {
        widen_u8(in, size, out);
    }
    return most_of_u8(in);
}

static bool get_table(CodeCursor *front, uint64_t limit, Small *s)
{
    const uint8_t *head = code_take(front, 4);
    if (head == NULL) {
        return false;
    }
    s->width = head[0];
    s->entries = code_load16(head + 2);
    const uint8_t *table = code_take(front, s->entries * sizeof *s->table);
    const bool known = s->width <= 2 || s->width == 4 || s->width == 8 ||
                       (s->entries == 0 && (s->width == 16 || s->width == 32));
    if (table == NULL || !known || s->entries > TABLE_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < s->entries; i++) {
        s->table[i] = code_load32(table + 4 * (size_t)i);
        if (s->table[i] >= limit) {
            return false;
        }
    }
    return true;
}

bool code_get_small(CodeCursor *front, uint32_t count, uint64_t limit, size_t size,
                    void *ret_values)
{
    Small s = {.count = count};
    if (!get_table(front, limit, &s) || s.width > 8 * size) {
        return false;
    }
    s.len = bytes_of(count, s.width);
    s.bytes = code_take(front, s.len);
    if (s.bytes == NULL) {
        return false;
    }
    const size_t chunk = (size_t)s.width * (CODE_CHUNK / 8);
    char *out = ret_values;
    uint32_t most = 0, i = 0;
    for (; count - i >= CODE_CHUNK; i += CODE_CHUNK) {
        const uint32_t here = get_chunk(&s, s.bytes + i / CODE_CHUNK * chunk, size, out + i * size);
        most = here > most ? here : most;
    }
    if (i < count) {
        uint8_t rest[CODE_CHUNK * sizeof(uint32_t)] = {0};
        const size_t at = i / CODE_CHUNK * chunk;
        memcpy(rest, s.bytes + at, s.len - at);
        const uint32_t here = get_chunk(&s, rest, size, out + i * size);
        most = here > most ? here : most;
    }
    return most < (s.entries > 0 ? s.entries : limit);
}
