// SPDX-License-Identifier: Apache-2.0
/* Last uses of sessions and tokens on their way into SQL: gathered for a minute after the first
 * one, then written together. A thread that has nothing to write sleeps. */
#include "access/access_internal.h"

#include "access.sql.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

enum { GATHER_S = 60, BATCH = 256 };

typedef struct Note {
    const char *statement;
    char id[PT_UUID_TEXT];
    int64_t used_ms;
} Note;

/* Takes up to BATCH uses that SQL does not have yet. They count as written: one that is lost is
 * told by the next use. */
static size_t take(Access *a, Note notes[static BATCH])
{
    size_t count = 0, cursor = 0;
    PtStr key;
    void *value;
    (void)pthread_rwlock_wrlock(&a->lock); // written_ms is under it
    while (count < BATCH && pt_map_next(a->sessions, &cursor, &key, &value)) {
        Session *s = value;
        const int64_t used_ms = atomic_load_explicit(&s->used_ms, memory_order_relaxed);
        if (used_ms > s->written_ms) {
            notes[count] = (Note){.statement = SQL_SESSION_USED, .used_ms = used_ms};
            memcpy(notes[count++].id, s->id, sizeof s->id);
            s->written_ms = used_ms;
        }
    }
    cursor = 0;
    while (count < BATCH && pt_map_next(a->tokens, &cursor, &key, &value)) {
        Token *t = value;
        const int64_t used_ms = atomic_load_explicit(&t->used_ms, memory_order_relaxed);
        if (used_ms > t->written_ms) {
            notes[count] = (Note){.statement = SQL_TOKEN_USED, .used_ms = used_ms};
            memcpy(notes[count++].id, t->id, sizeof t->id);
            t->written_ms = used_ms;
        }
    }
    (void)pthread_rwlock_unlock(&a->lock);
    return count;
}

static PtStatus write_batch(Access *a, const Note *notes, size_t count)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(a->c.sql, true, &tx, NULL);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = pt_sql_use(tx, notes[i].statement, NULL);
        if (st == PT_OK) {
            pt_sql_bind_text(tx, 1, pt_str(notes[i].id));
            pt_sql_bind_i64(tx, 2, notes[i].used_ms);
            st = pt_sql_finish(tx, NULL);
        }
    }
    return st == PT_OK ? pt_sql_commit(&tx, NULL) : st;
}

/* Ended sessions leave memory and SQL. */
static void sweep(Access *a)
{
    PT_CLEANUP(change_end) Change c = {0};
    PtStatus st = change_begin(a, &c, NULL);
    const int64_t idle = idle_since(a, c.now_ms);
    if (st == PT_OK && (st = pt_sql_use(c.tx, SQL_SESSION_SWEEP, NULL)) == PT_OK) {
        pt_sql_bind_i64(c.tx, 1, c.now_ms);
        pt_sql_bind_i64(c.tx, 2, idle);
        st = change_run(&c, NULL, NULL);
    }
    if (st != PT_OK || change_commit(&c, NULL) != PT_OK) {
        return; // they are refused all the same; the next sweep takes them
    }
    (void)pthread_rwlock_wrlock(&a->lock);
    size_t cursor = 0;
    PtStr key;
    void *value;
    while (pt_map_next(a->accounts, &cursor, &key, &value)) {
        Session *next;
        for (Session *s = ((Account *)value)->sessions; s != NULL; s = next) {
            next = s->next;
            if (s->expires_ms <= c.now_ms || s->used_ms <= idle) {
                memory_drop_session(a, s);
            }
        }
    }
    (void)pthread_rwlock_unlock(&a->lock);
}

void notes_write(Access *a)
{
    Note *notes = calloc(BATCH, sizeof *notes);
    size_t count = notes != NULL ? BATCH : 0;
    atomic_store(&a->notes_due, false);
    while (count == BATCH) {
        count = take(a, notes);
        if (count > 0 && write_batch(a, notes, count) != PT_OK) {
            break; // notes for people: their loss harms nobody
        }
    }
    free(notes);
    sweep(a);
}

/* Waits until something was used, then a while for more. False: stop. */
static bool wait_due(Access *a)
{
    struct timespec until;
    (void)pthread_mutex_lock(&a->notes_lock);
    while (!a->stopping && !atomic_load(&a->notes_due)) {
        (void)pthread_cond_wait(&a->notes_wake, &a->notes_lock);
    }
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += GATHER_S;
    int waited = 0;
    while (!a->stopping && waited != ETIMEDOUT) {
        waited = pthread_cond_timedwait(&a->notes_wake, &a->notes_lock, &until);
    }
    const bool go_on = !a->stopping;
    (void)pthread_mutex_unlock(&a->notes_lock);
    return go_on;
}

static void *run(void *ctx)
{
    Access *a = ctx;
    while (wait_due(a)) {
        notes_write(a);
    }
    return NULL;
}

PtStatus notes_start(Access *a, PtError *err)
{
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&a->notes_lock, NULL);
    (void)pthread_cond_init(&a->notes_wake, &attr);
    (void)pthread_condattr_destroy(&attr);
    if (pthread_create(&a->notes_thread, NULL, run, a) != 0) {
        return pt_fail(err, PT_UNAVAILABLE, "cannot start the thread that notes last uses");
    }
    a->notes_running = true;
    return PT_OK;
}

void notes_stop(Access *a)
{
    if (a->notes_running) {
        (void)pthread_mutex_lock(&a->notes_lock);
        a->stopping = true;
        (void)pthread_cond_signal(&a->notes_wake);
        (void)pthread_mutex_unlock(&a->notes_lock);
        (void)pthread_join(a->notes_thread, NULL);
        if (atomic_load(&a->notes_due)) {
            notes_write(a);
        }
    }
    (void)pthread_cond_destroy(&a->notes_wake);
    (void)pthread_mutex_destroy(&a->notes_lock);
}

void notes_mark(Access *a)
{
    if (!atomic_exchange(&a->notes_due, true)) {
        (void)pthread_mutex_lock(&a->notes_lock);
        (void)pthread_cond_signal(&a->notes_wake);
        (void)pthread_mutex_unlock(&a->notes_lock);
    }
}
