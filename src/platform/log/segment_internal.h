// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/status.h"
#include "platform/file.h"
#include "platform/log.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The form of a hot segment file.
 *
 *   0      header, twice (at 0 and at 2048), 48 bytes each, rest of 4 KiB zero:
 *          "PTLOGSEG" u32 version, u32 zero, u64 generation, u64 base offset, i64 created ms,
 *          u32 zero, u32 crc32c over the 44 bytes before
 *   4096   records, each at a multiple of 8:
 *          u32 payload length, u32 crc32c over all else, u64 generation, u64 offset, i64 time ms,
 *          u32 distance to the first offset of its round, u8 class, u8 type, u16 flags, u32 source,
 *          u32 zero, u64 node, u64 key id, u64 id hash hi, u64 id hash lo, payload, zeros to 8
 *
 * All little-endian. A recycled file keeps its old bytes: a record counts only when its generation
 * is the header's and its offset the next one. A generation is used once: its header is synced
 * before the first record of it is written.
 */
enum {
    LOG_SEGMENT_HEADER = 4096,
    LOG_SEGMENT_HEADER_COPY = 2048,
    LOG_RECORD_HEADER = 80,
    LOG_RECORD_ALIGN = 8,
};

typedef struct LogSegmentHeader {
    uint64_t generation, base;
    int64_t created_ms;
} LogSegmentHeader;

/* Bytes a record takes in a segment. */
static inline size_t log_record_size(size_t payload_len)
{
    return (LOG_RECORD_HEADER + payload_len + LOG_RECORD_ALIGN - 1) &
           ~(size_t)(LOG_RECORD_ALIGN - 1);
}

void log_header_encode(const LogSegmentHeader *h, uint8_t out[static LOG_SEGMENT_HEADER]);

/* The valid copy with the highest generation; false when neither is valid. len: bytes there. */
bool log_header_decode(const uint8_t *bytes, size_t len, LogSegmentHeader *ret_header);

/* Writes log_record_size(r->payload.len) bytes. round_delta: r's offset - first of its round. */
void log_record_encode(const PtRecord *r, uint64_t generation, uint32_t round_delta, char *out);

typedef enum LogParse {
    LOG_PARSE_OK,
    LOG_PARSE_MORE, /* the bytes end inside the record; *ret_size tells how many it takes */
    LOG_PARSE_BAD,  /* not a record of this generation, or it fails its check */
} LogParse;

/* Reads the record of `generation` at bytes; the payload is borrowed from there. *ret_size is its
 * size in the segment. */
LogParse log_record_parse(const char *bytes, size_t len, uint64_t generation, PtRecord *ret_record,
                          uint32_t *ret_round_delta, size_t *ret_size);

/* A window on a segment that moves forward. Records taken from it stay valid until the next fill.
 */
typedef struct LogCursor {
    PtFs *fs;
    PtFile *file;  /* borrowed */
    uint64_t size; /* bytes of the file */
    uint64_t generation;
    uint64_t at; /* file position of the next record */
    char *buf;   /* owned */
    size_t cap;  /* bytes */
    uint64_t buf_at;
    size_t buf_len;
} LogCursor;

enum { LOG_CURSOR_BYTES = 256 << 10 };

void log_cursor_done(LogCursor *c);

/* Points at `at` of a file; forgets what was read of another. */
void log_cursor_set(LogCursor *c, PtFile *file, uint64_t size, uint64_t generation, uint64_t at);

/* Forgets the bytes in the window but not the place: they may have been overwritten since. */
static inline void log_cursor_forget(LogCursor *c)
{
    c->buf_len = 0;
}

/* The next record, if the window holds it whole (LOG_PARSE_MORE: fill and ask again). */
LogParse log_cursor_peek(const LogCursor *c, PtRecord *ret_record, uint32_t *ret_round_delta,
                         size_t *ret_size);

/* Moves the window so that it begins at the next record and holds at least `need` bytes of the file
 * where it has them; *ret_grew false when nothing more is there. */
PT_NODISCARD PtStatus log_cursor_fill(LogCursor *c, size_t need, bool *ret_grew, PtError *err);

/* peek, with fills as needed. LOG_PARSE_BAD where no record is or the file ends. */
PT_NODISCARD PtStatus log_cursor_next(LogCursor *c, PtRecord *ret_record, uint32_t *ret_round_delta,
                                      LogParse *ret_parse, PtError *err);
