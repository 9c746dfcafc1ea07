// SPDX-License-Identifier: Apache-2.0
/* The part of the view that proposes duplicates: what changed is noted under the lock, compared in
 * the step's transaction, and written again until its commit is known.
 *
 * Changed   A node's card, who has a node, a barrier, a refusal. The persons that these concern are
 *           compared anew with all of their blocks. A block that comes to be too large, or no
 *           longer is, concerns all who are in it.
 * Memory    Cards, blocks and pairs; all from the tables at the start. Where it cannot be kept (no
 *           memory in the middle) all of the view is loaded anew.
 */
#include "profiles/duplicates_state.h"

#include "base/uuid.h"
#include "duplicates.sql.h"
#include "profiles/identity_internal.h"
#include "profiles/view_internal.h"

#include <stdlib.h>
#include <string.h>

enum { FACTS_ARENA = 8 << 20 };

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for duplicates");
}

/* ---- What is noted, under the lock ----------------------------------------------------------- */

/* What is lost here makes memory not what the log says. */
static void note(Profiles *p, Numbers *numbers, uint32_t number)
{
    numbers_add(numbers, number);
    p->duplicates->lost = p->duplicates->lost || numbers->failed;
}

static bool is_compared(PtStr type)
{
    return pt_str_eq(type, PT_STR("email")) || pt_str_eq(type, PT_STR("phone"));
}

void duplicates_hear(Profiles *p, const IdentityChange *c)
{
    Duplicates *d = p->duplicates;
    IdentityNode n;
    switch (c->kind) {
    case IDENTITY_NODE_ADDED:
        if (identity_node(p->graph, c->node, &n) && is_compared(n.type)) {
            note(p, &d->facts, c->node);
        }
        break;
    case IDENTITY_PERSON_ADDED:
        break;
    case IDENTITY_PERSON_MERGED:
        note(p, &d->nodes, profile_first_node(p, c->person));
        note(p, &d->nodes, profile_first_node(p, c->other_person));
        break;
    case IDENTITY_NODE_MOVED:
        note(p, &d->nodes, c->node);
        note(p, &d->persons, c->person);
        note(p, &d->persons, c->other_person);
        break;
    case IDENTITY_BARRIER_ADDED:
    case IDENTITY_BARRIER_LIFTED:
        note(p, &d->nodes, c->node);
        note(p, &d->nodes, c->other_node);
        break;
    case IDENTITY_NODE_ERASED:
        note(p, &d->erased, c->node);
        break;
    case IDENTITY_PERSON_ERASED:
        break;
    }
}

static bool keep_decision(Duplicates *d, const DuplicateSaid *said)
{
    KeptDecision *kept = pt_arena_alloc(d->said, 1, sizeof *kept);
    if (kept == NULL) {
        return false;
    }
    kept->said = *said;
    kept->said.id = pt_arena_str(d->said, said->id);
    kept->said.evidence = pt_arena_str(d->said, said->evidence);
    kept->said.by = pt_arena_str(d->said, said->by);
    kept->said.reason = pt_arena_str(d->said, said->reason);
    kept->number = ++d->last_decision;
    *d->decisions_end = kept;
    d->decisions_end = &kept->next;
    return kept->said.id.data != NULL && kept->said.evidence.data != NULL &&
           kept->said.by.data != NULL && kept->said.reason.data != NULL;
}

PtStatus duplicates_decided(Profiles *p, const DuplicateSaid *said, PtError *err)
{
    Duplicates *d = p->duplicates;
    if (!keep_decision(d, said)) {
        return no_memory(err);
    }
    note(p, &d->nodes, said->node);
    note(p, &d->nodes, said->other_node);
    return said->status != PROFILE_DUPLICATE_REFUSED ||
                   refusals_add(d, said->node, said->other_node)
               ? PT_OK
               : no_memory(err);
}

/* ---- Cards ----------------------------------------------------------------------------------- */

static PtStatus read_facts(PtSqlTx *tx, uint32_t node, StandardFacts *facts, bool *ret_any,
                           PtError *err)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_DUPLICATE_FACTS, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node);
    pt_sql_bind_i64(tx, 2, CARD_FACTS_MAX);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        standard_facts_add(facts, pt_sql_text(tx, 0), pt_sql_text(tx, 1));
        *ret_any = true;
    }
    pt_sql_done(tx);
    return st == PT_OK && facts->failed ? no_memory(err) : st;
}

