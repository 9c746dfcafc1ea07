// SPDX-License-Identifier: Apache-2.0
/* Accounts and households, read: rows stand under nodes, and are folded into the persons whose
 * nodes they are now. */
#include "groups.sql.h"
#include "profiles/groups_internal.h"
#include "profiles/read_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t household_bases = 2; // rows of a node: one of each

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory to read accounts and households");
}

static PtStatus not_found(PtError *err)
{
    return pt_fail(err, PT_NOT_FOUND, "no account or household has that id");
}

/* ---- The group itself ------------------------------------------------------------------------ */

PtStatus group_find(PtSqlTx *tx, const GroupId *id, PtArena *arena, GroupRow *ret_group,
                    bool *ret_there, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_GROUP_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_blob(tx, 1, group_id_blob(id));
    st = pt_sql_step(tx, ret_there, err);
    if (st == PT_OK && *ret_there) {
        *ret_group = (GroupRow){.id = *id,
                                .basis = (GroupBasis)pt_sql_i64(tx, 1),
                                .named = pt_arena_str(arena, pt_sql_text(tx, 2))};
        st = ret_group->named.data != NULL ? PT_OK : no_memory(err);
    }
    pt_sql_done(tx);
    return st;
}

PtStatus group_find_text(PtSqlTx *tx, PtStr text, PtArena *arena, GroupRow *ret_group, PtError *err)
{
    PtUuid uuid;
    GroupId id;
    bool there = false;
    if (!pt_uuid_parse(text, &uuid)) {
        return not_found(err);
    }
    memcpy(id.bytes, uuid.bytes, sizeof id.bytes);
    PtStatus st = group_find(tx, &id, arena, ret_group, &there, err);
    return st == PT_OK && !there ? not_found(err) : st;
}

static PtStatus first_label(PtSqlTx *tx, const GroupId *id, PtArena *arena, PtStr *ret_label,
                            PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_GROUP_MEMBERS, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_blob(tx, 1, group_id_blob(id));
    pt_sql_bind_i64(tx, 2, 0);
    pt_sql_bind_i64(tx, 3, 1);
    st = pt_sql_step(tx, &row, err);
    *ret_label = st == PT_OK && row ? pt_arena_str(arena, pt_sql_text(tx, 2)) : PT_STR("");
    pt_sql_done(tx);
    return st == PT_OK && ret_label->data == NULL ? no_memory(err) : st;
}

static PtStatus name_of(PtSqlTx *tx, const GroupRow *group, PtArena *arena, PtStr *ret_name,
                        PtError *err)
{
    if (group->basis != GROUP_BY_ID) {
        return first_label(tx, &group->id, arena, ret_name, err);
    }
    PtBuf text;
    PtStr name;
    pt_buf_init(&text, EVENT_MAX_BYTES);
    PtStatus st = group_account_name(tx, &group->id, &text, &name, err);
    if (st == PT_OK) {
        *ret_name = name.len > 0 ? pt_arena_str(arena, name) : group->named;
        st = ret_name->data != NULL ? PT_OK : no_memory(err);
    }
    pt_buf_done(&text);
    return st;
}

static PtStr how_of(const GroupRow *group, PtArena *arena)
{
    static const char *const words[] = {[GROUP_BY_ID] = "group id ",
                                        [GROUP_DECLARED] = "household id ",
                                        [GROUP_DERIVED] = "same last name and postal address: "};
    const PtStr before = pt_str(words[group->basis]);
    char *text = pt_arena_alloc(arena, before.len + group->named.len + 1, 1);
    if (text != NULL) {
        memcpy(text, before.data, before.len);
        memcpy(text + before.len, group->named.data, group->named.len);
    }
    return (PtStr){text, text != NULL ? before.len + group->named.len : 0};
}

/* ---- Persons --------------------------------------------------------------------------------- */

/* The persons of rising nodes, each once, by the first of them. */
static PtStatus persons_of(Profiles *p, const GroupNode *nodes, size_t count, Belonging *persons,
                           size_t *ret_count, PtError *err)
{
    PtStatus st = profiles_lock_read(p, err);
    size_t found = 0;
    if (st != PT_OK) {
        return st;
    }
    for (size_t i = 0; i < count; i++) {
        const uint32_t person = identity_person(p->graph, nodes[i].node);
        if (person != 0) { // else it has come with a transaction that memory was loaded without
            persons[found++] = (Belonging){person, nodes[i].node};
        }
    }
    profiles_unlock(p);
    *ret_count = 0;
    for (size_t i = 0; i < found; i++) {
        size_t k = 0;
        while (k < *ret_count && persons[k].person != persons[i].person) {
            k++;
        }
        if (k == *ret_count) {
            persons[(*ret_count)++] = persons[i];
        }
    }
    return PT_OK;
}

