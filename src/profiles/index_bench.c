// SPDX-License-Identifier: Apache-2.0
/* What the person index costs: nanoseconds a record to add, to write and to merge (the thread's
 * CPU, so that others on the machine do not count; and by the clock), bytes a record, microseconds
 * to read the last 100 records of a person. Nodes by Zipf's law (exponent 1), scattered over their
 * numbers; every record of the log is filed.
 * usage: index_bench DIR [MILLIONS [NODES]]      (DIR must not exist; it is left behind) */
#include "base/rng.h"
#include "platform/clock.h"
#include "profiles/index.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BATCH = 4096, READS = 20000, LAST = 100, MOST_NODES = 8 };

static int64_t cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void fail_on(PtStatus st, const PtError *err)
{
    if (st != PT_OK) {
        (void)fprintf(stderr, "index_bench: %s\n", err->message);
        exit(1);
    }
}

typedef struct Bench {
    ProfileIndexConfig config;
    ProfileIndex *x;
    PtRng rng;
    uint64_t records, nodes;
    int64_t add_ns, flush_ns, merge_ns, longest_step_ns, longest_flush_ns;
} Bench;

/* Rank 1 is the hottest. */
static uint32_t node_of(const Bench *b, uint64_t rank)
{
    return (uint32_t)(rank * UINT64_C(2654435761) % b->nodes);
}

/* As likely in from..to as 1 / rank, but the same between two powers of two. */
static uint64_t random_rank(Bench *b, uint64_t from, uint64_t to)
{
    unsigned powers = 64 - (unsigned)__builtin_clzll(b->nodes);
    for (;;) {
        uint64_t power = UINT64_C(1) << pt_rng_below(&b->rng, powers);
        uint64_t rank = power + pt_rng_below(&b->rng, power);
        if (rank >= from && rank <= to) {
            return rank;
        }
    }
}

static void step(Bench *b)
{
    PtError err;
    bool did = false;
    int64_t begun = cpu_ns(), clock = pt_mono_ns();
    fail_on(profile_index_step(b->x, &did, &err), &err);
    b->merge_ns += cpu_ns() - begun;
    clock = pt_mono_ns() - clock;
    b->longest_step_ns = clock > b->longest_step_ns ? clock : b->longest_step_ns;
}

static void fill(Bench *b)
{
    static uint32_t nodes[BATCH];
    PtError err;
    for (uint64_t at = 0; at < b->records;) {
        uint64_t n = b->records - at < BATCH ? b->records - at : BATCH;
        for (uint64_t i = 0; i < n; i++) {
            nodes[i] = node_of(b, random_rank(b, 1, b->nodes));
        }
        int64_t begun = cpu_ns();
        for (uint64_t i = 0; i < n; i++) {
            fail_on(profile_index_add(b->x, nodes[i], at + i, &err), &err);
        }
        int64_t added = cpu_ns(), clock = pt_mono_ns();
        at += n;
        fail_on(profile_index_flush(b->x, at, at == b->records, &err), &err);
        clock = pt_mono_ns() - clock;
        b->add_ns += added - begun;
        b->flush_ns += cpu_ns() - added;
        b->longest_flush_ns = clock > b->longest_flush_ns ? clock : b->longest_flush_ns;
        step(b);
    }
}

static int by_size(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* Reads of persons of `count` nodes with ranks from..to. */
static void read_some(Bench *b, const char *what, uint64_t from, uint64_t to, size_t count)
{
    static int64_t took[READS];
    uint64_t got[LAST], found = 0;
    PtError err;
    for (unsigned i = 0; i < READS; i++) {
        uint32_t nodes[MOST_NODES];
        size_t have = 0;
        for (size_t k = 0; k < count; k++) {
            nodes[k] = node_of(b, random_rank(b, from, to));
        }
        int64_t begun = pt_mono_ns();
        fail_on(profile_index_before(b->x, nodes, count, UINT64_MAX, LAST, got, &have, &err), &err);
        took[i] = pt_mono_ns() - begun;
        found += have;
    }
    qsort(took, READS, sizeof *took, by_size);
    int64_t half = took[READS / 2], most = took[READS * 99 / 100], last = took[READS - 1];
    (void)printf("{\"read\":\"%s\",\"nodes\":%zu,\"records\":%.1f,\"p50_us\":%.1f,\"p99_us\":%.1f,"
                 "\"max_us\":%.1f}\n",
                 what, count, (double)found / READS, (double)half / 1e3, (double)most / 1e3,
                 (double)last / 1e3);
}

static void report(const Bench *b, double seconds)
{
    ProfileIndexStats s = profile_index_stats(b->x);
    double n = (double)b->records;
    int64_t all = b->add_ns + b->flush_ns + b->merge_ns;
    (void)printf("{\"records\":%" PRIu64 ",\"nodes\":%" PRIu64 ",\"add_ns\":%.1f,"
                 "\"flush_ns\":%.1f,\"merge_ns\":%.1f,\"cpu_records_per_s\":%.0f,"
                 "\"clock_s\":%.1f,\"longest_step_ms\":%.1f,\"longest_flush_ms\":%.1f,"
                 "\"runs\":%u,\"bytes_per_record\":%.2f,\"memory_mib\":%.1f}\n",
                 s.records, b->nodes, (double)b->add_ns / n, (double)b->flush_ns / n,
                 (double)b->merge_ns / n, n * 1e9 / (double)all, seconds,
                 (double)b->longest_step_ns / 1e6, (double)b->longest_flush_ns / 1e6, s.runs,
                 (double)s.bytes / n, (double)s.memory_bytes / 1048576);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        (void)fputs("usage: index_bench DIR [MILLIONS [NODES]]\n", stderr);
        return 2;
    }
    Bench b = {.config = {.fs = pt_fs_real(), .dir = argv[1], .memory_bytes = 64 << 20},
               .records = (argc > 2 ? strtoull(argv[2], NULL, 10) : 50) * 1000000,
               .nodes = argc > 3 ? strtoull(argv[3], NULL, 10) : 3000000};
    PtError err;
    pt_rng_init(&b.rng, 1);
    fail_on(profile_index_open(&b.config, &b.x, &err), &err);
    int64_t begun = pt_mono_ns();
    fill(&b);
    report(&b, (double)(pt_mono_ns() - begun) / 1e9);
    read_some(&b, "hot", 1, 100, 1);
    read_some(&b, "cold", b.nodes / 10, b.nodes, 1);
    read_some(&b, "person", 1000, b.nodes, 3);
    profile_index_close(b.x);
    begun = pt_mono_ns();
    fail_on(profile_index_open(&b.config, &b.x, &err), &err);
    (void)printf("{\"open_ms\":%.1f}\n", (double)(pt_mono_ns() - begun) / 1e6);
    profile_index_close(b.x);
    return 0;
}
