// SPDX-License-Identifier: Apache-2.0
/* Objects in an S3-compatible store: PUT /bucket/key (path style, which every store takes), signed
 * by libcurl with AWS Signature Version 4 (docs.aws.amazon.com/AmazonS3/latest/API/
 * sig-v4-header-based-auth.html). The hash of the body is a signed header, so that a body changed
 * on its way is refused. Keys hold only letters, digits and - _ . / so that no two ways of escaping
 * them can differ.
 */
#include "base/hash.h"
#include "connect/kind_internal.h"

#include <string.h>

enum { BUCKET_MIN = 3, BUCKET_MAX = 63, KEY_MAX = 200, BYTES_MAX = 33 << 20 };

static const ConnectField fields[] = {
    {"endpoint", "Address of the store", "https://s3.eu-central-1.amazonaws.com, or your own.",
     false, true, 2048, "", NULL},
    {"bucket", "Bucket", "", false, true, BUCKET_MAX, "", NULL},
    {"region", "Region", "As the store names it.", false, false, 40, "us-east-1", NULL},
    {"access_key", "Access key id", "", false, true, KEY_MAX, "", NULL},
    {"secret_key", "Secret access key", "", true, true, KEY_MAX, "", NULL},
    {"prefix", "Prefix", "In front of every key, like a folder.", false, false, 200, "", NULL},
    {"format", "Format", "JSON lines, or CSV with the columns of the field mapping.", false, false,
     8, "jsonl", kind_formats},
    {"minutes", "Minutes an object", "At the latest after so long one is put: 0 to 60; 0: at once.",
     false, false, 2, "60", NULL},
    {"megabytes", "Megabytes an object", "When it is so large it is put: 1 to 32.", false, false, 2,
     "8", NULL},
};

static PtStatus check_letters(const ConnectSettings *s, const char *name, const char *more,
                              PtError *err)
{
    PtStr text = connect_setting(s, name);
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.data[i];
        const bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && strchr(more, c) == NULL) {
            return pt_fail(err, PT_INVALID, "%s has other than letters, digits and %s", name, more);
        }
    }
    return PT_OK;
}

static PtStatus check(const ConnectSettings *s, PtError *err)
{
    PtStr prefix = connect_setting(s, "prefix"), url = connect_setting(s, "endpoint");
    PtStr rest = url, scheme, host = {NULL, 0};
    PtStatus st = kind_check_url(s, "endpoint", err);
    st = st == PT_OK ? check_letters(s, "bucket", "-.", err) : st;
    st = st == PT_OK ? check_letters(s, "region", "-_", err) : st;
    st = st == PT_OK ? check_letters(s, "access_key", "-_", err) : st;
    st = st == PT_OK ? check_letters(s, "secret_key", "-_+/=.~", err) : st;
    st = st == PT_OK ? check_letters(s, "prefix", "-_./", err) : st;
    st = st == PT_OK ? kind_object_check(s, err) : st;
    if (st != PT_OK) {
        return st;
    }
    if (connect_setting(s, "bucket").len < BUCKET_MIN) {
        return pt_fail(err, PT_INVALID, "bucket has less than %d bytes", BUCKET_MIN);
    }
    (void)pt_str_cut(&rest, '/', &scheme);
    (void)pt_str_cut(&rest, '/', &host); // between the two slashes: empty
    (void)pt_str_cut(&rest, '/', &host);
    if (rest.len > 0 || pt_str_has(host, PT_STR("?"))) {
        return pt_fail(err, PT_INVALID, "endpoint has a path or a query");
    }
    bool dots = pt_str_has(prefix, PT_STR("//")) || pt_str_has(prefix, PT_STR("..")) ||
                pt_str_has(prefix, PT_STR("./")) || pt_str_starts(prefix, PT_STR("/"));
    return dots ? pt_fail(err, PT_INVALID, "prefix has //, .. or ./ in it, or begins with /")
                : PT_OK;
}

PtStr kind_s3_url(const ConnectSettings *s, PtStr name, PtArena *arena)
{
    PtStr endpoint = connect_setting(s, "endpoint"), prefix = connect_setting(s, "prefix");
    while (endpoint.len > 0 && endpoint.data[endpoint.len - 1] == '/') {
        endpoint.len--;
    }
    while (prefix.len > 0 && prefix.data[prefix.len - 1] == '/') {
        prefix.len--;
    }
    return kind_printf(arena, "%.*s/%.*s/%.*s%s%.*s", PT_STR_ARG(endpoint),
                       PT_STR_ARG(connect_setting(s, "bucket")), PT_STR_ARG(prefix),
                       prefix.len > 0 ? "/" : "", PT_STR_ARG(name));
}

