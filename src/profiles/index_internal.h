// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "profiles/index.h"

#include <endian.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

/* The parts of the person index: see index.h. All numbers on disk are little-endian.
 *
 * Table    (index_table.c) what was added since the last run: a chain of entries per node, newest
 *          first. Only added to, and a head is published after what it leads to, so readers take no
 *          lock.
 * Run      (index_run.c, index_write.c) an immutable file: a header page; blocks of 4 KiB, each
 *          checked by itself; a fence per block (its first node and first offset); a footer. A
 *          block's body is pieces: varints of node less the piece before's node, count, first
 *          offset less the run's `from`, and count - 1 differences. A node's records that do not
 *          fit a block go on in the next one, whose head tells how many came before it.
 * Manifest (index_files.c) which runs count, and up to which offset all is in them. Whatever else
 *          stands in the folder under our names is left over and removed at the next open.
 * Flush    (index_flush.c) a table as a run.
 * Merge    (index_merge.c) neighbours to one run, a slice of work at a time.
 * State    a table and the runs below it. Readers hold the one they began with; the writer replaces
 *          it.
 */
enum {
    INDEX_BLOCK = 4096,
    INDEX_BLOCK_HEAD = 28,
    INDEX_BODY = INDEX_BLOCK - INDEX_BLOCK_HEAD,
    INDEX_IO_BLOCKS = 32, /* a read or write of a stream */
    INDEX_FENCE_BYTES = 12,
    INDEX_HEADER_BYTES = 36,
    INDEX_FOOTER_BYTES = 60,
    INDEX_MANIFEST_HEAD = 32,
    INDEX_MANIFEST_RUN = 32,
    INDEX_PIECE_HEAD =
        17, /* node 5, count 2, offset 10: the most a piece takes beside differences */
};

static const char INDEX_RUN_MAGIC[8] = {'P', 'T', 'P', 'E', 'R', 'S', 'N', '1'};
static const char INDEX_MANIFEST_MAGIC[8] = {'P', 'T', 'P', 'E', 'R', 'S', 'M', '1'};

static inline uint64_t index_get64(const void *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return le64toh(v);
}

static inline uint32_t index_get32(const void *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return le32toh(v);
}

static inline void index_put64(void *p, uint64_t v)
{
    v = htole64(v);
    memcpy(p, &v, sizeof v);
}

static inline void index_put32(void *p, uint32_t v)
{
    v = htole32(v);
    memcpy(p, &v, sizeof v);
}

static inline uint64_t index_block_at(uint64_t block)
{
    return (block + 1) * INDEX_BLOCK;
}

/* ---- Table ------------------------------------------------------------------------------------
 */

enum {
    INDEX_DIR_BITS = 10,
    INDEX_MID_BITS = 10,
    INDEX_PAGE_BITS = 12,
    INDEX_CHUNK = 8192, /* entries */
};

typedef struct IndexEntry {
    uint32_t lo, hi; /* the offset */
    uint32_t prev;   /* number of the node's entry before it; 0: none */
} IndexEntry;

/* Per node: number of its newest entry (from 1; 0: none), how many it has << 32. */
typedef struct IndexPage {
    _Atomic uint64_t slots[1 << INDEX_PAGE_BITS];
} IndexPage;

typedef struct IndexMid {
    IndexPage *_Atomic pages[1 << INDEX_MID_BITS];
} IndexMid;

typedef struct IndexTable {
    _Atomic uint32_t refs;
    size_t max_bytes; /* an addition that would need more fails */
    _Atomic uint64_t count, bytes;
    uint64_t first, last; /* offsets, when count > 0; of the writer */
    IndexMid *_Atomic dir[1 << INDEX_DIR_BITS];
    size_t max_chunks;
    IndexEntry *chunks[]; /* written before a head leads into it */
} IndexTable;

/* NULL when out of memory. */
IndexTable *index_table_new(size_t max_bytes);
void index_table_unref(IndexTable *t); /* accepts NULL */
/* Offsets ascend. False when out of memory or over max_bytes. */
bool index_table_add(IndexTable *t, uint32_t node, uint64_t offset);
/* A node's slot: 0 when it has no entry. */
uint64_t index_table_slot(const IndexTable *t, uint32_t node);

static inline uint64_t index_slot_count(uint64_t slot)
{
    return slot >> 32;
}

static inline const IndexEntry *index_table_entry(const IndexTable *t, uint32_t number)
{
    return &t->chunks[(number - 1) / INDEX_CHUNK][(number - 1) % INDEX_CHUNK];
}

