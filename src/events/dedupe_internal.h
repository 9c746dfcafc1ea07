// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "events/dedupe.h"
#include "events/dedupe_run.h"
#include "events/dedupe_table.h"

#include <pthread.h>
#include <stdatomic.h>

/* What dedupe.c (looking up, adding, rounds) and dedupe_step.c (files, in the background) share.
 *
 * The background is one thread, or the caller of dedupe_step. Only it changes `runs`, and only
 * under the lock, so it may read the list without; others read it under the lock. A frozen table
 * does not change until the background takes it away.
 */
typedef struct DedupeSegment {
    uint64_t round, offset, count; /* ids of the journal, in order */
} DedupeSegment;

struct Dedupe {
    DedupeConfig config;
    char *dir;
    uint64_t table_ids, max_slots;
    uint64_t fixed_bytes; /* set aside for tables, journal and buffers at their largest */
    DedupeMergeRules rules;

    pthread_mutex_t lock;
    pthread_cond_t wake;    /* of the background thread */
    pthread_cond_t written; /* a frozen table went to disk, or that failed */
    DedupeTable active, frozen;
    bool has_frozen;
    uint64_t frozen_from, frozen_to; /* log offsets of the frozen table */
    uint64_t next_from;              /* first offset that is in no run and not in frozen */
    uint64_t committed_to;           /* one past the last committed record */

    /* Provisional ids, oldest first: journal[head..len). The first `assigned` of them belong to
     * segments. All stand in the active table. */
    PtHash128 *journal;
    uint64_t head, len, cap, assigned;
    DedupeSegment *segments;
    size_t seg_head, seg_len, seg_cap;

    DedupeRun **runs; /* oldest first */
    size_t run_count, run_cap;
    int64_t newest_ms;
    DedupeStats counters; /* lookups, seen, run_reads, false_positives, stalled */
    bool kick;            /* there may be work */

    /* Of the background alone. */
    char **garbage; /* files to be removed, in this order, before anything is published */
    size_t garbage_count, garbage_cap;
    uint64_t next_seq;

    atomic_bool stopping;
    pthread_t thread;
    bool has_thread;
};

/* Moves committed ids into the frozen table. Under the lock, with none frozen. False when out of
 * memory. */
bool dedupe_freeze(Dedupe *d);

/* Reads the folder at open. */
PT_NODISCARD PtStatus dedupe_load(Dedupe *d, PtError *err);
/* Writes the frozen table as a run. */
PT_NODISCARD PtStatus dedupe_flush(Dedupe *d, PtError *err);

/* Bytes that filters may take beside fences of `more_blocks` further blocks. */
uint64_t dedupe_filter_budget(const Dedupe *d, uint64_t more_blocks);
/* The part of the budget that a run of `count` ids may take. One more of the
 * largest that a merge can make is kept in hand: while it is written, its inputs have filters too.
 */
uint64_t dedupe_filter_share(const Dedupe *d, uint64_t budget, uint64_t count);
/* Room for `want` items in a malloc'ed array. False when out of memory: nothing changed. */
bool dedupe_grow(void **items, size_t *cap, size_t want, size_t size);

void *dedupe_thread(void *dedupe);
