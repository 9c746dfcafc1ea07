// SPDX-License-Identifier: Apache-2.0
/* What the view of profiles takes in a second, and how long reads and searches wait beside it.
 * usage: profiles-bench DIR [persons=N] [seconds=N] [reads=PER_SECOND] [events=PER_SECOND]
 *        (DIR must not exist; it is left behind)
 *
 * Every person has 5 events: two of a browser, an identify with 8 traits, an order, one more page.
 * Latencies are open loop: counted from when a read was due. */
#include "base/rng.h"
#include "events/events.h"
#include "platform/clock.h"
#include "platform/migrations.h"
#include "profiles/profiles_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { EVENTS_OF_PERSON = 5, ARENA_BYTES = 16 << 20, SAMPLES = 4 << 20 };

typedef struct Bench {
    const char *dir;
    uint64_t persons, seconds, reads, events;
    PtLog *log;
    PtSql *core, *views;
    Profiles *profiles;
    uint64_t sent; /* events */
    uint64_t next; /* of the view */
    _Atomic bool stop;
    int64_t *waits_ns;
    size_t wait_count;
} Bench;

static void fail_on(PtStatus st, const PtError *err)
{
    if (st != PT_OK) {
        (void)fprintf(stderr, "profiles-bench: %s\n", err->message);
        exit(1);
    }
}

static double cpu_seconds(void) /* of this thread: others on the machine do not count */
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
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

/* ---- Events ---------------------------------------------------------------------------------- */

#define WEB                                                                                        \
    "\"context\":{\"userAgent\":\"Mozilla/5.0 (X11; Linux x86_64)\",\"locale\":\"en-GB\","         \
    "\"page\":{\"path\":\"/c/knitwear\",\"title\":\"Knitwear\"}}"

static const char *const names[] = {"Ada",     "Grace",   "Mary",   "Alan",    "Edsger",
                                    "Niklaus", "Barbara", "Donald", "Frances", "Ken"};

static int write_event(char *out, size_t room, uint64_t n)
{
    const uint64_t person = n / EVENTS_OF_PERSON;
    switch (n % EVENTS_OF_PERSON) {
    case 2:
        return snprintf(
            out, room,
            "{\"type\":\"identify\",\"userId\":\"u%" PRIu64 "\",\"anonymousId\":\"a%" PRIu64
            "\",\"traits\":{\"email\":\"%s.%" PRIu64 "@mail.example\","
            "\"firstName\":\"%s\",\"lastName\":\"L%" PRIx64 "\",\"phone\":\"+49151%08" PRIu64
            "\",\"city\":\"Turin\",\"tier\":\"gold\",\"newsletter\":true,"
            "\"home_store\":\"S7\"}," WEB "}",
            person, person, names[person % 10], person, names[person % 10],
            person * UINT64_C(2654435761) % 1000003, person);
    case 3:
        return snprintf(out, room,
                        "{\"type\":\"track\",\"event\":\"Order Completed\",\"userId\":\"u%" PRIu64
                        "\",\"properties\":{\"order_id\":\"LF-%" PRIu64 "\",\"total\":%" PRIu64
                        ".95,\"currency\":\"EUR\"}," WEB "}",
                        person, n, 1 + n % 300);
    default:
        return snprintf(out, room,
                        "{\"type\":\"page\",\"name\":\"Home\",\"anonymousId\":\"a%" PRIu64 "\"," WEB
                        "}",
                        person);
    }
}

