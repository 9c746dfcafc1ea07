// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/access.h"
#include "base/buf.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "connect/connect.h" // ConnectNet
#include "platform/clock.h"
#include "platform/mail_io.h"
#include "platform/sql.h"
#include "platform/timers.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Notifications: the door of the module. What happened reaches the people whom it concerns: always
 * in the console, and by the channels that each of them chose: docs/notifications.md.
 *
 * Truth    SQL. What happened is a row in the transaction of the change (notify_tell); a thread
 *          makes one notification of it for each person, in one transaction with what is to leave
 *          the building, and removes the row. So a kill loses none and doubles none.
 * Out      A delivery is a row before its call and has its outcome after it. One that was under way
 *          at a kill is in doubt: it is not sent again but by a person.
 * Texts    Of customers none are kept: what a notification says of a ticket is asked of the ticket.
 * Clocks   Quiet hours and digests follow the daemon's clock, retries the machine's.
 * Errors   PT_INVALID names field and bound; PT_NOT_FOUND; PT_CONFLICT: a version, or a bound of
 *          how many; PT_TOO_LARGE.
 * Threads  Any, unless said otherwise.
 */
typedef struct Notify Notify;

/* The strongest first: of what one event is to a person, the first that a rule of theirs takes. */
#define NOTIFY_KIND_MAP(X)                                                                         \
    X(MENTIONED, "mentioned") /* by @name in a note */                                             \
    X(OFFERED, "offered")                                                                          \
    X(ASSIGNED, "assigned")                                                                        \
    X(MAJOR, "major") /* a major incident was declared */                                          \
    X(BREACHED, "breached")                                                                        \
    X(ESCALATED, "escalated")                                                                      \
    X(AT_RISK, "at_risk")                                                                          \
    X(ANSWERED, "answered") /* the requester said something */                                     \
    X(VENDOR_ANSWERED, "vendor_answered")                                                          \
    X(SURVEY_BAD, "survey_bad")                                                                    \
    X(MAJOR_UPDATED, "major_updated")                                                              \
    X(OPENED, "opened")                                                                            \
    X(CHANGED, "changed") /* a ticket that one has or watches */                                   \
    X(ALERT, "alert")     /* of the server */

#define NOTIFY_KIND_ENUM(id, name) NOTIFY_##id,
typedef enum NotifyKind { NOTIFY_KIND_MAP(NOTIFY_KIND_ENUM) NOTIFY_KINDS } NotifyKind;
#undef NOTIFY_KIND_ENUM
extern const char *const notify_kinds[]; /* names, NULL */

typedef enum NotifyChannel {
    NOTIFY_MAIL,
    NOTIFY_PUSH,
    NOTIFY_WEBHOOK,
    NOTIFY_CHANNELS
} NotifyChannel;
extern const char *const notify_channels[]; /* "mail", "push", "webhook", NULL */

/* ---- What happened ----------------------------------------------------------------------------
 */

enum { NOTIFY_ACCOUNT_MAX = 64, NOTIFY_DETAIL_MAX = 200, NOTIFY_MENTIONS_MAX = 500 /* bytes */ };

typedef struct NotifyTold {
    unsigned kinds; /* bits by NotifyKind */
    int64_t ticket; /* 0: of none */
    PtStr to;       /* account that it was given or offered to; empty: none */
    PtStr mentions; /* mail addresses or what stands before their @, by blanks */
    PtStr by;       /* account that did it, and is not told; empty: none did */
    PtStr detail;   /* the clock, the score, the alert: no words of customers; cut at its bound */
} NotifyTold;

/* In the caller's write transaction. */
PT_NODISCARD PtStatus notify_tell(Notify *n, PtSqlTx *tx, const NotifyTold *told, PtError *err);
/* What stands behind each @ in a text, as NotifyTold.mentions wants it. */
void notify_mentions(PtStr text, char out[static NOTIFY_MENTIONS_MAX]);

/* ---- The module -------------------------------------------------------------------------------
 */

/* What a ticket is now. */
typedef struct NotifySubject {
    PtStr key, title, queue; /* "INC-1024" */
    unsigned priority;       /* 1..5 */
    PtStr assignee, commander;
    PtStr watchers; /* JSON list of accounts, or empty */
} NotifySubject;

