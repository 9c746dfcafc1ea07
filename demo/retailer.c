// SPDX-License-Identifier: Apache-2.0
#include "retailer.h"

#include "retailer_internal.h"
#include "scenario.h"

#include <math.h>
#include <stdlib.h>

/* A visit does something every 25 s; in the web shop four of five visits take place. */
enum {
    SECONDS_BETWEEN = 25,
    SESSIONS_MIN = 40,
    SESSIONS_MAX = 4000,
    TILL_PCT = 16,
    WEB_PCT = 76,
    HOUR_MS = 3600000,
    FIRST_MINUTE = 26297280, /* 1 January 2020, in minutes since 1970 */
};

/* ---- sessions -------------------------------------------------------------------------------- */

/* A device keeps its id: a customer's two browsers and one phone, a household's and a store's
 * tablet. The seed of what it is. */
static uint64_t device_of(Retailer *r, const Session *s)
{
    const uint64_t own = (uint64_t)s->customer.index * 8 + (uint64_t)s->channel * 2;
    switch (s->device) {
    case DEVICE_FAMILY:
        return UINT64_C(1) << 40 | s->customer.household;
    case DEVICE_STORE:
        return UINT64_C(1) << 41 | s->store;
    default:
        return own + (s->channel == RETAILER_WEB ? pt_rng_below(&r->rng, 2) : 0);
    }
}

static Device choose_device(Retailer *r, const Session *s)
{
    const uint64_t dice = pt_rng_below(&r->rng, 100);
    if (s->channel == RETAILER_APP) {
        const uint64_t in_store = scenario_holds(SCENARIO_SHARED_TABLET) ? 40 : 2;
        return dice < in_store ? DEVICE_STORE : DEVICE_OWN;
    }
    return s->customer.household % 3 == 0 && dice < 40 ? DEVICE_FAMILY : DEVICE_OWN;
}

/* Ids, context and first path, once it is settled who it is and where. */
static void begin(Retailer *r, Session *s)
{
    Out o = {s->anonymous};
    PtRng rng;
    const uint64_t device = device_of(r, s);
    pt_rng_init(&rng, device + (r->world->seed << 48));
    out_uuid(&o, &rng);
    o.at = s->id;
    out_uuid(&o, &r->rng);
    strcpy(s->path, "/");
    session_context(r, s, pt_rng_u64(&rng));
}

static void set_customer(Retailer *r, Session *s, uint32_t index)
{
    s->customer = world_customer(r->world, index);
    s->country = s->customer.country;
    s->store = s->customer.home_store;
}

/* Goes on with what was left: a cart, or an order that comes back. */
static bool resume(Retailer *r, Session *s, LaterKind kind, int country)
{
    Later l;
    if (!later_take(r, kind, country, &l)) {
        return false;
    }
    const bool returns = kind == LATER_RETURN_TILL || kind == LATER_RETURN_WEB;
    set_customer(r, s, l.customer);
    s->channel = kind == LATER_TO_WEB || kind == LATER_RETURN_WEB ? RETAILER_WEB : RETAILER_TILL;
    s->number = returns ? l.number : s->number;
    s->country = l.country; // prices are the order's
    s->coupon = returns ? l.coupon : NULL;
    s->discount_pct = returns ? l.discount_pct : 0;
    s->cart_len = l.cart_len;
    memcpy(s->cart, l.cart, sizeof s->cart);
    s->known = kind == LATER_TO_TILL || kind == LATER_RETURN_WEB || l.known;
    s->step = step_back(kind);
    return true;
}

static void start_visit(Retailer *r, Session *s)
{
    const uint64_t dice = pt_rng_below(&r->rng, 8);
    if ((dice == 0 && resume(r, s, LATER_RETURN_WEB, -1)) ||
        (dice < 4 && resume(r, s, LATER_TO_WEB, -1))) {
        begin(r, s);
        return;
    }
    set_customer(r, s, world_draw_customer(r->world, &r->rng));
    s->channel = pt_rng_below(&r->rng, 100) < WEB_PCT ? RETAILER_WEB : RETAILER_APP;
    s->device = choose_device(r, s);
    // The app remembers its user; a browser often does not, a shared device never.
    const uint64_t known = s->device != DEVICE_OWN ? 0 : s->channel == RETAILER_APP ? 70 : 22;
    s->known = pt_rng_below(&r->rng, 100) < known;
    begin(r, s);
    s->step = step_first(r, s);
}

