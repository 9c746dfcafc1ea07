// SPDX-License-Identifier: Apache-2.0
#include "base/memory.h"
#include "events/dedupe_format_internal.h"
#include "events/dedupe_memory.h"
#include "events/dedupe_run.h"
#include "events/dedupe_table.h"

#include <stdlib.h>

/* Written bytes between two syncs: one large sync at the end would hold up the log's own. */
enum { IO_BYTES = RUN_IO_BLOCKS * DEDUPE_BLOCK };

uint64_t dedupe_merge_buffers(unsigned inputs)
{
    return (uint64_t)(inputs + 1) * IO_BYTES;
}

PtStatus dedupe_writer_begin(DedupeRunWriter *w, PtFs *fs, const char *dir, DedupeRunKey key,
                             uint64_t max_count, uint64_t filter_bytes, PtError *err)
{
    *w = (DedupeRunWriter){.fs = fs, .dir = dir, .key = key};
    w->blocks_cap = max_count / DEDUPE_BLOCK_IDS + 1;
    w->tmp_path = dedupe_run_path(dir, key, ".tmp");
    w->buf = malloc(IO_BYTES);
    w->fences = dedupe_block_new(w->blocks_cap * sizeof *w->fences);
    bool filter = dedupe_filter_init(&w->filter, max_count, filter_bytes);
    if (w->tmp_path == NULL || w->buf == NULL || w->fences == NULL || !filter) {
        dedupe_writer_abort(w);
        return pt_fail(err, PT_NO_MEMORY, "no memory to write a run of ids");
    }
    PtStatus st = fs->ops->open(fs, w->tmp_path, PT_OPEN_CREATE, &w->file, err);
    if (st != PT_OK) {
        w->file = NULL;
        dedupe_writer_abort(w);
    }
    return st;
}

void dedupe_writer_abort(DedupeRunWriter *w)
{
    if (w->file != NULL) {
        w->fs->ops->close(w->fs, w->file);
        w->file = NULL;
        // Best effort: a name ending in .tmp is removed at the next open anyway.
        (void)w->fs->ops->unlink(w->fs, w->tmp_path, NULL);
    }
    free(w->tmp_path);
    free(w->buf);
    dedupe_block_free(w->fences, w->blocks_cap * sizeof *w->fences);
    free(w->orphan);
    dedupe_filter_done(&w->filter);
    *w = (DedupeRunWriter){0};
}

static PtStatus write_blocks(DedupeRunWriter *w, PtError *err)
{
    uint32_t len = w->in_buf * DEDUPE_BLOCK;
    uint64_t at = run_block_at(w->blocks - w->in_buf);
    PtStatus st = pt_fs_write_gently(w->fs, w->file, w->buf, len, at, err);
    if (st == PT_OK) {
        w->in_buf = 0;
    }
    return st;
}

static void close_block(DedupeRunWriter *w)
{
    uint8_t *block = w->buf + (size_t)w->in_buf * DEDUPE_BLOCK;
    uint8_t *tail = block + RUN_BLOCK_BODY;
    uint32_t used = w->in_block * RUN_ID_BYTES;
    memset(block + used, 0, RUN_BLOCK_BODY - used);
    w->fences[w->blocks] = run_get64(block);
    run_put32(tail, pt_crc32c(0, block, RUN_BLOCK_BODY));
    run_put32(tail + 4, w->in_block);
    run_put32(tail + 8, (uint32_t)w->blocks);
    run_put32(tail + 12, (uint32_t)w->blocks);
    w->blocks++;
    w->in_buf++;
    w->in_block = 0;
}

PtStatus dedupe_writer_add(DedupeRunWriter *w, PtHash128 id, PtError *err)
{
    if (w->count > 0 && dedupe_id_cmp(w->last, id) >= 0) {
        return pt_hash128_eq(w->last, id)
                   ? PT_OK
                   : pt_fail(err, PT_CORRUPT, "ids for \"%s\" do not ascend", w->tmp_path);
    }
    uint8_t *at = w->buf + (size_t)w->in_buf * DEDUPE_BLOCK + w->in_block * RUN_ID_BYTES;
    run_put64(at, id.hi);
    run_put64(at + 8, id.lo);
    if (w->filter.lines > 0) {
        dedupe_filter_add(&w->filter, id);
    }
    w->last = id;
    w->count++;
    if (++w->in_block == DEDUPE_BLOCK_IDS) {
        close_block(w);
    }
    return w->in_buf == RUN_IO_BLOCKS ? write_blocks(w, err) : PT_OK;
}

