// SPDX-License-Identifier: Apache-2.0
#include "platform/log/archive_internal.h"

#include "base/hash.h"
#include "platform/loop.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

enum {
    OFFER_EVERY = 16, /* records between two offers of the processor */
    WRITE_CHUNK = 1 << 20,
    OUT_MAX = WRITE_CHUNK + (16 << 20),
    RETRAIN_LEAST = 8, /* archives that a dictionary serves before it is judged */
};

/* What archiving keeps from one file to the next. */
typedef struct LogPacker {
    ZSTD_CCtx *ctx;
    ZSTD_CDict *dict; /* NULL = none */
    uint32_t dict_id;
    uint32_t served;    /* archives written with it */
    uint64_t first_ppm; /* size to raw of the first of them */
    bool train_wanted;
    LogHeadWriter head_writer;
    PtBuf head, body, out, index;
} LogPacker;

/* A file being written. */
typedef struct ArchiveFile {
    PtFile *file;
    uint64_t at; /* file position of the first byte that is still in packer->out */
    LogFooter footer;
    uint32_t block_count; /* records in the open block */
    uint64_t block_first;
} ArchiveFile;

void log_packer_free(LogPacker *p)
{
    if (p == NULL) {
        return;
    }
    (void)ZSTD_freeCCtx(p->ctx);
    (void)ZSTD_freeCDict(p->dict);
    pt_buf_done(&p->head);
    pt_buf_done(&p->body);
    pt_buf_done(&p->out);
    pt_buf_done(&p->index);
    free(p);
}

static LogPacker *packer_new(PtLog *log)
{
    LogPacker *p = calloc(1, sizeof *p);
    if (p == NULL) {
        return NULL;
    }
    p->ctx = ZSTD_createCCtx();
    pt_buf_init(&p->head, LOG_BLOCK_RECORDS * LOG_HEAD_RECORD_MAX);
    pt_buf_init(&p->body, LOG_BLOCK_BODY + PT_LOG_PAYLOAD_MAX + (64 << 10));
    pt_buf_init(&p->out, OUT_MAX);
    pt_buf_init(&p->index, SIZE_MAX / 4);
    if (p->ctx == NULL) {
        log_packer_free(p);
        return NULL;
    }
    // The head knows size and dictionary, and has its own checksum.
    (void)ZSTD_CCtx_setParameter(p->ctx, ZSTD_c_compressionLevel, log->config.zstd_level);
    (void)ZSTD_CCtx_setParameter(p->ctx, ZSTD_c_dictIDFlag, 0);
    (void)ZSTD_CCtx_setParameter(p->ctx, ZSTD_c_checksumFlag, 0);
    return p;
}

static PtStatus use_dict(PtLog *log, LogPacker *p, uint32_t id, PtError *err)
{
    ZSTD_CDict *dict = NULL;
    PtStatus st = log_dict_for_packing(log, id, &dict, err);
    if (st != PT_OK) {
        return st;
    }
    (void)ZSTD_CCtx_refCDict(p->ctx, dict);
    (void)ZSTD_freeCDict(p->dict);
    p->dict = dict;
    p->dict_id = id;
    p->served = 0;
    return PT_OK;
}

/* The packer goes on with the dictionary of the newest archive. NULL: *ret_status says why. */
static LogPacker *packer_get(PtLog *log, PtStatus *ret_status, PtError *err)
{
    if (log->packer != NULL) {
        return log->packer;
    }
    pthread_mutex_lock(&log->mu);
    uint32_t id = log->archive_count > 0 ? log->archives[log->archive_count - 1].dict_id : 0;
    pthread_mutex_unlock(&log->mu);
    LogPacker *p = packer_new(log);
    if (p == NULL) {
        *ret_status = pt_fail(err, PT_NO_MEMORY, "no memory for archiving");
        return NULL;
    }
    PtStatus st = id > 0 ? use_dict(log, p, id, err) : PT_OK;
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
    return use_dict(log, p, id, err);
}

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for archiving");
}

static PtStatus flush_out(PtLog *log, LogPacker *p, ArchiveFile *f, PtError *err)
{
    if (pt_buf_status(&p->out) != PT_OK) {
        return no_memory(err);
    }
    PtStatus st = pt_fs_write_gently(log->fs, f->file, p->out.data, p->out.len, f->at, err);
    f->at += p->out.len;
    pt_buf_clear(&p->out, WRITE_CHUNK * 2);
    return st;
}

static PtStatus close_block(PtLog *log, LogPacker *p, ArchiveFile *f, PtError *err)
{
    if (f->block_count == 0) {
        return PT_OK;
    }
    if (pt_buf_status(&p->head) != PT_OK || pt_buf_status(&p->body) != PT_OK) {
        return no_memory(err);
    }
    LogEntry entry = {
        .at = f->at + p->out.len,
        .first = f->block_first,
        .head_len = (uint32_t)p->head.len,
        .body_len = (uint32_t)p->body.len,
        .count = f->block_count,
        .head_crc = pt_crc32c(0, p->head.data, p->head.len),
    };
    uint8_t bytes[LOG_ARCHIVE_ENTRY];
    log_entry_encode(&entry, bytes);
    pt_buf_add(&p->index, bytes, sizeof bytes);
    pt_buf_add_str(&p->out, pt_buf_str(&p->head));
    pt_buf_add_str(&p->out, pt_buf_str(&p->body));
    pt_buf_clear(&p->head, SIZE_MAX);
    pt_buf_clear(&p->body, 2 * LOG_BLOCK_BODY);
    f->block_first += f->block_count;
    f->block_count = 0;
    f->footer.blocks++;
    log_head_begin(&p->head_writer);
    return p->out.len >= WRITE_CHUNK ? flush_out(log, p, f, err) : PT_OK;
}

