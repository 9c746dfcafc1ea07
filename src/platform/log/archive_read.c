// SPDX-License-Identifier: Apache-2.0
#include "platform/log/archive_internal.h"

#include "base/hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

enum {
    FETCH_BYTES = 1 << 20, /* of payload after which a fetch ends */
    KEEP_BYTES = 4 << 20,  /* of a buffer after a big record */
};

#define NO_BLOCK UINT32_MAX

struct LogArchiveReader {
    PtLog *log; /* borrowed */
    PtFile *file;
    LogFooter footer;
    LogEntry *entries;      /* owned */
    const ZSTD_DDict *dict; /* the log's; NULL = none */
    ZSTD_DCtx *ctx;
    uint32_t block; /* whose head is in records, or NO_BLOCK */
    bool has_body;
    PtBuf bytes, out; /* the block as stored; payloads as they were */
    PtRecord records[LOG_BLOCK_RECORDS];
    PtRecord given[LOG_BLOCK_RECORDS];
    LogStored stored[LOG_BLOCK_RECORDS];
};

void log_path_archive(const PtLog *log, uint64_t base, char out[static LOG_PATH_MAX])
{
    (void)snprintf(out, LOG_PATH_MAX, "%s/arc-%016" PRIx64 ".pta", log->dir, base);
}

/* Names the file in a message that does not. */
static PtStatus name_it(PtStatus st, const char *path, PtError *err)
{
    if (st == PT_CORRUPT && err != NULL) {
        PtError inner = *err;
        (void)pt_fail(err, st, "\"%.*s\": %.*s", 150, path, 96, inner.message);
    }
    return st;
}

static PtStatus read_exact(PtLog *log, PtFile *file, void *bytes, size_t len, uint64_t at,
                           PtError *err)
{
    size_t got = 0;
    PtStatus st = log->fs->ops->pread(log->fs, file, bytes, len, at, &got, err);
    if (st == PT_OK && got != len) {
        return pt_fail(err, PT_CORRUPT, "archive ends at byte %" PRIu64, at + got);
    }
    return st;
}

static PtStatus read_footer(PtLog *log, PtFile *file, LogFooter *ret_footer, uint64_t *ret_size,
                            PtError *err)
{
    uint8_t bytes[LOG_ARCHIVE_FOOTER];
    PtStatus st = log->fs->ops->size(log->fs, file, ret_size, err);
    if (st != PT_OK) {
        return st;
    }
    if (*ret_size < sizeof bytes) {
        return pt_fail(err, PT_CORRUPT, "archive has no footer");
    }
    st = read_exact(log, file, bytes, sizeof bytes, *ret_size - sizeof bytes, err);
    return st == PT_OK ? log_footer_decode(bytes, *ret_size, ret_footer, err) : st;
}

PtStatus log_archive_look(PtLog *log, uint64_t base, LogArchive *ret_arc, PtError *err)
{
    char path[LOG_PATH_MAX];
    PtFile *file = NULL;
    LogFooter footer = {0};
    uint64_t size = 0;
    log_path_archive(log, base, path);
    PtStatus st = log->fs->ops->open(log->fs, path, PT_OPEN_READ, &file, err);
    if (st != PT_OK) {
        return st;
    }
    st = read_footer(log, file, &footer, &size, err);
    log->fs->ops->close(log->fs, file);
    if (st == PT_OK && footer.base != base) {
        st = pt_fail(err, PT_CORRUPT, "archive does not begin with the offset in its name");
    }
    if (st != PT_OK) {
        return name_it(st, path, err);
    }
    *ret_arc = (LogArchive){footer.base,      footer.end,         size,
                            footer.raw_bytes, footer.max_time_ms, footer.dict_id};
    return PT_OK;
}

static PtStatus read_index(LogArchiveReader *r, PtError *err)
{
    size_t len = (size_t)r->footer.blocks * LOG_ARCHIVE_ENTRY;
    uint8_t *bytes = malloc(len);
    r->entries = calloc(r->footer.blocks, sizeof *r->entries);
    PtStatus st = bytes == NULL || r->entries == NULL
                      ? pt_fail(err, PT_NO_MEMORY, "no memory to read the archive")
                      : read_exact(r->log, r->file, bytes, len, r->footer.index_at, err);
    if (st == PT_OK) {
        st = log_index_decode(bytes, &r->footer, r->entries, err);
    }
    free(bytes);
    return st;
}

