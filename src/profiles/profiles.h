// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/access.h" // AuditActor
#include "base/buf.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "events/events.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "platform/log.h"
#include "platform/sql.h"
#include "profiles/identity.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Profiles: the door of the module. Who somebody is (identity.h), what is known of them, what they
 * did: a view of the log, "profiles", rebuilt by replay. Other modules include this file only.
 *
 * Everything is kept under identifiers (nodes); a person is read by folding that person's nodes, so
 * that a merge or a split changes nothing but which nodes are folded.
 *
 * Ids      A person's id is a UUID that the log's position and the installation's key give: the
 * same after a rebuild. The id of a person who was merged away leads to who that person became.
 * Units    Instants UTC ms; money int64 micros and an ISO currency.
 * Errors   PT_NOT_FOUND: nobody has that id or identifier. PT_UNAVAILABLE: the view is not there
 *          yet (loading after the start).
 * Threads  Any, but for the view's own step.
 */
typedef struct Profiles Profiles;

typedef struct ProfilesConfig {
    PtFs *fs;
    const PtClock *clock;
    const char *dir; /* of the person index; made when missing */
    PtLog *log;
    PtSql *core;  /* rules, decisions of people (feed) */
    PtSql *views; /* graph, traits */
    uint8_t key[32];
} ProfilesConfig;

PT_NODISCARD PtStatus profiles_open(const ProfilesConfig *config, Profiles **ret_profiles,
                                    PtError *err);
void profiles_close(Profiles *p); /* after the views' threads; accepts NULL */

extern const char profiles_view[]; /* "profiles" */
/* What an EventViewDef wants; ctx: the Profiles. */
PtStatus profiles_start(void *ctx, PtLogReader *reader, uint64_t next, const _Atomic bool *stop,
                        PtError *err);
PtStatus profiles_step(void *ctx, PtLogReader *reader, PtSqlTx *tx, uint64_t *ret_next,
                       PtError *err);
PtStatus profiles_committed(void *ctx, uint64_t next, PtError *err);
PtStatus profiles_reset(PtSqlTx *tx, PtError *err);

/* ---- Reading (read.c) ------------------------------------------------------------------------ */

typedef struct ProfileNode {
    uint32_t number;
    PtStr type, value;
    int64_t first_ms, last_ms; /* when events brought it, by their own time */
    uint64_t events;           /* filed under it */
} ProfileNode;

typedef struct ProfileTrait {
    PtStr name;
    PtStr json; /* the value */
    int64_t at_ms;
    uint32_t source; /* number; 0: the server's own */
    uint32_t node;   /* the identifier it was said of */
} ProfileTrait;

typedef struct ProfileValue { /* of orders, per currency: completed less refunded */
    char currency[4];
    int64_t micros;
    uint64_t orders, refunds;
} ProfileValue;

typedef struct ProfileTouch { /* first and last event, by its own time */
    uint64_t offset;
    int64_t at_ms;
    uint32_t source;
    PtStr channel; /* "web", "app", "store", "service"; "" where the event does not tell */
} ProfileTouch;

typedef struct Profile {
    char id[37];
    PtStr name; /* for people: name, else first and last name, else mail, phone, user id; "" */
    int64_t created_ms;
    uint64_t version; /* rises with every change of what is read here: equal means the same view */
    uint64_t events;
    ProfileTouch first, last;
    ProfileNode *nodes;
    size_t node_count;
    ProfileTrait *traits; /* newest of each name; by name */
    size_t trait_count;
    ProfileValue *values;
    size_t value_count;
} Profile;

/* By id, or by an identifier (normalised as the rules say). All is in the arena. */
PT_NODISCARD PtStatus profiles_get(Profiles *p, PtStr id, PtArena *arena, Profile *ret_profile,
                                   PtError *err);
PT_NODISCARD PtStatus profiles_find(Profiles *p, PtStr type, PtStr value, PtArena *arena,
                                    Profile *ret_profile, PtError *err);
/* Whose the identifier with this number is now. */
PT_NODISCARD PtStatus profiles_of_node(Profiles *p, uint32_t node, PtArena *arena,
                                       Profile *ret_profile, PtError *err);
