// SPDX-License-Identifier: Apache-2.0
#include "platform/sql.h"

#include "base/memory.h"
#include "platform/sql/sql_internal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

PtStatus pt_sql_failure(sqlite3 *db, int code, const char *what, PtError *err)
{
    static const struct {
        int code;
        PtStatus status;
    } rows[] = {
        {SQLITE_CONSTRAINT, PT_CONFLICT}, {SQLITE_BUSY, PT_UNAVAILABLE},
        {SQLITE_LOCKED, PT_UNAVAILABLE},  {SQLITE_FULL, PT_UNAVAILABLE},
        {SQLITE_CORRUPT, PT_CORRUPT},     {SQLITE_NOTADB, PT_CORRUPT},
        {SQLITE_NOMEM, PT_NO_MEMORY},     {SQLITE_TOOBIG, PT_TOO_LARGE},
    };
    PtStatus status = PT_IO;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if ((code & 0xff) == rows[i].code) {
            status = rows[i].status;
        }
    }
    int system = db != NULL ? sqlite3_system_errno(db) : 0;
    bool from_system = (code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN;
    if (from_system && system != 0) {
        status = pt_status_of_errno(system); // a full disk also shows as a failed sync or map
    }
    return pt_fail(err, status, "%s: %s", what,
                   db != NULL ? sqlite3_errmsg(db) : sqlite3_errstr(code));
}

PtStatus pt_sql_script(SqlConnection *connection, const char *text, const char *what, PtError *err)
{
    int code = sqlite3_exec(connection->db, text, NULL, NULL, NULL);
    return code == SQLITE_OK ? PT_OK : pt_sql_failure(connection->db, code, what, err);
}

/* SQLite would create the file readable for all; it holds keys. Its companions take its mode. */
static PtStatus create_private(const char *path, PtError *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        int why = errno;
        return pt_fail(err, pt_status_of_errno(why), "cannot open \"%s\": %s", path, strerror(why));
    }
    (void)close(fd); // nothing was written
    return PT_OK;
}

static void close_dbp(sqlite3 **db)
{
    (void)sqlite3_close(*db); // accepts NULL; busy is impossible: statements are gone before
}

PtStatus pt_sql_open_db(const PtSqlConfig *config, sqlite3 **ret_db, PtError *err)
{
    PT_CLEANUP(close_dbp) sqlite3 *db = NULL;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    char settings[512], what[PT_ERROR_MESSAGE_MAX];

    (void)snprintf(what, sizeof what, "cannot open \"%s\"", config->path);
    int code = sqlite3_open_v2(config->path, &db, flags, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_busy_timeout(db, SQL_BUSY_MS);
    }
    if (code == SQLITE_OK) {
        (void)snprintf(settings, sizeof settings,
                       "PRAGMA journal_mode=WAL; PRAGMA synchronous=%s; PRAGMA foreign_keys=ON;"
                       "PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY;"
                       "PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=67108864;"
                       "PRAGMA mmap_size=268435456",
                       config->relaxed ? "NORMAL" : "FULL");
        code = sqlite3_exec(db, settings, NULL, NULL, NULL);
    }
    if (code != SQLITE_OK) {
        return pt_sql_failure(db, code, what, err);
    }
    *ret_db = PT_TAKE(db);
    return PT_OK;
}

static PtStatus open_connection(PtSql *sql, const PtSqlConfig *config, bool writes,
                                SqlConnection *connection, PtError *err)
{
    PtStatus st = pt_sql_open_db(config, &connection->db, err);
    if (st != PT_OK) {
        return st;
    }
    connection->sql = sql;
    connection->writes = writes;
    connection->tx.connection = connection;
    return writes ? PT_OK
                  : pt_sql_script(connection, "PRAGMA query_only=ON", "cannot open reader", err);
}

static void close_connection(SqlConnection *connection)
{
    assert(!connection->busy);
    pt_sql_forget_statements(connection);
    close_dbp(&connection->db);
}

static void init_cond(pthread_cond_t *cond)
{
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr); // these cannot fail with glibc
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(cond, &attr);
    (void)pthread_condattr_destroy(&attr);
}

static void close_sqlp(PtSql **sql)
{
    pt_sql_close(*sql);
}

PtStatus pt_sql_open(const PtSqlConfig *config, PtSql **ret_sql, PtError *err)
{
    if (config->path[0] == '\0' || strncmp(config->path, ":memory:", 8) == 0) {
        return pt_fail(err, PT_INVALID, "a database needs a file: \"%s\" is none", config->path);
    }
    if (config->readers < 1 || config->readers > SQL_READERS_MAX) {
        return pt_fail(err, PT_INVALID, "readers %u is not 1..%d", config->readers,
                       SQL_READERS_MAX);
    }
    PtSql *fresh = calloc(1, sizeof *fresh);
    if (fresh == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to open \"%s\"", config->path);
    }
    (void)pthread_mutex_init(&fresh->lock, NULL);
    init_cond(&fresh->checkpoint_wake);
    fresh->writer = (SqlGate){&fresh->writer_connection, 1, NULL, NULL};
    fresh->readers = (SqlGate){fresh->reader_connections, config->readers, NULL, NULL};
    PT_CLEANUP(close_sqlp) PtSql *sql = fresh;

    PtStatus st = create_private(config->path, err);
    if (st == PT_OK) {
        st = open_connection(sql, config, true, &sql->writer_connection, err);
    }
    for (unsigned i = 0; st == PT_OK && i < config->readers; i++) {
        st = open_connection(sql, config, false, &sql->reader_connections[i], err);
    }
    if (st == PT_OK) {
        st = pt_sql_checkpoint_start(sql, config, err);
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
    pt_sql_checkpoint_stop(sql);
    for (unsigned i = 0; i < sql->readers.count; i++) {
        close_connection(&sql->reader_connections[i]);
    }
    close_connection(&sql->writer_connection); // the last one out moves the log into the file
    (void)pthread_cond_destroy(&sql->checkpoint_wake);
    (void)pthread_mutex_destroy(&sql->lock);
    free(sql);
}

