// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/status.h"
#include "base/str.h"
#include "platform/log.h"
#include "platform/sql.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Views of the log kept in SQL: each has a thread that reads records in order and stores what
 * follows from them together with the position it reached, in one transaction; so kill -9 loses
 * nothing and doubles nothing, and any view can be dropped and rebuilt.
 *
 * Failure  Trouble with SQL (disk full) is tried again with a pause. A damaged record stops the
 * view with its error shown (event_views_state): it is never skipped. Idle     A view that has
 * caught up sleeps in the kernel. Follows  A view may follow another of the same database: it is
 * not stepped before that one has started and committed a record that it has not seen. Threads  Any
 * thread may call what is below.
 */
typedef struct EventViews EventViews;

typedef struct EventViewDef {
    const char *name;
    /* Reads what it needs from the reader and writes what follows into tx; *ret_next is the offset
     * up to which it has now seen all. */
    PtStatus (*step)(void *ctx, PtLogReader *reader, PtSqlTx *tx, uint64_t *ret_next, PtError *err);
    PtStatus (*reset)(PtSqlTx *tx, PtError *err); /* empties the view's tables */
    void *ctx;
    /* Of a view that keeps more than its tables; each may be NULL. Called on the view's thread,
     * outside of a transaction. start: brings the rest in line with the tables, before the first
     * step and after every reset; `next` is where the view continues; what takes long ends with
     * PT_UNAVAILABLE when *stop. committed: a step's transaction is durable, up to `next`; nothing
     * is undone by its failure, and it is called again after the next step. */
    PtStatus (*start)(void *ctx, PtLogReader *reader, uint64_t next, const _Atomic bool *stop,
                      PtError *err);
    PtStatus (*committed)(void *ctx, uint64_t next, PtError *err);
    /* It has something to do though no record has come: the next step is made at once. NULL: never.
     * Asked again whenever the view that it follows has moved on from behind it. */
    bool (*more)(void *ctx);
    const char *after; /* the view that it follows, which stands before it; NULL: none */
} EventViewDef;

/* defs must outlive the views; at most 16. Starts the threads. */
PT_NODISCARD PtStatus event_views_open(PtLog *log, PtSql *sql, const EventViewDef *defs,
                                       size_t count, EventViews **ret_views, PtError *err);
void event_views_close(EventViews *vs); /* accepts NULL */

typedef struct EventViewState {
    const char *name;
    uint64_t next_offset, lag;          /* lag: acknowledged records not yet seen */
    bool stopped;                       /* by a damaged record */
    char message[PT_ERROR_MESSAGE_MAX]; /* the last trouble, "" when none */
} EventViewState;

size_t event_views_count(const EventViews *vs);
EventViewState event_views_state(EventViews *vs, size_t index);

/* Drops the view and replays from `from` (0: all that is kept). Returns at once; the state shows
 * the lag. PT_NOT_FOUND: no such view. */
PT_NODISCARD PtStatus event_views_rebuild(EventViews *vs, PtStr name, uint64_t from, PtError *err);

/* Waits until the view has seen all below `offset`. PT_UNAVAILABLE after timeout_ms or when it has
 * stopped. */
PT_NODISCARD PtStatus event_views_wait(EventViews *vs, PtStr name, uint64_t offset,
                                       int64_t timeout_ms, PtError *err);
