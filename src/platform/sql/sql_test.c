// SPDX-License-Identifier: Apache-2.0
/* What every engine behind the seam must do: each test runs on each engine. */
#include "platform/sql.h"

#include "base/memory.h"
#include "platform/migrations.h"
#include "platform/sql/sql_rig.h"

#include <errno.h>
#include <float.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static SqlRig rig;

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

static void values_come_back_as_they_went_in(const void *one_case)
{
    (void)one_case;
    PtSqlTx *tx = rig_begin(&rig, true);
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
    assert_int_equal(pt_sql_finish(tx, NULL), PT_OK);
    assert_int_equal(pt_sql_changes(tx), 1);
    pt_sql_bind_i64(tx, 1, 0);
    pt_sql_bind_text(tx, 2, (PtStr){NULL, 0});
    pt_sql_bind_null(tx, 3);
    assert_int_equal(pt_sql_step(tx, &row, NULL), PT_OK);
    rig_commit(tx);

    tx = rig_begin(&rig, false);
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

static void rollback_leaves_nothing(const void *one_case)
{
    (void)one_case;
    {
        PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = rig_begin(&rig, true);
        assert_int_equal(insert(tx, 1, PT_STR("x")), PT_OK);
        assert_int_equal(rig_number(tx, COUNT_T), 1); // sees its own
    }
    assert_int_equal(rig_number_now(&rig, COUNT_T), 0);
    pt_sql_rollback(NULL);
}

static void reader_keeps_its_snapshot(const void *one_case)
{
    (void)one_case;
    PtSqlTx *reader = rig_begin(&rig, false);
    assert_int_equal(rig_number(reader, COUNT_T), 0);
    PtSqlTx *writer = rig_begin(&rig, true);
    assert_int_equal(insert(writer, 1, PT_STR("x")), PT_OK);
    assert_int_equal(rig_number(reader, COUNT_T), 0);
    rig_commit(writer);
    assert_int_equal(rig_number(reader, COUNT_T), 0);
    rig_commit(reader);
    assert_int_equal(rig_number_now(&rig, COUNT_T), 1);
}

static void failed_statement_dooms_the_transaction(const void *one_case)
{
    (void)one_case;
    PtSqlTx *tx = rig_begin(&rig, true);
    PtError err = {0};
    bool row;
    assert_int_equal(insert(tx, 1, PT_STR("x")), PT_OK);
    assert_int_equal(insert(tx, 1, PT_STR("y")), PT_CONFLICT);
    assert_int_equal(insert(tx, 2, PT_STR("z")), PT_CONFLICT); // refused, not run
    assert_int_equal(pt_sql_step(tx, &row, NULL), PT_CONFLICT);
    assert_int_equal(pt_sql_commit(&tx, &err), PT_CONFLICT);
    assert_null(tx);
    assert_non_null(strstr(err.message, "a statement of the transaction failed"));
    assert_int_equal(rig_number_now(&rig, COUNT_T), 0);
}

static void changes_count_the_last_statement(const void *one_case)
{
    (void)one_case;
    PtSqlTx *tx = rig_begin(&rig, true);
    assert_int_equal(insert(tx, 1, PT_STR("x")), PT_OK);
    assert_int_equal(pt_sql_changes(tx), 1);
    assert_int_equal(insert(tx, 2, PT_STR("x")), PT_OK);
    rig_run(tx, "UPDATE t SET b = 'z'");
    assert_int_equal(pt_sql_changes(tx), 2);
    rig_run(tx, "DELETE FROM t WHERE a = 99");
    assert_int_equal(pt_sql_changes(tx), 0);
    rig_run(tx, "UPDATE t SET b = 'y'");
    rig_run(tx, COUNT_T);
    assert_int_equal(pt_sql_changes(tx), 0);
    rig_commit(tx);
}

static struct BadCase {
    const char *name, *statement;
    bool write;
    PtStatus want;
    const char *want_message[RIG_ENGINES]; /* part of it */
} bad_cases[] = {
    {"two statements", "SELECT 1; SELECT 2", true, PT_INVALID, {"want one statement", "want one"}},
    {"no statement", " -- nothing", true, PT_INVALID, {"want one statement", "want one"}},
    {"not SQL", "SELEKT 1", true, PT_IO, {"syntax error", "syntax error"}},
    {"no such table",
     "SELECT * FROM nope",
     false,
     PT_IO,
     {"no such table", "relation \"nope\" does not exist"}},
    {"write in a read transaction",
     "DELETE FROM t",
     false,
     PT_INVALID,
     {"cannot write in a read", "cannot write in a read"}},
    {"check constraint",
     "INSERT INTO c VALUES (-1)",
     true,
     PT_CONFLICT,
     {"CHECK constraint failed", "violates check constraint"}},
    {"not null", "INSERT INTO n VALUES (NULL)", true, PT_CONFLICT, {"NOT NULL", "not-null"}},
    {"foreign key is enforced",
     "INSERT INTO f VALUES (1)",
     true,
     PT_CONFLICT,
     {"FOREIGN KEY", "violates foreign key constraint"}},
    {"trailing space is fine", "SELECT 1;  \n", false, PT_OK, {"", ""}},
};

static void bad_case(const void *one_case)
{
    const struct BadCase *c = one_case;
    PtError err = {0};
    PtSqlTx *tx = rig_begin(&rig, true);
    rig_run(tx, "CREATE TABLE c (a BIGINT CHECK (a > 0))");
    rig_run(tx, "CREATE TABLE n (a BIGINT NOT NULL)");
    rig_run(tx, "CREATE TABLE f (a BIGINT REFERENCES t (a))");
    rig_commit(tx);
    tx = rig_begin(&rig, c->write);
    assert_int_equal(pt_sql_run(tx, c->statement, &err), c->want);
    if (strstr(err.message, c->want_message[rig.engine]) == NULL) {
        fail_msg("%s", err.message);
    }
    pt_sql_rollback(tx);
    assert_int_equal(rig_number_now(&rig, COUNT_T), 0); // the connection is good again
}

static void wrong_bind_shows_at_the_step(const void *one_case)
{
    (void)one_case;
    PtSqlTx *tx = rig_begin(&rig, true);
    bool row;
    assert_int_equal(pt_sql_use(tx, SELECT_T, NULL), PT_OK);
    pt_sql_bind_i64(tx, 2, 1); // there is no ?2
    pt_sql_bind_i64(tx, 1, 1);
    assert_int_equal(pt_sql_step(tx, &row, NULL), PT_INVALID);
    pt_sql_rollback(tx);
    tx = rig_begin(&rig, false);
    assert_int_equal(pt_sql_step(tx, &row, NULL), PT_INVALID); // nothing in use
    pt_sql_rollback(tx);
}

static void many_statements_stay_prepared(const void *one_case)
{
    (void)one_case;
    static char texts[300][32];
    PtSqlTx *tx = rig_begin(&rig, false);
    for (int i = 0; i < 300; i++) {
        (void)snprintf(texts[i], sizeof texts[i], "SELECT %d", i);
    }
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 300; i++) {
            assert_int_equal(rig_number(tx, texts[i]), i);
        }
    }
    rig_commit(tx);
}

