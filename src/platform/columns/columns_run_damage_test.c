// SPDX-License-Identifier: Apache-2.0
#include "platform/columns/columns_run.h"

#include "base/rng.h"
#include "base/test_rows.h"
#include "platform/columns/columns_run_mend.h"
#include "platform/columns/columns_run_rig.h"

#include <stdlib.h>
#include <string.h>

/* ---- Damage ---------------------------------------------------------------------------------- */

/* Opens and checks it; the message names the source. */
static PtStatus look_at(PtStr image)
{
    PtError err = {0};
    Run *run = NULL;
    uint64_t blocks = 0;
    PtStatus st = run_open(&(RunSource){.bytes = image, .name = "image"}, &run, &err);
    if (st == PT_OK) {
        st = run_check(run, &blocks, &err);
        run_close(run);
    }
    assert_true(st == PT_OK || strncmp(err.message, "\"image\": ", 9) == 0);
    return st;
}

static void flip_every_bit(const Table *t)
{
    for (int cold = 0; cold < 2; cold++) {
        PtBuf image;
        rig_write_well(t, cold, &image);
        for (size_t i = 0; i < image.len; i++) {
            for (int bit = 0; bit < 8; bit += 1 + (int)(i % 3)) {
                image.data[i] = (char)(image.data[i] ^ 1 << bit);
                assert_int_equal(look_at(pt_buf_str(&image)), PT_CORRUPT);
                image.data[i] = (char)(image.data[i] ^ 1 << bit);
            }
        }
        for (size_t len = 0; len < image.len; len++) {
            assert_int_equal(look_at((PtStr){image.data, len}), PT_CORRUPT);
        }
        assert_int_equal(look_at(pt_buf_str(&image)), PT_OK);
        pt_buf_done(&image);
    }
}

/* Few of the codes are rare. */
static Table *rare_table(uint32_t rows)
{
    PtRng rng;
    pt_rng_init(&rng, 22);
    Table *t = rig_table_new(rows, 5, &rng);
    rig_fill(t, COLUMNS_COLUMN_CODE, COLUMNS_NUMBER, ALL, BIT, &rng);
    rig_fill(t, COLUMNS_COLUMN_TIME, COLUMNS_NUMBER, ALL, HOURS, &rng);
    for (uint32_t row = 7; row < rows; row += 200) {
        t->columns[COLUMNS_COLUMN_CODE].value[row] = 10 + row % 3;
    }
    return t;
}

static void every_flipped_bit_is_found(void **state)
{
    (void)state;
    Table *t = rig_table(100, HALF, SMALL, 6), *rare = rare_table(400);
    flip_every_bit(t);
    flip_every_bit(rare);
    rig_done(t);
    rig_done(rare);
}

/* Who owns the columns begins anew. */
static void another_version_is_refused(void **state)
{
    (void)state;
    for (uint32_t version = RUN_VERSION_LEAST - 1; version <= RUN_VERSION + 1; version++) {
        Table *t = rig_table(100, HALF, SMALL, 6);
        PtBuf image;
        RunTrailer trailer;
        rig_write_well(t, false, &image);
        char *end = image.data + image.len - sizeof trailer;
        memcpy(&trailer, end, sizeof trailer);
        trailer.version = version;
        memcpy(end, &trailer, sizeof trailer);
        run_mend((uint8_t *)image.data, image.len);
        const bool is_read = version >= RUN_VERSION_LEAST && version <= RUN_VERSION;
        assert_int_equal(look_at(pt_buf_str(&image)), is_read ? PT_OK : PT_CORRUPT);
        pt_buf_done(&image);
        rig_done(t);
    }
}

/* What a block's neighbour holds passes its own checksum, but not that of the place. */
static void blocks_at_a_wrong_place_are_found(void **state)
{
    (void)state;
    const uint8_t bytes[] = {1, 2, 3};
    const uint32_t crc = run_block_crc(3, 4, bytes, sizeof bytes);
    assert_int_not_equal(run_block_crc(4, 4, bytes, sizeof bytes), crc);
    assert_int_not_equal(run_block_crc(3, 5, bytes, sizeof bytes), crc);
}

