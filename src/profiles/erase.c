// SPDX-License-Identifier: Apache-2.0
/* What is somebody's: nodes, texts, and where records of theirs stand in the log. */
#include "base/json.h"
#include "erase.sql.h"
#include "profiles/erase_internal.h"
#include "profiles/traits_internal.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    TEXTS_ARENA = 256 << 20, /* most persons need a few KiB */
    IDS_AT_ONCE = 16384,     /* persons looked through under one hold of the lock */
    OFFSETS_PAGE = 1000,
    DURABLE_MS = 30000, /* to wait for the view's transaction in hand */
};

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory to plan an erasure");
}

void erase_plan_free(ErasePlan *plan)
{
    if (plan != NULL) {
        pt_arena_free(plan->arena);
        free(plan->persons);
        free(plan->nodes);
        free(plan->numbers);
        free(plan->texts);
        free(plan->others.items);
        free(plan->said);
        free(plan->parted);
        erase_match_free(plan->match);
        erase_match_free(plan->ids);
        free(plan);
    }
}

/* ---- Persons and nodes -------------------------------------------------------------------------
 */

static PtStatus add_node(ErasePlan *plan, const IdentityNode *n, uint32_t index, PtError *err)
{
    if (plan->node_count == ERASE_NODES_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "they have over %d identifiers", ERASE_NODES_MAX);
    }
    if ((plan->node_count & (plan->node_count - 1)) == 0) { // 0 or a power of two: it is full
        const size_t room = plan->node_count == 0 ? 1 : 2 * plan->node_count;
        EraseNode *nodes = realloc(plan->nodes, room * sizeof *nodes);
        plan->nodes = nodes != NULL ? nodes : plan->nodes;
        uint32_t *numbers = realloc(plan->numbers, room * sizeof *numbers);
        plan->numbers = numbers != NULL ? numbers : plan->numbers;
        if (nodes == NULL || numbers == NULL) {
            return no_memory(err);
        }
    }
    EraseNode *node = &plan->nodes[plan->node_count];
    *node = (EraseNode){n->node, index, pt_arena_str(plan->arena, n->type),
                        pt_arena_str(plan->arena, n->value)};
    plan->numbers[plan->node_count++] = n->node;
    return node->type.data != NULL && node->value.data != NULL ? PT_OK : no_memory(err);
}

static PtStatus add_person(ErasePlan *plan, PtStr id, uint32_t index, uint32_t *persons,
                           PtError *err)
{
    const Profiles *p = plan->p;
    const uint32_t person = profile_person_find(p, id);
    IdentityNode n;
    PtStatus st = PT_OK;
    if (person == 0) {
        return pt_fail(err, PT_NOT_FOUND, "there is no person \"%.*s\"",
                       (int)(id.len < 40 ? id.len : 40), id.len > 0 ? id.data : "");
    }
    for (uint32_t i = 0; i < index; i++) {
        if (persons[i] == person) {
            return pt_fail(err, PT_INVALID, "two of the ids are one person's");
        }
    }
    persons[index] = person;
    profile_person_id(p, person, plan->persons[index].id);
    for (uint32_t cursor = 0; st == PT_OK && identity_next_node(p->graph, person, &cursor, &n);) {
        st = add_node(plan, &n, index, err);
    }
    return st;
}

