// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"
#include "base/memory.h"
#include "platform/clock.h"
#include "platform/sql/postgres_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

bool pt_pg_lost(const PgLink *link)
{
    return link->conn == NULL || link->lost || PQstatus(link->conn) != CONNECTION_OK;
}

static PtStatus status_of(const char *state)
{
    static const struct {
        const char *prefix;
        PtStatus status;
    } rows[] = {
        {"08", PT_UNAVAILABLE},    // connection
        {"22", PT_INVALID},        // a value that its type does not take
        {"23", PT_CONFLICT},       // constraint
        {"25006", PT_INVALID},     // write in a read transaction
        {"40", PT_UNAVAILABLE},    // serialization, deadlock
        {"53", PT_UNAVAILABLE},    // disk full, memory, connections
        {"54", PT_TOO_LARGE},      // a limit of the server
        {"55P03", PT_UNAVAILABLE}, // lock not available in time
        {"57", PT_UNAVAILABLE},    // shutdown, crash, cancelled by a time-out
        {"XX001", PT_CORRUPT},     {"XX002", PT_CORRUPT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strncmp(state, rows[i].prefix, strlen(rows[i].prefix)) == 0) {
            return rows[i].status;
        }
    }
    return PT_IO;
}

PtStatus pt_pg_failure(PgLink *link, const PGresult *result, const char *what, PtError *err)
{
    // the primary line only: details repeat values of the row
    const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    PtStatus status = state != NULL ? status_of(state) : PT_UNAVAILABLE;
    link->lost |= state == NULL; // libpq's own failure: it may leave the connection look good
    if (state != NULL && strcmp(state, "25006") == 0) {
        return pt_fail(err, status, "cannot write in a read transaction");
    }
    text = text != NULL ? text : link->conn != NULL ? PQerrorMessage(link->conn) : "not connected";
    return pt_fail(err, status, "%s: %.*s", what, (int)strcspn(text, "\n"), text);
}

/* ---- Connecting ---- */

/* Runs a text of any number of statements; the last one's result is *ret_result when given. */
static PtStatus run(PgLink *link, const char *text, const char *what, PGresult **ret_result,
                    PtError *err)
{
    PGresult *result = PQexec(link->conn, text);
    const ExecStatusType status = PQresultStatus(result);
    PtStatus st = PT_OK;
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY) {
        st = pt_pg_failure(link, result, what, err);
    }
    if (st == PT_OK && ret_result != NULL) {
        *ret_result = result;
    } else {
        PQclear(result);
    }
    return st;
}

static void say_nothing(void *ctx, const char *message)
{
    (void)ctx;
    (void)message; // notices: libpq would print them
}

static PtStatus check_server(const PgLink *link, PtError *err)
{
    const char *encoding = PQparameterStatus(link->conn, "server_encoding");
    if (PQserverVersion(link->conn) < PG_SERVER_MIN) {
        return pt_fail(err, PT_INVALID, "the PostgreSQL server is older than version %d",
                       PG_SERVER_MIN / 10000);
    }
    if (encoding == NULL || strcmp(encoding, "UTF8") != 0) {
        return pt_fail(err, PT_INVALID, "the database has encoding %s, not UTF8",
                       encoding != NULL ? encoding : "unknown");
    }
    return PT_OK;
}

/* A server that loses commits is set right for our sessions; one that is stricter stays so. */
static PtStatus set_session(PgLink *link, PtError *err)
{
    char text[640];
    (void)snprintf(
        text, sizeof text,
        "SET client_min_messages = warning; SET statement_timeout = %d; SET lock_timeout = %d;"
        "SET search_path TO \"%s\"; SET standard_conforming_strings = on; SET TimeZone = 'UTC';"
        "%s",
        PG_STATEMENT_MS, PG_LOCK_MS, link->state->schema,
        link->state->relaxed ? "SET synchronous_commit = off"
                             : "SELECT set_config('synchronous_commit', 'on', false)"
                               " WHERE current_setting('synchronous_commit') = 'off'");
    return run(link, text, "cannot set up a session", NULL, err);
}

