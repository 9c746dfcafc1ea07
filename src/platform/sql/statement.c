// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"
#include "platform/loop.h"
#include "platform/sql.h"
#include "platform/sql/sql_internal.h"

#include <assert.h>
#include <stdlib.h>

static const SqlEngine *engine_of(const PtSqlTx *tx)
{
    return tx->connection->sql->engine;
}

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

static PtStatus fail(PtSqlTx *tx, PtStatus status)
{
    if (tx->failed == PT_OK) {
        tx->failed = status;
    }
    return status;
}

static PtStatus find_statement(SqlConnection *connection, const char *text, void **ret_prepared,
                               PtError *err)
{
    if ((connection->statement_count + 1) * 2 > connection->statement_cap && !grow(connection)) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a statement");
    }
    SqlStatement *slot = find_slot(connection->statements, connection->statement_cap, text);
    if (slot->text == NULL) {
        PtStatus st = connection->sql->engine->prepare(connection, text, &slot->prepared, err);
        if (st != PT_OK) {
            return st;
        }
        slot->text = text;
        slot->digest = pt_hash64(pt_str(text));
        connection->statement_count++;
    }
    assert(slot->digest == pt_hash64(pt_str(text))); // the address is the key: it stays as it was
    *ret_prepared = slot->prepared;
    return PT_OK;
}

PtStatus pt_sql_use(PtSqlTx *tx, const char *statement, PtError *err)
{
    pt_sql_done(tx);
    pt_background_offer();
    tx->statement = NULL;
    if (tx->failed != PT_OK) {
        return pt_fail(err, tx->failed, "an earlier statement of the transaction failed");
    }
    PtStatus st = find_statement(tx->connection, statement, &tx->statement, err);
    return st == PT_OK ? PT_OK : fail(tx, st);
}

static void note_bind(PtSqlTx *tx, int index, bool bound)
{
    if (!bound && tx->bad_index == 0) {
        tx->bad_index = index;
    }
}

void pt_sql_bind_i64(PtSqlTx *tx, int index, int64_t value)
{
    note_bind(tx, index, engine_of(tx)->bind_i64(tx->statement, index, value));
}

void pt_sql_bind_double(PtSqlTx *tx, int index, double value)
{
    note_bind(tx, index, engine_of(tx)->bind_double(tx->statement, index, value));
}

void pt_sql_bind_text(PtSqlTx *tx, int index, PtStr value)
{
    note_bind(tx, index, engine_of(tx)->bind_text(tx->statement, index, value));
}

void pt_sql_bind_blob(PtSqlTx *tx, int index, PtStr value)
{
    note_bind(tx, index, engine_of(tx)->bind_blob(tx->statement, index, value));
}

void pt_sql_bind_null(PtSqlTx *tx, int index)
{
    note_bind(tx, index, engine_of(tx)->bind_null(tx->statement, index));
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
    if (tx->bad_index != 0) {
        return fail(tx, pt_fail(err, PT_INVALID, "cannot bind ?%d", tx->bad_index));
    }
    const SqlEngine *engine = engine_of(tx);
    bool row = false;
    PtStatus st = engine->step(tx->connection, tx->statement, &row, err);
    if (st != PT_OK) {
        return fail(tx, st);
    }
    tx->finished = !row;
    if (tx->finished) {
        tx->changes = engine->changes(tx->connection, tx->statement);
    }
    *ret_row = row;
    return PT_OK;
}

int64_t pt_sql_i64(PtSqlTx *tx, int column)
{
    return engine_of(tx)->column_i64(tx->statement, column);
}

double pt_sql_double(PtSqlTx *tx, int column)
{
    return engine_of(tx)->column_double(tx->statement, column);
}

PtStr pt_sql_text(PtSqlTx *tx, int column)
{
    return engine_of(tx)->column_text(tx->statement, column);
}

PtStr pt_sql_blob(PtSqlTx *tx, int column)
{
    return engine_of(tx)->column_blob(tx->statement, column);
}

bool pt_sql_is_null(PtSqlTx *tx, int column)
{
    return engine_of(tx)->column_is_null(tx->statement, column);
}

void pt_sql_done(PtSqlTx *tx)
{
    if (tx->statement != NULL) {
        engine_of(tx)->reset(tx->statement);
    }
    tx->finished = false;
    tx->bad_index = 0;
}

int64_t pt_sql_changes(PtSqlTx *tx)
{
    return tx->changes;
}

PtStatus pt_sql_finish(PtSqlTx *tx, PtError *err)
{
    bool row = true;
    PtStatus st = PT_OK;
    while (st == PT_OK && row) {
        st = pt_sql_step(tx, &row, err);
    }
    pt_sql_done(tx);
    return st;
}

PtStatus pt_sql_run(PtSqlTx *tx, const char *statement, PtError *err)
{
    PtStatus st = pt_sql_use(tx, statement, err);
    return st == PT_OK ? pt_sql_finish(tx, err) : st;
}

void pt_sql_forget_statements(SqlConnection *connection)
{
    for (size_t i = 0; i < connection->statement_cap; i++) {
        if (connection->statements[i].text != NULL) {
            connection->sql->engine->forget(connection->statements[i].prepared);
        }
    }
    free(connection->statements);
    connection->statements = NULL;
    connection->statement_cap = connection->statement_count = 0;
}
