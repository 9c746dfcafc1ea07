// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connect/adopt.h"

#include <pthread.h>
#include <stdatomic.h>

/* What the files of the comparison share. */

struct ConnectAdopt {
    ConnectAdoptConfig c;
    pthread_mutex_t lock;
    _Atomic bool stop, running;
    pthread_t thread;
    bool thread_on;                                    /* to be joined; under lock */
    char id[CONNECT_ADOPT_ID], import[CONNECT_JOB_ID]; /* of the comparison that runs */
};

/* ---- adopt_pairs.c: sets of identifiers, compared; pure ---- */

/* An identifier that both know: whose it is there and here. */
typedef struct AdoptPair {
    uint64_t theirs;  /* hash of the person's id there */
    uint8_t ours[16]; /* of the person's id here */
    bool alone;       /* adopt_compare's own: the person there is one here */
} AdoptPair;

/* One person who is several on the other side. */
typedef struct AdoptExample {
    bool joined; /* one of ours is several of theirs; else one of theirs is several of ours */
    uint64_t theirs[CONNECT_ADOPT_EXAMPLE_PERSONS];
    uint8_t ours[CONNECT_ADOPT_EXAMPLE_PERSONS][16];
    size_t their_count, our_count;
} AdoptExample;

typedef struct AdoptVerdict {
    int64_t theirs, ours, alike, parted, joined;
    AdoptExample examples[2 * CONNECT_ADOPT_EXAMPLES]; /* parted ones first */
    size_t example_count;
} AdoptVerdict;

/* Sorts the pairs, in place. */
void adopt_compare(AdoptPair *pairs, size_t count, AdoptVerdict *ret_verdict);
