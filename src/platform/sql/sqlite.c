// SPDX-License-Identifier: Apache-2.0
#include "base/memory.h"
#include "platform/sql/sqlite_internal.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

PtStatus pt_sqlite_failure(sqlite3 *db, int code, const char *what, PtError *err)
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

/* ---- Opening ---- */

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

static PtStatus open_engine(PtSql *sql, const PtSqlConfig *config, PtError *err)
{
    if (config->path[0] == '\0' || strncmp(config->path, ":memory:", 8) == 0) {
        return pt_fail(err, PT_INVALID, "a database needs a file: \"%s\" is none", config->path);
    }
    SqliteState *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to open \"%s\"", config->path);
    }
    (void)pthread_mutex_init(&s->lock, NULL);
    pt_sql_init_cond(&s->wake);
    sql->state = s;
    return create_private(config->path, err);
}

static void close_engine(PtSql *sql)
{
    SqliteState *s = sql->state;
    if (s != NULL) {
        (void)pthread_cond_destroy(&s->wake);
        (void)pthread_mutex_destroy(&s->lock);
        free(s);
    }
}

static void close_dbp(sqlite3 **db)
{
    (void)sqlite3_close(*db); // accepts NULL; busy is impossible: statements are gone before
}

/* A write-ahead log that was cut shorter would grow again within commits, which then wait for the
 * file system's journal, too. */
static long long log_limit(const PtSqlConfig *config)
{
    const long long pages = pt_sqlite_checkpoint_pages(config);
    return (pages + pages / 4) * SQLITE_FRAME_BYTES;
}

PtStatus pt_sqlite_open_db(const PtSqlConfig *config, sqlite3 **ret_db, PtError *err)
{
    PT_CLEANUP(close_dbp) sqlite3 *db = NULL;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    char settings[512], what[PT_ERROR_MESSAGE_MAX];

    (void)snprintf(what, sizeof what, "cannot open \"%s\"", config->path);
    pt_sqlite_register_vfs();
    int code = sqlite3_open_v2(config->path, &db, flags, PT_SQLITE_VFS);
    if (code == SQLITE_OK) {
        code = sqlite3_busy_timeout(db, SQLITE_BUSY_MS);
    }
    if (code == SQLITE_OK) {
        (void)snprintf(settings, sizeof settings,
                       "PRAGMA journal_mode=WAL; PRAGMA synchronous=%s; PRAGMA foreign_keys=ON;"
                       "PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY;"
                       "PRAGMA secure_delete=ON; PRAGMA wal_autocheckpoint=0;"
                       "PRAGMA journal_size_limit=%lld; PRAGMA mmap_size=268435456;"
                       "PRAGMA cache_size=-16384",
                       config->relaxed ? "NORMAL" : "FULL", log_limit(config));
        code = sqlite3_exec(db, settings, NULL, NULL, NULL);
    }
    if (code != SQLITE_OK) {
        return pt_sqlite_failure(db, code, what, err);
    }
    *ret_db = PT_TAKE(db);
    return PT_OK;
}

static PtStatus script(SqlConnection *c, const char *text, const char *what, PtError *err)
{
    int code = sqlite3_exec(c->link, text, NULL, NULL, NULL);
    return code == SQLITE_OK ? PT_OK : pt_sqlite_failure(c->link, code, what, err);
}

static PtStatus open_link(SqlConnection *c, const PtSqlConfig *config, PtError *err)
{
    sqlite3 *db = NULL;
    PtStatus st = pt_sqlite_open_db(config, &db, err);
    if (st != PT_OK) {
        return st;
    }
    c->link = db;
    return c->writes ? PT_OK : script(c, "PRAGMA query_only=ON", "cannot open reader", err);
}

static void close_link(SqlConnection *c)
{
    (void)sqlite3_close(c->link); // the writer is the last one: this moves the log into the file
    c->link = NULL;
}

/* ---- Transactions ---- */

static PtStatus begin(SqlConnection *c, PtError *err)
{
    return script(c, c->writes ? "BEGIN IMMEDIATE" : "BEGIN", "cannot begin a transaction", err);
}

static PtStatus commit(SqlConnection *c, PtError *err)
{
    return script(c, "COMMIT", "cannot commit", err);
}

static void rollback(SqlConnection *c)
{
    if (sqlite3_get_autocommit(c->link) == 0) { // else SQLite has rolled back by itself
        (void)sqlite3_exec(c->link, "ROLLBACK", NULL, NULL, NULL); // what failed is undone
    }
}

