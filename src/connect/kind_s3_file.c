// SPDX-License-Identifier: Apache-2.0
/* A file as one object of an S3-compatible store: in one request, or a large one in parts
 * (docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html). Either way the object is there
 * whole or not at all, and a repeat puts the same under the same key.
 *
 * Queries are written as they are signed: names sorted, each with a "=", values escaped once.
 */
#include "base/hash.h"
#include "connect/kind_internal.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum {
    PART_MIN = 8 << 20, /* a store takes parts from 5 MiB on */
    PARTS_MAX = 9000,   /* a store takes 10,000 */
    UPLOAD_MAX = 1024,  /* of an upload's id */
    HEX = 2 * PT_SHA256 + 1,
    LIST_MAX = PARTS_MAX * (CONNECT_ETAG_MAX + 80), /* the parts, named at the end */
    QUERY_MAX = 3 * UPLOAD_MAX + 64,
};

typedef struct Put {
    const ConnectSettings *s;
    const ConnectFile *f;
    const ConnectCarrier *carrier;
    PtArena *arena;
    ConnectFileEnd *end;
    PtStr url;
    char upload[3 * UPLOAD_MAX + 1]; /* escaped; "" before there is one */
    ConnectFileAnswer answer;
} Put;

static void hash_bytes(void *ctx, const uint8_t *bytes, size_t len)
{
    (void)crypto_hash_sha256_update(ctx, bytes, len);
}

/* Of the part of the file, or of the request's own body where len is negative. */
static PtStatus hash_body(const Put *p, const ConnectRequest *r, int64_t from, int64_t len,
                          char ret_hex[static HEX], PtError *err)
{
    uint8_t digest[PT_SHA256];
    crypto_hash_sha256_state h;
    (void)crypto_hash_sha256_init(&h);
    PtStatus st = PT_OK;
    if (len >= 0) {
        st = kind_file_read(p->f, from, len, hash_bytes, &h, err);
    } else {
        (void)crypto_hash_sha256_update(&h, (const uint8_t *)r->body.data, r->body.len);
    }
    (void)crypto_hash_sha256_final(&h, digest);
    pt_hex(digest, sizeof digest, ret_hex);
    return st;
}

typedef struct Ask {
    const char *method, *query; /* query: "" or with its "?" */
    PtStr body;                 /* where len is negative */
    int64_t from, len;
} Ask;

/* One request; its answer is judged. */
static PtStatus ask(Put *p, const Ask *a, PtError *err)
{
    char hex[HEX];
    ConnectRequest r;
    connect_request_init(&r, LIST_MAX);
    pt_buf_add_str(&r.body, a->body);
    r.method = a->method;
    r.url = kind_printf(p->arena, "%.*s%s", PT_STR_ARG(p->url), a->query);
    r.content_type = a->len >= 0 ? pt_str(p->f->content_type) : PT_STR("application/xml");
    PtStatus st = pt_buf_status(&r.body);
    st = st == PT_OK ? hash_body(p, &r, a->from, a->len, hex, err) : st;
    if (st == PT_OK &&
        (p->url.data == NULL || r.url.data == NULL || !kind_s3_sign(p->s, hex, p->arena, &r))) {
        st = pt_fail(err, PT_NO_MEMORY, "no memory for a request to a store");
    }
    p->answer = (ConnectFileAnswer){.status = 0};
    st = st == PT_OK ? p->carrier->send(p->carrier->ctx, &r, a->from, a->len, &p->answer, err) : st;
    connect_request_done(&r);
    if (st == PT_OK) {
        kind_file_judge(p->s->kind, p->s, &p->answer, p->end);
    }
    return st;
}

static void fail(Put *p, const char *why)
{
    p->end->verdict = CONNECT_AGAIN;
    kind_why(p->end->why, "%s", why);
}

static bool delivered(const Put *p, PtStatus st)
{
    return st == PT_OK && p->end->verdict == CONNECT_DELIVERED;
}

static bool escape(PtStr text, char out[static 3 * UPLOAD_MAX + 1])
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~";
    size_t len = 0;
    if (text.len == 0 || text.len > UPLOAD_MAX) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.data[i];
        if (c != '\0' && strchr(plain, c) != NULL) {
            out[len++] = (char)c;
        } else {
            len += (size_t)snprintf(&out[len], 4, "%%%02X", c);
        }
    }
    out[len] = '\0';
    return true;
}

