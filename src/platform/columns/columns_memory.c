// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"
#include "platform/columns/columns_internal.h"

#include <stdlib.h>

enum {
    SLACK = 2 << 20, /* bytes: room for the first chunks of a small memory */
    BYTES_CHUNK = 64 << 10,
    FIRST_SLOTS = 1024,
};

static const uint64_t MEMORY_MOST = UINT64_C(8) << 30;

ColumnsMemory *columns_memory_new(size_t memory_bytes)
{
    static _Atomic uint64_t ids;
    ColumnsMemory *m = calloc(1, sizeof *m);
    if (m == NULL) {
        return NULL;
    }
    atomic_init(&m->refs, 1);
    m->id = atomic_fetch_add(&ids, 1) + 1;
    m->max_bytes = (memory_bytes < MEMORY_MOST ? memory_bytes : MEMORY_MOST) * 2 + SLACK;
    m->row_chunks_max = m->max_bytes / sizeof(MemoryRows) + 1;
    m->text_chunks_max = m->max_bytes / (MEMORY_TEXTS * sizeof(MemoryText)) + 1;
    m->row_chunks = calloc(m->row_chunks_max, sizeof *m->row_chunks);
    m->text_chunks = calloc(m->text_chunks_max, sizeof *m->text_chunks);
    m->slots = calloc(FIRST_SLOTS, sizeof *m->slots);
    m->slot_count = FIRST_SLOTS;
    if (m->row_chunks == NULL || m->text_chunks == NULL || m->slots == NULL) {
        columns_memory_unref(m);
        return NULL;
    }
    return m;
}

static void free_columns(ColumnsMemory *m)
{
    for (size_t i = 0; i < RUN_COLUMNS_MAX; i++) {
        for (MemoryCells *c = m->columns[i].first; c != NULL;) {
            MemoryCells *next = c->next;
            free(c);
            c = next;
        }
    }
}

void columns_memory_unref(ColumnsMemory *m)
{
    if (m == NULL || atomic_fetch_sub(&m->refs, 1) > 1) {
        return;
    }
    free_columns(m);
    for (size_t i = 0; m->row_chunks != NULL && i < m->row_chunks_max; i++) {
        free(m->row_chunks[i]);
    }
    for (size_t i = 0; m->text_chunks != NULL && i < m->text_chunks_max; i++) {
        free(m->text_chunks[i]);
    }
    while (m->text_bytes != NULL) {
        MemoryBytes *next = m->text_bytes->next;
        free(m->text_bytes);
        m->text_bytes = next;
    }
    free(m->row_chunks);
    free(m->text_chunks);
    free(m->slots);
    free(m);
}

/* Memory that counts; NULL when there is none or it would be too much. */
static void *memory_alloc(ColumnsMemory *m, size_t size)
{
    const uint64_t bytes = atomic_load_explicit(&m->bytes, memory_order_relaxed) + size;
    void *p = bytes <= m->max_bytes ? malloc(size) : NULL;
    if (p != NULL) {
        atomic_store_explicit(&m->bytes, bytes, memory_order_relaxed);
    }
    return p;
}

/* ---- Texts ------------------------------------------------------------------------------------
 */

static MemoryText *text_at(const ColumnsMemory *m, uint32_t number)
{
    return &m->text_chunks[number / MEMORY_TEXTS][number % MEMORY_TEXTS];
}

