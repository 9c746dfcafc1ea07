// SPDX-License-Identifier: Apache-2.0
/* Write transactions that share a commit.
 *
 * The engine's transaction goes from part to part with the writer's connection, so one thread at a
 * time is in it. Who ends a part hands it on, or, where nobody may go on in it, commits for all.
 * What holds whenever somebody has the writer:
 *   - parts that wait are in the group, each released into the transaction, and nothing else is;
 *   - the part in use has a savepoint if, and only if, others wait before it;
 *   - the group is empty when a connection is given back.
 * So nobody waits for ever: each part that waits does so behind one that has the writer, and that
 * one's end hands on or commits, whatever its own outcome is.
 */
#include "platform/clock.h"
#include "platform/sql.h"
#include "platform/sql/sql_internal.h"

static const char SAVE[] = "SAVEPOINT part", RELEASE[] = "RELEASE part",
                  UNDO[] = "ROLLBACK TO part; RELEASE part";

/* The transaction has come to nothing, at one part's doing. */
static void lose(SqlConnection *c, PtStatus why)
{
    PtSql *sql = c->sql;
    PtError err = {0};
    (void)pt_fail(&err, PT_UNAVAILABLE,
                  "cannot commit: the database undid it at a change beside it (%s)",
                  pt_status_name(why));
    sql->engine->rollback(c);
    pt_sql_end_parts(sql, PT_UNAVAILABLE, &err);
    pt_sql_give_back(c);
}

/* For the parts that wait and, where it stands, for the caller's. */
static PtStatus commit_all(SqlConnection *c, PtError *err)
{
    PtSql *sql = c->sql;
    PtError why = {0};
    const PtStatus st = sql->engine->commit(c, &why);
    const bool tell = st == PT_OK && sql->group.noted;
    if (st != PT_OK) {
        sql->engine->rollback(c);
        (void)pt_fail(err, st, "%s", why.message);
    }
    pt_sql_end_parts(sql, st, &why);
    pt_sql_give_back(c);
    if (tell) {
        pt_sql_tell_commit(sql);
    }
    return st;
}

/* The caller's part is out of the transaction, in which others wait. */
static void leave(SqlConnection *c)
{
    if (!pt_sql_hand_on(c, NULL)) {
        (void)commit_all(c, NULL); // those who wait are told
    }
}

/* What this part has done goes; of the others nothing. */
static void undo(PtSqlTx *tx, PtStatus why)
{
    SqlConnection *c = tx->connection;
    if (!tx->saved) {
        c->sql->engine->rollback(c);
        pt_sql_give_back(c);
        return;
    }
    const PtStatus st = c->sql->engine->control(c, UNDO, "cannot roll back", NULL);
    if (st == PT_OK) {
        leave(c);
    } else {
        lose(c, why != PT_OK ? why : st);
    }
}

PtStatus pt_sql_begin_shared(PtSql *sql, PtSqlTx **ret_tx, PtError *err)
{
    if (pt_sql_holds_writer(sql)) {
        return pt_fail(err, PT_INVALID, "this thread has a write transaction already");
    }
    SqlConnection *c = pt_sql_take_connection(sql, &sql->writer, true);
    if (c == NULL) {
        return pt_fail(err, PT_UNAVAILABLE, "the database was busy for %d s", SQL_WAIT_MS / 1000);
    }
    const bool joins = sql->group.count > 0;
    const PtStatus st = joins ? sql->engine->control(c, SAVE, "cannot begin a transaction", err)
                              : sql->engine->begin(c, err);
    if (st != PT_OK && joins) {
        (void)commit_all(c, NULL); // nobody else goes on in it: the engine may have undone it
        return st;
    }
    if (st != PT_OK) {
        pt_sql_give_back(c);
        return st;
    }
    if (!joins) {
        sql->group.begun_ns = pt_mono_ns();
    }
    c->tx = (PtSqlTx){.connection = c, .shared = true, .saved = joins, .failed = PT_OK};
    *ret_tx = &c->tx;
    return PT_OK;
}

PtStatus pt_sql_commit_part(PtSqlTx *tx, PtError *err)
{
    SqlConnection *c = tx->connection;
    PtSql *sql = c->sql;
    SqlPart me = {.status = PT_OK};
    PtStatus st = tx->failed;
    pt_sql_done(tx);
    if (st != PT_OK) {
        (void)pt_fail(err, st, "cannot commit: a statement of the transaction failed");
    } else if (tx->saved) {
        st = sql->engine->control(c, RELEASE, "cannot commit", err);
    }
    if (st != PT_OK) {
        undo(tx, st);
        return st;
    }
    sql->group.noted |= tx->noted;
    if (!pt_sql_hand_on(c, &me)) {
        return commit_all(c, err);
    }
    return me.status == PT_OK ? PT_OK : pt_fail(err, me.status, "%s", me.err.message);
}

void pt_sql_rollback_part(PtSqlTx *tx)
{
    const PtStatus st = tx->failed;
    pt_sql_done(tx);
    undo(tx, st);
}
