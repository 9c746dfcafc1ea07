// SPDX-License-Identifier: Apache-2.0
/* What happens to the graph: an event's identifiers joined with the persons who have them, merge
 * and split by hand, and loading. */
#include "base/map.h"
#include "profiles/identity_internal.h"

#include <assert.h>
#include <stdlib.h>

/* ---- Whether persons may be one ---------------------------------------------------------------
 */

typedef enum JoinConflict {
    JOIN_LIMIT,
    JOIN_CAP,
    JOIN_BARRIER,
    JOIN_LOGIN, /* another value of a login's type */
    JOIN_FIXED, /* an immutable identifier would move */
} JoinConflict;

/* Persons and new identifiers that are to become one person. The counts of each type stand in the
 * types' rows and belong to `round`. What is over a limit already (the rules were other ones)
 * stays, but does not grow. */
typedef struct Join {
    Identity *g;
    uint32_t persons[IDENTITY_CLAIMS_MAX];
    uint32_t person_count;
    uint32_t fresh; /* new identifiers */
    bool counted;   /* the first person's nodes: not before there is something to join with */
    bool fixed;     /* an immutable identifier is among them: its person has to be the lowest */
    uint64_t nodes, largest;
    JoinConflict why;
    uint32_t what; /* type or barrier */
} Join;

static Join join_begin(Identity *g)
{
    g->round++;
    return (Join){.g = g};
}

static GraphType *counts_of(const Join *j, uint32_t type)
{
    GraphType *t = graph_type(j->g, type);
    if (t->round != j->g->round) {
        t->round = j->g->round;
        t->total = 0;
        t->largest = 0;
        t->single = 0;
    }
    return t;
}

static bool refuse(Join *j, JoinConflict why, uint32_t what)
{
    j->why = why;
    j->what = what;
    return false;
}

static bool fits_cap(Join *j, uint32_t more)
{
    j->nodes += more;
    j->largest = more > j->largest ? more : j->largest;
    return j->nodes <= j->g->rules->merge_cap || j->nodes == j->largest || refuse(j, JOIN_CAP, 0);
}

static bool fits_limit(Join *j, uint32_t type, uint32_t more)
{
    GraphType *t = counts_of(j, type);
    t->total += more;
    t->largest = more > t->largest ? more : t->largest;
    return t->total <= t->limit || t->total == t->largest || refuse(j, JOIN_LIMIT, type);
}

static bool has_person(const Join *j, uint32_t person)
{
    bool has = false;
    for (uint32_t i = 0; i < j->person_count; i++) {
        has = has || j->persons[i] == person;
    }
    return has;
}

static bool passes_barriers(Join *j, uint32_t node)
{
    const Identity *g = j->g;
    uint32_t next = 0;
    for (uint32_t b = graph_node(g, node)->barriers; b != 0; b = next) {
        const GraphBarrier *barrier = graph_barrier(g, b);
        int side = barrier->node[0] == node ? 0 : 1;
        if (has_person(j, graph_node(g, barrier->node[1 - side])->person)) {
            return refuse(j, JOIN_BARRIER, b);
        }
        next = barrier->next[side];
    }
    return true;
}

/* Counts a person's nodes. They are walked twice: all of a type come in at once. */
static bool count_person(Join *j, uint32_t person)
{
    const Identity *g = j->g;
    const GraphPerson *p = graph_person(g, person);
    bool fits = fits_cap(j, p->count);
    for (uint32_t n = p->first; n != 0; n = graph_node(g, n)->next) {
        counts_of(j, graph_node(g, n)->type)->single++;
    }
    for (uint32_t n = p->first; fits && n != 0; n = graph_node(g, n)->next) {
        uint32_t type = graph_node(g, n)->type;
        uint32_t single = counts_of(j, type)->single;
        counts_of(j, type)->single = 0;
        fits = (single == 0 || fits_limit(j, type, single)) && passes_barriers(j, n);
    }
    return fits;
}

/* The first person is not known to be counted until something joins. */
static void count_first(Join *j)
{
    if (j->person_count == 1 && !j->counted) {
        uint32_t person = j->persons[0];
        j->person_count = 0; /* no barrier stands within a person */
        bool fits = count_person(j, person);
        assert(fits); /* one alone always does */
        (void)fits;
        j->person_count = 1;
        j->counted = true;
    }
}

