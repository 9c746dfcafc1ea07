// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/uuid.h"
#include "profiles/groups.h"
#include "profiles/profiles_internal.h"

/* What the parts of groups share: gathering (groups.c), the tables (groups_store.c), what makes a
 * household (groups_household.c), reading (groups_read.c, groups_list.c). */

typedef enum GroupBasis {                  /* higher ones are households; of those the lower wins */
                          GROUP_BY_ID = 1, /* of an account */
                          GROUP_DECLARED = 2,
                          GROUP_DERIVED = 3,
} GroupBasis;

enum {
    GROUP_LABEL_MAX = 160,
    GROUP_SEARCH_MAX = 80,
    GROUP_ID_BYTES = 16,
};

typedef struct GroupId {
    uint8_t bytes[GROUP_ID_BYTES];
} GroupId;

GroupId group_id(const Profiles *p, GroupBasis basis, PtStr named);
/* The name as it is looked for; at most GROUP_SEARCH_MAX bytes. */
PtStr group_search_form(PtStr name, char out[static GROUP_SEARCH_MAX]);

static inline PtStr group_id_blob(const GroupId *id)
{
    return (PtStr){(const char *)id->bytes, sizeof id->bytes};
}

/* ---- What is gathered (groups.c) ------------------------------------------------------------- */

typedef struct GroupSaidTrait {
    struct GroupSaidTrait *next;
    PtStr name, json;
} GroupSaidTrait;

typedef struct GroupCall { /* of the API */
    struct GroupCall *next;
    uint32_t node, source;
    int64_t at_ms;
    PtStr named;
    GroupSaidTrait *traits, **traits_end; /* as the event has them */
} GroupCall;

struct Groups {
    PtArena *arena; /* of the calls: kept until the commit is known */
    GroupCall *calls, **calls_end;
    uint32_t *touched; /* nodes, found anew by each traits_flush */
    size_t touched_count, touched_room;
    PtBuf text; /* one text, decoded */
};

/* The account's trait of that name, if it is a text, in `text`; else "". */
PT_NODISCARD PtStatus group_account_name(PtSqlTx *tx, const GroupId *id, PtBuf *text,
                                         PtStr *ret_name, PtError *err);

/* ---- What makes a household (groups_household.c): pure ----------------------------------------
 */

typedef struct HouseholdSaid { /* JSON of a node's traits; data NULL: not said */
    PtStr household_id, first_name, last_name, name;
    PtStr address, street, postcode, city, country;
} HouseholdSaid;

typedef struct Households { /* "" where there is none */
    char declared[GROUP_NAMED_MAX + 1];
    char derived[GROUP_NAMED_MAX + 1]; /* what is shared, in words */
    char label[GROUP_LABEL_MAX + 1];
} Households;

/* Where the row of a trait of that name belongs; NULL: it makes no household. */
PtStr *household_said_at(HouseholdSaid *said, PtStr trait);
/* text: for what is to be decoded; its status tells PT_NO_MEMORY. */
void households_read(const HouseholdSaid *said, PtBuf *text, Households *ret_households);

/* ---- Reading (groups_read.c) ----------------------------------------------------------------- */

typedef struct GroupRow {
    GroupId id;
    GroupBasis basis;
    PtStr named; /* in the arena */
} GroupRow;

typedef struct Belonging { /* a person, by the first of their nodes in the group */
    uint32_t person, node;
} Belonging;

PT_NODISCARD PtStatus group_find(PtSqlTx *tx, const GroupId *id, PtArena *arena,
                                 GroupRow *ret_group, bool *ret_there, PtError *err);
/* By the text of its id; PT_NOT_FOUND. */
PT_NODISCARD PtStatus group_find_text(PtSqlTx *tx, PtStr id, PtArena *arena, GroupRow *ret_group,
                                      PtError *err);
typedef struct GroupNode {
    uint32_t node;
    int64_t at_ms; /* of an account: when it was said last to belong to it */
} GroupNode;

/* Its nodes behind `after`, rising, at most `max`. */
PT_NODISCARD PtStatus group_nodes(PtSqlTx *tx, const GroupId *id, uint32_t after, size_t max,
                                  GroupNode *nodes, size_t *ret_count, PtError *err);
/* A person's nodes now, rising, in the arena. */
PT_NODISCARD PtStatus group_nodes_of(Profiles *p, uint32_t person, PtArena *arena,
                                     uint32_t **ret_nodes, size_t *ret_count, PtError *err);
/* All of a household, in order of their nodes; members: room for HOUSEHOLD_NODES_MAX. None where
 * they are too few or, of a derived one, too many. */
PT_NODISCARD PtStatus group_household_members(Profiles *p, PtSqlTx *tx, const GroupRow *group,
                                              PtArena *arena, Belonging *members, size_t *ret_count,
                                              PtError *err);
/* When the node said last what makes its household. */
PT_NODISCARD PtStatus group_household_at(PtSqlTx *tx, uint32_t node, int64_t *ret_at_ms,
                                         PtError *err);
/* As people see it; of a household without members those are 0 and name is not set. */
PT_NODISCARD PtStatus group_show(Profiles *p, PtSqlTx *tx, const GroupRow *group, PtArena *arena,
                                 ProfileGroup *ret_group, PtError *err);
