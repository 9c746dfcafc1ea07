// SPDX-License-Identifier: Apache-2.0
/* The desk's time: what comes next, and what the desk said. */
#include "floor_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OUTAGE_EVERY_MIN = 4 * 1440,
    OUTAGE_MIN = 40,
    LATE_PCT = 6,
    NOISE_MIN = 300,
    BREAK_MIN = 170
};

int64_t floor_after(Floor *f, double mean_min)
{
    const double wait = -log(1 - pt_rng_unit(&f->rng)) * mean_min * (double)MINUTE_MS;
    return f->now_ms + (int64_t)wait + 1;
}

bool floor_chance(Floor *f, unsigned pct)
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
    f->report_ms = floor_after(f, 10);
    f->noise_ms = floor_after(f, NOISE_MIN);
    for (size_t i = 0; i < FLOOR_RECURRING; i++) {
        f->recurring_ms[i] = floor_after(f, floor_recurring[i].every_h * 30.0);
    }
    for (size_t i = 0; i < FLOOR_OUTAGES; i++) {
        f->begins_ms[i] = floor_after(f, OUTAGE_EVERY_MIN);
        f->outage_ms[i] = NEVER;
    }
    for (size_t i = 0; i < FLOOR_AGENTS; i++) {
        f->break_ms[i] = floor_after(f, BREAK_MIN);
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

int64_t floor_time(const Floor *f)
{
    return f->now_ms;
}

void floor_set_time(Floor *f, int64_t now_ms)
{
    const int64_t by_ms = now_ms - f->now_ms;
    int64_t *const times[] = {&f->report_ms, &f->noise_ms, f->recurring_ms, f->begins_ms,
                              f->ends_ms,    f->outage_ms, f->break_ms};
    const size_t counts[] = {
        1, 1, FLOOR_RECURRING, FLOOR_OUTAGES, FLOOR_OUTAGES, FLOOR_OUTAGES, FLOOR_AGENTS};
    for (size_t i = 0; i < COUNT(times); i++) {
        for (size_t k = 0; k < counts[i]; k++) {
            times[i][k] += times[i][k] != NEVER ? by_ms : 0;
        }
    }
    for (size_t i = 0; i < FLOOR_LIVES; i++) {
        f->lives[i].next_ms += f->lives[i].next_ms != NEVER ? by_ms : 0;
        f->lives[i].since_ms += by_ms;
    }
    f->now_ms = now_ms;
}

/* ---- Tickets ----------------------------------------------------------------------------------
 */

Life *floor_life(Floor *f)
{
    for (size_t i = 0; i < FLOOR_LIVES; i++) {
        if (f->lives[i].stage == STAGE_FREE) {
            f->lives[i] = (Life){.stage = STAGE_REPORTED,
                                 .id = ++f->last_id,
                                 .next_ms = NEVER,
                                 .since_ms = f->now_ms,
                                 .outage = -1,
                                 .slow = floor_chance(f, LATE_PCT)};
            return &f->lives[i];
        }
    }
    return NULL;
}

unsigned floor_agent_of(Floor *f, unsigned tier)
{
    unsigned agent;
    do {
        agent = (unsigned)pt_rng_below(&f->rng, FLOOR_AGENTS);
    } while (floor_agents[agent].tier != tier);
    return agent;
}

static Life *find(Floor *f, uint32_t ticket)
{
    for (size_t i = 0; i < FLOOR_LIVES; i++) {
        if (f->lives[i].id == ticket && f->lives[i].stage != STAGE_FREE) {
            return &f->lives[i];
        }
    }
    return NULL;
}

static Life *find_key(Floor *f, const char *key)
{
    for (size_t i = 0; i < FLOOR_LIVES; i++) {
        if (f->lives[i].stage != STAGE_FREE && strcmp(f->lives[i].key, key) == 0) {
            return &f->lives[i];
        }
    }
    return NULL;
}

void floor_given(Floor *f, uint32_t ticket, const char *id, size_t len)
{
    Life *life = find(f, ticket);
    unsigned agent = 0;
    while (agent < FLOOR_AGENTS && (len == 0 || strlen(f->accounts[agent]) != len ||
                                    memcmp(f->accounts[agent], id, len) != 0)) {
        agent++;
    }
    if (life == NULL || (len > 0 && agent == FLOOR_AGENTS)) {
        if (life != NULL && life->stage == STAGE_LOOK) {
            life->stage = STAGE_FREE; // somebody else's now: a person who tries the demo out
        }
        return;
    }
    if (agent < FLOOR_AGENTS) {
        life->agent = (uint8_t)agent;
        if (life->stage == STAGE_LOOK) {
            floor_stage(f, life, life->then, life->then_min);
        }
    }
}

void floor_unsorted(Floor *f, uint32_t ticket)
{
    Life *life = find(f, ticket);
    if (life != NULL && life->stage == STAGE_LOOK) {
        life->stage = STAGE_SORT;
        life->next_ms = floor_after(f, 2);
    }
}

void floor_opened(Floor *f, uint32_t ticket, const char *key, bool joined)
{
    Life *life = find(f, ticket);
    if (life == NULL || life->stage != STAGE_REPORTED) {
        return;
    }
    (void)snprintf(life->key, sizeof life->key, "%s", key);
    if (joined) {
        life->stage = STAGE_FREE;
        return;
    }
    life->then = STAGE_ACKNOWLEDGE;
    life->then_min = life->outage >= 0 ? 2 : 10;
    life->since_ms = f->now_ms;
    floor_stage(f, life, STAGE_LOOK, life->outage >= 0 ? 1 : 4);
}

void floor_lost(Floor *f, uint32_t ticket)
{
    Life *life = find(f, ticket);
    if (life != NULL) {
        life->stage = STAGE_FREE;
    }
}

void floor_mailed(Floor *f, const char *key, const char *reply_to, const char *id)
{
    Life *life = find_key(f, key);
    if (life != NULL) {
        (void)snprintf(life->reply_to, sizeof life->reply_to, "%s", reply_to);
        (void)snprintf(life->answers, sizeof life->answers, "%s", id);
    }
}

void floor_adopt(Floor *f, const char *key)
{
    Life *life = find_key(f, key) != NULL ? NULL : floor_life(f);
    if (life != NULL) {
        (void)snprintf(life->key, sizeof life->key, "%s", key);
        life->fault = &floor_faults[0];
        life->agent = (uint8_t)floor_agent_of(f, 0);
        floor_stage(f, life, STAGE_SOLVE, 120);
    }
}

bool floor_say(FloorAct *act, PtBuf *body)
{
    const bool fits = pt_buf_status(body) == PT_OK && body->len < sizeof act->body;
    act->len = fits ? body->len : 0;
    memcpy(act->body, fits ? body->data : "", act->len);
    act->body[act->len] = '\0';
    pt_buf_done(body);
    return fits;
}

/* ---- The next thing ---------------------------------------------------------------------------
 */

typedef enum NextKind {
    NEXT_REPORT,
    NEXT_NOISE,
    NEXT_RECURS,
    NEXT_BEGINS,
    NEXT_OUTAGE,
    NEXT_BREAK,
    NEXT_WORK
} NextKind;
typedef struct Next {
    NextKind kind;
    size_t index;
    int64_t at_ms;
} Next;

static void sooner(Next *best, NextKind kind, const int64_t *at_ms, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (at_ms[i] < best->at_ms) {
            *best = (Next){kind, i, at_ms[i]};
        }
    }
}

