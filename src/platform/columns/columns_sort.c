// SPDX-License-Identifier: Apache-2.0
#include "platform/columns/columns_internal.h"
#include "platform/loop.h"

#include <stdlib.h>

enum {
    DIGIT_BITS = 11,
    DIGITS = 1 << DIGIT_BITS,
    BLOCK_WORDS = COLUMNS_BLOCK_ROWS / 64,
    OFFER_EVERY = 1 << 13, /* items: some 20 us */
};

/* ---- Order ------------------------------------------------------------------------------------
 */

/* Memory is sorted beside intake: whoever answers clients comes between. */
static inline void offer(size_t done)
{
    if (done % OFFER_EVERY == 0) {
        pt_background_offer();
    }
}

static void pass(const SortItem *from, SortItem *to, size_t count, unsigned shift)
{
    uint32_t at[DIGITS] = {0};
    for (size_t i = 0; i < count; i++) {
        at[from[i].key >> shift & (DIGITS - 1)]++;
        offer(i);
    }
    for (uint32_t d = 0, sum = 0; d < DIGITS; d++) {
        const uint32_t n = at[d];
        at[d] = sum;
        sum += n;
    }
    for (size_t i = 0; i < count; i++) {
        to[at[from[i].key >> shift & (DIGITS - 1)]++] = from[i];
        offer(i);
    }
}

void columns_radix_sort(SortItem **items, SortItem **other, size_t count)
{
    uint64_t any = 0, all = UINT64_MAX;
    for (size_t i = 0; i < count; i++) {
        any |= (*items)[i].key;
        all &= (*items)[i].key;
        offer(i);
    }
    const uint64_t differ = any & ~all;
    for (unsigned shift = 0; shift < 64; shift += DIGIT_BITS) {
        if ((differ >> shift & (DIGITS - 1)) != 0) {
            pass(*items, *other, count, shift);
            SortItem *sorted = *other;
            *other = *items;
            *items = sorted;
        }
    }
}

typedef struct Sorting { /* a: node, b: row; of groups: first and count */
    SortItem *items, *other;
    uint32_t count;
} Sorting;

static void sorting_done(Sorting *s)
{
    free(s->items);
    free(s->other);
}

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory to sort rows of the event columns");
}

static PtStatus select_rows(const ColumnsMemory *m, SortRange range, Sorting *s, PtError *err)
{
    s->items = malloc((size_t)range.rows * sizeof *s->items + 1);
    if (s->items == NULL) {
        return no_memory(err);
    }
    for (uint32_t row = 0; row < range.rows; row++) {
        const MemoryRows *c = m->row_chunks[row / MEMORY_ROWS];
        const int64_t time_ms = c->time_ms[row % MEMORY_ROWS];
        offer(row);
        if (time_ms >= range.from_ms && time_ms <= range.to_ms) {
            s->items[s->count++] = (SortItem){(uint64_t)time_ms ^ (UINT64_C(1) << 63),
                                              c->node[row % MEMORY_ROWS], row};
        }
    }
    s->other = malloc((size_t)s->count * sizeof *s->other + 1);
    return s->other != NULL ? PT_OK : no_memory(err);
}

/* Rows in arrival order, which is that of their offsets, by (node, time, offset). */
static void sort_rows(Sorting *s)
{
    columns_radix_sort(&s->items, &s->other, s->count);
    for (size_t i = 0; i < s->count; i++) {
        s->items[i].key = s->items[i].a;
        offer(i);
    }
    columns_radix_sort(&s->items, &s->other, s->count);
}

/* The groups of rows by node, sorted by (person, node). */
static PtStatus list_groups(const Sorting *rows, const ColumnsPersons *persons, Sorting *groups,
                            PtError *err)
{
    uint32_t count = 0;
    for (size_t i = 0; i < rows->count; i++) {
        count += i == 0 || rows->items[i].a != rows->items[i - 1].a;
        offer(i);
    }
    groups->items = malloc((size_t)count * sizeof *groups->items + 1);
    groups->other = malloc((size_t)count * sizeof *groups->other + 1);
    if (groups->items == NULL || groups->other == NULL) {
        return no_memory(err);
    }
    SortItem *at = groups->items - 1;
    for (uint32_t i = 0; i < rows->count; i++) {
        const uint32_t node = rows->items[i].a;
        if (i == 0 || node != rows->items[i - 1].a) {
            *++at = (SortItem){(uint64_t)columns_person(persons, node) << 32 | node, i, 0};
        }
        at->b++;
        offer(i);
    }
    groups->count = count;
    columns_radix_sort(&groups->items, &groups->other, count);
    return PT_OK;
}

