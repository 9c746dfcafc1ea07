// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "retailer.h"
#include "world.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* What retailer.c (who acts when) and steps.c (what each act says) share. */
enum { CART_MAX = 10, SESSION_CONTEXT = 1400, PATH_MAX_LEN = 100, UUID_LEN = RETAILER_ID_LEN };

typedef struct CartLine {
    uint16_t product;
    uint8_t quantity;
} CartLine;

/* One visit to the shop or the app, or one customer at a till. */
typedef struct Session {
    RetailerChannel channel;
    bool known; /* logged in, or showed a card */
    bool has_coupon;
    uint8_t step; /* what comes next */
    uint8_t country, store, till;
    uint8_t cart_len, checkout_step;
    uint16_t product; /* being looked at */
    uint16_t query;   /* words searched for */
    uint8_t category;
    CartLine cart[CART_MAX];
    uint32_t number; /* of cart and order */
    Customer customer;
    char anonymous[UUID_LEN], id[UUID_LEN];
    char path[PATH_MAX_LEN], referrer[PATH_MAX_LEN];
    char context[SESSION_CONTEXT]; /* members that stay the same */
    uint32_t context_len;
} Session;

struct Retailer {
    World *world;
    PtRng rng;
    double rate; /* events a ms */
    double now_ms;
    Session *sessions; /* the first `online` are visits, the others tills */
    size_t online, count;
    uint32_t orders;
};

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

/* The members of a session's context that do not change. */
void session_context(Retailer *r, Session *s);

/* First step of a visit and of a till; STEP_END ends a session. */
enum { STEP_END = 0 };
uint8_t step_first(Retailer *r, const Session *s);
/* Appends the event of s->step and moves on to the next. */
void step_write(Retailer *r, Session *s, int64_t now_ms, Out *o, size_t *ret_uuid_at);
