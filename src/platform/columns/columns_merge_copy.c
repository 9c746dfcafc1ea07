// SPDX-License-Identifier: Apache-2.0
#include "platform/columns/columns_merge.h"

#include <stdlib.h>

enum { BLOCK = COLUMNS_BLOCK_ROWS, VALUE_MOST = 8 };

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory to merge runs of the event columns");
}

static const uint8_t sizes[] = {[SHAPE_U8] = 1,  [SHAPE_U16] = 2, [SHAPE_U32] = 4,
                                [SHAPE_I64] = 8, [SHAPE_F64] = 8, [SHAPE_TEXT] = 4};

/* ---- The block being written ------------------------------------------------------------------
 */

static uint32_t rows_of(const ColumnsMerge *m, uint32_t block)
{
    const uint32_t left = m->rows - block * BLOCK;
    return left < BLOCK ? left : BLOCK;
}

static void begin_block(ColumnsMerge *m, uint32_t number)
{
    MergeOut *out = &m->out;
    out->rows = out->count = 0;
    out->number = number;
    out->want = (uint64_t)number * BLOCK < m->rows ? rows_of(m, number) : 0;
    memset(out->present, 0, sizeof out->present);
    columns_texts_clear(&out->texts);
    m->aside.epoch++;
    for (size_t i = 0; i < m->count; i++) {
        m->inputs[i].epoch++;
    }
}

static PtStatus write_block(ColumnsMerge *m, PtError *err)
{
    MergeOut *out = &m->out;
    ColumnsBlock block = {.rows = out->rows,
                          .count = out->count,
                          .present = out->count < out->rows ? out->present : NULL,
                          .u8 = out->values,
                          .texts = out->list,
                          .text_count = out->texts.count};
    for (uint32_t i = 0; i < block.text_count; i++) {
        out->list[i] = columns_texts_get(&out->texts, i);
    }
    const PtStatus st = out->count == 0
                            ? PT_OK
                            : run_write_block(m->run, m->column, columns_kind(m->names, m->column),
                                              out->number, &block, err);
    if (st == PT_OK) {
        begin_block(m, out->number + 1);
    }
    return st;
}

static void set_present(MergeOut *out, uint32_t count)
{
    for (uint32_t row = out->rows; row < out->rows + count; row++) {
        out->present[row / 64] |= UINT64_C(1) << row % 64;
    }
}

/* A text's number in the block being written, by its number elsewhere. */
static bool put_text(MergeOut *out, PtStr text, uint32_t *local, uint32_t *stamp, uint32_t epoch)
{
    if (*stamp != epoch) {
        if (!columns_texts_put(&out->texts, text, local)) {
            return false;
        }
        *stamp = epoch;
    }
    ((uint32_t *)(void *)out->values)[out->count++] = *local;
    return true;
}

/* ---- From an input ----------------------------------------------------------------------------
 */

static bool put_texts(ColumnsMerge *m, MergeInput *in, const ColumnsBlock *b, uint32_t from,
                      uint32_t count)
{
    for (uint32_t i = from; i < from + count; i++) {
        const uint32_t t = b->u32[i];
        if (!put_text(&m->out, b->texts[t], &in->local[t], &in->stamp[t], in->epoch)) {
            return false;
        }
    }
    return true;
}

static bool put_values(ColumnsMerge *m, MergeInput *in, ColumnsShape shape, uint32_t from,
                       uint32_t count)
{
    const ColumnsBlock *b = in->block.block;
    MergeOut *out = &m->out;
    if (shape == SHAPE_TEXT) {
        return put_texts(m, in, b, from, count);
    }
    const size_t size = sizes[shape];
    memcpy(out->values + out->count * size, b->u8 + from * size, count * size);
    out->count += count;
    return true;
}

/* `count` rows of the block that was read. */
static bool put_rows(ColumnsMerge *m, MergeInput *in, ColumnsShape shape, uint32_t row,
                     uint32_t count)
{
    const ColumnsBlock *b = in->block.block;
    MergeOut *out = &m->out;
    bool ok = true;
    if (b->count == 0) {
        out->rows += count;
        return true;
    }
    if (b->present == NULL) {
        if (!columns_is_dense(m->column)) {
            set_present(out, count);
        }
        ok = put_values(m, in, shape, row, count);
        out->rows += count;
        return ok;
    }
    for (uint32_t i = 0; ok && i < count; i++) {
        const uint32_t at = columns_block_find(b, row + i);
        if (at != UINT32_MAX) {
            set_present(out, 1);
            ok = put_values(m, in, shape, at, 1);
        }
        out->rows++;
    }
    return ok;
}

