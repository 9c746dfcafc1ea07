// SPDX-License-Identifier: Apache-2.0
#include "retailer.h"

#include "retailer_internal.h"

#include <math.h>
#include <stdlib.h>

/* A visit does something every 25 s; in the web shop four of five visits take place. */
enum { SECONDS_BETWEEN = 25, SESSIONS_MIN = 40, SESSIONS_MAX = 4000, TILL_PCT = 16, WEB_PCT = 76 };

static void start_session(Retailer *r, Session *s, bool till)
{
    uint32_t number = ++r->orders;
    *s = (Session){.number = number};
    s->customer = world_customer(r->world, world_draw_customer(r->world, &r->rng));
    s->product = (uint16_t)world_draw_product(r->world, &r->rng);
    s->category = r->world->products[s->product].category;
    s->query = (uint16_t)pt_rng_below(&r->rng, 4096);
    s->country = s->customer.country;
    s->channel = RETAILER_TILL;
    if (till) {
        s->store = (uint8_t)pt_rng_below(&r->rng, RETAILER_STORES);
        s->country = world_stores[s->store].country;
        s->till = (uint8_t)(1 + pt_rng_below(&r->rng, world_stores[s->store].tills));
    } else {
        s->channel = pt_rng_below(&r->rng, 100) < WEB_PCT ? RETAILER_WEB : RETAILER_APP;
        s->store = s->customer.home_store;
        // The app remembers its user; a browser often does not.
        s->known = pt_rng_below(&r->rng, 100) < (s->channel == RETAILER_APP ? 70 : 22);
    }
    Out o = {s->anonymous};
    PtRng person; // a device keeps its id: two for each customer and channel
    pt_rng_init(&person, (uint64_t)s->customer.index * 8 + (uint64_t)s->channel * 2 +
                             pt_rng_below(&r->rng, 2) + (r->world->seed << 24));
    out_uuid(&o, &person);
    o.at = s->id;
    out_uuid(&o, &r->rng);
    strcpy(s->path, "/");
    session_context(r, s);
    s->step = step_first(r, s);
}

Retailer *retailer_new(uint64_t seed, int64_t start_ms, double rate)
{
    Retailer *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return NULL;
    }
    pt_rng_init(&r->rng, seed);
    r->rate = rate / 1000;
    r->now_ms = (double)start_ms;
    double want = rate * SECONDS_BETWEEN;
    r->online = want < SESSIONS_MIN   ? SESSIONS_MIN
                : want > SESSIONS_MAX ? SESSIONS_MAX
                                      : (size_t)want;
    r->count = r->online + RETAILER_STORES;
    r->sessions = calloc(r->count, sizeof *r->sessions);
    r->world = world_new(seed);
    if (r->sessions == NULL || r->world == NULL) {
        retailer_free(r);
        return NULL;
    }
    for (size_t i = 0; i < r->count; i++) {
        start_session(r, &r->sessions[i], i >= r->online);
    }
    return r;
}

void retailer_free(Retailer *r)
{
    if (r != NULL) {
        world_free(r->world);
        free(r->sessions);
        free(r);
    }
}

/* Hour and weekday (1 = Monday) at an offset from UTC. */
static void local_time(int64_t utc_ms, int32_t offset_min, unsigned *hour, unsigned *weekday)
{
    int64_t local = utc_ms / 60000 + offset_min;
    *hour = (unsigned)(local / 60 % 24);
    *weekday = (unsigned)((local / 1440 + 3) % 7 + 1); // 1 January 1970 was a Thursday
}

static uint32_t online_permil(int64_t now_ms)
{
    unsigned hour, weekday;
    local_time(now_ms, world_countries[0].offset_min, &hour, &weekday);
    return world_online_permil(hour, weekday);
}

static uint32_t store_permil(int64_t now_ms, unsigned store)
{
    unsigned hour, weekday;
    local_time(now_ms, world_countries[world_stores[store].country].offset_min, &hour, &weekday);
    return world_store_permil(hour, weekday);
}

/* The stores' mean, as if all stood where most do: near enough for how long to wait. */
static uint32_t stores_permil(int64_t now_ms)
{
    return (store_permil(now_ms, 0) * 7 + store_permil(now_ms, 22)) / 8;
}

/* Who acts next: a till of an open store, or a visitor. */
static Session *choose(Retailer *r, int64_t now_ms, uint32_t online, uint32_t stores)
{
    uint64_t tills = (uint64_t)stores * TILL_PCT, visits = (uint64_t)online * (100 - TILL_PCT);
    if (pt_rng_below(&r->rng, tills + visits) < tills) {
        for (unsigned tries = 0; tries < 16; tries++) {
            Session *s = &r->sessions[r->online + pt_rng_below(&r->rng, r->count - r->online)];
            if (pt_rng_below(&r->rng, 5400) < store_permil(now_ms, s->store)) {
                return s;
            }
        }
    }
    return &r->sessions[pt_rng_below(&r->rng, r->online)];
}

void retailer_next(Retailer *r, PtBuf *out, RetailerMeta *ret_meta)
{
    uint32_t online = online_permil((int64_t)r->now_ms), stores = stores_permil((int64_t)r->now_ms);
    double busy = (online * (100 - TILL_PCT) + stores * TILL_PCT) / 100000.0;
    r->now_ms += -log(1 - pt_rng_unit(&r->rng)) / (r->rate * busy);
    int64_t now_ms = (int64_t)r->now_ms;
    Session *s = choose(r, now_ms, online, stores);
    char *room = pt_buf_reserve(out, RETAILER_EVENT_MAX);
    if (room == NULL) {
        return;
    }
    Out o = {room};
    *ret_meta = (RetailerMeta){.channel = s->channel, .time_ms = now_ms};
    step_write(r, s, now_ms, &o, &ret_meta->uuid_at);
    out->len += (size_t)(o.at - room);
    if (s->step == STEP_END) {
        start_session(r, s, s->channel == RETAILER_TILL);
    }
}
