// SPDX-License-Identifier: Apache-2.0
/* Any bytes, whole and cut in two at a place the first byte picks: no crash, one verdict, and every
 * slice inside of the head. */
#include "platform/http_parse.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { COUNT_MAX = 16 };

typedef struct Verdict {
    HttpParseResult result;
    int status;
    HttpHead head;
    HttpHeader headers[COUNT_MAX];
} Verdict;

static void parse(Verdict *v, const HttpLimits *limits, const char *bytes, size_t len,
                  size_t *scanned)
{
    char *exact = malloc(len > 0 ? len : 1);
    const char *reason = NULL;
    if (exact == NULL) {
        abort();
    }
    memcpy(exact, bytes, len);
    v->head.headers = v->headers;
    v->status = 0;
    v->result =
        http_parse_head((PtStr){exact, len}, limits, scanned, &v->head, &v->status, &reason);
    if (v->result == HTTP_PARSE_ERROR && (reason == NULL || v->status < 400)) {
        abort();
    }
    free(exact);
}

/* The slices point into memory that may be gone; only their places are looked at. */
static void check_slices(const Verdict *v, const char *bytes, size_t len)
{
    const HttpHead *h = &v->head;
    if (h->head_bytes > len || h->header_count > COUNT_MAX || h->method.len == 0 ||
        h->target.len == 0 || h->path.len == 0 || (h->chunked && h->content_length > 0)) {
        abort();
    }
    if (memcmp(bytes + h->head_bytes - 4, "\r\n\r\n", 4) != 0) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    HttpLimits limits = http_limits_default();
    limits.header_count = COUNT_MAX;
    limits.target_bytes = 128;
    limits.header_bytes = 1024;
    if (size < 2) {
        return 0;
    }
    const char *bytes = (const char *)data + 2;
    size_t len = size - 2;
    size_t cut = (data[0] + 256U * data[1]) % (len + 1);
    Verdict whole = {0}, parts = {0};
    size_t scanned = 0;
    parse(&whole, &limits, bytes, len, &scanned);
    scanned = 0;
    parse(&parts, &limits, bytes, cut, &scanned);
    if (parts.result == HTTP_PARSE_MORE) {
        parse(&parts, &limits, bytes, len, &scanned);
    }
    if (whole.result != parts.result || whole.status != parts.status) {
        abort();
    }
    if (whole.result == HTTP_PARSE_DONE) {
        check_slices(&whole, bytes, len);
        if (whole.head.head_bytes != parts.head.head_bytes) {
            abort();
        }
    }
    return 0;
}
