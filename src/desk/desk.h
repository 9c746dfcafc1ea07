// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/access.h" // AuditActor
#include "base/buf.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "desk/mail.h"
#include "desk/routing.h"
#include "desk/stakeholder.h"
#include "desk/triage.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "platform/sql.h"
#include "platform/timers.h"
#include "work/work.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Commerce Commerce;

/* The desk: the door of the module. Tickets in the terms and states of ITIL 4, a priority that
 * follows from what customers feel, and reports of one fault that become one incident:
 * docs/desk.md.
 *
 * Truth    SQL: a ticket's row, its history (one row a change, numbered as the version that it
 *          made), its reports, notes and links; a change and its feed row are one transaction. What
 *          lists filter and sort by stands in memory too, and is read from SQL at open.
 * Errors   PT_INVALID names field and bound; PT_CONFLICT: somebody else changed the same field
 *          since, or the state does not allow it; PT_NOT_FOUND; PT_TOO_LARGE: a bound is full.
 * Threads  Any.
 */
typedef struct Desk Desk;

/* A change of a ticket as it is told to who follows tickets, in its transaction. */
typedef struct DeskTold {
    const struct DeskTicket *before, *after; /* before NULL: it is new */
    const char *kind;                        /* of its row of history */
    PtStr text;                              /* likewise; data NULL: none */
    const AuditActor *by;                    /* likewise; NULL: the server itself */
    bool is_public;                          /* likewise */
} DeskTold;
typedef struct DeskListener {
    void *ctx;
    /* A failure takes the change back. NULL: nobody listens. */
    PtStatus (*changed)(void *ctx, PtSqlTx *tx, const DeskTold *told, PtError *err);
} DeskListener;
enum { DESK_LISTENERS = 3 };

typedef struct DeskConfig {
    PtSql *core;
    const PtClock *clock;
    PtFs *fs;
    const char *data_dir; /* files of tickets lie in DIR/attachments */
    PtTimers *timers;     /* of the kind DESK_TIMERS, before they start; NULL: none are set */
    Commerce *commerce;   /* calendars; NULL: always open */
    DeskListener listeners[DESK_LISTENERS]; /* in this order */
    /* A ticket is offered to the account, in that transaction; ctx: offered_ctx. NULL: nobody
     * listens. */
    PtStatus (*offered)(void *ctx, PtSqlTx *tx, int64_t ticket, PtStr account, PtError *err);
    /* Likewise: a stakeholder of a major incident is to hear of an update. */
    PtStatus (*updated)(void *ctx, PtSqlTx *tx, int64_t ticket, PtStr account, PtError *err);
    void *offered_ctx;
    const char *public_url; /* where browsers reach this server; NULL or "": links are left out */
    DeskMailConfig mail;
    uint64_t search_bytes;  /* of texts that search finds tickets by, in memory; 0: the default */
    LanguageTriage *triage; /* reads new tickets; borrowed; NULL: nobody does */
} DeskConfig;

enum { DESK_SEARCH_BYTES = 256 << 20 /* of texts, unless DeskConfig says */ };
enum { DESK_TIMERS = 7 /* kind of timer */, DESK_TRIAGE_TIMERS = 13 };

/* Opened before Work, which asks it for calendars and tells it what is due; started with it. */
PT_NODISCARD PtStatus desk_open(const DeskConfig *config, Desk **ret_desk, PtError *err);
void desk_close(Desk *desk); /* after work_close; accepts NULL */
WorkListener desk_work_listener(Desk *desk);
WorkCalendarSource desk_calendars(Desk *desk);
/* From now on tickets have clocks, and go to the lead of their queue. Before the first change. */
PT_NODISCARD PtStatus desk_start(Desk *desk, Work *work, PtError *err);
/* A collector for pt_metric_collector; ctx is the Desk. */
void desk_metrics(void *ctx, PtBuf *out);

/* Erasure: each text of a ticket, its reports, history and escalations of which `finds` says yes
 * goes, and all texts of tickets and reports whose requester it finds; the tickets stay.
 * *ret_changed: rows that were found. A kill in the middle: to be called again. */
PT_NODISCARD PtStatus desk_erase(Desk *d, bool (*finds)(const void *ctx, PtStr text),
                                 const void *ctx, uint64_t *ret_changed, PtError *err);

