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
 *   confirmed  public: one of those who reported says that it is solved; may set state (closed)
 *   escalated, vendor_answered   text: the vendor and the message
 *   update_overdue   by the server: an update was promised to stakeholders and did not come
 *   attached, detached           text: the file's name
 *   triaged    by the server: what it set; text: how sure, by which words, model
 *   routed     by the server, or by who accepted it: assignee; text: why
 *   sla_at_risk, sla_breached, sla_escalated   text: the clock, and the step; fields that a step
 * set erased     texts that named somebody are gone, here and in the rows before
 */
enum {
    DESK_FIRST_NUMBER = 1001,
    DESK_WHY_BYTES = 16 << 10,
    DESK_CHANGES_BYTES = 1 << 20, /* of one row of history */
    DESK_FEED_BYTES = 24000,      /* as platform/feed.h has it */
    DESK_ARENA = 16 << 20,        /* of one change */
    DESK_COUNT_MAX = 1000000,
    DESK_LIST_MAX = 50, /* items of a ticket's list */
    DESK_PATH = 4200,
    DESK_STEPPED_MAX = 2 * PT_TIMER_BATCH,
};

typedef struct DeskHeldPolicy { /* immutable, counted */
    PtArena *arena;
    DeskRules rules;
    int64_t version;
    _Atomic int holders;
} DeskHeldPolicy;

typedef struct DeskRoutes DeskRoutes;     /* hours.c */
typedef struct DeskSearch DeskSearch;     /* search.c */
typedef struct DeskRouting DeskRouting;   /* route_internal.h */
typedef struct DeskLearning DeskLearning; /* triage_internal.h */

typedef struct DeskAtTicket {
    int64_t number, said_ms; /* machine's time; number 0: free */
    DeskPresent who;
} DeskAtTicket;

struct Desk {
    DeskConfig c;
    Work *work; /* NULL before desk_start */
    DeskIndex *index;
    DeskSearch *search;
    DeskRouting *router;
    DeskLearning *learning; /* NULL: nobody reads new tickets */
    _Atomic bool stale;     /* memory ran out for the index: it is read from SQL again */
    _Atomic uint64_t at_risk, breached, escalated, to_lead; /* since the start */
    pthread_mutex_t files;   /* bytes of files and the rows that name them; before a transaction */
    pthread_mutex_t routing; /* one reading of routes at a time; before a transaction */
    pthread_mutex_t leads;   /* one setting of a lead's or an update's timer at a time */
    pthread_mutex_t lock;    /* of what follows */
    DeskHeldPolicy *policy;
    DeskRoutes *routes;
    DeskAtTicket *present;             /* [DESK_PRESENT_MAX] */
    int64_t stepped[DESK_STEPPED_MAX]; /* tickets that a step may have changed, until it is sure */
    size_t stepped_count;              /* over the bound: any may have been */
};

/* A ticket with what only this module reads. */
typedef struct DeskRow {
    DeskTicket t;
    bool apart, awaits_reply;
    PtStr fault;
} DeskRow;

/* What a report's text says, found before the transaction: there others would wait for it. */
typedef struct DeskAhead {
    PtStr text; /* data NULL: nothing was found */
    LanguageFindings f;
} DeskAhead;

/* One write transaction, which shares its commit with others (pt_sql_begin_shared); end with
 * desk_writing_end. */
enum { DESK_TOUCHED_MAX = 4 };
typedef struct DeskWriting { /* within a transaction of Work, desk and tx are its own */
    Desk *desk;
    PtSqlTx *tx;
    PtArena *arena; /* its own or the caller's; all texts that are written */
    const AuditActor *by;
    int64_t now_ms;
    DeskHeldPolicy *policy;
    DeskRow touched[DESK_TOUCHED_MAX]; /* told to the index after the commit */
    bool reworded[DESK_TOUCHED_MAX];   /* what search finds it by may have changed */
    size_t touched_count;
    struct {
        int64_t ticket, at_ms; /* WORK_NEVER: no longer */
        bool is_new;           /* so nobody else has changed it */
    } leads[DESK_TOUCHED_MAX];
    size_t lead_count;
    int64_t rooms[DESK_TOUCHED_MAX]; /* tickets whose next update may be due at another instant */
    size_t room_count;
    const DeskAhead *ahead; /* NULL: texts are read as they come */
    bool mailed;            /* something is to be sent */
    int64_t decisions;      /* that people made about categories */
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
    PtStr to; /* account that is to hear of it; data NULL: none */
} DeskSaid;

