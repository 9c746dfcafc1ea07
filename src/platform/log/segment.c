// SPDX-License-Identifier: Apache-2.0
#include "platform/log/segment_internal.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "files are little-endian as in memory");

typedef struct HeaderForm {
    char magic[8];
    uint32_t version, zero;
    uint64_t generation, base;
    int64_t created_ms;
    uint32_t zero_too, crc;
} HeaderForm;
_Static_assert(sizeof(HeaderForm) == 48, "file format");

typedef struct RecordForm {
    uint32_t len, crc;
    uint64_t generation, offset;
    int64_t time_ms;
    uint32_t round_delta;
    uint8_t klass, type;
    uint16_t flags;
    uint32_t source, zero;
    uint64_t node, key_id, id_hi, id_lo;
} RecordForm;
_Static_assert(sizeof(RecordForm) == LOG_RECORD_HEADER, "file format");

static const char segment_magic[8] = {'P', 'T', 'L', 'O', 'G', 'S', 'E', 'G'};
enum { SEGMENT_VERSION = 1 };

void log_header_encode(const LogSegmentHeader *h, uint8_t out[static LOG_SEGMENT_HEADER])
{
    HeaderForm form = {
        .version = SEGMENT_VERSION,
        .generation = h->generation,
        .base = h->base,
        .created_ms = h->created_ms,
    };
    memcpy(form.magic, segment_magic, sizeof form.magic);
    form.crc = pt_crc32c(0, &form, offsetof(HeaderForm, crc));
    memset(out, 0, LOG_SEGMENT_HEADER);
    memcpy(out, &form, sizeof form);
    memcpy(out + LOG_SEGMENT_HEADER_COPY, &form, sizeof form);
}

bool log_header_decode(const uint8_t *bytes, size_t len, LogSegmentHeader *ret_header)
{
    bool found = false;
    for (size_t at = 0; at <= LOG_SEGMENT_HEADER_COPY; at += LOG_SEGMENT_HEADER_COPY) {
        HeaderForm form;
        if (len < at + sizeof form) {
            break;
        }
        memcpy(&form, bytes + at, sizeof form);
        if (memcmp(form.magic, segment_magic, sizeof form.magic) != 0 ||
            form.version != SEGMENT_VERSION ||
            form.crc != pt_crc32c(0, &form, offsetof(HeaderForm, crc))) {
            continue;
        }
        if (!found || form.generation > ret_header->generation) {
            *ret_header = (LogSegmentHeader){form.generation, form.base, form.created_ms};
            found = true;
        }
    }
    return found;
}

static uint32_t record_crc(const char *record, size_t payload_len)
{
    uint32_t crc = pt_crc32c(0, record, sizeof(uint32_t));
    return pt_crc32c(crc, record + 8, LOG_RECORD_HEADER - 8 + payload_len);
}

void log_record_encode(const PtRecord *r, uint64_t generation, uint32_t round_delta, char *out)
{
    RecordForm form = {
        .len = (uint32_t)r->payload.len,
        .generation = generation,
        .offset = r->position.offset,
        .time_ms = r->time_ms,
        .round_delta = round_delta,
        .klass = r->klass,
        .type = r->type,
        .flags = r->flags,
        .source = r->source,
        .node = r->node,
        .key_id = r->key_id,
        .id_hi = r->id_hash.hi,
        .id_lo = r->id_hash.lo,
    };
    memcpy(out, &form, sizeof form);
    size_t end = LOG_RECORD_HEADER + r->payload.len;
    if (r->payload.len > 0) {
        memcpy(out + LOG_RECORD_HEADER, r->payload.data, r->payload.len);
    }
    memset(out + end, 0, log_record_size(r->payload.len) - end);
    uint32_t crc = record_crc(out, r->payload.len);
    memcpy(out + offsetof(RecordForm, crc), &crc, sizeof crc);
}

