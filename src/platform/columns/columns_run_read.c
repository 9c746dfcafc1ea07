// SPDX-License-Identifier: Apache-2.0
#include "platform/columns/columns_code_internal.h"

#include "base/hash.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <zstd.h>

enum { IDLE = 8, NAME_MAX_BYTES = 160 };

struct Run {
    PtFs *fs;
    PtFile *file;
    PtStr bytes;
    char name[NAME_MAX_BYTES];
    uint64_t size;
    int64_t time_min, time_max;
    uint32_t rows, groups;
    bool cold;
    uint8_t *foot; /* owned; what follows lies in it */
    const ColumnsBlockInfo *info;
    const RunPlace *places[RUN_NUMBERS]; /* NULL: no such column */
    uint8_t kind[RUN_NUMBERS];
    RunRare *rare;                   /* owned */
    _Atomic(ZSTD_DCtx *) idle[IDLE]; /* taken while a block is unpacked */
};

#define CORRUPT(run, err, fmt, ...)                                                                \
    pt_fail(err, PT_CORRUPT, "\"%s\": " fmt, (run)->name __VA_OPT__(, ) __VA_ARGS__)

static uint32_t rows_of(const Run *run, uint32_t number)
{
    return run_is_of_groups(number) ? run->groups : run->rows;
}

/* ---- Bytes ----------------------------------------------------------------------------------- */

static PtStatus reserve(void **bytes, size_t *cap, size_t need, PtError *err)
{
    if (need <= *cap) {
        return PT_OK;
    }
    void *more = malloc(need);
    if (more == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to read a run");
    }
    free(*bytes);
    *bytes = more;
    *cap = need;
    return PT_OK;
}

/* Bytes [at, at + len), which lie in the source: borrowed, or read into `into`. */
static PtStatus fetch(const Run *run, uint64_t at, size_t len, uint8_t *into,
                      const uint8_t **ret_bytes, PtError *err)
{
    if (run->file == NULL) {
        *ret_bytes = (const uint8_t *)run->bytes.data + at;
        return PT_OK;
    }
    size_t got = 0;
    PtStatus st = run->fs->ops->pread(run->fs, run->file, into, len, at, &got, err);
    if (st == PT_OK && got != len) {
        return CORRUPT(run, err, "ends at byte %" PRIu64, at + got);
    }
    *ret_bytes = into;
    return st;
}

PtStatus run_stored(Run *run, uint32_t number, uint32_t block, RunScratch *scratch,
                    const uint8_t **ret_bytes, uint32_t *ret_len, PtError *err)
{
    const RunPlace *p = run->places[number] != NULL ? &run->places[number][block] : NULL;
    if (p == NULL || p->len == 0) {
        *ret_len = 0;
        return PT_OK;
    }
    PtStatus st =
        run->file == NULL ? PT_OK : reserve(&scratch->packed, &scratch->packed_cap, p->len, err);
    if (st == PT_OK) {
        st = fetch(run, p->at, p->len, scratch->packed, ret_bytes, err);
    }
    if (st == PT_OK && run_block_crc(number, block, *ret_bytes, p->len) != p->crc) {
        return CORRUPT(run, err, "block %u of column %u does not pass its checksum", block, number);
    }
    *ret_len = p->len;
    return st;
}

/* ---- Foot ------------------------------------------------------------------------------------ */

static PtStatus read_trailer(Run *run, RunTrailer *ret_trailer, PtError *err)
{
    RunTrailer t;
    uint8_t into[sizeof t];
    const uint8_t *bytes = NULL;
    if (run->size < sizeof t) {
        return CORRUPT(run, err, "is no run of event columns");
    }
    PtStatus st = fetch(run, run->size - sizeof t, sizeof t, into, &bytes, err);
    if (st != PT_OK) {
        return st;
    }
    memcpy(&t, bytes, sizeof t);
    if (t.magic != RUN_MAGIC || t.crc != pt_crc32c(0, &t, offsetof(RunTrailer, crc))) {
        return CORRUPT(run, err, "is no whole run of event columns");
    }
    if (t.version < RUN_VERSION_LEAST || t.version > RUN_VERSION) {
        return CORRUPT(run, err, "is a run of version %u, not %d to %d", t.version,
                       RUN_VERSION_LEAST, RUN_VERSION);
    }
    if (t.rows == 0 || t.groups == 0 || t.groups > t.rows || t.cold > 1 ||
        t.columns > RUN_NUMBERS || t.foot_len > run->size - sizeof t ||
        t.foot_len < run_blocks_of(t.rows) * sizeof *run->info) {
        return CORRUPT(run, err, "has an end that cannot be right");
    }
    *ret_trailer = t;
    return PT_OK;
}

