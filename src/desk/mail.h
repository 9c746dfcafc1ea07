// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/access.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "platform/mail_io.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Mail at the desk, a part of the door of desk (desk/desk.h): a message becomes a ticket or an
 * answer on one, what is said to a requester leaves as a message. docs/mail.md.
 *
 * In       desk_mail_take: what the message says and its row are one transaction, and the same
 *          message a second time does nothing. A server's copy is marked after it, so a kill
 *          between the two means that it is given again.
 * Out      A row is written in the transaction of the note that it tells. desk_mail_next marks it
 *          as being sent before the call, desk_mail_settle says what came of it; what was under way
 *          at a crash is in doubt, and is not sent again unless a person says so.
 * Threads  Any.
 */
typedef struct Desk Desk;

typedef struct DeskMailConfig {
    const Access *access;       /* seals secrets; NULL: there are none */
    uint8_t key[PT_SECRET_KEY]; /* of tokens in addresses, subjects and ids */
    const char *clamav; /* "/run/clamd.sock" or "host:port"; NULL or "": files are not looked at */
    void (*changed)(void *ctx); /* after a commit: a mailbox has, or something is to be sent */
    /* Whether a server's address may be connected to; NULL: any. */
    bool (*allows)(const void *net, const struct sockaddr *address);
    const void *net;
    /* The link of the survey after a ticket; "": there is none. NULL: there are none. */
    PtStatus (*survey)(void *ctx, int64_t ticket, PtArena *arena, PtStr *ret_link, PtError *err);
    void *ctx;
} DeskMailConfig;

enum {
    DESK_MAILBOXES_MAX = 50,
    DESK_MAIL_SETTINGS = 64 << 10, /* bytes of a mailbox's settings */
    DESK_MAIL_SECRET = 4 << 10,    /* bytes of a secret */
    DESK_MAIL_ARENA = 192 << 20,   /* of taking a message */
};

/* ---- Mailboxes --------------------------------------------------------------------------------
 */

typedef enum DeskMailTls { DESK_MAIL_TLS, DESK_MAIL_STARTTLS, DESK_MAIL_PLAIN } DeskMailTls;
typedef enum DeskMailFate { DESK_MAIL_TICKET, DESK_MAIL_FILE } DeskMailFate;
/* What leaves by itself. */
typedef enum DeskMailKind {
    DESK_MAIL_ACKNOWLEDGED, /* a ticket was opened */
    DESK_MAIL_ANSWER,       /* a public note of the staff */
    DESK_MAIL_RESOLVED,
    DESK_MAIL_CLOSED, /* {{survey}}: the link of its survey */
    DESK_MAIL_KINDS
} DeskMailKind;
extern const char *const desk_mail_kinds[]; /* "acknowledged", ..., NULL */

typedef struct DeskMailServer {
    PtStr host; /* "": none */
    int64_t port;
    unsigned tls; /* DeskMailTls */
    PtStr user, ca_file;
    PtStr secret;  /* opened; only in what desk_mailbox_open gives */
    unsigned auth; /* 0: the secret is a password; 1: an access token */
} DeskMailServer;

typedef struct DeskMailTemplate {
    unsigned kind;  /* DeskMailKind */
    PtStr language; /* "en"; "": for any */
    PtStr subject, text;
} DeskMailTemplate;

typedef struct DeskMailSettings {
    PtStr address; /* that people write to */
    PtStr from;    /* name beside it */
    DeskMailServer imap, smtp;
    PtStr folder;      /* "INBOX" */
    PtStr done_folder; /* taken messages are moved there; "": marked as seen */
    PtStr dkim_domain, dkim_selector;
    PtStr dkim_key; /* PEM; as secrets */
    unsigned type;  /* DeskType: incident or service request */
    PtStr queue, category;
    bool join;                         /* may join the open incident of its fault */
    bool cc;                           /* whom they copied hears of it too */
    bool quote;                        /* an answer has what it answers below it */
    bool in_subject;                   /* the token stands there, and not in the address */
    unsigned lists, automatic;         /* DeskMailFate */
    int64_t hourly;                    /* tickets of one address in an hour; more: quarantine */
    int64_t automatic_hourly;          /* messages that leave by themselves to one address */
    PtStr language;                    /* of templates, where the message says none */
    const DeskMailTemplate *templates; /* none of a kind and language: the default */
    size_t template_count;
} DeskMailSettings;

