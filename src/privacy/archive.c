// SPDX-License-Identifier: Apache-2.0
#include "privacy/archive.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

/* APPNOTE.TXT of PKWARE: local header, data, data descriptor; then the central directory. */
enum {
    LOCAL_HEADER = 30,
    DESCRIPTOR = 16,
    CENTRAL_HEADER = 46,
    END_RECORD = 22,
    VERSION = 20,   /* 2.0: deflate */
    FLAGS = 1 << 3, /* sizes stand behind the data */
    DEFLATE = 8,
    BUFFER = 64 << 10,
    RAW_WINDOW = -15, /* no zlib header */
    MEMORY_LEVEL = 8,
};

typedef struct Member {
    char name[ARCHIVE_NAME_MAX + 1];
    uint32_t at, crc;
    uint64_t packed, plain;
} Member;

struct Archive {
    PtFs *fs;
    PtFile *file;
    uint64_t at; /* of the file, what is in the buffer with it */
    uint16_t dos_time, dos_date;
    z_stream z;
    bool deflating, open;
    Member members[ARCHIVE_MEMBERS_MAX];
    size_t count;
    size_t used;
    uint8_t buffer[BUFFER], packed[BUFFER];
};

static void put16(uint8_t *out, unsigned value)
{
    out[0] = (uint8_t)value;
    out[1] = (uint8_t)(value >> 8);
}

static void put32(uint8_t *out, uint64_t value)
{
    for (int i = 0; i < 4; i++) {
        out[i] = (uint8_t)(value >> (8 * i));
    }
}

static void set_time(Archive *a, int64_t time_ms)
{
    const time_t seconds = (time_t)(time_ms / 1000);
    struct tm tm;
    if (gmtime_r(&seconds, &tm) == NULL || tm.tm_year < 80 || tm.tm_year > 207) {
        return;
    }
    a->dos_time = (uint16_t)(tm.tm_hour << 11 | tm.tm_min << 5 | tm.tm_sec / 2);
    a->dos_date = (uint16_t)((tm.tm_year - 80) << 9 | (tm.tm_mon + 1) << 5 | tm.tm_mday);
}

/* ---- Bytes ---------------------------------------------------------------------------------- */

static PtStatus flush(Archive *a, PtError *err)
{
    PtStatus st = a->used > 0
                      ? a->fs->ops->pwrite(a->fs, a->file, a->buffer, a->used, a->at - a->used, err)
                      : PT_OK;
    a->used = 0;
    return st;
}

static PtStatus put(Archive *a, const uint8_t *bytes, size_t len, PtError *err)
{
    if (a->at + len > (uint64_t)ARCHIVE_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "the archive is over %lld bytes", (long long)ARCHIVE_MAX);
    }
    PtStatus st = PT_OK;
    while (st == PT_OK && len > 0) {
        const size_t room = BUFFER - a->used, part = len < room ? len : room;
        memcpy(a->buffer + a->used, bytes, part);
        a->used += part;
        a->at += part;
        bytes += part;
        len -= part;
        st = a->used == BUFFER ? flush(a, err) : PT_OK;
    }
    return st;
}

