// SPDX-License-Identifier: Apache-2.0
#include "platform/columns/columns_internal.h"
#include "platform/columns/columns_merge.h"
#include "platform/columns/columns_rig.h"

#include "base/test_rows.h"

#include <fault/fault_fs.h>

#include <stdio.h>
#include <stdlib.h>

static void ok(PtStatus st, const PtError *err)
{
    if (st != PT_OK) {
        fail_msg("%s", err->message);
    }
}

static void open_rig(CRig *r, uint64_t rows)
{
    crig_init(r, 1, rows);
    crig_open(r);
}

static void reopen(CRig *r)
{
    columns_close(r->c);
    crig_open(r);
}

static void flush(CRig *r)
{
    PtError err = {0};
    ok(columns_flush(r->c, r->given, true, &err), &err);
}

static void add_and_flush(CRig *r, unsigned rows)
{
    PtError err = {0};
    ok(crig_add(r, rows, &err), &err);
    flush(r);
}

static ColumnsSnapshot *snapshot(CRig *r)
{
    PtError err = {0};
    ColumnsSnapshot *s = NULL;
    ok(columns_snapshot(r->c, &s, &err), &err);
    return s;
}

/* ---- Rows in memory, snapshots ----------------------------------------------------------------
 */

static const ColumnsGroup *groups_of(const ColumnsSnapshot *s)
{
    const ColumnsGroup *groups = NULL;
    assert_int_equal(columns_run_groups(s, columns_snapshot_runs(s) - 1, &groups, NULL), PT_OK);
    return groups;
}

static void snapshot_of_what_did_not_change(void **state)
{
    (void)state;
    CRig r;
    PtError err = {0};
    open_rig(&r, 100);
    ok(crig_add(&r, 20, &err), &err);
    ColumnsSnapshot *a = snapshot(&r), *b = snapshot(&r);
    assert_ptr_equal(groups_of(a), groups_of(b)); // the rows in memory are sorted once
    assert_int_equal(columns_snapshot_version(a), columns_snapshot_version(b));
    ok(crig_add(&r, 1, &err), &err);
    ColumnsSnapshot *c = snapshot(&r);
    assert_int_equal(columns_run_info(a, 0).rows, 20);
    assert_int_equal(columns_run_info(c, 0).rows, 21);
    assert_int_equal(columns_snapshot_next(a), 39);
    assert_int_equal(columns_snapshot_next(c), 41);
    columns_snapshot_free(a);
    columns_snapshot_free(b);
    columns_snapshot_free(c);
    crig_done(&r);
}

static uint64_t version(CRig *r)
{
    PT_CLEANUP(columns_snapshot_freep) ColumnsSnapshot *s = snapshot(r);
    return columns_snapshot_version(s);
}

static void version_rises(void **state)
{
    (void)state;
    CRig r;
    PtError err = {0};
    uint64_t last = 0;
    open_rig(&r, 200);
    for (unsigned i = 0; i < 8; i++) {
        ok(crig_add(&r, 10, &err), &err);
        assert_true(version(&r) > last);
        last = version(&r);
        ok(columns_flush(r.c, r.given - 6, true, &err), &err); // three rows stay in memory
        assert_true(version(&r) > last);
        last = version(&r);
    }
    ok(columns_compact(r.c, 1, &err), &err);
    assert_true(version(&r) > last);
    last = version(&r);
    ok(crig_erase(&r, 0, 1, "", &err), &err);
    assert_true(version(&r) > last);
    last = version(&r);
    flush(&r);
    assert_true(version(&r) > last);
    last = version(&r);
    reopen(&r);
    assert_int_equal(version(&r), last);
    ok(columns_reset(r.c, &err), &err);
    assert_true(version(&r) > last);
    crig_done(&r);
}

/* A snapshot goes on with what was there, and no file stays behind. */
static void snapshot_outlives_files(void **state)
{
    (void)state;
    CRig r;
    PtError err = {0};
    unsigned files = 0;
    open_rig(&r, 400);
    add_and_flush(&r, 100);
    ok(crig_add(&r, 50, &err), &err);
    ColumnsSnapshot *s = snapshot(&r);
    const uint64_t digest = crig_digest(s);
    for (unsigned i = 0; i < 4; i++) {
        add_and_flush(&r, 20);
    }
    ok(columns_compact(r.c, 1, &err), &err);
    assert_int_equal(crig_digest(s), digest);
    ok(crig_erase(&r, 0, 3, "mark", &err), &err);
    assert_int_equal(crig_search(&r, "mark", &files), 0); // though it is being read
    assert_int_equal(files, 2);
    assert_int_equal(crig_digest(s), digest);
    columns_snapshot_free(s);
    crig_check(&r);
    crig_done(&r);
}

