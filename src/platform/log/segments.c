// SPDX-License-Identifier: Apache-2.0
#include "platform/log/log_internal.h"
#include "platform/loop.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PREWRITE_CHUNK = 1 << 20 };

void log_path_hot(const PtLog *log, uint32_t slot, char out[static LOG_PATH_MAX])
{
    (void)snprintf(out, LOG_PATH_MAX, "%s/hot-%08x.seg", log->dir, slot);
}

bool log_grow(void **items, size_t count, size_t *cap, size_t size)
{
    if (count < *cap) {
        return true;
    }
    size_t more = *cap == 0 ? 8 : *cap * 2;
    void *grown = realloc(*items, more * size);
    if (grown == NULL) {
        return false;
    }
    *items = grown;
    *cap = more;
    return true;
}

void log_marks_add(LogMarks *marks, LogMark mark)
{
    if (log_grow((void **)&marks->items, marks->count, &marks->cap, sizeof mark)) {
        marks->items[marks->count++] = mark;
    }
}

LogSegment *log_segment_new(PtFile *file, uint32_t slot, uint64_t size)
{
    LogSegment *seg = calloc(1, sizeof *seg);
    if (seg != NULL) {
        seg->file = file;
        seg->slot = slot;
        seg->size = size;
        seg->max_time_ms = INT64_MIN;
    }
    return seg;
}

void log_segment_free(PtLog *log, LogSegment *seg)
{
    if (seg != NULL) {
        log->fs->ops->close(log->fs, seg->file);
        free(seg->marks.items);
        free(seg);
    }
}

void log_segment_doom(PtLog *log, LogSegment *seg)
{
    seg->next = log->doomed;
    log->doomed = seg;
}

static PtStatus remove_file(PtLog *log, uint32_t slot, PtError *err)
{
    char path[LOG_PATH_MAX];
    log_path_hot(log, slot, path);
    PtStatus st = log->fs->ops->unlink(log->fs, path, err);
    return st == PT_NOT_FOUND ? PT_OK : st;
}

static LogSegment *newest_doomed(PtLog *log)
{
    pthread_mutex_lock(&log->mu);
    LogSegment *best = log->doomed;
    for (LogSegment *seg = best; seg != NULL; seg = seg->next) {
        best = seg->generation > best->generation ? seg : best;
    }
    pthread_mutex_unlock(&log->mu);
    return best;
}

static void forget_doomed(PtLog *log, LogSegment *seg)
{
    pthread_mutex_lock(&log->mu);
    LogSegment **at = &log->doomed;
    while (*at != seg) {
        at = &(*at)->next;
    }
    *at = seg->next;
    pthread_mutex_unlock(&log->mu);
    log_segment_free(log, seg);
}

/* Newest first, each for good before the next: a segment that came back without the one before it
 * would look like a hole. */
PtStatus log_segment_bury(PtLog *log, PtError *err)
{
    PtStatus st = PT_OK;
    pthread_mutex_lock(&log->bury_mu);
    for (LogSegment *seg; st == PT_OK && (seg = newest_doomed(log)) != NULL;) {
        st = remove_file(log, seg->slot, err);
        if (st == PT_OK) {
            st = log->fs->ops->sync_dir(log->fs, log->dir, err);
        }
        if (st == PT_OK) {
            forget_doomed(log, seg);
        }
    }
    pthread_mutex_unlock(&log->bury_mu);
    return st;
}

void log_segment_discard(PtLog *log, LogSegment *seg)
{
    if (seg == NULL) {
        return;
    }
    PtStatus st = remove_file(log, seg->slot, NULL);
    pthread_mutex_lock(&log->mu);
    log->scrubbed++;
    if (seg->retired) {
        log->lingering--;
        pthread_cond_broadcast(&log->let_go);
    }
    if (st != PT_OK && !(seg->fresh && seg->generation == 0)) { // a spare that never held anything
        log_segment_doom(log, seg);
        seg = NULL;
    }
    pthread_mutex_unlock(&log->mu);
    log_segment_free(log, seg);
}