PtStatus archive_open(PtFs *fs, const char *path, int64_t time_ms, Archive **ret_archive,
                      PtError *err)
{
    Archive *a = calloc(1, sizeof *a);
    if (a == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for an archive");
    }
    a->fs = fs;
    set_time(a, time_ms);
    if (deflateInit2(&a->z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, RAW_WINDOW, MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        free(a);
        return pt_fail(err, PT_NO_MEMORY, "no memory for an archive");
    }
    a->deflating = true;
    PtStatus st = fs->ops->open(fs, path, PT_OPEN_CREATE, &a->file, err);
    if (st != PT_OK) {
        archive_close(a);
        return st;
    }
    *ret_archive = a;
    return PT_OK;
}

void archive_close(Archive *a)
{
    if (a == NULL) {
        return;
    }
    if (a->deflating) {
        (void)deflateEnd(&a->z);
    }
    a->fs->ops->close(a->fs, a->file);
    free(a);
}

/* ---- Members -------------------------------------------------------------------------------- */

static PtStatus deflate_some(Archive *a, int mode, PtError *err)
{
    Member *m = &a->members[a->count - 1];
    PtStatus st = PT_OK;
    int said = Z_OK;
    do {
        a->z.next_out = a->packed;
        a->z.avail_out = sizeof a->packed;
        said = deflate(&a->z, mode);
        const size_t len = sizeof a->packed - a->z.avail_out;
        m->packed += len;
        st = put(a, a->packed, len, err);
    } while (st == PT_OK && (mode == Z_FINISH ? said != Z_STREAM_END : a->z.avail_out == 0));
    return st;
}

static PtStatus end_member(Archive *a, PtError *err)
{
    uint8_t d[DESCRIPTOR] = {'P', 'K', 7, 8};
    if (!a->open) {
        return PT_OK;
    }
    const Member *m = &a->members[a->count - 1];
    a->open = false;
    a->z.avail_in = 0;
    PtStatus st = deflate_some(a, Z_FINISH, err);
    (void)deflateReset(&a->z);
    put32(d + 4, m->crc);
    put32(d + 8, m->packed);
    put32(d + 12, m->plain);
    return st == PT_OK ? put(a, d, sizeof d, err) : st;
}

static void put_shape(const Archive *a, uint8_t *out)
{
    put16(out, FLAGS);
    put16(out + 2, DEFLATE);
    put16(out + 4, a->dos_time);
    put16(out + 6, a->dos_date);
}

PtStatus archive_begin(Archive *a, const char *name, PtError *err)
{
    uint8_t h[LOCAL_HEADER] = {'P', 'K', 3, 4, VERSION};
    const size_t len = strlen(name);
    PtStatus st = end_member(a, err);
    if (st != PT_OK) {
        return st;
    }
    if (a->count == ARCHIVE_MEMBERS_MAX || len > ARCHIVE_NAME_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "an archive has at most %d members", ARCHIVE_MEMBERS_MAX);
    }
    Member *m = &a->members[a->count++];
    *m = (Member){.at = (uint32_t)a->at};
    memcpy(m->name, name, len + 1);
    a->open = true;
    put_shape(a, h + 6);
    put16(h + 26, (unsigned)len);
    st = put(a, h, sizeof h, err);
    return st == PT_OK ? put(a, (const uint8_t *)name, len, err) : st;
}

PtStatus archive_add(Archive *a, PtStr bytes, PtError *err)
{
    Member *m = &a->members[a->count - 1];
    uint8_t piece[4096]; // zlib wants bytes that are not const
    PtStatus st = PT_OK;
    m->plain += bytes.len;
    if (m->plain > (uint64_t)ARCHIVE_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "a part of the archive is over %lld bytes",
                       (long long)ARCHIVE_MAX);
    }
    while (st == PT_OK && bytes.len > 0) {
        const size_t part = bytes.len < sizeof piece ? bytes.len : sizeof piece;
        memcpy(piece, bytes.data, part);
        m->crc = (uint32_t)crc32(m->crc, piece, (uInt)part);
        a->z.next_in = piece;
        a->z.avail_in = (uInt)part;
        st = deflate_some(a, Z_NO_FLUSH, err);
        bytes = pt_str_from(bytes, part);
    }
    return st;
}

static PtStatus put_directory(Archive *a, PtError *err)
{
    const uint64_t begin = a->at;
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < a->count; i++) {
        const Member *m = &a->members[i];
        uint8_t h[CENTRAL_HEADER] = {'P', 'K', 1, 2, VERSION, 0, VERSION};
        put_shape(a, h + 8);
        put32(h + 16, m->crc);
        put32(h + 20, m->packed);
        put32(h + 24, m->plain);
        put16(h + 28, (unsigned)strlen(m->name));
        put32(h + 42, m->at);
        st = put(a, h, sizeof h, err);
        st = st == PT_OK ? put(a, (const uint8_t *)m->name, strlen(m->name), err) : st;
    }
    uint8_t end[END_RECORD] = {'P', 'K', 5, 6};
    put16(end + 8, (unsigned)a->count);
    put16(end + 10, (unsigned)a->count);
    put32(end + 12, a->at - begin);
    put32(end + 16, begin);
    return st == PT_OK ? put(a, end, sizeof end, err) : st;
}

PtStatus archive_end(Archive *a, uint64_t *ret_bytes, PtError *err)
{
    PtStatus st = a->count > 0 ? end_member(a, err) : PT_OK;
    st = st == PT_OK ? put_directory(a, err) : st;
    st = st == PT_OK ? flush(a, err) : st;
    st = st == PT_OK ? a->fs->ops->datasync(a->fs, a->file, err) : st;
    if (st == PT_OK) {
        *ret_bytes = a->at;
    }
    return st;
}
