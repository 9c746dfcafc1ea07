// SPDX-License-Identifier: Apache-2.0
/* What is PostgreSQL's own: translated texts, numbers of its types, lost connections, the end of a
 * commit that nobody heard of, the lock on a schema. */
#include "base/memory.h"
#include "platform/sql/postgres_internal.h"
#include "platform/sql/sql_rig.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

static SqlRig rig;

/* ---- Texts ---- */

static struct TextCase {
    const char *name, *text, *want; /* NULL: refused */
    int params;
} text_cases[] = {
    {"parameters", "SELECT ?1, ?12 + ?3", "SELECT $1, $12 + $3", 12},
    {"not in a literal", "SELECT '?1', \"?2\", 'it''s ?3', ?1",
     "SELECT '?1', \"?2\", 'it''s ?3', $1", 1},
    {"not in a comment", "SELECT 1 -- ?1\n /* ?2 */ + ?3", "SELECT 1 -- ?1\n /* ?2 */ + $3", 3},
    {"the highest there is", "SELECT ?64", "SELECT $64", 64},
    {"one over it", "SELECT ?65", NULL, 0},
    {"number zero", "SELECT ?0", NULL, 0},
    {"without a number", "SELECT ?", NULL, 0},
    {"ends with a semicolon", "SELECT 1; -- end\n", "SELECT 1", 0},
    {"two", "SELECT 1; SELECT 2", NULL, 0},
    {"two ends", "SELECT 1;;", NULL, 0},
    {"semicolon in a literal", "SELECT ';'", "SELECT ';'", 0},
    {"none", "", NULL, 0},
    {"only an end", " ; ", NULL, 0},
    {"literal without end", "SELECT 'a", "SELECT 'a", 0},
    {"comment without end", "SELECT 1 /* a", "SELECT 1 /* a", 0},
    {"type of bytes", "SELECT CAST(?1 AS blob), blob_1", "SELECT CAST($1 AS BYTEA), blob_1", 1},
};

static void text_case(void **state)
{
    const struct TextCase *c = *state;
    PT_CLEANUP(pt_free_charp) char *got = NULL;
    int params = 0;
    PtStatus st = pt_pg_statement_text(c->text, &got, &params, NULL);
    if (c->want == NULL) {
        assert_int_equal(st, PT_INVALID);
        assert_null(got);
        return;
    }
    assert_int_equal(st, PT_OK);
    assert_string_equal(got, c->want);
    assert_int_equal(params, c->params);
}

static void migration_text_has_the_servers_types(void **state)
{
    (void)state;
    PT_CLEANUP(pt_free_charp) char *got = NULL;
    assert_int_equal(pt_pg_script_text("CREATE TABLE t (a TEXT NOT NULL, -- TEXT\n b BLOB, text_c "
                                       "BIGINT);\nINSERT INTO t VALUES ('TEXT', CAST(1 AS TEXT));",
                                       &got, NULL),
                     PT_OK);
    assert_string_equal(got, "CREATE TABLE t (a TEXT COLLATE \"C\" NOT NULL, -- TEXT\n b BYTEA, "
                             "text_c BIGINT);\nINSERT INTO t VALUES ('TEXT', CAST(1 AS TEXT));");
    static char big[PG_TEXT_MAX + 1];
    memset(big, ' ', sizeof big - 1);
    char *none = NULL;
    assert_int_equal(pt_pg_script_text(big, &none, NULL), PT_TOO_LARGE); // with the NUL
    assert_null(none);
}

/* ---- Numbers ---- */

typedef struct Bytes {
    const char *bytes;
    int len;
} Bytes;

#define BYTES(text) {text, sizeof(text) - 1}

