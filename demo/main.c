// SPDX-License-Identifier: Apache-2.0
/* patron-demo: the demo retailer's web shop, app and tills, sending through the public intake as
 * any client does, and the pages of its shop. Every event says context.demo = true. */
#include "desk.h"
#include "follow.h"
#include "retailer.h"
#include "scenario.h"
#include "sender.h"
#include "server.h"

#include "base/time.h"

#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPORT_S = 10, REPORT_BEHIND_S = 2, DAY_MS = 86400000 };

static struct Program {
    const char *pages, *patron;
    const char *operator_token, *associate_token; /* from the environment: lists of processes show
                                                     command lines */
    bool follows;
    DemoServe *server;
    double desk_days; /* below 0: the retailer has no desk */
    DemoDesk *desk;
} program = {.desk_days = -1};

static volatile sig_atomic_t stop_signal;

static bool is_stopping(void)
{
    return stop_signal != 0;
}

static Senders senders = {.options = {.url = "http://127.0.0.1:8080",
                                      .rate = 5,
                                      .speed = 1,
                                      .batch = 20,
                                      .days_ago = -1,
                                      .threads = 1,
                                      .seed = 1},
                          .stopping = is_stopping};

static void on_signal(int number)
{
    stop_signal = number;
}

/* ---- what was done --------------------------------------------------------------------------- */

typedef struct Report {
    int64_t begun_ms, last_ms; /* monotonic */
    uint64_t last;
} Report;

/* How far behind the clock it follows, ms of shop time. */
static int64_t behind_ms(void)
{
    Follow *follow = senders.options.follow;
    const int64_t shop_ms = atomic_load(&senders.shop_ms);
    return follow != NULL && shop_ms != 0 ? follow_time(follow).now_ms - shop_ms : 0;
}

static void report(Report *r)
{
    char text[PT_TIME_TEXT];
    const int64_t now = sender_clock_ms(true), behind = behind_ms();
    const uint64_t count = atomic_load(&senders.sent);
    const double rate =
        now > r->last_ms ? (double)(count - r->last) * 1000 / (double)(now - r->last_ms) : 0;
    (void)pt_time_format(atomic_load(&senders.shop_ms), text);
    (void)printf("%6lld s  shop time %s  %llu events sent  %.1f/s  %llu retries",
                 (long long)(now - r->begun_ms) / 1000, text, (unsigned long long)count, rate,
                 (unsigned long long)atomic_load(&senders.retries));
    if (behind > DAY_MS) {
        (void)printf("  %.1f days to go", (double)behind / DAY_MS);
    }
    (void)putchar('\n');
    (void)fflush(stdout);
    r->last = count;
    r->last_ms = now;
}

/* Until all is sent or a signal comes. */
static void watch(Report *r)
{
    const double count = senders.options.count;
    Follow *follow = senders.options.follow;
    while (!is_stopping() && !atomic_load(&senders.failed) &&
           (count == 0 || atomic_load(&senders.sent) < (uint64_t)count)) {
        sender_sleep_ms(&senders, 200);
        scenario_set_time(follow != NULL ? follow_time(follow).now_ms
                                         : (int64_t)atomic_load(&senders.shop_ms));
        const int64_t every_s = behind_ms() > DAY_MS ? REPORT_BEHIND_S : REPORT_S;
        if (sender_clock_ms(true) - r->last_ms >= every_s * 1000) {
            report(r);
        }
    }
}

/* ---- what was asked for ---------------------------------------------------------------------- */

static int usage(void)
{
    (void)fputs(
        "usage: patron-demo --url URL (--key KEY | --web-key KEY --app-key KEY --till-key KEY)\n"
        "  --rate R        events a second of shop time, an ordinary week's mean (5)\n"
        "  --speed N       shop time runs N times faster (1); 0: as fast as the server takes it\n"
        "  --days-ago D    shop time starts D days ago (0; 30 with another speed than 1); it goes "
        "at\n"
        "                  the clock's pace once it has caught up\n"
        "  --follow-clock  shop time is the daemon's clock, whatever its pace; needs an operator's "
        "token\n"
        "  --desk-days D   its service desk works in Patron, too, with D days before now at the "
        "first\n"
        "                  start, on a simulated clock; with --follow-clock and an admin's token\n"
        "  --count N       stop after N events\n"
        "  --batch N       events a request, 1..1000 (20)\n"
        "  --threads N     senders, each with its own visitors (1)\n"
        "  --seed N        other visitors (1)\n"
        "  --pages A:P     the retailer's pages: shop, till, associate, scenarios\n"
        "  --patron URL    Patron as a browser of those pages reaches it (as --url)\n"
        "API tokens come by the environment: PATRON_DEMO_OPERATOR_TOKEN may read, and from the\n"
        "pages set, the daemon's clock; PATRON_DEMO_ASSOCIATE_TOKEN (role agent) finds customers\n",
        stderr);
    return 2;
}

static const struct TextOption {
    const char *name;
    const char **value;
} text_options[] = {
    {"--url", &senders.options.url},
    {"--web-key", &senders.options.keys[RETAILER_WEB]},
    {"--app-key", &senders.options.keys[RETAILER_APP]},
    {"--till-key", &senders.options.keys[RETAILER_TILL]},
    {"--pages", &program.pages},
    {"--patron", &program.patron},
};

