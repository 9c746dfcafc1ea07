// SPDX-License-Identifier: Apache-2.0
#include "platform/clock.h"
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
static SqlConnection *wait_turn(PtSql *sql, SqlGate *gate, bool shares)
{
    SqlWaiter me = {.thread = pthread_self(), .shares = shares};
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

SqlConnection *pt_sql_take_connection(PtSql *sql, SqlGate *gate, bool shares)
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
        taken = wait_turn(sql, gate, shares);
    }
    (void)pthread_mutex_unlock(&sql->lock);
    return taken;
}

/* It stays busy: nobody can push in between. */
static void hand_over(SqlGate *gate, SqlConnection *connection)
{
    SqlWaiter *next = gate->first;
    gate->first = next->next;
    gate->last = gate->first == NULL ? NULL : gate->last;
    next->given = connection;
    connection->owner = next->thread;
    (void)pthread_cond_signal(&next->turn);
}

void pt_sql_give_back(SqlConnection *connection)
{
    PtSql *sql = connection->sql;
    SqlGate *gate = connection->writes ? &sql->writer : &sql->readers;

    (void)pthread_mutex_lock(&sql->lock);
    if (gate->first == NULL) {
        connection->busy = false;
    } else {
        hand_over(gate, connection);
    }
    (void)pthread_mutex_unlock(&sql->lock);
}

/* ---- Parts of a group ---- */

static void add_part(SqlGroup *group, SqlPart *part)
{
    (void)sem_init(&part->ended, 0, 0);
    *(group->last != NULL ? &group->last->next : &group->first) = part;
    group->last = part;
    group->count++;
}

bool pt_sql_hand_on(SqlConnection *writer, SqlPart *part)
{
    PtSql *sql = writer->sql;
    SqlGroup *group = &sql->group;
    (void)pthread_mutex_lock(&sql->lock);
    const SqlWaiter *next = sql->writer.first;
    const unsigned standing = group->count + (part != NULL);
    const bool goes_on = next != NULL && next->shares && standing < SQL_GROUP_MAX &&
                         pt_mono_ns() - group->begun_ns < group->most_ns;
    if (goes_on && part != NULL) {
        add_part(group, part);
    }
    if (goes_on) {
        hand_over(&sql->writer, writer);
    }
    (void)pthread_mutex_unlock(&sql->lock);
    if (goes_on && part != NULL) {
        while (sem_wait(&part->ended) != 0) { // a signal came
        }
        (void)sem_destroy(&part->ended);
    }
    // NOLINTNEXTLINE(clang-analyzer-core.StackAddressEscape): it has ended, so it is in no list
    return goes_on;
}

void pt_sql_end_parts(PtSql *sql, PtStatus st, const PtError *err)
{
    SqlPart *part = sql->group.first;
    sql->group.first = sql->group.last = NULL;
    sql->group.count = 0;
    sql->group.noted = false;
    while (part != NULL) {
        SqlPart *next = part->next; // once it has ended it is gone
        part->status = st;
        part->err = *err;
        (void)sem_post(&part->ended);
        part = next;
    }
}
