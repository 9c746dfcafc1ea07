// SPDX-License-Identifier: Apache-2.0
#include "platform/log/log_internal.h"

#include "platform/log/archive_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the folder holds. */
typedef struct Found {
    PtLog *log;
    LogSegment **segs; /* owned until handed to the log */
    size_t count, cap;
    bool failed; /* no memory in a callback */
    uint32_t *slots;
    size_t slot_count, slot_cap;
    uint64_t *arcs;
    size_t arc_count, arc_cap;
    char (*tmps)[64];
    size_t tmp_count, tmp_cap;
} Found;

static void found_done(Found *f)
{
    for (size_t i = 0; i < f->count; i++) {
        log_segment_free(f->log, f->segs[i]);
    }
    free(f->segs);
    free(f->slots);
    free(f->arcs);
    free(f->tmps);
}

static bool ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), e = strlen(end);
    return n >= e && memcmp(name + n - e, end, e) == 0;
}

/* prefix, `digits` lower-case hex digits, suffix. */
static bool parse_name(const char *name, const char *prefix, int digits, const char *suffix,
                       uint64_t *ret_number)
{
    size_t p = strlen(prefix);
    if (strlen(name) != p + (size_t)digits + strlen(suffix) || memcmp(name, prefix, p) != 0 ||
        !ends_with(name, suffix)) {
        return false;
    }
    uint64_t v = 0;
    for (int i = 0; i < digits; i++) {
        const char *hex = "0123456789abcdef", *hit = strchr(hex, name[p + (size_t)i]);
        if (hit == NULL || *hit == '\0') {
            return false;
        }
        v = v << 4 | (uint64_t)(hit - hex);
    }
    *ret_number = v;
    return true;
}

static bool see_name(void *ctx, const char *name)
{
    Found *f = ctx;
    uint64_t n = 0;
    bool room = true;
    if (parse_name(name, "hot-", 8, ".seg", &n)) {
        room = log_grow((void **)&f->slots, f->slot_count, &f->slot_cap, sizeof *f->slots);
        if (room) {
            f->slots[f->slot_count++] = (uint32_t)n;
        }
    } else if (parse_name(name, "arc-", 16, ".pta", &n)) {
        room = log_grow((void **)&f->arcs, f->arc_count, &f->arc_cap, sizeof *f->arcs);
        if (room) {
            f->arcs[f->arc_count++] = n;
        }
    } else if (parse_name(name, "dict-", 8, ".ptd", &n)) {
        f->log->last_dict = n > f->log->last_dict ? (uint32_t)n : f->log->last_dict;
    } else if (ends_with(name, ".tmp") && strlen(name) < sizeof *f->tmps) {
        room = log_grow((void **)&f->tmps, f->tmp_count, &f->tmp_cap, sizeof *f->tmps);
        if (room) {
            memcpy(f->tmps[f->tmp_count++], name, strlen(name) + 1);
        }
    }
    f->failed |= !room;
    return room;
}

static PtStatus look_around(PtLog *log, Found *f, PtError *err)
{
    PtStatus st = log->fs->ops->mkdir(log->fs, log->dir, err);
    if (st == PT_OK) {
        st = log->fs->ops->list(log->fs, log->dir, see_name, f, err);
    }
    if (st == PT_OK && f->failed) {
        st = pt_fail(err, PT_NO_MEMORY, "no memory to list \"%s\"", log->dir);
    }
    for (size_t i = 0; st == PT_OK && i < f->tmp_count; i++) {
        char path[LOG_PATH_MAX];
        if (snprintf(path, sizeof path, "%s/%s", log->dir, f->tmps[i]) < (int)sizeof path) {
            (void)log->fs->ops->unlink(log->fs, path, NULL); // a half-written file of nobody
        }
    }
    // What is seen here is relied upon from now on (archives instead of segments).
    return st == PT_OK ? log->fs->ops->sync_dir(log->fs, log->dir, err) : st;
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static PtStatus load_archives(PtLog *log, Found *f, PtError *err)
{
    if (f->arc_count > 0) {
        qsort(f->arcs, f->arc_count, sizeof *f->arcs, by_number);
    }
    for (size_t i = 0; i < f->arc_count; i++) {
        LogArchive arc = {0};
        PtStatus st = log_archive_look(log, f->arcs[i], &arc, err);
        if (st != PT_OK) {
            return st;
        }
        if (i > 0 && log->archives[i - 1].end != arc.base) {
            return pt_fail(err, PT_CORRUPT,
                           "archive has a hole from offset %" PRIu64 " to %" PRIu64,
                           log->archives[i - 1].end, arc.base);
        }
        if (!log_archive_add(log, &arc)) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for the list of archives");
        }
    }
    return PT_OK;
}

