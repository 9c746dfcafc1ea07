// SPDX-License-Identifier: Apache-2.0
#include "operate/pack_internal.h"

#include "base/buf.h"
#include "base/hash.h"

#include <inttypes.h>
#include <stdlib.h>
#include <zstd.h>

enum { INDEX_MAX = 1 << 30 };

struct PackReader {
    PackSource source;
    uint64_t place;
    PackHash whole;
    PtBuf seen; /* the index as it must be */
    uint32_t members;
    bool open, ended;
    char name[PACK_NAME_MAX + 1]; /* of the member, or of the one before; "" at the start */
    /* the member being read */
    uint64_t at, raw, stored;
    PackHash hash;
    bool compressed, frame_done;
    ZSTD_DCtx *zstd;
    uint8_t *chunk; /* owned */
    size_t chunk_len, chunk_at;
    uint8_t digest[PACK_DIGEST];
};

static PtStatus damaged(const PackReader *r, const char *what, PtError *err)
{
    if (r->open) {
        return pt_fail(err, PT_CORRUPT, "member \"%s\" is damaged: %s at byte %" PRIu64, r->name,
                       what, r->place);
    }
    return pt_fail(err, PT_CORRUPT, "damaged behind %s%s%s: %s at byte %" PRIu64,
                   r->name[0] != '\0' ? "member \"" : "the head", r->name,
                   r->name[0] != '\0' ? "\"" : "", what, r->place);
}

static PtStatus take(PackReader *r, void *bytes, size_t len, PtError *err)
{
    for (size_t done = 0; done < len;) {
        size_t got = 0;
        PtStatus st = r->source.read(r->source.ctx, (char *)bytes + done, len - done, &got, err);
        if (st != PT_OK) {
            return st;
        }
        if (got == 0) {
            return damaged(r, "it ends too early", err);
        }
        done += got;
        r->place += got;
    }
    return PT_OK;
}

static PtStatus take_hashed(PackReader *r, PackHash *hash, void *bytes, size_t len, PtError *err)
{
    PtStatus st = take(r, bytes, len, err);
    if (st == PT_OK) {
        pack_hash_add(hash, bytes, len);
    }
    return st;
}

static PtStatus read_head(PackReader *r, PtError *err)
{
    uint8_t head[PACK_HEAD] = {0};
    uint32_t version, crc;
    size_t got = 0, part = 0;
    do {
        PtStatus st = r->source.read(r->source.ctx, head + got, sizeof head - got, &part, err);
        if (st != PT_OK) {
            return st;
        }
        got += part;
    } while (part > 0 && got < sizeof head);
    r->place = got;
    if (got < sizeof head || memcmp(head, pack_magic_file, 8) != 0) {
        return pt_fail(err, PT_CORRUPT, "this is no backup: it does not begin as one");
    }
    memcpy(&version, head + 8, 4);
    memcpy(&crc, head + 12, 4);
    if (crc != pt_crc32c(0, head, 12)) {
        return pt_fail(err, PT_CORRUPT, "the head of the backup is damaged");
    }
    if (version != PACK_VERSION) {
        return pt_fail(err, PT_UNSUPPORTED_MEDIA,
                       "the backup has form %u, this program knows %d: use a newer program",
                       version, PACK_VERSION);
    }
    pack_hash_add(&r->whole, head, sizeof head);
    return PT_OK;
}

PtStatus pack_reader_new(const PackSource *source, PackReader **ret_reader, PtError *err)
{
    PackReader *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to read a backup");
    }
    r->source = *source;
    r->chunk = malloc(PACK_CHUNK_MAX);
    r->zstd = ZSTD_createDCtx();
    pt_buf_init(&r->seen, INDEX_MAX);
    pack_hash_begin(&r->whole);
    PtStatus st = r->chunk == NULL || r->zstd == NULL
                      ? pt_fail(err, PT_NO_MEMORY, "no memory to read a backup")
                      : read_head(r, err);
    if (st != PT_OK) {
        pack_reader_free(r);
        return st;
    }
    *ret_reader = r;
    return PT_OK;
}

void pack_reader_free(PackReader *r)
{
    if (r != NULL) {
        (void)ZSTD_freeDCtx(r->zstd); // accepts NULL
        pt_buf_done(&r->seen);
        free(r->chunk);
        free(r);
    }
}