/* Writes `count` words in the file's byte order through the block buffer. */
static PtStatus write_words(DedupeRunWriter *w, const uint64_t *words, uint64_t count, uint64_t at,
                            uint32_t *ret_crc, PtError *err)
{
    uint32_t crc = 0;
    for (uint64_t done = 0; done < count;) {
        uint64_t n = count - done < IO_BYTES / 8 ? count - done : IO_BYTES / 8;
        for (uint64_t i = 0; i < n; i++) {
            run_put64(w->buf + i * 8, words[done + i]);
        }
        crc = pt_crc32c(crc, w->buf, n * 8);
        PtStatus st = pt_fs_write_gently(w->fs, w->file, w->buf, n * 8, at + done * 8, err);
        if (st != PT_OK) {
            return st;
        }
        done += n;
    }
    *ret_crc = crc;
    return PT_OK;
}

static PtStatus write_header(const DedupeRunWriter *w, uint32_t fence_crc, PtError *err)
{
    uint8_t h[DEDUPE_BLOCK] = {0};
    memcpy(h, RUN_MAGIC, sizeof RUN_MAGIC);
    run_put64(h + 8, w->count);
    run_put64(h + 16, w->blocks);
    run_put64(h + 24, (uint64_t)w->min_ms);
    run_put64(h + 32, (uint64_t)w->max_ms);
    run_put64(h + 40, w->key.from);
    run_put64(h + 48, w->key.to);
    run_put64(h + 56, w->key.seq);
    run_put32(h + 64, w->filter.probes);
    run_put32(h + 68, fence_crc);
    run_put64(h + 72, w->filter.lines);
    run_put32(h + 80, w->filter_crc);
    run_put32(h + 84, pt_crc32c(0, h, 84));
    return w->fs->ops->pwrite(w->fs, w->file, h, sizeof h, 0, err);
}

static PtStatus write_rest(DedupeRunWriter *w, PtError *err)
{
    PtStatus st = PT_OK;
    uint32_t fence_crc = 0;
    if (w->in_block > 0) {
        close_block(w);
    }
    if (w->in_buf > 0) {
        st = write_blocks(w, err);
    }
    uint64_t at = run_block_at(w->blocks);
    if (st == PT_OK) {
        st = write_words(w, w->fences, w->blocks, at, &fence_crc, err);
    }
    if (st == PT_OK) {
        st = write_words(w, w->filter.words, w->filter.lines * 8, at + w->blocks * 8,
                         &w->filter_crc, err);
    }
    if (st == PT_OK) {
        st = write_header(w, fence_crc, err);
    }
    if (st == PT_OK) {
        st = w->fs->ops->datasync(w->fs, w->file, err);
    }
    return st;
}

/* The open run over the published file, with the fences and the filter that were just built. */
static PtStatus take_run(DedupeRunWriter *w, char **path, DedupeRun **ret_run, PtError *err)
{
    PtFile *file = NULL;
    DedupeRun *run = calloc(1, sizeof *run);
    if (run == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to open a run of ids");
    }
    PtStatus st = w->fs->ops->open(w->fs, *path, PT_OPEN_READ, &file, err);
    if (st != PT_OK) {
        free(run);
        return st;
    }
    *run = (DedupeRun){.fs = w->fs,
                       .file = file,
                       .path = PT_TAKE(*path),
                       .key = w->key,
                       .count = w->count,
                       .blocks = w->blocks,
                       .min_ms = w->min_ms,
                       .max_ms = w->max_ms,
                       .fences = PT_TAKE(w->fences),
                       .fences_cap = w->blocks_cap,
                       .stored_lines = w->filter.lines,
                       .probes = w->filter.probes,
                       .filter_crc = w->filter_crc,
                       .filter = w->filter};
    w->filter = (DedupeFilter){0};
    *ret_run = run;
    return PT_OK;
}

PtStatus dedupe_writer_finish(DedupeRunWriter *w, int64_t min_ms, int64_t max_ms,
                              DedupeRun **ret_run, PtError *err)
{
    PT_CLEANUP(pt_free_charp) char *path = dedupe_run_path(w->dir, w->key, "");
    if (path == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to write a run of ids");
    }
    w->min_ms = min_ms;
    w->max_ms = max_ms;
    PtStatus st = write_rest(w, err);
    if (st != PT_OK) {
        return st;
    }
    w->fs->ops->close(w->fs, w->file);
    w->file = NULL;
    st = w->fs->ops->rename(w->fs, w->tmp_path, path, err);
    if (st == PT_OK) {
        st = w->fs->ops->sync_dir(w->fs, w->dir, err);
    }
    if (st == PT_OK) {
        st = take_run(w, &path, ret_run, err);
    }
    if (st != PT_OK) {
        (void)w->fs->ops->unlink(w->fs, w->tmp_path, NULL); // gone already if it was renamed
        w->orphan = PT_TAKE(path);
    }
    return st;
}