static bool join_person(Join *j, uint32_t person)
{
    if (has_person(j, person)) {
        return true;
    }
    bool first = j->person_count == 0 && j->fresh == 0;
    count_first(j);
    if (!first && !count_person(j, person)) {
        return false;
    }
    j->counted = !first;
    assert(j->person_count < IDENTITY_CLAIMS_MAX);
    j->persons[j->person_count++] = person;
    return true;
}

static bool join_fresh(Join *j, uint32_t type)
{
    count_first(j);
    if (!fits_cap(j, 1) || !fits_limit(j, type, 1)) {
        return false;
    }
    j->fresh++;
    return true;
}

/* ---- Changes, each told to the listener -------------------------------------------------------
 */

static void tell(const Identity *g, IdentityChange change)
{
    if (g->listener != NULL) {
        g->listener(g->listener_ctx, &change);
    }
}

static uint32_t make_person(Identity *g)
{
    uint32_t person = graph_add_person(g);
    tell(g, (IdentityChange){.kind = IDENTITY_PERSON_ADDED, .person = person});
    return person;
}

static uint32_t make_node(Identity *g, const GraphKey *key, uint32_t person)
{
    uint32_t node = graph_add_node(g, key, person);
    tell(g, (IdentityChange){.kind = IDENTITY_NODE_ADDED, .node = node, .person = person});
    return node;
}

static void make_one(Identity *g, uint32_t person, uint32_t other, uint32_t node,
                     uint32_t other_node)
{
    tell(g, (IdentityChange){.kind = IDENTITY_PERSON_MERGED,
                             .node = node,
                             .other_node = other_node,
                             .person = person,
                             .other_person = other});
    graph_move_all(g, other, person);
}

/* ---- An event -------------------------------------------------------------------------------- */

typedef struct Event { /* its claims against the graph */
    GraphKey keys[IDENTITY_CLAIMS_MAX];
    size_t kept;      /* the first so many, once keep has chosen */
    uint32_t dropped; /* bit i: the claim that was at i */
} Event;

static PtStatus look_up(Identity *g, const IdentityClaims *claims, Event *e, PtError *err)
{
    for (size_t i = 0; i < claims->count; i++) {
        e->keys[i].type = graph_type_put(g, claims->items[i].type);
        e->keys[i].value = claims->items[i].value;
        if (e->keys[i].type == 0) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for a type of identifier");
        }
    }
    graph_find_all(g, e->keys, claims->count);
    return PT_OK;
}

static uint32_t lowest_of(const Join *j)
{
    uint32_t lowest = j->persons[0];
    for (uint32_t i = 1; i < j->person_count; i++) {
        lowest = j->persons[i] < lowest ? j->persons[i] : lowest;
    }
    return lowest;
}

/* ---- What the modes of types allow an event: asked before anything is counted -----------------
 */

static bool has_mode(const Identity *g, uint32_t person, IdentityMode mode)
{
    uint32_t n = graph_person(g, person)->first;
    while (n != 0 && graph_type(g, graph_node(g, n)->type)->mode != mode) {
        n = graph_node(g, n)->next;
    }
    return n != 0;
}

/* What has the type already has another value of it: a value is one person's. */
static bool passes_login(Join *j, uint32_t type)
{
    bool passes =
        graph_type(j->g, type)->mode != IDENTITY_MODE_LOGIN || counts_of(j, type)->total == 0;
    return passes || refuse(j, JOIN_LOGIN, type);
}

static bool passes_logins(Join *j, uint32_t person)
{
    bool passes = true;
    for (uint32_t n = graph_person(j->g, person)->first; passes && n != 0;
         n = graph_node(j->g, n)->next) {
        passes = passes_login(j, graph_node(j->g, n)->type);
    }
    return passes;
}

static bool stays(Join *j, uint32_t person)
{
    uint32_t lowest = j->person_count > 0 ? lowest_of(j) : person;
    bool fixed = has_mode(j->g, person, IDENTITY_MODE_IMMUTABLE);
    if ((fixed && person > lowest) || (j->fixed && person < lowest)) {
        return refuse(j, JOIN_FIXED, 0);
    }
    j->fixed = j->fixed || fixed; // what is refused behind this ends the event
    return true;
}

static bool modes_allow(Join *j, const GraphKey *key)
{
    if (!j->g->moded) {
        return true;
    }
    count_first(j);
    if (key->node == 0) {
        return passes_login(j, key->type);
    }
    uint32_t person = graph_node(j->g, key->node)->person;
    return has_person(j, person) || (passes_logins(j, person) && stays(j, person));
}

/* The longest row of claims, from the highest, that may be one person: dropping the lowest and
 * looking again ends there too, since what conflicts still does with more claims behind it. Claims
 * of another login are passed over alone. */
