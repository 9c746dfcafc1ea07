// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/hash.h"
#include "base/memory.h"
#include "platform/text.h"
#include "profiles/identity.h"
#include "profiles/index.h"
#include "profiles/profiles.h"
#include "profiles/standard.h"

#include <pthread.h>
#include <stdatomic.h>

/* What the parts of profiles share.
 *
 * Writer   The view's thread alone changes what follows: under `lock` held for writing, for a small
 *          batch of records at a time. It reads it without the lock; all others take the lock for
 *          reading. SQL and files are not touched under it.
 * Ahead    Memory is ahead of the tables by the transaction in hand. A read that wants all as of
 *          one instant takes the position from its own SQL transaction (profile_position), leaves
 *          out nodes without a row and gives that position to profile_index_before.
 */
enum {
    PROFILES_RECENT = 4096, /* nodes; a power of two */
    PROFILES_DECIDED = 256, /* decisions */
};

typedef struct Persons Persons;       /* persons.c */
typedef struct Gathered Gathered;     /* gathered.c */
typedef struct Traits Traits;         /* traits.c */
typedef struct Search Search;         /* search.c */
typedef struct Duplicates Duplicates; /* duplicates.c */
typedef struct Quality Quality;       /* quality.c */
typedef struct Groups Groups;         /* groups.c */
typedef struct Consent Consent;       /* consent.c */
typedef struct Book Book;             /* identity_book.c */
typedef struct Preview Preview;       /* preview.c */
typedef struct Computed Computed;     /* computed_view.c */

struct Profiles {
    PtFs *fs;
    const PtClock *clock;
    PtLog *log;
    PtSql *core, *views;
    EventSources *sources; /* or NULL */
    uint8_t id_key[PT_HASH_KEY];
    char country[STANDARD_COUNTRY];     /* of phones where none is said; "": none */
    const IdentityRules *_Atomic rules; /* at `seen`; kept until the end, whatever comes */
    Book *book;
    Preview *preview;
    Computed *computed;
    ProfileIndex *index; /* has its own lock */
    _Atomic bool loading;

    pthread_rwlock_t lock;
    void (*rebuild_fn)(void *ctx); /* profiles_rebuilds */
    void *rebuild_ctx;
    uint64_t loads; /* of memory from the tables: numbers may mean others since */
    char numbering[PROFILES_NUMBERING]; /* of the tables, or of those that the next step makes */
    _Atomic uint64_t people_change;     /* rises with every change of whose an identifier is */
    Identity *graph;
    Persons *persons;
    Traits *traits;
    Search *search;
    Duplicates *duplicates;
    Quality *quality;                 /* the view's thread, but for what has a lock of its own */
    Groups *groups;                   /* the view's thread only */
    Consent *consent;                 /* a preview has none */
    uint32_t recent[PROFILES_RECENT]; /* nodes of the newest records: record n at n % its size */
    uint64_t recent_count;

    PtHash128 decided[PROFILES_DECIDED];   /* ids of the newest decisions: n at n % its size */
    uint64_t decided_at[PROFILES_DECIDED]; /* their offsets */
    uint64_t decided_count;

    /* the view's thread only */
    Gathered *gathered;
    PtArena *arena;        /* of one batch */
    struct Batch *batch;   /* view.c */
    EventAhead *ahead;     /* NULL: the log is read as it comes */
    uint64_t behind;       /* so far from the log's end it is read ahead */
    uint64_t seen;         /* records below it are in memory; changes under the lock */
    uint64_t committed;    /* and below it in the tables */
    uint64_t tables;       /* what profile_position says; PROFILES_NOWHERE: nothing */
    uint64_t tried;        /* what it says if the last transaction was committed after all */
    uint32_t known_nodes;  /* nodes up to it may have rows; those above are gathered only */
    uint64_t indexed;      /* records below it were given to the index */
    int64_t flushed_ms;    /* when the index was last written, by the machine */
    _Atomic bool numbered; /* the tables have `numbering` */
    bool stale;            /* memory is not what the log says: to be loaded anew */
    bool rebuild_due;      /* the next record is a rebuild that the tables are not of */
};

#define PROFILES_NOWHERE UINT64_MAX

/* ---- Reading (profiles.c) ------------------------------------------------------------------- */

/* PT_UNAVAILABLE while loading; else the lock is held for reading until profiles_unlock. */
PT_NODISCARD PtStatus profiles_lock_read(Profiles *p, PtError *err);
void profiles_unlock(Profiles *p);
/* Up to where the tables are, as this transaction sees them. */
PT_NODISCARD PtStatus profiles_position(PtSqlTx *tx, uint64_t *ret_next, PtError *err);

/* ---- Numbers (filed.c) ------------------------------------------------------------------------
 */

