// SPDX-License-Identifier: Apache-2.0
#include "platform/columns.h"

#include "platform/columns/columns_internal.h"

#include <stdlib.h>

enum {
    BEHIND = 1 << 22,      /* records of the log that a start should not have to read again */
    STEP_VALUES = 1 << 18, /* about 5 ms of merging */
    SAMPLE = 1024,
    DEFAULT_MEMORY = 64 << 20,
    DEFAULT_COLD_ROWS = 2000000,
};

/* ---- Life -------------------------------------------------------------------------------------
 */

static void free_parts(Columns *c)
{
    columns_file_unref(c->image);
    columns_state_unref(c->state);
    pthread_mutex_destroy(&c->image_lock);
    pthread_mutex_destroy(&c->lock);
    free(c->dir);
    free(c);
}

/* Nothing in memory, no runs, at the version. NULL when out of memory. */
static ColumnsState *empty_state(const Columns *c, uint64_t version)
{
    ColumnsState *s =
        columns_state_new(columns_names_new(), columns_memory_new(c->config.memory_bytes), NULL, 0);
    if (s != NULL) {
        s->version = version;
        s->sealed_ms = INT64_MIN;
    }
    return s;
}

static PtStatus start(Columns *c, const ColumnsConfig *config, PtError *err)
{
    c->config = *config;
    c->fs = config->fs;
    c->dir = strdup(config->dir);
    c->config.dir = c->dir;
    c->config.memory_bytes = config->memory_bytes == 0 ? DEFAULT_MEMORY : config->memory_bytes;
    c->config.cold_rows = config->cold_rows == 0 ? DEFAULT_COLD_ROWS : config->cold_rows;
    c->config.zstd_level = config->zstd_level == 0 ? 1 : config->zstd_level;
    c->next_seq = 1;
    c->state = c->dir != NULL ? empty_state(c, 0) : NULL;
    if (c->state == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to open \"%s\"", config->dir);
    }
    const PtStatus st = columns_load(c, err);
    c->given = atomic_load(&c->next);
    return st;
}

PtStatus columns_open(const ColumnsConfig *config, Columns **ret_columns, PtError *err)
{
    Columns *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to open \"%s\"", config->dir);
    }
    pthread_mutex_init(&c->lock, NULL);
    pthread_mutex_init(&c->image_lock, NULL);
    const PtStatus st = start(c, config, err);
    if (st != PT_OK) {
        free_parts(c);
        return st;
    }
    *ret_columns = c;
    return PT_OK;
}

void columns_close(Columns *c)
{
    if (c == NULL) {
        return;
    }
    columns_merge_abort(c);
    columns_sweep(c);
    while (c->dead != NULL) { // a snapshot that outlives the store breaks the contract
        ColumnsFile *f = c->dead;
        c->dead = f->next_dead;
        columns_file_unref(f);
    }
    free_parts(c);
}

/* ---- Adding -----------------------------------------------------------------------------------
 */

typedef struct Adding {
    ColumnsNames *names;
    ColumnsMemory *memory;
    MemoryCell cells[COLUMNS_ROW_PROPERTIES_MAX + 3];
    size_t count;
    uint64_t left_out;
} Adding;

static void put(Adding *a, uint32_t column, uint64_t value)
{
    a->cells[a->count++] = (MemoryCell){column, value};
}

static bool put_text(Adding *a, uint32_t column, PtStr text)
{
    uint32_t number = 0;
    if (!columns_memory_text(a->memory, text, &number)) {
        return false;
    }
    put(a, column, number);
    return true;
}

static bool put_base(Adding *a, const ColumnsRow *row)
{
    const size_t currency = strnlen(row->currency, sizeof row->currency);
    if (row->has_amount) {
        put(a, COLUMNS_COLUMN_AMOUNT, (uint64_t)row->amount);
    }
    if (currency > 0 && !put_text(a, COLUMNS_COLUMN_CURRENCY, (PtStr){row->currency, currency})) {
        return false;
    }
    if (row->store.len > COLUMNS_TEXT_MAX) {
        a->left_out++;
        return true;
    }
    return row->store.len == 0 || put_text(a, COLUMNS_COLUMN_STORE, row->store);
}