typedef struct Looking {
    Columns *c;
    atomic_bool stop;
    unsigned looks;
} Looking;

static void *look(void *arg)
{
    Looking *l = arg;
    uint64_t rows = 0, last = 0;
    while (!atomic_load(&l->stop)) {
        ColumnsSnapshot *s = NULL;
        uint64_t now = 0;
        if (columns_snapshot(l->c, &s, NULL) != PT_OK) {
            return NULL;
        }
        for (size_t i = 0; i < columns_snapshot_runs(s); i++) {
            now += columns_run_info(s, i).rows;
        }
        (void)crig_digest(s);
        if (now < rows || columns_snapshot_version(s) < last) {
            columns_snapshot_free(s);
            return NULL; // looks stays 0
        }
        rows = now;
        last = columns_snapshot_version(s);
        columns_snapshot_free(s);
        l->looks++;
    }
    return l->looks > 0 ? l : NULL;
}

static void snapshots_beside_the_writer(void **state)
{
    (void)state;
    CRig r;
    PtError err = {0};
    pthread_t thread;
    void *fine = NULL;
    open_rig(&r, 3000);
    r.config.person_of = NULL;
    reopen(&r);
    Looking l = {.c = r.c};
    assert_int_equal(pthread_create(&thread, NULL, look, &l), 0);
    for (unsigned i = 0; r.given < 2 * r.rows; i++) {
        bool did = false;
        ok(crig_add(&r, 60, &err), &err);
        if (i % 4 == 3) {
            flush(&r);
        }
        ok(columns_step(r.c, &did, &err), &err);
        if (i % 16 == 15) {
            ok(crig_erase(&r, i % 10, 1, "", &err), &err);
        }
    }
    atomic_store(&l.stop, true);
    assert_int_equal(pthread_join(thread, &fine), 0);
    assert_non_null(fine);
    crig_check(&r);
    crig_done(&r);
}

/* ---- Bounds -----------------------------------------------------------------------------------
 */

static PtStatus add_one(CRig *r, uint64_t offset, const ColumnsValue *values, size_t count,
                        PtError *err)
{
    const ColumnsRow row = {.offset = offset,
                            .time_ms = 1700000000000,
                            .node = r->nodes[0],
                            .event = PT_STR("Seen"),
                            .values = values,
                            .value_count = count};
    return columns_add(r->c, &row, err);
}

static void bounds_of_values(void **state)
{
    (void)state;
    CRig r;
    PtError err = {0};
    static char longest[COLUMNS_TEXT_MAX + 1], paths[300][16];
    static ColumnsValue values[300];
    memset(longest, 'x', sizeof longest);
    open_rig(&r, 10);
    for (int i = 0; i < 300; i++) {
        (void)snprintf(paths[i], sizeof paths[i], "p%d", i);
        values[i] = (ColumnsValue){.path = pt_str(paths[i]), .kind = COLUMNS_NUMBER, .number = i};
    }
    ok(add_one(&r, 0, values, 65, &err), &err); // one over those of a row
    assert_int_equal(columns_stats(r.c).left_out, 1);
    for (unsigned i = 64; i < 300; i += 4) {
        ok(add_one(&r, i, values + i, 4, &err), &err);
    }
    assert_int_equal(columns_stats(r.c).properties, COLUMNS_PROPERTIES_MAX);
    assert_int_equal(columns_stats(r.c).left_out, 1 + 300 - COLUMNS_PROPERTIES_MAX);
    ColumnsValue text = {.path = PT_STR("p0"), .kind = COLUMNS_TEXT, .text = {longest, 1000}};
    ok(columns_reset(r.c, &err), &err);
    ok(add_one(&r, 0, &text, 1, &err), &err);
    assert_int_equal(columns_stats(r.c).left_out, 1 + 300 - COLUMNS_PROPERTIES_MAX);
    text.text.len++;
    ok(add_one(&r, 1, &text, 1, &err), &err);
    assert_int_equal(columns_stats(r.c).left_out, 2 + 300 - COLUMNS_PROPERTIES_MAX);
    columns_snapshot_free(snapshot(&r));
    crig_done(&r);
}

