// SPDX-License-Identifier: Apache-2.0
/* The thread that learns: when somebody asks, after so many decisions, and once a day. */
#include "desk/triage_internal.h"

#include "platform/diag.h"
#include "triage.sql.h"

#include <signal.h>
#include <string.h>

enum { HOUR_MS = 3600000, DAY_MS = 24 * HOUR_MS };

static const DeskTrain of_itself = {.kind = LANGUAGE_CATEGORY};

/* ---- Asking for it ----------------------------------------------------------------------------
 */

/* False: one is being made, or is to be. */
static bool ask(DeskLearning *l, const DeskTrain *what, const AuditActor *by)
{
    static const AuditActor nobody = {.kind = AUDIT_SYSTEM};
    (void)pthread_mutex_lock(&l->lock);
    const bool free = !l->asked && !l->state.running;
    if (free) {
        l->asked = true;
        l->what = *what;
        l->by = by != NULL ? *by : nobody;
        (void)pthread_cond_signal(&l->wake);
    }
    (void)pthread_mutex_unlock(&l->lock);
    return free;
}

PtStatus desk_train(Desk *d, const AuditActor *by, const DeskTrain *train, PtError *err)
{
    if (d->learning == NULL || !d->learning->running) {
        return pt_fail(err, PT_UNAVAILABLE, "the desk has nothing that learns");
    }
    return ask(d->learning, train, by)
               ? PT_OK
               : pt_fail(err, PT_CONFLICT, "a model is being made: ask again once it is there");
}

/* After a commit: so many decisions more. What is asked in vain comes with the next. */
void desk_learning_settle(const DeskWriting *w)
{
    DeskLearning *l = w->desk->learning;
    if (l == NULL || w->decisions == 0) {
        return;
    }
    const int64_t since = atomic_fetch_add(&l->since, w->decisions) + w->decisions;
    (void)pthread_mutex_lock(&l->lock);
    const int64_t after = l->settings.retrain_after;
    (void)pthread_mutex_unlock(&l->lock);
    if (l->running && after > 0 && since >= after) {
        (void)ask(l, &of_itself, NULL);
    }
}

PtStatus triage_timer_set(Desk *d, PtError *err)
{
    (void)pthread_mutex_lock(&d->learning->lock);
    const int64_t at = d->learning->settings.retrain_hour * HOUR_MS;
    (void)pthread_mutex_unlock(&d->learning->lock);
    const int64_t now = pt_clock_now_ms(d->c.clock), today = now - now % DAY_MS + at;
    return d->c.timers != NULL ? pt_timers_set(d->c.timers, DESK_TRIAGE_TIMERS, 0,
                                               today > now ? today : today + DAY_MS, err)
                               : PT_OK;
}

static PtStatus on_timer(void *ctx, const PtTimer *timers, size_t count, PtError *err)
{
    Desk *d = ctx;
    (void)timers;
    (void)count;
    if (atomic_load(&d->learning->since) > 0) {
        (void)ask(d->learning, &of_itself, NULL); // one that is being made has what is new
    }
    return triage_timer_set(d, err);
}

/* ---- What there is ----------------------------------------------------------------------------
 */

PtStatus desk_training(Desk *d, DeskTraining *ret_training, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskTraining t;
    if (d->learning == NULL) {
        return pt_fail(err, PT_UNAVAILABLE, "the desk has nothing that learns");
    }
    (void)pthread_mutex_lock(&d->learning->lock);
    t = d->learning->state;
    t.running = t.running || d->learning->asked;
    (void)pthread_mutex_unlock(&d->learning->lock);
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    for (LanguageKind i = 0; st == PT_OK && i < LANGUAGE_KINDS; i++) {
        st = triage_example_count(tx, i, "decision", &t.decisions[i], err);
        st = st == PT_OK ? triage_example_count(tx, i, "file", &t.files[i], err) : st;
    }
    if (st == PT_OK) {
        *ret_training = t;
    }
    return st;
}

/* Decisions since the newest model, from SQL. */
static PtStatus count_since(Desk *d, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    int64_t version = 0, made_ms = 0;
    bool row = false;
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    st = st == PT_OK ? triage_model_last(tx, LANGUAGE_CATEGORY, &version, &made_ms, err) : st;
    st = st == PT_OK ? pt_sql_use(tx, SQL_TRIAGE_EXAMPLE_SINCE, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(language_kinds[LANGUAGE_CATEGORY]));
    pt_sql_bind_i64(tx, 2, made_ms);
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        atomic_fetch_add(&d->learning->since, pt_sql_i64(tx, 0));
    }
    pt_sql_done(tx);
    return st;
}

/* ---- The thread -------------------------------------------------------------------------------
 */

/* lock is held, and given back meanwhile. */
static void make_one(Desk *d)
{
    DeskLearning *l = d->learning;
    const DeskTrain what = l->what;
    const AuditActor by = l->by;
    PtError err = {0};
    l->asked = false;
    l->state =
        (DeskTraining){.running = true, .kind = what.kind, .began_ms = pt_clock_now_ms(d->c.clock)};
    (void)pthread_mutex_unlock(&l->lock);
    if (what.kind == LANGUAGE_CATEGORY) {
        atomic_store(&l->since, 0);
    }
    const PtStatus st = triage_make(d, &what, &by, &err);
    if (st != PT_OK && !atomic_load(&l->stop)) {
        pt_diag(PT_DIAG_WARN, "desk", "no new model was made",
                PT_F_STR("problem", pt_str(err.message)));
    }
    (void)pthread_mutex_lock(&l->lock);
    l->state.running = false;
    l->state.ended_ms = pt_clock_now_ms(d->c.clock);
    (void)pt_str_copy(l->state.problem, sizeof l->state.problem,
                      st == PT_OK ? PT_STR("") : pt_str(err.message));
}

static void *learn(void *ctx)
{
    Desk *d = ctx;
    DeskLearning *l = d->learning;
    PtError err = {0};
    const PtStatus st = triage_near_load(d, &err);
    if (st != PT_OK) {
        pt_diag(PT_DIAG_WARN, "desk", "not every ticket is found as similar",
                PT_F_STR("problem", pt_str(err.message)));
    }
    (void)pthread_mutex_lock(&l->lock);
    while (!atomic_load(&l->stop)) {
        if (l->asked) {
            make_one(d);
        } else {
            (void)pthread_cond_wait(&l->wake, &l->lock);
        }
    }
    (void)pthread_mutex_unlock(&l->lock);
    return NULL;
}

PtStatus triage_thread_start(Desk *d, PtError *err)
{
    DeskLearning *l = d->learning;
    sigset_t all, before; // signals are the main thread's
    if (d->c.timers != NULL) {
        pt_timers_kind(d->c.timers, DESK_TRIAGE_TIMERS, "triage", on_timer, d);
    }
    PtStatus st = triage_timer_set(d, err);
    st = st == PT_OK ? count_since(d, err) : st; // before anybody decides
    if (st != PT_OK) {
        return st;
    }
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    const int rc = pthread_create(&l->thread, NULL, learn, d);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    l->running = rc == 0;
    return rc == 0 ? PT_OK : pt_fail(err, PT_UNAVAILABLE, "no thread for triage: %s", strerror(rc));
}

void triage_thread_stop(Desk *d)
{
    DeskLearning *l = d->learning;
    if (l->running) {
        (void)pthread_mutex_lock(&l->lock);
        atomic_store(&l->stop, true);
        (void)pthread_cond_signal(&l->wake);
        (void)pthread_mutex_unlock(&l->lock);
        (void)pthread_join(l->thread, NULL);
        l->running = false;
    }
}