static void damaged_blocks_are_not_copied(void **state)
{
    (void)state;
    Table *t = rig_table(100, ALL, SMALL, 7);
    PtBuf image, copy;
    rig_write_well(t, false, &image);
    pt_buf_init(&copy, IMAGE_MAX);
    image.data[RUN_HEAD + 3] ^= 1; /* of the block that was written first */
    Run *run = rig_open(pt_buf_str(&image));
    RunWriter *w = NULL;
    uint32_t damaged = 0;
    const RunWriterConfig config = rig_config(t, false, &copy);
    assert_int_equal(run_writer_open(&config, &w, NULL), PT_OK);
    for (uint32_t c = 0; c < COLUMNS; c++) {
        damaged += run_copy_block(w, run, c, 0, NULL) == PT_CORRUPT;
    }
    assert_int_equal(damaged, 1);
    run_writer_close(w);
    run_close(run);
    pt_buf_done(&image);
    pt_buf_done(&copy);
    rig_done(t);
}

/* ---- Wrong content that passes its checksum -------------------------------------------------- */

/* The bytes of a block, or of what the foot says of block 0. */
static uint8_t *bytes_of(PtBuf *image, uint32_t column)
{
    RunTrailer t;
    memcpy(&t, image->data + image->len - sizeof t, sizeof t);
    char *foot = image->data + image->len - sizeof t - t.foot_len;
    if (column == RUN_NUMBERS) {
        return (uint8_t *)foot;
    }
    for (char *at = foot + sizeof(ColumnsBlockInfo);; at += sizeof(RunColumn) + sizeof(RunPlace)) {
        RunPlace place;
        assert_true(at < foot + t.foot_len);
        memcpy(&place, at + sizeof(RunColumn), sizeof place);
        if (code_load32(at) == column) {
            return (uint8_t *)image->data + place.at;
        }
    }
}

static struct MendedCase {
    const char *name;
    uint32_t column; /* RUN_NUMBERS: what the foot says of the block */
    size_t at;
    uint8_t value;
    bool only_checked; /* run_read need not see it */
} mended_cases[] = {
    {"times behind the last", RUN_NUMBERS, 8, 5, false},
    {"codes that the foot does not tell of", RUN_NUMBERS, 16 + 8, 0xFF, true},
    {"no values", COLUMNS_COLUMN_CODE, 4, 0, false},
    {"fewer values than rows", COLUMNS_COLUMN_CODE, 4, 99, false},
    {"more values than rows", COLUMNS_COLUMN_AMOUNT, 4, 101, false},
    {"bits of a column that all rows have", COLUMNS_COLUMN_CHANNEL, 0, CODE_BITS, false},
    {"another way to say which rows", COLUMNS_COLUMN_STORE, 0, CODE_PRESENTS, false},
    {"large numbers where small ones are", COLUMNS_COLUMN_CODE, 1, RUN_STEPS, false},
    {"decimals where whole numbers are", COLUMNS_COLUMN_TIME, 1, RUN_DECIMALS, false},
    {"digits without end", COLUMNS_COLUMN_PROPERTIES, 2, RUN_DIGITS_MAX + 1, false},
    {"a front that ends behind the block", COLUMNS_COLUMN_SOURCE, 9, 0xFF, false},
    {"a stored front longer than it is", COLUMNS_COLUMN_SOURCE, 13, 0xFF, false},
    {"a front that zstd did not make", COLUMNS_COLUMN_SOURCE, 12, 7, false},
    {"a width that is none", COLUMNS_COLUMN_CODE, RUN_HEAD, 3, false},
    {"a width over that of the values", COLUMNS_COLUMN_CHANNEL, RUN_HEAD, 16, false},
    {"classes without end", COLUMNS_COLUMN_TIME, RUN_HEAD + 24, STEPS_CLASSES + 1, false},
    {"a class of too many bits", COLUMNS_COLUMN_TIME, RUN_HEAD + 25, STEPS_BITS_MAX + 1, false},
    {"fewer bits than values", COLUMNS_COLUMN_AMOUNT, RUN_HEAD, 0, false},
    {"bits behind the rows", COLUMNS_COLUMN_AMOUNT, RUN_HEAD + 15, 0xFF, false},
    {"fewer texts than are used", COLUMNS_COLUMN_STORE, RUN_HEAD, 1, false},
    {"a text that is too long", COLUMNS_COLUMN_STORE, RUN_HEAD + 5, 0xFF, false},
};