/* A person's nodes now, rising. */
PtStatus group_nodes_of(Profiles *p, uint32_t person, PtArena *arena, uint32_t **ret_nodes,
                        size_t *ret_count, PtError *err)
{
    IdentityNode node;
    size_t room = 0, count = 0;
    PtStatus st = profiles_lock_read(p, err);
    if (st != PT_OK) {
        return st;
    }
    for (uint32_t cursor = 0; identity_next_node(p->graph, person, &cursor, &node);) {
        room++;
    }
    uint32_t *nodes = pt_arena_alloc(arena, room + 1, sizeof *nodes);
    for (uint32_t cursor = 0;
         nodes != NULL && identity_next_node(p->graph, person, &cursor, &node);) {
        nodes[count++] = node.node;
    }
    profiles_unlock(p);
    *ret_nodes = nodes;
    *ret_count = count;
    return nodes != NULL ? PT_OK : no_memory(err);
}

PtStatus group_nodes(PtSqlTx *tx, const GroupId *id, uint32_t after, size_t max, GroupNode *nodes,
                     size_t *ret_count, PtError *err)
{
    bool row = true;
    size_t count = 0;
    PtStatus st = pt_sql_use(tx, SQL_GROUP_MEMBERS, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_blob(tx, 1, group_id_blob(id));
    pt_sql_bind_i64(tx, 2, after);
    pt_sql_bind_i64(tx, 3, (int64_t)max);
    while (count < max && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        nodes[count++] = (GroupNode){(uint32_t)pt_sql_i64(tx, 0), pt_sql_i64(tx, 1)};
    }
    pt_sql_done(tx);
    *ret_count = count;
    return st;
}

/* ---- Which household a person is of ---------------------------------------------------------- */

typedef struct Said { /* what a node says */
    GroupId id;
    GroupBasis basis;
    uint32_t node;
} Said;

static PtStatus read_said(PtSqlTx *tx, uint32_t node, Said *said, size_t *count, PtError *err)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_GROUP_HOUSEHOLDS_OF, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        const PtStr id = pt_sql_blob(tx, 0);
        if (id.len == GROUP_ID_BYTES) {
            Said *s = &said[(*count)++];
            *s = (Said){.basis = (GroupBasis)pt_sql_i64(tx, 1), .node = node};
            memcpy(s->id.bytes, id.data, id.len);
        }
    }
    pt_sql_done(tx);
    return st;
}

PtStatus group_household_at(PtSqlTx *tx, uint32_t node, int64_t *ret_at_ms, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_GROUP_HOUSEHOLD_AT, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node);
    st = pt_sql_step(tx, &row, err);
    *ret_at_ms = st == PT_OK && row ? pt_sql_i64(tx, 0) : 0;
    pt_sql_done(tx);
    return st;
}

/* Of one basis: the one said last, ties by the later node. When is asked for only where they
 * differ. */
static PtStatus newest_of(PtSqlTx *tx, const Said *said, size_t count, GroupBasis basis,
                          const Said **ret_newest, PtError *err)
{
    PtStatus st = PT_OK;
    bool differ = false;
    int64_t newest_ms = INT64_MIN;
    *ret_newest = NULL;
    for (size_t i = 0; i < count; i++) {
        const bool first = said[i].basis == basis && *ret_newest == NULL;
        *ret_newest = first ? &said[i] : *ret_newest;
        differ = differ || (said[i].basis == basis &&
                            memcmp(&said[i].id, &(*ret_newest)->id, sizeof(GroupId)) != 0);
    }
    for (size_t i = 0; differ && st == PT_OK && i < count; i++) {
        int64_t at_ms = INT64_MIN;
        st = said[i].basis == basis ? group_household_at(tx, said[i].node, &at_ms, err) : PT_OK;
        if (st == PT_OK && said[i].basis == basis && at_ms >= newest_ms) {
            newest_ms = at_ms;
            *ret_newest = &said[i];
        }
    }
    return st;
}

/* *ret_there false: of none. */
static PtStatus household_of(PtSqlTx *tx, const uint32_t *nodes, size_t count, PtArena *arena,
                             GroupId *ret_id, bool *ret_there, PtError *err)
{
    size_t said_count = 0;
    const Said *of = NULL;
    PtStatus st = PT_OK;
    Said *said = pt_arena_alloc(arena, count * (size_t)household_bases + 1, sizeof *said);
    if (said == NULL) {
        return no_memory(err);
    }
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = read_said(tx, nodes[i], said, &said_count, err);
    }
    for (GroupBasis basis = GROUP_DECLARED; st == PT_OK && of == NULL && basis <= GROUP_DERIVED;
         basis++) {
        st = newest_of(tx, said, said_count, basis, &of, err);
    }
    *ret_there = st == PT_OK && of != NULL;
    if (*ret_there) {
        *ret_id = of->id;
    }
    return st;
}

