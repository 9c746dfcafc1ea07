// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/memory.h"
#include "platform/columns/columns_run.h"

#include <pthread.h>

/* The parts of the event columns: see platform/columns.h. A run itself: columns_run.h.
 *
 * Names     (columns_names.c) events by code, properties by number. Only added to, and counted
 *           after they stand there, so readers take no lock. An erasure puts others in their
 *           place.
 * Memory    (columns_memory.c) the rows since the last flush, in arrival order, column by column;
 *           a row is counted after all of it stands there. Texts once each.
 * Sort      (columns_sort.c) rows in memory as a run.
 * File      (columns_file.c) a run with its file, its groups and who has it.
 * State     (columns_state.c) names, memory and runs of one instant. Readers hold the one they
 *           began with; the writer replaces it.
 * Manifest  (columns_manifest.c) which runs count, what their numbers mean, and up to which
 *           offset all is in them. Whatever else stands in the folder under our names is left
 *           over and removed at the next open.
 * Merge     (columns_merge.h) runs to one, a slice of work at a time.
 */

/* What lies in a column. */
typedef enum ColumnsShape {
    SHAPE_U8,
    SHAPE_U16,
    SHAPE_U32,
    SHAPE_I64,
    SHAPE_F64,
    SHAPE_TEXT,
} ColumnsShape;

/* The full hour of an instant, before 1970 too. */
static inline int64_t columns_hour(int64_t ms)
{
    const int64_t hour = 3600000, rest = ms % hour;
    return ms - rest - (rest < 0 && ms > INT64_MIN + hour ? hour : 0);
}

/* ---- Names ------------------------------------------------------------------------------------
 */

enum { NAMES_EVENT_SLOTS = 2 * COLUMNS_EVENTS_MAX, NAMES_PROPERTY_SLOTS = 1024 };

typedef struct ColumnsNames {
    _Atomic uint32_t refs;
    _Atomic uint32_t event_count, property_count;
    ColumnsEvent events[COLUMNS_EVENTS_MAX];
    ColumnsProperty properties[COLUMNS_PROPERTIES_MAX];
    PtArena *texts;
    uint16_t event_slots[NAMES_EVENT_SLOTS];       /* code; 0: free */
    uint16_t property_slots[NAMES_PROPERTY_SLOTS]; /* index + 1; 0: free */
} ColumnsNames;

/* With code 0 only. NULL when out of memory. */
ColumnsNames *columns_names_new(void);
void columns_names_unref(ColumnsNames *n); /* accepts NULL */
static inline ColumnsNames *columns_names_get(ColumnsNames *n)
{
    atomic_fetch_add(&n->refs, 1);
    return n;
}
/* As much of a name as is kept. */
PtStr columns_name_cut(PtStr name);
/* Cut already. Found or made; code 0 where there is no room. False when out of memory. */
bool columns_names_event(ColumnsNames *n, uint8_t type, PtStr name, uint16_t *ret_code);
/* The column; UINT32_MAX where there is no room. */
bool columns_names_property(ColumnsNames *n, ColumnsKind kind, PtStr path, uint32_t *ret_column);
/* At the next number, whether there is one of that name or not: there is room. */
bool columns_names_put_event(ColumnsNames *n, uint8_t type, PtStr name);
bool columns_names_put_property(ColumnsNames *n, ColumnsKind kind, PtStr path);

static inline ColumnsKind columns_kind(const ColumnsNames *n, uint32_t column)
{
    return column < COLUMNS_COLUMN_PROPERTIES
               ? COLUMNS_NUMBER
               : n->properties[column - COLUMNS_COLUMN_PROPERTIES].kind;
}