static int compare_numbers(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static PtStatus add_persons(ErasePlan *plan, const PtStr *ids, uint32_t *persons, PtError *err)
{
    PtStatus st = profiles_lock_read(plan->p, err);
    if (st != PT_OK) {
        return st;
    }
    for (uint32_t i = 0; st == PT_OK && i < plan->person_count; i++) {
        st = add_person(plan, ids[i], i, persons, err);
    }
    plan->sum.upto = plan->p->seen;
    profiles_unlock(plan->p);
    if (st == PT_OK && plan->node_count > 0) {
        qsort(plan->numbers, plan->node_count, sizeof *plan->numbers, compare_numbers);
        qsort(persons, plan->person_count, sizeof *persons, compare_numbers);
    }
    return st;
}

/* Of those who were merged into them, too: decisions call them so. *persons rise. */
static PtStatus add_ids(ErasePlan *plan, const uint32_t *persons, PtError *err)
{
    Profiles *p = plan->p;
    uint32_t next = 1, last = 1;
    while (next <= last) {
        PtStatus st = profiles_lock_read(p, err);
        if (st != PT_OK) {
            return st;
        }
        last = identity_counts(p->graph).last_person;
        const uint32_t to = last - next < IDS_AT_ONCE ? last : next + IDS_AT_ONCE;
        bool ok = true;
        for (; ok && next <= to; next++) {
            const uint32_t person = identity_survivor(p->graph, next);
            char id[37];
            if (person != 0 && bsearch(&person, persons, plan->person_count, sizeof *persons,
                                       compare_numbers) != NULL) {
                profile_person_id(p, next, id);
                ok = erase_match_add(plan->ids, pt_str(id));
            }
        }
        profiles_unlock(p);
        if (!ok) {
            return no_memory(err);
        }
    }
    return PT_OK;
}

/* ---- Texts -------------------------------------------------------------------------------------
 */

static PtStatus add_text(ErasePlan *plan, PtStr text, bool identifier, PtError *err)
{
    if (text.len == 0) {
        return PT_OK;
    }
    for (size_t i = plan->text_count; i > 0 && i + 16 > plan->text_count; i--) {
        if (pt_str_eq(plan->texts[i - 1].text, text)) { // said by most nodes alike
            return PT_OK;
        }
    }
    if (plan->text_count == ERASE_TEXTS_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "over %d texts tell who they are", ERASE_TEXTS_MAX);
    }
    if (plan->text_count == plan->text_room) {
        const size_t room = plan->text_room == 0 ? 64 : 2 * plan->text_room;
        EraseText *texts = realloc(plan->texts, room * sizeof *texts);
        if (texts == NULL) {
            return no_memory(err);
        }
        plan->texts = texts;
        plan->text_room = room;
    }
    const PtStr copy = pt_arena_str(plan->arena, text);
    plan->texts[plan->text_count++] = (EraseText){copy, identifier};
    return copy.data != NULL && (!identifier || erase_match_add(plan->match, copy))
               ? PT_OK
               : no_memory(err);
}

/* As a client wrote it: mail with capitals, a phone number with spaces. */
static bool is_identifier(ErasePlan *plan, PtStr type, PtStr text, PtArena *arena)
{
    IdentityClaim claim;
    if (!identity_claim(plan->p->rules, type, text, arena, &claim)) {
        return false;
    }
    for (size_t i = 0; i < plan->node_count; i++) {
        if (pt_str_eq(plan->nodes[i].type, claim.type) &&
            pt_str_eq(plan->nodes[i].value, claim.value)) {
            return true;
        }
    }
    return false;
}

/* All texts in a value of JSON. */
static PtStatus add_trait(ErasePlan *plan, PtStr name, PtStr json, PtBuf *text, PtArena *arena,
                          PtError *err)
{
    PtStatus st = PT_OK;
    PtJson j;
    const bool typed = pt_str_eq(name, PT_STR("email")) || pt_str_eq(name, PT_STR("phone"));
    pt_json_init(&j, json, EVENT_MAX_DEPTH);
    for (PtJsonToken token = pt_json_next(&j);
         st == PT_OK && token != PT_JSON_END && token != PT_JSON_ERROR; token = pt_json_next(&j)) {
        if (token == PT_JSON_STRING || token == PT_JSON_NUMBER) {
            pt_buf_clear(text, TRAIT_JSON_MAX);
            pt_json_decode(j.raw, text);
            const PtStr said = pt_buf_str(text);
            const bool identifier = typed && is_identifier(plan, name, said, arena);
            st = pt_buf_status(text) == PT_OK ? add_text(plan, said, identifier, err)
                                              : no_memory(err);
        }
    }
    return st;
}

static PtStatus add_traits(ErasePlan *plan, PtSqlTx *tx, uint32_t node, PtArena *arena,
                           PtError *err)
{
    bool row = true;
    PtBuf text;
    PtStatus st = pt_sql_use(tx, SQL_ERASE_TEXTS, err);
    if (st != PT_OK) {
        return st;
    }
    pt_buf_init(&text, TRAIT_JSON_MAX);
    pt_sql_bind_i64(tx, 1, node);
    pt_arena_clear(arena);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        st = add_trait(plan, pt_sql_text(tx, 0), pt_sql_text(tx, 1), &text, arena, err);
        if (st != PT_OK) {
            break;
        }
    }
    pt_sql_done(tx);
    pt_buf_done(&text);
    return st;
}

static PtStatus add_texts(ErasePlan *plan, PtSqlTx *tx, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(TRAIT_JSON_MAX * 64);
    PtStatus st = arena != NULL ? PT_OK : no_memory(err);
    for (size_t i = 0; st == PT_OK && i < plan->node_count; i++) {
        st = add_text(plan, plan->nodes[i].value, true, err);
    }
    for (size_t i = 0; st == PT_OK && i < plan->node_count; i++) {
        st = add_traits(plan, tx, plan->nodes[i].number, arena, err);
    }
    return st;
}

