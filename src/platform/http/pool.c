// SPDX-License-Identifier: Apache-2.0
#include "platform/loop.h"

#include "platform/clock.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { BACKGROUND_NICE = 10, OFFER_EVERY_NS = 100000 };

typedef struct Job {
    void (*fn)(void *ctx);
    void *ctx;
} Job;

struct PtPool {
    pthread_mutex_t mutex; // all below
    pthread_cond_t wanted;
    Job *ring;
    unsigned head, count, cap;
    bool stopping;
    unsigned thread_count;
    pthread_t threads[];
};

static void *work(void *arg)
{
    PtPool *pool = arg;
    pthread_mutex_lock(&pool->mutex);
    for (;;) {
        while (pool->count == 0 && !pool->stopping) {
            pthread_cond_wait(&pool->wanted, &pool->mutex);
        }
        if (pool->count == 0) {
            break;
        }
        Job job = pool->ring[pool->head];
        pool->head = (pool->head + 1) % pool->cap;
        pool->count--;
        pthread_mutex_unlock(&pool->mutex);
        job.fn(job.ctx);
        pthread_mutex_lock(&pool->mutex);
    }
    pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

/* Workers take no signals: those belong to the thread that waits for them. */
static int start_worker(PtPool *pool)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&pool->threads[pool->thread_count], NULL, work, pool);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    pool->thread_count += rc == 0;
    return rc;
}

PtStatus pt_pool_new(unsigned threads, unsigned max_queued, PtPool **ret_pool, PtError *err)
{
    if (threads == 0 || threads > 1024 || max_queued == 0) {
        return pt_fail(err, PT_INVALID, "a pool wants 1..1024 threads and room for one job");
    }
    PtPool *pool = calloc(1, sizeof *pool + threads * sizeof(pthread_t));
    Job *ring = calloc(max_queued, sizeof(Job));
    if (pool == NULL || ring == NULL) {
        free(pool);
        free(ring);
        return pt_fail(err, PT_NO_MEMORY, "no memory for a pool of %u threads", threads);
    }
    pool->ring = ring;
    pool->cap = max_queued;
    (void)pthread_mutex_init(&pool->mutex, NULL);
    (void)pthread_cond_init(&pool->wanted, NULL);
    for (unsigned i = 0; i < threads; i++) {
        int rc = start_worker(pool);
        if (rc != 0) {
            pt_pool_free(pool);
            return pt_fail(err, pt_status_of_errno(rc), "cannot start thread %u of %u: %s", i + 1,
                           threads, strerror(rc));
        }
    }
    *ret_pool = pool;
    return PT_OK;
}

void pt_pool_free(PtPool *pool)
{
    if (pool == NULL) {
        return;
    }
    pthread_mutex_lock(&pool->mutex);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->wanted);
    pthread_mutex_unlock(&pool->mutex);
    for (unsigned i = 0; i < pool->thread_count; i++) {
        (void)pthread_join(pool->threads[i], NULL);
    }
    (void)pthread_cond_destroy(&pool->wanted);
    (void)pthread_mutex_destroy(&pool->mutex);
    free(pool->ring);
    free(pool);
}

PtStatus pt_pool_submit(PtPool *pool, void (*fn)(void *ctx), void *ctx)
{
    pthread_mutex_lock(&pool->mutex);
    bool room = pool->count < pool->cap;
    if (room) {
        pool->ring[(pool->head + pool->count) % pool->cap] = (Job){fn, ctx};
        pool->count++;
        pthread_cond_signal(&pool->wanted);
    }
    pthread_mutex_unlock(&pool->mutex);
    return room ? PT_OK : PT_BUSY;
}

static _Thread_local struct {
    bool is;
    int64_t offered_ns; /* by the machine */
} background;

void pt_background(void)
{
    background.is = true;
    // Linux: a thread's own nice value, by its number. Without it the work is only less polite.
    (void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), BACKGROUND_NICE);
}

void pt_background_offer(void)
{
    const int64_t now_ns = background.is ? pt_mono_ns() : 0;
    if (now_ns - background.offered_ns >= OFFER_EVERY_NS) {
        (void)sched_yield(); // never fails on Linux
        background.offered_ns = pt_mono_ns();
    }
}
