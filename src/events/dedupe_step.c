// SPDX-License-Identifier: Apache-2.0
#include "base/memory.h"
#include "events/dedupe_internal.h"
#include "events/dedupe_memory.h"
#include "platform/diag.h"
#include "platform/loop.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RETRY_S = 1, IDLE_S = 60, MERGE_SLICE = 32768 /* ids between two looks at the tables */ };

uint64_t dedupe_filter_budget(const Dedupe *d, uint64_t more_blocks)
{
    uint64_t used = d->fixed_bytes + more_blocks * 8;
    for (size_t i = 0; i < d->run_count; i++) {
        used += d->runs[i]->blocks * 8;
    }
    return used < d->config.memory_bytes ? d->config.memory_bytes - used : 0;
}

uint64_t dedupe_filter_share(const Dedupe *d, uint64_t budget, uint64_t count)
{
    uint64_t held = 0;
    for (size_t i = 0; i < d->run_count; i++) {
        held += d->runs[i]->count;
    }
    uint64_t total = held > count ? held : count;
    uint64_t spare = total < d->rules.max_count ? total : d->rules.max_count;
    double share = (double)budget * ((double)count / (double)(total + spare));
    uint64_t least = (uint64_t)DEDUPE_FILTER_STEP * DEDUPE_FILTER_LINE; // of the smallest filter
    share = share > (double)least ? share : (double)least;
    return share < (double)budget ? (uint64_t)share : budget;
}

static double bits_of(const DedupeRun *run)
{
    return (double)run->filter.lines / (double)run->count;
}

/* Folds filters, the richest first, until `need` further bytes fit. Where memory for the smaller
 * copy is lacking, the filter goes: slower, still right. */
static void make_filter_room(Dedupe *d, uint64_t budget, uint64_t need)
{
    for (;;) {
        uint64_t total = need;
        DedupeRun *rich = NULL;
        for (size_t i = 0; i < d->run_count; i++) {
            DedupeRun *run = d->runs[i];
            total += dedupe_filter_bytes(&run->filter);
            if (run->filter.lines > 0 && (rich == NULL || bits_of(run) > bits_of(rich))) {
                rich = run;
            }
        }
        if (total <= budget || rich == NULL) {
            return;
        }
        DedupeFilter half = {0}, old;
        (void)dedupe_filter_fold(&rich->filter, &half);
        pthread_mutex_lock(&d->lock);
        old = rich->filter;
        rich->filter = half;
        pthread_mutex_unlock(&d->lock);
        dedupe_filter_done(&old);
    }
}

bool dedupe_grow(void **items, size_t *cap, size_t want, size_t size)
{
    if (want <= *cap) {
        return true;
    }
    size_t next = want * 2;
    void *grown = realloc(*items, next * size);
    if (grown == NULL) {
        return false;
    }
    *items = grown;
    *cap = next;
    return true;
}

static bool grow_garbage(Dedupe *d, size_t more)
{
    return dedupe_grow((void **)&d->garbage, &d->garbage_cap, d->garbage_count + more,
                       sizeof *d->garbage);
}

static bool grow_runs(Dedupe *d)
{
    pthread_mutex_lock(&d->lock);
    bool ok = dedupe_grow((void **)&d->runs, &d->run_cap, d->run_count + 1, sizeof(DedupeRun *));
    pthread_mutex_unlock(&d->lock);
    return ok;
}

/* In order and each durable before the next, so that a crash never leaves an older run without the
 * newer ones behind it. */
static PtStatus remove_garbage(Dedupe *d, PtError *err)
{
    PtFs *fs = d->config.fs;
    while (d->garbage_count > 0) {
        PtStatus st = fs->ops->unlink(fs, d->garbage[0], err);
        if (st != PT_OK && st != PT_NOT_FOUND) {
            return st;
        }
        st = fs->ops->sync_dir(fs, d->dir, err);
        if (st != PT_OK) {
            return st;
        }
        free(d->garbage[0]);
        d->garbage_count--;
        memmove(d->garbage, d->garbage + 1, d->garbage_count * sizeof *d->garbage);
    }
    return PT_OK;
}

