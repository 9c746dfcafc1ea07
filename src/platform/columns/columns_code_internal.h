// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "platform/columns/columns_run.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* How the blocks of a run are coded, and what stands where in its file: see README.md.
 *
 * A block is a front, which zstd may make smaller, and a back of bits in which no more is to be
 * found. What is put is appended to buffers that remember their failure; what is got comes from
 * bytes that nobody has vouched for: false where they do not say what they should.
 */
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "files hold numbers as they lie in memory");

enum {
    CODE_CHUNK = 64, /* values are got in chunks of so many: room behind the last one for them */
    CODE_FRONT_MAX = COLUMNS_BLOCK_ROWS * (COLUMNS_TEXT_MAX + 16),
    CODE_BACK_MAX = COLUMNS_BLOCK_ROWS * 8,
    CODE_WORDS = COLUMNS_BLOCK_ROWS / 64,
};

typedef struct CodeCursor {
    const uint8_t *at, *end;
} CodeCursor;

/* The next len bytes; NULL where there are fewer. */
static inline const uint8_t *code_take(CodeCursor *c, size_t len)
{
    const uint8_t *bytes = c->at;
    if ((size_t)(c->end - bytes) < len) {
        return NULL;
    }
    c->at += len;
    return bytes;
}

static inline uint64_t code_load64(const void *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

static inline uint32_t code_load32(const void *bytes)
{
    uint32_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

static inline uint32_t code_load16(const void *bytes)
{
    uint16_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

/* ---- Which rows have a value (columns_code.c) ------------------------------------------------ */

typedef enum CodePresent {
    CODE_ALL,  /* nothing stands there */
    CODE_BITS, /* 64-bit words */
    CODE_GAPS, /* u32 bytes; of each value how many rows lie between it and the one before: 255 is
                  255 rows and goes on in the next byte */
    CODE_PRESENTS,
} CodePresent;
CodePresent code_put_present(PtBuf *front, const uint64_t *present, uint32_t rows, uint32_t count);
/* Fills CODE_WORDS of each. */
bool code_get_present(CodePresent how, CodeCursor *front, uint32_t rows, uint32_t count,
                      uint64_t *present, uint16_t *rank);

/* ---- Small numbers (columns_code.c) ------------------------------------------------------------
 * u8 width in bits (0, 1, 2, 4, 8, 16, 32), u8 zero, u16 n, n u32: the table, then the numbers, or
 * with a table places in it. */
void code_put_small(PtBuf *front, const uint32_t *values, uint32_t count);
/* size: bytes of a number, 1, 2 or 4. False, too, where one is not under the limit. */
bool code_get_small(CodeCursor *front, uint32_t count, uint64_t limit, size_t size,
                    void *ret_values);

/* ---- Large numbers (columns_steps.c) -----------------------------------------------------------
 * Value i is start + scale * t[i]. t[i] is t[i - 1], or 0 where the class says so, plus the class's
 * base, plus so many bits as the class has. Classes are chosen for each block, so that they cost
 * the fewest bits. u64 start, u64 scale, u64 reach, u8 classes, of each: u8 bits (and STEPS_AGAIN),
 * u8 length and u8 digits of the base: the greatest bit and the eight behind it; then of which
 * class a value is: 0, 2 or 4 bits for 1, up to 4, up to 16 classes. The bits of the values are the
 * back. reach: no t lies further behind the last one that was from 0 again. */
enum { STEPS_CLASSES = 16, STEPS_BITS_MAX = 56, STEPS_AGAIN = 0x80 };

/* Changes the values. A step over `far` is none, but from 0 again. False: bits would not help, and
 * nothing was put. */
bool steps_put(PtBuf *front, PtBuf *back, uint64_t *values, uint32_t count, uint64_t far);
/* False, too, where a value is not in [low, high]. */
bool steps_get(CodeCursor *front, CodeCursor back, uint32_t count, int64_t low, int64_t high,
               int64_t *ret_values);

typedef struct Steps { /* what stands in front and back; low and high are the caller's */
    uint64_t base[STEPS_CLASSES], mask[STEPS_CLASSES], keep[STEPS_CLASSES], width[STEPS_CLASSES];
    uint64_t start, scale, reach;
    int64_t low, high;
    uint32_t kind_bits, classes;
    const uint8_t *kinds, *bits;
    size_t len; /* bytes of bits */
} Steps;
bool steps_head(CodeCursor *front, CodeCursor back, uint32_t count, Steps *ret_steps);

/* ---- Blocks ---------------------------------------------------------------------------------- */

typedef enum RunType { RUN_U8, RUN_U16, RUN_U32, RUN_I64, RUN_F64, RUN_TEXT } RunType;

typedef struct RunShape {
    RunType type;
    bool every;     /* row has a value */
    uint64_t limit; /* of small numbers: they are under it */
    uint64_t far;   /* of large ones: no step is greater; 0: any */
} RunShape;
RunShape run_shape(uint32_t column, ColumnsKind kind);

typedef enum RunCode {
    RUN_SMALL,    /* small numbers */
    RUN_STEPS,    /* large ones */
    RUN_DECIMALS, /* large ones, each to be divided by 10^digits */
    RUN_RAW,      /* 8 bytes a value */
} RunCode;

enum {
    RUN_HEAD = 16, /* of a block */
    RUN_TRAILER = 48,
    RUN_VERSION = 3,
    RUN_VERSION_LEAST = 2, /* without rare events */
    RUN_DIGITS_MAX = 4,
    /* Behind the columns, with blocks of so many groups: */
    RUN_PERSONS = RUN_COLUMNS_MAX,
    RUN_NODES, /* digits 1: less the person */
    RUN_LENGTHS,
    /* Of rows with events that are rare in their block, which hold them as columns do: */
    RUN_RARE_CODES, /* of an event that stands here, all rows do */
    RUN_RARE_TIMES, /* of the same rows */
    RUN_NUMBERS,
};
#define RUN_MAGIC 0x314E55524C4F4350ull /* "PCOLRUN1" */

typedef struct RunHead { /* as it lies in the file */
    uint8_t present, code, digits, zero;
    uint32_t count;
    uint32_t front, stored; /* bytes of the front; in the file: fewer where zstd packed them */
} RunHead;
static_assert(sizeof(RunHead) == RUN_HEAD, "no holes");

typedef struct RunPlace { /* as it lies in the file; len 0: no such block */
    uint64_t at;
    uint32_t len, crc;
} RunPlace;
static_assert(sizeof(RunPlace) == 16, "no holes");
static_assert(sizeof(ColumnsBlockInfo) == 48, "as it lies in the file");

typedef struct RunColumn { /* as it lies in the file, its places behind it */
    uint32_t number, kind;
} RunColumn;

typedef struct RunTrailer { /* as it lies in the file */
    uint64_t magic;
    uint32_t version, cold, rows, groups, columns, foot_crc;
    uint64_t foot_len;
    uint32_t zero, crc; /* of all before */
} RunTrailer;
static_assert(sizeof(RunTrailer) == RUN_TRAILER, "no holes");

/* Blocks of a number of rows or groups; rows of one of them. */
static inline uint32_t run_blocks_of(uint32_t rows)
{
    return rows / COLUMNS_BLOCK_ROWS + (rows % COLUMNS_BLOCK_ROWS != 0);
}

static inline uint32_t run_rows_of(uint32_t rows, uint32_t block)
{
    const uint32_t left = rows - block * COLUMNS_BLOCK_ROWS;
    return left < COLUMNS_BLOCK_ROWS ? left : COLUMNS_BLOCK_ROWS;
}

static inline size_t run_size_of(RunType type)
{
    return type == RUN_U8 ? 1 : type == RUN_U16 ? 2 : type == RUN_I64 || type == RUN_F64 ? 8 : 4;
}

static inline bool run_is_of_groups(uint32_t number)
{
    return number >= RUN_PERSONS && number <= RUN_LENGTHS;
}

/* The checksum of a block at its place. */
uint32_t run_block_crc(uint32_t number, uint32_t block, const void *bytes, size_t len);

typedef struct Coded { /* a block, unpacked but not decoded */
    RunHead head;
    CodeCursor front, back;
} Coded;
/* head.count is 0 where there is no such block. */
PtStatus run_load(Run *run, uint32_t number, uint32_t block, RunScratch *scratch, Coded *ret_coded,
                  PtError *err);
PtStatus run_wrong_block(const Run *run, uint32_t number, uint32_t block, PtError *err);

/* Any number of a run, decoded into the scratch. */
PtStatus run_read_number(Run *run, uint32_t number, uint32_t block, RunScratch *scratch,
                         RunHead *ret_head, PtError *err);

/* Rows of a block with rare events, rising: events of at most a 128th of the rows each and a 64th
 * together, the rarest first (columns_run_rare.c). */
typedef struct RunRareRows {
    uint32_t count;
    uint16_t rows[COLUMNS_RARE_MOST], codes[COLUMNS_RARE_MOST];
} RunRareRows;
void run_pick_rare(const uint16_t *codes, uint32_t rows, RunRareRows *ret_rows);

/* Whether what the file lists of rare events is what stands in the blocks of CODE and TIME. */
PtStatus run_check_rare(Run *run, uint32_t block, PtError *err);

/* Whether the chains of a block are right; times: the block of TIME. */
PtStatus run_check_chains(Run *run, uint32_t block, RunScratch *scratch, const ColumnsBlock *times,
                          PtError *err);

/* What run_copy_block takes from a run: a block's bytes, which passed their checksum, borrowed from
 * the run or the scratch. len 0: there is none. */
PtStatus run_stored(Run *run, uint32_t number, uint32_t block, RunScratch *scratch,
                    const uint8_t **ret_bytes, uint32_t *ret_len, PtError *err);