/* Compares what comes next with what it must be. */
static PtStatus expect(PackReader *r, const void *bytes, size_t len, const char *what, PtError *err)
{
    char there[4096];
    PtStatus st = PT_OK;
    for (size_t done = 0; done < len && st == PT_OK;) {
        size_t part = len - done < sizeof there ? len - done : sizeof there;
        st = take_hashed(r, &r->whole, there, part, err);
        if (st == PT_OK && memcmp(there, (const char *)bytes + done, part) != 0) {
            st = damaged(r, what, err);
        }
        done += part;
    }
    return st;
}

/* Behind the last member, with the index's magic read. */
static PtStatus read_end(PackReader *r, uint64_t index_at, PtError *err)
{
    uint8_t digest[PACK_DIGEST], magic[8];
    size_t more = 0;
    if (pt_buf_status(&r->seen) != PT_OK) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the index of the backup");
    }
    PtStatus st = expect(r, &r->members, 4, "the index counts other members", err);
    if (st == PT_OK) {
        st = expect(r, r->seen.data, r->seen.len, "the index names other members", err);
    }
    if (st == PT_OK) {
        st = expect(r, &index_at, 8, "the index is damaged", err);
    }
    pack_hash_end(&r->whole, r->digest);
    if (st == PT_OK) {
        st = take(r, digest, sizeof digest, err);
    }
    if (st == PT_OK && memcmp(digest, r->digest, sizeof digest) != 0) {
        st = damaged(r, "the digest of the whole is wrong", err);
    }
    if (st == PT_OK) {
        st = take(r, magic, sizeof magic, err);
    }
    if (st == PT_OK && memcmp(magic, pack_magic_end, sizeof magic) != 0) {
        st = damaged(r, "the end is wrong", err);
    }
    if (st == PT_OK) {
        char byte;
        st = r->source.read(r->source.ctx, &byte, 1, &more, err);
    }
    if (st == PT_OK && more > 0) {
        st = damaged(r, "something follows the end", err);
    }
    r->ended = st == PT_OK;
    return st;
}

static PtStatus begin_member(PackReader *r, const char magic[static 4], PtError *err)
{
    uint8_t head[4];
    char name[PACK_NAME_MAX + 1] = "";
    PtStatus st = take(r, head, sizeof head, err);
    if (st == PT_OK &&
        (head[0] < 1 || head[0] > PACK_NAME_MAX || head[1] > 1 || head[2] != 0 || head[3] != 0)) {
        st = damaged(r, "a member's head is wrong", err);
    }
    if (st == PT_OK) {
        st = take(r, name, head[0], err);
    }
    if (st == PT_OK && (!pack_name_ok((PtStr){name, head[0]}) || r->members == PACK_MEMBERS_MAX)) {
        st = damaged(r, "a member's name is wrong", err);
    }
    if (st != PT_OK) {
        return st;
    }
    memcpy(r->name, name, sizeof name);
    pack_hash_begin(&r->hash);
    pack_hash_add(&r->hash, magic, 4);
    pack_hash_add(&r->hash, head, sizeof head);
    pack_hash_add(&r->hash, name, head[0]);
    r->open = true;
    r->compressed = head[1] == 1;
    r->frame_done = true;
    r->raw = r->stored = 0;
    r->chunk_len = r->chunk_at = 0;
    (void)ZSTD_DCtx_reset(r->zstd, ZSTD_reset_session_only); // cannot fail between frames
    return PT_OK;
}

static PtStatus end_member(PackReader *r, PtError *err)
{
    uint64_t sizes[2];
    uint8_t want[PACK_DIGEST], digest[PACK_DIGEST];
    PtStatus st = take_hashed(r, &r->hash, sizes, sizeof sizes, err);
    if (st == PT_OK) {
        st = take(r, digest, sizeof digest, err);
    }
    if (st != PT_OK) {
        return st;
    }
    pack_hash_end(&r->hash, want);
    if (memcmp(want, digest, sizeof want) != 0) {
        return damaged(r, "its digest is wrong", err);
    }
    if (!r->frame_done || sizes[0] != r->raw || sizes[1] != r->stored) {
        return damaged(r, "its length is wrong", err);
    }
    pt_buf_add(&r->seen, &r->at, 8);
    pt_buf_add(&r->seen, &r->raw, 8);
    pt_buf_add_char(&r->seen, (char)strlen(r->name));
    pt_buf_add_str(&r->seen, pt_str(r->name));
    pt_buf_add(&r->seen, digest, sizeof digest);
    r->members++;
    r->open = false;
    return PT_OK;
}

