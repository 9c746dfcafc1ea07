// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/hash.h"
#include "profiles/erase.h"
#include "profiles/profiles_internal.h"

/* What the parts of erasing share: the plan (erase.c), finding texts in records (erase_match.c),
 * reading the log for them (erase_scan.c), the record in the log (erase_decide.c) and what the view
 * does at its place (erase_view.c).
 */
enum { ERASE_HASH_TEXT = 2 * 16 };

extern const char erase_event[]; /* "Person Erased" */

/* How the record names an identifier. */
void erase_hash_text(const Profiles *p, PtStr type, PtStr value,
                     char ret_hex[static ERASE_HASH_TEXT + 1]);

/* ---- Texts in records (erase_match.c) ----------------------------------------------------------
 */

/* Texts to be found in others, all at once. One of fewer than ERASE_FREE_MIN bytes is found only as
 * a whole string of JSON (a token); a longer one where it is no part of a longer word. ASCII
 * letters match in either case; the ways in which JSON and addresses of pages write a text, too. */
enum { ERASE_FREE_MIN = 6, ERASE_PATTERN_MAX = 1600 };

typedef struct EraseMatch EraseMatch;

typedef struct EraseHit {
    size_t at, len; /* of a token: without its quotes */
    bool token;
} EraseHit;

EraseMatch *erase_match_new(void);               /* NULL: no memory */
void erase_match_free(EraseMatch *m);            /* accepts NULL */
bool erase_match_add(EraseMatch *m, PtStr text); /* false: no memory */
/* The first one that ends behind `from`, and does not begin before it; false: none. */
bool erase_match_find(const EraseMatch *m, PtStr text, size_t from, bool tokens, EraseHit *ret_hit);
/* Appends text with "-" (of a number: 0) in each place; false: nothing was found. */
bool erase_match_cut(const EraseMatch *m, PtStr text, bool tokens, PtBuf *out);

/* ---- The plan (erase.c) ------------------------------------------------------------------------
 */

typedef struct EraseOffsets { /* rising and unique once sealed */
    EraseRecord *items;
    size_t count, room;
} EraseOffsets;

typedef struct EraseTrait {
    uint32_t node;     /* 0: of the account `group` */
    PtStr name, group; /* group: its id in hex */
    int64_t at_ms;
    uint32_t source, precedence;
} EraseTrait;

typedef struct ErasePersonId {
    char id[37];
} ErasePersonId;

struct ErasePlan {
    Profiles *p;
    PtArena *arena; /* of texts */
    ErasePersonId *persons;
    size_t person_count;
    EraseNode *nodes;
    uint32_t *numbers; /* of the nodes, rising */
    size_t node_count;
    EraseText *texts;
    size_t text_count, text_room;
    EraseOffsets others; /* records that are not their own */
    EraseTrait *said;    /* of others, and hold an identifier of theirs */
    size_t said_count, said_room;
    uint32_t *parted; /* nodes of others who were one with them once, rising */
    size_t parted_count, parted_room;
    EraseMatch *match; /* of identifiers */
    EraseMatch *ids;   /* of persons, with those who were merged into them */
    ErasePlanSummary sum;
};

/* PT_TOO_LARGE over ERASE_NAMED_MAX. */
PtStatus erase_note(ErasePlan *plan, uint64_t offset, EraseWhat what, PtError *err);
bool erase_is_theirs(const ErasePlan *plan, uint32_t node);
bool erase_is_parted(const ErasePlan *plan, uint32_t node);

/* ---- Reading the log (erase_scan.c) ------------------------------------------------------------
 */

PtStatus erase_scan(ErasePlan *plan, const ErasePlanOptions *options, PtError *err);

/* ---- Traits of others (erase_traits.c) ---------------------------------------------------------
 */

PtStatus erase_scan_traits(ErasePlan *plan, const ErasePlanOptions *options, PtError *err);
