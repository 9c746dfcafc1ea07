// SPDX-License-Identifier: Apache-2.0
#include "profiles/index_internal.h"

#include "base/hash.h"
#include "base/memory.h"

#include <stdlib.h>

enum { IO_BYTES = INDEX_IO_BLOCKS * INDEX_BLOCK };

static uint32_t put_varint(uint8_t *p, uint64_t v)
{
    uint32_t n = 0;
    for (; v >= 0x80; v >>= 7) {
        p[n++] = (uint8_t)(v | 0x80);
    }
    p[n++] = (uint8_t)v;
    return n;
}

static PtStatus write_header(IndexWriter *w, PtError *err)
{
    memset(w->buf, 0, INDEX_BLOCK);
    memcpy(w->buf, INDEX_RUN_MAGIC, sizeof INDEX_RUN_MAGIC);
    index_put64(w->buf + 8, w->key.seq);
    index_put64(w->buf + 16, w->key.from);
    index_put64(w->buf + 24, w->key.to);
    index_put32(w->buf + 32, pt_crc32c(0, w->buf, 32));
    return w->fs->ops->pwrite(w->fs, w->file, w->buf, INDEX_BLOCK, 0, err);
}

PtStatus index_writer_begin(IndexWriter *w, PtFs *fs, const char *dir, IndexRunKey key,
                            PtError *err)
{
    *w = (IndexWriter){.fs = fs, .key = key};
    w->path = index_run_path(dir, key.seq);
    w->buf = malloc(IO_BYTES);
    w->stage = malloc(INDEX_BODY);
    if (w->path == NULL || w->buf == NULL || w->stage == NULL) {
        index_writer_abort(w);
        return pt_fail(err, PT_NO_MEMORY, "no memory to write a run of the person index");
    }
    PtStatus st = fs->ops->open(fs, w->path, PT_OPEN_CREATE, &w->file, err);
    if (st != PT_OK) {
        w->file = NULL;
    } else {
        st = write_header(w, err);
    }
    if (st != PT_OK) {
        index_writer_abort(w);
    }
    return st;
}

void index_writer_abort(IndexWriter *w)
{
    if (w->file != NULL) {
        w->fs->ops->close(w->fs, w->file);
        (void)w->fs->ops->unlink(w->fs, w->path, NULL); // else it is removed at the next open
    }
    free(w->path);
    free(w->buf);
    free(w->stage);
    free(w->fences);
    *w = (IndexWriter){0};
}

static PtStatus write_blocks(IndexWriter *w, PtError *err)
{
    size_t len = (size_t)w->in_buf * INDEX_BLOCK;
    uint64_t at = index_block_at(w->blocks - w->in_buf);
    PtStatus st = pt_fs_write_gently(w->fs, w->file, w->buf, len, at, err);
    if (st == PT_OK) {
        w->in_buf = 0;
    }
    return st;
}

static PtStatus add_fence(IndexWriter *w, PtError *err)
{
    if (w->blocks == w->fences_cap) {
        size_t cap = w->fences_cap == 0 ? 64 : w->fences_cap * 2;
        IndexFence *grown = realloc(w->fences, cap * sizeof *grown);
        if (grown == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for the fences of \"%s\"", w->path);
        }
        w->fences = grown;
        w->fences_cap = cap;
    }
    w->fences[w->blocks] = (IndexFence){.first = w->block_first, .node = w->block_node};
    return PT_OK;
}

static PtStatus close_block(IndexWriter *w, PtError *err)
{
    PtStatus st = add_fence(w, err);
    if (st != PT_OK) {
        return st;
    }
    uint8_t *block = w->buf + (size_t)w->in_buf * INDEX_BLOCK;
    memset(block + INDEX_BLOCK_HEAD + w->used, 0, INDEX_BODY - w->used);
    index_put32(block + 4, (uint32_t)w->blocks);
    index_put32(block + 8, (uint32_t)w->key.seq);
    index_put32(block + 12, w->block_node);
    index_put64(block + 16, w->block_skipped);
    index_put32(block + 24, w->used);
    index_put32(block, pt_crc32c(0, block + 4, INDEX_BLOCK - 4));
    w->blocks++;
    w->in_buf++;
    w->used = 0;
    return w->in_buf == INDEX_IO_BLOCKS ? write_blocks(w, err) : PT_OK;
}

/* Moves the open piece into the open block: there is room. */
static void close_piece(IndexWriter *w)
{
    if (w->count == 0) {
        return;
    }
    uint8_t *body = w->buf + (size_t)w->in_buf * INDEX_BLOCK + INDEX_BLOCK_HEAD;
    if (w->used == 0) {
        w->block_node = w->last_node = w->node;
        w->block_first = w->first;
        w->block_skipped = w->of_node;
    }
    w->used += put_varint(body + w->used, w->node - w->last_node);
    w->used += put_varint(body + w->used, w->count);
    w->used += put_varint(body + w->used, w->first - w->key.from);
    memcpy(body + w->used, w->stage, w->staged);
    w->used += w->staged;
    w->last_node = w->node;
    w->of_node += w->count;
    w->records += w->count;
    w->count = w->staged = 0;
}

