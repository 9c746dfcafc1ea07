// SPDX-License-Identifier: Apache-2.0
/* patron-demo: the demo retailer's web shop, app and tills, sending through the public intake as
 * any client does. Every event says context.demo = true. */
#include "retailer.h"

#include "base/buf.h"
#include "base/time.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    BATCH_MAX = 1000,
    BODY_MAX = 4 << 20,
    THREADS_MAX = 64,
    HOLD_MS = 1000, /* an event waits at most so long for others of its batch */
    BACKOFF_FIRST_S = 1,
    BACKOFF_MAX_S = 30,
    REPORT_S = 10,
    DAY_MS = 86400000,
};

typedef struct Options {
    const char *url;
    const char *keys[RETAILER_CHANNEL_COUNT];
    double rate, speed; /* speed 0: as fast as the server takes it */
    double days_ago;    /* -1: not given */
    double count;       /* 0: until stopped */
    double batch, threads, seed;
} Options;

static Options options = {.url = "http://127.0.0.1:8080",
                          .rate = 5,
                          .speed = 1,
                          .batch = 20,
                          .days_ago = -1,
                          .threads = 1,
                          .seed = 1};
static volatile sig_atomic_t stop_signal;
static atomic_bool failed;
static atomic_ullong sent, taken, retries;
static atomic_llong simulated_ms;

typedef struct Sender {
    Retailer *retailer;
    CURL *curl;
    struct curl_slist *headers;
    PtBuf bodies[RETAILER_CHANNEL_COUNT];
    unsigned held[RETAILER_CHANNEL_COUNT];
    int64_t held_since_ms[RETAILER_CHANNEL_COUNT];
} Sender;

static void on_signal(int number)
{
    stop_signal = number;
}

static bool stopping(void)
{
    return stop_signal != 0 || atomic_load(&failed);
}

static int64_t clock_ms(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* In short naps, so that a signal is heard. */
static void sleep_ms(int64_t ms)
{
    int64_t until = clock_ms(CLOCK_MONOTONIC) + ms;
    for (int64_t left = ms; left > 0 && !stopping(); left = until - clock_ms(CLOCK_MONOTONIC)) {
        int64_t nap = left < 100 ? left : 100;
        struct timespec t = {0, nap * 1000000};
        (void)nanosleep(&t, NULL);
    }
}

static size_t discard(char *bytes, size_t size, size_t count, void *ctx)
{
    (void)bytes;
    (void)ctx;
    return size * count;
}

static bool is_live(void)
{
    return options.speed == 1 && options.days_ago == 0;
}

/* One try: the HTTP status, 0 when there was no answer. */
static long post(Sender *s, RetailerChannel channel, curl_off_t *ret_retry_after_s)
{
    char url[1024], login[256];
    long status = 0;
    (void)snprintf(url, sizeof url, "%s/v1/batch", options.url);
    (void)snprintf(login, sizeof login, "%s:", options.keys[channel]);
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
            atomic_fetch_add(&sent, s->held[channel]);
            return;
        }
        if (status != 0 && status != 429 && status < 500) {
            (void)fprintf(stderr, "patron-demo: the server answered %ld to a batch of events\n",
                          status);
            atomic_store(&failed, true);
            return;
        }
        atomic_fetch_add(&retries, 1);
        sleep_ms((retry_after_s > 0 ? retry_after_s : wait_s) * 1000);
        wait_s = wait_s * 2 < BACKOFF_MAX_S ? wait_s * 2 : BACKOFF_MAX_S;
    } while (!stopping());
}

static void flush(Sender *s, RetailerChannel channel)
{
    PtBuf *body = &s->bodies[channel];
    if (s->held[channel] == 0) {
        return;
    }
    pt_buf_add_char(body, ']');
    if (is_live()) { // otherwise the events keep the time they carry
        char text[PT_TIME_TEXT];
        pt_buf_add_str(body, PT_STR(",\"sentAt\":\""));
        pt_buf_add_str(body, pt_time_format(clock_ms(CLOCK_REALTIME), text));
        pt_buf_add_char(body, '"');
    }
    pt_buf_add_char(body, '}');
    if (pt_buf_status(body) != PT_OK) {
        (void)fputs("patron-demo: out of memory\n", stderr);
        atomic_store(&failed, true);
        return;
    }
    send_until_taken(s, channel);
    pt_buf_clear(body, BODY_MAX);
    s->held[channel] = 0;
}

/* Reserves one of the events still to be sent. */
static bool take_one(void)
{
    return atomic_fetch_add(&taken, 1) < (options.count > 0 ? (uint64_t)options.count : UINT64_MAX);
}

