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
#include "platform/timers.h"
#include "profiles/consent.h"
#include "profiles/erase.h"
#include "profiles/filed.h"
#include "profiles/groups.h"
#include "profiles/identity.h"
#include "profiles/quality.h"
#include "profiles/retain.h"
#include "profiles/standard_profile.h"
#include "profiles/subject.h"

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
    PtSql *core;           /* rules, decisions of people (feed) */
    PtSql *views;          /* graph, traits */
    EventSources *sources; /* for rules that ask for a source; NULL: they see none */
    PtTimers *timers;      /* of the kind COMPUTED_TIMERS, before they start; NULL: none are set */
    const char *country;   /* two letters (standard_country): of phone numbers without a country,
                              where none is said; NULL or "": of none */
    uint8_t key[32];
} ProfilesConfig;

/* PT_INVALID: the country is none whose phone numbers are known. */
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
    bool identify;   /* said by identify or group, which goes before what a context repeats */
    bool preferred;  /* by a source that the rules prefer for it, which goes before both */
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

typedef struct ProfileComputed { /* of a definition that is live */
    PtStr name;
    PtStr json;       /* the value; null: not known */
    bool has_as_of;   /* else no event was ever of its kind */
    int64_t as_of_ms; /* the newest event or timer that it says */
    uint64_t events;
    bool cut;
    int64_t changes_ms; /* when it may change without an event; INT64_MAX: not */
} ProfileComputed;

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
    ProfileComputed *computed; /* by name */
    size_t computed_count;
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
/* Traits of that person as they are now, for rules: of each name the computed trait that is live,
 * else what was said last, as JSON in the arena; data NULL where there is none, and all of them of
 * an event of nobody. PT_UNAVAILABLE: the view is loading or has not seen the offset yet. Reads
 * tables, once for each identifier of the person; computed ones only where they are asked for. */
PT_NODISCARD PtStatus profiles_traits_of_event(Profiles *p, const EventView *event, uint64_t offset,
                                               const PtStr *names, size_t count, PtArena *arena,
                                               PtStr *ret_values);

/* An EventNamesFn (events/intake.h); ctx is the Profiles. */
PtStatus profiles_event_names(void *ctx, const EventView *event, PtArena *arena,
                              ErasedName names[static EVENT_NAMES_MAX], size_t *ret_count,
                              PtError *err);
/* An identifier as the rules in force write it; false: it cannot be one of that type. */
bool profiles_name(Profiles *p, PtStr type, PtStr value, PtArena *arena, ErasedName *ret_name);
/* Identifiers by number, behind `behind`, at most max, in the arena: number, type and value. Fewer
 * than max: these were the last. */
PT_NODISCARD PtStatus profiles_walk(Profiles *p, uint32_t behind, size_t max, PtArena *arena,
                                    ProfileNode **ret_nodes, size_t *ret_count, PtError *err);

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

/* ---- Computed traits (computed_define.c, computed_read.c) --------------------------------------
 * What a person's events come to (rules/rules.h, folds), as of the newest event or timer that
 * concerns it. A view of its own, "computed", follows "profiles". */

enum { COMPUTED_TRAITS_MAX = 100, COMPUTED_TIMERS = 1 /* kind of timer */ };

typedef struct ComputedTraitEdit {
    PtStr name, description;
    PtStr fold; /* JSON */
} ComputedTraitEdit;

typedef struct ComputedTrait {
    PtStr id, name, description, fold, changed_by;
    int64_t created_ms, changed_ms;
    bool live; /* else it is being back-filled */
    double progress;
} ComputedTrait;

/* All is in the arena. By name. */
PT_NODISCARD PtStatus computed_list(Profiles *p, PtArena *arena, ComputedTrait **ret_traits,
                                    size_t *ret_count, PtError *err);
PT_NODISCARD PtStatus computed_get(Profiles *p, PtStr id, PtArena *arena, ComputedTrait *ret_trait,
                                   PtError *err);
/* Audited. PT_INVALID names the place in the fold, PT_CONFLICT a name in use, PT_TOO_LARGE that
 * there are 100. A fold that differs is back-filled anew. */
PT_NODISCARD PtStatus computed_add(Profiles *p, const AuditActor *by, const ComputedTraitEdit *edit,
                                   char ret_id[static 37], PtError *err);