/* Opens a segment file; one without a valid header is a spare or of no use. */
static PtStatus open_segment(PtLog *log, Found *f, uint32_t slot, PtError *err)
{
    char path[LOG_PATH_MAX];
    uint8_t head[LOG_SEGMENT_HEADER];
    PtFile *file = NULL;
    uint64_t size = 0;
    size_t got = 0;
    log_path_hot(log, slot, path);
    PtStatus st = log->fs->ops->open(log->fs, path, PT_OPEN_WRITE, &file, err);
    if (st != PT_OK) {
        return st;
    }
    st = log->fs->ops->size(log->fs, file, &size, err);
    if (st == PT_OK) {
        st = log->fs->ops->pread(log->fs, file, head, sizeof head, 0, &got, err);
    }
    bool room = st == PT_OK && log_grow((void **)&f->segs, f->count, &f->cap, sizeof *f->segs);
    LogSegment *seg = room ? log_segment_new(file, slot, size) : NULL;
    if (seg == NULL) {
        log->fs->ops->close(log->fs, file);
        return st != PT_OK ? st : pt_fail(err, PT_NO_MEMORY, "no memory for a log segment");
    }
    LogSegmentHeader h;
    if (log_header_decode(head, got, &h)) {
        seg->generation = h.generation;
        seg->base = seg->end = h.base;
        seg->used = LOG_SEGMENT_HEADER;
    }
    if (slot >= log->next_slot) {
        log->next_slot = slot + 1;
    }
    if (seg->generation > log->last_generation) {
        log->last_generation = seg->generation;
    }
    f->segs[f->count++] = seg;
    return PT_OK;
}

static int by_generation(const void *a, const void *b)
{
    const LogSegment *const *x = a, *const *y = b;
    return ((*x)->generation > (*y)->generation) - ((*x)->generation < (*y)->generation);
}

/* A spare again, or removed when it does not fit. */
static PtStatus set_free(PtLog *log, LogSegment *seg, PtError *err)
{
    bool keep = seg->size == log->config.segment_bytes &&
                log->spare_count < (size_t)log->config.spare_segments + LOG_RECYCLED_EXTRA;
    if (!keep) {
        log_segment_doom(log, seg);
        return PT_OK;
    }
    if (!log_grow((void **)&log->spare, log->spare_count, &log->spare_cap, sizeof(LogSegment *))) {
        log_segment_free(log, seg);
        return pt_fail(err, PT_NO_MEMORY, "no memory for the list of log segments");
    }
    log->spare[log->spare_count++] = seg;
    return PT_OK;
}

/* A segment counts up to the base of any that began after it: what lies behind was never
 * acknowledged. One that has nothing left of its own, or is archived, is free. Goes from the newest
 * down, so the live ones arrive in reverse; `end` is the first offset that belongs to the next.
 */
static PtStatus sort_out(PtLog *log, Found *f, uint64_t archived_end, PtError *err)
{
    if (f->count > 0) {
        qsort(f->segs, f->count, sizeof *f->segs, by_generation);
    }
    uint64_t limit = UINT64_MAX;
    size_t live = f->count;
    PtStatus st = PT_OK;
    for (size_t i = f->count; i-- > 0 && st == PT_OK;) {
        LogSegment *seg = f->segs[i];
        f->segs[i] = NULL;
        if (seg->generation > 0 && seg->base < limit) {
            seg->end = limit;
            limit = seg->base;
            if (seg->base >= archived_end) {
                f->segs[--live] = seg;
                continue;
            }
        }
        if (seg->generation > 0 && seg->base >= archived_end) {
            log_segment_doom(log, seg); // a failed one: its header must not come back
        } else {
            st = set_free(log, seg, err);
        }
    }
    for (size_t i = live; i < f->count && st == PT_OK; i++) {
        if (!log_grow((void **)&log->hot, log->hot_count, &log->hot_cap, sizeof(LogSegment *))) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for the list of log segments");
        }
        log->hot[log->hot_count++] = f->segs[i];
        log->hot_bytes += f->segs[i]->size;
        f->segs[i] = NULL;
    }
    return st;
}