static void mended_case(void **state)
{
    const struct MendedCase *c = *state;
    Table *t = rig_table(100, HALF, SMALL, 17);
    PtBuf image;
    RunScratch scratch = {.bytes = NULL};
    const ColumnsBlock *block = NULL;
    rig_write_well(t, false, &image);
    uint8_t *byte = bytes_of(&image, c->column) + c->at;
    assert_int_not_equal(*byte, c->value);
    *byte = c->value;
    run_mend((uint8_t *)image.data, image.len);
    Run *run = rig_open(pt_buf_str(&image));
    const uint32_t column = c->column == RUN_NUMBERS ? COLUMNS_COLUMN_TIME : c->column;
    assert_int_equal(run_read(run, column, 0, &scratch, &block, NULL),
                     c->only_checked ? PT_OK : PT_CORRUPT);
    run_scratch_done(&scratch);
    run_close(run);
    assert_int_equal(look_at(pt_buf_str(&image)), PT_CORRUPT);
    pt_buf_done(&image);
    rig_done(t);
}

/* Reading does not need it, asking does. */
static void reach_is_checked(void **state)
{
    (void)state;
    PtBuf image;
    Table *t = rig_table(300, ALL, SESSIONS, 20);
    rig_write_well(t, false, &image);
    uint8_t *reach = bytes_of(&image, COLUMNS_COLUMN_TIME) + RUN_HEAD + 16;
    const uint64_t less = code_load64(reach) - 1;
    assert_int_not_equal(less, UINT64_MAX);
    memcpy(reach, &less, sizeof less);
    run_mend((uint8_t *)image.data, image.len);
    assert_int_equal(look_at(pt_buf_str(&image)), PT_CORRUPT);
    pt_buf_done(&image);
    rig_done(t);
}

/* Of two rows: their gaps, then the codes' numbers or where times start. */
enum { RARE_GAPS = RUN_HEAD + 4, RARE_START = RARE_GAPS + 2, RARE_NUMBERS = RARE_START + 4 };

static struct RareCase {
    const char *name;
    uint32_t column;
    size_t at;
    uint8_t flip;
    bool only_checked; /* run_read_rare need not see it */
} rare_cases[] = {
    {"a code that its row has not", RUN_RARE_CODES, RARE_NUMBERS, 1, true},
    {"a time that its row has not", RUN_RARE_TIMES, RARE_START, 1, true},
    {"codes of other rows than the times", RUN_RARE_CODES, RARE_GAPS, 1, false},
    {"times of other rows than the codes", RUN_RARE_TIMES, RARE_GAPS, 1, false},
    {"fewer codes than rows", RUN_RARE_CODES, 4, 3, false},
    {"times of all rows", RUN_RARE_TIMES, 0, CODE_GAPS ^ CODE_ALL, false},
};

static void rare_case(void **state)
{
    const struct RareCase *c = *state;
    Table *t = rare_table(400);
    PtBuf image;
    RunRareScratch scratch = {.codes.bytes = NULL};
    const ColumnsBlock *codes = NULL, *times = NULL;
    rig_write_well(t, false, &image);
    bytes_of(&image, c->column)[c->at] ^= c->flip;
    run_mend((uint8_t *)image.data, image.len);
    Run *run = rig_open(pt_buf_str(&image));
    assert_int_equal(run_read_rare(run, 0, &scratch, &codes, &times, NULL),
                     c->only_checked ? PT_OK : PT_CORRUPT);
    run_rare_scratch_done(&scratch);
    run_close(run);
    assert_int_equal(look_at(pt_buf_str(&image)), PT_CORRUPT);
    pt_buf_done(&image);
    rig_done(t);
}

