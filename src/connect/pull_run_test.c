// SPDX-License-Identifier: Apache-2.0
/* Runs of a pull from a server on loopback into a real log, where memory, the disk or the database
 * fails: whatever fails, the run after it has all items in, each once.
 */
#include "base/test_rows.h"
#include "connect/pull_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <events/intake_rig.h>
#include <fault/fault_alloc.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ITEMS = 6, RUNS_MAX = 4, ALLOCATIONS_MAX = 400, DISK_CALLS = 12 };

static const AuditActor someone = {.kind = AUDIT_ACCOUNT, .id = "a1", .name = "Ada"};

typedef struct Site { /* two pages of three items, then an empty one */
    int listener;
    uint16_t port;
    pthread_t thread;
} Site;

typedef struct Pulls {
    RigBase base;
    Rig rig;
    PtFs *fs;
    PtTimers *timers;
    ConnectNet net;
    ConnectPulls *pulls;
    Site site;
    unsigned made;
    uint64_t log_end; /* before the pull at hand */
    char id[CONNECT_PULL_ID];
} Pulls;

/* ---- The site ---------------------------------------------------------------------------------
 */

static void answer(int fd)
{
    static const char asked[] = "GET /items?page=";
    char text[4096], body[200] = "[]", head[128];
    size_t len = 0;
    ssize_t n;
    int page = 0;
    while (len < sizeof text - 1 && (n = read(fd, text + len, sizeof text - 1 - len)) > 0) {
        len += (size_t)n;
        text[len] = '\0';
        if (strstr(text, "\r\n\r\n") != NULL) {
            break;
        }
    }
    if (len > sizeof asked && strncmp(text, asked, sizeof asked - 1) == 0) {
        page = text[sizeof asked - 1] - '0';
    }
    if (page == 1 || page == 2) {
        const int first = (page - 1) * 3;
        (void)snprintf(body, sizeof body,
                       "[{\"id\":%d,\"u\":\"a\"},{\"id\":%d,\"u\":\"b\"},{\"id\":%d,\"u\":\"c\"}]",
                       first, first + 1, first + 2);
    }
    (void)snprintf(head, sizeof head,
                   "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
                   strlen(body));
    (void)!write(fd, head, strlen(head));
    (void)!write(fd, body, strlen(body));
}

static void *serve(void *ctx)
{
    Site *site = ctx;
    int fd;
    while ((fd = accept(site->listener, NULL, NULL)) >= 0) {
        answer(fd);
        (void)close(fd);
    }
    return NULL;
}

static bool site_open(Site *site)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    site->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (site->listener < 0 || bind(site->listener, (struct sockaddr *)&at, sizeof at) != 0 ||
        listen(site->listener, 8) != 0 ||
        getsockname(site->listener, (struct sockaddr *)&at, &len) != 0) {
        return false;
    }
    site->port = ntohs(at.sin_port);
    return pthread_create(&site->thread, NULL, serve, site) == 0;
}

static void site_close(Site *site)
{
    (void)shutdown(site->listener, SHUT_RDWR);
    (void)pthread_join(site->thread, NULL);
    (void)close(site->listener);
}

/* ---- Pulls ------------------------------------------------------------------------------------
 */

static int set_up(void **state)
{
    Pulls *p = calloc(1, sizeof *p);
    *state = p;
    if (p == NULL || (p->fs = fault_fs_new(7)) == NULL || !rig_base_open(&p->base) ||
        !rig_open(&p->rig, &p->base, p->fs, (RigOptions){.threads = true}) ||
        !site_open(&p->site) || connect_net_parse("127.0.0.1", &p->net, NULL) != PT_OK ||
        pt_timers_new(p->base.clock, &p->timers, NULL) != PT_OK) {
        return -1;
    }
    const ConnectPullsConfig c = {.sql = p->base.sql,
                                  .clock = p->base.clock,
                                  .log = p->rig.log,
                                  .intake = p->rig.intake,
                                  .sources = p->base.sources,
                                  .timers = p->timers,
                                  .net = &p->net};
    return connect_pulls_open(&c, &p->pulls, NULL) == PT_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    Pulls *p = *state;
    connect_pulls_free(p->pulls);
    pt_timers_free(p->timers);
    site_close(&p->site);
    rig_close(&p->rig);
    rig_base_close(&p->base);
    fault_fs_free(p->fs);
    free(p);
    return 0;
}

