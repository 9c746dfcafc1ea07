// SPDX-License-Identifier: Apache-2.0
#include "events/dedupe.h"

#include "base/memory.h"
#include "events/dedupe_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
    CHUNK = 64, /* ids looked up together: as many as the bits of a word */
    TABLE_IDS_MAX = 262144,
    TABLE_IDS_MIN = 64,
    RUN_SHARE = 7, /* a run spans at most this fraction of the window */
};

DedupeConfig dedupe_config_default(void)
{
    return (DedupeConfig){.memory_bytes = UINT64_C(256) << 20,
                          .window_ms = UINT64_C(7) * 24 * 3600 * 1000,
                          .window_ids = UINT64_C(500) * 1000 * 1000,
                          .start_thread = true};
}

/* Tables at their largest, the journal, and what writing a run or a merge takes. */
static uint64_t fixed_bytes(uint64_t max_slots)
{
    uint64_t id = sizeof(PtHash128), room = dedupe_table_room(max_slots);
    uint64_t sorting = 2 * room * id; // the copy, and qsort's
    return 2 * max_slots * id + sorting + room * id + dedupe_merge_buffers(DEDUPE_MERGE_MAX);
}

static uint64_t slots_for(uint64_t table_ids)
{
    uint64_t slots = 2;
    while (slots < table_ids * 2) {
        slots *= 2;
    }
    return slots;
}

static PtStatus choose_sizes(Dedupe *d, PtError *err)
{
    const DedupeConfig *c = &d->config;
    if (c->window_ms == 0 || c->window_ms > INT64_MAX || c->window_ids == 0 ||
        c->table_ids > TABLE_IDS_MAX) {
        return pt_fail(err, PT_INVALID, "window or table of ids is out of range");
    }
    d->table_ids = c->table_ids;
    if (d->table_ids == 0) {
        d->table_ids = TABLE_IDS_MAX;
        while (d->table_ids > TABLE_IDS_MIN &&
               fixed_bytes(slots_for(d->table_ids)) > c->memory_bytes / 4) {
            d->table_ids /= 2;
        }
    }
    d->max_slots = slots_for(d->table_ids);
    d->fixed_bytes = fixed_bytes(d->max_slots);
    uint64_t fences = c->window_ids / DEDUPE_BLOCK_IDS * 8;
    if (d->fixed_bytes + fences + fences / 2 > c->memory_bytes) {
        return pt_fail(err, PT_INVALID, "%llu bytes are too few to remember %llu ids",
                       (unsigned long long)c->memory_bytes, (unsigned long long)c->window_ids);
    }
    uint64_t most = c->window_ids / RUN_SHARE;
    d->rules = (DedupeMergeRules){.table_ids = d->table_ids,
                                  .max_count = most > d->table_ids ? most : d->table_ids,
                                  .max_span_ms = (int64_t)(c->window_ms / RUN_SHARE)};
    return PT_OK;
}

static void free_parts(Dedupe *d)
{
    for (size_t i = 0; i < d->run_count; i++) {
        dedupe_run_free(d->runs[i]);
    }
    for (size_t i = 0; i < d->garbage_count; i++) {
        free(d->garbage[i]);
    }
    free(d->runs);
    free(d->garbage);
    free(d->journal);
    free(d->segments);
    dedupe_table_done(&d->active);
    dedupe_table_done(&d->frozen);
    pthread_cond_destroy(&d->written);
    pthread_cond_destroy(&d->wake);
    pthread_mutex_destroy(&d->lock);
    free(d->dir);
    free(d);
}

static PtStatus start(Dedupe *d, PtError *err)
{
    PtStatus st = choose_sizes(d, err);
    if (st != PT_OK) {
        return st;
    }
    d->seg_cap = 16;
    d->segments = malloc(d->seg_cap * sizeof *d->segments);
    d->dir = strdup(d->config.dir);
    if (d->segments == NULL || d->dir == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to open \"%s\"", d->config.dir);
    }
    st = dedupe_load(d, err);
    if (st == PT_OK && d->config.start_thread) {
        if (pthread_create(&d->thread, NULL, dedupe_thread, d) != 0) {
            return pt_fail(err, PT_UNAVAILABLE, "cannot start a thread for message ids");
        }
        d->has_thread = true;
    }
    return st;
}

