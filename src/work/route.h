// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The router: which agent gets which waiting item. Part of the door: include work/work.h.
 *
 * Pure      No SQL, no threads, no clock: what happens comes in with its instant, decisions go out
 *           through a callback. What it holds is settings, agents and items as they were put, so it
 *           is rebuilt from rows (between route_begin and route_end) and then decides the same.
 * Rule      Waiting items in order of rank choose agents: rank is the priority (raised by ageing),
 *           then the longer wait, then the lower id. Of the agents who fit, the queue's strategy
 *           picks one. So after each call no agent who fits stands free while an item waits.
 * Fits      The agent is online and within a shift, serves the queue (which is on), has the skills
 *           that are needed still, and has room for the item's weight in its channel and in all.
 *           An item with a head start fits only that agent while they are there (online, in a
 *           shift, with queue and skills, full or not). An item that an agent did not take does
 *           not fit them for a while, unless nobody else is there.
 * Memory    Only what may return PT_NO_MEMORY allocates; it then left everything as it was.
 * Ids       The caller's numbers > 0. They break ties, so they should survive a restart.
 * Instants  UTC ms. A call whose instant lies before an earlier call's is taken as at that one's.
 * Threads   One at a time.
 */
typedef struct Route Route;

enum {
    ROUTE_QUEUES = 1000,
    ROUTE_AGENTS = 50000,   /* with those that only items mention */
    ROUTE_ITEMS = 10000000, /* waiting, offered and assigned */
    ROUTE_SKILLS = 1200,
    ROUTE_CHANNELS = 8, /* the caller's numbers 0..7 */
    ROUTE_LEVELS = 5,
    ROUTE_NEEDS = 8,         /* skills that one item needs */
    ROUTE_AGENT_SKILLS = 96, /* of one agent */
    ROUTE_AGENT_SHIFTS = 1000,
    ROUTE_STEPS = 9,       /* relaxations of one queue */
    ROUTE_REFUSALS = 16,   /* of one item; beyond them those that end first are forgotten */
    ROUTE_PRIORITIES = 99, /* 1 is the most urgent */
    ROUTE_UNITS = 10000,   /* capacity and weight */
    ROUTE_REASON_BYTES = 64,
    ROUTE_TRY_ITEMS = 2000000,
    ROUTE_FIRST = 100, /* items that route_queue_first shows at most */
};

#define ROUTE_NEVER INT64_MAX

#define ROUTE_STRATEGY_MAP(X)                                                                      \
    X(LONGEST_IDLE, "longest_idle") /* who was given or has finished something longest ago */      \
    X(LEAST_LOADED, "least_loaded") /* the least share of the capacity in all; then as above */    \
    X(ROUND_ROBIN, "round_robin")   /* the next id after the one this queue gave to last */        \
    X(PROFICIENCY, "proficiency")   /* the highest sum of levels of the skills needed at first */

#define ROUTE_PRESENCE_MAP(X) X(OFFLINE, "offline") X(AWAY, "away") X(ONLINE, "online")

#define ROUTE_ENUM(id, name) ROUTE_##id,
typedef enum RouteStrategy { ROUTE_STRATEGY_MAP(ROUTE_ENUM) ROUTE_STRATEGIES } RouteStrategy;
typedef enum RoutePresence { ROUTE_PRESENCE_MAP(ROUTE_ENUM) ROUTE_PRESENCES } RoutePresence;
#undef ROUTE_ENUM

const char *route_strategy_name(RouteStrategy strategy);
bool route_strategy_of(PtStr name, RouteStrategy *ret_strategy);
const char *route_presence_name(RoutePresence presence);
bool route_presence_of(PtStr name, RoutePresence *ret_presence);

/* ---- What it knows ----------------------------------------------------------------------------
 */

typedef struct RouteSkill {
    int64_t skill;
    uint8_t level; /* 1..5: an agent's, or the least that is needed */
} RouteSkill;

/* From since + after_ms on no more than this level is needed; 0: the skill is not needed. */
typedef struct RouteStep {
    int64_t after_ms; /* > 0 */
    int64_t skill;    /* 0: each skill of the item */
    uint8_t level;
    int64_t last_skill; /* all from skill to this one; 0: skill alone */
} RouteStep;

