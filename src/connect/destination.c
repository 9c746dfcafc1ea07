// SPDX-License-Identifier: Apache-2.0
/* All destinations: their threads, and what people do with them. */
#include "connect/destination.h"

#include "base/json.h"
#include "connect/destination_internal.h"
#include "platform/diag.h"
#include "platform/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPEN_ARENA = 16 << 20, REFRESH_MS = 50 };

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for destinations");
}

/* ---- Threads ------------------------------------------------------------------------------------
 */

/* Under the lock. */
static Deliver **place_of(ConnectDestinations *ds, PtStr id)
{
    for (size_t i = 0; i < ds->runner_count; i++) {
        if (pt_str_eq(pt_str(ds->runners[i]->plan->id), id)) {
            return &ds->runners[i];
        }
    }
    return NULL;
}

static Deliver *take_out(ConnectDestinations *ds, PtStr id)
{
    pthread_mutex_lock(&ds->lock);
    Deliver **at = place_of(ds, id), *d = at != NULL ? *at : NULL;
    if (at != NULL) {
        *at = ds->runners[--ds->runner_count];
    }
    pthread_mutex_unlock(&ds->lock);
    return d;
}

PtStatus destination_replace(ConnectDestinations *ds, PtStr id, DeliverPlan *plan, PtError *err)
{
    Deliver *d = take_out(ds, id);
    deliver_free(d);
    if (plan == NULL || !plan->enabled || ds->stopped) {
        deliver_plan_free(plan);
        return PT_OK;
    }
    PtStatus st = deliver_start(&ds->c, ds->bell, plan, &d, err);
    if (st == PT_OK) {
        pthread_mutex_lock(&ds->lock);
        ds->runners[ds->runner_count++] = d;
        pthread_mutex_unlock(&ds->lock);
    }
    return st;
}

/* A queue that is not there, which nothing leaves behind by itself, is made anew. */
static PtStatus see_to_queue(ConnectDestinations *ds, const char *queue, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtOutboxQueue q;
    PtStatus st = pt_sql_begin(ds->c.sql, true, &tx, err);
    st = st == PT_OK ? pt_outbox_get(tx, queue, &q, err) : st;
    if (st != PT_NOT_FOUND) {
        return st;
    }
    st = pt_outbox_add(tx, queue, pt_log_end(ds->c.log, 0), err);
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

/* One that does not read (another version's kind, another key) stays as it is and is told of. */
static PtStatus open_one(ConnectDestinations *ds, const DestinationRow *row, PtError *err)
{
    DeliverPlan *plan = NULL;
    PtError why = {0};
    PtStatus st = deliver_plan_new(&ds->c, row, &plan, &why);
    if (st != PT_OK) {
        pt_diag(PT_DIAG_ERROR, "destinations", "destination does not start",
                PT_F_STR("destination", row->id), PT_F_STR("why", pt_str(why.message)));
        return st == PT_NO_MEMORY ? no_memory(err) : PT_OK;
    }
    st = see_to_queue(ds, plan->queue, err);
    if (st != PT_OK) {
        deliver_plan_free(plan);
        return st;
    }
    return destination_replace(ds, row->id, plan, err);
}

static PtStatus open_all(ConnectDestinations *ds, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(OPEN_ARENA);
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DestinationRow *rows;
    size_t count = 0;
    if (arena == NULL) {
        return no_memory(err);
    }
    PtStatus st = pt_sql_begin(ds->c.sql, false, &tx, err);
    st = st == PT_OK ? destination_read_all(tx, arena, &rows, &count, err) : st;
    pt_sql_rollback(PT_TAKE(tx));
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = open_one(ds, &rows[i], err);
    }
    return st;
}

