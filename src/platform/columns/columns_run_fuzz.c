// SPDX-License-Identifier: Apache-2.0
/* Byte 0 says what is done with the others.
 * MEND   They are a run; its checksums are made right first, so that what is behind them is
 * reached. TRIP   They are values, which must come back as they went. Else   They are a run as it
 * is: PT_OK with blocks inside all bounds, or PT_CORRUPT. */
#include "base/hash.h"
#include "platform/columns/columns_run_mend.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MEND = 1, TRIP = 2, COLD = 4, GROUPS_MAX = 1 << 20 };

static void must(bool ok)
{
    if (!ok) {
        abort();
    }
}

/* ---- Runs ------------------------------------------------------------------------------------ */

/* Every value may be used as what it stands for. */
static void look_at(const Run *run, uint32_t column, uint32_t block, const ColumnsBlock *b)
{
    const bool property = column >= COLUMNS_COLUMN_PROPERTIES && column < RUN_COLUMNS_MAX;
    const RunShape shape = run_shape(column, property ? run_column_kind(run, column) : 0);
    const ColumnsBlockInfo *info = run_block_info(run, block);
    uint32_t seen = 0;
    for (uint32_t row = 0; row < b->rows; row++) {
        const uint32_t at = columns_block_find(b, row);
        must(at == UINT32_MAX || at == seen);
        seen += at != UINT32_MAX;
    }
    must(seen == b->count && b->rows <= COLUMNS_BLOCK_ROWS &&
         (!shape.every || seen == b->rows || seen == 0));
    for (uint32_t i = 0; i < b->count; i++) {
        must(shape.type != RUN_U8 || b->u8[i] < shape.limit);
        must(shape.type != RUN_U16 || b->u16[i] < shape.limit);
        must(shape.type != RUN_TEXT || b->u32[i] < b->text_count);
        must((column != COLUMNS_COLUMN_TIME && column != RUN_RARE_TIMES) ||
             (b->i64[i] >= info->time_min && b->i64[i] <= info->time_max));
    }
    uint32_t sum = 0;
    for (uint32_t i = 0; i < b->text_count; i++) {
        must(b->texts[i].len <= COLUMNS_TEXT_MAX);
        sum += b->texts[i].len > 0 ? pt_crc32c(0, b->texts[i].data, b->texts[i].len) & 1 : 0;
    }
    must(sum <= b->text_count);
}

/* What was read is what the chains say, too. */
static void look_at_chains(Run *run, uint32_t block, const ColumnsBlock *b)
{
    RunScratch scratch = {.bytes = NULL};
    const ColumnsChains *c = NULL;
    int64_t *times = malloc(COLUMNS_BLOCK_ROWS * sizeof *times);
    must(times != NULL && run_read_chains(run, block, &scratch, &c, NULL) == PT_OK);
    must(c->rows == b->rows && c->first[0] == 0 && c->first[c->count] == c->rows);
    for (uint32_t i = 0; i < c->count; i++) {
        must(c->first[i] < c->first[i + 1] && c->times[i] == b->i64[c->first[i]]);
    }
    must(run_chain_times(run, &scratch, 0, c->count, times, NULL) == PT_OK);
    must(memcmp(times, b->i64, b->rows * sizeof *times) == 0);
    free(times);
    run_scratch_done(&scratch);
}

/* Whatever it says of rare events is within bounds. */
static void look_at_rare(Run *run, uint32_t block)
{
    RunRareScratch scratch = {.codes.bytes = NULL};
    const ColumnsBlock *codes = NULL, *times = NULL;
    const PtStatus st = run_read_rare(run, block, &scratch, &codes, &times, NULL);
    must(st == PT_OK || st == PT_CORRUPT);
    if (st == PT_OK) {
        must(codes->count == times->count && codes->count <= COLUMNS_RARE_MOST);
        look_at(run, RUN_RARE_CODES, block, codes);
        look_at(run, RUN_RARE_TIMES, block, times);
    }
    run_rare_scratch_done(&scratch);
}

