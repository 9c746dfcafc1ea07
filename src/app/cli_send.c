// SPDX-License-Identifier: Apache-2.0
#include "app/cli_send.h"

#include "base/json.h"
#include "base/memory.h"
#include "platform/clock.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum {
    BATCH_EVENTS_MAX = 500,
    BATCH_BYTES_MAX = 2000000, /* under 2 MiB with what stands around the events */
    BATCH_SLACK = 64 << 10,    /* the text around the events */
    THREADS = 2,               /* requests under way */
    BATCHES = 6,               /* filled, waiting or under way */
    WAIT_MS = 200,
    BACKOFF_FIRST_MS = 100,
    BACKOFF_MAX_MS = 5000,
    RETRY_AFTER_MAX_S = 30,
    SEND_IDLE_S = 60,
};

typedef enum BatchState { BATCH_FREE, BATCH_FILLING, BATCH_READY, BATCH_SENDING } BatchState;

typedef struct Batch {
    BatchState state;
    PtBuf body;
    uint64_t first; /* number of its first event */
    uint32_t count;
} Batch;

struct Sender {
    SenderConfig config;
    pthread_mutex_t lock;
    pthread_cond_t ready;   /* a batch to send, or the end */
    pthread_cond_t changed; /* a batch is free again, or a failure */
    Batch batches[BATCHES];
    Batch *filling; /* only the giving thread writes into it */
    uint64_t next;  /* number of the next event */
    bool closed, failed;
    PtError error;
    SenderCounts counts;
    int64_t last_ack_ms;
    pthread_t threads[THREADS];
    unsigned thread_count;
    void (*on_wait)(void *ctx);
    void *wait_ctx;
};

static void timed_wait(Sender *s, pthread_cond_t *cond, int64_t ms)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + ms * 1000000;
    until.tv_sec += ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    (void)pthread_cond_timedwait(cond, &s->lock, &until);
}

/* ---- The sending threads -------------------------------------------------------------------- */

static Batch *find_batch(Sender *s, BatchState state)
{
    Batch *best = NULL;
    for (size_t i = 0; i < BATCHES; i++) {
        Batch *b = &s->batches[i];
        if (b->state == state && (best == NULL || b->first < best->first)) {
            best = b;
        }
    }
    return best;
}

/* Waits between two tries; ends early when sending is over. Under the lock. */
static void back_off(Sender *s, int64_t ms)
{
    int64_t until = pt_mono_ms() + ms;
    for (int64_t now = pt_mono_ms(); now < until && !s->failed; now = pt_mono_ms()) {
        timed_wait(s, &s->changed, until - now);
    }
}

static void fail_all(Sender *s, PtStatus st, const PtError *err)
{
    if (!s->failed) {
        s->failed = true;
        s->error = *err;
        s->error.status = st;
    }
    (void)pthread_cond_broadcast(&s->ready);
    (void)pthread_cond_broadcast(&s->changed);
}

/* How many events, from the first, are acknowledged: up to the first one that is not. */
static void count_acked(Sender *s)
{
    uint64_t acked = s->next;
    for (size_t i = 0; i < BATCHES; i++) {
        const Batch *b = &s->batches[i];
        bool open = b->state != BATCH_FREE && b->count > 0;
        acked = open && b->first < acked ? b->first : acked;
    }
    s->counts.acked = acked > s->counts.acked ? acked : s->counts.acked;
}

static void acknowledge(Sender *s, Batch *b, PtStr answer)
{
    bool told = answer.len > 0 && pt_json_check(answer, 16, NULL) == PT_OK &&
                cli_json(answer, "duplicates").data != NULL;
    s->counts.sent += b->count;
    s->counts.told |= told;
    s->counts.duplicates += told ? cli_json_u64(answer, "duplicates") : 0;
    s->counts.quarantined += told ? cli_json_u64(answer, "quarantined") : 0;
    s->last_ack_ms = pt_mono_ms();
    b->state = BATCH_FREE;
    b->count = 0;
    count_acked(s);
    (void)pthread_cond_broadcast(&s->changed);
}

static bool worth_again(PtStatus st, const PtClientResponse *answer)
{
    return st == PT_UNAVAILABLE ||
           (st == PT_OK &&
            (answer->status == 429 || answer->status == 408 || answer->status / 100 == 5));
}

