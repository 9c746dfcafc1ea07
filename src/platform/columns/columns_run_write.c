// SPDX-License-Identifier: Apache-2.0
#include "platform/columns/columns_code_internal.h"

#include "base/hash.h"
#include "platform/loop.h"

#include <math.h>
#include <stdlib.h>
#include <zstd.h>

typedef struct RareRows {
    uint32_t count;
    uint16_t rows[]; /* behind them their codes */
} RareRows;

struct RunWriter {
    RunWriterConfig config;
    uint64_t at;                   /* bytes written */
    uint32_t columns;              /* of which something is there */
    RunPlace *places[RUN_NUMBERS]; /* owned; NULL: nothing of it yet */
    uint32_t next[RUN_NUMBERS];    /* block */
    uint32_t filled[RUN_NUMBERS];  /* blocks that are there */
    uint8_t kind[RUN_NUMBERS];
    ColumnsBlockInfo *info; /* owned */
    RareRows **rare;        /* by block, owned: those whose times are still to come */
    RunScratch scratch;     /* of blocks that are copied */
    ZSTD_CCtx *zstd;
    PtBuf front, back, whole;
    uint32_t small[COLUMNS_BLOCK_ROWS];
    uint64_t large[COLUMNS_BLOCK_ROWS];
};

static uint32_t rows_of(const RunWriter *w, uint32_t number)
{
    return run_is_of_groups(number) ? w->config.group_count : w->config.rows;
}

PtStatus run_writer_open(const RunWriterConfig *config, RunWriter **ret_writer, PtError *err)
{
    if (config->rows == 0 || config->group_count == 0) {
        return pt_fail(err, PT_INVALID, "a run has %u rows in %u groups", config->rows,
                       config->group_count);
    }
    RunWriter *w = calloc(1, sizeof *w);
    if (w != NULL) {
        w->config = *config;
        w->info = calloc(run_blocks_of(config->rows), sizeof *w->info);
        w->rare = calloc(run_blocks_of(config->rows), sizeof(RareRows *));
        w->zstd = config->cold ? ZSTD_createCCtx() : NULL;
        pt_buf_init(&w->front, CODE_FRONT_MAX);
        pt_buf_init(&w->back, CODE_BACK_MAX);
        pt_buf_init(&w->whole, 2 * (size_t)CODE_FRONT_MAX);
    }
    if (w == NULL || w->info == NULL || w->rare == NULL || (config->cold && w->zstd == NULL)) {
        run_writer_close(w);
        return pt_fail(err, PT_NO_MEMORY, "no memory to write a run");
    }
    *ret_writer = w;
    return PT_OK;
}

void run_writer_close(RunWriter *w)
{
    if (w == NULL) {
        return;
    }
    for (uint32_t i = 0; i < RUN_NUMBERS; i++) {
        free(w->places[i]);
    }
    for (uint32_t i = 0; w->rare != NULL && i < run_blocks_of(w->config.rows); i++) {
        free(w->rare[i]);
    }
    free((void *)w->rare);
    free(w->info);
    run_scratch_done(&w->scratch);
    (void)ZSTD_freeCCtx(w->zstd); // accepts NULL
    pt_buf_done(&w->front);
    pt_buf_done(&w->back);
    pt_buf_done(&w->whole);
    free(w);
}

/* ---- What a block says ----------------------------------------------------------------------- */

static void look_at_codes(ColumnsBlockInfo *info, const uint16_t *codes, uint32_t count)
{
    memset(info->events, 0, sizeof info->events);
    for (uint32_t i = 0; i < count; i++) {
        info->events[codes[i] % 256 / 64] |= 1ull << codes[i] % 64;
    }
}

static void look_at_times(ColumnsBlockInfo *info, const int64_t *times, uint32_t count)
{
    int64_t min = times[0], max = times[0];
    for (uint32_t i = 1; i < count; i++) {
        min = times[i] < min ? times[i] : min;
        max = times[i] > max ? times[i] : max;
    }
    info->time_min = min;
    info->time_max = max;
}

static bool present_is_right(const ColumnsBlock *b)
{
    if (b->present == NULL) {
        return b->count == b->rows;
    }
    uint32_t count = 0;
    for (uint32_t i = 0; i < (b->rows + 63) / 64; i++) {
        count += (uint32_t)__builtin_popcountll(b->present[i]);
    }
    const uint32_t last = b->rows % 64;
    return count == b->count && (last == 0 || b->present[b->rows / 64] >> last == 0);
}

