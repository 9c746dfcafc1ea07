// SPDX-License-Identifier: Apache-2.0
/* What live clocks cost. usage: live_bench FOLDER [ITEMS [REUSE]]
 *
 * Fills a SQLite database in FOLDER (REUSE: as a run before left it) with items of three clocks
 * each over calendars of stores and queues, opens them, edits the policy, then lets 100,000
 * deadlines come at one instant and 10,000 within a second. Every figure is one line of JSON;
 * lateness is from the instant to the commit, by the machine's pace.
 */
#include "access/access.h"
#include "base/rng.h"
#include "platform/migrations.h"
#include "work/live_internal.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    ITEMS = 1000000,
    EQUAL = 100000,
    WITHIN = 10000,
    PER_TX = 5000,
    STORES = 200,
    QUEUES = 10,
    TEXT = 32,
    FACTS = 9,
    REAL_PACE = 1000000,
};

#define HOURS(from, to)                                                                            \
    "{\"zone\":\"Europe/Berlin\",\"hours\":{\"mon\":[[\"" from "\",\"" to "\"]],\"tue\":[[\"" from \
    "\",\"" to "\"]],\"wed\":[[\"" from "\",\"" to "\"]],\"thu\":[[\"" from "\",\"" to             \
    "\"]],\"fri\":[[\"" from "\",\"" to "\"]],\"sat\":[[\"" from "\",\"" to "\"]]}}"
#define STOPS "{\"property\":\"state\",\"is\":\"one_of\",\"value\":[\"resolved\",\"closed\"]}"

/* P1: what comes in the bench. P3: three clocks whose deadlines lie ahead. */
static const char policy_json[] =
    "{\"name\":\"Bench\",\"clocks\":{"
    "\"response\":{\"targets\":{\"P3\":{\"hours\":%d,\"in\":\"store\"}},\"stop\":"
    "{\"property\":\"replied\",\"is\":\"true\"}},"
    "\"resolution\":{\"targets\":{\"P1\":{\"hours\":4,\"in\":\"24x7\"},"
    "\"P3\":{\"days\":3,\"in\":\"queue\"}},\"stop\":" STOPS ",\"again\":\"on\","
    "\"pause\":{\"property\":\"waiting_for\",\"is\":\"equals\",\"value\":\"requester\"}},"
    "\"ola\":{\"targets\":{\"P3\":{\"hours\":30,\"in\":\"store\"}},\"stop\":" STOPS "}}}";

/* Tuesday 2026-06-02T08:00:00Z; the clock begins on Wednesday, 15 minutes before the first are due.
 */
static const int64_t opened_ms = INT64_C(1780387200000);
static const int64_t hour_ms = 3600000, begin_ms = INT64_C(1780387200000) + 24 * 3600000;

typedef struct Bench {
    PtSql *core;
    PtClock *clock;
    PtZones *zones;
    PtCalendar *stores, *queues;
    WorkCalendars calendars;
    Work *work;
    int64_t from_ms; /* of the instants that are counted */
    _Atomic uint64_t fired;
    int64_t *late_ms; /* of each */
} Bench;

static void check(PtStatus st, const PtError *err)
{
    if (st != PT_OK) {
        (void)fprintf(stderr, "%s\n", err->message);
        exit(1);
    }
}

