// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/sql.h"

#include <pthread.h>
#include <semaphore.h>

/* Inside of the SQL seam: what both engines share, and the table of functions that each fills.
 *
 * A connection is used by one transaction, so by one thread, at a time; which one is settled by a
 * gate. The transaction's object is part of its connection: beginning one allocates nothing.
 */
enum {
    SQL_READERS_MAX = 16,
    SQL_WAIT_MS = 30000,   /* for a connection of this process */
    SQL_SCRUB_NAP_MS = 20, /* between two attempts */
    SQL_GROUP_MAX = 64,    /* parts that share a commit */
    SQL_GROUP_NS = 5000000 /* older than this, it takes no more */
};

typedef struct SqlConnection SqlConnection;

/* An engine. Every function may assume what the seam has checked: one statement in use, no failure
 * before it in its transaction. `prepared` is the engine's own object. */
typedef struct SqlEngine {
    /* Before the first connection and after the last one; state is the engine's in PtSql. */
    PtStatus (*open)(PtSql *sql, const PtSqlConfig *config, PtError *err);
    void (*close)(PtSql *sql);
    /* Around the connections' life: `started` when all are there, `stopping` before they go. */
    PtStatus (*connect)(SqlConnection *c, const PtSqlConfig *config, PtError *err);
    void (*disconnect)(SqlConnection *c); /* also one that never came to be */
    PtStatus (*started)(PtSql *sql, const PtSqlConfig *config, PtError *err);
    void (*stopping)(PtSql *sql);

    /* pt_sql_scrub on the writer, which is out of use: *ret_done false, somebody else reads what
     * must go first. */
    PtStatus (*scrub)(SqlConnection *c, bool *ret_done, PtError *err);

    PtStatus (*begin)(SqlConnection *c, PtError *err);
    PtStatus (*commit)(SqlConnection *c, PtError *err);
    void (*rollback)(SqlConnection *c); /* also after a commit that failed */
    /* A text of the seam's own, of any number of statements that return nothing: savepoints. */
    PtStatus (*control)(SqlConnection *c, const char *text, const char *what, PtError *err);
    /* The same of a migration, in the engine's types and as long as it takes. */
    PtStatus (*script)(SqlConnection *c, const char *text, const char *what, PtError *err);

    PtStatus (*prepare)(SqlConnection *c, const char *text, void **ret_prepared, PtError *err);
    void (*forget)(void *prepared);
    bool (*bind_i64)(void *prepared, int index, int64_t value); /* false: no such parameter */
    bool (*bind_double)(void *prepared, int index, double value);
    bool (*bind_text)(void *prepared, int index, PtStr value);
    bool (*bind_blob)(void *prepared, int index, PtStr value);
    bool (*bind_null)(void *prepared, int index);
    PtStatus (*step)(SqlConnection *c, void *prepared, bool *ret_row, PtError *err);
    int64_t (*changes)(SqlConnection *c, void *prepared); /* when stepped to its end */
    void (*reset)(void *prepared);                        /* the run and the bindings end */

    int64_t (*column_i64)(void *prepared, int column);
    double (*column_double)(void *prepared, int column);
    PtStr (*column_text)(void *prepared, int column);
    PtStr (*column_blob)(void *prepared, int column);
    bool (*column_is_null)(void *prepared, int column);
} SqlEngine;

extern const SqlEngine pt_sql_sqlite, pt_sql_postgres;

typedef struct SqlStatement {
    const char *text; /* the key: the address of a constant; NULL: a free slot */
    uint64_t digest;  /* of what stood there */
    void *prepared;
} SqlStatement;

struct PtSqlTx {
    SqlConnection *connection;
    void *statement; /* in use; NULL before the first pt_sql_use */
    bool finished;   /* that statement, by step */
    int bad_index;   /* the first parameter that could not be bound; 0: none */
    int64_t changes;
    bool noted;      /* its commit is told to the listener */
    bool shared;     /* a part: ended by shared.c */
    bool saved;      /* likewise, behind others: it began with a savepoint */
    PtStatus failed; /* the first failure of a statement: only rollback is left */
};

struct SqlConnection {
    PtSql *sql;
    void *link; /* the engine's own */
    bool writes;
    bool busy;                /* under sql->lock */
    pthread_t owner;          /* while busy */
    SqlStatement *statements; /* open addressing by address; a power of two */
    size_t statement_cap, statement_count;
    PtSqlTx tx;
};

/* Threads that wait for a connection, first come first served. */
typedef struct SqlWaiter {
    struct SqlWaiter *next;
    pthread_t thread;
    pthread_cond_t turn;
    bool shares; /* goes on in a transaction that is open */
    SqlConnection *given;
} SqlWaiter;

typedef struct SqlGate {
    SqlConnection *connections;
    unsigned count;
    SqlWaiter *first, *last;
} SqlGate;

/* A part that stands and waits for the commit; on its thread's stack. */
typedef struct SqlPart {
    struct SqlPart *next;
    sem_t ended; /* with: */
    PtStatus status;
    PtError err;
} SqlPart;

/* The parts that wait in the writer's open transaction; none of them: nobody shares it yet. Of
 * whoever holds the writer. */
typedef struct SqlGroup {
    SqlPart *first, *last;
    unsigned count;
    bool noted;
    int64_t begun_ns, most_ns;
} SqlGroup;

struct PtSql {
    const SqlEngine *engine;
    void *state; /* the engine's own */
    pthread_mutex_t lock;
    SqlGate writer, readers;
    SqlConnection writer_connection;
    SqlGroup group;
    SqlConnection reader_connections[SQL_READERS_MAX];

    pthread_mutex_t listener_lock; /* held while the listener runs */
    void (*on_commit)(void *ctx);
    void *on_commit_ctx;
};

/* Whether the calling thread holds the write transaction: it would wait for itself. */
bool pt_sql_holds_writer(PtSql *sql);
/* NULL after SQL_WAIT_MS. shares: it may come with an open transaction, which has a group. */
SqlConnection *pt_sql_take_connection(PtSql *sql, SqlGate *gate, bool shares);
void pt_sql_give_back(SqlConnection *connection);
/* Hands the writer with its open transaction to the next in turn, if that one shares and the group
 * takes one more; then waits, where part is given, until it has ended. False: nothing was done. */
bool pt_sql_hand_on(SqlConnection *writer, SqlPart *part);
/* All parts of the group end so; it is empty. */
void pt_sql_end_parts(PtSql *sql, PtStatus st, const PtError *err);

/* Tells the listener. */
void pt_sql_tell_commit(PtSql *sql);
/* Ends of a part (shared.c). */
PtStatus pt_sql_commit_part(PtSqlTx *tx, PtError *err);
void pt_sql_rollback_part(PtSqlTx *tx);

/* A condition that waits by the monotonic clock. */
void pt_sql_init_cond(pthread_cond_t *cond);

/* Frees the prepared statements. */
void pt_sql_forget_statements(SqlConnection *connection);