/* What a person is to be told: tickets and reports whose requester has one of `names`, and the
 * public notes on them, nobody else's words; mail of these addresses. Objects of JSON by part:
 * "tickets", "ticket_reports", "ticket_notes", "ticket_mails"; borrowed for the call. */
typedef PtStatus DeskPut(void *ctx, const char *part, PtStr json, PtError *err);
PT_NODISCARD PtStatus desk_subject(Desk *d, const PtStr *names, size_t count, DeskPut *put,
                                   void *ctx, PtError *err);

/* ---- Tickets ----------------------------------------------------------------------------------
 */

typedef enum DeskType {
    DESK_INCIDENT,
    DESK_REQUEST,
    DESK_PROBLEM,
    DESK_CHANGE,
    DESK_TYPES
} DeskType;
typedef enum DeskState {
    DESK_NEW,
    DESK_IN_PROGRESS,
    DESK_WAITING, /* DESK_F_WAITING_FOR says for whom */
    DESK_RESOLVED,
    DESK_CLOSED,
    DESK_CANCELLED,
    DESK_STATES
} DeskState;
extern const char *const
    desk_types[]; /* "incident", "service_request", "problem", "change", NULL */
extern const char *const desk_states[]; /* "new", "in_progress", ..., NULL */

static inline bool desk_state_open(DeskState state)
{
    return state <= DESK_WAITING;
}

/* What can be edited of a ticket. All are texts; lists are JSON arrays of texts, custom is a JSON
 * object; "" is none. The order is that of the columns in desk_ticket. */
typedef enum DeskField {
    DESK_F_STATE,
    DESK_F_WAITING_FOR, /* "requester", "vendor", "change"; only while waiting */
    DESK_F_TITLE,       /* 1..200 characters */
    DESK_F_DESCRIPTION, /* ..10,000 */
    DESK_F_REQUESTER,   /* id of a person, or any text: ..200 */
    DESK_F_STORE,       /* code: ..100 */
    DESK_F_TILL,        /* code: ..100 */
    DESK_F_CHANNEL,     /* ..40 */
    DESK_F_CATEGORY,    /* ..64; a row of the policy, or any other */
    DESK_F_SERVICES,    /* list, ..20 of ..64 */
    DESK_F_TOUCHPOINTS, /* list, ..20 of ..64; none: that of the category */
    DESK_F_IMPACT,      /* "high", "medium", "low"; "": by scope */
    DESK_F_URGENCY,     /* "high", "medium", "low" */
    DESK_F_LABEL,       /* "P1".."P5": what somebody calls it; raises, never lowers */
    DESK_F_QUEUE,       /* ..64 */
    DESK_F_ASSIGNEE,    /* account id: ..64 */
    DESK_F_WATCHERS,    /* list of account ids, ..50 of ..64 */
    DESK_F_RESOLUTION,  /* how it was solved: ..2,000 */
    DESK_F_CUSTOM,      /* JSON object by the fields of the type */
    DESK_F_COMMANDER,   /* of a major incident: account id, ..64 */
    DESK_F_REVIEW,      /* of a major incident: what was learnt, ..10,000 */
    DESK_FIELDS
} DeskField;
extern const char *const desk_fields[]; /* their names as in the API */
/* Its value, where it has one, is JSON: a list of texts, or an object. */
static inline bool desk_field_is_json(DeskField field)
{
    return field == DESK_F_SERVICES || field == DESK_F_TOUCHPOINTS || field == DESK_F_WATCHERS ||
           field == DESK_F_CUSTOM;
}

typedef struct DeskTicket {
    int64_t number;  /* from 1001; with the type's prefix what people call it: INC-1024 */
    int64_t version; /* rises by one with every change: the seq of the newest row of history */
    DeskType type;
    DeskState state;
    unsigned priority; /* 1..5 */
    PtStr why;         /* JSON: how the priority was found (DeskPolicy) */
    int64_t policy;    /* version of the policy that it was found by */
    PtStr f[DESK_FIELDS];
    int64_t reports;                  /* how many said so; 1 with its own */
    int64_t stores, tills, customers; /* affected, counted over the reports */
    bool major;                       /* incident */
    int64_t merged_into;              /* number; 0: not merged */
    int64_t opened_ms, changed_ms, last_report_ms;
    int64_t acknowledged_ms, replied_ms, resolved_ms, closed_ms; /* first; 0: not yet */
    int64_t tones; /* messages of requesters whose tone was read; 0: what follows says nothing */
    int64_t sentiment, tone_urgency; /* of the latest in its conversation, by DESK_TONE_ONE */
    int64_t sentiment_lowest;        /* of all, those of reports that joined too */
} DeskTicket;
enum { DESK_TONE_ONE = 10000 }; /* sentiment -1 .. 1 and urgency 0 .. 1 in whole numbers */

