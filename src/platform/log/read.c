// SPDX-License-Identifier: Apache-2.0
#include "platform/log/archive_internal.h"
#include "platform/log/log_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct PtLogReader {
    PtLog *log;      /* borrowed */
    LogGroup *group; /* borrowed from the log, NULL = none */
    uint64_t next;   /* offset */
    LogCursor hot;
    uint64_t hot_next; /* offset at which the cursor stands */
    PtRecord *records; /* owned */
    size_t cap;
    LogHolder holder;
};

static void hold(PtLogReader *reader)
{
    PtLog *log = reader->log;
    LogHolder *h = &reader->holder;
    pthread_mutex_lock(&log->mu);
    h->next = log->holders;
    if (h->next != NULL) {
        h->next->prev = h;
    }
    log->holders = h;
    pthread_mutex_unlock(&log->mu);
}

void log_holders_part(PtLog *log)
{
    for (LogHolder *h = log->holders; h != NULL; h = h->next) {
        log_archive_close(h->archive);
        h->archive = NULL;
        h->orphan = true;
    }
}

/* Called and returns with mu held: a rewrite that waits for this file sees it closed. */
static void close_archive(PtLog *log, LogHolder *h)
{
    LogArchiveReader *old = h->archive;
    h->archive = NULL;
    h->busy = true;
    pthread_mutex_unlock(&log->mu);
    log_archive_close(old);
    pthread_mutex_lock(&log->mu);
    h->busy = false;
    if (h->stale) {
        pthread_cond_broadcast(&log->let_go);
    }
}

static void let_go(PtLogReader *reader)
{
    PtLog *log = reader->log;
    LogHolder *h = &reader->holder;
    if (h->orphan) {
        return;
    }
    pthread_mutex_lock(&log->mu);
    if (h->archive != NULL) {
        close_archive(log, h); // while it is listed: a rewrite waits for it
    }
    if (h->next != NULL) {
        h->next->prev = h->prev;
    }
    if (h->prev != NULL) {
        h->prev->next = h->next;
    } else {
        log->holders = h->next;
    }
    pthread_mutex_unlock(&log->mu);
}

PtStatus pt_log_reader_open(PtLog *log, const char *group, uint32_t partition, uint64_t from,
                            PtLogReader **ret_reader, PtError *err)
{
    if (partition != 0) {
        return pt_fail(err, PT_INVALID, "partition %u is not 0", partition);
    }
    PtLogReader *reader = calloc(1, sizeof *reader);
    if (reader == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a log reader");
    }
    *reader = (PtLogReader){.log = log, .next = from, .hot = {.fs = log->fs}};
    if (group != NULL && group[0] != '\0') {
        PtStatus st = log_group_get(log, group, from, &reader->group, &reader->next, err);
        if (st != PT_OK) {
            free(reader);
            return st;
        }
    }
    hold(reader);
    *ret_reader = reader;
    return PT_OK;
}

void pt_log_reader_close(PtLogReader *reader)
{
    if (reader != NULL) {
        let_go(reader);
        log_cursor_done(&reader->hot);
        free(reader->records);
        free(reader);
    }
}

static bool room_for_record(PtLogReader *reader, size_t count)
{
    return log_grow((void **)&reader->records, count, &reader->cap, sizeof(PtRecord));
}

/* What of a segment may be read: from a known record at or before the wanted one, up to `used`. */
typedef struct HotPlace {
    uint64_t offset, at; /* of the known record */
    uint64_t used, end;  /* acknowledged bytes of the file; one past the last offset */
} HotPlace;

/* Stands the cursor on reader->next of a segment that it may not have looked at yet. */
static PtStatus seek_hot(PtLogReader *reader, const LogSegment *seg, HotPlace place, PtError *err)
{
    LogCursor *c = &reader->hot;
    bool here = c->file == seg->file && c->generation == seg->generation &&
                reader->hot_next <= reader->next && reader->hot_next >= place.offset;
    if (here) {
        c->size = place.used;
    } else {
        log_cursor_set(c, seg->file, place.used, seg->generation, place.at);
        reader->hot_next = place.offset;
    }
    while (reader->hot_next < reader->next) {
        PtRecord r;
        uint32_t delta = 0;
        LogParse parse = LOG_PARSE_BAD;
        PtStatus st = log_cursor_next(c, &r, &delta, &parse, err);
        if (st != PT_OK) {
            return st;
        }
        if (parse != LOG_PARSE_OK || r.position.offset != reader->hot_next) {
            return log_segment_damaged(reader->log, seg, reader->hot_next, reader->hot.at, err);
        }
        reader->hot_next++;
    }
    return PT_OK;
}