/* Begins a run with room made for it in lists and memory. */
static PtStatus begin_run(Dedupe *d, DedupeRunWriter *w, DedupeRunKey key, uint64_t count,
                          PtError *err)
{
    uint64_t budget = dedupe_filter_budget(d, count / DEDUPE_BLOCK_IDS + 1);
    uint64_t share = dedupe_filter_share(d, budget, count);
    uint64_t most = count * DEDUPE_FILTER_BITS / 8 + DEDUPE_FILTER_LINE * DEDUPE_FILTER_STEP;
    share = share < most ? share : most;
    make_filter_room(d, budget, share);
    if (!grow_runs(d) || !grow_garbage(d, DEDUPE_MERGE_MAX + 2)) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to write a run of ids");
    }
    return dedupe_writer_begin(w, d->config.fs, d->dir, key, count, share, err);
}

static PtStatus end_run(Dedupe *d, DedupeRunWriter *w, int64_t min_ms, int64_t max_ms,
                        DedupeRun **ret_run, PtError *err)
{
    PtStatus st = dedupe_writer_finish(w, min_ms, max_ms, ret_run, err);
    if (w->orphan != NULL) {
        d->garbage[d->garbage_count++] = PT_TAKE(w->orphan);
    }
    return st;
}

static PtStatus write_sorted(Dedupe *d, const PtHash128 *ids, uint64_t count, DedupeRun **ret_run,
                             PtError *err)
{
    PT_CLEANUP(dedupe_writer_abort) DedupeRunWriter w = {0};
    DedupeRunKey key = {d->frozen_from, d->frozen_to, d->next_seq++};
    PtStatus st = begin_run(d, &w, key, count, err);
    for (uint64_t i = 0; st == PT_OK && i < count; i++) {
        st = dedupe_writer_add(&w, ids[i], err);
    }
    return st == PT_OK ? end_run(d, &w, d->frozen.min_ms, d->frozen.max_ms, ret_run, err) : st;
}

static PtStatus write_table(Dedupe *d, DedupeRun **ret_run, PtError *err)
{
    uint64_t count = d->frozen.count;
    PtHash128 *ids = dedupe_block_new(count * sizeof *ids);
    if (ids == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to sort message ids");
    }
    dedupe_table_sorted(&d->frozen, ids);
    PtStatus st = write_sorted(d, ids, count, ret_run, err);
    dedupe_block_free(ids, count * sizeof *ids);
    return st;
}

PtStatus dedupe_flush(Dedupe *d, PtError *err)
{
    DedupeRun *run = NULL;
    PtStatus st = remove_garbage(d, err);
    if (st == PT_OK) {
        st = write_table(d, &run, err);
    }
    if (st != PT_OK) {
        return st;
    }
    pthread_mutex_lock(&d->lock);
    d->runs[d->run_count++] = run;
    DedupeTable written = d->frozen;
    d->frozen = (DedupeTable){0};
    d->has_frozen = false;
    pthread_cond_broadcast(&d->written);
    pthread_mutex_unlock(&d->lock);
    dedupe_table_done(&written);
    return PT_OK;
}

static bool is_frozen(Dedupe *d)
{
    pthread_mutex_lock(&d->lock);
    bool frozen = d->has_frozen;
    pthread_mutex_unlock(&d->lock);
    return frozen;
}

/* Drops the oldest run when the window has passed all of it. The newest stays in any case: it says
 * up to which offset the log need not be read again. */
