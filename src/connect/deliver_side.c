// SPDX-License-Identifier: Apache-2.0
/* What is sent again, beside what is live: retries that are due, redriven dead letters, a replayed
 * range. A batch at a time, so that what is stored of the progress is settled.
 */
#include "connect/destination_internal.h"

#include <stdlib.h>
#include <string.h>

enum { DISCARD_ROWS = 500, SCAN_MAX = 2000, DOUBT_READ = 256 };

static bool is_idle(const Deliver *d)
{
    return d->window.side.first == NULL && d->side_under_way == 0;
}

/* ---- Reading one event again -------------------------------------------------------------------
 */

/* NULL with PT_OK: the log does not hold it any more. Borrowed until the next call. */
static PtStatus fetch(Deliver *d, uint64_t offset, const PtRecord **ret_record, PtError *err)
{
    const PtRecord *records = NULL;
    size_t count = 0;
    *ret_record = NULL;
    pt_log_seek(d->again, offset);
    PtStatus st = pt_log_fetch(d->again, 1, true, &records, &count, err);
    if (st == PT_GONE) {
        return PT_OK;
    }
    if (st == PT_OK && count == 1 && records->position.offset == offset &&
        records->klass == PT_RECORD_EVENT) {
        *ret_record = records;
    }
    return st;
}

static void forget(Deliver *d, uint64_t offset)
{
    DeliverChange *c = &d->changes[d->change_count++];
    memset(c, 0, sizeof *c);
    c->item.position = offset;
    c->settled = true;
    d->dirty = true;
}

/* Puts the event beside, or settles its item where it is not for the destination any more. */
static PtStatus load(Deliver *d, const PtOutboxItem *item, DeliverOrigin origin, PtError *err)
{
    const PtRecord *record;
    EventView view;
    PtStr skip = PT_STR("gone");
    PtStatus st = fetch(d, item->position, &record, err);
    if (st == PT_OK && record != NULL) {
        st = deliver_judge(d, record, &view, &skip, err);
    }
    if (st != PT_OK) {
        return st;
    }
    if (skip.data != NULL) {
        const int64_t now_ms = pt_clock_now_ms(d->c->clock);
        deliver_figures_skip(&d->figures, record != NULL ? &view : NULL, item->position, skip,
                             PT_STR(""), now_ms);
        if (record != NULL) {
            deliver_tally_add(&d->tally, record, &view, deliver_tally_reason(skip), now_ms);
        }
        forget(d, item->position);
        return PT_OK;
    }
    DeliverEvent *e = deliver_window_add(&d->window, record, &view, origin, pt_mono_ms());
    if (e == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for an event that is sent again");
    }
    e->attempts = origin == DELIVER_RETRY ? item->attempts : 0;
    return PT_OK;
}

/* ---- Retries -----------------------------------------------------------------------------------
 */

static PtStatus fill_retries(Deliver *d, PtOutboxItem *items, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    size_t count = 0;
    const int64_t now_ms = deliver_machine_ms();
    if (now_ms < d->next_due_ms) {
        return PT_OK;
    }
    PtStatus st = pt_sql_begin(d->c->sql, false, &tx, err);
    if (st == PT_OK) {
        const PtOutboxDue query = {d->queue.name, now_ms, DELIVER_SIDE_MAX};
        st = pt_outbox_due(tx, &query, items, &count, &d->next_due_ms, err);
    }
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = load(d, &items[i], DELIVER_RETRY, err);
    }
    if (st != PT_OK) {
        d->next_due_ms = 0; // what was not put beside is due all the same
    }
    return st;
}

/* ---- Jobs on dead letters -----------------------------------------------------------------------
 */

static PtStatus next_dead(Deliver *d, PtOutboxItem *items, size_t max, size_t *ret_count,
                          PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const PtOutboxJob *job = &d->queue.job;
    const PtOutboxDead query = {.queue = d->queue.name,
                                .reason = pt_str(job->reason),
                                .after = job->after,
                                .before_ms = job->before_ms,
                                .max = max};
    PtStatus st = pt_sql_begin(d->c->sql, false, &tx, err);
    return st == PT_OK ? pt_outbox_dead(tx, &query, items, ret_count, err) : st;
}

static void end_job(Deliver *d)
{
    d->queue.job.kind = PT_OUTBOX_NO_JOB;
    d->dirty = true;
}

static PtStatus discard(Deliver *d, PtOutboxItem *items, PtError *err)
{
    size_t count = 0;
    PtStatus st = next_dead(d, items, DISCARD_ROWS, &count, err);
    if (st != PT_OK) {
        return st;
    }
    for (size_t i = 0; i < count; i++) {
        forget(d, items[i].position);
    }
    if (count > 0) {
        d->queue.job.after = (int64_t)items[count - 1].position;
        d->queue.job.done += (int64_t)count;
    } else {
        end_job(d);
    }
    d->more = true;
    return deliver_save(d, err);
}

static size_t pace(Deliver *d, size_t count)
{
    d->side_after_mono_ms = pt_mono_ms() + (int64_t)count * 1000 / d->plan->redrive_per_s;
    return count;
}

