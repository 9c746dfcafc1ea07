// SPDX-License-Identifier: Apache-2.0
#include "floor.h"

#include "base/rng.h"
#include "floor_internal.h"
#include "scenario.h"
#include "world.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LIVES_MAX = 2048,
    WEEK_REPORTS = 600, /* some join others */
    BUSY_MAX = 4000,    /* of 1000, the mean */
    OUTAGE_EVERY_MIN = 4 * 1440,
    OUTAGE_MIN = 40,
    REPORT_EVERY_S = 75, /* while it lasts */
    LATE_PCT = 6,        /* of tickets: forgotten for a while */
    NIGHT_FROM = 21,
    NIGHT_TO = 6, /* UTC */
};
#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   INT64_C(3600000)
#define NEVER     INT64_MAX
#define COUNT(a)  (sizeof(a) / sizeof *(a))

/* ---- Tickets ----------------------------------------------------------------------------------
 */

typedef enum Stage {
    STAGE_FREE,
    STAGE_REPORTED, /* the desk has not said its key yet */
    STAGE_ACKNOWLEDGE,
    STAGE_REPLY,
    STAGE_ESCALATE,
    STAGE_ASK,
    STAGE_ANSWER,
    STAGE_UPDATE, /* of an outage that goes on */
    STAGE_SOLVE,
    STAGE_CLOSE,
} Stage;

typedef struct Life {
    Stage stage;
    uint32_t id;
    int64_t next_ms;
    const FloorFault *fault;
    int outage; /* -1: none */
    uint8_t tier, agent, slow;
    char key[FLOOR_KEY];
} Life;

struct Floor {
    PtRng rng;
    int64_t now_ms;
    uint32_t last_id;
    int64_t report_ms; /* the next candidate */
    int64_t recurring_ms[FLOOR_RECURRING];
    int64_t begins_ms[FLOOR_OUTAGES], ends_ms[FLOOR_OUTAGES], outage_ms[FLOOR_OUTAGES];
    char accounts[FLOOR_AGENTS][FLOOR_ACCOUNT];
    Life lives[LIVES_MAX];
};

static int64_t after(Floor *f, double mean_min)
{
    const double wait = -log(1 - pt_rng_unit(&f->rng)) * mean_min * (double)MINUTE_MS;
    return f->now_ms + (int64_t)wait + 1;
}

static bool chance(Floor *f, unsigned pct)
{
    return pt_rng_below(&f->rng, 100) < pct;
}

Floor *floor_new(uint64_t seed, int64_t start_ms)
{
    Floor *f = calloc(1, sizeof *f);
    if (f == NULL) {
        return NULL;
    }
    pt_rng_init(&f->rng, seed);
    f->now_ms = start_ms;
    f->report_ms = after(f, 10);
    for (size_t i = 0; i < FLOOR_RECURRING; i++) {
        f->recurring_ms[i] = after(f, floor_recurring[i].every_h * 30.0);
    }
    for (size_t i = 0; i < FLOOR_OUTAGES; i++) {
        f->begins_ms[i] = after(f, OUTAGE_EVERY_MIN);
        f->outage_ms[i] = NEVER;
    }
    return f;
}

void floor_free(Floor *f)
{
    free(f);
}

void floor_account(Floor *f, unsigned agent, const char *id)
{
    (void)snprintf(f->accounts[agent], FLOOR_ACCOUNT, "%s", id);
}

void floor_given(Floor *f, uint32_t ticket, const char *id, size_t len)
{
    unsigned agent = 0;
    while (agent < FLOOR_AGENTS && (len == 0 || strlen(f->accounts[agent]) != len ||
                                    memcmp(f->accounts[agent], id, len) != 0)) {
        agent++;
    }
    for (size_t i = 0; agent < FLOOR_AGENTS && i < LIVES_MAX; i++) {
        if (f->lives[i].id == ticket) {
            f->lives[i].agent = (uint8_t)agent;
        }
    }
}

int64_t floor_time(const Floor *f)
{
    return f->now_ms;
}