static bool expire(Dedupe *d, int64_t now_ms)
{
    if (d->run_count < 2 || !grow_garbage(d, 1)) {
        return false;
    }
    pthread_mutex_lock(&d->lock);
    DedupeRun *oldest = d->runs[0];
    uint64_t newer = d->active.count + d->frozen.count;
    for (size_t i = 1; i < d->run_count; i++) {
        newer += d->runs[i]->count;
    }
    bool drop =
        newer >= d->config.window_ids ||
        (now_ms > oldest->max_ms && (uint64_t)(now_ms - oldest->max_ms) > d->config.window_ms);
    if (drop) {
        d->run_count--;
        memmove(d->runs, d->runs + 1, d->run_count * sizeof(DedupeRun *));
    }
    pthread_mutex_unlock(&d->lock);
    if (drop) {
        d->garbage[d->garbage_count++] = PT_TAKE(oldest->path);
        dedupe_run_free(oldest);
    }
    return drop;
}

typedef struct Merge {
    DedupeRunReader readers[DEDUPE_MERGE_MAX];
    PtHash128 heads[DEDUPE_MERGE_MAX];
    unsigned live;
    DedupeRunWriter writer;
} Merge;

static void merge_done(Merge *m)
{
    for (unsigned i = 0; i < DEDUPE_MERGE_MAX; i++) {
        dedupe_reader_done(&m->readers[i]);
    }
    dedupe_writer_abort(&m->writer);
}

/* The next id of reader i; a reader at its end leaves the merge. */
static PtStatus advance(Merge *m, unsigned i, PtError *err)
{
    bool more = false;
    PtStatus st = dedupe_reader_next(&m->readers[i], &m->heads[i], &more, err);
    if (st == PT_OK && !more) {
        dedupe_reader_done(&m->readers[i]);
        m->live--;
        m->readers[i] = m->readers[m->live];
        m->heads[i] = m->heads[m->live];
        m->readers[m->live] = (DedupeRunReader){0};
    }
    return st;
}

/* Moves up to MERGE_SLICE ids on. */
static PtStatus merge_slice(Merge *m, PtError *err)
{
    PtStatus st = PT_OK;
    for (unsigned n = 0; st == PT_OK && n < MERGE_SLICE && m->live > 0; n++) {
        unsigned least = 0;
        for (unsigned i = 1; i < m->live; i++) {
            if (dedupe_id_cmp(m->heads[i], m->heads[least]) < 0) {
                least = i;
            }
        }
        st = dedupe_writer_add(&m->writer, m->heads[least], err);
        if (st == PT_OK) {
            st = advance(m, least, err);
        }
    }
    return st;
}

static PtStatus merge_begin(Dedupe *d, Merge *m, size_t first, size_t count, PtError *err)
{
    uint64_t ids = 0;
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        ids += d->runs[first + i]->count;
        st = dedupe_reader_init(&m->readers[i], d->runs[first + i], err);
    }
    m->live = (unsigned)count;
    for (unsigned i = (unsigned)count; st == PT_OK && i-- > 0;) {
        st = advance(m, i, err);
    }
    DedupeRunKey key = {d->runs[first]->key.from, d->runs[first + count - 1]->key.to,
                        d->next_seq++};
    return st == PT_OK ? begin_run(d, &m->writer, key, ids, err) : st;
}

/* The merged run takes the place of its inputs. */
static void replace_runs(Dedupe *d, size_t first, size_t count, DedupeRun *merged)
{
    DedupeRun *old[DEDUPE_MERGE_MAX];
    memcpy(old, d->runs + first, count * sizeof *old);
    pthread_mutex_lock(&d->lock);
    d->runs[first] = merged;
    memmove(d->runs + first + 1, d->runs + first + count,
            (d->run_count - first - count) * sizeof(DedupeRun *));
    d->run_count -= count - 1;
    pthread_mutex_unlock(&d->lock);
    for (size_t i = 0; i < count; i++) {
        d->garbage[d->garbage_count++] = PT_TAKE(old[i]->path);
        dedupe_run_free(old[i]);
    }
}