static PtStatus open_parts(LogArchiveReader *r, const char *path, PtError *err)
{
    uint64_t size = 0;
    PtStatus st = r->log->fs->ops->open(r->log->fs, path, PT_OPEN_READ, &r->file, err);
    if (st == PT_OK) {
        st = read_footer(r->log, r->file, &r->footer, &size, err);
    }
    if (st == PT_OK) {
        st = read_index(r, err);
    }
    if (st == PT_OK && r->footer.dict_id != 0) {
        st = log_dict_get(r->log, r->footer.dict_id, &r->dict, err);
    }
    return st;
}

PtStatus log_archive_open(PtLog *log, uint64_t base, LogArchiveReader **ret_reader, PtError *err)
{
    char path[LOG_PATH_MAX];
    LogArchiveReader *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to read the archive");
    }
    r->log = log;
    r->block = NO_BLOCK;
    r->ctx = ZSTD_createDCtx();
    pt_buf_init(&r->bytes,
                LOG_BLOCK_RECORDS * LOG_HEAD_RECORD_MAX + LOG_BLOCK_BODY + PT_LOG_PAYLOAD_MAX);
    pt_buf_init(&r->out, (size_t)FETCH_BYTES + PT_LOG_PAYLOAD_MAX);
    log_path_archive(log, base, path);
    PtStatus st = r->ctx == NULL ? pt_fail(err, PT_NO_MEMORY, "no memory to read the archive")
                                 : open_parts(r, path, err);
    if (st != PT_OK) {
        log_archive_close(r);
        return name_it(st, path, err);
    }
    *ret_reader = r;
    return PT_OK;
}

void log_archive_close(LogArchiveReader *r)
{
    if (r != NULL) {
        r->log->fs->ops->close(r->log->fs, r->file);
        (void)ZSTD_freeDCtx(r->ctx);
        pt_buf_done(&r->bytes);
        pt_buf_done(&r->out);
        free(r->entries);
        free(r);
    }
}

uint64_t log_archive_base(const LogArchiveReader *r)
{
    return r->footer.base;
}

uint64_t log_archive_end(const LogArchiveReader *r)
{
    return r->footer.end;
}

uint32_t log_archive_block_of(const LogArchiveReader *r, uint64_t offset)
{
    uint32_t lo = 0, hi = r->footer.blocks;
    while (hi - lo > 1) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (r->entries[mid].first <= offset) {
            lo = mid;
        } else {
            hi = mid;
        }
    }
    return lo;
}

/* Reads a block's head, and its body when it is wanted. */
static PtStatus load_block(LogArchiveReader *r, uint32_t block, bool with_body, PtError *err)
{
    if (r->block == block && (r->has_body || !with_body)) {
        return PT_OK;
    }
    const LogEntry *e = &r->entries[block];
    size_t len = (size_t)e->head_len + (with_body ? e->body_len : 0);
    r->block = NO_BLOCK;
    pt_buf_clear(&r->bytes, KEEP_BYTES);
    char *bytes = pt_buf_reserve(&r->bytes, len);
    if (bytes == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to read the archive");
    }
    PtStatus st = read_exact(r->log, r->file, bytes, len, e->at, err);
    if (st == PT_OK) {
        st = log_head_decode((const uint8_t *)bytes, e, r->records, r->stored, err);
    }
    if (st == PT_OK) {
        r->block = block;
        r->has_body = with_body;
    }
    return st;
}

static PtStatus bad_payload(const LogArchiveReader *r, uint64_t offset, PtError *err)
{
    return pt_fail(err, PT_CORRUPT,
                   "payload of record %" PRIu64 " from block at byte %" PRIu64 " is damaged",
                   offset, r->entries[r->block].at);
}

/* The read that failed, named. */
static PtStatus named(const LogArchiveReader *r, PtStatus st, PtError *err)
{
    char path[LOG_PATH_MAX];
    log_path_archive(r->log, r->footer.base, path);
    return name_it(st, path, err);
}