/* ---- Lists ----------------------------------------------------------------------------------
 */

/* Those that came last are not added again; it does no harm to have one twice. */
static PtStatus add_number(uint32_t **items, size_t *count, size_t *room, uint32_t number,
                           PtError *err)
{
    for (size_t i = *count; i > 0 && i + 8 > *count; i--) {
        if ((*items)[i - 1] == number) {
            return PT_OK;
        }
    }
    if (*count == *room) {
        const size_t more = *room == 0 ? 16 : 2 * *room;
        uint32_t *grown = realloc(*items, more * sizeof *grown);
        if (grown == NULL) {
            return no_memory(err);
        }
        *items = grown;
        *room = more;
    }
    (*items)[(*count)++] = number;
    return PT_OK;
}

static bool is_among(const uint32_t *rising, size_t count, uint32_t number)
{
    return count > 0 && bsearch(&number, rising, count, sizeof *rising, compare_numbers) != NULL;
}

bool erase_is_theirs(const ErasePlan *plan, uint32_t node)
{
    return is_among(plan->numbers, plan->node_count, node);
}

bool erase_is_parted(const ErasePlan *plan, uint32_t node)
{
    return is_among(plan->parted, plan->parted_count, node);
}

/* ---- Rows --------------------------------------------------------------------------------------
 */

static PtStatus count_rows(ErasePlan *plan, PtSqlTx *tx, uint32_t node, PtError *err)
{
    ErasePlanSummary *sum = &plan->sum;
    uint64_t *const counts[] = {&sum->traits, &sum->orders, &sum->computed, &sum->groups,
                                &sum->duplicates};
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_ERASE_COUNT, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node);
    st = pt_sql_step(tx, &row, err);
    for (int i = 0; st == PT_OK && row && i < (int)(sizeof counts / sizeof *counts); i++) {
        *counts[i] += (uint64_t)pt_sql_i64(tx, i);
    }
    pt_sql_done(tx);
    return st;
}

/* Rows of (what to go on behind, offset), or of the offset alone, in pages. */
static PtStatus note_offsets(ErasePlan *plan, PtSqlTx *tx, const char *statement, int offset_at,
                             uint32_t node, PtError *err)
{
    int64_t behind = -1, rows = OFFSETS_PAGE;
    PtStatus st = PT_OK;
    while (st == PT_OK && rows == OFFSETS_PAGE) {
        bool row = true;
        st = pt_sql_use(tx, statement, err);
        if (st != PT_OK) {
            return st;
        }
        pt_sql_bind_i64(tx, 1, node);
        pt_sql_bind_i64(tx, 2, behind);
        pt_sql_bind_i64(tx, 3, OFFSETS_PAGE);
        for (rows = 0; (st = pt_sql_step(tx, &row, err)) == PT_OK && row; rows++) {
            behind = pt_sql_i64(tx, 0);
            st = erase_note(plan, (uint64_t)pt_sql_i64(tx, offset_at), ERASE_SERVER, err);
            if (st != PT_OK) {
                break;
            }
        }
        pt_sql_done(tx);
    }
    return st;
}

/* A barrier stays in its table when it is lifted: it tells who was parted. */
static PtStatus note_barriers(ErasePlan *plan, PtSqlTx *tx, uint32_t node, PtError *err)
{
    int64_t behind = -1, rows = OFFSETS_PAGE;
    PtStatus st = PT_OK;
    while (st == PT_OK && rows == OFFSETS_PAGE) {
        bool row = true;
        st = pt_sql_use(tx, SQL_ERASE_BARRIER_OFFSETS, err);
        if (st != PT_OK) {
            return st;
        }
        pt_sql_bind_i64(tx, 1, node);
        pt_sql_bind_i64(tx, 2, behind);
        pt_sql_bind_i64(tx, 3, OFFSETS_PAGE);
        for (rows = 0; (st = pt_sql_step(tx, &row, err)) == PT_OK && row; rows++) {
            const uint32_t a = (uint32_t)pt_sql_i64(tx, 2), b = (uint32_t)pt_sql_i64(tx, 3);
            behind = pt_sql_i64(tx, 0);
            st = erase_note(plan, (uint64_t)pt_sql_i64(tx, 1), ERASE_SERVER, err);
            st = st == PT_OK ? add_number(&plan->parted, &plan->parted_count, &plan->parted_room,
                                          a == node ? b : a, err)
                             : st;
            if (st != PT_OK) {
                break;
            }
        }
        pt_sql_done(tx);
    }
    return st;
}

