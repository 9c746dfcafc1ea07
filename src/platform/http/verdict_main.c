// SPDX-License-Identifier: Apache-2.0
/* Verdicts of our parser, for comparison with others (parse_diff_test.py). Input: any number of a
 * 32-bit little-endian length and that many bytes. Output, a line each: for every request
 * "R METHOD TARGET HEXBODY;", then how it ended: "END", "MORE", "CLOSE" or "ERR STATUS REASON".
 * Each input is parsed whole and growing byte by byte; "SPLIT" says that the two verdicts differ.
 */
#include "platform/http_parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUT_MAX = 1 << 20, LINE_MAX_BYTES = 4 << 20 };

/* One connection's bytes, of which `len` have arrived. */
typedef struct Reader {
    const char *bytes;
    size_t len, at, scanned;
    HttpHead head;
    HttpHeader headers[100];
    bool in_body, closed;
    size_t body_at;
    HttpChunks chunks;
    char *body; /* decoded so far */
    size_t body_len;
    char *line;
    size_t line_len;
} Reader;

static void emit(Reader *r, const char *text, size_t len)
{
    if (r->line_len + len < LINE_MAX_BYTES) {
        memcpy(r->line + r->line_len, text, len);
        r->line_len += len;
    }
}

static void emit_request(Reader *r)
{
    emit(r, "R ", 2);
    emit(r, r->head.method.data, r->head.method.len);
    emit(r, " ", 1);
    emit(r, r->head.target.data, r->head.target.len);
    emit(r, " ", 1);
    for (size_t i = 0; i < r->body_len; i++) {
        char hex[3];
        (void)snprintf(hex, sizeof hex, "%02x", (uint8_t)r->body[i]);
        emit(r, hex, 2);
    }
    emit(r, ";", 1);
}

static HttpParseResult read_body(Reader *r, const HttpLimits *limits, int *status,
                                 const char **reason)
{
    if (!r->head.chunked) {
        size_t n = (size_t)r->head.content_length;
        if (r->len - r->at < n) {
            return HTTP_PARSE_MORE;
        }
        memcpy(r->body, r->bytes + r->at, n);
        r->body_len = n;
        r->at += n;
        return HTTP_PARSE_DONE;
    }
    size_t used = 0, out = 0;
    HttpParseResult result = http_parse_chunks(&r->chunks, limits, r->bytes + r->at, r->len - r->at,
                                               &used, r->body + r->body_len, &out, status, reason);
    r->at += used;
    r->body_len += out;
    return result;
}

/* Takes what can be taken of the bytes so far. False once the connection is at its end. */
static bool advance(Reader *r, const HttpLimits *limits)
{
    while (r->in_body || r->at < r->len) {
        int status = 0;
        const char *reason = NULL;
        HttpParseResult result;
        if (!r->in_body) {
            r->head.headers = r->headers;
            result = http_parse_head((PtStr){r->bytes + r->at, r->len - r->at}, limits, &r->scanned,
                                     &r->head, &status, &reason);
            if (result == HTTP_PARSE_DONE) {
                r->at += r->head.head_bytes;
                r->scanned = 0;
                r->body_len = 0;
                r->chunks = (HttpChunks){0};
                r->in_body = true;
                continue;
            }
        } else {
            result = read_body(r, limits, &status, &reason);
        }
        if (result == HTTP_PARSE_MORE) {
            return true;
        }
        if (result == HTTP_PARSE_ERROR) {
            char text[160];
            int n = snprintf(text, sizeof text, "ERR %d %s", status, reason);
            emit(r, text, (size_t)n);
            return false;
        }
        r->in_body = false;
        emit_request(r);
        if (!r->head.keep_alive) {
            emit(r, "CLOSE", 5);
            return false;
        }
    }
    return true;
}

static void judge(Reader *r, const char *bytes, size_t len, size_t step)
{
    const HttpLimits limits = http_limits_default();
    char *body = r->body, *line = r->line;
    *r = (Reader){.bytes = bytes, .body = body, .line = line};
    bool open = true;
    while (open && r->len < len) {
        r->len = len - r->len < step ? len : r->len + step;
        open = advance(r, &limits);
    }
    if (open) {
        emit(r, r->in_body || r->at < len ? "MORE" : "END", r->in_body || r->at < len ? 4 : 3);
    }
}

int main(void)
{
    char *bytes = malloc(INPUT_MAX);
    static Reader whole, parts;
    whole.body = malloc(INPUT_MAX);
    whole.line = malloc(LINE_MAX_BYTES);
    parts.body = malloc(INPUT_MAX);
    parts.line = malloc(LINE_MAX_BYTES);
    if (bytes == NULL || whole.body == NULL || whole.line == NULL || parts.body == NULL ||
        parts.line == NULL) {
        return 1;
    }
    uint8_t head[4];
    while (fread(head, 1, sizeof head, stdin) == sizeof head) {
        size_t len = head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;
        if (len > INPUT_MAX || fread(bytes, 1, len, stdin) != len) {
            return 1;
        }
        judge(&whole, bytes, len, SIZE_MAX);
        judge(&parts, bytes, len, 1);
        bool same =
            whole.line_len == parts.line_len && memcmp(whole.line, parts.line, whole.line_len) == 0;
        (void)printf("%.*s%s\n", (int)whole.line_len, whole.line, same ? "" : " SPLIT");
        (void)fflush(stdout);
    }
    free(bytes);
    free(whole.body);
    free(whole.line);
    free(parts.body);
    free(parts.line);
    return 0;
}