/* What a sentiment is called: of -0.5 and below, of -0.05 and below, of 0.05 and above. */
typedef enum DeskMood {
    DESK_MOOD_NONE, /* nothing was read */
    DESK_VERY_NEGATIVE,
    DESK_NEGATIVE,
    DESK_NEUTRAL,
    DESK_POSITIVE,
    DESK_MOODS
} DeskMood;
extern const char *const desk_moods[]; /* "none", "very_negative", ..., NULL */
DeskMood desk_mood(int64_t tones, int64_t sentiment);
enum { DESK_PRESSING = DESK_TONE_ONE / 2 }; /* urgency from which on somebody presses */

enum { DESK_KEY_MAX = 24 };
/* "INC-1024", "REQ-7", "PRB-...", "CHG-...". */
PtStr desk_key(DeskType type, int64_t number, char out[static DESK_KEY_MAX]);
/* Of a key (either case) or a bare number; false: it is neither. */
bool desk_key_parse(PtStr key, int64_t *ret_number);

PT_NODISCARD PtStatus desk_ticket(Desk *d, int64_t number, PtArena *arena, DeskTicket *ret_ticket,
                                  PtError *err);

/* ---- Intake: a report that joins the open incident, or becomes a ticket -----------------------
 * A report of a fault whose incident is open (same category and services, touchpoints where there
 * are no services), last reported under DESK_JOIN_MS ago, joins it: counted, priority found anew,
 * and whoever reported is told by a public note. Requests, problems and changes never join.
 */
enum { DESK_JOIN_MS = 60 * 60000 };

typedef struct DeskReport {
    DeskType type;
    PtStr f[DESK_FIELDS];             /* data NULL: none; state and waiting_for must be */
    int64_t stores, tills, customers; /* affected, as the reporter says: 0..1,000,000; 0: unsaid */
    bool alone;                       /* not to join, whatever is open */
} DeskReport;

typedef struct DeskReported {
    DeskTicket ticket;
    int64_t report; /* number of the report */
    bool joined;
    PtStr told; /* what its reporter is told when it joined, "" else */
} DeskReported;

PT_NODISCARD PtStatus desk_report(Desk *d, const AuditActor *by, const DeskReport *report,
                                  PtArena *arena, DeskReported *ret_reported, PtError *err);

typedef struct DeskReportRow {
    int64_t number, at_ms;
    PtStr requester, store, till, channel, text, by_name;
    int64_t stores, tills, customers;
} DeskReportRow;
/* What is read of a ticket's reports or history: oldest first. */
typedef struct DeskRange {
    int64_t number;   /* of the ticket */
    int64_t after;    /* number of the report, or seq: not included */
    bool public_only; /* of history: what the requester may see */
    size_t max;
} DeskRange;
PT_NODISCARD PtStatus desk_reports(Desk *d, const DeskRange *range, PtArena *arena,
                                   DeskReportRow **ret_rows, size_t *ret_count, PtError *err);

/* Undo of a join: the report becomes a ticket of its own, which takes no further reports; both say
 * so in their history. PT_CONFLICT: it is the ticket's only one. */
PT_NODISCARD PtStatus desk_part(Desk *d, const AuditActor *by, int64_t number, int64_t report,
                                PtArena *arena, DeskTicket *ret_ticket, PtError *err);
/* All reports of `number` become those of `into`; it is closed as a duplicate. Same type, both
 * open. */
PT_NODISCARD PtStatus desk_merge(Desk *d, const AuditActor *by, int64_t number, int64_t into,
                                 PtArena *arena, DeskTicket *ret_ticket, PtError *err);

/* ---- Changes ----------------------------------------------------------------------------------
 * States: new -> in_progress, waiting, resolved, cancelled; in_progress <-> waiting; these ->
 * resolved, cancelled; resolved -> closed, in_progress (reopened); closed, cancelled ->
 * in_progress.
 */