static PtStatus drop(void *ctx, const void *bytes, size_t len, PtError *err)
{
    (void)ctx;
    (void)bytes;
    (void)len;
    (void)err;
    return PT_OK;
}

static void copy_blocks(Run *run, const ColumnsGroup *groups)
{
    RunWriter *w = NULL;
    const ColumnsRunInfo info = run_info(run);
    const RunWriterConfig config = {
        .sink = {drop, NULL}, .rows = info.rows, .groups = groups, .group_count = info.groups};
    must(run_writer_open(&config, &w, NULL) == PT_OK);
    for (uint32_t c = 0; c < RUN_COLUMNS_MAX; c++) {
        for (uint32_t b = 0; b < info.blocks && run_column_bytes(run, c) > 0; b++) {
            const PtStatus st = run_copy_block(w, run, c, b, NULL);
            must(st == PT_OK || st == PT_CORRUPT);
        }
    }
    for (uint32_t b = 0; b < info.blocks; b++) {
        const PtStatus st = run_copy_rare(w, run, b, NULL);
        must(st == PT_OK || st == PT_CORRUPT);
    }
    run_writer_close(w);
}

static void read_run(PtStr bytes)
{
    Run *run = NULL;
    ColumnsGroup *groups = NULL;
    RunScratch scratch = {.bytes = NULL};
    uint64_t blocks = 0;
    PtStatus st = run_open(&(RunSource){.bytes = bytes, .name = "fuzz"}, &run, NULL);
    must(st == PT_OK || st == PT_CORRUPT);
    if (st != PT_OK) {
        return;
    }
    for (uint32_t c = 0; c < RUN_COLUMNS_MAX; c++) {
        for (uint32_t b = 0; b < run_info(run).blocks && run_column_bytes(run, c) > 0; b++) {
            const ColumnsBlock *block = NULL;
            st = run_read(run, c, b, &scratch, &block, NULL);
            must(st == PT_OK || st == PT_CORRUPT);
            if (st == PT_OK) {
                look_at(run, c, b, block);
            }
            if (st == PT_OK && c == COLUMNS_COLUMN_TIME) {
                look_at_chains(run, b, block);
            }
        }
    }
    run_scratch_done(&scratch);
    for (uint32_t b = 0; b < run_info(run).blocks; b++) {
        look_at_rare(run, b);
    }
    if (run_info(run).groups <= GROUPS_MAX) {
        st = run_groups(run, &groups, NULL);
        must(st == PT_OK || st == PT_CORRUPT);
        if (st == PT_OK) {
            must(groups[run_info(run).groups].first == run_info(run).rows);
            copy_blocks(run, groups);
        }
        free(groups);
        st = run_check(run, &blocks, NULL);
        must(st == PT_OK || st == PT_CORRUPT);
    }
    run_close(run);
}

/* ---- Values ---------------------------------------------------------------------------------- */

typedef struct Values {
    uint32_t count;
    int64_t large[COLUMNS_BLOCK_ROWS];
    uint32_t middle[COLUMNS_BLOCK_ROWS];
    uint16_t codes[COLUMNS_BLOCK_ROWS];
    uint8_t truths[COLUMNS_BLOCK_ROWS];
    uint64_t present[CODE_WORDS];
} Values;

enum { NUMBERS = COLUMNS_COLUMN_PROPERTIES, TRUTHS };

static PtStatus into_buf(void *ctx, const void *bytes, size_t len, PtError *err)
{
    (void)err;
    pt_buf_add(ctx, bytes, len);
    return pt_buf_status(ctx);
}

static ColumnsBlock block_of(const Values *v, uint32_t column)
{
    ColumnsBlock b = {.rows = v->count, .count = v->count, .i64 = v->large};
    if (column == COLUMNS_COLUMN_CODE) {
        b.u16 = v->codes;
    } else if (column == COLUMNS_COLUMN_SOURCE) {
        b.u32 = v->middle;
    } else if (column == TRUTHS) {
        b.count = 0;
        b.u8 = v->truths;
        b.present = v->present;
        for (size_t i = 0; i < CODE_WORDS; i++) {
            b.count += (uint32_t)__builtin_popcountll(v->present[i]);
        }
    }
    return b;
}

