// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "platform/log/log_internal.h"

/* The form of an archive file, arc-<base offset>.pta. All little-endian.
 *
 *   blocks   of up to LOG_BLOCK_RECORDS records: a head (the clear headers, coded) and a body (the
 *            payloads one behind the other, each a zstd frame of its own or as it is)
 *   index    an entry of 32 bytes for each block: u64 file position, u64 first offset,
 *            u32 head bytes, u32 body bytes, u32 count, u32 crc32c of the head
 *   footer   the last 96 bytes: "PTLOGARC", u32 version, u32 dictionary, u64 base, u64 end,
 *            u64 raw bytes, i64 least time, i64 greatest time, u64 position of the index,
 *            u32 blocks, u32 crc32c of the index, 20 bytes zero, u32 crc32c of all before
 *
 * A record in the head: shape (varint; a number not seen in this block is followed by u8 class,
 * u8 type, u16 flags, varint source), time (zigzag varint, to the record before; the first to 0),
 * node (varint), key id (varint), payload bytes * 4 + has id * 2 + stored as it is (varint), stored
 * bytes (varint, unless as it is), id hash (16 bytes, if it has one), u32 crc32c of the stored
 * bytes. So every bit of a file is under a checksum, and one payload can be read alone.
 *
 * A file is complete when it has its name: it is written as .tmp, synced, renamed. A rewrite
 * (rewrite_file.c) puts another file of the same form, range and dictionary in its place.
 */
enum {
    LOG_BLOCK_RECORDS = 256,
    LOG_BLOCK_BODY = 256 << 10, /* bytes after which a block is closed */
    LOG_ARCHIVE_ENTRY = 32,
    LOG_ARCHIVE_FOOTER = 96,
    LOG_HEAD_RECORD_MAX = 96, /* bytes that one record takes in a head */
};

typedef struct LogFooter {
    uint32_t dict_id;
    uint64_t base, end, raw_bytes;
    int64_t min_time_ms, max_time_ms;
    uint64_t index_at;
    uint32_t blocks, index_crc;
} LogFooter;

typedef struct LogEntry {
    uint64_t at, first;
    uint32_t head_len, body_len, count, head_crc;
} LogEntry;

/* Where a record's payload lies in its block's body. */
typedef struct LogStored {
    uint32_t at, len, raw_len, crc;
    bool as_is;
} LogStored;

void log_footer_encode(const LogFooter *f, uint8_t out[static LOG_ARCHIVE_FOOTER]);
/* PT_CORRUPT when it does not pass its check or does not fit a file of `size` bytes. */
PT_NODISCARD PtStatus log_footer_decode(const uint8_t bytes[static LOG_ARCHIVE_FOOTER],
                                        uint64_t size, LogFooter *ret_footer, PtError *err);
void log_entry_encode(const LogEntry *e, uint8_t out[static LOG_ARCHIVE_ENTRY]);
/* Checks the whole index: in order, without holes, inside the file. entries: footer->blocks. */
PT_NODISCARD PtStatus log_index_decode(const uint8_t *bytes, const LogFooter *footer,
                                       LogEntry *entries, PtError *err);

/* A block's head while it is written. */
typedef struct LogShape {
    uint8_t klass, type;
    uint16_t flags;
    uint32_t source;
} LogShape;

typedef struct LogHeadWriter {
    LogShape shapes[LOG_BLOCK_RECORDS];
    size_t shape_count;
    int64_t last_time_ms;
} LogHeadWriter;

void log_head_begin(LogHeadWriter *w);
void log_head_add(LogHeadWriter *w, PtBuf *head, const PtRecord *r, const LogStored *stored);
/* records and stored: entry->count each; payloads get their length and no data. */
PT_NODISCARD PtStatus log_head_decode(const uint8_t *bytes, const LogEntry *entry,
                                      PtRecord *records, LogStored *stored, PtError *err);

/* archive_dict.c: dictionaries, loaded when first needed. */
struct ZSTD_DDict_s;
struct ZSTD_CDict_s;
PT_NODISCARD PtStatus log_dict_get(PtLog *log, uint32_t id, const struct ZSTD_DDict_s **ret_dict,
                                   PtError *err);
/* For the packer, who frees it. */
PT_NODISCARD PtStatus log_dict_for_packing(PtLog *log, uint32_t id, struct ZSTD_CDict_s **ret_dict,
                                           PtError *err);
/* Trains on a segment's payloads and stores the result, durable, under the next id. *ret_id 0: the
 * segment has too little to learn from. */
PT_NODISCARD PtStatus log_dict_train(PtLog *log, LogSegment *seg, uint32_t *ret_id, PtError *err);
void log_dicts_free(PtLog *log);

/* archive_write.c */
/* Writes the archive of a full segment, durable under its name. */
PT_NODISCARD PtStatus log_archive_write(PtLog *log, LogSegment *seg, LogArchive *ret_arc,
                                        PtError *err);

/* archive_step.c */
/* Under mu, or before the threads start. */
bool log_archive_add(PtLog *log, const LogArchive *arc);
/* Under mu: the archive that holds offset, or NULL. */
LogArchive *log_archive_find(PtLog *log, uint64_t offset);
void *log_archiver_main(void *arg);

/* archive_read.c */
/* Reads what open must know of an archive file. */
PT_NODISCARD PtStatus log_archive_look(PtLog *log, uint64_t base, LogArchive *ret_arc,
                                       PtError *err);

/* A reader belongs to one thread at a time and does not know of rewrites: see read.c. */
typedef struct LogArchiveReader LogArchiveReader;
PT_NODISCARD PtStatus log_archive_open(PtLog *log, uint64_t base, LogArchiveReader **ret_reader,
                                       PtError *err);
void log_archive_close(LogArchiveReader *reader); /* accepts NULL */
uint64_t log_archive_base(const LogArchiveReader *reader);
uint64_t log_archive_end(const LogArchiveReader *reader);
/* Up to max records from `offset`, which is in the file; at least one. Borrowed until the next call
 * or the close. */
PT_NODISCARD PtStatus log_archive_fetch(LogArchiveReader *reader, uint64_t offset, size_t max,
                                        bool with_payload, const PtRecord **ret_records,
                                        size_t *ret_count, PtError *err);

/* Takes the file away, to be closed by the caller: what was fetched stays valid, the next fetch
 * must not come. NULL: it was taken before. */
PtFile *log_archive_take_file(LogArchiveReader *reader);

/* A block as it is stored, with what its head says. */
typedef struct LogBlock {
    LogEntry entry;
    PtStr head, body;
    const PtRecord *records; /* entry.count; payloads have a length and no data */
    const LogStored *stored; /* entry.count */
} LogBlock;

uint32_t log_archive_blocks(const LogArchiveReader *reader);
uint32_t log_archive_dict(const LogArchiveReader *reader);
/* Which block holds the offset, which is in the file. */
uint32_t log_archive_block_of(const LogArchiveReader *reader, uint64_t offset);
/* Reads a block and tests all its checksums. Borrowed until the next read of another block. */
PT_NODISCARD PtStatus log_archive_block(LogArchiveReader *reader, uint32_t block,
                                        LogBlock *ret_block, PtError *err);
/* Record i of the block read last, with its payload; borrowed until the next call. */
PT_NODISCARD PtStatus log_archive_record(LogArchiveReader *reader, uint32_t i, PtRecord *ret_record,
                                         PtError *err);