typedef struct DeskMailbox {
    PtStr id; /* 1..64 of a-z, 0-9 and _, the first a letter */
    PtStr name;
    PtStr json; /* the settings as they came, without secrets */
    bool paused;
    int64_t version, changed_ms;
    PtStr changed_by;
    bool has_imap_secret, has_smtp_secret, has_dkim_key;
    int64_t uid_validity, uid, last_ms, looked_ms, error_ms;
    PtStr error;
    DeskMailSettings s;
} DeskMailbox;

PT_NODISCARD PtStatus desk_mailboxes(Desk *d, PtArena *arena, DeskMailbox **ret_list,
                                     size_t *ret_count, PtError *err);
PT_NODISCARD PtStatus desk_mailbox(Desk *d, PtStr id, PtArena *arena, DeskMailbox *ret_mailbox,
                                   PtError *err);
/* With its secrets opened. */
PT_NODISCARD PtStatus desk_mailbox_open(Desk *d, PtStr id, PtArena *arena, DeskMailbox *ret_mailbox,
                                        PtError *err);

typedef struct DeskMailboxPut {
    PtStr id, name, settings; /* JSON; PT_INVALID names the place */
    bool paused;
    int64_t version;                          /* that it was read at, 0: new; else PT_CONFLICT */
    PtStr imap_secret, smtp_secret, dkim_key; /* data NULL: as it is; "": none */
} DeskMailboxPut;
PT_NODISCARD PtStatus desk_mailbox_put(Desk *d, const AuditActor *by, const DeskMailboxPut *put,
                                       PtArena *arena, DeskMailbox *ret_mailbox, PtError *err);
PT_NODISCARD PtStatus desk_mailbox_pause(Desk *d, const AuditActor *by, PtStr id, bool paused,
                                         PtArena *arena, DeskMailbox *ret_mailbox, PtError *err);
PT_NODISCARD PtStatus desk_mailbox_delete(Desk *d, const AuditActor *by, PtStr id, PtError *err);

/* Of whoever reads it: how far, and what went wrong ("": nothing). */
typedef struct DeskMailLooked {
    int64_t uid_validity, uid;
    PtStr error;
    int64_t version; /* of the mailbox as it was read: of an older one the place is not kept */
} DeskMailLooked;
PT_NODISCARD PtStatus desk_mailbox_looked(Desk *d, PtStr id, const DeskMailLooked *looked,
                                          PtError *err);

/* Borrows the server's texts; held to the addresses that the desk may connect to. */
MailServer desk_mail_server(const Desk *d, const DeskMailServer *server);

/* Connects, logs in, opens the folder, and sends a message to itself, which comes back as a loop.
 * Behind a step that fails none is taken. */
enum { DESK_MAIL_STEPS = 5 };
typedef struct DeskMailStep {
    const char *step; /* "imap_login", "imap_folder", "smtp_login", "dkim", "send" */
    bool ok;
    char said[PT_ERROR_MESSAGE_MAX];
} DeskMailStep;
PT_NODISCARD PtStatus desk_mail_probe(Desk *d, PtStr id, DeskMailStep steps[static DESK_MAIL_STEPS],
                                      size_t *ret_count, PtError *err);

/* ---- In ---------------------------------------------------------------------------------------
 */

#define DESK_MAIL_OUTCOME_MAP(X)                                                                   \
    X(OPENED, "opened")           /* a ticket, or a report that joined one */                      \
    X(ANSWERED, "answered")       /* on its ticket, which opens again where it was resolved */     \
    X(FOLLOWED_UP, "followed_up") /* a ticket of its own, linked with the closed one */            \
    X(NOTED, "noted")             /* an internal row of history, of what answers by itself */      \
    X(BOUNCED, "bounced")         /* a report on a message; on its ticket where it is known */     \
    X(FILED, "filed")             /* a row here only */                                            \
    X(QUARANTINED, "quarantined") /* kept with a reason, until a person redrives it */             \
    X(DUPLICATE, "duplicate")     /* it was here before: nothing was done */
#define DESK_MAIL_OUTCOME_ENUM(id, name) DESK_MAIL_##id,
typedef enum DeskMailOutcome {
    DESK_MAIL_OUTCOME_MAP(DESK_MAIL_OUTCOME_ENUM) DESK_MAIL_OUTCOMES
} DeskMailOutcome;
#undef DESK_MAIL_OUTCOME_ENUM
const char *desk_mail_outcome_name(DeskMailOutcome outcome);

typedef struct DeskMailTaken {
    int64_t mail; /* its number */
    DeskMailOutcome outcome;
    PtStr reason;   /* of what makes no ticket */
    int64_t ticket; /* 0: none */
    PtStr key;      /* "INC-1001"; "": none */
} DeskMailTaken;

