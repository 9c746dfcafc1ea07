// SPDX-License-Identifier: Apache-2.0
#include "platform/columns/columns_merge.h"

#include <stdlib.h>

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory to merge runs of the event columns");
}

/* The items with room for one more; NULL when out of memory. */
static void *grow(void *items, size_t *cap, size_t count, size_t size)
{
    if (count < *cap) {
        return items;
    }
    const size_t more = *cap == 0 ? 1024 : *cap * 2;
    void *grown = reallocarray(items, more, size);
    *cap = grown != NULL ? more : *cap;
    return grown;
}

PtStatus columns_merge_block(MergeInput *in, MergeBlock *b, uint32_t column, uint32_t row,
                             PtError *err)
{
    const uint32_t number = row / COLUMNS_BLOCK_ROWS;
    if (b->block != NULL && b->number == number && b->column == column) {
        return PT_OK;
    }
    const ColumnsBlock *read = NULL;
    b->block = NULL;
    const PtStatus st = run_read(in->file->run, column, number, &b->scratch, &read, err);
    if (st == PT_OK) {
        b->block = read;
        b->number = number;
        b->column = column;
        in->epoch++;
    }
    return st;
}

static bool is_before(MergeInstant a, MergeInstant b)
{
    return a.time_ms != b.time_ms ? a.time_ms < b.time_ms : a.offset < b.offset;
}

static PtStatus instant_of(MergeInput *in, uint32_t row, MergeInstant *ret_instant, PtError *err)
{
    PtStatus st = columns_merge_block(in, &in->block, COLUMNS_COLUMN_TIME, row, err);
    st = st == PT_OK ? columns_merge_block(in, &in->offset, COLUMNS_COLUMN_OFFSET, row, err) : st;
    if (st == PT_OK) {
        const uint32_t i = row % COLUMNS_BLOCK_ROWS;
        *ret_instant = (MergeInstant){in->block.block->i64[i], in->offset.block->i64[i]};
    }
    return st;
}

/* ---- Persons -----------------------------------------------------------------------------------
 */

