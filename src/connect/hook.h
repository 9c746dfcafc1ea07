// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/access.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "events/events.h"
#include "platform/clock.h"
#include "platform/http.h"
#include "platform/sql.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Shops in: what shops, tills and other systems send by webhook becomes events. A connector is one
 * such sender: a kind, a secret that its deliveries are signed with, and the source that its events
 * belong to.
 *
 * Way      hooks_check on the loop (memory only: who, how large, is it signed), then hooks_deliver
 *          on a thread that may wait: the body is read, mapped, put into the intake and durable
 *          when it returns.
 * Once     A delivery that comes again is dropped by dedupe: its events' messageIds follow from the
 *          connector and the vendor's delivery id, those of orders and refunds from the connector
 *          and the order or refund itself.
 * Order    An update that is older than the newest seen of its object is left out. What is told
 *          once (an order, a refund) is never left out for its age. Table connector_object.
 * Whose    A refund often names an order and nobody: it is filed under the anonymousId that the
 * order had, and whichever of the two comes first says which that is. Refused  What is signed and
 * cannot be mapped is quarantined with its bytes (EVENT_REASON_UNMAPPED) and can be redriven:
 * hooks_remap. Truth    tables connector, connector_object, connector_delivery. Threads  Any, but
 * open, close and hooks_on_privacy.
 */
enum {
    HOOK_CONNECTORS_MAX = 200,
    HOOK_ID = 37,
    HOOK_NAME_MAX = 100,         /* characters */
    HOOK_BODY_MAX = 2 << 20,     /* bytes of a delivery */
    HOOK_SECRET_MAX = 500,       /* bytes */
    HOOK_SETTING_MAX = 4000,     /* bytes of one setting */
    HOOK_SETTINGS_MAX = 8,       /* of a kind */
    HOOK_MAPPING_MAX = 32 << 10, /* bytes of a mapping */
    HOOK_EVENTS_MAX = 100,       /* of one delivery */
    HOOK_DELIVERIES_KEPT = 20,
    HOOK_REFUSALS_KEPT = 20,    /* deliveries without a right signature, apart from the others */
    HOOK_SAMPLE_MAX = 64 << 10, /* bytes kept of the newest delivery, in memory, for a mapping */
    HOOK_SAMPLE_MS = 3600000,   /* and for so long */
    HOOK_SKEW_MS = 300000,      /* a signed time-stamp may be off by, where a kind has one */
    HOOK_ROTATE_MAX_H = 168,    /* hours that the secret before may still be used */
};

/* ---- Kinds ----------------------------------------------------------------------------------- */

typedef struct HookField {
    const char *name;  /* "notification_url" */
    const char *title; /* "Notification URL" */
    const char *help;
    bool required;
    uint32_t max;               /* bytes */
    const char *const *choices; /* NULL-terminated; NULL: free text */
    const char *fallback;       /* where it is empty; NULL: none */
} HookField;

typedef enum HookSecret {
    HOOK_SECRET_NONE,  /* a public key among the settings does it */
    HOOK_SECRET_GIVEN, /* the vendor makes it */
    HOOK_SECRET_MADE,  /* made here when none is given, and shown once */
} HookSecret;

/* A delivery that the vendor could send, for hooks_test. */
typedef struct HookSample {
    const char *topic, *body;
} HookSample;

typedef struct HookKind {
    const char *name;  /* "shopify" */
    const char *title; /* "Shopify" */
    const char *help;  /* one sentence */
    const HookField *fields;
    size_t field_count;
    HookSecret secret;
    const char *secret_title, *secret_help;
    const char *const *topics; /* what to subscribe to, NULL-terminated */
    const HookSample *samples; /* at least one; the first is what shows most */
    size_t sample_count;
    const char *signature; /* name of the header that carries it, for people */
    bool mapped_by_people; /* its connectors have a mapping of their own */
} HookKind;

const HookKind *const *hook_kinds(size_t *ret_count);
const HookKind *hook_kind_of(PtStr name); /* NULL: no such kind */

