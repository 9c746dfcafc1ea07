// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "follow.h"

#include <stdbool.h>

/* The retailer's service desk at work, over Patron's API as any client: registers stores, tills,
 * opening hours, what the desk works with and its people, then does what floor.h says, each act
 * when it happens; agents act in sessions of their own.
 *
 * History   Where the desk has no ticket yet, the days before come first: the daemon's clock is set
 *           back and runs at 10,000 times the machine's pace until it is where it was.
 * Errors    What the desk refuses is counted and told once; the ticket is left alone.
 * Threads   Open and close on one thread; it works on its own.
 */
typedef struct DemoDesk DemoDesk;

typedef struct DemoDeskConfig {
    const char *url;
    const char *token;      /* of an admin, borrowed */
    double history_days;    /* 0: none */
    bool (*stopping)(void); /* asked often */
} DemoDeskConfig;

/* Registers and lives through the history. NULL: why was written to stderr. */
DemoDesk *demo_desk_open(const DemoDeskConfig *config);
/* Goes on with the clock that `follow` tells. False: why was written to stderr. */
bool demo_desk_start(DemoDesk *desk, Follow *follow);
void demo_desk_close(DemoDesk *desk); /* accepts NULL */