static inline uint64_t index_entry_offset(const IndexEntry *e)
{
    return (uint64_t)e->hi << 32 | e->lo;
}

/* How many entries have an offset below `next`. */
uint64_t index_table_below(const IndexTable *t, uint64_t next);
/* Calls fn for every node with entries, ascending, until it fails. For the writer. */
PT_NODISCARD PtStatus index_table_walk(const IndexTable *t,
                                       PtStatus (*fn)(void *ctx, uint32_t node, uint64_t slot,
                                                      PtError *err),
                                       void *ctx, PtError *err);
/* A new table with the entries from `next` on. NULL when out of memory. */
IndexTable *index_table_rest(const IndexTable *t, uint64_t next);

/* ---- Run --------------------------------------------------------------------------------------
 */

typedef struct IndexFence {
    uint64_t first; /* offset of the block's first record */
    uint32_t node;
} IndexFence;

typedef struct IndexRunKey {
    uint64_t seq, from, to; /* records with from <= offset < to */
} IndexRunKey;

typedef struct IndexRun {
    _Atomic uint32_t refs; /* of states, and of the list of the dead */
    PtFs *fs;
    PtFile *file;
    char *path;
    IndexRunKey key;
    uint64_t records, blocks;
    IndexFence *fences;
    struct IndexRun *next_dead;
} IndexRun;

static inline uint64_t index_run_bytes(const IndexRun *run)
{
    return index_block_at(run->blocks) + run->blocks * INDEX_FENCE_BYTES + INDEX_FOOTER_BYTES;
}

/* "DIR/run-SEQ.idx" from malloc; NULL when out of memory. */
char *index_run_path(const char *dir, uint64_t seq);
bool index_run_name(const char *name, uint64_t *ret_seq);
/* Checks header, footer and fences; blocks are checked as they are read. One reference. */
PT_NODISCARD PtStatus index_run_open(PtFs *fs, const char *dir, IndexRunKey key, IndexRun **ret_run,
                                     PtError *err);
void index_run_unref(IndexRun *run); /* accepts NULL */

/* Room to read one block. */
typedef struct IndexScratch {
    uint8_t block[INDEX_BLOCK];
    uint64_t offsets[INDEX_BODY];
} IndexScratch;

/* The newest offsets, least <= offset < before. */
typedef struct IndexWanted {
    uint64_t before, least;
    size_t max;
} IndexWanted;

/* Of the node, newest first. */
PT_NODISCARD PtStatus index_run_newest(const IndexRun *run, uint32_t node, IndexWanted want,
                                       IndexScratch *s, uint64_t *offsets, size_t *ret_count,
                                       PtError *err);
PT_NODISCARD PtStatus index_run_count(const IndexRun *run, uint32_t node, IndexScratch *s,
                                      uint64_t *ret_count, PtError *err);
/* PT_NOT_FOUND without a message: it has none here. */
PT_NODISCARD PtStatus index_run_first(const IndexRun *run, uint32_t node, IndexScratch *s,
                                      uint64_t *ret_offset, PtError *err);

/* Reads a block's pieces; it has passed its check. */
typedef struct IndexPieces {
    const uint8_t *at, *end;
    uint64_t from, to;
    uint32_t node; /* of the piece before */
    bool begun;
} IndexPieces;

typedef struct IndexPiece {
    uint32_t node, count;
    uint64_t first;
} IndexPiece;

/* *ret_more: there was one. PT_CORRUPT without a message. */
PtStatus index_pieces_next(IndexPieces *p, IndexPiece *ret_piece, bool *ret_more);
/* The offsets of the piece just read: piece.count of them, at most INDEX_BODY. To be called, or
 * with NULL to pass over them, before the next piece. */
PtStatus index_pieces_offsets(IndexPieces *p, const IndexPiece *piece, uint64_t *offsets);

/* Reads a whole run in order. In place; done frees. */
typedef struct IndexCursor {
    const IndexRun *run; /* borrowed */
    uint8_t *buf;
    uint64_t *offsets;         /* of the piece */
    uint64_t next_block;       /* to be read */
    uint32_t in_buf, at_block; /* blocks */
    IndexPieces pieces;
    IndexPiece piece;
    uint64_t last, records, of_node;
    bool has_piece, more;
} IndexCursor;

PT_NODISCARD PtStatus index_cursor_init(IndexCursor *c, const IndexRun *run, PtError *err);
/* The next piece into c->piece and c->offsets; c->more is false at the end. */
PT_NODISCARD PtStatus index_cursor_next(IndexCursor *c, PtError *err);
void index_cursor_done(IndexCursor *c);

