// SPDX-License-Identifier: Apache-2.0
#include "platform/sql.h"

#include "base/memory.h"
#include "platform/clock.h"
#include "platform/sql/sql_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <time.h>

static PtStatus open_connection(PtSql *sql, const PtSqlConfig *config, bool writes,
                                SqlConnection *connection, PtError *err)
{
    connection->sql = sql;
    connection->writes = writes;
    connection->tx.connection = connection;
    return sql->engine->connect(connection, config, err);
}

static void close_connection(SqlConnection *connection)
{
    assert(!connection->busy);
    pt_sql_forget_statements(connection);
    connection->sql->engine->disconnect(connection);
}

static void close_sqlp(PtSql **sql)
{
    pt_sql_close(*sql);
}

static PtSql *new_sql(const PtSqlConfig *config)
{
    PtSql *sql = calloc(1, sizeof *sql);
    if (sql == NULL) {
        return NULL;
    }
    sql->engine = config->url != NULL ? &pt_sql_postgres : &pt_sql_sqlite;
    (void)pthread_mutex_init(&sql->lock, NULL);
    (void)pthread_mutex_init(&sql->listener_lock, NULL);
    sql->group.most_ns = SQL_GROUP_NS;
    sql->writer = (SqlGate){&sql->writer_connection, 1, NULL, NULL};
    sql->readers = (SqlGate){sql->reader_connections, config->readers, NULL, NULL};
    return sql;
}

PtStatus pt_sql_open(const PtSqlConfig *config, PtSql **ret_sql, PtError *err)
{
    if (config->readers < 1 || config->readers > SQL_READERS_MAX) {
        return pt_fail(err, PT_INVALID, "readers %u is not 1..%d", config->readers,
                       SQL_READERS_MAX);
    }
    PT_CLEANUP(close_sqlp) PtSql *sql = new_sql(config);
    if (sql == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to open a database");
    }
    PtStatus st = sql->engine->open(sql, config, err);
    if (st == PT_OK) {
        st = open_connection(sql, config, true, &sql->writer_connection, err);
    }
    for (unsigned i = 0; st == PT_OK && i < config->readers; i++) {
        st = open_connection(sql, config, false, &sql->reader_connections[i], err);
    }
    if (st == PT_OK) {
        st = sql->engine->started(sql, config, err);
    }
    if (st != PT_OK) {
        return st;
    }
    *ret_sql = PT_TAKE(sql);
    return PT_OK;
}

void pt_sql_close(PtSql *sql)
{
    if (sql == NULL) {
        return;
    }
    sql->engine->stopping(sql);
    for (unsigned i = 0; i < sql->readers.count; i++) {
        if (sql->reader_connections[i].sql != NULL) {
            close_connection(&sql->reader_connections[i]);
        }
    }
    if (sql->writer_connection.sql != NULL) {
        close_connection(&sql->writer_connection); // the last one out
    }
    sql->engine->close(sql);
    (void)pthread_mutex_destroy(&sql->listener_lock);
    (void)pthread_mutex_destroy(&sql->lock);
    free(sql);
}

PtStatus pt_sql_begin(PtSql *sql, bool write, PtSqlTx **ret_tx, PtError *err)
{
    if (write && pt_sql_holds_writer(sql)) {
        return pt_fail(err, PT_INVALID, "this thread has a write transaction already");
    }
    SqlConnection *connection =
        pt_sql_take_connection(sql, write ? &sql->writer : &sql->readers, false);
    if (connection == NULL) {
        return pt_fail(err, PT_UNAVAILABLE, "the database was busy for %d s", SQL_WAIT_MS / 1000);
    }
    connection->tx = (PtSqlTx){.connection = connection, .failed = PT_OK};
    PtStatus st = sql->engine->begin(connection, err);
    if (st != PT_OK) {
        pt_sql_give_back(connection);
        return st;
    }
    *ret_tx = &connection->tx;
    return PT_OK;
}

/* One attempt; writers get in between. */
static PtStatus try_scrub(PtSql *sql, bool *ret_done, PtError *err)
{
    SqlConnection *connection = pt_sql_take_connection(sql, &sql->writer, false);
    if (connection == NULL) {
        return pt_fail(err, PT_UNAVAILABLE, "the database was busy for %d s", SQL_WAIT_MS / 1000);
    }
    PtStatus st = sql->engine->scrub(connection, ret_done, err);
    pt_sql_give_back(connection);
    return st;
}

PtStatus pt_sql_scrub(PtSql *sql, PtError *err)
{
    if (pt_sql_holds_writer(sql)) {
        return pt_fail(err, PT_INVALID, "this thread has a write transaction");
    }
    const int64_t until = pt_mono_ms() + SQL_WAIT_MS;
    for (;;) {
        bool done = false;
        PtStatus st = try_scrub(sql, &done, err);
        if (st != PT_OK || done) {
            return st;
        }
        if (pt_mono_ms() >= until) {
            return pt_fail(err, PT_UNAVAILABLE, "a read transaction kept the database for %d s",
                           SQL_WAIT_MS / 1000);
        }
        (void)nanosleep(&(struct timespec){0, (long)SQL_SCRUB_NAP_MS * 1000000}, NULL);
    }
}

void pt_sql_on_commit(PtSql *sql, void (*fn)(void *ctx), void *ctx)
{
    (void)pthread_mutex_lock(&sql->listener_lock);
    sql->on_commit = fn;
    sql->on_commit_ctx = ctx;
    (void)pthread_mutex_unlock(&sql->listener_lock);
}

void pt_sql_note(PtSqlTx *tx)
{
    tx->noted = true;
}

void pt_sql_tell_commit(PtSql *sql)
{
    (void)pthread_mutex_lock(&sql->listener_lock);
    if (sql->on_commit != NULL) {
        sql->on_commit(sql->on_commit_ctx);
    }
    (void)pthread_mutex_unlock(&sql->listener_lock);
}

PtStatus pt_sql_commit(PtSqlTx **tx, PtError *err)
{
    PtSqlTx *ending = PT_TAKE(*tx);
    if (ending->shared) {
        return pt_sql_commit_part(ending, err);
    }
    SqlConnection *connection = ending->connection;
    PtSql *sql = connection->sql;
    PtStatus st = ending->failed;
    pt_sql_done(ending);
    if (st == PT_OK) {
        st = sql->engine->commit(connection, err);
    } else {
        (void)pt_fail(err, st, "cannot commit: a statement of the transaction failed");
    }
    if (st != PT_OK) {
        sql->engine->rollback(connection);
    }
    const bool tell = st == PT_OK && ending->noted;
    pt_sql_give_back(connection);
    if (tell) {
        pt_sql_tell_commit(sql);
    }
    return st;
}

void pt_sql_rollback(PtSqlTx *tx)
{
    if (tx == NULL) {
        return;
    }
    if (tx->shared) {
        pt_sql_rollback_part(tx);
        return;
    }
    SqlConnection *connection = tx->connection;
    pt_sql_done(tx);
    connection->sql->engine->rollback(connection);
    pt_sql_give_back(connection);
}