static uint64_t *slot_of(const MergePersons *p, uint32_t node)
{
    size_t at = (node * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (p->slot_count - 1);
    while (p->slots[at] != 0 && p->slots[at] >> 32 != node) {
        at = (at + 1) & (p->slot_count - 1);
    }
    return &p->slots[at];
}

static bool grow_persons(MergePersons *p)
{
    MergePersons more = {.slot_count = p->slot_count == 0 ? 1024 : p->slot_count * 2,
                         .count = p->count};
    more.slots = calloc(more.slot_count, sizeof *more.slots);
    if (more.slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < p->slot_count; i++) {
        if (p->slots[i] != 0) {
            *slot_of(&more, (uint32_t)(p->slots[i] >> 32)) = p->slots[i];
        }
    }
    free(p->slots);
    *p = more;
    return true;
}

static bool find_person(ColumnsMerge *m, uint32_t node, uint32_t *ret_person)
{
    MergePersons *p = &m->known;
    if (node == 0 || m->persons.of == NULL) {
        *ret_person = node;
        return true;
    }
    if (p->count * 2 >= p->slot_count && !grow_persons(p)) {
        return false;
    }
    uint64_t *slot = slot_of(p, node);
    if (*slot == 0) {
        *slot = (uint64_t)node << 32 | columns_person(&m->persons, node);
        p->count++;
    }
    *ret_person = (uint32_t)*slot;
    return true;
}

/* ---- Listing ----------------------------------------------------------------------------------
 */

static PtStatus keep_instants(ColumnsMerge *m, MergeInput *in, const ColumnsGroup *g, PtError *err)
{
    for (uint32_t row = g[0].first; row < g[1].first; row++) {
        MergeInstant at;
        const PtStatus st = instant_of(in, row, &at, err);
        if (st != PT_OK) {
            return st;
        }
        MergeInstant *items = grow(m->instants, &m->instants_cap, m->moved_rows, sizeof *items);
        if (items == NULL) {
            return no_memory(err);
        }
        m->instants = items;
        items[m->moved_rows++] = at;
    }
    return PT_OK;
}

/* A group that does not stand where it did: its instants, now that its block is at hand. */
static PtStatus keep_moved(ColumnsMerge *m, MergeInput *in, const ColumnsGroup *g, uint32_t person,
                           PtError *err)
{
    MergeMoved *items = grow(m->moved, &m->moved_cap, m->moved_count, sizeof *items);
    if (items == NULL) {
        return no_memory(err);
    }
    m->moved = items;
    items[m->moved_count++] = (MergeMoved){.person = person,
                                           .node = g->node,
                                           .first = g->first,
                                           .count = columns_merge_group_rows(g),
                                           .aside = m->moved_rows,
                                           .input = (uint8_t)m->input};
    return keep_instants(m, in, g, err);
}

static PtStatus keep_nobody(ColumnsMerge *m, MergeNobody row, PtError *err)
{
    MergeNobody *items = grow(m->nobody, &m->nobody_cap, m->nobody_count, sizeof *items);
    if (items == NULL) {
        return no_memory(err);
    }
    m->nobody = items;
    items[m->nobody_count++] = row;
    return PT_OK;
}

/* A group of node 0: the first one of a run stands at its front already. */
static PtStatus list_nobody(ColumnsMerge *m, MergeInput *in, const ColumnsGroup *g, PtError *err)
{
    const uint32_t count = columns_merge_group_rows(g), aside = m->moved_rows;
    const bool is_first = g == in->groups;
    PtStatus st = is_first ? PT_OK : keep_moved(m, in, g, 0, err);
    for (uint32_t i = 0; st == PT_OK && i < count; i++) {
        MergeNobody row = {.row = g->first + i, .input = (uint8_t)m->input};
        if (is_first) {
            st = instant_of(in, row.row, &row.at, err);
        } else {
            row = (MergeNobody){m->instants[aside + i], aside + i, MERGE_ASIDE};
        }
        st = st == PT_OK ? keep_nobody(m, row, err) : st;
    }
    return st;
}

static PtStatus list_group(ColumnsMerge *m, MergeInput *in, uint64_t *budget, PtError *err)
{
    const ColumnsGroup *g = &in->groups[in->at++];
    uint32_t person = 0;
    uint64_t work = 1;
    PtStatus st = PT_OK;
    if (!find_person(m, g->node, &person)) {
        return no_memory(err);
    }
    if (g->node == 0 || person != g->person) {
        work += columns_merge_group_rows(g);
        st = g->node == 0 ? list_nobody(m, in, g, err) : keep_moved(m, in, g, person, err);
    }
    *budget -= work < *budget ? work : *budget;
    return st;
}

static int by_instant(const void *a, const void *b)
{
    const MergeNobody *x = a, *y = b;
    return is_before(x->at, y->at) ? -1 : is_before(y->at, x->at);
}

static PtStatus sort_moved(ColumnsMerge *m, PtError *err)
{
    SortItem *items = malloc(m->moved_count * sizeof *items + 1);
    SortItem *other = malloc(m->moved_count * sizeof *other + 1);
    if (items == NULL || other == NULL) {
        free(items);
        free(other);
        return no_memory(err);
    }
    for (size_t i = 0; i < m->moved_count; i++) {
        const MergeMoved *g = &m->moved[i];
        items[i] = (SortItem){(uint64_t)g->person << 32 | g->node, (uint32_t)i, 0};
    }
    columns_radix_sort(&items, &other, m->moved_count);
    free(other);
    m->moved_order = items;
    return PT_OK;
}

static PtStatus add_segment(ColumnsMerge *m, uint8_t input, uint32_t first, uint32_t count,
                            PtError *err)
{
    if (m->segment_count > 0) {
        MergeSegment *last = &m->segments[m->segment_count - 1];
        if (last->input == input && last->first + last->count == first) {
            last->count += count;
            m->rows += count;
            return PT_OK;
        }
    }
    MergeSegment *items = grow(m->segments, &m->segment_cap, m->segment_count, sizeof *items);
    if (items == NULL) {
        return no_memory(err);
    }
    m->segments = items;
    items[m->segment_count++] = (MergeSegment){first, count, input};
    m->rows += count;
    return PT_OK;
}

/* Begins a group at the next row. */
static PtStatus add_group(ColumnsMerge *m, uint32_t person, uint32_t node, PtError *err)
{
    ColumnsGroup *items = grow(m->groups, &m->group_cap, m->group_count, sizeof *items);
    if (items == NULL) {
        return no_memory(err);
    }
    m->groups = items;
    items[m->group_count++] = (ColumnsGroup){person, node, m->rows};
    return PT_OK;
}

/* Nobody's rows are the first ones. */
static PtStatus order_nobody(ColumnsMerge *m, PtError *err)
{
    PtStatus st = PT_OK;
    if (m->nobody_count == 0) {
        return PT_OK;
    }
    qsort(m->nobody, m->nobody_count, sizeof *m->nobody, by_instant);
    st = add_group(m, 0, 0, err);
    for (size_t i = 0; st == PT_OK && i < m->nobody_count; i++) {
        st = add_segment(m, m->nobody[i].input, m->nobody[i].row, 1, err);
    }
    free(m->nobody);
    m->nobody = NULL;
    return st;
}

PtStatus columns_merge_list(ColumnsMerge *m, uint64_t *budget, PtError *err)
{
    PtStatus st = PT_OK;
    while (st == PT_OK && *budget > 0 && m->input < m->count) {
        MergeInput *in = &m->inputs[m->input];
        if (in->at == 0) {
            in->moved_at = m->moved_count;
        }
        if (in->at == in->group_count) {
            in->at = 0;
            m->input++;
            continue;
        }
        st = list_group(m, in, budget, err);
    }
    if (st == PT_OK && m->input == m->count) {
        st = sort_moved(m, err);
        st = st == PT_OK ? order_nobody(m, err) : st;
        m->phase = MERGE_ORDER;
        free(m->known.slots);
        m->known = (MergePersons){0};
    }
    return st;
}

/* ---- Ordering ---------------------------------------------------------------------------------
 */

typedef struct Piece { /* a node's group of one input */
    uint32_t first, count, at;
    uint8_t input; /* that it comes from */
    bool aside;
    MergeInstant begin, end, now;
} Piece;

typedef struct Pieces {
    Piece items[COLUMNS_RUNS_MAX];
    size_t count;
} Pieces;

static PtStatus piece_instant(ColumnsMerge *m, const Piece *p, uint32_t i,
                              MergeInstant *ret_instant, PtError *err)
{
    if (p->aside) {
        *ret_instant = m->instants[p->first + i];
        return PT_OK;
    }
    return instant_of(&m->inputs[p->input], p->first + i, ret_instant, err);
}

static int by_begin(const void *a, const void *b)
{
    const Piece *x = a, *y = b;
    return is_before(x->begin, y->begin) ? -1 : is_before(y->begin, x->begin);
}

/* Where no two runs overlap in time their bounds tell the order. */
static PtStatus order_pieces(ColumnsMerge *m, Pieces *p, bool *ret_apart, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < p->count; i++) {
        Piece *piece = &p->items[i];
        if (m->apart) {
            piece->begin = (MergeInstant){m->inputs[piece->input].file->info.time_min, 0};
            continue;
        }
        // the last first: what is read next is at the front
        st = piece_instant(m, piece, piece->count - 1, &piece->end, err);
        st = st == PT_OK ? piece_instant(m, piece, 0, &piece->begin, err) : st;
    }
    if (st != PT_OK) {
        return st;
    }
    qsort(p->items, p->count, sizeof *p->items, by_begin);
    *ret_apart = true;
    for (size_t i = 1; !m->apart && i < p->count; i++) {
        *ret_apart = *ret_apart && is_before(p->items[i - 1].end, p->items[i].begin);
    }
    return PT_OK;
}

