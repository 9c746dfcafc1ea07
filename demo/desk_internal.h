// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "desk.h"
#include "floor.h"

#include "base/buf.h"
#include "base/str.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>

/* What the files of the desk share. */

/* Somebody with a connection of their own: the admin by token, agents by session. */
typedef struct DeskPerson {
    CURL *curl;
    struct curl_slist *headers;
    PtBuf answer;
    bool signed_in;
} DeskPerson;

enum {
    DESK_PEOPLE = FLOOR_AGENTS + 1,
    DESK_ADMIN = FLOOR_NOBODY,
    DESK_ANSWER = 4 << 20 /* a page of tickets */
};

struct DemoDesk {
    DemoDeskConfig c;
    DeskPerson people[DESK_PEOPLE];
    Floor *floor;
    char password[40]; /* of the agents; follows from the token */
    Follow *follow;
    pthread_t thread;
    bool running;
    atomic_bool stopping;
    unsigned refused;
    int64_t looked_ms; /* for tickets that came with others */
};

/* The status of the answer, whose text is in the person's; 0: none came. */
long desk_ask(DemoDesk *d, unsigned person, const char *method, const char *path, PtStr body);
/* The member's raw JSON; empty: it is not there. */
PtStr desk_member(PtStr object, const char *name);
/* The same of a text without escapes. */
PtStr desk_text(PtStr object, const char *name);

/* An agent's session, which also begins with the first thing they do. */
bool desk_sign_in(DemoDesk *d, unsigned agent);

/* Stores, tills, hours, records, accounts (desk_register.c). */
bool desk_register(DemoDesk *d);
