// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "floor.h"
#include "letters.h"
#include "scenario.h"

#include "base/rng.h"

/* What can go wrong (floor_faults.c), for what is said of it (floor_reports.c, floor_mail.c) and
 * what happens then (floor_work.c). */
enum {
    FLOOR_FAULTS = 7,
    FLOOR_WISHES = 6,
    FLOOR_RECURRING = 3,
    FLOOR_OUTAGES = 2,
    FLOOR_LIVES = 4096,
};
#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   INT64_C(3600000)
#define NEVER     INT64_MAX
#define COUNT(a)  (sizeof(a) / sizeof *(a))

typedef struct FloorFault {
    const char *type, *category; /* the kind of its letters, too */
    const char *title[3], *services;
    uint8_t weight;
    bool at_till;
    uint16_t work_min; /* the mean, once somebody works on it */
    uint8_t escalate_pct, wait_pct;
    const char *solved[2];
} FloorFault;
extern const FloorFault floor_faults[FLOOR_FAULTS];
/* What customers write about. */
extern const FloorFault floor_wishes[FLOOR_WISHES];

/* Faults that come back: a store, its till (0: none), and every how many hours. */
typedef struct FloorRecurring {
    uint8_t store, till, fault, title;
    uint16_t every_h;
} FloorRecurring;
extern const FloorRecurring floor_recurring[FLOOR_RECURRING];

typedef struct FloorOutage {
    ScenarioKind scenario;
    const char *category, *title, *services, *update, *solved;
    bool region; /* stores of SCENARIO_REGION only; else any store, and the web shop */
} FloorOutage;
extern const FloorOutage floor_outages[FLOOR_OUTAGES];

/* ---- Tickets ----------------------------------------------------------------------------------
 */

typedef enum Stage {
    STAGE_FREE,
    STAGE_REPORTED, /* the desk has not said its key yet */
    STAGE_LOOK,     /* for whom it is */
    STAGE_SORT,
    STAGE_ACKNOWLEDGE,
    STAGE_LEARN,
    STAGE_REPLY,
    STAGE_AWAY, /* an automatic answer of the requester's */
    STAGE_ESCALATE,
    STAGE_ASK,
    STAGE_ANSWER,
    STAGE_UPDATE, /* of an outage that goes on */
    STAGE_SOLVE,
    STAGE_WRITE, /* the requester does not leave it at that */
    STAGE_CLOSE,
    STAGE_COUNT
} Stage;

typedef enum Way { WAY_CALL, WAY_PORTAL, WAY_MAIL } Way;

typedef struct Life {
    Stage stage, then; /* then: once somebody was given it */
    uint32_t id;
    int64_t next_ms, since_ms; /* since it waits for somebody */
    double then_min;
    const FloorFault *fault;
    int outage; /* -1: none */
    uint8_t tier, agent, slow, written, looked;
    /* how it was reported */
    Way way;
    uint8_t language, box, staff, store, till;
    bool by_customer, learns;
    uint32_t customer, order;
    const Letter *letter;
    char key[FLOOR_KEY];
    char reply_to[LETTER_WORD], answers[FLOOR_MESSAGE_ID];
} Life;

struct Floor {
    PtRng rng;
    int64_t now_ms;
    uint32_t last_id, last_mail;
    int64_t report_ms; /* the next candidate */
    int64_t noise_ms;  /* the next mail that nobody need read */
    int64_t recurring_ms[FLOOR_RECURRING];
    int64_t begins_ms[FLOOR_OUTAGES], ends_ms[FLOOR_OUTAGES], outage_ms[FLOOR_OUTAGES];
    int64_t break_ms[FLOOR_AGENTS]; /* the next one, or its end */
    bool away[FLOOR_AGENTS];
    char accounts[FLOOR_AGENTS][FLOOR_ACCOUNT];
    Life lives[FLOOR_LIVES];
};

/* floor.c */
int64_t floor_after(Floor *f, double mean_min);
bool floor_chance(Floor *f, unsigned pct);
Life *floor_life(Floor *f); /* a new one; NULL: no room */
unsigned floor_agent_of(Floor *f, unsigned tier);
/* The act says this. False: there was no room. */
bool floor_say(FloorAct *act, PtBuf *body);

/* floor_reports.c: false: nothing is said now */
bool floor_ordinary(Floor *f, FloorAct *act);
bool floor_recurs(Floor *f, size_t i, FloorAct *act);
bool floor_outage_report(Floor *f, int outage, FloorAct *act);
bool floor_goes_on(const Floor *f, int outage);
bool floor_is_trading(unsigned store, int64_t at_ms);

/* floor_mail.c */
void floor_writer(Floor *f, Life *life); /* who it is and in which language, by way and store */
bool floor_mail(Floor *f, Life *life, const char *kind, FloorAct *act); /* kind: of letters.txt */
bool floor_portal(Floor *f, Life *life, FloorAct *act);
bool floor_noise(Floor *f, FloorAct *act);
/* In the requester's language. */
const char *floor_words(Floor *f, const Life *life, const char *kind);

/* floor_work.c */
bool floor_work(Floor *f, Life *life, FloorAct *act);
void floor_stage(Floor *f, Life *life, Stage stage, double mean_min);
bool floor_break(Floor *f, unsigned agent, FloorAct *act);
