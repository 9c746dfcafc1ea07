// SPDX-License-Identifier: Apache-2.0
/* Speed of the log on this disk, against bare pwrite + fdatasync of the same bytes in the same
 * rounds, taken in turns. usage: log_bench DIR [SECONDS a point] [EVENTS a round] [SPARES]
 *
 * DIR must not exist; it is left behind for inspection. Every figure is one line of JSON.
 */
#include "base/rng.h"
#include "platform/log.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EVENT_MAX = 4096, POOL = 20000, TURNS = 3, FLOOR_BYTES = 256 << 20 };

typedef struct Bench {
    const char *dir;
    int seconds;
    uint32_t per_round;
    PtLog *log;
    char *pool; /* POOL events of EVENT_MAX */
    size_t sizes[POOL];
    uint64_t next;
} Bench;

static void die(const char *what, const PtError *err)
{
    (void)fprintf(stderr, "%s: %s\n", what, err->message);
    exit(1);
}

static const char *pick(PtRng *rng, const char *const *words, size_t count)
{
    uint64_t a = pt_rng_below(rng, count), b = pt_rng_below(rng, count);
    return words[a < b ? a : b]; // skewed, as shops are
}

/* A track event of about 2 KB in the manner of a browser client: what repeats in real traffic
 * (library, page, agent) repeats, what does not (ids, times, prices, searches) does not. */
static size_t make_event(PtRng *rng, char *out)
{
    static const char *const names[] = {"Product Viewed", "Product List Viewed", "Product Added",
                                        "Cart Viewed",    "Checkout Started",    "Order Completed"};
    static const char *const agents[] = {
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
        "Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/131.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/130.0.6723.86 Mobile Safari/537.36",
        "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"};
    static const char *const brands[] = {"Northwind", "Halden",  "Mirelle", "Okto", "Fjordline",
                                         "Bask",      "Tremont", "Sable",   "Quill"};
    static const char *const things[] = {"trail jacket", "linen shirt",  "oak chair", "rain boot",
                                         "desk lamp",    "wool blanket", "steel pan", "day pack"};
    static const char *const zones[] = {"Europe/London", "Europe/Berlin", "Europe/Paris",
                                        "America/New_York"};
    const char *agent = pick(rng, agents, 4), *thing = pick(rng, things, 8);
    uint64_t sku = pt_rng_below(rng, 5000);
    int n = snprintf(
        out, EVENT_MAX,
        "{\"type\":\"track\",\"event\":\"%s\",\"messageId\":\"ajs-next-1763782%06u-%08x-%04x-4%"
        "03x\","
        "\"anonymousId\":\"%08x-%04x-4%03x-9%03x-%08x%04x\",\"userId\":\"cust-%u\",\"properties\":{"
        "\"product_id\":\"%08x\",\"sku\":\"SKU-%05u\",\"name\":\"%s %s No. %u\",\"brand\":\"%s\","
        "\"category\":\"home/%s\",\"variant\":\"size-%u\",\"price\":%u.%02u,\"quantity\":%u,"
        "\"currency\":\"GBP\",\"position\":%u,\"coupon\":\"AUTUMN%u\",\"list_id\":\"grid-%u\","
        "\"url\":\"https://shop.example.com/p/%05u-%s?ref=%08x\","
        "\"image_url\":\"https://cdn.example.com/img/%08x/%05u_1200x1200.webp\","
        "\"store\":\"store-%03u\",\"stock\":%u,\"rating\":%u.%u,\"recommended\":[%u,%u,%u,%u]},"
        "\"integrations\":{\"All\":true},\"context\":{\"library\":{\"name\":\"analytics.js\","
        "\"version\":\"npm:next-1.76.0\"},\"page\":{\"path\":\"/p/%05u\",\"referrer\":"
        "\"https://shop.example.com/c/home?page=%u&sort=price\",\"search\":\"?ref=%08x\",\"title\":"
        "\"%s | Example Shop\",\"url\":\"https://shop.example.com/p/%05u?ref=%08x\"},\"userAgent\":"
        "\"%s\",\"locale\":\"en-GB\",\"timezone\":\"%s\",\"screen\":{\"width\":%u,\"height\":%u,"
        "\"density\":2},\"campaign\":{\"name\":\"autumn_%u\",\"source\":\"newsletter\",\"medium\":"
        "\"email\",\"term\":\"%s\"},\"session\":{\"id\":%u,\"start\":1763782%06u},\"consent\":{"
        "\"categoryPreferences\":{\"advertising\":true,\"analytics\":true,\"functional\":true}},"
        "\"ip\":\"192.0.2.%u\"},\"originalTimestamp\":\"2026-11-22T03:%02u:%02u.%03uZ\",\"sentAt\":"
        "\"2026-11-22T03:%02u:%02u.%03uZ\",\"receivedAt\":\"2026-11-22T03:%02u:%02u.%03uZ\","
        "\"timestamp\":\"2026-11-22T03:%02u:%02u.%03uZ\"}",
#define U(bound) (unsigned)pt_rng_below(rng, (bound))
#define HEX()    (unsigned)pt_rng_u64(rng)
        pick(rng, names, 6), U(1000000), HEX(), U(0x10000), U(0x1000), HEX(), U(0x10000), U(0x1000),
        U(0x1000), HEX(), U(0x10000), U(100000), HEX(), (unsigned)sku, pick(rng, brands, 9), thing,
        U(900), pick(rng, brands, 9), thing, U(12), U(300), U(100), 1 + U(4), U(60), U(40), U(30),
        (unsigned)sku, thing, HEX(), HEX(), (unsigned)sku, U(150), U(500), U(5), U(10), U(5000),
        U(5000), U(5000), U(5000), (unsigned)sku, U(20), HEX(), thing, (unsigned)sku, HEX(), agent,
        pick(rng, zones, 4), 360 + 8 * U(200), 640 + 8 * U(100), U(9), thing, U(1000000),
        U(1000000), U(256), U(60), U(60), U(1000), U(60), U(60), U(1000), U(60), U(60), U(1000),
        U(60), U(60), U(1000));
#undef U
#undef HEX
    return (size_t)n;
}

