// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "platform/columns.h"

/* A run (columns_run_write.c, columns_run_read.c, columns_code.c): rows in their final order, in
 * one file that never changes, or in memory. Written column after column, each in blocks of
 * COLUMNS_BLOCK_ROWS rows; then the groups, what stands where (a foot), and at the very end a
 * trailer of fixed size that leads to the foot. Every part has a CRC32C over its bytes and its
 * place, so that a part at a wrong place is found, too.
 *
 * Hot      Blocks are coded as the decoder likes it (README.md): small numbers as they lie in
 *          memory or in fewer bits, large ones as steps from the one before, packed to the bits
 * they need. Cold     The same, and what zstd makes smaller by a twentieth is compressed. The
 * reader does not care. Columns  Go by number within a file; which properties these are says the
 * manifest (columns.c), and a number never changes its meaning. Texts    Each block has its own
 * list of texts: no dictionary outlives a block, so an erasure rewrites blocks and nothing else.
 */

enum { RUN_COLUMNS_MAX = COLUMNS_COLUMN_PROPERTIES + COLUMNS_PROPERTIES_MAX };

/* ---- Writing --------------------------------------------------------------------------------- */

/* Where the bytes go, in order. */
typedef struct RunSink {
    PtStatus (*write)(void *ctx, const void *bytes, size_t len, PtError *err);
    void *ctx;
} RunSink;

typedef struct RunWriterConfig {
    RunSink sink;
    uint32_t rows; /* over 0 */
    bool cold;
    int zstd_level;
    /* group_count + 1 entries as columns_run_groups gives them; borrowed until the end, where they
     * are written. */
    const ColumnsGroup *groups;
    uint32_t group_count;
} RunWriterConfig;

typedef struct RunWriter RunWriter;
PT_NODISCARD PtStatus run_writer_open(const RunWriterConfig *config, RunWriter **ret_writer,
                                      PtError *err);
void run_writer_close(RunWriter *w); /* accepts NULL */

/* The next block of a column: columns in any order, of a column its blocks in order. kind: of a
 * property, the same in all blocks; not looked at where the column's number says what it is. rows
 * and count as they are, `rank` is not looked at; text_count texts each used at least once and none
 * twice. What has count 0 may be left out by `block` jumping ahead. CODE and TIME are needed, and
 * give what columns_block_info tells; where that of CODE came first, that of TIME is followed by
 * the list of its rare events. PT_INVALID: not as it says here. */
PT_NODISCARD PtStatus run_write_block(RunWriter *w, uint32_t column, ColumnsKind kind,
                                      uint32_t block, const ColumnsBlock *values, PtError *err);
/* A block as it lies in another run, unread but for its checksum: of the same rows. */
typedef struct Run Run;
PT_NODISCARD PtStatus run_copy_block(RunWriter *w, Run *from, uint32_t column, uint32_t block,
                                     PtError *err);
/* What another run lists of rare events in a block whose codes and times were both copied from it.
 */
PT_NODISCARD PtStatus run_copy_rare(RunWriter *w, Run *from, uint32_t block, PtError *err);
/* Writes groups, foot and trailer. *ret_bytes: of all. */
PT_NODISCARD PtStatus run_writer_finish(RunWriter *w, uint64_t *ret_bytes, PtError *err);

/* ---- Reading --------------------------------------------------------------------------------- */

/* From a file (which the run closes) or from memory (borrowed until run_close). */
typedef struct RunSource {
    PtFs *fs;
    PtFile *file;     /* or NULL */
    PtStr bytes;      /* where file is NULL */
    const char *name; /* for messages; copied */
} RunSource;

/* Reads trailer and foot: PT_CORRUPT says what is wrong and names the source. Nothing in a file is
 * trusted before it was checked against the file's size and the bounds above. Threads: any number
 * may read a run at once. On failure the file stays the caller's. */
PT_NODISCARD PtStatus run_open(const RunSource *source, Run **ret_run, PtError *err);
void run_close(Run *run); /* accepts NULL */

ColumnsRunInfo run_info(const Run *run);
bool run_cold(const Run *run);
const ColumnsBlockInfo *run_block_info(const Run *run, uint32_t block);
/* What a property's column holds, for the caller to compare with what it knows of that column:
 * run_read gives values of this kind. COLUMNS_KINDS: the run has no such column. */
ColumnsKind run_column_kind(const Run *run, uint32_t column);
/* Bytes in the file of a column's blocks; of the groups; of what is listed of rare events. */
uint64_t run_column_bytes(const Run *run, uint32_t column);
uint64_t run_group_bytes(const Run *run);
uint64_t run_rare_bytes(const Run *run);
/* One more than there are, the last with first = rows, in malloc'ed memory. Checked: rising by
 * (person, node) but for node 0, first rising. */
PT_NODISCARD PtStatus run_groups(Run *run, ColumnsGroup **ret_groups, PtError *err);

/* The memory that a block is decoded into; zeroed at first. One for each column that is kept. */
typedef struct RunScratch {
    void *bytes;
    size_t cap;
    void *packed, *unpacked; /* as it lies in the file; what zstd made of it */
    size_t packed_cap, unpacked_cap;
    ColumnsBlock block;       /* what run_read gave */
    struct RunChains *chains; /* what run_read_chains gave; NULL: nothing yet */
} RunScratch;
void run_scratch_done(RunScratch *s);
/* *ret_block lives in the scratch. A column that has nothing there: count 0. */
PT_NODISCARD PtStatus run_read(Run *run, uint32_t column, uint32_t block, RunScratch *scratch,
                               const ColumnsBlock **ret_block, PtError *err);
/* TIME, as columns_read_chains and columns_chain_times say it: what was given lives in the scratch
 * until the next call. from < to <= count. */
PT_NODISCARD PtStatus run_read_chains(Run *run, uint32_t block, RunScratch *scratch,
                                      const ColumnsChains **ret_chains, PtError *err);
PT_NODISCARD PtStatus run_chain_times(const Run *run, const RunScratch *scratch, uint32_t from,
                                      uint32_t to, int64_t *times, PtError *err);
/* Rows of events that are rare in the block, as the file lists them: codes (u16) and times (i64) of
 * the same rows. Of an event that is in it all rows of the block are; others may be anywhere. Count
 * 0: nothing is listed. */
typedef struct RunRareScratch {
    RunScratch codes, times;
} RunRareScratch;
void run_rare_scratch_done(RunRareScratch *s);
PT_NODISCARD PtStatus run_read_rare(Run *run, uint32_t block, RunRareScratch *scratch,
                                    const ColumnsBlock **ret_codes, const ColumnsBlock **ret_times,
                                    PtError *err);
/* What questions found of rare events, kept with the run (columns_rare.c). Any number of threads
 * may keep and find at once; what was found lives as long as the run. */
typedef struct RunRare RunRare;
RunRare *run_rare_new(uint32_t rows); /* NULL: no memory */
void run_rare_free(RunRare *r);       /* accepts NULL */
/* block: of the run. False: not known. */
bool run_rare_find(const RunRare *r, uint32_t block, uint16_t code, ColumnsRare *ret_rare);
/* False: there is no room left, or no memory. */
bool run_rare_keep(RunRare *r, uint32_t block, uint16_t code, const ColumnsRare *rare);
RunRare *run_rare(const Run *run);

/* Reads everything and compares it with its checksums and bounds; the first trouble. */
PT_NODISCARD PtStatus run_check(Run *run, uint64_t *ret_blocks, PtError *err);