static struct NumberCase {
    const char *name;
    Oid type;
    Bytes in;
    int64_t whole;
    double real;
} number_cases[] = {
    {"true", PG_BOOL, BYTES("\1"), 1, 1},
    {"small", PG_INT2, BYTES("\xff\xfe"), -2, -2},
    {"int", PG_INT4, BYTES("\x80\0\0\0"), INT32_MIN, INT32_MIN},
    {"big", PG_INT8, BYTES("\x80\0\0\0\0\0\0\0"), INT64_MIN, -0x1p63},
    {"float", PG_FLOAT4, BYTES("\x3f\xc0\0\0"), 1, 1.5},
    {"double", PG_FLOAT8, BYTES("\xc0\x04\0\0\0\0\0\0"), -2, -2.5},
    {"infinite", PG_FLOAT8, BYTES("\x7f\xf0\0\0\0\0\0\0"), INT64_MAX, INFINITY},
    {"numeric 0", PG_NUMERIC, BYTES("\0\0\0\0\0\0\0\0"), 0, 0},
    {"numeric 12345", PG_NUMERIC, BYTES("\0\2\0\1\0\0\0\0\0\1\x09\x29"), 12345, 12345},
    {"numeric 20000, cut behind", PG_NUMERIC, BYTES("\0\1\0\1\0\0\0\0\0\2"), 20000, 20000},
    {"numeric -1.5", PG_NUMERIC, BYTES("\0\2\0\0\x40\0\0\1\0\1\x13\x88"), -1, -1.5},
    {"numeric 0.5", PG_NUMERIC, BYTES("\0\1\xff\xff\0\0\0\1\x13\x88"), 0, 0.5},
    {"numeric 10^20", PG_NUMERIC, BYTES("\0\1\0\5\0\0\0\0\0\1"), INT64_MAX, 1e20},
    {"numeric -10^20", PG_NUMERIC, BYTES("\0\1\0\5\x40\0\0\0\0\1"), INT64_MIN, -1e20},
    {"numeric 2^63 - 1", PG_NUMERIC,
     BYTES("\0\5\0\4\0\0\0\0\x03\x9a\x0d\x2c\x01\x70\x15\x65\x16\xaf"), INT64_MAX,
     9223372036854775807.0},
    {"numeric -2^63", PG_NUMERIC,
     BYTES("\0\5\0\4\x40\0\0\0\x03\x9a\x0d\x2c\x01\x70\x15\x65\x16\xb0"), INT64_MIN,
     -9223372036854775808.0},
    {"numeric 2^63", PG_NUMERIC, BYTES("\0\5\0\4\0\0\0\0\x03\x9a\x0d\x2c\x01\x70\x15\x65\x16\xb0"),
     INT64_MAX, 9223372036854775808.0},
    {"text is no number", PG_TEXT, BYTES("12"), 0, 0},
};

static void number_case(void **state)
{
    const struct NumberCase *c = *state;
    assert_int_equal(pt_pg_to_i64(c->type, c->in.bytes, c->in.len), c->whole);
    assert_true(pt_pg_to_double(c->type, c->in.bytes, c->in.len) == c->real);
}

static void numeric_that_is_none_reads_as_none(void **state)
{
    (void)state;
    const Bytes nan = BYTES("\0\0\0\0\xc0\0\0\0"), cut = BYTES("\0\2\0\1\0\0\0\0\0\1"),
                head = BYTES("\0\1\0");
    assert_true(isnan(pt_pg_to_double(PG_NUMERIC, nan.bytes, nan.len)));
    assert_int_equal(pt_pg_to_i64(PG_NUMERIC, nan.bytes, nan.len), 0);
    assert_int_equal(pt_pg_to_i64(PG_NUMERIC, cut.bytes, cut.len), 0);
    assert_int_equal(pt_pg_to_i64(PG_NUMERIC, head.bytes, head.len), 0);
}

/* ---- Connections that go away ---- */

static const char CREATE_T[] = "CREATE TABLE t (a BIGINT PRIMARY KEY)";
static const char INSERT_T[] = "INSERT INTO t (a) VALUES (?1)";
static const char COUNT_T[] = "SELECT COUNT(*) FROM t";

static enum Break { NOT_BROKEN, BEFORE_COMMIT, AFTER_COMMIT } break_at;

PGresult *__real_PQexec(PGconn *conn, const char *query);
PGresult *__wrap_PQexec(PGconn *conn, const char *query);

/* A commit on its way when the connection breaks: the server has it, or has it not. */
PGresult *__wrap_PQexec(PGconn *conn, const char *query)
{
    if (break_at == NOT_BROKEN || strcmp(query, "COMMIT") != 0) {
        return __real_PQexec(conn, query);
    }
    if (break_at == AFTER_COMMIT) {
        PQclear(__real_PQexec(conn, query));
    }
    break_at = NOT_BROKEN;
    (void)shutdown(PQsocket(conn), SHUT_RDWR);
    return __real_PQexec(conn, "SELECT 1");
}

