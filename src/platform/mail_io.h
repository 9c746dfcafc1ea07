// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* Mail over the wire: a mailbox watched by IMAP4rev1 (RFC 3501; IDLE, MOVE, UIDPLUS where they are
 * offered), and a message handed to a server by SMTP submission (RFC 6409). What is in a message is
 * mail.h's and mail_write.h's.
 *
 * Shapes   MailImap and MailSmtp are owned; one connection each. What was read up to where is the
 *          caller's to keep (UIDVALIDITY and UID), and so is trying again.
 * Errors   PT_INVALID: settings or arguments that cannot be; PT_UNAUTHENTICATED: the login was
 *          refused; PT_FORBIDDEN: STARTTLS, a safe login or a certificate that holds is not to be
 *          had; PT_NOT_FOUND; PT_TOO_LARGE; PT_NO_MEMORY; PT_UNAVAILABLE: no connection, one that
 *          broke or was silent too long, a "NO" to a command, an answer that is no IMAP, or
 *          is_stopped said so. Messages hold what the server said, never a secret.
 * Bounds   A line of the server MAIL_LINE_BYTES, a literal the caller's bound.
 * Threads  One at a time for each object; different ones in different threads.
 */
enum {
    MAIL_LINE_BYTES = 64 << 10,
    MAIL_SAID_BYTES = 200,
    MAIL_FOLDER_BYTES = 255,
    MAIL_RECIPIENTS = 100,
    MAIL_WAIT_MAX_MS = 28 * 60 * 1000, /* of one IDLE: servers close at 30 minutes */
};

typedef enum MailSecurity {
    MAIL_TLS,      /* from the first byte: 993, 465 */
    MAIL_STARTTLS, /* refused where the server does not offer it: 143, 587 */
    MAIL_CLEAR,    /* nothing is secret: a server on the same machine, tests */
} MailSecurity;

typedef struct MailServer {
    const char *host; /* a name, an IPv4 address, or an IPv6 address without brackets */
    uint16_t port;
    MailSecurity security;
    const char *user;              /* NULL: no login (SMTP only) */
    const char *secret;            /* the password, or an OAuth 2.0 access token */
    bool is_token;                 /* OAUTHBEARER or XOAUTH2, whichever is offered */
    const char *ca_file;           /* PEM; NULL: the system's */
    uint32_t timeout_ms;           /* for connecting and login; then for each answer. 0: 30 s */
    bool (*is_stopped)(void *ctx); /* asked several times a second; NULL: never */
    void *ctx;                     /* of is_stopped */
    /* Asked about each address that the host's name resolves to, when its socket is opened: who is
     * not allowed is PT_FORBIDDEN. NULL: anyone may be reached. */
    bool (*allows)(const void *net, const struct sockaddr *address);
    const void *net;
} MailServer;

/* ---- A mailbox ---------------------------------------------------------------------------------
 * After PT_UNAVAILABLE of a broken connection every later call is PT_UNAVAILABLE too: close, wait,
 * open again.
 */
typedef struct MailImap MailImap;

typedef struct MailFolder {
    uint32_t uid_validity; /* another one: UIDs that were remembered mean nothing */
    uint32_t uid_next;     /* 0: the server did not say */
    uint32_t count;        /* of messages */
} MailFolder;

typedef struct MailItem {
    uint32_t uid;
    uint64_t bytes; /* as the server says; some are wrong by a few */
    bool seen, deleted;
} MailItem;

/* Connects and logs in. Texts are copied; ctx has to live as long. */
PT_NODISCARD PtStatus mail_imap_open(const MailServer *server, MailImap **ret_imap, PtError *err);
/* Says LOGOUT where the connection stands. Accepts NULL. */
void mail_imap_close(MailImap *m);
bool mail_imap_is_open(const MailImap *m);  /* false: the connection has broken */
bool mail_imap_has_idle(const MailImap *m); /* else mail_imap_wait asks now and then */

/* folder: UTF-8, "INBOX" or as the server names it. PT_NOT_FOUND: there is none. */
PT_NODISCARD PtStatus mail_imap_select(MailImap *m, PtStr folder, MailFolder *ret_folder,
                                       PtError *err);

