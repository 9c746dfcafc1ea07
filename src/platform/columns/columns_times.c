// SPDX-License-Identifier: Apache-2.0
/* Times to periods. Periods of one unit are nearly of one length, so the period of a time is a
 * product, for a whole block at once; where it changes another stretch of rows begins. What it says
 * of a stretch is tested at its ends only: times rise. Stretches that do not pass (a clock change,
 * months, which are of several lengths) are looked up. */
#include "platform/columns/columns_pass.h"

#include <stdlib.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { LANES = 64, MARGIN = 16 };

typedef struct Guess { /* of the period that a time is in: base + (time - origin) * per_ms */
    int64_t origin;
    double base, per_ms;
    int32_t most;
    bool wide; /* by vectors */
} Guess;

struct TimesBlock {
    Guess guess;
    const PlanPeriods *periods;
    const int64_t *times;                    /* by place in the list; NULL: guesses are sure */
    int64_t *picked;                         /* room for those of a list, or of some chains */
    uint32_t at;                             /* the next of starts */
    uint16_t starts[COLUMNS_BLOCK_ROWS + 1]; /* places with another guess than the one before them;
                                                then the count of places */
    uint16_t of[COLUMNS_BLOCK_ROWS + 1];     /* guess of the places from each start on */
    uint16_t guesses[COLUMNS_BLOCK_ROWS + LANES + 2 * MARGIN]; /* from MARGIN on */
};

/* ---- Guesses of a block ---------------------------------------------------------------------- */

/* The first and the last period may be cut; those between have the pace. */
static Guess guess_of(const PlanPeriods *p)
{
    Guess guess = {.origin = p->edges[1], .most = (int32_t)p->count - 1};
    if (p->count > 2) {
        guess.base = 1;
        guess.per_ms = (double)(p->count - 2) / (double)(p->edges[p->count - 1] - p->edges[1]);
    }
#if defined(__x86_64__)
    const int64_t most = 1ll << 49; // so that doubles hold what is between two of them
    guess.wide =
        p->edges[0] > -most && p->edges[p->count] < most && __builtin_cpu_supports("avx2") != 0;
#endif
    return guess;
}

static void guess_each(const Guess *guess, const int64_t *times, uint32_t count, uint16_t *out)
{
    for (uint32_t i = 0; i < count; i++) {
        const double at = ((double)times[i] - (double)guess->origin) * guess->per_ms + guess->base;
        out[i] = (uint16_t)(at < 0 ? 0 : at > guess->most ? guess->most : (int32_t)at);
    }
}

/* Bit i of the result: out[i] is not out[i - 1]. */
static uint64_t changes_each(const uint16_t *guesses)
{
    uint64_t changes = 0;
    for (uint32_t i = 0; i < LANES; i++) {
        changes |= (uint64_t)(guesses[i] != guesses[(int32_t)i - 1]) << i;
    }
    return changes;
}

#if defined(__x86_64__)
/* Four at a time, of at least four. A whole number below 2^51 added to the bits of 1.5 * 2^52 makes
 * a double of it. */
__attribute__((target("avx2"))) static void guess_avx2(const Guess *guess, const int64_t *times,
                                                       uint32_t count, uint16_t *out)
{
    const __m256d magic = _mm256_set1_pd(6755399441055744.0);
    const __m256i shift =
        _mm256_sub_epi64(_mm256_castpd_si256(magic), _mm256_set1_epi64x(guess->origin));
    const __m256d per_ms = _mm256_set1_pd(guess->per_ms), base = _mm256_set1_pd(guess->base);
    const __m128i most = _mm_set1_epi32(guess->most), zero = _mm_setzero_si128();
    for (uint32_t i = 0; i < count; i += 4) {
        const uint32_t at = i + 4 <= count ? i : count - 4; // the last four overlap
        const __m256i t = _mm256_loadu_si256((const __m256i *)(times + at));
        const __m256d from = _mm256_sub_pd(_mm256_castsi256_pd(_mm256_add_epi64(t, shift)), magic);
        const __m128i found = _mm256_cvttpd_epi32(_mm256_add_pd(_mm256_mul_pd(from, per_ms), base));
        const __m128i within = _mm_max_epi32(_mm_min_epi32(found, most), zero);
        _mm_storel_epi64((__m128i *)(out + at), _mm_packus_epi32(within, within));
    }
}

__attribute__((target("avx2"))) static uint64_t changes_avx2(const uint16_t *guesses)
{
    uint64_t same = 0;
    for (uint32_t i = 0; i < LANES; i += 32) {
        const __m256i *here = (const __m256i *)(guesses + i);
        const __m256i *before = (const __m256i *)(guesses + i - 1);
        const __m256i low =
            _mm256_cmpeq_epi16(_mm256_loadu_si256(here), _mm256_loadu_si256(before));
        const __m256i high =
            _mm256_cmpeq_epi16(_mm256_loadu_si256(here + 1), _mm256_loadu_si256(before + 1));
        const __m256i bytes = _mm256_permute4x64_epi64(_mm256_packs_epi16(low, high), 0xD8);
        same |= (uint64_t)(uint32_t)_mm256_movemask_epi8(bytes) << i;
    }
    return ~same;
}
#endif

