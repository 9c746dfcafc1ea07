// SPDX-License-Identifier: Apache-2.0
/* Chains of a block of times: where a value is from 0 again, and what stands there, without the
 * values between. Which class a value is of stands in 2 or 4 bits, so a word tells of 32 or 16
 * rows: those of one class are a mask, and how many bits lie before a row is a sum of counts. */
#include "platform/columns/columns_code_internal.h"

#include <stdlib.h>

typedef struct RunChains {
    ColumnsChains told;
    Coded coded;
    Steps steps; /* of a block of them */
    bool raw;
    uint32_t block, end; /* end: bits of all values */
    uint16_t first[COLUMNS_BLOCK_ROWS + 1];
    uint32_t at[COLUMNS_BLOCK_ROWS]; /* bit of the first value */
    int64_t times[COLUMNS_BLOCK_ROWS];
} RunChains;

#define ALWAYS_INLINE __attribute__((always_inline))

/* ---- Values ---------------------------------------------------------------------------------- */

ALWAYS_INLINE static inline uint32_t kind_of(const Steps *s, uint32_t row)
{
    const uint32_t bit = row * s->kind_bits;
    return s->kind_bits == 0 ? 0 : s->kinds[bit / 8] >> bit % 8 & ((1u << s->kind_bits) - 1);
}

/* What its class and its bits say; bits that are not there are 0. */
ALWAYS_INLINE static inline uint64_t value_at(const Steps *s, uint32_t kind, uint32_t at)
{
    const size_t byte = at >> 3;
    uint64_t word = 0;
    if (byte + sizeof word <= s->len) {
        word = code_load64(s->bits + byte);
    } else if (byte < s->len) {
        memcpy(&word, s->bits + byte, s->len - byte);
    }
    return (word >> (at & 7) & s->mask[kind]) + s->base[kind];
}

/* ---- Where they begin ------------------------------------------------------------------------ */

/* Bits of values by their classes, of which two bits tell: class c is c & 1 of `low`, c & 2 of
 * `high`. All have `each`, and more or less where these bits are set. */
typedef struct Weights {
    uint32_t each, low, high, both;
} Weights;

ALWAYS_INLINE static inline uint32_t weigh(Weights w, uint64_t low, uint64_t high, uint32_t rows)
{
    return w.each * rows + w.low * (uint32_t)__builtin_popcountll(low) +
           w.high * (uint32_t)__builtin_popcountll(high) +
           w.both * (uint32_t)__builtin_popcountll(low & high);
}

/* Where chain i begins, and when. True: that is not within the block's bounds. */
ALWAYS_INLINE static inline bool put_chain(const Steps *s, RunChains *c, uint32_t i, uint32_t row,
                                           uint32_t kind, uint32_t at)
{
    const int64_t time = (int64_t)(s->start + s->scale * value_at(s, kind, at));
    c->first[i] = (uint16_t)row;
    c->at[i] = at;
    c->times[i] = time;
    return time < s->low || time > s->high;
}

/* Up to four classes. False, here and below: a chain is out of bounds. */
ALWAYS_INLINE static inline bool find_two(const Steps *s, uint32_t rows, RunChains *c)
{
    const uint64_t lanes = 0x5555555555555555u;
    const uint32_t w0 = (uint32_t)s->width[0], w1 = (uint32_t)s->width[1],
                   w2 = (uint32_t)s->width[2], w3 = (uint32_t)s->width[3];
    const Weights weights = {w0, w1 - w0, w2 - w0, w3 - w2 - w1 + w0}; // wrap around, and back
    const uint64_t begins[4] = {~s->keep[0], ~s->keep[1], ~s->keep[2], ~s->keep[3]};
    uint32_t count = 0, at = 0;
    bool bad = false;
    for (uint32_t row = 0; row < rows; row += 32) {
        const size_t byte = (size_t)row * s->kind_bits / 8;
        const size_t left = ((size_t)rows * s->kind_bits + 7) / 8 - byte;
        const uint32_t there = rows - row < 32 ? rows - row : 32;
        uint64_t word = 0;
        memcpy(&word, s->kinds + byte, left < sizeof word ? left : sizeof word);
        word &= there < 32 ? (UINT64_C(1) << there * 2) - 1 : ~0ull;
        const uint64_t low = word & lanes, high = word >> 1 & lanes;
        const uint64_t with_high = (low & begins[3]) | (~low & begins[2]);
        const uint64_t without = (low & begins[1]) | (~low & begins[0]);
        uint64_t again = ((high & with_high) | (~high & without)) & lanes;
        again &= there < 32 ? (UINT64_C(1) << there * 2) - 1 : ~0ull;
        again |= row == 0;
        for (; again != 0; again &= again - 1) {
            const uint32_t bit = (uint32_t)__builtin_ctzll(again);
            const uint64_t before = (again & -again) - 1;
            bad |= put_chain(s, c, count++, row + bit / 2, word >> bit & 3,
                             at + weigh(weights, low & before, high & before, bit / 2));
        }
        at += weigh(weights, low, high, there);
    }
    c->told.count = count;
    c->end = at;
    return !bad;
}

