// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The seam to SQL: entities and exact transactions, on SQLite or PostgreSQL: one portable SQL text
 * with ?1.. parameters (from .sql files, tools/embed_sql.py), types BIGINT, TEXT, DOUBLE PRECISION,
 * BLOB.
 *
 * Durable  A committed write transaction is on disk (SQLite: WAL, synchronous=FULL), unless opened
 * relaxed, for views that the log rebuilds. Threads  A PtSql may be used from any thread; one write
 * transaction at a time (others wait), reads run beside it on connections of their own. A PtSqlTx
 * belongs to the thread that began it. A thread that holds the write transaction and begins another
 * gets PT_INVALID.
 * Errors   PT_CONFLICT (constraint), PT_UNAVAILABLE (busy for 30 s, disk full), PT_TOO_LARGE (a
 * value), PT_INVALID (a wrong call), PT_CORRUPT, PT_IO. After a failed statement only rollback is
 * left: more statements and commit return that failure.
 */
typedef struct PtSql PtSql;
typedef struct PtSqlTx PtSqlTx;

typedef struct PtSqlConfig {
    const char *path;          /* SQLite file; ":memory:" is refused (readers could not see it) */
    const char *url;           /* postgresql://...: that server instead of a file; NULL: SQLite */
    const char *schema;        /* PostgreSQL: schema of the tables, made when missing */
    bool relaxed;              /* the log can rebuild it: synchronous=NORMAL */
    unsigned readers;          /* connections for reads, 1..16 */
    unsigned checkpoint_pages; /* write-ahead log that a thread moves into the file; 0: 65536 */
} PtSqlConfig;

PT_NODISCARD PtStatus pt_sql_open(const PtSqlConfig *config, PtSql **ret_sql, PtError *err);
void pt_sql_close(PtSql *sql); /* accepts NULL */

/* What was deleted or overwritten by a commit before the call is in none of the engine's files when
 * it returns PT_OK. Waits for the write transaction and for reads that began before; PT_UNAVAILABLE
 * when one of them lasts over 30 s (a backup's): call again. Not in a transaction (PT_INVALID with
 * the write transaction).
 *
 * SQLite: what is deleted is overwritten when it is deleted (secure_delete on every connection), no
 * page gets into the file with leftovers in its unused middle, and the write-ahead log, which holds
 * earlier forms of pages, is moved into the file and cut to zero bytes. (Files of builds before
 * this was so may hold leftovers of their time in pages that were not written since.)
 *
 * PostgreSQL: PT_OK, and nothing is done. Dead rows stay in its table files until VACUUM has passed
 * (autovacuum does in its own time) and other rows are written over them, and earlier forms of
 * pages in its WAL until it is recycled and, where it is archived, for as long as the archive is
 * kept: that is for the server's operator to do.
 */
PT_NODISCARD PtStatus pt_sql_scrub(PtSql *sql, PtError *err);

/* Applies migrations whose number is above the stored one, each in a transaction of its own; the
 * table schema_migration keeps number, name and SHA-256 of the text, and a landed one whose text
 * changed is PT_CONFLICT. numbers rise. */
typedef struct PtSqlMigration {
    int number;
    const char *name, *text;
} PtSqlMigration;
PT_NODISCARD PtStatus pt_sql_migrate(PtSql *sql, const PtSqlMigration *migrations, size_t count,
                                     PtError *err);

/* Transactions. End each with commit or rollback (pt_sql_rollbackp in PT_CLEANUP rolls back what
 * was not committed). A failed commit is a rollback. */
PT_NODISCARD PtStatus pt_sql_begin(PtSql *sql, bool write, PtSqlTx **ret_tx, PtError *err);
PT_NODISCARD PtStatus pt_sql_commit(PtSqlTx **tx,
                                    PtError *err); /* *tx becomes NULL whatever happens */
void pt_sql_rollback(PtSqlTx *tx);                 /* accepts NULL */

static inline void pt_sql_rollbackp(PtSqlTx **tx)
{
    pt_sql_rollback(*tx);
}

/* A short write transaction that may share its commit, and so its sync, with others of its kind:
 * when it is committed and the next in turn was begun here too, that one goes on in the same
 * transaction of the engine, in a savepoint of its own, and the caller waits; the last one commits
 * for all, and all have its outcome. A group takes 64 and ends 5 ms after it began, or before a
 * plain transaction, which never joins and whose turn does not come later for it.
 *
 * Alone    A part that is rolled back, or whose statement failed, leaves nothing, and others stand.
 *          It sees what stands in its group before it, which commits with it or not at all.
 * Together Nothing is seen by readers, told to the listener or acknowledged before all of it is
 *          durable. A commit that fails fails all of the group; where the engine undoes the whole
 *          transaction at one part's statement (a full disk, no memory, a lost connection), the
 *          others get PT_UNAVAILABLE. Ending a part by a roll back may commit for the others.
 * For      what takes about a millisecond and waits for nobody meanwhile. A lock that others take
 *          within such a transaction must not be held while it is committed: that may wait for
 *          them. (Locks that all take before they begin are safe.) */
PT_NODISCARD PtStatus pt_sql_begin_shared(PtSql *sql, PtSqlTx **ret_tx, PtError *err);

/* Tells of commits. pt_sql_note marks a write transaction; when it commits, fn runs on the
 * committing thread (once for those that share it), after the transaction is durable and has given
 * its connection back. fn must
 * not use the database nor block: it wakes a thread. One listener; fn NULL takes it away and waits
 * until a running call has returned. */
void pt_sql_on_commit(PtSql *sql, void (*fn)(void *ctx), void *ctx);
void pt_sql_note(PtSqlTx *tx);

/* One statement at a time on a transaction: begin it with a constant text (prepared once per
 * connection and kept by its address), bind, step, read columns, done. Bound text and blobs must
 * stay valid until pt_sql_done; with data NULL they bind NULL. */
PT_NODISCARD PtStatus pt_sql_use(PtSqlTx *tx, const char *statement, PtError *err);
void pt_sql_bind_i64(PtSqlTx *tx, int index,
                     int64_t value); /* index from 1; errors surface at the next step */
void pt_sql_bind_double(PtSqlTx *tx, int index, double value);
void pt_sql_bind_text(PtSqlTx *tx, int index, PtStr value);
void pt_sql_bind_blob(PtSqlTx *tx, int index, PtStr value);
void pt_sql_bind_null(PtSqlTx *tx, int index);
/* *ret_row true: a row is there; false: the statement is finished (and stays so until done). */
PT_NODISCARD PtStatus pt_sql_step(PtSqlTx *tx, bool *ret_row, PtError *err);
int64_t pt_sql_i64(PtSqlTx *tx, int column); /* from 0; NULL reads as 0 */
double pt_sql_double(PtSqlTx *tx, int column);
PtStr pt_sql_text(PtSqlTx *tx,
                  int column); /* borrowed until the next step; NULL reads as data NULL */
PtStr pt_sql_blob(PtSqlTx *tx, int column);
bool pt_sql_is_null(PtSqlTx *tx, int column);
void pt_sql_done(PtSqlTx *tx); /* ends the run and its bindings; may be bound and stepped again */
/* Rows changed by the last statement that was stepped to its end; 0 where it only reads. */
int64_t pt_sql_changes(PtSqlTx *tx);

/* Steps the bound statement to its end and is done: for what gives no rows. pt_sql_changes counts
 * it. */
PT_NODISCARD PtStatus pt_sql_finish(PtSqlTx *tx, PtError *err);
/* use + no binds + finish. */
PT_NODISCARD PtStatus pt_sql_run(PtSqlTx *tx, const char *statement, PtError *err);
