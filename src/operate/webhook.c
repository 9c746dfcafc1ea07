// SPDX-License-Identifier: Apache-2.0
#include "operate/webhook.h"

#include "base/hash.h"
#include "base/memory.h"
#include "platform/client.h"
#include "platform/clock.h"
#include "platform/diag.h"
#include "platform/loop.h"

#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TRY_S = 20, PAUSE_FIRST_MS = 1000, PAUSE_MAX_MS = 300000, KEEP_MS = 24 * 3600 * 1000 };

typedef struct Message {
    struct Message *next;
    int64_t since_mono_ms;
    size_t len;
    char body[];
} Message;

struct Webhook {
    char *base, *path, *secret; /* owned; "https://host:port", "/path?query" */
    pthread_mutex_t lock;
    pthread_cond_t wake;
    Message *first, *last;
    WebhookStats stats;
    pthread_t thread;
    bool has_thread;
    _Atomic bool stopping;
};

void webhook_sign(PtStr secret, int64_t time_ms, PtStr body, char out[static 65])
{
    crypto_auth_hmacsha256_state h;
    uint8_t mac[crypto_auth_hmacsha256_BYTES];
    char stamp[32];
    int n = snprintf(stamp, sizeof stamp, "%lld.", (long long)time_ms);
    (void)crypto_auth_hmacsha256_init(&h, (const uint8_t *)secret.data, secret.len);
    (void)crypto_auth_hmacsha256_update(&h, (const uint8_t *)stamp, (unsigned long long)n);
    (void)crypto_auth_hmacsha256_update(&h, (const uint8_t *)body.data, body.len);
    (void)crypto_auth_hmacsha256_final(&h, mac);
    pt_hex(mac, sizeof mac, out);
}

static bool stopped(void *ctx)
{
    return atomic_load(&((Webhook *)ctx)->stopping);
}

/* One try. Without the lock: the message stays in the queue, and only this thread takes it out. */
static bool deliver(Webhook *w, const Message *m, PtError *err)
{
    PT_CLEANUP(pt_client_freep) PtClient *client = NULL;
    const PtClientConfig config = {.url = w->base};
    const int64_t now_ms = pt_clock_now_ms(pt_clock_real());
    const PtStr body = {m->body, m->len};
    char hex[65], header[140];
    PtClientResponse answer;
    webhook_sign(pt_str(w->secret), now_ms, body, hex);
    (void)snprintf(header, sizeof header, "X-Patron-Signature: t=%lld,v1=%s", (long long)now_ms,
                   hex);
    const PtClientRequest request = {.method = "POST",
                                     .path = w->path,
                                     .body = body,
                                     .content_type = "application/json",
                                     .header = w->secret[0] != '\0' ? header : NULL,
                                     .idle_timeout_s = TRY_S,
                                     .is_stopped = stopped,
                                     .ctx = w};
    pt_client_response_init(&answer, 64 << 10);
    PtStatus st = pt_client_new(&config, &client, err);
    if (st == PT_OK) {
        st = pt_client_send(client, &request, &answer, err);
    }
    const int status = answer.status;
    const bool sent = st == PT_OK && !answer.stopped && status / 100 == 2;
    pt_client_response_done(&answer);
    if (st == PT_OK && !sent) {
        (void)pt_fail(err, PT_UNAVAILABLE, "it answered %d", status);
    }
    return sent;
}

/* Under the lock. */
static void drop_first(Webhook *w)
{
    Message *m = w->first;
    w->first = m->next;
    w->last = w->first == NULL ? NULL : w->last;
    w->stats.waiting--;
    free(m);
}

/* Under the lock: false when it was told to stop. */
static bool sleep_ms(Webhook *w, int64_t ms)
{
    const int64_t until_ns = pt_mono_ns() + ms * 1000000;
    const struct timespec until = {until_ns / 1000000000, until_ns % 1000000000};
    int rc = 0;
    while (!atomic_load(&w->stopping) && rc == 0) {
        rc = pthread_cond_timedwait(&w->wake, &w->lock, &until);
    }
    return !atomic_load(&w->stopping);
}