static void hang_up(PgLink *link)
{
    PQfinish(link->conn); // accepts NULL
    link->conn = NULL;
}

/* One process writes a schema. The lock lives as long as the session: who loses the connection
 * loses the right to write, and has it back only if nobody took it. */
static PtStatus take_schema(PgLink *link, PtError *err)
{
    char text[200];
    (void)snprintf(text, sizeof text,
                   "SET lock_timeout = %d; SELECT pg_advisory_lock(%lld); SET lock_timeout = %d",
                   PG_TAKEOVER_MS, (long long)link->state->lock_key, PG_LOCK_MS);
    PGresult *result = PQexec(link->conn, text);
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    PtStatus st = PT_OK;
    if (state != NULL && strcmp(state, "55P03") == 0) {
        st = pt_fail(err, PT_CONFLICT, "another server has the schema \"%s\"", link->state->schema);
    } else if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        st = pt_pg_failure(link, result, "cannot lock the schema", err);
    }
    PQclear(result);
    return st;
}

static PtStatus dial(PgLink *link, bool writes, PtError *err)
{
    // what stands in the URL overrides what stands before it here
    const char *const names[] = {"connect_timeout", "tcp_user_timeout", "application_name",
                                 "dbname",          "client_encoding",  NULL};
    const char *const values[] = {"10", "30000", "patron", link->state->url, "UTF8", NULL};
    hang_up(link);
    link->conn = PQconnectdbParams(names, values, 1);
    link->generation++;
    link->lost = false;
    link->names = 0;
    if (link->conn == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a connection");
    }
    PtStatus st = PT_OK;
    if (PQstatus(link->conn) != CONNECTION_OK) {
        st = pt_pg_failure(link, NULL, "cannot connect to PostgreSQL", err);
    }
    (void)PQsetNoticeProcessor(link->conn, say_nothing, NULL);
    st = st == PT_OK ? check_server(link, err) : st;
    st = st == PT_OK ? set_session(link, err) : st;
    st = st == PT_OK && writes ? take_schema(link, err) : st;
    if (st != PT_OK) {
        hang_up(link);
    }
    return st;
}

static PtStatus redial(SqlConnection *c, PtError *err)
{
    PtStatus st = dial(c->link, c->writes, err);
    return st == PT_CONFLICT || st == PT_INVALID ? PT_UNAVAILABLE : st; // it was right before
}

/* ---- Opening ---- */

static PtStatus check_config(const PtSqlConfig *config, PtError *err)
{
    static const char *const starts[] = {"postgresql://", "postgres://"};
    bool url = false;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        url |= strncmp(config->url, starts[i], strlen(starts[i])) == 0;
    }
    if (!url) { // the text may hold a password
        return pt_fail(err, PT_INVALID, "the database's URL does not begin with postgresql://");
    }
    const char *schema = config->schema != NULL ? config->schema : "";
    const size_t len = strlen(schema);
    if (len < 1 || len > PG_SCHEMA_MAX ||
        strspn(schema, "abcdefghijklmnopqrstuvwxyz_0123456789") != len) {
        return pt_fail(err, PT_INVALID, "schema \"%.80s\" is not 1..%d of a-z, 0-9 and _", schema,
                       PG_SCHEMA_MAX);
    }
    return PT_OK;
}

static PtStatus open_engine(PtSql *sql, const PtSqlConfig *config, PtError *err)
{
    PtStatus st = check_config(config, err);
    if (st != PT_OK) {
        return st;
    }
    PgState *s = calloc(1, sizeof *s);
    char *url = strdup(config->url);
    if (s == NULL || url == NULL) {
        free(s);
        free(url);
        return pt_fail(err, PT_NO_MEMORY, "no memory to open a database");
    }
    uint8_t digest[PT_SHA256];
    *s = (PgState){.url = url, .relaxed = config->relaxed};
    memcpy(s->schema, config->schema, strlen(config->schema) + 1);
    pt_sha256(pt_str(s->schema), digest);
    memcpy(&s->lock_key, digest, sizeof s->lock_key);
    sql->state = s;
    return PT_OK;
}

