// SPDX-License-Identifier: Apache-2.0
#include "sender.h"

#include "base/buf.h"
#include "base/time.h"

#include <curl/curl.h>
#include <stdio.h>
#include <time.h>

enum {
    BODY_MAX = 4 << 20,
    BODY_FULL = 3 << 20, /* with more in it a batch goes, however few events it has */
    HOLD_MS = 1000,      /* an event waits at most so long for others of its batch */
    LOOK_MS = 250,       /* how often a sleeper looks at the clock it follows */
    BACKOFF_FIRST_S = 1,
    BACKOFF_MAX_S = 30,
    DAY_MS = 86400000,
    FAST = 10, /* from this pace on batches are as large as they may be */
    /* What the server did not take in time is left out, once shop time is so far behind. */
    BEHIND_MS = 6 * 3600000,
    BEHIND_S = 20, /* of the machine's time, at the clock's pace */
};

typedef struct Sender {
    Senders *all;
    Retailer *retailer;
    CURL *curl;
    struct curl_slist *headers;
    int64_t begun_ms; /* monotonic */
    unsigned jumps;   /* of the clock it follows, seen */
    bool caught_up;   /* with the clock it follows, once */
    PtBuf event;
    PtBuf bodies[RETAILER_CHANNEL_COUNT];
    unsigned held[RETAILER_CHANNEL_COUNT];
    int64_t held_since_ms[RETAILER_CHANNEL_COUNT];
} Sender;

