// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/sql.h"

#include <pthread.h>
#include <sqlite3.h>

/* Inside of the SQLite engine.
 *
 * A connection is used by one transaction, so by one thread, at a time; which one is settled by a
 * gate. The transaction's object is part of its connection: beginning one allocates nothing.
 */
enum {
    SQL_READERS_MAX = 16,
    SQL_WAIT_MS = 30000, /* for a connection of this process */
    SQL_BUSY_MS = 5000,  /* for a lock that another process holds */
    SQL_CHECKPOINT_PAGES = 65536,
};

typedef struct SqlStatement {
    const char *text; /* the key: the address of a constant; NULL: a free slot */
    sqlite3_stmt *prepared;
} SqlStatement;

typedef struct SqlConnection SqlConnection;

struct PtSqlTx {
    SqlConnection *connection;
    sqlite3_stmt *statement; /* in use; NULL before the first pt_sql_use */
    bool finished;           /* that statement, by step */
    int bind_error;          /* the first one, as an SQLite code */
    int64_t changes;
    PtStatus failed; /* the first failure of a statement: only rollback is left */
};

struct SqlConnection {
    PtSql *sql;
    sqlite3 *db;
    bool writes;
    bool busy;                /* under sql->lock */
    pthread_t owner;          /* while busy */
    SqlStatement *statements; /* open addressing by address; a power of two */
    size_t statement_cap, statement_count;
    PtSqlTx tx;
};

/* Threads that wait for a connection, first come first served. */
typedef struct SqlWaiter {
    struct SqlWaiter *next;
    pthread_t thread;
    pthread_cond_t turn;
    SqlConnection *given;
} SqlWaiter;

typedef struct SqlGate {
    SqlConnection *connections;
    unsigned count;
    SqlWaiter *first, *last;
} SqlGate;

struct PtSql {
    pthread_mutex_t lock;
    SqlGate writer, readers;
    SqlConnection writer_connection;
    SqlConnection reader_connections[SQL_READERS_MAX];

    /* The checkpoint thread: moves the write-ahead log into the file, beside the writer. */
    sqlite3 *checkpoint_db;
    unsigned checkpoint_pages;
    pthread_t checkpoint_thread;
    pthread_cond_t checkpoint_wake;
    bool checkpoint_running, checkpoint_due, closing; /* due, closing: under lock */
};

/* The code of SQLite's last failure on db as ours, with its text behind `what`. */
PtStatus pt_sql_failure(sqlite3 *db, int code, const char *what, PtError *err);

/* Runs a text of any number of statements that return nothing. */
PtStatus pt_sql_script(SqlConnection *connection, const char *text, const char *what, PtError *err);

/* Frees the prepared statements. */
void pt_sql_forget_statements(SqlConnection *connection);

PtStatus pt_sql_open_db(const PtSqlConfig *config, sqlite3 **ret_db, PtError *err);
PtStatus pt_sql_checkpoint_start(PtSql *sql, const PtSqlConfig *config, PtError *err);
void pt_sql_checkpoint_stop(PtSql *sql);
