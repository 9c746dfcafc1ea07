// SPDX-License-Identifier: Apache-2.0
#include "platform/log/log_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>

/* Round buffers are reserved address space: growing copies nothing, and giving memory back after a
 * burst is one call. */
PtStatus log_round_init(LogRound *r, size_t reserve, PtError *err)
{
    void *data = mmap(NULL, reserve, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (data == MAP_FAILED) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for %zu bytes of pending records", reserve);
    }
    *r = (LogRound){.data = data, .reserved = reserve};
    return PT_OK;
}

void log_round_done(LogRound *r)
{
    if (r->data != NULL) {
        (void)munmap(r->data, r->reserved);
    }
    free(r->splits);
    free(r->marks.items);
    *r = (LogRound){0};
}

static void round_clear(LogRound *r)
{
    r->touched = r->len > r->touched ? r->len : r->touched;
    r->len = 0;
    r->count = 0;
    r->split_count = 0;
    r->marks.count = 0;
    r->max_time_ms = INT64_MIN;
}

static void round_shrink(LogRound *r)
{
    if (r->touched > LOG_ROUND_KEEP && r->len == 0) {
        (void)madvise(r->data + LOG_ROUND_KEEP, r->touched - LOG_ROUND_KEEP, MADV_DONTNEED);
        r->touched = LOG_ROUND_KEEP;
    }
}

void log_tail_close(PtLog *log)
{
    log->tail_open = false;
}

/* ---- Appending: under mu ---- */

static PtStatus admit(PtLog *log, size_t size, PtError *err)
{
    if (log->failing ||
        (log->retry_at_ns > 0 && log->config.start_threads && pt_mono_ns() < log->retry_at_ns)) {
        return pt_fail(err, PT_UNAVAILABLE, "the log cannot be written right now");
    }
    uint64_t pending = log->open->len + (log->taken != NULL ? log->taken->len : 0);
    if (pending > 0 && pending + size > log->config.pending_bytes) {
        return pt_fail(err, PT_BUSY, "%llu bytes wait to be written", (unsigned long long)pending);
    }
    if (log->hot_bytes > log->config.hot_bytes) {
        return pt_fail(err, PT_UNAVAILABLE, "the archive is %llu bytes behind",
                       (unsigned long long)log->hot_bytes);
    }
    return PT_OK;
}

/* Finds the record's segment: the one in use, or the next. */
static PtStatus place(PtLog *log, size_t size, PtError *err)
{
    if (log->tail_open && log->tail_at + size <= log->tail_size) {
        return PT_OK;
    }
    LogRound *r = log->open;
    if (!log_grow((void **)&r->splits, r->split_count, &r->split_cap, sizeof *r->splits)) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the next log segment");
    }
    uint64_t need = LOG_SEGMENT_HEADER + (uint64_t)size;
    uint64_t bytes = need > log->config.segment_bytes ? need : log->config.segment_bytes;
    log->tail_open = true;
    log->tail_generation = ++log->last_generation;
    log->tail_at = LOG_SEGMENT_HEADER;
    log->tail_size = bytes;
    log->last_mark_at = 0;
    r->splits[r->split_count++] = (LogSplit){r->len, log->tail_generation, log->next_offset, bytes};
    return PT_OK;
}

static void put(PtLog *log, const PtRecord *record, size_t size)
{
    LogRound *r = log->open;
    if (r->count == 0) {
        r->first = log->next_offset;
        r->max_time_ms = INT64_MIN;
    }
    PtRecord copy = *record;
    copy.position.offset = log->next_offset;
    uint32_t delta = (uint32_t)(log->next_offset - r->first);
    log_record_encode(&copy, log->tail_generation, delta, r->data + r->len);
    if (log->tail_at - log->last_mark_at >= LOG_MARK_EVERY) {
        log_marks_add(&r->marks, (LogMark){log->next_offset, log->tail_generation, log->tail_at});
        log->last_mark_at = log->tail_at;
    }
    if (record->time_ms > r->max_time_ms) {
        r->max_time_ms = record->time_ms;
    }
    r->len += size;
    r->count++;
    log->tail_at += size;
    log->next_offset++;
}

