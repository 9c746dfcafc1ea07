// SPDX-License-Identifier: Apache-2.0
/* Which rows of a block matter: codes first, 16 at a time where the plan names a few; then time,
 * where the block is not within the range as a whole; then programs, each text of the block once.
 * Rows of codes that are rare in a block are kept with their times, and asked for first. */
#include "platform/columns/columns_pass.h"

#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* ---- Codes ----------------------------------------------------------------------------------- */

static inline bool code_matters(const Pass *p, uint16_t code)
{
    return (p->codes[code >> 6 & (COLUMNS_EVENTS_MAX / 64 - 1)] >> (code & 63) & 1) != 0;
}

/* Rows [row, end) one by one; returns how many are in the list. */
static uint32_t list_each(const Pass *p, Cursor *c, uint32_t row, uint32_t end, uint32_t count)
{
    for (; row < end; row++) {
        c->list[count] = (uint16_t)row;
        count += code_matters(p, c->codes[row]);
    }
    return count;
}

#if defined(__SSE2__)
static uint32_t list_few(const Pass *p, Cursor *c, uint32_t row, uint32_t end, uint32_t count)
{
    __m128i codes[PASS_FEW_CODES];
    for (size_t i = 0; i < p->few_count; i++) {
        codes[i] = _mm_set1_epi16((short)p->few[i]);
    }
    for (; row + 16 <= end; row += 16) {
        const __m128i low = _mm_loadu_si128((const __m128i *)(c->codes + row));
        const __m128i high = _mm_loadu_si128((const __m128i *)(c->codes + row + 8));
        __m128i low_hits = _mm_setzero_si128(), high_hits = _mm_setzero_si128();
        for (size_t i = 0; i < p->few_count; i++) {
            low_hits = _mm_or_si128(low_hits, _mm_cmpeq_epi16(low, codes[i]));
            high_hits = _mm_or_si128(high_hits, _mm_cmpeq_epi16(high, codes[i]));
        }
        unsigned hits = (unsigned)_mm_movemask_epi8(_mm_packs_epi16(low_hits, high_hits));
        for (; hits != 0; hits &= hits - 1) {
            c->list[count++] = (uint16_t)(row + (uint32_t)__builtin_ctz(hits));
        }
    }
    return list_each(p, c, row, end, count);
}
#else
static uint32_t list_few(const Pass *p, Cursor *c, uint32_t row, uint32_t end, uint32_t count)
{
    return list_each(p, c, row, end, count);
}
#endif

static void list_all(Cursor *c)
{
    for (uint32_t i = 0; i < c->count; i++) {
        c->list[i] = (uint16_t)(c->first + i);
    }
    c->dense = false;
}

static uint32_t list_codes(const Pass *p, Cursor *c, uint32_t first, uint32_t end)
{
    c->first = first;
    c->dense = p->all_codes;
    if (c->dense) {
        return end - first;
    }
    return p->few_count > 0 ? list_few(p, c, first, end, 0) : list_each(p, c, first, end, 0);
}

/* ---- Time ------------------------------------------------------------------------------------ */

static void keep_in_range(const Pass *p, Cursor *c)
{
    const int64_t from = p->plan->from_ms, to = p->plan->to_ms;
    uint32_t count = 0;
    if (c->dense) {
        list_all(c);
    }
    for (uint32_t i = 0; i < c->count; i++) {
        const uint16_t row = c->list[i];
        const int64_t time = c->times[row];
        c->list[count] = row;
        count += (uint32_t)((time >= from) & (time < to));
    }
    c->count = count;
}

/* ---- Programs -------------------------------------------------------------------------------- */

enum { FOUND = 256 };

/* Of each row the place of its value in the block; inlined, for one instruction to count bits. */
__attribute__((always_inline)) static inline void
find_any(const ColumnsBlock *b, const uint16_t *rows, uint32_t count, uint16_t *ret_places)
{
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t word = b->present[rows[i] >> 6], bit = 1ull << (rows[i] & 63);
        const uint32_t at =
            b->rank[rows[i] >> 6] + (uint32_t)__builtin_popcountll(word & (bit - 1));
        ret_places[i] = (word & bit) != 0 ? (uint16_t)at : MATCH_NOWHERE;
    }
}