bool kind_s3_sign(const ConnectSettings *s, const char *hash, PtArena *arena, ConnectRequest *r)
{
    r->aws_sigv4 = kind_printf(arena, "aws:amz:%.*s:s3", PT_STR_ARG(connect_setting(s, "region")));
    r->user = kind_printf(arena, "%.*s:%.*s", PT_STR_ARG(connect_setting(s, "access_key")),
                          PT_STR_ARG(connect_setting(s, "secret_key")));
    return kind_add_header(r, kind_printf(arena, "x-amz-content-sha256: %s", hash)) &&
           r->aws_sigv4.data != NULL && r->user.data != NULL;
}

static PtStatus encode(const ConnectSettings *s, const ConnectPiece *pieces, size_t count,
                       const ConnectBatch *batch, PtArena *arena, ConnectRequest *r, PtError *err)
{
    uint8_t digest[PT_SHA256];
    char hex[2 * PT_SHA256 + 1];
    PtStr name = kind_object_name(s, pieces, batch, arena);
    kind_object_body(s, pieces, count, &r->body);
    PtStatus st = pt_buf_status(&r->body);
    if (st != PT_OK) {
        return pt_fail(err, st, "no room for an object of %zu events", count);
    }
    pt_sha256(pt_buf_str(&r->body), digest);
    pt_hex(digest, sizeof digest, hex);
    r->method = "PUT";
    r->url = name.data != NULL ? kind_s3_url(s, name, arena) : name;
    r->content_type = pt_str_eq(connect_setting(s, "format"), PT_STR("csv"))
                          ? PT_STR("text/csv; charset=utf-8")
                          : PT_STR("application/x-ndjson");
    const bool ok = kind_s3_sign(s, hex, arena, r) && r->url.data != NULL;
    return ok ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for a request to a store");
}

PtStr kind_s3_tag(PtStr xml, const char *name)
{
    char open[24], close[24];
    (void)snprintf(open, sizeof open, "<%s>", name);
    (void)snprintf(close, sizeof close, "</%s>", name);
    const char *from = xml.len > 0 ? memmem(xml.data, xml.len, open, strlen(open)) : NULL;
    if (from == NULL) {
        return (PtStr){NULL, 0};
    }
    from += strlen(open);
    const char *to = memmem(from, (size_t)(xml.data + xml.len - from), close, strlen(close));
    return to != NULL ? (PtStr){from, (size_t)(to - from)} : (PtStr){NULL, 0};
}

/* Codes of docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html that their status alone does
 * not tell apart. */
static ConnectVerdict judge(const ConnectSettings *s, int status, PtStr body, size_t count,
                            bool test, char why[static CONNECT_WHY_MAX])
{
    (void)s, (void)test, (void)count;
    static const struct {
        const char *code;
        ConnectVerdict verdict;
    } codes[] = {
        {"NoSuchBucket", CONNECT_STOP},
        {"AuthorizationHeaderMalformed", CONNECT_STOP},
        {"InvalidBucketName", CONNECT_STOP},
        {"AccessDenied", CONNECT_STOP},
        {"RequestTimeout", CONNECT_AGAIN},
        {"BadDigest", CONNECT_AGAIN},
        {"XAmzContentSHA256Mismatch", CONNECT_AGAIN},
    };
    PtStr code = kind_s3_tag(body, "Code"), message = kind_s3_tag(body, "Message");
    ConnectVerdict verdict = kind_judge(status, 1, message.len > 0 ? message : code, why);
    for (size_t i = 0; verdict != CONNECT_DELIVERED && i < sizeof codes / sizeof *codes; i++) {
        if (pt_str_eq(code, pt_str(codes[i].code))) {
            verdict = codes[i].verdict;
        }
    }
    return verdict;
}

static const char *const purposes[] = {NULL};

const ConnectKind connect_kind_s3 = {
    .name = "s3",
    .title = "S3-compatible store",
    .help = "Puts CSV or JSON lines objects into a bucket.",
    .fields = fields,
    .field_count = sizeof fields / sizeof *fields,
    .bytes_max = BYTES_MAX,
    .parallel = 2,
    .repeatable = true,
    .mapping = CONNECT_MAPPING_WHOLE,
    .purposes_default = purposes,
    .check = check,
    .count_max = kind_object_count,
    .linger_ms = kind_object_linger,
    .fill_max = kind_object_fill,
    .render = kind_object_render,
    .encode = encode,
    .judge = judge,
    .put = kind_s3_put,
};