static bool place_is_right(const RunPlace *p, uint64_t end)
{
    return p->len == 0 || (p->len >= RUN_HEAD && p->at <= end && p->len <= end - p->at &&
                           p->len <= RUN_HEAD + CODE_FRONT_MAX + CODE_BACK_MAX);
}

/* Columns rise by number, their places are all before the foot. */
static bool take_columns(Run *run, CodeCursor foot, uint32_t columns, uint64_t end)
{
    uint32_t least = 0;
    for (uint32_t i = 0; i < columns; i++) {
        RunColumn c;
        const uint8_t *head = code_take(&foot, sizeof c);
        if (head == NULL) {
            return false;
        }
        memcpy(&c, head, sizeof c);
        if (c.number < least || c.number >= RUN_NUMBERS || c.kind >= COLUMNS_KINDS) {
            return false;
        }
        const uint32_t blocks = run_blocks_of(rows_of(run, c.number));
        const void *places = code_take(&foot, blocks * sizeof(RunPlace));
        if (places == NULL) {
            return false;
        }
        run->places[c.number] = places;
        run->kind[c.number] = (uint8_t)c.kind;
        for (uint32_t b = 0; b < blocks; b++) {
            if (!place_is_right(&run->places[c.number][b], end)) {
                return false;
            }
        }
        least = c.number + 1;
    }
    return foot.at == foot.end;
}

static bool is_whole(const Run *run, uint32_t number)
{
    const RunPlace *places = run->places[number];
    for (uint32_t b = 0; places != NULL && b < run_blocks_of(rows_of(run, number)); b++) {
        if (places[b].len == 0) {
            return false;
        }
    }
    return places != NULL;
}

static bool take_foot(Run *run, const RunTrailer *t)
{
    CodeCursor foot = {run->foot, run->foot + t->foot_len};
    const size_t blocks = run_blocks_of(run->rows);
    const void *info = code_take(&foot, blocks * sizeof *run->info);
    if (info == NULL) {
        return false;
    }
    run->info = info;
    run->time_min = INT64_MAX;
    run->time_max = INT64_MIN;
    for (size_t b = 0; b < blocks; b++) {
        const ColumnsBlockInfo *of = &run->info[b];
        if (of->time_min > of->time_max) {
            return false;
        }
        run->time_min = of->time_min < run->time_min ? of->time_min : run->time_min;
        run->time_max = of->time_max > run->time_max ? of->time_max : run->time_max;
    }
    return take_columns(run, foot, t->columns, run->size - sizeof *t - t->foot_len) &&
           is_whole(run, COLUMNS_COLUMN_CODE) && is_whole(run, COLUMNS_COLUMN_TIME) &&
           is_whole(run, RUN_PERSONS) && is_whole(run, RUN_NODES) && is_whole(run, RUN_LENGTHS);
}

static PtStatus read_foot(Run *run, PtError *err)
{
    RunTrailer t;
    const uint8_t *bytes = NULL;
    PtStatus st = read_trailer(run, &t, err);
    if (st != PT_OK) {
        return st;
    }
    run->rows = t.rows;
    run->groups = t.groups;
    run->cold = t.cold != 0;
    run->foot = malloc(t.foot_len);
    if (run->foot == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to read a run");
    }
    st = fetch(run, run->size - sizeof t - t.foot_len, t.foot_len, run->foot, &bytes, err);
    if (st != PT_OK) {
        return st;
    }
    if (bytes != run->foot) {
        memcpy(run->foot, bytes, t.foot_len);
    }
    if (pt_crc32c(0, run->foot, t.foot_len) != t.foot_crc) {
        return CORRUPT(run, err, "has a foot that does not pass its checksum");
    }
    return take_foot(run, &t) ? PT_OK : CORRUPT(run, err, "has a foot that cannot be right");
}

PtStatus run_open(const RunSource *source, Run **ret_run, PtError *err)
{
    Run *run = calloc(1, sizeof *run);
    if (run == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to read a run");
    }
    run->fs = source->fs;
    run->file = source->file;
    run->bytes = source->bytes;
    run->size = source->bytes.len;
    (void)snprintf(run->name, sizeof run->name, "%s", source->name);
    PtStatus st =
        run->file == NULL ? PT_OK : run->fs->ops->size(run->fs, run->file, &run->size, err);
    if (st == PT_OK) {
        st = read_foot(run, err);
    }
    if (st == PT_OK && (run->rare = run_rare_new(run->rows)) == NULL) {
        st = pt_fail(err, PT_NO_MEMORY, "no memory to read a run");
    }
    if (st != PT_OK) {
        run->file = NULL; // stays the caller's
        run_close(run);
        return st;
    }
    *ret_run = run;
    return PT_OK;
}