PtStatus dedupe_open(const DedupeConfig *config, Dedupe **ret_dedupe, uint64_t *ret_replay_from,
                     PtError *err)
{
    Dedupe *d = calloc(1, sizeof *d);
    if (d == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to open \"%s\"", config->dir);
    }
    d->config = *config;
    pthread_mutex_init(&d->lock, NULL);
    pthread_cond_init(&d->wake, NULL);
    pthread_cond_init(&d->written, NULL);
    PtStatus st = start(d, err);
    if (st != PT_OK) {
        free_parts(d);
        return st;
    }
    *ret_dedupe = d;
    *ret_replay_from = d->next_from;
    return PT_OK;
}

void dedupe_close(Dedupe *d)
{
    if (d == NULL) {
        return;
    }
    if (d->has_thread) {
        pthread_mutex_lock(&d->lock);
        atomic_store(&d->stopping, true);
        pthread_cond_broadcast(&d->wake);
        pthread_cond_broadcast(&d->written);
        pthread_mutex_unlock(&d->lock);
        pthread_join(d->thread, NULL);
    }
    // What cannot be written now is fed from the log at the next start.
    bool ok = !d->has_frozen || dedupe_flush(d, NULL) == PT_OK;
    if (ok && dedupe_freeze(d) && d->has_frozen) {
        (void)!dedupe_flush(d, NULL);
    }
    free_parts(d);
}

/* Leaves the active table with the provisional ids only. */
bool dedupe_freeze(Dedupe *d)
{
    uint64_t provisional = d->len - d->head;
    if (d->active.count <= provisional || d->committed_to <= d->next_from) {
        return true; // nothing that a run could hold
    }
    DedupeTable fresh = {0};
    // As large as the one before, so that steady traffic does not grow it again each time.
    uint64_t room = d->active.count > provisional ? d->active.count : provisional;
    if (!dedupe_table_reserve(&fresh, room, d->max_slots)) {
        return false;
    }
    for (uint64_t i = d->head; i < d->len; i++) {
        (void)dedupe_table_add(&fresh, d->journal[i], d->active.max_ms);
        dedupe_table_remove(&d->active, d->journal[i]);
    }
    d->frozen = d->active;
    d->active = fresh;
    d->frozen_from = d->next_from;
    d->frozen_to = d->next_from = d->committed_to;
    d->has_frozen = true;
    d->kick = true;
    pthread_cond_signal(&d->wake);
    return true;
}

/* Room for `count` more provisional ids in table, journal and segments. */
static PtStatus reserve(Dedupe *d, size_t count, PtError *err)
{
    uint64_t room = dedupe_table_room(d->max_slots);
    if (count > room) {
        return pt_fail(err, PT_TOO_LARGE, "%zu message ids at once are more than %llu", count,
                       (unsigned long long)room);
    }
    bool memory = true;
    if (d->active.count >= d->table_ids || d->active.count + count > room) {
        if (!d->has_frozen) {
            memory = dedupe_freeze(d);
        }
        if (memory && (d->active.count >= d->table_ids || d->active.count + count > room)) {
            return pt_fail(err, PT_UNAVAILABLE,
                           "the table of message ids is full and not yet written");
        }
    }
    if (memory && d->len + count > d->cap && d->head > 0) {
        memmove(d->journal, d->journal + d->head, (d->len - d->head) * sizeof *d->journal);
        d->len -= d->head;
        d->head = 0;
    }
    if (memory && d->len + count > d->cap) {
        uint64_t cap = d->cap * 2 > d->len + count ? d->cap * 2 : d->len + count;
        PtHash128 *grown = realloc(d->journal, cap * sizeof *grown);
        memory = grown != NULL;
        d->journal = memory ? grown : d->journal;
        d->cap = memory ? cap : d->cap;
    }
    if (!memory || !dedupe_table_reserve(&d->active, count, d->max_slots)) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for message ids");
    }
    return PT_OK;
}

/* Asks one run for the undecided ids of a chunk; clears the bits of those it holds. */
static PtStatus ask_run(Dedupe *d, const DedupeRun *run, const PtHash128 *ids, uint64_t *open,
                        PtError *err)
{
    uint64_t ask = *open;
    if (run->filter.lines > 0) {
        ask = 0;
        for (uint64_t bits = *open; bits != 0; bits &= bits - 1) {
            dedupe_filter_prefetch(&run->filter, ids[__builtin_ctzll(bits)]);
        }
        for (uint64_t bits = *open; bits != 0; bits &= bits - 1) {
            if (dedupe_filter_may_hold(&run->filter, ids[__builtin_ctzll(bits)])) {
                ask |= bits & -bits;
            }
        }
    }
    for (; ask != 0; ask &= ask - 1) {
        bool found = false;
        PtError why;
        PtStatus st = dedupe_run_find(run, ids[__builtin_ctzll(ask)], &found, &why);
        if (st != PT_OK) {
            d->counters.bad_reads++;
            return pt_fail(err, PT_UNAVAILABLE, "%s", why.message);
        }
        d->counters.run_reads++;
        if (found) {
            *open &= ~(ask & -ask);
        } else {
            d->counters.false_positives++;
        }
    }
    return PT_OK;
}

