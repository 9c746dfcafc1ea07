// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/status.h"
#include "platform/file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The person index (decision 10): under which node each record of the log is filed, on disk, so
 * that a person's timeline, export and erasure read that person's records only.
 *
 * A view of the log: additions gather in memory and are written as a run (sorted by node, then
 * offset, delta-coded, checksummed) together with the offset up to which all is in it; runs are
 * merged in the background of the caller (profile_index_step) so that at most INDEX_RUNS_MAX are
 * looked into. A crash loses what was in memory, never more: profile_index_next says from where the
 * log has to be read again.
 *
 * Errors   PT_CORRUPT names the damaged file; profile_index_reset begins anew. A damaged index
 * opens all the same: profile_index_next is then 0, and all else answers PT_CORRUPT until the
 *          reset. Where damage shows later, a read that meets it tells, and from the first merge
 *          that meets it all that the writer does. After any other failure nothing is lost: the
 *          call can be made again.
 * Threads  One writer (add, flush, step, reset); reads from any thread beside it, which neither
 *          wait for the writer nor hold it up. None may run when it is closed.
 */
typedef struct ProfileIndex ProfileIndex;

enum { INDEX_RUNS_MAX = 13 };

typedef struct ProfileIndexConfig {
    PtFs *fs;
    const char *dir;     /* made when missing */
    size_t memory_bytes; /* of additions before they are written; 64 MiB */
} ProfileIndexConfig;

PT_NODISCARD PtStatus profile_index_open(const ProfileIndexConfig *config, ProfileIndex **ret_index,
                                         PtError *err);
void profile_index_close(ProfileIndex *x); /* writes nothing; accepts NULL */

/* Offsets rise over all calls; at one that was given before, or below profile_index_next, nothing
 * happens. PT_NO_MEMORY: out of memory, or over twice memory_bytes without a flush. */
PT_NODISCARD PtStatus profile_index_add(ProfileIndex *x, uint32_t node, uint64_t offset,
                                        PtError *err);
/* All below `next` has been given: durable when this returns. Does nothing while little is in
 * memory and little of the log (4 million records) would have to be read again, unless `now`. */
PT_NODISCARD PtStatus profile_index_flush(ProfileIndex *x, uint64_t next, bool now, PtError *err);
/* Merges runs where there are too many, a few milliseconds of it at a time; *ret_did: there may be
 * more to do. A flush that finds INDEX_RUNS_MAX runs does this work itself first. */
PT_NODISCARD PtStatus profile_index_step(ProfileIndex *x, bool *ret_did, PtError *err);
PT_NODISCARD PtStatus profile_index_reset(ProfileIndex *x, PtError *err);
uint64_t profile_index_next(ProfileIndex *x); /* durable up to here */

/* The records of these nodes (each named once) with an offset below `before`, newest first, at most
 * `max`: *ret_count of them. */
PT_NODISCARD PtStatus profile_index_before(ProfileIndex *x, const uint32_t *nodes, size_t count,
                                           uint64_t before, size_t max, uint64_t *ret_offsets,
                                           size_t *ret_count, PtError *err);
/* How many records these nodes have. */
PT_NODISCARD PtStatus profile_index_count(ProfileIndex *x, const uint32_t *nodes, size_t count,
                                          uint64_t *ret_records, PtError *err);

typedef struct ProfileIndexStats {
    uint64_t records, bytes, memory_bytes;
    uint32_t runs;
} ProfileIndexStats;
ProfileIndexStats profile_index_stats(ProfileIndex *x);
/* The oldest record of these nodes. PT_NOT_FOUND: none. */
PT_NODISCARD PtStatus profile_index_first(ProfileIndex *x, const uint32_t *nodes, size_t count,
                                          uint64_t *ret_offset, PtError *err);
