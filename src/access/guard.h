// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/str.h"

#include <pthread.h>
#include <stdint.h>

/* Counts failures by key (an account's address, a peer, ...) and says how long the next try has to
 * wait: nothing up to GUARD_FREE failures in a row, then 1 s, doubled with each further one up to a
 * bound. A key that stays without failure for a quarter of an hour is forgotten; nobody is locked
 * out for good.
 *
 * Memory   fixed: in each of its sets the key whose last failure is oldest makes room.
 * Threads  any.
 */
enum { GUARD_FREE = 5, GUARD_SETS = 1024, GUARD_WAYS = 8, GUARD_FORGET_MS = 900000 };

typedef enum GuardKind { GUARD_ACCOUNT, GUARD_PEER, GUARD_CODE, GUARD_KINDS } GuardKind;

typedef struct GuardSlot {
    uint64_t key; /* 0: free */
    uint32_t failures;
    int64_t last_ms;
} GuardSlot;

typedef struct Guard {
    pthread_mutex_t lock;
    GuardSlot slots[GUARD_SETS][GUARD_WAYS];
} Guard;

typedef struct GuardKey {
    GuardKind kind;
    uint64_t key;
} GuardKey;

void guard_init(Guard *guard);
void guard_done(Guard *guard);

GuardKey guard_key(GuardKind kind, PtStr text);
/* An IPv6 address counts by its first 64 bits: whoever has one has them all. */
GuardKey guard_peer(const char *address);

/* ms until the next try is heard; 0: now, and this one counts as a failure until it is taken back:
 * so that many at once do not slip through. */
int64_t guard_try(Guard *guard, GuardKey key, int64_t now_ms);
void guard_take_back(Guard *guard, GuardKey key);
void guard_forget(Guard *guard, GuardKey key);
/* As after so many failures, the last then: what is known from before a restart. */
void guard_restore(Guard *guard, GuardKey key, uint32_t failures, int64_t last_ms);
