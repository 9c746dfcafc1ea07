// SPDX-License-Identifier: Apache-2.0
/* What remembering message ids costs: CPU nanoseconds an id, memory, files.
 * usage: dedupe-bench DIR [memory=MIB] MILLIONS...      (DIR must not exist; it is left behind) */
#include "events/dedupe.h"
#include "platform/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 100, PROBES = 1000000 };

static uint64_t mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static PtHash128 id_of(uint64_t i)
{
    return (PtHash128){mix(i * 2), mix(i * 2 + 1)};
}

/* Of this thread: others on the machine do not count. */
static int64_t cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void fail_on(PtStatus st, const PtError *err)
{
    if (st != PT_OK) {
        (void)fprintf(stderr, "dedupe-bench: %s\n", err->message);
        exit(1);
    }
}

static double rss_mib(void)
{
    FILE *f = fopen("/proc/self/status", "re");
    char line[256];
    double kib = 0;
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        if (strncmp(line, "RssAnon:", 8) == 0) {
            kib = strtod(line + 8, NULL);
        }
    }
    if (f != NULL) {
        (void)fclose(f);
    }
    return kib / 1024;
}

/* Adds ids [from, to) as the intake does, a hundred a call. ns spent inside the calls, per id;
 * waits for the background do not count, they are told. */
static double fill(Dedupe *d, uint64_t from, uint64_t to, uint64_t *ret_waits)
{
    int64_t spent = 0;
    for (uint64_t i = from; i < to;) {
        PtHash128 ids[BATCH];
        DedupeVerdict verdicts[BATCH];
        PtError err;
        size_t n = to - i < BATCH ? (size_t)(to - i) : BATCH;
        for (size_t k = 0; k < n; k++) {
            ids[k] = id_of(i + k);
        }
        int64_t begun = cpu_ns();
        PtStatus st = dedupe_check_add_many(d, ids, n, 1, verdicts, &err);
        spent += cpu_ns() - begun;
        if (st == PT_UNAVAILABLE) {
            ++*ret_waits;
            (void)usleep(1000);
            continue;
        }
        fail_on(st, &err);
        i += n;
        dedupe_assign(d, i, i - 1);
        dedupe_commit(d, i);
    }
    return (double)spent / (double)(to - from);
}

/* Asks for ids [from, from + PROBES) in an order that no cache likes; nothing is added. */
static double probe(Dedupe *d, uint64_t from, uint64_t range, DedupeVerdict want)
{
    int64_t spent = 0;
    for (uint64_t i = 0; i < PROBES; i += BATCH) {
        PtHash128 ids[BATCH];
        DedupeVerdict verdicts[BATCH];
        PtError err;
        for (size_t k = 0; k < BATCH; k++) {
            ids[k] = id_of(from + mix(i + k) % range);
        }
        int64_t begun = cpu_ns();
        fail_on(dedupe_check_add_many(d, ids, BATCH, 1, verdicts, &err), &err);
        spent += cpu_ns() - begun;
        dedupe_abandon(d);
        if (verdicts[0] != want) {
            (void)fputs("dedupe-bench: a wrong verdict\n", stderr);
            exit(1);
        }
    }
    return (double)spent / PROBES;
}

/* Opens again without the thread and does all that there is to do. */
static Dedupe *reopen(Dedupe *d, DedupeConfig config, double *ret_open_s)
{
    uint64_t replay_from;
    PtError err;
    dedupe_close(d);
    config.start_thread = false;
    int64_t begun = pt_mono_ns();
    fail_on(dedupe_open(&config, &d, &replay_from, &err), &err);
    *ret_open_s = (double)(pt_mono_ns() - begun) / 1e9;
    for (bool did = true; did;) {
        fail_on(dedupe_step(d, 1, &did, &err), &err);
    }
    return d;
}

int main(int argc, char **argv)
{
    DedupeConfig config = dedupe_config_default();
    config.fs = pt_fs_real();
    if (argc < 3) {
        (void)fputs("usage: dedupe-bench DIR [memory=MIB] MILLIONS...\n", stderr);
        return 2;
    }
    config.dir = argv[1];
    uint64_t held = 0, replay_from = 0;
    for (int i = 2; i < argc; i++) {
        if (strncmp(argv[i], "memory=", 7) == 0) {
            config.memory_bytes = strtoull(argv[i] + 7, NULL, 10) << 20;
            continue;
        }
        Dedupe *d = NULL;
        PtError err;
        uint64_t to = strtoull(argv[i], NULL, 10) * 1000000, waits = 0;
        fail_on(dedupe_open(&config, &d, &replay_from, &err), &err);
        int64_t begun = pt_mono_ns();
        double open_s, add_ns = to > held ? fill(d, held, to, &waits) : 0;
        double fill_s = (double)(pt_mono_ns() - begun) / 1e9;
        held = to > held ? to : held;
        d = reopen(d, config, &open_s);
        DedupeStats before = dedupe_stats(d);
        double new_ns = probe(d, UINT64_C(1) << 40, UINT64_C(1) << 40, DEDUPE_NEW);
        DedupeStats after = dedupe_stats(d);
        double seen_ns = probe(d, 0, held, DEDUPE_SEEN);
        (void)printf("{\"ids\":%" PRIu64 ",\"open_s\":%.3f,\"fill_s\":%.1f,\"waits\":%" PRIu64
                     ",\"add_ns\":%.0f,\"new_ns\":%.0f,\"seen_ns\":%.0f,\"runs\":%" PRIu64
                     ",\"false_positive_percent\":%.2f,\"memory_mib\":%.1f,\"rss_mib\":%.1f,"
                     "\"disk_mib\":%.1f}\n",
                     held, open_s, fill_s, waits, add_ns, new_ns, seen_ns, after.runs,
                     (double)(after.false_positives - before.false_positives) * 100 / PROBES,
                     (double)after.memory_bytes / 1048576, rss_mib(),
                     (double)after.disk_bytes / 1048576);
        (void)fflush(stdout);
        dedupe_close(d);
    }
    return 0;
}