static Next find_next(const Floor *f)
{
    Next best = {NEXT_REPORT, 0, f->report_ms};
    sooner(&best, NEXT_NOISE, &f->noise_ms, 1);
    sooner(&best, NEXT_RECURS, f->recurring_ms, FLOOR_RECURRING);
    sooner(&best, NEXT_BEGINS, f->begins_ms, FLOOR_OUTAGES);
    sooner(&best, NEXT_OUTAGE, f->outage_ms, FLOOR_OUTAGES);
    sooner(&best, NEXT_BREAK, f->break_ms, FLOOR_AGENTS);
    for (size_t i = 0; i < FLOOR_LIVES; i++) {
        if (f->lives[i].stage > STAGE_REPORTED && f->lives[i].next_ms < best.at_ms) {
            best = (Next){NEXT_WORK, i, f->lives[i].next_ms};
        }
    }
    return best;
}

/* An outage of a scenario is heard of at once. */
static void watch_outages(Floor *f)
{
    for (int i = 0; i < FLOOR_OUTAGES; i++) {
        if (floor_goes_on(f, i) && f->outage_ms[i] == NEVER) {
            f->outage_ms[i] = floor_after(f, 1);
        }
    }
}

static bool outage_begins(Floor *f, size_t outage)
{
    f->begins_ms[outage] = floor_after(f, OUTAGE_EVERY_MIN);
    f->ends_ms[outage] = floor_after(f, OUTAGE_MIN);
    f->outage_ms[outage] = f->now_ms + MINUTE_MS;
    return false;
}

static bool happen(Floor *f, const Next *next, FloorAct *act)
{
    switch (next->kind) {
    case NEXT_REPORT:
        return floor_ordinary(f, act);
    case NEXT_NOISE:
        f->noise_ms = floor_after(f, NOISE_MIN);
        return floor_noise(f, act);
    case NEXT_RECURS:
        return floor_recurs(f, next->index, act);
    case NEXT_BEGINS:
        return outage_begins(f, next->index);
    case NEXT_OUTAGE:
        return floor_outage_report(f, (int)next->index, act);
    case NEXT_BREAK:
        return floor_break(f, (unsigned)next->index, act);
    case NEXT_WORK:
        return floor_work(f, &f->lives[next->index], act);
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
        *ret_act = (FloorAct){.at_ms = f->now_ms};
        if (happen(f, &next, ret_act)) {
            return true;
        }
    }
}