/* Writes a run: begin, add ascending by (node, offset), finish. */
typedef struct IndexWriter {
    PtFs *fs;
    PtFile *file;
    char *path;
    IndexRunKey key;
    uint8_t *buf;
    uint32_t in_buf; /* blocks that are whole */
    uint32_t used;   /* bytes of the open block's body */
    uint32_t block_node, last_node;
    uint64_t block_first, block_skipped;
    uint32_t node, count, staged; /* the open piece */
    uint64_t first, last, of_node;
    uint8_t *stage;
    uint64_t records, blocks;
    IndexFence *fences;
    size_t fences_cap;
} IndexWriter;

PT_NODISCARD PtStatus index_writer_begin(IndexWriter *w, PtFs *fs, const char *dir, IndexRunKey key,
                                         PtError *err);
PT_NODISCARD PtStatus index_writer_add(IndexWriter *w, uint32_t node, const uint64_t *offsets,
                                       size_t count, PtError *err);
/* Synced, but its name is not before the folder is. */
PT_NODISCARD PtStatus index_writer_finish(IndexWriter *w, IndexRun **ret_run, PtError *err);
/* Removes what was written; accepts a writer that was finished, or zeroed. */
void index_writer_abort(IndexWriter *w);

/* ---- State, files, merge ----------------------------------------------------------------------
 */

typedef struct IndexState {
    _Atomic uint32_t refs;
    IndexTable *table;
    size_t count;
    IndexRun *runs[INDEX_RUNS_MAX]; /* oldest first */
} IndexState;

typedef struct IndexMerge {
    size_t first, count; /* of the state's runs: runs are only ever added behind them */
    IndexCursor cursors[INDEX_RUNS_MAX];
    IndexWriter writer;
} IndexMerge;

struct ProfileIndex {
    PtFs *fs;
    char *dir;
    size_t memory_bytes;
    pthread_mutex_t lock; /* of `state`, for as long as it takes to count a reader */
    IndexState *state;
    _Atomic uint64_t next;
    atomic_bool blind; /* damaged when it was opened: there is nothing to read from */
    PtError damage;    /* status PT_OK: none known; changed under the lock */

    /* Of the writer alone. */
    uint64_t given; /* one past the last offset that was added */
    uint64_t next_seq;
    IndexRun *dead;      /* replaced; removed when no reader has them */
    bool unsure;         /* the manifest on disk may be the one that failed to be published, ... */
    uint64_t unsure_run; /* ... which named this run (0: none more than the state has) */
    IndexMerge *merge;
};

/* Takes over the references of the table and of the runs. */
IndexState *index_state_new(IndexTable *table, IndexRun *const *runs, size_t count);
IndexState *index_state_get(ProfileIndex *x); /* any thread; to be given back */
void index_state_unref(IndexState *s);

/* Remembers the damage, so that the writer hears of it at once; returns PT_CORRUPT. */
PtStatus index_set_damage(ProfileIndex *x, const PtError *why, PtError *err);
/* PT_OK, or the damage. */
PT_NODISCARD PtStatus index_damage(ProfileIndex *x, PtError *err);
/* Reads the folder; PT_CORRUPT sets blind and damage, and is no failure. */
PT_NODISCARD PtStatus index_load(ProfileIndex *x, PtError *err);
/* Makes it certain which runs the manifest on disk names. */
PT_NODISCARD PtStatus index_settle(ProfileIndex *x, PtError *err);
/* Puts `s` (taken over, also on failure) in place of the state, on disk and then in memory. `fresh`
 * is the run in it that is new, or NULL. */
PT_NODISCARD PtStatus index_publish(ProfileIndex *x, IndexState *s, uint64_t next,
                                    const IndexRun *fresh, PtError *err);
/* The table's entries below `next`, of which there must be some, as a run. */
PT_NODISCARD PtStatus index_write_table(ProfileIndex *x, uint64_t next, IndexRun **ret_run,
                                        PtError *err);
/* Removes the files of dead runs that no reader has. */
void index_sweep(ProfileIndex *x);
/* Removes every run file that the state does not name. */
PT_NODISCARD PtStatus index_remove_strays(ProfileIndex *x, PtError *err);

/* The neighbours to be merged next, of runs with so many records, oldest first; false: none. */
bool index_merge_pick(const uint64_t *records, size_t count, size_t *ret_first, size_t *ret_count);
/* Merges for about `budget` bytes of input. */
PT_NODISCARD PtStatus index_merge_step(ProfileIndex *x, uint64_t budget, bool *ret_did,
                                       PtError *err);
void index_merge_abort(ProfileIndex *x);
