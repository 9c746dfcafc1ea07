// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/sql/sql_internal.h"

#include <libpq-fe.h>

/* Inside of the PostgreSQL engine.
 *
 * A connection's link is a PgLink, a prepared statement a PgStatement. A link that was lost is made
 * anew by the next begin; what was prepared on it is prepared again when it is next used.
 */
enum {
    PG_SERVER_MIN = 130000, /* pg_current_xact_id */
    PG_STATEMENT_MS = 60000,
    PG_LOCK_MS = 30000,    /* for a lock that another session holds */
    PG_TAKEOVER_MS = 5000, /* for the session of a server that just died to be gone */
    PG_RESOLVE_MS = 10000, /* for a server to come back and tell how a commit ended */
    PG_RETRY_MS = 100,
    PG_SCHEMA_MAX = 40,
    PG_PARAMS_MAX = 64,
    PG_TEXT_MAX = 1 << 20, /* of a statement or migration, bytes */
};

/* Types by the numbers that PostgreSQL has fixed for them. */
enum {
    PG_BOOL = 16,
    PG_BYTEA = 17,
    PG_NAME = 19,
    PG_INT8 = 20,
    PG_INT2 = 21,
    PG_INT4 = 23,
    PG_TEXT = 25,
    PG_FLOAT4 = 700,
    PG_FLOAT8 = 701,
    PG_UNKNOWN = 705,
    PG_VARCHAR = 1043,
    PG_NUMERIC = 1700,
};

typedef struct PgState {
    char *url;
    char schema[PG_SCHEMA_MAX + 1];
    int64_t lock_key; /* of the advisory lock that the schema's one writer holds */
    bool relaxed;
} PgState;

typedef struct PgLink {
    const PgState *state;
    PGconn *conn;        /* NULL: not connected */
    bool lost;           /* it failed: to be made anew */
    uint64_t generation; /* rises with every connection */
    unsigned names;      /* of prepared statements given on this one */
    char xid[24];        /* of the write transaction */
} PgLink;

typedef struct PgParam {
    Oid bound, prepared; /* 0: NULL; not said */
    const char *value;   /* NULL: NULL */
    int len;
    char number[8];
} PgParam;

typedef struct PgStatement {
    PgLink *link;
    char *text;          /* with $1.. */
    uint64_t generation; /* of the connection it is prepared on; 0: none */
    char name[24];
    PGresult *result; /* of the run; NULL: not run */
    int row, count;   /* count of parameters */
    PgParam params[];
} PgStatement;

/* What the server or the connection says as ours, with the first line of its text behind `what`;
 * result may be NULL. */
PtStatus pt_pg_failure(PgLink *link, const PGresult *result, const char *what, PtError *err);
bool pt_pg_lost(const PgLink *link);

/* A statement with $1.. for ?1.., and its highest parameter. PT_INVALID unless it is exactly one.
 * *ret_text is freed by the caller. */
PtStatus pt_pg_statement_text(const char *text, char **ret_text, int *ret_params, PtError *err);
/* A migration with PostgreSQL's types: BYTEA for BLOB, and TEXT that is compared and ordered by
 * its bytes as SQLite does, whatever the database's locale. */
PtStatus pt_pg_script_text(const char *text, char **ret_text, PtError *err);

/* A column's bytes in the binary format as the C type; 0 where it is no number. */
int64_t pt_pg_to_i64(Oid type, const char *bytes, int len);
double pt_pg_to_double(Oid type, const char *bytes, int len);
void pt_pg_put_u64(uint64_t value, char out[static 8]);

/* The engine's functions on statements (postgres_statement.c). */
PtStatus pt_pg_prepare(SqlConnection *c, const char *text, void **ret_prepared, PtError *err);
void pt_pg_forget(void *prepared);
bool pt_pg_bind_i64(void *prepared, int index, int64_t value);
bool pt_pg_bind_double(void *prepared, int index, double value);
bool pt_pg_bind_text(void *prepared, int index, PtStr value);
bool pt_pg_bind_blob(void *prepared, int index, PtStr value);
bool pt_pg_bind_null(void *prepared, int index);
PtStatus pt_pg_step(SqlConnection *c, void *prepared, bool *ret_row, PtError *err);
int64_t pt_pg_changes(SqlConnection *c, void *prepared);
void pt_pg_reset(void *prepared);
int64_t pt_pg_column_i64(void *prepared, int column);
double pt_pg_column_double(void *prepared, int column);
PtStr pt_pg_column_text(void *prepared, int column);
bool pt_pg_column_is_null(void *prepared, int column);
