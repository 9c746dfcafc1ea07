// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"

#include <stdint.h>

/* A demo retailer, "Larkfield": what its web shop, app and tills would send, as events in Segment's
 * shape. Everything is invented; every event says context.demo = true.
 *
 * Population   100,000 customers in households, 600 business accounts, 2,000 products, 40 stores in
 *              8 countries (world.h): the same for every seed. Some buy and are bought far more
 *              than others (Zipf; the best customer has 0.4 % of the events).
 * Journeys     Sessions walk a shop's steps (search, list, product, cart, checkout, order). Who
 *              signs in is known, who shows a loyalty card at a till is known by it, nobody else
 *              is; guests leave an address with their order. Carts go on elsewhere (web to till,
 *              app to web), orders come back after days under their own number, tablets are
 *              shared, traits are mistyped or late.
 * Rhythm       Hour and weekday where the person or the store is, summer time and opening hours
 *              included; seasons from Black Friday to the January sale.
 * Incidents    scenario.h: what holds there changes what happens here.
 * Sizes        About 2 KB an event over the mix (retailer_test holds it at 1.8 to 2.2).
 * Errors       A full buffer is the buffer's sticky status.
 * Determinism  The same seed, start, rate and scenarios give the same bytes, on any machine.
 * Threads      One owner at a time.
 */
typedef struct Retailer Retailer;

typedef enum RetailerChannel {
    RETAILER_WEB,
    RETAILER_APP,
    RETAILER_TILL,
    RETAILER_CHANNEL_COUNT
} RetailerChannel;

enum {
    RETAILER_CUSTOMERS = 100000,
    RETAILER_PRODUCTS = 2000,
    RETAILER_STORES = 40,
    RETAILER_EVENT_MAX = 24576, /* bytes */
    RETAILER_ID_LEN = 36,       /* of the uuid at the end of every messageId */
};

typedef struct RetailerMeta {
    RetailerChannel channel;
    int64_t time_ms; /* of the event; never steps back */
    size_t uuid_at; /* where in the event's text the messageId's uuid stands: a load generator makes
                       a new event of an old one by writing other digits there */
} RetailerMeta;

/* rate: events a second of simulated time, averaged over an ordinary week; more than 0. NULL when
 * out of memory. */
Retailer *retailer_new(uint64_t seed, int64_t start_ms, double rate);
void retailer_free(Retailer *retailer); /* accepts NULL */

/* Goes on at another time: nothing happens in between, everybody stays where they are. */
void retailer_set_time(Retailer *retailer, int64_t now_ms);

/* Appends the next event, one JSON object, to out. */
void retailer_next(Retailer *retailer, PtBuf *out, RetailerMeta *ret_meta);