typedef struct Scan {
    uint64_t next;     /* offset one past the last good record */
    uint64_t used;     /* file position behind it */
    uint64_t round_at; /* where the last round's records begin in this file */
    uint64_t round;    /* first offset of that round */
} Scan;

/* Reads records from the start up to `limit` or the first that is not one. */
static PtStatus scan_records(LogSegment *seg, LogCursor *c, uint64_t limit, Scan *s, PtError *err)
{
    *s = (Scan){seg->base, LOG_SEGMENT_HEADER, LOG_SEGMENT_HEADER, seg->base};
    uint64_t mark_at = LOG_SEGMENT_HEADER;
    log_cursor_set(c, seg->file, seg->size, seg->generation, LOG_SEGMENT_HEADER);
    while (s->next < limit) {
        PtRecord r;
        uint32_t delta = 0;
        LogParse parse = LOG_PARSE_BAD;
        PtStatus st = log_cursor_next(c, &r, &delta, &parse, err);
        if (st != PT_OK) {
            return st;
        }
        if (parse != LOG_PARSE_OK || r.position.offset != s->next || delta > s->next) {
            break;
        }
        if (s->next - delta != s->round && s->next - delta >= seg->base) {
            s->round = s->next - delta;
            s->round_at = s->used;
        }
        if (s->used - mark_at >= LOG_MARK_EVERY) {
            log_marks_add(&seg->marks, (LogMark){s->next, seg->generation, s->used});
            mark_at = s->used;
        }
        seg->max_time_ms = r.time_ms > seg->max_time_ms ? r.time_ms : seg->max_time_ms;
        s->next++;
        s->used = c->at;
    }
    return PT_OK;
}

/* What lies behind the last good record. */
typedef struct Rest {
    bool dirty;   /* records of this generation: nothing may be appended before them */
    bool damaged; /* one of a later round: so the record at the end had been acknowledged */
} Rest;

/* The cursor stands where eight bytes look like a record's generation. */
static PtStatus judge(LogCursor *c, uint64_t next, Rest *rest, PtError *err)
{
    PtRecord r;
    uint32_t delta = 0;
    size_t size = 0;
    bool grew = true;
    rest->dirty = true;
    LogParse parse = log_cursor_peek(c, &r, &delta, &size);
    while (parse == LOG_PARSE_MORE && grew) {
        PtStatus st = log_cursor_fill(c, size, &grew, err);
        if (st != PT_OK) {
            return st;
        }
        parse = log_cursor_peek(c, &r, &delta, &size);
    }
    rest->damaged |= parse == LOG_PARSE_OK && r.position.offset > next &&
                     delta <= r.position.offset && r.position.offset - delta > next;
    return PT_OK;
}

/* Moves to the next place in the window where a record of the generation may begin; false at the
 * end of the window, but for the last 16 bytes. */
static bool seek_generation(LogCursor *c)
{
    uint64_t end = c->buf_at + c->buf_len;
    for (; c->at + 16 <= end; c->at += LOG_RECORD_ALIGN) {
        uint64_t generation = 0;
        memcpy(&generation, c->buf + (c->at - c->buf_at) + 8, sizeof generation);
        if (generation == c->generation) {
            return true;
        }
    }
    return false;
}

static PtStatus scan_rest(LogSegment *seg, LogCursor *c, const Scan *s, Rest *rest, PtError *err)
{
    *rest = (Rest){0};
    log_cursor_set(c, seg->file, seg->size, seg->generation, s->used);
    for (bool grew = true; grew;) {
        PtStatus st = log_cursor_fill(c, 0, &grew, err);
        while (st == PT_OK && seek_generation(c)) {
            st = judge(c, s->next, rest, err);
            c->at += LOG_RECORD_ALIGN;
        }
        if (st != PT_OK) {
            return st;
        }
    }
    return PT_OK;
}

/* The last round may stand in the page cache only: its sync may have failed before the process
 * ended. Written again, it is dirty again, and a sync of it can be believed. */
static PtStatus rewrite_round(PtLog *log, LogSegment *seg, LogCursor *c, const Scan *s,
                              PtError *err)
{
    for (uint64_t at = s->round_at; at < s->used;) {
        bool grew = false;
        log_cursor_set(c, seg->file, s->used, seg->generation, at);
        PtStatus st = log_cursor_fill(c, LOG_CURSOR_BYTES, &grew, err);
        if (st == PT_OK && !grew) {
            st = pt_fail(err, PT_IO, "\"%s/hot-%08x.seg\" became shorter", log->dir, seg->slot);
        }
        if (st == PT_OK) {
            st = log->fs->ops->pwrite(log->fs, seg->file, c->buf, c->buf_len, at, err);
        }
        if (st != PT_OK) {
            return st;
        }
        at += c->buf_len;
    }
    return log->fs->ops->datasync(log->fs, seg->file, err);
}

