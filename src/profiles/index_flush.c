// SPDX-License-Identifier: Apache-2.0
#include "base/memory.h"
#include "profiles/index_internal.h"

#include <stdlib.h>

/* Chains are followed this many at a time: each step of one waits for the memory, all steps
 * together hardly longer. */
enum { CHAINS = 16, ROOM_LEAST = 1024 };

typedef struct Chain {
    uint32_t node, at; /* number of the entry to be read next */
    size_t start, left, kept;
} Chain;

typedef struct TableWriter {
    const IndexTable *table;
    uint64_t next;
    IndexWriter writer;
    Chain chains[CHAINS];
    size_t count;
    uint64_t *offsets; /* of all chains, each ascending from its start */
    size_t used, cap;
} TableWriter;

static PtStatus make_room(TableWriter *t, size_t more, PtError *err)
{
    if (t->used + more > t->cap) {
        size_t cap = t->used + more < ROOM_LEAST ? ROOM_LEAST : (t->used + more) * 2;
        uint64_t *grown = realloc(t->offsets, cap * sizeof *grown);
        if (grown == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory to write the person index");
        }
        t->offsets = grown;
        t->cap = cap;
    }
    return PT_OK;
}

/* One entry of the chain, from its new end to its old one. */
static void follow(TableWriter *t, Chain *c)
{
    const IndexEntry *e = index_table_entry(t->table, c->at);
    uint64_t offset = index_entry_offset(e);
    c->at = e->prev;
    if (c->at != 0) {
        __builtin_prefetch(index_table_entry(t->table, c->at));
    }
    c->left--;
    if (offset < t->next) {
        t->offsets[c->start + c->left] = offset;
        c->kept++;
    }
}

static PtStatus drain(TableWriter *t, PtError *err)
{
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < t->count; i++) {
            if (t->chains[i].left > 0) {
                follow(t, &t->chains[i]);
                more = true;
            }
        }
    }
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < t->count; i++) {
        const Chain *c = &t->chains[i];
        st = index_writer_add(&t->writer, c->node, t->offsets + c->start, c->kept, err);
    }
    t->count = t->used = 0;
    return st;
}

static PtStatus add_chain(void *ctx, uint32_t node, uint64_t slot, PtError *err)
{
    TableWriter *t = ctx;
    size_t count = index_slot_count(slot);
    PtStatus st = make_room(t, count, err);
    if (st != PT_OK) {
        return st;
    }
    __builtin_prefetch(index_table_entry(t->table, (uint32_t)slot));
    t->chains[t->count++] =
        (Chain){.node = node, .at = (uint32_t)slot, .start = t->used, .left = count};
    t->used += count;
    return t->count == CHAINS ? drain(t, err) : PT_OK;
}

PtStatus index_write_table(ProfileIndex *x, uint64_t next, IndexRun **ret_run, PtError *err)
{
    TableWriter t = {.table = x->state->table, .next = next};
    IndexRunKey key = {.seq = x->next_seq, .from = atomic_load(&x->next), .to = next};
    PtStatus st = index_writer_begin(&t.writer, x->fs, x->dir, key, err);
    if (st != PT_OK) {
        return st;
    }
    x->next_seq++;
    st = index_table_walk(t.table, add_chain, &t, err);
    if (st == PT_OK) {
        st = drain(&t, err);
    }
    if (st == PT_OK) {
        st = index_writer_finish(&t.writer, ret_run, err);
    }
    free(t.offsets);
    index_writer_abort(&t.writer);
    return st;
}