/* The last value of a path in a row counts, as in JSON. */
static void path_twice_in_a_row(void **state)
{
    (void)state;
    CRig r;
    PtError err = {0};
    const ColumnsValue values[] = {
        {.path = PT_STR("p"), .kind = COLUMNS_NUMBER, .number = 1},
        {.path = PT_STR("p"), .kind = COLUMNS_NUMBER, .number = 2},
    };
    open_rig(&r, 10);
    for (uint64_t i = 0; i < 200; i++) { // over the ends of chunks
        ok(add_one(&r, i, values, 2, &err), &err);
    }
    ColumnsSnapshot *s = snapshot(&r);
    ColumnsReader *reader = NULL;
    const ColumnsBlock *b = NULL;
    ok(columns_reader_open(s, 0, &reader, &err), &err);
    ok(columns_read(reader, COLUMNS_COLUMN_PROPERTIES, 0, &b, &err), &err);
    assert_int_equal(b->count, 200);
    for (uint32_t i = 0; i < 200; i++) {
        assert_true(b->f64[i] == 2);
    }
    assert_int_equal(columns_read(reader, COLUMNS_COLUMN_PROPERTIES + 1, 0, &b, NULL), PT_INVALID);
    columns_reader_close(reader);
    columns_snapshot_free(s);
    crig_done(&r);
}

static void bounds_of_events(void **state)
{
    (void)state;
    CRig r;
    PtError err = {0};
    const ColumnsEvent *events = NULL;
    char name[COLUMNS_NAME_MAX + 8];
    open_rig(&r, 10);
    for (uint64_t i = 0; i < COLUMNS_EVENTS_MAX + 10; i++) {
        (void)snprintf(name, sizeof name, "event %u", (unsigned)i);
        const ColumnsRow row = {.offset = i, .event = pt_str(name)};
        ok(columns_add(r.c, &row, &err), &err);
    }
    assert_int_equal(columns_stats(r.c).events, COLUMNS_EVENTS_MAX);
    ok(columns_reset(r.c, &err), &err);
    memset(name, 'x', sizeof name);
    memcpy(name + COLUMNS_NAME_MAX - 1, "\xC3\xA9", 2); // a letter over the bound
    const ColumnsRow row = {.offset = 0, .event = {name, COLUMNS_NAME_MAX + 4}};
    ok(columns_add(r.c, &row, &err), &err);
    ColumnsSnapshot *s = snapshot(&r);
    assert_int_equal(columns_snapshot_events(s, &events), 2);
    assert_int_equal(events[1].name.len, COLUMNS_NAME_MAX - 1);
    columns_snapshot_free(s);
    crig_done(&r);
}

static void memory_is_bounded(void **state)
{
    (void)state;
    CRig r;
    PtError err = {0};
    crig_init(&r, 1, 10);
    r.config.memory_bytes = 1;
    crig_open(&r);
    uint64_t offset = 0;
    PtStatus st = PT_OK;
    for (; st == PT_OK && offset < 10000000; offset += st == PT_OK) {
        st = add_one(&r, offset, NULL, 0, &err);
    }
    assert_int_equal(st, PT_NO_MEMORY);
    ok(columns_flush(r.c, offset, false, &err), &err);
    assert_int_equal(columns_next(r.c), offset);
    ok(add_one(&r, offset, NULL, 0, &err), &err); // the one that failed
    assert_int_equal(columns_stats(r.c).rows, offset + 1);
    assert_int_equal(columns_stats(r.c).memory_rows, 1);
    crig_done(&r);
}

/* ---- Flushes, merges --------------------------------------------------------------------------
 */

static void flush_waits_for_much(void **state)
{
    (void)state;
    CRig r;
    PtError err = {0};
    open_rig(&r, 100);
    ok(crig_add(&r, 50, &err), &err);
    ok(columns_flush(r.c, r.given, false, &err), &err);
    assert_int_equal(columns_next(r.c), 0);
    assert_int_equal(columns_stats(r.c).memory_rows, 50);
    flush(&r);
    assert_int_equal(columns_next(r.c), 100);
    assert_int_equal(columns_stats(r.c).memory_rows, 0);
    ok(add_one(&r, 98, NULL, 0, &err), &err); // was given before
    assert_int_equal(columns_stats(r.c).memory_rows, 0);
    crig_done(&r);
}