/* The lowest bit of each lane of four that holds `kind`. */
ALWAYS_INLINE static inline uint64_t lanes_of(uint64_t word, uint32_t kind)
{
    const uint64_t low = 0x1111111111111111u;
    uint64_t off = word ^ kind * low;
    off |= off >> 1;
    off |= off >> 2;
    return ~off & low;
}

ALWAYS_INLINE static inline uint32_t bits_before(const Steps *s, const uint64_t *lanes,
                                                 uint64_t before)
{
    uint32_t bits = 0;
    for (uint32_t k = 0; k < s->classes; k++) {
        bits += (uint32_t)s->width[k] * (uint32_t)__builtin_popcountll(lanes[k] & before);
    }
    return bits;
}

/* More classes, of which four bits tell. */
ALWAYS_INLINE static inline bool find_four(const Steps *s, uint32_t rows, RunChains *c)
{
    uint32_t count = 0, at = 0;
    bool bad = false;
    for (uint32_t row = 0; row < rows; row += 16) {
        const size_t byte = (size_t)row / 2;
        const size_t left = ((size_t)rows + 1) / 2 - byte;
        uint64_t word = 0, lanes[STEPS_CLASSES], again = row == 0;
        memcpy(&word, s->kinds + byte, left < sizeof word ? left : sizeof word);
        const uint64_t there = rows - row < 16 ? (UINT64_C(1) << (rows - row) * 4) - 1 : ~0ull;
        for (uint32_t k = 0; k < s->classes; k++) {
            lanes[k] = lanes_of(word, k) & there;
            again |= lanes[k] & ~s->keep[k];
        }
        for (; again != 0; again &= again - 1) {
            const uint32_t bit = (uint32_t)__builtin_ctzll(again);
            bad |= put_chain(s, c, count++, row + bit / 4, word >> bit & 15,
                             at + bits_before(s, lanes, (again & -again) - 1));
        }
        at += bits_before(s, lanes, ~0ull);
    }
    c->told.count = count;
    c->end = at;
    return !bad;
}

ALWAYS_INLINE static inline bool find_any(const Steps *s, uint32_t rows, RunChains *c)
{
    const bool good = s->kind_bits == 4 ? find_four(s, rows, c) : find_two(s, rows, c);
    return good && (c->end + 7) / 8 == s->len;
}

#if defined(__x86_64__)
__attribute__((target("popcnt,bmi,bmi2"))) static bool find_bmi2(const Steps *s, uint32_t rows,
                                                                 RunChains *c)
{
    return find_any(s, rows, c);
}
#endif

/* Where chains begin, and when. False: not as it should be. */
static bool find(const Steps *s, uint32_t rows, RunChains *c)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt")) {
        return find_bmi2(s, rows, c);
    }
#endif
    return find_any(s, rows, c);
}

static bool get_rows(const RunChains *c, uint32_t from, uint32_t to, int64_t *times)
{
    const Steps *s = &c->steps;
    const uint32_t end = c->first[to];
    uint64_t t = 0;
    bool bad = false;
    for (uint32_t row = c->first[from], at = c->at[from]; row < end; row++) {
        const uint32_t kind = kind_of(s, row);
        t = (t & s->keep[kind]) + value_at(s, kind, at);
        at += (uint32_t)s->width[kind];
        times[row] = (int64_t)(s->start + s->scale * t);
        bad |= times[row] < s->low || times[row] > s->high;
    }
    return !bad;
}