static PtStatus begin_upload(Put *p, PtError *err)
{
    PtStatus st = ask(p, &(Ask){"POST", "?uploads=", PT_STR(""), 0, -1}, err);
    if (delivered(p, st) && !escape(kind_s3_tag(p->answer.body, "UploadId"), p->upload)) {
        fail(p, "the store's answer names no upload");
    }
    return st;
}

/* An ETag stands in the XML of the end as it came. */
static bool plain_etag(const char *etag)
{
    for (const char *c = etag; *c != '\0'; c++) {
        if (*c < ' ' || *c > '~' || *c == '<' || *c == '&' || *c == '>') {
            return false;
        }
    }
    return etag[0] != '\0';
}

static PtStatus put_parts(Put *p, PtBuf *list, PtError *err)
{
    const int64_t least = (p->f->bytes + PARTS_MAX - 1) / PARTS_MAX;
    const int64_t size = least > PART_MIN ? least : PART_MIN;
    PtStatus st = PT_OK;
    int number = 1;
    for (int64_t from = 0; from < p->f->bytes && delivered(p, st); from += size, number++) {
        char query[QUERY_MAX], line[CONNECT_ETAG_MAX + 80];
        const int64_t left = p->f->bytes - from;
        (void)snprintf(query, sizeof query, "?partNumber=%d&uploadId=%s", number, p->upload);
        pt_arena_clear(p->arena);
        p->url = kind_s3_url(p->s, p->f->name, p->arena);
        st = ask(p, &(Ask){"PUT", query, PT_STR(""), from, left < size ? left : size}, err);
        if (delivered(p, st) && !plain_etag(p->answer.etag)) {
            fail(p, "the store's answer has no ETag of a part");
        }
        (void)snprintf(line, sizeof line, "<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>",
                       number, p->answer.etag);
        pt_buf_add_str(list, pt_str(line));
    }
    return st;
}

/* An error of the store may come as a 200 here. */
static PtStatus end_upload(Put *p, const char *query, PtStr list, PtError *err)
{
    PtStatus st = ask(p, &(Ask){"POST", query, list, 0, -1}, err);
    const PtStr code = kind_s3_tag(p->answer.body, "Code");
    if (delivered(p, st) && code.len > 0) {
        p->end->verdict = CONNECT_AGAIN;
        kind_why(p->end->why, "the store did not put the parts together: %.*s",
                 (int)(code.len < 100 ? code.len : 100), code.data);
    }
    return st;
}

/* What was sent of it is not to stay and cost money; what a kill leaves, the store's own rules for
 * unfinished uploads remove. */
static void abort_upload(Put *p, const char *query)
{
    const ConnectFileEnd end = *p->end;
    PtError err = {0};
    (void)!ask(p, &(Ask){"DELETE", query, PT_STR(""), 0, -1}, &err); // the failure before it counts
    *p->end = end;
}

static PtStatus put_large(Put *p, PtError *err)
{
    char query[QUERY_MAX];
    PT_CLEANUP(pt_buf_done) PtBuf list;
    pt_buf_init(&list, LIST_MAX);
    pt_buf_add_str(&list, PT_STR("<CompleteMultipartUpload>"));
    PtStatus st = begin_upload(p, err);
    if (!delivered(p, st)) {
        return st;
    }
    (void)snprintf(query, sizeof query, "?uploadId=%s", p->upload);
    st = put_parts(p, &list, err);
    pt_buf_add_str(&list, PT_STR("</CompleteMultipartUpload>"));
    if (st == PT_OK && pt_buf_status(&list) != PT_OK) {
        st = pt_fail(err, pt_buf_status(&list), "no memory for the parts of an object");
    }
    st = delivered(p, st) ? end_upload(p, query, pt_buf_str(&list), err) : st;
    if (!delivered(p, st)) {
        abort_upload(p, query);
    }
    return st;
}

PtStatus kind_s3_put(const ConnectSettings *s, const ConnectFile *f, const ConnectCarrier *carrier,
                     PtArena *arena, ConnectFileEnd *end, PtError *err)
{
    Put p = {.s = s,
             .f = f,
             .carrier = carrier,
             .arena = arena,
             .end = end,
             .url = kind_s3_url(s, f->name, arena)};
    if (p.url.data == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a request to a store");
    }
    (void)pt_str_copy(end->place, sizeof end->place, p.url);
    return f->bytes > PART_MIN ? put_large(&p, err)
                               : ask(&p, &(Ask){"PUT", "", PT_STR(""), 0, f->bytes}, err);
}
