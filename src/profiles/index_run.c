// SPDX-License-Identifier: Apache-2.0
#include "profiles/index_internal.h"

#include "base/hash.h"
#include "base/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

char *index_run_path(const char *dir, uint64_t seq)
{
    char *path = NULL;
    int n = asprintf(&path, "%s/run-%016" PRIx64 ".idx", dir, seq);
    return n < 0 ? NULL : path;
}

bool index_run_name(const char *name, uint64_t *ret_seq)
{
    uint64_t seq = 0;
    if (strncmp(name, "run-", 4) != 0) {
        return false;
    }
    for (unsigned i = 4; i < 20; i++) {
        char c = name[i];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                                                : 16;
        if (digit > 15) {
            return false;
        }
        seq = seq << 4 | digit;
    }
    if (strcmp(name + 20, ".idx") != 0) {
        return false;
    }
    *ret_seq = seq;
    return true;
}

static PtStatus corrupt(const IndexRun *run, const char *what, PtError *err)
{
    return pt_fail(err, PT_CORRUPT, "\"%s\": %s", run->path, what);
}

static PtStatus bad_block(const IndexRun *run, uint64_t number, PtError *err)
{
    return pt_fail(err, PT_CORRUPT, "\"%s\": block %" PRIu64 " does not pass its check", run->path,
                   number);
}

static PtStatus read_exact(const IndexRun *run, void *bytes, size_t len, uint64_t at, PtError *err)
{
    size_t got = 0;
    PtStatus st = run->fs->ops->pread(run->fs, run->file, bytes, len, at, &got, err);
    if (st == PT_OK && got != len) {
        return corrupt(run, "the file ends too early", err);
    }
    return st;
}

/* ---- Opening ----------------------------------------------------------------------------------
 */

/* The fields that header and footer share: seq, from, to. */
static bool key_fits(const IndexRun *run, const uint8_t *p)
{
    return index_get64(p) == run->key.seq && index_get64(p + 8) == run->key.from &&
           index_get64(p + 16) == run->key.to;
}

/* Checks every field against the others and the file's size, so that later arithmetic is safe. */
static PtStatus read_ends(IndexRun *run, uint32_t *ret_fence_crc, PtError *err)
{
    uint8_t head[INDEX_HEADER_BYTES], foot[INDEX_FOOTER_BYTES];
    uint64_t size = 0;
    PtStatus st = read_exact(run, head, sizeof head, 0, err);
    if (st == PT_OK) {
        st = run->fs->ops->size(run->fs, run->file, &size, err);
    }
    if (st != PT_OK) {
        return st;
    }
    if (memcmp(head, INDEX_RUN_MAGIC, 8) != 0 || index_get32(head + 32) != pt_crc32c(0, head, 32)) {
        return corrupt(run, "the header does not pass its check", err);
    }
    if (size < INDEX_BLOCK + sizeof foot) {
        return corrupt(run, "the file ends too early", err);
    }
    st = read_exact(run, foot, sizeof foot, size - sizeof foot, err);
    if (st != PT_OK) {
        return st;
    }
    if (memcmp(foot, INDEX_RUN_MAGIC, 8) != 0 || index_get32(foot + 56) != pt_crc32c(0, foot, 56)) {
        return corrupt(run, "the footer does not pass its check", err);
    }
    if (!key_fits(run, head + 8) || !key_fits(run, foot + 8)) {
        return corrupt(run, "the file belongs to another name", err);
    }
    run->records = index_get64(foot + 32);
    run->blocks = index_get64(foot + 40);
    // A record takes a byte at least, the first of a piece three.
    if (run->blocks == 0 || run->blocks > size / INDEX_BLOCK || size != index_run_bytes(run) ||
        run->records < run->blocks || run->records > run->blocks * INDEX_BODY) {
        return corrupt(run, "footer and size of the file do not fit", err);
    }
    *ret_fence_crc = index_get32(foot + 48);
    return PT_OK;
}