typedef struct DeskEdit {
    DeskField field;
    PtStr value;
} DeskEdit;

enum { DESK_EDITS_MAX = DESK_FIELDS, DESK_NOTE_MAX = 10000 /* characters */ };

typedef struct DeskChange {
    int64_t version; /* of the ticket as it was read; 0: whatever it is now */
    const DeskEdit *edits;
    size_t edit_count;
    PtStr note; /* with it; data NULL: none */
    bool note_public;
    bool from_requester; /* the note is theirs: public; a wait for them or a solution ends */
    bool acknowledge;    /* somebody has seen it; also by taking it into work */
    enum { DESK_KEEP, DESK_YES, DESK_NO } major; /* a major incident, from now on or no longer */
} DeskChange;

/* One version, one row of history; nothing changed: none, and PT_OK. What others changed since
 * `version` stands where it is another field; where it is one of these fields with another value:
 * PT_CONFLICT, and the message names it, who and when. */
PT_NODISCARD PtStatus desk_change(Desk *d, const AuditActor *by, int64_t number,
                                  const DeskChange *change, PtArena *arena, DeskTicket *ret_ticket,
                                  PtError *err);

/* kind: "duplicate_of", "child_of", "caused_by", "related_to". */
extern const char *const desk_link_kinds[];
typedef struct DeskLink {
    PtStr kind;
    bool inverse; /* the other one says it of this one */
    int64_t other;
    DeskType type;
    DeskState state;
    unsigned priority;
    PtStr title;
} DeskLink;
PT_NODISCARD PtStatus desk_link(Desk *d, const AuditActor *by, int64_t number, PtStr kind,
                                int64_t other, PtError *err);
PT_NODISCARD PtStatus desk_unlink(Desk *d, const AuditActor *by, int64_t number, PtStr kind,
                                  int64_t other, PtError *err);
PT_NODISCARD PtStatus desk_links(Desk *d, int64_t number, PtArena *arena, DeskLink **ret_links,
                                 size_t *ret_count, PtError *err);

/* ---- Escalation to a vendor -------------------------------------------------------------------
 * A message to the vendor that a service names, and their answer: both in the ticket's history. The
 * feed event "Vendor Escalated" has the message, so that a destination can carry it out.
 */
enum { DESK_ESCALATIONS_MAX = 100 /* of a ticket */ };

typedef struct DeskEscalation {
    int64_t number;
    PtStr vendor, contract, contact, message, sent_by, answer;
    int64_t sent_ms, due_ms, answered_ms; /* due: by the vendor's record; 0: none, not yet */
} DeskEscalation;
/* vendor: id of a record; empty: that of the ticket's services. */
PT_NODISCARD PtStatus desk_escalate(Desk *d, const AuditActor *by, int64_t number, PtStr vendor,
                                    PtStr message, PtArena *arena, PtError *err);
PT_NODISCARD PtStatus desk_escalation_answer(Desk *d, const AuditActor *by, int64_t number,
                                             int64_t escalation, PtStr answer, PtArena *arena,
                                             PtError *err);
/* Oldest first; all of a ticket. */
PT_NODISCARD PtStatus desk_escalations(Desk *d, int64_t number, PtArena *arena,
                                       DeskEscalation **ret_list, size_t *ret_count, PtError *err);

/* ---- Files ------------------------------------------------------------------------------------
 * The bytes lie in the data folder under their hash, durable before the row that names them; what
 * no row names is removed. Who removes or erases the last row removes the bytes.
 */
enum {
    DESK_FILE_BYTES = 4 << 20,
    DESK_FILES_MAX = 50, /* that are added to a ticket; a merge may bring more */
    DESK_FILES_SHOWN = 500,
};
extern const char *const desk_file_types[]; /* "image/png", ..., NULL */

typedef struct DeskFile {
    int64_t number;
    int64_t report; /* that it belongs to; 0: none */
    int64_t at_ms, bytes;
    PtStr name; /* 1..200 characters, no slashes */
    PtStr type; /* one of desk_file_types */
    PtStr sha256, by_kind, by, by_name;
    bool is_public; /* the requester may see it */
    PtStr content;  /* its bytes; of one that is added */
} DeskFile;