/* One batch until it is acknowledged or sending has failed. Called and left without the lock. */
static void deliver(Sender *s, PtClient *client, Batch *b, PtClientResponse *answer)
{
    PtClientRequest request = {.method = "POST",
                               .path = "/v1/batch",
                               .body = pt_buf_str(&b->body),
                               .basic_user = s->config.write_key,
                               .idle_timeout_s = SEND_IDLE_S};
    int64_t pause_ms = BACKOFF_FIRST_MS, since_ms = pt_mono_ms();
    for (;;) {
        PtError err = {0};
        PtStatus st = pt_client_send(client, &request, answer, &err);
        bool ok = st == PT_OK && answer->status / 100 == 2;
        bool again = worth_again(st, answer);
        if (st == PT_OK && !ok) {
            st = cli_problem(answer, &err);
        }
        (void)pthread_mutex_lock(&s->lock);
        since_ms = s->last_ack_ms > since_ms ? s->last_ack_ms : since_ms;
        again = again && !s->failed && pt_mono_ms() - since_ms < s->config.give_up_ms;
        if (ok) {
            acknowledge(s, b, pt_buf_str(&answer->body));
        } else if (!again) {
            fail_all(s, st, &err);
        } else {
            int64_t asked_s = answer->retry_after_s;
            asked_s = asked_s > RETRY_AFTER_MAX_S ? RETRY_AFTER_MAX_S : asked_s;
            s->counts.retries++;
            back_off(s, asked_s >= 0 ? asked_s * 1000 + 1 : pause_ms);
            pause_ms = pause_ms * 2 < BACKOFF_MAX_MS ? pause_ms * 2 : BACKOFF_MAX_MS;
        }
        (void)pthread_mutex_unlock(&s->lock);
        if (ok || !again) {
            return;
        }
    }
}

static void *send_batches(void *ctx)
{
    Sender *s = ctx;
    PtClient *client = NULL;
    PtClientResponse answer;
    PtError err = {0};
    pt_client_response_init(&answer, 1 << 20);
    PtStatus st = cli_client_new(s->config.cli, &client, &err);
    (void)pthread_mutex_lock(&s->lock);
    if (st != PT_OK) {
        fail_all(s, st, &err);
    }
    while (!s->failed) {
        Batch *b = find_batch(s, BATCH_READY);
        if (b == NULL && s->closed) {
            break;
        }
        if (b == NULL) {
            (void)pthread_cond_wait(&s->ready, &s->lock);
            continue;
        }
        b->state = BATCH_SENDING;
        (void)pthread_mutex_unlock(&s->lock);
        deliver(s, client, b, &answer);
        (void)pthread_mutex_lock(&s->lock);
    }
    (void)pthread_mutex_unlock(&s->lock);
    pt_client_response_done(&answer);
    pt_client_free(client);
    return NULL;
}

/* ---- The giving thread ---------------------------------------------------------------------- */

static void wait_for_change(Sender *s)
{
    timed_wait(s, &s->changed, WAIT_MS);
    if (s->on_wait != NULL) {
        (void)pthread_mutex_unlock(&s->lock);
        s->on_wait(s->wait_ctx);
        (void)pthread_mutex_lock(&s->lock);
    }
}

/* The batch being filled goes to the threads. */
static void hand_over(Sender *s)
{
    Batch *b = s->filling;
    if (b == NULL) {
        return;
    }
    pt_buf_add_str(&b->body, PT_STR("]}"));
    (void)pthread_mutex_lock(&s->lock);
    b->state = BATCH_READY;
    s->filling = NULL;
    (void)pthread_cond_signal(&s->ready);
    (void)pthread_mutex_unlock(&s->lock);
}

static bool begin_batch(Sender *s)
{
    Batch *b = NULL;
    (void)pthread_mutex_lock(&s->lock);
    while (!s->failed && (b = find_batch(s, BATCH_FREE)) == NULL) {
        wait_for_change(s);
    }
    if (!s->failed) {
        b->state = BATCH_FILLING;
        b->first = s->next;
        b->count = 0;
        pt_buf_clear(&b->body, BATCH_BYTES_MAX + BATCH_SLACK);
        s->filling = b;
    }
    bool ok = !s->failed;
    (void)pthread_mutex_unlock(&s->lock);
    if (ok) {
        pt_buf_add_str(&b->body, PT_STR("{\"batch\":["));
    }
    return ok;
}