/* On the view's thread: as the tables have it, else a new one; and with a step's transaction. */
PT_NODISCARD PtStatus numbering_load(Profiles *p, PtSqlTx *tx, PtError *err);
PT_NODISCARD PtStatus numbering_store(Profiles *p, PtSqlTx *tx, PtError *err);
PT_NODISCARD PtStatus numbering_reset(PtSqlTx *tx, PtError *err);

/* ---- Persons (persons.c): what stands beside the graph, by number ------------------------------
 */

typedef struct ProfilePerson {
    uint64_t created, changed; /* offsets: of its first event; of its last merge, split or lift */
    int64_t created_ms;
} ProfilePerson;

/* False: no such person. */
bool profile_person(const Profiles *p, uint32_t person, ProfilePerson *ret_person);
/* Its id; ret_id "" where there is no such person. */
void profile_person_id(const Profiles *p, uint32_t person, char ret_id[static 37]);
/* Who has this id now, through merges; 0: nobody. */
uint32_t profile_person_find(const Profiles *p, PtStr id);

PtStatus persons_new(Profiles *p, PtError *err);
void persons_free(Profiles *p);
void persons_clear(Profiles *p);
/* Room for `more`; takes the lock itself. Then persons_add, of the number behind the last, cannot
 * fail. */
PtStatus persons_reserve(Profiles *p, size_t more, PtError *err);
void persons_add(Profiles *p, const ProfilePerson *person);
void persons_change(Profiles *p, uint32_t number, uint64_t offset);
size_t persons_bytes(const Profiles *p);

/* Rules that are to be stored: PT_INVALID where they name a source that is not there. */
PtStatus profile_rules_check(const Profiles *p, const IdentityRules *rules, PtError *err);

/* ---- Traits (traits.c) and search (search.c) ----------------------------------------------------
 */

PtStatus traits_new(Profiles *p, PtError *err);
void traits_free(Profiles *p); /* accepts one that traits_new has not made */
/* What memory holds of traits goes, and what was gathered: a rebuild begins. */
void traits_clear(Profiles *p);
/* At the start, on the view's thread, before any record. */
PtStatus traits_load(Profiles *p, PtSqlTx *tx, PtError *err);
/* What one event says; under the write lock, no SQL. On failure nothing of it is gathered. Each
 * record is given once. */
PtStatus traits_apply(Profiles *p, const EventView *v, const PtRecord *r, uint32_t node,
                      PtError *err);
/* Writes what is gathered, without the lock; it is kept until traits_forget, once the commit is
 * known: the same is written again where a transaction failed. */
PtStatus traits_flush(Profiles *p, PtSqlTx *tx, PtError *err);
void traits_forget(Profiles *p); /* takes the lock for writing */
/* The graph has a node that has no row yet; under the write lock. */
void traits_node_added(Profiles *p, uint32_t node, int64_t at_ms);
void traits_node_erased(Profiles *p, uint32_t node); /* under the write lock */
typedef struct TraitRedacted {
    PtStr name;
    int64_t at_ms;
    uint32_t source, precedence; /* of its row */
    uint64_t offset;             /* of the erasure */
} TraitRedacted;
/* A trait that held an identifier of somebody who is erased says "-" from here on, as if its event
 * had; as traits_apply. */
PtStatus traits_redact(Profiles *p, uint32_t node, const TraitRedacted *r, PtError *err);
PtStatus traits_reset(PtSqlTx *tx, PtError *err); /* empties their tables */
size_t traits_bytes(const Profiles *p);
uint64_t traits_left_out(const Profiles *p); /* names, values, orders over a bound */

PtStatus search_new(Profiles *p, PtError *err);
void search_free(Profiles *p);  /* accepts one that search_new has not made */
void search_clear(Profiles *p); /* on the view's thread, without the lock */
PtStatus search_load(Profiles *p, PtSqlTx *tx, PtError *err); /* after traits_load */
/* The node is new, or what it says changed; under the write lock. */
void search_touch(Profiles *p, uint32_t node);
void search_erase(Profiles *p, uint32_t node); /* it is erased: its document goes */
/* Brings what was touched into the index, after traits_flush in the same transaction; without the
 * lock. What it has not brought in when it fails stays touched. */
PtStatus search_flush(Profiles *p, PtSqlTx *tx, PtError *err);
size_t search_bytes(const Profiles *p);

/* ---- Quality of sources (quality.c) ------------------------------------------------------------
 */

typedef struct QualityFact { /* constant texts */
    const char *kind, *field;
    QualityProblem problem;
} QualityFact;

enum { QUALITY_FACTS_MAX = 16 };

typedef struct QualityFacts { /* of one event; the first QUALITY_FACTS_MAX */
    QualityFact found[QUALITY_FACTS_MAX];
    size_t count;
    const char *kind; /* of event */
    bool checked;     /* it could have lacked something */
} QualityFacts;

