// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "platform/file.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Event columns: what customers did, sorted by customer and time, so that one pass answers funnels,
 * retention and paths. The seam behind which the embedded engine (platform/columns/) or, later,
 * ClickHouse works. What is asked of it: columns_plan.h.
 *
 * View     A view of the log. Rows gather in memory in arrival order; a flush writes them as a
 *          sorted, immutable run together with the offset up to which all is in the runs; runs are
 *          merged in the background. A crash loses what was in memory, never more: columns_next
 *          says from where the log has to be read again.
 * Order    Rows belong to identifier nodes (decision 7), a node's rows of a run stand together as a
 *          group; groups are ordered by (person when the run was written, node), rows of a group by
 *          (time, offset). Whose a node is now is said by whoever asks.
 * Nobody   Node 0: rows of nobody. They count in totals and sums, never as a person.
 * Damage   Each block has a checksum: what was flipped is named and never answered (PT_CORRUPT).
 * Errors   PT_CORRUPT names the file; columns_reset begins anew. A damaged manifest opens all the
 *          same, empty: columns_next is then 0, and all else answers PT_CORRUPT until the reset.
 *          After any other failure nothing is lost: the call can be made again.
 * Threads  One writer (add, flush, step, erase, reset); snapshots from any thread beside it. No
 *          snapshot may be open when it is closed.
 */
typedef struct Columns Columns;

enum {
    COLUMNS_EVENTS_MAX = 4096,    /* codes: pairs of type and name; later ones become code 0 */
    COLUMNS_PROPERTIES_MAX = 256, /* with a column of their own; later ones are left out, counted */
    COLUMNS_ROW_PROPERTIES_MAX = 64, /* of one row; later ones are left out, counted */
    COLUMNS_NAME_MAX = 200,  /* bytes of an event's name or a property's path; longer: cut */
    COLUMNS_TEXT_MAX = 1000, /* bytes of a text value; longer ones are left out, counted */
    COLUMNS_RUNS_MAX = 13,
    COLUMNS_BLOCK_ROWS = 16384,
};

typedef enum ColumnsKind {
    COLUMNS_NUMBER, /* double */
    COLUMNS_TEXT,
    COLUMNS_TRUTH,
    COLUMNS_KINDS,
} ColumnsKind;

typedef struct ColumnsValue { /* of a row that is put in */
    PtStr path;               /* "properties.total", "context.device.type" */
    ColumnsKind kind;
    PtStr text;
    double number;
    bool truth;
} ColumnsValue;

typedef struct ColumnsRow {
    uint64_t offset; /* rises from row to row */
    int64_t time_ms;
    uint32_t node;   /* 0: nobody's */
    uint32_t source; /* number */
    uint8_t type;    /* the owner's: EventType */
    uint8_t channel; /* the owner's, under 16 */
    PtStr event;     /* its name; "" is one, too */
    PtStr store;     /* "": none */
    bool has_amount;
    int64_t amount; /* micros */
    char currency[4];
    const ColumnsValue *values;
    size_t value_count;
} ColumnsRow;

typedef struct ColumnsConfig {
    PtFs *fs;
    const char *dir;     /* made when missing */
    size_t memory_bytes; /* of rows before they are written; 64 MiB */
    int zstd_level;      /* of cold runs; 1 */
    uint64_t cold_rows;  /* a run of so many rows is cold: coded and compressed; 2 million */
    /* Whose the node is now (0: nobody's); called when a run is written, and by columns_snapshot on
     * its thread. NULL: each its own. */
    uint32_t (*person_of)(void *ctx, uint32_t node);
    void *person_ctx;
} ColumnsConfig;

PT_NODISCARD PtStatus columns_open(const ColumnsConfig *config, Columns **ret_columns,
                                   PtError *err);
void columns_close(Columns *c); /* writes nothing; accepts NULL */

/* Offsets rise over all calls; at one that was given before, or below columns_next, nothing
 * happens. PT_NO_MEMORY: out of memory, or over twice memory_bytes without a flush. */
PT_NODISCARD PtStatus columns_add(Columns *c, const ColumnsRow *row, PtError *err);
/* All below `next` has been given: durable when this returns. Does nothing while little is in
 * memory, unless `now`. */
PT_NODISCARD PtStatus columns_flush(Columns *c, uint64_t next, bool now, PtError *err);
/* Merges runs where there are too many, some milliseconds of it at a time; *ret_did: there may be
 * more to do. A flush that finds COLUMNS_RUNS_MAX runs does this work itself first. */
PT_NODISCARD PtStatus columns_step(Columns *c, bool *ret_did, PtError *err);
/* Merges until at most so many runs (1 or more) are left, the cheapest neighbours in time first.
 * Few runs cost less to read as a whole; with the latest ones apart a question about them reads
 * little else. */