static PtStatus take_fences(IndexRun *run, const uint8_t *bytes, PtError *err)
{
    run->fences = malloc(run->blocks * sizeof *run->fences);
    if (run->fences == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the fences of \"%s\"", run->path);
    }
    for (uint64_t i = 0; i < run->blocks; i++) {
        const uint8_t *p = bytes + i * INDEX_FENCE_BYTES;
        IndexFence f = {.node = index_get32(p), .first = index_get64(p + 4)};
        const IndexFence *last = i > 0 ? &run->fences[i - 1] : NULL;
        if (f.first < run->key.from || f.first >= run->key.to ||
            (last != NULL &&
             (f.node < last->node || (f.node == last->node && f.first <= last->first)))) {
            return corrupt(run, "the fences do not ascend", err);
        }
        run->fences[i] = f;
    }
    return PT_OK;
}

static PtStatus load_run(IndexRun *run, PtError *err)
{
    uint32_t crc = 0;
    PtStatus st = read_ends(run, &crc, err);
    if (st != PT_OK) {
        return st;
    }
    size_t len = run->blocks * INDEX_FENCE_BYTES;
    PT_CLEANUP(pt_free_charp) char *bytes = malloc(len);
    if (bytes == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the fences of \"%s\"", run->path);
    }
    st = read_exact(run, bytes, len, index_block_at(run->blocks), err);
    if (st == PT_OK && pt_crc32c(0, bytes, len) != crc) {
        st = corrupt(run, "the fences do not pass their check", err);
    }
    return st == PT_OK ? take_fences(run, (const uint8_t *)bytes, err) : st;
}

PtStatus index_run_open(PtFs *fs, const char *dir, IndexRunKey key, IndexRun **ret_run,
                        PtError *err)
{
    IndexRun *run = calloc(1, sizeof *run);
    if (run == NULL || (run->path = index_run_path(dir, key.seq)) == NULL) {
        free(run);
        return pt_fail(err, PT_NO_MEMORY, "no memory to open a run of the person index");
    }
    atomic_init(&run->refs, 1);
    run->fs = fs;
    run->key = key;
    PtStatus st = fs->ops->open(fs, run->path, PT_OPEN_READ, &run->file, err);
    if (st == PT_OK) {
        st = load_run(run, err);
    } else {
        run->file = NULL;
    }
    if (st != PT_OK) {
        index_run_unref(run);
        return st;
    }
    *ret_run = run;
    return PT_OK;
}

void index_run_unref(IndexRun *run)
{
    if (run == NULL || atomic_fetch_sub(&run->refs, 1) > 1) {
        return;
    }
    run->fs->ops->close(run->fs, run->file);
    free(run->path);
    free(run->fences);
    free(run);
}

/* ---- Pieces of a block -------------------------------------------------------------------------
 */

static bool get_varint(const uint8_t **at, const uint8_t *end, uint64_t *ret_value)
{
    const uint8_t *p = *at;
    uint64_t v = 0;
    for (unsigned shift = 0; p < end && shift < 64; shift += 7) {
        uint8_t byte = *p++;
        v |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *at = p;
            *ret_value = v;
            return true;
        }
    }
    return false;
}

PtStatus index_pieces_next(IndexPieces *p, IndexPiece *ret_piece, bool *ret_more)
{
    uint64_t node, count, first;
    if (p->at == p->end) {
        *ret_more = false;
        return PT_OK;
    }
    if (!get_varint(&p->at, p->end, &node) || !get_varint(&p->at, p->end, &count) ||
        !get_varint(&p->at, p->end, &first)) {
        return PT_CORRUPT;
    }
    // The first piece's node is the block's; then they ascend.
    if ((p->begun ? node == 0 : node != 0) || node > UINT32_MAX - p->node || count == 0 ||
        count - 1 > (uint64_t)(p->end - p->at) || first >= p->to - p->from) {
        return PT_CORRUPT;
    }
    p->begun = true;
    p->node += (uint32_t)node;
    *ret_piece = (IndexPiece){.node = p->node, .count = (uint32_t)count, .first = p->from + first};
    *ret_more = true;
    return PT_OK;
}

static PtStatus pass_offsets(IndexPieces *p, uint32_t count)
{
    const uint8_t *at = p->at;
    while (count > 0 && at < p->end) {
        count -= *at++ < 0x80;
    }
    p->at = at;
    return count == 0 ? PT_OK : PT_CORRUPT;
}

