// SPDX-License-Identifier: Apache-2.0
/* Bytes of a file, decompressed on the way. */
#include "connect/connect.h"

#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum { INPUT_CHUNK = 128 << 10, ZSTD_WINDOW_LOG_MAX = 27 /* 128 MiB: what zstd itself allows */ };

typedef enum InputKind { INPUT_PLAIN, INPUT_GZIP, INPUT_ZSTD } InputKind;

struct ConnectInput {
    int fd; /* -1: over `from` */
    char *path;
    ConnectSource from;
    uint64_t size, consumed; /* bytes as stored */
    InputKind kind;
    char *in;
    size_t in_at, in_len;
    bool in_end;   /* the source has no more */
    bool open;     /* inside a gzip member or a zstd frame */
    bool any;      /* a member or frame was begun */
    bool gz_ready; /* inflateInit was done */
    z_stream gz;
    ZSTD_DStream *zs;
};

static PtStatus read_fd(void *ctx, char *bytes, size_t cap, size_t *ret_len, PtError *err)
{
    const ConnectInput *in = ctx;
    for (;;) {
        ssize_t n = read(in->fd, bytes, cap);
        if (n >= 0) {
            *ret_len = (size_t)n;
            return PT_OK;
        }
        if (errno != EINTR) {
            return pt_fail(err, pt_status_of_errno(errno), "cannot read \"%s\": %s", in->path,
                           strerror(errno));
        }
    }
}

/* More raw bytes when none are left. */
static PtStatus fill(ConnectInput *in, PtError *err)
{
    if (in->in_at < in->in_len || in->in_end) {
        return PT_OK;
    }
    size_t len = 0;
    PtStatus st = in->from.read(in->from.ctx, in->in, INPUT_CHUNK, &len, err);
    if (st != PT_OK) {
        return st;
    }
    in->in_at = 0;
    in->in_len = len;
    in->in_end = len == 0;
    in->consumed += len;
    return PT_OK;
}

/* The first bytes decide; a source may give them one at a time. */
static PtStatus sniff(ConnectInput *in, PtError *err)
{
    static const char gzip_magic[] = {'\x1f', '\x8b'};
    static const char zstd_magic[] = {'\x28', '\xb5', '\x2f', '\xfd'};
    while (in->in_len < sizeof zstd_magic && !in->in_end) {
        size_t len = 0;
        PtStatus st =
            in->from.read(in->from.ctx, in->in + in->in_len, INPUT_CHUNK - in->in_len, &len, err);
        if (st != PT_OK) {
            return st;
        }
        in->in_len += len;
        in->in_end = len == 0;
        in->consumed += len;
    }
    in->in_end = in->in_end && in->in_len == 0;
    if (in->in_len >= 2 && memcmp(in->in, gzip_magic, 2) == 0) {
        in->kind = INPUT_GZIP;
    } else if (in->in_len >= 4 && memcmp(in->in, zstd_magic, 4) == 0) {
        in->kind = INPUT_ZSTD;
    }
    return PT_OK;
}

static PtStatus start(ConnectInput *in, PtError *err)
{
    in->in = calloc(1, INPUT_CHUNK);
    if (in->in == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to read a file");
    }
    PtStatus st = sniff(in, err);
    if (st == PT_OK && in->kind == INPUT_GZIP) {
        /* 15 + 16: the largest window, gzip framing only. */
        in->gz_ready = inflateInit2(&in->gz, 15 + 16) == Z_OK;
        st = in->gz_ready ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory to inflate");
    }
    if (st == PT_OK && in->kind == INPUT_ZSTD) {
        in->zs = ZSTD_createDStream();
        bool ok =
            in->zs != NULL &&
            !ZSTD_isError(ZSTD_DCtx_setParameter(in->zs, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG_MAX));
        st = ok ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for zstd");
    }
    return st;
}

PtStatus connect_input_over(ConnectSource from, uint64_t size, ConnectInput **ret_input,
                            PtError *err)
{
    ConnectInput *in = calloc(1, sizeof *in);
    if (in == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to read a file");
    }
    in->fd = -1;
    in->from = from;
    in->size = size;
    PtStatus st = start(in, err);
    if (st != PT_OK) {
        connect_input_close(in);
        return st;
    }
    *ret_input = in;
    return PT_OK;
}