static bool texts_are_right(const ColumnsBlock *b)
{
    bool right = b->text_count <= b->count;
    for (uint32_t i = 0; right && i < b->text_count; i++) {
        right = b->texts[i].len <= COLUMNS_TEXT_MAX;
    }
    return right;
}

/* ---- Coding ---------------------------------------------------------------------------------- */

static void put_texts(PtBuf *front, const ColumnsBlock *b)
{
    pt_buf_add(front, &b->text_count, sizeof b->text_count);
    for (uint32_t i = 0; i < b->text_count; i++) {
        const uint16_t len = (uint16_t)b->texts[i].len;
        pt_buf_add(front, &len, sizeof len);
    }
    for (uint32_t i = 0; i < b->text_count; i++) {
        pt_buf_add_str(front, b->texts[i]);
    }
}

/* False: a number is not under the limit. */
static bool put_small(RunWriter *w, RunType type, uint64_t limit, const ColumnsBlock *b)
{
    uint64_t most = 0;
    for (uint32_t i = 0; i < b->count; i++) {
        w->small[i] = type == RUN_U8 ? b->u8[i] : type == RUN_U16 ? b->u16[i] : b->u32[i];
        most = w->small[i] > most ? w->small[i] : most;
    }
    if (most < limit) {
        code_put_small(&w->front, w->small, b->count);
    }
    return most < limit;
}

/* As whole numbers of the unit 1/10^digits, where that gives back each bit. */
static bool as_decimals(const double *values, uint32_t count, double unit, uint64_t *out)
{
    for (uint32_t i = 0; i < count; i++) {
        const double whole = rint(values[i] * unit);
        if (!(fabs(whole) < 0x1p53)) {
            return false;
        }
        const double again = (double)(int64_t)whole / unit;
        if (code_load64(&again) != code_load64(&values[i])) {
            return false;
        }
        out[i] = (uint64_t)(int64_t)whole;
    }
    return true;
}

static void put_raw(RunWriter *w, const ColumnsBlock *b, RunHead *head)
{
    head->code = RUN_RAW;
    pt_buf_add(&w->front, b->i64, b->count * sizeof *b->i64);
}

static void put_numbers(RunWriter *w, const ColumnsBlock *b, RunHead *head)
{
    double unit = 1;
    for (uint8_t digits = 0; digits <= RUN_DIGITS_MAX; digits++, unit *= 10) {
        if (as_decimals(b->f64, b->count, unit, w->large)) {
            head->code = RUN_DECIMALS;
            head->digits = digits;
            if (steps_put(&w->front, &w->back, w->large, b->count, UINT64_MAX)) {
                return;
            }
            head->digits = 0;
            break;
        }
    }
    put_raw(w, b, head);
}

static void put_large(RunWriter *w, const ColumnsBlock *b, uint64_t far, RunHead *head)
{
    head->code = RUN_STEPS;
    memcpy(w->large, b->i64, b->count * sizeof *w->large);
    if (!steps_put(&w->front, &w->back, w->large, b->count, far)) {
        put_raw(w, b, head);
    }
}