/* ---- Who belongs to it ----------------------------------------------------------------------- */

static PtStatus is_of(Profiles *p, PtSqlTx *tx, const GroupId *household, uint32_t person,
                      PtArena *arena, bool *ret_is, PtError *err)
{
    uint32_t *nodes;
    size_t count;
    GroupId id;
    bool there = false;
    PtStatus st = group_nodes_of(p, person, arena, &nodes, &count, err);
    st = st == PT_OK ? household_of(tx, nodes, count, arena, &id, &there, err) : st;
    *ret_is = st == PT_OK && there && memcmp(&id, household, sizeof id) == 0;
    return st;
}

/* All of a household; none where they are too few or, of a derived one, too many. */
PtStatus group_household_members(Profiles *p, PtSqlTx *tx, const GroupRow *group, PtArena *arena,
                                 Belonging *members, size_t *ret_count, PtError *err)
{
    GroupNode nodes[HOUSEHOLD_NODES_MAX];
    size_t count = 0, persons = 0, kept = 0;
    PtStatus st = group_nodes(tx, &group->id, 0, HOUSEHOLD_NODES_MAX, nodes, &count, err);
    st = st == PT_OK ? persons_of(p, nodes, count, members, &persons, err) : st;
    for (size_t i = 0; st == PT_OK && i < persons; i++) {
        bool is = false;
        st = is_of(p, tx, &group->id, members[i].person, arena, &is, err);
        members[kept] = members[i];
        kept += is;
    }
    const bool many = group->basis == GROUP_DERIVED && kept > HOUSEHOLD_DERIVED_MAX;
    *ret_count = kept < 2 || many ? 0 : kept;
    return st;
}

static PtStatus account_size(Profiles *p, PtSqlTx *tx, const GroupRow *group, PtArena *arena,
                             size_t *ret_count, PtError *err)
{
    size_t count = 0;
    GroupNode *nodes = pt_arena_alloc(arena, GROUP_COUNT_NODES, sizeof *nodes);
    Belonging *persons = pt_arena_alloc(arena, GROUP_COUNT_NODES, sizeof *persons);
    if (nodes == NULL || persons == NULL) {
        return no_memory(err);
    }
    PtStatus st = group_nodes(tx, &group->id, 0, GROUP_COUNT_NODES, nodes, &count, err);
    return st == PT_OK ? persons_of(p, nodes, count, persons, ret_count, err) : st;
}

PtStatus group_show(Profiles *p, PtSqlTx *tx, const GroupRow *group, PtArena *arena,
                    ProfileGroup *ret_group, PtError *err)
{
    Belonging members[HOUSEHOLD_NODES_MAX];
    PtUuid uuid;
    ProfileGroup g = {.kind = group->basis == GROUP_BY_ID ? GROUP_ACCOUNT : GROUP_HOUSEHOLD};
    memcpy(uuid.bytes, group->id.bytes, sizeof uuid.bytes);
    (void)pt_uuid_format(uuid, g.id);
    PtStatus st = g.kind == GROUP_ACCOUNT
                      ? account_size(p, tx, group, arena, &g.members, err)
                      : group_household_members(p, tx, group, arena, members, &g.members, err);
    if (st == PT_OK && (g.kind == GROUP_ACCOUNT || g.members > 0)) {
        st = name_of(tx, group, arena, &g.name, err);
        g.how = how_of(group, arena);
        st = st == PT_OK && g.how.data == NULL ? no_memory(err) : st;
    }
    *ret_group = g;
    return st;
}

PtStatus profiles_group_get(Profiles *p, PtStr id, PtArena *arena, ProfileGroup *ret_group,
                            PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    GroupRow row;
    ProfileGroup group;
    PtStatus st = pt_sql_begin(p->views, false, &tx, err);
    st = st == PT_OK ? group_find_text(tx, id, arena, &row, err) : st;
    st = st == PT_OK ? group_show(p, tx, &row, arena, &group, err) : st;
    if (st == PT_OK && group.kind == GROUP_HOUSEHOLD && group.members == 0) {
        return not_found(err);
    }
    if (st == PT_OK) {
        *ret_group = group;
    }
    return st;
}