static PtStatus open_file(ConnectInput *in, const char *path, PtError *err)
{
    struct stat about;
    in->path = strdup(path);
    if (in->path == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to open a file");
    }
    in->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (in->fd < 0 || fstat(in->fd, &about) != 0) {
        return pt_fail(err, pt_status_of_errno(errno), "cannot open \"%s\": %s", path,
                       strerror(errno));
    }
    if (!S_ISREG(about.st_mode)) {
        return pt_fail(err, PT_INVALID, "\"%s\" is not a regular file", path);
    }
    in->size = (uint64_t)about.st_size;
    in->from = (ConnectSource){read_fd, in};
    return start(in, err);
}

PtStatus connect_input_open(const char *path, ConnectInput **ret_input, PtError *err)
{
    ConnectInput *in = calloc(1, sizeof *in);
    if (in == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to open a file");
    }
    in->fd = -1;
    PtStatus st = open_file(in, path, err);
    if (st != PT_OK) {
        connect_input_close(in);
        return st;
    }
    *ret_input = in;
    return PT_OK;
}

void connect_input_close(ConnectInput *in)
{
    if (in == NULL) {
        return;
    }
    if (in->gz_ready) {
        (void)inflateEnd(&in->gz);
    }
    (void)ZSTD_freeDStream(in->zs);
    if (in->fd >= 0) {
        (void)close(in->fd); // read only: nothing to report
    }
    free(in->in);
    free(in->path);
    free(in);
}

static const char *label(const ConnectInput *in)
{
    return in->path != NULL ? in->path : "input";
}

static PtStatus truncated(const ConnectInput *in, PtError *err)
{
    return pt_fail(err, PT_CORRUPT, "\"%s\" ends inside its compressed data", label(in));
}

static PtStatus read_plain(ConnectInput *in, char *bytes, size_t cap, size_t *ret_len, PtError *err)
{
    PtStatus st = fill(in, err);
    if (st != PT_OK) {
        return st;
    }
    size_t left = in->in_len - in->in_at;
    size_t len = left < cap ? left : cap;
    memcpy(bytes, in->in + in->in_at, len);
    in->in_at += len;
    *ret_len = len;
    return PT_OK;
}

/* After a member: another one, or bytes that are none (padding), which gzip ignores too. */
static bool gzip_next_member(ConnectInput *in)
{
    bool more = !in->any || (in->in_at < in->in_len && in->in[in->in_at] == '\x1f');
    if (!more) {
        in->in_at = in->in_len;
        in->in_end = true;
        return false;
    }
    (void)inflateReset(&in->gz);
    in->any = true;
    in->open = true;
    return true;
}

static PtStatus gzip_step(ConnectInput *in, char *bytes, size_t cap, size_t *ret_len, PtError *err)
{
    in->gz.next_in = (Bytef *)in->in + in->in_at;
    in->gz.avail_in = (uInt)(in->in_len - in->in_at);
    in->gz.next_out = (Bytef *)bytes;
    in->gz.avail_out = (uInt)cap;
    int rc = inflate(&in->gz, Z_NO_FLUSH);
    in->in_at = in->in_len - in->gz.avail_in;
    *ret_len = cap - in->gz.avail_out;
    if (rc == Z_STREAM_END) {
        in->open = false;
        return PT_OK;
    }
    if (rc == Z_OK || rc == Z_BUF_ERROR) {
        return PT_OK;
    }
    return rc == Z_MEM_ERROR ? pt_fail(err, PT_NO_MEMORY, "no memory to inflate")
                             : pt_fail(err, PT_CORRUPT, "\"%s\" is not valid gzip: %s", label(in),
                                       in->gz.msg != NULL ? in->gz.msg : "bad data");
}