static void append(Bench *b, uint64_t n, PtBuf *payload)
{
    static const EventType types[] = {EVENT_PAGE, EVENT_PAGE, EVENT_IDENTIFY, EVENT_TRACK,
                                      EVENT_PAGE};
    char raw[2048], id[24], user[24], anonymous[24];
    const uint64_t person = n / EVENTS_OF_PERSON;
    const unsigned kind = (unsigned)(n % EVENTS_OF_PERSON);
    const int64_t now = INT64_C(1763776800000) + (int64_t)b->sent;
    (void)snprintf(id, sizeof id, "m%" PRIu64, b->sent);
    (void)snprintf(user, sizeof user, "u%" PRIu64, person);
    (void)snprintf(anonymous, sizeof anonymous, "a%" PRIu64, person);
    const int len = write_event(raw, sizeof raw, n);
    const EventView v = {
        .type = types[kind],
        .message_id = pt_str(id),
        .name = kind == 3 ? PT_STR("Order Completed") : PT_STR(""),
        .user_id = kind == 2 || kind == 3 ? pt_str(user) : PT_STR(""),
        .anonymous_id = kind != 3 ? pt_str(anonymous) : PT_STR(""),
        .received_ms = now,
        .timestamp_ms = now,
        .raw = {raw, (size_t)len},
    };
    pt_buf_clear(payload, 4096);
    event_payload_write(payload, &v);
    const PtRecord r = {.time_ms = now,
                        .klass = PT_RECORD_EVENT,
                        .type = (uint8_t)v.type,
                        .source = 1,
                        .payload = pt_buf_str(payload)};
    uint64_t round, offset;
    PtError err;
    PtStatus st;
    while ((st = pt_log_append(b->log, &r, &round, &offset, &err)) == PT_BUSY) {
        fail_on(pt_log_commit(b->log, &err), &err);
    }
    fail_on(st, &err);
    b->sent++;
}

/* ---- The view, as events/views.c drives it --------------------------------------------------- */

static void run_view(Bench *b, PtLogReader *reader)
{
    PtError err;
    while (b->next < pt_log_end(b->log, 0)) {
        PtSqlTx *tx;
        fail_on(pt_sql_begin(b->views, true, &tx, &err), &err);
        pt_log_seek(reader, b->next);
        fail_on(profiles_step(b->profiles, reader, tx, &b->next, &err), &err);
        fail_on(pt_sql_commit(&tx, &err), &err);
        fail_on(profiles_committed(b->profiles, b->next, &err), &err);
    }
}

static void *feed_thread(void *ctx)
{
    Bench *b = ctx;
    PtBuf payload;
    PtError err;
    PtLogReader *reader;
    PtRng rng;
    pt_rng_init(&rng, 7);
    pt_buf_init(&payload, 1 << 20);
    fail_on(pt_log_reader_open(b->log, NULL, 0, b->next, &reader, &err), &err);
    const int64_t begin = pt_mono_ns();
    uint64_t sent = 0;
    while (!atomic_load(&b->stop)) {
        const uint64_t due = (uint64_t)(pt_mono_ns() - begin) * b->events / 1000000000;
        for (; sent < due; sent++) {
            append(b, pt_rng_below(&rng, b->persons * EVENTS_OF_PERSON), &payload);
        }
        fail_on(pt_log_commit(b->log, &err), &err);
        run_view(b, reader);
        (void)nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    }
    pt_log_reader_close(reader);
    pt_buf_done(&payload);
    return NULL;
}

/* ---- Reads ----------------------------------------------------------------------------------- */

typedef void Read(Bench *b, PtRng *rng, PtArena *arena);

static void read_one(Bench *b, PtRng *rng, PtArena *arena)
{
    char user[24];
    Profile profile;
    PtError err;
    (void)snprintf(user, sizeof user, "u%" PRIu64, pt_rng_below(rng, b->persons));
    fail_on(profiles_find(b->profiles, PT_STR("user_id"), pt_str(user), arena, &profile, &err),
            &err);
}