/* The next event stands behind its batch; says when it happens. */
static int64_t add_event(Sender *s, PtBuf *event)
{
    RetailerMeta meta = {0};
    pt_buf_clear(event, RETAILER_EVENT_MAX * 2);
    retailer_next(s->retailer, event, &meta);
    PtBuf *body = &s->bodies[meta.channel];
    if (s->held[meta.channel]++ == 0) {
        pt_buf_add_str(body, PT_STR("{\"batch\":["));
        s->held_since_ms[meta.channel] = clock_ms(CLOCK_MONOTONIC);
    } else {
        pt_buf_add_char(body, ',');
    }
    pt_buf_add_str(body, pt_buf_str(event));
    return meta.time_ms;
}

static void flush_ready(Sender *s, int64_t held_ms)
{
    int64_t now = clock_ms(CLOCK_MONOTONIC);
    for (unsigned c = 0; c < RETAILER_CHANNEL_COUNT && !atomic_load(&failed); c++) {
        if (s->held[c] >= (unsigned)options.batch ||
            (s->held[c] > 0 && now - s->held_since_ms[c] >= held_ms)) {
            flush(s, (RetailerChannel)c);
        }
    }
}

/* When an event is to be sent, on the monotonic clock: at its pace, and never before it happens. */
static int64_t due_of(int64_t at_ms, int64_t start_ms, int64_t begun)
{
    int64_t now = clock_ms(CLOCK_MONOTONIC);
    int64_t due =
        options.speed > 0 ? begun + (int64_t)((double)(at_ms - start_ms) / options.speed) : now;
    int64_t happens = now + at_ms - clock_ms(CLOCK_REALTIME);
    return due > happens ? due : happens;
}

static void run_sender(Sender *s, int64_t start_ms)
{
    PtBuf event;
    pt_buf_init(&event, RETAILER_EVENT_MAX * 2);
    int64_t begun = clock_ms(CLOCK_MONOTONIC);
    while (!stopping() && take_one()) {
        int64_t at = add_event(s, &event);
        atomic_store(&simulated_ms, at);
        int64_t due = due_of(at, start_ms, begun);
        while (!stopping() && clock_ms(CLOCK_MONOTONIC) < due) {
            int64_t left = due - clock_ms(CLOCK_MONOTONIC);
            sleep_ms(left < HOLD_MS / 4 ? left : HOLD_MS / 4);
            flush_ready(s, HOLD_MS);
        }
        flush_ready(s, HOLD_MS);
    }
    flush_ready(s, 0);
    pt_buf_done(&event);
}

