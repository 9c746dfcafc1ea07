// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "events/events.h"
#include "profiles/standard.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The identity graph, in memory: identifiers are nodes, a person is a set of nodes (decisions 7-9).
 * Merge and split only change which person a node belongs to. Pure: no clock, no disk, no locks;
 * what happens depends on the sequence of calls alone, so that a rebuild from the log ends in the
 * same graph with the same numbers.
 *
 * Ids      Nodes and persons are numbers from 1 in order of appearance; 0 is none. Numbers of
 *          persons that were merged away are not used again.
 * Threads  One at a time, or a lock around it.
 */

/* ---- Rules (rules.c) ------------------------------------------------------------------------ */

enum {
    IDENTITY_TYPES_MAX = 64,
    IDENTITY_TYPE_NAME_MAX = 40, /* bytes: a-z, 0-9 and _, beginning with a letter */
    IDENTITY_VALUE_MAX = 255,    /* bytes after normalising; a longer one is no identifier */
    IDENTITY_CLAIMS_MAX = 32,    /* of one event; what is over it is left out, lowest first */
    IDENTITY_BLOCKED_MAX = 1000,
    IDENTITY_PREFER_MAX = 100,        /* traits with preferred sources */
    IDENTITY_PREFER_NAME_MAX = 200,   /* bytes */
    IDENTITY_PREFER_SOURCES_MAX = 20, /* of a trait */
    IDENTITY_PREFER_SOURCE_MAX = 36,  /* bytes */
};

typedef enum IdentityForm {                      /* how values of a type are normalised */
                            IDENTITY_FORM_TRIM,  /* without the space around it */
                            IDENTITY_FORM_LOWER, /* and in lower case (ASCII) */
                            IDENTITY_FORM_EMAIL, /* as LOWER; no identifier without one @ that has
                                                    text on both sides */
                            IDENTITY_FORM_PHONE, /* digits behind a +; a number without its country
                                                    is one of the type's country, E.164, where it
                                                    fits that; else it is kept as it stands */
                            IDENTITY_FORM_CARD,  /* in upper case (ASCII), without spaces and
                                                    dashes */
                            IDENTITY_FORM_COUNT,
} IdentityForm;

/* What an event may do with identifiers of a type. Whatever the mode, a value is one person's at a
 * time; by a person's hand limits and barriers alone forbid a merge. */
typedef enum IdentityMode {
    IDENTITY_MODE_UNIQUE, /* the default of all types: whoever shares it with an event becomes one
                             person, as far as the limits go; else the lower claims are dropped */
    IDENTITY_MODE_LOGIN,  /* the identifier of a sign-in. It comes before all that are not, so an
                             event that has one is filed under it; and no event makes one person
                             of two values: a claim that would is passed over alone, its
                             identifier stays whose it is, and the claims behind it still count */
    IDENTITY_MODE_IMMUTABLE, /* one value a person (limit 1). And no event takes it to another: a
                                merge would, unless its person is the one who stays (the lowest
                                number); the lower claims are dropped */
    IDENTITY_MODE_COUNT,
} IdentityMode;

typedef struct IdentityType {
    char name[IDENTITY_TYPE_NAME_MAX + 1]; /* "user_id", "email", "loyalty_card" */
    uint32_t priority;                     /* 1 is the highest; ties by name */
    uint32_t limit;                        /* values a person may have, ever; 1..1000 */
    IdentityForm form;
    IdentityMode mode;
    char country[STANDARD_COUNTRY]; /* of phones; "": none. With one, all are written as the
                                       country's numbering plan says (standard_phone) */
} IdentityType;

/* Types that no rule names (context.externalIds[] may say any) share one row: `other`. */
typedef struct IdentityRules IdentityRules;

/* The defaults: decision 8. user_id limit 1, all else 5; priority user_id, email, then by name. */
PT_NODISCARD PtStatus identity_rules_default(IdentityRules **ret_rules, PtError *err);
/* From JSON: {"types": [{"name", "priority", "limit", "form": "trim|lower|email|phone|card",
 * "mode": "unique|login|immutable", "country": "AT" or null}], "other": {"priority", "limit",
 * "form", "mode", "country"}, "blocked": [text], "merge_cap": n, "traits": [{"name": text,
 * "sources": [id]}]}; types and members left out are the defaults', but for the limit of an
 * immutable type: 1, and no other is taken. A country wants the form phone. merge_cap
 * (200; 2..1000): the most identifiers a person may come to have. Empty values, and those of zeros
 * and dashes only, are blocked always. traits (none): below. PT_INVALID names the field and its
 * bound. */