/* The next chunk; chunk_len 0: the member has ended. */
static PtStatus next_chunk(PackReader *r, PtError *err)
{
    uint32_t len, crc;
    r->chunk_len = r->chunk_at = 0;
    PtStatus st = take_hashed(r, &r->hash, &len, sizeof len, err);
    if (st != PT_OK) {
        return st;
    }
    if (len == 0) {
        return end_member(r, err);
    }
    if (len > PACK_CHUNK_MAX) {
        return damaged(r, "a chunk's length is wrong", err);
    }
    st = take_hashed(r, &r->hash, &crc, sizeof crc, err);
    if (st == PT_OK) {
        st = take_hashed(r, &r->hash, r->chunk, len, err);
    }
    if (st == PT_OK && crc != pt_crc32c(pt_crc32c(0, &len, sizeof len), r->chunk, len)) {
        st = damaged(r, "a checksum is wrong", err);
    }
    if (st == PT_OK) {
        r->chunk_len = len;
        r->stored += len;
    }
    return st;
}

static PtStatus decode(PackReader *r, void *bytes, size_t len, size_t *ret_len, PtError *err)
{
    if (!r->compressed) {
        size_t left = r->chunk_len - r->chunk_at;
        *ret_len = len < left ? len : left;
        memcpy(bytes, r->chunk + r->chunk_at, *ret_len);
        r->chunk_at += *ret_len;
        return PT_OK;
    }
    ZSTD_inBuffer in = {r->chunk, r->chunk_len, r->chunk_at};
    ZSTD_outBuffer out = {bytes, len, 0};
    size_t left = ZSTD_decompressStream(r->zstd, &out, &in);
    if (ZSTD_isError(left) != 0) {
        return damaged(r, "it cannot be decompressed", err);
    }
    r->frame_done = left == 0;
    r->chunk_at = in.pos;
    *ret_len = out.pos;
    return PT_OK;
}

PtStatus pack_read(PackReader *r, void *bytes, size_t len, size_t *ret_len, PtError *err)
{
    *ret_len = 0;
    while (r->open && len > 0) {
        /* A full output may leave decoded bytes in the decoder with the chunk used up. */
        if (r->chunk_at < r->chunk_len || (r->compressed && !r->frame_done && r->stored > 0)) {
            PtStatus st = decode(r, bytes, len, ret_len, err);
            if (st != PT_OK || *ret_len > 0) {
                r->raw += *ret_len;
                return st;
            }
        }
        if (r->chunk_at == r->chunk_len) {
            PtStatus st = next_chunk(r, err);
            if (st != PT_OK) {
                return st;
            }
        }
    }
    return PT_OK;
}

static PtStatus skip_rest(PackReader *r, PtError *err)
{
    char nowhere[16384];
    size_t got = 1;
    PtStatus st = PT_OK;
    while (st == PT_OK && r->open && got > 0) {
        st = pack_read(r, nowhere, sizeof nowhere, &got, err);
    }
    return st;
}

PtStatus pack_next(PackReader *r, const char **ret_name, PtError *err)
{
    char magic[4];
    PtStatus st = skip_rest(r, err);
    r->at = r->place;
    if (st == PT_OK) {
        st = take(r, magic, sizeof magic, err);
    }
    if (st != PT_OK) {
        return st;
    }
    if (memcmp(magic, pack_magic_index, sizeof magic) == 0) {
        pack_hash_add(&r->whole, magic, sizeof magic);
        *ret_name = NULL;
        return read_end(r, r->at, err);
    }
    if (memcmp(magic, pack_magic_member, sizeof magic) != 0) {
        return damaged(r, "there is no member", err);
    }
    st = begin_member(r, magic, err);
    if (st == PT_OK) {
        *ret_name = r->name;
    }
    return st;
}

uint64_t pack_place(const PackReader *r)
{
    return r->place;
}

void pack_digest(const PackReader *r, uint8_t ret_digest[static PACK_DIGEST])
{
    memcpy(ret_digest, r->digest, PACK_DIGEST);
}