static void count_added(Sender *s, Batch *b)
{
    (void)pthread_mutex_lock(&s->lock);
    if (b != NULL) {
        b->count++;
    }
    s->next++;
    if (b == NULL) {
        count_acked(s);
    }
    (void)pthread_mutex_unlock(&s->lock);
}

bool sender_add(Sender *s, PtStr event)
{
    if (s->next < s->config.skip) {
        count_added(s, NULL);
        return true;
    }
    if (s->filling != NULL && (s->filling->count == BATCH_EVENTS_MAX ||
                               s->filling->body.len + event.len > BATCH_BYTES_MAX)) {
        hand_over(s);
    }
    if (s->filling == NULL && !begin_batch(s)) {
        return false;
    }
    Batch *b = s->filling;
    pt_buf_add_str(&b->body, b->count > 0 ? PT_STR(",") : PT_STR(""));
    pt_buf_add_str(&b->body, event);
    if (pt_buf_status(&b->body) != PT_OK) {
        PtError err = {PT_NO_MEMORY, "no memory for a batch"};
        (void)pthread_mutex_lock(&s->lock);
        fail_all(s, PT_NO_MEMORY, &err);
        (void)pthread_mutex_unlock(&s->lock);
        return false;
    }
    count_added(s, b);
    return true;
}

PtStatus sender_finish(Sender *s, PtError *err)
{
    hand_over(s);
    (void)pthread_mutex_lock(&s->lock);
    while (!s->failed &&
           (find_batch(s, BATCH_READY) != NULL || find_batch(s, BATCH_SENDING) != NULL)) {
        wait_for_change(s);
    }
    PtStatus st = s->failed ? pt_fail(err, s->error.status, "%s", s->error.message) : PT_OK;
    (void)pthread_mutex_unlock(&s->lock);
    return st;
}

SenderCounts sender_counts(Sender *s)
{
    (void)pthread_mutex_lock(&s->lock);
    SenderCounts counts = s->counts;
    (void)pthread_mutex_unlock(&s->lock);
    return counts;
}

void sender_on_wait(Sender *s, void (*fn)(void *ctx), void *ctx)
{
    s->on_wait = fn;
    s->wait_ctx = ctx;
}

static bool init_sync(Sender *s)
{
    pthread_condattr_t attr;
    bool ok = pthread_condattr_init(&attr) == 0 &&
              pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0 &&
              pthread_mutex_init(&s->lock, NULL) == 0 && pthread_cond_init(&s->ready, &attr) == 0 &&
              pthread_cond_init(&s->changed, &attr) == 0;
    (void)pthread_condattr_destroy(&attr);
    return ok;
}

PtStatus sender_new(const SenderConfig *config, Sender **ret_sender, PtError *err)
{
    Sender *s = calloc(1, sizeof *s);
    if (s == NULL || !init_sync(s)) {
        free(s);
        return pt_fail(err, PT_NO_MEMORY, "no memory to send events");
    }
    s->config = *config;
    s->counts.acked = config->skip;
    s->last_ack_ms = pt_mono_ms();
    for (size_t i = 0; i < BATCHES; i++) {
        pt_buf_init(&s->batches[i].body, BATCH_BYTES_MAX + BATCH_SLACK);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        if (pthread_create(&s->threads[i], NULL, send_batches, s) != 0) {
            sender_free(s);
            return pt_fail(err, PT_UNAVAILABLE, "cannot start a thread");
        }
        s->thread_count++;
    }
    *ret_sender = s;
    return PT_OK;
}

void sender_free(Sender *s)
{
    if (s == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&s->lock);
    s->closed = true;
    s->failed = true; // whatever sender_finish did not see through is given up
    (void)pthread_cond_broadcast(&s->ready);
    (void)pthread_cond_broadcast(&s->changed);
    (void)pthread_mutex_unlock(&s->lock);
    for (unsigned i = 0; i < s->thread_count; i++) {
        (void)pthread_join(s->threads[i], NULL);
    }
    for (size_t i = 0; i < BATCHES; i++) {
        pt_buf_done(&s->batches[i].body);
    }
    (void)pthread_cond_destroy(&s->ready);
    (void)pthread_cond_destroy(&s->changed);
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}