/* A new ticket: number, version, times, priority and fault are found here. */
PT_NODISCARD PtStatus desk_insert(DeskWriting *w, DeskRow *row, const DeskSaid *said);
/* From `before` to `after`: priority and fault found anew, version, row, history, feed. Nothing
 * differs and nothing is said: nothing is written. */
PT_NODISCARD PtStatus desk_update(DeskWriting *w, const DeskRow *before, DeskRow *after,
                                  const DeskSaid *said);
/* The row as it is now, a version of its own whose history says nothing of what was before. */
PT_NODISCARD PtStatus desk_rewrite(DeskWriting *w, DeskRow *row, const DeskSaid *said);
/* A row of history and its version, nothing else: where the log hears of it elsewhere, and nobody
 * has changed anything. */
PT_NODISCARD PtStatus desk_row_said(DeskWriting *w, int64_t number, const DeskSaid *said);
PT_NODISCARD PtStatus desk_load(PtSqlTx *tx, int64_t number, PtArena *arena, DeskRow *ret_row,
                                PtError *err);
/* Counts of the ticket's reports into row. */
PT_NODISCARD PtStatus desk_recount(DeskWriting *w, DeskRow *row);
/* Unless it stands there. *ret_added false: it does. */
PT_NODISCARD PtStatus desk_link_put(DeskWriting *w, int64_t number, PtStr kind, int64_t other,
                                    bool *ret_added);
/* What the statement, one number, says: the last that was given. */
PT_NODISCARD PtStatus desk_last_number(DeskWriting *w, const char *statement, int64_t *ret_number);
/* Begins the row behind the last: its first four values are its number, the ticket, the report,
 * now.
 */
PT_NODISCARD PtStatus desk_next_row(DeskWriting *w, const char *last, const char *add,
                                    int64_t ticket, int64_t report);
/* The report that the statement stands at: number, at_ms, requester, store, till, channel, body,
 * by_name, stores, tills, customers. */
PT_NODISCARD PtStatus desk_report_copy(PtSqlTx *tx, PtArena *arena, DeskReportRow *row,
                                       PtError *err);
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

/* PT_NOT_FOUND: the ticket has no such report. */
PT_NODISCARD PtStatus desk_report_of(DeskWriting *w, int64_t ticket, int64_t report);
/* The member of a record, a text or number; data "" where there is none (escalation.c). */
PT_NODISCARD PtStatus desk_record_member(PtStr json, const char *name, PtArena *arena,
                                         PtStr *ret_text, PtError *err);
/* Fields of one's own by the records of fields for tickets of this type (custom.c). */
PT_NODISCARD PtStatus desk_custom_check(DeskWriting *w, DeskType type, PtStr custom);
extern const char *const desk_own_kinds[]; /* "text", "number", ..., NULL */

/* Clocks (clocks.c): what changed of a ticket, as a row of facts. before NULL: it is new. */
PT_NODISCARD PtStatus desk_clocks_row(DeskWriting *w, const DeskRow *before, const DeskRow *after,
                                      const DeskSaid *said);
void desk_clocks_settle(const DeskWriting *w); /* after the commit */

/* The lead of the queue (lead.c): a new ticket of a category with a time to be acknowledged within
 * goes to them at that time, one that is acknowledged or ended no longer does. */
PT_NODISCARD PtStatus desk_lead_row(DeskWriting *w, const DeskRow *before, DeskRow *after);
void desk_lead_settle(const DeskWriting *w);
PT_NODISCARD PtStatus desk_lead_start(Desk *d, PtError *err);
void desk_lead_timers(Desk *d);
/* The account that leads the ticket's queue; "": nobody does. */
PT_NODISCARD PtStatus desk_lead_of(DeskWriting *w, const DeskTicket *t, PtStr *ret_account);
/* The account among the ticket's watchers. */
PT_NODISCARD PtStatus desk_watch(DeskWriting *w, DeskTicket *t, PtStr account);

/* Timers of tickets that rows in SQL stand for (lead.c): each that came by itself, and all of the
 * statement's rows (ticket, at_ms; behind ?1, at most ?2) at a start. */
