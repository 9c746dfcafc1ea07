// SPDX-License-Identifier: Apache-2.0
/* What the event columns cost: nanoseconds a row to add, to flush and to merge (the thread's CPU,
 * so that others on the machine do not count), the longest step and flush, bytes a row, a
 * compaction, and a snapshot of rows in memory. Rows have 4 properties, two of them texts; one of
 * 20 nodes belongs to another person later, one of 100 rows is late.
 * usage: columns_bench DIR [MILLIONS [NODES]]      (DIR must not exist; it is left behind) */
#include "base/rng.h"
#include "platform/clock.h"
#include "platform/columns.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BATCH = 4096, EVENTS = 24, PAGES = 400 };

static int64_t cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void fail_on(PtStatus st, const PtError *err)
{
    if (st != PT_OK) {
        (void)fprintf(stderr, "columns_bench: %s\n", err->message);
        exit(1);
    }
}

typedef struct Bench {
    ColumnsConfig config;
    Columns *c;
    PtRng rng;
    uint64_t rows, nodes, added;
    bool merged; /* persons, by now */
    char events[EVENTS][24], pages[PAGES][40];
    int64_t add_ns, flush_ns, merge_ns, longest_step_ns, longest_flush_ns;
} Bench;

static uint32_t person_of(void *ctx, uint32_t node)
{
    const Bench *b = ctx;
    return b->merged && node % 20 == 19 ? node / 2 + 1 : node;
}

typedef struct Row {
    ColumnsRow row;
    ColumnsValue values[4];
} Row;

static void random_row(Bench *b, Row *r, uint64_t i)
{
    static const char *const currencies[] = {"EUR", "USD"};
    const uint64_t x = pt_rng_u64(&b->rng);
    const bool late = x % 100 == 0, has_amount = x / 100 % 8 == 0;
    const uint64_t most = 1 + (x >> 20) % b->nodes;
    r->row = (ColumnsRow){.offset = i,
                          .time_ms = INT64_C(1700000000000) + (int64_t)(i * 26) -
                                     (late ? (int64_t)(x >> 40) % 1000000000 : 0),
                          .node = 1 + (uint32_t)(pt_rng_u64(&b->rng) % most),
                          .source = (uint32_t)(x / 800 % 3),
                          .type = (uint8_t)(x / 800 % 2),
                          .channel = (uint8_t)(x / 1600 % 5),
                          .event = pt_str(b->events[x / 8000 % EVENTS]),
                          .has_amount = has_amount,
                          .amount = (int64_t)(x >> 44),
                          .values = r->values,
                          .value_count = 4};
    if (has_amount) {
        memcpy(r->row.currency, currencies[x >> 63], 4);
    }
    r->values[0] = (ColumnsValue){PT_STR("context.page.path"), COLUMNS_TEXT,
                                  .text = pt_str(b->pages[x / 200000 % PAGES])};
    r->values[1] = (ColumnsValue){PT_STR("context.device.type"), COLUMNS_TEXT,
                                  .text = (x >> 50) % 2 == 0 ? PT_STR("mobile") : PT_STR("desk")};
    r->values[2] = (ColumnsValue){PT_STR("properties.quantity"), COLUMNS_NUMBER,
                                  .number = (double)((x >> 51) % 9)};
    r->values[3] =
        (ColumnsValue){PT_STR("properties.member"), COLUMNS_TRUTH, .truth = (x >> 55) % 2 == 0};
}

static void step(Bench *b, bool *ret_did)
{
    PtError err;
    const int64_t begun = cpu_ns();
    fail_on(columns_step(b->c, ret_did, &err), &err);
    const int64_t took = cpu_ns() - begun;
    b->merge_ns += took;
    b->longest_step_ns = took > b->longest_step_ns ? took : b->longest_step_ns;
}

