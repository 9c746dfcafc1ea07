// SPDX-License-Identifier: Apache-2.0
/* What a destination's thread stores: its position together with what failed below it. */
#include "connect/destination_internal.h"

#include <stdio.h>
#include <string.h>

enum { AHEAD = 65536, RETRY_SAVE_MS = 1000 };

/* Whether offsets are noted exactly: where a repeat does harm, or must be as it was. */
static bool is_exact(const Deliver *d)
{
    return !d->plan->settings.kind->repeatable || d->plan->linger_ms > 0;
}

static PtStatus store_changes(Deliver *d, PtSqlTx *tx, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < d->change_count; i++) {
        const DeliverChange *c = &d->changes[i];
        st = c->settled ? pt_outbox_settle(tx, d->queue.name, c->item.position, NULL, err)
                        : pt_outbox_put(tx, d->queue.name, &c->item, err);
    }
    return st;
}

static void fill_queue(Deliver *d, uint64_t doubt_end)
{
    PtOutboxQueue *q = &d->queue;
    q->position = deliver_window_position(&d->window);
    q->doubt_end = doubt_end > q->position ? doubt_end : q->position;
    q->trips = d->breaker.trips;
    q->hold_ms = d->breaker.until_ms;
    if (!d->halted) {
        q->state = pt_breaker_is_open(&d->breaker) ? PT_OUTBOX_BROKEN : PT_OUTBOX_RUNNING;
        pthread_mutex_lock(&d->figures.lock);
        (void)snprintf(q->reason, sizeof q->reason, "%.250s",
                       q->state == PT_OUTBOX_BROKEN ? d->figures.last_error : "");
        pthread_mutex_unlock(&d->figures.lock);
    }
    deliver_figures_write(&d->figures, q->figures);
}

/* What others see of it. */
static void show(Deliver *d, const PtOutboxQueue *stored, const PtOutboxCount *counts, size_t count)
{
    DeliverFigures *f = &d->figures;
    pthread_mutex_lock(&f->lock);
    f->queue = *stored;
    memcpy(f->counts, counts, count * sizeof *counts);
    f->count_count = count;
    pthread_mutex_unlock(&f->lock);
}

/* What people decided meanwhile. */
static void take_decisions(Deliver *d, const PtOutboxQueue *stored)
{
    if (!d->halt_due) {
        d->halted = stored->state == PT_OUTBOX_PAUSED || stored->state == PT_OUTBOX_STOPPED;
        d->queue.state = d->halted ? stored->state : d->queue.state;
    }
    if (d->queue.job.number != stored->job.number || stored->job.kind == PT_OUTBOX_NO_JOB) {
        d->queue.job = stored->job;
    }
    if (d->queue.replay.number != stored->replay.number ||
        stored->replay.state != PT_OUTBOX_REPLAYING) {
        d->queue.replay = stored->replay;
    }
}

static PtStatus write_all(Deliver *d, PtSqlTx *tx, PtOutboxQueue *stored, PtOutboxCount *counts,
                          size_t *count, PtError *err)
{
    PtStatus st = store_changes(d, tx, err);
    if (st == PT_OK && d->halt_due) {
        st = pt_outbox_set_state(tx, d->queue.name, PT_OUTBOX_STOPPED, d->queue.reason, err);
    }
    st = st == PT_OK ? pt_outbox_save(tx, &d->queue, err) : st;
    if (st == PT_OK && d->queue.job.number > 0) {
        st = pt_outbox_save_job(tx, d->queue.name, &d->queue.job, err);
    }
    if (st == PT_OK && d->queue.replay.number > 0) {
        st = pt_outbox_save_replay(tx, d->queue.name, &d->queue.replay, err);
    }
    if (st == PT_OK) {
        st = deliver_tally_store(&d->tally, tx, d->plan->id, pt_clock_now_ms(d->c->clock), err);
    }
    st = st == PT_OK ? pt_outbox_counts(tx, d->queue.name, counts, count, err) : st;
    return st == PT_OK ? pt_outbox_get(tx, d->queue.name, stored, err) : st;
}

static PtStatus save(Deliver *d, uint64_t doubt_end, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtOutboxQueue stored;
    PtOutboxCount counts[PT_OUTBOX_REASONS];
    size_t count = 0;
    fill_queue(d, doubt_end);
    PtStatus st = pt_sql_begin(d->c->sql, true, &tx, err);
    st = st == PT_OK ? write_all(d, tx, &stored, counts, &count, err) : st;
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    const int64_t mono_ms = pt_mono_ms();
    if (st != PT_OK) {
        d->save_after_mono_ms = mono_ms + RETRY_SAVE_MS;
        return st;
    }
    d->doubt_end = d->queue.doubt_end;
    d->change_count = 0;
    deliver_tally_clear(&d->tally);
    d->dirty = d->halt_due = false;
    d->saved_mono_ms = mono_ms;
    d->save_after_mono_ms = 0;
    take_decisions(d, &stored);
    show(d, &stored, counts, count);
    return PT_OK;
}

/* The highest offset that is under way is below this, where offsets are noted exactly. */
PtStatus deliver_save(Deliver *d, PtError *err)
{
    const uint64_t read_next = d->window.read_next;
    // on its way, or in doubt since before the start and not settled, or to be repeated as it was
    const bool doubt = d->under_way > 0 || read_next < d->doubt_end || d->window.lanes[0].again > 0;
    const uint64_t end = !is_exact(d) ? read_next + AHEAD : doubt ? d->doubt_end : 0;
    return save(d, end, err);
}

PtStatus deliver_note(Deliver *d, uint64_t end, PtError *err)
{
    if (end <= d->doubt_end) {
        return PT_OK;
    }
    return save(d, is_exact(d) ? end : end + AHEAD, err);
}

PtStatus deliver_halt(Deliver *d, const char *why, PtError *err)
{
    d->halted = d->halt_due = d->dirty = true;
    d->queue.state = PT_OUTBOX_STOPPED;
    (void)snprintf(d->queue.reason, sizeof d->queue.reason, "%.250s", why);
    return deliver_save(d, err);
}

PtStatus deliver_load(Deliver *d, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtOutboxQueue stored;
    PtOutboxCount counts[PT_OUTBOX_REASONS];
    size_t count = 0;
    const bool first = d->queue.name[0] == '\0';
    PtStatus st = pt_sql_begin(d->c->sql, false, &tx, err);
    st = st == PT_OK ? pt_outbox_get(tx, d->plan->queue, &stored, err) : st;
    st = st == PT_OK ? pt_outbox_counts(tx, d->plan->queue, counts, &count, err) : st;
    if (st != PT_OK) {
        return st;
    }
    if (first) {
        d->queue = stored;
        d->doubt_end = stored.doubt_end;
        d->breaker = (PtBreaker){.trips = stored.trips, .until_ms = stored.hold_ms};
        pthread_mutex_lock(&d->figures.lock);
        deliver_figures_read(&d->figures, pt_str(stored.figures));
        pthread_mutex_unlock(&d->figures.lock);
    }
    take_decisions(d, &stored);
    show(d, &stored, counts, count);
    return PT_OK;
}
