// SPDX-License-Identifier: Apache-2.0
#include "platform/columns/columns_internal.h"

#include <stdlib.h>

struct ColumnsSnapshot {
    ColumnsState *state;
    uint64_t version, next;
    uint32_t event_count, property_count;
    size_t count;
    ColumnsFile *runs[COLUMNS_RUNS_MAX + 1]; /* those of the state, then the rows in memory */
    ColumnsFile *image;                      /* of the snapshot: a reference of its own */
};

static const size_t IMAGE_MOST = (size_t)1 << 36;

static PtStatus write_image(const ColumnsMemory *m, const ColumnsNames *names,
                            const ColumnsSorted *sorted, ColumnsFile **ret_file, PtError *err)
{
    PtBuf bytes;
    uint64_t len = 0;
    pt_buf_init(&bytes, IMAGE_MOST);
    const RunWriterConfig config = {.sink = columns_buf_sink(&bytes)};
    PtStatus st = columns_sorted_write(m, sorted, names, config, &len, err);
    if (st == PT_OK) {
        st = columns_file_of_memory(&bytes, ret_file, err);
    }
    pt_buf_done(&bytes);
    return st;
}

static PtStatus make_image(Columns *c, const ColumnsState *s, uint32_t rows, PtError *err)
{
    const ColumnsPersons persons = columns_persons(c);
    ColumnsSorted sorted = {0};
    ColumnsFile *image = NULL;
    PtStatus st =
        columns_sort(s->memory, (SortRange){rows, INT64_MIN, INT64_MAX}, &persons, &sorted, err);
    if (st == PT_OK) {
        st = write_image(s->memory, s->names, &sorted, &image, err);
    }
    columns_sorted_done(&sorted);
    if (st == PT_OK) {
        columns_file_unref(c->image);
        c->image = image;
        c->image_id = s->memory->id;
        c->image_rows = rows;
    }
    return st;
}

/* The first `rows` rows in memory, over 0, as a run: that of the snapshot before, where it is of
 * the same rows. */
static PtStatus get_image(Columns *c, const ColumnsState *s, uint32_t rows, ColumnsFile **ret_image,
                          PtError *err)
{
    PtStatus st = PT_OK;
    pthread_mutex_lock(&c->image_lock);
    if (c->image == NULL || c->image_id != s->memory->id || c->image_rows != rows) {
        st = make_image(c, s, rows, err);
    }
    if (st == PT_OK) {
        atomic_fetch_add(&c->image->refs, 1);
        *ret_image = c->image;
    }
    pthread_mutex_unlock(&c->image_lock);
    return st;
}

static PtStatus fill(Columns *c, ColumnsSnapshot *s, PtError *err)
{
    const ColumnsMemory *m = s->state->memory;
    const uint32_t rows = atomic_load_explicit(&m->rows, memory_order_acquire);
    s->version = s->state->version + rows;
    s->next = s->state->next;
    s->count = s->state->count;
    memcpy(s->runs, s->state->runs, s->count * sizeof *s->runs);
    if (rows > 0) {
        const PtStatus st = get_image(c, s->state, rows, &s->image, err);
        if (st != PT_OK) {
            return st;
        }
        s->runs[s->count++] = s->image;
        const uint64_t next = columns_memory_row(m, rows - 1).offset + 1;
        s->next = next > s->next ? next : s->next;
    }
    s->event_count = atomic_load(&s->state->names->event_count);
    s->property_count = atomic_load(&s->state->names->property_count);
    return PT_OK;
}

PtStatus columns_snapshot(Columns *c, ColumnsSnapshot **ret_snapshot, PtError *err)
{
    PtStatus st = columns_damage(c, err);
    if (st != PT_OK) {
        return st;
    }
    ColumnsSnapshot *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a snapshot of the event columns");
    }
    s->state = columns_state_get(c);
    st = fill(c, s, err);
    if (st != PT_OK) {
        columns_snapshot_free(s);
        return st;
    }
    *ret_snapshot = s;
    return PT_OK;
}

void columns_snapshot_free(ColumnsSnapshot *s)
{
    if (s != NULL) {
        columns_file_unref(s->image);
        columns_state_unref(s->state);
        free(s);
    }
}

uint64_t columns_snapshot_version(const ColumnsSnapshot *s)
{
    return s->version;
}

uint64_t columns_snapshot_next(const ColumnsSnapshot *s)
{
    return s->next;
}

size_t columns_snapshot_events(const ColumnsSnapshot *s, const ColumnsEvent **ret_events)
{
    *ret_events = s->state->names->events;
    return s->event_count;
}

size_t columns_snapshot_properties(const ColumnsSnapshot *s, const ColumnsProperty **ret_properties)
{
    *ret_properties = s->state->names->properties;
    return s->property_count;
}

size_t columns_snapshot_runs(const ColumnsSnapshot *s)
{
    return s->count;
}

ColumnsRunInfo columns_run_info(const ColumnsSnapshot *s, size_t run)
{
    return s->runs[run]->info;
}

PtStatus columns_run_groups(const ColumnsSnapshot *s, size_t run, const ColumnsGroup **ret_groups,
                            PtError *err)
{
    return columns_file_groups(s->runs[run], ret_groups, err);
}

const ColumnsBlockInfo *columns_block_info(const ColumnsSnapshot *s, size_t run, uint32_t block)
{
    return run_block_info(s->runs[run]->run, block);
}

/* ---- Readers ----------------------------------------------------------------------------------
 */