static bool grow_slots(ColumnsMemory *m, uint32_t count)
{
    const size_t slot_count = m->slot_count * 2;
    uint32_t *slots = memory_alloc(m, slot_count * sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    memset(slots, 0, slot_count * sizeof *slots);
    for (uint32_t i = 0; i < count; i++) {
        size_t at = text_at(m, i)->hash & (slot_count - 1);
        while (slots[at] != 0) {
            at = (at + 1) & (slot_count - 1);
        }
        slots[at] = i + 1;
    }
    free(m->slots);
    atomic_fetch_sub(&m->bytes, m->slot_count * sizeof *slots);
    m->slots = slots;
    m->slot_count = slot_count;
    return true;
}

static const char *keep_bytes(ColumnsMemory *m, PtStr text)
{
    MemoryBytes *b = m->text_bytes;
    if (b == NULL || b->cap - b->used < text.len) {
        b = memory_alloc(m, sizeof *b + BYTES_CHUNK);
        if (b == NULL) {
            return NULL;
        }
        *b = (MemoryBytes){.next = m->text_bytes, .cap = BYTES_CHUNK};
        m->text_bytes = b;
    }
    char *kept = b->bytes + b->used;
    if (text.len > 0) {
        memcpy(kept, text.data, text.len);
    }
    b->used += text.len;
    return kept;
}

static bool put_text(ColumnsMemory *m, PtStr text, uint32_t hash, size_t slot)
{
    const uint32_t number = atomic_load_explicit(&m->text_count, memory_order_relaxed);
    const size_t chunk = number / MEMORY_TEXTS;
    if (chunk == m->text_chunks_max) {
        return false;
    }
    if (m->text_chunks[chunk] == NULL) {
        m->text_chunks[chunk] = memory_alloc(m, MEMORY_TEXTS * sizeof **m->text_chunks);
    }
    const char *kept = m->text_chunks[chunk] != NULL ? keep_bytes(m, text) : NULL;
    if (kept == NULL) {
        return false;
    }
    *text_at(m, number) = (MemoryText){kept, (uint32_t)text.len, hash};
    m->slots[slot] = number + 1;
    atomic_store_explicit(&m->text_count, number + 1, memory_order_release);
    return true;
}

bool columns_memory_text(ColumnsMemory *m, PtStr text, uint32_t *ret_number)
{
    const uint32_t count = atomic_load_explicit(&m->text_count, memory_order_relaxed);
    if ((size_t)count * 2 >= m->slot_count && !grow_slots(m, count)) {
        return false;
    }
    const uint32_t hash = (uint32_t)pt_hash64(text);
    size_t at = hash & (m->slot_count - 1);
    for (; m->slots[at] != 0; at = (at + 1) & (m->slot_count - 1)) {
        const MemoryText *t = text_at(m, m->slots[at] - 1);
        if (t->hash == hash && t->len == text.len && memcmp(t->data, text.data, text.len) == 0) {
            *ret_number = m->slots[at] - 1;
            return true;
        }
    }
    *ret_number = count;
    return put_text(m, text, hash, at);
}

/* ---- Rows -------------------------------------------------------------------------------------
 */

/* Room for one more cell. */
static bool reserve_cell(ColumnsMemory *m, MemoryColumn *c)
{
    MemoryCells *tail = c->tail;
    if (tail != NULL && c->used < tail->cap) {
        return true;
    }
    uint32_t cap = tail == NULL ? MEMORY_CELLS_FIRST : tail->cap * 2;
    cap = cap < MEMORY_CELLS_MOST ? cap : MEMORY_CELLS_MOST;
    MemoryCells *more =
        memory_alloc(m, sizeof *more + cap * (sizeof *more->values + sizeof *more->rows));
    if (more == NULL) {
        return false;
    }
    more->next = NULL;
    more->cap = cap;
    more->rows = (uint32_t *)(more->values + cap);
    if (tail == NULL) {
        c->first = more;
    } else {
        tail->next = more;
    }
    c->tail = more;
    c->used = 0;
    return true;
}

/* There is room; a cell of the same row is replaced: nobody looks at its value before the row is
 * counted. */
static void put_cell(MemoryColumn *c, uint32_t row, uint64_t value)
{
    const uint32_t count = atomic_load_explicit(&c->count, memory_order_relaxed);
    if (c->used > 0 && c->tail->rows[c->used - 1] == row) {
        c->tail->values[c->used - 1] = value;
        return;
    }
    c->tail->rows[c->used] = row;
    c->tail->values[c->used] = value;
    c->used++;
    atomic_store_explicit(&c->count, count + 1, memory_order_release);
}

static MemoryRows *reserve_row(ColumnsMemory *m, uint32_t row)
{
    const size_t chunk = row / MEMORY_ROWS;
    if (chunk == m->row_chunks_max) {
        return NULL;
    }
    if (m->row_chunks[chunk] == NULL) {
        m->row_chunks[chunk] = memory_alloc(m, sizeof **m->row_chunks);
    }
    return m->row_chunks[chunk];
}

static void put_row(MemoryRows *to, uint32_t row, const MemoryRow *from)
{
    const uint32_t i = row % MEMORY_ROWS;
    to->offset[i] = from->offset;
    to->time_ms[i] = from->time_ms;
    to->node[i] = from->node;
    to->source[i] = from->source;
    to->code[i] = from->code;
    to->channel[i] = from->channel;
}

bool columns_memory_add(ColumnsMemory *m, const MemoryRow *row, const MemoryCell *cells,
                        size_t count)
{
    const uint32_t number = atomic_load_explicit(&m->rows, memory_order_relaxed);
    MemoryRows *rows = reserve_row(m, number);
    for (size_t i = 0; rows != NULL && i < count; i++) {
        if (!reserve_cell(m, &m->columns[cells[i].column])) {
            return false;
        }
    }
    if (rows == NULL) {
        return false;
    }
    put_row(rows, number, row);
    for (size_t i = 0; i < count; i++) {
        put_cell(&m->columns[cells[i].column], number, cells[i].value);
    }
    atomic_store_explicit(&m->rows, number + 1, memory_order_release);
    return true;
}

uint32_t columns_memory_below(const ColumnsMemory *m, uint64_t next)
{
    uint32_t low = 0, high = atomic_load_explicit(&m->rows, memory_order_acquire);
    while (low < high) { // rows stand in the order of their offsets
        const uint32_t mid = low + (high - low) / 2;
        if (columns_memory_row(m, mid).offset < next) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

/* ---- Copies -----------------------------------------------------------------------------------
 */

typedef struct Copy {
    const ColumnsMemory *from;
    ColumnsMemory *to;
    uint32_t first, rows;
    const MemoryChange *change;
    uint64_t *erased; /* bit for each row of the copy; or NULL */
} Copy;

static int by_number(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static bool is_erased(const MemoryChange *change, uint32_t node)
{
    return change->node_count > 0 &&
           bsearch(&node, change->nodes, change->node_count, sizeof node, by_number) != NULL;
}

static bool copy_rows(Copy *c)
{
    for (uint32_t i = 0; i < c->rows; i++) {
        MemoryRow row = columns_memory_row(c->from, c->first + i);
        if (c->erased != NULL && is_erased(c->change, row.node)) {
            c->erased[i / 64] |= UINT64_C(1) << i % 64;
            row.node = 0;
            row.time_ms = columns_hour(row.time_ms);
        }
        if (!columns_memory_add(c->to, &row, NULL, 0)) {
            return false;
        }
    }
    return true;
}

/* A text's number in the copy. */
static bool copy_text(Copy *c, uint32_t column, uint64_t *value)
{
    PtStr text = columns_memory_text_of(c->from, (uint32_t)*value);
    uint32_t number = 0;
    if (c->change != NULL && c->change->finds != NULL && column != COLUMNS_COLUMN_CURRENCY &&
        c->change->finds(c->change->ctx, text)) {
        text = PT_STR("-");
    }
    if (!columns_memory_text(c->to, text, &number)) {
        return false;
    }
    *value = number;
    return true;
}

static bool copy_column(Copy *c, uint32_t column, bool is_text)
{
    MemoryWalk walk;
    uint32_t row;
    uint64_t value;
    columns_walk_begin(&walk, &c->from->columns[column], c->first + c->rows);
    while (columns_walk(&walk, &row, &value)) {
        const uint32_t at = row - c->first;
        if (row < c->first || (c->erased != NULL && column >= COLUMNS_COLUMN_PROPERTIES &&
                               (c->erased[at / 64] >> at % 64 & 1) != 0)) {
            continue;
        }
        if ((is_text && !copy_text(c, column, &value)) ||
            !reserve_cell(c->to, &c->to->columns[column])) {
            return false;
        }
        put_cell(&c->to->columns[column], at, value);
    }
    return true;
}

ColumnsMemory *columns_memory_copy(const ColumnsMemory *m, uint32_t first, size_t memory_bytes,
                                   const ColumnsNames *names, const MemoryChange *change)
{
    Copy c = {.from = m, .to = columns_memory_new(memory_bytes), .first = first, .change = change};
    c.rows = atomic_load_explicit(&m->rows, memory_order_relaxed) - first;
    if (c.to == NULL || c.rows == 0) {
        return c.to;
    }
    if (change != NULL) {
        c.erased = calloc((c.rows + 63) / 64, sizeof *c.erased);
    }
    const size_t max_bytes = c.to->max_bytes;
    c.to->max_bytes = max_bytes * 2; // what fitted does so again, however its chunks fall
    bool ok = (change == NULL || c.erased != NULL) && copy_rows(&c);
    const uint32_t columns = columns_count(names);
    for (uint32_t i = COLUMNS_COLUMN_AMOUNT; ok && i < columns; i++) {
        ok = copy_column(&c, i, columns_shape(names, i) == SHAPE_TEXT);
    }
    c.to->max_bytes = max_bytes;
    free(c.erased);
    if (!ok) {
        columns_memory_unref(c.to);
        return NULL;
    }
    return c.to;
}
