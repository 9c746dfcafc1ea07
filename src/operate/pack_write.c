// SPDX-License-Identifier: Apache-2.0
#include "operate/pack_internal.h"

#include "base/buf.h"
#include "base/hash.h"

#include <stdlib.h>
#include <zstd.h>

enum { LEVEL = 3, INDEX_MAX = 1 << 30 };

struct PackWriter {
    PackSink sink;
    uint64_t written;
    PackHash whole; /* over head and index */
    PtBuf index;    /* its entries */
    uint32_t members;
    /* the member being written */
    bool open, compress;
    char name[PACK_NAME_MAX + 1];
    uint64_t at, raw, stored;
    PackHash hash;
    ZSTD_CCtx *zstd; /* NULL until one is needed */
    uint8_t *chunk;  /* owned; PACK_CHUNK_HEAD + PACK_CHUNK_MAX bytes */
    size_t chunk_len;
};

bool pack_name_ok(PtStr name)
{
    if (name.len < 1 || name.len > PACK_NAME_MAX || name.data[0] == '/') {
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i], before = i > 0 ? name.data[i - 1] : '\0';
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
        bool joint = (c == '.' || c == '/') && before != c && i + 1 < name.len;
        if (!plain && !joint) {
            return false;
        }
    }
    return true;
}

static PtStatus put(PackWriter *w, const void *bytes, size_t len, PtError *err)
{
    PtStatus st = w->sink.write(w->sink.ctx, bytes, len, err);
    if (st == PT_OK) {
        w->written += len;
    }
    return st;
}

static PtStatus put_hashed(PackWriter *w, PackHash *hash, const void *bytes, size_t len,
                           PtError *err)
{
    pack_hash_add(hash, bytes, len);
    return put(w, bytes, len, err);
}

PtStatus pack_writer_new(const PackSink *sink, PackWriter **ret_writer, PtError *err)
{
    uint8_t head[PACK_HEAD];
    const uint32_t version = PACK_VERSION;
    PackWriter *w = calloc(1, sizeof *w);
    if (w == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to write a backup");
    }
    w->sink = *sink;
    w->chunk = malloc(PACK_CHUNK_HEAD + PACK_CHUNK_MAX);
    pt_buf_init(&w->index, INDEX_MAX);
    pack_hash_begin(&w->whole);
    memcpy(head, pack_magic_file, 8);
    memcpy(head + 8, &version, 4);
    const uint32_t crc = pt_crc32c(0, head, 12);
    memcpy(head + 12, &crc, 4);
    PtStatus st = w->chunk == NULL ? pt_fail(err, PT_NO_MEMORY, "no memory to write a backup")
                                   : put_hashed(w, &w->whole, head, sizeof head, err);
    if (st != PT_OK) {
        pack_writer_free(w);
        return st;
    }
    *ret_writer = w;
    return PT_OK;
}

void pack_writer_free(PackWriter *w)
{
    if (w != NULL) {
        (void)ZSTD_freeCCtx(w->zstd); // accepts NULL
        pt_buf_done(&w->index);
        free(w->chunk);
        free(w);
    }
}

static PtStatus zstd_ready(PackWriter *w, PtError *err)
{
    if (w->zstd == NULL) {
        w->zstd = ZSTD_createCCtx();
    }
    bool ready = w->zstd != NULL &&
                 ZSTD_isError(ZSTD_CCtx_reset(w->zstd, ZSTD_reset_session_only)) == 0 &&
                 ZSTD_isError(ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_compressionLevel, LEVEL)) == 0;
    return ready ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory to compress a backup");
}

PtStatus pack_begin(PackWriter *w, const char *name, bool compress, PtError *err)
{
    uint8_t head[PACK_MEMBER_HEAD] = {0};
    const size_t len = strlen(name);
    if (w->open || !pack_name_ok((PtStr){name, len}) || w->members == PACK_MEMBERS_MAX) {
        return pt_fail(err, PT_INVALID, "\"%.*s\" cannot be a member of a backup", PACK_NAME_MAX,
                       name);
    }
    PtStatus st = compress ? zstd_ready(w, err) : PT_OK;
    if (st != PT_OK) {
        return st;
    }
    memcpy(w->name, name, len + 1);
    w->open = true;
    w->compress = compress;
    w->at = w->written;
    w->raw = w->stored = 0;
    w->chunk_len = 0;
    pack_hash_begin(&w->hash);
    memcpy(head, pack_magic_member, 4);
    head[4] = (uint8_t)len;
    head[5] = compress ? 1 : 0;
    st = put_hashed(w, &w->hash, head, sizeof head, err);
    return st == PT_OK ? put_hashed(w, &w->hash, name, len, err) : st;
}