static const struct {
    uint32_t column;
    ColumnsKind kind;
    size_t size;
} trips[] = {
    {COLUMNS_COLUMN_CODE, COLUMNS_NUMBER, 2},
    {COLUMNS_COLUMN_TIME, COLUMNS_NUMBER, 8},
    {COLUMNS_COLUMN_SOURCE, COLUMNS_NUMBER, 4},
    {NUMBERS, COLUMNS_NUMBER, 8},
    {TRUTHS, COLUMNS_TRUTH, 1},
};

static void compare(const Values *v, PtStr bytes)
{
    Run *run = NULL;
    RunScratch scratch = {.bytes = NULL};
    const ColumnsBlock *block = NULL;
    must(run_open(&(RunSource){.bytes = bytes, .name = "fuzz"}, &run, NULL) == PT_OK);
    for (size_t i = 0; i < sizeof trips / sizeof *trips; i++) {
        const ColumnsBlock want = block_of(v, trips[i].column);
        must(run_read(run, trips[i].column, 0, &scratch, &block, NULL) == PT_OK);
        must(block->count == want.count);
        must(want.count == 0 || memcmp(block->u8, want.u8, want.count * trips[i].size) == 0);
        for (uint32_t row = 0; want.present != NULL && row < want.rows; row++) {
            must((columns_block_find(block, row) != UINT32_MAX) ==
                 ((want.present[row / 64] >> row % 64 & 1) != 0));
        }
    }
    run_scratch_done(&scratch);
    run_close(run);
}

static void trip(const Values *v, bool cold)
{
    PtBuf image;
    RunWriter *w = NULL;
    uint64_t bytes = 0;
    const ColumnsGroup groups[] = {{1, 2, 0}, {0, 0, v->count}};
    pt_buf_init(&image, 1 << 24);
    const RunWriterConfig config = {.sink = {into_buf, &image},
                                    .rows = v->count,
                                    .cold = cold,
                                    .zstd_level = 1,
                                    .groups = groups,
                                    .group_count = 1};
    must(run_writer_open(&config, &w, NULL) == PT_OK);
    for (size_t i = 0; i < sizeof trips / sizeof *trips; i++) {
        const ColumnsBlock b = block_of(v, trips[i].column);
        must(run_write_block(w, trips[i].column, trips[i].kind, 0, &b, NULL) == PT_OK);
    }
    must(run_writer_finish(w, &bytes, NULL) == PT_OK);
    run_writer_close(w);
    compare(v, pt_buf_str(&image));
    pt_buf_done(&image);
}

static void make_values(const uint8_t *data, size_t size, Values *v)
{
    v->count = size / 8 < COLUMNS_BLOCK_ROWS ? (uint32_t)(size / 8) : COLUMNS_BLOCK_ROWS;
    for (uint32_t i = 0; i < v->count; i++) {
        const uint64_t value = code_load64(data + 8 * (size_t)i);
        v->large[i] = (int64_t)value;
        v->middle[i] = (uint32_t)value;
        v->codes[i] = value % COLUMNS_EVENTS_MAX;
        v->truths[i] = value >> 1 & 1;
        v->present[i / 64] |= (value & 1) << i % 64;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 9) {
        return 0;
    }
    if ((data[0] & TRIP) != 0) {
        Values *v = calloc(1, sizeof *v);
        must(v != NULL);
        make_values(data + 1, size - 1, v);
        trip(v, (data[0] & COLD) != 0);
        free(v);
        return 0;
    }
    uint8_t *copy = malloc(size - 1);
    must(copy != NULL);
    memcpy(copy, data + 1, size - 1);
    if ((data[0] & MEND) != 0) {
        run_mend(copy, size - 1);
    }
    read_run((PtStr){(const char *)copy, size - 1});
    free(copy);
    return 0;
}
