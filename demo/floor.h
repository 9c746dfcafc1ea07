// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the retailer's service desk lives through: what stores and customers report by phone, in the
 * portal and by mail in five languages, and what its people do about it, about 600 tickets in an
 * ordinary week. Faults follow the hours in which stores trade; some come back; payments and a
 * region's tills fail now and then, and whenever their scenario holds (scenario.h). People work on
 * what they were given, take breaks, and correct what triage made of a text. Only what to say to
 * the desk's API is made here, nothing is sent.
 *
 * Determinism  The same seed, start, scenarios and answers give the same acts.
 * Threads      One owner at a time.
 */
typedef struct Floor Floor;

enum {
    FLOOR_AGENTS = 12,
    FLOOR_TIERS = 3,
    FLOOR_STAFF = 5,             /* of stores, one a language; they use the portal */
    FLOOR_MAILBOXES = 6,         /* the first for staff, the others for customers, by language */
    FLOOR_NOBODY = FLOOR_AGENTS, /* not an agent: the retailer's own systems */
    FLOOR_STAFF_AT = FLOOR_AGENTS + 1, /* the first of the staff, as FloorAct names them */
    FLOOR_KEY = 24,
    FLOOR_ACCOUNT = 40,
    FLOOR_PATH = 112,
    FLOOR_BODY = 8192,
    FLOOR_MESSAGE_ID = 160,
    FLOOR_HAND_MIN = 240, /* nobody was given a ticket for so long: somebody takes it by hand */
};

typedef struct FloorAgent {
    const char *name, *email; /* the part before the @ */
    uint8_t tier;             /* 0..2 */
    const char *languages;    /* "de fr"; English besides */
} FloorAgent;
extern const FloorAgent floor_agents[FLOOR_AGENTS];
extern const char *const floor_queues[FLOOR_TIERS]; /* ids */

typedef struct FloorStaff {
    const char *name, *email;
    uint8_t language;   /* of letter_languages */
    uint32_t countries; /* whose stores: bits by world_countries */
} FloorStaff;
extern const FloorStaff floor_staff[FLOOR_STAFF];

typedef struct FloorMailbox {
    const char *id, *name;
    uint8_t language;
} FloorMailbox; /* its address: id@larkfield.example */
extern const FloorMailbox floor_mailboxes[FLOOR_MAILBOXES];

typedef enum FloorActKind {
    FLOOR_REPORT,   /* POST /api/v1/tickets */
    FLOOR_PORTAL,   /* POST /api/v1/portal/... */
    FLOOR_MAIL,     /* POST of a message to a mailbox */
    FLOOR_CHANGE,   /* PATCH of the ticket */
    FLOOR_SORT,     /* the same, of its queue, by hand */
    FLOOR_LOOK,     /* GET of the ticket: floor_given follows */
    FLOOR_LEARN,    /* POST of what triage should have made of it; may be refused */
    FLOOR_PRESENCE, /* PUT of whether the agent takes work */
} FloorActKind;

typedef struct FloorAct {
    int64_t at_ms;
    FloorActKind kind;
    bool opens;            /* floor_opened or floor_lost follows before the next act */
    uint32_t ticket;       /* the floor's own number of it; 0: of none */
    unsigned agent;        /* who does it; FLOOR_NOBODY, or one of the staff */
    char key[FLOOR_KEY];   /* of the ticket, "" of a new one */
    char path[FLOOR_PATH]; /* behind the host */
    size_t len;
    char body[FLOOR_BODY]; /* JSON, or a message; NUL-terminated */
} FloorAct;

Floor *floor_new(uint64_t seed, int64_t start_ms); /* NULL when out of memory */
void floor_free(Floor *floor);                     /* accepts NULL */
/* The account of an agent, named as assignee from now on. */
void floor_account(Floor *floor, unsigned agent, const char *id);

/* To whom the desk gave the ticket: its agent does what comes next. "": it waits for one. */
void floor_given(Floor *floor, uint32_t ticket, const char *id, size_t len);

/* The desk has it in no queue, so that nobody can be given it: its lead puts it into the first. */
void floor_unsorted(Floor *floor, uint32_t ticket);

/* The next act up to until_ms, in the order of time. False: there is none. */
bool floor_next(Floor *floor, int64_t until_ms, FloorAct *ret_act);
/* The desk gave it this key. joined: it is a report of another ticket. */
void floor_opened(Floor *floor, uint32_t ticket, const char *key, bool joined);
/* Nothing more is done about it. */
void floor_lost(Floor *floor, uint32_t ticket);
/* A mail of the desk's about a ticket came: the address to answer to, and its id in brackets. */
void floor_mailed(Floor *floor, const char *key, const char *reply_to, const char *id);
/* A ticket that is open without a report of the floor's: it is worked on, too. */
void floor_adopt(Floor *floor, const char *key);
/* Goes on at another time; what is under way keeps its distance. */
void floor_set_time(Floor *floor, int64_t now_ms);
int64_t floor_time(const Floor *floor);
