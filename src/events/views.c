// SPDX-License-Identifier: Apache-2.0
#include "events/views.h"

#include "base/memory.h"
#include "platform/clock.h"
#include "platform/diag.h"
#include "platform/loop.h"
#include "views.sql.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    VIEWS_MAX = 16,
    PARTITION = 0,
    RETRY_MS = 1000, /* after trouble with SQL */
    GATHER_MS = 50,  /* after a step: lets a transaction cover more than one event under load */
    NO_REBUILD = 0,  /* in `rebuild`, else offset + 1 */
};

typedef struct View {
    EventViews *all;
    const EventViewDef *def;
    pthread_t thread;
    PtLogReader *reader;
    struct View *leader; /* that it follows, or NULL */
    bool running, started;
    _Atomic bool nudged; /* wakes the thread out of its wait for records */
    /* under all->lock */
    uint64_t next, rebuild;
    bool stopped, emptying; /* emptying: a rebuild was taken up, `next` is still of before */
    bool ready;             /* started, for those that follow it */
    char message[PT_ERROR_MESSAGE_MAX];
} View;

struct EventViews {
    PtLog *log;
    PtSql *sql;
    pthread_mutex_t lock;
    pthread_cond_t moved; /* a view's position changed, or stop */
    _Atomic bool stop;
    size_t count;
    View views[VIEWS_MAX];
};

static struct timespec deadline_in(int64_t ms)
{
    const int64_t at_ns = pt_mono_ns() + ms * 1000000;
    return (struct timespec){.tv_sec = at_ns / 1000000000, .tv_nsec = at_ns % 1000000000};
}

static void pause_ms(EventViews *vs, int64_t ms)
{
    const struct timespec until = deadline_in(ms);
    (void)pthread_mutex_lock(&vs->lock);
    while (!atomic_load(&vs->stop) && pthread_cond_timedwait(&vs->moved, &vs->lock, &until) == 0) {
    }
    (void)pthread_mutex_unlock(&vs->lock);
}

static PtStatus store_position(PtSqlTx *tx, const char *view, uint64_t next, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_VIEW_POSITION_SET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(view));
    pt_sql_bind_i64(tx, 2, PARTITION);
    pt_sql_bind_i64(tx, 3, (int64_t)next);
    return pt_sql_finish(tx, err);
}

static PtStatus load_position(PtSql *sql, const char *view, uint64_t *ret_next, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(sql, false, &tx, err);
    if (st != PT_OK || (st = pt_sql_use(tx, SQL_VIEW_POSITION_GET, err)) != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(view));
    pt_sql_bind_i64(tx, 2, PARTITION);
    bool row = false;
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        *ret_next = row ? (uint64_t)pt_sql_i64(tx, 0) : 0;
    }
    pt_sql_done(tx);
    return st;
}

/* Under the lock: whoever follows a view that is rebuilt may have something to do though they are
 * ahead of it, and sleep in the log. */
static bool nudge_followers(View *v)
{
    bool any = false;
    for (size_t i = 0; i < v->all->count; i++) {
        View *f = &v->all->views[i];
        if (f->leader == v && f->def->more != NULL && f->next > v->next) {
            atomic_store(&f->nudged, true);
            any = true;
        }
    }
    return any;
}

static void set_position(View *v, uint64_t next)
{
    (void)pthread_mutex_lock(&v->all->lock);
    v->next = next;
    v->emptying = false;
    v->ready = v->started;
    v->message[0] = '\0';
    const bool nudged = nudge_followers(v);
    (void)pthread_cond_broadcast(&v->all->moved);
    (void)pthread_mutex_unlock(&v->all->lock);
    if (nudged) {
        pt_log_wake(v->all->log);
    }
}

/* What the view keeps beside its tables. */
static PtStatus start(View *v, PtError *err)
{
    const EventViewDef *def = v->def;
    PtStatus st = PT_OK;
    if (!v->started && def->start != NULL) {
        pt_log_seek(v->reader, v->next);
        st = def->start(def->ctx, v->reader, v->next, &v->all->stop, err);
    }
    if (st == PT_OK && !v->started) {
        v->started = true;
        set_position(v, v->next); // its trouble is over
    }
    return st;
}

