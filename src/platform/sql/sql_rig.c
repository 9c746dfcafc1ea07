// SPDX-License-Identifier: Apache-2.0
#include "platform/sql/sql_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <libpq-fe.h>

const char *rig_engine_name(RigEngine engine)
{
    return engine == RIG_SQLITE ? "sqlite" : "postgres";
}

const char *rig_postgres_url(void)
{
    return getenv("PATRON_TEST_POSTGRES");
}

bool rig_has(RigEngine engine)
{
    return engine == RIG_SQLITE || rig_postgres_url() != NULL;
}

bool rig_init(SqlRig *rig, RigEngine engine)
{
    static unsigned number;
    *rig = (SqlRig){.engine = engine, .dir = "/tmp/patron-sql-XXXXXX"};
    (void)snprintf(rig->schema, sizeof rig->schema, "t%ld_%u", (long)getpid(), number++);
    if (engine == RIG_SQLITE && mkdtemp(rig->dir) == NULL) {
        return false;
    }
    (void)snprintf(rig->path, sizeof rig->path, "%s/t.db", rig->dir);
    return true;
}

static void drop_schema(const SqlRig *rig)
{
    char text[128];
    PGconn *conn = PQconnectdb(rig_postgres_url());
    (void)snprintf(text, sizeof text,
                   "SET client_min_messages = warning; DROP SCHEMA IF EXISTS \"%s\" CASCADE",
                   rig->schema);
    PQclear(PQexec(conn, text));
    PQfinish(conn);
}

void rig_done(SqlRig *rig)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
    pt_sql_close(rig->sql);
    rig->sql = NULL;
    if (rig->engine == RIG_POSTGRES) {
        drop_schema(rig);
        return;
    }
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        char name[128];
        (void)snprintf(name, sizeof name, "%s%s", rig->path, suffixes[i]);
        (void)unlink(name);
    }
    (void)rmdir(rig->dir);
}

PtSqlConfig rig_config(const SqlRig *rig)
{
    PtSqlConfig c = {.path = rig->path, .readers = 2};
    if (rig->engine == RIG_POSTGRES) {
        c.url = rig_postgres_url();
        c.schema = rig->schema;
    }
    return c;
}

void rig_open_sql(SqlRig *rig, const PtSqlConfig *config)
{
    PtError err = {0};
    const PtSqlConfig plain = rig_config(rig);
    pt_sql_close(rig->sql);
    rig->sql = NULL;
    if (pt_sql_open(config != NULL ? config : &plain, &rig->sql, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
}

PtSqlTx *rig_begin(SqlRig *rig, bool write)
{
    PtSqlTx *tx = NULL;
    PtError err = {0};
    if (pt_sql_begin(rig->sql, write, &tx, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    return tx;
}

void rig_commit(PtSqlTx *tx)
{
    PtError err = {0};
    if (pt_sql_commit(&tx, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    assert_null(tx);
}

void rig_run(PtSqlTx *tx, const char *statement)
{
    PtError err = {0};
    if (pt_sql_run(tx, statement, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
}

int64_t rig_number(PtSqlTx *tx, const char *statement)
{
    bool row = false;
    PtError err = {0};
    if (pt_sql_use(tx, statement, &err) != PT_OK || pt_sql_step(tx, &row, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    assert_true(row);
    int64_t n = pt_sql_i64(tx, 0);
    pt_sql_done(tx);
    return n;
}

int64_t rig_number_now(SqlRig *rig, const char *statement)
{
    PtSqlTx *tx = rig_begin(rig, false);
    int64_t n = rig_number(tx, statement);
    rig_commit(tx);
    return n;
}