/* As many at once as fit into about a tenth of a second, at least one. */
static size_t portion(const Deliver *d)
{
    const int64_t tenth = d->plan->redrive_per_s / 10;
    return tenth < 1 ? 1 : tenth < DELIVER_SIDE_MAX ? (size_t)tenth : DELIVER_SIDE_MAX;
}

static PtStatus redrive(Deliver *d, PtOutboxItem *items, PtError *err)
{
    size_t count = 0, loaded = 0;
    PtStatus st = next_dead(d, items, portion(d), &count, err);
    if (st == PT_OK && count == 0) {
        end_job(d);
        return PT_OK;
    }
    while (st == PT_OK && loaded < count) {
        st = load(d, &items[loaded], DELIVER_REDRIVE, err);
        loaded += st == PT_OK;
    }
    if (loaded > 0) { // also before a failure: these are on their way
        d->side_is_job = true;
        d->job_after = (int64_t)items[loaded - 1].position;
        d->job_count = (int64_t)loaded;
        (void)pace(d, loaded);
    }
    return st;
}

/* ---- Replay -------------------------------------------------------------------------------------
 */

static bool is_event(const PtRecord *r)
{
    return r->klass == PT_RECORD_EVENT && r->source != 0;
}

static PtStatus replay_one(Deliver *d, const PtRecord *record, size_t *taken, PtError *err)
{
    EventView view;
    PtStr skip;
    if (!is_event(record)) {
        return PT_OK;
    }
    PtStatus st = deliver_judge(d, record, &view, &skip, err);
    if (st != PT_OK || skip.data != NULL) {
        return st;
    }
    if (deliver_window_add(&d->window, record, &view, DELIVER_REPLAY, pt_mono_ms()) == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a replay");
    }
    (*taken)++;
    return PT_OK;
}

static PtStatus replay(Deliver *d, PtError *err)
{
    PtOutboxReplay *r = &d->queue.replay;
    const size_t most = portion(d);
    size_t taken = 0, seen = 0, count = 1;
    PtStatus st = PT_OK;
    const uint64_t begin = pt_log_begin(d->c->log, 0);
    uint64_t next = r->next > begin ? r->next : begin;
    while (st == PT_OK && taken < most && seen < SCAN_MAX && next < r->until && count > 0) {
        const PtRecord *records = NULL;
        pt_log_seek(d->replayed, next);
        st = pt_log_fetch(d->replayed, most, true, &records, &count, err);
        for (size_t i = 0; st == PT_OK && i < count && taken < most; i++) {
            if (records[i].position.offset >= r->until) {
                next = r->until;
                break;
            }
            st = replay_one(d, &records[i], &taken, err);
            if (st == PT_OK) {
                next = records[i].position.offset + 1;
                seen++;
            }
        }
    }
    d->side_is_replay = true; // also before a failure: what was taken is on its way
    // the log ends before it: nothing more comes
    d->replay_next = st == PT_OK && count == 0 ? r->until : next;
    d->job_count = (int64_t)taken;
    (void)pace(d, taken);
    d->more = st == PT_OK && taken == 0;
    return st;
}

/* ---- All of it ----------------------------------------------------------------------------------
 */

/* What was begun last is settled: the progress may be stored. */
static void end_batch(Deliver *d)
{
    if (d->side_is_job) {
        d->queue.job.after = d->job_after;
        d->queue.job.done += d->job_count;
    }
    if (d->side_is_replay) {
        PtOutboxReplay *r = &d->queue.replay;
        r->next = d->replay_next;
        r->sent += d->job_count;
        r->state =
            r->next >= r->until && r->state == PT_OUTBOX_REPLAYING ? PT_OUTBOX_REPLAYED : r->state;
    }
    d->dirty = d->dirty || d->side_is_job || d->side_is_replay;
    d->side_is_job = d->side_is_replay = false;
}

static bool may_redrive(const Deliver *d)
{
    // where the breaker is open, the first request of these may be the one it lets through
    return pt_breaker_may(&d->breaker, deliver_machine_ms()) && d->window.queued == 0 &&
           pt_mono_ms() >= d->side_after_mono_ms;
}

static PtStatus fill(Deliver *d, PtOutboxItem *items, PtError *err)
{
    const PtOutboxJobKind job = d->queue.job.kind;
    if (job == PT_OUTBOX_DISCARD) {
        return discard(d, items, err);
    }
    if (d->halted) {
        return PT_OK;
    }
    PtStatus st = fill_retries(d, items, err);
    if (st != PT_OK || !is_idle(d) || !may_redrive(d)) {
        return st;
    }
    if (job == PT_OUTBOX_REDRIVE) {
        st = redrive(d, items, err);
    }
    // a portion of a job that was skipped as a whole is counted before another is begun
    if (st == PT_OK && is_idle(d) && !d->side_is_job &&
        d->queue.replay.state == PT_OUTBOX_REPLAYING) {
        st = replay(d, err);
    }
    return st;
}

