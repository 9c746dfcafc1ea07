// SPDX-License-Identifier: Apache-2.0
/* Imports as jobs, over a real log and intake on a disk that fails on command. */
#include "connect/connect.h"
#include "platform/migrations.h"

#include <errno.h>
#include <events/intake_rig.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

/* ---- States -----------------------------------------------------------------------------------
 */

/* By state in the enum's order: where the step leads, '.': refused.
 * u uploading, c checking, r ready, q queued, R running, p paused, d done, f failed, x cancelled */
static const struct StepCase {
    const char *name, *to;
} step_cases[CONNECT_STEPS] = {
    [CONNECT_STEP_UPLOADED] = {"uploaded", "c........"},
    [CONNECT_STEP_CHECKED] = {"checked", ".r......."},
    [CONNECT_STEP_START] = {"start", "..q....q."},
    [CONNECT_STEP_PICK] = {"pick", "...R....."},
    [CONNECT_STEP_PUT_BACK] = {"put back", "....q...."},
    [CONNECT_STEP_PAUSE] = {"pause", "...pp...."},
    [CONNECT_STEP_RESUME] = {"resume", ".....q..."},
    [CONNECT_STEP_CANCEL] = {"cancel", "xxxxxx.x."},
    [CONNECT_STEP_REMOVE] = {"remove", "xxx..xdfx"},
    [CONNECT_STEP_FINISH] = {"finish", "....d...."},
    [CONNECT_STEP_FAIL] = {"fail", ".f..f...."},
};

static void test_steps(void **state)
{
    static const char letters[] = "ucrqRpdfx";
    (void)state;
    for (ConnectJobStep step = 0; step < CONNECT_STEPS; step++) {
        for (ConnectJobState from = 0; from < CONNECT_STATES; from++) {
            ConnectJobState to = CONNECT_STATES;
            PtError err = {0};
            PtStatus st = connect_job_step(from, step, &to, &err);
            char want = step_cases[step].to[from], got = st == PT_OK ? letters[to] : '.';
            if (want != got) {
                fail_msg("%s from %s: %c, not %c", step_cases[step].name,
                         connect_job_state_name(from), got, want);
            }
            assert_true(st == PT_OK ||
                        (st == PT_CONFLICT && strstr(err.message, connect_job_state_name(from))));
        }
    }
}

static void test_state_names(void **state)
{
    (void)state;
    for (ConnectJobState s = 0; s < CONNECT_STATES; s++) {
        ConnectJobState back = CONNECT_STATES;
        assert_true(connect_job_state_of(pt_str(connect_job_state_name(s)), &back));
        assert_int_equal(back, s);
    }
    ConnectJobState none;
    assert_false(connect_job_state_of(PT_STR("donee"), &none));
    assert_false(connect_job_state_of(PT_STR(""), &none));
}

/* ---- A server's worth of it -------------------------------------------------------------------
 */

typedef struct Jobs {
    RigBase base;
    Rig rig;
    PtFs *fs;
    ConnectJobs *jobs;
    unsigned changes;
} Jobs;

static const AuditActor someone = {.kind = AUDIT_ACCOUNT, .id = "a1", .name = "Ada"};

static void on_change(void *ctx)
{
    __atomic_add_fetch(&((Jobs *)ctx)->changes, 1, __ATOMIC_RELAXED);
}