static const struct NumberOption {
    const char *name;
    double *value, min, max;
} number_options[] = {
    {"--rate", &senders.options.rate, 1e-6, 1e7},
    {"--speed", &senders.options.speed, 0, 1e7},
    {"--desk-days", &program.desk_days, 0, 30},
    {"--days-ago", &senders.options.days_ago, 0, 20000},
    {"--count", &senders.options.count, 0, 1e15},
    {"--batch", &senders.options.batch, 1, SENDER_BATCH_MAX},
    {"--threads", &senders.options.threads, 1, SENDERS_MAX},
    {"--seed", &senders.options.seed, 0, 1e15},
};

static bool set_text(const char *name, const char *value)
{
    for (size_t i = 0; i < sizeof text_options / sizeof *text_options; i++) {
        if (strcmp(name, text_options[i].name) == 0) {
            *text_options[i].value = value;
            return true;
        }
    }
    for (unsigned c = 0; c < RETAILER_CHANNEL_COUNT && strcmp(name, "--key") == 0; c++) {
        senders.options.keys[c] = value;
    }
    return strcmp(name, "--key") == 0;
}

static bool set_number(const char *name, const char *value)
{
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
    SenderOptions *o = &senders.options;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--follow-clock") == 0) {
            program.follows = true;
        } else if (i + 1 == argc ||
                   (!set_text(argv[i], argv[i + 1]) && !set_number(argv[i], argv[i + 1]))) {
            return false;
        } else {
            i++;
        }
    }
    for (unsigned c = 0; c < RETAILER_CHANNEL_COUNT; c++) {
        if (o->keys[c] == NULL) {
            return false;
        }
    }
    if (o->days_ago < 0) {
        o->days_ago = o->speed == 1 || program.follows ? 0 : 30;
    }
    return program.follows ? program.operator_token != NULL : program.desk_days < 0;
}

/* A token of the environment; NULL: none, or an empty one. */
static const char *token_of(const char *name)
{
    const char *token = getenv(name);
    return token != NULL && token[0] != 0 ? token : NULL;
}

/* ---- life ------------------------------------------------------------------------------------ */

static bool serve(void)
{
    PtError err = {0};
    const SenderOptions *o = &senders.options;
    const DemoServeConfig config = {.listen = program.pages,
                                    .patron_url = program.patron != NULL ? program.patron : o->url,
                                    .web_key = o->keys[RETAILER_WEB],
                                    .till_key = o->keys[RETAILER_TILL],
                                    .associate_token = program.associate_token,
                                    .operator_token = program.operator_token};
    if (program.pages != NULL && demo_serve_start(&config, &program.server, &err) != PT_OK) {
        (void)fprintf(stderr, "patron-demo: %s\n", err.message);
        return false;
    }
    return true;
}

static bool start(void)
{
    SenderOptions *o = &senders.options;
    const DemoDeskConfig desk = {.url = o->url,
                                 .token = program.operator_token,
                                 .history_days = program.desk_days,
                                 .stopping = is_stopping};
    if (program.desk_days >= 0) {
        program.desk = demo_desk_open(&desk);
        if (program.desk == NULL) {
            return false;
        }
    }
    if (program.follows) {
        o->follow = follow_start(o->url, program.operator_token);
        if (o->follow == NULL) {
            return false;
        }
    }
    const int64_t now_ms =
        o->follow != NULL ? follow_time(o->follow).now_ms : sender_clock_ms(false);
    senders.start_ms = now_ms - (int64_t)(o->days_ago * DAY_MS);
    scenario_set_time(now_ms);
    return (program.desk == NULL || demo_desk_start(program.desk, o->follow)) && serve();
}

static void run(Report *r)
{
    static pthread_t threads[SENDERS_MAX];
    static SenderStart starts[SENDERS_MAX];
    unsigned count = 0;
    while (count < (unsigned)senders.options.threads) {
        starts[count] = (SenderStart){&senders, count};
        if (pthread_create(&threads[count], NULL, sender_main, &starts[count]) != 0) {
            (void)fputs("patron-demo: cannot start a thread\n", stderr);
            atomic_store(&senders.failed, true);
            break;
        }
        count++;
    }
    watch(r);
    for (unsigned i = 0; i < count; i++) {
        (void)pthread_join(threads[i], NULL);
    }
}

int main(int argc, char **argv)
{
    program.operator_token = token_of("PATRON_DEMO_OPERATOR_TOKEN");
    program.associate_token = token_of("PATRON_DEMO_ASSOCIATE_TOKEN");
    if (!parse(argc, argv)) {
        return usage();
    }
    (void)signal(SIGINT, on_signal);
    (void)signal(SIGTERM, on_signal);
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
    Report r = {.begun_ms = sender_clock_ms(true)};
    r.last_ms = r.begun_ms;
    const bool started = start();
    if (started) {
        run(&r);
        r.last = 0;
        r.last_ms = r.begun_ms;
        report(&r);
    }
    demo_serve_stop(program.server);
    demo_desk_close(program.desk);
    follow_stop(senders.options.follow);
    curl_global_cleanup();
    return started && !atomic_load(&senders.failed) ? 0 : 1;
}