static void keep(Join *j, Event *e, size_t count)
{
    bool fits = true;
    for (size_t i = 0; i < count; i++) {
        GraphKey *key = &e->keys[i];
        bool allowed = fits && modes_allow(j, key);
        bool passed_over = fits && !allowed && j->why == JOIN_LOGIN;
        fits = passed_over ||
               (allowed && (key->node != 0 ? join_person(j, graph_node(j->g, key->node)->person)
                                           : join_fresh(j, key->type)));
        if (fits && !passed_over) {
            e->keys[e->kept++] = *key;
        } else {
            e->dropped |= 1U << i;
        }
    }
}

static void merge_found(Identity *g, const Event *e, uint32_t person)
{
    uint32_t evidence = 0;
    for (size_t i = 0; evidence == 0 && i < e->kept; i++) {
        bool has = e->keys[i].node != 0 && graph_node(g, e->keys[i].node)->person == person;
        evidence = has ? e->keys[i].node : 0;
    }
    for (size_t i = 0; i < e->kept; i++) {
        uint32_t other = e->keys[i].node != 0 ? graph_node(g, e->keys[i].node)->person : person;
        if (other != person) {
            make_one(g, person, other, evidence, e->keys[i].node);
        }
    }
}

/* Cannot fail: there is room. */
static IdentityOutcome carry_out(Identity *g, const Join *j, Event *e)
{
    IdentityOutcome done = {.kind = j->person_count > 1    ? IDENTITY_MERGED
                                    : j->person_count == 0 ? IDENTITY_CREATED
                                    : j->fresh > 0         ? IDENTITY_ADDED
                                                           : IDENTITY_FOUND};
    done.person = j->person_count > 0 ? lowest_of(j) : make_person(g);
    merge_found(g, e, done.person);
    for (size_t i = 0; i < e->kept; i++) {
        if (e->keys[i].node == 0) {
            e->keys[i].node = make_node(g, &e->keys[i], done.person);
        }
    }
    done.node = e->keys[0].node;
    done.dropped = e->dropped;
    return done;
}

/* No identifier: the event stands for itself. */
static void claim_of_event(IdentityClaims *ret_claims, PtStr event_key)
{
    ret_claims->items[0] = (IdentityClaim){pt_str(identity_event_type), event_key};
    ret_claims->count = 1;
}

PtStatus identity_apply(Identity *g, const IdentityClaims *claims, PtStr event_key,
                        IdentityOutcome *ret_outcome, PtError *err)
{
    IdentityClaims own;
    Event e;
    e.kept = 0;
    e.dropped = 0;
    if (claims->count == 0) {
        if (event_key.len == 0 || event_key.len > IDENTITY_VALUE_MAX) {
            return pt_fail(err, PT_INVALID, "the event's key has %zu bytes, not 1..%d",
                           event_key.len, IDENTITY_VALUE_MAX);
        }
        claim_of_event(&own, event_key);
        claims = &own;
    }
    PtStatus st = look_up(g, claims, &e, err);
    if (st != PT_OK) {
        return st;
    }
    Join j = join_begin(g);
    keep(&j, &e, claims->count);
    st = graph_reserve(g, (GraphRoom){.nodes = j.fresh, .persons = j.person_count == 0}, err);
    if (st == PT_OK) {
        *ret_outcome = carry_out(g, &j, &e);
    }
    return st;
}

/* ---- By hand --------------------------------------------------------------------------------- */

static PtStatus conflict(const Join *j, PtError *err)
{
    const Identity *g = j->g;
    if (j->why == JOIN_CAP) {
        return pt_fail(err, PT_CONFLICT, "together they have %llu identifiers, the most is %u",
                       (unsigned long long)j->nodes, g->rules->merge_cap);
    }
    if (j->why == JOIN_LIMIT) {
        const GraphType *t = graph_type(g, j->what);
        return pt_fail(err, PT_CONFLICT, "together they have %u of %s, the most is %u", t->total,
                       t->name, t->limit);
    }
    const GraphBarrier *b = graph_barrier(g, j->what);
    return pt_fail(err, PT_CONFLICT, "do-not-link %u stands between their %s and %s", j->what,
                   graph_type(g, graph_node(g, b->node[0])->type)->name,
                   graph_type(g, graph_node(g, b->node[1])->type)->name);
}

