// SPDX-License-Identifier: Apache-2.0
/* What goes wrong when, and how it is reported. */
#include "floor_internal.h"

#include "base/json.h"
#include "world.h"

#include <stdio.h>
#include <string.h>

enum {
    WEEK_REPORTS = 600,  /* some join others */
    BUSY_MAX = 4000,     /* of 1000, the mean */
    REPORT_EVERY_S = 75, /* of an outage, while it lasts */
    CUSTOMER_PCT = 24,   /* of what is not an outage's */
};

static uint32_t busy(unsigned store, int64_t at_ms)
{
    const int64_t local_min =
        at_ms / MINUTE_MS + world_offset_min(world_stores[store].country, at_ms);
    const unsigned weekday = (unsigned)((local_min / 1440 + 3) % 7 + 1); // 1970 began on a Thursday
    return world_store_permil(store, (unsigned)(local_min / 60 % 24), weekday);
}

bool floor_is_trading(unsigned store, int64_t at_ms)
{
    return busy(store, at_ms) > 0;
}

static uint32_t busy_mean(int64_t at_ms)
{
    uint64_t sum = 0;
    for (unsigned s = 0; s < RETAILER_STORES; s++) {
        sum += busy(s, at_ms);
    }
    return (uint32_t)(sum / RETAILER_STORES) + 40; // the night has its own
}

/* One that trades now; any where none does. country -1: of any. */
static unsigned draw_store(Floor *f, int country)
{
    unsigned store = 0;
    for (unsigned tries = 0; tries < 400; tries++) {
        store = (unsigned)pt_rng_below(&f->rng, RETAILER_STORES);
        const bool there = country < 0 || world_stores[store].country == country;
        if (there && (tries > 200 || busy(store, f->now_ms) > 0)) {
            break;
        }
    }
    return store;
}

static const FloorFault *draw_fault(Floor *f, const FloorFault *faults, size_t count)
{
    unsigned sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += faults[i].weight;
    }
    unsigned at = (unsigned)pt_rng_below(&f->rng, sum);
    size_t i = 0;
    while (at >= faults[i].weight) {
        at -= faults[i++].weight;
    }
    return &faults[i];
}

static void member(PtJsonOut *out, const char *name, const char *value)
{
    pt_json_out_key(out, pt_str(name));
    pt_json_out_str(out, pt_str(value));
}

/* The title with the till's number in the place of {t}. */
static void put_title(const char *title, unsigned till, char *out, size_t size)
{
    const char *at = strstr(title, "{t}");
    if (at == NULL) {
        (void)snprintf(out, size, "%s", title);
    } else {
        (void)snprintf(out, size, "%.*s%u%s", (int)(at - title), title, till, at + 3);
    }
}

/* What somebody at the desk writes down while the store is on the phone. */
typedef struct Call {
    const char *type, *category, *services, *title;
    bool alone; /* one store's own: not to be joined with another's */
} Call;

static bool call(const Floor *f, const Life *life, const Call *r, FloorAct *act)
{
    char title[160], text[64];
    PtBuf body;
    pt_buf_init(&body, FLOOR_BODY);
    PtJsonOut out = pt_json_out(&body);
    put_title(r->title, life->till, title, sizeof title);
    pt_json_out_object(&out);
    member(&out, "type", r->type);
    member(&out, "category", r->category);
    member(&out, "title", title);
    (void)snprintf(text, sizeof text, "S%u", life->store + 1u);
    member(&out, "store", text);
    if (life->till > 0) {
        (void)snprintf(text, sizeof text, "T%u", life->till);
        member(&out, "till", text);
    }
    (void)snprintf(text, sizeof text, "Larkfield %s", world_stores[life->store].name);
    member(&out, "requester", text);
    member(&out, "channel", "phone");
    member(&out, "queue", floor_queues[0]);
    if (r->services != NULL) {
        pt_json_out_key(&out, PT_STR("services"));
        pt_json_out_array(&out);
        pt_json_out_str(&out, pt_str(r->services));
        pt_json_out_array_end(&out);
    }
    pt_json_out_key(&out, PT_STR("alone"));
    pt_json_out_bool(&out, r->alone);
    pt_json_out_object_end(&out);
    *act = (FloorAct){.at_ms = f->now_ms,
                      .kind = FLOOR_REPORT,
                      .opens = true,
                      .ticket = life->id,
                      .agent = FLOOR_NOBODY,
                      .path = "/api/v1/tickets"};
    return floor_say(act, &body);
}