/* All who share a block that has just become too large, or no longer is. */
static void note_block(Duplicates *d, uint32_t key)
{
    size_t count;
    const uint32_t *nodes = blocks_get(d->blocks, key, &count);
    for (size_t i = 0; i < count; i++) {
        numbers_add(&d->due, nodes[i]);
    }
}

static void leave_blocks(Profiles *p, uint32_t node, PtStr text)
{
    Card card;
    uint32_t keys[CARD_KEYS_MAX];
    size_t count;
    card_read(text, &card);
    const size_t n = card_keys(&card, p->id_key, keys);
    for (size_t i = 0; i < n; i++) {
        blocks_remove(p->duplicates->blocks, keys[i], node, &count);
        if (count == BLOCK_MAX) {
            note_block(p->duplicates, keys[i]);
        }
    }
}

static bool join_blocks(Profiles *p, uint32_t node, PtStr text)
{
    Card card;
    uint32_t keys[CARD_KEYS_MAX];
    size_t count;
    card_read(text, &card);
    const size_t n = card_keys(&card, p->id_key, keys);
    for (size_t i = 0; i < n; i++) {
        if (!blocks_add(p->duplicates->blocks, keys[i], node, &count)) {
            return false;
        }
        if (count == BLOCK_MAX + 1) {
            atomic_fetch_add(&p->duplicates->passed_over, 1);
            note_block(p->duplicates, keys[i]);
        }
    }
    return true;
}

/* text: its card now, "" for none. */
static bool change_card(Profiles *p, uint32_t node, PtStr text, bool said)
{
    Duplicates *d = p->duplicates;
    const PtStr before = cards_get(d, node);
    const bool same = pt_str_eq(before, text);
    IdentityNode n;
    if (said && (!same || (identity_node(p->graph, node, &n) && is_compared(n.type)))) {
        numbers_add(&d->cards_due, node); // an identifier's own card has no row before it says more
    }
    if (same || d->cards_due.failed) {
        return !d->cards_due.failed;
    }
    leave_blocks(p, node, before);
    numbers_add(&d->due, node);
    return cards_set(d, node, text) && (text.len == 0 || join_blocks(p, node, text));
}

static PtStatus write_facts(Profiles *p, uint32_t node, const StandardFacts *facts, bool said,
                            PtError *err)
{
    char text[CARD_MAX];
    IdentityNode n;
    if (facts->failed) {
        return no_memory(err);
    }
    if (!identity_node(p->graph, node, &n)) {
        return PT_OK;
    }
    const size_t len = card_write(facts, n.type, n.value, text);
    return change_card(p, node, (PtStr){text, len}, said) ? PT_OK : no_memory(err);
}

static PtStatus renew_card(Profiles *p, PtSqlTx *tx, const SaidNode *n, PtArena *arena,
                           PtError *err)
{
    StandardFacts facts = {.arena = arena};
    bool any = true;
    PtStatus st = PT_OK;
    pt_arena_clear(arena);
    if (traits_all_said(p, n)) {
        for (const SaidTrait *t = n->traits; t != NULL; t = t->next) {
            standard_facts_add(&facts, t->name, t->value.json);
        }
    } else {
        st = read_facts(tx, n->node, &facts, &any, err);
    }
    return st == PT_OK ? write_facts(p, n->node, &facts, any, err) : st;
}

/* Nodes of which something that is compared was said anew. */
static PtStatus renew_said(Profiles *p, PtSqlTx *tx, PtArena *arena, PtError *err)
{
    PtStatus st = PT_OK;
    for (const SaidNode *n = p->traits->now.nodes; st == PT_OK && n != NULL; n = n->next) {
        bool changed = false;
        for (const SaidTrait *t = n->traits; !changed && t != NULL; t = t->next) {
            changed = t->changed && standard_facts_want(t->name);
        }
        st = changed ? renew_card(p, tx, n, arena, err) : PT_OK;
    }
    return st;
}