/* The column of the value at place `i` of a row: rows after each other have the same properties at
 * the same places, mostly. */
static bool find_column(Columns *c, const Adding *a, const ColumnsValue *value, size_t i,
                        uint32_t *ret_column)
{
    const uint32_t guess = c->guess[i];
    const PtStr path = columns_name_cut(value->path);
    if (guess >= COLUMNS_COLUMN_PROPERTIES && guess < columns_count(a->names)) {
        const ColumnsProperty *p = &a->names->properties[guess - COLUMNS_COLUMN_PROPERTIES];
        if (p->kind == value->kind && pt_str_eq(p->path, path)) {
            *ret_column = guess;
            return true;
        }
    }
    const bool ok = columns_names_property(a->names, value->kind, path, ret_column);
    c->guess[i] = ok && *ret_column != UINT32_MAX ? *ret_column : guess;
    return ok;
}

static bool put_value(Columns *c, Adding *a, const ColumnsValue *value, size_t i)
{
    uint32_t column = UINT32_MAX;
    uint64_t bits = 0;
    if (value->kind == COLUMNS_TEXT && value->text.len > COLUMNS_TEXT_MAX) {
        a->left_out++;
        return true;
    }
    if (!find_column(c, a, value, i, &column)) {
        return false;
    }
    if (column == UINT32_MAX) {
        a->left_out++;
        return true;
    }
    if (value->kind == COLUMNS_TEXT) {
        return put_text(a, column, value->text);
    }
    memcpy(&bits, &value->number, sizeof bits);
    put(a, column, value->kind == COLUMNS_TRUTH ? value->truth : bits);
    return true;
}

static bool add(Columns *c, const ColumnsRow *row)
{
    Adding a = {.names = c->state->names, .memory = c->state->memory};
    MemoryRow base = {.offset = row->offset,
                      .time_ms = row->time_ms,
                      .node = row->node,
                      .source = row->source,
                      .channel = row->channel};
    const size_t count = row->value_count < COLUMNS_ROW_PROPERTIES_MAX ? row->value_count
                                                                       : COLUMNS_ROW_PROPERTIES_MAX;
    bool ok = columns_names_event(a.names, row->type, columns_name_cut(row->event), &base.code) &&
              put_base(&a, row);
    a.left_out += row->value_count - count;
    for (size_t i = 0; ok && i < count; i++) {
        ok = put_value(c, &a, &row->values[i], i);
    }
    ok = ok && columns_memory_add(a.memory, &base, a.cells, a.count);
    if (ok && a.left_out > 0) {
        atomic_fetch_add(&c->left_out, a.left_out);
    }
    return ok;
}

PtStatus columns_add(Columns *c, const ColumnsRow *row, PtError *err)
{
    if (c->damage.status != PT_OK) {
        return columns_damage(c, err);
    }
    if (row->offset < c->given) {
        return PT_OK;
    }
    if (!add(c, row)) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for rows of the event columns");
    }
    c->given = row->offset + 1;
    return PT_OK;
}

/* ---- Flushing ---------------------------------------------------------------------------------
 */