static void fill_sorted(const Sorting *rows, const Sorting *groups, ColumnsSorted *s)
{
    uint32_t at = 0;
    memset(s->place, 0xFF, (size_t)s->of * sizeof *s->place);
    for (uint32_t g = 0; g < groups->count; g++) {
        const SortItem *group = &groups->items[g];
        s->groups[g] = (ColumnsGroup){
            .person = (uint32_t)(group->key >> 32), .node = (uint32_t)group->key, .first = at};
        for (uint32_t i = 0; i < group->b && at < s->rows; i++) {
            const uint32_t row = rows->items[group->a + i].b;
            offer(at);
            s->order[at] = row;
            s->place[row] = at++;
        }
    }
    s->groups[groups->count] = (ColumnsGroup){.first = at};
}

PtStatus columns_sort(const ColumnsMemory *m, SortRange range, const ColumnsPersons *persons,
                      ColumnsSorted *ret_sorted, PtError *err)
{
    PT_CLEANUP(sorting_done) Sorting rows = {0};
    PT_CLEANUP(sorting_done) Sorting groups = {0};
    PtStatus st = select_rows(m, range, &rows, err);
    if (st == PT_OK && rows.count == 0) {
        *ret_sorted = (ColumnsSorted){0};
        return PT_OK;
    }
    if (st == PT_OK) {
        sort_rows(&rows);
        st = list_groups(&rows, persons, &groups, err);
    }
    if (st != PT_OK) {
        return st;
    }
    ColumnsSorted s = {.rows = rows.count,
                       .group_count = groups.count,
                       .of = range.rows,
                       .order = malloc((size_t)rows.count * sizeof *s.order + 1),
                       .place = malloc((size_t)range.rows * sizeof *s.place + 1),
                       .groups = malloc(((size_t)groups.count + 1) * sizeof *s.groups)};
    if (s.order == NULL || s.place == NULL || s.groups == NULL) {
        columns_sorted_done(&s);
        return no_memory(err);
    }
    fill_sorted(&rows, &groups, &s);
    *ret_sorted = s;
    return PT_OK;
}

void columns_sorted_done(ColumnsSorted *s)
{
    free(s->order);
    free(s->place);
    free(s->groups);
    *s = (ColumnsSorted){0};
}

/* ---- Writing ----------------------------------------------------------------------------------
 */

typedef struct RowsWriter {
    const ColumnsMemory *memory;
    const ColumnsSorted *sorted;
    RunWriter *run;
    uint32_t blocks, text_count;
    void *block;       /* values of one */
    uint64_t *values;  /* of a column's rows, as they will stand */
    uint64_t *present; /* of them; a word more than needed */
    uint32_t *local;   /* by text: its number in the block, where seen says so */
    uint32_t *seen;    /* by text: block of a column, counted from 1 */
    uint32_t blocks_seen;
    PtStr *texts;
} RowsWriter;

static uint32_t rows_of(const RowsWriter *w, uint32_t block)
{
    const uint32_t from = block * COLUMNS_BLOCK_ROWS;
    const uint32_t left = w->sorted->rows - from;
    return left < COLUMNS_BLOCK_ROWS ? left : COLUMNS_BLOCK_ROWS;
}

#define GATHER(member, type)                                                                       \
    for (uint32_t i = 0; i < rows; i++) {                                                          \
        ((type *)w->block)[i] =                                                                    \
            (type)w->memory->row_chunks[order[i] / MEMORY_ROWS]->member[order[i] % MEMORY_ROWS];   \
    }

static void gather(RowsWriter *w, uint32_t column, const uint32_t *order, uint32_t rows)
{
    switch (column) {
    case COLUMNS_COLUMN_CODE:
        GATHER(code, uint16_t);
        break;
    case COLUMNS_COLUMN_TIME:
        GATHER(time_ms, int64_t);
        break;
    case COLUMNS_COLUMN_OFFSET:
        GATHER(offset, int64_t);
        break;
    case COLUMNS_COLUMN_CHANNEL:
        GATHER(channel, uint8_t);
        break;
    default:
        GATHER(source, uint32_t);
    }
}
#undef GATHER

static PtStatus write_dense(RowsWriter *w, uint32_t column, PtError *err)
{
    PtStatus st = PT_OK;
    for (uint32_t b = 0; st == PT_OK && b < w->blocks; b++) {
        ColumnsBlock block = {.rows = rows_of(w, b), .count = rows_of(w, b), .u8 = w->block};
        gather(w, column, w->sorted->order + (size_t)b * COLUMNS_BLOCK_ROWS, block.rows);
        st = run_write_block(w->run, column, COLUMNS_NUMBER, b, &block, err);
    }
    return st;
}

/* Puts the column's values where they will stand; false: it has none. */
static bool scatter(RowsWriter *w, uint32_t column)
{
    MemoryWalk walk;
    uint32_t row;
    uint64_t value;
    bool any = false;
    columns_walk_begin(&walk, &w->memory->columns[column], w->sorted->of);
    while (columns_walk(&walk, &row, &value)) {
        const uint32_t at = w->sorted->place[row];
        offer(row);
        if (at != UINT32_MAX) {
            w->values[at] = value;
            w->present[at / 64] |= UINT64_C(1) << at % 64;
            any = true;
        }
    }
    return any;
}