#if defined(__x86_64__)
__attribute__((target("popcnt"))) static void
find_popcnt(const ColumnsBlock *b, const uint16_t *rows, uint32_t count, uint16_t *ret_places)
{
    find_any(b, rows, count, ret_places);
}
#endif

void match_places(const ColumnsBlock *b, const uint16_t *rows, uint32_t count, uint16_t *ret_places)
{
    if (b->present == NULL) {
        memcpy(ret_places, rows, count * sizeof *rows);
        return;
    }
#if defined(__x86_64__)
    if (__builtin_cpu_supports("popcnt")) {
        find_popcnt(b, rows, count, ret_places);
        return;
    }
#endif
    find_any(b, rows, count, ret_places);
}

/* Row i of the list is of none of the sets where the program does not hold. */
static inline void test_end(Cursor *c, uint32_t i, uint64_t sets, bool holds)
{
    c->sets[i] &= ~(sets & ((uint64_t)holds - 1));
}

static PtStatus test_each(Scan *s, Cursor *c, const PassTest *test, PtError *err)
{
    PtValue values[PLAN_SLOTS];
    const uint64_t sets = test->sets;
    for (uint32_t i = 0; i < c->count; i++) {
        PtStatus st = PT_OK;
        for (uint8_t j = 0; st == PT_OK && (c->sets[i] & sets) != 0 && j < test->slot_count; j++) {
            const uint8_t slot = test->slots[j];
            st = slots_value(c, s->pass, slot, c->base + c->list[i], &values[slot], err);
        }
        if (st != PT_OK) {
            return st;
        }
        if ((c->sets[i] & sets) != 0) {
            test_end(c, i, sets, pt_program_run(test->program, values));
        }
    }
    return PT_OK;
}

/* The slot's texts in the block, or NULL; with a memo of the program's outcomes: 0 is unknown. */
static PtStatus open_memo(Scan *s, Cursor *c, uint32_t slot, const ColumnsBlock **ret_texts,
                          PtError *err)
{
    const PassSlot *sl = &s->pass->slots[slot];
    *ret_texts = NULL;
    for (uint8_t i = 0; i < sl->part_count; i++) {
        if (s->pass->columns[sl->parts[i]].kind == PART_TEXT) {
            const ColumnsBlock *b;
            PtStatus st =
                slots_block(c, s->pass, sl->parts[i], c->base / COLUMNS_BLOCK_ROWS, &b, err);
            st = st == PT_OK ? pass_reserve(s->pass, (void **)&s->memo, 1, &s->memo_cap,
                                            (size_t)b->text_count + 1, err)
                             : st;
            if (st != PT_OK) {
                return st;
            }
            memset(s->memo, 0, (size_t)b->text_count + 1);
            *ret_texts = b->count > 0 ? b : NULL;
        }
    }
    return PT_OK;
}

/* A slot of texts only, fewer than there are rows: run for all of them first, looked up after. */
static void test_texts(Scan *s, Cursor *c, const PassTest *test, const ColumnsBlock *texts,
                       bool none)
{
    PtValue values[PLAN_SLOTS];
    for (uint32_t i = 0; i < texts->text_count; i++) {
        values[test->slots[0]] = (PtValue){.kind = PT_VALUE_TEXT, .text = texts->texts[i]};
        s->memo[i] = pt_program_run(test->program, values);
    }
    s->memo[texts->text_count] = none;
    uint16_t places[FOUND];
    for (uint32_t first = 0; first < c->count; first += FOUND) {
        const uint32_t count = c->count - first < FOUND ? c->count - first : FOUND;
        match_places(texts, c->list + first, count, places);
        for (uint32_t i = 0; i < count; i++) {
            const uint32_t text =
                places[i] != MATCH_NOWHERE ? texts->u32[places[i]] : texts->text_count;
            test_end(c, first + i, test->sets, s->memo[text]);
        }
    }
}

/* A slot of numbers only. */
static void test_numbers(Cursor *c, const PassTest *test, const ColumnsBlock *b, bool none)
{
    uint16_t places[FOUND];
    double numbers[FOUND];
    bool holds[FOUND];
    for (uint32_t first = 0; first < c->count; first += FOUND) {
        const uint32_t count = c->count - first < FOUND ? c->count - first : FOUND;
        match_places(b, c->list + first, count, places);
        for (uint32_t i = 0; i < count; i++) {
            numbers[i] = places[i] != MATCH_NOWHERE ? b->f64[places[i]] : 0;
        }
        pt_program_run_numbers(test->program, numbers, count, holds);
        for (uint32_t i = 0; i < count; i++) {
            test_end(c, first + i, test->sets, places[i] != MATCH_NOWHERE ? holds[i] : none);
        }
    }
}