/* Under the lock: after a failed try. */
static void put_off(Webhook *w, const PtError *why, int64_t *pause_ms)
{
    w->stats.failed_tries++;
    if (pt_mono_ms() - w->first->since_mono_ms > KEEP_MS) {
        w->stats.given_up++;
        pt_diag(PT_DIAG_ERROR, "alerts", "webhook given up", PT_F_STR("why", pt_str(why->message)));
        drop_first(w);
    } else if (*pause_ms == PAUSE_FIRST_MS) {
        pt_diag(PT_DIAG_WARN, "alerts", "webhook not delivered, trying again",
                PT_F_STR("why", pt_str(why->message)));
    }
    (void)sleep_ms(w, *pause_ms);
    *pause_ms = 2 * *pause_ms < PAUSE_MAX_MS ? 2 * *pause_ms : PAUSE_MAX_MS;
}

static void *send_all(void *ctx)
{
    Webhook *w = ctx;
    int64_t pause_ms = PAUSE_FIRST_MS;
    pt_background();
    pthread_mutex_lock(&w->lock);
    while (!atomic_load(&w->stopping)) {
        if (w->first == NULL) {
            pthread_cond_wait(&w->wake, &w->lock);
            continue;
        }
        PtError err = {0};
        const Message *m = w->first;
        pthread_mutex_unlock(&w->lock);
        const bool sent = deliver(w, m, &err);
        pthread_mutex_lock(&w->lock);
        if (sent) {
            w->stats.sent++;
            drop_first(w);
            pause_ms = PAUSE_FIRST_MS;
        } else if (!atomic_load(&w->stopping)) {
            put_off(w, &err, &pause_ms);
        }
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

static void init_wake(Webhook *w)
{
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr); // these cannot fail with glibc
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&w->wake, &attr);
    (void)pthread_condattr_destroy(&attr);
    (void)pthread_mutex_init(&w->lock, NULL);
}

PtStatus webhook_new(const char *url, const char *secret, Webhook **ret_webhook, PtError *err)
{
    const char *host = strncmp(url, "https://", 8) == 0  ? url + 8
                       : strncmp(url, "http://", 7) == 0 ? url + 7
                                                         : NULL;
    if (host == NULL || host[0] == '\0' || host[0] == '/') {
        return pt_fail(err, PT_INVALID, "alert.webhook_url is no http or https URL");
    }
    Webhook *w = calloc(1, sizeof *w);
    if (w == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the webhook");
    }
    const size_t host_len = strcspn(host, "/?");
    init_wake(w);
    w->base = strndup(url, (size_t)(host - url) + host_len);
    w->secret = strdup(secret);
    if (asprintf(&w->path, "%s%s", host[host_len] == '/' ? "" : "/", host + host_len) < 0) {
        w->path = NULL;
    }
    if (w->base == NULL || w->path == NULL || w->secret == NULL) {
        webhook_free(w);
        return pt_fail(err, PT_NO_MEMORY, "no memory for the webhook");
    }
    *ret_webhook = w;
    return PT_OK;
}

void webhook_free(Webhook *w)
{
    if (w == NULL) {
        return;
    }
    pthread_mutex_lock(&w->lock);
    atomic_store(&w->stopping, true);
    pthread_cond_broadcast(&w->wake);
    pthread_mutex_unlock(&w->lock);
    if (w->has_thread) {
        (void)pthread_join(w->thread, NULL);
    }
    while (w->first != NULL) {
        drop_first(w);
    }
    (void)pthread_cond_destroy(&w->wake);
    (void)pthread_mutex_destroy(&w->lock);
    if (w->secret != NULL) {
        explicit_bzero(w->secret, strlen(w->secret));
    }
    free(w->base);
    free(w->path);
    free(w->secret);
    free(w);
}

void webhook_send(Webhook *w, PtStr body)
{
    Message *m = body.len <= WEBHOOK_BODY_MAX ? malloc(sizeof *m + body.len) : NULL;
    pthread_mutex_lock(&w->lock);
    if (m == NULL || w->stats.waiting == WEBHOOK_QUEUE) {
        w->stats.given_up++; // the newest: the first may be on its way
        free(m);
        pthread_mutex_unlock(&w->lock);
        return;
    }
    *m = (Message){.since_mono_ms = pt_mono_ms(), .len = body.len};
    memcpy(m->body, body.data, body.len);
    *(w->last != NULL ? &w->last->next : &w->first) = m;
    w->last = m;
    w->stats.waiting++;
    if (!w->has_thread) {
        w->has_thread = pthread_create(&w->thread, NULL, send_all, w) == 0;
    }
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
}

WebhookStats webhook_stats(Webhook *w)
{
    pthread_mutex_lock(&w->lock);
    WebhookStats s = w->stats;
    pthread_mutex_unlock(&w->lock);
    return s;
}
