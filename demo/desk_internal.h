// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "desk.h"
#include "floor.h"
#include "postbox.h"

#include "base/buf.h"
#include "base/str.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>

/* What the files of the desk share. */

/* Somebody with a connection of their own: the admin by token, agents and staff by session. */
typedef struct DeskPerson {
    CURL *curl;
    struct curl_slist *headers;
    PtBuf answer;
    bool signed_in;
} DeskPerson;

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum {
    DESK_PEOPLE = FLOOR_STAFF_AT + FLOOR_STAFF,
    DESK_ADMIN = FLOOR_NOBODY,
    DESK_ANSWER = 4 << 20 /* a page of tickets */
};

/* Black Friday, while it lasts. */
typedef struct DeskRush {
    int64_t since_ms;                 /* 0: it is not */
    uint32_t reports, joined, sorted; /* as they were then */
} DeskRush;

struct DemoDesk {
    DemoDeskConfig c;
    DeskPerson people[DESK_PEOPLE];
    Floor *floor;
    char password[40]; /* of the agents; follows from the token */
    Follow *follow;
    pthread_t thread;
    bool running;
    atomic_bool stopping;
    uint32_t reports, joined, tickets, mails, sorted; /* so far; mails: every one handed in */
    unsigned refused;
    int64_t looked_ms; /* for tickets that came with others */
    FloorAct act;      /* the last one */
    Postbox *postbox;
    int64_t offered_ms; /* when the board was asked for offers; the machine's */
    DeskRush rush;
    char accounts[FLOOR_AGENTS][FLOOR_ACCOUNT];
};

/* The status of the answer, whose text is in the person's; 0: none came. */
long desk_ask(DemoDesk *d, unsigned person, const char *method, const char *path, PtStr body);
/* The member's raw JSON; empty: it is not there. */
PtStr desk_member(PtStr object, const char *name);
/* The same of a text without escapes. */
PtStr desk_text(PtStr object, const char *name);

/* A session, which also begins with the first thing they do. */
bool desk_sign_in(DemoDesk *d, unsigned person);
/* Of a list, each of its values in turn. */
bool desk_each(PtStr list, bool (*each)(void *ctx, PtStr value), void *ctx);
/* False, and why was written to stderr, where it was neither done nor there before. */
bool desk_said(long status, const char *what);

/* Stores, tills, hours, records, and all of desk_people.c (desk_register.c). */
bool desk_register(DemoDesk *d);
/* Queues' rules, mailboxes, accounts with what they can do (desk_people.c). */
bool desk_register_people(DemoDesk *d);
/* From now on the second line is asked before it is given something. */
bool desk_ask_first(DemoDesk *d);
/* Everybody works at any hour, and on more at once; and back. */
bool desk_all_hands(DemoDesk *d, bool all);

/* What the desk's people look at while they work (desk_life.c). */
void desk_read_post(DemoDesk *d);
void desk_answer_offers(DemoDesk *d);
void desk_watch_rush(DemoDesk *d, int64_t now_ms); /* and says at its end what came of it */
