// SPDX-License-Identifier: Apache-2.0
/* What an event costs in the view of profiles: a log on disk is filled, then read by the view into
 * tables on disk. CPU is that of the calling thread, so that it holds on a busy machine too; the
 * wall clock is shown beside it. usage: view_bench DIR [EVENTS [PEOPLE]]     DIR must not exist.
 */
#include "base/rng.h"
#include "platform/migrations.h"
#include "profiles/profiles_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

enum { EVENT_BYTES = 1000, COMMIT_EVERY = 2000, SHARE_IDENTIFY = 10, SHARE_ORDER = 20 };

typedef struct Bench {
    char dir[512];
    PtLog *log;
    PtSql *core, *views;
    Profiles *profiles;
    PtLogReader *reader;
    PtBuf text, payload;
    PtRng rng;
    unsigned people;
} Bench;

static int64_t cpu_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void must(PtStatus st, const PtError *err)
{
    if (st != PT_OK) {
        (void)fprintf(stderr, "view_bench: %s\n", err->message);
        exit(1);
    }
}

/* ---- Events ------------------------------------------------------------------------------------
 */

/* Few people do most. */
static unsigned someone(Bench *b)
{
    const double x = pt_rng_unit(&b->rng);
    return (unsigned)(x * x * x * b->people);
}

static void write_text(Bench *b, EventType type, unsigned who, unsigned device)
{
    pt_buf_clear(&b->text, SIZE_MAX);
    pt_buf_printf(
        &b->text,
        "{\"type\":\"%.*s\",\"userId\":\"user-%u\",\"anonymousId\":\"%u-%u\",\"context\":{"
        "\"page\":{\"path\":\"/p/%u\",\"title\":\"Shop\"},\"userAgent\":\"Mozilla/5.0 (X11; "
        "Linux x86_64)\",\"library\":{\"name\":\"analytics.js\",\"version\":\"1.84.3\"}},",
        PT_STR_ARG(event_type_name(type)), who, who, device, who % 900);
    if (type == EVENT_IDENTIFY) {
        pt_buf_printf(&b->text,
                      "\"traits\":{\"email\":\"user%u@example.com\",\"name\":\"Ada Number %u\","
                      "\"city\":\"Leeds\",\"visits\":%u}}",
                      who, who, (unsigned)pt_rng_below(&b->rng, 100));
        return;
    }
    pt_buf_printf(&b->text, "\"event\":\"Product Viewed\",\"properties\":{");
    for (unsigned i = 0; b->text.len < EVENT_BYTES - 60; i++) {
        pt_buf_printf(&b->text, "\"attribute_%u\":\"%016llx\",", i,
                      (unsigned long long)pt_rng_u64(&b->rng));
    }
    pt_buf_printf(&b->text, "\"order_id\":\"o%llu\",\"total\":12.50,\"currency\":\"EUR\"}}",
                  (unsigned long long)pt_rng_u64(&b->rng));
}

static void append(Bench *b, uint64_t n)
{
    const unsigned who = someone(b);
    const bool identify = pt_rng_below(&b->rng, SHARE_IDENTIFY) == 0;
    const bool order = !identify && pt_rng_below(&b->rng, SHARE_ORDER) == 0;
    const EventType type = identify ? EVENT_IDENTIFY : EVENT_TRACK;
    char user[32], anonymous[32], id[32];
    const unsigned device = (unsigned)pt_rng_below(&b->rng, 3);
    (void)snprintf(user, sizeof user, "user-%u", who);
    (void)snprintf(anonymous, sizeof anonymous, "%u-%u", who, device);
    (void)snprintf(id, sizeof id, "m-%llu", (unsigned long long)n);
    write_text(b, type, who, device);
    const EventView v = {.type = type,
                         .message_id = pt_str(id),
                         .name = identify ? PT_STR("")
                                 : order  ? PT_STR("Order Completed")
                                          : PT_STR("Product Viewed"),
                         .user_id = pt_str(user),
                         .anonymous_id = pt_str(anonymous),
                         .received_ms = (int64_t)n,
                         .timestamp_ms = (int64_t)n,
                         .raw = pt_buf_str(&b->text)};
    pt_buf_clear(&b->payload, SIZE_MAX);
    event_payload_write(&b->payload, &v);
    const PtRecord r = {.time_ms = (int64_t)n,
                        .klass = PT_RECORD_EVENT,
                        .type = (uint8_t)type,
                        .source = 1,
                        .payload = pt_buf_str(&b->payload)};
    uint64_t round, offset;
    PtError err = {0};
    must(pt_log_append(b->log, &r, &round, &offset, &err), &err);
    if (n % COMMIT_EVERY == 0) {
        must(pt_log_commit(b->log, &err), &err);
    }
}

/* ---- The view -----------------------------------------------------------------------------------
 */

