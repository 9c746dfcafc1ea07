// SPDX-License-Identifier: Apache-2.0
#include "platform/log/archive_internal.h"

#include "base/hash.h"

#include <string.h>

typedef struct FooterForm {
    char magic[8];
    uint32_t version, dict_id;
    uint64_t base, end, raw_bytes;
    int64_t min_time_ms, max_time_ms;
    uint64_t index_at;
    uint32_t blocks, index_crc;
    uint8_t zero[20];
    uint32_t crc;
} FooterForm;
_Static_assert(sizeof(FooterForm) == LOG_ARCHIVE_FOOTER, "file format");
_Static_assert(sizeof(LogEntry) == LOG_ARCHIVE_ENTRY, "file format");

static const char archive_magic[8] = {'P', 'T', 'L', 'O', 'G', 'A', 'R', 'C'};
enum { ARCHIVE_VERSION = 1 };

void log_footer_encode(const LogFooter *f, uint8_t out[static LOG_ARCHIVE_FOOTER])
{
    FooterForm form = {
        .version = ARCHIVE_VERSION,
        .dict_id = f->dict_id,
        .base = f->base,
        .end = f->end,
        .raw_bytes = f->raw_bytes,
        .min_time_ms = f->min_time_ms,
        .max_time_ms = f->max_time_ms,
        .index_at = f->index_at,
        .blocks = f->blocks,
        .index_crc = f->index_crc,
    };
    memcpy(form.magic, archive_magic, sizeof form.magic);
    form.crc = pt_crc32c(0, &form, offsetof(FooterForm, crc));
    memcpy(out, &form, sizeof form);
}

PtStatus log_footer_decode(const uint8_t bytes[static LOG_ARCHIVE_FOOTER], uint64_t size,
                           LogFooter *ret_footer, PtError *err)
{
    FooterForm form;
    memcpy(&form, bytes, sizeof form);
    if (memcmp(form.magic, archive_magic, sizeof form.magic) != 0 ||
        form.crc != pt_crc32c(0, &form, offsetof(FooterForm, crc))) {
        return pt_fail(err, PT_CORRUPT, "archive footer is damaged");
    }
    if (form.version != ARCHIVE_VERSION) {
        return pt_fail(err, PT_CORRUPT, "archive version %u is not known", form.version);
    }
    uint64_t index_len = (uint64_t)form.blocks * LOG_ARCHIVE_ENTRY;
    bool fits = size >= LOG_ARCHIVE_FOOTER && index_len <= size - LOG_ARCHIVE_FOOTER &&
                form.index_at == size - LOG_ARCHIVE_FOOTER - index_len;
    if (!fits || form.base >= form.end || form.blocks == 0 || form.blocks > form.end - form.base) {
        return pt_fail(err, PT_CORRUPT, "archive footer does not fit its file");
    }
    *ret_footer = (LogFooter){
        .dict_id = form.dict_id,
        .base = form.base,
        .end = form.end,
        .raw_bytes = form.raw_bytes,
        .min_time_ms = form.min_time_ms,
        .max_time_ms = form.max_time_ms,
        .index_at = form.index_at,
        .blocks = form.blocks,
        .index_crc = form.index_crc,
    };
    return PT_OK;
}

void log_entry_encode(const LogEntry *e, uint8_t out[static LOG_ARCHIVE_ENTRY])
{
    memcpy(out, e, sizeof *e);
}

PtStatus log_index_decode(const uint8_t *bytes, const LogFooter *footer, LogEntry *entries,
                          PtError *err)
{
    size_t len = (size_t)footer->blocks * LOG_ARCHIVE_ENTRY;
    if (footer->index_crc != pt_crc32c(0, bytes, len)) {
        return pt_fail(err, PT_CORRUPT, "archive index is damaged");
    }
    uint64_t at = 0, first = footer->base;
    for (uint32_t i = 0; i < footer->blocks; i++) {
        LogEntry *e = &entries[i];
        memcpy(e, bytes + (size_t)i * LOG_ARCHIVE_ENTRY, sizeof *e);
        bool fine = e->at == at && e->first == first && e->count > 0 &&
                    e->count <= LOG_BLOCK_RECORDS &&
                    e->head_len <= LOG_BLOCK_RECORDS * LOG_HEAD_RECORD_MAX &&
                    e->body_len <= LOG_BLOCK_BODY + PT_LOG_PAYLOAD_MAX;
        if (!fine) {
            return pt_fail(err, PT_CORRUPT, "archive index entry %u is damaged", i);
        }
        at += (uint64_t)e->head_len + e->body_len;
        first += e->count;
    }
    if (at != footer->index_at || first != footer->end) {
        return pt_fail(err, PT_CORRUPT, "archive index does not fit its file");
    }
    return PT_OK;
}

/* ---- Heads ---- */

static void put_varint(PtBuf *b, uint64_t v)
{
    char bytes[10];
    size_t n = 0;
    for (; v >= 0x80; v >>= 7) {
        bytes[n++] = (char)(v | 0x80);
    }
    bytes[n++] = (char)v;
    pt_buf_add(b, bytes, n);
}

static uint64_t zigzag(int64_t v)
{
    return (uint64_t)v << 1 ^ (v < 0 ? UINT64_MAX : 0);
}

static int64_t unzigzag(uint64_t v)
{
    return (int64_t)(v >> 1 ^ (~(v & 1) + 1));
}