static void guess_all(const Guess *guess, const int64_t *times, uint32_t count, uint16_t *out)
{
#if defined(__x86_64__)
    if (guess->wide && count >= 4) {
        guess_avx2(guess, times, count, out);
        return;
    }
#endif
    guess_each(guess, times, count, out);
}

static uint64_t changes_of(const Guess *guess, const uint16_t *guesses)
{
#if defined(__x86_64__)
    if (guess->wide) {
        return changes_avx2(guesses);
    }
#endif
    (void)guess;
    return changes_each(guesses);
}

TimesBlock *times_block_new(const PlanPeriods *periods)
{
    TimesBlock *b = calloc(1, sizeof *b);
    if (b == NULL || (b->picked = malloc(COLUMNS_BLOCK_ROWS * sizeof *b->picked)) == NULL) {
        free(b);
        return NULL;
    }
    b->periods = periods;
    b->guess = guess_of(periods);
    return b;
}

void times_block_free(TimesBlock *b)
{
    if (b != NULL) {
        free(b->picked);
        free(b);
    }
}

size_t times_block_bytes(void)
{
    return sizeof(TimesBlock) + COLUMNS_BLOCK_ROWS * sizeof(int64_t);
}

void times_block_fill(TimesBlock *b, const int64_t *times, const uint16_t *rows, uint32_t count)
{
    for (uint32_t i = 0; rows != NULL && i < count; i++) {
        b->picked[i] = times[rows[i]];
    }
    b->times = rows != NULL ? b->picked : times;
    uint16_t *guesses = b->guesses + MARGIN;
    guess_all(&b->guess, b->times, count, guesses);
    guesses[-1] = (uint16_t)~guesses[0];
    uint32_t starts = 0;
    for (uint32_t i = 0; i < count; i += LANES) {
        uint64_t changes = changes_of(&b->guess, guesses + i);
        for (; changes != 0; changes &= changes - 1) {
            const uint32_t at = i + (uint32_t)__builtin_ctzll(changes);
            b->starts[starts] = (uint16_t)at;
            b->of[starts] = guesses[at];
            starts += at < count; // behind the last there is what was left there
        }
    }
    b->starts[starts] = (uint16_t)count;
    b->at = 0;
}

/* ---- Chains ---------------------------------------------------------------------------------- */

/* Rows [from, to) of the block, as places behind `first`, are of a period. */
static inline uint32_t add_stretch(TimesBlock *b, uint32_t starts, uint32_t place, size_t period)
{
    b->starts[starts] = (uint16_t)place;
    b->of[starts] = (uint16_t)period;
    return starts + 1;
}

/* A chain that may not lie in one period, row by row. */
static PtStatus split_chain(TimesBlock *b, ColumnsReader *r, const ColumnsChains *c, uint32_t chain,
                            TimesRows rows, uint32_t *starts, PtError *err)
{
    PtStatus st = columns_chain_times(r, chain, chain + 1, b->picked, err);
    if (st != PT_OK) {
        return st;
    }
    const int64_t *edges = b->periods->edges;
    const uint32_t begin = c->first[chain] > rows.first ? c->first[chain] : rows.first;
    const uint32_t end = c->first[chain + 1] < rows.end ? c->first[chain + 1] : rows.end;
    size_t period = SIZE_MAX;
    for (uint32_t row = begin; row < end; row++) {
        const int64_t time = b->picked[row];
        if (period == SIZE_MAX || time < edges[period] || time >= edges[period + 1]) {
            period = plan_period_of(b->periods, time);
            *starts = add_stretch(b, *starts, row - rows.first, period);
        }
    }
    return PT_OK;
}

/* The last chain that begins at or before the row. */
static uint32_t chain_of(const ColumnsChains *c, uint32_t row)
{
    uint32_t low = 0, high = c->count;
    while (low + 1 < high) {
        const uint32_t mid = low + (high - low) / 2;
        *(c->first[mid] <= row ? &low : &high) = mid;
    }
    return low;
}