static uint8_t segment_input(const Piece *p)
{
    return p->aside ? MERGE_ASIDE : p->input;
}

static PtStatus interleave(ColumnsMerge *m, Pieces *p, PtError *err)
{
    for (size_t i = 0; i < p->count; i++) {
        p->items[i].now = p->items[i].begin;
    }
    for (;;) {
        Piece *best = NULL;
        for (size_t i = 0; i < p->count; i++) {
            Piece *piece = &p->items[i];
            if (piece->at < piece->count && (best == NULL || is_before(piece->now, best->now))) {
                best = piece;
            }
        }
        if (best == NULL) {
            return PT_OK;
        }
        PtStatus st = add_segment(m, segment_input(best), best->first + best->at, 1, err);
        if (st == PT_OK && ++best->at < best->count) {
            st = piece_instant(m, best, best->at, &best->now, err);
        }
        if (st != PT_OK) {
            return st;
        }
    }
}

static PtStatus add_pieces(ColumnsMerge *m, Pieces *p, PtError *err)
{
    bool apart = true;
    PtStatus st = p->count > 1 ? order_pieces(m, p, &apart, err) : PT_OK;
    if (st == PT_OK && !apart) {
        return interleave(m, p, err);
    }
    for (size_t i = 0; st == PT_OK && i < p->count; i++) {
        const Piece *piece = &p->items[i];
        st = add_segment(m, segment_input(piece), piece->first, piece->count, err);
    }
    return st;
}

