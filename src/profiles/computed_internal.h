// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/map.h"
#include "profiles/profiles_internal.h"
#include "rules/rules.h"

/* What the parts of computed traits share: definitions (computed_define.c, computed_set.c), the
 * view "computed" (computed_view.c) with the states of a step (computed_states.c) and timers
 * (computed_timers.c), and reading (computed_read.c).
 *
 * Truth    Positions and states stand in the tables, written in one transaction. Between steps the
 *          view keeps nothing of them, so a commit in doubt needs no care; timers alone are armed
 *          anew after one.
 * Follows  The view "profiles" as its tables are: profile_position, in the step's own transaction.
 */
enum {
    COMPUTED_FOLD_MAX = 65536, /* bytes */
    COMPUTED_POSITIONS = 4 * COMPUTED_TRAITS_MAX,
};

/* ---- Definitions in force (computed_set.c) ----------------------------------------------------
 */

typedef struct ComputedMask { /* of definitions, by their place in the set */
    uint64_t bits[2];
} ComputedMask;

static inline bool computed_mask_has(const ComputedMask *m, size_t i)
{
    return (m->bits[i / 64] >> (i % 64) & 1) != 0;
}

static inline void computed_mask_add(ComputedMask *m, size_t i)
{
    m->bits[i / 64] |= UINT64_C(1) << (i % 64);
}

static inline ComputedMask computed_mask_both(const ComputedMask *a, const ComputedMask *b)
{
    return (ComputedMask){{a->bits[0] & b->bits[0], a->bits[1] & b->bits[1]}};
}

static inline bool computed_mask_any(const ComputedMask *m)
{
    return (m->bits[0] | m->bits[1]) != 0;
}

typedef struct ComputedDef {
    uint32_t number; /* another fold is another number: states and timers are known by it */
    PtStr id, name;
    RuleFold *fold;
    size_t group; /* that its operands are of */
} ComputedDef;

typedef struct ComputedSet { /* immutable */
    PtArena *arena;
    int64_t change;
    ComputedDef defs[COMPUTED_TRAITS_MAX]; /* by name */
    size_t count;
    RuleOperands *groups[COMPUTED_TRAITS_MAX];
    size_t group_count;
    PtMap *by_event;    /* name of an event -> ComputedMask */
    ComputedMask every; /* those that ask every event */
} ComputedSet;

void computed_set_free(ComputedSet *s); /* accepts NULL */
/* As the core database has it; *ret_set is NULL where `before` is still it. */
PT_NODISCARD PtStatus computed_set_load(PtSql *core, const ComputedSet *before,
                                        ComputedSet **ret_set, PtError *err);
/* Those that ask an event of that name. */
ComputedMask computed_set_asks(const ComputedSet *s, PtStr event);
/* What an event says for these operands, its channel and source with it. */
PT_NODISCARD PtStatus computed_values(const Profiles *p, const RuleOperands *operands,
                                      const EventView *v, const PtRecord *record, PtArena *arena,
                                      PtValue **ret_values, PtError *err);

/* ---- States of a step (computed_states.c) -----------------------------------------------------
 */

typedef struct ComputedRow {
    struct ComputedRow *next;
    size_t def; /* of the set */
    uint32_t node;
    RuleState *state;
    int64_t as_of_ms;
    int64_t timer_offset;
} ComputedRow;

typedef struct ComputedStates {
    PtArena *arena; /* of the rows */
    PtMap *map;     /* definition's number and node -> ComputedRow */
    ComputedRow *rows;
    size_t count, bytes; /* bytes: of states as they were read */
    PtBuf blob;
    PtArena *results;
    PtTimer *timers; /* what the step's flushes of live definitions say */
    size_t timer_count, timer_room;
} ComputedStates;

PT_NODISCARD PtStatus computed_states_init(ComputedStates *s, PtError *err);
void computed_states_done(ComputedStates *s);
void computed_states_clear(ComputedStates *s); /* without writing; timers stay */
/* The row of a definition and node, read where it has one and made where not. Until the next flush
 * or clear. */
PT_NODISCARD PtStatus computed_states_get(ComputedStates *s, PtSqlTx *tx, const ComputedSet *set,
                                          size_t def, uint32_t node, ComputedRow **ret_row,
                                          PtError *err);
bool computed_states_full(const ComputedStates *s); /* to be flushed */
/* Writes all with their next instants, and clears. timers: those of `live` are noted. */
PT_NODISCARD PtStatus computed_states_flush(ComputedStates *s, PtSqlTx *tx, const ComputedSet *set,
                                            const ComputedMask *live, PtError *err);

/* ---- View (computed_view.c) -------------------------------------------------------------------
 */

typedef struct ComputedPlace { /* of a definition of the set */
    uint64_t next;
    int64_t since; /* -1: it is being back-filled */
    bool there;    /* it has a row */
} ComputedPlace;

typedef struct ComputedPlaces {
    ComputedPlace live; /* where live definitions are; since: the last change of what is live */
    ComputedPlace of[COMPUTED_TRAITS_MAX];
    uint32_t gone[COMPUTED_POSITIONS]; /* numbers that the set has not, whose rows are to go */
    size_t gone_count;
} ComputedPlaces;

struct Computed {
    PtTimers *timers; /* NULL: none are set */
    pthread_rwlock_t lock;
    ComputedSet *set;         /* for readers; under lock */
    _Atomic size_t defined;   /* how many it has */
    _Atomic int64_t since;    /* where what is live changed last; -1: nowhere */
    _Atomic int64_t promised; /* a record is on its way that says this instant; INT64_MIN: none */

    /* the view's thread only */
    ComputedSet *work; /* `set`, or what takes its place with the next commit */
    ComputedPlaces places;
    bool armed[COMPUTED_TRAITS_MAX]; /* its timers are in the wheel; by place in `work` */
    bool changed;                    /* `work` is another than the tables say */
    bool backfilling, unsure;        /* unsure: the last transaction's end is not known */
    uint64_t arm_at;                 /* timers are set once live definitions are there */
    int64_t heard;                   /* the newest instant that a record of this step said */
    ComputedStates states;
    PtArena *arena; /* of one record */
};

PtStatus computed_new(Profiles *p, PtTimers *timers, PtError *err);
void computed_free(Profiles *p); /* accepts one that computed_new has not made */
PT_NODISCARD PtStatus computed_places_read(PtSqlTx *tx, const ComputedSet *set,
                                           ComputedPlaces *ret_places, PtError *err);

/* ---- Timers (computed_timers.c) ---------------------------------------------------------------
 */

extern const char computed_timer_event[]; /* "Timer Fired" */
/* The instant that a record of that name says; false: it is of another kind. */
bool computed_timer_read(const EventView *v, int64_t *ret_at_ms);
PtTimerFired computed_fired; /* ctx: the Profiles */
/* After a commit: what the step's states say, and all of definitions that are not armed yet. */
PT_NODISCARD PtStatus computed_arm(Profiles *p, const _Atomic bool *stop, PtError *err);

/* ---- Reading (computed_read.c) ----------------------------------------------------------------
 */

/* Whether a definition has one of these names. */
bool computed_has(Profiles *p, const PtStr *names, size_t count);
/* profile->computed, and its version where they are newer. Events of these nodes below `until` are
 * in the values, also where the view has not seen them yet. */
PT_NODISCARD PtStatus computed_fill(Profiles *p, const uint32_t *nodes, size_t count,
                                    uint64_t until, PtArena *arena, Profile *profile, PtError *err);
