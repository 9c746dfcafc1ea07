// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/uuid.h"
#include "profiles/profiles_internal.h"

/* What the parts of the view share: what has happened and is not yet in the tables (gathered.c),
 * the way back from the tables (load.c), and what staff decided (decided.c). */

/* ---- Gathered (gathered.c) --------------------------------------------------------------------
 */

/* What is being applied: whatever the graph tells belongs to it. */
typedef struct Cause {
    uint64_t offset;
    int64_t at_ms; /* its timestamp */
    ProfileLinkKind kind;
    PtStr by, reason; /* of staff; borrowed while the graph is changed */
} Cause;

PtStatus gathered_new(Profiles *p, PtError *err);
void gathered_free(Profiles *p);
void gathered_cause(Profiles *p, const Cause *cause);
/* An IdentityListener; ctx is the Profiles. Under the lock. */
void gathered_hear(void *ctx, const IdentityChange *change);
/* PT_NO_MEMORY when something of what was heard is not kept: memory has to be loaded anew. */
PtStatus gathered_status(const Profiles *p, PtError *err);

/* A link that the graph does not tell of: a split, or a decision that was refused. moved: the nodes
 * that came, or none. */
typedef struct SaidLink {
    uint32_t person, other_person, node, other_node;
    const uint32_t *moved;
    size_t moved_count;
    PtStr refused;
} SaidLink;
void gathered_link(Profiles *p, const SaidLink *link);
/* What is shown of the person changed with the cause. */
void gathered_change(Profiles *p, uint32_t person);

/* A trait of an account (its id in hex) that held an identifier of somebody who is erased. */
void gathered_account(Profiles *p, PtStr hex, PtStr name);

uint32_t profile_first_node(const Profiles *p, uint32_t person); /* 0: no such person */

PtStatus gathered_flush(const Profiles *p, PtSqlTx *tx, PtError *err);
void gathered_forget(Profiles *p);
void gathered_set_last_link(Profiles *p, uint64_t number);

/* ---- Decided (decided.c) -----------------------------------------------------------------------
 */

enum { DECISION_NODES_MAX = 100, DECISION_REASON_MAX = 1000 };

extern const char decided_merge[], decided_split[], decided_lift[]; /* names of events */

/* An event of the server's own source; those that decide nothing about persons do nothing. Under
 * the lock for writing. */
PtStatus decided_apply(Profiles *p, const EventView *v, uint64_t offset, PtError *err);

extern const char decided_refusal[];

/* A decision about a proposed pair; id "": about two that nobody proposed. */
typedef struct DecidedDuplicate {
    PtStr reason;
    PtStr id, proposal; /* proposal: JSON, read again by duplicates_apply */
} DecidedDuplicate;

PtStatus decide_merge(Profiles *p, const AuditActor *by, PtStr id, PtStr other,
                      const DecidedDuplicate *why, PtError *err);
PtStatus decide_refusal(Profiles *p, const AuditActor *by, PtStr id, PtStr other,
                        const DecidedDuplicate *why, PtError *err);
/* What profiles_merge would answer. */
PtStatus decide_merge_check(Profiles *p, PtStr id, PtStr other, PtError *err);

/* For those made elsewhere (decide.c): an id for one, and that profiles_settle waits for it on this
 * thread. */
PtUuid decide_id(void);
void decide_settles(PtUuid id);

/* ---- Load (load.c) ------------------------------------------------------------------------------
 */

/* Memory as the tables are, whatever it was. */
PtStatus profiles_load(Profiles *p, PtSqlTx *tx, uint64_t next, PtError *err);
/* What the index lacks below p->committed, from the log. */
PtStatus profiles_catch_up(Profiles *p, PtLogReader *reader, const _Atomic bool *stop,
                           PtError *err);
/* The nodes of the newest records, for "seen last". */
PtStatus profiles_load_recent(Profiles *p, PtLogReader *reader, const _Atomic bool *stop,
                              PtError *err);

/* ---- View (view.c) ------------------------------------------------------------------------------
 */

PtStatus batch_new(Profiles *p, PtError *err);
void batch_free(Profiles *p);
bool view_concerns(const PtRecord *r);   /* an event that can be read, and is not erased */
bool view_is_residue(const PtRecord *r); /* what is left of an erased one */