static void flush(Bench *b, bool now)
{
    PtError err;
    const int64_t begun = cpu_ns();
    fail_on(columns_flush(b->c, b->added, now, &err), &err);
    const int64_t took = cpu_ns() - begun;
    b->flush_ns += took;
    b->longest_flush_ns = took > b->longest_flush_ns ? took : b->longest_flush_ns;
}

static void fill(Bench *b)
{
    static Row rows[BATCH];
    PtError err;
    while (b->added < b->rows) {
        const uint64_t n = b->rows - b->added < BATCH ? b->rows - b->added : BATCH;
        for (uint64_t i = 0; i < n; i++) {
            random_row(b, &rows[i], b->added + i);
        }
        const int64_t begun = cpu_ns();
        for (uint64_t i = 0; i < n; i++) {
            fail_on(columns_add(b->c, &rows[i].row, &err), &err);
        }
        b->add_ns += cpu_ns() - begun;
        b->added += n;
        b->merged = b->added > b->rows / 2;
        bool did = false;
        flush(b, false);
        step(b, &did);
    }
}

static void snapshot(Bench *b, const char *what)
{
    PtError err;
    ColumnsSnapshot *s = NULL;
    const int64_t begun = pt_mono_ns();
    fail_on(columns_snapshot(b->c, &s, &err), &err);
    (void)printf("snapshot, %s: %.2f ms\n", what, (double)(pt_mono_ns() - begun) / 1e6);
    columns_snapshot_free(s);
}

static void report(const Bench *b, const char *what)
{
    const ColumnsStats s = columns_stats(b->c);
    const double rows = (double)(s.rows - s.memory_rows);
    (void)printf("%s: %" PRIu64 " rows, %u runs (%u cold), %.2f bytes a row, %.2f of the base\n",
                 what, s.rows, s.runs, s.cold_runs, rows > 0 ? (double)s.bytes / rows : 0,
                 rows > 0 ? (double)s.base_bytes / rows : 0);
}

int main(int argc, char **argv)
{
    static Bench b;
    PtError err;
    if (argc < 2) {
        (void)fprintf(stderr, "usage: columns_bench DIR [MILLIONS [NODES]]\n");
        return 2;
    }
    b.rows = (argc > 2 ? strtoull(argv[2], NULL, 10) : 10) * 1000000;
    b.nodes = argc > 3 ? strtoull(argv[3], NULL, 10) : b.rows / 25;
    pt_rng_init(&b.rng, 7);
    for (int i = 0; i < EVENTS; i++) {
        (void)snprintf(b.events[i], sizeof b.events[i], "Something Happened %d", i);
    }
    for (int i = 0; i < PAGES; i++) {
        (void)snprintf(b.pages[i], sizeof b.pages[i], "/category/%d/product/%d", i % 20, i);
    }
    b.config = (ColumnsConfig){
        .fs = pt_fs_real(), .dir = argv[1], .person_of = person_of, .person_ctx = &b};
    fail_on(columns_open(&b.config, &b.c, &err), &err);
    fill(&b);
    report(&b, "added");
    snapshot(&b, "rows in memory");
    snapshot(&b, "again");
    flush(&b, true);
    for (bool did = true; did;) {
        step(&b, &did);
    }
    report(&b, "stepped");
    const double rows = (double)b.rows;
    (void)printf("add %.0f ns a row, flush %.0f, merge %.0f; longest step %.1f ms, flush %.1f ms\n",
                 (double)b.add_ns / rows, (double)b.flush_ns / rows, (double)b.merge_ns / rows,
                 (double)b.longest_step_ns / 1e6, (double)b.longest_flush_ns / 1e6);
    const int64_t begun = cpu_ns(), clock = pt_mono_ns();
    fail_on(columns_compact(b.c, 1, &err), &err);
    (void)printf("compact: %.2f s, %.2f s CPU\n", (double)(pt_mono_ns() - clock) / 1e9,
                 (double)(cpu_ns() - begun) / 1e9);
    report(&b, "compacted");
    columns_close(b.c);
    return 0;
}