static bool has_only(const Pass *p, uint32_t slot, PartKind kind)
{
    const PassSlot *sl = &p->slots[slot];
    const bool as_it_is = !sl->as_time && (!sl->as_number || kind == PART_NUMBER);
    return sl->part_count == 1 && as_it_is && p->columns[sl->parts[0]].kind == kind;
}

/* A program that reads one slot is run once for each of its texts, and once for no value. */
static PtStatus test_one(Scan *s, Cursor *c, const PassTest *test, PtError *err)
{
    PtValue values[PLAN_SLOTS];
    const uint32_t slot = test->slots[0];
    const uint64_t sets = test->sets;
    const ColumnsBlock *texts;
    PtStatus st = open_memo(s, c, slot, &texts, err);
    values[slot] = (PtValue){.kind = PT_VALUE_NONE};
    const bool none = st == PT_OK && pt_program_run(test->program, values);
    if (st == PT_OK && texts != NULL && texts->text_count <= c->count &&
        has_only(s->pass, slot, PART_TEXT)) {
        test_texts(s, c, test, texts, none);
        return PT_OK;
    }
    if (st == PT_OK && has_only(s->pass, slot, PART_NUMBER)) {
        const ColumnsBlock *b;
        st = slots_block(c, s->pass, s->pass->slots[slot].parts[0], c->base / COLUMNS_BLOCK_ROWS,
                         &b, err);
        if (st == PT_OK) {
            test_numbers(c, test, b, none);
        }
        return st;
    }
    for (uint32_t i = 0; st == PT_OK && i < c->count; i++) {
        if ((c->sets[i] & sets) == 0) {
            continue;
        }
        const uint32_t at = texts != NULL ? columns_block_find(texts, c->list[i]) : PASS_NONE;
        uint8_t *memo = at != PASS_NONE ? &s->memo[texts->u32[at]] : NULL;
        if (memo == NULL || *memo == 0) {
            st = slots_value(c, s->pass, slot, c->base + c->list[i], &values[slot], err);
            if (st != PT_OK) {
                break;
            }
            const bool there = values[slot].kind != PT_VALUE_NONE;
            const bool holds = there ? pt_program_run(test->program, values) : none;
            test_end(c, i, sets, holds);
            if (memo != NULL) {
                *memo = holds ? 2 : 1;
            }
        } else {
            test_end(c, i, sets, *memo == 2);
        }
    }
    return st;
}

/* Without a slot a program says the same of every row. */
static PtStatus run_test(Scan *s, Cursor *c, const PassTest *test, PtError *err)
{
    return test->slot_count == 1 ? test_one(s, c, test, err) : test_each(s, c, test, err);
}

static PtStatus run_tests(Scan *s, Cursor *c, PtError *err)
{
    const Pass *p = s->pass;
    if (c->dense) {
        list_all(c);
    }
    for (uint32_t i = 0; i < c->count; i++) {
        c->sets[i] = p->sets_of[c->codes[c->list[i]] % COLUMNS_EVENTS_MAX];
    }
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < p->test_count; i++) {
        st = run_test(s, c, &p->tests[i], err);
    }
    uint32_t count = 0;
    for (uint32_t i = 0; i < c->count; i++) {
        c->list[count] = c->list[i];
        c->sets[count] = c->sets[i];
        count += c->sets[i] != 0;
    }
    c->count = count;
    return st;
}

/* ---- Codes and times ------------------------------------------------------------------------- */

static PtStatus match_codes(Cursor *c, PtError *err)
{
    const ColumnsBlock *b;
    PtStatus st =
        columns_read(c->reader, COLUMNS_COLUMN_CODE, c->base / COLUMNS_BLOCK_ROWS, &b, err);
    c->codes = st == PT_OK ? b->u16 : NULL;
    return st;
}

static PtStatus match_times(Cursor *c, PtError *err)
{
    const ColumnsBlock *b;
    PtStatus st =
        columns_read(c->reader, COLUMNS_COLUMN_TIME, c->base / COLUMNS_BLOCK_ROWS, &b, err);
    c->times = st == PT_OK ? b->i64 : NULL;
    return st;
}