/* Makes sure that the window holds the next record whole. */
static PtStatus fill_hot(PtLogReader *reader, const LogSegment *seg, PtError *err)
{
    PtRecord r;
    uint32_t delta = 0;
    size_t size = 0;
    for (;;) {
        LogParse parse = log_cursor_peek(&reader->hot, &r, &delta, &size);
        if (parse == LOG_PARSE_OK && r.position.offset == reader->next) {
            return PT_OK;
        }
        bool grew = false;
        PtStatus st =
            parse == LOG_PARSE_MORE ? log_cursor_fill(&reader->hot, size, &grew, err) : PT_OK;
        if (st != PT_OK) {
            return st;
        }
        if (!grew) {
            return log_segment_damaged(reader->log, seg, reader->hot_next, reader->hot.at, err);
        }
    }
}

static PtStatus fetch_hot(PtLogReader *reader, const LogSegment *seg, uint64_t end, size_t max,
                          bool with_payload, size_t *ret_count, PtError *err)
{
    size_t count = 0;
    PtStatus st = fill_hot(reader, seg, err);
    if (st != PT_OK) {
        return st;
    }
    while (count < max && reader->next < end) {
        uint32_t delta = 0;
        size_t size = 0;
        if (!room_for_record(reader, count)) {
            break;
        }
        PtRecord *r = &reader->records[count];
        LogParse parse = log_cursor_peek(&reader->hot, r, &delta, &size);
        if (parse != LOG_PARSE_OK || r->position.offset != reader->next) {
            break; // the window ends, or damage: the next fetch tells
        }
        if (!with_payload) {
            r->payload.data = NULL;
        }
        reader->hot.at += size;
        reader->hot_next = ++reader->next;
        count++;
    }
    *ret_count = count;
    return count > 0 ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory to read the log");
}

/* Under mu. */
static HotPlace place_before(const LogSegment *seg, uint64_t offset)
{
    HotPlace best = {seg->base, LOG_SEGMENT_HEADER, seg->used, seg->end};
    size_t lo = 0, hi = seg->marks.count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (seg->marks.items[mid].offset <= offset) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    if (lo > 0) {
        best.offset = seg->marks.items[lo - 1].offset;
        best.at = seg->marks.items[lo - 1].at;
    }
    return best;
}

LogArchive *log_archive_find(PtLog *log, uint64_t offset)
{
    size_t lo = 0, hi = log->archive_count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (log->archives[mid].base <= offset) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo > 0 && offset < log->archives[lo - 1].end ? &log->archives[lo - 1] : NULL;
}

/* Called with mu held, returns without it. */
static PtStatus fetch_from_segment(PtLogReader *reader, LogSegment *seg, size_t max,
                                   bool with_payload, size_t *ret_count, PtError *err)
{
    PtLog *log = reader->log;
    HotPlace place = place_before(seg, reader->next);
    seg->refs++;
    pthread_mutex_unlock(&log->mu);
    PtStatus st = seek_hot(reader, seg, place, err);
    if (st == PT_OK) {
        st = fetch_hot(reader, seg, place.end, max, with_payload, ret_count, err);
    }
    pthread_mutex_lock(&log->mu);
    LogSegment *gone = log_segment_unref(log, seg);
    pthread_mutex_unlock(&log->mu);
    log_segment_discard(log, gone);
    return st;
}

/* Called with mu held, returns without it. A rewrite marks the holder after the new file has its
 * name, so what is opened from then on is the new one. */
static PtStatus fetch_from_archive(PtLogReader *reader, uint64_t base, size_t max,
                                   bool with_payload, const PtRecord **ret_records,
                                   size_t *ret_count, PtError *err)
{
    PtLog *log = reader->log;
    LogHolder *h = &reader->holder;
    if (h->archive != NULL && (h->stale || h->base != base)) {
        close_archive(log, h);
    }
    LogArchiveReader *archive = h->archive;
    h->base = base;
    h->busy = true;
    h->stale = false;
    pthread_mutex_unlock(&log->mu);
    PtStatus st = PT_OK;
    if (archive == NULL) {
        st = log_archive_open(log, base, &archive, err);
    }
    if (st == PT_OK) {
        st = log_archive_fetch(archive, reader->next, max, with_payload, ret_records, ret_count,
                               err);
    }
    if (st == PT_OK) {
        reader->next += *ret_count;
    }
    pthread_mutex_lock(&log->mu);
    h->archive = archive;
    h->busy = false;
    if (h->stale) {
        pthread_cond_broadcast(&log->let_go);
    }
    pthread_mutex_unlock(&log->mu);
    return st;
}

