// SPDX-License-Identifier: Apache-2.0
/* Exports by a schedule: when they are due, files whole or not at all, what a kill leaves, bounds
 * of a definition. The clock is simulated; the thread is this one. */
#include "base/test_rows.h"
#include "behaviour/behaviour_rig.h"
#include "behaviour/export_jobs_internal.h"

#include <dirent.h>
#include <fault/fault_alloc.h>
#include <fault/fault_fs.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    ARENA = 16 << 20,
    TEXT = 1 << 16,
    BODY = 400,
    PATH = 800,
    MINUTE_MS = 60000,
    DAY_MIN = 1440
};

static const char question[] =
    "{\"kind\":\"segmentation\",\"range\":{\"from\":\"2025-11-01\",\"to\":\"2025-11-03\"},"
    "\"unit\":\"whole\",\"series\":[{\"event\":\"Order Completed\",\"measure\":\"uniques\"}]}";
static const AuditActor staff = {.kind = AUDIT_ACCOUNT, .id = "acc-1", .name = "Mia Berg"};

static RigBase base;
static PtFs *fs;
static BehaviourRig rig;
static PtTimers *timers;
static BehaviourJobs *jobs;
static PtArena *arena;
static char outbox[PATH]; /* beside the root */
static char root[] = "/tmp/patron-exports-XXXXXX", report[37];
static bool rooted;

/* ---- The world --------------------------------------------------------------------------------
 */

static int open_base(void **state)
{
    (void)state;
    rooted = rig_base_open(&base) && mkdtemp(root) != NULL;
    return rooted ? 0 : -1;
}

static void remove_below(const char *dir)
{
    DIR *d = opendir(dir);
    const struct dirent *entry;
    char path[PATH];
    while (d != NULL && (entry = readdir(d)) != NULL) {
        (void)snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            unlink(path) != 0) {
            remove_below(path);
            (void)rmdir(path);
        }
    }
    if (d != NULL) {
        (void)closedir(d);
    }
}

static int close_base(void **state)
{
    (void)state;
    if (rooted) {
        remove_below(root);
        (void)rmdir(root);
        (void)rmdir(outbox);
    }
    rig_base_close(&base);
    return 0;
}

/* A destination "d1" that says what the test has set, and keeps what it was told. */
static struct FakeTarget {
    BehaviourSent says;
    PtStatus fails;
    size_t asked;
    char name[PATH], id[100];
    int64_t bytes;
} target;

static PtStatus fake_takes(void *ctx, PtStr id, bool people, PtError *err)
{
    (void)ctx, (void)people;
    return pt_str_eq(id, PT_STR("d1")) ? PT_OK
                                       : pt_fail(err, PT_INVALID, "destination: none has that id");
}

static PtStatus fake_put(void *ctx, PtStr id, const BehaviourFile *file, const _Atomic bool *stop,
                         BehaviourSent *ret_sent, PtError *err)
{
    struct FakeTarget *t = ctx;
    (void)id, (void)stop;
    t->asked++;
    (void)pt_str_copy(t->name, sizeof t->name, file->name);
    (void)pt_str_copy(t->id, sizeof t->id, file->id);
    t->bytes = file->bytes;
    *ret_sent = t->says;
    return t->fails != PT_OK ? pt_fail(err, t->fails, "no") : PT_OK;
}

