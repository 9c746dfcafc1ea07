// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "desk/desk.h"
#include "desk/index.h"
#include "desk/policy_internal.h"

#include <pthread.h>
#include <stdatomic.h>

/* What the files of desk share.
 *
 * A ticket's history: row seq (1..version) of desk_history says who changed what at at_ms. Folding
 * `changes` from seq 1 gives every field at any instant:
 *   opened     all fields that are not empty, as ["", value]; priority, stores, tills, customers,
 *              reports as [0, n]
 *   joined     a report more: counts, often the priority; text: what the reporter was told (public)
 *   parted     a report less (or, of the new ticket, in place of opened: where it came from)
 *   changed    fields; text: a note with it
 *   note       text alone; is_public: a reply to the requester
 *   answered   public, by the requester; may set state (in_progress, from waiting or resolved)
 *   merged     reports of another came in; or it became a duplicate: state, merged_into
 *   linked, unlinked   text: kind and key of the other
 *   acknowledged       somebody has seen it
 *   escalated, vendor_answered   text: the vendor and the message
 *   erased     texts that named somebody are gone, here and in the rows before
 */
enum {
    DESK_FIRST_NUMBER = 1001,
    DESK_WHY_BYTES = 16 << 10,
    DESK_CHANGES_BYTES = 1 << 20, /* of one row of history */
    DESK_FEED_BYTES = 24000,      /* as platform/feed.h has it */
    DESK_ARENA = 16 << 20,        /* of one change */
    DESK_COUNT_MAX = 1000000,
    DESK_LIST_MAX = 50, /* items of a ticket's list */
};

typedef struct DeskHeldPolicy { /* immutable, counted */
    PtArena *arena;
    DeskRules rules;
    int64_t version;
    _Atomic int holders;
} DeskHeldPolicy;

struct Desk {
    DeskConfig c;
    DeskIndex *index;
    _Atomic bool stale;   /* memory ran out for the index: it is read from SQL again */
    pthread_mutex_t lock; /* of what follows */
    DeskHeldPolicy *policy;
};

/* A ticket with what only this module reads. */
typedef struct DeskRow {
    DeskTicket t;
    bool apart, awaits_reply;
    PtStr fault;
} DeskRow;

/* One write transaction; end with desk_writing_end. */
enum { DESK_TOUCHED_MAX = 4 };
typedef struct DeskWriting {
    Desk *desk;
    PtSqlTx *tx;
    PtArena *arena; /* its own or the caller's; all texts that are written */
    const AuditActor *by;
    int64_t now_ms;
    DeskHeldPolicy *policy;
    DeskRow touched[DESK_TOUCHED_MAX]; /* told to the index after the commit */
    size_t touched_count;
    PtError *err;
} DeskWriting;

PT_NODISCARD PtStatus desk_writing_begin(DeskWriting *w, Desk *d, const AuditActor *by,
                                         PtArena *arena, PtError *err);
/* Commits when st is PT_OK, and tells the index; else rolls back. Returns what holds. */
PT_NODISCARD PtStatus desk_writing_end(DeskWriting *w, PtStatus st);

/* What a row of history says besides the changes. */
typedef struct DeskSaid {
    const char *kind;
    PtStr text; /* data NULL: none */
    bool is_public;
} DeskSaid;

/* A new ticket: number, version, times, priority and fault are found here. */
PT_NODISCARD PtStatus desk_insert(DeskWriting *w, DeskRow *row, const DeskSaid *said);
/* From `before` to `after`: priority and fault found anew, version, row, history, feed. Nothing
 * differs and nothing is said: nothing is written. */
PT_NODISCARD PtStatus desk_update(DeskWriting *w, const DeskRow *before, DeskRow *after,
                                  const DeskSaid *said);
/* The row as it is now, a version of its own whose history says nothing of what was before. */
PT_NODISCARD PtStatus desk_rewrite(DeskWriting *w, DeskRow *row, const DeskSaid *said);
PT_NODISCARD PtStatus desk_load(PtSqlTx *tx, int64_t number, PtArena *arena, DeskRow *ret_row,
                                PtError *err);
/* Counts of the ticket's reports into row. */
PT_NODISCARD PtStatus desk_recount(DeskWriting *w, DeskRow *row);
/* Unless it stands there. *ret_added false: it does. */
PT_NODISCARD PtStatus desk_link_put(DeskWriting *w, int64_t number, PtStr kind, int64_t other,
                                    bool *ret_added);
/* What the statement, one number, says: the last that was given. */
PT_NODISCARD PtStatus desk_last_number(DeskWriting *w, const char *statement, int64_t *ret_number);
/* What an incident's category asks for besides the ticket (actions.c). */
PT_NODISCARD PtStatus desk_act(DeskWriting *w, const DeskTicket *incident);
/* The record within the transaction; PT_NOT_FOUND. */
PT_NODISCARD PtStatus desk_record_load(PtSqlTx *tx, DeskRecordKind kind, PtStr id, PtArena *arena,
                                       DeskRecord *ret_record, PtError *err);
/* Escalates to the vendor of the ticket's services; there is none: the ticket's history says so. */
PT_NODISCARD PtStatus desk_escalate_of_itself(DeskWriting *w, int64_t number);
/* The open ticket of the fault that was last reported after after_ms; 0: none. */
PT_NODISCARD PtStatus desk_open_fault(DeskWriting *w, PtStr fault, int64_t after_ms,
                                      int64_t *ret_number);
/* The row's `fault`, from its fields. */
PT_NODISCARD PtStatus desk_find_fault(DeskWriting *w, DeskRow *row);

/* Lists (list.c). */
PT_NODISCARD PtStatus desk_index_row(Desk *d, const DeskRow *row, PtArena *arena, PtError *err);
PT_NODISCARD PtStatus desk_index_load(Desk *d, PtError *err);

/* Fields (field.c). Checks and normalises a value; PT_INVALID names the field. */
PT_NODISCARD PtStatus desk_field_check(DeskField field, PtStr value, PtArena *arena,
                                       PtStr *ret_value, PtError *err);
/* Items of a list's text, which was checked. */
PT_NODISCARD PtStatus desk_field_items(PtStr json, PtArena *arena, PtStr **ret_items,
                                       size_t *ret_count, PtError *err);
/* min..max characters of UTF-8 without control characters; lines: line ends and tabs may be. */
PT_NODISCARD PtStatus desk_text_check(const char *name, PtStr text, size_t min, size_t max,
                                      bool lines, PtError *err);
int desk_choice(const char *const *choices, PtStr text); /* -1: none */
PT_NODISCARD PtStatus desk_state_change(DeskState from, DeskState to, PtError *err);

/* The policy in force (policy_store.c); given back by desk_policy_release. */
DeskHeldPolicy *desk_policy_hold(Desk *d);
void desk_policy_release(DeskHeldPolicy *p); /* accepts NULL */
PT_NODISCARD PtStatus desk_policy_load(Desk *d, PtError *err);
/* Facts of a ticket for desk_priority. */
PT_NODISCARD PtStatus desk_facts_of(const DeskTicket *t, PtArena *arena, DeskFacts *ret_facts,
                                    PtError *err);