static struct SmallCase {
    const char *name;
    uint8_t bytes[16];
    size_t len, size;
    uint64_t limit;
    bool want; /* of 4 values */
} small_cases[] = {
    {"bytes under the limit", {8, 0, 0, 0, 1, 2, 3, 4}, 8, 2, 5, true},
    {"a byte at the limit", {8, 0, 0, 0, 1, 2, 3, 4}, 8, 2, 4, false},
    {"bytes that end early", {8, 0, 0, 0, 1, 2, 3}, 7, 2, 5, false},
    {"a width of two bytes", {16, 0, 0, 0, 1, 0, 2, 0, 3, 0, 4, 1}, 12, 4, 261, true},
    {"of which one is at the limit", {16, 0, 0, 0, 1, 0, 2, 0, 3, 0, 4, 1}, 12, 4, 260, false},
    {"two bytes for one", {16, 0, 0, 0, 1, 0, 2, 0, 3, 0, 4, 0}, 12, 1, 16, false},
    {"a width of 3 bits", {3, 0, 0, 0, 1, 2}, 6, 1, 16, false},
    {"bits", {1, 0, 0, 0, 0xF}, 5, 1, 2, true},
    {"bits at the limit", {1, 0, 0, 0, 0xF}, 5, 1, 1, false},
    {"a table", {1, 0, 2, 0, 9, 0, 0, 0, 4, 0, 0, 0, 0xF}, 13, 1, 10, true},
    {"a table at the limit", {1, 0, 2, 0, 9, 0, 0, 0, 4, 0, 0, 0, 0xF}, 13, 1, 9, false},
    {"a place behind the table", {1, 0, 1, 0, 9, 0, 0, 0, 0xF}, 9, 1, 10, false},
    {"a table that ends early", {1, 0, 2, 0, 9, 0, 0, 0, 4, 0, 0}, 11, 1, 10, false},
    {"nothing", {0}, 0, 1, 10, false},
};

static void small_case(void **state)
{
    const struct SmallCase *c = *state;
    uint32_t values[CODE_CHUNK];
    CodeCursor front = {c->bytes, c->bytes + c->len};
    assert_int_equal(code_get_small(&front, 4, c->limit, c->size, values), c->want);
}

/* The number of a column in the foot. */
static void renumber(PtBuf *image, uint32_t from, uint32_t to)
{
    for (char *at = image->data + image->len - sizeof(RunTrailer);; at--) {
        assert_true(at > image->data);
        if (code_load64(at) == from) { /* and kind 0 */
            memcpy(at, &to, sizeof to);
            return;
        }
    }
}

static void columns_of_all_rows_have_all(void **state)
{
    (void)state;
    PtRng rng;
    PtBuf image;
    RunScratch scratch = {.bytes = NULL};
    const ColumnsBlock *block = NULL;
    pt_rng_init(&rng, 18);
    Table *t = rig_table_new(100, 5, &rng);
    rig_fill(t, COLUMNS_COLUMN_CODE, COLUMNS_NUMBER, ALL, BYTE, &rng);
    rig_fill(t, COLUMNS_COLUMN_TIME, COLUMNS_NUMBER, ALL, HOURS, &rng);
    rig_fill(t, COLUMNS_COLUMN_AMOUNT, COLUMNS_NUMBER, HALF, PRICES, &rng);
    rig_write_well(t, false, &image);
    renumber(&image, COLUMNS_COLUMN_AMOUNT, COLUMNS_COLUMN_OFFSET);
    run_mend((uint8_t *)image.data, image.len);
    Run *run = rig_open(pt_buf_str(&image));
    assert_int_equal(run_read(run, COLUMNS_COLUMN_OFFSET, 0, &scratch, &block, NULL), PT_CORRUPT);
    run_scratch_done(&scratch);
    run_close(run);
    pt_buf_done(&image);
    rig_done(t);
}

