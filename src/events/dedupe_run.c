// SPDX-License-Identifier: Apache-2.0
#include "events/dedupe_run.h"

#include "base/memory.h"
#include "events/dedupe_format_internal.h"
#include "events/dedupe_memory.h"
#include "events/dedupe_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { FILTER_IO = 64 * 1024 };

char *dedupe_run_path(const char *dir, DedupeRunKey key, const char *suffix)
{
    char *path = NULL;
    int n = asprintf(&path, "%s/run-%016" PRIx64 "-%016" PRIx64 "-%016" PRIx64 ".ids%s", dir,
                     key.from, key.to, key.seq, suffix);
    return n < 0 ? NULL : path;
}

/* 16 lower-case hex digits and then `end`. */
static bool cut_hex(const char **s, char end, uint64_t *ret_value)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < 16; i++) {
        char c = (*s)[i];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                                                : 16;
        if (digit > 15) {
            return false;
        }
        v = v << 4 | digit;
    }
    if ((*s)[16] != end) {
        return false;
    }
    *s += 17;
    *ret_value = v;
    return true;
}

bool dedupe_run_key(const char *name, DedupeRunKey *ret_key)
{
    DedupeRunKey key;
    if (strncmp(name, "run-", 4) != 0) {
        return false;
    }
    name += 4;
    if (!cut_hex(&name, '-', &key.from) || !cut_hex(&name, '-', &key.to) ||
        !cut_hex(&name, '.', &key.seq) || strcmp(name, "ids") != 0 || key.from >= key.to) {
        return false;
    }
    *ret_key = key;
    return true;
}

static PtStatus corrupt(const DedupeRun *run, const char *what, PtError *err)
{
    return pt_fail(err, PT_CORRUPT, "\"%s\": %s", run->path, what);
}

static PtStatus read_exact(const DedupeRun *run, void *bytes, size_t len, uint64_t at, PtError *err)
{
    size_t got = 0;
    PtStatus st = run->fs->ops->pread(run->fs, run->file, bytes, len, at, &got, err);
    if (st == PT_OK && got != len) {
        return corrupt(run, "the file ends too early", err);
    }
    return st;
}

/* Checks every field against the others and the file's size, so that later arithmetic is safe. */
static PtStatus read_header(DedupeRun *run, uint32_t *ret_fence_crc, PtError *err)
{
    uint8_t h[RUN_HEADER_BYTES];
    uint64_t size = 0;
    PtStatus st = read_exact(run, h, sizeof h, 0, err);
    if (st == PT_OK) {
        st = run->fs->ops->size(run->fs, run->file, &size, err);
    }
    if (st != PT_OK) {
        return st;
    }
    if (memcmp(h, RUN_MAGIC, sizeof RUN_MAGIC) != 0 || run_get32(h + 84) != pt_crc32c(0, h, 84)) {
        return corrupt(run, "the header does not pass its check", err);
    }
    uint64_t lines = run_get64(h + 72);
    run->count = run_get64(h + 8);
    run->blocks = run_get64(h + 16);
    run->min_ms = (int64_t)run_get64(h + 24);
    run->max_ms = (int64_t)run_get64(h + 32);
    run->probes = run_get32(h + 64);
    run->filter_crc = run_get32(h + 80);
    if (run_get64(h + 40) != run->key.from || run_get64(h + 48) != run->key.to ||
        run_get64(h + 56) != run->key.seq) {
        return corrupt(run, "the header belongs to another name", err);
    }
    uint64_t most = size / DEDUPE_BLOCK;
    if (run->count == 0 || run->blocks > most ||
        run->blocks != run->count / DEDUPE_BLOCK_IDS + (run->count % DEDUPE_BLOCK_IDS != 0) ||
        run->min_ms > run->max_ms || run->probes < 1 || run->probes > DEDUPE_FILTER_PROBES_MAX ||
        lines > size / DEDUPE_FILTER_LINE ||
        size != run_block_at(run->blocks) + run->blocks * 8 + lines * DEDUPE_FILTER_LINE) {
        return corrupt(run, "header and size of the file do not fit", err);
    }
    run->stored_lines = lines;
    *ret_fence_crc = run_get32(h + 68);
    return PT_OK;
}