/* Then it would wait for itself. */
static bool holds_writer(PtSql *sql)
{
    (void)pthread_mutex_lock(&sql->lock);
    const SqlConnection *writer = &sql->writer_connection;
    bool holds = writer->busy && pthread_equal(writer->owner, pthread_self()) != 0;
    (void)pthread_mutex_unlock(&sql->lock);
    return holds;
}

static void remove_waiter(SqlGate *gate, const SqlWaiter *waiter)
{
    SqlWaiter *before = NULL;
    for (SqlWaiter *w = gate->first; w != waiter; w = w->next) {
        before = w;
    }
    *(before != NULL ? &before->next : &gate->first) = waiter->next;
    if (gate->last == waiter) {
        gate->last = before;
    }
}

/* Queues up under the lock. NULL after SQL_WAIT_MS. */
static SqlConnection *wait_turn(PtSql *sql, SqlGate *gate)
{
    SqlWaiter me = {.thread = pthread_self()};
    struct timespec until;
    init_cond(&me.turn);
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += SQL_WAIT_MS / 1000;

    *(gate->last != NULL ? &gate->last->next : &gate->first) = &me;
    gate->last = &me;
    int rc = 0;
    while (me.given == NULL && rc == 0) {
        rc = pthread_cond_timedwait(&me.turn, &sql->lock, &until);
    }
    if (me.given == NULL) {
        remove_waiter(gate, &me);
    }
    (void)pthread_cond_destroy(&me.turn);
    // NOLINTNEXTLINE(clang-analyzer-core.StackAddressEscape): give_back took it out of the queue
    return me.given;
}

static SqlConnection *take_connection(PtSql *sql, SqlGate *gate)
{
    SqlConnection *taken = NULL;
    (void)pthread_mutex_lock(&sql->lock);
    for (unsigned i = 0; i < gate->count && taken == NULL; i++) {
        if (!gate->connections[i].busy) {
            taken = &gate->connections[i];
            taken->busy = true;
            taken->owner = pthread_self();
        }
    }
    if (taken == NULL) {
        taken = wait_turn(sql, gate);
    }
    (void)pthread_mutex_unlock(&sql->lock);
    return taken;
}

static void give_back(SqlConnection *connection)
{
    PtSql *sql = connection->sql;
    SqlGate *gate = connection->writes ? &sql->writer : &sql->readers;

    (void)pthread_mutex_lock(&sql->lock);
    SqlWaiter *next = gate->first;
    if (next == NULL) {
        connection->busy = false;
    } else { // stays busy: nobody can push in between
        gate->first = next->next;
        gate->last = gate->first == NULL ? NULL : gate->last;
        next->given = connection;
        connection->owner = next->thread;
        (void)pthread_cond_signal(&next->turn);
    }
    (void)pthread_mutex_unlock(&sql->lock);
}

PtStatus pt_sql_begin(PtSql *sql, bool write, PtSqlTx **ret_tx, PtError *err)
{
    if (write && holds_writer(sql)) {
        return pt_fail(err, PT_INVALID, "this thread has a write transaction already");
    }
    SqlConnection *connection = take_connection(sql, write ? &sql->writer : &sql->readers);
    if (connection == NULL) {
        return pt_fail(err, PT_UNAVAILABLE, "the database was busy for %d s", SQL_WAIT_MS / 1000);
    }
    connection->tx = (PtSqlTx){.connection = connection, .failed = PT_OK};
    PtStatus st = pt_sql_script(connection, write ? "BEGIN IMMEDIATE" : "BEGIN",
                                "cannot begin a transaction", err);
    if (st != PT_OK) {
        give_back(connection);
        return st;
    }
    *ret_tx = &connection->tx;
    return PT_OK;
}

PtStatus pt_sql_commit(PtSqlTx **tx, PtError *err)
{
    PtSqlTx *ending = PT_TAKE(*tx);
    PtStatus st = ending->failed;
    if (st == PT_OK) {
        pt_sql_done(ending);
        st = pt_sql_script(ending->connection, "COMMIT", "cannot commit", err);
    } else {
        (void)pt_fail(err, st, "cannot commit: a statement of the transaction failed");
    }
    if (st != PT_OK) {
        pt_sql_rollback(ending);
        return st;
    }
    give_back(ending->connection);
    return PT_OK;
}

void pt_sql_rollback(PtSqlTx *tx)
{
    if (tx == NULL) {
        return;
    }
    SqlConnection *connection = tx->connection;
    pt_sql_done(tx);
    if (sqlite3_get_autocommit(connection->db) == 0) { // else SQLite has rolled back by itself
        (void)sqlite3_exec(connection->db, "ROLLBACK", NULL, NULL, NULL); // what failed is undone
    }
    give_back(connection);
}