static void close_engine(PtSql *sql)
{
    PgState *s = sql->state;
    if (s != NULL) {
        free(s->url);
        free(s);
    }
}

/* Made only where it is missing: the right to make one is not needed to use one. */
static PtStatus make_schema(PgLink *link, PtError *err)
{
    char text[300];
    const char *schema = link->state->schema;
    PGresult *found = NULL;
    (void)snprintf(text, sizeof text, "SELECT 1 FROM pg_namespace WHERE nspname = '%s'", schema);
    PtStatus st = run(link, text, "cannot look for the schema", &found, err);
    const bool missing = st == PT_OK && PQntuples(found) == 0;
    PQclear(found);
    if (missing) {
        (void)snprintf(text, sizeof text, "CREATE SCHEMA IF NOT EXISTS \"%s\"", schema);
        st = run(link, text, "cannot make the schema", NULL, err);
    }
    return st;
}

static PtStatus open_link(SqlConnection *c, const PtSqlConfig *config, PtError *err)
{
    (void)config;
    PgLink *link = calloc(1, sizeof *link);
    if (link == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a connection");
    }
    link->state = c->sql->state;
    c->link = link;
    PtStatus st = dial(link, c->writes, err);
    return st == PT_OK && c->writes ? make_schema(link, err) : st;
}

static void close_link(SqlConnection *c)
{
    if (c->link != NULL) {
        hang_up(c->link);
        free(c->link);
        c->link = NULL;
    }
}

static PtStatus started(PtSql *sql, const PtSqlConfig *config, PtError *err)
{
    (void)sql;
    (void)config;
    (void)err;
    return PT_OK;
}

/* What dead rows leave is the server's to clear: see pt_sql_scrub. */
static PtStatus scrub(SqlConnection *c, bool *ret_done, PtError *err)
{
    (void)c;
    (void)err;
    *ret_done = true;
    return PT_OK;
}

static void stopping(PtSql *sql)
{
    (void)sql;
}

/* ---- Transactions ---- */

/* Readers see one state throughout, as SQLite's do. The one writer needs no more than READ
 * COMMITTED: there is no other whose work could come between. It learns its number, by which the
 * server can tell how a commit ended. */
static PtStatus try_begin(SqlConnection *c, PtError *err)
{
    static const char read[] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    static const char write[] =
        "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SELECT pg_current_xact_id()::text";
    PgLink *link = c->link;
    PGresult *result = NULL;
    PtStatus st = run(link, c->writes ? write : read, "cannot begin a transaction", &result, err);
    if (st == PT_OK && c->writes) {
        (void)snprintf(link->xid, sizeof link->xid, "%s", PQgetvalue(result, 0, 0));
    }
    PQclear(result);
    return st;
}

static void rollback(SqlConnection *c)
{
    PgLink *link = c->link;
    if (!pt_pg_lost(link) && PQtransactionStatus(link->conn) != PQTRANS_IDLE) {
        PQclear(PQexec(link->conn, "ROLLBACK")); // where it fails the connection is lost
    }
}

static PtStatus begin(SqlConnection *c, PtError *err)
{
    PgLink *link = c->link;
    if (!pt_pg_lost(link)) {
        PtStatus st = try_begin(c, err);
        if (st == PT_OK || !pt_pg_lost(link)) {
            if (st != PT_OK) {
                rollback(c);
            }
            return st;
        }
    }
    PtStatus st = redial(c, err); // the server was restarted: nothing is lost yet
    return st == PT_OK ? try_begin(c, err) : st;
}

typedef enum CommitEnd { COMMIT_UNKNOWN, COMMIT_DONE, COMMIT_NOT_DONE } CommitEnd;

