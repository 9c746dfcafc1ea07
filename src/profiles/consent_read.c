// SPDX-License-Identifier: Apache-2.0
/* A person's consent as people see it: what holds, why, and how it came to be. */
#include "consent.sql.h"
#include "profiles/consent_internal.h"
#include "profiles/groups_internal.h"

#include <stdlib.h>
#include <string.h>

enum { HISTORY_PAGE = 100 };

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory to read consent");
}

static bool copy_texts(PtSqlTx *tx, PtArena *arena, PtStr *const *to, const int *columns,
                       size_t count)
{
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        *to[i] = pt_arena_str(arena, pt_sql_text(tx, columns[i]));
        ok = to[i]->data != NULL;
    }
    return ok;
}

/* ---- Whose ------------------------------------------------------------------------------------
 */

typedef struct Whose {
    uint32_t *nodes;
    size_t count;
    char slugs[CONSENT_PURPOSES_MAX][CONSENT_SLUG_MAX + 1]; /* by slot */
} Whose;

static PtStatus find_whose(Profiles *p, PtStr id, PtArena *arena, Whose *whose, PtError *err)
{
    PtStatus st = profiles_lock_read(p, err);
    if (st != PT_OK) {
        return st;
    }
    const uint32_t person = profile_person_find(p, id);
    memset(whose->slugs, 0, sizeof whose->slugs);
    for (size_t i = 0; i < p->consent->use_count; i++) {
        const ConsentUse *use = &p->consent->uses[i];
        memcpy(whose->slugs[use->slot], use->slug, sizeof use->slug);
    }
    profiles_unlock(p);
    return person != 0 ? group_nodes_of(p, person, arena, &whose->nodes, &whose->count, err)
                       : pt_fail(err, PT_NOT_FOUND, "no profile has that id");
}

/* ---- What holds -------------------------------------------------------------------------------
 */

typedef struct Newest { /* of a slot, over the nodes */
    bool there, granted;
    uint64_t offset;
    ConsentOfPurpose shown;
} Newest;

/* A refusal before a grant; of equals the later. */
static bool replaces(const Newest *now, bool granted, uint64_t offset)
{
    return !now->there || (now->granted && !granted) ||
           (now->granted == granted && offset > now->offset);
}

static PtStatus read_newest(PtSqlTx *tx, uint32_t node, PtArena *arena, Newest *slots, PtError *err)
{
    static const int columns[] = {5, 6, 7, 8};
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_CONSENT_NEWEST, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        Newest *n = &slots[pt_sql_i64(tx, 0) % CONSENT_PURPOSES_MAX];
        const bool granted = pt_sql_i64(tx, 1) != 0;
        const uint64_t offset = (uint64_t)pt_sql_i64(tx, 2);
        if (!replaces(n, granted, offset)) {
            continue;
        }
        *n = (Newest){.there = true, .granted = granted, .offset = offset};
        n->shown.at_ms = pt_sql_i64(tx, 3);
        n->shown.source = (uint32_t)pt_sql_i64(tx, 4);
        PtStr *const to[] = {&n->shown.via, &n->shown.evidence, &n->shown.text_version,
                             &n->shown.by};
        if (!copy_texts(tx, arena, to, columns, sizeof to / sizeof *to)) {
            st = no_memory(err);
            break;
        }
    }
    pt_sql_done(tx);
    return st;
}

static size_t slot_of(const Whose *whose, PtStr slug)
{
    size_t slot = 0;
    while (slot < CONSENT_PURPOSES_MAX && !pt_str_eq(slug, pt_str(whose->slugs[slot]))) {
        slot++;
    }
    return slot;
}

static ConsentOfPurpose show(const ConsentPurpose *purpose, const Newest *newest)
{
    ConsentOfPurpose shown = newest != NULL && newest->there
                                 ? newest->shown
                                 : (ConsentOfPurpose){.via = PT_STR(""),
                                                      .evidence = PT_STR(""),
                                                      .by = PT_STR(""),
                                                      .text_version = PT_STR("")};
    shown.purpose = purpose->id;
    shown.name = purpose->name;
    shown.basis = purpose->basis;
    if (newest != NULL && newest->there) {
        shown.state = newest->granted ? CONSENT_GRANTED : CONSENT_REFUSED;
    } else {
        shown.state = purpose->basis == CONSENT_BASIS_CONSENT ? CONSENT_DEFAULT_REFUSED
                                                              : CONSENT_DEFAULT_GRANTED;
    }
    return shown;
}

PtStatus consent_of(Profiles *p, PtStr id, PtArena *arena, ConsentOfPurpose **ret_states,
                    size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    Whose whose;
    ConsentPurpose *purposes = NULL;
    size_t count = 0;
    Newest *slots = pt_arena_alloc(arena, CONSENT_PURPOSES_MAX, sizeof *slots);
    ConsentOfPurpose *states = pt_arena_alloc(arena, CONSENT_PURPOSES_MAX, sizeof *states);
    PtStatus st =
        slots != NULL && states != NULL ? find_whose(p, id, arena, &whose, err) : no_memory(err);
    st = st == PT_OK ? consent_purposes(p, false, arena, &purposes, &count, err) : st;
    st = st == PT_OK ? pt_sql_begin(p->views, false, &tx, err) : st;
    for (size_t i = 0; st == PT_OK && i < whose.count; i++) {
        st = read_newest(tx, whose.nodes[i], arena, slots, err);
    }
    if (st != PT_OK) {
        return st;
    }
    for (size_t i = 0; i < count; i++) {
        const size_t slot = slot_of(&whose, purposes[i].id);
        states[i] = show(&purposes[i], slot < CONSENT_PURPOSES_MAX ? &slots[slot] : NULL);
    }
    *ret_states = states;
    *ret_count = count;
    return PT_OK;
}