/* At most CHUNK ids. verdicts says what tables and runs know. */
static PtStatus look_up(Dedupe *d, const PtHash128 *ids, size_t count, DedupeVerdict *verdicts,
                        PtError *err)
{
    for (size_t i = 0; i < count; i++) {
        dedupe_table_prefetch(&d->active, ids[i]);
        dedupe_table_prefetch(&d->frozen, ids[i]);
    }
    uint64_t open = 0;
    for (size_t i = 0; i < count; i++) {
        bool known = dedupe_table_has(&d->active, ids[i]) || dedupe_table_has(&d->frozen, ids[i]);
        open |= (uint64_t)!known << i;
    }
    for (size_t r = d->run_count; r > 0 && open != 0; r--) {
        PtStatus st = ask_run(d, d->runs[r - 1], ids, &open, err);
        if (st != PT_OK) {
            return st;
        }
    }
    for (size_t i = 0; i < count; i++) {
        verdicts[i] = (open >> i & 1) != 0 ? DEDUPE_NEW : DEDUPE_SEEN;
    }
    return PT_OK;
}

static PtStatus check_add_locked(Dedupe *d, const PtHash128 *ids, size_t count, int64_t time_ms,
                                 DedupeVerdict *verdicts, PtError *err)
{
    PtStatus st = reserve(d, count, err);
    for (size_t i = 0; st == PT_OK && i < count; i += CHUNK) {
        st = look_up(d, ids + i, count - i < CHUNK ? count - i : CHUNK, verdicts + i, err);
    }
    if (st != PT_OK) {
        return st;
    }
    for (size_t i = 0; i < count; i++) {
        if (verdicts[i] == DEDUPE_NEW && dedupe_table_add(&d->active, ids[i], time_ms)) {
            d->journal[d->len++] = ids[i];
        } else {
            verdicts[i] = DEDUPE_SEEN;
            d->counters.seen++;
        }
    }
    d->counters.lookups += count;
    d->newest_ms = time_ms > d->newest_ms ? time_ms : d->newest_ms;
    return PT_OK;
}

PtStatus dedupe_check_add_many(Dedupe *d, const PtHash128 *ids, size_t count, int64_t time_ms,
                               DedupeVerdict *verdicts, PtError *err)
{
    pthread_mutex_lock(&d->lock);
    PtStatus st = check_add_locked(d, ids, count, time_ms, verdicts, err);
    pthread_mutex_unlock(&d->lock);
    return st;
}

PtStatus dedupe_check_add(Dedupe *d, PtHash128 id, int64_t time_ms, DedupeVerdict *ret_verdict,
                          PtError *err)
{
    return dedupe_check_add_many(d, &id, 1, time_ms, ret_verdict, err);
}

/* A segment for the round, or none when there is neither one nor memory. */
static DedupeSegment *segment_for(Dedupe *d, uint64_t round)
{
    if (d->seg_len > d->seg_head && d->segments[d->seg_len - 1].round == round) {
        return &d->segments[d->seg_len - 1];
    }
    if (d->seg_len == d->seg_cap && d->seg_head > 0) {
        memmove(d->segments, d->segments + d->seg_head,
                (d->seg_len - d->seg_head) * sizeof *d->segments);
        d->seg_len -= d->seg_head;
        d->seg_head = 0;
    }
    if (d->seg_len == d->seg_cap) {
        DedupeSegment *grown = realloc(d->segments, d->seg_cap * 2 * sizeof *grown);
        if (grown == NULL) {
            // Counted to the round before, which then ends with this one: later, never too early.
            return &d->segments[d->seg_len - 1];
        }
        d->segments = grown;
        d->seg_cap *= 2;
    }
    d->segments[d->seg_len] = (DedupeSegment){0};
    return &d->segments[d->seg_len++];
}

