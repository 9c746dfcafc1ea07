// SPDX-License-Identifier: Apache-2.0
#include "platform/columns/columns_run_rig.h"

#include "base/test_rows.h"

#include <stdlib.h>

static RunType type_of(const Table *t, uint32_t column)
{
    return run_shape(column, t->columns[column].kind).type;
}

void rig_done(Table *t)
{
    for (uint32_t c = 0; c < COLUMNS; c++) {
        free(t->columns[c].has);
        free(t->columns[c].value);
    }
    free(t->groups);
    free(t->bytes);
    free(t);
}

static void *zeroed(size_t count, size_t size)
{
    void *bytes = calloc(count, size);
    if (bytes == NULL) {
        fail_msg("out of memory");
        abort(); // not reached
    }
    return bytes;
}

/* Texts with any byte, the first empty, the last as long as can be, no two the same. */
static void make_texts(Table *t, PtRng *rng)
{
    t->bytes = zeroed((size_t)TEXTS * 32 + COLUMNS_TEXT_MAX, 1);
    char *at = t->bytes;
    for (uint32_t i = 0; i < TEXTS; i++) {
        size_t len = i == 0 ? 0 : i + 1 == TEXTS ? COLUMNS_TEXT_MAX : 2 + pt_rng_below(rng, 20);
        t->texts[i] = (PtStr){at, len};
        for (size_t k = 0; k < len; k++) {
            at[k] = (char)(k == 0 ? i % 256 : k == 1 ? i / 256 : pt_rng_below(rng, 3));
        }
        at += len;
    }
}

Table *rig_table_new(uint32_t rows, uint32_t group_rows, PtRng *rng)
{
    Table *t = zeroed(1, sizeof *t);
    t->rows = rows;
    t->groups = zeroed((size_t)rows + 1, sizeof *t->groups);
    uint32_t person = 0, node = 0;
    for (uint32_t row = 0; row < rows; t->group_count++) {
        t->groups[t->group_count] = (ColumnsGroup){person, node, row};
        row += 1 + (uint32_t)pt_rng_below(rng, 2 * group_rows - 1);
        const bool same = pt_rng_below(rng, 3) == 0 && node < UINT32_MAX - 1000;
        person += same ? 0 : 1 + (uint32_t)pt_rng_below(rng, 4);
        node = same ? node + 1 : (uint32_t)pt_rng_u64(rng);
    }
    t->groups[t->group_count].first = rows;
    make_texts(t, rng);
    return t;
}

/* ---- What stands in a column ----------------------------------------------------------------- */

static bool has_row(Fill fill, uint32_t row, PtRng *rng)
{
    switch (fill) {
    case ALL:
        return true;
    case NONE:
        return false;
    case SOME:
        return pt_rng_below(rng, 30) == 0;
    case FEW:
        return pt_rng_below(rng, 3000) == 0;
    case HALF:
        return pt_rng_below(rng, 2) == 0;
    default:
        return row / COLUMNS_BLOCK_ROWS % 2 == 1;
    }
}