static PtStatus recover_tail(PtLog *log, LogSegment *seg, LogCursor *c, bool *ret_empty,
                             PtError *err)
{
    Scan s;
    Rest rest;
    PtStatus st = scan_records(seg, c, UINT64_MAX, &s, err);
    if (st == PT_OK) {
        st = scan_rest(seg, c, &s, &rest, err);
    }
    if (st != PT_OK) {
        return st;
    }
    if (rest.damaged) {
        return log_segment_damaged(log, seg, s.next, s.used, err);
    }
    *ret_empty = s.next == seg->base;
    if (*ret_empty) {
        return PT_OK;
    }
    st = rewrite_round(log, seg, c, &s, err);
    if (st != PT_OK) {
        return st;
    }
    seg->end = seg->written_end = log->end = s.next;
    seg->used = seg->written = s.used;
    if (!rest.dirty && seg->size == log->config.segment_bytes) {
        log->active = seg;
        log->tail_open = true;
        log->tail_generation = seg->generation;
        log->tail_at = log->last_mark_at = s.used;
        log->tail_size = seg->size;
    }
    return PT_OK;
}

static PtStatus check_full(PtLog *log, LogSegment *seg, LogCursor *c, PtError *err)
{
    Scan s;
    PtStatus st = scan_records(seg, c, seg->end, &s, err);
    if (st == PT_OK && s.next < seg->end) {
        st = log_segment_damaged(log, seg, s.next, s.used, err);
    }
    seg->used = s.used;
    return st;
}

static PtStatus recover_hot(PtLog *log, LogCursor *c, uint64_t archived_end, PtError *err)
{
    log->end = archived_end;
    bool tail = true;
    uint64_t scanned = 0;
    if (log->hot_count > 0 && log->hot[0]->base != archived_end) {
        return pt_fail(err, PT_CORRUPT, "records %" PRIu64 " to %" PRIu64 " are missing",
                       archived_end, log->hot[0]->base - 1);
    }
    while (tail && log->hot_count > 0) {
        LogSegment *seg = log->hot[log->hot_count - 1];
        uint64_t want = seg->end;
        PtStatus st = recover_tail(log, seg, c, &tail, err);
        if (st != PT_OK) {
            return st;
        }
        if (!tail && want != UINT64_MAX && log->end < want) {
            return log_segment_damaged(log, seg, log->end, seg->used, err);
        }
        if (tail) {
            log->hot_count--;
            log->hot_bytes -= seg->size;
            log_segment_doom(log, seg); // began, but nothing in it was acknowledged
            if (log->hot_count > 0) {
                log->hot[log->hot_count - 1]->end = seg->base;
            }
        }
    }
    for (size_t i = log->hot_count; i-- > 1;) {
        LogSegment *seg = log->hot[i - 1];
        scanned += seg->size;
        if (scanned > LOG_SCAN_AT_OPEN_MAX) {
            seg->max_time_ms = INT64_MAX;
            seg->used = seg->size;
            continue;
        }
        PtStatus st = check_full(log, seg, c, err);
        if (st != PT_OK) {
            return st;
        }
    }
    return PT_OK;
}

PtStatus log_recover(PtLog *log, PtError *err)
{
    Found f = {.log = log};
    LogCursor c = {.fs = log->fs};
    PtStatus st = look_around(log, &f, err);
    if (st == PT_OK) {
        st = load_archives(log, &f, err);
    }
    for (size_t i = 0; st == PT_OK && i < f.slot_count; i++) {
        st = open_segment(log, &f, f.slots[i], err);
    }
    uint64_t archived_end = log->archive_count > 0 ? log->archives[log->archive_count - 1].end : 0;
    if (st == PT_OK) {
        st = sort_out(log, &f, archived_end, err);
    }
    if (st == PT_OK) {
        st = recover_hot(log, &c, archived_end, err);
    }
    if (st == PT_OK) {
        st = log_segment_bury(log, err);
    }
    log->next_offset = log->end;
    log_cursor_done(&c);
    found_done(&f);
    return st;
}
