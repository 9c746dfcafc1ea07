// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/rng.h"
#include "base/time.h"
#include "notify/notify.h"

#include <pthread.h>
#include <stdatomic.h>

/* Inside of the module. By file:
 *
 * notify.c     the object, its threads; what happened, written down
 * rules.c      who is told of what: rules, and those of a role
 * settings.c   what a person wants, as a row
 * when.c       quiet hours and digests
 * tell.c       events become notifications and deliveries
 * list.c       a person's list; deliveries as people see them
 * device.c     devices
 * send.c       the thread that sends: one delivery at a time, retries
 * words.c      what is said, by kind and language
 * channel.c    a mail, a push message, a webhook's body, and the call
 * push.c       RFC 8291, RFC 8292: what a push service is given
 */
enum {
    NOTIFY_SLOTS = 4096,  /* of revisions: accounts share one by chance */
    NOTIFY_TOLD_MAX = 50, /* events that one message names */
    NOTIFY_P256_PUBLIC = 65,
    NOTIFY_P256_SECRET = 32,
    NOTIFY_PUSH_AUTH = 16,
    NOTIFY_PUSH_SALT = 16,
    NOTIFY_PUSH_TEXT = 3000, /* bytes of a message: services take 4,096 of all */
    NOTIFY_KEY_TEXT = 100,   /* base64url of a public key, with the NUL */
    NOTIFY_REASON = 41,
    NOTIFY_ERROR = 201,
    NOTIFY_ZONE_MAX = 64,
};

typedef struct NotifyPushKey { /* P-256 */
    uint8_t secret[NOTIFY_P256_SECRET], public[NOTIFY_P256_PUBLIC];
} NotifyPushKey;

struct Notify {
    NotifyConfig c;
    NotifyPushKey key;
    char key_text[NOTIFY_KEY_TEXT];
    _Atomic uint64_t revisions[NOTIFY_SLOTS];
    _Atomic uint64_t told, sent, dead;
    pthread_mutex_t lock;
    pthread_cond_t wake;     /* on the monotonic clock; both threads */
    bool events, deliveries; /* there may be some: for the teller, for the sender */
    _Atomic bool stopping;
    pthread_t teller, sender;
    bool teller_runs, sender_runs;
    MailSmtp *smtp; /* the sender's */
    PtRng rng;      /* likewise */
};

PT_NODISCARD PtStatus notify_no_memory(PtError *err);
/* One is told that there are rows for it. */
void notify_wake_teller(Notify *n);
void notify_wake_sender(Notify *n);
/* Under its own lock: waits until *flag or stop, at most ms (INT64_MAX: for ever), and takes the
 * flag back. */
void notify_wait(Notify *n, bool *flag, int64_t ms);
void notify_revise(Notify *n, PtStr account);
/* The next number of "event" or "delivery". */
PT_NODISCARD PtStatus notify_next_number(PtSqlTx *tx, const char *name, int64_t *ret_number,
                                         PtError *err);
int notify_choice(const char *const *names, PtStr text); /* -1: none */

/* ---- rules.c ----------------------------------------------------------------------------------
 */

/* JSON. */
PtStr notify_default_rules(bool works_on_tickets, bool runs_the_server);

/* Of one event to one person. */
typedef struct NotifyFact {
    unsigned kinds;    /* of the event */
    PtStr queue;       /* of the ticket */
    unsigned priority; /* of the ticket; 0: of none */
    unsigned mine;     /* bits by kind: it concerns them as that */
    unsigned seen;     /* bits by kind: they may see it */
} NotifyFact;
/* The first kind that a rule takes, by the first rule that takes it; false: they are not told. */
bool notify_rules_take(const NotifyRule *rules, size_t count, const NotifyFact *fact,
                       NotifyKind *ret_kind, const NotifyRule **ret_rule);

/* ---- settings.c -------------------------------------------------------------------------------
 */

/* Of a person, as sending needs it. */
typedef struct NotifyWants {
    NotifySettings s; /* rules as they hold */
    PtStr hook_url;   /* "": none */
} NotifyWants;
PT_NODISCARD PtStatus notify_wants_load(const Notify *n, PtSqlTx *tx, PtStr account, PtStr role,
                                        PtArena *arena, NotifyWants *ret_wants, PtError *err);

/* ---- when.c ------------------------------------------------------------------------------------
 */

/* When something for them may leave, at now_ms or later: the end of the quiet hours that hold. */
int64_t notify_quiet_end(const NotifySettings *s, const PtZone *zone, int64_t now_ms);
/* When what is collected from now on is due, outside of quiet hours. */
int64_t notify_digest_due(const NotifySettings *s, const PtZone *zone, int64_t now_ms);

/* ---- tell.c ------------------------------------------------------------------------------------
 */