PT_NODISCARD PtStatus computed_save(Profiles *p, const AuditActor *by, PtStr id,
                                    const ComputedTraitEdit *edit, PtArena *arena, PtError *err);
PT_NODISCARD PtStatus computed_delete(Profiles *p, const AuditActor *by, PtStr id, PtArena *arena,
                                      PtError *err);

typedef struct ComputedPreview {
    char id[37];
    PtStr name, json;
    uint64_t events;
    bool cut; /* not all events were read, or kept */
} ComputedPreview;
/* What a fold would come to now: of a person, or (an empty id) of up to 20 seen last. */
PT_NODISCARD PtStatus computed_preview(Profiles *p, PtStr fold, PtStr person, PtArena *arena,
                                       ComputedPreview **ret_values, size_t *ret_count,
                                       PtError *err);

extern const char profiles_computed_view[]; /* "computed" */
/* What an EventViewDef wants, after "profiles"; ctx: the Profiles. */
PtStatus computed_start(void *ctx, PtLogReader *reader, uint64_t next, const _Atomic bool *stop,
                        PtError *err);
PtStatus computed_step(void *ctx, PtLogReader *reader, PtSqlTx *tx, uint64_t *ret_next,
                       PtError *err);
PtStatus computed_committed(void *ctx, uint64_t next, PtError *err);
PtStatus computed_reset(PtSqlTx *tx, PtError *err);
bool computed_more(void *ctx);

/* ---- The rules of identity (identity_change.c) -------------------------------------------------
 */

typedef struct ProfileRebuild { /* the rules that hold for all of history before it */
    uint32_t number;            /* 0: none yet */
    uint32_t version;
    int64_t at_ms;
    PtStr by, reason;
    bool begun; /* the persons shown are of it, as far as the log has been read again */
} ProfileRebuild;

typedef struct ProfileRules {
    uint32_t version;
    int64_t changed_ms;
    PtStr changed_by;  /* "": the server itself, with its defaults */
    bool placed;       /* position is known: the view has met the change */
    uint64_t position; /* from where they hold */
    PtStr json;        /* identity_rules_write */
    ProfileRebuild rebuild;
} ProfileRules;

/* Those decided last. All is in the arena. */
PT_NODISCARD PtStatus profiles_rules(Profiles *p, PtArena *arena, ProfileRules *ret_rules,
                                     PtError *err);
/* Other rules (identity_rules_read) instead of `version`, from their place in the log on: audited
 * and fed (profiles_settle). PT_CONFLICT: that version is not the newest. */
PT_NODISCARD PtStatus profiles_rules_change(Profiles *p, const AuditActor *by, uint32_t version,
                                            PtStr json, PtStr reason, PtError *err);
/* The rules of that version, which has to be the newest, are to hold for all of history: the view
 * asks for its rebuild when it meets the decision in the log. */
PT_NODISCARD PtStatus profiles_rebuild(Profiles *p, const AuditActor *by, uint32_t version,
                                       PtStr reason, PtError *err);
/* Who rebuilds the view, called on its thread, more than once until it has happened. */
void profiles_rebuilds(Profiles *p, void (*fn)(void *ctx), void *ctx);

/* ---- What other rules would change (preview.c) -------------------------------------------------
 */

typedef enum ProfilePreviewState {
    PROFILE_PREVIEW_RUNNING,
    PROFILE_PREVIEW_DONE,
    PROFILE_PREVIEW_STOPPED,
    PROFILE_PREVIEW_FAILED,
} ProfilePreviewState;

enum {
    PROFILE_PREVIEW_EXAMPLES = 20, /* of each kind */
    PROFILE_PREVIEW_PERSONS = 10,  /* of an example */
    PROFILE_PREVIEW_NODES = 20,    /* of a person of an example */
};

typedef struct ProfilePreviewPerson {
    char id[37]; /* "": one who would be */
    PtStr name;
    struct {
        PtStr type, value;
    } nodes[PROFILE_PREVIEW_NODES];
    size_t count;
    uint64_t more; /* nodes that are not shown */
} ProfilePreviewPerson;

/* One person and those who would come of them, or the persons that one would be made of. */
typedef struct ProfilePreviewExample {
    bool joined; /* else parted */
    ProfilePreviewPerson one, several[PROFILE_PREVIEW_PERSONS];
    size_t count;
    uint64_t more; /* persons that are not shown */
} ProfilePreviewExample;

