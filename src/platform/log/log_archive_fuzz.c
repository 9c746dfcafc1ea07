// SPDX-License-Identifier: Apache-2.0
/* Reads an archive file of arbitrary bytes from every offset it claims to hold: PT_OK with records
 * inside its bounds, or PT_CORRUPT.
 *
 * Byte 0: bit 0 = checksums of footer, index and heads are made right, so that what is behind them
 * is reached.
 */
#include "base/hash.h"
#include "platform/log/archive_internal.h"

#include <fault/fault_fs.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MEND = 1, FETCHES_MAX = 2000 };

static char dir[] = "/log";

static void must(bool ok)
{
    if (!ok) {
        abort();
    }
}

static void mend(uint8_t *bytes, size_t len)
{
    if (len < LOG_ARCHIVE_FOOTER) {
        return;
    }
    uint8_t *footer = bytes + len - LOG_ARCHIVE_FOOTER;
    uint32_t blocks = 0, crc = 0;
    memcpy(&blocks, footer + 64, sizeof blocks);
    if (blocks > (len - LOG_ARCHIVE_FOOTER) / LOG_ARCHIVE_ENTRY) {
        blocks = 0;
    }
    uint8_t *index = footer - (size_t)blocks * LOG_ARCHIVE_ENTRY;
    for (uint32_t i = 0; i < blocks; i++) {
        LogEntry e;
        uint8_t *entry = index + (size_t)i * LOG_ARCHIVE_ENTRY;
        memcpy(&e, entry, sizeof e);
        if (e.at < len && e.head_len <= len - e.at) {
            e.head_crc = pt_crc32c(0, bytes + e.at, e.head_len);
            log_entry_encode(&e, entry);
        }
    }
    crc = pt_crc32c(0, index, (size_t)blocks * LOG_ARCHIVE_ENTRY);
    memcpy(footer + 68, &crc, sizeof crc);
    crc = pt_crc32c(0, footer, LOG_ARCHIVE_FOOTER - sizeof crc);
    memcpy(footer + LOG_ARCHIVE_FOOTER - sizeof crc, &crc, sizeof crc);
}

static void read_through(LogArchiveReader *reader, bool with_payload)
{
    uint64_t offset = log_archive_base(reader), end = log_archive_end(reader);
    for (int i = 0; i < FETCHES_MAX && offset < end; i++) {
        const PtRecord *records = NULL;
        size_t count = 0;
        PtStatus st = log_archive_fetch(reader, offset, 100, with_payload, &records, &count, NULL);
        must(st == PT_OK || st == PT_CORRUPT);
        if (st != PT_OK) {
            return;
        }
        must(count > 0 && count <= 100 && records[0].position.offset == offset);
        unsigned sum = 0;
        for (size_t k = 0; k < count; k++) {
            for (size_t at = 0; with_payload && at < records[k].payload.len; at += 64) {
                sum += (unsigned char)records[k].payload.data[at];
            }
        }
        must(sum < UINT32_MAX);
        offset += count;
    }
}

/* As a rewrite reads it. */
static void read_blocks(LogArchiveReader *reader)
{
    for (uint32_t i = 0; i < log_archive_blocks(reader) && i < FETCHES_MAX; i++) {
        LogBlock b;
        PtRecord r;
        PtStatus st = log_archive_block(reader, i, &b, NULL);
        must(st == PT_OK || st == PT_CORRUPT);
        if (st != PT_OK) {
            continue;
        }
        must(log_archive_block_of(reader, b.entry.first) == i);
        st = log_archive_record(reader, b.entry.count - 1, &r, NULL);
        must(st == PT_CORRUPT || r.position.offset == b.entry.first + b.entry.count - 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) {
        return 0;
    }
    PtFs *fs = fault_fs_new(1);
    uint8_t *copy = malloc(size);
    PtFile *file = NULL;
    must(fs != NULL && copy != NULL);
    memcpy(copy, data + 1, size - 1);
    if ((data[0] & MEND) != 0) {
        mend(copy, size - 1);
    }
    PtLog log = {.fs = fs, .dir = dir};
    must(fs->ops->open(fs, "/log/arc-0000000000000000.pta", PT_OPEN_CREATE, &file, NULL) == PT_OK);
    must(fs->ops->pwrite(fs, file, copy, size - 1, 0, NULL) == PT_OK);
    fs->ops->close(fs, file);
    free(copy);
    LogArchiveReader *reader = NULL;
    LogArchive arc;
    PtError err = {0};
    PtStatus st = log_archive_look(&log, 0, &arc, &err);
    must(st == PT_OK || st == PT_CORRUPT);
    (void)pthread_mutex_init(&log.dicts_mu, NULL);
    st = log_archive_open(&log, 0, &reader, &err);
    must(st == PT_OK || st == PT_CORRUPT);
    if (st == PT_OK) {
        read_through(reader, false);
        read_through(reader, true);
        read_blocks(reader);
        log_archive_close(reader);
    }
    (void)pthread_mutex_destroy(&log.dicts_mu);
    fault_fs_free(fs);
    return 0;
}
