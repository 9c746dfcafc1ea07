// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/hash.h"
#include "base/status.h"
#include "events/dedupe_filter.h"
#include "platform/file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A run: an immutable file of sorted ids, and its merge. All numbers are little-endian.
 *
 * File     Block 0 is the header (RunHeader in dedupe_run.c). Then `blocks` blocks of 4 KiB: 255
 * ids of 16 bytes (hi, lo), ascending by (hi, lo), without doubles, the last block padded with
 * zeros; then CRC32C of those 4,080 bytes, the number of ids, and the block's number (lowest 32
 * bits twice, so that a block written elsewhere is seen). Then the fences: each block's first hi.
 * Then the lines of the filter. The header carries the CRC32C of fences and of the filter.
 * Name     run-<from>-<to>-<seq>.ids in hex: it holds the ids of log offsets from <= o < to. The
 * file appears by rename of a synced file and a sync of the folder. Where one run's offsets lie
 * within another's, the other has the higher seq and replaces it: no manifest is needed, a merge is
 * complete when its file has its name.
 * Memory   Fences (8 bytes for 255 ids) and filter.
 * Errors   PT_CORRUPT names the file and what is wrong.
 */
enum {
    DEDUPE_BLOCK = 4096,
    DEDUPE_BLOCK_IDS = 255,
    DEDUPE_RUN_NAME = 60, /* "run-", 3 x 16 digits, 2 dashes, ".ids", NUL and some */
};

typedef struct DedupeRunKey {
    uint64_t from, to, seq;
} DedupeRunKey;

typedef struct DedupeRun {
    PtFs *fs;
    PtFile *file;
    char *path;
    DedupeRunKey key;
    uint64_t count, blocks;
    int64_t min_ms, max_ms;
    uint64_t *fences;
    uint64_t fences_cap;   /* allocated */
    uint64_t stored_lines; /* of the filter in the file */
    uint32_t probes, filter_crc;
    DedupeFilter filter; /* in memory, perhaps folded; without lines until it is loaded */
} DedupeRun;

/* Parses a file name; false when it is not a run's. */
bool dedupe_run_key(const char *name, DedupeRunKey *ret_key);

/* Opens and checks header and fences; blocks are checked as they are read. Free with
 * dedupe_run_free. */
PT_NODISCARD PtStatus dedupe_run_open(PtFs *fs, const char *dir, DedupeRunKey key,
                                      DedupeRun **ret_run, PtError *err);
/* Reads the filter, folded until it fits max_bytes. The caller puts it in run->filter. */
PT_NODISCARD PtStatus dedupe_run_load_filter(const DedupeRun *run, uint64_t max_bytes,
                                             DedupeFilter *ret_filter, PtError *err);
void dedupe_run_free(DedupeRun *run); /* closes; accepts NULL */

/* One block read, or two where equal hi meet a border. */
PT_NODISCARD PtStatus dedupe_run_find(const DedupeRun *run, PtHash128 id, bool *ret_found,
                                      PtError *err);

static inline uint64_t dedupe_run_memory(const DedupeRun *run)
{
    return run->blocks * sizeof *run->fences + dedupe_filter_bytes(&run->filter);
}

static inline uint64_t dedupe_run_disk(const DedupeRun *run)
{
    return (run->blocks + 1) * DEDUPE_BLOCK + run->blocks * sizeof *run->fences +
           run->stored_lines * DEDUPE_FILTER_LINE;
}

/* Reads the ids in order. In place; done frees. */
typedef struct DedupeRunReader {
    const DedupeRun *run; /* borrowed */
    uint8_t *buf;         /* owned */
    uint64_t next_block;  /* to be read */
    uint32_t in_buf, at_block, at_id;
} DedupeRunReader;

PT_NODISCARD PtStatus dedupe_reader_init(DedupeRunReader *r, const DedupeRun *run, PtError *err);
void dedupe_reader_done(DedupeRunReader *r);
/* *ret_more is false at the end. */
PT_NODISCARD PtStatus dedupe_reader_next(DedupeRunReader *r, PtHash128 *ret_id, bool *ret_more,
                                         PtError *err);

/* Writes a run: begin, add in ascending order (a repeated id is dropped), finish. abort at any
 * point removes what was written; it accepts a writer that was finished or never begun (zeroed). */
typedef struct DedupeRunWriter {
    PtFs *fs;
    const char *dir; /* borrowed */
    PtFile *file;
    char *tmp_path;
    DedupeRunKey key;
    int64_t min_ms, max_ms;
    uint8_t *buf; /* owned: DEDUPE_WRITE_BLOCKS blocks */
    uint32_t in_buf, in_block;
    uint64_t blocks, blocks_cap, count;
    PtHash128 last;
    uint64_t *fences;
    DedupeFilter filter;
    uint32_t filter_crc;
    char *orphan; /* owned: a published name that must be removed again, see finish */
} DedupeRunWriter;

PT_NODISCARD PtStatus dedupe_writer_begin(DedupeRunWriter *w, PtFs *fs, const char *dir,
                                          DedupeRunKey key, uint64_t max_count,
                                          uint64_t filter_bytes, PtError *err);
PT_NODISCARD PtStatus dedupe_writer_add(DedupeRunWriter *w, PtHash128 id, PtError *err);
/* Publishes and opens the run. When it fails after the rename was tried, w->orphan names the file
 * that may stand there: the caller takes it over and publishes nothing else in the folder before it
 * is removed. count must not be 0. */
PT_NODISCARD PtStatus dedupe_writer_finish(DedupeRunWriter *w, int64_t min_ms, int64_t max_ms,
                                           DedupeRun **ret_run, PtError *err);
void dedupe_writer_abort(DedupeRunWriter *w);

/* Bytes that a merge of `inputs` runs, or the writing of a table, holds in buffers. */
uint64_t dedupe_merge_buffers(unsigned inputs);

/* What to merge: adjacent runs, oldest first. */
typedef struct DedupeRunInfo {
    uint64_t count;
    int64_t min_ms, max_ms;
} DedupeRunInfo;

typedef struct DedupeMergeRules {
    uint64_t table_ids;  /* level 0 is up to this many, each level holds DEDUPE_FAN times more */
    uint64_t max_count;  /* ids in one run, and ... */
    int64_t max_span_ms; /* ... time between its first and last: the window overshoots by one run */
} DedupeMergeRules;

enum { DEDUPE_FAN = 4, DEDUPE_MERGE_MAX = 8, DEDUPE_RUNS_WANTED = 12 };

/* The runs [*ret_first, *ret_first + *ret_count) to be merged next; false when none. Four of a
 * level make one of the next; over DEDUPE_RUNS_WANTED runs also the smallest two neighbours that
 * fit. */
bool dedupe_merge_pick(const DedupeRunInfo *runs, size_t count, const DedupeMergeRules *rules,
                       size_t *ret_first, size_t *ret_count);