static inline ColumnsShape columns_shape(const ColumnsNames *n, uint32_t column)
{
    static const ColumnsShape base[COLUMNS_COLUMN_PROPERTIES] = {
        [COLUMNS_COLUMN_CODE] = SHAPE_U16,      [COLUMNS_COLUMN_TIME] = SHAPE_I64,
        [COLUMNS_COLUMN_OFFSET] = SHAPE_I64,    [COLUMNS_COLUMN_CHANNEL] = SHAPE_U8,
        [COLUMNS_COLUMN_SOURCE] = SHAPE_U32,    [COLUMNS_COLUMN_AMOUNT] = SHAPE_I64,
        [COLUMNS_COLUMN_CURRENCY] = SHAPE_TEXT, [COLUMNS_COLUMN_STORE] = SHAPE_TEXT,
    };
    static const ColumnsShape kinds[COLUMNS_KINDS] = {
        [COLUMNS_NUMBER] = SHAPE_F64, [COLUMNS_TEXT] = SHAPE_TEXT, [COLUMNS_TRUTH] = SHAPE_U8};
    return column < COLUMNS_COLUMN_PROPERTIES ? base[column] : kinds[columns_kind(n, column)];
}

static inline bool columns_is_dense(uint32_t column)
{
    return column < COLUMNS_COLUMN_AMOUNT;
}

/* Columns that a run under these names may have. */
static inline uint32_t columns_count(const ColumnsNames *n)
{
    return COLUMNS_COLUMN_PROPERTIES + atomic_load(&n->property_count);
}

/* ---- Memory -----------------------------------------------------------------------------------
 */

enum {
    MEMORY_ROWS = 8192,  /* of a chunk */
    MEMORY_TEXTS = 4096, /* of a chunk */
    MEMORY_CELLS_FIRST = 64,
    MEMORY_CELLS_MOST = 8192,
};

typedef struct MemoryRow {
    uint64_t offset;
    int64_t time_ms;
    uint32_t node, source;
    uint16_t code;
    uint8_t channel;
} MemoryRow;

typedef struct MemoryRows {
    uint64_t offset[MEMORY_ROWS];
    int64_t time_ms[MEMORY_ROWS];
    uint32_t node[MEMORY_ROWS], source[MEMORY_ROWS];
    uint16_t code[MEMORY_ROWS];
    uint8_t channel[MEMORY_ROWS];
} MemoryRows;

/* A value: an amount, the bits of a double, a truth, the number of a text. */
typedef struct MemoryCell {
    uint32_t column;
    uint64_t value;
} MemoryCell;

typedef struct MemoryCells {
    struct MemoryCells *next;
    uint32_t cap;
    uint32_t *rows; /* behind the values */
    uint64_t values[];
} MemoryCells;

typedef struct MemoryColumn {  /* its cells, rising by row */
    MemoryCells *first, *tail; /* a chunk is linked before a cell in it is counted */
    uint32_t used;             /* of the tail */
    _Atomic uint32_t count;
} MemoryColumn;

typedef struct MemoryText {
    const char *data;
    uint32_t len, hash;
} MemoryText;

typedef struct MemoryBytes {
    struct MemoryBytes *next;
    size_t used, cap;
    char bytes[];
} MemoryBytes;

typedef struct ColumnsMemory {
    _Atomic uint32_t refs;
    uint64_t id;      /* no two are the same, as addresses may be */
    size_t max_bytes; /* an addition that would need more fails */
    _Atomic uint64_t bytes;
    _Atomic uint32_t rows, text_count;
    size_t row_chunks_max, text_chunks_max;
    MemoryRows **row_chunks;
    MemoryText **text_chunks;
    MemoryColumn columns[RUN_COLUMNS_MAX];
    /* Of the writer. */
    uint32_t *slots; /* number of a text + 1; 0: free */
    size_t slot_count;
    MemoryBytes *text_bytes;
} ColumnsMemory;

/* NULL when out of memory. */
ColumnsMemory *columns_memory_new(size_t memory_bytes);
void columns_memory_unref(ColumnsMemory *m); /* accepts NULL */
static inline ColumnsMemory *columns_memory_get(ColumnsMemory *m)
{
    atomic_fetch_add(&m->refs, 1);
    return m;
}
/* The number of a text. False when out of memory or over max_bytes: so all here. */
bool columns_memory_text(ColumnsMemory *m, PtStr text, uint32_t *ret_number);
/* All of it or nothing. Of cells of one column the last one counts. */
bool columns_memory_add(ColumnsMemory *m, const MemoryRow *row, const MemoryCell *cells,
                        size_t count);
/* How many rows have an offset below `next`. */
uint32_t columns_memory_below(const ColumnsMemory *m, uint64_t next);