PtStatus match_rows(Cursor *c, PtError *err)
{
    PtStatus st = match_codes(c, err);
    return st == PT_OK && c->times == NULL ? match_times(c, err) : st;
}

/* ---- Rare events ----------------------------------------------------------------------------- */

enum {
    COMMON = COLUMNS_BLOCK_ROWS / 16
}; /* rows; where more matter, the next block's will not be few */

static bool has_code(const Pass *p, const Cursor *c, uint16_t code)
{
    const ColumnsBlockInfo *info =
        columns_block_info(p->snapshot, c->run, c->base / COLUMNS_BLOCK_ROWS);
    return (info->events[code % 256 >> 6] >> (code & 63) & 1) != 0;
}

/* Rows with the code; in *ret_known whether they are known without reading the block. */
static PtStatus find_rare(const Pass *p, Cursor *c, uint16_t code, bool *ret_known,
                          ColumnsRare *ret_rare, PtError *err)
{
    *ret_rare = (ColumnsRare){.count = 0};
    *ret_known = true;
    return has_code(p, c, code) ? columns_rare_find(c->reader, c->base / COLUMNS_BLOCK_ROWS, code,
                                                    ret_known, ret_rare, err)
                                : PT_OK;
}

/* Rows [first, end) that matter and are in the range of time, where all that could are known
 * without reading the block. */
static PtStatus list_known(const Pass *p, Cursor *c, uint32_t first, uint32_t end, bool *ret_known,
                           PtError *err)
{
    const int64_t from = p->plan->from_ms, to = p->plan->to_ms;
    uint64_t bits[COLUMNS_BLOCK_ROWS / 64] = {0};
    for (size_t i = 0; i < p->few_count; i++) {
        ColumnsRare rare;
        PtStatus st = find_rare(p, c, p->few[i], ret_known, &rare, err);
        if (st != PT_OK || !*ret_known) {
            return st;
        }
        for (uint32_t j = 0; j < rare.count; j++) {
            const uint16_t row = rare.rows[j];
            const int64_t time = rare.times[j];
            const bool in = row >= first && row < end && time >= from && time < to;
            bits[row >> 6] |= (uint64_t)in << (row & 63);
            c->known->codes[row] = p->few[i];
            c->known->times[row] = time;
        }
    }
    c->codes = c->known->codes;
    c->times = c->known->times;
    c->first = first;
    c->dense = false;
    c->count = 0;
    for (uint32_t word = first >> 6; word <= (end - 1) >> 6; word++) {
        for (uint64_t rest = bits[word]; rest != 0; rest &= rest - 1) {
            c->list[c->count++] = (uint16_t)(word << 6 | (uint32_t)__builtin_ctzll(rest));
        }
    }
    return PT_OK;
}

/* Of the listed rows, which are all of the block that matter, those with the code. */
static bool keep_rare(Cursor *c, uint16_t code)
{
    uint16_t rows[COLUMNS_RARE_MOST];
    int64_t times[COLUMNS_RARE_MOST];
    ColumnsRare rare = {.rows = rows, .times = times};
    for (uint32_t i = 0; i < c->count; i++) {
        const uint16_t row = c->list[i];
        if (c->codes[row] == code) {
            rows[rare.count] = row;
            times[rare.count++] = c->times[row];
        }
    }
    return columns_rare_keep(c->reader, c->base / COLUMNS_BLOCK_ROWS, code, &rare);
}

/* Times of the listed rows, by the chains that they are in. */
static PtStatus match_few_times(Cursor *c, PtError *err)
{
    const ColumnsChains *chains;
    PtStatus st = columns_read_chains(c->reader, c->base / COLUMNS_BLOCK_ROWS, &chains, err);
    uint32_t chain = 0;
    for (uint32_t i = 0; st == PT_OK && i < c->count; i++) {
        const bool read = i > 0 && c->list[i] < chains->first[chain + 1];
        while (chains->first[chain + 1] <= c->list[i]) {
            chain++;
        }
        st = read ? st : columns_chain_times(c->reader, chain, chain + 1, c->known->times, err);
    }
    c->times = st == PT_OK ? c->known->times : NULL;
    return st;
}

/* Keeps what matters of the block, if it is so few that it would be worth it; in *ret_known whether
 * it was. The list is lost. */