/* ---- What is aside ----------------------------------------------------------------------------
 */

static bool keep_value(MergeAside *a, const ColumnsBlock *b, ColumnsShape shape, uint32_t at,
                       uint32_t to)
{
    uint64_t value = 0;
    if (shape == SHAPE_TEXT) {
        uint32_t number = 0;
        if (!columns_texts_put(&a->texts, b->texts[b->u32[at]], &number)) {
            return false;
        }
        value = number;
    } else {
        memcpy(&value, b->u8 + (size_t)at * sizes[shape], sizes[shape]);
    }
    a->values[to] = value;
    a->present[to / 64] |= UINT64_C(1) << to % 64;
    return true;
}

/* Values of the next moved group. */
static PtStatus read_aside(ColumnsMerge *m, ColumnsShape shape, PtError *err)
{
    const MergeMoved *g = &m->moved[m->aside.at];
    MergeInput *in = &m->inputs[g->input];
    for (uint32_t i = 0; i < g->count; i++) {
        const PtStatus st = columns_merge_block(in, &in->block, m->column, g->first + i, err);
        if (st != PT_OK) {
            return st;
        }
        const ColumnsBlock *b = in->block.block;
        const uint32_t at =
            b->count == 0 ? UINT32_MAX : columns_block_find(b, (g->first + i) % BLOCK);
        if (at != UINT32_MAX && !keep_value(&m->aside, b, shape, at, g->aside + i)) {
            return no_memory(err);
        }
    }
    m->aside.at++;
    return PT_OK;
}

static bool put_aside_text(ColumnsMerge *m, uint32_t t)
{
    MergeAside *a = &m->aside;
    return put_text(&m->out, columns_texts_get(&a->texts, t), &a->local[t], &a->stamp[t], a->epoch);
}

static bool put_aside(ColumnsMerge *m, ColumnsShape shape, uint32_t row, uint32_t count)
{
    MergeOut *out = &m->out;
    for (uint32_t i = row; i < row + count; i++) {
        if ((m->aside.present[i / 64] >> i % 64 & 1) == 0) {
            out->rows++;
            continue;
        }
        if (!columns_is_dense(m->column)) {
            set_present(out, 1);
        }
        if (shape == SHAPE_TEXT) {
            if (!put_aside_text(m, (uint32_t)m->aside.values[i])) {
                return false;
            }
        } else {
            memcpy(out->values + (size_t)out->count * sizes[shape], &m->aside.values[i],
                   sizes[shape]);
            out->count++;
        }
        out->rows++;
    }
    return true;
}

/* After the values are aside: by text its number in the block being written. */
static PtStatus ready_texts(MergeAside *a, PtError *err)
{
    free(a->local);
    free(a->stamp);
    a->local = malloc(((size_t)a->texts.count + 1) * sizeof *a->local);
    a->stamp = calloc((size_t)a->texts.count + 1, sizeof *a->stamp);
    return a->local != NULL && a->stamp != NULL ? PT_OK : no_memory(err);
}

/* ---- Columns ----------------------------------------------------------------------------------
 */

static bool has_column(const ColumnsMerge *m, uint32_t column)
{
    bool any = columns_is_dense(column);
    for (size_t i = 0; !any && i < m->count; i++) {
        any = run_column_bytes(m->inputs[i].file->run, column) > 0;
    }
    return any;
}

/* The next column that some run has; false: none is left. */
static bool begin_column(ColumnsMerge *m)
{
    const uint32_t count = columns_count(m->names);
    while (m->column < count && !has_column(m, m->column)) {
        m->column++;
    }
    if (m->column == count) {
        return false;
    }
    m->begun = true;
    m->segment = 0;
    m->segment_row = 0;
    m->aside.at = 0;
    columns_texts_clear(&m->aside.texts);
    if (m->moved_rows > 0) {
        memset(m->aside.present, 0, (m->moved_rows / 64 + 1) * sizeof *m->aside.present);
    }
    begin_block(m, 0);
    return true;
}