/* Sends the chunk that was gathered. */
static PtStatus put_chunk(PackWriter *w, PtError *err)
{
    const uint32_t len = (uint32_t)w->chunk_len;
    if (len == 0) {
        return PT_OK;
    }
    memcpy(w->chunk, &len, 4);
    const uint32_t crc = pt_crc32c(pt_crc32c(0, &len, sizeof len), w->chunk + PACK_CHUNK_HEAD, len);
    memcpy(w->chunk + 4, &crc, 4);
    w->stored += len;
    w->chunk_len = 0;
    return put_hashed(w, &w->hash, w->chunk, PACK_CHUNK_HEAD + (size_t)len, err);
}

static PtStatus gather(PackWriter *w, const char *bytes, size_t len, PtError *err)
{
    PtStatus st = PT_OK;
    while (len > 0 && st == PT_OK) {
        size_t room = PACK_CHUNK_MAX - w->chunk_len, part = len < room ? len : room;
        memcpy(w->chunk + PACK_CHUNK_HEAD + w->chunk_len, bytes, part);
        w->chunk_len += part;
        bytes += part;
        len -= part;
        st = w->chunk_len == PACK_CHUNK_MAX ? put_chunk(w, err) : PT_OK;
    }
    return st;
}

static PtStatus deflate(PackWriter *w, const void *bytes, size_t len, ZSTD_EndDirective how,
                        PtError *err)
{
    ZSTD_inBuffer in = {bytes, len, 0};
    for (bool more = true; more;) {
        ZSTD_outBuffer out = {w->chunk + PACK_CHUNK_HEAD, PACK_CHUNK_MAX, w->chunk_len};
        size_t left = ZSTD_compressStream2(w->zstd, &out, &in, how);
        if (ZSTD_isError(left) != 0) {
            return pt_fail(err, PT_NO_MEMORY, "cannot compress: %s", ZSTD_getErrorName(left));
        }
        w->chunk_len = out.pos;
        PtStatus st = w->chunk_len == PACK_CHUNK_MAX ? put_chunk(w, err) : PT_OK;
        if (st != PT_OK) {
            return st;
        }
        more = how == ZSTD_e_end ? left > 0 : in.pos < in.size;
    }
    return PT_OK;
}

PtStatus pack_write(PackWriter *w, const void *bytes, size_t len, PtError *err)
{
    w->raw += len;
    return w->compress ? deflate(w, bytes, len, ZSTD_e_continue, err) : gather(w, bytes, len, err);
}

static void note(PackWriter *w, const uint8_t digest[static PACK_DIGEST])
{
    pt_buf_add(&w->index, &w->at, 8);
    pt_buf_add(&w->index, &w->raw, 8);
    pt_buf_add_char(&w->index, (char)strlen(w->name));
    pt_buf_add_str(&w->index, pt_str(w->name));
    pt_buf_add(&w->index, digest, PACK_DIGEST);
    w->members++;
}

PtStatus pack_end(PackWriter *w, PtError *err)
{
    uint8_t tail[20] = {0}, digest[PACK_DIGEST];
    PtStatus st = w->compress ? deflate(w, NULL, 0, ZSTD_e_end, err) : PT_OK;
    if (st == PT_OK) {
        st = put_chunk(w, err);
    }
    if (st != PT_OK) {
        return st;
    }
    memcpy(tail + 4, &w->raw, 8); // behind the zero that ends the chunks
    memcpy(tail + 12, &w->stored, 8);
    st = put_hashed(w, &w->hash, tail, sizeof tail, err);
    if (st != PT_OK) {
        return st;
    }
    pack_hash_end(&w->hash, digest);
    note(w, digest);
    w->open = false;
    return put(w, digest, sizeof digest, err);
}

PtStatus pack_add(PackWriter *w, const char *name, bool compress, PtStr content, PtError *err)
{
    PtStatus st = pack_begin(w, name, compress, err);
    if (st == PT_OK) {
        st = pack_write(w, content.data, content.len, err);
    }
    return st == PT_OK ? pack_end(w, err) : st;
}

PtStatus pack_finish(PackWriter *w, uint8_t ret_digest[static PACK_DIGEST], PtError *err)
{
    uint8_t digest[PACK_DIGEST];
    const uint64_t at = w->written;
    if (w->open || pt_buf_status(&w->index) != PT_OK) {
        return pt_fail(err, w->open ? PT_INVALID : PT_NO_MEMORY, "cannot end the backup");
    }
    PtStatus st = put_hashed(w, &w->whole, pack_magic_index, 4, err);
    if (st == PT_OK) {
        st = put_hashed(w, &w->whole, &w->members, 4, err);
    }
    if (st == PT_OK) {
        st = put_hashed(w, &w->whole, w->index.data, w->index.len, err);
    }
    if (st == PT_OK) {
        st = put_hashed(w, &w->whole, &at, 8, err);
    }
    pack_hash_end(&w->whole, digest);
    if (st == PT_OK) {
        st = put(w, digest, sizeof digest, err);
    }
    if (st == PT_OK) {
        st = put(w, pack_magic_end, sizeof pack_magic_end, err);
    }
    if (st == PT_OK) {
        memcpy(ret_digest, digest, sizeof digest);
    }
    return st;
}
