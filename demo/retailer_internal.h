// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "retailer.h"
#include "world.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* What retailer.c (who acts when), retailer_later.c (what somebody comes back for) and steps.c
 * (what each act says) share. */
enum {
    ORDER_STEP = 97, /* of numbers of orders: so many seeds never meet */
    CART_MAX = 10,
    SESSION_CONTEXT = 1400,
    PATH_MAX_LEN = 100,
    UUID_LEN = RETAILER_ID_LEN
};

typedef struct CartLine {
    uint16_t product;
    uint8_t quantity;
} CartLine;

typedef enum Device {
    DEVICE_OWN,
    DEVICE_FAMILY, /* a tablet of the household */
    DEVICE_STORE,  /* a tablet of the store */
} Device;

/* One visit to the shop or the app, or one customer at a till. */
typedef struct Session {
    RetailerChannel channel;
    Device device;
    bool known;   /* signed in; at a till: showed a card */
    bool bought;  /* this time */
    uint8_t step; /* what comes next */
    uint8_t country, store, till;
    uint8_t cart_len, checkout_step;
    const char *coupon; /* in use; NULL: none */
    uint8_t discount_pct;
    uint16_t product; /* being looked at */
    uint16_t query;   /* words searched for */
    uint8_t category;
    CartLine cart[CART_MAX];
    uint64_t number; /* of cart and order */
    Customer customer;
    char anonymous[UUID_LEN], id[UUID_LEN];
    char path[PATH_MAX_LEN], referrer[PATH_MAX_LEN];
    char context[SESSION_CONTEXT]; /* members that stay the same */
    uint32_t context_len;
} Session;

/* ---- what somebody comes back for (retailer_later.c) ----------------------------------------- */

typedef struct Later {
    int64_t due_ms;
    uint64_t number; /* of the order that is brought back */
    uint32_t customer;
    bool known;
    const char *coupon;
    uint8_t country; /* whose prices hold */
    uint8_t home;    /* the customer's */
    uint8_t discount_pct, cart_len;
    CartLine cart[CART_MAX];
} Later;

typedef struct LaterRing {
    Later *items;
    size_t cap, head, count;
} LaterRing;

typedef enum LaterKind {
    LATER_TO_TILL,     /* seen on the web, bought in the store */
    LATER_TO_WEB,      /* put into the cart in the app, bought on the web */
    LATER_RETURN_TILL, /* an order, or a part of it, is brought back */
    LATER_RETURN_WEB,
    LATER_KIND_COUNT
} LaterKind;

/* ---- the hour (retailer.c) ------------------------------------------------------------------- */

/* What holds for an hour: how busy each country's visitors and each store are. */
typedef struct Hour {
    int64_t number; /* since 1970 */
    Season seasons[WORLD_COUNTRIES];
    uint32_t online[WORLD_COUNTRIES], stores[RETAILER_STORES]; /* 1000: the mean */
    uint32_t online_mean, online_max, stores_mean, stores_max;
} Hour;

struct Retailer {
    World *world;
    PtRng rng;
    double rate; /* events a ms */
    double now_ms;
    Hour hour;
    Session *sessions; /* the first `online` are visits, the others tills, one a store */
    size_t online, count;
    uint64_t orders;
    LaterRing later[LATER_KIND_COUNT];
};

/* Of a cart, and of the order that it becomes. */
static inline uint64_t next_number(Retailer *r)
{
    return r->orders += ORDER_STEP;
}

PT_NODISCARD bool later_init(Retailer *r); /* false: out of memory */
void later_done(Retailer *r);
/* One of the first that is due, of this country (-1: of any); false when there is none. */
bool later_take(Retailer *r, LaterKind kind, int country, Later *ret_later);
/* An order was paid: some of it comes back after days. */
void later_of_order(Retailer *r, const Session *s);
/* A visit ends with a full cart: some go on elsewhere. */
void later_of_cart(Retailer *r, const Session *s);

/* ---- text ------------------------------------------------------------------------------------ */

/* A cursor into memory that was reserved; an event is far below the bound. */
typedef struct Out {
    char *at;
} Out;

static inline void out_bytes(Out *o, const char *bytes, size_t len)
{
    memcpy(o->at, bytes, len);
    o->at += len;
}

#define OUT(o, literal) out_bytes((o), "" literal, sizeof(literal) - 1)

static inline void out_text(Out *o, const char *text)
{
    out_bytes(o, text, strlen(text));
}

void out_number(Out *o, uint64_t value);
/* As a JavaScript client prints it: 19.95, 19.9, 20. */
void out_money(Out *o, uint64_t cents);
void out_time(Out *o, int64_t utc_ms);
void out_uuid(Out *o, PtRng *rng);
/* tag, number, quote: out_tagged(o, "\"order_id\":\"LF-", 7) writes "order_id":"LF-7" */
void out_tagged(Out *o, const char *tag, uint64_t number);

/* The members of a session's context that do not change; device: the same for the same device. */
void session_context(Retailer *r, Session *s, uint64_t device);

/* First step of a visit and of a till; STEP_END ends a session. */
enum { STEP_END = 0 };
uint8_t step_first(Retailer *r, const Session *s);
/* The step with which somebody comes back. */
uint8_t step_back(LaterKind kind);
/* Appends the event of s->step and moves on to the next. */
void step_write(Retailer *r, Session *s, int64_t now_ms, Out *o, size_t *ret_uuid_at);
