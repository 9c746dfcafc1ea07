// SPDX-License-Identifier: Apache-2.0
#include "profiles/index.h"

#include "base/memory.h"
#include "profiles/index_internal.h"

#include <stdlib.h>

/* What one read holds: the state it began with, and room. */
typedef struct Reading {
    IndexState *state;
    IndexScratch *scratch;
    uint64_t *of_node; /* newest offsets of one node; room for `max` */
    uint64_t *both;    /* those and the ones before, merged; room for `max` */
    const uint32_t *nodes;
    size_t count;
    uint64_t before;
} Reading;

static void reading_done(Reading *r)
{
    index_state_unref(r->state);
    free(r->scratch);
    free(r->of_node);
}

static PtStatus begin(ProfileIndex *x, size_t max, Reading *r, PtError *err)
{
    if (atomic_load(&x->blind)) {
        PtStatus st = index_damage(x, err);
        if (st != PT_OK) {
            return st;
        }
    }
    r->scratch = malloc(sizeof *r->scratch);
    r->of_node = max > 0 ? calloc(max, 2 * sizeof *r->of_node) : NULL;
    if (r->scratch == NULL || (max > 0 && r->of_node == NULL)) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to read the person index");
    }
    r->both = r->of_node + max;
    r->state = index_state_get(x);
    return PT_OK;
}

static size_t table_newest(const IndexTable *t, uint32_t node, IndexWanted want, uint64_t *offsets)
{
    size_t count = 0;
    for (uint32_t at = (uint32_t)index_table_slot(t, node); at != 0 && count < want.max;) {
        const IndexEntry *e = index_table_entry(t, at);
        uint64_t offset = index_entry_offset(e);
        if (offset < want.least) {
            break;
        }
        if (offset < want.before) {
            offsets[count++] = offset;
        }
        at = e->prev;
    }
    return count;
}

/* The newest `room` of two descending lists, left in `into`. */
static size_t merge_newest(uint64_t *into, size_t count, const Reading *r, size_t more, size_t room)
{
    size_t a = 0, b = 0, n = 0;
    if (more == 0) {
        return count;
    }
    for (; n < room && (a < count || b < more); n++) {
        bool first = b == more || (a < count && into[a] > r->of_node[b]);
        r->both[n] = first ? into[a++] : r->of_node[b++];
    }
    memcpy(into, r->both, n * sizeof *into);
    return n;
}

/* One source, the table (run NULL) or a run: the nodes' newest, at most `room`. */
static PtStatus read_source(const Reading *r, const IndexRun *run, size_t room, uint64_t *offsets,
                            size_t *ret_count, PtError *err)
{
    size_t have = 0;
    for (size_t i = 0; i < r->count; i++) {
        // What is older than all of a full list needs no look.
        uint64_t least = have == room ? offsets[room - 1] + 1 : 0;
        IndexWanted want = {.before = r->before, .least = least, .max = room};
        size_t more = 0;
        if (run == NULL) {
            more = table_newest(r->state->table, r->nodes[i], want, r->of_node);
        } else {
            PtStatus st =
                index_run_newest(run, r->nodes[i], want, r->scratch, r->of_node, &more, err);
            if (st != PT_OK) {
                return st;
            }
        }
        have = merge_newest(offsets, have, r, more, room);
    }
    *ret_count = have;
    return PT_OK;
}

// NOLINTNEXTLINE(readability-function-size): a list takes its filter, page and results
PtStatus profile_index_before(ProfileIndex *x, const uint32_t *nodes, size_t count, uint64_t before,
                              size_t max, uint64_t *ret_offsets, size_t *ret_count, PtError *err)
{
    PT_CLEANUP(reading_done) Reading r = {.nodes = nodes, .count = count, .before = before};
    PtStatus st = begin(x, max, &r, err);
    if (st != PT_OK) {
        return st;
    }
    size_t have = 0, more = 0;
    // Each source is older than the one before it.
    for (size_t i = r.state->count + 1; i > 0 && have < max; i--) {
        const IndexRun *run = i > r.state->count ? NULL : r.state->runs[i - 1];
        if (run != NULL && run->key.from >= before) {
            continue;
        }
        st = read_source(&r, run, max - have, ret_offsets + have, &more, err);
        if (st != PT_OK) {
            return st;
        }
        have += more;
    }
    *ret_count = have;
    return PT_OK;
}

PtStatus profile_index_count(ProfileIndex *x, const uint32_t *nodes, size_t count,
                             uint64_t *ret_records, PtError *err)
{
    PT_CLEANUP(reading_done) Reading r = {0};
    PtStatus st = begin(x, 0, &r, err);
    uint64_t records = 0;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        records += index_slot_count(index_table_slot(r.state->table, nodes[i]));
        for (size_t k = 0; st == PT_OK && k < r.state->count; k++) {
            uint64_t here = 0;
            st = index_run_count(r.state->runs[k], nodes[i], r.scratch, &here, err);
            records += here;
        }
    }
    if (st == PT_OK) {
        *ret_records = records;
    }
    return st;
}

/* The oldest of one source into *oldest, when older than what is there. */
static PtStatus first_of(const Reading *r, const IndexRun *run, uint32_t node, uint64_t *oldest,
                         PtError *err)
{
    uint64_t offset = UINT64_MAX;
    if (run != NULL) {
        PtStatus st = index_run_first(run, node, r->scratch, &offset, err);
        if (st != PT_OK && st != PT_NOT_FOUND) {
            return st;
        }
    } else {
        const IndexTable *t = r->state->table;
        for (uint32_t at = (uint32_t)index_table_slot(t, node); at != 0;) {
            const IndexEntry *e = index_table_entry(t, at);
            offset = index_entry_offset(e);
            at = e->prev;
        }
    }
    *oldest = offset < *oldest ? offset : *oldest;
    return PT_OK;
}

PtStatus profile_index_first(ProfileIndex *x, const uint32_t *nodes, size_t count,
                             uint64_t *ret_offset, PtError *err)
{
    PT_CLEANUP(reading_done) Reading r = {0};
    PtStatus st = begin(x, 0, &r, err);
    uint64_t oldest = UINT64_MAX;
    // Each source is newer than the one before it, so the first that has any has the oldest.
    for (size_t k = 0; st == PT_OK && oldest == UINT64_MAX && k <= r.state->count; k++) {
        const IndexRun *run = k < r.state->count ? r.state->runs[k] : NULL;
        for (size_t i = 0; st == PT_OK && i < count; i++) {
            st = first_of(&r, run, nodes[i], &oldest, err);
        }
    }
    if (st != PT_OK) {
        return st;
    }
    if (oldest == UINT64_MAX) {
        return pt_fail(err, PT_NOT_FOUND, "no records");
    }
    *ret_offset = oldest;
    return PT_OK;
}
