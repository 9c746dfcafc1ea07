// SPDX-License-Identifier: Apache-2.0
/* One trait of everybody, from the tables. Whoever has one identifier is told at once; of others
 * what their identifiers say is held until all of it was read. */
#include "computed.sql.h"
#include "filed.sql.h"
#include "profiles/computed_internal.h"
#include "profiles/filed.h"
#include "profiles/identity_internal.h"
#include "profiles/traits_internal.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE_NODES = 4096, RESULT_ARENA = 16 << 20 };

typedef struct Held { /* what one identifier says */
    struct Held *next;
    uint32_t node;
    int64_t at_ms; /* of a state: as of */
    uint8_t precedence;
    PtStr text; /* JSON; a state's bytes */
} Held;

typedef struct Walk {
    Profiles *p;
    PtStr name;
    const _Atomic bool *stop;
    PtStatus (*tell)(void *ctx, uint32_t person, PtStr json, PtError *err);
    void *ctx;
    ProfilesPeople people;
    uint8_t *several;     /* by person: they have several identifiers */
    uint8_t *told;        /* by person; of computed traits */
    Held **held;          /* by person */
    PtArena *arena;       /* of what is held */
    PtArena *results;     /* of one person's */
    const RuleFold *fold; /* NULL: what is said */
} Walk;

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for a trait of everybody");
}

static bool is_null(PtStr json)
{
    return pt_str_eq(json, PT_STR("null"));
}

static PtStatus tell(Walk *w, uint32_t person, PtStr json, PtError *err)
{
    return is_null(json) ? PT_OK : w->tell(w->ctx, person, json, err);
}

/* ---- Values -----------------------------------------------------------------------------------
 */

static uint32_t rank_of(Profiles *p, uint32_t node)
{
    IdentityNode n;
    uint32_t rank = UINT32_MAX;
    if (profiles_lock_read(p, NULL) == PT_OK) {
        rank = identity_node(p->graph, node, &n) ? identity_rules_type(p->rules, n.type)->priority
                                                 : rank;
        profiles_unlock(p);
    }
    return rank;
}

/* As fold_traits. */
static bool holds_before(Profiles *p, const Held *a, const Held *b)
{
    if (a->precedence != b->precedence) {
        return a->precedence > b->precedence;
    }
    if (a->at_ms != b->at_ms) {
        return a->at_ms > b->at_ms;
    }
    const uint32_t x = rank_of(p, a->node), y = rank_of(p, b->node);
    return x != y ? x < y : a->node > b->node;
}

static PtStatus tell_said(Walk *w, uint32_t person, const Held *held, PtError *err)
{
    const Held *best = held;
    for (const Held *h = held->next; h != NULL; h = h->next) {
        best = holds_before(w->p, h, best) ? h : best;
    }
    return tell(w, person, best->text, err);
}

static size_t read_states(const Walk *w, const Held *held, RuleState **states, int64_t *as_of_ms,
                          PtStatus *st, PtError *err)
{
    size_t count = 0;
    for (const Held *h = held; *st == PT_OK && h != NULL; h = h->next) {
        *as_of_ms = count == 0 || h->at_ms > *as_of_ms ? h->at_ms : *as_of_ms;
        *st = rule_state_read(w->fold, h->text, &states[count], err);
        count += *st == PT_OK;
    }
    return count;
}

/* held NULL: of nobody's events. */
static PtStatus tell_computed(Walk *w, uint32_t person, const Held *held, PtError *err)
{
    size_t room = 1;
    int64_t as_of_ms = 0;
    RuleResult result;
    PtStatus st = PT_OK;
    for (const Held *h = held; h != NULL; h = h->next) {
        room++;
    }
    pt_arena_clear(w->results);
    RuleState **states = pt_arena_alloc(w->results, room, sizeof *states); // the last is none
    if (states == NULL) {
        return no_memory(err);
    }
    const size_t count = read_states(w, held, states, &as_of_ms, &st, err);
    if (st == PT_OK) {
        st = rule_result(w->fold, (const RuleState *const *)states, count, as_of_ms, w->results,
                         &result, err);
    }
    if (st == PT_OK && result.known) {
        st = tell(w, person, result.json, err);
    }
    for (size_t i = 0; i < count; i++) {
        rule_state_free(states[i]);
    }
    return st;
}

static PtStatus settle(Walk *w, uint32_t person, const Held *held, PtError *err)
{
    return w->fold != NULL ? tell_computed(w, person, held, err) : tell_said(w, person, held, err);
}

/* ---- Rows -------------------------------------------------------------------------------------
 */

static PtStatus hold(Walk *w, uint32_t person, const Held *row, PtError *err)
{
    Held *h = pt_arena_alloc(w->arena, 1, sizeof *h);
    if (h == NULL) {
        return pt_fail(err, PT_TOO_LARGE,
                       "the trait \"%.*s\" of people with several identifiers has over %d MiB",
                       (int)(w->name.len < 100 ? w->name.len : 100), w->name.data,
                       PROFILES_TRAIT_BYTES >> 20);
    }
    *h = *row;
    h->text = pt_arena_str(w->arena, row->text);
    h->next = w->held[person];
    if (h->text.data == NULL) {
        return no_memory(err);
    }
    w->held[person] = h;
    return PT_OK;
}