int64_t sender_clock_ms(bool monotonic)
{
    struct timespec t;
    clock_gettime(monotonic ? CLOCK_MONOTONIC : CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool stopping(const Senders *all)
{
    return all->stopping() || atomic_load(&all->failed);
}

void sender_sleep_ms(const Senders *all, int64_t ms)
{
    const int64_t until = sender_clock_ms(true) + ms;
    for (int64_t left = ms; left > 0 && !stopping(all); left = until - sender_clock_ms(true)) {
        int64_t nap = left < 100 ? left : 100;
        struct timespec t = {0, nap * 1000000};
        (void)nanosleep(&t, NULL);
    }
}

/* ---- batches --------------------------------------------------------------------------------- */

static size_t discard(char *bytes, size_t size, size_t count, void *ctx)
{
    (void)bytes;
    (void)ctx;
    return size * count;
}

/* One try: the HTTP status, 0 when there was no answer. */
static long post(Sender *s, RetailerChannel channel, curl_off_t *ret_retry_after_s)
{
    const SenderOptions *o = &s->all->options;
    char url[1024], login[256];
    long status = 0;
    (void)snprintf(url, sizeof url, "%s/v1/batch", o->url);
    (void)snprintf(login, sizeof login, "%s:", o->keys[channel]);
    curl_easy_setopt(s->curl, CURLOPT_URL, url);
    curl_easy_setopt(s->curl, CURLOPT_USERPWD, login);
    curl_easy_setopt(s->curl, CURLOPT_POSTFIELDS, s->bodies[channel].data);
    curl_easy_setopt(s->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)s->bodies[channel].len);
    *ret_retry_after_s = 0;
    if (curl_easy_perform(s->curl) != CURLE_OK) {
        return 0;
    }
    curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(s->curl, CURLINFO_RETRY_AFTER, ret_retry_after_s);
    return status;
}

/* Until the server took it: the same message ids again, so that nothing is doubled. Once, when the
 * program is being stopped. */
static void send_until_taken(Sender *s, RetailerChannel channel)
{
    int64_t wait_s = BACKOFF_FIRST_S;
    do {
        curl_off_t retry_after_s = 0;
        long status = post(s, channel, &retry_after_s);
        if (status == 200) {
            atomic_fetch_add(&s->all->sent, s->held[channel]);
            return;
        }
        if (status != 0 && status != 429 && status < 500) {
            (void)fprintf(stderr, "patron-demo: the server answered %ld to a batch of events\n",
                          status);
            atomic_store(&s->all->failed, true);
            return;
        }
        atomic_fetch_add(&s->all->retries, 1);
        sender_sleep_ms(s->all, (retry_after_s > 0 ? retry_after_s : wait_s) * 1000);
        wait_s = wait_s * 2 < BACKOFF_MAX_S ? wait_s * 2 : BACKOFF_MAX_S;
    } while (!stopping(s->all));
}

/* Shop time is the machine's: then Patron may correct the events' stamps by sentAt. */
static bool is_live(const SenderOptions *o)
{
    return o->follow == NULL && o->speed == 1 && o->days_ago == 0;
}

static void flush(Sender *s, RetailerChannel channel)
{
    PtBuf *body = &s->bodies[channel];
    if (s->held[channel] == 0) {
        return;
    }
    pt_buf_add_char(body, ']');
    if (is_live(&s->all->options)) { // otherwise the events keep the time they carry
        char text[PT_TIME_TEXT];
        pt_buf_add_str(body, PT_STR(",\"sentAt\":\""));
        pt_buf_add_str(body, pt_time_format(sender_clock_ms(false), text));
        pt_buf_add_char(body, '"');
    }
    pt_buf_add_char(body, '}');
    if (pt_buf_status(body) != PT_OK) {
        (void)fputs("patron-demo: out of memory\n", stderr);
        atomic_store(&s->all->failed, true);
        return;
    }
    send_until_taken(s, channel);
    pt_buf_clear(body, BODY_MAX);
    s->held[channel] = 0;
}

/* All channels together, so that what one person did here and there arrives in its order. */
static void flush_ready(Sender *s, unsigned batch, int64_t held_ms)
{
    const int64_t now = sender_clock_ms(true);
    bool ready = false;
    for (unsigned c = 0; c < RETAILER_CHANNEL_COUNT; c++) {
        ready = ready || s->held[c] >= batch || s->bodies[c].len >= BODY_FULL ||
                (s->held[c] > 0 && now - s->held_since_ms[c] >= held_ms);
    }
    for (unsigned c = 0; ready && c < RETAILER_CHANNEL_COUNT && !atomic_load(&s->all->failed);
         c++) {
        flush(s, (RetailerChannel)c);
    }
}

/* s->event stands behind its batch. */
static void add_event(Sender *s, RetailerChannel channel)
{
    PtBuf *body = &s->bodies[channel];
    if (s->held[channel]++ == 0) {
        pt_buf_add_str(body, PT_STR("{\"batch\":["));
        s->held_since_ms[channel] = sender_clock_ms(true);
    } else {
        pt_buf_add_char(body, ',');
    }
    pt_buf_add_str(body, pt_buf_str(&s->event));
}

/* ---- pace ------------------------------------------------------------------------------------ */

typedef enum Turn { TURN_SEND, TURN_WAIT, TURN_DROP } Turn;

/* By the machine's clock: at its pace, and never before it happens. */
static Turn turn_by_machine(const Sender *s, int64_t at_ms, int64_t *ret_left_ms)
{
    const SenderOptions *o = &s->all->options;
    const int64_t now = sender_clock_ms(true);
    const int64_t due =
        o->speed > 0 ? s->begun_ms + (int64_t)((double)(at_ms - s->all->start_ms) / o->speed) : now;
    const int64_t happens = now + at_ms - sender_clock_ms(false);
    *ret_left_ms = (due > happens ? due : happens) - now;
    return *ret_left_ms > 0 ? TURN_WAIT : TURN_SEND;
}

/* By the daemon's. A clock that was set, or that the server cannot keep up with, takes the shop
 * along: what would have happened in between is left out. */
static Turn turn_by_daemon(Sender *s, int64_t at_ms, int64_t *ret_left_ms)
{
    const FollowTime t = follow_time(s->all->options.follow);
    const double lag_max =
        t.speed * BEHIND_S * 1000 > BEHIND_MS ? t.speed * BEHIND_S * 1000 : (double)BEHIND_MS;
    const bool jumped = t.jumps != s->jumps;
    const bool left_behind = s->caught_up && (double)(t.now_ms - at_ms) > lag_max;
    s->jumps = t.jumps;
    if ((jumped && s->caught_up) || left_behind) {
        retailer_set_time(s->retailer, t.now_ms);
        return TURN_DROP;
    }
    if (at_ms <= t.now_ms) {
        return TURN_SEND;
    }
    s->caught_up = true;
    const double left = t.speed > 0 ? (double)(at_ms - t.now_ms) / t.speed + 1 : LOOK_MS;
    *ret_left_ms = left < LOOK_MS ? (int64_t)left : LOOK_MS;
    return TURN_WAIT;
}

static unsigned batch_of(Sender *s)
{
    const SenderOptions *o = &s->all->options;
    const bool fast = o->follow != NULL && (!s->caught_up || follow_time(o->follow).speed > FAST);
    return fast ? SENDER_BATCH_MAX : (unsigned)o->batch;
}

/* Until the event happens; false when it never will. Meanwhile others go when they must. */
static bool wait_for(Sender *s, int64_t at_ms)
{
    while (!stopping(s->all)) {
        int64_t left_ms = 0;
        const Turn turn = s->all->options.follow != NULL ? turn_by_daemon(s, at_ms, &left_ms)
                                                         : turn_by_machine(s, at_ms, &left_ms);
        if (turn != TURN_WAIT) {
            return turn == TURN_SEND;
        }
        sender_sleep_ms(s->all, left_ms < LOOK_MS ? left_ms : LOOK_MS);
        flush_ready(s, batch_of(s), HOLD_MS);
    }
    return false;
}

/* Reserves one of the events still to be sent. */
static bool take_one(Senders *all)
{
    const double count = all->options.count;
    return atomic_fetch_add(&all->taken, 1) < (count > 0 ? (uint64_t)count : UINT64_MAX);
}

static void run(Sender *s)
{
    RetailerMeta meta = {0};
    s->begun_ms = sender_clock_ms(true);
    while (!stopping(s->all) && take_one(s->all)) {
        do {
            pt_buf_clear(&s->event, RETAILER_EVENT_MAX * 2);
            retailer_next(s->retailer, &s->event, &meta);
        } while (!wait_for(s, meta.time_ms) && !stopping(s->all));
        if (stopping(s->all)) {
            break; // the last one has not happened
        }
        atomic_store(&s->all->shop_ms, meta.time_ms);
        add_event(s, meta.channel);
        flush_ready(s, batch_of(s), HOLD_MS);
    }
    flush_ready(s, 0, 0);
}

/* ---- thread ---------------------------------------------------------------------------------- */

static bool sender_open(Sender *s, unsigned index)
{
    const SenderOptions *o = &s->all->options;
    s->retailer = retailer_new((uint64_t)o->seed + index, s->all->start_ms, o->rate / o->threads);
    s->curl = curl_easy_init();
    s->headers = curl_slist_append(NULL, "Content-Type: application/json");
    pt_buf_init(&s->event, RETAILER_EVENT_MAX * 2);
    for (unsigned c = 0; c < RETAILER_CHANNEL_COUNT; c++) {
        pt_buf_init(&s->bodies[c], BODY_MAX);
    }
    if (s->retailer == NULL || s->curl == NULL || s->headers == NULL) {
        return false;
    }
    curl_easy_setopt(s->curl, CURLOPT_HTTPHEADER, s->headers);
    curl_easy_setopt(s->curl, CURLOPT_WRITEFUNCTION, discard);
    curl_easy_setopt(s->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(s->curl, CURLOPT_TIMEOUT, 60L);
    return true;
}

static void sender_close(Sender *s)
{
    for (unsigned c = 0; c < RETAILER_CHANNEL_COUNT; c++) {
        pt_buf_done(&s->bodies[c]);
    }
    pt_buf_done(&s->event);
    curl_slist_free_all(s->headers);
    curl_easy_cleanup(s->curl);
    retailer_free(s->retailer);
}

void *sender_main(void *arg)
{
    const SenderStart *start = arg;
    Sender s = {.all = start->all};
    if (sender_open(&s, start->index)) {
        run(&s);
    } else {
        (void)fputs("patron-demo: out of memory\n", stderr);
        atomic_store(&s.all->failed, true);
    }
    sender_close(&s);
    return NULL;
}