/* A text's number in the block. */
static uint32_t local_text(RowsWriter *w, ColumnsBlock *block, uint32_t text)
{
    if (w->seen[text] != w->blocks_seen) {
        w->seen[text] = w->blocks_seen;
        w->local[text] = block->text_count;
        w->texts[block->text_count++] = columns_memory_text_of(w->memory, text);
    }
    return w->local[text];
}

static void put_value(RowsWriter *w, ColumnsBlock *block, ColumnsShape shape, uint64_t value)
{
    const uint32_t i = block->count++;
    switch (shape) {
    case SHAPE_U8:
        ((uint8_t *)w->block)[i] = (uint8_t)value;
        break;
    case SHAPE_TEXT:
        ((uint32_t *)w->block)[i] = local_text(w, block, (uint32_t)value);
        break;
    default: // the bits of an amount or a number
        ((uint64_t *)w->block)[i] = value;
    }
}

static PtStatus write_sparse_block(RowsWriter *w, uint32_t column, const ColumnsNames *names,
                                   uint32_t b, PtError *err)
{
    const uint64_t *present = w->present + (size_t)b * BLOCK_WORDS;
    const uint64_t *values = w->values + (size_t)b * COLUMNS_BLOCK_ROWS;
    const ColumnsShape shape = columns_shape(names, column);
    ColumnsBlock block = {.rows = rows_of(w, b), .u8 = w->block, .texts = w->texts};
    w->blocks_seen++;
    for (uint32_t i = 0; i * 64 < block.rows; i++) {
        for (uint64_t bits = present[i]; bits != 0; bits &= bits - 1) {
            put_value(w, &block, shape, values[i * 64 + (uint32_t)__builtin_ctzll(bits)]);
        }
    }
    block.present = block.count < block.rows ? present : NULL;
    return block.count > 0
               ? run_write_block(w->run, column, columns_kind(names, column), b, &block, err)
               : PT_OK;
}

static PtStatus write_sparse(RowsWriter *w, uint32_t column, const ColumnsNames *names,
                             PtError *err)
{
    PtStatus st = PT_OK;
    if (!scatter(w, column)) {
        return PT_OK;
    }
    for (uint32_t b = 0; st == PT_OK && b < w->blocks; b++) {
        st = write_sparse_block(w, column, names, b, err);
    }
    memset(w->present, 0, ((size_t)w->sorted->rows / 64 + 1) * sizeof *w->present);
    return st;
}

static void rows_writer_done(RowsWriter *w)
{
    run_writer_close(w->run);
    free(w->block);
    free(w->values);
    free(w->present);
    free(w->local);
    free(w->seen);
    free(w->texts);
}

static PtStatus begin(RowsWriter *w, const RunWriterConfig *config, PtError *err)
{
    const size_t rows = w->sorted->rows, texts = (size_t)w->text_count + 1;
    w->block = malloc(COLUMNS_BLOCK_ROWS * sizeof(uint64_t));
    w->values = malloc(rows * sizeof *w->values);
    w->present = calloc(rows / 64 + 1, sizeof *w->present);
    w->local = malloc(texts * sizeof *w->local);
    w->seen = calloc(texts, sizeof *w->seen);
    w->texts = malloc(COLUMNS_BLOCK_ROWS * sizeof *w->texts);
    if (w->block == NULL || w->values == NULL || w->present == NULL || w->local == NULL ||
        w->seen == NULL || w->texts == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to write rows of the event columns");
    }
    return run_writer_open(config, &w->run, err);
}

PtStatus columns_sorted_write(const ColumnsMemory *m, const ColumnsSorted *s,
                              const ColumnsNames *names, RunWriterConfig config,
                              uint64_t *ret_bytes, PtError *err)
{
    PT_CLEANUP(rows_writer_done)
    RowsWriter w = {.memory = m,
                    .sorted = s,
                    .blocks = (s->rows + COLUMNS_BLOCK_ROWS - 1) / COLUMNS_BLOCK_ROWS,
                    .text_count = atomic_load(&m->text_count)};
    config.rows = s->rows;
    config.groups = s->groups;
    config.group_count = s->group_count;
    PtStatus st = begin(&w, &config, err);
    const uint32_t columns = columns_count(names);
    for (uint32_t i = 0; st == PT_OK && i < columns; i++) {
        st = columns_is_dense(i) ? write_dense(&w, i, err) : write_sparse(&w, i, names, err);
    }
    return st == PT_OK ? run_writer_finish(w.run, ret_bytes, err) : st;
}