static PtStatus learn(const Pass *p, Cursor *c, bool *ret_known, PtError *err)
{
    const uint32_t left = p->info[c->run].rows - c->base;
    const uint32_t rows = left < COLUMNS_BLOCK_ROWS ? left : COLUMNS_BLOCK_ROWS;
    c->count = list_few(p, c, 0, rows, 0);
    *ret_known = c->count <= rows / 64;
    PtStatus st = *ret_known ? match_few_times(c, err) : PT_OK;
    for (size_t i = 0; st == PT_OK && *ret_known && i < p->few_count; i++) {
        ColumnsRare rare;
        st = find_rare(p, c, p->few[i], ret_known, &rare, err);
        *ret_known = *ret_known || keep_rare(c, p->few[i]);
    }
    return st;
}

/* Rows [first, end) of a few codes as the list; in *ret_known whether it came with codes, and with
 * times that are in the range. */
static PtStatus match_few(const Pass *p, Cursor *c, uint32_t first, uint32_t end, bool *ret_known,
                          PtError *err)
{
    PtStatus st = c->common ? PT_OK : list_known(p, c, first, end, ret_known, err);
    if (st != PT_OK || *ret_known) {
        return st;
    }
    st = match_codes(c, err);
    if (st != PT_OK) {
        return st;
    }
    c->count = list_codes(p, c, first, end);
    c->common = c->count > COMMON;
    if (c->count <= COLUMNS_RARE_MOST) {
        st = learn(p, c, ret_known, err);
        if (st == PT_OK && *ret_known) {
            st = list_known(p, c, first, end, ret_known, err);
        }
        c->count = *ret_known ? c->count : list_codes(p, c, first, end);
    }
    return st;
}

/* ---- All of it ------------------------------------------------------------------------------- */

/* All rows of the block, asked for nothing but the period of their time. */
static PtStatus match_periods(Cursor *c, uint32_t block, PtError *err)
{
    const ColumnsChains *chains;
    PtStatus st = columns_read_chains(c->reader, block, &chains, err);
    return st == PT_OK ? times_block_fill_chains(c->stretches, c->reader, chains,
                                                 (TimesRows){c->first, c->first + c->count}, err)
                       : st;
}

/* Programs, and the periods or cells of what is left in the list, whose times are there. */
static PtStatus match_list(Scan *s, Cursor *c, PtError *err)
{
    PtStatus st = s->pass->test_count > 0 && c->count > 0 ? run_tests(s, c, err) : PT_OK;
    if (st == PT_OK && c->stretches != NULL) {
        times_block_fill(c->stretches, c->dense ? c->times + c->first : c->times,
                         c->dense ? NULL : c->list, c->count);
    }
    if (st == PT_OK && c->cells != NULL && c->count > 0) {
        if (c->dense) {
            list_all(c);
        }
        const ScanBlock block = {c->list, c->times, c->cells, c->run, c->base, c->count};
        st = s->pass->kind->block(s->state, s, &block, err);
        if (pt_arena_used(s->texts) > 0) { // of rows one by one: the fold has numbers of them now
            pt_arena_clear(s->texts);
        }
    }
    return st;
}

PtStatus match_block(Scan *s, Cursor *c, uint32_t block, uint32_t first, uint32_t end, PtError *err)
{
    const Pass *p = s->pass;
    const ColumnsBlockInfo *info = columns_block_info(p->snapshot, c->run, block);
    const bool any_code = p->times_of != NULL && p->all_codes && p->test_count == 0;
    const bool in_range = info->time_min >= p->plan->from_ms && info->time_max < p->plan->to_ms;
    bool known = false;
    c->base = block * COLUMNS_BLOCK_ROWS;
    c->codes = NULL;
    c->times = NULL;
    c->at = c->count = 0;
    PtStatus st = PT_OK;
    if (p->few_count > 0) {
        st = match_few(p, c, first, end, &known, err);
    } else {
        st = any_code ? PT_OK : match_codes(c, err);
        c->count = st == PT_OK ? list_codes(p, c, first, end) : 0;
    }
    if (st != PT_OK || c->count == 0) {
        return st;
    }
    if (known) {
        return match_list(s, c, err);
    }
    if (any_code && in_range) {
        return match_periods(c, block, err);
    }
    st = match_times(c, err);
    if (st != PT_OK) {
        return st;
    }
    if (!in_range) {
        keep_in_range(p, c);
    }
    return match_list(s, c, err);
}
