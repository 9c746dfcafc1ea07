// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/map.h"
#include "profiles/duplicates_internal.h"

/* What duplicates.c keeps, and duplicates_state.c holds: cards, pairs, refusals. */

enum {
    CANDIDATE_SLOTS = 2048, /* a power of two: of 11 bits in add_candidate */
    CANDIDATES_MAX = 1024,  /* persons that one is compared with */
};

typedef struct Numbers {
    uint32_t *items;
    size_t count, room;
    bool failed; /* one found no memory */
} Numbers;

void numbers_add(Numbers *n, uint32_t number);
void numbers_unique(Numbers *n); /* rising */

typedef struct Partner {
    uint32_t node; /* lowest of the other person */
    uint32_t score_ppm;
    int64_t found_ms;
} Partner;

typedef struct Partners {
    Partner *items;
    size_t count, room;
} Partners;

typedef struct PairKey {
    uint32_t low, high; /* nodes */
} PairKey;

typedef struct KeptDecision {
    struct KeptDecision *next;
    DuplicateSaid said; /* texts in `said` */
    uint64_t number;
} KeptDecision;

struct Duplicates {
    /* What the next flush looks at. */
    Numbers facts;   /* nodes that are new, with an identifier that is compared */
    Numbers nodes;   /* that changed hands, or met a barrier or a decision */
    Numbers persons; /* that won or lost nodes */
    Numbers erased;  /* nodes */
    KeptDecision *decisions, **decisions_end;
    PtArena *said;
    uint64_t last_decision;
    bool lost;     /* one of these found no memory */
    bool compared; /* they are looked at, and not yet in the tables */
    /* The view's thread only. */
    Blocks *blocks;
    char ***card_pages; /* by node */
    size_t card_page_count, card_bytes;
    PtMap *partners; /* lowest node (4 bytes) -> Partners; both ways */
    PtMap *refused;  /* node (4 bytes) -> Numbers; both ways */
    Numbers due;     /* nodes whose persons are to be compared */
    Numbers look;    /* persons that are */
    Numbers cards_due;
    PairKey *pairs_due;
    size_t pairs_due_count, pairs_due_room;
    uint32_t candidates[CANDIDATE_SLOTS], found[CANDIDATES_MAX];
    size_t candidate_count;
    /* Any thread. */
    _Atomic uint64_t passed_over; /* blocks that became too large, since the start */
    _Atomic size_t bytes;         /* of memory, as the last flush or load left it */
};

/* Borrowed until it is set; "": none. */
PtStr cards_get(const Duplicates *d, uint32_t node);
bool cards_set(Duplicates *d, uint32_t node, PtStr text); /* "": takes it away */

const Partner *pairs_get(const Duplicates *d, uint32_t node, uint32_t other); /* NULL: no pair */
bool pairs_put(Duplicates *d, const PairKey *pair, uint32_t score_ppm, int64_t found_ms);
/* These are all pairs of the person with that lowest node; what changes is due to be written. */
bool pairs_replace(Duplicates *d, uint32_t node, const Partner *partners, size_t count);

void state_measure(Duplicates *d);

bool refusals_add(Duplicates *d, uint32_t node, uint32_t other);
const Numbers *refusals_of(const Duplicates *d, uint32_t node); /* NULL: none */