static void make_pool(Bench *b)
{
    PtRng rng;
    pt_rng_init(&rng, 1);
    b->pool = malloc((size_t)POOL * EVENT_MAX);
    if (b->pool == NULL) {
        abort();
    }
    uint64_t sum = 0;
    for (size_t i = 0; i < POOL; i++) {
        b->sizes[i] = make_event(&rng, b->pool + i * EVENT_MAX);
        sum += b->sizes[i];
    }
    (void)printf("{\"events\":%d,\"mean_bytes\":%" PRIu64 "}\n", POOL, sum / POOL);
}

static void say(const char *what, uint64_t rounds, uint64_t records, uint64_t bytes, int64_t ns)
{
    double s = (double)ns / 1e9;
    (void)printf("{\"point\":\"%s\",\"seconds\":%.1f,\"rounds_s\":%.0f,\"events_s\":%.0f,"
                 "\"mb_s\":%.1f}\n",
                 what, s, (double)rounds / s, (double)records / s, (double)bytes / s / 1e6);
    (void)fflush(stdout);
}

/* The same bytes, written and synced in the same rounds, over a file that was written before. */
static double floor_turn(Bench *b, int fd, char *buf)
{
    int64_t from = pt_mono_ns(), until = from + (int64_t)b->seconds * 1000000000;
    uint64_t rounds = 0, bytes = 0, i = 0;
    off_t at = 0;
    while (pt_mono_ns() < until) {
        size_t len = 0;
        for (uint32_t k = 0; k < b->per_round; k++, i++) {
            memcpy(buf + len, b->pool + i % POOL * EVENT_MAX, b->sizes[i % POOL]);
            len += b->sizes[i % POOL];
        }
        if (at + (off_t)len > FLOOR_BYTES) {
            at = 0;
        }
        if (pwrite(fd, buf, len, at) != (ssize_t)len || fdatasync(fd) != 0) {
            perror("floor");
            exit(1);
        }
        at += (off_t)len;
        bytes += len;
        rounds++;
    }
    int64_t ns = pt_mono_ns() - from;
    say("floor", rounds, rounds * b->per_round, bytes, ns);
    return (double)bytes / (double)ns;
}

