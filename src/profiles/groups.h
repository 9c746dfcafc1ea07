// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

/* Accounts and households: customers who belong together. Part of the view "profiles", included by
 * profiles.h.
 *
 * Account    What group calls name: traits (of each name the newest, ties by position), and as
 *            members whoever has an identifier under which such a call was filed.
 * Household  Whoever says the same `household_id` (or `householdId`); of those who say none, 2 to
 *            HOUSEHOLD_DERIVED_MAX with the same last name and postal address in standard form, as
 *            one identifier of theirs says them. Where a person's identifiers say several, the one
 *            said last holds. A household of one is none.
 * Nodes      Memberships stand under identifiers: a merge or split changes who is counted, and
 *            nothing is written. A group never merges anybody.
 * Ids        UUIDs that follow from what makes the group: the same after a rebuild.
 * Behind     Read from the tables: what the view has not written yet is not in it. A person's
 *            groups are no part of that person's version.
 */
enum {
    HOUSEHOLD_DERIVED_MAX = 12,
    HOUSEHOLD_NODES_MAX = 200, /* of a household, by number: the rest is not looked at */
    GROUP_COUNT_NODES = 1000,  /* of an account: so many are looked at to count its members */
    GROUP_TRAITS_MAX = 100,    /* names of an account; those said first stay */
    GROUPS_OF_NODE_MAX = 50,   /* accounts; those that it joined first stay */
    GROUP_NAMED_MAX = 255,     /* bytes of an id; a longer one is none */
};

typedef enum GroupKind { GROUP_ACCOUNT = 1, GROUP_HOUSEHOLD = 2 } GroupKind;

typedef struct ProfileGroup {
    char id[37];
    GroupKind kind;
    PtStr name;     /* of an account its trait, else its id; of a household last name and city */
    PtStr how;      /* what makes it one, for people */
    size_t members; /* persons */
} ProfileGroup;

typedef struct ProfileGroupTrait {
    PtStr name, json;
    int64_t at_ms;
    uint32_t source;
} ProfileGroupTrait;

typedef struct ProfileMember {
    char id[37];
    PtStr name, detail;
    int64_t since_ms; /* when it was said last that they belong to it */
    int64_t last_ms;  /* seen */
} ProfileMember;

typedef struct Profiles Profiles;

/* All is in the arena. PT_NOT_FOUND: no such person, group; PT_UNAVAILABLE: as of all reads. */

/* Accounts by name, then the household if there is one. */
PT_NODISCARD PtStatus profiles_groups_of(Profiles *p, PtStr person, PtArena *arena,
                                         ProfileGroup **ret_groups, size_t *ret_count,
                                         PtError *err);
PT_NODISCARD PtStatus profiles_group_get(Profiles *p, PtStr id, PtArena *arena,
                                         ProfileGroup *ret_group, PtError *err);
/* By name; none of a household. */
PT_NODISCARD PtStatus profiles_group_traits(Profiles *p, PtStr id, PtArena *arena,
                                            ProfileGroupTrait **ret_traits, size_t *ret_count,
                                            PtError *err);
typedef struct ProfileMembers {
    ProfileMember *members;
    size_t count;
    uint32_t next; /* identifier to go on behind; 0: no more */
} ProfileMembers;

/* Each once, by the first of their identifiers in the group: those behind identifier `after` (0:
 * from the first). There may be fewer than max, and more all the same. */
PT_NODISCARD PtStatus profiles_group_members(Profiles *p, PtStr id, uint32_t after, size_t max,
                                             PtArena *arena, ProfileMembers *ret_members,
                                             PtError *err);

enum { GROUPS_CURSOR = 200 }; /* bytes, with the NUL */

typedef struct ProfileGroupsQuery {
    GroupKind kind;
    PtStr text;   /* what the name begins with */
    PtStr cursor; /* `next` of the page before; empty: from the first */
    size_t max;
} ProfileGroupsQuery;

typedef struct ProfileGroups {
    ProfileGroup *groups;
    size_t count;
    char next[GROUPS_CURSOR]; /* "": no more */
} ProfileGroups;

/* By name. PT_INVALID: the cursor is not one that this gave. As members, a page may be short. */
PT_NODISCARD PtStatus profiles_groups_search(Profiles *p, const ProfileGroupsQuery *query,
                                             PtArena *arena, ProfileGroups *ret_groups,
                                             PtError *err);
