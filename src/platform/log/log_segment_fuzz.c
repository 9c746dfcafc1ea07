// SPDX-License-Identifier: Apache-2.0
/* Opens a log whose only segment holds arbitrary bytes: it opens or says PT_CORRUPT, and what it
 * gives can be read, also after opening it again.
 *
 * Byte 0: bit 0 = the first 48 bytes are the header, else it is a good one; bit 1 = checksums of
 * records are made right, so that lengths and offsets are reached behind them.
 */
#include "base/hash.h"
#include "platform/log/segment_internal.h"

#include <fault/fault_fs.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { OWN_HEADER = 1, MEND = 2, HEADER_FORM = 48, GENERATION = 1 };

static void must(bool ok)
{
    if (!ok) {
        abort();
    }
}

static void mend_records(uint8_t *bytes, size_t len)
{
    for (size_t at = 0; at + LOG_RECORD_HEADER <= len;) {
        uint32_t payload = 0;
        memcpy(&payload, bytes + at, sizeof payload);
        if (payload > len - at - LOG_RECORD_HEADER) {
            return;
        }
        uint32_t crc = pt_crc32c(0, bytes + at, 4);
        crc = pt_crc32c(crc, bytes + at + 8, LOG_RECORD_HEADER - 8 + payload);
        memcpy(bytes + at + 4, &crc, sizeof crc);
        at += log_record_size(payload);
    }
}

static void write_segment(PtFs *fs, uint8_t mode, const uint8_t *data, size_t size)
{
    uint8_t head[LOG_SEGMENT_HEADER];
    log_header_encode(&(LogSegmentHeader){GENERATION, 0, 0}, head);
    if ((mode & OWN_HEADER) != 0 && size >= HEADER_FORM) {
        memcpy(head, data, HEADER_FORM);
        data += HEADER_FORM;
        size -= HEADER_FORM;
    }
    uint8_t *copy = malloc(size + 1);
    must(copy != NULL);
    memcpy(copy, data, size);
    if ((mode & MEND) != 0) {
        mend_records(copy, size);
    }
    PtFile *file = NULL;
    must(fs->ops->mkdir(fs, "/log", NULL) == PT_OK);
    must(fs->ops->open(fs, "/log/hot-00000000.seg", PT_OPEN_CREATE, &file, NULL) == PT_OK);
    must(fs->ops->pwrite(fs, file, head, sizeof head, 0, NULL) == PT_OK);
    must(fs->ops->pwrite(fs, file, copy, size, sizeof head, NULL) == PT_OK);
    must(fs->ops->datasync(fs, file, NULL) == PT_OK);
    fs->ops->close(fs, file);
    free(copy);
}

/* Opens, reads all; the number of records, or -1 when it is damaged. */
static int64_t open_and_read(PtFs *fs)
{
    PtLogConfig config = pt_log_config_default();
    config.fs = fs;
    config.dir = "/log";
    config.segment_bytes = 1 << 20;
    config.start_threads = false;
    PtLog *log = NULL;
    PtError err = {0};
    PtStatus st = pt_log_open(&config, &log, &err);
    must(st == PT_OK || st == PT_CORRUPT);
    if (st != PT_OK) {
        return -1;
    }
    PtLogReader *reader = NULL;
    int64_t seen = 0;
    must(pt_log_reader_open(log, NULL, 0, pt_log_begin(log, 0), &reader, NULL) == PT_OK);
    for (size_t count = 1; count > 0; seen += (int64_t)count) {
        const PtRecord *records = NULL;
        must(pt_log_fetch(reader, 64, true, &records, &count, NULL) == PT_OK);
        for (size_t i = 0; i < count; i++) {
            must(records[i].payload.len <= PT_LOG_PAYLOAD_MAX);
        }
    }
    must((uint64_t)seen == pt_log_end(log, 0) - pt_log_begin(log, 0));
    pt_log_reader_close(reader);
    pt_log_close(log);
    return seen;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) {
        return 0;
    }
    PtFs *fs = fault_fs_new(1);
    must(fs != NULL);
    write_segment(fs, data[0], data + 1, size - 1);
    int64_t seen = open_and_read(fs);
    must(open_and_read(fs) == seen);
    fault_fs_free(fs);
    return 0;
}