static uint64_t double_bits(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static uint64_t extreme(RunType type, PtRng *rng)
{
    static const int64_t whole[] = {INT64_MIN, INT64_MAX, 0, -1, 1, INT64_MIN + 1};
    static const double real[] = {-0.0, 0.0, 1e308, -1e-308, 0x1p53, 4503599627370497.5, 0.1, 1e22};
    return type == RUN_F64 ? double_bits(real[pt_rng_below(rng, PT_COUNT(real))])
           : type == RUN_I64 && pt_rng_below(rng, 9) != 0
               ? (uint64_t)whole[pt_rng_below(rng, PT_COUNT(whole))]
               : pt_rng_u64(rng);
}

static uint64_t value_of(Style style, RunType type, bool first_of_group, uint64_t before,
                         PtRng *rng)
{
    uint64_t whole = 0;
    switch (style) {
    case ZERO:
        break;
    case BIT:
        whole = pt_rng_below(rng, 2);
        break;
    case SMALL:
        whole = pt_rng_below(rng, 13);
        break;
    case BYTE:
        whole = pt_rng_below(rng, 256);
        break;
    case WIDE:
        whole = pt_rng_u64(rng) >> pt_rng_below(rng, 64);
        break;
    case SESSIONS:
        return first_of_group ? pt_rng_below(rng, 1ull << 35) - (1ull << 34)
                              : before + (pt_rng_u64(rng) >> (36 + pt_rng_below(rng, 28)));
    case HOURS:
        return (pt_rng_below(rng, 3000) - 1500) * 3600000;
    case EXTREME:
        return extreme(type, rng);
    case MINUS:
        return type == RUN_F64 ? double_bits(-0.0) : 0;
    case PRICES:
        whole = pt_rng_below(rng, 50000);
        return type == RUN_F64 ? double_bits((double)whole / 100) : whole * 10000;
    }
    return type == RUN_F64 ? double_bits((double)(int64_t)whole) : whole;
}

void rig_fill(Table *t, uint32_t column, ColumnsKind kind, Fill fill, Style style, PtRng *rng)
{
    Column *c = &t->columns[column];
    *c = (Column){kind, true, zeroed(t->rows, sizeof *c->has), zeroed(t->rows, sizeof *c->value)};
    const RunShape shape = run_shape(column, kind);
    const uint64_t limit = shape.type == RUN_TEXT ? TEXTS : shape.limit;
    uint64_t before = 0;
    for (uint32_t row = 0, group = 0; row < t->rows; row++) {
        const bool first = t->groups[group].first == row;
        group += first;
        c->has[row] = shape.every || has_row(fill, row, rng);
        before = value_of(style, shape.type, first, before, rng);
        c->value[row] = limit > 0 ? before % limit : before;
    }
}

Table *rig_table(uint32_t rows, Fill fill, Style style, uint64_t seed)
{
    static const ColumnsKind kinds[] = {COLUMNS_NUMBER, COLUMNS_TEXT, COLUMNS_TRUTH};
    PtRng rng;
    pt_rng_init(&rng, seed);
    Table *t = rig_table_new(rows, 12, &rng);
    for (uint32_t c = 0; c < COLUMNS_COLUMN_PROPERTIES + 3; c++) {
        const ColumnsKind kind =
            c < COLUMNS_COLUMN_PROPERTIES ? COLUMNS_NUMBER : kinds[c - COLUMNS_COLUMN_PROPERTIES];
        rig_fill(t, c, kind, fill, style, &rng);
    }
    return t;
}

/* ---- Writing and reading --------------------------------------------------------------------- */

static void gather_value(Gathered *g, const Table *t, RunType type, uint64_t value)
{
    const uint32_t i = g->block.count++;
    switch (type) {
    case RUN_U8:
        g->u8[i] = (uint8_t)value;
        break;
    case RUN_U16:
        g->u16[i] = (uint16_t)value;
        break;
    case RUN_U32:
        g->u32[i] = (uint32_t)value;
        break;
    case RUN_I64:
    case RUN_F64:
        g->u64[i] = value;
        break;
    case RUN_TEXT:
        if (g->place[value] == 0) {
            g->texts[g->block.text_count++] = t->texts[value];
            g->place[value] = g->block.text_count;
        }
        g->u32[i] = g->place[value] - 1;
        break;
    }
}

void rig_gather(Gathered *g, const Table *t, uint32_t column, uint32_t block)
{
    const Column *c = &t->columns[column];
    const uint32_t first = block * COLUMNS_BLOCK_ROWS, rows = run_rows_of(t->rows, block);
    memset(g->present, 0, sizeof g->present);
    memset(g->place, 0, sizeof g->place);
    g->block = (ColumnsBlock){.rows = rows, .texts = g->texts, .u8 = g->u8};
    for (uint32_t i = 0; i < rows; i++) {
        if (c->has[first + i]) {
            g->present[i / 64] |= 1ull << i % 64;
            gather_value(g, t, type_of(t, column), c->value[first + i]);
        }
    }
    g->block.present = g->block.count < rows ? g->present : NULL;
}

static PtStatus into_buf(void *ctx, const void *bytes, size_t len, PtError *err)
{
    PtBuf *b = ctx;
    pt_buf_add(b, bytes, len);
    return pt_buf_status(b) == PT_OK ? PT_OK : pt_fail(err, PT_NO_MEMORY, "image is full");
}

RunWriterConfig rig_config(const Table *t, bool cold, PtBuf *image)
{
    return (RunWriterConfig){.sink = {into_buf, image},
                             .rows = t->rows,
                             .cold = cold,
                             .zstd_level = 1,
                             .groups = t->groups,
                             .group_count = t->group_count};
}

PtStatus rig_write_columns(RunWriter *w, const Table *t, PtError *err)
{
    static Gathered g;
    PtStatus st = PT_OK;
    for (uint32_t i = COLUMNS; st == PT_OK && i > 0; i--) {
        const uint32_t c = i > 2 ? i - 1 : 2 - i;
        for (uint32_t b = 0; st == PT_OK && t->columns[c].used && b < run_blocks_of(t->rows); b++) {
            rig_gather(&g, t, c, b);
            st = run_write_block(w, c, t->columns[c].kind, b, &g.block, err);
        }
    }
    return st;
}

PtStatus rig_write(const Table *t, bool cold, PtBuf *image, PtError *err)
{
    RunWriter *w = NULL;
    const RunWriterConfig config = rig_config(t, cold, image);
    uint64_t bytes = 0;
    PtStatus st = run_writer_open(&config, &w, err);
    if (st == PT_OK) {
        st = rig_write_columns(w, t, err);
    }
    if (st == PT_OK) {
        st = run_writer_finish(w, &bytes, err);
        assert_true(st != PT_OK || bytes == image->len);
    }
    run_writer_close(w);
    return st;
}

void rig_write_well(const Table *t, bool cold, PtBuf *image)
{
    PtError err = {0};
    pt_buf_init(image, IMAGE_MAX);
    if (rig_write(t, cold, image, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
}

Run *rig_open(PtStr image)
{
    PtError err = {0};
    Run *run = NULL;
    if (run_open(&(RunSource){.bytes = image, .name = "image"}, &run, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    return run;
}

static uint64_t value_at(const ColumnsBlock *b, RunType type, uint32_t i)
{
    const uint64_t large = type == RUN_I64 || type == RUN_F64 ? (uint64_t)b->i64[i] : 0;
    return type == RUN_U8    ? b->u8[i]
           : type == RUN_U16 ? b->u16[i]
           : type == RUN_U32 ? b->u32[i]
                             : large;
}

static void assert_block(const Table *t, uint32_t column, uint32_t block, const ColumnsBlock *b)
{
    const Column *c = &t->columns[column];
    const RunType type = type_of(t, column);
    const uint32_t first = block * COLUMNS_BLOCK_ROWS;
    uint32_t count = 0;
    assert_int_equal(b->rows, run_rows_of(t->rows, block));
    for (uint32_t i = 0; i < b->rows; i++) {
        const uint32_t at = columns_block_find(b, i);
        assert_int_equal(at, c->used && c->has[first + i] ? count : UINT32_MAX);
        if (at == UINT32_MAX) {
            continue;
        }
        if (type == RUN_TEXT) {
            assert_true(b->u32[at] < b->text_count);
            assert_true(pt_str_eq(b->texts[b->u32[at]], t->texts[c->value[first + i]]));
        } else if (value_at(b, type, at) != c->value[first + i]) {
            fail_msg("column %u block %u row %u", column, block, i);
        }
        count++;
    }
    assert_int_equal(b->count, count);
}

static void assert_groups(const Table *t, Run *run)
{
    ColumnsGroup *groups = NULL;
    assert_int_equal(run_groups(run, &groups, NULL), PT_OK);
    for (uint32_t i = 0; i < t->group_count; i++) {
        assert_memory_equal(&groups[i], &t->groups[i], sizeof *groups);
    }
    assert_int_equal(groups[t->group_count].first, t->rows);
    free(groups);
}

static void assert_info(const Table *t, const Run *run)
{
    const ColumnsRunInfo info = run_info(run);
    int64_t min = INT64_MAX, max = INT64_MIN;
    assert_int_equal(info.rows, t->rows);
    assert_int_equal(info.groups, t->group_count);
    assert_int_equal(info.blocks, run_blocks_of(t->rows));
    for (uint32_t row = 0; row < t->rows; row++) {
        const ColumnsBlockInfo *b = run_block_info(run, row / COLUMNS_BLOCK_ROWS);
        const uint64_t code = t->columns[COLUMNS_COLUMN_CODE].value[row];
        const int64_t time = (int64_t)t->columns[COLUMNS_COLUMN_TIME].value[row];
        min = time < min ? time : min;
        max = time > max ? time : max;
        assert_true((b->events[code % 256 / 64] >> code % 64 & 1) != 0);
        assert_true(time >= b->time_min && time <= b->time_max);
    }
    assert_true(info.time_min == min && info.time_max == max);
}

/* All of them, then each by itself. */
static void assert_chains(const Table *t, Run *run, uint32_t block)
{
    RunScratch scratch = {.bytes = NULL};
    const ColumnsChains *c = NULL;
    const uint64_t *want =
        t->columns[COLUMNS_COLUMN_TIME].value + (size_t)block * COLUMNS_BLOCK_ROWS;
    int64_t *all = calloc(COLUMNS_BLOCK_ROWS, sizeof *all);
    int64_t *one = calloc(COLUMNS_BLOCK_ROWS, sizeof *one);
    assert_true(all != NULL && one != NULL);
    assert_int_equal(run_read_chains(run, block, &scratch, &c, NULL), PT_OK);
    assert_int_equal(c->rows, run_rows_of(t->rows, block));
    assert_int_equal(c->first[0], 0);
    assert_int_equal(c->first[c->count], c->rows);
    assert_int_equal(run_chain_times(run, &scratch, 0, c->count, all, NULL), PT_OK);
    assert_memory_equal(all, want, c->rows * sizeof *all);
    for (uint32_t i = 0; i < c->count; i++) {
        const uint32_t from = c->first[i], to = c->first[i + 1];
        assert_true(from < to && c->times[i] == all[from]);
        assert_int_equal(run_chain_times(run, &scratch, i, i + 1, one, NULL), PT_OK);
        for (uint32_t row = from; row < to; row++) {
            assert_true(one[row] == all[row] && all[row] >= all[row > from ? row - 1 : row]);
            assert_true((uint64_t)all[row] - (uint64_t)all[from] <= c->reach_ms);
        }
    }
    free(all);
    free(one);
    run_scratch_done(&scratch);
}

/* The greatest number of rows for which all events of so many and less have up to a 64th together.
 */
static uint32_t most_of_rare(const uint32_t *counts, uint32_t rows)
{
    for (uint32_t most = rows / 128; most > 0; most--) {
        uint32_t sum = 0;
        for (uint32_t code = 0; code < COLUMNS_EVENTS_MAX; code++) {
            sum += counts[code] <= most ? counts[code] : 0;
        }
        if (sum <= rows / 64) {
            return most;
        }
    }
    return 0;
}

static void assert_rare(const Table *t, Run *run, uint32_t block)
{
    uint32_t counts[COLUMNS_EVENTS_MAX] = {0}, count = 0;
    const uint32_t rows = run_rows_of(t->rows, block);
    const size_t first = (size_t)block * COLUMNS_BLOCK_ROWS;
    const uint64_t *code = t->columns[COLUMNS_COLUMN_CODE].value + first;
    const uint64_t *time = t->columns[COLUMNS_COLUMN_TIME].value + first;
    RunRareScratch scratch = {.codes.bytes = NULL};
    const ColumnsBlock *codes = NULL, *times = NULL;
    for (uint32_t row = 0; row < rows; row++) {
        counts[code[row]]++;
    }
    const uint32_t most = most_of_rare(counts, rows);
    assert_int_equal(run_read_rare(run, block, &scratch, &codes, &times, NULL), PT_OK);
    for (uint32_t row = 0; row < rows; row++) {
        const uint32_t at = columns_block_find(codes, row);
        assert_int_equal(at, counts[code[row]] <= most ? count : UINT32_MAX);
        if (at != UINT32_MAX) {
            assert_int_equal(codes->u16[at], code[row]);
            assert_true(times->i64[at] == (int64_t)time[row]);
            count++;
        }
    }
    assert_int_equal(codes->count, count);
    run_rare_scratch_done(&scratch);
}

void rig_assert_run(const Table *t, Run *run)
{
    RunScratch scratch = {.bytes = NULL};
    uint64_t blocks = 0, bytes = run_group_bytes(run);
    for (uint32_t c = 0; c < COLUMNS; c++) {
        for (uint32_t b = 0; b < run_blocks_of(t->rows); b++) {
            const ColumnsBlock *block = NULL;
            assert_int_equal(run_read(run, c, b, &scratch, &block, NULL), PT_OK);
            assert_block(t, c, b, block);
        }
        bytes += run_column_bytes(run, c);
    }
    run_scratch_done(&scratch);
    for (uint32_t b = 0; b < run_blocks_of(t->rows); b++) {
        assert_chains(t, run, b);
        assert_rare(t, run, b);
    }
    assert_groups(t, run);
    assert_info(t, run);
    assert_int_equal(run_check(run, &blocks, NULL), PT_OK);
    assert_true(blocks >= 5ull * run_blocks_of(t->rows) && bytes > 0);
}