typedef struct NotifyConfig {
    PtSql *core;
    Access *access; /* people, and secrets at rest */
    const PtClock *clock;
    PtTimers *timers;       /* of the kind NOTIFY_TIMERS */
    const ConnectNet *net;  /* which addresses may be called */
    const char *public_url; /* where browsers reach this server; "": links are left out */
    const MailServer *mail; /* NULL: mail is not configured */
    const char *mail_from;  /* its address */
    /* Of a ticket; PT_NOT_FOUND: there is none any more. NULL: nothing is told of tickets. */
    PtStatus (*subject)(void *ctx, int64_t ticket, PtArena *arena, NotifySubject *ret_subject,
                        PtError *err);
    /* Whether a role may see tickets, or (system) alerts; and whether it works on them. */
    bool (*may)(void *ctx, PtStr role, bool system, bool write);
    void *ctx;
} NotifyConfig;

enum { NOTIFY_TIMERS = 12 /* kind of timer */ };

/* Texts and the subject's module are borrowed until notify_close. Notes what was under way at a
 * kill; makes the key of web push where there is none. */
PT_NODISCARD PtStatus notify_open(const NotifyConfig *config, Notify **ret_notify, PtError *err);
PT_NODISCARD PtStatus notify_start(Notify *n, PtError *err); /* its threads */
void notify_stop(Notify *n);                                 /* waits for them; accepts NULL */
void notify_close(Notify *n);                                /* stops first; accepts NULL */
/* A collector for pt_metric_collector; ctx is the Notify. */
void notify_metrics(void *ctx, PtBuf *out);

/* ---- A person's notifications -----------------------------------------------------------------
 */

/* Changes whenever the person's list does. From memory. */
uint64_t notify_revision(const Notify *n, PtStr account);

typedef struct Notification {
    int64_t event, at_ms, read_ms; /* read_ms 0: not yet */
    NotifyKind kind;
    int64_t ticket;        /* 0: of none */
    PtStr detail, by;      /* by: account; "": none */
    NotifySubject subject; /* key "": the ticket is gone, or there is none */
} Notification;

typedef struct NotifyQuery {
    PtStr account;
    bool unread;    /* these only */
    int64_t before; /* event, not included; 0: from the newest */
    size_t max;
} NotifyQuery;
/* Newest first. ret_unread: of all. */
PT_NODISCARD PtStatus notify_list(Notify *n, const NotifyQuery *query, PtArena *arena,
                                  Notification **ret_list, size_t *ret_count, int64_t *ret_unread,
                                  PtError *err);
/* Those that are not theirs, or read already, are passed over. */
PT_NODISCARD PtStatus notify_read(Notify *n, PtStr account, const int64_t *events, size_t count,
                                  PtError *err);
/* All up to the event, included. */
PT_NODISCARD PtStatus notify_read_all(Notify *n, PtStr account, int64_t until, PtError *err);

/* ---- What a person wants ----------------------------------------------------------------------
 */

enum {
    NOTIFY_RULES_MAX = 50,
    NOTIFY_RULES_BYTES = 16 << 10,
    NOTIFY_DEVICES_MAX = 20, /* of a person */
    NOTIFY_URL_MAX = 1000,   /* bytes */
    NOTIFY_DAY_MIN = 1440,
};

/* A list; the first rule that takes an event decides. */
typedef struct NotifyRule {
    unsigned kinds;    /* bits; all where 0 */
    PtStr queue;       /* ""; any */
    unsigned least;    /* priority 1..5 that it takes at the least; 5: any */
    bool mine;         /* what concerns the person; else whatever they may see */
    bool mute;         /* they are not told at all */
    bool digest;       /* mail and webhook are collected */
    unsigned channels; /* bits by NotifyChannel, beside the console */
} NotifyRule;

/* {"kinds": [...], "queue": "", "least": 1..5, "whose": "mine" or "any", "mute": false, "digest":
 * false, "channels": [...]}, any left out, in a JSON array. PT_INVALID names the rule's index. */
PT_NODISCARD PtStatus notify_rules_read(PtStr json, NotifyRule rules[static NOTIFY_RULES_MAX],
                                        size_t *ret_count, PtArena *arena, PtError *err);

extern const char *const notify_languages[]; /* "en", "ar", NULL */
extern const char *const notify_shapes[];    /* "generic", "slack", "teams", NULL */