/* ---- Blocks ---------------------------------------------------------------------------------- */

/* Each row by itself. */
static bool take_raw(RunChains *c)
{
    const uint32_t rows = c->told.rows;
    const uint8_t *raw = code_take(&c->coded.front, rows * sizeof *c->times);
    if (raw == NULL || c->coded.back.at != c->coded.back.end) {
        return false;
    }
    bool bad = false;
    memcpy(c->times, raw, rows * sizeof *c->times);
    for (uint32_t i = 0; i < rows; i++) {
        c->first[i] = (uint16_t)i;
        bad |= c->times[i] < c->steps.low || c->times[i] > c->steps.high;
    }
    c->told.count = rows;
    c->told.reach_ms = 0;
    return !bad;
}

static bool take_steps(RunChains *c)
{
    Steps *s = &c->steps;
    const uint32_t rows = c->told.rows;
    if (!steps_head(&c->coded.front, c->coded.back, rows, s)) {
        return false;
    }
    if (!find(s, rows, c)) {
        return false;
    }
    if (__builtin_mul_overflow(s->reach, s->scale, &c->told.reach_ms)) {
        c->told.reach_ms = UINT64_MAX;
    }
    return true;
}

PtStatus run_read_chains(Run *run, uint32_t block, RunScratch *scratch,
                         const ColumnsChains **ret_chains, PtError *err)
{
    if (block >= run_info(run).blocks) {
        return pt_fail(err, PT_INVALID, "there is no block %u", block);
    }
    RunChains *c = scratch->chains != NULL ? scratch->chains : malloc(sizeof *c);
    scratch->chains = c;
    if (c == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to read a run");
    }
    PtStatus st = run_load(run, COLUMNS_COLUMN_TIME, block, scratch, &c->coded, err);
    if (st != PT_OK) {
        return st;
    }
    const uint32_t rows = run_rows_of(run_info(run).rows, block);
    const RunHead *head = &c->coded.head;
    c->told = (ColumnsChains){.rows = rows, .first = c->first, .times = c->times};
    c->block = block;
    c->steps.low = run_block_info(run, block)->time_min;
    c->steps.high = run_block_info(run, block)->time_max;
    c->raw = head->code == RUN_RAW;
    if (head->count != rows || head->present != CODE_ALL ||
        (head->code != RUN_RAW && head->code != RUN_STEPS) ||
        !(c->raw ? take_raw(c) : take_steps(c)) || c->coded.front.at != c->coded.front.end) {
        return run_wrong_block(run, COLUMNS_COLUMN_TIME, block, err);
    }
    c->first[c->told.count] = (uint16_t)rows;
    *ret_chains = &c->told;
    return PT_OK;
}

PtStatus run_chain_times(const Run *run, const RunScratch *scratch, uint32_t from, uint32_t to,
                         int64_t *times, PtError *err)
{
    const RunChains *c = scratch->chains;
    if (c->raw) {
        memcpy(times + from, c->times + from, (to - from) * sizeof *times);
        return PT_OK;
    }
    return get_rows(c, from, to, times) ? PT_OK
                                        : run_wrong_block(run, COLUMNS_COLUMN_TIME, c->block, err);
}

PtStatus run_check_chains(Run *run, uint32_t block, RunScratch *scratch, const ColumnsBlock *times,
                          PtError *err)
{
    const ColumnsChains *c = NULL;
    PtStatus st = run_read_chains(run, block, scratch, &c, err);
    bool bad = false;
    for (uint32_t i = 0; c != NULL && i < c->count; i++) {
        int64_t before = c->times[i];
        for (uint32_t row = c->first[i]; row < c->first[i + 1]; row++) {
            const int64_t time = times->i64[row];
            bad |= time < before || (uint64_t)time - (uint64_t)c->times[i] > c->reach_ms;
            before = time;
        }
    }
    return bad ? run_wrong_block(run, COLUMNS_COLUMN_TIME, block, err) : st;
}