PT_NODISCARD PtStatus columns_compact(Columns *c, size_t runs, PtError *err);
PT_NODISCARD PtStatus columns_reset(Columns *c, PtError *err);
uint64_t columns_next(Columns *c); /* durable up to here */

/* Erasure. When it returns PT_OK no file of the folder, and nothing in memory, holds what was
 * theirs: rows of these nodes are nobody's, at the full hour of their time, and keep event,
 * channel, store, source, amount and currency only; of other rows a text value that `finds` says
 * yes to becomes "-". Every snapshot taken before goes on with the old files. finds may be NULL.
 * Names of events and paths of properties that it says yes to become "-", too: codes and columns
 * keep their numbers, so several may be of one name. */
PT_NODISCARD PtStatus columns_erase(Columns *c, const uint32_t *nodes, size_t count,
                                    bool (*finds)(void *ctx, PtStr text), void *ctx, PtError *err);

typedef struct ColumnsStats {
    uint64_t rows, memory_rows, memory_bytes, bytes; /* bytes: of files */
    uint64_t base_bytes; /* of them: groups, event, time, channel, store, amount with currency */
    uint64_t rare_bytes; /* of them: lists of rare events */
    uint64_t left_out;   /* values over a bound, since the start */
    uint32_t runs, cold_runs, events, properties;
} ColumnsStats;
ColumnsStats columns_stats(Columns *c);

/* Checks the files of a folder that nobody has open for writing, and changes none. found is told of
 * each trouble, in words that name the file; it is PT_OK to have found some. */
typedef struct ColumnsCheck {
    uint64_t runs, rows, blocks, troubles, strange; /* strange: files that are not the store's */
} ColumnsCheck;
PT_NODISCARD PtStatus columns_check(PtFs *fs, const char *dir,
                                    void (*found)(void *ctx, const char *trouble), void *ctx,
                                    ColumnsCheck *ret_check, PtError *err);

/* ---- Reading: what an engine of plans stands on ------------------------------------------------
 *
 * A snapshot is what was there at one instant, rows in memory among it: several runs, each a list
 * of groups and columns in blocks of COLUMNS_BLOCK_ROWS rows (the last one shorter). It does not
 * change, and neither waits for the writer nor holds it up.
 */
typedef struct ColumnsSnapshot ColumnsSnapshot;
PT_NODISCARD PtStatus columns_snapshot(Columns *c, ColumnsSnapshot **ret_snapshot, PtError *err);
void columns_snapshot_free(ColumnsSnapshot *s); /* accepts NULL */
/* Rises with every row, flush, merge, erasure: of equal ones the answers are equal. */
uint64_t columns_snapshot_version(const ColumnsSnapshot *s);
uint64_t columns_snapshot_next(const ColumnsSnapshot *s); /* rows below this offset are in it */

typedef struct ColumnsEvent {
    uint8_t type;
    PtStr name;
} ColumnsEvent;
/* By code. Code 0 is what found no code. Borrowed from the snapshot. */
size_t columns_snapshot_events(const ColumnsSnapshot *s, const ColumnsEvent **ret_events);

typedef struct ColumnsProperty {
    PtStr path;
    ColumnsKind kind; /* one path may have a column of each kind */
} ColumnsProperty;
size_t columns_snapshot_properties(const ColumnsSnapshot *s,
                                   const ColumnsProperty **ret_properties);

typedef struct ColumnsGroup {
    uint32_t person; /* when the run was written */
    uint32_t node;
    uint32_t first; /* row; its rows end where the next group's begin */
} ColumnsGroup;

typedef struct ColumnsRunInfo {
    uint32_t rows, groups, blocks;
    int64_t time_min, time_max;
} ColumnsRunInfo;

size_t columns_snapshot_runs(const ColumnsSnapshot *s);
ColumnsRunInfo columns_run_info(const ColumnsSnapshot *s, size_t run);
/* By (person, node); one more behind the last with first = rows. Read at the first call, then kept
 * with the snapshot. A node has one group in a run; several groups may be of node 0, and
 * anywhere: their person is that of the group before, and their rows may be in no order. */
PT_NODISCARD PtStatus columns_run_groups(const ColumnsSnapshot *s, size_t run,
                                         const ColumnsGroup **ret_groups, PtError *err);

enum { COLUMNS_EVENT_WORDS = 4 }; /* 256 bits */
typedef struct ColumnsBlockInfo {
    int64_t time_min, time_max;
    uint64_t events[COLUMNS_EVENT_WORDS]; /* bit (code % 256): a row of such a code may be in it */
} ColumnsBlockInfo;
const ColumnsBlockInfo *columns_block_info(const ColumnsSnapshot *s, size_t run, uint32_t block);

