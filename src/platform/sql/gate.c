// SPDX-License-Identifier: Apache-2.0
#include "platform/sql/sql_internal.h"

#include <time.h>

void pt_sql_init_cond(pthread_cond_t *cond)
{
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr); // these cannot fail with glibc
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(cond, &attr);
    (void)pthread_condattr_destroy(&attr);
}

bool pt_sql_holds_writer(PtSql *sql)
{
    (void)pthread_mutex_lock(&sql->lock);
    const SqlConnection *writer = &sql->writer_connection;
    bool holds = writer->busy && pthread_equal(writer->owner, pthread_self()) != 0;
    (void)pthread_mutex_unlock(&sql->lock);
    return holds;
}

static void remove_waiter(SqlGate *gate, const SqlWaiter *waiter)
{
    SqlWaiter *before = NULL;
    for (SqlWaiter *w = gate->first; w != waiter; w = w->next) {
        before = w;
    }
    *(before != NULL ? &before->next : &gate->first) = waiter->next;
    if (gate->last == waiter) {
        gate->last = before;
    }
}

/* Queues up under the lock. NULL after SQL_WAIT_MS. */
static SqlConnection *wait_turn(PtSql *sql, SqlGate *gate)
{
    SqlWaiter me = {.thread = pthread_self()};
    struct timespec until;
    pt_sql_init_cond(&me.turn);
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += SQL_WAIT_MS / 1000;

    *(gate->last != NULL ? &gate->last->next : &gate->first) = &me;
    gate->last = &me;
    int rc = 0;
    while (me.given == NULL && rc == 0) {
        rc = pthread_cond_timedwait(&me.turn, &sql->lock, &until);
    }
    if (me.given == NULL) {
        remove_waiter(gate, &me);
    }
    (void)pthread_cond_destroy(&me.turn);
    // NOLINTNEXTLINE(clang-analyzer-core.StackAddressEscape): give_back took it out of the queue
    return me.given;
}

SqlConnection *pt_sql_take_connection(PtSql *sql, SqlGate *gate)
{
    SqlConnection *taken = NULL;
    (void)pthread_mutex_lock(&sql->lock);
    for (unsigned i = 0; i < gate->count && taken == NULL; i++) {
        if (!gate->connections[i].busy) {
            taken = &gate->connections[i];
            taken->busy = true;
            taken->owner = pthread_self();
        }
    }
    if (taken == NULL) {
        taken = wait_turn(sql, gate);
    }
    (void)pthread_mutex_unlock(&sql->lock);
    return taken;
}

void pt_sql_give_back(SqlConnection *connection)
{
    PtSql *sql = connection->sql;
    SqlGate *gate = connection->writes ? &sql->writer : &sql->readers;

    (void)pthread_mutex_lock(&sql->lock);
    SqlWaiter *next = gate->first;
    if (next == NULL) {
        connection->busy = false;
    } else { // stays busy: nobody can push in between
        gate->first = next->next;
        gate->last = gate->first == NULL ? NULL : gate->last;
        next->given = connection;
        connection->owner = next->thread;
        (void)pthread_cond_signal(&next->turn);
    }
    (void)pthread_mutex_unlock(&sql->lock);
}
