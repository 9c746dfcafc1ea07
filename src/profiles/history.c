// SPDX-License-Identifier: Apache-2.0
/* How a person came to be one: the links and barriers of its identifiers. */
#include "profiles.sql.h"
#include "profiles/view_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
    LINKS_MAX = 100,
    LINK_NODES_MAX = 10000,
    BARRIERS_MAX = 1000,
    NODE_BARRIERS_MAX = 200,
};

typedef struct NodeSet {
    uint32_t person;
    uint32_t *items;
    size_t count;
} NodeSet;

/* A person's nodes as they are now. */
static PtStatus nodes_of(Profiles *p, PtStr id, PtArena *arena, NodeSet *set, PtError *err)
{
    IdentityNode n;
    PtStatus st = profiles_lock_read(p, err);
    if (st != PT_OK) {
        return st;
    }
    set->person = profile_person_find(p, id);
    set->count = 0;
    for (uint32_t cursor = 0; identity_next_node(p->graph, set->person, &cursor, &n);) {
        set->count++;
    }
    set->items = pt_arena_alloc(arena, set->count + 1, sizeof *set->items);
    size_t i = 0;
    for (uint32_t cursor = 0; set->items != NULL && i < set->count;) {
        i += identity_next_node(p->graph, set->person, &cursor, &n);
        set->items[i - 1] = n.node;
    }
    profiles_unlock(p);
    if (set->person == 0) {
        return pt_fail(err, PT_NOT_FOUND, "there is no such person");
    }
    return set->items != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for identifiers");
}

/* ---- Links -------------------------------------------------------------------------------------
 */

typedef struct Numbers { /* the highest so many, falling, each once */
    uint64_t items[LINKS_MAX];
    size_t count, max;
} Numbers;

static void add_number(Numbers *n, uint64_t number)
{
    size_t at = 0;
    while (at < n->count && n->items[at] > number) {
        at++;
    }
    if (at == n->max || (at < n->count && n->items[at] == number)) {
        return;
    }
    n->count += n->count < n->max;
    memmove(&n->items[at + 1], &n->items[at], (n->count - 1 - at) * sizeof n->items[0]);
    n->items[at] = number;
}

static PtStatus numbers_of(PtSqlTx *tx, uint32_t node, uint64_t before, Numbers *numbers,
                           PtError *err)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_IDENTITY_LINKS_OF, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node);
    pt_sql_bind_i64(tx, 2, before < INT64_MAX ? (int64_t)before : INT64_MAX);
    pt_sql_bind_i64(tx, 3, (int64_t)numbers->max);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        add_number(numbers, (uint64_t)pt_sql_i64(tx, 0));
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus read_came(PtSqlTx *tx, PtArena *arena, ProfileLink *link, PtError *err)
{
    bool row = true;
    size_t room = 0;
    PtStatus st = pt_sql_use(tx, SQL_IDENTITY_LINK_NODES, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, (int64_t)link->number);
    pt_sql_bind_i64(tx, 2, LINK_NODES_MAX);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        if (link->node_count == room) {
            room = room == 0 ? 8 : 2 * room;
            uint32_t *nodes = pt_arena_alloc(arena, room, sizeof *nodes);
            if (nodes == NULL) {
                st = pt_fail(err, PT_NO_MEMORY, "no memory for a link's identifiers");
                break;
            }
            if (link->node_count > 0) {
                memcpy(nodes, link->nodes, link->node_count * sizeof *nodes);
            }
            link->nodes = nodes;
        }
        link->nodes[link->node_count++] = (uint32_t)pt_sql_i64(tx, 0);
    }
    pt_sql_done(tx);
    return st;
}

typedef struct LinkRow { /* what the graph has to say more of */
    uint32_t person, other, node, other_node;
} LinkRow;

static PtStatus read_link(PtSqlTx *tx, PtArena *arena, ProfileLink *link, LinkRow *more,
                          PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_IDENTITY_LINK_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, (int64_t)link->number);
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK && row) {
        link->kind = (ProfileLinkKind)pt_sql_i64(tx, 0);
        link->at_ms = pt_sql_i64(tx, 1);
        link->offset = (uint64_t)pt_sql_i64(tx, 2);
        *more = (LinkRow){(uint32_t)pt_sql_i64(tx, 3), (uint32_t)pt_sql_i64(tx, 4),
                          (uint32_t)pt_sql_i64(tx, 5), (uint32_t)pt_sql_i64(tx, 6)};
        link->by = pt_arena_str(arena, pt_sql_text(tx, 7));
        link->reason = pt_arena_str(arena, pt_sql_text(tx, 8));
        link->refused = pt_arena_str(arena, pt_sql_text(tx, 9));
    }
    pt_sql_done(tx);
    return st == PT_OK ? read_came(tx, arena, link, err) : st;
}

static void name_node(const Profiles *p, uint32_t node, PtArena *arena, PtStr *ret_type,
                      PtStr *ret_value)
{
    IdentityNode n;
    if (identity_node(p->graph, node, &n)) {
        *ret_type = pt_arena_str(arena, n.type);
        *ret_value = pt_arena_str(arena, n.value);
    }
}

