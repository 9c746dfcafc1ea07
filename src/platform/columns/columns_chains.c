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

/* ---- Where they begin ------------------------------------------------------------------------ */

/* The lowest bit of each lane that holds `kind`. */
ALWAYS_INLINE static inline uint64_t lanes_of(uint64_t word, uint32_t kind, uint32_t lane)
{
    const uint64_t low = lane == 2 ? 0x5555555555555555u : 0x1111111111111111u;
    uint64_t off = word ^ kind * low;
    off |= off >> 1;
    off |= lane == 2 ? 0 : off >> 2;
    return ~off & low;
}

/* Inlined, so that the loop over four classes is unrolled. */
ALWAYS_INLINE static inline uint32_t bits_before(const Steps *s, uint32_t classes,
                                                 const uint64_t *lanes, uint64_t before)
{
    uint32_t bits = 0;
    for (uint32_t k = 0; k < classes; k++) {
        bits += (uint32_t)s->width[k] * (uint32_t)__builtin_popcountll(lanes[k] & before);
    }
    return bits;
}

ALWAYS_INLINE static inline uint32_t find_in(const Steps *s, uint32_t rows, uint32_t lane,
                                             RunChains *c)
{
    const uint32_t each = 64 / lane, classes = lane == 2 ? 4 : s->classes;
    uint32_t count = 0, at = 0;
    for (uint32_t row = 0; row < rows; row += each) {
        const size_t byte = (size_t)row * s->kind_bits / 8;
        const size_t left = ((size_t)rows * s->kind_bits + 7) / 8 - byte;
        uint64_t word = 0, lanes[STEPS_CLASSES], again = row == 0;
        memcpy(&word, s->kinds + byte, left < sizeof word ? left : sizeof word);
        const uint64_t there = rows - row < each ? (UINT64_C(1) << (rows - row) * lane) - 1 : ~0ull;
        for (uint32_t k = 0; k < classes; k++) {
            lanes[k] = lanes_of(word, k, lane) & there;
            again |= lanes[k] & ~s->keep[k];
        }
        for (; again != 0; again &= again - 1) {
            c->first[count] = (uint16_t)(row + (uint32_t)__builtin_ctzll(again) / lane);
            c->at[count++] = at + bits_before(s, classes, lanes, (again & -again) - 1);
        }
        at += bits_before(s, classes, lanes, ~0ull);
    }
    c->end = at;
    return count;
}

ALWAYS_INLINE static inline uint32_t find_any(const Steps *s, uint32_t rows, RunChains *c)
{
    return s->kind_bits == 4 ? find_in(s, rows, 4, c) : find_in(s, rows, 2, c);
}

#if defined(__x86_64__)
__attribute__((target("popcnt,bmi,bmi2"))) static uint32_t find_bmi2(const Steps *s, uint32_t rows,
                                                                     RunChains *c)
{
    return find_any(s, rows, c);
}
#endif

static uint32_t find(const Steps *s, uint32_t rows, RunChains *c)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt")) {
        return find_bmi2(s, rows, c);
    }
#endif
    return find_any(s, rows, c);
}

/* ---- Values ---------------------------------------------------------------------------------- */

static uint32_t kind_of(const Steps *s, uint32_t row)
{
    const uint32_t bit = row * s->kind_bits;
    return s->kind_bits == 0 ? 0 : s->kinds[bit / 8] >> bit % 8 & ((1u << s->kind_bits) - 1);
}

/* What its class and its bits say, which are there. */
static uint64_t value_at(const Steps *s, uint32_t kind, uint32_t at)
{
    const size_t byte = at >> 3, left = s->len - byte;
    uint64_t word = 0;
    if (left >= sizeof word) {
        word = code_load64(s->bits + byte);
    } else {
        memcpy(&word, s->bits + byte, left);
    }
    return (word >> (at & 7) & s->mask[kind]) + s->base[kind];
}

/* Of first values; false: one is not within the block's bounds. */
static bool get_firsts(const Steps *s, RunChains *c)
{
    bool bad = false;
    for (uint32_t i = 0; i < c->told.count; i++) {
        const uint64_t t = value_at(s, kind_of(s, c->first[i]), c->at[i]);
        const int64_t time = (int64_t)(s->start + s->scale * t);
        c->times[i] = time;
        bad |= time < s->low || time > s->high;
    }
    return !bad;
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
    c->told.count = find(s, rows, c);
    if ((c->end + 7) / 8 != s->len || !get_firsts(s, c)) {
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