/* Takes report, name, type, is_public and content of `file`. PT_UNSUPPORTED_MEDIA: another type, or
 * the bytes say another. PT_CONFLICT: the ticket has DESK_FILES_MAX. */
PT_NODISCARD PtStatus desk_attach(Desk *d, const AuditActor *by, int64_t number,
                                  const DeskFile *file, PtArena *arena, DeskFile *ret_file,
                                  PtError *err);
/* Oldest first; at most DESK_FILES_SHOWN. */
PT_NODISCARD PtStatus desk_files(Desk *d, int64_t number, PtArena *arena, DeskFile **ret_list,
                                 size_t *ret_count, PtError *err);
/* The bytes are malloc'ed: free() them. */
PT_NODISCARD PtStatus desk_file(Desk *d, int64_t number, int64_t file, PtArena *arena,
                                DeskFile *ret_file, char **ret_bytes, PtError *err);
PT_NODISCARD PtStatus desk_detach(Desk *d, const AuditActor *by, int64_t number, int64_t file,
                                  PtError *err);

/* ---- Who else is there ------------------------------------------------------------------------
 * Held in memory, of the last DESK_PRESENT_MAX who said so.
 */
typedef enum DeskPresence { DESK_VIEWING, DESK_EDITING, DESK_LEFT } DeskPresence;
extern const char *const desk_presences[]; /* "viewing", "editing", "left", NULL */
enum {
    DESK_PRESENT_MAX = 4096,
    DESK_PRESENT_S = 45, /* forgotten after; seconds of the machine's time */
    DESK_PRESENT_SHOWN = 50,
};

typedef struct DeskPresent {
    char account[40], name[120]; /* as AuditActor */
    DeskPresence state;
    int64_t since_ms; /* in this state */
} DeskPresent;
/* Says it of `by`, and lists the others into list[DESK_PRESENT_SHOWN], those first who came first.
 */
void desk_present(Desk *d, const AuditActor *by, int64_t number, DeskPresence state,
                  DeskPresent list[static DESK_PRESENT_SHOWN], size_t *ret_count);

/* ---- What is promised -------------------------------------------------------------------------
 */
typedef enum DeskDueState {
    DESK_DUE_NONE, /* nothing is promised */
    DESK_DUE_RUNNING,
    DESK_DUE_PAUSED,
    DESK_DUE_AT_RISK,
    DESK_DUE_BREACHED,
    DESK_DUE_STATES
} DeskDueState;
extern const char *const desk_due_states[]; /* "none", "running", ..., NULL */

typedef struct DeskDue {
    DeskDueState state;
    int64_t due_ms;      /* WORK_NEVER: none */
    WorkClockKind clock; /* unless none and paused */
} DeskDue;
/* Of the ticket now, from memory. */
DeskDue desk_due(Desk *d, int64_t number);

/* Every second of a clock. seqs[i]: the row of the ticket's history that holds from stretch i. */
PT_NODISCARD PtStatus desk_clock_explain(Desk *d, int64_t number, WorkClockKind clock,
                                         PtArena *arena, WorkExplained *ret_explained,
                                         int64_t **ret_seqs, PtError *err);

/* Steps of the clock that were taken, oldest first, at most DESK_STEPS_SHOWN. text: the step, and
 * of one that a tone made which and by which words. */
enum { DESK_STEPS_SHOWN = 200 };
typedef struct DeskStepTaken {
    int64_t seq, at_ms;
    PtStr text;
} DeskStepTaken;
PT_NODISCARD PtStatus desk_clock_steps(Desk *d, int64_t number, WorkClockKind clock, PtArena *arena,
                                       DeskStepTaken **ret_list, size_t *ret_count, PtError *err);

/* ---- History ----------------------------------------------------------------------------------
 */

/* A row: who, when, what. kind says what it was: DESK_EVENTS in desk_internal.h. changes: {"field":
 * [before, after], ...} over the fields above and "priority", "stores", "tills", "customers",
 * "reports", "major", "merged_into". text: a note, or why. */
typedef struct DeskEvent {
    int64_t seq, at_ms;
    PtStr kind, by_kind, by, by_name, changes, text;
    bool is_public;
} DeskEvent;
/* Whether the text is what the desk wrote: not a file's name, or what requesters said. */
bool desk_event_is_note(const DeskEvent *event);
PT_NODISCARD PtStatus desk_history(Desk *d, const DeskRange *range, PtArena *arena,
                                   DeskEvent **ret_events, size_t *ret_count, PtError *err);