/* ---- Privacy --------------------------------------------------------------------------------- */

typedef enum HookPrivacyKind {
    HOOK_PRIVACY_ERASE,      /* a customer is to be erased */
    HOOK_PRIVACY_EXPORT,     /* a customer wants their data */
    HOOK_PRIVACY_ERASE_SHOP, /* all that came from this connector; no identifiers */
} HookPrivacyKind;

typedef struct HookIdentifier {
    PtStr type, value; /* "email", "phone", "shopify_customer": as events of the kind bring them */
} HookIdentifier;

/* Borrowed during the call. */
typedef struct HookPrivacy {
    HookPrivacyKind kind;
    PtStr connector, connector_name; /* id, name */
    uint32_t source;                 /* number of the connector's source */
    PtStr request; /* the same for one that is delivered again; at most 100 bytes */
    const HookIdentifier *identifiers;
    size_t count;
    PtStr orders; /* a JSON array of order ids that the vendor names, or empty */
    int64_t received_ms;
} HookPrivacy;

/* On the delivery's thread. PT_OK: it is durable that this is to be done, and the vendor hears 200.
 * Anything else: the vendor hears 503 and sends it again. */
typedef PtStatus HookPrivacyFn(void *ctx, const HookPrivacy *request, PtError *err);

/* ---- The connectors -------------------------------------------------------------------------- */

typedef struct Hooks Hooks;

typedef struct HooksConfig {
    PtSql *sql;             /* core database */
    const PtClock *clock;   /* the daemon's: when a delivery was received */
    const PtClock *machine; /* signed time-stamps are held against it */
    PtLog *log;
    EventIntake *intake;
    EventSources *sources;
    const Access *access; /* seals the secrets */
    uint8_t hash_key[PT_HASH_KEY];
} HooksConfig;

/* Opens the secrets. */
PT_NODISCARD PtStatus hooks_open(const HooksConfig *config, Hooks **ret_hooks, PtError *err);
void hooks_close(Hooks *hooks); /* accepts NULL; while log and intake still work */

/* Before the first delivery. Without it such deliveries are quarantined. */
void hooks_on_privacy(Hooks *hooks, HookPrivacyFn *fn, void *ctx);

typedef struct HookSetting {
    PtStr name, value;
} HookSetting;

/* A connector as it is read. Texts live in the caller's arena. */
typedef struct HookConnector {
    char id[HOOK_ID];
    const HookKind *kind;
    PtStr name;
    uint32_t source;
    bool enabled, has_secret;
    HookSetting settings[HOOK_SETTINGS_MAX];
    size_t setting_count;
    PtStr mapping;             /* JSON; empty: none */
    int64_t previous_until_ms; /* the secret before may be used until then; 0: not */
    PtStr created_by;
    int64_t created_ms, changed_ms;
} HookConnector;

typedef struct HookEdit {
    PtStr name;    /* data NULL: as it is */
    PtStr source;  /* id or name; data NULL: as it is; of a new one: made, named as the connector */
    PtStr secret;  /* of a new one: data NULL where it is made here */
    PtStr mapping; /* data NULL: as it is */
    bool set_enabled, enabled;
    const HookSetting *settings; /* those that change */
    size_t setting_count;
    int64_t if_changed_ms; /* of a change: PT_CONFLICT when it was last changed at another time; 0:
                              whenever that was */
} HookEdit;

/* A secret made here, shown once; "" when none was made. */
typedef struct HookMadeSecret {
    char text[64];
} HookMadeSecret;

/* PT_INVALID names the field; PT_CONFLICT: the name is taken, or if_changed_ms; PT_TOO_LARGE: too
 * many. Committed with an entry of the audit chain. */
PT_NODISCARD PtStatus hooks_add(Hooks *hooks, PtStr kind, const HookEdit *edit,
                                const AuditActor *by, PtArena *arena, HookConnector *ret_connector,
                                HookMadeSecret *ret_secret, PtError *err);
PT_NODISCARD PtStatus hooks_change(Hooks *hooks, PtStr id, const HookEdit *edit,
                                   const AuditActor *by, PtArena *arena,
                                   HookConnector *ret_connector, PtError *err);