PtStatus profiles_group_traits(Profiles *p, PtStr id, PtArena *arena,
                               ProfileGroupTrait **ret_traits, size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    GroupRow group;
    bool row = true;
    size_t count = 0;
    ProfileGroupTrait *traits = pt_arena_alloc(arena, GROUP_TRAITS_MAX, sizeof *traits);
    PtStatus st = traits != NULL ? pt_sql_begin(p->views, false, &tx, err) : no_memory(err);
    st = st == PT_OK ? group_find_text(tx, id, arena, &group, err) : st;
    st = st == PT_OK ? pt_sql_use(tx, SQL_GROUP_TRAITS, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_blob(tx, 1, group_id_blob(&group.id));
    while (count < GROUP_TRAITS_MAX && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        const ProfileGroupTrait trait = {.name = pt_arena_str(arena, pt_sql_text(tx, 0)),
                                         .json = pt_arena_str(arena, pt_sql_text(tx, 1)),
                                         .at_ms = pt_sql_i64(tx, 2),
                                         .source = (uint32_t)pt_sql_i64(tx, 3)};
        if (trait.name.data == NULL || trait.json.data == NULL) {
            st = no_memory(err);
            break;
        }
        traits[count] = trait;
        count += !pt_str_eq(trait.json, PT_STR("null"));
    }
    pt_sql_done(tx);
    *ret_traits = traits;
    *ret_count = count;
    return st;
}

/* ---- Of a person ----------------------------------------------------------------------------- */

typedef struct AccountIds {
    GroupId ids[GROUPS_OF_NODE_MAX];
    size_t count;
} AccountIds;

static PtStatus add_accounts(PtSqlTx *tx, uint32_t node, AccountIds *ids, PtError *err)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_GROUP_ACCOUNTS_OF, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        const PtStr id = pt_sql_blob(tx, 0);
        size_t i = 0;
        while (i < ids->count && !pt_str_eq(id, group_id_blob(&ids->ids[i]))) {
            i++;
        }
        if (i == ids->count && i < GROUPS_OF_NODE_MAX && id.len == GROUP_ID_BYTES) {
            memcpy(ids->ids[ids->count++].bytes, id.data, id.len);
        }
    }
    pt_sql_done(tx);
    return st;
}

static int by_name(const void *a, const void *b)
{
    const ProfileGroup *x = a, *y = b;
    const int order = pt_str_order(x->name, y->name);
    return order != 0 ? order : memcmp(x->id, y->id, sizeof x->id);
}

/* One more, unless it has no row or, a household, no members. */
static PtStatus add_group(Profiles *p, PtSqlTx *tx, const GroupId *id, PtArena *arena,
                          ProfileGroup *groups, size_t *count, PtError *err)
{
    GroupRow row;
    bool there = false;
    PtStatus st = group_find(tx, id, arena, &row, &there, err);
    if (st == PT_OK && there) {
        st = group_show(p, tx, &row, arena, &groups[*count], err);
        *count += st == PT_OK && groups[*count].name.data != NULL;
    }
    return st;
}

static PtStatus read_groups(Profiles *p, const uint32_t *nodes, size_t node_count, PtArena *arena,
                            ProfileGroup *groups, size_t *count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    AccountIds accounts = {.count = 0};
    GroupId household;
    bool there = false;
    PtStatus st = pt_sql_begin(p->views, false, &tx, err);
    for (size_t i = 0; st == PT_OK && i < node_count; i++) {
        st = add_accounts(tx, nodes[i], &accounts, err);
    }
    for (size_t i = 0; st == PT_OK && i < accounts.count; i++) {
        st = add_group(p, tx, &accounts.ids[i], arena, groups, count, err);
    }
    if (*count > 1) {
        qsort(groups, *count, sizeof *groups, by_name);
    }
    st = st == PT_OK ? household_of(tx, nodes, node_count, arena, &household, &there, err) : st;
    return st == PT_OK && there ? add_group(p, tx, &household, arena, groups, count, err) : st;
}

PtStatus profiles_groups_of(Profiles *p, PtStr person, PtArena *arena, ProfileGroup **ret_groups,
                            size_t *ret_count, PtError *err)
{
    uint32_t *nodes = NULL;
    size_t node_count = 0, count = 0;
    PtStatus st = profiles_lock_read(p, err);
    if (st != PT_OK) {
        return st;
    }
    const uint32_t number = profile_person_find(p, person);
    profiles_unlock(p);
    ProfileGroup *groups = pt_arena_alloc(arena, GROUPS_OF_NODE_MAX + 1, sizeof *groups);
    if (number == 0 || groups == NULL) {
        return groups == NULL ? no_memory(err)
                              : pt_fail(err, PT_NOT_FOUND, "no profile has that id");
    }
    st = group_nodes_of(p, number, arena, &nodes, &node_count, err);
    st = st == PT_OK ? read_groups(p, nodes, node_count, arena, groups, &count, err) : st;
    if (st == PT_OK) {
        *ret_groups = groups;
        *ret_count = count;
    }
    return st;
}
