// SPDX-License-Identifier: Apache-2.0
/* Accounts and households become rows. What the rows say depends on the traits and group calls up
 * to there alone, in whatever steps they came. */
#include "groups.sql.h"
#include "profiles/groups_internal.h"
#include "profiles/traits_internal.h"

#include <string.h>

static PtStatus set_group(PtSqlTx *tx, const GroupId *id, GroupBasis basis, PtStr named, PtStr name,
                          PtError *err)
{
    char form[GROUP_SEARCH_MAX];
    PtStatus st = pt_sql_use(tx, SQL_GROUP_SET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_blob(tx, 1, group_id_blob(id));
    pt_sql_bind_i64(tx, 2, basis == GROUP_BY_ID ? GROUP_ACCOUNT : GROUP_HOUSEHOLD);
    pt_sql_bind_i64(tx, 3, basis);
    pt_sql_bind_text(tx, 4, named);
    pt_sql_bind_blob(tx, 5, group_search_form(name, form));
    return pt_sql_finish(tx, err);
}

typedef struct MemberRow {
    GroupId group;
    uint32_t node;
    GroupBasis basis;
    int64_t at_ms;
    PtStr label;
} MemberRow;

static PtStatus set_member(PtSqlTx *tx, const MemberRow *row, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_GROUP_MEMBER_SET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_blob(tx, 1, group_id_blob(&row->group));
    pt_sql_bind_i64(tx, 2, row->node);
    pt_sql_bind_i64(tx, 3, row->basis);
    pt_sql_bind_i64(tx, 4, row->at_ms);
    pt_sql_bind_text(tx, 5, row->label);
    return pt_sql_finish(tx, err);
}

/* ---- Accounts -------------------------------------------------------------------------------- */

static PtStatus count_rows(PtSqlTx *tx, int64_t *ret_count, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_step(tx, &row, err);
    *ret_count = st == PT_OK && row ? pt_sql_i64(tx, 0) : 0;
    pt_sql_done(tx);
    return st;
}

static PtStatus join_account(PtSqlTx *tx, const GroupCall *call, const GroupId *id, PtError *err)
{
    int64_t others = 0;
    PtStatus st = pt_sql_use(tx, SQL_GROUP_ACCOUNTS_COUNT, err);
    if (st == PT_OK) {
        pt_sql_bind_i64(tx, 1, call->node);
        pt_sql_bind_blob(tx, 2, group_id_blob(id));
        st = count_rows(tx, &others, err);
    }
    const MemberRow row = {*id, call->node, GROUP_BY_ID, call->at_ms, PT_STR("")};
    return st == PT_OK && others < GROUPS_OF_NODE_MAX ? set_member(tx, &row, err) : st;
}

static PtStatus set_trait(PtSqlTx *tx, const GroupCall *call, const GroupId *id,
                          const GroupSaidTrait *said, PtError *err)
{
    int64_t others = 0;
    PtStatus st = pt_sql_use(tx, SQL_GROUP_TRAIT_COUNT, err);
    if (st == PT_OK) {
        pt_sql_bind_blob(tx, 1, group_id_blob(id));
        pt_sql_bind_text(tx, 2, said->name);
        st = count_rows(tx, &others, err);
    }
    if (st != PT_OK || others >= GROUP_TRAITS_MAX) {
        return st;
    }
    st = pt_sql_use(tx, SQL_GROUP_TRAIT_SET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_blob(tx, 1, group_id_blob(id));
    pt_sql_bind_text(tx, 2, said->name);
    pt_sql_bind_text(tx, 3, said->json);
    pt_sql_bind_i64(tx, 4, call->at_ms);
    pt_sql_bind_i64(tx, 5, call->source);
    return pt_sql_finish(tx, err);
}

PtStatus group_account_name(PtSqlTx *tx, const GroupId *id, PtBuf *text, PtStr *ret_name,
                            PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_GROUP_TRAIT_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_blob(tx, 1, group_id_blob(id));
    pt_sql_bind_text(tx, 2, PT_STR("name"));
    st = pt_sql_step(tx, &row, err);
    *ret_name = PT_STR("");
    if (st == PT_OK && row) { // what it gives may be of the row
        const PtStr name = profile_json_text(pt_sql_text(tx, 0), text);
        if (name.len > 0 && name.data != text->data) {
            pt_buf_clear(text, EVENT_MAX_BYTES);
            pt_buf_add_str(text, name);
        }
        *ret_name = name.len > 0 ? pt_buf_str(text) : PT_STR("");
        st = pt_buf_status(text) == PT_OK ? PT_OK
                                          : pt_fail(err, PT_NO_MEMORY, "no memory for a name");
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus write_call(Profiles *p, PtSqlTx *tx, const GroupCall *call, PtError *err)
{
    const GroupId id = group_id(p, GROUP_BY_ID, call->named);
    PtStr name;
    PtStatus st = join_account(tx, call, &id, err);
    for (const GroupSaidTrait *t = call->traits; st == PT_OK && t != NULL; t = t->next) {
        st = set_trait(tx, call, &id, t, err);
    }
    st = st == PT_OK ? group_account_name(tx, &id, &p->groups->text, &name, err) : st;
    return st == PT_OK ? set_group(tx, &id, GROUP_BY_ID, call->named,
                                   name.len > 0 ? name : call->named, err)
                       : st;
}

/* ---- Households ------------------------------------------------------------------------------ */

enum { NODE_HOUSEHOLDS = 2, SAID_ARENA = 16 << 20 };

typedef struct Wanted { /* rows of a node, by basis */
    MemberRow rows[NODE_HOUSEHOLDS];
    PtStr named[NODE_HOUSEHOLDS];
    bool there[NODE_HOUSEHOLDS]; /* the table has it as it is */
    size_t count;
} Wanted;

static PtStatus read_said(PtSqlTx *tx, uint32_t node, PtArena *arena, HouseholdSaid *said,
                          PtError *err)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_GROUP_HOUSEHOLD_SAID, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        PtStr *at = household_said_at(said, pt_sql_text(tx, 0));
        const PtStr json = pt_sql_text(tx, 1);
        if (at == NULL || at->data != NULL || pt_str_eq(json, PT_STR("null"))) {
            continue;
        }
        *at = pt_arena_str(arena, json);
        if (at->data == NULL) {
            st = pt_fail(err, PT_NO_MEMORY, "no memory for a household");
            break;
        }
    }
    pt_sql_done(tx);
    return st;
}

static void want(const Profiles *p, Wanted *w, uint32_t node, GroupBasis basis, PtStr named,
                 PtStr label)
{
    if (named.len > 0) {
        w->named[w->count] = named;
        w->rows[w->count++] = (MemberRow){group_id(p, basis, named), node, basis, 0, label};
    }
}

typedef struct Gone {
    GroupId ids[NODE_HOUSEHOLDS];
    size_t count;
} Gone;

/* What is wanted and there; what is there and not wanted any more. */
static PtStatus compare(PtSqlTx *tx, uint32_t node, Wanted *w, Gone *gone, PtError *err)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_GROUP_HOUSEHOLDS_OF, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row && gone->count < NODE_HOUSEHOLDS) {
        const PtStr id = pt_sql_blob(tx, 0);
        size_t i = 0;
        while (i < w->count && !pt_str_eq(id, group_id_blob(&w->rows[i].group))) {
            i++;
        }
        if (i < w->count) {
            w->there[i] = pt_str_eq(pt_sql_text(tx, 2), w->rows[i].label);
        } else if (id.len == GROUP_ID_BYTES) {
            memcpy(gone->ids[gone->count++].bytes, id.data, id.len);
        }
    }
    pt_sql_done(tx);
    return st;
}