PtStatus connect_destinations_open(const ConnectDestinationsConfig *config,
                                   ConnectDestinations **ret_destinations, PtError *err)
{
    ConnectDestinations *ds = calloc(1, sizeof *ds);
    if (ds == NULL) {
        return no_memory(err);
    }
    ds->c = *config;
    (void)pthread_mutex_init(&ds->changes, NULL); // these cannot fail with glibc
    (void)pthread_mutex_init(&ds->lock, NULL);
    ds->dir = strdup(config->dir);
    ds->c.dir = ds->dir;
    PtStatus st = ds->dir != NULL ? ds->c.fs->ops->mkdir(ds->c.fs, ds->dir, err) : no_memory(err);
    if (st == PT_OK && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        st = no_memory(err);
    }
    st = st == PT_OK ? deliver_bell_new(ds->c.log, &ds->bell, err) : st;
    st = st == PT_OK ? open_all(ds, err) : st;
    if (st != PT_OK) {
        connect_destinations_free(ds);
        return st;
    }
    *ret_destinations = ds;
    return PT_OK;
}

void connect_destinations_stop(ConnectDestinations *ds)
{
    if (ds == NULL) {
        return;
    }
    pthread_mutex_lock(&ds->changes);
    ds->stopped = true;
    for (size_t i = 0; i < ds->runner_count; i++) {
        deliver_ask_stop(ds->runners[i]); // all at once: their time to end is not added up
    }
    while (ds->runner_count > 0) {
        deliver_free(take_out(ds, pt_str(ds->runners[0]->plan->id)));
    }
    deliver_bell_free(PT_TAKE(ds->bell));
    pthread_mutex_unlock(&ds->changes);
}

void connect_destinations_free(ConnectDestinations *ds)
{
    if (ds == NULL) {
        return;
    }
    connect_destinations_stop(ds);
    (void)pthread_mutex_destroy(&ds->changes);
    (void)pthread_mutex_destroy(&ds->lock);
    free(ds->dir);
    free(ds);
}

/* ---- What people do
 * ------------------------------------------------------------------------------ */

typedef struct Act {
    ConnectDestinations *ds;
    PtSqlTx *tx;
    PtArena *arena;
    DestinationRow row;
    char queue[PT_OUTBOX_NAME];
} Act;

static PtStatus begin(Act *a, ConnectDestinations *ds, PtStr id, PtError *err)
{
    a->ds = ds;
    a->arena = pt_arena_new(1 << 20);
    if (a->arena == NULL) {
        return no_memory(err);
    }
    PtStatus st = pt_sql_begin(ds->c.sql, true, &a->tx, err);
    st = st == PT_OK ? destination_read(a->tx, id, a->arena, &a->row, err) : st;
    if (st == PT_OK) {
        destination_queue_name(a->row.id, a->queue);
    }
    return st;
}

/* Commits where all went well, and tells the thread. */
static PtStatus finish(Act *a, PtStatus st, const AuditActor *by, const char *action, PtStr detail,
                       bool nudge, PtError *err)
{
    st = st == PT_OK ? destination_audit(a->tx, &a->row, by, action, detail, err) : st;
    st = st == PT_OK ? pt_sql_commit(&a->tx, err) : st;
    if (st == PT_OK) {
        pthread_mutex_lock(&a->ds->lock);
        Deliver **at = place_of(a->ds, a->row.id);
        if (at != NULL) {
            if (nudge) {
                atomic_store(&(*at)->nudged, true);
            }
            deliver_poke(*at);
        }
        pthread_mutex_unlock(&a->ds->lock);
    }
    pt_sql_rollback(a->tx);
    pt_arena_free(a->arena);
    return st;
}

static PtStatus set_state(ConnectDestinations *ds, PtStr id, PtOutboxState state,
                          const char *action, const AuditActor *by, PtError *err)
{
    Act a = {.tx = NULL};
    PtStatus st = begin(&a, ds, id, err);
    st = st == PT_OK ? pt_outbox_set_state(a.tx, a.queue, state, "", err) : st;
    return finish(&a, st, by, action, PT_STR(""), state == PT_OUTBOX_RUNNING, err);
}

