// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The form of a backup: one file of named members, written and read in one pass from front to back.
 * All little-endian.
 *
 *   head     "PTBACKUP", u32 version, u32 crc32c of the 12 bytes before
 *   member   "PTBM", u8 bytes of the name, u8 coding (0 as it is, 1 zstd), u16 zero, name; then
 *            chunks: u32 bytes (1..PACK_CHUNK_MAX), u32 crc32c of these 4 bytes and the chunk, the
 *            chunk; u32 zero ends them. Then u64 bytes before coding, u64 bytes of the chunks, and
 *            BLAKE2b-256 over all of the member before it
 *   index    "PTBI", u32 members, for each: u64 place, u64 bytes before coding, u8 bytes of the
 *            name, name, digest; then u64 place of the index
 *   end      BLAKE2b-256 over head and index, "PTBEND\0\1"
 *
 * So every byte is under a digest that the last 40 bytes seal, and a file that was cut short has no
 * end. Names are 1..PACK_NAME_MAX of [a-z0-9._-/], without "..", "//" or a leading "/", each once.
 *
 * Errors   PT_CORRUPT names the member, or the one that damage lies behind. PT_UNSUPPORTED_MEDIA: a
 *          version that this program does not know. What the sink or source fails with is passed
 * on. Threads  One at a time.
 */
enum {
    PACK_VERSION = 1,
    PACK_DIGEST = 32,
    PACK_DIGEST_TEXT = 2 * PACK_DIGEST + 1,
    PACK_NAME_MAX = 120,
    PACK_CHUNK_MAX = 1 << 20,
    PACK_MEMBERS_MAX = 4000000,
};

/* Takes all of the bytes or fails. */
typedef struct PackSink {
    PtStatus (*write)(void *ctx, const void *bytes, size_t len, PtError *err);
    void *ctx;
} PackSink;

typedef struct PackWriter PackWriter;

/* Writes the head. The sink is copied. */
PT_NODISCARD PtStatus pack_writer_new(const PackSink *sink, PackWriter **ret_writer, PtError *err);
void pack_writer_free(PackWriter *writer); /* accepts NULL */

PT_NODISCARD PtStatus pack_begin(PackWriter *writer, const char *name, bool compress, PtError *err);
PT_NODISCARD PtStatus pack_write(PackWriter *writer, const void *bytes, size_t len, PtError *err);
PT_NODISCARD PtStatus pack_end(PackWriter *writer, PtError *err);
/* begin, write, end. */
PT_NODISCARD PtStatus pack_add(PackWriter *writer, const char *name, bool compress, PtStr content,
                               PtError *err);
/* Writes index and end. ret_digest: the last one, which stands for the whole. */
PT_NODISCARD PtStatus pack_finish(PackWriter *writer, uint8_t ret_digest[static PACK_DIGEST],
                                  PtError *err);

/* Reads up to len bytes; *ret_len 0 only at the end. */
typedef struct PackSource {
    PtStatus (*read)(void *ctx, void *bytes, size_t len, size_t *ret_len, PtError *err);
    void *ctx;
} PackSource;

typedef struct PackReader PackReader;

/* Reads the head. The source is copied. */
PT_NODISCARD PtStatus pack_reader_new(const PackSource *source, PackReader **ret_reader,
                                      PtError *err);
void pack_reader_free(PackReader *reader); /* accepts NULL */

/* The next member; what is left of the one before is read and checked first. *ret_name is NULL when
 * there is none: then index, end and the end of the file are checked too, and the whole is good.
 * Borrowed until the next call. */
PT_NODISCARD PtStatus pack_next(PackReader *reader, const char **ret_name, PtError *err);
/* Bytes of the member, decoded; *ret_len 0: it has ended and its digest is right. */
PT_NODISCARD PtStatus pack_read(PackReader *reader, void *bytes, size_t len, size_t *ret_len,
                                PtError *err);
uint64_t pack_place(const PackReader *reader); /* bytes read so far */
/* Once pack_next gave NULL. */
void pack_digest(const PackReader *reader, uint8_t ret_digest[static PACK_DIGEST]);

static inline void pack_writer_freep(PackWriter **writer)
{
    pack_writer_free(*writer);
}

static inline void pack_reader_freep(PackReader **reader)
{
    pack_reader_free(*reader);
}
