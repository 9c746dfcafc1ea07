// SPDX-License-Identifier: Apache-2.0
#include "profiles/index.h"

#include "base/memory.h"
#include "profiles/index_internal.h"

#include <stdlib.h>

enum {
    SLACK = 1 << 20,  /* bytes: room for the first pages of a small table */
    BEHIND = 1 << 22, /* records of the log that a start should not have to read again */
    STEP_BYTES = 1 << 20,
};

static const uint64_t MEMORY_MOST = UINT64_C(8) << 30;

static size_t table_bytes(size_t memory_bytes)
{
    return memory_bytes < MEMORY_MOST ? memory_bytes * 2 + SLACK : MEMORY_MOST * 2;
}

static void free_parts(ProfileIndex *x)
{
    index_state_unref(x->state);
    pthread_mutex_destroy(&x->lock);
    free(x->dir);
    free(x);
}

static PtStatus start(ProfileIndex *x, const ProfileIndexConfig *config, PtError *err)
{
    IndexTable *table = index_table_new(table_bytes(config->memory_bytes));
    x->dir = strdup(config->dir);
    x->state = table != NULL ? index_state_new(table, NULL, 0) : NULL;
    if (x->state == NULL) {
        index_table_unref(table);
    }
    if (x->state == NULL || x->dir == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to open \"%s\"", config->dir);
    }
    PtStatus st = index_load(x, err);
    x->given = atomic_load(&x->next);
    return st;
}

PtStatus profile_index_open(const ProfileIndexConfig *config, ProfileIndex **ret_index,
                            PtError *err)
{
    ProfileIndex *x = calloc(1, sizeof *x);
    if (x == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to open \"%s\"", config->dir);
    }
    pthread_mutex_init(&x->lock, NULL);
    x->fs = config->fs;
    x->memory_bytes = config->memory_bytes;
    x->next_seq = 1;
    PtStatus st = start(x, config, err);
    if (st != PT_OK) {
        free_parts(x);
        return st;
    }
    *ret_index = x;
    return PT_OK;
}

void profile_index_close(ProfileIndex *x)
{
    if (x == NULL) {
        return;
    }
    index_merge_abort(x);
    index_sweep(x);
    while (x->dead != NULL) { // a reader that outlives the index breaks the contract
        IndexRun *run = x->dead;
        x->dead = run->next_dead;
        index_run_unref(run);
    }
    free_parts(x);
}

PtStatus profile_index_add(ProfileIndex *x, uint32_t node, uint64_t offset, PtError *err)
{
    if (x->damage.status != PT_OK) {
        return index_damage(x, err);
    }
    if (offset < x->given) {
        return PT_OK;
    }
    if (!index_table_add(x->state->table, node, offset)) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for additions to the person index");
    }
    x->given = offset + 1;
    return PT_OK;
}

/* The state with one more run and a table that holds the rest. Takes over the run. */
static PtStatus append_run(ProfileIndex *x, IndexRun *run, uint64_t next, PtError *err)
{
    const IndexState *old = x->state;
    IndexRun *runs[INDEX_RUNS_MAX];
    IndexTable *table = index_table_rest(old->table, next);
    memcpy(runs, old->runs, old->count * sizeof *runs);
    runs[old->count] = run;
    IndexState *s = table != NULL ? index_state_new(table, runs, old->count + 1) : NULL;
    if (s == NULL) {
        index_table_unref(table);
        (void)x->fs->ops->unlink(x->fs, run->path, NULL); // else it is removed at the next open
        index_run_unref(run);
        return pt_fail(err, PT_NO_MEMORY, "no memory to write the person index");
    }
    for (size_t i = 0; i < old->count; i++) {
        atomic_fetch_add(&runs[i]->refs, 1);
    }
    return index_publish(x, s, next, run, err);
}

