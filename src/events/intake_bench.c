// SPDX-License-Identifier: Apache-2.0
/* What an event costs in the intake: JSON scan and judgement alone, and the whole way into a real
 * log on disk with dedupe on. CPU is that of the calling thread, so that it holds on a busy machine
 * too. usage: intake_bench DIR [EVENTS [BATCH]]     DIR must not exist.
 */
#include "base/rng.h"
#include "events/body_internal.h"
#include "events/events.h"
#include "platform/migrations.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

enum { EVENT_BYTES = 2048, BODIES = 64 };

typedef struct Bench {
    PtBuf bodies[BODIES];
    EventSource source;
    EventIntake *intake;
    PtLog *log;
    unsigned batch;
    PtRng rng;
} Bench;

static int64_t cpu_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void on_round(void *ctx, uint64_t round, PtStatus status)
{
    Bench *b = ctx;
    event_intake_round(b->intake, round, status);
}

/* A track event as a browser's client sends it, with some variety, of about EVENT_BYTES. */
static void put_event(Bench *b, PtBuf *out)
{
    size_t from = out->len;
    uint64_t r = pt_rng_u64(&b->rng);
    pt_buf_printf(out,
                  "{\"timestamp\":\"2025-11-22T01:59:%02u.123Z\",\"integrations\":{},"
                  "\"type\":\"track\",\"event\":\"Product Viewed\",\"userId\":\"user-%u\","
                  "\"anonymousId\":\"%016llx\",\"messageId\":\"ajs-next-%016llx%016llx\","
                  "\"context\":{\"page\":{\"path\":\"/p/%u\",\"referrer\":\"\",\"search\":\"\","
                  "\"title\":\"Shop\",\"url\":\"https://shop.example/p/%u\"},\"userAgent\":"
                  "\"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)\","
                  "\"locale\":\"en-GB\",\"library\":{\"name\":\"analytics.js\",\"version\":"
                  "\"npm:next-1.84.3\"},\"timezone\":\"Europe/London\"},\"properties\":{",
                  (unsigned)(r % 60), (unsigned)(r % 5000), (unsigned long long)r,
                  (unsigned long long)pt_rng_u64(&b->rng), (unsigned long long)r,
                  (unsigned)(r % 900), (unsigned)(r % 900));
    for (unsigned i = 0; out->len - from < EVENT_BYTES - 100; i++) {
        pt_buf_printf(out, "\"attribute_%u\":\"%016llx\",\"amount_%u\":%llu.5,", i,
                      (unsigned long long)pt_rng_u64(&b->rng), i,
                      (unsigned long long)(pt_rng_u64(&b->rng) % 10000));
    }
    pt_buf_printf(out, "\"currency\":\"EUR\"},\"_metadata\":{\"bundled\":[]}}");
}

static void make_bodies(Bench *b)
{
    for (unsigned i = 0; i < BODIES; i++) {
        PtBuf *body = &b->bodies[i];
        pt_buf_clear(body, SIZE_MAX);
        pt_buf_printf(body, "{\"batch\":[");
        for (unsigned k = 0; k < b->batch; k++) {
            pt_buf_printf(body, "%s", k > 0 ? "," : "");
            put_event(b, body);
        }
        pt_buf_printf(body, "],\"sentAt\":\"2025-11-22T02:00:00.000Z\"}");
    }
}

static int report(PtStatus st, const PtError *err)
{
    if (st != PT_OK) {
        (void)fprintf(stderr, "%s\n", err->message);
    }
    return st != PT_OK;
}

static int bench_cut(Bench *b, uint64_t events)
{
    PtError err = {0};
    EventBody body;
    if (report(event_body_init(&body, &err), &err)) {
        return 1;
    }
    make_bodies(b);
    uint64_t bytes = 0, count = 0;
    int64_t from = cpu_ns();
    for (unsigned i = 0; count < events; i++) {
        EventCall call = {.kind = EVENT_CALL_BATCH, .body = pt_buf_str(&b->bodies[i % BODIES])};
        if (report(event_body_cut(&body, &call, &err), &err)) {
            return 1;
        }
        count += body.items;
        bytes += call.body.len;
    }
    double s = (double)(cpu_ns() - from) / 1e9;
    (void)printf("cut and judge: %.2f us CPU an event, %.0f events/s, %.0f MB/s\n",
                 s * 1e6 / (double)count, (double)count / s, (double)bytes / 1e6 / s);
    event_body_done(&body);
    return 0;
}