static uint64_t step(Bench *b, uint64_t next)
{
    PtSqlTx *tx = NULL;
    PtError err = {0};
    must(pt_sql_begin(b->views, true, &tx, &err), &err);
    pt_log_seek(b->reader, next);
    must(profiles_step(b->profiles, b->reader, tx, &next, &err), &err);
    must(pt_sql_commit(&tx, &err), &err);
    must(profiles_committed(b->profiles, next, &err), &err);
    return next;
}

static void run(Bench *b, const char *name, uint64_t from, uint64_t to)
{
    const int64_t cpu = cpu_ns(), wall = pt_mono_ns();
    for (uint64_t next = from; next < to;) {
        next = step(b, next);
    }
    const double n = (double)(to - from);
    (void)printf("%-8s %9.0f events  %6.2f us CPU  %6.2f us wall an event\n", name, n,
                 (double)(cpu_ns() - cpu) / 1000 / n, (double)(pt_mono_ns() - wall) / 1000 / n);
}

static PtSql *open_sql(const Bench *b, const char *name, PtMigrationSet set)
{
    char path[600];
    PtSql *sql = NULL;
    PtError err = {0};
    (void)snprintf(path, sizeof path, "%s/%s", b->dir, name);
    const PtSqlConfig config = {.path = path, .readers = 1, .relaxed = true};
    must(pt_sql_open(&config, &sql, &err), &err);
    must(pt_migrations_apply(sql, set, &err), &err);
    return sql;
}

static void open_all(Bench *b)
{
    static const _Atomic bool never = false;
    char log_dir[600], index_dir[600];
    PtError err = {0};
    (void)snprintf(log_dir, sizeof log_dir, "%s/log", b->dir);
    (void)snprintf(index_dir, sizeof index_dir, "%s/index", b->dir);
    PtLogConfig log = pt_log_config_default();
    log.fs = pt_fs_real();
    log.clock = pt_clock_real();
    log.dir = log_dir;
    must(pt_log_open(&log, &b->log, &err), &err);
    b->core = open_sql(b, "core.db", PT_MIGRATIONS_CORE);
    b->views = open_sql(b, "views.db", PT_MIGRATIONS_VIEWS);
    const ProfilesConfig config = {.fs = pt_fs_real(),
                                   .clock = pt_clock_real(),
                                   .dir = index_dir,
                                   .log = b->log,
                                   .core = b->core,
                                   .views = b->views};
    must(profiles_open(&config, &b->profiles, &err), &err);
    must(pt_log_reader_open(b->log, NULL, 0, 0, &b->reader, &err), &err);
    must(profiles_start(b->profiles, b->reader, 0, &never, &err), &err);
}

static void close_all(Bench *b)
{
    pt_log_reader_close(b->reader);
    profiles_close(b->profiles);
    pt_log_close(b->log);
    pt_sql_close(b->views);
    pt_sql_close(b->core);
    pt_buf_done(&b->text);
    pt_buf_done(&b->payload);
}

/* All of it again, from the archive. */
static void rebuild(Bench *b, uint64_t events)
{
    static const _Atomic bool never = false;
    PtSqlTx *tx = NULL;
    PtError err = {0};
    must(pt_log_archive_all(b->log, &err), &err);
    must(pt_sql_begin(b->views, true, &tx, &err), &err);
    must(profiles_reset(tx, &err), &err);
    must(pt_sql_commit(&tx, &err), &err);
    must(profiles_start(b->profiles, b->reader, 0, &never, &err), &err);
    run(b, "rebuild", 0, events);
}

int main(int argc, char **argv)
{
    const uint64_t events = argc > 2 ? strtoull(argv[2], NULL, 10) : 400000;
    Bench b = {.people = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 50000};
    PtError err = {0};
    if (argc < 2 || mkdir(argv[1], 0700) != 0) {
        (void)fprintf(stderr, "usage: view_bench DIR [EVENTS [PEOPLE]]\n");
        return 2;
    }
    (void)snprintf(b.dir, sizeof b.dir, "%s", argv[1]);
    pt_rng_init(&b.rng, 1);
    pt_buf_init(&b.text, 1 << 20);
    pt_buf_init(&b.payload, 1 << 20);
    open_all(&b);
    for (uint64_t n = 1; n <= events; n++) {
        append(&b, n);
    }
    must(pt_log_commit(b.log, &err), &err);
    run(&b, "new", 0, events / 2);
    run(&b, "known", events / 2, events);
    rebuild(&b, events);
    const ProfilesState s = profiles_state(b.profiles);
    (void)printf("%llu persons, %llu nodes, %.1f MiB of memory, %.1f MiB of index\n",
                 (unsigned long long)s.persons, (unsigned long long)s.nodes,
                 (double)s.memory_bytes / (1 << 20), (double)s.index_bytes / (1 << 20));
    close_all(&b);
    return 0;
}