static bool drop_erased(Profiles *p)
{
    Duplicates *d = p->duplicates;
    bool ok = true;
    for (size_t i = 0; ok && i < d->erased.count; i++) {
        const uint32_t node = d->erased.items[i];
        ok = change_card(p, node, PT_STR(""), true) && pairs_replace(d, node, NULL, 0);
    }
    return ok;
}

/* Those that say something besides were renewed before: they have a card. */
static PtStatus renew_new(Profiles *p, PtError *err)
{
    const Duplicates *d = p->duplicates;
    const StandardFacts nothing = {.failed = false};
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < d->facts.count; i++) {
        if (cards_get(d, d->facts.items[i]).len == 0) {
            st = write_facts(p, d->facts.items[i], &nothing, false, err);
        }
    }
    return st;
}

/* ---- Persons compared ------------------------------------------------------------------------ */

static void fold_person(const Profiles *p, uint32_t person, PersonCard *ret_card)
{
    IdentityNode n;
    Card card;
    person_card_clear(ret_card);
    for (uint32_t cursor = 0; identity_next_node(p->graph, person, &cursor, &n);) {
        const PtStr text = cards_get(p->duplicates, n.node);
        if (text.len > 0) {
            card_read(text, &card);
            person_card_add(ret_card, &card);
        }
    }
    person_card_dial(ret_card, p->country);
}

static bool add_candidate(Duplicates *d, uint32_t person)
{
    size_t at = (person * UINT32_C(2654435769)) >> 21;
    while (d->candidates[at] != 0 && d->candidates[at] != person) {
        at = (at + 1) % CANDIDATE_SLOTS;
    }
    if (d->candidates[at] == person || d->candidate_count == CANDIDATES_MAX) {
        return false;
    }
    d->candidates[at] = person;
    d->found[d->candidate_count++] = person;
    return true;
}

static void gather_block(const Profiles *p, uint32_t person, uint32_t key)
{
    size_t count;
    const uint32_t *nodes = blocks_get(p->duplicates->blocks, key, &count);
    for (size_t i = 0; count <= BLOCK_MAX && i < count; i++) {
        const uint32_t other = identity_person(p->graph, nodes[i]);
        if (other != 0 && other != person) {
            (void)add_candidate(p->duplicates, other);
        }
    }
}

static void gather_candidates(const Profiles *p, uint32_t person)
{
    Duplicates *d = p->duplicates;
    IdentityNode n;
    Card card;
    uint32_t keys[CARD_KEYS_MAX];
    memset(d->candidates, 0, sizeof d->candidates);
    d->candidate_count = 0;
    for (uint32_t cursor = 0; identity_next_node(p->graph, person, &cursor, &n);) {
        const PtStr text = cards_get(d, n.node);
        if (text.len == 0) {
            continue;
        }
        card_read(text, &card);
        const size_t count = card_keys(&card, p->id_key, keys);
        for (size_t i = 0; i < count; i++) {
            gather_block(p, person, keys[i]);
        }
    }
}

/* A do-not-link stands between them, or somebody refused the pair. */
static bool kept_apart(const Profiles *p, uint32_t person, uint32_t other)
{
    IdentityNode n;
    for (uint32_t cursor = 0; identity_next_node(p->graph, person, &cursor, &n);) {
        for (uint32_t b = graph_node(p->graph, n.node)->barriers; b != 0;) {
            const GraphBarrier *barrier = graph_barrier(p->graph, b);
            const int side = barrier->node[0] == n.node ? 0 : 1;
            if (identity_person(p->graph, barrier->node[1 - side]) == other) {
                return true;
            }
            b = barrier->next[side];
        }
        const Numbers *refused = refusals_of(p->duplicates, n.node);
        for (size_t i = 0; refused != NULL && i < refused->count; i++) {
            if (identity_person(p->graph, refused->items[i]) == other) {
                return true;
            }
        }
    }
    return false;
}

static int64_t began_ms(const Profiles *p, uint32_t person)
{
    ProfilePerson row = {0};
    (void)profile_person(p, person, &row);
    return row.created_ms;
}