void floor_set_time(Floor *f, int64_t now_ms)
{
    const int64_t by_ms = now_ms - f->now_ms;
    int64_t *const times[] = {&f->report_ms, f->recurring_ms, f->begins_ms, f->ends_ms,
                              f->outage_ms};
    const size_t counts[] = {1, FLOOR_RECURRING, FLOOR_OUTAGES, FLOOR_OUTAGES, FLOOR_OUTAGES};
    for (size_t i = 0; i < COUNT(times); i++) {
        for (size_t k = 0; k < counts[i]; k++) {
            times[i][k] += times[i][k] != NEVER ? by_ms : 0;
        }
    }
    for (size_t i = 0; i < LIVES_MAX; i++) {
        f->lives[i].next_ms += f->lives[i].next_ms != NEVER ? by_ms : 0;
    }
    f->now_ms = now_ms;
}

/* ---- Reports ----------------------------------------------------------------------------------
 */

static unsigned local_hour(unsigned store, int64_t at_ms, unsigned *ret_weekday)
{
    const int64_t local_min =
        at_ms / MINUTE_MS + world_offset_min(world_stores[store].country, at_ms);
    *ret_weekday = (unsigned)((local_min / 1440 + 3) % 7 + 1); // 1 January 1970 was a Thursday
    return (unsigned)(local_min / 60 % 24);
}