/* Rows that are older than what is sealed make a run of their own. */
static void late_rows_go_aside(void **state)
{
    (void)state;
    CRig r;
    PtError err = {0};
    open_rig(&r, 10);
    for (uint64_t i = 0; i < 300; i++) {
        const bool late = i >= 200 && i % 10 == 0;
        const ColumnsRow row = {.offset = i,
                                .time_ms = 1700000000000 + (int64_t)i * 1000 - (late ? 500000 : 0),
                                .node = r.nodes[i % 7]};
        ok(columns_add(r.c, &row, &err), &err);
        if (i % 100 == 99) {
            ok(columns_flush(r.c, i + 1, true, &err), &err);
        }
    }
    ColumnsSnapshot *s = snapshot(&r);
    assert_int_equal(columns_snapshot_runs(s), 4);
    assert_int_equal(columns_run_info(s, 0).rows, 10); // by time: the late ones first
    assert_int_equal(columns_run_info(s, 3).rows, 90);
    assert_true(columns_run_info(s, 3).time_min > columns_run_info(s, 2).time_max);
    columns_snapshot_free(s);
    ok(columns_compact(r.c, 1, &err), &err);
    assert_int_equal(columns_stats(r.c).runs, 1);
    assert_int_equal(columns_stats(r.c).rows, 300);
    crig_done(&r);
}

static void runs_stay_few(void **state)
{
    (void)state;
    CRig r;
    open_rig(&r, 400);
    r.config.cold_rows = 100;
    reopen(&r);
    for (unsigned i = 0; i < 60; i++) { // and no step
        add_and_flush(&r, 5);
        assert_true(columns_stats(r.c).runs <= COLUMNS_RUNS_MAX);
    }
    assert_true(columns_stats(r.c).cold_runs > 0);
    crig_check(&r);
    crig_done(&r);
}

static struct PickCase {
    const char *name;
    struct {
        uint32_t rows;
        bool side;
        int64_t from, to;
    } runs[COLUMNS_RUNS_MAX];
    const char *want; /* x: taken; "" where nothing is */
} pick_cases[] = {
    {"none", {{0}}, ""},
    {"three of a level", {{10, 0, 0, 1}, {10, 0, 1, 2}, {10, 0, 2, 3}}, ""},
    {"four of a level", {{10, 0, 0, 1}, {10, 0, 1, 2}, {10, 0, 2, 3}, {10, 0, 3, 4}}, "xxxx"},
    {"a larger one before stays",
     {{1000000, 0, 0, 1}, {10, 0, 1, 2}, {10, 0, 2, 3}, {10, 0, 3, 4}, {10, 0, 4, 5}},
     ".xxxx"},
    {"a smaller one between goes with them",
     {{100000, 0, 0, 1}, {100000, 0, 1, 2}, {10, 0, 2, 3}, {100000, 0, 3, 4}, {100000, 0, 4, 5}},
     "xxxxx"},
    {"late rows of their time go with them",
     {{10, 0, 0, 1}, {10, 0, 1, 2}, {5, 1, 0, 2}, {10, 0, 2, 3}, {10, 0, 3, 4}},
     "xxxxx"},
    {"late rows of before do not",
     {{1000000, 0, 0, 1}, {10, 0, 2, 3}, {5, 1, 0, 3}, {10, 0, 3, 4}, {10, 0, 4, 5}, {10, 0, 5, 6}},
     ".x.xxx"},
    {"four of late rows",
     {{10, 0, 0, 1}, {5, 1, 0, 1}, {5, 1, 0, 1}, {5, 1, 0, 1}, {5, 1, 0, 1}},
     ".xxxx"},
    {"too many: the cheapest two",
     {{4000000000, 0, 0, 1},
      {1000000000, 0, 1, 2},
      {260000000, 0, 2, 3},
      {66000000, 0, 3, 4},
      {17000000, 0, 4, 5},
      {4100000, 0, 5, 6},
      {1040000, 0, 6, 7},
      {260000, 0, 7, 8},
      {60000, 0, 8, 9},
      {1, 1, 5, 9},
      {70000, 1, 5, 9},
      {300000, 1, 5, 9}},
     ".........xx."},
    {"over what one run can hold",
     {{1500000000, 0, 0, 1}, {1500000000, 0, 1, 2}, {1500000000, 0, 2, 3}, {1500000000, 0, 3, 4}},
     ""},
};

