// SPDX-License-Identifier: Apache-2.0
/* Members of a group page by page, and groups by name. */
#include "groups.sql.h"
#include "profiles/groups_internal.h"
#include "profiles/read_internal.h"

#include <stdio.h>
#include <string.h>

enum {
    SCAN_NODES = 1000, /* of an account, for one page */
    SCAN_GROUPS = 200, /* for one page */
};

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory to read accounts and households");
}

/* ---- Members --------------------------------------------------------------------------------- */

typedef struct Page {
    uint32_t after;
    size_t max;
    ProfileMembers out;
} Page;

static PtStatus add_member(Profiles *p, uint32_t node, int64_t since_ms, PtArena *arena, Page *page,
                           PtError *err)
{
    Shot shot;
    const ShotWho who = {.node = node};
    ProfileMember m = {.since_ms = since_ms};
    PtStatus st = shot_take(p, &who, arena, &shot, err);
    st = st == PT_OK ? shot_read_tables(p, &shot, arena, err) : st;
    st = st == PT_OK ? shot_last_seen(p, &shot, &m.last_ms, err) : st;
    if (st != PT_OK) {
        return st == PT_NOT_FOUND ? PT_OK : st; // erased since
    }
    memcpy(m.id, shot.id, sizeof m.id);
    m.name = shot_name(&shot, arena);
    m.detail = shot_detail(&shot);
    page->out.members[page->out.count++] = m;
    return m.name.data != NULL ? PT_OK : no_memory(err);
}

static PtStatus list_household(Profiles *p, PtSqlTx *tx, const GroupRow *group, PtArena *arena,
                               Page *page, PtError *err)
{
    Belonging members[HOUSEHOLD_NODES_MAX];
    size_t count = 0;
    PtStatus st = group_household_members(p, tx, group, arena, members, &count, err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        int64_t since_ms = 0;
        if (members[i].node <= page->after) {
            continue;
        }
        if (page->out.count == page->max) {
            page->out.next = members[i - 1].node;
            break;
        }
        st = group_household_at(tx, members[i].node, &since_ms, err);
        st = st == PT_OK ? add_member(p, members[i].node, since_ms, arena, page, err) : st;
    }
    return st;
}

static PtStatus is_member(PtSqlTx *tx, const GroupId *id, uint32_t node, bool *ret_is, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_GROUP_MEMBER_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_blob(tx, 1, group_id_blob(id));
    pt_sql_bind_i64(tx, 2, node);
    *ret_is = false;
    st = pt_sql_step(tx, ret_is, err);
    pt_sql_done(tx);
    return st;
}

/* Whether no lower node of the same person belongs to the account. */
static PtStatus is_first(Profiles *p, PtSqlTx *tx, const GroupId *id, uint32_t node, PtArena *arena,
                         bool *ret_first, PtError *err)
{
    uint32_t *nodes = NULL, person = 0;
    size_t count = 0;
    bool earlier = false;
    PtStatus st = profiles_lock_read(p, err);
    if (st != PT_OK) {
        return st;
    }
    person = identity_person(p->graph, node);
    profiles_unlock(p);
    st = group_nodes_of(p, person, arena, &nodes, &count, err);
    for (size_t i = 0; st == PT_OK && !earlier && i < count && nodes[i] < node; i++) {
        st = is_member(tx, id, nodes[i], &earlier, err);
    }
    *ret_first = person != 0 && !earlier;
    return st;
}

static PtStatus list_account(Profiles *p, PtSqlTx *tx, const GroupRow *group, PtArena *arena,
                             Page *page, PtError *err)
{
    size_t count = 0;
    GroupNode *nodes = pt_arena_alloc(arena, SCAN_NODES, sizeof *nodes);
    PtStatus st = nodes != NULL
                      ? group_nodes(tx, &group->id, page->after, SCAN_NODES, nodes, &count, err)
                      : no_memory(err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        bool first = false;
        st = is_first(p, tx, &group->id, nodes[i].node, arena, &first, err);
        if (st != PT_OK || !first) {
            continue;
        }
        if (page->out.count == page->max) {
            page->out.next = nodes[i - 1].node;
            return PT_OK;
        }
        st = add_member(p, nodes[i].node, nodes[i].at_ms, arena, page, err);
    }
    page->out.next = st == PT_OK && count == SCAN_NODES ? nodes[count - 1].node : 0;
    return st;
}

PtStatus profiles_group_members(Profiles *p, PtStr id, uint32_t after, size_t max, PtArena *arena,
                                ProfileMembers *ret_members, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    GroupRow group;
    Page page = {.after = after, .max = max};
    page.out.members = pt_arena_alloc(arena, max, sizeof *page.out.members);
    PtStatus st =
        page.out.members != NULL ? pt_sql_begin(p->views, false, &tx, err) : no_memory(err);
    st = st == PT_OK ? group_find_text(tx, id, arena, &group, err) : st;
    if (st == PT_OK) {
        st = group.basis == GROUP_BY_ID ? list_account(p, tx, &group, arena, &page, err)
                                        : list_household(p, tx, &group, arena, &page, err);
    }
    if (st == PT_OK) {
        *ret_members = page.out;
    }
    return st;
}

/* ---- By name --------------------------------------------------------------------------------- */

typedef struct Place { /* of a group in the list; a cursor is its hex, the id first */
    GroupId id;
    char search[GROUP_SEARCH_MAX];
    size_t len;
} Place;