typedef struct RouteQueue {
    int64_t id;
    bool on; /* off: its waiting items stay, what is assigned still counts as load */
    RouteStrategy strategy;
    bool offer;          /* decisions are offers, to be accepted, rejected or not answered */
    int64_t ageing_ms;   /* each such wait raises the priority by one; 0: never */
    uint8_t ageing_best; /* not above this one; 0: 1 */
    int64_t refused_ms;  /* an item not taken does not come back to that agent for so long */
    uint16_t away_after; /* so many offers in a row without an answer set an agent away; 0: never */
    int64_t last_agent;  /* whom it gave to last, for round robin after a restart; 0: as known */
    const RouteStep *steps;
    size_t step_count;
} RouteQueue;

typedef struct RouteShift {
    int64_t from_ms, to_ms; /* [from, to) */
} RouteShift;

typedef struct RouteAgent {
    int64_t id;
    RoutePresence presence;
    PtStr reason;                      /* of being away or offline; at most ROUTE_REASON_BYTES */
    uint16_t capacity[ROUTE_CHANNELS]; /* in units; 0: takes nothing there */
    uint16_t total;                    /* over all channels */
    const int64_t *queues;             /* which they serve */
    size_t queue_count;
    const RouteSkill *skills;
    size_t skill_count;
    const RouteShift *shifts; /* in order; one may begin where another ends */
    size_t shift_count;       /* 0: always */
    int64_t idle_since_ms;    /* the last time they came online, were given or finished something;
                              0: as known, and of a new one the instant of the call */
    uint16_t missed;          /* offers in a row without an answer, of a new one */
} RouteAgent;

typedef struct RouteRefusal {
    int64_t agent, until_ms;
} RouteRefusal;

typedef struct RouteItem {
    int64_t id, queue;
    uint8_t channel;
    uint16_t weight;  /* units; 0 counts nothing once assigned, and waiting needs one */
    uint8_t priority; /* 1..ROUTE_PRIORITIES */
    int64_t since_ms; /* waits since: for rank, ageing and steps */
    RouteSkill needs[ROUTE_NEEDS];
    uint8_t need_count;
    int64_t sticky_agent;    /* 0: nobody has a head start */
    int64_t sticky_until_ms; /* the head start's end */
    int64_t agent;           /* 0: waits; else who has it, also beyond their capacity */
    bool offered;            /* to that agent, not yet accepted */
    int64_t given_ms;        /* when the agent got it, where that ends their idle time; 0: not */
    const RouteRefusal *refusals; /* NULL: as known */
    size_t refusal_count;
} RouteItem;

/* ---- What it decides --------------------------------------------------------------------------
 */

typedef enum RouteDecisionKind {
    ROUTE_OFFERED,
    ROUTE_ASSIGNED,
    ROUTE_SET_AWAY, /* the agent did not answer too often; item is the last one */
} RouteDecisionKind;

/* A need of the item: the least level at first, and what steps leave of it. */
typedef struct RouteNeeded {
    int64_t skill;
    uint8_t level, still; /* still 0: not needed any more */
} RouteNeeded;

typedef struct RouteDecision {
    RouteDecisionKind kind;
    int64_t at_ms, item, agent, queue;
    /* Why. */
    RouteStrategy strategy;
    uint8_t priority; /* with ageing */
    int64_t waited_ms;
    uint32_t candidates; /* agents who fitted, this one among them */
    uint8_t steps;       /* relaxations that were in force */
    bool relaxed;        /* without them this agent would not fit */
    bool sticky;         /* within a head start */
    bool again;          /* they did not take it before, and nobody else is there */
    RouteNeeded needs[ROUTE_NEEDS];
    uint8_t need_count;
} RouteDecision;

/* Called in the order of decisions from within the calls below; it must not call the router. The
 * router takes its decisions as carried out: one that could not be is told by route_item_put. */
typedef struct RouteSink {
    void *ctx;
    void (*decided)(void *ctx, const RouteDecision *decision);
} RouteSink;

/* ---- What happens -----------------------------------------------------------------------------
 * Errors name field and bound (PT_INVALID, PT_TOO_LARGE); an unknown id is PT_NOT_FOUND. */