PtStatus index_pieces_offsets(IndexPieces *p, const IndexPiece *piece, uint64_t *offsets)
{
    if (offsets == NULL) {
        return pass_offsets(p, piece->count - 1);
    }
    const uint8_t *at = p->at, *end = p->end;
    uint64_t offset = piece->first, limit = p->to;
    offsets[0] = offset;
    for (uint32_t i = 1; i < piece->count; i++) {
        uint64_t more;
        if (at < end && *at < 0x80) {
            more = *at++;
        } else if (!get_varint(&at, end, &more)) {
            return PT_CORRUPT;
        }
        if (more == 0 || more >= limit - offset) {
            return PT_CORRUPT;
        }
        offset += more;
        offsets[i] = offset;
    }
    p->at = at;
    return PT_OK;
}

/* Checks a block as read and begins its pieces. */
static PtStatus begin_block(const IndexRun *run, const uint8_t *block, uint64_t number,
                            IndexPieces *ret_pieces, uint64_t *ret_skipped, PtError *err)
{
    uint32_t used = index_get32(block + 24);
    if (index_get32(block) != pt_crc32c(0, block + 4, INDEX_BLOCK - 4) ||
        index_get32(block + 4) != (uint32_t)number ||
        index_get32(block + 8) != (uint32_t)run->key.seq ||
        index_get32(block + 12) != run->fences[number].node || used == 0 || used > INDEX_BODY) {
        return bad_block(run, number, err);
    }
    *ret_skipped = index_get64(block + 16);
    *ret_pieces = (IndexPieces){.at = block + INDEX_BLOCK_HEAD,
                                .end = block + INDEX_BLOCK_HEAD + used,
                                .from = run->key.from,
                                .to = run->key.to,
                                .node = run->fences[number].node};
    return PT_OK;
}

/* ---- Looking up --------------------------------------------------------------------------------
 */