PtStatus connect_destination_pause(ConnectDestinations *ds, PtStr id, const AuditActor *by,
                                   PtError *err)
{
    return set_state(ds, id, PT_OUTBOX_PAUSED, "destination.paused", by, err);
}

PtStatus connect_destination_resume(ConnectDestinations *ds, PtStr id, const AuditActor *by,
                                    PtError *err)
{
    return set_state(ds, id, PT_OUTBOX_RUNNING, "destination.resumed", by, err);
}

static PtStatus begin_job(ConnectDestinations *ds, PtStr id, PtOutboxJobKind kind, PtStr reason,
                          const AuditActor *by, int64_t *ret_count, PtError *err)
{
    Act a = {.tx = NULL};
    char detail[160];
    int64_t count = 0;
    if (reason.len >= PT_OUTBOX_REASON) {
        return pt_fail(err, PT_INVALID, "reason: over %d bytes", PT_OUTBOX_REASON - 1);
    }
    PtStatus st = begin(&a, ds, id, err);
    if (st == PT_OK) {
        st =
            pt_outbox_start_job(a.tx, a.queue, kind, reason, deliver_machine_ms() + 1, &count, err);
    }
    (void)snprintf(detail, sizeof detail, "{\"dead_letters\":%" PRId64 "}", count);
    st = finish(&a, st, by,
                kind == PT_OUTBOX_REDRIVE ? "destination.redriven" : "destination.discarded",
                pt_str(detail), false, err);
    if (st == PT_OK) {
        *ret_count = count;
    }
    return st;
}

PtStatus connect_destination_redrive(ConnectDestinations *ds, PtStr id, PtStr reason,
                                     const AuditActor *by, int64_t *ret_count, PtError *err)
{
    return begin_job(ds, id, PT_OUTBOX_REDRIVE, reason, by, ret_count, err);
}

PtStatus connect_destination_discard(ConnectDestinations *ds, PtStr id, PtStr reason,
                                     const AuditActor *by, int64_t *ret_count, PtError *err)
{
    return begin_job(ds, id, PT_OUTBOX_DISCARD, reason, by, ret_count, err);
}

static PtStatus find_dead(Act *a, uint64_t position, PtOutboxItem *item, PtError *err)
{
    PtStatus st = pt_outbox_item(a->tx, a->queue, position, item, err);
    return st == PT_OK && item->state != PT_OUTBOX_DEAD
               ? pt_fail(err, PT_CONFLICT, "it is no dead letter: it is tried again by itself")
               : st;
}

PtStatus connect_destination_redrive_one(ConnectDestinations *ds, PtStr id, uint64_t position,
                                         const AuditActor *by, PtError *err)
{
    Act a = {.tx = NULL};
    PtOutboxItem item;
    char detail[64];
    PtStatus st = begin(&a, ds, id, err);
    st = st == PT_OK ? find_dead(&a, position, &item, err) : st;
    if (st == PT_OK) {
        item.state = PT_OUTBOX_RETRY;
        item.attempts = 0;
        item.due_ms = deliver_machine_ms();
        st = pt_outbox_put(a.tx, a.queue, &item, err);
    }
    (void)snprintf(detail, sizeof detail, "{\"position\":%" PRIu64 "}", position);
    return finish(&a, st, by, "destination.redriven", pt_str(detail), false, err);
}

PtStatus connect_destination_discard_one(ConnectDestinations *ds, PtStr id, uint64_t position,
                                         const AuditActor *by, PtError *err)
{
    Act a = {.tx = NULL};
    PtOutboxItem item;
    char detail[64];
    PtStatus st = begin(&a, ds, id, err);
    st = st == PT_OK ? find_dead(&a, position, &item, err) : st;
    st = st == PT_OK ? pt_outbox_settle(a.tx, a.queue, position, NULL, err) : st;
    (void)snprintf(detail, sizeof detail, "{\"position\":%" PRIu64 "}", position);
    return finish(&a, st, by, "destination.discarded", pt_str(detail), false, err);
}