/* One transaction: a rebuild's reset, or the next records. */
static PtStatus step(View *v, uint64_t rebuild, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(v->all->sql, true, &tx, err);
    if (st != PT_OK) {
        return st;
    }
    uint64_t next = v->next;
    if (rebuild != NO_REBUILD) {
        const uint64_t begin = pt_log_begin(v->all->log, PARTITION);
        next = rebuild - 1 > begin ? rebuild - 1 : begin;
        st = v->def->reset(tx, err);
    } else {
        pt_log_seek(v->reader, next);
        st = v->def->step(v->def->ctx, v->reader, tx, &next, err);
    }
    if (st == PT_OK) {
        st = store_position(tx, v->def->name, next, err);
    }
    if (st == PT_OK) {
        st = pt_sql_commit(&tx, err);
    }
    if (st == PT_OK) {
        v->started &= rebuild == NO_REBUILD;
        set_position(v, next);
        if (rebuild == NO_REBUILD && v->def->committed != NULL) {
            st = v->def->committed(v->def->ctx, next, err);
        }
    }
    return st;
}

static void note_trouble(View *v, PtStatus st, const PtError *err)
{
    (void)pthread_mutex_lock(&v->all->lock);
    v->stopped = st == PT_CORRUPT;
    memcpy(v->message, err->message, sizeof v->message);
    (void)pthread_cond_broadcast(&v->all->moved);
    (void)pthread_mutex_unlock(&v->all->lock);
    pt_diag(PT_DIAG_ERROR, "views", st == PT_CORRUPT ? "view stopped" : "view will try again",
            PT_F_STR("view", pt_str(v->def->name)), PT_F_STR("problem", pt_str(err->message)));
}

static uint64_t take_rebuild(View *v)
{
    (void)pthread_mutex_lock(&v->all->lock);
    while (v->stopped && v->rebuild == NO_REBUILD && !atomic_load(&v->all->stop)) {
        (void)pthread_cond_wait(&v->all->moved,
                                &v->all->lock); // a stopped view waits for a rebuild
    }
    const uint64_t rebuild = v->rebuild;
    v->rebuild = NO_REBUILD;
    v->emptying = rebuild != NO_REBUILD;
    v->stopped = v->stopped && rebuild == NO_REBUILD;
    (void)pthread_mutex_unlock(&v->all->lock);
    return rebuild;
}

/* Of its leader. False: something else is to be looked at first. */
static bool wait_for_leader(View *v, bool more)
{
    const View *leader = v->leader;
    (void)pthread_mutex_lock(&v->all->lock);
    while (leader != NULL && !(leader->ready && (more || leader->next > v->next)) &&
           v->rebuild == NO_REBUILD && !atomic_load(&v->all->stop)) {
        (void)pthread_cond_wait(&v->all->moved, &v->all->lock);
    }
    const bool go_on = v->rebuild == NO_REBUILD && !atomic_load(&v->all->stop);
    (void)pthread_mutex_unlock(&v->all->lock);
    return go_on;
}

static bool wait_for_work(View *v)
{
    const bool more = v->def->more != NULL && v->def->more(v->def->ctx);
    return (more || pt_log_wait(v->all->log, PARTITION, v->next, INT64_MAX, &v->nudged)) &&
           wait_for_leader(v, more);
}

static void put_back_rebuild(View *v, uint64_t rebuild)
{
    (void)pthread_mutex_lock(&v->all->lock);
    v->rebuild = v->rebuild == NO_REBUILD ? rebuild : v->rebuild;
    (void)pthread_mutex_unlock(&v->all->lock);
}

static void *view_thread(void *ctx)
{
    View *v = ctx;
    pt_background();
    while (!atomic_load(&v->all->stop)) {
        atomic_store(&v->nudged, false);
        const uint64_t rebuild = take_rebuild(v);
        PtError err = {0};
        PtStatus st = rebuild == NO_REBUILD ? start(v, &err) : PT_OK;
        if (st == PT_OK && rebuild == NO_REBUILD && !wait_for_work(v)) {
            continue;
        }
        st = st == PT_OK ? step(v, rebuild, &err) : st;
        if (st != PT_OK && !atomic_load(&v->all->stop)) {
            put_back_rebuild(v, rebuild);
            note_trouble(v, st, &err);
            pause_ms(v->all, RETRY_MS);
        } else if (pt_log_end(v->all->log, PARTITION) - v->next < 1000) {
            pause_ms(v->all, GATHER_MS);
        }
    }
    return NULL;
}

static View *find_view(EventViews *vs, PtStr name, PtError *err)
{
    for (size_t i = 0; i < vs->count; i++) {
        if (pt_str_eq(name, pt_str(vs->views[i].def->name))) {
            return &vs->views[i];
        }
    }
    (void)pt_fail(err, PT_NOT_FOUND, "no view \"%.*s\"", PT_STR_ARG(name));
    return NULL;
}