static void write_cursor(const Place *place, char out[GROUPS_CURSOR])
{
    pt_hex(place->id.bytes, sizeof place->id.bytes, out);
    pt_hex((const uint8_t *)place->search, place->len, out + 2 * sizeof place->id.bytes);
}

static PtStatus read_cursor(PtStr cursor, Place *ret_place, PtError *err)
{
    uint8_t bytes[GROUP_ID_BYTES + GROUP_SEARCH_MAX];
    const size_t len = cursor.len / 2;
    bool ok = cursor.len % 2 == 0 && len >= GROUP_ID_BYTES && len <= sizeof bytes;
    for (size_t i = 0; ok && i < len; i++) {
        const int high = pt_hex_digit(cursor.data[2 * i]);
        const int low = pt_hex_digit(cursor.data[2 * i + 1]);
        ok = high >= 0 && low >= 0;
        bytes[i] = ok ? (uint8_t)(high * 16 + low) : 0;
    }
    if (!ok) {
        return pt_fail(err, PT_INVALID, "cursor: not one that this list gave");
    }
    memcpy(ret_place->id.bytes, bytes, GROUP_ID_BYTES);
    ret_place->len = len - GROUP_ID_BYTES;
    memcpy(ret_place->search, bytes + GROUP_ID_BYTES, ret_place->len);
    return PT_OK;
}

typedef struct Rows {
    GroupRow rows[SCAN_GROUPS];
    size_t count;
    bool full; /* there may be more */
    Place last[SCAN_GROUPS];
} Rows;

static PtStatus add_row(PtSqlTx *tx, PtArena *arena, Rows *rows, PtError *err)
{
    const PtStr id = pt_sql_blob(tx, 0), search = pt_sql_blob(tx, 3);
    if (id.len != GROUP_ID_BYTES || search.len > GROUP_SEARCH_MAX) {
        return pt_fail(err, PT_CORRUPT, "the row of an account or household does not read");
    }
    GroupRow *row = &rows->rows[rows->count];
    Place *place = &rows->last[rows->count];
    row->basis = (GroupBasis)pt_sql_i64(tx, 1);
    row->named = pt_arena_str(arena, pt_sql_text(tx, 2));
    memcpy(row->id.bytes, id.data, id.len);
    place->id = row->id;
    place->len = search.len;
    if (search.len > 0) {
        memcpy(place->search, search.data, search.len);
    }
    rows->count++;
    return row->named.data != NULL ? PT_OK : no_memory(err);
}

/* Those behind a place whose name begins with a prefix. */
static PtStatus find_rows(PtSqlTx *tx, GroupKind kind, PtStr prefix, const Place *after,
                          PtArena *arena, Rows *rows, PtError *err)
{
    char below[GROUP_SEARCH_MAX + 1];
    bool row = true;
    if (prefix.len > 0) {
        memcpy(below, prefix.data, prefix.len);
    }
    below[prefix.len] = (char)0xFF; // above all of UTF-8
    PtStatus st = pt_sql_use(tx, SQL_GROUP_SEARCH, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, kind);
    pt_sql_bind_blob(tx, 2, after != NULL ? (PtStr){after->search, after->len} : prefix);
    pt_sql_bind_blob(tx, 3, after != NULL ? group_id_blob(&after->id) : PT_STR(""));
    pt_sql_bind_blob(tx, 4, (PtStr){below, prefix.len + 1});
    pt_sql_bind_i64(tx, 5, SCAN_GROUPS);
    while (rows->count < SCAN_GROUPS && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        if ((st = add_row(tx, arena, rows, err)) != PT_OK) {
            break;
        }
    }
    rows->full = rows->count == SCAN_GROUPS;
    pt_sql_done(tx);
    return st;
}

/* Households that have become too small, or too large, are passed over. */
static PtStatus show_rows(Profiles *p, PtSqlTx *tx, const Rows *rows, size_t max, PtArena *arena,
                          ProfileGroups *ret_page, PtError *err)
{
    PtStatus st = PT_OK;
    size_t count = 0, i = 0;
    for (; st == PT_OK && i < rows->count && count < max; i++) {
        ProfileGroup *group = &ret_page->groups[count];
        st = group_show(p, tx, &rows->rows[i], arena, group, err);
        count += st == PT_OK && (group->kind == GROUP_ACCOUNT || group->members > 0);
    }
    ret_page->next[0] = '\0';
    if (st == PT_OK && i > 0 && (i < rows->count || rows->full)) {
        write_cursor(&rows->last[i - 1], ret_page->next);
    }
    ret_page->count = count;
    return st;
}

PtStatus profiles_groups_search(Profiles *p, const ProfileGroupsQuery *query, PtArena *arena,
                                ProfileGroups *ret_groups, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    char form[GROUP_SEARCH_MAX];
    Place after;
    Rows *rows = pt_arena_alloc(arena, 1, sizeof *rows);
    ProfileGroups page = {.groups = pt_arena_alloc(arena, query->max, sizeof *page.groups)};
    const bool behind = query->cursor.len > 0;
    PtStatus st = rows != NULL && page.groups != NULL ? PT_OK : no_memory(err);
    st = st == PT_OK && behind ? read_cursor(query->cursor, &after, err) : st;
    st = st == PT_OK ? pt_sql_begin(p->views, false, &tx, err) : st;
    st = st == PT_OK ? find_rows(tx, query->kind, group_search_form(query->text, form),
                                 behind ? &after : NULL, arena, rows, err)
                     : st;
    st = st == PT_OK ? show_rows(p, tx, rows, query->max, arena, &page, err) : st;
    if (st == PT_OK) {
        *ret_groups = page;
    }
    return st;
}
