// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "desk/desk_internal.h"
#include "platform/mail.h"

/* What the files of the desk's mail share. */
enum {
    DESK_MAIL_TOKEN = 21, /* 80 bits in hex, with the NUL */
    DESK_MAIL_ID = 320,   /* text of an id, with the NUL */
    DESK_MAIL_ADDRESS = 254,
    DESK_MAIL_CC_MAX = 20,
    DESK_MAIL_REFS = 20,     /* ids of a thread that are kept */
    DESK_MAIL_THREADS = 100, /* of a ticket: who wrote */
    DESK_MAIL_QUOTE = 4000,  /* characters */
    DESK_MAIL_HTML = 512 << 10,
    DESK_MAIL_LEFT_OUT = 2000, /* bytes that say which files are not taken */
    DESK_MAIL_QUOTED = 32000,  /* characters of what stood around a reply */
    DESK_MAIL_NAME = 200,      /* likewise of a name beside an address */
    DESK_MAIL_CID = 200,       /* bytes of a Content-ID */
};

/* ---- Tokens (mail_token.c) --------------------------------------------------------------------
 * A keyed hash of a number: who has none can name no ticket and no message of ours.
 */
void desk_mail_token(const Desk *d, const char *what, int64_t number,
                     char out[static DESK_MAIL_TOKEN]);
/* "desk.NUMBER.TOKEN@host", without angle brackets. */
PtStr desk_mail_id(const Desk *d, int64_t number, PtStr address, char out[static DESK_MAIL_ID]);
/* Whether the id is of a message that left here: its number. */
bool desk_mail_is_ours(const Desk *d, PtStr id, int64_t *ret_number);
/* The ticket whose token stands in the subject, or in an address of the mailbox; 0: none. */
int64_t desk_mail_of_subject(const Desk *d, PtStr subject);
int64_t desk_mail_of_address(const Desk *d, PtStr mailbox, PtStr address);
/* "desk+KEY.TOKEN@host"; empty where it has no room. */
PtStr desk_mail_reply_to(const Desk *d, PtStr mailbox, PtStr key, int64_t ticket,
                         char out[static DESK_MAIL_ADDRESS + 1]);
PtStr desk_mail_host(PtStr address);

/* ---- Texts (mail_text.c) ----------------------------------------------------------------------
 * The arena's; data NULL: no memory.
 */
/* Valid UTF-8 of at most max characters, without control characters but line ends and tabs where
 * lines are wanted. *ret_cut: there was more. */
PtStr desk_mail_plain(PtArena *arena, PtStr text, size_t max, bool lines, bool *ret_cut);
/* Without tags: what HTML says. */
PtStr desk_mail_text_of_html(PtArena *arena, PtStr html);
/* Without "Re:", "Fwd:" and keys of tickets in brackets. */
PtStr desk_mail_title(PtArena *arena, PtStr subject);
PtStr desk_mail_lower(PtArena *arena, PtStr text);
/* The template with {{name}} replaced; what is not known stays. */
typedef struct DeskMailWord {
    const char *name;
    PtStr value;
} DeskMailWord;
PtStr desk_mail_fill(PtArena *arena, PtStr text, const DeskMailWord *words, size_t count);

/* ---- Mailboxes (mailbox.c) --------------------------------------------------------------------
 */
/* In a transaction. PT_NOT_FOUND. */
PT_NODISCARD PtStatus desk_mailbox_load(Desk *d, PtSqlTx *tx, PtStr id, bool secrets,
                                        PtArena *arena, DeskMailbox *ret_mailbox, PtError *err);
PT_NODISCARD PtStatus desk_mail_settings(PtStr json, PtArena *arena, DeskMailSettings *ret_settings,
                                         PtError *err);
/* The template of a kind in a language, else in that of the mailbox, else the default. */
DeskMailTemplate desk_mail_template(const DeskMailSettings *s, DeskMailKind kind, PtStr language);

/* ---- Out (mail_out.c) -------------------------------------------------------------------------
 */
typedef struct DeskMailThread {
    PtStr recipient, mailbox, cc, subject, language, said, refs;
} DeskMailThread;
PT_NODISCARD PtStatus desk_mail_threads(PtSqlTx *tx, int64_t ticket, PtArena *arena,
                                        DeskMailThread *ret_list, size_t *ret_count, PtError *err);
PT_NODISCARD PtStatus desk_mail_thread_put(DeskWriting *w, int64_t ticket,
                                           const DeskMailThread *thread);
/* refs with one more, the oldest forgotten. */
PtStr desk_mail_refs_with(PtArena *arena, PtStr refs, PtStr id);