void run_close(Run *run)
{
    if (run == NULL) {
        return;
    }
    for (int i = 0; i < IDLE; i++) {
        (void)ZSTD_freeDCtx(run->idle[i]); // accepts NULL
    }
    if (run->file != NULL) {
        run->fs->ops->close(run->fs, run->file);
    }
    run_rare_free(run->rare);
    free(run->foot);
    free(run);
}

ColumnsRunInfo run_info(const Run *run)
{
    return (ColumnsRunInfo){run->rows, run->groups, run_blocks_of(run->rows), run->time_min,
                            run->time_max};
}

bool run_cold(const Run *run)
{
    return run->cold;
}

RunRare *run_rare(const Run *run)
{
    return run->rare;
}

const ColumnsBlockInfo *run_block_info(const Run *run, uint32_t block)
{
    return &run->info[block];
}

ColumnsKind run_column_kind(const Run *run, uint32_t column)
{
    return column < RUN_COLUMNS_MAX && run->places[column] != NULL ? (ColumnsKind)run->kind[column]
                                                                   : COLUMNS_KINDS;
}

static uint64_t bytes_of(const Run *run, uint32_t number)
{
    uint64_t sum = 0;
    for (uint32_t b = 0; run->places[number] != NULL && b < run_blocks_of(rows_of(run, number));
         b++) {
        sum += run->places[number][b].len;
    }
    return sum;
}

uint64_t run_column_bytes(const Run *run, uint32_t column)
{
    return column < RUN_COLUMNS_MAX ? bytes_of(run, column) : 0;
}

uint64_t run_rare_bytes(const Run *run)
{
    return bytes_of(run, RUN_RARE_CODES) + bytes_of(run, RUN_RARE_TIMES);
}

uint64_t run_group_bytes(const Run *run)
{
    return bytes_of(run, RUN_PERSONS) + bytes_of(run, RUN_NODES) + bytes_of(run, RUN_LENGTHS);
}

/* ---- Blocks ---------------------------------------------------------------------------------- */

PtStatus run_wrong_block(const Run *run, uint32_t number, uint32_t block, PtError *err)
{
    return CORRUPT(run, err, "block %u of column %u cannot be right", block, number);
}

static PtStatus take_zstd(Run *run, ZSTD_DCtx **ret_zstd, PtError *err)
{
    ZSTD_DCtx *zstd = NULL;
    for (int i = 0; zstd == NULL && i < IDLE; i++) {
        zstd = atomic_exchange(&run->idle[i], NULL);
    }
    zstd = zstd != NULL ? zstd : ZSTD_createDCtx();
    if (zstd == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to read a run");
    }
    *ret_zstd = zstd;
    return PT_OK;
}

static void give_zstd(Run *run, ZSTD_DCtx *zstd)
{
    for (int i = 0; zstd != NULL && i < IDLE; i++) {
        ZSTD_DCtx *none = NULL;
        if (atomic_compare_exchange_strong(&run->idle[i], &none, zstd)) {
            zstd = NULL;
        }
    }
    (void)ZSTD_freeDCtx(zstd);
}

/* The front, where zstd has made it smaller. */
static PtStatus unpack_front(Run *run, Coded *c, RunScratch *scratch, PtError *err)
{
    ZSTD_DCtx *zstd = NULL;
    PtStatus st = reserve(&scratch->unpacked, &scratch->unpacked_cap, c->head.front, err);
    if (st == PT_OK) {
        st = take_zstd(run, &zstd, err);
    }
    if (st != PT_OK) {
        return st;
    }
    const size_t len =
        ZSTD_decompressDCtx(zstd, scratch->unpacked, c->head.front, c->front.at, c->head.stored);
    give_zstd(run, zstd);
    if (len != c->head.front) {
        return CORRUPT(run, err, "has a block that cannot be unpacked");
    }
    c->front.at = scratch->unpacked;
    c->front.end = c->front.at + len;
    return PT_OK;
}