static size_t compare_all(const Profiles *p, uint32_t person, Partner *ret_partners)
{
    Duplicates *d = p->duplicates;
    Evidence evidence[EVIDENCE_FIELDS];
    PersonCard one, other;
    size_t count = 0;
    if (d->candidate_count > 0) {
        fold_person(p, person, &one);
    }
    for (size_t i = 0; i < d->candidate_count; i++) {
        fold_person(p, d->found[i], &other);
        const uint32_t score_ppm = duplicates_score(&one, &other, evidence);
        if (!duplicates_over(score_ppm) || kept_apart(p, person, d->found[i])) {
            continue;
        }
        const int64_t a_ms = began_ms(p, person), b_ms = began_ms(p, d->found[i]);
        ret_partners[count++] = (Partner){.node = profile_first_node(p, d->found[i]),
                                          .score_ppm = score_ppm,
                                          .found_ms = a_ms > b_ms ? a_ms : b_ms};
    }
    return count;
}

static bool renew_person(Profiles *p, uint32_t person)
{
    Partner partners[CANDIDATES_MAX];
    gather_candidates(p, person);
    const size_t count = compare_all(p, person, partners);
    return pairs_replace(p->duplicates, profile_first_node(p, person), partners, count);
}

/* Pairs go by the lowest node of a person. */
static bool renew_node(Profiles *p, uint32_t node)
{
    const uint32_t person = identity_person(p->graph, node);
    return node == 0 || person == 0 || profile_first_node(p, person) == node ||
           pairs_replace(p->duplicates, node, NULL, 0);
}

/* Persons of all that is due; each once. */
static bool collect_persons(Profiles *p)
{
    Duplicates *d = p->duplicates;
    for (size_t i = 0; i < d->nodes.count; i++) {
        numbers_add(&d->due, d->nodes.items[i]);
    }
    numbers_unique(&d->due);
    d->look.count = 0;
    for (size_t i = 0; i < d->due.count; i++) {
        const uint32_t person = identity_person(p->graph, d->due.items[i]);
        if (person != 0) {
            numbers_add(&d->look, person);
        }
    }
    for (size_t i = 0; i < d->persons.count; i++) {
        numbers_add(&d->look, identity_survivor(p->graph, d->persons.items[i]));
    }
    numbers_unique(&d->look);
    return !d->due.failed && !d->look.failed;
}