/* Front and back of a block. False: a value is out of its bounds. */
static bool put_block(RunWriter *w, const RunShape *shape, const ColumnsBlock *b, RunHead *head)
{
    bool right = true;
    pt_buf_clear(&w->front, SIZE_MAX);
    pt_buf_clear(&w->back, SIZE_MAX);
    if (shape->type == RUN_TEXT) {
        put_texts(&w->front, b);
    }
    head->count = b->count;
    head->present = (uint8_t)code_put_present(&w->front, b->present, b->rows, b->count);
    if (shape->type == RUN_F64) {
        put_numbers(w, b, head);
    } else if (shape->type == RUN_I64) {
        put_large(w, b, shape->far > 0 ? shape->far : UINT64_MAX, head);
    } else {
        head->code = RUN_SMALL;
        right =
            put_small(w, shape->type, shape->type == RUN_TEXT ? b->text_count : shape->limit, b);
    }
    return right;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static PtStatus write_all(RunWriter *w, const void *bytes, size_t len, PtError *err)
{
    PtStatus st = w->config.sink.write(w->config.sink.ctx, bytes, len, err);
    if (st == PT_OK) {
        w->at += len;
    }
    return st;
}

/* The place for a block. */
static PtStatus begin_block(RunWriter *w, uint32_t number, ColumnsKind kind, uint32_t block,
                            PtError *err)
{
    const uint32_t blocks = run_blocks_of(rows_of(w, number));
    const bool property = number >= COLUMNS_COLUMN_PROPERTIES && number < RUN_COLUMNS_MAX;
    if (number >= RUN_NUMBERS || block >= blocks || block < w->next[number] ||
        (property &&
         (kind >= COLUMNS_KINDS || (w->places[number] != NULL && w->kind[number] != kind)))) {
        return pt_fail(err, PT_INVALID, "block %u of column %u cannot stand there", block, number);
    }
    if (w->places[number] == NULL) {
        w->places[number] = calloc(blocks, sizeof *w->places[number]);
        if (w->places[number] == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory to write a run");
        }
        w->kind[number] = property ? (uint8_t)kind : 0;
    }
    return PT_OK;
}

static PtStatus end_block(RunWriter *w, uint32_t number, uint32_t block, const void *bytes,
                          size_t len, PtError *err)
{
    const uint64_t at = w->at;
    PtStatus st = write_all(w, bytes, len, err);
    if (st == PT_OK) {
        w->places[number][block] =
            (RunPlace){at, (uint32_t)len, run_block_crc(number, block, bytes, len)};
        w->next[number] = block + 1;
        w->columns += w->filled[number]++ == 0;
    }
    pt_background_offer();
    return st;
}

/* Packs the front behind the head where that makes it smaller by an eighth. */
static bool pack_front(RunWriter *w, RunHead *head)
{
    const size_t bound = ZSTD_compressBound(w->front.len);
    char *to = pt_buf_reserve(&w->whole, bound);
    if (to == NULL) {
        return false;
    }
    const size_t len =
        ZSTD_compressCCtx(w->zstd, to, bound, w->front.data, w->front.len, w->config.zstd_level);
    if (ZSTD_isError(len) != 0 || len > w->front.len - w->front.len / 8) {
        return false;
    }
    w->whole.len += len;
    head->stored = (uint32_t)len;
    return true;
}

/* Writes what put_block put. */
static PtStatus write_block(RunWriter *w, uint32_t number, uint32_t block, RunHead *head,
                            PtError *err)
{
    head->front = head->stored = (uint32_t)w->front.len;
    pt_buf_clear(&w->whole, SIZE_MAX);
    pt_buf_add(&w->whole, head, sizeof *head);
    const bool packs = w->zstd != NULL && number < RUN_RARE_CODES && w->front.len > 0;
    if (!packs || !pack_front(w, head)) {
        pt_buf_add_str(&w->whole, pt_buf_str(&w->front));
    }
    pt_buf_add_str(&w->whole, pt_buf_str(&w->back));
    if (pt_buf_status(&w->front) != PT_OK || pt_buf_status(&w->back) != PT_OK ||
        pt_buf_status(&w->whole) != PT_OK) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to write a run");
    }
    memcpy(w->whole.data, head, sizeof *head);
    return end_block(w, number, block, w->whole.data, w->whole.len, err);
}

static PtStatus write_values(RunWriter *w, uint32_t column, ColumnsKind kind, uint32_t block,
                             const ColumnsBlock *b, PtError *err)
{
    PtStatus st = begin_block(w, column, kind, block, err);
    if (st != PT_OK) {
        return st;
    }
    const RunShape shape = run_shape(column, kind);
    RunHead head = {0};
    if (b->rows != run_rows_of(w->config.rows, block) || b->count > b->rows ||
        !present_is_right(b) || (shape.every && b->count != b->rows) ||
        (shape.type == RUN_TEXT && !texts_are_right(b))) {
        return pt_fail(err, PT_INVALID, "block %u of column %u is not as it should be", block,
                       column);
    }
    if (b->count == 0) {
        w->next[column] = block + 1;
        return PT_OK;
    }
    if (!put_block(w, &shape, b, &head)) {
        return pt_fail(err, PT_INVALID, "block %u of column %u has a value out of its bounds",
                       block, column);
    }
    return write_block(w, column, block, &head, err);
}