void log_head_begin(LogHeadWriter *w)
{
    w->shape_count = 0;
    w->last_time_ms = 0;
}

static bool same_shape(const LogShape *a, const LogShape *b)
{
    return a->klass == b->klass && a->type == b->type && a->flags == b->flags &&
           a->source == b->source;
}

static void put_shape(LogHeadWriter *w, PtBuf *head, const PtRecord *r)
{
    LogShape shape = {r->klass, r->type, r->flags, r->source};
    size_t i = 0;
    while (i < w->shape_count && !same_shape(&w->shapes[i], &shape)) {
        i++;
    }
    put_varint(head, i);
    if (i == w->shape_count) {
        w->shapes[w->shape_count++] = shape;
        pt_buf_add(head, &shape.klass, 1);
        pt_buf_add(head, &shape.type, 1);
        pt_buf_add(head, &shape.flags, sizeof shape.flags);
        put_varint(head, shape.source);
    }
}

void log_head_add(LogHeadWriter *w, PtBuf *head, const PtRecord *r, const LogStored *stored)
{
    bool has_id = r->id_hash.hi != 0 || r->id_hash.lo != 0;
    put_shape(w, head, r);
    put_varint(head, zigzag((int64_t)((uint64_t)r->time_ms - (uint64_t)w->last_time_ms)));
    w->last_time_ms = r->time_ms;
    put_varint(head, r->node);
    put_varint(head, r->key_id);
    put_varint(head, (uint64_t)stored->raw_len << 2 | (uint64_t)has_id << 1 | stored->as_is);
    if (!stored->as_is) {
        put_varint(head, stored->len);
    }
    if (has_id) {
        pt_buf_add(head, &r->id_hash.hi, sizeof r->id_hash.hi);
        pt_buf_add(head, &r->id_hash.lo, sizeof r->id_hash.lo);
    }
    pt_buf_add(head, &stored->crc, sizeof stored->crc);
}

typedef struct HeadReader {
    const uint8_t *at, *end;
    bool bad;
} HeadReader;

static uint64_t get_varint(HeadReader *h)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64 && h->at < h->end; shift += 7) {
        uint8_t byte = *h->at++;
        v |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            return v;
        }
    }
    h->bad = true;
    return 0;
}

static void get_bytes(HeadReader *h, void *out, size_t len)
{
    if ((size_t)(h->end - h->at) < len) {
        h->bad = true;
        memset(out, 0, len);
        return;
    }
    memcpy(out, h->at, len);
    h->at += len;
}

static void get_shape(HeadReader *h, LogShape *shapes, size_t *count, PtRecord *r)
{
    uint64_t i = get_varint(h);
    if (h->bad || i > *count || i >= LOG_BLOCK_RECORDS) {
        h->bad = true;
        return;
    }
    LogShape *shape = &shapes[i];
    if (i == *count) {
        get_bytes(h, &shape->klass, 1);
        get_bytes(h, &shape->type, 1);
        get_bytes(h, &shape->flags, sizeof shape->flags);
        uint64_t source = get_varint(h);
        h->bad |= source > UINT32_MAX;
        shape->source = (uint32_t)source;
        ++*count;
    }
    r->klass = shape->klass;
    r->type = shape->type;
    r->flags = shape->flags;
    r->source = shape->source;
}

static void get_stored(HeadReader *h, LogStored *s, PtRecord *r)
{
    uint64_t packed = get_varint(h);
    uint64_t raw_len = packed >> 2;
    s->as_is = (packed & 1) != 0;
    uint64_t len = s->as_is ? raw_len : get_varint(h);
    if (raw_len > PT_LOG_PAYLOAD_MAX || len > raw_len) {
        h->bad = true;
        raw_len = len = 0;
    }
    s->raw_len = (uint32_t)raw_len;
    s->len = (uint32_t)len;
    if ((packed & 2) != 0) {
        get_bytes(h, &r->id_hash.hi, sizeof r->id_hash.hi);
        get_bytes(h, &r->id_hash.lo, sizeof r->id_hash.lo);
    }
    get_bytes(h, &s->crc, sizeof s->crc);
}

PtStatus log_head_decode(const uint8_t *bytes, const LogEntry *entry, PtRecord *records,
                         LogStored *stored, PtError *err)
{
    HeadReader h = {bytes, bytes + entry->head_len,
                    entry->head_crc != pt_crc32c(0, bytes, entry->head_len)};
    LogShape shapes[LOG_BLOCK_RECORDS];
    size_t shape_count = 0;
    uint64_t at = 0;
    uint64_t time = 0;
    for (uint32_t i = 0; i < entry->count && !h.bad; i++) {
        PtRecord *r = &records[i];
        *r = (PtRecord){.position = {0, entry->first + i}};
        get_shape(&h, shapes, &shape_count, r);
        time += (uint64_t)unzigzag(get_varint(&h));
        r->time_ms = (int64_t)time;
        r->node = get_varint(&h);
        r->key_id = get_varint(&h);
        get_stored(&h, &stored[i], r);
        stored[i].at = (uint32_t)at;
        r->payload.len = stored[i].raw_len;
        at += stored[i].len;
        h.bad |= at > entry->body_len;
    }
    if (h.bad || h.at != h.end || at != entry->body_len) {
        return pt_fail(err, PT_CORRUPT, "archive block at byte %llu is damaged",
                       (unsigned long long)entry->at);
    }
    return PT_OK;
}
