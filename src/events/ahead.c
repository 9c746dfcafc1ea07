// SPDX-License-Identifier: Apache-2.0
#include "events/ahead.h"

#include "platform/loop.h"

#include <pthread.h>
#include <stdlib.h>

enum { PARTITION = 0, BATCHES = 2 };

typedef enum BatchState {
    BATCH_EMPTY,
    BATCH_WANTED, /* the thread reads it */
    BATCH_READ,
} BatchState;

/* What a reader holds is borrowed until its next fetch, so each batch has a reader of its own. */
typedef struct Batch {
    PtLogReader *reader;
    BatchState state;
    uint64_t offset;
    const PtRecord *records;
    size_t count;
    PtStatus status;
    PtError error;
} Batch;

struct EventAhead {
    pthread_mutex_t lock; /* over the states, and all of a batch that is not BATCH_WANTED */
    pthread_cond_t moved;
    pthread_t thread;
    bool running, stop;
    Batch batches[BATCHES];
    size_t held; /* what the caller works on */
};

static Batch *wanted(EventAhead *a)
{
    for (size_t i = 0; i < BATCHES; i++) {
        if (a->batches[i].state == BATCH_WANTED) {
            return &a->batches[i];
        }
    }
    return NULL;
}

static void read_batch(Batch *b)
{
    b->count = 0;
    b->error = (PtError){0};
    pt_log_seek(b->reader, b->offset);
    b->status =
        pt_log_fetch(b->reader, EVENT_AHEAD_RECORDS, true, &b->records, &b->count, &b->error);
}

static void *thread_main(void *ctx)
{
    EventAhead *a = ctx;
    pt_background();
    (void)pthread_mutex_lock(&a->lock);
    while (!a->stop) {
        Batch *b = wanted(a);
        if (b == NULL) {
            (void)pthread_cond_wait(&a->moved, &a->lock);
            continue;
        }
        (void)pthread_mutex_unlock(&a->lock);
        read_batch(b);
        (void)pthread_mutex_lock(&a->lock);
        b->state = BATCH_READ;
        (void)pthread_cond_broadcast(&a->moved);
    }
    (void)pthread_mutex_unlock(&a->lock);
    return NULL;
}

PtStatus event_ahead_new(PtLog *log, EventAhead **ret_ahead, PtError *err)
{
    EventAhead *a = calloc(1, sizeof *a);
    PtStatus st = a != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory to read ahead");
    for (size_t i = 0; st == PT_OK && i < BATCHES; i++) {
        st = pt_log_reader_open(log, NULL, PARTITION, 0, &a->batches[i].reader, err);
    }
    if (st == PT_OK) {
        (void)pthread_mutex_init(&a->lock, NULL);
        (void)pthread_cond_init(&a->moved, NULL);
        a->running = pthread_create(&a->thread, NULL, thread_main, a) == 0;
        st = a->running ? PT_OK : pt_fail(err, PT_UNAVAILABLE, "no thread to read ahead");
        if (!a->running) {
            (void)pthread_cond_destroy(&a->moved);
            (void)pthread_mutex_destroy(&a->lock);
        }
    }
    if (st != PT_OK) {
        event_ahead_free(a);
        return st;
    }
    *ret_ahead = a;
    return PT_OK;
}

void event_ahead_free(EventAhead *a)
{
    if (a == NULL) {
        return;
    }
    if (a->running) {
        (void)pthread_mutex_lock(&a->lock);
        a->stop = true;
        (void)pthread_cond_broadcast(&a->moved);
        (void)pthread_mutex_unlock(&a->lock);
        (void)pthread_join(a->thread, NULL);
        (void)pthread_cond_destroy(&a->moved);
        (void)pthread_mutex_destroy(&a->lock);
    }
    for (size_t i = 0; i < BATCHES; i++) {
        pt_log_reader_close(a->batches[i].reader);
    }
    free(a);
}

/* Under the lock: asks for a batch that nobody reads or works on. */
static void ask(EventAhead *a, Batch *b, uint64_t offset)
{
    b->offset = offset;
    b->state = BATCH_WANTED;
    (void)pthread_cond_broadcast(&a->moved);
}

static void wait_until_read(EventAhead *a, const Batch *b)
{
    while (b->state == BATCH_WANTED) {
        (void)pthread_cond_wait(&a->moved, &a->lock);
    }
}

/* What was read of the log's end, or met trouble, is read again: it may be otherwise by now. */
static bool serves(const Batch *b, uint64_t offset)
{
    return b->state == BATCH_READ && b->offset == offset && b->status == PT_OK && b->count > 0;
}

PtStatus event_ahead_fetch(EventAhead *a, uint64_t offset, const PtRecord **ret_records,
                           size_t *ret_count, PtError *err)
{
    (void)pthread_mutex_lock(&a->lock);
    const size_t next = (a->held + 1) % BATCHES;
    Batch *b = &a->batches[next], *done = &a->batches[a->held];
    wait_until_read(a, b);
    if (!serves(b, offset)) {
        ask(a, b, offset);
        wait_until_read(a, b);
    }
    if (b->status == PT_OK && b->count > 0) {
        ask(a, done, b->records[b->count - 1].position.offset + 1);
    }
    a->held = next;
    (void)pthread_mutex_unlock(&a->lock);
    if (b->status != PT_OK) {
        return pt_fail(err, b->status, "%s", b->error.message);
    }
    *ret_records = b->records;
    *ret_count = b->count;
    return PT_OK;
}