PtStatus pt_log_append(PtLog *log, const PtRecord *r, uint64_t *ret_round, uint64_t *ret_offset,
                       PtError *err)
{
    if (r->payload.len > PT_LOG_PAYLOAD_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "record over %d bytes", PT_LOG_PAYLOAD_MAX);
    }
    if (r->position.partition != 0) {
        return pt_fail(err, PT_INVALID, "partition %u is not 0", r->position.partition);
    }
    size_t size = log_record_size(r->payload.len);
    pthread_mutex_lock(&log->mu);
    PtStatus st = admit(log, size, err);
    if (st == PT_OK) {
        st = place(log, size, err);
    }
    if (st == PT_OK) {
        *ret_round = log->open->number;
        *ret_offset = log->next_offset;
        put(log, r, size);
        log->stats.appended_bytes += r->payload.len;
    }
    pthread_mutex_unlock(&log->mu);
    return st;
}

void pt_log_flush(PtLog *log)
{
    pthread_mutex_lock(&log->mu);
    log->flush_wanted = true;
    if (log->writer_idle) {
        pthread_cond_signal(&log->work);
    }
    pthread_mutex_unlock(&log->mu);
}

/* ---- Writing a round: the writer's role, without mu ---- */

typedef struct RoundWrite {
    LogSegment *seg;    /* where the next bytes go */
    LogSegment *active; /* the segment in use when the round began, or NULL */
    LogSegment *fresh, **fresh_tail;
    bool dirty; /* seg was written since its sync */
    bool active_touched;
} RoundWrite;

static PtStatus timed_sync(PtLog *log, LogSegment *seg, PtError *err)
{
    int64_t from = pt_mono_ns();
    PtStatus st = log->fs->ops->datasync(log->fs, seg->file, err);
    uint64_t took = (uint64_t)(pt_mono_ns() - from);
    pthread_mutex_lock(&log->mu);
    log->stats.sync_ns_total += took;
    if (took > log->stats.sync_ns_max) {
        log->stats.sync_ns_max = took;
    }
    pthread_mutex_unlock(&log->mu);
    return st;
}

static PtStatus write_part(PtLog *log, RoundWrite *w, const char *bytes, size_t len, PtError *err)
{
    if (len == 0) {
        return PT_OK;
    }
    w->dirty = true;
    w->active_touched |= w->seg == w->active;
    PtStatus st = log->fs->ops->pwrite(log->fs, w->seg->file, bytes, len, w->seg->written, err);
    if (st == PT_OK) {
        w->seg->written += len;
    }
    return st;
}

/* What came before must be on the disk before the next segment claims to follow it. */
static PtStatus next_segment(PtLog *log, RoundWrite *w, const LogSplit *split, PtError *err)
{
    PtStatus st = w->dirty ? timed_sync(log, w->seg, err) : PT_OK;
    if (st != PT_OK) {
        return st;
    }
    if (w->seg != NULL) {
        w->seg->written_end = split->base;
    }
    LogSegment *seg = NULL;
    st = log_segment_begin(log, split, &seg, err);
    if (st != PT_OK) {
        return st;
    }
    seg->next = NULL;
    *w->fresh_tail = seg;
    w->fresh_tail = &seg->next;
    w->seg = seg;
    w->dirty = false;
    return PT_OK;
}

static PtStatus write_round(PtLog *log, const LogRound *r, RoundWrite *w, PtError *err)
{
    size_t at = 0;
    for (size_t i = 0; i < r->split_count; i++) {
        PtStatus st = write_part(log, w, r->data + at, r->splits[i].at - at, err);
        if (st == PT_OK) {
            st = next_segment(log, w, &r->splits[i], err);
        }
        if (st != PT_OK) {
            return st;
        }
        at = r->splits[i].at;
    }
    PtStatus st = write_part(log, w, r->data + at, r->len - at, err);
    if (st == PT_OK) {
        st = timed_sync(log, w->seg, err);
    }
    if (st == PT_OK) {
        w->seg->written_end = r->first + r->count;
    }
    return st;
}