PtStatus identity_merge_check(Identity *g, uint32_t person, uint32_t other, PtError *err)
{
    uint32_t a = identity_survivor(g, person), b = identity_survivor(g, other);
    if (a == 0 || b == 0) {
        return pt_fail(err, PT_NOT_FOUND, "there is no person %u", a == 0 ? person : other);
    }
    if (a == b) {
        return pt_fail(err, PT_INVALID, "they are one person already");
    }
    Join j = join_begin(g);
    return join_person(&j, a) && join_person(&j, b) ? PT_OK : conflict(&j, err);
}

PtStatus identity_merge(Identity *g, uint32_t person, uint32_t other, PtError *err)
{
    PtStatus st = identity_merge_check(g, person, other, err);
    if (st == PT_OK) {
        uint32_t a = identity_survivor(g, person), b = identity_survivor(g, other);
        make_one(g, a < b ? a : b, a < b ? b : a, 0, 0);
    }
    return st;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

PtStatus identity_split_check(const Identity *g, const uint32_t *nodes, size_t count, PtError *err)
{
    uint32_t person = count > 0 ? identity_person(g, nodes[0]) : 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t of = identity_person(g, nodes[i]);
        if (of == 0) {
            return pt_fail(err, PT_NOT_FOUND, "there is no identifier %u", nodes[i]);
        }
        if (of != person) {
            return pt_fail(err, PT_INVALID, "identifiers %u and %u are not of one person", nodes[0],
                           nodes[i]);
        }
    }
    if (count == 0) {
        return pt_fail(err, PT_INVALID, "no identifiers are given to part");
    }
    if (count >= graph_person(g, person)->count) {
        return pt_fail(err, PT_INVALID, "at least one identifier must stay");
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t n = 0; n < i; n++) {
            if (nodes[n] == nodes[i]) {
                return pt_fail(err, PT_INVALID, "identifier %u stands twice", nodes[i]);
            }
        }
    }
    return PT_OK;
}

/* nodes rise. Hands them to `to`, in their order; what stays keeps its own. */
static void part(Identity *g, const uint32_t *nodes, size_t count, uint32_t from, uint32_t to)
{
    uint32_t n = graph_person(g, from)->first;
    uint32_t persons[2] = {from, to};
    size_t at = 0;
    *graph_person(g, from) = (GraphPerson){0};
    while (n != 0) {
        GraphNode *node = graph_node(g, n);
        bool leaves = at < count && nodes[at] == n;
        GraphPerson *p = graph_person(g, persons[leaves]);
        uint32_t next = node->next;
        node->person = persons[leaves];
        node->next = 0;
        *(p->first == 0 ? &p->first : &graph_node(g, p->last)->next) = n;
        p->last = n;
        p->count++;
        at += leaves;
        n = next;
    }
}

static void bar(Identity *g, const uint32_t *nodes, size_t count, uint32_t from)
{
    for (size_t i = 0; i < count; i++) {
        for (uint32_t n = graph_person(g, from)->first; n != 0; n = graph_node(g, n)->next) {
            graph_add_barrier(g, g->barrier_count + 1, nodes[i], n);
            tell(g, (IdentityChange){.kind = IDENTITY_BARRIER_ADDED,
                                     .node = nodes[i],
                                     .other_node = n,
                                     .person = graph_node(g, nodes[i])->person,
                                     .other_person = from,
                                     .barrier = g->barrier_count});
        }
    }
}

static void freep_numbers(uint32_t **numbers)
{
    free(*numbers);
}

PtStatus identity_split(Identity *g, const uint32_t *nodes, size_t count, uint32_t *ret_person,
                        PtError *err)
{
    PtStatus st = identity_split_check(g, nodes, count, err);
    if (st != PT_OK) {
        return st;
    }
    PT_CLEANUP(freep_numbers) uint32_t *sorted = malloc(count * sizeof *sorted);
    if (sorted == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to part %zu identifiers", count);
    }
    memcpy(sorted, nodes, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_number);
    uint32_t from = identity_person(g, nodes[0]);
    uint64_t stay = graph_person(g, from)->count - count;
    st = graph_reserve(g, (GraphRoom){.persons = 1, .barriers = count * stay}, err);
    if (st != PT_OK) {
        return st;
    }
    uint32_t to = make_person(g);
    part(g, sorted, count, from, to);
    for (size_t i = 0; i < count; i++) {
        tell(g, (IdentityChange){.kind = IDENTITY_NODE_MOVED,
                                 .node = sorted[i],
                                 .person = to,
                                 .other_person = from});
    }
    bar(g, sorted, count, from);
    *ret_person = to;
    return PT_OK;
}