/* What is changed where rows are copied; all may be NULL. */
typedef struct MemoryChange {
    const uint32_t *nodes; /* sorted: these rows become nobody's */
    size_t node_count;
    bool (*finds)(void *ctx, PtStr text);
    void *ctx;
} MemoryChange;
/* A new memory with the rows from `first` on. */
ColumnsMemory *columns_memory_copy(const ColumnsMemory *m, uint32_t first, size_t memory_bytes,
                                   const ColumnsNames *names, const MemoryChange *change);

static inline MemoryRow columns_memory_row(const ColumnsMemory *m, uint32_t row)
{
    const MemoryRows *c = m->row_chunks[row / MEMORY_ROWS];
    const uint32_t i = row % MEMORY_ROWS;
    return (MemoryRow){c->offset[i], c->time_ms[i], c->node[i],
                       c->source[i], c->code[i],    c->channel[i]};
}

static inline PtStr columns_memory_text_of(const ColumnsMemory *m, uint32_t number)
{
    const MemoryText *t = &m->text_chunks[number / MEMORY_TEXTS][number % MEMORY_TEXTS];
    return (PtStr){t->data, t->len};
}

/* Walks the cells of a column's first `rows` rows, which are counted. */
typedef struct MemoryWalk {
    const MemoryCells *chunk;
    uint32_t at, left, rows;
} MemoryWalk;

static inline void columns_walk_begin(MemoryWalk *w, const MemoryColumn *column, uint32_t rows)
{
    w->left = atomic_load_explicit(&column->count, memory_order_acquire);
    w->chunk = w->left > 0 ? column->first : NULL;
    w->at = 0;
    w->rows = rows;
}

static inline bool columns_walk(MemoryWalk *w, uint32_t *ret_row, uint64_t *ret_value)
{
    if (w->left == 0) {
        return false;
    }
    if (w->at == w->chunk->cap) {
        w->chunk = w->chunk->next;
        w->at = 0;
    }
    if (w->chunk->rows[w->at] >= w->rows) {
        return false;
    }
    *ret_row = w->chunk->rows[w->at];
    *ret_value = w->chunk->values[w->at];
    w->at++;
    w->left--;
    return true;
}

/* ---- Texts, each once -------------------------------------------------------------------------
 */

/* In place; zeroed at first. */
typedef struct ColumnsTexts {
    char *bytes;
    size_t used, bytes_cap;
    struct ColumnsTextItem {
        size_t at;
        uint32_t len, hash;
    } *items;
    uint32_t count, cap;
    uint32_t *slots; /* number + 1; 0: free */
    size_t slot_count;
} ColumnsTexts;
/* False when out of memory. */
bool columns_texts_put(ColumnsTexts *t, PtStr text, uint32_t *ret_number);
void columns_texts_clear(ColumnsTexts *t);
void columns_texts_done(ColumnsTexts *t);
static inline PtStr columns_texts_get(const ColumnsTexts *t, uint32_t number)
{
    return (PtStr){t->bytes + t->items[number].at, t->items[number].len};
}

/* ---- Sort -------------------------------------------------------------------------------------
 */

typedef struct ColumnsPersons {
    uint32_t (*of)(void *ctx, uint32_t node);
    void *ctx;
} ColumnsPersons;

static inline uint32_t columns_person(const ColumnsPersons *p, uint32_t node)
{
    return node == 0 || p->of == NULL ? node : p->of(p->ctx, node);
}

/* Stable, by key. Both arrays have room for all; what is sorted is in *items in the end. */
typedef struct SortItem {
    uint64_t key;
    uint32_t a, b;
} SortItem;
void columns_radix_sort(SortItem **items, SortItem **other, size_t count);

/* Rows before `rows` with time in [from_ms, to_ms]. */
typedef struct SortRange {
    uint32_t rows;
    int64_t from_ms, to_ms;
} SortRange;

typedef struct ColumnsSorted {
    uint32_t rows, group_count, of; /* of so many in memory */
    uint32_t *order;                /* rows in memory, as they will stand */
    uint32_t *place;      /* where a row in memory will stand; UINT32_MAX: it is not in it */
    ColumnsGroup *groups; /* and one more */
} ColumnsSorted;