PtStatus times_block_fill_chains(TimesBlock *b, ColumnsReader *r, const ColumnsChains *c,
                                 TimesRows rows, PtError *err)
{
    const uint32_t from = chain_of(c, rows.first), to = chain_of(c, rows.end - 1) + 1;
    const int64_t *edges = b->periods->edges;
    const uint16_t *guesses = b->guesses + MARGIN;
    uint32_t starts = 0;
    guess_all(&b->guess, c->times + from, to - from, b->guesses + MARGIN);
    for (uint32_t i = from; i < to; i++) {
        const int64_t time = c->times[i];
        const size_t period = guesses[i - from];
        const uint32_t begin = c->first[i] > rows.first ? c->first[i] : rows.first;
        if (time >= edges[period] && time < edges[period + 1] &&
            c->reach_ms < (uint64_t)edges[period + 1] - (uint64_t)time) {
            starts = add_stretch(b, starts, begin - rows.first, period);
            continue;
        }
        PtStatus st = split_chain(b, r, c, i, rows, &starts, err);
        if (st != PT_OK) {
            return st;
        }
    }
    b->starts[starts] = (uint16_t)(rows.end - rows.first);
    b->times = NULL;
    b->at = 0;
    return PT_OK;
}

/* ---- Stretches ------------------------------------------------------------------------------- */

/* One that begins at place `from`, in a group that ends at `to`; returns where it ends. */
static inline uint32_t next_stretch(TimesBlock *b, uint32_t from, uint32_t to, Stretch *ret_stretch)
{
    const int64_t *edges = b->periods->edges;
    const uint32_t next = b->starts[b->at];
    uint32_t end = next < to ? next : to;
    size_t period = b->of[b->at - 1];
    if (b->times != NULL &&
        (b->times[from] < edges[period] || b->times[end - 1] >= edges[period + 1])) {
        const uint32_t most = end;
        period = plan_period_of(b->periods, b->times[from]);
        end = from + 1;
        while (end < most && b->times[end] < edges[period + 1]) {
            end++;
        }
    }
    b->at += end == next;
    *ret_stretch = (Stretch){.period = (uint32_t)period, .rows = end - from};
    return end;
}

static inline void go_to(TimesBlock *b, uint32_t place)
{
    while (b->starts[b->at] <= place) {
        b->at++;
    }
}

size_t times_take(TimesBlock *b, uint32_t from, uint32_t to, Stretch *out)
{
    size_t made = 0;
    go_to(b, from);
    while (from < to) {
        from = next_stretch(b, from, to, &out[made++]);
    }
    return made;
}

/* ---- Seen ------------------------------------------------------------------------------------ */

static inline void begin(TimesSeen *seen)
{
    seen->from = seen->from == seen->to ? TIMES_WORDS : seen->from;
}

static inline void see(TimesSeen *seen, Stretch stretch)
{
    const size_t period = stretch.period, word = period / 64;
    const uint64_t bit = 1ull << period % 64, once = seen->once[word];
    seen->twice[word] |= (stretch.rows > 1 ? bit : 0) | (once & bit);
    seen->once[word] = once | bit;
    seen->from = word < seen->from ? word : seen->from;
    seen->to = word >= seen->to ? word + 1 : seen->to;
    if (seen->counts != NULL) {
        seen->counts[period].rows += stretch.rows;
        seen->counts[period].persons += (once & bit) == 0;
    }
}

/* Of sure guesses, none of them over 63, when nothing is counted. */
static void see_word(TimesSeen *seen, TimesBlock *b, uint32_t from, uint32_t to)
{
    uint64_t once = seen->once[0], twice = seen->twice[0];
    uint32_t at = b->at;
    while (from < to) {
        const uint32_t next = b->starts[at], end = next < to ? next : to;
        const uint64_t bit = 1ull << b->of[at - 1];
        twice |= (once & bit) | (end - from > 1 ? bit : 0);
        once |= bit;
        at += end == next;
        from = end;
    }
    b->at = at;
    seen->once[0] = once;
    seen->twice[0] = twice;
    seen->from = 0;
    seen->to = 1;
}

void times_see_rows(TimesSeen *seen, TimesBlock *b, uint32_t from, uint32_t to)
{
    Stretch stretch;
    begin(seen);
    go_to(b, from);
    if (b->times == NULL && seen->counts == NULL && b->guess.most < 64) {
        see_word(seen, b, from, to);
        return;
    }
    while (from < to) {
        from = next_stretch(b, from, to, &stretch);
        see(seen, stretch);
    }
}

void times_see(TimesSeen *seen, const Stretch *stretches, size_t count)
{
    begin(seen);
    for (size_t i = 0; i < count; i++) {
        see(seen, stretches[i]);
    }
}

void times_put(TimesSeen *seen, const PlanPeriods *periods, int64_t time_ms)
{
    const Stretch one = {.period = (uint32_t)plan_period_of(periods, time_ms), .rows = 1};
    times_see(seen, &one, 1);
}

void times_forget(TimesSeen *seen)
{
    for (size_t i = seen->from; i < seen->to; i++) {
        seen->once[i] = seen->twice[i] = 0;
    }
    seen->from = seen->to = 0;
}