static CommitEnd ask_server(SqlConnection *c)
{
    PgLink *link = c->link;
    char text[100], xid[sizeof link->xid];
    memcpy(xid, link->xid, sizeof xid);
    if (redial(c, NULL) != PT_OK) {
        return COMMIT_UNKNOWN;
    }
    PGresult *result = NULL;
    CommitEnd end = COMMIT_UNKNOWN;
    (void)snprintf(text, sizeof text, "SELECT pg_xact_status('%s'::xid8)", xid);
    if (run(link, text, "", &result, NULL) == PT_OK) { // no row's value: too old to be ours
        const char *said = PQgetvalue(result, 0, 0);
        end = strcmp(said, "committed") == 0     ? COMMIT_DONE
              : strcmp(said, "in progress") == 0 ? COMMIT_UNKNOWN
                                                 : COMMIT_NOT_DONE;
    }
    PQclear(result);
    return end;
}

/* The connection broke while the server may have been committing: it knows how that ended. */
static PtStatus resolve(SqlConnection *c, PtError *err)
{
    const int64_t until_ms = pt_mono_ms() + PG_RESOLVE_MS;
    CommitEnd end = ask_server(c);
    while (end == COMMIT_UNKNOWN && pt_mono_ms() < until_ms) {
        (void)nanosleep(&(struct timespec){.tv_nsec = PG_RETRY_MS * 1000000L}, NULL);
        end = ask_server(c);
    }
    if (end == COMMIT_DONE) {
        return PT_OK;
    }
    return pt_fail(err, PT_UNAVAILABLE, "the database went away while committing: %s",
                   end == COMMIT_NOT_DONE ? "nothing was stored"
                                          : "it is not known whether the change was stored");
}

static PtStatus commit(SqlConnection *c, PtError *err)
{
    PgLink *link = c->link;
    PGresult *result = NULL;
    PtStatus st = run(link, "COMMIT", "cannot commit", &result, err);
    if (st == PT_OK && strcmp(PQcmdStatus(result), "COMMIT") != 0) {
        st = pt_fail(err, PT_IO, "cannot commit: the server has rolled back");
    }
    PQclear(result);
    if (st != PT_OK && pt_pg_lost(link)) {
        return c->writes ? resolve(c, err) : PT_OK; // what was read was read
    }
    return st;
}

static PtStatus control(SqlConnection *c, const char *text, const char *what, PtError *err)
{
    return run(c->link, text, what, NULL, err);
}

static PtStatus script(SqlConnection *c, const char *text, const char *what, PtError *err)
{
    PT_CLEANUP(pt_free_charp) char *translated = NULL;
    PtStatus st = pt_pg_script_text(text, &translated, err);
    if (st == PT_OK) { // a migration takes as long as it takes
        st = run(c->link, "SET LOCAL statement_timeout = 0", what, NULL, err);
    }
    return st == PT_OK ? run(c->link, translated, what, NULL, err) : st;
}

const SqlEngine pt_sql_postgres = {
    .open = open_engine,
    .close = close_engine,
    .connect = open_link,
    .disconnect = close_link,
    .started = started,
    .stopping = stopping,
    .scrub = scrub,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .control = control,
    .script = script,
    .prepare = pt_pg_prepare,
    .forget = pt_pg_forget,
    .bind_i64 = pt_pg_bind_i64,
    .bind_double = pt_pg_bind_double,
    .bind_text = pt_pg_bind_text,
    .bind_blob = pt_pg_bind_blob,
    .bind_null = pt_pg_bind_null,
    .step = pt_pg_step,
    .changes = pt_pg_changes,
    .reset = pt_pg_reset,
    .column_i64 = pt_pg_column_i64,
    .column_double = pt_pg_column_double,
    .column_text = pt_pg_column_text,
    .column_blob = pt_pg_column_text,
    .column_is_null = pt_pg_column_is_null,
};