/* Adds the payload to the body: compressed where that helps. */
static PtStatus pack_payload(LogPacker *p, PtStr payload, LogStored *ret_stored, PtError *err)
{
    size_t bound = ZSTD_compressBound(payload.len);
    char *to = pt_buf_reserve(&p->body, bound);
    if (to == NULL) {
        return no_memory(err);
    }
    size_t len = ZSTD_compress2(p->ctx, to, bound, payload.data, payload.len);
    if (ZSTD_isError(len) && ZSTD_getErrorCode(len) == ZSTD_error_memory_allocation) {
        return no_memory(err);
    }
    bool as_is = ZSTD_isError(len) || len >= payload.len;
    if (as_is) {
        len = payload.len;
        if (len > 0) {
            memcpy(to, payload.data, len);
        }
    }
    *ret_stored = (LogStored){.at = (uint32_t)p->body.len,
                              .len = (uint32_t)len,
                              .raw_len = (uint32_t)payload.len,
                              .crc = pt_crc32c(0, to, len),
                              .as_is = as_is};
    p->body.len += len;
    return PT_OK;
}

static PtStatus pack_record(PtLog *log, LogPacker *p, ArchiveFile *f, const PtRecord *r,
                            PtError *err)
{
    LogStored stored;
    PtStatus st = pack_payload(p, r->payload, &stored, err);
    if (st != PT_OK) {
        return st;
    }
    log_head_add(&p->head_writer, &p->head, r, &stored);
    f->block_count++;
    f->footer.raw_bytes += r->payload.len;
    if (r->time_ms < f->footer.min_time_ms) {
        f->footer.min_time_ms = r->time_ms;
    }
    if (r->time_ms > f->footer.max_time_ms) {
        f->footer.max_time_ms = r->time_ms;
    }
    bool full = f->block_count == LOG_BLOCK_RECORDS || p->body.len >= LOG_BLOCK_BODY;
    return full ? close_block(log, p, f, err) : PT_OK;
}

static PtStatus pack_records(PtLog *log, LogPacker *p, LogSegment *seg, ArchiveFile *f,
                             PtError *err)
{
    LogCursor c = {.fs = log->fs};
    PtStatus st = PT_OK;
    log_cursor_set(&c, seg->file, seg->size, seg->generation, LOG_SEGMENT_HEADER);
    for (uint64_t offset = seg->base; offset < seg->end && st == PT_OK; offset++) {
        if (offset % OFFER_EVERY == 0) {
            pt_background_offer();
        }
        PtRecord r;
        uint32_t delta = 0;
        LogParse parse = LOG_PARSE_BAD;
        uint64_t at = c.at;
        st = log_cursor_next(&c, &r, &delta, &parse, err);
        if (st == PT_OK && (parse != LOG_PARSE_OK || r.position.offset != offset)) {
            st = log_segment_damaged(log, seg, offset, at, err);
        }
        if (st == PT_OK) {
            st = pack_record(log, p, f, &r, err);
        }
    }
    log_cursor_done(&c);
    return st == PT_OK ? close_block(log, p, f, err) : st;
}

static PtStatus write_end(PtLog *log, LogPacker *p, ArchiveFile *f, PtError *err)
{
    uint8_t bytes[LOG_ARCHIVE_FOOTER];
    if (pt_buf_status(&p->index) != PT_OK) {
        return no_memory(err);
    }
    f->footer.index_at = f->at + p->out.len;
    f->footer.index_crc = pt_crc32c(0, p->index.data, p->index.len);
    log_footer_encode(&f->footer, bytes);
    pt_buf_add_str(&p->out, pt_buf_str(&p->index));
    pt_buf_add(&p->out, bytes, sizeof bytes);
    PtStatus st = flush_out(log, p, f, err);
    return st == PT_OK ? log->fs->ops->datasync(log->fs, f->file, err) : st;
}

static PtStatus write_file(PtLog *log, LogPacker *p, LogSegment *seg, const char *tmp,
                           ArchiveFile *f, PtError *err)
{
    (void)log->fs->ops->unlink(log->fs, tmp, NULL); // of an earlier attempt
    PtStatus st = log->fs->ops->open(log->fs, tmp, PT_OPEN_CREATE, &f->file, err);
    if (st != PT_OK) {
        return st;
    }
    pt_buf_clear(&p->head, SIZE_MAX);
    pt_buf_clear(&p->body, SIZE_MAX);
    pt_buf_clear(&p->out, SIZE_MAX);
    pt_buf_clear(&p->index, SIZE_MAX);
    log_head_begin(&p->head_writer);
    st = pack_records(log, p, seg, f, err);
    if (st == PT_OK) {
        st = write_end(log, p, f, err);
    }
    log->fs->ops->close(log->fs, f->file);
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
    ArchiveFile f = {
        .block_first = seg->base,
        .footer = {.dict_id = p->dict_id,
                   .base = seg->base,
                   .end = seg->end,
                   .min_time_ms = INT64_MAX,
                   .max_time_ms = INT64_MIN},
    };
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
    *ret_arc = (LogArchive){seg->base, seg->end, f.at, f.footer.raw_bytes, f.footer.max_time_ms,
                            p->dict_id};
    judge_dict(p, ret_arc);
    return PT_OK;
}