static PtStatus start_view(EventViews *vs, const EventViewDef *def, PtError *err)
{
    View *v = &vs->views[vs->count];
    *v = (View){.all = vs, .def = def};
    if (def->after != NULL && (v->leader = find_view(vs, pt_str(def->after), err)) == NULL) {
        return PT_INVALID;
    }
    PtStatus st = load_position(vs->sql, def->name, &v->next, err);
    if (st == PT_OK) {
        st = pt_log_reader_open(vs->log, NULL, PARTITION, v->next, &v->reader, err);
    }
    if (st != PT_OK) {
        return st;
    }
    (void)pthread_mutex_lock(&vs->lock); // views that stand before it run
    vs->count++;
    (void)pthread_mutex_unlock(&vs->lock);
    const uint64_t end = pt_log_end(vs->log, PARTITION);
    if (v->next > end) { // the log was lost or replaced: what the view holds is not of this log
        v->rebuild = 1;
        pt_diag(PT_DIAG_WARN, "views", "view is ahead of the log and will be rebuilt",
                PT_F_STR("view", pt_str(def->name)));
    }
    v->running = pthread_create(&v->thread, NULL, view_thread, v) == 0;
    return v->running ? PT_OK : pt_fail(err, PT_UNAVAILABLE, "no thread for view %s", def->name);
}

PtStatus event_views_open(PtLog *log, PtSql *sql, const EventViewDef *defs, size_t count,
                          EventViews **ret_views, PtError *err)
{
    EventViews *vs = calloc(1, sizeof *vs);
    if (vs == NULL || count > VIEWS_MAX) {
        free(vs);
        return pt_fail(err, PT_NO_MEMORY, "no room for %zu views", count);
    }
    vs->log = log;
    vs->sql = sql;
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&vs->lock, NULL);
    (void)pthread_cond_init(&vs->moved, &attr);
    (void)pthread_condattr_destroy(&attr);
    for (size_t i = 0; i < count; i++) {
        PtStatus st = start_view(vs, &defs[i], err);
        if (st != PT_OK) {
            event_views_close(vs);
            return st;
        }
    }
    *ret_views = vs;
    return PT_OK;
}

void event_views_close(EventViews *vs)
{
    if (vs == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&vs->lock);
    atomic_store(&vs->stop, true);
    (void)pthread_cond_broadcast(&vs->moved);
    (void)pthread_mutex_unlock(&vs->lock);
    for (size_t i = 0; i < vs->count; i++) {
        atomic_store(&vs->views[i].nudged, true);
    }
    pt_log_wake(vs->log);
    for (size_t i = 0; i < vs->count; i++) {
        if (vs->views[i].running) {
            (void)pthread_join(vs->views[i].thread, NULL);
        }
        pt_log_reader_close(vs->views[i].reader);
    }
    (void)pthread_cond_destroy(&vs->moved);
    (void)pthread_mutex_destroy(&vs->lock);
    free(vs);
}

size_t event_views_count(const EventViews *vs)
{
    return vs->count;
}

EventViewState event_views_state(EventViews *vs, size_t index)
{
    View *v = &vs->views[index];
    const uint64_t end = pt_log_end(vs->log, PARTITION);
    (void)pthread_mutex_lock(&vs->lock);
    EventViewState state = {.name = v->def->name, .next_offset = v->next, .stopped = v->stopped};
    state.lag = v->rebuild != NO_REBUILD || v->emptying ? end : end > v->next ? end - v->next : 0;
    memcpy(state.message, v->message, sizeof state.message);
    (void)pthread_mutex_unlock(&vs->lock);
    return state;
}

PtStatus event_views_rebuild(EventViews *vs, PtStr name, uint64_t from, PtError *err)
{
    View *v = find_view(vs, name, err);
    if (v == NULL) {
        return PT_NOT_FOUND;
    }
    (void)pthread_mutex_lock(&vs->lock);
    v->rebuild = from + 1;
    (void)pthread_cond_broadcast(&vs->moved);
    (void)pthread_mutex_unlock(&vs->lock);
    atomic_store(&v->nudged, true);
    pt_log_wake(vs->log);
    return PT_OK;
}

PtStatus event_views_wait(EventViews *vs, PtStr name, uint64_t offset, int64_t timeout_ms,
                          PtError *err)
{
    View *v = find_view(vs, name, err);
    if (v == NULL) {
        return PT_NOT_FOUND;
    }
    const struct timespec until = deadline_in(timeout_ms);
    bool timed_out = false;
    (void)pthread_mutex_lock(&vs->lock);
    while (v->next < offset && !v->stopped && !timed_out && !atomic_load(&vs->stop)) {
        timed_out = pthread_cond_timedwait(&vs->moved, &vs->lock, &until) != 0;
    }
    const bool there = v->next >= offset;
    (void)pthread_mutex_unlock(&vs->lock);
    return there ? PT_OK
                 : pt_fail(err, PT_UNAVAILABLE, "view %s has not caught up yet", v->def->name);
}
