// SPDX-License-Identifier: Apache-2.0
/* Paths: one walk over a person's rows, forwards or backwards, that needs no more of a session than
 * its last row. Edges are counted in a table by (depth, from, to). */
#include "platform/columns/columns_scan.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 1024 };

typedef struct Slot {
    uint64_t key; /* depth << 32 | from << 16 | to, over 0 since depth is; 0: free */
    uint64_t count;
} Slot;

typedef struct State {
    const PlanPaths *plan;
    uint64_t nodes, anchor; /* bits of ScanRow.sets */
    Slot *slots;
    size_t slot_count, edge_count; /* slot_count is a power of two */
    unsigned shift;                /* 64 - log2(slot_count) */
    uint64_t paths;
    bool drilling;
} State;

static PtStatus check(const ColumnsPlan *plan, PtError *err)
{
    const PlanPaths *p = &plan->paths;
    if (p->nodes >= plan->set_count || p->anchor >= plan->set_count) {
        return pt_fail(err, PT_INVALID, "paths name a set that is not there");
    }
    if (p->gap_ms <= 0) {
        return pt_fail(err, PT_INVALID, "the gap between sessions is not over 0");
    }
    int64_t range_ms;
    if (__builtin_sub_overflow(plan->to_ms, plan->from_ms, &range_ms)) {
        return pt_fail(err, PT_INVALID, "the range of paths is over 63 bits of milliseconds");
    }
    if (p->depth < 2 || p->depth > PLAN_DEPTH) {
        return pt_fail(err, PT_INVALID, "the depth of paths is not 2..%d", PLAN_DEPTH);
    }
    return PT_OK;
}

static void state_free(void *state)
{
    State *s = state;
    if (s != NULL) {
        free(s->slots);
        free(s);
    }
}

static PtStatus state_new(const ColumnsPlan *plan, const PlanRun *run, void **ret_state,
                          PtError *err)
{
    State *s = calloc(1, sizeof *s);
    Slot *slots = calloc(FIRST_SLOTS, sizeof *slots);
    if (s == NULL || slots == NULL) {
        free(s);
        free(slots);
        return pt_fail(err, PT_NO_MEMORY, "no memory for paths");
    }
    *s = (State){
        .plan = &plan->paths,
        .nodes = 1ull << plan->paths.nodes,
        .anchor = 1ull << plan->paths.anchor,
        .slots = slots,
        .slot_count = FIRST_SLOTS,
        .shift = 64 - (unsigned)__builtin_ctz(FIRST_SLOTS),
        .drilling = run->drill != NULL,
    };
    *ret_state = s;
    return PT_OK;
}

/* ---- Edges ----------------------------------------------------------------------------------- */

static Slot *find(const State *s, uint64_t key)
{
    size_t at = (size_t)(key * 0x9E3779B97F4A7C15 >> s->shift);
    while (s->slots[at].key != key && s->slots[at].key != 0) {
        at = (at + 1) & (s->slot_count - 1);
    }
    return &s->slots[at];
}

/* scan NULL: not charged. */
static PtStatus grow(State *s, Scan *scan, PtError *err)
{
    const size_t old_count = s->slot_count, bytes = old_count * sizeof(Slot);
    PtStatus st = scan != NULL ? scan_charge(scan, (int64_t)bytes, err) : PT_OK;
    Slot *slots = st == PT_OK ? calloc(old_count * 2, sizeof *slots) : NULL;
    if (slots == NULL) {
        return st != PT_OK ? st : pt_fail(err, PT_NO_MEMORY, "no memory for paths");
    }
    Slot *old = s->slots;
    s->slots = slots;
    s->slot_count = old_count * 2;
    s->shift--;
    for (size_t i = 0; i < old_count; i++) {
        if (old[i].key != 0) {
            *find(s, old[i].key) = old[i];
        }
    }
    free(old);
    return PT_OK;
}

static PtStatus add_edge(State *s, Scan *scan, uint64_t key, uint64_t count, PtError *err)
{
    Slot *slot = find(s, key);
    if (slot->key != 0) {
        slot->count += count;
        return PT_OK;
    }
    if (s->edge_count == PLAN_EDGES) {
        return pt_fail(err, PT_TOO_LARGE, "the paths have over %d edges", PLAN_EDGES);
    }
    *slot = (Slot){key, count};
    return ++s->edge_count > s->slot_count / 2 ? grow(s, scan, err) : PT_OK;
}

static uint64_t key_of(uint32_t depth, uint16_t from, uint16_t to)
{
    return (uint64_t)depth << 32 | (uint32_t)from << 16 | to;
}

/* ---- One person ------------------------------------------------------------------------------ */

typedef struct Session {
    uint32_t depth; /* rows of the path so far; 0: the anchor has not come */
    uint16_t code;  /* of its last one */
} Session;