typedef PtStatus DeskTimerDue(Desk *d, const PtTimer *timer, PtArena *arena, PtError *err);
PT_NODISCARD PtStatus desk_timers_each(Desk *d, DeskTimerDue *one, const PtTimer *timers,
                                       size_t count, PtError *err);
PT_NODISCARD PtStatus desk_timers_load(Desk *d, uint32_t kind, const char *statement, PtError *err);

/* Updates for stakeholders (stakeholder.c): a major incident begins and ends, and with it the clock
 * of its next update. */
PT_NODISCARD PtStatus desk_room_row(DeskWriting *w, const DeskRow *before, const DeskRow *after);
void desk_room_settle(const DeskWriting *w);
PT_NODISCARD PtStatus desk_room_start(Desk *d, PtError *err);
void desk_room_timers(Desk *d);
/* Mail addresses that are found are sent nothing more. */
PT_NODISCARD PtStatus desk_stakeholders_erase(Desk *d, bool (*finds)(const void *ctx, PtStr text),
                                              const void *ctx, uint64_t *changed, PtError *err);

/* Routing (route.c): what the commit touched. */
void desk_routing_settle(const DeskWriting *w);
void desk_routing_changed(Desk *d, int64_t ticket); /* likewise, of one */
PT_NODISCARD PtStatus desk_routing_open(Desk *d, PtError *err);
void desk_routing_close(Desk *d);
PT_NODISCARD PtStatus desk_routing_start(Desk *d, PtError *err);
void desk_routing_metrics(Desk *d, PtBuf *out);

/* Calendars of queues and services (hours.c). */
PT_NODISCARD PtStatus desk_routes_load(Desk *d, PtError *err);
void desk_routes_release(DeskRoutes *routes); /* accepts NULL */
/* A record of this kind has changed. */
PT_NODISCARD PtStatus desk_routes_follow(Desk *d, DeskRecordKind kind, PtError *err);

/* A report, a change, a file within the caller's transaction: as desk_report, desk_change and
 * desk_attach. Of a file: desk_file_check, then with the lock of files held desk_file_keep, which
 * sets sha256 and bytes, before the transaction begins. */
PT_NODISCARD PtStatus desk_report_in(DeskWriting *w, const DeskReport *report,
                                     DeskReported *ret_reported);
PT_NODISCARD PtStatus desk_change_in(DeskWriting *w, int64_t number, const DeskChange *change,
                                     DeskTicket *ret_ticket);
PT_NODISCARD PtStatus desk_file_check(const DeskFile *file, PtError *err);
PT_NODISCARD PtStatus desk_file_keep(Desk *d, DeskFile *file, PtArena *arena, PtError *err);
PT_NODISCARD PtStatus desk_attach_in(DeskWriting *w, int64_t number, const DeskFile *file,
                                     DeskFile *ret_file);

/* Mail (mail_out.c): what a requester is to be told of the change, queued. */
PT_NODISCARD PtStatus desk_mail_row(DeskWriting *w, const DeskRow *before, const DeskRow *after,
                                    const DeskSaid *said);
void desk_mail_settled(const DeskWriting *w);
/* What was being sent when the server ended is in doubt. */
PT_NODISCARD PtStatus desk_mail_restart(Desk *d, PtError *err);
PT_NODISCARD PtStatus desk_mail_erase(Desk *d, bool (*finds)(const void *ctx, PtStr text),
                                      const void *ctx, uint64_t *changed, PtError *err);

/* Triage (triage.c). What was found in the text of a report, and the ticket with what is set. */
typedef struct DeskFinding {
    bool read;     /* else nothing was found */
    bool sets;     /* the machine may set what it is sure of */
    bool accepted; /* sure enough of the category */
    LanguageFindings f;
    bool known[LANGUAGE_FOUND_MAX]; /* entities that stand in a row of stores or tills */
    PtStr category, queue;          /* proposed */
    DeskReport report;              /* with the counts that the text says */
    DeskRow row;
    unsigned set; /* bits by DeskField */
} DeskFinding;
void desk_triage_ahead(Desk *d, const DeskReport *report, PtArena *arena, DeskAhead *ret_ahead);
PT_NODISCARD PtStatus desk_triage_row(DeskWriting *w, const DeskReport *report, const DeskRow *row,
                                      DeskFinding *ret_finding);
/* What was found in this report is kept with it (tone.c): of one that joined all of it. */
PT_NODISCARD PtStatus desk_finding_keep(DeskWriting *w, const DeskFinding *finding, int64_t ticket,
                                        int64_t report, bool joined);