/* Columns by number: those that every row has, then AMOUNT to CURRENCY that some have, then the
 * properties: COLUMNS_COLUMN_PROPERTIES + index into columns_snapshot_properties. */
typedef enum ColumnsColumn {
    COLUMNS_COLUMN_CODE,     /* u16 */
    COLUMNS_COLUMN_TIME,     /* i64, UTC ms */
    COLUMNS_COLUMN_OFFSET,   /* i64: position in the log */
    COLUMNS_COLUMN_CHANNEL,  /* u8 */
    COLUMNS_COLUMN_SOURCE,   /* u32 */
    COLUMNS_COLUMN_AMOUNT,   /* i64, micros; some rows */
    COLUMNS_COLUMN_CURRENCY, /* text; some rows */
    COLUMNS_COLUMN_STORE,    /* text; some rows */
    COLUMNS_COLUMN_PROPERTIES,
} ColumnsColumn;

/* A block, decoded. Value i is that of the row whose bit in `present` is the i-th that is set;
 * present NULL: all rows have one, value i is row i's. */
typedef struct ColumnsBlock {
    uint32_t rows, count; /* of the block; values */
    const uint64_t *present;
    const uint16_t *rank; /* values before each 64 rows; NULL where present is */
    union {
        const uint8_t *u8; /* CHANNEL, truths */
        const uint16_t *u16;
        const uint32_t *u32; /* SOURCE; texts: index into texts */
        const int64_t *i64;
        const double *f64;
    };
    const PtStr *texts; /* each once, in no order */
    uint32_t text_count;
} ColumnsBlock;

/* Index of a row's value; UINT32_MAX: it has none. */
static inline uint32_t columns_block_find(const ColumnsBlock *b, uint32_t row)
{
    if (b->present == NULL) {
        return row;
    }
    const uint64_t word = b->present[row >> 6], bit = 1ull << (row & 63);
    return (word & bit) == 0 ? UINT32_MAX
                             : b->rank[row >> 6] + (uint32_t)__builtin_popcountll(word & (bit - 1));
}

/* Reads the blocks of one run; belongs to one thread. It keeps the last block of each column that
 * was asked for: what it gave stays valid until another block of the same column is. Of OFFSET it
 * keeps the last even and the last odd one. */
typedef struct ColumnsReader ColumnsReader;
PT_NODISCARD PtStatus columns_reader_open(const ColumnsSnapshot *s, size_t run,
                                          ColumnsReader **ret_reader, PtError *err);
void columns_reader_close(ColumnsReader *r); /* accepts NULL */
/* A column without any value in the block has count 0. */
PT_NODISCARD PtStatus columns_read(ColumnsReader *r, uint32_t column, uint32_t block,
                                   const ColumnsBlock **ret_block, PtError *err);

/* Rows of a block next to each other whose times rise without a pause of half an hour: so much is
 * known without a time being read but of their first. What a chain is hangs on how the block is
 * coded; there may be one for each row. */
typedef struct ColumnsChains {
    uint32_t rows, count;  /* of the block; chains */
    const uint16_t *first; /* row of each; behind the last: rows */
    const int64_t *times;  /* of that row */
    uint64_t reach_ms;     /* no row's time is further behind that of its chain's first */
} ColumnsChains;
/* Valid until the chains of another block are read. */
PT_NODISCARD PtStatus columns_read_chains(ColumnsReader *r, uint32_t block,
                                          const ColumnsChains **ret_chains, PtError *err);
/* Times of the rows of chains [from, to) of the block whose chains were read last, into
 * times[row of the block]. */
PT_NODISCARD PtStatus columns_chain_times(ColumnsReader *r, uint32_t from, uint32_t to,
                                          int64_t *times, PtError *err);

/* Rows of a block with one code, when they are few, and their times: of most such codes the run's
 * file lists them; of others they are kept in memory with the run once somebody has found them. So
 * who asks need not read the block. At most half a byte for each row of the run is kept. */
enum { COLUMNS_RARE_MOST = COLUMNS_BLOCK_ROWS / 64 };
typedef struct ColumnsRare {
    uint32_t count;
    const uint16_t *rows; /* rising */
    const int64_t *times;
} ColumnsRare;
/* What is found is valid until the next call. */
PT_NODISCARD PtStatus columns_rare_find(ColumnsReader *r, uint32_t block, uint16_t code,
                                        bool *ret_known, ColumnsRare *ret_rare, PtError *err);
/* All rows of the block with that code, up to COLUMNS_RARE_MOST. False: there is no room. */
bool columns_rare_keep(ColumnsReader *r, uint32_t block, uint16_t code, const ColumnsRare *rare);

static inline void columns_snapshot_freep(ColumnsSnapshot **s)
{
    columns_snapshot_free(*s);
}
