// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/sql/sql_internal.h"

#include <sqlite3.h>

/* Inside of the SQLite engine. A connection's link is its sqlite3, a prepared statement an
 * sqlite3_stmt. */
enum {
    SQLITE_BUSY_MS = 5000, /* for a lock that another process holds */
    SQLITE_CHECKPOINT_PAGES = 65536,
    SQLITE_FRAME_BYTES = 4120, /* of a page in the write-ahead log */
    SQLITE_SCRUB_BUSY_MS = 10, /* that writers are kept waiting for a reader */
};

/* The thread that moves the write-ahead log into the file, beside the writer. */
typedef struct SqliteState {
    sqlite3 *checkpoint_db;
    unsigned checkpoint_pages;
    pthread_t checkpoint_thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool running;
    bool due, closing; /* under lock */
} SqliteState;

/* The code of SQLite's last failure on db as ours, with its text behind `what`. */
PtStatus pt_sqlite_failure(sqlite3 *db, int code, const char *what, PtError *err);

/* The file layer that databases are opened with: SQLite's, but for what pages do not use
 * (sqlite_vfs.c). */
#define PT_SQLITE_VFS "patron"
void pt_sqlite_register_vfs(void);

unsigned pt_sqlite_checkpoint_pages(const PtSqlConfig *config);
PtStatus pt_sqlite_open_db(const PtSqlConfig *config, sqlite3 **ret_db, PtError *err);
PtStatus pt_sqlite_checkpoint_start(PtSql *sql, const PtSqlConfig *config, PtError *err);
void pt_sqlite_checkpoint_stop(PtSql *sql);
PtStatus pt_sqlite_scrub(SqlConnection *c, bool *ret_done, PtError *err);