/* ---- Whoever reported -------------------------------------------------------------------------
 * What people see and say of what they reported themselves, or their store did (docs/portal.md). To
 * them a ticket is there while one of its reports is theirs: else PT_NOT_FOUND.
 */
typedef struct DeskParty {
    PtStr requester; /* who they are, as requester of a report; empty: nobody */
    const PtStr
        *stores;        /* what came from there through the portal, or names no person, is theirs */
    size_t store_count; /* ..ACCESS_STORES_MAX */
} DeskParty;
/* A report, or a ticket by its first one: whether it is theirs. */
bool desk_party_sees(const DeskParty *party, PtStr requester, PtStr store, PtStr channel);

typedef struct DeskMine {
    DeskReportRow report;
    int64_t confirmed_ms; /* they said that it is solved; holds from the ticket's resolved_ms on */
    DeskTicket ticket;
} DeskMine;
typedef struct DeskMineQuery {
    bool open;      /* those that wait for somebody: not closed, not confirmed */
    int64_t before; /* number of a report, not included; 0: from the newest */
    size_t max;     /* 1..DESK_PAGE_MAX */
} DeskMineQuery;
/* Their reports, newest first. */
PT_NODISCARD PtStatus desk_mine(Desk *d, const DeskParty *party, const DeskMineQuery *query,
                                PtArena *arena, DeskMine **ret_rows, size_t *ret_count,
                                PtError *err);
/* Their reports of a ticket, oldest first, at most 200; of a merged one those of what it became. */
PT_NODISCARD PtStatus desk_mine_ticket(Desk *d, const DeskParty *party, int64_t number,
                                       PtArena *arena, DeskMine **ret_rows, size_t *ret_count,
                                       PtError *err);
/* It is solved, they say; once all who reported have said so it is closed. PT_CONFLICT: it is not
 * resolved. */
PT_NODISCARD PtStatus desk_confirm(Desk *d, const AuditActor *by, const DeskParty *party,
                                   int64_t number, PtArena *arena, DeskTicket *ret_ticket,
                                   PtError *err);
typedef struct DeskAnswer {
    const DeskParty *party;
    PtStr note;
    bool unsolved; /* what is resolved or closed is not, and is opened again: else PT_CONFLICT */
} DeskAnswer;
/* An answer of theirs: public, and a wait for it ends. */
PT_NODISCARD PtStatus desk_say(Desk *d, const AuditActor *by, int64_t number,
                               const DeskAnswer *answer, PtArena *arena, DeskTicket *ret_ticket,
                               PtError *err);

/* ---- Lists ------------------------------------------------------------------------------------
 */

typedef enum DeskSort {
    DESK_BY_NUMBER,
    DESK_BY_PRIORITY,
    DESK_BY_CHANGED,
    DESK_BY_DUE,       /* time to breach: what is late longest first */
    DESK_BY_SENTIMENT, /* the latest: from the lowest; those without a tone last */
} DeskSort;

typedef struct DeskQuery {
    unsigned states, types, priorities; /* bits by value (priority 1: bit 1); 0: any */
    unsigned dues;                      /* bits by DeskDueState; 0: any */
    PtStr queue, assignee, store, category, requester; /* data NULL: any; "": none */
    PtStr text; /* words in key, title, requester, store, till, description, notes; "" none */
    bool major; /* these only */
    unsigned moods, lowest_moods; /* bits by DeskMood: of the latest, of the lowest; 0: any */
    bool pressing;                /* urgency of half or more only */
    DeskSort sort;
    bool ascending; /* by number and change: oldest first; by priority: P5 first; by due: last */
    PtStr cursor;
    size_t max; /* 1..DESK_PAGE_MAX */
} DeskQuery;

enum { DESK_PAGE_MAX = 500, DESK_CURSOR_MAX = 64 };

/* Where a search found a ticket, where its key, title and so on do not have all words. */
typedef struct DeskMatched {
    int64_t seq;    /* row of history; 0: the description */
    bool is_public; /* else an internal note */
    PtStr text;     /* around the first word; "": it is shown by none */
} DeskMatched;

/* What search reads of texts. */
typedef struct DeskSearched {
    bool reads;   /* some are not read yet */
    int64_t from; /* older tickets are found by their key, title and so on alone */
} DeskSearched;
DeskSearched desk_searched(Desk *d);