/* Another pull of the same site: its events are others. */
static void make_pull(Pulls *p)
{
    char name[32], url[64];
    PtError err = {0};
    (void)snprintf(name, sizeof name, "pull %u", ++p->made);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/items?page={cursor}", p->site.port);
    const ConnectPullEdit edit = {.name = pt_str(name),
                                  .source = pt_str(p->base.source[RIG_PLAIN].id),
                                  .url = pt_str(url),
                                  .item_id = PT_STR("id"),
                                  .paging = CONNECT_PAGE_NUMBER,
                                  .first_page = 1,
                                  .page_step = 1,
                                  .every_min = 5,
                                  .max_pages = 10,
                                  .mapping =
                                      PT_STR("{\"format\":\"jsonl\",\"event\":{\"name\":\"A\"},"
                                             "\"columns\":{\"userId\":\"u\"}}"),
                                  .enabled = true};
    if (connect_pull_add(p->pulls, &edit, &someone, p->id, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    p->log_end = pt_log_end(p->rig.log, 0);
}

static void drop_pull(Pulls *p)
{
    assert_int_equal(connect_pull_delete(p->pulls, pt_str(p->id), &someone, NULL), PT_OK);
}

static PullSlot *slot_of(Pulls *p)
{
    for (size_t i = 0; i < CONNECT_PULLS_MAX; i++) {
        if (p->pulls->slots[i].used) {
            return &p->pulls->slots[i];
        }
    }
    fail_msg("the pull has no slot");
    return NULL;
}

static PtStatus run(Pulls *p, bool *ret_begun)
{
    PullSlot *slot = slot_of(p);
    atomic_store(&slot->halt, false);
    return pull_run_one(p->pulls, slot, CONNECT_CAUSE_SCHEDULE, ret_begun, NULL);
}

static ConnectPullRun newest(Pulls *p, PtArena *arena)
{
    ConnectPullRuns page = {NULL, 0};
    assert_int_equal(connect_pull_runs(p->pulls, pt_str(p->id), 0, 1, arena, &page, NULL), PT_OK);
    assert_int_equal(page.count, 1);
    return page.rows[0];
}

/* Runs until one ends well; all items are in then, each once, and the pull says so. */
static void finish(Pulls *p)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    ConnectPullRun row = {.outcome = CONNECT_RUN_FAILED};
    ConnectPull pull;
    bool begun;
    for (int i = 0; i < RUNS_MAX && row.outcome != CONNECT_RUN_DONE; i++) {
        assert_int_equal(run(p, &begun), PT_OK);
        assert_true(begun);
        row = newest(p, arena);
    }
    assert_int_equal(row.outcome, CONNECT_RUN_DONE);
    assert_int_equal(pt_log_end(p->rig.log, 0) - p->log_end, ITEMS);
    assert_int_equal(connect_pull_get(p->pulls, pt_str(p->id), arena, &pull, NULL), PT_OK);
    assert_int_equal(pull.state, CONNECT_PULL_OK);
    assert_int_equal(pull.failures, 0);
    assert_false(pull.at.in_pass);
    assert_true(pull.due_ms > 0);
}

static void all_is_in_once(void **state)
{
    Pulls *p = *state;
    make_pull(p);
    finish(p);
    finish(p); // from the first page again: nothing new
}

/* A failure is told where nothing was begun, else written into the run: it is then tried again. */
static void check_failed(Pulls *p, PtStatus st, bool begun)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    ConnectPull pull;
    if (!begun) {
        assert_int_not_equal(st, PT_OK);
        assert_int_equal(pt_log_end(p->rig.log, 0), p->log_end);
        return;
    }
    assert_int_equal(st, PT_OK);
    if (newest(p, arena).outcome != CONNECT_RUN_DONE) {
        assert_int_equal(newest(p, arena).outcome, CONNECT_RUN_FAILED);
        assert_int_equal(connect_pull_get(p->pulls, pt_str(p->id), arena, &pull, NULL), PT_OK);
        assert_int_equal(pull.state, CONNECT_PULL_FAILING);
        assert_true(pull.reason.len > 0 && slot_of(p)->retry_mono_ms > 0);
    }
}