/* Of a split either side sees the other. */
static uint32_t other_side(const Profiles *p, uint32_t person, const LinkRow *row)
{
    const bool parted = identity_survivor(p->graph, row->other) == person &&
                        identity_survivor(p->graph, row->person) != person;
    return parted ? row->person : row->other;
}

static PtStatus read_links(Profiles *p, PtSqlTx *tx, const NodeSet *set, const Numbers *numbers,
                           PtArena *arena, ProfileLink *links, PtError *err)
{
    LinkRow *rows = pt_arena_alloc(arena, numbers->count + 1, sizeof *rows);
    PtStatus st = rows != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for links");
    for (size_t i = 0; st == PT_OK && i < numbers->count; i++) {
        links[i].number = numbers->items[i];
        st = read_link(tx, arena, &links[i], &rows[i], err);
    }
    st = st == PT_OK ? profiles_lock_read(p, err) : st;
    if (st != PT_OK) {
        return st;
    }
    for (size_t i = 0; i < numbers->count; i++) {
        ProfileLink *l = &links[i];
        name_node(p, rows[i].node, arena, &l->evidence_type, &l->evidence_value);
        name_node(p, rows[i].other_node, arena, &l->other_type, &l->other_value);
        profile_person_id(p, other_side(p, set->person, &rows[i]), l->other_person);
    }
    profiles_unlock(p);
    return PT_OK;
}

// NOLINTNEXTLINE(readability-function-size): a page of somebody's links, and where they go
PtStatus profiles_links(Profiles *p, PtStr id, uint64_t before, size_t max, PtArena *arena,
                        ProfileLink **ret_links, size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    NodeSet set;
    Numbers numbers = {.max = max < LINKS_MAX ? max : LINKS_MAX};
    PtStatus st = nodes_of(p, id, arena, &set, err);
    st = st == PT_OK ? pt_sql_begin(p->views, false, &tx, err) : st;
    for (size_t i = 0; st == PT_OK && i < set.count; i++) {
        st = numbers_of(tx, set.items[i], before, &numbers, err);
    }
    if (st != PT_OK) {
        return st;
    }
    ProfileLink *links = pt_arena_alloc(arena, numbers.count + 1, sizeof *links);
    if (links == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for links");
    }
    st = read_links(p, tx, &set, &numbers, arena, links, err);
    if (st == PT_OK) {
        *ret_links = links;
        *ret_count = numbers.count;
    }
    return st;
}

/* ---- Barriers ----------------------------------------------------------------------------------
 */

typedef struct BarrierRows {
    ProfileBarrier *items;
    uint32_t (*nodes)[2]; /* own, other */
    size_t count;
} BarrierRows;

static PtStatus barriers_of(PtSqlTx *tx, uint32_t node, BarrierRows *rows, PtError *err)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_IDENTITY_BARRIERS_OF, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node);
    pt_sql_bind_i64(tx, 2, NODE_BARRIERS_MAX);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row && rows->count < BARRIERS_MAX) {
        const uint32_t a = (uint32_t)pt_sql_i64(tx, 2), b = (uint32_t)pt_sql_i64(tx, 3);
        rows->items[rows->count].number = (uint32_t)pt_sql_i64(tx, 0);
        rows->items[rows->count].at_ms = pt_sql_i64(tx, 1);
        rows->nodes[rows->count][0] = node;
        rows->nodes[rows->count][1] = a == node ? b : a;
        rows->count++;
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus name_barriers(Profiles *p, PtArena *arena, BarrierRows *rows, PtError *err)
{
    PtStatus st = profiles_lock_read(p, err);
    if (st != PT_OK) {
        return st;
    }
    for (size_t i = 0; i < rows->count; i++) {
        ProfileBarrier *b = &rows->items[i];
        name_node(p, rows->nodes[i][0], arena, &b->type, &b->value);
        name_node(p, rows->nodes[i][1], arena, &b->other_type, &b->other_value);
        profile_person_id(p, identity_person(p->graph, rows->nodes[i][1]), b->other_person);
    }
    profiles_unlock(p);
    return PT_OK;
}

PtStatus profiles_barriers(Profiles *p, PtStr id, PtArena *arena, ProfileBarrier **ret_barriers,
                           size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    NodeSet set;
    PtStatus st = nodes_of(p, id, arena, &set, err);
    st = st == PT_OK ? pt_sql_begin(p->views, false, &tx, err) : st;
    if (st != PT_OK) {
        return st;
    }
    BarrierRows rows = {.items = pt_arena_alloc(arena, BARRIERS_MAX, sizeof *rows.items),
                        .nodes = pt_arena_alloc(arena, BARRIERS_MAX, sizeof *rows.nodes)};
    if (rows.items == NULL || rows.nodes == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for barriers");
    }
    for (size_t i = 0; st == PT_OK && i < set.count; i++) {
        st = barriers_of(tx, set.items[i], &rows, err);
    }
    st = st == PT_OK ? name_barriers(p, arena, &rows, err) : st;
    if (st == PT_OK) {
        *ret_barriers = rows.items;
        *ret_count = rows.count;
    }
    return st;
}