static double resident_mib(void)
{
    char line[256];
    double kib = 0;
    FILE *f = fopen("/proc/self/status", "re");
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

static double seconds_since(int64_t from_ns)
{
    return (double)(pt_mono_ns() - from_ns) / 1e9;
}

/* Of all threads: what a machine that does other things, too, says nothing of. */
static double cpu_seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- The owner --------------------------------------------------------------------------------
 */

static const PtCalendar *in_force(void *ctx, WorkCalendarOf of, PtStr name, int64_t at_ms,
                                  int64_t *ret_until_ms)
{
    const Bench *b = ctx;
    (void)name;
    (void)at_ms;
    *ret_until_ms = WORK_NEVER;
    return of == WORK_CALENDAR_STORE ? b->stores : of == WORK_CALENDAR_QUEUE ? b->queues : NULL;
}

static const WorkCalendars *hold(void *ctx)
{
    const Bench *b = ctx;
    return &b->calendars;
}

static void release(void *ctx, const WorkCalendars *held)
{
    (void)ctx;
    (void)held;
}

/* One deadline an item is counted in each part of the bench. */
static void committed(void *ctx, WorkItem item)
{
    Bench *b = ctx;
    const int64_t due_ms =
        b->from_ms + (item.number > EQUAL ? (item.number - EQUAL) / (WITHIN / 1000) : 0);
    const uint64_t at = atomic_load(&b->fired);
    b->late_ms[at] = pt_clock_now_ms(b->clock) - due_ms;
    atomic_store(&b->fired, at + 1);
}

static void open_work(Bench *b)
{
    PtError err = {0};
    const WorkConfig c = {.core = b->core,
                          .clock = b->clock,
                          .calendars = {b, hold, release},
                          .listener[WORK_TICKET] = {.ctx = b, .committed = committed}};
    const int64_t from_ns = pt_mono_ns();
    const double cpu = cpu_seconds();
    check(work_open(&c, &b->work, &err), &err);
    (void)printf("{\"figure\":\"ready\",\"items\":%zu,\"seconds\":%.2f,\"cpu_seconds\":%.2f,"
                 "\"rss_mib\":%.0f}\n",
                 b->work->table.live, seconds_since(from_ns), cpu_seconds() - cpu, resident_mib());
}

/* ---- Filling ----------------------------------------------------------------------------------
 */

/* The first are due at one instant, the next within a second of the next minute. */
static WorkRow row_of(int64_t number, char (*texts)[TEXT], WorkChange *changes)
{
    static const WorkFact facts[FACTS] = {WORK_TYPE,     WORK_STATE,   WORK_PRIORITY,
                                          WORK_QUEUE,    WORK_STORE,   WORK_SERVICE,
                                          WORK_CATEGORY, WORK_CHANNEL, WORK_AWAITS_REPLY};
    const bool counted = number <= EQUAL + WITHIN;
    const unsigned n = (unsigned)number;
    (void)snprintf(texts[0], TEXT, "incident");
    (void)snprintf(texts[1], TEXT, "new");
    (void)snprintf(texts[2], TEXT, counted ? "P1" : "P3");
    (void)snprintf(texts[3], TEXT, "queue_%u", n % QUEUES);
    (void)snprintf(texts[4], TEXT, "%04u", n % STORES);
    (void)snprintf(texts[5], TEXT, "service_%u", n % 50);
    (void)snprintf(texts[6], TEXT, "category_%u", n % 20);
    (void)snprintf(texts[7], TEXT, "portal");
    (void)snprintf(texts[8], TEXT, "true");
    for (unsigned i = 0; i < FACTS; i++) {
        changes[i] = (WorkChange){facts[i], pt_str(texts[i])};
    }
    /* at risk 15 minutes before 4 hours: a minute behind the begin, or two */
    const int64_t minute = begin_ms + 60000 - 4 * hour_ms + hour_ms / 4;
    const int64_t at_ms = !counted          ? opened_ms + number % (6 * hour_ms)
                          : number <= EQUAL ? minute
                                            : minute + 60000 + (number - EQUAL) / (WITHIN / 1000);
    return (WorkRow){at_ms, PT_STR("opened"), changes, FACTS};
}

static void write_item(Bench *b, PtSqlTx *tx, int64_t number)
{
    char texts[FACTS][TEXT], assignee[TEXT];
    WorkChange changes[FACTS], taken[2];
    PtError err = {0};
    const WorkItem item = {WORK_TICKET, number};
    WorkRow row = row_of(number, texts, changes);
    check(work_opened(b->work, tx, item, &row, &err), &err);
    (void)snprintf(assignee, TEXT, "acc-%08u", (unsigned)number % 12);
    taken[0] = (WorkChange){WORK_ASSIGNEE, pt_str(assignee)};
    taken[1] = (WorkChange){WORK_STATE, PT_STR("in_progress")};
    row = (WorkRow){row.at_ms + 60000, PT_STR("changed"), taken, 2};
    check(work_changed(b->work, tx, item, &row, &err), &err);
}

static void put_policy(Bench *b, int64_t from_ms, int hours)
{
    static const AuditActor by = {.kind = AUDIT_SYSTEM};
    char json[2048];
    PtError err = {0};
    WorkStoredPolicy saved, *list = NULL;
    size_t count = 0;
    int64_t version = 0;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(16 << 20);
    (void)snprintf(json, sizeof json, policy_json, hours);
    check(work_policies(b->work, arena, &list, &count, &err), &err);
    for (size_t i = 0; i < count; i++) {
        version = list[i].version > version ? list[i].version : version;
    }
    const WorkStoredPolicy p = {.id = PT_STR("default"), .from_ms = from_ms, .json = pt_str(json)};
    check(work_policy_put(b->work, &by, &p, version, arena, &saved, &err), &err);
}

static void fill(Bench *b, int64_t items)
{
    PtError err = {0};
    open_work(b);
    put_policy(b, 1, 40);
    const int64_t from_ns = pt_mono_ns();
    for (int64_t number = 1; number <= items;) {
        PtSqlTx *tx = NULL;
        check(pt_sql_begin(b->core, true, &tx, &err), &err);
        for (unsigned i = 0; i < PER_TX && number <= items; i++) {
            write_item(b, tx, number++);
        }
        check(pt_sql_commit(&tx, &err), &err);
    }
    const double s = seconds_since(from_ns);
    (void)printf("{\"figure\":\"rows\",\"items\":%" PRId64 ",\"seconds\":%.2f,"
                 "\"us_an_item_of_two_rows\":%.1f}\n",
                 items, s, 1e6 * s / (double)items);
    work_close(PT_TAKE(b->work));
}

/* ---- What is measured -------------------------------------------------------------------------
 */

static void edit(Bench *b)
{
    const int64_t from_ns = pt_mono_ns();
    const double cpu = cpu_seconds();
    put_policy(b, 0, 39); // from now on
    const double put_s = seconds_since(from_ns);
    live_wait(b->work);
    (void)printf("{\"figure\":\"edit\",\"put_seconds\":%.3f,\"in_force_seconds\":%.2f,"
                 "\"cpu_seconds\":%.2f}\n",
                 put_s, seconds_since(from_ns), cpu_seconds() - cpu);
}

static int order(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void let_come(Bench *b, const char *name, int64_t at_ms, uint64_t count)
{
    const struct timespec nap = {0, 1000000};
    const double cpu = cpu_seconds();
    b->from_ms = at_ms;
    atomic_store(&b->fired, 0);
    pt_clock_sim_set(b->clock, at_ms - 1000);
    pt_clock_sim_speed(b->clock, REAL_PACE);
    while (atomic_load(&b->fired) < count) {
        (void)nanosleep(&nap, NULL);
    }
    pt_clock_sim_speed(b->clock, 0);
    qsort(b->late_ms, count, sizeof *b->late_ms, order);
    (void)printf("{\"figure\":\"%s\",\"deadlines\":%" PRIu64 ",\"p50_ms\":%" PRId64
                 ",\"p99_ms\":%" PRId64 ",\"max_ms\":%" PRId64 ",\"cpu_seconds\":%.2f}\n",
                 name, count, b->late_ms[count / 2], b->late_ms[count * 99 / 100],
                 b->late_ms[count - 1], cpu_seconds() - cpu);
}

static void open_bench(Bench *b, const char *folder)
{
    static char path[4096];
    PtError err = {0};
    const PtCalendarVersion store = {.json = PT_STR(HOURS("09:00", "20:00"))};
    const PtCalendarVersion queue = {.json = PT_STR(HOURS("08:00", "18:00"))};
    (void)snprintf(path, sizeof path, "%s/work.db", folder);
    const PtSqlConfig c = {.path = path, .readers = 2};
    check(pt_sql_open(&c, &b->core, &err), &err);
    check(pt_migrations_apply(b->core, PT_MIGRATIONS_CORE, &err), &err);
    b->clock = pt_clock_sim_new(begin_ms, 0);
    b->zones = pt_zones_new(NULL);
    b->late_ms = calloc(ITEMS, sizeof *b->late_ms);
    if (b->clock == NULL || b->zones == NULL || b->late_ms == NULL) {
        exit(1);
    }
    check(pt_calendar_new(&store, 1, b->zones, &b->stores, &err), &err);
    check(pt_calendar_new(&queue, 1, b->zones, &b->queues, &err), &err);
    b->calendars = (WorkCalendars){b, in_force};
}

int main(int argc, char **argv)
{
    static Bench b;
    PtError err = {0};
    const int64_t items = argc > 2 ? strtoll(argv[2], NULL, 10) : ITEMS;
    if (argc < 2 || items < EQUAL + WITHIN) {
        (void)fprintf(stderr, "usage: live_bench FOLDER [ITEMS [REUSE]], over %d items\n",
                      EQUAL + WITHIN);
        return 2;
    }
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    open_bench(&b, argv[1]);
    if (argc < 4) {
        fill(&b, items);
    }
    open_work(&b);
    check(work_start(b.work, &err), &err);
    edit(&b);
    let_come(&b, "equal", begin_ms + 60000, EQUAL);
    let_come(&b, "within a second", begin_ms + 120000, WITHIN);
    (void)printf("{\"figure\":\"after\",\"rss_mib\":%.0f}\n", resident_mib());
    work_close(b.work);
    pt_calendar_free(b.stores);
    pt_calendar_free(b.queues);
    pt_zones_free(b.zones);
    pt_clock_free(b.clock);
    pt_sql_close(b.core);
    free(b.late_ms);
    return 0;
}