/* The id of the person that an event of the log belongs to now; "" before the view has seen it. */
void profiles_id_of_event(Profiles *p, const EventView *event, uint64_t offset, char ret_id[37]);

/* A person's events below `before` (UINT64_MAX: the newest), newest first, at most `max` (100):
 * offsets, to be fetched from the log. */
PT_NODISCARD PtStatus profiles_timeline(Profiles *p, PtStr id, uint64_t before, size_t max,
                                        uint64_t *ret_offsets, size_t *ret_count, PtError *err);

/* The channel that an event came by: "web", "app", "store", "service"; "" where it does not tell.
 */
PtStr profiles_channel(const EventView *event);

typedef struct ProfileHit {
    char id[37];
    PtStr name, detail; /* detail: the identifier that people know them by, mail before phone */
    PtStr matched;      /* the type of what matched: "name", "email", "order" */
    int64_t last_ms;
    float score;
} ProfileHit;

/* Search as you type; an empty text gives those seen last. At most 50. */
PT_NODISCARD PtStatus profiles_search(Profiles *p, PtStr text, size_t max, PtArena *arena,
                                      ProfileHit **ret_hits, size_t *ret_count, PtError *err);

/* ---- How a person came to be one (history.c) --------------------------------------------------
 */

typedef enum ProfileLinkKind {
    PROFILE_LINK_EVENT,  /* an event brought identifiers of several persons */
    PROFILE_LINK_PERSON, /* somebody of the staff merged them */
    PROFILE_LINK_SPLIT,  /* and parted them */
} ProfileLinkKind;

typedef struct ProfileLink {
    uint64_t number; /* rising */
    ProfileLinkKind kind;
    int64_t at_ms;
    uint64_t offset;                                              /* of the event */
    PtStr evidence_type, evidence_value, other_type, other_value; /* the identifiers that met */
    PtStr by, reason;                                             /* of staff */
    PtStr refused; /* what forbade a decision when its turn came: nothing changed; else "" */
    char other_person[37]; /* who was merged into, or parted from, this person */
    uint32_t *nodes;       /* that came with the other: what an undo parts again */
    size_t node_count;
} ProfileLink;

PT_NODISCARD PtStatus profiles_links(Profiles *p, PtStr id, uint64_t before, size_t max,
                                     PtArena *arena, ProfileLink **ret_links, size_t *ret_count,
                                     PtError *err);

typedef struct ProfileBarrier {
    uint32_t number;
    int64_t at_ms;
    PtStr type, value, other_type, other_value;
    char other_person[37]; /* who stands on the other side now */
} ProfileBarrier;

PT_NODISCARD PtStatus profiles_barriers(Profiles *p, PtStr id, PtArena *arena,
                                        ProfileBarrier **ret_barriers, size_t *ret_count,
                                        PtError *err);

/* ---- What staff decide (decide.c): audited, carried into the log by the feed, seen by the view --
 */

/* Checked against the graph as it is now (PT_CONFLICT names the limit or do-not-link that forbids);
 * The change is seen once the feed has moved it (profiles_settle). */
PT_NODISCARD PtStatus profiles_merge(Profiles *p, const AuditActor *by, PtStr id, PtStr other,
                                     PtStr reason, PtError *err);
PT_NODISCARD PtStatus profiles_split(Profiles *p, const AuditActor *by, PtStr id,
                                     const uint32_t *nodes, size_t count, PtStr reason,
                                     PtError *err);
PT_NODISCARD PtStatus profiles_lift(Profiles *p, const AuditActor *by, uint32_t barrier,
                                    PtError *err);
/* Waits until what this thread decided last is in the view; PT_UNAVAILABLE after timeout_ms. */
PT_NODISCARD PtStatus profiles_settle(Profiles *p, int64_t timeout_ms, PtError *err);

typedef struct ProfilesState {
    bool loading;
    uint64_t persons, nodes, barriers, indexed, index_bytes, memory_bytes;
    uint64_t left_out; /* traits and orders over a bound, since the start */
} ProfilesState;
ProfilesState profiles_state(Profiles *p);

/* The rules in force, as JSON (identity_rules_write). */
void profiles_rules(Profiles *p, PtBuf *out);