/* The bytes of one message. PT_UNAVAILABLE: its files cannot be looked at now; nothing was done. */
PT_NODISCARD PtStatus desk_mail_take(Desk *d, PtStr mailbox, PtStr bytes, PtArena *arena,
                                     DeskMailTaken *ret_taken, PtError *err);

/* A message that was not read whole, or cannot be taken: a row in quarantine that says why. */
typedef struct DeskMailRefused {
    PtStr mailbox;
    PtStr begin;  /* its first bytes */
    int64_t size; /* of all of it */
    PtStr name;   /* what it is known by where no byte of it is there */
    PtStr reason;
} DeskMailRefused;
PT_NODISCARD PtStatus desk_mail_refuse(Desk *d, const DeskMailRefused *what, PtArena *arena,
                                       DeskMailTaken *ret_taken, PtError *err);

typedef struct DeskMailRow {
    int64_t number, at_ms, ticket, seq, size;
    PtStr mailbox, sender, message_id, nature, outcome, reason;
    PtStr name, subject;
    PtStr cc;         /* who else got it, a line each */
    PtStr files;      /* "NUMBER CONTENT-ID" of those that its ticket has, a line each */
    PtStr html;       /* safe to show */
    PtStr quoted;     /* what stood around the reply */
    int64_t left_out; /* images and the like that lie elsewhere, and are not in html */
    bool kept;        /* in quarantine with its bytes */
} DeskMailRow;
typedef struct DeskMailAsk {
    PtStr mailbox;  /* "": of any */
    PtStr outcome;  /* "": any */
    int64_t ticket; /* 0: of any */
    int64_t before; /* number, not included; 0: the newest */
    size_t max;
} DeskMailAsk;
/* Newest first; html and quoted are left out but where a ticket is asked for. */
PT_NODISCARD PtStatus desk_mails(Desk *d, const DeskMailAsk *ask, PtArena *arena,
                                 DeskMailRow **ret_rows, size_t *ret_count, PtError *err);
/* One of quarantine, taken again with what can be read of it. PT_CONFLICT: it is not there, or not
 * with its bytes (over MAIL_BYTES, or a server would not give it). Audited. */
PT_NODISCARD PtStatus desk_mail_redrive(Desk *d, const AuditActor *by, int64_t mail, PtArena *arena,
                                        DeskMailTaken *ret_taken, PtError *err);
PT_NODISCARD PtStatus desk_mail_discard(Desk *d, const AuditActor *by, int64_t mail, PtError *err);

/* ---- Out --------------------------------------------------------------------------------------
 */

typedef struct DeskMailSend {
    int64_t number;
    DeskMailbox mailbox; /* opened */
    PtStr sender;        /* of the envelope */
    PtStr *recipients;
    size_t recipient_count;
    PtStr message; /* whole, signed where there is a key */
} DeskMailSend;
/* What is due of a mailbox by the machine's clock, marked as being sent; its number 0: nothing is.
 * *ret_next_ms: when the next is (INT64_MAX: none). */
PT_NODISCARD PtStatus desk_mail_next(Desk *d, PtStr mailbox, int64_t now_ms, PtArena *arena,
                                     DeskMailSend *ret_send, int64_t *ret_next_ms, PtError *err);
typedef enum DeskMailEnd {
    DESK_MAIL_SENT,
    DESK_MAIL_LATER,   /* it was not taken; again after a while, failed after a day */
    DESK_MAIL_NEVER,   /* it was refused for good */
    DESK_MAIL_UNKNOWN, /* it was handed over, and no answer came: in doubt */
} DeskMailEnd;
PT_NODISCARD PtStatus desk_mail_settle(Desk *d, int64_t number, DeskMailEnd end, PtStr said,
                                       int64_t now_ms, PtError *err);

typedef struct DeskMailOut {
    int64_t number, ticket, seq, created_ms, settled_ms, attempts;
    PtStr mailbox, kind, recipient, cc, subject, state, error;
} DeskMailOut;
/* ask->outcome is the state here. */
PT_NODISCARD PtStatus desk_mails_out(Desk *d, const DeskMailAsk *ask, PtArena *arena,
                                     DeskMailOut **ret_rows, size_t *ret_count, PtError *err);
/* Of one in doubt, failed or bounced: to be sent again, or taken for sent. PT_CONFLICT else.
 * Audited. */
PT_NODISCARD PtStatus desk_mail_decide(Desk *d, const AuditActor *by, int64_t number, bool again,
                                       PtError *err);
