// SPDX-License-Identifier: Apache-2.0
#include "platform/log/pack_internal.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

enum { OUT_MAX = LOG_PACK_CHUNK + (16 << 20) };

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

LogPacker *log_packer_new(const PtLog *log)
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

PtStatus log_packer_use_dict(PtLog *log, LogPacker *p, uint32_t id, PtError *err)
{
    ZSTD_CDict *dict = NULL;
    PtStatus st = id > 0 ? log_dict_for_packing(log, id, &dict, err) : PT_OK;
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

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for archiving");
}

PtStatus log_pack_open(PtLog *log, LogPacker *p, const char *tmp, uint64_t base, uint64_t end,
                       LogPackFile *f, PtError *err)
{
    PtFile *file = NULL;
    (void)log->fs->ops->unlink(log->fs, tmp, NULL); // of an earlier attempt
    PtStatus st = log->fs->ops->open(log->fs, tmp, PT_OPEN_CREATE, &file, err);
    if (st != PT_OK) {
        return st;
    }
    *f = (LogPackFile){
        .file = file,
        .block_first = base,
        .footer = {.dict_id = p->dict_id,
                   .base = base,
                   .end = end,
                   .min_time_ms = INT64_MAX,
                   .max_time_ms = INT64_MIN},
    };
    pt_buf_clear(&p->head, SIZE_MAX);
    pt_buf_clear(&p->body, SIZE_MAX);
    pt_buf_clear(&p->out, SIZE_MAX);
    pt_buf_clear(&p->index, SIZE_MAX);
    log_head_begin(&p->head_writer);
    return PT_OK;
}

static PtStatus flush_out(PtLog *log, LogPacker *p, LogPackFile *f, PtError *err)
{
    if (pt_buf_status(&p->out) != PT_OK) {
        return no_memory(err);
    }
    PtStatus st = pt_fs_write_gently(log->fs, f->file, p->out.data, p->out.len, f->at, err);
    f->at += p->out.len;
    pt_buf_clear(&p->out, LOG_PACK_CHUNK * 2);
    return st;
}

/* Puts a block behind what is there; its entry gets its place. */
static PtStatus put_block(PtLog *log, LogPacker *p, LogPackFile *f, LogEntry entry, PtStr head,
                          PtStr body, PtError *err)
{
    uint8_t bytes[LOG_ARCHIVE_ENTRY];
    entry.at = f->at + p->out.len;
    log_entry_encode(&entry, bytes);
    pt_buf_add(&p->index, bytes, sizeof bytes);
    pt_buf_add_str(&p->out, head);
    pt_buf_add_str(&p->out, body);
    f->block_first += entry.count;
    f->footer.blocks++;
    return p->out.len >= LOG_PACK_CHUNK ? flush_out(log, p, f, err) : PT_OK;
}

PtStatus log_pack_block_end(PtLog *log, LogPacker *p, LogPackFile *f, PtError *err)
{
    if (f->block_count == 0) {
        return PT_OK;
    }
    if (pt_buf_status(&p->head) != PT_OK || pt_buf_status(&p->body) != PT_OK) {
        return no_memory(err);
    }
    const LogEntry entry = {
        .first = f->block_first,
        .head_len = (uint32_t)p->head.len,
        .body_len = (uint32_t)p->body.len,
        .count = f->block_count,
        .head_crc = pt_crc32c(0, p->head.data, p->head.len),
    };
    PtStatus st = put_block(log, p, f, entry, pt_buf_str(&p->head), pt_buf_str(&p->body), err);
    pt_buf_clear(&p->head, SIZE_MAX);
    pt_buf_clear(&p->body, 2 * LOG_BLOCK_BODY);
    f->block_count = 0;
    log_head_begin(&p->head_writer);
    return st;
}

static void widen(LogFooter *f, const PtRecord *r)
{
    f->raw_bytes += r->payload.len;
    f->min_time_ms = r->time_ms < f->min_time_ms ? r->time_ms : f->min_time_ms;
    f->max_time_ms = r->time_ms > f->max_time_ms ? r->time_ms : f->max_time_ms;
}

PtStatus log_pack_block(PtLog *log, LogPacker *p, LogPackFile *f, const LogBlock *block,
                        PtError *err)
{
    for (uint32_t i = 0; i < block->entry.count; i++) {
        widen(&f->footer, &block->records[i]);
    }
    return put_block(log, p, f, block->entry, block->head, block->body, err);
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

/* The body holds the record's payload already. */
static PtStatus add_to_head(PtLog *log, LogPacker *p, LogPackFile *f, const PtRecord *r,
                            const LogStored *stored, PtError *err)
{
    log_head_add(&p->head_writer, &p->head, r, stored);
    f->block_count++;
    widen(&f->footer, r);
    bool full = f->block_count == LOG_BLOCK_RECORDS || p->body.len >= LOG_BLOCK_BODY;
    return full ? log_pack_block_end(log, p, f, err) : PT_OK;
}

PtStatus log_pack_record(PtLog *log, LogPacker *p, LogPackFile *f, const PtRecord *r, PtError *err)
{
    LogStored stored;
    PtStatus st = pack_payload(p, r->payload, &stored, err);
    return st == PT_OK ? add_to_head(log, p, f, r, &stored, err) : st;
}

PtStatus log_pack_frame(PtLog *log, LogPacker *p, LogPackFile *f, const PtRecord *r,
                        const LogStored *stored, const char *frame, PtError *err)
{
    pt_buf_add(&p->body, frame, stored->len);
    return add_to_head(log, p, f, r, stored, err);
}

PtStatus log_pack_end(PtLog *log, LogPacker *p, LogPackFile *f, PtError *err)
{
    uint8_t bytes[LOG_ARCHIVE_FOOTER];
    PtStatus st = log_pack_block_end(log, p, f, err);
    if (st == PT_OK && pt_buf_status(&p->index) != PT_OK) {
        st = no_memory(err);
    }
    if (st != PT_OK) {
        return st;
    }
    f->footer.index_at = f->at + p->out.len;
    f->footer.index_crc = pt_crc32c(0, p->index.data, p->index.len);
    log_footer_encode(&f->footer, bytes);
    pt_buf_add_str(&p->out, pt_buf_str(&p->index));
    pt_buf_add(&p->out, bytes, sizeof bytes);
    st = flush_out(log, p, f, err);
    return st == PT_OK ? log->fs->ops->datasync(log->fs, f->file, err) : st;
}

void log_pack_close(PtLog *log, LogPackFile *f)
{
    log->fs->ops->close(log->fs, f->file);
    f->file = NULL;
}

LogArchive log_pack_archive(const LogPackFile *f)
{
    return (LogArchive){f->footer.base,      f->footer.end,         f->at,
                        f->footer.raw_bytes, f->footer.max_time_ms, f->footer.dict_id};
}