/* One text takes a byte of the next. */
static void texts_have_a_bound(void **state)
{
    (void)state;
    PtBuf image;
    RunScratch scratch = {.bytes = NULL};
    const ColumnsBlock *block = NULL;
    Table *t = rig_table(2, ALL, ZERO, 19);
    t->texts[0] = t->texts[TEXTS - 1]; /* as long as can be */
    t->columns[COLUMNS_COLUMN_STORE].value[1] = 1;
    rig_write_well(t, false, &image);
    uint8_t *lens = bytes_of(&image, COLUMNS_COLUMN_STORE) + RUN_HEAD + sizeof(uint32_t);
    lens[0]++;
    lens[2]--;
    run_mend((uint8_t *)image.data, image.len);
    Run *run = rig_open(pt_buf_str(&image));
    assert_int_equal(run_read(run, COLUMNS_COLUMN_STORE, 0, &scratch, &block, NULL), PT_CORRUPT);
    run_scratch_done(&scratch);
    run_close(run);
    pt_buf_done(&image);
    rig_done(t);
}

/* ---- Calls that cannot be -------------------------------------------------------------------- */

static void change_nothing(ColumnsBlock *b)
{
    (void)b;
}

static void one_row_too_many(ColumnsBlock *b)
{
    b->rows++;
}

static void count_without_bits(ColumnsBlock *b)
{
    b->count--;
}

static void more_texts_than_values(ColumnsBlock *b)
{
    b->text_count = b->count + 1;
}

static const PtStr long_texts[] = {{"", 0}, {"", COLUMNS_TEXT_MAX + 1}};

static void long_text(ColumnsBlock *b)
{
    b->texts = long_texts;
    b->text_count = 2;
}

static void no_texts(ColumnsBlock *b)
{
    b->text_count = 0;
}

static const uint64_t bits_behind[2] = {UINT64_MAX, 0xFull << 40};

static void bits_behind_the_rows(ColumnsBlock *b)
{
    b->present = bits_behind;
    b->count = 68;
}

static void fewer_than_bits(ColumnsBlock *b)
{
    b->present = bits_behind;
    b->count = 64;
}

static void large_numbers(ColumnsBlock *b)
{
    static uint16_t large[100];
    memset(large, 0xFF, sizeof large);
    b->u16 = large;
}

static struct WrongCase {
    const char *name;
    uint32_t column, block;
    ColumnsKind kind;
    void (*change)(ColumnsBlock *b);
    PtStatus want;
} wrong_cases[] = {
    {"as it should be", COLUMNS_COLUMN_CODE, 0, COLUMNS_NUMBER, change_nothing, PT_OK},
    {"no such column", RUN_COLUMNS_MAX, 0, COLUMNS_NUMBER, change_nothing, PT_INVALID},
    {"no such block", COLUMNS_COLUMN_CODE, 1, COLUMNS_NUMBER, change_nothing, PT_INVALID},
    {"no such kind", COLUMNS_COLUMN_PROPERTIES, 0, COLUMNS_KINDS, change_nothing, PT_INVALID},
    {"rows of another block", COLUMNS_COLUMN_CODE, 0, COLUMNS_NUMBER, one_row_too_many, PT_INVALID},
    {"a code is missing", COLUMNS_COLUMN_CODE, 0, COLUMNS_NUMBER, count_without_bits, PT_INVALID},
    {"a code over its bound", COLUMNS_COLUMN_CODE, 0, COLUMNS_NUMBER, large_numbers, PT_INVALID},
    {"a channel over its bound", COLUMNS_COLUMN_CHANNEL, 0, COLUMNS_NUMBER, large_numbers,
     PT_INVALID},
    {"a truth that is neither", COLUMNS_COLUMN_PROPERTIES, 0, COLUMNS_TRUTH, large_numbers,
     PT_INVALID},
    {"bits behind the rows", COLUMNS_COLUMN_AMOUNT, 0, COLUMNS_NUMBER, bits_behind_the_rows,
     PT_INVALID},
    {"fewer values than bits", COLUMNS_COLUMN_AMOUNT, 0, COLUMNS_NUMBER, fewer_than_bits,
     PT_INVALID},
    {"fewer values than rows and no bits", COLUMNS_COLUMN_AMOUNT, 0, COLUMNS_NUMBER,
     count_without_bits, PT_INVALID},
    {"more texts than values", COLUMNS_COLUMN_STORE, 0, COLUMNS_TEXT, more_texts_than_values,
     PT_INVALID},
    {"a text that is too long", COLUMNS_COLUMN_STORE, 0, COLUMNS_TEXT, long_text, PT_INVALID},
    {"a text that is not in the list", COLUMNS_COLUMN_STORE, 0, COLUMNS_TEXT, no_texts, PT_INVALID},
};

