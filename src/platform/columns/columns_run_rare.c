// SPDX-License-Identifier: Apache-2.0
/* Rows of rare events in a run's file: two columns more, of the codes and the times of these rows
 * alone. A question that asks for nothing else reads them instead of all codes and times. */
#include "platform/columns/columns_code_internal.h"

enum { PART = 128, PART_OF_ALL = 64, MOST_OF_ONE = COLUMNS_BLOCK_ROWS / PART };

/* How many rows an event may have, for all that have no more to be few. */
static uint32_t most_of_one(const uint16_t *counts, uint32_t rows)
{
    uint32_t rows_of[MOST_OF_ONE + 1] = {0}; /* of the events that have so many each */
    const uint32_t limit = rows / PART, limit_of_all = rows / PART_OF_ALL;
    for (uint32_t code = 0; code < COLUMNS_EVENTS_MAX; code++) {
        if (counts[code] <= limit) {
            rows_of[counts[code]] += counts[code];
        }
    }
    uint32_t most = 0, sum = 0;
    while (most < limit && sum + rows_of[most + 1] <= limit_of_all) {
        sum += rows_of[++most];
    }
    return most;
}

void run_pick_rare(const uint16_t *codes, uint32_t rows, RunRareRows *ret_rows)
{
    uint16_t counts[COLUMNS_EVENTS_MAX] = {0};
    for (uint32_t row = 0; row < rows; row++) {
        counts[codes[row]]++;
    }
    const uint32_t most = most_of_one(counts, rows);
    ret_rows->count = 0;
    for (uint32_t row = 0; most > 0 && row < rows; row++) {
        if (counts[codes[row]] <= most) {
            ret_rows->rows[ret_rows->count] = (uint16_t)row;
            ret_rows->codes[ret_rows->count++] = codes[row];
        }
    }
}

void run_rare_scratch_done(RunRareScratch *s)
{
    run_scratch_done(&s->codes);
    run_scratch_done(&s->times);
}

/* Both of the same rows, and not of all: then a run would be twice as large as it needs to be. */
static bool are_right(const ColumnsBlock *codes, const ColumnsBlock *times)
{
    return codes->count == times->count && codes->count <= COLUMNS_RARE_MOST &&
           codes->present != NULL && times->present != NULL &&
           memcmp(codes->present, times->present, CODE_WORDS * sizeof *codes->present) == 0;
}

PtStatus run_read_rare(Run *run, uint32_t block, RunRareScratch *scratch,
                       const ColumnsBlock **ret_codes, const ColumnsBlock **ret_times, PtError *err)
{
    RunHead head;
    PtStatus st = run_read_number(run, RUN_RARE_CODES, block, &scratch->codes, &head, err);
    if (st == PT_OK) {
        st = run_read_number(run, RUN_RARE_TIMES, block, &scratch->times, &head, err);
    }
    *ret_codes = &scratch->codes.block;
    *ret_times = &scratch->times.block;
    return st == PT_OK && !are_right(*ret_codes, *ret_times)
               ? run_wrong_block(run, RUN_RARE_TIMES, block, err)
               : st;
}

/* ---- Check ----------------------------------------------------------------------------------- */

typedef struct Check {
    RunRareScratch rare;
    RunScratch codes, times;
} Check;

static void check_done(Check *c)
{
    run_rare_scratch_done(&c->rare);
    run_scratch_done(&c->codes);
    run_scratch_done(&c->times);
}

/* Each row says what stands in its columns, and no row of such an event is missing. */
static bool is_told(const ColumnsBlock *rare_codes, const ColumnsBlock *rare_times,
                    const ColumnsBlock *codes, const ColumnsBlock *times)
{
    bool listed[COLUMNS_EVENTS_MAX] = {false};
    for (uint32_t i = 0; i < rare_codes->count; i++) {
        listed[rare_codes->u16[i]] = true;
    }
    for (uint32_t row = 0; row < codes->rows; row++) {
        const uint32_t at = columns_block_find(rare_codes, row);
        const bool here = at != UINT32_MAX;
        if (here != listed[codes->u16[row]] || (here && (rare_codes->u16[at] != codes->u16[row] ||
                                                         rare_times->i64[at] != times->i64[row]))) {
            return false;
        }
    }
    return true;
}

PtStatus run_check_rare(Run *run, uint32_t block, PtError *err)
{
    PT_CLEANUP(check_done) Check c = {.rare.codes.bytes = NULL};
    const ColumnsBlock *rare_codes = NULL, *rare_times = NULL, *codes = NULL, *times = NULL;
    PtStatus st = run_read_rare(run, block, &c.rare, &rare_codes, &rare_times, err);
    if (st != PT_OK || rare_codes->count == 0) {
        return st;
    }
    st = run_read(run, COLUMNS_COLUMN_CODE, block, &c.codes, &codes, err);
    st = st == PT_OK ? run_read(run, COLUMNS_COLUMN_TIME, block, &c.times, &times, err) : st;
    if (st == PT_OK && !is_told(rare_codes, rare_times, codes, times)) {
        return run_wrong_block(run, RUN_RARE_CODES, block, err);
    }
    return st;
}