/* ---- Publishing: under mu ---- */

static void publish_segment(PtLog *log, LogSegment *seg, const LogRound *r)
{
    seg->end = seg->written_end;
    seg->used = seg->written;
    if (r->max_time_ms > seg->max_time_ms) {
        seg->max_time_ms = r->max_time_ms;
    }
    for (size_t i = 0; i < r->marks.count; i++) {
        if (r->marks.items[i].generation == seg->generation) {
            log_marks_add(&seg->marks, r->marks.items[i]);
        }
    }
    log->active = seg;
}

static void round_succeeded(PtLog *log, const LogRound *r, RoundWrite *w)
{
    if (w->active != NULL) {
        publish_segment(log, w->active, r);
    }
    for (LogSegment *seg = w->fresh, *next; seg != NULL; seg = next) {
        next = seg->next;
        publish_segment(log, seg, r);
        log->hot[log->hot_count++] = seg; // room was made before
        log->hot_bytes += seg->size;
    }
    if (w->fresh != NULL) {
        pthread_cond_signal(&log->full);
    }
    log->end = r->first + r->count;
    log->stats.rounds++;
    log->stats.records += r->count;
    log->stats.full = false;
    log->retry_at_ns = 0;
    log->finished_round = r->number;
}

static void drop_last_hot(PtLog *log)
{
    LogSegment *seg = log->hot[--log->hot_count];
    log->hot_bytes -= seg->size;
    log_segment_doom(log, seg);
}

/* Everything appended behind the failed round had offsets that now will be used again. */
static void round_failed(PtLog *log, const LogRound *r, RoundWrite *w, PtStatus status)
{
    for (LogSegment *seg = w->fresh, *next; seg != NULL; seg = next) {
        next = seg->next;
        log_segment_doom(log, seg);
    }
    if (w->active != NULL) {
        w->active->written = w->active->used;
        w->active->written_end = w->active->end;
        w->active->failed |= w->active_touched;
        if (w->active->base == w->active->end) {
            drop_last_hot(log);
        }
    }
    log->active = NULL;
    pthread_cond_signal(&log->full); // what was in use is full now
    log_tail_close(log);
    log->next_offset = log->end;
    log->finished_round = r->number;
    if (log->open->count > 0) {
        log->finished_round = log->open->number;
        log->open->number++;
    }
    round_clear(log->open);
    log->stats.failed_rounds++;
    log->stats.full |= status == PT_UNAVAILABLE;
    log->retry_at_ns = pt_mono_ns() + (int64_t)LOG_RETRY_MS * 1000000;
    log->failing = true; // until the owner has heard of it
}

static void tell_waiters(PtLog *log, PtStatus status)
{
    bool any = false;
    LogWaiter **at = &log->waiters;
    while (*at != NULL) {
        LogWaiter *w = *at;
        if (w->round > log->finished_round) {
            at = &w->next;
            continue;
        }
        *at = w->next;
        w->status = status;
        w->done = true;
        any = true;
    }
    if (any) {
        pthread_cond_broadcast(&log->done);
    }
}

static PtStatus make_hot_room(PtLog *log, size_t more, PtError *err)
{
    while (log->hot_cap < log->hot_count + more) {
        if (!log_grow((void **)&log->hot, log->hot_cap, &log->hot_cap, sizeof(LogSegment *))) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for the list of log segments");
        }
    }
    return PT_OK;
}

