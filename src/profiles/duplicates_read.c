// SPDX-License-Identifier: Apache-2.0
/* Proposed and decided pairs, as they are read: rows of the tables, and who the two are now. The
 * evidence of an open pair is worked out anew from the cards in the tables. */
#include "base/json.h"
#include "duplicates.sql.h"
#include "profiles/duplicates_internal.h"
#include "profiles/view_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PAGE_MAX = 50,
    PARTNERS_MAX = 500, /* of a person, on either side */
    NODES_MAX = 2000,   /* of two persons */
    EVIDENCE_MAX = 8 << 10,
};

typedef struct PairRow {
    ProfileDuplicate shown; /* texts in the arena */
    uint32_t nodes[2];
    uint64_t number; /* of the decision */
} PairRow;

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory to read duplicates");
}

/* ---- Rows ------------------------------------------------------------------------------------ */

/* The first five columns are of all statements, the others of decisions. */
static bool take_row(PtSqlTx *tx, bool decided, PtArena *arena, PairRow *row)
{
    ProfileDuplicate *d = &row->shown;
    *row = (PairRow){.nodes = {(uint32_t)pt_sql_i64(tx, 1), (uint32_t)pt_sql_i64(tx, 2)}};
    const PtStr id = pt_sql_text(tx, 0);
    memcpy(d->id, id.data, id.len < sizeof d->id ? id.len : sizeof d->id - 1);
    d->score_ppm = (uint32_t)pt_sql_i64(tx, 3);
    d->found_ms = pt_sql_i64(tx, 4);
    if (!decided) {
        (void)snprintf(d->cursor, sizeof d->cursor, "%" PRIu32 "-%" PRIu32 "-%" PRIu32,
                       d->score_ppm, row->nodes[0], row->nodes[1]);
        return true;
    }
    row->number = (uint64_t)pt_sql_i64(tx, 5);
    (void)snprintf(d->cursor, sizeof d->cursor, "%" PRIu64, row->number);
    d->status = (ProfileDuplicateStatus)pt_sql_i64(tx, 6);
    d->evidence = pt_arena_str(arena, pt_sql_text(tx, 7));
    d->decided_ms = pt_sql_i64(tx, 8);
    d->by = pt_arena_str(arena, pt_sql_text(tx, 9));
    d->reason = pt_arena_str(arena, pt_sql_text(tx, 10));
    return d->evidence.data != NULL && d->by.data != NULL && d->reason.data != NULL;
}

/* The statement is begun and its parameters are bound. */
static PtStatus take_rows(PtSqlTx *tx, bool decided, PtArena *arena, PairRow *rows, size_t max,
                          size_t *ret_count, PtError *err)
{
    bool row = true;
    PtStatus st = PT_OK;
    while (*ret_count < max && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        if (!take_row(tx, decided, arena, &rows[*ret_count])) {
            st = no_memory(err);
            break;
        }
        ++*ret_count;
    }
    pt_sql_done(tx);
    return st;
}

/* ---- Who they are ---------------------------------------------------------------------------- */

static PtStatus read_person(Profiles *p, uint32_t node, PtArena *arena, ProfileDuplicate *d,
                            size_t which, PtError *err)
{
    static const char *const types[] = {"email",        "phone",     "user_id", "loyalty_card",
                                        "anonymous_id", "device_id", NULL};
    Profile person;
    PtStatus st = profiles_of_node(p, node, arena, &person, err);
    if (st == PT_OK) {
        memcpy(d->persons[which].id, person.id, sizeof person.id);
        d->persons[which].name = person.name;
        d->persons[which].detail = fold_identifier(person.nodes, person.node_count, types);
        d->persons[which].events = person.events;
        d->persons[which].last_ms = person.events > 0 ? person.last.at_ms : 0;
    }
    return st;
}

typedef struct NodeText {
    uint32_t node;
    size_t whose; /* 0, 1 */
    DuplicateNode name;
} NodeText;