void *notify_teller(void *ctx);
/* What is there, and what has been collected; in the caller's thread. *ret_more: there are others.
 */
PT_NODISCARD PtStatus notify_tell_all(Notify *n, bool *ret_more, PtError *err);

/* ---- device.c ----------------------------------------------------------------------------------
 */

typedef struct NotifyPushTo {
    PtStr endpoint;
    uint8_t p256dh[NOTIFY_P256_PUBLIC], auth[NOTIFY_PUSH_AUTH];
} NotifyPushTo;
/* PT_NOT_FOUND: it was removed. */
PT_NODISCARD PtStatus notify_device_load(const Notify *n, PtSqlTx *tx, PtStr id, PtArena *arena,
                                         NotifyPushTo *ret_to, PtError *err);
/* Decodes exactly size bytes of base64url. */
bool notify_base64url(PtStr text, uint8_t *out, size_t size);

/* ---- send.c ------------------------------------------------------------------------------------
 */

void *notify_sender(void *ctx);
/* One delivery that is due, if there is one; in the caller's thread. *ret_next_ms: when to come
 * again, machine's clock; INT64_MAX: when there are others. */
PT_NODISCARD PtStatus notify_send_next(Notify *n, bool *ret_sent, int64_t *ret_next_ms,
                                       PtError *err);

/* ---- words.c -----------------------------------------------------------------------------------
 */

/* One event, as it is told. */
typedef struct NotifyLine {
    NotifyKind kind;
    int64_t event, at_ms;
    PtStr detail;
    NotifySubject subject; /* key "": of no ticket */
} NotifyLine;
/* "INC-1024 was assigned to you". */
void notify_say(PtBuf *out, const NotifyLine *line, int language);
typedef enum NotifyPhrase {
    NOTIFY_SAY_MANY, /* takes a number */
    NOTIFY_SAY_TEST,
    NOTIFY_SAY_TEST_BODY,
    NOTIFY_SAY_WHY, /* at the end of a mail */
    NOTIFY_PHRASES
} NotifyPhrase;
void notify_phrase(PtBuf *out, NotifyPhrase phrase, int language, int64_t number);

/* ---- channel.c ---------------------------------------------------------------------------------
 */

/* A message to one place. */
typedef struct NotifyMessage {
    int64_t delivery, created_ms;
    PtStr account, email, name; /* of the person */
    const NotifyWants *wants;
    const NotifyLine *lines;
    size_t count; /* 0: a test */
    bool urgent;
} NotifyMessage;

typedef enum NotifyFate {
    NOTIFY_FATE_SENT,
    NOTIFY_FATE_LATER,
    NOTIFY_FATE_NEVER,
    NOTIFY_FATE_GONE, /* the device is no more */
    NOTIFY_FATE_DOUBT
} NotifyFate;
typedef struct NotifyOutcome {
    NotifyFate fate;
    int64_t after_ms; /* of later: what the other side asked for; 0: nothing */
    char reason[NOTIFY_REASON], error[NOTIFY_ERROR];
} NotifyOutcome;

/* Errors are of this machine: what the other side did is the outcome. */
PT_NODISCARD PtStatus notify_send_mail(Notify *n, const NotifyMessage *m,
                                       NotifyOutcome *ret_outcome, PtError *err);
PT_NODISCARD PtStatus notify_send_hook(Notify *n, const NotifyMessage *m,
                                       NotifyOutcome *ret_outcome, PtError *err);
PT_NODISCARD PtStatus notify_send_push(Notify *n, const NotifyMessage *m, const NotifyPushTo *to,
                                       NotifyOutcome *ret_outcome, PtError *err);
/* The body for a shape. */
void notify_hook_body(const Notify *n, const NotifyMessage *m, PtBuf *out);

/* ---- push.c ------------------------------------------------------------------------------------
 */

PT_NODISCARD PtStatus notify_push_key_make(NotifyPushKey *ret_key, PtError *err);
/* The public part from the secret one. PT_INVALID: it is none. */
PT_NODISCARD PtStatus notify_push_key_load(const uint8_t secret[static NOTIFY_P256_SECRET],
                                           NotifyPushKey *ret_key, PtError *err);
/* The body of a message, aes128gcm in one record; `own` and salt are made for it alone. PT_INVALID:
 * `to` has no point of the curve. */
PT_NODISCARD PtStatus notify_push_seal(const NotifyPushTo *to, const NotifyPushKey *own,
                                       const uint8_t salt[static NOTIFY_PUSH_SALT], PtStr text,
                                       PtBuf *out, PtError *err);
/* The value of Authorization for the origin of a push service: a token of 12 hours. */
PT_NODISCARD PtStatus notify_push_token(const NotifyPushKey *key, PtStr origin, const char *contact,
                                        int64_t now_ms, PtBuf *out, PtError *err);