/* The times of its rare rows are to come. */
static PtStatus keep_rare(RunWriter *w, uint32_t block, const ColumnsBlock *codes, PtError *err)
{
    RunRareRows picked;
    run_pick_rare(codes->u16, codes->rows, &picked);
    if (picked.count == 0) {
        return PT_OK;
    }
    const size_t bytes = picked.count * sizeof *picked.rows;
    RareRows *rare = malloc(sizeof *rare + 2 * bytes);
    if (rare == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to write a run");
    }
    rare->count = picked.count;
    memcpy(rare->rows, picked.rows, bytes);
    memcpy(rare->rows + picked.count, picked.codes, bytes);
    w->rare[block] = rare;
    return PT_OK;
}

static PtStatus write_rare(RunWriter *w, uint32_t block, const ColumnsBlock *times, PtError *err)
{
    int64_t values[COLUMNS_RARE_MOST];
    uint64_t present[CODE_WORDS] = {0};
    const RareRows *rare = w->rare[block];
    for (uint32_t i = 0; i < rare->count; i++) {
        present[rare->rows[i] / 64] |= 1ull << rare->rows[i] % 64;
        values[i] = times->i64[rare->rows[i]];
    }
    ColumnsBlock b = {.rows = times->rows,
                      .count = rare->count,
                      .present = present,
                      .u16 = rare->rows + rare->count};
    PtStatus st = write_values(w, RUN_RARE_CODES, COLUMNS_NUMBER, block, &b, err);
    b.i64 = values;
    st = st == PT_OK ? write_values(w, RUN_RARE_TIMES, COLUMNS_NUMBER, block, &b, err) : st;
    free(w->rare[block]);
    w->rare[block] = NULL;
    return st;
}

PtStatus run_write_block(RunWriter *w, uint32_t column, ColumnsKind kind, uint32_t block,
                         const ColumnsBlock *b, PtError *err)
{
    if (column >= RUN_COLUMNS_MAX) {
        return pt_fail(err, PT_INVALID, "there is no column %u", column);
    }
    PtStatus st = write_values(w, column, kind, block, b, err);
    if (st == PT_OK && column == COLUMNS_COLUMN_CODE) {
        look_at_codes(&w->info[block], b->u16, b->count);
        st = keep_rare(w, block, b, err);
    } else if (st == PT_OK && column == COLUMNS_COLUMN_TIME) {
        look_at_times(&w->info[block], b->i64, b->count);
        st = w->rare[block] != NULL ? write_rare(w, block, b, err) : st;
    }
    return st;
}

/* A block of any number as it lies in another run. */
static PtStatus copy_number(RunWriter *w, Run *from, uint32_t number, uint32_t block, PtError *err)
{
    const uint8_t *bytes = NULL;
    uint32_t len = 0;
    if (block >= run_info(from).blocks || block >= run_blocks_of(w->config.rows) ||
        run_rows_of(run_info(from).rows, block) != run_rows_of(w->config.rows, block)) {
        return pt_fail(err, PT_INVALID, "block %u of column %u cannot be copied", block, number);
    }
    PtStatus st = run_stored(from, number, block, &w->scratch, &bytes, &len, err);
    if (st != PT_OK || len == 0) {
        return st;
    }
    st = begin_block(w, number, run_column_kind(from, number), block, err);
    return st == PT_OK ? end_block(w, number, block, bytes, len, err) : st;
}

PtStatus run_copy_rare(RunWriter *w, Run *from, uint32_t block, PtError *err)
{
    PtStatus st = copy_number(w, from, RUN_RARE_CODES, block, err);
    return st == PT_OK ? copy_number(w, from, RUN_RARE_TIMES, block, err) : st;
}

PtStatus run_copy_block(RunWriter *w, Run *from, uint32_t column, uint32_t block, PtError *err)
{
    if (column >= RUN_COLUMNS_MAX) {
        return pt_fail(err, PT_INVALID, "there is no column %u", column);
    }
    PtStatus st = copy_number(w, from, column, block, err);
    if (st != PT_OK) {
        return st;
    }
    const ColumnsBlockInfo *info = run_block_info(from, block);
    if (column == COLUMNS_COLUMN_CODE) {
        memcpy(w->info[block].events, info->events, sizeof info->events);
    } else if (column == COLUMNS_COLUMN_TIME) {
        w->info[block].time_min = info->time_min;
        w->info[block].time_max = info->time_max;
    }
    return PT_OK;
}

/* ---- The end --------------------------------------------------------------------------------- */

static bool groups_are_right(const RunWriterConfig *c)
{
    bool right = c->groups[0].first == 0 && c->groups[c->group_count].first == c->rows;
    for (uint32_t i = 0; right && i < c->group_count; i++) {
        right = c->groups[i].first < c->groups[i + 1].first;
    }
    return right;
}