/* Its thread is ahead of what is stored. */
static uint64_t reached_by(ConnectDestinations *ds, PtStr id, const PtOutboxQueue *stored)
{
    uint64_t reached = stored->position;
    pthread_mutex_lock(&ds->lock);
    Deliver **at = place_of(ds, id);
    if (at != NULL) {
        DeliverFigures *f = &(*at)->figures;
        pthread_mutex_lock(&f->lock);
        reached = f->position > reached ? f->position : reached;
        pthread_mutex_unlock(&f->lock);
    }
    pthread_mutex_unlock(&ds->lock);
    return reached;
}

PtStatus connect_destination_replay(ConnectDestinations *ds, PtStr id, uint64_t from,
                                    uint64_t until, const AuditActor *by, PtError *err)
{
    Act a = {.tx = NULL};
    PtOutboxQueue q;
    char detail[96];
    PtStatus st = begin(&a, ds, id, err);
    st = st == PT_OK ? pt_outbox_get(a.tx, a.queue, &q, err) : st;
    if (st == PT_OK) {
        const uint64_t begin_at = pt_log_begin(ds->c.log, 0), reached = reached_by(ds, id, &q);
        from = from > begin_at ? from : begin_at;
        until = until < reached ? until : reached;
        st = from < until ? pt_outbox_start_replay(a.tx, a.queue, from, until, err)
                          : pt_fail(err, PT_INVALID,
                                    "there is nothing between from and until that was its turn");
    }
    (void)snprintf(detail, sizeof detail, "{\"from\":%" PRIu64 ",\"until\":%" PRIu64 "}", from,
                   until);
    return finish(&a, st, by, "destination.replayed", pt_str(detail), false, err);
}

PtStatus connect_destination_replay_cancel(ConnectDestinations *ds, PtStr id, const AuditActor *by,
                                           PtError *err)
{
    Act a = {.tx = NULL};
    PtStatus st = begin(&a, ds, id, err);
    st = st == PT_OK ? pt_outbox_cancel_replay(a.tx, a.queue, err) : st;
    return finish(&a, st, by, "destination.replay_cancelled", PT_STR(""), false, err);
}

/* ---- Erasure
 * ------------------------------------------------------------------------------------- */

/* One that began later has read nothing old. */
static bool is_refreshed(ConnectDestinations *ds, uint64_t asked)
{
    bool done = true;
    pthread_mutex_lock(&ds->lock);
    for (size_t i = 0; i < ds->runner_count; i++) {
        Deliver *d = ds->runners[i];
        done = done &&
               (atomic_load(&d->refresh_asked) < asked || atomic_load(&d->refresh_done) >= asked);
    }
    pthread_mutex_unlock(&ds->lock);
    return done;
}

static PtStatus refresh(ConnectDestinations *ds, int64_t timeout_ms, PtError *err)
{
    static _Atomic uint64_t number;
    const uint64_t asked = atomic_fetch_add(&number, 1) + 1;
    const int64_t until_ms = pt_mono_ms() + timeout_ms;
    pthread_mutex_lock(&ds->lock);
    for (size_t i = 0; i < ds->runner_count; i++) {
        atomic_store(&ds->runners[i]->refresh_asked, asked);
        (void)curl_multi_wakeup(ds->runners[i]->multi);
    }
    pthread_mutex_unlock(&ds->lock);
    while (!is_refreshed(ds, asked)) {
        if (pt_mono_ms() >= until_ms) {
            return pt_fail(err, PT_UNAVAILABLE, "a destination has not read its events again yet");
        }
        const struct timespec pause = {0, REFRESH_MS * 1000000};
        (void)nanosleep(&pause, NULL);
    }
    return PT_OK;
}