/* Its row follows from its members: none of fewer than two identifiers; named as the first writes
 * it. named: data NULL where members have left. */
static PtStatus refresh(PtSqlTx *tx, const GroupId *id, GroupBasis basis, PtStr named, PtError *err)
{
    char label[GROUP_LABEL_MAX + 1];
    size_t count = 0, len = 0;
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_GROUP_MEMBERS, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_blob(tx, 1, group_id_blob(id));
    pt_sql_bind_i64(tx, 2, 0);
    pt_sql_bind_i64(tx, 3, 2);
    for (; (st = pt_sql_step(tx, &row, err)) == PT_OK && row; count++) {
        const PtStr first = pt_sql_text(tx, 2);
        len = count == 0 && first.len < sizeof label ? first.len : len;
        if (count == 0 && len > 0) {
            memcpy(label, first.data, len);
        }
    }
    pt_sql_done(tx);
    if (st != PT_OK || (count > 1 && named.data != NULL)) {
        const PtStr name = len > 0 ? (PtStr){label, len} : named;
        return st == PT_OK ? set_group(tx, id, basis, named, name, err) : st;
    }
    char form[GROUP_SEARCH_MAX];
    st = pt_sql_use(tx, count > 1 ? SQL_GROUP_SEARCH_SET : SQL_GROUP_REMOVE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_blob(tx, 1, group_id_blob(id));
    if (count > 1) {
        pt_sql_bind_blob(tx, 2, group_search_form((PtStr){label, len}, form));
    }
    return pt_sql_finish(tx, err);
}

static PtStatus leave(PtSqlTx *tx, const GroupId *id, uint32_t node, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_GROUP_MEMBER_REMOVE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_blob(tx, 1, group_id_blob(id));
    pt_sql_bind_i64(tx, 2, node);
    st = pt_sql_finish(tx, err);
    return st == PT_OK ? refresh(tx, id, GROUP_DERIVED, (PtStr){NULL, 0}, err) : st;
}

static PtStatus write_node(Profiles *p, PtSqlTx *tx, uint32_t node, PtArena *arena, PtError *err)
{
    HouseholdSaid said = {.household_id = {NULL, 0}};
    Households h;
    Wanted w = {.count = 0};
    Gone gone = {.count = 0};
    PtBuf *text = &p->groups->text;
    pt_arena_clear(arena);
    pt_buf_clear(text, EVENT_MAX_BYTES);
    PtStatus st = read_said(tx, node, arena, &said, err);
    if (st != PT_OK) {
        return st;
    }
    households_read(&said, text, &h);
    if (pt_buf_status(text) == PT_NO_MEMORY) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a household");
    }
    want(p, &w, node, GROUP_DECLARED, pt_str(h.declared), pt_str(h.label));
    want(p, &w, node, GROUP_DERIVED, pt_str(h.derived), pt_str(h.label));
    st = compare(tx, node, &w, &gone, err);
    for (size_t i = 0; st == PT_OK && i < gone.count; i++) {
        st = leave(tx, &gone.ids[i], node, err);
    }
    for (size_t i = 0; st == PT_OK && i < w.count; i++) {
        if (!w.there[i]) {
            st = set_member(tx, &w.rows[i], err);
            st = st == PT_OK ? refresh(tx, &w.rows[i].group, w.rows[i].basis, w.named[i], err) : st;
        }
    }
    return st;
}