typedef struct Kept { /* a block of a column */
    RunScratch scratch;
    const ColumnsBlock *block;
    uint32_t number;
} Kept;

typedef struct Listed { /* rare events of a block, by the file */
    RunRareScratch scratch;
    const ColumnsBlock *codes, *times; /* of the block `number`; NULL: none */
    uint32_t number;
    uint16_t rows[COLUMNS_RARE_MOST]; /* of one code */
    int64_t row_times[COLUMNS_RARE_MOST];
} Listed;

struct ColumnsReader {
    Run *run; /* borrowed from the snapshot */
    uint32_t column_count;
    RunScratch chained;          /* of chains */
    const ColumnsChains *chains; /* of chain_block; NULL: none */
    uint32_t chain_block;
    Listed listed;
    Kept odd_offsets; /* OFFSET of odd blocks */
    Kept columns[];
};

PtStatus columns_reader_open(const ColumnsSnapshot *s, size_t run, ColumnsReader **ret_reader,
                             PtError *err)
{
    const uint32_t count = COLUMNS_COLUMN_PROPERTIES + s->property_count;
    ColumnsReader *r = calloc(1, sizeof *r + count * sizeof *r->columns);
    if (r == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to read the event columns");
    }
    r->run = s->runs[run]->run;
    r->column_count = count;
    *ret_reader = r;
    return PT_OK;
}

void columns_reader_close(ColumnsReader *r)
{
    for (uint32_t i = 0; r != NULL && i < r->column_count; i++) {
        run_scratch_done(&r->columns[i].scratch);
    }
    if (r != NULL) {
        run_scratch_done(&r->chained);
        run_rare_scratch_done(&r->listed.scratch);
        run_scratch_done(&r->odd_offsets.scratch);
    }
    free(r);
}

PtStatus columns_read(ColumnsReader *r, uint32_t column, uint32_t block,
                      const ColumnsBlock **ret_block, PtError *err)
{
    if (column >= r->column_count) {
        return pt_fail(err, PT_INVALID, "the event columns have no column %u", column);
    }
    // Rows that tie mostly stand in neighbouring blocks, and are compared one by one.
    const bool odd = column == COLUMNS_COLUMN_OFFSET && block % 2 == 1;
    Kept *k = odd ? &r->odd_offsets : &r->columns[column];
    if (k->block == NULL || k->number != block) {
        const ColumnsBlock *read = NULL;
        k->block = NULL;
        const PtStatus st = run_read(r->run, column, block, &k->scratch, &read, err);
        if (st != PT_OK) {
            return st;
        }
        k->block = read;
        k->number = block;
    }
    *ret_block = k->block;
    return PT_OK;
}

PtStatus columns_read_chains(ColumnsReader *r, uint32_t block, const ColumnsChains **ret_chains,
                             PtError *err)
{
    if (r->chains == NULL || r->chain_block != block) {
        const ColumnsChains *read = NULL;
        r->chains = NULL;
        const PtStatus st = run_read_chains(r->run, block, &r->chained, &read, err);
        if (st != PT_OK) {
            return st;
        }
        r->chains = read;
        r->chain_block = block;
    }
    *ret_chains = r->chains;
    return PT_OK;
}

PtStatus columns_chain_times(ColumnsReader *r, uint32_t from, uint32_t to, int64_t *times,
                             PtError *err)
{
    if (r->chains == NULL || from >= to || to > r->chains->count) {
        return pt_fail(err, PT_INVALID, "the event columns have no such chains of times");
    }
    return run_chain_times(r->run, &r->chained, from, to, times, err);
}

/* Rows of the code among those that are listed; false: it is not. */
static bool pick_listed(Listed *l, uint16_t code, ColumnsRare *ret_rare)
{
    uint32_t at = 0, count = 0;
    for (uint32_t word = 0; at < l->codes->count; word++) {
        for (uint64_t bits = l->codes->present[word]; bits != 0; bits &= bits - 1, at++) {
            if (l->codes->u16[at] != code) {
                continue;
            }
            l->rows[count] = (uint16_t)(word * 64 + (uint32_t)__builtin_ctzll(bits));
            l->row_times[count++] = l->times->i64[at];
        }
    }
    *ret_rare = (ColumnsRare){count, l->rows, l->row_times};
    return count > 0;
}

PtStatus columns_rare_find(ColumnsReader *r, uint32_t block, uint16_t code, bool *ret_known,
                           ColumnsRare *ret_rare, PtError *err)
{
    Listed *l = &r->listed;
    *ret_known =
        block < run_info(r->run).blocks && run_rare_find(run_rare(r->run), block, code, ret_rare);
    if (*ret_known || block >= run_info(r->run).blocks) {
        return PT_OK;
    }
    if (l->codes == NULL || l->number != block) {
        const ColumnsBlock *codes = NULL, *times = NULL;
        l->codes = NULL;
        const PtStatus st = run_read_rare(r->run, block, &l->scratch, &codes, &times, err);
        if (st != PT_OK) {
            return st;
        }
        l->codes = codes;
        l->times = times;
        l->number = block;
    }
    *ret_known = pick_listed(l, code, ret_rare);
    if (*ret_known) { // where there is no room it is read again
        (void)run_rare_keep(run_rare(r->run), block, code, ret_rare);
    }
    return PT_OK;
}

bool columns_rare_keep(ColumnsReader *r, uint32_t block, uint16_t code, const ColumnsRare *rare)
{
    return block < run_info(r->run).blocks && rare->count <= COLUMNS_RARE_MOST &&
           run_rare_keep(run_rare(r->run), block, code, rare);
}