PT_NODISCARD PtStatus identity_rules_read(PtStr json, IdentityRules **ret_rules, PtError *err);
void identity_rules_write(const IdentityRules *rules, PtBuf *out); /* the same form, all members */
void identity_rules_free(IdentityRules *rules);                    /* accepts NULL */

/* Of "traits": what a preferred source says of a trait holds before what later ones in the list
 * say, and they before all that are not in it; then as without (identify, newer). */
bool identity_prefers(const IdentityRules *rules, PtStr trait); /* whether it has a list */
/* 0: not in the list; else the more the earlier. */
unsigned identity_preference(const IdentityRules *rules, PtStr trait, PtStr source);
/* The ids as they stand, by index of the trait and place in its list; false behind the last. */
bool identity_preferred_source(const IdentityRules *rules, size_t trait, size_t place,
                               PtStr *ret_source);

/* ---- Claims (claims.c): the identifiers that an event brings --------------------------------- */

typedef struct IdentityClaim {
    PtStr type;  /* "email" */
    PtStr value; /* normalised, 1..IDENTITY_VALUE_MAX bytes, not blocked */
} IdentityClaim;

typedef struct IdentityClaims {
    IdentityClaim items[IDENTITY_CLAIMS_MAX]; /* logins first, then by priority; no two the same */
    size_t count;
    size_t left_out; /* blocked, malformed, too long, too many */
} IdentityClaims;

/* userId, anonymousId, email and phone of traits or context.traits, context.externalIds[] {id,
 * type}, context.device.id as device_id, and of alias previousId: as user_id where the graph knows
 * it as one, else as anonymous_id. A group's traits are not the person's. Texts are in the arena or
 * the event. graph may be NULL. */
struct Identity;
PT_NODISCARD PtStatus identity_claims(const IdentityRules *rules, const struct Identity *graph,
                                      const EventView *event, PtArena *arena,
                                      IdentityClaims *ret_claims, PtError *err);
/* One value as the rules see it, for look-ups; false: it cannot be an identifier of that type. */
bool identity_claim(const IdentityRules *rules, PtStr type, PtStr value, PtArena *arena,
                    IdentityClaim *ret_claim);

/* ---- The graph (identity.c) ------------------------------------------------------------------ */

typedef struct Identity Identity;

typedef enum IdentityChangeKind {
    IDENTITY_NODE_ADDED,     /* node, of person */
    IDENTITY_PERSON_ADDED,   /* person */
    IDENTITY_PERSON_MERGED,  /* other_person into person; node and other_node are the evidence. Told
                                before the nodes go over: both are still read as they were. By hand:
                                nodes 0 */
    IDENTITY_NODE_MOVED,     /* node, from other_person to person, by a split */
    IDENTITY_BARRIER_ADDED,  /* node and other_node are not to be one person; barrier */
    IDENTITY_BARRIER_LIFTED, /* barrier */
    IDENTITY_NODE_ERASED,    /* node, that was person's. Told before it goes */
    IDENTITY_PERSON_ERASED,  /* person: none of its nodes is left */
} IdentityChangeKind;

typedef struct IdentityChange {
    IdentityChangeKind kind;
    uint32_t node, other_node, person, other_person, barrier;
} IdentityChange;

/* What happens to the graph, in order, on the caller's thread, for whoever keeps it. */
typedef void IdentityListener(void *ctx, const IdentityChange *change);

/* rules are borrowed until identity_set_rules gives others. */
PT_NODISCARD PtStatus identity_new(const IdentityRules *rules, Identity **ret_graph, PtError *err);
void identity_free(Identity *g);                                  /* accepts NULL */
void identity_set_rules(Identity *g, const IdentityRules *rules); /* from here on */
void identity_listen(Identity *g, IdentityListener *fn, void *ctx);
void identity_clear(Identity *g);

typedef enum IdentityKind {
    IDENTITY_FOUND,   /* nothing new */
    IDENTITY_CREATED, /* a person */
    IDENTITY_ADDED,   /* a node to a person */
    IDENTITY_MERGED,  /* persons became one */
} IdentityKind;