PtStatus log_segment_damaged(const PtLog *log, const LogSegment *seg, uint64_t offset, uint64_t at,
                             PtError *err)
{
    return pt_fail(err, PT_CORRUPT,
                   "record %" PRIu64 " in \"%s/hot-%08x.seg\" at byte %" PRIu64 " is damaged",
                   offset, log->dir, seg->slot, at);
}

LogSegment *log_segment_find(PtLog *log, uint64_t offset)
{
    size_t lo = 0, hi = log->hot_count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (log->hot[mid]->base <= offset) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo > 0 && offset < log->hot[lo - 1]->end ? log->hot[lo - 1] : NULL;
}

LogSegment *log_segment_unref(PtLog *log, LogSegment *seg)
{
    if (--seg->refs > 0 || !seg->retired) {
        return NULL;
    }
    bool keep =
        !log->scrubbing && !seg->failed && seg->size == log->config.segment_bytes &&
        log->spare_count < (size_t)log->config.spare_segments + LOG_RECYCLED_EXTRA &&
        log_grow((void **)&log->spare, log->spare_count, &log->spare_cap, sizeof(LogSegment *));
    if (!keep) {
        return seg;
    }
    free(seg->marks.items);
    *seg = (LogSegment){
        .file = seg->file, .slot = seg->slot, .size = seg->size, .max_time_ms = INT64_MIN};
    log->spare[log->spare_count++] = seg;
    log->lingering--;
    pthread_cond_broadcast(&log->let_go);
    return NULL;
}

/* Creates a segment file of `size` reserved bytes; its name is not durable yet. NULL: *ret_status
 * says why. */
static LogSegment *create_file(PtLog *log, uint64_t size, PtStatus *ret_status, PtError *err)
{
    char path[LOG_PATH_MAX];
    pthread_mutex_lock(&log->mu);
    uint32_t slot = log->next_slot++;
    pthread_mutex_unlock(&log->mu);
    log_path_hot(log, slot, path);
    PtFile *file = NULL;
    *ret_status = log->fs->ops->open(log->fs, path, PT_OPEN_CREATE, &file, err);
    if (*ret_status != PT_OK) {
        return NULL;
    }
    *ret_status = log->fs->ops->allocate(log->fs, file, size, err);
    LogSegment *seg = *ret_status == PT_OK ? log_segment_new(file, slot, size) : NULL;
    if (seg == NULL) {
        if (*ret_status == PT_OK) {
            *ret_status = pt_fail(err, PT_NO_MEMORY, "no memory for a log segment");
        }
        log->fs->ops->close(log->fs, file);
        (void)remove_file(log, slot, NULL); // without a header it is harmless
        return NULL;
    }
    seg->fresh = true;
    return seg;
}

static LogSegment *take_spare(PtLog *log, uint64_t size)
{
    LogSegment *seg = NULL;
    pthread_mutex_lock(&log->mu);
    if (size == log->config.segment_bytes && log->spare_count > 0) {
        seg = log->spare[--log->spare_count];
    }
    pthread_cond_signal(&log->spares);
    pthread_mutex_unlock(&log->mu);
    return seg;
}

static PtStatus write_header(PtLog *log, LogSegment *seg, const LogSplit *split, PtError *err)
{
    uint8_t bytes[LOG_SEGMENT_HEADER];
    log_header_encode(&(LogSegmentHeader){.generation = split->generation,
                                          .base = split->base,
                                          .created_ms = pt_clock_now_ms(log->config.clock)},
                      bytes);
    PtStatus st = log->fs->ops->pwrite(log->fs, seg->file, bytes, sizeof bytes, 0, err);
    // Synced before any record of this generation: a crash cannot leave records behind whose
    // generation would be handed out again.
    return st == PT_OK ? log->fs->ops->datasync(log->fs, seg->file, err) : st;
}

