// SPDX-License-Identifier: Apache-2.0
/* A run file of any content: the first byte repairs checksums on request, so that the fuzzer gets
 * past them. Then everything that reads a run. */
#include "base/hash.h"
#include "profiles/index_internal.h"

#include <stdlib.h>

enum { FILE_MAX = 32 * INDEX_BLOCK, MAX = 50 };

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
    (void)mode;
    (void)err;
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
    if (len < INDEX_BLOCK + INDEX_FOOTER_BYTES) {
        return;
    }
    uint8_t *foot = b + len - INDEX_FOOTER_BYTES;
    uint64_t blocks = index_get64(foot + 40);
    uint64_t fences = blocks < FILE_MAX ? index_block_at(blocks) : FILE_MAX;
    for (uint64_t i = 0; (what & 1) != 0 && index_block_at(i + 1) <= len; i++) {
        uint8_t *block = b + index_block_at(i);
        index_put32(block, pt_crc32c(0, block + 4, INDEX_BLOCK - 4));
    }
    if ((what & 2) != 0 && fences + blocks * INDEX_FENCE_BYTES <= len) {
        index_put32(foot + 48, pt_crc32c(0, b + fences, blocks * INDEX_FENCE_BYTES));
    }
    if ((what & 4) != 0) {
        index_put32(b + 32, pt_crc32c(0, b, 32));
        index_put32(foot + 56, pt_crc32c(0, foot, 56));
    }
}

static void ask(const IndexRun *run, uint32_t node, uint64_t before, IndexScratch *s)
{
    uint64_t got[MAX], n = 0;
    size_t count = 0;
    if (index_run_newest(run, node, (IndexWanted){before, 0, MAX}, s, got, &count, NULL) == PT_OK) {
        for (size_t i = 0; i < count; i++) {
            if (got[i] >= before || (i > 0 && got[i] >= got[i - 1])) {
                abort();
            }
        }
    }
    (void)!index_run_count(run, node, s, &n, NULL);
    (void)!index_run_first(run, node, s, &n, NULL);
}

static void read_all(const IndexRun *run)
{
    IndexCursor c;
    IndexScratch *s = malloc(sizeof *s);
    if (s == NULL || index_cursor_init(&c, run, NULL) != PT_OK) {
        free(s);
        return;
    }
    uint64_t pieces = 0;
    while (index_cursor_next(&c, NULL) == PT_OK && c.more) {
        if (pieces++ % 16 == 0) {
            ask(run, c.piece.node, UINT64_MAX, s);
            ask(run, c.piece.node + 1, c.last, s);
        }
    }
    index_cursor_done(&c);
    for (uint64_t i = 0; i < run->blocks; i++) {
        ask(run, run->fences[i].node, run->fences[i].first + 1, s);
    }
    free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > FILE_MAX) {
        return 0;
    }
    uint8_t *copy = malloc(size - 1);
    if (copy == NULL) {
        return 0;
    }
    memcpy(copy, data + 1, size - 1);
    repair(copy, size - 1, data[0]);
    MemoryFs fs = {{&ops}, copy, size - 1};
    IndexRun *run = NULL;
    if (index_run_open(&fs.fs, "d", (IndexRunKey){1, 0, 1 << 20}, &run, NULL) == PT_OK) {
        read_all(run);
        index_run_unref(run);
    }
    free(copy);
    return 0;
}