PT_NODISCARD PtStatus columns_sort(const ColumnsMemory *m, SortRange range,
                                   const ColumnsPersons *persons, ColumnsSorted *ret_sorted,
                                   PtError *err);
void columns_sorted_done(ColumnsSorted *s);
/* There are some rows. config: rows and groups are filled in here. */
PT_NODISCARD PtStatus columns_sorted_write(const ColumnsMemory *m, const ColumnsSorted *s,
                                           const ColumnsNames *names, RunWriterConfig config,
                                           uint64_t *ret_bytes, PtError *err);

/* ---- File -------------------------------------------------------------------------------------
 */

typedef struct FileKey { /* what the manifest says of a run */
    uint64_t seq, bytes;
    uint8_t level; /* times merged */
    bool side;     /* of late rows */
} FileKey;

typedef struct ColumnsFile {
    _Atomic uint32_t refs;
    PtFs *fs;
    char *path; /* NULL: of memory */
    Run *run;
    PtBuf image; /* where path is NULL */
    FileKey key;
    ColumnsRunInfo info;
    pthread_mutex_t lock; /* of reading the groups */
    ColumnsGroup *_Atomic groups;
    struct ColumnsFile *next_dead;
} ColumnsFile;

/* "DIR/run-SEQ.col" from malloc; NULL when out of memory. */
char *columns_file_path(const char *dir, uint64_t seq);
bool columns_file_name(const char *name, uint64_t *ret_seq);
/* One reference. */
PT_NODISCARD PtStatus columns_file_open(PtFs *fs, const char *dir, FileKey key,
                                        ColumnsFile **ret_file, PtError *err);
/* Takes the bytes. */
PT_NODISCARD PtStatus columns_file_of_memory(PtBuf *image, ColumnsFile **ret_file, PtError *err);
RunSink columns_buf_sink(PtBuf *buf);    /* borrowed */
void columns_file_unref(ColumnsFile *f); /* accepts NULL */
PT_NODISCARD PtStatus columns_file_groups(ColumnsFile *f, const ColumnsGroup **ret_groups,
                                          PtError *err);

/* A file that is being written: a sink for a run. */
typedef struct ColumnsWriter {
    PtFs *fs;
    PtFile *file;
    char *path, *buf;
    size_t used;
    uint64_t at;
    FileKey key;
} ColumnsWriter;
PT_NODISCARD PtStatus columns_writer_begin(ColumnsWriter *w, PtFs *fs, const char *dir, FileKey key,
                                           PtError *err);
RunSink columns_writer_sink(ColumnsWriter *w); /* borrowed */
/* Synced, but its name is not before the folder is. */
PT_NODISCARD PtStatus columns_writer_finish(ColumnsWriter *w, ColumnsFile **ret_file, PtError *err);
/* Removes what was written; accepts a writer that was finished, or zeroed. */
void columns_writer_abort(ColumnsWriter *w);

/* ---- State, manifest --------------------------------------------------------------------------
 */

typedef struct ColumnsState {
    _Atomic uint32_t refs;
    ColumnsNames *names;
    ColumnsMemory *memory;
    uint64_t next, version; /* version: of the manifest; each row in memory counts one more */
    int64_t sealed_ms;      /* rows before it are late: they make a run of their own */
    size_t count;
    ColumnsFile *runs[COLUMNS_RUNS_MAX]; /* by (time_max, seq) */
} ColumnsState;

typedef struct ColumnsMerge ColumnsMerge;

struct Columns {
    ColumnsConfig config;
    PtFs *fs;
    char *dir;
    pthread_mutex_t lock; /* of `state`, for as long as it takes to count a reader; of damage */
    ColumnsState *state;
    _Atomic uint64_t next;
    atomic_bool blind; /* damaged when it was opened: there is nothing to read from */
    PtError damage;
    _Atomic uint64_t left_out;

    pthread_mutex_t image_lock; /* while rows in memory are made a run for snapshots */
    ColumnsFile *image;         /* of image_rows rows of the memory image_id; or NULL */
    uint64_t image_id;
    uint32_t image_rows;