/* One of the numbers of a group; nodes less the person where `less`. */
static uint64_t group_number(const ColumnsGroup *g, uint32_t number, bool less)
{
    return number == RUN_PERSONS   ? g->person
           : number == RUN_LENGTHS ? g[1].first - g->first
                                   : (uint64_t)g->node - (less ? g->person : 0);
}

static void put_group_numbers(RunWriter *w, uint32_t number, uint32_t block, bool less)
{
    const ColumnsGroup *groups = w->config.groups + (size_t)block * COLUMNS_BLOCK_ROWS;
    const uint32_t count = run_rows_of(w->config.group_count, block);
    for (uint32_t i = 0; i < count; i++) {
        w->large[i] = group_number(&groups[i], number, less);
    }
    pt_buf_clear(&w->front, SIZE_MAX);
    pt_buf_clear(&w->back, SIZE_MAX);
    (void)steps_put(&w->front, &w->back, w->large, count, UINT64_MAX); // 33 bits always help
}

static PtStatus write_group_block(RunWriter *w, uint32_t number, uint32_t block, PtError *err)
{
    RunHead head = {.code = RUN_STEPS, .count = run_rows_of(w->config.group_count, block)};
    PtStatus st = begin_block(w, number, COLUMNS_NUMBER, block, err);
    if (st != PT_OK) {
        return st;
    }
    put_group_numbers(w, number, block, false);
    if (number == RUN_NODES) {
        const size_t as_they_are = w->front.len + w->back.len;
        put_group_numbers(w, number, block, true);
        head.digits = w->front.len + w->back.len <= as_they_are;
        if (head.digits == 0) {
            put_group_numbers(w, number, block, false);
        }
    }
    return write_block(w, number, block, &head, err);
}

static PtStatus write_groups(RunWriter *w, PtError *err)
{
    if (!groups_are_right(&w->config)) {
        return pt_fail(err, PT_INVALID, "groups do not rise from row 0 to the last");
    }
    PtStatus st = PT_OK;
    for (uint32_t number = RUN_PERSONS; number <= RUN_LENGTHS; number++) {
        for (uint32_t b = 0; st == PT_OK && b < run_blocks_of(w->config.group_count); b++) {
            st = write_group_block(w, number, b, err);
        }
    }
    return st;
}

static PtStatus write_foot(RunWriter *w, PtError *err)
{
    const uint64_t begin = w->at;
    const size_t info_len = run_blocks_of(w->config.rows) * sizeof *w->info;
    uint32_t crc = pt_crc32c(0, w->info, info_len);
    PtStatus st = write_all(w, w->info, info_len, err);
    for (uint32_t i = 0; st == PT_OK && i < RUN_NUMBERS; i++) {
        const RunColumn column = {i, w->kind[i]};
        const size_t len = run_blocks_of(rows_of(w, i)) * sizeof *w->places[i];
        if (w->filled[i] == 0) {
            continue;
        }
        crc = pt_crc32c(pt_crc32c(crc, &column, sizeof column), w->places[i], len);
        st = write_all(w, &column, sizeof column, err);
        if (st == PT_OK) {
            st = write_all(w, w->places[i], len, err);
        }
    }
    RunTrailer t = {.magic = RUN_MAGIC,
                    .version = RUN_VERSION,
                    .cold = w->config.cold,
                    .rows = w->config.rows,
                    .groups = w->config.group_count,
                    .columns = w->columns,
                    .foot_crc = crc,
                    .foot_len = w->at - begin};
    t.crc = pt_crc32c(0, &t, offsetof(RunTrailer, crc));
    return st == PT_OK ? write_all(w, &t, sizeof t, err) : st;
}

PtStatus run_writer_finish(RunWriter *w, uint64_t *ret_bytes, PtError *err)
{
    const uint32_t blocks = run_blocks_of(w->config.rows);
    if (w->filled[COLUMNS_COLUMN_CODE] != blocks || w->filled[COLUMNS_COLUMN_TIME] != blocks) {
        return pt_fail(err, PT_INVALID, "a run needs all its codes and times");
    }
    PtStatus st = write_groups(w, err);
    if (st == PT_OK) {
        st = write_foot(w, err);
    }
    if (st == PT_OK) {
        *ret_bytes = w->at;
    }
    return st;
}