static int set_up(void **state)
{
    (void)state;
    if (rig_postgres_url() == NULL) {
        return 0;
    }
    if (!rig_init(&rig, RIG_POSTGRES)) {
        return -1;
    }
    rig_open_sql(&rig, NULL);
    PtSqlTx *tx = rig_begin(&rig, true);
    rig_run(tx, CREATE_T);
    rig_commit(tx);
    break_at = NOT_BROKEN;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    if (rig_postgres_url() != NULL) {
        rig_done(&rig);
    }
    return 0;
}

static void need_server(void)
{
    if (rig_postgres_url() == NULL) {
        skip();
    }
}

static PtStatus insert(PtSqlTx *tx, int64_t a, PtError *err)
{
    bool row;
    PtStatus st = pt_sql_use(tx, INSERT_T, err);
    if (st == PT_OK) {
        pt_sql_bind_i64(tx, 1, a);
        st = pt_sql_step(tx, &row, err);
    }
    pt_sql_done(tx);
    return st;
}

/* As a restart of the server does. */
static void end_all_sessions(void)
{
    PGconn *conn = PQconnectdb(rig_postgres_url());
    PGresult *r =
        __real_PQexec(conn, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                            "WHERE application_name = 'patron'");
    assert_int_equal(PQresultStatus(r), PGRES_TUPLES_OK);
    assert_true(PQntuples(r) > 0);
    PQclear(r);
    PQfinish(conn);
}

static void lost_connections_are_made_anew(void **state)
{
    (void)state;
    need_server();
    for (int64_t round = 1; round <= 3; round++) {
        PtSqlTx *tx = rig_begin(&rig, true);
        assert_int_equal(insert(tx, round, NULL), PT_OK);
        rig_commit(tx);
        assert_int_equal(rig_number_now(&rig, COUNT_T), round); // prepared before and after
        end_all_sessions();
    }
}

static void connection_lost_within_a_transaction_ends_it(void **state)
{
    (void)state;
    need_server();
    PtError err = {0};
    PtSqlTx *writer = rig_begin(&rig, true), *reader = rig_begin(&rig, false);
    assert_int_equal(insert(writer, 1, NULL), PT_OK);
    assert_int_equal(rig_number(reader, COUNT_T), 0);
    end_all_sessions();
    assert_int_equal(insert(writer, 2, &err), PT_UNAVAILABLE);
    assert_int_equal(pt_sql_commit(&writer, NULL), PT_UNAVAILABLE);
    assert_int_equal(pt_sql_run(reader, COUNT_T, &err), PT_UNAVAILABLE);
    pt_sql_rollback(reader);
    assert_int_equal(rig_number_now(&rig, COUNT_T), 0);
}

static void commit_that_nobody_heard_of_is_asked_for(void **state)
{
    (void)state;
    need_server();
    PtError err = {0};
    PtSqlTx *tx = rig_begin(&rig, true);
    assert_int_equal(insert(tx, 1, NULL), PT_OK);
    break_at = AFTER_COMMIT;
    rig_commit(tx);
    assert_int_equal(rig_number_now(&rig, COUNT_T), 1);

    tx = rig_begin(&rig, true);
    assert_int_equal(insert(tx, 2, NULL), PT_OK);
    break_at = BEFORE_COMMIT;
    assert_int_equal(pt_sql_commit(&tx, &err), PT_UNAVAILABLE);
    assert_string_equal(err.message, "the database went away while committing: nothing was stored");
    assert_int_equal(rig_number_now(&rig, COUNT_T), 1);

    tx = rig_begin(&rig, false); // what was read was read
    assert_int_equal(rig_number(tx, COUNT_T), 1);
    break_at = BEFORE_COMMIT;
    rig_commit(tx);
}

static void schema_has_one_server(void **state)
{
    (void)state;
    need_server();
    PtSql *second = NULL;
    PtError err = {0};
    const PtSqlConfig c = rig_config(&rig);
    assert_int_equal(pt_sql_open(&c, &second, &err), PT_CONFLICT);
    assert_null(second);
    assert_non_null(strstr(err.message, "another server has the schema"));
    pt_sql_close(rig.sql);
    rig.sql = NULL;
    rig_open_sql(&rig, NULL);
}