PtStatus identity_found(Identity *g, uint32_t person, uint32_t *ret_person, PtError *err)
{
    const uint32_t from = identity_survivor(g, person);
    if (from == 0) {
        return pt_fail(err, PT_NOT_FOUND, "there is no person %u", person);
    }
    PtStatus st = graph_reserve(g, (GraphRoom){.persons = 1}, err);
    if (st != PT_OK) {
        return st;
    }
    const uint32_t to = make_person(g);
    graph_move_all(g, from, to);
    graph_person(g, from)->merged_into = from;
    for (uint32_t n = graph_person(g, to)->first; n != 0; n = graph_node(g, n)->next) {
        tell(g, (IdentityChange){
                    .kind = IDENTITY_NODE_MOVED, .node = n, .person = to, .other_person = from});
    }
    tell(g, (IdentityChange){.kind = IDENTITY_PERSON_ERASED, .person = from});
    *ret_person = to;
    return PT_OK;
}

static bool barrier_stands(const Identity *g, uint32_t barrier)
{
    size_t page = barrier >> IDENTITY_PAGE_BITS;
    return barrier != 0 && barrier <= g->barrier_count && page < g->barriers.count &&
           g->barriers.pages[page] != NULL && graph_barrier(g, barrier)->node[0] != 0;
}

PtStatus identity_lift(Identity *g, uint32_t barrier, PtError *err)
{
    if (!barrier_stands(g, barrier)) {
        return pt_fail(err, PT_NOT_FOUND, "there is no do-not-link %u", barrier);
    }
    tell(g, (IdentityChange){.kind = IDENTITY_BARRIER_LIFTED,
                             .node = graph_barrier(g, barrier)->node[0],
                             .other_node = graph_barrier(g, barrier)->node[1],
                             .barrier = barrier});
    graph_lift_barrier(g, barrier);
    return PT_OK;
}

bool identity_erase(Identity *g, uint32_t node)
{
    const uint32_t person = identity_person(g, node);
    if (person == 0) {
        return false;
    }
    tell(g, (IdentityChange){.kind = IDENTITY_NODE_ERASED, .node = node, .person = person});
    for (uint32_t b = 0; (b = graph_node(g, node)->barriers) != 0;) {
        graph_lift_barrier(g, b);
    }
    graph_erase_node(g, node);
    if (graph_person(g, person)->count == 0) {
        tell(g, (IdentityChange){.kind = IDENTITY_PERSON_ERASED, .person = person});
    }
    return true;
}

/* ---- Reading --------------------------------------------------------------------------------- */

bool identity_barrier(const Identity *g, uint32_t barrier, IdentityBarrier *ret_barrier)
{
    if (!barrier_stands(g, barrier)) {
        return false;
    }
    const GraphBarrier *b = graph_barrier(g, barrier);
    *ret_barrier = (IdentityBarrier){b->node[0], b->node[1]};
    return true;
}

uint32_t identity_find(const Identity *g, PtStr type, PtStr value)
{
    return graph_find(g, graph_type_find(g, type), value);
}

uint32_t identity_person(const Identity *g, uint32_t node)
{
    return node != 0 && node <= g->node_count ? graph_node(g, node)->person : 0;
}

uint32_t identity_survivor(const Identity *g, uint32_t person)
{
    if (person == 0 || person > g->person_count) {
        return 0;
    }
    for (uint32_t into = 0; (into = graph_person(g, person)->merged_into) != 0;) {
        if (into == person) {
            return 0; /* erased */
        }
        person = into;
    }
    return person;
}

static IdentityNode node_of(const Identity *g, uint32_t number)
{
    const GraphNode *n = graph_node(g, number);
    return (IdentityNode){number, n->person, graph_type_name(g, n->type), graph_text(g, n)};
}

bool identity_node(const Identity *g, uint32_t node, IdentityNode *ret_node)
{
    bool there = identity_person(g, node) != 0;
    if (there) {
        *ret_node = node_of(g, node);
    }
    return there;
}

bool identity_next_node(const Identity *g, uint32_t person, uint32_t *cursor,
                        IdentityNode *ret_node)
{
    if (person == 0 || person > g->person_count || *cursor > g->node_count) {
        return false;
    }
    uint32_t next = *cursor != 0 ? graph_node(g, *cursor)->next : graph_person(g, person)->first;
    if (next == 0) {
        return false;
    }
    *cursor = next;
    *ret_node = node_of(g, next);
    return true;
}