PtStatus pt_log_fetch(PtLogReader *reader, size_t max, bool with_payload,
                      const PtRecord **ret_records, size_t *ret_count, PtError *err)
{
    PtLog *log = reader->log;
    *ret_count = 0;
    pthread_mutex_lock(&log->mu);
    if (max == 0 || reader->next >= log->end) {
        pthread_mutex_unlock(&log->mu);
        return PT_OK;
    }
    LogSegment *seg = log_segment_find(log, reader->next);
    if (seg != NULL) {
        PtStatus st = fetch_from_segment(reader, seg, max, with_payload, ret_count, err);
        *ret_records = reader->records;
        return st;
    }
    const LogArchive *arc = log_archive_find(log, reader->next);
    if (arc == NULL) {
        pthread_mutex_unlock(&log->mu);
        return pt_fail(err, PT_GONE, "offset %" PRIu64 " is no longer kept", reader->next);
    }
    return fetch_from_archive(reader, arc->base, max, with_payload, ret_records, ret_count, err);
}

void pt_log_seek(PtLogReader *reader, uint64_t offset)
{
    reader->next = offset;
}

uint64_t pt_log_tell(const PtLogReader *reader)
{
    return reader->next;
}

PtStatus pt_log_ack(PtLogReader *reader, uint64_t next_offset, PtError *err)
{
    if (reader->group == NULL) {
        return pt_fail(err, PT_INVALID, "this reader has no group");
    }
    return log_group_ack(reader->log, reader->group, next_offset, err);
}

uint64_t pt_log_begin(PtLog *log, uint32_t partition)
{
    (void)partition;
    pthread_mutex_lock(&log->mu);
    uint64_t begin = log->archive_count > 0 ? log->archives[0].base
                     : log->hot_count > 0   ? log->hot[0]->base
                                            : log->end;
    pthread_mutex_unlock(&log->mu);
    return begin;
}

uint64_t pt_log_end(PtLog *log, uint32_t partition)
{
    (void)partition;
    pthread_mutex_lock(&log->mu);
    uint64_t end = log->end;
    pthread_mutex_unlock(&log->mu);
    return end;
}

/* Where to begin: nothing before it has a time as late. */
static uint64_t time_bound(PtLog *log, int64_t time_ms)
{
    for (size_t i = 0; i < log->archive_count; i++) {
        if (log->archives[i].max_time_ms >= time_ms) {
            return log->archives[i].base;
        }
    }
    for (size_t i = 0; i < log->hot_count; i++) {
        if (log->hot[i]->max_time_ms >= time_ms) {
            return log->hot[i]->base;
        }
    }
    return log->end;
}

PtStatus pt_log_find_time(PtLog *log, uint32_t partition, int64_t time_ms, uint64_t *ret_offset,
                          PtError *err)
{
    pthread_mutex_lock(&log->mu);
    uint64_t from = time_bound(log, time_ms);
    pthread_mutex_unlock(&log->mu);
    PtLogReader *reader = NULL;
    PtStatus st = pt_log_reader_open(log, NULL, partition, from, &reader, err);
    while (st == PT_OK && reader != NULL) {
        const PtRecord *records = NULL;
        size_t count = 0;
        st = pt_log_fetch(reader, 1024, false, &records, &count, err);
        size_t i = 0;
        while (st == PT_OK && i < count && records[i].time_ms < time_ms) {
            i++;
        }
        if (st == PT_OK && (count == 0 || i < count)) {
            *ret_offset = count == 0 ? pt_log_tell(reader) : records[i].position.offset;
            break;
        }
    }
    pt_log_reader_close(reader);
    return st;
}

struct timespec log_deadline(int64_t mono_ns)
{
    return (struct timespec){.tv_sec = mono_ns / 1000000000, .tv_nsec = mono_ns % 1000000000};
}

bool pt_log_wait(PtLog *log, uint32_t partition, uint64_t offset, int64_t deadline_mono_ms,
                 const _Atomic bool *stop)
{
    (void)partition;
    pthread_mutex_lock(&log->mu);
    log->readers_waiting++;
    while (log->end <= offset && !(stop != NULL && atomic_load(stop)) && !log->stop) {
        if (deadline_mono_ms == INT64_MAX) {
            pthread_cond_wait(&log->grown, &log->mu);
            continue;
        }
        if (pt_mono_ms() >= deadline_mono_ms) {
            break;
        }
        struct timespec until = log_deadline(deadline_mono_ms * 1000000);
        (void)pthread_cond_timedwait(&log->grown, &log->mu, &until);
    }
    log->readers_waiting--;
    bool there = log->end > offset;
    pthread_mutex_unlock(&log->mu);
    return there;
}

void pt_log_wake(PtLog *log)
{
    pthread_mutex_lock(&log->mu);
    pthread_cond_broadcast(&log->grown);
    pthread_mutex_unlock(&log->mu);
}
