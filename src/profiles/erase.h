// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/access.h" // AuditActor
#include "base/buf.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "platform/log.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Erasing persons from the profiles, and finding what of the log is theirs. Part of profiles.h,
 * which includes it. Who orders it: src/privacy.
 *
 * Order   Plan, then rewrite the records that it names (pt_log_rewrite), then profiles_erase, then
 *         rewrite what erase_plan_records tells from the plan's `upto` on: records that came in
 *         between. Each may be done twice. The plan is read before profiles_erase, since after it
 *         nobody knows their identifiers any more; it is not kept over a restart.
 * Nodes   An erased node keeps its number and type, and has no value and no person. The person
 *         index goes on saying which records stood under that number: that is nobody any more.
 * Others  A rebuild from the rewritten log says the same of everybody else. Of whoever was parted
 * from an erased person by a split it may tell another id, or join what their limits forbade; and
 * a decision about consent of before that split, by staff or the page, is theirs no more. Where an
 * event of others named an erased person against a limit, its lower identifiers were left out for
 * that: a rebuild joins them to the event's person.
 * Aged    What retention left of an event (retain.h) has EVENT_ERASED and may have identifiers: it
 * is found by them, whoever it is filed under.
 * Staff   Audit anchors and what tells of purposes and rules of identity are about nobody and stay
 * whole, with the name of whoever of the staff it was, though somebody erased be of that name.
 * Durable A thorough plan waits until the tables are at `upto` and makes them durable: tables that
 *         fell back behind a rewritten log would count nodes otherwise than the person index.
 * Ids     The id of an erased person, and of whoever was merged into them, leads to nobody.
 * Log     profiles_erase puts a record into the log, "Person Erased", that names ids of persons,
 *         numbers of nodes and a keyed hash of each identifier, never a text. The view carries it
 *         out at its place; what is met by a rebuild of a rewritten log finds nothing to do there.
 *         An event with the same identifier behind it makes a new node and a new person.
 * Threads Any; a plan belongs to one thread at a time.
 */
typedef struct Profiles Profiles;
typedef struct ErasePlan ErasePlan;

enum {
    ERASE_PERSONS_MAX = 1000, /* of one plan */
    ERASE_NODES_MAX = 100000,
    ERASE_TEXTS_MAX = 100000,
    ERASE_NAMED_MAX = 1000000, /* records that are not their own */
};

typedef struct EraseNode {
    uint32_t number;
    uint32_t person; /* index of the id that was given */
    PtStr type, value;
} EraseNode;

typedef enum EraseWhat {
    ERASE_OWN,        /* filed under a node of theirs: an anonymous residue takes its place */
    ERASE_NAMED,      /* somebody else's event that names them: it stays that one's, without them */
    ERASE_SERVER,     /* of source 0 (merges, splits, decisions): it stays, without them */
    ERASE_QUARANTINE, /* nobody's; its bytes hold them */
} EraseWhat;

typedef struct EraseRecord {
    uint64_t offset;
    EraseWhat what;
} EraseRecord;

typedef struct EraseText {
    PtStr text;
    bool identifier; /* of nobody else; else a name, an address, ...: others may have it, too */
} EraseText;

typedef struct ErasePlanOptions {
    /* Reads the whole log (about 3 us of each of two threads a record) for identifiers in records
     * that are not their own: dropped by a limit, past a bound, in quarantine, in free text.
     * Without it such records are known only as far as merges, splits and decisions about
     * duplicates name their nodes: enough for a preview. */
    bool thorough;
    const _Atomic bool *stop;   /* or NULL; PT_UNAVAILABLE when it came */
    _Atomic uint64_t *progress; /* or NULL: the offset that the reading has come to */
} ErasePlanOptions;

/* ids: of living persons, no two the same. PT_NOT_FOUND names the first that is nobody's (it may
 * have been erased before); PT_TOO_LARGE names the bound. */
PT_NODISCARD PtStatus profiles_erase_plan(Profiles *p, const PtStr *ids, size_t count,
                                          const ErasePlanOptions *options, ErasePlan **ret_plan,
                                          PtError *err);
void erase_plan_free(ErasePlan *plan); /* accepts NULL */
static inline void erase_plan_freep(ErasePlan **plan)
{
    erase_plan_free(*plan);
}

typedef struct ErasePlanSummary {
    size_t persons, nodes, texts;
    uint64_t own;                                          /* records filed under their nodes */
    uint64_t named, server, quarantined;                   /* other records */
    uint64_t traits, orders, computed, groups, duplicates; /* rows that will go */
    uint64_t upto;                                         /* records below it are in the plan */
    bool thorough;
} ErasePlanSummary;
ErasePlanSummary erase_plan_summary(const ErasePlan *plan);
/* Borrowed from the plan. Nodes by person, then number. */
const EraseNode *erase_plan_nodes(const ErasePlan *plan, size_t *ret_count);
const EraseText *erase_plan_texts(const ErasePlan *plan, size_t *ret_count);

/* The highest `max` records with offsets in [from, before), in rising order: what pt_log_rewrite
 * takes, in portions from the end of the log to its begin. The next `before` is the first offset
 * given; *ret_count 0: no more. from is 0, or the plan's `upto` for what came since. Own ones are
 * asked of the index each time, so memory does not grow with their number. */
PT_NODISCARD PtStatus erase_plan_records(const ErasePlan *plan, uint64_t from, uint64_t before,
                                         size_t max, EraseRecord *ret_records, size_t *ret_count,
                                         PtError *err);

/* The payload that takes the place of a record's which is not ERASE_OWN: without the identifiers,
 * which become "-" (no rule takes that for an identifier). Of ERASE_SERVER: also without reasons
 * and evidence. Its flags stay: with EVENT_ERASED it would be nobody's. *ret_node is what the
 * record's `node` becomes: 0, or of ERASE_NAMED one more than how many of the identifiers that are
 * left count; those behind were dropped together with theirs, and a rebuild shall not join them.
 * On failure `out` is as it was. */
PT_NODISCARD PtStatus erase_plan_redact(const ErasePlan *plan, const PtRecord *record,
                                        EraseWhat what, PtArena *arena, PtBuf *out,
                                        uint64_t *ret_node, PtError *err);

/* Of one that is ERASE_OWN: the identifiers it brings that are somebody else's today (after a
 * split), as a JSON array for `context.externalIds` of the residue: [{"type", "id"}]. The residue's
 * flag EVENT_ERASED makes it nobody's all the same; but without them a rebuild would not know when
 * those others began. Appends nothing where there are none. */
PT_NODISCARD PtStatus erase_plan_others(const ErasePlan *plan, const PtRecord *record,
                                        PtArena *arena, PtBuf *out, PtError *err);

/* Whether a text holds one of the persons' identifiers: for rows and files of other modules. */
bool erase_plan_finds(const ErasePlan *plan, PtStr text);

/* Removes them from the graph, its tables, index, search, duplicates, groups and computed traits,
 * and waits until the view has done so: timeout_ms, then PT_UNAVAILABLE (it goes on all the same,
 * and the call may be made again). Audited by the caller. All reads answer PT_NOT_FOUND after it.
 * Persons of the plan who are gone already are passed over. */
PT_NODISCARD PtStatus profiles_erase(Profiles *p, const ErasePlan *plan, int64_t timeout_ms,
                                     PtError *err);