/* As a filter of a destination asks. */
static void traits_one(Bench *b, PtRng *rng, PtArena *arena)
{
    char user[24];
    const PtStr wanted[] = {PT_STR("tier"), PT_STR("city")};
    PtStr values[2];
    (void)snprintf(user, sizeof user, "u%" PRIu64, pt_rng_below(rng, b->persons));
    const EventView v = {.user_id = pt_str(user), .raw = PT_STR("{}")};
    fail_on(profiles_traits_of_event(b->profiles, &v, 0, wanted, 2, arena, values),
            &(PtError){.message = "traits were not read"});
}

static void search_one(Bench *b, PtRng *rng, PtArena *arena)
{
    char text[48];
    ProfileHit *hits;
    size_t count;
    PtError err;
    const uint64_t person = pt_rng_below(rng, b->persons);
    const char *name = names[person % 10];
    switch (pt_rng_below(rng, 4)) {
    case 0:
        (void)snprintf(text, sizeof text, "%.3s", name);
        break;
    case 1:
        (void)snprintf(text, sizeof text, "%s L%" PRIx64, name,
                       person * UINT64_C(2654435761) % 1000003);
        break;
    case 2:
        (void)snprintf(text, sizeof text, "%s.%" PRIu64, name, person);
        break;
    default:
        (void)snprintf(text, sizeof text, "LF-%" PRIu64, person * EVENTS_OF_PERSON + 3);
    }
    fail_on(profiles_search(b->profiles, pt_str(text), 20, arena, &hits, &count, &err), &err);
}

static int compare_waits(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void read_for_a_while(Bench *b, const char *what, Read *read, uint64_t per_second)
{
    PtRng rng;
    PtArena *arena = pt_arena_new(ARENA_BYTES);
    const int64_t begin = pt_mono_ns(), step = (int64_t)(1000000000 / per_second);
    size_t n = 0;
    pt_rng_init(&rng, 3);
    const double cpu = cpu_seconds();
    for (; n < b->seconds * per_second && n < SAMPLES; n++) {
        const int64_t due = begin + (int64_t)n * step, now = pt_mono_ns();
        if (due > now) {
            (void)nanosleep(&(struct timespec){.tv_nsec = due - now}, NULL);
        }
        read(b, &rng, arena);
        b->waits_ns[n] = pt_mono_ns() - due;
        pt_arena_clear(arena);
    }
    const double cpu_us = (cpu_seconds() - cpu) * 1e6;
    qsort(b->waits_ns, n, sizeof *b->waits_ns, compare_waits);
    const int64_t p50 = b->waits_ns[n / 2], p99 = b->waits_ns[n * 99 / 100];
    (void)printf("%s: %zu, p50 %.3f ms, p99 %.3f ms, most %.3f ms, %.0f us of CPU each\n", what, n,
                 (double)p50 / 1e6, (double)p99 / 1e6, (double)b->waits_ns[n - 1] / 1e6,
                 cpu_us / (double)n);
    pt_arena_free(arena);
}

/* ---- All ------------------------------------------------------------------------------------- */

static PtSql *open_sql(const Bench *b, const char *name, bool relaxed, PtMigrationSet set)
{
    char path[512];
    PtSql *sql;
    PtError err;
    (void)snprintf(path, sizeof path, "%s/%s", b->dir, name);
    const PtSqlConfig config = {.path = path, .readers = 4, .relaxed = relaxed};
    fail_on(pt_sql_open(&config, &sql, &err), &err);
    fail_on(pt_migrations_apply(sql, set, &err), &err);
    return sql;
}

static void open_all(Bench *b)
{
    static const _Atomic bool never = false;
    char dir[512];
    PtError err;
    PtLogReader *reader;
    if (mkdir(b->dir, 0700) != 0) {
        (void)fprintf(stderr, "profiles-bench: cannot make \"%s\"\n", b->dir);
        exit(1);
    }
    (void)snprintf(dir, sizeof dir, "%s/log", b->dir);
    PtLogConfig config = pt_log_config_default();
    config.fs = pt_fs_real();
    config.clock = pt_clock_real();
    config.dir = dir;
    config.start_threads = true;
    fail_on(pt_log_open(&config, &b->log, &err), &err);
    b->core = open_sql(b, "core.db", false, PT_MIGRATIONS_CORE);
    b->views = open_sql(b, "views.db", true, PT_MIGRATIONS_VIEWS);
    char index[512];
    (void)snprintf(index, sizeof index, "%s/index", b->dir);
    const ProfilesConfig profiles = {.fs = pt_fs_real(),
                                     .clock = pt_clock_real(),
                                     .dir = index,
                                     .log = b->log,
                                     .core = b->core,
                                     .views = b->views};
    fail_on(profiles_open(&profiles, &b->profiles, &err), &err);
    fail_on(pt_log_reader_open(b->log, NULL, 0, 0, &reader, &err), &err);
    fail_on(profiles_start(b->profiles, reader, 0, &never, &err), &err);
    pt_log_reader_close(reader);
}

static void fill(Bench *b)
{
    PtBuf payload;
    PtError err;
    PtLogReader *reader;
    pt_buf_init(&payload, 1 << 20);
    for (uint64_t n = 0; n < b->persons * EVENTS_OF_PERSON; n++) {
        append(b, n, &payload);
    }
    pt_buf_done(&payload);
    fail_on(pt_log_commit(b->log, &err), &err);
    fail_on(pt_log_reader_open(b->log, NULL, 0, 0, &reader, &err), &err);
    const int64_t begin = pt_mono_ns();
    const double cpu = cpu_seconds();
    run_view(b, reader);
    const double seconds = (double)(pt_mono_ns() - begin) / 1e9;
    (void)printf("view: %" PRIu64 " events in %.1f s, %.1f us of CPU each, %.0f MiB\n", b->sent,
                 seconds, (cpu_seconds() - cpu) * 1e6 / (double)b->sent, rss_mib());
    pt_log_reader_close(reader);
}

static void read_option(Bench *b, const char *text)
{
    const struct {
        const char *name;
        uint64_t *value;
    } options[] = {{"persons=", &b->persons},
                   {"seconds=", &b->seconds},
                   {"reads=", &b->reads},
                   {"events=", &b->events}};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (strncmp(text, options[i].name, strlen(options[i].name)) == 0) {
            *options[i].value = strtoull(text + strlen(options[i].name), NULL, 10);
        }
    }
}

