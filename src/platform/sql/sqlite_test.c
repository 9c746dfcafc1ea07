// SPDX-License-Identifier: Apache-2.0
/* What is SQLite's own: its file, its settings, a full disk, the checkpoint. */
#include "platform/sql.h"

#include "platform/sql/sql_rig.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

static SqlRig rig;

static const char CREATE_T[] = "CREATE TABLE t (a BIGINT PRIMARY KEY, b TEXT)";
static const char INSERT_T[] = "INSERT INTO t (a, b) VALUES (?1, ?2)";
static const char COUNT_T[] = "SELECT COUNT(*) FROM t";

static void nap_ms(long ms)
{
    (void)nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

static PtStatus insert(PtSqlTx *tx, int64_t a, PtStr b)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, INSERT_T, NULL);
    if (st == PT_OK) {
        pt_sql_bind_i64(tx, 1, a);
        pt_sql_bind_text(tx, 2, b);
        st = pt_sql_step(tx, &row, NULL);
    }
    pt_sql_done(tx);
    return st;
}

static int set_up(void **state)
{
    (void)state;
    return rig_init(&rig, RIG_SQLITE) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    rig_done(&rig);
    return 0;
}

static void open_case_fails(const PtSqlConfig *c, PtStatus want, const char *want_message)
{
    PtSql *opened = NULL;
    PtError err = {0};
    assert_int_equal(pt_sql_open(c, &opened, &err), want);
    assert_null(opened);
    assert_non_null(strstr(err.message, want_message));
}

static void open_tells_what_is_wrong(void **state)
{
    (void)state;
    PtSqlConfig c = {.path = ":memory:", .readers = 1};
    open_case_fails(&c, PT_INVALID, "a database needs a file");
    c.path = "";
    open_case_fails(&c, PT_INVALID, "a database needs a file");
    c.path = "/nonexistent/x.db";
    open_case_fails(&c, PT_NOT_FOUND, "cannot open \"/nonexistent/x.db\"");
    c.path = rig.path;
    c.readers = 0;
    open_case_fails(&c, PT_INVALID, "readers 0 is not 1..16");
    c.readers = 17;
    open_case_fails(&c, PT_INVALID, "readers 17 is not 1..16");
    pt_sql_close(NULL);

    FILE *f = fopen(rig.path, "w");
    assert_non_null(f);
    for (int i = 0; i < 1000; i++) {
        (void)fputs("this is not a database ", f);
    }
    assert_int_equal(fclose(f), 0);
    c.readers = 1;
    open_case_fails(&c, PT_CORRUPT, "cannot open");
}

static void settings_are_in_force(void **state)
{
    (void)state;
    struct stat st;
    PtSqlConfig c = rig_config(&rig);
    c.readers = 16;
    rig_open_sql(&rig, &c);
    assert_int_equal(rig_number_now(&rig, "PRAGMA synchronous"), 2);
    assert_int_equal(rig_number_now(&rig, "PRAGMA foreign_keys"), 1);
    PtSqlTx *tx = rig_begin(&rig, true);
    assert_int_equal(rig_number(tx, "PRAGMA synchronous"), 2);
    rig_commit(tx);
    pt_sql_close(rig.sql);
    rig.sql = NULL;
    assert_int_equal(stat(rig.path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    c.relaxed = true;
    rig_open_sql(&rig, &c);
    tx = rig_begin(&rig, true);
    assert_int_equal(rig_number(tx, "PRAGMA synchronous"), 1);
    rig_commit(tx);
}

/* The disk under SQLite is full while this is set. */
static atomic_bool disk_full;
static ssize_t (*real_pwrite)(int fd, const void *bytes, size_t len, off_t at);

static ssize_t pwrite_or_full(int fd, const void *bytes, size_t len, off_t at)
{
    if (disk_full) {
        errno = ENOSPC;
        return -1;
    }
    return real_pwrite(fd, bytes, len, at);
}

typedef ssize_t (*WriteFn)(int, const void *, size_t, off_t);

static void full_disk_is_unavailable_and_passes(void **state)
{
    (void)state;
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    real_pwrite = (WriteFn)vfs->xGetSystemCall(vfs, "pwrite64");
    assert_non_null(real_pwrite);
    assert_int_equal(vfs->xSetSystemCall(vfs, "pwrite64", (sqlite3_syscall_ptr)pwrite_or_full),
                     SQLITE_OK);
    rig_open_sql(&rig, NULL);
    PtSqlTx *tx = rig_begin(&rig, true);
    rig_run(tx, CREATE_T);
    rig_commit(tx);
    tx = rig_begin(&rig, true);
    assert_int_equal(insert(tx, 1, PT_STR("x")), PT_OK);
    disk_full = true;
    PtError err = {0};
    assert_int_equal(pt_sql_commit(&tx, &err), PT_UNAVAILABLE);
    assert_non_null(strstr(err.message, "cannot commit: "));
    assert_int_equal(rig_number_now(&rig, COUNT_T), 0); // reading goes on
    disk_full = false;
    tx = rig_begin(&rig, true);
    assert_int_equal(insert(tx, 2, PT_STR("x")), PT_OK);
    rig_commit(tx);
    assert_int_equal(rig_number_now(&rig, COUNT_T), 1);
    (void)vfs->xSetSystemCall(vfs, "pwrite64", NULL);
}

static void checkpoint_runs_beside_the_writer(void **state)
{
    (void)state;
    struct stat st = {0};
    PtSqlConfig c = rig_config(&rig);
    c.checkpoint_pages = 8;
    rig_open_sql(&rig, &c);
    PtSqlTx *tx = rig_begin(&rig, true);
    rig_run(tx, CREATE_T);
    static char big[100000];
    memset(big, 'x', sizeof big);
    assert_int_equal(insert(tx, 1, (PtStr){big, sizeof big}), PT_OK);
    rig_commit(tx);
    for (int i = 0; i < 500 && st.st_size < (off_t)sizeof big; i++) {
        nap_ms(10);
        assert_int_equal(stat(rig.path, &st), 0);
    }
    assert_true(st.st_size >= (off_t)sizeof big);
}

#define ONE(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ONE(open_tells_what_is_wrong),
        ONE(settings_are_in_force),
        ONE(full_disk_is_unavailable_and_passes),
        ONE(checkpoint_runs_beside_the_writer),
    };
    return cmocka_run_group_tests_name("platform/sqlite", tests, NULL, NULL);
}
