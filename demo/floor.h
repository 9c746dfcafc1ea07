// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the retailer's service desk lives through: what stores report, what its people do about it,
 * about 500 tickets in an ordinary week. Faults follow the hours in which stores trade; some come
 * back; payments and a region's tills fail now and then, and whenever their scenario holds
 * (scenario.h). Only what to say to the desk's API is made here, nothing is sent.
 *
 * Determinism  The same seed, start, scenarios and answers give the same acts.
 * Threads      One owner at a time.
 */
typedef struct Floor Floor;

enum {
    FLOOR_AGENTS = 12,
    FLOOR_TIERS = 3,
    FLOOR_NOBODY = FLOOR_AGENTS, /* not an agent: a store */
    FLOOR_KEY = 24,
    FLOOR_ACCOUNT = 40,
    FLOOR_BODY = 1600,
};

typedef struct FloorAgent {
    const char *name, *email; /* the part before the @ */
    uint8_t tier;             /* 0..2 */
} FloorAgent;
extern const FloorAgent floor_agents[FLOOR_AGENTS];
extern const char *const floor_queues[FLOOR_TIERS]; /* ids */

typedef struct FloorAct {
    int64_t at_ms;
    bool report;           /* POST /api/v1/tickets; else PATCH of the ticket */
    uint32_t ticket;       /* the floor's own number of it */
    unsigned agent;        /* who does it; FLOOR_NOBODY */
    char key[FLOOR_KEY];   /* of the ticket, "" of a report */
    char body[FLOOR_BODY]; /* JSON */
} FloorAct;

Floor *floor_new(uint64_t seed, int64_t start_ms); /* NULL when out of memory */
void floor_free(Floor *floor);                     /* accepts NULL */
/* The account of an agent, named as assignee from now on. */
void floor_account(Floor *floor, unsigned agent, const char *id);

/* The desk gave the ticket to this account: its agent does what comes next. Another's: nothing. */
void floor_given(Floor *floor, uint32_t ticket, const char *id, size_t len);

/* The next act up to until_ms, in the order of time. False: there is none. After a report
 * floor_opened or floor_lost follows before the next one. */
bool floor_next(Floor *floor, int64_t until_ms, FloorAct *ret_act);
/* The desk gave it this key. joined: it is a report of another ticket. */
void floor_opened(Floor *floor, uint32_t ticket, const char *key, bool joined);
/* Nothing more is done about it. */
void floor_lost(Floor *floor, uint32_t ticket);
/* A ticket that is open without a report of the floor's: it is worked on, too. */
void floor_adopt(Floor *floor, const char *key);
/* Goes on at another time; what is under way keeps its distance. */
void floor_set_time(Floor *floor, int64_t now_ms);
int64_t floor_time(const Floor *floor);