/* Some rows of the segment: as many as stand in one block, and fit into the one being written. */
static PtStatus copy_some(ColumnsMerge *m, ColumnsShape shape, uint32_t *ret_count, PtError *err)
{
    const MergeSegment *s = &m->segments[m->segment];
    const uint32_t row = s->first + m->segment_row, room = BLOCK - m->out.rows;
    uint32_t count = s->count - m->segment_row;
    bool ok;
    count = count < room ? count : room;
    if (s->input == MERGE_ASIDE) {
        ok = put_aside(m, shape, row, count);
    } else {
        MergeInput *in = &m->inputs[s->input];
        const uint32_t left = BLOCK - row % BLOCK;
        const PtStatus st = columns_merge_block(in, &in->block, m->column, row, err);
        if (st != PT_OK) {
            return st;
        }
        count = count < left ? count : left;
        ok = put_rows(m, in, shape, row % BLOCK, count);
    }
    m->segment_row += count;
    if (m->segment_row == s->count) {
        m->segment++;
        m->segment_row = 0;
    }
    *ret_count = count;
    return ok ? PT_OK : no_memory(err);
}

static PtStatus copy_column(ColumnsMerge *m, uint64_t *budget, PtError *err)
{
    const ColumnsShape shape = columns_shape(m->names, m->column);
    PtStatus st = PT_OK;
    while (st == PT_OK && m->aside.at < m->moved_count) {
        const uint64_t work = m->moved[m->aside.at].count;
        if (*budget == 0) {
            return PT_OK;
        }
        st = read_aside(m, shape, err);
        *budget -= work < *budget ? work : *budget;
        if (st == PT_OK && m->aside.at == m->moved_count) {
            st = ready_texts(&m->aside, err);
        }
    }
    while (st == PT_OK && m->segment < m->segment_count && *budget > 0) {
        uint32_t count = 0;
        st = copy_some(m, shape, &count, err);
        *budget -= count < *budget ? count : *budget;
        if (st == PT_OK && m->out.rows == m->out.want) {
            st = write_block(m, err);
        }
    }
    if (st == PT_OK && m->aside.at == m->moved_count && m->segment == m->segment_count) {
        m->begun = false;
        m->column++;
    }
    return st;
}

PtStatus columns_merge_copy(ColumnsMerge *m, uint64_t *budget, PtError *err)
{
    PtStatus st = PT_OK;
    while (st == PT_OK && *budget > 0) {
        if (!m->begun && !begin_column(m)) {
            m->phase = MERGE_FINISH;
            return PT_OK;
        }
        st = copy_column(m, budget, err);
    }
    return st;
}

PtStatus columns_merge_copy_begin(ColumnsMerge *m, PtError *err)
{
    bool ok = true;
    free(m->instants);
    m->instants = NULL;
    for (size_t i = 0; i < m->count; i++) {
        MergeInput *in = &m->inputs[i];
        in->local = malloc(BLOCK * sizeof *in->local);
        in->stamp = calloc(BLOCK, sizeof *in->stamp);
        ok = ok && in->local != NULL && in->stamp != NULL;
    }
    m->out.values = malloc((size_t)BLOCK * VALUE_MOST);
    m->out.list = malloc(BLOCK * sizeof *m->out.list);
    m->aside.values = malloc((size_t)m->moved_rows * sizeof *m->aside.values + 1);
    m->aside.present = calloc(m->moved_rows / 64 + 1, sizeof *m->aside.present);
    ok = ok && m->out.values != NULL && m->out.list != NULL && m->aside.values != NULL &&
         m->aside.present != NULL;
    return ok ? PT_OK : no_memory(err);
}

void columns_merge_copy_done(ColumnsMerge *m)
{
    for (size_t i = 0; i < m->count; i++) {
        free(m->inputs[i].local);
        free(m->inputs[i].stamp);
    }
    free(m->out.values);
    free(m->out.list);
    columns_texts_done(&m->out.texts);
    free(m->aside.values);
    free(m->aside.present);
    free(m->aside.local);
    free(m->aside.stamp);
    columns_texts_done(&m->aside.texts);
}