/* ---- Statements ---- */

static PtStatus prepare(SqlConnection *c, const char *text, void **ret_prepared, PtError *err)
{
    const char *tail = text;
    sqlite3_stmt *prepared = NULL;
    int code = sqlite3_prepare_v3(c->link, text, -1, SQLITE_PREPARE_PERSISTENT, &prepared, &tail);
    if (code != SQLITE_OK) {
        return pt_sqlite_failure(c->link, code, "cannot prepare a statement", err);
    }
    while (isspace((unsigned char)*tail) != 0) {
        tail++;
    }
    if (prepared == NULL || *tail != '\0') {
        (void)sqlite3_finalize(prepared);
        return pt_fail(err, PT_INVALID, "want one statement: \"%.80s\"", text);
    }
    *ret_prepared = prepared;
    return PT_OK;
}

static void forget(void *prepared)
{
    (void)sqlite3_finalize(prepared);
}

static bool bind_i64(void *prepared, int index, int64_t value)
{
    return sqlite3_bind_int64(prepared, index, value) == SQLITE_OK;
}

static bool bind_double(void *prepared, int index, double value)
{
    return sqlite3_bind_double(prepared, index, value) == SQLITE_OK;
}

static bool bind_text(void *prepared, int index, PtStr value)
{
    return sqlite3_bind_text64(prepared, index, value.data, value.len, SQLITE_STATIC,
                               SQLITE_UTF8) == SQLITE_OK;
}

static bool bind_blob(void *prepared, int index, PtStr value)
{
    return sqlite3_bind_blob64(prepared, index, value.data, value.len, SQLITE_STATIC) == SQLITE_OK;
}

static bool bind_null(void *prepared, int index)
{
    return sqlite3_bind_null(prepared, index) == SQLITE_OK;
}

static PtStatus step(SqlConnection *c, void *prepared, bool *ret_row, PtError *err)
{
    int code = sqlite3_step(prepared);
    if ((code & 0xff) == SQLITE_READONLY && !c->writes) {
        return pt_fail(err, PT_INVALID, "cannot write in a read transaction");
    }
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        return pt_sqlite_failure(c->link, code, "cannot run a statement", err);
    }
    *ret_row = code == SQLITE_ROW;
    return PT_OK;
}

static int64_t changes(SqlConnection *c, void *prepared)
{
    return sqlite3_stmt_readonly(prepared) != 0 ? 0 : sqlite3_changes64(c->link);
}

static void reset(void *prepared)
{
    (void)sqlite3_reset(prepared); // repeats the code that step has returned
    (void)sqlite3_clear_bindings(prepared);
}

/* ---- Columns ---- */

static int64_t column_i64(void *prepared, int column)
{
    return sqlite3_column_int64(prepared, column);
}

static double column_double(void *prepared, int column)
{
    return sqlite3_column_double(prepared, column);
}

static PtStr column_text(void *prepared, int column)
{
    const char *text = (const char *)sqlite3_column_text(prepared, column);
    return (PtStr){text, text != NULL ? (size_t)sqlite3_column_bytes(prepared, column) : 0};
}

static bool column_is_null(void *prepared, int column)
{
    return sqlite3_column_type(prepared, column) == SQLITE_NULL;
}

static PtStr column_blob(void *prepared, int column)
{
    const char *bytes = sqlite3_column_blob(prepared, column);
    size_t len = (size_t)sqlite3_column_bytes(prepared, column);
    if (bytes == NULL && !column_is_null(prepared, column)) {
        bytes = ""; // SQLite gives NULL for an empty blob too
    }
    return (PtStr){bytes, len};
}

const SqlEngine pt_sql_sqlite = {
    .open = open_engine,
    .close = close_engine,
    .connect = open_link,
    .disconnect = close_link,
    .started = pt_sqlite_checkpoint_start,
    .stopping = pt_sqlite_checkpoint_stop,
    .scrub = pt_sqlite_scrub,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .control = script,
    .script = script,
    .prepare = prepare,
    .forget = forget,
    .bind_i64 = bind_i64,
    .bind_double = bind_double,
    .bind_text = bind_text,
    .bind_blob = bind_blob,
    .bind_null = bind_null,
    .step = step,
    .changes = changes,
    .reset = reset,
    .column_i64 = column_i64,
    .column_double = column_double,
    .column_text = column_text,
    .column_blob = column_blob,
    .column_is_null = column_is_null,
};