/* Messages of the selected folder with a UID over after_uid, by UID; at most `room` of them. */
PT_NODISCARD PtStatus mail_imap_list(MailImap *m, uint32_t after_uid, size_t room,
                                     MailItem *ret_items, size_t *ret_count, PtError *err);

/* The bytes of a message, which stays unseen. PT_NOT_FOUND: it is gone. PT_TOO_LARGE: it has more
 * than ret_bytes->limit; the buffer then holds its begin (whose head says who sent what). */
PT_NODISCARD PtStatus mail_imap_fetch(MailImap *m, const MailItem *item, PtBuf *ret_bytes,
                                      PtError *err);

/* Marks a message as seen. One that is gone is PT_OK. */
PT_NODISCARD PtStatus mail_imap_mark_seen(MailImap *m, uint32_t uid, PtError *err);

/* Moves a message, into a folder that is made where there is none. Where the server has neither
 * MOVE nor UIDPLUS, the message is copied and stays behind marked as deleted. */
PT_NODISCARD PtStatus mail_imap_move(MailImap *m, uint32_t uid, PtStr folder, PtError *err);

/* Returns when the folder has got a message, at once if that was since the last list or select,
 * else after timeout_ms (at most MAIL_WAIT_MAX_MS). Without IDLE it asks every poll_ms. */
PT_NODISCARD PtStatus mail_imap_wait(MailImap *m, uint32_t timeout_ms, uint32_t poll_ms,
                                     bool *ret_changed, PtError *err);

static inline void mail_imap_closep(MailImap **imap)
{
    mail_imap_close(*imap);
}

/* ---- Sending -----------------------------------------------------------------------------------
 * PT_OK: the server was asked, and the outcome says what became of it. Anything else: nothing was
 * handed over, and it may be tried again (after a change of settings, where it is PT_INVALID,
 * PT_FORBIDDEN or PT_UNAUTHENTICATED).
 */
typedef struct MailSmtp MailSmtp;

#define MAIL_OUTCOME_MAP(X)                                                                        \
    X(SENT, "sent")         /* 250: it is the server's now */                                      \
    X(LATER, "later")       /* 4xx: for this mail, now */                                          \
    X(REFUSED, "refused")   /* 5xx: for ever */                                                    \
    X(IN_DOUBT, "in_doubt") /* all of it was handed over and no answer came */

#define MAIL_OUTCOME_ENUM(id, name) MAIL_##id,
typedef enum MailOutcome { MAIL_OUTCOME_MAP(MAIL_OUTCOME_ENUM) MAIL_OUTCOMES } MailOutcome;
#undef MAIL_OUTCOME_ENUM
const char *mail_outcome_name(MailOutcome outcome);

typedef struct MailSent {
    MailOutcome outcome;
    int code;                   /* the last of the server's: 250, 550; 0: none came */
    char said[MAIL_SAID_BYTES]; /* its last line, printable ASCII; "": none came */
} MailSent;

typedef struct MailEnvelope {
    PtStr from;      /* an address; "": the null sender, of automatic answers */
    const PtStr *to; /* 1..MAIL_RECIPIENTS. One that is refused refuses the mail for all */
    size_t to_count;
} MailEnvelope;

/* Connects at the first mail and keeps the connection between mails. helo: how the client names
 * itself, NULL: this machine's name. Texts are copied; ctx has to live as long. */
PT_NODISCARD PtStatus mail_smtp_new(const MailServer *server, const char *helo, MailSmtp **ret_smtp,
                                    PtError *err);
void mail_smtp_free(MailSmtp *smtp); /* says QUIT; accepts NULL */

/* bytes: a message as mail_write makes it; its lines end in CRLF, with no other CR or LF, and have
 * at most 998 bytes, else PT_INVALID. */
PT_NODISCARD PtStatus mail_smtp_send(MailSmtp *smtp, const MailEnvelope *envelope, PtStr bytes,
                                     MailSent *ret_sent, PtError *err);
/* Connects and logs in, and sends nothing. */
PT_NODISCARD PtStatus mail_smtp_check(MailSmtp *smtp, PtError *err);

static inline void mail_smtp_freep(MailSmtp **smtp)
{
    mail_smtp_free(*smtp);
}