static PtStatus read_fences(DedupeRun *run, uint32_t want_crc, PtError *err)
{
    run->fences_cap = run->blocks;
    run->fences = dedupe_block_new(run->blocks * sizeof *run->fences);
    if (run->fences == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the fences of \"%s\"", run->path);
    }
    PtStatus st = read_exact(run, run->fences, run->blocks * sizeof *run->fences,
                             run_block_at(run->blocks), err);
    if (st != PT_OK) {
        return st;
    }
    if (pt_crc32c(0, run->fences, run->blocks * sizeof *run->fences) != want_crc) {
        return corrupt(run, "the fences do not pass their check", err);
    }
    for (uint64_t i = 0; i < run->blocks; i++) {
        run->fences[i] = le64toh(run->fences[i]);
        if (i > 0 && run->fences[i] < run->fences[i - 1]) {
            return corrupt(run, "the fences do not ascend", err);
        }
    }
    return PT_OK;
}

/* Folds by `shift` halvings while reading, so that a large filter never stands in memory whole. */
static PtStatus read_filter(const DedupeRun *run, unsigned shift, DedupeFilter *f, PtError *err)
{
    PT_CLEANUP(pt_free_charp) char *buf = malloc(FILTER_IO);
    if (buf == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the filter of \"%s\"", run->path);
    }
    uint64_t at = run_block_at(run->blocks) + run->blocks * 8;
    uint64_t left = run->stored_lines * DEDUPE_FILTER_LINE;
    uint32_t crc = 0;
    for (uint64_t line = 0; left > 0;) {
        size_t len = left < FILTER_IO ? (size_t)left : FILTER_IO;
        PtStatus st = read_exact(run, buf, len, at, err);
        if (st != PT_OK) {
            return st;
        }
        crc = pt_crc32c(crc, buf, len);
        for (size_t i = 0; i < len; i += DEDUPE_FILTER_LINE, line++) {
            for (unsigned w = 0; f->lines > 0 && w < 8; w++) {
                f->words[(line >> shift) * 8 + w] |= run_get64(buf + i + (size_t)w * 8);
            }
        }
        at += len;
        left -= len;
    }
    return crc == run->filter_crc ? PT_OK : corrupt(run, "the filter does not pass its check", err);
}

PtStatus dedupe_run_load_filter(const DedupeRun *run, uint64_t max_bytes, DedupeFilter *ret_filter,
                                PtError *err)
{
    unsigned shift = 0;
    uint64_t kept = run->stored_lines;
    while (kept > 0 && kept * DEDUPE_FILTER_LINE > max_bytes) {
        kept = kept % 2 == 0 ? kept / 2 : 0;
        shift++;
    }
    DedupeFilter f;
    if (!dedupe_filter_init_exact(&f, kept, run->probes)) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the filter of \"%s\"", run->path);
    }
    PtStatus st = read_filter(run, shift, &f, err);
    if (st != PT_OK) {
        dedupe_filter_done(&f);
        return st;
    }
    *ret_filter = f;
    return PT_OK;
}

static PtStatus load_run(DedupeRun *run, PtError *err)
{
    uint32_t fence_crc = 0;
    PtStatus st = read_header(run, &fence_crc, err);
    return st == PT_OK ? read_fences(run, fence_crc, err) : st;
}

PtStatus dedupe_run_open(PtFs *fs, const char *dir, DedupeRunKey key, DedupeRun **ret_run,
                         PtError *err)
{
    DedupeRun *run = calloc(1, sizeof *run);
    if (run == NULL || (run->path = dedupe_run_path(dir, key, "")) == NULL) {
        free(run);
        return pt_fail(err, PT_NO_MEMORY, "no memory to open a run of ids");
    }
    run->fs = fs;
    run->key = key;
    PtStatus st = fs->ops->open(fs, run->path, PT_OPEN_READ, &run->file, err);
    if (st == PT_OK) {
        st = load_run(run, err);
    }
    if (st != PT_OK) {
        dedupe_run_free(run);
        return st;
    }
    *ret_run = run;
    return PT_OK;
}

void dedupe_run_free(DedupeRun *run)
{
    if (run == NULL) {
        return;
    }
    run->fs->ops->close(run->fs, run->file);
    free(run->path);
    dedupe_block_free(run->fences, run->fences_cap * sizeof *run->fences);
    dedupe_filter_done(&run->filter);
    free(run);
}

/* Checks one block as read. *ret_ids: how many it holds. */
static PtStatus check_block(const DedupeRun *run, const uint8_t *block, uint64_t number,
                            uint32_t *ret_ids, PtError *err)
{
    uint64_t before = number * DEDUPE_BLOCK_IDS;
    uint64_t want = run->count - before < DEDUPE_BLOCK_IDS ? run->count - before : DEDUPE_BLOCK_IDS;
    const uint8_t *tail = block + RUN_BLOCK_BODY;
    if (run_get32(tail) != pt_crc32c(0, block, RUN_BLOCK_BODY) || run_get32(tail + 4) != want ||
        run_get32(tail + 8) != (uint32_t)number || run_get32(tail + 12) != (uint32_t)number) {
        return pt_fail(err, PT_CORRUPT, "\"%s\": block %" PRIu64 " does not pass its check",
                       run->path, number);
    }
    *ret_ids = (uint32_t)want;
    return PT_OK;
}