enum { THREADS = 8, ROUNDS = 200 };

static void *add_rows(void *arg)
{
    int64_t base = *(const int *)arg * 1000;
    for (int i = 0; i < ROUNDS; i++) {
        PtSqlTx *tx = NULL;
        if (pt_sql_begin(rig.sql, true, &tx, NULL) != PT_OK ||
            insert(tx, base + i, PT_STR("x")) != PT_OK || pt_sql_commit(&tx, NULL) != PT_OK) {
            return NULL;
        }
        if (pt_sql_begin(rig.sql, false, &tx, NULL) != PT_OK || rig_number(tx, COUNT_T) < i + 1 ||
            pt_sql_commit(&tx, NULL) != PT_OK) {
            return NULL;
        }
    }
    return arg;
}

static void threads_share_writer_and_readers(const void *one_case)
{
    (void)one_case;
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
    assert_int_equal(rig_number_now(&rig, COUNT_T), THREADS * ROUNDS);
}

static atomic_int arrived;
static int order[3];

static void *take_a_turn(void *arg)
{
    PtSqlTx *tx = NULL;
    if (pt_sql_begin(rig.sql, true, &tx, NULL) == PT_OK) {
        order[arrived++] = *(const int *)arg;
        pt_sql_rollback(tx);
    }
    return NULL;
}