static PtStatus open_piece(IndexWriter *w, uint32_t node, uint64_t offset, PtError *err)
{
    close_piece(w);
    if (w->used + INDEX_PIECE_HEAD > INDEX_BODY) {
        PtStatus st = close_block(w, err);
        if (st != PT_OK) {
            return st;
        }
    }
    w->of_node = node == w->node ? w->of_node : 0;
    w->node = node;
    w->first = w->last = offset;
    w->count = 1;
    return PT_OK;
}

PtStatus index_writer_add(IndexWriter *w, uint32_t node, const uint64_t *offsets, size_t count,
                          PtError *err)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t offset = offsets[i];
        if (w->count > 0 && node == w->node) {
            uint8_t more[10];
            uint32_t n = put_varint(more, offset - w->last);
            if (w->used + INDEX_PIECE_HEAD + w->staged + n <= INDEX_BODY) {
                memcpy(w->stage + w->staged, more, n);
                w->staged += n;
                w->count++;
                w->last = offset;
                continue;
            }
            close_piece(w);
            PtStatus st = close_block(w, err);
            if (st != PT_OK) {
                return st;
            }
        }
        PtStatus st = open_piece(w, node, offset, err);
        if (st != PT_OK) {
            return st;
        }
    }
    return PT_OK;
}

/* Fences in pieces through the block buffer. */
static PtStatus write_fences(IndexWriter *w, uint32_t *ret_crc, PtError *err)
{
    enum { AT_ONCE = IO_BYTES / INDEX_FENCE_BYTES };
    uint32_t crc = 0;
    for (uint64_t done = 0; done < w->blocks;) {
        uint64_t n = w->blocks - done < AT_ONCE ? w->blocks - done : AT_ONCE;
        for (uint64_t i = 0; i < n; i++) {
            index_put32(w->buf + i * INDEX_FENCE_BYTES, w->fences[done + i].node);
            index_put64(w->buf + i * INDEX_FENCE_BYTES + 4, w->fences[done + i].first);
        }
        crc = pt_crc32c(crc, w->buf, n * INDEX_FENCE_BYTES);
        uint64_t at = index_block_at(w->blocks) + done * INDEX_FENCE_BYTES;
        PtStatus st = pt_fs_write_gently(w->fs, w->file, w->buf, n * INDEX_FENCE_BYTES, at, err);
        if (st != PT_OK) {
            return st;
        }
        done += n;
    }
    *ret_crc = crc;
    return PT_OK;
}

static PtStatus write_footer(IndexWriter *w, uint32_t fence_crc, PtError *err)
{
    uint8_t foot[INDEX_FOOTER_BYTES] = {0};
    memcpy(foot, INDEX_RUN_MAGIC, sizeof INDEX_RUN_MAGIC);
    index_put64(foot + 8, w->key.seq);
    index_put64(foot + 16, w->key.from);
    index_put64(foot + 24, w->key.to);
    index_put64(foot + 32, w->records);
    index_put64(foot + 40, w->blocks);
    index_put32(foot + 48, fence_crc);
    index_put32(foot + 56, pt_crc32c(0, foot, 56));
    uint64_t at = index_block_at(w->blocks) + w->blocks * INDEX_FENCE_BYTES;
    return w->fs->ops->pwrite(w->fs, w->file, foot, sizeof foot, at, err);
}

static PtStatus write_rest(IndexWriter *w, PtError *err)
{
    PtStatus st = PT_OK;
    uint32_t fence_crc = 0;
    close_piece(w);
    if (w->used > 0) {
        st = close_block(w, err);
    }
    if (st == PT_OK && w->in_buf > 0) {
        st = write_blocks(w, err);
    }
    if (st == PT_OK) {
        st = write_fences(w, &fence_crc, err);
    }
    if (st == PT_OK) {
        st = write_footer(w, fence_crc, err);
    }
    return st == PT_OK ? w->fs->ops->datasync(w->fs, w->file, err) : st;
}

PtStatus index_writer_finish(IndexWriter *w, IndexRun **ret_run, PtError *err)
{
    IndexRun *run = calloc(1, sizeof *run);
    if (run == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to write a run of the person index");
    }
    PtStatus st = write_rest(w, err);
    if (st != PT_OK) {
        free(run);
        return st;
    }
    // Without the room that was kept for more.
    IndexFence *fences = realloc(w->fences, w->blocks * sizeof *fences);
    w->fences = fences != NULL ? fences : w->fences;
    atomic_init(&run->refs, 1);
    run->fs = w->fs;
    run->file = PT_TAKE(w->file);
    run->path = PT_TAKE(w->path);
    run->key = w->key;
    run->records = w->records;
    run->blocks = w->blocks;
    run->fences = PT_TAKE(w->fences);
    index_writer_abort(w);
    *ret_run = run;
    return PT_OK;
}
