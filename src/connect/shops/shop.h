// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "connect/hook.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* From a vendor's payload to our events, by tables: pure, no I/O. A kind is a row of functions and
 * a table of rules; a mapping that people wrote is compiled into the same rules.
 *
 * Path     "customer.email": members by dots, an array's item by its number. "a|b": the first that
 *          is there and not null or empty. "^" in front: from the payload's top, else from the
 *          rule's root or its item. "@topic", "@delivery", "@currency": of the request or
 * connector. Sum      A MONEY path may be several with "+" between, and may have "list[]" for the
 * sum over an array's items, or "list[kind=refund,status=success]" for those that fit.
 */
enum {
    SHOP_DEPTH_MAX = 64,
    SHOP_PATH_MAX = 200,
    SHOP_NAME_MAX = 100, /* bytes of a rule's event, object or once */
    SHOP_LINES_MAX = 500,
    SHOP_OWNERS_MAX = 2
};

typedef enum ShopForm {
    SHOP_TEXT,     /* a text, or a number as text; cut at 1,000 bytes */
    SHOP_NUMBER,   /* a number, or a text that is one: exact to six places */
    SHOP_MONEY,    /* likewise, and a sum */
    SHOP_AMOUNT,   /* money without its sign */
    SHOP_MINOR,    /* {"amount": whole number of minor units, "currency": code}, as money */
    SHOP_BOOL,     /* true or false */
    SHOP_TIME,     /* RFC 3339, without a zone UTC */
    SHOP_CURRENCY, /* three letters, in capitals */
    SHOP_JSON,     /* as it stands */
    SHOP_VALUE,    /* `from` is the text itself */
    SHOP_LITERAL,  /* `from` is JSON itself */
    SHOP_LINES,    /* an array: an object of `lines` for each item */
    SHOP_WHO,      /* anonymousId: "customer:customer.id|order:id", the first that is there */
    SHOP_IDS,      /* context.externalIds: "shopify_customer:customer.id|loyalty_card:card", all */
    SHOP_OBJECT,   /* a text of several paths with spaces between, joined by ":" */
    SHOP_FORMS
} ShopForm;

typedef struct ShopField {
    const char *to; /* "properties.total"; fields under one parent stand together */
    const char *from;
    ShopForm form;
    bool required; /* without it the delivery is quarantined */
    const struct ShopField *lines;
    size_t line_count;
} ShopField;

typedef enum ShopTake {
    SHOP_ONCE,   /* an order, a refund: told once, never too old */
    SHOP_NEWEST, /* an update: left out when a newer one was seen */
    SHOP_ALWAYS, /* each delivery tells of something of its own */
} ShopTake;

typedef struct ShopRule {
    const char *topics; /* with spaces between; NULL: any */
    const char *when;   /* "status=paid|done total>=0": all must hold; NULL: always */
    const char *root;   /* where the object is; NULL: the payload */
    const char *each;   /* an array below it: an event of each item; NULL: one event */
    const char *event;  /* name of a track; NULL: identify. "=path": from the payload */
    ShopTake take;
    const char *object;  /* type of what it is about: "order" */
    const char *id;      /* its id; several paths with spaces between */
    const char *version; /* time or number; NULL: none */
    const char *once;    /* of SHOP_ONCE: what is told, "completed" */
    const char *owner; /* "order:order_id|payment:id": what it belongs to and shares its anonymousId
                          with; NULL: none */
    const ShopField *fields;
    size_t field_count;
} ShopRule;

typedef struct ShopPrivacyRule {
    const char *topic;
    HookPrivacyKind kind;
    const char *request;     /* path of its id; NULL: the delivery's */
    const char *identifiers; /* as SHOP_IDS */
    const char *orders;      /* path of an array; NULL: none */
} ShopPrivacyRule;

/* What a delivery's headers tell. Borrowed from the request or the arena. */
typedef struct ShopHead {
    PtStr topic, delivery;
    PtStr currency; /* of a connector whose vendor does not tell it; "@currency" */
} ShopHead;