static bool renew_all(Profiles *p)
{
    Duplicates *d = p->duplicates;
    bool ok = collect_persons(p);
    for (size_t i = 0; ok && i < d->due.count; i++) {
        ok = renew_node(p, d->due.items[i]);
    }
    for (size_t i = 0; ok && i < d->look.count; i++) {
        ok = d->look.items[i] == 0 || renew_person(p, d->look.items[i]);
    }
    d->due.count = 0;
    return ok;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static PtStatus write_card(const Duplicates *d, PtSqlTx *tx, uint32_t node, PtError *err)
{
    const PtStr text = cards_get(d, node);
    PtStatus st =
        pt_sql_use(tx, text.len > 0 ? SQL_DUPLICATE_CARD_SET : SQL_DUPLICATE_CARD_REMOVE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node);
    if (text.len > 0) {
        pt_sql_bind_text(tx, 2, text);
    }
    return pt_sql_finish(tx, err);
}

/* Version 8 of RFC 9562, as of persons. */
static PtStr pair_id(const Profiles *p, const PairKey *pair, char out[static PT_UUID_TEXT])
{
    PtUuid id;
    uint8_t nodes[9] = {'d'};
    for (int i = 0; i < 4; i++) {
        nodes[1 + i] = (uint8_t)(pair->low >> (8 * i));
        nodes[5 + i] = (uint8_t)(pair->high >> (8 * i));
    }
    const PtHash128 h = pt_hash128((PtStr){(const char *)nodes, sizeof nodes}, p->id_key);
    for (int i = 0; i < 8; i++) {
        id.bytes[i] = (uint8_t)(h.hi >> (56 - 8 * i));
        id.bytes[8 + i] = (uint8_t)(h.lo >> (56 - 8 * i));
    }
    id.bytes[6] = (uint8_t)((id.bytes[6] & 0x0F) | 0x80);
    id.bytes[8] = (uint8_t)((id.bytes[8] & 0x3F) | 0x80);
    return pt_uuid_format(id, out);
}

static PtStatus write_pair(const Profiles *p, PtSqlTx *tx, const PairKey *pair, PtError *err)
{
    char id[PT_UUID_TEXT];
    const Partner *partner = pairs_get(p->duplicates, pair->low, pair->high);
    PtStatus st =
        pt_sql_use(tx, partner != NULL ? SQL_DUPLICATE_PAIR_SET : SQL_DUPLICATE_PAIR_REMOVE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, pair->low);
    pt_sql_bind_i64(tx, 2, pair->high);
    if (partner != NULL) {
        pt_sql_bind_text(tx, 3, pair_id(p, pair, id));
        pt_sql_bind_i64(tx, 4, partner->score_ppm);
        pt_sql_bind_i64(tx, 5, partner->found_ms);
    }
    return pt_sql_finish(tx, err);
}

static PtStatus write_decision(PtSqlTx *tx, const KeptDecision *kept, PtError *err)
{
    const DuplicateSaid *said = &kept->said;
    PtStatus st = pt_sql_use(tx, SQL_DUPLICATE_DECISION_ADD, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, (int64_t)kept->number);
    pt_sql_bind_text(tx, 2, said->id);
    pt_sql_bind_i64(tx, 3, said->status);
    pt_sql_bind_i64(tx, 4, said->node);
    pt_sql_bind_i64(tx, 5, said->other_node);
    pt_sql_bind_i64(tx, 6, said->score_ppm);
    pt_sql_bind_text(tx, 7, said->evidence);
    pt_sql_bind_i64(tx, 8, said->found_ms);
    pt_sql_bind_i64(tx, 9, said->at_ms);
    pt_sql_bind_i64(tx, 10, (int64_t)said->offset);
    pt_sql_bind_text(tx, 11, said->by);
    pt_sql_bind_text(tx, 12, said->reason);
    return pt_sql_finish(tx, err);
}

static PtStatus write_all(Profiles *p, PtSqlTx *tx, PtError *err)
{
    const Duplicates *d = p->duplicates;
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < d->cards_due.count; i++) {
        st = write_card(d, tx, d->cards_due.items[i], err);
    }
    for (size_t i = 0; st == PT_OK && i < d->pairs_due_count; i++) {
        st = write_pair(p, tx, &d->pairs_due[i], err);
    }
    for (const KeptDecision *k = d->decisions; st == PT_OK && k != NULL; k = k->next) {
        st = write_decision(tx, k, err);
    }
    return st;
}

/* What was compared is not compared again where the transaction fails: it is written again. */
PtStatus duplicates_flush(Profiles *p, PtSqlTx *tx, PtError *err)
{
    Duplicates *d = p->duplicates;
    PtStatus st = d->lost ? no_memory(err) : PT_OK;
    if (st == PT_OK && !d->compared) {
        PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(FACTS_ARENA);
        st = arena != NULL ? renew_said(p, tx, arena, err) : no_memory(err);
        st = st == PT_OK ? renew_new(p, err) : st;
        st = st == PT_OK && !drop_erased(p) ? no_memory(err) : st;
        st = st == PT_OK && !renew_all(p) ? no_memory(err) : st;
        d->compared = st == PT_OK && p->seen != p->committed; // else more may come before a commit
        state_measure(d);
        p->stale = p->stale || st != PT_OK; // between two states
    }
    st = st == PT_OK ? write_all(p, tx, err) : st;
    p->stale = p->stale || d->lost;
    return st;
}

void duplicates_forget(Profiles *p)
{
    Duplicates *d = p->duplicates;
    d->facts.count = d->nodes.count = d->persons.count = d->erased.count = d->cards_due.count = 0;
    d->pairs_due_count = 0;
    d->decisions = NULL;
    d->decisions_end = &d->decisions;
    d->compared = false;
    pt_arena_clear(d->said);
}

PtStatus duplicates_reset(PtSqlTx *tx, PtError *err)
{
    PtStatus st = pt_sql_run(tx, SQL_DUPLICATE_CARD_CLEAR, err);
    st = st == PT_OK ? pt_sql_run(tx, SQL_DUPLICATE_PAIR_CLEAR, err) : st;
    return st == PT_OK ? pt_sql_run(tx, SQL_DUPLICATE_DECISION_CLEAR, err) : st;
}