/* *ret_count 0: they are one person by now. */
static PtStatus nodes_of_both(Profiles *p, const PairRow *row, PtArena *arena, NodeText *nodes,
                              size_t *ret_count, PtError *err)
{
    PtStatus st = profiles_lock_read(p, err);
    if (st != PT_OK) {
        return st;
    }
    const uint32_t persons[2] = {identity_person(p->graph, row->nodes[0]),
                                 identity_person(p->graph, row->nodes[1])};
    IdentityNode n;
    size_t count = 0;
    for (size_t whose = 0; persons[0] != persons[1] && whose < 2; whose++) {
        for (uint32_t cursor = 0;
             count < NODES_MAX && identity_next_node(p->graph, persons[whose], &cursor, &n);) {
            nodes[count] = (NodeText){
                n.node, whose, {pt_arena_str(arena, n.type), pt_arena_str(arena, n.value)}};
            st = nodes[count].name.type.data != NULL && nodes[count].name.value.data != NULL
                     ? st
                     : no_memory(err);
            count++;
        }
    }
    profiles_unlock(p);
    *ret_count = persons[0] != 0 && persons[1] != 0 ? count : 0;
    return st;
}

/* ---- Evidence -------------------------------------------------------------------------------- */

static PtStatus card_text(PtSqlTx *tx, const NodeText *node, PtArena *arena, PtStr *ret_text,
                          PtError *err)
{
    char text[CARD_MAX];
    bool row = false;
    const StandardFacts nothing = {.failed = false};
    PtStatus st = pt_sql_use(tx, SQL_DUPLICATE_CARD_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node->node);
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK && row) {
        *ret_text = pt_arena_str(arena, pt_sql_text(tx, 0));
    } else if (st == PT_OK && (pt_str_eq(node->name.type, PT_STR("email")) ||
                               pt_str_eq(node->name.type, PT_STR("phone")))) {
        const size_t len = card_write(&nothing, node->name.type, node->name.value, text);
        *ret_text = pt_arena_str(arena, (PtStr){text, len});
    } else {
        *ret_text = PT_STR("");
    }
    pt_sql_done(tx);
    return st == PT_OK && ret_text->data == NULL ? no_memory(err) : st;
}

static PtStatus read_cards(Profiles *p, const NodeText *nodes, size_t count, PtArena *arena,
                           PersonCard persons[static 2], PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(p->views, false, &tx, err);
    person_card_clear(&persons[0]);
    person_card_clear(&persons[1]);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        PtStr text;
        Card card;
        st = card_text(tx, &nodes[i], arena, &text, err);
        if (st == PT_OK && text.len > 0) {
            card_read(text, &card);
            person_card_add(&persons[nodes[i].whose], &card);
        }
    }
    person_card_dial(&persons[0], p->country);
    person_card_dial(&persons[1], p->country);
    return st;
}

static void put_evidence(PtJsonOut *out, EvidenceField field, const Evidence *e)
{
    static const char *const kinds[] = {[EVIDENCE_SAME] = "same",
                                        [EVIDENCE_SIMILAR] = "similar",
                                        [EVIDENCE_DIFFERENT] = "different"};
    char text[CARD_MAX];
    pt_json_out_object(out);
    pt_json_put_str(out, "field", pt_str(evidence_names[field]));
    pt_json_put_str(out, "kind", pt_str(kinds[e->kind]));
    pt_json_put_str(out, "a", (PtStr){text, evidence_text(field, e->a, text, sizeof text)});
    pt_json_put_str(out, "b", (PtStr){text, evidence_text(field, e->b, text, sizeof text)});
    pt_json_out_key(out, PT_STR("weight"));
    pt_json_out_double(out, e->weight / 10.0);
    pt_json_out_object_end(out);
}