static double log_turn(Bench *b)
{
    int64_t from = pt_mono_ns(), until = from + (int64_t)b->seconds * 1000000000;
    uint64_t rounds = 0, bytes = 0, round = 0, offset = 0;
    PtError err = {0};
    while (pt_mono_ns() < until) {
        for (uint32_t k = 0; k < b->per_round; k++, b->next++) {
            uint64_t i = b->next % POOL;
            PtRecord r = {.time_ms = (int64_t)b->next,
                          .klass = PT_RECORD_EVENT,
                          .type = 1,
                          .source = 1,
                          .node = i * 7919 % 50000,
                          .id_hash = {b->next * 0x9e3779b97f4a7c15, b->next ^ 0x5bd1e995abcdef01},
                          .payload = {b->pool + i * EVENT_MAX, b->sizes[i]}};
            if (pt_log_append(b->log, &r, &round, &offset, &err) != PT_OK) {
                die("append", &err);
            }
            bytes += b->sizes[i];
        }
        if (pt_log_commit(b->log, &err) != PT_OK) {
            die("commit", &err);
        }
        rounds++;
    }
    int64_t ns = pt_mono_ns() - from;
    say("log", rounds, rounds * b->per_round, bytes, ns);
    return (double)bytes / (double)ns;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void appends(Bench *b)
{
    char path[4096];
    double ratios[TURNS];
    (void)snprintf(path, sizeof path, "%s.floor", b->dir);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    size_t cap = (size_t)b->per_round * EVENT_MAX;
    char *buf = calloc(1, cap > 1 << 20 ? cap : 1 << 20);
    if (fd < 0 || buf == NULL) {
        perror("floor");
        exit(1);
    }
    for (off_t at = 0; at < FLOOR_BYTES; at += 1 << 20) {
        if (pwrite(fd, buf, 1 << 20, at) != 1 << 20) {
            perror("floor");
            exit(1);
        }
    }
    (void)fdatasync(fd);
    for (int i = 0; i < TURNS; i++) {
        double floor = floor_turn(b, fd, buf);
        ratios[i] = log_turn(b) / floor;
    }
    qsort(ratios, TURNS, sizeof *ratios, by_value);
    (void)printf("{\"point\":\"log to floor, median\",\"ratio\":%.3f}\n", ratios[TURNS / 2]);
    free(buf);
    (void)close(fd);
    (void)unlink(path);
}

static void archive(Bench *b)
{
    PtError err = {0};
    int64_t from = pt_mono_ns();
    PtLogStats before = pt_log_stats(b->log);
    if (pt_log_archive_all(b->log, &err) != PT_OK) {
        die("archive", &err);
    }
    int64_t ns = pt_mono_ns() - from;
    PtLogStats s = pt_log_stats(b->log);
    (void)printf(
        "{\"point\":\"archive\",\"seconds\":%.1f,\"raw_mb_s\":%.1f,\"records\":%" PRIu64
        ",\"files\":%" PRIu64 ",\"ratio\":%.4f,\"sync_us_mean\":%.0f,\"sync_us_max\":%.0f}\n",
        (double)ns / 1e9,
        (double)(s.archive_raw_bytes - before.archive_raw_bytes) / (double)ns * 1e3,
        s.archive_records, s.archive_files, (double)s.archive_bytes / (double)s.archive_raw_bytes,
        (double)s.sync_ns_total / 1e3 / (double)(s.rounds + 1), (double)s.sync_ns_max / 1e3);
}

static void replay(Bench *b, bool with_payload)
{
    PtLogReader *reader = NULL;
    PtError err = {0};
    uint64_t records = 0, bytes = 0, sum = 0;
    if (pt_log_reader_open(b->log, NULL, 0, 0, &reader, &err) != PT_OK) {
        die("reader", &err);
    }
    int64_t from = pt_mono_ns();
    for (;;) {
        const PtRecord *r = NULL;
        size_t count = 0;
        if (pt_log_fetch(reader, 1024, with_payload, &r, &count, &err) != PT_OK) {
            die("fetch", &err);
        }
        if (count == 0) {
            break;
        }
        for (size_t i = 0; i < count; i++) {
            bytes += r[i].payload.len;
            sum += with_payload ? (uint8_t)r[i].payload.data[r[i].payload.len / 2] : r[i].node;
        }
        records += count;
    }
    int64_t ns = pt_mono_ns() - from;
    say(with_payload ? "replay with payload" : "replay of headers", 0, records, bytes, ns);
    if (sum == 0) {
        (void)printf("nothing read\n");
    }
    pt_log_reader_close(reader);
}

static PtStatus leave_residue(void *ctx, const PtRecord *record, PtRecord *ret_record, PtError *err)
{
    (void)record, (void)err;
    ret_record->payload = *(const PtStr *)ctx;
    return PT_OK;
}

/* What erasing costs: `count` records all over the log; so every file, when there are enough. */
static void rewrite(Bench *b, const char *what, uint64_t count, PtStr residue)
{
    PtError err = {0};
    PtLogRewritten done = {0};
    const uint64_t end = pt_log_end(b->log, 0);
    uint64_t *offsets = calloc(count, sizeof *offsets);
    if (offsets == NULL || end < count) {
        abort();
    }
    for (uint64_t i = 0; i < count; i++) {
        offsets[i] = end / count * i;
    }
    int64_t from = pt_mono_ns();
    if (pt_log_rewrite(b->log, offsets, count, leave_residue, &residue, &done, &err) != PT_OK) {
        die("rewrite", &err);
    }
    double s = (double)(pt_mono_ns() - from) / 1e9;
    (void)printf("{\"point\":\"%s\",\"seconds\":%.2f,\"records\":%" PRIu64 ",\"files\":%" PRIu64
                 ",\"blocks\":%" PRIu64 ",\"written_mb\":%.1f,\"written_mb_s\":%.1f}\n",
                 what, s, done.records, done.files, done.blocks, (double)done.bytes_written / 1e6,
                 (double)done.bytes_written / 1e6 / s);
    free(offsets);
}

static void reopen(Bench *b, const PtLogConfig *config)
{
    PtError err = {0};
    pt_log_close(b->log);
    int64_t from = pt_mono_ns();
    if (pt_log_open(config, &b->log, &err) != PT_OK) {
        die("open", &err);
    }
    (void)printf("{\"point\":\"open\",\"ms\":%.1f,\"records\":%" PRIu64 "}\n",
                 (double)(pt_mono_ns() - from) / 1e6, pt_log_end(b->log, 0));
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        (void)fprintf(stderr, "usage: log_bench DIR [SECONDS] [EVENTS a round] [SPARES]\n");
        return 2;
    }
    Bench b = {.dir = argv[1], .seconds = 10, .per_round = 1000};
    PtLogConfig config = pt_log_config_default();
    PtError err = {0};
    b.seconds = argc > 2 ? (int)strtol(argv[2], NULL, 10) : b.seconds;
    b.per_round = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : b.per_round;
    config.spare_segments = argc > 4 ? (uint32_t)strtoul(argv[4], NULL, 10) : 4;
    config.dir = b.dir;
    if (b.seconds < 1 || b.per_round < 1 || b.per_round > 100000) {
        (void)fprintf(stderr, "SECONDS and EVENTS are at least 1\n");
        return 2;
    }
    make_pool(&b);
    if (pt_log_open(&config, &b.log, &err) != PT_OK) {
        die("open", &err);
    }
    appends(&b);
    replay(&b, true);
    archive(&b);
    reopen(&b, &config);
    replay(&b, false);
    replay(&b, true);
    replay(&b, true);
    rewrite(&b, "erase 1 record", 1, PT_STR("{\"anonymous\":true}"));
    rewrite(&b, "erase 200 records", 200, PT_STR("{\"anonymous\":false}"));
    rewrite(&b, "drop every 4th payload", pt_log_end(b.log, 0) / 4, (PtStr){NULL, 0});
    pt_log_close(b.log);
    free(b.pool);
    return 0;
}
