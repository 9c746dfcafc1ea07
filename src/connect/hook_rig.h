// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connect/connect.h"
#include "connect/hook_internal.h"

#include <events/intake_rig.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* For tests: a connector over a real log and intake on a disk that fails on command. Whatever the
 * functions cannot do fails the test.
 */
#define SECRET "a shop's secret"

typedef struct Shops {
    RigBase base;
    Rig rig;
    PtFs *fs;
    Access *access;
    PtArena *arena;
    Hooks *hooks;
    HookConnector shop;    /* Shopify, its source "keep", its secret SECRET */
    unsigned made;         /* connectors and deliveries, for names */
    HookPrivacyKind asked; /* of the privacy desk */
    unsigned asks, identifiers;
    PtStatus desk;
} Shops;

extern const AuditActor shops_someone;

/* For cmocka: *state is the Shops. */
int shops_set_up(void **state);
int shops_tear_down(void **state);
void shops_open(Shops *s); /* the connectors alone, which were closed */

/* A signed delivery of the shop. during: what happens between the check and the delivery; NULL:
 * nothing. */
PtStatus shops_send_while(Shops *s, const char *topic, const char *id, const char *body,
                          void (*during)(Shops *s));
PtStatus shops_send_as(Shops *s, const char *topic, const char *id, const char *body);
PtStatus shops_send(Shops *s, const char *topic, const char *body); /* with an id of its own */

HookDelivery shops_last(Shops *s); /* of the shop */

/* The events of the log but the feed's, of a class; at most cap. */
size_t shops_read(Shops *s, PtRecordClass klass, EventView *views, size_t cap);

/* A HookPrivacyFn with the Shops as its context. */
PtStatus shops_desk(void *ctx, const HookPrivacy *request, PtError *err);
void shops_change_source(Shops *s, bool enabled);

#define ORDER(id, at)                                                                              \
    "{\"id\":" id ",\"total_price\":\"9.90\",\"currency\":\"EUR\",\"updated_at\":\"" at            \
    "\",\"customer\":{\"id\":7}}"
#define REFUND                                                                                     \
    "{\"id\":5,\"order_id\":1,\"transactions\":[{\"kind\":\"refund\",\"status\":\"success\","      \
    "\"amount\":\"1\",\"currency\":\"EUR\"}]}"
