// SPDX-License-Identifier: Apache-2.0
/* Event columns by themselves: rows are fed directly, without log and daemon, and plans are asked.
 *
 *   bench-columns fill --dir D --events N [--peers FILE] [--compact] [--seed S] [--memory MIB]
 *                      [--apart] [--flushes N]
 *   bench-columns ask --dir D --plan NAME [--threads T] [--rounds R]
 *   bench-columns merge --dir D [--runs 1]
 *
 * Customers: one for 50 events, of skewed activity; two nodes each, of which 5 % became one person
 * after their runs were written; a year; 1 % of the events late by hours; 20 events with the
 * properties that shops send. --peers writes the same rows as ClickHouse's RowBinary, with the
 * person as it is in the end. --apart: nothing is merged. --flushes N: so many of like size leave a
 * run each, nothing is merged; a day before the last one is another run, and late rows of the last
 * one are: 11 make 13 runs. Prints JSON. */
#include "base/buf.h"
#include "base/memory.h"
#include "base/rng.h"
#include "bench_columns.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

typedef struct Rec {
    int64_t arrival_ms;
    uint32_t late_ms; /* arrival - time */
    uint32_t person;  /* from 0 */
    uint32_t rnd;
    uint8_t event, channel, device, second; /* second: under the person's second node */
} Rec;

static double cpu_s(void)
{
    struct rusage u;
    (void)getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static double wall_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(PtError *err)
{
    (void)fprintf(stderr, "bench-columns: %s\n", err->message);
    exit(1);
}

/* ---- Customers --------------------------------------------------------------------------------
 */

static uint8_t next_event(PtRng *rng, uint8_t now)
{
    static const struct {
        uint8_t from, to, percent;
    } steps[] = {
        {EV_PRODUCT, EV_ADDED, 12},    {EV_ADDED, EV_CART, 35},    {EV_CART, EV_CHECKOUT, 40},
        {EV_CHECKOUT, EV_PAYMENT, 70}, {EV_PAYMENT, EV_ORDER, 80}, {EV_ORDER, EV_RATED, 5},
        {EV_SEARCH, EV_PRODUCT, 50},   {EV_LIST, EV_PRODUCT, 45},  {EV_CART, EV_REMOVED, 10}};
    static const uint8_t browse[100 / 4] = {
        EV_PAGE,    EV_PAGE,    EV_PAGE,    EV_PAGE,    EV_PAGE,    EV_PAGE,    EV_PAGE,
        EV_PAGE,    EV_PAGE,    EV_LIST,    EV_LIST,    EV_LIST,    EV_LIST,    EV_LIST,
        EV_PRODUCT, EV_PRODUCT, EV_PRODUCT, EV_PRODUCT, EV_PRODUCT, EV_PRODUCT, EV_SEARCH,
        EV_SEARCH,  EV_PROMO,   EV_WISH,    EV_ERROR};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (steps[i].from == now && pt_rng_below(rng, 100) < steps[i].percent) {
            return steps[i].to;
        }
    }
    return browse[pt_rng_below(rng, sizeof browse)];
}

static size_t session(PtRng *rng, uint32_t person, Rec *out, size_t room)
{
    const uint64_t day = pt_rng_below(rng, BENCH_DAYS);
    const uint64_t hour = 8 + pt_rng_below(rng, 8) + pt_rng_below(rng, 8); // few at night
    int64_t at = BENCH_BEGIN_MS +
                 (int64_t)(day * 86400000 + hour % 24 * 3600000 + pt_rng_below(rng, 3600000));
    const uint64_t way = pt_rng_below(rng, 100);
    const uint8_t channel = way < 60 ? 1 : way < 85 ? 2 : way < 97 ? 3 : 4;
    const uint8_t second = pt_rng_below(rng, 2) != 0, device = (uint8_t)pt_rng_below(rng, 4);
    const size_t length = 1 + pt_rng_below(rng, 15);
    uint8_t event = channel == 3 ? EV_VISIT : channel == 2 ? EV_OPENED : EV_PAGE;
    size_t n = 0;
    for (; n < length && n < room; n++) {
        const bool late = pt_rng_below(rng, 100) == 0;
        const uint32_t by = late ? (uint32_t)(3600000 + pt_rng_below(rng, 72ull * 3600000)) : 0;
        out[n] =
            (Rec){at + by, by, person, (uint32_t)pt_rng_u64(rng), event, channel, device, second};
        at += 500 + (int64_t)pt_rng_below(rng, 60000) +
              (int64_t)(pt_rng_below(rng, 8) == 0 ? 300000 : 0);
        event = next_event(rng, event);
    }
    return n;
}