typedef struct DeskPage {
    DeskTicket *tickets;
    DeskMatched *matched; /* of each, where words are asked for; else NULL */
    size_t count;
    uint64_t total;             /* that fit, on all pages */
    char next[DESK_CURSOR_MAX]; /* "": the end */
} DeskPage;
PT_NODISCARD PtStatus desk_list(Desk *d, const DeskQuery *query, PtArena *arena, DeskPage *ret_page,
                                PtError *err);

/* ---- The policy of priorities -----------------------------------------------------------------
 * One JSON document, versioned; docs/desk.md. An edit holds for what is found from then on; open
 * tickets keep theirs until they change. */
typedef struct DeskPolicyVersion {
    int64_t version; /* 1: as it comes with Patron */
    int64_t changed_ms;
    PtStr json, changed_by;
} DeskPolicyVersion;
/* version 0: the newest. */
PT_NODISCARD PtStatus desk_policy(Desk *d, int64_t version, PtArena *arena,
                                  DeskPolicyVersion *ret_policy, PtError *err);
/* PT_INVALID names the place as a JSON pointer. PT_CONFLICT: `version` is not the newest. Audited.
 */
PT_NODISCARD PtStatus desk_policy_put(Desk *d, const AuditActor *by, int64_t version, PtStr json,
                                      PtArena *arena, DeskPolicyVersion *ret_policy, PtError *err);

/* What the priority of something would be. */
typedef struct DeskTrial {
    PtStr policy;                                        /* JSON; data NULL: the one in force */
    PtStr category, touchpoints, impact, urgency, label; /* as the fields of a ticket */
    int64_t stores, tills, customers, at_ms;
} DeskTrial;
/* Appends the explanation, JSON as DeskTicket.why. */
PT_NODISCARD PtStatus desk_policy_try(Desk *d, const DeskTrial *trial, PtArena *arena, PtBuf *out,
                                      PtError *err);

/* ---- Records ----------------------------------------------------------------------------------
 * Named documents beside the tickets, each a JSON object that is checked by its kind (docs/desk.md
 * says what stands in them). Changes are audited.
 */
typedef enum DeskRecordKind {
    DESK_SERVICE,    /* what customers and stores use: touchpoints, queue, vendor, other services */
    DESK_TOUCHPOINT, /* where customers feel it */
    DESK_VENDOR,     /* contract, contact, how long they have */
    DESK_QUEUE,      /* who works on it */
    DESK_FIELD_SET,  /* fields of one's own, by type of ticket */
    DESK_MACRO,      /* a named change with a note */
    DESK_TEMPLATE,   /* a named report */
    DESK_VIEW,       /* a saved list: filter, order, columns */
    DESK_RECORD_KINDS
} DeskRecordKind;
extern const char *const desk_record_kinds[]; /* "services", "touchpoints", ..., NULL */

enum { DESK_RECORDS_MAX = 2000 /* of a kind */, DESK_RECORD_BYTES = 32 << 10 };

typedef struct DeskRecord {
    PtStr id;   /* 1..64 of a-z, 0-9 and _, the first a letter */
    PtStr name; /* 1..200 characters */
    PtStr json; /* without id and name */
    PtStr changed_by;
    int64_t version, changed_ms;
} DeskRecord;

/* By id; all of a kind. */
PT_NODISCARD PtStatus desk_records(Desk *d, DeskRecordKind kind, PtArena *arena,
                                   DeskRecord **ret_records, size_t *ret_count, PtError *err);
PT_NODISCARD PtStatus desk_record(Desk *d, DeskRecordKind kind, PtStr id, PtArena *arena,
                                  DeskRecord *ret_record, PtError *err);
/* Adds it (version 0) or replaces the one of this version: else PT_CONFLICT. PT_INVALID names the
 * place as a JSON pointer. */
PT_NODISCARD PtStatus desk_record_put(Desk *d, const AuditActor *by, DeskRecordKind kind,
                                      const DeskRecord *record, PtArena *arena,
                                      DeskRecord *ret_record, PtError *err);
PT_NODISCARD PtStatus desk_record_delete(Desk *d, const AuditActor *by, DeskRecordKind kind,
                                         PtStr id, PtError *err);
