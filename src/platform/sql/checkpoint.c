// SPDX-License-Identifier: Apache-2.0
#include "platform/sql.h"
#include "platform/sql/sql_internal.h"

#include <signal.h>
#include <string.h>

/* A commit tells here how long the write-ahead log has grown. Left to itself SQLite would move it
 * into the file inside that commit, which then takes as long as writing and syncing all its pages.
 */
static int log_grew(void *ctx, sqlite3 *db, const char *schema, int pages)
{
    PtSql *sql = ctx;
    (void)db;
    (void)schema;
    if (pages >= 0 && (unsigned)pages >= sql->checkpoint_pages) {
        (void)pthread_mutex_lock(&sql->lock);
        sql->checkpoint_due = true;
        (void)pthread_cond_signal(&sql->checkpoint_wake);
        (void)pthread_mutex_unlock(&sql->lock);
    }
    return SQLITE_OK;
}

static void *checkpoint_main(void *ctx)
{
    PtSql *sql = ctx;
    (void)pthread_mutex_lock(&sql->lock);
    while (!sql->closing) {
        if (!sql->checkpoint_due) {
            (void)pthread_cond_wait(&sql->checkpoint_wake, &sql->lock);
            continue;
        }
        sql->checkpoint_due = false;
        (void)pthread_mutex_unlock(&sql->lock);
        // what cannot be moved now, because a reader still needs it or the disk is full, is
        // asked for again by the next commit
        (void)sqlite3_wal_checkpoint_v2(sql->checkpoint_db, "main", SQLITE_CHECKPOINT_PASSIVE, NULL,
                                        NULL);
        (void)pthread_mutex_lock(&sql->lock);
    }
    (void)pthread_mutex_unlock(&sql->lock);
    return NULL;
}

PtStatus pt_sql_checkpoint_start(PtSql *sql, const PtSqlConfig *config, PtError *err)
{
    PtStatus st = pt_sql_open_db(config, &sql->checkpoint_db, err);
    if (st != PT_OK) {
        return st;
    }
    sql->checkpoint_pages =
        config->checkpoint_pages != 0 ? config->checkpoint_pages : SQL_CHECKPOINT_PAGES;

    sigset_t all, before; // signals are the main thread's
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&sql->checkpoint_thread, NULL, checkpoint_main, sql);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc != 0) {
        return pt_fail(err, PT_UNAVAILABLE, "cannot start a thread: %s", strerror(rc));
    }
    sql->checkpoint_running = true;
    (void)sqlite3_wal_hook(sql->writer_connection.db, log_grew, sql);
    return PT_OK;
}

void pt_sql_checkpoint_stop(PtSql *sql)
{
    if (sql->checkpoint_running) {
        (void)pthread_mutex_lock(&sql->lock);
        sql->closing = true;
        (void)pthread_cond_signal(&sql->checkpoint_wake);
        (void)pthread_mutex_unlock(&sql->lock);
        (void)pthread_join(sql->checkpoint_thread, NULL);
    }
    (void)sqlite3_close(sql->checkpoint_db); // accepts NULL
}