static PtStatus write_evidence(const PersonCard persons[static 2], PtArena *arena,
                               ProfileDuplicate *d, PtError *err)
{
    Evidence evidence[EVIDENCE_FIELDS];
    PtBuf text;
    pt_buf_init(&text, EVIDENCE_MAX);
    PtJsonOut out = pt_json_out(&text);
    (void)duplicates_score(&persons[0], &persons[1], evidence);
    pt_json_out_array(&out);
    for (size_t f = 0; f < EVIDENCE_FIELDS; f++) {
        if (evidence[f].kind != EVIDENCE_NONE) {
            put_evidence(&out, (EvidenceField)f, &evidence[f]);
        }
    }
    pt_json_out_array_end(&out);
    d->evidence =
        pt_buf_status(&text) == PT_OK ? pt_arena_str(arena, pt_buf_str(&text)) : (PtStr){NULL, 0};
    pt_buf_done(&text);
    return d->evidence.data != NULL ? PT_OK : no_memory(err);
}

/* ---- One pair -------------------------------------------------------------------------------- */

static PtStatus read_both(Profiles *p, PairRow *row, PtArena *arena, PtError *err)
{
    PtStatus st = read_person(p, row->nodes[0], arena, &row->shown, 0, err);
    return st == PT_OK ? read_person(p, row->nodes[1], arena, &row->shown, 1, err) : st;
}

/* *ret_open false: an event or a decision has closed it meanwhile. ret_nodes: their first
 * identifiers; NULL: not wanted. */
static PtStatus read_open(Profiles *p, PairRow *row, PtArena *arena, bool *ret_open,
                          DuplicateNode *ret_nodes, PtError *err)
{
    ProfileDuplicate *d = &row->shown;
    PtError why = {0};
    size_t count = 0;
    NodeText *nodes = pt_arena_alloc(arena, NODES_MAX, sizeof *nodes);
    PersonCard *persons = pt_arena_alloc(arena, 2, sizeof *persons);
    PtStatus st = nodes != NULL && persons != NULL
                      ? nodes_of_both(p, row, arena, nodes, &count, err)
                      : no_memory(err);
    *ret_open = st == PT_OK && count > 0;
    for (size_t i = 0; *ret_open && ret_nodes != NULL && i < count; i++) {
        if (nodes[i].node == row->nodes[nodes[i].whose]) {
            ret_nodes[nodes[i].whose] = nodes[i].name;
        }
    }
    if (!*ret_open) {
        return st;
    }
    st = read_cards(p, nodes, count, arena, persons, err);
    st = st == PT_OK ? write_evidence(persons, arena, d, err) : st;
    st = st == PT_OK ? read_both(p, row, arena, err) : st;
    if (st == PT_OK && strcmp(d->persons[0].id, d->persons[1].id) == 0) {
        *ret_open = false;
    } else if (st == PT_OK && decide_merge_check(p, pt_str(d->persons[0].id),
                                                 pt_str(d->persons[1].id), &why) == PT_CONFLICT) {
        d->forbidden = pt_arena_str(arena, pt_str(why.message));
        st = d->forbidden.data != NULL ? PT_OK : no_memory(err);
    }
    return st;
}

static PtStatus complete(Profiles *p, PairRow *row, PtArena *arena, bool *ret_shown, PtError *err)
{
    if (row->shown.status == PROFILE_DUPLICATE_OPEN) {
        return read_open(p, row, arena, ret_shown, NULL, err);
    }
    *ret_shown = true;
    return read_both(p, row, arena, err);
}

/* ---- Pages ----------------------------------------------------------------------------------- */

typedef struct Behind {
    int64_t score_ppm, low, high;
} Behind;

static bool read_cursor(PtStr cursor, bool decided, Behind *ret_behind)
{
    int64_t *const numbers[] = {&ret_behind->score_ppm, &ret_behind->low, &ret_behind->high};
    const size_t want = decided ? 1 : 3;
    PtStr part;
    *ret_behind = (Behind){decided ? INT64_MAX : 1000001, 0, 0};
    if (cursor.len == 0) {
        return true;
    }
    for (size_t i = 0; i < want; i++) {
        uint32_t number;
        if (!pt_str_cut(&cursor, '-', &part) || !pt_str_to_u32(part, UINT32_MAX, &number)) {
            return false;
        }
        *numbers[i] = number;
    }
    return cursor.data == NULL;
}