/* How many fences are <= hi. Keyed hashes are uniform, so the guess is a few blocks off at most;
 * the steps double from there, so that any other content is merely slower. */
static uint64_t fences_up_to(const DedupeRun *run, uint64_t hi)
{
    __extension__ typedef unsigned __int128 Wide;
    const uint64_t *f = run->fences;
    uint64_t low = 0, high = run->blocks; // the answer lies in [low, high]
    uint64_t guess = (uint64_t)(((Wide)hi * run->blocks) >> 64);
    if (f[guess] <= hi) {
        low = guess + 1;
        for (uint64_t step = 1; low + step < high; step *= 2) {
            if (f[low + step] > hi) {
                high = low + step;
                break;
            }
            low += step + 1;
        }
    } else {
        high = guess;
        for (uint64_t step = 1; high > step; step *= 2) {
            if (f[high - step] <= hi) {
                low = high - step + 1;
                break;
            }
            high -= step;
        }
    }
    while (low < high) {
        uint64_t mid = low + (high - low) / 2;
        if (f[mid] <= hi) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

static bool block_has(const uint8_t *block, uint32_t count, PtHash128 id)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t mid = (low + high) / 2;
        int order = dedupe_id_cmp(run_get_id(block + mid * RUN_ID_BYTES), id);
        if (order == 0) {
            return true;
        }
        if (order < 0) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return false;
}

PtStatus dedupe_run_find(const DedupeRun *run, PtHash128 id, bool *ret_found, PtError *err)
{
    uint8_t block[DEDUPE_BLOCK];
    bool found = false;
    for (uint64_t n = fences_up_to(run, id.hi); n > 0 && !found; n--) {
        uint32_t ids = 0;
        PtStatus st = read_exact(run, block, sizeof block, run_block_at(n - 1), err);
        if (st == PT_OK) {
            st = check_block(run, block, n - 1, &ids, err);
        }
        if (st != PT_OK) {
            return st;
        }
        found = block_has(block, ids, id);
        if (run->fences[n - 1] < id.hi) {
            break; // otherwise ids of the same hi may stand at the end of the block before
        }
    }
    *ret_found = found;
    return PT_OK;
}

PtStatus dedupe_reader_init(DedupeRunReader *r, const DedupeRun *run, PtError *err)
{
    *r = (DedupeRunReader){.run = run, .buf = malloc((size_t)RUN_IO_BLOCKS * DEDUPE_BLOCK)};
    if (r->buf == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to read \"%s\"", run->path);
    }
    return PT_OK;
}

void dedupe_reader_done(DedupeRunReader *r)
{
    free(r->buf);
    *r = (DedupeRunReader){0};
}

static PtStatus fill_reader(DedupeRunReader *r, PtError *err)
{
    uint64_t left = r->run->blocks - r->next_block;
    r->in_buf = left < RUN_IO_BLOCKS ? (uint32_t)left : RUN_IO_BLOCKS;
    r->at_block = 0;
    PtStatus st = read_exact(r->run, r->buf, (size_t)r->in_buf * DEDUPE_BLOCK,
                             run_block_at(r->next_block), err);
    for (uint32_t i = 0; st == PT_OK && i < r->in_buf; i++) {
        uint32_t ids = 0;
        st = check_block(r->run, r->buf + (size_t)i * DEDUPE_BLOCK, r->next_block + i, &ids, err);
    }
    if (st == PT_OK) {
        r->next_block += r->in_buf;
    }
    return st;
}

PtStatus dedupe_reader_next(DedupeRunReader *r, PtHash128 *ret_id, bool *ret_more, PtError *err)
{
    if (r->at_block == r->in_buf) {
        if (r->next_block == r->run->blocks) {
            *ret_more = false;
            return PT_OK;
        }
        PtStatus st = fill_reader(r, err);
        if (st != PT_OK) {
            return st;
        }
    }
    const uint8_t *block = r->buf + (size_t)r->at_block * DEDUPE_BLOCK;
    *ret_id = run_get_id(block + r->at_id * RUN_ID_BYTES);
    *ret_more = true;
    if (++r->at_id == run_get32(block + RUN_BLOCK_BODY + 4)) {
        r->at_id = 0;
        r->at_block++;
    }
    return PT_OK;
}