/* Takes the open round, writes it, publishes it. Called and returns with mu held. */
static PtStatus commit_open(PtLog *log, PtError *err)
{
    LogRound *r = log->open;
    log->flush_wanted = false;
    log->taken = r;
    log->open = r == &log->rounds[0] ? &log->rounds[1] : &log->rounds[0];
    log->open->number = r->number + 1;
    RoundWrite w = {.seg = log->active, .active = log->active};
    w.fresh_tail = &w.fresh;
    PtStatus st = make_hot_room(log, r->split_count, err);
    pthread_mutex_unlock(&log->mu);
    if (st == PT_OK) {
        st = write_round(log, r, &w, err);
    }
    pthread_mutex_lock(&log->mu);
    if (st == PT_OK) {
        round_succeeded(log, r, &w);
    } else {
        round_failed(log, r, &w, st);
    }
    round_clear(r);
    log->taken = NULL;
    uint64_t finished = log->finished_round;
    if (log->readers_waiting > 0) {
        pthread_cond_broadcast(&log->grown);
    }
    if (log->config.on_round != NULL) {
        pthread_mutex_unlock(&log->mu);
        log->config.on_round(log->config.ctx, finished, st);
        pthread_mutex_lock(&log->mu);
    }
    log->failing = false;
    tell_waiters(log, st);
    return st;
}

/* Sleeps until there is work; gives memory of a burst back when it has been quiet for a second. */
static void wait_for_work(PtLog *log)
{
    bool big = log->rounds[0].touched > LOG_ROUND_KEEP || log->rounds[1].touched > LOG_ROUND_KEEP;
    log->writer_idle = true;
    if (!big) {
        pthread_cond_wait(&log->work, &log->mu);
    } else {
        struct timespec later = log_deadline(pt_mono_ns() + 1000000000);
        if (pthread_cond_timedwait(&log->work, &log->mu, &later) == ETIMEDOUT) {
            round_shrink(&log->rounds[0]);
            round_shrink(&log->rounds[1]);
        }
    }
    log->writer_idle = false;
}

/* Rounds begin gather_us apart, so that under load each sync is paid for by more records. */
static void gather(PtLog *log)
{
    const int64_t begin = log->round_began_ns + (int64_t)log->config.gather_us * 1000;
    if (begin > pt_mono_ns() && !log->stop) {
        const struct timespec at = {begin / 1000000000, begin % 1000000000};
        pthread_mutex_unlock(&log->mu);
        (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL); // earlier is fine
        pthread_mutex_lock(&log->mu);
    }
    log->round_began_ns = pt_mono_ns();
}

void *log_writer_main(void *arg)
{
    PtLog *log = arg;
    (void)prctl(PR_SET_TIMERSLACK, 1000UL); // gather to the microsecond, not to 50
    pthread_mutex_lock(&log->mu);
    for (;;) {
        bool pending = log->open->count > 0;
        if (pending && (log->flush_wanted || log->stop)) {
            gather(log);
            (void)commit_open(log, NULL); // told by on_round and to waiters
        } else if (log->stop) {
            break;
        } else {
            log->flush_wanted = false;
            wait_for_work(log);
        }
    }
    pthread_mutex_unlock(&log->mu);
    return NULL;
}

/* ---- Waiting for rounds ---- */

static uint64_t last_pending(const PtLog *log)
{
    if (log->open->count > 0) {
        return log->open->number;
    }
    return log->taken != NULL ? log->taken->number : log->finished_round;
}

uint64_t pt_log_last_pending(PtLog *log)
{
    pthread_mutex_lock(&log->mu);
    uint64_t round = last_pending(log);
    pthread_mutex_unlock(&log->mu);
    return round;
}

uint64_t pt_log_finished_round(PtLog *log)
{
    pthread_mutex_lock(&log->mu);
    uint64_t round = log->finished_round;
    pthread_mutex_unlock(&log->mu);
    return round;
}

PtStatus pt_log_commit(PtLog *log, PtError *err)
{
    pthread_mutex_lock(&log->mu);
    PtStatus st = PT_OK;
    LogWaiter me = {.round = last_pending(log)};
    if (me.round > log->finished_round && !log->config.start_threads) {
        st = commit_open(log, err);
    } else if (me.round > log->finished_round) {
        me.next = log->waiters;
        log->waiters = &me;
        log->flush_wanted = true;
        pthread_cond_signal(&log->work);
        while (!me.done) {
            pthread_cond_wait(&log->done, &log->mu);
        }
        if (me.status != PT_OK) {
            st = pt_fail(err, me.status, "the log could not be written");
        }
    }
    pthread_mutex_unlock(&log->mu);
    return st;
}