static PtStatus begin_page(PtSqlTx *tx, ProfileDuplicateStatus status, const Behind *behind,
                           size_t max, PtError *err)
{
    const bool decided = status != PROFILE_DUPLICATE_OPEN;
    PtStatus st =
        pt_sql_use(tx, decided ? SQL_DUPLICATE_DECISION_LAST : SQL_DUPLICATE_PAIR_BEST, err);
    if (st != PT_OK) {
        return st;
    }
    if (decided) {
        pt_sql_bind_i64(tx, 1, status);
        pt_sql_bind_i64(tx, 2, behind->score_ppm);
        pt_sql_bind_i64(tx, 3, (int64_t)max);
    } else {
        pt_sql_bind_i64(tx, 1, behind->score_ppm);
        pt_sql_bind_i64(tx, 2, behind->low);
        pt_sql_bind_i64(tx, 3, behind->high);
        pt_sql_bind_i64(tx, 4, (int64_t)max);
    }
    return PT_OK;
}

/* Leaves those that can be shown, in the caller's form. */
static PtStatus show(Profiles *p, PairRow *rows, size_t count, PtArena *arena,
                     ProfileDuplicate **ret_duplicates, size_t *ret_count, PtError *err)
{
    ProfileDuplicate *shown = pt_arena_alloc(arena, count + 1, sizeof *shown);
    PtStatus st = shown != NULL ? PT_OK : no_memory(err);
    size_t kept = 0;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        bool wanted = false;
        st = complete(p, &rows[i], arena, &wanted, err);
        if (st == PT_OK && wanted) {
            shown[kept++] = rows[i].shown;
        }
        st = st == PT_NOT_FOUND ? PT_OK : st; // one was erased since
    }
    if (st == PT_OK) {
        *ret_duplicates = shown;
        *ret_count = kept;
    }
    return st;
}

// NOLINTNEXTLINE(readability-function-size): a page, and where it goes
PtStatus profiles_duplicates(Profiles *p, ProfileDuplicateStatus status, PtStr cursor, size_t max,
                             PtArena *arena, ProfileDuplicate **ret_duplicates, size_t *ret_count,
                             PtStr *ret_next, PtError *err)
{
    PtSqlTx *tx = NULL;
    PairRow rows[PAGE_MAX];
    Behind behind;
    size_t count = 0;
    const bool decided = status != PROFILE_DUPLICATE_OPEN;
    max = max < PAGE_MAX ? max : PAGE_MAX;
    if (!read_cursor(cursor, decided, &behind)) {
        return pt_fail(err, PT_INVALID, "cursor is not one of this list");
    }
    PtStatus st = pt_sql_begin(p->views, false, &tx, err);
    st = st == PT_OK ? begin_page(tx, status, &behind, max, err) : st;
    st = st == PT_OK ? take_rows(tx, decided, arena, rows, max, &count, err) : st;
    pt_sql_rollback(tx);
    st = st == PT_OK ? show(p, rows, count, arena, ret_duplicates, ret_count, err) : st;
    if (st == PT_OK) {
        *ret_next = count == max && max > 0
                        ? pt_arena_str(arena, pt_str(rows[count - 1].shown.cursor))
                        : PT_STR("");
        st = ret_next->data != NULL ? PT_OK : no_memory(err);
    }
    return st;
}

/* ---- Of a person ----------------------------------------------------------------------------- */

static PtStatus pairs_of(PtSqlTx *tx, const char *statement, uint32_t node, PtArena *arena,
                         PairRow *rows, size_t *ret_count, PtError *err)
{
    PtStatus st = pt_sql_use(tx, statement, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node);
    pt_sql_bind_i64(tx, 2, PARTNERS_MAX);
    return take_rows(tx, false, arena, rows, *ret_count + PARTNERS_MAX, ret_count, err);
}

static int compare_rows(const void *a, const void *b)
{
    const PairRow *x = a, *y = b;
    if (x->shown.score_ppm != y->shown.score_ppm) {
        return x->shown.score_ppm > y->shown.score_ppm ? -1 : 1;
    }
    return x->nodes[0] != y->nodes[0] ? (x->nodes[0] > y->nodes[0]) - (x->nodes[0] < y->nodes[0])
                                      : (x->nodes[1] > y->nodes[1]) - (x->nodes[1] < y->nodes[1]);
}

