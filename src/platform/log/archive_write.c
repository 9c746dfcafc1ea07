// SPDX-License-Identifier: Apache-2.0
#include "platform/log/pack_internal.h"

#include "platform/loop.h"

#include <stdio.h>

enum {
    RETRAIN_LEAST = 8, /* archives that a dictionary serves before it is judged */
};

/* The packer goes on with the dictionary of the newest archive. NULL: *ret_status says why. */
static LogPacker *packer_get(PtLog *log, PtStatus *ret_status, PtError *err)
{
    if (log->packer != NULL) {
        return log->packer;
    }
    pthread_mutex_lock(&log->mu);
    uint32_t id = log->archive_count > 0 ? log->archives[log->archive_count - 1].dict_id : 0;
    pthread_mutex_unlock(&log->mu);
    LogPacker *p = log_packer_new(log);
    if (p == NULL) {
        *ret_status = pt_fail(err, PT_NO_MEMORY, "no memory for archiving");
        return NULL;
    }
    PtStatus st = log_packer_use_dict(log, p, id, err);
    if (st != PT_OK) {
        log_packer_free(p);
        *ret_status = st;
        return NULL;
    }
    log->packer = p;
    return p;
}

static PtStatus train_if_wanted(PtLog *log, LogPacker *p, LogSegment *seg, PtError *err)
{
    if (p->dict_id != 0 && !p->train_wanted) {
        return PT_OK;
    }
    uint32_t id = 0;
    PtStatus st = log_dict_train(log, seg, &id, err);
    if (st != PT_OK || id == 0) {
        return st;
    }
    p->train_wanted = false;
    return log_packer_use_dict(log, p, id, err);
}

static PtStatus pack_records(PtLog *log, LogPacker *p, LogSegment *seg, LogPackFile *f,
                             PtError *err)
{
    LogCursor c = {.fs = log->fs};
    PtStatus st = PT_OK;
    log_cursor_set(&c, seg->file, seg->size, seg->generation, LOG_SEGMENT_HEADER);
    for (uint64_t offset = seg->base; offset < seg->end && st == PT_OK; offset++) {
        pt_background_offer();
        PtRecord r;
        uint32_t delta = 0;
        LogParse parse = LOG_PARSE_BAD;
        uint64_t at = c.at;
        st = log_cursor_next(&c, &r, &delta, &parse, err);
        if (st == PT_OK && (parse != LOG_PARSE_OK || r.position.offset != offset)) {
            st = log_segment_damaged(log, seg, offset, at, err);
        }
        if (st == PT_OK) {
            st = log_pack_record(log, p, f, &r, err);
        }
    }
    log_cursor_done(&c);
    return st;
}

static PtStatus write_file(PtLog *log, LogPacker *p, LogSegment *seg, const char *tmp,
                           LogPackFile *f, PtError *err)
{
    PtStatus st = log_pack_open(log, p, tmp, seg->base, seg->end, f, err);
    if (st != PT_OK) {
        return st;
    }
    st = pack_records(log, p, seg, f, err);
    if (st == PT_OK) {
        st = log_pack_end(log, p, f, err);
    }
    log_pack_close(log, f);
    return st;
}

/* A ratio clearly worse than when the dictionary was new asks for a new one. */
static void judge_dict(LogPacker *p, const LogArchive *arc)
{
    uint64_t ppm = arc->bytes * 1000000 / (arc->raw_bytes + 1);
    if (p->served++ == 0) {
        p->first_ppm = ppm;
    }
    p->train_wanted = p->served > RETRAIN_LEAST && ppm > p->first_ppm + p->first_ppm / 5;
}

PtStatus log_archive_write(PtLog *log, LogSegment *seg, LogArchive *ret_arc, PtError *err)
{
    char path[LOG_PATH_MAX], tmp[LOG_PATH_MAX + 8];
    PtStatus st = PT_OK;
    LogPacker *p = packer_get(log, &st, err);
    if (p != NULL) {
        st = train_if_wanted(log, p, seg, err);
    }
    if (p == NULL || st != PT_OK) {
        return st;
    }
    log_path_archive(log, seg->base, path);
    (void)snprintf(tmp, sizeof tmp, "%s.tmp", path);
    LogPackFile f = {0};
    st = write_file(log, p, seg, tmp, &f, err);
    if (st == PT_OK) {
        st = log->fs->ops->rename(log->fs, tmp, path, err);
    }
    if (st == PT_OK) {
        st = log->fs->ops->sync_dir(log->fs, log->dir, err);
    }
    if (st != PT_OK) {
        (void)log->fs->ops->unlink(log->fs, tmp, NULL);
        return st;
    }
    *ret_arc = log_pack_archive(&f);
    judge_dict(p, ret_arc);
    return PT_OK;
}