PtStatus run_load(Run *run, uint32_t number, uint32_t block, RunScratch *scratch, Coded *ret_coded,
                  PtError *err)
{
    const uint8_t *bytes = NULL;
    uint32_t len = 0;
    Coded c = {.head = {.count = 0}};
    PtStatus st = run_stored(run, number, block, scratch, &bytes, &len, err);
    if (st == PT_OK && len > 0) {
        memcpy(&c.head, bytes, sizeof c.head);
        if (c.head.stored > len - sizeof c.head || c.head.stored > c.head.front ||
            c.head.front > CODE_FRONT_MAX || c.head.present >= CODE_PRESENTS || c.head.count == 0 ||
            c.head.count > run_rows_of(rows_of(run, number), block) ||
            c.head.digits > RUN_DIGITS_MAX) {
            return run_wrong_block(run, number, block, err);
        }
        c.front = (CodeCursor){bytes + sizeof c.head, bytes + sizeof c.head + c.head.stored};
        c.back = (CodeCursor){c.front.end, bytes + len};
        st = c.head.stored < c.head.front ? unpack_front(run, &c, scratch, err) : PT_OK;
    }
    if (st == PT_OK) {
        *ret_coded = c;
    }
    return st;
}

typedef struct Texts {
    uint32_t count;
    const uint8_t *lens, *bytes;
} Texts;

static bool take_texts(Coded *c, Texts *ret_texts)
{
    const uint8_t *count = code_take(&c->front, sizeof ret_texts->count);
    if (count == NULL || code_load32(count) > c->head.count) {
        return false;
    }
    ret_texts->count = code_load32(count);
    ret_texts->lens = code_take(&c->front, ret_texts->count * sizeof(uint16_t));
    size_t sum = 0;
    for (uint32_t i = 0; ret_texts->lens != NULL && i < ret_texts->count; i++) {
        const uint32_t len = code_load16(ret_texts->lens + 2 * (size_t)i);
        if (len > COLUMNS_TEXT_MAX) {
            return false;
        }
        sum += len;
    }
    ret_texts->bytes = ret_texts->lens != NULL ? code_take(&c->front, sum) : NULL;
    return ret_texts->bytes != NULL;
}

static void list_texts(const Texts *texts, PtStr *out)
{
    const char *at = (const char *)texts->bytes;
    for (uint32_t i = 0; i < texts->count; i++) {
        out[i] = (PtStr){at, code_load16(texts->lens + 2 * (size_t)i)};
        at += out[i].len;
    }
}

/* A block without a value must not look like one in which all rows have one. */
static void no_values(ColumnsBlock *b)
{
    static const uint64_t present[CODE_WORDS];
    static const uint16_t rank[CODE_WORDS];
    b->present = present;
    b->rank = rank;
}

/* Makes room for values, bits and texts, and takes what says which rows have a value. */
static PtStatus lay_out(RunType type, Coded *c, RunScratch *scratch, bool *ret_good, PtError *err)
{
    ColumnsBlock *b = &scratch->block;
    Texts texts = {.count = 0};
    *ret_good = type != RUN_TEXT || take_texts(c, &texts);
    if (!*ret_good) {
        return PT_OK;
    }
    const size_t chunks = (c->head.count + CODE_CHUNK - 1) / CODE_CHUNK;
    const size_t values = chunks * CODE_CHUNK * run_size_of(type);
    const size_t bits = CODE_WORDS * (sizeof *b->present + sizeof *b->rank);
    PtStatus st = reserve(&scratch->bytes, &scratch->cap,
                          values + bits + texts.count * sizeof *b->texts, err);
    if (st != PT_OK) {
        return st;
    }
    char *bytes = scratch->bytes;
    uint64_t *present = (void *)(bytes + values);
    uint16_t *rank = (void *)(bytes + values + CODE_WORDS * sizeof *present);
    PtStr *list = (void *)(bytes + values + bits);
    b->count = c->head.count;
    b->i64 = scratch->bytes;
    if (c->head.present != CODE_ALL) {
        b->present = present;
        b->rank = rank;
        *ret_good = code_get_present(c->head.present, &c->front, b->rows, b->count, present, rank);
    } else {
        *ret_good = b->count == b->rows;
    }
    list_texts(&texts, list);
    b->texts = type == RUN_TEXT ? list : NULL;
    b->text_count = texts.count;
    return PT_OK;
}

static void divide(int64_t *values, uint32_t count, uint32_t digits)
{
    static const double units[RUN_DIGITS_MAX + 1] = {1, 10, 100, 1000, 10000};
    const double unit = units[digits];
    for (uint32_t i = 0; i < count; i++) {
        const double value = (double)values[i] / unit;
        memcpy(&values[i], &value, sizeof value);
    }
}