static int by_number(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* Behind most of what is written now: rows that come later and are older are late. Told from a
 * sample, so that one wrong clock does not matter. */
static int64_t sealed_by(const ColumnsMemory *m, uint32_t rows, int64_t sealed_ms)
{
    int64_t sample[SAMPLE];
    const uint32_t count = rows < SAMPLE ? rows : SAMPLE;
    for (uint32_t i = 0; i < count; i++) {
        sample[i] = columns_memory_row(m, (uint32_t)((uint64_t)i * rows / count)).time_ms;
    }
    qsort(sample, count, sizeof *sample, by_number);
    const int64_t most = count > 0 ? sample[count / 20] : INT64_MIN;
    return most > sealed_ms ? most : sealed_ms;
}

static PtStatus write_sorted(Columns *c, const ColumnsSorted *sorted, bool side,
                             ColumnsFile **ret_file, PtError *err)
{
    ColumnsWriter w;
    uint64_t bytes = 0;
    const FileKey key = {.seq = c->next_seq, .side = side};
    PtStatus st = columns_writer_begin(&w, c->fs, c->dir, key, err);
    if (st != PT_OK) {
        return st;
    }
    c->next_seq++;
    const RunWriterConfig config = {.sink = columns_writer_sink(&w),
                                    .cold = sorted->rows >= c->config.cold_rows,
                                    .zstd_level = c->config.zstd_level};
    st = columns_sorted_write(c->state->memory, sorted, c->state->names, config, &bytes, err);
    if (st == PT_OK) {
        st = columns_writer_finish(&w, ret_file, err);
    }
    columns_writer_abort(&w);
    return st;
}

/* The rows of the range as a run; none: NULL. */
static PtStatus write_range(Columns *c, SortRange range, bool side, ColumnsFile **ret_file,
                            PtError *err)
{
    const ColumnsPersons persons = columns_persons(c);
    ColumnsSorted sorted = {0};
    PtStatus st = columns_sort(c->state->memory, range, &persons, &sorted, err);
    if (st == PT_OK && sorted.rows > 0) {
        st = write_sorted(c, &sorted, side, ret_file, err);
    }
    columns_sorted_done(&sorted);
    return st;
}

/* Two runs at most, behind those that are there. */
static PtStatus write_rows(Columns *c, uint32_t rows, ColumnsFile **runs, size_t *count,
                           PtError *err)
{
    const int64_t late = c->state->sealed_ms;
    ColumnsFile *main = NULL, *side = NULL;
    PtStatus st = write_range(c, (SortRange){rows, late, INT64_MAX}, false, &main, err);
    if (st == PT_OK && late > INT64_MIN) {
        st = write_range(c, (SortRange){rows, INT64_MIN, late - 1}, true, &side, err);
    }
    if (st != PT_OK) {
        columns_discard(c, main);
        return st;
    }
    if (main != NULL) {
        runs[(*count)++] = main;
    }
    if (side != NULL) {
        runs[(*count)++] = side;
    }
    return PT_OK;
}

static PtStatus flush_rows(Columns *c, uint64_t next, uint32_t rows, PtError *err)
{
    const ColumnsState *old = c->state;
    const uint32_t had = atomic_load(&old->memory->rows);
    ColumnsFile *runs[COLUMNS_RUNS_MAX];
    size_t count = old->count;
    columns_runs_get(old, runs);
    PtStatus st = write_rows(c, rows, runs, &count, err);
    if (st != PT_OK) {
        columns_runs_unref(runs, old->count);
        return st;
    }
    ColumnsState *s = columns_state_new(
        columns_names_get(old->names),
        columns_memory_copy(old->memory, rows, c->config.memory_bytes, old->names, NULL), runs,
        count);
    if (s == NULL) {
        columns_merge_abort(c);
        (void)columns_remove_strays(c, false, NULL); // else they are removed at the next open
        return pt_fail(err, PT_NO_MEMORY, "no memory to write the event columns");
    }
    s->next = next;
    s->version = old->version + had + 1;
    s->sealed_ms = sealed_by(old->memory, rows, old->sealed_ms);
    return columns_publish(c, s, err);
}

/* The same runs and memory, durable up to a later offset. */
static PtStatus move_next(Columns *c, uint64_t next, PtError *err)
{
    const ColumnsState *old = c->state;
    ColumnsFile *runs[COLUMNS_RUNS_MAX];
    columns_runs_get(old, runs);
    ColumnsState *s = columns_state_new(columns_names_get(old->names),
                                        columns_memory_get(old->memory), runs, old->count);
    if (s == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to write the event columns");
    }
    s->next = next;
    s->version = old->version + 1;
    s->sealed_ms = old->sealed_ms;
    return columns_publish(c, s, err);
}

static PtStatus flush(Columns *c, uint64_t next, PtError *err)
{
    PtStatus st = columns_settle(c, err);
    if (st != PT_OK) {
        return st;
    }
    const uint32_t rows = columns_memory_below(c->state->memory, next);
    if (rows == 0) {
        return move_next(c, next, err);
    }
    // Whoever forgets to step waits here instead.
    while (c->state->count + 2 > COLUMNS_RUNS_MAX) {
        bool did = false;
        st = columns_merge_step(c, UINT64_MAX, COLUMNS_RUNS_WANTED, &did, err);
        if (st == PT_OK && !did) {
            st = pt_fail(err, PT_TOO_LARGE, "\"%s\": too many rows to merge", c->dir);
        }
        if (st != PT_OK) {
            return st;
        }
    }
    return flush_rows(c, next, rows, err);
}

PtStatus columns_flush(Columns *c, uint64_t next, bool now, PtError *err)
{
    const uint64_t durable = atomic_load(&c->next);
    if (c->damage.status != PT_OK) {
        return columns_damage(c, err);
    }
    columns_sweep(c);
    const bool much = atomic_load(&c->state->memory->bytes) >= c->config.memory_bytes;
    if (next <= durable || (!now && !much && next - durable < BEHIND)) {
        return PT_OK;
    }
    const PtStatus st = flush(c, next, err);
    if (st == PT_OK) {
        c->given = c->given > next ? c->given : next;
        columns_sweep(c);
    }
    return st;
}

/* ---- The rest ---------------------------------------------------------------------------------
 */

PtStatus columns_step(Columns *c, bool *ret_did, PtError *err)
{
    if (c->damage.status != PT_OK) {
        return columns_damage(c, err);
    }
    PtStatus st = columns_settle(c, err);
    if (st == PT_OK) {
        st = columns_merge_step(c, STEP_VALUES, COLUMNS_RUNS_WANTED, ret_did, err);
    }
    columns_sweep(c);
    return st;
}

PtStatus columns_compact(Columns *c, size_t runs, PtError *err)
{
    if (c->damage.status != PT_OK) {
        return columns_damage(c, err);
    }
    PtStatus st = columns_settle(c, err);
    columns_merge_abort(c);
    for (bool did = true; st == PT_OK && did;) {
        st = columns_merge_step(c, UINT64_MAX, runs, &did, err);
    }
    columns_sweep(c);
    return st;
}

PtStatus columns_reset(Columns *c, PtError *err)
{
    PtStatus st = columns_settle(c, err);
    if (st != PT_OK) {
        return st;
    }
    columns_merge_abort(c);
    ColumnsState *s = empty_state(c, c->state->version + atomic_load(&c->state->memory->rows) + 1);
    if (s == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to reset the event columns");
    }
    st = columns_publish(c, s, err);
    if (st != PT_OK) {
        return st;
    }
    c->given = 0;
    pthread_mutex_lock(&c->lock);
    c->damage = (PtError){0};
    pthread_mutex_unlock(&c->lock);
    columns_sweep(c);
    if (!atomic_exchange(&c->blind, false)) {
        return PT_OK;
    }
    return columns_remove_strays(c, false, err); // no reader can have them
}

uint64_t columns_next(Columns *c)
{
    return atomic_load(&c->next);
}

/* Of what every row has but its place in the log. */
static uint64_t base_bytes(const Run *run)
{
    static const uint8_t columns[] = {COLUMNS_COLUMN_CODE,    COLUMNS_COLUMN_TIME,
                                      COLUMNS_COLUMN_CHANNEL, COLUMNS_COLUMN_STORE,
                                      COLUMNS_COLUMN_AMOUNT,  COLUMNS_COLUMN_CURRENCY};
    uint64_t bytes = run_group_bytes(run);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        bytes += run_column_bytes(run, columns[i]);
    }
    return bytes;
}

ColumnsStats columns_stats(Columns *c)
{
    ColumnsState *s = columns_state_get(c);
    ColumnsStats stats = {.memory_rows = atomic_load(&s->memory->rows),
                          .memory_bytes = atomic_load(&s->memory->bytes) + sizeof *s->memory,
                          .left_out = atomic_load(&c->left_out),
                          .runs = (uint32_t)s->count,
                          .events = atomic_load(&s->names->event_count),
                          .properties = atomic_load(&s->names->property_count)};
    stats.rows = stats.memory_rows;
    for (size_t i = 0; i < s->count; i++) {
        stats.rows += s->runs[i]->info.rows;
        stats.bytes += s->runs[i]->key.bytes;
        stats.base_bytes += base_bytes(s->runs[i]->run);
        stats.rare_bytes += run_rare_bytes(s->runs[i]->run);
        stats.cold_runs += run_cold(s->runs[i]->run);
    }
    columns_state_unref(s);
    return stats;
}
