// SPDX-License-Identifier: Apache-2.0
#include "platform/sql/sqlite_internal.h"

#include <signal.h>
#include <string.h>

/* A commit tells here how long the write-ahead log has grown. Left to itself SQLite would move it
 * into the file inside that commit, which then takes as long as writing and syncing all its pages.
 */
static int log_grew(void *ctx, sqlite3 *db, const char *schema, int pages)
{
    SqliteState *s = ctx;
    (void)db;
    (void)schema;
    if (pages >= 0 && (unsigned)pages >= s->checkpoint_pages) {
        (void)pthread_mutex_lock(&s->lock);
        s->due = true;
        (void)pthread_cond_signal(&s->wake);
        (void)pthread_mutex_unlock(&s->lock);
    }
    return SQLITE_OK;
}

static void *checkpoint_main(void *ctx)
{
    SqliteState *s = ctx;
    (void)pthread_mutex_lock(&s->lock);
    while (!s->closing) {
        if (!s->due) {
            (void)pthread_cond_wait(&s->wake, &s->lock);
            continue;
        }
        s->due = false;
        (void)pthread_mutex_unlock(&s->lock);
        // what cannot be moved now, because a reader still needs it or the disk is full, is
        // asked for again by the next commit
        (void)sqlite3_wal_checkpoint_v2(s->checkpoint_db, "main", SQLITE_CHECKPOINT_PASSIVE, NULL,
                                        NULL);
        (void)pthread_mutex_lock(&s->lock);
    }
    (void)pthread_mutex_unlock(&s->lock);
    return NULL;
}

unsigned pt_sqlite_checkpoint_pages(const PtSqlConfig *config)
{
    return config->checkpoint_pages != 0 ? config->checkpoint_pages : SQLITE_CHECKPOINT_PAGES;
}

PtStatus pt_sqlite_checkpoint_start(PtSql *sql, const PtSqlConfig *config, PtError *err)
{
    SqliteState *s = sql->state;
    PtStatus st = pt_sqlite_open_db(config, &s->checkpoint_db, err);
    if (st != PT_OK) {
        return st;
    }
    s->checkpoint_pages = pt_sqlite_checkpoint_pages(config);

    sigset_t all, before; // signals are the main thread's
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&s->checkpoint_thread, NULL, checkpoint_main, s);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc != 0) {
        return pt_fail(err, PT_UNAVAILABLE, "cannot start a thread: %s", strerror(rc));
    }
    s->running = true;
    (void)sqlite3_wal_hook(sql->writer_connection.link, log_grew, s);
    return PT_OK;
}

void pt_sqlite_checkpoint_stop(PtSql *sql)
{
    SqliteState *s = sql->state;
    if (s == NULL) {
        return;
    }
    if (s->running) {
        (void)pthread_mutex_lock(&s->lock);
        s->closing = true;
        (void)pthread_cond_signal(&s->wake);
        (void)pthread_mutex_unlock(&s->lock);
        (void)pthread_join(s->checkpoint_thread, NULL);
        s->running = false;
    }
    (void)sqlite3_close(s->checkpoint_db); // accepts NULL
    s->checkpoint_db = NULL;
}

/* Beside the thread above, which may be at it (SQLITE_BUSY at once), and readers, which may still
 * need an earlier state. */
PtStatus pt_sqlite_scrub(SqlConnection *c, bool *ret_done, PtError *err)
{
    sqlite3 *db = c->link;
    (void)sqlite3_busy_timeout(db, SQLITE_SCRUB_BUSY_MS);
    int code = sqlite3_wal_checkpoint_v2(db, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    (void)sqlite3_busy_timeout(db, SQLITE_BUSY_MS);
    *ret_done = code == SQLITE_OK;
    if (code == SQLITE_OK) {
        (void)sqlite3_db_release_memory(db); // pages in memory still have the leftovers
    }
    return code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY
               ? PT_OK
               : pt_sqlite_failure(db, code, "cannot move the write-ahead log into the file", err);
}