static size_t generate(uint64_t seed, size_t events, Rec *out)
{
    PtRng rng;
    size_t n = 0;
    pt_rng_init(&rng, seed);
    for (uint32_t person = 0; n < events; person++) {
        double w = 1, u = pt_rng_unit(&rng);
        while (u > 0.25 && w < 120) { // a few customers make many of the events
            w *= 1.55;
            u *= 0.72;
        }
        const size_t sessions = 1 + (size_t)(w * 1.9);
        for (size_t i = 0; i < sessions && n < events; i++) {
            n += session(&rng, person, out + n, events - n);
        }
    }
    return n;
}

static void sort_by_arrival(Rec *recs, size_t count)
{
    Rec *other = malloc(count * sizeof *other), *from = recs, *to = other;
    size_t *at = malloc(65536 * sizeof *at);
    if (other == NULL || at == NULL) {
        (void)fprintf(stderr, "bench-columns: no memory\n");
        exit(1);
    }
    for (int shift = 0; shift < 48; shift += 16) {
        memset(at, 0, 65536 * sizeof *at);
        for (size_t i = 0; i < count; i++) {
            at[(uint64_t)(from[i].arrival_ms - BENCH_BEGIN_MS) >> shift & 0xffff]++;
        }
        for (size_t k = 0, sum = 0; k < 65536; k++) {
            const size_t here = at[k];
            at[k] = sum;
            sum += here;
        }
        for (size_t i = 0; i < count; i++) {
            to[at[(uint64_t)(from[i].arrival_ms - BENCH_BEGIN_MS) >> shift & 0xffff]++] = from[i];
        }
        Rec *swap = from;
        from = to;
        to = swap;
    }
    memcpy(recs, from, from == recs ? 0 : count * sizeof *recs); // three passes end in `other`
    free(other);
    free(at);
}

/* ---- Rows -------------------------------------------------------------------------------------
 */

typedef struct Texts {
    char category[16], path[24], query[24], order[24], coupon[16], store[8];
    bool has_price, has_amount;
    double price;
    int64_t amount;
} Texts;

static void texts_of(const Rec *r, uint64_t index, Texts *t)
{
    memset(t, 0, sizeof *t);
    const uint8_t e = r->event;
    const bool product =
        e == EV_PRODUCT || e == EV_ADDED || e == EV_REMOVED || e == EV_WISH || e == EV_LIST;
    if (product) {
        (void)snprintf(t->category, sizeof t->category, "category %u",
                       r->rnd % 7 * (r->rnd / 7 % 7) % 40);
        t->has_price = e != EV_LIST;
        t->price = t->has_price ? (double)(199 + r->rnd % 9973) / 100 : 0;
    } else if (e == EV_PAGE) {
        (void)snprintf(t->path, sizeof t->path, "/page/%u", r->rnd % 17 * (r->rnd / 17 % 17));
    } else if (e == EV_SEARCH) {
        (void)snprintf(t->query, sizeof t->query, "words %u", r->rnd % 45 * (r->rnd / 45 % 45));
    } else if (e == EV_ORDER) {
        (void)snprintf(t->order, sizeof t->order, "o-%" PRIu64, index);
        if (r->rnd % 10 == 0) {
            (void)snprintf(t->coupon, sizeof t->coupon, "SAVE%u", r->rnd / 10 % 50);
        }
        t->has_amount = true;
        t->amount = (int64_t)(999 + r->rnd % 24989) * 10000;
    }
    if (r->channel == 3) {
        (void)snprintf(t->store, sizeof t->store, "s%02u", r->person % 40);
    }
}