static int bench_intake(Bench *b, uint64_t events)
{
    PtError err = {0};
    EventOutcome o = {0};
    uint64_t count = 0, busy = 0;
    int64_t in_calls = 0, whole = 0;
    while (count < events) {
        make_bodies(b); // new ids, not counted
        int64_t from = pt_mono_ns();
        for (unsigned i = 0; i < BODIES; i++) {
            EventCall call = {.kind = EVENT_CALL_BATCH,
                              .body = pt_buf_str(&b->bodies[i]),
                              .key = pt_str(b->source.write_key)};
            int64_t call_from = cpu_ns();
            PtStatus st = events_intake(b->intake, &call, &o, &err);
            in_calls += cpu_ns() - call_from;
            pt_log_flush(b->log);
            if (st == PT_BUSY) {
                busy++;
                i--;
                st = pt_log_commit(b->log, &err);
            } else {
                count += o.accepted;
            }
            if (report(st, &err)) {
                return 1;
            }
        }
        if (report(pt_log_commit(b->log, &err), &err)) {
            return 1;
        }
        whole += pt_mono_ns() - from;
    }
    (void)printf("intake: %.2f us CPU of the calling thread an event; durable %.0f events/s (%llu "
                 "times busy)\n",
                 (double)in_calls / 1e3 / (double)count, (double)count * 1e9 / (double)whole,
                 (unsigned long long)busy);
    return 0;
}

static PtStatus open_all(Bench *b, const char *dir, PtError *err)
{
    static char sql_path[4096], log_dir[4096], dedupe_dir[4096];
    (void)snprintf(sql_path, sizeof sql_path, "%s/core.db", dir);
    (void)snprintf(log_dir, sizeof log_dir, "%s/log", dir);
    (void)snprintf(dedupe_dir, sizeof dedupe_dir, "%s/dedupe", dir);
    PtSqlConfig sql_config = {.path = sql_path, .readers = 1};
    PtSql *sql = NULL;
    EventSources *sources = NULL;
    PtStatus st = pt_sql_open(&sql_config, &sql, err);
    st = st == PT_OK ? pt_migrations_apply(sql, PT_MIGRATIONS_CORE, err) : st;
    st = st == PT_OK ? event_sources_open(sql, pt_clock_real(), &sources, err) : st;
    EventSourceEdit edit = {PT_STR("bench"), true, false, EVENT_SKEW_CORRECT};
    st = st == PT_OK ? event_source_add(sources, &edit, NULL, &b->source, err) : st;
    PtLogConfig log = pt_log_config_default();
    log.fs = pt_fs_real();
    log.clock = pt_clock_real();
    log.dir = log_dir;
    log.start_threads = true;
    log.on_round = on_round;
    log.ctx = b;
    DedupeConfig config = dedupe_config_default();
    config.fs = pt_fs_real();
    config.dir = dedupe_dir;
    Dedupe *dedupe = NULL;
    uint64_t from = 0;
    st = st == PT_OK ? pt_log_open(&log, &b->log, err) : st;
    st = st == PT_OK ? dedupe_open(&config, &dedupe, &from, err) : st;
    EventIntakeConfig intake = {
        .log = b->log, .dedupe = dedupe, .sources = sources, .clock = pt_clock_real()};
    return st == PT_OK ? event_intake_new(&intake, &b->intake, err) : st;
}

int main(int argc, char **argv)
{
    if (argc < 2 || mkdir(argv[1], 0700) != 0) {
        (void)fprintf(stderr, "usage: %s DIR [EVENTS [BATCH]]   (DIR must not exist)\n", argv[0]);
        return 2;
    }
    static Bench b;
    uint64_t events = argc > 2 ? strtoull(argv[2], NULL, 10) : 500000;
    b.batch = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 100;
    pt_rng_init(&b.rng, 1);
    for (unsigned i = 0; i < BODIES; i++) {
        pt_buf_init(&b.bodies[i], EVENT_BODY_MAX);
    }
    PtError err = {0};
    if (bench_cut(&b, events) != 0 || report(open_all(&b, argv[1], &err), &err)) {
        return 1;
    }
    return bench_intake(&b, events); // the process ends here: nothing is closed by hand
}
