// SPDX-License-Identifier: Apache-2.0
#include "platform/sql.h"

#include "base/memory.h"
#include "platform/migrations.h"

#include <errno.h>
#include <float.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

/* A database in a folder of its own per test. */
static char dir[64], path[96];
static PtSql *sql;

static const char CREATE_T[] = "CREATE TABLE t (a BIGINT PRIMARY KEY, b TEXT, c DOUBLE PRECISION,"
                               " d BLOB)";
static const char INSERT_T[] = "INSERT INTO t (a, b, c, d) VALUES (?1, ?2, ?3, ?4)";
static const char SELECT_T[] = "SELECT a, b, c, d FROM t WHERE a = ?1";
static const char COUNT_T[] = "SELECT COUNT(*) FROM t";

/* Waits of the engine end at once with this code when it is not 0. */
static atomic_int wait_result;
int __real_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *lock,
                                  const struct timespec *until);
int __wrap_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *lock,
                                  const struct timespec *until);

int __wrap_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *lock,
                                  const struct timespec *until)
{
    int result = wait_result;
    return result != 0 ? result : __real_pthread_cond_timedwait(cond, lock, until);
}

static void nap_ms(long ms)
{
    (void)nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

static PtSqlConfig config(void)
{
    return (PtSqlConfig){.path = path, .readers = 2};
}

static void open_sql(const PtSqlConfig *c)
{
    PtError err = {0};
    if (pt_sql_open(c, &sql, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
}

static PtSqlTx *begin(bool write)
{
    PtSqlTx *tx = NULL;
    assert_int_equal(pt_sql_begin(sql, write, &tx, NULL), PT_OK);
    return tx;
}

static void commit(PtSqlTx *tx)
{
    assert_int_equal(pt_sql_commit(&tx, NULL), PT_OK);
    assert_null(tx);
}

static void run(PtSqlTx *tx, const char *statement)
{
    PtError err = {0};
    if (pt_sql_run(tx, statement, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
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

static int64_t number(PtSqlTx *tx, const char *statement)
{
    bool row = false;
    assert_int_equal(pt_sql_use(tx, statement, NULL), PT_OK);
    assert_int_equal(pt_sql_step(tx, &row, NULL), PT_OK);
    assert_true(row);
    int64_t n = pt_sql_i64(tx, 0);
    pt_sql_done(tx);
    return n;
}

static int64_t number_now(const char *statement)
{
    PtSqlTx *tx = begin(false);
    int64_t n = number(tx, statement);
    commit(tx);
    return n;
}

static int make_dir(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "/tmp/patron-sql-XXXXXX");
    if (mkdtemp(dir) == NULL) {
        return -1;
    }
    (void)snprintf(path, sizeof path, "%s/t.db", dir);
    sql = NULL;
    return 0;
}

static int set_up(void **state)
{
    int rc = make_dir(state);
    if (rc == 0) {
        PtSqlConfig c = config();
        open_sql(&c);
        PtSqlTx *tx = begin(true);
        run(tx, CREATE_T);
        commit(tx);
    }
    return rc;
}

static int tear_down(void **state)
{
    (void)state;
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
    pt_sql_close(sql);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        char name[128];
        (void)snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
        (void)unlink(name);
    }
    return rmdir(dir);
}

static void values_come_back_as_they_went_in(void **state)
{
    (void)state;
    PtSqlTx *tx = begin(true);
    bool row;
    assert_int_equal(pt_sql_use(tx, INSERT_T, NULL), PT_OK);
    pt_sql_bind_i64(tx, 1, INT64_MIN);
    pt_sql_bind_text(tx, 2, PT_STR("gr\xc3\xbc\xc3\x9f"));
    pt_sql_bind_double(tx, 3, DBL_TRUE_MIN);
    pt_sql_bind_blob(tx, 4, PT_STR("\0\xff\0"));
    assert_int_equal(pt_sql_step(tx, &row, NULL), PT_OK);
    assert_false(row);
    pt_sql_done(tx); // bound again without use
    pt_sql_bind_i64(tx, 1, INT64_MAX);
    pt_sql_bind_text(tx, 2, PT_STR(""));
    pt_sql_bind_blob(tx, 4, PT_STR(""));
    assert_int_equal(pt_sql_step(tx, &row, NULL), PT_OK);
    pt_sql_done(tx);
    pt_sql_bind_i64(tx, 1, 0);
    pt_sql_bind_text(tx, 2, (PtStr){NULL, 0});
    pt_sql_bind_null(tx, 3);
    assert_int_equal(pt_sql_step(tx, &row, NULL), PT_OK);
    commit(tx);

    tx = begin(false);
    assert_int_equal(pt_sql_use(tx, SELECT_T, NULL), PT_OK);
    pt_sql_bind_i64(tx, 1, INT64_MIN);
    assert_int_equal(pt_sql_step(tx, &row, NULL), PT_OK);
    assert_true(row);
    assert_int_equal(pt_sql_i64(tx, 0), INT64_MIN);
    assert_true(pt_str_eq(pt_sql_text(tx, 1), PT_STR("gr\xc3\xbc\xc3\x9f")));
    assert_true(pt_sql_double(tx, 2) == DBL_TRUE_MIN);
    assert_true(pt_str_eq(pt_sql_blob(tx, 3), PT_STR("\0\xff\0")));
    assert_int_equal(pt_sql_step(tx, &row, NULL), PT_OK);
    assert_false(row);
    assert_int_equal(pt_sql_step(tx, &row, NULL), PT_OK); // stays finished
    assert_false(row);

    pt_sql_done(tx);
    pt_sql_bind_i64(tx, 1, INT64_MAX);
    assert_int_equal(pt_sql_step(tx, &row, NULL), PT_OK);
    assert_non_null(pt_sql_text(tx, 1).data); // empty is not NULL
    assert_int_equal(pt_sql_text(tx, 1).len, 0);
    assert_non_null(pt_sql_blob(tx, 3).data);
    assert_int_equal(pt_sql_blob(tx, 3).len, 0);
    assert_true(pt_sql_is_null(tx, 2)); // not bound, and not left from the row before

    pt_sql_done(tx);
    pt_sql_bind_i64(tx, 1, 0);
    assert_int_equal(pt_sql_step(tx, &row, NULL), PT_OK);
    assert_true(pt_sql_is_null(tx, 1));
    assert_null(pt_sql_text(tx, 1).data);
    assert_null(pt_sql_blob(tx, 3).data);
    assert_int_equal(pt_sql_i64(tx, 2), 0);
    pt_sql_rollback(tx);
}

static void rollback_leaves_nothing(void **state)
{
    (void)state;
    {
        PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = begin(true);
        assert_int_equal(insert(tx, 1, PT_STR("x")), PT_OK);
        assert_int_equal(number(tx, COUNT_T), 1); // sees its own
    }
    assert_int_equal(number_now(COUNT_T), 0);
    pt_sql_rollback(NULL);
}

static void reader_keeps_its_snapshot(void **state)
{
    (void)state;
    PtSqlTx *reader = begin(false);
    assert_int_equal(number(reader, COUNT_T), 0);
    PtSqlTx *writer = begin(true);
    assert_int_equal(insert(writer, 1, PT_STR("x")), PT_OK);
    assert_int_equal(number(reader, COUNT_T), 0);
    commit(writer);
    assert_int_equal(number(reader, COUNT_T), 0);
    commit(reader);
    assert_int_equal(number_now(COUNT_T), 1);
}

static void failed_statement_dooms_the_transaction(void **state)
{
    (void)state;
    PtSqlTx *tx = begin(true);
    PtError err = {0};
    bool row;
    assert_int_equal(insert(tx, 1, PT_STR("x")), PT_OK);
    assert_int_equal(insert(tx, 1, PT_STR("y")), PT_CONFLICT);
    assert_int_equal(insert(tx, 2, PT_STR("z")), PT_CONFLICT); // refused, not run
    assert_int_equal(pt_sql_step(tx, &row, NULL), PT_CONFLICT);
    assert_int_equal(pt_sql_commit(&tx, &err), PT_CONFLICT);
    assert_null(tx);
    assert_non_null(strstr(err.message, "a statement of the transaction failed"));
    assert_int_equal(number_now(COUNT_T), 0);
}

static void changes_count_the_last_statement(void **state)
{
    (void)state;
    PtSqlTx *tx = begin(true);
    assert_int_equal(insert(tx, 1, PT_STR("x")), PT_OK);
    assert_int_equal(pt_sql_changes(tx), 1);
    assert_int_equal(insert(tx, 2, PT_STR("x")), PT_OK);
    run(tx, "UPDATE t SET b = 'z'");
    assert_int_equal(pt_sql_changes(tx), 2);
    run(tx, "DELETE FROM t WHERE a = 99");
    assert_int_equal(pt_sql_changes(tx), 0);
    run(tx, "UPDATE t SET b = 'y'");
    run(tx, COUNT_T);
    assert_int_equal(pt_sql_changes(tx), 0);
    commit(tx);
}

static struct BadCase {
    const char *name, *statement;
    bool write;
    PtStatus want;
    const char *want_message;
} bad_cases[] = {
    {"two statements", "SELECT 1; SELECT 2", true, PT_INVALID, "want one statement"},
    {"no statement", " -- nothing", true, PT_INVALID, "want one statement"},
    {"not SQL", "SELEKT 1", true, PT_IO, "syntax error"},
    {"no such table", "SELECT * FROM nope", false, PT_IO, "no such table"},
    {"write in a read transaction", "DELETE FROM t", false, PT_INVALID, "cannot write in a read"},
    {"check constraint", "INSERT INTO c VALUES (-1)", true, PT_CONFLICT, "CHECK constraint failed"},
    {"foreign key is enforced", "INSERT INTO f VALUES (1)", true, PT_CONFLICT, "FOREIGN KEY"},
    {"trailing space is fine", "SELECT 1;  \n", false, PT_OK, ""},
};

static void bad_case(void **state)
{
    const struct BadCase *c = *state;
    PtError err = {0};
    assert_int_equal(set_up(NULL), 0);
    PtSqlTx *tx = begin(true);
    run(tx, "CREATE TABLE c (a BIGINT CHECK (a > 0))");
    run(tx, "CREATE TABLE f (a BIGINT REFERENCES t (a))");
    commit(tx);
    tx = begin(c->write);
    assert_int_equal(pt_sql_run(tx, c->statement, &err), c->want);
    assert_non_null(strstr(err.message, c->want_message));
    pt_sql_rollback(tx);
    assert_int_equal(tear_down(NULL), 0);
}

static void wrong_bind_shows_at_the_step(void **state)
{
    (void)state;
    PtSqlTx *tx = begin(true);
    bool row;
    assert_int_equal(pt_sql_use(tx, SELECT_T, NULL), PT_OK);
    pt_sql_bind_i64(tx, 2, 1); // there is no ?2
    pt_sql_bind_i64(tx, 1, 1);
    assert_int_equal(pt_sql_step(tx, &row, NULL), PT_INVALID);
    pt_sql_rollback(tx);
    tx = begin(false);
    assert_int_equal(pt_sql_step(tx, &row, NULL), PT_INVALID); // nothing in use
    pt_sql_rollback(tx);
}

static void many_statements_stay_prepared(void **state)
{
    (void)state;
    static char texts[300][32];
    PtSqlTx *tx = begin(false);
    for (int i = 0; i < 300; i++) {
        (void)snprintf(texts[i], sizeof texts[i], "SELECT %d", i);
    }
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 300; i++) {
            assert_int_equal(number(tx, texts[i]), i);
        }
    }
    commit(tx);
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
    c.path = path;
    c.readers = 0;
    open_case_fails(&c, PT_INVALID, "readers 0 is not 1..16");
    c.readers = 17;
    open_case_fails(&c, PT_INVALID, "readers 17 is not 1..16");
    pt_sql_close(NULL);

    FILE *f = fopen(path, "w");
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
    PtSqlConfig c = config();
    c.readers = 16;
    open_sql(&c);
    assert_int_equal(number_now("PRAGMA synchronous"), 2);
    assert_int_equal(number_now("PRAGMA foreign_keys"), 1);
    PtSqlTx *tx = begin(true);
    assert_int_equal(number(tx, "PRAGMA synchronous"), 2);
    commit(tx);
    pt_sql_close(sql);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    c.relaxed = true;
    open_sql(&c);
    tx = begin(true);
    assert_int_equal(number(tx, "PRAGMA synchronous"), 1);
    commit(tx);
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
    PtSqlTx *tx = begin(true);
    assert_int_equal(insert(tx, 1, PT_STR("x")), PT_OK);
    disk_full = true;
    PtError err = {0};
    assert_int_equal(pt_sql_commit(&tx, &err), PT_UNAVAILABLE);
    assert_non_null(strstr(err.message, "cannot commit: "));
    assert_int_equal(number_now(COUNT_T), 0); // reading goes on
    disk_full = false;
    tx = begin(true);
    assert_int_equal(insert(tx, 2, PT_STR("x")), PT_OK);
    commit(tx);
    assert_int_equal(number_now(COUNT_T), 1);
    (void)vfs->xSetSystemCall(vfs, "pwrite64", NULL);
}

enum { THREADS = 8, ROUNDS = 200 };

static void *add_rows(void *arg)
{
    int64_t base = *(const int *)arg * 1000;
    for (int i = 0; i < ROUNDS; i++) {
        PtSqlTx *tx = NULL;
        if (pt_sql_begin(sql, true, &tx, NULL) != PT_OK ||
            insert(tx, base + i, PT_STR("x")) != PT_OK || pt_sql_commit(&tx, NULL) != PT_OK) {
            return NULL;
        }
        if (pt_sql_begin(sql, false, &tx, NULL) != PT_OK || number(tx, COUNT_T) < i + 1 ||
            pt_sql_commit(&tx, NULL) != PT_OK) {
            return NULL;
        }
    }
    return arg;
}

static void threads_share_writer_and_readers(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    int bases[THREADS];
    for (int i = 0; i < THREADS; i++) {
        bases[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, add_rows, &bases[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        void *result = NULL;
        (void)pthread_join(threads[i], &result);
        assert_non_null(result);
    }
    assert_int_equal(number_now(COUNT_T), THREADS * ROUNDS);
}

static atomic_int arrived;
static int order[3];

static void *take_a_turn(void *arg)
{
    PtSqlTx *tx = NULL;
    if (pt_sql_begin(sql, true, &tx, NULL) == PT_OK) {
        order[arrived++] = *(const int *)arg;
        pt_sql_rollback(tx);
    }
    return NULL;
}

static void writers_are_served_in_order(void **state)
{
    (void)state;
    pthread_t threads[3];
    int names[3] = {1, 2, 3};
    PtSqlTx *tx = begin(true);
    arrived = 0;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, take_a_turn, &names[i]), 0);
        nap_ms(30); // until it stands in the queue
    }
    pt_sql_rollback(tx);
    for (int i = 0; i < 3; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    assert_memory_equal(order, names, sizeof names);
}

static void second_write_of_a_thread_is_refused(void **state)
{
    (void)state;
    PtSqlTx *tx = begin(true), *second = NULL;
    assert_int_equal(pt_sql_begin(sql, true, &second, NULL), PT_INVALID);
    assert_null(second);
    commit(tx);
    commit(begin(true));
}

static void readers_that_are_all_taken_time_out(void **state)
{
    (void)state;
    PtSqlTx *first = begin(false), *second = begin(false), *third = NULL;
    PtError err = {0};
    wait_result = ETIMEDOUT;
    assert_int_equal(pt_sql_begin(sql, false, &third, &err), PT_UNAVAILABLE);
    assert_null(third);
    assert_string_equal(err.message, "the database was busy for 30 s");
    wait_result = 0;
    pt_sql_rollback(first); // the one that gave up is out of the queue
    first = begin(false);
    pt_sql_rollback(first);
    pt_sql_rollback(second);
}

static void checkpoint_runs_beside_the_writer(void **state)
{
    (void)state;
    struct stat st = {0};
    PtSqlConfig c = config();
    c.checkpoint_pages = 8;
    open_sql(&c);
    PtSqlTx *tx = begin(true);
    run(tx, CREATE_T);
    static char big[100000];
    memset(big, 'x', sizeof big);
    assert_int_equal(insert(tx, 1, (PtStr){big, sizeof big}), PT_OK);
    commit(tx);
    for (int i = 0; i < 500 && st.st_size < (off_t)sizeof big; i++) {
        nap_ms(10);
        assert_int_equal(stat(path, &st), 0);
    }
    assert_true(st.st_size >= (off_t)sizeof big);
}

static const PtSqlMigration good[] = {
    {1, "one", "CREATE TABLE one (a BIGINT);\nCREATE TABLE uno (a BIGINT);"},
    {2, "two", "ALTER TABLE one ADD COLUMN b BIGINT"},
    {5, "five", "INSERT INTO one (a, b) VALUES (1, 2)"},
};

static void migrations_land_once(void **state)
{
    (void)state;
    assert_int_equal(pt_sql_migrate(sql, good, 2, NULL), PT_OK);
    assert_int_equal(pt_sql_migrate(sql, good, 2, NULL), PT_OK);
    assert_int_equal(number_now("SELECT COUNT(*) FROM one"), 0);
    assert_int_equal(pt_sql_migrate(sql, good, 3, NULL), PT_OK);
    assert_int_equal(pt_sql_migrate(sql, good, 3, NULL), PT_OK);
    assert_int_equal(number_now("SELECT b FROM one"), 2);
    assert_int_equal(number_now("SELECT COUNT(*) FROM schema_migration"), 3);
    // printf '%s' 'ALTER TABLE one ADD COLUMN b BIGINT' | sha256sum
    assert_int_equal(
        number_now("SELECT COUNT(*) FROM schema_migration WHERE number = 2 AND name = 'two' AND "
                   "sha256 = "
                   "'bd44ee36ac31c25e971d2d8b999e52dfbe18ee1d5d22c6a8238f275fdc90033b'"),
        1);
}

static struct MigrationCase {
    const char *name;
    PtSqlMigration list[4];
    size_t count;
    PtStatus want;
    const char *want_message;
} migration_cases[] = {
    {"changed text",
     {{1, "one", "CREATE TABLE one (a TEXT)"}},
     1,
     PT_CONFLICT,
     "migration 1 \"one\" has changed since it landed"},
    {"landed but unknown",
     {{1, "one", "CREATE TABLE one (a BIGINT);\nCREATE TABLE uno (a BIGINT);"}},
     1,
     PT_CONFLICT,
     "the database has migration 2 \"two\", unknown to this version"},
    {"passed over",
     {{1, "one", "CREATE TABLE one (a BIGINT);\nCREATE TABLE uno (a BIGINT);"},
      {2, "two", "ALTER TABLE one ADD COLUMN b BIGINT"},
      {3, "late", "SELECT 1"},
      {5, "five", "SELECT 2"}},
     4,
     PT_CONFLICT,
     "migration 3 was passed over: 5 has landed"},
    {"falling number",
     {{2, "a", "SELECT 1"}, {2, "b", "SELECT 1"}},
     2,
     PT_INVALID,
     "migration number 2 does not rise"},
    {"number zero", {{0, "a", "SELECT 1"}}, 1, PT_INVALID, "migration number 0 does not rise"},
};

static void migration_case(void **state)
{
    const struct MigrationCase *c = *state;
    PtError err = {0};
    assert_int_equal(set_up(NULL), 0);
    assert_int_equal(pt_sql_migrate(sql, good, 3, NULL), PT_OK);
    assert_int_equal(pt_sql_migrate(sql, c->list, c->count, &err), c->want);
    if (strstr(err.message, c->want_message) == NULL) {
        fail_msg("%s", err.message);
    }
    assert_int_equal(tear_down(NULL), 0);
}

static void failing_migration_leaves_the_ones_before(void **state)
{
    (void)state;
    static const PtSqlMigration bad[] = {
        {1, "one", "CREATE TABLE one (a BIGINT)"},
        {2, "bad", "CREATE TABLE half (a BIGINT); CREATE TABLE one (a BIGINT)"},
    };
    PtError err = {0};
    assert_int_equal(pt_sql_migrate(sql, bad, 2, &err), PT_IO);
    assert_non_null(strstr(err.message, "migration 2 \"bad\": table one already exists"));
    assert_int_equal(number_now("SELECT COUNT(*) FROM schema_migration"), 1);
    assert_int_equal(number_now("SELECT COUNT(*) FROM sqlite_master WHERE name IN ('one', 'half')"),
                     1);
}

static void embedded_sets_apply(void **state)
{
    (void)state;
    for (int round = 0; round < 2; round++) {
        assert_int_equal(pt_migrations_apply(sql, PT_MIGRATIONS_CORE, NULL), PT_OK);
    }
    assert_int_equal(number_now("SELECT COUNT(*) FROM source"), 0);
    assert_int_equal(number_now("SELECT COUNT(*) FROM api_token"), 0);
    // a file of one set is not taken for the other
    assert_int_equal(pt_migrations_apply(sql, PT_MIGRATIONS_VIEWS, NULL), PT_CONFLICT);
    pt_sql_close(sql);
    (void)unlink(path);
    PtSqlConfig c = config();
    open_sql(&c);
    assert_int_equal(pt_migrations_apply(sql, PT_MIGRATIONS_VIEWS, NULL), PT_OK);
    assert_int_equal(number_now("SELECT COUNT(*) FROM quarantine"), 0);
}

#define WITH_T(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
#define BARE(fn)   cmocka_unit_test_setup_teardown(fn, make_dir, tear_down)
#define ROWS(cases, fn)                                                                            \
    for (size_t i = 0; i < sizeof(cases) / sizeof *(cases); i++) {                                 \
        tests[n++] = (struct CMUnitTest){(cases)[i].name, (fn), NULL, NULL, &(cases)[i]};          \
    }

int main(void)
{
    struct CMUnitTest tests[64] = {
        WITH_T(values_come_back_as_they_went_in),
        WITH_T(rollback_leaves_nothing),
        WITH_T(reader_keeps_its_snapshot),
        WITH_T(failed_statement_dooms_the_transaction),
        WITH_T(changes_count_the_last_statement),
        WITH_T(wrong_bind_shows_at_the_step),
        WITH_T(many_statements_stay_prepared),
        BARE(open_tells_what_is_wrong),
        BARE(settings_are_in_force),
        WITH_T(full_disk_is_unavailable_and_passes),
        WITH_T(threads_share_writer_and_readers),
        WITH_T(writers_are_served_in_order),
        WITH_T(second_write_of_a_thread_is_refused),
        WITH_T(readers_that_are_all_taken_time_out),
        BARE(checkpoint_runs_beside_the_writer),
        WITH_T(migrations_land_once),
        WITH_T(failing_migration_leaves_the_ones_before),
        WITH_T(embedded_sets_apply),
    };
    size_t n = 18;
    ROWS(bad_cases, bad_case)
    ROWS(migration_cases, migration_case)
    return _cmocka_run_group_tests("platform/sql", tests, n, NULL, NULL);
}
