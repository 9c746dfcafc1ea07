// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "profiles/standard_facts.h"
#include "profiles/traits_internal.h"

/* Probable duplicates. What is proposed is a function of what nodes say, of who has them and of
 * what was refused: in whatever steps it is found, the pairs are the same.
 *
 *   card    of a node: what it says, in standard forms (duplicates_card.c)
 *   block   of a key made of a card: the nodes that have it; only they are compared
 *           (duplicates_blocks.c)
 *   score   of two persons' cards: probability that they are one (duplicates_score.c)
 *   pair    of persons, by the lowest node of each, whose score is over the threshold
 *           (duplicates.c)
 */

/* ---- Cards (duplicates_card.c) --------------------------------------------------------------- */

typedef enum CardField {
    CARD_GIVEN,
    CARD_FAMILY,
    CARD_MAIL,
    CARD_PHONE,
    CARD_BIRTHDAY, /* yyyymmdd */
    CARD_STREET,
    CARD_NUMBER,
    CARD_POSTCODE,
    CARD_CITY,
    CARD_COUNTRY, /* CARD_ELSEWHERE: one that the table does not know */
    CARD_FIELDS,
} CardField;

enum {
    CARD_MAX = 800,       /* bytes of a card's text */
    CARD_KEYS_MAX = 10,   /* of a card */
    CARD_FACTS_MAX = 24,  /* rows of duplicate_facts */
    BLOCK_MAX = 50,       /* nodes; a larger block tells too little, and is passed over */
    PERSON_VALUES = 4,    /* of a field of a person, by node; the rest is not compared */
    PROPOSALS_SHOWN = 20, /* of a person */
};

#define CARD_ELSEWHERE "ZZ"

typedef struct Card {
    PtStr items[CARD_FIELDS]; /* borrowed; "" where nothing is said */
} Card;

/* The text of the card: `type` and `value` are the node's own identifier. Returns its length; 0:
 * nothing is said. A phone stands in it without a country where the node says none: it is its
 * person's then (person_card_dial). */
size_t card_write(const StandardFacts *facts, PtStr type, PtStr value,
                  char ret_text[static CARD_MAX]);
void card_read(PtStr text, Card *ret_card);
/* The keys of its blocks; returns how many. */
size_t card_keys(const Card *card, const uint8_t key[static PT_HASH_KEY],
                 uint32_t ret_keys[static CARD_KEYS_MAX]);

/* ---- Persons and scores (duplicates_score.c): pure ------------------------------------------- */

enum { PERSON_CARDS = PERSON_VALUES * CARD_FIELDS };

typedef struct PersonCard {   /* not copied: its items may point into it */
    Card items[PERSON_CARDS]; /* cards that say something new, by node */
    size_t count;
    char country[STANDARD_COUNTRY]; /* that a card says, the lowest node's; "": none does */
    char phones[PERSON_CARDS][STANDARD_PHONE]; /* of person_card_dial */
} PersonCard;

void person_card_clear(PersonCard *person); /* before the first card */
/* Adds what is new in it. */
void person_card_add(PersonCard *person, const Card *card);
/* After the last card: phones without a country are numbers of the one that the person says, else
 * of `fallback` ("": of none), where they fit it. */
void person_card_dial(PersonCard *person, const char *fallback);

typedef enum EvidenceKind {
    EVIDENCE_NONE,
    EVIDENCE_SAME,
    EVIDENCE_SIMILAR,
    EVIDENCE_DIFFERENT
} EvidenceKind;

typedef enum EvidenceField {
    EVIDENCE_FIRST_NAME,
    EVIDENCE_LAST_NAME,
    EVIDENCE_EMAIL,
    EVIDENCE_PHONE,
    EVIDENCE_BIRTHDAY,
    EVIDENCE_ADDRESS,
    EVIDENCE_FIELDS,
} EvidenceField;

typedef struct Evidence {
    EvidenceKind kind; /* EVIDENCE_NONE: not both say it */
    int weight;        /* tenths of a bit */
    const Card *a, *b; /* what was compared */
} Evidence;

extern const char *const evidence_names[EVIDENCE_FIELDS];

/* The probability in millionths; the same for (b, a). */
uint32_t duplicates_score(const PersonCard *a, const PersonCard *b,
                          Evidence ret_evidence[static EVIDENCE_FIELDS]);
bool duplicates_over(uint32_t score_ppm); /* to be proposed */
/* "Anna Berg" and the like, of one field of a card. */
size_t evidence_text(EvidenceField field, const Card *card, char *out, size_t room);

/* ---- Blocks (duplicates_blocks.c) ------------------------------------------------------------ */

typedef struct Blocks Blocks;

Blocks *blocks_new(void); /* NULL when out of memory */
void blocks_free(Blocks *b);
void blocks_clear(Blocks *b);
/* *ret_count: nodes with this key now. False: no memory. */
bool blocks_add(Blocks *b, uint32_t key, uint32_t node, size_t *ret_count);
void blocks_remove(Blocks *b, uint32_t key, uint32_t node, size_t *ret_count);
/* Borrowed until the next change. */
const uint32_t *blocks_get(const Blocks *b, uint32_t key, size_t *ret_count);
size_t blocks_bytes(const Blocks *b);

/* ---- Decisions, between decided.c and here --------------------------------------------------- */

typedef struct DuplicateSaid {
    ProfileDuplicateStatus status;
    PtStr id, evidence, by, reason; /* borrowed while it is gathered */
    uint32_t node, other_node;
    uint32_t score_ppm;
    uint64_t offset;
    int64_t at_ms, found_ms;
} DuplicateSaid;

typedef struct DuplicateNode {
    PtStr type, value;
} DuplicateNode;

/* profiles_duplicate, and the lowest identifiers of an open pair (duplicates_read.c). */
PtStatus duplicate_read(Profiles *p, PtStr id, PtArena *arena, ProfileDuplicate *ret_duplicate,
                        DuplicateNode ret_nodes[static 2], PtError *err);

/* Under the lock for writing. proposal: JSON, as it was when it was decided; it gives id, nodes,
 * score and evidence. An acceptance holds where the two are one person by now. */
PtStatus duplicates_apply(Profiles *p, PtStr proposal, const DuplicateSaid *said, PtError *err);
PtStatus duplicates_decided(Profiles *p, const DuplicateSaid *said, PtError *err);