/* ---- Erasing --------------------------------------------------------------------------------- */

typedef struct Left { /* groups of a node */
    GroupId ids[GROUPS_OF_NODE_MAX + NODE_HOUSEHOLDS];
    bool household[GROUPS_OF_NODE_MAX + NODE_HOUSEHOLDS];
    size_t count;
} Left;

static PtStatus groups_of(PtSqlTx *tx, uint32_t node, Left *left, PtError *err)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_GROUP_ALL_OF, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node);
    pt_sql_bind_i64(tx, 2, GROUPS_OF_NODE_MAX + NODE_HOUSEHOLDS);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        const PtStr id = pt_sql_blob(tx, 0);
        if (id.len == GROUP_ID_BYTES) {
            left->household[left->count] = pt_sql_i64(tx, 1) != GROUP_BY_ID;
            memcpy(left->ids[left->count++].bytes, id.data, id.len);
        }
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus run_of_group(PtSqlTx *tx, const char *statement, const GroupId *id, PtError *err)
{
    PtStatus st = pt_sql_use(tx, statement, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_blob(tx, 1, group_id_blob(id));
    return pt_sql_finish(tx, err);
}

/* An account of which nobody is left goes with what was said of it. */
static PtStatus leave_account(PtSqlTx *tx, const GroupId *id, uint32_t node, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_GROUP_MEMBER_REMOVE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_blob(tx, 1, group_id_blob(id));
    pt_sql_bind_i64(tx, 2, node);
    st = pt_sql_finish(tx, err);
    st = st == PT_OK ? run_of_group(tx, SQL_GROUP_TRAITS_FORSAKEN, id, err) : st;
    return st == PT_OK ? run_of_group(tx, SQL_GROUP_FORSAKEN, id, err) : st;
}

PtStatus groups_erase(PtSqlTx *tx, uint32_t node, PtError *err)
{
    Left left = {.count = 0};
    PtStatus st = groups_of(tx, node, &left, err);
    for (size_t i = 0; st == PT_OK && i < left.count; i++) {
        st = left.household[i] ? leave(tx, &left.ids[i], node, err)
                               : leave_account(tx, &left.ids[i], node, err);
    }
    return st;
}

/* ---- All of it ------------------------------------------------------------------------------- */

PtStatus groups_flush(Profiles *p, PtSqlTx *tx, PtError *err)
{
    Groups *g = p->groups;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = NULL;
    PtStatus st = PT_OK;
    for (const GroupCall *call = g->calls; st == PT_OK && call != NULL; call = call->next) {
        st = write_call(p, tx, call, err);
    }
    if (st == PT_OK && g->touched_count > 0) {
        arena = pt_arena_new(SAID_ARENA);
        st = arena != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for households");
    }
    for (size_t i = 0; st == PT_OK && i < g->touched_count; i++) {
        st = write_node(p, tx, g->touched[i], arena, err);
    }
    return st;
}

PtStatus groups_reset(PtSqlTx *tx, PtError *err)
{
    PtStatus st = pt_sql_run(tx, SQL_GROUP_CLEAR, err);
    st = st == PT_OK ? pt_sql_run(tx, SQL_GROUP_MEMBER_CLEAR, err) : st;
    return st == PT_OK ? pt_sql_run(tx, SQL_GROUP_TRAIT_CLEAR, err) : st;
}