static void open_jobs(Jobs *j, uint64_t disk_bytes)
{
    PtError err = {0};
    const ConnectJobsConfig c = {.fs = j->fs,
                                 .dir = "/imports",
                                 .sql = j->base.sql,
                                 .clock = j->base.clock,
                                 .log = j->rig.log,
                                 .intake = j->rig.intake,
                                 .sources = j->base.sources,
                                 .disk_bytes = disk_bytes,
                                 .on_change = on_change,
                                 .ctx = j};
    if (connect_jobs_open(&c, &j->jobs, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
}

static int set_up(void **state)
{
    Jobs *j = calloc(1, sizeof *j);
    *state = j;
    j->fs = fault_fs_new(7);
    if (j->fs == NULL || !rig_base_open(&j->base) ||
        !rig_open(&j->rig, &j->base, j->fs, (RigOptions){.threads = true})) {
        return -1;
    }
    open_jobs(j, 1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    Jobs *j = *state;
    connect_jobs_stop(j->jobs);
    rig_close(&j->rig);
    connect_jobs_free(j->jobs);
    rig_base_close(&j->base);
    fault_fs_free(j->fs);
    free(j);
    return 0;
}

static void nap(void)
{
    const struct timespec time = {.tv_nsec = 2000000};
    (void)nanosleep(&time, NULL);
}

/* Until the job is in the state; fails after ten seconds. */
static ConnectJob wait_state(Jobs *j, const char *id, ConnectJobState want)
{
    ConnectJob job;
    for (int i = 0; i < 5000; i++) {
        assert_int_equal(connect_job_get(j->jobs, pt_str(id), &job, NULL), PT_OK);
        if (job.state == want) {
            return job;
        }
        nap();
    }
    fail_msg("still %s: %s", connect_job_state_name(job.state), job.reason);
    return job;
}

static ConnectJob add_job(Jobs *j, PtStr text, const char *source)
{
    const ConnectJobNew made = {
        .name = PT_STR("file.csv"), .source = pt_str(source), .bytes = text.len};
    ConnectJob job;
    PtError err = {0};
    if (connect_job_add(j->jobs, &made, &someone, &job, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    return job;
}

static ConnectJob upload(Jobs *j, PtStr text, const char *source)
{
    ConnectJob job = add_job(j, text, source), after;
    assert_int_equal(connect_job_part(j->jobs, pt_str(job.id), 0, text, &after, NULL), PT_OK);
    return wait_state(j, job.id, CONNECT_READY);
}

static const char mapping[] = "{\"event\":{\"name\":\"E\"},\"columns\":{\"userId\":\"u\","
                              "\"properties.n\":{\"column\":\"n\",\"type\":\"int\"}}}";

static void start(Jobs *j, const char *id)
{
    ConnectJob job;
    PtError err = {0};
    PtStatus st = connect_job_map(j->jobs, pt_str(id), (PtStr){NULL, 0}, pt_str(mapping), &someone,
                                  &job, &err);
    st = st == PT_OK
             ? connect_job_act(j->jobs, pt_str(id), CONNECT_STEP_START, &someone, &job, &err)
             : st;
    if (st != PT_OK) {
        fail_msg("%s", err.message);
    }
}

/* A file of so many rows; those divisible by `bad` have no number. Free it. */
static PtStr make_rows(unsigned rows, unsigned bad)
{
    PtBuf text;
    pt_buf_init(&text, 64 << 20);
    pt_buf_add_str(&text, PT_STR("u,n\n"));
    for (unsigned i = 1; i <= rows; i++) {
        bool wrong = bad > 0 && i % bad == 0;
        pt_buf_printf(&text, wrong ? "u%u,x\n" : "u%u,%u\n", i, i);
    }
    assert_int_equal(pt_buf_status(&text), PT_OK);
    return pt_buf_str(&text);
}

static void free_text(PtStr text)
{
    free((void *)(uintptr_t)text.data);
}

/* ---- Parts ------------------------------------------------------------------------------------
 */

static const struct PartCase {
    const char *name;
    uint64_t offset;
    size_t len;
    PtStatus want;
    uint64_t uploaded;
} part_cases[] = {
    /* one after the other, into a file of 100 bytes */
    {"a gap at the start", 1, 10, PT_CONFLICT, 0},
    {"empty", 0, 0, PT_INVALID, 0},
    {"the first", 0, 10, PT_OK, 10},
    {"again", 0, 10, PT_OK, 10},
    {"a piece of it again", 3, 4, PT_OK, 10},
    {"a gap of one", 11, 5, PT_CONFLICT, 10},
    {"half of it is there", 5, 10, PT_OK, 15},
    {"one byte too many", 15, 86, PT_INVALID, 15},
    {"all but the last", 15, 84, PT_OK, 99},
    {"the last byte", 99, 1, PT_OK, 100},
    {"the last byte again", 99, 1, PT_OK, 100},
    {"behind the end", 100, 1, PT_CONFLICT, 100},
};

static void test_parts(void **state)
{
    Jobs *j = *state;
    char text[200];
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = (char)('a' + i % 26);
    }
    ConnectJob job = add_job(j, (PtStr){text, 100}, "historical"), after = {0};
    for (size_t i = 0; i < sizeof part_cases / sizeof *part_cases; i++) {
        const struct PartCase *c = &part_cases[i];
        PtStatus st = connect_job_part(j->jobs, pt_str(job.id), c->offset,
                                       (PtStr){text + c->offset % 26, c->len}, &after, NULL);
        if (st != c->want || (st != PT_INVALID && after.uploaded != c->uploaded)) {
            fail_msg("%s: %s, %llu uploaded", c->name, pt_status_name(st),
                     (unsigned long long)after.uploaded);
        }
    }
    job = wait_state(j, job.id, CONNECT_READY);
    uint8_t digest[PT_SHA256];
    char hex[CONNECT_DIGEST_TEXT];
    pt_sha256((PtStr){text, 100}, digest);
    pt_hex(digest, sizeof digest, hex);
    assert_string_equal(job.digest, hex);
}

static void test_part_sizes(void **state)
{
    Jobs *j = *state;
    char *bytes = calloc(1, CONNECT_PART_MAX + 1);
    ConnectJob job, after;
    connect_jobs_free(j->jobs);
    open_jobs(j, 64 << 20);
    job = add_job(j, (PtStr){bytes, CONNECT_PART_MAX + 1}, "historical");
    assert_int_equal(connect_job_part(j->jobs, pt_str(job.id), 0,
                                      (PtStr){bytes, CONNECT_PART_MAX + 1}, &after, NULL),
                     PT_TOO_LARGE);
    assert_int_equal(connect_job_part(j->jobs, pt_str(job.id), 0, (PtStr){bytes, CONNECT_PART_MAX},
                                      &after, NULL),
                     PT_OK);
    free(bytes);
}

/* A part that failed leaves nothing acknowledged; the same part sent again is taken. */
static void test_a_part_fails(void **state)
{
    static const struct {
        FaultOp op;
        int errno_value;
        PtStatus want;
    } rows[] = {{FAULT_PWRITE, ENOSPC, PT_UNAVAILABLE},
                {FAULT_DATASYNC, ENOSPC, PT_UNAVAILABLE},
                {FAULT_PWRITE, EIO, PT_IO},
                {FAULT_OPEN, EMFILE, PT_UNAVAILABLE}};
    Jobs *j = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ConnectJob job = add_job(j, PT_STR("0123456789"), "historical"), after = {0};
        fault_fs_fail(j->fs, rows[i].op, 1, rows[i].errno_value);
        PtStatus st = connect_job_part(j->jobs, pt_str(job.id), 0, PT_STR("01234"), &after, NULL);
        assert_int_equal(st, rows[i].want);
        assert_int_equal(after.uploaded, 0);
        assert_int_equal(
            connect_job_part(j->jobs, pt_str(job.id), 0, PT_STR("01234"), &after, NULL), PT_OK);
        assert_int_equal(after.uploaded, 5);
    }
}

/* What was acknowledged is on the disk after a crash that drops and tears what was not synced. */
static void test_parts_are_durable(void **state)
{
    Jobs *j = *state;
    PtStr text = make_rows(3000, 0);
    for (uint64_t seed = 1; seed <= 20; seed++) {
        ConnectJob job = add_job(j, text, "historical"), after = {0};
        size_t at = 0;
        for (size_t part = 700; at < text.len / 2; at += part) {
            assert_int_equal(connect_job_part(j->jobs, pt_str(job.id), at,
                                              (PtStr){text.data + at, part}, &after, NULL),
                             PT_OK);
        }
        connect_jobs_stop(j->jobs);
        rig_close(&j->rig);
        connect_jobs_free(j->jobs);
        fault_fs_crash(j->fs, seed);
        assert_true(rig_open(&j->rig, &j->base, j->fs, (RigOptions){.threads = true}));
        open_jobs(j, 1 << 20);
        char path[64], *bytes = NULL;
        size_t len = 0;
        (void)snprintf(path, sizeof path, "/imports/%s", job.id);
        assert_int_equal(pt_fs_read(j->fs, path, 1 << 20, &bytes, &len, NULL), PT_OK);
        assert_true(len >= at && memcmp(bytes, text.data, at) == 0);
        free(bytes);
        assert_int_equal(
            connect_job_act(j->jobs, pt_str(job.id), CONNECT_STEP_REMOVE, &someone, &after, NULL),
            PT_OK);
        assert_int_equal(fault_fs_size(j->fs, path), -1);
    }
    free_text(text);
}

/* ---- Making -----------------------------------------------------------------------------------
 */

static const struct AddCase {
    const char *name, *job_name, *source, *sha256;
    uint64_t bytes;
    PtStatus want;
} add_cases[] = {
    {"as it should be", "n", "historical", "", 1, PT_OK},
    {"a source to come", "n", "new one", "", 1, PT_OK},
    {"no bytes", "n", "historical", "", 0, PT_TOO_LARGE},
    {"as large as the disk", "n", "historical", "", (1 << 20) - 2, PT_OK},
    {"one over the disk", "n", "historical", "", (1 << 20) + 1, PT_TOO_LARGE},
    {"over a file's bound", "n", "historical", "", CONNECT_JOB_BYTES_MAX + 1, PT_TOO_LARGE},
    {"a source of today", "n", "plain", "", 1, PT_CONFLICT},
    {"no name", "", "historical", "", 1, PT_INVALID},
    {"a name that is no text", "\xff", "historical", "", 1, PT_INVALID},
    {"a short digest", "n", "historical", "ab", 1, PT_INVALID},
    {"a digest in capitals", "n", "historical",
     "ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789", 1, PT_INVALID},
};

static void test_adding(void **state)
{
    Jobs *j = *state;
    for (size_t i = 0; i < sizeof add_cases / sizeof *add_cases; i++) {
        const struct AddCase *c = &add_cases[i];
        const ConnectJobNew made = {pt_str(c->job_name), pt_str(c->source), c->bytes,
                                    pt_str(c->sha256)};
        ConnectJob job;
        PtError err = {0};
        PtStatus st = connect_job_add(j->jobs, &made, &someone, &job, &err);
        if (st != c->want) {
            fail_msg("%s: %s %s", c->name, pt_status_name(st), err.message);
        }
    }
    ConnectJob over;
    const ConnectJobNew one = {PT_STR("n"), PT_STR("historical"), 1, {NULL, 0}};
    assert_int_equal(connect_job_add(j->jobs, &one, &someone, &over, NULL), PT_TOO_LARGE);
}

/* ---- Mappings ---------------------------------------------------------------------------------
 */

static const struct MapCase {
    const char *name, *recipe, *text;
    PtStatus want;
} map_cases[] = {
    {"as it should be", "", mapping, PT_OK},
    {"no such column", "", "{\"event\":{\"name\":\"E\"},\"columns\":{\"userId\":\"v\"}}",
     PT_INVALID},
    {"no JSON", "", "{\"event\":", PT_INVALID},
    {"an unknown member", "", "{\"evnt\":{}}", PT_INVALID},
    {"no such recipe", "cdnw", "", PT_INVALID},
    {"a recipe of another file", "online-retail", "", PT_INVALID},
    {"neither", "", "", PT_INVALID},
    {"both", "cdnow", mapping, PT_INVALID},
};

static void test_mappings(void **state)
{
    Jobs *j = *state;
    ConnectJob job = upload(j, PT_STR("u,n\na,1\n"), "historical"), after;
    for (size_t i = 0; i < sizeof map_cases / sizeof *map_cases; i++) {
        const struct MapCase *c = &map_cases[i];
        PtError err = {0};
        PtStatus st = connect_job_map(j->jobs, pt_str(job.id), pt_str(c->recipe), pt_str(c->text),
                                      &someone, &after, &err);
        if (st != c->want || (st != PT_OK && err.message[0] == '\0')) {
            fail_msg("%s: %s %s", c->name, pt_status_name(st), err.message);
        }
    }
}

/* ---- Running ----------------------------------------------------------------------------------
 */

static uint64_t records(Jobs *j)
{
    PtLogReader *reader = NULL;
    const PtRecord *list;
    size_t count = 1;
    uint64_t sum = 0;
    assert_int_equal(pt_log_reader_open(j->rig.log, NULL, 0, 0, &reader, NULL), PT_OK);
    while (count > 0) {
        assert_int_equal(pt_log_fetch(reader, 1000, false, &list, &count, NULL), PT_OK);
        sum += count;
    }
    pt_log_reader_close(reader);
    return sum;
}

static int64_t audited(Jobs *j, const char *action)
{
    static const char count_actions[] = "SELECT COUNT(*) FROM audit_content WHERE action = ?1";
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool row = false;
    assert_int_equal(pt_sql_begin(j->base.sql, false, &tx, NULL), PT_OK);
    assert_int_equal(pt_sql_use(tx, count_actions, NULL), PT_OK);
    pt_sql_bind_text(tx, 1, pt_str(action));
    assert_int_equal(pt_sql_step(tx, &row, NULL), PT_OK);
    int64_t count = pt_sql_i64(tx, 0);
    pt_sql_done(tx);
    return count;
}

static void test_a_whole_import(void **state)
{
    Jobs *j = *state;
    PtStr text = make_rows(5000, 100);
    ConnectJob job = upload(j, text, "brand new");
    assert_string_equal(job.source_id, "");
    start(j, job.id);
    job = wait_state(j, job.id, CONNECT_DONE);
    assert_int_equal(job.progress.rows.rows, 5000);
    assert_int_equal(job.progress.rows.rejected, 50);
    assert_int_equal(job.progress.landed, 4950);
    assert_int_equal(job.progress.acked, 4950);
    assert_int_equal(job.progress.bytes_read, text.len);
    assert_int_equal(records(j), 4950);
    PtArena *arena = pt_arena_new(1 << 20);
    ConnectRefusals page;
    assert_int_equal(connect_job_refusals(j->jobs, pt_str(job.id), 48, 10, arena, &page, NULL),
                     PT_OK);
    assert_int_equal(page.count, 2);
    assert_int_equal(page.rows[1].number, 50);
    assert_int_equal(page.rows[1].row, 5000);
    assert_true(pt_str_eq(page.rows[1].column, PT_STR("n")));
    assert_true(pt_str_eq(page.rows[1].text, PT_STR("u5000,x")));
    pt_arena_free(arena);
    assert_int_equal(audited(j, "import.added"), 1);
    assert_int_equal(audited(j, "import.mapped"), 1);
    assert_int_equal(audited(j, "import.started"), 1);
    assert_int_equal(audited(j, "import.done"), 1);
    ConnectJob after;
    assert_int_equal(connect_job_map(j->jobs, pt_str(job.id), PT_STR("cdnow"), (PtStr){NULL, 0},
                                     &someone, &after, NULL),
                     PT_CONFLICT);
    free_text(text);
}

/* The log's disk fails now and then: what it took back is sent again, and everything is there once.
 */
static void test_the_log_fails(void **state)
{
    Jobs *j = *state;
    PtStr text = make_rows(8000, 0);
    ConnectJob job = upload(j, text, "historical");
    fault_fs_fail_rate(j->fs, FAULT_DATASYNC, 100000, EIO);
    start(j, job.id);
    for (int i = 0; i < 100; i++) {
        nap();
    }
    fault_fs_fail_rate(j->fs, FAULT_DATASYNC, 0, 0);
    job = wait_state(j, job.id, CONNECT_DONE);
    assert_int_equal(job.progress.acked, 8000);
    assert_int_equal(job.progress.landed + job.progress.resent, 8000);
    assert_int_equal(job.progress.duplicates, 0);
    assert_int_equal(records(j), 8000);
    assert_true(j->rig.failed_rounds > 0);
    free_text(text);
}

static void test_a_source_that_is_disabled(void **state)
{
    Jobs *j = *state;
    ConnectJob job = upload(j, PT_STR("u,n\na,1\nb,2\n"), "historical"), after;
    EventSource source;
    EventSourceEdit edit = {PT_STR("historical"), false, true, EVENT_SKEW_CORRECT};
    PtStr id = pt_str(j->base.source[RIG_HISTORICAL].id);
    assert_int_equal(event_source_change(j->base.sources, id, &edit, &someone, &source, NULL),
                     PT_OK);
    assert_int_equal(connect_job_map(j->jobs, pt_str(job.id), (PtStr){NULL, 0}, pt_str(mapping),
                                     &someone, &after, NULL),
                     PT_OK);
    assert_int_equal(
        connect_job_act(j->jobs, pt_str(job.id), CONNECT_STEP_START, &someone, &after, NULL),
        PT_CONFLICT);
    edit.enabled = true;
    assert_int_equal(event_source_change(j->base.sources, id, &edit, &someone, &source, NULL),
                     PT_OK);
    start(j, job.id);
    assert_int_equal(wait_state(j, job.id, CONNECT_DONE).progress.landed, 2);
}

static void test_a_file_that_is_damaged(void **state)
{
    Jobs *j = *state;
    PtStr text = PT_STR("\x1f\x8b\x08 this is no gzip");
    ConnectJob job = upload(j, text, "historical"), after;
    PtArena *arena = pt_arena_new(8 << 20);
    ConnectPreview *preview = pt_arena_alloc(arena, 1, sizeof *preview);
    PtError err = {0};
    assert_int_equal(connect_job_preview(j->jobs, pt_str(job.id), arena, preview, &err),
                     PT_CONFLICT);
    assert_non_null(strstr(err.message, "gzip"));
    assert_int_equal(connect_job_map(j->jobs, pt_str(job.id), (PtStr){NULL, 0}, pt_str(mapping),
                                     &someone, &after, NULL),
                     PT_INVALID);
    pt_arena_free(arena);
}

/* A stop in the middle, again and again: one reading after the other goes on where it was. */
static void test_stopped_many_times(void **state)
{
    Jobs *j = *state;
    PtStr text = make_rows(20000, 1000);
    ConnectJob job = upload(j, text, "historical");
    start(j, job.id);
    unsigned stops = 0;
    while (stops < 50) {
        for (unsigned i = 0; i < 1 + stops % 3; i++) {
            nap();
        }
        connect_jobs_free(j->jobs);
        open_jobs(j, 1 << 20);
        stops++;
        assert_int_equal(connect_job_get(j->jobs, pt_str(job.id), &job, NULL), PT_OK);
        if (job.state == CONNECT_DONE) {
            break;
        }
    }
    job = wait_state(j, job.id, CONNECT_DONE);
    assert_true(stops > 1);
    assert_int_equal(job.progress.landed, 20000 - 20);
    assert_int_equal(job.progress.resent + job.progress.duplicates, 0);
    assert_int_equal(job.progress.refusals, 20);
    assert_int_equal(records(j), 20000 - 20);
    free_text(text);
}

static void test_changes_are_told(void **state)
{
    static char ids[CONNECT_CHANGES_KEPT][CONNECT_JOB_ID];
    Jobs *j = *state;
    uint64_t at = 0, long_ago;
    size_t count;
    assert_true(connect_jobs_changes(j->jobs, &at, ids, &count));
    assert_int_equal(count, 0);
    long_ago = at;
    ConnectJob job = add_job(j, PT_STR("0123456789"), "historical"), after;
    assert_int_equal(connect_job_part(j->jobs, pt_str(job.id), 0, PT_STR("0"), &after, NULL),
                     PT_OK);
    assert_true(connect_jobs_changes(j->jobs, &at, ids, &count));
    assert_int_equal(count, 1); // each once
    assert_string_equal(ids[0], job.id);
    assert_true(connect_jobs_changes(j->jobs, &at, ids, &count));
    assert_int_equal(count, 0);
    for (int i = 0; i < CONNECT_CHANGES_KEPT; i++) {
        assert_int_equal(connect_job_edit(j->jobs, pt_str(job.id), PT_STR("x"), (PtStr){NULL, 0},
                                          &someone, &after, NULL),
                         PT_OK);
    }
    assert_true(connect_jobs_changes(j->jobs, &at, ids, &count)); // just as many as are kept
    assert_int_equal(count, 1);
    assert_false(connect_jobs_changes(j->jobs, &long_ago, ids, &count));
    assert_true(j->changes >= CONNECT_CHANGES_KEPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_state_names),
#define WITH_JOBS(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
        WITH_JOBS(test_parts),
        WITH_JOBS(test_part_sizes),
        WITH_JOBS(test_a_part_fails),
        WITH_JOBS(test_parts_are_durable),
        WITH_JOBS(test_adding),
        WITH_JOBS(test_mappings),
        WITH_JOBS(test_a_whole_import),
        WITH_JOBS(test_the_log_fails),
        WITH_JOBS(test_a_source_that_is_disabled),
        WITH_JOBS(test_a_file_that_is_damaged),
        WITH_JOBS(test_stopped_many_times),
        WITH_JOBS(test_changes_are_told),
    };
    return cmocka_run_group_tests_name("connect/job", tests, NULL, NULL);
}