static void picks(void **state)
{
    const struct PickCase *k = *state;
    MergePick runs[COLUMNS_RUNS_MAX];
    bool taken[COLUMNS_RUNS_MAX];
    char got[COLUMNS_RUNS_MAX + 1] = "";
    size_t count = 0;
    for (; count < COLUMNS_RUNS_MAX && k->runs[count].rows > 0; count++) {
        runs[count] = (MergePick){k->runs[count].rows, k->runs[count].side, k->runs[count].from,
                                  k->runs[count].to};
    }
    const bool any = columns_merge_pick(runs, count, COLUMNS_RUNS_WANTED, taken);
    for (size_t i = 0; any && i < count; i++) {
        got[i] = taken[i] ? 'x' : '.';
    }
    assert_string_equal(got, k->want);
}

/* ---- Damage -----------------------------------------------------------------------------------
 */

static void damaged_manifest(void **state)
{
    (void)state;
    CRig r;
    PtError err = {0};
    bool did = false;
    ColumnsSnapshot *s = NULL;
    open_rig(&r, 100);
    add_and_flush(&r, 50);
    columns_close(r.c);
    assert_true(fault_fs_flip(r.disk, "/columns/manifest", 60, 1));
    crig_open(&r);
    assert_int_equal(r.given, 0);
    assert_int_equal(columns_snapshot(r.c, &s, &err), PT_CORRUPT);
    assert_non_null(strstr(err.message, "/columns/manifest"));
    assert_int_equal(crig_add(&r, 1, NULL), PT_CORRUPT);
    assert_int_equal(columns_flush(r.c, 100, true, NULL), PT_CORRUPT);
    assert_int_equal(columns_step(r.c, &did, NULL), PT_CORRUPT);
    assert_int_equal(columns_compact(r.c, 1, NULL), PT_CORRUPT);
    assert_int_equal(columns_erase(r.c, r.nodes, 1, NULL, NULL, NULL), PT_CORRUPT);
    ok(columns_reset(r.c, &err), &err);
    add_and_flush(&r, 60);
    crig_check(&r);
    crig_done(&r);
}

static void keep_trouble(void *ctx, const char *trouble)
{
    (void)snprintf(ctx, PT_ERROR_MESSAGE_MAX, "%s", trouble);
}

/* Every byte of a run and of the manifest that is turned is found, and named. */
static void flipped_bytes(void **state)
{
    (void)state;
    static const char *const paths[] = {"/columns/run-0000000000000001.col", "/columns/manifest"};
    CRig r;
    PtError err = {0};
    open_rig(&r, 40);
    add_and_flush(&r, 30);
    columns_close(r.c);
    r.c = NULL;
    for (size_t i = 0; i < PT_COUNT(paths); i++) {
        const int64_t size = fault_fs_size(r.disk, paths[i]);
        assert_true(size > 0);
        for (int64_t at = 0; at < size; at++) {
            char trouble[PT_ERROR_MESSAGE_MAX] = "";
            ColumnsCheck check = {0};
            assert_true(fault_fs_flip(r.disk, paths[i], (uint64_t)at, 0x10));
            ok(columns_check(r.disk, "/columns", keep_trouble, trouble, &check, &err), &err);
            assert_int_equal(check.troubles, 1);
            assert_non_null(strstr(trouble, paths[i]));
            assert_true(fault_fs_flip(r.disk, paths[i], (uint64_t)at, 0x10));
        }
    }
    crig_open(&r);
    crig_check(&r);
    crig_done(&r);
}

/* A merge that meets damage tells, and from then on all that the writer does. */
static void damaged_block(void **state)
{
    (void)state;
    CRig r;
    PtError err = {0};
    open_rig(&r, 100);
    add_and_flush(&r, 30);
    add_and_flush(&r, 30);
    assert_true(fault_fs_flip(r.disk, "/columns/run-0000000000000001.col", 40, 1));
    assert_int_equal(columns_compact(r.c, 1, &err), PT_CORRUPT);
    assert_non_null(strstr(err.message, "run-0000000000000001.col"));
    assert_int_equal(crig_add(&r, 1, &err), PT_CORRUPT);
    ok(columns_reset(r.c, &err), &err);
    r.given = 0;
    add_and_flush(&r, 60);
    crig_check(&r);
    crig_done(&r);
}