static void wrong_call(void **state)
{
    const struct WrongCase *c = *state;
    static Gathered g;
    Table *t = rig_table(100, ALL, SMALL, 8);
    PtBuf image;
    RunWriter *w = NULL;
    uint64_t bytes = 0;
    pt_buf_init(&image, IMAGE_MAX);
    const RunWriterConfig config = rig_config(t, false, &image);
    assert_int_equal(run_writer_open(&config, &w, NULL), PT_OK);
    rig_gather(&g, t, c->column < COLUMNS ? c->column : 0, 0);
    c->change(&g.block);
    assert_int_equal(run_write_block(w, c->column, c->kind, c->block, &g.block, NULL), c->want);
    assert_int_equal(run_writer_finish(w, &bytes, NULL), PT_INVALID); /* no times */
    run_writer_close(w);
    pt_buf_done(&image);
    rig_done(t);
}

static void wrong_orders_are_refused(void **state)
{
    (void)state;
    static Gathered g;
    Table *t = rig_table(20000, ALL, SMALL, 9);
    PtBuf image;
    RunWriter *w = NULL;
    pt_buf_init(&image, IMAGE_MAX);
    RunWriterConfig config = rig_config(t, false, &image);
    assert_int_equal(run_writer_open(&config, &w, NULL), PT_OK);
    rig_gather(&g, t, COLUMNS_COLUMN_PROPERTIES, 1);
    const uint32_t column = COLUMNS_COLUMN_PROPERTIES;
    assert_int_equal(run_write_block(w, column, COLUMNS_NUMBER, 1, &g.block, NULL), PT_OK);
    assert_int_equal(run_write_block(w, column, COLUMNS_NUMBER, 1, &g.block, NULL), PT_INVALID);
    rig_gather(&g, t, column + 2, 0);
    assert_int_equal(run_write_block(w, column + 2, COLUMNS_TRUTH, 0, &g.block, NULL), PT_OK);
    rig_gather(&g, t, column, 1);
    assert_int_equal(run_write_block(w, column + 2, COLUMNS_NUMBER, 1, &g.block, NULL), PT_INVALID);
    rig_gather(&g, t, COLUMNS_COLUMN_PROPERTIES, 0);
    assert_int_equal(run_write_block(w, column, COLUMNS_NUMBER, 0, &g.block, NULL), PT_INVALID);
    run_writer_close(w);
    config.rows = 0;
    assert_int_equal(run_writer_open(&config, &w, NULL), PT_INVALID);
    config.rows = t->rows;
    config.group_count = 0;
    assert_int_equal(run_writer_open(&config, &w, NULL), PT_INVALID);
    pt_buf_done(&image);
    rig_done(t);
}

static struct GroupCase {
    const char *name;
    ColumnsGroup groups[4]; /* of 9 rows */
    uint32_t count;
    PtStatus want, want_read;
} group_cases[] = {
    {"rising", {{1, 5, 0}, {1, 6, 3}, {2, 1, 4}, {0, 0, 9}}, 3, PT_OK, PT_OK},
    {"nobody twice", {{0, 0, 0}, {0, 0, 3}, {0, 1, 4}, {0, 0, 9}}, 3, PT_OK, PT_OK},
    {"greatest", {{0, UINT32_MAX, 0}, {UINT32_MAX, 0, 1}, {0, 0, 9}}, 2, PT_OK, PT_OK},
    {"a node twice", {{1, 5, 0}, {1, 5, 3}, {0, 0, 9}}, 2, PT_OK, PT_CORRUPT},
    {"persons fall", {{2, 5, 0}, {1, 5, 3}, {0, 0, 9}}, 2, PT_OK, PT_CORRUPT},
    {"begin behind the first row", {{1, 5, 1}, {0, 0, 9}}, 1, PT_INVALID, PT_OK},
    {"end before the last row", {{1, 5, 0}, {0, 0, 8}}, 1, PT_INVALID, PT_OK},
    {"an empty group", {{1, 5, 0}, {1, 6, 0}, {0, 0, 9}}, 2, PT_INVALID, PT_OK},
};

