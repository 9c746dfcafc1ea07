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
 * memory; when it is full it is written by a background thread as an immutable sorted run that
 * names the log offset it reaches; runs are merged in the background and dropped when the window
 * has passed them. After a crash dedupe_open tells from which offset the owner must feed it again
 * from the log.
 *
 * Memory   At most `memory_bytes` in all (tables, filters, fences). Filters get what is left after
 * the tables, at most 12 bits an id. Rounds   An id that was added is provisional until
 * dedupe_commit(round) of the log round that carries its event; dedupe_rollback takes back what was
 * not committed, so that a failed write leaves no trace and a retry of the client is new. Threads
 * seen/add/commit/rollback/stats: one lock inside, any thread; the background thread never holds it
 * while it reads or writes. Files    dir/run-<from>-<to>-<seq>.ids, immutable, checksummed,
 * published by rename and folder sync; dir/manifest. A damaged file is PT_CORRUPT at open: delete
 * the folder and it is rebuilt from the log.
 */
typedef struct Dedupe Dedupe;

typedef struct DedupeConfig {
    PtFs *fs;
    const char *dir;       /* made when missing */
    uint64_t memory_bytes; /* 256 MiB; tests use less */
    uint64_t window_ms;    /* 7 days */
    uint64_t window_ids;   /* newest 500 million */
    uint32_t table_ids;    /* ids in memory before a run is written; 0 = chosen from memory_bytes
                              (262,144 at most) */
    bool start_thread;     /* false: the caller drives dedupe_step (deterministic tests) */
} DedupeConfig;

DedupeConfig dedupe_config_default(void);

/* *ret_replay_from: the offset from which records must be fed with dedupe_restore before use. */
PT_NODISCARD PtStatus dedupe_open(const DedupeConfig *config, Dedupe **ret_dedupe,
                                  uint64_t *ret_replay_from, PtError *err);
/* Writes the table as a run (so that the next start replays nothing), then closes. Accepts NULL. */
void dedupe_close(Dedupe *dedupe);

/* At start: an acknowledged record's id. */
PT_NODISCARD PtStatus dedupe_restore(Dedupe *dedupe, PtHash128 id, int64_t time_ms, uint64_t offset,
                                     PtError *err);

typedef enum DedupeVerdict { DEDUPE_NEW, DEDUPE_SEEN } DedupeVerdict;

/* Looks the id up; when new, adds it provisionally for `round`. PT_UNAVAILABLE when a run cannot be
 * read or the table is full because runs cannot be written: then nothing was added and the client
 * must be told 503. offset and time_ms: of the record that will carry it.
 */
PT_NODISCARD PtStatus dedupe_check_add(Dedupe *dedupe, PtHash128 id, int64_t time_ms,
                                       DedupeVerdict *ret_verdict, PtError *err);
/* The same for many: verdicts[i] for ids[i]; two equal ids in one call: the first is new, the
 * second seen. On failure none was added. It hides memory latency by prefetching. */
PT_NODISCARD PtStatus dedupe_check_add_many(Dedupe *dedupe, const PtHash128 *ids, size_t count,
                                            int64_t time_ms, DedupeVerdict *verdicts, PtError *err);

/* After append: the ids added since the last call belong to `round`, whose last record has
 * `offset`. */
void dedupe_assign(Dedupe *dedupe, uint64_t round, uint64_t offset);
/* Takes back what was added and not yet assigned (the append failed). */
void dedupe_abandon(Dedupe *dedupe);
/* Round finished: everything assigned to a round <= `round` stays. */
void dedupe_commit(Dedupe *dedupe, uint64_t round);
/* Round failed: everything assigned and not committed is taken back. */
void dedupe_rollback(Dedupe *dedupe);

PT_NODISCARD PtStatus dedupe_step(Dedupe *dedupe, int64_t now_ms, bool *ret_did, PtError *err);

typedef struct DedupeStats {
    uint64_t ids, runs, disk_bytes, memory_bytes;
    uint64_t lookups, seen, run_reads, false_positives; /* since open */
    int64_t oldest_ms;                                  /* of the window in force */
    bool stalled;                                       /* the last write of a run failed */
} DedupeStats;
DedupeStats dedupe_stats(Dedupe *dedupe);