/* What an event lacks and what of it is malformed. flags: the record's; identifiers: how many it
 * has that can be used; country: of phones where the event says none. Pure (quality_check.c). */
void quality_check(const EventView *v, unsigned flags, size_t identifiers, const char *country,
                   QualityFacts *ret_facts);

PtStatus quality_new(Profiles *p, PtError *err);
void quality_free(Profiles *p);  /* accepts one that quality_new has not made */
void quality_clear(Profiles *p); /* what was gathered goes, but for duplicates */
PtStatus quality_load(Profiles *p, PtSqlTx *tx, PtError *err); /* before any record */

typedef struct QualityEvent {
    const EventView *view;
    const PtRecord *record;
    const QualityFacts *facts;
    const IdentityClaims *claims;
    uint32_t dropped; /* IdentityOutcome.dropped */
} QualityEvent;

/* Each record is given once. On failure memory has to be loaded anew. */
PtStatus quality_apply(Profiles *p, const QualityEvent *event, PtError *err);
PtStatus quality_quarantined(Profiles *p, const PtRecord *r, PtError *err);

typedef struct QualityClash { /* an event gave a trait another value than another source did */
    PtStr trait;
    uint64_t offset;     /* of the event */
    int64_t received_ms; /* it was */
} QualityClash;

/* Found by traits_flush, anew in each: begin, then one for each of the two sources. */
void quality_conflicts_begin(Profiles *p);
PtStatus quality_conflict(Profiles *p, uint32_t source, const QualityClash *clash, PtError *err);
/* As traits_flush and traits_forget, behind them in the same transaction. */
PtStatus quality_flush(Profiles *p, PtSqlTx *tx, PtError *err);
void quality_forget(Profiles *p);
PtStatus quality_reset(PtSqlTx *tx, PtError *err); /* duplicates stay */

/* ---- Accounts and households (groups.c) --------------------------------------------------------
 */

PtStatus groups_new(Profiles *p, PtError *err);
void groups_free(Profiles *p); /* accepts one that groups_new has not made */
void groups_clear(Profiles *p);
/* A group call; all other events say nothing here. On failure memory has to be loaded anew. */
PtStatus groups_apply(Profiles *p, const EventView *v, const PtRecord *r, uint32_t node,
                      PtError *err);
bool groups_concern(PtStr trait); /* a trait of that name has to do with households */
bool groups_make(PtStr trait);    /* and one of these has to be there for one */
/* Such a trait of a node that could have a household changed: found by traits_flush, anew in each.
 */
void groups_touch_begin(Profiles *p);
PtStatus groups_touch(Profiles *p, uint32_t node, PtError *err);
/* As traits_flush and traits_forget, behind them in the same transaction. */
PtStatus groups_flush(Profiles *p, PtSqlTx *tx, PtError *err);
void groups_forget(Profiles *p);
PtStatus groups_reset(PtSqlTx *tx, PtError *err);
/* The node leaves its groups; an account that nobody belongs to any more goes. */
PtStatus groups_erase(PtSqlTx *tx, uint32_t node, PtError *err);

/* ---- Duplicates (duplicates.c) ------------------------------------------------------------------
 */

PtStatus duplicates_new(Profiles *p, PtError *err);
void duplicates_free(Profiles *p);  /* accepts one that duplicates_new has not made */
void duplicates_clear(Profiles *p); /* what is in memory and what was noted goes */
PtStatus duplicates_load(Profiles *p, PtSqlTx *tx, PtError *err); /* once the graph is there */
void duplicates_hear(Profiles *p, const IdentityChange *change);  /* under the write lock */
/* Compares who changed and writes what comes of it, after traits_flush in the same transaction;
 * kept until duplicates_forget. */
PtStatus duplicates_flush(Profiles *p, PtSqlTx *tx, PtError *err);
void duplicates_forget(Profiles *p);
PtStatus duplicates_reset(PtSqlTx *tx, PtError *err);
size_t duplicates_bytes(const Profiles *p);
uint64_t duplicates_passed_over(const Profiles *p); /* blocks that are too large, since the start */

/* ---- Erasing (erase_view.c) --------------------------------------------------------------------
 */

/* An event that takes a step of the view for itself. */
bool erase_stands_alone(const EventView *v);
/* What it names leaves the graph; under the write lock. PT_NO_MEMORY: memory has to be loaded anew.
 * What is gone already is no trouble. */
PtStatus erase_apply(Profiles *p, PtStr properties, uint64_t offset, PtError *err);
void erase_hear(Profiles *p, uint32_t node); /* under the write lock: and the rest of memory */
PtStatus erase_node_rows(PtSqlTx *tx, uint32_t node, uint64_t offset, PtError *err);
PtStatus erase_person_row(PtSqlTx *tx, uint32_t person, PtError *err);
PtStatus erase_account_row(PtSqlTx *tx, PtStr hex, PtStr name, PtError *err);