LogParse log_record_parse(const char *bytes, size_t len, uint64_t generation, PtRecord *ret_record,
                          uint32_t *ret_round_delta, size_t *ret_size)
{
    RecordForm form;
    *ret_size = LOG_RECORD_HEADER;
    if (len < sizeof form) {
        return LOG_PARSE_MORE;
    }
    memcpy(&form, bytes, sizeof form);
    if (form.generation != generation || form.len > PT_LOG_PAYLOAD_MAX) {
        return LOG_PARSE_BAD;
    }
    *ret_size = log_record_size(form.len);
    if (len < *ret_size) {
        return LOG_PARSE_MORE;
    }
    if (form.crc != record_crc(bytes, form.len)) {
        return LOG_PARSE_BAD;
    }
    *ret_record = (PtRecord){
        .position = {0, form.offset},
        .time_ms = form.time_ms,
        .klass = form.klass,
        .type = form.type,
        .flags = form.flags,
        .source = form.source,
        .node = form.node,
        .key_id = form.key_id,
        .id_hash = {form.id_hi, form.id_lo},
        .payload = {bytes + LOG_RECORD_HEADER, form.len},
    };
    *ret_round_delta = form.round_delta;
    return LOG_PARSE_OK;
}

void log_cursor_done(LogCursor *c)
{
    free(c->buf);
    *c = (LogCursor){.fs = c->fs};
}

void log_cursor_set(LogCursor *c, PtFile *file, uint64_t size, uint64_t generation, uint64_t at)
{
    c->file = file;
    c->size = size;
    c->generation = generation;
    c->at = at;
    c->buf_len = 0;
}

/* Bytes of the window from the next record on. */
static size_t window_left(const LogCursor *c)
{
    if (c->at < c->buf_at || c->at > c->buf_at + c->buf_len) {
        return 0;
    }
    return (size_t)(c->buf_at + c->buf_len - c->at);
}

LogParse log_cursor_peek(const LogCursor *c, PtRecord *ret_record, uint32_t *ret_round_delta,
                         size_t *ret_size)
{
    size_t left = window_left(c);
    const char *bytes = left > 0 ? c->buf + (c->at - c->buf_at) : NULL;
    return log_record_parse(bytes, left, c->generation, ret_record, ret_round_delta, ret_size);
}

static PtStatus cursor_room(LogCursor *c, size_t want, PtError *err)
{
    bool too_big = c->cap > (size_t)4 * LOG_CURSOR_BYTES && want <= LOG_CURSOR_BYTES;
    if (c->cap >= want && !too_big) {
        return PT_OK;
    }
    char *buf = realloc(c->buf, want);
    if (buf == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to read the log");
    }
    c->buf = buf;
    c->cap = want;
    return PT_OK;
}

PtStatus log_cursor_fill(LogCursor *c, size_t need, bool *ret_grew, PtError *err)
{
    size_t left = window_left(c);
    uint64_t rest = c->size > c->at ? c->size - c->at : 0;
    if (left > 0 && c->at != c->buf_at) {
        memmove(c->buf, c->buf + (c->at - c->buf_at), left);
    }
    c->buf_at = c->at;
    c->buf_len = left;
    size_t want = need > LOG_CURSOR_BYTES ? need : LOG_CURSOR_BYTES;
    if (want > rest) {
        want = (size_t)rest;
    }
    if (want <= left) {
        *ret_grew = false;
        return PT_OK;
    }
    PtStatus st = cursor_room(c, want > LOG_CURSOR_BYTES ? want : LOG_CURSOR_BYTES, err);
    if (st != PT_OK) {
        return st;
    }
    size_t got = 0;
    st = c->fs->ops->pread(c->fs, c->file, c->buf + left, want - left, c->at + left, &got, err);
    if (st != PT_OK) {
        return st;
    }
    c->buf_len = left + got;
    *ret_grew = got > 0;
    return PT_OK;
}

PtStatus log_cursor_next(LogCursor *c, PtRecord *ret_record, uint32_t *ret_round_delta,
                         LogParse *ret_parse, PtError *err)
{
    size_t size = 0;
    for (;;) {
        LogParse parse = log_cursor_peek(c, ret_record, ret_round_delta, &size);
        if (parse == LOG_PARSE_OK) {
            c->at += size;
        }
        if (parse != LOG_PARSE_MORE) {
            *ret_parse = parse;
            return PT_OK;
        }
        bool grew = false;
        PtStatus st = log_cursor_fill(c, size, &grew, err);
        if (st != PT_OK) {
            return st;
        }
        if (!grew) {
            *ret_parse = LOG_PARSE_BAD;
            return PT_OK;
        }
    }
}