static void *sender_main(void *arg)
{
    unsigned index = *(const unsigned *)arg;
    int64_t start_ms = clock_ms(CLOCK_REALTIME) - (int64_t)(options.days_ago * DAY_MS);
    Sender s = {.retailer = retailer_new((uint64_t)options.seed + index, start_ms,
                                         options.rate / options.threads),
                .curl = curl_easy_init(),
                .headers = curl_slist_append(NULL, "Content-Type: application/json")};
    for (unsigned c = 0; c < RETAILER_CHANNEL_COUNT; c++) {
        pt_buf_init(&s.bodies[c], BODY_MAX);
    }
    if (s.retailer == NULL || s.curl == NULL || s.headers == NULL) {
        (void)fputs("patron-demo: out of memory\n", stderr);
        atomic_store(&failed, true);
    } else {
        curl_easy_setopt(s.curl, CURLOPT_HTTPHEADER, s.headers);
        curl_easy_setopt(s.curl, CURLOPT_WRITEFUNCTION, discard);
        curl_easy_setopt(s.curl, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(s.curl, CURLOPT_TIMEOUT, 60L);
        run_sender(&s, start_ms);
    }
    for (unsigned c = 0; c < RETAILER_CHANNEL_COUNT; c++) {
        pt_buf_done(&s.bodies[c]);
    }
    curl_slist_free_all(s.headers);
    curl_easy_cleanup(s.curl);
    retailer_free(s.retailer);
    return NULL;
}

static void report(int64_t begun, uint64_t *last, int64_t *last_ms)
{
    char text[PT_TIME_TEXT];
    int64_t now = clock_ms(CLOCK_MONOTONIC);
    uint64_t count = atomic_load(&sent);
    double rate = now > *last_ms ? (double)(count - *last) * 1000 / (double)(now - *last_ms) : 0;
    (void)pt_time_format(atomic_load(&simulated_ms), text);
    (void)printf("%6lld s  shop time %s  %llu events sent  %.1f/s  %llu retries\n",
                 (long long)(now - begun) / 1000, text, (unsigned long long)count, rate,
                 (unsigned long long)atomic_load(&retries));
    (void)fflush(stdout);
    *last = count;
    *last_ms = now;
}

static int usage(void)
{
    (void)fputs(
        "usage: patron-demo --url URL (--key KEY | --web-key KEY --app-key KEY --till-key KEY)\n"
        "  --rate R        events a second of shop time, a week's mean (5)\n"
        "  --speed N       shop time runs N times faster (1); 0: as fast as the server takes it\n"
        "  --days-ago D    shop time starts D days ago (0; 30 with another speed than 1); it goes "
        "at\n"
        "                  the wall's pace once it has caught up\n"
        "  --count N       stop after N events\n"
        "  --batch N       events a request, 1..1000 (20)\n"
        "  --threads N     senders, each with its own visitors (1)\n"
        "  --seed N        other visitors (1)\n",
        stderr);
    return 2;
}

static const struct TextOption {
    const char *name;
    int channel; /* -1: the URL, RETAILER_CHANNEL_COUNT: every channel's key */
} text_options[] = {
    {"--url", -1},
    {"--key", RETAILER_CHANNEL_COUNT},
    {"--web-key", RETAILER_WEB},
    {"--app-key", RETAILER_APP},
    {"--till-key", RETAILER_TILL},
};

static const struct NumberOption {
    const char *name;
    double *value, min, max;
} number_options[] = {
    {"--rate", &options.rate, 1e-6, 1e7},        {"--speed", &options.speed, 0, 1e7},
    {"--days-ago", &options.days_ago, 0, 20000}, {"--count", &options.count, 0, 1e15},
    {"--batch", &options.batch, 1, BATCH_MAX},   {"--threads", &options.threads, 1, THREADS_MAX},
    {"--seed", &options.seed, 0, 1e15},
};

static void set_text(int channel, const char *value)
{
    if (channel < 0) {
        options.url = value;
    }
    for (int c = 0; c < RETAILER_CHANNEL_COUNT; c++) {
        if (channel == c || channel == RETAILER_CHANNEL_COUNT) {
            options.keys[c] = value;
        }
    }
}

static bool set_option(const char *name, const char *value)
{
    for (size_t i = 0; i < sizeof text_options / sizeof *text_options; i++) {
        if (strcmp(name, text_options[i].name) == 0) {
            set_text(text_options[i].channel, value);
            return true;
        }
    }
    for (size_t i = 0; i < sizeof number_options / sizeof *number_options; i++) {
        const struct NumberOption *o = &number_options[i];
        if (strcmp(name, o->name) == 0) {
            char *end = NULL;
            *o->value = strtod(value, &end);
            return end != value && *end == 0 && *o->value >= o->min && *o->value <= o->max;
        }
    }
    return false;
}

static bool parse(int argc, char **argv)
{
    if (argc % 2 == 0) {
        return false;
    }
    for (int i = 1; i + 1 < argc; i += 2) {
        if (!set_option(argv[i], argv[i + 1])) {
            return false;
        }
    }
    for (unsigned c = 0; c < RETAILER_CHANNEL_COUNT; c++) {
        if (options.keys[c] == NULL) {
            return false;
        }
    }
    if (options.days_ago < 0) {
        options.days_ago = options.speed == 1 ? 0 : 30;
    }
    return true;
}

int main(int argc, char **argv)
{
    static pthread_t threads[THREADS_MAX];
    static unsigned indexes[THREADS_MAX];
    if (!parse(argc, argv)) {
        return usage();
    }
    (void)signal(SIGINT, on_signal);
    (void)signal(SIGTERM, on_signal);
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
    int64_t begun = clock_ms(CLOCK_MONOTONIC), last_ms = begun;
    uint64_t last = 0;
    for (unsigned i = 0; i < (unsigned)options.threads; i++) {
        indexes[i] = i;
        if (pthread_create(&threads[i], NULL, sender_main, &indexes[i]) != 0) {
            (void)fputs("patron-demo: cannot start a thread\n", stderr);
            return 1;
        }
    }
    while (!stopping() && (options.count == 0 || atomic_load(&sent) < (uint64_t)options.count)) {
        sleep_ms(200);
        if (clock_ms(CLOCK_MONOTONIC) - last_ms >= REPORT_S * 1000) {
            report(begun, &last, &last_ms);
        }
    }
    for (unsigned i = 0; i < (unsigned)options.threads; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    last = 0;
    last_ms = begun;
    report(begun, &last, &last_ms);
    curl_global_cleanup();
    return atomic_load(&failed) ? 1 : 0;
}
