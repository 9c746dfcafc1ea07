// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "profiles/identity_internal.h"
#include "profiles/traits_internal.h"

/* A person at one instant: shared by reading (read.c) and search (search.c). All is in the arena
 * that is given. */
enum { SHOT_VALUES_MAX = 64 }; /* currencies of a person */

typedef struct ShotNode {
    ProfileNode shown;
    uint32_t rank;                   /* of its type: lower wins */
    bool has_first, has_last;        /* memory knows its first_ms, last_ms */
    size_t gathered, gathered_count; /* of the shot's traits */
    SaidOrder *orders;               /* gathered */
} ShotNode;

typedef struct Shot {
    uint32_t person;
    char id[37];
    ProfilePerson about;
    uint64_t applied;  /* records below it were in memory */
    bool has_orders;   /* some are gathered */
    ShotNode *nodes;   /* in order of appearance */
    uint32_t *numbers; /* of the nodes */
    size_t node_count;
    FoldTrait *traits; /* gathered and stored; once the tables are read, those that hold */
    size_t trait_count, trait_room;
    ProfileValue values[SHOT_VALUES_MAX];
    size_t value_count;
    bool has_events;
    uint64_t newest; /* offset of the newest event */
} Shot;

typedef struct ShotWho { /* one of them */
    uint32_t node;
    PtStr id;
    PtStr type, value; /* normalised */
} ShotWho;

/* What memory says; takes the lock. PT_NOT_FOUND, PT_UNAVAILABLE, PT_NO_MEMORY. */
PT_NODISCARD PtStatus shot_take(Profiles *p, const ShotWho *who, PtArena *arena, Shot *ret_shot,
                                PtError *err);
/* And the tables; without the lock. */
PT_NODISCARD PtStatus shot_read_tables(Profiles *p, Shot *shot, PtArena *arena, PtError *err);
/* When the newest event of its nodes was, by its own time. */
PT_NODISCARD PtStatus shot_last_seen(Profiles *p, const Shot *shot, int64_t *ret_last_ms,
                                     PtError *err);
/* The node that an event with these claims is filed under; 0: none is there yet. Under the lock. */
uint32_t profile_node_of_event(const Profiles *p, const IdentityClaims *claims, PtStr message_id);
PtStr shot_name(const Shot *shot, PtArena *arena); /* as fold_name */
PtStr shot_detail(const Shot *shot); /* the identifier that people know them by: borrowed */