static PtStatus look_at_node(ErasePlan *plan, PtSqlTx *tx, uint32_t node, PtError *err)
{
    PtStatus st = count_rows(plan, tx, node, err);
    st = st == PT_OK ? note_offsets(plan, tx, SQL_ERASE_LINK_OFFSETS, 1, node, err) : st;
    st = st == PT_OK ? note_barriers(plan, tx, node, err) : st;
    return st == PT_OK ? note_offsets(plan, tx, SQL_ERASE_DECISION_OFFSETS, 0, node, err) : st;
}

static PtStatus look_at_tables(ErasePlan *plan, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(plan->p->views, false, &tx, err);
    st = st == PT_OK ? add_texts(plan, tx, err) : st;
    for (size_t i = 0; st == PT_OK && i < plan->node_count; i++) {
        st = look_at_node(plan, tx, plan->nodes[i].number, err);
    }
    if (plan->parted_count > 0) {
        qsort(plan->parted, plan->parted_count, sizeof *plan->parted, compare_numbers);
    }
    return st;
}

/* ---- Records -----------------------------------------------------------------------------------
 */

PtStatus erase_note(ErasePlan *plan, uint64_t offset, EraseWhat what, PtError *err)
{
    EraseOffsets *o = &plan->others;
    if (o->count == ERASE_NAMED_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "over %d records of others name them", ERASE_NAMED_MAX);
    }
    if (o->count == o->room) {
        const size_t room = o->room == 0 ? 64 : 2 * o->room;
        EraseRecord *items = realloc(o->items, room * sizeof *items);
        if (items == NULL) {
            return no_memory(err);
        }
        o->items = items;
        o->room = room;
    }
    o->items[o->count++] = (EraseRecord){offset, what};
    return PT_OK;
}

static int compare_offsets(const void *a, const void *b)
{
    const uint64_t x = ((const EraseRecord *)a)->offset, y = ((const EraseRecord *)b)->offset;
    return (x > y) - (x < y);
}

static void seal_others(ErasePlan *plan)
{
    EraseOffsets *o = &plan->others;
    uint64_t *const counts[] = {[ERASE_NAMED] = &plan->sum.named,
                                [ERASE_SERVER] = &plan->sum.server,
                                [ERASE_QUARANTINE] = &plan->sum.quarantined};
    size_t kept = 0;
    if (o->count > 0) {
        qsort(o->items, o->count, sizeof *o->items, compare_offsets);
    }
    for (size_t i = 0; i < o->count; i++) {
        if (kept == 0 || o->items[kept - 1].offset != o->items[i].offset) {
            o->items[kept++] = o->items[i];
            ++*counts[o->items[i].what];
        }
    }
    o->count = kept;
}