static PtStatus end_session(State *s, Scan *scan, Session session, PtError *err)
{
    return session.depth > 0 && session.depth < s->plan->depth
               ? add_edge(s, scan, key_of(session.depth, session.code, PLAN_END), 1, err)
               : PT_OK;
}

static PtStatus walk_row(State *s, Scan *scan, Session *session, const ScanRow *row, PtError *err)
{
    PtStatus st = PT_OK;
    if (session->depth == 0) {
        if ((row->sets & s->anchor) == 0) {
            return PT_OK;
        }
        s->paths++;
    } else {
        if (session->depth == s->plan->depth || (s->plan->fold && row->code == session->code)) {
            return PT_OK;
        }
        st = add_edge(s, scan, key_of(session->depth, session->code, row->code), 1, err);
    }
    *session = (Session){session->depth + 1, row->code};
    return st;
}

static PtStatus walk(State *s, Scan *scan, const ScanRow *rows, size_t count, PtError *err)
{
    const int64_t gap_ms = s->plan->gap_ms;
    const ScanRow *row = s->plan->backwards ? rows + count - 1 : rows;
    const ptrdiff_t step = s->plan->backwards ? -1 : 1;
    Session session = {0};
    int64_t last_ms = row->time_ms;
    PtStatus st = PT_OK;
    for (; st == PT_OK && count > 0; count--, row += step) {
        if ((row->sets & s->nodes) == 0) {
            continue;
        }
        if (row->time_ms - last_ms > gap_ms || last_ms - row->time_ms > gap_ms) {
            st = end_session(s, scan, session, err);
            session = (Session){0};
        }
        last_ms = row->time_ms;
        st = st == PT_OK ? walk_row(s, scan, &session, row, err) : st;
    }
    return st == PT_OK ? end_session(s, scan, session, err) : st;
}

static PtStatus person(void *state, Scan *scan, uint32_t number, const ScanRow *rows, size_t count,
                       PtError *err)
{
    State *s = state;
    PtStr text;
    const PlanDrill *drill = s->drilling ? scan_drill(scan, &text) : NULL;
    if (drill == NULL) {
        return walk(s, scan, rows, count, err);
    }
    const uint64_t key = (uint64_t)drill->series << 32 | drill->period;
    const uint64_t before = find(s, key)->count;
    PtStatus st = walk(s, scan, rows, count, err);
    return st == PT_OK && find(s, key)->count != before ? scan_tell(scan, number, err) : st;
}

/* ---- Ranges together, answer ----------------------------------------------------------------- */

static PtStatus merge(void *into, void *from, PtError *err)
{
    State *a = into;
    const State *b = from;
    PtStatus st = PT_OK;
    a->paths += b->paths;
    for (size_t i = 0; st == PT_OK && i < b->slot_count; i++) {
        st = b->slots[i].key != 0 ? add_edge(a, NULL, b->slots[i].key, b->slots[i].count, err)
                                  : PT_OK;
    }
    return st;
}

static size_t bytes_of(const void *state)
{
    const State *s = state;
    return s->slot_count * sizeof *s->slots;
}

static int by_depth(const void *a, const void *b)
{
    const PlanEdge *x = a, *y = b;
    if (x->depth != y->depth) {
        return x->depth < y->depth ? -1 : 1;
    }
    if (x->count != y->count) {
        return x->count > y->count ? -1 : 1;
    }
    return x->from != y->from ? x->from - y->from : x->to - y->to;
}

static PtStatus answer(void *state, const ColumnsPlan *plan, PtArena *arena, PlanAnswer *ret_answer,
                       PtError *err)
{
    const State *s = state;
    (void)plan;
    PtStr *value = pt_arena_alloc(arena, 1, sizeof *value);
    PlanEdge *edges = pt_arena_alloc(arena, s->edge_count + 1, sizeof *edges);
    if (value == NULL || edges == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the answer of paths");
    }
    size_t count = 0;
    for (size_t i = 0; i < s->slot_count; i++) {
        const uint64_t key = s->slots[i].key;
        if (key != 0) {
            edges[count++] = (PlanEdge){.depth = (uint32_t)(key >> 32),
                                        .from = (uint16_t)(key >> 16),
                                        .to = (uint16_t)key,
                                        .count = s->slots[i].count};
        }
    }
    qsort(edges, count, sizeof *edges, by_depth);
    *value = PT_STR("");
    ret_answer->values = value;
    ret_answer->value_count = 1;
    ret_answer->edges = edges;
    ret_answer->edge_count = count;
    ret_answer->paths = s->paths;
    return PT_OK;
}

const FoldKind fold_paths = {
    .check = check,
    .new = state_new,
    .free = state_free,
    .person = person,
    .merge = merge,
    .bytes = bytes_of,
    .answer = answer,
};