typedef struct NotifySettings {
    int64_t version;     /* 0: nothing was ever set */
    PtStr rules;         /* JSON; of those who set none that of their role */
    bool own;            /* they set them */
    int language, shape; /* of notify_languages, notify_shapes */
    PtStr zone;
    int64_t quiet_from_min, quiet_until_min; /* of the local day; equal: no quiet hours */
    bool quiet_not_p1;
    int64_t digest_every_min; /* 5..1440; 0: once a day */
    int64_t digest_at_min;    /* of the local day */
    PtStr hook;               /* origin of the webhook's address; "": none */
} NotifySettings;

PT_NODISCARD PtStatus notify_settings(Notify *n, PtStr account, PtArena *arena,
                                      NotifySettings *ret_settings, PtError *err);
/* rules data NULL: those of the role. hook_url data NULL: as it is; "": none. PT_CONFLICT: another
 * version stands. */
PT_NODISCARD PtStatus notify_settings_put(Notify *n, PtStr account, const NotifySettings *settings,
                                          PtStr hook_url, PtError *err);

/* What can leave the building at all. push_key: for browsers, base64url. */
bool notify_mail_ready(const Notify *n);
PtStr notify_push_key(const Notify *n);

/* ---- Devices ----------------------------------------------------------------------------------
 */

typedef struct NotifyDevice {
    PtStr id, name, service;     /* service: origin of its push service */
    int64_t created_ms, sent_ms; /* sent_ms 0: nothing yet */
} NotifyDevice;
typedef struct NotifySubscription {
    PtStr name;         /* 1..100 characters */
    PtStr endpoint;     /* https address */
    PtStr p256dh, auth; /* base64url */
} NotifySubscription;

PT_NODISCARD PtStatus notify_devices(Notify *n, PtStr account, PtArena *arena,
                                     NotifyDevice **ret_list, size_t *ret_count, PtError *err);
/* One endpoint is one device, of who subscribed it last. */
PT_NODISCARD PtStatus notify_device_add(Notify *n, PtStr account, const NotifySubscription *sub,
                                        char ret_id[static 37], PtError *err);
PT_NODISCARD PtStatus notify_device_remove(Notify *n, PtStr account, PtStr id, PtError *err);
/* Queues a test to the channel; device: of push. PT_CONFLICT: the channel is not set up. */
PT_NODISCARD PtStatus notify_test(Notify *n, PtStr account, NotifyChannel channel, PtStr device,
                                  int64_t *ret_delivery, PtError *err);

/* ---- Deliveries -------------------------------------------------------------------------------
 */

#define NOTIFY_STATE_MAP(X)                                                                        \
    X(COLLECTING, "collecting") /* until it is due */                                              \
    X(QUEUED, "queued")         /* also between two tries */                                       \
    X(SENDING, "sending")                                                                          \
    X(SENT, "sent")                                                                                \
    X(DEAD, "dead")       /* given up */                                                           \
    X(DOUBT, "doubt")     /* under way at a kill */                                                \
    X(DROPPED, "dropped") /* nothing was left to tell: it was read, or nobody wants it any more */

#define NOTIFY_STATE_ENUM(id, name) NOTIFY_##id,
typedef enum NotifyState { NOTIFY_STATE_MAP(NOTIFY_STATE_ENUM) NOTIFY_STATES } NotifyState;
#undef NOTIFY_STATE_ENUM
extern const char *const notify_states[]; /* names, NULL */

typedef struct NotifyDelivery {
    int64_t number;
    PtStr account, device;
    NotifyChannel channel;
    NotifyState state;
    int64_t due_ms, retry_ms, attempts, created_ms, done_ms, events;
    PtStr reason, error; /* "" : none */
} NotifyDelivery;

typedef struct NotifyDeliveryQuery {
    int state;      /* NotifyState, -1: any */
    int64_t before; /* number, not included; 0: from the newest */
    size_t max;
} NotifyDeliveryQuery;
/* Newest first. */
PT_NODISCARD PtStatus notify_deliveries(Notify *n, const NotifyDeliveryQuery *query, PtArena *arena,
                                        NotifyDelivery **ret_list, size_t *ret_count, PtError *err);
/* One that is dead or in doubt is sent again: else PT_CONFLICT. Audited. */
PT_NODISCARD PtStatus notify_redrive(Notify *n, const AuditActor *by, int64_t number, PtError *err);