static void add_value(ColumnsRow *row, ColumnsValue *values, const char *path, const char *text)
{
    if (text[0] != '\0') {
        values[row->value_count++] =
            (ColumnsValue){.path = pt_str(path), .kind = COLUMNS_TEXT, .text = pt_str(text)};
    }
}

static PtStatus put(Columns *c, const Rec *r, uint64_t index, const Texts *t, PtError *err)
{
    ColumnsValue values[8];
    ColumnsRow row = {.offset = index,
                      .time_ms = r->arrival_ms - r->late_ms,
                      .node = bench_node(r->person, r->second != 0),
                      .source = r->channel,
                      .type = 1,
                      .channel = r->channel,
                      .event = pt_str(bench_events[r->event]),
                      .store = pt_str(t->store),
                      .has_amount = t->has_amount,
                      .amount = t->amount,
                      .values = values};
    if (t->has_amount) {
        memcpy(row.currency, "EUR", 4);
    }
    add_value(&row, values, "context.device.type", bench_devices[r->device]);
    add_value(&row, values, "properties.category", t->category);
    add_value(&row, values, "properties.path", t->path);
    add_value(&row, values, "properties.query", t->query);
    add_value(&row, values, "properties.order_id", t->order);
    add_value(&row, values, "properties.coupon", t->coupon);
    if (t->has_price) {
        values[row.value_count++] = (ColumnsValue){
            .path = PT_STR("properties.price"), .kind = COLUMNS_NUMBER, .number = t->price};
    }
    return columns_add(c, &row, err);
}

static void put_text(FILE *f, const char *text)
{
    (void)fputc((int)strlen(text), f);
    (void)fputs(text, f);
}

/* person UInt32, ts Int64, event, channel, device, category, path, query, order_id, coupon, store
 * String, price Nullable(Float64), amount Nullable(Int64) */
static void put_peers(FILE *f, const Rec *r, const Texts *t)
{
    const uint32_t person = bench_person(r->person);
    const int64_t ts = r->arrival_ms - r->late_ms;
    (void)fwrite(&person, sizeof person, 1, f);
    (void)fwrite(&ts, sizeof ts, 1, f);
    put_text(f, bench_events[r->event]);
    put_text(f, bench_channels[r->channel].data);
    put_text(f, bench_devices[r->device]);
    put_text(f, t->category);
    put_text(f, t->path);
    put_text(f, t->query);
    put_text(f, t->order);
    put_text(f, t->coupon);
    put_text(f, t->store);
    (void)fputc(!t->has_price, f);
    if (t->has_price) {
        (void)fwrite(&t->price, sizeof t->price, 1, f);
    }
    (void)fputc(!t->has_amount, f);
    if (t->has_amount) {
        (void)fwrite(&t->amount, sizeof t->amount, 1, f);
    }
}

/* ---- Commands ---------------------------------------------------------------------------------
 */

typedef struct Options {
    const char *dir, *peers, *plan;
    uint64_t events, seed;
    size_t threads, rounds, runs, memory_mib;
    size_t flushes; /* 0: when memory is full */
    bool compact, apart;
} Options;

static Columns *open_store(const Options *o)
{
    Columns *c;
    PtError err = {0};
    const ColumnsConfig config = {.fs = pt_fs_real(),
                                  .dir = o->dir,
                                  .memory_bytes = o->memory_mib << 20,
                                  .zstd_level = 1,
                                  .cold_rows = 2000000,
                                  .person_of = bench_person_sealed};
    if (columns_open(&config, &c, &err) != PT_OK) {
        die(&err);
    }
    return c;
}

