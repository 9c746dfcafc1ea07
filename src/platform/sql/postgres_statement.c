// SPDX-License-Identifier: Apache-2.0
#include "base/memory.h"
#include "platform/sql/postgres_internal.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

PtStatus pt_pg_prepare(SqlConnection *c, const char *text, void **ret_prepared, PtError *err)
{
    PT_CLEANUP(pt_free_charp) char *translated = NULL;
    int count = 0;
    PtStatus st = pt_pg_statement_text(text, &translated, &count, err);
    if (st != PT_OK) {
        return st;
    }
    PgStatement *s = calloc(1, sizeof *s + (size_t)count * sizeof s->params[0]);
    if (s == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a statement");
    }
    s->link = c->link;
    s->text = PT_TAKE(translated);
    s->count = count;
    *ret_prepared = s;
    return PT_OK;
}

void pt_pg_forget(void *prepared)
{
    PgStatement *s = prepared;
    PQclear(s->result); // accepts NULL
    free(s->text);
    free(s);
}

/* ---- Binding ---- */

static bool bind(PgStatement *s, int index, Oid type, PtStr value)
{
    if (index < 1 || index > s->count || value.len > INT_MAX) {
        return false;
    }
    PgParam *p = &s->params[index - 1];
    p->bound = type;
    p->value = value.data;
    p->len = (int)value.len;
    return true;
}

/* Numbers are kept here: the caller's are gone when the statement runs. */
static bool bind_number(PgStatement *s, int index, Oid type, uint64_t bits)
{
    if (index < 1 || index > s->count) {
        return false;
    }
    char *number = s->params[index - 1].number;
    pt_pg_put_u64(bits, number);
    return bind(s, index, type, (PtStr){number, sizeof s->params[0].number});
}

bool pt_pg_bind_i64(void *prepared, int index, int64_t value)
{
    return bind_number(prepared, index, PG_INT8, (uint64_t)value);
}

bool pt_pg_bind_double(void *prepared, int index, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bind_number(prepared, index, PG_FLOAT8, bits);
}

bool pt_pg_bind_text(void *prepared, int index, PtStr value)
{
    return bind(prepared, index, PG_TEXT, value);
}

bool pt_pg_bind_blob(void *prepared, int index, PtStr value)
{
    return bind(prepared, index, PG_BYTEA, value);
}

bool pt_pg_bind_null(void *prepared, int index)
{
    return bind(prepared, index, 0, (PtStr){NULL, 0});
}

/* ---- Running ---- */

/* The types of the parameters are said, not left to the server: it would take ?1 = 0 for a 32-bit
 * comparison. A NULL fits whatever it was prepared with. */
static bool fits(const PgStatement *s)
{
    if (s->generation != s->link->generation) {
        return false;
    }
    for (int i = 0; i < s->count; i++) {
        if (s->params[i].bound != 0 && s->params[i].bound != s->params[i].prepared) {
            return false;
        }
    }
    return true;
}

static PtStatus prepare_on_server(PgStatement *s, PtError *err)
{
    Oid types[PG_PARAMS_MAX];
    for (int i = 0; i < s->count; i++) {
        if (s->params[i].bound != 0) {
            s->params[i].prepared = s->params[i].bound;
        }
        types[i] = s->params[i].prepared;
    }
    if (s->generation == s->link->generation) { // with other types than before
        char drop[48];
        (void)snprintf(drop, sizeof drop, "DEALLOCATE %s", s->name);
        PQclear(PQexec(s->link->conn, drop)); // left over it would cost memory only
    }
    (void)snprintf(s->name, sizeof s->name, "s%u", ++s->link->names);
    PGresult *result = PQprepare(s->link->conn, s->name, s->text, s->count, types);
    PtStatus st = PT_OK;
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        st = pt_pg_failure(s->link, result, "cannot prepare a statement", err);
    }
    PQclear(result);
    s->generation = st == PT_OK ? s->link->generation : 0;
    return st;
}

static PtStatus run(PgStatement *s, PtError *err)
{
    const char *values[PG_PARAMS_MAX];
    int lengths[PG_PARAMS_MAX], formats[PG_PARAMS_MAX];
    PtStatus st = fits(s) ? PT_OK : prepare_on_server(s, err);
    if (st != PT_OK) {
        return st;
    }
    for (int i = 0; i < s->count; i++) {
        values[i] = s->params[i].value;
        lengths[i] = s->params[i].len;
        formats[i] = 1; // binary: bytes as they are, numbers exact
    }
    s->row = 0;
    s->result = PQexecPrepared(s->link->conn, s->name, s->count, values, lengths, formats, 1);
    const ExecStatusType status = PQresultStatus(s->result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        return pt_pg_failure(s->link, s->result, "cannot run a statement", err);
    }
    return PT_OK;
}

PtStatus pt_pg_step(SqlConnection *c, void *prepared, bool *ret_row, PtError *err)
{
    (void)c;
    PgStatement *s = prepared;
    if (s->result == NULL) {
        PtStatus st = run(s, err);
        if (st != PT_OK) {
            return st;
        }
    } else {
        s->row++;
    }
    *ret_row = s->row < PQntuples(s->result);
    return PT_OK;
}

int64_t pt_pg_changes(SqlConnection *c, void *prepared)
{
    (void)c;
    const PgStatement *s = prepared;
    const bool reads = strncmp(PQcmdStatus(s->result), "SELECT", 6) == 0;
    return reads ? 0 : strtoll(PQcmdTuples(s->result), NULL, 10); // "" where rows do not count
}

void pt_pg_reset(void *prepared)
{
    PgStatement *s = prepared;
    PQclear(s->result); // accepts NULL
    s->result = NULL;
    for (int i = 0; i < s->count; i++) {
        s->params[i].bound = 0;
        s->params[i].value = NULL;
        s->params[i].len = 0;
    }
}

/* ---- Columns ---- */

bool pt_pg_column_is_null(void *prepared, int column)
{
    const PgStatement *s = prepared;
    return PQgetisnull(s->result, s->row, column) != 0;
}

static PtStr cell(const PgStatement *s, int column)
{
    return (PtStr){PQgetvalue(s->result, s->row, column),
                   (size_t)PQgetlength(s->result, s->row, column)};
}

int64_t pt_pg_column_i64(void *prepared, int column)
{
    const PgStatement *s = prepared;
    const PtStr bytes = cell(s, column);
    return pt_pg_column_is_null(prepared, column)
               ? 0
               : pt_pg_to_i64(PQftype(s->result, column), bytes.data, (int)bytes.len);
}

double pt_pg_column_double(void *prepared, int column)
{
    const PgStatement *s = prepared;
    const PtStr bytes = cell(s, column);
    return pt_pg_column_is_null(prepared, column)
               ? 0
               : pt_pg_to_double(PQftype(s->result, column), bytes.data, (int)bytes.len);
}

PtStr pt_pg_column_text(void *prepared, int column)
{
    const PgStatement *s = prepared;
    if (pt_pg_column_is_null(prepared, column)) {
        return (PtStr){NULL, 0};
    }
    const Oid type = PQftype(s->result, column);
    assert(type == PG_TEXT || type == PG_BYTEA || type == PG_VARCHAR || type == PG_NAME ||
           type == PG_UNKNOWN); // a number's bytes are no text
    (void)type;
    return cell(s, column);
}