static void put_file(CRig *r, const char *path)
{
    PtFile *file = NULL;
    PtError err = {0};
    ok(r->disk->ops->open(r->disk, path, PT_OPEN_CREATE, &file, &err), &err);
    r->disk->ops->close(r->disk, file);
}

static void what_is_left_over(void **state)
{
    (void)state;
    CRig r;
    PtError err = {0};
    char trouble[PT_ERROR_MESSAGE_MAX] = "";
    ColumnsCheck check = {0};
    open_rig(&r, 100);
    add_and_flush(&r, 30);
    columns_close(r.c);
    put_file(&r, "/columns/run-00000000000000ff.col");
    put_file(&r, "/columns/manifest.tmp");
    put_file(&r, "/columns/notes.txt");
    ok(columns_check(r.disk, "/columns", keep_trouble, trouble, &check, &err), &err);
    assert_int_equal(check.troubles, 0);
    assert_int_equal(check.strange, 1);
    assert_int_equal(check.rows, 30);
    crig_open(&r);
    assert_int_equal(fault_fs_size(r.disk, "/columns/run-00000000000000ff.col"), -1);
    assert_int_equal(fault_fs_size(r.disk, "/columns/manifest.tmp"), -1);
    assert_int_equal(fault_fs_size(r.disk, "/columns/notes.txt"), 0);
    crig_check(&r);
    columns_close(r.c);
    ok(r.disk->ops->unlink(r.disk, "/columns/run-0000000000000001.col", &err), &err);
    ok(columns_check(r.disk, "/columns", keep_trouble, trouble, &check, &err), &err);
    assert_int_equal(check.troubles, 1);
    assert_non_null(strstr(trouble, "run 1 is missing"));
    crig_open(&r);
    assert_int_equal(crig_add(&r, 1, NULL), PT_CORRUPT);
    crig_done(&r);
}

/* ---- Erasing ----------------------------------------------------------------------------------
 */

/* What was of no effect is not in memory either, nor a name. */
static void erased_names(void **state)
{
    (void)state;
    CRig r;
    PtError err = {0};
    const ColumnsEvent *events = NULL;
    const ColumnsProperty *properties = NULL;
    const ColumnsValue value = {.path = PT_STR("mark"), .kind = COLUMNS_TRUTH};
    open_rig(&r, 10);
    const ColumnsRow row = {.offset = 0,
                            .node = r.nodes[0],
                            .event = PT_STR("the mark"),
                            .values = &value,
                            .value_count = 1};
    ok(columns_add(r.c, &row, &err), &err);
    r.given = 0; // the log of the rig has nothing of it
    ok(crig_erase(&r, 0, 0, "mark", &err), &err);
    ColumnsSnapshot *s = snapshot(&r);
    assert_int_equal(columns_snapshot_events(s, &events), 2);
    assert_int_equal(columns_snapshot_properties(s, &properties), 1);
    assert_true(pt_str_eq(events[1].name, PT_STR("-")));
    assert_true(pt_str_eq(properties[0].path, PT_STR("-")));
    columns_snapshot_free(s);
    ColumnsRow again = row;
    again.offset = 1;
    ok(columns_add(r.c, &again, &err), &err); // of the same name: another code
    assert_int_equal(columns_stats(r.c).events, 3);
    assert_int_equal(columns_stats(r.c).properties, 2);
    crig_done(&r);
}

int main(void)
{
    struct CMUnitTest tests[64] = {
        cmocka_unit_test(snapshot_of_what_did_not_change),
        cmocka_unit_test(version_rises),
        cmocka_unit_test(snapshot_outlives_files),
        cmocka_unit_test(snapshots_beside_the_writer),
        cmocka_unit_test(bounds_of_values),
        cmocka_unit_test(path_twice_in_a_row),
        cmocka_unit_test(bounds_of_events),
        cmocka_unit_test(memory_is_bounded),
        cmocka_unit_test(flush_waits_for_much),
        cmocka_unit_test(late_rows_go_aside),
        cmocka_unit_test(runs_stay_few),
        cmocka_unit_test(damaged_manifest),
        cmocka_unit_test(flipped_bytes),
        cmocka_unit_test(damaged_block),
        cmocka_unit_test(what_is_left_over),
        cmocka_unit_test(erased_names),
    };
    size_t n = 16;
    PT_TEST_ROWS(tests, n, pick_cases, picks);
    return _cmocka_run_group_tests("columns", tests, n, NULL, NULL);
}