typedef struct Bounds {
    int64_t low, high;
} Bounds;

static bool get_raw(Coded *c, Bounds bounds, int64_t *out)
{
    const uint8_t *raw = code_take(&c->front, c->head.count * sizeof *out);
    if (raw == NULL) {
        return false;
    }
    memcpy(out, raw, c->head.count * sizeof *out);
    bool bad = false;
    for (uint32_t i = 0; i < c->head.count; i++) {
        bad |= out[i] < bounds.low || out[i] > bounds.high;
    }
    return !bad;
}

static bool get_large(Coded *c, RunType type, Bounds bounds, int64_t *out)
{
    if (c->head.code == RUN_RAW) {
        return c->back.at == c->back.end && get_raw(c, bounds, out);
    }
    const bool decimals = c->head.code == RUN_DECIMALS;
    if (decimals != (type == RUN_F64) || (!decimals && c->head.code != RUN_STEPS) ||
        !steps_get(&c->front, c->back, c->head.count, bounds.low, bounds.high, out)) {
        return false;
    }
    if (decimals) {
        divide(out, c->head.count, c->head.digits);
    }
    return true;
}

static bool get_values(const Run *run, uint32_t number, uint32_t block, const RunShape *shape,
                       Coded *c, RunScratch *scratch)
{
    Bounds bounds = {INT64_MIN, INT64_MAX};
    bool good;
    if (number == COLUMNS_COLUMN_TIME || number == RUN_RARE_TIMES) {
        bounds = (Bounds){run->info[block].time_min, run->info[block].time_max};
    }
    if (shape->type == RUN_I64 || shape->type == RUN_F64) {
        good = get_large(c, shape->type, bounds, scratch->bytes);
    } else {
        const uint64_t limit = shape->type == RUN_TEXT ? scratch->block.text_count : shape->limit;
        good = c->head.code == RUN_SMALL && c->back.at == c->back.end &&
               code_get_small(&c->front, c->head.count, limit, run_size_of(shape->type),
                              scratch->bytes);
    }
    return good && c->front.at == c->front.end;
}

PtStatus run_read_number(Run *run, uint32_t number, uint32_t block, RunScratch *scratch,
                         RunHead *ret_head, PtError *err)
{
    Coded c;
    const RunShape shape = run_shape(number, run->kind[number]);
    PtStatus st = run_load(run, number, block, scratch, &c, err);
    if (st != PT_OK) {
        return st;
    }
    scratch->block = (ColumnsBlock){.rows = run_rows_of(rows_of(run, number), block)};
    *ret_head = c.head;
    if (c.head.count == 0) {
        no_values(&scratch->block);
        return PT_OK;
    }
    bool good = !shape.every || c.head.present == CODE_ALL;
    if (good) {
        st = lay_out(shape.type, &c, scratch, &good, err);
    }
    if (st == PT_OK && (!good || !get_values(run, number, block, &shape, &c, scratch))) {
        return run_wrong_block(run, number, block, err);
    }
    return st;
}

PtStatus run_read(Run *run, uint32_t column, uint32_t block, RunScratch *scratch,
                  const ColumnsBlock **ret_block, PtError *err)
{
    RunHead head;
    if (column >= RUN_COLUMNS_MAX || block >= run_blocks_of(run->rows)) {
        return pt_fail(err, PT_INVALID, "\"%s\" has no block %u of column %u", run->name, block,
                       column);
    }
    PtStatus st = run_read_number(run, column, block, scratch, &head, err);
    if (st == PT_OK) {
        *ret_block = &scratch->block;
    }
    return st;
}

void run_scratch_done(RunScratch *s)
{
    free(s->bytes);
    free(s->packed);
    free(s->unpacked);
    free(s->chains);
    *s = (RunScratch){.bytes = NULL};
}

/* ---- Groups ---------------------------------------------------------------------------------- */

/* One of the numbers of the groups of a block. False: it does not fit. */
static bool take_group_numbers(const ColumnsBlock *b, const RunHead *head, uint32_t number,
                               ColumnsGroup *groups)
{
    bool good = true;
    for (uint32_t i = 0; i < b->count; i++) {
        uint64_t value = (uint64_t)b->i64[i];
        if (number == RUN_PERSONS) {
            groups[i].person = (uint32_t)value;
        } else if (number == RUN_NODES) {
            value += head->digits != 0 ? groups[i].person : 0;
            groups[i].node = (uint32_t)value;
        } else {
            value += groups[i].first;
            good = good && value > groups[i].first;
            groups[i + 1].first = (uint32_t)value;
        }
        good = good && value <= UINT32_MAX;
    }
    return good;
}

