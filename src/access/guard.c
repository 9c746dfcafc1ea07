// SPDX-License-Identifier: Apache-2.0
#include "access/guard.h"

#include "base/hash.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static const int64_t longest_ms[GUARD_KINDS] = {
    [GUARD_ACCOUNT] = 60000, [GUARD_PEER] = 60000, [GUARD_CODE] = 900000};

void guard_init(Guard *g)
{
    memset(g, 0, sizeof *g);
    (void)pthread_mutex_init(&g->lock, NULL);
}

void guard_done(Guard *g)
{
    (void)pthread_mutex_destroy(&g->lock);
}

GuardKey guard_key(GuardKind kind, PtStr text)
{
    const uint64_t hash = pt_hash64(text) ^ (uint64_t)kind;
    return (GuardKey){kind, hash != 0 ? hash : 1};
}

GuardKey guard_peer(const char *address)
{
    struct in6_addr bytes;
    if (inet_pton(AF_INET6, address, &bytes) == 1 && !IN6_IS_ADDR_V4MAPPED(&bytes)) {
        return guard_key(GUARD_PEER, (PtStr){(const char *)&bytes, 8});
    }
    return guard_key(GUARD_PEER, pt_str(address));
}

/* Under the lock: the key's slot, or one that it may take (failures 0). */
static GuardSlot *find(Guard *g, GuardKey key)
{
    GuardSlot *set = g->slots[key.key % GUARD_SETS], *oldest = set;
    for (int i = 0; i < GUARD_WAYS; i++) {
        if (set[i].key == key.key) {
            return &set[i];
        }
        oldest = set[i].key == 0 || (oldest->key != 0 && set[i].last_ms < oldest->last_ms) ? &set[i]
                                                                                           : oldest;
    }
    *oldest = (GuardSlot){.key = key.key};
    return oldest;
}

static int64_t wait_ms(const GuardSlot *slot, GuardKind kind, int64_t now_ms)
{
    if (slot->failures < GUARD_FREE) {
        return 0;
    }
    const uint32_t doublings = slot->failures - GUARD_FREE;
    int64_t delay = doublings < 20 ? INT64_C(1000) << doublings : longest_ms[kind];
    delay = delay < longest_ms[kind] ? delay : longest_ms[kind];
    const int64_t since = now_ms - slot->last_ms;
    return since < 0 ? delay : since < delay ? delay - since : 0;
}

int64_t guard_try(Guard *g, GuardKey key, int64_t now_ms)
{
    (void)pthread_mutex_lock(&g->lock);
    GuardSlot *slot = find(g, key);
    if (now_ms - slot->last_ms > GUARD_FORGET_MS) {
        slot->failures = 0;
    }
    const int64_t wait = wait_ms(slot, key.kind, now_ms);
    if (wait == 0) {
        slot->failures += slot->failures < UINT32_MAX;
        slot->last_ms = now_ms;
    }
    (void)pthread_mutex_unlock(&g->lock);
    return wait;
}

void guard_take_back(Guard *g, GuardKey key)
{
    (void)pthread_mutex_lock(&g->lock);
    GuardSlot *slot = find(g, key);
    slot->failures -= slot->failures > 0;
    (void)pthread_mutex_unlock(&g->lock);
}

void guard_forget(Guard *g, GuardKey key)
{
    (void)pthread_mutex_lock(&g->lock);
    *find(g, key) = (GuardSlot){0};
    (void)pthread_mutex_unlock(&g->lock);
}

void guard_restore(Guard *g, GuardKey key, uint32_t failures, int64_t last_ms)
{
    (void)pthread_mutex_lock(&g->lock);
    GuardSlot *slot = find(g, key);
    slot->failures = failures;
    slot->last_ms = last_ms;
    (void)pthread_mutex_unlock(&g->lock);
}