/* A new secret; the one before is right for keep_hours more. secret empty: made here, where the
 * kind lets us. */
PT_NODISCARD PtStatus hooks_rotate(Hooks *hooks, PtStr id, PtStr secret, int64_t keep_hours,
                                   const AuditActor *by, PtArena *arena,
                                   HookConnector *ret_connector, HookMadeSecret *ret_secret,
                                   PtError *err);
/* Its address answers 404 from then on; its source and events stay. */
PT_NODISCARD PtStatus hooks_remove(Hooks *hooks, PtStr id, const AuditActor *by, PtError *err);

/* All of them by name, at most HOOK_CONNECTORS_MAX, in the arena. */
PT_NODISCARD PtStatus hooks_list(Hooks *hooks, PtArena *arena, HookConnector **ret_list,
                                 size_t *ret_count, PtError *err);
PT_NODISCARD PtStatus hooks_get(Hooks *hooks, PtStr id, PtArena *arena,
                                HookConnector *ret_connector, PtError *err);

/* ---- Deliveries ------------------------------------------------------------------------------ */

#define HOOK_RESULT_MAP(X)                                                                         \
    X(LANDED, "landed")           /* events are durable, or were before */                         \
    X(STALE, "stale")             /* older than what is known: nothing was told */                 \
    X(IGNORED, "ignored")         /* a topic or state that nothing is made of */                   \
    X(PRIVACY, "privacy")         /* handed on to the privacy desk */                              \
    X(QUARANTINED, "quarantined") /* signed, and not understood */                                 \
    X(DISABLED, "disabled")       /* answered 200, counted, dropped */                             \
    X(UNSIGNED, "unsigned")       /* 401 */                                                        \
    X(TOO_LARGE, "too_large")     /* 413 */                                                        \
    X(FAILED, "failed")           /* 503: the vendor sends it again */

#define HOOK_RESULT_ENUM(id, name) HOOK_##id,
typedef enum HookResult { HOOK_RESULT_MAP(HOOK_RESULT_ENUM) HOOK_RESULT_COUNT } HookResult;
#undef HOOK_RESULT_ENUM
const char *hook_result_name(HookResult result);

/* What came of one delivery. No header that holds a secret or signature is kept. */
typedef struct HookDelivery {
    uint64_t number; /* of the connector, rising; 0 for those that were refused */
    uint64_t order;  /* in which they came since the start, refused ones among them; 0: before it */
    int64_t time_ms;
    int http; /* what was answered */
    HookResult result;
    char topic[64], delivery[100]; /* as the vendor says, "" where it does not */
    char peer[64];
    char agent[100];
    char reason[200]; /* "" when it landed */
    uint32_t events, duplicates;
    uint32_t bytes;
} HookDelivery;

/* Of a delivery whose signature is right; hooks_deliver or hooks_drop ends it. */
typedef struct HookTicket HookTicket;

/* PT_OK with *ret_ticket NULL: answer 200 with *ret_answer, a constant, there is nothing to do (a
 * disabled connector, a vendor's ping). PT_NOT_FOUND, PT_UNAUTHENTICATED, PT_TOO_LARGE,
 * PT_UNSUPPORTED_MEDIA: answer that. */
PT_NODISCARD PtStatus hooks_check(Hooks *hooks, PtStr id, const HttpRequest *request,
                                  HookTicket **ret_ticket, PtStr *ret_answer, PtError *err);
void hooks_drop(Hooks *hooks, HookTicket *ticket, PtStatus why); /* no room for it: 429 or 503 */

/* What to answer. Waits for the log and SQL. The body of *ret_answer is a constant. PT_OK: 200;
 * PT_UNAVAILABLE, PT_BUSY, PT_NO_MEMORY: the vendor has to send it again. */
PT_NODISCARD PtStatus hooks_deliver(Hooks *hooks, HookTicket *ticket, const HttpRequest *request,
                                    PtStr *ret_answer, PtError *err);