IdentityCounts identity_counts(const Identity *g)
{
    uint64_t slots = g->slots != NULL ? g->slot_mask + 1 : 0;
    return (IdentityCounts){.nodes = g->node_count,
                            .persons = g->living,
                            .last_person = g->person_count,
                            .last_barrier = g->barrier_count,
                            .bytes = sizeof *g + g->bytes + slots * sizeof *g->slots};
}

/* ---- Life ------------------------------------------------------------------------------------ */

PtStatus identity_new(const IdentityRules *rules, Identity **ret_graph, PtError *err)
{
    Identity *g = calloc(1, sizeof *g);
    if (g == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the identity graph");
    }
    g->rules = rules;
    *ret_graph = g;
    return PT_OK;
}

void identity_free(Identity *g)
{
    if (g != NULL) {
        graph_done(g);
        free(g);
    }
}

void identity_clear(Identity *g)
{
    graph_done(g);
    graph_init(g);
}

void identity_set_rules(Identity *g, const IdentityRules *rules)
{
    g->rules = rules;
    graph_types_limit(g);
}

void identity_listen(Identity *g, IdentityListener *fn, void *ctx)
{
    g->listener = fn;
    g->listener_ctx = ctx;
}

/* ---- Loading --------------------------------------------------------------------------------- */

PtStatus identity_load_person(Identity *g, uint32_t person, uint32_t merged_into, PtError *err)
{
    if (person == 0 || person - 1 != g->person_count || merged_into > person ||
        g->node_count != 0) {
        return pt_fail(err, PT_CORRUPT, "person %u, merged into %u, does not follow person %u",
                       person, merged_into, g->person_count);
    }
    PtStatus st = graph_reserve(g, (GraphRoom){.persons = 1}, err);
    if (st == PT_OK) {
        (void)graph_add_person(g);
        graph_person(g, person)->merged_into = merged_into;
        g->living -= merged_into != 0;
    }
    return st;
}

static PtStatus load_erased(Identity *g, uint32_t node, PtStr type, PtError *err)
{
    if (node == 0 || node - 1 != g->node_count || !identity_type_name_valid(type)) {
        return pt_fail(err, PT_CORRUPT, "erased identifier %u cannot follow identifier %u", node,
                       g->node_count);
    }
    const uint32_t number = graph_type_put(g, type);
    PtStatus st = number != 0 ? graph_reserve(g, (GraphRoom){.nodes = 1}, err)
                              : pt_fail(err, PT_NO_MEMORY, "no memory for a type of identifier");
    if (st == PT_OK) {
        graph_add_erased(g, number);
    }
    return st;
}

PtStatus identity_load_node(Identity *g, uint32_t node, PtStr type, PtStr value, uint32_t person,
                            PtError *err)
{
    if (person == 0 && value.len == 0) {
        return load_erased(g, node, type, err);
    }
    uint32_t into = identity_survivor(g, person);
    bool right = node != 0 && node - 1 == g->node_count && into != 0 && value.len > 0 &&
                 value.len <= IDENTITY_VALUE_MAX && identity_type_name_valid(type);
    GraphKey key = {.type = right ? graph_type_put(g, type) : 0, .value = value};
    if (right && key.type == 0) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a type of identifier");
    }
    graph_find_all(g, &key, 1);
    if (!right || key.node != 0) {
        return pt_fail(err, PT_CORRUPT, "identifier %u of person %u cannot follow identifier %u",
                       node, person, g->node_count);
    }
    PtStatus st = graph_reserve(g, (GraphRoom){.nodes = 1}, err);
    if (st == PT_OK) {
        (void)graph_add_node(g, &key, into);
    }
    return st;
}

PtStatus identity_load_barrier(Identity *g, uint32_t barrier, uint32_t node, uint32_t other_node,
                               PtError *err)
{
    uint32_t a = identity_person(g, node), b = identity_person(g, other_node);
    bool lifted = node == 0 && other_node == 0;
    bool apart = a != 0 && b != 0 && a != b;
    if (barrier <= g->barrier_count || (!lifted && !apart)) {
        return pt_fail(err, PT_CORRUPT, "do-not-link %u between identifiers %u and %u cannot stand",
                       barrier, node, other_node);
    }
    PtStatus st = graph_reserve_barrier(g, barrier, err);
    if (st == PT_OK && lifted) {
        *graph_barrier(g, barrier) = (GraphBarrier){0};
        g->barrier_count = barrier;
    } else if (st == PT_OK) {
        graph_add_barrier(g, barrier, node, other_node);
    }
    return st;
}