/* How many blocks begin before (node, offset). */
static uint64_t blocks_before(const IndexRun *run, uint32_t node, uint64_t offset)
{
    uint64_t low = 0, high = run->blocks;
    while (low < high) {
        uint64_t mid = low + (high - low) / 2;
        const IndexFence *f = &run->fences[mid];
        if (f->node < node || (f->node == node && f->first < offset)) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

/* What a block has of the node: offsets in s, and how many came in blocks before. count 0: none. */
typedef struct Found {
    uint32_t count;
    uint64_t before;
} Found;

static PtStatus find_in(const IndexRun *run, uint64_t number, uint32_t node, IndexScratch *s,
                        Found *ret_found, PtError *err)
{
    IndexPieces p;
    IndexPiece piece;
    uint64_t skipped = 0;
    bool more = true;
    PtStatus st = read_exact(run, s->block, INDEX_BLOCK, index_block_at(number), err);
    if (st == PT_OK) {
        st = begin_block(run, s->block, number, &p, &skipped, err);
    }
    if (st != PT_OK) {
        return st;
    }
    *ret_found = (Found){0};
    while (st == PT_OK) {
        st = index_pieces_next(&p, &piece, &more);
        if (st != PT_OK || !more || piece.node > node) {
            break;
        }
        st = index_pieces_offsets(&p, &piece, piece.node == node ? s->offsets : NULL);
        if (st == PT_OK && piece.node == node) {
            *ret_found = (Found){piece.count, node == run->fences[number].node ? skipped : 0};
            break;
        }
    }
    return st == PT_OK ? PT_OK : bad_block(run, number, err);
}

PtStatus index_run_newest(const IndexRun *run, uint32_t node, IndexWanted want, IndexScratch *s,
                          uint64_t *offsets, size_t *ret_count, PtError *err)
{
    size_t count = 0;
    Found found = {.before = 1};
    uint64_t b = blocks_before(run, node, want.before);
    for (; b > 0 && count < want.max && found.before > 0; b--) {
        PtStatus st = find_in(run, b - 1, node, s, &found, err);
        if (st != PT_OK) {
            return st;
        }
        for (uint32_t i = found.count; i > 0 && count < want.max; i--) {
            uint64_t offset = s->offsets[i - 1];
            if (offset < want.least) {
                found.before = 0;
                break;
            }
            if (offset < want.before) {
                offsets[count++] = offset;
            }
        }
    }
    *ret_count = count;
    return PT_OK;
}

PtStatus index_run_count(const IndexRun *run, uint32_t node, IndexScratch *s, uint64_t *ret_count,
                         PtError *err)
{
    Found found = {0};
    uint64_t b = blocks_before(run, node, UINT64_MAX);
    PtStatus st = b > 0 ? find_in(run, b - 1, node, s, &found, err) : PT_OK;
    if (st == PT_OK) {
        *ret_count = found.count + found.before;
    }
    return st;
}

PtStatus index_run_first(const IndexRun *run, uint32_t node, IndexScratch *s, uint64_t *ret_offset,
                         PtError *err)
{
    Found found = {0};
    uint64_t b = blocks_before(run, node, 0);
    PtStatus st = b > 0 ? find_in(run, b - 1, node, s, &found, err) : PT_OK;
    if (st != PT_OK) {
        return st;
    }
    if (found.count > 0) {
        *ret_offset = s->offsets[0];
        return PT_OK;
    }
    if (b < run->blocks && run->fences[b].node == node) {
        *ret_offset = run->fences[b].first;
        return PT_OK;
    }
    return PT_NOT_FOUND;
}

/* ---- Reading all -------------------------------------------------------------------------------
 */

PtStatus index_cursor_init(IndexCursor *c, const IndexRun *run, PtError *err)
{
    *c = (IndexCursor){.run = run,
                       .buf = malloc((size_t)INDEX_IO_BLOCKS * INDEX_BLOCK),
                       .offsets = malloc(INDEX_BODY * sizeof *c->offsets),
                       .more = true};
    if (c->buf == NULL || c->offsets == NULL) {
        index_cursor_done(c);
        return pt_fail(err, PT_NO_MEMORY, "no memory to read \"%s\"", run->path);
    }
    return PT_OK;
}

void index_cursor_done(IndexCursor *c)
{
    free(c->buf);
    free(c->offsets);
    *c = (IndexCursor){0};
}

/* The next block's pieces; false in c->more at the end. */
static PtStatus cursor_block(IndexCursor *c, PtError *err)
{
    const IndexRun *run = c->run;
    uint64_t number = c->next_block, skipped = 0;
    if (number == run->blocks) {
        c->more = false;
        return c->records == run->records ? PT_OK
                                          : corrupt(run, "blocks and footer do not fit", err);
    }
    if (c->at_block == c->in_buf) {
        uint64_t left = run->blocks - number;
        c->in_buf = left < INDEX_IO_BLOCKS ? (uint32_t)left : INDEX_IO_BLOCKS;
        c->at_block = 0;
        PtStatus st =
            read_exact(run, c->buf, (size_t)c->in_buf * INDEX_BLOCK, index_block_at(number), err);
        if (st != PT_OK) {
            c->in_buf = 0;
            return st;
        }
    }
    PtStatus st = begin_block(run, c->buf + (size_t)c->at_block * INDEX_BLOCK, number, &c->pieces,
                              &skipped, err);
    bool goes_on = number > 0 && c->piece.node == run->fences[number].node;
    if (st == PT_OK && skipped != (goes_on ? c->of_node : 0)) {
        st = bad_block(run, number, err);
    }
    c->at_block++;
    c->next_block++;
    return st;
}

/* The piece's offsets, and whether it stands where it should. */
static PtStatus cursor_piece(IndexCursor *c, const IndexPiece *piece)
{
    bool same = c->has_piece && piece->node == c->piece.node;
    if (c->has_piece && (piece->node < c->piece.node || (same && piece->first <= c->last))) {
        return PT_CORRUPT;
    }
    PtStatus st = index_pieces_offsets(&c->pieces, piece, c->offsets);
    if (st == PT_OK) {
        c->piece = *piece;
        c->has_piece = true;
        c->last = c->offsets[piece->count - 1];
        c->of_node = (same ? c->of_node : 0) + piece->count;
        c->records += piece->count;
    }
    return st;
}

PtStatus index_cursor_next(IndexCursor *c, PtError *err)
{
    for (;;) {
        IndexPiece piece;
        bool more = false;
        PtStatus st = index_pieces_next(&c->pieces, &piece, &more);
        if (st == PT_OK && more) {
            st = cursor_piece(c, &piece);
        }
        if (st != PT_OK) {
            return bad_block(c->run, c->next_block - 1, err);
        }
        if (more) {
            return PT_OK;
        }
        st = cursor_block(c, err);
        if (st != PT_OK || !c->more) {
            return st;
        }
    }
}