static void without_memory(void **state)
{
    Pulls *p = *state;
    uint64_t nth = 0;
    bool reached = true, begun = false;
    while (reached) {
        assert_true(++nth < ALLOCATIONS_MAX);
        make_pull(p);
        fault_alloc_fail(nth, 0);
        const PtStatus st = run(p, &begun);
        reached = fault_alloc_count() >= nth;
        fault_alloc_fail(0, 0);
        check_failed(p, st, begun);
        finish(p);
        drop_pull(p);
    }
    assert_true(nth > 20);
}

static void with_a_failing_disk(void **state)
{
    Pulls *p = *state;
    bool begun = false;
    for (uint64_t nth = 1; nth <= DISK_CALLS; nth++) {
        make_pull(p);
        fault_fs_fail(p->fs, FAULT_ANY, nth, EIO);
        const PtStatus st = run(p, &begun);
        fault_fs_fail(p->fs, FAULT_ANY, 0, 0);
        check_failed(p, st, begun);
        finish(p);
        drop_pull(p);
    }
}

static void execute(Pulls *p, const char *statement)
{
    PtSqlTx *tx = NULL;
    assert_int_equal(pt_sql_begin(p->base.sql, true, &tx, NULL), PT_OK);
    assert_int_equal(pt_sql_run(tx, statement, NULL), PT_OK);
    assert_int_equal(pt_sql_commit(&tx, NULL), PT_OK);
}

static struct SqlCase {
    const char *name, *trigger;
} sql_cases[] = {
    {"the place is not written", "BEFORE UPDATE ON pull"},
    {"the run is not written", "BEFORE INSERT ON pull_run"},
};

static void sql_case(void **state)
{
    const struct SqlCase *c = *state;
    void *made = NULL;
    char text[200];
    bool begun = true;
    assert_int_equal(set_up(&made), 0);
    Pulls *p = made;
    make_pull(p);
    (void)snprintf(text, sizeof text,
                   "CREATE TRIGGER refuse %s BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
                   c->trigger);
    execute(p, text);
    for (int i = 0; i < 2; i++) {
        assert_int_not_equal(run(p, &begun), PT_OK);
        assert_false(begun);
        assert_int_equal(pt_log_end(p->rig.log, 0), p->log_end);
    }
    execute(p, "DROP TRIGGER refuse");
    finish(p);
    (void)tear_down(&made);
}

/* A run that could not begin was planned by nobody: the pull stood still until the next start. */
static void a_run_that_could_not_begin_is_due_again(void **state)
{
    Pulls *p = *state;
    make_pull(p);
    execute(p, "CREATE TRIGGER refuse BEFORE UPDATE ON pull"
               " BEGIN SELECT RAISE(ABORT, 'the disk is full'); END");
    PullSlot *slot = slot_of(p);
    slot->due = true;
    assert_int_equal(connect_pulls_start(p->pulls, NULL), PT_OK);
    bool due = false;
    for (int i = 0; i < 2000 && !due; i++) {
        (void)usleep(1000);
        (void)pthread_mutex_lock(&p->pulls->lock);
        due = !slot->due && !slot->running && slot->retry_mono_ms > pt_mono_ms();
        (void)pthread_mutex_unlock(&p->pulls->lock);
    }
    assert_true(due);
    connect_pulls_stop(p->pulls);
    atomic_store(&p->pulls->stop, false);
    execute(p, "DROP TRIGGER refuse");
    finish(p);
}

int main(void)
{
    const struct CMUnitTest plain[] = {
        cmocka_unit_test_setup_teardown(all_is_in_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(with_a_failing_disk, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_run_that_could_not_begin_is_due_again, set_up, tear_down),
    };
    struct CMUnitTest tests[PT_COUNT(plain) + PT_COUNT(sql_cases)];
    size_t n = 0;
    for (size_t i = 0; i < PT_COUNT(plain); i++) {
        tests[n++] = plain[i];
    }
    PT_TEST_ROWS(tests, n, sql_cases, sql_case);
    return _cmocka_run_group_tests("connect/pull_run", tests, n, NULL, NULL);
}
