// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"
#include "base/memory.h"
#include "platform/sql.h"
#include "platform/sql/sql_internal.h"

#include <stdio.h>
#include <string.h>

enum { HEX_TEXT = 2 * PT_SHA256 + 1 };

static const char CREATE_TABLE[] = "CREATE TABLE IF NOT EXISTS schema_migration ("
                                   "number BIGINT PRIMARY KEY, name TEXT NOT NULL,"
                                   " sha256 TEXT NOT NULL)";
static const char INSERT_ROW[] =
    "INSERT INTO schema_migration (number, name, sha256) VALUES (?1, ?2, ?3)";
static const char SELECT_ROWS[] =
    "SELECT number, name, sha256 FROM schema_migration ORDER BY number";

static void digest(const char *text, char out[static HEX_TEXT])
{
    uint8_t hash[PT_SHA256];
    pt_sha256(pt_str(text), hash);
    pt_hex(hash, sizeof hash, out);
}

static PtStatus check_order(const PtSqlMigration *migrations, size_t count, PtError *err)
{
    for (size_t i = 0; i < count; i++) {
        if (migrations[i].number <= (i == 0 ? 0 : migrations[i - 1].number)) {
            return pt_fail(err, PT_INVALID, "migration number %d does not rise",
                           migrations[i].number);
        }
    }
    return PT_OK;
}

/* The row that the statement in use stands on, against the migration that should be it. */
static PtStatus check_landed(PtSqlTx *tx, const PtSqlMigration *m, PtError *err)
{
    char want[HEX_TEXT];
    int64_t number = pt_sql_i64(tx, 0);
    PtStr name = pt_sql_text(tx, 1);

    if (m == NULL) {
        return pt_fail(err, PT_CONFLICT,
                       "the database has migration %lld \"%.*s\", unknown to this version",
                       (long long)number, PT_STR_ARG(name));
    }
    if (number != m->number) {
        return pt_fail(err, PT_CONFLICT, "migration %d was passed over: %lld has landed", m->number,
                       (long long)number);
    }
    digest(m->text, want);
    if (!pt_str_eq(pt_sql_text(tx, 2), pt_str(want))) {
        return pt_fail(err, PT_CONFLICT, "migration %d \"%s\" has changed since it landed",
                       m->number, m->name);
    }
    return PT_OK;
}

/* Creates the table where needed, compares what has landed, counts it. */
static PtStatus read_landed(PtSql *sql, const PtSqlMigration *migrations, size_t count,
                            size_t *ret_landed, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    size_t landed = 0;
    bool row = true;

    PtStatus st = pt_sql_begin(sql, true, &tx, err);
    if (st == PT_OK) {
        st = pt_sql_run(tx, CREATE_TABLE, err);
    }
    if (st == PT_OK) {
        st = pt_sql_use(tx, SELECT_ROWS, err);
    }
    while (st == PT_OK && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        st = check_landed(tx, landed < count ? &migrations[landed] : NULL, err);
        landed++;
    }
    if (st == PT_OK) {
        st = pt_sql_commit(&tx, err);
    }
    if (st == PT_OK) {
        *ret_landed = landed;
    }
    return st;
}

static PtStatus apply(PtSql *sql, const PtSqlMigration *m, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    char hash[HEX_TEXT], what[PT_ERROR_MESSAGE_MAX];
    bool row;

    digest(m->text, hash);
    (void)snprintf(what, sizeof what, "migration %d \"%s\"", m->number, m->name);
    PtStatus st = pt_sql_begin(sql, true, &tx, err);
    if (st == PT_OK) {
        st = sql->engine->script(&sql->writer_connection, m->text, what, err);
    }
    if (st == PT_OK) {
        st = pt_sql_use(tx, INSERT_ROW, err);
    }
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, m->number);
    pt_sql_bind_text(tx, 2, pt_str(m->name));
    pt_sql_bind_text(tx, 3, pt_str(hash));
    st = pt_sql_step(tx, &row, err);
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

PtStatus pt_sql_migrate(PtSql *sql, const PtSqlMigration *migrations, size_t count, PtError *err)
{
    size_t landed = 0;
    PtStatus st = check_order(migrations, count, err);
    if (st == PT_OK) {
        st = read_landed(sql, migrations, count, &landed, err);
    }
    for (size_t i = landed; st == PT_OK && i < count; i++) {
        st = apply(sql, &migrations[i], err);
    }
    return st;
}