/* The payload of records[i], as it was, at `to`. */
static PtStatus unpack(LogArchiveReader *r, size_t i, char *to, PtError *err)
{
    const LogStored *s = &r->stored[i];
    const char *from = r->bytes.data + r->entries[r->block].head_len + s->at;
    if (s->crc != pt_crc32c(0, from, s->len)) {
        return bad_payload(r, r->records[i].position.offset, err);
    }
    if (s->as_is) {
        if (s->len > 0) {
            memcpy(to, from, s->len);
        }
        return PT_OK;
    }
    size_t n = ZSTD_decompress_usingDDict(r->ctx, to, s->raw_len, from, s->len, r->dict);
    return n == s->raw_len ? PT_OK : bad_payload(r, r->records[i].position.offset, err);
}

/* How many records from i on, and how many bytes of payload, fit a fetch. */
static size_t fetch_size(const LogArchiveReader *r, size_t i, size_t count, size_t *ret_bytes)
{
    size_t n = 0, bytes = 0;
    while (n < count && (n == 0 || bytes + r->stored[i + n].raw_len <= FETCH_BYTES)) {
        bytes += r->stored[i + n].raw_len;
        n++;
    }
    *ret_bytes = bytes;
    return n;
}

static PtStatus unpack_all(LogArchiveReader *r, size_t i, size_t count, size_t *ret_count,
                           PtError *err)
{
    size_t bytes = 0;
    size_t n = fetch_size(r, i, count, &bytes);
    pt_buf_clear(&r->out, KEEP_BYTES);
    char *to = pt_buf_reserve(&r->out, bytes > 0 ? bytes : 1);
    if (to == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to read the archive");
    }
    for (size_t k = 0; k < n; k++) {
        PtStatus st = unpack(r, i + k, to, err);
        if (st != PT_OK) {
            return st;
        }
        r->given[k] = r->records[i + k];
        r->given[k].payload.data = to;
        to += r->stored[i + k].raw_len;
    }
    *ret_count = n;
    return PT_OK;
}

PtStatus log_archive_fetch(LogArchiveReader *r, uint64_t offset, size_t max, bool with_payload,
                           const PtRecord **ret_records, size_t *ret_count, PtError *err)
{
    uint32_t block = log_archive_block_of(r, offset);
    size_t i = (size_t)(offset - r->entries[block].first), n = r->entries[block].count - i;
    n = n < max ? n : max;
    PtStatus st = load_block(r, block, with_payload, err);
    if (st == PT_OK && with_payload) {
        st = unpack_all(r, i, n, &n, err);
    }
    if (st != PT_OK) {
        return named(r, st, err);
    }
    *ret_records = with_payload ? r->given : &r->records[i];
    *ret_count = n;
    return PT_OK;
}

PtFile *log_archive_take_file(LogArchiveReader *r)
{
    PtFile *file = r->file;
    r->file = NULL;
    return file;
}

/* ---- Whole blocks ---- */

uint32_t log_archive_blocks(const LogArchiveReader *r)
{
    return r->footer.blocks;
}

uint32_t log_archive_dict(const LogArchiveReader *r)
{
    return r->footer.dict_id;
}

PtStatus log_archive_block(LogArchiveReader *r, uint32_t block, LogBlock *ret_block, PtError *err)
{
    const LogEntry *e = &r->entries[block];
    PtStatus st = load_block(r, block, true, err);
    for (uint32_t i = 0; i < e->count && st == PT_OK; i++) {
        const LogStored *s = &r->stored[i];
        if (s->crc != pt_crc32c(0, r->bytes.data + e->head_len + s->at, s->len)) {
            st = bad_payload(r, e->first + i, err);
        }
    }
    if (st != PT_OK) {
        return named(r, st, err);
    }
    *ret_block = (LogBlock){*e,
                            {r->bytes.data, e->head_len},
                            {r->bytes.data + e->head_len, e->body_len},
                            r->records,
                            r->stored};
    return PT_OK;
}

PtStatus log_archive_record(LogArchiveReader *r, uint32_t i, PtRecord *ret_record, PtError *err)
{
    size_t count = 0;
    PtStatus st = unpack_all(r, i, 1, &count, err);
    if (st != PT_OK) {
        return named(r, st, err);
    }
    *ret_record = r->given[0];
    return PT_OK;
}