static PtStatus lowest_node(Profiles *p, PtStr id, uint32_t *ret_node, PtError *err)
{
    PtStatus st = profiles_lock_read(p, err);
    if (st == PT_OK) {
        *ret_node = profile_first_node(p, profile_person_find(p, id));
        profiles_unlock(p);
        st = *ret_node != 0 ? PT_OK : pt_fail(err, PT_NOT_FOUND, "no profile has that id");
    }
    return st;
}

PtStatus profiles_duplicates_of(Profiles *p, PtStr id, PtArena *arena,
                                ProfileDuplicate **ret_duplicates, size_t *ret_count, PtError *err)
{
    PtSqlTx *tx = NULL;
    uint32_t node = 0;
    size_t count = 0;
    PtStatus st = lowest_node(p, id, &node, err);
    PairRow *rows =
        st == PT_OK ? pt_arena_alloc(arena, 2 * (size_t)PARTNERS_MAX, sizeof *rows) : NULL;
    st = st == PT_OK && rows == NULL ? no_memory(err) : st;
    st = st == PT_OK ? pt_sql_begin(p->views, false, &tx, err) : st;
    st = st == PT_OK ? pairs_of(tx, SQL_DUPLICATE_PAIR_LOW, node, arena, rows, &count, err) : st;
    st = st == PT_OK ? pairs_of(tx, SQL_DUPLICATE_PAIR_HIGH, node, arena, rows, &count, err) : st;
    pt_sql_rollback(tx);
    if (st != PT_OK) {
        return st;
    }
    if (count > 1) {
        qsort(rows, count, sizeof *rows, compare_rows);
    }
    count = count < PROPOSALS_SHOWN ? count : PROPOSALS_SHOWN;
    return show(p, rows, count, arena, ret_duplicates, ret_count, err);
}

/* ---- By id ----------------------------------------------------------------------------------- */

// NOLINTNEXTLINE(readability-function-size): what to look for, and where it goes
static PtStatus find_row(Profiles *p, const char *statement, bool decided, PtStr id, PtArena *arena,
                         PairRow *ret_row, bool *ret_found, PtError *err)
{
    PtSqlTx *tx = NULL;
    size_t count = 0;
    PtStatus st = pt_sql_begin(p->views, false, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, statement, err) : st;
    if (st == PT_OK) {
        pt_sql_bind_text(tx, 1, id);
        st = take_rows(tx, decided, arena, ret_row, 1, &count, err);
    }
    pt_sql_rollback(tx);
    *ret_found = st == PT_OK && count == 1;
    return st;
}

PtStatus duplicate_read(Profiles *p, PtStr id, PtArena *arena, ProfileDuplicate *ret_duplicate,
                        DuplicateNode ret_nodes[static 2], PtError *err)
{
    PairRow row;
    bool found = false;
    if (!pt_utf8_valid(id) || memchr(id.data, '\0', id.len) != NULL) {
        return pt_fail(err, PT_NOT_FOUND, "there is no such pair");
    }
    PtStatus st = find_row(p, SQL_DUPLICATE_PAIR_FIND, false, id, arena, &row, &found, err);
    st = found ? read_open(p, &row, arena, &found, ret_nodes, err) : st;
    if (st == PT_OK && !found) {
        st = find_row(p, SQL_DUPLICATE_DECISION_FIND, true, id, arena, &row, &found, err);
        st = found ? read_both(p, &row, arena, err) : st;
    }
    if (st == PT_OK && !found) {
        st = pt_fail(err, PT_NOT_FOUND, "there is no such pair");
    }
    if (st == PT_OK) {
        *ret_duplicate = row.shown;
    }
    return st;
}

PtStatus profiles_duplicate(Profiles *p, PtStr id, PtArena *arena, ProfileDuplicate *ret_duplicate,
                            PtError *err)
{
    DuplicateNode nodes[2];
    return duplicate_read(p, id, arena, ret_duplicate, nodes, err);
}