int main(int argc, char **argv)
{
    Bench b = {.persons = 100000, .seconds = 10, .reads = 2000, .events = 5000};
    pthread_t feed;
    if (argc < 2) {
        (void)fprintf(stderr, "usage: profiles-bench DIR [persons=N] [seconds=N] [reads=N] "
                              "[events=N]\n");
        return 2;
    }
    b.dir = argv[1];
    for (int i = 2; i < argc; i++) {
        read_option(&b, argv[i]);
    }
    b.waits_ns = malloc(SAMPLES * sizeof *b.waits_ns);
    if (b.waits_ns == NULL) {
        return 1;
    }
    open_all(&b);
    fill(&b);
    read_for_a_while(&b, "reads alone", read_one, b.reads);
    read_for_a_while(&b, "traits alone", traits_one, b.reads);
    read_for_a_while(&b, "searches alone", search_one, 50);
    if (pthread_create(&feed, NULL, feed_thread, &b) != 0) {
        return 1;
    }
    read_for_a_while(&b, "reads beside events", read_one, b.reads);
    read_for_a_while(&b, "traits beside events", traits_one, b.reads);
    read_for_a_while(&b, "searches beside events", search_one, 50);
    atomic_store(&b.stop, true);
    (void)pthread_join(feed, NULL);
    (void)printf("end: %" PRIu64 " events, %.0f MiB\n", b.next, rss_mib());
    profiles_close(b.profiles);
    pt_sql_close(b.views);
    pt_sql_close(b.core);
    pt_log_close(b.log);
    free(b.waits_ns);
    return 0;
}