/* Others below `before`: how many. */
static size_t others_before(const EraseOffsets *o, uint64_t before)
{
    size_t low = 0, high = o->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (o->items[middle].offset < before) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

PtStatus erase_plan_records(const ErasePlan *plan, uint64_t from, uint64_t before, size_t max,
                            EraseRecord *ret_records, size_t *ret_count, PtError *err)
{
    const EraseOffsets *o = &plan->others;
    size_t own = 0, other = others_before(o, before), at = max, taken = 0;
    uint64_t *offsets = malloc((max > 0 ? max : 1) * sizeof *offsets);
    PtStatus st = offsets != NULL ? PT_OK : no_memory(err);
    if (st == PT_OK && max > 0) {
        st = profile_index_before(plan->p->index, plan->numbers, plan->node_count, before, max,
                                  offsets, &own, err);
    }
    while (st == PT_OK && at > 0) { // the higher of the two, from the end
        const bool has_own = taken < own && offsets[taken] >= from;
        const bool has_other = other > 0 && o->items[other - 1].offset >= from;
        if (!has_own && !has_other) {
            break;
        }
        if (has_own && (!has_other || offsets[taken] >= o->items[other - 1].offset)) {
            other -= has_other && offsets[taken] == o->items[other - 1].offset;
            ret_records[--at] = (EraseRecord){offsets[taken++], ERASE_OWN};
        } else {
            ret_records[--at] = o->items[--other];
        }
    }
    if (st == PT_OK) {
        *ret_count = max - at;
        memmove(ret_records, ret_records + at, *ret_count * sizeof *ret_records);
    }
    free(offsets);
    return st;
}

/* ---- All of it ---------------------------------------------------------------------------------
 */

static PtStatus begin_plan(Profiles *p, size_t count, ErasePlan **ret_plan, PtError *err)
{
    ErasePlan *plan = *ret_plan = calloc(1, sizeof *plan);
    if (plan == NULL) {
        return no_memory(err);
    }
    plan->p = p;
    plan->person_count = count;
    plan->arena = pt_arena_new(TEXTS_ARENA);
    plan->persons = calloc(count, sizeof *plan->persons);
    plan->match = erase_match_new();
    plan->ids = erase_match_new();
    return plan->arena != NULL && plan->persons != NULL && plan->match != NULL && plan->ids != NULL
               ? PT_OK
               : no_memory(err);
}

/* Tables that fell back behind what is rewritten then would count nodes otherwise than the index.
 */
static PtStatus make_durable(const ErasePlan *plan, const ErasePlanOptions *options, PtError *err)
{
    const struct timespec moment = {.tv_nsec = 5000000};
    const int64_t until_ms = pt_mono_ms() + DURABLE_MS;
    uint64_t next = 0;
    while (next < plan->sum.upto) {
        PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
        PtStatus st = pt_sql_begin(plan->p->views, false, &tx, err);
        st = st == PT_OK ? profiles_position(tx, &next, err) : st;
        next = next != PROFILES_NOWHERE ? next : 0;
        const bool stopped = options->stop != NULL && atomic_load(options->stop);
        if (st == PT_OK && next < plan->sum.upto && (stopped || pt_mono_ms() >= until_ms)) {
            st = pt_fail(err, PT_UNAVAILABLE, "the profiles are not in their tables yet");
        }
        if (st != PT_OK) {
            return st;
        }
        pt_sql_rollback(PT_TAKE(tx));
        if (next < plan->sum.upto) {
            (void)nanosleep(&moment, NULL);
        }
    }
    return pt_sql_scrub(plan->p->views, err);
}

static PtStatus make_plan(ErasePlan *plan, const PtStr *ids, const ErasePlanOptions *options,
                          PtError *err)
{
    uint32_t *persons = calloc(plan->person_count, sizeof *persons);
    PtStatus st = persons != NULL ? add_persons(plan, ids, persons, err) : no_memory(err);
    st = st == PT_OK ? add_ids(plan, persons, err) : st;
    free(persons);
    st = st == PT_OK ? look_at_tables(plan, err) : st;
    if (st == PT_OK && options->thorough) {
        st = make_durable(plan, options, err);
        st = st == PT_OK ? erase_scan_traits(plan, options, err) : st;
        st = st == PT_OK ? erase_scan(plan, options, err) : st;
    }
    if (st == PT_OK) {
        st = profile_index_count(plan->p->index, plan->numbers, plan->node_count, &plan->sum.own,
                                 err);
    }
    seal_others(plan);
    plan->sum.persons = plan->person_count;
    plan->sum.nodes = plan->node_count;
    plan->sum.texts = plan->text_count;
    plan->sum.thorough = options->thorough;
    return st;
}

PtStatus profiles_erase_plan(Profiles *p, const PtStr *ids, size_t count,
                             const ErasePlanOptions *options, ErasePlan **ret_plan, PtError *err)
{
    PT_CLEANUP(erase_plan_freep) ErasePlan *plan = NULL;
    if (count == 0 || count > ERASE_PERSONS_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "%zu persons are to be erased, not 1..%d", count,
                       ERASE_PERSONS_MAX);
    }
    PtStatus st = begin_plan(p, count, &plan, err);
    st = st == PT_OK ? make_plan(plan, ids, options, err) : st;
    if (st == PT_OK) {
        *ret_plan = PT_TAKE(plan);
    }
    return st;
}

ErasePlanSummary erase_plan_summary(const ErasePlan *plan)
{
    return plan->sum;
}

const EraseNode *erase_plan_nodes(const ErasePlan *plan, size_t *ret_count)
{
    *ret_count = plan->node_count;
    return plan->nodes;
}

const EraseText *erase_plan_texts(const ErasePlan *plan, size_t *ret_count)
{
    *ret_count = plan->text_count;
    return plan->texts;
}

bool erase_plan_finds(const ErasePlan *plan, PtStr text)
{
    EraseHit hit;
    for (size_t i = 0; i < plan->node_count; i++) {
        if (pt_str_eq(plan->nodes[i].value, text)) {
            return true;
        }
    }
    return erase_match_find(plan->match, text, 0, false, &hit);
}