typedef struct IdentityOutcome {
    IdentityKind kind;
    uint32_t person;
    uint32_t node;    /* under which the event is filed: its highest identifier that was kept */
    uint32_t dropped; /* bit i: claim i was dropped (limit, mode, merge cap or do-not-link) */
} IdentityOutcome;

/* One event: decision 8. Without a claim that is kept the event is a person of its own, with a node
 * of type "event" and the value `event_key`. On failure (no memory) the graph is as it was. */
PT_NODISCARD PtStatus identity_apply(Identity *g, const IdentityClaims *claims, PtStr event_key,
                                     IdentityOutcome *ret_outcome, PtError *err);

/* By a person's hand. Merge: under limits and barriers (PT_CONFLICT names what forbids it). The
 * lower number of the two stays. Split: the nodes leave their person (all of one, and not all of
 * it: PT_INVALID) and become a new one; a barrier stands between each of them and each node that
 * stays. Lift: PT_NOT_FOUND when there is no such barrier. */
PT_NODISCARD PtStatus identity_merge(Identity *g, uint32_t person, uint32_t other, PtError *err);
PT_NODISCARD PtStatus identity_split(Identity *g, const uint32_t *nodes, size_t count,
                                     uint32_t *ret_person, PtError *err);
PT_NODISCARD PtStatus identity_lift(Identity *g, uint32_t barrier, PtError *err);

/* The node's value goes, and its barriers; its number and type stay, and it is nobody's. A person
 * without nodes is nobody, and so are those who were merged into it. False: there is no such node.
 * Cannot fail. */
bool identity_erase(Identity *g, uint32_t node);

/* All nodes of a person become a new one, as a split from somebody who is erased made it: the old
 * number is nobody's. PT_NOT_FOUND: no such person. */
PT_NODISCARD PtStatus identity_found(Identity *g, uint32_t person, uint32_t *ret_person,
                                     PtError *err);

/* What the calls above would answer, changing nothing that is read (merge: not by two at once). */
PT_NODISCARD PtStatus identity_merge_check(Identity *g, uint32_t person, uint32_t other,
                                           PtError *err);
PT_NODISCARD PtStatus identity_split_check(const Identity *g, const uint32_t *nodes, size_t count,
                                           PtError *err);

/* Reading. Borrowed texts live until the next change. */
uint32_t identity_find(const Identity *g, PtStr type, PtStr value); /* node; 0: none */
uint32_t identity_person(const Identity *g, uint32_t node);         /* 0: no such node, or erased */
uint32_t identity_survivor(const Identity *g, uint32_t person);     /* through merges; 0: none */
typedef struct IdentityNode {
    uint32_t node, person;
    PtStr type, value;
} IdentityNode;
bool identity_node(const Identity *g, uint32_t node, IdentityNode *ret_node);
typedef struct IdentityBarrier {
    uint32_t node, other_node;
} IdentityBarrier;
/* False: there is no such barrier, or it was lifted. */
bool identity_barrier(const Identity *g, uint32_t barrier, IdentityBarrier *ret_barrier);
/* A person's nodes in order of appearance: start with *cursor = 0; false at the end. */
bool identity_next_node(const Identity *g, uint32_t person, uint32_t *cursor,
                        IdentityNode *ret_node);
typedef struct IdentityCounts {
    uint32_t nodes, persons; /* persons: not merged away */
    uint32_t last_person, last_barrier;
    size_t bytes; /* of memory */
} IdentityCounts;
IdentityCounts identity_counts(const Identity *g);

/* Putting back what a listener was told, at start, before the first identity_apply: first persons
 * in order of number (merged_into 0: not merged; their own number: erased), then nodes in order of
 * number (person as told when it was added or moved last: merges since are followed; 0 and an empty
 * value: erased), then barriers in order of number; of
 * lifted ones the last at least, with nodes 0, so that its number is not used again. PT_CORRUPT:
 * that cannot have been told. The listener hears nothing. */
PT_NODISCARD PtStatus identity_load_person(Identity *g, uint32_t person, uint32_t merged_into,
                                           PtError *err);
PT_NODISCARD PtStatus identity_load_node(Identity *g, uint32_t node, PtStr type, PtStr value,
                                         uint32_t person, PtError *err);
PT_NODISCARD PtStatus identity_load_barrier(Identity *g, uint32_t barrier, uint32_t node,
                                            uint32_t other_node, PtError *err);