static void say_stats(Columns *c)
{
    const ColumnsStats s = columns_stats(c);
    (void)printf("\"rows\": %" PRIu64
                 ", \"runs\": %u, \"bytes_per_row\": %.3f, \"base_bytes_per_row\": %.3f, "
                 "\"rare_bytes_per_row\": %.3f}\n",
                 s.rows, s.runs, (double)s.bytes / (double)s.rows,
                 (double)s.base_bytes / (double)s.rows, (double)s.rare_bytes / (double)s.rows);
}

static bool flushes_now(size_t flushes, size_t begin, size_t end, size_t count)
{
    const size_t part = count / flushes, day = part * (flushes - 1) + count / BENCH_DAYS;
    return (begin / part < end / part && end / part < flushes) || (begin < day && end >= day);
}

static int fill(const Options *o)
{
    PtError err = {0};
    Rec *recs = malloc(o->events * sizeof *recs);
    if (recs == NULL) {
        (void)fprintf(stderr, "bench-columns: no memory\n");
        return 1;
    }
    const size_t count = generate(o->seed, o->events, recs);
    sort_by_arrival(recs, count);
    FILE *peers = o->peers != NULL ? fopen(o->peers, "wb") : NULL;
    Columns *c = open_store(o);
    double add_cpu = 0, flush_cpu = 0;
    for (size_t i = 0; i < count;) {
        const size_t end = i + 8192 < count ? i + 8192 : count, begin = i;
        Texts texts[8192];
        for (; i < end; i++) {
            texts_of(&recs[i], i, &texts[i - begin]);
        }
        const double t0 = cpu_s();
        for (size_t k = begin; k < end; k++) {
            if (put(c, &recs[k], k, &texts[k - begin], &err) != PT_OK) {
                die(&err);
            }
        }
        const double t1 = cpu_s();
        bool did = true;
        const bool now = o->flushes > 0 && flushes_now(o->flushes, begin, end, count);
        if ((o->flushes == 0 || now) && columns_flush(c, end, now, &err) != PT_OK) {
            die(&err);
        }
        if (!o->apart && columns_step(c, &did, &err) != PT_OK) {
            die(&err);
        }
        add_cpu += t1 - t0;
        flush_cpu += cpu_s() - t1;
        for (size_t k = begin; peers != NULL && k < end; k++) {
            put_peers(peers, &recs[k], &texts[k - begin]);
        }
    }
    if (columns_flush(c, count, true, &err) != PT_OK) {
        die(&err);
    }
    if (peers != NULL && fclose(peers) != 0) {
        (void)fprintf(stderr, "bench-columns: %s: %s\n", o->peers, strerror(errno));
        return 1;
    }
    const double t2 = cpu_s();
    if (o->compact && columns_compact(c, 1, &err) != PT_OK) {
        die(&err);
    }
    (void)printf(
        "{\"add_rows_per_cpu_s\": %.0f, \"flush_and_merge_cpu_s\": %.1f, \"compact_cpu_s\": %.1f, ",
        (double)count / add_cpu, flush_cpu, cpu_s() - t2);
    say_stats(c);
    columns_close(c);
    free(recs);
    return 0;
}

static int merge(const Options *o)
{
    PtError err = {0};
    Columns *c = open_store(o);
    const double t0 = cpu_s();
    if (columns_compact(c, o->runs, &err) != PT_OK) {
        die(&err);
    }
    (void)printf("{\"compact_cpu_s\": %.1f, ", cpu_s() - t0);
    say_stats(c);
    columns_close(c);
    return 0;
}

