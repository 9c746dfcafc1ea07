// SPDX-License-Identifier: Apache-2.0
#include "retailer_internal.h"

#include <stdlib.h>

/* Rings of bounded size, oldest first. Taking looks at the first few, so that those who wait for
 * their store to open seldom keep others waiting; when a ring is full, somebody stays at home. */
enum {
    RETURNS_MAX = 8192,
    CARTS_MAX = 1024,
    LOOK = 16,
    MINUTE_MS = 60000,
    HOUR_MS = 60 * MINUTE_MS
};

bool later_init(Retailer *r)
{
    for (unsigned k = 0; k < LATER_KIND_COUNT; k++) {
        const size_t cap = k < LATER_RETURN_TILL ? CARTS_MAX : RETURNS_MAX;
        r->later[k] = (LaterRing){.items = calloc(cap, sizeof(Later)), .cap = cap};
        if (r->later[k].items == NULL) {
            return false;
        }
    }
    return true;
}

void later_done(Retailer *r)
{
    for (unsigned k = 0; k < LATER_KIND_COUNT; k++) {
        free(r->later[k].items);
    }
}

bool later_take(Retailer *r, LaterKind kind, int country, Later *ret_later)
{
    LaterRing *ring = &r->later[kind];
    for (size_t i = 0; i < ring->count && i < LOOK; i++) {
        Later *l = &ring->items[(ring->head + i) % ring->cap];
        if (l->due_ms <= (int64_t)r->now_ms && (country < 0 || l->home == country)) {
            *ret_later = *l;
            *l = ring->items[ring->head]; // which moves up
            ring->head = (ring->head + 1) % ring->cap;
            ring->count--;
            return true;
        }
    }
    return false;
}

static void put(Retailer *r, LaterKind kind, const Session *s, uint8_t lines, int64_t after_ms)
{
    LaterRing *ring = &r->later[kind];
    if (ring->count == ring->cap) {
        return;
    }
    Later *l = &ring->items[(ring->head + ring->count++) % ring->cap];
    *l = (Later){.due_ms = (int64_t)r->now_ms + after_ms,
                 .number = s->number,
                 .customer = s->customer.index,
                 .known = s->known,
                 .country = s->country,
                 .home = s->customer.country,
                 .coupon = s->coupon,
                 .discount_pct = s->discount_pct,
                 .cart_len = lines};
    memcpy(l->cart, s->cart, sizeof l->cart);
}

void later_of_order(Retailer *r, const Session *s)
{
    const uint64_t dice = pt_rng_below(&r->rng, 1000);
    if (dice >= 90) { // nine of a hundred orders
        return;
    }
    const bool to_till = s->channel == RETAILER_TILL || dice < 30;
    const int64_t hours = 48 + (int64_t)pt_rng_below(&r->rng, 96);
    const uint8_t lines = dice % 2 == 0 ? 1 : s->cart_len; // one of its lines, or all
    put(r, to_till ? LATER_RETURN_TILL : LATER_RETURN_WEB, s, lines, hours * HOUR_MS);
}

void later_of_cart(Retailer *r, const Session *s)
{
    const uint64_t dice = pt_rng_below(&r->rng, 100);
    if (s->channel == RETAILER_WEB && s->customer.card && dice < 25) {
        put(r, LATER_TO_TILL, s, s->cart_len,
            2 * HOUR_MS + (int64_t)pt_rng_below(&r->rng, 24) * HOUR_MS);
    } else if (s->channel == RETAILER_APP && dice < 40) {
        put(r, LATER_TO_WEB, s, s->cart_len,
            (10 + (int64_t)pt_rng_below(&r->rng, 600)) * MINUTE_MS);
    }
}