struct ShopSender;

enum { SHOP_HEADERS_MAX = 4 };

/* A delivery that is made up here. */
typedef struct ShopParcel {
    PtArena *arena;
    PtStr topic, delivery; /* "" : none */
    PtStr body;            /* what is told; once it is packed: as it is sent */
    HttpHeader headers[SHOP_HEADERS_MAX];
    size_t header_count;
    bool failed; /* no memory */
} ShopParcel;

typedef struct ShopKind {
    HookKind kind;
    /* Of the raw bytes. secret is never empty where the kind has one. */
    bool (*is_signed)(const struct ShopSender *sender, PtStr secret, const HttpRequest *request);
    /* Body, headers and signature as the vendor sends them. NULL: only the vendor can sign. */
    void (*pack)(const struct ShopSender *sender, PtStr secret, ShopParcel *parcel);
    /* topic and delivery id by headers and body; either may come out empty. */
    PtStatus (*head)(const HttpRequest *request, PtStr json, PtArena *arena, ShopHead *ret_head,
                     PtError *err);
    /* The JSON of a body; NULL: the body itself. */
    PtStatus (*json)(PtStr body, PtArena *arena, PtStr *ret_json, PtError *err);
    bool (*is_ping)(const HttpRequest *request); /* unsigned and harmless: 200; NULL: none */
    const ShopRule *rules;
    size_t rule_count;
    const ShopPrivacyRule *privacy;
    size_t privacy_count;
    bool local_ids;     /* ids are of one shop only: they get the connector's mark */
    const char *nobody; /* the customer of the payload is nobody where this holds; NULL: never */
    const char *answer; /* body of a 200 */
    PtStatus (*check)(const struct ShopSender *sender, PtError *err); /* settings; NULL: none */
} ShopKind;

/* What a kind may know of a connector. */
typedef struct ShopSender {
    const ShopKind *kind;
    char mark[9]; /* eight letters of its id */
    const HookSetting *settings;
    size_t setting_count;
    const ShopRule *rules; /* its own, or the kind's */
    size_t rule_count;
    int64_t now_ms; /* the machine's clock, for signed time-stamps */
    bool user_ids;  /* customer ids become userId, not anonymousId alone */
    /* The anonymousId that events of an owner ("order:17") carry; data NULL: not known yet. In the
     * arena. NULL: none is known. */
    PtStatus (*who)(void *ctx, PtStr owner, PtArena *arena, PtStr *ret_who, PtError *err);
    void *ctx;
} ShopSender;

PtStr shop_setting(const ShopSender *s, const char *name); /* or the fallback; "" */

/* All kinds, in the order that people see them. */
extern const ShopKind shop_shopify, shop_woocommerce, shop_square, shop_lightspeed, shop_adobe,
    shop_webhook;
const ShopKind *shop_kind_of(PtStr name);

/* ---- Mapping (map.c) ------------------------------------------------------------------------- */

typedef struct ShopEvent {
    PtStr json; /* one event, at most EVENT_MAX_BYTES */
    ShopTake take;
    PtStr object;    /* "order:17", with "/completed" behind where it is told once; empty: none */
    int64_t version; /* 0: unknown */
    PtStr owners[SHOP_OWNERS_MAX], who; /* "order:17", ... share the anonymousId `who` */
    size_t owner_count;
} ShopEvent;

typedef struct ShopPrivacy {
    const ShopPrivacyRule *rule; /* NULL: none */
    HookIdentifier identifiers[8];
    size_t count;
    PtStr request, orders;
} ShopPrivacy;

typedef struct ShopMapped {
    ShopEvent events[HOOK_EVENTS_MAX];
    size_t count;
    bool known; /* a rule is there for the topic, whether or not it applied */
    ShopPrivacy privacy;
} ShopMapped;