/* But for those of node 0, which an erasure leaves where they are. */
static bool groups_rise(const ColumnsGroup *groups, uint32_t count)
{
    uint64_t last = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t key = (uint64_t)groups[i].person << 32 | groups[i].node;
        if (groups[i].node != 0 && key <= last) {
            return false;
        }
        last = groups[i].node != 0 ? key : last;
    }
    return true;
}

static PtStatus read_groups(Run *run, ColumnsGroup *groups, RunScratch *scratch, PtError *err)
{
    RunHead head;
    bool good = true;
    for (uint32_t number = RUN_PERSONS; number <= RUN_LENGTHS; number++) {
        for (uint32_t b = 0; good && b < run_blocks_of(run->groups); b++) {
            PtStatus st = run_read_number(run, number, b, scratch, &head, err);
            if (st != PT_OK) {
                return st;
            }
            good = take_group_numbers(&scratch->block, &head, number,
                                      groups + (size_t)b * COLUMNS_BLOCK_ROWS);
        }
    }
    if (!good || groups[run->groups].first != run->rows || !groups_rise(groups, run->groups)) {
        return CORRUPT(run, err, "has groups that cannot be right");
    }
    return PT_OK;
}

PtStatus run_groups(Run *run, ColumnsGroup **ret_groups, PtError *err)
{
    RunScratch scratch = {.bytes = NULL};
    ColumnsGroup *groups = calloc((size_t)run->groups + 1, sizeof *groups);
    if (groups == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the groups of a run");
    }
    PtStatus st = read_groups(run, groups, &scratch, err);
    run_scratch_done(&scratch);
    if (st != PT_OK) {
        free(groups);
        return st;
    }
    *ret_groups = groups;
    return PT_OK;
}

/* ---- Check ----------------------------------------------------------------------------------- */

static PtStatus check_info(const Run *run, uint32_t column, uint32_t block, const ColumnsBlock *b,
                           PtError *err)
{
    const ColumnsBlockInfo *info = &run->info[block];
    ColumnsBlockInfo found = {.time_min = INT64_MAX, .time_max = INT64_MIN};
    for (uint32_t i = 0; column == COLUMNS_COLUMN_CODE && i < b->count; i++) {
        found.events[b->u16[i] % 256 / 64] |= 1ull << b->u16[i] % 64;
    }
    for (uint32_t i = 0; column == COLUMNS_COLUMN_TIME && i < b->count; i++) {
        found.time_min = b->i64[i] < found.time_min ? b->i64[i] : found.time_min;
        found.time_max = b->i64[i] > found.time_max ? b->i64[i] : found.time_max;
    }
    const bool same = column == COLUMNS_COLUMN_CODE
                          ? memcmp(found.events, info->events, sizeof found.events) == 0
                          : found.time_min == info->time_min && found.time_max == info->time_max;
    return same ? PT_OK : CORRUPT(run, err, "says of block %u what is not in it", block);
}

PtStatus run_check(Run *run, uint64_t *ret_blocks, PtError *err)
{
    RunScratch scratch = {.bytes = NULL}, chained = {.bytes = NULL};
    ColumnsGroup *groups = NULL;
    uint64_t blocks = 0;
    PtStatus st = run_groups(run, &groups, err);
    free(groups);
    for (uint32_t column = 0; st == PT_OK && column < RUN_COLUMNS_MAX; column++) {
        for (uint32_t b = 0;
             st == PT_OK && run->places[column] != NULL && b < run_blocks_of(run->rows); b++) {
            const ColumnsBlock *block = NULL;
            st = run_read(run, column, b, &scratch, &block, err);
            if (st == PT_OK && column <= COLUMNS_COLUMN_TIME) {
                st = check_info(run, column, b, block, err);
            }
            if (st == PT_OK && column == COLUMNS_COLUMN_TIME) {
                st = run_check_chains(run, b, &chained, block, err);
            }
            blocks += st == PT_OK && block->count > 0;
        }
    }
    run_scratch_done(&scratch);
    run_scratch_done(&chained);
    for (uint32_t b = 0; st == PT_OK && b < run_blocks_of(run->rows); b++) {
        st = run_check_rare(run, b, err);
    }
    if (st == PT_OK) {
        *ret_blocks = blocks;
    }
    return st;
}