static PtStatus zstd_step(ConnectInput *in, char *bytes, size_t cap, size_t *ret_len, PtError *err)
{
    ZSTD_inBuffer from = {in->in + in->in_at, in->in_len - in->in_at, 0};
    ZSTD_outBuffer to = {bytes, cap, 0};
    size_t rc = ZSTD_decompressStream(in->zs, &to, &from);
    if (ZSTD_isError(rc)) {
        return pt_fail(err, PT_CORRUPT, "\"%s\" is not valid zstd: %s", label(in),
                       ZSTD_getErrorName(rc));
    }
    in->in_at += from.pos;
    in->open = rc != 0;
    *ret_len = to.pos;
    return PT_OK;
}

static PtStatus read_packed(ConnectInput *in, char *bytes, size_t cap, size_t *ret_len,
                            PtError *err)
{
    if (cap > 1 << 30) {
        cap = 1 << 30; // zlib counts in 32 bits
    }
    for (size_t len = 0; len == 0;) {
        PtStatus st = fill(in, err);
        if (st != PT_OK) {
            return st;
        }
        bool last = in->in_end; // what the decompressor still holds may come out without input
        if (last && !in->open) {
            *ret_len = 0;
            return PT_OK;
        }
        if (in->kind == INPUT_GZIP && !in->open && !gzip_next_member(in)) {
            continue;
        }
        st = in->kind == INPUT_GZIP ? gzip_step(in, bytes, cap, &len, err)
                                    : zstd_step(in, bytes, cap, &len, err);
        if (st == PT_OK && last && len == 0 && in->open) {
            st = truncated(in, err);
        }
        if (st != PT_OK) {
            return st;
        }
        *ret_len = len;
    }
    return PT_OK;
}

static PtStatus input_read(void *ctx, char *bytes, size_t cap, size_t *ret_len, PtError *err)
{
    ConnectInput *in = ctx;
    return in->kind == INPUT_PLAIN ? read_plain(in, bytes, cap, ret_len, err)
                                   : read_packed(in, bytes, cap, ret_len, err);
}

ConnectSource connect_input_source(ConnectInput *input)
{
    return (ConnectSource){input_read, input};
}

uint64_t connect_input_size(const ConnectInput *input)
{
    return input->size;
}

uint64_t connect_input_consumed(const ConnectInput *input)
{
    return input->consumed;
}

static PtStatus digest_all(ConnectSource from, EVP_MD_CTX *md, char *chunk, PtError *err)
{
    for (;;) {
        size_t len = 0;
        PtStatus st = from.read(from.ctx, chunk, INPUT_CHUNK, &len, err);
        if (st != PT_OK || len == 0) {
            return st;
        }
        if (EVP_DigestUpdate(md, chunk, len) != 1) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for a digest");
        }
    }
}

PtStatus connect_digest(ConnectSource from, char out[static CONNECT_DIGEST_TEXT], PtError *err)
{
    PT_CLEANUP(pt_free_charp) char *chunk = malloc(INPUT_CHUNK);
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    PtStatus st = PT_OK;
    if (chunk == NULL || md == NULL || EVP_DigestInit_ex(md, EVP_sha256(), NULL) != 1) {
        st = pt_fail(err, PT_NO_MEMORY, "no memory for a digest");
    } else {
        st = digest_all(from, md, chunk, err);
    }
    uint8_t digest[PT_SHA256];
    if (st == PT_OK && EVP_DigestFinal_ex(md, digest, NULL) != 1) {
        st = pt_fail(err, PT_NO_MEMORY, "no memory for a digest");
    }
    if (st == PT_OK) {
        pt_hex(digest, sizeof digest, out);
    }
    EVP_MD_CTX_free(md);
    return st;
}

PtStatus connect_file_digest(const char *path, char out[static CONNECT_DIGEST_TEXT], PtError *err)
{
    PT_CLEANUP(pt_free_charp) char *name = strdup(path);
    ConnectInput in = {.path = name, .fd = open(path, O_RDONLY | O_CLOEXEC)};
    if (in.fd < 0) {
        return pt_fail(err, pt_status_of_errno(errno), "cannot open \"%s\": %s", path,
                       strerror(errno));
    }
    PtStatus st = name != NULL ? connect_digest((ConnectSource){read_fd, &in}, out, err)
                               : pt_fail(err, PT_NO_MEMORY, "no memory to open a file");
    (void)close(in.fd); // read only: nothing to report
    return st;
}