/* Most who come live in the country; some are on a journey. */
static void draw_buyer(Retailer *r, Session *s, uint8_t country)
{
    const bool travels = pt_rng_below(&r->rng, 16) == 0;
    for (unsigned tries = 0; tries < 24; tries++) {
        set_customer(r, s, world_draw_customer(r->world, &r->rng));
        if (travels || s->country == country) {
            break;
        }
    }
    s->country = country;
    s->known = s->customer.card && pt_rng_below(&r->rng, 100) < 55;
}

static void start_till(Retailer *r, Session *s, uint8_t store)
{
    const uint8_t country = world_stores[store].country;
    const uint64_t dice = pt_rng_below(&r->rng, 4);
    s->channel = RETAILER_TILL;
    const bool back = (dice == 0 && resume(r, s, LATER_RETURN_TILL, country)) ||
                      (dice < 3 && resume(r, s, LATER_TO_TILL, country));
    if (!back) {
        draw_buyer(r, s, country);
        s->step = step_first(r, s);
    }
    s->store = store;
    s->till = (uint8_t)(1 + pt_rng_below(&r->rng, world_stores[store].tills));
    begin(r, s);
}

static void start_session(Retailer *r, Session *s)
{
    const size_t at = (size_t)(s - r->sessions);
    *s = (Session){.number = next_number(r)};
    s->product = (uint16_t)world_draw_product(r->world, &r->rng);
    s->category = r->world->products[s->product].category;
    s->query = (uint16_t)pt_rng_below(&r->rng, 4096);
    if (at >= r->online) {
        start_till(r, s, (uint8_t)(at - r->online));
    } else {
        start_visit(r, s);
    }
}

/* ---- life ------------------------------------------------------------------------------------ */

Retailer *retailer_new(uint64_t seed, int64_t start_ms, double rate)
{
    Retailer *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return NULL;
    }
    pt_rng_init(&r->rng, seed);
    r->rate = rate / 1000;
    r->now_ms = (double)start_ms;
    r->hour.number = -1;
    // numbers of orders that no other start and no other seed uses
    const int64_t minute = start_ms / 60000 - FIRST_MINUTE;
    r->orders = (uint64_t)(minute > 0 ? minute : 0) * 1000000 + seed % ORDER_STEP;
    double want = rate * SECONDS_BETWEEN;
    r->online = want < SESSIONS_MIN   ? SESSIONS_MIN
                : want > SESSIONS_MAX ? SESSIONS_MAX
                                      : (size_t)want;
    r->count = r->online + RETAILER_STORES;
    r->sessions = calloc(r->count, sizeof *r->sessions);
    r->world = world_new(WORLD_SEED);
    if (r->sessions == NULL || r->world == NULL || !later_init(r)) {
        retailer_free(r);
        return NULL;
    }
    for (size_t i = 0; i < r->count; i++) {
        start_session(r, &r->sessions[i]);
    }
    return r;
}

void retailer_free(Retailer *r)
{
    if (r != NULL) {
        world_free(r->world);
        later_done(r);
        free(r->sessions);
        free(r);
    }
}

void retailer_set_time(Retailer *r, int64_t now_ms)
{
    r->now_ms = (double)now_ms;
}

/* ---- who acts -------------------------------------------------------------------------------- */

static uint32_t times(uint32_t permil, uint32_t by_permil)
{
    return (uint32_t)((uint64_t)permil * by_permil / 1000);
}