PT_NODISCARD PtStatus route_new(const RouteSink *sink, Route **ret_route, PtError *err);
void route_free(Route *r); /* accepts NULL */

/* Between them nothing is decided, so that many things count as one event (the start, edits). */
void route_begin(Route *r);
void route_end(Route *r, int64_t now_ms);

/* Adds, or sets all of it anew. A queue is put before what names it; agents in any order. */
PT_NODISCARD PtStatus route_queue_put(Route *r, const RouteQueue *queue, int64_t now_ms,
                                      PtError *err);
PT_NODISCARD PtStatus route_agent_put(Route *r, const RouteAgent *agent, int64_t now_ms,
                                      PtError *err);
PT_NODISCARD PtStatus route_item_put(Route *r, const RouteItem *item, int64_t now_ms, PtError *err);

/* Nothing more for them; what they have stays theirs until it is put or removed. */
void route_agent_remove(Route *r, int64_t agent, int64_t now_ms);
void route_item_remove(Route *r, int64_t item,
                       int64_t now_ms); /* done, closed, merged, moved off */

/* reason: at most ROUTE_REASON_BYTES. Coming online begins idle time and forgets missed offers. */
PT_NODISCARD PtStatus route_agent_presence(Route *r, int64_t agent, RoutePresence presence,
                                           PtStr reason, int64_t now_ms, PtError *err);

/* Of an item that stands offered, else PT_CONFLICT. After the two last it waits again. */
PT_NODISCARD PtStatus route_accepted(Route *r, int64_t item, int64_t now_ms, PtError *err);
PT_NODISCARD PtStatus route_rejected(Route *r, int64_t item, int64_t now_ms, PtError *err);
PT_NODISCARD PtStatus route_unanswered(Route *r, int64_t item, int64_t now_ms, PtError *err);

/* Time passes: head starts and refusals end, steps come into force, shifts begin and end. */
void route_advance(Route *r, int64_t now_ms);
/* When it wants to be called next; ROUTE_NEVER: only when something happens. */
int64_t route_next_ms(const Route *r);

/* ---- What it shows ----------------------------------------------------------------------------
 * As of the last call's instant. */

/* Who could take a waiting item, each number a part of the one before. */
typedef struct RouteWhy {
    bool waits; /* false: it is with an agent */
    bool queue_on;
    uint8_t priority;      /* with ageing */
    uint8_t steps;         /* relaxations in force */
    int64_t head_start_of; /* the agent it is held for; 0: none */
    int64_t head_start_until_ms;
    uint32_t serving;      /* agents who serve the queue */
    uint32_t there;        /* online and within a shift */
    uint32_t skilled;      /* with the skills that are needed still */
    uint32_t room;         /* and room */
    uint32_t willing;      /* and did not decline it; 0 while it waits outside a head start */
    int64_t missing_skill; /* skilled is 0: the first one that nobody there has as needed */
    uint8_t missing_level;
} RouteWhy;
PT_NODISCARD PtStatus route_why(const Route *r, int64_t id, RouteWhy *ret_why, PtError *err);

/* The same in a word: the first thing that keeps it. */
#define ROUTE_WAIT_MAP(X)                                                                          \
    X(OFF)      /* the queue is off */                                                             \
    X(SERVED)   /* no agent serves the queue */                                                    \
    X(THERE)    /* none of them is online and within a shift */                                    \
    X(SKILL)    /* nobody there has the skills */                                                  \
    X(FULL)     /* those with the skills have no room */                                           \
    X(DECLINED) /* those with room have declined it */                                             \
    X(HELD)     /* for the agent who has a head start */                                           \
    X(TURN)     /* it is about to be given */
#define ROUTE_ENUM(id) ROUTE_WAIT_##id,
typedef enum RouteWait { ROUTE_WAIT_MAP(ROUTE_ENUM) ROUTE_WAITS } RouteWait;
#undef ROUTE_ENUM
RouteWait route_wait_of(const RouteWhy *why);

