// SPDX-License-Identifier: Apache-2.0
#include "base/memory.h"
#include "platform/sql.h"
#include "platform/sql/sql_internal.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static size_t first_slot(const char *text, size_t cap)
{
    uint64_t spread = (uint64_t)(uintptr_t)text * UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)(spread >> 32) & (cap - 1);
}

static SqlStatement *find_slot(SqlStatement *slots, size_t cap, const char *text)
{
    size_t i = first_slot(text, cap);
    while (slots[i].text != NULL && slots[i].text != text) {
        i = (i + 1) & (cap - 1);
    }
    return &slots[i];
}

static bool grow(SqlConnection *connection)
{
    size_t old_cap = connection->statement_cap, cap = old_cap == 0 ? 32 : old_cap * 2;
    SqlStatement *old = connection->statements;
    SqlStatement *slots = calloc(cap, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    connection->statements = slots;
    connection->statement_cap = cap;
    for (size_t i = 0; i < old_cap; i++) {
        if (old[i].text != NULL) {
            *find_slot(slots, cap, old[i].text) = old[i];
        }
    }
    free(old);
    return true;
}

static PtStatus prepare(SqlConnection *connection, const char *text, sqlite3_stmt **ret_prepared,
                        PtError *err)
{
    const char *tail = text;
    sqlite3_stmt *prepared = NULL;
    int code =
        sqlite3_prepare_v3(connection->db, text, -1, SQLITE_PREPARE_PERSISTENT, &prepared, &tail);
    if (code != SQLITE_OK) {
        return pt_sql_failure(connection->db, code, "cannot prepare a statement", err);
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

static PtStatus fail(PtSqlTx *tx, PtStatus status)
{
    if (tx->failed == PT_OK) {
        tx->failed = status;
    }
    return status;
}

static PtStatus find_statement(SqlConnection *connection, const char *text,
                               sqlite3_stmt **ret_prepared, PtError *err)
{
    if ((connection->statement_count + 1) * 2 > connection->statement_cap && !grow(connection)) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a statement");
    }
    SqlStatement *slot = find_slot(connection->statements, connection->statement_cap, text);
    if (slot->text == NULL) {
        PtStatus st = prepare(connection, text, &slot->prepared, err);
        if (st != PT_OK) {
            return st;
        }
        slot->text = text;
        connection->statement_count++;
    }
    *ret_prepared = slot->prepared;
    return PT_OK;
}

PtStatus pt_sql_use(PtSqlTx *tx, const char *statement, PtError *err)
{
    pt_sql_done(tx);
    tx->statement = NULL;
    if (tx->failed != PT_OK) {
        return pt_fail(err, tx->failed, "an earlier statement of the transaction failed");
    }
    PtStatus st = find_statement(tx->connection, statement, &tx->statement, err);
    if (st != PT_OK) {
        return fail(tx, st);
    }
    // the address is the key, so the text behind it must not change
    assert(strncmp(sqlite3_sql(tx->statement), statement, strlen(sqlite3_sql(tx->statement))) == 0);
    return PT_OK;
}

static void note_bind(PtSqlTx *tx, int code)
{
    if (tx->bind_error == SQLITE_OK) {
        tx->bind_error = code;
    }
}

void pt_sql_bind_i64(PtSqlTx *tx, int index, int64_t value)
{
    note_bind(tx, sqlite3_bind_int64(tx->statement, index, value));
}

void pt_sql_bind_double(PtSqlTx *tx, int index, double value)
{
    note_bind(tx, sqlite3_bind_double(tx->statement, index, value));
}

void pt_sql_bind_text(PtSqlTx *tx, int index, PtStr value)
{
    note_bind(tx, sqlite3_bind_text64(tx->statement, index, value.data, value.len, SQLITE_STATIC,
                                      SQLITE_UTF8));
}

void pt_sql_bind_blob(PtSqlTx *tx, int index, PtStr value)
{
    note_bind(tx, sqlite3_bind_blob64(tx->statement, index, value.data, value.len, SQLITE_STATIC));
}

void pt_sql_bind_null(PtSqlTx *tx, int index)
{
    note_bind(tx, sqlite3_bind_null(tx->statement, index));
}

PtStatus pt_sql_step(PtSqlTx *tx, bool *ret_row, PtError *err)
{
    if (tx->failed != PT_OK) {
        return pt_fail(err, tx->failed, "an earlier statement of the transaction failed");
    }
    if (tx->statement == NULL) {
        return fail(tx, pt_fail(err, PT_INVALID, "no statement is in use"));
    }
    if (tx->finished) {
        *ret_row = false;
        return PT_OK;
    }
    if (tx->bind_error != SQLITE_OK) {
        return fail(tx, pt_fail(err, PT_INVALID, "cannot bind a value: %s",
                                sqlite3_errstr(tx->bind_error)));
    }
    int code = sqlite3_step(tx->statement);
    if ((code & 0xff) == SQLITE_READONLY && !tx->connection->writes) {
        return fail(tx, pt_fail(err, PT_INVALID, "cannot write in a read transaction"));
    }
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        return fail(tx, pt_sql_failure(tx->connection->db, code, "cannot run a statement", err));
    }
    tx->finished = code == SQLITE_DONE;
    if (tx->finished) {
        bool reads = sqlite3_stmt_readonly(tx->statement) != 0;
        tx->changes = reads ? 0 : sqlite3_changes64(tx->connection->db);
    }
    *ret_row = !tx->finished;
    return PT_OK;
}

int64_t pt_sql_i64(PtSqlTx *tx, int column)
{
    return sqlite3_column_int64(tx->statement, column);
}

double pt_sql_double(PtSqlTx *tx, int column)
{
    return sqlite3_column_double(tx->statement, column);
}

PtStr pt_sql_text(PtSqlTx *tx, int column)
{
    const char *text = (const char *)sqlite3_column_text(tx->statement, column);
    return (PtStr){text, text != NULL ? (size_t)sqlite3_column_bytes(tx->statement, column) : 0};
}

PtStr pt_sql_blob(PtSqlTx *tx, int column)
{
    const char *bytes = sqlite3_column_blob(tx->statement, column);
    size_t len = (size_t)sqlite3_column_bytes(tx->statement, column);
    if (bytes == NULL && !pt_sql_is_null(tx, column)) {
        bytes = ""; // SQLite gives NULL for an empty blob too
    }
    return (PtStr){bytes, len};
}

bool pt_sql_is_null(PtSqlTx *tx, int column)
{
    return sqlite3_column_type(tx->statement, column) == SQLITE_NULL;
}

void pt_sql_done(PtSqlTx *tx)
{
    if (tx->statement != NULL) {
        (void)sqlite3_reset(tx->statement); // repeats the code that step has returned
        (void)sqlite3_clear_bindings(tx->statement);
    }
    tx->finished = false;
    tx->bind_error = SQLITE_OK;
}

int64_t pt_sql_changes(PtSqlTx *tx)
{
    return tx->changes;
}

PtStatus pt_sql_run(PtSqlTx *tx, const char *statement, PtError *err)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, statement, err);
    while (st == PT_OK && row) {
        st = pt_sql_step(tx, &row, err);
    }
    pt_sql_done(tx);
    return st;
}

void pt_sql_forget_statements(SqlConnection *connection)
{
    for (size_t i = 0; i < connection->statement_cap; i++) {
        (void)sqlite3_finalize(connection->statements[i].prepared); // accepts NULL
    }
    free(connection->statements);
    connection->statements = NULL;
    connection->statement_cap = connection->statement_count = 0;
}