/* ---- How it came to be ------------------------------------------------------------------------
 */

enum { HISTORY_ROWS = 2 * (HISTORY_PAGE + CONSENT_PURPOSES_MAX + 1) };

typedef struct Row {
    ConsentDecision d;
    unsigned slot;
} Row;

typedef struct Rows { /* the newest of the nodes that were read */
    const Whose *whose;
    PtArena *arena;
    Row *items; /* HISTORY_ROWS */
    size_t count;
    size_t wanted; /* a page with all that its last event says, and one more */
    uint64_t from; /* what lies before is not wanted */
} Rows;

/* The same decision of another node. */
static bool is_there(const Rows *rows, uint64_t offset, unsigned slot)
{
    for (size_t i = 0; i < rows->count; i++) {
        if (rows->items[i].d.offset == offset && rows->items[i].slot == slot) {
            return true;
        }
    }
    return false;
}

static PtStatus copy_decision(PtSqlTx *tx, Rows *rows, PtError *err)
{
    static const int columns[] = {6, 7, 8, 9, 10, 11};
    const uint64_t offset = (uint64_t)pt_sql_i64(tx, 0);
    const unsigned slot = (unsigned)pt_sql_i64(tx, 1) % CONSENT_PURPOSES_MAX;
    if (offset < rows->from || rows->count == HISTORY_ROWS || is_there(rows, offset, slot)) {
        return PT_OK;
    }
    ConsentDecision *d = &rows->items[rows->count].d;
    *d = (ConsentDecision){.purpose = pt_arena_str(rows->arena, pt_str(rows->whose->slugs[slot])),
                           .offset = offset,
                           .granted = pt_sql_i64(tx, 2) != 0,
                           .declared = pt_sql_i64(tx, 3) != 0,
                           .at_ms = pt_sql_i64(tx, 4),
                           .source = (uint32_t)pt_sql_i64(tx, 5)};
    PtStr *const to[] = {&d->via, &d->evidence, &d->text_version, &d->page, &d->ip, &d->by};
    rows->items[rows->count++].slot = slot;
    return d->purpose.data != NULL &&
                   copy_texts(tx, rows->arena, to, columns, sizeof to / sizeof *to)
               ? PT_OK
               : no_memory(err);
}

static int newest_first(const void *a, const void *b)
{
    const Row *one = a, *other = b;
    if (one->d.offset != other->d.offset) {
        return one->d.offset < other->d.offset ? 1 : -1;
    }
    return (one->slot > other->slot) - (one->slot < other->slot);
}

static PtStatus read_decisions(PtSqlTx *tx, uint32_t node, uint64_t before, Rows *rows,
                               PtError *err)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_CONSENT_DECISIONS, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node);
    pt_sql_bind_i64(tx, 2, before < INT64_MAX ? (int64_t)before : INT64_MAX);
    pt_sql_bind_i64(tx, 3, (int64_t)rows->wanted);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        st = copy_decision(tx, rows, err);
        if (st != PT_OK) {
            break;
        }
    }
    pt_sql_done(tx);
    qsort(rows->items, rows->count, sizeof *rows->items, newest_first);
    if (rows->count >= rows->wanted) {
        rows->count = rows->wanted;
        rows->from = rows->items[rows->count - 1].d.offset;
    }
    return st;
}

/* Up to the end of the event in which the page is full. */
static size_t page_of(const Rows *rows, size_t max)
{
    size_t count = rows->count < max ? rows->count : max;
    while (count > 0 && count < rows->count &&
           rows->items[count].d.offset == rows->items[count - 1].d.offset) {
        count++;
    }
    return count;
}

PtStatus consent_history(Profiles *p, PtStr id, uint64_t before, size_t max, PtArena *arena,
                         ConsentHistory *ret_history, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    Whose whose;
    ConsentHistory history = {.count = 0};
    max = max < HISTORY_PAGE ? max : HISTORY_PAGE;
    Rows rows = {.whose = &whose, .arena = arena, .wanted = max + CONSENT_PURPOSES_MAX + 1};
    rows.items = pt_arena_alloc(arena, HISTORY_ROWS, sizeof *rows.items);
    history.decisions = pt_arena_alloc(arena, HISTORY_ROWS, sizeof *history.decisions);
    PtStatus st = rows.items != NULL && history.decisions != NULL
                      ? find_whose(p, id, arena, &whose, err)
                      : no_memory(err);
    st = st == PT_OK ? pt_sql_begin(p->views, false, &tx, err) : st;
    for (size_t i = 0; st == PT_OK && i < whose.count; i++) {
        st = read_decisions(tx, whose.nodes[i], before, &rows, err);
    }
    if (st != PT_OK) {
        return st;
    }
    history.count = page_of(&rows, max);
    history.more = history.count < rows.count;
    for (size_t i = 0; i < history.count; i++) {
        history.decisions[i] = rows.items[i].d;
    }
    *ret_history = history;
    return PT_OK;
}