typedef struct RouteAgentState {
    RoutePresence presence;
    char reason[ROUTE_REASON_BYTES + 1];
    bool in_shift;
    int64_t shift_edge_ms; /* where that changes next; ROUTE_NEVER */
    int64_t idle_since_ms;
    uint16_t missed;
    uint32_t load[ROUTE_CHANNELS], total; /* offered and assigned */
    uint32_t items, offers;
} RouteAgentState;
PT_NODISCARD PtStatus route_agent_state(const Route *r, int64_t id, RouteAgentState *ret_state,
                                        PtError *err);

typedef struct RouteQueueState {
    uint32_t waiting;
    int64_t oldest_since_ms;                    /* ROUTE_NEVER: none waits */
    uint32_t by_priority[ROUTE_PRIORITIES + 1]; /* as put, without ageing */
    int64_t last_agent;
} RouteQueueState;
PT_NODISCARD PtStatus route_queue_state(const Route *r, int64_t id, RouteQueueState *ret_state,
                                        PtError *err);

/* The first items that wait in the queue, best rank first; returns how many: at most room and
 * ROUTE_FIRST. */
size_t route_queue_first(const Route *r, int64_t id, int64_t *ret_items, size_t room);

/* For tests: whether the rule holds (no waiting item has an agent who fits) and all it keeps agrees
 * with itself. Slow. PT_CORRUPT says where not. */
PT_NODISCARD PtStatus route_check(const Route *r, PtError *err);

/* ---- Tried on what was ------------------------------------------------------------------------
 * The same router over past items: what waits and loads would have been.
 */
typedef struct RouteTryItem {
    RouteItem item;    /* arrives at since_ms; agent, offered, refusals are not read */
    int64_t handle_ms; /* from given to done */
    int64_t by_ms;     /* given by then it is in time; 0: within answer_ms */
} RouteTryItem;

typedef struct RouteTry {
    const RouteQueue *queues; /* offers count as accepted at once */
    size_t queue_count;
    const RouteAgent *agents;
    size_t agent_count;
    const RouteTryItem *items; /* in any order */
    size_t item_count;
    int64_t from_ms, to_ms;
    int64_t answer_ms;
    bool in_shifts;          /* handling times pass only in the shifts of whoever has the item */
    bool (*stop)(void *ctx); /* asked now and then: true ends it, PT_UNAVAILABLE; NULL: nobody */
    void *stop_ctx;
} RouteTry;

typedef struct RouteTryQueue {
    int64_t queue;
    uint32_t arrived, given, in_time;                /* of those that arrive in [from, to) */
    uint32_t left;                                   /* waiting at to_ms */
    int64_t mean_ms, p50_ms, p90_ms, p99_ms, max_ms; /* waits of those given; nearest rank */
} RouteTryQueue;

typedef struct RouteTryAgent {
    int64_t agent;
    uint32_t given;
    int64_t there_ms; /* in shifts within [from, to), where presence is online */
    int64_t busy_ms;  /* of these, with at least one item */
    int64_t units_ms; /* load over the time that they are there; there_ms times `total` is all */
} RouteTryAgent;

/* Items that arrive before from_ms run first, so that it begins with work at hand; their waits do
 * not count. ret_queues and ret_agents have room for queue_count and agent_count, in the order
 * given. */
PT_NODISCARD PtStatus route_try(const RouteTry *try, RouteTryQueue *ret_queues,
                                RouteTryAgent *ret_agents, PtError *err);

/* An item that waited long, and what for. */
enum { ROUTE_TRY_LONGEST = 60 };
typedef struct RouteTryLong {
    int64_t item, queue; /* the caller's */
    int64_t wait_ms;     /* until it was given, or to_ms */
    bool given;
    int64_t why_ms[ROUTE_WAITS]; /* the wait by what kept it, from up to 500 looks */
} RouteTryLong;

/* As route_try, and those of [from, to) that waited longest, `each` of a queue at most: the longest
 * first. ret_longest has room for ROUTE_TRY_LONGEST. Takes twice as long. */
PT_NODISCARD PtStatus route_try_longest(const RouteTry *try, size_t each, RouteTryQueue *ret_queues,
                                        RouteTryAgent *ret_agents, RouteTryLong *ret_longest,
                                        size_t *ret_count, PtError *err);