static bool has_work(const Deliver *d)
{
    return d->queue.job.kind != PT_OUTBOX_NO_JOB || d->queue.replay.state == PT_OUTBOX_REPLAYING ||
           d->side_is_job || d->side_is_replay || deliver_machine_ms() >= d->next_due_ms;
}

PtStatus deliver_fill_side(Deliver *d, PtError *err)
{
    if (!is_idle(d) || !has_work(d)) {
        return PT_OK;
    }
    end_batch(d);
    // rows say what is due and dead: they have to be as things are
    PtStatus st = d->change_count > 0 ? deliver_save(d, err) : PT_OK;
    PtOutboxItem *items = st == PT_OK ? calloc(DISCARD_ROWS, sizeof *items) : NULL;
    if (st == PT_OK && items == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for what is sent again");
    }
    st = st == PT_OK ? fill(d, items, err) : st;
    free(items);
    return st;
}

int64_t deliver_side_wait_ms(const Deliver *d, int64_t mono_ms)
{
    int64_t wait_ms = INT64_MAX;
    if (d->halted || !is_idle(d)) {
        return wait_ms;
    }
    if (d->next_due_ms < INT64_MAX) {
        const int64_t now_ms = deliver_machine_ms();
        wait_ms = d->next_due_ms > now_ms ? d->next_due_ms - now_ms : 0;
    }
    const bool job = d->queue.job.kind != PT_OUTBOX_NO_JOB ||
                     d->queue.replay.state == PT_OUTBOX_REPLAYING || d->side_is_job ||
                     d->side_is_replay;
    if (job && d->window.queued == 0) {
        const int64_t left_ms =
            d->side_after_mono_ms > mono_ms ? d->side_after_mono_ms - mono_ms : 0;
        wait_ms = left_ms < wait_ms ? left_ms : wait_ms;
    }
    return wait_ms;
}

/* ---- After a crash, and after an erasure --------------------------------------------------------
 */

static PtStatus doubt_one(Deliver *d, const PtRecord *record, PtError *err)
{
    EventView view;
    PtStr skip;
    if (!is_event(record)) {
        return PT_OK;
    }
    PtStatus st = deliver_judge(d, record, &view, &skip, err);
    if (st != PT_OK || skip.data != NULL) {
        return st;
    }
    DeliverEvent *e = deliver_window_add(&d->window, record, &view, DELIVER_REPLAY, 0);
    if (e == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for an event in doubt");
    }
    deliver_fail(d, deliver_window_take(&d->window, &d->window.side), PT_OUTBOX_DEAD, "in_doubt",
                 "on its way when the server ended: it may have arrived", 0);
    return PT_OK;
}

PtStatus deliver_settle_doubt(Deliver *d, PtError *err)
{
    const uint64_t end = d->queue.doubt_end;
    const bool repeatable = d->plan->settings.kind->repeatable;
    size_t count = 1;
    PtStatus st = PT_OK;
    if (repeatable) {
        d->cut_at = d->plan->linger_ms > 0 ? end : 0;
        return PT_OK;
    }
    const uint64_t begin = pt_log_begin(d->c->log, 0);
    if (d->window.read_next < begin) { // retention was faster
        d->window.read_next = begin;
    }
    while (st == PT_OK && count > 0 && d->window.read_next < end) {
        const PtRecord *records = NULL;
        if (d->change_count >= DELIVER_CHANGES_DUE) { // first: a save that failed is tried again
            st = deliver_save(d, err);
        }
        if (st != PT_OK) {
            break;
        }
        pt_log_seek(d->reader, d->window.read_next);
        st = pt_log_fetch(d->reader, DOUBT_READ, true, &records, &count, err);
        size_t i = 0;
        for (; st == PT_OK && i < count && records[i].position.offset < end; i++) {
            st = doubt_one(d, &records[i], err);
            if (st == PT_OK) {
                d->window.read_next = records[i].position.offset + 1;
            }
        }
        if (st == PT_OK && i < count) { // the next record is behind it
            d->window.read_next = end;
        }
    }
    return st == PT_OK && d->dirty ? deliver_save(d, err) : st;
}

static PtStatus refresh_queue(Deliver *d, DeliverQueue *q, PtError *err)
{
    PtStatus st = PT_OK;
    // goes round also after a failure: the order stays
    for (size_t left = q->count; left > 0; left--) {
        const PtRecord *record = NULL;
        DeliverEvent *e = deliver_window_take(&d->window, q);
        st = st == PT_OK ? fetch(d, e->record.position.offset, &record, err) : st;
        if (st == PT_OK && (record == NULL || (record->flags & EVENT_ERASED) != 0)) {
            deliver_skip(d, e, NULL, PT_STR("erased"), PT_STR(""));
        } else {
            deliver_window_append(&d->window, e);
        }
    }
    return st;
}

PtStatus deliver_refresh(Deliver *d, PtError *err)
{
    PtStatus st = refresh_queue(d, &d->window.side, err);
    deliver_figures_forget(&d->figures);
    d->dirty = true;
    for (uint32_t i = 0; st == PT_OK && i < d->window.lane_count; i++) {
        st = refresh_queue(d, &d->window.lanes[i], err);
    }
    return st;
}
