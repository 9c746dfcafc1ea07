// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "follow.h"
#include "retailer.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* A sender: a thread with visitors of its own, whose events it sends in batches, each when it
 * happens, until the server has taken them. */
enum { SENDER_BATCH_MAX = 1000, SENDERS_MAX = 64 };

typedef struct SenderOptions {
    const char *url;
    const char *keys[RETAILER_CHANNEL_COUNT];
    double rate;  /* of all senders together, events a second of shop time */
    double speed; /* without follow: shop time to the machine's; 0: as fast as the server takes */
    double days_ago; /* where shop time starts, before the machine's clock or the daemon's */
    double count;    /* 0: until stopped */
    double batch, threads, seed;
    Follow *follow; /* the daemon's clock is shop time; NULL: the machine's and speed */
} SenderOptions;

/* What all senders share. Atomics may be read at any time. */
typedef struct Senders {
    SenderOptions options;
    bool (*stopping)(void); /* asked often, from every sender */
    atomic_bool failed;
    atomic_ullong sent, taken, retries;
    atomic_llong shop_ms; /* of the last event */
    int64_t start_ms;
} Senders;

typedef struct SenderStart {
    Senders *all;
    unsigned index;
} SenderStart;

void *sender_main(void *arg); /* of a thread: a SenderStart */

int64_t sender_clock_ms(bool monotonic); /* the machine's */
/* In short naps, so that a signal is heard. */
void sender_sleep_ms(const Senders *all, int64_t ms);