    /* Of the writer alone. */
    uint64_t given; /* one past the last offset that was added */
    uint64_t next_seq;
    ColumnsFile *dead; /* replaced; removed when no reader has them */
    bool unsure;       /* the manifest on disk may be the one that failed to be published */
    ColumnsMerge *merge;
    uint32_t guess[COLUMNS_ROW_PROPERTIES_MAX]; /* column of the value at this place of a row */
};

static inline ColumnsPersons columns_persons(const Columns *c)
{
    return (ColumnsPersons){c->config.person_of, c->config.person_ctx};
}

/* Takes over the references of names, memory and runs, on failure too; NULL when out of memory. The
 * runs are put in order. */
ColumnsState *columns_state_new(ColumnsNames *names, ColumnsMemory *memory,
                                ColumnsFile *const *runs, size_t count);
/* Gives the state its runs, where it has none; takes them over. */
void columns_state_put(ColumnsState *s, ColumnsFile *const *runs, size_t count);
ColumnsState *columns_state_get(Columns *c); /* any thread; to be given back */
void columns_state_unref(ColumnsState *s);
/* The state's runs, each with a reference more: there is room for COLUMNS_RUNS_MAX. */
void columns_runs_get(const ColumnsState *s, ColumnsFile **runs);
void columns_runs_unref(ColumnsFile *const *runs, size_t count);
/* A new run that comes to nothing: removed. Accepts NULL. */
void columns_discard(Columns *c, ColumnsFile *f);

/* Remembers the damage, so that the writer hears of it at once; returns PT_CORRUPT. */
PtStatus columns_set_damage(Columns *c, const PtError *why, PtError *err);
/* PT_OK, or the damage. */
PT_NODISCARD PtStatus columns_damage(Columns *c, PtError *err);
/* Reads the folder; PT_CORRUPT sets blind and damage, and is no failure. */
PT_NODISCARD PtStatus columns_load(Columns *c, PtError *err);
/* Makes it certain which runs the manifest on disk names. */
PT_NODISCARD PtStatus columns_settle(Columns *c, PtError *err);
/* Puts `s` (taken over, also on failure) in place of the state, on disk and then in memory. Of its
 * runs, those that the state has not are new: removed on failure. */
PT_NODISCARD PtStatus columns_publish(Columns *c, ColumnsState *s, PtError *err);
/* Removes the files of dead runs that no reader has. */
void columns_sweep(Columns *c);
/* Removes every file of ours that the state does not name, whoever reads it; `sure`: or fails. */
PtStatus columns_remove_strays(Columns *c, bool sure, PtError *err);

char *columns_manifest_path(const char *dir, const char *suffix); /* malloc; NULL: no memory */
/* *ret_unsure: the new one may be the one that counts, although it failed. */
PT_NODISCARD PtStatus columns_manifest_write(Columns *c, const ColumnsState *s, bool *ret_unsure,
                                             PtError *err);
/* What a manifest says. */
typedef struct ManifestRun {
    FileKey key;
    uint32_t rows;
    int64_t time_min, time_max;
    bool cold;
} ManifestRun;
typedef struct Manifest {
    uint64_t next, version, next_seq;
    int64_t sealed_ms;
    size_t count;
    ManifestRun runs[COLUMNS_RUNS_MAX];
    ColumnsNames *names;
} Manifest;
/* PT_NOT_FOUND: nothing was ever written. Names are to be given back. */
PT_NODISCARD PtStatus columns_manifest_read(PtFs *fs, const char *dir, Manifest *ret_manifest,
                                            PtError *err);
/* Opens the run and compares what its file tells. */
PT_NODISCARD PtStatus columns_manifest_open_run(PtFs *fs, const char *dir, const Manifest *m,
                                                size_t run, ColumnsFile **ret_file, PtError *err);

/* ---- Merge ------------------------------------------------------------------------------------
 */

/* Merges for about `budget` values. most: over so many runs, also the cheapest two are merged; 1:
 * of all runs one. */
enum { COLUMNS_RUNS_WANTED = 11 /* a flush adds two */ };
PT_NODISCARD PtStatus columns_merge_step(Columns *c, uint64_t budget, size_t most, bool *ret_did,
                                         PtError *err);
void columns_merge_abort(Columns *c);