/* json is what kind->json gave. PT_INVALID: it cannot be mapped, the message says why; nothing else
 * is a mistake of the payload. Texts live in the arena. */
PT_NODISCARD PtStatus shop_map(const ShopSender *sender, const ShopHead *head, PtStr json,
                               PtArena *arena, ShopMapped *ret_mapped, PtError *err);

/* ---- Paths (path.c) -------------------------------------------------------------------------- */

/* The payload, or what a path leads to: checked JSON. */
typedef struct ShopScope {
    PtStr top, at; /* the whole; the rule's root or item */
    const ShopHead *head;
    PtArena *arena;
} ShopScope;

/* The value's JSON text; false when there is none, or null, or an empty text. */
bool shop_find(const ShopScope *s, PtStr path, PtStr *ret_raw);
/* The first of several "a|b". *ret_raw as above. */
bool shop_first(const ShopScope *s, PtStr paths, PtStr *ret_raw);
/* Text of a string or a number, without space around it; data NULL: it is neither, or empty, or
 * there is no memory. */
PtStr shop_text(const ShopScope *s, PtStr raw);
/* *ret_any false: nothing was there. PT_INVALID: something is no amount. */
PT_NODISCARD PtStatus shop_sum(const ShopScope *s, PtStr paths, int64_t *ret_micros, bool *ret_any,
                               PtError *err);
bool shop_holds(const ShopScope *s, PtStr condition);
/* The next item of an array in *items, which it is cut off; false at the end. *items begins as the
 * array's text. */
bool shop_item(PtJson *list, PtStr *ret_raw);
/* Several paths with spaces between, joined by ":"; empty when one is missing. */
PtStr shop_joined(const ShopScope *s, PtStr paths);

/* ---- Signatures (sign.c) --------------------------------------------------------------------- */

/* HMAC-SHA256 of first and second together. */
void shop_hmac(PtStr key, PtStr first, PtStr second, uint8_t out[static 32]);
bool shop_is_base64_of(PtStr text, const uint8_t mac[static 32]);   /* in constant time */
bool shop_is_hex_of(PtStr text, const uint8_t mac[static 32]);      /* likewise, either case */
PtStr shop_base64_of(const uint8_t mac[static 32], PtArena *arena); /* data NULL: no memory */
/* RSA with SHA-256 (PKCS #1 v1.5) under a PEM public key. */
bool shop_rsa_holds(PtStr pem, PtStr message, PtStr signature_base64);
PT_NODISCARD PtStatus shop_rsa_check(PtStr pem, PtError *err); /* is it a public key? */

/* ---- Forms (form.c) -------------------------------------------------------------------------- */

/* Value of a field of application/x-www-form-urlencoded. PT_INVALID: none of that name, or its
 * escapes are broken. */
PT_NODISCARD PtStatus shop_form_field(PtStr body, PtStr name, PtArena *arena, PtStr *ret_value,
                                      PtError *err);

/* A form of the fields `type` (left out when the topic is empty) and `payload`; data NULL: no
 * memory, or over four times HOOK_BODY_MAX. */
PtStr shop_form_of(PtStr topic, PtStr payload, PtArena *arena);

/* ---- Made-up deliveries (sign.c) ------------------------------------------------------------- */

/* name is a constant; value.data NULL: the parcel has failed. */
void shop_parcel_put(ShopParcel *parcel, const char *name, PtStr value);
HttpRequest shop_parcel_request(const ShopParcel *parcel); /* borrows from it */

/* Heads: a header's value; SHA-256 of the body as id, for vendors that give none. */
PtStr shop_digest_id(PtStr body, PtArena *arena);

/* ---- A mapping by people (../hook_mapping.c) ------------------------------------------------- */

/* Rules and fields live in the arena, and so does a copy of the text. PT_INVALID names the place.
 */
PT_NODISCARD PtStatus shop_mapping_compile(PtStr json, PtArena *arena, const ShopRule **ret_rules,
                                           size_t *ret_count, PtError *err);