static void open_jobs(const char *where)
{
    PtError err = {0};
    (void)snprintf(outbox, sizeof outbox, "%s-outbox", root);
    const BehaviourJobsConfig config = {
        .behaviour = rig.b,
        .core = base.sql,
        .clock = base.clock,
        .timers = timers,
        .root = where,
        .outbox = outbox,
        .targets = {.ctx = &target, .takes = fake_takes, .put = fake_put}};
    if (behaviour_jobs_open(&config, &jobs, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
}

static void order(const char *user)
{
    char body[BODY];
    (void)snprintf(body, sizeof body,
                   "{\"userId\":\"%s\",\"event\":\"Order Completed\",\"timestamp\":"
                   "\"2025-11-02T03:04:05Z\"}",
                   user);
    view_rig_send(&rig.view, EVENT_TRACK, body);
}

static int open_rig(void **state)
{
    PtError err = {0};
    const BehaviourReportEdit edit = {.name = PT_STR("Orders"), .query = pt_str(question)};
    (void)state;
    pt_clock_sim_set(base.clock, RIG_NOW); // Saturday, 2025-11-22T02:00:00Z
    fs = fault_fs_new(7);
    arena = pt_arena_new(ARENA);
    assert_true(fs != NULL && arena != NULL);
    behaviour_rig_open(&rig, &base, fs, 0);
    order("u1");
    order("u2");
    behaviour_rig_run(&rig);
    assert_int_equal(pt_timers_new(base.clock, &timers, &err), PT_OK);
    assert_int_equal(behaviour_report_add(rig.b, &staff, &edit, report, &err), PT_OK);
    target = (struct FakeTarget){.says = {.sent = true, .place = "s3://b/x"}};
    open_jobs(root);
    return 0;
}

static void forget(const char *statement)
{
    PtSqlTx *tx = NULL;
    PtError err = {0};
    assert_int_equal(pt_sql_begin(base.sql, true, &tx, &err), PT_OK);
    assert_int_equal(pt_sql_run(tx, statement, &err), PT_OK);
    assert_int_equal(pt_sql_commit(&tx, &err), PT_OK);
}

static int close_rig(void **state)
{
    (void)state;
    behaviour_jobs_free(jobs);
    pt_timers_free(timers);
    behaviour_rig_done(&rig);
    fault_fs_free(fs);
    pt_arena_free(arena);
    forget("DELETE FROM export_run");
    forget("DELETE FROM export_job");
    forget("DELETE FROM report");
    remove_below(root);
    remove_below(outbox);
    return 0;
}

static BehaviourJobEdit daily(void)
{
    return (BehaviourJobEdit){.name = PT_STR("Orders, every day!"),
                              .report = pt_str(report),
                              .what = BEHAVIOUR_EXPORT_PEOPLE,
                              .cell = PT_STR("{}"),
                              .every = BEHAVIOUR_DAILY,
                              .at_min = 3 * 60,
                              .weekday = 1,
                              .zone = PT_STR("Europe/Berlin"),
                              .folder = PT_STR("marketing/daily"),
                              .keep_files = 2,
                              .enabled = true};
}

static void add(const BehaviourJobEdit *edit, char id[static 37])
{
    PtError err = {0};
    if (behaviour_job_add(jobs, &staff, edit, id, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
}

static void run_due(void)
{
    PtError err = {0};
    if (export_jobs_run_due(jobs, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
}

static BehaviourJob get(const char *id)
{
    BehaviourJob job;
    PtError err = {0};
    assert_int_equal(behaviour_job_get(jobs, pt_str(id), arena, &job, &err), PT_OK);
    return job;
}

static void forward(int64_t minutes)
{
    pt_clock_sim_set(base.clock, pt_clock_now_ms(base.clock) + minutes * MINUTE_MS);
}

static size_t count_in(const char *path, char ret_name[static 256])
{
    size_t count = 0;
    const struct dirent *entry;
    DIR *d = opendir(path);
    while (d != NULL && (entry = readdir(d)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            (void)snprintf(ret_name, 256, "%s", entry->d_name);
            count++;
        }
    }
    if (d != NULL) {
        (void)closedir(d);
    }
    return count;
}

/* Names in a folder below the root. */
static size_t count_files(const char *folder, char ret_name[static 256])
{
    char path[PATH];
    (void)snprintf(path, sizeof path, "%s/%s", root, folder);
    return count_in(path, ret_name);
}

static size_t count_outbox(void)
{
    char path[PATH + 32], name[256];
    (void)snprintf(path, sizeof path, "%s/marketing/daily", outbox);
    return count_in(path, name);
}

/* ---- When -------------------------------------------------------------------------------------
 */

static struct WhenCase {
    const char *name, *zone, *after;
    BehaviourEvery every;
    int64_t at_min, weekday;
    const char *want;
} when_cases[] = {
    {"the same day", "UTC", "2025-11-22T02:00:00Z", BEHAVIOUR_DAILY, 180, 1, "2025-11-22T03:00:00"},
    {"its own instant is over", "UTC", "2025-11-22T03:00:00Z", BEHAVIOUR_DAILY, 180, 1,
     "2025-11-23T03:00:00"},
    {"a ms before it", "UTC", "2025-11-22T02:59:59.999Z", BEHAVIOUR_DAILY, 180, 1,
     "2025-11-22T03:00:00"},
    {"local midnight is the day before", "Asia/Kolkata", "2025-11-22T02:00:00Z", BEHAVIOUR_DAILY, 0,
     1, "2025-11-22T18:30:00"},
    {"a skipped hour is an hour later", "Europe/Berlin", "2026-03-28T12:00:00Z", BEHAVIOUR_DAILY,
     150, 1, "2026-03-29T01:30:00"},
    {"of an hour that comes twice the first", "Europe/Berlin", "2026-10-24T12:00:00Z",
     BEHAVIOUR_DAILY, 150, 1, "2026-10-25T00:30:00"},
    {"and not the second", "Europe/Berlin", "2026-10-25T00:30:00Z", BEHAVIOUR_DAILY, 150, 1,
     "2026-10-26T01:30:00"},
    {"Monday", "UTC", "2025-11-22T02:00:00Z", BEHAVIOUR_WEEKLY, 60, 1, "2025-11-24T01:00:00"},
    {"today, which is over", "UTC", "2025-11-22T02:00:00Z", BEHAVIOUR_WEEKLY, 60, 6,
     "2025-11-29T01:00:00"},
    {"today, still to come", "UTC", "2025-11-22T02:00:00Z", BEHAVIOUR_WEEKLY, 121, 6,
     "2025-11-22T02:01:00"},
    {"every hour", "UTC", "2025-11-22T02:00:00Z", BEHAVIOUR_HOURLY, 0, 1, "2025-11-22T03:00:00"},
    {"of the local hour", "Asia/Kolkata", "2025-11-22T02:00:00Z", BEHAVIOUR_HOURLY, 15, 1,
     "2025-11-22T02:45:00"},
    {"a clock that moves by half an hour", "Australia/Lord_Howe", "2025-10-04T15:00:00Z",
     BEHAVIOUR_HOURLY, 0, 1, "2025-10-04T16:00:00"},
};

static void test_when(void **state)
{
    const struct WhenCase *c = *state;
    const BehaviourJobEdit edit = {.every = c->every, .at_min = c->at_min, .weekday = c->weekday};
    char got[PT_TIME_TEXT];
    PtZone *zone = NULL;
    PtError err = {0};
    int64_t after_ms = 0;
    assert_int_equal(pt_zone_load(c->zone, NULL, &zone, &err), PT_OK);
    assert_true(pt_time_parse(pt_str(c->after), &after_ms));
    (void)pt_time_format(export_job_next(&edit, zone, after_ms), got);
    pt_zone_free(zone);
    got[strlen(c->want)] = '\0';
    assert_string_equal(got, c->want);
}

/* ---- Running ----------------------------------------------------------------------------------
 */

static void test_runs_when_due(void **state)
{
    char id[37], name[256] = "";
    struct stat s;
    char path[PATH];
    const BehaviourJobEdit edit = daily();
    (void)state;
    add(&edit, id);
    run_due();
    assert_int_equal(get(id).runs, 0); // 03:00 in Berlin was a moment ago
    forward(DAY_MIN - 1);
    run_due();
    assert_int_equal(get(id).runs, 0);
    forward(1);
    run_due();
    BehaviourJob job = get(id);
    assert_int_equal(job.runs, 1);
    assert_int_equal(job.last.outcome, BEHAVIOUR_RUN_DONE);
    assert_int_equal(job.last.cause, BEHAVIOUR_BY_SCHEDULE);
    assert_int_equal(job.last.rows, 2);
    assert_int_equal(job.due_ms, RIG_NOW + INT64_C(2) * DAY_MIN * MINUTE_MS);
    assert_int_equal(count_files(edit.folder.data, name), 1);
    assert_string_equal(name, "orders-every-day-20251123-0300-1.csv");
    (void)snprintf(path, sizeof path, "%s/%s", root, job.last.file.data);
    assert_int_equal(stat(path, &s), 0);
    assert_int_equal(s.st_size, job.last.bytes);
}

/* Many days at once are one run, and then the next is to come. */
static void test_misses_are_one_run(void **state)
{
    char id[37];
    const BehaviourJobEdit edit = daily();
    (void)state;
    add(&edit, id);
    forward((int64_t)10 * DAY_MIN + 30);
    run_due();
    const BehaviourJob job = get(id);
    assert_int_equal(job.runs, 1);
    assert_true(job.due_ms > pt_clock_now_ms(base.clock));
}

static void test_keeps_the_newest(void **state)
{
    char id[37], name[256];
    BehaviourJobRun *runs;
    size_t count;
    PtError err = {0};
    const BehaviourJobEdit edit = daily();
    (void)state;
    add(&edit, id);
    for (int i = 0; i < 4; i++) {
        forward(DAY_MIN);
        run_due();
    }
    assert_int_equal(count_files(edit.folder.data, name), 2);
    assert_int_equal(behaviour_job_runs(jobs, pt_str(id), arena, &runs, &count, &err), PT_OK);
    assert_int_equal(count, 4);
    assert_true(runs[0].file.len > 0 && runs[1].file.len > 0);
    assert_true(runs[2].file.len == 0 && runs[3].file.len == 0);
}

static void test_into_the_root(void **state)
{
    char id[37], name[256];
    BehaviourJobEdit edit = daily();
    (void)state;
    edit.folder = PT_STR("");
    add(&edit, id);
    forward(DAY_MIN);
    run_due();
    assert_int_equal(count_files("", name), 1);
}

static void test_paused_and_by_hand(void **state)
{
    char id[37];
    BehaviourJobEdit edit = daily();
    PtError err = {0};
    (void)state;
    edit.enabled = false;
    add(&edit, id);
    forward(DAY_MIN);
    run_due();
    assert_int_equal(get(id).runs, 0);
    assert_int_equal(behaviour_job_run(jobs, &staff, pt_str(id), &err), PT_OK);
    assert_int_equal(get(id).last.outcome, BEHAVIOUR_RUN_WAITING);
    assert_int_equal(behaviour_job_run(jobs, &staff, pt_str(id), &err), PT_CONFLICT);
    run_due();
    assert_int_equal(get(id).last.outcome, BEHAVIOUR_RUN_DONE);
    assert_int_equal(get(id).last.cause, BEHAVIOUR_BY_PERSON);
}

/* It is tried again three times, five minutes apart, and then by its schedule. */
static void test_fails_and_tries_again(void **state)
{
    char id[37], path[PATH], name[256];
    BehaviourJobEdit edit = daily();
    (void)state;
    edit.folder = PT_STR("taken");
    (void)snprintf(path, sizeof path, "%s/taken", root);
    const int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    (void)close(fd);
    add(&edit, id);
    forward(DAY_MIN);
    for (int i = 1; i <= 4; i++) {
        run_due();
        BehaviourJob job = get(id);
        assert_int_equal(job.runs, i);
        assert_int_equal(job.failures, i);
        assert_int_equal(job.last.outcome, BEHAVIOUR_RUN_FAILED);
        assert_non_null(strstr(job.last.reason.data, "is no folder"));
        assert_int_equal(job.due_ms - pt_clock_now_ms(base.clock) == (int64_t)5 * MINUTE_MS, i < 4);
        forward(5);
    }
    assert_int_equal(unlink(path), 0);
    forward(DAY_MIN);
    run_due();
    assert_int_equal(get(id).failures, 0);
    assert_int_equal(count_files("taken", name), 1);
}

/* ---- What a kill leaves -----------------------------------------------------------------------
 */

/* As the thread leaves it at that moment: the row says "running". */
static void leave_running(const char *id, PtStr file)
{
    PtSqlTx *tx = NULL;
    PtError err = {0};
    BehaviourJob job;
    assert_int_equal(pt_sql_begin(base.sql, true, &tx, &err), PT_OK);
    assert_int_equal(export_job_read(tx, pt_str(id), arena, &job, &err), PT_OK);
    const BehaviourJobRun run = {.number = ++job.runs,
                                 .outcome = BEHAVIOUR_RUN_RUNNING,
                                 .due_ms = job.due_ms,
                                 .rows = 2,
                                 .bytes = 7,
                                 .file = file};
    job.due_ms += (int64_t)DAY_MIN * MINUTE_MS;
    assert_int_equal(export_run_put(tx, job.id, &run, &err), PT_OK);
    assert_int_equal(export_job_place(tx, &job, &err), PT_OK);
    assert_int_equal(pt_sql_commit(&tx, &err), PT_OK);
}

static void begin_file(PtStr path, bool finish)
{
    ExportFile file;
    PtError err = {0};
    assert_int_equal(export_file_create(root, path, &file, &err), PT_OK);
    assert_int_equal(export_file_write(&file, PT_STR("a,b\r\n1\n"), &err), PT_OK);
    if (finish) {
        assert_int_equal(export_file_finish(&file, &err), PT_OK);
    } else {
        (void)close(file.fd); // as a kill: no name, and nobody removes it
        file.fd = -1;
    }
    export_file_close(&file);
}

static void test_kill_before_the_name(void **state)
{
    char id[37], name[256];
    const BehaviourJobEdit edit = daily();
    (void)state;
    add(&edit, id);
    forward(DAY_MIN);
    leave_running(id, PT_STR("marketing/daily/x.csv"));
    begin_file(PT_STR("marketing/daily/x.csv"), false);
    assert_int_equal(count_files(edit.folder.data, name), 1);
    behaviour_jobs_free(jobs);
    open_jobs(root);
    assert_int_equal(count_files(edit.folder.data, name), 0);
    assert_int_equal(get(id).last.outcome, BEHAVIOUR_RUN_INTERRUPTED);
    run_due();
    assert_int_equal(get(id).runs, 2);
    assert_int_equal(get(id).last.outcome, BEHAVIOUR_RUN_DONE);
    assert_int_equal(count_files(edit.folder.data, name), 1);
}

static void test_kill_behind_the_name(void **state)
{
    char id[37], name[256];
    const BehaviourJobEdit edit = daily();
    (void)state;
    add(&edit, id);
    forward(DAY_MIN);
    leave_running(id, PT_STR("marketing/daily/x.csv"));
    begin_file(PT_STR("marketing/daily/x.csv"), true);
    behaviour_jobs_free(jobs);
    open_jobs(root);
    run_due();
    const BehaviourJob job = get(id);
    assert_int_equal(job.runs, 1);
    assert_int_equal(job.last.outcome, BEHAVIOUR_RUN_DONE);
    assert_true(job.last.rows == 2 && job.last.bytes == 7);
    assert_int_equal(count_files(edit.folder.data, name), 1);
}

static void test_kill_of_one_by_hand(void **state)
{
    char id[37];
    BehaviourJobEdit edit = daily();
    PtError err = {0};
    (void)state;
    edit.enabled = false;
    add(&edit, id);
    assert_int_equal(behaviour_job_run(jobs, &staff, pt_str(id), &err), PT_OK);
    forget("UPDATE export_run SET outcome = 'running', file = 'marketing/daily/x.csv'");
    behaviour_jobs_free(jobs);
    open_jobs(root);
    run_due();
    assert_int_equal(get(id).runs, 2);
    assert_int_equal(get(id).last.outcome, BEHAVIOUR_RUN_DONE);
    assert_int_equal(get(id).last.cause, BEHAVIOUR_BY_PERSON);
}

/* ---- Definitions ------------------------------------------------------------------------------
 */

static void no_name(BehaviourJobEdit *e)
{
    e->name = PT_STR("");
}
static void odd_name(BehaviourJobEdit *e)
{
    e->name = PT_STR("a\nb");
}
static void no_report(BehaviourJobEdit *e)
{
    e->report = PT_STR("0193a5e0-0000-7000-8000-000000000000");
}
static void odd_zone(BehaviourJobEdit *e)
{
    e->zone = PT_STR("Europe/Nowhere");
}
static void up(BehaviourJobEdit *e)
{
    e->folder = PT_STR("a/../b");
}
static void absolute(BehaviourJobEdit *e)
{
    e->folder = PT_STR("/etc");
}
static void slash(BehaviourJobEdit *e)
{
    e->folder = PT_STR("a/");
}
static void minute_of_hour(BehaviourJobEdit *e)
{
    e->every = BEHAVIOUR_HOURLY;
    e->at_min = 60;
}
static void minute_of_day(BehaviourJobEdit *e)
{
    e->at_min = DAY_MIN;
}
static void weekday(BehaviourJobEdit *e)
{
    e->weekday = 8;
}
static void keep_none(BehaviourJobEdit *e)
{
    e->keep_files = 0;
}
static void odd_cell(BehaviourJobEdit *e)
{
    e->cell = PT_STR("[]");
}

static struct EditCase {
    const char *name;
    void (*change)(BehaviourJobEdit *edit);
    const char *want;
} edit_cases[] = {
    {"no name", no_name, "name: not 1 to 200 characters of UTF-8"},
    {"a line end in the name", odd_name, "name: not 1 to 200 characters of UTF-8"},
    {"no such report", no_report, "report: none has that id"},
    {"no such zone", odd_zone, "zone: \"Europe/Nowhere\" is none of the IANA time zones"},
    {"a way up", up, "folder: not a path below export.root of up to 400 bytes"},
    {"a way from the root", absolute, "folder: not a path below export.root of up to 400 bytes"},
    {"a slash at the end", slash, "folder: not a path below export.root of up to 400 bytes"},
    {"minute 60", minute_of_hour, "at_min: not 0..59"},
    {"minute 1440", minute_of_day, "at_min: not 0..1439"},
    {"weekday 8", weekday, "weekday: not 1..7"},
    {"no file kept", keep_none, "keep_files: not 1..100"},
    {"a list as cell", odd_cell, "cell: not a JSON object"},
};

static void test_edit(void **state)
{
    const struct EditCase *c = *state;
    char id[37];
    BehaviourJobEdit edit = daily();
    PtError err = {0};
    c->change(&edit);
    open_rig(NULL);
    if (c->change != no_report) {
        edit.report = pt_str(report);
    }
    assert_int_equal(behaviour_job_add(jobs, &staff, &edit, id, &err), PT_INVALID);
    assert_string_equal(err.message, c->want);
    close_rig(NULL);
}

static void test_changes(void **state)
{
    char id[37], other[37];
    BehaviourJobEdit edit = daily();
    PtError err = {0};
    (void)state;
    add(&edit, id);
    assert_int_equal(behaviour_job_add(jobs, &staff, &edit, other, &err), PT_CONFLICT);
    edit.enabled = false;
    assert_int_equal(behaviour_job_save(jobs, &staff, pt_str(id), 2, &edit, &err), PT_CONFLICT);
    assert_int_equal(behaviour_job_save(jobs, &staff, pt_str(id), 1, &edit, &err), PT_OK);
    assert_int_equal(get(id).version, 2);
    assert_int_equal(behaviour_report_delete(rig.b, &staff, pt_str(report), arena, &err),
                     PT_CONFLICT);
    assert_non_null(strstr(err.message, "Orders, every day!"));
    assert_int_equal(behaviour_job_delete(jobs, &staff, pt_str(id), &err), PT_OK);
    assert_int_equal(behaviour_job_delete(jobs, &staff, pt_str(id), &err), PT_NOT_FOUND);
    assert_int_equal(behaviour_job_run(jobs, &staff, PT_STR("x"), &err), PT_NOT_FOUND);
    assert_int_equal(behaviour_report_delete(rig.b, &staff, pt_str(report), arena, &err), PT_OK);
}

static void test_without_a_root(void **state)
{
    char id[37];
    const BehaviourJobEdit edit = daily();
    PtError err = {0};
    (void)state;
    behaviour_jobs_free(jobs);
    open_jobs("");
    assert_false(behaviour_jobs_possible(jobs));
    assert_int_equal(behaviour_job_add(jobs, &staff, &edit, id, &err), PT_CONFLICT);
    assert_non_null(strstr(err.message, "export.root"));
}

/* A link below the root leads nowhere. */
static void test_links(void **state)
{
    char path[PATH], id[37], name[256];
    BehaviourJobEdit edit = daily();
    (void)state;
    edit.folder = PT_STR("link");
    (void)snprintf(path, sizeof path, "%s/link", root);
    assert_int_equal(symlink("/tmp", path), 0);
    add(&edit, id);
    forward(DAY_MIN);
    run_due();
    assert_int_equal(get(id).last.outcome, BEHAVIOUR_RUN_FAILED);
    (void)name;
}

/* What stands where the part is to be is removed, never written through. */
static void test_part_is_its_own(void **state)
{
    char victim[PATH], part[PATH];
    struct stat s;
    (void)state;
    (void)snprintf(victim, sizeof victim, "%s/victim", root);
    (void)snprintf(part, sizeof part, "%s/.x.csv.part", root);
    const int fd = open(victim, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "kept", 4), 4);
    (void)close(fd);
    assert_int_equal(link(victim, part), 0);
    begin_file(PT_STR("x.csv"), true);
    assert_int_equal(stat(victim, &s), 0);
    assert_int_equal(s.st_size, 4);
}

/* The longest path that JSON makes longer still stands in the audit chain. */
static void test_longest_folder(void **state)
{
    char id[37], folder[BEHAVIOUR_JOB_FOLDER_MAX];
    BehaviourJobEdit edit = daily();
    (void)state;
    memset(folder, '"', sizeof folder);
    folder[sizeof folder / 2] = '/';
    edit.folder = (PtStr){folder, sizeof folder};
    edit.what = BEHAVIOUR_EXPORT_EVENTS;
    add(&edit, id);
    forward(DAY_MIN);
    run_due();
    assert_int_equal(get(id).last.outcome, BEHAVIOUR_RUN_DONE);
}

/* Runs that fail do not pile up. */
static void test_failures_are_few(void **state)
{
    char id[37], path[PATH];
    BehaviourJobRun *runs;
    size_t count;
    PtError err = {0};
    BehaviourJobEdit edit = daily();
    int64_t rows = 0;
    PtSqlTx *tx = NULL;
    bool row = false;
    (void)state;
    (void)snprintf(path, sizeof path, "%s/taken", root);
    assert_int_equal(symlink("/tmp", path), 0);
    edit.folder = PT_STR("taken");
    edit.every = BEHAVIOUR_HOURLY;
    edit.at_min = 0;
    add(&edit, id);
    for (int i = 0; i < BEHAVIOUR_JOB_RUNS_KEPT + 5; i++) {
        forward(60);
        run_due();
    }
    assert_int_equal(pt_sql_begin(base.sql, false, &tx, &err), PT_OK);
    assert_int_equal(pt_sql_use(tx, "SELECT COUNT(*) FROM export_run", &err), PT_OK);
    assert_int_equal(pt_sql_step(tx, &row, &err), PT_OK);
    rows = pt_sql_i64(tx, 0);
    pt_sql_done(tx);
    pt_sql_rollback(tx);
    assert_int_equal(behaviour_job_runs(jobs, pt_str(id), arena, &runs, &count, &err), PT_OK);
    assert_int_equal(count, BEHAVIOUR_JOB_RUNS_KEPT);
    assert_int_equal(rows, BEHAVIOUR_JOB_RUNS_KEPT);
}

/* One of a zone that is gone: the other runs, and it is tried again an hour later. */
static void test_one_in_the_way(void **state)
{
    char ids[2][37];
    BehaviourJobEdit edit = daily();
    (void)state;
    edit.name = PT_STR("a");
    add(&edit, ids[0]);
    edit.name = PT_STR("b");
    edit.at_min += 1; // behind the other
    add(&edit, ids[1]);
    forget("UPDATE export_job SET zone = 'Nowhere/At' WHERE name = 'a'");
    forward(DAY_MIN + 5);
    run_due();
    assert_int_equal(get(ids[1]).last.outcome, BEHAVIOUR_RUN_DONE);
    BehaviourJob a = get(ids[0]);
    assert_int_equal(a.last.outcome, BEHAVIOUR_RUN_FAILED);
    assert_int_equal(a.last.cause, BEHAVIOUR_BY_SCHEDULE);
    assert_non_null(strstr(a.last.reason.data, "Nowhere/At"));
    assert_int_equal(a.due_ms, pt_clock_now_ms(base.clock) + INT64_C(60) * MINUTE_MS);
    forward(59);
    run_due();
    assert_int_equal(get(ids[0]).failures, 1);
    forget("UPDATE export_job SET zone = 'UTC' WHERE name = 'a'");
    forward(1);
    run_due();
    a = get(ids[0]);
    assert_int_equal(a.last.outcome, BEHAVIOUR_RUN_DONE);
    assert_int_equal(a.last.number, 2);
}

/* Asked for by somebody. */
static void test_one_in_the_way_by_hand(void **state)
{
    char ids[2][37];
    PtError err = {0};
    BehaviourJobEdit edit = daily();
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        edit.name = i == 0 ? PT_STR("a") : PT_STR("b");
        add(&edit, ids[i]);
        assert_int_equal(behaviour_job_run(jobs, &staff, pt_str(ids[i]), &err), PT_OK);
    }
    forget("UPDATE export_job SET zone = 'Nowhere/At' WHERE name = 'a'");
    run_due();
    assert_int_equal(get(ids[0]).last.outcome, BEHAVIOUR_RUN_FAILED);
    assert_int_equal(get(ids[1]).last.outcome, BEHAVIOUR_RUN_DONE);
}

/* Whoever may change reports need not be one who may write files of people. */
static void test_a_changed_report(void **state)
{
    static const AuditActor other = {.kind = AUDIT_ACCOUNT, .id = "acc-2", .name = "Tom"};
    const BehaviourReportEdit changed = {.name = PT_STR("Orders"), .query = pt_str(question)};
    char id[37];
    PtError err = {0};
    BehaviourJobEdit edit = daily();
    (void)state;
    add(&edit, id);
    forward(1);
    assert_int_equal(behaviour_report_save(rig.b, &other, pt_str(report), 1, &changed, arena, &err),
                     PT_OK);
    forward(DAY_MIN);
    run_due();
    BehaviourJob job = get(id);
    assert_int_equal(job.last.outcome, BEHAVIOUR_RUN_FAILED);
    assert_non_null(strstr(job.last.reason.data, "changed by Tom"));
    assert_int_equal(behaviour_job_save(jobs, &staff, pt_str(id), job.version, &edit, &err), PT_OK);
    forward(DAY_MIN);
    run_due();
    assert_int_equal(get(id).last.outcome, BEHAVIOUR_RUN_DONE);
}

static void test_a_file_of_it(void **state)
{
    char id[37], text[TEXT], path[PATH];
    BehaviourJobFile file;
    PtError err = {0};
    const BehaviourJobEdit edit = daily();
    (void)state;
    add(&edit, id);
    forward(DAY_MIN);
    run_due();
    assert_int_equal(behaviour_job_file(jobs, pt_str(id), 1, arena, &file, &err), PT_OK);
    assert_int_equal(read(file.fd, text, sizeof text), file.run.bytes);
    (void)close(file.fd);
    assert_int_equal(behaviour_job_file(jobs, pt_str(id), 2, arena, &file, &err), PT_NOT_FOUND);
    (void)snprintf(path, sizeof path, "%s/%s", root, get(id).last.file.data);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/etc/hostname", path), 0);
    assert_int_equal(behaviour_job_file(jobs, pt_str(id), 1, arena, &file, &err), PT_NOT_FOUND);
}

/* ---- To a destination -------------------------------------------------------------------------
 */

static BehaviourJobEdit sent_daily(void)
{
    BehaviourJobEdit edit = daily();
    edit.destination = PT_STR("d1");
    return edit;
}

static void test_is_sent(void **state)
{
    char id[37];
    const BehaviourJobEdit edit = sent_daily();
    (void)state;
    behaviour_jobs_free(jobs);
    open_jobs(""); // the outbox needs no root
    add(&edit, id);
    forward(DAY_MIN);
    run_due();
    const BehaviourJob job = get(id);
    assert_int_equal(job.last.sending, BEHAVIOUR_SEND_SENT);
    assert_int_equal(job.last.try_ms, pt_clock_now_ms(base.clock));
    assert_string_equal(job.last.place.data, "s3://b/x");
    assert_string_equal(target.name, job.last.file.data);
    assert_int_equal(target.bytes, job.last.bytes);
    assert_int_equal(target.asked, 1);
    assert_int_equal(count_outbox(), 1);
    forward(DAY_MIN);
    run_due();
    forward(DAY_MIN);
    run_due();
    assert_int_equal(target.asked, 3);
    assert_int_equal(count_outbox(), 2); // keep_files
    PtError err = {0};
    assert_int_equal(behaviour_job_delete(jobs, &staff, pt_str(id), &err), PT_OK);
    assert_int_equal(count_outbox(), 0);
}

static void test_is_sent_again(void **state)
{
    char id[37], first[100];
    PtError err = {0};
    const BehaviourJobEdit edit = sent_daily();
    (void)state;
    add(&edit, id);
    target.says = (BehaviourSent){.again = true, .why = "503"};
    assert_int_equal(behaviour_job_run(jobs, &staff, pt_str(id), &err), PT_OK);
    run_due();
    BehaviourJob job = get(id);
    const int64_t now_ms = pt_clock_now_ms(base.clock);
    assert_int_equal(job.last.outcome, BEHAVIOUR_RUN_DONE);
    assert_int_equal(job.last.sending, BEHAVIOUR_SEND_WAITING);
    assert_int_equal(job.last.tries, 1);
    assert_int_equal(job.last.try_ms, now_ms + MINUTE_MS);
    assert_string_equal(job.last.trouble.data, "503");
    memcpy(first, target.id, sizeof first);
    run_due(); // not before its time
    assert_int_equal(target.asked, 1);
    target.says.wait_ms = INT64_C(10) * MINUTE_MS; // as the receiver asks
    forward(1);
    run_due();
    job = get(id);
    assert_int_equal(job.last.try_ms, pt_clock_now_ms(base.clock) + 10 * MINUTE_MS);
    behaviour_jobs_free(jobs); // a kill
    open_jobs(root);
    target.says = (BehaviourSent){.sent = true};
    forward(10);
    run_due();
    assert_int_equal(get(id).last.sending, BEHAVIOUR_SEND_SENT);
    assert_int_equal(target.asked, 3);
    assert_string_equal(target.id, first);
}

static void test_is_not_sent(void **state)
{
    char id[37];
    PtError err = {0};
    const BehaviourJobEdit edit = sent_daily();
    (void)state;
    add(&edit, id);
    target.says = (BehaviourSent){.why = "too large"};
    forward(DAY_MIN);
    run_due();
    assert_int_equal(get(id).last.sending, BEHAVIOUR_SEND_FAILED);
    target.fails = PT_INVALID; // the destination is gone
    assert_int_equal(behaviour_job_send(jobs, &staff, pt_str(id), 1, &err), PT_OK);
    run_due();
    assert_int_equal(get(id).last.sending, BEHAVIOUR_SEND_FAILED);
    assert_string_equal(get(id).last.trouble.data, "no");
    target.fails = PT_OK;
    target.says = (BehaviourSent){.again = true, .why = "503"};
    assert_int_equal(behaviour_job_send(jobs, &staff, pt_str(id), 1, &err), PT_OK);
    for (int i = 0; i < 20; i++) {
        run_due();
        forward(6 * 60);
    }
    assert_true(get(id).last.number > 1); // others were due meanwhile
    BehaviourJobRun *runs;
    size_t count;
    assert_int_equal(behaviour_job_runs(jobs, pt_str(id), arena, &runs, &count, &err), PT_OK);
    assert_int_equal(runs[count - 1].sending, BEHAVIOUR_SEND_FAILED);
    assert_int_equal(runs[count - 1].tries, 14);
}

static bool finds_head(const void *ctx, PtStr text)
{
    (void)ctx;
    return pt_str_has(text, PT_STR("id,"));
}

/* Every file of people has a head here. */
static void test_erasure(void **state)
{
    char id[37];
    size_t count = 0;
    PtError err = {0};
    const BehaviourJobEdit edit = sent_daily();
    (void)state;
    add(&edit, id);
    target.says = (BehaviourSent){.again = true, .why = "503"};
    forward(DAY_MIN);
    run_due();
    assert_int_equal(behaviour_jobs_erase(jobs, finds_head, NULL, &count, &err), PT_OK);
    assert_int_equal(count, 1);
    assert_int_equal(count_outbox(), 0);
    const BehaviourJob job = get(id);
    assert_int_equal(job.last.sending, BEHAVIOUR_SEND_FAILED);
    assert_int_equal(job.last.file.len, 0);
    assert_int_equal(behaviour_jobs_erase(jobs, finds_head, NULL, &count, &err), PT_OK);
    assert_int_equal(count, 0);
}

static void test_sent_without_memory(void **state)
{
    char id[37];
    const BehaviourJobEdit edit = sent_daily();
    bool failed = true;
    (void)state;
    add(&edit, id);
    for (uint64_t nth = 1; failed; nth++) {
        PtError err = {0};
        assert_int_equal(behaviour_job_run(jobs, &staff, pt_str(id), &err), PT_OK);
        forward(1);
        fault_alloc_fail(nth, 0);
        const PtStatus st = export_jobs_run_due(jobs, &err);
        failed = fault_alloc_count() >= nth;
        fault_alloc_fail(0, 0);
        if (st != PT_OK) { // its row may say running: as after a kill
            behaviour_jobs_free(jobs);
            open_jobs(root);
        }
        forward(10);
        run_due();
    }
    assert_int_equal(get(id).last.sending, BEHAVIOUR_SEND_SENT);
}

static void test_no_memory(void **state)
{
    char id[37], name[256];
    const BehaviourJobEdit edit = daily();
    bool failed = true;
    (void)state;
    add(&edit, id);
    for (uint64_t nth = 1; failed; nth++) {
        PtError err = {0};
        forward(DAY_MIN);
        fault_alloc_fail(nth, 0);
        const PtStatus st = export_jobs_run_due(jobs, &err);
        failed = fault_alloc_count() >= nth;
        fault_alloc_fail(0, 0);
        if (st != PT_OK) { // its row may say running: as after a kill
            behaviour_jobs_free(jobs);
            open_jobs(root);
        }
        (void)get(id);
    }
    run_due();
    assert_int_equal(get(id).last.outcome, BEHAVIOUR_RUN_DONE);
    assert_in_range(count_files(edit.folder.data, name), 1, 2);
}

int main(void)
{
    enum {
        WHEN = sizeof when_cases / sizeof *when_cases,
        EDITS = sizeof edit_cases / sizeof *edit_cases,
        OTHERS = 25
    };
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, open_rig, close_rig)
    const struct CMUnitTest others[OTHERS] = {
        TEST(test_runs_when_due),
        TEST(test_misses_are_one_run),
        TEST(test_keeps_the_newest),
        TEST(test_paused_and_by_hand),
        TEST(test_fails_and_tries_again),
        TEST(test_kill_before_the_name),
        TEST(test_kill_behind_the_name),
        TEST(test_kill_of_one_by_hand),
        TEST(test_changes),
        TEST(test_without_a_root),
        TEST(test_links),
        TEST(test_part_is_its_own),
        TEST(test_longest_folder),
        TEST(test_failures_are_few),
        TEST(test_one_in_the_way),
        TEST(test_one_in_the_way_by_hand),
        TEST(test_a_changed_report),
        TEST(test_a_file_of_it),
        TEST(test_no_memory),
        TEST(test_is_sent),
        TEST(test_is_sent_again),
        TEST(test_is_not_sent),
        TEST(test_erasure),
        TEST(test_sent_without_memory),
        TEST(test_into_the_root),
    };
    struct CMUnitTest tests[WHEN + EDITS + OTHERS];
    for (size_t i = 0; i < WHEN; i++) {
        tests[i] = (struct CMUnitTest){when_cases[i].name, test_when, NULL, NULL, &when_cases[i]};
    }
    for (size_t i = 0; i < EDITS; i++) {
        tests[WHEN + i] =
            (struct CMUnitTest){edit_cases[i].name, test_edit, NULL, NULL, &edit_cases[i]};
    }
    memcpy(tests + WHEN + EDITS, others, sizeof others);
    return cmocka_run_group_tests_name("behaviour/export_jobs", tests, open_base, close_base);
}
