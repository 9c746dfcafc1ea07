// SPDX-License-Identifier: Apache-2.0
/* Any bytes as a chunked body, decoded in place, whole and in pieces of a size the first byte
 * picks: the same verdict, body and end. */
#include "platform/http_parse.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Decoded {
    HttpParseResult result;
    int status;
    char *bytes;
    size_t len, used;
} Decoded;

static Decoded decode(const HttpLimits *limits, const uint8_t *data, size_t size, size_t piece)
{
    Decoded d = {.bytes = malloc(size > 0 ? size : 1)};
    HttpChunks chunks = {0};
    if (d.bytes == NULL) {
        abort();
    }
    memcpy(d.bytes, data, size);
    while (d.result == HTTP_PARSE_MORE && d.used < size) {
        size_t n = size - d.used < piece ? size - d.used : piece, used = 0, len = 0;
        const char *reason = NULL;
        d.result = http_parse_chunks(&chunks, limits, d.bytes + d.used, n, &used, d.bytes + d.len,
                                     &len, &d.status, &reason);
        d.used += used;
        d.len += len;
        if (used > n || (d.result == HTTP_PARSE_MORE && used != n) || d.len > d.used ||
            d.len > limits->body_bytes) {
            abort();
        }
    }
    return d;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    HttpLimits limits = http_limits_default();
    limits.body_bytes = 4096;
    limits.header_bytes = 256;
    if (size < 1) {
        return 0;
    }
    Decoded whole = decode(&limits, data + 1, size - 1, SIZE_MAX);
    Decoded parts = decode(&limits, data + 1, size - 1, 1 + data[0] % 64);
    if (whole.result != parts.result || whole.status != parts.status || whole.used != parts.used ||
        whole.len != parts.len || memcmp(whole.bytes, parts.bytes, whole.len) != 0) {
        abort();
    }
    free(whole.bytes);
    free(parts.bytes);
    return 0;
}
