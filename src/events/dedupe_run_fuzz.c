// SPDX-License-Identifier: Apache-2.0
/* A run file of any content: the first bytes repair checksums on request, so that the fuzzer gets
 * past them. Then everything that reads a run. */
#include "events/dedupe_format_internal.h"
#include "events/dedupe_run.h"

#include <stdlib.h>

enum { FILE_MAX = 64 * DEDUPE_BLOCK };

typedef struct MemoryFs {
    PtFs fs;
    const uint8_t *bytes;
    size_t len;
} MemoryFs;

static MemoryFs *memory(PtFs *fs)
{
    return (MemoryFs *)(void *)fs;
}

static PtStatus m_open(PtFs *fs, const char *path, PtOpenMode mode, PtFile **ret_file, PtError *err)
{
    (void)path;
    if (mode != PT_OPEN_READ) {
        return pt_fail(err, PT_IO, "read-only");
    }
    *ret_file = (PtFile *)(void *)fs;
    return PT_OK;
}

static void m_close(PtFs *fs, PtFile *file)
{
    (void)fs;
    (void)file;
}

static PtStatus m_pread(PtFs *fs, PtFile *file, void *bytes, size_t len, uint64_t at,
                        size_t *ret_len, PtError *err)
{
    (void)file;
    (void)err;
    size_t have = memory(fs)->len, n = at < have ? have - (size_t)at : 0;
    n = n < len ? n : len;
    if (n > 0) {
        memcpy(bytes, memory(fs)->bytes + at, n);
    }
    *ret_len = n;
    return PT_OK;
}

static PtStatus m_size(PtFs *fs, PtFile *file, uint64_t *ret_size, PtError *err)
{
    (void)file;
    (void)err;
    *ret_size = memory(fs)->len;
    return PT_OK;
}

static const PtFsOps ops = {.open = m_open, .close = m_close, .pread = m_pread, .size = m_size};

/* Makes the checks pass that the fuzzer cannot guess. */
static void repair(uint8_t *b, size_t len, uint8_t what)
{
    uint64_t blocks = len >= DEDUPE_BLOCK ? run_get64(b + 16) : 0;
    uint64_t fences = run_block_at(blocks);
    if ((what & 1) != 0 && blocks > 0 && blocks < 64 && fences + blocks * 8 <= len) {
        run_put32(b + 68, pt_crc32c(0, b + fences, blocks * 8));
        uint64_t filter = fences + blocks * 8;
        run_put32(b + 80, pt_crc32c(0, b + filter, len - filter));
    }
    for (uint64_t i = 0; (what & 2) != 0 && i < blocks && run_block_at(i + 1) <= len; i++) {
        uint8_t *tail = b + run_block_at(i) + RUN_BLOCK_BODY;
        run_put32(tail, pt_crc32c(0, b + run_block_at(i), RUN_BLOCK_BODY));
    }
    if ((what & 4) != 0 && len >= RUN_HEADER_BYTES) {
        run_put32(b + 84, pt_crc32c(0, b, 84));
    }
}

static void read_all(DedupeRun *run, uint64_t max_filter)
{
    DedupeRunReader reader;
    PtHash128 id = {0};
    bool more = true, found;
    if (dedupe_run_load_filter(run, max_filter, &run->filter, NULL) == PT_OK &&
        run->filter.lines > 0) {
        (void)dedupe_filter_may_hold(&run->filter, id);
    }
    if (dedupe_reader_init(&reader, run, NULL) != PT_OK) {
        return;
    }
    for (uint64_t n = 0; more && dedupe_reader_next(&reader, &id, &more, NULL) == PT_OK; n++) {
        if (more && n % 50 == 0) {
            (void)!dedupe_run_find(run, id, &found, NULL);
            (void)!dedupe_run_find(run, (PtHash128){~id.hi, id.lo}, &found, NULL);
        }
    }
    dedupe_reader_done(&reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > FILE_MAX) {
        return 0;
    }
    uint8_t *copy = malloc(size);
    if (copy == NULL) {
        return 0;
    }
    memcpy(copy, data + 2, size - 2);
    repair(copy, size - 2, data[0]);
    MemoryFs fs = {{&ops}, copy, size - 2};
    DedupeRun *run = NULL;
    if (dedupe_run_open(&fs.fs, "d", (DedupeRunKey){0, 255, 0}, &run, NULL) == PT_OK) {
        read_all(run, (uint64_t)data[1] * 256);
        dedupe_run_free(run);
    }
    free(copy);
    return 0;
}