/* EventRedrive.remap: a quarantined delivery mapped by today's rules. All of its events but the
 * first land; the first is *ret_event, for the caller to land in the quarantined one's place.
 * PT_INVALID: it cannot be mapped still; PT_NOT_FOUND: the connector is gone. ctx is the Hooks. */
PT_NODISCARD PtStatus hooks_remap(void *ctx, const PtRecord *record, PtArena *arena,
                                  PtStr *ret_event, PtError *err);

/* ---- Looking at them ------------------------------------------------------------------------- */

enum { HOOK_MINUTES = 60 };

typedef struct HookHealth {
    uint64_t deliveries, events, duplicates; /* since the connector was made */
    uint64_t quarantined, stale, ignored, privacy;
    uint64_t unsigned_ones, failed, disabled; /* since the start of the server */
    int64_t last_success_ms, last_failure_ms; /* 0: none */
    char last_error[200];                     /* "" when the newest delivery was good */
    uint32_t minutes[HOOK_MINUTES];           /* good deliveries a minute, the newest last */
} HookHealth;

PT_NODISCARD PtStatus hooks_health(Hooks *hooks, PtStr id, HookHealth *ret_health, PtError *err);

/* The last deliveries and refusals, newest first, in the arena. */
PT_NODISCARD PtStatus hooks_deliveries(Hooks *hooks, PtStr id, PtArena *arena,
                                       HookDelivery **ret_list, size_t *ret_count, PtError *err);

/* The newest body within HOOK_SAMPLE_MS, in the arena; data NULL when there is none. */
PT_NODISCARD PtStatus hooks_sample(Hooks *hooks, PtStr id, PtArena *arena, PtStr *ret_body,
                                   PtError *err);

/* Somebody was erased: forgets whose orders were under these anonymous ids, in the core database.
 * Doing it twice does no harm. Samples end by themselves. */
PT_NODISCARD PtStatus hooks_erase(PtSql *core, const PtStr *anonymous_ids, size_t count,
                                  PtError *err);

/* What a mapping makes of a body: events as JSON texts. PT_INVALID says what is wrong with the
 * mapping or the body; *ret_count 0: no rule applies. */
typedef struct HookPreview {
    PtStr *events;
    size_t count;
} HookPreview;
PT_NODISCARD PtStatus hooks_preview(PtStr mapping, PtStr body, PtArena *arena,
                                    HookPreview *ret_preview, PtError *err);

/* ---- A trial --------------------------------------------------------------------------------- */

/* What would come of a delivery. Texts live in the caller's arena. */
typedef struct HookTrial {
    bool is_signed;     /* our own signature held against the check of every delivery */
    PtStr unsigned_why; /* "" when it is */
    PtStr topic;        /* as the delivery says; "" where it does not */
    PtStr body;         /* what was tried; where the vendor puts it into a form, without that */
    HookResult result;  /* LANDED: it would go to the intake, which is not asked */
    PtStr reason;       /* "" when it would land */
    PtStr *events;      /* all that the mapping makes, as JSON: what is new first */
    size_t count;
    size_t left_out; /* so many at the end are known already and would not be told */
} HookTrial;

/* A delivery is made up, signed with the connector's secret as the vendor does, checked, mapped and
 * sifted as one that came, and dropped: nothing is stored, counted, landed or handed on. A disabled
 * connector is tried as if it were not.
 *
 * body data NULL: the kind's sample of the topic; without a topic the newest body that came, where
 * there is one (hooks_sample), else the first sample. topic data NULL: none is told. Where the
 * vendor names the topic in the body, what stands there goes. A kind with a public key cannot be
 * signed for here: is_signed is false, and the rest goes on.
 *
 * PT_OK whatever the delivery comes to. PT_NOT_FOUND: no such connector; PT_INVALID: no sample of
 * the topic.
 */
PT_NODISCARD PtStatus hooks_test(Hooks *hooks, PtStr id, PtStr topic, PtStr body, PtArena *arena,
                                 HookTrial *ret_trial, PtError *err);
