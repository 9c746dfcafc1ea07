// SPDX-License-Identifier: Apache-2.0
#include "profiles/index_internal.h"

#include "base/memory.h"
#include "platform/loop.h"

#include <stdlib.h>

enum {
    UNIT = 1024,         /* records of the lowest level */
    FAN = 4,             /* runs of a level that make one of the next */
    WANTED = 12,         /* over this many runs, also the cheapest two neighbours are merged */
    OFFER_EVERY = 16384, /* records: 100 us or so */
    LEVELS = 32,
};

static unsigned level_of(uint64_t records)
{
    unsigned level = 0;
    for (uint64_t most = UNIT; records > most && level < LEVELS; most *= FAN) {
        level++;
    }
    return level;
}

/* From `first`: how many runs up to the last of at least FAN of its level, smaller ones between
 * them included. 0 when there are not enough. */
static size_t group_at(const uint64_t *records, size_t count, size_t first)
{
    unsigned level = level_of(records[first]);
    size_t same = 0, taken = 0;
    for (size_t i = first; i < count; i++) {
        unsigned l = level_of(records[i]);
        if (l > level) {
            break;
        }
        if (l == level) {
            same++;
            taken = i - first + 1;
        }
    }
    return same >= FAN ? taken : 0;
}

static size_t cheapest_pair(const uint64_t *records, size_t count)
{
    size_t best = 0;
    for (size_t i = 1; i + 1 < count; i++) {
        if (records[i] + records[i + 1] < records[best] + records[best + 1]) {
            best = i;
        }
    }
    return best;
}

bool index_merge_pick(const uint64_t *records, size_t count, size_t *ret_first, size_t *ret_count)
{
    for (size_t i = count; i > 0; i--) {
        size_t n = group_at(records, count, i - 1);
        if (n > 0) {
            *ret_first = i - 1;
            *ret_count = n;
            return true;
        }
    }
    if (count > WANTED) {
        *ret_first = cheapest_pair(records, count);
        *ret_count = 2;
        return true;
    }
    return false;
}

static void merge_free(IndexMerge *m)
{
    for (size_t i = 0; i < m->count; i++) {
        index_cursor_done(&m->cursors[i]);
    }
    index_writer_abort(&m->writer);
    free(m);
}

void index_merge_abort(ProfileIndex *x)
{
    if (x->merge != NULL) {
        merge_free(x->merge);
        x->merge = NULL;
    }
}

static PtStatus open_inputs(ProfileIndex *x, IndexMerge *m, PtError *err)
{
    for (size_t i = 0; i < m->count; i++) {
        IndexCursor *c = &m->cursors[i];
        PtStatus st = index_cursor_init(c, x->state->runs[m->first + i], err);
        if (st == PT_OK) {
            st = index_cursor_next(c, err);
        }
        if (st != PT_OK) {
            return st;
        }
    }
    return PT_OK;
}

static PtStatus begin_merge(ProfileIndex *x, size_t first, size_t count, PtError *err)
{
    IndexRun *const *runs = x->state->runs + first;
    IndexRunKey key = {x->next_seq, runs[0]->key.from, runs[count - 1]->key.to};
    IndexMerge *m = calloc(1, sizeof *m);
    if (m == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to merge runs of the person index");
    }
    m->first = first;
    m->count = count;
    PtStatus st = open_inputs(x, m, err);
    if (st == PT_OK) {
        st = index_writer_begin(&m->writer, x->fs, x->dir, key, err);
    }
    if (st != PT_OK) {
        merge_free(m);
        return st;
    }
    x->next_seq++;
    x->merge = m;
    return PT_OK;
}

/* The input with the least node; of equals the older, whose records come first. */
static IndexCursor *least(IndexMerge *m)
{
    IndexCursor *best = NULL;
    for (size_t i = 0; i < m->count; i++) {
        IndexCursor *c = &m->cursors[i];
        if (c->more && (best == NULL || c->piece.node < best->piece.node)) {
            best = c;
        }
    }
    return best;
}

static uint64_t bytes_read(const IndexMerge *m)
{
    uint64_t blocks = 0;
    for (size_t i = 0; i < m->count; i++) {
        blocks += m->cursors[i].next_block;
    }
    return blocks * INDEX_BLOCK;
}

static PtStatus merge_some(IndexMerge *m, uint64_t budget, bool *ret_done, PtError *err)
{
    uint64_t begun = bytes_read(m), since = 0;
    for (;;) {
        IndexCursor *c = least(m);
        *ret_done = c == NULL;
        if (c == NULL) {
            return PT_OK;
        }
        PtStatus st = index_writer_add(&m->writer, c->piece.node, c->offsets, c->piece.count, err);
        since += c->piece.count;
        if (st == PT_OK) {
            st = index_cursor_next(c, err);
        }
        if (st != PT_OK) {
            return st;
        }
        if (since >= OFFER_EVERY) {
            since = 0;
            pt_background_offer();
            if (bytes_read(m) - begun >= budget) {
                return PT_OK;
            }
        }
    }
}

/* The state with the merged run in place of the inputs. Takes over the run. */
static PtStatus replace_inputs(ProfileIndex *x, IndexRun *run, size_t first, size_t count,
                               PtError *err)
{
    const IndexState *old = x->state;
    IndexRun *runs[INDEX_RUNS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < old->count; i++) {
        if (i == first) {
            runs[n++] = run;
        }
        if (i < first || i >= first + count) {
            runs[n++] = old->runs[i];
        }
    }
    IndexState *s = index_state_new(old->table, runs, n);
    if (s == NULL) {
        (void)x->fs->ops->unlink(x->fs, run->path, NULL); // else it is removed at the next open
        index_run_unref(run);
        return pt_fail(err, PT_NO_MEMORY, "no memory to merge runs of the person index");
    }
    atomic_fetch_add(&s->table->refs, 1);
    for (size_t i = 0; i < n; i++) {
        if (runs[i] != run) {
            atomic_fetch_add(&runs[i]->refs, 1);
        }
    }
    return index_publish(x, s, atomic_load(&x->next), run, err);
}

static PtStatus finish_merge(ProfileIndex *x, PtError *err)
{
    IndexMerge *m = x->merge;
    IndexRun *run = NULL;
    size_t first = m->first, count = m->count;
    PtStatus st = index_writer_finish(&m->writer, &run, err);
    index_merge_abort(x);
    return st == PT_OK ? replace_inputs(x, run, first, count, err) : st;
}

static PtStatus go_on(ProfileIndex *x, uint64_t budget, PtError *err)
{
    bool done = false;
    PtStatus st = merge_some(x->merge, budget, &done, err);
    if (st != PT_OK) {
        index_merge_abort(x);
        return st;
    }
    return done ? finish_merge(x, err) : PT_OK;
}

PtStatus index_merge_step(ProfileIndex *x, uint64_t budget, bool *ret_did, PtError *err)
{
    PtError why = {0};
    PtStatus st = PT_OK;
    if (x->merge == NULL) {
        uint64_t records[INDEX_RUNS_MAX];
        size_t first = 0, count = 0;
        for (size_t i = 0; i < x->state->count; i++) {
            records[i] = x->state->runs[i]->records;
        }
        if (!index_merge_pick(records, x->state->count, &first, &count)) {
            *ret_did = false;
            return PT_OK;
        }
        st = begin_merge(x, first, count, &why);
    }
    if (st == PT_OK) {
        st = go_on(x, budget, &why);
    }
    if (st == PT_OK) {
        *ret_did = true;
        return PT_OK;
    }
    return st == PT_CORRUPT ? index_set_damage(x, &why, err) : pt_fail(err, st, "%s", why.message);
}