static void group_case(void **state)
{
    const struct GroupCase *c = *state;
    Table *t = rig_table(9, ALL, SMALL, 10);
    PtBuf image;
    memcpy(t->groups, c->groups, sizeof c->groups);
    t->group_count = c->count;
    pt_buf_init(&image, IMAGE_MAX);
    assert_int_equal(rig_write(t, false, &image, NULL), c->want);
    if (c->want == PT_OK) {
        ColumnsGroup *groups = NULL;
        Run *run = rig_open(pt_buf_str(&image));
        assert_int_equal(run_groups(run, &groups, NULL), c->want_read);
        if (c->want_read == PT_OK) {
            assert_memory_equal(groups, c->groups, (c->count + 1) * sizeof *groups);
            free(groups);
        }
        run_close(run);
    }
    pt_buf_done(&image);
    rig_done(t);
}

static void what_is_not_there_is_refused(void **state)
{
    (void)state;
    Table *t = rig_table(100, NONE, SMALL, 11);
    PtBuf image;
    RunScratch scratch = {.bytes = NULL};
    const ColumnsBlock *block = NULL;
    rig_write_well(t, false, &image);
    Run *run = rig_open(pt_buf_str(&image));
    assert_int_equal(run_read(run, RUN_COLUMNS_MAX, 0, &scratch, &block, NULL), PT_INVALID);
    assert_int_equal(run_read(run, 0, 1, &scratch, &block, NULL), PT_INVALID);
    assert_int_equal(run_column_kind(run, COLUMNS_COLUMN_PROPERTIES), COLUMNS_KINDS);
    assert_int_equal(run_column_bytes(run, RUN_COLUMNS_MAX), 0);
    assert_int_equal(run_read(run, RUN_COLUMNS_MAX - 1, 0, &scratch, &block, NULL), PT_OK);
    assert_int_equal(block->count, 0);
    assert_int_equal(columns_block_find(block, 99), UINT32_MAX);
    run_scratch_done(&scratch);
    run_close(run);
    pt_buf_done(&image);
    rig_done(t);
}

int main(void)
{
    struct CMUnitTest tests[PT_COUNT(mended_cases) + PT_COUNT(small_cases) + PT_COUNT(wrong_cases) +
                            PT_COUNT(group_cases) + PT_COUNT(rare_cases) + 10];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, mended_cases, mended_case);
    PT_TEST_ROWS(tests, n, rare_cases, rare_case);
    PT_TEST_ROWS(tests, n, small_cases, small_case);
    PT_TEST_ROWS(tests, n, wrong_cases, wrong_call);
    PT_TEST_ROWS(tests, n, group_cases, group_case);
    const struct CMUnitTest singles[] = {
        cmocka_unit_test(every_flipped_bit_is_found),
        cmocka_unit_test(another_version_is_refused),
        cmocka_unit_test(blocks_at_a_wrong_place_are_found),
        cmocka_unit_test(damaged_blocks_are_not_copied),
        cmocka_unit_test(columns_of_all_rows_have_all),
        cmocka_unit_test(texts_have_a_bound),
        cmocka_unit_test(reach_is_checked),
        cmocka_unit_test(wrong_orders_are_refused),
        cmocka_unit_test(what_is_not_there_is_refused),
    };
    for (size_t i = 0; i < PT_COUNT(singles); i++) {
        tests[n++] = singles[i];
    }
    return _cmocka_run_group_tests("platform/columns_run_damage", tests, n, NULL, NULL);
}