/* Words of the category and entities, as JSON. */
void desk_triage_found(PtBuf *buf, const DeskFinding *finding);
/* Of the ticket that was opened as `row`: sets it, in a version of its own, and keeps the finding.
 */
PT_NODISCARD PtStatus desk_triage_settle(DeskWriting *w, const DeskFinding *finding, DeskRow *row);
/* What a person changed of a ticket that was triaged is an example to learn from. */
PT_NODISCARD PtStatus desk_triage_changed(DeskWriting *w, const DeskTicket *before,
                                          const DeskTicket *after);
void desk_near_row(Desk *d, const DeskRow *row, PtArena *arena); /* after the commit */
void desk_learning_settle(const DeskWriting *w);                 /* likewise */
PT_NODISCARD PtStatus desk_learning_open(Desk *d, PtError *err);
PT_NODISCARD PtStatus desk_learning_start(Desk *d, PtError *err);
void desk_learning_close(Desk *d);

/* Tone (tone.c): how a ticket sounds by what its requesters write. */
typedef struct DeskTone {
    bool read; /* else nobody reads */
    LanguageMood mood;
} DeskTone;
PT_NODISCARD PtStatus desk_tone_read(DeskWriting *w, PtStr text, DeskTone *ret_tone);
/* Into the ticket: of its conversation, or of a report that joins it. */
typedef enum DeskToneOf { DESK_TONE_SAID, DESK_TONE_JOINED } DeskToneOf;
void desk_tone_take(DeskTicket *t, const LanguageMood *mood, DeskToneOf of);
/* That the newest row of the ticket's history, an answer, sounds so is kept. */
PT_NODISCARD PtStatus desk_tone_keep(DeskWriting *w, const DeskTicket *t, const LanguageMood *mood);
/* All findings of `from`, or those of one report, are another ticket's; what both then sound like.
 */
PT_NODISCARD PtStatus desk_tone_move(DeskWriting *w, int64_t from, int64_t to, int64_t report);
PT_NODISCARD PtStatus desk_tone_recount(DeskWriting *w, DeskTicket *t);
/* A ticket that is made of this report alone sounds as it does. */
PT_NODISCARD PtStatus desk_tone_of_report(DeskWriting *w, int64_t ticket, int64_t report,
                                          DeskTicket *t);
/* Appends how its latest message, or the lowest, sounds, and why: "tone -0.82: 'third time',
 * 'unacceptable'". */
PT_NODISCARD PtStatus desk_tone_why(DeskWriting *w, const DeskTicket *t, bool lowest, PtBuf *out);
PtStr desk_tone_number(PtArena *arena, int64_t value); /* "-0.8213"; data NULL: no memory */

/* Files (attachment.c). */
PT_NODISCARD PtStatus desk_files_open(Desk *d, PtError *err);
PT_NODISCARD PtStatus desk_files_erase(Desk *d, bool (*finds)(const void *ctx, PtStr text),
                                       const void *ctx, uint64_t *changed, PtError *err);

/* Descriptions and notes for search (search.c). */
PT_NODISCARD PtStatus desk_search_open(Desk *d, PtError *err);
PT_NODISCARD PtStatus desk_search_start(Desk *d, PtError *err); /* its thread */
void desk_search_close(Desk *d);                                /* accepts what was not opened */
void desk_search_note(Desk *d, int64_t number);                 /* its texts have changed */
void desk_search_again(Desk *d);                                /* those of any may have */
void desk_search_wait(Desk *d);                                 /* until all is read: for tests */
/* Where the query's words stand, in the texts that are not the ticket's words (matched.c). */
PT_NODISCARD PtStatus desk_matched(PtSqlTx *tx, const DeskTicket *t, PtStr query, PtArena *arena,
                                   DeskMatched *ret_matched, PtError *err);

/* Lists (list.c). */
/* What search finds a ticket by besides its texts; data NULL: no memory. */
PtStr desk_index_words(const DeskTicket *t, PtArena *arena);
PT_NODISCARD PtStatus desk_index_row(Desk *d, const DeskRow *row, PtArena *arena, PtError *err);
/* As it stands in SQL now, but for the words that search finds it by. */
PT_NODISCARD PtStatus desk_index_again(Desk *d, int64_t number, PtError *err);
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