static uint32_t busy(unsigned store, int64_t at_ms)
{
    unsigned weekday = 1;
    const unsigned hour = local_hour(store, at_ms, &weekday);
    return world_store_permil(store, hour, weekday);
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

static const FloorFault *draw_fault(Floor *f)
{
    unsigned sum = 0;
    for (size_t i = 0; i < FLOOR_FAULTS; i++) {
        sum += floor_faults[i].weight;
    }
    unsigned at = (unsigned)pt_rng_below(&f->rng, sum);
    size_t i = 0;
    while (at >= floor_faults[i].weight) {
        at -= floor_faults[i++].weight;
    }
    return &floor_faults[i];
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

static Life *new_life(Floor *f)
{
    for (size_t i = 0; i < LIVES_MAX; i++) {
        if (f->lives[i].stage == STAGE_FREE) {
            f->lives[i] = (Life){.stage = STAGE_REPORTED,
                                 .id = ++f->last_id,
                                 .next_ms = NEVER,
                                 .outage = -1,
                                 .slow = chance(f, LATE_PCT)};
            return &f->lives[i];
        }
    }
    return NULL;
}

typedef struct Report {
    const char *type, *category, *services, *title;
    unsigned store, till; /* till 0: none */
    bool alone;           /* one store's own: not to be joined with another's */
} Report;

static bool write_report(Floor *f, const Report *r, Life *life, FloorAct *act)
{
    static const char *const channels[] = {"portal", "phone", "mail"};
    const Store *store = &world_stores[r->store];
    char title[160], till[24] = "", services[64] = "";
    put_title(r->title, r->till, title, sizeof title);
    if (r->till > 0) {
        (void)snprintf(till, sizeof till, ",\"till\":\"T%u\"", r->till);
    }
    if (r->services != NULL) {
        (void)snprintf(services, sizeof services, ",\"services\":[\"%s\"]", r->services);
    }
    *act =
        (FloorAct){.at_ms = f->now_ms, .report = true, .ticket = life->id, .agent = FLOOR_NOBODY};
    (void)snprintf(act->body, sizeof act->body,
                   "{\"type\":\"%s\",\"category\":\"%s\",\"title\":\"%s\",\"store\":\"S%u\"%s%s,"
                   "\"requester\":\"Larkfield %s\",\"channel\":\"%s\",\"queue\":\"%s\"%s}",
                   r->type, r->category, title, r->store + 1, till, services, store->name,
                   channels[pt_rng_below(&f->rng, COUNT(channels))], floor_queues[0],
                   r->alone ? ",\"alone\":true" : "");
    return true;
}

static bool ordinary(Floor *f, FloorAct *act)
{
    const double per_ms = WEEK_REPORTS / (7.0 * 24 * (double)HOUR_MS) * BUSY_MAX / 1000;
    const uint32_t now = busy_mean(f->now_ms);
    f->report_ms = after(f, 1 / per_ms / (double)MINUTE_MS);
    if (pt_rng_below(&f->rng, BUSY_MAX) >= now) {
        return false;
    }
    Life *life = new_life(f);
    const FloorFault *fault = draw_fault(f);
    const unsigned store = draw_store(f, -1);
    if (life == NULL) {
        return false;
    }
    life->fault = fault;
    const Report report = {
        .type = fault->type,
        .category = fault->category,
        .services = fault->services,
        .title = fault->title[pt_rng_below(&f->rng, COUNT(fault->title))],
        .store = store,
        .till = fault->at_till ? 1 + (unsigned)pt_rng_below(&f->rng, world_stores[store].tills) : 0,
        .alone = fault->at_till};
    return write_report(f, &report, life, act);
}

static bool recurs(Floor *f, size_t i, FloorAct *act)
{
    const FloorRecurring *r = &floor_recurring[i];
    f->recurring_ms[i] = f->now_ms + r->every_h * HOUR_MS + (int64_t)pt_rng_below(&f->rng, HOUR_MS);
    Life *life = busy(r->store, f->now_ms) > 0 ? new_life(f) : NULL;
    if (life == NULL) {
        f->recurring_ms[i] = f->now_ms + HOUR_MS; // once the store trades
        return false;
    }
    const FloorFault *fault = life->fault = &floor_faults[r->fault];
    const Report report = {.type = fault->type,
                           .category = fault->category,
                           .services = fault->services,
                           .title = fault->title[r->title],
                           .store = r->store,
                           .till = r->till,
                           .alone = true};
    return write_report(f, &report, life, act);
}

/* ---- Outages ----------------------------------------------------------------------------------
 */

static bool goes_on(const Floor *f, int outage)
{
    return f->now_ms < f->ends_ms[outage] || scenario_holds(floor_outages[outage].scenario);
}

/* The next of its reports; an outage of a scenario is heard of at once. */
static void watch_outages(Floor *f)
{
    for (int i = 0; i < FLOOR_OUTAGES; i++) {
        if (goes_on(f, i) && f->outage_ms[i] == NEVER) {
            f->outage_ms[i] = after(f, REPORT_EVERY_S / 60.0);
        }
    }
}

static bool outage_report(Floor *f, int outage, FloorAct *act)
{
    const FloorOutage *kind = &floor_outages[outage];
    f->outage_ms[outage] = goes_on(f, outage) ? after(f, REPORT_EVERY_S / 60.0) : NEVER;
    Life *life = f->outage_ms[outage] != NEVER ? new_life(f) : NULL;
    if (life == NULL) {
        return false;
    }
    const unsigned store = draw_store(f, kind->region ? SCENARIO_REGION : -1);
    life->outage = outage;
    const Report report = {.type = "incident",
                           .category = kind->category,
                           .services = kind->services,
                           .title = kind->title,
                           .store = store,
                           .till = 1 + (unsigned)pt_rng_below(&f->rng, world_stores[store].tills)};
    return write_report(f, &report, life, act);
}

static void outage_begins(Floor *f, int outage)
{
    f->begins_ms[outage] = after(f, OUTAGE_EVERY_MIN);
    f->ends_ms[outage] = after(f, OUTAGE_MIN);
    f->outage_ms[outage] = f->now_ms + MINUTE_MS;
}

/* ---- Work -------------------------------------------------------------------------------------
 */

static unsigned draw_agent(Floor *f, unsigned tier)
{
    unsigned agent;
    do {
        agent = (unsigned)pt_rng_below(&f->rng, FLOOR_AGENTS);
    } while (floor_agents[agent].tier != tier);
    return agent;
}

static void next_stage(Floor *f, Life *life, Stage stage, double mean_min)
{
    const int64_t hour = f->now_ms / HOUR_MS % 24;
    const bool night = hour >= NIGHT_FROM || hour < NIGHT_TO;
    const bool calm = life->outage < 0; // an outage waits for nobody
    life->stage = stage;
    life->next_ms = after(f, mean_min * (calm && night ? 2.5 : 1) * (calm && life->slow ? 8 : 1));
}

void floor_opened(Floor *f, uint32_t ticket, const char *key, bool joined)
{
    for (size_t i = 0; i < LIVES_MAX; i++) {
        Life *life = &f->lives[i];
        if (life->id == ticket && life->stage == STAGE_REPORTED) {
            (void)snprintf(life->key, sizeof life->key, "%s", key);
            if (joined) {
                life->stage = STAGE_FREE;
            } else {
                next_stage(f, life, STAGE_ACKNOWLEDGE, life->outage >= 0 ? 3 : 14);
            }
        }
    }
}

void floor_lost(Floor *f, uint32_t ticket)
{
    for (size_t i = 0; i < LIVES_MAX; i++) {
        if (f->lives[i].id == ticket) {
            f->lives[i].stage = STAGE_FREE;
        }
    }
}

static bool knows(const Floor *f, const char *key)
{
    for (size_t i = 0; i < LIVES_MAX; i++) {
        if (f->lives[i].stage != STAGE_FREE && strcmp(f->lives[i].key, key) == 0) {
            return true;
        }
    }
    return false;
}

void floor_adopt(Floor *f, const char *key)
{
    Life *life = knows(f, key) ? NULL : new_life(f);
    if (life != NULL) {
        (void)snprintf(life->key, sizeof life->key, "%s", key);
        life->fault = &floor_faults[0];
        life->agent = (uint8_t)draw_agent(f, 0);
        next_stage(f, life, STAGE_SOLVE, 120);
    }
}

static unsigned work_min(const Life *life)
{
    return life->fault != NULL ? life->fault->work_min : 20;
}

static void acknowledge(Floor *f, Life *life, FloorAct *act)
{
    life->agent = (uint8_t)draw_agent(f, 0);
    (void)snprintf(act->body, sizeof act->body, "{\"state\":\"in_progress\"}");
    next_stage(f, life, STAGE_REPLY, life->outage >= 0 ? 4 : 12);
}

static void reply(Floor *f, Life *life, FloorAct *act)
{
    const FloorFault *fault = life->fault;
    (void)snprintf(act->body, sizeof act->body,
                   "{\"note\":\"Thank you, we have it and are looking into it.\",\"public\":true}");
    if (fault == NULL) {
        next_stage(f, life, STAGE_ESCALATE, 6);
    } else if (chance(f, fault->wait_pct)) {
        next_stage(f, life, STAGE_ASK, 15);
    } else if (chance(f, fault->escalate_pct)) {
        next_stage(f, life, STAGE_ESCALATE, 20);
    } else {
        next_stage(f, life, STAGE_SOLVE, work_min(life));
    }
}

static void escalate(Floor *f, Life *life, FloorAct *act)
{
    life->tier++;
    life->agent = (uint8_t)draw_agent(f, life->tier);
    (void)snprintf(act->body, sizeof act->body,
                   "{\"queue\":\"%s\",\"assignee\":\"\",\"note\":\"%s\"}", floor_queues[life->tier],
                   life->tier == 1 ? "Restarted, no change. It needs somebody who knows the system."
                                   : "The logs point at the platform below.");
    const bool again = life->tier + 1 < FLOOR_TIERS && chance(f, life->outage >= 0 ? 100 : 30);
    if (again) {
        next_stage(f, life, STAGE_ESCALATE, life->outage >= 0 ? 5 : 45);
    } else {
        next_stage(f, life, life->outage >= 0 ? STAGE_UPDATE : STAGE_SOLVE, work_min(life));
    }
}

static void ask(Floor *f, Life *life, FloorAct *act)
{
    (void)snprintf(act->body, sizeof act->body,
                   "{\"state\":\"waiting\",\"waiting_for\":\"requester\",\"public\":true,"
                   "\"note\":\"Does it happen at another one, too? A photo would help.\"}");
    next_stage(f, life, STAGE_ANSWER, 80);
}

static void answer(Floor *f, Life *life, FloorAct *act)
{
    (void)snprintf(act->body, sizeof act->body,
                   "{\"note\":\"Only at this one, since this morning.\",\"from_requester\":true,"
                   "\"public\":true}");
    next_stage(f, life, STAGE_SOLVE, work_min(life));
}

static void update(Floor *f, Life *life, FloorAct *act)
{
    (void)snprintf(act->body, sizeof act->body, "{\"note\":\"%s\",\"public\":true}",
                   floor_outages[life->outage].update);
    next_stage(f, life, goes_on(f, life->outage) ? STAGE_UPDATE : STAGE_SOLVE,
               goes_on(f, life->outage) ? 15 : 5);
}

static void solve(Floor *f, Life *life, FloorAct *act)
{
    const char *how = life->fault != NULL ? life->fault->solved[pt_rng_below(&f->rng, 2)]
                                          : floor_outages[life->outage].solved;
    (void)snprintf(act->body, sizeof act->body, "{\"state\":\"resolved\",\"resolution\":\"%s\"}",
                   how);
    life->slow = 0;
    next_stage(f, life, STAGE_CLOSE, 1440);
}

static void close_it(Floor *f, Life *life, FloorAct *act)
{
    (void)f;
    (void)snprintf(act->body, sizeof act->body, "{\"state\":\"closed\"}");
    life->stage = STAGE_FREE;
}

static bool work(Floor *f, Life *life, FloorAct *act)
{
    static void (*const stages[])(Floor *, Life *, FloorAct *) = {[STAGE_ACKNOWLEDGE] = acknowledge,
                                                                  [STAGE_REPLY] = reply,
                                                                  [STAGE_ESCALATE] = escalate,
                                                                  [STAGE_ASK] = ask,
                                                                  [STAGE_ANSWER] = answer,
                                                                  [STAGE_UPDATE] = update,
                                                                  [STAGE_SOLVE] = solve,
                                                                  [STAGE_CLOSE] = close_it};
    *act = (FloorAct){.at_ms = f->now_ms, .ticket = life->id};
    memcpy(act->key, life->key, sizeof act->key);
    const bool requester = life->stage == STAGE_ANSWER;
    stages[life->stage](f, life, act);
    act->agent = requester ? FLOOR_NOBODY : life->agent;
    return true;
}

/* ---- The next thing ---------------------------------------------------------------------------
 */

typedef enum NextKind { NEXT_REPORT, NEXT_RECURS, NEXT_BEGINS, NEXT_OUTAGE, NEXT_WORK } NextKind;
typedef struct Next {
    NextKind kind;
    size_t index;
    int64_t at_ms;
} Next;

static void sooner(Next *best, NextKind kind, size_t index, int64_t at_ms)
{
    if (at_ms < best->at_ms) {
        *best = (Next){kind, index, at_ms};
    }
}

static Next find_next(const Floor *f)
{
    Next best = {NEXT_REPORT, 0, f->report_ms};
    for (size_t i = 0; i < FLOOR_RECURRING; i++) {
        sooner(&best, NEXT_RECURS, i, f->recurring_ms[i]);
    }
    for (size_t i = 0; i < FLOOR_OUTAGES; i++) {
        sooner(&best, NEXT_BEGINS, i, f->begins_ms[i]);
        sooner(&best, NEXT_OUTAGE, i, f->outage_ms[i]);
    }
    for (size_t i = 0; i < LIVES_MAX; i++) {
        if (f->lives[i].stage > STAGE_REPORTED) {
            sooner(&best, NEXT_WORK, i, f->lives[i].next_ms);
        }
    }
    return best;
}

static bool happen(Floor *f, const Next *next, FloorAct *act)
{
    switch (next->kind) {
    case NEXT_REPORT:
        return ordinary(f, act);
    case NEXT_RECURS:
        return recurs(f, next->index, act);
    case NEXT_BEGINS:
        outage_begins(f, (int)next->index);
        return false;
    case NEXT_OUTAGE:
        return outage_report(f, (int)next->index, act);
    case NEXT_WORK:
        return work(f, &f->lives[next->index], act);
    }
    return false;
}

bool floor_next(Floor *f, int64_t until_ms, FloorAct *ret_act)
{
    for (;;) {
        watch_outages(f);
        const Next next = find_next(f);
        if (next.at_ms > until_ms) {
            f->now_ms = until_ms > f->now_ms ? until_ms : f->now_ms;
            return false;
        }
        f->now_ms = next.at_ms > f->now_ms ? next.at_ms : f->now_ms;
        if (happen(f, &next, ret_act)) {
            return true;
        }
    }
}