/* False: nobody hears of it. */
static bool report(Floor *f, Life *life, const Call *by_phone, FloorAct *act)
{
    bool said = false;
    switch (life->way) {
    case WAY_CALL:
        said = call(f, life, by_phone, act);
        break;
    case WAY_PORTAL:
        said = floor_portal(f, life, act);
        break;
    case WAY_MAIL:
        said = floor_mail(f, life, life->fault->category, act);
        break;
    }
    if (!said) {
        life->stage = STAGE_FREE;
    }
    return said;
}

/* By phone half of the time: then the desk knows the category. */
static Way draw_way(Floor *f)
{
    static const Way ways[] = {WAY_CALL, WAY_CALL, WAY_PORTAL, WAY_MAIL};
    return ways[pt_rng_below(&f->rng, COUNT(ways))];
}

bool floor_ordinary(Floor *f, FloorAct *act)
{
    const double times = scenario_times();
    const double per_min = WEEK_REPORTS / (7.0 * 24 * 60) * BUSY_MAX / 1000 * times;
    f->report_ms = floor_after(f, 1 / per_min);
    if (pt_rng_below(&f->rng, BUSY_MAX) >= busy_mean(f->now_ms)) {
        return false;
    }
    Life *life = floor_life(f);
    if (life == NULL) {
        return false;
    }
    life->by_customer = floor_chance(f, CUSTOMER_PCT);
    life->way = life->by_customer ? WAY_MAIL : draw_way(f);
    life->fault = life->by_customer ? draw_fault(f, floor_wishes, FLOOR_WISHES)
                                    : draw_fault(f, floor_faults, FLOOR_FAULTS);
    life->store = (uint8_t)draw_store(f, -1);
    if (life->fault->at_till) {
        life->till = (uint8_t)(1 + pt_rng_below(&f->rng, world_stores[life->store].tills));
    }
    floor_writer(f, life);
    const Call by_phone = {life->fault->type, life->fault->category, life->fault->services,
                           life->fault->title[pt_rng_below(&f->rng, COUNT(life->fault->title))],
                           life->fault->at_till};
    return report(f, life, &by_phone, act);
}

bool floor_recurs(Floor *f, size_t i, FloorAct *act)
{
    const FloorRecurring *r = &floor_recurring[i];
    f->recurring_ms[i] = f->now_ms + r->every_h * HOUR_MS + (int64_t)pt_rng_below(&f->rng, HOUR_MS);
    Life *life = floor_is_trading(r->store, f->now_ms) ? floor_life(f) : NULL;
    if (life == NULL) {
        f->recurring_ms[i] = f->now_ms + HOUR_MS; // once the store trades
        return false;
    }
    life->fault = &floor_faults[r->fault];
    life->store = r->store;
    life->till = r->till;
    const Call by_phone = {life->fault->type, life->fault->category, life->fault->services,
                           life->fault->title[r->title], true};
    return report(f, life, &by_phone, act);
}

bool floor_goes_on(const Floor *f, int outage)
{
    return f->now_ms < f->ends_ms[outage] || scenario_holds(floor_outages[outage].scenario);
}

bool floor_outage_report(Floor *f, int outage, FloorAct *act)
{
    const FloorOutage *kind = &floor_outages[outage];
    f->outage_ms[outage] = floor_goes_on(f, outage) ? floor_after(f, REPORT_EVERY_S / 60.0) : NEVER;
    Life *life = f->outage_ms[outage] != NEVER ? floor_life(f) : NULL;
    if (life == NULL) {
        return false;
    }
    life->store = (uint8_t)draw_store(f, kind->region ? SCENARIO_REGION : -1);
    life->till = (uint8_t)(1 + pt_rng_below(&f->rng, world_stores[life->store].tills));
    life->outage = outage;
    const Call by_phone = {"incident", kind->category, kind->services, kind->title, false};
    return report(f, life, &by_phone, act);
}