/* The same runs and table, durable up to a later offset. */
static PtStatus move_next(ProfileIndex *x, uint64_t next, PtError *err)
{
    const IndexState *old = x->state;
    IndexState *s = index_state_new(old->table, old->runs, old->count);
    if (s == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to write the person index");
    }
    atomic_fetch_add(&s->table->refs, 1);
    for (size_t i = 0; i < s->count; i++) {
        atomic_fetch_add(&s->runs[i]->refs, 1);
    }
    return index_publish(x, s, next, NULL, err);
}

static PtStatus flush(ProfileIndex *x, uint64_t next, PtError *err)
{
    PtStatus st = index_settle(x, err);
    if (st != PT_OK) {
        return st;
    }
    if (index_table_below(x->state->table, next) == 0) {
        return move_next(x, next, err);
    }
    // Whoever forgets to step waits here instead.
    while (x->state->count == INDEX_RUNS_MAX) {
        bool did = false;
        st = index_merge_step(x, UINT64_MAX, &did, err);
        if (st != PT_OK) {
            return st;
        }
    }
    IndexRun *run = NULL;
    st = index_write_table(x, next, &run, err);
    return st == PT_OK ? append_run(x, run, next, err) : st;
}

PtStatus profile_index_flush(ProfileIndex *x, uint64_t next, bool now, PtError *err)
{
    uint64_t durable = atomic_load(&x->next);
    if (x->damage.status != PT_OK) {
        return index_damage(x, err);
    }
    index_sweep(x);
    bool much = atomic_load(&x->state->table->bytes) >= x->memory_bytes;
    if (next <= durable || (!now && !much && next - durable < BEHIND)) {
        return PT_OK;
    }
    PtStatus st = flush(x, next, err);
    if (st == PT_OK) {
        x->given = x->given > next ? x->given : next;
        index_sweep(x);
    }
    return st;
}

PtStatus profile_index_step(ProfileIndex *x, bool *ret_did, PtError *err)
{
    if (x->damage.status != PT_OK) {
        return index_damage(x, err);
    }
    index_sweep(x);
    PtStatus st = index_settle(x, err);
    if (st == PT_OK) {
        st = index_merge_step(x, STEP_BYTES, ret_did, err);
    }
    index_sweep(x);
    return st;
}

PtStatus profile_index_reset(ProfileIndex *x, PtError *err)
{
    PtStatus st = index_settle(x, err);
    if (st != PT_OK) {
        return st;
    }
    index_merge_abort(x);
    IndexTable *table = index_table_new(table_bytes(x->memory_bytes));
    IndexState *s = table != NULL ? index_state_new(table, NULL, 0) : NULL;
    if (s == NULL) {
        index_table_unref(table);
        return pt_fail(err, PT_NO_MEMORY, "no memory to reset the person index");
    }
    st = index_publish(x, s, 0, NULL, err);
    if (st != PT_OK) {
        return st;
    }
    x->given = 0;
    pthread_mutex_lock(&x->lock);
    x->damage = (PtError){0};
    pthread_mutex_unlock(&x->lock);
    index_sweep(x);
    if (!atomic_exchange(&x->blind, false)) {
        return PT_OK;
    }
    return index_remove_strays(x, err); // no reader can have them
}

uint64_t profile_index_next(ProfileIndex *x)
{
    return atomic_load(&x->next);
}

ProfileIndexStats profile_index_stats(ProfileIndex *x)
{
    IndexState *s = index_state_get(x);
    ProfileIndexStats stats = {.records = atomic_load(&s->table->count),
                               .memory_bytes = atomic_load(&s->table->bytes) + sizeof *s->table,
                               .runs = (uint32_t)s->count};
    for (size_t i = 0; i < s->count; i++) {
        stats.records += s->runs[i]->records;
        stats.bytes += index_run_bytes(s->runs[i]);
        stats.memory_bytes += s->runs[i]->blocks * sizeof(IndexFence);
    }
    index_state_unref(s);
    return stats;
}