static uint64_t key_of(const ColumnsGroup *g)
{
    return (uint64_t)g->person << 32 | g->node;
}

/* Past groups that are taken elsewhere: nobody's, and those that were found moved. (Whose they are
 * is not asked again: it may be another one by now.) */
static void skip(ColumnsMerge *m, size_t input)
{
    MergeInput *in = &m->inputs[input];
    for (; in->at < in->group_count; in->at++) {
        const ColumnsGroup *g = &in->groups[in->at];
        const MergeMoved *moved = in->moved_at < m->moved_count ? &m->moved[in->moved_at] : NULL;
        const bool is_moved = moved != NULL && moved->input == input && moved->first == g->first;
        in->moved_at += is_moved;
        if (!is_moved && g->node != 0) {
            return;
        }
    }
}

/* The least key that comes next; false: none is left. */
static bool next_key(ColumnsMerge *m, uint64_t *ret_key)
{
    bool any = m->moved_at < m->moved_count;
    uint64_t key = any ? m->moved_order[m->moved_at].key : UINT64_MAX;
    for (size_t i = 0; i < m->count; i++) {
        const MergeInput *in = &m->inputs[i];
        if (in->at < in->group_count) {
            const uint64_t k = key_of(&in->groups[in->at]);
            key = !any || k < key ? k : key;
            any = true;
        }
    }
    *ret_key = key;
    return any;
}

static void take_pieces(ColumnsMerge *m, uint64_t key, Pieces *p)
{
    p->count = 0;
    for (size_t i = 0; i < m->count; i++) {
        MergeInput *in = &m->inputs[i];
        const ColumnsGroup *g = &in->groups[in->at];
        if (in->at < in->group_count && key_of(g) == key) {
            p->items[p->count++] = (Piece){
                .first = g->first, .count = columns_merge_group_rows(g), .input = (uint8_t)i};
            in->at++;
            skip(m, i);
        }
    }
    for (; m->moved_at < m->moved_count && m->moved_order[m->moved_at].key == key; m->moved_at++) {
        const MergeMoved *g = &m->moved[m->moved_order[m->moved_at].a];
        p->items[p->count++] =
            (Piece){.first = g->aside, .count = g->count, .input = g->input, .aside = true};
    }
}

static void begin_order(ColumnsMerge *m)
{
    for (size_t i = 0; i < m->count; i++) {
        skip(m, i);
    }
    while (m->moved_at < m->moved_count && m->moved_order[m->moved_at].key == 0) {
        m->moved_at++; // nobody's
    }
    m->ordering = true;
}

PtStatus columns_merge_order(ColumnsMerge *m, uint64_t *budget, PtError *err)
{
    PtStatus st = PT_OK;
    if (!m->ordering) {
        begin_order(m);
    }
    while (st == PT_OK && *budget > 0) {
        Pieces pieces;
        uint64_t key = 0;
        if (!next_key(m, &key)) {
            st = add_group(m, 0, 0, err); // the end of the last one
            m->group_count -= st == PT_OK;
            m->phase = MERGE_COPY;
            return st == PT_OK ? columns_merge_copy_begin(m, err) : st;
        }
        const uint32_t before = m->rows;
        take_pieces(m, key, &pieces);
        st = add_group(m, (uint32_t)(key >> 32), (uint32_t)key, err);
        st = st == PT_OK ? add_pieces(m, &pieces, err) : st;
        const uint64_t work = 1 + (m->rows - before) / 4;
        *budget -= work < *budget ? work : *budget;
    }
    return st;
}