static void set_hour(Retailer *r, int64_t number)
{
    Hour *h = &r->hour;
    unsigned hours[WORLD_COUNTRIES], weekdays[WORLD_COUNTRIES];
    uint64_t online = 0, stores = 0;
    *h = (Hour){.number = number};
    for (unsigned c = 0; c < WORLD_COUNTRIES; c++) {
        const int64_t local = number * 60 + world_offset_min(c, number * HOUR_MS);
        hours[c] = (unsigned)(local / 60 % 24);
        weekdays[c] = (unsigned)((local / 1440 + 3) % 7 + 1); // 1 January 1970 was a Thursday
        h->seasons[c] = world_season(local / 1440);
        h->online[c] =
            times(world_online_permil(hours[c], weekdays[c]), h->seasons[c].online_permil);
        h->online_max = h->online[c] > h->online_max ? h->online[c] : h->online_max;
    }
    for (unsigned s = 0; s < RETAILER_STORES; s++) {
        const unsigned c = world_stores[s].country;
        h->stores[s] =
            times(world_store_permil(s, hours[c], weekdays[c]), h->seasons[c].store_permil);
        h->stores_max = h->stores[s] > h->stores_max ? h->stores[s] : h->stores_max;
        stores += h->stores[s];
        online += h->online[c]; // customers live where stores are
    }
    h->online_mean = (uint32_t)(online / RETAILER_STORES);
    h->stores_mean = (uint32_t)(stores / RETAILER_STORES);
}

/* A till that is down is not heard of; who waits for a page does nothing else meanwhile. */
static bool is_held(Retailer *r, const Session *s)
{
    if (s->channel == RETAILER_TILL) {
        return (s->store == SCENARIO_STORE && scenario_holds(SCENARIO_TILLS_DOWN)) ||
               (world_stores[s->store].country == SCENARIO_REGION &&
                scenario_holds(SCENARIO_REGION_TILLS));
    }
    return s->channel == RETAILER_WEB && scenario_holds(SCENARIO_SLOW_SITE) &&
           pt_rng_below(&r->rng, 100) < 55;
}

/* Whoever is drawn acts as often as their country, or their store, is busy. */
static Session *choose(Retailer *r, uint32_t online, uint32_t stores)
{
    const Hour *h = &r->hour;
    const uint64_t tills = (uint64_t)stores * TILL_PCT;
    const uint64_t visits = (uint64_t)online * (100 - TILL_PCT);
    const bool at_till = pt_rng_below(&r->rng, tills + visits) < tills;
    Session *s = NULL;
    for (unsigned tries = 0; at_till && tries < 256; tries++) {
        const uint64_t store = pt_rng_below(&r->rng, RETAILER_STORES);
        if (pt_rng_below(&r->rng, h->stores_max) < h->stores[store]) {
            return &r->sessions[r->online + store];
        }
    }
    for (unsigned tries = 0; tries < 64; tries++) {
        s = &r->sessions[pt_rng_below(&r->rng, r->online)];
        if (pt_rng_below(&r->rng, h->online_max) < h->online[s->customer.country]) {
            break;
        }
    }
    return s;
}

static Session *next_session(Retailer *r)
{
    Session *s;
    do {
        const int64_t number = (int64_t)(r->now_ms / HOUR_MS);
        if (number != r->hour.number) {
            set_hour(r, number);
        }
        const double times = scenario_times(), in_stores = times > 1 ? 1 + times / 3 : 1;
        const uint32_t online = (uint32_t)(r->hour.online_mean * times);
        const uint32_t stores = (uint32_t)(r->hour.stores_mean * in_stores);
        const double busy = (online * (100.0 - TILL_PCT) + stores * (double)TILL_PCT) / 100000.0;
        r->now_ms += -log(1 - pt_rng_unit(&r->rng)) / (r->rate * busy);
        s = choose(r, online, stores);
    } while (is_held(r, s));
    return s;
}

void retailer_next(Retailer *r, PtBuf *out, RetailerMeta *ret_meta)
{
    Session *s = next_session(r);
    const int64_t now_ms = (int64_t)r->now_ms;
    char *room = pt_buf_reserve(out, RETAILER_EVENT_MAX);
    if (room == NULL) {
        return;
    }
    Out o = {room};
    *ret_meta = (RetailerMeta){.channel = s->channel, .time_ms = now_ms};
    step_write(r, s, now_ms, &o, &ret_meta->uuid_at);
    out->len += (size_t)(o.at - room);
    if (s->step == STEP_END) {
        start_session(r, s);
    }
}
