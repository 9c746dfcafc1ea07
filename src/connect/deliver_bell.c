// SPDX-License-Identifier: Apache-2.0
/* Destinations sleep on their sockets; what is new in the log wakes them through one thread, which
 * sleeps itself while nobody waits. So the log's writer does nothing for destinations, and none of
 * them polls.
 */
#include "connect/destination_internal.h"

#include <stdlib.h>

struct DeliverBell {
    PtLog *log;
    pthread_mutex_t lock;
    pthread_cond_t asked;
    Deliver *members[CONNECT_DESTINATIONS_MAX];
    size_t count, waiting;
    _Atomic bool stop;
    pthread_t thread;
};

/* The least offset that somebody waits behind. Under the lock. */
static uint64_t least_of(const DeliverBell *b)
{
    uint64_t least = UINT64_MAX;
    for (size_t i = 0; i < b->count; i++) {
        const uint64_t from = atomic_load(&b->members[i]->log_from);
        if (atomic_load(&b->members[i]->waits_for_log) && from < least) {
            least = from;
        }
    }
    return least;
}

/* Under the lock. */
static void wake(DeliverBell *b, uint64_t end)
{
    for (size_t i = 0; i < b->count; i++) {
        Deliver *d = b->members[i];
        if (atomic_load(&d->waits_for_log) && atomic_load(&d->log_from) < end) {
            atomic_store(&d->waits_for_log, false);
            b->waiting--;
            (void)curl_multi_wakeup(d->multi);
        }
    }
}

static void *ring(void *ctx)
{
    DeliverBell *b = ctx;
    pthread_mutex_lock(&b->lock);
    while (!atomic_load(&b->stop)) {
        const uint64_t least = b->waiting > 0 ? least_of(b) : UINT64_MAX;
        if (least == UINT64_MAX) {
            pthread_cond_wait(&b->asked, &b->lock);
            continue;
        }
        pthread_mutex_unlock(&b->lock);
        const bool there = pt_log_wait(b->log, 0, least, INT64_MAX, &b->stop);
        pthread_mutex_lock(&b->lock);
        if (there) {
            wake(b, pt_log_end(b->log, 0));
        }
    }
    pthread_mutex_unlock(&b->lock);
    return NULL;
}

PtStatus deliver_bell_new(PtLog *log, DeliverBell **ret_bell, PtError *err)
{
    DeliverBell *b = calloc(1, sizeof *b);
    if (b == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for destinations");
    }
    b->log = log;
    (void)pthread_mutex_init(&b->lock, NULL); // these cannot fail with glibc
    (void)pthread_cond_init(&b->asked, NULL);
    if (pthread_create(&b->thread, NULL, ring, b) != 0) {
        (void)pthread_cond_destroy(&b->asked);
        (void)pthread_mutex_destroy(&b->lock);
        free(b);
        return pt_fail(err, PT_UNAVAILABLE, "no thread for destinations");
    }
    *ret_bell = b;
    return PT_OK;
}

void deliver_bell_free(DeliverBell *b)
{
    if (b == NULL) {
        return;
    }
    pthread_mutex_lock(&b->lock);
    atomic_store(&b->stop, true);
    pthread_cond_signal(&b->asked);
    pthread_mutex_unlock(&b->lock);
    pt_log_wake(b->log);
    (void)pthread_join(b->thread, NULL);
    (void)pthread_cond_destroy(&b->asked);
    (void)pthread_mutex_destroy(&b->lock);
    free(b);
}

void deliver_bell_join(DeliverBell *b, Deliver *d)
{
    pthread_mutex_lock(&b->lock);
    b->members[b->count++] = d;
    pthread_mutex_unlock(&b->lock);
}

void deliver_bell_leave(DeliverBell *b, Deliver *d)
{
    pthread_mutex_lock(&b->lock);
    for (size_t i = 0; i < b->count; i++) {
        if (b->members[i] == d) {
            b->waiting -= atomic_load(&d->waits_for_log);
            b->members[i] = b->members[--b->count];
            break;
        }
    }
    pthread_mutex_unlock(&b->lock);
}

void deliver_bell_wait(DeliverBell *b, Deliver *d)
{
    pthread_mutex_lock(&b->lock);
    if (!atomic_load(&d->waits_for_log)) {
        atomic_store(&d->waits_for_log, true);
        b->waiting++;
        if (b->waiting == 1) {
            pthread_cond_signal(&b->asked);
        }
    }
    // somebody who waits further back is woken by whatever comes, and the others are looked at then
    pthread_mutex_unlock(&b->lock);
}
