// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/http.h"

/* The request parser of the HTTP core, free of I/O, so that it can be fuzzed and compared with
 * others. It is fed the connection's bytes and never copies: slices point into the caller's buffer.
 */
typedef enum HttpParseResult {
    HTTP_PARSE_MORE,  /* not complete: call again with more bytes behind the same ones */
    HTTP_PARSE_DONE,  /* complete */
    HTTP_PARSE_ERROR, /* *ret_status says which answer, then close */
} HttpParseResult;

typedef struct HttpHead {
    PtStr method, target, path, query;
    unsigned minor;      /* HTTP/1.minor */
    HttpHeader *headers; /* caller's array of limits->header_count */
    size_t header_count;
    size_t head_bytes;       /* up to and with the empty line */
    uint64_t content_length; /* 0 without one */
    bool has_length, chunked, keep_alive, expect_continue;
} HttpHead;

/* Parses the header section at the start of bytes. `scanned` (in and out, 0 at first) remembers how
 * far the search for the empty line got, so that a byte at a time costs O(n). At most one empty
 * line before the request line is skipped.
 */
HttpParseResult http_parse_head(PtStr bytes, const HttpLimits *limits, size_t *scanned,
                                HttpHead *ret_head, int *ret_status, const char **ret_reason);

/* Chunked decoding in place: reads from bytes, moves body bytes to the front of out (out may be the
 * same memory). State is zeroed at the start. Chunk extensions are skipped within 256 bytes a
 * chunk; trailers are checked and dropped within header_bytes.
 */
typedef struct HttpChunks {
    uint64_t left, body_bytes;
    uint32_t line_bytes;
    uint8_t state;
} HttpChunks;

HttpParseResult http_parse_chunks(HttpChunks *c, const HttpLimits *limits, const char *in,
                                  size_t in_len, size_t *ret_used, char *out, size_t *ret_out_len,
                                  int *ret_status, const char **ret_reason);
