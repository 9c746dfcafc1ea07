// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "work/work.h"

/* The router's rule said as plainly as can be, for tests: arrays, and everything looked at anew
 * after each event. Bounds are the test's. */
enum {
    NAIVE_QUEUES = 8,
    NAIVE_AGENTS = 16,
    NAIVE_ITEMS = 256,
    NAIVE_LIST = 8, /* skills, queues, shifts of an agent */
    NAIVE_DECISIONS = 1024,
};

typedef struct NaiveAgent {
    RouteAgent set; /* presence, idle_since_ms and missed as they are now */
    int64_t queues[NAIVE_LIST];
    RouteSkill skills[NAIVE_LIST];
    RouteShift shifts[NAIVE_LIST];
} NaiveAgent;

typedef struct NaiveItem {
    RouteItem set;
    RouteRefusal refusals[ROUTE_REFUSALS];
    size_t refusal_count;
} NaiveItem;

typedef struct Naive {
    int64_t now_ms;
    bool begun; /* as between route_begin and route_end: naive_advance ends it */
    RouteQueue queues[NAIVE_QUEUES]; /* last_agent as it is now */
    RouteStep steps[NAIVE_QUEUES][ROUTE_STEPS];
    size_t queue_count;
    NaiveAgent agents[NAIVE_AGENTS];
    size_t agent_count;
    NaiveItem items[NAIVE_ITEMS];
    size_t item_count;
    RouteDecision decisions[NAIVE_DECISIONS]; /* the test empties it */
    size_t decision_count;
} Naive;

NaiveItem *naive_item(Naive *n, int64_t id);
NaiveAgent *naive_agent(Naive *n, int64_t id);

void naive_advance(Naive *n, int64_t now_ms);
void naive_queue_put(Naive *n, const RouteQueue *queue, int64_t now_ms);
void naive_agent_put(Naive *n, const RouteAgent *agent, int64_t now_ms);
void naive_agent_remove(Naive *n, int64_t id, int64_t now_ms);
void naive_agent_presence(Naive *n, int64_t id, RoutePresence presence, int64_t now_ms);
void naive_item_put(Naive *n, const RouteItem *item, int64_t now_ms);
void naive_item_remove(Naive *n, int64_t id, int64_t now_ms);
void naive_accepted(Naive *n, int64_t id, int64_t now_ms);
void naive_not_taken(Naive *n, int64_t id, bool missed, int64_t now_ms);