static int ask(const Options *o)
{
    PtError err = {0};
    Columns *c = open_store(o);
    ColumnsSnapshot *snapshot;
    if (columns_snapshot(c, &snapshot, &err) != PT_OK) {
        die(&err);
    }
    for (size_t i = 0; i < o->rounds; i++) {
        PtArena *arena = pt_arena_new(1u << 30);
        PtBuf text;
        pt_buf_init(&text, 64 << 20);
        double cpu = 0, wall = 0;
        BenchPlan *plan;
        PtStatus st = bench_plan_new(snapshot, pt_str(o->plan), &plan, &err);
        if (st != PT_OK) {
            die(&err);
        }
        PlanAnswer answer;
        const PlanRun run = {.threads = o->threads, .memory_bytes = 4ull << 30};
        cpu = cpu_s();
        wall = wall_s();
        if (columns_run_plan(bench_plan(plan), snapshot, &run, arena, &answer, &err) != PT_OK) {
            die(&err);
        }
        cpu = cpu_s() - cpu;
        wall = wall_s() - wall;
        bench_plan_write(plan, &answer, &text);
        (void)printf("{\"plan\": \"%s\", \"runs\": %zu, \"cpu_s\": %.4f, \"wall_s\": %.4f, "
                     "\"rows\": %" PRIu64 ", \"answer\": %.*s}\n",
                     o->plan, columns_snapshot_runs(snapshot), cpu, wall, answer.rows,
                     (int)text.len, text.data);
        bench_plan_free(plan);
        pt_buf_done(&text);
        pt_arena_free(arena);
    }
    columns_snapshot_free(snapshot);
    columns_close(c);
    return 0;
}

int main(int argc, char **argv)
{
    static const struct option names[] = {
        {"dir", 1, NULL, 'd'},     {"events", 1, NULL, 'e'}, {"peers", 1, NULL, 'p'},
        {"compact", 0, NULL, 'c'}, {"seed", 1, NULL, 's'},   {"plan", 1, NULL, 'q'},
        {"threads", 1, NULL, 't'}, {"rounds", 1, NULL, 'r'}, {"runs", 1, NULL, 'n'},
        {"memory", 1, NULL, 'm'},  {"apart", 0, NULL, 'a'},  {"flushes", 1, NULL, 'f'},
        {NULL, 0, NULL, 0}};
    Options o = {.seed = 1, .threads = 2, .rounds = 1, .runs = 1, .memory_mib = 64};
    for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        switch (c) {
        case 'd':
            o.dir = optarg;
            break;
        case 'e':
            o.events = strtoull(optarg, NULL, 10);
            break;
        case 'p':
            o.peers = optarg;
            break;
        case 'c':
            o.compact = true;
            break;
        case 's':
            o.seed = strtoull(optarg, NULL, 10);
            break;
        case 'q':
            o.plan = optarg;
            break;
        case 't':
            o.threads = strtoul(optarg, NULL, 10);
            break;
        case 'r':
            o.rounds = strtoul(optarg, NULL, 10);
            break;
        case 'n':
            o.runs = strtoul(optarg, NULL, 10);
            break;
        case 'm':
            o.memory_mib = strtoul(optarg, NULL, 10);
            break;
        case 'a':
            o.apart = true;
            break;
        case 'f':
            o.flushes = strtoul(optarg, NULL, 10);
            o.memory_mib = 1 << 14; // is never full
            o.apart = true;
            break;
        default:
            return 2;
        }
    }
    const char *command = optind < argc ? argv[optind] : "";
    if (strcmp(command, "fill") == 0 && o.dir != NULL && o.events > 0) {
        return fill(&o);
    }
    if (strcmp(command, "ask") == 0 && o.dir != NULL && o.plan != NULL) {
        return ask(&o);
    }
    if (strcmp(command, "merge") == 0 && o.dir != NULL) {
        return merge(&o);
    }
    (void)fprintf(stderr, "usage: bench-columns fill|ask|merge --dir D ...\n");
    return 2;
}
