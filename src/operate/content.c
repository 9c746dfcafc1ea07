// SPDX-License-Identifier: Apache-2.0
#include "operate/content.h"

#include "base/memory.h"

enum { FETCH = 1024, PIECE = 256 << 10 };

void content_record(PtBuf *out, const PtRecord *r)
{
    const uint32_t len = (uint32_t)r->payload.len;
    pt_buf_add(out, &len, 4);
    pt_buf_add(out, &r->time_ms, 8);
    pt_buf_add(out, &r->klass, 1);
    pt_buf_add(out, &r->type, 1);
    pt_buf_add(out, &r->flags, 2);
    pt_buf_add(out, &r->source, 4);
    pt_buf_add(out, &r->node, 8);
    pt_buf_add(out, &r->key_id, 8);
    pt_buf_add(out, &r->id_hash.hi, 8);
    pt_buf_add(out, &r->id_hash.lo, 8);
    pt_buf_add_str(out, r->payload);
}

void content_begin(PackHash *h, const uint8_t core_sum[static PACK_DIGEST],
                   const PtLogSnapshot *log)
{
    static const char kind[] = "patron content 1";
    const uint64_t offsets[] = {log->begin, log->archived_end, log->end};
    pack_hash_begin(h);
    pack_hash_add(h, kind, sizeof kind);
    pack_hash_add(h, core_sum, PACK_DIGEST);
    pack_hash_add(h, offsets, sizeof offsets);
}

void content_archive(PackHash *h, const PtLogFile *file, const uint8_t digest[static PACK_DIGEST])
{
    const uint64_t offsets[] = {file->base, file->end};
    pack_hash_add(h, offsets, sizeof offsets);
    pack_hash_add(h, digest, PACK_DIGEST);
}

/* Sends what was gathered and forgets it. */
static PtStatus send(PtBuf *piece, PackHash *hash, const PackSink *sink, PtError *err)
{
    if (pt_buf_status(piece) != PT_OK) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to copy the log");
    }
    pack_hash_add(hash, piece->data, piece->len);
    PtStatus st = sink != NULL ? sink->write(sink->ctx, piece->data, piece->len, err) : PT_OK;
    pt_buf_clear(piece, 4 * PIECE);
    return st;
}

static PtStatus send_records(PtLogReader *reader, uint64_t to, PtBuf *piece, PackHash *hash,
                             const PackSink *sink, PtError *err)
{
    PtStatus st = PT_OK;
    while (st == PT_OK && pt_log_tell(reader) < to) {
        const PtRecord *records = NULL;
        size_t count = 0, left = (size_t)(to - pt_log_tell(reader));
        st = pt_log_fetch(reader, left < FETCH ? left : FETCH, true, &records, &count, err);
        if (st == PT_OK && count == 0) {
            st = pt_fail(err, PT_CORRUPT, "the log ends before an offset it had acknowledged");
        }
        for (size_t i = 0; i < count && st == PT_OK; i++) {
            content_record(piece, &records[i]);
            st = piece->len >= PIECE ? send(piece, hash, sink, err) : PT_OK;
        }
    }
    return st == PT_OK ? send(piece, hash, sink, err) : st;
}

PtStatus content_records(PtLog *log, uint64_t from, uint64_t to, const PackSink *sink,
                         uint8_t ret_digest[static PACK_DIGEST], PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf piece;
    PtLogReader *reader = NULL;
    PackHash hash;
    pack_hash_begin(&hash);
    pt_buf_init(&piece, PIECE + PT_LOG_PAYLOAD_MAX + CONTENT_RECORD);
    pt_buf_add(&piece, &from, 8);
    pt_buf_add(&piece, &to, 8);
    PtStatus st = pt_log_reader_open(log, NULL, 0, from, &reader, err);
    if (st == PT_OK) {
        st = send_records(reader, to, &piece, &hash, sink, err);
    }
    pt_log_reader_close(reader);
    if (st == PT_OK) {
        pack_hash_end(&hash, ret_digest);
    }
    return st;
}

PtStatus content_file(PtFs *fs, const char *path, const PackSink *sink,
                      uint8_t ret_digest[static PACK_DIGEST], PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf piece;
    PtFile *file = NULL;
    PackHash hash;
    uint64_t at = 0;
    size_t got = 1;
    pt_buf_init(&piece, PIECE);
    pack_hash_begin(&hash);
    char *bytes = pt_buf_reserve(&piece, PIECE);
    PtStatus st = bytes != NULL ? fs->ops->open(fs, path, PT_OPEN_READ, &file, err)
                                : pt_fail(err, PT_NO_MEMORY, "no memory to copy \"%s\"", path);
    if (st != PT_OK) {
        return st;
    }
    while (st == PT_OK && got > 0) {
        st = fs->ops->pread(fs, file, bytes, PIECE, at, &got, err);
        if (st == PT_OK && got > 0) {
            pack_hash_add(&hash, bytes, got);
            st = sink != NULL ? sink->write(sink->ctx, bytes, got, err) : PT_OK;
            at += got;
        }
    }
    fs->ops->close(fs, file);
    if (st == PT_OK) {
        pack_hash_end(&hash, ret_digest);
    }
    return st;
}