/* What is shown of a queue is a copy. */
static void blank_shown(ConnectDestinations *ds, bool (*finds)(const void *ctx, PtStr text),
                        const void *ctx)
{
    pthread_mutex_lock(&ds->lock);
    for (size_t i = 0; i < ds->runner_count; i++) {
        DeliverFigures *f = &ds->runners[i]->figures;
        pthread_mutex_lock(&f->lock);
        if (finds(ctx, pt_str(f->queue.reason))) {
            f->queue.reason[0] = '\0';
        }
        pthread_mutex_unlock(&f->lock);
    }
    pthread_mutex_unlock(&ds->lock);
}

PtStatus connect_destinations_erase(ConnectDestinations *ds,
                                    bool (*finds)(const void *ctx, PtStr text), const void *ctx,
                                    int64_t timeout_ms, PtError *err)
{
    PtOutboxPlace place = {.position = -1};
    bool more = true;
    PtStatus st = refresh(ds, timeout_ms, err);
    while (st == PT_OK && more) {
        PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
        st = pt_sql_begin(ds->c.sql, true, &tx, err);
        st = st == PT_OK ? pt_outbox_blank(tx, finds, ctx, &place, &more, err) : st;
        st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    }
    if (st == PT_OK) {
        blank_shown(ds, finds, ctx);
    }
    return st;
}

/* ---- Metrics
 * ------------------------------------------------------------------------------------- */

typedef struct Figure {
    const char *name, *kind, *help;
    double (*of)(Deliver *d);
} Figure;

static double delivered_of(Deliver *d)
{
    return (double)d->figures.delivered;
}

static double retried_of(Deliver *d)
{
    return (double)d->figures.retried;
}

static double requests_of(Deliver *d)
{
    return (double)d->figures.requests;
}

static double skipped_of(Deliver *d)
{
    uint64_t skipped = 0;
    for (size_t i = 0; i < d->figures.skip_count; i++) {
        skipped += d->figures.skips[i].count;
    }
    return (double)skipped;
}

static double dead_of(Deliver *d)
{
    int64_t dead = 0;
    for (size_t i = 0; i < d->figures.count_count; i++) {
        const PtOutboxCount *c = &d->figures.counts[i];
        dead += c->state == PT_OUTBOX_DEAD ? c->items : 0;
    }
    return (double)dead;
}

static double lag_of(Deliver *d)
{
    const uint64_t end = pt_log_end(d->c->log, 0);
    return end > d->figures.position ? (double)(end - d->figures.position) : 0;
}

static double running_of(Deliver *d)
{
    return d->figures.queue.state == PT_OUTBOX_RUNNING;
}

void connect_destinations_metrics(void *ctx, PtBuf *out)
{
    static const Figure figures[] = {
        {"patron_destination_delivered_total", "counter", "Events delivered", delivered_of},
        {"patron_destination_skipped_total", "counter", "Events not for it", skipped_of},
        {"patron_destination_retried_total", "counter", "Events put off", retried_of},
        {"patron_destination_requests_total", "counter", "Requests answered or failed",
         requests_of},
        {"patron_destination_dead_letters", "gauge", "Events that failed for good", dead_of},
        {"patron_destination_lag_records", "gauge", "Records of the log not yet settled", lag_of},
        {"patron_destination_running", "gauge", "1 when it is neither paused, broken nor stopped",
         running_of}};
    ConnectDestinations *ds = ctx;
    pthread_mutex_lock(&ds->lock);
    for (size_t f = 0; f < sizeof figures / sizeof *figures; f++) {
        for (size_t i = 0; i < ds->runner_count; i++) {
            Deliver *d = ds->runners[i];
            char label[64];
            (void)snprintf(label, sizeof label, "destination=\"%s\"", d->plan->id);
            pthread_mutex_lock(&d->figures.lock);
            const double value = figures[f].of(d);
            pthread_mutex_unlock(&d->figures.lock);
            pt_metric_line(out, figures[f].name, figures[f].kind, figures[f].help, i == 0, label,
                           value);
        }
    }
    pthread_mutex_unlock(&ds->lock);
}