PtStatus log_segment_begin(PtLog *log, const LogSplit *split, LogSegment **ret_seg, PtError *err)
{
    PtStatus st = log_segment_bury(log, err);
    if (st != PT_OK) {
        return st;
    }
    LogSegment *seg = take_spare(log, split->size);
    if (seg == NULL) {
        seg = create_file(log, split->size, &st, err);
        if (seg == NULL) {
            return st;
        }
        st = log->fs->ops->sync_dir(log->fs, log->dir, err);
    }
    seg->generation = split->generation;
    if (st == PT_OK) {
        st = write_header(log, seg, split, err);
    }
    if (st != PT_OK) {
        pthread_mutex_lock(&log->mu);
        log_segment_doom(log, seg); // its header may be on the disk
        pthread_mutex_unlock(&log->mu);
        return st;
    }
    seg->base = seg->end = seg->written_end = split->base;
    seg->used = seg->written = LOG_SEGMENT_HEADER;
    *ret_seg = seg;
    return PT_OK;
}

/* Blocks that were written once are rewritten without the file system touching its metadata. */
static PtStatus prewrite(PtLog *log, LogSegment *seg, PtError *err)
{
    char *zeros = calloc(1, PREWRITE_CHUNK);
    if (zeros == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to prepare a log segment");
    }
    PtStatus st = PT_OK;
    for (uint64_t at = 0; st == PT_OK && at < seg->size; at += PREWRITE_CHUNK) {
        uint64_t len = seg->size - at < PREWRITE_CHUNK ? seg->size - at : PREWRITE_CHUNK;
        st = pt_fs_write_gently(log->fs, seg->file, zeros, (size_t)len, at, err);
        pthread_mutex_lock(&log->mu);
        bool stop = log->stop;
        pthread_mutex_unlock(&log->mu);
        if (stop && st == PT_OK) {
            st = pt_fail(err, PT_BUSY, "the log is closing");
        }
    }
    free(zeros);
    return st == PT_OK ? log->fs->ops->datasync(log->fs, seg->file, err) : st;
}

static bool spare_wanting(PtLog *log)
{
    return log->spare_count < log->config.spare_segments;
}

PtStatus log_spare_make(PtLog *log, bool *ret_did, PtError *err)
{
    *ret_did = false;
    pthread_mutex_lock(&log->mu);
    bool want = spare_wanting(log);
    pthread_mutex_unlock(&log->mu);
    if (!want) {
        return PT_OK;
    }
    PtStatus st = PT_OK;
    LogSegment *seg = create_file(log, log->config.segment_bytes, &st, err);
    if (seg == NULL) {
        return st;
    }
    st = prewrite(log, seg, err);
    if (st == PT_OK) {
        st = log->fs->ops->sync_dir(log->fs, log->dir, err);
    }
    if (st != PT_OK) {
        log_segment_discard(log, seg);
        return st;
    }
    pthread_mutex_lock(&log->mu);
    bool room =
        log_grow((void **)&log->spare, log->spare_count, &log->spare_cap, sizeof(LogSegment *));
    if (room) {
        log->spare[log->spare_count++] = seg;
    }
    pthread_mutex_unlock(&log->mu);
    if (!room) {
        log_segment_discard(log, seg);
        return pt_fail(err, PT_NO_MEMORY, "no memory for a log segment");
    }
    *ret_did = true;
    return PT_OK;
}

void *log_preparer_main(void *arg)
{
    PtLog *log = arg;
    pt_background();
    pthread_mutex_lock(&log->mu);
    while (!log->stop) {
        if (!spare_wanting(log)) {
            pthread_cond_wait(&log->spares, &log->mu);
            continue;
        }
        pthread_mutex_unlock(&log->mu);
        bool did = false;
        PtError err = {0};
        PtStatus st = log_spare_make(log, &did, &err);
        pthread_mutex_lock(&log->mu);
        if (st != PT_OK && !log->stop) {
            struct timespec later = log_deadline(pt_mono_ns() + 1000000000);
            (void)pthread_cond_timedwait(&log->spares, &log->mu, &later);
        }
    }
    pthread_mutex_unlock(&log->mu);
    return NULL;
}