typedef struct DeskMailQueue { /* a message to be queued */
    DeskMailKind kind;
    const DeskTicket *ticket;
    int64_t seq;
    PtStr text;
} DeskMailQueue;
/* To who wrote the thread, by its mailbox; nothing where that is gone or its template is empty. */
PT_NODISCARD PtStatus desk_mail_queue(DeskWriting *w, const DeskMailThread *thread,
                                      const DeskMailQueue *what);

/* An internal row of history. PT_NOT_FOUND: there is no such ticket. */
PT_NODISCARD PtStatus desk_mail_note(DeskWriting *w, int64_t ticket, PtStr text);
/* The message came back; its ticket is told once. */
PT_NODISCARD PtStatus desk_mail_bounced(DeskWriting *w, int64_t number, PtStr said,
                                        int64_t *ret_ticket);
/* Somebody has answered the message: it was sent, where that was in doubt. */
PT_NODISCARD PtStatus desk_mail_arrived(DeskWriting *w, int64_t number, int64_t *ret_ticket);

/* ---- A person's (mail_person.c) ---------------------------------------------------------------
 */
typedef struct DeskMailOf {
    int64_t number, at_ms, ticket; /* ticket 0: none */
    PtStr mailbox, name, subject, cc;
    PtStr state; /* what it became, or how far it is */
    PtStr text;  /* what left; of what came: its HTML, the words are their ticket's */
    bool theirs; /* they wrote it; else it was for them */
} DeskMailOf;
/* What somebody wrote, and what was written to them, by number; borrowed for the call. */
PT_NODISCARD PtStatus desk_mail_of(Desk *d, PtStr name,
                                   PtStatus (*tell)(void *ctx, const DeskMailOf *mail), void *ctx,
                                   PtError *err);

/* ---- In ---------------------------------------------------------------------------------------
 * What it says (mail_read.c), whose it is (mail_whose.c), what becomes of it (mail_becomes.c), its
 * row (mail_take.c), and what waits for a person (mail_hold.c).
 */
typedef struct DeskMailTaking {
    Desk *d;
    PtArena *arena;
    const DeskMailbox *box;
    MailMessage m;
    bool again;       /* a person redrives it: bounds of reading are no reason to keep it out */
    int64_t redriven; /* its number */
    PtStr sender, sender_name, subject, shown_subject, text, print;
    PtStr cc;     /* who else got it, without the desk; a line each */
    PtStr quoted; /* what stood around the reply */
    PtStr html;
    int64_t html_left_out; /* what was elsewhere */
    int64_t size;
    PtStr kept; /* bytes, for quarantine; data NULL: not all of them are there */
    DeskFile *files;
    PtStr *content_ids; /* of the files, "": none */
    size_t file_count;
    PtStr filed;    /* "NUMBER CONTENT-ID" of the files that its ticket has, a line each */
    PtStr left_out; /* lines of files that are not taken, "" none */
    /* what is decided */
    DeskMailOutcome outcome;
    PtStr reason;
    int64_t ticket, seq;
    PtStr key;
    PtError *err;
} DeskMailTaking;
/* What it is known by where it comes again: parts that do not change on the way, or all bytes. */
PT_NODISCARD PtStatus desk_mail_print(DeskMailTaking *t, PtStr bytes, bool parsed);
/* Who wrote it to whom. */
PT_NODISCARD PtStatus desk_mail_people(DeskMailTaking *t);
PT_NODISCARD PtStatus desk_mail_texts(DeskMailTaking *t);
/* Files that a ticket takes, shown to ClamAV before; what it does not take is said. */
PT_NODISCARD PtStatus desk_mail_files(DeskMailTaking *t);
/* The ticket that it belongs to: by a token, or by a message of ours that its requester answers.
 * *ret_ticket 0: none. */
PT_NODISCARD PtStatus desk_mail_whose(DeskMailTaking *t, DeskWriting *w, DeskRow *ret_row,
                                      int64_t *ret_ticket);
/* What needs no ticket to be decided. *ret_decided false: nothing did. */
PT_NODISCARD PtStatus desk_mail_alone(DeskMailTaking *t, bool *ret_decided);
PT_NODISCARD PtStatus desk_mail_becomes(DeskMailTaking *t, DeskWriting *w);
PT_NODISCARD PtStatus desk_mail_end(DeskMailTaking *t, DeskMailOutcome outcome, PtStr reason);
/* t: d, arena, box and err, and again and redriven where it is taken again. */
PT_NODISCARD PtStatus desk_mail_taken(DeskMailTaking *t, PtStr bytes, DeskMailTaken *ret_taken);

/* ---- Viruses (mail_scan.c) --------------------------------------------------------------------
 * Asks clamd at `where`. *ret_found "": nothing was found; else what (the arena's). PT_UNAVAILABLE:
 * it did not say.
 */
PT_NODISCARD PtStatus desk_mail_scan(const char *where, PtStr bytes, PtArena *arena,
                                     PtStr *ret_found, PtError *err);