/* Who lost the connection lost the schema, when another took it meanwhile. */
static void schema_taken_by_another_is_not_written(void **state)
{
    (void)state;
    need_server();
    SqlRig other = rig;
    other.sql = NULL;
    end_all_sessions();
    rig_open_sql(&other, NULL);
    PtSqlTx *tx = NULL;
    PtError err = {0};
    assert_int_equal(pt_sql_begin(rig.sql, true, &tx, &err), PT_UNAVAILABLE);
    assert_null(tx);
    assert_int_equal(rig_number_now(&rig, COUNT_T), 0); // reading does no harm
    pt_sql_close(other.sql);
    rig_commit(rig_begin(&rig, true));
}

static struct OpenCase {
    const char *name, *url, *schema; /* NULL: the server's */
    PtStatus want;
    const char *want_message;
} open_cases[] = {
    {"no URL", "host=/tmp", "s", PT_INVALID,
     "the database's URL does not begin with postgresql://"},
    {"no schema", NULL, "", PT_INVALID, "schema \"\" is not 1..40 of a-z, 0-9 and _"},
    {"schema with a quote", NULL, "a\"b", PT_INVALID, "is not 1..40 of a-z"},
    {"schema of 41 bytes", NULL, "a123456789012345678901234567890123456789x", PT_INVALID,
     "is not 1..40 of a-z"},
    {"no server there", "postgresql:///x?host=/nonexistent", "s", PT_UNAVAILABLE,
     "cannot connect to PostgreSQL: connection to server on socket \"/nonexistent/"},
    {"no such option", "postgresql:///x?nonsense=1", "s", PT_UNAVAILABLE,
     "cannot connect to PostgreSQL: invalid URI query parameter"},
};

static void open_case(void **state)
{
    const struct OpenCase *c = *state;
    PtSql *sql = NULL;
    PtError err = {0};
    const PtSqlConfig config = {
        .url = c->url != NULL ? c->url : "postgresql:///x", .schema = c->schema, .readers = 1};
    assert_int_equal(pt_sql_open(&config, &sql, &err), c->want);
    assert_null(sql);
    if (strstr(err.message, c->want_message) == NULL) {
        fail_msg("%s", err.message);
    }
}

static const char IS_ON[] = "SELECT current_setting('synchronous_commit') = 'on'";
static const char IS_OFF[] = "SELECT current_setting('synchronous_commit') = 'off'";

static void commits_are_durable_unless_relaxed(void **state)
{
    (void)state;
    need_server();
    PtSqlTx *tx = rig_begin(&rig, true);
    assert_int_equal(rig_number(tx, IS_ON), 1);
    rig_commit(tx);
    PtSqlConfig c = rig_config(&rig);
    c.relaxed = true;
    rig_open_sql(&rig, &c);
    tx = rig_begin(&rig, true);
    assert_int_equal(rig_number(tx, IS_OFF), 1);
    rig_commit(tx);
}

#define SERVER(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
#define ROWS(cases, fn)                                                                            \
    for (size_t i = 0; i < sizeof(cases) / sizeof *(cases); i++) {                                 \
        tests[n++] = (struct CMUnitTest){(cases)[i].name, (fn), NULL, NULL, &(cases)[i]};          \
    }

int main(void)
{
    struct CMUnitTest tests[64] = {
        cmocka_unit_test(migration_text_has_the_servers_types),
        cmocka_unit_test(numeric_that_is_none_reads_as_none),
        SERVER(lost_connections_are_made_anew),
        SERVER(connection_lost_within_a_transaction_ends_it),
        SERVER(commit_that_nobody_heard_of_is_asked_for),
        SERVER(schema_has_one_server),
        SERVER(schema_taken_by_another_is_not_written),
        SERVER(commits_are_durable_unless_relaxed),
    };
    size_t n = 8;
    ROWS(text_cases, text_case)
    ROWS(number_cases, number_case)
    ROWS(open_cases, open_case)
    return _cmocka_run_group_tests("platform/postgres", tests, n, NULL, NULL);
}