/* The row that the statement stands on. */
static PtStatus take_row(Walk *w, PtSqlTx *tx, PtError *err)
{
    Held row = {.node = (uint32_t)pt_sql_i64(tx, 0)};
    const uint32_t person = row.node < w->people.node_count ? w->people.person_of[row.node] : 0;
    if (person == 0) {
        return PT_OK;
    }
    row.text = w->fold != NULL ? pt_sql_blob(tx, 1) : pt_sql_text(tx, 1);
    row.at_ms = pt_sql_i64(tx, 2);
    row.precedence = w->fold != NULL ? 0 : (uint8_t)pt_sql_i64(tx, 3);
    w->told[person] = 1;
    return w->several[person] != 0 ? hold(w, person, &row, err) : settle(w, person, &row, err);
}

static PtStatus take_page(Walk *w, PtSqlTx *tx, uint32_t from, int64_t definition, PtError *err)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, w->fold != NULL ? SQL_STATE_OF_NODES : SQL_TRAIT_OF_NODES, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, from);
    pt_sql_bind_i64(tx, 2, (int64_t)from + PAGE_NODES);
    if (w->fold != NULL) {
        pt_sql_bind_i64(tx, 3, definition);
    } else {
        pt_sql_bind_text(tx, 3, w->name);
    }
    pt_sql_bind_i64(tx, 4, PAGE_NODES);
    while (st == PT_OK && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        st = take_row(w, tx, err);
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus take_rows(Walk *w, int64_t definition, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(w->p->views, false, &tx, err);
    for (uint32_t from = 1; st == PT_OK && from < w->people.node_count; from += PAGE_NODES) {
        st = w->stop != NULL && atomic_load(w->stop)
                 ? pt_fail(err, PT_UNAVAILABLE, "stopped while reading a trait")
                 : take_page(w, tx, from, definition, err);
    }
    return st;
}

/* Of a computed trait those without a state have a value, too. */
static PtStatus settle_held(Walk *w, PtError *err)
{
    PtStatus st = PT_OK;
    for (uint32_t person = 1; st == PT_OK && person < w->people.person_count; person++) {
        if (w->held[person] != NULL) {
            st = settle(w, person, w->held[person], err);
        }
    }
    for (uint32_t node = 1; st == PT_OK && w->fold != NULL && node < w->people.node_count; node++) {
        const uint32_t person = w->people.person_of[node];
        if (person != 0 && w->told[person] == 0) {
            w->told[person] = 1;
            st = settle(w, person, NULL, err);
        }
    }
    return st;
}

/* ---- The call ---------------------------------------------------------------------------------
 */

static PtStatus open_walk(Walk *w, PtError *err)
{
    PtStatus st = profiles_people(w->p, &w->people, err);
    if (st != PT_OK) {
        return st;
    }
    const size_t persons = w->people.person_count;
    w->several = calloc(persons, 1);
    w->told = calloc(persons, 1);
    w->held = calloc(persons, sizeof(Held *));
    w->arena = pt_arena_new(PROFILES_TRAIT_BYTES);
    w->results = pt_arena_new(RESULT_ARENA);
    if (w->several == NULL || w->told == NULL || w->held == NULL || w->arena == NULL ||
        w->results == NULL) {
        return no_memory(err);
    }
    for (uint32_t node = 1; node < w->people.node_count; node++) {
        const uint32_t person = w->people.person_of[node];
        w->several[person] = w->told[person]; // the second one
        w->told[person] = 1;
    }
    memset(w->told, 0, persons);
    return PT_OK;
}

static void done_walk(Walk *w)
{
    free(w->people.person_of);
    free(w->several);
    free(w->told);
    free(w->held);
    pt_arena_free(w->arena);
    pt_arena_free(w->results);
}

/* Under the lock of the definitions: the fold stays. *ret_found: it was a live one's name. */
static PtStatus walk_computed(Walk *w, bool *ret_found, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const ComputedSet *set = w->p->computed->set;
    ComputedPlaces *places = NULL;
    size_t d = 0;
    while (d < set->count && !pt_str_eq(set->defs[d].name, w->name)) {
        d++;
    }
    if (d == set->count) {
        return PT_OK;
    }
    places = pt_arena_alloc(w->arena, 1, sizeof *places);
    PtStatus st = places != NULL ? pt_sql_begin(w->p->views, false, &tx, err) : no_memory(err);
    st = st == PT_OK ? computed_places_read(tx, set, places, err) : st;
    pt_sql_rollback(PT_TAKE(tx));
    *ret_found = st == PT_OK && places->of[d].there && places->of[d].since >= 0;
    if (*ret_found) {
        w->fold = set->defs[d].fold;
        st = take_rows(w, set->defs[d].number, err);
        st = st == PT_OK ? settle_held(w, err) : st;
    }
    return st;
}

PtStatus profiles_trait_of_all(Profiles *p, PtStr name, const _Atomic bool *stop,
                               PtStatus (*tell_fn)(void *ctx, uint32_t person, PtStr json,
                                                   PtError *err),
                               void *ctx, PtError *err)
{
    Walk w = {.p = p, .name = name, .stop = stop, .tell = tell_fn, .ctx = ctx};
    bool computed = false;
    PtStatus st = open_walk(&w, err);
    if (st == PT_OK && atomic_load(&p->computed->defined) > 0) {
        (void)pthread_rwlock_rdlock(&p->computed->lock);
        st = walk_computed(&w, &computed, err);
        (void)pthread_rwlock_unlock(&p->computed->lock);
    }
    if (st == PT_OK && !computed) {
        st = take_rows(&w, 0, err);
        st = st == PT_OK ? settle_held(&w, err) : st;
    }
    done_walk(&w);
    return st;
}