/* Stops halfway, with nothing changed, when the daemon ends. */
static PtStatus merge(Dedupe *d, size_t first, size_t count, PtError *err)
{
    PT_CLEANUP(merge_done) Merge m = {0};
    int64_t min_ms = INT64_MAX, max_ms = INT64_MIN;
    for (size_t i = first; i < first + count; i++) {
        min_ms = d->runs[i]->min_ms < min_ms ? d->runs[i]->min_ms : min_ms;
        max_ms = d->runs[i]->max_ms > max_ms ? d->runs[i]->max_ms : max_ms;
    }
    PtStatus st = merge_begin(d, &m, first, count, err);
    while (st == PT_OK && m.live > 0) {
        if (atomic_load(&d->stopping)) {
            return PT_OK;
        }
        st = merge_slice(&m, err);
        if (st == PT_OK && is_frozen(d)) {
            st = dedupe_flush(d, err); // a table that is full must not wait for a long merge
        }
    }
    DedupeRun *merged = NULL;
    if (st == PT_OK && !grow_garbage(d, DEDUPE_MERGE_MAX + 2)) {
        st = pt_fail(err, PT_NO_MEMORY, "no memory to merge runs of ids");
    }
    if (st == PT_OK) {
        st = end_run(d, &m.writer, min_ms, max_ms, &merged, err);
    }
    if (st == PT_OK) {
        replace_runs(d, first, count, merged);
    }
    return st;
}

static PtStatus merge_some(Dedupe *d, bool *ret_did, PtError *err)
{
    DedupeRunInfo *infos = calloc(d->run_count > 0 ? d->run_count : 1, sizeof *infos);
    if (infos == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to merge runs of ids");
    }
    for (size_t i = 0; i < d->run_count; i++) {
        const DedupeRun *r = d->runs[i];
        infos[i] = (DedupeRunInfo){r->count, r->min_ms, r->max_ms};
    }
    size_t first = 0, count = 0;
    *ret_did = dedupe_merge_pick(infos, d->run_count, &d->rules, &first, &count);
    free(infos);
    return *ret_did ? merge(d, first, count, err) : PT_OK;
}

PtStatus dedupe_step(Dedupe *d, int64_t now_ms, bool *ret_did, PtError *err)
{
    bool did = true;
    PtStatus st = PT_OK;
    if (d->garbage_count > 0) {
        st = remove_garbage(d, err);
    } else if (is_frozen(d)) {
        st = dedupe_flush(d, err);
    } else if (!expire(d, now_ms)) {
        st = merge_some(d, &did, err);
    }
    pthread_mutex_lock(&d->lock);
    d->counters.stalled = st != PT_OK;
    if (st != PT_OK) {
        pthread_cond_broadcast(&d->written);
    }
    pthread_mutex_unlock(&d->lock);
    if (st == PT_OK) {
        *ret_did = did;
    }
    return st;
}

static void sleep_for(Dedupe *d, time_t seconds)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += seconds;
    while (!d->kick && !atomic_load(&d->stopping)) {
        if (pthread_cond_timedwait(&d->wake, &d->lock, &until) == ETIMEDOUT) {
            break;
        }
    }
    d->kick = false;
}

void *dedupe_thread(void *dedupe)
{
    Dedupe *d = dedupe;
    pt_background();
    pthread_mutex_lock(&d->lock);
    while (!atomic_load(&d->stopping)) {
        int64_t now_ms = d->newest_ms;
        pthread_mutex_unlock(&d->lock);
        bool did = false;
        PtError err = {0};
        PtStatus st = dedupe_step(d, now_ms, &did, &err);
        if (st != PT_OK) {
            pt_diag(PT_DIAG_ERROR, "dedupe", "message ids wait in memory and will be tried again",
                    PT_F_STR("problem", pt_str(err.message)));
        }
        pthread_mutex_lock(&d->lock);
        if (st != PT_OK) {
            d->kick = false;
            sleep_for(d, RETRY_S);
        } else if (!did) {
            sleep_for(d, IDLE_S);
        }
    }
    pthread_mutex_unlock(&d->lock);
    return NULL;
}