typedef struct ProfilePreview {
    ProfilePreviewState state;
    double progress; /* 0..1 */
    int64_t started_ms, finished_ms;
    PtStr by, problem, rules; /* rules: JSON, all members */
    uint64_t position;        /* it has read what is below; compared is what the view was there */
    uint64_t events;
    uint64_t persons_before, nodes_before, persons_after, nodes_after;
    uint64_t parted; /* persons whose nodes would be of several */
    uint64_t joined; /* persons that would be made of several */
    uint64_t dropped_events, dropped_claims;
    const ProfilePreviewExample *examples; /* parted ones first */
    size_t example_count;
} ProfilePreview;

/* Begins one: the log is read again, on a thread of the lowest priority, into a graph of its own.
 * PT_CONFLICT: one runs already; PT_INVALID: the rules (identity_rules_read). */
PT_NODISCARD PtStatus profiles_preview_start(Profiles *p, const AuditActor *by, PtStr json,
                                             PtError *err);
/* PT_NOT_FOUND: there is none; PT_CONFLICT: it has ended. It may go on for a moment. */
PT_NODISCARD PtStatus profiles_preview_stop(Profiles *p, PtError *err);
/* The last one; what it points to lives until the unlock, which is to come soon. PT_NOT_FOUND:
 * none, and nothing is locked. */
PT_NODISCARD PtStatus profiles_preview_lock(Profiles *p, ProfilePreview *ret_preview, PtError *err);
void profiles_preview_unlock(Profiles *p);
/* Before the log is closed: ends it and takes no other. Accepts NULL. */
void profiles_preview_end(Profiles *p);
/* Likewise, with the views stopped: nothing is read ahead any more. Accepts NULL. */
void profiles_stop(Profiles *p);

/* ---- Probable duplicates (duplicates_read.c): proposed, never merged by themselves -------------
 */

typedef enum ProfileDuplicateStatus {
    PROFILE_DUPLICATE_OPEN,
    PROFILE_DUPLICATE_ACCEPTED,
    PROFILE_DUPLICATE_REFUSED,
} ProfileDuplicateStatus;

typedef struct ProfileDuplicate {
    char id[37];
    uint32_t score_ppm; /* probability that they are one, in millionths */
    ProfileDuplicateStatus status;
    int64_t found_ms;
    struct {
        char id[37]; /* whose it is now: of a merged pair twice the same */
        PtStr name, detail;
        uint64_t events;
        int64_t last_ms;
    } persons[2];
    PtStr evidence;  /* JSON: [{"field", "kind", "a", "b", "weight"}] */
    PtStr forbidden; /* what forbids to accept it; "": nothing */
    int64_t decided_ms;
    PtStr by, reason;
    char cursor[48]; /* what comes behind it */
} ProfileDuplicate;

/* At most 50, behind the cursor ("": from the start; PT_INVALID: no such). *ret_next: the cursor of
 * the next page, or "". All is in the arena. */
PT_NODISCARD PtStatus profiles_duplicates(Profiles *p, ProfileDuplicateStatus status, PtStr cursor,
                                          size_t max, PtArena *arena,
                                          ProfileDuplicate **ret_duplicates, size_t *ret_count,
                                          PtStr *ret_next, PtError *err);
/* Open ones of a person, the most probable first, at most 20. */
PT_NODISCARD PtStatus profiles_duplicates_of(Profiles *p, PtStr id, PtArena *arena,
                                             ProfileDuplicate **ret_duplicates, size_t *ret_count,
                                             PtError *err);
PT_NODISCARD PtStatus profiles_duplicate(Profiles *p, PtStr id, PtArena *arena,
                                         ProfileDuplicate *ret_duplicate, PtError *err);
/* Merges them, as profiles_merge. PT_CONFLICT: it is not open (any more), or cannot be. */
PT_NODISCARD PtStatus profiles_duplicate_accept(Profiles *p, const AuditActor *by, PtStr id,
                                                PtStr reason, PtError *err);
/* They are two: it is not proposed again. */
PT_NODISCARD PtStatus profiles_duplicate_refuse(Profiles *p, const AuditActor *by, PtStr id,
                                                PtStr reason, PtError *err);
