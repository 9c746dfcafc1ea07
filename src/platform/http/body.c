// SPDX-License-Identifier: Apache-2.0
#include "platform/http/http_internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

enum {
    BOMB_FREE = 64 * 1024, /* bytes out that are never a bomb */
    BOMB_RATIO = 100,
    FIRST_LEAST = 4096,
    WINDOW_ZLIB = 15,
    WINDOW_GZIP = 15 + 16,
};

/* The growing output. `most` is what may come out, for the one or the other reason. */
typedef struct Inflated {
    char *data; /* owned */
    size_t len, cap, most;
} Inflated;

static bool grow(Inflated *out)
{
    // One byte more than may come out, so that an exact fit still ends by itself.
    size_t cap = out->cap < (out->most + 1) / 2 ? out->cap * 2 : out->most + 1;
    char *grown = realloc(out->data, cap);
    if (grown == NULL) {
        return false;
    }
    out->data = grown;
    out->cap = cap;
    return true;
}

static PtStatus inflate_member(z_stream *z, Inflated *out, PtError *err)
{
    for (;;) {
        if (out->len == out->cap && !grow(out)) {
            return pt_fail(err, PT_NO_MEMORY, "no memory to decompress the body");
        }
        z->next_out = (Bytef *)out->data + out->len;
        z->avail_out = (uInt)(out->cap - out->len);
        int rc = inflate(z, Z_NO_FLUSH);
        out->len = out->cap - z->avail_out;
        if (out->len > out->most) {
            return pt_fail(err, PT_TOO_LARGE, "the decompressed body is over %zu bytes", out->most);
        }
        if (rc == Z_STREAM_END) {
            return PT_OK;
        }
        if (rc == Z_MEM_ERROR) {
            return pt_fail(err, PT_NO_MEMORY, "no memory to decompress the body");
        }
        if (rc != Z_OK || (z->avail_in == 0 && z->avail_out > 0)) {
            return pt_fail(err, PT_INVALID, "the compressed body is damaged or cut short");
        }
    }
}

/* gzip may come in several members (RFC 1952, 2.2); anything else behind the end is rubbish. */
static PtStatus inflate_all(z_stream *z, bool gzip, Inflated *out, PtError *err)
{
    PtStatus st = inflate_member(z, out, err);
    while (st == PT_OK && z->avail_in > 0) {
        if (!gzip || inflateReset(z) != Z_OK) {
            return pt_fail(err, PT_INVALID, "the compressed body is followed by other bytes");
        }
        st = inflate_member(z, out, err);
    }
    return st;
}

static PtStatus inflate_body(PtStr body, bool gzip, size_t max, PtStr *ret_body, char **ret_owned,
                             PtError *err)
{
    size_t by_ratio = body.len < SIZE_MAX / BOMB_RATIO ? body.len * BOMB_RATIO : SIZE_MAX - 1;
    size_t most = by_ratio > BOMB_FREE ? by_ratio : BOMB_FREE;
    Inflated out = {.most = most < max ? most : max};
    if (body.len > UINT32_MAX || out.most >= UINT32_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "a body of %zu bytes is not decompressed", body.len);
    }
    z_stream z = {0};
    if (inflateInit2(&z, gzip ? WINDOW_GZIP : WINDOW_ZLIB) != Z_OK) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to decompress the body");
    }
    size_t guess = body.len * 4 > FIRST_LEAST ? body.len * 4 : FIRST_LEAST;
    out.cap = (guess < out.most + 1 ? guess : out.most + 1);
    out.data = malloc(out.cap);
    z.next_in = (z_const Bytef *)(uintptr_t)body.data; // zlib reads only
    z.avail_in = (uInt)body.len;
    PtStatus st = out.data != NULL ? inflate_all(&z, gzip, &out, err)
                                   : pt_fail(err, PT_NO_MEMORY, "no memory to decompress the body");
    (void)inflateEnd(&z);
    if (st != PT_OK) {
        free(out.data);
        return st;
    }
    *ret_body = (PtStr){out.data, out.len};
    *ret_owned = out.data;
    return PT_OK;
}

static bool coding_is(PtStr coding, const char *name)
{
    return coding.len == strlen(name) && strncasecmp(coding.data, name, coding.len) == 0;
}

PtStatus http_body_decoded(const HttpRequest *r, size_t max, PtStr *ret_body, char **ret_owned,
                           PtError *err)
{
    PtStr coding = {"", 0};
    size_t count = 0;
    for (size_t i = 0; i < r->header_count; i++) {
        if (http_name_eq(r->headers[i].name, "content-encoding")) {
            coding = r->headers[i].value;
            count++;
        }
    }
    if (count > 1) {
        return pt_fail(err, PT_UNSUPPORTED_MEDIA, "more than one content-encoding");
    }
    if (coding_is(coding, "gzip") || coding_is(coding, "x-gzip")) {
        return inflate_body(r->body, true, max, ret_body, ret_owned, err);
    }
    if (coding_is(coding, "deflate")) {
        return inflate_body(r->body, false, max, ret_body, ret_owned, err);
    }
    if (coding.len > 0 && !coding_is(coding, "identity")) {
        return pt_fail(err, PT_UNSUPPORTED_MEDIA, "content-encoding \"%.*s\" is not taken",
                       coding.len < 40 ? (int)coding.len : 40, coding.data);
    }
    if (r->body.len > max) {
        return pt_fail(err, PT_TOO_LARGE, "the body is over %zu bytes", max);
    }
    *ret_body = r->body;
    *ret_owned = NULL;
    return PT_OK;
}