void dedupe_assign(Dedupe *d, uint64_t round, uint64_t offset)
{
    pthread_mutex_lock(&d->lock);
    DedupeSegment *s = segment_for(d, round);
    s->round = round;
    s->offset = offset;
    s->count += d->len - d->head - d->assigned;
    d->assigned = d->len - d->head;
    pthread_mutex_unlock(&d->lock);
}

void dedupe_abandon(Dedupe *d)
{
    pthread_mutex_lock(&d->lock);
    while (d->len > d->head + d->assigned) {
        dedupe_table_remove(&d->active, d->journal[--d->len]);
    }
    pthread_mutex_unlock(&d->lock);
}

void dedupe_commit(Dedupe *d, uint64_t round)
{
    pthread_mutex_lock(&d->lock);
    while (d->seg_head < d->seg_len && d->segments[d->seg_head].round <= round) {
        const DedupeSegment *s = &d->segments[d->seg_head++];
        d->head += s->count;
        d->assigned -= s->count;
        d->committed_to = s->offset + 1 > d->committed_to ? s->offset + 1 : d->committed_to;
    }
    if (d->head == d->len) {
        d->head = d->len = 0;
    }
    if (d->seg_head == d->seg_len) {
        d->seg_head = d->seg_len = 0;
    }
    pthread_mutex_unlock(&d->lock);
}

void dedupe_rollback(Dedupe *d)
{
    pthread_mutex_lock(&d->lock);
    uint64_t end = d->head + d->assigned;
    for (uint64_t i = d->head; i < end; i++) {
        dedupe_table_remove(&d->active, d->journal[i]);
    }
    d->head = end;
    d->assigned = 0;
    d->seg_head = d->seg_len = 0;
    if (d->head == d->len) {
        d->head = d->len = 0;
    }
    pthread_mutex_unlock(&d->lock);
}

/* At a start there are no clients, so waiting for the disk is right. */
static PtStatus make_room(Dedupe *d, PtError *err)
{
    while (d->active.count >= d->table_ids) {
        if (!d->has_frozen && !dedupe_freeze(d)) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for message ids");
        }
        if (!d->has_thread) {
            pthread_mutex_unlock(&d->lock);
            PtStatus st = dedupe_flush(d, err);
            pthread_mutex_lock(&d->lock);
            if (st != PT_OK) {
                return st;
            }
        } else if (d->counters.stalled) {
            return pt_fail(err, PT_UNAVAILABLE, "message ids cannot be written to \"%s\"", d->dir);
        } else if (d->active.count >= d->table_ids) {
            pthread_cond_wait(&d->written, &d->lock);
        }
    }
    return PT_OK;
}

PtStatus dedupe_restore(Dedupe *d, PtHash128 id, int64_t time_ms, uint64_t offset, PtError *err)
{
    PtStatus st = PT_OK;
    pthread_mutex_lock(&d->lock);
    if ((id.hi | id.lo) != 0) {
        st = make_room(d, err);
        if (st == PT_OK && !dedupe_table_reserve(&d->active, 1, d->max_slots)) {
            st = pt_fail(err, PT_NO_MEMORY, "no memory for message ids");
        }
        if (st == PT_OK) {
            (void)dedupe_table_add(&d->active, id, time_ms);
            d->newest_ms = time_ms > d->newest_ms ? time_ms : d->newest_ms;
        }
    }
    if (st == PT_OK && offset + 1 > d->committed_to) {
        d->committed_to = offset + 1;
    }
    pthread_mutex_unlock(&d->lock);
    return st;
}

DedupeStats dedupe_stats(Dedupe *d)
{
    pthread_mutex_lock(&d->lock);
    DedupeStats s = d->counters;
    s.ids = d->active.count + d->frozen.count;
    s.runs = d->run_count;
    s.memory_bytes = dedupe_table_bytes(&d->active) + dedupe_table_bytes(&d->frozen) +
                     d->cap * sizeof *d->journal + d->seg_cap * sizeof *d->segments;
    s.oldest_ms = d->frozen.count > 0 ? d->frozen.min_ms : d->active.min_ms;
    for (size_t i = d->run_count; i-- > 0;) {
        const DedupeRun *run = d->runs[i];
        s.ids += run->count;
        s.memory_bytes += dedupe_run_memory(run);
        s.disk_bytes += dedupe_run_disk(run);
        s.oldest_ms = run->min_ms;
    }
    pthread_mutex_unlock(&d->lock);
    return s;
}