/* ---- From the tables ------------------------------------------------------------------------- */

typedef struct Cursor {
    int64_t a, b;
} Cursor;

typedef bool TakeRow(Profiles *p, PtSqlTx *tx, Cursor *cursor);

static PtStatus load_pages(Profiles *p, PtSqlTx *tx, const char *statement, int parameters,
                           TakeRow *take, PtError *err)
{
    enum { PAGE_ROWS = 10000 };
    Cursor cursor = {0, 0};
    PtStatus st = PT_OK;
    for (int64_t rows = PAGE_ROWS; st == PT_OK && rows == PAGE_ROWS;) {
        bool row = true;
        st = pt_sql_use(tx, statement, err);
        if (st != PT_OK) {
            return st;
        }
        pt_sql_bind_i64(tx, 1, cursor.a);
        if (parameters == 3) {
            pt_sql_bind_i64(tx, 2, cursor.b);
        }
        pt_sql_bind_i64(tx, parameters, PAGE_ROWS);
        for (rows = 0; (st = pt_sql_step(tx, &row, err)) == PT_OK && row; rows++) {
            if (!take(p, tx, &cursor)) {
                st = no_memory(err);
                break;
            }
        }
        pt_sql_done(tx);
    }
    return st;
}

static bool take_card(Profiles *p, PtSqlTx *tx, Cursor *cursor)
{
    const uint32_t node = (uint32_t)pt_sql_i64(tx, 0);
    const PtStr text = pt_sql_text(tx, 1);
    cursor->a = (int64_t)node + 1;
    return text.len == 0 || text.len >= CARD_MAX ||
           (cards_set(p->duplicates, node, text) && join_blocks(p, node, text));
}

static bool take_pair(Profiles *p, PtSqlTx *tx, Cursor *cursor)
{
    const PairKey pair = {(uint32_t)pt_sql_i64(tx, 0), (uint32_t)pt_sql_i64(tx, 1)};
    *cursor = (Cursor){pair.low, pair.high};
    return pairs_put(p->duplicates, &pair, (uint32_t)pt_sql_i64(tx, 2), pt_sql_i64(tx, 3));
}

static bool take_decision(Profiles *p, PtSqlTx *tx, Cursor *cursor)
{
    Duplicates *d = p->duplicates;
    d->last_decision = (uint64_t)pt_sql_i64(tx, 0);
    cursor->a = (int64_t)d->last_decision + 1;
    return pt_sql_i64(tx, 1) != PROFILE_DUPLICATE_REFUSED ||
           refusals_add(d, (uint32_t)pt_sql_i64(tx, 2), (uint32_t)pt_sql_i64(tx, 3));
}

/* The cards of nodes that say nothing but their identifier are in no table. */
static bool load_identifiers(Profiles *p)
{
    const StandardFacts nothing = {.failed = false};
    const uint32_t end = identity_counts(p->graph).nodes + 1;
    char text[CARD_MAX];
    bool ok = true;
    for (uint32_t node = 1; ok && node < end; node++) {
        IdentityNode n;
        if (identity_node(p->graph, node, &n) && is_compared(n.type) &&
            cards_get(p->duplicates, node).len == 0) {
            const size_t len = card_write(&nothing, n.type, n.value, text);
            ok = len == 0 || (cards_set(p->duplicates, node, (PtStr){text, len}) &&
                              join_blocks(p, node, (PtStr){text, len}));
        }
    }
    return ok;
}

PtStatus duplicates_load(Profiles *p, PtSqlTx *tx, PtError *err)
{
    Duplicates *d = p->duplicates;
    PtStatus st = load_pages(p, tx, SQL_DUPLICATE_CARDS, 2, take_card, err);
    st = st == PT_OK && !load_identifiers(p) ? no_memory(err) : st;
    st = st == PT_OK ? load_pages(p, tx, SQL_DUPLICATE_PAIRS, 3, take_pair, err) : st;
    st = st == PT_OK ? load_pages(p, tx, SQL_DUPLICATE_DECISIONS, 2, take_decision, err) : st;
    d->due.count = 0; // blocks that were filled again
    atomic_store(&d->passed_over, 0);
    state_measure(d);
    return st;
}
