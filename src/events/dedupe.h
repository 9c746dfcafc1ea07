// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/hash.h"
#include "base/status.h"
#include "platform/file.h"
#include "platform/log.h"

#include <stdbool.h>
#include <stdint.h>

/* Which message ids were seen: exact by 128-bit keyed hash, for a window of time or of count,
 * whichever ends first.
 *
 * A view of one log partition: ids that the log has acknowledged. New ids stand in a table in
 * memory; when it is full it is frozen and written by a background thread as an immutable sorted
 * run that names the log offsets it covers, while a second table takes over; runs are merged in the
 * background and dropped when the window has passed them. After a crash dedupe_open tells from
 * which offset the owner must feed it again from the log: that is at most two tables of ids.
 *
 * Window   An id is known for at least the window. It may be known for longer, by one run: a run
 * spans at most a seventh of the window, in time and in count, and goes as a whole. "Now" is the
 * newest time_ms seen (thread) or given (dedupe_step).
 * Memory   At most memory_bytes in all (tables, journal, fences, filters, buffers); an empty one
 * holds almost nothing. Filters get what the rest leaves, at most 12 bits an id; fewer bits cost
 * reads of 4 KiB, never a wrong answer.
 * Rounds   An id that was added is provisional until dedupe_commit(round) of the log round that
 * carries its event; dedupe_rollback takes back what was not committed, so that a failed write
 * leaves no trace and a retry of the client is new. Provisional ids are never written.
 * Threads  seen/add/commit/rollback/stats: one lock inside, any thread; the background thread never
 * holds it while it reads or writes. dedupe_step, dedupe_restore and dedupe_close: one thread at a
 * time.
 * Files    dir/run-<from>-<to>-<seq>.ids, immutable, checksummed, published by rename and folder
 * sync; their names are the manifest (dedupe_run.h). A damaged or missing file is PT_CORRUPT at
 * open (a damaged block of ids: PT_UNAVAILABLE when it is read): delete the folder and it is
 * rebuilt from the log.
 */
typedef struct Dedupe Dedupe;

typedef struct DedupeConfig {
    PtFs *fs;
    const char *dir;       /* made when missing */
    uint64_t memory_bytes; /* 256 MiB; PT_INVALID when the window's fences (48 bytes for 1,000 ids)
                              and the tables (about 150 bytes for an id of table_ids) do not fit */
    uint64_t window_ms;    /* 7 days */
    uint64_t window_ids;   /* newest 500 million */
    uint32_t table_ids;    /* ids in memory before a run is written; 0 = chosen from memory_bytes
                              (262,144 at most) */
    bool start_thread;     /* false: the caller drives dedupe_step (deterministic tests) */
} DedupeConfig;

DedupeConfig dedupe_config_default(void);

/* *ret_replay_from: the offset from which records must be fed with dedupe_restore before use; 0
 * when the folder is empty. When it is past the log's end the folder belongs to another log: delete
 * it. */
PT_NODISCARD PtStatus dedupe_open(const DedupeConfig *config, Dedupe **ret_dedupe,
                                  uint64_t *ret_replay_from, PtError *err);
/* Writes the table as a run (so that the next start replays nothing), then closes. Accepts NULL. */
void dedupe_close(Dedupe *dedupe);

/* At start: an acknowledged record's id, in order of offset (a zero id only moves the offset on).
 * Waits for the disk when the table is full. */
PT_NODISCARD PtStatus dedupe_restore(Dedupe *dedupe, PtHash128 id, int64_t time_ms, uint64_t offset,
                                     PtError *err);

typedef enum DedupeVerdict { DEDUPE_NEW, DEDUPE_SEEN } DedupeVerdict;

/* Looks the id up; when new, adds it provisionally for `round`. PT_UNAVAILABLE when a run cannot be
 * read or the table is full because runs cannot be written: then nothing was added and the client
 * must be told 503. time_ms: of the record that will carry it.
 */
PT_NODISCARD PtStatus dedupe_check_add(Dedupe *dedupe, PtHash128 id, int64_t time_ms,
                                       DedupeVerdict *ret_verdict, PtError *err);
/* The same for many: verdicts[i] for ids[i]; two equal ids in one call: the first is new, the
 * second seen. On failure none was added. It hides memory latency by prefetching. PT_TOO_LARGE:
 * more ids than a table holds at its fullest (1.75 x table_ids). */
PT_NODISCARD PtStatus dedupe_check_add_many(Dedupe *dedupe, const PtHash128 *ids, size_t count,
                                            int64_t time_ms, DedupeVerdict *verdicts, PtError *err);

/* After append: the ids added since the last call belong to `round` (never less than one given
 * before), whose last record so far has `offset`. */
void dedupe_assign(Dedupe *dedupe, uint64_t round, uint64_t offset);
/* Takes back what was added and not yet assigned (the append failed). */
void dedupe_abandon(Dedupe *dedupe);
/* Round finished: everything assigned to a round <= `round` stays. */
void dedupe_commit(Dedupe *dedupe, uint64_t round);
/* Round failed: everything assigned and not committed is taken back. */
void dedupe_rollback(Dedupe *dedupe);

/* Without the thread: one piece of work (remove dead files, write a full table, drop a run, merge),
 * if there is any. After a failure it may be called again at any time. */
PT_NODISCARD PtStatus dedupe_step(Dedupe *dedupe, int64_t now_ms, bool *ret_did, PtError *err);

typedef struct DedupeStats {
    uint64_t ids, runs, disk_bytes, memory_bytes;
    uint64_t lookups, seen, run_reads, false_positives; /* since open */
    uint64_t bad_reads; /* runs that could not be read: each refused a call, none let a double in */
    int64_t oldest_ms;  /* of the window in force */
    bool stalled;       /* the last write of a run failed */
} DedupeStats;
DedupeStats dedupe_stats(Dedupe *dedupe);