static void writers_are_served_in_order(const void *one_case)
{
    (void)one_case;
    pthread_t threads[3];
    int names[3] = {1, 2, 3};
    PtSqlTx *tx = rig_begin(&rig, true);
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

static void second_write_of_a_thread_is_refused(const void *one_case)
{
    (void)one_case;
    PtSqlTx *tx = rig_begin(&rig, true), *second = NULL;
    assert_int_equal(pt_sql_begin(rig.sql, true, &second, NULL), PT_INVALID);
    assert_null(second);
    rig_commit(tx);
    rig_commit(rig_begin(&rig, true));
}

static void readers_that_are_all_taken_time_out(const void *one_case)
{
    (void)one_case;
    PtSqlTx *first = rig_begin(&rig, false), *second = rig_begin(&rig, false), *third = NULL;
    PtError err = {0};
    wait_result = ETIMEDOUT;
    assert_int_equal(pt_sql_begin(rig.sql, false, &third, &err), PT_UNAVAILABLE);
    assert_null(third);
    assert_string_equal(err.message, "the database was busy for 30 s");
    wait_result = 0;
    pt_sql_rollback(first); // the one that gave up is out of the queue
    first = rig_begin(&rig, false);
    pt_sql_rollback(first);
    pt_sql_rollback(second);
}

static const PtSqlMigration good[] = {
    {1, "one", "CREATE TABLE one (a BIGINT);\nCREATE TABLE uno (a BIGINT);"},
    {2, "two", "ALTER TABLE one ADD COLUMN b BIGINT"},
    {5, "five", "INSERT INTO one (a, b) VALUES (1, 2)"},
};

static void migrations_land_once(const void *one_case)
{
    (void)one_case;
    assert_int_equal(pt_sql_migrate(rig.sql, good, 2, NULL), PT_OK);
    assert_int_equal(pt_sql_migrate(rig.sql, good, 2, NULL), PT_OK);
    assert_int_equal(rig_number_now(&rig, "SELECT COUNT(*) FROM one"), 0);
    assert_int_equal(pt_sql_migrate(rig.sql, good, 3, NULL), PT_OK);
    assert_int_equal(pt_sql_migrate(rig.sql, good, 3, NULL), PT_OK);
    assert_int_equal(rig_number_now(&rig, "SELECT b FROM one"), 2);
    assert_int_equal(rig_number_now(&rig, "SELECT COUNT(*) FROM schema_migration"), 3);
    // printf '%s' 'ALTER TABLE one ADD COLUMN b BIGINT' | sha256sum
    assert_int_equal(
        rig_number_now(
            &rig, "SELECT COUNT(*) FROM schema_migration WHERE number = 2 AND name = 'two' AND "
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

static void migration_case(const void *one_case)
{
    const struct MigrationCase *c = one_case;
    PtError err = {0};
    assert_int_equal(pt_sql_migrate(rig.sql, good, 3, NULL), PT_OK);
    assert_int_equal(pt_sql_migrate(rig.sql, c->list, c->count, &err), c->want);
    if (strstr(err.message, c->want_message) == NULL) {
        fail_msg("%s", err.message);
    }
}

static void failing_migration_leaves_the_ones_before(const void *one_case)
{
    (void)one_case;
    static const PtSqlMigration bad[] = {
        {1, "one", "CREATE TABLE one (a BIGINT)"},
        {2, "bad", "CREATE TABLE half (a BIGINT); CREATE TABLE one (a BIGINT)"},
    };
    static const char *const want[RIG_ENGINES] = {"migration 2 \"bad\": table one already exists",
                                                  "migration 2 \"bad\": relation \"one\" already"};
    PtError err = {0};
    assert_int_equal(pt_sql_migrate(rig.sql, bad, 2, &err), PT_IO);
    assert_non_null(strstr(err.message, want[rig.engine]));
    assert_int_equal(rig_number_now(&rig, "SELECT COUNT(*) FROM schema_migration"), 1);
    assert_int_equal(rig_number_now(&rig, "SELECT COUNT(*) FROM one"), 0);
    PtSqlTx *tx = rig_begin(&rig, false);
    assert_int_equal(pt_sql_run(tx, "SELECT COUNT(*) FROM half", NULL), PT_IO);
    pt_sql_rollback(tx);
}

/* The order of bytes, also where the database sorts by a language. */
static void text_is_ordered_by_bytes(const void *one_case)
{
    (void)one_case;
    static const PtSqlMigration one[] = {{1, "one",
                                          "CREATE TABLE w (word TEXT PRIMARY KEY, note TEXT "
                                          "DEFAULT 'TEXT; BLOB', raw BLOB); -- TEXT\n"
                                          "INSERT INTO w (word, raw) VALUES ('b', NULL), ('B', "
                                          "NULL), ('a', NULL), ('\xc3\xa4', NULL),"
                                          " (CAST(12 AS TEXT), NULL)"}};
    static const char *const want[] = {"12", "B", "a", "b", "\xc3\xa4"};
    bool there = true;
    assert_int_equal(pt_sql_migrate(rig.sql, one, 1, NULL), PT_OK);
    PtSqlTx *tx = rig_begin(&rig, false);
    assert_int_equal(pt_sql_use(tx, "SELECT word, note FROM w ORDER BY word", NULL), PT_OK);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        assert_int_equal(pt_sql_step(tx, &there, NULL), PT_OK);
        assert_true(there && pt_str_eq(pt_sql_text(tx, 0), pt_str(want[i])));
        assert_true(pt_str_eq(pt_sql_text(tx, 1), PT_STR("TEXT; BLOB")));
    }
    pt_sql_rollback(tx);
}

static void expressions_have_one_type_everywhere(const void *one_case)
{
    (void)one_case;
    static const struct {
        const char *statement;
        int64_t want;
    } rows[] = {
        {"SELECT SUM(a) FROM t", INT64_C(9007199254740996)},
        {"SELECT -SUM(a) FROM t", INT64_C(-9007199254740996)},
        {"SELECT COUNT(*) FROM t WHERE a > 5", 1},
        {"SELECT EXISTS (SELECT 1 FROM t WHERE a = 3)", 1},
        {"SELECT EXISTS (SELECT 1 FROM t WHERE a = 4)", 0},
        {"SELECT COALESCE(SUM(a), 0) FROM t WHERE a = 4", 0},
        {"SELECT MAX(a) FROM t", INT64_C(9007199254740993)},
        {"SELECT CASE WHEN 1 = 1 THEN -7 ELSE 0 END", -7},
    };
    PtSqlTx *tx = rig_begin(&rig, true);
    assert_int_equal(insert(tx, 3, PT_STR("x")), PT_OK);
    assert_int_equal(insert(tx, INT64_C(9007199254740993), PT_STR("y")), PT_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(rig_number(tx, rows[i].statement), rows[i].want);
    }
    bool there = false;
    assert_int_equal(
        pt_sql_use(tx, "SELECT SUM(a), AVG(a * 1.0), b FROM t WHERE a = 3 GROUP BY b", NULL),
        PT_OK);
    assert_int_equal(pt_sql_step(tx, &there, NULL), PT_OK);
    assert_true(there && pt_sql_double(tx, 0) == 3.0 && pt_sql_double(tx, 1) == 3.0);
    rig_commit(tx);
}

/* ?1 = 0 alone says nothing of the parameter's width; NULL says nothing of its type. */
static void parameters_take_their_type_from_the_value(const void *one_case)
{
    (void)one_case;
    static const char find[] = "SELECT COUNT(*) FROM t WHERE (?1 = 0 OR a = ?1) AND '?2' <> '$1'"
                               " AND (?2 = '' OR b = ?2)";
    static const struct {
        int64_t a;
        PtStr b;
        int64_t want;
    } rows[] = {{0, PT_STR_INIT(""), 2},
                {INT64_C(1) << 40, PT_STR_INIT(""), 1},
                {0, PT_STR_INIT("x"), 1},
                {5, PT_STR_INIT("y"), 0},
                {-1, {NULL, 0}, 0}};
    PtSqlTx *tx = rig_begin(&rig, true);
    assert_int_equal(insert(tx, INT64_C(1) << 40, PT_STR("x")), PT_OK);
    assert_int_equal(insert(tx, 5, (PtStr){NULL, 0}), PT_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool there = false;
        assert_int_equal(pt_sql_use(tx, find, NULL), PT_OK);
        pt_sql_bind_i64(tx, 1, rows[i].a);
        pt_sql_bind_text(tx, 2, rows[i].b);
        if (rows[i].a < 0) {
            pt_sql_bind_null(tx, 1);
        }
        assert_int_equal(pt_sql_step(tx, &there, NULL), PT_OK);
        assert_int_equal(pt_sql_i64(tx, 0), rows[i].want);
    }
    rig_commit(tx);
}

static void returning_gives_rows_and_counts_changes(const void *one_case)
{
    (void)one_case;
    bool there = false;
    PtSqlTx *tx = rig_begin(&rig, true);
    assert_int_equal(insert(tx, 1, PT_STR("x")), PT_OK);
    assert_int_equal(pt_sql_use(tx, "UPDATE t SET b = 'y' WHERE a = ?1 RETURNING b", NULL), PT_OK);
    pt_sql_bind_i64(tx, 1, 1);
    assert_int_equal(pt_sql_step(tx, &there, NULL), PT_OK);
    assert_true(there && pt_str_eq(pt_sql_text(tx, 0), PT_STR("y")));
    assert_int_equal(pt_sql_step(tx, &there, NULL), PT_OK);
    assert_false(there);
    assert_int_equal(pt_sql_changes(tx), 1);
    rig_commit(tx);
}

static void count_call(void *ctx)
{
    ++*(int *)ctx;
}

static void commit_of_a_noted_transaction_is_told(const void *one_case)
{
    (void)one_case;
    int calls = 0;
    pt_sql_on_commit(rig.sql, count_call, &calls);
    rig_commit(rig_begin(&rig, true));
    assert_int_equal(calls, 0);
    PtSqlTx *tx = rig_begin(&rig, true);
    pt_sql_note(tx);
    pt_sql_rollback(tx);
    assert_int_equal(calls, 0);
    tx = rig_begin(&rig, true);
    pt_sql_note(tx);
    assert_int_equal(insert(tx, 1, PT_STR("x")), PT_OK);
    assert_int_equal(calls, 0);
    rig_commit(tx);
    assert_int_equal(calls, 1);
    tx = rig_begin(&rig, true);
    pt_sql_note(tx);
    assert_int_equal(insert(tx, 1, PT_STR("x")), PT_CONFLICT);
    assert_int_equal(pt_sql_commit(&tx, NULL), PT_CONFLICT);
    rig_commit(rig_begin(&rig, true)); // a note is its own transaction's
    assert_int_equal(calls, 1);
    pt_sql_on_commit(rig.sql, NULL, NULL);
    tx = rig_begin(&rig, true);
    pt_sql_note(tx);
    rig_commit(tx);
    assert_int_equal(calls, 1);
}

static void apply(PtMigrationSet set)
{
    PtError err = {0};
    if (pt_migrations_apply(rig.sql, set, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
}

static void core_set_applies(const void *one_case)
{
    (void)one_case;
    for (int round = 0; round < 2; round++) {
        apply(PT_MIGRATIONS_CORE);
    }
    assert_int_equal(rig_number_now(&rig, "SELECT COUNT(*) FROM source"), 0);
    assert_int_equal(rig_number_now(&rig, "SELECT COUNT(*) FROM api_token"), 0);
    // a database of one set is not taken for the other
    assert_int_equal(pt_migrations_apply(rig.sql, PT_MIGRATIONS_VIEWS, NULL), PT_CONFLICT);
}

static void views_set_applies(const void *one_case)
{
    (void)one_case;
    apply(PT_MIGRATIONS_VIEWS);
    assert_int_equal(rig_number_now(&rig, "SELECT COUNT(*) FROM quarantine"), 0);
}

/* ---- Every test on every engine ---- */

typedef struct Case {
    char name[96];
    RigEngine engine;
    void (*fn)(const void *row);
    const void *row;
} Case;

static int set_up(void **state)
{
    const Case *c = *state;
    if (!rig_has(c->engine)) {
        return 0;
    }
    if (!rig_init(&rig, c->engine)) {
        return -1;
    }
    rig_open_sql(&rig, NULL);
    PtSqlTx *tx = rig_begin(&rig, true);
    rig_run(tx, CREATE_T);
    rig_commit(tx);
    return 0;
}

static void run_case(void **state)
{
    const Case *c = *state;
    if (!rig_has(c->engine)) {
        skip();
    }
    c->fn(c->row);
}

static int tear_down(void **state)
{
    const Case *c = *state;
    if (rig_has(c->engine)) {
        rig_done(&rig);
    }
    return 0;
}

enum { CASES_MAX = 128 };
static Case cases[CASES_MAX];
static struct CMUnitTest tests[CASES_MAX];
static size_t case_count;

static void add(const char *name, void (*fn)(const void *row), const void *row)
{
    for (RigEngine engine = 0; engine < RIG_ENGINES; engine++) {
        Case *c = &cases[case_count];
        *c = (Case){.engine = engine, .fn = fn, .row = row};
        (void)snprintf(c->name, sizeof c->name, "%s: %s", rig_engine_name(engine), name);
        tests[case_count++] = (struct CMUnitTest){c->name, run_case, set_up, tear_down, c};
    }
}

#define ADD(fn) add(#fn, fn, NULL)

int main(void)
{
    ADD(values_come_back_as_they_went_in);
    ADD(rollback_leaves_nothing);
    ADD(reader_keeps_its_snapshot);
    ADD(failed_statement_dooms_the_transaction);
    ADD(changes_count_the_last_statement);
    ADD(returning_gives_rows_and_counts_changes);
    ADD(expressions_have_one_type_everywhere);
    ADD(parameters_take_their_type_from_the_value);
    ADD(text_is_ordered_by_bytes);
    ADD(wrong_bind_shows_at_the_step);
    ADD(many_statements_stay_prepared);
    ADD(threads_share_writer_and_readers);
    ADD(writers_are_served_in_order);
    ADD(second_write_of_a_thread_is_refused);
    ADD(readers_that_are_all_taken_time_out);
    ADD(commit_of_a_noted_transaction_is_told);
    ADD(migrations_land_once);
    ADD(failing_migration_leaves_the_ones_before);
    ADD(core_set_applies);
    ADD(views_set_applies);
    for (size_t i = 0; i < sizeof bad_cases / sizeof *bad_cases; i++) {
        add(bad_cases[i].name, bad_case, &bad_cases[i]);
    }
    for (size_t i = 0; i < sizeof migration_cases / sizeof *migration_cases; i++) {
        add(migration_cases[i].name, migration_case, &migration_cases[i]);
    }
    return _cmocka_run_group_tests("platform/sql", tests, case_count, NULL, NULL);
}
